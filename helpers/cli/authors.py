"""The commands for authors."""

from typing import Annotated, Optional

import typer

from helpers.cli.shared import AUTHORS, app, say
from helpers.errors import CourseError


@app.command(rich_help_panel=AUTHORS)
def build(
    lesson: Annotated[Optional[str], typer.Argument(help="A lesson's number; all without it.")] = None,  # noqa: UP045
) -> None:
    """Run lessons and solutions, store their outputs, and derive the exercises and the README's table."""
    from helpers.authoring.build import build as build_course
    from helpers.course import HOME

    if not (HOME / "tests").is_dir():
        raise CourseError("This is an installed course. Authors build in a clone.")
    changed = build_course(HOME, lesson, say=lambda text: say(f"[dim]{text}[/]"))
    for path in changed:
        say(f"changed: {path.relative_to(HOME)}")
    say(f"{len(changed)} files changed.")

"""The commands for authors."""

from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.markup import escape

from helpers.cli.shared import AUTHORS, app, say
from helpers.errors import CourseError

WithoutWall = Annotated[bool, typer.Option("--without-wall", help="Prove your own set where there is no wall.")]


@app.command(rich_help_panel=AUTHORS)
def build(
    lesson: Annotated[Optional[str], typer.Argument(help="A lesson's number; all without it.")] = None,  # noqa: UP045
    exercises: Annotated[Optional[Path], typer.Option(help="A set of your own; see `course new`.")] = None,  # noqa: UP045
    without_wall: WithoutWall = False,
) -> None:
    """Run lessons and solutions, store their outputs, and derive the exercises and the README's table."""
    from helpers.course import HOME

    if exercises:
        _build_custom_set(exercises, not without_wall)
        return
    if not (HOME / "tests").is_dir():
        raise CourseError("This is an installed course. Authors build in a clone.")
    from helpers.authoring.build import build as build_course

    changed = build_course(HOME, lesson, say=lambda text: say(f"[dim]{text}[/]"))
    for path in changed:
        say(f"changed: {path.relative_to(HOME)}")
    say(f"{len(changed)} files changed.")


@app.command(rich_help_panel=AUTHORS)
def new(folder: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Lay the pattern of a set of exercises of your own, which learners have never had."""
    from helpers.authoring import custom_set

    custom_set.new(folder)
    place = escape(str(folder))
    say(f"{place}: a set with one exercise. Change course.toml, solutions/ and checks/ in it.")
    say(f"Then: course build --exercises {place}")


def _build_custom_set(folder: Path, isolated: bool) -> None:
    """Prove the checks of a custom exercise set, and make the learners' notebooks of it."""
    from helpers.authoring import custom_set

    for path in custom_set.build(folder, isolated, say=lambda text: say(f"[dim]{escape(text)}[/]")):
        say(f"For learners: [bold]{escape(str(path))}[/]")
    say("The checks accept every solution, and find every stub not attempted.")


@app.command(rich_help_panel=AUTHORS)
def site(out: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Build the browser edition: plain files for any web host, with no server behind them."""
    from helpers.site.build import site as build_site

    build_site(out, say=lambda text: say(f"[dim]{text}[/]"))
    place = escape(str(out))
    say(f'{place}: the browser edition. To look at it: python -m http.server --bind 127.0.0.1 --directory "{place}"')

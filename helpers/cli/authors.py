"""The commands for authors."""

from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.markup import escape

from helpers.cli.shared import AUTHORS, app, say
from helpers.errors import CourseError

WithoutWall = Annotated[bool, typer.Option("--without-wall", help="Run your own solutions without the sandbox.")]


@app.command(rich_help_panel=AUTHORS)
def build(
    lesson: Annotated[
        Optional[str], typer.Argument(help="A lesson's number, such as 03. Default: all lessons.")  # noqa: UP045
    ] = None,
    exercises: Annotated[
        Optional[Path], typer.Option(help="A set of exercises of your own, from `course new`.")  # noqa: UP045
    ] = None,
    without_wall: WithoutWall = False,
) -> None:
    """Run the lessons and solutions, store their outputs, and regenerate the exercises and the README's table."""
    from helpers.course import HOME

    if exercises:
        _build_custom_set(exercises, not without_wall)
        return
    if not (HOME / "tests").is_dir():
        raise CourseError(
            "This course was installed as a package, so it can't be built here. Run `course build` in a clone."
        )
    from helpers.authoring.build import build as build_course

    changed = build_course(HOME, lesson, say=lambda text: say(f"[dim]{text}[/]"))
    for path in changed:
        say(f"changed: {path.relative_to(HOME)}")
    say(f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed.")


@app.command(rich_help_panel=AUTHORS)
def new(folder: Annotated[Path, typer.Argument(help="A new folder for the set.")]) -> None:
    """Start a set of exercises of your own, such as an exam that learners haven't seen."""
    from helpers.authoring import custom_set

    custom_set.new(folder)
    place = escape(str(folder))
    say(f"{place} has a set with one exercise. To make it yours, edit course.toml, solutions/ and checks/ in it.")
    say(f"Then run: course build --exercises {place}")


def _build_custom_set(folder: Path, isolated: bool) -> None:
    """Prove the checks of a custom exercise set, and make the learners' notebooks of it."""
    from helpers.authoring import custom_set

    for path in custom_set.build(folder, isolated, say=lambda text: say(f"[dim]{escape(text)}[/]")):
        say(f"Give your learners: [bold]{escape(str(path))}[/]")
    say("The checks accept every solution, and report every untouched stub as not attempted.")


@app.command(rich_help_panel=AUTHORS)
def site(out: Annotated[Path, typer.Argument(help="A new or empty folder for the site.")]) -> None:
    """Build the browser edition, as plain files for any web host."""
    from helpers.site.build import site as build_site

    build_site(out, say=lambda text: say(f"[dim]{text}[/]"))
    place = escape(str(out))
    say(f"The browser edition is in {place}. To try it on this computer:")
    say(f'python -m http.server --bind 127.0.0.1 --directory "{place}"')

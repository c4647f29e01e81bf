"""The commands for authors."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from rich.markup import escape
from typer.core import TyperGroup

from helpers.cli.shared import AUTHORS, app, errors, say
from helpers.errors import CourseError

if TYPE_CHECKING:
    from helpers.authoring.scaffold import Scaffold

WithoutWall = Annotated[bool, typer.Option("--without-wall", help="Run your own solutions without the sandbox.")]


@app.command(rich_help_panel=AUTHORS)
def build(
    lesson: Annotated[
        Optional[str], typer.Argument(help="A lesson's number, such as 03. Default: all lessons.")  # noqa: UP045
    ] = None,
    exercises: Annotated[
        Optional[Path], typer.Option(help="A set of exercises of your own, from `course new set`.")  # noqa: UP045
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep waiting, and build what you've saved. Ctrl-C stops it.")
    ] = False,
    without_wall: WithoutWall = False,
) -> None:
    """Run the lessons and solutions, store their outputs, and regenerate the exercises and the README's table."""
    if watch:
        _build_what_is_saved(lesson, exercises, without_wall)
    elif exercises:
        _build_custom_set(exercises, not without_wall)
    else:
        from helpers.authoring.build import build as build_course

        root = _clone("build")
        changed = build_course(root, lesson, say=lambda text: say(f"[dim]{text}[/]"))
        for path in changed:
            say(f"changed: {path.relative_to(root)}")
        if changed:
            say(f"Done. Commit {'this file' if len(changed) == 1 else 'these files'} too, along with what you wrote.")
        else:
            say("Done. Everything you saved is in its final form already, so no file had to change.")


def _clone(command: str) -> Path:
    """Return the folder of this clone. CourseError when the course was installed as a package."""
    from helpers.course import HOME

    if not (HOME / "tests").is_dir():
        raise CourseError(f"Run `course {command}` in a clone of the repository: this copy of the course has no tests.")
    return HOME


def _build_what_is_saved(lesson: str | None, exercises: Path | None, without_wall: bool) -> None:
    """Build until Ctrl-C, each time in a process of its own, so that changes in the package count too."""
    from helpers.authoring import watch
    from helpers.course import course

    rest = ["--without-wall"] * without_wall
    if exercises:
        look, rest = partial(watch.set_of, exercises), ["--exercises", str(exercises), *rest]
        _build_in_another_process(rest)
    else:
        look = partial(watch.lessons_of, _clone("build"))
    only = course().lesson(lesson).number if lesson and not exercises else None
    if only:
        _build_in_another_process([only])
    found = watch.changes(look)
    say("Waiting for you to save something. Ctrl-C stops it.")
    try:
        for changed in found:
            for name in changed:
                if exercises:
                    _build_in_another_process(rest)
                elif only in (None, name):
                    _build_in_another_process([name])
            say("Waiting for you to save something. Ctrl-C stops it.")
    except KeyboardInterrupt:
        return


def _build_in_another_process(words: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "helpers.cli", "build", *words], check=False)


class _SetByDefault(TyperGroup):
    """`course new FOLDER` is `course new set FOLDER`, as it was before there was anything else to begin."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        known = args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if known else ["set", *args])


new = typer.Typer(
    cls=_SetByDefault,
    no_args_is_help=True,
    help="Begin a lesson, an exercise, or a set of exercises of your own.",
)
app.add_typer(new, name="new", rich_help_panel=AUTHORS)


@new.command("lesson")
def new_lesson(name: Annotated[str, typer.Argument(help="Two digits and a name, such as 09_security.")]) -> None:
    """Begin a lesson: its notebooks, its entry in the list of lessons, and the files of its tests."""
    from helpers.authoring.new_lesson import new_lesson as begin

    _show_steps(begin(_clone("new"), name))


@new.command("exercise")
def new_exercise(
    lesson: Annotated[str, typer.Argument(help="The lesson's number, such as 03.")],
    name: Annotated[str, typer.Argument(help="The function that learners will write, such as give_back.")],
) -> None:
    """Begin an exercise: its cells, its entry in the list of lessons, its check, and right and wrong answers."""
    from helpers.authoring.new_exercise import new_exercise as begin

    _show_steps(begin(_clone("new"), lesson, name))


def _show_steps(begun: "Scaffold") -> None:
    """Say which files to write in, and in which order."""
    say(f"Added {escape(begun.title)}. Now write what's marked TODO, in this order:")
    for number, step in enumerate(begun.steps, start=1):
        say(f"{number}. [bold]{escape(step.path)}[/]: {escape(step.what)}")
    for number, command in enumerate(begun.commands):
        say(f"{'Then run' if not number else 'and'}: {escape(command)}")


@new.command("set")
def new_set(folder: Annotated[Path, typer.Argument(help="A new folder for the set.")]) -> None:
    """Begin a set of exercises of your own, such as an exam that learners haven't seen."""
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

    shown, steps = errors(), [""]
    with shown.status("Looking at what is installed") as status:

        def tell(step: str, done: int, total: int) -> None:
            if step != steps[-1]:
                steps.append(step)
                shown.print(f"[dim]{step}[/]")  # where there's no terminal, as in CI, that's all
            status.update(f"{step}: {done} of {total}" if total else step)

        build_site(out, tell)
    place = escape(str(out))
    say(f"The browser edition is in {place}. To try it on this computer:")
    say(f'python -m http.server --bind 127.0.0.1 --directory "{place}"')

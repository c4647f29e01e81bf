"""What all commands share: the application, the console and how an error is shown."""

from functools import partial
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.markup import escape

from helpers.errors import CourseError

LEARNERS, INSTRUCTORS, AUTHORS = "For learners", "For instructors", "For authors"

app = typer.Typer(
    name="course",
    help="Mastering Messaging with the AWS SDK for Python: learn Amazon SQS and SNS in JupyterLab, offline.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
)
# No emoji and no line breaks by rich: ARNs have words between colons, and paths are there to be copied.
console = Console(emoji=False)
say = partial(console.print, soft_wrap=True)

Folder = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads this at run time, on Python 3.10 too
    typer.Option(help="Your working copy. Default: COURSE_FOLDER, or ~/mastering-aws-messaging.", show_default=False),
]


def errors() -> Console:
    """Return the console for progress and for errors, which are no result of a command."""
    return Console(stderr=True, emoji=False)


def complain(problem: CourseError) -> None:
    """Print what went wrong."""
    errors().print(f"[red]{escape(str(problem))}[/]", soft_wrap=True)

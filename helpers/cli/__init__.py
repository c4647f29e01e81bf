"""The `course` command: words in, one function of a room below called, words out."""

import sys
from io import TextIOWrapper

# Each puts its commands into the application, in the order in which the help shows them.
from helpers.cli import learners  # noqa: F401

# isort: split
from helpers.cli import instructors  # noqa: F401

# isort: split
from helpers.cli import authors  # noqa: F401
from helpers.cli.shared import app, complain
from helpers.errors import CourseError


def main() -> None:
    """Run the command; a CourseError is said in its own words, without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe on Windows has no sign for a tick
    try:
        app()
    except CourseError as problem:
        complain(problem)
        sys.exit(1)

"""The `course` command: each command parses its arguments and calls one function of another package."""

import sys
from io import TextIOWrapper

# Each adds its commands to the application, in the order in which the help shows them.
from helpers.cli import learners  # noqa: F401

# isort: split
from helpers.cli import instructors  # noqa: F401

# isort: split
from helpers.cli import authors  # noqa: F401
from helpers.cli.shared import app, complain
from helpers.errors import CourseError


def main() -> None:
    """Run the command. A CourseError is printed in its own words, without a traceback, and ends it with exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe on Windows has no sign for a tick
    try:
        app()
    except CourseError as problem:
        complain(problem)
        sys.exit(1)

"""The `course` command: each command parses its arguments and calls one function of another package."""

import sys
from io import TextIOWrapper

# jsonschema, which nbformat imports, takes a second to read the grammar of web addresses. No command needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# Each adds its commands to the application, in the order in which the help shows them.
from helpers.cli import learners  # noqa: E402, F401

# isort: split
from helpers.cli import instructors  # noqa: E402, F401

# isort: split
from helpers.cli import authors  # noqa: E402, F401
from helpers.cli.shared import app, complain  # noqa: E402
from helpers.errors import CourseError  # noqa: E402


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

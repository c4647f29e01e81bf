"""The process of one hand-in where none can be forked: `python -m helpers.sandbox.unforked PORT TOKEN`. It has no wall."""

import os
import socket
import sys
import tempfile
import warnings
from pathlib import Path

from helpers.sandbox import child


def main(port: str, token: str) -> None:
    """Connect to the grader, and serve it until it ends this process."""
    with tempfile.TemporaryDirectory(prefix="course-grade-", ignore_cleanup_errors=True) as name:
        scratch = Path(name, "scratch")
        scratch.mkdir()
        shell = child.warm_up(scratch, Path(name, "profiles"))
        os.chdir(scratch)
        line = socket.create_connection(("127.0.0.1", int(port)))
        line.sendall(token.encode())
        child.serve(line, shell)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])

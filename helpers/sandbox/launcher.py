"""Starts the process of each hand-in: forked from a warm one, or, where no process can fork, as a new program."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from helpers.errors import CourseError
from helpers.sandbox.channel import Channel, ProcessHandle

START_SECONDS = 60  # real ones
GO, FILE_DESCRIPTORS = b"g", 2  # what the warm process is sent for each hand-in
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "SYSTEMROOT", "TEMP")


class Launcher(Protocol):
    """Starts processes for hand-ins. holes: what a hand-in could do that it must not; [] behind a whole wall."""

    holes: list[str]

    def start(self) -> Channel:
        """Return the line to a new process for one hand-in."""

    def close(self) -> None:
        """End what this one started for itself. The processes of hand-ins have leashes of their own."""


def launcher(hidden: Iterable[Path] = (), walled: bool = True) -> Launcher:
    """Return the best launcher that this system allows.

    hidden: files and folders that no hand-in may read, wherever they lie. walled: False where an instructor chose to
    grade without a wall. CourseError when its process does not start.
    """
    return ForkServerLauncher(hidden, walled) if hasattr(os, "fork") else PlainLauncher()


class ForkServerLauncher:
    """Forks the processes from a warm one. It can be used by the processes that this one forks, too."""

    def __init__(self, hidden: Iterable[Path] = (), walled: bool = True):
        ours, theirs = socket.socketpair()
        options = {"control": theirs.fileno(), "hidden": [str(path) for path in hidden], "walled": walled}
        with theirs:
            self._process = _python("helpers.sandbox.fork_server", json.dumps(options), pass_fds=[theirs.fileno()])
        self._control = ours
        self.holes: list[str] = self._said()["holes"]

    def _said(self) -> dict[str, list[str]]:
        self._control.settimeout(START_SECONDS)
        try:
            with self._control.makefile("rb") as lines:
                line = lines.readline()
        except TimeoutError:
            line = b""
        self._control.settimeout(None)
        if not line:
            raise _does_not_start(self._process)
        return json.loads(line)

    def start(self) -> Channel:
        """Return the line to a new process for one hand-in."""
        line, its_line = socket.socketpair()
        leash, its_leash = socket.socketpair()
        with its_line, its_leash:
            descriptors = [its_line.fileno(), its_leash.fileno()]
            assert len(descriptors) == FILE_DESCRIPTORS
            socket.send_fds(self._control, [GO], descriptors)
        return Channel(line, leash)

    def close(self) -> None:
        """End the warm process."""
        self._control.close()
        _end(self._process)


class PlainLauncher:
    """Starts a new program for each hand-in, on any system, with no wall around it."""

    holes = ["do whatever you can do"]  # noqa: RUF012

    def start(self) -> Channel:
        """Return the line to a new process for one hand-in. CourseError when it does not start."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            process = _python("helpers.sandbox.unforked", str(server.getsockname()[1]), token)
            try:
                while True:
                    line, _ = server.accept()
                    line.settimeout(START_SECONDS)
                    if secrets.compare_digest(line.recv(len(token)), token.encode()):
                        line.settimeout(None)
                        return Channel(line, _Killing(process))
                    line.close()  # somebody else of this computer
            except OSError:
                raise _does_not_start(process) from None

    def close(self) -> None:
        """Nothing is kept between hand-ins."""


class _Killing(ProcessHandle):
    """Ends a program."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process

    def close(self) -> None:
        self._process.kill()
        _end(self._process)


def _python(module: str, *arguments: str, pass_fds: Iterable[int] = ()) -> subprocess.Popen[bytes]:
    """Start a new Python with nothing of this process's environment that it does not need: no key, no token."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        pass_fds=list(pass_fds),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONHASHSEED": "0"},
        cwd=tempfile.gettempdir(),
        start_new_session=True,  # a Ctrl-C is for the grader, who ends it in order
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stderr is not None
    process.stderr.close()
    process.wait()


def _does_not_start(process: subprocess.Popen[bytes]) -> CourseError:
    process.kill()
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace").strip().splitlines()
    return CourseError(f"The process that runs hand-ins does not start: {said[-1] if said else 'no word of it'}.")

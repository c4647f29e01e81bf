"""Starts the process of each hand-in: forked from the fork server, or as a new program where no process can fork."""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from helpers.checks.limits import COMPUTING
from helpers.errors import CourseError
from helpers.sandbox.channel import Channel, ProcessHandle

START_SECONDS = 60  # real ones
GO, FILE_DESCRIPTORS = b"g", 2  # what the fork server receives for each hand-in
# What a new Python needs to find the same packages, and to run at all.
_KEPT = (
    *("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT", "TEMP"),
    *("PYTHONUSERBASE", "HOME", "APPDATA", "USERPROFILE"),
)
# The same hashes each time, and one place for memory: glibc has 64 MiB of address space ready for each thread.
_SET = {"PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "1"}
_KEPT_UNLESS_IGNORED = ("PYTHONPATH", "PYTHONHOME", "PYTHONNOUSERSITE")  # Python's options -E and -I ignore them
# Nothing is imported from the folder in which it is started.
_RUN = "import sys; sys.path[:] = filter(None, sys.path); from {module} import main; main()"


class Launcher(Protocol):
    """Starts processes for hand-ins. holes: what a hand-in could do that it must not; [] when it is isolated."""

    holes: list[str]

    def start(self) -> Channel:
        """Return the channel to a new process for one hand-in."""

    def close(self) -> None:
        """End what this launcher started for itself. The process of each hand-in ends with its channel."""


def launcher(hidden: Iterable[Path] = (), isolated: bool = True, computing: float = COMPUTING) -> Launcher:
    """Return the best launcher that this system allows.

    hidden: files and folders that no hand-in can read, wherever they are. isolated: False where an instructor chose to
    grade without isolation. computing: seconds of the processor's time for one cell, or one run of an answer.
    CourseError when its process does not start.
    """
    return ForkServerLauncher(hidden, isolated, computing) if hasattr(os, "fork") else PlainLauncher()


class ForkServerLauncher:
    """Has a fork server start the processes. The processes that this one forks can use it, too."""

    def __init__(self, hidden: Iterable[Path] = (), isolated: bool = True, computing: float = COMPUTING):
        ours, theirs = socket.socketpair()
        # The other process has another folder. And it isn't told by arguments, which everybody can see.
        options = {
            "hidden": [os.path.abspath(path) for path in hidden],
            "isolated": isolated,
            "computing": computing,
        }
        with theirs:
            self._process = _python("helpers.sandbox.fork_server", str(theirs.fileno()), pass_fds=[theirs.fileno()])
        self._control = ours
        with contextlib.suppress(OSError):  # what is wrong with the process is said below
            ours.sendall(json.dumps(options).encode() + b"\n")
        self.holes: list[str] = self._read_holes()

    def _read_holes(self) -> list[str]:
        self._control.settimeout(START_SECONDS)
        try:
            with self._control.makefile("rb") as lines:
                line = lines.readline()
        except TimeoutError:
            line = b""
        self._control.settimeout(None)
        if not line:
            raise _does_not_start(self._process)
        return json.loads(line)["holes"]

    def start(self) -> Channel:
        """Return the channel to a new process for one hand-in."""
        connection, its_connection = socket.socketpair()
        process_handle, its_process_handle = socket.socketpair()
        with its_connection, its_process_handle:
            descriptors = [its_connection.fileno(), its_process_handle.fileno()]
            assert len(descriptors) == FILE_DESCRIPTORS
            socket.send_fds(self._control, [GO], descriptors)
        return Channel(connection, process_handle)

    def close(self) -> None:
        """End the fork server."""
        self._control.close()
        _end(self._process)


class PlainLauncher:
    """Starts a new program for each hand-in, on any system, without isolation."""

    holes = ["do whatever you can do"]  # noqa: RUF012

    def start(self) -> Channel:
        """Return the channel to a new process for one hand-in. CourseError when it does not start."""
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            process = _python("helpers.sandbox.unforked", str(server.getsockname()[1]), token)
            try:
                while True:
                    connection, _ = server.accept()
                    connection.settimeout(START_SECONDS)
                    if secrets.compare_digest(connection.recv(len(token)), token.encode()):
                        connection.settimeout(None)
                        return Channel(connection, _ProgramHandle(process))
                    connection.close()  # another program of this computer
            except OSError:
                raise _does_not_start(process) from None

    def close(self) -> None:
        """Nothing is kept between hand-ins."""


class _ProgramHandle(ProcessHandle):
    """Ends a program."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process

    def close(self) -> None:
        self._process.kill()
        _end(self._process)


def _environment() -> dict[str, str]:
    """Return the environment of a new Python, which finds its packages where this one does."""
    kept = _KEPT if sys.flags.ignore_environment else (*_KEPT, *_KEPT_UNLESS_IGNORED)
    found = {name: os.environ[name] for name in kept if name in os.environ} | _SET
    if "PYTHONPATH" in found:  # its parts can be relative to this process's folder
        parts = filter(None, found["PYTHONPATH"].split(os.pathsep))
        found["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, parts))
    return found


def _python(module: str, *arguments: str, pass_fds: Iterable[int] = ()) -> subprocess.Popen[bytes]:
    """Start a new Python with nothing of this process's environment that it does not need: no key, no token."""
    options = ["-s"] if sys.flags.no_user_site else []
    return subprocess.Popen(
        [sys.executable, *options, "-c", _RUN.format(module=module), *arguments],
        pass_fds=list(pass_fds),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=_environment(),
        cwd=sys.prefix,  # where nobody else can put a file
        start_new_session=True,  # a Ctrl-C is for the grader, which ends this in order
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stderr is not None
    process.stderr.close()
    process.wait()


def _does_not_start(process: subprocess.Popen[bytes]) -> CourseError:
    process.kill()
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace").strip().splitlines()
    return CourseError(f"The process that runs hand-ins doesn't start: {said[-1] if said else 'it said nothing'}.")

"""The warm process: `python -m helpers.sandbox.fork_server`. It has imported what hand-ins need, and forks for each of them.

It holds no check, no answer, no other hand-in and no key, since what it holds each of its children can read. It is
started as a new program, and told two file descriptors at a time: the line to speak on, and a leash. Whoever holds the
other end of the leash ends the child, and all that it started, by closing it.
"""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import warnings
from functools import partial
from pathlib import Path

from helpers.sandbox import child
from helpers.sandbox.isolation.limits import THREADS
from helpers.sandbox.isolation.wall import Wall, holes
from helpers.sandbox.launcher import FILE_DESCRIPTORS

LOOK = 0.1  # seconds after which the guard counts its child's threads


def main(control: socket.socket, hidden: list[Path], walled: bool) -> None:
    """Say what holes the wall has, then serve until the other end closes the line."""
    with tempfile.TemporaryDirectory(prefix="course-grade-") as name:
        folder = Path(name)
        scratch, secret = folder / "scratch", folder / "secret"
        scratch.mkdir()
        secret.touch()
        shell = child.warm_up(scratch, folder / "profiles")
        wall = Wall(scratch, folder / "profiles", hidden) if walled else None
        gc.collect()
        gc.freeze()  # so that a child's collector does not touch, and so copy, what is shared
        found = holes(wall, secret) if wall else ["do whatever you can do"]
        control.sendall(json.dumps({"holes": found}).encode() + b"\n")
        _serve(control, shell, wall, scratch)


def _serve(control: socket.socket, shell: child.Shell, wall: Wall | None, scratch: Path) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, FILE_DESCRIPTORS)
        if not message:
            return
        if not os.fork():
            control.close()
            line, leash = descriptors
            _exit_after(partial(_guard, line, leash, shell, wall, scratch))
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _guard(line: int, leash: int, shell: child.Shell, wall: Wall | None, scratch: Path) -> None:
    """Start the process of a hand-in, and end it when the leash goes; runs nothing of the hand-in itself."""
    os.setsid()
    if wall:
        wall.outside()
    child = os.fork()
    if not child:
        os.close(leash)
        _exit_after(lambda: _hand_in(line, shell, wall, scratch))
    os.close(line)
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    watched = [leash] if ended is None else [leash, ended]
    while not select.select(watched, [], [], LOOK)[0] and _threads(child) <= THREADS:
        pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _threads(child: int) -> int:
    """Return how many threads a process has; 0 where the system does not tell. No limit of the system binds root's."""
    try:
        return os.stat(f"/proc/{child}/task").st_nlink - 2
    except OSError:
        return 0


def _hand_in(line: int, shell: child.Shell, wall: Wall | None, scratch: Path) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.dup2(line, 3)
    os.closerange(4, 1024)
    if wall:
        wall.inside()
    else:
        os.chdir(scratch)
    child.serve(socket.socket(fileno=3), shell)


def _exit_after(step) -> None:  # type: ignore[no-untyped-def]
    """Do the step and end this process, whatever comes, without what belongs to the one that it was forked from."""
    try:
        step()
    finally:
        os._exit(0)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # a library's words about threads and forks are for nobody here
    options = json.loads(sys.argv[1])
    with contextlib.suppress(KeyboardInterrupt):
        main(socket.socket(fileno=options["control"]), [Path(path) for path in options["hidden"]], options["walled"])

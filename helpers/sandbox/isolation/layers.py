"""All layers of isolation together: put around a process that forks, and tried out before they are trusted."""

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SCRATCH_MEGABYTES = 16
NO_PROCESS = "no process could be started in the sandbox"
LINUX = sys.platform == "linux"
# What Python and its libraries read while they run. A folder that doesn't exist does no harm here.
_SYSTEM = ("/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/lib", "/lib64", "/etc/localtime")
_LIBRARIES = Path("/usr/local/lib")  # only its libraries: anything else can be there, too
_DEVICES = ("/dev/null", "/dev/urandom", "/dev/zero")


class Isolation:
    """What this system can shut off from a process, made ready once for many processes.

    scratch: the one folder that can be written. readable: files and folders that can be read. hidden: files and folders
    that can't be read, wherever they are. named: paths of what is readable, as they are written, since links can be on
    the way. own_scratch: whether each process sees a scratch folder of its own, and no file system but what it needs.
    """

    own_scratch = False

    def __init__(self, scratch: Path, readable: Iterable[Path], hidden: Iterable[Path], named: Iterable[str] = ()):
        self._scratch, self._calls = scratch, None
        if not LINUX:
            return
        from helpers.sandbox.isolation import landlock, links, namespaces, system_calls
        from helpers.sandbox.isolation.import_places import outermost

        system = [*map(Path, (*_SYSTEM, *_DEVICES)), *_LIBRARIES.glob("*.so*")]
        open_to_all = {path.resolve() for path in (*readable, *system)}
        kept_away = [path.resolve() for path in hidden]
        # An environment inside the course's folder stays readable, so of such a folder the other parts are covered.
        covered = {
            part
            for path in kept_away
            if _is_in(path, open_to_all)
            for part in _without(path, [place for place in open_to_all if place != path and place.is_relative_to(path)])
        }
        # Under a cover nothing is left to be covered.
        self._covered = sorted(path for path in covered if not any(place in covered for place in path.parents))
        self._listable = [path for path in sorted(open_to_all) if not _is_in(path, self._covered)]
        shown = outermost(self._listable)
        found = links.on_the_way([*map(str, system), *named])
        self._view = namespaces.View(
            shown,
            [path for path in self._covered if _is_in(path, shown)],
            {link: target for link, target in found.items() if not _is_in(link, shown)},
        )
        self.own_scratch = _works(lambda: namespaces.enter(scratch, SCRATCH_MEGABYTES, self._view))
        if landlock.version():
            self._readable = [part for path in self._listable for part in _without(path, self._covered)]
        if system_calls.usable():
            self._calls = system_calls.prepared()

    def apply_in_parent(self) -> None:
        """Apply the layers that the parent process has to apply."""
        if self.own_scratch:
            from helpers.sandbox.isolation import namespaces

            namespaces.enter(self._scratch, SCRATCH_MEGABYTES, self._view)

    def apply_in_process(self, scratch: Path | None = None) -> None:
        """Apply the other layers, permanently. scratch: the process's folder, where it has another one."""
        scratch = scratch or self._scratch
        with contextlib.suppress(ImportError):  # not on Windows
            from helpers.sandbox.isolation import limits

            limits.limit()
        if not LINUX:
            os.chdir(scratch)
            return
        from helpers.sandbox.isolation import landlock, namespaces, system_calls

        if self.own_scratch:
            namespaces.go_inside(self._scratch)
        os.chdir(scratch)
        namespaces.give_up_rights()
        if landlock.version():
            landlock.restrict(landlock.rules(self._readable, [scratch], self._listable))
        if self._calls is not None:
            system_calls.load(self._calls)
        self.__dict__.clear()  # a hand-in finds every object, and these paths are none of its business


def _is_in(path: Path, places: Iterable[Path]) -> bool:
    return any(path.is_relative_to(place) for place in places)


def _without(path: Path, hidden: list[Path]) -> list[Path]:
    """Return the path, or its parts beside what is hidden when it holds something hidden; [] when it is hidden."""
    if path in hidden:
        return []
    if not any(place.is_relative_to(path) for place in hidden):
        return [path]
    try:
        parts = list(path.iterdir())
    except OSError:
        return []
    return [found for part in parts for found in _without(part, hidden)]


def holes(isolation: Isolation, secret: Path) -> list[str]:
    """Return what an isolated process was able to do that it must not, tried out by one; [] when nothing.

    [NO_PROCESS] when none started. secret: a file outside that it must neither read nor change.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            isolation.apply_in_parent()

            def tried() -> None:
                isolation.apply_in_process()
                os.write(writing, _tried(secret).encode())

            _works(tried)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said.splitlines()[:-1] if said.endswith("end\n") else [NO_PROCESS]


def _tried(secret: Path) -> str:
    attempts: dict[str, Callable[[], Any]] = {
        "read your files": secret.read_bytes,
        "change your files": lambda: os.truncate(secret, 0),
        "change the files of this Python": lambda: open(os.__file__, "r+b").close(),
        "change who may read your files": lambda: os.chmod(secret, 0o600),
        "write messages to services of this computer": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
        "start other programs": _fork,
        "signal and watch your other programs": _signal_the_parent,
        "use the network": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 9)),
        "talk to services of this computer": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    }
    done = []
    for what, attempt in attempts.items():
        with contextlib.suppress(Exception):
            attempt()
            done.append(f"{what}\n")
    return "".join([*done, "end\n"])


def _signal_the_parent() -> None:
    if not os.getppid():
        raise OSError("there is none to be seen")
    os.kill(os.getppid(), 0)


def _fork() -> None:
    if not os.fork():
        os._exit(0)


def _works(step: Callable[[], Any]) -> bool:
    """Return whether a child process could do the step."""
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            step()
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0

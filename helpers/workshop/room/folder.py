"""`course watch FOLDER`: what the learners share whose working copies are in one folder."""

import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from helpers.errors import CourseError
from helpers.sharing import FILE, MARK, Shared, parsed
from helpers.workshop.room.board import Person
from helpers.workshop.room.page import shown

_HOLDS = ".course"
_LARGEST = 200_000  # bytes of a learner's file
_LOOK_AGAIN = 20.0  # seconds until new working copies are looked for
_MOST_LEARNERS, _MOST_FOLDERS = 1_000, 200  # in the folder, and in one learner's
_NOTE = "`course watch` shows how the learners in this folder get on. It deletes this file when it ends.\n"


@contextmanager
def marked(folder: Path) -> Iterator[None]:
    """Tell the kernels of the working copies in this folder, for a block, that somebody watches. CourseError if not.

    Learners share nothing without this, and nothing before their kernel has told them.
    """
    if not folder.is_dir():
        raise CourseError(f"{folder} isn't a folder. Name the one that your learners' working copies are in.")
    try:
        (folder / MARK).write_text(_NOTE, encoding="utf-8")
    except OSError as problem:
        raise CourseError(
            f"I can't write {folder / MARK}: {problem.strerror or problem}. Learners share nothing without that file, "
            "so watch as somebody who can write into the folder."
        ) from None
    try:
        yield
    finally:
        with suppress(OSError):
            (folder / MARK).unlink(missing_ok=True)


def watch(folder: Path, port: int, say: Callable[[str], None], pause: Callable[[float], object] = time.sleep) -> None:
    """Show who is stuck in this folder until Ctrl-C. `say` gets the link. CourseError if that's not possible."""
    watched = WatchedFolder(folder.resolve())
    with _ended_by_signals(), marked(folder.resolve()), shown(watched.people, port) as link:
        say(
            f"Who is stuck: {link}\nOnly this computer can open that page. A learner shares something once they've run "
            "a notebook's first cell, which tells them that you see how they get on, and how to be left out.\n\n"
            "Ctrl-C stops it."
        )
        try:
            while True:
                pause(3600)
        except KeyboardInterrupt:
            say("Stopped. Learners share nothing more.")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Have a terminal that closes, or a `kill`, end this block as Ctrl-C does: what it wrote is tidied away."""
    names = ("SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Windows's
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]  # `nohup` ignores one
    if threading.current_thread() is not threading.main_thread():
        ours = []  # Python sets handlers in no other thread
    for number in ours:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


class WatchedFolder:
    """A folder with a working copy, or a folder around one, for each learner, who is called as that is."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.monotonic):
        self._folder, self._now = folder, now
        self._copies: list[tuple[str, list[Path]]] = []
        self._looked = -_LOOK_AGAIN
        self._read: dict[Path, tuple[tuple[int, int], dict[str, Shared]]] = {}

    def people(self) -> list[Person]:
        """Return the learners in the sequence of their names. A file is read again once it has changed."""
        if self._now() - self._looked >= _LOOK_AGAIN:  # on a network drive, looking for copies takes long
            self._copies, self._looked = list(self._find()), self._now()
        return [
            Person(
                name,
                {answer: one for copy in copies for answer, one in self._shared(copy / FILE).items()},
                any((copy / FILE).is_file() for copy in copies),
            )
            for name, copies in self._copies
        ]

    def _find(self) -> Iterator[tuple[str, list[Path]]]:
        """Yield the learners who have a working copy, each with its `.course` folder, or several."""
        for own in sorted(_folders(self._folder, _MOST_LEARNERS), key=lambda path: path.name.lower()):
            copies = [place / _HOLDS for place in (own, *_folders(own, _MOST_FOLDERS))]
            if found := [copy for copy in copies if copy.is_dir()]:
                yield own.name, found

    def _shared(self, path: Path) -> dict[str, Shared]:
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except OSError:
            self._read.pop(path, None)
            return {}
        with open(handle, "rb") as file:
            state = os.fstat(handle)
            version = state.st_mtime_ns, state.st_size
            before = self._read.get(path)
            if before and before[0] == version:
                return before[1]
            if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
                return {}
            found = parsed(file.read(_LARGEST).decode("utf-8", "replace"))
        self._read[path] = version, found
        return found


def _folders(folder: Path, most: int) -> list[Path]:
    """Return the folders in this one, none of them hidden or a link."""
    found: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if len(found) < most and not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                found.append(Path(entry.path))
    return found

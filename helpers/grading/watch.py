"""Waits for what is new: in the folder of hand-ins, and in the files that an instructor writes beside it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from helpers.errors import CourseError
from helpers.grading import manual, rules
from helpers.grading.intake.files import files_below, is_hand_in, is_nearly, list_folder
from helpers.grading.intake.roster import LIST

SECONDS = 2.0  # between two looks; what is still being copied changes between them
LONGEST = 60.0  # seconds for all to be still: somebody's file can change all the time
_BESIDE = (LIST, rules.FILE, manual.FILE)


class Watch:
    """A folder as it was last seen; first when this is made, so make it before grading. pause: waits some seconds."""

    def __init__(self, folder: Path, pause: Callable[[float], object] = time.sleep):
        self._folder, self._pause = Path(os.path.abspath(folder)), pause
        self._seen = self._look()

    def wait(self) -> None:
        """Return when something has changed since the last time, and no longer changes, or changes all the time."""
        waited = 0.0
        while True:
            now = self._look()
            changed = now != self._seen
            self._pause(SECONDS)
            if changed:
                waited += SECONDS
                if self._look() == now or waited >= LONGEST:
                    self._seen = now
                    return

    def _look(self) -> frozenset[tuple[str, int, int]]:
        beside = (self._folder.parent / name for name in _BESIDE)
        return frozenset((*_files(self._folder), *(found for path in beside for found in _state(path))))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and time of each file that grading would read, and of no more of a learner's than it would.

    Links aren't followed. What can't be read now is left out.
    """
    if folder.is_file():
        yield from _state(folder)
        return
    with suppress(CourseError):
        for top in list_folder(folder):
            for file in files_below(top) if top.folder else (top,):
                if is_hand_in(file.name) or is_nearly(file.name):
                    yield from _state(file.path)


def _state(path: Path) -> Iterator[tuple[str, int, int]]:
    try:
        state = os.lstat(path)
    except OSError:
        return
    yield os.fspath(path), state.st_size, state.st_mtime_ns

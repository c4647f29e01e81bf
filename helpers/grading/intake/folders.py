"""Looks into a folder whose content is not trusted: follows no link, opens no pipe, and bounds what it reads."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.errors import CourseError

MOST = 5_000  # files of one learner; a folder with a virtual environment in it has more
_DEEPEST = 25
_LEFT_OUT = ("__MACOSX", "__pycache__")
# A pipe would keep us waiting, and a link may have come since the folder was listed. Not all systems know these.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


@dataclass(frozen=True)
class Found:
    """A file or folder. parts: its path below the folder of hand-ins. problem: why it is not looked at, else empty."""

    parts: tuple[str, ...]
    path: Path
    folder: bool = False
    problem: str = ""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.parts[-1]


def inside(folder: Path, parts: tuple[str, ...] = ()) -> list[Found]:
    """Return what lies directly in the folder, by name, without what is hidden; CourseError when it cannot be."""
    try:
        with os.scandir(folder) as entries:
            found = [_found(entry, parts) for entry in entries if not left_out(entry.name)]
    except OSError as problem:
        raise CourseError(f"cannot be opened ({problem.strerror}).") from None
    return sorted(found, key=lambda each: each.name)


def below(folder: Found) -> Iterator[Found]:
    """Return all files at any depth of the folder, and the folders that cannot be looked into, with the problem.

    What lies behind the limit is not listed, so that nobody's folder can hold up the rest.
    """
    waiting, seen = [folder], 0
    while waiting:
        here = waiting.pop(0)
        try:
            if len(here.parts) > _DEEPEST:
                raise CourseError("lies too deep.")
            found = inside(here.path, here.parts)
        except CourseError as problem:
            yield Found(here.parts, here.path, problem=str(problem))
            continue
        seen += len(found)
        if seen > MOST:
            yield Found(here.parts, here.path, problem=f"is not looked into: there are more than {MOST:,} files.")
            return
        waiting += [each for each in found if each.folder]
        yield from (each for each in found if not each.folder)


def left_out(name: str) -> bool:
    """Return whether this is what systems and editors leave behind: hidden, a checkpoint, a Mac's second half."""
    return name.startswith(".") or name in _LEFT_OUT


def read(path: Path, largest: int) -> bytes:
    """Return the content of an ordinary file; CourseError says why there is none."""
    try:
        with open(os.open(path, os.O_RDONLY | _FLAGS), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise CourseError("is no ordinary file.")
            content = file.read(min(state.st_size, largest) + 1)
    except OSError as problem:
        raise CourseError(f"cannot be read ({problem.strerror}).") from None
    if len(content) > largest:
        raise CourseError(f"is larger than {largest // 1_000_000} MB.")
    return content


def _found(entry: "os.DirEntry[str]", parts: tuple[str, ...]) -> Found:
    place, path = (*parts, entry.name), Path(entry.path)
    try:
        # Windows has links to folders that are no symbolic links; Python 3.12 knows them.
        if entry.is_symlink() or getattr(entry, "is_junction", bool)():
            return Found(place, path, problem="is a link, and links are not followed. Put the file itself there.")
        if entry.is_dir(follow_symlinks=False):
            return Found(place, path, folder=True)
        if not entry.is_file(follow_symlinks=False):
            return Found(place, path, problem="is no ordinary file but a pipe, a socket or a device.")
    except OSError as problem:
        return Found(place, path, problem=f"cannot be read ({problem.strerror}).")
    return Found(place, path)

"""Reads folders whose content is not trusted: follows no link, opens no pipe, bounds what it reads."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from helpers.errors import CourseError

LONGEST_NAME = 80  # characters of a learner's name
_LONGEST_FILE = 200
MOST_FILES = 5_000  # of one learner; a folder with a virtual environment in it has more
_DEEPEST = 25
_LEFT_OUT = ("__MACOSX", "__pycache__")
_HANDED_IN = (".ipynb", ".zip", ".ipynb.txt", ".ipynb.json")  # a browser may add the last of them
_NEARLY = (".7z", ".rar", ".tar", ".gz", ".tgz")
# A pipe would block, and a link can have replaced the file since the folder was listed. Not all systems have these.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))

# --- which files are read ---------------------------------------------------------------------------------------------


def is_hand_in(name: str) -> bool:
    """Return whether a file with this name is read."""
    return name.lower().endswith(_HANDED_IN)


def is_nearly(name: str) -> bool:
    """Return whether a file with this name was meant as a hand-in, but cannot be read."""
    return name.lower().endswith(_NEARLY)


# --- text from outside ------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Return a learner's name as it is shown and compared: printable, with single spaces, at most 80 characters."""
    printable = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def shown(file: str) -> str:
    """Return a file's name for people: what can't be printed is spelled out, and a very long name is cut."""
    short = file if len(file) <= _LONGEST_FILE else f"{file[: _LONGEST_FILE // 2]}...{file[-_LONGEST_FILE // 2 :]}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


# What a spreadsheet takes for a formula: this beginning of a cell, or of a part of it where `;` separates cells.
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")
_QUOTED = re.compile(r"(^|;)(\s*)'(?=[=+\-@＝＋－＠])")


def no_formula(cell: str) -> str:
    """Return the text of a cell with a quote in front of each part that a spreadsheet would take for a formula."""
    return _FORMULA.sub(r"\1\2'", cell)


def without_quotes(cell: str) -> str:
    """Return the text of a cell without the quotes that `no_formula` put there."""
    return _QUOTED.sub(r"\1\2", cell)


# --- folders ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundFile:
    """A file or folder. parts: its path below the folder of hand-ins. problem: why it is not read, or empty.

    path: where it is on the disk; for a file in a bulk download, where that is. member: its number in the download.
    modified: when it was last changed, in seconds since 1970; 0 when unknown.
    """

    parts: tuple[str, ...]
    path: Path
    folder: bool = False
    problem: str = ""
    member: int | None = None
    modified: float = 0

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]


def list_folder(folder: Path, parts: tuple[str, ...] = ()) -> list[FoundFile]:
    """Return what is directly in the folder, by name, without hidden files; CourseError when it can't be listed."""
    try:
        with os.scandir(folder) as entries:
            found = [_found_file(entry, parts) for entry in entries if not left_out(entry.name)]
    except OSError as problem:
        raise CourseError(f"can't be opened ({problem.strerror}).") from None
    return sorted(found, key=lambda each: each.name)


def files_below(folder: FoundFile) -> Iterator[FoundFile]:
    """Return all files at any depth of the folder, and the folders that cannot be listed, with the problem.

    Beyond the limit nothing is listed, so that one learner's folder can't hold up the others.
    """
    waiting, seen = [folder], 0
    while waiting:
        here = waiting.pop(0)
        try:
            if len(here.parts) > _DEEPEST:
                raise CourseError("is nested too deeply.")
            found = list_folder(here.path, here.parts)
        except CourseError as problem:
            yield FoundFile(here.parts, here.path, problem=str(problem))
            continue
        seen += len(found)
        if seen > MOST_FILES:
            yield FoundFile(
                here.parts, here.path, problem=f"is skipped, because there are more than {MOST_FILES:,} files."
            )
            return
        waiting += [each for each in found if each.folder]
        yield from (each for each in found if not each.folder)


def left_out(name: str) -> bool:
    """Return whether systems and editors leave files with this name behind: hidden ones, and what a Mac adds."""
    return name.startswith(".") or name in _LEFT_OUT


def open_file(path: Path, largest: int) -> BinaryIO:
    """Return an ordinary file, opened; CourseError says why it can't be read."""
    try:
        file = open(os.open(path, os.O_RDONLY | _FLAGS), "rb")  # noqa: SIM115, the caller closes it
        state = os.fstat(file.fileno())
        if stat.S_ISREG(state.st_mode) and state.st_size <= largest:
            return file
    except OSError as problem:
        raise CourseError(f"can't be read ({problem.strerror}).") from None
    file.close()
    if stat.S_ISREG(state.st_mode):
        raise CourseError(f"is larger than {largest // 1_000_000} MB.")
    raise CourseError("isn't an ordinary file.")


def read_file(path: Path, largest: int) -> bytes:
    """Return the content of an ordinary file; CourseError says why it can't be read."""
    with open_file(path, largest) as file:
        content = file.read(largest + 1)  # it can have grown meanwhile
    if len(content) > largest:
        raise CourseError(f"is larger than {largest // 1_000_000} MB.")
    return content


def _found_file(entry: "os.DirEntry[str]", parts: tuple[str, ...]) -> FoundFile:
    place, path = (*parts, entry.name), Path(entry.path)
    try:
        # Windows has links to folders that are no symbolic links; Python 3.12 knows them.
        if entry.is_symlink() or getattr(entry, "is_junction", bool)():
            return FoundFile(place, path, problem="is a link, and links aren't followed. Put the file itself there.")
        if entry.is_dir(follow_symlinks=False):
            return FoundFile(place, path, folder=True)
        if not entry.is_file(follow_symlinks=False):
            return FoundFile(place, path, problem="isn't an ordinary file, but a pipe, a socket or a device.")
        return FoundFile(place, path, modified=entry.stat(follow_symlinks=False).st_mtime)
    except OSError as problem:
        return FoundFile(place, path, problem=f"can't be read ({problem.strerror}).")

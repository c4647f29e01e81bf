"""Reads folders and zip files whose content is not trusted: follows no link, opens no pipe, bounds what it reads.

Nothing of a zip file is written to the disk.
"""

import hashlib
import io
import json
import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from helpers.errors import CourseError

LARGEST_NOTEBOOK = 20_000_000  # bytes of a notebook's file
LONGEST_NAME = 80  # characters of a learner's name
_LONGEST_FILE = 200
MOST_FILES = 5_000  # of one learner; a folder with a virtual environment in it has more
_DEEPEST = 25
_LEFT_OUT = ("__MACOSX", "__pycache__")
_HANDED_IN = (".ipynb", ".zip", ".ipynb.txt", ".ipynb.json")  # a browser may add the last of them
_NEARLY = (".7z", ".rar", ".tar", ".gz", ".tgz")
# A pipe would block, and a link can have replaced the file since the folder was listed. Not all systems have these.
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
LARGEST_ARCHIVE = 60_000_000  # bytes of the file, and of all that is read out of it
MOST_MEMBERS = 5_000
MOST_NOTEBOOKS = 200
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1_000_000
_ENTRY = b"PK\x01\x02"  # begins each member's line in the list of members
# Other methods can ask for gigabytes of memory before they return a byte.
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

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


# --- folders ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundFile:
    """A file or folder. parts: its path below the folder of hand-ins. problem: why it is not read, or empty."""

    parts: tuple[str, ...]
    path: Path
    folder: bool = False
    problem: str = ""

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


def read_file(path: Path, largest: int) -> bytes:
    """Return the content of an ordinary file; CourseError says why it can't be read."""
    try:
        with open(os.open(path, os.O_RDONLY | _FLAGS), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise CourseError("isn't an ordinary file.")
            content = file.read(min(state.st_size, largest) + 1)
    except OSError as problem:
        raise CourseError(f"can't be read ({problem.strerror}).") from None
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
    except OSError as problem:
        return FoundFile(place, path, problem=f"can't be read ({problem.strerror}).")
    return FoundFile(place, path)


# --- zip files, such as `course pack` makes ---------------------------------------------------------------------------


@dataclass
class Archive:
    """What a zip file holds. learner: whose it claims to be, or empty.

    notebooks: names in the file, each with its content and remarks. remarks: sentences about other files in it, which
    begin with the name.
    """

    learner: str = ""
    notebooks: list[tuple[str, bytes, tuple[str, ...]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_archive(content: bytes) -> Archive:
    """Return what the zip file holds; CourseError when it is no zip file, is too large, or holds too many files."""
    if not content:
        raise CourseError("is empty.")
    if content.count(_ENTRY) > MOST_MEMBERS:  # counted before it is opened, which makes an object of each
        raise CourseError(f"has more than {MOST_MEMBERS:,} files in it. Ask for one with only the notebooks.")
    try:
        opened = zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # a damaged file raises many kinds
        raise CourseError("isn't a zip file, or it's damaged.") from None
    with opened:
        return _ArchiveReader(opened).read()


class _ArchiveReader:
    def __init__(self, opened: zipfile.ZipFile):
        self.opened = opened
        self.left = LARGEST_ARCHIVE
        self.found = Archive()

    def read(self) -> Archive:
        members = [member for member in self.opened.infolist() if self._is_wanted(member)]
        manifests = [member for member in members if PurePosixPath(member.filename).name == _MANIFEST]
        wanted = [member for member in members if member.filename.lower().endswith(".ipynb")]
        if len(wanted) > MOST_NOTEBOOKS:
            raise CourseError(f"has more than {MOST_NOTEBOOKS} notebooks in it. Ask for one with only the exercises.")
        prefix, digests = self._manifest(manifests)
        for member in wanted:
            try:
                content = self._content(member, LARGEST_NOTEBOOK)
            except CourseError as problem:
                self._remark(member, str(problem))
                continue
            expected = digests.get(member.filename.removeprefix(prefix))
            changed = expected is not None and expected != hashlib.sha256(content).hexdigest()
            remarks = ("It was changed after it was packed.",) if changed else ()
            self.found.notebooks.append((member.filename, content, remarks))
        return self.found

    def _is_wanted(self, member: zipfile.ZipInfo) -> bool:
        name = member.filename
        parts = PurePosixPath(name).parts
        if not name or name.endswith("/") or any(left_out(part) for part in parts if part != ".."):
            return False
        if ".." in parts or name.startswith("/") or PureWindowsPath(name).drive:
            self._remark(member, "points outside the zip file, so it's left out.")
            return False
        if stat.S_ISLNK(member.external_attr >> 16):
            self._remark(member, "is a link, so it's left out.")
            return False
        if name.lower().endswith(".zip"):
            self._remark(member, "is a zip file inside a zip file. Unpack it, and put its files there instead.")
        return True

    def _manifest(self, members: list[zipfile.ZipInfo]) -> tuple[str, dict[str, Any]]:
        """Keep the learner's name; return the folder to which the manifest's names are relative, and its digests."""
        shortest = min((member.filename.count("/") for member in members), default=0)
        top = [member for member in members if member.filename.count("/") == shortest]
        if not top:
            return "", {}
        try:
            if len(top) > 1:
                raise CourseError("is there twice.")
            said = json.loads(self._content(top[0], _LARGEST_MANIFEST).decode("utf-8-sig"))
            learner, digests = said["learner"], said.get("sha256")
            self.found.learner = clean(learner)
            if not self.found.learner:
                raise CourseError("doesn't name a learner.")
            return top[0].filename.removesuffix(_MANIFEST), digests if isinstance(digests, dict) else {}
        except CourseError as problem:
            self._remark(top[0], str(problem))
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            self._remark(top[0], "isn't what `course pack` writes.")
        return "", {}

    def _content(self, member: zipfile.ZipInfo, largest: int) -> bytes:
        """Return the member's content; CourseError when it cannot be unpacked, or is too large."""
        if member.flag_bits & 1:
            raise CourseError("is locked with a password. Ask for one without.")
        if member.compress_type not in _KNOWN:
            raise CourseError("is compressed in an unknown way.")
        bound = min(largest, self.left)
        content = b""
        if member.file_size <= bound:  # as it claims; reading finds out
            try:
                with self.opened.open(member) as file:
                    content = file.read(bound + 1)
            except Exception:  # a damaged file raises many kinds
                raise CourseError("is damaged and can't be unpacked.") from None
        if max(len(content), member.file_size) > bound:
            raise CourseError("is too large when it's unpacked.")
        self.left -= len(content)
        return content

    def _remark(self, member: zipfile.ZipInfo, problem: str) -> None:
        self.found.remarks.append(f"{shown(member.filename)} {problem}")

"""Reads zip files whose content is not trusted: learners' own, and a bulk download of many learners.

One notebook at a time is in memory. A zip file inside another goes to a temporary file, which the system deletes.
"""

import hashlib
import json
import stat
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO

from helpers.errors import CourseError
from helpers.grading.intake.bounds import LARGEST_ARCHIVE, LARGEST_NOTEBOOK, MOST_MEMBERS, MOST_NOTEBOOKS, Budget
from helpers.grading.intake.files import FoundFile, clean, left_out, open_file, shown
from helpers.grading.records import Origin

_MOST_IN_BULK = 200_000  # files in a bulk download
_LARGEST_BULK = 20_000_000_000  # bytes of a bulk download, which is read from the disk piece by piece
_DEEPEST = 2  # zip files in one another
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1_000_000
_ENTRY = b"PK\x01\x02"  # begins each member's line in the list of members
# Other methods can ask for gigabytes of memory before they return a byte.
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE = 1_000_000
_LONGEST_PATH = 1_000  # characters; no disk holds a longer name, and looking for a learner's in it would take long


@dataclass(frozen=True)
class Unpacked:
    """A notebook out of a zip file. members: which to open to find it again. modified: in seconds since 1970, or 0."""

    name: str
    content: bytes
    remarks: tuple[str, ...]
    members: tuple[int, ...]
    modified: float


class Archive:
    """A learner's zip file, opened. learner: whose it claims to be, or empty.

    remarks: sentences about files in it that can't be used; each begins with the name. CourseError when it is no zip
    file, or holds too many files.
    """

    def __init__(self, file: BinaryIO, budget: Budget, depth: int = 1, members: tuple[int, ...] = ()):
        self.remarks: list[str] = []
        self.learner = ""
        self._budget, self._depth, self._above = budget, depth, members
        self._opened = _opened(file, MOST_MEMBERS, "Ask for one with only the notebooks.")
        self._members = [(n, each) for n, each in enumerate(self._opened.infolist()) if self._is_wanted(each)]
        if sum(_ends(each, ".ipynb") for _, each in self._members) > MOST_NOTEBOOKS:
            raise CourseError(f"has more than {MOST_NOTEBOOKS} notebooks in it. Ask for one with only the exercises.")
        self._prefix, self._digests = self._manifest()

    def notebooks(self) -> Iterator[Unpacked]:
        """Return its notebooks one by one, those in zip files inside it too."""
        for number, member in self._members:
            where = (*self._above, number)
            try:
                if _ends(member, ".ipynb"):
                    content = content_of(self._opened, member, LARGEST_NOTEBOOK, self._budget)
                    yield Unpacked(member.filename, content, self._changed(member, content), where, _modified(member))
                elif _ends(member, ".zip"):
                    yield from self._inner(member, where)
            except CourseError as problem:
                self._remark(member, str(problem))

    def _inner(self, member: zipfile.ZipInfo, where: tuple[int, ...]) -> Iterator[Unpacked]:
        if self._depth >= _DEEPEST:
            raise CourseError(f"is more than {_DEEPEST} zip files deep. Unpack it, and put its files there instead.")
        with on_disk(self._opened, member, self._budget) as file:
            inner = Archive(file, self._budget, self._depth + 1, where)
            self.learner = self.learner or inner.learner
            for each in inner.notebooks():
                name = f"{member.filename}/{each.name}"
                yield Unpacked(name, each.content, each.remarks, each.members, each.modified)
            self.remarks += [f"{shown(member.filename)}/{remark}" for remark in inner.remarks]

    def _is_wanted(self, member: zipfile.ZipInfo) -> bool:
        try:
            return bool(_parts(member))
        except CourseError as problem:
            self._remark(member, str(problem))
            return False

    def _changed(self, member: zipfile.ZipInfo, content: bytes) -> tuple[str, ...]:
        expected = self._digests.get(member.filename.removeprefix(self._prefix))
        changed = expected is not None and expected != hashlib.sha256(content).hexdigest()
        return ("It was changed after it was packed.",) if changed else ()

    def _manifest(self) -> tuple[str, Mapping[str, Any]]:
        """Keep the learner's name; return the folder to which the manifest's names are relative, and its digests."""
        members = [each for _, each in self._members if PurePosixPath(each.filename).name == _MANIFEST]
        shortest = min((each.filename.count("/") for each in members), default=0)
        top = [each for each in members if each.filename.count("/") == shortest]
        if not top:
            return "", {}
        try:
            if len(top) > 1:
                raise CourseError("is there twice.")
            said = json.loads(content_of(self._opened, top[0], _LARGEST_MANIFEST, self._budget).decode("utf-8-sig"))
            learner, digests = said["learner"], said.get("sha256")
            self.learner = clean(learner)
            if not self.learner:
                raise CourseError("doesn't name a learner.")
            return top[0].filename.removesuffix(_MANIFEST), digests if isinstance(digests, dict) else {}
        except CourseError as problem:
            self._remark(top[0], str(problem))
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            self._remark(top[0], "isn't what `course pack` writes.")
        return "", {}

    def _remark(self, member: zipfile.ZipInfo, problem: str) -> None:
        self.remarks.append(f"{shown(member.filename)} {problem}")


class Bulk:
    """A bulk download of many learners, opened. CourseError when it is none."""

    def __init__(self, path: Path):
        self._path, self._file = path, open_file(path, _LARGEST_BULK)
        try:
            self._opened = _opened(self._file, _MOST_IN_BULK, "Download it in several parts.")
        except CourseError:
            self._file.close()
            raise

    def files(self) -> list[FoundFile]:
        """Return the files in it, as if it were a folder."""
        found = []
        for number, member in enumerate(self._opened.infolist()):
            problem = ""
            try:
                parts = _parts(member)
            except CourseError as odd:
                parts, problem = (shown(member.filename).strip("/") or "a file",), str(odd)
            if parts:
                found.append(FoundFile(parts, self._path, False, problem, number, _modified(member)))
        return sorted(found, key=lambda each: each.parts)

    def open(self, file: FoundFile, budget: Budget) -> BinaryIO:
        """Return a file in it, as a temporary file; CourseError when it can't be unpacked."""
        return on_disk(self._opened, self._opened.infolist()[file.member or 0], budget)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_again(origin: Origin, budget: Budget) -> bytes:
    """Return the bytes of a notebook that was read before; CourseError when it isn't there any more."""
    file = open_file(origin.path, _LARGEST_BULK if origin.members else LARGEST_NOTEBOOK)
    for number in origin.members:
        with file as outer:
            opened = _opened(outer, _MOST_IN_BULK, "")
            members = opened.infolist()
            if number >= len(members):
                raise CourseError("was changed meanwhile.")
            file = on_disk(opened, members[number], budget)
    with file:
        return file.read(LARGEST_NOTEBOOK)


def on_disk(opened: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    """Return the member as a temporary file, open at its beginning; CourseError as `content_of`."""
    made = tempfile.TemporaryFile()  # noqa: SIM115, the caller closes it
    try:
        for piece in _pieces(opened, member, LARGEST_ARCHIVE, budget):
            made.write(piece)
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made


def content_of(opened: zipfile.ZipFile, member: zipfile.ZipInfo, largest: int, budget: Budget) -> bytes:
    """Return the member's content; CourseError when it can't be unpacked, or is too large for itself or the budget."""
    return b"".join(_pieces(opened, member, largest, budget))


def _pieces(opened: zipfile.ZipFile, member: zipfile.ZipInfo, largest: int, budget: Budget) -> Iterator[bytes]:
    if member.flag_bits & 1:
        raise CourseError("is locked with a password. Ask for one without.")
    if member.compress_type not in _KNOWN:
        raise CourseError("is compressed in an unknown way.")
    if member.file_size > largest:  # as it claims; reading finds out
        raise CourseError("is too large when it's unpacked.")
    if member.file_size > budget.room("bytes"):
        budget.take("bytes", member.file_size)
    done = 0
    try:
        file = opened.open(member)
    except Exception:  # a damaged file raises many kinds
        raise CourseError("is damaged and can't be unpacked.") from None
    with file:
        while True:
            try:
                piece = file.read(_PIECE)
            except Exception:
                raise CourseError("is damaged and can't be unpacked.") from None
            if not piece:
                return
            done += len(piece)
            if done > largest:
                raise CourseError("is too large when it's unpacked.")
            budget.take("bytes", len(piece))
            yield piece


def _opened(file: BinaryIO, most: int, advice: str) -> zipfile.ZipFile:
    entries, tail = 0, b""
    while piece := file.read(_PIECE):  # counted before it is opened, which makes an object of each
        entries += (tail + piece).count(_ENTRY)
        tail = piece[-3:]
        if entries > most:
            raise CourseError(f"has more than {most:,} files in it. {advice}".rstrip())
    if not file.tell():
        raise CourseError("is empty.")
    try:
        return zipfile.ZipFile(file)
    except Exception:  # a damaged file raises many kinds
        raise CourseError("isn't a zip file, or it's damaged.") from None


def _parts(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the parts of the member's path; none for a folder, and for what systems leave behind."""
    name = member.filename
    parts = PurePosixPath(name).parts
    if not name or name.endswith("/") or any(left_out(part) for part in parts if part != ".."):
        return ()
    if len(name) > _LONGEST_PATH:
        raise CourseError("has a name that's too long, so it's left out.")
    if ".." in parts or name.startswith("/") or PureWindowsPath(name).drive:
        raise CourseError("points outside the zip file, so it's left out.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise CourseError("is a link, so it's left out.")
    return parts


def _ends(member: zipfile.ZipInfo, suffix: str) -> bool:
    return member.filename.lower().endswith(suffix)


def _modified(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (ValueError, OverflowError, TypeError):
        return 0

"""Reads a zip file that was handed in, such as `course pack` makes. Nothing of it is written to a disk."""

import hashlib
import io
import json
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from helpers.errors import CourseError
from helpers.grading.intake import notebooks
from helpers.grading.intake.folders import left_out
from helpers.grading.intake.naming import clean, shown

LARGEST = 60_000_000  # bytes of the file, and of all that is read out of it
MOST_MEMBERS = 5_000
MOST_NOTEBOOKS = 200
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1_000_000
_ENTRY = b"PK\x01\x02"  # begins each member's line in the list of members
# Others may ask for gigabytes of memory before they give a byte.
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Archive:
    """What a zip file holds. learner: whose it says it is, empty when it says nothing.

    notebooks: by name in the file, each with its content and remarks. remarks: what else should be known, as sentences
    that begin with a name in the file.
    """

    learner: str = ""
    notebooks: list[tuple[str, bytes, tuple[str, ...]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Archive:
    """Return what the zip file holds; CourseError when it is none, or one that is too large or too many."""
    if not content:
        raise CourseError("is empty.")
    if content.count(_ENTRY) > MOST_MEMBERS:  # before it is opened, which makes an object of each
        raise CourseError(f"holds more than {MOST_MEMBERS:,} files. Ask for one with the notebooks alone.")
    try:
        opened = zipfile.ZipFile(io.BytesIO(content))
    except Exception:  # a damaged file raises many kinds
        raise CourseError("is not a zip file, or a damaged one.") from None
    with opened:
        return _Reader(opened).read()


class _Reader:
    def __init__(self, opened: zipfile.ZipFile):
        self.opened = opened
        self.left = LARGEST
        self.found = Archive()

    def read(self) -> Archive:
        members = [member for member in self.opened.infolist() if self._is_wanted(member)]
        manifests = [member for member in members if PurePosixPath(member.filename).name == _MANIFEST]
        wanted = [member for member in members if member.filename.lower().endswith(".ipynb")]
        if len(wanted) > MOST_NOTEBOOKS:
            raise CourseError(f"holds more than {MOST_NOTEBOOKS} notebooks. Ask for one with the exercises alone.")
        prefix, digests = self._manifest(manifests)
        for member in wanted:
            try:
                content = self._content(member, notebooks.LARGEST)
            except CourseError as problem:
                self._remark(member, str(problem))
                continue
            told = digests.get(member.filename.removeprefix(prefix))
            changed = told is not None and told != hashlib.sha256(content).hexdigest()
            remarks = ("It was changed after it was packed.",) if changed else ()
            self.found.notebooks.append((member.filename, content, remarks))
        return self.found

    def _is_wanted(self, member: zipfile.ZipInfo) -> bool:
        name = member.filename
        parts = PurePosixPath(name).parts
        if not name or name.endswith("/") or any(left_out(part) for part in parts if part != ".."):
            return False
        if ".." in parts or name.startswith("/") or PureWindowsPath(name).drive:
            self._remark(member, "leads out of the zip file. It is left out.")
            return False
        if stat.S_ISLNK(member.external_attr >> 16):
            self._remark(member, "is a link. It is left out.")
            return False
        if name.lower().endswith(".zip"):
            self._remark(member, "is a zip file within a zip file. Unpack it, and put what is in it there.")
        return True

    def _manifest(self, members: list[zipfile.ZipInfo]) -> tuple[str, dict[str, Any]]:
        """Take over the learner's name; return the folder in which the manifest's names start, and its digests."""
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
                raise CourseError("names no learner.")
            return top[0].filename.removesuffix(_MANIFEST), digests if isinstance(digests, dict) else {}
        except CourseError as problem:
            self._remark(top[0], str(problem))
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            self._remark(top[0], "is not what `course pack` writes.")
        return "", {}

    def _content(self, member: zipfile.ZipInfo, largest: int) -> bytes:
        """Return what the member unpacks to; CourseError when it cannot be, or is larger than the bounds."""
        if member.flag_bits & 1:
            raise CourseError("is locked with a password. Ask for one without.")
        if member.compress_type not in _KNOWN:
            raise CourseError("is packed in a way that is not known.")
        bound = min(largest, self.left)
        content = b""
        if member.file_size <= bound:  # so it says; reading finds out
            try:
                with self.opened.open(member) as file:
                    content = file.read(bound + 1)
            except Exception:  # a damaged file raises many kinds
                raise CourseError("is damaged and cannot be unpacked.") from None
        if max(len(content), member.file_size) > bound:
            raise CourseError("is too large when it is unpacked.")
        self.left -= len(content)
        return content

    def _remark(self, member: zipfile.ZipInfo, problem: str) -> None:
        self.found.remarks.append(f"{shown(member.filename)} {problem}")

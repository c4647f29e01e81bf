"""Reads the list of learners that an instructor may put into the folder: an own one, or Canvas's grade book."""

import csv
import io
import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from helpers.errors import CourseError
from helpers.grading.intake.folders import read as read_file
from helpers.grading.intake.naming import clean, folded, shown

NAME = "learners.csv"
_LARGEST = 20_000_000
_CANVAS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
_LOGINS = ("SIS Login ID", "SIS User ID")


@dataclass(frozen=True)
class Row:
    """One learner of the list. parts: where their file or folder lies, empty when the list does not say.

    columns: what else the list says. remarks: what is wrong with the row, a sentence each.
    """

    learner: str
    columns: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """What Canvas calls the learner, as files' names do; empty when the list does not say."""
        number = dict(self.columns).get("ID", "").strip()
        return f"canvas {number}" if number else ""

    def goes_by(self) -> set[str]:
        """Return the names under which the learner may have handed in, folded."""
        last, comma, first = self.learner.partition(",")
        columns = dict(self.columns)
        names = {self.learner, f"{first} {last}" if comma else "", *(columns.get(each, "") for each in _LOGINS)}
        return {folded(name) for name in names} - {""}


@dataclass
class LearnerList:
    """The list. remarks: what is wrong with it as a whole, a sentence each."""

    rows: list[Row] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(folder: Path) -> LearnerList:
    """Return the list that lies in the folder, an empty one when none does or it cannot be read.

    Only the one that an instructor named so: any other table may be what a learner handed in.
    """
    path = folder / NAME
    if not os.path.lexists(path):
        return LearnerList()
    try:
        return LearnerList(_rows(read_file(path, _LARGEST).decode("utf-8-sig")))
    except UnicodeDecodeError:
        problem = "is not saved as UTF-8. In a spreadsheet choose the format “CSV UTF-8”."
    except csv.Error as error:
        problem = f"is no list that can be read ({error})."
    except CourseError as error:
        problem = str(error)
    return LearnerList(remarks=[f"'{NAME}' {problem} The hand-ins are named without it."])


def in_one_form(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path as paths are compared: a Mac writes an é in two characters, a list in one."""
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _rows(text: str) -> list[Row]:
    head = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    titles = [clean(title) for title in next(lines, [])]
    named = {title.casefold(): title for title in titles}
    whole = [dict(zip(titles, line + [""] * len(titles), strict=False)) for line in lines]
    if "learner" in named:  # without files, the learners are found by their names
        return [row for line in whole if (row := _own(line, named["learner"], named.get("file", "")))]
    if {"Student", "ID"} <= set(titles):
        return [row for line in whole if (row := _canvas(line))]
    raise CourseError("needs the columns “learner” and “file”, or must be a grade book that Canvas exported.")


def _own(line: dict[str, str], learner: str, file: str) -> Row | None:
    name, place = clean(line.get(learner, "")), line.get(file, "").strip()
    if not name:
        if not place:
            return None
        name = clean(shown(place))
    columns = tuple((key, value) for key, value in line.items() if key not in (learner, file) and key)
    path = PurePosixPath(place.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(place).drive:
        said = f"{NAME} names the file {shown(place)}, which leads out of the folder. It is not read."
        return Row(name, columns, remarks=(said,))
    return Row(name, columns, in_one_form(path.parts))


def _canvas(line: dict[str, str]) -> Row | None:
    name = clean(line.get("Student", ""))
    if name in ("", "Points Possible", "Student, Test"):  # the last one is Canvas's view for teachers
        return None
    # Marks of other assignments stay behind: they may have changed by the time the grade book is imported.
    return Row(name, tuple((key, line[key]) for key in _CANVAS if key in line))

"""The list of learners: a table of the instructor's own, or one that a learning platform exports."""

import codecs
import csv
import io
import os
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from helpers.errors import CourseError
from helpers.grading.intake.files import clean, no_formula, read_file, shown, without_quotes
from helpers.grading.intake.names import folded

LIST = "learners.csv"
GUESSES = "names-to-confirm.csv"
_LARGEST_LIST = 20_000_000  # bytes
_TEST_STUDENT = "Student, Test"  # whom Canvas adds to each course, for teachers
_CANVAS_COLUMNS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
# Columns of platforms under whose values a learner's files can be: Canvas, Blackboard, Brightspace, Moodle, GitHub.
_LOGINS = {"sis login id", "sis user id", "username", "orgdefinedid", "student id", "id number", "email address"}
_LOGINS |= {"github_username", "identifier"}
_WHOLE_NAMES = ("learner", "student", "full name", "name", "identifier")
_NUMBERS = {"id": "canvas ", "identifier": "moodle "}


@dataclass(frozen=True)
class Listed:
    """One row of the list. parts: the path of the learner's file or folder, empty when the list has none.

    columns: everything else in the row. remarks: what is wrong with the row, a sentence each.
    """

    learner: str
    columns: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """The learner's number in Canvas or Moodle, as names of files have it; empty when the list has none."""
        columns = {key.casefold(): value.strip() for key, value in self.columns}
        for column, giver in _NUMBERS.items():
            number = columns.get(column, "").removeprefix("Participant ")
            if number.isdigit():
                return giver + number
        return ""

    def goes_by(self) -> set[str]:
        """Return the names that the learner's files can have, folded."""
        last, comma, first = self.learner.partition(",")
        logins = (value for key, value in self.columns if key.casefold() in _LOGINS)
        return {folded(name) for name in (self.learner, f"{first} {last}" if comma else "", *logins)} - {""}


@dataclass
class LearnerList:
    """The list. remarks: what is wrong with the whole of it, a sentence each.

    nobody: numbers, as names of files have them, that are no learner's.
    """

    rows: list[Listed] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    nobody: set[str] = field(default_factory=set)


def read_list(folder: Path) -> LearnerList:
    """Return the list beside the folder of hand-ins, an empty one when there is none or it can't be read.

    One inside the folder isn't read, since a learner can have put it there.
    """
    beside = Path(os.path.abspath(folder)).parent / LIST
    if not os.path.lexists(beside):
        inside = f"'{LIST}' in the folder isn't read, because a learner could have put it there. If it's yours, move it"
        return LearnerList(remarks=[f"{inside} to {beside.parent}."] if os.path.lexists(folder / LIST) else [])
    try:
        rows = _rows(_text(read_file(beside, _LARGEST_LIST)))
        nobody = {row.number for row in rows if row.learner == _TEST_STUDENT and row.number}
        return LearnerList([row for row in rows if row.learner != _TEST_STUDENT], nobody=nobody)
    except UnicodeDecodeError:
        problem = "isn't saved as UTF-8. In a spreadsheet, choose the format “CSV UTF-8”."
    except csv.Error as error:
        problem = f"isn't a list that I can read ({error})."
    except CourseError as error:
        problem = str(error)
    return LearnerList(remarks=[f"'{LIST}' {problem} I named the hand-ins without it."])


def guessed(guesses: tuple[tuple[str, str], ...]) -> str:
    """Return a list of these files and their learners as text, which an instructor can correct and use as the list."""
    made = io.StringIO()
    rows = [("file", "learner"), *guesses]
    csv.writer(made).writerows([no_formula(cell) for cell in row] for row in rows)
    return made.getvalue()


def in_one_form(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path in the form in which paths are compared: a Mac writes é as two characters, a list as one."""
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def _text(content: bytes) -> str:
    """Return the file's text, in UTF-8 or a spreadsheet's UTF-16, without the line in which Excel keeps its comma."""
    is_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_16 else "utf-8-sig")
    return re.sub(r"\A\s*(?:sep=.[\r\n]+)?", "", text)


def _rows(text: str) -> list[Listed]:
    head = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    titles = [clean(title) for title in next(lines, [])]
    named = {title.casefold(): title for title in titles}
    whole = [dict(zip(titles, line + [""] * len(titles), strict=False)) for line in lines]
    if {"LastName", "FirstName", "ID"} <= set(titles):
        for line in whole:
            line["Student"] = ", ".join(filter(None, (line["LastName"].strip(), line["FirstName"].strip())))
    if {"Student", "ID"} <= {*titles, *(whole[0] if whole else ())}:
        return [row for line in whole if (row := _canvas_row(line))]
    # Without files, the learners are found by their names.
    if column := next((named[each] for each in _WHOLE_NAMES if each in named), ""):
        return [row for line in whole if (row := _row(line, line[column], {column}, named.get("file", "")))]
    first, last = named.get("first name", ""), named.get("last name", named.get("surname", ""))
    if first and last:
        return [row for line in whole if (row := _row(line, f"{line[first]} {line[last]}", set(), ""))]
    raise CourseError(
        "needs the columns “learner” and “file”, unless it's a grade book or list that your learning platform exports."
    )


def _row(line: dict[str, str], learner: str, used: set[str], file: str) -> Listed | None:
    name, place = clean(without_quotes(learner)), without_quotes(line.get(file, "").strip())
    if not name:
        if not place:
            return None
        name = clean(shown(place))
    columns = tuple((key, value) for key, value in line.items() if key not in {*used, file} and key)
    path = PurePosixPath(place.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(place).drive:
        said = f"{LIST} names the file {shown(place)}, which is outside the folder, so I didn't read it."
        return Listed(name, columns, remarks=(said,))
    return Listed(name, columns, in_one_form(path.parts))


def _canvas_row(line: dict[str, str]) -> Listed | None:
    name = clean(line.get("Student", ""))
    if name in ("", "Points Possible"):
        return None
    # Without the marks of other assignments: they can have changed by the time the grade book is imported.
    return Listed(name, tuple((key, line[key]) for key in _CANVAS_COLUMNS if key in line))

"""`marks.csv`, which an instructor writes beside the folder of hand-ins: points, comments, who is excused, and times.

Grading only reads it, so what's in it survives each regrading.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from helpers.course import Course
from helpers.errors import CourseError
from helpers.grading.intake.files import read_file, shown
from helpers.grading.intake.names import folded
from helpers.grading.records import Learner

FILE = "marks.csv"
COLUMNS = ("learner", "exercise", "points", "excused", "handed in", "comment")
_LARGEST = 20_000_000  # bytes
_YES, _NO = ("yes", "y", "x", "true", "1", "ex"), ("", "no", "n", "false", "0")
_EVERYTHING = ("", "all")
TIME = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Said:
    """One row: what the instructor said. about: an exercise's id, a lesson's number, or "" for all of the learner's."""

    about: str
    points: float | None = None
    excused: bool = False
    when: datetime | None = None  # it was handed in; without a zone where the file has none
    comment: str = ""


@dataclass(frozen=True)
class Manual:
    """The rows by the learner's name, folded. path: the file, for people."""

    rows: Mapping[str, Sequence[Said]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # as they're written
    path: Path = Path(FILE)

    def of(self, learner: str) -> Sequence[Said]:
        """Return what was said of this learner, in the order of the file."""
        return self.rows.get(folded(learner), ())

    def unknown(self, learners: Sequence[Learner]) -> list[str]:
        """Return a sentence for each name in the file that no learner has."""
        known = {folded(learner.name) for learner in learners}
        return [
            f"{self.path.name} has marks for {shown(name)}, and there's no such learner. Write the name as "
            "gradebook.csv has it."
            for key, name in self.names.items()
            if key not in known
        ]


def read_manual(beside: Path, listed: Course, changed: Mapping[str, float]) -> Manual:
    """Return what this folder's marks.csv says; nothing when there is none.

    changed: what exercises are worth by grading.toml, by their ids, where that isn't the course's. CourseError names
    the line that can't be understood, and what to write there: no mark is left out silently.
    """
    path = beside / FILE
    if not path.exists():
        return Manual(path=path)
    try:
        text = read_file(path, _LARGEST).decode("utf-8-sig")
        lines = _lines(text)
    except UnicodeDecodeError:
        said = "isn't saved as UTF-8. In a spreadsheet, choose the format “CSV UTF-8”."
        raise CourseError(f"{path} {said}") from None
    except csv.Error as problem:
        raise CourseError(f"{path} isn't a table that I can read ({problem}).") from None
    except CourseError as problem:
        raise CourseError(f"{path} {problem}") from None
    rows: dict[str, list[Said]] = {}
    names: dict[str, str] = {}
    for number, line in lines:
        try:
            row = _said(line, listed, changed)
            if not (name := folded(line["learner"].removeprefix("'"))):
                raise CourseError("has no learner. Write the name as gradebook.csv has it.")
        except CourseError as problem:
            raise CourseError(f"{path}, line {number}: {problem}") from None
        rows.setdefault(name, []).append(row)
        names.setdefault(name, line["learner"].strip())
    return Manual(rows, names, path)


def _lines(text: str) -> list[tuple[int, dict[str, str]]]:
    """Return each row that isn't empty, with the number of its line, by the names of the columns."""
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    titles = [" ".join(title.split()).casefold() for title in next(reader, [])]
    unknown = [title for title in titles if title and title not in COLUMNS]
    if "learner" not in titles or unknown:
        odd = f" There is no column “{shown(unknown[0])}”." if unknown else ""
        raise CourseError(f"needs the column “learner”, and can have these: {', '.join(COLUMNS[1:])}.{odd}")
    found = []
    for line in reader:
        cells = dict(zip(titles, [cell.strip() for cell in line] + [""] * len(titles), strict=False))
        if any(cells.values()):
            found.append((reader.line_num, dict.fromkeys(COLUMNS, "") | cells))
    return found


def _said(line: Mapping[str, str], listed: Course, changed: Mapping[str, float]) -> Said:
    about = _about(line["exercise"], listed)
    points = None
    if line["points"]:
        if "." not in about:
            raise CourseError("points are for one exercise. Write its number, such as 01.3, into “exercise”.")
        points = _points(line["points"], about, changed.get(about, listed.exercise(about).points))
    word = line["excused"].casefold()
    if word not in _YES + _NO:
        raise CourseError(f"“excused” is “{shown(line['excused'])}”. Write yes, or leave it empty.")
    if points is not None and word in _YES:
        raise CourseError("an excused exercise has no points. Leave one of the two empty.")
    if line["handed in"] and "." in about:
        raise CourseError("“handed in” is for a lesson, such as 03, or for everything, with the exercise left empty.")
    comment = " ".join(line["comment"].split())
    return Said(about, points, word in _YES, _when(line["handed in"]), comment)


def _about(word: str, listed: Course) -> str:
    """Return the exercise's id, the lesson's number or ""."""
    if word.casefold() in _EVERYTHING:
        return ""
    # A spreadsheet makes 1.3 of 01.3, and 1 of 01.
    return listed.exercise(word).id if "." in word or not word[0].isdigit() else listed.lesson(word).number


def _points(word: str, exercise: str, worth: float) -> float:
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        value = -1.0
    if not 0 <= value <= worth:
        raise CourseError(
            f"“points” is “{shown(word)}”. Write a number from 0 to {worth:g}, which is what {exercise} is worth."
        )
    return value


def _when(word: str) -> datetime | None:
    if not word:
        return None
    try:
        return datetime.fromisoformat(word.removesuffix("Z") + ("+00:00" if word.endswith("Z") else ""))
    except ValueError:
        raise CourseError(f"“handed in” is “{shown(word)}”. Write it as 2026-03-01 18:00.") from None

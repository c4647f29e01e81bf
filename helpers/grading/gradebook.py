"""The grade book: what outcomes are worth, what changed since the last one, and the files that it is written into.

The files are a table for a spreadsheet, JSON for programs, and a table that Canvas imports.
Canvas reads the columns Student, ID, SIS User ID, SIS Login ID and Section, in this order, then one for each
assignment, and below the heading a row "Points Possible". It finds a learner by ID, then by a SIS ID, then by the name.
It fills an assignment of the same name, or makes a new one.
https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades
https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb
"""

import csv
import dataclasses
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from helpers.checks.outcome import OLDER, Outcome, worth
from helpers.course import Exercise, Lesson
from helpers.folders import write
from helpers.grading.output import writing
from helpers.grading.records import Graded, Learner, Mark, Row, by_name
from helpers.grading.reports.texts import number, percent, shorten

NOT_HANDED_IN = "not handed in"

FIRST = "first graded"
GONE = "no longer handed in"
ANEW = "handed in again"
NEW_CHECKS = "the exercises or checks changed"
NEW_VERSIONS = "the version of the course, boto3 or moto changed"
UNEXPLAINED = "nothing that the mark depends on has changed, so please look into it"
_NAMED = 5  # learners in one sentence
BOOK = "gradebook.json"
TABLE = "gradebook.csv"
CANVAS = "canvas.csv"

_FORMAT = 2  # of the JSON; a book of another format is not compared with
_PARTS = ("mastering-aws-messaging", "boto3", "moto")  # a mark depends on their versions
_LONGEST = 4000  # characters of one text of an outcome in the JSON
_LONGEST_CELL = 1000  # a spreadsheet refuses cells beyond 32,767
_CANVAS_COLUMNS = ("ID", "SIS User ID", "SIS Login ID", "Section")
_BY_NAME_ALONE = (
    f"{CANVAS} has no IDs, so Canvas looks for learners by name, and asks you about each one that it doesn't find. It "
    "finds them all if your list of learners has a column ID or SIS User ID. You can export such a list from Canvas."
)
_UNMARKED = (
    f"Some exercises have changed since these learners got their copies: {{}}. Those answers aren't marked. {TABLE} "
    f"says so in place of the points, totals and percentages leave them out, and {CANVAS} leaves these lessons empty. "
    "Decide what they're worth, or have learners do the exercises again."
)
# What a spreadsheet takes for a formula: this beginning of a cell, or of a part of it where `;` separates cells.
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")

# --- marks and changes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A mark that differs from the one when the cohort was last graded. before: None when there was none."""

    learner: str
    exercise: str  # "01.3"
    title: str
    before: float | None
    status_before: str
    after: float
    status: str
    reason: str


def row(learner: Learner, graded: Mapping[str, Graded], exercises: Sequence[Exercise]) -> Row:
    """Return the learner's row in the grade book. graded: the outcomes of each hand-in, by the lesson's slug."""
    outcomes = {outcome.exercise: outcome for result in graded.values() for outcome in result.outcomes}
    marks = tuple(_worth_of(exercise, outcomes.get(exercise.id)) for exercise in exercises)
    about_files = (*learner.remarks, *(remark for hand_in in learner.hand_ins for remark in hand_in.remarks))
    about_running = tuple(remark for result in graded.values() for remark in result.remarks)
    if unmarked := [mark.exercise for mark in marks if mark.unmarked]:
        about_running += (f"Not marked, because the notebook has an older copy: {', '.join(unmarked)}.",)
    return Row(learner.name, marks, learner.columns, about_files, about_running)


def _worth_of(exercise: Exercise, outcome: Outcome | None) -> Mark:
    points = worth(exercise, outcome) if outcome else 0
    return Mark(exercise.id, exercise.title, points, exercise.points, outcome)


def status(mark: Mark) -> str:
    """Return the outcome's status; "not handed in" where there is no outcome."""
    return mark.outcome.status if mark.outcome else NOT_HANDED_IN


def digest(cells: Iterable[str]) -> str:
    """Return a digest that changes when one of the cells does."""
    return hashlib.sha256(json.dumps(list(cells)).encode()).hexdigest()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the marks that changed, by learner and exercise, each with its reason.

    before, after: two grade books, as `book` makes them and `read_book` reads them. An empty one before
    means that nothing was graded yet, so that nothing changed. Learners and lessons that only one of the two has are
    no changes of a mark; see `comings_and_goings`.
    """
    if not before:
        return []
    olds, news = _by_learner(before), _by_learner(after)
    lessons = {*before["exercise_set"]} & {*after["exercise_set"]}
    found: list[Change] = []
    for name in sorted({*olds} & {*news}, key=by_name):
        old, new = olds[name], news[name]
        for exercise in sorted({*old["marks"], *new["marks"]}):
            was, now = old["marks"].get(exercise), new["marks"].get(exercise)
            if exercise[:2] not in lessons:
                continue
            if _worth(was) != _worth(now):
                why = _reason(was, now, old, new, before, after)
                found.append(_change(name, was, now, why))
    return found


def comings_and_goings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what else differs between two grade books, a sentence each: who is new, who is gone, and what counts."""
    if not before:
        return []
    olds, news = {*_by_learner(before)}, {*_by_learner(after)}
    said = [
        f"Since last time, {len(names)} learner{' is' if len(names) == 1 else 's are'} {word}: {_few(names)}."
        for names, word in ((news - olds, "new"), (olds - news, "gone"))
        if names
    ]
    was, now = (", ".join(sorted(each["exercise_set"])) for each in (before, after))
    return said + ([f"Different lessons count this time: now {now}, before {was}."] if was != now else [])


def _few(names: set[str]) -> str:
    ordered = sorted(names, key=by_name)
    more = len(ordered) - _NAMED
    return ", ".join(ordered[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _by_learner(book: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each learner's marks by exercise, and the digests of the hand-ins' cells by the lesson's number."""
    return {
        learner["learner"]: {
            "marks": {mark["exercise"]: mark for mark in learner["marks"]},
            "cells": {slug[:2]: hand_in["cells"] for slug, hand_in in learner["hand_ins"].items()},
        }
        for learner in book["learners"]
    }


def _worth(mark: Mapping[str, Any] | None) -> tuple[float, str]:
    return (mark["points"], mark["status"]) if mark else (0, NOT_HANDED_IN)


def _change(learner: str, was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, reason: str) -> Change:
    either = now or was or {}
    points, state = _worth(now)
    points_before, state_before = _worth(was)
    return Change(
        learner,
        either["exercise"],
        either["title"],
        points_before if was else None,
        state_before,
        points,
        state,
        reason,
    )


def _reason(
    was: Mapping[str, Any] | None,
    now: Mapping[str, Any] | None,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> str:
    """Return why the mark changed: all reasons, where there are several."""
    if _worth(was)[1] == NOT_HANDED_IN:
        return FIRST
    number = (now or was or {})["exercise"][:2]
    if now is None and number in new["cells"]:
        return NEW_CHECKS
    if _worth(now)[1] == NOT_HANDED_IN:
        return GONE
    reasons = [
        said
        for said, differs in (
            (ANEW, old["cells"].get(number) != new["cells"].get(number)),
            (NEW_CHECKS, before["exercise_set"][number] != after["exercise_set"][number]),
            (NEW_VERSIONS, before.get("versions") != after.get("versions")),
        )
        if differs
    ]
    return ", ".join(reasons) or UNEXPLAINED


# --- the grade book ---------------------------------------------------------------------------------------------------


def versions() -> dict[str, str]:
    """Return the versions of what a mark depends on."""
    return {name: version(name) for name in _PARTS}


def book(rows: Iterable[Row], learners: Iterable[Learner], exercise_set: Mapping[str, str]) -> dict[str, Any]:
    """Return the whole grade book as plain data, in an order that is always the same.

    learners: whose hand-ins led to the rows. exercise_set: a digest of each lesson's exercises and checks,
    by the number of the lesson; of those that count.
    """
    hand_ins = {learner.name: {hand_in.lesson: hand_in for hand_in in learner.hand_ins} for learner in learners}
    return {
        "format": _FORMAT,
        "versions": versions(),
        "exercise_set": dict(exercise_set),
        "learners": [_learner(row, hand_ins.get(row.learner, {})) for row in _by_name(rows)],
    }


def _learner(row: Row, hand_ins: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "learner": row.learner,
        "columns": dict(row.columns),
        "points": _plain(row.points),
        "of": _plain(row.of),
        "hand_ins": {
            slug: {"file": hand_ins[slug].file, "cells": digest(hand_ins[slug].cells)} for slug in sorted(hand_ins)
        },
        "marks": [_mark(mark) for mark in row.marks],
        "remarks": list(row.remarks),
    }


def _mark(mark: Mark) -> dict[str, Any]:
    plain = dataclasses.asdict(mark.outcome) if mark.outcome else {}
    said = {name: shorten(value, _LONGEST) if isinstance(value, str) else value for name, value in plain.items()}
    said |= {name: list(value) for name, value in said.items() if isinstance(value, tuple)}  # as JSON has it
    own = {"exercise": mark.exercise, "title": mark.title}
    return {**own, "points": _plain(mark.points), "of": _plain(mark.of), "status": status(mark), "outcome": said}


def read_book(out: Path) -> dict[str, Any]:
    """Return the grade book that was last written into this folder; an empty one when there is none to compare with."""
    try:
        found = json.loads((out / BOOK).read_text(encoding="utf-8"))
        if found["format"] != _FORMAT or not all(isinstance(each, str) for each in found["exercise_set"].values()):
            return {}
        for learner in found["learners"]:
            words = [mark[key] for mark in learner["marks"] for key in ("exercise", "title", "status")]
            words += [learner["learner"], *(hand_in["cells"] for hand_in in learner["hand_ins"].values())]
            points = [mark["points"] for mark in learner["marks"]]
            if not all(isinstance(w, str) for w in words) or not all(isinstance(p, int | float) for p in points):
                return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return found


def write_books(out: Path, rows: Sequence[Row], lessons: Sequence[Lesson], whole: Mapping[str, Any]) -> list[str]:
    """Write gradebook.csv, gradebook.json and canvas.csv into the folder and return what the instructor should know.

    whole: what `book` returned. A folder that cannot be written raises CourseError; each file is written whole or not.
    """
    rows = _by_name(rows)
    with writing(out):
        # Spreadsheets on Windows need this mark to read names correctly; Canvas's importer wants none.
        write(out / TABLE, "\ufeff" + _table(rows, lessons))
        write(out / CANVAS, _canvas(rows, lessons))
        write(out / BOOK, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    known = any(dict(row.columns).get(column) for row in rows for column in _CANVAS_COLUMNS[:3])
    unmarked = {row.learner for row in rows if any(mark.unmarked for mark in row.marks)}
    said = [_UNMARKED.format(_few(unmarked))] if unmarked else []
    return said + ([] if known or not rows else [_BY_NAME_ALONE])


def _table(rows: Sequence[Row], lessons: Iterable[Lesson]) -> str:
    exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
    titles = [f"{exercise.id} {exercise.title} (of {number(exercise.points)})" for exercise in exercises]
    listed = list(dict.fromkeys(key for row in rows for key, _ in row.columns))
    lines: list[list[object]] = [["learner", *listed, *titles, "total", "percent", "remarks"]]
    for row in rows:
        said = dict(row.columns)
        points = {mark.exercise: OLDER if mark.unmarked else mark.points for mark in row.marks}
        cells = [points.get(exercise.id, "") for exercise in exercises]
        own = [said.get(key, "") for key in listed]
        lines.append([row.learner, *own, *cells, row.points, percent(row.points, row.of), " ".join(row.remarks)])
    return _written(lines)


def _canvas(rows: Iterable[Row], lessons: Sequence[Lesson]) -> str:
    blank = [""] * len(_CANVAS_COLUMNS)
    lines: list[list[object]] = [
        ["Student", *_CANVAS_COLUMNS, *(f"{lesson.number} {lesson.title}" for lesson in lessons)],
        ["Points Possible", *blank, *(sum(exercise.points for exercise in lesson.exercises) for lesson in lessons)],
    ]
    for row in rows:
        listed = dict(row.columns)
        # Canvas takes any row with these words in its name for the row of the points.
        name = listed.get("Student", row.learner).replace("Points Possible", "Points possible")
        points = [_of_lesson(row, lesson) for lesson in lessons]
        lines.append([name, *(listed.get(column, "") for column in _CANVAS_COLUMNS), *points])
    return _written(lines)


def _of_lesson(row: Row, lesson: Lesson) -> object:
    """Return the points; nothing where nothing came in, or something isn't marked, so that Canvas keeps what it has."""
    marks = [mark for mark in row.marks if mark.exercise[:2] == lesson.number]
    is_marked = any(mark.outcome for mark in marks) and not any(mark.unmarked for mark in marks)
    return sum(mark.points for mark in marks) if is_marked else ""


def _written(lines: Iterable[Sequence[object]]) -> str:
    made = io.StringIO()
    csv.writer(made).writerows([_cell(value) for value in line] for line in lines)
    return made.getvalue()


def _cell(value: object) -> str:
    """Return the cell on one line, a text so that no spreadsheet takes it for a formula."""
    if not isinstance(value, str):
        return number(value)
    return _FORMULA.sub(r"\1\2'", shorten(" ".join(value.split()), _LONGEST_CELL))


def _plain(points: float) -> float:
    """Return 2 for 2.0: JSON has one kind of number, and a book is easier to read this way."""
    return int(points) if points == int(points) else points


def _by_name(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: by_name(row.learner))

"""The grade book: what outcomes are worth, what changed since the last one, and the JSON that keeps it.

The files for people and for learning platforms are in the folder `books`.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, OLDER, Outcome, worth
from helpers.course import Exercise
from helpers.grading.records import UNDECIDED, Graded, Learner, Mark, Row, by_name
from helpers.grading.reports import texts
from helpers.grading.reports.texts import shorten

NOT_HANDED_IN = "not handed in"
EXCUSED = "excused"
MARKED = "marked by hand"

FIRST = "first graded"
GONE = "no longer handed in"
ANEW = "handed in again"
NEW_CHECKS = "the exercises or checks changed"
BY_HAND = "you changed it in marks.csv"
NEW_POINTS = "you changed its points in grading.toml"
NEW_VERSIONS = "the version of the course, boto3 or moto changed"
UNEXPLAINED = "nothing that the mark depends on has changed, so please look into it"
_WHY_NOT = {OLDER: "the notebook has an older copy", CHECK_FAILED: "the check failed"}
BOOK = "gradebook.json"

_FORMAT = 2  # of the JSON; a book of another format is not compared with
_PARTS = ("mastering-aws-messaging", "boto3", "moto")  # a mark depends on their versions
_LONGEST = 4000  # characters of one text of an outcome in the JSON
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
    return Row(learner.name, marks, learner.columns, about_files, about_running + not_marked(marks))


def not_marked(marks: Iterable[Mark]) -> tuple[str, ...]:
    """Return the remarks on answers that aren't marked, and why; nothing where there are none."""
    unmarked = [mark for mark in marks if mark.unmarked]
    ids = {state: [mark.exercise for mark in unmarked if status(mark) == state] for state in _WHY_NOT}
    return tuple(
        f"Not marked, because {why}: {', '.join(ids[state])}." for state, why in _WHY_NOT.items() if ids[state]
    )


def _worth_of(exercise: Exercise, outcome: Outcome | None) -> Mark:
    points = worth(exercise, outcome) if outcome else 0
    return Mark(exercise.id, exercise.title, points, exercise.points, outcome)


def status(mark: Mark) -> str:
    """Return the outcome's status; "not handed in" where there is none; "excused" or "marked by hand" instead.

    The last one only where the outcome says nothing of what the answer is worth.
    """
    if mark.excused:
        return EXCUSED
    if mark.by_hand and mark.outcome and mark.outcome.status in UNDECIDED:
        return MARKED
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
        f"Since last time, {len(names)} learner{' is' if len(names) == 1 else 's are'} {word}: {few(names)}."
        for names, word in ((news - olds, "new"), (olds - news, "gone"))
        if names
    ]
    was, now = (", ".join(sorted(each["exercise_set"])) for each in (before, after))
    return said + ([f"Different lessons count this time: now {now}, before {was}."] if was != now else [])


def few(names: set[str]) -> str:
    """Return the names, or the first of them and how many more there are."""
    return texts.few(sorted(names, key=by_name))


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
    mine = [_own(mark) for mark in (was, now)]
    if mine[0] != mine[1]:
        return BY_HAND
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
            (NEW_POINTS, was and now and was.get("of") != now.get("of")),
            (NEW_VERSIONS, before.get("versions") != after.get("versions")),
        )
        if differs
    ]
    return ", ".join(reasons) or UNEXPLAINED


def _own(mark: Mapping[str, Any] | None) -> tuple[object, ...]:
    """Return what the instructor said of this mark."""
    own = mark or {}
    return own.get("excused", False), own["points"] if own.get("by_hand") else None


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
        "learners": [_learner(row, hand_ins.get(row.learner, {})) for row in ordered(rows)],
    }


def _learner(row: Row, hand_ins: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "learner": row.learner,
        "columns": dict(row.columns),
        "points": plain(row.points),
        "of": plain(row.of),
        "hand_ins": {
            slug: {"file": hand_ins[slug].file, "cells": digest(hand_ins[slug].cells)} for slug in sorted(hand_ins)
        },
        "marks": [_mark(mark) for mark in row.marks],
        "late": [{**dataclasses.asdict(late), "minus": plain(late.minus)} for late in row.late],
        "comments": [{"about": about, "comment": comment} for about, comment in row.comments],
        "remarks": list(row.remarks),
    }


def _mark(mark: Mark) -> dict[str, Any]:
    fields = dataclasses.asdict(mark.outcome) if mark.outcome else {}
    said = {name: shorten(value, _LONGEST) if isinstance(value, str) else value for name, value in fields.items()}
    said |= {name: list(value) for name, value in said.items() if isinstance(value, tuple)}  # as JSON has it
    own = {"exercise": mark.exercise, "title": mark.title, "points": plain(mark.points), "of": plain(mark.of)}
    if mark.by_hand or mark.excused:
        checked = mark.points if mark.checked is None else mark.checked
        own |= {"by_hand": mark.by_hand, "excused": mark.excused, "checked": plain(checked)}
    return {**own, "status": status(mark), "outcome": said}


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


def plain(points: float) -> float:
    """Return 2 for 2.0: JSON has one kind of number, and a book is easier to read this way."""
    return int(points) if points == int(points) else points


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Return the rows by the learners' names."""
    return sorted(rows, key=lambda row: by_name(row.learner))

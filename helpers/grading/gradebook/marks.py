"""What a learner's outcomes are worth, and what grading anew has changed and why."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.checks.outcome import Outcome, worth
from helpers.course import Exercise
from helpers.grading.records import Graded, Learner, Mark, Row, by_name

NOT_HANDED_IN = "not handed in"

FIRST = "first graded"
GONE = "no longer handed in"
ANEW = "handed in anew"
NEW_CHECKS = "the exercises or checks changed"
NEW_VERSIONS = "the version of the course, boto3 or moto changed"
UNEXPLAINED = "nothing changed that the mark depends on: please look into it"
_NAMED = 5  # learners in one sentence


@dataclass(frozen=True)
class Change:
    """A mark that is another one than when the cohort was last graded. before: None when there was none."""

    learner: str
    exercise: str  # "01.3"
    title: str
    before: float | None
    status_before: str
    after: float
    status: str
    reason: str


def row(learner: Learner, graded: Mapping[str, Graded], exercises: Sequence[Exercise]) -> Row:
    """Return the learner's line in the grade book. graded: what came of each hand-in, by the lesson's slug."""
    outcomes = {outcome.exercise: outcome for result in graded.values() for outcome in result.outcomes}
    marks = tuple(_mark(exercise, outcomes.get(exercise.id)) for exercise in exercises)
    about_files = (*learner.remarks, *(remark for hand_in in learner.hand_ins for remark in hand_in.remarks))
    about_running = tuple(remark for result in graded.values() for remark in result.remarks)
    return Row(learner.name, marks, learner.columns, about_files, about_running)


def _mark(exercise: Exercise, outcome: Outcome | None) -> Mark:
    points = worth(exercise, outcome) if outcome else 0
    return Mark(exercise.id, exercise.title, points, exercise.points, outcome)


def status(mark: Mark) -> str:
    """Return the outcome's status; "not handed in" where there is no outcome."""
    return mark.outcome.status if mark.outcome else NOT_HANDED_IN


def digest(cells: Iterable[str]) -> str:
    """Return what is another one as soon as one of the cells is."""
    return hashlib.sha256(json.dumps(list(cells)).encode()).hexdigest()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the marks that are not what they were, by learner and exercise, each with its reason.

    before, after: two grade books, as `books.book` makes them and `books.read_book` reads them. An empty one before
    means that nothing was graded yet, so that nothing changed. Learners and lessons that only one of the two has are
    no changes of a mark; see `comings_and_goings`.
    """
    if not before:
        return []
    olds, news = _learners(before), _learners(after)
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
    olds, news = {*_learners(before)}, {*_learners(after)}
    said = [
        f"Since the last grading {len(names)} learner{' is' if len(names) == 1 else 's are'} {word}: {_few(names)}."
        for names, word in ((news - olds, "new"), (olds - news, "gone"))
        if names
    ]
    was, now = (", ".join(sorted(each["exercise_set"])) for each in (before, after))
    return said + ([f"What counts is another choice of lessons: now {now}, before {was}."] if was != now else [])


def _few(names: set[str]) -> str:
    ordered = sorted(names, key=by_name)
    more = len(ordered) - _NAMED
    return ", ".join(ordered[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _learners(book: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
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
    """Return why the mark is another one; where several things changed, all of them."""
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

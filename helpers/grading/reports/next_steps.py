"""What an instructor should do next, a sentence or two each, with the most urgent first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, OLDER, UNREACHABLE
from helpers.grading.records import Mark, Row
from helpers.grading.reports.texts import few, one_line
from helpers.views.words import counted

NOBODY = "Nobody got this right. Is it fair? Was it taught?"
NOTHING = "Nothing needs you before you hand out the marks and the feedback."
_HARD = 2  # exercises to go over
_SEVERAL = 200  # characters of what is quoted


def next_steps(
    rows: Sequence[Row], exercises: Sequence[Mapping[str, Any]], remarks: Sequence[str], first: Sequence[str] = ()
) -> list[str]:
    """Return what to do: what keeps marks from being right, then whom to ask, then what to teach again.

    exercises: as `class_report.report` has them, the hardest first. remarks: what belongs to no learner. first: steps
    that come before.
    """
    if not rows:
        return []
    missing = [row for row in rows if all(mark.outcome is None for mark in row.marks)]
    unusable, nothing = ([row.learner for row in missing if bool(row.about_files) == odd] for odd in (True, False))
    said = [*first, *_failed_checks(rows, exercises), *_unreachable(rows), *_older(rows)]
    if remarks:
        said.append("Look at the files that belong to nobody yet. They're the first of the hand-ins to look at, below.")
    if unusable:
        said.append(f"Ask for other hand-ins: nothing that counts came from {few(unusable)}. The reasons are below.")
    if nothing:
        said.append(f"Ask for hand-ins: nothing came from {few(nothing)}.")
    said += _teach([exercise for exercise in exercises if exercise["answers"]])
    return said or [NOTHING]


def _with(rows: Iterable[Row], fits: Callable[[Mark], bool]) -> dict[str, list[tuple[str, Mark]]]:
    """Return the learners' marks that fit, by exercise."""
    found: dict[str, list[tuple[str, Mark]]] = {}
    for row in rows:
        for mark in row.marks:
            if mark.unmarked and fits(mark):
                found.setdefault(mark.exercise, []).append((row.learner, mark))
    return found


def _failed_checks(rows: Sequence[Row], exercises: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    judged = {exercise["id"]: exercise["answers"] for exercise in exercises}
    for exercise, cases in _with(rows, lambda mark: _is(mark, CHECK_FAILED) and not _is_unreachable(mark)).items():
        got = cases[0][1].outcome.got if cases[0][1].outcome else ""
        where = (
            "The same check finished for other learners, so begin with these answers."
            if judged.get(exercise)
            else "It finished for nobody, so begin with the check."
        )
        yield (
            f"Look into the check of {exercise} {cases[0][1].title}: it couldn't finish for "
            f"{few([name for name, _ in cases])}, who have no mark for it. {where} It said: {one_line(got, _SEVERAL)}"
        )


def _unreachable(rows: Sequence[Row]) -> Iterable[str]:
    cases = _with(rows, _is_unreachable)
    if cases:
        answers = sum(map(len, cases.values()))
        yield (
            f"Grade again once the cloud can be reached: {counted(answers, 'answer')} couldn't be "
            f"checked without it ({', '.join(cases)}) and cost no marks. The same command checks only those again."
        )


def _older(rows: Sequence[Row]) -> Iterable[str]:
    names = [row.learner for row in rows if any(mark.unmarked and _is(mark, OLDER) for mark in row.marks)]
    if names:
        yield (
            f"Decide what answers in an older copy of an exercise are worth. {few(names)} handed some in. They aren't "
            "marked, and they don't count towards points and percentages."
        )


def _teach(exercises: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    for exercise in exercises[:_HARD]:
        if 2 * exercise["correct"] >= exercise["answers"]:
            continue
        passed = f"{exercise['correct']} of {exercise['answers']} answers passed." if exercise["correct"] else NOBODY
        said = f"Go over {exercise['id']} again, “{one_line(exercise['title'], 60)}”. {passed}"
        most = next((found for found in exercise["findings"] if found["teachable"]), None)
        if most and most["learners"] > 1:
            said += f" What {most['learners']} learners met: {one_line(most['text'], _SEVERAL)}"
        yield said


def _is(mark: Mark, state: str) -> bool:
    return mark.outcome is not None and mark.outcome.status == state


def _is_unreachable(mark: Mark) -> bool:
    return mark.outcome is not None and mark.outcome.reason == UNREACHABLE

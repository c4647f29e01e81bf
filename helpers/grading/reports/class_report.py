"""The report on a class, for the instructor, as plain data: what needs them first, then what was understood."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from helpers.checks.outcome import CHECK_FAILED, CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, Outcome
from helpers.folders import write
from helpers.grading.gradebook import Change, status
from helpers.grading.output import writing
from helpers.grading.records import Mark, Row, by_name
from helpers.grading.reports.class_page import class_page
from helpers.grading.reports.class_text import class_text
from helpers.grading.reports.next_steps import next_steps
from helpers.grading.reports.texts import number, percent, standing
from helpers.views import words

REPORT = "report"
_NO_REASON = "The check gave no reason."


def write_report(out: Path, gathered: Mapping[str, Any]) -> None:
    """Write report.html and report.txt into the folder. A folder that cannot be written raises CourseError.

    gathered: what `report` returned.
    """
    with writing(out):
        write(out / f"{REPORT}.html", class_page(gathered))
        write(out / f"{REPORT}.txt", class_text(gathered))


def report(
    rows: Sequence[Row],
    remarks: Sequence[str],
    changes: Sequence[Change] | None,
    title: str,
    pages: Mapping[str, str] | None = None,
    news: Sequence[str] = (),
    counted: str = "",
    similar: Sequence[Mapping[str, Any]] = (),
    steps: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what `class_page` and `class_text` draw, as plain data.

    remarks: what belongs to no learner. changes: since the last grading; None when there was none. title: the course's.
    pages: where each learner's feedback lies, relative to the folder, as `write_feedback` returns it. news: what
    else is new since the last grading, a sentence each. counted: a sentence on the lessons that count. similar: pairs
    of learners, as `similar.pairs` returns them. steps: what else there is to do before anything that the report finds.

    The data is: course, figures (label, value, note), summary (sentences), next (sentences), exercises (hardest first:
    id, title, of, mean, counts by status, correct, answers, nobody, findings), learners (name, points, of, percent,
    statuses by lesson, page, odd), remarks (of nobody in particular), odd (learner and remarks), similar (pairs),
    changes (learner, exercise, was, now, reason; None the first time), news, spread (label and count).
    """
    rows = sorted(rows, key=lambda row: by_name(row.learner))
    exercises = _exercises(rows)
    return {
        "course": title,
        "figures": _figures(rows, exercises, remarks),
        "summary": [*_summary(rows), *([counted] if counted else [])],
        "next": next_steps(rows, exercises, remarks, steps),
        "exercises": exercises,
        "learners": [_learner(row, pages or {}) for row in rows],
        "remarks": list(remarks),
        "odd": [(row.learner, list(row.remarks)) for row in rows if row.remarks],
        "similar": list(similar),
        "changes": None if changes is None else [_change(change) for change in changes],
        "news": list(news),
        "spread": _spread(rows),
    }


# --- the class --------------------------------------------------------------------------------------------------------


def _figures(
    rows: Sequence[Row], exercises: Sequence[Mapping[str, Any]], remarks: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Return the three figures that matter: what they count, the figure, and a few words on it."""
    missing = [row.learner for row in rows if all(mark.outcome is None for mark in row.marks)]
    correct, answers = (sum(exercise[key] for exercise in exercises) for key in ("correct", "answers"))
    odd = sum(bool(row.remarks) for row in rows)
    everything = sum(all(status(mark) == CORRECT for mark in row.marks) for row in rows)
    return [
        ("learners handed in", f"{len(rows) - len(missing)} of {len(rows)}", ""),
        (
            "answers passed",
            f"{correct} of {answers}",
            f"{words.counted(everything, 'learner')} passed every exercise",
        ),
        (
            "to look at",
            str(odd + bool(remarks)),
            words.counted(odd, "learner") + (", and files that belong to nobody" if remarks else ""),
        ),
    ]


def _summary(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["There are no learners."]
    rows = _counted(rows) or rows
    nothing = sum(all(mark.outcome is None for mark in row.marks) for row in rows)
    of, totals = max(row.of for row in rows), [row.points for row in rows]
    mean = sum(totals) / len(totals)
    part = percent(mean, of) or 0
    shares = f"Mean {number(mean)} of {number(of)} points ({part} percent), median {number(median(totals))}."
    return [shares + (f" Both include the {nothing} without a hand-in that could be graded." if nothing else "")]


def _counted(rows: Sequence[Row]) -> list[Row]:
    """Return the rows without those of learners who are excused from everything."""
    return [row for row in rows if not row.marks or not all(mark.excused for mark in row.marks)]


def _spread(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return how many learners have how much of the points, in tenths."""
    tenths = Counter(max(0, min(9, int(10 * row.points / row.of))) if row.of else 0 for row in _counted(rows))
    labels = [f"{10 * tenth} to {10 * tenth + 9}" for tenth in range(9)] + ["90 to 100"]
    return [(label, tenths[tenth]) for tenth, label in enumerate(labels)]


def _learner(row: Row, pages: Mapping[str, str]) -> dict[str, Any]:
    lessons: dict[str, list[str]] = {}
    for mark in row.marks:
        lessons.setdefault(mark.exercise[:2], []).append(status(mark))
    return {
        "name": row.learner,
        "points": row.points,
        "of": row.of,
        "percent": percent(row.points, row.of),
        "lessons": lessons,
        "page": quote(pages.get(row.learner, ""), errors="replace"),
        "odd": len(row.remarks),
    }


def _change(change: Change) -> dict[str, str]:
    was = "no mark" if change.before is None else standing(change.before, change.status_before)
    return {
        "learner": change.learner,
        "exercise": f"{change.exercise} {change.title}",
        "was": was,
        "now": standing(change.after, change.status),
        "reason": change.reason,
    }


# --- exercises --------------------------------------------------------------------------------------------------------


def _exercises(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the exercises, the hardest first: by the part of the marked answers that are right."""
    marks: dict[str, list[tuple[str, Mark]]] = {}
    for row in rows:
        for mark in row.marks:
            marks.setdefault(mark.exercise, []).append((row.learner, mark))
    made = [_exercise(marks[exercise]) for exercise in marks]
    return sorted(made, key=_difficulty)


def _difficulty(exercise: Mapping[str, Any]) -> tuple[bool, float, str]:
    """Return a key that puts the exercise of which most answers failed first, and those without an answer last."""
    answers = exercise["answers"]
    return not answers, exercise["correct"] / (answers or 1), exercise["id"]


def _exercise(marks: Sequence[tuple[str, Mark]]) -> dict[str, Any]:
    own = [mark for _, mark in marks]
    counts, marked = Counter(map(status, own)), [mark for mark in own if mark.counts]
    answers = sum(mark.outcome is not None and mark.outcome.status != NOT_ATTEMPTED for mark in marked)
    return {
        "id": own[0].exercise,
        "title": own[0].title,
        "of": own[0].of,
        "mean": sum(mark.points for mark in marked) / (len(marked) or 1),
        "counts": dict(counts),
        "correct": counts[CORRECT],
        "answers": answers,
        # Of an exercise that nobody tried nothing can be said.
        "nobody": not counts[CORRECT] and answers > 0,
        "findings": _findings((learner, mark.outcome) for learner, mark in marks if mark.outcome),
    }


def _findings(outcomes: Iterable[tuple[str, Outcome]]) -> list[dict[str, Any]]:
    """Return the reasons for which answers were not right, and the kinds of errors: what most learners met, first."""
    texts: dict[str, str] = {}  # the first text of each reason: wording can hold a number that was drawn
    met: dict[str, list[tuple[str, Outcome]]] = {}
    for learner, outcome in outcomes:
        if text := _reason(outcome):
            if outcome.status == NOT_YET and outcome.reason:
                text = texts.setdefault(outcome.reason, text)
            met.setdefault(text, []).append((learner, outcome))
    found = [
        {
            "text": text,
            "learners": len({learner for learner, _ in cases}),
            "example": _example(cases[0][1]),
            "teachable": cases[0][1].status == NOT_YET,
        }
        for text, cases in met.items()
    ]
    return sorted(found, key=lambda each: (-each["learners"], each["text"]))


def _reason(outcome: Outcome) -> str:
    """Return the text by which a misconception is counted; "" where there is none."""
    if outcome.status == ERROR:
        kind = outcome.got.partition(":")[0].strip()
        return f"Error: {kind}" if kind.isidentifier() else "Error: the check never finished"
    if outcome.status == CHECK_FAILED:
        return "Not marked, because the check itself couldn't finish."
    return (outcome.why or _NO_REASON) if outcome.status == NOT_YET else ""


def _example(outcome: Outcome) -> str:
    """Return what one learner met, where the reason alone does not say it."""
    return outcome.got if outcome.status in (ERROR, CHECK_FAILED) or not outcome.why else ""

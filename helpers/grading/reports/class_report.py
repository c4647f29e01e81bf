"""What the class did and did not understand, gathered for the instructor."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, Outcome
from helpers.grading.gradebook.marks import NOT_HANDED_IN, Change, status
from helpers.grading.output import write, writing
from helpers.grading.records import Mark, Row, by_name
from helpers.grading.reports.class_page import class_page, class_text
from helpers.grading.reports.page import number, percent

REPORT = "report"
_NO_REASON = "The check gave no reason."


def write_report(
    out: Path,
    rows: Sequence[Row],
    remarks: Sequence[str],
    changes: Sequence[Change] | None,
    title: str,
    pages: Mapping[str, str] | None = None,
    news: Sequence[str] = (),
    counted: str = "",
) -> None:
    """Write report.html and report.txt into the folder. A folder that cannot be written raises CourseError.

    remarks: what belongs to no learner. changes: since the last grading; None when there was none. title: the course's.
    pages: where each learner's feedback lies, relative to the folder, as `write_feedback` returns it. news: what
    else is new since the last grading, a sentence each. counted: a sentence on the lessons that count.
    """
    told = report(rows, remarks, changes, title, pages or {}, news, counted)
    with writing(out):
        write(out / f"{REPORT}.html", class_page(told))
        write(out / f"{REPORT}.txt", class_text(told))


def report(
    rows: Sequence[Row],
    remarks: Sequence[str],
    changes: Sequence[Change] | None,
    title: str,
    pages: Mapping[str, str],
    news: Sequence[str],
    counted: str,
) -> dict[str, Any]:
    """Return what `class_page` draws, as plain data."""
    rows = sorted(rows, key=lambda row: by_name(row.learner))
    return {
        "course": title,
        "summary": [*_summary(rows), *([counted] if counted else [])],
        "exercises": _exercises(rows),
        "findings": _findings(rows),
        "spread": _spread(rows),
        "changes": None if changes is None else [_change(change) for change in changes],
        "news": list(news),
        "remarks": list(remarks),
        "odd": [(row.learner, list(row.remarks)) for row in rows if row.remarks],
        "learners": [_learner(row, pages) for row in rows],
    }


def _learner(row: Row, pages: Mapping[str, str]) -> dict[str, Any]:
    statuses = [status(mark) for mark in row.marks]
    where = quote(pages.get(row.learner, ""), errors="replace")
    return {"name": row.learner, "points": row.points, "of": row.of, "statuses": statuses, "page": where}


def _summary(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["There are no learners."]
    nothing = sum(all(mark.outcome is None for mark in row.marks) for row in rows)
    of, totals = max(row.of for row in rows), [row.points for row in rows]
    mean = sum(totals) / len(totals)
    learners = f"{len(rows)} learner{'' if len(rows) == 1 else 's'}"
    without = f", {nothing} without a hand-in that could be graded" if nothing else ""
    part = percent(mean, of) or 0
    shares = f"Mean {number(mean)} of {number(of)} points ({part} percent), median {number(median(totals))}."
    return [f"{learners}{without}. {shares}" + (" Both count them." if nothing else "")]


def _exercises(rows: Sequence[Row]) -> list[dict[str, Any]]:
    marks: dict[str, list[Mark]] = {}
    for mark in (mark for row in rows for mark in row.marks):
        marks.setdefault(mark.exercise, []).append(mark)
    return [_exercise(marks[exercise]) for exercise in sorted(marks)]


def _exercise(marks: Sequence[Mark]) -> dict[str, Any]:
    counts = Counter(map(status, marks))
    return {
        "id": marks[0].exercise,
        "title": marks[0].title,
        "of": marks[0].of,
        "mean": sum(mark.points for mark in marks) / len(marks),
        "counts": dict(counts),
        # Of an exercise that nobody tried nothing can be said.
        "nobody": not counts[CORRECT] and counts[NOT_HANDED_IN] + counts[NOT_ATTEMPTED] < len(marks),
    }


def _findings(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the reasons for which answers were not right, and the kinds of errors: what most learners met, first."""
    met: dict[str, list[tuple[str, Outcome]]] = {}
    for row in rows:
        for mark in row.marks:
            if mark.outcome and (text := _reason(mark.outcome)):
                met.setdefault(text, []).append((row.learner, mark.outcome))
    found = [
        {
            "text": text,
            "exercises": sorted({outcome.exercise for _, outcome in cases}),
            "times": len(cases),
            "learners": len({learner for learner, _ in cases}),
            "example": _example(cases[0][1]),
        }
        for text, cases in met.items()
    ]
    return sorted(found, key=lambda each: (-each["learners"], -each["times"], each["exercises"], each["text"]))


def _reason(outcome: Outcome) -> str:
    """Return what stands for a misconception; nothing where there is none."""
    if outcome.status == ERROR:
        kind = outcome.got.partition(":")[0].strip()
        return f"Error: {kind}" if kind.isidentifier() else "Error: the check did not come to its end"
    return (outcome.why or _NO_REASON) if outcome.status == NOT_YET else ""


def _example(outcome: Outcome) -> str:
    """Return what one learner met, where the reason alone does not say it."""
    return outcome.got if outcome.status == ERROR or not outcome.why else ""


def _spread(rows: Sequence[Row]) -> list[tuple[str, int]]:
    """Return how many learners have how much of the points, in tenths."""
    tenths = Counter(min(9, int(10 * row.points / row.of)) if row.of else 0 for row in rows)
    labels = [f"{10 * tenth} to {10 * tenth + 9}" for tenth in range(9)] + ["90 to 100"]
    return [(label, tenths[tenth]) for tenth, label in enumerate(labels)]


def _change(change: Change) -> dict[str, str]:
    was = "no mark" if change.before is None else f"{number(change.before)}, {change.status_before}"
    return {
        "learner": change.learner,
        "exercise": f"{change.exercise} {change.title}",
        "was": was,
        "now": f"{number(change.after)}, {change.status}",
        "reason": change.reason,
    }

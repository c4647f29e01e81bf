"""The report on a class, for the instructor: what was and wasn't understood, as a page and as its text twin."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, OLDER, Outcome
from helpers.folders import write
from helpers.grading.gradebook import NOT_HANDED_IN, Change, status
from helpers.grading.output import writing
from helpers.grading.records import Mark, Row, by_name
from helpers.grading.reports import pages as page_templates
from helpers.grading.reports.texts import LOOKS, NOT_MARKED, USUAL, number, one_line, percent
from helpers.views import words

REPORT = "report"
_NO_REASON = "The check gave no reason."
NOBODY = "Nobody got this right. Is it fair? Was it taught?"
_WIDTH = 30  # characters of a bar in text
_NARROW = 0.07  # of the bar: a piece no wider has no room for its mark
_SEVERAL = 300  # characters of a sentence
_MOST = {"findings": 60, "remarks": 20, "changes": 2000}  # how many are listed; the rest is counted
# The words are for learners; the reader of this page did not write the code.
_RESULTS = [f"{LOOKS[state][0]} {LOOKS[state][1].lower().removesuffix(' in your code')}" for state in USUAL]
_LEGEND = " · ".join(_RESULTS)
_FIRST = "There's nothing to compare with yet. This is the first grade book in this folder."
_SAME = "No mark has changed since last time."
_NO_FINDINGS = "No answer was wrong."
_NO_REMARKS = "There's nothing to look at."
_OF_NOBODY = "(no learner)"
_SECTIONS = (
    "Exercise by exercise",
    "What learners got wrong",
    "Hand-ins to look at",
    "What changed since last time",
    "Learners",
    "How the points are distributed",
)


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
    gathered = report(rows, remarks, changes, title, pages or {}, news, counted)
    with writing(out):
        write(out / f"{REPORT}.html", class_page(gathered))
        write(out / f"{REPORT}.txt", class_text(gathered))


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
    unmarked = sum(any(mark.unmarked for mark in row.marks) for row in rows)
    older = (
        f"{unmarked} learner{'' if unmarked == 1 else 's'} handed in an older copy of an exercise. Such answers aren't "
        "marked, and they don't count towards points and percentages."
    )
    return [
        f"{learners}{without}. {shares}" + (" Both include those without one." if nothing else ""),
        *([older] if unmarked else []),
    ]


def _exercises(rows: Sequence[Row]) -> list[dict[str, Any]]:
    marks: dict[str, list[Mark]] = {}
    for mark in (mark for row in rows for mark in row.marks):
        marks.setdefault(mark.exercise, []).append(mark)
    return [_exercise(marks[exercise]) for exercise in sorted(marks)]


def _exercise(marks: Sequence[Mark]) -> dict[str, Any]:
    counts, marked = Counter(map(status, marks)), [mark for mark in marks if mark.counts]
    return {
        "id": marks[0].exercise,
        "title": marks[0].title,
        "of": marks[0].of,
        "mean": sum(mark.points for mark in marked) / (len(marked) or 1),
        "counts": dict(counts),
        # Of an exercise that nobody tried nothing can be said.
        "nobody": not counts[CORRECT] and counts[NOT_HANDED_IN] + counts[NOT_ATTEMPTED] < len(marked),
    }


def _findings(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the reasons for which answers were not right, and the kinds of errors: what most learners met, first."""
    texts: dict[tuple[str, str], str] = {}  # the first text of each reason: wording can hold a number that was drawn
    met: dict[str, list[tuple[str, Outcome]]] = {}
    for row in rows:
        for mark in row.marks:
            if mark.outcome and (text := _reason(mark.outcome)):
                if mark.outcome.status == NOT_YET and mark.outcome.reason:
                    text = texts.setdefault((mark.outcome.exercise, mark.outcome.reason), text)
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
    """Return the text by which a misconception is counted; "" where there is none."""
    if outcome.status == ERROR:
        kind = outcome.got.partition(":")[0].strip()
        return f"Error: {kind}" if kind.isidentifier() else "Error: the check never finished"
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
    was = "no mark" if change.before is None else _standing_of(change.before, change.status_before)
    return {
        "learner": change.learner,
        "exercise": f"{change.exercise} {change.title}",
        "was": was,
        "now": _standing_of(change.after, change.status),
        "reason": change.reason,
    }


def _standing_of(points: float, state: str) -> str:
    return f"{NOT_MARKED if state == OLDER else number(points)}, {state}"


# --- page -------------------------------------------------------------------------------------------------------------


def class_page(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as HTML.

    report: what `report` returns: course, summary (sentences), exercises (id, title, of, mean, counts by status,
    nobody), findings (text, exercises, times, learners, example), spread (label and count), changes (learner, exercise,
    was, now, reason; None the first time), news (sentences on what else is new), remarks (of nobody in particular), odd
    (learner and remarks), learners (name, points, of, statuses, page).
    """
    most = max((count for _, count in report["spread"]), default=0) or 1
    return page_templates.render(
        "class.html",
        title=f"The class · {report['course']}",
        course=report["course"],
        summary=report["summary"],
        sections=_SECTIONS,
        results=_RESULTS,
        legend=_LEGEND,
        nobody=NOBODY,
        exercises=[
            {**exercise, "pieces": _pieces(exercise["counts"]), "numbers": _numbers(exercise["counts"])}
            for exercise in report["exercises"]
        ],
        findings=report["findings"][: _MOST["findings"]],
        more_findings=len(report["findings"]) - _MOST["findings"],
        no_findings=_NO_FINDINGS,
        odd=[(name, remarks[: _MOST["remarks"]], len(remarks) - _MOST["remarks"]) for name, remarks in _odd(report)],
        no_remarks=_NO_REMARKS,
        news=report["news"],
        changes=(report["changes"] or [])[: _MOST["changes"]],
        more_changes=len(report["changes"] or []) - _MOST["changes"],
        no_changes=_FIRST if report["changes"] is None else _SAME,
        learners=[
            {**learner, "standing": _standing(learner), "marks": _marks(learner)} for learner in report["learners"]
        ],
        spread=[(label, count, _length(count / most)) for label, count in report["spread"]],
    )


def _pieces(counts: Mapping[str, int]) -> list[tuple[float, str, str]]:
    """Return the pieces of a bar: size, tone and mark of each status."""
    whole = sum(counts.values()) or 1
    return [
        (counts[state], tone, mark if counts[state] / whole > _NARROW else "")
        for state, (mark, _, tone) in LOOKS.items()
        if counts.get(state)
    ]


def _length(part: float) -> list[tuple[float, str, str]]:
    return [(part, "info", "")] * bool(part) + [(1 - part, "empty", "")]


def _numbers(counts: Mapping[str, int]) -> list[str]:
    return [str(counts.get(state, 0)) for state in USUAL]


def _standing(learner: Mapping[str, Any]) -> tuple[str, str]:
    points = f"{number(learner['points'])} of {number(learner['of'])}"
    return points, percent(learner["points"], learner["of"])


def _marks(learner: Mapping[str, Any]) -> str:
    return " ".join(LOOKS[state][0] for state in learner["statuses"])


def _odd(report: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return what was odd, by learner; first what belongs to none."""
    return [*([(_OF_NOBODY, report["remarks"])] if report["remarks"] else []), *report["odd"]]


# --- text -------------------------------------------------------------------------------------------------------------


def class_text(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as text."""
    drawn = (_exercises_text, _findings_text, _odd_text, _changes_text, _learners_text, _spread_text)
    lines = ["The class", *report["summary"], report["course"]]
    for title, draw in zip(_SECTIONS, drawn, strict=True):
        lines += ["", title, "=" * len(title), *draw(report)]
    return "\n".join(lines) + "\n"


def _exercises_text(report: Mapping[str, Any]) -> Iterable[str]:
    yield _LEGEND
    marks = [LOOKS[state][0] for state in USUAL]
    rows = [["exercise", "picture", *marks, "mean points"]]
    for exercise in report["exercises"]:
        name = words.cut(f"{exercise['id']} {exercise['title']}", 50)
        mean = f"{number(exercise['mean'])} of {number(exercise['of'])}"
        rows.append([name, _bar_text(exercise["counts"]), *_numbers(exercise["counts"]), mean])
    yield words.columns(rows)
    yield from (f"! {exercise['id']}: {NOBODY}" for exercise in report["exercises"] if exercise["nobody"])


def _bar_text(counts: Mapping[str, int]) -> str:
    """Return a mark for each learner; in a large class one for several."""
    whole = sum(counts.values()) or 1
    scale, bar, upto = min(1, _WIDTH / whole), "", 0
    for state, (mark, _, _) in LOOKS.items():
        upto += counts.get(state, 0)
        bar += mark * (round(upto * scale) - len(bar))
    return bar


def _findings_text(report: Mapping[str, Any]) -> Iterable[str]:
    if not report["findings"]:
        yield _NO_FINDINGS
    for found in report["findings"][: _MOST["findings"]]:
        learners = f"{found['learners']} learner{'' if found['learners'] == 1 else 's'}"
        times = f"{found['times']} time{'' if found['times'] == 1 else 's'}"
        yield f"- {learners}, {times}, in {', '.join(found['exercises'])}: {_line(found['text'])}"
        if found["example"]:
            yield f"  For example: {_line(found['example'], 160)}"
    yield from _more_text(report["findings"], "findings")


def _more_text(listed: Sequence[Any], kind: str) -> list[str]:
    left = len(listed) - _MOST[kind]
    return [f"There are {left} more."] if left > 0 else []


def _odd_text(report: Mapping[str, Any]) -> Iterable[str]:
    groups = _odd(report)
    if not groups:
        yield _NO_REMARKS
    for name, remarks in groups:
        yield _line(name, 200)
        yield from (f"  - {_line(remark)}" for remark in remarks[: _MOST["remarks"]])
        yield from (f"  {line}" for line in _more_text(remarks, "remarks"))


def _changes_text(report: Mapping[str, Any]) -> Iterable[str]:
    changes = report["changes"]
    yield from (_line(said) for said in report["news"])
    if not changes:
        yield _FIRST if changes is None else _SAME
        return
    for change in changes[: _MOST["changes"]]:
        who = f"{_line(change['learner'], 100)}, {change['exercise']}"
        yield f"- {who}: before: {change['was']}; now: {change['now']} ({change['reason']})"
    yield from _more_text(changes, "changes")


def _learners_text(report: Mapping[str, Any]) -> Iterable[str]:
    yield _LEGEND
    rows = [[_line(learner["name"], 60), *_standing(learner), _marks(learner)] for learner in report["learners"]]
    yield words.columns([["learner", "points", "percent", "results, exercise by exercise"], *rows])


def _spread_text(report: Mapping[str, Any]) -> Iterable[str]:
    most = max((count for _, count in report["spread"]), default=0) or 1
    rows = [[label, "█" * round(_WIDTH * count / max(most, _WIDTH)), str(count)] for label, count in report["spread"]]
    return [words.columns([["percent", "picture", "learners"], *rows])]


def _line(value: str, longest: int = _SEVERAL) -> str:
    return one_line(value, longest)

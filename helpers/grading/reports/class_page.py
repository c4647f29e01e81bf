"""The report on a class as a page, which sorts and searches its learners by a script of its own."""

from collections.abc import Mapping
from typing import Any

from helpers.grading.reports import pages
from helpers.grading.reports.class_words import (
    MOST,
    NO_CHANGES,
    NO_REMARKS,
    NO_SIMILAR,
    SECTIONS,
    SIMILAR,
    counts_in_words,
    left_out,
    legend,
    marks,
    odd_of_all,
    passed,
    spoken,
)
from helpers.grading.reports.next_steps import NOBODY
from helpers.grading.reports.texts import LOOKS

_NARROW = 0.07  # of the bar: a piece no wider has no room for its mark
_OPEN = 3  # findings of an exercise that are seen at once


def class_page(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as HTML. report: what `class_report.report` returns."""
    most = max((count for _, count in report["spread"]), default=0) or 1
    changes = report["changes"] or []
    where = {learner["name"]: learner["page"] for learner in report["learners"]}
    return pages.render(
        "class.html",
        "class.js",
        title=f"The class · {report['course']}",
        course=report["course"],
        figures=report["figures"],
        summary=report["summary"],
        sections=SECTIONS,
        next=report["next"],
        legend=legend(report),
        nobody=NOBODY,
        exercises=[_exercise(exercise) for exercise in report["exercises"]],
        learners=[
            {**learner, "marks": marks(learner["lessons"]), "spoken": spoken(learner["lessons"])}
            for learner in report["learners"]
        ],
        odd=[(name, remarks[: MOST["remarks"]], left_out(remarks, "remarks")) for name, remarks in odd_of_all(report)],
        no_remarks=NO_REMARKS,
        places={learner["name"]: n for n, learner in enumerate(report["learners"])},
        similar=[
            {**pair, "pages": [where.get(pair[key], "") for key in ("first", "second")]} for pair in report["similar"]
        ],
        about_similar=SIMILAR if report["similar"] else NO_SIMILAR,
        news=report["news"],
        changes=changes[: MOST["changes"]],
        more_changes=left_out(changes, "changes"),
        no_changes=NO_CHANGES[report["changes"] is None],
        spread=[(label, count, _length(count / most)) for label, count in report["spread"]],
    )


def _exercise(exercise: Mapping[str, Any]) -> dict[str, Any]:
    found = exercise["findings"][: MOST["findings"]]
    return {
        **exercise,
        "passed": passed(exercise),
        "pieces": _pieces(exercise["counts"]),
        "words": counts_in_words(exercise["counts"]),
        "first": found[:_OPEN],
        "rest": found[_OPEN:],
        "more": left_out(exercise["findings"], "findings"),
    }


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

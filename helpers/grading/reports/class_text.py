"""The report on a class as text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

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
)
from helpers.grading.reports.next_steps import NOBODY
from helpers.grading.reports.texts import LOOKS, number, one_line
from helpers.views import words

_WIDTH = 30  # characters of a bar
_SEVERAL = 300  # characters of a sentence


def class_text(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as text. report: what `class_report.report` returns."""
    figures = [f"{value} {label}" + (f" ({note})" if note else "") for label, value, note in report["figures"]]
    lines = ["The class", *figures, *report["summary"], report["course"]]
    drawn = (_next, _exercises, _learners, _odd, _similar, _changes, _spread)
    for title, draw in zip(SECTIONS, drawn, strict=True):
        lines += ["", title, "=" * len(title), *draw(report)]
    return "\n".join(lines) + "\n"


def _next(report: Mapping[str, Any]) -> Iterable[str]:
    return [f"{n}. {_line(said, 600)}" for n, said in enumerate(report["next"], start=1)]


def _exercises(report: Mapping[str, Any]) -> Iterable[str]:
    yield legend(report)
    for exercise in report["exercises"]:
        mean = f"mean {number(exercise['mean'])} of {number(exercise['of'])}"
        name = words.cut(f"{exercise['id']} {exercise['title']}", 50)
        yield f"{name}: {passed(exercise)}, {mean}"
        yield f"  {_bar(exercise['counts'])}  {', '.join(counts_in_words(exercise['counts']))}"
        if exercise["nobody"]:
            yield f"  ! {NOBODY}"
        for found in exercise["findings"][: MOST["findings"]]:
            yield f"  - {words.counted(found['learners'], 'learner')}: {_line(found['text'])}"
            if found["example"]:
                yield f"    For example: {_line(found['example'], 160)}"
        yield from _more(exercise["findings"], "findings")


def _bar(counts: Mapping[str, int]) -> str:
    """Return a mark for each learner; in a large class one for several."""
    whole = sum(counts.values()) or 1
    scale, bar, upto = min(1, _WIDTH / whole), "", 0
    for state, (mark, _, _) in LOOKS.items():
        upto += counts.get(state, 0)
        bar += mark * (round(upto * scale) - len(bar))
    return bar


def _learners(report: Mapping[str, Any]) -> Iterable[str]:
    yield legend(report)
    rows = [
        [
            _line(each["name"], 60),
            f"{number(each['points'])} of {number(each['of'])}",
            each["percent"],
            " ".join(marks(each["lessons"])),
        ]
        for each in report["learners"]
    ]
    yield words.columns([["learner", "points", "percent", "results, exercise by exercise"], *rows])


def _odd(report: Mapping[str, Any]) -> Iterable[str]:
    odd = odd_of_all(report)
    if not odd:
        yield NO_REMARKS
    for name, remarks in odd:
        yield _line(name, 100)
        yield from (f"  - {_line(remark)}" for remark in remarks[: MOST["remarks"]])
        yield from _more(remarks, "remarks")


def _similar(report: Mapping[str, Any]) -> Iterable[str]:
    if not report["similar"]:
        yield NO_SIMILAR
        return
    yield SIMILAR
    for pair in report["similar"]:
        yield f"- {_line(pair['first'], 60)} and {_line(pair['second'], 60)}: {_line(pair['reason'], 1200)}"


def _changes(report: Mapping[str, Any]) -> Iterable[str]:
    yield from (_line(said) for said in report["news"])
    changes = report["changes"]
    if not changes:
        yield NO_CHANGES[changes is None]
        return
    for change in changes[: MOST["changes"]]:
        who = f"{_line(change['learner'], 100)}, {change['exercise']}"
        yield f"- {who}: before: {change['was']}; now: {change['now']} ({change['reason']})"
    yield from _more(changes, "changes")


def _more(listed: Sequence[Any], kind: str) -> list[str]:
    left = left_out(listed, kind)
    return [f"There are {left} more."] if left > 0 else []


def _spread(report: Mapping[str, Any]) -> Iterable[str]:
    most = max((count for _, count in report["spread"]), default=0) or 1
    rows = [[label, "█" * round(_WIDTH * count / max(most, _WIDTH)), str(count)] for label, count in report["spread"]]
    return [words.columns([["percent", "picture", "learners"], *rows])]


def _line(value: str, longest: int = _SEVERAL) -> str:
    return one_line(value, longest)

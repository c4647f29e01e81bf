"""What an instructor gets: what the class did and did not understand, as a page and as its text twin."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpers.grading.reports import page
from helpers.views import parts

NOBODY = "Nobody passes it. Is it fair? Was it taught?"
_WIDTH = 30  # characters of a bar in text
_NARROW = 0.07  # of the bar: a piece no wider has no room for its mark
_SEVERAL = 300  # characters of a sentence
_MOST = {"findings": 60, "remarks": 20, "changes": 2000}  # how many are listed; the rest is counted
# The words are for learners; whoever reads this did not write the code.
_RESULTS = [f"{mark} {word.lower().removesuffix(' in your code')}" for mark, word, _ in page.LOOKS.values()]
_LEGEND = " · ".join(_RESULTS)
_FIRST = "Nothing to compare with: this is the first grade book in this folder."
_SAME = "No mark is another one than the last time."
_NO_FINDINGS = "Nobody's answer was found wrong."
_NO_REMARKS = "Nothing was odd."
_OF_NOBODY = "(of no learner)"
_SECTIONS = (
    "Exercise by exercise",
    "What was not understood",
    "What was odd about the hand-ins",
    "What changed since the last grading",
    "Learners",
    "How the points are spread",
)


def class_page(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as HTML.

    report: course, summary (sentences), exercises (id, title, of, mean, counts by status, nobody), findings (text,
    exercises, times, learners, example), spread (label and count), changes (learner, exercise, was, now, reason; None
    the first time), news (sentences on what else is new), remarks (of nobody in particular), odd (learner and remarks),
    learners (name, points, of, statuses, page).
    """
    drawn = (_exercises, _findings, _odd, _changes, _learners, _spread)
    summary = "".join(f'<p class="sum">{page.prose(line, _SEVERAL)}</p>' for line in report["summary"])
    links = " · ".join(f'<a href="#part{n}">{title}</a>' for n, title in enumerate(_SECTIONS))
    head = f'<h1>The class</h1>\n{summary}\n<p class="soft">{page.text(report["course"])}</p>\n<nav>{links}</nav>'
    named = enumerate(zip(_SECTIONS, drawn, strict=True))
    body = "\n".join(f'<h2 id="part{n}">{title}</h2>\n{draw(report)}' for n, (title, draw) in named)
    return page.page(f"The class · {report['course']}", f"{head}\n{body}")


def class_text(report: Mapping[str, Any]) -> str:
    """Return the report on a class, as text."""
    drawn = (_exercises_text, _findings_text, _odd_text, _changes_text, _learners_text, _spread_text)
    lines = ["The class", *report["summary"], report["course"]]
    for title, draw in zip(_SECTIONS, drawn, strict=True):
        lines += ["", title, "=" * len(title), *draw(report)]
    return "\n".join(lines) + "\n"


# --- exercise by exercise --------------------------------------------------------------------------------------------


def _exercises(report: Mapping[str, Any]) -> str:
    head = ["exercise", "picture", *_RESULTS, "mean points"]
    rows = [
        [
            _name(exercise),
            _bar(exercise["counts"]),
            *(str(exercise["counts"].get(status, 0)) for status in page.LOOKS),
            _mean(exercise),
        ]
        for exercise in report["exercises"]
    ]
    return page.table("Exercise by exercise", head, rows, frozenset(range(2, len(head))))


def _name(exercise: Mapping[str, Any]) -> str:
    name = f'<span class="name">{page.text(exercise["id"])} {page.text(exercise["title"])}</span>'
    return f'{name}<p class="flag">{NOBODY}</p>' if exercise["nobody"] else name


def _mean(exercise: Mapping[str, Any]) -> str:
    return f"{page.number(exercise['mean'])} of {page.number(exercise['of'])}"


def _bar(counts: Mapping[str, int]) -> str:
    """Return a bar that is parted by status. The numbers stand beside it, so a screen reader passes it over."""
    whole = sum(counts.values()) or 1
    pieces = "".join(
        _piece(counts[status], tone, mark if counts[status] / whole > _NARROW else "")
        for status, (mark, _, tone) in page.LOOKS.items()
        if counts.get(status)
    )
    return f'<div class="bar" aria-hidden="true">{pieces}</div>'


def _piece(size: float, tone: str, mark: str = "") -> str:
    return f'<span class="{tone}" style="flex: {size:g} 0 0">{mark}</span>'


def _exercises_text(report: Mapping[str, Any]) -> Iterable[str]:
    yield _LEGEND
    marks = [mark for mark, _, _ in page.LOOKS.values()]
    rows = [["exercise", "picture", *marks, "mean points"]]
    for exercise in report["exercises"]:
        name = parts.cut(f"{exercise['id']} {exercise['title']}", 50)
        counts = [str(exercise["counts"].get(status, 0)) for status in page.LOOKS]
        rows.append([name, _bar_text(exercise["counts"]), *counts, _mean(exercise)])
    yield parts.columns(rows)
    yield from (f"! {exercise['id']}: {NOBODY}" for exercise in report["exercises"] if exercise["nobody"])


def _bar_text(counts: Mapping[str, int]) -> str:
    """Return a mark for each learner; in a large class each mark stands for several."""
    whole = sum(counts.values()) or 1
    scale, bar, upto = min(1, _WIDTH / whole), "", 0
    for status, (mark, _, _) in page.LOOKS.items():
        upto += counts.get(status, 0)
        bar += mark * (round(upto * scale) - len(bar))
    return bar


# --- what was not understood -----------------------------------------------------------------------------------------


def _findings(report: Mapping[str, Any]) -> str:
    rows = [
        [_finding(found), page.text(", ".join(found["exercises"]), 100), str(found["learners"]), str(found["times"])]
        for found in report["findings"][: _MOST["findings"]]
    ]
    drawn = page.table("What was not understood", ["what", "exercises", "learners", "times"], rows, frozenset({2, 3}))
    return (drawn if rows else f"<p>{_NO_FINDINGS}</p>") + _more(report["findings"], "findings")


def _finding(found: Mapping[str, Any]) -> str:
    example = f'<br><span class="soft">For example: {page.text(found["example"], 160)}</span>'
    return page.prose(found["text"], _SEVERAL) + (example if found["example"] else "")


def _more(listed: Sequence[Any], kind: str) -> str:
    return "".join(f"<p>{line}</p>" for line in _more_text(listed, kind))


def _more_text(listed: Sequence[Any], kind: str) -> list[str]:
    left = len(listed) - _MOST[kind]
    return [f"There are {left} more."] if left > 0 else []


def _findings_text(report: Mapping[str, Any]) -> Iterable[str]:
    if not report["findings"]:
        yield _NO_FINDINGS
    for found in report["findings"][: _MOST["findings"]]:
        learners = f"{found['learners']} learner{'' if found['learners'] == 1 else 's'}"
        times = f"{found['times']} time{'' if found['times'] == 1 else 's'}"
        yield f"- {learners}, {times}, in {', '.join(found['exercises'])}: {_one_line(found['text'])}"
        if found["example"]:
            yield f"  For example: {_one_line(found['example'], 160)}"
    yield from _more_text(report["findings"], "findings")


def _one_line(value: str, longest: int = _SEVERAL) -> str:
    return " ".join(page.tidy(value, longest).split())


# --- how the points are spread ---------------------------------------------------------------------------------------


def _spread(report: Mapping[str, Any]) -> str:
    most = max((count for _, count in report["spread"]), default=0) or 1
    rows = [
        [f'<span class="no">{page.text(label)}</span>', _length(count / most), str(count)]
        for label, count in report["spread"]
    ]
    return page.table("How the points are spread", ["percent", "picture", "learners"], rows, frozenset({2}))


def _length(part: float) -> str:
    pieces = _piece(part, "info") * bool(part) + _piece(1 - part, "empty")
    return f'<div class="bar" aria-hidden="true">{pieces}</div>'


def _spread_text(report: Mapping[str, Any]) -> Iterable[str]:
    most = max((count for _, count in report["spread"]), default=0) or 1
    rows = [[label, "█" * round(_WIDTH * count / max(most, _WIDTH)), str(count)] for label, count in report["spread"]]
    return [parts.columns([["percent", "picture", "learners"], *rows])]


# --- what changed, what was odd --------------------------------------------------------------------------------------


def _changes(report: Mapping[str, Any]) -> str:
    changes = report["changes"]
    news = "".join(f"<p>{page.text(said, _SEVERAL)}</p>" for said in report["news"])
    if not changes:
        return f"{news}<p>{_FIRST if changes is None else _SAME}</p>"
    keys = ("learner", "exercise", "was", "now", "reason")
    rows = [[page.text(change[key], 200) for key in keys] for change in changes[: _MOST["changes"]]]
    return (
        news + page.table("What changed", ["learner", "exercise", "was", "is", "why"], rows) + _more(changes, "changes")
    )


def _changes_text(report: Mapping[str, Any]) -> Iterable[str]:
    changes = report["changes"]
    yield from (_one_line(said) for said in report["news"])
    if not changes:
        yield _FIRST if changes is None else _SAME
        return
    for change in changes[: _MOST["changes"]]:
        who = f"{_one_line(change['learner'], 100)}, {change['exercise']}"
        yield f"- {who}: was {change['was']}, is {change['now']} ({change['reason']})"
    yield from _more_text(changes, "changes")


def _odd(report: Mapping[str, Any]) -> str:
    groups = [*([(_OF_NOBODY, report["remarks"])] if report["remarks"] else []), *report["odd"]]
    rows = [
        [
            page.text(name, 200),
            "<br>".join(page.prose(remark, _SEVERAL) for remark in remarks[: _MOST["remarks"]])
            + _more(remarks, "remarks"),
        ]
        for name, remarks in groups
    ]
    return page.table("What was odd", ["learner", "what was odd"], rows) if rows else f"<p>{_NO_REMARKS}</p>"


def _odd_text(report: Mapping[str, Any]) -> Iterable[str]:
    groups = [*([(_OF_NOBODY, report["remarks"])] if report["remarks"] else []), *report["odd"]]
    if not groups:
        yield _NO_REMARKS
    for name, remarks in groups:
        yield _one_line(name, 200)
        yield from (f"  - {_one_line(remark)}" for remark in remarks[: _MOST["remarks"]])
        yield from (f"  {line}" for line in _more_text(remarks, "remarks"))


# --- learners --------------------------------------------------------------------------------------------------------


def _learners(report: Mapping[str, Any]) -> str:
    rows = []
    for learner in report["learners"]:
        name = page.text(learner["name"], 200)
        linked = f'<a href="{page.text(learner["page"])}">{name}</a>' if learner["page"] else name
        rows.append([linked, *map(page.text, _standing(learner)), _marks(learner["statuses"])])
    head = ["learner", "points", "percent", "exercises in order"]
    return f'<p class="soft">{_LEGEND}</p>' + page.table("Learners", head, rows, frozenset({1, 2}))


def _standing(learner: Mapping[str, Any]) -> tuple[str, str]:
    points = f"{page.number(learner['points'])} of {page.number(learner['of'])}"
    return points, page.percent(learner["points"], learner["of"])


def _marks(statuses: Sequence[str]) -> str:
    """Return a mark for each exercise, and their words for who does not see them."""
    marks = " ".join(page.LOOKS[status][0] for status in statuses)
    return f'<span role="img" aria-label="{page.text(", ".join(statuses))}">{marks}</span>'


def _learners_text(report: Mapping[str, Any]) -> Iterable[str]:
    yield _LEGEND
    rows = [
        [_one_line(learner["name"], 60), *_standing(learner), " ".join(page.LOOKS[s][0] for s in learner["statuses"])]
        for learner in report["learners"]
    ]
    yield parts.columns([["learner", "points", "percent", "exercises in order"], *rows])

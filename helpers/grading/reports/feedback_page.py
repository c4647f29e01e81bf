"""What a learner gets back: a page with the points, what was done, what was expected and why, and its text twin."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.grading.reports import page

LARGEST = 190_000  # bytes: a page is mailed and opened on a telephone
_WIDTH = 100
_REMARKS = 40
_LEFT_OPEN = "This one was left open. An attempt, even a wrong one, shows you the next step."
CODE = frozenset({"Called", "Your line", "It printed"})
_FOLDED = frozenset({"It printed"})
_ERROR = re.compile(r"[\w.]+(?::|$)")


def feedback_page(feedback: Mapping[str, Any]) -> str:
    """Return the page for one learner, as HTML.

    feedback: learner, course, points, of, remarks, odd (whether one of these is about files), and lessons. Each lesson
    has title, points, of, handed_in, next, again (how to hand in) and exercises, and each of these id, title, status,
    points, of, hint, next, and the fields of an Outcome.
    """
    return page.within(lambda longest: _page(feedback, longest), LARGEST)


def feedback_text(feedback: Mapping[str, Any]) -> str:
    """Return the same for one learner, as text."""
    return page.within(lambda longest: _text(feedback, longest), LARGEST)


def exercise_rows(exercise: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what there is to say of an exercise, as labels and texts."""
    if exercise["status"] == "not attempted":
        rows = [("Seen", exercise.get("got") or _LEFT_OPEN)]
    else:
        error_line = (
            f"line {exercise['line_number']}: {exercise['line'].strip()}" if exercise.get("line_number") else ""
        )
        rows = [
            ("Called", exercise.get("did", "")),
            ("Your line", error_line),
            (_label(exercise), exercise.get("got", "")),
            ("Expected", exercise.get("expected", "")),
            ("Why", exercise.get("why", "")),
            ("It printed", exercise.get("printed", "").rstrip()),
        ]
    onward = [("Hint", exercise.get("hint", "")), ("Next", exercise.get("next", ""))]
    return [(label, said) for label, said in [*rows, *onward] if said]


def _label(exercise: Mapping[str, Any]) -> str:
    """Return what `got` is: a value, an error with its name in front, or a sentence on what the grader saw."""
    if exercise["status"] != "error in your code":
        return "Came back"
    return "It raised" if _ERROR.match(exercise.get("got", "")) else "Seen"


def _headline(feedback: Mapping[str, Any]) -> str:
    exercises = [exercise for lesson in feedback["lessons"] for exercise in lesson["exercises"]]
    correct = sum(exercise["status"] == "correct" for exercise in exercises)
    return f"{page.points(feedback['points'], feedback['of'])} · {correct} of {len(exercises)} exercises correct"


def _remarks(feedback: Mapping[str, Any], longest: int) -> list[str]:
    """Return the remarks, of which there may be very many, shortened."""
    remarks = list(feedback["remarks"])
    kept = [page.tidy(" ".join(remark.split()), min(longest, 400)) for remark in remarks[:_REMARKS]]
    return kept if len(remarks) <= _REMARKS else [*kept, f"There are {len(remarks) - _REMARKS} more remarks."]


def _page(feedback: Mapping[str, Any], longest: int) -> str:
    name = page.text(feedback["learner"], 200)
    body = [
        f'<h1>Feedback for {name}</h1>\n<p class="sum"><strong>{page.text(_headline(feedback))}</strong></p>',
        f'<p class="soft">{page.text(feedback["course"])}</p>',
        _overview(feedback),
    ]
    if remarks := _remarks(feedback, longest):
        listed = "".join(f"<li>{page.prose(remark)}</li>" for remark in remarks)
        body.append(f"<h2>About the files you handed in</h2>\n<ul>{listed}</ul>")
    body += [_lesson(lesson, longest, feedback["odd"]) for lesson in feedback["lessons"]]
    return page.page(f"Feedback for {page.tidy(feedback['learner'], 100)}", "\n".join(body))


def _overview(feedback: Mapping[str, Any]) -> str:
    """Return a table of all exercises that were handed in, each leading to what is said about it."""
    rows = [
        [
            f'<a href="#{_anchor(exercise)}">{page.text(exercise["id"])} {page.text(exercise["title"])}</a>',
            page.chip(exercise["status"]),
            f"{page.number(exercise['points'])} of {page.number(exercise['of'])}",
        ]
        for lesson in feedback["lessons"]
        if lesson["handed_in"]
        for exercise in lesson["exercises"]
    ]
    return page.table("All exercises", ["exercise", "result", "points"], rows, frozenset({2})) if rows else ""


def _anchor(exercise: Mapping[str, Any]) -> str:
    return "e" + "".join(c if c.isalnum() else "-" for c in exercise["id"])


def _lesson(lesson: Mapping[str, Any], longest: int, odd: bool) -> str:
    title = f"<h2>{page.text(lesson['title'])} · {page.text(page.points(lesson['points'], lesson['of']))}</h2>"
    if not lesson["handed_in"]:
        chip = "" if odd else f"{page.chip('not handed in')}. "
        return f"{title}\n<p>{chip}{page.prose(_nothing(lesson, odd))}</p>"
    onward = [f"<p><strong>Next:</strong> {page.prose(lesson['next'])}</p>"] if lesson["next"] else []
    return "\n".join([title, *onward, *(_exercise(exercise, longest) for exercise in lesson["exercises"])])


def _nothing(lesson: Mapping[str, Any], odd: bool) -> str:
    """Return what to do where nothing could be graded.

    What is said above about odd files may be about the very notebook that is missing here; then it is not said that
    there was none.
    """
    ids = f"(exercises {', '.join(exercise['id'] for exercise in lesson['exercises'])})"
    if not odd:
        return f"There was no notebook of yours {ids}. {lesson['again']}"
    return f"Nothing of yours could be graded here {ids}. What was odd about your files stands above. {lesson['again']}"


def _exercise(exercise: Mapping[str, Any], longest: int) -> str:
    tone = page.LOOKS[exercise["status"]][2]
    rows = exercise_rows(exercise)
    listed = "".join(_row(label, said, longest) for label, said in rows if label not in _FOLDED)
    folded = "".join(
        f"<details><summary>{label}</summary><pre>{page.text(said, longest)}</pre></details>"
        for label, said in rows
        if label in _FOLDED
    )
    return (
        f'<article class="{tone}" id="{_anchor(exercise)}">\n'
        f"<h3>{page.text(exercise['id'])} {page.text(exercise['title'])}</h3>\n"
        f'<p class="stands">{page.chip(exercise["status"])}'
        f"<span>{page.points(exercise['points'], exercise['of'])}</span></p>\n"
        f"<dl>{listed}</dl>{folded}</article>"
    )


def _row(label: str, said: str, longest: int) -> str:
    shown = f"<pre>{page.text(said, longest)}</pre>" if label in CODE else page.prose(said, longest)
    return f"<div><dt>{label}</dt><dd>{shown}</dd></div>"


def _text(feedback: Mapping[str, Any], longest: int) -> str:
    lines = [f"Feedback for {_line(feedback['learner'])}", _headline(feedback), feedback["course"], ""]
    if remarks := _remarks(feedback, longest):
        lines += ["About the files you handed in", *(f"  - {remark}" for remark in remarks), ""]
    for lesson in feedback["lessons"]:
        title = f"{lesson['title']} · {page.points(lesson['points'], lesson['of'])}"
        lines += [title, "=" * len(title), ""]
        if not lesson["handed_in"]:
            said = _nothing(lesson, feedback["odd"])
            lines += [*textwrap.wrap(said if feedback["odd"] else f"– Not handed in. {said}", _WIDTH), ""]
            continue
        lines += [f"Next: {lesson['next']}", ""] if lesson["next"] else []
        for exercise in lesson["exercises"]:
            lines += [*_exercise_lines(exercise, longest), ""]
    return "\n".join(lines).rstrip() + "\n"


def _line(value: str) -> str:
    return page.tidy(" ".join(value.split()), 200)


def _exercise_lines(exercise: Mapping[str, Any], longest: int) -> Iterable[str]:
    mark, word, _ = page.LOOKS[exercise["status"]]
    points = page.points(exercise["points"], exercise["of"])
    yield f"{mark} {word} · {exercise['id']} {exercise['title']} · {points}"
    for label, said in exercise_rows(exercise):
        lines = page.tidy(said, longest).splitlines()
        if label not in CODE:
            lines = [part for line in lines for part in textwrap.wrap(line, _WIDTH) or [""]]
        # An indent on each line: what was printed cannot pass for a heading or another exercise's result.
        yield from (f"  {label if n == 0 else '':<10} {line}".rstrip() for n, line in enumerate(lines))

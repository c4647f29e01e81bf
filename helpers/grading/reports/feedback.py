"""Feedback for each learner: a page and its text twin, with the points, what was done, what was expected and why.

It holds nothing of any other learner, and no solution.
"""

import dataclasses
import hashlib
import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, CORRECT, ERROR, NOT_ATTEMPTED, OLDER
from helpers.course import Exercise, Lesson, course
from helpers.folders import write
from helpers.grading.gradebook import NOT_HANDED_IN, status
from helpers.grading.output import file_names, writing
from helpers.grading.records import Learner, Mark, Row
from helpers.grading.reports import pages, texts
from helpers.grading.reports.answer_code import answer_code
from helpers.views.card import label_of_got

FOLDER = "feedback"
_AGAIN = (
    "To hand it in, open your notebook from the folder `exercises` in JupyterLab and save it. Then run `course pack`, "
    "and hand in the file that it makes."
)
_AGAIN_OWN = "To hand it in, open the notebook that you were given in JupyterLab, save it, and hand in that file."
_WRITTEN = ".written.json"  # which pages are ours, with their digests
LARGEST = 190_000  # bytes: a page is mailed and opened on a telephone
_WIDTH = 100
_REMARKS = 40
_LEFT_OPEN = "You didn't try this one. Even a wrong attempt shows you the next step."
CODE = frozenset({"I called", "Your line", "It printed"})
_FOLDED = frozenset({"It printed"})


def write_feedback(
    out: Path, rows: Iterable[Row], lessons: Sequence[Lesson], title: str, learners: Iterable[Learner] = ()
) -> dict[str, str]:
    """Write a page and a text for each learner and return where the pages lie, relative to `out`, by learner.

    Pages that an earlier run wrote for learners who are gone are removed, unless somebody changed them since.
    title: the course's. learners: whose code is shown beside what the check saw. A folder that cannot be written
    raises CourseError.
    """
    folder = out / FOLDER
    by_learner = {row.learner: row for row in rows}
    cells = {each.name: {hand_in.lesson: hand_in.cells for hand_in in each.hand_ins} for each in learners}
    stems = file_names(by_learner)
    pages: dict[str, str] = {}
    with writing(folder):
        for learner, row in by_learner.items():
            said = feedback(row, lessons, title, cells.get(learner, {}))
            for name, content in _files(stems[learner], said):
                write(folder / name, content)
                pages[name] = _digest((folder / name).read_bytes())
        _remove_gone(folder, pages)
        write(folder / _WRITTEN, json.dumps(dict(sorted(pages.items())), indent=1, ensure_ascii=False))
    return {learner: f"{FOLDER}/{stem}.html" for learner, stem in stems.items()}


def feedback(
    row: Row, lessons: Sequence[Lesson], title: str, cells: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> dict[str, Any]:
    """Return one learner's feedback as plain data, which `feedback_page` draws. It holds no solution.

    cells: the sources of the hand-ins' code cells, by the lesson's slug.
    """
    told = [_lesson(lesson, row, lesson in course().lessons, cells.get(lesson.slug, ())) for lesson in lessons]
    return {
        "learner": row.learner,
        "course": title,
        "points": row.points,
        "of": row.of,
        "remarks": row.remarks,
        "notes": row.notes,
        "odd": bool(row.about_files),
        "lessons": [lesson for lesson in told if lesson["exercises"]],
    }


def _lesson(lesson: Lesson, row: Row, taught: bool, cells: Sequence[str]) -> dict[str, Any]:
    """Return the feedback on one lesson. taught: it is a lesson of the course, not of a custom exercise set."""
    marks = {mark.exercise: mark for mark in row.marks}
    points, of = row.of_lesson(lesson.number)
    found = [(exercise, marks[exercise.id]) for exercise in lesson.exercises if exercise.id in marks]
    title = f"{lesson.number} {lesson.title}"
    right = all(status(mark) == CORRECT for _, mark in found)
    return {
        "title": title,
        "next": ""
        if right or not taught
        else f"Have another look at the lesson {title}, then go on as described below.",
        "points": points,
        "of": of,
        "handed_in": any(mark.outcome for _, mark in found),
        "again": _AGAIN if taught else _AGAIN_OWN,
        "exercises": [_exercise(exercise, mark, taught, cells) for exercise, mark in found],
    }


def _exercise(exercise: Exercise, mark: Mark, taught: bool, cells: Sequence[str]) -> dict[str, Any]:
    said = dataclasses.asdict(mark.outcome) if mark.outcome else {}
    own = {"id": mark.exercise, "title": mark.title, "status": status(mark), "points": mark.points, "of": mark.of}
    # Where the check or Python says what is wrong, the first hint, which is for the beginning, would lead away from it.
    told = mark.outcome is not None and (bool(mark.outcome.why) or mark.outcome.status in (CORRECT, ERROR))
    code = answer_code(exercise, cells) if mark.outcome and mark.outcome.status != NOT_ATTEMPTED else ""
    hint, onward = "" if told else exercise.hints[0], _next(exercise, mark) if taught else ""
    return {**said, **own, "code": code, "hint": hint, "next": onward}


def _next(exercise: Exercise, mark: Mark) -> str:
    """Return how to go on in the notebook, with its check; custom exercise sets have none there."""
    name, state = exercise.answer, status(mark)
    if state == NOT_ATTEMPTED:
        return f"Write {name} in the notebook, and run `check({name})`. If you're stuck, `hint({name})` has more hints."
    if state in (CHECK_FAILED, CORRECT, OLDER, NOT_HANDED_IN):
        return ""
    return f"Change it in the notebook until `check({name})` says it's correct. If you're stuck, `hint({name})` helps."


def _files(stem: str, said: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield f"{stem}.html", feedback_page(said)
    yield f"{stem}.txt", feedback_text(said)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _remove_gone(folder: Path, pages: Mapping[str, str]) -> None:
    """Remove what an earlier run wrote, if it is still what it wrote and no page of today has its name.

    Where "Ada.html" and "ADA.html" are one file, it is no longer what was written for Ada.
    """
    for name, digest in _written(folder).items():
        path = folder / name
        inside = Path(name).name == name and path.suffix in (".html", ".txt")
        if inside and name not in pages and path.is_file() and _digest(path.read_bytes()) == digest:
            path.unlink()


def _written(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / _WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


# --- page and text ----------------------------------------------------------------------------------------------------


def feedback_page(feedback: Mapping[str, Any]) -> str:
    """Return one learner's page, as HTML.

    feedback: what `feedback` returns: learner, course, points, of, remarks, odd (whether a remark is about files),
    notes (on the points) and lessons. Each lesson has title, points, of, handed_in, next, again (how to hand in) and
    exercises, and each of these id, title, status, points, of, code, hint, next, and the fields of an Outcome.
    """
    return texts.within(lambda longest: _page(feedback, longest), LARGEST)


def feedback_text(feedback: Mapping[str, Any]) -> str:
    """Return the same for one learner, as text."""
    return texts.within(lambda longest: _text(feedback, longest), LARGEST)


def exercise_rows(exercise: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what there is to say of an exercise, as labels and texts."""
    if exercise["status"] == "not attempted":
        rows = [("I saw", exercise.get("got") or _LEFT_OPEN)]
    elif exercise["status"] == "older copy":
        rows = [("Why", exercise.get("why", "")), ("It printed", exercise.get("printed", "").rstrip())]
    else:
        error_line = (
            f"line {exercise['line_number']}: {exercise['line'].strip()}" if exercise.get("line_number") else ""
        )
        rows = [
            ("I called", exercise.get("did", "")),
            ("Your line", error_line),
            (label_of_got({"got": "", **exercise}), exercise.get("got", "")),
            ("Expected", exercise.get("expected", "")),
            ("Why", exercise.get("why", "")),
            ("It printed", exercise.get("printed", "").rstrip()),
        ]
    onward = [("Hint", exercise.get("hint", "")), ("Next", exercise.get("next", ""))]
    return [(label, said) for label, said in [*rows, *onward] if said]


def _headline(feedback: Mapping[str, Any]) -> str:
    exercises = [exercise for lesson in feedback["lessons"] for exercise in lesson["exercises"]]
    correct = sum(exercise["status"] == "correct" for exercise in exercises)
    return f"{texts.points(feedback['points'], feedback['of'])} · {correct} of {len(exercises)} exercises correct"


def _remarks(feedback: Mapping[str, Any], longest: int) -> list[str]:
    """Return the remarks, of which there may be very many, shortened."""
    remarks = list(feedback["remarks"])
    kept = [texts.tidy(" ".join(remark.split()), min(longest, 400)) for remark in remarks[:_REMARKS]]
    return kept if len(remarks) <= _REMARKS else [*kept, f"There are {len(remarks) - _REMARKS} more remarks."]


def _page(feedback: Mapping[str, Any], longest: int) -> str:
    lessons = [
        {
            **lesson,
            "nothing": "" if lesson["handed_in"] else _nothing(lesson, feedback["odd"]),
            "exercises": [
                {
                    **exercise,
                    "anchor": _anchor(exercise),
                    "rows": exercise_rows(exercise),
                    "lines": _code(exercise, longest),
                }
                for exercise in lesson["exercises"]
            ],
        }
        for lesson in feedback["lessons"]
    ]
    return pages.render(
        "feedback.html",
        title=f"Feedback for {texts.tidy(feedback['learner'], 100)}",
        learner=feedback["learner"],
        course=feedback["course"],
        headline=_headline(feedback),
        odd=feedback["odd"],
        remarks=_remarks(feedback, longest),
        notes=feedback.get("notes", ()),
        lessons=lessons,
        listed=[exercise for lesson in lessons if lesson["handed_in"] for exercise in lesson["exercises"]],
        longest=longest,
        CODE=CODE,
        FOLDED=_FOLDED,
    )


def _code(exercise: Mapping[str, Any], longest: int) -> list[tuple[str, bool]]:
    """Return the lines of the learner's code, each with whether an error led to it."""
    lines = texts.tidy(exercise.get("code", "").strip("\n"), longest).splitlines()
    number, line = exercise.get("line_number") or 0, exercise.get("line", "").strip()
    return [(each, n == number and each.strip() == line) for n, each in enumerate(lines, start=1)]


def _anchor(exercise: Mapping[str, Any]) -> str:
    return "e" + "".join(c if c.isalnum() else "-" for c in exercise["id"])


def _nothing(lesson: Mapping[str, Any], odd: bool) -> str:
    """Return what to do where nothing could be graded.

    A remark above on an odd file can be about the very notebook that is missing here, so then it doesn't say that there
    was none.
    """
    ids = f"(exercises {', '.join(exercise['id'] for exercise in lesson['exercises'])})"
    if not odd:
        return f"You didn't hand in a notebook for this {ids}. {lesson['again']}"
    return f"I couldn't grade any notebook of yours here {ids}. See the notes on your files above. {lesson['again']}"


def _text(feedback: Mapping[str, Any], longest: int) -> str:
    lines = [f"Feedback for {texts.one_line(feedback['learner'], 200)}", _headline(feedback), feedback["course"], ""]
    if remarks := _remarks(feedback, longest):
        lines += ["About the files you handed in", *(f"  - {remark}" for remark in remarks), ""]
    if notes := feedback.get("notes"):
        lines += ["About your points", *(f"  - {texts.one_line(note, longest)}" for note in notes), ""]
    for lesson in feedback["lessons"]:
        title = f"{lesson['title']} · {texts.points(lesson['points'], lesson['of'])}"
        lines += [title, "=" * len(title), ""]
        if not lesson["handed_in"]:
            said = _nothing(lesson, feedback["odd"])
            lines += [*textwrap.wrap(said if feedback["odd"] else f"– Not handed in. {said}", _WIDTH), ""]
            continue
        lines += [f"Next: {lesson['next']}", ""] if lesson["next"] else []
        for exercise in lesson["exercises"]:
            lines += [*_exercise_lines(exercise, longest), ""]
    return "\n".join(lines).rstrip() + "\n"


def _exercise_lines(exercise: Mapping[str, Any], longest: int) -> Iterable[str]:
    mark, word, _ = texts.LOOKS[exercise["status"]]
    yield f"{mark} {word} · {exercise['id']} {exercise['title']} · {texts.worth(exercise)}"
    for label, said in exercise_rows(exercise):
        lines = texts.tidy(said, longest).splitlines()
        if label not in CODE:
            lines = [part for line in lines for part in textwrap.wrap(line, _WIDTH) or [""]]
        # An indent on each line: what was printed cannot pass for a heading or another exercise's result.
        yield from (f"  {label if n == 0 else '':<10} {line}".rstrip() for n, line in enumerate(lines))

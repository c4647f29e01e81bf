"""Feedback for each learner, as files: a page and its text twin, with nothing of anybody else and no solution."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED
from helpers.course import Exercise, Lesson, course
from helpers.grading.gradebook.marks import NOT_HANDED_IN, status
from helpers.grading.output import file_names, write, writing
from helpers.grading.records import Mark, Row
from helpers.grading.reports.feedback_page import feedback_page, feedback_text

FOLDER = "feedback"
_AGAIN = (
    "To hand it in: open your notebook of the exercises, in the folder `exercises`, in JupyterLab, save it, run "
    "`course pack`, and hand in the file that it makes."
)
_AGAIN_OWN = "To hand it in: open the notebook that you were given in JupyterLab, save it, and hand in that file."
_WRITTEN = ".written.json"  # which pages are ours, with their digests


def write_feedback(out: Path, rows: Iterable[Row], lessons: Sequence[Lesson], title: str) -> dict[str, str]:
    """Write a page and a text for each learner and return where the pages lie, relative to `out`, by learner.

    Pages that an earlier run wrote for learners who are gone are removed, unless somebody changed them since.
    title: the course's. A folder that cannot be written raises CourseError.
    """
    folder = out / FOLDER
    by_learner = {row.learner: row for row in rows}
    stems = file_names(by_learner)
    pages: dict[str, str] = {}
    with writing(folder):
        for learner, row in by_learner.items():
            said = feedback(row, lessons, title)
            for name, content in _files(stems[learner], said):
                write(folder / name, content)
                pages[name] = _digest((folder / name).read_bytes())
        _remove_gone(folder, pages)
        write(folder / _WRITTEN, json.dumps(dict(sorted(pages.items())), indent=1, ensure_ascii=False))
    return {learner: f"{FOLDER}/{stem}.html" for learner, stem in stems.items()}


def feedback(row: Row, lessons: Sequence[Lesson], title: str) -> dict[str, Any]:
    """Return what one learner is told, as the plain data that `feedback_page` takes. It holds no solution."""
    marks = {mark.exercise: mark for mark in row.marks}
    told = [_lesson(lesson, marks, lesson in course().lessons) for lesson in lessons]
    return {
        "learner": row.learner,
        "course": title,
        "points": row.points,
        "of": row.of,
        "remarks": row.remarks,
        "odd": bool(row.about_files),
        "lessons": [lesson for lesson in told if lesson["exercises"]],
    }


def _lesson(lesson: Lesson, marks: Mapping[str, Mark], taught: bool) -> dict[str, Any]:
    """Return what is told of one lesson. taught: it is one of the course's, not of an instructor's own set."""
    found = [(exercise, marks[exercise.id]) for exercise in lesson.exercises if exercise.id in marks]
    title = f"{lesson.number} {lesson.title}"
    right = all(status(mark) == CORRECT for _, mark in found)
    return {
        "title": title,
        "next": "" if right or not taught else f"Look into the lesson {title} again, and go on as it says below.",
        "points": sum(mark.points for _, mark in found),
        "of": sum(mark.of for _, mark in found),
        "handed_in": any(mark.outcome for _, mark in found),
        "again": _AGAIN if taught else _AGAIN_OWN,
        "exercises": [_exercise(exercise, mark, taught) for exercise, mark in found],
    }


def _exercise(exercise: Exercise, mark: Mark, taught: bool) -> dict[str, Any]:
    said = dataclasses.asdict(mark.outcome) if mark.outcome else {}
    own = {"id": mark.exercise, "title": mark.title, "status": status(mark), "points": mark.points, "of": mark.of}
    # Where the check or Python says what is wrong, the first hint, which is for the beginning, would lead away from it.
    told = mark.outcome is not None and (bool(mark.outcome.why) or mark.outcome.status in (CORRECT, ERROR))
    return {**said, **own, "hint": "" if told else exercise.hints[0], "next": _next(exercise, mark) if taught else ""}


def _next(exercise: Exercise, mark: Mark) -> str:
    """Return how to go on in the notebook, where a check is at hand; the exercises of a set of one's own have none."""
    name, state = exercise.answer, status(mark)
    if state == NOT_ATTEMPTED:
        return f"Write {name} in the notebook, and run `check({name})`. `hint({name})` has more hints."
    if state in (CORRECT, NOT_HANDED_IN):
        return ""
    return f"Change it in the notebook until `check({name})` finds it correct. `hint({name})` helps when you are stuck."


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

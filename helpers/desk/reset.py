"""Lays an exercise anew, and keeps what the learner wrote aside."""

from datetime import datetime
from pathlib import Path

import nbformat

from helpers.course import Course, Exercise, Lesson
from helpers.desk.working_copy import WorkingCopy, read_notebook, shipped, write
from helpers.errors import NotebookError, UnknownExercise


def target(listed: Course, name: str) -> tuple[Lesson, Exercise | None]:
    """Return what the name means: a whole lesson's exercises, or one of them; UnknownExercise when neither."""
    try:
        exercise = listed.exercise(name)
        return listed.lesson(exercise.lesson), exercise
    except UnknownExercise:
        return listed.lesson(name), None


def reset(copy: WorkingCopy, lesson: Lesson, exercise: Exercise | None) -> Path | None:
    """Lay the exercise, or all of the lesson's, as shipped; return where the old notebook was put, None if there was none.

    One exercise: its cell alone is laid anew, found by what it defines; when it cannot be found NotebookError says so.
    """
    path = copy.path("exercises", lesson)
    fresh = shipped("exercises", lesson)
    if exercise is not None and path.exists():
        fresh = _with_fresh_cell(path, fresh, exercise)
    aside = None
    if path.exists():
        aside = path.with_name(f"{path.stem}.{datetime.now():%Y-%m-%d-%H%M%S}.ipynb")
        path.rename(aside)
    write(path, fresh)
    return aside


def _with_fresh_cell(path: Path, fresh: str, exercise: Exercise) -> str:
    """Return the learner's notebook with this exercise's cell as shipped."""
    notebook, original = read_notebook(path), nbformat.reads(fresh, as_version=4)
    mine, shipped_cell = _answer_cell(notebook, exercise), _answer_cell(original, exercise)
    if mine is None or shipped_cell is None:
        raise NotebookError(
            f"No cell of {path.name} defines {exercise.answer}, so it cannot be laid anew by itself. "
            f"Lay the whole notebook anew: course reset {exercise.id[:2]}"
        )
    mine.source, mine.outputs, mine.execution_count = shipped_cell.source, [], None
    return nbformat.writes(notebook, version=4) + "\n"


def _answer_cell(notebook: nbformat.NotebookNode, exercise: Exercise) -> nbformat.NotebookNode | None:
    for cell in notebook.cells:
        graded = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and graded.get("grade_id") == exercise.answer:
            return cell
    for cell in notebook.cells:
        if cell.cell_type == "code" and f"def {exercise.answer}(" in cell.source:
            return cell
    return None

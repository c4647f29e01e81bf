"""`course reset`: puts an exercise back as it was shipped, and sets aside what the learner wrote."""

import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.course import Course, Exercise, Lesson
from helpers.errors import UnknownExercise
from helpers.folders import unused, write, writing
from helpers.learner.working_copy import WorkingCopy, cleared, nbgrader, read_notebook, shipped

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Reset:
    """What was done.

    aside: where the old notebook is now, None if there was none. others: how many other cells define the answer too.
    """

    aside: Path | None = None
    others: int = 0


def target(listed: Course, name: str) -> tuple[Lesson, Exercise | None]:
    """Return what the name means: all exercises of a lesson, or one of them. UnknownExercise when it is neither."""
    try:
        exercise = listed.exercise(name)
        return listed.lesson(exercise.lesson), exercise
    except UnknownExercise as no_exercise:
        try:
            return listed.lesson(name), None
        except UnknownExercise as no_lesson:
            raise no_exercise if re.match(r"\d+\.", name) else no_lesson from None


def reset(copy: WorkingCopy, lesson: Lesson, exercise: Exercise | None) -> Reset:
    """Set a copy of the notebook aside; then put the exercise, or all of the lesson's, back as shipped.

    Of one exercise, only its task and its own cell change, and a deleted cell comes back. NotebookError when the
    notebook cannot be read, CourseError when the folder cannot be written; nothing is changed then.
    """
    path, fresh = copy.path("exercises", lesson), cleared(shipped("exercises", lesson))
    aside, others = None, 0
    if exercise is not None and os.path.exists(path):
        fresh, others = _with_fresh_cell(path, fresh, exercise)
    with writing(copy.folder):
        if path.exists():
            # A copy, so that the learner's notebook stays in place whatever fails from here on.
            aside = unused(path.with_name(f"{path.stem}.{datetime.now():%Y-%m-%d-%H%M%S}.ipynb"))
            shutil.copy2(path, aside)
        write(path, fresh)
    return Reset(aside, others)


def _with_fresh_cell(path: Path, fresh: str, exercise: Exercise) -> tuple[str, int]:
    """Return the learner's notebook with this exercise's cell as shipped, and how many other cells define it too."""
    import nbformat

    notebook, original = read_notebook(path), nbformat.reads(fresh, as_version=4)
    as_shipped = next(cell for cell in original.cells if nbgrader(cell).get("grade_id") == exercise.answer)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    defining = [cell for cell in cells if defines(cell, exercise)]
    named = [cell for cell in cells if nbgrader(cell).get("grade_id") == exercise.answer]
    if mine := (named or defining)[:1]:
        mine[0].update(source=as_shipped.source, metadata=as_shipped.metadata, outputs=[], execution_count=None)
    else:
        _put_before_check(notebook, as_shipped, exercise)
    _renew_task(notebook, original, exercise)
    others = [cell for cell in defining if cell not in mine]
    return nbformat.writes(notebook, version=4) + "\n", len(others)


def _renew_task(notebook: "NotebookNode", original: "NotebookNode", exercise: Exercise) -> None:
    """Put the text of the task as shipped in place of the learner's, if that is there."""

    def tasks(cells: "list[NotebookNode]") -> "list[NotebookNode]":
        return [cell for cell in cells if cell.cell_type == "markdown" and cell.source.startswith(f"## {exercise.id} ")]

    for mine, shipped_one in zip(tasks(notebook.cells), tasks(original.cells), strict=False):
        mine.source = shipped_one.source


def _put_before_check(notebook: "NotebookNode", cell: "NotebookNode", exercise: Exercise) -> None:
    """Put the cell before the one that checks the exercise, or at the end when that is gone too."""
    grade_ids = [nbgrader(other).get("grade_id") for other in notebook.cells]
    check = f"check-{exercise.answer}"
    notebook.cells.insert(grade_ids.index(check) if check in grade_ids else len(grade_ids), cell)
    if notebook.nbformat_minor < 5:
        del cell["id"]  # there were no ids in that format


def defines(cell: "NotebookNode", exercise: Exercise) -> bool:
    """Return whether the cell's code defines the function that answers the exercise."""
    return cell.cell_type == "code" and bool(re.search(rf"^\s*def {exercise.answer}\(", cell.source, re.MULTILINE))

"""Runs a learner's exercise notebook in a kernel of its own and checks each answer in it."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from helpers import kernels
from helpers.checks.outcome import NOT_ATTEMPTED, Outcome, outcome
from helpers.cloud.running import COMPARED
from helpers.course import Exercise, Lesson, course
from helpers.desk.working_copy import read_notebook
from helpers.errors import NotebookError

CELL_SECONDS = 30
_MARK = "outcomes of the course: "


def mark(path: Path, lesson: Lesson, only: Exercise | None = None) -> list[Outcome]:
    """Return the outcome of each exercise in the learner's notebook, or of one.

    Answers are found by their names, wherever in the notebook they stand. Cells that raise are passed over, as in
    JupyterLab one by one. A notebook that cannot be read, or whose kernel dies, raises NotebookError.
    """
    notebook = read_notebook(path)
    wanted = [only.answer] if only else [exercise.answer for exercise in lesson.exercises]
    last = new_code_cell(f"from helpers.desk.marking import report\nreport({wanted!r}, globals())")
    notebook.cells.append(last)
    try:
        kernels.execute(
            notebook, path.parent, _environment(), timeout=CELL_SECONDS, interrupt_on_timeout=True, allow_errors=True
        )
    except (DeadKernelError, CellTimeoutError) as problem:
        raise NotebookError(f"{path.name}: {type(problem).__name__} while its cells ran.") from None
    text = "".join(output.get("text", "") for output in last.outputs)
    _, found, answer = text.rpartition(_MARK)
    if not found:
        raise NotebookError(f"{path.name}: the checks could not run at its end: {text[-300:]}")
    return [Outcome(**fields) for fields in json.loads(answer)]


def _environment() -> dict[str, str]:
    """Return the kernel's environment: checks are drawn from a fixed seed, and a terminal needs no panels."""
    return {**os.environ, COMPARED: "1", "COURSE_CLOUD": "offline"}


def report(answers: Iterable[str], namespace: dict[str, Any]) -> None:
    """Print the outcomes of these answers in this namespace as JSON; called in the learner's kernel."""
    from helpers.checks.learner import examine_here
    from helpers.cloud.running import start

    start("offline")
    outcomes = []
    for exercise in map(course().exercise, answers):
        answer = namespace.get(exercise.answer)
        if callable(answer):
            outcomes.append(examine_here(exercise, answer).as_dict())
        else:
            missing = f"No function {exercise.answer} is defined in this notebook."
            outcomes.append(outcome(exercise, NOT_ATTEMPTED, expected=missing).as_dict())
    print(_MARK + json.dumps(outcomes))

"""`course check`: runs a learner's exercise notebook in a new kernel, and checks each answer in it."""

import os
import re
from pathlib import Path
from textwrap import shorten
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from helpers import kernels
from helpers.backends.running import COMPARED
from helpers.checks.learner import keep
from helpers.checks.older import cell_is_older, judged, noted
from helpers.checks.outcome import ERROR, NOT_ATTEMPTED, Outcome, outcome
from helpers.course import Exercise, Lesson
from helpers.errors import NotebookError
from helpers.learner.report import OUTCOME
from helpers.learner.reset import defines
from helpers.learner.working_copy import nbgrader, read_notebook

CELL_SECONDS = 30
_CHECK_SECONDS = 120  # no check takes that long, because each run of an answer has a shorter limit


def mark(path: Path, lesson: Lesson, only: Exercise | None = None) -> list[Outcome]:
    """Return the outcome of each exercise in the learner's notebook, or of one of them. The file stays as it is.

    The outcomes are recorded in the learner's progress, as those of `check` in the notebook are. Answers are found by
    name, wherever in the notebook they are. A cell that raises or does not end does not keep the next one from running,
    as when a learner runs them one by one. NotebookError for a notebook that cannot be read, for a cell that ends the
    kernel or cannot be interrupted, and for a kernel that does not start.
    """
    notebook = read_notebook(path)
    own = [cell for cell in notebook.cells if not nbgrader(cell).get("grade")]  # each check is run once, at the end
    wanted = [only] if only else lesson.exercises
    checks = [_check_cell(exercise) for exercise in wanted]
    notebook.cells = own + checks
    _run(notebook, path)
    texts = [cell.source for cell in own if cell.cell_type == "markdown"]
    outcomes = [
        judged(_outcome(exercise, cell, own, path), exercise, _is_older(exercise, own, texts))
        for exercise, cell in zip(wanted, checks, strict=True)
    ]
    keep(outcomes, path.parent)
    return outcomes


def _check_cell(exercise: Exercise) -> NotebookNode:
    # It defines `_` alone and uses no other name: the learner may have given any of them another meaning.
    source = f"from helpers.learner import report as _\n_.report({exercise.answer!r})"
    return new_code_cell(source, metadata={"checks": exercise.answer})


def _run(notebook: NotebookNode, path: Path) -> None:
    started: list[NotebookNode] = []
    endless: list[NotebookNode] = []

    def executed(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        content = execute_reply["content"]
        if any(asked.get("source") == "ask_exit" for asked in content.get("payload", [])):
            raise DeadKernelError("after quit() the kernel still runs some cells")
        if "timed_out" not in content:
            endless.clear()
            return
        endless.append(cell)
        if len(endless) > 1:  # the kernel is still busy with the first, which cannot be interrupted
            raise NotebookError(f"{path.name}: the kernel got stuck {_place(endless[0])}. Does its loop ever end?")

    try:
        kernels.execute(
            notebook,
            path.parent,
            _environment(),
            timeout_func=lambda cell: _CHECK_SECONDS if "checks" in cell.metadata else CELL_SECONDS,
            interrupt_on_timeout=True,
            error_on_timeout={"timed_out": True},
            allow_errors=True,
            on_cell_execute=lambda cell, cell_index: started.append(cell),
            on_cell_executed=executed,
        )
    except (RuntimeError, OSError, NoSuchKernel) as problem:
        if started and isinstance(problem, DeadKernelError):
            where = _place(started[-1])
            raise NotebookError(
                f"{path.name}: the kernel ended {where}. Remove whatever ends it, such as exit()."
            ) from None
        raise NotebookError(f"I couldn't start a kernel: {problem}. Run `course doctor` to find out why.") from None


def _place(cell: NotebookNode) -> str:
    if "checks" in cell.metadata:
        return f"while {cell.metadata['checks']} was being checked"
    return f"in this cell: {shorten(cell.source, 80)}"


def _environment() -> dict[str, str]:
    """Return the kernel's environment: checks use a fixed seed, and panels are not needed in a terminal."""
    return {**os.environ, COMPARED: "1", "COURSE_CLOUD": "offline"}


def _outcome(exercise: Exercise, check: NotebookNode, own: list[NotebookNode], path: Path) -> Outcome:
    for output in check.outputs:
        if OUTCOME in output.get("data", {}):
            fields = output.data[OUTCOME]
            return Outcome(**fields) if fields else _missing(exercise, own)
    said = _error(check) or "it didn't finish"
    raise NotebookError(f"{path.name}: I couldn't check {exercise.answer}: {said}. `course doctor` may know why.")


def _is_older(exercise: Exercise, own: list[NotebookNode], texts: list[str]) -> bool:
    """Return whether the answer's cell is from an older copy, also where only the text above it shows that."""
    sources = [cell.source for cell in own if defines(cell, exercise)]
    return bool(sources) and cell_is_older(exercise, noted(exercise, sources[-1], texts))


def _missing(exercise: Exercise, own: list[NotebookNode]) -> Outcome:
    """Return the outcome of an answer that is not there: its cell raised, or there is no such cell."""
    for error in (_error(cell) for cell in own if defines(cell, exercise)):
        if error:
            return outcome(exercise, ERROR, got=error, expected="a cell that finishes and defines the function")
    return outcome(exercise, NOT_ATTEMPTED, expected=f"This notebook doesn't define a function {exercise.answer}.")


def _error(cell: NotebookNode) -> str:
    """Return the error in which the cell ended, empty when there was none."""
    errors = [f"{output.ename}: {output.evalue}" for output in cell.outputs if output.output_type == "error"]
    return re.sub(r"\(\d+\.py, ", "(", errors[0]) if errors else ""  # the kernel names a cell by a number

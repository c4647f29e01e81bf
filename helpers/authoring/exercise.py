"""Turns a solved notebook into an exercise: answer regions become stubs; outputs and explanations go.

Authors write no metadata. Which cell is an answer and which one checks it follows from lessons/course.toml and from the
cells' source; nbgrader's metadata is derived from that, and what a notebook has stored is ignored. The result is what
nbgrader would release, checksums included. Pure: notebooks in, notebooks out.
"""

import copy
import hashlib
import re
from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

from helpers.course import Exercise
from helpers.errors import NotebookError

STUB = "# YOUR CODE HERE\nreturn ..."
DOES_NOTHING = "return None"  # in place of the stub, for an answer that no check may accept
EXPLANATION = "solution-only"  # the tag of cells that say why a solution works

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_DERIVED = ("nbgrader", "deletable", "editable")


def exercise(solved: NotebookNode, exercises: Sequence[Exercise], stub: str = STUB) -> NotebookNode:
    """Return the exercise notebook of this solved one. exercises: those of its lesson.

    Call `solution_faults.require` first: it names everything that is wrong with the notebook.
    """
    graded = with_grading(solved, exercises)
    cells = [_release(cell, stub) for cell in graded.cells if not is_explanation(cell)]
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(solved.metadata))


def with_grading(solved: NotebookNode, exercises: Sequence[Exercise]) -> NotebookNode:
    """Return the solved notebook as nbgrader takes it.

    It has the metadata of answers and checks, and no other nbgrader metadata.
    """
    made = without_grading(solved)
    for cell in made.cells:
        if answers := answers_in(cell, exercises):
            cell.metadata["nbgrader"] = _grading(answers[0].answer, solution=True)
        elif checked := checked_in(cell, exercises):
            cell.metadata["nbgrader"] = _grading(f"check-{checked.answer}", points=checked.points)
    return made


def without_grading(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook without the metadata that is derived: the form in which solutions are stored."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        for key in _DERIVED:
            cell.metadata.pop(key, None)
    return made


def _grading(grade_id: str, solution: bool = False, points: float | None = None) -> dict[str, object]:
    """Return nbgrader's metadata of an answer's cell, or of a check's cell, which is locked and has points."""
    checks = {"points": points} if points is not None else {}
    grade = points is not None
    kind = {"grade": grade, "locked": grade, "solution": solution, "task": False}
    return {"grade_id": grade_id, "schema_version": 3, **kind, **checks}


def is_explanation(cell: NotebookNode) -> bool:
    """Return whether this cell says why a solution works, which learners don't get."""
    return EXPLANATION in cell.metadata.get("tags", [])


def answers_in(cell: NotebookNode, exercises: Sequence[Exercise]) -> list[Exercise]:
    """Return the exercises whose functions this cell defines; an explanation defines none."""
    if cell.cell_type != "code" or is_explanation(cell):
        return []
    defined = re.findall(r"^(?:async )?def (\w+)\(", cell.source, re.MULTILINE)
    return [each for each in exercises if each.answer in defined]


def checked_in(cell: NotebookNode, exercises: Sequence[Exercise]) -> Exercise | None:
    """Return the exercise that this cell checks, None for any other cell."""
    found = re.match(r"\s*check\((\w+)\)", cell.source) if cell.cell_type == "code" else None
    return next((each for each in exercises if found and found[1] == each.answer), None)


def _release(graded: NotebookNode, stub: str) -> NotebookNode:
    cell = copy.deepcopy(graded)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    grading = cell.metadata.get("nbgrader")
    if not grading:
        return cell
    if grading["solution"]:
        cell.source = stubbed(cell.source, cell.id, stub)
    cell.metadata["deletable"] = False
    if grading["locked"]:
        cell.metadata["editable"] = False
    grading["cell_type"] = cell.cell_type
    grading["checksum"] = checksum(cell)
    return cell


def stubbed(source: str, where: str = "a cell", stub: str = STUB) -> str:
    """Return the source with each solution region replaced by the stub, indented as the region's first marker.

    NotebookError for a region that is not closed, begins inside another one, or ends without having begun.
    """
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if BEGIN in line:
            if inside:
                raise NotebookError(f"{where}: a solution region begins inside another one.")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in stub.splitlines()]
        elif END in line:
            if not inside:
                raise NotebookError(f"{where}: a solution region ends that never began.")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise NotebookError(f"{where}: a solution region is never closed.")
    return "\n".join(lines)


def checksum(cell: NotebookNode) -> str:
    """Return nbgrader's checksum of a cell: its source, type, and what its metadata says of grading."""
    grading = cell.metadata["nbgrader"]
    parts = [cell.source, cell.cell_type, *(str(grading[key]) for key in ("grade", "solution", "locked", "grade_id"))]
    if grading["grade"]:
        parts.append(str(float(grading["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()

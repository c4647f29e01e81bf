"""A solved notebook becomes an exercise: answer regions turn into stubs, outputs and explanations go.

The result is what nbgrader would release, markers, metadata and checksums included, so that the same sources work
there. Pure: a notebook in, a notebook out.
"""

import copy
import hashlib
import re

import nbformat
from nbformat import NotebookNode

from helpers.errors import NotebookError

STUB = "# YOUR CODE HERE\nreturn ..."
EXPLANATION = "solution-only"  # the tag of cells that say why a solution works

_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"


def exercise(solved: NotebookNode) -> NotebookNode:
    """Return the exercise of this solved notebook.

    A region that is not closed, or that begins inside another, raises NotebookError.
    """
    cells = [_release(cell) for cell in solved.cells if EXPLANATION not in cell.metadata.get("tags", [])]
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(solved.metadata))


def _release(solved: NotebookNode) -> NotebookNode:
    cell = copy.deepcopy(solved)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    grading = cell.metadata.get("nbgrader")
    if not grading:
        return cell
    if grading["solution"]:
        cell.source = stubbed(cell.source, cell.id)
    cell.metadata["deletable"] = False
    if grading["locked"]:
        cell.metadata["editable"] = False
    grading["cell_type"] = cell.cell_type
    grading["checksum"] = checksum(cell)
    return cell


def stubbed(source: str, where: str = "a cell") -> str:
    """Return the source with each solution region replaced by the stub, indented as the region's first marker."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if _BEGIN in line:
            if inside:
                raise NotebookError(f"{where}: a solution region begins inside another one.")
            inside = True
            indent = re.match(r"\s*", line)[0]  # type: ignore[index]
            lines += [indent + stub for stub in STUB.splitlines()]
        elif _END in line:
            if not inside:
                raise NotebookError(f"{where}: a solution region ends that never began.")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise NotebookError(f"{where}: a solution region is not closed.")
    return "\n".join(lines)


def checksum(cell: NotebookNode) -> str:
    """Return nbgrader's checksum of a cell: its source, type, and what its metadata says of grading."""
    grading = cell.metadata["nbgrader"]
    parts = [cell.source, cell.cell_type, *(str(grading[key]) for key in ("grade", "solution", "locked", "grade_id"))]
    if grading["grade"]:
        parts.append(str(float(grading["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()

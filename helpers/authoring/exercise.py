"""Turns a solved notebook into an exercise: answer regions become stubs; outputs and explanations go.

Authors write no metadata. Which cell is an answer and which one checks it follows from lessons/course.toml and from the
cells' source; nbgrader's metadata is derived from that, and what a notebook has stored is ignored. The result is what
nbgrader would release, checksums included. Pure: notebooks in, notebooks out.
"""

import copy
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from helpers.course import Exercise, Lesson
from helpers.errors import NotebookError

STUB = "# YOUR CODE HERE\nreturn ..."
DOES_NOTHING = "return None"  # in place of the stub, for an answer that no check may accept
EXPLANATION = "solution-only"  # the tag of cells that say why a solution works

_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"
_NEARLY = re.compile(r"#+\s*(?:begin|end)[\s_-]*solution", re.IGNORECASE)
_DERIVED = ("nbgrader", "deletable", "editable")


@dataclass(frozen=True)
class Solved:
    """The solved notebook of a lesson. name: how sentences name it."""

    lesson: Lesson
    notebook: NotebookNode
    name: str


def exercise(solved: NotebookNode, exercises: Sequence[Exercise], stub: str = STUB) -> NotebookNode:
    """Return the exercise notebook of this solved one. exercises: those of its lesson.

    Call `require` first: it names everything that is wrong with the notebook.
    """
    graded = with_grading(solved, exercises)
    cells = [_release(cell, stub) for cell in graded.cells if not _is_explanation(cell)]
    return nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(solved.metadata))


def with_grading(solved: NotebookNode, exercises: Sequence[Exercise]) -> NotebookNode:
    """Return the solved notebook as nbgrader takes it: with the metadata of answers and checks, and of nothing else."""
    made = without_grading(solved)
    for cell in made.cells:
        if answers := _answers(cell, exercises):
            cell.metadata["nbgrader"] = _grading(answers[0].answer, solution=True)
        elif checked := _checked(cell, exercises):
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


def _is_explanation(cell: NotebookNode) -> bool:
    return EXPLANATION in cell.metadata.get("tags", [])


def _answers(cell: NotebookNode, exercises: Sequence[Exercise]) -> list[Exercise]:
    """Return the exercises whose functions this cell defines; an explanation defines none."""
    if cell.cell_type != "code" or _is_explanation(cell):
        return []
    defined = re.findall(r"^(?:async )?def (\w+)\(", cell.source, re.MULTILINE)
    return [each for each in exercises if each.answer in defined]


def _checked(cell: NotebookNode, exercises: Sequence[Exercise]) -> Exercise | None:
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
        if _BEGIN in line:
            if inside:
                raise NotebookError(f"{where}: a solution region begins inside another one.")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in stub.splitlines()]
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


# --- what keeps a solved notebook from becoming an exercise -----------------------------------------------------------


def require(notebooks: Sequence[Solved], with_checks: bool = False) -> None:
    """Raise NotebookError, which names all faults, unless each of these notebooks can become an exercise.

    with_checks: whether each exercise needs a cell that checks it, as in the course's own notebooks.
    """
    found = [fault for each in notebooks for fault in faults(each, with_checks)]
    if found:
        raise NotebookError("\n".join(found))


def faults(solved: Solved, with_checks: bool) -> list[str]:
    """Return what keeps this notebook from becoming an exercise, a sentence or two each. with_checks: as `require`."""
    exercises, cells = solved.lesson.exercises, solved.notebook.cells
    found = [f"{solved.name} {fault}" for one in exercises for fault in _missing(cells, one, with_checks)]
    for cell in cells:
        if not _is_explanation(cell):
            found += [f"{solved.name}, cell {cell.id!r}: {it}" for it in _faults_of(cell, _answers(cell, exercises))]
    return found


def _missing(cells: Sequence[NotebookNode], one: Exercise, with_checks: bool) -> Iterator[str]:
    """Yield what is wrong with the number of cells that define this answer, and that check it."""
    defining = [cell.id for cell in cells if _answers(cell, [one])]
    checking = [cell.id for cell in cells if _checked(cell, [one])]
    if not defining:
        yield f"has no cell that defines {one.answer}. Write its solution, or take the exercise out of course.toml."
    for what, ids in (("define", defining), ("check", checking)):
        if len(ids) > 1:
            yield f"has {len(ids)} cells that {what} {one.answer}: {', '.join(ids)}. Keep one of them."
    if with_checks and not checking:
        yield f"has no cell that checks {one.answer}. Below its solution, add a code cell: check({one.answer})"


def _faults_of(cell: NotebookNode, answers: Sequence[Exercise]) -> Iterator[str]:
    """Yield what is wrong with the markers in this cell, which defines these answers."""
    marked = [line.strip() for line in cell.source.splitlines() if _NEARLY.search(line)]
    if not answers:
        if marked:
            yield (
                f"it has the marker {marked[0]!r} and defines no answer of this lesson, so what it marks would be "
                "given to learners. Move it into the cell of an answer, or list its exercise in course.toml."
            )
        return
    if wrong := [line for line in marked if _BEGIN not in line and _END not in line]:
        yield f"{wrong[0]!r} is no marker, though it looks like one. Write {_BEGIN!r} or {_END!r}."
        return
    try:
        released = stubbed(cell.source, "the markers do not pair up")
    except NotebookError as problem:
        yield f"{problem} Each {_BEGIN!r} needs one {_END!r} below it."
        return
    for each in answers:
        if not _has_region(cell.source, each.answer):
            yield (
                f"{each.answer} has no solution region, so its solution would be given to learners. "
                f"Put the answer between {_BEGIN!r} and {_END!r}, inside the function."
            )
    if _runs(cell.source) and not _runs(released):
        yield "without its solution it is not valid Python any more. Begin and end each region inside a function."


def _has_region(source: str, answer: str) -> bool:
    """Return whether a region begins within this function, whose lines end with the next one that is not indented."""
    function = re.search(rf"^(?:async )?def {answer}\(.*?(?=^[^\s#)]|\Z)", source, re.MULTILINE | re.DOTALL)
    return function is not None and re.search(rf"^[ \t]+{_BEGIN}", function[0], re.MULTILINE) is not None


def _runs(source: str) -> bool:
    """Return whether this is valid Python; a cell with one of IPython's magics is not."""
    try:
        compile(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True

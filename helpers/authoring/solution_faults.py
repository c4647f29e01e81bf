"""What keeps a solved notebook from becoming an exercise. Nothing is written for a notebook that has such a fault."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from helpers.authoring.exercise import BEGIN, END, answers_in, checked_in, is_explanation, stubbed
from helpers.course import Exercise, Lesson
from helpers.errors import NotebookError

_NEARLY = re.compile(r"#+\s*(?:begin|end)[\s_-]*solution", re.IGNORECASE)


@dataclass(frozen=True)
class Solved:
    """The solved notebook of a lesson. name: how sentences name it."""

    lesson: Lesson
    notebook: NotebookNode
    name: str


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
        if not is_explanation(cell):
            found += [f"{solved.name}, cell {cell.id!r}: {it}" for it in _faults_of(cell, answers_in(cell, exercises))]
    return found


def _missing(cells: Sequence[NotebookNode], one: Exercise, with_checks: bool) -> Iterator[str]:
    """Yield what is wrong with the number of cells that define this answer, and that check it."""
    defining = [cell.id for cell in cells if answers_in(cell, [one])]
    checking = [cell.id for cell in cells if checked_in(cell, [one])]
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
                f"it has the marker {marked[0]!r} but defines no answer of this lesson, so learners would get what it "
                "marks. Move it into the cell of an answer, or list its exercise in course.toml."
            )
        return
    if wrong := [line for line in marked if BEGIN not in line and END not in line]:
        yield f"{wrong[0]!r} looks like a marker, but isn't one. Write {BEGIN!r} or {END!r}."
        return
    try:
        released = stubbed(cell.source, "the markers don't pair up")
    except NotebookError as problem:
        yield f"{problem} Each {BEGIN!r} needs one {END!r} below it."
        return
    for each in answers:
        if not _has_region(cell.source, each.answer):
            yield (
                f"{each.answer} has no solution region, so learners would get its solution. "
                f"Put the answer between {BEGIN!r} and {END!r}, inside the function."
            )
    if _runs(cell.source) and not _runs(released):
        yield "without its solution, it isn't valid Python. Begin and end each region inside a function."


def _has_region(source: str, answer: str) -> bool:
    """Return whether a region begins within this function, whose lines end with the next one that is not indented."""
    function = re.search(rf"^(?:async )?def {answer}\(.*?(?=^[^\s#)]|\Z)", source, re.MULTILINE | re.DOTALL)
    return function is not None and re.search(rf"^[ \t]+{BEGIN}", function[0], re.MULTILINE) is not None


def _runs(source: str) -> bool:
    """Return whether this is valid Python; a cell with one of IPython's magics is not."""
    try:
        compile(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        return False
    return True

"""Proves the checks of a lesson by grading three notebooks: its solution, its exercise, and answers that do nothing."""

from collections.abc import Callable, Iterator, Sequence

from nbformat import NotebookNode

from helpers.authoring import exercise as exercises
from helpers.authoring.exercise import Solved
from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED, Outcome
from helpers.course import Lesson
from helpers.errors import NotebookError
from helpers.grading import work
from helpers.grading.exercise_set import ExerciseSet
from helpers.grading.store import Job
from helpers.grading.work import Task

SEEDS = (1, 2, 3)


def require(chosen: ExerciseSet, notebooks: Sequence[Solved], walled: bool, say: Callable[[str], None]) -> None:
    """Raise NotebookError, which names all `faults`, unless there are none."""
    if found := faults(chosen, notebooks, walled, say):
        raise NotebookError("\n".join(found))


def faults(chosen: ExerciseSet, notebooks: Sequence[Solved], walled: bool, say: Callable[[str], None]) -> list[str]:
    """Return what is wrong with the checks of these lessons or with their solutions, a sentence or two each.

    notebooks: in which `exercise.require` found nothing wrong. walled: whether answers run isolated, as hand-ins do.
    say: called before each lesson. CourseError when this computer cannot grade.
    """
    found: list[str] = []
    try:
        for solved in notebooks:
            say(f"proving the checks of {solved.name}")
            found += _of_lesson(chosen, solved, walled)
    finally:
        work.close()
    return list(dict.fromkeys(found))


def _of_lesson(chosen: ExerciseSet, solved: Solved, walled: bool) -> list[str]:
    lesson, name = solved.lesson, solved.name
    released = exercises.exercise(solved.notebook, lesson.exercises)
    does_nothing = exercises.exercise(solved.notebook, lesson.exercises, exercises.DOES_NOTHING)
    # Stub and empty function end a check early or not at all, whatever it draws.
    return [
        *_solutions(_outcomes(chosen, lesson, solved.notebook, walled, SEEDS), name),
        *_stubs(_outcomes(chosen, lesson, released, walled, SEEDS[:1]), name),
        *_accepted(_outcomes(chosen, lesson, does_nothing, walled, SEEDS), name),
    ]


def _outcomes(
    chosen: ExerciseSet, lesson: Lesson, notebook: NotebookNode, walled: bool, seeds: Sequence[int]
) -> Iterator[Outcome]:
    """Yield what the lesson's checks say of the answers in this notebook, for each seed."""
    graded = exercises.with_grading(notebook, lesson.exercises)
    cells = [cell for cell in graded.cells if cell.cell_type == "code"]
    sources = tuple(cell.source for cell in cells if not cell.metadata.get("nbgrader", {}).get("grade"))
    for seed in seeds:
        yield from work.do(Task(chosen, seed, walled), Job("", lesson.slug, sources)).outcomes


def _solutions(outcomes: Iterator[Outcome], name: str) -> list[str]:
    return [
        f"{name}, {one.answer}: the solution comes out as {one.status!r}. {_said(one)} Mend the solution or its check."
        for one in outcomes
        if one.status != CORRECT
    ]


def _stubs(outcomes: Iterator[Outcome], name: str) -> list[str]:
    return [
        f"{name}, {one.answer}: the stub that learners get comes out as {one.status!r}. {_said(one)} "
        "Its check has to run the answer before it ends."
        for one in outcomes
        if one.status != NOT_ATTEMPTED
    ]


def _accepted(outcomes: Iterator[Outcome], name: str) -> list[str]:
    return [
        f"{name}, {one.answer}: a function that does nothing and returns None comes out as {one.status!r}. "
        "Its check has to look at what only a right answer returns or leaves behind."
        for one in outcomes
        if one.status == CORRECT
    ]


def _said(one: Outcome) -> str:
    return f"{one.got} {one.why}".strip()

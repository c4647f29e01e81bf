"""Proves the checks of lessons by grading three notebooks of each: solution, exercise, and answers that do nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from helpers.authoring import check_faults
from helpers.authoring.exercise import DOES_NOTHING, exercise, with_grading
from helpers.authoring.solution_faults import Solved
from helpers.checks.outcome import CHECK_FAILED, CORRECT, NOT_ATTEMPTED, Outcome
from helpers.cores import cores
from helpers.course import Exercise
from helpers.errors import CourseError, NotebookError
from helpers.grading.exercise_set import ExerciseSet
from helpers.grading.store import Job
from helpers.grading.workers import Task, run

SEEDS = (1, 2, 3)
SOLUTION, STUB, NOTHING = "solution", "stub", "nothing"


@dataclass(frozen=True)
class _Version:
    """One of the three notebooks of a lesson, as its cells."""

    of: Solved
    kind: str
    cells: tuple[str, ...]


def require(chosen: ExerciseSet, notebooks: Sequence[Solved], isolated: bool, say: Callable[[str], None]) -> None:
    """Raise NotebookError, which names all faults of the checks' sources, or else all `faults`, unless there are none.

    CourseError when the checks can't be loaded.
    """
    if written := [fault for solved in notebooks for fault in check_faults.faults(chosen, solved.lesson.slug)]:
        raise NotebookError("\n".join(dict.fromkeys(written)))
    if found := faults(chosen, notebooks, isolated, say):
        raise NotebookError("\n".join(found))


def faults(chosen: ExerciseSet, notebooks: Sequence[Solved], isolated: bool, say: Callable[[str], None]) -> list[str]:
    """Return what is wrong with the checks of these lessons or with their solutions, a sentence or two each.

    notebooks: in which `solution_faults.require` found nothing wrong.
    isolated: whether answers run isolated, as hand-ins do.
    say: called as the proof goes on. CourseError when this computer cannot grade.
    """
    versions = [version for solved in notebooks for version in _versions(solved)]
    rounds = {seed: [one for one in versions if one.kind != STUB or seed == SEEDS[0]] for seed in SEEDS}
    total, done = sum(map(len, rounds.values())), 0
    found: dict[tuple[int, str], None] = {}  # with the place of the notebook, by which they are sorted
    for seed, chosen_now in rounds.items():
        jobs = [Job(str(versions.index(one)), one.of.lesson.slug, one.cells) for one in chosen_now]
        for job, graded, is_certain in run(Task(chosen, seed, isolated), jobs, cores()):
            if not is_certain:
                said = " ".join(outcome.got for outcome in graded.outcomes[:1])
                raise CourseError(f"{versions[int(job.key)].of.name} couldn't be tested on this computer. {said}")
            version, done = versions[int(job.key)], done + 1
            say(f"proving the checks: {done} of {total}, {version.of.name}")
            found |= {(int(job.key), fault): None for outcome in graded.outcomes for fault in _faults(version, outcome)}
    return [fault for _, fault in sorted(found, key=lambda each: each[0])]


def _versions(solved: Solved) -> Iterator[_Version]:
    asked = solved.lesson.exercises
    yield _Version(solved, SOLUTION, _cells(solved.notebook, asked))
    yield _Version(solved, STUB, _cells(exercise(solved.notebook, asked), asked))
    yield _Version(solved, NOTHING, _cells(exercise(solved.notebook, asked, DOES_NOTHING), asked))


def _cells(notebook: NotebookNode, exercises: Sequence[Exercise]) -> tuple[str, ...]:
    """Return the sources of the code cells, without those that check."""
    cells = [cell for cell in with_grading(notebook, exercises).cells if cell.cell_type == "code"]
    return tuple(cell.source for cell in cells if not cell.metadata.get("nbgrader", {}).get("grade"))


def _faults(version: _Version, outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong when this version of an answer has this outcome."""
    where = f"{version.of.name}, {outcome.answer}"
    if outcome.status == CHECK_FAILED and version.kind != STUB:
        tried = "the solution" if version.kind == SOLUTION else "a function that does nothing and returns None"
        yield f"{where}: its check doesn't get to an end with {tried}. {outcome.got}. Correct the check."
        return
    came, said = f"comes out as {outcome.status!r}.", _said(outcome)
    if version.kind == SOLUTION and outcome.status != CORRECT:
        yield f"{where}: the solution {came}{said}\nFix the solution or its check."
    if version.kind == STUB and outcome.status != NOT_ATTEMPTED:
        yield f"{where}: the stub that learners get {came}{said}\nIts check has to run the answer before it ends."
    if version.kind == NOTHING and outcome.status == CORRECT:
        yield (
            f"{where}: a function that does nothing and returns None {came} "
            "Its check has to look at what only a right answer returns or leaves behind."
        )


def _said(outcome: Outcome) -> str:
    """Return what learners would read, a line for each thing."""
    told = (("call", outcome.did), ("got", outcome.got), ("expected", outcome.expected), ("why", outcome.why))
    return "".join(f"\n  {what}: {text}" for what, text in told if text)

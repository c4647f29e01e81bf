"""What a worker does, on this computer or in a cluster: it grades jobs, behind one wall that it put up once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.course import HOME
from helpers.errors import CourseError
from helpers.grading.exercise_set import PACKAGE, ExerciseSet
from helpers.grading.grader import grade
from helpers.grading.records import Graded
from helpers.grading.store import Job
from helpers.sandbox import launcher as launchers


@dataclass(frozen=True)
class Task:
    """What all jobs of a grading have in common. hidden: what no hand-in may read, beside the course itself."""

    exercises: ExerciseSet
    seed: int
    walled: bool = True
    hidden: tuple[str, ...] = ()


_launchers: dict[tuple[int, bool, tuple[str, ...]], launchers.Launcher] = {}


def launcher(task: Task) -> launchers.Launcher:
    """Return this process's launcher, or the one of the process that this one was forked from.

    CourseError when the wall has a hole, and nobody said to grade without a whole one; it says which.
    """
    for key, known in _launchers.items():
        if key[1:] == (task.walled, task.hidden):
            return known
    hidden = (PACKAGE, HOME, *map(Path, task.hidden))
    made = _launchers[os.getpid(), task.walled, task.hidden] = launchers.launcher(hidden, task.walled)
    if made.holes and task.walled:
        close()
        can = ", ".join(made.holes)
        raise CourseError(
            f"This computer cannot wall hand-ins off: one could {can}. Grade on Linux with user namespaces, Landlock "
            "and libseccomp, or trust these learners and add --without-wall."
        )
    return made


def do(task: Task, job: Job) -> Graded:
    """Return what came of the job."""
    return grade(job.cells, task.exercises.checks(job.lesson), launcher(task), task.seed)


def do_all(task: Task, jobs: Sequence[Job]) -> list[Graded]:
    """Return what came of the jobs, in order."""
    return [do(task, job) for job in jobs]


def close() -> None:
    """End what this process started."""
    for key in [key for key in _launchers if key[0] == os.getpid()]:
        _launchers.pop(key).close()

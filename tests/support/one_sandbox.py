"""The fork servers for all tests of grading, and the solved lesson 01 in the form in which it is handed in."""

import atexit
import textwrap
from functools import lru_cache

import pytest
from handin_files import SLUG
from solution_imports import imports

from helpers.checks.engine import find
from helpers.checks.outcome import CORRECT
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course
from helpers.grading import run, workers
from helpers.grading.exercise_set import PACKAGE
from helpers.grading.grader import grade
from helpers.sandbox import launcher as launchers

LONG, SHORT = 20.0, 1.0  # seconds that an answer can compute: more than any needs that ends, and little for a loop
EXERCISES = [(exercise, find(exercise)) for exercise in course().lesson(SLUG).exercises]
ANSWERS = [exercise.answer for exercise, _ in EXERCISES]
FEW = [pair for pair in EXERCISES if pair[0].answer in ("hand_over", "take_one")]  # whose checks take the least time
SETUP = f"{imports(SLUG)}\nfrom helpers import check, clock, hint, show, solution, start\nstart()"
SOLVED = [answer_source(exercise) for exercise, _ in EXERCISES]


@lru_cache
def launcher(computing=LONG):
    """Return the launcher that all tests share. However slow the machine is, what has an end reaches it.

    It hides what `course grade` hides, and the environment has keys while it starts.
    """
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_SECRET_ACCESS_KEY", "MY_TOKEN"):
            patched.setenv(name, "of this machine")
        made = launchers.launcher((PACKAGE, HOME), computing=computing)
    atexit.register(made.close)
    return made


def grade_here(patched):
    """Have gradings use this launcher and do their jobs in this process: to start others takes longer than most."""
    patched.setattr(workers, "launcher", lambda task: launcher())
    patched.setattr(run, "run", lambda task, jobs, count: ((job, workers.do(task, job), True) for job in jobs))


def hasty():
    """Return the launcher for what never ends, which is stopped after less time than in the product."""
    return launcher(SHORT)


def solved(**instead):
    """Return the cells of the solved lesson, with other sources for some answers."""
    return [SETUP, *(instead.get(name, source) for name, source in zip(ANSWERS, SOLVED, strict=True))]


def graded(cells, exercises=FEW, by=None, seed=1):
    """Return what came of a hand-in of these cells."""
    return grade(cells, exercises, by or launcher(), seed)


def statuses(cells, exercises=FEW, by=None, seed=1):
    """Return the outcomes' statuses for a hand-in of these cells."""
    return [outcome.status for outcome in graded(cells, exercises, by, seed).outcomes]


def only(name, status, exercises=FEW):
    """Return the statuses in which one answer alone comes out like this, and the others right."""
    return [status if exercise.answer == name else CORRECT for exercise, _ in exercises]


def text(source):
    """Return the source without its indentation."""
    return textwrap.dedent(source).strip()

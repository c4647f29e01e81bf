"""Runs one check of one answer and returns the outcome."""

import importlib
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore import exceptions as botocore_errors

from helpers.backends import environment, transport
from helpers.backends.offline.offline_cloud import any_account, draw_profile_keys, make_world
from helpers.checks import case as cases
from helpers.checks.outcome import (
    CORRECT,
    ERROR,
    NOT_ATTEMPTED,
    NOT_HERE,
    NOT_YET,
    STUMBLED,
    UNREACHABLE,
    Outcome,
    outcome,
)
from helpers.checks.runners.base import AnswerRunner
from helpers.course import Exercise
from helpers.errors import CourseError
from helpers.simulation import worlds
from helpers.simulation.journal import Journal

FIXED_SEED = 1  # where outputs are compared, and in grading

# What an outcome says when the check itself raised: mostly because an answer left behind what no other one does.
CHECK_RAISED = "I couldn't finish checking, because the check itself raised"
EXPECTED = "a result that I can check"
ADVICE = (
    "That happens when a function returns a different kind of value than the exercise asks for, or deletes something "
    "that the check has to look at. Compare both with the task. If your function does exactly what it says, the "
    "mistake is in the check. Please report it."
)

NO_CLOUD = "The check couldn't reach its cloud"
NOT_YOURS = "That says nothing about your answer. Check it again once the cloud can be reached."

# What it says of an answer that ended Python, and of one that had to be stopped.
RETURNS, ENDS = "a function that returns", "a function that finishes"
ENDED = (
    "Your function ended the whole program. `exit()`, `quit()`, `sys.exit()` and `os._exit()` do that, and so does a "
    "crash of Python. Leave a function with `return`, so that the code that called it can go on."
)

_UNREACHED = (botocore_errors.HTTPClientError, botocore_errors.ConnectionError, ConnectionError)
MakeRunner = Callable[[worlds.World], AnswerRunner]
_one_at_a_time = threading.Lock()  # time, output and environment belong to the whole process


def find(exercise: Exercise) -> cases.Check:
    """Return the course's own check of this exercise."""
    return getattr(importlib.import_module(f"helpers.checks.lessons.lesson_{exercise.lesson[:2]}"), exercise.answer)


def examine(
    exercise: Exercise, make_runner: MakeRunner, seed: int = FIXED_SEED, check: cases.Check | None = None
) -> Outcome:
    """Return what the exercise's check finds out about the answer that the runner reaches.

    seed: draws names, counts and orders. check: used instead of the course's own. Environment, default session, working
    directory, cloud and clock are afterwards as they were before. One check runs at a time. CourseError when an answer
    calls this.
    """
    if worlds.in_private_world():
        raise CourseError(
            "check(...) is inside the function that it checks. Move it below the function, to a line of its own."
        )
    check = check or find(exercise)
    with _one_at_a_time, _process_kept(), TemporaryDirectory(prefix="course-") as folder:
        draw, profiles = Random(seed), Path(folder, "profiles")
        accounts = any_account(draw), any_account(draw)
        transport.install()
        shutil.copytree(environment.PROFILES, profiles)  # an answer may write into them
        environment.replace(environment.offline(profiles))
        world = make_world(True, draw.getrandbits(32), *accounts)
        draw_profile_keys(world, Random(seed))
        environment.write_credentials(profiles / "credentials", world.profile_keys)
        world.journal = Journal(limit=None, recording=False)  # no call of the answer is forgotten
        watch = cases.CallWatch(world)
        with worlds.enter(world):
            runner = make_runner(world)
            found = _judge(exercise, check, runner, cases.Case(exercise.answer, world, runner, draw, watch))
            return found if found.correct or not runner.unable else outcome(exercise, NOT_HERE, why=runner.unable)


@contextmanager
def _process_kept() -> Iterator[None]:
    """Put back afterwards what belongs to the whole process, so that an answer can change it."""
    session, folder, depth = boto3.DEFAULT_SESSION, _folder(), sys.getrecursionlimit()
    try:
        with environment.kept():
            yield
    finally:
        boto3.DEFAULT_SESSION = session
        sys.setrecursionlimit(depth)
        if folder != _folder():
            os.chdir(folder)


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def _judge(exercise: Exercise, check: cases.Check, runner: AnswerRunner, case: cases.Case) -> Outcome:
    try:
        check(case)
        return outcome(exercise, CORRECT, why=exercise.takeaway, printed=runner.printed)
    except cases.NotAttempted:
        return outcome(exercise, NOT_ATTEMPTED, expected=f"Write {exercise.answer}, then run this cell again.")
    except cases.NotYet as finding:
        return outcome(exercise, NOT_YET, printed=runner.printed, reached=case.reached, **finding.said)
    except cases.AnswerError as problem:
        return _error(exercise, problem, runner, case)
    except Exception as problem:
        got = f"{CHECK_RAISED} {type(problem).__name__}: {problem}".rstrip(": ") + _place(check, problem)
        said = {"did": case.did, "got": got, "expected": EXPECTED, "why": ADVICE, "reason": STUMBLED}
        if isinstance(problem, _UNREACHED):
            said |= {"got": f"{NO_CLOUD}: {problem}", "why": NOT_YOURS, "reason": UNREACHABLE}
        return outcome(exercise, NOT_YET, printed=runner.printed, **said)
    finally:
        runner.close()


def _place(check: cases.Check, problem: Exception) -> str:
    """Return in which line of the check's file this was raised, in words; "" if it wasn't in there."""
    file = getattr(getattr(check, "__code__", None), "co_filename", "")
    lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == file]
    return f" (line {lines[-1]} of {Path(file).name})" if lines else ""


def _error(exercise: Exercise, problem: cases.AnswerError, runner: AnswerRunner, case: cases.Case) -> Outcome:
    """Return the outcome of an answer that raised or was stopped."""
    said: dict[str, Any] = {"did": problem.did, "got": f"{problem.type}: {problem.message}", "reason": problem.reason}
    if problem.stopped:
        said |= {"got": problem.message, "expected": ENDS}
    elif problem.type == "SystemExit":
        said |= {"got": said["got"].rstrip(": "), "expected": RETURNS, "why": ENDED}
    place = {"line_number": problem.number, "line": problem.line}
    return outcome(exercise, ERROR, printed=runner.printed, reached=case.reached, **place, **said)

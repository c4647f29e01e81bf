"""Runs one check: a private cloud with a clock of its own, the answer behind the seam, and the outcome."""

import importlib
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any

import boto3

from helpers.checks import case as cases
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, Outcome, outcome
from helpers.checks.seam import TOO_MANY_CALLS, Seam
from helpers.cloud import environment, moto_engine, transport
from helpers.cloud.calls import operation
from helpers.cloud.offline import any_account, make_world
from helpers.course import Exercise
from helpers.errors import Stopped
from helpers.world import worlds

FIXED_SEED = 1  # where outputs are compared, and in grading

MakeSeam = Callable[[worlds.World], Seam]


def examine(exercise: Exercise, make_seam: MakeSeam, seed: int = FIXED_SEED) -> Outcome:
    """Return what the exercise's check finds out about the answer behind the seam.

    seed: draws names, counts and orders. Afterwards environment, default session, cloud and clock are as before.
    """
    check = getattr(importlib.import_module(f"helpers.checks.lesson_{exercise.lesson[:2]}"), exercise.answer)
    draw = Random(seed)
    accounts = any_account(draw), any_account(draw)
    moto_engine.install()
    transport.install()
    session = boto3.DEFAULT_SESSION
    with environment.kept():
        environment.replace(environment.offline())
        boto3.DEFAULT_SESSION = _default_session()
        world = make_world(True, draw.getrandbits(32), *accounts)
        world.journal.recording = False
        during: dict[str, Callable[[], None]] = {}
        _watch_calls(world, during)
        try:
            with worlds.visit(world):
                return _judge(exercise, check, world, make_seam, lambda seam: cases.Case(exercise.answer, world, seam, draw, during))
        finally:
            moto_engine.forget(set(accounts))
            boto3.DEFAULT_SESSION = session


@lru_cache
def _default_session() -> boto3.Session:
    """Return the default session of all answers: the learner's own stays untouched, and a new one costs 0.1 s."""
    return boto3.Session()


def _judge(
    exercise: Exercise, check: cases.Check, world: worlds.World, make_seam: MakeSeam, case_for: Any
) -> Outcome:
    seam = make_seam(world)
    try:
        check(case_for(seam))
        return outcome(exercise, CORRECT, why=exercise.takeaway, printed=seam.printed)
    except cases.NotAttempted:
        return outcome(exercise, NOT_ATTEMPTED, expected=f"Write {exercise.answer}, then run this cell again.")
    except cases.NotYet as finding:
        return outcome(exercise, NOT_YET, printed=seam.printed, **finding.said)
    except cases.AnswerError as problem:
        return outcome(
            exercise,
            ERROR,
            did=problem.did,
            got=f"{problem.type}: {problem.message}",
            line_number=problem.number,
            line=problem.line,
            printed=seam.printed,
        )
    finally:
        world.open = False
        seam.close()


def _watch_calls(world: worlds.World, during: dict[str, Callable[[], None]]) -> None:
    """Stop an answer that calls AWS without end, and let things happen while it calls.

    during: what is to happen, once, just before the answer's call of an operation. The check's own calls, which the
    journal leaves out, are neither counted nor met by it.
    """
    answer, made = world.send, 0

    def send(request: Any, network: Any) -> Any:
        nonlocal made
        if world.journal.recording:
            made += 1
            if made > cases.CALLS:
                world.open = False
                raise Stopped(TOO_MANY_CALLS)
            target = transport.text(request.headers.get("X-Amz-Target", ""))
            if happening := during.pop(operation(target, transport.body(request)), None):
                world.journal.recording = False
                try:
                    happening()
                finally:
                    world.journal.recording = True
        return answer(request, network)

    world.send = send

"""Runs one check: a private cloud with a clock of its own, the answer behind the seam, and the outcome."""

import importlib
from collections.abc import Callable
from random import Random
from typing import Any

import boto3

from helpers.checks import case as cases
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, Outcome, outcome
from helpers.checks.seam import TOO_MANY_CALLS, Seam
from helpers.cloud import environment, moto_engine, transport
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
        world = make_world(True, draw.getrandbits(32), *accounts)
        world.journal.recording = False
        _bound_calls(world)
        try:
            with worlds.visit(world):
                return _judge(exercise, check, world, make_seam, draw)
        finally:
            moto_engine.forget(set(accounts))
            boto3.DEFAULT_SESSION = session


def _judge(exercise: Exercise, check: Any, world: worlds.World, make_seam: MakeSeam, draw: Random) -> Outcome:
    seam = make_seam(world)
    try:
        check(cases.Case(exercise.answer, world, seam, draw))
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


def _bound_calls(world: worlds.World) -> None:
    """Stop an answer that calls AWS without end. The check's own calls, which the journal leaves out, are free."""
    answer, made = world.send, 0

    def send(request: Any, network: Any) -> Any:
        nonlocal made
        made += world.journal.recording
        if made > cases.CALLS:
            world.open = False
            raise Stopped(TOO_MANY_CALLS)
        return answer(request, network)

    world.send = send

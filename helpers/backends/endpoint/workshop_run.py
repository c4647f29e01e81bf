"""A run of programs with a workshop server: the programs and their time are in the kernel, the cloud is on the server.

A header of each request tells the run's time, and the clocks of the learner's accounts follow it. If a long poll finds
nothing yet, the response tells when it has to look again. helpers.workshop.runs is the server's side.
"""

import heapq
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Any

import botocore.auth
from botocore.awsrequest import AWSResponse

from helpers.aws_rules.common.request import LookAgain, Request
from helpers.backends.endpoint.workshop_client import (
    CHANGED,
    LOOK_AGAIN,
    OF_A_RUN,
    POLL,
    ControlClient,
    WorkshopClock,
    steps_of,
)
from helpers.backends.programs import PAUSES_SEED, RunCloud
from helpers.simulation.clock import Clock, RealClock
from helpers.simulation.worlds import World


@contextmanager
def on_the_server(controls: Sequence[ControlClient], outer: World) -> Iterator[RunCloud]:
    """Return a context manager: within its block only the run moves the accounts' time.

    controls: of the accounts. outer: the kernel's world.
    """
    name, clock, shown, ends = uuid.uuid4().hex, Clock(still=True), outer.clock, list[dict[str, Any]]()
    assert isinstance(shown, WorkshopClock)

    def end(control: ControlClient) -> None:
        ends.append(control.post("end", run=name, time=clock.time()))
        if control is controls[0]:
            shown.follow(ends[-1])

    with outer.journal.copied() as entries:
        with _signed_in_real_time(), ExitStack() as stack:
            for control in controls:
                began = control.post("begin", run=name)["time"]
                stack.callback(end, control)
                clock.advance(max(0.0, began - clock.time()))
            before = _in_order([control.get("steps") for control in controls])
            send = partial(_send, name, clock, outer)
            world = replace(outer, clock=clock, send=send, pauses=Random(PAUSES_SEED))
            yield RunCloud(world, [*outer.journal, *before], entries)
        entries += _in_order(ends[::-1])  # they ended in the opposite order


def _send(run: str, clock: Clock, outer: World, request: Request, network: Callable[..., AWSResponse]) -> AWSResponse:
    """Return the server's response to a program's request. LookAgain for a long poll that has to wait."""
    told = {"run": run, "program": request.program, "time": clock.time(), "poll": request.poll or ""}
    response = outer.send(request, partial(network, {OF_A_RUN: json.dumps(told)}))
    until, request.poll = response.headers.pop(LOOK_AGAIN, None), response.headers.pop(POLL, None)
    if response.headers.pop(CHANGED, None) and outer.scheduler is not None:
        outer.scheduler.notify(run)
    if until is not None:
        response.content  # noqa: B018 - only a connection whose response was read is used again
        raise LookAgain(float(until), run)
    return response


@contextmanager
def _signed_in_real_time() -> Iterator[None]:
    """Return a context manager: within its block programs sign with real time, since the server checks it."""
    before = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = _now
    try:
        yield
    finally:
        botocore.auth.get_current_datetime = before


def _now(remove_tzinfo: bool = True) -> datetime:
    now = RealClock().now()
    return now.replace(tzinfo=None) if remove_tzinfo else now


def _in_order(replies: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the steps of several accounts, sorted by time. The steps of one account keep their sequence."""
    return list(heapq.merge(*map(steps_of, replies), key=lambda step: step.at))

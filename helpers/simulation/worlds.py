"""Worlds: simulated clouds with everything that belongs to them, and which of them a thread is in.

There is the learner's world, and a private one for each check. What depends on it (the transport, the time, the ids)
asks `current()`. So a check can run beside the learner's own threads, and neither sees the other's queues or clock.
"""

import math
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, NoReturn

from helpers.errors import CloudError, Stopped
from helpers.simulation import stopping
from helpers.simulation.clock import Clock, RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.scheduler import TICKS, Scheduler


@dataclass(eq=False)
class World:
    """One cloud, as the calls in it see it.

    clock: its time. journal: what happened in it. ids: draws its ids.
    send: takes a request (helpers.aws_rules.common.request) and a function that sends it over the network; returns the
    response. accounts: what the offline cloud holds (helpers.aws_rules.common.accounts); None elsewhere.
    around: takes boto3's client, the operation, its parameters and a function that makes the call with them; returns
    what the call returns. None where calls aren't changed. open: whether it still accepts calls.
    scheduler: of the run in this world, whose members share its time; None where every thread waits by itself.
    call_takes: seconds of the clock that a call of a member takes. pauses: draws how long boto3 waits between its
    attempts; None where `ids` does. A run has its own, so that it's the same wherever it runs.
    profile_keys: the access keys in boto3's files, by the names of their profiles, where a check has drawn its own.
    """

    clock: Clock | RealClock
    journal: Journal
    ids: Random
    send: Callable[[Any, Callable[[], Any]], Any]
    accounts: Any = None
    around: Callable[[Any, str, Any, Callable[[Any], Any]], Any] | None = None
    open: bool = True
    scheduler: Scheduler | None = None
    call_takes: float = 0.0
    pauses: Random | None = None
    profile_keys: dict[str, str] = field(default_factory=dict)

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass: for a member, while others go on; for any other thread, by moving the clock."""
        if self.scheduler is not None and self.scheduler.member():
            self.scheduler.sleep(seconds)
        else:
            self.clock.sleep(seconds)
            self.catch_up()

    def catch_up(self) -> None:
        """Let happen in the offline cloud what was due at a moment that has passed by now."""
        if self.accounts is not None:
            self.accounts.catch_up()

    def wait(self, until: float, changes: Hashable) -> None:
        """Let time pass until this moment, in seconds since 1970. A member goes on sooner if something changes.

        changes: what `scheduler.notify` is called with then.
        """
        left = max(0.0, until - self.clock.time())
        if self.scheduler is not None and self.scheduler.member():
            until_tick = self.scheduler.now + math.ceil(left * TICKS)
            self.scheduler.wait(until_tick, changes, doing="waits for a message")
        elif self.scheduler is not None and self.scheduler.is_going:
            _sleep(min(left, _LOOK))  # the run moves the clock
        else:
            self.clock.sleep(left)

    def adopt(self, thread: threading.Thread) -> None:
        """Put a thread that has not started into this world."""
        setattr(thread, _PLACE, self)
        setattr(thread, _REJECTED, False)


_sleep, _LOOK = time.sleep, 0.05  # real seconds between two looks at a clock that a run moves
_default: World | None = None
# Attributes of a thread that is in a private world: the world, and whether a call was rejected after it was closed.
_PLACE, _REJECTED = "world_of_the_course", "rejected_by_the_course"


def set_default(world: World | None) -> None:
    """Make this the world of every thread that isn't in a private one."""
    global _default
    _default = world


def default() -> World | None:
    """Return the learner's world, or None before a cloud was started."""
    return _default


def current() -> World | None:
    """Return the world of the calling thread, or None before a cloud was started."""
    # Every call asks this, some more than once: no detour by `_private`.
    return getattr(threading.current_thread(), _PLACE, None) or _default


def _private(thread: threading.Thread) -> World | None:
    # It's kept on the thread itself, so that the two, which refer to each other, are collected together.
    return getattr(thread, _PLACE, None)


def in_private_world() -> bool:
    """Return whether the calling thread is in the private world of a check."""
    return _private(threading.current_thread()) is not None


def reject_late_call() -> NoReturn:
    """End the calling thread, whose world is closed, by Stopped. If it caught that once and calls again, park it."""
    thread = threading.current_thread()
    if hasattr(thread, _REJECTED):  # park no thread that the check didn't start
        if getattr(thread, _REJECTED):
            stopping.park()
        setattr(thread, _REJECTED, True)
    raise Stopped("the check that this call belongs to is over")


def require() -> World:
    """Return the world of the calling thread; CloudError when no cloud was started."""
    world = current()
    if world is None:
        raise CloudError("No cloud is running yet. Run the notebook's first cell, or call start().")
    return world


@contextmanager
def enter(world: World) -> Iterator[World]:
    """Return a context manager that puts the calling thread into this world.

    Afterwards the world is closed. A thread that was adopted stays in it, and every call that it makes is rejected.
    """
    thread = threading.current_thread()
    previous = _private(thread)
    setattr(thread, _PLACE, world)
    try:
        yield world
    finally:
        world.open = False
        setattr(thread, _PLACE, previous)

"""Runs in this kernel: the programs' threads share a world's clock, and all other threads see real time."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from helpers.simulation.member_time import MemberTime
from helpers.simulation.scheduler import MOST_WAITS, Scheduler
from helpers.simulation.threads import THREADS, Threads
from helpers.simulation.worlds import World

CALL_TAKES = 0.03  # seconds that a member's call takes by the clock, so that none takes no time


class KernelRun:
    """The scheduler of a world, and the block `time` in which its members see the world's time.

    namespaces: the programs' globals. before_call: gets each request of a member, before the cloud does.
    most_waits, threads: see Scheduler. functions: the programs, where they aren't names in the namespaces.
    """

    def __init__(
        self,
        world: World,
        namespaces: Sequence[dict[str, Any]],
        before_call: Callable[[Any], None] = lambda request: None,
        most_waits: int = MOST_WAITS,
        functions: Sequence[Callable[..., Any]] = (),
        threads: Threads = THREADS,
    ):
        world.scheduler = self.scheduler = Scheduler(world.clock, world.adopt, most_waits, threads)
        world.call_takes = CALL_TAKES
        self.time = MemberTime(self._scheduler_of, namespaces, self.scheduler, functions)
        self._before_call, self._within = before_call, threading.local()
        self._send, world.send = world.send, self._send_in_real_time

    def is_member(self) -> bool:
        """Return whether the calling thread belongs to the run."""
        return self.scheduler.member() is not None

    def _scheduler_of(self) -> Scheduler | None:
        return self.scheduler if self.is_member() and not getattr(self._within, "cloud", False) else None

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        """Return the cloud's response. The cloud's code runs in the member's thread, but sees real time."""
        if not self.is_member():
            return self._send(request, network)
        self._before_call(request)
        before = getattr(self._within, "cloud", False)
        self._within.cloud = True
        try:
            with self.time.lifted():
                return self._send(request, network)
        finally:
            self._within.cloud = before

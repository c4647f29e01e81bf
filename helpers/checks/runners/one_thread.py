"""The runner of a browser tab, which has no threads: the answer runs in the thread of its check."""

import time
from collections.abc import Callable
from typing import Any

from helpers.checks.runners.base import TIME_IS_UP, TOO_MANY_CALLS
from helpers.checks.runners.in_process import KernelRunner
from helpers.errors import Stopped
from helpers.simulation import worlds
from helpers.simulation.browser_tab import THREADS_NEEDED
from helpers.simulation.watching import watched

_monotonic = time.monotonic


class OneThread(KernelRunner):
    """Runs the answer in this thread. It can be stopped where it calls AWS, and where a loop or function of it begins.

    Loops and functions need Python 3.12, which every tab has. An answer can't be stopped within a library.
    """

    def __init__(self, answer: Callable[..., Any], world: worlds.World, look: Callable[[], None] = lambda: None):
        super().__init__(answer, world, look)
        self._deadline = 0.0

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._deadline, signals = _monotonic() + seconds, command.pop("signals", ())
        with watched([self._host.namespace], self._stop_if_over):
            reply = self._run.scheduler.run_here(lambda: self._host.handle(command), signals)
        self.unable = THREADS_NEEDED if self._run.scheduler.refused_a_thread else ""
        # An answer that caught the exception that stops it replied something else.
        reason = self._over() or self._run.scheduler.outcome
        return {"number": None, "line": "", "waiting": []} | reply | {"stopped": reason} if reason else reply

    def _over(self) -> str:
        """Return why the answer has to stop; "" as long as it can go on."""
        if not self._world.open:
            return TOO_MANY_CALLS
        return TIME_IS_UP if _monotonic() > self._deadline else ""

    def _stop_if_over(self) -> None:
        if self._run.is_member():
            self._look()
            if reason := self._over():
                raise Stopped(reason)

    def _before_call(self, request: Any) -> None:
        self._stop_if_over()

    def close(self) -> None:
        """Close the world, so that nothing the answer left behind can reach it."""
        self._world.open = False

"""The runner where there are no threads, as in a browser tab: the answer runs in the thread of its check."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from helpers.checks.runners.in_process import TIME_IS_UP, TOO_MANY_CALLS, KernelRunner
from helpers.errors import Stopped
from helpers.simulation import worlds

_monotonic = time.monotonic
_TOOLS = (3, 4)  # the numbers that Python leaves to whoever wants to watch code


class OneThread(KernelRunner):
    """The answer in this thread. It is ended at a call to the cloud, and where a loop or a function of its begins.

    The second needs Python 3.12, which every tab has. What never comes back from a library cannot be ended here.
    """

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        super().__init__(answer, world)
        self._here, self._answering, self._deadline = threading.current_thread(), False, 0.0

    def _threads(self) -> list[Any]:
        return []

    def _is_answer(self) -> bool:
        return self._answering and threading.current_thread() is self._here

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._answering, self._deadline = True, _monotonic() + seconds
        try:
            with _watched(self._side.namespace, self._look):
                reply = self._side.handle(command)
        finally:
            self._answering = False
        # Whatever an answer says that caught that it was stopped, and went on.
        reason = self._over()
        return {"number": None, "line": ""} | reply | {"stopped": reason} if reason else reply

    def _over(self) -> str:
        """Return why the answer has to end; "" as long as it may go on."""
        if not self._world.open:
            return TOO_MANY_CALLS
        return TIME_IS_UP if _monotonic() > self._deadline else ""

    def _look(self) -> None:
        if self._is_answer() and (reason := self._over()):
            raise Stopped(reason)

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        self._look()
        return super()._send_in_real_time(request, network)

    def close(self) -> None:
        """Close the world, so that nothing that the answer left behind reaches it."""
        self._world.open = False


@contextmanager
def _watched(namespace: dict[str, Any], look: Callable[[], None]) -> Iterator[None]:
    """Within the block call `look` where code of this namespace starts or jumps; nothing where Python cannot."""
    monitoring: Any = getattr(sys, "monitoring", None)
    free = [number for number in _TOOLS if monitoring and monitoring.get_tool(number) is None]
    if not free:
        yield
        return

    def event(*_: Any) -> Any:
        if sys._getframe(1).f_globals is namespace:
            return look()
        return monitoring.DISABLE  # a library's code is not asked again at this place

    events = (monitoring.events.JUMP, monitoring.events.PY_START)
    monitoring.use_tool_id(free[0], "course")
    try:
        for each in events:
            monitoring.register_callback(free[0], each, event)
        monitoring.restart_events()
        monitoring.set_events(free[0], events[0] | events[1])
        yield
    finally:
        monitoring.set_events(free[0], monitoring.events.NO_EVENTS)
        for each in events:
            monitoring.register_callback(free[0], each, None)
        monitoring.free_tool_id(free[0])

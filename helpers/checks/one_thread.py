"""The seam where there are no threads, as in a browser tab: the answer runs in the thread of its check."""

import inspect
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType
from typing import Any

from helpers.checks.seam import TIME_IS_UP, TOO_MANY_CALLS, InKernel
from helpers.errors import Stopped
from helpers.world import worlds

_monotonic = time.monotonic
_TOOL = 3  # one of the numbers that Python leaves to whom it may concern


class OneThread(InKernel):
    """The answer in this thread. It is ended at a call to the cloud, or where a loop or a function of its begins anew.

    The second needs Python 3.12, which every tab has. What never comes back from a library cannot be ended here.
    """

    def __init__(self, answer: Callable[..., Any], world: worlds.World):
        super().__init__(answer, world)
        self._answering, self._deadline = False, 0.0

    def _threads(self) -> list[Any]:
        return []

    def _is_answer(self) -> bool:
        return self._answering

    def _reply(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        self._answering, self._deadline = True, _monotonic() + seconds
        try:
            with _looking(codes(self._side.namespace), self._look):
                reply = self._side.handle(command)
        finally:
            self._answering = False
        if self._world.open:
            return reply
        return {"number": None, "line": ""} | reply | {"stopped": TOO_MANY_CALLS}

    def _look(self, *_: Any) -> None:
        """Stop the answer when its time or its calls are over. One that catches it is stopped again."""
        if not self._world.open:
            raise Stopped(TOO_MANY_CALLS)
        if self._answering and _monotonic() > self._deadline:
            raise Stopped(TIME_IS_UP)

    def _send_in_real_time(self, request: Any, network: Any) -> Any:
        self._look()
        return super()._send_in_real_time(request, network)

    def close(self) -> None:
        """Close the world, so that nothing that the answer left behind reaches it."""
        self._closed, self._world.open = True, False


@contextmanager
def _looking(found: set[CodeType], look: Callable[..., Any]) -> Iterator[None]:
    """Call `look` at each jump and each start of this code within the block; nothing where Python cannot."""
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        yield
        return
    events = (monitoring.events.JUMP, monitoring.events.PY_START)
    monitoring.use_tool_id(_TOOL, "course")
    for event in events:
        monitoring.register_callback(_TOOL, event, look)
    for code in found:
        monitoring.set_local_events(_TOOL, code, events[0] | events[1])
    try:
        yield
    finally:
        for code in found:
            monitoring.set_local_events(_TOOL, code, 0)
        for event in events:
            monitoring.register_callback(_TOOL, event, None)
        monitoring.free_tool_id(_TOOL)


def codes(namespace: dict[str, Any]) -> set[CodeType]:
    """Return the code of all functions that were written in this namespace, of those within them and in its classes."""
    found: set[CodeType] = set()
    waiting: list[Any] = list(namespace.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, FunctionType) and value.__globals__ is namespace and value.__code__ not in found:
            found |= _within(value.__code__)
            waiting += inspect.getclosurevars(value).nonlocals.values()  # what a decorator wraps
        elif isinstance(value, type) and value.__module__ == namespace.get("__name__"):
            waiting += vars(value).values()
        elif isinstance(value, staticmethod | classmethod):
            waiting.append(value.__func__)
        elif isinstance(value, property):
            waiting += [value.fget, value.fset]
    return found


def _within(code: CodeType) -> set[CodeType]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return {code}.union(*map(_within, inner))

"""Watching code from within, where no other thread can: a function is called wherever the code starts or jumps."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_TOOLS = (3, 4)  # tool ids that no standard tool uses
kept: list[Any] = []  # blocks that can't be left any more; see helpers.simulation.tab_threads


@contextmanager
def watched(namespaces: Sequence[dict[str, Any]], look: Callable[[], None]) -> Iterator[None]:
    """Call `look` within the block wherever code of these namespaces starts or jumps, if this Python can do that."""
    own = {id(namespace) for namespace in namespaces}
    monitoring: Any = getattr(sys, "monitoring", None)
    free = [number for number in _TOOLS if monitoring and monitoring.get_tool(number) is None]
    if not free or kept:
        yield
        return

    def event(*_: Any) -> Any:
        if id(sys._getframe(1).f_globals) in own:
            return look()
        return monitoring.DISABLE  # no more events from this place in a library's code

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

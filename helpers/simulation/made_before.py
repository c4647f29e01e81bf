"""Locks, queues and pools of a program's notebook that were made before its run: what a run has in their place.

They wait in C or have threads of the kernel, so they know nothing of a run's time. Events, conditions and the queues of
`queue` can stay: a thread that waits on one makes its own lock at that moment.
"""

import _thread
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.simulation.member_waits import MemberLock
from helpers.simulation.scheduler import Scheduler

_C_RLOCK, _C_QUEUE = type(threading.RLock()), queue.SimpleQueue


def in_place_of(value: Any, scheduler: Scheduler) -> Any:
    """Return what this run's members use instead of a value, in the same state; None for one that can stay."""
    make = _MAKERS.get(type(value))
    return make(value, scheduler) if make else None


def _lock(value: Any, scheduler: Scheduler) -> MemberLock:
    made = MemberLock(scheduler)
    if value.locked():
        made.acquire()
    return made


def _rlock(value: Any, scheduler: Scheduler) -> Any:
    made = threading._PyRLock()  # type: ignore[attr-defined]
    made._block = MemberLock(scheduler)
    return made


def _simple_queue(value: Any, scheduler: Scheduler) -> Any:
    return queue._PySimpleQueue()  # type: ignore[attr-defined]


def _pool(value: ThreadPoolExecutor, scheduler: Scheduler) -> ThreadPoolExecutor:
    made = ThreadPoolExecutor(value._max_workers)
    made._work_queue = _simple_queue(None, scheduler)
    return made


_MAKERS: dict[type, Callable[[Any, Scheduler], Any]] = {
    _thread.LockType: _lock,
    _C_RLOCK: _rlock,
    _C_QUEUE: _simple_queue,
    ThreadPoolExecutor: _pool,
}

"""Waiting as an answer knows it: a wait with a time limit ends by the check's clock.

While another thread of the answer is at work, real time passes, for it may end the wait. When nobody is, nothing can
come but the end of the time, and the clock jumps there. The same holds for an event loop that has nothing to do.

Event.wait, Timer, queue.get and Future.result stand on Condition.wait; asyncio.sleep and wait_for on the event loop.
Waits within C know real time only: Lock.acquire, Thread.join and SimpleQueue.get with a timeout.
"""

import asyncio
import concurrent.futures.thread
import queue
import selectors
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from helpers.simulation import frozen_sleep


class AnswerClock(Protocol):
    """What an answer's time stands on."""

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""


ClockOf = Callable[[], "AnswerClock | None"]
ThreadsOf = Callable[[], list[threading.Thread]]

_STEP = 0.005  # real seconds for another thread to come and end a wait
_RESOLUTION = 1e-6  # of the check's clock, in seconds since 1970 as a float; a loop takes what is so near as due
_monotonic, _sleep = time.monotonic, frozen_sleep._real_sleep
_condition_wait, _run_once = threading.Condition.wait, asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]
# A thread whose innermost Python code stands in one of these files waits.
_WAITING = {module.__file__ for module in (threading, queue, selectors, concurrent.futures.thread)}


def waits(clock_of: ClockOf, threads_of: ThreadsOf) -> list[tuple[Any, str, Any]]:
    """Return what replaces Python's waits: each as a place, a name there, and what is put there.

    clock_of: returns the clock of the calling thread, or None where real time holds. threads_of: returns the threads of
    the answer.
    """

    def monotonic() -> float:
        clock = clock_of()
        return _monotonic() if clock is None else clock.time()

    def wait(condition: threading.Condition, timeout: float | None = None) -> bool:
        clock = clock_of()
        if clock is None or timeout is None or timeout <= 0:
            return _condition_wait(condition, timeout)
        return _pass_time(clock, clock.time() + timeout, threads_of, lambda: _condition_wait(condition, _STEP))

    def run_once(loop: Any) -> None:
        clock = clock_of()
        moments = [] if loop._ready else [timer.when() for timer in loop._scheduled if not timer.cancelled()]
        if clock is not None and moments:
            loop._clock_resolution = _RESOLUTION
            _pass_time(clock, min(moments), threads_of, lambda: bool(_sleep(_STEP) or loop._ready))
        _run_once(loop)

    return [
        (threading.Condition, "wait", wait),
        (threading, "_time", monotonic),
        (queue, "time", monotonic),
        (asyncio.BaseEventLoop, "_run_once", run_once),
    ]


def _pass_time(clock: AnswerClock, end: float, threads_of: ThreadsOf, ended: Callable[[], bool]) -> bool:
    """Let the clock's time pass up to a moment, or until another thread ends the wait; return whether one did.

    ended: lets a little real time pass and returns whether the wait was ended.
    """
    give_up = _monotonic() + end - clock.time()
    while clock.time() < end:
        others = [thread for thread in threads_of() if thread is not threading.current_thread()]
        if others and ended():
            return True
        if _monotonic() >= give_up or not any(map(_at_work, others)):
            clock.sleep(max(0.0, end - clock.time()))
    return False


def _at_work(thread: threading.Thread) -> bool:
    """Return whether the thread does something else than wait."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_filename not in _WAITING

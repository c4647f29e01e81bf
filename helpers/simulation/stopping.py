"""Ending threads that do not end by themselves. Python has no call for it, only an exception thrown from outside.

A thread that catches everything, `except: pass` in an endless loop, cannot be ended. It is parked: it waits for ever,
does nothing and costs nothing.
"""

import concurrent.futures.thread
import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from helpers.errors import Stopped

_monotonic, _sleep = time.monotonic, time.sleep
_GRACE, _THROWING = 0.05, 0.15  # real seconds in which threads may end undisturbed, and are thrown at


def stoppable(run: Callable[[], Any]) -> Any:
    """Return what `run` returns; while it runs, its thread can be stopped."""
    return run()


def shielded(run: Callable[[], Any]) -> Any:
    """Return what `run` returns; its thread can be stopped only in what runs through `stoppable` in it."""
    return run()


def quietly(run: Callable[[], Any]) -> None:
    """Run what a thread is for; when it is stopped, the thread ends without a word on stderr."""
    with contextlib.suppress(Stopped):
        stoppable(run)


_MARKS = {stoppable.__code__: True, shielded.__code__: False}
_WORKER = concurrent.futures.thread._worker.__code__


def park() -> NoReturn:  # type: ignore[misc]
    """Have the calling thread wait for ever."""
    threading.current_thread().is_parked = True  # type: ignore[attr-defined]
    threading.Event().wait()


def is_parked(thread: threading.Thread) -> bool:
    """Return whether the thread waits for ever."""
    return hasattr(thread, "is_parked")


class _Parking(SystemExit):
    """Parks the thread that it is thrown at: Python makes the instance there, at the latest where it is caught."""

    def __init__(self) -> None:
        park()


def stop(threads: Callable[[], list[threading.Thread]], is_own: Callable[[FrameType], bool], seconds: float) -> None:
    """Wait a moment for these threads to end, then end or park them, for so many real seconds at most.

    threads: returns those that still run. is_own: whether a frame is of the code that must end, not of a library, which
    might keep a lock for ever when it is ended within. A thread that waits within C is met when that wait is over; an
    idle worker of a pool is left to its pool.
    """
    interval, start = sys.getswitchinterval(), _monotonic()
    sys.setswitchinterval(1e-5)  # so that this thread looks at the others often
    try:
        while (left := _busy(threads())) and (passed := _monotonic() - start) < seconds:
            # SystemExit itself is what the threading module and asyncio let through without printing.
            exception = SystemExit if passed < _GRACE + _THROWING else _Parking
            for thread, frame in left:
                if passed > _GRACE and frame is not None and is_own(frame) and _may_be_stopped(frame):
                    _throw(thread, exception)
            _sleep(0)  # lets them run
    finally:
        sys.setswitchinterval(interval)


def _throw(thread: threading.Thread, exception: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(exception))


def _may_be_stopped(frame: FrameType | None) -> bool:
    """Return what the innermost mark on a thread's stack says: Python's own steps at its end must not be disturbed."""
    while frame is not None and frame.f_code not in _MARKS:
        frame = frame.f_back
    return frame is not None and _MARKS[frame.f_code]


def _busy(threads: list[threading.Thread]) -> list[tuple[threading.Thread, FrameType | None]]:
    """Return those of the threads that are not workers waiting for work, each with its innermost frame."""
    frames = sys._current_frames()
    innermost = [(thread, frames.get(thread.ident or 0)) for thread in threads]
    return [(thread, frame) for thread, frame in innermost if frame is None or frame.f_code is not _WORKER]

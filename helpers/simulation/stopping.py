"""Ending threads that don't end by themselves, by an exception that is raised in them from outside.

Python has no other way. A thread that catches everything, with `except: pass` in an endless loop, can't be ended. It is
parked: it waits forever, and costs nothing.
"""

import _thread
import concurrent.futures.thread
import contextlib
import ctypes
import logging
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from helpers.errors import Stopped

_monotonic, _sleep, _real_lock = time.monotonic, time.sleep, _thread.allocate_lock
_GRACE, _THROWING = 0.05, 0.15  # real seconds: threads can end undisturbed, and then get SystemExit


def stoppable(run: Callable[[], Any]) -> Any:
    """Return what `run` returns; while it runs, its thread can be stopped."""
    return run()


def shielded(run: Callable[[], Any]) -> Any:
    """Return what `run` returns; within it, its thread can be stopped only in what `stoppable` runs."""
    return run()


def quietly(run: Callable[[], Any]) -> None:
    """Run a thread's work; when it's stopped, the thread ends without printing anything."""
    with contextlib.suppress(Stopped):
        stoppable(run)


_MARKS = {stoppable.__code__: True, shielded.__code__: False}
_WORKER = concurrent.futures.thread._worker.__code__
_WORK = concurrent.futures.thread._WorkItem.run.__code__


def _is_worth_logging(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], Stopped))


# A pool's worker logs whatever ends it, with a traceback. One that waited for work when a run was over has no news.
logging.getLogger("concurrent.futures").addFilter(_is_worth_logging)


def park() -> NoReturn:
    """Make the calling thread wait forever."""
    threading.current_thread().is_parked = True  # type: ignore[attr-defined]
    lock = _real_lock()
    lock.acquire()
    while True:
        lock.acquire()


def is_parked(thread: threading.Thread) -> bool:
    """Return whether the thread was parked."""
    return hasattr(thread, "is_parked")


def is_a_worker(thread: threading.Thread) -> bool:
    """Return whether the thread is one of a pool's."""
    return _WORKER in _codes(thread)


def is_idle(thread: threading.Thread) -> bool:
    """Return whether the thread is a pool's worker that waits for work."""
    codes = _codes(thread)
    return _WORKER in codes and _WORK not in codes


def _codes(thread: threading.Thread) -> set[Any]:
    frame, found = sys._current_frames().get(thread.ident or 0), set()
    while frame is not None:
        found.add(frame.f_code)
        frame = frame.f_back
    return found


class _Parking(SystemExit):
    """Parks the thread in which it is raised: Python makes the instance there, at the latest where it's caught."""

    def __init__(self) -> None:
        park()


def stop(threads: Callable[[], list[threading.Thread]], is_own: Callable[[FrameType], bool], seconds: float) -> None:
    """Wait a moment for these threads to end, then end or park them, for so many real seconds at most.

    threads: returns those that still run. is_own: whether a frame belongs to the code that must end. A library's code
    is left alone, since ending it could leave a lock closed forever. A thread that waits within C gets the exception
    when that wait is over. An idle worker of a pool is left to its pool.
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
            _sleep(0)  # so that they can run
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

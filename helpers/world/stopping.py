"""Ending threads that do not end by themselves. Python has no call for that, only an exception thrown from outside."""

import concurrent.futures.thread
import contextlib
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from helpers.errors import Stopped

_monotonic, _sleep = time.monotonic, time.sleep


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
_GRACE = 0.05  # real seconds to end without being disturbed


def stop(threads: Callable[[], list[threading.Thread]], seconds: float) -> None:
    """Wait a moment for these threads to end, then throw SystemExit at them until they have, for so many real seconds.

    threads: returns those that still live. They are disturbed only where they may be, so that Python's own steps at a
    thread's end are not. A thread may catch everything that it is thrown, `except: pass` in an endless loop, so
    exceptions come faster than it can handle them, until one meets it outside its `try`. One that waits within C (for a
    lock, say) is thrown out when that wait ends. SystemExit itself is what the threading module and asyncio let through
    without printing. An idle worker of a thread pool is left to its pool.
    """
    interval, start = sys.getswitchinterval(), _monotonic()
    sys.setswitchinterval(1e-5)
    try:
        while (left := _busy(threads())) and _monotonic() < start + _GRACE + seconds:
            if _monotonic() > start + _GRACE:
                for thread in left:
                    _throw(thread)
            _sleep(0)  # lets them run
    finally:
        sys.setswitchinterval(interval)


def _throw(thread: threading.Thread) -> None:
    if _may_be_stopped(sys._current_frames().get(thread.ident or 0)):
        exception = ctypes.py_object(SystemExit)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), exception)


def _may_be_stopped(frame: FrameType | None) -> bool:
    """Return what the innermost mark on a thread's stack says."""
    while frame is not None and frame.f_code not in _MARKS:
        frame = frame.f_back
    return frame is not None and _MARKS[frame.f_code]


def _busy(threads: list[threading.Thread]) -> list[threading.Thread]:
    """Return those of the threads that are not workers waiting for work."""
    frames = sys._current_frames()
    innermost = [(thread, frames.get(thread.ident or 0)) for thread in threads]
    return [thread for thread, frame in innermost if frame is None or frame.f_code is not _WORKER]

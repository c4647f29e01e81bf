"""Time as an answer sees it: whatever it uses to sleep, to wait or to ask for the time follows the check's clock.

While a check runs, the functions of `time`, the classes of `datetime` and Python's waits are replaced, in their modules
and where the answer imported them by name. Only threads for which `clock_of` returns a clock see the other time. In the
kernel's own threads each replacement does what the original does.

A wait with a time limit ends by the check's clock. While another thread of the answer is at work, real time passes,
because that thread may end the wait. When none is, only the end of the time can come, and the clock jumps there. An
event loop with nothing to do works the same way. Event.wait, Timer, queue.get and Future.result are built on
Condition.wait; asyncio.sleep and wait_for on the event loop. Waits within C know real time only: Lock.acquire,
Thread.join and SimpleQueue.get with a timeout.
"""

import asyncio
import concurrent.futures.thread
import datetime
import queue
import selectors
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date as _date
from datetime import datetime as _datetime
from typing import Any, Protocol

from helpers.simulation import frozen_sleep

# The originals, taken once, so that a check never mistakes another check's replacements for them.
_READ = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_BROKEN_UP = ("gmtime", "localtime", "ctime")
_TIME = {name: getattr(time, name) for name in (*_READ, *_BROKEN_UP, "strftime", "asctime", "sleep")}
_STEP = 0.005  # real seconds for another thread to come and end a wait
_RESOLUTION = 1e-6  # of the check's clock, in seconds since 1970 as a float; an event loop runs what is this near
_monotonic, _sleep = time.monotonic, frozen_sleep._real_sleep
_condition_wait, _run_once = threading.Condition.wait, asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]
# A thread whose innermost Python code is in one of these files is waiting.
_WAITING = {module.__file__ for module in (threading, queue, selectors, concurrent.futures.thread)}


class AnswerClock(Protocol):
    """The clock of a check, as far as an answer's time needs it."""

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""


ClockOf = Callable[[], "AnswerClock | None"]
ThreadsOf = Callable[[], list[threading.Thread]]


class AnswerTime:
    """A block in which the answer sees its clock's time, in the modules and in its own namespace.

    clock_of: returns the clock of the calling thread, or None if it sees real time. threads_of: returns the answer's
    threads. namespace: the answer's globals; names in it that are bound to an original are bound to its replacement
    within the block. Once left, the block can be entered again.
    """

    def __init__(self, clock_of: ClockOf, threads_of: ThreadsOf, namespace: dict[str, Any]):
        self._namespace = namespace
        self._classes = [
            (datetime, "datetime", _datetime_class(clock_of)),
            (datetime, "date", _date_class(clock_of)),
        ]
        functions = [(time, name, new) for name, new in _time_functions(clock_of).items()]
        self._new = [*functions, *self._classes, *_waits(clock_of, threads_of)]
        self._entered, self._lifted, self._lock = False, 0, threading.Lock()

    def __enter__(self) -> "AnswerTime":
        self._old = [(place, name, getattr(place, name)) for place, name, _ in self._new]
        with self._lock:
            self._entered = True
            _put(self._new)
        # time.sleep may already be the one that follows a lesson's frozen clock; the answer can hold either by name.
        instead = {id(old): new for (_, _, old), (_, _, new) in zip(self._old, self._new, strict=True)}
        instead |= {id(_TIME[name]): new for place, name, new in self._new if place is time}
        self._by_name = {name: value for name, value in dict(self._namespace).items() if id(value) in instead}
        self._namespace.update({name: instead[id(value)] for name, value in self._by_name.items()})
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._entered = False
            _put(self._old)
        ours = {id(new) for _, _, new in self._new}
        # Names that the answer rebound keep their values, and our replacements go.
        self._namespace.update({k: v for k, v in self._by_name.items() if id(self._namespace.get(k)) in ours})

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Put the original classes back while the cloud works, because its libraries may keep the ones that they find.

        The library that signs SNS's envelopes does, and refuses every other datetime from then on.
        """
        with self._lock:
            self._lifted += 1
            _put([(datetime, "datetime", _datetime), (datetime, "date", _date)])
        try:
            yield
        finally:
            with self._lock:
                self._lifted -= 1
                if self._entered and not self._lifted:
                    _put(self._classes)


def _put(values: list[tuple[Any, str, Any]]) -> None:
    for place, name, value in values:
        setattr(place, name, value)


def _time_functions(clock_of: ClockOf) -> dict[str, Callable[..., Any]]:
    """Return a replacement for each function of `time` that sleeps or asks for the time."""

    def reading(name: str, scale: int, whole: bool) -> Callable[[], Any]:
        def read() -> Any:
            clock = clock_of()
            if clock is None:
                return _TIME[name]()
            return int(clock.time() * scale) if whole else clock.time() * scale

        return read

    def sleep(seconds: float) -> None:
        clock = clock_of()
        if clock is None:
            _TIME["sleep"](seconds)
        else:
            clock.sleep(frozen_sleep.length(seconds))

    def asctime(*moment: Any) -> str:
        clock = clock_of()
        return _TIME["asctime"](*(moment or ([_TIME["localtime"](clock.time())] if clock else [])))

    def breaking_up(name: str) -> Callable[..., Any]:
        def broken_up(seconds: float | None = None) -> Any:
            clock = clock_of()
            return _TIME[name](clock.time() if seconds is None and clock else seconds)

        return broken_up

    def strftime(pattern: str, *moment: Any) -> str:
        clock = clock_of()
        return _TIME["strftime"](pattern, *(moment or ([_TIME["localtime"](clock.time())] if clock else [])))

    functions: dict[str, Callable[..., Any]] = {
        name: reading(name, 10**9 if name.endswith("_ns") else 1, name.endswith("_ns")) for name in _READ
    }
    functions |= {name: breaking_up(name) for name in _BROKEN_UP}
    return functions | {"sleep": sleep, "strftime": strftime, "asctime": asctime}


class _LooksLike(type):
    """Makes isinstance and issubclass treat a replacement class, but no class derived from it, as the original."""

    original: type

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.original) if "original" in vars(cls) else super().__instancecheck__(value)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.original) if "original" in vars(cls) else super().__subclasscheck__(other)


def _datetime_class(clock_of: ClockOf) -> type:
    class AnswerDatetime(_datetime, metaclass=_LooksLike):
        original = _datetime

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _datetime(*args, **kwargs) if cls is AnswerDatetime else super().__new__(cls, *args, **kwargs)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            clock = clock_of()
            return cls.fromtimestamp(clock.time(), tz) if clock else super().now(tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    return _named(AnswerDatetime)


def _date_class(clock_of: ClockOf) -> type:
    class AnswerDate(_date, metaclass=_LooksLike):
        original = _date

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _date(*args, **kwargs) if cls is AnswerDate else super().__new__(cls, *args, **kwargs)

        @classmethod
        def today(cls) -> Any:
            clock = clock_of()
            return cls.fromtimestamp(clock.time()) if clock else super().today()

    return _named(AnswerDate)


def _named(replacement: type) -> type:
    """Return the class with the names of the one that it replaces."""
    original = vars(replacement)["original"]
    replacement.__name__ = replacement.__qualname__ = original.__name__
    replacement.__module__ = original.__module__
    return replacement


def _waits(clock_of: ClockOf, threads_of: ThreadsOf) -> list[tuple[Any, str, Any]]:
    """Return the replacements for Python's waits, each with the place and the name that it goes to."""

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
    """Return whether the thread does anything but wait."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_filename not in _WAITING

"""Time as an answer sees it: every ordinary way of sleeping, waiting and asking for the time follows the check's clock.

The functions of `time`, the classes of `datetime`, and what helpers.checks.runners.answer_waits lists are replaced while a
check runs, in their modules and where the answer imported them by name. Only threads for which `clock_of` gives a clock
see the other time; for the kernel's threads each replacement does what the original does.
"""

import datetime
import math
import operator
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from helpers.checks.runners.answer_waits import ClockOf, ThreadsOf, waits

# The originals, taken once: a check must not take another check's replacements for them.
_READ = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_BROKEN_UP = ("gmtime", "localtime", "ctime")
_TIME = {name: getattr(time, name) for name in (*_READ, *_BROKEN_UP, "strftime", "asctime", "sleep")}
_datetime, _date = datetime.datetime, datetime.date


class AnswerTime:
    """A block in which the answer sees its clock's time, in the modules and in its own namespace.

    clock_of: returns the clock of the calling thread, or None where real time holds. threads_of: returns the answer's
    threads. namespace: the answer's globals; names in it that stand for an original stand for its replacement in the
    block. The block can be entered again when it was left.
    """

    def __init__(self, clock_of: ClockOf, threads_of: ThreadsOf, namespace: dict[str, Any]):
        self._namespace = namespace
        self._classes = [
            (datetime, "datetime", _datetime_class(clock_of)),
            (datetime, "date", _date_class(clock_of)),
        ]
        functions = [(time, name, new) for name, new in _time_functions(clock_of).items()]
        self._new = [*functions, *self._classes, *waits(clock_of, threads_of)]
        self._entered, self._lifted, self._lock = False, 0, threading.Lock()

    def __enter__(self) -> "AnswerTime":
        self._old = [(place, name, getattr(place, name)) for place, name, _ in self._new]
        with self._lock:
            self._entered = True
            _put(self._new)
        # time.sleep may already be the one that follows a still lesson's clock; the answer may hold either by name.
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
        # What the answer itself bound anew stays; our replacements go.
        self._namespace.update({k: v for k, v in self._by_name.items() if id(self._namespace.get(k)) in ours})

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Put the classes back for the block, in which the cloud works: its libraries may keep what they find there.

        The library that signs SNS's envelopes does, and from then on refuses every other datetime.
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
            clock.sleep(_length(seconds))

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


def _length(seconds: Any) -> float:
    """Return the length of a sleep; what time.sleep refuses is refused in its words."""
    length = seconds if isinstance(seconds, float) else operator.index(seconds)
    if math.isnan(length):
        raise ValueError("Invalid value NaN (not a number)")
    if length < 0:
        raise ValueError("sleep length must be non-negative")
    return length


class _LooksLike(type):
    """Makes a replacement class agree with the original in isinstance and issubclass; not so classes made from it."""

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
        def now(cls, tz: Any = None) -> datetime.datetime:
            clock = clock_of()
            return cls.fromtimestamp(clock.time(), tz) if clock else super().now(tz)

        @classmethod
        def utcnow(cls) -> datetime.datetime:
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> datetime.datetime:
            return cls.now()

    return _named(AnswerDatetime)


def _date_class(clock_of: ClockOf) -> type:
    class AnswerDate(_date, metaclass=_LooksLike):
        original = _date

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _date(*args, **kwargs) if cls is AnswerDate else super().__new__(cls, *args, **kwargs)

        @classmethod
        def today(cls) -> datetime.date:
            clock = clock_of()
            return cls.fromtimestamp(clock.time()) if clock else super().today()

    return _named(AnswerDate)


def _named(replacement: type) -> type:
    """Return the class with the names of the one that it replaces."""
    original = vars(replacement)["original"]
    replacement.__name__ = replacement.__qualname__ = original.__name__
    replacement.__module__ = original.__module__
    return replacement

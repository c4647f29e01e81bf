"""Time as an answer sees it: every ordinary way of sleeping and of asking for the time follows the check's clock.

The functions of `time`, `datetime`, `asyncio.sleep` and waits of `threading.Event` are replaced while a check runs, in
their modules and where the answer imported them by name. Only threads for which `clock_of` gives a clock see the other
time; for the kernel's threads each replacement does what the original does.
"""

import asyncio
import datetime
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class AnswerClock(Protocol):
    """What an answer's time stands on."""

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""


ClockOf = Callable[[], "AnswerClock | None"]

# The originals, taken once: a check must not take another check's replacements for them.
_TIME = {
    name: getattr(time, name)
    for name in (
        "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns sleep gmtime localtime strftime ctime"
    ).split()
}
_datetime, _date = datetime.datetime, datetime.date
_asyncio_sleep, _event_wait = asyncio.sleep, threading.Event.wait


class AnswerTime:
    """A block in which the answer sees its clock's time, in the modules and in its own namespace.

    clock_of: returns the clock of the calling thread, or None where real time holds.
    namespace: the answer's globals; names in it that stand for an original stand for its replacement in the block.
    """

    def __init__(self, clock_of: ClockOf, namespace: dict[str, Any]):
        self._namespace = namespace
        self._new = [(time, name, new) for name, new in _time_functions(clock_of).items()] + [
            (datetime, "datetime", _datetime_class(clock_of)),
            (datetime, "date", _date_class(clock_of)),
            (asyncio, "sleep", _sleep_coroutine(clock_of)),
            (threading.Event, "wait", _wait(clock_of)),
        ]
        self._lifted, self._lock = 0, threading.Lock()

    def __enter__(self) -> "AnswerTime":
        self._old = [(place, name, getattr(place, name)) for place, name, _ in self._new]
        _put(self._new)
        # time.sleep may already be the one that follows a still lesson's clock; the answer may hold either by name.
        instead = {id(old): new for (_, _, old), (place, _, new) in zip(self._old, self._new, strict=True)}
        instead |= {id(_TIME[name]): new for place, name, new in self._new if place is time}
        self._by_name = {name: value for name, value in self._namespace.items() if id(value) in instead}
        self._namespace.update({name: instead[id(value)] for name, value in self._by_name.items()})
        return self

    def __exit__(self, *_: object) -> None:
        _put(self._old)
        ours = {id(new) for _, _, new in self._new}
        # What the answer itself bound anew stays; our replacements go.
        self._namespace.update({k: v for k, v in self._by_name.items() if id(self._namespace.get(k)) in ours})

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Put the originals back for the block, in which the cloud works: libraries must not keep a replacement."""
        with self._lock:
            self._lifted += 1
            if self._lifted == 1:
                _put(self._old)
        try:
            yield
        finally:
            with self._lock:
                self._lifted -= 1
                if not self._lifted:
                    _put(self._new)


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
        elif seconds < 0:
            raise ValueError("sleep length must be non-negative")  # as time.sleep says it
        else:
            clock.sleep(seconds)

    def breaking_up(name: str) -> Callable[..., Any]:
        def broken_up(seconds: float | None = None) -> Any:
            clock = clock_of()
            return _TIME[name](clock.time() if seconds is None and clock else seconds)

        return broken_up

    def strftime(pattern: str, *moment: Any) -> str:
        clock = clock_of()
        return _TIME["strftime"](pattern, *(moment or ([_TIME["localtime"](clock.time())] if clock else [])))

    functions: dict[str, Callable[..., Any]] = {
        name: reading(name, 10**9 if name.endswith("_ns") else 1, name.endswith("_ns"))
        for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
    }
    functions |= {name: breaking_up(name) for name in ("gmtime", "localtime", "ctime")}
    return functions | {"sleep": sleep, "strftime": strftime}


class _LooksLike(type):
    """Makes a replacement class agree with the original in isinstance and issubclass."""

    original: type

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.original)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.original)


def _datetime_class(clock_of: ClockOf) -> type:
    class AnswerDatetime(_datetime, metaclass=_LooksLike):
        original = _datetime

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _datetime(*args, **kwargs)

        @classmethod
        def now(cls, tz: Any = None) -> datetime.datetime:
            clock = clock_of()
            return _datetime.fromtimestamp(clock.time(), tz) if clock else _datetime.now(tz)

        @classmethod
        def utcnow(cls) -> datetime.datetime:
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> datetime.datetime:
            return cls.now()

        @classmethod
        def fromtimestamp(cls, timestamp: float, tz: Any = None) -> datetime.datetime:
            return _datetime.fromtimestamp(timestamp, tz)

        @classmethod
        def fromisoformat(cls, text: str) -> datetime.datetime:
            return _datetime.fromisoformat(text)

        @classmethod
        def strptime(cls, text: str, pattern: str) -> datetime.datetime:
            return _datetime.strptime(text, pattern)

    AnswerDatetime.__name__ = AnswerDatetime.__qualname__ = "datetime"
    return AnswerDatetime


def _date_class(clock_of: ClockOf) -> type:
    class AnswerDate(_date, metaclass=_LooksLike):
        original = _date

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _date(*args, **kwargs)

        @classmethod
        def today(cls) -> datetime.date:
            clock = clock_of()
            return _date.fromtimestamp(clock.time()) if clock else _date.today()

        @classmethod
        def fromtimestamp(cls, timestamp: float) -> datetime.date:
            return _date.fromtimestamp(timestamp)

        @classmethod
        def fromisoformat(cls, text: str) -> datetime.date:
            return _date.fromisoformat(text)

    AnswerDate.__name__ = AnswerDate.__qualname__ = "date"
    return AnswerDate


def _sleep_coroutine(clock_of: ClockOf) -> Callable[..., Any]:
    async def sleep(delay: float, result: Any = None) -> Any:
        clock = clock_of()
        if clock is None:
            return await _asyncio_sleep(delay, result)
        clock.sleep(max(0, delay))
        return await _asyncio_sleep(0, result)

    return sleep


def _wait(clock_of: ClockOf) -> Callable[..., bool]:
    def wait(event: threading.Event, timeout: float | None = None) -> bool:
        clock = clock_of()
        if clock is None or timeout is None or event.is_set():
            return _event_wait(event, timeout)
        _event_wait(event, 0.001)  # lets another thread of the answer set it
        if not event.is_set():
            clock.sleep(max(0, timeout))
        return event.is_set()

    return wait

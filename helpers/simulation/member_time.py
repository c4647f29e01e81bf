"""Time as the members of a run see it: whatever they use to sleep, wait or read the time follows the run's clock.

During a run, the functions of `time`, the classes of `datetime` and Python's waits are replaced, in their modules and
where a program imported them by name. Only members of the run see its time. In the kernel's other threads, each
replacement does what the original does.
"""

import datetime
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date as _date
from datetime import datetime as _datetime
from typing import Any

from helpers.simulation import made_before, member_waits
from helpers.simulation.member_waits import SchedulerOf
from helpers.simulation.scheduler import Scheduler

# The originals, taken once, so that a run never mistakes another run's replacements for them.
_READ = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns")
_BROKEN_UP = ("gmtime", "localtime", "ctime")
_TIME = {name: getattr(time, name) for name in (*_READ, *_BROKEN_UP, "strftime", "asctime", "sleep")}


class MemberTime:
    """A block in which the members of a run see its time, in the modules and in their own namespaces.

    scheduler_of: returns the scheduler of the calling thread, or None if it sees real time. namespaces: the programs'
    globals; names in them that are bound to an original are bound to its replacement within the block. scheduler: of
    the runs, where threads of a kernel share the namespaces; locks and pools made there are replaced too, also where
    objects, closures and these functions have them. Once left, the block can be entered again.
    """

    def __init__(
        self,
        scheduler_of: SchedulerOf,
        namespaces: Sequence[dict[str, Any]],
        scheduler: Scheduler | None = None,
        functions: Sequence[Any] = (),
    ):
        self._namespaces, self._scheduler, self._functions = namespaces, scheduler, functions
        self._made_before: dict[int, tuple[Any, Any]] = {}  # by the identity of what was made: it, and what is used
        self._classes = [
            (datetime, "datetime", _datetime_class(scheduler_of)),
            (datetime, "date", _date_class(scheduler_of)),
        ]
        functions = [(time, name, new) for name, new in _time_functions(scheduler_of).items()]
        self._new = [*functions, *self._classes, *member_waits.replacements(scheduler_of)]
        self._entered, self._lifted, self._lock = False, 0, threading.Lock()

    def __enter__(self) -> "MemberTime":
        self._old = [(place, name, getattr(place, name)) for place, name, _ in self._new]
        with self._lock:
            self._entered = True
            _put(self._new)
        # time.sleep may already be the one that follows a lesson's frozen clock; the answer can hold either by name.
        instead = {id(old): new for (_, _, old), (_, _, new) in zip(self._old, self._new, strict=True)}
        instead |= {id(_TIME[name]): new for place, name, new in self._new if place is time}
        self._originals = {id(new): old for (_, _, old), (_, _, new) in zip(self._old, self._new, strict=True)}
        found = list(made_before.places(self._namespaces, self._functions)) if self._scheduler else []
        instead |= self._for_what_was_made_before(found)
        self._by_name = [
            (namespace, {name: value for name, value in dict(namespace).items() if id(value) in instead})
            for namespace in self._namespaces
        ]
        for namespace, names in self._by_name:
            namespace.update({name: instead[id(value)] for name, value in names.items()})
        self._by_place = [(place, instead[id(place.value)]) for place in found if id(place.value) in instead]
        for place, new in self._by_place:
            place.put(new)
        self._ours = {id(new) for new in instead.values()}
        return self

    def _for_what_was_made_before(self, found: Iterable[made_before.Place]) -> dict[int, Any]:
        if self._scheduler is None:
            return {}
        values = [value for namespace in self._namespaces for value in list(namespace.values())]
        for value in [*values, *(place.value for place in found)]:
            if id(value) not in self._made_before and (new := made_before.in_place_of(value, self._scheduler)):
                self._made_before[id(value)] = value, new
        for value, new in self._made_before.values():
            made_before.hand_over(value, new)
        return {place: new for place, (_, new) in self._made_before.items()}

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._entered = False
            _put(self._old)
        # What a program put somewhere stays there, and our replacements go.
        for namespace, names in self._by_name:
            namespace.update({k: v for k, v in names.items() if id(namespace.get(k)) in self._ours})
            imported = {k: self._originals[id(v)] for k, v in dict(namespace).items() if id(v) in self._originals}
            namespace.update(imported)
        for place, new in self._by_place:
            if place.get() is new:
                place.put(place.value)
        for value, new in self._made_before.values():
            made_before.hand_over(new, value)

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


def _time_functions(scheduler_of: SchedulerOf) -> dict[str, Callable[..., Any]]:
    """Return a replacement for each function of `time` that reads the time."""

    def reading(name: str) -> Callable[[], Any]:
        whole = name.endswith("_ns")

        def read() -> Any:
            scheduler = scheduler_of()
            if scheduler is None:
                return _TIME[name]()
            seconds = scheduler.time() if name.startswith("time") else scheduler.monotonic()
            return round(seconds * 10**6) * 1000 if whole else seconds

        return read

    def asctime(*moment: Any) -> str:
        scheduler = scheduler_of()
        return _TIME["asctime"](*(moment or ([_TIME["localtime"](scheduler.time())] if scheduler else [])))

    def breaking_up(name: str) -> Callable[..., Any]:
        def broken_up(seconds: float | None = None) -> Any:
            scheduler = scheduler_of()
            return _TIME[name](scheduler.time() if seconds is None and scheduler else seconds)

        return broken_up

    def strftime(pattern: str, *moment: Any) -> str:
        scheduler = scheduler_of()
        return _TIME["strftime"](pattern, *(moment or ([_TIME["localtime"](scheduler.time())] if scheduler else [])))

    functions: dict[str, Callable[..., Any]] = {name: reading(name) for name in _READ}
    functions |= {name: breaking_up(name) for name in _BROKEN_UP}
    return functions | {"strftime": strftime, "asctime": asctime}


class _LooksLike(type):
    """Makes isinstance and issubclass treat a replacement class, but no class derived from it, as the original."""

    original: type

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, cls.original) if "original" in vars(cls) else super().__instancecheck__(value)

    def __subclasscheck__(cls, other: type) -> bool:
        return issubclass(other, cls.original) if "original" in vars(cls) else super().__subclasscheck__(other)


def _datetime_class(scheduler_of: SchedulerOf) -> type:
    class MemberDatetime(_datetime, metaclass=_LooksLike):
        original = _datetime

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _datetime(*args, **kwargs) if cls is MemberDatetime else super().__new__(cls, *args, **kwargs)

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            scheduler = scheduler_of()
            return cls.fromtimestamp(scheduler.time(), tz) if scheduler else super().now(tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    return _named(MemberDatetime)


def _date_class(scheduler_of: SchedulerOf) -> type:
    class MemberDate(_date, metaclass=_LooksLike):
        original = _date

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return _date(*args, **kwargs) if cls is MemberDate else super().__new__(cls, *args, **kwargs)

        @classmethod
        def today(cls) -> Any:
            scheduler = scheduler_of()
            return cls.fromtimestamp(scheduler.time()) if scheduler else super().today()

    return _named(MemberDate)


def _named(replacement: type) -> type:
    """Return the class with the names of the one that it replaces."""
    original = vars(replacement)["original"]
    replacement.__name__ = replacement.__qualname__ = original.__name__
    replacement.__module__ = original.__module__
    return replacement

"""What a program's notebook made before its run and can't stay: where it is, and what a run has in its place.

Locks, queues and pools wait in C or have threads of the kernel, so they know nothing of a run's time. An event can
stay: a thread that waits on one makes its own lock at that moment.
"""

import _thread
import builtins
import functools
import logging
import queue
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from helpers.simulation.member_waits import MemberLock
from helpers.simulation.scheduler import Scheduler

_C_RLOCK, _C_QUEUE = type(threading.RLock()), queue.SimpleQueue
_PY_QUEUE: Any = queue._PySimpleQueue  # type: ignore[attr-defined]
_LOCKS = (_thread.LockType, MemberLock)
_PLAIN = (str, bytes, int, float, type(None), types.ModuleType)
# So that a notebook with much data costs no time: values that are looked at, and how many a container of locks has.
_MOST, _LARGE = 5_000, 1_000
# Python's own kinds that hold a lock, or something that does.
_HOLDERS = (
    threading.Condition,
    threading.Semaphore,
    threading.Barrier,
    threading._PyRLock,  # type: ignore[attr-defined]
    queue.Queue,
    _PY_QUEUE,
    logging.Logger,
    logging.Handler,
    types.SimpleNamespace,
)


@dataclass
class Place:
    """Where a value is: in an object's attributes, a list, a dict, a closure, or the defaults of a function."""

    value: Any
    get: Callable[[], Any]
    put: Callable[[Any], Any]


def in_place_of(value: Any, scheduler: Scheduler) -> Any:
    """Return what this run's members use instead of a value, in the same state; None for one that can stay."""
    make = _MAKERS.get(type(value))
    return make(value, scheduler) if make else None


def hand_over(source: Any, target: Any) -> None:
    """Give what replaces a value the state of that value: the items of a queue, and whether a lock is held.

    Back from the run, a lock that its programs left locked stays as it was: whoever held it is gone.
    """
    if isinstance(source, (_C_QUEUE, _PY_QUEUE)):
        while not source.empty():
            target.put(source.get_nowait())
    elif type(source) in _LOCKS and source.locked() != target.locked():
        if not source.locked():
            target.release()
        elif isinstance(target, MemberLock):
            target.acquire(blocking=False)


def places(namespaces: Iterable[dict[str, Any]], functions: Iterable[Any]) -> Iterator[Place]:
    """Yield where values are that code of these namespaces reaches by something else than a global name of its own.

    functions: where it begins. Looks into functions, classes and objects of the namespaces, and Python's containers.
    """
    own = {id(namespace) for namespace in namespaces}
    modules = {namespace.get("__name__") for namespace in namespaces}
    left = [*functions, *(value for namespace in namespaces for value in list(namespace.values()))]
    seen: set[int] = set()
    while left and len(seen) < _MOST:
        value = left.pop()
        if id(value) in seen or value is vars(builtins):
            continue
        seen.add(id(value))
        for place in _within(value, own, modules):
            if not isinstance(place.value, _PLAIN):
                yield place
                left.append(place.value)


def _within(value: Any, own: set[int], modules: set[Any]) -> Iterator[Place]:
    kind = type(value)
    if isinstance(value, types.FunctionType):
        if id(value.__globals__) in own:
            yield from _of_function(value)
    elif isinstance(value, types.MethodType):
        yield from _fixed(value.__func__, value.__self__)
    elif isinstance(value, functools.partial):
        yield from _fixed(value.func, *value.args, *value.keywords.values())
    elif isinstance(value, (staticmethod, classmethod)):
        yield from _fixed(value.__func__)
    elif isinstance(value, property):
        yield from _fixed(value.fget)
    elif isinstance(value, type):
        if value.__module__ in modules:
            for name, found in list(vars(value).items()):
                yield _of_class(value, name, found)
    elif kind in (list, dict, tuple, set, frozenset):
        yield from _of_container(value) if len(value) <= _LARGE else ()
    elif isinstance(value, _HOLDERS) or kind.__module__ in modules:
        attributes = getattr(value, "__dict__", {})
        for name, found in list(attributes.items()):
            put: Callable[[Any], Any] = functools.partial(attributes.__setitem__, name)
            if name == "_lock" and isinstance(value, threading.Condition):
                put = functools.partial(_rebuild, value)
            yield Place(found, functools.partial(attributes.get, name), put)


def _of_container(value: Any) -> Iterator[Place]:
    if not isinstance(value, (list, dict)):
        yield from _fixed(*value)
        return
    found_at = list(enumerate(value) if isinstance(value, list) else value.items())
    for key, found in [(key, found) for key, found in found_at if not isinstance(found, _PLAIN)]:
        yield Place(found, functools.partial(_item, value, key), functools.partial(value.__setitem__, key))


def _of_function(function: Any) -> Iterator[Place]:
    for cell in function.__closure__ or ():
        try:
            found = cell.cell_contents
        except ValueError:  # nothing is in it yet
            continue
        yield Place(
            found, functools.partial(getattr, cell, "cell_contents"), functools.partial(setattr, cell, "cell_contents")
        )
    for number, found in enumerate(function.__defaults__ or ()):
        get = functools.partial(_default, function, number)
        yield Place(found, get, functools.partial(_set_default, function, number))
    yield from _fixed(function.__kwdefaults__, vars(function))


def _fixed(*values: Any) -> Iterator[Place]:
    """Yield values that stay where they are, and are looked into."""
    for value in values:
        yield Place(value, lambda: None, lambda new: None)


def _of_class(kind: type, name: str, found: Any) -> Place:
    if isinstance(found, staticmethod):
        get = functools.partial(getattr, kind, name, None)
        return Place(found.__func__, get, lambda new: setattr(kind, name, staticmethod(new)))
    return Place(found, functools.partial(vars(kind).get, name), functools.partial(setattr, kind, name))


def _item(container: Any, key: Any) -> Any:
    try:
        return container[key]
    except LookupError:
        return None


def _default(function: Any, number: int) -> Any:
    defaults = function.__defaults__ or ()
    return defaults[number] if number < len(defaults) else None


def _set_default(function: Any, number: int, new: Any) -> None:
    defaults = function.__defaults__
    function.__defaults__ = (*defaults[:number], new, *defaults[number + 1 :])


def _rebuild(condition: threading.Condition, lock: Any) -> None:
    """Let a condition use another lock, of which it keeps the methods; whoever waits on it goes on waiting."""
    waiting: Any = condition._waiters  # type: ignore[attr-defined]
    for name in ("_release_save", "_acquire_restore", "_is_owned"):  # which not every lock has
        vars(condition).pop(name, None)
    threading.Condition.__init__(condition, lock)
    condition._waiters = waiting  # type: ignore[attr-defined]


def _lock(value: Any, scheduler: Scheduler) -> MemberLock:
    return MemberLock(scheduler)


def _lock_of_a_run(value: MemberLock, scheduler: Scheduler) -> MemberLock | None:
    return None if value.scheduler is scheduler else _lock(value, scheduler)


def _rlock(value: Any, scheduler: Scheduler) -> Any:
    made = threading._PyRLock()  # type: ignore[attr-defined]
    made._block = MemberLock(scheduler)
    return made


def _simple_queue(value: Any, scheduler: Scheduler) -> Any:
    return _PY_QUEUE()


def _pool(value: Any, scheduler: Scheduler) -> ThreadPoolExecutor:
    made: Any = ThreadPoolExecutor(value._max_workers, value._thread_name_prefix, value._initializer, value._initargs)
    made._work_queue = _simple_queue(None, scheduler)
    return made


_MAKERS: dict[type, Callable[[Any, Scheduler], Any]] = {
    _thread.LockType: _lock,
    MemberLock: _lock_of_a_run,
    _C_RLOCK: _rlock,
    _C_QUEUE: _simple_queue,
    ThreadPoolExecutor: _pool,
}

"""Python's own waits, for members of a run: sleeping, locks, threads, pools, queues and event loops in simulated time.

Whoever runs members puts what `replacements` returns in the place of Python's own. Each of these functions asks whether
the calling thread is a member; any other thread, such as a kernel's, gets what it always got.
"""

import _thread
import asyncio
import queue
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers.simulation import frozen_sleep
from helpers.simulation.scheduler import TICKS, Scheduler, key_of_end

try:
    import multiprocessing.pool
    import multiprocessing.queues

    _pools: Any = multiprocessing.pool
except ImportError:  # a browser tab has no processes
    _pools = None

SchedulerOf = Callable[[], "Scheduler | None"]
_RESOLUTION = 1e-6  # seconds; an event loop takes a timer that is so near as due
_real_lock = _thread.allocate_lock
_plain_run_once = asyncio.BaseEventLoop._run_once  # type: ignore[attr-defined]


class MemberLock:
    """What a member gets for threading.Lock(). Threads that are no members can use it like any lock."""

    def __init__(self, scheduler: Scheduler):
        self.scheduler, self._real = scheduler, _real_lock()
        self.locked = self._real.locked

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock and return whether it could be had."""
        scheduler = self.scheduler
        if scheduler.member() is None:
            return self._real.acquire(blocking, timeout)
        if timeout != -1 and (not blocking or timeout < 0):
            return self._real.acquire(blocking, timeout)  # refuses it in Python's words
        until = None if timeout == -1 else scheduler.now + round(timeout * TICKS)
        while not self._real.acquire(False):
            if not blocking or (until is not None and scheduler.now >= until):
                return False
            scheduler.wait(until, ("lock", id(self)), doing="waits for a lock")
        return True

    def release(self) -> None:
        """Give the lock back."""
        self._real.release()
        self.scheduler.notify(("lock", id(self)))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def __repr__(self) -> str:
        return f"<{'locked' if self.locked() else 'unlocked'} lock of a run>"


def replacements(scheduler_of: SchedulerOf) -> list[tuple[Any, str, Any]]:
    """Return what is put where: a module or class, a name in it, and what members meet there.

    scheduler_of: returns the scheduler of the calling thread, or None for one that is no member.
    """
    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        scheduler = scheduler_of()
        real_sleep(seconds) if scheduler is None else scheduler.sleep(frozen_sleep.length(seconds))

    def lock() -> Any:
        scheduler = scheduler_of()
        return _real_lock() if scheduler is None else MemberLock(scheduler)

    plain_start, plain_join = threading.Thread.start, threading.Thread.join
    plain_rlock, plain_simple_queue = threading.RLock, queue.SimpleQueue

    def rlock() -> Any:
        return plain_rlock() if scheduler_of() is None else threading._PyRLock()  # type: ignore[attr-defined]

    def simple_queue() -> Any:
        made = plain_simple_queue if scheduler_of() is None else queue._PySimpleQueue  # type: ignore[attr-defined]
        return made()

    def start(thread: threading.Thread) -> None:
        scheduler = scheduler_of()
        if scheduler is None or thread.ident is not None:
            plain_start(thread)
        else:
            scheduler.start(thread)

    def join(thread: threading.Thread, timeout: float | None = None) -> None:
        scheduler = scheduler_of()
        if scheduler is None or not scheduler.is_alive(thread) or thread is threading.current_thread():
            plain_join(thread, timeout)
            return
        until = None if timeout is None else scheduler.now + round(max(0, timeout) * TICKS)
        while scheduler.is_alive(thread) and (until is None or scheduler.now < until):
            scheduler.wait(until, key_of_end(thread), doing=f"waits for the end of {thread.name}")

    def is_alive(thread: threading.Thread) -> bool:
        scheduler = scheduler_of()
        if scheduler is None or not scheduler.knows(thread):
            return plain_is_alive(thread)
        return scheduler.is_alive(thread)  # its last steps in C are nobody's business

    plain_is_alive = threading.Thread.is_alive

    def start_new_thread(function: Any, args: Any, kwargs: Any = None) -> int:
        scheduler = scheduler_of()
        if scheduler is None:
            return plain_start_new_thread(function, args, *([] if kwargs is None else [kwargs]))
        thread = threading.Thread(target=function, args=args, kwargs=kwargs or {})
        scheduler.start(thread)
        return thread.ident or 0

    plain_start_new_thread = _thread.start_new_thread

    plain_time = threading._time  # type: ignore[attr-defined]

    def monotonic() -> float:
        scheduler = scheduler_of()
        return plain_time() if scheduler is None else scheduler.monotonic()

    def new_name(template: str = "Thread-%d") -> str:
        scheduler = scheduler_of()
        return plain_new_name(template) if scheduler is None else template % next(scheduler.program.threads)

    def pool_number() -> int:
        scheduler = scheduler_of()
        return plain_pool_number() if scheduler is None else next(scheduler.program.pools)

    plain_new_name = threading._newname  # type: ignore[attr-defined]
    plain_pool_number = ThreadPoolExecutor._counter  # type: ignore[attr-defined]

    def set_signal(number: int, handler: Any) -> Any:
        scheduler = scheduler_of()
        if scheduler is None:
            return plain_signal(number, handler)
        before = get_signal(number)
        if not callable(handler) and handler not in (signal.SIG_DFL, signal.SIG_IGN):
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        scheduler.program.handlers[signal.Signals(number)] = handler
        return before

    def get_signal(number: int) -> Any:
        scheduler = scheduler_of()
        if scheduler is None:
            return plain_get_signal(number)
        return scheduler.program.handlers.get(signal.Signals(number), signal.SIG_DFL)

    def add_signal_handler(loop: Any, number: int, callback: Any, *args: Any) -> None:
        scheduler = scheduler_of()
        if scheduler is None:
            plain_add_signal_handler(loop, number, callback, *args)
        else:
            set_signal(number, lambda *_: loop.call_soon_threadsafe(callback, *args))

    plain_signal, plain_get_signal = signal.signal, signal.getsignal
    with_signals: Any = next(kind for kind in asyncio.SelectorEventLoop.__mro__ if "add_signal_handler" in vars(kind))
    plain_add_signal_handler = with_signals.add_signal_handler

    def run_once(loop: Any) -> None:
        scheduler = scheduler_of()
        if scheduler is not None:
            loop._clock_resolution, loop._scheduler_of_the_course = _RESOLUTION, scheduler
            while not loop._ready and not loop._stopping:
                due = [timer.when() for timer in loop._scheduled if not timer.cancelled()]
                until = scheduler.ticks_of(min(due)) if due else None
                if until is not None and until <= scheduler.now:
                    break
                if not scheduler.wait(until, ("loop", id(loop)), doing="waits in an event loop"):
                    break
        _plain_run_once(loop)

    base = asyncio.base_events.BaseEventLoop
    loops = [kind for kind in _loop_classes() if "_write_to_self" in vars(kind)]

    def waking(plain: Callable[[Any], None]) -> Callable[[Any], None]:
        def write_to_self(loop: Any) -> None:
            plain(loop)
            if scheduler := getattr(loop, "_scheduler_of_the_course", None):
                scheduler.notify(("loop", id(loop)))

        return write_to_self

    return [
        *_of_thread_pools(scheduler_of),
        (time, "sleep", sleep),
        (threading, "Lock", lock),
        (threading, "_allocate_lock", lock),
        (threading, "RLock", rlock),
        (queue, "SimpleQueue", simple_queue),
        (threading.Thread, "start", start),
        (threading.Thread, "join", join),
        (threading.Thread, "is_alive", is_alive),
        (_thread, "start_new_thread", start_new_thread),
        (threading, "_newname", new_name),
        (ThreadPoolExecutor, "_counter", staticmethod(pool_number)),
        (threading, "_time", monotonic),
        (queue, "time", monotonic),
        (signal, "signal", set_signal),
        (signal, "getsignal", get_signal),
        (base, "_run_once", run_once),
        (with_signals, "add_signal_handler", add_signal_handler),
        *((kind, "_write_to_self", waking(vars(kind)["_write_to_self"])) for kind in loops),
    ]


def _of_thread_pools(scheduler_of: SchedulerOf) -> list[tuple[Any, str, Any]]:
    """Return what multiprocessing's ThreadPool needs: one of its threads waits for the others through a pipe."""
    if _pools is None:
        return []
    notifiers, pool = multiprocessing.queues.SimpleQueue, _pools.Pool
    plain_put, plain_wait = notifiers.put, pool._wait_for_updates

    def put(notifier: Any, value: Any) -> None:
        plain_put(notifier, value)
        if scheduler := scheduler_of():
            scheduler.notify(("pool", id(notifier)))

    def wait_for_updates(sentinels: Any, notifier: Any, timeout: float | None = None) -> None:
        scheduler = scheduler_of()
        if scheduler is not None and sentinels == [notifier._reader]:  # of a pool of threads
            while notifier.empty():
                scheduler.wait(None, ("pool", id(notifier)), doing="waits in a pool")
        plain_wait(sentinels, notifier, timeout)

    return [(notifiers, "put", put), (pool, "_wait_for_updates", staticmethod(wait_for_updates))]


def _loop_classes() -> list[type]:
    found = [asyncio.selector_events.BaseSelectorEventLoop]
    proactor = getattr(asyncio, "proactor_events", None)
    return [*found, *([proactor.BaseProactorEventLoop] if proactor else [])]

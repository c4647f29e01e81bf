"""What would end or signal this whole process, where a program of a run is meant: os._exit, os.kill, signal.alarm.

Elsewhere each program has a process of its own. Within the block of `own_process` these functions reach the calling
member's program alone. Threads that are no members get what they always got.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from helpers.errors import Stopped
from helpers.simulation.scheduler import Handler, Program, Scheduler

_NO_INTERVAL = "cloud.run has no repeating timers. Set the timer again in the signal's handler."
_BY_A_SIGNAL = 128  # added to a signal's number: the exit code of what it kills, as a shell has it
_HARMLESS = {getattr(signal, name) for name in ("SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH") if hasattr(signal, name)}
_NOT_HANDLED = {getattr(signal, name) for name in ("SIGKILL", "SIGSTOP") if hasattr(signal, name)}


@contextmanager
def own_process(scheduler: Scheduler, leaves: Callable[[int], Any]) -> Iterator[None]:
    """Return a context manager: within its block a member ends and signals its own program, as if that were a process.

    leaves: called with the exit code when the calling member's program ends at once.
    """
    plain_exit, plain_abort = os._exit, os.abort
    plain_kill: Any = getattr(os, "kill", None)
    plain_raise: Any = getattr(signal, "raise_signal", None)
    plain_alarm: Any = getattr(signal, "alarm", None)
    plain_timer: Any = getattr(signal, "setitimer", None)
    pid = os.getpid()

    def is_member() -> bool:
        return scheduler.member() is not None and os.getpid() == pid  # a fork ends as it always does

    def leave(code: int) -> NoReturn:
        leaves(code)
        scheduler.end_program(scheduler.program)
        raise Stopped("this program ended at once")

    def leave_here(code: int) -> NoReturn:
        if is_member():
            leave(code)
        plain_exit(code)

    def abort() -> NoReturn:
        if is_member():
            leave(_BY_A_SIGNAL + signal.SIGABRT)
        plain_abort()

    def kill(process: int, number: int) -> None:
        if is_member() and process in (pid, 0) and number:
            send(number)
        else:
            plain_kill(process, number)

    def raise_signal(number: int) -> None:
        send(number) if is_member() else plain_raise(number)

    def send(number: int) -> None:
        if number in _NOT_HANDLED:
            leave(_BY_A_SIGNAL + number)
        if not prepare(scheduler.program, number):
            return
        scheduler.send_signal(scheduler.program, number)
        scheduler.sleep(0)  # in which it comes

    def prepare(program: Program, number: int) -> bool:
        """Return whether a signal does anything; give one that would end a process what ends a program."""
        known = signal.Signals(number)
        if known in _HARMLESS:
            return callable(program.handlers.get(known))
        if known != signal.SIGTERM and program.handlers.get(known, signal.SIG_DFL) == signal.SIG_DFL:
            ends: Handler = lambda number, frame: leave(_BY_A_SIGNAL + number)  # noqa: E731
            program.handlers[known] = ends
        return True

    def alarm(seconds: int) -> int:
        if not is_member():
            return plain_alarm(seconds)
        return round(set_timer(float(seconds)))

    def setitimer(which: int, seconds: float, interval: float = 0.0) -> Any:
        if not is_member() or which != signal.ITIMER_REAL:
            return plain_timer(which, seconds, interval)
        if interval:
            raise RuntimeError(_NO_INTERVAL)
        return set_timer(seconds), 0.0

    def set_timer(seconds: float) -> float:
        before = scheduler.take_signal_back(scheduler.program, signal.SIGALRM)
        if seconds:
            prepare(scheduler.program, signal.SIGALRM)
            scheduler.send_signal(scheduler.program, signal.SIGALRM, seconds)
        return before

    new: list[tuple[Any, str, Any]] = [
        (os, "_exit", leave_here),
        (os, "abort", abort),
        (os, "kill", kill),
        (signal, "raise_signal", raise_signal),
        (signal, "alarm", alarm),
        (signal, "setitimer", setitimer),
    ]
    new = [(place, name, function) for place, name, function in new if hasattr(place, name)]  # not all systems have all
    old = [(place, name, getattr(place, name)) for place, name, _ in new]
    try:
        for place, name, function in new:
            setattr(place, name, function)
        yield
    finally:
        for place, name, function in old:
            setattr(place, name, function)

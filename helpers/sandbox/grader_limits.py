"""Limits: what a hand-in can compute, and what it can cost the grader, whose checks work with what it makes."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from helpers.errors import Stopped

AGAIN = 2.0  # seconds of computing after which Stopped is raised once more


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Stopped in the block when this process has computed for so long in it.

    There is no limit outside the main thread, which is the only one that Python can interrupt.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_: object) -> None:
        raise Stopped("computing")

    before = signal.signal(signal.SIGPROF, stop)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before or signal.SIG_DFL)


def in_memory() -> int:
    """Return how many bytes of memory this process fills now; 0 where the system does not tell."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ImportError):
        return 0

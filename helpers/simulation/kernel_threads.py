"""The threads in which a notebook's kernel runs cells, callbacks and tasks, and what one of them waits for."""

import asyncio
import queue
import sys
import threading
from collections.abc import Callable

_LOOKS = 20  # how often a kernel's thread is found at the same place before it counts as waiting for another one
_WAITS = {threading.__file__, queue.__file__}  # files whose code waits for other threads


def is_here() -> bool:
    """Return whether the calling thread is one of the kernel's own: the main one, or one for widgets (a subshell)."""
    return _is_own(threading.current_thread())


def _is_own(thread: threading.Thread) -> bool:
    return thread is threading.main_thread() or type(thread).__module__.partition(".")[0] == "ipykernel"


def next_turn(do: Callable[[], None]) -> bool:
    """Have the calling thread's event loop call this after the callback or step of a task that runs now.

    Return whether there is such a loop.
    """
    try:
        asyncio.get_running_loop().call_soon(do)
    except RuntimeError:
        return False
    return True


class Awaited:
    """Whether a thread of the kernel waits for another one, as in `join`; asked now and then by a thread that waits.

    It counts as waiting once the kernel's thread has been found at the same place several times in a row.
    """

    def __init__(self) -> None:
        self._standing: dict[int, tuple[tuple[int, int], int]] = {}  # by thread: where, and for how many looks

    def __call__(self) -> bool:
        """Return whether one waits, after this look."""
        own = {thread.ident for thread in threading.enumerate() if _is_own(thread)}
        standing = {}
        for thread, frame in sys._current_frames().items():
            if thread in own and frame.f_code.co_filename in _WAITS:
                where = id(frame), frame.f_lasti
                before = self._standing.get(thread)
                standing[thread] = where, before[1] + 1 if before and before[0] == where else 1
        self._standing = standing
        return any(looks >= _LOOKS for _, looks in standing.values())

"""What the members of a run are made of: threads, and how one of them waits for another.

A browser tab has none; helpers.simulation.tab_threads has what it uses instead.
"""

import _thread
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class Threads:
    """The threads and locks of this process. Within the block of this context manager members can be started."""

    # The originals: members see other ones.
    lock = staticmethod(_thread.allocate_lock)
    get_ident = staticmethod(_thread.get_ident)
    start = staticmethod(threading.Thread.start)
    join = staticmethod(threading.Thread.join)

    def condition(self) -> Any:
        """Return a new condition, whose lock a thread can take again while it has it."""
        return threading.Condition(threading.RLock())

    @contextmanager
    def watched(self, namespaces: Sequence[dict[str, Any]], look: Callable[[], None]) -> Iterator[None]:
        """Return a context manager: within its block, `look` is called by code of these namespaces where needed.

        Here it isn't: another thread can look.
        """
        yield

    def __enter__(self) -> "Threads":
        return self

    def __exit__(self, *_: object) -> None:
        pass


THREADS = Threads()

"""How much of the server's time and threads each account gets, so that one account doesn't hold up the others."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from helpers.aws_rules.common.refusals import Refused

# The real ones: while an answer is checked in this process, the module `time` shows another time.
_monotonic, _sleep, _computed = time.monotonic, time.sleep, time.thread_time
_BURST = 0.3  # seconds of computing that an account can use at once
_SHARE = 0.06  # of a processor, afterwards, while others are there
_CONTENDED = 1.0  # seconds since the last change from one account to another
_LONGEST_PAUSE = 5.0  # seconds
_PER_BYTE = 1e-7  # seconds that reading a byte is expected to take
_LARGE = 256 * 1024  # bytes; an account can have one such request at a time
_MOST_AT_ONCE = 100  # requests of an account that are being answered; nearly all are long polls


class Shares:
    """Measures what each account's requests compute. Those of an account that is over its share wait, or are refused.

    now, sleep: replaced by tests.
    """

    def __init__(self, now: Callable[[], float] = _monotonic, sleep: Callable[[float], None] = _sleep):
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()
        # Of the thread: whose turn it is, from when on its computing isn't counted, and what was expected of it.
        self._turn = threading.local()
        self._usual: dict[str, float] = {}  # what the latest request of each account computed until it waited or ended
        self._debts: dict[str, tuple[float, float]] = {}  # seconds of computing, and when that was noted
        self._large: dict[str, threading.Lock] = {}
        self._at_once: Counter[str] = Counter()
        self._latest, self._changed = "", -_CONTENDED

    @contextmanager
    def turn(self, account: str, size: int) -> Iterator[None]:
        """Wait for the account's turn, and count what the block computes. size: of the request, in bytes.

        Refused, as AWS throttles, if the wait would be too long, or the account has too many requests at a time.
        """
        with self._one_of_many(account), self._one_large(account) if size > _LARGE else _nothing():
            # Many can come at once, so each is expected to be like the one before.
            expected = max(size * _PER_BYTE, min(self._usual.get(account, 0.0), _BURST))
            pause = self._charge(account, expected)
            if pause:
                self._sleep(min(pause, _LONGEST_PAUSE))  # before it's refused, too: it may come again at once
            if pause > _LONGEST_PAUSE:
                self._charge(account, -expected)
                raise _throttled("This account's requests took too much of the server's time. Wait some seconds.")
            self._turn.account, self._turn.began, self._turn.expected = account, _computed(), expected
            try:
                yield
            finally:
                self.look()
                self._turn.account = None

    def uncounted(self) -> float:
        """Return how many seconds this thread has computed in its turn since that was counted; 0 if it has no turn."""
        return _computed() - self._turn.began if getattr(self._turn, "account", None) else 0.0

    def look(self) -> float:
        """Count what this thread computed in its turn so far, and return for how long its account has to pause."""
        turn = self._turn
        if not getattr(turn, "account", None):
            return 0.0
        took, expected = self.uncounted(), turn.expected
        turn.began += took
        if expected is not None:
            self._usual[turn.account], turn.expected = took, None
        return self._charge(turn.account, took - (expected or 0.0))

    @contextmanager
    def _one_of_many(self, account: str) -> Iterator[None]:
        with self._lock:
            if self._at_once[account] >= _MOST_AT_ONCE:
                raise _throttled(f"An account can have {_MOST_AT_ONCE} requests at a time.")
            self._at_once[account] += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_once[account] -= 1
                if not self._at_once[account]:
                    del self._at_once[account]

    @contextmanager
    def _one_large(self, account: str) -> Iterator[None]:
        with self._lock:
            lock = self._large.setdefault(account, threading.Lock())
        if not lock.acquire(timeout=_LONGEST_PAUSE):
            raise _throttled(f"An account can send one request of more than {_LARGE:,} bytes at a time.")
        try:
            yield
        finally:
            lock.release()

    def _charge(self, account: str, seconds: float) -> float:
        """Count seconds of computing, and return for how long the account has to pause."""
        with self._lock:
            now = self._now()
            if account != self._latest:
                self._latest, self._changed = account, now
            is_contended = now - self._changed < _CONTENDED
            debt, noted = self._debts.get(account, (0.0, now))
            debt = max(0.0, max(0.0, debt - (now - noted) * (_SHARE if is_contended else 1.0)) + seconds)
            self._debts[account] = debt, now
            return max(0.0, debt - _BURST) / _SHARE if is_contended else 0.0


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _throttled(text: str) -> Refused:
    return Refused("ThrottlingException", f"Rate exceeded. {text}", 400)

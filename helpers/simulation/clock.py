"""The clocks of clouds: one that can be moved and stopped, and the real one for clouds that run elsewhere."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from helpers.errors import ClockError
from helpers.simulation import kernel_threads

# The functions themselves: while an answer is checked, the module `time` shows another time.
_monotonic = time.monotonic
_sleep = time.sleep
_wall = time.time

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)  # a Monday morning; fixed, so that outputs repeat
END = datetime(9999, 1, 1, tzinfo=timezone.utc).timestamp()  # Python's datetimes end with that year
TOO_LATE = "The clock can't go beyond the year 9998, and {:g} seconds would take it there."
NOT_BY_A_PROGRAM = (
    "Only a lesson can move the clock. A function that's being checked, or that cloud.run runs, can't do that, just as "
    "it couldn't on AWS. To wait, use time.sleep(60), which takes no real time there."
)
# What a clock adds to the time: whether it runs between cells, once that was chosen.
_BETWEEN_CELLS = {None: "", True: ". It also runs between cells.", False: ". It stands still between cells."}
WAITS_FOREVER = (
    "No cell is running, so the clock stands still and this long poll would wait forever. clock.run() lets time pass "
    "between cells, too."
)

LOOPS_FOREVER = (
    "No cell is running, so the clock stands still and this loop would wait forever. clock.run() lets time pass "
    "between cells, too."
)

SAID = "On this cloud, "  # the beginning of every sentence about something that a cloud can't do
_IN_A_LOOP = 10  # refused waits of one length; one more means that a loop waits for something that never happens
_MOST_LOOKS, _LONGEST_LOOP = 1000, 10.0  # of a callback at a time that stands; real seconds in which it looks


def _in_words(length: float) -> str:
    # Python's timedelta ends with a billion days.
    return str(timedelta(seconds=length)) if length < 1e13 else f"{length / 86_400:.0f} days"


def _seconds(seconds: float, **units: float) -> float:
    """Return the length in seconds; ClockError when it's negative or not a number."""
    try:
        length = seconds + timedelta(**units).total_seconds()
    except OverflowError:
        length = math.inf
    if not length >= 0:  # nan, too
        raise ClockError(f"The clock only goes forward, and {length:g} seconds would take it back.")
    return length


class _Clock:
    """What every clock can do: tell the time, and know whether a cell is running.

    between_cells: whether the kernel is waiting for the next cell; outside a notebook it never is. runs_between_cells:
    what the learner chose with `run` or `stand`; None until then.
    """

    between_cells = False
    runs_between_cells: bool | None = None
    # How often a callback has looked at the time that stands, at which time, and since when on the monotonic clock.
    _looks, _looked_at, _looks_since = 0, 0.0, 0.0

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        raise NotImplementedError

    def now(self) -> datetime:
        """Return the time as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), timezone.utc)

    @property
    def runs(self) -> bool:
        """Whether time passes now."""
        return True

    def expect_to_run(self, is_awaited: Callable[[], bool] = lambda: False) -> None:
        """Raise ClockError if the calling code would wait forever: in a thread of the kernel, while time stands still.

        Other threads can wait, since time passes again in the next cell. is_awaited: returns whether the kernel waits
        for the calling thread, so that there would be no next cell.
        """
        if self.between_cells and not self.runs and (kernel_threads.is_here() or is_awaited()):
            raise ClockError(WAITS_FOREVER)

    def expect_an_end(self) -> None:
        """Raise ClockError in a loop that looks at the time, or for a message, again and again while time stands still.

        Such a loop in a widget's callback or in a task would never end. It's called for each look.
        """
        if not self.between_cells or self.runs or not kernel_threads.is_here():
            return
        if self._looks and self._looked_at != self.time():
            self._looks = 0
        if not self._looks:
            if not kernel_threads.next_turn(self._forget_looks):
                return
            self._looked_at, self._looks_since = self.time(), _monotonic()
        self._looks += 1
        if self._looks > _MOST_LOOKS or (self._looks > _IN_A_LOOP and _monotonic() - self._looks_since > _LONGEST_LOOP):
            self._looks = 0
            raise ClockError(LOOPS_FOREVER)

    def _forget_looks(self) -> None:
        self._looks = 0

    def __repr__(self) -> str:
        return f"The clock says {self.now():%a %d %b %Y, %H:%M:%S} UTC{_BETWEEN_CELLS[self.runs_between_cells]}"


class Clock(_Clock):
    """A clock that starts at START and that `advance` moves at once.

    It runs while a cell is running, and stands still between cells unless `run` was called. still: whether it's frozen,
    for checks and for outputs that are compared. A frozen clock never runs by itself, and a sleep moves it.
    """

    def __init__(self, still: bool = False):
        self.still = still
        self._lock = threading.RLock()
        # The time when it last stood still, and the moment on the monotonic clock since when it has been running; None
        # while it stands still. Both are replaced together, so reading the time needs no lock.
        self._state: tuple[float, float | None] = START.timestamp(), None

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        base, since = self._state
        return base if since is None else base + (_monotonic() - since)

    @property
    def runs(self) -> bool:
        """Whether time passes now."""
        return self._state[1] is not None

    def run(self) -> "Clock":
        """Let this cloud's time pass between cells, too, as fast as real time. Return the clock, which says so.

        Then a background thread or a button works while you read, as on AWS. `stand` turns that off. A frozen clock
        says the same and stays frozen, so that no output depends on this.
        """
        with self._lock:
            self.runs_between_cells = True
            self._go_on()
        return self

    def stand(self) -> "Clock":
        """Stop this cloud's time between cells again, as at the beginning. Return the clock, which says so."""
        with self._lock:
            self.runs_between_cells = False
            if self.between_cells:
                self._stop()
        return self

    def cell_begins(self) -> None:
        """Let time pass, unless this clock is frozen."""
        with self._lock:
            self.between_cells = False
            self._go_on()

    def cell_ends(self) -> None:
        """Stop time where it is, unless `run` was called."""
        with self._lock:
            self.between_cells = True
            if not self.runs_between_cells:
                self._stop()

    def take_back(self, moment: float) -> None:
        """Say again what it said at an earlier moment, in seconds since 1970, and go on from there."""
        with self._lock:
            self._state = moment, _monotonic() if self.runs else None

    @contextmanager
    def as_of(self, moment: float) -> Iterator[None]:
        """Return a context manager: within its block this clock says a moment that has passed, in seconds since 1970.

        For what was due then and happens only now. The caller sees to it that nobody else asks for the time meanwhile.
        """
        before = self._state
        self._state = min(moment, self.time()), None
        try:
            yield
        finally:
            self._state = before

    def _go_on(self) -> None:
        if not self.still and not self.runs:
            self._state = self._state[0], _monotonic()

    def _stop(self) -> None:
        self._state = self.time(), None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Return a context manager: within its block, only sleeps move this clock, and they move it at once."""
        with self._lock:
            still, ran = self.still, self.runs
            self.still, self._state = True, (self.time(), None)
        try:
            yield
        finally:
            self.still = still
            if ran:
                self._go_on()

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> "Clock":
        """Move the time forward at once and return the clock, which shows the new time."""
        length = _seconds(seconds, minutes=minutes, hours=hours, days=days)
        with self._lock:
            base, since = self._state
            if base + length > END:
                raise ClockError(TOO_LATE.format(length))
            # To the microsecond, so that the same lengths give the same sum, whatever comes first.
            self._state = round(base + length, 6), since
        return self

    def sleep(self, seconds: float) -> None:
        """Let this many seconds of this clock's time pass: at once if it's frozen, otherwise by really waiting."""
        if self.still:
            self.advance(seconds)
        else:
            _sleep(seconds)


class RealClock(_Clock):
    """The clock of a cloud that runs elsewhere. It can't be moved: `advance` really waits, within a limit."""

    still = False

    def __init__(self, limit: float = 120):
        self.limit = limit  # the longest wait in seconds that `advance` really waits
        self._not_waited: list[float] = []  # the lengths of refused waits since the cell began

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        return _wall()

    def run(self) -> "RealClock":
        """Return the clock, which says that it's running. Real time always is."""
        self.runs_between_cells = True
        return self

    def stand(self) -> "RealClock":
        """Print that real time can't be stopped, and return the clock. A frozen clock says what others say."""
        self.runs_between_cells = not self.still
        if not self.still:
            print(f"{SAID}time can't be stopped. It passes between cells, too.")
        return self

    def cell_begins(self) -> None:
        """Note that a cell begins. Real time runs by itself."""
        self.between_cells, self._not_waited = False, []

    def cell_ends(self) -> None:
        """Note that a cell ended. Real time can't be stopped."""
        self.between_cells = True

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> "RealClock":
        """Really wait, and return the clock. A wait of more than `limit` seconds is skipped, and a sentence says so.

        A loop could go on like this forever, so one more than ten skipped waits of one length is a ClockError.
        """
        length = _seconds(seconds, minutes=minutes, hours=hours, days=days)
        if length > self.limit:
            self._not_waited.append(length)
            if self._not_waited[-_IN_A_LOOP - 1 :] == [length] * (_IN_A_LOOP + 1):
                raise ClockError(
                    f"{SAID}time can't be moved, and your code asked for the same wait of {_in_words(length)} more "
                    f"than {_IN_A_LOOP} times. A loop may be waiting for something that never happens. Go on with the "
                    f"next cell, or have it really wait: clock.limit = {length:g}"
                )
            print(
                f"{SAID}time can't be moved, and a real wait of {_in_words(length)} is longer than the limit of "
                f"{self.limit:g} seconds. I skipped the wait, so what follows shows things as they are now. To really "
                f"wait: clock.limit = {length:g}"
            )
        else:
            _sleep(length)
        return self

    def sleep(self, seconds: float) -> None:
        """Really wait."""
        _sleep(seconds)

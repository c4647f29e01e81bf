"""Simulated time that several threads share: one goes on at a time, and when all of them wait, the clock jumps.

A *member* is a thread that takes part in a run: the one that a run begins with, and every thread, timer, pool worker
and event loop that a member starts. Each member has a baton, a lock of its own, and whoever holds the baton goes on.
`wait` is the only way to give it away. It comes back when somebody notifies the member or when its time has come. Ready
members go first, in the order in which they became ready; otherwise the clock jumps to the earliest wake-up, and ties
go to whoever waited first. So a run is the same on every machine and under any load.

`helpers.simulation.member_waits` puts Python's own waits (sleep, locks, join, queues, event loops) on `wait`.
"""

import _thread
import heapq
import itertools
import sys
import threading
import time
import weakref
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Protocol

from helpers.errors import Stopped

TICKS = 1_000_000  # in a second; whole numbers, so that nothing is lost in a long run
OUTSIDE = 0.2  # real seconds in which a thread that is no member may still wake members that wait for no time at all
_FREE_READS = 1_000  # of the clock in a row; each further one takes time, so that a loop around it ends
# The originals: members see other ones.
_real_lock, _get_ident, _perf_counter = _thread.allocate_lock, _thread.get_ident, time.perf_counter
_real_start, _real_join = threading.Thread.start, threading.Thread.join

ENDED, STUCK, WAITS = "ended", "stuck", "everybody waits"


class Time(Protocol):
    """What a run moves; see helpers.simulation.clock.Clock."""

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass, at once."""


@dataclass(eq=False)
class Member:
    """One thread of a run. doing: what it waits for, in words; "" while it goes on."""

    thread: threading.Thread
    baton: Any = field(default_factory=_real_lock)
    turn: int = -1  # the number of its wait; another one for each wait, -1 while it can go on
    key: Hashable = None  # what it waits for, beside time
    woken: bool = False  # by a notification, not by time
    doing: str = ""
    reads: int = 0  # of the clock since it last waited

    def __post_init__(self) -> None:
        self.baton.acquire()


class Scheduler:
    """Who goes on, and when time passes. clock: what a run's time is; others may move it between runs."""

    def __init__(self, clock: Time):
        self._clock, self._origin = clock, clock.time()
        self.now = 0  # ticks since the scheduler was made
        self.waits = 0  # how often members waited so far
        self.ending = False
        self.running: Member | None = None  # who has the baton
        self._turns = itertools.count()
        self._members: dict[int, Member] = {}  # by the identity of their thread
        self._known: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # every thread that was a member
        self._ready: list[Member] = []
        self._sleepers: list[tuple[int, int, Member]] = []
        self._watched: Member | None = None  # whose end ends the run
        # Made by a thread that is no member, so it is a real one. It guards all of the above.
        self._changed = threading.Condition(threading.RLock())

    # ---- what members do

    def member(self) -> Member | None:
        """Return the member that calls, or None for any other thread."""
        return self._members.get(_get_ident())

    @property
    def members(self) -> list[Member]:
        """The members that have not ended, in the order in which they joined."""
        return list(self._members.values())

    def monotonic(self) -> float:
        """Return the seconds of this scheduler's time. Asked over and over by a member that does nothing else, it
        makes time pass, in ever larger steps, so that a loop that waits for a moment reaches it."""
        if member := self.member():
            member.reads += 1
            if member.reads > _FREE_READS:
                steps = min(12, (member.reads - _FREE_READS) // 100)
                self.wait(self.now + 1000 * 2**steps, doing="looks at the clock", resting=False)
        return self.now / TICKS

    def sleep(self, seconds: float, doing: str = "sleeps") -> None:
        """Wait for so many seconds. At zero the others have their turn."""
        self.wait(self.now + round(seconds * TICKS), doing=doing)

    def wait(self, until: int | None = None, key: Hashable = None, *, doing: str = "", resting: bool = True) -> bool:
        """Give the baton away and return once it is back: True after a notification of `key`, False when it is `until`.

        until: in ticks; None waits for `key` alone. doing: what is said of this member when everybody waits for ever.
        resting: whether this is more than a look at the clock. Stopped when the run is over.
        """
        member = self._members[_get_ident()]
        with self._changed:
            if self.ending:
                raise Stopped("the run is over")
            if resting:
                member.reads = 0
            member.turn, member.key, member.woken, member.doing = next(self._turns), key, False, doing
            self.waits += 1
            if until is not None:
                heapq.heappush(self._sleepers, (max(until, self.now), member.turn, member))
            self._hand_on()
        member.baton.acquire()
        member.doing = ""
        if self.ending:
            raise Stopped("the run is over")
        return member.woken

    def notify(self, key: Hashable) -> None:
        """Let all who wait for this key go on, in the order of their waiting, when it is their turn.

        Any thread can call it. Whoever calls it goes on first.
        """
        with self._changed:
            waiting = [member for member in self._members.values() if member.turn >= 0 and member.key == key]
            for member in sorted(waiting, key=lambda member: member.turn):
                member.turn, member.key, member.woken = -1, None, True
                self._ready.append(member)
            if waiting and self.running is None and self._watched is not None:
                self._hand_on()  # all of them waited, and somebody outside woke one

    # ---- how members begin and end

    def start(self, thread: threading.Thread) -> None:
        """Start a thread as a member. Its turn comes at the earliest when its starter waits or ends."""
        member, plain_run = Member(thread), thread.run

        def run() -> None:
            member.baton.acquire()
            try:
                if not self.ending:
                    plain_run()
            except Stopped:
                pass  # the run is over
            finally:
                with self._changed:
                    del self._members[_get_ident()]
                    self.notify(key_of_end(thread))
                    if member is self._watched:
                        self._watched = None
                    if member is self.running:
                        self._hand_on()

        self._known.add(thread)
        thread.run = run  # type: ignore[method-assign]
        thread.daemon = True  # the process need not wait for it, whatever it does
        starter = self._members.pop(_get_ident(), None)  # until the thread is there, its starter waits really
        try:
            _real_start(thread)
        finally:
            if starter is not None:
                self._members[_get_ident()] = starter
        with self._changed:
            self._members[thread.ident or 0] = member
            self._ready.append(member)

    def knows(self, thread: threading.Thread) -> bool:
        """Return whether this thread is a member, or was one."""
        return thread in self._known

    def is_alive(self, thread: threading.Thread) -> bool:
        """Return whether this thread is a member that has not ended."""
        return any(member.thread is thread for member in self.members)

    def run(self, thread: threading.Thread, seconds: float) -> str:
        """Start a thread, let it and all members go on until it ends, and return ENDED.

        Members that it leaves behind wait until the next run. STUCK: it took more than so many real seconds, so some
        member keeps the baton or none ever waits long. WAITS: all of them wait for something that never comes. The
        thread that calls this is no member.
        """
        self.now = max(self.now, round((self._clock.time() - self._origin) * TICKS))  # others may have moved the clock
        self.start(thread)
        deadline = _perf_counter() + seconds
        with self._changed:
            self._watched = watched = self._members[thread.ident or 0]
            self._hand_on()
            while self._watched is watched:
                if self.running is None:
                    before = self.waits
                    self._changed.wait_for(lambda: self.running is not None or self._watched is not watched, OUTSIDE)
                    if self.running is None and self._watched is watched and self.waits == before:
                        self._watched = None
                        return WAITS
                elif not self._changed.wait_for(self._is_at_rest, max(0.0, deadline - _perf_counter())):
                    self._watched = None
                    return STUCK
        return ENDED

    def _is_at_rest(self) -> bool:
        return self.running is None or self._watched is None

    def end(self, seconds: float = OUTSIDE) -> list[threading.Thread]:
        """End every member where it waits, one after the other, and return the threads that do not end.

        Stopped is raised in its wait, so its `finally` runs. seconds: real ones for each.
        """
        with self._changed:
            self.ending = True
        for member in sorted(self.members, key=lambda member: member.turn):
            if member.baton.locked() and member is not self.running:
                member.baton.release()
                _real_join(member.thread, seconds)
        return [member.thread for member in self.members]

    def who_waits(self) -> list[str]:
        """Return a sentence's worth for each member that waits: its name and what it does."""
        return [f"{member.thread.name} {member.doing}" for member in self.members if member.doing]

    def place(self, namespace: dict[str, Any]) -> tuple[str, int] | None:
        """Return the file and line of this namespace's code at which the running member is; None when at none."""
        member = self.running
        frame = sys._current_frames().get(member.thread.ident or 0) if member else None
        while frame is not None and frame.f_globals is not namespace:
            frame = frame.f_back
        return (frame.f_code.co_filename, frame.f_lineno) if frame else None

    # ---- the baton; the lock is held

    def _hand_on(self) -> None:
        self.running = self._next() if self._watched is not None and not self.ending else None
        if self.running is not None:
            self.running.baton.release()
        self._changed.notify_all()

    def _next(self) -> Member | None:
        if self._ready:
            return self._ready.pop(0)
        while self._sleepers:
            until, turn, member = heapq.heappop(self._sleepers)
            if member.turn == turn:  # else it was woken before
                member.turn, member.key = -1, None
                if until > self.now:
                    self._clock.sleep((until - self.now) / TICKS)
                    self.now = until
                return member
        return None


def key_of_end(thread: threading.Thread) -> Hashable:
    """Return what a member waits for to hear of a thread's end."""
    return ("end", id(thread))

"""Simulated time that several threads share: one goes on at a time, and when all of them wait, the clock jumps.

A *program* is what would be a process elsewhere: an answer that is checked, or one of several programs of a run. A
*member* is a thread that takes part: the one that a program begins with, and every thread, timer, pool worker and event
loop that a member starts. Each member has a baton, a lock of its own, and whoever holds the baton goes on. `wait` is
the only way to give it away. It comes back when somebody notifies the member or when its time has come. Ready members
go first, in the order in which they became ready. Without one, the clock jumps to the earliest wake-up, and a tie goes
to whoever waited first. So a run is the same on every machine and under any load.

`helpers.simulation.member_waits` puts Python's own waits (sleep, locks, join, queues, event loops) on `wait`.
"""

import heapq
import itertools
import linecache
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NoReturn, Protocol, TypeVar

from helpers.errors import ClockError, Stopped
from helpers.simulation import stopping
from helpers.simulation.browser_tab import NO_THREADS
from helpers.simulation.clock import END, TOO_LATE
from helpers.simulation.threads import THREADS, Threads

TICKS = 1_000_000  # in a second; whole numbers, so that nothing is lost in a long run
OUTSIDE = 0.2  # real seconds in which a thread that's no member can still wake members that don't wait for a time
MOST_WAITS = 40_000  # of one answer's run; a loop that does nothing but sleep would otherwise go on forever
_MOST_REJECTIONS = 20  # of a member that has to end: its `finally` may wait too
_FREE_READS = 1_000  # of the clock in a row; each further one takes time, so that a loop around it ends
_LOOK = 0.1  # real seconds between two looks at whether a run has to end
_perf_counter = time.perf_counter  # the original: members see another one

_UPTIME = 100_000  # where `monotonic` begins, in seconds, as on a machine that has run for a day
_OVER = "the run is over"
_NOT_THE_THREADS = {__file__, stopping.__file__, threading.__file__}  # files whose code starts a thread's own
# How a run comes out, and for all but the first why it was stopped.
ENDED, STUCK, WAITS, TERMINATED, TIME_IS_OVER = "ended", "time", "waiting", "terminated", "over"
Signals = Sequence[tuple[float, int]]  # after how many seconds, and the signal's number
Signal = tuple["Program", int]
_Result = TypeVar("_Result")
Handler = Callable[[int, FrameType | None], Any]
_HANDLERS: dict[int, Handler] = {signal.SIGINT: signal.default_int_handler}  # those that Python sets itself


class Time(Protocol):
    """What a run moves; see helpers.simulation.clock.Clock."""

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass, at once."""


@dataclass(eq=False)
class Program:
    """What would be a process elsewhere: the members that begin with one thread. Signals reach the first of them.

    signals: when each comes, in seconds of the run, and its number.
    """

    thread: threading.Thread
    signals: Signals = ()
    first: "Member | None" = None  # until it ends
    # What a signal does, by its number: a function, or as in the module signal.
    handlers: dict[int, Handler | int | None] = field(default_factory=lambda: dict(_HANDLERS))
    arrived: list[int] = field(default_factory=list)  # signals that the first member has not handled yet
    threads: Iterator[int] = field(default_factory=lambda: itertools.count(1))  # numbers for the names of its threads
    pools: Iterator[int] = field(default_factory=itertools.count)
    was_terminated: bool = False  # by a signal that it doesn't handle
    waits: int = 0  # how often its members have waited


@dataclass(eq=False)
class Member:
    """One thread of a run. baton: a lock. doing: what it waits for, in words; "" while it goes on."""

    thread: threading.Thread
    program: Program
    baton: Any
    turn: int = -1  # the number of its wait; another one for each wait, -1 while it can go on
    key: Hashable = None  # what it waits for, beside time
    woken: bool = False  # by a notification, not by time
    doing: str = ""
    reads: int = 0  # of the clock since it last waited
    over: bool = False  # whether it has to end
    rejections: int = 0  # how often it was told so
    ends_with_the_others: bool = False  # a daemon

    def __post_init__(self) -> None:
        self.baton.acquire()


class Scheduler:
    """Who goes on, and when time passes.

    clock: what a run's time is; others may move it too, forward. joins: is called with each thread that becomes a
    member, before it starts. most_waits: of one run. threads: what members are made of.
    """

    def __init__(
        self,
        clock: Time,
        joins: Callable[[threading.Thread], None] = lambda thread: None,
        most_waits: int = MOST_WAITS,
        threads: Threads = THREADS,
    ):
        self._threads, self._get_ident = threads, threads.get_ident
        self._clock, self._origin, self._joins, self._most_waits = clock, clock.time(), joins, most_waits
        self._now = 0  # ticks since the scheduler was made
        self._last = round((END - self._origin) * TICKS)
        self.waits = 0  # how often members waited so far in this run
        self.running: Member | None = None  # who has the baton
        self._turns = itertools.count()
        self._members: dict[int, Member] = {}  # by the identity of their thread
        self._known: weakref.WeakSet[threading.Thread] = weakref.WeakSet()  # every thread that was a member
        self._ready: list[Member] = []
        self._sleepers: list[tuple[int, int, Member | Signal]] = []  # until when, whose turn, and who or what
        self._going: list[Program] = []  # those whose first member has not ended; the run ends with the last of them
        self._alone = True  # whether the run has one program
        self._limit: int | None = None  # at which tick the run ends, whoever goes on
        self._here: Member | None = None  # the only member of a run without threads
        self.refused_a_thread = False  # whether such a run wanted one
        self.outcome = ""  # of a run that ends before its first member does
        # Made by a thread that is no member, so it is a real one. It guards all of the above.
        self._changed = threads.condition()

    # ---- what members do

    def member(self) -> Member | None:
        """Return the member that calls, or None for any other thread."""
        return self._members.get(self._get_ident())

    @property
    def is_going(self) -> bool:
        """Whether a run is going on."""
        return bool(self._going)

    @property
    def program(self) -> Program:
        """The program of the member that calls."""
        return self._members[self._get_ident()].program

    @property
    def members(self) -> list[Member]:
        """The members that have not ended, in the order in which they joined."""
        return list(self._members.values())

    def leave_to_the_original(self) -> None:
        """Have no members in this process, a fork: the threads of the others exist only in the original."""
        self._members.clear()

    @property
    def now(self) -> int:
        """The ticks since this scheduler was made. If somebody else moved the clock, it follows."""
        seen = round((self._clock.time() - self._origin) * TICKS)
        if seen > self._now + 1:  # a float of seconds since 1970 can be off by one
            self._now = seen
        return self._now

    def time(self) -> float:
        """Return the clock's time to a member, in seconds since 1970-01-01 UTC; see `look`."""
        self.look()
        return self._clock.time()

    def monotonic(self) -> float:
        """Return what time.monotonic() returns to a member; see `look`."""
        self.look()
        return _UPTIME + self.now / TICKS

    @staticmethod
    def ticks_of(monotonic: float) -> int:
        """Return the ticks of a moment, given as `monotonic` returns it."""
        return round((monotonic - _UPTIME) * TICKS)

    def look(self) -> None:
        """Note that a member looks at the clock. If it does nothing else, over and over, that makes time pass in ever
        larger steps, so that a loop that waits for a moment reaches it."""
        if member := self.member():
            member.reads += 1
            if member.reads > _FREE_READS:
                steps = min(12, (member.reads - _FREE_READS) // 100)
                self.wait(self.now + 1000 * 2**steps, doing="looks at the clock", resting=False)

    def sleep(self, seconds: float, doing: str = "sleeps") -> None:
        """Wait for this many seconds; with 0 the others have their turn. ClockError beyond the last year of Python.

        Less than a tick is a tick: a loop that sleeps for what is left of its time has to come to an end.
        """
        if not seconds <= (self._last - self.now) / TICKS:
            raise ClockError(TOO_LATE.format(seconds))
        until = self.now + (round(seconds * TICKS) or int(seconds > 0))
        while self.wait(until, doing=doing) and self.now < until:
            pass

    def wait(self, until: int | None = None, key: Hashable = None, *, doing: str = "", resting: bool = True) -> bool:
        """Give the baton away and return once it's back: True after a notification of `key`, False when it's `until`.

        until: in ticks; None waits for `key` alone. doing: what messages say of this member when everybody waits
        forever. resting: whether this is more than a look at the clock. Stopped if the run is over. It's also True
        after a signal, which is handled here, in the first member of a program: whoever waits has to look whether it
        has what it waits for.
        """
        member = self._members[self._get_ident()]
        woken = self._wait_once(member, until, key, doing, resting)
        while member.program.arrived and member is member.program.first:
            self._handle(member.program, member.program.arrived.pop(0))
            woken = True
        return woken

    def _wait_once(self, member: Member, until: int | None, key: Hashable, doing: str, resting: bool) -> bool:
        with self._changed:
            has_to_end = member.over
            if not has_to_end:
                self._give_baton_away(member, until, key, doing, resting)
        if has_to_end:
            self._reject(member)  # without the lock, since this may park it
        if member is self._here and self.running is None:
            raise Stopped(self.outcome or WAITS)  # there is nobody else
        member.baton.acquire()
        if member.over:
            self._reject(member)
        member.doing = ""
        return member.woken

    def _give_baton_away(self, member: Member, until: int | None, key: Hashable, doing: str, resting: bool) -> None:
        if resting:
            member.reads = 0
        member.turn, member.key, member.woken, member.doing = next(self._turns), key, False, doing
        self.waits += 1
        member.program.waits += 1
        if until is not None and until <= self._last:
            heapq.heappush(self._sleepers, (max(until, self.now), member.turn, member))
        if self.waits > self._most_waits:
            self._end_run(STUCK)
        else:
            self._hand_on()

    def _reject(self, member: Member) -> NoReturn:
        """End a member whose run is over, by Stopped. If it catches that over and over and waits again, park it."""
        member.rejections += 1
        if member.rejections > _MOST_REJECTIONS:
            self._leave(member)
            stopping.park()
        raise Stopped(_OVER)

    def notify(self, key: Hashable) -> None:
        """Let all who wait for this key go on when it's their turn. Whoever has waited longest is first.

        Any thread can call this, and the one that does goes on first.
        """
        with self._changed:
            waiting = [member for member in self._members.values() if member.turn >= 0 and member.key == key]
            for member in sorted(waiting, key=lambda member: member.turn):
                member.turn, member.key, member.woken = -1, None, True
                self._ready.append(member)
            if waiting and self.running is None and self._going:
                self._hand_on()  # all of them waited, and somebody outside woke one

    # ---- signals

    def _handle(self, program: Program, number: int) -> None:
        """Do what the program wants done at this signal. Without a handler it ends, as a process does."""
        handler = program.handlers.get(number, signal.SIG_DFL)
        if callable(handler):
            handler(number, sys._getframe())
        elif handler != signal.SIG_IGN:
            program.was_terminated = True
            if self._alone:
                self.outcome = TERMINATED
            self.end_program(program)
            raise Stopped(TERMINATED)

    def send_signal(self, program: Program, number: int, seconds: float = 0) -> None:
        """Let a signal come to a program after so many seconds."""
        with self._changed:
            due = (self.now + round(seconds * TICKS), next(self._turns), (program, number))
            heapq.heappush(self._sleepers, due)

    def take_signal_back(self, program: Program, number: int) -> float:
        """Let a signal that hasn't come yet not come; return in how many seconds it would have, 0 for none."""
        with self._changed:
            found = [sleeper for sleeper in self._sleepers if sleeper[2] == (program, number)]
            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper not in found]
            heapq.heapify(self._sleepers)
            return min([sleeper[0] - self.now for sleeper in found], default=0) / TICKS

    def end_program(self, program: Program, keep: Member | None = None) -> None:
        """End each member of a program except `keep` where it waits, by raising Stopped there when it's its turn."""
        with self._changed:
            members = [member for member in self._members.values() if member.program is program and member is not keep]
            for member in sorted(members, key=lambda member: member.turn):
                member.over = True
                if member.turn >= 0:
                    member.turn, member.key, member.woken = -1, None, True
                    self._ready.append(member)

    # ---- how members begin and end

    def start(self, thread: threading.Thread, program: Program | None = None) -> None:
        """Start a thread as a member. Its turn doesn't come before its starter waits or ends.

        program: which it belongs to; by default its starter's.
        """
        starter = self.member()
        if starter is not None and starter.over:
            raise Stopped(_OVER)
        if self._here is not None:
            self.refused_a_thread = True
            raise RuntimeError(NO_THREADS)
        self._joins(thread)
        program = program or (starter.program if starter else Program(thread))
        member, plain_run = (
            Member(thread, program, self._threads.lock(), ends_with_the_others=thread.daemon),
            thread.run,
        )
        if thread is program.thread:
            program.first = member

        def run() -> None:
            member.baton.acquire()
            try:
                if not member.over:
                    stopping.quietly(plain_run)
            except BaseException:
                _print_uncaught(thread)  # Python would do it after the end, when others already go on
            finally:
                self._leave(member)

        self._known.add(thread)
        thread.run = run  # type: ignore[method-assign]
        thread.daemon = True  # the process need not wait for it, whatever it does
        with self._changed:
            self._members.pop(self._get_ident(), None)  # until the thread is there, its starter waits really
        try:
            self._threads.start(thread)
        finally:
            thread._daemonic = member.ends_with_the_others  # type: ignore[attr-defined]  # its own threads inherit it
            if starter is not None:
                with self._changed:
                    self._members[self._get_ident()] = starter
        with self._changed:
            self._members[thread.ident or 0] = member
            self._ready.append(member)

    def _leave(self, member: Member) -> None:
        """Go on without the member that calls; the run ends with the last program's first one."""
        program = member.program
        with self._changed:
            del self._members[self._get_ident()]
            member.turn, self._ready = -1, [other for other in self._ready if other is not member]
            self.notify(key_of_end(member.thread))
            if member is program.first:
                program.first = None
                self._going = [other for other in self._going if other is not program]
            if member is self.running:
                self._hand_on()

    def finish(self) -> None:
        """Do what Python does at a program's end: wait for its other threads, then end its daemons and idle workers."""
        own = self._members[self._get_ident()]
        while others := [member for member in self.members if member.program is own.program and member is not own]:
            threads = [member.thread for member in others if not member.ends_with_the_others]
            thread = next((thread for thread in threads if not stopping.is_idle(thread)), None)
            if thread is None:
                break
            pooled = stopping.is_a_worker(thread)  # it can become idle without ending
            until = self.now + TICKS if pooled else None
            self.wait(until, key_of_end(thread), doing=f"waits for the end of {thread.name}")
        self.end_program(own.program, keep=own)

    def knows(self, thread: threading.Thread) -> bool:
        """Return whether this thread is a member, or was one."""
        return thread in self._known

    def is_alive(self, thread: threading.Thread) -> bool:
        """Return whether this thread is a member that has not ended."""
        return any(member.thread is thread for member in self.members)

    def run(
        self,
        programs: Sequence[Program],
        seconds: float,
        over: Callable[[], bool] = lambda: False,
        limit: float | None = None,
    ) -> str:
        """Start the programs' threads, let all members go on until the last of these threads ends, and return ENDED.

        Members that they leave behind wait until the next run. Other results: STUCK if it took more real seconds or
        waits than allowed, so some member keeps the baton or none ever waits for long. WAITS if all of them wait for
        something that never comes. TERMINATED if a signal ended the only program. TIME_IS_OVER if `limit` seconds of
        the clock have passed. over: whether the run has to end; asked now and then. A member can't call this.
        """
        self._begin(programs, limit)
        for program in programs:
            self.start(program.thread, program)
        deadline = _perf_counter() + seconds
        with self._changed:
            self._going = list(programs)
            self._hand_on()
            while self._going:
                if self.running is None:
                    before = self.waits
                    self._changed.wait_for(lambda: self.running is not None or not self._going, OUTSIDE)
                    if self.running is None and self._going and self.waits == before:
                        self._end_run(WAITS)
                elif not self._changed.wait_for(self._is_at_rest, min(_LOOK, max(0.0, deadline - _perf_counter()))):
                    if _perf_counter() >= deadline:
                        self._end_run(STUCK)
                    elif over() or self.outcome:
                        deadline = min(deadline, _perf_counter() + _LOOK)
            return self.outcome or ENDED

    def run_here(self, work: Callable[[], _Result], signals: Signals = ()) -> _Result:
        """Run `work` in the calling thread, which is the only member there can be, and return its result."""
        program = Program(threading.current_thread(), signals)
        self._begin([program])
        member = Member(program.thread, program, self._threads.lock())
        with self._changed:
            self._members[self._get_ident()] = self._here = self.running = program.first = member
            self._going = [program]
        try:
            return work()
        finally:
            with self._changed:
                del self._members[self._get_ident()]
                self._here = self.running = program.first = None
                self._going = []

    def stop(self, outcome: str) -> None:
        """End the run. Its members go on until they wait next, and `end` ends them there."""
        with self._changed:
            self._end_run(outcome)

    def _begin(self, programs: Sequence[Program], limit: float | None = None) -> None:
        with self._changed:
            self.outcome, self.waits, self._alone = "", 0, len(programs) == 1
            self._limit = None if limit is None else self.now + round(limit * TICKS)
            left = [sleeper for sleeper in self._sleepers if isinstance(sleeper[2], Member)]
            due = [
                (self.now + round(seconds * TICKS), next(self._turns), (program, number))
                for program in programs
                for seconds, number in program.signals
            ]
            self._sleepers = sorted([*left, *due], key=lambda sleeper: sleeper[:2])

    def _end_run(self, outcome: str) -> None:
        self._going, self.outcome = [], outcome
        if self._here is not None:
            self.running = None
        self._changed.notify_all()

    def _is_at_rest(self) -> bool:
        return self.running is None or not self._going

    def end(self, keep: Collection[Member] = (), seconds: float = OUTSIDE) -> list[threading.Thread]:
        """End every member where it waits, one after the other, and return the threads that don't end.

        Stopped is raised in its wait, so its `finally` runs. keep: members that stay. seconds: real ones for each.
        """
        ending = self._others(keep)
        with self._changed:
            for member in ending:
                member.over = True
        for member in sorted(ending, key=lambda member: member.turn):
            if member.baton.locked() and (member is not self.running or member.doing):
                member.baton.release()
                self._threads.join(member.thread, seconds)
        return [member.thread for member in self._others(keep)]

    def _others(self, keep: Collection[Member]) -> list[Member]:
        return [member for member in self.members if member not in keep and not stopping.is_parked(member.thread)]

    def who_waits(self) -> list[str]:
        """Return words for each member that waits: its name and what it does."""
        return [f"{member.thread.name} {member.doing}" for member in self.members if member.doing]

    def at(self) -> threading.Thread | None:
        """Return the thread of the member that goes on, or None if all of them wait."""
        return self.running.thread if self.running else None

    # ---- the baton; the lock is held

    def _hand_on(self) -> None:
        before, self.running = self.running, self._next() if self._going else None
        if self.running is not None:
            self.running.baton.release()
        if before is None or self.running is None:
            self._changed.notify_all()  # else `run` need not look: one member goes on after another

    def _next(self) -> Member | None:
        if self._ready:
            return self._ready.pop(0)
        while self._sleepers and (self._limit is None or self._sleepers[0][0] <= self._limit):
            until, turn, who = heapq.heappop(self._sleepers)
            if isinstance(who, Member):
                member = who if who.turn == turn else None  # it was woken before
            else:
                program, number = who
                program.arrived.append(number)
                member = program.first
            if member is None or member.turn < 0:
                continue
            member.turn, member.key = -1, None
            self._move_to(until)
            return member
        if self._limit is not None:
            self._move_to(self._limit)
            self._end_run(TIME_IS_OVER)
        return None

    def _move_to(self, until: int) -> None:
        if until > self.now:
            self._clock.sleep((until - self._now) / TICKS)
            self._now = until


def _print_uncaught(thread: threading.Thread) -> None:
    """Print the exception that ended a thread in one line, since a traceback has names of files that vary."""
    kind, problem, place = sys.exc_info()
    if kind is SystemExit:  # which ends a thread without a word
        return
    while place is not None and place.tb_frame.f_code.co_filename in _NOT_THE_THREADS:
        place = place.tb_next
    line = linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno).strip() if place else ""
    at = f", in the line {line!r}" if line else ""
    print(f"Exception in thread {thread.name}{at}: {kind.__name__ if kind else ''}: {problem}", file=sys.stderr)


def key_of_end(thread: threading.Thread) -> Hashable:
    """Return the key of a thread's end, for those who wait for it."""
    return ("end", id(thread))

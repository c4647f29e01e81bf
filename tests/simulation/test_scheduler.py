"""Simulated time that threads, timers, pools and event loops share: one order of events, whatever the machine does."""

import _thread
import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest

from helpers.simulation.member_waits import replacements
from helpers.simulation.scheduler import ENDED, STUCK, TICKS, WAITS, Program, Scheduler

_real_monotonic = time.monotonic
LONG = 30.0  # real seconds that no run here comes near
Say = Callable[..., None]


@contextmanager
def installed(scheduler: Scheduler) -> Iterator[None]:
    """Have the members of this scheduler meet its time wherever Python waits."""
    put = replacements(lambda: scheduler if scheduler.member() else None)
    put.append((time, "monotonic", lambda: scheduler.monotonic() if scheduler.member() else _real_monotonic()))
    before = [(place, name, getattr(place, name)) for place, name, _ in put]
    for place, name, value in put:
        setattr(place, name, value)
    try:
        yield
    finally:
        for place, name, value in before:
            setattr(place, name, value)


class FakeClock:
    """A clock that moves at once."""

    def __init__(self) -> None:
        self.now = 1_767_603_600.0

    def time(self) -> float:
        """Return the seconds since 1970."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move."""
        self.now += seconds


class Run:
    """One run of one function as the first member, and what was said in it: tuples that begin with the second."""

    def __init__(self, first: Callable[[Scheduler, Say], None], seconds: float = LONG):
        self.clock = FakeClock()
        self.scheduler = Scheduler(self.clock)
        self.said: list[tuple[Any, ...]] = []
        thread = threading.Thread(target=lambda: first(self.scheduler, self._say), name="first")
        with installed(self.scheduler):
            self.outcome = self.scheduler.run([Program(thread)], seconds)
            self.waiting = self.scheduler.who_waits()
            self.left = self.scheduler.end()

    def _say(self, *words: Any) -> None:
        self.said.append((round(self.scheduler.now / TICKS, 6), *words))


def call(scheduler: Scheduler) -> None:
    """Do what a call to the cloud does: take 30 ms."""
    scheduler.sleep(0.03)


def heartbeat(scheduler: Scheduler, say: Say) -> None:
    """A thread beats every 30 seconds beside work that takes 40 seconds a step."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(30):
            call(scheduler)
            say("beat")

    thread = threading.Thread(target=beat)
    thread.start()
    for step in range(3):
        time.sleep(40)
        say("step", step)
    done.set()
    thread.join()
    say("alive", thread.is_alive())


def timers(scheduler: Scheduler, say: Say) -> None:
    """A timer that starts itself again, until it is cancelled."""
    running: list[threading.Timer] = []

    def again() -> None:
        say("timer")
        running[:] = [threading.Timer(25, again)]
        running[0].start()

    again()
    time.sleep(60)
    running[0].cancel()
    time.sleep(60)


def pool(scheduler: Scheduler, say: Say) -> None:
    """Four jobs in a pool of three."""

    def job(seconds: int) -> int:
        time.sleep(seconds)
        call(scheduler)
        say("did", seconds)
        return seconds

    with ThreadPoolExecutor(3) as workers:
        jobs = [workers.submit(job, seconds) for seconds in (30, 10, 20, 5)]
        done, left = wait(jobs, timeout=12)
        say("after 12", len(done), len(left))
        say("first", jobs[0].result(timeout=100))


def event_loop(scheduler: Scheduler, say: Say) -> None:
    """An event loop with a heartbeat task, work in threads, and a wait that times out."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(30)
            await asyncio.to_thread(call, scheduler)
            say("beat")

    async def main() -> None:
        task = asyncio.create_task(beat())
        for step in range(2):
            await asyncio.to_thread(time.sleep, 40)
            say("step", step)
        task.cancel()
        try:
            await asyncio.wait_for(asyncio.sleep(100), 7)
        except asyncio.TimeoutError:
            say("too late")

    asyncio.run(main())


def queues(scheduler: Scheduler, say: Say) -> None:
    """A bounded queue between a fast producer and a slow consumer, a condition, and a get that times out."""
    shelf: queue.Queue[int] = queue.Queue(2)
    condition, box = threading.Condition(), []

    def produce() -> None:
        for number in range(4):
            time.sleep(3)
            shelf.put(number)
            say("put", number)
        with condition:
            box.append(1)
            condition.notify_all()

    thread = threading.Thread(target=produce)
    thread.start()
    for _ in range(4):
        say("got", shelf.get())
        time.sleep(5)
    with condition:
        say("box", condition.wait_for(lambda: box, timeout=50))
    try:
        shelf.get(timeout=9)
    except queue.Empty:
        say("empty")
    thread.join(3)


def locks(scheduler: Scheduler, say: Say) -> None:
    """A semaphore, a lock that somebody else has, and a lock that its owner takes twice."""
    lock, again, two = threading.Lock(), threading.RLock(), threading.Semaphore(2)

    def work(number: int) -> None:
        with two:
            with lock:
                say("in", number)
                time.sleep(2)
            with again, again:
                time.sleep(1)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    say("tried", lock.acquire(timeout=0.5))
    for thread in threads:
        thread.join()


# What real time gives for the same programs, worked out by hand from their sleeps.
EXPECTED = {
    heartbeat: [
        (30.03, "beat"),
        (40.0, "step", 0),
        (60.06, "beat"),
        (80.0, "step", 1),
        (90.09, "beat"),
        (120.0, "step", 2),
        (120.0, "alive", False),
    ],
    timers: [(0.0, "timer"), (25.0, "timer"), (50.0, "timer")],
    pool: [
        (10.03, "did", 10),
        (12.0, "after 12", 1, 3),
        (15.06, "did", 5),
        (20.03, "did", 20),
        (30.03, "did", 30),
        (30.03, "first", 30),
    ],
    event_loop: [(30.03, "beat"), (40.0, "step", 0), (60.06, "beat"), (80.0, "step", 1), (87.0, "too late")],
    queues: [
        (3.0, "put", 0),
        (3.0, "got", 0),
        (6.0, "put", 1),
        (8.0, "got", 1),
        (9.0, "put", 2),
        (12.0, "put", 3),
        (13.0, "got", 2),
        (18.0, "got", 3),
        (23.0, "box", [1]),
        (32.0, "empty"),
    ],
    locks: [(0.0, "in", 0), (0.6, "tried", False), (2.0, "in", 1), (4.0, "in", 2)],
}


@pytest.mark.parametrize("program", EXPECTED, ids=lambda program: program.__name__)
def test_members_wait_as_in_real_time(program: Any) -> None:
    """Each way of waiting takes as long as it says, and events come in the order that real time gives."""
    run = Run(program)
    assert (run.outcome, run.left) == (ENDED, [])
    assert run.said == EXPECTED[program]


def test_all_of_them_side_by_side_give_one_order() -> None:
    """Six programs at once come out the same twenty times."""

    def everything(scheduler: Scheduler, say: Say) -> None:
        threads = [threading.Thread(target=program, args=(scheduler, say)) for program in EXPECTED]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    runs = [Run(everything).said for _ in range(20)]
    assert all(said == runs[0] for said in runs)
    assert len(runs[0]) == sum(map(len, EXPECTED.values()))


def test_a_loop_around_the_clock_reaches_its_end() -> None:
    """Looking at the time over and over takes time, and lets others have their turn."""

    def first(scheduler: Scheduler, say: Say) -> None:
        done: list[int] = []
        threading.Timer(3600, lambda: done.append(1)).start()
        while not done:
            time.monotonic()
        say("seen", scheduler.now >= 3600 * TICKS)

    run = Run(first)
    assert run.outcome == ENDED
    assert [said[1:] for said in run.said] == [("seen", True)]


def test_a_loop_that_sleeps_for_what_is_left_reaches_its_end() -> None:
    """What's left can be less than a tick, since a float of seconds since 1970 is no whole number of them."""

    def first(scheduler: Scheduler, say: Say) -> None:
        end = scheduler.time() + 3.0000002
        while (left := end - scheduler.time()) > 0:
            scheduler.sleep(min(1, left))
        say("over")

    run = Run(first, seconds=2)
    assert (run.outcome, [words[1] for words in run.said]) == (ENDED, ["over"])


def test_everybody_waits_for_ever() -> None:
    """Two members that wait for each other are told by name, with what they wait for."""

    def first(scheduler: Scheduler, say: Say) -> None:
        other = threading.Thread(target=lambda: first_thread.join(), name="second")
        first_thread = threading.current_thread()
        other.start()
        other.join()

    run = Run(first)
    assert run.outcome == WAITS
    assert run.waiting == ["first waits for the end of second", "second waits for the end of first"]
    assert run.left == []


def test_somebody_outside_may_still_wake_a_member() -> None:
    """A thread that is no member, such as a kernel's, can release what a member waits for."""
    asked = _thread.allocate_lock()  # a real one: the outsider waits on it
    asked.acquire()

    def first(scheduler: Scheduler, say: Say) -> None:
        event = threading.Event()
        box.append(event)
        asked.release()
        say("woken", event.wait())

    box: list[threading.Event] = []

    def outsider() -> None:
        with asked:
            box[0].set()

    thread = threading.Thread(target=outsider)
    thread.start()
    run = Run(first)
    thread.join()
    assert (run.outcome, run.said) == (ENDED, [(0.0, "woken", True)])


def test_a_member_that_keeps_the_baton_is_stuck() -> None:
    """One that computes without end is found, with its place; it is left, since nobody can end it here."""
    over: list[int] = []

    def first(scheduler: Scheduler, say: Say) -> None:
        while not over:
            pass

    run = Run(first, seconds=0.2)
    assert run.outcome == STUCK
    assert [thread.name for thread in run.left] == ["first"]
    over.append(1)


def test_at_the_end_a_waiting_member_runs_its_finally() -> None:
    """A member that is left behind is ended where it waits, and cannot wait again."""
    said: list[str] = []

    def first(scheduler: Scheduler, say: Say) -> None:
        def behind() -> None:
            try:
                time.sleep(1000)
                said.append("slept on")
            finally:
                said.append("finally")
                time.sleep(1)
                said.append("waited again")

        threading.Thread(target=behind).start()
        time.sleep(1)

    run = Run(first)
    assert (run.outcome, run.left, said) == (ENDED, [], ["finally"])


def test_between_two_runs_time_stands_for_those_left_behind() -> None:
    """A thread that outlives the first run goes on in the second; a clock that others moved is believed."""
    clock, said = FakeClock(), []
    scheduler = Scheduler(clock)

    def ticking() -> None:
        while True:
            time.sleep(10)
            said.append(scheduler.now // TICKS)

    with installed(scheduler):
        first = threading.Thread(target=lambda: (threading.Thread(target=ticking).start(), time.sleep(25)))
        assert scheduler.run([Program(first)], LONG) == ENDED
        assert said == [10, 20]
        clock.sleep(1000)
        assert scheduler.run([Program(threading.Thread(target=lambda: time.sleep(11)))], LONG) == ENDED
        scheduler.end()
    assert said == [10, 20, 1025, 1035]


def test_the_kernel_s_threads_keep_their_own_time() -> None:
    """While members are far in the future, a thread that is none of them sees real time and real locks."""
    scheduler = Scheduler(FakeClock())
    with installed(scheduler):
        lock = threading.Lock()
        before = time.monotonic()
        assert scheduler.run([Program(threading.Thread(target=lambda: time.sleep(10_000)))], LONG) == ENDED
        assert time.monotonic() - before < 1000
        assert type(lock) is type(_thread.allocate_lock())
        scheduler.end()


def test_a_thread_of_the_low_level_module_is_a_member_too() -> None:
    """_thread.start_new_thread is how some libraries start threads."""

    def first(scheduler: Scheduler, say: Say) -> None:
        _thread.start_new_thread(lambda: (time.sleep(5), say("low")), ())
        time.sleep(10)
        say("first")

    assert Run(first).said == [(5.0, "low"), (10.0, "first")]

"""Several programs side by side in the offline cloud's own time: the order of events, how programs end, and bounds."""

import asyncio
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timezone
from functools import wraps
from multiprocessing.pool import ThreadPool
from time import sleep as sleep_by_name
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, start
from helpers.backends import programs
from helpers.backends.base import Cloud
from helpers.backends.offline.offline_cloud import make_world
from helpers.backends.run_progress import RunProgress
from helpers.backends.run_report import RunReport, Waits
from helpers.backends.run_story import name_of
from helpers.backends.running import COMPARED
from helpers.errors import CloudError, CourseError
from helpers.simulation import made_before, worlds
from helpers.simulation.scheduler import Scheduler

_LOCK = threading.Lock()  # made before any run
_SHELF: queue.SimpleQueue[str] = queue.SimpleQueue()  # so is this
_imported: Any = None  # by a program


class Shop:
    """An offline cloud with a queue of orders, and what programs said, each with the second of the run."""

    def __init__(self, timeout: int = 60) -> None:
        start("offline")
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": str(timeout)})["QueueUrl"]
        self.said: list[tuple[Any, ...]] = []
        self.begin = 0

    def say(self, *words: Any) -> None:
        """Keep the words, with the second."""
        self.said.append((round(time.time() - self.begin, 2), *words))

    def run(self, running: dict[str, Callable[[], Any]], **how: Any) -> RunReport:
        """Run programs; what they say is timed from here."""
        self.begin = math.ceil(worlds.require().clock.time())  # a run begins with a whole second
        return cloud.run(running, **how)

    def send(self, *names: str) -> None:
        """Send orders."""
        for name in names:
            self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps({"order_id": name}))

    def receive(self, wait: int = 20) -> Iterator[Any]:
        """Yield the messages of one long poll."""
        yield from self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=wait).get("Messages", [])

    def delete(self, message: Any) -> None:
        """Delete a message."""
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def customers(self) -> None:
        """Send eight orders, five seconds apart."""
        for number in range(8):
            time.sleep(5)
            self.send(f"A-{100 + number}")

    def packer(self, fails_at: str = "") -> Callable[[], None]:
        """Return a worker that takes nine seconds an order, and falls over at one of them."""

        def packer() -> None:
            while True:
                for message in self.receive():
                    time.sleep(9)
                    if json.loads(message["Body"])["order_id"] == fails_at:
                        raise RuntimeError("out of tape")
                    self.delete(message)

        return packer


@pytest.fixture
def shop(no_cloud: None) -> Shop:
    """A shop with an empty queue whose messages are hidden for 60 seconds."""
    return Shop()


def a_day(shop: Shop) -> RunReport:
    """Run two workers, of which one falls over with an order in its hands."""
    return shop.run({"web shop": shop.customers, "Kim": shop.packer("A-102"), "Lee": shop.packer()}, minutes=5)


# ---- What happened


def test_a_crash_is_reported_and_the_others_go_on(shop: Shop) -> None:
    """The order that Kim held comes to Lee once its visibility timeout is over; nothing is lost."""
    day = a_day(shop)
    kim, lee = day.programs["Kim"], day.programs["Lee"]
    assert (kim.end.how, kim.end.error) == ("raised", "RuntimeError: out of tape")
    assert kim.end.line == 'raise RuntimeError("out of tape")'
    assert (kim.received, kim.deleted) == (2, 1)
    assert (lee.received, lee.deleted, lee.came_again) == (7, 7, 1)
    assert day.programs["web shop"].sent == day.queues["orders"].deleted == 8
    (again,) = [held for held in day.held if held.name == "A-102" and held.program == "Lee"]
    (before,) = [held for held in day.held if held.name == "A-102" and held.program == "Kim"]
    assert (before.how, again.how) == ("came back", "deleted")
    assert before.end == pytest.approx(before.begin + 60)
    assert again.begin >= before.end
    assert day.seconds == 300


def test_the_names_are_in_the_journal_and_each_program_has_an_identity(shop: Shop) -> None:
    """A message is received by Kim, and who asks STS is told so; clients were made before the run."""
    shop.send("A-100")
    sts, asked = boto3.client("sts"), []

    def packer() -> None:
        asked.append(sts.get_caller_identity()["Arn"])
        next(shop.receive())

    shop.run({"Kim from Graz": packer}, minutes=1)
    assert asked == ["arn:aws:iam::123456789012:user/Kim-from-Graz"]
    assert [step.by for step in cloud.steps() if step.what == "received"] == ["Kim from Graz"]
    assert "by Kim from Graz" in next(step.reason for step in cloud.steps() if step.what == "received")
    assert sts.get_caller_identity()["Arn"].endswith("user/learner")


def test_the_same_programs_give_the_same_run_to_the_last_id(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the clock runs, whatever it says to the fraction of a second. A second run goes on after the first."""
    found = []
    for compared in ("1", "", ""):
        monkeypatch.setenv(COMPARED, compared)
        shop = Shop()
        clock.advance(0.3 if compared else 0)
        found.append([a_day(shop).to_dict(), a_day(shop).to_dict()])
    exact, one, two = found
    assert one == two
    assert [day | {"start": ""} for day in exact] == [day | {"start": ""} for day in one]
    assert one[0]["held"][0]["message"] != one[1]["held"][0]["message"]
    begins = [datetime.fromisoformat(day["start"]).timestamp() for day in exact]
    assert begins[1] == begins[0] + exact[0]["seconds"]


def test_the_report_counts_expired_moved_waits_and_requests(shop: Shop) -> None:
    """A poison message is moved after two receives, one that nobody takes expires, and waits count from sending."""
    sqs = shop.sqs
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "2"})
    sqs.set_queue_attributes(QueueUrl=shop.url, Attributes={"RedrivePolicy": policy})
    short = sqs.create_queue(QueueName="short", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]

    def customers() -> None:
        shop.send("poison")
        sqs.send_message(QueueUrl=short, MessageBody="too late", DelaySeconds=10)
        time.sleep(200)
        sqs.receive_message(QueueUrl=short)

    def packer() -> None:
        time.sleep(40)
        while True:
            list(shop.receive())

    day = shop.run({"customers": customers, "packer": packer}, minutes=5)
    assert (day.queues["orders"].moved, day.queues["dead"].dead_letters, day.queues["short"].expired) == (1, 1, 1)
    assert day.programs["packer"].came_again == 1
    assert day.waited.median == pytest.approx(40, abs=0.1)
    assert day.waited.oldest == day.waited.median
    calls = sum(program.calls for program in day.programs.values())
    assert day.requests == calls

    back = shop.run({"redrive": lambda: sqs.start_message_move_task(SourceArn=arn)}, minutes=1)
    assert (back.queues["dead"].left, back.queues["orders"].left) == (0, 1)
    assert calls > 10
    assert json.loads(json.dumps(day.to_dict())) == day.to_dict()
    assert "poison" in repr(day)
    assert "<" in day._repr_html_()


def test_messages_that_were_there_before_waited_too(shop: Shop) -> None:
    """Since they were sent. One that was purged waits no longer."""
    shop.send("A-100", "A-101")
    list(shop.receive(0))
    clock.advance(10)

    def program() -> None:
        time.sleep(20)
        list(shop.receive(0))
        shop.send("A-102")
        shop.sqs.purge_queue(QueueUrl=shop.url)
        time.sleep(300)

    day = shop.run({"Kim": program}, minutes=10)
    median = day.waited.median
    assert day.waited == Waits(median, median, median)
    assert median == pytest.approx(31, abs=1.5)  # a run begins with a whole second


def test_what_lies_in_other_queues_is_not_in_the_report(shop: Shop) -> None:
    """An old message waits where no program looks; one where they look counts since it was sent."""
    other = shop.sqs.create_queue(QueueName="forgotten")["QueueUrl"]
    shop.sqs.send_message(QueueUrl=other, MessageBody="old")
    clock.advance(3600)
    shop.send("A-100")
    clock.advance(60)
    day = shop.run({"Kim": lambda: shop.delete(next(shop.receive()))}, minutes=1)
    assert day.waited.oldest == pytest.approx(60, abs=2)
    assert "forgotten" not in day.queues


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"order_id": "A-1", "id": 3}', "A-1"),
        ('{"id": 3}', "3"),
        ("just  text\nof a card", "just text of a card"),
        ("x" * 30, "x" * 23 + "…"),
        (json.dumps({"TopicArn": "t", "Message": '{"order": "B-2"}'}), "B-2"),
        ("[1]", "[1]"),
        ("[" * 100_000, "[" * 23 + "…"),
    ],
)
def test_a_message_is_called_by_its_order(text: str, name: str) -> None:
    """By the order's id, also in SNS's envelope, or by the beginning of its text."""
    assert name_of(text) == name


# ---- Members


def heartbeats(shop: Shop) -> None:
    """A thread extends a visibility timeout every 40 seconds while the work takes 150."""
    (message,) = shop.receive()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(40):
            shop.sqs.change_message_visibility(
                QueueUrl=shop.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60
            )
            shop.say("beat")

    thread = threading.Thread(target=beat)
    thread.start()
    sleep_by_name(150)
    done.set()
    thread.join()
    shop.delete(message)
    shop.say("deleted")


def coroutines(shop: Shop) -> None:
    """Two tasks of an event loop, one of which polls in a thread."""

    async def poll() -> None:
        messages = await asyncio.to_thread(lambda: list(shop.receive()))
        shop.say("polled", len(messages))

    async def tick() -> None:
        for _ in range(3):
            await asyncio.sleep(4)
            shop.say("tick")

    async def both() -> None:
        await asyncio.gather(poll(), tick())

    asyncio.run(both())


def pools(shop: Shop) -> None:
    """A pool of two works on three orders."""

    def pack(message: Any) -> None:
        time.sleep(10)
        shop.delete(message)
        shop.say("packed")

    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            for message in shop.receive():
                pool.submit(pack, message)


def timers(shop: Shop) -> None:
    """A timer goes off during a long poll."""
    threading.Timer(7, shop.say, ["timer"]).start()
    shop.say("polled", len(list(shop.receive())))


def conditions(shop: Shop) -> None:
    """A thread waits for another's shelf under a condition and a lock that was made before the run."""
    shelf: list[Any] = []
    filled = threading.Condition(_LOCK)

    def fill() -> None:
        for message in shop.receive():
            time.sleep(3)
            with filled:
                shelf.append(message)
                filled.notify()

    threading.Thread(target=fill).start()
    with filled:
        shop.say("waited", filled.wait_for(lambda: bool(shelf), timeout=60))


def thread_pools(shop: Shop) -> None:
    """A pool of multiprocessing's threads, which wait for each other through a pipe."""
    with ThreadPool(2) as pool:
        pool.map(time.sleep, [5, 5, 5])
    shop.say("done")


MEMBERS: dict[Callable[[Shop], None], list[tuple[Any, ...]]] = {
    heartbeats: [(45.03, "beat"), (85.06, "beat"), (125.09, "beat"), (155.03, "deleted")],
    coroutines: [(4, "tick"), (5, "polled", 1), (8, "tick"), (12, "tick")],
    pools: [(15.03, "packed"), (15.06, "packed"), (25.06, "packed")],
    timers: [(5, "polled", 1), (7, "timer")],
    conditions: [(8, "waited", True)],
    thread_pools: [(10, "done")],
}


@pytest.mark.parametrize("program", MEMBERS, ids=lambda program: program.__name__)
def test_what_a_program_starts_shares_the_time(shop: Shop, program: Callable[[Shop], None]) -> None:
    """Orders come after five seconds; each call takes 30 milliseconds."""

    def customers() -> None:
        time.sleep(5 - 0.03)
        shop.sqs.send_message_batch(
            QueueUrl=shop.url,
            Entries=[{"Id": str(n), "MessageBody": f"A-{n}"} for n in range(3 if program is pools else 1)],
        )

    day = shop.run({"customers": customers, "Kim": lambda: program(shop)}, minutes=5)
    assert day.programs["Kim"].end.how == "returned", day
    assert shop.said == [(pytest.approx(at, abs=0.011), *words) for at, *words in MEMBERS[program]]


def test_a_program_ends_as_a_process_does(shop: Shop) -> None:
    """It waits for its threads, and its daemons and idle workers end with it, where they wait."""

    def daemon() -> None:
        try:
            time.sleep(1000)
        finally:
            shop.say("daemon ends")

    def program() -> None:
        threading.Thread(target=daemon, daemon=True).start()
        threading.Thread(target=lambda: (time.sleep(30), shop.say("thread"))).start()
        ThreadPoolExecutor(1).submit(shop.say, "worker")

    shop.run({"one": program, "other": lambda: time.sleep(50)}, minutes=2)
    assert shop.said == [(0, "worker"), (30, "thread"), (30, "daemon ends")]


def test_the_kernels_own_threads_keep_real_time(shop: Shop) -> None:
    """While programs sleep for days, another thread of the kernel sees the time of this computer."""
    before, seen, go, done = time.time(), [], threading.Event(), threading.Event()

    def look() -> None:
        go.wait(10)
        seen.append(time.time())
        done.set()

    thread = threading.Thread(target=look)
    thread.start()

    def program() -> None:
        time.sleep(86_400)
        assert datetime.now(timezone.utc) > datetime.fromtimestamp(clock.time(), timezone.utc).replace(hour=0)
        go.set()

    shop.run({"one": program}, hours=48)
    thread.join()
    assert before <= seen[0] < before + 60


class Desk:
    """What a notebook makes before a run: locks that only an object, a class and a list have."""

    turns = threading.Lock()
    now = staticmethod(time.monotonic)

    def __init__(self) -> None:
        self.drawers = [threading.RLock()]
        self.bell = threading.Condition()

    def sits(self, lock: Any) -> None:
        """Keep a lock for two seconds."""
        begun = self.now()
        with lock:
            time.sleep(2)
        assert self.now() - begun >= 2


@pytest.mark.parametrize("where", ["closure", "class", "list", "condition"])
def test_locks_that_were_made_before_wait_in_the_runs_time(shop: Shop, where: str) -> None:
    """Wherever they are; afterwards they are the kernel's own again."""
    desk, mine = Desk(), threading.Lock()

    def things() -> list[Any]:
        return [mine, Desk.turns, desk.drawers[0], desk.bell._lock, Desk.now]  # type: ignore[attr-defined]

    def program() -> None:
        locks = {"closure": mine, "class": Desk.turns, "list": desk.drawers[0], "condition": desk.bell}
        desk.sits(locks[where])

    before = things()
    ends = [report.end for report in shop.run({"Kim": program, "Lee": program}, minutes=1).programs.values()]
    assert [(end.at, end.how) for end in ends] == [(2, "returned"), (4, "returned")]
    assert before == things()


def test_queues_and_locks_keep_their_state_from_before_to_after(shop: Shop) -> None:
    """What was put in before is there in the run, and what the run leaves is there afterwards."""
    closed = threading.Lock()
    _SHELF.put("before")
    closed.acquire()

    def program() -> None:
        shop.say(_SHELF.get(timeout=1))
        _SHELF.put("within")
        closed.release()

    shop.run({"Kim": program}, minutes=1)
    assert shop.said == [(0, "before")]
    assert (_SHELF.get_nowait(), closed.locked()) == ("within", False)


def test_what_a_program_imports_is_the_original_afterwards(shop: Shop) -> None:
    """Also under a name that only the program has made."""

    def program() -> None:
        global _imported
        from datetime import datetime as _imported

        shop.say(_imported.now().year)

    shop.run({"Kim": program}, minutes=1)
    assert shop.said == [(0, clock.now().year)]
    assert _imported is datetime


# ---- Beginnings and ends


def test_late_starts_and_stops(shop: Shop) -> None:
    """A deploy: the old one finishes what it holds at SIGTERM, and the new one begins. A careless one is ended."""

    def old() -> None:
        stopped: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
        while not stopped:
            for message in shop.receive():
                time.sleep(30)
                shop.delete(message)
        shop.say("old ends")

    def new() -> None:
        shop.say("new begins")
        for message in shop.receive():
            shop.delete(message)

    def careless() -> None:
        try:
            time.sleep(1000)
        finally:
            shop.say("careless ends")

    shop.send("A-100", "A-101")
    day = shop.run(
        {"old": old, "new": new, "careless": careless}, minutes=5, starts={"new": 20}, stops={"old": 20, "careless": 60}
    )
    assert shop.said == [(20, "new begins"), (30.06, "old ends"), (60, "careless ends")]
    ends = {name: (program.end.how, program.end.began) for name, program in day.programs.items()}
    assert ends == {"old": ("returned", 0), "new": ("returned", 20), "careless": ("was stopped", 0)}
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_nothing_runs_on(shop: Shop) -> None:
    """A program that still waits at the end is ended there; its `finally` runs, and no call of it comes later."""
    threads = threading.active_count()

    def packer() -> None:
        while True:
            try:
                list(shop.receive())
            finally:
                shop.say("finally")
                shop.send("too late")

    def stubborn() -> None:
        while True:
            try:
                time.sleep(1000)
            except BaseException:
                shop.say("no")

    day = shop.run({"packer": packer, "stubborn": stubborn}, seconds=10)
    assert {program.end.how for program in day.programs.values()} == {"still going"}
    assert (10, "finally") in shop.said
    assert day.programs["packer"].sent == 0
    assert not shop.sqs.receive_message(QueueUrl=shop.url).get("Messages")
    assert threading.active_count() <= threads + 1, "only the stubborn one is left, which waits for ever"


def test_programs_that_all_return_end_the_run(shop: Shop) -> None:
    """It takes no longer than they do, and sys.exit() is a return."""

    def leaves() -> None:
        time.sleep(7)
        raise SystemExit

    def fails() -> None:
        raise SystemExit(3)

    day = shop.run({"leaves": leaves, "fails": fails, "quits": lambda: quit()}, hours=1)
    assert day.seconds == 7
    assert [program.end.how for program in day.programs.values()] == ["returned", "ended with exit code 3", "returned"]


def test_what_programs_print_comes_in_order_with_time_and_name(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Also what has no line's end, and what a thread's exception prints."""

    def one() -> None:
        print("first")
        print("no end", end="")
        time.sleep(2)
        print(", here it is")
        threading.Thread(target=lambda: 1 / 0, name="its thread").start()

    def two() -> None:
        time.sleep(1)
        print("second")

    shop.run({"one": one, "two": two}, minutes=1)
    zero = clock.time() - 2
    at = [time.strftime("%H:%M:%S", time.gmtime(zero + seconds)) for seconds in range(3)]
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"{at[0]} one: first", f"{at[1]} two: second", f"{at[0]} one: no end, here it is"]
    assert lines[3].startswith(f"{at[2]} one: Exception in thread its thread")
    assert "ZeroDivisionError" in lines[3]


def test_pools_and_threads_end_without_a_word(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A pool that nobody shut down, and a thread that exits."""

    def program() -> None:
        ThreadPoolExecutor(2).submit(time.sleep, 1)
        threading.Thread(target=sys.exit, args=(3,)).start()

    shop.run({"Kim": program}, minutes=1)
    assert capsys.readouterr().out == ""


def test_more_than_is_kept_is_said(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A cut in what a program prints isn't a hole in what it did; half a character doesn't stop the others' lines."""
    shop.run({"much": lambda: print("x" * 10_000), "enough": lambda: print("\ud800" + "x" * 9_998)}, minutes=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line[9:24] for line in lines] == ["enough: \\ud800x", "much: xxxxxxxxx", "much: (More was"]


# ---- Ends that would be a process's


def exits_at_once(shop: Shop) -> None:
    """Leave without cleaning up: what `finally` sends doesn't arrive."""
    try:
        os._exit(3)
    finally:
        shop.send("never")


def is_killed(shop: Shop) -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def rings(shop: Shop) -> None:
    """End by an alarm that nobody handles."""
    signal.alarm(2)
    time.sleep(9)


def gives_up(shop: Shop) -> None:
    """End a long poll by an alarm."""

    def late(*_: Any) -> None:
        raise TimeoutError("too late")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(9)
    assert signal.alarm(4) == 9
    list(shop.receive())


def terminates_itself(shop: Shop) -> None:
    """Get a SIGTERM from a thread."""
    threading.Timer(1, os.kill, [os.getpid(), signal.SIGTERM]).start()
    time.sleep(9)


def never_gives_in(shop: Shop) -> None:
    """Catch everything, over and over."""
    threading.Timer(1, os._exit, [4]).start()
    while True:
        with suppress(BaseException):
            time.sleep(9)


def says_why(shop: Shop) -> None:
    """Exit with a text."""
    sys.exit("no tape")


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has neither these signals nor alarms.")
def test_a_program_that_ends_its_process_ends_alone(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """The kernel and the other programs go on."""
    ends: dict[Callable[[Shop], None], tuple[str, float]] = {
        exits_at_once: ("ended with exit code 3", 0),
        is_killed: ("ended with exit code 137", 0),
        rings: ("ended with exit code 142", 2),
        gives_up: ("raised", 4),
        terminates_itself: ("was stopped", 1),
        never_gives_in: ("ended with exit code 4", 1),
        says_why: ("ended with exit code 1", 0),
    }
    before = [os._exit, os.kill, os.abort, signal.raise_signal, signal.alarm, signal.getsignal(signal.SIGINT)]
    day = shop.run(
        {each.__name__: (lambda each=each: each(shop)) for each in ends} | {"calm": lambda: time.sleep(20)}, minutes=1
    )
    found = {name: (report.end.how, round(report.end.at)) for name, report in day.programs.items()}
    assert found == {each.__name__: end for each, end in ends.items()} | {"calm": ("returned", 20)}
    assert not day.queues
    assert capsys.readouterr().out.endswith("says_why: no tape\n")
    assert before == [os._exit, os.kill, os.abort, signal.raise_signal, signal.alarm, signal.getsignal(signal.SIGINT)]


def test_a_stop_ends_a_program_that_catches_everything(shop: Shop) -> None:
    """As it ends the process elsewhere, and its calls with it; the others don't wait for it."""

    def deaf() -> None:
        while True:
            with suppress(BaseException):
                list(shop.receive(5))

    day = shop.run({"deaf": deaf, "other": lambda: time.sleep(50)}, minutes=2, stops={"deaf": 20})
    assert (day.programs["deaf"].end.how, day.programs["deaf"].end.at, day.seconds) == ("was stopped", 20, 50)


# ---- Bounds


def spins(shop: Shop) -> None:
    """Never wait."""
    while True:
        pass


def calls_on(shop: Shop) -> None:
    """Poll without a pause."""
    while True:
        list(shop.receive(0))


def waits_on(shop: Shop) -> None:
    """Sleep for no time."""
    while True:
        time.sleep(0)


@pytest.mark.parametrize(
    ("program", "says", "line"),
    [
        (spins, "without waiting", ", in line"),
        (calls_on, "of the run's 50 calls", "yield from"),
        (waits_on, "waited", "time.sleep(0)"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_runaway_is_named(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, program: Callable[[Shop], None], says: str, line: str
) -> None:
    """The sentence has the program and its line; the cloud works on."""
    monkeypatch.setattr(programs, "MOST_CALLS", 50)
    monkeypatch.setattr(programs, "MOST_WAITS", 200)
    monkeypatch.setattr(programs, "MOST_AT_ONCE", 0.15)
    with pytest.raises(CloudError) as stopped:
        shop.run({"calm": lambda: time.sleep(1e5), "wild": lambda: program(shop)}, hours=100)
    assert "'wild'" in str(stopped.value)
    assert says in str(stopped.value)
    assert line in str(stopped.value)
    shop.send("A-100")
    assert list(shop.receive(0))


def test_interrupt_works_at_once_and_leaves_the_cloud_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs end where they wait; the clock and the queue go on."""

    def interrupt(progress: RunProgress, calls: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RunProgress, "show", interrupt)

    def polls() -> None:
        try:
            while True:
                list(shop.receive(1))
        finally:
            shop.say("finally")

    with pytest.raises(KeyboardInterrupt):
        shop.run({"one": polls, "two": polls}, hours=1000)
    assert [words for _, *words in shop.said] == [["finally"]] * 2
    shop.send("A-100")
    assert list(shop.receive(0))
    assert worlds.require().scheduler is None


@pytest.mark.parametrize("when", ["begins", "runs", "ends"])
def test_no_interrupt_is_lost_or_leaves_functions_replaced(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Neither one that comes while a run is put in place or back, nor one whose exception is swallowed."""
    before = [time.sleep, sys.stdout, os.kill, threading.Thread.start]
    swallows = signal.signal(signal.SIGINT, lambda *_: None) if when == "runs" else None
    place: tuple[Any, str] = {
        "begins": (made_before, "places"),  # asked while Python's functions are being replaced
        "runs": (RunProgress, "show"),
        "ends": (Scheduler, "end"),
    }[when]
    plain = getattr(*place)

    def interrupted(*arguments: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return plain(*arguments)

    monkeypatch.setattr(*place, interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            shop.run({"Kim": lambda: time.sleep(1)} if when == "ends" else {"Kim": lambda: waits_on(shop)}, hours=1)
    finally:
        if swallows:
            signal.signal(signal.SIGINT, swallows)
    assert before == [time.sleep, sys.stdout, os.kill, threading.Thread.start]
    assert worlds.require().scheduler is None


def test_one_run_at_a_time(shop: Shop) -> None:
    """Each run replaces Python's functions, so another thread's is refused even before the first one goes."""
    with ThreadPoolExecutor(1) as kernel:
        with programs._one_at_a_time():
            refused = kernel.submit(cloud.run, {"Lee": print}, minutes=1).exception()
        assert str(refused) == programs.ONE_AT_A_TIME
        assert kernel.submit(cloud.run, {"Lee": print}, minutes=1).result().programs["Lee"].end.how == "returned"


@pytest.mark.parametrize(
    ("running", "how", "says"),
    [
        ({}, {"minutes": 1}, "a dictionary of names and functions"),
        ([print], {"minutes": 1}, "a dictionary of names and functions"),
        ({"": print}, {"minutes": 1}, "a dictionary of names and functions"),
        ({str(n): print for n in range(51)}, {"minutes": 1}, "up to 50"),
        ({"Kim": print}, {}, "Say for how long"),
        ({"Kim": print}, {"minutes": -1}, "Say for how long"),
        ({"Kim": print}, {"minutes": float("nan")}, "Say for how long"),
        ({"Kim": print}, {"minutes": float("inf")}, "Say for how long"),
        ({"Kim": print}, {"minutes": "1"}, "Say for how long"),
        ({"Kim": print}, {"minutes": 1, "starts": 5}, "by the programs' names"),
        ({"Kim": print}, {"hours": 1e9}, "year 9998"),
        ({"Kim": 3}, {"minutes": 1}, "needs a function, not 3"),
        ({"Kim": lambda url: url}, {"minutes": 1}, "without arguments"),
        ({"Kim": asyncio.sleep}, {"minutes": 1}, "async"),
        ({"Kim": print}, {"minutes": 1, "starts": {"Lee": 1}}, "starts= names 'Lee'"),
        ({"Kim": print}, {"minutes": 1, "stops": {"Kim": 61}}, "from 0 to the end"),
        ({"Kim": print}, {"minutes": 1, "stops": {"Kim": "soon"}}, "from 0 to the end"),
        ({"Kim": lambda: cloud.run({"Lee": print}, minutes=1)}, {"minutes": 1}, ""),
    ],
)
def test_what_makes_no_run_is_refused(shop: Shop, running: Any, how: dict[str, Any], says: str) -> None:
    """In a sentence that says what to write; a run within a run is an error of the program."""
    if says:
        with pytest.raises(CourseError, match=says):
            cloud.run(running, **how)
    else:
        end = cloud.run(running, **how).programs["Kim"].end
        assert end.how == "raised"
        assert programs.NESTED in end.error


def with_url(function: Callable[[str], None]) -> Callable[[], None]:
    """Return a function that takes nothing, though its signature says what the wrapped one takes."""

    @wraps(function)
    def wrapped() -> None:
        function("url")

    return wrapped


def generator() -> Iterator[int]:
    """Yield, which does nothing by itself."""
    yield 1


async def coroutine() -> None:
    """Do nothing by itself."""


@pytest.mark.parametrize(
    ("program", "error"),
    [
        (
            lambda: clock.advance(60),
            "ClockError: Only a lesson can move the clock. A function that's being checked, or",
        ),
        (lambda: clock.run(), "ClockError: Only a lesson can move the clock"),
        (lambda: start("offline"), "CloudError: A function that's checked, or that cloud.run runs, is in a cloud"),
        (generator, "CloudError: it returned a generator"),
        (lambda: coroutine(), "CloudError: it returned a coroutine"),
        (with_url(lambda url: None), ""),
    ],
)
def test_what_a_program_cannot_do(shop: Shop, program: Callable[[], Any], error: str) -> None:
    """It can't move the clock or start a cloud, and has to do its work itself; the cloud is the same afterwards."""
    world = worlds.require()
    end = shop.run({"Kim": program}, minutes=1).programs["Kim"].end
    assert end.error.startswith(error)
    assert bool(end.error) == bool(error)
    assert worlds.require() is world


def test_other_clouds_say_why_not() -> None:
    """One sentence that says what it would do there."""
    with pytest.raises(CloudError, match="AWS would bill you"):
        Cloud(worlds.World(None, None, None, None), "us-east-1").run({"Kim": print}, minutes=1)  # type: ignore[arg-type]


def test_a_check_can_run_programs_in_its_own_cloud(shop: Shop) -> None:
    """As in a notebook: the run belongs to the world of the thread that begins it."""

    def day() -> dict[str, Any]:
        with worlds.enter(make_world(still=True)) as world:
            sqs = boto3.client("sqs")
            shop.url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
            running = {"web shop": shop.customers, "Kim": shop.packer("A-102"), "Lee": shop.packer()}
            return programs.run(world, running, 300, {}, {}).to_dict()

    one = day()
    assert one == day()
    assert one["programs"]["Lee"]["came_again"] == 1
    assert not cloud.steps()


def test_queues_of_python_between_programs(shop: Shop) -> None:
    """Programs share this kernel's memory, so a queue made before the run connects them."""
    shelf: queue.Queue[int] = queue.Queue()

    def takes() -> None:
        shop.say("took", shelf.get())

    def puts() -> None:
        time.sleep(3)
        shelf.put(1)

    shop.run({"takes": takes, "puts": puts}, minutes=1)
    assert shop.said == [(3, "took", 1)]

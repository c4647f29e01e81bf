"""Several programs side by side in the offline cloud's own time: the order of events, how programs end, and bounds."""

import asyncio
import json
import math
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from time import sleep as sleep_by_name
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, start
from helpers.backends import programs
from helpers.backends.base import Cloud
from helpers.backends.offline.offline_cloud import make_world
from helpers.backends.run_progress import RunProgress
from helpers.backends.run_report import RunReport
from helpers.backends.run_story import name_of
from helpers.backends.running import COMPARED
from helpers.errors import CloudError, CourseError
from helpers.simulation import worlds

_LOCK = threading.Lock()  # made before any run


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
    assert calls > 10
    assert json.loads(json.dumps(day.to_dict())) == day.to_dict()
    assert "poison" in repr(day)
    assert "<" in day._repr_html_()


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


MEMBERS: dict[Callable[[Shop], None], list[tuple[Any, ...]]] = {
    heartbeats: [(45.03, "beat"), (85.06, "beat"), (125.09, "beat"), (155.03, "deleted")],
    coroutines: [(4, "tick"), (5, "polled", 1), (8, "tick"), (12, "tick")],
    pools: [(15.03, "packed"), (15.06, "packed"), (25.06, "packed")],
    timers: [(5, "polled", 1), (7, "timer")],
    conditions: [(8, "waited", True)],
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


@pytest.mark.parametrize(
    ("running", "how", "says"),
    [
        ({}, {"minutes": 1}, "by their names"),
        ([print], {"minutes": 1}, "by their names"),
        ({"": print}, {"minutes": 1}, "by their names"),
        ({str(n): print for n in range(51)}, {"minutes": 1}, "up to 50"),
        ({"Kim": print}, {}, "Say for how long"),
        ({"Kim": print}, {"minutes": -1}, "Say for how long"),
        ({"Kim": print}, {"minutes": float("nan")}, "Say for how long"),
        ({"Kim": print}, {"minutes": float("inf")}, "Say for how long"),
        ({"Kim": print}, {"hours": 1e9}, "year 9998"),
        ({"Kim": 3}, {"minutes": 1}, "is no function"),
        ({"Kim": lambda url: url}, {"minutes": 1}, "takes nothing"),
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


def test_a_program_cannot_move_the_clock(shop: Shop) -> None:
    """It sleeps."""
    end = shop.run({"Kim": lambda: clock.advance(60)}, minutes=1).programs["Kim"].end
    assert end.error.startswith("ClockError")
    assert "cloud.run" in end.error


def test_other_clouds_say_why_not() -> None:
    """One sentence that says what it would do there."""
    with pytest.raises(CloudError, match="billed"):
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

"""The clock, alone and under SQS: what it moves, what it holds still, and what it leaves alone."""

import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import IPython
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from helpers import clock, cloud, start
from helpers.aws_rules.sqs import receiving
from helpers.backends.base import Cloud
from helpers.errors import ClockError, CloudError
from helpers.simulation import clock as clocks
from helpers.simulation import frozen_sleep, worlds
from helpers.simulation.clock import START, Clock, RealClock

Receive = Callable[..., list[str]]


@pytest.fixture
def real_seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The real time under a running clock: a list whose last entry it is, so that a test can set it."""
    seconds = [1000.0]
    monkeypatch.setattr(clocks, "_monotonic", lambda: seconds[-1])
    return seconds


@pytest.fixture
def real_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The lengths of the real sleeps that were asked for; none is slept."""
    slept: list[float] = []
    monkeypatch.setattr(clocks, "_sleep", slept.append)
    monkeypatch.setattr(frozen_sleep, "_real_sleep", slept.append)
    return slept


def passed() -> float:
    """Return the seconds since the start of the offline cloud, by its clock, to the microsecond."""
    return round(clock.time() - START.timestamp(), 6)


# ---- The clock alone


def test_a_clock_starts_at_one_fixed_moment(real_seconds: list[float]) -> None:
    """Every clock starts on Monday, 5 January 2026, at 09:00 UTC, and shows that."""
    new = Clock()
    assert new.now() == datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
    assert new.time() == new.now().timestamp()
    assert repr(new) == "The clock says Mon 05 Jan 2026, 09:00:00 UTC"


def test_a_clock_runs_in_cells_and_stands_between_them(real_seconds: list[float]) -> None:
    """It stands until a cell begins; then real time passes in it, until the cell ends, and again from there on."""
    new = Clock()
    real_seconds.append(1010)
    assert new.now() == START
    new.cell_begins()
    real_seconds.append(1013)
    assert new.now() == START + timedelta(seconds=3)
    new.cell_begins()  # has begun already
    real_seconds.append(1014)
    new.cell_ends()
    real_seconds.append(5000)
    assert new.now() == START + timedelta(seconds=4)
    new.cell_ends()  # has ended already
    new.cell_begins()
    real_seconds.append(5001)
    assert new.now() == START + timedelta(seconds=5)


@pytest.mark.parametrize("in_a_cell", [True, False])
def test_a_clock_can_run_between_cells(real_seconds: list[float], in_a_cell: bool) -> None:
    """After `run`, called in a cell or in a callback, time passes when no cell runs; after `stand` it doesn't."""
    new = Clock()
    new.cell_begins()
    if not in_a_cell:
        new.cell_ends()
    assert new.run() is new
    new.cell_ends()
    real_seconds.append(1100)
    new.cell_begins()
    real_seconds.append(1200)
    assert new.now() == START + timedelta(seconds=200)
    if not in_a_cell:
        new.cell_ends()
    assert new.stand() is new
    assert new.runs is in_a_cell
    new.cell_ends()
    real_seconds.append(5000)
    assert new.now() == START + timedelta(seconds=200)
    new.cell_begins()
    real_seconds.append(5001)
    assert new.now() == START + timedelta(seconds=201)


@pytest.mark.parametrize("still", [True, False])
def test_a_clock_says_whether_it_runs_between_cells(real_seconds: list[float], still: bool) -> None:
    """It does once that was chosen, and a frozen clock in the same words, so that a stored output repeats."""
    new = Clock(still)
    new.cell_begins()
    assert repr(new) == "The clock says Mon 05 Jan 2026, 09:00:00 UTC"
    assert repr(new.run()) == "The clock says Mon 05 Jan 2026, 09:00:00 UTC. It also runs between cells."
    assert repr(new.stand()) == "The clock says Mon 05 Jan 2026, 09:00:00 UTC. It stands still between cells."


def test_a_still_clock_does_not_run(real_seconds: list[float]) -> None:
    """A still clock stands in a cell and after `run`; only advance and sleep move it."""
    still = Clock(still=True)
    still.cell_begins()
    still.run()
    real_seconds.append(9999)
    assert still.now() == START
    still.sleep(2.5)
    assert still.now() == START + timedelta(seconds=2.5)


@pytest.mark.parametrize(
    ("units", "length"),
    [
        ({"seconds": 31}, timedelta(seconds=31)),
        ({"minutes": 5}, timedelta(minutes=5)),
        ({"hours": 12}, timedelta(hours=12)),
        ({"days": 14}, timedelta(days=14)),
        ({"seconds": 0.5, "minutes": 1, "hours": 1, "days": 1}, timedelta(1, 3660.5)),
        ({}, timedelta(0)),
    ],
)
def test_advance_takes_every_unit(units: dict[str, float], length: timedelta) -> None:
    """Seconds, minutes, hours and days, alone and together, move the clock by just that; advance returns the clock."""
    new = Clock()
    assert new.advance(**units) is new
    assert new.now() == START + length


def test_advance_moves_a_running_clock(real_seconds: list[float]) -> None:
    """A running clock is moved, too, and goes on running."""
    new = Clock()
    new.cell_begins()
    real_seconds.append(1001)
    new.advance(60)
    real_seconds.append(1002)
    assert new.now() == START + timedelta(seconds=62)


@pytest.mark.parametrize("units", [{"seconds": -1}, {"minutes": 1, "seconds": -61}, {"days": -14}])
@pytest.mark.parametrize("kind", [Clock, RealClock])
def test_a_clock_never_goes_back(kind: type, units: dict[str, float], real_sleeps: list[float]) -> None:
    """A length below zero is refused with ClockError, in whatever units, and nothing moves."""
    new = kind()
    before = new.now()
    with pytest.raises(ClockError, match="only goes forward"):
        new.advance(**units)
    assert real_sleeps == []
    if kind is Clock:
        assert new.now() == before


def test_real_time_cannot_be_moved(real_sleeps: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    """RealClock waits a short length really; of one beyond its limit it says that it did not wait, and what to do."""
    real = RealClock()
    assert real.advance(31) is real
    assert real.advance(minutes=2) is real
    assert real_sleeps == [31, 120]
    assert capsys.readouterr().out == ""
    assert real.advance(hours=12) is real
    assert capsys.readouterr().out == (
        "On this cloud, time can't be moved, and a real wait of 12:00:00 is longer than the limit of 120 seconds. I "
        "skipped the wait, so what follows shows things as they are now. To really wait: clock.limit = 43200\n"
    )
    assert real_sleeps == [31, 120]
    real.limit = 43200
    real.advance(hours=12)
    assert real_sleeps == [31, 120, 43200]


def test_a_loop_over_waits_that_are_not_waited_ends(real_sleeps: list[float]) -> None:
    """The eleventh wait of one length is an error that says what to do; other lengths and the next cell begin anew."""
    real = RealClock()
    for seconds in range(200, 230):
        real.advance(seconds)
    for _ in range(2):
        real.cell_begins()
        for _ in range(10):
            real.advance(hours=1)
        with pytest.raises(ClockError, match=r"A loop may be waiting .* or have it really wait: clock\.limit = 3600"):
            real.advance(hours=1)
    assert real_sleeps == []


def test_real_time_is_the_machines(monkeypatch: pytest.MonkeyPatch, real_sleeps: list[float]) -> None:
    """RealClock tells the machine's time, sleeps really, and the end of a cell doesn't change that."""
    monkeypatch.setattr(clocks, "_wall", lambda: 86400.0)
    real = RealClock()
    real.cell_ends()
    assert real.now() == datetime(1970, 1, 2, tzinfo=timezone.utc)
    real.cell_begins()
    real.sleep(3)
    assert real_sleeps == [3]


def test_real_time_runs_whatever_is_chosen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """RealClock says that it runs; asked to stand, it prints that it can't."""
    monkeypatch.setattr(clocks, "_wall", lambda: 86400.0)
    real, runs = RealClock(), "The clock says Fri 02 Jan 1970, 00:00:00 UTC. It also runs between cells."
    assert repr(real.run()) == runs
    assert capsys.readouterr().out == ""
    assert repr(real.stand()) == runs
    assert capsys.readouterr().out == "On this cloud, time can't be stopped. It passes between cells, too.\n"


def test_without_a_cloud_there_is_no_clock(no_cloud: None) -> None:
    """Before start() the learner's clock says that no cloud runs, and how to start one."""
    assert "no clock" in repr(clock)
    with pytest.raises(CloudError, match=r"start\(\)"):
        clock.advance(1)


# ---- The clock of the running cloud


def test_the_learners_clock_is_the_running_clouds(offline: Cloud) -> None:
    """`clock` is the clock of the cloud that runs now: after another start() it is at the beginning again."""
    clock.advance(days=1)
    assert repr(clock) == "The clock says Tue 06 Jan 2026, 09:00:00 UTC"
    assert offline.world.clock.time() == clock.time()
    start()
    assert passed() == 0


def test_start_lets_the_clock_run(no_cloud: None, real_seconds: list[float]) -> None:
    """Where no outputs are compared, time passes from start() on."""
    start()
    real_seconds.append(1007)
    assert passed() == 7


def test_sleep_moves_a_still_clock(offline: Cloud, real_sleeps: list[float]) -> None:
    """In still time time.sleep moves the cloud's clock and returns at once; the machine's own time is left alone."""
    wall, real_now = time.time(), datetime.now(timezone.utc)
    time.sleep(3600)
    assert passed() == 3600
    assert real_sleeps == []
    assert abs(time.time() - wall) < 60
    assert abs(datetime.now(timezone.utc) - real_now) < timedelta(seconds=60)


def test_sleep_in_another_thread_is_real(offline: Cloud, real_sleeps: list[float]) -> None:
    """In still time only the cell's own sleep moves the clock: the kernel's helper threads really sleep."""
    thread = threading.Thread(target=lambda: time.sleep(5))
    thread.start()
    thread.join()
    assert real_sleeps == [5]
    assert passed() == 0


def test_sleep_between_cells_is_real(offline: Cloud, real_sleeps: list[float]) -> None:
    """A kernel that sleeps after a cell, as ipykernel does, doesn't move the clock."""
    clock.cell_ends()
    clock.run()  # changes nothing in still time
    time.sleep(0.0005)
    assert real_sleeps == [0.0005]
    clock.cell_begins()
    time.sleep(31)
    assert passed() == 31


def test_sleep_is_real_while_the_clock_runs(no_cloud: None, real_sleeps: list[float]) -> None:
    """Where no outputs are compared, time.sleep sleeps."""
    start()
    time.sleep(5)
    assert real_sleeps == [5]


def test_sleep_in_a_callback_ends(no_cloud: None, real_seconds: list[float], real_sleeps: list[float]) -> None:
    """Where no outputs are compared, time.sleep between cells sleeps too, though the clock stands meanwhile."""
    start().world.clock.cell_ends()
    time.sleep(5)
    assert real_sleeps == [5]
    assert passed() == 0


def test_sleep_refuses_a_negative_length_as_ever(offline: Cloud) -> None:
    """In still time time.sleep(-1) raises Python's own ValueError."""
    with pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


# ---- SQS follows the clock


def test_a_lease_ends_by_the_clock(sqs: Any, queue_url: str, receive: Receive) -> None:
    """A received message is hidden for 30 seconds, the visibility timeout, of the clock's time; then it comes again."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    assert receive() == ["book"]
    clock.advance(29.99)
    assert receive() == []
    clock.advance(0.02)
    assert receive() == ["book"]


def test_the_longest_lease_can_be_jumped_over(sqs: Any, queue_url: str, receive: Receive) -> None:
    """The longest visibility timeout, 12 hours, ends after 12 hours of the clock's time and not before."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    assert receive(VisibilityTimeout=12 * 3600) == ["book"]
    clock.advance(hours=11, minutes=59, seconds=59)
    assert receive() == []
    clock.advance(1.002)
    assert receive() == ["book"]


def test_a_delay_ends_by_the_clock(sqs: Any, queue_url: str, receive: Receive) -> None:
    """A message with the longest delay, 15 minutes, arrives after 15 minutes of the clock's time and not before."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book", DelaySeconds=900)
    clock.advance(minutes=14, seconds=59)
    assert receive() == []
    clock.advance(1.002)
    assert receive() == ["book"]


def test_retention_ends_by_the_clock(sqs: Any, queue_url: str, receive: Receive) -> None:
    """A message is kept for the longest retention, 14 days, of the clock's time; after that it does not come again."""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"MessageRetentionPeriod": str(14 * 86400)})
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    clock.advance(days=13, hours=23, minutes=59)
    assert receive(VisibilityTimeout=0) == ["book"]
    clock.advance(minutes=1)
    assert receive() == []


def test_moments_in_answers_are_the_clocks(sqs: Any, queue_url: str) -> None:
    """SentTimestamp and the moment in the journal are the clock's time; the signature's date is the machine's."""
    clock.advance(hours=1)
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    message = sqs.receive_message(QueueUrl=queue_url, MessageSystemAttributeNames=["SentTimestamp"])["Messages"][0]
    assert int(message["Attributes"]["SentTimestamp"]) == (START + timedelta(hours=1)).timestamp() * 1000
    sent = cloud.calls()[-2]
    assert sent.at == START + timedelta(hours=1)
    signed = sent.exchanges[0].headers["x-amz-date"]
    assert abs(datetime.strptime(signed, "%Y%m%dT%H%M%S%z") - datetime.now(timezone.utc)) < timedelta(minutes=5)


# ---- Long polls


def test_an_empty_long_poll_ends_to_the_second(receive: Receive, real_sleeps: list[float]) -> None:
    """In still time an empty poll of 20 seconds ends at once, and the clock is just 20 seconds on."""
    assert receive(WaitTimeSeconds=20) == []
    assert clock.time() == START.timestamp() + 20
    assert real_sleeps == []


def test_the_queues_own_wait_is_a_long_poll_too(sqs: Any, queue_url: str, receive: Receive) -> None:
    """ReceiveMessageWaitTimeSeconds of the queue makes each receive a long poll of that length."""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"ReceiveMessageWaitTimeSeconds": "7"})
    assert receive() == []
    assert clock.time() == START.timestamp() + 7


def test_a_short_poll_takes_no_time(receive: Receive) -> None:
    """An empty receive without a wait does not move the clock."""
    assert receive() == []
    assert clock.time() == START.timestamp()


def test_a_long_poll_ends_when_a_delayed_message_arrives(sqs: Any, queue_url: str, receive: Receive) -> None:
    """It ends when the message's delay is over, to 2 ms, and brings the message."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="later", DelaySeconds=15)
    sqs.send_message(QueueUrl=queue_url, MessageBody="book", DelaySeconds=5)
    assert receive(WaitTimeSeconds=20, MaxNumberOfMessages=10) == ["book"]
    assert 5 <= passed() <= 5.002


def test_a_long_poll_ends_when_a_hidden_message_comes_back(sqs: Any, queue_url: str, receive: Receive) -> None:
    """It ends when another consumer's visibility timeout is over, to 2 ms, and brings the message."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    assert receive(VisibilityTimeout=8) == ["book"]
    clock.advance(1)
    assert receive(WaitTimeSeconds=20) == ["book"]
    assert 8 <= passed() <= 8.002


def test_a_long_poll_does_not_wait_for_what_comes_later(sqs: Any, queue_url: str, receive: Receive) -> None:
    """A message that becomes visible only after the poll's end does not lengthen it."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book", DelaySeconds=60)
    assert receive(WaitTimeSeconds=20) == []
    assert clock.time() == START.timestamp() + 20


@pytest.fixture
def polling(no_cloud: None, real_seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A cloud whose clock runs only when the test makes it run; the event tells that a long poll has begun to wait."""
    waits = threading.Event()
    monkeypatch.setattr(receiving, "_STEP", 0.005)
    start()
    accounts = worlds.require().accounts
    plain = accounts.wait

    def wait(number: str, seconds: float) -> None:
        waits.set()
        plain(number, seconds)

    monkeypatch.setattr(accounts, "wait", wait)
    return waits


def poll_in_a_thread(sqs: Any, url: str) -> tuple[threading.Thread, list[Any]]:
    """Start a long poll of 20 seconds in a thread of its own; return the thread and the list that gets its messages."""
    messages: list[Any] = []

    def poll() -> None:
        reply = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        messages.append([message["Body"] for message in reply.get("Messages", [])])

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    return thread, messages


def test_advance_ends_a_long_poll_of_another_thread(polling: threading.Event) -> None:
    """Where the clock runs, a long poll waits; when the clock is moved to its end meanwhile, it ends."""
    sqs = boto3.client("sqs")
    thread, messages = poll_in_a_thread(sqs, sqs.create_queue(QueueName="orders")["QueueUrl"])
    assert polling.wait(10)
    clock.advance(19)
    polling.clear()
    assert polling.wait(10)  # it looked at the clock, and waits again
    assert messages == []
    clock.advance(1)
    thread.join(10)
    assert messages == [[]]


def test_advance_brings_a_delayed_message_to_a_long_poll(polling: threading.Event) -> None:
    """A long poll of another thread gets the message whose delay ends when the clock is moved."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="book", DelaySeconds=15)
    thread, messages = poll_in_a_thread(sqs, url)
    assert polling.wait(10)
    clock.advance(15.001)
    thread.join(10)
    assert messages == [["book"]]


def test_a_message_ends_a_long_poll_of_another_thread(polling: threading.Event) -> None:
    """A long poll of another thread gets a message at once that is sent meanwhile, with no time passing."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    thread, messages = poll_in_a_thread(sqs, url)
    assert polling.wait(10)
    sqs.send_message(QueueUrl=url, MessageBody="book")
    thread.join(10)
    assert messages == [["book"]]
    assert passed() == 0


def test_a_long_poll_between_cells_says_that_it_would_wait_forever(no_cloud: None, real_seconds: list[float]) -> None:
    """In the kernel's own thread, as in a widget's callback, it would block the next cell. A message is received."""
    start()
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="book")
    clock.cell_ends()
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"] == "book"
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    with pytest.raises(ClockError) as problem:
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert str(problem.value) == (
        "No cell is running, so the clock stands still and this long poll would wait forever. clock.run() lets time "
        "pass between cells, too."
    )


@pytest.fixture
def time_passes(polling: threading.Event, real_seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The lengths of a long poll's real waits. None is waited; so much real time has passed then."""
    waited: list[float] = []

    def wait(number: str, seconds: float) -> None:
        waited.append(seconds)
        real_seconds.append(real_seconds[-1] + seconds)

    monkeypatch.setattr(worlds.require().accounts, "wait", wait)
    monkeypatch.setattr(receiving, "_STEP", 1)
    return waited


def test_a_long_poll_between_cells_ends_when_the_clock_runs(time_passes: list[float]) -> None:
    """After `clock.run()` a callback's long poll waits in real time, as on AWS; after `clock.stand()` it's refused."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    clock.cell_ends()
    clock.run()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    assert passed() == sum(time_passes) == 20
    clock.stand()
    with pytest.raises(ClockError):
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)


def test_a_long_poll_of_another_thread_waits_for_the_next_cell(
    polling: threading.Event, real_seconds: list[float]
) -> None:
    """Between cells it goes on waiting while its time stands, and it ends in a cell that joins its thread."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    clock.cell_ends()
    thread, messages = poll_in_a_thread(sqs, url)
    for _ in range(2):
        polling.clear()
        real_seconds.append(real_seconds[-1] + 1000)
        assert polling.wait(10)
    assert messages == []
    clock.cell_begins()
    real_seconds.append(real_seconds[-1] + 20)
    thread.join(10)
    assert messages == [[]]
    assert passed() == 20


def test_a_long_poll_that_is_nearly_over_does_not_spin(time_passes: list[float]) -> None:
    """With a millisecond left while time stands, another thread looks at the clock no more often than otherwise."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})["QueueUrl"]
    waited, wait = time_passes, worlds.require().accounts.wait

    def stops(number: str, seconds: float) -> None:
        if len(waited) == 1:
            clock.advance(18.999)
            clock.cell_ends()
        if len(waited) == 4:
            clock.cell_begins()
        wait(number, seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds.require().accounts, "wait", stops)
        thread, messages = poll_in_a_thread(sqs, url)
        thread.join(10)
    assert messages == [[]]
    assert waited[:4] == [1, 1, 1, 1]


# ---- What IPython tells


@pytest.fixture
def shell(
    no_cloud: None, real_seconds: list[float], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> InteractiveShell:
    """A shell whose cells can `wait`, which lets a second of real time pass, and in which a cloud was started."""
    monkeypatch.setattr(HistoryManager, "enabled", False)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # which a shell replaces
    shell = InteractiveShell(ipython_dir=str(tmp_path))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    shell.user_ns["wait"] = lambda: real_seconds.append(real_seconds[-1] + 1)
    shell.run_cell("from helpers import clock, start; start(); wait()").raise_error()
    shell.user_ns["wait"]()
    return shell


def test_time_passes_in_a_shells_cells_alone(shell: InteractiveShell) -> None:
    """It does so from start() on, in the cell that calls it and in later ones, whether they end well or not."""
    assert passed() == 1
    for cell in ("wait()", "wait(); 1 / 0"):
        shell.run_cell(cell, silent=False)
        shell.user_ns["wait"]()
    assert passed() == 3
    shell.run_cell("")
    assert not clock.runs


def test_time_passes_to_the_end_of_a_cell_that_runs_others(shell: InteractiveShell) -> None:
    """The end of a cell that was run by a cell, as %%capture does it, isn't the end of the outer one."""
    shell.user_ns["shell"] = shell
    shell.run_cell("shell.run_cell('wait()'); shell.run_cell(''); wait()").raise_error()
    assert passed() == 3
    shell.user_ns["wait"]()
    assert passed() == 3


def test_a_learner_lets_time_pass_between_cells(shell: InteractiveShell) -> None:
    """`clock.run()` in a cell does so until another one calls `clock.stand()`; a new cloud's time stands again."""
    shell.run_cell("clock.run()")
    shell.user_ns["wait"]()
    shell.run_cell("clock.stand(); wait()")
    shell.user_ns["wait"]()
    assert passed() == 3
    shell.run_cell("clock.run(); start()")
    shell.user_ns["wait"]()
    assert passed() == 0


def test_a_cloud_that_a_callback_starts_stands_until_the_next_cell(shell: InteractiveShell) -> None:
    """Its time doesn't run on between cells because no cell has begun."""
    start()
    shell.user_ns["wait"]()
    assert passed() == 0
    shell.run_cell("wait()")
    assert passed() == 1


# ---- Retries


@pytest.mark.parametrize("mode", ["standard", "legacy"])
def test_retries_move_a_still_clock_alike_each_time(offline: Cloud, mode: str) -> None:
    """What botocore waits between retries is drawn, but the same in each run, so that a still clock can be compared."""
    moments = []
    for _ in range(2):
        start()
        lost = boto3.client("sqs", region_name="xx-nowhere-1", config=Config(retries={"mode": mode}))
        with pytest.raises(EndpointConnectionError):
            lost.list_queues()
        moments.append(passed())
    assert moments[0] == moments[1] > 0

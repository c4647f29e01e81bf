"""Nothing that waits while a clock is held, between cells, keeps the kernel from the next cell."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from helpers import clock, show, start
from helpers.aws_rules.sqs import receiving
from helpers.backends.base import Cloud
from helpers.errors import ClockError
from helpers.simulation import clock as clocks
from helpers.simulation import kernel_threads


@pytest.fixture
def between_cells(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """A cloud after a cell: its clock is held. A long poll looks around it every millisecond."""
    monkeypatch.setattr(receiving, "_STEP", 0.001)
    cloud = start()
    boto3.client("sqs").create_queue(QueueName="orders", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
    cloud.world.clock.cell_ends()
    yield cloud
    cloud.world.clock.cell_begins()
    cloud.world.clock.advance(60)


def poll() -> dict[str, Any]:
    """Receive from a queue whose receives are long polls."""
    sqs = boto3.client("sqs")
    return sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"])


def in_the_loop(work: Any) -> None:
    """Do this as the kernel does it: in its main thread's event loop."""

    async def callback() -> None:
        work()

    asyncio.run(callback())


def test_a_long_poll_of_a_callback_says_why_it_ends(between_cells: Cloud) -> None:
    """A button's callback that receives with a long poll gets an error, whose sentence names the remedy."""
    with pytest.raises(ClockError, match=r"this long poll would wait forever\. clock\.run\(\) lets time pass"):
        in_the_loop(poll)


def test_a_long_poll_of_a_task_says_why_it_ends(between_cells: Cloud) -> None:
    """A task that goes on after the cell that made it gets the same error, and the loop goes on."""

    async def cell() -> list[Any]:
        task = asyncio.create_task(asyncio.to_thread(int)), asyncio.create_task(consumer())
        return await asyncio.gather(*task, return_exceptions=True)

    async def consumer() -> None:
        await asyncio.sleep(0)
        poll()

    number, problem = asyncio.run(cell())
    assert number == 0
    assert str(problem) == clocks.WAITS_FOREVER


def test_a_subshell_of_the_kernel_is_no_place_to_wait(between_cells: Cloud) -> None:
    """JupyterLab has widgets' callbacks run in a thread of ipykernel's; a long poll there would freeze all widgets."""
    found: list[BaseException] = []

    class Subshell(threading.Thread):
        __module__ = "ipykernel.subshell"

        def run(self) -> None:
            try:
                poll()
            except ClockError as problem:
                found.append(problem)

    thread = Subshell()
    thread.start()
    thread.join(10)
    assert [str(problem) for problem in found] == [clocks.WAITS_FOREVER]


def test_a_callback_that_waits_for_a_polling_thread_goes_on(between_cells: Cloud) -> None:
    """Where the kernel waits for the thread that waits for the next cell, the thread's long poll ends with an error."""
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(poll)
        with pytest.raises(ClockError, match="would wait forever"):
            waiting.result(10)


@pytest.mark.parametrize("begun_in_a_cell", [True, False])
def test_a_thread_that_nobody_waits_for_waits_for_the_next_cell(
    between_cells: Cloud, monkeypatch: pytest.MonkeyPatch, begun_in_a_cell: bool
) -> None:
    """A consumer in a thread stays where it is between cells as long as the kernel is free. It goes on in the next."""
    looks = 0
    enough, found = threading.Event(), list[Any]()

    class Awaited(kernel_threads.Awaited):
        def __call__(self) -> bool:
            nonlocal looks
            looks += 1
            if looks == 3 * kernel_threads._LOOKS:
                enough.set()
            return super().__call__()

    monkeypatch.setattr(receiving, "Awaited", Awaited)
    thread = threading.Thread(target=lambda: found.append(poll()))
    if begun_in_a_cell:
        between_cells.world.clock.cell_begins()
    thread.start()
    between_cells.world.clock.cell_ends()
    asyncio.run(asyncio.wait_for(_until(enough), 10))  # the kernel's main thread is in its event loop
    assert thread.is_alive()
    between_cells.world.clock.cell_begins()
    between_cells.world.clock.advance(20)
    thread.join(10)
    assert ["Messages" in reply for reply in found] == [False]


async def _until(event: threading.Event) -> None:
    while not event.is_set():
        await asyncio.sleep(0.001)


def test_a_loop_that_looks_at_the_time_ends(between_cells: Cloud) -> None:
    """A callback that waits in a loop for a time that never comes gets an error."""

    def wait() -> None:
        deadline = clock.time() + 30
        while clock.time() < deadline:
            pass

    with pytest.raises(ClockError, match=r"this loop would wait forever\. clock\.run\(\) lets time pass"):
        in_the_loop(wait)


def test_a_loop_that_sleeps_between_its_looks_ends_sooner(
    between_cells: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends after ten real seconds and some looks, whether it looks at the clock or for a message."""
    real, looks = [0.0], 0
    monkeypatch.setattr(clocks, "_monotonic", lambda: real[-1])

    def wait() -> None:
        nonlocal looks
        sqs = boto3.client("sqs")
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        while "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0):
            looks += 1
            real.append(real[-1] + 1)

    with pytest.raises(ClockError, match="this loop would wait forever"):
        in_the_loop(wait)
    assert looks == 11


def test_looks_that_do_not_loop_are_free(between_cells: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that lets the loop go on between its looks isn't stopped, nor is code that moves the clock itself."""

    async def task() -> None:
        for _ in range(2 * clocks._MOST_LOOKS):
            clock.now()
            await asyncio.sleep(0)

    def steps() -> None:
        for _ in range(2 * clocks._MOST_LOOKS):
            clock.now()
            clock.advance(0.001)

    asyncio.run(task())
    in_the_loop(steps)


def test_a_picture_of_a_queue_with_long_polls_waits_for_nothing(between_cells: Cloud) -> None:
    """show.queue makes no call that waits, in a callback too."""
    url = boto3.client("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    assert "orders" in repr(show.queue(url))

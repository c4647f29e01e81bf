"""Random programs side by side: none hangs, nothing is lost that SQS wouldn't lose, and each run is the same twice."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from helpers import cloud, start

hypothesis = pytest.importorskip("hypothesis", reason="the extra `properties` is not installed")

from hypothesis import Phase, given, settings, strategies  # noqa: E402

pytestmark = pytest.mark.properties
MINUTES = 20
_LOCK = threading.Lock()
SECONDS = strategies.sampled_from([0, 0.01, 1, 5, 29.99, 30, 31, 300])
PLAIN = strategies.one_of(
    strategies.tuples(strategies.just("sleep"), SECONDS),
    strategies.tuples(strategies.just("send"), strategies.integers(1, 3)),
    strategies.tuples(strategies.just("delay"), strategies.integers(0, 60)),
    strategies.tuples(
        strategies.sampled_from(["take", "take", "take", "peek"]), strategies.sampled_from([0, 1, 5, 20])
    ),
    strategies.tuples(strategies.just("hold"), SECONDS),
    strategies.tuples(strategies.just("crash"), strategies.just(0)),
)
WITH_THREADS = strategies.one_of(
    PLAIN,
    strategies.tuples(
        strategies.sampled_from(["thread", "daemon", "timer", "pool"]), strategies.lists(PLAIN, max_size=4)
    ),
)
PROGRAM = strategies.tuples(
    strategies.lists(WITH_THREADS, min_size=1, max_size=8),
    strategies.booleans(),
    strategies.sampled_from([0, 0, 60, 601]),
)
STORM = strategies.lists(PROGRAM, min_size=1, max_size=6)


class Storm:
    """A fresh cloud with a queue of orders, and programs that do what was drawn."""

    def __init__(self) -> None:
        start("offline")
        self.sqs, self.sent = boto3.client("sqs"), 0
        attributes = {"VisibilityTimeout": "30"}
        self.url = self.sqs.create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]

    def do(self, steps: list[Any]) -> None:
        """Do these steps, one after another."""
        for what, how in steps:
            getattr(self, what)(how)

    def program(self, steps: list[Any], forever: bool) -> Callable[[], None]:
        """Return a program that does the steps once, or over and over with a pause."""

        def program() -> None:
            self.do(steps)
            while forever:
                time.sleep(45)
                self.do(steps)

        return program

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def send(self, count: int) -> None:
        """Send so many orders."""
        for _ in range(count):
            self.delay(0)

    def delay(self, seconds: int) -> None:
        """Send an order that's hidden for so many seconds."""
        self.sent += 1
        self.sqs.send_message(QueueUrl=self.url, MessageBody=f"A-{self.sent}", DelaySeconds=seconds)

    def take(self, wait: int) -> None:
        """Receive an order, pack it, delete it."""
        for message in self.peek(wait):
            time.sleep(1)
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def peek(self, wait: int) -> list[Any]:
        """Receive an order, and leave it."""
        return self.sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=wait).get("Messages", [])

    def hold(self, seconds: float) -> None:
        """Hold a lock that all programs share."""
        with _LOCK:
            time.sleep(seconds)

    def crash(self, _: int) -> None:
        """Raise an exception."""
        raise ValueError("a storm")

    def thread(self, steps: list[Any], daemon: bool = False) -> None:
        """Do the steps in a thread."""
        threading.Thread(target=self.do, args=(steps,), daemon=daemon).start()

    def daemon(self, steps: list[Any]) -> None:
        """Do the steps in a daemon thread."""
        self.thread(steps, daemon=True)

    def timer(self, steps: list[Any]) -> None:
        """Do the steps later."""
        threading.Timer(7, self.do, [steps]).start()

    def pool(self, steps: list[Any]) -> None:
        """Do the steps in a pool of two."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda step: self.do([step]), steps))

    def run(self, drawn: list[Any]) -> dict[str, Any]:
        """Run them; return the report, and how many messages are left."""
        running = {f"P{n}": self.program(steps, forever) for n, (steps, forever, _) in enumerate(drawn)}
        stops = {f"P{n}": stop for n, (_, _, stop) in enumerate(drawn) if stop}
        report = cloud.run(running, minutes=MINUTES, stops=stops).to_dict()
        names = ["", "NotVisible", "Delayed"]
        attributes = [f"ApproximateNumberOfMessages{name}" for name in names]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=attributes)["Attributes"]
        return report | {"left": sum(map(int, found.values()))}


@settings(phases=[Phase.generate], derandomize=True, database=None, deadline=None, print_blob=False, max_examples=200)
@given(drawn=STORM)
def test_a_storm(drawn: list[Any]) -> None:
    """Two hundred runs of up to six programs."""
    before = threading.active_count()
    one, two = Storm().run(drawn), Storm().run(drawn)
    assert one == two
    queue = one["queues"].get("orders", {"sent": 0, "deleted": 0})
    assert queue["sent"] == sum(program["sent"] for program in one["programs"].values())
    assert queue["sent"] == queue["deleted"] + one["left"]
    assert threading.active_count() == before
    assert json.dumps(one)

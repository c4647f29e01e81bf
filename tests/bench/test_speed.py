"""The offline cloud against plain moto, side by side in one process, in CPU seconds. The margins are wide."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from behaviours.labs import Lab, MotoLab, OfflineLab

THOUSAND = 1_000


def per_second(make_lab: Callable[[], Any], work: Callable[[Lab, int], float], count: int) -> float:
    """Return how often a second a fresh cloud of this kind does the work."""
    with make_lab() as lab:
        return count / work(lab, count)


def round_trips(lab: Lab, count: int) -> float:
    """Send, receive and delete so many messages; return the seconds that it took."""
    sqs, url = lab.sqs, lab.queue()
    started = time.process_time()
    for _ in range(count):
        sqs.send_message(QueueUrl=url, MessageBody="order")
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return time.process_time() - started


def receives_of_a_long_queue(lab: Lab, count: int) -> float:
    """Receive ten messages, so many times, from a queue of a thousand; return the seconds that it took."""
    sqs, url = lab.sqs, lab.queue()
    for _ in range(THOUSAND // 10):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "order"} for n in range(10)])
    started = time.process_time()
    for _ in range(count):
        assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 10
    return time.process_time() - started


@pytest.mark.parametrize(
    ("work", "count", "times"),
    [(round_trips, 60, 1), pytest.param(receives_of_a_long_queue, 3, 20, marks=pytest.mark.full)],
)
def test_the_offline_cloud_is_at_least_so_much_faster_than_plain_moto(work: Any, count: int, times: int) -> None:
    """As many round trips a second as plain moto, and twenty times as many receives from a queue of a thousand."""
    moto, offline = (per_second(lab, work, count) for lab in (MotoLab, OfflineLab))
    print(f"\n{work.__name__}: plain moto {moto:.0f}/s, offline {offline:.0f}/s, {offline / moto:.1f} times as many")
    assert offline >= times * moto

"""The offline cloud against plain moto, side by side in one process, in CPU seconds. The margins are wide."""

import time
import timeit
from collections.abc import Callable
from typing import Any

import pytest
from behaviours.labs import Lab, MotoLab, OfflineLab

THOUSAND = 1_000


def seconds(work: Callable[[], Any]) -> float:
    """Return the CPU seconds that it takes: the best of three runs, as anything else that goes on only adds to them."""
    return min(timeit.repeat(work, timer=time.process_time, number=1, repeat=3))  # without garbage collection


def round_trips(lab: Lab) -> float:
    """Return the seconds in which it sends, receives and deletes twenty messages."""
    sqs, url = lab.sqs, lab.queue()

    def work() -> None:
        for _ in range(20):
            sqs.send_message(QueueUrl=url, MessageBody="order")
            (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return seconds(work)


def receive_of_a_long_queue(lab: Lab) -> float:
    """Return the seconds in which it receives ten messages from a queue of a thousand."""
    sqs, url = lab.sqs, lab.queue()
    for _ in range(THOUSAND // 10):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": "order"} for n in range(10)])
    return seconds(lambda: sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"][9])


@pytest.mark.parametrize(
    ("work", "times"), [(round_trips, 1), pytest.param(receive_of_a_long_queue, 20, marks=pytest.mark.full)]
)
def test_the_offline_cloud_is_at_least_so_much_faster_than_plain_moto(work: Any, times: int) -> None:
    """As many round trips a second as plain moto, and twenty times as many receives from a queue of a thousand."""
    with MotoLab() as lab:
        moto = work(lab)
    with OfflineLab() as lab:
        faster = moto / work(lab)
    print(f"\n{work.__name__}: {faster:.1f} times as many")
    assert faster >= times

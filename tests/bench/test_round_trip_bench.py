"""What a call costs in CPU time: botocore alone, the offline cloud, plain moto, turn by turn: `pytest -m bench -s`."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from behaviours.labs import REGION, MotoLab, OfflineLab
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import MockRawResponse

pytestmark = pytest.mark.bench
TRIPS, ROUNDS = 25, 25
Trip = Callable[[Any, str], None]


def sqs_trip(sqs: Any, url: str) -> None:
    """Send a message, receive it and delete it."""
    sqs.send_message(QueueUrl=url, MessageBody="order")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def sns_trip(sns: Any, topic: str) -> None:
    """Create a topic that is there already and publish a message to it."""
    sns.create_topic(Name="news")
    sns.publish(TopicArn=topic, Message="order")


def client(service: str) -> Any:
    """Return a client that doesn't spend time on a name for itself, as the checks' own clients don't."""
    config = Config(user_agent="bench")
    return boto3.Session("OFFLINESHOP", "-", region_name=REGION).client(service, config=config)


def place(service: str, made: Any) -> str:
    """Return the URL of a new queue, or the ARN of a new topic."""
    if service == "sqs":
        return made.create_queue(QueueName="orders")["QueueUrl"]
    return made.create_topic(Name="news")["TopicArn"]


@contextmanager
def canned(recorded: dict[bytes, AWSResponse]) -> Iterator[None]:
    """Have botocore get the recorded response to each operation at once: what's left is its own work."""
    plain = URLLib3Session.send
    URLLib3Session.send = lambda session, request: recorded[operation(request)]  # type: ignore[method-assign]
    try:
        yield
    finally:
        URLLib3Session.send = plain  # type: ignore[method-assign]


def operation(request: Any) -> bytes:
    """Return what tells the requests of a round trip apart."""
    return request.headers.get("X-Amz-Target") or request.body.encode()[:20]


@contextmanager
def recording() -> Iterator[dict[bytes, AWSResponse]]:
    """Keep the response to each operation."""
    kept: dict[bytes, AWSResponse] = {}
    plain = URLLib3Session.send

    def send(session: URLLib3Session, request: Any) -> AWSResponse:
        response = plain(session, request)
        kept[operation(request)] = AWSResponse(
            request.url, response.status_code, dict(response.headers), MockRawResponse(response.content)
        )
        return response

    URLLib3Session.send = send  # type: ignore[method-assign]
    try:
        yield kept
    finally:
        URLLib3Session.send = plain  # type: ignore[method-assign]


def cpu(trip: Trip, made: Any, where: str, count: int = TRIPS) -> float:
    """Return the milliseconds of CPU time that one round trip takes, of so many."""
    began = time.process_time()
    for _ in range(count):
        trip(made, where)
    return (time.process_time() - began) / count * 1000


@pytest.mark.parametrize(("service", "trip"), [("sqs", sqs_trip), ("sns", sns_trip)])
def test_what_a_round_trip_costs(service: str, trip: Trip, capsys: pytest.CaptureFixture[str]) -> None:
    """A line with the CPU time of a round trip with botocore alone, in the offline cloud, and in plain moto."""
    times: dict[str, list[float]] = {"canned": [], "offline": [], "moto": []}
    with OfflineLab():
        ours = client(service)
        here = place(service, ours)
        with recording() as recorded:
            trip(ours, here)
        cpu(trip, ours, here)  # warms the caches
        for _ in range(ROUNDS):
            with canned(recorded):
                times["canned"].append(cpu(trip, ours, here))
            times["offline"].append(cpu(trip, ours, here))
    # moto catches the requests of every client that is made after its import, so it can't take turns with the others.
    with MotoLab() as moto:
        theirs = moto.client(service)
        there = place(service, theirs)
        times["moto"] = [cpu(trip, theirs, there) for _ in range(ROUNDS + 1)][1:]
    whole = {name: statistics.median(values) for name, values in times.items()}
    ratio = statistics.median(a / b for a, b in zip(times["offline"], times["canned"], strict=True))
    with capsys.disabled():
        told = ", ".join(f"{name} {value:.3f} ms" for name, value in whole.items())
        print(f"\n{service}: {told}; offline is {ratio:.2f} times botocore with a canned answer")
    assert ratio > 1

"""Message move tasks with a rate: messages move as the clock does, whoever calls."""

import json
from typing import Any

import boto3
import pytest

from helpers import clock, cloud
from helpers.aws_rules.common import steps
from helpers.backends.base import Cloud


@pytest.fixture
def dead(offline: Cloud, sqs: Any) -> str:
    """The ARN of a dead-letter queue with three messages, which come from the queue orders."""
    arns = []
    for name in ("dead", "orders"):
        policy = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arns[0], "maxReceiveCount": 1})} if arns else {}
        url = sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
        arns.append(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=f"A-{number}")
    for _ in range(4):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
    clock.advance(seconds=30)
    return arns[0]


def moved() -> list[float]:
    """Return when each message was moved back, in seconds since 1970."""
    return [step.at.timestamp() for step in cloud.steps() if step.what == steps.MOVED and "task" in step.reason]


@pytest.mark.parametrize("rate", [1, 2, 3, 500])
def test_messages_move_at_their_own_moments_though_nobody_calls(dead: str, sqs: Any, rate: int) -> None:
    """A minute later all have moved, evenly in time, and the metrics are those of the minute in which they did."""
    began = clock.time()
    sqs.start_message_move_task(SourceArn=dead, MaxNumberOfMessagesPerSecond=rate)
    assert moved() == []
    clock.advance(minutes=5)
    assert moved() == pytest.approx([began + number / rate for number in (1, 2, 3)], abs=0.002)
    [task] = sqs.list_message_move_tasks(SourceArn=dead)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 3)
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="NumberOfMessagesDeleted",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}],
        StartTime=began - 60,
        EndTime=began + 300,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    assert [(point["Timestamp"].timestamp(), point["Sum"]) for point in points if point["Sum"]] == [
        (began // 60 * 60, 3.0)
    ]


def test_a_cancelled_task_moves_nothing_more(dead: str, sqs: Any) -> None:
    """What it has moved stays where it is."""
    handle = sqs.start_message_move_task(SourceArn=dead, MaxNumberOfMessagesPerSecond=1)["TaskHandle"]
    clock.advance(seconds=2)
    assert sqs.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] == 2
    clock.advance(minutes=5)
    assert len(moved()) == 2


def test_a_long_poll_ends_when_a_message_is_moved(dead: str, sqs: Any) -> None:
    """At that very second, by a clock that stands still otherwise."""
    began = clock.time()
    sqs.start_message_move_task(SourceArn=dead, MaxNumberOfMessagesPerSecond=1)
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    assert len(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]) == 1
    assert clock.time() == pytest.approx(began + 1, abs=0.002)


def test_a_task_ends_when_its_queue_has_no_more_to_move(dead: str, sqs: Any) -> None:
    """Somebody else emptied it."""
    sqs.start_message_move_task(SourceArn=dead, MaxNumberOfMessagesPerSecond=1)
    clock.advance(seconds=1)
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName="dead")["QueueUrl"])
    clock.advance(seconds=1)
    [task] = sqs.list_message_move_tasks(SourceArn=dead)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)

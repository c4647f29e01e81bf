"""What queues and topics report to CloudWatch: the metrics of AWS/SQS and AWS/SNS.

AWS doesn't say at which moment of a minute it looks at a queue. The numbers here are those of its end.
"""

import json
from datetime import datetime, timezone
from typing import Any

from behaviours.book import behaviour
from behaviours.labs import Lab

SQS = 'SQS developer guide, "Available CloudWatch metrics for Amazon SQS"'
DEAD_LETTERS = 'SQS developer guide, "Using dead-letter queues in Amazon SQS"'
ACTIVE = 'SQS developer guide, "Monitoring Amazon SQS queues using CloudWatch"'
SNS = 'SNS developer guide, "Monitoring Amazon SNS topics using CloudWatch"'
MINUTE, LATE = 60, 600  # seconds; the second is when metrics have arrived
AGE, VISIBLE = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"
SENT, RECEIVED, DELETED = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"


def _begin(lab: Lab) -> float:
    """Wait for the next minute and return when it begins."""
    lab.advance(MINUTE - lab.now() % MINUTE)
    return lab.now()


def _send(lab: Lab, url: str, *bodies: str) -> None:
    for body in bodies:
        lab.sqs.send_message(QueueUrl=url, MessageBody=body)


def _read(lab: Lab, start: float, owner: str, *metrics: str, minutes: int = 5, **more: Any) -> dict[str, Any]:
    """Return the values of metrics of a queue or topic, oldest first. They've arrived by then.

    more: Period and Stat, if it isn't the sum of each minute.
    """
    lab.advance(LATE)
    topic = owner.startswith("arn:")
    name = owner.rpartition(":" if topic else "/")[2]
    dimension = {"Name": "TopicName" if topic else "QueueName", "Value": name}
    namespace = "AWS/SNS" if topic else "AWS/SQS"
    found = lab.cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                "Id": f"m{number}",
                "Label": metric,
                "MetricStat": {
                    "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": [dimension]},
                    "Period": MINUTE,
                    "Stat": "Sum",
                }
                | more,
            }
            for number, metric in enumerate(metrics)
        ],
        StartTime=datetime.fromtimestamp(start, timezone.utc),
        EndTime=datetime.fromtimestamp(start + minutes * MINUTE, timezone.utc),
        ScanBy="TimestampAscending",
    )
    return {each["Label"]: each["Values"] for each in found["MetricDataResults"]}


# --- queues -------------------------------------------------------------------------------------------------------


@behaviour(aws={SENT: [2, 0], RECEIVED: [2, 0], DELETED: [1, 1]}, source=SQS)
def every_delete_with_a_valid_handle_counts(lab: Lab) -> object:
    """A message that's deleted twice counts twice."""
    url, start = lab.queue(), _begin(lab)
    _send(lab, url, "one", "two")
    handle = lab.receive(url, MaxNumberOfMessages=10)[0]["ReceiptHandle"]
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    lab.advance(MINUTE)
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    return _read(lab, start, url, SENT, RECEIVED, DELETED, minutes=2)


@behaviour(aws={"NumberOfEmptyReceives": [10, 1, 0]}, source=SQS)
def empty_receives_of_short_and_long_polls(lab: Lab) -> object:
    """Ten short polls are ten empty receives, and a long poll of twenty seconds is one."""
    url, start = lab.queue(), _begin(lab)
    for _ in range(10):
        lab.sqs.receive_message(QueueUrl=url)
    lab.advance(MINUTE)
    lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    return _read(lab, start, url, "NumberOfEmptyReceives", minutes=3)


@behaviour(aws={AGE: [60, 60, 120]}, source=SQS)
def the_age_without_a_poison_message(lab: Lab) -> object:
    """What was received three times and not deleted doesn't count any more: the next message does."""
    url, start = lab.queue(), _begin(lab)
    _send(lab, url, "poison")
    lab.advance(MINUTE)
    for _ in range(3):
        lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    _send(lab, url, "next")
    return _read(lab, start, url, AGE, minutes=3)


@behaviour(aws={AGE: [60, 120, 180]}, source=SQS)
def the_age_of_a_fifo_queue(lab: Lab) -> object:
    """A FIFO queue doesn't reorder, so the message that fails is the oldest one however often it was received."""
    url, start = lab.queue("orders.fifo", ContentBasedDeduplication="true"), _begin(lab)
    lab.sqs.send_message(QueueUrl=url, MessageBody="poison", MessageGroupId="a")
    lab.advance(MINUTE)
    for _ in range(3):
        lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    return _read(lab, start, url, AGE, minutes=3)


@behaviour(aws={AGE: [60, 120], SENT: [0, 0], VISIBLE: [1, 1]}, source=DEAD_LETTERS)
def a_dead_letter_in_the_metrics(lab: Lab) -> object:
    """Its age counts from the move, which isn't a send."""
    dead = lab.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": lab.arn(dead), "maxReceiveCount": 4})
    url = lab.queue(RedrivePolicy=policy)
    _send(lab, url, "poison")
    lab.advance(10 * MINUTE)
    start = _begin(lab)
    for _ in range(5):
        lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    return _read(lab, start, dead, AGE, SENT, VISIBLE, minutes=2)


@behaviour(
    aws={SENT: [3], "NumberOfDeduplicatedSentMessages": [1], "ApproximateNumberOfGroupsWithInflightMessages": [2]},
    source=SQS,
)
def metrics_of_fifo_queues(lab: Lab) -> object:
    """What deduplication dropped isn't sent, and groups with messages in flight are counted."""
    url, start = lab.queue("orders.fifo", ContentBasedDeduplication="true"), _begin(lab)
    for body, group in (("one", "a"), ("two", "a"), ("three", "b"), ("one", "a")):
        lab.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    lab.receive(url, MaxNumberOfMessages=10, VisibilityTimeout=90)
    metrics = SENT, "NumberOfDeduplicatedSentMessages", "ApproximateNumberOfGroupsWithInflightMessages"
    return _read(lab, start, url, *metrics, minutes=1)


@behaviour(aws=[[3], [6], [4.5], [2]], source=SQS)
def the_size_of_what_was_sent(lab: Lab) -> object:
    """It has one sample for each message, and no values in minutes without any."""
    url, start = lab.queue(), _begin(lab)
    _send(lab, url, "tea", "coffee")
    statistics = "Minimum", "Maximum", "Average", "SampleCount"
    return [_read(lab, start, url, "SentMessageSize", Stat=each)["SentMessageSize"] for each in statistics]


@behaviour(aws=[True, True], source=ACTIVE)
def the_metrics_of_an_idle_queue_end(lab: Lab) -> object:
    """Six hours after the last call an empty queue reports nothing any more, not even zeros."""
    url = lab.queue()
    start = _begin(lab)
    lab.receive(url)
    lab.advance(86_400)
    found = _read(lab, start - MINUTE, url, VISIBLE, "NumberOfEmptyReceives", minutes=1_000)
    return [350 <= len(values) <= 370 for values in found.values()]  # minutes


@behaviour(
    aws="up to 15 minutes later",
    source=ACTIVE,
    differs="a queue that was idle for more than six hours reports again at once, so that you can watch it right away",
)
def the_metrics_of_an_idle_queue_begin_again(lab: Lab) -> object:
    """When a queue was idle for more than six hours, its metrics can be up to 15 minutes late once it's used again."""
    url = lab.queue()
    lab.advance(86_400)
    start = _begin(lab)
    _send(lab, url, "tea")
    found = _read(lab, start, url, VISIBLE, minutes=1)
    return "at once" if found[VISIBLE] else "up to 15 minutes later"


# --- topics -------------------------------------------------------------------------------------------------------

FILTERED = "NumberOfNotificationsFilteredOut"
REASONS = tuple(f"{FILTERED}-{reason}" for reason in ("NoMessageAttributes", "InvalidAttributes", "InvalidMessageBody"))


@behaviour(
    aws={
        "NumberOfMessagesPublished": [3],
        "NumberOfNotificationsDelivered": [1],
        FILTERED: [5],
        REASONS[0]: [1],
        REASONS[1]: [1],
        REASONS[2]: [3],
    },
    source=SNS,
)
def what_filters_reject(lab: Lab) -> object:
    """It's filtered out and has a reason, and isn't a failure."""
    topic, start = lab.topic(), _begin(lab)
    for scope in ("MessageAttributes", "MessageBody"):
        url = lab.queue(scope)
        lab.allow(url, topic)
        settings = {"FilterPolicy": '{"kind": ["tea"]}', "FilterPolicyScope": scope}
        lab.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(url), Attributes=settings)
    lab.sns.publish(TopicArn=topic, Message="x")
    for kind, text in (("String", "tea"), ("String.Array", "[tea")):
        attributes = {"kind": {"DataType": kind, "StringValue": text}}
        lab.sns.publish(TopicArn=topic, Message="x", MessageAttributes=attributes)
    names = "NumberOfMessagesPublished", "NumberOfNotificationsDelivered", FILTERED, *REASONS
    return _read(lab, start, topic, *names, minutes=1)


@behaviour(
    aws={
        "NumberOfNotificationsFailed": [2],
        "NumberOfNotificationsRedrivenToDlq": [1],
        "NumberOfNotificationsFailedToRedriveToDlq": [1],
    },
    source=SNS,
)
def what_cannot_be_delivered(lab: Lab) -> object:
    """A queue that doesn't let SNS in fails once, and then the dead-letter queue gets the message, or can't either."""
    topic, start = lab.topic(), _begin(lab)
    open_queue, shut = lab.queue("open"), lab.queue("shut")
    lab.allow(open_queue, topic)
    for number, dead in enumerate((open_queue, shut)):
        settings = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": lab.arn(dead)})}
        endpoint = lab.arn(lab.queue(f"closed-{number}"))
        lab.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint, Attributes=settings)
    lab.sns.publish(TopicArn=topic, Message="x")
    names = ("Failed", "RedrivenToDlq", "FailedToRedriveToDlq")
    return _read(lab, start, topic, *(f"NumberOfNotifications{name}" for name in names), minutes=1)

"""What a queue's attributes may be.

AWS: each has a range; unknown ones, and those of FIFO queues on a standard queue, are refused by name; the type of a
queue cannot change; one kind of server-side encryption excludes the other. Source: SQS API reference, CreateQueue and
SetQueueAttributes; recorded answers.
moto: checks MaximumMessageSize at creation and nothing else.
"""

from typing import Any

from helpers.aws_rules.common.numbers import within
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies import evaluation
from helpers.aws_rules.sqs import redrive

RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
OF_FIFO = ("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
OTHERS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId")
READ_ONLY = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
)


def check(attributes: dict[str, str], fifo: bool) -> dict[str, str]:
    """Return the attributes as they are stored; Refused when one cannot be set on a queue of this type."""
    for name, value in attributes.items():
        if name not in RANGES and name not in CHOICES and name not in OTHERS:
            raise unknown(name)
        if name in OF_FIFO and not fifo:
            raise unknown(name)
        _check_value(name, value)
    if attributes.get("KmsMasterKeyId") and attributes.get("SqsManagedSseEnabled") == "true":
        raise Refused(
            "InvalidAttributeName",
            "You can use one type of server-side encryption (SSE) at one time. You "
            "can either enable KMS SSE or SQS SSE.",
        )
    return {
        name: value.lower() if name in CHOICES and value.lower() in CHOICES[name] else value
        for name, value in attributes.items()
    }


def check_names(names: list[str]) -> None:
    """Refuse a name that GetQueueAttributes does not know."""
    for name in names:
        if name != "All" and name not in {*RANGES, *CHOICES, *OTHERS, *READ_ONLY}:
            raise unknown(name)


def check_change(attributes: dict[str, str], queue: Any) -> None:
    """Refuse what cannot be changed after a queue was made."""
    if "FifoQueue" in attributes and queue.fifo_queue and attributes["FifoQueue"].lower() != "true":
        raise Refused(
            "InvalidAttributeValue",
            "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
        )
    check_throughput({name: attributes.get(name, getattr(queue, place)) for name, place in _THROUGHPUT.items()})


_THROUGHPUT = {"DeduplicationScope": "deduplication_scope", "FifoThroughputLimit": "fifo_throughput_limit"}


def check_throughput(attributes: dict[str, str]) -> None:
    """Refuse throughput per message group where deduplication is for the whole queue."""
    if attributes.get("FifoThroughputLimit") == "perMessageGroupId" and (
        attributes.get("DeduplicationScope", "queue") != "messageGroup"
    ):
        raise Refused(
            "InvalidAttributeValue",
            "Invalid value for the parameter FifoThroughputLimit. Reason: "
            "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup.",
        )


def unknown(name: str) -> Refused:
    """Return the error for an attribute that there is not."""
    return Refused("InvalidAttributeName", f"Unknown Attribute {name}.")


def _check_value(name: str, value: str) -> None:
    if name in RANGES:
        if not within(value, *RANGES[name]):
            raise _wrong(name)
    elif name in CHOICES:
        if value not in CHOICES[name] and not (CHOICES[name][0] == "true" and value.lower() in CHOICES[name]):
            raise _wrong(name)
    elif name == "Policy" and value:
        evaluation.parse(value, "sqs")
    elif name == "RedriveAllowPolicy":
        redrive.check_allow_policy(value)


def _wrong(name: str) -> Refused:
    return Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.")

"""Which attributes and tags a queue can have.

AWS: each numeric attribute has a range. Unknown attributes are refused by name, and so are those of FIFO queues on a
standard queue, two of them with a text of their own. A queue's type can't be changed. Only one kind of server-side
encryption can be on. A queue has up to 50 tags. A tag's key has 1 to 128 characters: letters, digits and white space of
any alphabet and _ . : / = + - @. Its value has up to 256, and neither can start with aws:. Source: SQS API reference,
CreateQueue and SetQueueAttributes; SQS developer guide, "Queue quotas"; recorded answers; the csb-brokerpak-aws
project for the text about the throughput limit, and local-aws-sqs for those about tag keys.
moto: checks MaximumMessageSize at creation and no other attribute, accepts any key and value of a tag, and counts only
the tags of one call.
"""

from collections.abc import Mapping

from helpers.aws_rules.common.numbers import is_between
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies import documents
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.queues import Queue

_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_HIGH_THROUGHPUT = ("DeduplicationScope", "FifoThroughputLimit")
_FIFO_ONLY = ("FifoQueue", "ContentBasedDeduplication", *_HIGH_THROUGHPUT)
_OTHERS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId")
_READ_ONLY = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
)
_MAX_TAGS = 50


def check(attributes: dict[str, str], fifo: bool) -> dict[str, str]:
    """Return the attributes as they're stored. Raise Refused if a queue of this type can't have one of them."""
    for name, value in attributes.items():
        if name not in _RANGES and name not in _CHOICES and name not in _OTHERS:
            raise _unknown(name)
        if name in _HIGH_THROUGHPUT and not fifo:
            text = f"You can specify the {name} only when FifoQueue is set to true."
            raise Refused("InvalidAttributeName", text)
        if name in _FIFO_ONLY and not fifo:
            raise _unknown(name)
        _check_value(name, value)
    if attributes.get("KmsMasterKeyId") and attributes.get("SqsManagedSseEnabled") == "true":
        raise Refused(
            "InvalidAttributeName",
            "You can use one type of server-side encryption (SSE) at one time. You "
            "can either enable KMS SSE or SQS SSE.",
        )
    return {
        name: value.lower() if name in _CHOICES and value.lower() in _CHOICES[name] else value
        for name, value in attributes.items()
    }


def check_names(names: list[str]) -> None:
    """Raise Refused for a name that GetQueueAttributes doesn't know."""
    for name in names:
        if name != "All" and name not in {*_RANGES, *_CHOICES, *_OTHERS, *_READ_ONLY}:
            raise _unknown(name)


def check_change(attributes: dict[str, str], queue: Queue) -> None:
    """Raise Refused for attributes that an existing queue can't change to."""
    if "FifoQueue" in attributes and queue.fifo_queue and attributes["FifoQueue"].lower() != "true":
        raise Refused(
            "InvalidAttributeValue",
            "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.",
        )
    present = {"DeduplicationScope": queue.deduplication_scope, "FifoThroughputLimit": queue.fifo_throughput_limit}
    check_throughput(present | attributes)


def check_throughput(attributes: dict[str, str]) -> None:
    """Raise Refused if the throughput limit is per message group, but deduplication is for the whole queue."""
    if attributes.get("FifoThroughputLimit") == "perMessageGroupId" and (
        attributes.get("DeduplicationScope", "queue") != "messageGroup"
    ):
        raise Refused(
            "InvalidAttributeValue",
            "Invalid value for the parameter FifoThroughputLimit. Reason: To set FifoThroughputLimit to "
            "perMessageGroupId, the DeduplicationScope must be messageGroup.",
        )


def check_tags(name: str, tags: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Raise Refused if these tags can't be added to the queue of this name. present: the tags that it has."""
    if len({**present, **tags}) > _MAX_TAGS:
        raise Refused("InvalidParameterValue", f"Too many tags added for queue {name}.")  # source: moto's tests
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            raise Refused("InvalidParameterValue", "Tag keys must be between 1 and 128 characters in length.")
        if len(value) > 256:
            raise Refused("InvalidParameterValue", "Tag values must be between 0 and 256 characters in length.")
        if any(text.lower().startswith("aws:") for text in (key, value)):
            raise Refused("InvalidParameterValue", "Tag keys and values must not start with aws:, which is reserved.")
        if not all(sign.isalnum() or sign.isspace() or sign in "_.:/=+-@" for sign in key):
            signs = "_ . : / = + - @"
            text = f"Tag keys may only contain unicode letters, digits, whitespace, or one of these symbols: {signs}"
            raise Refused("InvalidParameterValue", text)


def _check_value(name: str, value: str) -> None:
    if name in _RANGES:
        if not is_between(value, *_RANGES[name]):
            raise _invalid(name)
    elif name in _CHOICES:
        if value not in _CHOICES[name] and not (_CHOICES[name][0] == "true" and value.lower() in _CHOICES[name]):
            raise _invalid(name)
    elif name == "Policy" and value:
        documents.parse(value, "sqs")
    elif name == "RedriveAllowPolicy":
        redrive.check_allow_policy(value)


def _invalid(name: str) -> Refused:
    return Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


def _unknown(name: str) -> Refused:
    return Refused("InvalidAttributeName", f"Unknown Attribute {name}.")

"""Dead-letter queues: RedrivePolicy, RedriveAllowPolicy, and moving a message that was received too often.

AWS: the dead-letter queue exists and has the same account, region and type. maxReceiveCount is 1 to 1,000. The
RedriveAllowPolicy of the dead-letter queue says which queues can use it. A dead letter keeps its id and receive count,
and says which queue it came from. On a standard queue its retention period still starts when it was first sent, on a
FIFO queue it starts with the move. Source: SQS developer guide, "Dead-letter queues"; SQS API reference, CreateQueue.
moto: accepts any dead-letter queue and count, and has neither RedriveAllowPolicy nor DeadLetterQueueSourceArn.
"""

import json
from typing import TYPE_CHECKING, Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.refusals import Refused, invalid_value

if TYPE_CHECKING:
    from helpers.aws_rules.sqs.messages import Message
    from helpers.aws_rules.sqs.queues import Queue

_PERMISSIONS = ("allowAll", "denyAll", "byQueue")


def set_redrive_policy(queue: "Queue", text: Any) -> None:
    """Set the queue's RedrivePolicy, or remove it if the text is empty. Raise Refused if AWS refuses it."""
    if text in ("", None):
        queue.redrive_policy = None
        return
    policy = _parse(text, "RedrivePolicy")
    target_arn, count = policy.get("deadLetterTargetArn"), policy.get("maxReceiveCount")
    if not target_arn or count is None or set(policy) - {"deadLetterTargetArn", "maxReceiveCount"}:
        reason = "Redrive policy does not contain mandatory attribute: {}."
        if not count and count != 0:
            raise invalid_value(text, "RedrivePolicy", reason.format("maxReceiveCount"))
        if not target_arn:
            raise invalid_value(text, "RedrivePolicy", reason.format("deadLetterTargetArn"))
        raise invalid_value(
            text, "RedrivePolicy", "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]."
        )
    if not _is_max_receive_count(count):
        raise invalid_value(
            text,
            "RedrivePolicy",
            f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive.",
        )
    if not _is_queue_arn(target_arn):
        raise invalid_value(text, "RedrivePolicy", "Invalid value for deadLetterTargetArn.")
    dead_letter_queue = find(queue.siblings, target_arn) if isinstance(target_arn, str) else None
    if dead_letter_queue is None and target_arn != queue.queue_arn:
        raise invalid_value(text, "RedrivePolicy", "Dead letter target does not exist.")
    if dead_letter_queue is not None:
        _check_allowed(queue, dead_letter_queue, text)
    queue.redrive_policy = {"deadLetterTargetArn": target_arn, "maxReceiveCount": int(count)}


def _is_max_receive_count(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 1 <= int(value) <= 1000 and float(value) == int(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _check_allowed(queue: "Queue", target: "Queue", text: str) -> None:
    if bool(target.fifo_queue) != bool(queue.fifo_queue):
        raise invalid_value(text, "RedrivePolicy", "Dead-letter queue must be same type of queue as the source..")
    allow = json.loads(target.redrive_allow_policy) if target.redrive_allow_policy else {}
    permission = allow.get("redrivePermission", "allowAll")
    if permission == "denyAll" or (permission == "byQueue" and queue.queue_arn not in allow.get("sourceQueueArns", [])):
        raise invalid_value(
            text,
            "RedrivePolicy",
            f"Queue {queue.queue_arn} is not allowed to use {target.queue_arn} as its dead-letter queue: see the "
            "RedriveAllowPolicy of the dead-letter queue.",
        )


def check_allow_policy(text: str) -> None:
    """Raise Refused if AWS refuses this RedriveAllowPolicy."""
    if text in ("", "{}"):
        return
    policy = _parse(text, "RedriveAllowPolicy")
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns")
    if permission not in _PERMISSIONS or set(policy) - {"redrivePermission", "sourceQueueArns"}:
        raise Refused("InvalidAttributeValue", "Invalid value for the parameter RedriveAllowPolicy.")
    if permission == "byQueue":
        if not isinstance(sources, list) or not 1 <= len(sources) <= 10 or not all(map(_is_queue_arn, sources)):
            raise Refused("InvalidAttributeValue", "Invalid value for the parameter RedriveAllowPolicy.")
    elif sources is not None:
        raise Refused("InvalidAttributeValue", "Invalid value for the parameter RedriveAllowPolicy.")


def _is_queue_arn(text: Any) -> bool:
    return isinstance(text, str) and text.startswith("arn:") and text.count(":") == 5 and ":sqs:" in text


def _parse(text: Any, name: str) -> dict[str, Any]:
    try:
        policy = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        policy = None
    if not isinstance(policy, dict):
        reason = " Reason: Redrive policy is not a valid JSON map." if name == "RedrivePolicy" else ""
        raise Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.{reason}")
    return policy


def find(queues: "dict[str, Queue]", arn: str) -> "Queue | None":
    """Return the queue with this ARN, or None if it isn't one of these."""
    queue = queues.get(arn.rpartition(":")[2])
    return queue if queue is not None and queue.queue_arn == arn else None


def target(queue: "Queue") -> "Queue | None":
    """Return the queue's dead-letter queue, or None if it has none or it doesn't exist."""
    return find(queue.siblings, queue.redrive_policy["deadLetterTargetArn"]) if queue.redrive_policy else None


def sources(queue: "Queue") -> "list[Queue]":
    """Return the queues that have this one as their dead-letter queue."""
    return [other for other in queue.siblings.values() if other.redrive_policy and target(other) is queue]


def is_due(queue: "Queue", message: "Message") -> bool:
    """Return whether the message has been received maxReceiveCount times."""
    policy = queue.redrive_policy
    return policy is not None and message.approximate_receive_count >= policy["maxReceiveCount"]


def move(queue: "Queue", message: "Message", dead_letter_queue: "Queue") -> None:
    """Move the message to the dead-letter queue."""
    assert queue.redrive_policy is not None
    queue.remove(message)
    message.source_arn = queue.queue_arn
    message.visible_at = message.delayed_until = 0.0
    message.joined_at, message.received_elsewhere = queue.now(), message.approximate_receive_count
    if queue.fifo_queue:
        message.enqueued_at, message.deduplication_id = queue.now(), message.id
    dead_letter_queue.add(message)
    count = message.approximate_receive_count
    often = {1: "once", 2: "twice"}.get(count, f"{count} times")
    reason = f"received {often}, and maxReceiveCount is {queue.redrive_policy['maxReceiveCount']}"
    steps.record(queue.owner, steps.MOVED, dead_letter_queue.queue_arn, message.id, reason)

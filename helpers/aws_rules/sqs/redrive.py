"""Dead-letter queues: which queue takes a message that was received too often, and which may ask for it.

AWS: the target is a queue of the same account, region and type that exists; maxReceiveCount is 1 to 1,000; the target's
RedriveAllowPolicy says which queues may use it. A message keeps its id and its count, and says where it came from; on a
standard queue its retention goes on from when it was first sent, on a FIFO queue from the move. Source: SQS developer
guide, "Dead-letter queues"; SQS API reference, CreateQueue.
moto: takes any target and count, knows no RedriveAllowPolicy and no DeadLetterQueueSourceArn.
"""

import json
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.refusals import Refused, invalid_value

_PERMISSIONS = ("allowAll", "denyAll", "byQueue")


def set_policy(queue: Any, text: Any) -> None:
    """Give the queue this RedrivePolicy; "" takes it away. Refused when AWS would refuse it."""
    if text in ("", None):
        queue.redrive_policy = None
        return
    policy = _read(text, "RedrivePolicy")
    target_arn, most = policy.get("deadLetterTargetArn"), policy.get("maxReceiveCount")
    if not target_arn or most is None or set(policy) - {"deadLetterTargetArn", "maxReceiveCount"}:
        reason = "Redrive policy does not contain mandatory attribute: {}."
        if not most and most != 0:
            raise invalid_value(text, "RedrivePolicy", reason.format("maxReceiveCount"))
        if not target_arn:
            raise invalid_value(text, "RedrivePolicy", reason.format("deadLetterTargetArn"))
        raise invalid_value(
            text, "RedrivePolicy", "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount]."
        )
    if not _is_count(most):
        raise invalid_value(
            text,
            "RedrivePolicy",
            f"Invalid value for maxReceiveCount: {most}, valid values are from 1 to 1000 both inclusive.",
        )
    if not _is_queue_arn(target_arn):
        raise invalid_value(text, "RedrivePolicy", "Invalid value for deadLetterTargetArn.")
    target = find(queue.siblings, target_arn) if isinstance(target_arn, str) else None
    if target is None and target_arn != queue.queue_arn:
        raise invalid_value(text, "RedrivePolicy", "Dead letter target does not exist.")
    _may_use(queue, target, text)
    queue.redrive_policy = {"deadLetterTargetArn": target_arn, "maxReceiveCount": int(most)}


def _is_count(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 1 <= int(value) <= 1000 and float(value) == int(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _may_use(queue: Any, target: Any, text: Any) -> None:
    if target is None:
        return
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
    """Refuse a RedriveAllowPolicy that AWS would refuse."""
    if text in ("", "{}"):
        return
    policy = _read(text, "RedriveAllowPolicy")
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


def _read(text: Any, name: str) -> dict[str, Any]:
    try:
        policy = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        policy = None
    if not isinstance(policy, dict):
        reason = " Reason: Redrive policy is not a valid JSON map." if name == "RedrivePolicy" else ""
        raise Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.{reason}")
    return policy


def find(queues: dict[str, Any], arn: str) -> Any:
    """Return the queue of this ARN among these, or None."""
    queue = queues.get(arn.rpartition(":")[2])
    return queue if queue is not None and queue.queue_arn == arn else None


def target(queue: Any) -> Any:
    """Return the queue's dead-letter queue, or None where it has none that exists."""
    return find(queue.siblings, queue.redrive_policy["deadLetterTargetArn"]) if queue.redrive_policy else None


def sources(queue: Any) -> list[Any]:
    """Return the queues whose dead letters go to this one."""
    return [other for other in queue.siblings.values() if other.redrive_policy and target(other) is queue]


def is_due(queue: Any, message: Any) -> bool:
    """Return whether the message was received as often as the queue's RedrivePolicy allows."""
    return bool(queue.redrive_policy) and message.approximate_receive_count >= queue.redrive_policy["maxReceiveCount"]


def move(queue: Any, message: Any, dead_letters: Any) -> None:
    """Move the message to the dead-letter queue."""
    queue.remove(message)
    message.source_arn = queue.queue_arn
    message.visible_at = message.delayed_until = 0.0
    if queue.fifo_queue:
        message.enqueued_at, message.deduplication_id = queue.now(), message.id
    dead_letters.add(message)
    count = message.approximate_receive_count
    reason = f"received {count} times, and maxReceiveCount is {queue.redrive_policy['maxReceiveCount']}"
    steps.note(queue.owner, steps.MOVED, dead_letters.queue_arn, message.id, reason)

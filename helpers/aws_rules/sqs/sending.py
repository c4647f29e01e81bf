"""Sending to a queue.

AWS: a body is not empty; a FIFO queue wants a group, and a deduplication id or content-based deduplication, and has
no delay for one message; a standard queue may take a group for fairness and no deduplication id. Source: SQS API
reference, SendMessage; SQS developer guide, "Fair queues"; recorded answers.
moto: takes an empty body, ids with spaces, and checks sizes in characters.
"""

from typing import Any

from helpers.aws_rules.common import message_contents, steps
from helpers.aws_rules.common.deduplication import content_id
from helpers.aws_rules.common.refusals import Refused, invalid_value, missing
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.queues import Queue

LONGEST_DELAY = 900


def check(queue: Queue, entry: dict[str, Any]) -> None:
    """Refuse a message, given as SendMessage takes it, that cannot be sent to this queue."""
    check_for_type(queue, entry)
    body, attributes = entry.get("MessageBody", ""), entry.get("MessageAttributes", {})
    if not body:
        raise missing("MessageBody")
    message_contents.check_attributes(attributes)
    message_contents.check_system_attributes(entry.get("MessageSystemAttributes", {}))
    most = queue.maximum_message_size  # type: ignore[attr-defined]
    if message_contents.size(body, attributes) > most:
        text = f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        raise Refused("InvalidParameterValue", text)
    message_contents.check_characters(body)
    delay = entry.get("DelaySeconds")
    if delay is not None and not 0 <= delay <= LONGEST_DELAY:
        raise invalid_value(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")


def check_for_type(queue: Queue, entry: dict[str, Any]) -> None:
    """Refuse what does not fit the queue's type."""
    group, deduplication_id = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if queue.fifo_queue:
        if group is None:
            raise missing("MessageGroupId")
        message_contents.check_id(group, "MessageGroupId")
        message_contents.check_id(deduplication_id, "MessageDeduplicationId")
        if deduplication_id is None and not queue.content_based_deduplication:  # type: ignore[attr-defined]
            raise Refused(
                "InvalidParameterValue",
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                "explicitly",
            )
        if entry.get("DelaySeconds"):
            raise _not_for(entry["DelaySeconds"], "DelaySeconds")
    else:
        message_contents.check_id(group, "MessageGroupId")
        if deduplication_id is not None:
            raise _not_for(deduplication_id, "MessageDeduplicationId")


def _not_for(value: object, parameter: str) -> Refused:
    reason = "The request include parameter that is not valid for this queue type."
    return invalid_value(value, parameter, reason.replace("include parameter", "include parameter"))


def send(queue: Queue, entry: dict[str, Any], sender: str = "") -> Message:
    """Store the message and return it; for a duplicate on a FIFO queue, the first one's id and number."""
    owner, now = queue.owner, queue.now()
    message = Message(
        owner.new_id(),
        entry["MessageBody"],
        now,
        entry.get("MessageAttributes", {}),
        entry.get("MessageSystemAttributes", {}),
    )
    if sender:
        message.sender_id = sender
    message.group_id = entry.get("MessageGroupId")
    delay = entry.get("DelaySeconds")
    if delay is None or queue.fifo_queue:  # on a FIFO queue 0 means: as the queue says
        delay = queue.delay_seconds  # type: ignore[attr-defined]
    message.delayed_until = now + int(delay) * 1000 if delay else 0.0
    if queue.fifo_queue and _is_duplicate(queue, message, entry.get("MessageDeduplicationId")):
        steps.note(owner, steps.DUPLICATE, queue.queue_arn, message.id, "its deduplication id came within 5 minutes")
        return message
    queue.add(message)
    steps.note(owner, steps.SENT, queue.queue_arn, message.id, f"hidden for {delay} s" if delay else "", int(delay))
    return message


def _is_duplicate(queue: Queue, message: Message, deduplication_id: str | None) -> bool:
    """Return whether the message came before; it then has the first one's id and number."""
    message.deduplication_id = deduplication_id or content_id(message.body)
    each_group = queue.deduplication_scope == "messageGroup"  # type: ignore[attr-defined]
    scope, now = message.group_id or "" if each_group else "", queue.now() / 1000
    if first := queue.seen.first(scope, message.deduplication_id, now):
        message.id, message.sequence_number = first.message_id, first.sequence_number
        return True
    message.sequence_number = queue.seen.next_number()
    queue.seen.remember(scope, message.deduplication_id, message.id, message.sequence_number, now)
    return False

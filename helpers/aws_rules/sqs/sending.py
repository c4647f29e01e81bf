"""Sending a message to a queue.

AWS: the body can't be empty. A FIFO queue needs a message group id, and a deduplication id unless content-based
deduplication is on, and no message can have a delay of its own. A standard queue accepts a message group id, for fair
queues, and no deduplication id. X-Ray's header of the HTTP request becomes the messages' AWSTraceHeader, unless they
have one. Two refusals read differently in a batch. Source: SQS API reference, SendMessage; SQS developer guide, "Fair
queues"; X-Ray developer guide, "Amazon SQS and AWS X-Ray"; recorded answers.
moto: accepts an empty body and ids with spaces, and checks sizes in characters.
"""

from typing import Any

from helpers.aws_rules.common import message_contents, steps
from helpers.aws_rules.common.deduplication import content_id
from helpers.aws_rules.common.refusals import Refused, invalid_value, missing
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.meters import DEDUPLICATED
from helpers.aws_rules.sqs.queues import Queue

_MAX_DELAY = 900  # seconds
_NOT_FOR_THIS_TYPE = "The request include parameter that is not valid for this queue type"


def check_message(queue: Queue, entry: dict[str, Any], in_batch: bool = False) -> None:
    """Raise Refused if this queue doesn't accept the message. entry: the parameters of SendMessage."""
    check_ids_and_delay(queue, entry, in_batch)
    body, attributes = entry.get("MessageBody", ""), entry.get("MessageAttributes", {})
    if not body:
        raise missing("MessageBody")
    message_contents.check_attributes(attributes)
    message_contents.check_system_attributes(entry.get("MessageSystemAttributes", {}))
    largest = queue.maximum_message_size
    if message_contents.size(body, attributes) > largest:
        what = "cannot be validated" if in_batch else "are invalid"
        text = f"One or more parameters {what}. Reason: Message must be shorter than {largest} bytes."
        raise Refused("InvalidParameterValue", text)
    message_contents.check_characters(body)
    delay = entry.get("DelaySeconds")
    if delay is not None and not 0 <= delay <= _MAX_DELAY:
        raise invalid_value(delay, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900.")


def check_ids_and_delay(queue: Queue, entry: dict[str, Any], in_batch: bool = False) -> None:
    """Raise Refused if message group id, deduplication id or delay don't suit the queue's type."""
    group, deduplication_id = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if queue.fifo_queue:
        if group is None:
            raise missing("MessageGroupId")
        message_contents.check_id(group, "MessageGroupId")
        message_contents.check_id(deduplication_id, "MessageDeduplicationId")
        if deduplication_id is None and not queue.content_based_deduplication:
            raise Refused(
                "InvalidParameterValue",
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                "explicitly",
            )
        if entry.get("DelaySeconds"):
            raise invalid_value(entry["DelaySeconds"], "DelaySeconds", f"{_NOT_FOR_THIS_TYPE}.")
    else:
        message_contents.check_id(group, "MessageGroupId")
        if deduplication_id is not None and in_batch:
            raise Refused("InvalidParameterValue", _NOT_FOR_THIS_TYPE)
        if deduplication_id is not None:
            raise invalid_value(deduplication_id, "MessageDeduplicationId", f"{_NOT_FOR_THIS_TYPE}.")


def send(queue: Queue, entry: dict[str, Any], sender: str = "", trace: str = "") -> Message:
    """Store the message and return it. A duplicate on a FIFO queue gets the id and number of the original.

    trace: X-Ray's header, which the message gets if it has none.
    """
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
    message.trace_header = message.trace_header or trace or None
    message.group_id = entry.get("MessageGroupId")
    delay = entry.get("DelaySeconds")
    if delay is None or queue.fifo_queue:  # on a FIFO queue 0 means the queue's delay
        delay = queue.delay_seconds
    message.delayed_until = now + int(delay) * 1000 if delay else 0.0
    if queue.fifo_queue and _is_duplicate(queue, message, entry.get("MessageDeduplicationId")):
        queue.meters.count(DEDUPLICATED, now)
        steps.record(owner, steps.DUPLICATE, queue.queue_arn, message.id, "its deduplication id came within 5 minutes")
        return message
    queue.add(message)
    queue.meters.sent(now, message_contents.size(message.body, message.message_attributes))
    steps.record(owner, steps.SENT, queue.queue_arn, message.id, f"hidden for {delay} s" if delay else "", int(delay))
    return message


def _is_duplicate(queue: Queue, message: Message, deduplication_id: str | None) -> bool:
    """Return whether the message is a duplicate, and give it its sequence number. A duplicate also gets its id."""
    message.deduplication_id = deduplication_id or content_id(message.body)
    group, now = message.group_id or "", queue.now() / 1000
    scope = group if queue.scope_in_effect() == "messageGroup" else ""
    if original := queue.seen.find_original(scope, message.deduplication_id, now):
        message.id, message.sequence_number = original.message_id, original.sequence_number
        return True
    message.sequence_number = queue.seen.next_number()
    queue.seen.remember(group, message.deduplication_id, message.id, message.sequence_number, now)
    return False

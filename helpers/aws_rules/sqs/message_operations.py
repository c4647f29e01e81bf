"""The operations of SQS on messages: each takes a request and returns what AWS answers, or is Refused."""

from typing import Any

from helpers.aws_rules.common import batches, message_contents
from helpers.aws_rules.common.refusals import Refused, invalid_value, missing
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sqs import receiving, sending
from helpers.aws_rules.sqs.find_queue import queue_of

Answer = dict[str, Any]
BATCH_BYTES = 1_048_576


def send_message(request: Request) -> Answer:
    """Send one message."""
    queue = queue_of(request)
    sending.check(queue, request.params)
    return sending.send(queue, request.params).sent()


def send_message_batch(request: Request) -> Answer:
    """Send up to ten messages; what is wrong with one does not stop the others."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check(entries, "SendMessage")
    total = sum(message_contents.size(entry["MessageBody"], entry.get("MessageAttributes", {})) for entry in entries)
    batches.check_sum(total, BATCH_BYTES)
    for entry in entries if queue.fifo_queue else ():
        if entry.get("MessageGroupId") is None:
            raise Refused("InvalidParameterValue", missing("MessageGroupId").message)
        sending.check_for_type(queue, entry)

    def send(entry: dict[str, Any]) -> Answer:
        if not entry["MessageBody"]:
            name = f"SendMessageBatchRequestEntry.{entries.index(entry) + 1}.MessageBody"
            raise Refused("EmptyValue", missing(name).message)
        sending.check(queue, entry)
        return sending.send(queue, entry).sent()

    return batches.each(entries, send)


def receive_message(request: Request) -> Answer:
    """Receive up to ten messages; no list where none came."""
    queue, params = queue_of(request), request.params
    count, wait = params.get("MaxNumberOfMessages", 1), params.get("WaitTimeSeconds")
    if not 1 <= count <= 10:
        raise invalid_value(count, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
    if wait is not None and not 0 <= wait <= 20:
        raise invalid_value(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
    lease = params.get("VisibilityTimeout")
    if lease is not None and not 0 <= lease <= receiving.LONGEST_LEASE:
        reason = f"Must be >= 0 and <= {receiving.LONGEST_LEASE}, if provided."
        raise invalid_value(lease, "VisibilityTimeout", reason)
    message_contents.check_id(params.get("ReceiveRequestAttemptId"), "ReceiveRequestAttemptId")
    names = set(params.get("MessageSystemAttributeNames") or params.get("AttributeNames") or ())
    messages = receiving.receive(
        queue,
        count,
        int(queue.receive_message_wait_time_seconds if wait is None else wait),  # type: ignore[attr-defined]
        int(queue.visibility_timeout if lease is None else lease),  # type: ignore[attr-defined]
        request.identity,
        params.get("ReceiveRequestAttemptId"),
    )
    told = [message.received(names, params.get("MessageAttributeNames", [])) for message in messages]
    return {"Messages": told} if told else {}


def delete_message(request: Request) -> Answer:
    """Delete the message of a receipt handle."""
    receiving.delete(queue_of(request), request.params["ReceiptHandle"])
    return {}


def delete_message_batch(request: Request) -> Answer:
    """Delete up to ten messages. A batch has another code for a handle that has expired than a single delete."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check(entries, "DeleteMessage")

    def delete(entry: dict[str, Any]) -> None:
        try:
            receiving.delete(queue, entry["ReceiptHandle"])
        except receiving.Expired:
            raise Refused("ReceiptHandleIsInvalid", "The receipt handle has expired") from None

    return batches.each(entries, delete)


def change_message_visibility(request: Request) -> Answer:
    """Let a message's lease end so many seconds from now."""
    params = request.params
    receiving.change_visibility(queue_of(request), params["ReceiptHandle"], params["VisibilityTimeout"])
    return {}


def change_message_visibility_batch(request: Request) -> Answer:
    """Change the leases of up to ten messages."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check(entries, "ChangeMessageVisibility")

    def change(entry: dict[str, Any]) -> None:
        receiving.change_visibility(queue, entry["ReceiptHandle"], entry.get("VisibilityTimeout", 0))

    return batches.each(entries, change)

"""The operations of SQS on messages: each takes a request and returns AWS's answer, or raises Refused."""

from collections.abc import Hashable
from typing import Any

from helpers.aws_rules.common import message_contents
from helpers.aws_rules.common.identities import unique_id
from helpers.aws_rules.common.refusals import Refused, invalid_value, missing
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sqs import batches, receiving, sending
from helpers.aws_rules.sqs.receiving import MAX_VISIBILITY_TIMEOUT
from helpers.aws_rules.sqs.region import queue_of

Answer = dict[str, Any]
_MAX_BATCH_BYTES = 1_048_576


def send_message(request: Request) -> Answer:
    """Send one message."""
    queue = queue_of(request)
    sending.check_message(queue, request.params)
    return sending.send(queue, request.params, unique_id(request.identity), trace=request.trace).as_sent()


def send_message_batch(request: Request) -> Answer:
    """Send up to ten messages. One that is refused doesn't stop the others."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check_batch(entries, "SendMessage")
    total = sum(message_contents.size(entry["MessageBody"], entry.get("MessageAttributes", {})) for entry in entries)
    batches.check_total_size(total, _MAX_BATCH_BYTES)
    for entry in entries if queue.fifo_queue else ():
        if entry.get("MessageGroupId") is None:
            raise Refused("InvalidParameterValue", missing("MessageGroupId").message)
        sending.check_ids_and_delay(queue, entry)
    sender = unique_id(request.identity)

    def send(entry: dict[str, Any]) -> Answer:
        if not entry["MessageBody"]:
            name = f"SendMessageBatchRequestEntry.{entries.index(entry) + 1}.MessageBody"
            raise Refused("EmptyValue", missing(name).message)
        sending.check_message(queue, entry, in_batch=True)
        return sending.send(queue, entry, sender, trace=request.trace).as_sent()

    def what(entry: dict[str, Any]) -> Hashable:
        return "send", queue.queue_arn, entry.get("MessageGroupId"), entry["MessageBody"]

    return batches.for_each(entries, send, queue.owner.unkindness, what)


def receive_message(request: Request) -> Answer:
    """Receive up to ten messages; the answer has no list if there are none."""
    request.poll = request.poll or _poll(request)
    names = set(request.params.get("MessageSystemAttributeNames") or request.params.get("AttributeNames") or ())
    messages = receiving.receive(request.poll, request.who)
    received = [message.as_received(names, request.params.get("MessageAttributeNames", [])) for message in messages]
    return {"Messages": received} if received else {}


def _poll(request: Request) -> receiving.Poll:
    """Return what this request asks for; Refused where a parameter is not allowed."""
    queue, params = queue_of(request), request.params
    count, wait = params.get("MaxNumberOfMessages", 1), params.get("WaitTimeSeconds")
    if not 1 <= count <= 10:
        raise invalid_value(count, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
    if wait is not None and not 0 <= wait <= 20:
        raise invalid_value(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")
    timeout = params.get("VisibilityTimeout")
    if timeout is not None and not 0 <= timeout <= MAX_VISIBILITY_TIMEOUT:
        raise invalid_value(timeout, "VisibilityTimeout", f"Must be >= 0 and <= {MAX_VISIBILITY_TIMEOUT}, if provided.")
    message_contents.check_id(params.get("ReceiveRequestAttemptId"), "ReceiveRequestAttemptId")
    wait = int(queue.receive_message_wait_time_seconds if wait is None else wait)
    timeout = int(queue.visibility_timeout if timeout is None else timeout)
    until = request.account.time() + wait
    return receiving.Poll(queue, count, until, timeout, params.get("ReceiveRequestAttemptId"), short=wait == 0)


def delete_message(request: Request) -> Answer:
    """Delete the message with this receipt handle."""
    receiving.delete(queue_of(request), request.params["ReceiptHandle"], request.who)
    return {}


def delete_message_batch(request: Request) -> Answer:
    """Delete up to ten messages. An expired receipt handle gets another error code than from DeleteMessage."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check_batch(entries, "DeleteMessage")

    def delete(entry: dict[str, Any]) -> None:
        try:
            receiving.delete(queue, entry["ReceiptHandle"], request.who)
        except receiving.Expired:
            raise Refused("ReceiptHandleIsInvalid", "The receipt handle has expired") from None

    return batches.for_each(
        entries,
        delete,
        queue.owner.unkindness,
        lambda entry: ("delete", receiving.whose(queue, entry["ReceiptHandle"])),
    )


def change_message_visibility(request: Request) -> Answer:
    """Make a message's visibility timeout end this many seconds from now."""
    params = request.params
    receiving.change_visibility(queue_of(request), params["ReceiptHandle"], params["VisibilityTimeout"])
    return {}


def change_message_visibility_batch(request: Request) -> Answer:
    """Change the visibility timeout of up to ten messages. An entry without one is refused."""
    queue, entries = queue_of(request), request.params["Entries"]
    batches.check_batch(entries, "ChangeMessageVisibility")

    def change(entry: dict[str, Any]) -> None:
        if "VisibilityTimeout" not in entry:
            raise missing(f"ChangeMessageVisibilityBatchRequestEntry.{entries.index(entry) + 1}.VisibilityTimeout")
        receiving.change_visibility(queue, entry["ReceiptHandle"], entry["VisibilityTimeout"])

    return batches.for_each(
        entries,
        change,
        queue.owner.unkindness,
        lambda entry: ("change", receiving.whose(queue, entry["ReceiptHandle"])),
    )

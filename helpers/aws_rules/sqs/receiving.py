"""Receiving messages, changing their visibility timeout, and deleting them.

AWS: a receive hides a message for the visibility timeout and returns a new receipt handle. On a standard queue the
handle of an earlier receive deletes the message, too. That's what recorded answers show; the documentation says that
the request succeeds, and that the message might not be deleted. A message can stay in flight for twelve hours, counted
from the receive, and a receipt handle is valid for twelve hours. On a FIFO queue a group with a message in flight
returns no other one, and a receipt handle is refused once the visibility timeout is over. Source: SQS API reference,
ReceiveMessage, DeleteMessage and ChangeMessageVisibility; recorded answers; moto pull request 4655, whose tests were
verified against AWS, for earlier receipt handles, and boto3 issue 2898 for their twelve hours.
moto: counts the twelve hours from sending, accepts late deletes on FIFO queues, gives the same message to two threads,
and copies the whole queue for each receive.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from itertools import takewhile

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.deduplication import INTERVAL
from helpers.aws_rules.common.refusals import Refused, invalid_value
from helpers.aws_rules.common.request import LookAgain
from helpers.aws_rules.sqs import fairness, redrive
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.meters import DELETED
from helpers.aws_rules.sqs.queues import Queue
from helpers.simulation.kernel_threads import Awaited

_STEP = 0.05  # real seconds between two looks of a long poll, so that it notices when the clock is moved
MAX_VISIBILITY_TIMEOUT = 43_200  # seconds


class Expired(Refused):
    """The error for a receipt handle that is no longer valid."""

    def __init__(self, handle: str):
        refusal = invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
        super().__init__(refusal.code, refusal.message)


@dataclass(frozen=True)
class Poll:
    """What one receive asks for: up to `count` messages, waiting for the first one until a moment.

    until: in seconds since 1970. attempt: the ReceiveRequestAttemptId; if it's repeated on a FIFO queue, the same
    messages and receipt handles are
    returned. short: whether it's a short poll, which does not wait and may miss messages.
    """

    queue: Queue
    count: int
    until: float
    visibility_timeout: int
    attempt: str | None
    short: bool


def receive(poll: Poll, by: str) -> list[Message]:
    """Return messages, which are now in flight. by: who receives them; see Request.who.

    With a frozen clock nothing waits here: LookAgain names the next event or the end of the long poll, so that a long
    poll ends to the second.
    """
    queue, attempt, visibility_timeout = poll.queue, poll.attempt, poll.visibility_timeout
    clock, owner, is_awaited = queue.owner.world.clock, queue.owner, Awaited()
    if attempt and queue.fifo_queue and (before := _repeat_attempt(queue, attempt, visibility_timeout)):
        queue.meters.received(queue.now(), len(before))
        return before
    while True:
        messages = _take(queue, poll.count, visibility_timeout, by, poll.short)
        left = poll.until - clock.time()
        if messages or left <= 0 or queue.siblings.get(queue.name) is not queue:
            if attempt and messages:
                queue.attempts[attempt] = clock.time() + INTERVAL, messages
            if not messages:
                clock.expect_an_end()
            queue.meters.received(queue.now(), len(messages))
            return messages
        if clock.still:
            seconds = min(left, queue.next_event(queue.now()))
            raise LookAgain(min(clock.time() + seconds, queue.owner.next_due()), queue.owner.accounts)
        clock.expect_to_run(is_awaited)
        owner.accounts.wait(owner.number, min(left, _STEP) if clock.runs else _STEP)


def _repeat_attempt(queue: Queue, attempt: str, visibility_timeout: int) -> list[Message]:
    """Return what the attempt received within the last five minutes, if all of it is still in flight; else [].

    Raise Refused if one of the messages was deleted or had its visibility timeout changed since.
    """
    until, messages = queue.attempts.get(attempt, (0.0, []))
    now = queue.now()
    if now / 1000 >= until:
        queue.attempts.pop(attempt, None)
        return []
    stored = [queue.stored.get(message.number) for message in messages]
    pairs = [(kept, message) for kept, message in zip(stored, messages, strict=True) if kept is not None]
    if len(pairs) < len(messages) or any(_visibility_was_changed(kept, message) for kept, message in pairs):
        reason = "The receiveRequestAttemptId is not valid anymore since the receive call is not retryable."
        raise invalid_value(attempt, "ReceiveRequestAttemptId", reason)
    if not all(_is_in_flight(queue, kept, message.receipt_handle) for kept, message in pairs):
        queue.attempts.pop(attempt, None)
        return []
    for kept, message in pairs:
        kept.hide(now, visibility_timeout)
        message.hide(now, visibility_timeout)
    return messages


def _visibility_was_changed(kept: Message, received: Message) -> bool:
    """Return whether something other than a receive changed the visibility timeout of a received message."""
    return kept.receipt_handle == received.receipt_handle and kept.visible_at != received.visible_at


def _take(queue: Queue, count: int, visibility_timeout: int, by: str, short: bool) -> list[Message]:
    """Put up to `count` visible messages in flight and return them. Messages that are due become dead letters."""
    queue.owner.catch_up()
    queue.remove_expired()
    now, unkind = queue.now(), queue.owner.unkindness
    queue.meters.touch(now)
    candidates = _visible_in_groups(queue, now) if queue.fifo_queue else queue.visible(now)
    if queue.processing is not None:
        candidates = fairness.quiet_first(candidates, fairness.busy_tenants(queue, now))
    if unkind.disorder:
        candidates = iter(unkind.shuffled(list(candidates), _group if queue.fifo_queue else None))
    dead_letter_queue = redrive.target(queue)
    found: list[Message] = []
    for message in candidates:
        if len(found) == count:
            break
        if dead_letter_queue is not None and redrive.is_due(queue, message):
            redrive.move(queue, message, dead_letter_queue)
            continue
        if short and not queue.fifo_queue and unkind.strikes("missed"):
            unkind.tell(f"a short poll of {queue.name} missed message {message.id}")
            continue
        _put_in_flight(queue, message, now, visibility_timeout, by)
        found.append(copy(message))  # a copy, since the next receive changes receive count and receipt handle
    if queue.processing is not None and found:
        fairness.settle(queue, found, now)
    return found


def _visible_in_groups(queue: Queue, now: float) -> Iterator[Message]:
    """Yield what a FIFO queue can return, group by group: nothing behind a message that is in flight or delayed.

    The group whose first message has been visible longest comes first, so a message that returned comes last.
    """
    groups: dict[str | None, list[Message]] = {}
    for message in queue.stored.values():
        groups.setdefault(message.group_id, []).append(message)
    for group in sorted(groups.values(), key=lambda group: _visible_since(group[0])):
        yield from takewhile(lambda message: message.visible_at <= now and message.delayed_until <= now, group)


def _group(message: Message) -> str | None:
    return message.group_id


def _visible_since(message: Message) -> tuple[float, int, int]:
    """Return a sort key: since when the message is visible; with a frozen clock, fewer receives come first."""
    since = max(message.enqueued_at, message.delayed_until, message.visible_at)
    return since, message.approximate_receive_count, message.number


def _put_in_flight(queue: Queue, message: Message, now: float, visibility_timeout: int, by: str) -> None:
    unkind = queue.owner.unkindness
    if not queue.fifo_queue and not message.duplicated and unkind.strikes("duplicates"):
        message.duplicated = True
        duplicate = copy(message)
        duplicate.receiver, duplicate.copy = None, 1
        duplicate.hide(now, unkind.delay(2 * max(visibility_timeout, 1)))
        queue.add(duplicate)
        unkind.tell(f"{queue.name} delivers message {message.id} once more")
        steps.record(queue.owner, steps.UNKIND, queue.queue_arn, message.id, "a duplicate will be delivered", copy=1)
    if queue.processing is not None:
        queue.processing.end(message, now)
    message.start_visibility_timeout(queue.owner, now, visibility_timeout, by)
    queue.remember_receipt(message)
    whose = f", by {by}" if by else ""
    reason = f"receive number {message.approximate_receive_count}{whose}; hidden for {visibility_timeout} s"
    steps.record(queue.owner, steps.RECEIVED, queue.queue_arn, message.id, reason, visibility_timeout, by, message.copy)


def delete(queue: Queue, handle: str, by: str) -> None:
    """Delete the message with this receipt handle. A FIFO queue refuses the handle of an earlier receive."""
    (message, received_at), now = _find_message(queue, handle), queue.now()
    if message is None:
        queue.meters.count(DELETED, now)
        return
    age = now - received_at
    if age > MAX_VISIBILITY_TIMEOUT * 1000 or (queue.fifo_queue and not _is_in_flight(queue, message, handle)):
        raise Expired(handle)
    queue.remove(message)
    queue.meters.count(DELETED, now)
    queue.deleted += 1
    queue.owner.tell_of_change()
    who = by if handle != message.receipt_handle else ""
    steps.record(queue.owner, steps.DELETED, queue.queue_arn, message.id, by=who, copy=message.copy)


def change_visibility(queue: Queue, handle: str, seconds: int) -> None:
    """Make the visibility timeout end this many seconds from now. A standard queue accepts an older handle too."""
    if not 0 <= seconds <= MAX_VISIBILITY_TIMEOUT:
        raise invalid_value(seconds, "VisibilityTimeout", f"Must be between 0 and {MAX_VISIBILITY_TIMEOUT}.")
    (message, _), now = _find_message(queue, handle), queue.now()
    if message is None:
        raise invalid_value(
            handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change."
        )
    if queue.fifo_queue and not _is_in_flight(queue, message, handle):
        raise Expired(handle)
    if now + seconds * 1000 - message.received_at > MAX_VISIBILITY_TIMEOUT * 1000:
        limit = f"Total VisibilityTimeout for the message is beyond the limit [{MAX_VISIBILITY_TIMEOUT} seconds]"
        raise invalid_value(seconds, "VisibilityTimeout", limit)
    if queue.processing is not None:
        queue.processing.remember(message, now)
    message.hide(now, seconds)
    queue.owner.tell_of_change()
    reason = f"for {seconds} s from now"
    steps.record(queue.owner, steps.HIDDEN, queue.queue_arn, message.id, reason, seconds, copy=message.copy)


def whose(queue: Queue, handle: str) -> str:
    """Return the id of the message that has or had this receipt handle, and the handle itself if there's none."""
    receipt = queue.receipts.get(handle)
    return receipt.message.id if receipt else handle


def _find_message(queue: Queue, handle: str) -> tuple[Message | None, float]:
    """Return the message, None if it isn't in the queue any more, and when this receipt handle was returned.

    Raise Refused if the queue never returned it.
    """
    receipt = queue.receipts.get(handle)
    if receipt is None:
        text = f'The input receipt handle "{handle}" is not a valid receipt handle.'
        if any(handle in other.receipts for other in queue.siblings.values()):
            text = f'The receipt handle "{handle}" is not valid for this queue.'
        raise Refused("ReceiptHandleIsInvalid", text, 404)
    return (receipt.message if queue.stored.get(receipt.number) is receipt.message else None), receipt.at


def _is_in_flight(queue: Queue, message: Message, handle: str | None) -> bool:
    """Return whether the message is still in flight from the receive that returned this handle."""
    return message.receipt_handle == handle and message.visible_at > queue.now()

"""Receiving, deleting and leasing.

AWS: a receive hides a message for the visibility timeout and gives a new receipt handle; only the newest deletes it.
The twelve hours that a message can stay hidden are counted from the receive, and a handle is good for twelve hours. On
a FIFO queue a group with a message in flight gives out no other, and a handle whose lease is over is refused. Source:
SQS API reference, ReceiveMessage, DeleteMessage and ChangeMessageVisibility; recorded answers; for the handle's twelve
hours boto3 issue 2898.
moto: counts the twelve hours from sending, deletes with any old handle, accepts late deletes on FIFO queues, gives
the same message to two threads, and copies the whole queue for each receive.
"""

from collections.abc import Iterator
from copy import copy
from itertools import takewhile
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.deduplication import INTERVAL
from helpers.aws_rules.common.refusals import Refused, invalid_value
from helpers.aws_rules.sqs import move_tasks, redrive
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.queues import Queue

_STEP = 0.05  # real seconds between two looks of a long poll, so that a clock that was moved is noticed
LONGEST_LEASE = 43_200  # seconds


class Expired(Refused):
    """The error for a receipt handle that was good and is no more."""

    def __init__(self, handle: str):
        refusal = invalid_value(handle, "ReceiptHandle", "The receipt handle has expired.")
        super().__init__(refusal.code, refusal.message)


def receive(
    queue: Queue, count: int, wait: int, visibility: int, who: str, attempt: str | None = None
) -> list[Message]:
    """Return up to `count` messages, leased for `visibility` seconds; wait up to `wait` seconds for the first.

    who: the caller's ARN. attempt: the ReceiveRequestAttemptId; on a FIFO queue a repeated one returns the same
    messages and handles. In still time the clock jumps to the next event or to the end of the poll, so a poll ends
    at once and to the second.
    """
    clock, changed = queue.owner.world.clock, queue.owner.accounts.changed
    end = clock.time() + wait
    if attempt and queue.fifo_queue and (before := _again(queue, attempt, visibility)):
        return before
    while True:
        messages = _look(queue, count, visibility, who, short=wait == 0)
        left = end - clock.time()
        if messages or left <= 0 or queue.siblings.get(queue.name) is not queue:
            if attempt and messages:
                queue.attempts[attempt] = clock.time() + INTERVAL, messages
            return messages
        if clock.still:
            clock.sleep(min(left, queue.next_event(queue.now()), move_tasks.next_event(queue)))
        else:
            changed.wait(min(left, _STEP))


def _again(queue: Queue, attempt: str, visibility: int) -> list[Message]:
    """Return what the same attempt got within five minutes, while all of it is still in flight; else [].

    Refused when one of the messages was deleted or had its visibility changed since.
    """
    until, messages = queue.attempts.get(attempt, (0.0, []))
    now = queue.now()
    if now / 1000 >= until:
        queue.attempts.pop(attempt, None)
        return []
    pairs = [(queue.stored.get(message.number), message) for message in messages]
    if any(_is_modified(kept, message) for kept, message in pairs):
        reason = "The receiveRequestAttemptId is not valid anymore since the receive call is not retryable."
        raise invalid_value(attempt, "ReceiveRequestAttemptId", reason)
    if not all(_is_held(queue, kept, message.receipt_handle) for kept, message in pairs):
        queue.attempts.pop(attempt, None)
        return []
    for kept, message in pairs:
        kept.visible_at = message.visible_at = now + visibility * 1000
    return messages


def _is_modified(kept: Any, message: Message) -> bool:
    """Return whether a received message is gone, or its lease was changed by another call than a receive."""
    return kept is None or (kept.receipt_handle == message.receipt_handle and kept.visible_at != message.visible_at)


def _look(queue: Queue, count: int, visibility: int, who: str, short: bool) -> list[Message]:
    move_tasks.catch_up(queue.owner, queue.region, queue.siblings)
    queue.tidy()
    now, unkind = queue.now(), queue.owner.unkindness
    candidates = _in_groups(queue, now) if queue.fifo_queue else queue.waiting(now)
    if not queue.fifo_queue and unkind.disorder:
        candidates = iter(unkind.shuffled(list(candidates)))
    dead_letters, found = redrive.target(queue), []
    for message in candidates:
        if len(found) == count:
            break
        if dead_letters is not None and redrive.is_due(queue, message):
            redrive.move(queue, message, dead_letters)
            continue
        if short and not queue.fifo_queue and unkind.strikes("missed"):
            unkind.tell(f"a short poll of {queue.name} missed message {message.id}")
            continue
        _lease(queue, message, now, visibility, who)
        found.append(copy(message))  # a reply keeps the count and handle of its own receive
    return found


def _in_groups(queue: Queue, now: float) -> Iterator[Message]:
    """Yield what a FIFO queue may give out, group by group; nothing behind a message that is in flight or delayed.

    The group whose first message has been waiting longest comes first: one that came back stands behind the others.
    """
    groups: dict[str | None, list[Message]] = {}
    for message in queue.stored.values():
        groups.setdefault(message.group_id, []).append(message)
    for group in sorted(groups.values(), key=lambda group: _since(group[0])):
        yield from takewhile(lambda message: message.visible_at <= now and message.delayed_until <= now, group)


def _since(message: Message) -> tuple[float, int, int]:
    """Return since when a message can be received; in still time the one that was received less often is earlier."""
    since = max(message.enqueued_at, message.delayed_until, message.visible_at)
    return since, message.approximate_receive_count, message.number


def _lease(queue: Queue, message: Message, now: float, visibility: int, who: str) -> None:
    unkind = queue.owner.unkindness
    if not queue.fifo_queue and not message.doubled and unkind.strikes("duplicates"):
        message.doubled = True
        again = copy(message)
        again.visible_at = now + unkind.delay(2 * max(visibility, 1)) * 1000
        queue.add(again)
        unkind.tell(f"{queue.name} delivers message {message.id} once more")
        steps.note(queue.owner, steps.UNKIND, queue.queue_arn, message.id, "a duplicate will be delivered")
    message.lease(queue.owner, now, visibility)
    queue.remember_handle(message)
    name = who.rpartition(":")[2]
    hidden = f"receive number {message.approximate_receive_count}, by {name}; hidden for {visibility} s"
    steps.note(queue.owner, steps.RECEIVED, queue.queue_arn, message.id, hidden, visibility)


def delete(queue: Queue, handle: str) -> None:
    """Delete the message of this receipt handle. An older one deletes nothing; a FIFO queue refuses it."""
    message, now = _of_handle(queue, handle), queue.now()
    if message is None:
        return
    if now - message.leased_at > LONGEST_LEASE * 1000 or (queue.fifo_queue and not _is_held(queue, message, handle)):
        raise Expired(handle)
    if message.receipt_handle != handle:
        return
    queue.remove(message)
    queue.owner.accounts.changed.notify_all()
    steps.note(queue.owner, steps.DELETED, queue.queue_arn, message.id)


def change_visibility(queue: Queue, handle: str, seconds: int) -> None:
    """Let a message's lease end so many seconds from now. On a standard queue an older handle of it will do."""
    if not 0 <= seconds <= LONGEST_LEASE:
        raise invalid_value(seconds, "VisibilityTimeout", f"Must be between 0 and {LONGEST_LEASE}.")
    message, now = _of_handle(queue, handle), queue.now()
    if message is None:
        raise invalid_value(
            handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change."
        )
    if queue.fifo_queue and not _is_held(queue, message, handle):
        raise Expired(handle)
    if now + seconds * 1000 - message.leased_at > LONGEST_LEASE * 1000:
        limit = f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_LEASE} seconds]"
        raise invalid_value(seconds, "VisibilityTimeout", limit)
    message.visible_at = now + seconds * 1000
    queue.owner.accounts.changed.notify_all()
    steps.note(queue.owner, steps.HIDDEN, queue.queue_arn, message.id, f"for {seconds} s from now", seconds)


def _of_handle(queue: Queue, handle: str) -> Message | None:
    """Return the message, None when it was deleted; Refused for a handle that this queue never gave out."""
    message = queue.handles.get(handle)
    if message is None:
        text = f'The input receipt handle "{handle}" is not a valid receipt handle.'
        if any(handle in other.handles for other in queue.siblings.values()):
            text = f'The receipt handle "{handle}" is not valid for this queue.'
        raise Refused("ReceiptHandleIsInvalid", text, 404)
    return message if queue.stored.get(message.number) is message else None


def _is_held(queue: Queue, message: Message, handle: str | None) -> bool:
    """Return whether this handle's lease of the message still runs."""
    return message.receipt_handle == handle and message.visible_at > queue.now()

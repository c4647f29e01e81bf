"""What a queue reports to CloudWatch, in the namespace AWS/SQS with its name as the only dimension, QueueName.

AWS: NumberOfMessagesSent has what callers send, not what SQS moves to a dead-letter queue. A send that FIFO
deduplication drops counts as deduplicated instead. NumberOfMessagesDeleted has every delete with a valid receipt
handle, repeats included. A receive without messages is one empty receive, however long it polled.
ApproximateAgeOfOldestMessage leaves out what a standard queue has returned three times or more, counts a dead letter's
age from its move, and has no value without a message that counts. FIFO queues leave out nothing. The metrics of fair
queues begin with the first message that has a message group. Source: SQS developer guide, "Available CloudWatch metrics
for Amazon SQS"; the same, "Dead-letter queues", for the age.

One table of that page says that the numbers of delayed and of in-flight messages are reported only if there are any.
"Troubleshooting: messages not returned" has them at 0 for an empty queue, and so does this cloud.

AWS leaves open: a batch's entry that failed was not sent and doesn't count. A purge is no delete. SentMessageSize
includes message attributes, as the limits of a message do. A repeated ReceiveRequestAttemptId returns messages, so they
count again. A message move task receives, deletes and sends, since those are the permissions that it needs, and so it
counts. Messages that SNS brings are sent.
moto: has none of them.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from helpers.aws_rules.common.meters import MINUTE, Count, Meters, Sizes, point_of
from helpers.aws_rules.common.series import STEP, Point, Series
from helpers.aws_rules.sqs import fairness

if TYPE_CHECKING:
    from helpers.aws_rules.sqs.messages import Message
    from helpers.aws_rules.sqs.queues import Queue

SENT, RECEIVED, DELETED = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted"
EMPTY_RECEIVES, DEDUPLICATED = "NumberOfEmptyReceives", "NumberOfDeduplicatedSentMessages"
SIZE = "SentMessageSize"
_COUNTS = (SENT, RECEIVED, DELETED, EMPTY_RECEIVES)
_QUIET = "InQuietGroups"
_INSTANT = 0.5  # milliseconds before the end of a minute
_VISIBLE, _IN_FLIGHT, _DELAYED, _WITH_IN_FLIGHT = range(4)  # the places of what's counted
_UNTIL_STEADY = fairness.RECENT // MINUTE + 2  # minutes without a change, after which who's noisy doesn't change either
_LEFT_OUT_AFTER = 3  # receives of a message that then isn't the oldest one any more


class Held(NamedTuple):
    """What a queue holds at the end of a minute: numbers of messages, and since when the oldest one has been in it.

    oldest: in milliseconds since 1970; None without a message that counts. groups: those of a FIFO queue with messages
    in flight. noisy: how many groups are, and quiet: the same for all others; None in both if it isn't a fair queue.
    """

    visible: int = 0
    in_flight: int = 0
    delayed: int = 0
    oldest: int | None = None
    groups: int = 0
    noisy: int | None = None
    quiet: "Held | None" = None


_NUMBERS = {  # metrics, and the fields of Held that they show
    "ApproximateNumberOfMessagesVisible": "visible",
    "ApproximateNumberOfMessagesNotVisible": "in_flight",
    "ApproximateNumberOfMessagesDelayed": "delayed",
}
_AGE, _GROUPS = "ApproximateAgeOfOldestMessage", "ApproximateNumberOfGroupsWithInflightMessages"
_NOISY = "ApproximateNumberOfNoisyGroups"


class QueueMeters(Meters):
    """The metrics of the queues of one name, of which there can be one at a time. queue: the present one, or None.

    fair: whether a standard queue of this name has had a message with a message group when a minute was over.
    """

    def __init__(self, queue: "Queue"):
        super().__init__(queue.owner)
        self.queue: Queue | None = queue
        self.fifo, self.fair = bool(queue.fifo_queue), False

    def open(self, queue: "Queue") -> None:
        """Go on with a new queue of the same name."""
        self.touch(queue.now())
        self.queue = queue

    def close(self, now: float) -> None:
        """Report no more of the queue, which is deleted now."""
        self.settle(now)
        self.queue = None

    def held_until(self, moment: float) -> None:
        """Note that the queue had a message until then, which counts as long as an access does."""
        self.accessed = max(self.accessed, moment)

    def sent(self, now: float, size: int) -> None:
        """Count a message that was sent. size: in bytes."""
        self.count(SENT, now)
        self.measure(now, size)

    def received(self, now: float, number: int) -> None:
        """Count what a receive returns."""
        if number:
            self.count(RECEIVED, now, number)
        else:
            self.count(EMPTY_RECEIVES, now)

    def series(self) -> dict[str, Series]:
        """Return the metrics that a queue of this kind has, by name."""
        self.settle(self.owner.time() * 1000)
        counts = (*_COUNTS, DEDUPLICATED) if self.fifo else _COUNTS
        found: dict[str, Series] = {name: Count(self, name) for name in counts}
        found |= {SIZE: Sizes(self), _AGE: _Age(self)}
        found |= {name: _Number(self, field) for name, field in _NUMBERS.items()}
        if self.fifo:
            found[_GROUPS] = _Number(self, "groups")
        elif self.fair:
            found |= {_NOISY: _Number(self, "noisy"), _AGE + _QUIET: _Age(self, quiet=True)}
            found |= {name + _QUIET: _Number(self, field, quiet=True) for name, field in _NUMBERS.items()}
        return found

    def _changes(self, first: int, end: int) -> Iterator[tuple[int, Held | None]]:
        """Yield (minute, what the queue holds from then on), None once it isn't active any more."""
        if self.queue is None:
            yield first, None
            return
        keeps = self.queue.message_retention_period * 1000
        holds_until = max((message.enqueued_at + keeps for message in self.queue.stored.values()), default=0)
        over = max(first, self._active_end(max(self.accessed, holds_until)))
        changes = _changes(self.queue.stored.values(), keeps, self.fifo, first, min(end, over))
        if self.queue.processing is None:
            yield from changes
        else:
            self.fair = True
            yield from _with_quiet(self.queue, changes, keeps, min(end, over))
        if over < end:
            yield over, None


class _Number:
    """The series of a number that a queue holds. quiet: in quiet groups only."""

    unit = "Count"

    def __init__(self, meters: QueueMeters, field: str, quiet: bool = False):
        self._meters, self._field, self._quiet = meters, field, quiet

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a minute, the number), oldest first; see Series. Equal minutes can share a Point."""
        for first, stop, number in _stretches(self._meters, self._field, self._quiet, start, end):
            point = point_of(number)
            for minute in range(first, stop):
                yield minute * STEP, point


class _Age:
    """The series of the age of the oldest message, in whole seconds. quiet: in quiet groups only."""

    unit = "Seconds"

    def __init__(self, meters: QueueMeters, quiet: bool = False):
        self._meters, self._quiet = meters, quiet

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a minute, the age at its end), oldest first; see Series."""
        for first, stop, oldest in _stretches(self._meters, "oldest", self._quiet, start, end):
            for minute in range(first, stop):
                yield minute * STEP, point_of(((minute + 1) * MINUTE - oldest) // 1000)


def _stretches(meters: QueueMeters, field: str, quiet: bool, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield (first minute, minute after the last, what this field held), oldest first, where it held anything."""
    for first, stop, held in meters.stretches(start, end):
        held = held.quiet if held is not None and quiet else held
        value = getattr(held, field, None)
        if value is not None:
            yield first, stop, value


# --- what a queue holds while nobody changes it -----------------------------------------------------------------------


def _changes(messages: "Iterable[Message]", keeps: float, fifo: bool, first: int, end: int) -> list[tuple[int, Held]]:
    """Return (minute, what holds from its end on) for the first minute and each in which that changes, before `end`.

    Nobody changes the messages meanwhile: they only become visible or expire. keeps: the retention period in
    milliseconds.
    """
    if first >= end:
        return []
    shifts: dict[int, list[int]] = {first: [0, 0, 0, 0]}  # by minute: how much more there is of each
    groups: dict[str | None, int] = {}  # until which minute each has a message in flight
    ages: list[tuple[int, int]] = []

    def add(place: int, begins: int, ends: int) -> None:
        begins = max(begins, first)
        if begins < min(ends, end):
            shifts.setdefault(begins, [0, 0, 0, 0])[place] += 1
            if ends < end:
                shifts.setdefault(ends, [0, 0, 0, 0])[place] -= 1

    for message in messages:
        gone = int((message.enqueued_at + keeps) // MINUTE)
        if gone <= first:
            continue
        hidden = min(int(max(message.visible_at, message.delayed_until) // MINUTE), gone)
        is_delayed = message.delayed_until > message.visible_at
        add(_DELAYED if is_delayed else _IN_FLIGHT, first, hidden)
        add(_VISIBLE, hidden, gone)
        if fifo and not is_delayed:
            groups[message.group_id] = max(groups.get(message.group_id, 0), hidden)
        if fifo or message.approximate_receive_count - message.received_elsewhere < _LEFT_OUT_AFTER:
            ages.append((int(message.joined_at), gone))
    for until in groups.values():
        add(_WITH_IN_FLIGHT, first, until)
    return list(_summed(shifts, sorted(ages)))


def _summed(shifts: dict[int, list[int]], ages: list[tuple[int, int]]) -> Iterator[tuple[int, Held]]:
    """Yield (minute, what holds from its end on). ages: since when a message is in the queue, and its last minute."""
    numbers, oldest = [0, 0, 0, 0], 0
    for minute in sorted(shifts):
        numbers = [number + more for number, more in zip(numbers, shifts[minute], strict=True)]
        while oldest < len(ages) and ages[oldest][1] <= minute:
            oldest += 1
        since = ages[oldest][0] if oldest < len(ages) else None
        yield minute, Held(numbers[_VISIBLE], numbers[_IN_FLIGHT], numbers[_DELAYED], since, numbers[_WITH_IN_FLIGHT])


def _with_quiet(queue: "Queue", changes: list[tuple[int, Held]], keeps: float, end: int) -> Iterator[tuple[int, Held]]:
    """Yield the changes of a fair queue with what its quiet groups hold. Who's noisy can change by itself."""
    for place, (begins, held) in enumerate(changes):
        stop = changes[place + 1][0] if place + 1 < len(changes) else end
        for minute in range(begins, min(stop, begins + _UNTIL_STEADY) if held.visible else begins + 1):
            noisy = fairness.noisy(queue, (minute + 1) * MINUTE - _INSTANT)
            if not noisy:
                yield minute, held._replace(noisy=0, quiet=held)
                continue
            quiet = [message for message in queue.stored.values() if message.group_id not in noisy]
            ((_, others),) = _changes(quiet, keeps, False, minute, minute + 1)
            yield minute, held._replace(noisy=len(noisy), quiet=others)

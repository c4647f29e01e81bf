"""What SQS promises about the messages of a queue, as a small model that knows nothing of how the offline cloud works.

It gets each call that succeeded, with its result, and asserts that AWS could have answered so. Times are seconds;
a span is over when its last moment has come. Sources: SQS developer guide, "Visibility timeout", "Dead-letter queues",
"FIFO delivery logic", "Exactly-once processing"; SQS API reference, ReceiveMessage, DeleteMessage,
ChangeMessageVisibility, SendMessage, GetQueueAttributes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

DEDUPLICATION = 300  # seconds in which a deduplication id is remembered


@dataclass(eq=False)
class Copy:
    """A message in the queue. number: the sequence number on a FIFO queue."""

    id: str
    body: str
    sent: float
    until: float  # when its retention period is over
    delayed_until: float = 0
    group: str | None = None
    number: int = 0
    hidden_until: float = 0
    count: int = 0
    first: float | None = None
    handle: str = ""


@dataclass
class Seen:
    """What the first message of a deduplication id was answered, and until when it counts."""

    id: str
    number: str
    until: float


@dataclass
class QueueModel:
    """The messages of a queue, and what may be received.

    most: maxReceiveCount; 0 where there is no dead-letter queue. A message that was received so often waits to be
    moved: the model does not know when SQS does it, only that nobody receives the message from here again.
    """

    fifo: bool = False
    retention: int = 345_600
    delay: int = 0
    most: int = 0
    content_based: bool = False
    each_group: bool = False  # DeduplicationScope is "messageGroup"
    dead: "QueueModel | None" = None
    copies: list[Copy] = field(default_factory=list)
    spares: list[Copy] = field(default_factory=list)  # duplicates that the cloud announced and nobody has received
    handles: dict[str, Copy] = field(default_factory=dict)
    seen: dict[tuple[str, str], Seen] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # the last sequence number of each group
    purged: bool = False  # whether AWS forgets deduplication ids then is nowhere said

    # --- what there is ------------------------------------------------------------------------------------------

    def tidy(self, now: float) -> None:
        """Drop the messages whose retention period is over."""
        self.copies = [copy for copy in self.copies if now < copy.until]
        self.spares = [copy for copy in self.spares if now < copy.until]

    def due(self, now: float) -> list[Copy]:
        """Return the messages that wait to be moved to the dead-letter queue, or were moved already."""
        return [copy for copy in self.copies if self.most and copy.count >= self.most and copy.hidden_until <= now]

    def ready(self, now: float) -> list[Copy]:
        """Return the messages that are neither hidden nor delayed nor due."""
        due = self.due(now)
        return [c for c in self.copies if c.hidden_until <= now and c.delayed_until <= now and c not in due]

    def can_come(self, now: float) -> list[Copy]:
        """Return what a receive may give out.

        On a FIFO queue nothing of a group that stands behind one in flight or delayed. One in front of it, whose lease
        is over, comes again (recorded: localstack test_fifo_message_group_visibility_after_change_message_visibility).
        """
        if not self.fifo:
            return self.ready(now)
        found, blocked, ready = [], set(), self.ready(now)
        for copy in self.copies:
            if copy.hidden_until > now or copy.delayed_until > now:
                blocked.add(copy.group)
            if copy in ready and copy.group not in blocked:
                found.append(copy)
        return found

    def counts(self, now: float) -> tuple[int, int, int]:
        """Return how many messages are visible, in flight and delayed; those that are due count as visible."""
        hidden = sum(copy.hidden_until > now for copy in self.copies)
        delayed = sum(copy.delayed_until > now for copy in self.copies)
        return len(self.copies) - hidden - delayed, hidden, delayed

    # --- what happens -------------------------------------------------------------------------------------------

    def send(self, entry: dict[str, Any], reply: dict[str, Any], now: float) -> None:
        """A message was accepted: it is kept, unless its deduplication id came within five minutes."""
        if self.fifo and self.is_duplicate(entry, reply, now):
            return
        delay = entry.get("DelaySeconds", self.delay)
        copy = Copy(reply["MessageId"], entry["MessageBody"], now, now + self.retention, now + delay if delay else 0)
        assert all(copy.id != other.id for other in self.copies), "a new message has an id of its own"
        if self.fifo:
            copy.group, copy.number = entry["MessageGroupId"], int(reply["SequenceNumber"])
            assert copy.number > self.numbers.get(copy.group, 0), "sequence numbers grow"
            self.numbers[copy.group] = copy.number
        self.copies.append(copy)

    def is_duplicate(self, entry: dict[str, Any], reply: dict[str, Any], now: float) -> bool:
        """Return whether the message is a duplicate; it then has the id and number of the first one."""
        content = entry["MessageBody"] if self.content_based else ""
        key = (entry["MessageGroupId"] if self.each_group else "", entry.get("MessageDeduplicationId") or content)
        first = self.seen.get(key)
        again = first is not None and first.id == reply["MessageId"]
        if first is not None and now < first.until and not self.purged:
            assert again, "a duplicate gets the first one's id"
        if again:
            assert first is not None
            assert now < first.until, "after five minutes it is a new message"
            assert reply["SequenceNumber"] == first.number
            return True
        self.seen[key] = Seen(reply["MessageId"], reply["SequenceNumber"], now + DEDUPLICATION)
        return False

    def receive(self, messages: list[dict[str, Any]], now: float, asked: int, lease: float, all_seen: bool) -> None:
        """Messages were received. all_seen: whether the receive saw all there was."""
        self.tidy(now)
        can_come = self.can_come(now)
        assert len(messages) <= asked
        if all_seen:
            assert len(messages) >= min(asked, len(can_come)), "what is there comes"
        taken = [self.take(message, can_come, now) for message in messages]
        for copy, message in zip(taken, messages, strict=True):
            self.lease(copy, message, now, lease)

    def take(self, message: dict[str, Any], can_come: list[Copy], now: float) -> Copy:
        """Return the copy that was received; it was one that may come now."""
        told = int(message["Attributes"]["ApproximateReceiveCount"])
        first = int(message["Attributes"]["ApproximateFirstReceiveTimestamp"])
        same = [copy for copy in can_come if copy.id == message["MessageId"] and copy.count + 1 == told]
        found = next((c for c in same if 0 <= (now if c.first is None else c.first) * 1000 - first < 1), None)
        if found is not None:
            can_come.remove(found)
        else:
            found = next((copy for copy in self.spares if copy.id == message["MessageId"]), None)
            assert found, f"{message['Body']} is hidden, delayed, locked, deleted or gone, or was counted wrongly"
            self.spares.remove(found)
            self.copies.append(found)
            found.count, found.first = told - 1, (first + 0.5) / 1000  # what a duplicate counts is nowhere promised
        if self.fifo:
            self.comes_in_order(found, can_come, now)
        return found

    def comes_in_order(self, found: Copy, can_come: list[Copy], now: float) -> None:
        """Nothing of its group that is older may be left, but what was moved to the dead-letter queue before it."""
        older = [copy for copy in self.copies if copy.group == found.group and copy.number < found.number]
        assert all(copy not in can_come for copy in older), "a group comes in the order in which it was sent"
        for copy in older:
            if copy in self.due(now):
                self.move(copy)

    def lease(self, copy: Copy, message: dict[str, Any], now: float, lease: float) -> None:
        """A receive hides the message, counts, and gives a handle that was never given before."""
        attributes = message["Attributes"]
        assert message["Body"] == copy.body
        assert int(attributes["SentTimestamp"]) == int(copy.sent * 1000)
        copy.count += 1
        copy.first = now if copy.first is None else copy.first
        if self.fifo:
            assert attributes["MessageGroupId"] == copy.group
        assert message["ReceiptHandle"] not in self.handles
        copy.handle, copy.hidden_until = message["ReceiptHandle"], now + lease
        self.handles[copy.handle] = copy

    def announce(self, message_id: str) -> None:
        """The cloud said that it delivers a message once more."""
        assert not self.fifo, "a FIFO queue delivers nothing twice"
        self.spares.append(replace(next(copy for copy in self.copies if copy.id == message_id), handle=""))

    def is_newest(self, handle: str) -> bool:
        """Return whether this is the newest handle of a message that is still there."""
        copy = self.handles.get(handle)
        return copy in self.copies and copy.handle == handle  # type: ignore[union-attr]

    def is_there(self, handle: str) -> bool:
        """Return whether the message of this handle is still there."""
        return self.handles[handle] in self.copies

    def older_handles(self, now: float) -> list[str]:
        """Return the handles of earlier receives, unless nobody knows which message is theirs, or where it is."""
        ids = [copy.id for copy in (*self.copies, *self.spares)]
        unclear = {copy.id for copy in self.due(now)} | {each for each in ids if ids.count(each) > 1}
        return [h for h, copy in self.handles.items() if not self.is_newest(h) and copy.id not in unclear]

    def delete(self, handle: str) -> None:
        """A delete with this handle was accepted: the message is gone for ever."""
        if self.is_there(handle):
            self.copies.remove(self.handles[handle])

    def hide(self, handle: str, now: float, seconds: int) -> None:
        """A message's lease ends so many seconds from now."""
        self.handles[handle].hidden_until = now + seconds

    def purge(self) -> None:
        """All messages are gone."""
        self.copies, self.spares, self.purged = [], [], True

    def move(self, copy: Copy) -> None:
        """A message is a dead letter: it is in the dead-letter queue and visible, with its id and its count."""
        assert self.dead is not None
        self.copies.remove(copy)
        copy.hidden_until, copy.delayed_until = 0, 0
        self.dead.copies.append(copy)

    def find_dead(self, ids: Iterable[str], now: float) -> None:
        """Messages of these ids were seen in the dead-letter queue: they had been received as often as they may."""
        for copy in [copy for copy in self.due(now) if copy.id in ids]:
            self.move(copy)

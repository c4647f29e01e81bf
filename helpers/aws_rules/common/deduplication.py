"""Deduplication on FIFO queues and topics, and their sequence numbers.

AWS: a second message with the same deduplication id within five minutes is accepted and not delivered, even if the
first one was received and deleted. It gets the first one's id and sequence number. With the scope "messageGroup",
deduplication ids count per group. Sequence numbers have 20 digits and grow in steps larger than one. Source: SQS
developer guide, "Exactly-once processing"; SQS API reference, SendMessage; SNS API reference, Publish. Which scope
counts is asked at each send, so a changed scope counts for ids from before the change, too (inferred).
moto: forgets a message when it's deleted, gives the second one a new id, ignores the scope, and makes sequence numbers
up at random.
"""

import hashlib
from dataclasses import dataclass

INTERVAL = 300.0  # seconds
# About as large, and with gaps, as on AWS.
QUEUE_NUMBERS, TOPIC_NUMBERS, _STEP = 18_849_496_460_467_696_128, 10_000_000_000_000_000_000, 256


@dataclass(frozen=True)
class Seen:
    """What the first message with a deduplication id got. until: when its five minutes are over."""

    message_id: str
    sequence_number: str
    until: float


class Deduplication:
    """The messages that one FIFO queue or topic accepted in the last five minutes."""

    def __init__(self, first_number: int = QUEUE_NUMBERS) -> None:
        self._seen: dict[tuple[str, str], Seen] = {}  # by message group and deduplication id, oldest first
        self._latest_group: dict[str, str] = {}  # by deduplication id
        self._sequence = first_number

    def find_original(self, group: str, deduplication_id: str, now: float) -> Seen | None:
        """Return what the first message with this deduplication id got, or None if this is the first.

        group: the message group if ids count per group, "" if they count for the whole queue or topic.
        """
        while self._seen and (oldest := next(iter(self._seen))) and self._seen[oldest].until <= now:
            del self._seen[oldest]
            if self._latest_group.get(oldest[1]) == oldest[0]:
                del self._latest_group[oldest[1]]
        return self._seen.get((group or self._latest_group.get(deduplication_id, ""), deduplication_id))

    def remember(self, group: str, deduplication_id: str, message_id: str, number: str, now: float) -> None:
        """Remember a message for five minutes."""
        self._seen[group, deduplication_id] = Seen(message_id, number, now + INTERVAL)
        self._latest_group[deduplication_id] = group

    def forget(self) -> None:
        """Forget all messages."""
        self._seen.clear()
        self._latest_group.clear()

    def next_number(self) -> str:
        """Return the next sequence number."""
        self._sequence += _STEP
        return str(self._sequence)


def content_id(body: str) -> str:
    """Return the deduplication id of content-based deduplication: the SHA-256 of the body, without attributes."""
    return hashlib.sha256(body.encode("utf-8", errors="surrogatepass")).hexdigest()

"""The memory of FIFO queues and topics for what they have seen, and their sequence numbers.

AWS: within five minutes a second message with the same deduplication id is accepted and not delivered, even when the
first was received and deleted; it gets the first one's id and sequence number. With the scope "messageGroup" each group
has ids of its own. Sequence numbers are 20 digits and grow, not by one. Source: SQS developer guide, "Exactly-once
processing"; SQS API reference, SendMessage; SNS API reference, Publish.
moto: forgets a message when it is deleted, gives the second a new id, knows no scope, draws sequence numbers.
"""

import hashlib
from dataclasses import dataclass

INTERVAL = 300.0  # seconds
# Of the size that AWS gives out; they do not follow one by one.
QUEUE_NUMBERS, TOPIC_NUMBERS, _STEP = 18_849_496_460_467_696_128, 10_000_000_000_000_000_000, 256


@dataclass(frozen=True)
class Seen:
    """What the first message of a deduplication id got."""

    message_id: str
    sequence_number: str
    until: float


class Deduplication:
    """What one FIFO queue or topic has seen in the last five minutes."""

    def __init__(self, first_number: int = QUEUE_NUMBERS) -> None:
        self._seen: dict[tuple[str, str], Seen] = {}
        self._sequence = first_number

    def first(self, group: str, deduplication_id: str, now: float) -> Seen | None:
        """Return what the first message of this id got, or None when this one is the first.

        group: the scope; "" where the whole queue or topic is one.
        """
        while self._seen and (oldest := next(iter(self._seen))) and self._seen[oldest].until <= now:
            del self._seen[oldest]
        return self._seen.get((group, deduplication_id))

    def remember(self, group: str, deduplication_id: str, message_id: str, number: str, now: float) -> None:
        """Remember a message for five minutes."""
        self._seen[group, deduplication_id] = Seen(message_id, number, now + INTERVAL)

    def forget(self) -> None:
        """Forget all that was seen."""
        self._seen.clear()

    def next_number(self) -> str:
        """Return the next sequence number."""
        self._sequence += _STEP
        return str(self._sequence)


def content_id(body: str) -> str:
    """Return the deduplication id that content-based deduplication gives: SHA-256 of the body alone."""
    return hashlib.sha256(body.encode("utf-8", errors="surrogatepass")).hexdigest()

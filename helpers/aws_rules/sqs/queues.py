"""A queue: the messages that it stores, how long, and how many of each kind.

AWS: retention is counted from the time a message was first sent, and an expired message is gone from receives and
counters alike; setting one attribute leaves the others. Source: SQS API reference, SetQueueAttributes and
GetQueueAttributes.
moto: counts expired messages and lets them block receives; forgets the Policy when any attribute is set.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import moto.sqs.models

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.deduplication import Deduplication
from helpers.aws_rules.common.untracked import Untracked
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.messages import Message

_HANDLES = 20_000  # receipt handles that a queue remembers; the oldest go first


class Queue(Untracked, moto.sqs.models.Queue):
    """moto's queue, which keeps attributes, tags and policy, with messages and times of our own."""

    BASE_ATTRIBUTES: ClassVar[list[str]] = [*moto.sqs.models.Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]

    def __init__(
        self, owner: Account, name: str, region: str, siblings: dict[str, "Queue"], attributes: dict[str, str]
    ):
        self.owner, self.siblings = owner, siblings  # siblings: the account's queues in this region, by name
        self.stored: dict[int, Message] = {}  # in the order in which they came
        self.handles: dict[str, Message] = {}  # the receipt handles that it gave out
        self.attempts: dict[str, tuple[float, list[Message]]] = {}  # what a ReceiveRequestAttemptId got, until when
        self.seen = Deduplication()
        self.purged_at = float("-inf")
        self.redrive_allow_policy: str | None = None
        self._came, self._first_expiry = 0, float("inf")
        super().__init__(name, region, owner.number, **attributes)
        self.created_timestamp = self.last_modified_timestamp = int(owner.time())

    def now(self) -> float:
        """Return the owner's time in milliseconds."""
        return self.owner.time() * 1000

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        if hasattr(self, "_policy_json"):
            attributes = {"Policy": self.policy} | attributes
        super()._set_attributes(attributes, int(self.owner.time()))
        if self.fifo_queue and "DelaySeconds" in attributes:
            for message in self.stored.values():  # a standard queue's new delay is for new messages alone
                if not message.approximate_receive_count:
                    message.delayed_until = message.sent_timestamp + int(attributes["DelaySeconds"]) * 1000
        self._first_expiry = 0.0  # a changed retention period counts for messages that wait already

    def _setup_dlq(self, policy: Any) -> None:
        redrive.set_policy(self, policy)

    # --- messages -----------------------------------------------------------------------------------------------

    def add(self, message: Message) -> None:
        """Store a message behind the others and wake who waits for one."""
        self._came += 1
        message.number = self._came
        self.stored[message.number] = message
        self._first_expiry = min(self._first_expiry, self._expiry(message))
        self.owner.accounts.changed.notify_all()

    def remove(self, message: Message) -> None:
        """Take a message out."""
        self.stored.pop(message.number, None)

    def remember_handle(self, message: Message) -> None:
        """Remember whose the message's newest receipt handle is."""
        self.handles[message.receipt_handle or ""] = message
        if len(self.handles) > _HANDLES:
            del self.handles[next(iter(self.handles))]

    def _expiry(self, message: Message) -> float:
        return message.enqueued_at + self.message_retention_period * 1000  # type: ignore[attr-defined]

    def is_expired(self, message: Message) -> bool:
        """Return whether the message's retention period is over."""
        return self._expiry(message) <= self.now()

    def tidy(self) -> None:
        """Drop the messages whose retention period is over."""
        now = self.now()
        if now < self._first_expiry:
            return
        for message in [message for message in self.stored.values() if self._expiry(message) <= now]:
            self.remove(message)
            steps.note_expiry(self.owner, self.queue_arn, message.id, self._expiry(message))
        self._first_expiry = min((self._expiry(message) for message in self.stored.values()), default=float("inf"))

    def waiting(self, now: float) -> Iterator[Message]:
        """Yield the messages that are neither hidden nor delayed, oldest first."""
        return (m for m in list(self.stored.values()) if m.visible_at <= now and m.delayed_until <= now)

    def next_event(self, now: float) -> float:
        """Return the seconds until the next hidden or delayed message may be seen; infinity when there is none."""
        moments = (at for m in self.stored.values() for at in (m.visible_at, m.delayed_until) if at > now)
        # A millisecond later, since a float of seconds may fall just short of the moment.
        return (min(moments, default=float("inf")) - now) / 1000 + 0.001

    def counts(self) -> tuple[int, int, int]:
        """Return how many messages are visible, in flight, and delayed."""
        self.tidy()
        now, stored = self.now(), self.stored.values()
        hidden = sum(m.visible_at > now for m in stored)
        delayed = sum(m.delayed_until > now for m in stored)
        return len(stored) - hidden - delayed, hidden, delayed

    @property
    def approximate_number_of_messages(self) -> int:
        """How many can be received now."""
        return self._reported()[0]

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        """How many are in flight."""
        return self._reported()[1]

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        """How many are delayed."""
        return self._reported()[2]

    def _reported(self) -> tuple[int, int, int]:
        return self.owner.unkindness.counts(self.queue_arn, self.counts, self.owner.time())

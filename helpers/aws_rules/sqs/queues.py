"""A queue: the messages in it, how long it keeps them, and how many of each kind it has.

AWS: the retention period starts when a message was first sent. An expired message is neither received nor counted.
Setting one attribute leaves the others unchanged. Right after a FIFO queue's deduplication scope was changed, ids still
count as before; a change can take 60 seconds. Source: SQS API reference, SetQueueAttributes and GetQueueAttributes;
recorded answers.
moto: counts expired messages and lets them block receives, and loses the Policy when any attribute is set.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import moto.sqs.models

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.deduplication import Deduplication
from helpers.aws_rules.common.untracked import UntrackedResource
from helpers.aws_rules.sqs import redrive
from helpers.aws_rules.sqs.fairness import ProcessingTime
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.meters import QueueMeters

# moto works out the Python names of all attributes anew for each queue that is made or looked at.
moto.sqs.models.camelcase_to_underscores = lru_cache(maxsize=256)(moto.sqs.models.camelcase_to_underscores)

_MAX_HANDLES = 20_000  # receipt handles that a queue remembers; it forgets the oldest first
_SCOPE_CHANGES_AFTER = 60  # seconds


class Receipt(NamedTuple):
    """One receive of a message. number: the message's place in the queue then. at: in milliseconds."""

    message: Message
    number: int
    at: float


class Queue(UntrackedResource, moto.sqs.models.Queue):
    """moto's queue, which has attributes, tags and a policy, with messages and times of our own.

    siblings: all queues of the account in this region, by name. stored: the messages in sequence. receipts: what
    receives returned, by receipt handle. deleted: how many were deleted so far. attempts: what a
    ReceiveRequestAttemptId received, and until when it's valid. meters: what it reports to CloudWatch. processing: what
    tenants used of the consumers' time; None until a standard queue gets its first message with a MessageGroupId.
    """

    BASE_ATTRIBUTES = [*moto.sqs.models.Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]  # noqa: RUF012  # as in moto

    # Attributes of the queue, which moto sets by name.
    content_based_deduplication: bool
    deduplication_scope: str
    delay_seconds: int
    fifo_throughput_limit: str
    kms_master_key_id: str | None
    maximum_message_size: int
    message_retention_period: int
    receive_message_wait_time_seconds: int
    redrive_policy: dict[str, Any] | None
    sqs_managed_sse_enabled: str | bool
    visibility_timeout: int

    def __init__(
        self, owner: Account, name: str, region: str, siblings: dict[str, "Queue"], attributes: dict[str, str]
    ):
        self.owner, self.siblings = owner, siblings
        self.stored: dict[int, Message] = {}
        self.receipts: dict[str, Receipt] = {}
        self.attempts: dict[str, tuple[float, list[Message]]] = {}
        self.seen = Deduplication()
        self.processing: ProcessingTime | None = None
        self.deleted = 0
        self.purged_at = float("-inf")
        self.redrive_allow_policy: str | None = None
        self._former_scope, self._scope_changes_at = "", float("-inf")
        self._last_number, self._first_expiry = 0, float("inf")
        super().__init__(name, region, owner.number, **attributes)
        self.created_timestamp = self.last_modified_timestamp = int(owner.time())
        self.meters = QueueMeters(self)

    def now(self) -> float:
        """Return the owner's time in milliseconds."""
        return self.owner.time() * 1000

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        if hasattr(self, "_policy_json"):
            attributes = {"Policy": self.policy} | attributes
            if attributes.get("DeduplicationScope", self.deduplication_scope) != self.deduplication_scope:
                self._former_scope = self.scope_in_effect()
                self._scope_changes_at = self.owner.time() + _SCOPE_CHANGES_AFTER
        super()._set_attributes(attributes, int(self.owner.time()))
        if self.fifo_queue and "DelaySeconds" in attributes:
            for message in self.stored.values():  # on a standard queue a new delay applies only to new messages
                if not message.approximate_receive_count:
                    message.delayed_until = message.sent_timestamp + int(attributes["DelaySeconds"]) * 1000
        self._first_expiry = 0.0  # a new retention period applies to stored messages too

    def scope_in_effect(self) -> str:
        """Return the scope that deduplication has now: "queue" or "messageGroup"."""
        return self._former_scope if self.owner.time() < self._scope_changes_at else self.deduplication_scope

    def _setup_dlq(self, policy: Any) -> None:
        redrive.set_redrive_policy(self, policy)

    # --- messages -----------------------------------------------------------------------------------------------------

    def add(self, message: Message) -> None:
        """Store a message behind the others and wake up the long polls."""
        self.meters.touch(self.now())
        self._last_number += 1
        message.number = self._last_number
        self.stored[message.number] = message
        if message.group_id is not None and self.processing is None and not self.fifo_queue:
            self.processing = ProcessingTime()
        self._first_expiry = min(self._first_expiry, self._expiry(message))
        self.owner.tell_of_change()

    def remove(self, message: Message) -> None:
        """Remove a message."""
        now = self.now()
        self.meters.touch(now)
        if self.processing is not None:
            self.processing.end(message, now)
        self.stored.pop(message.number, None)

    def remember_receipt(self, message: Message) -> None:
        """Remember the latest receive of the message by its receipt handle."""
        self.receipts[message.receipt_handle or ""] = Receipt(message, message.number, message.received_at)
        if len(self.receipts) > _MAX_HANDLES:
            del self.receipts[next(iter(self.receipts))]

    def _expiry(self, message: Message) -> float:
        return message.enqueued_at + self.message_retention_period * 1000

    def is_expired(self, message: Message) -> bool:
        """Return whether the message's retention period is over."""
        return self._expiry(message) <= self.now()

    def remove_expired(self) -> None:
        """Remove the messages whose retention period is over."""
        now = self.now()
        if now < self._first_expiry:
            return
        self.meters.settle(now)
        for message in [message for message in self.stored.values() if self._expiry(message) <= now]:
            del self.stored[message.number]
            if self.processing is not None:
                self.processing.end(message, now)
            self.meters.held_until(self._expiry(message))
            steps.record_expiry(self.owner, self.queue_arn, message.id, self._expiry(message))
        self._first_expiry = min((self._expiry(message) for message in self.stored.values()), default=float("inf"))

    def visible(self, now: float) -> Iterator[Message]:
        """Yield the messages that are neither in flight nor delayed, oldest first."""
        return (m for m in list(self.stored.values()) if m.visible_at <= now and m.delayed_until <= now)

    def next_event(self, now: float) -> float:
        """Return the seconds until the next message in flight or delayed becomes visible; infinity if there is none."""
        moments = (at for m in self.stored.values() for at in (m.visible_at, m.delayed_until) if at > now)
        # One millisecond more, since a float of seconds can fall just short of the moment.
        return (min(moments, default=float("inf")) - now) / 1000 + 0.001

    def counts(self) -> tuple[int, int, int]:
        """Return how many messages are visible, in flight, and delayed."""
        self.remove_expired()
        now, stored = self.now(), self.stored.values()
        in_flight = sum(m.visible_at > now for m in stored)
        delayed = sum(m.delayed_until > now for m in stored)
        return len(stored) - in_flight - delayed, in_flight, delayed

    @property
    def approximate_number_of_messages(self) -> int:
        """How many messages are visible."""
        return self._reported_counts()[0]

    @property
    def approximate_number_of_messages_not_visible(self) -> int:
        """How many messages are in flight."""
        return self._reported_counts()[1]

    @property
    def approximate_number_of_messages_delayed(self) -> int:
        """How many messages are delayed."""
        return self._reported_counts()[2]

    def _reported_counts(self) -> tuple[int, int, int]:
        return self.owner.unkindness.counts(self.queue_arn, self.counts, self.owner.time())

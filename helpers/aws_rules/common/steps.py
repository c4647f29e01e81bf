"""What happened to a message, as the journal keeps it: each step with its reason."""

from dataclasses import dataclass
from datetime import datetime, timezone

from helpers.aws_rules.common.accounts import Account

SENT, RECEIVED, HIDDEN, DELETED, EXPIRED = "sent", "received", "hidden", "deleted", "expired"
DUPLICATE, MOVED, PURGED = "refused as a duplicate", "moved", "purged"
PUBLISHED, DELIVERED, HELD_BACK, REFUSED, LOST = "published", "delivered", "held back", "refused", "lost"
UNKIND = "unkindness"


@dataclass(frozen=True)
class Step:
    """One step in the life of a message or of its delivery.

    at: by the cloud's clock, in UTC. what: one of the words above. where: the ARN of the queue, topic or subscription.
    message: the message's id; "" where none is meant. reason: why, in words; may be "". hidden: for how many seconds
    from then on nobody receives the message.
    """

    at: datetime
    what: str
    where: str
    message: str = ""
    reason: str = ""
    hidden: float = 0


def note(account: Account, what: str, where: str, message: str = "", reason: str = "", hidden: float = 0) -> None:
    """Write a step that happens now into the journal of the account's world."""
    account.world.journal.append(Step(account.world.clock.now(), what, where, message, reason, hidden))


def note_expiry(account: Account, where: str, message: str, at: float) -> None:
    """Write down that a message expired, at its moment (milliseconds), which may have passed without a call."""
    moment = datetime.fromtimestamp(at / 1000, timezone.utc)
    account.world.journal.append(Step(moment, EXPIRED, where, message, "its retention period was over"))

"""Steps: what happened to a message, for the journal, each with its reason."""

from dataclasses import dataclass
from datetime import datetime, timezone

from helpers.aws_rules.common.accounts import Account

SENT, RECEIVED, HIDDEN, DELETED, EXPIRED = "sent", "received", "hidden", "deleted", "expired"
DUPLICATE, MOVED, PURGED = "refused as a duplicate", "moved", "purged"
PUBLISHED, DELIVERED, REFUSED, LOST = "published", "delivered", "refused", "lost"
FILTERED_OUT, NOT_CONFIRMED, PAUSED = "filtered out", "not confirmed", "paused"  # why SNS didn't try to deliver
RETRYING = "retrying"  # a delivery failed, and SNS tries again
TRIES_AGAIN = "; SNS tries again"  # what follows the reason of the failure then
UNKIND = "unkindness"
_LONGEST_TEXT = 1_000  # characters


@dataclass(frozen=True)
class Step:
    """One step in the life of a message or its delivery.

    at: by the cloud's clock, in UTC. what: one of the words above. where: the ARN of the queue, topic or subscription.
    message: the message's id; "" for a step that isn't about a single message. reason: why, in words; can be "".
    hidden: seconds from then on during which the message can't be received. by: who received or published it, or
    deleted it with an earlier receipt handle (see Request.who); "" for the learner's own calls. text: the beginning of
    what was published. wait: seconds until SNS tries again. copy: which copy of the message, counted from 0, where an
    unkind cloud made more than one.
    """

    at: datetime
    what: str
    where: str
    message: str = ""
    reason: str = ""
    hidden: float = 0
    by: str = ""
    text: str = ""
    wait: float = 0
    copy: int = 0


def record(
    account: Account,
    what: str,
    where: str,
    message: str = "",
    reason: str = "",
    hidden: float = 0,
    by: str = "",
    copy: int = 0,
) -> None:
    """Add a step that happens now to the journal of the account's world. A long reason is cut."""
    now = account.world.clock.now()
    account.world.journal.append(Step(now, what, where, message, reason[:_LONGEST_TEXT], hidden, by, copy=copy))


def record_publish(account: Account, what: str, where: str, message: str, by: str, text: str, reason: str = "") -> None:
    """Add the step of something published now, whose text is cut."""
    now = account.world.clock.now()
    account.world.journal.append(Step(now, what, where, message, reason, by=by, text=text[:_LONGEST_TEXT]))


def record_retry(account: Account, where: str, message: str, reason: str, wait: float) -> None:
    """Add the step of a delivery that failed now, and that SNS tries again after this many seconds."""
    account.world.journal.append(Step(account.world.clock.now(), RETRYING, where, message, reason, wait=wait))


def record_expiry(account: Account, where: str, message: str, at: float) -> None:
    """Add the step of a message that expired. at: when, in milliseconds; it can be in the past."""
    moment = datetime.fromtimestamp(at / 1000, timezone.utc)
    account.world.journal.append(Step(moment, EXPIRED, where, message, "its retention period was over"))

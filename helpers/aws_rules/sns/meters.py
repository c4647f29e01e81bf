"""What a topic reports to CloudWatch, in the namespace AWS/SNS with the dimension TopicName.

AWS: NumberOfNotificationsFailed has every failed attempt for a web address, and for all other endpoints each message
that SNS gives up. What a filter policy rejects is no failure: it's filtered out, and a second metric says why. A
message that goes to the subscription's dead-letter queue, or can't, counts once more. PublishSize has one sample for
each message. Source: SNS developer guide, "Monitoring Amazon SNS topics using CloudWatch"; for an invalid body,
CloudWatch user guide, "Recommended alarms". The names of the two reasons for what just doesn't match are those that
alarms in public Terraform modules use.

AWS leaves open: a message that FIFO deduplication drops isn't published, as with a queue's NumberOfMessagesSent. A
batch's entry that failed isn't either. PublishSize includes message attributes, as the limit of a message does. With a
filter policy on attributes, a message without any is "no message attributes", one whose String.Array isn't JSON has
"invalid attributes", and everything else doesn't match. What awaits confirmation counts nowhere. Confirmations and
direct messages to phones and devices are of no topic. AWS also reports by application, platform, country and type of
SMS, but doesn't say which metrics; this cloud doesn't, and has no charges for SMS.
moto: has none of them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.meters import Count, Meters, Sizes
from helpers.aws_rules.common.series import Series
from helpers.aws_rules.sns.filter_policies import ATTRIBUTES, load

if TYPE_CHECKING:
    from helpers.aws_rules.sns.notifications import Notification

PUBLISHED, DELIVERED = "NumberOfMessagesPublished", "NumberOfNotificationsDelivered"
FAILED, FILTERED_OUT = "NumberOfNotificationsFailed", "NumberOfNotificationsFilteredOut"
REDRIVEN, FAILED_TO_REDRIVE = "NumberOfNotificationsRedrivenToDlq", "NumberOfNotificationsFailedToRedriveToDlq"
SIZE = "PublishSize"
_NO_ATTRIBUTES, _INVALID_ATTRIBUTES = f"{FILTERED_OUT}-NoMessageAttributes", f"{FILTERED_OUT}-InvalidAttributes"
_OTHER_ATTRIBUTES = f"{FILTERED_OUT}-MessageAttributes"
_INVALID_BODY, _OTHER_BODY = f"{FILTERED_OUT}-InvalidMessageBody", f"{FILTERED_OUT}-MessageBody"
_COUNTS = (
    *(PUBLISHED, DELIVERED, FAILED, FILTERED_OUT, _NO_ATTRIBUTES, _INVALID_ATTRIBUTES, _OTHER_ATTRIBUTES),
    *(_INVALID_BODY, _OTHER_BODY, REDRIVEN, FAILED_TO_REDRIVE),
)


class TopicMeters(Meters):
    """The metrics of the topics of one name, of which there can be one at a time."""

    def __init__(self, owner: Account):
        super().__init__(owner)
        self._exists = True

    def open(self, now: float) -> None:
        """Go on with a new topic of the same name."""
        self.touch(now)
        self._exists = True

    def close(self, now: float) -> None:
        """Report no more of the topic, which is deleted now."""
        self.settle(now)
        self._exists = False

    def published(self, now: float, size: int) -> None:
        """Count a message that was published. size: in bytes."""
        self.count(PUBLISHED, now)
        self.measure(now, size)

    def filtered_out(self, now: float, scope: str, notification: "Notification") -> None:
        """Count a message that a filter policy rejected, and why. scope: the FilterPolicyScope."""
        self.count(FILTERED_OUT, now)
        self.count(_reason(scope, notification), now)

    def series(self) -> dict[str, Series]:
        """Return the topic's metrics by name."""
        return {name: Count(self, name) for name in _COUNTS} | {SIZE: Sizes(self)}

    def _changes(self, first: int, end: int) -> Iterator[tuple[int, bool | None]]:
        """Yield (minute, True) for when the topic is active from then on, and (minute, None) for when it isn't."""
        over = self._active_end(self.accessed) if self._exists else first
        if over > first:
            yield first, True
        if over < end:
            yield max(first, over), None


def _reason(scope: str, notification: "Notification") -> str:
    """Return the metric that says why a filter policy of this scope rejected the message."""
    if scope != ATTRIBUTES:
        return _OTHER_BODY if _is_object(notification.message) else _INVALID_BODY
    if not notification.attributes:
        return _NO_ATTRIBUTES
    lists = (value for value in notification.attributes.values() if value.get("DataType") == "String.Array")
    return _OTHER_ATTRIBUTES if all(_parses(value.get("StringValue", "")) for value in lists) else _INVALID_ATTRIBUTES


def _is_object(text: str) -> bool:
    return _parses(text) and isinstance(load(text), dict)


def _parses(text: str) -> bool:
    try:
        load(text)
    except (ValueError, RecursionError):
        return False
    return True

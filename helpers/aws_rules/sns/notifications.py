"""A published message, and the envelope: the JSON that SNS wraps it in for a subscriber.

AWS: the envelope has the topic, the time, and a link to unsubscribe with the subscription's ARN. From a FIFO topic it
has a sequence number and no signature. Source: SNS developer guide, "Parsing Amazon SNS message formats"; recorded
answers.
moto: has a constant where the subscription's ARN should be, always signature version 2, and no sequence number.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from helpers.aws_rules.sns import signing

if TYPE_CHECKING:
    from helpers.aws_rules.sns.subscriptions import Subscription

SUBSCRIPTION_CONFIRMATION, UNSUBSCRIBE_CONFIRMATION = "SubscriptionConfirmation", "UnsubscribeConfirmation"


@dataclass(frozen=True)
class Notification:
    """One published message.

    parts: the texts by protocol if MessageStructure is "json", otherwise None. attributes: in the form of boto3. trace:
    X-Ray's header, which queues get as a system attribute. replayed: whether it's from the topic's archive.
    """

    id: str
    topic_arn: str
    at: datetime
    message: str
    subject: str | None
    attributes: dict[str, Any]
    parts: dict[str, str] | None
    group: str | None
    deduplication_id: str | None
    sequence_number: str | None
    trace: str = ""
    replayed: bool = False

    @property
    def sent_attributes(self) -> dict[str, Any]:
        """The message attributes that subscribers get: none with MessageStructure "json". Filters do see them."""
        return self.attributes if self.parts is None else {}

    def text(self, protocol: str) -> str:
        """Return the text for a subscriber of this protocol."""
        if self.parts is None:
            return self.message
        return self.parts.get(protocol, self.parts["default"])


def envelope(notification: Notification, subscription: "Subscription", version: str) -> str:
    """Return the JSON for a subscriber without raw message delivery. version: of the signature."""
    wrapped: dict[str, Any] = {"Type": "Notification", "MessageId": notification.id}
    if notification.sequence_number:
        wrapped["SequenceNumber"] = notification.sequence_number
    wrapped["TopicArn"] = notification.topic_arn
    if notification.subject is not None:
        wrapped["Subject"] = notification.subject
    wrapped["Message"] = notification.text(subscription.protocol)
    wrapped["Timestamp"] = timestamp(notification.at)
    if not notification.sequence_number:
        wrapped |= _signature(wrapped, version, notification.topic_arn)
    wrapped["UnsubscribeURL"] = _link(subscription.host, "Unsubscribe", SubscriptionArn=subscription.arn)
    if notification.sent_attributes:
        wrapped["MessageAttributes"] = {name: _attribute(value) for name, value in notification.sent_attributes.items()}
    if notification.replayed:
        wrapped["Replayed"] = True
    return _as_json(wrapped)


def confirmation(kind: str, message_id: str, subscription: "Subscription", at: datetime, version: str) -> str:
    """Return the JSON that asks to confirm a subscription, or to restore one that a link ended.

    kind: SUBSCRIPTION_CONFIRMATION or UNSUBSCRIBE_CONFIRMATION. version: of the signature.
    """
    topic_arn = subscription.topic.arn
    text = f"You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription"
    if kind == UNSUBSCRIBE_CONFIRMATION:
        text = f"You have chosen to deactivate subscription {subscription.arn}.\n"
        text += "To cancel this operation and restore the subscription"
    wrapped: dict[str, Any] = {
        "Type": kind,
        "MessageId": message_id,
        "Token": subscription.token,
        "TopicArn": topic_arn,
        "Message": f"{text}, visit the SubscribeURL included in this message.",
        "SubscribeURL": confirm_link(subscription),
        "Timestamp": timestamp(at),
    }
    return _as_json(wrapped | _signature(wrapped, version, topic_arn))


def confirm_link(subscription: "Subscription") -> str:
    """Return the link that confirms the subscription."""
    arn, token = subscription.topic.arn, subscription.token
    return _link(subscription.host, "ConfirmSubscription", TopicArn=arn, Token=token)


def _link(host: str, action: str, **params: str) -> str:
    """Return a link that makes SNS do this action when somebody follows it."""
    return f"{host}/?{urlencode({'Action': action} | params, safe=':')}"


def timestamp(at: datetime) -> str:
    """Return the time in the format of SNS: with milliseconds, in UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _signature(wrapped: dict[str, Any], version: str, topic_arn: str) -> dict[str, str]:
    region = topic_arn.split(":")[3]
    return {
        "SignatureVersion": version,
        "Signature": signing.sign(wrapped, version),
        "SigningCertURL": signing.url(region),
    }


def _attribute(value: dict[str, Any]) -> dict[str, str]:
    if "BinaryValue" in value:
        return {"Type": value["DataType"], "Value": base64.b64encode(value["BinaryValue"]).decode()}
    return {"Type": value["DataType"], "Value": value["StringValue"]}


def _as_json(wrapped: dict[str, Any]) -> str:
    return json.dumps(wrapped, indent=2, separators=(",", " : "), ensure_ascii=False)

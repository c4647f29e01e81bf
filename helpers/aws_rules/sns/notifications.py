"""What was published, and the JSON in which SNS wraps it for each subscriber.

AWS: the wrapping names the topic, the time and a link to unsubscribe with the subscription's own ARN; a FIFO topic's
has a sequence number and no signature. Source: SNS developer guide, "Parsing Amazon SNS message formats"; recorded
answers.
moto: has a constant in place of the subscription's ARN, always signature version 2, and no sequence number.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from helpers.aws_rules.sns import signing


@dataclass(frozen=True)
class Notification:
    """One published message. trace: X-Ray's header, which queues get as a system attribute.

    message: as published. parts: with MessageStructure "json" the texts by protocol, else None. attributes: as boto3
    takes them.
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

    @property
    def sent_attributes(self) -> dict[str, Any]:
        """The attributes that subscribers get: none with a text for each protocol. Filters see them all the same."""
        return self.attributes if self.parts is None else {}

    def text(self, protocol: str) -> str:
        """Return the text for a subscriber of this protocol."""
        if self.parts is None:
            return self.message
        return self.parts.get(protocol, self.parts["default"])


def envelope(note: Notification, protocol: str, subscription: Any, version: str) -> str:
    """Return the notification as a subscriber without raw delivery gets it."""
    wrapped: dict[str, Any] = {"Type": "Notification", "MessageId": note.id}
    if note.sequence_number:
        wrapped["SequenceNumber"] = note.sequence_number
    wrapped["TopicArn"] = note.topic_arn
    if note.subject is not None:
        wrapped["Subject"] = note.subject
    wrapped["Message"] = note.text(protocol)
    wrapped["Timestamp"] = timestamp(note.at)
    if not note.sequence_number:
        wrapped |= _signature(wrapped, version, note.topic_arn)
    wrapped["UnsubscribeURL"] = link(subscription.host, "Unsubscribe", SubscriptionArn=subscription.arn)
    if note.sent_attributes:
        wrapped["MessageAttributes"] = {name: _attribute(value) for name, value in note.sent_attributes.items()}
    return _written(wrapped)


ASKED = "SubscriptionConfirmation"
ENDED = "UnsubscribeConfirmation"


def confirmation(kind: str, message_id: str, subscription: Any, at: datetime, version: str) -> str:
    """Return the request to confirm a subscription, or to confirm anew one that ended. kind: ASKED or ENDED."""
    topic_arn = subscription.topic.arn
    text = f"You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription"
    if kind == ENDED:
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
    return _written(wrapped | _signature(wrapped, version, topic_arn))


def confirm_link(subscription: Any) -> str:
    """Return the address that confirms the subscription."""
    arn, token = subscription.topic.arn, subscription.token
    return link(subscription.host, "ConfirmSubscription", TopicArn=arn, Token=token)


def link(host: str, action: str, **params: str) -> str:
    """Return an address that makes SNS do something for whoever follows it."""
    return f"{host}/?{urlencode({'Action': action} | params, safe=':')}"


def timestamp(at: datetime) -> str:
    """Return the time as SNS writes it: to the millisecond, in UTC."""
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


def _written(wrapped: dict[str, Any]) -> str:
    return json.dumps(wrapped, indent=2, separators=(",", " : "), ensure_ascii=False)

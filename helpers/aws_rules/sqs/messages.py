"""A message in a queue, and how SendMessage and ReceiveMessage return it.

AWS: a message has message attributes, which the sender sets, and system attributes, some of which the queue counts and
times. Each receive returns a new receipt handle. Source: SQS API reference, ReceiveMessage and DeleteMessage.
moto: keeps every message that was ever made in a list, and picks the letters of a receipt handle one by one.
"""

from typing import Any

import moto.sqs.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.untracked import Untracked

_SYSTEM_ATTRIBUTES = {  # as ReceiveMessage names them, and where a Message has them
    "SenderId": "sender_id",
    "SentTimestamp": "sent_timestamp",
    "ApproximateReceiveCount": "approximate_receive_count",
    "ApproximateFirstReceiveTimestamp": "approximate_first_receive_timestamp",
    "AWSTraceHeader": "trace_header",
    "MessageGroupId": "group_id",
    "MessageDeduplicationId": "deduplication_id",
    "SequenceNumber": "sequence_number",
    "DeadLetterQueueSourceArn": "source_arn",
}


class Message(Untracked, moto.sqs.models.Message):
    """moto's message with what SQS needs beyond it. Times are milliseconds since 1970-01-01 UTC.

    visible_at: when its visibility timeout ends. hidden_from: when that began. received_at: when it was last
    received. receiver: by whom (see Request.who); None before. enqueued_at: the start of its retention period.
    source_arn: for a dead letter, the queue that it comes from. duplicated: whether an unkind cloud made a copy of
    it. copy: 1 for that copy, else 0. number: its place in the queue. joined_at: since when it's in the queue.
    received_elsewhere: how often another queue returned it. trace_header: X-Ray's, from the system attributes or,
    without one there, from the header of the HTTP request.
    """

    sent_timestamp: int  # type: ignore[assignment]  # moto begins with None, and ours is set from the start

    def __init__(self, message_id: str, body: str, sent: float, attributes: dict[str, Any], system: dict[str, Any]):
        super().__init__(message_id, body, system)
        self.message_attributes = attributes
        self.sent_timestamp = int(sent)
        self.enqueued_at = self.joined_at = sent
        self.received_elsewhere = 0
        self.received_at = self.hidden_from = 0.0
        self.receiver: str | None = None
        self.source_arn: str | None = None
        self.duplicated = False
        self.copy = 0
        self.number = 0
        self.trace_header: str | None = system.get("AWSTraceHeader", {}).get("StringValue")

    @staticmethod
    def validate_attribute_name(name: str) -> None:
        """Accept every name: `message_contents` has checked it already, and moto's pattern is too narrow."""

    def start_visibility_timeout(self, account: Account, now: float, seconds: int, receiver: str) -> None:
        """Hide the received message for this many seconds, count the receive, and give it a new receipt handle."""
        if self.approximate_first_receive_timestamp is None:
            self.approximate_first_receive_timestamp = int(now)
        self.approximate_receive_count += 1
        self.received_at = now
        self.receiver = receiver
        self.hide(now, seconds)
        self.receipt_handle = "AQEB" + account.new_token(135)

    def hide(self, now: float, seconds: float) -> None:
        """Make the visibility timeout end this many seconds from now."""
        self.hidden_from, self.visible_at = now, now + seconds * 1000

    @property
    def system_md5(self) -> str:
        """The MD5 of the system attributes that the sender set."""
        return Message("", "", 0, self.system_attributes, {}).attribute_md5

    def _system_attributes(self, names: set[str]) -> dict[str, str]:
        """Return the system attributes with these names, or all of them for "All"."""
        found = {
            name: getattr(self, ours) for name, ours in _SYSTEM_ATTRIBUTES.items() if name in names or "All" in names
        }
        return {name: str(value) for name, value in found.items() if value is not None}

    def _attributes(self, names: list[str]) -> dict[str, Any]:
        """Return the message attributes that are asked for, by name, "prefix.*", "All" or ".*"."""
        everything = "All" in names or "*" in names
        prefixes = tuple(name.removesuffix("*").removesuffix(".") for name in names if name.endswith(".*"))
        return {
            name: value
            for name, value in self.message_attributes.items()
            if everything or name in names or (prefixes and name.startswith(prefixes))
        }

    def as_received(self, system_names: set[str], attribute_names: list[str]) -> dict[str, Any]:
        """Return the message as ReceiveMessage returns it, with the attributes of these names."""
        found: dict[str, Any] = {
            "MessageId": self.id,
            "ReceiptHandle": self.receipt_handle,
            "MD5OfBody": self.body_md5,
            "Body": self.body,
        }
        if system := self._system_attributes(system_names):
            found["Attributes"] = system
        if attributes := self._attributes(attribute_names):
            found["MessageAttributes"] = attributes
            found["MD5OfMessageAttributes"] = Message("", "", 0, attributes, {}).attribute_md5
        return found

    def as_sent(self) -> dict[str, Any]:
        """Return what SendMessage returns."""
        found = {"MD5OfMessageBody": self.body_md5, "MessageId": self.id}
        if self.message_attributes:
            found["MD5OfMessageAttributes"] = self.attribute_md5
        if self.system_attributes:
            found["MD5OfMessageSystemAttributes"] = self.system_md5
        if self.sequence_number:
            found["SequenceNumber"] = self.sequence_number
        return found

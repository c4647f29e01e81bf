"""A message in a queue.

AWS: a message has three kinds of attributes: its own, those of the system, and what the queue counts and times. Each
receive gives a new receipt handle. Source: SQS API reference, ReceiveMessage and DeleteMessage.
moto: keeps every message that was ever made in a list of its own, and draws a handle letter by letter.
"""

from typing import Any

import moto.sqs.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.untracked import Untracked

_SYSTEM = {  # what a receive may be asked for, and where the message keeps it
    "SenderId": "sender_id",
    "SentTimestamp": "sent_timestamp",
    "ApproximateReceiveCount": "approximate_receive_count",
    "ApproximateFirstReceiveTimestamp": "approximate_first_receive_timestamp",
    "MessageGroupId": "group_id",
    "MessageDeduplicationId": "deduplication_id",
    "SequenceNumber": "sequence_number",
    "DeadLetterQueueSourceArn": "source_arn",
}


class Message(Untracked, moto.sqs.models.Message):
    """moto's message with what SQS knows beyond it. Times are milliseconds since 1970-01-01 UTC.

    visible_at: when its lease ends. leased_at: when the lease began. source_arn: the queue whose dead letter it is.
    """

    def __init__(self, message_id: str, body: str, sent: float, attributes: dict[str, Any], system: dict[str, Any]):
        super().__init__(message_id, body, system)
        self.message_attributes = attributes
        self.sent_timestamp = int(sent)
        self.enqueued_at = sent  # what retention is counted from
        self.leased_at = 0.0
        self.source_arn: str | None = None
        self.doubled = False  # whether an unkind cloud made a second copy of it
        self.number = 0  # its place in the queue

    @staticmethod
    def validate_attribute_name(name: str) -> None:
        """Take every name: what SQS refuses was refused before; moto's own pattern is narrower."""

    def lease(self, account: Account, now: float, seconds: int) -> None:
        """Hide the message for so many seconds and give it a new receipt handle."""
        if self.approximate_first_receive_timestamp is None:
            self.approximate_first_receive_timestamp = int(now)
        self.approximate_receive_count += 1
        self.leased_at, self.visible_at = now, now + seconds * 1000
        self.receipt_handle = "AQEB" + account.new_token(135)

    @property
    def system_md5(self) -> str:
        """The MD5 of the system attributes that it was sent with."""
        return Message("", "", 0, self.system_attributes, {}).attribute_md5

    def system(self, names: set[str]) -> dict[str, str]:
        """Return the system attributes of these names, or all of them for "All"."""
        wanted = {name: getattr(self, place) for name, place in _SYSTEM.items() if name in names or "All" in names}
        if ("AWSTraceHeader" in names or "All" in names) and "AWSTraceHeader" in self.system_attributes:
            wanted["AWSTraceHeader"] = self.system_attributes["AWSTraceHeader"].get("StringValue")
        return {name: str(value) for name, value in wanted.items() if value is not None}

    def attributes(self, names: list[str]) -> dict[str, Any]:
        """Return the message attributes that these names ask for: a name, "prefix.*", "All" or ".*"."""
        everything = "All" in names or "*" in names
        starts = tuple(name.removesuffix("*").removesuffix(".") for name in names if name.endswith(".*"))
        return {
            name: value
            for name, value in self.message_attributes.items()
            if everything or name in names or (starts and name.startswith(starts))
        }

    def received(self, names: set[str], attribute_names: list[str]) -> dict[str, Any]:
        """Return the message as ReceiveMessage gives it out."""
        found: dict[str, Any] = {
            "MessageId": self.id,
            "ReceiptHandle": self.receipt_handle,
            "MD5OfBody": self.body_md5,
            "Body": self.body,
        }
        if system := self.system(names):
            found["Attributes"] = system
        if attributes := self.attributes(attribute_names):
            found["MessageAttributes"] = attributes
            found["MD5OfMessageAttributes"] = Message("", "", 0, attributes, {}).attribute_md5
        return found

    def sent(self) -> dict[str, Any]:
        """Return what SendMessage answers."""
        found = {"MD5OfMessageBody": self.body_md5, "MessageId": self.id}
        if self.message_attributes:
            found["MD5OfMessageAttributes"] = self.attribute_md5
        if self.system_attributes:
            found["MD5OfMessageSystemAttributes"] = self.system_md5
        if self.sequence_number:
            found["SequenceNumber"] = self.sequence_number
        return found

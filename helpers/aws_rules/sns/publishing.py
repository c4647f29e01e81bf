"""Publishing: what can be published, and deduplication on FIFO topics.

AWS: message, subject and message attributes have to be valid. The size is in bytes and includes the attributes. With
MessageStructure "json" a "default" text is required. A FIFO topic needs a message group id, and a deduplication id
unless content-based deduplication is on. Source: SNS API reference, Publish and PublishBatch; recorded answers.
moto: counts characters, checks hardly anything, and doesn't deduplicate.
"""

import json
import re
from typing import Any

from helpers.aws_rules.common import message_contents, steps
from helpers.aws_rules.common.deduplication import content_id
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.sns.notifications import Notification
from helpers.aws_rules.sns.topics import Topic

_SUBJECT = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
# AWS's own names for how to send to phones and devices. All other names with these prefixes are refused.
_RESERVED = re.compile(r"AWS\.(SNS\.(SMS|MOBILE)|MM\.SMS)\.[A-Za-z0-9_.\-]+")
MAX_SMS_CHARACTERS = 1600


def check_message(entry: dict[str, Any], needed: str = "default") -> None:
    """Raise Refused if message, structure or attributes are invalid for any target. needed: as in `parts`."""
    if not entry["Message"]:
        raise invalid("Empty message")
    structure = entry.get("MessageStructure")
    if structure not in (None, "", "json"):
        raise invalid("MessageStructure")
    if structure == "json":
        parts(entry["Message"], needed)
    for name, value in entry.get("MessageAttributes", {}).items():
        _check_attribute(name, value)


def check_subject(entry: dict[str, Any]) -> None:
    """Raise Refused if the subject is invalid."""
    subject = entry.get("Subject")
    if subject is not None and not _SUBJECT.fullmatch(subject):
        raise invalid("Subject")


def parts(message: str, needed: str = "default") -> dict[str, str]:
    """Return the texts by protocol of a message with MessageStructure "json".

    needed: a protocol; with a text for it, "default" isn't required.
    """
    start = "Message Structure - "
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):
        raise invalid(f"{start}JSON message body failed to parse") from None
    if not isinstance(found, dict):
        raise invalid(f"{start}JSON message body failed to parse")
    if not isinstance(found.get("default"), str) and not isinstance(found.get(needed), str):
        raise invalid(f"{start}No default entry in JSON message body")
    return {protocol: text for protocol, text in found.items() if isinstance(text, str)}


def _check_attribute(name: str, value: dict[str, Any]) -> None:
    """Raise Refused if SNS refuses this message attribute."""
    _check_name(name)
    kind = value.get("DataType", "")
    if not kind:
        raise _wrong(f"The message attribute '{name}' must contain non-empty message attribute type.")
    if not _TYPE.fullmatch(kind):
        raise _wrong(
            f"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes "
            "is Binary, Number, and String."
        )
    field, other = ("BinaryValue", "StringValue") if kind.startswith("Binary") else ("StringValue", "BinaryValue")
    if value.get(other) and not value.get(field):
        raise _wrong(
            f"The message attribute '{name}' with type '{kind}' must use field '{field.removesuffix('Value')}'."
        )
    if not value.get(field):
        raise _wrong(
            f"The message attribute '{name}' must contain non-empty message attribute value for message attribute type "
            f"'{kind}'."
        )
    if kind.startswith("Number"):
        try:
            message_contents.check_number(name, value["StringValue"])
        except Refused as problem:
            raise _wrong(problem.message) from None


def _check_name(name: str) -> None:
    if len(name) > 256:
        raise _wrong("Length of message attribute name must be less than 256 bytes.")
    for sign in name:
        if not ((sign.isascii() and sign.isalnum()) or sign in "_-."):
            raise _wrong(
                f"Invalid non-alphanumeric character '#x{ord(sign):02X}' was found in the message attribute name. Can "
                "only include alphanumeric characters, hyphens, underscores, or dots."
            )
    for place, found in (("starting", name[:1]), ("ending", name[-1:])):
        if found == ".":
            raise _wrong(f"Invalid message attribute name {place} with character '.' was found.")
    if ".." in name:
        raise _wrong("Message attribute name can not have successive '.' character.")
    if not name or (name.lower().startswith(("aws.", "amazon.")) and not _RESERVED.fullmatch(name)):
        raise _wrong(f"The message attribute name '{name}' is not allowed.")


def _wrong(text: str) -> Refused:
    return Refused("ParameterValueInvalid", text)


def check_for_topic(topic: Topic, entry: dict[str, Any]) -> None:
    """Raise Refused if the message is too large for the topic, or its ids don't suit the topic's type."""
    if message_contents.size(entry["Message"], entry.get("MessageAttributes", {})) > topic.max_bytes:
        raise invalid("Message too long")
    group, deduplication_id = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if topic.fifo_topic:
        if not group:
            raise invalid("The MessageGroupId parameter is required for FIFO topics")
        if not deduplication_id and not topic.content_based:
            raise invalid(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                "explicitly"
            )
    elif deduplication_id is not None:
        raise invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid "
            "for this topic type"
        )
    for parameter, value in (("MessageGroupId", group), ("MessageDeduplicationId", deduplication_id)):
        try:
            message_contents.check_id(value, parameter)
        except Refused:
            raise invalid(parameter) from None


def make_notification(topic: Topic, entry: dict[str, Any], trace: str, by: str) -> tuple[Notification, bool]:
    """Return the notification, and whether it's new. On a FIFO topic a duplicate gets the id of the original.

    trace: as in Notification. by: who publishes it, for the journal.
    """
    owner, now = topic.owner, topic.owner.time()
    message_id, number, group = owner.new_id(), None, entry.get("MessageGroupId")
    deduplication_id, new = entry.get("MessageDeduplicationId"), True
    if topic.fifo_topic:
        deduplication_id = deduplication_id or content_id(entry["Message"])
        scope = group if topic.settings.get("FifoThroughputScope") == "MessageGroup" else ""
        original = topic.seen.find_original(scope or "", deduplication_id, now)
        number = original.sequence_number if original else topic.seen.next_number()
        if original:
            message_id, new = original.message_id, False
            steps.record(owner, steps.DUPLICATE, topic.arn, message_id, "its deduplication id came within 5 minutes")
        else:
            topic.seen.remember(scope or "", deduplication_id, message_id, number, now)
    structured = parts(entry["Message"]) if entry.get("MessageStructure") == "json" else None
    attributes = entry.get("MessageAttributes", {})
    at, subject = owner.world.clock.now(), entry.get("Subject")
    made = Notification(
        id=message_id,
        topic_arn=topic.arn,
        at=at,
        message=entry["Message"],
        subject=subject,
        attributes=attributes,
        parts=structured,
        group=group,
        deduplication_id=deduplication_id,
        sequence_number=number,
        trace=trace,
    )
    if new:
        topic.meters.published(now * 1000, message_contents.size(entry["Message"], attributes))
        steps.record_publish(owner, steps.PUBLISHED, topic.arn, message_id, by, entry["Message"])
    return made, new


def answer(made: Notification) -> dict[str, str]:
    """Return what Publish returns."""
    number = {"SequenceNumber": made.sequence_number} if made.sequence_number else {}
    return {"MessageId": made.id} | number


def check_phone_number(number: str) -> None:
    """Raise Refused if the phone number isn't in the E.164 format."""
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}", number):
        raise invalid(f"PhoneNumber Reason: {number} is not valid to publish to")

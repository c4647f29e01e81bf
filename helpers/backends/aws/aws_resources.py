"""A queue or a topic of an account, known by its ARN, and which of them a call reads or changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session

_READING = ("Get", "List", "CheckIf")
# A subscription's ARN is its topic's with an id behind it.
_PARTS_OF_A_TOPIC = 6
PENDING = "pending confirmation"  # what SNS gives in place of a subscription's ARN; AWS says that it is none


@dataclass(frozen=True)
class Thing:
    """A queue (service "sqs") or a topic ("sns")."""

    service: str
    region: str
    account: str
    name: str

    @property
    def arn(self) -> str:
        """Its Amazon Resource Name."""
        partition = botocore.session.get_session().get_partition_for_region(self.region)
        return f"arn:{partition}:{self.service}:{self.region}:{self.account}:{self.name}"

    def __str__(self) -> str:
        return f"the {self.kind} {self.name} in {self.region}"

    @property
    def kind(self) -> str:
        """In a word: "queue" or "topic"."""
        return "queue" if self.service == "sqs" else "topic"


def of_url(url: str, region: str) -> Thing | None:
    """Return the queue at this URL, which ends with account and name; None where it is no queue's."""
    parts = urlsplit(url).path.rstrip("/").split("/")
    return Thing("sqs", region, parts[-2], parts[-1]) if len(parts) > 2 else None


def of_arn(arn: str) -> Thing | None:
    """Return the queue or topic of this ARN, for a subscription's its topic; None for any other text."""
    parts = arn.split(":")[:_PARTS_OF_A_TOPIC]
    if len(parts) < _PARTS_OF_A_TOPIC or parts[2] not in ("sqs", "sns"):
        return None
    return Thing(parts[2], *parts[3:])


def is_read(operation: str) -> bool:
    """Return whether the operation only reads. Receiving hides messages from others, so it is no reading."""
    return operation.startswith(_READING)


def changed(params: Mapping[str, Any], region: str) -> list[Thing | str]:
    """Return what a call with these parameters changes; as text what names neither a queue nor a topic.

    Besides what it is called for, these are queues into which messages would go from then on.
    """
    said: list[tuple[str, Thing | None]] = []
    if url := params.get("QueueUrl"):
        said.append((str(url), of_url(str(url), region)))
    for key in ("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn", "SourceArn", "DestinationArn"):
        arn = params.get(key)
        if arn and not (key == "SubscriptionArn" and arn == PENDING):
            said.append((str(arn), of_arn(str(arn))))
    said += [(arn, of_arn(arn)) for arn in _dead_letter_queues(params)]
    return [thing or text for text, thing in said]


def _dead_letter_queues(params: Mapping[str, Any]) -> list[str]:
    attributes = params.get("Attributes")
    policies = [attributes.get("RedrivePolicy")] if isinstance(attributes, Mapping) else []
    if params.get("AttributeName") == "RedrivePolicy":
        policies.append(params.get("AttributeValue"))
    found = []
    for policy in policies:
        try:
            target = json.loads(policy or "{}").get("deadLetterTargetArn")
        except (ValueError, TypeError, AttributeError):
            continue  # AWS says what is wrong with it
        if isinstance(target, str):
            found.append(target)
    return found

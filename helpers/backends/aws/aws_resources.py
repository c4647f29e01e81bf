"""A queue or topic of an account, identified by its ARN, and which of them a call changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session

_READ_PREFIXES = ("Get", "List", "CheckIf")
_TOPIC_ARN_PARTS = 6  # a subscription's ARN is its topic's ARN followed by an id
PENDING = "pending confirmation"  # SNS returns this in place of a subscription's ARN; AWS itself rejects it as one


@dataclass(frozen=True)
class AwsResource:
    """A queue (service "sqs") or a topic ("sns")."""

    service: str
    region: str
    account: str
    name: str

    @property
    def arn(self) -> str:
        """The Amazon Resource Name."""
        partition = botocore.session.get_session().get_partition_for_region(self.region)
        return f"arn:{partition}:{self.service}:{self.region}:{self.account}:{self.name}"

    @property
    def kind(self) -> str:
        """The word for it: "queue" or "topic"."""
        return "queue" if self.service == "sqs" else "topic"

    def __str__(self) -> str:
        return f"the {self.kind} {self.name} in {self.region}"


def from_queue_url(url: str, region: str) -> AwsResource | None:
    """Return the queue at this URL, which ends with account and name; None if it isn't a queue's URL."""
    parts = urlsplit(url).path.rstrip("/").split("/")
    return AwsResource("sqs", region, parts[-2], parts[-1]) if len(parts) > 2 else None


def from_arn(arn: str) -> AwsResource | None:
    """Return the queue or topic with this ARN, or the topic of a subscription's ARN; None for any other text."""
    parts = arn.split(":")[:_TOPIC_ARN_PARTS]
    if len(parts) < _TOPIC_ARN_PARTS or parts[2] not in ("sqs", "sns"):
        return None
    return AwsResource(parts[2], *parts[3:])


def only_reads(operation: str) -> bool:
    """Return whether the operation changes nothing. Receiving hides messages from others, so it doesn't count."""
    return operation.startswith(_READ_PREFIXES)


def changed_by(params: Mapping[str, Any], region: str) -> list[AwsResource | str]:
    """Return the queues and topics that a call with these parameters changes.

    That includes a dead-letter queue or other target that would start to receive messages. A parameter that should
    name a queue or topic and doesn't is returned as its text.
    """
    named: list[tuple[str, AwsResource | None]] = []
    if url := params.get("QueueUrl"):
        named.append((str(url), from_queue_url(str(url), region)))
    for key in ("TopicArn", "TargetArn", "ResourceArn", "SubscriptionArn", "SourceArn", "DestinationArn"):
        arn = params.get(key)
        if arn and not (key == "SubscriptionArn" and arn == PENDING):
            named.append((str(arn), from_arn(str(arn))))
    named += [(arn, from_arn(arn)) for arn in _dead_letter_queues(params)]
    return [resource or text for text, resource in named]


def _dead_letter_queues(params: Mapping[str, Any]) -> list[str]:
    attributes = params.get("Attributes")
    policies = [attributes.get("RedrivePolicy")] if isinstance(attributes, Mapping) else []
    if params.get("AttributeName") == "RedrivePolicy":
        policies.append(params.get("AttributeValue"))
    arns = []
    for policy in policies:
        try:
            target = json.loads(policy or "{}").get("deadLetterTargetArn")
        except (ValueError, TypeError, AttributeError):
            continue  # AWS explains what's wrong with it
        if isinstance(target, str):
            arns.append(target)
    return arns

"""A queue, topic or alarm of an account, identified by its ARN, and which of them a call changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session

_READ_PREFIXES = ("Get", "List", "Describe", "CheckIf")
_KINDS = {"sqs": "queue", "sns": "topic", "cloudwatch": "alarm"}
_ALARM_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_TOPIC_ARN_PARTS = 6  # a subscription's ARN is its topic's ARN followed by an id
PENDING = "pending confirmation"  # SNS returns this in place of a subscription's ARN; AWS itself rejects it as one


@dataclass(frozen=True)
class AwsResource:
    """A queue (service "sqs"), a topic ("sns") or an alarm ("cloudwatch")."""

    service: str
    region: str
    account: str
    name: str

    @property
    def arn(self) -> str:
        """The Amazon Resource Name."""
        partition = botocore.session.get_session().get_partition_for_region(self.region)
        name = f"alarm:{self.name}" if self.service == "cloudwatch" else self.name
        return f"arn:{partition}:{self.service}:{self.region}:{self.account}:{name}"

    @property
    def kind(self) -> str:
        """The word for it: "queue", "topic" or "alarm"."""
        return _KINDS[self.service]

    def __str__(self) -> str:
        return f"the {self.kind} {self.name} in {self.region}"


def from_queue_url(url: str, region: str) -> AwsResource | None:
    """Return the queue at this URL, which ends with account and name; None if it isn't a queue's URL."""
    parts = urlsplit(url).path.rstrip("/").split("/")
    return AwsResource("sqs", region, parts[-2], parts[-1]) if len(parts) > 2 else None


def from_arn(arn: str) -> AwsResource | None:
    """Return the queue, topic or alarm with this ARN, or a subscription's topic; None for any other text."""
    start, is_alarm, alarm = arn.partition(":alarm:")
    if is_alarm and (found := start.split(":"))[2:3] == ["cloudwatch"] and len(found) == _TOPIC_ARN_PARTS - 1:
        return AwsResource("cloudwatch", found[3], found[4], alarm)
    parts = arn.split(":")[:_TOPIC_ARN_PARTS]
    if len(parts) < _TOPIC_ARN_PARTS or parts[2] not in ("sqs", "sns"):
        return None
    return AwsResource(parts[2], *parts[3:])


def only_reads(operation: str) -> bool:
    """Return whether the operation changes nothing. Receiving hides messages from others, so it doesn't count."""
    return operation.startswith(_READ_PREFIXES)


def changed_by(params: Mapping[str, Any], region: str, account: str) -> list[AwsResource | str]:
    """Return the queues, topics and alarms that a call with these parameters changes.

    That includes a dead-letter queue or other target that would start to receive messages, such as what an alarm does.
    A parameter that should name one of them and doesn't is returned as its text. region, account: where alarms are.
    """
    named: list[tuple[str, AwsResource | None]] = []
    if url := params.get("QueueUrl"):
        named.append((str(url), from_queue_url(str(url), region)))
    for key in (
        "TopicArn",
        "TargetArn",
        "ResourceArn",
        "ResourceARN",
        "SubscriptionArn",
        "SourceArn",
        "DestinationArn",
    ):
        arn = params.get(key)
        if arn and not (key == "SubscriptionArn" and arn == PENDING):
            named.append((str(arn), from_arn(str(arn))))
    named += [(arn, from_arn(arn)) for arn in _dead_letter_queues(params)]
    named += [(arn, from_arn(arn)) for key in _ALARM_ACTIONS for arn in _texts(params.get(key))]
    alarms = [*_texts([params.get("AlarmName")]), *_texts(params.get("AlarmNames"))]
    named += [(name, AwsResource("cloudwatch", region, account, name)) for name in alarms]
    return [resource or text for text, resource in named]


def _texts(value: Any) -> list[str]:
    """Return the texts in a list; about anything else boto3 explains what's wrong."""
    return [text for text in value if text and isinstance(text, str)] if isinstance(value, list | tuple) else []


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

"""What a topic's attributes may be.

AWS: unknown names and wrong values are refused; those of FIFO topics only on a FIFO topic; since September 2026 a topic
may take messages of up to 1 MiB. Source: SNS API reference, CreateTopic and SetTopicAttributes; recorded answers.
moto: stores whatever it is given.
"""

import json
from typing import Any

from helpers.rules import resource_policies
from helpers.rules.numbers import within
from helpers.rules.refusals import Refused, invalid

DEFAULTS = {"DisplayName": "", "SignatureVersion": "1", "FifoTopic": "false", "ContentBasedDeduplication": "false"}
_CHOICES = {
    "FifoTopic": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_OF_FIFO = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
_FREE = {"KmsMasterKeyId"} | {
    f"{protocol}{kind}"
    for protocol in ("Application", "Firehose", "HTTP", "Lambda", "SQS")
    for kind in ("SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn")
}
SIZES = (1024, 1_048_576)
_RETRIES: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}


def check(settings: dict[str, str], fifo: bool) -> dict[str, str]:
    """Return the attributes of a new topic as they are kept; Refused when AWS would refuse one."""
    return {name: check_one(name, value, fifo, "Attributes") for name, value in settings.items()}


def check_one(name: str, value: str, fifo: bool, parameter: str = "AttributeName") -> str:
    """Return the value of one attribute as it is kept. parameter: what the refusal of a name calls wrong."""
    if name in _OF_FIFO and not fifo:
        raise invalid("AttributeName" if parameter == "AttributeName" else f"{parameter} Reason: {name}")
    if name in _CHOICES:
        lowered = value.lower() if _CHOICES[name][0] == "true" else value
        if lowered not in _CHOICES[name]:
            raise invalid(name)
        return lowered
    if name == "Policy":
        if value:
            resource_policies.parse(value, "sns")
    elif name == "DisplayName":
        if len(value) > 100:
            raise invalid("DisplayName")
    elif name == "MaximumMessageSize":
        if not within(value, *SIZES):
            raise invalid("MaximumMessageSize")
    elif name == "DeliveryPolicy":
        if value:
            policy = read_policy(value, "DeliveryPolicy")
            if isinstance(policy.get("http"), dict):
                policy["http"].setdefault("disableSubscriptionOverrides", False)
            return json.dumps(policy, separators=(",", ":"))
    elif name == "ArchivePolicy":
        if value:
            _check_archive(value)
    elif name not in _FREE:
        raise invalid(
            "AttributeName" if parameter == "AttributeName" else f"{parameter} Reason: Unknown attribute: {name}"
        )
    return value


def _check_archive(value: str) -> None:
    days = read_policy(value, "ArchivePolicy").get("MessageRetentionPeriod")
    if not within(str(days), 1, 365):
        raise invalid("ArchivePolicy")


def read_policy(text: str, name: str) -> dict[str, Any]:
    """Return the JSON object of this text; Refused when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused("InvalidParameter", f"Invalid parameter: {name}: failed to parse JSON.")
    return found


def retries(text: str) -> dict[str, Any]:
    """Return how a web address is tried again, from a delivery policy or from AWS's default."""
    policy = json.loads(text) if text else {}
    http = policy.get("http", policy)
    asked = http.get("defaultHealthyRetryPolicy", http.get("healthyRetryPolicy")) if isinstance(http, dict) else None
    return _RETRIES | (asked if isinstance(asked, dict) else {})


def content_type(text: str) -> str:
    """Return the Content-Type that a topic's delivery policy asks for, or AWS's default."""
    http = json.loads(text).get("http") if text else None
    asked = http.get("defaultRequestPolicy") if isinstance(http, dict) else None
    found = asked.get("headerContentType") if isinstance(asked, dict) else None
    return found if isinstance(found, str) else "text/plain; charset=UTF-8"


def effective(text: str) -> str:
    """Return the topic's effective delivery policy as JSON."""
    http = {
        "defaultHealthyRetryPolicy": retries(text),
        "disableSubscriptionOverrides": False,
        "defaultRequestPolicy": {"headerContentType": content_type(text)},
    }
    return json.dumps({"http": http}, separators=(",", ":"))

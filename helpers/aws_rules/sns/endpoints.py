"""Endpoints: who may subscribe to a topic, by protocol.

AWS: each protocol has its form of endpoint, and a text for one of another form. Source: SNS API reference, Subscribe;
recorded answers.
moto: takes any protocol and any endpoint.
"""

import re

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.sns import mobile_push
from helpers.aws_rules.sns.topics import DEFAULT_BYTES, Topic

PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
FOR_LARGE = ("sqs", "lambda", "firehose")  # who may subscribe to a topic for messages over 256 KiB
MOST_FOR_LARGE = 100
_SERVICES = {"lambda": "Lambda", "firehose": "Firehose"}


def check_endpoint(account: Account, topic: Topic, protocol: str, endpoint: str) -> None:
    """Refuse an endpoint that AWS refuses for this protocol."""
    if protocol not in PROTOCOLS:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint:
        raise invalid("Endpoint")
    if topic.fifo_topic and protocol != "sqs":
        raise invalid(f"Invalid protocol type: {protocol}")
    if topic.most_bytes > DEFAULT_BYTES and protocol not in FOR_LARGE:
        raise invalid(f"Protocol Reason: a topic for messages over 256 KiB has no {protocol} subscriptions")
    if protocol in ("http", "https") and not endpoint.startswith(f"{protocol}://"):
        raise invalid("Endpoint must match the specified protocol")
    if protocol in ("email", "email-json") and not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint):
        raise invalid("Email address")
    if protocol == "sms":
        reduced = re.sub(r"[./-]", "", endpoint)
        if re.search(r"[./-]{2,}|^[./-]|[./-]$", endpoint) or not re.fullmatch(r"\+?[1-9]\d{5,14}", reduced):
            raise Refused("InvalidParameter", f"Invalid SMS endpoint: {endpoint}")
    if protocol == "sqs":
        _check_queue(account, topic, endpoint)
    elif protocol == "application":
        mobile_push.check_subscriber(account, topic.sns_backend.region_name, endpoint)
    elif protocol in _SERVICES and not re.match(rf"arn:[^:]+:{protocol}:[^:]*:[^:]*:.", endpoint):
        raise invalid(f"{_SERVICES[protocol]} endpoint ARN")


def _check_queue(account: Account, topic: Topic, endpoint: str) -> None:
    parts = endpoint.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sqs":
        raise invalid("SQS endpoint ARN")
    if parts[5].endswith(".fifo") and not topic.fifo_topic:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )

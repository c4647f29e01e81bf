"""Deliveries to web addresses.

AWS: POSTs the envelope, with headers that name type, message, topic and subscription; an answer of 2xx takes it, 5xx
and 429 are tried again, any other is not. Source: SNS developer guide, "HTTP/HTTPS headers", "Message delivery
retries".
moto: posts at once and for real, without these headers, while the publisher waits.

The offline cloud's web addresses are its inbox's own. An address on this computer is really asked where the cloud has a
web to ask with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers.aws_rules.sns import delivery_policies
from helpers.aws_rules.sns.inbox import Arrived
from helpers.aws_rules.sns.subscriptions import Subscription


@dataclass
class Failed(Exception):
    """A delivery that did not succeed. again: whether it is worth another try."""

    reason: str
    again: bool = False


def headers(kind: str, message_id: str, subscription: Subscription) -> dict[str, str]:
    """Return the headers of a POST. kind: the envelope's Type."""
    named = {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": subscription.topic.arn,
        "Content-Type": delivery_policies.content_type(*subscription.delivery_policies),
        "User-Agent": "Amazon Simple Notification Service Agent",
    }
    if kind != "SubscriptionConfirmation":
        named["x-amz-sns-subscription-arn"] = subscription.arn
    if kind == "Notification" and subscription.raw:
        named["x-amz-sns-rawdelivery"] = "true"
    return named


def post(subscription: Subscription, arrived: Arrived, then: Callable[[Failed | None], Any]) -> None:
    """Post to the subscription's address, and tell `then` what came of it: None, or why it failed."""
    owner, url = subscription.topic.owner, subscription.endpoint
    accounts = owner.accounts
    if accounts.web is None or not accounts.web.reaches(url):
        then(_failure(url, owner.down.get(url, 200)))
        if url not in owner.down:
            owner.post(arrived)
        return
    reach = accounts.web.post

    def errand() -> None:
        status = reach(url, arrived.headers, arrived.message.encode("utf-8", "replace"))
        with accounts.changed:
            then(_failure(url, status))

    accounts.errands.append(errand)


def _failure(url: str, status: int) -> Failed | None:
    if 200 <= status < 300:
        return None
    said = f"answered with status {status}" if status else "did not answer"
    return Failed(f"{url} {said}", again=status in (0, 429) or status >= 500)

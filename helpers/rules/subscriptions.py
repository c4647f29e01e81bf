"""Subscriptions: who may subscribe, what waits for confirmation, and what each may set.

AWS: e-mail and web addresses, and queues of another account, confirm with a token that is good for two days; until then
nothing is delivered, and after three days the subscription is gone. Subscribing twice gives the same subscription, with
other attributes an error. Source: SNS API reference, Subscribe and ConfirmSubscription; recorded answers.
moto: confirms everything at once, takes any token, any protocol and any attribute.
"""

import json
import re
from typing import Any

import moto.sns.models

from helpers.rules import filter_policies, topic_attributes
from helpers.rules.accounts import Account
from helpers.rules.refusals import Refused, invalid
from helpers.rules.topics import DEFAULT_BYTES, Topic
from helpers.rules.untracked import Untracked

PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
TO_CONFIRM = ("http", "https", "email", "email-json")
SETTABLE = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
    "ReplayPolicy",
)
TOKEN_SECONDS, PENDING_SECONDS = 2 * 86_400, 3 * 86_400
DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}
FOR_LARGE = ("sqs", "lambda", "firehose")  # who may subscribe to a topic for messages over 256 KiB
MOST_FOR_LARGE = 100
MOST_OF_FIFO, MOST_FILTERS = 100, 200  # subscriptions of a FIFO topic; filter policies of a topic
_RAW = ("http", "https", "sqs", "firehose")


class Subscription(Untracked, moto.sns.models.Subscription):
    """moto's subscription with attributes as AWS shows them. token: what confirms it; "" when it needs none."""

    def __init__(self, account: Account, topic: Topic, protocol: str, endpoint: str, identity: str, host: str):
        super().__init__(account.number, topic, endpoint, protocol)
        self.subscriber, self.identity, self.host = account, identity, host
        self.arn = f"{topic.arn}:{account.new_id()}"
        self.settings: dict[str, str] = {}
        self.policy: dict[str, Any] = {}
        self.since = account.time()
        self.pending = protocol in TO_CONFIRM or (protocol == "sqs" and _account_of(endpoint) != account.number)
        self.authenticated = not self.pending
        self.token = account.world.ids.getrandbits(8 * 115).to_bytes(115, "big").hex() if self.pending else ""

    @property
    def scope(self) -> str:
        """What the filter policy looks at."""
        return self.settings.get("FilterPolicyScope", "MessageAttributes")

    @property
    def raw(self) -> bool:
        """Whether messages come without SNS's wrapping."""
        return self.settings.get("RawMessageDelivery") == "true"

    def change(self, settings: dict[str, str], subscribing: bool = False) -> None:
        """Set attributes; Refused, and nothing set, when AWS would refuse one."""
        scope = settings.get("FilterPolicyScope", self.scope)
        for name, value in settings.items():
            check_setting(name, value, self.protocol, self.topic, subscribing)
        settings = normal(settings)
        if "FilterPolicy" in settings or "FilterPolicyScope" in settings:
            text = settings.get("FilterPolicy", self.settings.get("FilterPolicy", ""))
            self.policy = filter_policies.parse(text, scope, subscribing)
        self.settings |= settings

    def attributes_shown(self) -> dict[str, str]:
        """Return the attributes as GetSubscriptionAttributes shows them."""
        shown = {
            "SubscriptionPrincipal": self.identity,
            "SubscriptionArn": self.arn,
            "TopicArn": self.topic.arn,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "Owner": self.subscriber.number,
            "RawMessageDelivery": "false",
            "ConfirmationWasAuthenticated": str(self.authenticated).lower(),
            "PendingConfirmation": str(self.pending).lower(),
        } | {name: value for name, value in self.settings.items() if value != ""}
        if "FilterPolicy" in shown:
            shown.setdefault("FilterPolicyScope", "MessageAttributes")
        else:
            shown.pop("FilterPolicyScope", None)
        if self.protocol in ("http", "https"):
            shown["EffectiveDeliveryPolicy"] = self.effective_policy()
        return shown

    def differs(self, settings: dict[str, str]) -> bool:
        """Return whether these attributes are others than the subscription has."""
        return any(self.settings.get(name, DEFAULTS.get(name)) != value for name, value in normal(settings).items())

    def content_type(self) -> str:
        """Return the Content-Type of a POST to the endpoint."""
        own = json.loads(self.settings.get("DeliveryPolicy") or "{}").get("requestPolicy", {})
        return own.get("headerContentType") or topic_attributes.content_type(
            self.topic.settings.get("DeliveryPolicy", "")
        )

    def effective_policy(self) -> str:
        """Return how a web address is tried again, as JSON."""
        text = self.settings.get("DeliveryPolicy") or self.topic.settings.get("DeliveryPolicy", "")
        policy = {"healthyRetryPolicy": topic_attributes.retries(text)} | _NO_OTHER_POLICIES
        policy["requestPolicy"] = {"headerContentType": self.content_type()}
        return json.dumps(policy, separators=(",", ":"))

    def listed(self) -> dict[str, str]:
        """Return the subscription as the lists show it."""
        return {
            "SubscriptionArn": "PendingConfirmation" if self.pending else self.arn,
            "Owner": self.subscriber.number,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic.arn,
        }


_NO_OTHER_POLICIES = {
    "sicklyRetryPolicy": None,
    "throttlePolicy": None,
    "guaranteed": False,
}


def normal(settings: dict[str, str]) -> dict[str, str]:
    """Return the attributes as they are kept: true and false in small letters."""
    return {name: value.lower() if name == "RawMessageDelivery" else value for name, value in settings.items()}


def check_setting(name: str, value: str, protocol: str, topic: Topic, subscribing: bool) -> None:
    """Refuse a subscription attribute that AWS refuses."""
    start = "Attributes Reason: " if subscribing else ""
    if name not in SETTABLE:
        raise invalid("AttributeName" if not subscribing else f"Attributes Reason: Unknown attribute: {name}")
    if name == "RawMessageDelivery":
        if value.lower() not in ("true", "false"):
            raise invalid(f"{start}RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
        if value.lower() == "true" and protocol not in _RAW:
            raise invalid(f"{start}Delivery protocol [{protocol}] does not support raw message delivery.")
    elif name == "FilterPolicyScope":
        if value not in ("MessageAttributes", "MessageBody"):
            raise invalid(
                f"{start}FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
            )
    elif name == "RedrivePolicy" and value:
        _check_redrive(value, topic, start)
    elif name == "DeliveryPolicy" and value:
        topic_attributes.read_policy(value, f"{start}DeliveryPolicy")


def _check_redrive(text: str, topic: Topic, start: str) -> None:
    policy = topic_attributes.read_policy(text, f"{start}RedrivePolicy")
    arn = policy.get("deadLetterTargetArn")
    if not isinstance(arn, str) or arn.count(":") != 5 or arn.split(":")[2] != "sqs":
        raise invalid(f"{start}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if topic.fifo_topic and not arn.endswith(".fifo"):
        text = "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        raise invalid(f"{start}RedrivePolicy: {text}")


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
    elif protocol in ("lambda", "firehose", "application") and endpoint.count(":") < 5:
        raise invalid(
            f"Endpoint Reason: An ARN must have at least 6 elements, not {endpoint.count(':') + 1}"
            if protocol != "lambda"
            else "Lambda endpoint ARN"
        )


def _check_queue(account: Account, topic: Topic, endpoint: str) -> None:
    parts = endpoint.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sqs":
        raise invalid("SQS endpoint ARN")
    if parts[5].endswith(".fifo") and not topic.fifo_topic:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )


def _account_of(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") >= 5 else ""


def check_room(topic: Topic) -> None:
    """Refuse another subscription where a topic has as many as it can have."""
    if topic.fifo_topic and len(of_topic(topic)) >= MOST_OF_FIFO:
        raise Refused("SubscriptionLimitExceeded", f"A FIFO topic has at most {MOST_OF_FIFO} subscriptions", 403)


def check_filters(topic: Topic) -> None:
    """Refuse another filter policy where a topic has as many as it can have."""
    if sum(bool(one.policy) for one in of_topic(topic)) >= MOST_FILTERS:
        raise Refused("FilterPolicyLimitExceeded", f"A topic has at most {MOST_FILTERS} filter policies", 403)


def not_found() -> Refused:
    """Return the error for a subscription that does not exist."""
    return Refused("NotFound", "Subscription does not exist")


def of_topic(topic: Topic) -> list[Subscription]:
    """Return the topic's subscriptions, oldest first."""
    found = topic.sns_backend.subscriptions.values()
    return [subscription for subscription in found if subscription.topic is topic and not is_gone(subscription)]


def is_gone(subscription: Subscription) -> bool:
    """Return whether nobody confirmed the subscription in time."""
    waited = subscription.topic.owner.time() - subscription.since
    return subscription.pending and waited >= PENDING_SECONDS

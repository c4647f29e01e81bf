"""Subscriptions: who may subscribe, what waits for confirmation, and what each may set.

AWS: e-mail and web addresses, and queues of another account, confirm with a token that is good for two days; until then
nothing is delivered, and after three days the subscription is gone. Subscribing twice gives the same subscription, with
other attributes an error. Source: SNS API reference, Subscribe and ConfirmSubscription; recorded answers.
moto: confirms everything at once, takes any token, any protocol and any attribute.
"""

from typing import Any

import moto.sns.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.json_texts import load_object
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.untracked import Untracked
from helpers.aws_rules.sns import delivery_policies, filter_policies
from helpers.aws_rules.sns.topics import Topic

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
        self.since, self.pending, self.token = account.time(), False, ""
        self.authenticated = True
        if protocol in TO_CONFIRM or (protocol == "sqs" and _account_of(endpoint) != account.number):
            self.authenticated = False
            self.wait()

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
            check_setting(name, value, self.protocol, self.endpoint, self.topic, subscribing)
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
            shown["EffectiveDeliveryPolicy"] = delivery_policies.effective_of_subscription(*self.delivery_policies)
        return shown

    def differs(self, settings: dict[str, str]) -> bool:
        """Return whether these attributes are others than the subscription has."""
        return any(self.settings.get(name, DEFAULTS.get(name)) != value for name, value in normal(settings).items())

    @property
    def delivery_policies(self) -> tuple[str, str]:
        """The topic's delivery policy and its own, as they are kept; "" where there is none."""
        return self.topic.settings.get("DeliveryPolicy", ""), self.settings.get("DeliveryPolicy", "")

    def end(self) -> None:
        """Take the subscription out of its topic."""
        del self.topic.sns_backend.subscriptions[self.arn]
        self.topic.deleted += 1

    def token_expired(self) -> bool:
        """Return whether its token is too old to confirm with."""
        return self.topic.owner.time() - self.since >= TOKEN_SECONDS

    def wait(self) -> None:
        """Wait for confirmation with a new token."""
        self.since, self.pending = self.subscriber.time(), True
        self.token = self.subscriber.world.ids.getrandbits(8 * 115).to_bytes(115, "big").hex()

    def listed(self) -> dict[str, str]:
        """Return the subscription as the lists show it."""
        return {
            "SubscriptionArn": "PendingConfirmation" if self.pending else self.arn,
            "Owner": self.subscriber.number,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic.arn,
        }


def normal(settings: dict[str, str]) -> dict[str, str]:
    """Return the attributes as they are kept: true and false in small letters, a delivery policy with all members."""
    kept = {name: value.lower() if name == "RawMessageDelivery" else value for name, value in settings.items()}
    if text := kept.get("DeliveryPolicy"):
        kept["DeliveryPolicy"] = delivery_policies.of_subscription(text)
    return kept


def check_setting(name: str, value: str, protocol: str, endpoint: str, topic: Topic, subscribing: bool) -> None:
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
        _check_redrive(value, endpoint, topic, start)
    elif name == "DeliveryPolicy" and value:
        delivery_policies.of_subscription(value, start)


def _check_redrive(text: str, endpoint: str, topic: Topic, start: str) -> None:
    arn = load_object(text, f"{start}RedrivePolicy").get("deadLetterTargetArn")
    if not isinstance(arn, str) or arn.count(":") != 5 or arn.split(":")[2] != "sqs":
        raise invalid(f"{start}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if topic.fifo_topic and endpoint.endswith(".fifo") and not arn.endswith(".fifo"):
        text = "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        raise invalid(f"{start}RedrivePolicy: {text}")


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

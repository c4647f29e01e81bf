"""A subscription: its endpoint and attributes, and waiting for confirmation.

AWS: each protocol has its own form of endpoint, and its own error for another form. Email addresses, web addresses and
queues of another account have to confirm with a token that is valid for two days. Until then nothing is delivered, and
after three days the subscription is gone. Subscribing twice returns the same subscription, and other attributes are an
error. A deleted topic's subscriptions can be read for a while, and a deleted queue or device leaves its subscription.
Source: SNS API reference, Subscribe, ConfirmSubscription, DeleteTopic and DeleteEndpoint; recorded answers.
moto: accepts any protocol, endpoint, attribute and token, and confirms every subscription at once.
"""

import re
from typing import Any

import moto.sns.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.untracked import Untracked
from helpers.aws_rules.sns import archives, delivery_policies, filter_policies, mobile_push
from helpers.aws_rules.sns.archives import Replay
from helpers.aws_rules.sns.json_texts import load_object
from helpers.aws_rules.sns.topics import DEFAULT_MAX_BYTES, Topic

_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
NEED_CONFIRMATION = ("http", "https", "email", "email-json")
_RAW = ("http", "https", "sqs", "firehose")
_ARN_NAMES = {"lambda": "Lambda", "firehose": "Firehose"}
LARGE_MESSAGE_PROTOCOLS = ("sqs", "lambda", "firehose")  # for topics that accept messages over 256 KiB
MAX_LARGE_MESSAGE_SUBSCRIPTIONS = 100
_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
    "ReplayPolicy",
)
_DEFAULTS = {"RawMessageDelivery": "false", "FilterPolicyScope": "MessageAttributes"}
_TOKEN_SECONDS, _PENDING_SECONDS = 2 * 86_400, 3 * 86_400
_ORPHAN_SECONDS = 3600  # how long the subscriptions of a deleted topic are still there; AWS doesn't say how long
_MAX_FIFO_SUBSCRIPTIONS, _MAX_FILTER_POLICIES = 100, 200  # of a topic


class Subscription(Untracked, moto.sns.models.Subscription):
    """moto's subscription, with attributes as AWS shows them.

    subscriber: the account that subscribed. identity: the ARN of the caller who did. host: what links begin with.
    settings: the attributes that were set. policy: the parsed filter policy. replay: the parsed replay policy. token:
    confirms the subscription; "" if it never needed confirmation. since: when it was created, or when its token was.
    """

    topic: Topic

    def __init__(self, account: Account, topic: Topic, protocol: str, endpoint: str, identity: str, host: str):
        super().__init__(account.number, topic, endpoint, protocol)
        self.subscriber, self.identity, self.host = account, identity, host
        self.arn = f"{topic.arn}:{account.new_id()}"
        self.settings: dict[str, str] = {}
        self.policy: dict[str, Any] = {}
        self.replay: Replay | None = None
        self.since, self.pending, self.token = account.time(), False, ""
        self.authenticated = True
        if protocol in NEED_CONFIRMATION or (protocol == "sqs" and _account_in(endpoint) != account.number):
            self.authenticated = False
            self.await_confirmation()

    @property
    def scope(self) -> str:
        """What the filter policy applies to."""
        return self.settings.get("FilterPolicyScope", "MessageAttributes")

    @property
    def raw(self) -> bool:
        """Whether raw message delivery is on: messages come without the envelope."""
        return self.settings.get("RawMessageDelivery") == "true"

    @property
    def delivery_policies(self) -> tuple[str, str]:
        """The delivery policies of the topic and the subscription as they're stored; "" for none."""
        return self.topic.settings.get("DeliveryPolicy", ""), self.settings.get("DeliveryPolicy", "")

    def set_attributes(self, attributes: dict[str, str], subscribing: bool = False) -> None:
        """Set attributes. If AWS refuses one of them, raise Refused and set none."""
        scope = attributes.get("FilterPolicyScope", self.scope)
        for name, value in attributes.items():
            check_attribute(name, value, self.protocol, self.endpoint, self.topic, subscribing)
        attributes = _as_stored(attributes)
        if "FilterPolicy" in attributes or "FilterPolicyScope" in attributes:
            text = attributes.get("FilterPolicy", self.settings.get("FilterPolicy", ""))
            self.policy = filter_policies.parse(text, scope, subscribing)
        if "ReplayPolicy" in attributes:
            self.replay = archives.parse_replay(attributes["ReplayPolicy"], "ReplayPolicy")
        self.settings |= attributes

    def attributes_shown(self) -> dict[str, str]:
        """Return the attributes as GetSubscriptionAttributes returns them."""
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
        if self.replay is not None:
            shown["ReplayStatus"] = self._replay_status(self.replay)
        if self.protocol in ("http", "https"):
            shown["EffectiveDeliveryPolicy"] = delivery_policies.effective_of_subscription(*self.delivery_policies)
        return shown

    def _replay_status(self, replay: Replay) -> str:
        if self.pending:
            return "Pending"
        over = replay.end is None or replay.is_past(self.topic.owner.world.clock.now())
        return "Completed" if over else "In progress"

    def differs(self, attributes: dict[str, str]) -> bool:
        """Return whether the subscription has another value for one of these attributes."""
        asked = _as_stored(attributes)
        return any(self.settings.get(name, _DEFAULTS.get(name)) != value for name, value in asked.items())

    def as_listed(self) -> dict[str, str]:
        """Return the subscription as ListSubscriptions returns it."""
        return {
            "SubscriptionArn": "PendingConfirmation" if self.pending else self.arn,
            "Owner": self.subscriber.number,
            "Protocol": self.protocol,
            "Endpoint": self.endpoint,
            "TopicArn": self.topic.arn,
        }

    def await_confirmation(self) -> None:
        """Wait for confirmation with a new token."""
        self.since, self.pending = self.subscriber.time(), True
        self.token = self.subscriber.world.ids.getrandbits(8 * 115).to_bytes(115, "big").hex()

    def token_expired(self) -> bool:
        """Return whether the token is too old to confirm with."""
        return self.topic.owner.time() - self.since >= _TOKEN_SECONDS

    def is_gone(self) -> bool:
        """Return whether the subscription wasn't confirmed in time, or its topic was deleted some time ago."""
        now, ended = self.topic.owner.time(), self.topic.ended
        if ended is not None and now - ended >= _ORPHAN_SECONDS:
            return True
        return self.pending and now - self.since >= _PENDING_SECONDS

    def delete(self) -> None:
        """Remove the subscription from its topic."""
        del self.topic.sns_backend.subscriptions[self.arn]
        self.topic.deleted += 1


def of_topic(topic: Topic) -> list[Subscription]:
    """Return the topic's subscriptions, oldest first."""
    found = topic.sns_backend.subscriptions.values()
    return [subscription for subscription in found if subscription.topic is topic and not subscription.is_gone()]


def not_found() -> Refused:
    """Return the error for a subscription that doesn't exist."""
    return Refused("NotFound", "Subscription does not exist")


# --- endpoints --------------------------------------------------------------------------------------------------------


def check_endpoint(account: Account, topic: Topic, protocol: str, endpoint: str) -> None:
    """Raise Refused if this endpoint can't subscribe to the topic with this protocol."""
    if protocol not in _PROTOCOLS:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint:
        raise invalid("Endpoint")
    if topic.fifo_topic and protocol != "sqs":
        raise invalid(f"Invalid protocol type: {protocol}")
    if topic.max_bytes > DEFAULT_MAX_BYTES and protocol not in LARGE_MESSAGE_PROTOCOLS:
        raise invalid(f"Protocol Reason: a topic for messages over 256 KiB has no {protocol} subscriptions")
    if protocol in ("http", "https") and not endpoint.startswith(f"{protocol}://"):
        raise invalid("Endpoint must match the specified protocol")
    if protocol in ("email", "email-json") and not re.fullmatch(r"[^@\s]+@[^@\s]+", endpoint):
        raise invalid("Email address")
    if protocol == "sms":
        reduced = re.sub(r"[./-]", "", endpoint)
        if re.search(r"[./-]{2,}|^[./-]|[./-]$", endpoint) or not re.fullmatch(r"\+?[1-9][0-9]{5,14}", reduced):
            raise Refused("InvalidParameter", f"Invalid SMS endpoint: {endpoint}")
    if protocol == "sqs":
        _check_queue_arn(topic, endpoint)
    elif protocol == "application":
        mobile_push.check_subscriber(account, topic.sns_backend.region_name, endpoint)
    elif protocol in _ARN_NAMES and not re.match(rf"arn:[^:]+:{protocol}:[^:]*:[^:]*:.", endpoint):
        raise invalid(f"{_ARN_NAMES[protocol]} endpoint ARN")


def _check_queue_arn(topic: Topic, arn: str) -> None:
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sqs":
        raise invalid("SQS endpoint ARN")
    if parts[5].endswith(".fifo") and not topic.fifo_topic:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )


def _account_in(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") >= 5 else ""


# --- attributes and limits --------------------------------------------------------------------------------------------


def _as_stored(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes as they're stored: true and false in lower case, a delivery policy with all members."""
    stored = {name: value.lower() if name == "RawMessageDelivery" else value for name, value in attributes.items()}
    if (text := stored.get("ReplayPolicy")) and archives.parse_replay(text, "ReplayPolicy") is None:
        stored["ReplayPolicy"] = ""
    if text := stored.get("DeliveryPolicy"):
        stored["DeliveryPolicy"] = delivery_policies.of_subscription(text)
    return stored


def check_attribute(name: str, value: str, protocol: str, endpoint: str, topic: Topic, subscribing: bool) -> None:
    """Raise Refused if AWS refuses this attribute, apart from a filter policy.

    subscribing: whether it comes with Subscribe, whose errors begin differently.
    """
    start = "Attributes Reason: " if subscribing else ""
    if name not in _ATTRIBUTES:
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
        _check_redrive_policy(value, endpoint, topic, start)
    elif name == "ReplayPolicy":
        _check_replay_policy(value, topic, f"{start}ReplayPolicy")
    elif name == "DeliveryPolicy" and value:
        delivery_policies.of_subscription(value, start)


def _check_replay_policy(text: str, topic: Topic, name: str) -> None:
    if not topic.fifo_topic:
        raise invalid(f"{name}: only FIFO topics have an archive")
    if archives.parse_replay(text, name) is not None and topic.archive is None:
        raise invalid(f"{name}: the topic has no ArchivePolicy")


def _check_redrive_policy(text: str, endpoint: str, topic: Topic, start: str) -> None:
    policy = load_object(text, f"{start}RedrivePolicy")
    for name in policy:
        if name != "deadLetterTargetArn":
            raise invalid(f"{start}RedrivePolicy: invalid JSON. Attribute {name} is unknown.")
    arn = policy.get("deadLetterTargetArn")
    if not isinstance(arn, str) or arn.count(":") != 5 or arn.split(":")[2] != "sqs":
        raise invalid(f"{start}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    # The queue has to be in the topic's region and of its type: SNS developer guide, "Dead-letter queues". For all but
    # the recorded text below, the words are inferred.
    if arn.split(":")[3] != topic.sns_backend.region_name:
        raise invalid(f"{start}RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if arn.endswith(".fifo") and not topic.fifo_topic:
        raise invalid(f"{start}RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard Topic.")
    if topic.fifo_topic and endpoint.endswith(".fifo") and not arn.endswith(".fifo"):
        text = "must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        raise invalid(f"{start}RedrivePolicy: {text}")


def check_role(protocol: str, attributes: dict[str, str]) -> None:
    """Raise Refused for a Firehose stream without a role. Source: floci-io/floci issue 4128; the words are inferred."""
    if protocol == "firehose" and not attributes.get("SubscriptionRoleArn", "").startswith("arn:"):
        raise invalid("Attributes Reason: SubscriptionRoleArn: A valid role is required for Firehose subscriptions")


def check_subscription_limit(topic: Topic) -> None:
    """Raise Refused if the topic can't have another subscription."""
    if topic.fifo_topic and len(of_topic(topic)) >= _MAX_FIFO_SUBSCRIPTIONS:
        text = f"A FIFO topic has at most {_MAX_FIFO_SUBSCRIPTIONS} subscriptions"
        raise Refused("SubscriptionLimitExceeded", text, 403)


def check_filter_policy_limit(topic: Topic) -> None:
    """Raise Refused if the topic can't have another subscription with a filter policy."""
    if sum(bool(subscription.policy) for subscription in of_topic(topic)) >= _MAX_FILTER_POLICIES:
        text = f"A topic has at most {_MAX_FILTER_POLICIES} filter policies"
        raise Refused("FilterPolicyLimitExceeded", text, 403)

"""A topic, and SNS in one region of one account.

AWS: creating a topic that exists is fine with the same or no attributes and tags; attributes of a new topic are few,
the others show once they are set. Source: SNS API reference, CreateTopic and GetTopicAttributes; recorded answers.
moto: takes other attributes silently, never counts subscriptions, and reads an ARN of another region as a missing
topic.
"""

import json
import re
from typing import Any

import moto.sns.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.deduplication import TOPIC_NUMBERS, Deduplication
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.untracked import Untracked
from helpers.aws_rules.sns import delivery_policies, topic_attributes

_NAME = re.compile(r"[A-Za-z0-9_\-]{1,256}")
DEFAULT_BYTES = 262_144


class Topic(Untracked, moto.sns.models.Topic):
    """moto's topic, which keeps name, ARN, policy and tags, with attributes as AWS shows them.

    settings: the attributes that were set, by their names. deleted: how many subscriptions were.
    """

    def __init__(self, name: str, region: "SnsRegion", settings: dict[str, str], tags: dict[str, str]):
        super().__init__(name, region)
        self.owner = region.owner
        self.settings = dict(settings)
        self.fifo_topic = settings.get("FifoTopic") == "true"
        self._tags = dict(tags)
        self.seen = Deduplication(TOPIC_NUMBERS)
        self.deleted = 0
        self.policy = settings.get("Policy") or self._default_policy()

    @property
    def content_based(self) -> bool:
        """Whether the message itself is the deduplication id."""
        return self.settings.get("ContentBasedDeduplication") == "true"

    @property
    def most_bytes(self) -> int:
        """How large a message may be."""
        return int(self.settings.get("MaximumMessageSize", DEFAULT_BYTES))

    @property
    def signature_version(self) -> str:
        """How messages are signed."""
        return self.settings.get("SignatureVersion", "1")

    def attributes(self, confirmed: int, pending: int) -> dict[str, str]:
        """Return the attributes as GetTopicAttributes shows them."""
        settings = {name: value for name, value in self.settings.items() if name != "Policy" and value != ""}
        if not self.fifo_topic:
            settings.pop("FifoTopic", None)
        else:
            settings.setdefault("ContentBasedDeduplication", "false")
            settings.setdefault("FifoThroughputScope", "Topic")
        return {
            "Policy": self.policy,
            "Owner": self.account_id,
            "SubscriptionsPending": str(pending),
            "SubscriptionsConfirmed": str(confirmed),
            "SubscriptionsDeleted": str(self.deleted),
            "TopicArn": self.arn,
            "EffectiveDeliveryPolicy": delivery_policies.effective_of_topic(self.settings.get("DeliveryPolicy", "")),
            "DisplayName": "",
        } | settings

    def change(self, name: str, value: str) -> None:
        """Set one attribute."""
        if name == "Policy":
            self.policy = value or self._default_policy()
        elif name in ("FifoTopic",):
            raise invalid("AttributeName")
        self.settings[name] = value

    def _default_policy(self) -> str:
        """Return the policy that lets the owner do everything, as JSON in AWS's order."""
        made = self._create_default_topic_policy(self.sns_backend.region_name, self.account_id, self.name)
        made["Statement"] = [{"Sid": each["Sid"]} | each for each in made["Statement"]]
        return json.dumps(made)


class SnsRegion(moto.sns.models.SNSBackend):
    """moto's backend: it keeps topics, tags, what mobile push needs, and SMS settings."""

    topics: dict[str, Topic]
    subscriptions: dict[str, Any]

    def __init__(self, owner: Account, region: str):
        super().__init__(region, owner.number)
        self.owner = owner
        self.opt_out_numbers: list[str] = []  # moto's begin with some
        # phone numbers and the one-time passwords that they wait for; "" when verified
        self.sandbox: dict[str, str] = {}
        self.ended: dict[str, Any] = {}  # subscriptions that a link ended, by the tokens that bring them back

    def make(self, name: str, settings: dict[str, str], tags: dict[str, str]) -> Topic:
        """Return the topic of this name, made when there is none."""
        fifo = settings.get("FifoTopic", "").lower() == "true"
        stem = name.removesuffix(".fifo") if fifo else name
        if not _NAME.fullmatch(stem) or len(name) > 256 or fifo != name.endswith(".fifo"):
            raise invalid("Topic Name")
        settings = topic_attributes.check(settings, fifo)
        arn = f"arn:{self.partition}:sns:{self.region_name}:{self.account_id}:{name}"
        if topic := self.topics.get(arn):
            if any(
                topic.settings.get(key, topic_attributes.DEFAULTS.get(key)) != value for key, value in settings.items()
            ):
                raise invalid("Attributes Reason: Topic already exists with different attributes")
            if any(topic._tags.get(key) != value for key, value in tags.items()):
                raise invalid("Tags Reason: Topic already exists with different tags")
            return topic
        if len(tags) > 50:
            raise Refused("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
        self.topics[arn] = Topic(name, self, settings, tags)
        return self.topics[arn]


def find(account: Account, region: str, arn: str, parameter: str = "TopicArn") -> Topic:
    """Return the topic of this ARN, whoever's it is; Refused when it is none, of another region, or not there."""
    parts = arn.split(":")
    if len(parts) < 6:
        raise invalid(f"{parameter} Reason: An ARN must have at least 6 elements, not {len(parts)}")
    if parts[0] != "arn" or parts[2] != "sns" or parts[3] != region:
        raise invalid(parameter)
    owner = account.accounts.get(parts[4])
    topic = owner.service(SnsRegion, region).topics.get(arn) if owner else None
    if topic is None:
        raise Refused("NotFound", "Topic does not exist")
    return topic

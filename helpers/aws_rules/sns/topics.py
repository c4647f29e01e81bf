"""A topic and its attributes.

AWS: unknown attributes and invalid values are refused, and those of FIFO topics are only for FIFO topics. A new topic
shows few attributes, the others appear once they're set. Since September 2026 a topic can accept messages of up to
1 MiB. Source: SNS API reference, CreateTopic, SetTopicAttributes and GetTopicAttributes; recorded answers.
moto: stores any attribute with any value, and never counts subscriptions.
"""

import json
from typing import TYPE_CHECKING

import moto.sns.models

from helpers.aws_rules.common.deduplication import TOPIC_NUMBERS, Deduplication
from helpers.aws_rules.common.numbers import is_between
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.untracked import UntrackedResource
from helpers.aws_rules.policies import documents
from helpers.aws_rules.sns import archives, delivery_policies
from helpers.aws_rules.sns.archives import Archive
from helpers.aws_rules.sns.meters import TopicMeters

if TYPE_CHECKING:
    from helpers.aws_rules.sns.region import SnsRegion

DEFAULT_MAX_BYTES = 262_144
_MAX_BYTES_RANGE = (1024, 1_048_576)
DEFAULTS = {
    "DisplayName": "",
    "SignatureVersion": "1",
    "FifoTopic": "false",
    "ContentBasedDeduplication": "false",
    "ArchivePolicy": "",
}
_CHOICES = {
    "FifoTopic": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_FIFO_ONLY = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
_LOGGED_PROTOCOLS = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
_ANY_VALUE = {"KmsMasterKeyId"} | {
    f"{protocol}{kind}"
    for protocol in _LOGGED_PROTOCOLS
    for kind in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn")
}
_SAMPLE_RATES = {f"{protocol}SuccessFeedbackSampleRate" for protocol in _LOGGED_PROTOCOLS}


class Topic(UntrackedResource, moto.sns.models.Topic):
    """moto's topic, which has a name, ARN, policy and tags, with attributes as AWS shows them.

    settings: the attributes that were set. deleted: how many subscriptions were deleted. ended: when the topic was.
    archive: of its messages, if it has an archive policy.
    """

    sns_backend: "SnsRegion"

    def __init__(self, name: str, region: "SnsRegion", settings: dict[str, str], tags: dict[str, str]):
        super().__init__(name, region)
        self.owner = region.owner
        self.settings = dict(settings)
        self.fifo_topic = settings.get("FifoTopic") == "true"
        self._tags = dict(tags)
        self.seen = Deduplication(TOPIC_NUMBERS)
        self.meters = TopicMeters(self.owner)
        self.deleted = 0
        self.ended: float | None = None
        self.archive: Archive | None = None
        self._set_archive(settings.get("ArchivePolicy", ""))
        self.policy = settings.get("Policy") or self._default_policy()

    @property
    def content_based(self) -> bool:
        """Whether content-based deduplication is on."""
        return self.settings.get("ContentBasedDeduplication") == "true"

    @property
    def max_bytes(self) -> int:
        """The largest size of a message."""
        return int(self.settings.get("MaximumMessageSize", DEFAULT_MAX_BYTES))

    @property
    def signature_version(self) -> str:
        """The version of the signature on messages."""
        return self.settings.get("SignatureVersion", "1")

    def attributes(self, confirmed: int, pending: int) -> dict[str, str]:
        """Return the attributes as GetTopicAttributes returns them. confirmed, pending: numbers of subscriptions."""
        settings = {name: value for name, value in self.settings.items() if name != "Policy" and value != ""}
        if not self.fifo_topic:
            settings.pop("FifoTopic", None)
        else:
            settings.setdefault("ContentBasedDeduplication", "false")
        if self.archive is not None:
            settings["BeginningArchiveTime"] = self.archive.beginning(self.owner.time())
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

    def set_attribute(self, name: str, value: str) -> None:
        """Set one attribute."""
        if name == "Policy":
            self.policy = value or self._default_policy()
        elif name == "FifoTopic":
            raise invalid("AttributeName")
        elif name == "ArchivePolicy":
            self._set_archive(value)
        self.settings[name] = value

    def _set_archive(self, policy: str) -> None:
        """Begin, change or end the archive. policy: as it's stored."""
        days = archives.retention_days(policy, "ArchivePolicy") if policy else 0
        if not days:
            self.archive = None
        elif self.archive is None:
            self.archive = Archive(days, self.owner.time())
        else:
            self.archive.days = days

    def _default_policy(self) -> str:
        """Return the policy that allows the owner everything, as JSON with its members in AWS's sequence."""
        made = self._create_default_topic_policy(self.sns_backend.region_name, self.account_id, self.name)
        made["Statement"] = [{"Sid": each["Sid"]} | each for each in made["Statement"]]
        return json.dumps(made)


def check_attributes(attributes: dict[str, str], fifo: bool) -> dict[str, str]:
    """Return the attributes of a new topic as they're stored. Raise Refused if AWS refuses one."""
    return {name: check_attribute(name, value, fifo, "Attributes Reason: ") for name, value in attributes.items()}


def check_attribute(name: str, value: str, fifo: bool, start: str = "") -> str:
    """Return the value of an attribute as it's stored. start: what the error says before its reason."""
    if name in _FIFO_ONLY and not fifo:
        raise invalid(f"{start}{name}" if start else "AttributeName")
    if name in _CHOICES:
        lowered = value.lower() if _CHOICES[name][0] == "true" else value
        if lowered not in _CHOICES[name]:
            raise invalid(f"{start}{name}")
        return lowered
    if name == "Policy":
        if value:
            _check_policy(value, start)
    elif name == "DisplayName":
        if len(value) > 100:
            raise invalid(f"{start}DisplayName")
    elif name == "MaximumMessageSize":
        if not is_between(value, *_MAX_BYTES_RANGE):
            raise invalid(f"{start}MaximumMessageSize")
    elif name == "DeliveryPolicy":
        return delivery_policies.of_topic(value, start) if value else value
    elif name == "ArchivePolicy":
        return value if archives.retention_days(value, f"{start}ArchivePolicy") else ""
    elif name in _SAMPLE_RATES:
        if not is_between(value, 0, 100):
            raise invalid(f"{start}{name}: {value} value provided is not an integer between 0-100")
    elif name not in _ANY_VALUE:
        raise invalid(f"{start}Unknown attribute: {name}" if start else "AttributeName")
    return value


def _check_policy(value: str, start: str) -> None:
    try:
        documents.parse(value, "sns")
    except Refused as problem:
        reason = problem.message.removeprefix("Invalid parameter: ")
        raise Refused(problem.code, f"Invalid parameter: {start}{reason}") from None

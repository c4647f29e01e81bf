"""What a topic's attributes may be.

AWS: unknown names and wrong values are refused; those of FIFO topics only on a FIFO topic; since September 2026 a topic
may take messages of up to 1 MiB. Source: SNS API reference, CreateTopic and SetTopicAttributes; recorded answers.
moto: stores whatever it is given.
"""

from helpers.aws_rules.common.json_texts import load_object
from helpers.aws_rules.common.numbers import within
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.policies import evaluation
from helpers.aws_rules.sns import delivery_policies

DEFAULTS = {"DisplayName": "", "SignatureVersion": "1", "FifoTopic": "false", "ContentBasedDeduplication": "false"}
_CHOICES = {
    "FifoTopic": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SignatureVersion": ("1", "2"),
    "TracingConfig": ("PassThrough", "Active"),
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_OF_FIFO = ("ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy")
_LOGGED = ("Application", "Firehose", "HTTP", "Lambda", "SQS")
_FREE = {"KmsMasterKeyId"} | {
    f"{protocol}{kind}" for protocol in _LOGGED for kind in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn")
}
_RATES = {f"{protocol}SuccessFeedbackSampleRate" for protocol in _LOGGED}
SIZES = (1024, 1_048_576)


def check(settings: dict[str, str], fifo: bool) -> dict[str, str]:
    """Return the attributes of a new topic as they are kept; Refused when AWS would refuse one."""
    return {name: check_one(name, value, fifo, "Attributes Reason: ") for name, value in settings.items()}


def check_one(name: str, value: str, fifo: bool, start: str = "") -> str:
    """Return the value of one attribute as it is kept. start: what a refusal says before its reason."""
    if name in _OF_FIFO and not fifo:
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
        if not within(value, *SIZES):
            raise invalid(f"{start}MaximumMessageSize")
    elif name == "DeliveryPolicy":
        return delivery_policies.of_topic(value, start) if value else value
    elif name == "ArchivePolicy":
        if value:
            _check_archive(value, start)
    elif name in _RATES:
        check_rate(name, value, start)
    elif name not in _FREE:
        raise invalid(f"{start}Unknown attribute: {name}" if start else "AttributeName")
    return value


def _check_policy(value: str, start: str) -> None:
    try:
        evaluation.parse(value, "sns")
    except Refused as problem:
        reason = problem.message.removeprefix("Invalid parameter: ")
        raise Refused(problem.code, f"Invalid parameter: {start}{reason}") from None


def check_rate(name: str, value: str, start: str) -> None:
    """Refuse a sample rate that is no percentage."""
    if not within(value, 0, 100):
        raise invalid(f"{start}{name}: {value} value provided is not an integer between 0-100")


def _check_archive(value: str, start: str) -> None:
    policy = load_object(value, f"{start}ArchivePolicy")  # an empty one ends the archive
    if policy and not within(str(policy.get("MessageRetentionPeriod")), 1, 365):
        raise invalid(f"{start}ArchivePolicy")

"""The IAM policy for a learner: the operations that the lessons call, on resources with the learner's tag or prefix.

For all services a policy can require tags on the resource, and tags in a request that creates one. Creating with tags
also needs the permission to tag. Some operations can't be restricted to a resource; they get a separate statement.
PutMetricAlarm creates an alarm or replaces one, and IAM can't tell which. So the policy protects the alarms of other
learners by their tag, and those without the tag only by the prefix. An alarm may only act on topics: others could stop
machines. Source: Service Authorization Reference, Amazon SQS, Amazon SNS and Amazon CloudWatch; SQS API reference,
CreateQueue; CloudWatch user guide, "Using condition keys to limit alarm actions", "Alarms and tagging" and, for reading
alarms of any kind, CloudWatch API reference, DescribeAlarms.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.backends.aws import limits, tags
from helpers.errors import CloudError

USER_NAME = "${aws:username}"  # IAM replaces it with the name of the user who makes the request
_NAMES = {"sqs": "Sqs", "sns": "Sns", "cloudwatch": "CloudWatch"}
_CREATING = {"sqs": "CreateQueue", "sns": "CreateTopic", "cloudwatch": "PutMetricAlarm"}
_TAGGING = {"sqs": "TagQueue", "sns": "TagResource", "cloudwatch": "TagResource"}
_UNTAGGING = {"sqs": "UntagQueue", "sns": "UntagResource", "cloudwatch": "UntagResource"}
# Listing names no resource, and IAM doesn't count a subscription or a metric as one.
_WITHOUT_RESOURCE = {
    "sqs": {"ListQueues"},
    "sns": {"ListTopics", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"},
    "cloudwatch": {
        "ListMetrics",
        "GetMetricStatistics",
        "GetMetricData",
        "DescribeAlarms",
        "DescribeAlarmsForMetric",
        "DescribeAlarmHistory",
    },
}
# The course calls these for what may not exist or not be the learner's, so no tag can be required.
_LOOKUPS = {
    "sqs": {"GetQueueUrl", "ListQueueTags"},
    "sns": {"ListTagsForResource"},
    "cloudwatch": {"ListTagsForResource"},
}
# One permission covers a call and its batch form.
_PERMISSION = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "PublishBatch": "Publish",
}
_PROTOCOLS_TO_MACHINES = ("http", "https", "sqs")


def policy(
    account: str, learner: str, prefix: str = "", people: bool = False, partition: str = "aws"
) -> dict[str, Any]:
    """Return the policy as IAM accepts it; CloudError if `account` isn't twelve digits.

    learner: the value of the tag; USER_NAME requires each IAM user's own name. prefix: what names have to begin with;
    "" for any. people: whether email addresses and phone numbers may be subscribed.
    """
    if not (len(account) == 12 and account.isascii() and account.isdigit()):
        raise CloudError(
            f"An account's id has twelve digits, and {account!r} doesn't. `aws sts get-caller-identity` shows yours."
        )
    statements = []
    for service, name in _NAMES.items():
        anywhere = f"arn:{partition}:{service}:*:{account}:{'alarm:' if service == 'cloudwatch' else ''}"
        arn = f"{anywhere}{prefix}*"
        needed = permissions(service)
        creating = {_CREATING[service], _TAGGING[service]}
        tagging = {_TAGGING[service], _UNTAGGING[service]} & needed
        without, lookups = needed & _WITHOUT_RESOURCE[service], needed & _LOOKUPS[service]
        subscribing = needed & {"Subscribe"} if not people else set()
        others = needed - creating - tagging - without - lookups - subscribing
        own = {"StringEquals": {f"aws:ResourceTag/{tags.KEY}": learner}}
        created = _created_with_tag(learner)
        if service == "cloudwatch":
            created |= _not_of_others(learner) | _only_to_topics(f"arn:{partition}:sns:*:{account}:{prefix}*")
        statements += [
            _allow(f"{name}CreateWithTheTag", service, creating, arn, created),
            _allow(f"{name}UseYourOwn", service, others, arn, own),
            _allow(f"{name}TagYourOwn", service, tagging, arn, own | _other_tags_only()),
            _allow(f"{name}Subscribe", service, subscribing, arn, _machines_only(own)),
            _allow(f"{name}Look", service, lookups, f"{anywhere}*"),
            _allow(f"{name}WhereNoResourceCounts", service, without, "*"),
        ]
    return {"Version": "2012-10-17", "Statement": [statement for statement in statements if statement["Action"]]}


def permissions(service: str) -> set[str]:
    """Return the permissions that the lessons' operations and the course's own need in this service."""
    called: Iterable[str] = limits.allowed_operations()[service]
    return {_PERMISSION.get(operation, operation) for operation in called}


def _allow(
    sid: str, service: str, names: Iterable[str], resource: str, condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow"}
    statement["Action"] = [f"{service}:{name}" for name in sorted(names)]
    statement["Resource"] = resource
    return statement | ({"Condition": dict(condition)} if condition else {})


def _created_with_tag(learner: str) -> dict[str, Any]:
    return {"StringEquals": {f"aws:RequestTag/{tags.KEY}": learner}}


def _not_of_others(learner: str) -> dict[str, Any]:
    return {"StringEqualsIfExists": {f"aws:ResourceTag/{tags.KEY}": learner}}


def _only_to_topics(arn: str) -> dict[str, Any]:
    return {"ForAllValues:StringLike": {"cloudwatch:AlarmActions": [arn]}}


def _other_tags_only() -> dict[str, Any]:
    return {"ForAllValues:StringNotEquals": {"aws:TagKeys": [tags.KEY]}}


def _machines_only(own: Mapping[str, Any]) -> dict[str, Any]:
    return {"StringEquals": {**own["StringEquals"], "sns:Protocol": list(_PROTOCOLS_TO_MACHINES)}}

"""The IAM policy of a learner: the operations that the lessons call, on what carries the learner's tag or prefix.

Both services let a policy ask for a resource's tags and for those of a request that creates. Tagging while creating
needs the permission to tag, too. Source: Service Authorization Reference, Amazon SQS and Amazon SNS; SQS API reference,
CreateQueue. Some operations cannot be held to a resource there; they stand in a statement of their own.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from helpers.backends.aws import bounds, tags
from helpers.errors import CloudError

USER_NAME = "${aws:username}"  # IAM puts the name of the user in its place who makes the request
_CREATING = {"sqs": "CreateQueue", "sns": "CreateTopic"}
_TAGGING = {"sqs": "TagQueue", "sns": "TagResource"}
_UNTAGGING = {"sqs": "UntagQueue", "sns": "UntagResource"}
# Lists have no resource, and a subscription is none in IAM's eyes.
_WITHOUT_RESOURCE = {
    "sqs": {"ListQueues"},
    "sns": {"ListTopics", "GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"},
}
# These are asked about what may not be there, or not be the learner's, and then have no tag to be held to.
_LOOKING = {"sqs": {"GetQueueUrl", "ListQueueTags"}, "sns": {"ListTagsForResource"}}
# SQS has one permission for a call and for its batch.
_PERMISSION = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    "PublishBatch": "Publish",
}
_MACHINES = ("http", "https", "sqs")


def policy(
    account: str, learner: str, prefix: str = "", people: bool = False, partition: str = "aws"
) -> dict[str, Any]:
    """Return the policy as IAM takes it.

    account: twelve digits. learner: the value of the tag; USER_NAME for each IAM user's own name. prefix: what names
    have to begin with; "" for any. people: whether SNS may subscribe e-mail addresses and phones. CloudError for an
    account that is none.
    """
    if not (len(account) == 12 and account.isascii() and account.isdigit()):
        raise CloudError(
            f"An account's id is twelve digits, not {account!r}. `aws sts get-caller-identity` says yours."
        )
    statements = []
    for service in ("sqs", "sns"):
        arn = f"arn:{partition}:{service}:*:{account}:{prefix}*"
        anywhere = f"arn:{partition}:{service}:*:{account}:*"
        needed = permissions(service)
        creating = {_CREATING[service], _TAGGING[service]}
        tagging = {_TAGGING[service], _UNTAGGING[service]} & needed
        without, looking = needed & _WITHOUT_RESOURCE[service], needed & _LOOKING[service]
        talking = needed & {"Subscribe"} if not people else set()
        others = needed - creating - tagging - without - looking - talking
        own = {"StringEquals": {f"aws:ResourceTag/{tags.KEY}": learner}}
        name = service.capitalize()
        statements += [
            _allow(f"{name}CreateWithTheTag", service, creating, arn, _created(learner)),
            _allow(f"{name}UseYourOwn", service, others, arn, own),
            _allow(f"{name}TagYourOwn", service, tagging, arn, own | _other_tags()),
            _allow(f"{name}Subscribe", service, talking, arn, _machines(own)),
            _allow(f"{name}Look", service, looking, anywhere),
            _allow(f"{name}WhereNoResourceCounts", service, without, "*"),
        ]
    return {"Version": "2012-10-17", "Statement": [statement for statement in statements if statement["Action"]]}


def permissions(service: str) -> set[str]:
    """Return the names of the permissions that the lessons' operations of this service need, and the course's own."""
    called: Iterable[str] = bounds.taught()[service]
    return {_PERMISSION.get(operation, operation) for operation in called}


def _allow(
    sid: str, service: str, names: Iterable[str], resource: str, condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Allow"}
    statement["Action"] = [f"{service}:{name}" for name in sorted(names)]
    statement["Resource"] = resource
    return statement | ({"Condition": dict(condition)} if condition else {})


def _created(learner: str) -> dict[str, Any]:
    return {"StringEquals": {f"aws:RequestTag/{tags.KEY}": learner}}


def _other_tags() -> dict[str, Any]:
    return {"ForAllValues:StringNotEquals": {"aws:TagKeys": [tags.KEY]}}


def _machines(own: Mapping[str, Any]) -> dict[str, Any]:
    return {"StringEquals": {**own["StringEquals"], "sns:Protocol": list(_MACHINES)}}

"""The operations of SNS on topics: each takes a request and returns AWS's answer, or raises Refused."""

from typing import Any

from helpers.aws_rules import absent
from helpers.aws_rules.common import constraints
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import permissions
from helpers.aws_rules.sns import subscriptions
from helpers.aws_rules.sns.paging import page
from helpers.aws_rules.sns.region import SnsRegion, region_of, topic_of
from helpers.aws_rules.sns.topics import DEFAULT_MAX_BYTES, check_attribute

Answer = dict[str, Any]
# AWS has closed data protection to new customers: SNS developer guide, "Message data protection availability change".
_NO_DATA_PROTECTION = (
    "this course's offline cloud has no data protection policies; AWS gives them only to accounts that had them before."
    + " "
    + absent.see("PutDataProtectionPolicy")
)


def create_topic(request: Request) -> Answer:
    """Create a topic, or return the existing one with this name."""
    params = request.params
    if params.get("DataProtectionPolicy"):
        raise invalid(f"DataProtectionPolicy Reason: {_NO_DATA_PROTECTION}")
    topic = region_of(request).create(params["Name"], params.get("Attributes", {}), _tags(request))
    return {"TopicArn": topic.arn}


def _tags(request: Request) -> dict[str, str]:
    """Return the request's tags. Raise Refused if AWS refuses one."""
    constraints.check(request)
    tags = request.params.get("Tags", [])
    found = {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) < len(tags):
        raise invalid("Duplicated keys are not allowed.")
    return found


def delete_topic(request: Request) -> Answer:
    """Delete a topic, if there is one."""
    try:
        topic = topic_of(request)
    except Refused as problem:
        if problem.code == "NotFound":
            return {}
        raise
    if topic.archive is not None:
        raise Refused("InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy")
    del topic.sns_backend.topics[topic.arn]
    topic.ended = topic.owner.time()
    topic.meters.close(topic.ended * 1000)
    return {}


def list_topics(request: Request) -> Answer:
    """Return the account's topics in this region, in pages of a hundred."""
    return page(request, [{"TopicArn": arn} for arn in region_of(request).topics], "Topics")


def get_topic_attributes(request: Request) -> Answer:
    """Return a topic's attributes."""
    topic = topic_of(request)
    pending = [subscription.pending for subscription in subscriptions.of_topic(topic)]
    return {"Attributes": topic.attributes(pending.count(False), pending.count(True))}


def set_topic_attributes(request: Request) -> Answer:
    """Set one attribute."""
    topic, name, value = topic_of(request), request.params["AttributeName"], request.params.get("AttributeValue", "")
    value = check_attribute(name, value, topic.fifo_topic)
    if name == "MaximumMessageSize" and int(value) > DEFAULT_MAX_BYTES:
        subscribed = subscriptions.of_topic(topic)
        others = [one for one in subscribed if one.protocol not in subscriptions.LARGE_MESSAGE_PROTOCOLS]
        if others or len(subscribed) > subscriptions.MAX_LARGE_MESSAGE_SUBSCRIPTIONS:
            raise invalid(
                "MaximumMessageSize Reason: over 256 KiB a topic has at most 100 subscriptions, of queues, Lambda "
                "functions and Firehose streams alone"
            )
    topic.set_attribute(name, value)
    return {}


def add_permission(request: Request) -> Answer:
    """Add a statement to a topic's policy."""
    topic, params = topic_of(request), request.params
    permissions.add_to_topic_policy(
        topic._policy_json, topic.arn, params["Label"], params["AWSAccountId"], params["ActionName"]
    )
    return {}


def remove_permission(request: Request) -> Answer:
    """Remove a statement from a topic's policy."""
    permissions.remove_from_topic_policy(topic_of(request)._policy_json, request.params["Label"])
    return {}


def _region_of_resource(request: Request) -> SnsRegion:
    """Return SNS in the request's region. Raise Refused if the request's ResourceArn isn't a topic there."""
    constraints.check(request)
    region, arn = region_of(request), request.params["ResourceArn"]
    if arn not in region.topics:
        raise Refused("ResourceNotFound", "Resource does not exist", 404)
    return region


def tag_resource(request: Request) -> Answer:
    """Add tags to a topic."""
    tags = _tags(request)
    _region_of_resource(request).tag_resource(request.params["ResourceArn"], tags)
    return {}


def untag_resource(request: Request) -> Answer:
    """Remove tags from a topic."""
    _region_of_resource(request).untag_resource(request.params["ResourceArn"], request.params["TagKeys"])
    return {}


def list_tags_for_resource(request: Request) -> Answer:
    """Return a topic's tags."""
    tags = _region_of_resource(request).list_tags_for_resource(request.params["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

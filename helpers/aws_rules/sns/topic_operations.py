"""The operations of SNS on topics: each takes a request and returns what AWS answers, or is Refused."""

from typing import Any

from helpers.aws_rules.common.paging import page
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.sns import endpoints, subscriptions, topic_attributes, topic_permissions
from helpers.aws_rules.sns.find_topic import sns_of, topic_of
from helpers.aws_rules.sns.topics import DEFAULT_BYTES, SnsRegion

Answer = dict[str, Any]


def create_topic(request: Request) -> Answer:
    """Create a topic, or find the one of this name."""
    params = request.params
    topic = sns_of(request).make(params["Name"], params.get("Attributes", {}), _tags(params))
    return {"TopicArn": topic.arn}


def _tags(params: dict[str, Any]) -> dict[str, str]:
    """Return the request's tags; Refused when AWS would refuse one."""
    tags = params.get("Tags", [])
    for number, tag in enumerate(tags, start=1):
        for member, most in (("Key", 128), ("Value", 256)):
            if len(tag[member]) > most:
                where = f"Value '{tag[member]}' at 'tags.{number}.member.{member.lower()}' failed to satisfy constraint"
                text = f"{where}: Member must have length less than or equal to {most}"
                raise Refused("ValidationError", f"1 validation error detected: {text}")
    found = {tag["Key"]: tag["Value"] for tag in tags}
    if len(found) < len(tags):
        raise invalid("Duplicated keys are not allowed.")
    return found


def delete_topic(request: Request) -> Answer:
    """Delete a topic; fine when there is none."""
    try:
        topic = topic_of(request)
    except Refused as problem:
        if problem.code == "NotFound":
            return {}
        raise
    del topic.sns_backend.topics[topic.arn]
    return {}


def list_topics(request: Request) -> Answer:
    """Return the account's topics in this region, a hundred a page."""
    return page(request, [{"TopicArn": arn} for arn in sns_of(request).topics], "Topics")


def get_topic_attributes(request: Request) -> Answer:
    """Return a topic's attributes."""
    topic = topic_of(request)
    pending = [subscription.pending for subscription in subscriptions.of_topic(topic)]
    return {"Attributes": topic.attributes(pending.count(False), pending.count(True))}


def set_topic_attributes(request: Request) -> Answer:
    """Set one attribute."""
    topic, name, value = topic_of(request), request.params["AttributeName"], request.params.get("AttributeValue", "")
    value = topic_attributes.check_one(name, value, topic.fifo_topic)
    if name == "MaximumMessageSize" and int(value) > DEFAULT_BYTES:
        subscribed = subscriptions.of_topic(topic)
        others = [one for one in subscribed if one.protocol not in endpoints.FOR_LARGE]
        if others or len(subscribed) > endpoints.MOST_FOR_LARGE:
            raise invalid(
                "MaximumMessageSize Reason: over 256 KiB a topic has at most 100 subscriptions, of queues, Lambda "
                "functions and Firehose streams alone"
            )
    topic.change(name, value)
    return {}


def add_permission(request: Request) -> Answer:
    """Add a statement to a topic's policy."""
    topic, params = topic_of(request), request.params
    topic_permissions.add(topic, params["Label"], params["AWSAccountId"], params["ActionName"])
    return {}


def remove_permission(request: Request) -> Answer:
    """Take a statement out of a topic's policy."""
    topic_permissions.remove(topic_of(request), request.params["Label"])
    return {}


def _resource_of(request: Request) -> SnsRegion:
    region, arn = sns_of(request), request.params["ResourceArn"]
    if arn not in region.topics:
        raise Refused("ResourceNotFound", "Resource does not exist", 404)
    return region


def tag_resource(request: Request) -> Answer:
    """Add tags to a topic."""
    tags = _tags(request.params)
    _resource_of(request).tag_resource(request.params["ResourceArn"], tags)
    return {}


def untag_resource(request: Request) -> Answer:
    """Take tags from a topic."""
    _resource_of(request).untag_resource(request.params["ResourceArn"], request.params["TagKeys"])
    return {}


def list_tags_for_resource(request: Request) -> Answer:
    """Return a topic's tags."""
    tags = _resource_of(request).list_tags_for_resource(request.params["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

"""Finding the topic that a request names, and asking whether the caller may use it."""

from helpers.rules import access, topics
from helpers.rules.requests import Request
from helpers.rules.topics import SnsRegion, Topic


def sns_of(request: Request) -> SnsRegion:
    """Return SNS in the request's region, of the caller's account."""
    return request.account.service(SnsRegion, request.region)


def topic_of(request: Request, **context: str) -> Topic:
    """Return the topic that TopicArn names; Refused when the caller may not do this to it. context: condition keys."""
    topic = topics.find(request.account, request.region, request.params["TopicArn"])
    access.check_topic(request, topic, context)
    return topic

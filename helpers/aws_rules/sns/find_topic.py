"""Finding the topic that a request names, and asking whether the caller may use it."""

from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns import topics
from helpers.aws_rules.sns.topics import SnsRegion, Topic


def sns_of(request: Request) -> SnsRegion:
    """Return SNS in the request's region, of the caller's account."""
    return request.account.service(SnsRegion, request.region)


def topic_of(request: Request, **context: str) -> Topic:
    """Return the topic that TopicArn names; Refused when the caller may not do this to it. context: condition keys."""
    topic = topics.find(request.account, request.region, request.params["TopicArn"])
    access.check_topic(request, topic, context)
    return topic

"""SNS in one region of an account: its topics, and the topic that a request names.

AWS: creating a topic that exists is fine with the same attributes and tags, or none, and refused with others. An ARN of
another region is an invalid parameter. Source: SNS API reference, CreateTopic; recorded answers.
moto: ignores other attributes without an error, and reports a topic of another region as missing.
"""

import re
from collections import OrderedDict
from typing import TYPE_CHECKING

import moto.sns.models

from helpers.aws_rules.common import arns
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns.meters import TopicMeters
from helpers.aws_rules.sns.topics import DEFAULTS, Topic, check_attributes

if TYPE_CHECKING:
    from helpers.aws_rules.sns.mobile_push import Application, Endpoint
    from helpers.aws_rules.sns.subscriptions import Subscription

OPTED_OUT = "the phone number opted out of SMS"
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,256}")


class SnsRegion(moto.sns.models.SNSBackend):
    """moto's backend, which tags topics and has SMS settings, with what SNS has beyond that.

    unsubscribed_by_link: subscriptions that were ended by a link, by the token that restores them. platform_apps,
    devices: of mobile push, by ARN. sandbox: phone numbers of the SMS sandbox, each with the one-time password that it
    has yet to verify, or "". opt_out_numbers: those whose owners answered STOP. opted_in: when each was last opted in.
    meters: what the topics report to CloudWatch, by name; they stay when a topic is deleted.
    """

    topics: dict[str, Topic]  # type: ignore[assignment]  # moto's are moto's own topics, here all of them are ours
    subscriptions: "OrderedDict[str, Subscription]"  # type: ignore[assignment]  # the same

    def __init__(self, owner: Account, region: str):
        super().__init__(region, owner.number)
        self.owner = owner
        self.meters: dict[str, TopicMeters] = {}
        self.opt_out_numbers: list[str] = []  # moto begins with some
        self.opted_in: dict[str, float] = {}
        self.unsubscribed_by_link: dict[str, Subscription] = {}
        self.platform_apps: dict[str, Application] = {}
        self.devices: dict[str, Endpoint] = {}
        self.sandbox: dict[str, str] = {}

    def opted_out(self, number: str) -> bool:
        """Return whether this phone number, which can have separators, gets no SMS from the account."""
        return f"+{re.sub(r'[^0-9]', '', number)}" in self.opt_out_numbers

    def create(self, name: str, attributes: dict[str, str], tags: dict[str, str]) -> Topic:
        """Return the topic with this name, which is created if it doesn't exist."""
        fifo = attributes.get("FifoTopic", "").lower() == "true"
        stem = name.removesuffix(".fifo") if fifo else name
        if not _NAME.fullmatch(stem) or len(name) > 256 or fifo != name.endswith(".fifo"):
            raise invalid("Topic Name")
        attributes = check_attributes(attributes, fifo)
        arn = f"arn:{self.partition}:sns:{self.region_name}:{self.account_id}:{name}"
        if topic := self.topics.get(arn):
            topic.meters.touch(self.owner.time() * 1000)
            if any(topic.settings.get(key, DEFAULTS.get(key)) != value for key, value in attributes.items()):
                raise invalid("Attributes Reason: Topic already exists with different attributes")
            if any(topic._tags.get(key) != value for key, value in tags.items()):
                raise invalid("Tags Reason: Topic already exists with different tags")
            return topic
        if len(tags) > 50:
            raise Refused("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
        topic = self.topics[arn] = Topic(name, self, attributes, tags)
        topic.meters = self.meters.setdefault(name, topic.meters)
        topic.meters.open(self.owner.time() * 1000)
        return topic


def region_of(request: Request) -> SnsRegion:
    """Return SNS in the request's region, of the caller's account."""
    return request.account.service(SnsRegion, request.region)


def topic_of(request: Request, **context: str) -> Topic:
    """Return the topic at the request's TopicArn. Raise Refused if there is none, or the caller may not do this.

    context: the operation's own condition keys, such as sns:Protocol.
    """
    topic = find_topic(request.account, request.region, request.params["TopicArn"])
    access.check_topic(request, topic, context)
    return topic


def find_topic(account: Account, region: str, arn: str, parameter: str = "TopicArn") -> Topic:
    """Return the topic with this ARN, of any account. Raise Refused if it doesn't exist or is of another region.

    account: any account of the same simulated AWS. parameter: where the ARN is from.
    """
    arns.check(arn, parameter)
    parts = arn.split(":")
    if parts[0] != "arn" or parts[2] != "sns" or parts[3] != region:
        raise invalid(parameter)
    owner = account.accounts.get(parts[4])
    topic = owner.service(SnsRegion, region).topics.get(arn) if owner else None
    if topic is None:
        raise Refused("NotFound", "Topic does not exist")
    topic.meters.touch(topic.owner.time() * 1000)
    return topic

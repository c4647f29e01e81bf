"""The operations of SNS on subscriptions: each takes a request and returns AWS's answer, or raises Refused."""

import re
from typing import Any

from helpers.aws_rules.common import arns
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import ANONYMOUS, Request
from helpers.aws_rules.sns import deliveries, subscriptions
from helpers.aws_rules.sns.paging import page
from helpers.aws_rules.sns.region import SnsRegion, topic_of
from helpers.aws_rules.sns.subscriptions import MAX_LARGE_MESSAGE_SUBSCRIPTIONS, Subscription
from helpers.aws_rules.sns.topics import DEFAULT_MAX_BYTES

Answer = dict[str, Any]
_TOKEN = re.compile(r"[0-9a-f]+")


def subscribe(request: Request) -> Answer:
    """Subscribe an endpoint, which can have to confirm first."""
    params = request.params
    protocol, endpoint = params["Protocol"], params.get("Endpoint", "")
    topic = topic_of(request, **{"sns:Protocol": protocol, "sns:Endpoint": endpoint})
    subscriptions.check_endpoint(request.account, topic, protocol, endpoint)
    attributes = dict(params.get("Attributes", {}))
    subscriptions.check_role(protocol, attributes)
    present = subscriptions.of_topic(topic)
    if topic.max_bytes > DEFAULT_MAX_BYTES and len(present) >= MAX_LARGE_MESSAGE_SUBSCRIPTIONS:
        raise invalid("TopicArn Reason: a topic for messages over 256 KiB has at most 100 subscriptions")
    same = next((one for one in present if (one.protocol, one.endpoint) == (protocol, endpoint)), None)
    if same is not None:
        for name, value in attributes.items():
            subscriptions.check_attribute(name, value, protocol, endpoint, topic, subscribing=True)
        if same.differs(attributes):
            raise invalid("Attributes Reason: Subscription already exists with different attributes")
        if same.pending:
            if same.token_expired():
                same.await_confirmation()
            deliveries.request_confirmation(same)
        return _subscribed(same, params)
    subscriptions.check_subscription_limit(topic)
    if attributes.get("FilterPolicy"):
        subscriptions.check_filter_policy_limit(topic)
    made = Subscription(request.account, topic, protocol, endpoint, request.identity, request.host)
    made.set_attributes(attributes, subscribing=True)
    topic.sns_backend.subscriptions[made.arn] = made
    if made.pending:
        deliveries.request_confirmation(made)
    deliveries.replay(made)
    return _subscribed(made, params)


def _subscribed(subscription: Subscription, params: dict[str, Any]) -> Answer:
    shown = not subscription.pending or params.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": subscription.arn if shown else "pending confirmation"}


def confirm_subscription(request: Request) -> Answer:
    """Confirm a subscription with the token that was sent to its endpoint."""
    token = request.params["Token"]
    if not _TOKEN.fullmatch(token):
        raise Refused("InvalidParameter", "Invalid token")
    # The token is enough, even for a topic of another account: no policy has to allow it. AWS checks only the region in
    # the topic's ARN.
    arn = request.params["TopicArn"].split(":")
    if len(arn) < 6 or arn[3] != request.region:
        raise invalid("Topic")
    owner = request.account.accounts.get(arn[4])
    subscription = _with_token(owner.service(SnsRegion, request.region), token) if owner else None
    if subscription is None:
        raise invalid("Token")
    if subscription.pending:
        signed, wanted = request.identity != ANONYMOUS, request.params.get("AuthenticateOnUnsubscribe", "")
        subscription.pending, subscription.authenticated = False, signed and wanted.lower() == "true"
        deliveries.replay(subscription)
    return {"SubscriptionArn": subscription.arn}


def _with_token(region: SnsRegion, token: str) -> Subscription | None:
    """Return the subscription that this token confirms, or restores after a link ended it; None if there is none."""
    for subscription in [*region.subscriptions.values(), *region.unsubscribed_by_link.values()]:
        topic = subscription.topic
        if subscription.token != token or region.topics.get(topic.arn) is not topic or subscription.token_expired():
            continue
        if region.unsubscribed_by_link.pop(token, None):
            region.subscriptions[subscription.arn] = subscription
        return subscription
    return None


def unsubscribe(request: Request) -> Answer:
    """Delete a subscription, if there is one."""
    subscription = _find(request)
    if subscription is None:
        return {}
    if request.identity == ANONYMOUS and subscription.authenticated:
        raise Refused("AuthorizationError", "Unsubscribing was limited to requests with a signature", 403)
    _check_owner(request, subscription)
    if subscription.pending:
        raise invalid("SubscriptionArn Reason: This subscription is pending confirmation")
    subscription.delete()
    if request.identity == ANONYMOUS and subscription.protocol in subscriptions.NEED_CONFIRMATION:
        subscription.await_confirmation()
        subscription.topic.sns_backend.unsubscribed_by_link[subscription.token] = subscription
        deliveries.announce_unsubscribe(subscription)
    return {}


def _find(request: Request) -> Subscription | None:
    """Return the subscription at the request's SubscriptionArn, or None. Raise Refused if it isn't such an ARN."""
    arn = request.params["SubscriptionArn"]
    arns.check(arn, "SubscriptionArn")
    parts = arn.split(":")
    if parts[0] != "arn" or parts[2] != "sns" or len(parts) != 7:
        raise invalid("SubscriptionId")
    number = parts[4]
    owner = request.account.accounts.get(number)
    found = owner.service(SnsRegion, request.region).subscriptions.get(arn) if owner else None
    if found is None and number != request.account.number and request.identity != ANONYMOUS:
        raise _not_authorized(request, arn)
    return None if found is None or found.is_gone() else found


def _check_owner(request: Request, subscription: Subscription) -> None:
    if request.account.number not in (subscription.subscriber.number, subscription.topic.account_id):
        raise _not_authorized(request, subscription.arn)


def _not_authorized(request: Request, arn: str) -> Refused:
    text = f"User: {request.identity} is not authorized to perform: {request.action.replace('sns', 'SNS')}"
    return Refused("AuthorizationError", f"{text} on resource: {arn}", 403)


def _subscription_of(request: Request) -> Subscription:
    """Return the subscription at the request's SubscriptionArn. Raise Refused if there is none."""
    subscription = _find(request)
    if subscription is None:
        raise subscriptions.not_found()
    _check_owner(request, subscription)
    return subscription


def get_subscription_attributes(request: Request) -> Answer:
    """Return a subscription's attributes."""
    return {"Attributes": _subscription_of(request).attributes_shown()}


def set_subscription_attributes(request: Request) -> Answer:
    """Set one attribute."""
    params = request.params
    subscription, name, value = _subscription_of(request), params["AttributeName"], params.get("AttributeValue", "")
    if name == "FilterPolicy" and value and not subscription.policy:
        subscriptions.check_filter_policy_limit(subscription.topic)
    subscription.set_attributes({name: value})
    if name == "ReplayPolicy":
        deliveries.replay(subscription)
    return {}


def list_subscriptions(request: Request) -> Answer:
    """Return the account's subscriptions in this region, in pages of a hundred."""
    own = [
        subscription.as_listed()
        for account in request.account.accounts.all()
        for subscription in account.service(SnsRegion, request.region).subscriptions.values()
        if subscription.subscriber.number == request.account.number and not subscription.is_gone()
    ]
    return page(request, own, "Subscriptions")


def list_subscriptions_by_topic(request: Request) -> Answer:
    """Return a topic's subscriptions, in pages of a hundred."""
    return page(request, [one.as_listed() for one in subscriptions.of_topic(topic_of(request))], "Subscriptions")

"""The operations of SNS on subscriptions: each takes a request and returns what AWS answers, or is Refused."""

import re
from typing import Any

from helpers.aws_rules.common.paging import page
from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.common.request import ANONYMOUS, Request
from helpers.aws_rules.sns import deliveries, endpoints, subscriptions
from helpers.aws_rules.sns.find_topic import topic_of
from helpers.aws_rules.sns.subscriptions import Subscription
from helpers.aws_rules.sns.topics import DEFAULT_BYTES, SnsRegion

Answer = dict[str, Any]
_TOKEN = re.compile(r"[0-9a-f]+")


def subscribe(request: Request) -> Answer:
    """Subscribe an endpoint; it may have to confirm first."""
    params = request.params
    protocol, endpoint = params["Protocol"], params.get("Endpoint", "")
    topic = topic_of(request, **{"sns:Protocol": protocol, "sns:Endpoint": endpoint})
    endpoints.check_endpoint(request.account, topic, protocol, endpoint)
    settings = dict(params.get("Attributes", {}))
    if topic.most_bytes > DEFAULT_BYTES and len(subscriptions.of_topic(topic)) >= endpoints.MOST_FOR_LARGE:
        raise invalid("TopicArn Reason: a topic for messages over 256 KiB has at most 100 subscriptions")
    same = [s for s in subscriptions.of_topic(topic) if (s.protocol, s.endpoint) == (protocol, endpoint)]
    if same:
        for name, value in settings.items():
            subscriptions.check_setting(name, value, protocol, endpoint, topic, subscribing=True)
        if same[0].differs(settings):
            raise invalid("Attributes Reason: Subscription already exists with different attributes")
        if same[0].pending:
            if same[0].token_expired():
                same[0].wait()
            deliveries.ask_to_confirm(same[0])
        return _subscribed(same[0], params)
    subscriptions.check_room(topic)
    if settings.get("FilterPolicy"):
        subscriptions.check_filters(topic)
    made = Subscription(request.account, topic, protocol, endpoint, request.identity, request.host)
    made.change(settings, subscribing=True)
    topic.sns_backend.subscriptions[made.arn] = made
    if made.pending:
        deliveries.ask_to_confirm(made)
    return _subscribed(made, params)


def _subscribed(subscription: Subscription, params: dict[str, Any]) -> Answer:
    shown = not subscription.pending or params.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": subscription.arn if shown else "pending confirmation"}


def confirm_subscription(request: Request) -> Answer:
    """Confirm a subscription with the token that its endpoint got."""
    token = request.params["Token"]
    if not _TOKEN.fullmatch(token):
        raise Refused("InvalidParameter", "Invalid token")
    # The token is permission enough: who confirms for another account's topic needs no policy. Of the topic's ARN AWS
    # looks at the region alone.
    arn = request.params["TopicArn"].split(":")
    if len(arn) < 6 or arn[3] != request.region:
        raise invalid("Topic")
    owner = request.account.accounts.get(arn[4])
    subscription = _waiting(owner.service(SnsRegion, request.region), token) if owner else None
    if subscription is None:
        raise invalid("Token")
    if subscription.pending:
        signed, wish = request.identity != ANONYMOUS, request.params.get("AuthenticateOnUnsubscribe", "")
        subscription.pending, subscription.authenticated = False, signed and wish.lower() == "true"
    return {"SubscriptionArn": subscription.arn}


def _waiting(region: SnsRegion, token: str) -> Subscription | None:
    """Return the subscription that this token confirms, or brings back after a link ended it; or None."""
    for subscription in [*region.subscriptions.values(), *region.ended.values()]:
        topic = subscription.topic
        if subscription.token != token or region.topics.get(topic.arn) is not topic or subscription.token_expired():
            continue
        if region.ended.pop(token, None):
            region.subscriptions[subscription.arn] = subscription
        return subscription
    return None


def unsubscribe(request: Request) -> Answer:
    """Delete a subscription; fine when there is none."""
    subscription = _find(request)
    if subscription is None:
        return {}
    if request.identity == ANONYMOUS and subscription.authenticated:
        raise Refused("AuthorizationError", "Unsubscribing was limited to requests with a signature", 403)
    _check_owner(request, subscription)
    if subscription.pending:
        raise invalid("SubscriptionArn Reason: This subscription is pending confirmation")
    subscription.end()
    if request.identity == ANONYMOUS and subscription.protocol in subscriptions.TO_CONFIRM:
        subscription.wait()
        subscription.topic.sns_backend.ended[subscription.token] = subscription
        deliveries.tell_of_the_end(subscription)
    return {}


def _find(request: Request) -> Subscription | None:
    """Return the subscription of this ARN, or None; Refused when it is no ARN of one."""
    arn = request.params["SubscriptionArn"]
    _check_arn(arn)
    number = arn.split(":")[4]
    owner = request.account.accounts.get(number)
    found = owner.service(SnsRegion, request.region).subscriptions.get(arn) if owner else None
    if found is None and number != request.account.number and request.identity != ANONYMOUS:
        raise _not_authorized(request, arn)
    return None if found is None or subscriptions.is_gone(found) else found


def _check_arn(arn: str) -> None:
    parts = arn.split(":")
    if len(parts) < 6:
        raise invalid(f"SubscriptionArn Reason: An ARN must have at least 6 elements, not {len(parts)}")
    if parts[0] != "arn" or parts[2] != "sns" or len(parts) != 7:
        raise invalid("SubscriptionId")


def _check_owner(request: Request, subscription: Subscription) -> None:
    if request.account.number not in (subscription.subscriber.number, subscription.topic.account_id):
        raise _not_authorized(request, subscription.arn)


def _not_authorized(request: Request, arn: str) -> Refused:
    text = f"User: {request.identity} is not authorized to perform: {request.action.replace('sns', 'SNS')}"
    return Refused("AuthorizationError", f"{text} on resource: {arn}", 403)


def _subscription_of(request: Request) -> Subscription:
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
        subscriptions.check_filters(subscription.topic)
    subscription.change({name: value})
    return {}


def list_subscriptions(request: Request) -> Answer:
    """Return the account's subscriptions in this region, a hundred a page."""
    own = [
        subscription.listed()
        for account in request.account.accounts.all()
        for subscription in account.service(SnsRegion, request.region).subscriptions.values()
        if subscription.subscriber.number == request.account.number and not subscriptions.is_gone(subscription)
    ]
    return page(request, own, "Subscriptions")


def list_subscriptions_by_topic(request: Request) -> Answer:
    """Return a topic's subscriptions, a hundred a page."""
    return page(request, [s.listed() for s in subscriptions.of_topic(topic_of(request))], "Subscriptions")

"""Deliveries: from a topic to each of its subscriptions, independently of each other.

AWS: SNS delivers to a queue only if the queue's policy allows it. A failed delivery affects neither the publisher nor
the other subscriptions. A message that can't be delivered goes to the subscription's dead-letter queue, or is lost
without one. A web address gets a POST request whose headers name the type, message, topic and subscription. A status of
2xx accepts it. After 5xx, 429 or no response SNS retries as the delivery policy says, by default 3 times at intervals
of 20 seconds. Any other status is final. Source: SNS developer guide, "Message delivery retries", "Dead-letter queues",
"HTTP/HTTPS headers"; recorded answers.
moto: checks no queue policy, passes the error of a missing queue on to the publisher, never uses a subscription's
dead-letter queue, and makes a real POST request without these headers while the publisher waits.

In the offline cloud web addresses, like email, deliver to the inbox. Addresses on this computer get real requests if
`Accounts.web` is set.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns import (
    delivery_policies,
    filter_matching,
    mobile_push,
    notifications,
    publishing,
    subscriptions,
)
from helpers.aws_rules.sns.inbox import Arrived
from helpers.aws_rules.sns.meters import DELIVERED, FAILED, FAILED_TO_REDRIVE, REDRIVEN
from helpers.aws_rules.sns.notifications import SUBSCRIPTION_CONFIRMATION, UNSUBSCRIBE_CONFIRMATION, Notification
from helpers.aws_rules.sns.region import OPTED_OUT
from helpers.aws_rules.sns.subscriptions import Subscription
from helpers.aws_rules.sns.topics import Topic
from helpers.aws_rules.sqs import sending
from helpers.aws_rules.sqs.queues import Queue
from helpers.aws_rules.sqs.region import SqsRegion

_SENDER = "AIDAISMY7JYY5F7RTT6AO"  # the SenderId of messages from SNS


@dataclass
class Failed(Exception):
    """A delivery that failed. retryable: whether SNS tries again."""

    reason: str
    retryable: bool = False


def publish(topic: Topic, entry: dict[str, Any], trace: str, by: str, breathe: bool = False) -> Notification:
    """Publish a message that was checked, to all subscriptions. trace, by: as in `publishing.make_notification`.

    breathe: whether others can have the lock meanwhile. They can't with a FIFO topic, which has an order to keep.
    """
    made, new = publishing.make_notification(topic, entry, trace, by)
    if new:
        if topic.archive is not None:
            topic.archive.add(made, topic.owner.time())
        for subscription in list(subscriptions.of_topic(topic)):
            deliver(made, subscription)
            if breathe and not topic.fifo_topic:
                topic.owner.accounts.breathe()
    return made


def deliver(notification: Notification, subscription: Subscription) -> None:
    """Deliver to one subscription, unless it isn't confirmed or the message is filtered out."""
    owner = subscription.topic.owner
    if subscription.pending:
        reason = "the subscription is not confirmed yet"
        steps.record(owner, steps.NOT_CONFIRMED, subscription.arn, notification.id, reason)
        return
    if subscription.replay is not None and subscription.replay.is_past(notification.at):
        reason = "the subscription has been paused since its replay ended"
        steps.record(owner, steps.PAUSED, subscription.arn, notification.id, reason)
        return
    mismatch = filter_matching.mismatch(
        subscription.policy, subscription.scope, notification.attributes, notification.message
    )
    if subscription.policy and mismatch:
        subscription.topic.meters.filtered_out(owner.time() * 1000, subscription.scope, notification)
        steps.record(owner, steps.FILTERED_OUT, subscription.arn, notification.id, mismatch)
        return
    _attempt(notification, subscription, 0)


def replay(subscription: Subscription) -> None:
    """Deliver again what the subscription's replay policy asks for, once it's confirmed."""
    topic = subscription.topic
    if subscription.replay is not None and topic.archive is not None and not subscription.pending:
        for notification in topic.archive.replayed(subscription.replay, topic.owner.time()):
            deliver(replace(notification, replayed=True, deduplication_id=topic.owner.new_id()), subscription)


def _attempt(notification: Notification, subscription: Subscription, retries_done: int) -> None:
    """Try to deliver. After a failure, schedule a retry or send the message to the dead-letter queue."""
    if subscription.protocol in ("http", "https"):
        arrived = Arrived(
            notification.at,
            subscription.protocol,
            subscription.endpoint,
            _content(notification, subscription),
            notification.subject or "",
            _post_headers("Notification", notification.id, subscription),
        )
        _post(subscription, arrived, lambda failed: _finish(notification, subscription, retries_done, failed))
        return
    try:
        if subscription.protocol == "sqs":
            _to_queue(notification, subscription, subscription.endpoint)
        elif subscription.protocol in ("lambda", "firehose"):
            raise Failed(f"the offline cloud has no {subscription.protocol}")
        else:
            _to_inbox(notification, subscription)
        _finish(notification, subscription, retries_done, None)
    except Failed as problem:
        _finish(notification, subscription, retries_done, problem)


def _finish(notification: Notification, subscription: Subscription, retries_done: int, failed: Failed | None) -> None:
    """Record the outcome of a delivery, and continue after a failure."""
    owner, meters = subscription.topic.owner, subscription.topic.meters
    if failed is None:
        meters.count(DELIVERED, owner.time() * 1000)
        steps.record(owner, steps.DELIVERED, subscription.arn, notification.id, f"to {subscription.endpoint}")
        return
    wait = delivery_policies.delay(delivery_policies.retries(*subscription.delivery_policies), retries_done)
    tries_again = failed.retryable and wait is not None
    if not tries_again or subscription.protocol in ("http", "https"):
        meters.count(FAILED, owner.time() * 1000)
    if failed.retryable and wait is not None:
        reason = f"{failed.reason}{steps.TRIES_AGAIN} {f'in {wait:g} s' if wait else 'at once'}"
        steps.record_retry(owner, subscription.arn, notification.id, reason, wait)
        owner.later(wait, partial(_attempt, notification, subscription, retries_done + 1))
    else:
        steps.record(owner, steps.REFUSED, subscription.arn, notification.id, failed.reason)
        _to_dead_letter_queue(notification, subscription)


def _content(notification: Notification, subscription: Subscription) -> str:
    """Return the text that a subscriber gets: the envelope, or the message alone with raw message delivery."""
    if subscription.raw:
        return notification.text(subscription.protocol)
    return notifications.envelope(notification, subscription, subscription.topic.signature_version)


# --- queues -----------------------------------------------------------------------------------------------------------


def _to_queue(notification: Notification, subscription: Subscription, arn: str) -> None:
    """Send the message to a queue. Raise Failed if it doesn't exist, doesn't allow SNS, or refuses the message."""
    topic = subscription.topic
    queue = _find_queue(topic.owner, arn)
    if queue is None:
        raise Failed(f"the queue {arn} doesn't exist")
    if why_not := access.why_not_from_sns(queue, topic.arn, topic.account_id):
        raise Failed(why_not)
    entry: dict[str, Any] = {"MessageBody": _content(notification, subscription)}
    if subscription.raw:
        entry["MessageAttributes"] = _for_sqs(notification.sent_attributes)
    # A standard queue gets the message group of a standard topic, for fair queues. From a FIFO topic it doesn't, since
    # that would promise a sequence.
    if notification.group is not None and (queue.fifo_queue or not topic.fifo_topic):
        entry["MessageGroupId"] = notification.group
    if notification.trace:
        header = {"DataType": "String", "StringValue": notification.trace}
        entry["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    if queue.fifo_queue:
        entry["MessageDeduplicationId"] = notification.deduplication_id
    try:
        sending.check_message(queue, entry)
    except Refused as problem:
        raise Failed(f"the queue doesn't accept it: {problem.message}") from None
    sending.send(queue, entry, _SENDER)


def _find_queue(account: Account, arn: str) -> Queue | None:
    """Return the queue with this ARN, of any account and region, or None."""
    _, _, _, region, number, name = arn.split(":", 5)
    owner = account.accounts.get(number)
    return owner.service(SqsRegion, region).queues.get(name) if owner else None


def _for_sqs(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return message attributes in the form of SQS, for raw message delivery."""
    return {
        name: {"DataType": value["DataType"]}
        | ({"BinaryValue": value["BinaryValue"]} if "BinaryValue" in value else {"StringValue": value["StringValue"]})
        for name, value in attributes.items()
    }


def _to_dead_letter_queue(notification: Notification, subscription: Subscription) -> None:
    owner, text = subscription.topic.owner, subscription.settings.get("RedrivePolicy")
    if not text:
        reason = "the subscription has no dead-letter queue"
        steps.record(owner, steps.LOST, subscription.arn, notification.id, reason)
        return
    arn = json.loads(text)["deadLetterTargetArn"]
    try:
        _to_queue(notification, subscription, arn)
        subscription.topic.meters.count(REDRIVEN, owner.time() * 1000)
        steps.record(owner, steps.MOVED, arn, notification.id, "to the subscription's dead-letter queue")
    except Failed as problem:
        subscription.topic.meters.count(FAILED_TO_REDRIVE, owner.time() * 1000)
        steps.record(
            owner,
            steps.LOST,
            subscription.arn,
            notification.id,
            f"it couldn't go to the dead-letter queue either: {problem.reason}",
        )


# --- web addresses ----------------------------------------------------------------------------------------------------


def _post_headers(kind: str, message_id: str, subscription: Subscription) -> dict[str, str]:
    """Return the headers of a POST request. kind: the envelope's Type."""
    found = {
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": subscription.topic.arn,
        "Content-Type": delivery_policies.content_type(*subscription.delivery_policies),
        "User-Agent": "Amazon Simple Notification Service Agent",
    }
    if kind != SUBSCRIPTION_CONFIRMATION:
        found["x-amz-sns-subscription-arn"] = subscription.arn
    if kind == "Notification" and subscription.raw:
        found["x-amz-sns-rawdelivery"] = "true"
    return found


def _post(subscription: Subscription, arrived: Arrived, then: Callable[[Failed | None], Any]) -> None:
    """Make a POST request to the subscription's address, and call `then` with the failure, or None after success."""
    owner, url = subscription.topic.owner, subscription.endpoint
    accounts = owner.accounts
    if accounts.web is None or not accounts.web.reaches(url):
        then(_failure(url, owner.down.get(url, 200)))
        if url not in owner.down:
            owner.post(arrived)
        return
    make_request = accounts.web.post

    def errand() -> None:
        status = make_request(url, arrived.headers, arrived.message.encode("utf-8", "replace"))
        with accounts.changed:
            then(_failure(url, status))

    accounts.errands.append(errand)


def _failure(url: str, status: int) -> Failed | None:
    """Return what an HTTP status means for the delivery; None for success. status: 0 if there was no response."""
    if 200 <= status < 300:
        return None
    what = f"answered with status {status}" if status else "did not answer"
    return Failed(f"{url} {what}", retryable=status in (0, 429) or status >= 500)


# --- email, SMS and mobile push ---------------------------------------------------------------------------------------


def _to_inbox(notification: Notification, subscription: Subscription) -> None:
    protocol = subscription.protocol
    message = _content(notification, subscription) if protocol == "email-json" else notification.text(protocol)
    if protocol == "application":
        endpoint = mobile_push.subscriber(subscription.subscriber, subscription.endpoint)
        if endpoint is None:
            raise Failed(f"there is no endpoint {subscription.endpoint}")
        if why_not := mobile_push.disabled(endpoint):
            raise Failed(why_not.message)
        message = notification.text(endpoint.application.platform)
    if protocol == "sms" and subscription.topic.sns_backend.opted_out(subscription.endpoint):
        raise Failed(OPTED_OUT)
    subject = notification.subject or ""
    subscription.topic.owner.post(Arrived(notification.at, protocol, subscription.endpoint, message, subject))


# --- confirmations ----------------------------------------------------------------------------------------------------


def request_confirmation(subscription: Subscription) -> None:
    """Ask the endpoint to confirm its subscription."""
    subject = "AWS Notification - Subscription Confirmation"
    text = f"You have chosen to subscribe to the topic:\n{subscription.topic.arn}\n\nTo confirm, follow this link:"
    _send_confirmation(SUBSCRIPTION_CONFIRMATION, subscription, subject, text)


def announce_unsubscribe(subscription: Subscription) -> None:
    """Tell the endpoint that a link ended its subscription, with a link that restores it."""
    subject = "AWS Notification - Unsubscribe Confirmation"
    text = f"Your subscription to the topic below has been deleted:\n{subscription.topic.arn}\n\nIf this was not your"
    text += " intention, follow this link to subscribe again:"
    _send_confirmation(UNSUBSCRIBE_CONFIRMATION, subscription, subject, text)


def _send_confirmation(kind: str, subscription: Subscription, mail_subject: str, mail_text: str) -> None:
    """Send a confirmation. kind: the envelope's Type. mail_subject, mail_text: for email."""
    topic, protocol = subscription.topic, subscription.protocol
    owner = topic.owner
    message_id, at = owner.new_id(), owner.world.clock.now()
    text = notifications.confirmation(kind, message_id, subscription, at, topic.signature_version)
    link, subject = notifications.confirm_link(subscription), ""
    if protocol == "sqs":
        queue = _find_queue(owner, subscription.endpoint)
        if queue is not None and not access.why_not_from_sns(queue, topic.arn, topic.account_id):
            sending.send(queue, {"MessageBody": text}, _SENDER)
        return
    if protocol in ("http", "https"):
        headers = _post_headers(kind, message_id, subscription)
        arrived = Arrived(at, protocol, subscription.endpoint, text, "", headers, link)
        _post(subscription, arrived, lambda failed: None)
        return
    if protocol == "email":
        subject, text = mail_subject, f"{mail_text}\n{link}"
    owner.post(Arrived(at, protocol, subscription.endpoint, text, subject, confirm_url=link))

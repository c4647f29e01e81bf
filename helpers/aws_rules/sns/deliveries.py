"""Deliveries: from a topic to each of its subscriptions, each by itself.

AWS: SNS delivers to a queue only when the queue's policy lets it; one subscription that fails disturbs neither the
publisher nor the others; what cannot be delivered goes to the subscription's dead-letter queue, else it is lost; web
addresses are tried again by the delivery policy, 3 times 20 seconds apart. Source: SNS developer guide, "Message
delivery retries", "Dead-letter queues"; recorded answers.
moto: asks no policy, lets a dead queue's error reach the publisher, never uses a subscription's dead-letter queue.
"""

import json
from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies import access
from helpers.aws_rules.sns import delivery_policies, filter_policies, mobile_push, notifications, publishing, web
from helpers.aws_rules.sns.inbox import Arrived
from helpers.aws_rules.sns.notifications import Notification
from helpers.aws_rules.sns.subscriptions import Subscription
from helpers.aws_rules.sns.web import Failed
from helpers.aws_rules.sqs import sending
from helpers.aws_rules.sqs.region import SqsRegion

SENDER = "AIDAISMY7JYY5F7RTT6AO"  # who sends for SNS


def deliver(note: Notification, subscription: Subscription) -> None:
    """Deliver a notification to one subscription, unless its filter policy holds it back."""
    owner = subscription.topic.owner
    if subscription.pending:
        steps.note(owner, steps.HELD_BACK, subscription.arn, note.id, "the subscription is not confirmed yet")
        return
    missed = filter_policies.reason(subscription.policy, subscription.scope, note.attributes, note.message)
    if subscription.policy and missed:
        steps.note(owner, steps.HELD_BACK, subscription.arn, note.id, missed)
        return
    try_to(note, subscription, 0)


def try_to(note: Notification, subscription: Subscription, tries: int) -> None:
    """Try a delivery; when it fails, try again later, or hand it to the dead-letter queue."""
    if subscription.protocol in ("http", "https"):
        named = web.headers("Notification", note.id, subscription)
        arrived = Arrived(
            note.at, subscription.protocol, subscription.endpoint, body(note, subscription), note.subject or "", named
        )
        web.post(subscription, arrived, lambda failed: _settle(note, subscription, tries, failed))
        return
    try:
        _hand_over(note, subscription)
        _settle(note, subscription, tries, None)
    except Failed as problem:
        _settle(note, subscription, tries, problem)


def _settle(note: Notification, subscription: Subscription, tries: int, failed: Failed | None) -> None:
    """Write down what came of a delivery, and go on with one that failed."""
    owner = subscription.topic.owner
    if failed is None:
        steps.note(owner, steps.DELIVERED, subscription.arn, note.id, f"to {subscription.endpoint}")
        return
    wait = delivery_policies.delay(delivery_policies.retries(*subscription.delivery_policies), tries)
    if failed.again and wait is not None:
        steps.note(owner, steps.REFUSED, subscription.arn, note.id, f"{failed.reason}; another try follows")
        owner.later(wait, lambda: try_to(note, subscription, tries + 1))
    else:
        steps.note(owner, steps.REFUSED, subscription.arn, note.id, failed.reason)
        _to_dead_letters(note, subscription)


def _hand_over(note: Notification, subscription: Subscription) -> None:
    if subscription.protocol == "sqs":
        to_queue(note, subscription, subscription.endpoint)
    elif subscription.protocol in ("lambda", "firehose"):
        raise Failed(f"the offline cloud has no {subscription.protocol}")
    else:
        _to_inbox(note, subscription)


def to_queue(note: Notification, subscription: Subscription, arn: str) -> None:
    """Send the notification to a queue; Failed when it is not there, refuses SNS, or does not take the message."""
    topic = subscription.topic
    queue = find_queue(topic.owner, arn)
    if queue is None:
        raise Failed(f"there is no queue {arn}")
    if why_not := access.why_not_from_sns(queue, topic.arn, topic.account_id):
        raise Failed(why_not)
    entry: dict[str, Any] = {"MessageBody": body(note, subscription)}
    if subscription.raw:
        entry["MessageAttributes"] = publishing.readable(note.sent_attributes)
    # A standard queue takes the group of a standard topic, for fairness; that of a FIFO topic would promise an order.
    if note.group is not None and (queue.fifo_queue or not topic.fifo_topic):
        entry["MessageGroupId"] = note.group
    if note.trace:
        entry["MessageSystemAttributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": note.trace}}
    if queue.fifo_queue:
        entry["MessageDeduplicationId"] = note.deduplication_id
    try:
        sending.check(queue, entry)
    except Refused as problem:
        raise Failed(f"the queue does not take it: {problem.message}") from None
    sending.send(queue, entry, SENDER)


def find_queue(account: Account, arn: str) -> Any:
    """Return the queue of this ARN, whoever's it is and in whatever region, or None."""
    _, _, _, region, number, name = arn.split(":", 5)
    owner = account.accounts.get(number)
    return owner.service(SqsRegion, region).queues.get(name) if owner else None


def body(note: Notification, subscription: Subscription) -> str:
    """Return the text that a subscriber gets: wrapped, or raw."""
    if subscription.raw:
        return note.text(subscription.protocol)
    topic = subscription.topic
    return notifications.envelope(note, subscription.protocol, subscription, topic.signature_version)


def _to_inbox(note: Notification, subscription: Subscription) -> None:
    protocol = subscription.protocol
    message = body(note, subscription) if protocol == "email-json" else note.text(protocol)
    if protocol == "application":
        endpoint = mobile_push.subscriber(subscription.subscriber, subscription.endpoint)
        if endpoint is None:
            raise Failed(f"there is no endpoint {subscription.endpoint}")
        if why_not := mobile_push.disabled(endpoint):
            raise Failed(why_not.message)
        message = note.text(endpoint.application.platform)
    subscription.topic.owner.post(Arrived(note.at, protocol, subscription.endpoint, message, note.subject or ""))


def _to_dead_letters(note: Notification, subscription: Subscription) -> None:
    owner, text = subscription.topic.owner, subscription.settings.get("RedrivePolicy")
    if not text:
        steps.note(owner, steps.LOST, subscription.arn, note.id, "the subscription has no dead-letter queue")
        return
    arn = json.loads(text)["deadLetterTargetArn"]
    try:
        to_queue(note, subscription, arn)
        steps.note(owner, steps.MOVED, arn, note.id, "to the subscription's dead-letter queue")
    except Failed as problem:
        steps.note(owner, steps.LOST, subscription.arn, note.id, f"its dead-letter queue: {problem.reason}")


def ask_to_confirm(subscription: Subscription) -> None:
    """Send the request to confirm a subscription to its endpoint."""
    mail = "AWS Notification - Subscription Confirmation"
    text = f"You have chosen to subscribe to the topic:\n{subscription.topic.arn}\n\nTo confirm, follow this link:"
    _send_link(notifications.ASKED, subscription, mail, text)


def tell_of_the_end(subscription: Subscription) -> None:
    """Tell the endpoint that a link ended its subscription, with a link that brings it back."""
    mail = "AWS Notification - Unsubscribe Confirmation"
    text = f"Your subscription to the topic below has been deleted:\n{subscription.topic.arn}\n\nIf this was not your"
    _send_link(notifications.ENDED, subscription, mail, f"{text} intention, follow this link to subscribe again:")


def _send_link(kind: str, subscription: Subscription, mail: str, mail_text: str) -> None:
    """Send a confirmation. kind: its Type; mail, mail_text: what it says by e-mail."""
    topic, protocol = subscription.topic, subscription.protocol
    owner = topic.owner
    message_id, at = owner.new_id(), owner.world.clock.now()
    text = notifications.confirmation(kind, message_id, subscription, at, topic.signature_version)
    link, subject = notifications.confirm_link(subscription), ""
    if protocol == "sqs":
        queue = find_queue(owner, subscription.endpoint)
        if queue is not None and not access.why_not_from_sns(queue, topic.arn, topic.account_id):
            sending.send(queue, {"MessageBody": text}, SENDER)
        return
    if protocol in ("http", "https"):
        named = web.headers(kind, message_id, subscription)
        web.post(subscription, Arrived(at, protocol, subscription.endpoint, text, "", named, link), lambda failed: None)
        return
    if protocol == "email":
        subject, text = mail, f"{mail_text}\n{link}"
    owner.post(Arrived(at, protocol, subscription.endpoint, text, subject, confirm_url=link))

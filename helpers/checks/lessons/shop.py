"""What the checks of several lessons share: the shop's orders, queues and topics, and what they say about an answer."""

import json

from helpers.aws_rules.common import signatures
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.steps import DELETED, DUPLICATE, HIDDEN, RECEIVED, SENT
from helpers.aws_rules.policies.evaluation import AccessRequest, Principal, decide
from helpers.aws_rules.sns import filter_matching, filter_policies, mobile_push
from helpers.checks.case import AnswerError
from helpers.checks.values import show, show_difference
from helpers.errors import CloudError
from helpers.traffic import GOODS, SHOPPERS

PUSH_PLATFORMS = mobile_push.PLATFORMS  # of SNS, for endpoints of the protocol "application"
LEASE = 600  # seconds that `visible` hides what it finds

# For the checks too: how values are shown, AWS's error to a call, an answer's error, and a message's steps.
__all__ = ["DELETED", "DUPLICATE", "HIDDEN", "RECEIVED", "SENT", "AnswerError", "Refused", "show", "show_difference"]
LONGEST_MESSAGE = 400  # characters of an error's message that are shown


def orders(case, count, letter="A"):
    """Return this many orders of the shop, whose ids differ and start with this letter."""
    return [
        {
            "order_id": f"{letter}-{number}",
            "customer": case.draw.choice(SHOPPERS),
            "items": {case.draw.choice(GOODS): case.draw.randrange(1, 9)},
        }
        for number in case.draw.sample(range(100, 999), count)
    ]


def parsed(text):
    """Return what this text is as JSON; None if it isn't JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def shuffled(case, things):
    """Return a list of these in any order."""
    return case.draw.sample(things, len(things))


def labels(**texts):
    """Return message attributes of the type String."""
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}


def queue(case, stem, **attributes):
    """Create a queue with these attributes and return its URL."""
    texts = {name: str(value) for name, value in attributes.items()}
    return case.sqs.create_queue(QueueName=case.name(stem), Attributes=texts)["QueueUrl"]


def topic(case, name):
    """Create a topic and return its ARN."""
    return case.sns.create_topic(Name=name)["TopicArn"]


def subscriptions(case, topic_arn):
    """Return the topic's subscriptions, as the list has them."""
    pages = case.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    return [one for page in pages for one in page["Subscriptions"]]


def seconds_since(case, moment):
    """Return the seconds by the cloud's clock since then, to a tenth."""
    return round((case.clock.now() - moment).total_seconds(), 1)


def before_each(case, operations, happening):
    """Have `happening(operation)` called before each of the answer's calls of these operations. Return what ends it."""
    over = []

    def arm(operation):
        case.during(operation, lambda: over or (arm(operation), happening(operation)))

    for operation in operations:
        arm(operation)
    return lambda: over.append(True)


def access_key(call):
    """Return the access key that signed the last try of the call; "" where it was not signed."""
    signed = signatures.read(call.exchanges[-1].headers.get("authorization", ""))
    return signed.access_key if signed else ""


def send(case, queue_url, orders):
    """Send the orders, and return them by the ids that SQS gave to their messages."""
    sent = {}
    for order in orders:
        reply = case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
        sent[reply["MessageId"]] = order
    return sent


def visible(case, queue_url):
    """Receive everything that is visible, delete nothing, and return the messages by their ids."""
    found = {}
    # The answer may have set the queue's timeout to 0, and then this loop would not end.
    ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "VisibilityTimeout": LEASE}
    try:
        while messages := case.sqs.receive_message(**ten).get("Messages"):
            found |= {message["MessageId"]: message for message in messages}
    except case.sqs.exceptions.QueueDoesNotExist:
        _refuse_deletion(case)
    return found


def _refuse_deletion(case):
    case.not_yet(
        "queue-deleted",
        got=case.said("The queue doesn't exist any more."),
        expected="the queue, with everything else that was in it",
        why="delete_queue deletes the queue itself, with every message in it. delete_message deletes one message.",
    )


def bodies(case, queue_url):
    """Receive everything that is visible, delete nothing, and return the bodies."""
    return [message["Body"] for message in visible(case, queue_url).values()]


def messages_in(case, queue_url, region="us-east-1"):
    """Return the messages in the queue by their ids, whatever state they are in."""
    try:
        return {message["id"]: message for message in case.state(queue_url, region)["messages"]}
    except CloudError:  # there's no such queue
        return _refuse_deletion(case)


def states_in(case, queue_url):
    """Return the states of the messages in the queue by their ids; none of a queue that doesn't exist any more."""
    try:
        return {message["id"]: message["state"] for message in case.state(queue_url)["messages"]}
    except CloudError:
        return {}


def settings(case, queue_url):
    """Return the queue's attributes without those that SQS counts or sets itself."""
    noted = ("Approximate", "Created", "LastModified")
    told = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    return {name: value for name, value in told.items() if not name.startswith(noted)}


def statement(queue_arn, topic_arn):
    """Return the statement of a queue's policy that allows this topic to send to it."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }


def allow_topic(case, topic_arn, queue_url):
    """Give the queue the policy that allows the topic to send to it."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement(case.queue_arn(queue_url), topic_arn)]})
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def policy(case, queue_url):
    """Return the queue's policy as a dictionary; one without statements if the queue has none."""
    told = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])
    return json.loads(told.get("Attributes", {}).get("Policy", '{"Statement": []}'))


def refusal_of_sns(case, queue_url, topic_arn):
    """Return in words why the queue's policy refuses what SNS sends for this topic; "" if it doesn't."""
    return refusal_by(policy(case, queue_url), case.queue_arn(queue_url), topic_arn)


def refusal_by(parsed, queue_arn, topic_arn):
    """Return in words why this policy, parsed, refuses what SNS sends to the queue for this topic; "" if it doesn't."""
    context = {"aws:SourceArn": topic_arn, "aws:SourceAccount": topic_arn.split(":")[4], "aws:SecureTransport": "true"}
    sender = Principal(service="sns.amazonaws.com")
    decision = decide(parsed, AccessRequest(sender, "sqs:SendMessage", queue_arn, context))
    if decision.allowed is False:
        return f"denied by {decision.statement}"
    return "" if decision.allowed else decision.statement.replace(" would, but", " would allow it, but")


def senders(parsed, queue_arn):
    """Return the accounts that this policy, parsed, lets send to the queue by themselves, besides the queue's own."""
    statements, found = parsed["Statement"], set()
    for each in statements if isinstance(statements, list) else [statements]:
        principal = each.get("Principal")
        named = principal.get("AWS", []) if isinstance(principal, dict) else []
        for name in map(str, named if isinstance(named, list) else [named]):
            account = name.split(":")[4] if name.count(":") > 4 else name
            sender = Principal(account=account, arn=name if account != name else "")
            asked = AccessRequest(sender, "sqs:SendMessage", queue_arn, {"aws:SecureTransport": "true"})
            if account not in ("*", queue_arn.split(":")[4]) and decide(parsed, asked).allowed:
                found.add(account)
    return sorted(found)


def mismatch(attributes, message, message_attributes):
    """Return in words why a subscription with these attributes filters this message out; "" if it doesn't."""
    scope = attributes.get("FilterPolicyScope", filter_policies.ATTRIBUTES)
    wanted = filter_policies.parse(attributes.get("FilterPolicy", ""), scope)
    return filter_matching.mismatch(wanted, scope, message_attributes, message)


def of(calls, *operations):
    """Return the calls of these operations."""
    return [call for call in calls if call.operation in operations]


def first_that_applies(whys, otherwise):
    """Return the reason id and the text of the first row that applies.

    whys: tuples of a reason id, whether it applies, and a text. otherwise: an id and a text for when none does.
    """
    return next(((reason, why) for reason, applies, why in whys if applies), otherwise)


def explain(case, error, expected, whys):
    """End the check because of an error that the answer raised: with an explanation if it is known, or as it is.

    whys: tuples of a reason id, the error's type or code, a text in its message, and why it came.
    """
    for reason, name, text, why in whys:
        if name in (error.type, error.code) and text in error.message:
            message = error.message.rstrip(".")
            if len(message) > LONGEST_MESSAGE:
                message = f"{message[:LONGEST_MESSAGE]} …"
            what = f"{error.type}: {message}" if message else error.type
            line = f", raised by your line {error.line!r}" if error.line else ""
            case.not_yet(reason, got=case.said(f"{what}{line}."), expected=expected, why=why)
    raise error

"""What the checks of several lessons do in the shop: draw its orders, send them, and look at what a queue holds."""

import json

from helpers.aws_rules.common import signatures

SHOPPERS = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Frances", "Kurt", "Mary"]
GOODS = ["tea", "mugs", "honey", "candles", "soap", "jam"]
LEASE = 600  # seconds, of a look at what is visible


def orders(case, count, letter="A"):
    """Return this many orders of the shop, with ids of their own that start with this letter."""
    return [
        {
            "order_id": f"{letter}-{number}",
            "customer": case.draw.choice(SHOPPERS),
            "items": {case.draw.choice(GOODS): case.draw.randrange(1, 9)},
        }
        for number in case.draw.sample(range(100, 999), count)
    ]


def access_key(call):
    """Return the access key with which the last try of the call was signed; nothing where it was not."""
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
    """Lease everything that can be received now, delete nothing, and return the messages by their ids."""
    found = {}
    # A lease of its own length: the answer may have set the queue's to 0, and this loop would not end.
    ten = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "VisibilityTimeout": LEASE}
    try:
        while messages := case.sqs.receive_message(**ten).get("Messages"):
            found |= {message["MessageId"]: message for message in messages}
    except case.sqs.exceptions.QueueDoesNotExist:
        case.not_yet(
            "queue-deleted",
            got=case.said("The queue does not exist any more."),
            expected="the queue, and what else was in it",
            why="delete_queue takes the queue itself away, with every message in it. delete_message takes one message.",
        )
    return found


def bodies(case, queue_url):
    """Lease everything that can be received now, and return the bodies."""
    return [message["Body"] for message in visible(case, queue_url).values()]


def settings(case, queue_url):
    """Return the queue's attributes without what SQS counts or notes itself."""
    noted = ("Approximate", "Created", "LastModified")
    told = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    return {name: value for name, value in told.items() if not name.startswith(noted)}


def statement(queue_arn, topic_arn):
    """Return the statement of a queue's policy that lets this topic in."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }


def let_in(case, topic_arn, queue_url):
    """Give the queue the policy with which AWS lets the topic send to it."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement(case.queue_arn(queue_url), topic_arn)]})
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def of(calls, *operations):
    """Return the calls of these operations."""
    return [call for call in calls if call.operation in operations]


def explain(case, error, expected, whys):
    """End the check over an error that the answer raised: with its reason where one is known, else as it is.

    whys: tuples of a reason id, the error's type or code, a text in its message, and why it came.
    """
    for reason, name, text, why in whys:
        if name in (error.type, error.code) and text in error.message:
            raised = f"{error.type}: {error.message.rstrip('.')}, raised by your line {error.line!r}."
            case.not_yet(reason, got=case.said(raised), expected=expected, why=why)
    raise error

"""The checks of lesson 01. Each gets a helpers.checks.case.Case and says `case.not_yet(...)` when something is off."""

import json

REGIONS = ["eu-west-1", "ap-southeast-2", "sa-east-1", "eu-central-1", "us-west-2"]
SHOPPERS = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Frances", "Kurt", "Mary"]
GOODS = ["tea", "mugs", "honey", "candles", "soap", "jam"]


def _order(case, number):
    """Return an order of the shop, as a learner's function is given it."""
    return {
        "order_id": f"A-{number}",
        "customer": case.draw.choice(SHOPPERS),
        "items": {case.draw.choice(GOODS): case.draw.randrange(1, 9)},
    }


def _orders(case, count):
    """Return this many orders with ids of their own."""
    return [_order(case, number) for number in case.draw.sample(range(100, 999), count)]


def _regions_with_queue(case, name, profile="shop"):
    """Return the regions in which the profile's account has a queue of this name."""
    found = []
    for region in [*REGIONS, "us-east-1"]:
        urls = case.client("sqs", region, profile).list_queues(QueueNamePrefix=name).get("QueueUrls", [])
        if urls:
            found.append(region)
    return found


def _regions_with_topic(case, name):
    found = []
    for region in [*REGIONS, "us-east-1"]:
        topics = case.client("sns", region).list_topics()["Topics"]
        if any(topic["TopicArn"].endswith(f":{name}") for topic in topics):
            found.append(region)
    return found


# --- 01.1 ------------------------------------------------------------------------------------------------------------


def clients_for(case):
    """Two regions, one after the other; the clients of the first must go on working in the first."""
    first, second = case.draw.sample(REGIONS, 2)
    of_first = _pair(case, first)
    of_second = _pair(case, second)
    # The first pair is used last: a region set for the whole process would by now have moved it.
    for region, pair in ((second, of_second), (first, of_first)):
        _expect_region(case, region, pair)


def _pair(case, region):
    pair = case.run(region=region)
    if not isinstance(pair, dict) or set(pair) != {"sqs", "sns"}:
        case.not_yet(
            got=pair,
            expected='a dictionary with two keys: {"sqs": ..., "sns": ...}',
            why="The caller picks a client by the service's name.",
        )
    for service, client in pair.items():
        if getattr(client, "kind", None) not in ("client", "resource"):
            case.not_yet(
                got=pair,
                expected=f'a boto3 client under "{service}"',
                why="A client is what boto3.client returns. It is the object whose methods make the calls.",
            )
    return pair


def _expect_region(case, region, pair):
    did = f"clients_for({region!r}), then a queue and a topic created with what it returned"
    for service, operation, key, found_in in (
        ("sqs", "create_queue", "QueueName", _regions_with_queue),
        ("sns", "create_topic", "Name", _regions_with_topic),
    ):
        name = case.name("probe")
        result = case.let(pair[service], service, operation, **{key: name})
        if result.error and "speaks to" in result.error.message:
            case.not_yet(
                did=did,
                got=case.said(f'The client under "{service}" failed: {result.error.message}.'),
                expected=f'a client for {service.upper()} under "{service}"',
                why="A client speaks to one service only; boto3.client takes the service's name first.",
            )
        if result.error:
            raise result.error
        regions = found_in(case, name)
        if regions != [region]:
            case.not_yet(
                did=did,
                got=case.said(f"What the {service} client created stands in {', '.join(regions) or 'no region'}."),
                expected=f"it stands in {region}",
                why="A client keeps the region it was made with. A default region of the process decides only where "
                "none is named, and it is one for all: the next function that changes it moves everybody.",
            )


# --- 01.2 ------------------------------------------------------------------------------------------------------------


def session_for(case):
    """Both profiles, each in a region that is not its own; judged by where a queue of the session's making stands."""
    for profile in case.draw.sample(["shop", "partner"], 2):
        region = case.draw.choice([name for name in REGIONS if name != "eu-west-1"])
        session = case.run(profile=profile, region=region)
        if getattr(session, "kind", None) != "session":
            case.not_yet(
                got=session,
                expected="a boto3.Session",
                why="A session holds credentials and a region; clients and resources are made from it.",
            )
        name = case.name("probe")
        result = case.let(session, "sqs", "create_queue", QueueName=name)
        if result.error and result.error.type == "NoRegionError":
            case.not_yet(
                got=case.said("A client from this session raised NoRegionError."),
                expected=f"a session whose clients work in {region}",
                why="A session needs a region of its own, or one from its profile or the environment.",
            )
        if result.error:
            raise result.error
        _expect_place(case, name, profile, region)


def _expect_place(case, name, profile, region):
    did = f"session_for(profile={profile!r}, region={region!r}), then a queue created with a client from it"
    other = {"shop": "partner", "partner": "shop"}[profile]
    if _regions_with_queue(case, name, other):
        case.not_yet(
            did=did,
            got=case.said(f"The queue stands in the account of the profile {other!r}."),
            expected=f"it stands in the account of {profile!r}",
            why="The credentials that sign a call decide whose account it is for. Keys that are written into the code, "
            "or found in the environment, stay the same whatever profile is asked for.",
        )
    regions = _regions_with_queue(case, name, profile)
    if regions != [region]:
        case.not_yet(
            did=did,
            got=case.said(f"The queue stands in {', '.join(regions) or 'no region'}."),
            expected=f"it stands in {region}",
            why="A profile may name a region of its own. The region that is given to the session goes before it.",
        )


# --- 01.3 ------------------------------------------------------------------------------------------------------------


def hand_over(case):
    """Two orders, one after the other, read back as another program would read them."""
    queue_url = case.queue("billing")
    for order in [*_orders(case, 1), {"order_id": "B-7", "customer": "Zoë", "items": {"tea": 2}, "gift": None}]:
        before = len(case.calls)
        returned = case.run(queue_url=queue_url, order=order)
        sent = [call for call in case.calls[before:] if call.operation.startswith("SendMessage")]
        messages = case.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
        _expect_one_message(case, messages, sent)
        _expect_json(case, messages[0]["Body"], order)
        if returned != messages[0]["MessageId"]:
            _explain_return(case, returned, messages[0], order)
        case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])


def _expect_one_message(case, messages, sent):
    if not messages:
        case.not_yet(
            got=case.said("The queue is still empty."),
            expected="one message in the queue",
            why="Nothing reaches a queue until it is sent: send_message, with the queue's URL and a body.",
        )
    if len(messages) > 1 or len(sent) > 1:
        case.not_yet(
            got=case.said(f"{max(len(messages), len(sent))} messages were sent for one order."),
            expected="one message",
            why="Each send makes a message of its own, with an id of its own. The order would be billed twice.",
        )


def _expect_json(case, body, order):
    try:
        read = json.loads(body)
    except ValueError:
        case.not_yet(
            got=body,
            expected=json.dumps(order),
            why="A reader in another language cannot take this apart. What str() makes of a dictionary is Python's "
            "own notation (single quotes, None); json.dumps makes JSON.",
        )
    if isinstance(read, str):
        case.not_yet(
            got=body,
            expected=json.dumps(order),
            why="This is JSON inside a JSON text: json.dumps was used twice, so the reader gets a string, not an order.",
        )
    if read != order:
        case.not_yet(
            got=body,
            expected=json.dumps(order),
            why="The body must be the whole order and nothing else, so that billing can work from it.",
        )


def _explain_return(case, returned, message, order):
    whys = [
        (isinstance(returned, dict), "That is the whole response. Of its keys, MessageId names the message."),
        (returned == message["MD5OfBody"], "That is a checksum of the body: two equal orders have the same one."),
        (returned == order["order_id"], "That is the shop's own number. SQS knows the message by the id it gave it."),
        (returned is None, "Nothing came back. send_message returns a response; the id stands in it."),
    ]
    why = next((text for applies, text in whys if applies), "SQS answers a send with the MessageId of the new message.")
    case.not_yet(got=returned, expected=f"the message's id, as in {message['MessageId']!r}", why=why)


# --- 01.4 ------------------------------------------------------------------------------------------------------------


def take_one(case):
    """An empty queue first, then several orders; looked at right after each call and when every lease is over."""
    queue_url = case.queue()
    result = case.attempt(queue_url=queue_url)
    if result.error and result.error.type == "KeyError" and "Messages" in result.error.message:
        case.not_yet(
            did=f"{case.did} on an empty queue",
            got=case.said(f"KeyError: {result.error.message}, raised by your line {result.error.line!r}."),
            expected="None",
            why="When there is nothing to receive, the response has no key Messages at all; an empty list is not there.",
        )
    if result.error:
        raise result.error
    if result.value is not None:
        case.not_yet(
            did=f"{case.did} on an empty queue", got=result.value, expected="None", why="There was no order to take."
        )
    orders = _orders(case, case.draw.randrange(3, 6))
    for order in orders:
        case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    taken = case.run(queue_url=queue_url)
    _expect_order(case, taken, orders)
    rest = [order for order in orders if order != taken]
    _expect_rest(case, queue_url, taken, rest, len(orders))


def _expect_order(case, taken, orders):
    if taken in orders:
        return
    whys = [
        (isinstance(taken, str), "The body is the order as JSON text; json.loads makes a dictionary of it again."),
        (isinstance(taken, list), "One order was asked for, not a list of them."),
        (isinstance(taken, dict) and "Body" in taken, "That is the message around the order. The order is its Body."),
        (taken is None, f"There were {len(orders)} orders waiting."),
    ]
    why = next((text for applies, text in whys if applies), "It is not one of the orders that were waiting.")
    case.not_yet(got=taken, expected=f"one of the orders, as a dictionary: {json.dumps(orders[0])}", why=why)


def _expect_rest(case, queue_url, taken, rest, count):
    """Nobody is given the taken order again, and all others are there for others at once."""
    did = f"{case.did} with {count} orders waiting"
    visible = [json.loads(body) for body in case.drain(queue_url)]
    missing = [order for order in rest if order not in visible]
    if taken in visible:
        case.not_yet(
            did=did,
            got=case.said("The next receive was given the same order again, at once."),
            expected="nobody is given it again",
            why="A visibility timeout of 0 is a lease of no time, and the message was not deleted.",
        )
    case.after_every_lease()
    later = [json.loads(body) for body in case.drain(queue_url)]
    if taken in later:
        case.not_yet(
            did=did,
            got=case.said("When its visibility timeout was over, the order was in the queue again."),
            expected="nobody is given it again",
            why="Receiving is a lease. Only deleting, with the receipt handle of this receive, takes a message out of "
            "the queue.",
        )
    if lost := [order for order in missing if order not in later]:
        case.not_yet(
            did=did,
            got=case.said(f"{len(lost)} of the other orders are gone for good."),
            expected=f"the other {len(rest)} orders still wait",
            why="Everything that was received was deleted, or the queue was emptied. An order that nobody worked on is lost.",
        )
    if missing:
        case.not_yet(
            did=did,
            got=case.said(f"{len(missing)} of the other orders were hidden from the other workers."),
            expected=f"the other {len(rest)} orders can be received at once",
            why="A receive leases every message that it returns. Take no more than you will work on: "
            "MaxNumberOfMessages is 1 unless you say more.",
        )


# --- 01.5 ------------------------------------------------------------------------------------------------------------


def join_late(case):
    """A topic with a listener that was always there, and a newcomer's queue with the policy that lets the topic in."""
    topic_arn = case.sns.create_topic(Name=case.name("news"))["TopicArn"]
    listener, newcomer = case.queue("shop-window"), case.queue("warehouse")
    for queue_url in (listener, newcomer):
        _let_in(case, topic_arn, queue_url)
    case.sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=case.queue_arn(listener))
    missed = [f"We now sell {thing}" for thing in case.draw.sample(GOODS, case.draw.randrange(2, 5))]
    for text in missed:
        case.sns.publish(TopicArn=topic_arn, Message=text)
    case.drain(listener)
    result = case.attempt(topic_arn=topic_arn, queue_url=newcomer, missed=missed)
    if result.error:
        _explain_error(case, result.error)
    _expect_nobody_twice(case, listener, missed)
    _expect_missed(case, newcomer, missed)
    _expect_next(case, topic_arn, newcomer)
    arns = [s["SubscriptionArn"] for s in case.sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]]
    if result.value not in arns:
        case.not_yet(
            got=result.value,
            expected="the subscription's ARN",
            why="`subscribe` answers with the SubscriptionArn. Whoever wants to unsubscribe later needs it.",
        )


def _let_in(case, topic_arn, queue_url):
    """Give the queue the policy with which AWS lets the topic send to it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": case.queue_arn(queue_url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def _explain_error(case, error):
    if "SQS endpoint ARN" in error.message:
        case.not_yet(
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="the queue is subscribed",
            why="SNS knows a queue by its ARN. The URL is for SQS; the queue's attribute QueueArn has the other name.",
        )
    raise error


def _expect_nobody_twice(case, listener, missed):
    again = [json.loads(body)["Message"] for body in case.drain(listener)]
    if again:
        case.not_yet(
            got=case.said(f"The queue that had listened all along was given {len(again)} announcements a second time."),
            expected="nobody else hears anything again",
            why="A topic delivers what is published to all who are subscribed. It cannot speak to the newcomer alone.",
        )


def _expect_missed(case, newcomer, missed):
    bodies = case.drain(newcomer)
    if sorted(bodies) == sorted(missed):
        return
    if not bodies:
        why = (
            "SNS keeps nothing for those who subscribe later: what was published before is delivered to nobody new. "
            "Hand the missed texts to the queue itself."
        )
    elif len(bodies) == len(missed):
        why = "Each missed text goes in as it is, as the body of one message."
    else:
        why = "Every missed text is one message: no fewer, and none twice."
    case.not_yet(
        got=bodies or case.said("The newcomer's queue is empty."),
        expected=f"these {len(missed)} messages: {json.dumps(missed)}",
        why=why,
    )


def _expect_next(case, topic_arn, newcomer):
    text = f"Closed on {case.draw.choice(['Monday', 'Tuesday', 'Friday'])}"
    case.sns.publish(TopicArn=topic_arn, Message=text)
    bodies = case.drain(newcomer)
    if not any(text in body for body in bodies):
        case.not_yet(
            did=f"{case.did}, then a new announcement",
            got=case.said("The new announcement did not reach the newcomer's queue."),
            expected="it is delivered to the queue",
            why="Only a subscription makes a topic deliver to a queue, from then on.",
        )
    if len(bodies) > 1:
        case.not_yet(
            did=f"{case.did}, then a new announcement",
            got=case.said(f"The newcomer's queue was given it {len(bodies)} times."),
            expected="it is delivered once",
            why="There is more than one subscription for the same queue.",
        )

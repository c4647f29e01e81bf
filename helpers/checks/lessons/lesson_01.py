"""The checks of lesson 01. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json

from helpers.checks.lessons import shop

REGIONS = ["eu-west-1", "ap-southeast-2", "sa-east-1", "eu-central-1", "us-west-2"]


def _regions_with_queue(case, name, profile="shop"):
    """Return the regions in which the profile's account has a queue of this name."""
    found = []
    for region in [*REGIONS, "us-east-1"]:
        urls = case.client("sqs", region, profile).list_queues(QueueNamePrefix=name).get("QueueUrls", [])
        if urls:
            found.append(region)
    return found


def _regions_with_topic(case, name):
    """Return the regions in which the shop has a topic of this name."""
    found = []
    for region in [*REGIONS, "us-east-1"]:
        topics = case.client("sns", region).list_topics()["Topics"]
        if any(topic["TopicArn"].endswith(f":{name}") for topic in topics):
            found.append(region)
    return found


def _expect_others_unmoved(case):
    """A client that another part of the program makes, with nothing but defaults, works where it always did."""
    name = case.name("probe")
    result = case.let(None, "sqs", "create_queue", QueueName=name)
    regions = _regions_with_queue(case, name)
    if regions == ["us-east-1"]:
        return
    where = f"works in {', '.join(regions)}" if regions else "does not work in the shop's account any more"
    if result.error:
        where = f"failed with {result.error.type}: {result.error.message.rstrip('.')}"
    case.not_yet(
        "others-broken" if result.error else "others-moved",
        did=f"{case.did}, then another part of the program made boto3.client('sqs')",
        got=case.said(f"That client {where}."),
        expected="it works in us-east-1, in the shop's account, as before",
        why="The environment and the default session belong to the whole program. Who changes them moves every client "
        "that is made later with nothing but defaults.",
    )


# --- 01.1 ------------------------------------------------------------------------------------------------------------


def clients_for(case):
    """Two regions, one after the other; the clients of the first must go on working in the first."""
    first, second = case.draw.sample(REGIONS, 2)
    of_first = _pair(case, first)
    of_second = _pair(case, second)
    # The first pair is used last: a region that is kept in one place for both would by now have moved it.
    for region, pair in ((second, of_second), (first, of_first)):
        _expect_region(case, region, pair)
    _expect_others_unmoved(case)


def _pair(case, region):
    """Return what the answer returns for this region: two boto3 clients."""
    pair = case.run(region=region)
    if not isinstance(pair, dict) or set(pair) != {"sqs", "sns"}:
        case.not_yet(
            "no-pair",
            got=pair,
            expected='a dictionary with two keys: {"sqs": ..., "sns": ...}',
            why="The caller picks a client by the service's name.",
        )
    for service, client in pair.items():
        kind = getattr(client, "kind", None)
        if kind != "client":
            reason = "no-client"
            why = "A client is what boto3.client returns. It is the object whose methods make the calls."
            if kind == "resource":
                reason = "resource-for-client"
                why = (
                    "A resource is the other face: it wraps some of the operations into objects. The callers use the "
                    "methods of a client, one for each operation of the service."
                )
            case.not_yet(reason, got=pair, expected=f'a boto3 client under "{service}"', why=why)
    return pair


def _expect_region(case, region, pair):
    """What each client of the pair creates is in the region."""
    did = f"clients_for({region!r}), then a queue and a topic created with what it returned"
    for reason, service, operation, key, found_in in (
        ("queues-in-wrong-region", "sqs", "create_queue", "QueueName", _regions_with_queue),
        ("topics-in-wrong-region", "sns", "create_topic", "Name", _regions_with_topic),
    ):
        name = case.name("probe")
        result = case.let(pair[service], service, operation, **{key: name})
        if result.error and "speaks to" in result.error.message:
            case.not_yet(
                "client-of-other-service",
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
                reason,
                did=did,
                got=case.said(f"What the {service} client created stands in {', '.join(regions) or 'no region'}."),
                expected=f"it stands in {region}",
                why="A client works in the region it was made with, for as long as it lives, so each region needs "
                "clients of its own. AWS_DEFAULT_REGION and the profile decide only where no region is named.",
            )


# --- 01.2 ------------------------------------------------------------------------------------------------------------


def session_for(case):
    """Three sessions, each in a region that no profile names; all are made before the first is used."""
    one, other = case.draw.sample(["shop", "partner"], 2)
    # A profile or region that is set for the whole process would by now have moved the sessions that were made before.
    regions = case.draw.sample([name for name in REGIONS if name != "eu-west-1"], 3)
    sessions = [_session(case, *wanted) for wanted in zip((one, other, one), regions, strict=True)]
    for profile, region, session in sessions:
        _expect_place(case, profile, region, session)
    for profile, region, session in sessions:
        _expect_no_keys(case, profile, region, session)
    _expect_others_unmoved(case)


def _session(case, profile, region):
    """Return the two, and the session that the answer returns for them."""
    session = case.run(profile=profile, region=region)
    if getattr(session, "kind", None) != "session":
        case.not_yet(
            "no-session",
            got=session,
            expected="a boto3.Session",
            why="A session holds credentials and a region; clients and resources are made from it.",
        )
    return profile, region, session


def _expect_place(case, profile, region, session):
    """The queue that a client of this session creates is in the profile's account, in the region."""
    did = f"session_for(profile={profile!r}, region={region!r}), then a queue created with a client from it"
    name = case.name("probe")
    result = case.let(session, "sqs", "create_queue", QueueName=name)
    _expect_no_name_as_key(case, did, profile, region)
    if result.error:
        raise result.error
    other = {"shop": "partner", "partner": "shop"}[profile]
    if _regions_with_queue(case, name, other):
        case.not_yet(
            "wrong-account",
            did=did,
            got=case.said(f"The queue stands in the account of the profile {other!r}."),
            expected=f"it stands in the account of {profile!r}",
            why="The credentials that sign a call decide whose account it is for. Keys that are written into the code, "
            "or found in the environment, stay the same whatever profile is asked for.",
        )
    regions = _regions_with_queue(case, name, profile)
    if regions != [region]:
        case.not_yet(
            "wrong-region",
            did=did,
            got=case.said(f"The queue stands in {', '.join(regions) or 'no region'}."),
            expected=f"it stands in {region}",
            why="A session keeps the region that it is given, whatever its profile says. One without a region takes "
            "what it finds at the time: AWS_DEFAULT_REGION first, then the region that the profile names.",
        )


def _expect_no_name_as_key(case, did, profile, region):
    """The session does not take the profile's or the region's name for an access key, as Session(profile) makes it."""
    key = shop.access_key(case.calls[-1]) if case.calls else ""
    if key in (profile, region):
        case.not_yet(
            "name-as-key",
            did=did,
            got=case.said(f"Your session signs its calls with {key!r}, as if that were an access key."),
            expected=f"it signs with the keys of the profile {profile!r}",
            why="boto3.Session takes an access key first, then its secret: what you hand over by position is taken for "
            "these. Hand over by keyword what a profile and a region are; section 6 of the lesson does.",
        )


def _expect_no_keys(case, profile, region, session):
    """boto3 found the credentials itself: it says so of the session, and they are those that its files have now."""
    case.let(session, "sqs", "list_queues")
    key, by_code = shop.access_key(case.calls[-1]), case.let(session, "sqs", "get_credentials").value == "explicit"
    if by_code or key != case.key(profile):
        seen = "boto3 says that your code gave it the keys" if by_code else f"boto3's files have {case.key(profile)!r}"
        case.not_yet(
            "keys-in-code",
            did=f"session_for(profile={profile!r}, region={region!r}), then a call with a client from it",
            got=case.said(f"I saw the right account. But the call was signed with {key!r}, and {seen}."),
            expected="keys that boto3 finds by the profile's name",
            why="Keys that pass through code are copied and committed with it, and a new key means new code. A profile "
            "is the name under which boto3 finds them itself.",
        )


# --- 01.3 ------------------------------------------------------------------------------------------------------------


def hand_over(case):
    """Two orders, handed over while earlier ones wait, and read as another program would read them."""
    case.queue("archive")
    queue_url = case.queue("billing")
    waiting = set(shop.send(case, queue_url, shop.orders(case, 2, "B")))
    # What str() writes in another way than JSON: an apostrophe, None and True.
    odd = {"order_id": "A-7", "customer": "Zoë O'Neill", "items": {"tea": 2}, "gift": True, "note": None}
    for order in [*shop.orders(case, 1), odd]:
        before = len(case.calls)
        returned = case.run(queue_url=queue_url, order=order)
        message = _expect_one_message(case, queue_url, waiting, case.calls[before:])
        _expect_json(case, message["Body"], order)
        if returned != message["MessageId"]:
            _explain_return(case, returned, message, order, waiting)
        waiting.add(message["MessageId"])


def _expect_one_message(case, queue_url, waiting, calls):
    """Return the one new message; what waited before is still there for billing."""
    found = shop.visible(case, queue_url)
    new = [message for name, message in found.items() if name not in waiting]
    sent_to = {call.params["QueueUrl"] for call in calls if call.operation.startswith("SendMessage")}
    if sent_to - {queue_url}:
        case.not_yet(
            "wrong-queue",
            got=case.said("The order went into another queue."),
            expected="it goes into the queue whose URL was given",
            why="An account has many queues. The queue's URL says which one is meant.",
        )
    if len(new) > 1:
        case.not_yet(
            "sent-twice",
            got=case.said(f"{len(new)} messages were sent for one order."),
            expected="one message",
            why="Each send makes a message of its own, with an id of its own. The order would be billed twice.",
        )
    if not new and not sent_to:
        case.not_yet(
            "not-sent",
            got=case.said("Nothing was sent to the queue."),
            expected="one new message in the queue",
            why="Nothing reaches a queue until it is sent: send_message, with the queue's URL and a body.",
        )
    if hidden := len(waiting) + 1 - len(found):
        reason, why = _what_hides({call.operation for call in calls})
        case.not_yet(
            reason,
            got=case.said(f"Billing cannot receive {hidden} of the orders in the queue now."),
            expected="all of them can be received at once",
            why=f"To hand over is only to send. {why}",
        )
    case.after_every_lease()
    return new[0]


def _what_hides(operations):
    """Return why messages are not visible after calls of these operations."""
    if "ReceiveMessage" in operations:
        return (
            "hidden-by-receiving",
            "A receive leases what it returns: until the visibility timeout is over, billing receives none of it.",
        )
    if operations & {"PurgeQueue", "DeleteMessage", "DeleteMessageBatch"}:
        return "deleted-others", "A purge or a delete takes away what others have sent."
    return "sent-with-delay", "A message that is sent with DelaySeconds cannot be received until its delay is over."


def _expect_json(case, body, order):
    """The body is the order as JSON."""
    try:
        read = json.loads(body)
    except ValueError:
        case.not_yet(
            "not-json",
            got=body,
            expected=repr(json.dumps(order)),
            why="This is not JSON, so a reader in another language cannot take it apart. What str() makes of a "
            "dictionary is Python's own notation (single quotes, None, True); json.dumps makes JSON.",
        )
    if isinstance(read, str):
        case.not_yet(
            "json-twice",
            got=body,
            expected=repr(json.dumps(order)),
            why="This is a text inside a JSON text, so the reader gets a string, not an order. json.dumps takes the "
            "dictionary itself, and it is used once.",
        )
    if read != order:
        case.not_yet(
            "other-body",
            got=body,
            expected=repr(json.dumps(order)),
            why="The body must be the whole order and nothing else, so that billing can work from it.",
        )


def _explain_return(case, returned, message, order, waiting):
    """Say what came back in place of the message's id."""
    reply_headers = case.calls[-1].exchanges[-1].reply_headers.values()
    whys = [
        ("whole-response", isinstance(returned, dict),
         "That is the whole response. Of its keys, MessageId names the message."),
        ("checksum-returned", returned == message["MD5OfBody"],
         "That is a checksum of the body: two equal orders have the same one."),
        ("order-id", returned == order["order_id"],
         "That is the shop's own number. SQS knows the message by the id it gave it."),
        ("request-id", returned in reply_headers,
         "That names the request. The message has an id of its own: MessageId."),
        ("other-message", returned in list(waiting),
         "That names another message. A receive brings any of those that are visible."),
        ("nothing-returned", returned is None,
         "Nothing came back. send_message returns a response; the id stands in it."),
    ]  # fmt: skip
    other = "not-the-id", "SQS answers a send with the MessageId of the new message."
    reason, why = shop.first_that_applies(whys, other)
    case.not_yet(reason, got=returned, expected=f"the message's id, as in {message['MessageId']!r}", why=why)


# --- 01.4 ------------------------------------------------------------------------------------------------------------


def take_one(case):
    """An empty queue; several orders, looked at after one was taken and when all timeouts are over; then one by one."""
    elsewhere, queue_url = case.queue("archive"), case.queue("orders")
    shop.send(case, elsewhere, shop.orders(case, 1, "B"))
    _expect_none(case, queue_url)
    waiting = shop.send(case, queue_url, shop.orders(case, case.draw.randrange(3, 6)))
    seen = _other_packer(case, queue_url)
    taken = _taken(case, queue_url, waiting)
    _expect_rest(case, queue_url, taken, waiting)
    _expect_hidden(case, taken, waiting, seen)
    case.sqs.purge_queue(QueueUrl=queue_url)
    # true and null in the orders, so that reading the body as Python fails.
    waiting = shop.send(case, queue_url, [order | {"gift": True, "note": None} for order in shop.orders(case, 2, "C")])
    while waiting:
        _taken(case, queue_url, waiting)
    _expect_none(case, queue_url)


def _other_packer(case, queue_url):
    """Have another packer look for orders while the answer works. Return a list of what it saw, which grows.

    It looks just before the answer deletes or changes a visibility timeout, with a timeout of 0, so it takes nothing.
    """
    seen = []

    def look():
        reply = case.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        seen.append({message["MessageId"] for message in reply.get("Messages", [])})

    for operation in ("DeleteMessage", "ChangeMessageVisibility"):
        case.during(operation, look)
        case.during(f"{operation}Batch", look)
    return seen


def _expect_none(case, queue_url):
    """For an empty queue the answer returns None."""
    result = case.attempt(queue_url=queue_url)
    did = f"{case.did} on an empty queue"
    if result.error and _stumbled_over_nothing(result.error):
        error = result.error
        case.not_yet(
            "no-messages-key",
            did=did,
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="None",
            why="When there is nothing to receive, the response has no key Messages at all, not even an empty list. "
            "That is an ordinary answer, which the code must be ready for.",
        )
    if result.error:
        raise result.error
    if result.value is not None:
        reason, why = "not-none", "There was no order to take, and None says so."
        if isinstance(result.value, dict) and "order_id" in result.value:
            reason = "order-of-other-queue"
            why = "That order waits in another queue. The queue's URL says which one is meant."
        case.not_yet(reason, did=did, got=result.value, expected="None", why=why)


def _stumbled_over_nothing(error):
    """Whether the error is one to which a response without messages leads."""
    return (
        (error.type == "KeyError" and "Messages" in error.message)
        or (error.type == "TypeError" and "NoneType" in error.message)
        or error.type in ("IndexError", "UnboundLocalError")
    )


def _taken(case, queue_url, waiting):
    """Let the answer take one of the waiting orders; remove it from them, and return its message's id."""
    result = case.attempt(queue_url=queue_url)
    if result.error and result.error.type == "ReceiptHandleIsInvalid":
        case.not_yet(
            "message-id-as-handle",
            got=case.said(f"{result.error.message} It was raised by your line {result.error.line!r}."),
            expected="the order, and its message deleted",
            why="Deleting takes the receipt handle, which came with this receive. The MessageId names the message, but "
            "does not show that you hold the lease.",
        )
    if result.error:
        raise result.error
    for name, order in waiting.items():
        if order == result.value:
            del waiting[name]
            return name
    return _explain_order(case, result.value, list(waiting.values()))


def _explain_order(case, taken, orders):
    """Say what came back in place of one of the orders."""
    whys = [
        ("text-returned", isinstance(taken, str),
         "The body is the order as JSON text; json.loads makes a dictionary of it again."),
        ("list-returned", isinstance(taken, list), "One order was asked for, not a list of them."),
        ("message-returned", isinstance(taken, dict) and "Body" in taken,
         "That is the message around the order. The order is its Body."),
        ("whole-response", isinstance(taken, dict) and "Messages" in taken,
         "That is the whole response. The order is a message's Body."),
        ("nothing-taken", taken is None, f"{len(orders)} orders were waiting, and nothing was taken."),
    ]  # fmt: skip
    not_waiting = (
        "not-waiting",
        "It is not one of the orders that are waiting now. A worker need not remember any: the queue does.",
    )
    reason, why = shop.first_that_applies(whys, not_waiting)
    case.not_yet(reason, got=taken, expected=f"one of the orders, as a dictionary: {orders[0]!r}", why=why)


def _expect_rest(case, queue_url, taken, rest):
    """The taken order is never received again, and all others can be received at once."""
    did = f"{case.did} with {len(rest) + 1} orders waiting"
    now = set(shop.visible(case, queue_url))
    case.after_every_lease()
    later = set(shop.visible(case, queue_url))
    _expect_never_again(case, did, taken, now, later)
    _expect_others_kept(case, did, set(rest), now, later)


def _expect_never_again(case, did, taken, now, later):
    """The taken order is not among the messages that can be received now, nor among the later ones."""
    if taken in now:
        case.not_yet(
            "timeout-of-zero",
            did=did,
            got=case.said("The next receive was given the same order again, at once."),
            expected="nobody is given it again",
            why="A visibility timeout of 0 is a lease of no time, and the message was not deleted.",
        )
    if taken in later:
        case.not_yet(
            "message-left-behind",
            did=did,
            got=case.said("When its visibility timeout was over, the order was in the queue again."),
            expected="nobody is given it again",
            why="Receiving is a lease, however long it is. Only deleting, with the receipt handle of this receive, "
            "takes a message out of the queue.",
        )


def _expect_others_kept(case, did, rest, now, later):
    """The other orders can be received now, as the messages that they were."""
    if later - rest:
        case.not_yet(
            "others-sent-again",
            did=did,
            got=case.said(f"The queue has {len(later - rest)} new messages, with new ids."),
            expected="the messages that were not taken are left as they were",
            why="A message that is deleted and sent again is another message: its old id finds nothing, its age starts "
            "anew, and a crash between the two calls loses the order.",
        )
    if rest - later:
        case.not_yet(
            "others-lost",
            did=did,
            got=case.said(f"The queue has lost {len(rest - later)} of the other orders for good."),
            expected=f"the other {len(rest)} orders still wait",
            why="Everything that was received was deleted, or the queue was emptied. An order that nobody worked on is "
            "lost.",
        )
    case.reach("taken")
    if rest - now:
        case.not_yet(
            "others-hidden",
            did=did,
            got=case.said(f"The other workers cannot receive {len(rest - now)} of the other orders now."),
            expected=f"the other {len(rest)} orders can be received at once",
            why="Each receive leases every message that it returns. Take no more than you will work on: one receive, "
            "whose MaxNumberOfMessages is 1 unless you say more.",
        )


def _expect_hidden(case, taken, rest, seen):
    """While the answer worked, another packer saw all the other orders, and not the taken one."""
    if any(taken in ids for ids in seen):
        case.not_yet(
            "seen-before-delete",
            got=case.said("Before the order was deleted, another packer's receive was given it too."),
            expected="a lease that lasts until the delete",
            why="A visibility timeout of 0 is a lease of no time: nothing keeps the order from the others until the "
            "delete arrives.",
        )
    if hidden := set(rest) - set(rest).intersection(*seen):
        case.not_yet(
            "others-hidden-for-a-while",
            got=case.said(f"For a while another packer could not receive {len(hidden)} of the other orders."),
            expected="all other orders stay visible",
            why="Each receive leases every message that it returns. A packer who asks before they are given back finds "
            "nothing. Take no more than you will work on: MaxNumberOfMessages is 1 unless you say more.",
        )


# --- 01.5 ------------------------------------------------------------------------------------------------------------


def join_late(case):
    """Three newcomers: with a few texts missed; with more than a batch holds, one of them twice; with none."""
    few = [f"We now sell {thing}" for thing in case.draw.sample(shop.GOODS, case.draw.randrange(2, 5))]
    many = [f"Day {day} of the sale" for day in range(1, 12)]
    for missed in (few, [*many, many[0]], []):
        _expect_joined(case, missed)


def _expect_joined(case, missed):
    """A topic with a listener that was always there, and a newcomer's queue whose policy allows the topic to send."""
    topic_arn = case.sns.create_topic(Name=case.name("news"))["TopicArn"]
    listener, newcomer = case.queue("shop-window"), case.queue("warehouse")
    for queue_url in (listener, newcomer):
        shop.allow_topic(case, topic_arn, queue_url)
    case.sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=case.queue_arn(listener))
    for text in missed:
        case.sns.publish(TopicArn=topic_arn, Message=text)
    shop.bodies(case, listener)
    meanwhile = _announcement_meanwhile(case, topic_arn)
    before = len(case.calls)
    result = case.attempt(topic_arn=topic_arn, queue_url=newcomer, missed=missed)
    if result.error:
        _explain_error(case, result.error)
    _expect_nobody_twice(case, listener, meanwhile, case.calls[before:])
    bodies = shop.bodies(case, newcomer)
    _expect_missed(case, _without(bodies, meanwhile), missed)
    subscription_arn = _expect_subscription(case, topic_arn, listener, newcomer)
    _expect_next(case, topic_arn, listener, newcomer)
    case.reach("subscribed")
    _expect_meanwhile(case, bodies, meanwhile)
    _expect_arn(case, result.value, subscription_arn)


def _announcement_meanwhile(case, topic_arn):
    """Have something announced when the answer first sends. Return a list that gets its text when it happens."""
    texts = []

    def publish():
        if not texts:
            texts.append(f"{case.draw.choice(['Ann', 'Ben', 'Cleo'])} is the new shopkeeper")
            case.sns.publish(TopicArn=topic_arn, Message=texts[0])

    for operation in ("SendMessage", "SendMessageBatch"):
        case.during(operation, publish)
    return texts


def _without(bodies, texts):
    """Return the bodies that hold none of these texts."""
    return [body for body in bodies if not any(text in body for text in texts)]


def _explain_error(case, error):
    """Explain an error of SNS that is known; raise any other."""
    if "calling the Publish operation" in error.message:
        case.not_yet(
            "published-to-queue",
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="the missed texts reach the newcomer's queue and nobody else",
            why="A publish takes the ARN of a topic and goes to all who are subscribed. send_message, of SQS, reaches "
            "one queue alone.",
        )
    if "SQS endpoint ARN" in error.message:
        case.not_yet(
            "url-as-endpoint",
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="the queue is subscribed",
            why="SNS knows a queue by its ARN. The URL is for SQS; the queue's attribute QueueArn has the other name.",
        )
    raise error


def _expect_nobody_twice(case, listener, meanwhile, calls):
    """The listener got nothing from the answer, which published nothing at all."""
    if again := _without(shop.bodies(case, listener), meanwhile):
        case.not_yet(
            "published-again",
            got=case.said(f"The queue that had listened all along was given {len(again)} messages."),
            expected="nobody else hears anything again",
            why="A topic delivers what is published to all who are subscribed. It cannot speak to the newcomer alone.",
        )
    if any(call.operation in ("Publish", "PublishBatch") for call in calls):
        case.not_yet(
            "something-published",
            got=case.said("Something was published."),
            expected="the missed texts reach the newcomer's queue and nobody else",
            why="What is published goes to all who are subscribed at that time. While others are unsubscribed or "
            "filtered out they miss what the shop announces, and the queue's policy lets in no other topic.",
        )


def _expect_missed(case, bodies, missed):
    """There is one message for each missed text, with that text as its body."""
    if sorted(bodies) == sorted(missed):
        return
    if not bodies:
        reason = "nothing-handed-over"
        why = (
            "SNS keeps nothing for those who subscribe later: what was published before is delivered to nobody new. "
            "Hand the missed texts to the queue itself."
        )
    elif len(bodies) == len(missed):
        reason, why = "texts-changed", "Each missed text goes in as it is, as the body of one message."
    else:
        reason = "texts-missing-or-added"
        why = "Every missed text is one message, no fewer and no more. What was announced twice is in the list twice."
    case.not_yet(
        reason,
        got=sorted(bodies) or case.said("The newcomer's queue is empty."),
        wanted=sorted(missed),
        expected=f"{len(missed)} messages, one for each missed text",
        why=why,
    )


def _expect_meanwhile(case, bodies, meanwhile):
    """What was announced while the missed texts were handed over was delivered, once."""
    for text in meanwhile:
        times = sum(text in body for body in bodies)
        if times != 1:
            case.not_yet(
                "subscribed-late",
                did=f"{case.did}, and while it sent the missed texts the shop announced {text!r}",
                got=case.said(f"The new announcement is in the newcomer's queue {times} times."),
                expected="it is there once",
                why="A topic delivers to those who are subscribed when it is published. What is published after the "
                "list was made and before `subscribe` falls between the two; subscribe first, and nothing does.",
            )


def _expect_subscription(case, topic_arn, listener, newcomer):
    """Return the ARN of the newcomer's subscription."""
    queue_arn, known = case.queue_arn(newcomer), case.queue_arn(listener)
    subscriptions = case.sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    if any(subscription["Endpoint"] == known for subscription in subscriptions):
        case.reach("handed")
    for subscription in subscriptions:
        if (subscription["Protocol"], subscription["Endpoint"]) == ("sqs", queue_arn):
            return subscription["SubscriptionArn"]
    others = [f"{s['Protocol']}: {s['Endpoint']}" for s in subscriptions if s["Endpoint"] != known]
    if others:
        case.not_yet(
            "wrong-endpoint",
            got=case.said(f"The topic was given a subscription for {others[0]}."),
            expected=f"one for sqs: {queue_arn}",
            why="SNS knows a queue by its ARN, in which region and account stand, and subscribes any ARN without "
            "asking whether there is such a queue. The queue's attribute QueueArn says what it is.",
        )
    return case.not_yet(
        "not-subscribed",
        got=case.said("The topic has no subscription for the newcomer's queue."),
        expected="one that delivers to it from now on",
        why="Only a subscription makes a topic deliver to a queue. Sending brings what was missed, and nothing that "
        "comes later.",
    )


def _expect_next(case, topic_arn, listener, newcomer):
    """The next announcement is delivered to both, once."""
    did = f"{case.did}, then a new announcement"
    text = f"Closed on {case.draw.choice(['Monday', 'Tuesday', 'Friday'])}"
    case.sns.publish(TopicArn=topic_arn, Message=text)
    if not shop.bodies(case, listener):
        case.not_yet(
            "others-unsubscribed",
            did=did,
            got=case.said("The new announcement did not reach the queue that had listened all along."),
            expected="it is delivered to everybody who is subscribed",
            why="The other subscribers' subscriptions are not the newcomer's to change.",
        )
    bodies = shop.bodies(case, newcomer)
    if not any(text in body for body in bodies):
        case.not_yet(
            "filter-added",
            did=did,
            got=case.said("The new announcement did not reach the newcomer's queue, though it is subscribed."),
            expected="it is delivered to the queue",
            why="A subscription with a filter policy delivers only what matches it.",
        )
    if len(bodies) > 1:
        case.not_yet(
            "delivered-twice",
            did=did,
            got=case.said(f"The newcomer's queue was given {len(bodies)} messages."),
            expected="the announcement, once",
            why="There is more than one subscription for the same queue, or the missed texts came later.",
        )


def _expect_arn(case, returned, subscription_arn):
    """The answer returned the ARN of its subscription."""
    if returned == subscription_arn:
        return
    whys = [
        ("whole-response", isinstance(returned, dict),
         "That is the whole response, of which SubscriptionArn is one key."),
        ("nothing-returned", returned is None, "Nothing came back."),
        ("other-subscription", str(returned).count(":") == 6, "That is the ARN of another subscription."),
        ("arn-of-queue-or-topic", str(returned).startswith("arn:"), "That is the ARN of a queue or a topic."),
    ]  # fmt: skip
    other = "not-the-arn", "That is not what `subscribe` answered."
    reason, why = shop.first_that_applies(whys, other)
    case.not_yet(
        reason,
        got=returned,
        expected="the ARN of the newcomer's subscription",
        why=f"{why} `subscribe` answers with the SubscriptionArn. Whoever wants to unsubscribe later needs it.",
    )

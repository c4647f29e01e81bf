"""The checks of lesson 01. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import contextlib
import hashlib
import json
from collections import Counter

from helpers.checks.lessons import shop

# All of them but us-east-1, where the course itself works.
REGIONS = [
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "ca-west-1", "mx-central-1", "sa-east-1"),
    *("eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("af-south-1", "il-central-1", "me-central-1", "me-south-1", "ap-east-1", "ap-east-2", "ap-south-1", "ap-south-2"),
    *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3"),
    *("ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"),
]
SENDS = ("SendMessage", "SendMessageBatch")
DELETES = ("DeleteMessage", "DeleteMessageBatch")
PUBLISH = ("Publish", "PublishBatch")
# Before these calls a check looks into the queue. Other calls change nothing there, or make messages visible.
WATCHED = [
    *PUBLISH,
    *SENDS,
    *DELETES,
    *("ReceiveMessage", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "SetQueueAttributes", "PurgeQueue"),
]
OTHER_PROFILE = {"shop": "partner", "partner": "shop"}


def _has_queue(case, name, region, profile):
    """Return whether the profile's account has a queue of this name in the region."""
    return bool(case.client("sqs", region, profile).list_queues(QueueNamePrefix=name).get("QueueUrls"))


def _has_topic(case, name, region, profile):
    """Return whether the profile's account has a topic of this name in the region."""
    topics = case.client("sns", region, profile).list_topics()["Topics"]
    return any(topic["TopicArn"].endswith(f":{name}") for topic in topics)


# How each service shows where a client works: what creates something, and what finds it.
PROBES = (
    ("sqs", "create_queue", "QueueName", "queue", _has_queue),
    ("sns", "create_topic", "Name", "topic", _has_topic),
)


def _regions_with(has, case, name, profile="shop", first="us-east-1"):
    """Return the regions in which the profile's account has it; there's only one, which is looked for there first."""
    for region in (first, "us-east-1", *REGIONS):
        if has(case, name, region, profile):
            return [region]
    return []


def _expect_others_unmoved(case, home):
    """Clients that another part of the program makes, with nothing but defaults, work where they always did."""
    for service, operation, key, what, has in PROBES:
        name = case.name("probe")
        result = case.let(None, service, operation, **{key: name})
        regions = _regions_with(has, case, name)
        if regions == [home]:
            continue
        saw = f"That client created its {what} in {', '.join(regions) or 'another account'}."
        if result.error:
            saw = f"That failed with {result.error.type}: {result.error.message.rstrip('.')}."
        case.not_yet(
            "others-broken" if result.error else "others-moved",
            did=f"{case.did}, then boto3.client({service!r}) in another part of the program, and a {what} created with "
            "it",
            got=case.said(saw),
            expected=f"a {what} in {home}, which AWS_DEFAULT_REGION named when your function was called, in the shop's "
            "account",
            why="The environment variables and the default session belong to the whole program. Changing them affects "
            "every client that's created later without a region or a profile of its own.",
        )


class _Outage(contextlib.ExitStack):
    """Within this block some operations fail, if `before` is called before each of the answer's requests.

    For a few seconds from the first one on they meet an internal error of the service, or are throttled. Of a batch the
    first request succeeds, but all of its entries fail. failed: the operations of the requests that failed so far.
    """

    SECONDS = 5  # longer than boto3 tries, and well within a visibility timeout

    def __init__(self, case, operations):
        super().__init__()
        self._case, self._operations = case, operations
        self._began, self.failed = [], []
        self._kind = case.draw.choice(["errors", "throttling"])

    @property
    def said(self):
        """In words what failed, as the end of a sentence."""
        first = self.failed[0]
        what = f"every entry of your first {first}" if first.endswith("Batch") else f"your {first}"
        return f", and {what} failed, as calls do now and then"

    def before(self, operation):
        """Make the next request fail, or not."""
        self.close()
        if operation not in self._operations:
            return
        self._began.append(self._case.clock.now())
        of_batch = operation.endswith("Batch")
        if len(self._began) == 1 if of_batch else shop.seconds_since(self._case, self._began[0]) < self.SECONDS:
            self.enter_context(self._case.unkind(**{"entries" if of_batch else self._kind: 1}))
            self.failed.append(operation)


# --- 01.1 ------------------------------------------------------------------------------------------------------------


def clients_for(case):
    """Some regions, one after the other; the clients of the first have to go on working in the first."""
    home, *regions = case.draw.sample(REGIONS, case.draw.randrange(4, 6))
    case.environment(AWS_DEFAULT_REGION=home)
    pairs = [(region, _pair(case, region)) for region in regions]
    # The first pair is used last: a region that's kept in one place for all would by now have moved it.
    for region, pair in reversed(pairs):
        _expect_region(case, region, pair)
    _expect_others_unmoved(case, home)


def _pair(case, region):
    """Return what the answer returns for this region: two boto3 clients."""
    pair = case.run(region=region)
    if not isinstance(pair, dict) or set(pair) != {"sqs", "sns"}:
        case.not_yet(
            "no-pair",
            got=pair,
            expected='a dictionary with two keys: {"sqs": <client>, "sns": <client>}',
            why="The caller picks a client by the service's name.",
        )
    for service, client in pair.items():
        kind = getattr(client, "kind", None)
        if kind != "client":
            reason = "no-client"
            why = "A client is what boto3.client returns: an object with a method for each operation of its service."
            if kind == "resource":
                reason = "resource-for-client"
                why = (
                    "A resource wraps some of a service's operations into objects. The callers use a client's methods, "
                    "of which there's one for each operation."
                )
            case.not_yet(reason, got=pair, expected=f'a boto3 client under "{service}"', why=why)
    return pair


def _expect_region(case, region, pair):
    """What each client of the pair creates is in the region, in the shop's account."""
    for service, operation, key, what, has in PROBES:
        did = f"clients_for({region!r}), then {operation} with the client under {service!r}"
        name = case.name("probe")
        result = case.let(pair[service], service, operation, **{key: name})
        if result.error and "it's a client for" in result.error.message:
            case.not_yet(
                "client-of-other-service",
                did=did,
                got=case.said(f"That client has another service: {result.error.message}."),
                expected=f'a client for {service.upper()} under "{service}"',
                why="A client works with one service only. boto3.client takes that service's name first.",
            )
        if result.error:
            raise result.error
        regions = _regions_with(has, case, name, first=region)
        if not regions and (elsewhere := _regions_with(has, case, name, "partner")):
            case.not_yet(
                "wrong-account",
                did=did,
                got=case.said(f"The {what} is in the partner's account, in {', '.join(elsewhere)}."),
                expected=f"a {what} in the shop's account, in {region}",
                why="The region is all that's new here. Which account a client works in depends on its credentials.",
            )
        if regions != [region]:
            case.not_yet(
                f"{what}s-in-wrong-region",
                did=did,
                got=case.said(f"The {what} is in {', '.join(regions) or 'none of the regions that I looked in'}."),
                expected=f"a {what} in {region}",
                why="A client works in the region it was created with, for as long as it lives, so each region needs "
                "clients of its own. Without a region_name, boto3 takes the region from AWS_DEFAULT_REGION.",
            )


# --- 01.2 ------------------------------------------------------------------------------------------------------------


def session_for(case):
    """Three sessions, one in its profile's own region; all are made before the first is used."""
    # A profile or region that's set for the whole process would by now have moved the sessions that were made before.
    home, *regions = case.draw.sample([name for name in REGIONS if name != "eu-west-1"], 3)
    case.environment(AWS_DEFAULT_REGION=home)
    wanted = [("shop", regions[0]), ("partner", regions[1]), ("partner", "eu-west-1")]
    sessions = [_session(case, *profile_and_region) for profile_and_region in shop.shuffled(case, wanted)]
    keys = [_expect_place(case, *one) for one in sessions]
    for one, key in zip(sessions, keys, strict=True):
        _expect_no_keys(case, *one, key)
    _expect_no_key_left(case)
    _expect_others_unmoved(case, home)


def _session(case, profile, region):
    """Return the two, and the session that the answer returns for them."""
    session = case.run(profile=profile, region=region)
    if getattr(session, "kind", None) != "session":
        case.not_yet(
            "no-session",
            got=session,
            expected="a boto3.Session",
            why="A session holds credentials and a region. The caller makes clients and resources from it.",
        )
    return profile, region, session


def _expect_place(case, profile, region, session):
    """The queue that a client of this session creates is in the profile's account, in the region. Return its key."""
    did = f"session_for(profile={profile!r}, region={region!r}), then a queue created with a client of that session"
    name = case.name("probe")
    result = case.let(session, "sqs", "create_queue", QueueName=name)
    _expect_no_name_as_key(case, did, profile, region)
    if result.error:
        raise result.error
    regions, other = _regions_with(_has_queue, case, name, profile, region), OTHER_PROFILE[profile]
    if not regions and _regions_with(_has_queue, case, name, other):
        why = "The credentials that sign a call decide which account it's for."
        if other == "shop":
            why += (
                " A session that isn't given a profile signs with the keys it finds in the environment, and those are "
                "the shop's."
            )
        case.not_yet(
            "wrong-account",
            did=did,
            got=case.said(f"The queue is in the account of the profile {other!r}."),
            expected=f"a queue in the account of the profile {profile!r}",
            why=why,
        )
    if regions != [region]:
        case.not_yet(
            "wrong-region",
            did=did,
            got=case.said(f"The queue is in {', '.join(regions) or 'none of the regions that I looked in'}."),
            expected=f"a queue in {region}",
            why="A session uses the region it's given, whichever one its profile names. Without one, boto3 looks at "
            "AWS_DEFAULT_REGION first, and then at the profile.",
        )
    return shop.access_key(case.calls[-1])


def _expect_no_name_as_key(case, did, profile, region):
    """The session doesn't take the profile's or the region's name for an access key, as Session(profile) makes it."""
    key = shop.access_key(case.calls[-1]) if case.calls else ""
    if key in (profile, region):
        case.not_yet(
            "name-as-key",
            did=did,
            got=case.said(f"Your session signs its calls with {key!r}, as if that were an access key."),
            expected=f"calls signed with the keys of the profile {profile!r}",
            why="The first two parameters of boto3.Session are an access key and its secret, so that's what arguments "
            "without a name become. Pass the profile and the region by name, as section 6 of the lesson does.",
        )


def _expect_no_keys(case, profile, region, session, key):
    """boto3 found the credentials itself: it says so of the session, and they are those that its files have now."""
    by_code = case.let(session, "sqs", "get_credentials").value == "explicit"
    if by_code or key != case.key(profile):
        seen = "boto3 says that your code gave it the keys" if by_code else f"boto3's files have {case.key(profile)!r}"
        case.not_yet(
            "keys-in-code",
            did=f"session_for(profile={profile!r}, region={region!r}), then a call with a client of that session",
            got=case.said(f"The account is right, but the call was signed with {key!r}, and {seen}."),
            expected="keys that boto3 finds by the profile's name",
            why="Keys that pass through code get copied and committed with it, and a new key means changing the code. "
            "A profile is a name under which boto3 finds them itself.",
        )


def _expect_no_key_left(case):
    """No environment variable has a key that boto3 found under a profile's name."""
    for name, value in case.environment().items():
        for profile in OTHER_PROFILE:
            if case.key(profile) in value:
                case.not_yet(
                    "key-in-environment",
                    got=case.said(
                        f"The environment variable {name} has the access key of the profile {profile!r} now."
                    ),
                    expected="keys that only boto3 reads",
                    why="What's in an environment variable can be read by all of the program, and by the programs that "
                    "it starts. Your function doesn't need the keys: the session has them.",
                )


# --- 01.3 ------------------------------------------------------------------------------------------------------------


def hand_over(case):
    """An empty queue, the same queue with orders in it, and a queue that only the given client can reach."""
    case.queue("archive")  # the first in a list of all queues
    name = case.name("billing")
    case.sqs.create_queue(QueueName=f"{name}-old")
    ours = case.sqs.create_queue(QueueName=name)["QueueUrl"]
    [order] = shop.orders(case, 1)
    _expect_handed(case, ours, order)
    case.clock.advance(61)  # a queue can be purged once in 60 seconds
    shop.send(case, ours, shop.orders(case, 2, "B"))
    _expect_handed(case, ours, _untidy_order(case))
    _expect_failed_send_noticed(case, ours)
    region = case.draw.choice([name for name in REGIONS if name != "eu-west-1"])
    theirs = case.client("sqs", region, "partner").create_queue(QueueName=case.name("billing"))["QueueUrl"]
    # The partner has an order of its own under a number that the shop has used, too.
    empty = {"order_id": order["order_id"], "customer": "", "items": {}, "notes": [], "discount": 0}
    _expect_handed(case, theirs, empty, {"profile_name": "partner", "region_name": region})


def _untidy_order(case):
    """Return an order that str(), strip() and a few replacements don't write as json.dumps does."""
    [order] = shop.orders(case, 1, "a")
    note = 'Dear "Ben",\r\n\tit\'s {"order_id": "A-1"}: tea \\ None, True. '
    order |= {"customer": " Zoë O'Neill", "items": {" Earl Grey ": 2.5, "mugs": 0}}
    more = {"number": 10**17 + 1, "lines": [[], {}, [None, False, "🫖"]], "terms": " Paid in 30 days. " * 90}
    return {"note": note, "gift": True, "paid": 1, "coupon": None, "price": 12.50} | order | more


def _expect_handed(case, queue_url, order, session=None):
    """The answer sends one message with this order, which can be received, and returns its id."""
    region = session["region_name"] if session else "us-east-1"
    before, made = shop.messages_in(case, queue_url, region), len(case.calls)
    result = case.attempt(session, queue_url=queue_url, order=order)
    _expect_handed_by(case, result, queue_url, order, before, made, session)


def _expect_handed_by(case, result, queue_url, order, before, made, session=None):
    """The run with this result sent one message with the order, which can be received, and returned its id.

    before: the queue's messages before the run. made: how many calls had been made then.
    """
    calls = case.calls[made:]
    after = shop.messages_in(case, queue_url, session["region_name"] if session else "us-east-1")
    new = [message for name, message in after.items() if name not in before]
    if session and not new:
        _expect_given_client(case, session, calls)
    if result.error:
        raise result.error
    message = _expect_one_message(case, queue_url, new, calls)
    _expect_receivable(case, before, after)
    if not session:
        _expect_never_hidden(case, queue_url, calls)
    _expect_json(case, message["body"], order)
    if result.value != message["id"]:
        _explain_return(case, result.value, message, order, before)
    if result.changed:
        case.not_yet(
            "order-changed",
            got=case.said("Your function changed the dictionary that it was given."),
            expected="a dictionary that's the same as before",
            why="The dictionary belongs to the caller, who may still need it. Make a copy if you need another one.",
        )


def _expect_given_client(case, session, calls):
    """The calls were made in the account and region of the client that the answer was given."""
    key = case.key(session["profile_name"])
    for call in calls:
        if (call.region, shop.access_key(call)) != (session["region_name"], key):
            account = "the partner's" if shop.access_key(call) == key else "another"
            case.not_yet(
                "other-client",
                got=case.said(f"Your function called {call.operation} in {call.region}, in {account} account."),
                expected=f"calls in {session['region_name']}, in the partner's account, where this queue is",
                why="The client that your function is given works in this account and region. Another client can work "
                "somewhere else.",
            )


def _expect_one_message(case, queue_url, new, calls):
    """Return the one message that's new in the queue; nothing was sent to another one."""
    sends = [call for call in calls if call.operation.startswith("SendMessage") and not call.error_code]
    elsewhere = [url for call in sends if (url := call.params.get("QueueUrl")) != queue_url]
    if elsewhere:
        case.not_yet(
            "wrong-queue",
            got=case.said(f"Your function sent a message to {elsewhere[0]}."),
            expected="one message, in the queue whose URL your function was given",
            why="An account can have many queues, even with similar names. The queue's URL says which one is meant.",
        )
    if len(new) > 1:
        case.not_yet(
            "sent-twice",
            got=case.said(f"Your function sent {len(new)} messages for one order."),
            expected="one message",
            why="Every send creates another message, with an id of its own, so billing would bill the order again.",
        )
    if not new:
        case.not_yet(
            "not-sent",
            got=case.said("There's no new message in the queue."),
            expected="one new message",
            why="Only a send puts a message into a queue: send_message, with the queue's URL and a body.",
        )
    return new[0]


def _expect_receivable(case, before, after):
    """Billing can receive the new message and those that were there before, right away."""
    if lost := before.keys() - after.keys():
        case.not_yet(
            "deleted-others",
            got=case.said(f"{len(lost)} of the messages that were in the queue before aren't there any more."),
            expected="one more message in the queue than before",
            why="Handing an order over only adds to the queue. What others have sent is for billing to delete.",
        )
    states = Counter(message["state"] for message in after.values())
    if states["in flight"]:
        case.not_yet(
            "hidden-by-receiving",
            got=case.said(_in_flight(states["in flight"], len(after))),
            expected="messages that billing can receive right away",
            why="Your function received what it should leave for billing. A message that was received is in flight: no "
            "other receive returns it until its visibility timeout is over.",
        )
    if states["delayed"]:
        case.not_yet(
            "sent-with-delay",
            got=case.said("The new message is delayed."),
            expected="a message that billing can receive right away",
            why="A message with DelaySeconds can't be received until its delay is over.",
        )


def _expect_never_hidden(case, queue_url, calls):
    """Not even for a moment did the answer hide a message from billing."""
    since = min(call.at for call in calls)
    hidden = [step for step in case.steps(queue_url) if step.what in (shop.RECEIVED, shop.HIDDEN) and step.hidden]
    if hidden := [step for step in hidden if step.at >= since]:
        case.not_yet(
            "hidden-by-receiving",
            got=case.said(f"Your function hid a message for {hidden[0].hidden:g} s."),
            expected="messages that billing can receive the whole time",
            why="Your function received what it should leave for billing. A message that was received is in flight: no "
            "other receive returns it until its visibility timeout is over.",
        )


def _expect_failed_send_noticed(case, queue_url):
    """Sends fail for a while: the order is in the queue all the same, once, or an error reaches the caller."""
    [order] = shop.orders(case, 1, "C")
    before, made = shop.messages_in(case, queue_url), len(case.calls)
    with _Outage(case, SENDS) as outage:
        over = shop.before_each(case, WATCHED, outage.before)
        result = case.attempt(queue_url=queue_url, order=order)
        over()
    if failed := outage.failed:
        case.did += outage.said
    sent = len(shop.messages_in(case, queue_url).keys() - before.keys())
    if failed and not sent and not result.error:
        case.not_yet(
            "failed-send",
            got=case.said(f"The order isn't in the queue, and your function returned {shop.show(result.value, 60)}."),
            expected="the message's id, once the order is in the queue, or an error that reaches the caller",
            why="A send can fail. send_message raises an error then, and send_message_batch lists the entry under "
            "Failed. Unless your function sends the order again, checkout has to know.",
        )
    if not (failed and result.error):
        _expect_handed_by(case, result, queue_url, order, before, made)


def _in_flight(count, total):
    """Return in words how many of the queue's messages are in flight."""
    if total == 1:
        return "The only message in the queue is in flight."
    return f"{count} of the {total} messages in the queue {'is' if count == 1 else 'are'} in flight."


def _expect_json(case, body, order):
    """The body is the order as JSON."""
    try:
        read = json.loads(body)
    except ValueError:
        why = (
            "This isn't JSON, so billing can't read it. json.dumps writes JSON, whatever texts the dictionary contains."
        )
        if body == str(order):
            why = "This is Python's own notation, with single quotes, None and True. json.dumps writes JSON."
        case.not_yet("not-json", got=body, expected=shop.show(json.dumps(order), 400), why=why)
    if isinstance(read, str):
        case.not_yet(
            "json-twice",
            got=body,
            expected=shop.show(json.dumps(order), 400),
            why="This is JSON for a string, not for an order. Pass the dictionary itself to json.dumps, once.",
        )
    if _as_json(read) != _as_json(order):
        case.not_yet(
            "other-body",
            got=body,
            expected=shop.show(json.dumps(order), 400),
            why="Billing works from the body alone, so it has to be the whole order, unchanged, and nothing else.",
        )


def _explain_return(case, returned, message, order, before):
    """Say what the answer returned in place of the message's id."""
    reply_headers = case.calls[-1].exchanges[-1].reply_headers.values()
    checksum = hashlib.md5(message["body"].encode(), usedforsecurity=False).hexdigest()
    whys = [
        ("whole-response", isinstance(returned, dict) and "MessageId" in returned,
         "That's the whole response. The message's id is under the key MessageId."),
        ("checksum-returned", returned == checksum,
         "That's the checksum of the body. Two equal orders have the same one."),
        ("order-id", returned == order["order_id"],
         "That's the order's id. SQS has given the message an id of its own."),
        ("request-id", returned in reply_headers,
         "That's the id of the request. The message has an id of its own, under the key MessageId."),
        ("other-message", isinstance(returned, str) and returned in before,
         "That's the id of another message in the queue. A receive can return any of those that are visible."),
        ("nothing-returned", returned is None,
         "Your function sent the order, but returned None. The id is in send_message's response, and `return` hands it "
         "to the caller."),
    ]  # fmt: skip
    other = "not-the-id", "The response to a send has the new message's id, under the key MessageId."
    reason, why = shop.first_that_applies(whys, other)
    case.not_yet(reason, got=returned, expected=f"the message's id, {message['id']!r}", why=why)


# --- 01.4 ------------------------------------------------------------------------------------------------------------


def take_one(case):
    """An empty queue; several orders, one by one; in between, publishing fails, or takes a while."""
    archive = case.queue("archive")  # the first in a list of all queues
    shop.send(case, archive, shop.orders(case, 1, "B"))
    shop.topic(case, case.name("archive"))
    table = _Table(case)
    _expect_none(case, table)
    table.send(shop.orders(case, case.draw.randrange(3, 5)))
    _expect_taken(case, table)
    _expect_kept(case, table, f"{table.topic_arn}-closed", "doesn't exist")
    closing = shop.topic(case, case.name("taken"))
    deny = {operation: lambda: _deny_publishing(case, closing) for operation in PUBLISH}
    _expect_kept(case, table, closing, "doesn't allow your function to publish", deny)
    table.send(_untidy_orders(case))
    _expect_failure_noticed(case, table, PUBLISH)
    _expect_failure_noticed(case, table, ("ReceiveMessage",))
    _expect_failure_noticed(case, table, DELETES)
    slow = {name: lambda: case.clock.advance(SLOW) for name in PUBLISH}
    _expect_taken(case, table, f"a publish that takes {SLOW} seconds", slow)
    while len(table.waiting) > 1:
        _expect_taken(case, table)
    _expect_last_taken(case, table)
    _expect_none(case, table)


def _untidy_orders(case):
    """Return two orders with odd ids.

    One has so much more in it, true and null among it, that reading its body as Python fails, and an id that isn't its
    own. The other is all that an order has to be.
    """
    more = {"replaces": {"order_id": "A-1"}, "gift": True, "note": None, "terms": "Paid in 30 days. " * 90}
    more |= {f"line {number}": case.draw.choice(shop.GOODS) for number in range(case.draw.randrange(20, 40))}
    return [{**more, **shop.orders(case, 1)[0], "order_id": " ça-7 "}, {"order_id": "0"}]


SLOW = 20  # seconds, which is less than SQS's visibility timeout unless it's told another one


def _deny_publishing(case, topic_arn):
    """Have the topic's policy refuse everything that's published."""
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    case.sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="Policy", AttributeValue=policy)


class _Table:
    """A queue of orders, the topic on which they're announced, and a telephone that gets every announcement.

    waiting: the orders that weren't taken yet, by the ids of their messages. seen: what the queue held just before each
    call of the answer's last run that can change it: pairs of an operation and the messages' states by their ids.
    """

    def __init__(self, case):
        self._case, self.waiting, self.seen = case, {}, []
        self.topic_arn, self.queue_url = shop.topic(case, case.name("taken")), case.queue("orders")
        case.sns.subscribe(TopicArn=self.topic_arn, Protocol="sms", Endpoint="+15555550100")
        self._settings = shop.settings(case, self.queue_url)

    def send(self, orders):
        """Add orders to the queue, as JSON that's laid out in several ways."""
        layouts = ({"indent": 2, "ensure_ascii": False}, {"separators": (",", ":")}, {})
        for number, order in enumerate(orders):
            body = f" {json.dumps(order, **layouts[number % 3])}\r\n"
            self.waiting[self._case.sqs.send_message(QueueUrl=self.queue_url, MessageBody=body)["MessageId"]] = order

    def in_words(self):
        """Return how many orders are waiting, in words."""
        return f"with {len(self.waiting)} {'order' if len(self.waiting) == 1 else 'orders'} waiting"

    def states(self):
        """Return the states of the messages in the queue, by their ids."""
        return shop.states_in(self._case, self.queue_url)

    def attempt(self, topic_arn="", meanwhile=None, outage=None):
        """Let the answer take an order. Return its result, the calls it made, and what was announced.

        topic_arn: of another topic. meanwhile: what happens just before its calls, by their operations. outage: which
        of them fail.
        """
        outage = outage or _Outage(self._case, ())
        self.seen, made, heard = [], len(self._case.calls), len(self._case.inbox())

        def look(operation):
            self.seen.append((operation, self.states()))
            if meanwhile and operation in meanwhile:
                meanwhile[operation]()
            outage.before(operation)

        with outage:
            over = shop.before_each(self._case, WATCHED, look)
            result = self._case.attempt(queue_url=self.queue_url, topic_arn=topic_arn or self.topic_arn)
            over()
        self._expect_queue()
        announced = [arrived.message for arrived in self._case.inbox()[heard:]]
        return result, self._case.calls[made:], announced

    def _expect_queue(self):
        """The queue is still there, with the settings that it had."""
        shop.messages_in(self._case, self.queue_url)
        if (settings := shop.settings(self._case, self.queue_url)) != self._settings:
            changed = [name for name, value in settings.items() if value != self._settings.get(name)]
            self._case.not_yet(
                "settings-changed",
                got=self._case.said(f"Your function changed the queue's {', '.join(changed) or 'settings'}."),
                expected="a queue with the same settings as before",
                why="The queue's attributes are there for all packers. What you need for one receive only, such as "
                "another visibility timeout, can be passed to receive_message.",
            )


def _expect_none(case, table):
    """For an empty queue the answer returns None and announces nothing."""
    result, _, announced = table.attempt()
    did = f"{case.did} on an empty queue"
    if result.error and _stumbled_over_nothing(result.error):
        error = result.error
        case.not_yet(
            "no-messages-key",
            did=did,
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="None",
            why="There was no order to work with. When a receive finds nothing, its response has no key Messages at "
            "all, not even an empty list. That isn't an error, so your code has to expect it.",
        )
    if result.error:
        raise result.error
    if result.value is not None:
        reason, why = "not-none", "There was no order to take, and None tells the caller that."
        if isinstance(result.value, dict) and "order_id" in result.value:
            reason = "order-of-other-queue"
            why = "That order isn't in this queue. The queue's URL says which one is meant."
        case.not_yet(reason, did=did, got=result.value, expected="None", why=why)
    if announced:
        case.not_yet(
            "announced-nothing",
            did=did,
            got=case.said(f"Your function published {announced[0]!r}."),
            expected="no announcement",
            why="There was no order to announce.",
        )


def _stumbled_over_nothing(error):
    """Whether the error is one to which a response without messages leads."""
    return (
        (error.type == "KeyError" and "Messages" in error.message)
        or (error.type == "TypeError" and "NoneType" in error.message)
        or error.type in ("IndexError", "UnboundLocalError")
    )


def _expect_taken(case, table, what_happens="", meanwhile=None):
    """The answer takes one of the waiting orders, and announces it; the others are as they were."""
    waiting = table.in_words()
    result, calls, announced = table.attempt(meanwhile=meanwhile)
    if result.error:
        _explain_handle(case, result.error, calls, table)
    did = f"{case.did} {waiting}{f' and {what_happens}' if what_happens else ''}"
    _expect_done(case, did, result, calls, announced, table)


def _expect_done(case, did, result, calls, announced, table):
    """One of the waiting orders was taken and announced; the others are as they were."""
    taken = _taken(case, did, result.value, table)
    order, rest = table.waiting[taken], [name for name in table.waiting if name != taken]
    states = table.states()
    _expect_others_kept(case, did, taken, rest, states)
    _expect_deleted(case, did, taken, states)
    _expect_announced(case, did, order, announced, calls, table)
    case.reach("taken")
    _expect_announced_first(case, did, taken, table.seen)
    _expect_hidden(case, did, taken, table.seen)
    _expect_others_visible(case, did, rest, table.seen, states)
    del table.waiting[taken]


def _explain_handle(case, error, calls, table):
    """Explain the error of a delete that was given a message's id; raise any other."""
    handles = [call.params.get("ReceiptHandle") for call in shop.of(calls, "DeleteMessage")]
    if error.type == "ReceiptHandleIsInvalid" and table.waiting.keys() & set(handles):
        case.not_yet(
            "message-id-as-handle",
            got=case.said("Your function passed the message's id to delete_message, as its ReceiptHandle."),
            expected="the ReceiptHandle that came with the message",
            why="The message's id always stays the same. A receipt handle belongs to one receive of the "
            "message, and it's what delete_message needs.",
        )
    raise error


def _taken(case, did, value, table):
    """Return the id of the message whose order the answer returned."""
    names = [name for name, order in table.waiting.items() if _as_json(order) == _as_json(value)]
    return names[0] if names else _explain_order(case, did, value, next(iter(table.waiting.values())))


def _as_json(value):
    """Return the value as JSON, in which True and 1 differ; "" for what JSON can't hold."""
    try:
        return json.dumps(value, sort_keys=True)
    except TypeError:
        return ""


def _explain_order(case, did, value, example):
    """Say what the answer returned in place of an order."""
    whys = [
        ("text-returned", isinstance(value, str),
         "A body is an order as JSON, in a string. json.loads makes a dictionary of it."),
        ("list-returned", isinstance(value, list), "The caller wants one order, not a list."),
        ("message-returned", isinstance(value, dict) and "Body" in value,
         "That's the whole message. The order is in its Body."),
        ("whole-response", isinstance(value, dict) and "Messages" in value,
         "That's the whole response. The order is in the Body of one of its Messages."),
        ("nothing-taken", value is None,
         "None means that no order is waiting. An order that your function takes has to be returned to the caller."),
    ]  # fmt: skip
    other = "not-waiting", "That isn't one of the orders that are waiting in the queue now."
    reason, why = shop.first_that_applies(whys, other)
    case.not_yet(
        reason, did=did, got=value, expected=f"one of the orders, as a dictionary: {shop.show(example)}", why=why
    )


def _expect_others_kept(case, did, taken, rest, states):
    """The other orders are in the queue, as the messages that they were, and no new message is."""
    if new := states.keys() - {taken, *rest}:
        case.not_yet(
            "sent-again",
            did=did,
            got=case.said(
                f"There {'is a new message' if len(new) == 1 else f'are {len(new)} new messages'} in the queue."
            ),
            expected="only messages that were in the queue before",
            why="An order that's sent again is another message. If the old one is deleted, a crash between the two "
            "calls loses the order. If it isn't deleted, the order is in the queue twice.",
        )
    if lost := [name for name in rest if name not in states]:
        case.not_yet(
            "others-lost",
            did=did,
            got=case.said(f"{len(lost)} of the other orders' messages {'is' if len(lost) == 1 else 'are'} gone."),
            expected="the messages of all the other orders, still in the queue",
            why="Your function takes one order and returns it. All the other orders have to stay in the queue.",
        )


def _expect_deleted(case, did, taken, states):
    """The taken order's message isn't in the queue any more."""
    if taken not in states:
        return
    what = "visible" if states[taken] == "visible" else "in flight, and comes back when the visibility timeout is over"
    case.not_yet(
        "message-left-behind",
        did=did,
        got=case.said(f"After your function had returned, the order's message was still in the queue: it's {what}."),
        expected="a queue without this message",
        why="Receiving only hides a message for a while. delete_message, with the receipt handle of this receive, "
        "removes it.",
    )


def _expect_announced(case, did, order, announced, calls, table):
    """The topic's subscriber got one message: the order's id."""
    expected = f"one announcement, {order['order_id']!r}"
    published = [call.params for call in shop.of(calls, *PUBLISH) if not call.error_code]
    topics = [params.get("TopicArn", params.get("TargetArn")) for params in published]
    others = [arn for arn in topics if arn not in (None, table.topic_arn)]
    wrong = [text for call in shop.of(calls, *PUBLISH) for text in _texts(call) if text != order["order_id"]]
    if announced == [order["order_id"]] and not others and not wrong:
        return
    if others:
        case.not_yet(
            "other-topic",
            did=did,
            got=case.said(f"Your function published to {others[0]}."),
            expected=expected,
            why="An account can have many topics. The ARN that your function is given says which one is meant.",
        )
    if not announced:
        case.not_yet(
            "not-announced",
            did=did,
            got=case.said("The order is gone from the queue, and the topic's subscriber got no announcement."),
            expected=expected,
            why="Everything else starts from the announcement, so without it this order is lost.",
        )
    if len(announced) > 1:
        case.not_yet(
            "announced-more-than-once",
            did=did,
            got=announced,
            expected=expected,
            why="A label is printed for every message that's published to the topic.",
        )
    case.not_yet(
        "other-announcement",
        did=did,
        got=case.said(f"Your function published {shop.show([*wrong, *announced][0])}."),
        expected=expected,
        why='The subscribers read the text as an order_id. It has to be the text under "order_id" and nothing else.',
    )


def _texts(call):
    """Return the texts that this call published. For one protocol it can be another one than for the others."""
    entries, reply = call.params.get("PublishBatchRequestEntries"), call.response or {}
    succeeded = [one["Id"] for one in reply.get("Successful", [])]
    published = [entry for entry in entries if entry["Id"] in succeeded] if entries else [call.params] if reply else []
    for one in published:
        by_protocol = one.get("MessageStructure") == "json"
        yield from json.loads(one["Message"]).values() if by_protocol else [one["Message"]]


def _expect_announced_first(case, did, taken, seen):
    """When it was announced, the order's message was still in the queue."""
    if any(operation.startswith("Publish") and taken not in states for operation, states in seen):
        case.not_yet(
            "deleted-first",
            did=did,
            got=case.said("When your function published, the order's message was already deleted."),
            expected="a message that's deleted only after the order is announced",
            why="If the program crashes between the two calls, the order is neither in the queue nor announced: it's "
            "lost. The other way round, a crash leaves it in the queue, and it's received again.",
        )


def _expect_hidden(case, did, taken, seen):
    """From the announcement on, no other packer could receive the taken order."""
    working = ("Publish", "PublishBatch", "DeleteMessage", "DeleteMessageBatch")
    if any(states.get(taken) == "visible" for operation, states in seen if operation in working):
        case.not_yet(
            "visible-while-working",
            did=did,
            got=case.said("While your function was still working on the order, its message was visible again."),
            expected="a message that stays in flight until it's deleted",
            why="Other packers can receive a message that's visible. The visibility timeout has to last until the "
            "message is deleted. The queue's own is 30 seconds, which is enough here.",
        )


HIDDEN_BY_RECEIVING = (
    "Every message that a receive returns is in flight, and hidden from the other packers. Receive no more than you'll "
    "work on: one message, which is what MaxNumberOfMessages is unless you say otherwise."
)


def _expect_others_visible(case, did, rest, seen, states):
    """All the time, and afterwards, other packers could receive all the other orders."""
    if hidden := [name for name in rest if states[name] != "visible"]:
        case.not_yet(
            "others-hidden",
            did=did,
            got=case.said(
                f"Other packers can't receive {len(hidden)} of the other orders now, of which there are {len(rest)}."
            ),
            expected="all the other orders visible",
            why=HIDDEN_BY_RECEIVING,
        )
    if any(now.get(name, "visible") != "visible" for _, now in seen for name in rest):
        case.not_yet(
            "others-hidden-for-a-while",
            did=did,
            got=case.said("While your function was working, other packers couldn't receive some of the other orders."),
            expected="all the other orders visible the whole time",
            why=HIDDEN_BY_RECEIVING,
        )


def _expect_kept(case, table, topic_arn, what_is_wrong, meanwhile=None):
    """Publishing to this topic fails in the middle of the answer's work: it raises, and the queue keeps all."""
    result, _, _ = table.attempt(topic_arn, meanwhile)
    did = f"{case.did}, with a topic that {what_is_wrong}"
    _expect_nothing_lost(case, did, table)
    if not result.error:
        _refuse_silence(case, did)
    if result.error.type in ("NameError", "UnboundLocalError", "TypeError", "AttributeError", "KeyError", "IndexError"):
        raise result.error
    case.after_every_lease()


def _expect_last_taken(case, table):
    """The last order is taken, and one more arrives just before its message leaves the queue. That one's taken next."""
    more = shop.orders(case, 1, "B")
    leaving = dict.fromkeys([*DELETES, "PurgeQueue"], lambda: more and table.send([more.pop()]))
    _expect_taken(case, table, "another one that's sent just before your function removes its message", leaving)
    while table.waiting:
        _expect_taken(case, table)


def _refuse_silence(case, did):
    case.not_yet(
        "failure-hidden",
        did=did,
        got=case.said("Your function returned without raising an error."),
        expected="an error, because the order wasn't announced",
        why="Publishing failed here, and the caller has to know. Let the error reach the caller: if your function "
        "catches it, it has to raise it again.",
    )


def _expect_failure_noticed(case, table, operations):
    """Such calls fail for a while: the order is taken all the same, or it raises and nothing is lost."""
    outage = _Outage(case, operations)
    result, calls, announced = table.attempt(outage=outage)
    failed = outage.failed
    did = f"{case.did} {table.in_words()}"
    if not failed:
        if result.error:
            _explain_handle(case, result.error, calls, table)
        _expect_done(case, did, result, calls, announced, table)
        return
    did += outage.said
    if len(announced) > 1:
        case.not_yet(
            "announced-more-than-once",
            did=did,
            got=announced,
            expected="one announcement at most",
            why="A label is printed for every message that's published to the topic.",
        )
    if not result.error:
        _expect_failure_not_hidden(case, did, result.value, failed[0], announced, table)
        _expect_done(case, did, result, calls, announced, table)
        return
    states = table.states()
    for name in [
        name for name in table.waiting if name not in states and [table.waiting[name]["order_id"]] == announced
    ]:
        del table.waiting[name]  # it was announced and deleted, and only then an error was raised
    _expect_nothing_lost(case, did, table)
    case.after_every_lease()


def _expect_failure_not_hidden(case, did, value, operation, announced, table):
    """The answer returned after such a call had failed: it didn't return as if nothing had happened."""
    if operation == "ReceiveMessage" and value is None:
        case.not_yet(
            "failed-receive",
            did=did,
            got=value,
            expected="one of the orders, or an error that reaches the caller",
            why="None means that no order is waiting. Your function can't know that when a receive fails.",
        )
    all_left = table.waiting.keys() <= table.states().keys()
    if operation in PUBLISH and not announced and all_left:
        _refuse_silence(case, did)
    if operation in DELETES and announced and all_left:
        case.not_yet(
            "failed-delete",
            did=did,
            got=case.said("The order's message is still in the queue, and your function raised no error."),
            expected="a queue without this message, or an error that reaches the caller",
            why="A delete can fail. delete_message raises an error then, and delete_message_batch lists the entry "
            "under Failed. Unless your function deletes the message after all, another packer receives the order.",
        )


def _expect_nothing_lost(case, did, table):
    """Every message is still in the queue, and no new one."""
    states = table.states()
    if len(states) < len(table.waiting):
        case.not_yet(
            "lost-in-a-crash",
            did=did,
            got=case.said("A message is gone from the queue, and its order wasn't announced."),
            expected="a message that stays in the queue until the order is announced",
            why="An order that isn't announced is lost when its message is deleted. A message that isn't deleted "
            "becomes visible again when its visibility timeout is over, and a packer can try once more.",
        )
    _expect_others_kept(case, did, None, table.waiting, states)


# --- 01.5 ------------------------------------------------------------------------------------------------------------


def join_late(case):
    """Newcomers that missed as many texts as a batch holds, none, and many; then calls fail."""
    few = [f"We now sell {thing}" for thing in case.draw.sample(shop.GOODS, 4)]
    untidy = [" Café <open>\tlate &c.:\r\nuntil 9 ", few[0], few[0].upper(), f'"{few[0]}" is back', few[-1], few[-1]]
    # With the odd ones that's never a whole number of batches.
    more = [f"{n} new teas, {n + 1} new jams" for n in range(case.draw.randrange(55, 64))]
    more += ["  ", "\n", '{"new":"tea",  "price":1.50}', "7", '{"Message": "tea"}', "New: é " * (LONGEST // 8)]
    for missed in ([*few, *untidy], [], more):
        _expect_joined(case, missed)
    _expect_failed_sends_noticed(case, more[:14])
    _expect_failed_subscribe_noticed(case)


# What can open a gap or close one.
CHANGES = [
    *("Subscribe", "Unsubscribe", "SetSubscriptionAttributes", "SetQueueAttributes", "AddPermission"),
    *("PurgeQueue", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
]
LONGEST = 262_144  # bytes of a text that a topic publishes
ANNOUNCED_SENDS = 4  # before these and all CHANGES something is announced: a gap is open until a change closes it
MOST_ANNOUNCED = 40
OUTAGE = 60  # seconds, which is longer than boto3 tries, and than a few tries of the answer's own
PAGE = 100  # of a list of subscriptions


class _News:
    """A topic with subscribers that were always there, and a queue that isn't subscribed yet but allows the topic.

    others: how many more subscribers the topic has. announced: the texts that the shop publishes while the answer is
    running.
    """

    def __init__(self, case, others=0):
        self.case, self.announced, self._sends = case, [], 0
        self.topic_arn = shop.topic(case, case.name("news"))
        name = case.name("warehouse")
        self.listener, self.listener_arn = self._queue(f"{name}-2", self.topic_arn)
        # The queue is used for another topic as well.
        self.newcomer, self.newcomer_arn = self._queue(name, self.topic_arn, f"{self.topic_arn}-returns")
        raw = {"RawMessageDelivery": "true"}
        case.sns.subscribe(TopicArn=self.topic_arn, Protocol="sqs", Endpoint=self.listener_arn, Attributes=raw)
        case.sns.subscribe(TopicArn=self.topic_arn, Protocol="email", Endpoint="ada@example.com")
        for number in range(others):
            case.sns.subscribe(TopicArn=self.topic_arn, Protocol="sms", Endpoint=f"+1555555{number:04}")
        self.others, self.settings = self.subscriptions(), shop.settings(case, self.newcomer)

    def _queue(self, name, *topic_arns):
        """Create a queue that allows these topics to send to it, and return its URL and its ARN."""
        region, account = self.topic_arn.split(":")[3:5]
        arn = f"arn:aws:sqs:{region}:{account}:{name}"
        statements = [shop.statement(arn, topic_arn) for topic_arn in topic_arns]
        policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statements})}
        return self.case.sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"], arn

    def subscriptions(self):
        """Return the topic's subscriptions by their endpoints: what lists them, and the attributes of the queues'."""
        found = {one["Endpoint"]: one for one in shop.subscriptions(self.case, self.topic_arn)}
        for one in found.values():
            if one["Protocol"] == "sqs":
                reply = self.case.sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])
                one |= reply["Attributes"]
        return found

    def publish(self):
        """Announce something new, as the shop can at any time. Return the text."""
        text = f"{self.case.name('Herbal tea')} is new"
        self.case.sns.publish(TopicArn=self.topic_arn, Message=text)
        return text

    def attempt(self, missed):
        """Let the answer join, with announcements between its calls from its first send on. Return its result."""
        over = shop.before_each(self.case, [*SENDS, *CHANGES], self._announce)
        result = self.case.attempt(topic_arn=self.topic_arn, queue_url=self.newcomer, missed=missed)
        over()
        return result

    def _announce(self, operation):
        few = operation in CHANGES or self._sends <= ANNOUNCED_SENDS
        if self._sends and few and len(self.announced) < MOST_ANNOUNCED:
            self.announced.append(self.publish())
        self._sends += operation in SENDS

    def delivered(self, body):
        """Return the text that came with this body from the topic, raw or in an envelope; None if it didn't."""
        try:
            envelope = json.loads(body)
        except ValueError:
            envelope = None
        text = envelope.get("Message") if isinstance(envelope, dict) else body
        return text if text in self.announced else None


def _expect_joined(case, missed):
    """The queue has what was missed and gets what's new; the other subscribers notice nothing."""
    made = len(case.calls)
    news = _News(case, PAGE if not missed and _lists_subscriptions(case) else 0)
    result = news.attempt(missed)
    if result.error:
        _explain_error(case, result.error)
    heard = [news.delivered(body) or body for body in _visible(case, news.listener)]
    messages = shop.messages_in(case, news.newcomer).values()
    held = [message["body"] for message in messages]
    _expect_nothing_again(case, heard, case.calls[made:], news)
    delivered = [text for body in held if (text := news.delivered(body)) is not None]
    _expect_missed(case, [body for body in held if news.delivered(body) is None], missed)
    subscription_arn = _expect_subscription(case, news)
    _expect_next(case, news)
    case.reach("subscribed")
    _expect_no_gap(case, delivered, case.calls[made:], news)
    _expect_visible(case, [message for message in messages if message["body"] in missed])
    _expect_others_unchanged(case, heard, news)
    _expect_arn(case, result.value, subscription_arn, news)


def _lists_subscriptions(case):
    """Whether the answer has looked at a list of subscriptions so far: only then its pages matter."""
    return bool(shop.of(case.calls, "ListSubscriptions", "ListSubscriptionsByTopic"))


def _bodies(case, queue_url):
    """Return the bodies of the messages in the queue, whatever state they are in."""
    return [message["body"] for message in shop.messages_in(case, queue_url).values()]


def _visible(case, queue_url):
    """Return the bodies of the messages that are visible in the queue."""
    return [one["body"] for one in shop.messages_in(case, queue_url).values() if one["state"] == "visible"]


def _explain_error(case, error):
    """Explain an error of SNS that is known; raise any other."""
    if "calling the Publish operation" in error.message:
        case.not_yet(
            "published-to-queue",
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="the missed texts in the newcomer's queue, and nowhere else",
            why="publish is for topics, and what's published goes to everybody who's subscribed. send_message, an "
            "operation of SQS, puts a message into one queue.",
        )
    if "SQS endpoint ARN" in error.message:
        case.not_yet(
            "url-as-endpoint",
            got=case.said(f"{error.type}: {error.message}, raised by your line {error.line!r}."),
            expected="a subscription with the queue's ARN as its endpoint",
            why="SNS knows a queue by its ARN, not by its URL. The queue's attribute QueueArn has it.",
        )
    raise error


def _expect_nothing_again(case, heard, calls, news):
    """The queue that was always subscribed got what the shop announced, and nothing from the answer."""
    again = [text for text in heard if text not in news.announced]
    if not again:
        return
    reason = "sent-to-others"
    why = "Send the missed texts to the newcomer's queue only. Your function gets that queue's URL as queue_url."
    if shop.of(calls, "Publish", "PublishBatch"):
        reason = "published-again"
        why = (
            "A topic delivers everything that's published to all of its subscribers. To reach one queue alone, send "
            "the message to that queue."
        )
    case.not_yet(
        reason,
        got=case.said(f"A queue that was subscribed before got {again[0]!r} from your function."),
        expected="no message from your function for the other subscribers",
        why=why,
    )


def _expect_missed(case, held, missed):
    """There is one message for each missed text, with that text as its body."""
    if sorted(held) == sorted(missed):
        return
    saw, added = _compared(held, missed), Counter(held) - Counter(missed)
    if not held:
        reason, saw = "nothing-handed-over", "None of the missed texts is in the newcomer's queue."
        why = "Subscribing doesn't bring back what was published before. Send the missed texts to the queue itself."
    elif len(held) == len(missed) and not added.keys() & set(missed):
        reason, why = (
            "texts-changed",
            "The body has to be the missed text itself, unchanged, with every letter, space and line break.",
        )
    else:
        reason = "texts-missing-or-added"
        why = "The queue needs one message for each text in the list, even if the same text is in it twice."
    expected = f"{len(missed)} messages, one for each missed text"
    case.not_yet(reason, got=case.said(saw), expected=expected, why=why)


def _expect_visible(case, messages):
    """The messages with the missed texts can be received."""
    states = Counter(message["state"] for message in messages)
    for state, reason, why in (
        ("delayed", "texts-delayed", "A message with a delay can't be received until that is over."),
        ("in flight", "texts-hidden", "A message that was received can't be received again until its visibility "
         "timeout is over. Your function received what it should leave for the warehouse."),
    ):  # fmt: skip
        if states[state]:
            case.not_yet(
                reason,
                got=case.said(
                    f"{states[state]} of the {len(messages)} messages with missed texts can't be received: {state}."
                ),
                expected="visible messages, which the warehouse can receive",
                why=why,
            )


def _expect_failed_sends_noticed(case, missed):
    """SQS fails for a while: each text is in the queue all the same, or an error reaches the caller."""
    news, troubles, began, batches = _News(case), [], [], 0
    with contextlib.ExitStack() as trouble:

        def fail(operation):
            nonlocal batches
            trouble.close()
            began.append(case.clock.now())
            batches += operation == "SendMessageBatch"
            if operation == "SendMessageBatch" and batches <= 2:
                # Half of the first batch fails, and all of the second: what's sent again can fail again.
                troubles.append(trouble.enter_context(case.unkind(entries=batches / 2)))
            elif not batches and len(began) > 1 and shop.seconds_since(case, began[1]) < OUTAGE:
                troubles.append(trouble.enter_context(case.unkind(errors=1)))

        over = shop.before_each(case, SENDS, fail)
        result = case.attempt(topic_arn=news.topic_arn, queue_url=news.newcomer, missed=missed)
        over()
    if result.error and any(one.done for one in troubles):
        return
    if result.error:
        raise result.error
    held = _bodies(case, news.newcomer)
    if sorted(held) != sorted(missed):
        case.not_yet(
            "failed-sends",
            did=f"{case.did}, and SQS had an internal error for some of what your function sent",
            got=case.said(_compared(held, missed)),
            expected="one message for each missed text, or an error that reaches the caller",
            why="A send can fail. send_message raises an error then, and send_message_batch lists the entry under "
            "Failed. Either send again what failed, and only that, or let the caller know.",
        )


def _expect_failed_subscribe_noticed(case):
    """Subscribing fails for a while: the queue is subscribed all the same, or an error reaches the caller."""
    news = _News(case)
    with _Outage(case, ["Subscribe"]) as outage:
        over = shop.before_each(case, ["Subscribe", *WATCHED], outage.before)
        result = case.attempt(topic_arn=news.topic_arn, queue_url=news.newcomer, missed=[])
        over()
    if outage.failed:
        case.did += outage.said
    if not (outage.failed and result.error):
        _expect_arn(case, result.value, _expect_subscription(case, news), news)


def _compared(held, missed):
    """Return in words how the bodies in the queue differ from the texts that should be there."""
    missing, added = Counter(missed) - Counter(held), Counter(held) - Counter(missed)
    said = f"{len(held)} {'message' if len(held) == 1 else 'messages'}."
    if missing:
        said += f" Missing: {_some(missing)}."
    if added:
        said += f" Not expected: {_some(added)}."
    return said


def _some(texts):
    """Return a few of these texts, as Python writes them, in words."""
    few = [shop.show(text, 80) for text in texts.elements()]
    return ", ".join([*few[:3], f"and {len(few) - 3} more"] if len(few) > 3 else few)


def _expect_subscription(case, news):
    """Return the ARN of the newcomer's subscription."""
    subscriptions = shop.subscriptions(case, news.topic_arn)
    if any(subscription["Endpoint"] == news.listener_arn for subscription in subscriptions):
        case.reach("handed")
    for subscription in subscriptions:
        if (subscription["Protocol"], subscription["Endpoint"]) == ("sqs", news.newcomer_arn):
            return subscription["SubscriptionArn"]
    others = [f"{one['Protocol']}: {one['Endpoint']}" for one in subscriptions if one["Endpoint"] not in news.others]
    if others:
        case.not_yet(
            "wrong-endpoint",
            got=case.said(f"The topic has a new subscription for {others[0]}."),
            expected=f"one for sqs: {news.newcomer_arn}",
            why="SNS knows a queue by its ARN, with the queue's region and account, and it doesn't check that a queue "
            "with this ARN exists. The queue's attribute QueueArn has the right one.",
        )
    return case.not_yet(
        "not-subscribed",
        got=case.said("The topic has no subscription for the newcomer's queue."),
        expected="a subscription that delivers every new announcement to the queue",
        why="A topic delivers to its subscriptions only, so no new announcement will ever reach this queue.",
    )


def _expect_next(case, news):
    """The next announcement is delivered to both queues, once."""
    before = Counter(_bodies(case, news.newcomer))
    text = news.publish()
    news.announced.append(text)
    did = f"{case.did}, then the shop announced {text!r}"
    if text not in [news.delivered(body) for body in _visible(case, news.listener)]:
        case.not_yet(
            "others-unsubscribed",
            did=did,
            got=case.said("The announcement didn't reach a queue that had been subscribed all along."),
            expected="an announcement that's delivered to everybody who's subscribed",
            why="The other subscriptions belong to the other subscribers. Your function has to leave them alone.",
        )
    new = list((Counter(_bodies(case, news.newcomer)) - before).elements())
    if not new:
        case.not_yet(
            "not-delivered",
            did=did,
            got=case.said("The announcement didn't reach the newcomer's queue, though the queue is subscribed."),
            expected="an announcement that's delivered to the queue",
            why=_what_keeps_it_out(case, news),
        )
    if len(new) > 1:
        case.not_yet(
            "delivered-twice",
            did=did,
            got=new,
            expected="one new message, with the announcement",
            why="After your function has returned, only the topic should be putting messages into the queue.",
        )


def _what_keeps_it_out(case, news):
    """Return what's known about why the topic's messages don't reach the newcomer's queue."""
    mine = news.subscriptions()[news.newcomer_arn]
    if "FilterPolicy" in mine:
        return f"The subscription has a filter policy, {mine['FilterPolicy']}, and delivers only what matches it."
    if shop.settings(case, news.newcomer) != news.settings:
        return "Your function changed the queue's attributes. Its policy had allowed the topic to send messages."
    return "Subscribing is all that's needed: the queue's policy already allows the topic to send messages."


def _expect_no_gap(case, delivered, calls, news):
    """What was announced from the first send on was delivered, once."""
    why = (
        "A topic delivers to the subscriptions that it has when something is published. Yours has to be there before "
        "the first text is sent, and to stay as it is."
    )
    if deletes := shop.of(calls, "PurgeQueue", "DeleteMessage", "DeleteMessageBatch"):
        why = f"Your function called {deletes[0].operation}. What the topic has delivered has to stay in the queue."
    for text in news.announced[:-1]:
        times = delivered.count(text)
        did = f"{case.did}, and while it was running, after its first send, the shop announced {text!r}"
        if not times:
            case.not_yet(
                "gap-in-delivery",
                did=did,
                got=case.said("That announcement isn't in the newcomer's queue."),
                expected="that announcement in the queue, once",
                why=why,
            )
        if times > 1:
            case.not_yet(
                "announced-twice",
                did=did,
                got=case.said(f"That announcement is in the newcomer's queue {times} times."),
                expected="that announcement in the queue, once",
                why="The topic delivers it. Nothing else should put it into the queue.",
            )


def _expect_others_unchanged(case, heard, news):
    """The other subscribers missed nothing, and their subscriptions and the queue's settings are as they were."""
    missing = [text for text in news.announced[:-1] if text not in heard]
    if missing:
        case.not_yet(
            "others-missed-something",
            did=f"{case.did}, and while it was running the shop announced {missing[0]!r}",
            got=case.said("A queue that had been subscribed all along didn't get that announcement."),
            expected="an announcement that's delivered to everybody who's subscribed",
            why="The other subscriptions have to stay as they are, even while your function is running.",
        )
    now = news.subscriptions()
    if changed := [endpoint for endpoint, one in news.others.items() if now.get(endpoint) != one]:
        case.not_yet(
            "others-changed",
            got=case.said(f"The subscription of {changed[0]} isn't the same as before."),
            expected="one new subscription, and no other change",
            why="The other subscriptions belong to the other subscribers, who rely on their ARNs and attributes.",
        )
    if added := [one for endpoint, one in now.items() if endpoint not in {*news.others, news.newcomer_arn}]:
        case.not_yet(
            "more-subscriptions",
            got=case.said(
                f"The topic has one more new subscription, for {added[0]['Protocol']}: {added[0]['Endpoint']}."
            ),
            expected="one new subscription, the queue's",
            why="Only the queue should be subscribed. A topic delivers to every subscription that's confirmed.",
        )
    settings = shop.settings(case, news.newcomer)
    if changed := [name for name in {**settings, **news.settings} if settings.get(name) != news.settings.get(name)]:
        case.not_yet(
            "settings-changed",
            got=case.said(f"Your function changed the queue's {', '.join(changed)}."),
            expected="a queue with the same settings as before",
            why="The queue is ready for the topic as it is. Other programs can rely on its attributes.",
        )


def _expect_arn(case, returned, subscription_arn, news):
    """The answer returned the ARN of its subscription."""
    if returned == subscription_arn:
        return
    whys = [
        ("whole-response", isinstance(returned, dict) and "SubscriptionArn" in returned,
         "That's the whole response. The ARN is under its key SubscriptionArn."),
        ("nothing-returned", returned is None, "Your function returned None."),
        ("other-subscription", returned in [one["SubscriptionArn"] for one in news.others.values()],
         "That's the ARN of another subscription."),
        ("arn-of-queue-or-topic", returned in (news.newcomer_arn, news.listener_arn, news.topic_arn),
         f"That's the ARN of a {'topic' if returned == news.topic_arn else 'queue'}."),
    ]  # fmt: skip
    other = "not-the-arn", "That isn't what subscribe returned."
    reason, why = shop.first_that_applies(whys, other)
    case.not_yet(
        reason,
        got=returned,
        expected="the ARN of the newcomer's subscription",
        why=f"{why} The caller needs the SubscriptionArn to unsubscribe later.",
    )

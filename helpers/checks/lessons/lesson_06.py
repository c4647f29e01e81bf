"""The checks of lesson 06. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json

from helpers.checks.lessons import shop

COUNTRIES = ["DE", "DK", "FI", "FR", "GB", "GE", "GR", "IE", "IT"]
FAR_AWAY = ["CH", "CN", "JP", "NO", "UK", "US", "XK", "XX", "ZZ"]
STATEMENT = (
    "A statement lets the topic in when its Principal is the service sns.amazonaws.com, its Action is sqs:SendMessage, "
    "its Resource is the queue's ARN, and its Condition compares aws:SourceArn with the topic's ARN."
)
REPLACED = (
    "set_queue_attributes replaces the whole policy. So write back every statement as you read it, and add one for the "
    "topic."
)
ONLY_THIS_TOPIC = (
    "Without a Condition, a statement lets SNS send for any topic of any account. With one, SNS can send for every "
    "topic whose ARN matches it."
)
NOT_NAMED = "Nothing but the policy has to be set. What set_queue_attributes doesn't name stays as it is."
IN_A_LIST = 'The values of a key are in a list, even when there\'s only one: {"delivery": ["express"]}.'


# --- topics, queues, and what's in them -------------------------------------------------------------------------------


def _topic(case, stem="orders-placed"):
    """Create a topic with a name that no answer can know, and return its ARN."""
    return shop.topic(case, case.name(stem))


def _statements(case, queue_url):
    """Return the statements of the queue's policy as a list, whichever way they're written."""
    found = shop.policy(case, queue_url)["Statement"]
    return found if isinstance(found, list) else [found]


def _set_policy(case, queue_url, **elements):
    """Give the queue a policy with these elements."""
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(elements)})


def _comparable(value):
    """Return a value of a policy with its lists sorted, since their sequence means nothing."""
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    if isinstance(value, list):
        return sorted(map(_comparable, value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _comparable_policy(case, queue_url):
    """Return the queue's policy, so that two which say the same are equal."""
    policy = shop.policy(case, queue_url)
    return _comparable(policy | {"Statement": _statements(case, queue_url)})


def _subscribe(case, topic_arn, queue_url, **settings):
    """Subscribe the queue, and return the subscription's ARN."""
    asked = {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": case.queue_arn(queue_url)}
    return case.sns.subscribe(**asked, **({"Attributes": settings} if settings else {}))["SubscriptionArn"]


def _endpoints(case, topic_arn):
    """Return the ARNs of the queues that are subscribed, one for each subscription."""
    return [one["Endpoint"] for one in shop.subscriptions(case, topic_arn)]


def _bodies(case, queue_url):
    """Return the bodies of the messages in the queue, whatever state they're in."""
    return [message["body"] for message in case.state(queue_url)["messages"]]


def _messages(case, queue_url):
    """Return the ids of the messages in the queue, each with what receiving would change."""
    return {one["id"]: (one["state"] == "in flight", one["receives"]) for one in case.state(queue_url)["messages"]}


def _settings(case, queue_url):
    """Return the queue's attributes and tags without the policy, which can be another one afterwards."""
    tags = case.sqs.list_queue_tags(QueueUrl=queue_url).get("Tags", {})
    return shop.settings(case, queue_url) | {"Policy": "", "tags": tags}


def _queue_by_hand(case, name):
    """Create a queue with a tag, a message, and attributes of which none is the default, and return its URL."""
    attributes = {
        "VisibilityTimeout": case.draw.randrange(40, 90),
        "DelaySeconds": case.draw.randrange(10, 90),
        "ReceiveMessageWaitTimeSeconds": case.draw.randrange(1, 20),
        "MessageRetentionPeriod": case.draw.randrange(400_000, 900_000),
        "MaximumMessageSize": case.draw.randrange(20_000, 200_000),
    }
    texts = {key: str(value) for key, value in attributes.items()}
    queue_url = case.sqs.create_queue(QueueName=name, Attributes=texts, tags={"by": "hand"})["QueueUrl"]
    [order] = shop.orders(case, 1)
    case.sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), DelaySeconds=0)
    return queue_url


def _expect_messages_there(case, queue_url, before):
    """The messages that were in the queue are in it as they were. before: what `_messages` returned.

    Return the ids of those that have been added.
    """
    now, name = _messages(case, queue_url), queue_url.rpartition("/")[2]
    gone = [key for key in before if key not in now]
    if gone:
        case.not_yet(
            "messages-gone",
            got=case.said(f"The queue {name} lost {_count(len(gone), 'message')} during your call."),
            expected="its messages stay in the queue",
            why="This is about who sends to the queue. Nothing has to be deleted, purged or moved for it.",
        )
    received = [key for key, state in before.items() if now[key] != state]
    if received:
        case.not_yet(
            "messages-received",
            got=case.said(f"Your function received {_count(len(received), 'message')} of the queue {name}."),
            expected="its messages stay as they are",
            why="Receiving hides a message for the visibility timeout, and adds to its receive count.",
        )
    return now.keys() - before


def _expect_same_messages(case, queue_url, before):
    """The queue has the messages that it had, and no other ones. before: what `_messages` returned."""
    if _expect_messages_there(case, queue_url, before):
        _not_mine(case, queue_url)


def _not_mine(case, queue_url):
    """End the check, since something sent a message that it has nothing to do with."""
    case.not_yet(
        "unknown-message",
        got=case.said(
            f"After your call there's a message in the queue {queue_url.rpartition('/')[2]} that I didn't send."
        ),
        expected="no new messages except those that I publish",
        why="Nothing here needs a message of your own, and a worker would receive it.",
    )


def _count(number, thing):
    """Return such as "1 message" or "2 messages"."""
    return f"{number} {thing}{'s' * (number != 1)}"


def _expect_readable(case, queue_url):
    """The queue exists, and its account may read its attributes."""
    try:
        case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])
    except case.sqs.exceptions.QueueDoesNotExist:
        case.not_yet(
            "queue-gone",
            got=case.said("After your call, the queue doesn't exist any more."),
            expected="the queue stays",
            why="delete_queue removes the queue itself, with every message in it.",
        )
    except case.sqs.exceptions.ClientError as problem:
        case.not_yet(
            "owner-locked-out",
            got=case.said(f"After your call, the queue's own account can't read its attributes. {problem}"),
            expected="the queue can be used as before",
            why="A Deny wins over everything, even against the account that owns the queue.",
        )


def _strangers(case, topic_arn):
    """Return topics that may not send: a reason id, the topic in words, and its ARN."""
    *partition, region, account, name = topic_arn.split(":")
    rest = name.partition("-")[2]
    # No drawn name has a vowel at its end.
    names = [f"{name}-2", f"my-{name}", f"{name[:-1]}a", f"a{name[1:]}", f"{name[:-4]}aeio", f"sales-{rest}"]
    rows = [("other-topic-let-in", f"the topic {each}", (region, account, each)) for each in names]
    rows.append(("other-capitals-let-in", f"the topic {name.upper()}", (region, account, name.upper())))
    rows.append(("other-region-let-in", "a topic with the same name in eu-west-1", ("eu-west-1", account, name)))
    stranger = str(case.draw.randrange(10**11, 10**12))
    rows.append(("other-account-let-in", "a topic with the same name in another account", (region, stranger, name)))
    return [(reason, who, ":".join([*partition, *parts])) for reason, who, parts in rows]


def _expect_only_topic_let_in(case, urls, topic_arn, *others, expected="SNS can send for this topic, and for no other"):
    """Topics with names like this one's, here, in another region and in another account, can't send to the queues.

    others: more topics that can't send, as in `_strangers`.
    """
    policies = [(url, shop.policy(case, url), case.queue_arn(url)) for url in urls]
    for reason, who, arn in [*_strangers(case, topic_arn), *others]:
        for url, policy, queue_arn in policies:
            if not shop.refusal_by(policy, queue_arn, arn):
                _let_in_too(case, reason, who, url, expected)
    for url, policy, queue_arn in policies:
        _expect_no_sender(case, url, shop.senders(policy, queue_arn))


def _expect_nothing_from_another(case, urls, topic_arn, expected="SNS can send for this topic, and for no other"):
    """Another topic really publishes, since a policy can look at more than `shop.refusal_by` knows. Nothing arrives."""
    counts, other = [len(_bodies(case, url)) for url in urls], shop.topic(case, topic_arn.split(":")[-1] + "-3")
    for url in urls:
        _subscribe(case, other, url)
    case.sns.publish(TopicArn=other, Message="from a stranger")
    for url, count in zip(urls, counts, strict=True):
        if len(_bodies(case, url)) > count:
            _let_in_too(case, "other-topic-let-in", f"the topic {other.split(':')[-1]}", url, expected)
    case.sns.delete_topic(TopicArn=other)


def _let_in_too(case, reason, who, queue_url, expected):
    """End the check, since the queue's policy lets in another topic. who: that topic, in words."""
    case.not_yet(
        reason,
        got=case.said(f"The policy of the queue {queue_url.rpartition('/')[2]} lets SNS send for {who}, too."),
        expected=expected,
        why=ONLY_THIS_TOPIC
        if expected == ASKED_FOR
        else f"{ONLY_THIS_TOPIC} Statements from before your call count too.",
    )


def _expect_no_sender(case, queue_url, named):
    """Another account may not send to the queue by itself. named: accounts that its policy lets do so."""
    got = f"The queue's policy lets the account {named[0]} send with send_message." if named else ""
    if not named:
        try:
            case.client("sqs", profile="partner").send_message(QueueUrl=queue_url, MessageBody="from a stranger")
        except case.sqs.exceptions.ClientError:
            return
        got = "Another account could send a message to the queue with send_message."
    case.not_yet(
        "anybody-allowed",
        got=case.said(got),
        expected="only SNS may send, on behalf of this topic",
        why="The Principal says who may send: the service sns.amazonaws.com. A star means everybody.",
    )


POLICY_ERRORS = [
    ("no-attributes-key", "KeyError", "Attributes",
     "SQS leaves out what's empty. If you ask for the policy alone and there's none, the reply has no Attributes."),
    ("no-policy-key", "KeyError", "Policy", "A queue without a policy has no Policy among its Attributes."),
    ("policy-not-text", "ParamValidationError", "Policy",
     "Attributes are strings, and so is a policy. json.dumps makes a string of it."),
    ("policy-refused", "InvalidAttributeValue", "Policy", f"SQS doesn't accept this policy. {STATEMENT}"),
    ("url-as-endpoint", "InvalidParameter", "SQS endpoint ARN",
     "A queue is subscribed by its ARN. Ask for its attribute QueueArn."),
    ("created-again", "QueueAlreadyExists", "",
     "create_queue never changes a queue that exists, and refuses attributes that differ from its own. Create it by "
     "its name alone, and set attributes afterwards."),
    ("subscribed-again", "InvalidParameter", "already exists with different attributes",
     "subscribe never changes a subscription that exists, and refuses attributes that differ from its own. Subscribe "
     "without attributes, which returns its ARN, and change it with set_subscription_attributes."),
]  # fmt: skip


def _run(case, expected, errors=(), told="", **arguments):
    """Return the answer's value; an error of it is explained where it's a known one.

    errors: rows of more known errors, which come first. told: what's to be said of the call.
    """
    result = case.attempt(**arguments)
    case.did += told
    if result.error:
        shop.explain(case, result.error, expected, [*errors, *POLICY_ERRORS])
    return result.value


# --- 06.1 ------------------------------------------------------------------------------------------------------------


def read_order(case):
    """Orders with all kinds of cards, through a topic with the envelope, through it raw, and sent to the queue."""
    topic_arn, wrapped, raw = _topic(case), case.queue("wrapped"), case.queue("raw")
    for queue_url in (wrapped, raw):
        shop.allow_topic(case, topic_arn, queue_url)
    _subscribe(case, topic_arn, wrapped)
    _subscribe(case, topic_arn, raw, RawMessageDelivery="true")
    ask = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    plain, *others = shop.orders(case, 5)
    messages, texts = [], [json.dumps(plain)]
    for number in range(len(others) + 1):
        text = texts[number]
        more = {"MessageAttributes": shop.labels(TopicArn="none", delivery="express")} if number % 2 else {}
        subject = {"Subject": "An order"} if number % 3 else {}
        case.sns.publish(TopicArn=topic_arn, Message=text, **more, **subject)
        case.sqs.send_message(QueueUrl=raw, MessageBody=text)
        for queue_url in (wrapped, raw):
            messages += case.sqs.receive_message(QueueUrl=queue_url, **ask)["Messages"]
        if not number:
            texts += _odd_texts(case, others, json.loads(messages[0]["Body"]))
    for message in messages:
        _expect_order(case, message)


def _odd_texts(case, orders, envelope):
    """Return the orders as JSON, each written in another way, and with a card or with odd keys.

    envelope: one that SNS made. One order has all its keys and values, but for the topic.
    """
    mentioned = {"Message": 'Grüße & &lt;3! Where is the "TopicArn"?', "Type": "TopicArn"}
    empty = {"note": "", "extras": [], "bag": {}, "points": 0, "wrap": "\N{WRAPPED PRESENT}", "paid": None}
    odd = empty | {"gift": True, "total": 12.5, "due": "24/12", "Message": " \r\n\t"}
    like_an_envelope = {name: value for name, value in envelope.items() if name != "TopicArn"} | {
        "Subject": "Tea",
        "Message": json.dumps({"order_id": "of the card", "customer": "Ada"}),
        "MessageAttributes": {"delivery": {"Type": "String", "Value": "express"}},
    }
    texts = [
        f" \t{json.dumps({'Message': 'Happy birthday!', 'Type': 'Notification'} | orders[0], indent=2)}\r\n",
        json.dumps(orders[1] | mentioned, separators=(",", ":"), ensure_ascii=False),
        json.dumps(odd | orders[2]).replace("/", "\\/"),  # as some programs write it
        json.dumps(like_an_envelope | orders[3], indent=2, separators=(",", " : ")),  # as SNS writes an envelope
    ]
    return shop.shuffled(case, texts)


def _expect_order(case, message):
    """The order in this message."""
    body = json.loads(message["Body"])
    wrapped = "TopicArn" in body
    order = json.loads(body["Message"]) if wrapped else body
    result = case.attempt(message=message)
    case.did = f"read_order(...) for an order {'in an envelope' if wrapped else 'without an envelope'}"
    card = shop.parsed(order["Message"]) if "Message" in order else None
    no_card = "This order has a Message of its own, the text of a card. That's not the order, even if it's JSON."
    if result.error:
        shop.explain(case, result.error, "the order", [
            ("body-not-parsed", "KeyError", "Message",
             "The envelope is the JSON in the message's Body, and Message is one of its keys."),
        ] if wrapped else [
            ("no-message-key", "KeyError", "Message",
             "Without an envelope the body is the order itself, with no Message around it."),
            ("no-topic-arn-key", "KeyError", "TopicArn",
             "Only an envelope has a TopicArn. Without one, the body is the order itself."),
            *([("card-as-envelope", "JSONDecodeError", "", no_card)] if "Message" in order else []),
        ])  # fmt: skip
    if result.value == order:
        return
    reason, why = (
        "not-the-order",
        "The order is what json.loads makes of its JSON text: a dictionary with all its keys.",
    )
    if wrapped and result.value == body:
        reason = "envelope-left"
        why = "That's SNS's envelope. The order is the text under Message, which is JSON once more."
    elif isinstance(result.value, str):
        reason, why = (
            "text-returned",
            "That's a string. The order in it is JSON, and json.loads makes a dictionary of it.",
        )
    elif card and result.value == card:
        reason, why = "card-as-envelope", no_card
    got, expected = result.value, shop.show(order)
    if reason == "not-the-order" and isinstance(got, dict):
        got, expected = case.said(f"{_first_difference(got, order)} in {shop.show(got)}"), _first_difference(order, got)
    case.not_yet(reason, got=got, expected=expected, why=why)


def _first_difference(one, other):
    """Say what one dictionary has under the first key in which it differs from the other one."""
    key = next(
        key for key in sorted(one | other, key=str) if key not in one or key not in other or one[key] != other[key]
    )
    return f"{key!r} is {one[key]!r}" if key in one else f"there's no {key!r}"


# --- 06.2 ------------------------------------------------------------------------------------------------------------


ONE_OBJECT = "a policy whose Statement is one object"
ASKED_FOR = "SNS can send only for the topics that your function was called for, and for those that were let in before"


def let_in(case):
    """A queue without a policy, one with many statements, and one whose Statement is an object."""
    for kind in ("no policy", "a policy with six statements", ONE_OBJECT):
        queue_url = _queue_by_hand(case, case.name("orders"))
        topics, returns = [_topic(case), _topic(case, "orders-cancelled")], _topic(case, "returns")
        if kind == ONE_OBJECT:
            version = case.draw.choice(["2008-10-17", "2012-10-17"])
            _set_policy(case, queue_url, Version=version, Statement=shop.statement(case.queue_arn(queue_url), returns))
        elif kind != "no policy":
            others = _others(case, queue_url, *topics, returns)
            _set_policy(case, queue_url, Version="2008-10-17", Id="shop", Statement=others)
        before = shop.policy(case, queue_url) | {"Statement": _statements(case, queue_url)}
        _expect_let_in(case, kind, queue_url, topics[0], before)
        _let_in(case, kind, queue_url, topics[1], before)
        for topic_arn in topics:
            _expect_delivery(case, queue_url, topic_arn, "both topics are let in", topic_arn == topics[0])
        if kind != "no policy":
            _expect_delivery(case, queue_url, returns, "the topic returns, which was let in before, still is")
        _expect_nothing_new(case, queue_url, topics)
        _expect_only_topic_let_in(case, [queue_url], topics[0], expected=ASKED_FOR)
        if kind == "no policy":
            _expect_nothing_from_another(case, [queue_url], topics[0], ASKED_FOR)
            case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": ""})
            told = ", called again after somebody removed the queue's policy"
            _run(case, "the topic is let in", told=told, queue_url=queue_url, topic_arn=topics[1])
            _expect_delivery(case, queue_url, topics[1], "SNS can send for the topic")


def _others(case, queue_url, topic_arn, second, returns):
    """Return statements that a policy can have: for other topics, for an account, and against everybody."""
    arn = case.queue_arn(queue_url)
    partner = case.client("sns", profile="partner").create_topic(Name="theirs")["TopicArn"].split(":")[4]
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    no_http = {"Effect": "Deny", "Principal": "*", "Resource": arn}
    lists = {
        "Principal": {"Service": ["sns.amazonaws.com"]},
        "Action": ["sqs:SendMessage"],
        "Condition": {"ArnLike": {"aws:SourceArn": [f"{topic_arn}-old", returns]}},
    }
    found = [
        shop.statement(arn, returns) | {"Sid": "returns"},
        shop.statement(arn, returns) | lists,
        {"Sid": "look", "Effect": "Allow", "Principal": {"AWS": partner}, "Action": "sqs:GetQueueUrl", "Resource": arn},
        {"Sid": "not", "Effect": "Deny", "Principal": {"AWS": partner}, "Action": "sqs:PurgeQueue", "Resource": arn},
        no_http | {"Action": "sqs:*", "Condition": insecure},
        no_http
        | {"Action": "sqs:SendMessage", "Condition": {"ArnEquals": {"aws:SourceArn": [topic_arn, second]}} | insecure},
    ]
    return shop.shuffled(case, found)


def _let_in(case, kind, queue_url, topic_arn, before):
    """Run the answer; the policy that was there is there. kind: of queue, in words. before: its first policy."""
    one = kind == ONE_OBJECT and isinstance(shop.policy(case, queue_url)["Statement"], dict)
    errors = [
        ("statement-not-in-a-list", name, text, "Here the policy's Statement is the statement itself, without a list.")
        for name, text in (("AttributeError", ""), ("TypeError", ""), ("InvalidAttributeValue", "Policy"))
        if one
    ]
    told = f" on a queue with {kind}"
    _run(case, "the topic is let in", errors, told, queue_url=queue_url, topic_arn=topic_arn)
    _expect_readable(case, queue_url)
    _expect_kept(case, queue_url, before)


def _expect_let_in(case, kind, queue_url, topic_arn, before):
    """The topic's messages arrive; policy, settings and messages are what they were beside that."""
    settings, messages = _settings(case, queue_url), _messages(case, queue_url)
    timeout = str(case.draw.randrange(100, 200))

    def somebody_else():
        case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": timeout})
        settings["VisibilityTimeout"] = timeout

    case.during("SetQueueAttributes", somebody_else)
    _let_in(case, kind, queue_url, topic_arn, before)
    _expect_same_messages(case, queue_url, messages)
    _expect_delivery(case, queue_url, topic_arn, "SNS can send for the topic")
    after = _settings(case, queue_url)
    changed = [name for name in sorted(after | settings) if after.get(name) != settings.get(name)]
    if changed == ["VisibilityTimeout"] and settings["VisibilityTimeout"] == timeout:
        case.not_yet(
            "other-attribute-changed",
            got=case.said(
                f"While your function ran, somebody set the queue's VisibilityTimeout to {timeout}. Now it's "
                f"{after['VisibilityTimeout']}."
            ),
            expected="your function sets nothing but the policy",
            why=NOT_NAMED,
        )
    _expect_same_settings(case, "The queue's", settings, after)


def _expect_same_settings(case, whose, before, after):
    """The queue's attributes and tags are what they were, apart from the policy."""
    for name in sorted(after | before):
        if after.get(name) != before.get(name):
            case.not_yet(
                "settings-changed",
                got=case.said(f"{whose} {name} went from {before.get(name)} to {after.get(name)}."),
                expected="its settings stay as they were, apart from the policy",
                why="Who can send has nothing to do with a queue's tags." if name == "tags" else NOT_NAMED,
            )


def _expect_kept(case, queue_url, before):
    """All that was in the policy is in it. before: the policy, with a list of statements."""
    now, statements = shop.policy(case, queue_url), _comparable(_statements(case, queue_url))
    gone = [one for one in before["Statement"] if _comparable(one) not in statements]
    if gone:
        case.not_yet(
            "statements-gone",
            got=case.said(f"The policy doesn't have this statement any more, or not as it was: {json.dumps(gone[0])}."),
            expected="the policy's statements stay as they were",
            why=REPLACED,
        )
    for name in ("Id", "Version"):
        if name in before and now.get(name) != before[name]:
            case.not_yet(
                "policy-version-changed" if name == "Version" else "policy-id-gone",
                got=case.said(f"The policy's {name} was {before[name]!r}, and now it's {now.get(name)!r}."),
                expected="the policy as it was, with one more statement",
                why="Add your statement to the policy that you read, and write back all the rest as it is.",
            )


def _expect_nothing_new(case, queue_url, topics):
    """Called again for topics that are let in, the answer leaves the policy and everything else alone."""
    policy, settings, messages = (
        _comparable_policy(case, queue_url),
        _settings(case, queue_url),
        _messages(case, queue_url),
    )
    for topic_arn in topics:
        told = ", called again for a topic that's let in"
        _run(case, "nothing changes", told=told, queue_url=queue_url, topic_arn=topic_arn)
        now = _comparable_policy(case, queue_url)
        if len(now["Statement"]) > len(policy["Statement"]):
            case.not_yet(
                "statement-added-again",
                got=case.said(
                    f"The policy had {len(policy['Statement'])} statements, and now it has {len(now['Statement'])}."
                ),
                expected="the policy stays as it was",
                why="A script runs every morning. If it adds a statement each time, the policy will be full one day: "
                "it has room for 20 statements and 8,192 bytes.",
            )
        if now != policy:
            case.not_yet(
                "changed-again",
                got=case.said(f"Your function changed the policy: {_difference(policy, now)}."),
                expected="the policy stays as it was",
                why="The topic was let in already, so there was nothing left to change.",
            )
        _expect_same_settings(case, "The queue's", settings, _settings(case, queue_url))
        _expect_same_messages(case, queue_url, messages)


def _difference(one, other):
    """Say how two policies differ. one, other: as `_comparable_policy` returns them."""
    for name in sorted(one | other):
        if name != "Statement" and one.get(name) != other.get(name):
            return f"its {name} was {one.get(name)!r}, and now it's {other.get(name)!r}"
    gone = [each for each in one["Statement"] if each not in other["Statement"]]
    new = [each for each in other["Statement"] if each not in one["Statement"]]
    if len(gone) == len(new) == 1:
        [was], [now] = gone, new
        name = next(name for name in was | now if was.get(name) != now.get(name))
        return f"a statement's {name} was {was.get(name)!r}, and now it's {now.get(name)!r}"
    if gone or new:
        return f"this statement is {'gone' if gone else 'new'}: {json.dumps((gone or new)[0])}"
    return f"it had {len(one['Statement'])} statements, and now it has {len(other['Statement'])}"


def _expect_delivery(case, queue_url, topic_arn, expected, before=False):
    """What's published to the topic arrives in the queue. before: whether the topic was let in before the last call."""
    subscription, text = _subscribe(case, topic_arn, queue_url), case.name("hello")
    case.sns.publish(TopicArn=topic_arn, Message=text)
    arrived = any(text in body for body in _bodies(case, queue_url))
    case.sns.unsubscribe(SubscriptionArn=subscription)
    if not arrived:
        written = json.dumps(_statements(case, queue_url))
        allowed = json.dumps([each for each in _statements(case, queue_url) if each.get("Effect") == "Allow"])
        reason, why = shop.first_that_applies(
            [
                ("no-policy", written == "[]", STATEMENT),
                (
                    "url-in-policy",
                    queue_url in written,
                    "The policy has the queue's URL where an ARN has to be. The queue's attribute QueueArn is its ARN.",
                ),
                (
                    "topic-not-named",
                    "SourceArn" in allowed and f'"{topic_arn}"' not in allowed,
                    "No statement with the Effect Allow names this topic's ARN."
                    + before * f" Before your last call there was one. {REPLACED}",
                ),
                (
                    "topic-denied",
                    shop.refusal_of_sns(case, queue_url, topic_arn).startswith("denied"),
                    "A statement with the Effect Deny wins over every statement that allows.",
                ),
            ],
            ("statement-wrong", STATEMENT),
        )
        case.not_yet(reason, got=case.said(_not_arrived(case, queue_url, topic_arn)), expected=expected, why=why)


def _not_arrived(case, queue_url, topic_arn):
    """Say that a message of the topic isn't in the queue, and why its policy refused it, if it did."""
    refusal = shop.refusal_of_sns(case, queue_url, topic_arn)
    because = f" The queue's policy doesn't let SNS send it: {refusal}." if refusal else ""
    if not _statements(case, queue_url):
        because = " The queue has no policy that could let SNS send it."
    return f"I published a message to the topic {topic_arn.split(':')[-1]}, and it didn't arrive in the queue.{because}"


# --- 06.3 ------------------------------------------------------------------------------------------------------------


def filter_for(case):
    """Three countries with limits of other lengths; each filter meets orders just inside and just outside of it."""
    limits = [case.draw.randrange(1, 10), case.draw.randrange(1_000, 50_000), 0]
    far = shop.shuffled(case, FAR_AWAY)
    for number, (home, least) in enumerate(zip(case.draw.sample(COUNTRIES, 3), limits, strict=True)):
        _expect_filter(case, home, least, far[number::3])


def _expect_filter(case, home, least, far):
    """The subscription accepts the attributes, and lets through what customs wants. far: more countries to try."""
    returned = case.run(home=home, least=least)
    _expect_strings(case, returned)
    topic_arn, queue_url = _topic(case), case.queue("customs")
    shop.allow_topic(case, topic_arn, queue_url)
    try:
        _subscribe(case, topic_arn, queue_url, **returned)
    except case.sns.exceptions.InvalidParameterException as problem:
        said = problem.response["Error"]["Message"].splitlines()[0]
        reason, why = _why_not_accepted(said)
        case.not_yet(
            reason,
            got=case.said(f"I gave the attributes to subscribe, which refused them: {said}"),
            expected="attributes that subscribe accepts",
            why=why,
        )
    kinds = _customs_orders(case, home, least, far)
    sent = {f"C-{number}": kind for number, kind in enumerate(kinds, start=100)}
    entries = []
    for order_id in shop.shuffled(case, list(sent)):
        order = {"order_id": order_id} | sent[order_id][1]
        order = {key: order[key] for key in shop.shuffled(case, list(order))}
        entries.append({"Id": order_id, "Message": json.dumps(order)})
    for start in range(0, len(entries), 10):
        case.sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries[start : start + 10])
    _expect_customs(case, returned, sent, _bodies(case, queue_url))


def _expect_customs(case, returned, sent, bodies):
    """These bodies are the orders that customs wants."""
    arrived = [json.loads(body) for body in bodies]
    if any("TopicArn" in body for body in arrived):
        case.not_yet(
            "envelope-left",
            got=case.said("The orders arrived in SNS's envelope."),
            expected="raw messages",
            why='RawMessageDelivery is "false" unless it\'s set to "true".',
        )
    ids = {order["order_id"] for order in arrived}
    for order_id, (reason, order, wanted, why) in sent.items():
        if (order_id in ids) == wanted:
            continue
        got = f"The filter policy let this order through: {json.dumps(order)}."
        if wanted:
            missed = shop.mismatch(returned, json.dumps(order), {})
            got = f"The filter policy filtered this order out: {json.dumps(order)}. {missed[:1].upper()}{missed[1:]}."
        if not ids:
            got = f"None of the {len(sent)} orders got through. {got}"
            reason, why = (
                "nothing-matches",
                "A filter policy has the shape of an order, so its keys have to be in the same places.",
            )
            if "the message has no " not in got:
                reason, why = sent[order_id][0], sent[order_id][3]
            if returned.get("FilterPolicyScope") != "MessageBody":
                reason = "message-attributes-looked-for"
                why = "A filter policy looks at message attributes unless FilterPolicyScope is MessageBody."
        case.not_yet(reason, got=case.said(got), expected="customs gets it" if wanted else "it's filtered out", why=why)


def _expect_strings(case, returned):
    """A dictionary of strings."""
    if not isinstance(returned, dict) or not all(isinstance(value, str) for value in returned.values()):
        case.not_yet(
            "no-texts",
            got=returned,
            expected="a dictionary of strings",
            why="Attributes of a subscription are strings. json.dumps makes one of a filter policy, and raw delivery "
            'is switched on by the string "true".',
        )


def _why_not_accepted(said):
    """Return the reason for an error of SNS in words of the lesson."""
    if "nested" in said:
        return (
            "nested-message-attributes",
            "A filter policy looks at message attributes, which can't be nested, unless FilterPolicyScope is "
            "MessageBody.",
        )
    if "must be an object or an array" in said or "Empty arrays" in said:
        return "value-without-list", IN_A_LIST
    if "numeric" in said:
        return "number-as-text", 'After numeric comes a list of a comparison and a number, such as [">=", 100].'
    if "Unknown attribute" in said:
        return (
            "unknown-attribute",
            "What's needed here are the attributes RawMessageDelivery, FilterPolicy and FilterPolicyScope.",
        )
    if "failed to parse JSON" in said:
        return (
            "filter-not-json",
            "json.dumps makes JSON of a filter policy, with strings in double quotes, and with true in lower case.",
        )
    return "filter-refused", "The table of operators is in section 7 of the lesson."


def _customs_orders(case, home, least, far):
    """Return kinds of orders, each after the reason id of what's wrong about its filter, whether customs wants it,
    and why."""
    others = [country for country in COUNTRIES if country != home]
    alike = case.draw.choice([country for country in others if country[0] == home[0]])
    away = [alike, *case.draw.sample([country for country in others if country != alike], 4)]
    there, small = {"address": {"country": away[0], "town": home}}, case.draw.randrange(least) if least else -1
    at_home = {"address": {"country": home, "town": "Bath"}}
    near = "The limit itself is enough."
    home_why = "An order that stays in the country isn't for customs, whatever it costs, and a gift isn't either."
    no_country = "Without a country in its address, an order isn't for customs."
    gift = "A gift that goes abroad is for customs, whatever it costs."
    enough = "It goes abroad and costs at least the limit, which is enough."
    capitals = f"{home.lower()} and {home.title()} aren't the same as {home}."
    less = "It costs less than the limit, and isn't a gift."
    kinds = [
        ("costs-enough", {"total": least + 1, "address": {"country": country}}, True, enough)
        for country in [*away, *far]
    ]
    return [
        *kinds,
        ("at-the-limit", {"total": least} | there, True, near),
        ("at-the-limit", {"total": float(least), "address": {"town": "Bath", "country": away[1]}}, True, near),
        ("costs-enough", {"total": least + 0.001} | there, True, enough),
        ("far-above-the-limit", {"total": 10 * least + 100_000} | there, True, enough),
        ("far-above-the-limit", {"total": 1_000_000_000} | there, True, enough),
        ("below-the-limit", {"total": least - 1} | there, False, less),
        ("below-the-limit", {"total": round(least - 0.00001, 5), "address": {"country": away[1]}}, False, less),
        ("below-the-limit", {"total": -least - 1} | there, False, less),
        ("gift-held-back", {"total": small, "gift": True, "address": {"country": away[2]}}, True, gift),
        ("gift-held-back", {"gift": True, "address": {"country": away[3]}}, True, gift),
        ("costs-enough", {"total": least + 1, "gift": True, "address": {"country": away[4]}}, True, enough),
        ("costs-enough", {"total": least, "gift": False} | there, True, enough),
        ("no-gift", {"total": small, "gift": False, "address": {"country": away[3]}}, False, less),
        ("no-total", {"address": {"country": away[4]}}, False, "It has no total, and isn't a gift."),
        ("at-home", {"total": least + 1} | at_home, False, home_why),
        ("at-home", {"total": least + 1, "gift": True} | at_home, False, home_why),
        ("at-home", {"total": small, "gift": True, "country": away[0]} | at_home, False, home_why),
        ("longer-country", {"total": least, "address": {"country": f"{home}-X"}}, True, f"{home}-X isn't {home}."),
        ("other-capitals", {"total": least, "address": {"country": home.lower()}}, True, capitals),
        ("other-capitals", {"total": least, "address": {"country": home.title()}}, True, capitals),
        ("no-country", {"total": least + 1, "gift": True}, False, no_country),
        ("no-country", {"total": least, "gift": True, "country": away[1]}, False, no_country),
        ("no-country", {"total": least, "gift": True, "address": {"town": "Bath"}}, False, no_country),
        ("no-country", {"total": least, "address": {"home": {"country": away[2]}}}, False, no_country),
        ("no-country", {"total": least, "items": [{"country": away[2]}]}, False, no_country),
    ]  # fmt: skip


# --- 06.4 ------------------------------------------------------------------------------------------------------------


def fan_out(case):
    """A single new department; departments in all states at once; some of them again; and a topic with many others."""
    topic_arn, returns = _topic(case), _topic(case, "returns")
    urls = _expect_fan_out(case, topic_arn, {case.name("Tea_Room"): None})
    _expect_nothing_from_another(case, list(urls.values()), topic_arn)
    case.reach("delivered")
    new = case.name("new")
    for end in ("old", "older"):
        case.sqs.create_queue(QueueName=f"{new}-{end}")
    states = {new: None} | _departments(case, topic_arn, returns, new)
    urls = _expect_fan_out(case, topic_arn, states, returns)
    states = {name: urls[name] for name in (new, case.draw.choice([*states][1:]))} | {f"{new}-2": None}
    [arn] = [
        each["SubscriptionArn"] for each in shop.subscriptions(case, topic_arn) if each["Endpoint"].endswith(f":{new}")
    ]
    case.sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="false"
    )  # by hand
    _expect_fan_out(case, topic_arn, states, returns)
    if shop.of(case.calls, "ListSubscriptions", "ListSubscriptionsByTopic"):
        _expect_found_on_any_page(case)


def _departments(case, topic_arn, returns, new):
    """Create queues of departments in all states, and return their URLs by name. new: the name of another one."""
    other, wrapped, raw = case.name("other"), f"re{new}", case.name("raw")
    urls = {name: _queue_by_hand(case, name) for name in (other, wrapped, raw)}
    arns = {name: case.queue_arn(url) for name, url in urls.items()}
    _set_policy(case, urls[other], Statement=[shop.statement(arns[other], [returns, f"{topic_arn}-old"])])
    _subscribe(case, returns, urls[other])
    for_any_topic = shop.statement(arns[wrapped], topic_arn)
    del for_any_topic["Condition"]
    _set_policy(case, urls[wrapped], Version="2012-10-17", Statement=[for_any_topic])
    _subscribe(case, topic_arn, urls[wrapped])
    both = [shop.statement(arns[raw], each) for each in (topic_arn, returns)]
    _set_policy(case, urls[raw], Version="2012-10-17", Statement=both)
    _subscribe(case, topic_arn, urls[raw], RawMessageDelivery="true")
    return urls


def _expect_found_on_any_page(case):
    """A queue whose subscription is the last of a full page, and one that's on the third page."""
    topic_arn, account = _topic(case, "orders-many"), case.queue_arn(case.queue()).rpartition(":")[0]
    states = {}
    for page, others in enumerate((99, 100)):
        for number in range(others):
            asked = {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": f"{account}:department-{page}-{number}"}
            case.sns.subscribe(**asked, Attributes={"FilterPolicy": '{"wanted": ["no message"]}'})
        name = case.name("many")
        states[name] = _queue_by_hand(case, name)
        shop.allow_topic(case, topic_arn, states[name])
        _subscribe(case, topic_arn, states[name])
    _expect_fan_out(case, topic_arn, states)


def _expect_fan_out(case, topic_arn, states, returns=""):
    """All queues get what they should, in between too.

    states: each name's queue, None where there's none. returns: the ARN of another topic that some have let in.
    """
    names = shop.shuffled(case, list(states))
    there = {name: url for name, url in states.items() if url}
    before = {name: (_settings(case, url), _messages(case, url)) for name, url in there.items()}
    subscribed = set(_endpoints(case, topic_arn))
    published, end = _publish_between(case, topic_arn, set(subscribed))
    told = f": {len(names) - len(there)} new, {len(there)} with a queue already"
    urls = _run(case, "a queue for each department", told=told, topic_arn=topic_arn, names=list(names))
    end()
    _expect_urls(case, urls, names)
    for name in names:
        _expect_readable(case, urls[name])
    for name in there:
        _expect_same(case, name, urls[name], *before[name])
    last = case.name("We close at six today")
    message_id = case.sns.publish(TopicArn=topic_arn, Message=last)["MessageId"]
    endpoints = _endpoints(case, topic_arn)
    for name in names:
        _expect_one_subscription(case, endpoints, urls[name], name)
        _expect_all_published(case, topic_arn, name, urls[name], published, last, message_id)
        _expect_no_others(case, urls[name], before[name][1] if name in before else {}, published, last)
    strange = set(endpoints) - subscribed - {case.queue_arn(url) for url in urls.values()}
    if strange:
        case.not_yet(
            "others-subscribed",
            got=case.said(f"{min(strange).rpartition(':')[2]} is subscribed, and isn't one of the departments."),
            expected="only the queues of the departments are subscribed",
            why="Other queues of the account have nothing to do with this topic.",
        )
    others = [("old-topic-let-in", f"the topic {returns.split(':')[-1]}", returns)] if returns else []
    _expect_only_topic_let_in(case, [urls[name] for name in names], topic_arn, *others)
    return urls


def _expect_no_others(case, queue_url, before, published, last):
    """All messages that weren't in the queue before are the check's own. published, last: what it published."""
    known = [last, *(order_id for order_id, *_ in published)]
    for message in case.state(queue_url)["messages"]:
        if message["id"] not in before and not any(text in message["body"] for text in known):
            _not_mine(case, queue_url)


def _publish_between(case, topic_arn, subscribed):
    """Publish an order before each call that matters. Return the list of these, which grows, and what ends it.

    subscribed: the ARNs of queues that were subscribed before. In the list are the order's id, the queues that it's
    owed to, which are all that have been subscribed, and the operation that followed.
    """
    published = []

    def publish(operation):
        order_id = f"between-{len(published) + 1}-{case.draw.randrange(1000)}"
        subscribed.update(_endpoints(case, topic_arn))
        published.append((order_id, set(subscribed), operation))
        case.sns.publish(TopicArn=topic_arn, Message=json.dumps({"order_id": order_id}))

    operations = ("CreateQueue", "SetQueueAttributes", "Subscribe", "SetSubscriptionAttributes", "Unsubscribe")
    return published, shop.before_each(case, operations, publish)


def _expect_urls(case, urls, names):
    """A dictionary from each name to its queue's URL."""
    if not isinstance(urls, dict) or set(urls) != set(names):
        case.not_yet(
            "no-dictionary",
            got=urls,
            expected="a dictionary from each name to the URL of its queue",
            why="The caller looks up the URL of a department by its name.",
        )
    for name in names:
        try:
            right = case.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except case.sqs.exceptions.QueueDoesNotExist:
            case.not_yet(
                "no-queue",
                got=case.said(f"There's no queue called {name}."),
                expected="a queue for each department",
                why="A queue has exactly the name of its department.",
            )
        if urls[name] != right:
            case.not_yet(
                "wrong-url",
                got=urls[name],
                expected=f"{right}, the URL of the queue {name}",
                why="create_queue and get_queue_url return the URL of the queue with exactly this name.",
            )


def _expect_same(case, name, queue_url, settings, messages):
    """A queue that was there has its settings and its messages."""
    _expect_messages_there(case, queue_url, messages)
    _expect_same_settings(case, f"The queue {name} existed before. Its", settings, _settings(case, queue_url))


def _expect_one_subscription(case, endpoints, queue_url, name):
    """The queue is subscribed once. endpoints: of the topic's subscriptions."""
    count = endpoints.count(case.queue_arn(queue_url))
    if count != 1:
        case.not_yet(
            "not-one-subscription",
            got=case.said(f"The queue {name} has {count or 'no'} subscription{'s' * (count != 1)} to the topic."),
            expected="one subscription",
            why="subscribe makes one subscription of one queue, by its ARN, to one topic. Called again, it returns the "
            "ARN of that same subscription.",
        )


def _expect_all_published(case, topic_arn, name, queue_url, published, last, message_id):
    """The queue has all that it's owed, and the last message raw. message_id: of the last message."""
    arn, bodies = case.queue_arn(queue_url), _bodies(case, queue_url)
    if last not in bodies:
        if any(message_id in body for body in bodies):
            case.not_yet(
                "envelope-left",
                got=case.said(f"A message that I published after your call is in the queue {name} in SNS's envelope."),
                expected="raw messages",
                why='RawMessageDelivery is "false" unless it\'s set to "true". set_subscription_attributes changes it '
                "for a subscription that was there before.",
            )
        refused = shop.refusal_of_sns(case, queue_url, topic_arn)
        case.not_yet(
            "not-let-in" if refused else "held-back",
            got=case.said(_not_arrived(case, queue_url, topic_arn)),
            expected="each department gets the topic's messages",
            why=STATEMENT
            if refused
            else "The policy lets SNS send. A filter policy can filter out messages, and a department wants all of "
            "them.",
        )
    for order_id, owed, operation in published:
        if arn in owed and not any(order_id in body for body in bodies):
            case.not_yet(
                "lost-between-calls",
                got=case.said(
                    f"An order that I published just before your call of {operation} isn't in the queue {name}, which "
                    "was subscribed."
                ),
                expected="from the moment a queue is subscribed, it gets everything",
                why="While a queue is subscribed and its policy doesn't let SNS in, it refuses what's published, and "
                "SNS doesn't try again. While it isn't subscribed, it misses what's published.",
            )


# --- 06.5 ------------------------------------------------------------------------------------------------------------

PLAIN = {"total": 20, "delivery": "pickup", "items": [{"name": "tea", "count": 2}]}
BETWEEN = (
    "From the moment a queue is subscribed, it needs the right policy, and its subscription needs all its attributes. "
    "So set the policy first, subscribe with all attributes at once, and leave both as they are afterwards."
)
PLAIN_BEFORE = ("SetSubscriptionAttributes", "Unsubscribe")
WISHES = ("billing", "analytics", "shipping", "express", "safe", "bakery")


def wire_up(case):
    """Orders that differ from a plain one in one thing each, also between the calls; all again; and other topics."""
    topic_arn, expected = _topic(case), "each department gets what it wants"
    departments = {name: case.queue(name[:3]) for name in shop.shuffled(case, WISHES)}
    kinds = _kinds(case)
    between, end = _probe_between(case, topic_arn, departments, kinds[0], kinds[-1])
    _run(case, expected, topic_arn=topic_arn, departments=dict(departments))
    _expect_subscribed(case, topic_arn, departments)
    sent = {f"D-{number}": (*kind, set(departments)) for number, kind in enumerate(kinds, start=200)}
    ids = shop.shuffled(case, list(sent))
    for start in range(0, len(ids), 10):
        _publish_kinds(case, topic_arn, {order_id: sent[order_id] for order_id in ids[start : start + 10]})
    _expect_wishes(case, topic_arn, departments, sent, between)
    before, messages = _state(case, topic_arn, departments), [_messages(case, url) for url in departments.values()]
    case.reach("sorted")
    _expect_wishes(case, topic_arn, departments, between, sent, " between your calls")
    _run(case, expected, told=", called again", topic_arn=topic_arn, departments=dict(departments))
    end()
    _expect_subscribed(case, topic_arn, departments)
    _expect_unchanged(case, before, _state(case, topic_arn, departments))
    for url, seen in zip(departments.values(), messages, strict=True):
        _expect_messages_there(case, url, seen)
    _expect_wishes(case, topic_arn, departments, between, sent, " between your calls")
    _expect_notices(case, topic_arn, departments)
    _expect_only_topic_let_in(case, list(departments.values()), topic_arn)
    _expect_nothing_from_another(case, list(departments.values()), topic_arn)
    another, others = _topic(case, "orders-cancelled"), {name: case.queue(name[:3]) for name in departments}
    _run(case, expected, told=", called for another topic", topic_arn=another, departments=dict(others))
    _expect_subscribed(case, another, others)


def _kinds(case):
    """Return orders with their kind, message attributes, the departments that want each, and what's remarkable.

    Of each order the rows have what differs from a plain one; `...` is for a key that's missing.
    """
    spelling = case.draw.choice(["expresS", "exPRess", "eXpress"])
    many = [{"name": name} for name in ("cakes", "cup", "tea", "pancake", "jam", "rusk", "bun", "mug", "cake")]
    told, text = "its message attribute channel", "its total is a string, not a number"
    rows = [
        ("plain", {}, {}, "", "the customer picks it up, and only billing wants it"),
        ("web-attribute", {}, {"channel": "web"}, "analytics", f"{told} is web"),
        ("capital-web", {}, {"channel": "Web"}, "", f"{told} is Web, with a capital"),
        ("longer-web", {}, {"channel": "website"}, "", f"{told} only begins with web"),
        ("web-at-the-end", {}, {"channel": "mobile-web"}, "", f"{told} only ends with web"),
        ("number-channel", {}, {"channel": 7}, "", f"{told} is a number"),
        ("other-channel", {}, {"channel": "phone"}, "", f"{told} is phone"),
        ("other-attribute-web", {}, {"source": "web"}, "", "another message attribute is web"),
        ("web-beside-others", {}, {"weight": 3, "photo": b"PNG", "channel": "web"}, "analytics", f"{told} is web"),
        ("web-in-body", {"channel": "web"}, {}, "", "channel is a key of the order here, and no message attribute"),
        ("pickup-as-attribute", {"delivery": "post"}, {"delivery": "pickup"}, "shipping",
         "its delivery is post, and only a message attribute is pickup"),
        ("part-of-pickup", {"delivery": "pick"}, {}, "shipping", "its delivery is pick"),
        ("longer-than-pickup", {"delivery": "pickup by bicycle"}, {}, "shipping", "it only begins with pickup"),
        ("no-pickup", {"delivery": "no pickup"}, {}, "shipping", "its delivery only ends with pickup"),
        ("capital-pickup", {"delivery": "Pickup"}, {}, "shipping", "its delivery is Pickup, with a capital"),
        ("empty-delivery", {"delivery": ""}, {}, "shipping", "its delivery is there, but empty"),
        ("no-delivery", {"delivery": ...}, {}, "shipping", "it has no delivery"),
        ("express", {"delivery": "express"}, {}, "shipping express", "its delivery is express"),
        ("other-capitals", {"delivery": spelling}, {}, "shipping express", f"its delivery is {spelling}"),
        ("all-capitals", {"delivery": "EXPRESS"}, {}, "shipping express", "its delivery is EXPRESS"),
        ("longer-than-express", {"delivery": "expressly not"}, {}, "shipping", "its delivery only begins with express"),
        ("before-express", {"delivery": "not express"}, {}, "shipping", "its delivery only ends with express"),
        ("express-as-attribute", {}, {"delivery": "express"}, "", "only a message attribute is express"),
        ("at-the-limit", {"total": 500}, {}, "safe", "its total is exactly 500"),
        ("at-the-limit", {"total": 500.0}, {}, "safe", "its total is exactly 500"),
        ("above-the-limit", {"total": 500.001}, {}, "safe", "its total is 500.001"),
        ("far-above-the-limit", {"total": 12_000}, {}, "safe", "its total is far above 500"),
        ("far-above-the-limit", {"total": 1_000_000_000}, {}, "safe", "its total is far above 500"),
        ("below-the-limit", {"total": 499}, {}, "", "its total is 499"),
        ("just-below-the-limit", {"total": 499.99999}, {}, "", "its total is 499.99999"),
        ("far-below-the-limit", {"total": -500}, {}, "", "its total is -500"),
        ("total-as-text", {"total": "600"}, {}, "", text),
        ("total-as-text", {"total": "500"}, {}, "", text),
        ("total-as-text", {"total": case.draw.choice(["1000", "7e2", "999.5"])}, {}, "", text),
        ("no-total", {"total": ...}, {}, "", "it has no total"),
        ("neither-total-nor-items", {"total": ..., "items": ...}, {}, "", "it has neither total nor items"),
        ("no-items", {"items": []}, {}, "", "its list of items is empty"),
        ("second-item", {"items": [{"name": "tea"}, {"name": "cake"}]}, {}, "bakery", "its second item is a cake"),
        ("last-item", {"items": many}, {}, "bakery", "the last of its nine items is a cake"),
        ("cake", {"items": [{"name": "cake"}]}, {}, "bakery", "its only item is a cake"),
        ("cake-tin", {"items": [{"name": "cake tin"}]}, {}, "", "it has a cake tin, and no cake"),
        ("cakes", {"items": [{"name": "cakes"}]}, {}, "", "its item is called cakes"),
        ("carrot-cake", {"items": [{"name": "carrot cake"}]}, {}, "", "its item is called carrot cake"),
        ("capital-cake", {"items": [{"name": "Cake"}]}, {}, "", "its item is called Cake, with a capital"),
        ("cake-under-another-key", {"items": [{"name": "tea", "with": "cake"}]}, {}, "", "no item has the name cake"),
        ("cake-outside-items", {"name": "cake"}, {}, "", "the name cake isn't in its items"),
        *_nearly(case),
        ("for-everybody", {"delivery": "Express", "total": 700, "items": [{"name": "cake"}]}, {"channel": "web"},
         "analytics shipping express safe bakery", "all departments want it"),
    ]  # fmt: skip
    return [
        (
            kind,
            {key: value for key, value in (PLAIN | changes).items() if value is not ...},
            attributes,
            {"billing", *who.split()},
            about,
        )
        for kind, changes, attributes, who, about in rows
    ]


def _nearly(case):
    """Return rows as in `_kinds`: of orders in which everything is almost what a department wants, but only almost."""
    swift, *more = (case.name("").strip("-") for _ in range(8))
    deliveries = [
        *("PICKUP", "pick-up", "collect", " pickup", "pickup ", _capitals(case, "pickup"), more[0]),
        *("express delivery", f"express-{swift}", f"{swift}-express", " express", "express "),
    ]
    channels = ["WEB", "app", " web", "web ", "shop", "mail", _capitals(case, "web"), more[1], f"web-{swift}"]
    channels += [f"{swift}-web", "wed", f"web{swift}"]
    totals = ["500.00", "500.0", "500,00", "5e2", "0500", " 500", "500 ", "501", "+500", "999"]
    totals += [str(case.draw.randrange(500, 10_000)), f"{case.draw.randrange(500, 10_000)}.25"]
    names = ["CAKE", "cheesecake", "cupcake", "cake slice", "chocolate cake", "cheese-cake", "cake-pop", " cake", "cak"]
    names += ["cake ", "fruit-cake", "cake mix", _capitals(case, "cake"), f"{more[2]} cake", f"{more[3]}-cake"]
    names += [f"{more[4]}cake", f"cake {more[5]}", f"cake-{more[6]}", f"cake{swift}", f"{swift}s"]
    # Each order has one of the values of each kind, and some of the names.
    items, count = [{"name": name} for name in shop.shuffled(case, names)], len(deliveries)
    values = zip(*(shop.shuffled(case, each) for each in (deliveries, channels, totals)), strict=True)
    about = "its delivery isn't pickup, and the rest of it only comes close to what a department wants"
    return [
        ("nearly", {"delivery": delivery, "total": total, "items": items[number::count]},
         {"channel": channel}, "shipping", about)
        for number, (delivery, channel, total) in enumerate(values)
    ]  # fmt: skip


def _capitals(case, word):
    """Return the word with any of its letters as capitals, but not with none."""
    chosen = case.draw.randrange(1, 2 ** len(word))
    return "".join(letter.upper() if chosen >> place & 1 else letter for place, letter in enumerate(word))


def _attributes(values):
    """Return these values as message attributes: of the type String, Number or Binary."""
    return {
        name: {"DataType": "Binary", "BinaryValue": value}
        if isinstance(value, bytes)
        else {"DataType": "String" if isinstance(value, str) else "Number", "StringValue": str(value)}
        for name, value in values.items()
    }


def _publish(case, topic_arn, message, attributes):
    """Publish a message. Without attributes the parameter is left out, since calls are faster then."""
    more = {"MessageAttributes": _attributes(attributes)} if attributes else {}
    case.sns.publish(TopicArn=topic_arn, Message=message, **more)


def _publish_kinds(case, topic_arn, kinds):
    """Publish up to ten orders of these kinds at once. kinds: by the orders' ids."""
    entries = [
        {"Id": order_id, "Message": json.dumps({"order_id": order_id} | order)}
        | ({"MessageAttributes": _attributes(attributes)} if attributes else {})
        for order_id, (_, order, attributes, *_) in kinds.items()
    ]
    case.sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)


def _probe_between(case, topic_arn, departments, plain, for_everybody):
    """Publish an order before each call that matters: one for everybody, and before some of them a plain one too.

    Return what was sent, which grows, and what ends it.
    """
    arns, sent = {case.queue_arn(url): name for name, url in departments.items()}, {}
    subscribed = set()

    def publish(operation):
        subscribed.update(arns[arn] for arn in _endpoints(case, topic_arn) if arn in arns)
        listening = set(subscribed)  # one that has been unsubscribed doesn't get what it wants
        for kind in [for_everybody, plain][: 2 if operation in PLAIN_BEFORE else 1]:
            order_id = f"B-{len(sent)}-{case.draw.randrange(1000)}"
            sent[order_id] = (*kind, listening)
            _publish_kinds(case, topic_arn, {order_id: kind})

    return sent, shop.before_each(case, ("SetQueueAttributes", "Subscribe", *PLAIN_BEFORE), publish)


def _expect_subscribed(case, topic_arn, departments):
    """Each department's queue is subscribed, once."""
    endpoints = _endpoints(case, topic_arn)
    for name, url in departments.items():
        _expect_readable(case, url)
        _expect_one_subscription(case, endpoints, url, f"of {name}")


def _filters(case, topic_arn, departments):
    """Return the attributes of each department's subscription."""
    arns = {one["Endpoint"]: one["SubscriptionArn"] for one in shop.subscriptions(case, topic_arn)}
    found = {name: arns[case.queue_arn(url)] for name, url in departments.items()}
    return {
        name: case.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"] for name, arn in found.items()
    }


def _orders(case, departments, known):
    """Return the ids of the orders in each department's queue; all messages are raw, and orders of the check.

    known: the orders that the check published, by their ids.
    """
    found = {}
    for name, url in departments.items():
        orders = [shop.parsed(body) for body in _bodies(case, url)]
        if any(isinstance(order, dict) and "TopicArn" in order for order in orders):
            case.not_yet(
                "envelope-left",
                got=case.said(f"An order for {name} arrived in SNS's envelope."),
                expected="raw messages, from the first one on",
                why='RawMessageDelivery is "false" unless it\'s set to "true", best in the call of subscribe itself.',
            )
        found[name] = [order["order_id"] if isinstance(order, dict) and "order_id" in order else "" for order in orders]
        if not known.keys() >= set(found[name]):
            case.not_yet(
                "unknown-message",
                got=case.said(f"In the queue of {name} is a message that isn't one of the orders that I published."),
                expected="the orders that it wants, and nothing else",
                why="Connecting the queues needs no message of its own.",
            )
    return found


def _expect_wishes(case, topic_arn, departments, sent, others, when=""):
    """Each department has got, once, what it wants of what was sent while it listened.

    others: what was sent besides. when: "" for orders that were published after the answer's calls, otherwise in words
    when they were.
    """
    orders, filters = _orders(case, departments, sent | others), _filters(case, topic_arn, departments)
    for name in WISHES:
        wanted = [key for key, (_, _, _, who, _, listening) in sent.items() if name in who and name in listening]
        nothing = bool(wanted) and not set(orders[name]) & set(wanted)
        for key, (kind, order, attributes, who, about, _) in sent.items():
            count = orders[name].count(key)
            # A queue that was subscribed at the moment of publishing can have got it.
            if (count == 1 and name in who) or (count == 0 and key not in wanted):
                continue
            happened = "missed" if not count else "got" if count == 1 else "got-twice"
            refusal = shop.refusal_of_sns(case, departments[name], topic_arn)
            reason, why = _why(name, happened, kind, about, refusal if nothing else None, filters[name])
            if when:
                reason, why = f"{happened}-between-calls", BETWEEN
            did = "didn't get" if not count else "got" if count == 1 else f"got {count} times"
            shown = f"{json.dumps(order)}{_with(attributes)}"
            because = "" if when else _because(refusal, filters[name], *sent[key][1:3])
            case.not_yet(
                reason,
                got=case.said(
                    f"The department {name} {did} an order that I published{when}: {shown}. {because}".strip()
                ),
                expected="it gets it, once" if key in wanted else "it doesn't get it",
                why=why,
            )
        if name == "analytics":  # the first with a filter
            case.reach("delivered")


def _why(name, happened, kind, about, refusal, subscription):
    """Return a reason id for an order that a department missed or got, and why it should have been otherwise.

    refusal: if the department got nothing that it wants, why its queue refuses what SNS sends, or "" if it doesn't;
    otherwise None. subscription: the attributes of its subscription.
    """
    scope = subscription.get("FilterPolicyScope") if subscription.get("FilterPolicy") else ""
    if scope == "MessageBody" and name == "analytics":
        return "body-looked-at", "This filter policy looks into the body, and analytics wants a message attribute."
    if scope == "MessageAttributes" and name in WISHES[2:]:
        return (
            "message-attributes-looked-at",
            "This filter policy looks at message attributes, as it does unless FilterPolicyScope is MessageBody.",
        )
    if refusal is not None:
        return f"{name}-got-nothing", STATEMENT if refusal else f"None of the orders for {name} got through."
    return f"{name}-{happened}-{kind}", f"Look at the order: {about}."


def _because(refusal, subscription, order, attributes):
    """Say what the queue's policy or the subscription's filter has to do with an order that was sent."""
    if refusal:
        return f"The queue's policy doesn't let SNS send: {refusal}."
    wanted = subscription.get("FilterPolicy")
    missed = shop.mismatch(subscription, json.dumps(order), _attributes(attributes))
    return (
        f"{missed[:1].upper()}{missed[1:]}."
        if missed
        else f"Its filter policy is {wanted}."
        if wanted
        else "It has no filter policy."
    )


def _expect_notices(case, topic_arn, departments):
    """Billing gets messages that are no orders, analytics those from the web, and the others none."""
    closing, web = case.name("We close at six today"), {"channel": "web"}
    notices = [
        (closing, {}),
        (f"{closing}.", web),
        (json.dumps([{"name": "cake"}]), {}),
        (f'"{closing}"', {}),
        ("500", {}),
    ]
    for text, attributes in notices:
        _publish(case, topic_arn, text, attributes)
    bodies = {name: set(_bodies(case, url)) for name, url in departments.items()}
    for text, attributes in notices:
        got = {name for name in departments if text in bodies[name]}
        wanted = {"billing", "analytics"} if attributes else {"billing"}
        if got != wanted:
            case.not_yet(
                "notice-filtered",
                got=case.said(f"The message {text!r}{_with(attributes)} reached {_names(got)}."),
                expected=f"it reaches {_names(wanted)}",
                why="Billing gets every message, and analytics each one with the right message attribute. The others "
                "want orders, and this isn't one.",
            )


def _names(departments):
    """Return the names in a sentence."""
    return " and ".join(sorted(departments)) or "no department"


def _with(attributes):
    """Say with which message attributes a message was published."""
    return f" with the message attributes {attributes}" if attributes else ""


def _state(case, topic_arn, departments):
    """Return all that a second call has to leave as it is, by what it's called."""
    found = {}
    for name, attributes in _filters(case, topic_arn, departments).items():
        parsed = {key: shop.parsed(value) if key == "FilterPolicy" else value for key, value in attributes.items()}
        found[f"the subscription of {name}"] = parsed
        found[f"the policy of {name}'s queue"] = _comparable_policy(case, departments[name])
        found[f"the attributes or tags of {name}'s queue"] = _settings(case, departments[name])
    found["the list of queues"] = sorted(case.sqs.list_queues().get("QueueUrls", []))
    found["the list of topics"] = sorted(one["TopicArn"] for one in case.sns.list_topics()["Topics"])
    return found


def _expect_unchanged(case, before, after):
    """The second call left everything as it was. before, after: states, as `_state` returns them."""
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        case.not_yet(
            "changed-again",
            got=case.said(
                f"Called a second time, your function changed {changed[0]}{_how(before, after, changed[0])}."
            ),
            expected="the second call changes nothing",
            why="A script that runs again finds everything in place, so it leaves everything as it is.",
        )


def _how(before, after, name):
    """Say of a dictionary which of its values differ; "" for other values."""
    one, other = before[name], after[name]
    if name.startswith("the policy"):
        return f": {_difference(one, other)}"
    if not isinstance(one, dict):
        return ""
    key = next(key for key in one | other if one.get(key) != other.get(key))
    return f": its {key} was {one.get(key)}, and now it's {other.get(key)}"

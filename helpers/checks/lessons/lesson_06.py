"""The checks of lesson 06. Each gets a helpers.checks.case.Case and calls `case.not_yet(...)` at the first fault."""

import json

from helpers.checks.lessons import shop

COUNTRIES = ["DE", "DK", "FI", "FR", "GB", "GE", "GR", "IE", "IT"]
STATEMENT = (
    "A statement lets the topic in when its Principal is the service sns.amazonaws.com, its Action sqs:SendMessage, "
    "its Resource the queue's ARN, and its Condition compares aws:SourceArn with the topic's ARN."
)
REPLACED = "set_queue_attributes replaces the policy as a whole. Whoever adds to it reads it first."
ONLY_THIS_TOPIC = (
    "SNS sends for any topic of any account, unless a Condition on aws:SourceArn asks for this one topic, from the "
    "first letter of its ARN to the last."
)


# --- topics, queues, and what is in them -----------------------------------------------------------------------------


def _topic(case, stem="orders-placed"):
    """Create a topic with a name that no answer can know, and return its ARN."""
    return shop.topic(case, case.name(stem))


def _policy(case, queue_url):
    """Return the queue's policy, or one without statements."""
    reply = case.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])
    return json.loads(reply.get("Attributes", {}).get("Policy", '{"Statement": []}'))


def _statements(case, queue_url):
    """Return the statements of the queue's policy as a list, whichever way they are written."""
    found = _policy(case, queue_url)["Statement"]
    return found if isinstance(found, list) else [found]


def _set_policy(case, queue_url, statements):
    """Give the queue a policy with these statements."""
    policy = json.dumps({"Version": "2012-10-17", "Id": "shop", "Statement": statements})
    case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def _subscribe(case, topic_arn, queue_url, **settings):
    """Subscribe the queue, and return the subscription's ARN."""
    asked = {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": case.queue_arn(queue_url), "Attributes": settings}
    return case.sns.subscribe(**asked)["SubscriptionArn"]


def _endpoints(case, topic_arn):
    """Return the ARNs of the queues that are subscribed, one for each subscription."""
    return [one["Endpoint"] for one in shop.subscriptions(case, topic_arn)]


def _take(case, queue_url):
    """Receive and delete all that is visible, and return the bodies."""
    messages = shop.visible(case, queue_url).values()
    for message in messages:
        case.sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def _settings(case, queue_url):
    """Return the queue's settings without the policy, which may be another one afterwards."""
    return {name: value for name, value in shop.settings(case, queue_url).items() if name != "Policy"}


def _expect_only_topic_let_in(case, queue_url, topic_arn):
    """Topics with names like this one's, here, in another region and at the partner's, send nothing to the queue."""
    queue_arn, name = case.queue_arn(queue_url), topic_arn.split(":")[-1]
    _take(case, queue_url)
    others = [
        ("other-topic-let-in", "another topic of this account", case.sns, f"{name}-2"),
        ("other-region-let-in", "a topic of this account in another region", case.client("sns", "eu-west-1"), name),
        ("other-account-let-in", "a topic of another account", case.client("sns", profile="partner"), name),
    ]
    for reason, who, sns, named in others:
        arn = sns.create_topic(Name=named)["TopicArn"]
        subscription = sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn)["SubscriptionArn"]
        sns.publish(TopicArn=arn, Message="from a stranger")
        came = bool(_take(case, queue_url))
        if subscription.startswith("arn:"):
            sns.unsubscribe(SubscriptionArn=subscription)
        if came:
            case.not_yet(
                reason,
                got=case.said(f"Afterwards {who} got a message into the queue."),
                expected="only this topic gets in",
                why=ONLY_THIS_TOPIC,
            )
    _expect_no_sender(case, queue_url)


def _expect_no_sender(case, queue_url):
    """Another account may not send to the queue by itself."""
    try:
        case.client("sqs", profile="partner").send_message(QueueUrl=queue_url, MessageBody="from a stranger")
    except case.sqs.exceptions.ClientError:
        return
    case.not_yet(
        "anybody-allowed",
        got=case.said("Afterwards another account could call send_message on the queue."),
        expected="only SNS, on behalf of this topic",
        why="The Principal says who: the service sns.amazonaws.com. A star means everybody.",
    )


POLICY_ERRORS = [
    ("no-attributes-key", "KeyError", "Attributes",
     "Where nothing that was asked for is there, as a policy, there is no Attributes."),
    ("no-policy-key", "KeyError", "Policy", "A queue without a policy answers without the key Policy."),
    ("policy-not-text", "ParamValidationError", "Policy",
     "Attributes are strings, a policy too: json.dumps makes one of it."),
    ("policy-refused", "InvalidAttributeValue", "Policy", f"SQS does not take this policy. {STATEMENT}"),
    ("url-as-endpoint", "InvalidParameter", "SQS endpoint ARN",
     "A queue is subscribed by its ARN, which is its attribute QueueArn."),
    ("created-again", "QueueAlreadyExists", "",
     "Creating never changes a queue that is there, and another value is refused: create it "
     "by its name alone, and set attributes afterwards."),
    ("subscribed-again", "InvalidParameter", "already exists with different attributes",
     "subscribe never changes a subscription that is "
     "there, and other attributes are refused. set_subscription_attributes changes it."),
]  # fmt: skip


def _run(case, expected, **arguments):
    """Return the answer's value; an error of it is explained where it is a known one."""
    result = case.attempt(**arguments)
    if result.error:
        shop.explain(case, result.error, expected, POLICY_ERRORS)
    return result.value


# --- 06.1 ------------------------------------------------------------------------------------------------------------


def read_order(case):
    """Orders with and without a card, through a topic with the envelope, through it raw, and sent to the queue."""
    topic_arn, wrapped, raw = _topic(case), case.queue("wrapped"), case.queue("raw")
    for queue_url in (wrapped, raw):
        shop.allow_topic(case, topic_arn, queue_url)
    _subscribe(case, topic_arn, wrapped)
    _subscribe(case, topic_arn, raw, RawMessageDelivery="true")
    cards = [
        {},
        {"Message": "Happy birthday!", "Type": "Notification"},
        {"Message": '{"order_id": "of the card"}', "MessageId": "17", "Timestamp": "soon", "Subject": "Tea"},
    ]
    orders = [order | card for order, card in zip(shop.orders(case, 3), cards, strict=True)]
    for order in orders:
        labels = shop.labels(delivery="express") if case.draw.random() < 0.5 else {}
        case.sns.publish(TopicArn=topic_arn, Message=json.dumps(order), MessageAttributes=labels)
    shop.send(case, raw, orders[1:])
    messages = [*shop.visible(case, wrapped).values(), *shop.visible(case, raw).values()]
    case.draw.shuffle(messages)
    messages.sort(key=lambda message: "Happy" in message["Body"] or "of the card" in message["Body"])
    for message in messages:  # those without a card first
        _expect_order(case, message)


def _expect_order(case, message):
    """The order in this message."""
    body = json.loads(message["Body"])
    wrapped = "TopicArn" in body
    order = json.loads(body["Message"]) if wrapped else body
    result = case.attempt(message=message)
    card = ", with a card," if "Message" in order else ""
    case.did = f"read_order(...) for an order{card} {'in an envelope' if wrapped else 'without an envelope'}"
    mistaken = "This order has no envelope. Its card is called Message as well; only an envelope has a TopicArn."
    if result.error:
        shop.explain(case, result.error, "the order", [
            ("no-message-key", "KeyError", "Message",
             "Without an envelope the body is the order itself, and has no Message around it."),
            ("no-topic-arn-key", "KeyError", "TopicArn",
             "Only an envelope has a TopicArn. Without one the body is the order itself."),
            ("card-as-envelope", "JSONDecodeError", "", mistaken),
        ])  # fmt: skip
    if result.value != order:
        reason, why = "not-the-order", "The dictionary of the order was asked for, as json.loads makes it."
        if result.value == body:
            reason = "envelope-left"
            why = "That is SNS's envelope. The order is the text under Message, which is JSON once more."
        elif isinstance(result.value, str):
            reason, why = "text-returned", "That is a text. The order in it is JSON: json.loads makes a dictionary."
        elif not wrapped and "Message" in order:
            reason, why = "card-as-envelope", mistaken
        case.not_yet(reason, got=result.value, expected=str(order), why=why)


# --- 06.2 ------------------------------------------------------------------------------------------------------------


def let_in(case):
    """A queue without a policy, and one that has one; each again, and with a second topic."""
    for stem in ("none", "some"):
        queue_url = case.queue(stem)
        topics = [_topic(case), _topic(case, "orders-cancelled")]
        others = _others(case, queue_url, topics[0]) if stem == "some" else []
        if others:
            _set_policy(case, queue_url, others)
        shop.send(case, queue_url, shop.orders(case, 1))
        _expect_let_in(case, queue_url, topics[0], others)
        count = len(_statements(case, queue_url))
        for topic_arn in (topics[1], *topics):
            _run(case, "the topic is let in", queue_url=queue_url, topic_arn=topic_arn)
            _expect_kept(case, queue_url, others)
        _expect_no_more(case, queue_url, count)
        for topic_arn in topics:
            _expect_delivery(case, queue_url, topic_arn, "both topics are let in")
        _expect_only_topic_let_in(case, queue_url, topics[0])


def _others(case, queue_url, topic_arn):
    """Return statements that a policy may have: for other topics, for an account, and against one, all with names."""
    arn = case.queue_arn(queue_url)
    partner = case.client("sns", profile="partner").create_topic(Name="theirs")["TopicArn"].split(":")[4]
    found = [
        shop.statement(arn, _topic(case, "returns")) | {"Sid": "returns"},
        shop.statement(arn, f"{topic_arn}-old") | {"Sid": "old"},
        {"Sid": "look", "Effect": "Allow", "Principal": {"AWS": partner}, "Action": "sqs:GetQueueUrl", "Resource": arn},
        {"Sid": "not", "Effect": "Deny", "Principal": {"AWS": partner}, "Action": "sqs:PurgeQueue", "Resource": arn},
    ]
    return shop.shuffled(case, found)


def _expect_let_in(case, queue_url, topic_arn, others):
    """The topic's messages arrive; policy, settings and messages are what they were beside that."""
    before, lease = _settings(case, queue_url), str(case.draw.randrange(100, 200))

    def somebody_else():
        case.sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": lease})

    case.during("SetQueueAttributes", somebody_else)
    _run(case, "the topic is let in", queue_url=queue_url, topic_arn=topic_arn)
    case.did += f" on a queue {'that has a policy' if others else 'without a policy'}"
    _expect_kept(case, queue_url, others)
    if len(case.state(queue_url)["messages"]) != 1:
        case.not_yet(
            "message-gone",
            got=case.said("The message that waited in the queue is gone."),
            expected="it stays",
            why="Nothing but the queue's policy was to change.",
        )
    _expect_delivery(case, queue_url, topic_arn, "the topic's message is in the queue")
    after, before["VisibilityTimeout"] = _settings(case, queue_url), lease
    others = sorted(name for name in after if after[name] != before[name])
    if others:
        case.not_yet(
            "other-attribute-changed",
            got=case.said(f"The queue has another {', '.join(others)} than before."),
            expected="no other attribute than Policy was set",
            why="What set_queue_attributes does not name stays, even when somebody else changes it in between.",
        )


def _expect_kept(case, queue_url, others):
    """The other statements are in the policy, as they were."""
    now = _statements(case, queue_url)
    gone = [statement["Sid"] for statement in others if statement not in now]
    if gone:
        case.not_yet(
            "statements-gone",
            got=case.said(f"Statements that the policy had are gone or changed: {', '.join(sorted(gone))}."),
            expected="they stay as they were",
            why=REPLACED,
        )
    if others and _policy(case, queue_url).get("Id") != "shop":
        case.not_yet(
            "policy-id-gone",
            got=case.said("The policy had an Id, and has it no longer."),
            expected="the policy as it was, and a statement more",
            why="Change what you read, and write that back, rather than a policy of your own around its statements.",
        )


def _expect_no_more(case, queue_url, count):
    """With the second topic there is one statement more at most, however often it was called."""
    now = len(_statements(case, queue_url))
    if now > count + 1:
        case.not_yet(
            "statement-added-again",
            got=case.said(f"With two topics let in, one of them three times, the policy has {now} statements."),
            expected=f"at most {count + 1}",
            why="A script runs every morning. A statement that is there is not added again, or the policy is full one "
            "day: it has room for 8,192 bytes.",
        )


def _expect_delivery(case, queue_url, topic_arn, expected):
    """What is published on the topic arrives at the queue."""
    subscription = _subscribe(case, topic_arn, queue_url)
    told = case.sns.publish(TopicArn=topic_arn, Message="{}")["MessageId"]
    came = [body for body in _take(case, queue_url) if told in body]
    case.sns.unsubscribe(SubscriptionArn=subscription)
    if not came:
        found, (reason, why) = (
            "The queue's policy does not let SNS in on behalf of the topic.",
            _why_refused(case, queue_url, topic_arn),
        )
        if not _statements(case, queue_url):
            reason, found = "no-policy", "The queue has no policy, and SNS was refused."
        case.not_yet(reason, got=case.said(found), expected=expected, why=why)


def _why_refused(case, queue_url, topic_arn):
    """Return what is wrong with the statement that should let the topic in, where that can be seen."""
    text = json.dumps(_statements(case, queue_url))
    if queue_url in text:
        return (
            "url-in-policy",
            "Resource and ARNs in conditions are ARNs. The queue's URL is none; its attribute QueueArn is.",
        )
    if topic_arn not in text and "SourceArn" in text:
        return "topic-not-named", f"No statement names this topic as aws:SourceArn. {REPLACED}"
    return "statement-wrong", STATEMENT


# --- 06.3 ------------------------------------------------------------------------------------------------------------


def filter_for(case):
    """Two countries with different limits; each filter meets orders just inside and just outside of it."""
    for home in case.draw.sample(COUNTRIES, 2):
        _expect_filter(case, home, case.draw.randrange(50, 500))


def _expect_filter(case, home, least):
    """The subscription takes the attributes, and lets through what customs wants."""
    returned = case.run(home=home, least=least)
    _expect_strings(case, returned)
    topic_arn, queue_url = _topic(case), case.queue("customs")
    shop.allow_topic(case, topic_arn, queue_url)
    try:
        _subscribe(case, topic_arn, queue_url, **returned)
    except case.sns.exceptions.InvalidParameterException as problem:
        said = problem.response["Error"]["Message"].splitlines()[0]
        reason, why = _why_not_taken(said)
        case.not_yet(
            reason,
            got=case.said(f"SNS does not take these attributes: {said}"),
            expected="attributes that subscribe takes",
            why=why,
        )
    kinds = _customs_orders(case, home, least)
    sent = {f"C-{number}": kind for number, kind in enumerate(kinds, start=100)}
    for order_id in case.draw.sample(list(sent), len(sent)):
        order = sent[order_id][1]
        case.sns.publish(TopicArn=topic_arn, Message=json.dumps({"order_id": order_id} | order))
    came = [json.loads(body) for body in _take(case, queue_url)]
    if any("TopicArn" in body for body in came):
        case.not_yet(
            "envelope-left",
            got=case.said("The orders came in SNS's envelope."),
            expected="raw messages",
            why='The attribute RawMessageDelivery is "false" unless it is set to "true".',
        )
    ids = {order["order_id"] for order in came}
    if not ids:
        reason = "message-attributes-looked-for"
        why = "A filter looks for labels, unless FilterPolicyScope is MessageBody. The messages have none."
        if returned.get("FilterPolicyScope") == "MessageBody":
            reason = "nothing-matches"
            why = (
                "The filter has the shape of an order, in which the country stands within address. What is missing "
                "matches nothing."
            )
        case.not_yet(
            reason,
            got=case.said(f"Not one of {len(sent)} orders passed."),
            expected="the orders for customs",
            why=why,
        )
    for order_id, (reason, order, wanted, why) in sent.items():
        if (order_id in ids) != wanted:
            case.not_yet(
                reason,
                got=case.said(f"This order {'was held back' if wanted else 'passed'}: {json.dumps(order)}."),
                expected="it passes" if wanted else "it is held back",
                why=why,
            )


def _expect_strings(case, returned):
    """A dictionary of strings, of attributes that a subscription has."""
    if not isinstance(returned, dict) or not all(isinstance(value, str) for value in returned.values()):
        case.not_yet(
            "no-texts",
            got=returned,
            expected="a dictionary of strings",
            why="Attributes of a subscription are strings. json.dumps makes one of a filter, and true is written "
            '"true".',
        )


def _why_not_taken(said):
    """Return the reason for an error of SNS in words of the lesson."""
    if "nested" in said:
        return (
            "nested-message-attributes",
            "A filter looks at labels, which cannot be nested, unless FilterPolicyScope is MessageBody.",
        )
    if "must be an object or an array" in said or "Empty arrays" in said:
        return "value-without-list", "The values of a name stand in a list, even one alone."
    if "numeric" in said:
        return (
            "number-as-text",
            'numeric takes a list of a comparison and a number, as [">=", 100]; a number in quotes is none.',
        )
    if "Unknown attribute" in said or "AttributeName" in said:
        return (
            "unknown-attribute",
            "A subscription has the attributes RawMessageDelivery, FilterPolicy and FilterPolicyScope.",
        )
    return "filter-refused", "See the table of operators in section 6 of the lesson."


def _customs_orders(case, home, least):
    """Return kinds of orders, each after the reason id of what is wrong about its filter, whether customs wants it,
    and why."""
    others = [country for country in COUNTRIES if country != home]
    alike = case.draw.choice([country for country in others if country[0] == home[0]])
    away = [alike, *case.draw.sample([country for country in others if country != alike], 4)]
    near = "The limit itself is enough: its operator is >=."
    home_why = "An order that stays in the country is not for customs, whatever it costs, and a present neither."
    no_country = "Without an address there is no country, and what is missing is not another country."
    gift = "A present that goes abroad is for customs at any total: $or lists alternatives."
    enough = "It goes to another country, and costs the limit or more: that is enough."
    kinds = [("costs-enough", {"total": least + 1, "address": {"country": country}}, True, enough) for country in away]
    return [
        *kinds,
        ("at-the-limit", {"total": least, "address": {"country": away[0], "town": home}}, True, near),
        (
            "below-the-limit",
            {"total": least - 1, "address": {"country": away[0]}},
            False,
            "It costs less than the limit.",
        ),
        (
            "below-the-limit",
            {"total": least - 0.01, "address": {"country": away[1]}},
            False,
            "It costs less than the limit.",
        ),
        ("gift-held-back", {"total": 5, "gift": True, "address": {"country": away[2]}}, True, gift),
        ("gift-held-back", {"gift": True, "address": {"country": away[3]}}, True, gift),
        ("costs-enough", {"total": least + 1, "gift": True, "address": {"country": away[4]}}, True, enough),
        (
            "no-gift",
            {"total": 5, "gift": False, "address": {"country": away[3]}},
            False,
            "It is no present: gift is false.",
        ),
        ("no-total", {"address": {"country": away[4]}}, False, "It has no total, and is no present."),
        ("at-home", {"total": least + 1, "address": {"country": home}}, False, home_why),
        ("at-home", {"total": least + 1, "gift": True, "address": {"country": home}}, False, home_why),
        ("at-home", {"total": 5, "gift": True, "country": away[0], "address": {"country": home}}, False, home_why),
        ("no-country", {"total": least + 1, "gift": True}, False, no_country),
        (
            "country-outside",
            {"total": least + 1, "country": away[1]},
            False,
            f"{no_country} A key of that name outside is another one.",
        ),
        ("no-country", {"total": least + 1, "gift": True, "address": {"town": "Bath"}}, False, no_country),
    ]


# --- 06.4 ------------------------------------------------------------------------------------------------------------


def fan_out(case):
    """A single new department; then departments in all states at once; then all of them again, and one more."""
    topic_arn, decoy = _topic(case), case.queue("decoy")
    _expect_fan_out(case, topic_arn, {case.name("tea"): None})
    case.reach("delivered")
    states = {case.name("new"): None}
    for stem in ("waiting", "wrapped", "earlier"):
        name = case.name(stem)
        attributes = {"VisibilityTimeout": str(case.draw.randrange(40, 90))}
        states[name] = case.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        shop.send(case, states[name], shop.orders(case, 1))
        if stem == "waiting":
            continue
        shop.allow_topic(case, topic_arn, states[name])
        _subscribe(case, topic_arn, states[name], RawMessageDelivery="true" if stem == "earlier" else "false")
    urls = _expect_fan_out(case, topic_arn, states)
    again = list(urls.items())
    _expect_fan_out(case, topic_arn, dict(again) | {case.name("late"): None})
    if case.queue_arn(decoy) in _endpoints(case, topic_arn):
        case.not_yet(
            "others-subscribed",
            got=case.said("A queue is subscribed that is not among the departments."),
            expected="the departments' queues only",
            why="Other queues of the account are none of this topic's business.",
        )


def _expect_fan_out(case, topic_arn, states):
    """All queues get what they should, in between too. states: each name's queue, None where there is none."""
    names = case.draw.sample(list(states), len(states))
    before = {name: _settings(case, url) for name, url in states.items() if url}
    waiting = {name: set(shop.messages_in(case, url)) for name, url in states.items() if url}
    published, end = _publish_between(case, topic_arn, set(_endpoints(case, topic_arn)))
    urls = _run(case, "a queue for each department", topic_arn=topic_arn, names=names)
    end()
    case.did += f" with {len(names)} departments, of which {len(before)} have a queue already"
    _expect_urls(case, urls, names)
    for name in names:
        _expect_same(case, name, urls[name], before.get(name), waiting.get(name, set()))
    last = case.sns.publish(TopicArn=topic_arn, Message='{"order_id": "last"}')["MessageId"]
    for name in names:
        _expect_one_subscription(case, topic_arn, urls[name])
        _expect_all_published(case, urls[name], published, last)
        _expect_only_topic_let_in(case, urls[name], topic_arn)
        shop.send(case, urls[name], shop.orders(case, 1))
    return urls


def _publish_between(case, topic_arn, subscribed):
    """Publish an order before each call that matters. Return the list of these, which grows, and what ends it.

    subscribed: the ARNs of queues that were subscribed before. In the list are the text, the queues that it's owed to,
    and the operation that followed.
    """
    published = []

    def publish(operation):
        text = json.dumps({"order_id": f"between-{len(published) + 1}-{case.draw.randrange(1000)}"})
        published.append((text, subscribed | set(_endpoints(case, topic_arn)), operation))
        case.sns.publish(TopicArn=topic_arn, Message=text)

    operations = ("CreateQueue", "SetQueueAttributes", "Subscribe", "SetSubscriptionAttributes")
    return published, shop.before_each(case, operations, publish)


def _expect_urls(case, urls, names):
    """A dictionary from each name to its queue's URL."""
    if not isinstance(urls, dict) or set(urls) != set(names):
        case.not_yet(
            "no-dictionary",
            got=urls,
            expected="a dictionary from each name to the URL of its queue",
            why="The caller looks the URL of a department up by its name.",
        )
    for name in names:
        try:
            right = case.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except case.sqs.exceptions.QueueDoesNotExist:
            right = None
        if right is None or urls[name] != right:
            case.not_yet(
                "wrong-url",
                got=urls[name],
                expected="the URL of the department's queue",
                why="A queue has the name of its department, letter by letter; create_queue and get_queue_url return "
                "its URL.",
            )


def _expect_same(case, name, queue_url, before, waiting):
    """A queue that was there has its settings and its messages."""
    if before is not None and _settings(case, queue_url) != before:
        case.not_yet(
            "settings-changed",
            got=case.said("A queue that was there has other settings now, or is another queue."),
            expected="nothing but its policy is set",
            why="Departments set their queues up by hand. What is not named in set_queue_attributes stays.",
        )
    if not waiting <= shop.messages_in(case, queue_url).keys():
        case.not_yet(
            "messages-gone",
            got=case.said(
                f"Messages that waited in a queue are gone: {len(waiting - shop.messages_in(case, queue_url).keys())}."
            ),
            expected="they wait still",
            why="A queue that is there keeps its orders: neither delete nor purge it.",
        )


def _expect_one_subscription(case, topic_arn, queue_url):
    """The queue is subscribed once."""
    count = _endpoints(case, topic_arn).count(case.queue_arn(queue_url))
    if count != 1:
        case.not_yet(
            "not-one-subscription",
            got=case.said(f"A department's queue has {count or 'no'} subscription{'s' * (count != 1)}."),
            expected="one",
            why="Each department hears the topic, once. subscribe takes the queue's ARN, and returns the subscription "
            "that is there.",
        )


def _expect_all_published(case, queue_url, published, last):
    """The queue has all that it is owed, each once, and the last one raw."""
    arn = case.queue_arn(queue_url)
    bodies = _take(case, queue_url)
    raw = bodies.count('{"order_id": "last"}')
    if not raw and any(last in body for body in bodies):
        case.not_yet(
            "envelope-left",
            got=case.said("A message came in SNS's envelope."),
            expected="raw messages",
            why='The attribute RawMessageDelivery is "false" unless it is set to "true".',
        )
    if raw != 1:
        reason, why = (
            ("delivered-twice", "Each department hears the topic, once.") if raw else ("not-let-in", STATEMENT)
        )
        case.not_yet(
            reason,
            got=case.said(f"An order that was published afterwards came {raw or 'no'} times."),
            expected="once, to each department",
            why=why,
        )
    told = [json.loads(body) for body in bodies]
    orders = {json.loads(body["Message"])["order_id"] if "TopicArn" in body else body["order_id"] for body in told}
    for text, owed, operation in published:
        if arn in owed and json.loads(text)["order_id"] not in orders:
            case.not_yet(
                "lost-between-calls",
                got=case.said(f"An order that was published just before your call of {operation} was lost."),
                expected="from the moment a queue is subscribed, all that is published",
                why="Subscribed, and not yet let in: in between the queue refuses, and SNS does not try again. And "
                "whoever unsubscribes misses what comes before the next subscribe.",
            )


# --- 06.5 ------------------------------------------------------------------------------------------------------------

PLAIN = {"total": 20, "delivery": "pickup", "items": [{"name": "tea", "count": 2}]}
BETWEEN = (
    "Policy first, then subscribe with all its attributes: else there is a moment in which the queue refuses what it "
    "wants, or gets what it does not want."
)
WISHES = ("billing", "analytics", "shipping", "express", "safe", "bakery")


def wire_up(case):
    """Orders that differ from a plain one in one thing each, also between the calls; all again; and other topics."""
    topic_arn = _topic(case)
    names = shop.shuffled(case, WISHES)
    departments = {name: case.queue(name[:3]) for name in names}
    kinds = _kinds(case)
    probes = [kinds[0], next(kind for kind in kinds if kind[0] == "express")]
    between, end = _probe_between(case, topic_arn, departments, probes)
    expected = "each department gets what it wants"
    for _ in range(2):
        _run(case, expected, topic_arn=topic_arn, departments=departments)
        end()
        _expect_subscribed(case, topic_arn, departments)
    sent = {f"D-{number}": (*kind, set(departments)) for number, kind in enumerate(kinds, start=200)}
    for order_id in case.draw.sample(list(sent), len(sent)):
        _publish_kind(case, topic_arn, order_id, sent[order_id])
    bodies, scopes = _bodies(case, departments), _wrong_scopes(case, topic_arn, departments)
    _expect_wishes(case, bodies, sent, scopes)
    case.reach("sorted")
    _expect_wishes(case, bodies, between, {}, " between your calls")
    _expect_notice(case, topic_arn, departments)
    for url in departments.values():
        _expect_only_topic_let_in(case, url, topic_arn)


def _expect_notice(case, topic_arn, departments):
    """Billing gets a message that is no order, and the others do not."""
    notice = "We close at six today."
    case.sns.publish(TopicArn=topic_arn, Message=notice)
    came = [name for name, url in departments.items() if notice in _take(case, url)]
    if came != ["billing"]:
        case.not_yet(
            "notice-filtered",
            got=case.said(f"A message that is no order reached {', '.join(sorted(came)) or 'nobody'}."),
            expected="it reaches billing",
            why="Billing gets every message, so its subscription has no filter at all. All others have one.",
        )


def _kinds(case):
    """Return orders with their kind, their labels, the departments that want each, and what is remarkable about it."""
    spelling = case.draw.choice(["expresS", "exPRess", "eXpress"])
    plain = {key: PLAIN[key] for key in PLAIN if key != "delivery"}
    kinds = [
        ("plain", PLAIN, {}, "", "it is fetched, and nobody but billing wants it"),
        ("web-attribute", PLAIN, {"channel": "web"}, "analytics", "its label channel is web"),
        ("capital-web", PLAIN, {"channel": "Web"}, "", "its label channel is Web, with a capital"),
        ("longer-web", PLAIN, {"channel": "website"}, "", "its label channel begins with web"),
        ("other-attribute-web", PLAIN, {"source": "web"}, "", "another label is web"),
        ("web-in-body", PLAIN | {"channel": "web"}, {}, "", "channel is no label, but stands in the body"),
        (
            "pickup-as-attribute",
            PLAIN | {"delivery": "post"},
            {"delivery": "pickup"},
            "shipping",
            "pickup stands on a label only",
        ),
        ("part-of-pickup", PLAIN | {"delivery": "pick"}, {}, "shipping", "its delivery is not pickup"),
        (
            "longer-than-pickup",
            PLAIN | {"delivery": "pickup by bicycle"},
            {},
            "shipping",
            "its delivery only begins with pickup",
        ),
        ("no-delivery", plain, {}, "shipping", "it has no delivery"),
        ("express", PLAIN | {"delivery": "express"}, {}, "shipping express", "its delivery is express"),
        ("other-capitals", PLAIN | {"delivery": spelling}, {}, "shipping express", f"its delivery is {spelling}"),
        (
            "longer-than-express",
            PLAIN | {"delivery": "expressly not"},
            {},
            "shipping",
            "its delivery only begins with express",
        ),
        ("express-as-attribute", PLAIN, {"delivery": "express"}, "", "express stands on a label only"),
        ("at-the-limit", PLAIN | {"total": 500}, {}, "safe", "its total is just 500"),
        ("above-the-limit", PLAIN | {"total": 500.01}, {}, "safe", "its total is 500.01"),
        ("far-above-the-limit", PLAIN | {"total": 12_000}, {}, "safe", "its total is 12000"),
        ("below-the-limit", PLAIN | {"total": 499}, {}, "", "its total is 499"),
        ("just-below-the-limit", PLAIN | {"total": 499.99}, {}, "", "its total is 499.99"),
        ("total-as-text", PLAIN | {"total": "600"}, {}, "", "its total is a text"),
        ("neither-total-nor-items", {"delivery": "pickup"}, {}, "", "it has neither total nor items"),
        ("no-items", PLAIN | {"items": []}, {}, "", "its list of items is empty"),
        (
            "second-item",
            PLAIN | {"items": [{"name": "tea"}, {"name": "cake", "count": 1}]},
            {},
            "bakery",
            "its second item is a cake",
        ),
        ("cake", PLAIN | {"items": [{"name": "cake"}]}, {}, "bakery", "it has a cake"),
        ("cake-tin", PLAIN | {"items": [{"name": "cake tin"}]}, {}, "", "it has a cake tin, and no cake"),
        ("capital-cake", PLAIN | {"items": [{"name": "Cake"}]}, {}, "", "its item is called Cake, with a capital"),
        (
            "cake-under-another-key",
            PLAIN | {"items": [{"name": "tea", "with": "cake"}]},
            {},
            "",
            "no item has the name cake",
        ),
        ("cake-outside-items", PLAIN | {"name": "cake"}, {}, "", "the name cake stands outside of its items"),
        (
            "several",
            plain | {"total": 700, "items": [{"name": "cake"}]},
            {"channel": "web"},
            "analytics shipping safe bakery",
            "several departments want it",
        ),
    ]
    return [(kind, order, labels, {"billing", *who.split()}, about) for kind, order, labels, who, about in kinds]


def _publish_kind(case, topic_arn, order_id, kind):
    """Publish an order of this kind."""
    _, order, labels, *_ = kind
    message = json.dumps({"order_id": order_id} | order)
    case.sns.publish(TopicArn=topic_arn, Message=message, MessageAttributes=shop.labels(**labels))


def _probe_between(case, topic_arn, departments, kinds):
    """Publish such orders before each call that matters. Return what was sent, which grows, and what ends it."""
    arns, sent = {case.queue_arn(url): name for name, url in departments.items()}, {}

    def publish(_):
        for kind in kinds:
            order_id = f"B-{len(sent)}-{case.draw.randrange(1000)}"
            listening = {arns[arn] for arn in _endpoints(case, topic_arn) if arn in arns}
            sent[order_id] = (*kind, listening)
            _publish_kind(case, topic_arn, order_id, kind)

    return sent, shop.before_each(case, ("SetQueueAttributes", "Subscribe", "SetSubscriptionAttributes"), publish)


def _expect_subscribed(case, topic_arn, departments):
    """Each department's queue is subscribed, once."""
    endpoints = _endpoints(case, topic_arn)
    for name, url in departments.items():
        count = endpoints.count(case.queue_arn(url))
        if count != 1:
            case.not_yet(
                "not-one-subscription",
                got=case.said(f"The queue of {name} has {count or 'no'} subscription{'s' * (count != 1)}."),
                expected="one",
                why="subscribe takes the queue's ARN, and makes one subscription of a queue to a topic.",
            )


def _bodies(case, departments):
    """Return what each department's queue holds, as dictionaries, and take it out; all of it is raw."""
    found = {name: [json.loads(body) for body in _take(case, url)] for name, url in departments.items()}
    for name, bodies in found.items():
        if any("TopicArn" in body for body in bodies):
            case.not_yet(
                "envelope-left",
                got=case.said(f"An order for {name} came in SNS's envelope."),
                expected="raw messages, from the first one on",
                why='RawMessageDelivery is "false" unless it is set to "true", best in the call of subscribe itself.',
            )
    return found


def _wrong_scopes(case, topic_arn, departments):
    """Return the departments whose filter can match nothing because of its scope, each with a reason id and why."""
    arns, found = {case.queue_arn(url): name for name, url in departments.items()}, {}
    for one in case.sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        name = arns.get(one["Endpoint"])
        shown = case.sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
        scope = shown.get("FilterPolicyScope")
        if scope == "MessageBody" and name == "analytics":
            why = "This filter looks into the body, and the channel is a label: the other scope."
            found[name] = "body-looked-at", why
        if scope == "MessageAttributes" and name in WISHES[2:]:
            why = "This filter looks at labels, as it does unless FilterPolicyScope is MessageBody."
            found[name] = "message-attributes-looked-at", why
    return found


def _expect_wishes(case, bodies, sent, scopes, when=""):
    """Each department has got, once, what it wants of what was sent while it listened.

    scopes: the departments whose filter has the wrong scope, each with a reason id and why. when: "" for orders that
    were published after the answer's calls, otherwise in words when they were.
    """
    for name in WISHES:
        came = [body["order_id"] for body in bodies[name]]
        wanted = [key for key, (_, _, _, who, _, listening) in sent.items() if name in who and name in listening]
        if wanted and not set(came) & set(wanted):
            nothing = f"{name}-got-nothing", f"The filter matches nothing, or the queue refuses. {STATEMENT}"
            reason, why = ("nothing-between-calls", BETWEEN) if when else scopes.get(name, nothing)
            case.not_yet(
                reason,
                got=case.said(f"Of {len(sent)} orders published{when} {name} got none that it wants."),
                expected=f"{len(wanted)} of them",
                why=why,
            )
        for key, (kind, order, _, who, about, _) in sent.items():
            # A queue that was subscribed at the moment of publishing may have got it.
            if key in wanted or came.count(key) > int(name in who):
                what = f"an order that was published{when}: {json.dumps(order)}"
                told = f"{name}-{{}}-{kind}", f"About this order: {about}."
                told = ("{}-between-calls", BETWEEN) if when else scopes.get(name, told)
                _expect_one(case, name, what, came.count(key), key in wanted, *told)
        if name == "analytics":  # the first with a filter
            case.reach("delivered")


def _expect_one(case, name, what, count, wanted, reason, why):
    """The order came as often as it should: once or never.

    what: which order it is, in words. reason: an id with room for what happened: "missed", "got" or "got-twice".
    """
    if count == int(wanted):
        return
    happened = "did not get" if wanted and not count else "got" if count == 1 else f"got {count} times"
    case.not_yet(
        reason.format("missed" if wanted and not count else "got" if count == 1 else "got-twice"),
        got=case.said(f"The department {name} {happened} {what}."),
        expected="it gets it, once" if wanted else "it is held back",
        why=why,
    )

"""Wrong answers to the exercises of lesson 06, as learners write them. Each docstring says what the check must say."""

import json

# --- read_order -------------------------------------------------------------------------------------------------------


def read_order__once(message):
    """Says: The order is the text under Message"""
    return json.loads(message["Body"])


def read_order__always_an_envelope(message):
    """Says: Without an envelope the body is the order itself"""
    return json.loads(json.loads(message["Body"])["Message"])


def read_order__text(message):
    """Says: json.loads makes a dictionary."""
    body = json.loads(message["Body"])
    return body["Message"] if "TopicArn" in body else message["Body"]


def read_order__by_message(message):
    """Says: Its card is called Message as well"""
    body = json.loads(message["Body"])
    return json.loads(body["Message"]) if "Message" in body else body


def read_order__by_type(message):
    """Says: Its card is called Message as well"""
    body = json.loads(message["Body"])
    return json.loads(body["Message"]) if body.get("Type") == "Notification" else body


def read_order__tries_the_message(message):
    """Says: Its card is called Message as well"""
    body = json.loads(message["Body"])
    try:
        return json.loads(body["Message"])
    except (KeyError, ValueError):
        return body


def read_order__by_topic(message):
    """Says: Only an envelope has a TopicArn."""
    body = json.loads(message["Body"])
    return json.loads(body["Message"]) if body["TopicArn"] else body


# --- let_in -----------------------------------------------------------------------------------------------------------

ONLY = object()


def _arn(sqs, queue_url):
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _read(sqs, queue_url):
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"]).get("Attributes", {})
    return json.loads(attributes.get("Policy", '{"Version": "2012-10-17", "Statement": []}'))


def _write(sqs, queue_url, policy):
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


def _statement(queue_arn, topic_arn, **more):
    return {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    } | more


def _add(sqs, queue_url, statement):
    policy = _read(sqs, queue_url)
    statement = {name: value for name, value in statement.items() if value is not ONLY}
    if statement not in policy["Statement"]:
        policy["Statement"].append(statement)
        _write(sqs, queue_url, policy)


def let_in__nothing(sqs, queue_url, topic_arn):
    """Says: The queue has no policy, and SNS was refused."""


def let_in__replaces(sqs, queue_url, topic_arn):
    """Says: set_queue_attributes replaces the policy as a whole."""
    statement = _statement(_arn(sqs, queue_url), topic_arn)
    _write(sqs, queue_url, {"Version": "2012-10-17", "Statement": [statement]})


def let_in__no_policy_yet(sqs, queue_url, topic_arn):
    """Says: Where nothing that was asked for is there"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
    _write(sqs, queue_url, policy)


def let_in__no_policy_among_all(sqs, queue_url, topic_arn):
    """Says: A queue without a policy answers without the key Policy."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"].append(_statement(attributes["QueueArn"], topic_arn))
    _write(sqs, queue_url, policy)


def let_in__appends_each_time(sqs, queue_url, topic_arn):
    """Says: A statement that is there is not added again"""
    policy = _read(sqs, queue_url)
    policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
    _write(sqs, queue_url, policy)


def let_in__no_condition(sqs, queue_url, topic_arn):
    """Says: SNS sends for any topic of any account"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=ONLY))


def let_in__pattern(sqs, queue_url, topic_arn):
    """Says: SNS sends for any topic of any account"""
    condition = {"ArnLike": {"aws:SourceArn": topic_arn + "*"}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__the_account(sqs, queue_url, topic_arn):
    """Says: SNS sends for any topic of any account"""
    condition = {"StringEquals": {"aws:SourceAccount": topic_arn.split(":")[4]}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__any_region(sqs, queue_url, topic_arn):
    """Says: SNS sends for any topic of any account"""
    parts = topic_arn.split(":")
    condition = {"ArnLike": {"aws:SourceArn": ":".join([*parts[:3], "*", *parts[4:]])}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__everybody(sqs, queue_url, topic_arn):
    """Says: SNS sends for any topic of any account"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Principal="*", Condition=ONLY))


def let_in__everybody_too(sqs, queue_url, topic_arn):
    """Says: A star means everybody."""
    arn = _arn(sqs, queue_url)
    condition = {"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}
    _add(sqs, queue_url, _statement(arn, topic_arn))
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal="*", Condition=condition))


def let_in__url(sqs, queue_url, topic_arn):
    """Says: The queue's URL is none; its attribute QueueArn is."""
    condition = {"ArnEquals": {"aws:SourceArn": queue_url}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__resource_is_the_topic(sqs, queue_url, topic_arn):
    """Says: its Resource the queue's ARN"""
    policy = _read(sqs, queue_url)
    policy["Statement"].append(_statement(topic_arn, topic_arn))
    _write(sqs, queue_url, policy)


def let_in__the_topics_account(sqs, queue_url, topic_arn):
    """Says: its Principal is the service sns.amazonaws.com"""
    arn = _arn(sqs, queue_url)
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal={"AWS": topic_arn.split(":")[4]}))


def let_in__receives(sqs, queue_url, topic_arn):
    """Says: its Action sqs:SendMessage"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Action="sqs:ReceiveMessage"))


def let_in__dict(sqs, queue_url, topic_arn):
    """Says: json.dumps makes one of it"""
    policy = {"Version": "2012-10-17", "Statement": [_statement(_arn(sqs, queue_url), topic_arn)]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def let_in__own_frame(sqs, queue_url, topic_arn):
    """Says: rather than a policy of your own around its statements"""
    statements, mine = _read(sqs, queue_url)["Statement"], _statement(_arn(sqs, queue_url), topic_arn)
    more = [] if mine in statements else [mine]
    _write(sqs, queue_url, {"Version": "2012-10-17", "Statement": statements + more})


def let_in__allows_only(sqs, queue_url, topic_arn):
    """Says: Statements that the policy had are gone or changed: not."""
    policy = _read(sqs, queue_url)
    mine = _statement(_arn(sqs, queue_url), topic_arn)
    policy["Statement"] = [each for each in policy["Statement"] if each["Effect"] == "Allow" and each != mine]
    policy["Statement"].append(mine)
    _write(sqs, queue_url, policy)


def let_in__writes_all_back(sqs, queue_url, topic_arn):
    """Says: What set_queue_attributes does not name stays"""
    names = ["VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    policy, mine = _read(sqs, queue_url), _statement(_arn(sqs, queue_url), topic_arn)
    policy["Statement"] += [] if mine in policy["Statement"] else [mine]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes | {"Policy": json.dumps(policy)})


def let_in__first_topic_only(sqs, queue_url, topic_arn):
    """Says: No statement names this topic as aws:SourceArn."""
    policy = _read(sqs, queue_url)
    if not any("SourceArn" in str(each) and "Sid" not in each for each in policy["Statement"]):
        policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
        _write(sqs, queue_url, policy)


def let_in__looks_for_the_text(sqs, queue_url, topic_arn):
    """Says: A statement lets the topic in when"""
    policy = _read(sqs, queue_url)
    if topic_arn not in json.dumps(policy):
        policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
        _write(sqs, queue_url, policy)


# --- filter_for -------------------------------------------------------------------------------------------------------


def _attributes(wanted, scope="MessageBody"):
    return {"RawMessageDelivery": "true", "FilterPolicyScope": scope, "FilterPolicy": json.dumps(wanted)}


def _abroad(home):
    return {"address": {"country": [{"anything-but": [home]}]}}


def _worth(least):
    return {"total": [{"numeric": [">=", least]}]}


def filter_for__dict(home, least):
    """Says: Attributes of a subscription are strings."""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted) | {"FilterPolicy": wanted}


def filter_for__true(home, least):
    """Says: Attributes of a subscription are strings."""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted) | {"RawMessageDelivery": True}


def filter_for__the_filter_alone(home, least):
    """Says: a dictionary of strings"""
    return json.dumps(_abroad(home) | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__no_scope(home, least):
    """Says: cannot be nested, unless FilterPolicyScope is MessageBody"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)}


def filter_for__flat_and_both(home, least):
    """Says: in which the country stands within address"""
    return _attributes({"country": [{"anything-but": [home]}], "gift": [True]} | _worth(least))


def filter_for__flat(home, least):
    """Says: It goes to another country, and costs the limit or more"""
    wanted = {"country": [{"anything-but": [home]}], "$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted)


def filter_for__labels(home, least):
    """Says: A filter looks for labels, unless"""
    return _attributes({"country": [{"anything-but": [home]}]}, "MessageAttributes")


def filter_for__no_list(home, least):
    """Says: The values of a name stand in a list"""
    wanted = {"address": {"country": {"anything-but": [home]}}, "$or": [_worth(least), {"gift": True}]}
    return _attributes(wanted)


def filter_for__number_as_text(home, least):
    """Says: a number in quotes is none"""
    return _attributes(_abroad(home) | {"$or": [_worth(str(least)), {"gift": [True]}]})


def filter_for__more_than(home, least):
    """Says: The limit itself is enough"""
    total = {"total": [{"numeric": [">", least]}]}
    return _attributes(_abroad(home) | {"$or": [total, {"gift": [True]}]})


def filter_for__both(home, least):
    """Says: that is enough"""
    return _attributes(_abroad(home) | _worth(least) | {"gift": [True]})


def filter_for__no_gifts(home, least):
    """Says: $or lists alternatives"""
    return _attributes(_abroad(home) | _worth(least))


def filter_for__gift_is_there(home, least):
    """Says: It is no present: gift is false."""
    return _attributes(_abroad(home) | {"$or": [_worth(least), {"gift": [{"exists": True}]}]})


def filter_for__gift_text(home, least):
    """Says: A present that goes abroad is for customs at any total"""
    return _attributes(_abroad(home) | {"$or": [_worth(least), {"gift": ["true"]}]})


def filter_for__gifts_from_anywhere(home, least):
    """Says: and a present neither"""
    return _attributes({"$or": [_abroad(home) | _worth(least), {"gift": [True]}]})


def filter_for__no_address_too(home, least):
    """Says: Without an address there is no country"""
    abroad = {"address": {"country": [{"anything-but": [home]}, {"exists": False}]}}
    return _attributes(abroad | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__first_letter(home, least):
    """Says: It goes to another country, and costs the limit or more"""
    abroad = {"address": {"country": [{"anything-but": {"prefix": home[0]}}]}}
    return _attributes(abroad | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__envelope(home, least):
    """Says: The orders came in SNS's envelope."""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(wanted)}


def filter_for__wrong_word(home, least):
    """Says: See the table of operators"""
    wanted = {"address": {"country": [{"not": home}]}, "$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted)


def filter_for__wrong_attribute(home, least):
    """Says: A subscription has the attributes RawMessageDelivery"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted) | {"Filter": "{}"}


# --- fan_out ----------------------------------------------------------------------------------------------------------


def _subscribe(sns, topic_arn, arn, **settings):
    asked = {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": arn, "Attributes": settings}
    return sns.subscribe(**asked)["SubscriptionArn"]


def _raw(sns, subscription):
    sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true"
    )


def _open(sqs, url, topic_arn, **more):
    statement = _statement(_arn(sqs, url), topic_arn, **more)
    statement = {name: value for name, value in statement.items() if value is not ONLY}
    _write(sqs, url, {"Version": "2012-10-17", "Statement": [statement]})


def fan_out__no_policy(sns, sqs, topic_arn, names):
    """Says: A statement lets the topic in when"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__subscribes_first(sns, sqs, topic_arn, names):
    """Says: Subscribed, and not yet let in"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
        _open(sqs, url, topic_arn)
    return urls


def fan_out__anew(sns, sqs, topic_arn, names):
    """Says: whoever unsubscribes misses what comes before the next subscribe"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
    return urls


def fan_out__other_attributes(sns, sqs, topic_arn, names):
    """Says: set_subscription_attributes changes it"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
    return urls


def fan_out__envelope(sns, sqs, topic_arn, names):
    """Says: A message came in SNS's envelope."""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url))
    return urls


def fan_out__subscribes_the_url(sns, sqs, topic_arn, names):
    """Says: A queue is subscribed by its ARN"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, url))
    return urls


def fan_out__creates_with_the_policy(sns, sqs, topic_arn, names):
    """Says: create it by its name alone"""
    urls = {}
    for name in names:
        arn = topic_arn.replace(":sns:", ":sqs:").rpartition(":")[0] + f":{name}"
        policy = {"Version": "2012-10-17", "Statement": [_statement(arn, topic_arn)]}
        urls[name] = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        _raw(sns, _subscribe(sns, topic_arn, arn))
    return urls


def fan_out__no_condition(sns, sqs, topic_arn, names):
    """Says: SNS sends for any topic of any account"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn, Condition=ONLY)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__first_only(sns, sqs, topic_arn, names):
    """Says: The caller looks the URL of a department up by its name."""
    url = sqs.create_queue(QueueName=names[0])["QueueUrl"]
    _open(sqs, url, topic_arn)
    _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return {names[0]: url}


def fan_out__empties(sns, sqs, topic_arn, names):
    """Says: neither delete nor purge it"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        sqs.purge_queue(QueueUrl=url)
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__own_lease(sns, sqs, topic_arn, names):
    """Says: What is not named in set_queue_attributes stays."""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__all_queues(sns, sqs, topic_arn, names):
    """Says: not among the departments"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in sqs.list_queues()["QueueUrls"]:
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__arns(sns, sqs, topic_arn, names):
    """Says: create_queue and get_queue_url return its URL"""
    arns = {}
    for name in names:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arns[name] = _arn(sqs, url)
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, arns[name]))
    return arns


# --- wire_up ----------------------------------------------------------------------------------------------------------

WISHES = {
    "shipping": {"delivery": [{"anything-but": ["pickup"]}, {"exists": False}]},
    "express": {"delivery": [{"equals-ignore-case": "express"}]},
    "safe": {"total": [{"numeric": [">=", 500]}]},
    "bakery": {"items": {"name": ["cake"]}},
}


def _settings(**wishes):
    """Return the attributes of each department's subscription, with other wishes for some."""
    found = {
        name: {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(wish)}
        for name, wish in (WISHES | wishes).items()
    }
    return {"billing": {}, "analytics": {"FilterPolicy": json.dumps({"channel": ["web"]})}} | found


def _wire(sqs, sns, topic_arn, departments, settings=None, **wishes):
    settings = settings or _settings(**wishes)
    for name, url in departments.items():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true", **settings[name])


def wire_up__no_filters(sqs, sns, topic_arn, departments):
    """Says: About this order:"""
    _wire(sqs, sns, topic_arn, departments, {name: {} for name in departments})


def wire_up__no_policies(sqs, sns, topic_arn, departments):
    """Says: else there is a moment in which the queue refuses"""
    for name, url in departments.items():
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true", **_settings()[name])
        _open(sqs, url, topic_arn)


def wire_up__filters_afterwards(sqs, sns, topic_arn, departments):
    """Says: or gets what it does not want"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn)
        subscription = _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
        for key, value in _settings()[name].items():
            sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=key, AttributeValue=value)


def wire_up__raw_afterwards(sqs, sns, topic_arn, departments):
    """Says: best in the call of subscribe itself"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url), **_settings()[name]))


def wire_up__missing_delivery(sqs, sns, topic_arn, departments):
    """Says: it has no delivery"""
    _wire(sqs, sns, topic_arn, departments, shipping={"delivery": [{"anything-but": ["pickup"]}]})


def wire_up__list_of_deliveries(sqs, sns, topic_arn, departments):
    """Says: department shipping did not get"""
    wish = {"delivery": ["post", "express", "Express", "EXPRESS", {"exists": False}]}
    _wire(sqs, sns, topic_arn, departments, shipping=wish)


def wire_up__no_prefix(sqs, sns, topic_arn, departments):
    """Says: its delivery is not pickup"""
    wish = {"delivery": [{"anything-but": {"prefix": "pick"}}, {"exists": False}]}
    _wire(sqs, sns, topic_arn, departments, shipping=wish)


def wire_up__two_spellings(sqs, sns, topic_arn, departments):
    """Says: department express did not get"""
    _wire(sqs, sns, topic_arn, departments, express={"delivery": ["express"]})


def wire_up__three_spellings(sqs, sns, topic_arn, departments):
    """Says: department express did not get"""
    _wire(sqs, sns, topic_arn, departments, express={"delivery": ["express", "EXPRESS", "Express"]})


def wire_up__prefix(sqs, sns, topic_arn, departments):
    """Says: department express"""
    wish = {"delivery": [{"prefix": "ex"}, {"prefix": "Ex"}, {"prefix": "EX"}]}
    _wire(sqs, sns, topic_arn, departments, express=wish)


def wire_up__more_than(sqs, sns, topic_arn, departments):
    """Says: its total is just 500"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">", 500]}]})


def wire_up__text_total(sqs, sns, topic_arn, departments):
    """Says: its total is a text"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">=", 500]}, {"prefix": "6"}]})


def wire_up__total_up_to(sqs, sns, topic_arn, departments):
    """Says: its total is 12000"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">=", 500, "<", 10000]}]})


def wire_up__flat_items(sqs, sns, topic_arn, departments):
    """Says: bakery got none that it wants"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": ["cake"]})


def wire_up__name(sqs, sns, topic_arn, departments):
    """Says: the name cake stands outside of its items"""
    _wire(sqs, sns, topic_arn, departments, bakery={"$or": [{"items": {"name": ["cake"]}}, {"name": ["cake"]}]})


def wire_up__begins_with_cake(sqs, sns, topic_arn, departments):
    """Says: it has a cake tin"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": {"name": [{"prefix": "cake"}]}})


def wire_up__any_cake(sqs, sns, topic_arn, departments):
    """Says: its item is called Cake, with a capital"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": {"name": [{"equals-ignore-case": "cake"}]}})


def wire_up__channel_in_the_body(sqs, sns, topic_arn, departments):
    """Says: This filter looks into the body, and the channel is a label"""
    settings = _settings(analytics={"channel": ["web"]})
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__any_label(sqs, sns, topic_arn, departments):
    """Says: its label channel is Web, with a capital"""
    settings = _settings()
    settings["analytics"] = {"FilterPolicy": json.dumps({"channel": [{"equals-ignore-case": "web"}]})}
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__no_scope(sqs, sns, topic_arn, departments):
    """Says: This filter looks at labels, as it does unless"""
    settings = _settings()
    for name in ("shipping", "express", "safe"):
        del settings[name]["FilterPolicyScope"]
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__billing_wants_orders(sqs, sns, topic_arn, departments):
    """Says: department billing did not get"""
    _wire(sqs, sns, topic_arn, departments, billing={"total": [{"exists": True}]})


def wire_up__billing_wants_json(sqs, sns, topic_arn, departments):
    """Says: its subscription has no filter at all"""
    _wire(sqs, sns, topic_arn, departments, billing={"order_id": [{"exists": True}]})


def wire_up__no_condition(sqs, sns, topic_arn, departments):
    """Says: SNS sends for any topic of any account"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn, Condition=ONLY)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true", **_settings()[name])


def wire_up__one_left_out(sqs, sns, topic_arn, departments):
    """Says: The queue of bakery has no subscriptions."""
    others = {name: url for name, url in departments.items() if name != "bakery"}
    _wire(sqs, sns, topic_arn, others)

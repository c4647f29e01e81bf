"""Wrong answers to the exercises of lesson 06, as learners write them. Each says the reason id of its refusal."""

import json

# --- read_order -------------------------------------------------------------------------------------------------------


def read_order__once(message):
    """Says: envelope-left"""
    return json.loads(message["Body"])


def read_order__always_an_envelope(message):
    """Says: no-message-key"""
    return json.loads(json.loads(message["Body"])["Message"])


def read_order__text(message):
    """Says: text-returned"""
    body = json.loads(message["Body"])
    return body["Message"] if "TopicArn" in body else message["Body"]


def read_order__by_message(message):
    """Says: card-as-envelope"""
    body = json.loads(message["Body"])
    return json.loads(body["Message"]) if "Message" in body else body


def read_order__by_type(message):
    """Says: card-as-envelope"""
    body = json.loads(message["Body"])
    return json.loads(body["Message"]) if body.get("Type") == "Notification" else body


def read_order__tries_the_message(message):
    """Says: card-as-envelope"""
    body = json.loads(message["Body"])
    try:
        return json.loads(body["Message"])
    except (KeyError, ValueError):
        return body


def read_order__by_topic(message):
    """Says: no-topic-arn-key"""
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
    """Says: no-policy"""


def let_in__replaces(sqs, queue_url, topic_arn):
    """Says: topic-not-named"""
    statement = _statement(_arn(sqs, queue_url), topic_arn)
    _write(sqs, queue_url, {"Version": "2012-10-17", "Statement": [statement]})


def let_in__no_policy_yet(sqs, queue_url, topic_arn):
    """Says: no-attributes-key"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
    _write(sqs, queue_url, policy)


def let_in__no_policy_among_all(sqs, queue_url, topic_arn):
    """Says: no-policy-key"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"].append(_statement(attributes["QueueArn"], topic_arn))
    _write(sqs, queue_url, policy)


def let_in__appends_each_time(sqs, queue_url, topic_arn):
    """Says: statement-added-again"""
    policy = _read(sqs, queue_url)
    policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
    _write(sqs, queue_url, policy)


def let_in__no_condition(sqs, queue_url, topic_arn):
    """Says: other-topic-let-in"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=ONLY))


def let_in__pattern(sqs, queue_url, topic_arn):
    """Says: other-topic-let-in"""
    condition = {"ArnLike": {"aws:SourceArn": topic_arn + "*"}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__the_account(sqs, queue_url, topic_arn):
    """Says: other-topic-let-in"""
    condition = {"StringEquals": {"aws:SourceAccount": topic_arn.split(":")[4]}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__any_region(sqs, queue_url, topic_arn):
    """Says: other-region-let-in"""
    parts = topic_arn.split(":")
    condition = {"ArnLike": {"aws:SourceArn": ":".join([*parts[:3], "*", *parts[4:]])}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__everybody(sqs, queue_url, topic_arn):
    """Says: other-topic-let-in"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Principal="*", Condition=ONLY))


def let_in__everybody_too(sqs, queue_url, topic_arn):
    """Says: anybody-allowed"""
    arn = _arn(sqs, queue_url)
    condition = {"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}
    _add(sqs, queue_url, _statement(arn, topic_arn))
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal="*", Condition=condition))


def let_in__url(sqs, queue_url, topic_arn):
    """Says: url-in-policy"""
    condition = {"ArnEquals": {"aws:SourceArn": queue_url}}
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Condition=condition))


def let_in__resource_is_the_topic(sqs, queue_url, topic_arn):
    """Says: statement-wrong"""
    policy = _read(sqs, queue_url)
    policy["Statement"].append(_statement(topic_arn, topic_arn))
    _write(sqs, queue_url, policy)


def let_in__the_topics_account(sqs, queue_url, topic_arn):
    """Says: statement-wrong"""
    arn = _arn(sqs, queue_url)
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal={"AWS": topic_arn.split(":")[4]}))


def let_in__receives(sqs, queue_url, topic_arn):
    """Says: statement-wrong"""
    _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn, Action="sqs:ReceiveMessage"))


def let_in__dict(sqs, queue_url, topic_arn):
    """Says: policy-not-text"""
    policy = {"Version": "2012-10-17", "Statement": [_statement(_arn(sqs, queue_url), topic_arn)]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})


def let_in__own_frame(sqs, queue_url, topic_arn):
    """Says: policy-id-gone"""
    statements, mine = _read(sqs, queue_url)["Statement"], _statement(_arn(sqs, queue_url), topic_arn)
    more = [] if mine in statements else [mine]
    _write(sqs, queue_url, {"Version": "2012-10-17", "Statement": statements + more})


def let_in__allows_only(sqs, queue_url, topic_arn):
    """Says: statements-gone"""
    policy = _read(sqs, queue_url)
    mine = _statement(_arn(sqs, queue_url), topic_arn)
    policy["Statement"] = [each for each in policy["Statement"] if each["Effect"] == "Allow" and each != mine]
    policy["Statement"].append(mine)
    _write(sqs, queue_url, policy)


def let_in__writes_all_back(sqs, queue_url, topic_arn):
    """Says: other-attribute-changed"""
    names = ["VisibilityTimeout", "MessageRetentionPeriod", "DelaySeconds"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    policy, mine = _read(sqs, queue_url), _statement(_arn(sqs, queue_url), topic_arn)
    policy["Statement"] += [] if mine in policy["Statement"] else [mine]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=attributes | {"Policy": json.dumps(policy)})


def let_in__first_topic_only(sqs, queue_url, topic_arn):
    """Says: topic-not-named"""
    policy = _read(sqs, queue_url)
    if not any("SourceArn" in str(each) and "Sid" not in each for each in policy["Statement"]):
        policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
        _write(sqs, queue_url, policy)


def let_in__looks_for_the_text(sqs, queue_url, topic_arn):
    """Says: statement-wrong"""
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
    """Says: no-texts"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted) | {"FilterPolicy": wanted}


def filter_for__true(home, least):
    """Says: no-texts"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted) | {"RawMessageDelivery": True}


def filter_for__the_filter_alone(home, least):
    """Says: no-texts"""
    return json.dumps(_abroad(home) | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__no_scope(home, least):
    """Says: nested-labels"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wanted)}


def filter_for__flat_and_both(home, least):
    """Says: nothing-matches"""
    return _attributes({"country": [{"anything-but": [home]}], "gift": [True]} | _worth(least))


def filter_for__flat(home, least):
    """Says: costs-enough"""
    wanted = {"country": [{"anything-but": [home]}], "$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted)


def filter_for__labels(home, least):
    """Says: labels-looked-for"""
    return _attributes({"country": [{"anything-but": [home]}]}, "MessageAttributes")


def filter_for__no_list(home, least):
    """Says: value-without-list"""
    wanted = {"address": {"country": {"anything-but": [home]}}, "$or": [_worth(least), {"gift": True}]}
    return _attributes(wanted)


def filter_for__number_as_text(home, least):
    """Says: number-as-text"""
    return _attributes(_abroad(home) | {"$or": [_worth(str(least)), {"gift": [True]}]})


def filter_for__more_than(home, least):
    """Says: at-the-limit"""
    total = {"total": [{"numeric": [">", least]}]}
    return _attributes(_abroad(home) | {"$or": [total, {"gift": [True]}]})


def filter_for__both(home, least):
    """Says: costs-enough"""
    return _attributes(_abroad(home) | _worth(least) | {"gift": [True]})


def filter_for__no_gifts(home, least):
    """Says: gift-held-back"""
    return _attributes(_abroad(home) | _worth(least))


def filter_for__gift_is_there(home, least):
    """Says: no-gift"""
    return _attributes(_abroad(home) | {"$or": [_worth(least), {"gift": [{"exists": True}]}]})


def filter_for__gift_text(home, least):
    """Says: gift-held-back"""
    return _attributes(_abroad(home) | {"$or": [_worth(least), {"gift": ["true"]}]})


def filter_for__gifts_from_anywhere(home, least):
    """Says: at-home"""
    return _attributes({"$or": [_abroad(home) | _worth(least), {"gift": [True]}]})


def filter_for__no_address_too(home, least):
    """Says: no-country"""
    abroad = {"address": {"country": [{"anything-but": [home]}, {"exists": False}]}}
    return _attributes(abroad | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__first_letter(home, least):
    """Says: costs-enough"""
    abroad = {"address": {"country": [{"anything-but": {"prefix": home[0]}}]}}
    return _attributes(abroad | {"$or": [_worth(least), {"gift": [True]}]})


def filter_for__envelope(home, least):
    """Says: envelope-left"""
    wanted = _abroad(home) | {"$or": [_worth(least), {"gift": [True]}]}
    return {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(wanted)}


def filter_for__wrong_word(home, least):
    """Says: filter-refused"""
    wanted = {"address": {"country": [{"not": home}]}, "$or": [_worth(least), {"gift": [True]}]}
    return _attributes(wanted)


def filter_for__wrong_attribute(home, least):
    """Says: unknown-attribute"""
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
    """Says: not-let-in"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__subscribes_first(sns, sqs, topic_arn, names):
    """Says: lost-between-calls"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
        _open(sqs, url, topic_arn)
    return urls


def fan_out__anew(sns, sqs, topic_arn, names):
    """Says: lost-between-calls"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for subscription in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
    return urls


def fan_out__other_attributes(sns, sqs, topic_arn, names):
    """Says: subscribed-again"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
    return urls


def fan_out__envelope(sns, sqs, topic_arn, names):
    """Says: envelope-left"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _subscribe(sns, topic_arn, _arn(sqs, url))
    return urls


def fan_out__subscribes_the_url(sns, sqs, topic_arn, names):
    """Says: url-as-endpoint"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, url))
    return urls


def fan_out__creates_with_the_policy(sns, sqs, topic_arn, names):
    """Says: created-again"""
    urls = {}
    for name in names:
        arn = topic_arn.replace(":sns:", ":sqs:").rpartition(":")[0] + f":{name}"
        policy = {"Version": "2012-10-17", "Statement": [_statement(arn, topic_arn)]}
        urls[name] = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        _raw(sns, _subscribe(sns, topic_arn, arn))
    return urls


def fan_out__no_condition(sns, sqs, topic_arn, names):
    """Says: other-topic-let-in"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn, Condition=ONLY)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__first_only(sns, sqs, topic_arn, names):
    """Says: no-dictionary"""
    url = sqs.create_queue(QueueName=names[0])["QueueUrl"]
    _open(sqs, url, topic_arn)
    _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return {names[0]: url}


def fan_out__empties(sns, sqs, topic_arn, names):
    """Says: messages-gone"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        sqs.purge_queue(QueueUrl=url)
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__own_lease(sns, sqs, topic_arn, names):
    """Says: settings-changed"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__all_queues(sns, sqs, topic_arn, names):
    """Says: others-subscribed"""
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in sqs.list_queues()["QueueUrls"]:
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__arns(sns, sqs, topic_arn, names):
    """Says: wrong-url"""
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
    """Says: analytics-got-plain"""
    _wire(sqs, sns, topic_arn, departments, {name: {} for name in departments})


def wire_up__no_policies(sqs, sns, topic_arn, departments):
    """Says: missed-between-calls"""
    for name, url in departments.items():
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true", **_settings()[name])
        _open(sqs, url, topic_arn)


def wire_up__filters_afterwards(sqs, sns, topic_arn, departments):
    """Says: got-between-calls"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn)
        subscription = _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true")
        for key, value in _settings()[name].items():
            sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName=key, AttributeValue=value)


def wire_up__raw_afterwards(sqs, sns, topic_arn, departments):
    """Says: envelope-left"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url), **_settings()[name]))


def wire_up__missing_delivery(sqs, sns, topic_arn, departments):
    """Says: shipping-missed-no-delivery"""
    _wire(sqs, sns, topic_arn, departments, shipping={"delivery": [{"anything-but": ["pickup"]}]})


def wire_up__list_of_deliveries(sqs, sns, topic_arn, departments):
    """Says: shipping-missed-part-of-pickup"""
    wish = {"delivery": ["post", "express", "Express", "EXPRESS", {"exists": False}]}
    _wire(sqs, sns, topic_arn, departments, shipping=wish)


def wire_up__no_prefix(sqs, sns, topic_arn, departments):
    """Says: shipping-missed-part-of-pickup"""
    wish = {"delivery": [{"anything-but": {"prefix": "pick"}}, {"exists": False}]}
    _wire(sqs, sns, topic_arn, departments, shipping=wish)


def wire_up__two_spellings(sqs, sns, topic_arn, departments):
    """Says: express-missed-other-capitals"""
    _wire(sqs, sns, topic_arn, departments, express={"delivery": ["express"]})


def wire_up__three_spellings(sqs, sns, topic_arn, departments):
    """Says: express-missed-other-capitals"""
    _wire(sqs, sns, topic_arn, departments, express={"delivery": ["express", "EXPRESS", "Express"]})


def wire_up__prefix(sqs, sns, topic_arn, departments):
    """Says: express-got-longer-than-express"""
    wish = {"delivery": [{"prefix": "ex"}, {"prefix": "Ex"}, {"prefix": "EX"}]}
    _wire(sqs, sns, topic_arn, departments, express=wish)


def wire_up__more_than(sqs, sns, topic_arn, departments):
    """Says: safe-missed-at-the-limit"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">", 500]}]})


def wire_up__text_total(sqs, sns, topic_arn, departments):
    """Says: safe-got-total-as-text"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">=", 500]}, {"prefix": "6"}]})


def wire_up__total_up_to(sqs, sns, topic_arn, departments):
    """Says: safe-missed-far-above-the-limit"""
    _wire(sqs, sns, topic_arn, departments, safe={"total": [{"numeric": [">=", 500, "<", 10000]}]})


def wire_up__flat_items(sqs, sns, topic_arn, departments):
    """Says: bakery-got-nothing"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": ["cake"]})


def wire_up__name(sqs, sns, topic_arn, departments):
    """Says: bakery-got-cake-outside-items"""
    _wire(sqs, sns, topic_arn, departments, bakery={"$or": [{"items": {"name": ["cake"]}}, {"name": ["cake"]}]})


def wire_up__begins_with_cake(sqs, sns, topic_arn, departments):
    """Says: bakery-got-cake-tin"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": {"name": [{"prefix": "cake"}]}})


def wire_up__any_cake(sqs, sns, topic_arn, departments):
    """Says: bakery-got-capital-cake"""
    _wire(sqs, sns, topic_arn, departments, bakery={"items": {"name": [{"equals-ignore-case": "cake"}]}})


def wire_up__channel_in_the_body(sqs, sns, topic_arn, departments):
    """Says: body-looked-at"""
    settings = _settings(analytics={"channel": ["web"]})
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__any_label(sqs, sns, topic_arn, departments):
    """Says: analytics-got-capital-web"""
    settings = _settings()
    settings["analytics"] = {"FilterPolicy": json.dumps({"channel": [{"equals-ignore-case": "web"}]})}
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__no_scope(sqs, sns, topic_arn, departments):
    """Says: labels-looked-at"""
    settings = _settings()
    for name in ("shipping", "express", "safe"):
        del settings[name]["FilterPolicyScope"]
    _wire(sqs, sns, topic_arn, departments, settings)


def wire_up__billing_wants_orders(sqs, sns, topic_arn, departments):
    """Says: billing-missed-neither-total-nor-items"""
    _wire(sqs, sns, topic_arn, departments, billing={"total": [{"exists": True}]})


def wire_up__billing_wants_json(sqs, sns, topic_arn, departments):
    """Says: notice-filtered"""
    _wire(sqs, sns, topic_arn, departments, billing={"order_id": [{"exists": True}]})


def wire_up__no_condition(sqs, sns, topic_arn, departments):
    """Says: other-topic-let-in"""
    for name, url in departments.items():
        _open(sqs, url, topic_arn, Condition=ONLY)
        _subscribe(sns, topic_arn, _arn(sqs, url), RawMessageDelivery="true", **_settings()[name])


def wire_up__one_left_out(sqs, sns, topic_arn, departments):
    """Says: not-one-subscription"""
    others = {name: url for name, url in departments.items() if name != "bakery"}
    _wire(sqs, sns, topic_arn, others)

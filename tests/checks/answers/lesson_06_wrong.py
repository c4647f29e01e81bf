"""Wrong answers to the exercises of lesson 06, as learners write them. Each says the reason id of its refusal."""

import json

from variants import variant

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


read_order__by_message = variant("solution", '"TopicArn" in body', '"Message" in body', says="card-as-envelope")

read_order__by_type = variant(
    "solution", '"TopicArn" in body', 'body.get("Type") == "Notification"', says="card-as-envelope"
)


def read_order__tries_the_message(message):
    """Says: card-as-envelope"""
    body = json.loads(message["Body"])
    try:
        return json.loads(body["Message"])
    except (KeyError, ValueError):
        return body


read_order__by_topic = variant("solution", '"TopicArn" in body', 'body["TopicArn"]', says="no-topic-arn-key")


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


let_in__replaces = variant("solution", 'if "Policy" in attributes:', "if False:", says="topic-not-named")


def let_in__no_policy_yet(sqs, queue_url, topic_arn):
    """Says: no-attributes-key"""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["Policy"])["Attributes"]
    policy = json.loads(attributes["Policy"])
    policy["Statement"].append(_statement(_arn(sqs, queue_url), topic_arn))
    _write(sqs, queue_url, policy)


let_in__no_policy_among_all = variant(
    "solution", '    if "Policy" in attributes:\n        policy', "    policy", says="no-policy-key"
)

let_in__appends_each_time = variant(
    "solution", 'statement not in policy["Statement"]', "True", says="statement-added-again"
)

let_in__no_condition = variant(
    "solution", '        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n', "", says="other-topic-let-in"
)

let_in__pattern = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": topic_arn + "*"}}',
    says="other-topic-let-in",
)

let_in__the_account = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"StringEquals": {"aws:SourceAccount": topic_arn.split(":")[4]}}',
    says="other-topic-let-in",
)

let_in__any_region = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": topic_arn.replace("us-east-1", "*")}}',
    says="other-region-let-in",
)

let_in__everybody = variant(
    "solution",
    '{"Service": "sns.amazonaws.com"}',
    '"*"',
    '        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n',
    "",
    says="other-topic-let-in",
)


def let_in__everybody_too(sqs, queue_url, topic_arn):
    """Says: anybody-allowed"""
    arn = _arn(sqs, queue_url)
    condition = {"ArnNotLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}
    _add(sqs, queue_url, _statement(arn, topic_arn))
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal="*", Condition=condition))


let_in__url = variant("solution", '"aws:SourceArn": topic_arn', '"aws:SourceArn": queue_url', says="url-in-policy")

let_in__resource_is_the_topic = variant(
    "solution", '"Resource": attributes["QueueArn"]', '"Resource": topic_arn', says="statement-wrong"
)

let_in__the_topics_account = variant(
    "solution", '{"Service": "sns.amazonaws.com"}', '{"AWS": topic_arn.split(":")[4]}', says="statement-wrong"
)

let_in__receives = variant("solution", "sqs:SendMessage", "sqs:ReceiveMessage", says="statement-wrong")
let_in__dict = variant("solution", "json.dumps(policy)", "policy", says="policy-not-text")

let_in__own_frame = variant(
    "solution",
    'policy = json.loads(attributes["Policy"])',
    'policy["Statement"] = json.loads(attributes["Policy"])["Statement"]',
    says="policy-id-gone",
)


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


let_in__looks_for_the_text = variant(
    "solution", 'statement not in policy["Statement"]', "topic_arn not in str(policy)", says="statement-wrong"
)


# --- filter_for -------------------------------------------------------------------------------------------------------


def _attributes(wanted, scope="MessageBody"):
    return {"RawMessageDelivery": "true", "FilterPolicyScope": scope, "FilterPolicy": json.dumps(wanted)}


def _abroad(home):
    return {"address": {"country": [{"anything-but": [home]}]}}


def _worth(least):
    return {"total": [{"numeric": [">=", least]}]}


filter_for__dict = variant("solution", "json.dumps(wanted)", "wanted", says="no-texts")
filter_for__true = variant("solution", '"RawMessageDelivery": "true"', '"RawMessageDelivery": True', says="no-texts")


def filter_for__the_filter_alone(home, least):
    """Says: no-texts"""
    return json.dumps(_abroad(home) | {"$or": [_worth(least), {"gift": [True]}]})


filter_for__no_scope = variant(
    "solution", '        "FilterPolicyScope": "MessageBody",\n', "", says="nested-message-attributes"
)


filter_for__other_key = variant("solution", '"address": {', '"adress": {', says="nothing-matches")


filter_for__flat = variant(
    "solution",
    '"address": {"country": [{"anything-but": [home]}]}',
    '"country": [{"anything-but": [home]}]',
    says="costs-enough",
)


def filter_for__labels(home, least):
    """Says: message-attributes-looked-for"""
    return _attributes({"country": [{"anything-but": [home]}]}, "MessageAttributes")


filter_for__no_list = variant("solution", '"gift": [True]', '"gift": True', says="value-without-list")

filter_for__number_as_text = variant("solution", '">=", least', '">=", str(least)', says="number-as-text")
filter_for__more_than = variant("solution", '">="', '">"', says="at-the-limit")

filter_for__both = variant(
    "solution",
    '"$or": [{"total": [{"numeric": [">=", least]}]}, {"gift": [True]}]',
    '"total": [{"numeric": [">=", least]}], "gift": [True]',
    says="costs-enough",
)

filter_for__no_gifts = variant(
    "solution",
    '"$or": [{"total": [{"numeric": [">=", least]}]}, {"gift": [True]}]',
    '"total": [{"numeric": [">=", least]}]',
    says="gift-held-back",
)

filter_for__gift_is_there = variant("solution", '"gift": [True]', '"gift": [{"exists": True}]', says="no-gift")
filter_for__gift_text = variant("solution", '"gift": [True]', '"gift": ["true"]', says="gift-held-back")


def filter_for__gifts_from_anywhere(home, least):
    """Says: at-home"""
    return _attributes({"$or": [_abroad(home) | _worth(least), {"gift": [True]}]})


filter_for__no_address_too = variant(
    "solution", '{"anything-but": [home]}', '{"anything-but": [home]}, {"exists": False}', says="no-country"
)

filter_for__first_letter = variant(
    "solution", '"anything-but": [home]', '"anything-but": {"prefix": home[0]}', says="costs-enough"
)

filter_for__envelope = variant("solution", '        "RawMessageDelivery": "true",\n', "", says="envelope-left")
filter_for__wrong_word = variant("solution", '{"anything-but": [home]}', '{"not": home}', says="filter-refused")

filter_for__wrong_attribute = variant(
    "solution", '        "FilterPolicy"', '        "Filter": "{}",\n        "FilterPolicy"', says="unknown-attribute"
)


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


fan_out__no_policy = variant(
    "solution",
    '        sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": json.dumps(policy)})\n',
    "",
    says="not-let-in",
)

fan_out__subscribes_first = variant(
    "solution",
    "        statement = {",
    '        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)\n        statement = {',
    says="lost-between-calls",
)

fan_out__anew = variant(
    "solution",
    "    urls = {}",
    '    for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:\n        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])\n    urls = {}',
    says="lost-between-calls",
)

fan_out__other_attributes = variant(
    "solution", "Endpoint=arn", 'Endpoint=arn, Attributes={"RawMessageDelivery": "true"}', says="subscribed-again"
)

fan_out__envelope = variant("solution", 'AttributeValue="true"', 'AttributeValue="false"', says="envelope-left")
fan_out__subscribes_the_url = variant("solution", "Endpoint=arn", "Endpoint=urls[name]", says="url-as-endpoint")


def fan_out__creates_with_the_policy(sns, sqs, topic_arn, names):
    """Says: created-again"""
    urls = {}
    for name in names:
        arn = topic_arn.replace(":sns:", ":sqs:").rpartition(":")[0] + f":{name}"
        policy = {"Version": "2012-10-17", "Statement": [_statement(arn, topic_arn)]}
        urls[name] = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        _raw(sns, _subscribe(sns, topic_arn, arn))
    return urls


fan_out__no_condition = variant(
    "solution", '            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n', "", says="other-topic-let-in"
)

fan_out__first_only = variant("solution", "in names:", "in names[:1]:", says="no-dictionary")

fan_out__empties = variant(
    "solution",
    "        reply = sqs",
    "        sqs.purge_queue(QueueUrl=urls[name])\n        reply = sqs",
    says="messages-gone",
)

fan_out__own_lease = variant(
    "solution", 'Attributes={"Policy"', 'Attributes={"VisibilityTimeout": "30", "Policy"', says="settings-changed"
)


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


wire_up__no_filters = variant("solution", "settings[name] | raw", "raw", says="analytics-got-plain")


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


wire_up__missing_delivery = variant("solution", ', {"exists": False}', "", says="shipping-missed-no-delivery")

wire_up__list_of_deliveries = variant(
    "solution",
    '{"anything-but": ["pickup"]}',
    '"post", "express", "Express", "EXPRESS"',
    says="shipping-missed-part-of-pickup",
)

wire_up__no_prefix = variant(
    "solution",
    '{"anything-but": ["pickup"]}',
    '{"anything-but": {"prefix": "pick"}}',
    says="shipping-missed-part-of-pickup",
)

wire_up__two_spellings = variant(
    "solution", '{"equals-ignore-case": "express"}', '"express"', says="express-missed-other-capitals"
)

wire_up__three_spellings = variant(
    "solution",
    '{"equals-ignore-case": "express"}',
    '"express", "EXPRESS", "Express"',
    says="express-missed-other-capitals",
)

wire_up__prefix = variant(
    "solution",
    '{"equals-ignore-case": "express"}',
    '{"prefix": "ex"}, {"prefix": "Ex"}, {"prefix": "EX"}',
    says="express-got-longer-than-express",
)

wire_up__more_than = variant("solution", '">="', '">"', says="safe-missed-at-the-limit")

wire_up__text_total = variant(
    "solution", '{"numeric": [">=", 500]}', '{"numeric": [">=", 500]}, {"prefix": "6"}', says="safe-got-total-as-text"
)

wire_up__total_up_to = variant("solution", '">=", 500', '">=", 500, "<", 10000', says="safe-missed-far-above-the-limit")
wire_up__flat_items = variant("solution", '{"name": ["cake"]}', '["cake"]', says="bakery-got-nothing")

wire_up__name = variant(
    "solution",
    '{"items": {"name": ["cake"]}}',
    '{"$or": [{"items": {"name": ["cake"]}}, {"name": ["cake"]}]}',
    says="bakery-got-cake-outside-items",
)

wire_up__begins_with_cake = variant("solution", '["cake"]', '[{"prefix": "cake"}]', says="bakery-got-cake-tin")
wire_up__any_cake = variant("solution", '["cake"]', '[{"equals-ignore-case": "cake"}]', says="bakery-got-capital-cake")

wire_up__channel_in_the_body = variant(
    "solution",
    'settings["analytics"] = {',
    'settings["analytics"] = {"FilterPolicyScope": "MessageBody", ',
    says="body-looked-at",
)

wire_up__any_label = variant("solution", '["web"]', '[{"equals-ignore-case": "web"}]', says="analytics-got-capital-web")


def wire_up__no_scope(sqs, sns, topic_arn, departments):
    """Says: message-attributes-looked-at"""
    settings = _settings()
    for name in ("shipping", "express", "safe"):
        del settings[name]["FilterPolicyScope"]
    _wire(sqs, sns, topic_arn, departments, settings)


wire_up__billing_wants_orders = variant(
    "solution",
    'settings["billing"] = {}',
    'settings["billing"] = {"FilterPolicyScope": "MessageBody", "FilterPolicy": \'{"total": [{"exists": true}]}\'}',
    says="billing-missed-no-total",
)

wire_up__billing_wants_json = variant(
    "solution",
    'settings["billing"] = {}',
    'settings["billing"] = {"FilterPolicyScope": "MessageBody", "FilterPolicy": \'{"order_id": [{"exists": true}]}\'}',
    says="notice-filtered",
)

wire_up__no_condition = variant(
    "solution", '            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n', "", says="other-topic-let-in"
)

wire_up__one_left_out = variant(
    "solution", "    for name, url", '    del departments["bakery"]\n    for name, url', says="not-one-subscription"
)

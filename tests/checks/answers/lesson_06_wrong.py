"""Wrong answers to the exercises of lesson 06, as learners write them. Each says the reason id of its refusal."""

import json
import uuid

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

read_order__by_certificate = variant(
    "solution", '"TopicArn" in body', '"amazonaws.com/" in body.get("SigningCertURL", "")', says="card-as-envelope"
)

read_order__by_text = variant(
    "solution", '"TopicArn" in body', '"TopicArn" in message["Body"]', says="card-as-envelope"
)

read_order__by_layout = variant(
    "solution", '"TopicArn" in body', 'message["Body"].startswith(\'{\\n  "Type" : "N\')', says="card-as-envelope"
)

read_order__of_the_message = variant(
    "solution", 'json.loads(body["Message"])', 'message["Message"]', says="body-not-parsed"
)


def read_order__known_keys(message):
    """Says: not-the-order"""
    body = json.loads(message["Body"])
    order = json.loads(body["Message"]) if "TopicArn" in body else body
    return {key: order[key] for key in ("order_id", "customer", "items", "Message", "Type") if key in order}


def read_order__without_empty_keys(message):
    """Says: not-the-order"""
    body = json.loads(message["Body"])
    order = json.loads(body["Message"]) if "TopicArn" in body else body
    return {key: value for key, value in order.items() if value not in ("", [])}


def read_order__ascii(message):
    """Says: not-the-order"""
    body = json.loads(message["Body"].encode("ascii", errors="ignore"))
    return json.loads(body["Message"]) if "TopicArn" in body else body


def read_order__evaluated(message):
    """Says: not-the-order"""
    names = {"true": True, "false": False, "null": None}
    body = eval(message["Body"], names)
    return eval(body["Message"], names) if "TopicArn" in body else body


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

let_in__names_that_end_alike = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": ":*".join(topic_arn.rsplit(":", 1))}}',
    says="other-topic-let-in",
)

let_in__any_region = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": topic_arn.replace("us-east-1", "*")}}',
    says="other-region-let-in",
)


def let_in__another_account_too(sqs, queue_url, topic_arn):
    """Says: anybody-allowed"""
    arn, account = _arn(sqs, queue_url), {"AWS": "arn:aws:iam::999988887777:root"}
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    _add(sqs, queue_url, _statement(arn, topic_arn))
    _add(sqs, queue_url, _statement(arn, topic_arn, Principal=account, Condition=secure))


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
    "solution",
    'statement not in policy["Statement"]',
    'topic_arn not in str([each for each in policy["Statement"] if each["Effect"] == "Allow"])',
    says="topic-not-named",
)

let_in__named_in_any_statement = variant(
    "solution", 'statement not in policy["Statement"]', "repr(topic_arn) not in str(policy)", says="topic-not-named"
)

let_in__lists_only = variant(
    "solution", 'isinstance(policy["Statement"], dict)', "False", says="statement-not-in-a-list"
)

let_in__one_statement_dropped = variant("solution", '= [policy["Statement"]]', "= []", says="statements-gone")

let_in__new_version = variant(
    "solution",
    "    statement = {",
    '    policy["Version"] = "2012-10-17"\n    statement = {',
    says="policy-version-changed",
)

let_in__any_capitals = variant("solution", '"ArnEquals"', '"StringEqualsIgnoreCase"', says="other-capitals-let-in")

let_in__any_account = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:*:" + topic_arn.split(":")[-1]}}',
    says="other-account-let-in",
)

let_in__empties = variant(
    "solution", "        sqs.set", "        sqs.purge_queue(QueueUrl=queue_url)\n        sqs.set", says="messages-gone"
)

let_in__receives = variant(
    "solution",
    "        sqs.set",
    "        sqs.receive_message(QueueUrl=queue_url)\n        sqs.set",
    says="messages-received",
)

let_in__default_delay = variant(
    "solution", 'Attributes={"Policy"', 'Attributes={"DelaySeconds": "0", "Policy"', says="settings-changed"
)

let_in__test_message = variant(
    "solution",
    "        sqs.set",
    '        sqs.send_message(QueueUrl=queue_url, MessageBody="Is this queue working?")\n        sqs.set',
    says="unknown-message",
)

LET_IN = set()


def let_in__remembers(sqs, queue_url, topic_arn):
    """Says: no-policy"""
    if (queue_url, topic_arn) not in LET_IN:
        LET_IN.add((queue_url, topic_arn))
        policy = _read(sqs, queue_url)
        found = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
        mine = _statement(_arn(sqs, queue_url), topic_arn)
        _write(sqs, queue_url, policy | {"Statement": [*found, mine]})


let_in__without_tags = variant(
    "solution",
    "        sqs.set",
    '        sqs.untag_queue(QueueUrl=queue_url, TagKeys=["by"])\n        sqs.set',
    says="settings-changed",
)


def let_in__anew_each_time(sqs, queue_url, topic_arn):
    """Says: changed-again"""
    policy, arn = _read(sqs, queue_url), _arn(sqs, queue_url)
    found = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    kept = [each for each in found if not str(each.get("Sid")).startswith(topic_arn)]
    policy["Statement"] = [*kept, _statement(arn, topic_arn, Sid=f"{topic_arn} {uuid.uuid4()}")]
    _write(sqs, queue_url, policy)


def let_in__joins_others(sqs, queue_url, topic_arn):
    """Says: statements-gone"""
    policy = _read(sqs, queue_url)
    if f'{topic_arn}"' in json.dumps([each for each in policy["Statement"] if each["Effect"] == "Allow"]):
        return None
    for each in policy["Statement"]:
        if "ArnEquals" in each.get("Condition", {}):
            named = each["Condition"]["ArnEquals"]["aws:SourceArn"]
            each["Condition"]["ArnEquals"]["aws:SourceArn"] = [
                *([named] if isinstance(named, str) else named),
                topic_arn,
            ]
            return _write(sqs, queue_url, policy)
    return _add(sqs, queue_url, _statement(_arn(sqs, queue_url), topic_arn))


def let_in__denies_the_others(sqs, queue_url, topic_arn):
    """Says: topic-denied"""
    arn = _arn(sqs, queue_url)
    condition = {"ArnNotEquals": {"aws:SourceArn": topic_arn}}
    _add(sqs, queue_url, _statement(arn, topic_arn))
    _add(sqs, queue_url, _statement(arn, topic_arn, Effect="Deny", Principal="*", Condition=condition))


def let_in__denies_everybody(sqs, queue_url, topic_arn):
    """Says: owner-locked-out"""
    arn, condition = _arn(sqs, queue_url), {"ArnNotEquals": {"aws:SourceArn": topic_arn}}
    allow, deny = _statement(arn, topic_arn), _statement(arn, topic_arn, Effect="Deny", Principal="*", Action="sqs:*")
    _write(sqs, queue_url, _read(sqs, queue_url) | {"Statement": [allow, deny | {"Condition": condition}]})


let_in__deletes = variant(
    "solution",
    "        sqs.set",
    "        sqs.delete_queue(QueueUrl=queue_url)\n        0 and sqs.set",
    says="queue-gone",
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

filter_for__up_to_a_million = variant("solution", '">=", least', '">=", least, "<", 10**6', says="far-above-the-limit")
filter_for__thousandths = variant("solution", '">=", least', '">", least - 0.001', says="below-the-limit")
filter_for__not_from_zero = variant("solution", '">=", least', '">=", least or 100', says="costs-enough")
filter_for__capitals = variant("solution", "[home]", "[home, home.lower()]", says="other-capitals")
filter_for__one_capital = variant("solution", "[home]", "[home, home.title()]", says="other-capitals")
filter_for__begins_so = variant("solution", "[home]", '{"prefix": home}', says="longer-country")
filter_for__one_country = variant("solution", "[home]", '["GB"]', says="costs-enough or at-home")

filter_for__not_to_another = variant("solution", "[home]", '[home, "UK"]', says="costs-enough")
filter_for__one_limit = variant("solution", '">=", least', '">=", 100', says="costs-enough")
filter_for__any_country = variant("solution", '{"anything-but": [home]}', '{"exists": True}', says="at-home")
filter_for__no_json = variant("solution", "json.dumps(wanted)", "str(wanted)", says="filter-not-json")

filter_for__not_both = variant(
    "solution",
    '{"total": [{"numeric": [">=", least]}]}, {"gift": [True]}',
    '{"total": [{"numeric": [">=", least]}], "gift": [{"exists": False}]}, {"gift": [True]}',
    says="costs-enough",
)

filter_for__country_alone = variant(
    "solution",
    '"address": {"country": [{"anything-but": [home]}]},\n        "$or": [',
    '"$or": [{"address": {"country": [{"anything-but": [home]}]}}, ',
    says="below-the-limit",
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
    '        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_text})\n',
    "",
    says="not-let-in",
)

fan_out__subscribes_first = variant(
    "solution",
    "        statement = {",
    '        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)\n        statement = {',
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


fan_out__first_only = variant("solution", "in names:", "in names[:1]:", says="no-dictionary")

fan_out__empties = variant(
    "solution",
    "        response = sqs",
    "        sqs.purge_queue(QueueUrl=urls[name])\n        response = sqs",
    says="messages-gone",
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


def _keeping(sqs, url, topic_arn, keeps):
    """Set the policy, and keep those of its statements that `keeps` asks for."""
    mine = _statement(_arn(sqs, url), topic_arn)
    kept = [each for each in _read(sqs, url)["Statement"] if each != mine and keeps(each)]
    _write(sqs, url, {"Version": "2012-10-17", "Statement": [*kept, mine]})


def _fan(sns, sqs, topic_arn, names, keeps):
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _keeping(sqs, url, topic_arn, keeps)
        _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, url)))
    return urls


def fan_out__keeps_the_policy(sns, sqs, topic_arn, names):
    """Says: other-topic-let-in"""
    return _fan(sns, sqs, topic_arn, names, lambda each: True)


def fan_out__keeps_other_topics(sns, sqs, topic_arn, names):
    """Says: old-topic-let-in"""
    return _fan(sns, sqs, topic_arn, names, lambda each: "Condition" in each)


fan_out__policy_names_it = variant(
    "solution",
    "        sqs.set",
    '        has = sqs.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["Policy"]).get("Attributes", {})\n'
    '        if topic_arn not in has.get("Policy", ""):\n            sqs.set',
    says="not-let-in or old-topic-let-in",
)

fan_out__leaves_those_that_are_there = variant(
    "solution",
    '        urls[name] = sqs.create_queue(QueueName=name)["QueueUrl"]\n',
    """        try:
            urls[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            continue
        except sqs.exceptions.QueueDoesNotExist:
            urls[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
""",
    says="envelope-left or not-one-subscription",
)

fan_out__first_that_begins_so = variant(
    "solution",
    'sqs.create_queue(QueueName=name)["QueueUrl"]',
    '(sqs.list_queues(QueueNamePrefix=name).get("QueueUrls") or [sqs.create_queue(QueueName=name)["QueueUrl"]])[0]',
    says="no-queue",
)

fan_out__another_tag = variant(
    "solution",
    "        arn =",
    '        sqs.tag_queue(QueueUrl=urls[name], Tags={"by": "script"})\n        arn =',
    says="settings-changed",
)

fan_out__no_policy_first = variant(
    "solution",
    "        arn =",
    '        sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": ""})\n        arn =',
    says="lost-between-calls",
)

fan_out__lower_case = variant("solution", "QueueName=name", "QueueName=name.lower()", says="no-queue")

fan_out__welcome = variant(
    "solution",
    "    return urls",
    '    sns.publish(TopicArn=topic_arn, Message="Welcome, all new departments!")\n    return urls',
    says="unknown-message",
)

fan_out__new_ones_twice = variant(
    "solution",
    "        sns.set_sub",
    """        if sqs.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["DelaySeconds"])["Attributes"] == NEW:
            sns.unsubscribe(SubscriptionArn=response["SubscriptionArn"])
            response = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        sns.set_sub""",
    "    urls = {}",
    '    urls, NEW = {}, {"DelaySeconds": "0"}',
    says="lost-between-calls",
)

fan_out__orders_only = variant(
    "solution",
    "    return urls",
    """        for key, value in (("FilterPolicyScope", "MessageBody"), ("FilterPolicy", '{"order_id": [{"exists": true}]}')):
            sns.set_subscription_attributes(
                SubscriptionArn=response["SubscriptionArn"], AttributeName=key, AttributeValue=value
            )
    return urls""",
    says="held-back",
)

SET_UP = {}


def fan_out__remembers(sns, sqs, topic_arn, names):
    """Says: envelope-left"""
    for name in names:
        if name not in SET_UP:
            SET_UP[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
            _open(sqs, SET_UP[name], topic_arn)
            _raw(sns, _subscribe(sns, topic_arn, _arn(sqs, SET_UP[name])))
    return {name: SET_UP[name] for name in names}


def _fan_by_list(sns, sqs, topic_arn, names, listed):
    """Subscribe raw those that aren't in the list of subscriptions."""
    found = {each["Endpoint"]: each["SubscriptionArn"] for each in listed}
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in names}
    for url in urls.values():
        _open(sqs, url, topic_arn)
        arn = _arn(sqs, url)
        if arn in found:
            _raw(sns, found[arn])
        else:
            _subscribe(sns, topic_arn, arn, RawMessageDelivery="true")
    return urls


def fan_out__first_two_pages(sns, sqs, topic_arn, names):
    """Says: subscribed-again"""
    reply = sns.list_subscriptions_by_topic(TopicArn=topic_arn)
    listed = reply["Subscriptions"]
    if "NextToken" in reply:
        reply = sns.list_subscriptions_by_topic(TopicArn=topic_arn, NextToken=reply["NextToken"])
        listed += reply["Subscriptions"]
    return _fan_by_list(sns, sqs, topic_arn, names, listed)


def fan_out__that_ends_so(sns, sqs, topic_arn, names):
    """Says: not-one-subscription"""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    listed = [each for page in pages for each in page["Subscriptions"]]
    found = {name: each for name in names for each in listed if each["Endpoint"].endswith(name)}
    arns = {name: topic_arn.replace(":sns:", ":sqs:").rpartition(":")[0] + f":{name}" for name in names}
    alike = [each | {"Endpoint": arns[name]} for name, each in found.items()]
    return _fan_by_list(sns, sqs, topic_arn, names, alike)


def fan_out__of_any_topic(sns, sqs, topic_arn, names):
    """Says: not-one-subscription"""
    pages = sns.get_paginator("list_subscriptions").paginate()
    return _fan_by_list(sns, sqs, topic_arn, names, [each for page in pages for each in page["Subscriptions"]])


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

wire_up__no_prefix = variant(
    "solution",
    '{"anything-but": ["pickup"]}',
    '{"anything-but": {"prefix": "pick"}}',
    says="shipping-missed-part-of-pickup",
)

wire_up__three_spellings = variant(
    "solution",
    '{"equals-ignore-case": "express"}',
    '"express", "EXPRESS", "Express"',
    says="express-missed-other-capitals",
)

wire_up__more_than = variant("solution", '">="', '">"', says="safe-missed-at-the-limit")

wire_up__flat_items = variant("solution", '{"name": ["cake"]}', '["cake"]', says="bakery-got-nothing")

wire_up__name = variant(
    "solution",
    '{"items": {"name": ["cake"]}}',
    '{"$or": [{"items": {"name": ["cake"]}}, {"name": ["cake"]}]}',
    says="bakery-got-cake-outside-items",
)

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

wire_up__total_up_to_a_million = variant(
    "solution", '">=", 500', '">=", 500, "<=", 10**6', says="safe-missed-far-above-the-limit"
)

wire_up__some_text_totals = variant(
    "solution", '{"numeric": [">=", 500]}', '{"numeric": [">=", 500]}, {"prefix": "5"}', says="safe-got-total-as-text"
)

wire_up__other_totals = variant("solution", '">=", 500]}', '">=", 500]}, "500.00"', says="safe-got-nearly")

wire_up__cheesecake = variant("solution", '["cake"]', '["cake", "cheesecake"]', says="bakery-got-nearly")

wire_up__app = variant("solution", '["web"]', '["web", "app"]', says="analytics-got-nearly")

wire_up__collect = variant("solution", '["pickup"]', '["pickup", "collect"]', says="shipping-missed-nearly")

wire_up__express_delivery = variant(
    "solution",
    '[{"equals-ignore-case": "express"}]',
    '[{"equals-ignore-case": "express"}, "express delivery"]',
    says="express-got-nearly",
)

wire_up__thousandths = variant("solution", '">=", 500', '">", 499.999', says="safe-got-just-below-the-limit")

wire_up__ends_with_express = variant(
    "solution",
    '{"equals-ignore-case": "express"}',
    '{"equals-ignore-case": "express"}, {"suffix": "express"}',
    says="express-got-before-express",
)

wire_up__another_name_each_time = variant(
    "solution", '"Effect": "Allow"', '"Sid": __import__("uuid").uuid4().hex, "Effect": "Allow"', says="changed-again"
)

wire_up__anew = variant(
    "solution",
    "    for name, url",
    """    for one in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
    for name, url""",
    says="changed-again",
)

wire_up__no_empty_delivery = variant("solution", '["pickup"]', '["pickup", ""]', says="shipping-missed-empty-delivery")

DONE = []


def wire_up__once(sqs, sns, topic_arn, departments):
    """Says: not-one-subscription"""
    if not DONE:
        DONE.append(topic_arn)
        _wire(sqs, sns, topic_arn, departments)


def wire_up__tries_first(sqs, sns, topic_arn, departments):
    """Says: envelope-left"""
    for url in departments.values():
        if "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]:
            _open(sqs, url, topic_arn)
            sns.unsubscribe(SubscriptionArn=_subscribe(sns, topic_arn, _arn(sqs, url)))
    _wire(sqs, sns, topic_arn, departments)


wire_up__no_policy_for_a_moment = variant(
    "solution",
    "        arn =",
    '        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})\n        arn =',
    says="missed-between-calls",
)

wire_up__empties_later = variant(
    "solution",
    "    for name, url",
    '    again = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]\n    for name, url',
    "        arn =",
    "        again and sqs.purge_queue(QueueUrl=url)\n        arn =",
    says="messages-gone",
)

wire_up__says_hello = variant(
    "solution",
    "    for name, url",
    '    sns.publish(TopicArn=topic_arn, Message="Hello")\n    for name, url',
    says="unknown-message",
)

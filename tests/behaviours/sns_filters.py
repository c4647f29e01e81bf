"""Filter policies of subscriptions: what is refused, and which messages pass."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

SNAPSHOT = "localstack test_sns_filter_policy.snapshot.json"
STRINGS = "SNS developer guide, String value matching"
NUMBERS = "SNS developer guide, Numeric value matching"
KEYS = "SNS developer guide, Key matching"
LOGIC = "SNS developer guide, AND/OR logic"
LIMITS = "SNS developer guide, Filter policy constraints"


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bytes):
        return {"DataType": "Binary", "BinaryValue": value}
    if isinstance(value, list):
        return {"DataType": "String.Array", "StringValue": json.dumps(value)}
    return {"DataType": "String" if isinstance(value, str) else "Number", "StringValue": str(value)}


def _subscribed(lab: Lab, policy: dict[str, Any], scope: str) -> tuple[str, str]:
    """Return the ARN of a topic and the URL of a queue that gets from it, raw, what the policy lets through."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true", FilterPolicyScope=scope, FilterPolicy=json.dumps(policy))
    return topic, queue


def _passing(lab: Lab, policy: dict[str, Any], *messages: dict[str, Any]) -> list[str]:
    """Return the texts of the messages that pass. Each is published with these attributes, and its number as text."""
    topic, queue = _subscribed(lab, policy, "MessageAttributes")
    for number, message in enumerate(messages):
        attributes = {name: _attribute(value) for name, value in message.items()}
        lab.sns.publish(TopicArn=topic, Message=str(number), MessageAttributes=attributes)
    return sorted(lab.bodies(queue))


def _passing_bodies(lab: Lab, policy: dict[str, Any], *bodies: Any) -> list[Any]:
    """Return those of the bodies that pass, as JSON values, in the order in which they were published."""
    topic, queue = _subscribed(lab, policy, "MessageBody")
    for body in bodies:
        lab.sns.publish(TopicArn=topic, Message=json.dumps(body))
    passed = lab.bodies(queue)
    return [body for body in bodies if json.dumps(body) in passed]


def _refusal(lab: Lab, policy: Any, scope: str = "MessageAttributes", queue: str = "orders") -> Any:
    """Return what Subscribe answers to this policy."""
    return lab.attempt(
        lab.sns.subscribe,
        TopicArn=lab.topic(),
        Protocol="sqs",
        Endpoint=lab.arn(lab.queue(queue)),
        Attributes={"FilterPolicy": json.dumps(policy), "FilterPolicyScope": scope},
    )


def _said(words: str, source: str = "", column: int = 0) -> dict[str, Any]:
    """Return the refusal with these words, for the policy as its reader saw it, at this column."""
    place = f'\n at [Source: (String)"{source}"; line: 1, column: {column}]' if source else ""
    return refused("InvalidParameter", f"Invalid parameter: Attributes Reason: FilterPolicy: {words}{place}")


# --- refused ---------------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting "
        "double-quote to start field name\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
        "disabled); line: 1, column: 2]",
    ),
    source="localstack test_sns.snapshot.json test_validate_set_sub_attributes",
)
def a_policy_that_is_no_json(lab: Lab) -> object:
    """A filter policy that is no JSON is refused with the place where it breaks off."""
    arn = lab.subscribe(lab.topic(), lab.queue())
    return lab.attempt(
        lab.sns.set_subscription_attributes,
        SubscriptionArn=arn,
        AttributeName="FilterPolicy",
        AttributeValue="{invalidjson}",
    )


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: Attributes Reason: FilterPolicy: failed to parse JSON. Unrecognized token 'invalid': was "
        "expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED "
        "(`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 8]",
    ),
    source="localstack test_sns.snapshot.json test_subscribe_invalid_filter_policy",
)
def a_policy_that_is_a_word(lab: Lab) -> object:
    """Of a word that is no JSON the text has as much as the reader took."""
    asked = {"TopicArn": lab.topic(), "Protocol": "email", "Endpoint": "anna@shop.example"}
    return lab.attempt(lab.sns.subscribe, **asked, Attributes={"FilterPolicy": "invalid-json"})


@behaviour(
    aws=refused(
        "InvalidParameter",
        'Invalid parameter: FilterPolicy: "key_a" must be an object or an array\n'
        ' at [Source: (String)"{"key_a":"value_one"}"; line: 1, column: 11]',
    ),
    source=f"{SNAPSHOT} test_sub_filter_policy_nested_property_constraints",
)
def a_rule_outside_a_list(lab: Lab) -> object:
    """The values of a key stand in a list, even one alone."""
    arn = lab.subscribe(lab.topic(), lab.queue(), FilterPolicyScope="MessageBody")
    return lab.attempt(
        lab.sns.set_subscription_attributes,
        SubscriptionArn=arn,
        AttributeName="FilterPolicy",
        AttributeValue='{"key_a": "value_one"}',
    )


@behaviour(
    aws=_said("Too many elements in numeric expression", '{"key":[{"numeric":["<",100,">",10]}]}', 30),
    source=f"{SNAPSHOT} test_validate_policy_numeric_operator",
)
def a_range_that_begins_with_less(lab: Lab) -> object:
    """A range begins with > or >=."""
    return _refusal(lab, {"key": [{"numeric": ["<", 100, ">", 10]}]})


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy",
    ),
    source=f"{SNAPSHOT} test_sub_filter_policy_nested_property",
)
def a_nested_policy_for_attributes(lab: Lab) -> object:
    """Only a policy for the body can be nested."""
    arn = lab.subscribe(lab.topic(), lab.queue())
    return lab.attempt(
        lab.sns.set_subscription_attributes,
        SubscriptionArn=arn,
        AttributeName="FilterPolicy",
        AttributeValue='{"object": {"key": [{"prefix": "auto-"}]}}',
    )


@behaviour(
    aws=_said("Filter policy can not have more than 5 keys"),
    source=f"{SNAPSHOT} test_policy_complexity",
)
def six_keys(lab: Lab) -> object:
    """A policy has five keys at most."""
    return _refusal(lab, {f"key{number}": ["value"] for number in range(6)})


@behaviour(
    aws={"150": "ok", "151": _said("Filter policy is too complex")},
    source=f"{SNAPSHOT} test_policy_complexity; {LIMITS}",
)
def combinations(lab: Lab) -> object:
    """A policy has 150 combinations of values at most."""
    policies = {count: {"key": list(range(int(count)))} for count in ("150", "151")}
    return {count: _refusal(lab, policy, queue=f"orders-{count}") for count, policy in policies.items()}


# --- attributes ------------------------------------------------------------------------------------------------------


@behaviour(aws=["0", "1", "2"], source=STRINGS)
def exact_text(lab: Lab) -> object:
    """A text of the policy matches the same text, and one element of a list is enough."""
    interests = ["rugby", "tennis", ["rugby", "chess"], "Rugby", "baseball", ["baseball"]]
    return _passing(lab, {"interest": ["rugby", "tennis"]}, *({"interest": each} for each in interests))


@behaviour(
    aws=["old policy", "no policy"],
    source="localstack test_sns_filter_policy.snapshot.json test_filter_policy (the policy is changed twice)",
)
def a_policy_that_changes(lab: Lab) -> object:
    """A message meets the policy that was set when it was published; what is in the queue already stays."""
    topic, queue = lab.topic(), lab.queue()
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true", FilterPolicy=json.dumps({"n": [1]}))
    one = {"n": {"DataType": "Number", "StringValue": "1"}}
    for text, policy in [("old policy", {"n": [1]}), ("new policy", {"n": [2]}), ("no policy", None)]:
        value = json.dumps(policy) if policy else ""
        lab.sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="FilterPolicy", AttributeValue=value
        )
        lab.sns.publish(TopicArn=topic, Message=text, MessageAttributes=one)
    return lab.bodies(queue)


@behaviour(aws=["0"], source=LOGIC)
def every_key_must_match(lab: Lab) -> object:
    """Keys are joined by AND."""
    policy = {"interest": ["rugby"], "price": [{"numeric": [">", 100]}]}
    messages = [{"interest": "rugby", "price": 101}, {"interest": "rugby", "price": 99}, {"interest": "rugby"}]
    return _passing(lab, policy, *messages)


@behaviour(aws=["0", "1"], source=STRINGS)
def a_prefix(lab: Lab) -> object:
    """`prefix` asks how a text begins."""
    return _passing(lab, {"k": [{"prefix": "bas"}]}, {"k": "baseball"}, {"k": "basketball"}, {"k": "rugby"})


@behaviour(aws=["0", "1"], source=STRINGS)
def a_suffix(lab: Lab) -> object:
    """`suffix` asks how a text ends."""
    return _passing(lab, {"k": [{"suffix": "ball"}]}, {"k": "baseball"}, {"k": "basketball"}, {"k": "rugby"})


@behaviour(aws=["0", "1", "2"], source=STRINGS)
def equal_in_any_case(lab: Lab) -> object:
    """`equals-ignore-case` does not mind capitals, on either side."""
    policy = {"k": [{"equals-ignore-case": "TenNis"}]}
    return _passing(lab, policy, {"k": "tennis"}, {"k": "Tennis"}, {"k": "TENNIS"}, {"k": "rugby"})


@behaviour(aws=["0", "1", "3"], source=STRINGS)
def anything_but_texts(lab: Lab) -> object:
    """`anything-but` passes other texts, and a list that has another one; a missing attribute does not pass."""
    kinds = ["baseball", "football", "rugby", ["rugby", "baseball"]]
    policy = {"k": [{"anything-but": ["rugby", "tennis"]}]}
    return _passing(lab, policy, *({"k": kind} for kind in kinds), {"other": "x"})


@behaviour(aws=["0", "1", "4"], source=NUMBERS)
def anything_but_numbers(lab: Lab) -> object:
    """`anything-but` with numbers passes other numbers, and a list that has another one."""
    policy = {"price": [{"anything-but": [100, 500]}]}
    return _passing(lab, policy, *({"price": price} for price in (101, 100.1, 100, 500.0, [100, 50])))


@behaviour(aws=["0", "1"], source=STRINGS)
def an_address_range(lab: Lab) -> object:
    """`cidr` asks whether a text is an IP address out of a range."""
    policy = {"ip": [{"cidr": "10.0.0.0/24"}]}
    return _passing(lab, policy, {"ip": "10.0.0.0"}, {"ip": "10.0.0.255"}, {"ip": "10.1.1.0"})


@behaviour(aws=["0", "1"], source=NUMBERS)
def an_equal_number(lab: Lab) -> object:
    """`numeric` with = compares values, however the number is written."""
    policy = {"price": [{"numeric": ["=", 301.5]}]}
    topic, queue = _subscribed(lab, policy, "MessageAttributes")
    for number, text in enumerate(["301.5", "3.015e2", "301.51"]):
        attributes = {"price": {"DataType": "Number", "StringValue": text}}
        lab.sns.publish(TopicArn=topic, Message=str(number), MessageAttributes=attributes)
    return sorted(lab.bodies(queue))


@behaviour(aws=["1", "2"], source=NUMBERS)
def a_range_of_numbers(lab: Lab) -> object:
    """`numeric` with two comparisons is a range; < and > leave its ends out, <= and >= do not."""
    policy = {"price": [{"numeric": [">", 0, "<=", 150]}]}
    return _passing(lab, policy, *({"price": price} for price in (0, 0.5, 150, 151)))


@behaviour(aws=["0"], source=f"{SNAPSHOT} test_exists_filter_policy")
def exists(lab: Lab) -> object:
    """`exists` with true wants the attribute, whatever its value."""
    return _passing(lab, {"store": [{"exists": True}]}, {"store": 99, "def": 99}, {"attr1": 111})


@behaviour(aws=["0"], source=f"{SNAPSHOT} test_exists_filter_policy")
def exists_not(lab: Lab) -> object:
    """`exists` with false wants the attribute missing."""
    return _passing(lab, {"store": [{"exists": False}]}, {"def": 99}, {"store": 99, "def": 99})


@behaviour(aws=[], source=KEYS)
def exists_not_without_any_attribute(lab: Lab) -> object:
    """A message without any attribute passes no policy for attributes, not even that one is missing."""
    return _passing(lab, {"store": [{"exists": False}]}, {})


@behaviour(aws=["1"], source=STRINGS)
def anything_but_or_missing(lab: Lab) -> object:
    """`anything-but` and `exists` with false together let messages pass that lack the attribute."""
    policy = {"k": [{"anything-but": ["rugby"]}, {"exists": False}]}
    return _passing(lab, policy, {"k": "rugby"}, {"other": "x"})


@behaviour(aws=[], source=LIMITS)
def a_binary_attribute(lab: Lab) -> object:
    """Attributes of type Binary are not looked at."""
    return _passing(lab, {"k": [{"exists": True}]}, {"k": b"bytes", "other": "x"})


@behaviour(aws=["0", "1"], source=LOGIC)
def alternatives(lab: Lab) -> object:
    """`$or` joins keys by OR, and other keys are joined to it by AND."""
    policy = {"source": ["cloudwatch"], "$or": [{"metric": ["CPU"]}, {"namespace": ["EC2"]}]}
    source = {"source": "cloudwatch"}
    messages = [source | {"metric": "CPU"}, source | {"namespace": "EC2"}, source, {"metric": "CPU"}]
    return _passing(lab, policy, *messages)


# --- bodies ----------------------------------------------------------------------------------------------------------


@behaviour(
    aws=[{"object": {"key": "auto-test"}}, {"object": {"key": "hardcodedvalue"}}],
    source=f"{SNAPSHOT} test_filter_policy_on_message_body[True]",
)
def a_nested_body(lab: Lab) -> object:
    """A policy for the body looks into objects of objects."""
    policy = {
        "object": {"key": [{"prefix": "auto-"}, "hardcodedvalue"], "nested_key": [{"exists": False}]},
        "test": [{"exists": False}],
    }
    return _passing_bodies(
        lab,
        policy,
        {"object": {"key": "auto-test"}},
        {"object": {"key": "hardcodedvalue"}},
        {"object": {"key": "test-auto"}},
        {"object": {"key": "auto-test"}, "test": "just-exists"},
        {"object": {"key": "auto-test", "nested_key": "just-exists"}},
        {"object": {"test": "auto-test"}},
        {"test": "auto-test"},
    )


@behaviour(aws=[], source=f"{SNAPSHOT} test_filter_policy_on_message_body[True]")
def a_body_that_is_no_json(lab: Lab) -> object:
    """A body that is no JSON object passes no policy for the body, and the publisher is told nothing."""
    topic, queue = _subscribed(lab, {"k": [{"exists": False}]}, "MessageBody")
    for text in ("Regular string message", '"Regular string message"'):
        lab.sns.publish(TopicArn=topic, Message=text)
    return lab.bodies(queue)


@behaviour(
    aws=[{"headers": {"to": ["queue1"]}}, {"headers": {"to": ["queue1", "queue2"]}}],
    source=f"{SNAPSHOT} test_filter_policy_on_message_body_array_attributes",
)
def a_list_in_a_body(lab: Lab) -> object:
    """One element of a list in the body is enough."""
    bodies = [{"headers": {"to": names}} for names in (["queue3"], ["queue1"], ["queue2"], ["queue1", "queue2"])]
    return _passing_bodies(lab, {"headers": {"to": ["queue1"]}}, *bodies)


@behaviour(
    aws=["put-many", "put"],
    source=f"{SNAPSHOT} test_filter_policy_on_message_body_array_of_object_attributes",
)
def objects_in_lists_of_a_body(lab: Lab) -> object:
    """A policy for the body looks into objects in lists, and lists in lists."""
    auto, home = {"key": "auto-1", "size": 17}, {"key": "home-1", "size": 17}
    put, gone = "ObjectCreated:Put", "ObjectRemoved:Delete"
    bodies = {
        "put-many": [{"eventName": put, "s3": {"object": [[auto]]}}, {"eventName": gone, "s3": {"object": home}}],
        "removed": [{"eventName": gone, "s3": {"object": auto}}],
        "other": [{"eventName": put, "s3": {"object": home}}],
        "put": [{"eventName": put, "s3": {"object": auto}}],
    }
    policy = {
        "Records": {"s3": {"object": {"key": [{"prefix": "auto-"}]}}, "eventName": [{"prefix": "ObjectCreated:"}]}
    }
    passed = _passing_bodies(lab, policy, *({"id": name, "Records": records} for name, records in bodies.items()))
    return [body["id"] for body in passed]


@behaviour(
    aws=[
        {"metric": "CPU", "detail": {"scope": "Service", "source": "watch"}},
        {"namespace": "ES", "detail": {"scope": "Service", "type": "Alarm"}},
    ],
    source=f"{SNAPSHOT} test_filter_policy_on_message_body_or_attribute; {LOGIC}",
)
def alternatives_inside_a_body(lab: Lab) -> object:
    """`$or` works at every depth of a policy for the body."""
    policy = {
        "$or": [{"metric": ["CPU"]}, {"namespace": ["ES"]}],
        "detail": {"scope": ["Service"], "$or": [{"source": ["watch"]}, {"type": ["Alarm"]}]},
    }
    return _passing_bodies(
        lab,
        policy,
        {"metric": "CPU", "detail": {"scope": "Service", "source": "watch"}},
        {"namespace": "ES", "detail": {"scope": "Service", "type": "Alarm"}},
        {"metric": "CPU", "detail": {"scope": "Service"}},
        {"metric": "CPU", "detail": {"type": "Alarm"}},
        {"detail": {"scope": "Service", "type": "Alarm"}},
    )


@behaviour(aws=[{"k": True}], source=LIMITS)
def true_in_a_body(lab: Lab) -> object:
    """true in a policy matches true in the body, and neither the text nor 1."""
    return _passing_bodies(lab, {"k": [True]}, {"k": True}, {"k": "true"}, {"k": 1}, {"k": False})


# --- the subscription ------------------------------------------------------------------------------------------------


@behaviour(
    aws={"without": [], "with": ["FilterPolicy", "FilterPolicyScope"], "removed": False},
    source=f"{SNAPSHOT} test_filter_policy, test_set_subscription_filter_policy_scope",
)
def the_scope_shows_with_the_policy(lab: Lab) -> object:
    """A subscription shows its FilterPolicyScope once it has a policy; an empty value takes the policy away."""
    arn = lab.subscribe(lab.topic(), lab.queue())

    def shown() -> list[str]:
        attributes = lab.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return sorted(name for name in attributes if name.startswith("FilterPolicy"))

    def set_policy(text: str) -> list[str]:
        lab.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=text)
        return shown()

    return {"without": shown(), "with": set_policy('{"k": ["v"]}'), "removed": "FilterPolicy" in set_policy("")}


@behaviour(aws=["one", "two"], source=f"{SNAPSHOT} test_filter_policy")
def a_policy_that_was_removed(lab: Lab) -> object:
    """Without its policy a subscription gets every message."""
    topic, queue = lab.topic(), lab.queue()
    arn = lab.subscribe(topic, queue, RawMessageDelivery="true", FilterPolicy='{"k": ["v"]}')
    lab.sns.publish(TopicArn=topic, Message="held")
    lab.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{}")
    for text in ("one", "two"):
        lab.sns.publish(TopicArn=topic, Message=text)
    return sorted(lab.bodies(queue))


@behaviour(aws={"filtered": ["99"], "unfiltered": ["111", "99"]}, source=f"{SNAPSHOT} test_filter_policy_for_batch")
def a_batch_is_filtered_message_by_message(lab: Lab) -> object:
    """Each message of a batch is filtered for itself, and for each subscription."""
    topic, queues = lab.topic(), {"filtered": lab.queue("filtered"), "unfiltered": lab.queue("unfiltered")}
    policy = json.dumps({"attr1": [{"numeric": [">", 0, "<=", 100]}]})
    lab.subscribe(topic, queues["filtered"], RawMessageDelivery="true", FilterPolicy=policy)
    lab.subscribe(topic, queues["unfiltered"], RawMessageDelivery="true")
    entries = [
        {"Id": text, "Message": text, "MessageAttributes": {"attr1": {"DataType": "Number", "StringValue": text}}}
        for text in ("99", "111")
    ]
    lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    return {name: sorted(lab.bodies(queue)) for name, queue in queues.items()}

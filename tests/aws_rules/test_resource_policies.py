"""Which texts AWS accepts as the policy of a queue or topic, and what a policy says about a request."""

import copy
import json
import random

import pytest

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies.documents import parse
from helpers.aws_rules.policies.evaluation import AccessRequest, Decision, Principal, decide

QUEUE = "arn:aws:sqs:us-east-1:111111111111:orders"
TOPIC = "arn:aws:sns:us-east-1:111111111111:news"
OTHER_TOPIC = "arn:aws:sns:us-east-1:111111111111:other"
USER = "arn:aws:iam::222222222222:user/ana"
ROLE = "arn:aws:iam::222222222222:role/team/worker"
SESSION = "arn:aws:sts::222222222222:assumed-role/worker/s1"
SNS = Principal(service="sns.amazonaws.com")
ANA = Principal(account="222222222222", arn=USER)
WORKER = Principal(account="222222222222", arn=SESSION)


def statement(**changes):
    """A statement that allows a topic to send to a queue. An element that is None is left out."""
    elements = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
    }
    return {name: value for name, value in (elements | changes).items() if value is not None}


def policy(*statements):
    """A document that AWS accepts, parsed from its JSON."""
    return parse(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), "sqs")


def request(principal=SNS, action="sqs:SendMessage", resource=QUEUE, **context):
    """A request of a topic to a queue. Condition keys have _ for the colon."""
    return AccessRequest(principal, action, resource, {key.replace("_", ":"): value for key, value in context.items()})


# What a policy says

PRINCIPALS = [
    ("*", SNS, True),
    ("*", Principal(), True),
    ({"AWS": "*"}, ANA, True),
    ({"AWS": "*"}, SNS, True),
    ({"AWS": "*"}, Principal(), True),
    ({"AWS": "222222222222"}, ANA, True),
    ({"AWS": "222222222222"}, WORKER, True),
    ({"AWS": "222222222222"}, Principal(arn=USER), True),
    ({"AWS": "222222222222"}, Principal(account="222222222222"), True),
    ({"AWS": "222222222222"}, SNS, None),
    ({"AWS": "333333333333"}, ANA, None),
    ({"AWS": ["333333333333", "222222222222"]}, ANA, True),
    ({"AWS": "arn:aws:iam::222222222222:root"}, ANA, True),
    ({"AWS": "arn:aws:iam::333333333333:root"}, ANA, None),
    ({"AWS": USER}, ANA, True),
    ({"AWS": USER}, WORKER, None),
    ({"AWS": USER}, Principal(account="222222222222"), None),
    ({"AWS": ROLE}, WORKER, True),
    ({"AWS": SESSION}, WORKER, True),
    ({"AWS": "arn:aws:iam::222222222222:role/other"}, WORKER, None),
    ({"AWS": "arn:aws:iam::333333333333:role/worker"}, WORKER, None),
    ({"AWS": "222222222222"}, Principal(), None),
    ({"Service": "sns.amazonaws.com"}, SNS, True),
    ({"Service": "sns.amazonaws.com"}, ANA, None),
    ({"Service": "s3.amazonaws.com"}, SNS, None),
    ({"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]}, SNS, True),
    ({"AWS": "333333333333", "Service": "sns.amazonaws.com"}, SNS, True),
    ({"AWS": "222222222222", "Service": "s3.amazonaws.com"}, ANA, True),
    ({"CanonicalUser": "abc"}, ANA, None),
]


@pytest.mark.parametrize(("element", "who", "allowed"), PRINCIPALS)
def test_a_principal_is_matched(element, who, allowed):
    """Accounts, users, roles with their sessions, services and everyone. NotPrincipal is the opposite."""
    assert decide(policy(statement(Principal=element)), request(who)).allowed is allowed
    negated = statement(Principal=None, NotPrincipal=element)
    assert decide(policy(negated), request(who)).allowed is (None if allowed else True)


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("sqs:SendMessage", True),
        ("SQS:SendMessage", True),
        ("sqs:sendmessage", True),
        ("sqs:*", True),
        ("*", True),
        ("sqs:Send*", True),
        ("sqs:SendMessag?", True),
        ("sqs:*Message", True),
        ("sqs:SendMessage?", None),
        ("sqs:ReceiveMessage", None),
        (["sqs:ReceiveMessage", "sqs:SendMessage"], True),
        (["sqs:ReceiveMessage", "sqs:DeleteMessage"], None),
    ],
)
def test_an_action_is_matched(pattern, allowed):
    """Case doesn't matter, and wildcards work. NotAction is the opposite."""
    assert decide(policy(statement(Action=pattern)), request()).allowed is allowed
    negated = statement(Action=None, NotAction=pattern)
    assert decide(policy(negated), request()).allowed is (None if allowed else True)


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (QUEUE, True),
        ([QUEUE], True),
        ("*", True),
        ("arn:aws:sqs:*", True),
        ("arn:aws:sqs:*:111111111111:orders", True),
        ("arn:aws:sqs:us-east-1:111111111111:order?", True),
        ("arn:aws:sqs:us-east-1:111111111111:o*s", True),
        ("arn:aws:sqs:us-east-1:111111111111:Orders", None),
        ("arn:aws:sqs:us-east-1:111111111111:orders-2", None),
        ("arn:aws:sqs:us-east-1:333333333333:*", None),
        (TOPIC, None),
    ],
)
def test_a_resource_is_matched(pattern, allowed):
    """Case matters, and wildcards work. NotResource is the opposite."""
    assert decide(policy(statement(Resource=pattern)), request()).allowed is allowed
    negated = statement(Resource=None, NotResource=pattern)
    assert decide(policy(negated), request()).allowed is (None if allowed else True)


# Operator, policy value, value in the request (None: the key is missing), whether the condition holds.
CONDITIONS = [
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True),
    ("StringEquals", [], "b", False),
    ("StringEquals", "a", None, False),
    ("StringEquals", 123, "123", True),
    ("StringEquals", "a", ["b", "a"], True),
    ("StringEquals", "a", [], False),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringNotEquals", "a", ["a", "b"], False),
    ("StringNotEquals", "a", None, True),
    ("StringEqualsIgnoreCase", "aB", "Ab", True),
    ("StringEqualsIgnoreCase", "aB", "Ac", False),
    ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringNotEqualsIgnoreCase", "aB", None, True),
    ("StringLike", "a*c", "abbc", True),
    ("StringLike", "a*c", "ac", True),
    ("StringLike", "a?c", "ac", False),
    ("StringLike", "[a]", "a", False),
    ("StringLike", "*", "", True),
    ("StringLike", "*", None, False),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "bc", True),
    ("StringNotLike", "a*", None, True),
    ("ArnEquals", TOPIC, TOPIC, True),
    ("ArnEquals", TOPIC, OTHER_TOPIC, False),
    ("ArnEquals", "arn:aws:sns:*:111111111111:n*", TOPIC, True),
    ("ArnEquals", TOPIC, None, False),
    ("ArnLike", "arn:aws:sns:*:*:*", TOPIC, True),
    ("ArnLike", "arn:aws:sns:us-east-?:111111111111:news", TOPIC, True),
    ("ArnLike", "arn:*:*:*:*:*", TOPIC, True),
    ("ArnLike", "arn:aws:sns:*", TOPIC, False),
    ("ArnLike", "arn:aws:s3:*:*:*", TOPIC, False),
    ("ArnLike", "arn:aws:s3:*:*:my*", "arn:aws:s3:::my:bucket", True),
    ("ArnLike", "news", "news", False),
    ("ArnLike", [OTHER_TOPIC, TOPIC], TOPIC, True),
    ("ArnNotEquals", TOPIC, TOPIC, False),
    ("ArnNotEquals", TOPIC, OTHER_TOPIC, True),
    ("ArnNotEquals", TOPIC, None, True),
    ("ArnNotLike", "arn:aws:sns:*:*:*", TOPIC, False),
    ("ArnNotLike", [OTHER_TOPIC, TOPIC], TOPIC, False),
    ("ArnNotLike", "arn:aws:s3:*:*:*", TOPIC, True),
    ("Bool", "false", "false", True),
    ("Bool", True, "true", True),
    ("Bool", "True", "true", True),
    ("Bool", "false", "true", False),
    ("Bool", "false", None, False),
    ("BinaryEquals", "QQ==", "QQ==", True),
    ("BinaryEquals", "QQ==", "qq==", False),
    ("Null", "true", None, True),
    ("Null", "true", "a", False),
    ("Null", True, None, True),
    ("Null", "false", "a", True),
    ("Null", "false", None, False),
    ("NumericEquals", "5", "5.0", True),
    ("NumericEquals", 5, "5", True),
    ("NumericNotEquals", "5", "5", False),
    ("NumericNotEquals", "5", "6", True),
    ("NumericNotEquals", "5", None, True),
    ("NumericLessThan", "5", "4.9", True),
    ("NumericLessThan", "5", "5", False),
    ("NumericLessThanEquals", "5", "5", True),
    ("NumericGreaterThan", "-1e2", "-99", True),
    ("NumericGreaterThanEquals", "5", "4", False),
    ("NumericGreaterThan", "five", "6", False),
    ("NumericLessThan", "5", "nan", False),
    ("NumericLessThan", "5", None, False),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", True),
    ("DateEquals", "2026", "2026-01-01", True),
    ("DateEquals", "2026-03", "2026-03-01T00:00Z", True),
    ("DateNotEquals", "2026", "2027", True),
    ("DateNotEquals", "2026", None, True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01.500Z", True),
    ("DateGreaterThanEquals", "2026-01-01", "2025-01-01", False),
    ("DateGreaterThan", "soon", "2026-01-01", False),
    ("DateGreaterThan", "2026-13-45", "2026-01-01", False),
    ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
    ("IpAddress", "10.0.0.7/8", "10.1.2.3", True),
    ("IpAddress", "10.1.2.3", "10.1.2.3", True),
    ("IpAddress", ["192.0.2.0/24", "10.0.0.0/8"], "10.1.2.3", True),
    ("IpAddress", "10.0.0.0/8", "11.1.2.3", False),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
    ("IpAddress", "10.0.0.0/99", "10.1.2.3", False),
    ("IpAddress", "10.0.0.0/8", "here", False),
    ("IpAddress", "10.0.0.0/8", None, False),
    ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
    ("NotIpAddress", "10.0.0.0/8", "11.1.2.3", True),
    ("NotIpAddress", "10.0.0.0/8", None, True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "a", True),
    ("StringEqualsIfExists", "a", "b", False),
    ("ArnLikeIfExists", TOPIC, None, True),
    ("BoolIfExists", "true", None, True),
    ("BoolIfExists", "true", "false", False),
    ("NumericLessThanEqualsIfExists", "5", None, True),
    ("StringNotEqualsIfExists", "a", "a", False),
    ("StringNotEqualsIfExists", "a", None, True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], False),
    ("ForAnyValue:StringEquals", ["a", "b"], None, False),
    ("ForAnyValue:StringEqualsIfExists", ["a", "b"], None, True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "x"], True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], False),
    ("ForAnyValue:StringNotEquals", ["a", "b"], None, False),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "x"], False),
    ("ForAllValues:StringEquals", ["a", "b"], None, True),
    ("ForAllValues:StringEquals", ["a", "b"], [], True),
    ("ForAllValues:StringLike", "a*", ["ab", "ac"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["x", "y"], True),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["a", "y"], False),
    ("ForAnyValue:ArnLike", "arn:aws:sns:*:*:*", ["x", TOPIC], True),
]


@pytest.mark.parametrize(("operator", "wanted", "actual", "holds"), CONDITIONS)
def test_a_condition_holds_or_not(operator, wanted, actual, holds):
    """One key with each operator. The case of key names doesn't matter."""
    document = policy(statement(Condition={operator: {"aws:Some": wanted}}))
    context = {} if actual is None else {"AWS_soME": actual}
    assert decide(document, request(**context)).allowed is (True if holds else None)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({}, True),
        ({"StringEquals": {}}, True),
        ({"StringEquals": {"aws:a": "1", "aws:b": "2"}}, True),
        ({"StringEquals": {"aws:a": "1", "aws:b": "3"}}, False),
        ({"StringEquals": {"aws:a": "1"}, "StringLike": {"aws:b": "?"}}, True),
        ({"StringEquals": {"aws:a": "1"}, "StringLike": {"aws:b": "??"}}, False),
    ],
)
def test_conditions_must_all_hold(condition, holds):
    """All keys of all operators have to match."""
    answer = decide(policy(statement(Condition=condition)), request(aws_a="1", aws_b="2"))
    assert answer.allowed is (True if holds else None)


def test_an_explicit_deny_wins():
    """A Deny wins in any position, and the decision names its statement."""
    allow, deny = statement(Sid="Let"), statement(Effect="Deny", Sid="Stop")
    assert decide(policy(allow), request()) == Decision(True, "Let")
    assert decide(policy(allow, deny), request()) == Decision(False, "Stop")
    assert decide(policy(deny, allow), request()) == Decision(False, "Stop")
    assert decide(policy(statement(Action="sqs:ReceiveMessage"), statement()), request()).statement == "statement 2"
    other_deny = statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert decide(policy(allow, other_deny), request(aws_SecureTransport="true")).allowed is True
    assert decide(policy(allow, other_deny), request(aws_SecureTransport="false")).statement == "statement 2"


def test_one_statement_may_stand_without_a_list():
    """Statement can be an object."""
    document = parse(json.dumps({"Statement": statement()}), "sqs")
    assert decide(document, request()).allowed is True


def test_the_policy_of_a_new_topic_speaks_of_its_owner():
    """The policy that SNS gives to a topic allows everybody in the owner's account."""
    document = json.dumps(
        {
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [
                {
                    "Sid": "__default_statement_ID",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:Receive", "SNS:AddPermission"],
                    "Resource": TOPIC,
                    "Condition": {"StringEquals": {"AWS:SourceOwner": "111111111111"}},
                }
            ],
        }
    )
    topic_policy = parse(document, "sns")
    mine = request(ANA, "sns:Publish", TOPIC, AWS_SourceOwner="111111111111")
    assert decide(topic_policy, mine) == Decision(True, "__default_statement_ID")
    theirs = request(ANA, "sns:Publish", TOPIC, AWS_SourceOwner="222222222222")
    assert "AWS:SourceOwner asks for 111111111111" in decide(topic_policy, theirs).statement


def test_a_topic_policy_may_ask_for_a_protocol():
    """Conditions on sns:Protocol and sns:Endpoint restrict Subscribe."""
    wanted = {"StringEquals": {"sns:Protocol": "email"}, "StringLike": {"sns:Endpoint": "*@example.com"}}
    only_mail = statement(Principal="*", Action="sns:Subscribe", Resource=TOPIC, Condition=wanted)
    topic_policy = parse(json.dumps({"Statement": only_mail}), "sns")

    def answer(protocol, endpoint):
        context = {"sns_Protocol": protocol, "sns_Endpoint": endpoint}
        return decide(topic_policy, request(ANA, "SNS:Subscribe", TOPIC, **context)).allowed

    assert answer("email", "ana@example.com") is True
    assert answer("email", "ana@example.org") is None
    assert answer("https", "ana@example.com") is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"Principal": {"AWS": "222222222222"}},
            "statement 1 would, but its Principal is 222222222222, and the request comes from sns.amazonaws.com",
        ),
        (
            {"Action": "sqs:ReceiveMessage", "Sid": "Read"},
            "statement Read would, but its Action is sqs:ReceiveMessage, and the request is for sqs:SendMessage",
        ),
        (
            {"Resource": TOPIC},
            f"statement 1 would, but its Resource is {TOPIC}, and the request is for {QUEUE}",
        ),
        (
            {"Action": None, "NotAction": ["sqs:SendMessage"]},
            "statement 1 would, but its NotAction is sqs:SendMessage, and the request is for sqs:SendMessage",
        ),
        (
            {"Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}},
            f"statement 1 would, but its condition ArnEquals aws:SourceArn asks for {TOPIC}, "
            f"and the request has {OTHER_TOPIC}",
        ),
        (
            {"Condition": {"StringEquals": {"aws:SourceAccount": ["1", "2", "3", "4", "5"]}}},
            "statement 1 would, but its condition StringEquals aws:SourceAccount asks for 1 or 2 or 3 or 2 more, "
            "and the request has no such key",
        ),
        (
            {"Condition": {"ArnNotLike": {"aws:SourceArn": OTHER_TOPIC}}},
            f"statement 1 would, but its condition ArnNotLike aws:SourceArn rules out {OTHER_TOPIC}, "
            f"and the request has {OTHER_TOPIC}",
        ),
        (
            {"Condition": {"Null": {"aws:SourceArn": True}}},
            "statement 1 would, but its condition Null aws:SourceArn asks that the key is missing, "
            f"and the request has {OTHER_TOPIC}",
        ),
        (
            {"Principal": {"AWS": "222222222222"}, "Action": "sqs:ReceiveMessage"},
            "no statement lets sns.amazonaws.com do sqs:SendMessage",
        ),
        ({"Effect": "Deny", "Action": "sqs:Purge*"}, "no statement lets sns.amazonaws.com do sqs:SendMessage"),
    ],
)
def test_a_silent_policy_says_why(changes, reason):
    """The reason names a single element that doesn't match; otherwise no statement allows the request."""
    answer = decide(policy(statement(**changes)), request(aws_SourceArn=OTHER_TOPIC))
    assert answer == Decision(None, reason)


def test_no_policy_says_nothing():
    """A missing or empty document neither allows nor denies."""
    for document in (None, {}):
        assert decide(document, request(Principal())) == Decision(
            None, "there is no policy, so no statement lets an anonymous caller do sqs:SendMessage"
        )
    assert decide(None, request(ANA)).statement.endswith(f"lets {USER} do sqs:SendMessage")
    assert decide(None, request(Principal("222222222222"))).statement.endswith(
        "account 222222222222 do sqs:SendMessage"
    )


def test_many_stars_take_no_time():
    """Matching a pattern full of wildcards is fast."""
    wanted = {"StringLike": {"aws:Some": "*a" * 1000 + "b"}}
    assert decide(policy(statement(Condition=wanted)), request(aws_Some="a" * 5000)).allowed is None


# Which documents AWS takes

BAD_QUEUE = ("InvalidAttributeValue", "Invalid value for the parameter Policy.")
BAD_TOPIC = ("InvalidParameter", "Invalid parameter: Policy Error: null")


def refusal(text, kind):
    """The code and message of AWS's error for a document."""
    with pytest.raises(Refused) as caught:
        parse(text, kind)
    return caught.value.code, caught.value.message


MALFORMED = [
    "",
    "{",
    "no",
    "null",
    "[]",
    "1",
    '"Allow"',
    "{}",
    '{"Statement": NaN}',
    "[" * 8_000,
    '{"Statement":' * 500 + "1" + "}" * 500,
    "\ud800",
    None,
    7,
    {"Statement": []},
    b"{}",
]
MALFORMED_DOCUMENTS = [
    {"Statement": []},
    {"Statement": None},
    {"Statement": "all"},
    {"Statement": [statement(), 1]},
    {"Statement": [[statement()]]},
    {"Version": "2012-10-18"},
    {"Version": 2012},
    {"Version": []},
    {"Id": 1},
    {"Owner": "me"},
]
MALFORMED_STATEMENTS = [
    {"Effect": None},
    {"Effect": "allow"},
    {"Effect": ["Allow"]},
    {"Sid": 1},
    {"Principal": None},
    {"Principal": None, "Principle": {"AWS": "*"}},
    {"Principal": "222222222222"},
    {"Principal": {}},
    {"Principal": []},
    {"Principal": {"AWS": []}},
    {"Principal": {"AWS": 222222222222}},
    {"Principal": {"AWS": {"AWS": "*"}}},
    {"Principal": {"aws": "*"}},
    {"Principal": {"Service": "sns"}},
    {"Principal": {"Service": "*"}},
    {"NotPrincipal": "*"},
    {"Action": None},
    {"Action": []},
    {"Action": [1]},
    {"Action": {}},
    {"NotAction": "sqs:SendMessage"},
    {"Resource": None},
    {"Resource": []},
    {"Resource": ""},
    {"Resource": 5},
    {"NotResource": QUEUE},
    {"Condition": None, "Conditions": {}},
    {"Condition": []},
    {"Condition": "x"},
    {"Condition": {"StringEquals": "x"}},
    {"Condition": {"StringEquals": {"aws:x": {}}}},
    {"Condition": {"StringEquals": {"aws:x": None}}},
    {"Condition": {"StringEquals": {"aws:x": [["a"]]}}},
    {"Condition": {"Arnlike": {"aws:SourceArn": TOPIC}}},
    {"Condition": {"StringMatches": {"aws:x": "a"}}},
    {"Condition": {"NullIfExists": {"aws:x": "true"}}},
    {"Condition": {"ForSomeValues:StringEquals": {"aws:x": "a"}}},
    {"Condition": {":StringEquals": {"aws:x": "a"}}},
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_text_that_is_no_document_is_refused(text):
    """Anything but a JSON object with statements gets AWS's error code."""
    assert refusal(text, "sqs") == BAD_QUEUE
    assert refusal(text, "sns") == BAD_TOPIC


@pytest.mark.parametrize("changes", MALFORMED_DOCUMENTS)
def test_a_document_of_another_shape_is_refused(changes):
    """Statement is required, and unknown elements are refused."""
    assert refusal(json.dumps({"Statement": [statement()]} | changes), "sqs") == BAD_QUEUE


@pytest.mark.parametrize("changes", MALFORMED_STATEMENTS)
def test_a_malformed_statement_is_refused(changes):
    """Elements are required, once, and with the right type, for queues and topics alike."""
    assert refusal(json.dumps({"Statement": [statement(**changes)]}), "sqs") == BAD_QUEUE
    of_topic = statement(**({"Action": "sns:Publish", "Resource": TOPIC} | changes))
    assert refusal(json.dumps({"Statement": [of_topic]}), "sns") == BAD_TOPIC


@pytest.mark.parametrize(
    "changes",
    [
        {"Action": "sns:Publish"},
        {"Action": ["sqs:SendMessage", "s3:*"]},
        {"Action": "SendMessage"},
        {"Action": "sqs:"},
        {"Action": "sqs:Send Message"},
        {"Resource": [QUEUE, QUEUE + "2"]},
        {"Principal": {"AWS": "arn:aws:iam::222222222222:role/*"}},
        {"Principal": {"AWS": "22222222222"}},
        {"Principal": {"AWS": "ana"}},
    ],
)
def test_a_queue_refuses(changes):
    """Actions of another service, several resources in a statement, impossible principals."""
    assert refusal(json.dumps({"Statement": [statement(**changes)]}), "sqs") == BAD_QUEUE


OUT_OF_SCOPE = "Policy statement action out of service scope!"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Action": "sqs:SendMessage"}, OUT_OF_SCOPE),
        ({"Action": "sns:*"}, OUT_OF_SCOPE),
        ({"Action": "SNS:*"}, OUT_OF_SCOPE),
        ({"Action": ["sns:Publish", "sns:CreateTopic"]}, OUT_OF_SCOPE),
        ({"Action": "sns:SetSubscriptionAttributes"}, OUT_OF_SCOPE),
        ({"Resource": [TOPIC, OTHER_TOPIC]}, "Policy statement must apply to a single resource!"),
        ({"Resource": QUEUE}, "Policy Error: null"),
        ({"Resource": "news"}, "Policy Error: null"),
        ({"Principal": {"AWS": "ana"}}, "Policy Error: PrincipalNotFound"),
    ],
)
def test_a_topic_refuses(changes, text):
    """The same and more for topics, with SNS's messages."""
    of_topic = statement(**({"Action": "sns:Publish", "Resource": TOPIC} | changes))
    assert refusal(json.dumps({"Statement": of_topic}), "sns") == ("InvalidParameter", f"Invalid parameter: {text}")


def test_statements_of_a_topic_need_ids_of_their_own():
    """SNS requires a unique Sid if there are two statements; SQS doesn't."""
    one = statement(Principal="*", Action="SNS:Publish", Resource=TOPIC)
    text = "Invalid parameter: Every policy statement must have a unique ID"
    assert refusal(json.dumps({"Statement": [one, one]}), "sns") == ("InvalidParameter", text)
    assert refusal(json.dumps({"Statement": [one | {"Sid": "a"}] * 2}), "sns") == ("InvalidParameter", text)
    assert parse(json.dumps({"Statement": [one]}), "sns")
    assert parse(json.dumps({"Statement": [one | {"Sid": "a"}, one | {"Sid": "b"}]}), "sns")
    assert policy(statement(), statement())


def test_a_document_comes_back_as_it_was():
    """Parsing changes nothing."""
    document = {"Version": "2008-10-17", "Id": "x", "Statement": statement(Condition={"Bool": {"aws:x": True}})}
    assert parse(json.dumps(document), "sqs") == document


def over(what):
    """The OverLimit error of SQS."""
    return "OverLimit", what


def test_the_limits_of_queues():
    """8,192 bytes and 20 statements; in a statement 7 actions, 10 conditions and 50 principals."""

    def text(*statements, spaces=0):
        return json.dumps({"Statement": list(statements)}) + " " * spaces

    room = 8_192 - len(text(statement()))
    assert parse(text(statement(), spaces=room), "sqs")
    assert refusal(text(statement(), spaces=room + 1), "sqs") == over("Submitted policy is over max allowed size.")
    assert parse(text(*[statement()] * 20), "sqs")
    found = "21 statements were found in the submitted policy, max allowed is 20"
    assert refusal(text(*[statement()] * 21), "sqs") == over(found)
    found = "{} were found in a statement from the submitted policy, max allowed is {}"
    for what, limit, element in (
        ("actions", 7, lambda count: {"Action": [f"sqs:{'abcdefgh'[i]}" for i in range(count)]}),
        ("conditions", 10, lambda count: {"Condition": {"Bool": {f"aws:{i}": "true" for i in range(count)}}}),
        (
            "principals",
            50,
            lambda count: {"Principal": {"AWS": ["222222222222"] * (count - 1), "Service": "a.amazonaws.com"}},
        ),
    ):
        assert parse(text(statement(**element(limit))), "sqs")
        expected = over(found.format(f"{limit + 1} {what}", limit))
        assert refusal(text(statement(**element(limit + 1))), "sqs") == expected


def test_the_limits_of_topics():
    """30 KB, 100 statements, and 200 principals in a statement."""
    short = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}

    def text(count, spaces=0, **changes):
        return json.dumps({"Statement": [short | {"Sid": str(i)} | changes for i in range(count)]}) + " " * spaces

    room = 30_720 - len(text(1))
    assert parse(text(1, room), "sns")
    assert refusal(text(1, room + 1), "sns") == BAD_TOPIC
    assert parse(text(100), "sns")
    assert refusal(text(101), "sns") == BAD_TOPIC
    assert parse(text(1, Principal={"AWS": ["222222222222"] * 200}), "sns")
    assert refusal(text(1, Principal={"AWS": ["222222222222"] * 201}), "sns") == BAD_TOPIC


# Anything at all

ODD = (
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    "",
    "*",
    "\ud800",
    "a" * 300,
    [],
    {},
    [[]],
    [None],
    {"": []},
    {"AWS": [1]},
    "arn:",
)
CONTEXT_VALUES = (
    ["a", "b"],
    [],
    "",
    "x",
    TOPIC,
    "5",
    "1e999",
    "0001-01-01T00:00:00+14:00",
    "10.0.0.1",
    "99999999999999999",
)


def mutated(document, chance):
    """The document with some parts, at any depth, replaced or left out."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(document, dict):
        return {key: mutated(value, chance) for key, value in document.items() if chance.random() > 0.02}
    if isinstance(document, list):
        return [mutated(value, chance) for value in document]
    return document


def test_nothing_but_refusals_comes_out():
    """parse returns a document or raises Refused, and decide works with every parsed document."""
    chance = random.Random(20260101)
    operators = sorted({row[0] for row in CONDITIONS})
    taken = 0
    for _ in range(4000):
        values = [row[1] for row in chance.sample(CONDITIONS, 3)] + [chance.choice((*ODD, "9" * 400, "1-1"))]
        condition = {chance.choice(operators): {"aws:x": value} for value in values[: chance.randrange(5)]}
        kind = chance.choice(("sqs", "sns"))
        of_kind = {} if kind == "sqs" else {"Action": "sns:Publish", "Resource": TOPIC}
        principal = copy.deepcopy(chance.choice(PRINCIPALS)[0])
        document = {"Statement": [statement(Principal=principal, Condition=condition, **of_kind)]}
        text = json.dumps(mutated(document, chance))
        if chance.random() < 0.1:
            cut = chance.randrange(len(text))
            text = text[:cut] + chance.choice(('"', "{", "]", "\\", "\x00", "")) + text[cut + 1 :]
        try:
            parsed = parse(text, kind)
        except Refused:
            continue
        taken += 1
        who = chance.choice((SNS, ANA, WORKER, Principal(), Principal(arn="arn:"), Principal(arn=":::::")))
        context = {"aws:X": chance.choice(CONTEXT_VALUES)} if chance.random() < 0.8 else {}
        answer = decide(
            parsed, AccessRequest(who, chance.choice(("sqs:SendMessage", "")), chance.choice((QUEUE, "")), context)
        )
        assert answer.allowed in (True, False, None)
        assert answer.statement
    assert taken > 400

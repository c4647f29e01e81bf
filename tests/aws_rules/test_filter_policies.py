"""Filter policies: which ones AWS refuses, and which messages match which policy."""

import json
import random
import time
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.sns.filter_matching import matches, mismatch
from helpers.aws_rules.sns.filter_policies import parse

ATTRIBUTES, BODY = "MessageAttributes", "MessageBody"


def refusal(text: str, scope: str = ATTRIBUTES, subscribing: bool = True) -> str:
    """Return the error for this policy; "" if it's accepted."""
    try:
        parse(text, scope, subscribing)
    except Refused as refused:
        return refused.message if refused.code == "InvalidParameter" else refused.code
    return ""


# --- refused ---------------------------------------------------------------------------------------------------------

# localstack test_sns_filter_policy.snapshot.json, test_validate_policy*: the policy, the words, the column
RECORDED: list[tuple[dict[str, Any], str, int]] = [
    ({"key": [["value"]]}, "Match value must be String, number, true, false, or null", 10),
    ({"key": [{"wrong-operator": True}]}, "Unrecognized match type wrong-operator", 31),
    ({"key": [{"suffix": "value", "prefix": "value2"}]}, "Only one key allowed in match expression", 37),
    ({"key": [{"suffix": 100}]}, "suffix match pattern must be a string", 22),
    ({"key": [{"suffix": None}]}, "suffix match pattern must be a string", 23),
    ({"key": {"suffix": "value"}}, '"suffix" must be an object or an array', 19),
    ({"key": [{"suffix": []}]}, "suffix match pattern must be a string", 20),
    ({"key": [{"suffix": ["test", "test2"]}]}, "suffix match pattern must be a string", 20),
    ({"key": {"suffix": "value", "prefix": "value"}}, '"suffix" must be an object or an array', 19),
    ({"key": {"not-an-operator": "value"}}, '"not-an-operator" must be an object or an array', 28),
    ({"key": [{"numeric": []}]}, "Invalid member in numeric match: ]", 22),
    ({"key": [{"numeric": ["operator"]}]}, "Unrecognized numeric range operator: operator", 32),
    ({"key": [{"numeric": [1, "<="]}]}, "Invalid member in numeric match: 1", 22),
    ({"key": [{"numeric": ["=", "000"]}]}, "Value of equals must be numeric", 26),
    ({"key": [{"numeric": [">="]}]}, "Value of >= must be numeric", 26),
    ({"key": [{"numeric": ["<", 100, ">", 10]}]}, "Too many elements in numeric expression", 30),
    ({"key": [{"numeric": [">=", 1, ">", 2]}]}, "Bad numeric range operator: >", 31),
    ({"key": [{"numeric": [">", 3, "<", 1]}]}, "Bottom must be less than top", 33),
    ({"key": [{"numeric": [">", 20, "<="]}]}, "Value of <= must be numeric", 33),
    ({"key": [{"numeric": [">", 20, 30]}]}, "Bad value in numeric range: 30", 30),
    ({"key": [{"numeric": [">", 20, "test"]}]}, "Bad numeric range operator: test", 34),
    ({"key": [{"numeric": [">", "20", "<", "30"]}]}, "Value of > must be numeric", 26),
    ({"key": [{"numeric": [">", 20, "<", "30"]}]}, "Value of < must be numeric", 33),
    ({"key": [{"numeric": [">", 20, "<", 30, "<", 50]}]}, "Too many terms in numeric range expression", 36),
    ({"key": [{"exists": None}]}, "exists match pattern must be either true or false.", 23),
    ({"key": [{"exists": "no"}]}, "exists match pattern must be either true or false.", 20),
    ({"key": [{"anything-but": {"wrong-operator": None}}]}, "Unsupported anything-but pattern: wrong-operator", 47),
    ({"key": [{"anything-but": {"suffix": "test"}}]}, "Unsupported anything-but pattern: suffix", 36),
    ({"key": [{"anything-but": {"exists": False}}]}, "Unsupported anything-but pattern: exists", 40),
    ({"key": [{"anything-but": {"prefix": False}}]}, "prefix match pattern must be a string", 40),
]


@pytest.mark.parametrize(("policy", "words", "column"), RECORDED)
def test_a_refusal_has_the_words_that_were_recorded(policy: dict[str, Any], words: str, column: int) -> None:
    """Each error is exactly the recorded one, including the column."""
    source = json.dumps(policy, separators=(",", ":"))
    found = refusal(json.dumps(policy))
    expected = "Invalid parameter: Attributes Reason: FilterPolicy: " + words
    assert found == f'{expected}\n at [Source: (String)"{source}"; line: 1, column: {column}]'


# The policy and the end of the first line of the refusal. The words are event-ruler's; SNS was not recorded with them.
UNRECORDED: list[tuple[str, str]] = [
    ('{"k": []}', "Empty arrays are not allowed"),
    ('{"k": {}}', "Empty objects are not allowed"),
    ('{"k": "v"}', '"k" must be an object or an array'),
    ('{"k": 1}', '"k" must be an object or an array'),
    ('{"k": null}', '"k" must be an object or an array'),
    ('{"k": ["v", ["w"]]}', "Match value must be String, number, true, false, or null"),
    ("[]", "Filter is not an object"),
    ('"k"', "Filter is not an object"),
    ("5", "Filter is not an object"),
    ("null", "Filter is not an object"),
    ('{"k": [{}]}', "Match expression name not found"),
    ('{"k": [{"wildcard": "a*"}]}', "Unrecognized match type wildcard"),
    ('{"k": [{"regex": "a"}]}', "Unrecognized match type regex"),
    ('{"k": [{"prefix": 1}]}', "prefix match pattern must be a string"),
    ('{"k": [{"prefix": {"equals-ignore-case": "a"}}]}', "prefix match pattern must be a string"),
    ('{"k": [{"equals-ignore-case": 1}]}', "equals-ignore-case match pattern must be a string"),
    ('{"k": [{"exists": true, "prefix": "a"}]}', "Only one key allowed in match expression"),
    ('{"k": [{"exists": 1}]}', "exists match pattern must be either true or false."),
    ('{"k": [{"numeric": 5}]}', "Value of numeric must be an array."),
    ('{"k": [{"numeric": [["="]]}]}', "Invalid member in numeric match: ["),
    ('{"k": [{"numeric": [{"=": 1}]}]}', "Invalid member in numeric match: {"),
    ('{"k": [{"numeric": ["=", true]}]}', "Value of equals must be numeric"),
    ('{"k": [{"numeric": ["=", 1, 2]}]}', "Too many elements in numeric expression"),
    ('{"k": [{"numeric": [">", 1, "<", 1]}]}', "Bottom must be less than top"),
    ('{"k": [{"numeric": ["=", 1], "prefix": "a"}]}', "Too many elements in numeric expression"),
    ('{"k": [{"numeric": ["=", 1000000000.1]}]}', "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ('{"k": [{"numeric": ["<", -1000000001]}]}', "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ('{"k": [{"numeric": [">", 0, "<", 1e10]}]}', "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ('{"k": [{"numeric": ["=", 1e999]}]}', "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ('{"k": [{"anything-but": [5e9]}]}', "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ('{"k": [{"anything-but": true}]}', "Value of anything-but must be an array or single string/number value."),
    ('{"k": [{"anything-but": null}]}', "Value of anything-but must be an array or single string/number value."),
    ('{"k": [{"anything-but": [true]}]}', "Inside anything but list, start|null|boolean is not supported."),
    ('{"k": [{"anything-but": [["a"]]}]}', "Inside anything but list, start|null|boolean is not supported."),
    ('{"k": [{"anything-but": []}]}', "all values are number or string, mixed type is not supported"),
    ('{"k": [{"anything-but": ["a", 1]}]}', "all values are number or string, mixed type is not supported"),
    ('{"k": [{"anything-but": {}}]}', "Anything-But expression name not found"),
    ('{"k": [{"anything-but": {"prefix": ""}}]}', "Null prefix not allowed"),
    ('{"k": [{"anything-but": {"prefix": "a", "x": 1}}]}', "Only one key allowed in match expression"),
    ('{"k": [{"anything-but": {"equals-ignore-case": "a"}}]}', "Unsupported anything-but pattern: equals-ignore-case"),
    ('{"k": [{"cidr": 10}]}', "prefix match pattern must be a string"),
    ('{"k": [{"cidr": "10.0.0.1"}]}', "Malformed CIDR, one '/' required"),
    ('{"k": [{"cidr": "10.0.0.0/24/8"}]}', "Malformed CIDR, one '/' required"),
    ('{"k": [{"cidr": "10.0.0.0/xx"}]}', "Malformed CIDR, mask bits must be an integer"),
    ('{"k": [{"cidr": "10.0.0.0/-1"}]}', "Malformed CIDR, mask bits must not be negative"),
    ('{"k": [{"cidr": "10.0.0.0/33"}]}', "IPv4 mask bits must be < 32"),
    ('{"k": [{"cidr": "::1/129"}]}', "IPv6 mask bits must be < 128"),
    ('{"k": [{"cidr": "10.0.0/24"}]}', "Nonstandard IP address: 10.0.0"),
    # where "$or" is no OR relationship it is a name like any other: SNS developer guide, AND/OR logic
    ('{"$or": [{"numeric": 123}, {"prefix": "abc"}]}', "Value of numeric must be an array."),
    ('{"$or": [{"a": ["x"]}]}', "Unrecognized match type a"),
    ('{"$or": "a"}', '"$or" must be an object or an array'),
    ('{"$or": [{"a": ["x"]}, {}]}', "Empty objects are not allowed"),
    ('{"$or": [{"a": ["x"]}, {"b": []}]}', "Empty arrays are not allowed"),
    ('{"$or": [{"a": ["x"]}, {"b": [{"c": 1}]}]}', "Unrecognized match type c"),
]


@pytest.mark.parametrize(("text", "words"), UNRECORDED)
@pytest.mark.parametrize("scope", [ATTRIBUTES, BODY])
def test_a_wrong_policy_is_refused_in_either_scope(text: str, words: str, scope: str) -> None:
    """A policy that is invalid in any scope is refused for both."""
    assert refusal(text, scope).partition("\n")[0].endswith(words)


@pytest.mark.parametrize("text", ["{invalidjson}", "{'k': 1}"])
def test_what_is_no_json_is_refused_with_the_recorded_words(text: str) -> None:
    """The error names the character that isn't valid JSON."""
    # localstack snapshot test_validate_set_sub_attributes, invalid-json-filter-policy
    sign = text[1]
    words = f"Unexpected character ('{sign}' (code {ord(sign)})): was expecting double-quote to start field name"
    source = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
    place = f"at [Source: {source}; line: 1, column: 2]"
    start = "Invalid parameter: FilterPolicy: failed to parse JSON."
    assert refusal(text, subscribing=False) == f"{start} {words}\n {place}"


@pytest.mark.parametrize(
    "text",
    [
        *[
            "nojson",
            "{",
            '{"k"',
            '{"k":',
            '{"k": ["v"',
            '{"k": ["v"]} x',
            '{"k": [NaN]}',
            '{"k": [Infinity]}',
            "\x00",
            " ",
        ],
        *[
            "[" * 100_000,
            '{"a":' * 50_000,
            '{"k": [' + "9" * 5000 + "]}",
            '{"k": ["\t"]}',
            "\ud800",
            '{"k": ["\ud800"}',
        ],
    ],
)
def test_what_is_no_json_never_ends_in_a_python_error(text: str) -> None:
    """Broken, deep and strange texts are refused too."""
    assert refusal(text, subscribing=False).startswith("Invalid parameter: FilterPolicy: failed to parse JSON.")


def test_a_nested_policy_is_only_for_the_body() -> None:
    """Message attributes can't be nested."""
    # localstack snapshot test_sub_filter_policy_nested_property
    text = '{"object": {"key": [{"prefix": "auto-"}]}}'
    words = "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy"
    assert refusal(text, ATTRIBUTES, subscribing=False) == words
    assert refusal('{"$or": [{"a": {"b": ["c"]}}, {"d": ["e"]}]}', ATTRIBUTES, subscribing=False) == words
    assert refusal(text, BODY) == ""


def values(number: int) -> list[str]:
    """Return a list of this many values."""
    return [f"value{each}" for each in range(number)]


COMPLEX = "Filter policy is too complex"
SIZES: list[tuple[dict[str, Any], str, str]] = [
    # localstack snapshots test_policy_complexity, test_policy_complexity_with_or, test_sub_filter_policy_nested_...
    ({"key": values(151)}, ATTRIBUTES, COMPLEX),
    ({"key": values(150)}, ATTRIBUTES, ""),
    ({"key1": values(100), "key2": values(51)}, ATTRIBUTES, COMPLEX),
    ({"key1": values(10), "key2": values(15)}, ATTRIBUTES, ""),
    ({f"key{each}": ["v"] for each in range(6)}, ATTRIBUTES, "Filter policy can not have more than 5 keys"),
    ({f"key{each}": ["v"] for each in range(6)}, BODY, "Filter policy can not have more than 5 keys"),
    ({f"key{each}": ["v"] for each in range(5)}, ATTRIBUTES, ""),
    ({"a": {"b": {"c": values(4)}}, "d": {"e": values(3)}, "f": values(3)}, BODY, COMPLEX),  # 3 x 4 x 2 x 3 x 1 x 3
    ({"a": {"b": {"c": values(4)}}, "d": {"e": values(3)}, "f": values(2)}, BODY, ""),  # 144
    ({"a": {f"key{each}": ["v"] for each in range(7)}}, BODY, ""),  # only names at the top count
    (
        {
            "source": values(4),
            "$or": [
                {"metricName": values(6)},
                {"metricType": values(4), "$or": [{"metricId": [1, 2, 3, 4]}, {"spaceId": [1, 2, 3, 4]}]},
            ],
        },
        ATTRIBUTES,
        COMPLEX,  # 24 + 64 + 64
    ),
    (
        {
            "source": values(3),
            "$or": [
                {"metricName": values(6)},
                {"metricType": values(4), "$or": [{"metricId": [1, 2, 3, 4]}, {"spaceId": [1, 2, 3, 4, 5, 6, 7]}]},
            ],
        },
        ATTRIBUTES,
        "",  # 18 + 48 + 84
    ),
    (
        {
            "$or": [{"metricName": values(3)}, {"namespace": values(2)}],
            "detail": {"scope": values(2), "$or": [{"source": values(1)}, {"type": values(3)}]},
        },
        BODY,
        COMPLEX,  # 24 + 72 + 16 + 48
    ),
]


@pytest.mark.parametrize(("policy", "scope", "words"), SIZES)
def test_a_policy_has_five_keys_and_150_combinations_at_most(policy: dict[str, Any], scope: str, words: str) -> None:
    """The count is the product of lengths and depths; alternatives add up."""
    expected = f"Invalid parameter: Attributes Reason: FilterPolicy: {words}" if words else ""
    assert refusal(json.dumps(policy), scope) == expected


def test_a_policy_has_256_kb_at_most() -> None:
    """The limit counts bytes."""
    frame = len('{"k": [""]}')
    assert refusal('{"k": ["' + "x" * (256 * 1024 - frame) + '"]}') == ""
    assert "FilterPolicy: " in refusal('{"k": ["' + "x" * (256 * 1024 - frame + 1) + '"]}')
    assert "FilterPolicy: " in refusal('{"k": ["' + "é" * (128 * 1024) + '"]}')  # bytes count


@pytest.mark.parametrize("text", ["", "{}", " { } "])
def test_an_empty_policy_filters_nothing(text: str) -> None:
    """It removes the filter."""
    policy = parse(text, ATTRIBUTES)
    assert policy == {}
    assert matches(policy, ATTRIBUTES, {}, "any")
    assert matches(policy, BODY, {}, "not json")


@pytest.mark.parametrize("text", ['{"\\u0000": 1}', '{"\\ud800": 1}', '{"k": [{"\\uffff": 1}]}', "{\x01}", "{\ud800}"])
def test_a_refusal_can_be_sent_as_xml(text: str) -> None:
    """The message has no characters that XML doesn't allow, or the client couldn't read the answer."""
    found = refusal(text)
    assert "?" in found
    assert ElementTree.fromstring(f"<m>{escape(found)}</m>".encode()).text


def test_a_long_policy_is_shortened_in_its_refusal() -> None:
    """The first 500 characters are shown."""
    found = refusal(json.dumps({"k": ["x" * 600, []]}))
    assert '"[truncated ' in found
    assert len(found) < 800


# --- attributes ------------------------------------------------------------------------------------------------------


def attribute(value: Any) -> dict[str, str]:
    """Return the message attribute for a text, a number or a list."""
    if isinstance(value, (int, float)):
        return {"DataType": "Number", "StringValue": str(value)}
    if isinstance(value, list):
        return {"DataType": "String.Array", "StringValue": json.dumps(value)}
    return {"DataType": "String", "StringValue": value}


YES, NO = True, False
# the rules of one key, the value of the attribute, what AWS does
ATTRIBUTE_PAIRS: list[tuple[list[Any], Any, bool]] = [
    # exact: SNS developer guide, String value matching and Numeric value matching
    (["rugby", "tennis"], "rugby", YES),
    (["rugby", "tennis"], "tennis", YES),
    (["rugby", "tennis"], "baseball", NO),
    (["rugby"], "Rugby", NO),
    (["rugby"], " rugby", NO),
    ([""], "x", NO),
    (["é"], "é", YES),
    ([5], 5, YES),
    ([5], 5.0, YES),
    ([5.0], 5, YES),
    ([5], 6, NO),
    ([5], "5", NO),
    (["5"], 5, NO),
    (["5"], "5", YES),
    ([True], "true", NO),
    (["true"], "true", YES),
    ([None], "null", NO),
    ([123456789012], 123456789012, YES),
    ([123456789012], 123456789013, NO),
    ([1], [1], YES),
    ([0], [False], NO),
    ([1], [True], NO),
    # String.Array: localstack snapshot test_exists_filter_policy_attributes_array; SNS developer guide
    (["value1"], ["value1", "value2"], YES),
    (["value1"], ["value2", "value3"], NO),
    (["value1"], [], NO),
    ([True], [True], YES),
    ([True], [False], NO),
    ([False], [False], YES),
    ([None], [None], YES),
    ([None], ["null"], NO),
    ([2], ["a", 2], YES),
    (["2"], ["a", 2], NO),
    ([{"prefix": "b"}], ["abc", "bcd"], YES),
    ([{"numeric": [">", 5]}], [1, 9], YES),
    ([{"numeric": [">", 5]}], [1, 2], NO),
    (["a"], [["a"]], NO),
    # prefix, suffix, equals-ignore-case
    ([{"prefix": "bas"}], "baseball", YES),
    ([{"prefix": "bas"}], "basketball", YES),
    ([{"prefix": "bas"}], "rugby", NO),
    ([{"prefix": "Bas"}], "baseball", NO),
    ([{"prefix": ""}], "rugby", YES),
    ([{"prefix": "1"}], 12, NO),
    ([{"suffix": "ball"}], "baseball", YES),
    ([{"suffix": "ball"}], "ballroom", NO),
    ([{"suffix": "2"}], 12, NO),
    ([{"equals-ignore-case": "tennis"}], "Tennis", YES),
    ([{"equals-ignore-case": "tennis"}], "TENNIS", YES),
    ([{"equals-ignore-case": "TENNIS"}], "tennis", YES),
    ([{"equals-ignore-case": "tennis"}], "tennis2", NO),
    # anything-but
    ([{"anything-but": ["rugby", "tennis"]}], "baseball", YES),
    ([{"anything-but": ["rugby", "tennis"]}], "rugby", NO),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby", "baseball"], YES),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby", "tennis"], NO),
    ([{"anything-but": ["rugby", "tennis"]}], ["rugby"], NO),
    ([{"anything-but": "rugby"}], "rugby", NO),
    ([{"anything-but": "rugby"}], "Rugby", YES),
    ([{"anything-but": "5"}], 5, YES),
    ([{"anything-but": [100, 500]}], 101, YES),
    ([{"anything-but": [100, 500]}], 100.1, YES),
    ([{"anything-but": [100, 500]}], 100, NO),
    ([{"anything-but": [100, 500]}], [100, 50], YES),
    ([{"anything-but": [100, 500]}], "100", YES),
    ([{"anything-but": 100}], 100.0, NO),
    ([{"anything-but": {"prefix": "order-"}}], "data-entry", YES),
    ([{"anything-but": {"prefix": "order-"}}], "order_number", YES),
    ([{"anything-but": {"prefix": "order-"}}], "order-cancelled", NO),
    ([{"anything-but": {"prefix": "order-"}}], 5, YES),
    # numeric
    ([{"numeric": ["=", 301.5]}], 301.5, YES),
    ([{"numeric": ["=", 301.5]}], "301.5", NO),
    ([{"numeric": ["=", 301.5]}], 301.51, NO),
    ([{"numeric": ["<", 0]}], -1, YES),
    ([{"numeric": ["<", 0]}], 0, NO),
    ([{"numeric": ["<=", 0]}], 0, YES),
    ([{"numeric": [">", 0]}], 0, NO),
    ([{"numeric": [">=", 0]}], 0, YES),
    ([{"numeric": [">", 0, "<=", 150]}], 100, YES),
    ([{"numeric": [">", 0, "<=", 150]}], 150, YES),
    ([{"numeric": [">", 0, "<=", 150]}], 0, NO),
    ([{"numeric": [">", 0, "<=", 150]}], 151, NO),
    ([{"numeric": [">", 0, "<=", 100]}], 99, YES),
    ([{"numeric": [">", 0, "<=", 100]}], 111, NO),
    ([{"numeric": ["=", 1]}], 1.000001, YES),  # five digits count: SNS developer guide, filter policy constraints
    ([{"numeric": ["=", 1]}], 1.00001, NO),
    ([{"numeric": ["=", 1_000_000_000]}], 1_000_000_000, YES),
    ([{"numeric": [">", 0]}], 2_000_000_000, NO),
    ([{"numeric": [">", 0]}], "rugby", NO),
    # exists
    ([{"exists": True}], "fans", YES),
    ([{"exists": True}], 99, YES),
    ([{"exists": True}], ["a"], YES),
    ([{"exists": False}], "fans", NO),
    ([{"exists": False}], 99, NO),
    # cidr
    ([{"cidr": "10.0.0.0/24"}], "10.0.0.0", YES),
    ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", YES),
    ([{"cidr": "10.0.0.0/24"}], "10.1.1.0", NO),
    ([{"cidr": "10.0.0.0/24"}], "::1", NO),
    ([{"cidr": "10.0.0.0/24"}], "ten", NO),
    ([{"cidr": "10.0.0.0/24"}], 10, NO),
    ([{"cidr": "2001:db8::/32"}], "2001:db8::5", YES),
    ([{"cidr": "2001:db8::/32"}], "2001:db9::5", NO),
    # several rules of one key are alternatives
    (["rugby", {"prefix": "bas"}], "baseball", YES),
    (["rugby", {"prefix": "bas"}], "rugby", YES),
    (["rugby", {"prefix": "bas"}], "tennis", NO),
    ([{"anything-but": ["a", "b"]}, {"exists": False}], "a", NO),
    ([{"anything-but": ["a"]}, {"anything-but": ["b"]}], "a", YES),
    ([{"exists": True}, {"exists": False}], "a", YES),
    # quotes and backslashes are escaped once more: SNS developer guide, attribute-based filtering
    (['say \\"hi\\"'], 'say "hi"', YES),
    (['say "hi"'], 'say "hi"', NO),
    (["a\\\\b"], "a\\b", YES),
    (["a\\b"], "a\\b", NO),
]


@pytest.mark.parametrize(("rules", "value", "passes"), ATTRIBUTE_PAIRS)
def test_an_attribute_passes_or_not(rules: list[Any], value: Any, passes: bool) -> None:
    """One key of a policy against one attribute."""
    policy = parse(json.dumps({"key": rules}), ATTRIBUTES)
    message = {"key": attribute(value), "other": attribute("x")}
    why = mismatch(policy, ATTRIBUTES, message, "hello")
    assert matches(policy, ATTRIBUTES, message, "hello") is passes, why
    assert bool(why) is not passes


TEXT = attribute("x")
# the policy, the attributes, what AWS does
MISSING_PAIRS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"store": ["a"]}, {"other": TEXT}, NO),
    ({"store": ["a"]}, {}, NO),
    ({"store": [None]}, {"other": TEXT}, NO),
    ({"attr1": [None, {"anything-but": "whatever"}]}, {}, NO),  # localstack snapshot test_filter_policy, messages-3
    ({"store": [{"anything-but": "a"}]}, {"other": TEXT}, NO),
    ({"store": [{"anything-but": "a"}, {"exists": False}]}, {"other": TEXT}, YES),
    ({"store": [{"exists": True}]}, {"other": TEXT}, NO),
    ({"store": [{"exists": False}]}, {"other": TEXT}, YES),  # localstack snapshot test_exists_filter_policy
    ({"store": [{"exists": False}]}, {}, NO),  # SNS developer guide, Key matching
    ({"store": ["x"]}, {"store": TEXT, "other": TEXT}, YES),
    ({"store": ["x"]}, {"STORE": TEXT}, NO),
    ({"store": ["x"], "kind": ["y"]}, {"store": TEXT}, NO),
    ({"store": ["x"], "kind": ["x"]}, {"store": TEXT, "kind": TEXT}, YES),
    ({"store": [{"exists": True}]}, {"store": {"DataType": "Binary", "BinaryValue": b"x"}, "other": TEXT}, NO),
    ({"store": [{"exists": False}]}, {"store": {"DataType": "Binary", "BinaryValue": b"x"}, "other": TEXT}, YES),
    ({"store": [{"exists": True}]}, {"store": {"DataType": "String.Array", "StringValue": "[]"}, "other": TEXT}, NO),
    ({"store": ["x"]}, {"store": {"DataType": "String.Array", "StringValue": "no json"}, "other": TEXT}, NO),
    ({"store": ["x"]}, {"store": {"DataType": "String.Array", "StringValue": '{"x": 1}'}, "other": TEXT}, NO),
    # A value alone: moto's test_filtering_string_array_with_number_no_array_match ("the correct behavior from SNS")
    ({"price": [100, 500]}, {"price": {"DataType": "String.Array", "StringValue": "100"}}, YES),
    ({"price": [500]}, {"price": {"DataType": "String.Array", "StringValue": "100"}}, NO),
    ({"price": [{"numeric": [">", 99]}]}, {"price": {"DataType": "String.Array", "StringValue": "[1, 100.5]"}}, YES),
    ({"price": [{"numeric": [">", 99]}]}, {"price": {"DataType": "String.Array", "StringValue": '["100"]'}}, NO),
    ({"price": ["100"]}, {"price": {"DataType": "String.Array", "StringValue": "[100]"}}, NO),
    ({"sold": [True]}, {"sold": {"DataType": "String.Array", "StringValue": "true"}}, YES),
    ({"sold": [True]}, {"sold": {"DataType": "String.Array", "StringValue": "[1]"}}, NO),
    ({"price": [{"numeric": ["=", 301.5]}]}, {"price": {"DataType": "Number", "StringValue": "3.015e2"}}, YES),
    ({"price": [301.5]}, {"price": {"DataType": "Number", "StringValue": "+301.50"}}, YES),
    ({"price": [5]}, {"price": {"DataType": "Number", "StringValue": "five"}}, NO),
    ({"a.b": ["x"]}, {"a.b": TEXT}, YES),
    # "$or": SNS developer guide, AND/OR logic
    (
        {"source": ["x"], "$or": [{"metricName": ["x"]}, {"namespace": ["x"]}]},
        {"source": TEXT, "metricName": TEXT},
        YES,
    ),
    ({"source": ["x"], "$or": [{"metricName": ["x"]}, {"namespace": ["x"]}]}, {"source": TEXT, "namespace": TEXT}, YES),
    ({"source": ["x"], "$or": [{"metricName": ["x"]}, {"namespace": ["x"]}]}, {"source": TEXT}, NO),
    ({"source": ["x"], "$or": [{"metricName": ["x"]}, {"namespace": ["x"]}]}, {"namespace": TEXT}, NO),
    ({"$or": [{"a": ["x"], "b": ["x"]}, {"c": ["x"]}]}, {"a": TEXT, "b": TEXT}, YES),
    ({"$or": [{"a": ["x"], "b": ["x"]}, {"c": ["x"]}]}, {"a": TEXT}, NO),
    ({"$or": [{"a": ["y"]}, {"$or": [{"b": ["x"]}, {"c": ["x"]}]}]}, {"c": TEXT}, YES),
    ({"$or": [{"a": ["y"]}, {"$or": [{"b": ["x"]}, {"c": ["x"]}]}]}, {"a": TEXT}, NO),
    ({"$or": ["x", "y"]}, {"$or": TEXT}, YES),  # a name like any other
    ({"$or": [{"prefix": "x"}, {"suffix": "z"}]}, {"$or": TEXT}, YES),
    ({"$or": [{"prefix": "y"}, {"suffix": "z"}]}, {"$or": TEXT}, NO),
]


@pytest.mark.parametrize(("policy", "message", "passes"), MISSING_PAIRS)
def test_attributes_pass_or_not(policy: dict[str, Any], message: dict[str, Any], passes: bool) -> None:
    """Message attributes that are missing, of other types, or several at once."""
    parsed = parse(json.dumps(policy), ATTRIBUTES)
    assert matches(parsed, ATTRIBUTES, message, "{}") is passes, mismatch(parsed, ATTRIBUTES, message, "{}")


# --- bodies ----------------------------------------------------------------------------------------------------------

FILES = {"object": {"key": [{"prefix": "auto-"}, "hard"], "nested": [{"exists": False}]}, "test": [{"exists": False}]}
RECORDS = {"Records": {"s3": {"object": {"key": [{"prefix": "auto-"}]}}, "eventName": [{"prefix": "ObjectCreated:"}]}}
ALARMS = {
    "$or": [{"metricName": ["CPUUtilization", "ReadLatency"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}],
    "detail": {"scope": ["Service"], "$or": [{"source": ["aws.cloudwatch"]}, {"type": ["State Change"]}]},
}


def put(key: str, event: str = "ObjectCreated:Put", nested: bool = False) -> dict[str, Any]:
    """Return the record of an S3 event."""
    stored = {"key": key, "size": 17}
    return {"eventName": event, "s3": {"object": [[stored]] if nested else stored}}


# the policy, the body, what AWS does
BODY_PAIRS: list[tuple[dict[str, Any], Any, bool]] = [
    # localstack snapshot test_filter_policy_on_message_body
    (FILES, {"object": {"key": "auto-test"}}, YES),
    (FILES, {"object": {"key": "hard"}}, YES),
    (FILES, {"object": {"key": "test-auto"}}, NO),
    (FILES, {"object": {"key": "auto-test"}, "test": "just-exists"}, NO),
    (FILES, {"object": {"key": "auto-test", "nested": "just-exists"}}, NO),
    (FILES, {"object": {"test": "auto-test"}}, NO),
    (FILES, {"test": "auto-test"}, NO),
    (FILES, "Regular string message", NO),
    (FILES, [{"object": {"key": "auto-test"}}], NO),
    (FILES, 5, NO),
    (FILES, None, NO),
    # localstack snapshot test_filter_policy_on_message_body_dot_attribute
    ({"object.nested": ["v"]}, {"object": {"nested": "v"}}, YES),
    ({"object.nested": ["v"]}, {"object.nested": "v"}, YES),
    ({"object.nested": ["v"]}, {"object": {"nested": "w"}}, NO),
    ({"object.nested.test": ["v"]}, {"object": {"nested": {"test": "v"}}}, YES),
    ({"object.nested.test": ["v"]}, {"object.nested.test": "v"}, YES),
    ({"object.nested.test": ["v"]}, {"object.nested": {"test": "v"}}, YES),
    ({"object.nested.test": ["v"]}, {"object": {"nested.test": "v"}}, YES),
    ({"object.nested.test": ["v"]}, {"object": {"nested": {"test": "w"}}}, NO),
    # localstack snapshot test_filter_policy_on_message_body_array_attributes
    ({"headers": {"route-to": ["queue1"]}}, {"headers": {"route-to": ["queue1"]}}, YES),
    ({"headers": {"route-to": ["queue1"]}}, {"headers": {"route-to": ["queue1", "queue2"]}}, YES),
    ({"headers": {"route-to": ["queue1"]}}, {"headers": {"route-to": ["queue3"]}}, NO),
    # localstack snapshot test_filter_policy_on_message_body_array_of_object_attributes
    (RECORDS, {"Records": [put("auto-1")]}, YES),
    (RECORDS, {"Records": [put("auto-1", nested=True), put("home-1", "ObjectRemoved:Delete")]}, YES),
    (RECORDS, {"Records": [put("auto-1", "ObjectRemoved:Delete")]}, NO),
    (RECORDS, {"Records": [put("home-1")]}, NO),
    (RECORDS, {"Records": []}, NO),
    (RECORDS, {"Records": put("auto-1")}, YES),
    # event-ruler, array-consistent matching: one and the same element must have both
    (RECORDS, {"Records": [put("auto-1", "ObjectRemoved:Delete"), put("home-1")]}, NO),
    (RECORDS, {"Records": [[put("auto-1")], [put("home-1")]]}, YES),
    ({"a": ["x"], "b": ["y"]}, {"a": ["w", "x"], "b": ["y", "z"]}, YES),
    ({"r": {"a": ["x"], "b": [{"exists": False}]}}, {"r": [{"a": "x"}, {"a": "w", "b": 1}]}, YES),
    ({"r": {"a": ["x"], "b": [{"exists": False}]}}, {"r": [{"a": "x", "b": 1}, {"a": "w"}]}, NO),
    # localstack snapshot test_filter_policy_on_message_body_or_attribute
    (ALARMS, {"metricName": "CPUUtilization", "detail": {"scope": "aws.cloudwatch", "type": "State Change"}}, NO),
    (ALARMS, {"metricName": "CPUUtilization", "detail": {"scope": "Service", "type": "CPUUtilization"}}, NO),
    (ALARMS, {"metricName": "CPUUtilization", "detail": {"type": "State Change"}}, NO),
    (ALARMS, {"metricName": "CPUUtilization", "detail": {"scope": "Service"}}, NO),
    (ALARMS, {"metricName": "CPUUtilization", "scope": "Service"}, NO),
    (ALARMS, {"metricName": "CPUUtilization", "detail": {"scope": "Service", "source": "aws.cloudwatch"}}, YES),
    (ALARMS, {"metricName": "ReadLatency", "detail": {"scope": "Service", "source": "aws.cloudwatch"}}, YES),
    (ALARMS, {"namespace": "AWS/ES", "detail": {"scope": "Service", "type": "State Change"}}, YES),
    (ALARMS, {"namespace": "CPUUtilization", "detail": {"scope": "Service", "type": "State Change"}}, NO),
    # values
    ({"k": ["x"]}, {"k": "x", "other": {"deep": [1, {"k": 2}]}}, YES),
    ({"k": ["x"]}, {"other": {"k": "x"}}, NO),
    ({"k": ["1"]}, {"k": 1}, NO),
    ({"k": [1]}, {"k": "1"}, NO),
    ({"k": [301.5]}, {"k": 3.015e2}, YES),
    ({"k": [True]}, {"k": True}, YES),
    ({"k": [True]}, {"k": 1}, NO),
    ({"k": [1]}, {"k": True}, NO),
    ({"k": [0]}, {"k": False}, NO),
    ({"k": [True]}, {"k": "true"}, NO),
    ({"k": [None]}, {"k": None}, YES),
    ({"k": [None]}, {"k": "null"}, NO),
    ({"k": [None]}, {"other": 1}, NO),
    ({"k": [""]}, {"k": ""}, YES),
    ({"k": ['say "hi"']}, {"k": 'say "hi"'}, YES),  # a body is JSON, its values are not escaped once more
    ({"k": [{"numeric": [">=", 5, "<", 10]}]}, {"k": 5}, YES),
    ({"k": [{"numeric": [">=", 5, "<", 10]}]}, {"k": 10}, NO),
    ({"k": [{"numeric": [">=", 5, "<", 10]}]}, {"k": "5"}, NO),
    ({"k": [{"numeric": [">", 0]}]}, {"k": True}, NO),
    ({"k": [{"anything-but": ["a"]}]}, {"k": True}, YES),
    ({"k": [{"anything-but": ["a"]}]}, {"other": True}, NO),
    ({"k": [{"anything-but": ["rugby", "tennis"]}]}, {"k": ["rugby", "baseball"]}, YES),
    ({"k": [{"cidr": "10.0.0.0/8"}]}, {"k": "10.9.8.7"}, YES),
    ({"k": [{"suffix": ".png"}]}, {"k": ["a.jpg", ["b.png"]]}, YES),
    # exists looks at leaves only, and wants something in them: SNS developer guide, Key matching
    ({"k": [{"exists": True}]}, {"k": "x"}, YES),
    ({"k": [{"exists": True}]}, {"k": 0}, YES),
    ({"k": [{"exists": True}]}, {"k": False}, YES),
    ({"k": [{"exists": True}]}, {"k": {"deep": 1}}, NO),
    ({"k": [{"exists": False}]}, {"k": {"deep": 1}}, YES),
    ({"k": [{"exists": True}]}, {"k": None}, NO),
    ({"k": [{"exists": True}]}, {"k": ""}, NO),
    ({"k": [{"exists": True}]}, {"k": []}, NO),
    ({"k": [{"exists": False}]}, {"other": 1}, YES),
    ({"k": {"deep": [{"exists": True}]}}, {"k": {"deep": 1}}, YES),
    ({"k": {"deep": [{"exists": False}]}}, {"k": 1}, YES),
    # "$or" inside a list
    ({"r": {"$or": [{"a": [1]}, {"b": [2]}], "c": [3]}}, {"r": [{"a": 1, "c": 3}]}, YES),
    ({"r": {"$or": [{"a": [1]}, {"b": [2]}], "c": [3]}}, {"r": [{"b": 2}, {"c": 3}]}, NO),
    ({"$or": [{"a": {"b": ["x"]}}, {"a": {"c": ["x"]}}]}, {"a": {"c": "x"}}, YES),
]


@pytest.mark.parametrize(("policy", "body", "passes"), BODY_PAIRS)
def test_a_body_passes_or_not(policy: dict[str, Any], body: Any, passes: bool) -> None:
    """A policy against a body."""
    parsed, text = parse(json.dumps(policy), BODY), json.dumps(body)
    assert matches(parsed, BODY, {"k": TEXT}, text) is passes, mismatch(parsed, BODY, {}, text)


@pytest.mark.parametrize("body", ["plain text", "", "{", '{"k": NaN}', "[" * 100_000, '{"k":' * 100_000, '{"k": 1} x'])
def test_a_body_that_is_no_json_object_never_passes(body: str) -> None:
    """Not even a rule that a key is absent matches."""
    policy = parse('{"k": [{"exists": false}]}', BODY)
    assert mismatch(policy, BODY, {}, body) == "the filter looks into the message's body, which is not a JSON object"


# --- reasons ---------------------------------------------------------------------------------------------------------


def why(policy: dict[str, Any], scope: str, message: Any) -> str:
    """Return why these attributes, given as plain values, or this body don't match."""
    given = {name: attribute(value) for name, value in message.items()} if scope == ATTRIBUTES else {}
    return mismatch(parse(json.dumps(policy), scope), scope, given, json.dumps(message))


REASONS: list[tuple[dict[str, Any], str, Any, str]] = [
    ({"kind": ["paid"]}, ATTRIBUTES, {"kind": "new"}, '"kind" to be one of ["paid"]; the message has "new"'),
    ({"kind": ["paid"]}, ATTRIBUTES, {"Kind": "paid"}, '"kind" to be one of ["paid"]; the message has no "kind"'),
    (
        {"n": [{"numeric": [">", 0, "<=", 5]}]},
        ATTRIBUTES,
        {"n": "3"},
        '"n" to be a number > 0 and <= 5; the message has "3"',
    ),
    ({"n": [{"numeric": ["=", 5]}]}, ATTRIBUTES, {"n": 3}, '"n" to be a number = 5; the message has 3'),
    (
        {"k": [{"prefix": "a"}, {"suffix": "z"}]},
        BODY,
        {"k": "b"},
        '"k" to start with "a" or to end with "z"; the message has "b"',
    ),
    ({"k": [{"exists": False}]}, BODY, {"k": "b"}, '"k" not to exist; the message has "b"'),
    ({"k": [{"exists": True}]}, BODY, {"l": "b"}, '"k" to exist; the message has no "k"'),
    ({"k": [{"anything-but": ["b"]}]}, BODY, {"k": "b"}, '"k" to be anything but ["b"]; the message has "b"'),
    ({"k": [{"anything-but": {"prefix": "b"}}]}, BODY, {"k": "b"}, '"k" not to start with "b"; the message has "b"'),
    (
        {"k": [{"equals-ignore-case": "A"}]},
        BODY,
        {"k": "b"},
        '"k" to be "A" in upper or lower case; the message has "b"',
    ),
    ({"k": [{"cidr": "10.0.0.0/8"}]}, BODY, {"k": "b"}, '"k" to be an IP address in "10.0.0.0/8"; the message has "b"'),
    ({"k": {"l": ["a"]}}, BODY, {"k": {"l": ["b", "c"]}}, '"k.l" to be one of ["a"]; the message has "b" and "c"'),
]


@pytest.mark.parametrize(("policy", "scope", "message", "words"), REASONS)
def test_a_reason_names_key_rule_and_value(policy: dict[str, Any], scope: str, message: Any, words: str) -> None:
    """The explanation says what the filter wants and what the message has."""
    assert why(policy, scope, message) == f"the filter wants {words}"


def test_a_reason_is_empty_for_what_passes() -> None:
    """There is nothing to explain about a match."""
    assert why({"kind": ["paid"]}, ATTRIBUTES, {"kind": "paid"}) == ""


def test_a_reason_tells_of_a_message_without_attributes() -> None:
    """A common mistake: the filter is on message attributes, and the data is in the body."""
    words = "the filter looks at message attributes, and the message has none that a filter can read"
    assert why({"kind": ["paid"]}, ATTRIBUTES, {}) == words


def test_a_reason_tells_of_alternatives() -> None:
    """The explanation covers every alternative."""
    found = why({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, BODY, {"a": "w"})
    assert found.startswith(
        'no alternative of "$or" fits: the filter wants "a" to be one of ["x"]; the message has "w"'
    )
    assert found.endswith('; or the filter wants "b" to be one of ["y"]; the message has no "b"')


def test_a_reason_tells_when_no_one_element_has_all() -> None:
    """It names all keys that match only in different elements of a list."""
    found = why({"r": {"a": [1], "b": [2]}}, BODY, {"r": [{"a": 1}, {"b": 2}]})
    assert (
        found == 'the filter wants "r.a", "r.b" in one and the same element of a list; the message has no such element'
    )


def test_long_lists_are_compared_element_by_element() -> None:
    """Not each with each other: that would take minutes."""
    policy, elements = {"r": {"a": [1], "b": [1]}}, [{"a": 1, "b": 0}, {"a": 0, "b": 1}] * 2_000
    assert why(policy, BODY, {"r": elements}).endswith("the message has no such element")
    assert why(policy, BODY, {"r": [*elements, {"a": 1, "b": 1}]}) == ""


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"n": [{"numeric": [">", n]} for n in range(10_000, 10_150)]}, {"n": list(range(1_000))}),
        (
            {name: [1] for name in ("x.a", "x.m.b", "x.m.d", "x.z")},
            {"x": [{"a": 1, "z": 1}] * 400, "x.m": [{"b": 1, "d": 1}] * 400},
        ),
    ],
)
def test_what_would_take_too_long_does_not_pass(policy: dict[str, Any], message: Any) -> None:
    """Many rules beside many values, and lists whose elements make pairs. AWS is faster."""
    assert "make more than 100,000 pairs, which is too many here" in why(policy, BODY, message)


# --- anything --------------------------------------------------------------------------------------------------------

WORDS = [
    "prefix",
    "suffix",
    "equals-ignore-case",
    "cidr",
    "exists",
    "numeric",
    "anything-but",
    "wildcard",
    "$or",
    "k",
    "",
]
LEAVES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    1e300,
    10**400,
    "",
    "a",
    "10.0.0.0/8",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    '"',
    "\ud800",
]


def anything(chance: random.Random, depth: int) -> Any:
    """Return some JSON value."""
    kind = chance.random() if depth else 1.0
    if kind < 0.4:
        return {chance.choice(WORDS): anything(chance, depth - 1) for _ in range(chance.randrange(4))}
    if kind < 0.8:
        return [anything(chance, depth - 1) for _ in range(chance.randrange(4))]
    return chance.choice(LEAVES)


def likely(chance: random.Random, depth: int) -> dict[str, Any]:
    """Return a policy that is mostly valid."""
    rules = [
        lambda: chance.choice(LEAVES),
        lambda: {chance.choice(["prefix", "suffix", "equals-ignore-case"]): chance.choice(["", "a", "b"])},
        lambda: {"exists": chance.random() < 0.5},
        lambda: {"anything-but": chance.choice(["a", ["a", "b"], 1, [1, 2], {"prefix": "a"}])},
        lambda: {"numeric": chance.choice([["=", 1], [">", 0], [">=", -1, "<", 1.5]])},
        lambda: {"cidr": "10.0.0.0/8"},
    ]
    policy: dict[str, Any] = {}
    for name in chance.sample(["k", "l", "k.l", "$or", "exists"], chance.randrange(1, 4)):
        if name == "$or":
            policy[name] = [likely(chance, depth - 1) for _ in range(chance.randrange(1, 4))] if depth else ["a"]
        elif depth and chance.random() < 0.3:
            policy[name] = likely(chance, depth - 1)
        else:
            policy[name] = [chance.choice(rules)() for _ in range(chance.randrange(1, 4))]
    return policy


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.full if seed else ()) for seed in range(20)])
def test_whatever_comes_in_nothing_but_a_refusal_comes_out(seed: int) -> None:
    """Random policies and messages are accepted or refused; any Python error fails the test."""
    chance, taken = random.Random(seed), 0
    for turn in range(150):
        made = likely(chance, 3) if turn % 3 else anything(chance, 5)
        text = json.dumps(made)
        if turn % 5 == 0:
            cut = chance.randrange(len(text) + 1)
            text = text[:cut] + chance.choice(["", "\x00", "]", '"', "é"]) + text[cut + 1 :]
        for scope in (ATTRIBUTES, BODY):
            body = json.dumps({chance.choice(["k", "l"]): anything(chance, 3), "k.l": anything(chance, 2)})
            kinds = ["String", "Number", "String.Array", "Binary", "String.own", ""]
            given = [json.dumps(anything(chance, 2)), "1e5", "a", "[]"]
            message = {
                name: {"DataType": chance.choice(kinds), "StringValue": chance.choice(given)} for name in ("k", "l")
            }
            try:
                policy = parse(text, scope)
            except Refused:
                continue
            taken += 1
            found = mismatch(policy, scope, message, body)
            assert matches(policy, scope, message, body) is not bool(found)
            assert "\n" not in found
    assert taken


def test_a_large_body_is_matched_in_little_time() -> None:
    """The time doesn't grow with the combinations of elements."""
    policy = parse('{"r": {"a": [1], "b": [2]}, "s": {"c": [3]}, "t": {"d": [4]}, "z": [{"exists": false}]}', BODY)
    lists = {"s": [{"c": 3}] * 300, "t": [{"d": 4}] * 300, "z": 1, "r": [{"a": 1, "b": 2}] * 300}
    start = time.monotonic()
    assert not matches(policy, BODY, {}, json.dumps(lists))
    assert matches(policy, BODY, {}, json.dumps(lists | {"z": []}))
    assert time.monotonic() - start < 5

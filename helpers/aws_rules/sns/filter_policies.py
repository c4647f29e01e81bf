"""The filter policy of a subscription: which JSON texts SNS accepts, and its error for the others.

AWS: SNS compiles a filter policy with a matcher that AWS publishes as event-ruler. The checks here are in its sequence,
since the error names the first thing that is wrong, with the column that its JSON reader had reached. The reader gets
the policy without blanks, on one line. Source: SNS developer guide, "Message filtering"; event-ruler; recorded answers.
moto: accepts some invalid policies, and its errors have no column.
"""

import ipaddress
import json
import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from helpers.aws_rules.common.message_contents import FORBIDDEN
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.sns import json_texts

ATTRIBUTES = "MessageAttributes"
BILLION = 1_000_000_000
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT_OPERATORS = ("prefix", "suffix", "equals-ignore-case", "cidr")

# Names in event-ruler that no alternative of "$or" can have as a key.
_RESERVED = {"exactly", "wildcard", "anything-but", "exists", "numeric", "regex", *_TEXT_OPERATORS, *COMPARISONS}
_RESERVED |= {"not-wildcard", "not-equals-ignore-case", "ip-address-in-range", "ip-address-not-in-range"}
_RESERVED |= {"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}

_MAX_BYTES, _MAX_KEYS, _MAX_COMBINATIONS = 256 * 1024, 5, 150
_SHOWN = 500  # characters of the policy in an error
_SURPLUS = "Only one key allowed in match expression"
_SURPLUS_NUMERIC = "Too many elements in numeric expression"


class _Wrong(Exception):
    """What is wrong with a policy, and the column that its reader had reached; None if AWS's error has no column."""


class _Node(NamedTuple):
    """A JSON value, with the column after its first token and the column after all of it."""

    value: Any
    seen: int
    done: int


def parse(text: str, scope: str, subscribing: bool = False) -> dict[str, Any]:
    """Return the policy in this JSON text; {}, which filters nothing, for "" too. Raise Refused if AWS refuses it.

    scope: "MessageAttributes" or "MessageBody". subscribing: whether it comes with Subscribe, whose errors begin
    differently from those of SetSubscriptionAttributes.
    """
    start = "Invalid parameter: " + ("Attributes Reason: " if subscribing else "")
    if len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise _refused(f"{start}FilterPolicy: Filter policy is too large")
    policy: Any = None
    try:
        policy = load(text or "{}")
        if policy != {}:
            _check_policy(_placed(policy, 1))
            if scope == ATTRIBUTES and _is_nested(policy):
                words = "Filter policy scope MessageAttributes does not support nested filter policy"
                raise _refused(start + words)
            _check_extent(policy)
    except _Wrong as wrong:
        words, column = wrong.args
        place = f"\n at [Source: (String){_source(policy)}; line: 1, column: {column}]" if column else ""
        raise _refused(f"{start}FilterPolicy: {words}{place}") from None
    except (ValueError, RecursionError) as problem:
        raise _refused(f"{start}FilterPolicy: failed to parse JSON.{json_texts.describe_error(problem)}") from None
    return policy


def load(text: str) -> Any:
    """Return the value of a JSON text. Raise ValueError or RecursionError if AWS couldn't read it."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")  # Python would accept NaN and Infinity


def is_number(value: Any) -> bool:
    """Return whether this JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_or(name: str, values: Any) -> bool:
    """Return whether this entry of a policy is a list of alternatives. Otherwise "$or" is a key like any other.

    SNS developer guide, AND/OR logic: a list of at least two objects, none of which has a reserved word as a key.
    """
    if name != "$or" or not isinstance(values, list) or len(values) < 2:
        return False
    return all(isinstance(each, dict) and not _RESERVED & each.keys() for each in values)


def _refused(message: str) -> Refused:
    return Refused("InvalidParameter", FORBIDDEN.sub("?", message))


def _source(policy: Any) -> str:
    text = _compact(policy)
    return f'"{text[:_SHOWN]}"' + (f"[truncated {len(text) - _SHOWN} chars]" if len(text) > _SHOWN else "")


def _check_extent(policy: dict[str, Any]) -> None:
    if len(policy) > _MAX_KEYS:
        _refuse(f"Filter policy can not have more than {_MAX_KEYS} keys")
    if _combinations(policy, 1, 1) > _MAX_COMBINATIONS:
        _refuse("Filter policy is too complex")


def _is_nested(policy: dict[str, Any]) -> bool:
    return any(
        any(_is_nested(each) for each in value) if is_or(name, value) else isinstance(value, dict)
        for name, value in policy.items()
    )


def _combinations(policy: dict[str, Any], depth: int, so_far: int) -> int:
    """Return the number of combinations as AWS counts it: the product of lengths and depths; alternatives add up."""
    for name, value in policy.items():
        if is_or(name, value):
            so_far = sum(_combinations(each, depth, so_far) for each in value)
        elif isinstance(value, dict):
            so_far = _combinations(value, depth + 1, so_far)
        else:
            so_far *= len(value) * depth
    return so_far


# --- columns ----------------------------------------------------------------------------------------------------------


def _compact(value: Any) -> str:
    """Return the value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _refuse(words: str, column: int | None = None) -> NoReturn:
    """Stop reading the policy and report this error."""
    raise _Wrong(words, column)


def _placed(value: Any, column: int) -> _Node:
    """Return the value as a node, with everything in it as nodes too. column: where its text begins."""
    if not isinstance(value, (dict, list)):
        end = column + len(_compact(value))
        return _Node(value, column + 1 if isinstance(value, str) else end, end)
    inside: list[tuple[Any, _Node]] = []
    at = column + 1
    for key in value if isinstance(value, dict) else range(len(value)):
        name = len(_compact(key)) + 1 if isinstance(value, dict) else 0  # including the colon
        inside.append((key, _placed(value[key], at + name)))
        at = inside[-1][1].done + 1  # after the comma or the closing bracket
    nodes = dict(inside) if isinstance(value, dict) else [node for _, node in inside]
    return _Node(nodes, column + 1, at if inside else column + 2)


def _plain(node: _Node) -> Any:
    """Return the values in a list's node, which is as deep as `is_or` looks."""
    return [each.value for each in node.value] if isinstance(node.value, list) else node.value


# --- checks -----------------------------------------------------------------------------------------------------------


def _check_policy(node: _Node) -> None:
    """Raise _Wrong for the first thing in the policy, or in an object inside it, that SNS doesn't accept."""
    if not isinstance(node.value, dict):
        _refuse("Filter is not an object", node.seen)
    if not node.value:
        _refuse("Empty objects are not allowed", node.done)
    for name, item in node.value.items():
        if isinstance(item.value, dict):
            _check_policy(item)
        elif not isinstance(item.value, list):
            _refuse(f'"{name}" must be an object or an array', item.seen)
        elif not item.value:
            _refuse("Empty arrays are not allowed", item.done)
        else:
            check = _check_policy if is_or(name, _plain(item)) else _check_rule
            for each in item.value:
                check(each)


def _check_rule(node: _Node) -> None:
    if isinstance(node.value, list):
        _refuse("Match value must be String, number, true, false, or null", node.seen)
    if not isinstance(node.value, dict):
        return
    if not node.value:
        _refuse("Match expression name not found", node.done)
    (word, wanted), *more = node.value.items()
    surplus = _SURPLUS
    if word in _TEXT_OPERATORS:
        if not isinstance(wanted.value, str):
            _refuse(f"{'prefix' if word == 'cidr' else word} match pattern must be a string", wanted.seen)
        if word == "cidr":
            _check_cidr(wanted.value)
    elif word == "exists":
        if not isinstance(wanted.value, bool):
            _refuse("exists match pattern must be either true or false.", wanted.seen)
    elif word == "numeric":
        _check_numeric(wanted)
        surplus = _SURPLUS_NUMERIC
    elif word == "anything-but":
        _check_anything_but(wanted)
        surplus = _SURPLUS if isinstance(wanted.value, dict) else _SURPLUS_NUMERIC
    else:
        _refuse(f"Unrecognized match type {word}", wanted.seen)
    if more:
        _refuse(surplus, more[0][1].seen)


def _check_cidr(text: str) -> None:
    address, *masks = text.split("/")
    if len(masks) != 1:
        _refuse("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", masks[0]):
        _refuse("Malformed CIDR, mask bits must be an integer")
    if int(masks[0]) < 0:
        _refuse("Malformed CIDR, mask bits must not be negative")
    try:
        bits = ipaddress.ip_address(address).max_prefixlen
    except ValueError:
        _refuse(f"Nonstandard IP address: {address}")
    if int(masks[0]) >= bits:
        _refuse(f"IPv{4 if bits == 32 else 6} mask bits must be < {bits}")


def _check_numeric(node: _Node) -> None:
    if not isinstance(node.value, list):
        _refuse("Value of numeric must be an array.", node.seen)
    end = _Node(..., node.done, node.done)  # the closing bracket, which the reader reaches if a member is missing
    first, second, third, fourth, fifth = (node.value + 5 * [end])[:5]
    if not isinstance(first.value, str):
        _refuse(f"Invalid member in numeric match: {_token(first)}", first.seen)
    if first.value not in COMPARISONS:
        _refuse(f"Unrecognized numeric range operator: {first.value}", second.seen)
    if not is_number(second.value):
        _refuse(f"Value of {'equals' if first.value == '=' else first.value} must be numeric", second.seen)
    if third is not end:
        if first.value not in (">", ">="):
            _refuse(_SURPLUS_NUMERIC, third.seen)
        if not isinstance(third.value, str):
            _refuse(f"Bad value in numeric range: {_token(third)}", third.seen)
        if third.value not in ("<", "<="):
            _refuse(f"Bad numeric range operator: {third.value}", third.done)
        if not is_number(fourth.value):
            _refuse(f"Value of {third.value} must be numeric", fourth.seen)
        if fifth is not end:
            _refuse("Too many terms in numeric range expression", fifth.seen)
        if second.value >= fourth.value:
            _refuse("Bottom must be less than top", node.done)
    for number in (second, second if third is end else fourth):
        _check_size(number, node.done)


def _token(node: _Node) -> str:
    """Return the token that the reader has reached."""
    brackets = {list: "[", dict: "{", type(...): "]"}
    return brackets.get(type(node.value)) or _compact(node.value)


def _check_anything_but(node: _Node) -> None:
    if isinstance(node.value, dict):
        _check_anything_but_prefix(node)
        return
    words = "Value of anything-but must be an array or single string/number value."
    if isinstance(node.value, list):
        words = "Inside anything but list, start|null|boolean is not supported."
    items = node.value if isinstance(node.value, list) else [node]
    for item in items:
        if not isinstance(item.value, str) and not is_number(item.value):
            _refuse(words, item.seen)
        _check_size(item, item.seen)
    if len({isinstance(item.value, str) for item in items}) != 1:
        words = "Inside anything but list, either all values are number or string, mixed type is not supported"
        _refuse(words, node.done)


def _check_anything_but_prefix(node: _Node) -> None:
    if not node.value:
        _refuse("Anything-But expression name not found", node.done)
    (word, wanted), *more = node.value.items()
    if word != "prefix":
        _refuse(f"Unsupported anything-but pattern: {word}", wanted.seen)
    if not isinstance(wanted.value, str):
        _refuse("prefix match pattern must be a string", wanted.seen)
    if not wanted.value:
        _refuse("Null prefix not allowed", wanted.done)
    if more:
        _refuse(_SURPLUS, more[0][1].seen)


def _check_size(node: _Node, column: int) -> None:
    if is_number(node.value) and not -BILLION <= node.value <= BILLION:
        _refuse("Value must be between -1.0E9 and 1.0E9, inclusive", column)

"""Which policies SNS refuses for one of their rules, with its words and the column where its JSON reader stood.

SNS compiles a policy with the matcher that AWS publishes as event-ruler; its checks stand here in its order. The reader
gets the policy without blanks, on one line.
"""

import ipaddress
import json
import re
from typing import Any, NamedTuple, NoReturn

from helpers.aws_rules.sns.filter_matching import BILLION, COMPARISONS, TEXT_OPERATORS, is_number, is_or

_SURPLUS = "Only one key allowed in match expression"
_SURPLUS_NUMERIC = "Too many elements in numeric expression"


class Wrong(Exception):
    """What is wrong with a policy, and the column where its reader stood; None where AWS names no place."""


class _Node(NamedTuple):
    """A JSON value, with the column after its first token was seen and the one after all of it was read."""

    value: Any
    seen: int
    done: int


def compact(value: Any) -> str:
    """Return the value as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def refuse(words: str, column: int | None = None) -> NoReturn:
    """End the reading of a policy."""
    raise Wrong(words, column)


# --- places ----------------------------------------------------------------------------------------------------------


def placed(value: Any, column: int) -> _Node:
    """Return the value as a node, with all that it holds as nodes, when its text begins at this column."""
    if not isinstance(value, (dict, list)):
        end = column + len(compact(value))
        return _Node(value, column + 1 if isinstance(value, str) else end, end)
    inside: list[tuple[Any, _Node]] = []
    at = column + 1
    for key in value if isinstance(value, dict) else range(len(value)):
        name = len(compact(key)) + 1 if isinstance(value, dict) else 0  # the colon too
        inside.append((key, placed(value[key], at + name)))
        at = inside[-1][1].done + 1  # behind the comma, or the closing bracket
    nodes = dict(inside) if isinstance(value, dict) else [node for _, node in inside]
    return _Node(nodes, column + 1, at if inside else column + 2)


def _plain(node: _Node) -> Any:
    """Return a list's node as a list of plain values, as deep as `is_or` looks."""
    return [each.value for each in node.value] if isinstance(node.value, list) else node.value


# --- checks ----------------------------------------------------------------------------------------------------------


def check_policy(node: _Node) -> None:
    """Return when every rule of the policy, or of an object inside it, is one that SNS takes; else Wrong is raised."""
    if not isinstance(node.value, dict):
        refuse("Filter is not an object", node.seen)
    if not node.value:
        refuse("Empty objects are not allowed", node.done)
    for name, item in node.value.items():
        if isinstance(item.value, dict):
            check_policy(item)
        elif not isinstance(item.value, list):
            refuse(f'"{name}" must be an object or an array', item.seen)
        elif not item.value:
            refuse("Empty arrays are not allowed", item.done)
        else:
            check = check_policy if is_or(name, _plain(item)) else _check_rule
            for each in item.value:
                check(each)


def _check_rule(node: _Node) -> None:
    if isinstance(node.value, list):
        refuse("Match value must be String, number, true, false, or null", node.seen)
    if not isinstance(node.value, dict):
        return
    if not node.value:
        refuse("Match expression name not found", node.done)
    (word, wanted), *more = node.value.items()
    surplus = _SURPLUS
    if word in TEXT_OPERATORS:
        if not isinstance(wanted.value, str):
            refuse(f"{'prefix' if word == 'cidr' else word} match pattern must be a string", wanted.seen)
        if word == "cidr":
            _check_cidr(wanted.value)
    elif word == "exists":
        if not isinstance(wanted.value, bool):
            refuse("exists match pattern must be either true or false.", wanted.seen)
    elif word == "numeric":
        _check_numeric(wanted)
        surplus = _SURPLUS_NUMERIC
    elif word == "anything-but":
        _check_anything_but(wanted)
        surplus = _SURPLUS if isinstance(wanted.value, dict) else _SURPLUS_NUMERIC
    else:
        refuse(f"Unrecognized match type {word}", wanted.seen)
    if more:
        refuse(surplus, more[0][1].seen)


def _check_cidr(text: str) -> None:
    address, *masks = text.split("/")
    if len(masks) != 1:
        refuse("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", masks[0]):
        refuse("Malformed CIDR, mask bits must be an integer")
    if int(masks[0]) < 0:
        refuse("Malformed CIDR, mask bits must not be negative")
    try:
        bits = ipaddress.ip_address(address).max_prefixlen
    except ValueError:
        refuse(f"Nonstandard IP address: {address}")
    if int(masks[0]) >= bits:
        refuse(f"IPv{4 if bits == 32 else 6} mask bits must be < {bits}")


def _check_numeric(node: _Node) -> None:
    if not isinstance(node.value, list):
        refuse("Value of numeric must be an array.", node.seen)
    end = _Node(..., node.done, node.done)  # the closing bracket: what the reader meets where a member is missing
    first, second, third, fourth, fifth = (node.value + 5 * [end])[:5]
    if not isinstance(first.value, str):
        refuse(f"Invalid member in numeric match: {_token(first)}", first.seen)
    if first.value not in COMPARISONS:
        refuse(f"Unrecognized numeric range operator: {first.value}", second.seen)
    if not is_number(second.value):
        refuse(f"Value of {'equals' if first.value == '=' else first.value} must be numeric", second.seen)
    if third is not end:
        if first.value not in (">", ">="):
            refuse(_SURPLUS_NUMERIC, third.seen)
        if not isinstance(third.value, str):
            refuse(f"Bad value in numeric range: {_token(third)}", third.seen)
        if third.value not in ("<", "<="):
            refuse(f"Bad numeric range operator: {third.value}", third.done)
        if not is_number(fourth.value):
            refuse(f"Value of {third.value} must be numeric", fourth.seen)
        if fifth is not end:
            refuse("Too many terms in numeric range expression", fifth.seen)
        if second.value >= fourth.value:
            refuse("Bottom must be less than top", node.done)
    for number in (second, second if third is end else fourth):
        _check_size(number, node.done)


def _token(node: _Node) -> str:
    """Return the token where the reader stands."""
    brackets = {list: "[", dict: "{", type(...): "]"}
    return brackets.get(type(node.value)) or compact(node.value)


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
            refuse(words, item.seen)
        _check_size(item, item.seen)
    if len({isinstance(item.value, str) for item in items}) != 1:
        words = "Inside anything but list, either all values are number or string, mixed type is not supported"
        refuse(words, node.done)


def _check_anything_but_prefix(node: _Node) -> None:
    if not node.value:
        refuse("Anything-But expression name not found", node.done)
    (word, wanted), *more = node.value.items()
    if word != "prefix":
        refuse(f"Unsupported anything-but pattern: {word}", wanted.seen)
    if not isinstance(wanted.value, str):
        refuse("prefix match pattern must be a string", wanted.seen)
    if not wanted.value:
        refuse("Null prefix not allowed", wanted.done)
    if more:
        refuse(_SURPLUS, more[0][1].seen)


def _check_size(node: _Node, column: int) -> None:
    if is_number(node.value) and not -BILLION <= node.value <= BILLION:
        refuse("Value must be between -1.0E9 and 1.0E9, inclusive", column)

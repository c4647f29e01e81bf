"""The conditions of a policy statement: which operators IAM has, and whether a request meets a condition.

Also what every part of a policy needs: `as_list` and `matches_wildcards`.

Sources: IAM user guide, "Condition operators", "Conditions with multiple context keys or values".
"""

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

Context = Mapping[str, "str | list[str]"]


def as_list(value: Any) -> list[Any]:
    """Return the values of an element, which a policy can write as a single value or as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def matches_wildcards(pattern: str, text: str) -> bool:
    """Return whether the text matches a pattern in which * is any number of characters and ? is one."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    # Written out, because a regular expression takes exponential time for patterns such as *a*a*a*a*b.
    at = position = retry = 0
    star = -1
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, retry = at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at, position = at + 1, position + 1
        elif star >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return not pattern[at:].strip("*")


_Test = Callable[[str, str], bool]


def _arn_like(wanted: str, actual: str) -> bool:
    wanted_parts, actual_parts = wanted.split(":", 5), actual.split(":", 5)
    if len(wanted_parts) != 6 or len(actual_parts) != 6:
        return False
    return all(matches_wildcards(pattern, part) for pattern, part in zip(wanted_parts, actual_parts, strict=True))


def _in_network(wanted: str, actual: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) else None


def _moment(text: str) -> float | None:
    """Return a date in seconds since 1970. text: those seconds, or ISO 8601, in which only the year is required."""
    if re.fullmatch(r"[0-9]{5,}(\.[0-9]+)?", text):
        return float(text)
    if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text):
        text += "-01-01" if len(text) == 4 else "-01"
    try:
        moment = datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None


def _compared(read: Callable[[str], float | None], compare: Callable[[float, float], bool]) -> _Test:
    def test(wanted: str, actual: str) -> bool:
        left, right = read(actual), read(wanted)
        return left is not None and right is not None and compare(left, right)

    return test


_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_TESTS: dict[str, _Test] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": lambda wanted, actual: wanted.lower() == actual.lower(),
    "StringLike": matches_wildcards,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "BinaryEquals": operator.eq,
    "Bool": lambda wanted, actual: wanted.lower() == actual.lower(),
    "IpAddress": _in_network,
    **{f"Numeric{name}": _compared(_number, compare) for name, compare in _COMPARISONS.items()},
    **{f"Date{name}": _compared(_moment, compare) for name, compare in _COMPARISONS.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}


@dataclass(frozen=True)
class _Operator:
    """The parts of an operator's name, such as ForAllValues:StringNotLikeIfExists.

    quantifier: "", "ForAnyValue" or "ForAllValues". test: a key of _TESTS; "" for the operator Null.
    """

    quantifier: str
    test: str
    negated: bool
    if_exists: bool


def read_operator(name: str) -> _Operator | None:
    """Return the parts of an operator's name, or None if IAM has no such operator."""
    if name == "Null":
        return _Operator("", "", False, False)
    quantifier, colon, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    test = _NEGATED.get(base, base)
    if test not in _TESTS or (colon and quantifier not in ("ForAnyValue", "ForAllValues")):
        return None
    return _Operator(quantifier, test, base in _NEGATED, base != rest)


def unmet_condition(condition: Mapping[str, Any], context: Context) -> str:
    """Return what the first unmet condition asks for and what the request has instead; "" if all are met."""
    known = {key.lower(): [str(each) for each in as_list(values)] for key, values in context.items()}
    for name, keys in condition.items():
        for key, values in keys.items():
            wanted = [_text(each) for each in as_list(values)]
            actual = known.get(key.lower(), [])
            if not _holds(name, wanted, actual):
                asks = _asks(name, wanted)
                return f"condition {name} {key} {asks}, and the request has {in_words(actual or 'no such key')}"
    return ""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _asks(name: str, wanted: list[str]) -> str:
    if name == "Null":
        return "asks that the key is missing" if "true" in wanted else "asks for any value"
    parts = read_operator(name)
    return f"{'rules out' if parts and parts.negated else 'asks for'} {in_words(wanted)}"


def _holds(name: str, wanted: list[str], actual: list[str]) -> bool:
    parts = read_operator(name)
    if parts is None:
        return False
    if not parts.test:
        return ("false" if actual else "true") in [each.lower() for each in wanted]
    if not actual:
        missing_is_fine = parts.quantifier == "ForAllValues" or (parts.negated and not parts.quantifier)
        return parts.if_exists or missing_is_fine
    test = _TESTS[parts.test]
    fits = [any(test(each, value) for each in wanted) != parts.negated for value in actual]
    # Without a quantifier, a negated operator holds only if none of the request's values match.
    every = parts.quantifier == "ForAllValues" or (parts.negated and not parts.quantifier)
    return all(fits) if every else any(fits)


def in_words(values: Any) -> str:
    """Return the values as a short text for a reader: three at most, joined by "or"."""
    texts = [_text(each) for each in as_list(values)] or ["nothing"]
    more = f" or {len(texts) - 3} more" if len(texts) > 3 else ""
    return " or ".join(texts[:3]) + more

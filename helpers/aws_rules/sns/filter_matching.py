"""Matching a message against the filter policy of a subscription, and explaining a mismatch.

AWS: it works as in the matcher that AWS publishes as event-ruler. Policy and message are flattened to names such as
"order.items.kind", "$or" turns into several policies, and conditions on a list of objects have to be met by one and the
same object. Source: SNS developer guide, "Message filtering"; event-ruler; recorded answers.
moto: lacks operators, such as cidr, and compares some values differently.
"""

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any

from helpers.aws_rules.sns.filter_policies import ATTRIBUTES, BILLION, COMPARISONS, is_number, is_or, load

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_ABSENT = {"exists": False}
_MOST_LOOKS = 100_000  # at a value with a rule, or at a value beside others: a tenth of a second; AWS is faster

_Branch = dict[str, list[Any]]  # flat name -> rules
_Element = tuple[int, int]  # a list in the message, and an index in it
_Placed = tuple[frozenset[_Element], bool]  # the elements that a value is in, and whether it fits
_Fields = dict[str, list[tuple[Any, frozenset[_Element]]]]  # flat name -> values, each with the elements that it's in


def matches(policy: dict[str, Any], scope: str, attributes: dict[str, Any], body: str) -> bool:
    """Return whether a message with these MessageAttributes and this body matches the parsed policy."""
    return not mismatch(policy, scope, attributes, body)


def mismatch(policy: dict[str, Any], scope: str, attributes: dict[str, Any], body: str) -> str:
    """Return "" if the message matches, otherwise a sentence that says which key and rule don't match."""
    if not policy:
        return ""
    fields = _attribute_fields(attributes) if scope == ATTRIBUTES else _body_fields(body)
    if fields is None:
        return "the filter looks into the message's body, which is not a JSON object"
    if scope == ATTRIBUTES and not fields:  # not even {"exists": false} matches: SNS developer guide, Key matching
        return "the filter looks at message attributes, and the message has none that a filter can read"
    try:
        looks = _Looks()
        missed = list(dict.fromkeys(_explain(branch, fields, looks) for branch in _branches(policy)))
    except _TooManyLooks:
        return f"the filter's rules and the values make more than {_MOST_LOOKS:,} pairs, which is too many here"
    if "" in missed or len(missed) == 1:
        return "" if "" in missed else missed[0]
    return 'no alternative of "$or" fits: ' + "; or ".join(missed[:3])


class _TooManyLooks(Exception):
    """Comparing a message with a policy would take too long."""


class _Looks:
    """Counts what comparing one message with one policy takes."""

    def __init__(self) -> None:
        self._left = _MOST_LOOKS

    def count(self, looks: int) -> None:
        """Count some more, or raise _TooManyLooks."""
        self._left -= looks
        if self._left < 0:
            raise _TooManyLooks


# --- flattening policy and message ------------------------------------------------------------------------------------


def _branches(policy: dict[str, Any], path: str = "", begun: list[_Branch] | None = None) -> list[_Branch]:
    """Return policies without "$or", one of which has to match. begun: those so far, which this object extends."""
    made = begun or [{}]
    for name, value in policy.items():
        if is_or(name, value):
            made = [branch for each in value for branch in _branches(each, path, made)]
        elif isinstance(value, dict):
            made = _branches(value, f"{path}{name}.", made)
        else:
            made = [branch | {path + name: value} for branch in made]
    return made


def _attribute_fields(attributes: dict[str, Any]) -> _Fields:
    """Return the values in these MessageAttributes that a filter can read."""
    found = {name: _attribute_values(attribute) for name, attribute in attributes.items()}
    return {name: [(value, frozenset()) for value in values] for name, values in found.items() if values}


def _attribute_values(attribute: dict[str, Any]) -> list[Any]:
    """Return the values that a filter sees in an attribute; [] for Binary and other types that it can't read."""
    kind, text = attribute.get("DataType"), attribute.get("StringValue")
    if not isinstance(text, str):
        return []
    if kind == "Number":
        return [float(text) if _NUMBER.fullmatch(text.strip()) else text]
    if kind == "String":
        return [_escaped(text)]
    if kind != "String.Array":
        return []
    try:
        values = load(text)
    except (ValueError, RecursionError):
        return []
    values = values if isinstance(values, list) else [values]  # a value alone counts as a list of one: moto's tests
    return [_escaped(each) if isinstance(each, str) else each for each in values if not isinstance(each, (dict, list))]


def _escaped(text: str) -> str:
    # A policy has to escape " and \ once more than JSON does: SNS developer guide, attribute-based filtering.
    return text.replace("\\", "\\\\").replace('"', '\\"')


@lru_cache(maxsize=1)  # a message has the same ones for all subscriptions
def _body_fields(body: str) -> _Fields | None:
    """Return the values in a body, without objects and lists; None if it isn't a JSON object."""
    try:
        value = load(body)
        if isinstance(value, dict):
            fields: _Fields = {}
            _flatten(value, "", frozenset(), fields, count())
            return fields
    except (ValueError, RecursionError):
        pass
    return None


def _flatten(value: Any, path: str, inside: frozenset[_Element], fields: _Fields, lists: Any) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _flatten(item, f"{path}.{name}" if path else name, inside, fields, lists)
    elif isinstance(value, list):
        number = next(lists)
        for index, item in enumerate(value):
            nested = isinstance(item, (dict, list))
            _flatten(item, path, inside | {(number, index)} if nested else inside, fields, lists)
    else:
        fields.setdefault(path, []).append((value, inside))


# --- matching ---------------------------------------------------------------------------------------------------------


def _fit_together(branch: _Branch, fields: _Fields, looks: _Looks) -> bool:
    """Return whether every name has a matching value, where values from the same list come from the same element."""
    names = sorted(branch)
    chosen: set[frozenset[_Element]] = {frozenset()}
    for position, name in enumerate(names):
        values = [(inside, _fits(branch[name], value)) for value, inside in fields.get(name, [])]
        groups = _by_outermost(list(dict.fromkeys(values)))
        reached: set[frozenset[_Element]] = set()
        for elements in chosen:
            looks.count(1)
            near = []
            for inside, fit in _possible(groups, elements):
                looks.count(1)
                if _agree(elements | inside):
                    near.append((elements | inside, fit))
            reached |= {merged for merged, fit in near if fit}
            reached |= {elements} if not near and _ABSENT in branch[name] else set()
        # Forget the lists in which no later name has a value, or the combinations would multiply.
        later = {
            number for other in names[position + 1 :] for _, inside in fields.get(other, []) for number, _ in inside
        }
        chosen = {frozenset(element for element in elements if element[0] in later) for elements in reached}
    return bool(chosen)


def _by_outermost(values: list[_Placed]) -> dict[int, dict[int, list[_Placed]]]:
    """Return the values by the outermost list that they're in, and by the index in it. Lists are numbered inwards."""
    groups: dict[int, dict[int, list[_Placed]]] = defaultdict(lambda: defaultdict(list))
    for inside, fit in values:
        number, index = min(inside, default=(-1, 0))
        groups[number][index].append((inside, fit))
    return groups


def _possible(groups: dict[int, dict[int, list[_Placed]]], elements: frozenset[_Element]) -> Iterator[_Placed]:
    """Return the values whose outermost list isn't at another index in these elements."""
    chosen = dict(elements)
    for number, group in groups.items():
        for some in [group.get(chosen[number], [])] if number in chosen else group.values():
            yield from some


def _agree(elements: frozenset[_Element]) -> bool:
    return len({number for number, _ in elements}) == len(elements)


def _fits(rules: list[Any], value: Any) -> bool:
    """Return whether the value, which is present, matches one of these rules."""
    return any(_fits_rule(rule, value) for rule in rules)


def _fits_rule(rule: Any, value: Any) -> bool:
    if not isinstance(rule, dict):
        return _same(rule, value)
    ((word, wanted),) = rule.items()
    if word == "exists":
        return wanted and value not in (None, "")
    if word == "anything-but":
        if isinstance(wanted, dict):
            return not _fits_rule(wanted, value)
        return not any(_same(each, value) for each in (wanted if isinstance(wanted, list) else [wanted]))
    if word == "numeric":
        number = _precise(value)
        pairs = zip(wanted[::2], wanted[1::2], strict=True)
        return number is not None and all(COMPARISONS[sign](number, _precise(each)) for sign, each in pairs)
    return isinstance(value, str) and _fits_text(word, wanted, value)


def _fits_text(word: str, wanted: str, value: str) -> bool:
    if word == "prefix":
        return value.startswith(wanted)
    if word == "suffix":
        return value.endswith(wanted)
    if word == "equals-ignore-case":
        return value.lower() == wanted.lower()
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _same(wanted: Any, value: Any) -> bool:
    if is_number(wanted) and is_number(value):
        return wanted == value or (_precise(wanted) is not None and _precise(wanted) == _precise(value))
    return type(wanted) is type(value) and wanted == value


def _precise(value: Any) -> int | None:
    """Return a number as the matcher compares it, with five decimal places; None for what it can't compare."""
    return int(100_000 * (BILLION + value)) if is_number(value) and -BILLION <= value <= BILLION else None


# --- explaining a mismatch --------------------------------------------------------------------------------------------


def _explain(branch: _Branch, fields: _Fields, looks: _Looks) -> str:
    """Return "" if the fields match the branch, otherwise the first thing that doesn't."""
    looks.count(sum(len(rules) * len(fields.get(name, [])) for name, rules in branch.items()))
    lone = [name for name, rules in branch.items() if not any(_fits(rules, value) for value, _ in fields.get(name, []))]
    if all(_ABSENT in branch[name] for name in lone) and _fit_together(branch, fields, looks):
        return ""
    for name in lone:
        if name in fields or _ABSENT not in branch[name]:
            values = [value for value, _ in fields.get(name, [])]
            has = " and ".join(_text(value) for value in values[:3]) if values else f'no "{name}"'
            return f'the filter wants "{name}" {_wish(branch[name])}; the message has {has}'
    names = ", ".join(f'"{name}"' for name in branch)
    return f"the filter wants {names} in one and the same element of a list; the message has no such element"


def _wish(rules: list[Any]) -> str:
    plain = [rule for rule in rules if not isinstance(rule, dict)]
    parts = [f"to be one of {_text(plain)}"] if plain else []
    return " or ".join(parts + [_wish_rule(*each) for rule in rules if isinstance(rule, dict) for each in rule.items()])


def _wish_rule(word: str, wanted: Any) -> str:
    if word == "exists":
        return "to exist" if wanted else "not to exist"
    if word == "numeric":
        pairs = zip(wanted[::2], wanted[1::2], strict=True)
        return "to be a number " + " and ".join(f"{sign} {_text(each)}" for sign, each in pairs)
    if word == "anything-but" and isinstance(wanted, dict):
        return f"not to start with {_text(wanted['prefix'])}"
    if word == "equals-ignore-case":
        return f"to be {_text(wanted)} in upper or lower case"
    words = {
        "anything-but": "to be anything but",
        "prefix": "to start with",
        "suffix": "to end with",
        "cidr": "to be an IP address in",
    }
    return f"{words[word]} {_text(wanted)}"


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)

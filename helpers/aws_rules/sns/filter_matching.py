"""How the filter policy of an SNS subscription and a message are laid side by side.

As AWS's published matcher (event-ruler) does it: policy and message become flat names such as "order.items.kind", "$or"
becomes several policies, and what is asked of the elements of one list must hold for one and the same element.
"""

import ipaddress
import json
import operator
import re
from itertools import count
from typing import Any

BILLION = 1_000_000_000
COMPARISONS = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
TEXT_OPERATORS = ("prefix", "suffix", "equals-ignore-case", "cidr")

# event-ruler's words that no alternative of "$or" may use as a name
_RESERVED = {"exactly", "wildcard", "anything-but", "exists", "numeric", "regex", *TEXT_OPERATORS, *COMPARISONS}
_RESERVED |= {"not-wildcard", "not-equals-ignore-case", "ip-address-in-range", "ip-address-not-in-range"}
_RESERVED |= {"date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"}
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
ABSENT = {"exists": False}

Branch = dict[str, list[Any]]  # flat name -> rules
Element = tuple[int, int]  # a list of the message, and an index in it
Fields = dict[str, list[tuple[Any, frozenset[Element]]]]  # flat name -> values, with the elements that each stands in


def load(text: str) -> Any:
    """Return what this JSON text holds; ValueError or RecursionError where it is none that AWS reads."""
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")  # Python would read NaN and Infinity


def is_number(value: Any) -> bool:
    """Return whether this JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_or(name: str, values: Any) -> bool:
    """Return whether this entry of a policy is an OR relationship; else "$or" is a name like any other.

    SNS developer guide, AND/OR logic: a list of at least two objects, none of which uses a reserved word as a name.
    """
    if name != "$or" or not isinstance(values, list) or len(values) < 2:
        return False
    return all(isinstance(each, dict) and not _RESERVED & each.keys() for each in values)


# --- policy and message, made flat -----------------------------------------------------------------------------------


def branches(policy: dict[str, Any], path: str = "", begun: list[Branch] | None = None) -> list[Branch]:
    """Return the policies without "$or" of which one must match; those begun are carried on with this object."""
    made = begun or [{}]
    for name, value in policy.items():
        if is_or(name, value):
            made = [branch for each in value for branch in branches(each, path, made)]
        elif isinstance(value, dict):
            made = branches(value, f"{path}{name}.", made)
        else:
            made = [branch | {path + name: value} for branch in made]
    return made


def attribute_fields(attributes: dict[str, Any]) -> Fields:
    """Return what a filter reads of these MessageAttributes."""
    found = {name: _attribute_values(attribute) for name, attribute in attributes.items()}
    return {name: [(value, frozenset()) for value in values] for name, values in found.items() if values}


def _attribute_values(attribute: dict[str, Any]) -> list[Any]:
    """Return what a filter sees of an attribute; [] for Binary and other types that it does not read."""
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
    values = values if isinstance(values, list) else []
    return [_escaped(each) if isinstance(each, str) else each for each in values if not isinstance(each, (dict, list))]


def _escaped(text: str) -> str:
    # A policy must escape " and \ once more than JSON does: SNS developer guide, attribute-based filtering.
    return text.replace("\\", "\\\\").replace('"', '\\"')


def body_fields(body: str) -> Fields | None:
    """Return the leaves of a body; None where it is not a JSON object."""
    try:
        value, fields = load(body), {}
        if isinstance(value, dict):
            _flatten(value, "", frozenset(), fields, count())
            return fields
    except (ValueError, RecursionError):
        pass
    return None


def _flatten(value: Any, path: str, inside: frozenset[Element], fields: Fields, lists: Any) -> None:
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


# --- matching --------------------------------------------------------------------------------------------------------


def fit_together(branch: Branch, fields: Fields) -> bool:
    """Return whether every name has a fitting value, with values out of the same list taken from the same element."""
    names, chosen = sorted(branch), {frozenset()}
    for position, name in enumerate(names):
        values = [(inside, fits(branch[name], value)) for value, inside in fields.get(name, [])]
        values = list(dict.fromkeys(values))
        reached = set()
        for elements in chosen:
            near = [(elements | inside, fits) for inside, fits in values if _agree(elements | inside)]
            reached |= {merged for merged, fits in near if fits}
            reached |= {elements} if not near and ABSENT in branch[name] else set()
        # what no later name stands in is forgotten, or the combinations would multiply
        later = {
            number for other in names[position + 1 :] for _, inside in fields.get(other, []) for number, _ in inside
        }
        chosen = {frozenset(element for element in elements if element[0] in later) for elements in reached}
    return bool(chosen)


def _agree(elements: frozenset[Element]) -> bool:
    return len({number for number, _ in elements}) == len(elements)


def fits(rules: list[Any], value: Any) -> bool:
    """Return whether one of these rules accepts the value, which is there."""
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
    """Return a number as the matcher compares it, five digits behind the point; None for what it cannot compare."""
    return int(100_000 * (BILLION + value)) if is_number(value) and -BILLION <= value <= BILLION else None

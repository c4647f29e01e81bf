"""Filter policies of SNS subscriptions: which texts AWS takes as one, which messages one lets through, and why not.

Source: SNS developer guide, "Message filtering"; recorded answers.
moto: lacks operators, such as cidr, and compares some otherwise.
"""

import json
from typing import Any

from helpers.aws_rules.common import json_texts
from helpers.aws_rules.common.message_contents import FORBIDDEN
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.sns.filter_checks import Wrong, check_policy, compact, placed, refuse
from helpers.aws_rules.sns.filter_matching import (
    ABSENT,
    Branch,
    Fields,
    attribute_fields,
    body_fields,
    branches,
    fit_together,
    fits,
    is_or,
    load,
)

ATTRIBUTES = "MessageAttributes"
LARGEST, KEYS, COMBINATIONS = 256 * 1024, 5, 150
SHOWN = 500  # so much of the policy is in an error


def parse(text: str, scope: str, subscribing: bool = False) -> dict[str, Any]:
    """Return the policy that this JSON text holds; {}, which filters nothing, for "" too. Refuses what AWS refuses.

    scope: "MessageAttributes" or "MessageBody". subscribing: whether Subscribe brings the policy, as AWS's errors then
    begin otherwise than those of SetSubscriptionAttributes.
    """
    start = "Invalid parameter: " + ("Attributes Reason: " if subscribing else "")
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise _refused(f"{start}FilterPolicy: Filter policy is too large")
    policy = None
    try:
        policy = load(text or "{}")
        if policy != {}:
            check_policy(placed(policy, 1))
            if scope == ATTRIBUTES and _is_nested(policy):
                words = "Filter policy scope MessageAttributes does not support nested filter policy"
                raise _refused(start + words)
            _check_extent(policy)
    except Wrong as wrong:
        words, column = wrong.args
        place = f"\n at [Source: (String){_source(policy)}; line: 1, column: {column}]" if column else ""
        raise _refused(f"{start}FilterPolicy: {words}{place}") from None
    except (ValueError, RecursionError) as problem:
        raise _refused(f"{start}FilterPolicy: failed to parse JSON.{json_texts.place(problem)}") from None
    return policy


def matches(policy: dict[str, Any], scope: str, attributes: dict[str, Any], body: str) -> bool:
    """Return whether the parsed policy lets a message with these MessageAttributes and this body through."""
    return not reason(policy, scope, attributes, body)


def reason(policy: dict[str, Any], scope: str, attributes: dict[str, Any], body: str) -> str:
    """Return "" when the message matches, else a sentence that says which key and rule hold it back."""
    if not policy:
        return ""
    fields = attribute_fields(attributes) if scope == ATTRIBUTES else body_fields(body)
    if fields is None:
        return "the filter looks into the message's body, which is not a JSON object"
    if scope == ATTRIBUTES and not fields:  # not even {"exists": false} matches: SNS developer guide, Key matching
        return "the filter looks at message attributes, and the message has none that a filter can read"
    missed = list(dict.fromkeys(_missed(branch, fields) for branch in branches(policy)))
    if "" in missed or len(missed) == 1:
        return "" if "" in missed else missed[0]
    return 'no alternative of "$or" fits: ' + "; or ".join(missed[:3])


# --- what AWS refuses ------------------------------------------------------------------------------------------------


def _refused(message: str) -> Refused:
    return Refused("InvalidParameter", FORBIDDEN.sub("?", message))


def _source(policy: Any) -> str:
    text = compact(policy)
    return f'"{text[:SHOWN]}"' + (f"[truncated {len(text) - SHOWN} chars]" if len(text) > SHOWN else "")


def _check_extent(policy: dict[str, Any]) -> None:
    if len(policy) > KEYS:
        refuse(f"Filter policy can not have more than {KEYS} keys")
    if _combinations(policy, 1, 1) > COMBINATIONS:
        refuse("Filter policy is too complex")


def _is_nested(policy: dict[str, Any]) -> bool:
    return any(
        any(_is_nested(each) for each in value) if is_or(name, value) else isinstance(value, dict)
        for name, value in policy.items()
    )


def _combinations(policy: dict[str, Any], depth: int, so_far: int) -> int:
    """Return the combinations of values as AWS counts them: lengths times depths multiply, alternatives add up."""
    for name, value in policy.items():
        if is_or(name, value):
            so_far = sum(_combinations(each, depth, so_far) for each in value)
        elif isinstance(value, dict):
            so_far = _combinations(value, depth + 1, so_far)
        else:
            so_far *= len(value) * depth
    return so_far


# --- words -----------------------------------------------------------------------------------------------------------


def _missed(branch: Branch, fields: Fields) -> str:
    """Return "" when the fields have all that the branch wants, else what is missed first."""
    lone = [name for name, rules in branch.items() if not any(fits(rules, value) for value, _ in fields.get(name, []))]
    if all(ABSENT in branch[name] for name in lone) and fit_together(branch, fields):
        return ""
    for name in lone:
        if name in fields or ABSENT not in branch[name]:
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
        return "to be there" if wanted else "not to be there"
    if word == "numeric":
        pairs = zip(wanted[::2], wanted[1::2], strict=True)
        return "to be a number " + " and ".join(f"{sign} {_text(each)}" for sign, each in pairs)
    if word == "anything-but" and isinstance(wanted, dict):
        return f"not to start with {_text(wanted['prefix'])}"
    words = {
        "anything-but": "to be anything but",
        "prefix": "to start with",
        "suffix": "to end with",
        "equals-ignore-case": "to be, in any case,",
        "cidr": "to be an IP address in",
    }
    return f"{words[word]} {_text(wanted)}"


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return json.dumps(int(value) if whole else value, ensure_ascii=False)

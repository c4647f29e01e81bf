"""Which JSON texts AWS accepts as the policy of a queue or topic.

Source: SQS developer guide (policy quotas), SNS developer guide (API permissions reference). The error
messages are those that people report from AWS: for SQS terraform-provider-aws #42209, dapr components-contrib #1780,
cloud-platform-environments #9082, JustSaying #1021; for SNS terraform #12740, serverless #5519, terraform-provider-aws
#26041, cloudformation-template-generator #138.
moto: accepts any JSON.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.policies.conditions import as_list, matches_wildcards, read_operator
from helpers.aws_rules.policies.evaluation import value_or_negated

Kind = Literal["sqs", "sns"]

_MALFORMED = {
    "sqs": ("InvalidAttributeValue", "Invalid value for the parameter Policy."),
    "sns": ("InvalidParameter", "Invalid parameter: Policy Error: null"),
}
_VERSIONS = ("2008-10-17", "2012-10-17")
_ELEMENTS = {"Version", "Id", "Statement"}
_STATEMENT_ELEMENTS = {"Sid", "Effect", "Condition"}
_EITHER = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_SERVICE_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
_AWS_PRINCIPAL = re.compile(
    r"\*|[0-9]{12}|A[A-Z0-9]{15,127}"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(root|(user|role)/[^*?]+)"
    r"|arn:aws[a-z-]*:sts::[0-9]{12}:(assumed-role|federated-user)/[^*?]+"
)
# From the list in the SNS developer guide, plus Receive, which is in the policy that AWS gives a new topic.
TOPIC_ACTIONS = {
    f"sns:{name}".lower()
    for name in (
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "Receive",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    )
}


def parse(text: str, resource_kind: Kind) -> dict[str, Any]:
    """Return the policy document in this JSON text. Raise Refused if AWS wouldn't store it.

    An empty text is refused too, so callers for whom it removes the policy have to check that first.
    """
    _check_size(text, resource_kind)
    policy = _loads(text, resource_kind)
    _require(isinstance(policy, dict) and policy.keys() <= _ELEMENTS, resource_kind)
    _require(policy.get("Version", _VERSIONS[0]) in _VERSIONS, resource_kind)
    _require(isinstance(policy.get("Id", ""), str), resource_kind)
    statements = as_list(policy.get("Statement"))
    _require(statements and all(isinstance(each, dict) for each in statements), resource_kind)
    _check_number_of_statements(statements, resource_kind)
    for statement in statements:
        _check_statement(statement, resource_kind)
    if resource_kind == "sns" and len({each.get("Sid", "") for each in statements}) < len(statements):
        raise Refused("InvalidParameter", "Invalid parameter: Every policy statement must have a unique ID")
    return policy


def _require(holds: object, kind: Kind) -> None:
    if not holds:
        raise Refused(*_MALFORMED[kind])


def _loads(text: str, kind: Kind) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(*_MALFORMED[kind]) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_size(text: object, kind: Kind) -> None:
    _require(isinstance(text, str), kind)
    size = len(str(text).encode(errors="surrogatepass"))
    if kind == "sqs" and size > 8_192:
        raise Refused("OverLimit", "Submitted policy is over max allowed size.", 403)
    _require(size <= 30 * 1_024, kind)


def _check_number_of_statements(statements: list[Any], kind: Kind) -> None:
    count = len(statements)
    if kind == "sqs" and count > 20:
        raise Refused("OverLimit", f"{count} statements were found in the submitted policy, max allowed is 20", 403)
    _require(count <= 100, kind)


def _check_statement(statement: dict[str, Any], kind: Kind) -> None:
    known = _STATEMENT_ELEMENTS.union(*_EITHER)
    _require(statement.keys() <= known, kind)
    _require(statement.get("Effect") in ("Allow", "Deny"), kind)
    _require(isinstance(statement.get("Sid", ""), str), kind)
    for pair in _EITHER:
        _require(sum(name in statement for name in pair) == 1, kind)
    _check_principals(value_or_negated(statement, "Principal"), kind)
    _check_actions(_strings(value_or_negated(statement, "Action"), kind), kind)
    _check_resources(_strings(value_or_negated(statement, "Resource"), kind), kind)
    _check_condition(statement.get("Condition", {}), kind)


def _strings(value: Any, kind: Kind) -> list[str]:
    values = as_list(value)
    _require(values and all(isinstance(each, str) and each for each in values), kind)
    return values


def _check_principals(element: Any, kind: Kind) -> None:
    if element == "*":
        return
    _require(isinstance(element, dict) and element, kind)
    _require(element.keys() <= {"AWS", "Service", "Federated", "CanonicalUser"}, kind)
    named = {key: _strings(value, kind) for key, value in element.items()}
    _check_count("principals", sum(len(values) for values in named.values()), {"sqs": 50, "sns": 200}, kind)
    _require(all(_SERVICE_NAME.fullmatch(name) for name in named.get("Service", [])), kind)
    if not all(_AWS_PRINCIPAL.fullmatch(value) for value in named.get("AWS", [])):
        if kind == "sns":
            raise Refused("InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound")
        raise Refused(*_MALFORMED[kind])


def _check_actions(actions: list[str], kind: Kind) -> None:
    if kind == "sns":
        # Wildcards are refused too: sns:* would include actions that aren't on a topic, such as CreateTopic.
        if not all(action.lower() in TOPIC_ACTIONS for action in actions):
            raise Refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!")
        return
    _check_count("actions", len(actions), {"sqs": 7}, kind)
    _require(all(action == "*" or re.fullmatch(r"(?i)sqs:[a-z*?]+", action) for action in actions), kind)


def _check_resources(resources: list[str], kind: Kind) -> None:
    if kind == "sqs":
        _require(len(resources) == 1, kind)
        return
    if len(resources) > 1:
        raise Refused("InvalidParameter", "Invalid parameter: Policy statement must apply to a single resource!")
    _require(matches_wildcards("arn:*:sns:*", resources[0]) or resources[0] == "*", kind)


def _check_condition(condition: Any, kind: Kind) -> None:
    _require(isinstance(condition, dict), kind)
    for name, keys in condition.items():
        _require(read_operator(name) and isinstance(keys, dict), kind)
        for values in keys.values():
            _require(values is not None and all(isinstance(each, str | int | float) for each in as_list(values)), kind)
    # The limit is per statement: dapr reports that AWS accepted 20 statements with one condition each.
    _check_count("conditions", sum(len(keys) for keys in condition.values()), {"sqs": 10}, kind)


def _check_count(what: str, count: int, limits: Mapping[str, int], kind: Kind) -> None:
    limit = limits.get(kind, count)
    if count <= limit:
        return
    if kind == "sqs":
        text = f"{count} {what} were found in a statement from the submitted policy, max allowed is {limit}"
        raise Refused("OverLimit", text, 403)
    raise Refused(*_MALFORMED[kind])

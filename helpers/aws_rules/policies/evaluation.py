"""What the policy of a queue or topic says about a request: allowed, denied, or nothing.

AWS: an explicit Deny wins over any Allow; a policy that does neither says nothing. Source: IAM user guide, "Policy
evaluation logic" and the policy elements Principal, NotPrincipal and Resource.
moto: never evaluates a policy.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.aws_rules.policies.conditions import Context, as_list, in_words, matches_wildcards, unmet_condition


@dataclass(frozen=True)
class Principal:
    """Who makes a request: an IAM identity of an account, or a service such as sns.amazonaws.com.

    Without any of the three it's an anonymous caller.
    """

    account: str = ""
    arn: str = ""
    service: str = ""

    def __str__(self) -> str:
        return self.service or self.arn or (f"account {self.account}" if self.account else "an anonymous caller")


@dataclass(frozen=True)
class AccessRequest:
    """What a policy is asked: may this principal do this action on this resource? context: the condition keys."""

    principal: Principal
    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a policy says.

    allowed: True, False for an explicit Deny, or None if the policy says nothing. statement: the Sid or number of the
    statement that decided; if allowed is None, why no statement allowed the request.
    """

    allowed: bool | None
    statement: str


def decide(policy: Mapping[str, Any] | None, request: AccessRequest) -> Decision:
    """Return what a parsed policy says about a request."""
    refusal = f"no statement lets {request.principal} do {request.action}"
    if not policy:
        return Decision(None, f"there is no policy, so {refusal}")
    nearest = ""
    allowed = ""
    for number, statement in enumerate(as_list(policy.get("Statement")), start=1):
        misses = list(_misses(statement, request))
        name = statement.get("Sid") or f"statement {number}"
        if not misses and statement.get("Effect") == "Deny":
            return Decision(False, name)
        if statement.get("Effect") != "Allow":
            continue
        if not misses:
            allowed = allowed or name
        elif len(misses) == 1 and not nearest:
            nearest = f"statement {statement.get('Sid') or number} would, but its {misses[0]}"
    if allowed:
        return Decision(True, allowed)
    return Decision(None, nearest or refusal)


def value_or_negated(statement: Mapping[str, Any], name: str) -> Any:
    """Return the value of an element, such as Action, or of its negated form, such as NotAction."""
    return statement.get(name, statement.get(f"Not{name}"))


def _misses(statement: Mapping[str, Any], request: AccessRequest) -> Iterator[str]:
    """Yield one text for each part of the statement that doesn't match the request."""
    caller, action, resource = request.principal, request.action, request.resource
    if _names(value_or_negated(statement, "Principal"), caller) != ("Principal" in statement):
        yield _element_miss(statement, "Principal", caller)
    actions = as_list(value_or_negated(statement, "Action"))
    if any(matches_wildcards(each.lower(), action.lower()) for each in actions) != ("Action" in statement):
        yield _element_miss(statement, "Action", action)
    resources = as_list(value_or_negated(statement, "Resource"))
    if any(matches_wildcards(each, resource) for each in resources) != ("Resource" in statement):
        yield _element_miss(statement, "Resource", resource)
    if unmet := unmet_condition(statement.get("Condition", {}), request.context):
        yield unmet


def _element_miss(statement: Mapping[str, Any], name: str, asked: object) -> str:
    values = value_or_negated(statement, name)
    if isinstance(values, Mapping):
        values = [each for key in values for each in as_list(values[key])]
    negated = "" if name in statement else "Not"
    verb = "comes from" if name == "Principal" else "is for"
    return f"{negated}{name} is {in_words(values)}, and the request {verb} {asked}"


def _names(element: Any, caller: Principal) -> bool:
    """Return whether a Principal element includes the caller."""
    if element == "*":
        return True
    if not isinstance(element, Mapping):
        return False
    if caller.service and caller.service in as_list(element.get("Service")):
        return True
    return any(_is_identity(value, caller) for value in as_list(element.get("AWS")))


def _is_identity(value: str, caller: Principal) -> bool:
    # "*" includes services: a queue whose policy allows {"AWS": "*"} to send does get a topic's messages.
    if value == "*":
        return True
    if caller.service:
        return False
    parts = caller.arn.split(":", 5)
    account = caller.account or (parts[4] if len(parts) == 6 else "")
    if account and (value == account or re.fullmatch(rf"arn:[^:]+:iam::{re.escape(account)}:root", value)):
        return True
    return bool(caller.arn) and (value == caller.arn or _is_role_of_session(value, caller.arn))


def _is_role_of_session(role: str, session: str) -> bool:
    """Return whether this is a session of the role. The ARN of a session leaves out its role's path."""
    role_parts, session_parts = role.split(":", 5), session.split(":", 5)
    if len(role_parts) < 6 or len(session_parts) < 6 or role_parts[4] != session_parts[4]:
        return False
    role_kind, *role_path = role_parts[5].split("/")
    session_kind, *session_path = session_parts[5].split("/")
    same_kinds = (role_kind, session_kind) == ("role", "assumed-role") and role_path and session_path
    return bool(same_kinds) and role_path[-1] == session_path[0]

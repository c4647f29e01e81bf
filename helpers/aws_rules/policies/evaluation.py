"""What the policy of a queue or topic says about a request.

Sources: IAM user guide (policy evaluation logic; elements Principal, NotPrincipal, Resource).
moto: never asks a policy.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.aws_rules.policies.conditions import Context, like, listed, many, unmet
from helpers.aws_rules.policies.documents import either
from helpers.aws_rules.policies.documents import parse as parse


@dataclass(frozen=True)
class Principal:
    """Who asks: an IAM identity of an account, or a service such as sns.amazonaws.com. Empty: an anonymous caller."""

    account: str = ""
    arn: str = ""
    service: str = ""

    def __str__(self) -> str:
        return self.service or self.arn or (f"account {self.account}" if self.account else "an anonymous caller")


@dataclass(frozen=True)
class Request:
    """One request to a queue or topic; context holds the condition keys that AWS knows about it."""

    principal: Principal
    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What a policy says: allowed is True, False (an explicit Deny) or None (the policy says nothing).

    statement: the Sid or the number of the statement that decided; for None, why none of them allowed the request.
    """

    allowed: bool | None
    statement: str


def decide(policy: Mapping[str, Any] | None, request: Request) -> Decision:
    """Return what a parsed policy says about a request: an explicit Deny wins, then an Allow, else nothing."""
    refusal = f"no statement lets {request.principal} do {request.action}"
    if not policy:
        return Decision(None, f"there is no policy, so {refusal}")
    nearest = ""
    allowed = ""
    for number, statement in enumerate(many(policy.get("Statement")), start=1):
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


def _misses(statement: Mapping[str, Any], request: Request) -> Iterator[str]:
    """Yield for each part of a statement that does not fit the request a text that says so."""
    who, action, resource = request.principal, request.action, request.resource
    if _names(either(statement, "Principal"), who) != ("Principal" in statement):
        yield _element_miss(statement, "Principal", who)
    actions = many(either(statement, "Action"))
    if any(like(each.lower(), action.lower()) for each in actions) != ("Action" in statement):
        yield _element_miss(statement, "Action", action)
    resources = many(either(statement, "Resource"))
    if any(like(each, resource) for each in resources) != ("Resource" in statement):
        yield _element_miss(statement, "Resource", resource)
    missing = unmet(statement.get("Condition", {}), request.context)
    if missing:
        yield missing


def _element_miss(statement: Mapping[str, Any], name: str, asked: object) -> str:
    values = either(statement, name)
    if isinstance(values, Mapping):
        values = [each for key in values for each in many(values[key])]
    negated = "" if name in statement else "Not"
    verb = "comes from" if name == "Principal" else "is for"
    return f"{negated}{name} is {listed(values)}, and the request {verb} {asked}"


def _names(element: Any, who: Principal) -> bool:
    """Whether a Principal element names the caller."""
    if element == "*":
        return True
    if not isinstance(element, Mapping):
        return False
    if who.service and who.service in many(element.get("Service")):
        return True
    return any(_is_identity(value, who) for value in many(element.get("AWS")))


def _is_identity(value: str, who: Principal) -> bool:
    # "*" names the services too: queues that let {"AWS": "*"} send do get the messages of a topic.
    if value == "*":
        return True
    if who.service:
        return False
    parts = who.arn.split(":", 5)
    account = who.account or (parts[4] if len(parts) == 6 else "")
    if account and (value == account or re.fullmatch(rf"arn:[^:]+:iam::{re.escape(account)}:root", value)):
        return True
    return bool(who.arn) and (value == who.arn or _is_role_of_session(value, who.arn))


def _is_role_of_session(role: str, session: str) -> bool:
    """Whether the session is one of the role; the ARN of a session leaves out the path of its role."""
    role_parts, session_parts = role.split(":", 5), session.split(":", 5)
    if len(role_parts) < 6 or len(session_parts) < 6 or role_parts[4] != session_parts[4]:
        return False
    role_kind, *role_path = role_parts[5].split("/")
    session_kind, *session_path = session_parts[5].split("/")
    same_kinds = (role_kind, session_kind) == ("role", "assumed-role") and role_path and session_path
    return bool(same_kinds) and role_path[-1] == session_path[0]

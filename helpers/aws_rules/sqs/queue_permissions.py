"""Permissions: statements of a queue's policy that AddPermission writes and RemovePermission takes out.

AWS: the label becomes the statement's Sid and is used once; the policy that the first permission makes has the older
version's date. Source: SQS API reference, AddPermission; recorded answers; the local-aws-sqs project for texts that
are recorded nowhere else.
moto: takes any label, and dates the policy otherwise.
"""

import re
from typing import Any

import moto.sqs.models

from helpers.aws_rules.common.refusals import Refused, invalid_value, missing
from helpers.aws_rules.policies import access
from helpers.aws_rules.policies.conditions import many
from helpers.aws_rules.policies.documents import permission

_LABEL = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_ACCOUNT = re.compile(r"\d{12}")
MOST_ACTIONS = 7


def add(queue: Any, label: str, accounts: list[str], actions: list[str]) -> None:
    """Let these accounts do these actions with the queue."""
    if not _LABEL.fullmatch(label):
        raise invalid_value(label, "Label", "Can only include alphanumeric characters, hyphens, or underscores.")
    if not actions:
        raise missing("ActionName")
    if not accounts:
        raise missing("AWSAccountIds")
    if not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise invalid_value(f"[{', '.join(accounts)}]", "PrincipalId", "Unable to verify.")
    if len(actions) > MOST_ACTIONS:
        text = f"{len(actions)} Actions were found, maximum allowed is {MOST_ACTIONS}."
        raise Refused("OverLimit", text, 403)
    for action in actions:
        if action not in moto.sqs.models.Queue.ALLOWED_PERMISSIONS:
            reason = "Only the queue owner is allowed to invoke this action."
            if action not in access.SQS_OWNER_ONLY:
                reason = "Please refer to the appropriate WSDL for a list of valid actions."
            raise invalid_value(f"SQS:{action}", "ActionName", reason)
    policy, statements = queue._policy_json, many(queue._policy_json.get("Statement"))
    if any(statement.get("Sid") == label for statement in statements):
        raise invalid_value(label, "Label", "Already exists.")
    if not statements:
        policy["Version"] = "2008-10-17"
    policy["Statement"] = [*statements, permission(label, accounts, [f"SQS:{a}" for a in actions], queue.queue_arn)]


def remove(queue: Any, label: str) -> None:
    """Take the statement of this label out."""
    statements = many(queue._policy_json.get("Statement"))
    left = [statement for statement in statements if statement.get("Sid") != label]
    if len(left) == len(statements):
        where = " on existing policy" if statements else ""
        raise invalid_value(label, "Label", f"can't find label{where}.")
    queue._policy_json["Statement"] = left

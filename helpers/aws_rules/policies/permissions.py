"""Permissions: the policy statements that AddPermission writes and RemovePermission removes, for queues and topics.

AWS: the label becomes the statement's Sid and can be used once. Removing an unknown label fails for a queue and is fine
for a topic. The first permission gives a queue a policy of the version 2008-10-17. Source: SQS API reference,
AddPermission and RemovePermission; SNS API reference, AddPermission and RemovePermission; recorded answers; the
local-aws-sqs project and moto's tests for texts of SQS that are recorded nowhere else.
moto: accepts any label for a queue and gives the policy another version; accepts anything as an account id for a topic,
and doesn't know all of its actions.

policy: a parsed policy document, which these functions change. arn: of the queue or topic that has it.
"""

import re
from typing import Any

import moto.sqs.models

from helpers.aws_rules.common.refusals import Refused, invalid, invalid_value, missing
from helpers.aws_rules.policies.access import SQS_OWNER_ONLY
from helpers.aws_rules.policies.conditions import as_list
from helpers.aws_rules.policies.documents import TOPIC_ACTIONS

_LABEL = re.compile(r"[A-Za-z0-9_\-]{1,80}")
_ACCOUNT = re.compile(r"\d{12}")
_MAX_QUEUE_ACTIONS = 7


def add_to_queue_policy(policy: dict[str, Any], arn: str, label: str, accounts: list[str], actions: list[str]) -> None:
    """Allow these accounts to do these actions on the queue."""
    if not _LABEL.fullmatch(label):
        raise invalid_value(label, "Label", "Can only include alphanumeric characters, hyphens, or underscores.")
    if not actions:
        raise missing("Actions")
    if not accounts or not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise invalid_value(f"[{', '.join(accounts)}]", "PrincipalId", "Unable to verify.")
    if len(actions) > _MAX_QUEUE_ACTIONS:
        text = f"{len(actions)} Actions were found, maximum allowed is {_MAX_QUEUE_ACTIONS}."
        raise Refused("OverLimit", text, 403)
    for action in actions:
        if action not in moto.sqs.models.Queue.ALLOWED_PERMISSIONS:
            reason = "Only the queue owner is allowed to invoke this action."
            if action not in SQS_OWNER_ONLY:
                reason = "Please refer to the appropriate WSDL for a list of valid actions."
            raise invalid_value(f"SQS:{action}", "ActionName", reason)
    statements = as_list(policy.get("Statement"))
    if any(statement.get("Sid") == label for statement in statements):
        raise invalid_value(label, "Label", "Already exists.")
    if not statements:
        policy["Version"] = "2008-10-17"
    policy["Statement"] = [*statements, _statement(label, accounts, [f"SQS:{action}" for action in actions], arn)]


def remove_from_queue_policy(policy: dict[str, Any], label: str) -> None:
    """Remove the statement with this label."""
    statements = as_list(policy.get("Statement"))
    left = [statement for statement in statements if statement.get("Sid") != label]
    if len(left) == len(statements):
        where = " on existing policy" if statements else ""
        raise invalid_value(label, "Label", f"can't find label{where}.")
    policy["Statement"] = left


def add_to_topic_policy(policy: dict[str, Any], arn: str, label: str, accounts: list[str], actions: list[str]) -> None:
    """Allow these accounts to do these actions on the topic."""
    if not accounts or not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise invalid("A provided account ID is not valid")
    named = [f"SNS:{action}" for action in actions]
    if not actions or not {action.lower() for action in named} <= TOPIC_ACTIONS:
        raise invalid("Policy statement action out of service scope!")
    statements = as_list(policy.get("Statement"))
    if any(statement.get("Sid") == label for statement in statements):
        raise invalid("Statement already exists")
    policy["Statement"] = [*statements, _statement(label, accounts, named, arn)]


def remove_from_topic_policy(policy: dict[str, Any], label: str) -> None:
    """Remove the statement with this label, if there is one."""
    policy["Statement"] = [each for each in as_list(policy.get("Statement")) if each.get("Sid") != label]


def _statement(label: str, accounts: list[str], actions: list[str], arn: str) -> dict[str, Any]:
    partition = arn.split(":")[1]
    principals = [f"arn:{partition}:iam::{account}:root" for account in accounts]
    return {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_list(principals)},
        "Action": _one_or_list(actions),
        "Resource": arn,
    }


def _one_or_list(values: list[str]) -> Any:
    """Return a single value without its list, as AWS writes it."""
    return values[0] if len(values) == 1 else values

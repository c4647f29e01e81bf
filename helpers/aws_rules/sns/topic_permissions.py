"""Permissions: statements of a topic's policy that AddPermission writes and RemovePermission takes out.

AWS: the label becomes the statement's Sid and is used once; taking out a label that is not there is fine. Source: SNS
API reference, AddPermission; recorded answers.
moto: takes anything for the number of an account, and lacks actions.
"""

import re

from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.policies.conditions import many
from helpers.aws_rules.policies.documents import TOPIC_ACTIONS, permission
from helpers.aws_rules.sns.topics import Topic

_ACCOUNT = re.compile(r"\d{12}")


def add(topic: Topic, label: str, accounts: list[str], actions: list[str]) -> None:
    """Let these accounts do these actions with the topic."""
    if not accounts or not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise invalid("A provided account ID is not valid")
    named = [f"SNS:{action}" for action in actions]
    if not actions or not {action.lower() for action in named} <= TOPIC_ACTIONS:
        raise invalid("Policy statement action out of service scope!")
    if any(statement.get("Sid") == label for statement in many(topic._policy_json.get("Statement"))):
        raise invalid("Statement already exists")
    topic._policy_json["Statement"] = [
        *many(topic._policy_json.get("Statement")),
        permission(label, accounts, named, topic.arn),
    ]


def remove(topic: Topic, label: str) -> None:
    """Take the statement of this label out."""
    left = [statement for statement in many(topic._policy_json.get("Statement")) if statement.get("Sid") != label]
    topic._policy_json["Statement"] = left

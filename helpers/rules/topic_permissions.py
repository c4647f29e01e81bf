"""Permissions: statements of a topic's policy that AddPermission writes and RemovePermission takes out.

AWS: the label becomes the statement's Sid and is used once; taking out a label that is not there is fine. Source: SNS
API reference, AddPermission; recorded answers.
moto: takes anything for the number of an account, and lacks actions.
"""

import re
from typing import Any

from helpers.rules.policy_documents import TOPIC_ACTIONS
from helpers.rules.refusals import invalid
from helpers.rules.topics import Topic

_ACCOUNT = re.compile(r"\d{12}")


def add(topic: Topic, label: str, accounts: list[str], actions: list[str]) -> None:
    """Let these accounts do these actions with the topic."""
    if not accounts or not all(_ACCOUNT.fullmatch(account) for account in accounts):
        raise invalid("A provided account ID is not valid")
    named = [f"SNS:{action}" for action in actions]
    if not actions or not {action.lower() for action in named} <= TOPIC_ACTIONS:
        raise invalid("Policy statement action out of service scope!")
    if any(statement.get("Sid") == label for statement in _statements(topic)):
        raise invalid("Statement already exists")
    principals = [f"arn:{topic.sns_backend.partition}:iam::{account}:root" for account in accounts]
    statement = {
        "Sid": label,
        "Effect": "Allow",
        "Principal": {"AWS": principals[0] if len(principals) == 1 else principals},
        "Action": named[0] if len(named) == 1 else named,
        "Resource": topic.arn,
    }
    topic._policy_json["Statement"] = [*_statements(topic), statement]


def remove(topic: Topic, label: str) -> None:
    """Take the statement of this label out."""
    left = [statement for statement in _statements(topic) if statement.get("Sid") != label]
    topic._policy_json["Statement"] = left


def _statements(topic: Topic) -> list[dict[str, Any]]:
    found = topic._policy_json.get("Statement", [])
    return found if isinstance(found, list) else [found]

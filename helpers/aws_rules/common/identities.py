"""Who callers are: the ARNs and unique ids of IAM users and of roles' sessions.

AWS: a user's id begins with AIDA, a role's with AROA. All sessions of a role have its id, a colon and their own name.
A message's SenderId is the id of who sent it, as GetCallerIdentity has it. Source: IAM user guide, "Unique identifiers"
and "Role chaining"; STS API reference, GetCallerIdentity; SQS API reference, ReceiveMessage.
moto: gives every message the same SenderId, and each session of a role another role's id.
"""

import base64
from functools import lru_cache
from hashlib import sha256

from helpers.aws_rules.common.regions import partition

LEARNER = "learner"  # the IAM user that a lesson's own clients belong to
# That user has moto's id of a sender.
_KNOWN = {f"123456789012:user/{LEARNER}": "AIDAIT2UOQQY3AUEKVGXU"}


def user_arn(account: str, name: str, region: str) -> str:
    """Return the ARN of an account's IAM user, as this region's partition writes it."""
    return f"arn:{partition(region)}:iam::{account}:user/{name}"


def is_session(arn: str) -> bool:
    """Return whether this is the ARN of a role's session."""
    return ":assumed-role/" in arn


@lru_cache
def unique_id(arn: str) -> str:
    """Return the id of the user or the role's session with this ARN. It's always the same."""
    who, _, session = arn.partition("::")[2].partition("/")[2].partition("/") if is_session(arn) else ("", "", "")
    owner = arn.partition("::")[2]
    if not who:
        return _KNOWN.get(owner) or f"AIDA{_drawn(owner)}"
    return f"AROA{_drawn(owner.removesuffix(session))}:{session}"


def _drawn(text: str) -> str:
    return base64.b32encode(sha256(text.encode()).digest()).decode()[:17]

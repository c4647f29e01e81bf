"""The two operations of STS that the course uses: GetCallerIdentity and AssumeRole.

AWS: the temporary keys of a role belong to the role's account. IAM, which isn't simulated, decides who can assume it.
Source: STS API reference, GetCallerIdentity and AssumeRole.
"""

import re
from typing import Any

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/([\w+=,.@/-]+)")
SHORTEST, LONGEST = 900, 43_200  # seconds that a session can last


def get_caller_identity(request: Request) -> dict[str, Any]:
    """Return the caller's account and ARN."""
    return {"UserId": "AKIAIOSFODNN7EXAMPLE", "Account": request.account.number, "Arn": request.identity}


def assume_role(request: Request) -> dict[str, Any]:
    """Return temporary keys of the role, which belong to its account."""
    params, account = request.params, request.account
    role = _ROLE.fullmatch(params["RoleArn"])
    if role is None:
        raise Refused("ValidationError", f"{params['RoleArn']} is invalid")
    seconds = params.get("DurationSeconds", 3600)
    if not SHORTEST <= seconds <= LONGEST:
        text = f"Member must have value between {SHORTEST} and {LONGEST}"
        raise Refused("ValidationError", f"1 validation error detected: Value '{seconds}' at 'durationSeconds': {text}")
    owner = account.accounts.get(role[1])
    if owner is None or (owner is not account and not account.accounts.trusting):
        text = f"User: {request.identity} is not authorized to perform: sts:AssumeRole on resource: {params['RoleArn']}"
        raise Refused("AccessDenied", text, 403)
    arn = f"arn:aws:sts::{role[1]}:assumed-role/{role[2].rpartition('/')[2]}/{params['RoleSessionName']}"
    key = account.accounts.new_key(owner, arn)
    return {
        "Credentials": {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "SessionToken": account.new_token(120),
            "Expiration": account.time() + seconds,
        },
        "AssumedRoleUser": {"AssumedRoleId": f"AROA{key.access_key[4:]}:{params['RoleSessionName']}", "Arn": arn},
    }

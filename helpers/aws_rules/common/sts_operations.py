"""The two operations of STS that the course uses: GetCallerIdentity and AssumeRole.

AWS: the temporary keys of a role belong to the role's account, and need their token until they expire. IAM, which isn't
simulated, decides who can assume a role, but a role of another partition is out of reach. A session that assumes a
role gets an hour at most. Source: STS API reference, GetCallerIdentity and AssumeRole; AWS's answers in issues
coinbase/assume-role 24 (an hour), corymhall/cdk-diff-action 79 (another partition), seppevs/move-sqs 129 (no token),
kifi/franz 63 and celery/kombu 2217 (expired).
moto: accepts every name, duration and partition, and keys for ever and without their token.
"""

import json
import re
from typing import Any

from helpers.aws_rules.common import constraints
from helpers.aws_rules.common.identities import is_session, unique_id
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import partition
from helpers.aws_rules.common.request import Request

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/([\w+=,.@/-]+)", re.ASCII)
_HOUR = 3_600  # seconds


def get_caller_identity(request: Request) -> dict[str, Any]:
    """Return the caller's account, ARN and unique id."""
    return {"UserId": unique_id(request.identity), "Account": request.account.number, "Arn": request.identity}


def assume_role(request: Request) -> dict[str, Any]:
    """Return temporary keys of the role, which belong to its account."""
    params, account = request.params, request.account
    constraints.check(request)
    if "Policy" in params:
        _check_policy(params["Policy"])
    role = _ROLE.fullmatch(params["RoleArn"])
    if role is None:
        raise Refused("ValidationError", f"{params['RoleArn']} is invalid")
    seconds = params.get("DurationSeconds", _HOUR)
    if seconds > _HOUR and is_session(request.identity):
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise Refused("ValidationError", text)
    owner = account.accounts.get(role[2])
    elsewhere = owner is None or (owner is not account and not account.accounts.trusting)
    if owner is None or elsewhere or role[1] != partition(request.region):
        text = f"User: {request.identity} is not authorized to perform: sts:AssumeRole on resource: {params['RoleArn']}"
        raise Refused("AccessDenied", text, 403)
    arn = f"arn:{role[1]}:sts::{role[2]}:assumed-role/{role[3].rpartition('/')[2]}/{params['RoleSessionName']}"
    key = account.accounts.new_key(owner, arn, seconds)
    named = {"SourceIdentity": params["SourceIdentity"]} if "SourceIdentity" in params else {}
    return named | {
        "Credentials": {
            "AccessKeyId": key.access_key,
            "SecretAccessKey": key.secret,
            "SessionToken": key.token,
            "Expiration": account.time() + seconds,
        },
        "AssumedRoleUser": {"AssumedRoleId": unique_id(arn), "Arn": arn},
    }


def _check_policy(text: str) -> None:
    """Refuse a session policy that is no JSON. Source: ansible-collections/amazon.aws pull request 2778 (the code)."""
    try:
        if isinstance(json.loads(text), dict):
            return
    except (ValueError, RecursionError):
        pass
    raise Refused("MalformedPolicyDocument", "This policy contains invalid Json")


def check_key(request: Request) -> None:
    """Refuse a request that is signed with a temporary key that has expired or comes without its token."""
    key = request.account.accounts.of_key(request.access_key)
    if key is None or not key.token:
        return
    if request.header("x-amz-security-token") != key.token:
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    if key.account.time() >= key.until:
        raise Refused("ExpiredToken", "The security token included in the request is expired", 403)

"""Who may do what: the policy of a queue or topic is checked before each operation on it.

AWS: callers from the owner's account need no resource policy, but an explicit Deny stops them. For another account, or
a service such as SNS, the policy has to allow the action. Some operations are never open to another account. Source:
IAM user guide, "Policy evaluation logic" and "Global condition context keys"; SQS developer guide, "Access policy".
moto: never looks at the policy of a queue or topic.

The caller's own IAM policies aren't simulated: they allow everything.
"""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.identities import is_session, unique_id
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies.evaluation import AccessRequest, Decision, Principal, decide

if TYPE_CHECKING:
    from helpers.aws_rules.sns.topics import Topic
    from helpers.aws_rules.sqs.queues import Queue

SQS_OWNER_ONLY = {
    "AddPermission",
    "CancelMessageMoveTask",
    "CreateQueue",
    "DeleteQueue",
    "ListMessageMoveTasks",
    "ListQueueTags",
    "ListQueues",
    "RemovePermission",
    "SetQueueAttributes",
    "StartMessageMoveTask",
    "TagQueue",
    "UntagQueue",
}


def check_queue(request: Request, queue: "Queue") -> None:
    """Raise Refused if the caller may not do this operation on the queue."""
    operation = request.operation.removesuffix("Batch")
    own = queue.account_id == request.account.number
    decision = _decide(queue.policy, request, f"sqs:{operation}", queue.queue_arn, {})
    if decision.allowed is False:
        raise _denied(request, f"sqs:{operation}", queue.queue_arn, "with an explicit deny in a resource-based policy")
    if not own and (decision.allowed is None or operation in SQS_OWNER_ONLY):
        reason = f"because no resource-based policy allows the sqs:{operation.lower()} action"
        raise _denied(request, f"sqs:{operation}", queue.queue_arn, reason)


def check_topic(request: Request, topic: "Topic", context: dict[str, str] | None = None) -> None:
    """Raise Refused if the caller may not do this operation on the topic.

    context: the operation's own condition keys, such as sns:Protocol.
    """
    action = f"SNS:{request.operation.removesuffix('Batch')}"
    context = {"AWS:SourceOwner": request.account.number} | (context or {})
    decision = _decide(topic.policy, request, action, topic.arn, context)
    if decision.allowed is False:
        raise _not_authorized(request, action, topic.arn, "with an explicit deny in a resource-based policy")
    if topic.account_id != request.account.number and decision.allowed is None:
        reason = f"because no resource-based policy allows the {action} action"
        raise _not_authorized(request, action, topic.arn, reason)


def check_alarm(topic: "Topic", alarm_arn: str, alarm_account: str) -> None:
    """Raise Refused if CloudWatch may not publish to the topic what this account's alarm says.

    Source: AWS's answers in the history of alarms, as quoted by their owners.
    """
    known = _of_service(topic.owner, "cloudwatch.amazonaws.com", topic.arn, alarm_arn, alarm_account)
    asked = AccessRequest(
        Principal(service="cloudwatch.amazonaws.com"),
        "SNS:Publish",
        topic.arn,
        known | {"AWS:SourceOwner": alarm_account},
    )
    decision = decide(_parsed(topic.policy), asked)
    if not decision.allowed:
        reason = "because no resource-based policy allows the SNS:Publish action"
        if decision.allowed is False:
            reason = "with an explicit deny in a resource-based policy"
        text = f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {topic.arn} {reason}"
        raise Refused("AuthorizationError", text, 403)


def why_not_from_sns(queue: "Queue", topic_arn: str, topic_account: str) -> str:
    """Return why SNS may not send a message of this topic to the queue; "" if it may."""
    policy = json.loads(queue.policy) if queue.policy else None
    asked = AccessRequest(
        Principal(service="sns.amazonaws.com"),
        "sqs:SendMessage",
        queue.queue_arn,
        _of_service(queue.owner, "sns.amazonaws.com", queue.queue_arn, topic_arn, topic_account),
    )
    decision = decide(policy, asked)
    if decision.allowed:
        return ""
    if decision.allowed is False:
        return f"the queue's policy denies it: {decision.statement}"
    return f"the queue's policy doesn't allow it: {decision.statement}" if policy else "the queue has no policy"


def _decide(policy: str | None, request: Request, action: str, arn: str, context: dict[str, str]) -> Decision:
    if not policy:
        return Decision(None, "")
    account = request.account
    known = _common_context(account) | _context_of(account.number, request.identity, request.region) | context
    caller = Principal(account=account.number, arn=request.identity)
    return decide(_parsed(policy), AccessRequest(caller, action, arn, known))


@lru_cache
def _context_of(account: str, identity: str, region: str) -> dict[str, str]:
    """Return the condition keys that tell who asks, and which region."""
    user = {} if is_session(identity) else {"aws:username": identity.rpartition("/")[2]}
    return user | {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": identity,
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole" if is_session(identity) else "User",
        "aws:RequestedRegion": region,
        "aws:SourceIp": "127.0.0.1",
        "aws:userid": unique_id(identity),
    }


@lru_cache
def _parsed(policy: str) -> Any:
    """Return a policy's document, which is only read."""
    return json.loads(policy)


def _common_context(account: Account) -> dict[str, str]:
    """Return the condition keys that every request has."""
    now = account.world.clock.now()
    return {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",
    }


def _of_service(owner: Account, service: str, arn: str, source_arn: str, source_account: str) -> dict[str, str]:
    """Return the condition keys of a request that a service of AWS makes to the resource of this ARN."""
    return _common_context(owner) | {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "aws:RequestedRegion": arn.split(":")[3],
        "aws:SourceAccount": source_account,
        "aws:SourceArn": source_arn,
    }


def _denied(request: Request, action: str, arn: str, reason: str) -> Refused:
    """Return SQS's error for a caller without permission."""
    service, _, operation = action.partition(":")
    text = f"User: {request.identity} is not authorized to perform: {service}:{operation.lower()} on resource: {arn}"
    return Refused("AccessDenied", f"{text} {reason}", 403)


def _not_authorized(request: Request, action: str, arn: str, reason: str) -> Refused:
    """Return SNS's error for a caller without permission."""
    text = f"User: {request.identity} is not authorized to perform: {action} on resource: {arn} {reason}"
    return Refused("AuthorizationError", text, 403)

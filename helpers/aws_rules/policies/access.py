"""Who may do what: a queue's or topic's policy, asked before each operation on it.

AWS: in its own account a caller needs no resource policy, and an explicit Deny stops it; from another account, and
for a service such as SNS, the policy has to allow it. Some operations are never open to another account. What a
caller's own IAM policies say is not simulated: they allow everything. Source: IAM user guide, "Policy evaluation
logic"; SQS developer guide, "Access policy".
moto: never looks at a queue's or topic's policy.
"""

import json
from typing import Any

from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import evaluation

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


def check_queue(request: Request, queue: Any) -> None:
    """Refuse a caller who may not do this to the queue."""
    operation = request.operation.removesuffix("Batch")
    own = queue.account_id == request.account.number
    decision = _decide(queue.policy, request, f"sqs:{operation}", queue.queue_arn, {})
    if decision.allowed is False:
        raise _denied(request, f"sqs:{operation}", queue.queue_arn, "with an explicit deny in a resource-based policy")
    if not own and (decision.allowed is None or operation in SQS_OWNER_ONLY):
        reason = f"because no resource-based policy allows the sqs:{operation.lower()} action"
        raise _denied(request, f"sqs:{operation}", queue.queue_arn, reason)


def check_topic(request: Request, topic: Any, context: dict[str, str] | None = None) -> None:
    """Refuse a caller who may not do this to the topic. context: condition keys of this operation, as sns:Protocol."""
    action = f"SNS:{request.operation.removesuffix('Batch')}"
    context = {"AWS:SourceOwner": request.account.number} | (context or {})
    decision = _decide(topic.policy, request, action, topic.arn, context)
    if decision.allowed is False:
        raise _not_authorized(request, action, topic.arn, "with an explicit deny in a resource-based policy")
    if topic.account_id != request.account.number and decision.allowed is None:
        reason = f"because no resource-based policy allows the {action} action"
        raise _not_authorized(request, action, topic.arn, reason)


def why_not_from_sns(queue: Any, source: str, source_account: str) -> str:
    """Return why SNS may not send to the queue for this topic or subscription; "" when it may."""
    policy = json.loads(queue.policy) if queue.policy else None
    asked = evaluation.Request(
        evaluation.Principal(service="sns.amazonaws.com"),
        "sqs:SendMessage",
        queue.queue_arn,
        _times(queue.owner) | {"aws:SourceArn": source, "aws:SourceAccount": source_account},
    )
    decision = evaluation.decide(policy, asked)
    if decision.allowed:
        return ""
    if decision.allowed is False:
        return f"the queue's policy denies it: {decision.statement}"
    return f"the queue's policy does not allow it: {decision.statement}" if policy else "the queue has no policy"


def _decide(policy: str | None, request: Request, action: str, arn: str, context: dict[str, str]) -> Any:
    if not policy:
        return evaluation.Decision(None, "")
    account = request.account
    known = _times(account) | {
        "aws:PrincipalAccount": account.number,
        "aws:PrincipalArn": request.identity,
        "aws:SourceIp": "127.0.0.1",
    }
    who = evaluation.Principal(account=account.number, arn=request.identity)
    return evaluation.decide(json.loads(policy), evaluation.Request(who, action, arn, known | context))


def _times(account: Any) -> dict[str, str]:
    now = account.world.clock.now()
    return {
        "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",
    }


def _denied(request: Request, action: str, arn: str, reason: str) -> Refused:
    service, _, operation = action.partition(":")
    text = f"User: {request.identity} is not authorized to perform: {service}:{operation.lower()} on resource: {arn}"
    return Refused("AccessDenied", f"{text} {reason}", 403)


def _not_authorized(request: Request, action: str, arn: str, reason: str) -> Refused:
    text = f"User: {request.identity} is not authorized to perform: {action} on resource: {arn} {reason}"
    return Refused("AuthorizationError", text, 403)

"""From a request to AWS's answer: find the operation, check what was sent, run the operation's rule, encode the result.

AWS: refuses an operation that the service doesn't have with InvalidAction. This cloud refuses operations that only AWS
has the same way, with a text that names the reason and the line of the page where it is.
moto: raises NotImplementedError, and Python's own errors for input that it does not expect.
"""

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore import xform_name

from helpers.aws_rules import absent
from helpers.aws_rules.common import sts_operations, wire
from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.common.request import ANONYMOUS, LookAgain, Request
from helpers.aws_rules.common.unkindness import INTERNAL_ERROR

# The operations that work unsigned, and the parameter that names their topic.
_LINKS = {"ConfirmSubscription": "TopicArn", "Unsubscribe": "SubscriptionArn"}
# The modules with a service's operations, imported at the service's first request: importing SNS's takes long.
OPERATIONS = {
    "sqs": ("sqs.queue_operations", "sqs.message_operations"),
    "sns": (
        "sns.topic_operations",
        "sns.subscription_operations",
        "sns.publish_operations",
        "sns.mobile_operations",
        "sns.sms_operations",
    ),
    "sts": ("common.sts_operations",),
    "cloudwatch": ("cloudwatch.metric_operations", "cloudwatch.alarm_operations"),
}


def answer(request: Request) -> wire.Response:
    """Return the response to a request whose caller is known: status, headers, body. A long poll moves the clock."""
    return _moving_the_clock(request, answer_now)


def answer_now(request: Request) -> wire.Response:
    """Return what `answer` does. LookAgain for a long poll that has to wait; call this again with the same request."""
    request.id = request_id = request.id or request.account.new_id()
    try:
        found, problem = _execute(request, from_wire=True), None
    except Refused as refused:
        found, problem = None, refused
    request.account.accounts.run_errands()
    if problem is not None:
        return wire.refusal(request.service, request.protocol, problem, request_id)
    return wire.result(request, found, request_id)


def run(request: Request) -> dict[str, Any]:
    """Return what an operation answers to a request that is decoded already, without a wire; Refused as on AWS.

    It draws no request id. An unkind cloud throttles it and fails as it does with every request.
    """
    try:
        return _moving_the_clock(request, _execute) or {}
    finally:
        request.account.accounts.run_errands()


def _moving_the_clock(request: Request, once: Callable[[Request], Any]) -> Any:
    """Return what `once` returns; each time that it has to wait for a moment, the clock goes there."""
    while True:
        try:
            return once(request)
        except LookAgain as later:
            request.account.world.wait(later.until, later.changes)


def _execute(request: Request, from_wire: bool = False) -> Any:
    """Return what the operation answers; Refused as on AWS. from_wire: whether to check what was sent, too."""
    account = request.account
    problems = _problems(request) if from_wire and request.poll is None else (None, None)
    with account.accounts.changed:
        try:
            account.catch_up()
            if from_wire and request.access_key:
                sts_operations.check_key(request)
            _raise(problems[0])
            operation = find(request.service, request.operation)
            if request.poll is None:
                _be_unkind(account, request.service, request.operation)
            _raise(problems[1])
            return operation(request)
        except Refused:
            raise
        except wire.ServiceException as problem:  # moto's own refusals, where no rule is stricter
            raise Refused(problem.code, problem.message) from None


def _problems(request: Request) -> tuple[Exception | None, Exception | None]:
    """Return what's wrong with a request's operation, and with its parameters.

    Reading a long request takes a while, so that's done before the lock is taken, which all accounts share.
    """
    for place, check in enumerate((wire.check_operation, wire.check_parameters)):
        try:
            check(request)
        except (Refused, wire.ServiceException) as problem:
            return (problem, None) if place == 0 else (None, problem)
    return None, None


def _raise(problem: Exception | None) -> None:
    if problem is not None:
        raise problem


def follow(accounts: Accounts, link: str) -> wire.Response | None:
    """Return the response to following a link of an envelope, unsigned; None when it isn't such a link.

    Those links confirm a subscription or end one. The account of the topic answers.
    """
    parts = urlsplit(link)
    params = dict(parse_qsl(parts.query))
    arn = params.get(_LINKS.get(params.get("Action", ""), ""), "").split(":")
    account = accounts.get(arn[4]) if len(arn) > 5 else None
    if account is None or arn[3] not in regions():
        return None
    request = Request.received("sns", arn[3], {}, parts.query.encode(), link)
    request.account, request.identity, request.host = account, ANONYMOUS, f"{parts.scheme}://{parts.netloc}"
    return answer(request)


@lru_cache
def find(service: str, name: str) -> Callable[[Request], Any]:
    """Return the function that answers an operation; Refused for an operation that this cloud doesn't have."""
    for name_of_module in OPERATIONS[service]:
        module = importlib.import_module(f"helpers.aws_rules.{name_of_module}")
        found = getattr(module, xform_name(name), None)
        # Not one that the module imports.
        if found is not None and getattr(found, "__module__", "") == module.__name__:
            return found
    raise Refused("InvalidAction", absent.no_operation(service, name))


def _be_unkind(account: Account, service: str, name: str) -> None:
    unkind = account.unkindness
    if unkind.strikes("throttling"):
        unkind.tell(f"{name} was throttled")
        code = "RequestThrottled" if service == "sqs" else "Throttling"
        raise Refused(code, "Rate exceeded")
    if unkind.strikes("errors"):
        unkind.tell(f"{name} met an error of the service")
        code = "InternalServiceError" if service == "cloudwatch" else "InternalError"
        raise Refused(code, INTERNAL_ERROR, 500)

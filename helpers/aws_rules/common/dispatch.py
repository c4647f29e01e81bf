"""From a request on the wire to AWS's answer: decode, find the operation, let the rules answer, encode.

AWS: an operation that a service does not have is refused with InvalidAction. Those that AWS has and this cloud has
not are refused the same way, with a text that says so.
moto: raises NotImplementedError, and Python's own errors for input that it does not expect.
"""

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from botocore import xform_name

from helpers.aws_rules.common import wire
from helpers.aws_rules.common.accounts import Account, Accounts
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.common.request import ANONYMOUS, Request

_LINKS = {"ConfirmSubscription": "TopicArn", "Unsubscribe": "SubscriptionArn"}  # what works unsigned; its topic
_FORM = {"content-type": "application/x-www-form-urlencoded"}
# Where a service's operations stand. A module is imported when one of its service is first asked for: SNS's take long.
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
}


def answer(
    account: Account, identity: str, service: str, region: str, host: str, headers: dict[str, str], body: bytes
) -> wire.Response:
    """Return the response to a request of this account: status, headers, body.

    headers: with their names in lower case. host: what the URLs of queues begin with.
    """
    request_id, model = account.new_id(), None
    with account.accounts.changed:
        try:
            account.catch_up()
            name = wire.operation(headers, body)
            model = wire.operation_model(service, name)
            operation = find(service, name)
            _be_unkind(account, service, name)
            params = wire.parameters(model, headers, body)
            trace = headers.get("x-amzn-trace-id", "")
            result = operation(Request(service, name, params, account, region, host, identity, trace))
        except Refused as problem:
            result = problem
        except wire.ServiceException as problem:  # moto's own refusals, where no rule is stricter
            result = Refused(problem.code, problem.message)
    account.accounts.run_errands()
    return wire.reply(model, service, headers, result, request_id)


def run(request: Request) -> dict[str, Any]:
    """Return what an operation answers to a request that is decoded already, without a wire; Refused as on AWS.

    It draws no request id, and an unkind cloud is unkind to it too.
    """
    account = request.account
    try:
        with account.accounts.changed:
            account.catch_up()
            operation = find(request.service, request.operation)
            _be_unkind(account, request.service, request.operation)
            return operation(request) or {}
    except wire.ServiceException as problem:
        raise problem if isinstance(problem, Refused) else Refused(problem.code, problem.message) from None
    finally:
        account.accounts.run_errands()


def follow(accounts: Accounts, link: str) -> wire.Response | None:
    """Return what comes of following a link of an envelope, unsigned; None when it is no such link.

    link: one that confirms a subscription or unsubscribes. It is answered for the account of its topic.
    """
    parts = urlsplit(link)
    params = dict(parse_qsl(parts.query))
    arn = params.get(_LINKS.get(params.get("Action", ""), ""), "").split(":")
    account = accounts.get(arn[4]) if len(arn) > 5 else None
    if account is None or arn[3] not in regions():
        return None
    host = f"{parts.scheme}://{parts.netloc}"
    return answer(account, ANONYMOUS, "sns", arn[3], host, _FORM, parts.query.encode())


@lru_cache
def find(service: str, name: str) -> Callable[[Request], Any]:
    """Return the function that answers an operation; Refused for one that this cloud does not have."""
    for name_of_module in OPERATIONS[service]:
        module = importlib.import_module(f"helpers.aws_rules.{name_of_module}")
        found = getattr(module, xform_name(name), None)
        if getattr(found, "__module__", "") == module.__name__:  # not one that the module imports
            return found
    text = f"{name} is an operation of AWS that this course's offline cloud does not have; it needs real AWS."
    raise Refused("InvalidAction", text)


def _be_unkind(account: Account, service: str, name: str) -> None:
    unkind = account.unkindness
    if unkind.strikes("throttling"):
        unkind.tell(f"{name} was throttled")
        code = "RequestThrottled" if service == "sqs" else "Throttling"
        raise Refused(code, "Rate exceeded")
    if unkind.strikes("errors"):
        unkind.tell(f"{name} met an error of the service")
        raise Refused("InternalError", "We encountered an internal error. Please try again.", 500)

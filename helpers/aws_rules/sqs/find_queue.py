"""Finding the queue that a request names, and asking whether the caller may use it."""

import re
from urllib.parse import urlsplit

from helpers.aws_rules.common.refusals import Refused, no_such_queue
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import access
from helpers.aws_rules.sqs.queues import Queue
from helpers.aws_rules.sqs.region import SqsRegion

_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"^sqs\.([a-z0-9-]+)\.amazonaws\.com")  # as AWS's own addresses of queues name it


def sqs_of(request: Request, account: str = "") -> SqsRegion:
    """Return SQS in the request's region, of the caller's account or of another one."""
    owner = request.account.accounts.get(account) if account else request.account
    if owner is None:
        raise no_such_queue()
    return owner.service(SqsRegion, request.region)


def queue_of(request: Request) -> Queue:
    """Return the queue that QueueUrl names, in the account that it names; Refused when the caller may not use it."""
    try:
        url = urlsplit(request.params["QueueUrl"])
        parts, host = [part for part in url.path.split("/") if part], url.netloc
    except ValueError:
        parts, host = [], ""
    if (named := _REGION.search(host)) and named[1] != request.region:
        raise Refused("InvalidAddress", f"The address https://{host}/ is not valid for this endpoint.", 404)
    if not parts:
        raise no_such_queue()
    account = parts[-2] if len(parts) > 1 and _ACCOUNT.fullmatch(parts[-2]) else ""
    queue = sqs_of(request, account).get_queue(parts[-1])
    access.check_queue(request, queue)
    return queue

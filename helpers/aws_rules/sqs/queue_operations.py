"""The operations of SQS on queues, permissions and message move tasks.

Each takes a request and returns AWS's answer, or raises Refused.
"""

from typing import Any

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.numbers import parse_whole_number
from helpers.aws_rules.common.refusals import Refused, invalid_value, missing, no_such_queue
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import access, permissions
from helpers.aws_rules.sqs import move_tasks, queue_attributes, redrive
from helpers.aws_rules.sqs.queues import Queue
from helpers.aws_rules.sqs.region import queue_of, region_of

Answer = dict[str, Any]
_PURGE_INTERVAL = 60  # seconds


def _url(request: Request, queue: Queue) -> str:
    return f"{request.host}/{queue.account_id}/{queue.name}"


def create_queue(request: Request) -> Answer:
    """Create a queue, or return the existing one with this name."""
    params = request.params
    queue = region_of(request).create(params["QueueName"], params.get("Attributes", {}), params.get("tags", {}))
    return {"QueueUrl": _url(request, queue)}


def get_queue_url(request: Request) -> Answer:
    """Return the URL of a queue by name, in this account or in another one whose queue policy allows it."""
    account = request.params.get("QueueOwnerAWSAccountId") or request.account.number
    try:
        queue = region_of(request, account).get_queue(request.params["QueueName"])
        access.check_queue(request, queue)
    except Refused:
        if account == request.account.number:
            raise
        raise no_such_queue(" or you do not have access to it") from None
    return {"QueueUrl": _url(request, queue)}


def list_queues(request: Request) -> Answer:
    """Return the URLs of the account's queues in this region, in pages if MaxResults asks for them."""
    region, params = region_of(request), request.params
    urls = [_url(request, region.queues[name]) for name in region.names(params.get("QueueNamePrefix", ""))]
    return _page(request, urls, "QueueUrls", 1000)


def list_dead_letter_source_queues(request: Request) -> Answer:
    """Return the URLs of the queues that have this one as their dead-letter queue."""
    urls = [_url(request, queue) for queue in redrive.sources(queue_of(request))]
    return _page(request, urls, "queueUrls", 1000) | ({} if urls else {"queueUrls": []})


def _page(request: Request, urls: list[str], name: str, most: int) -> Answer:
    limit, token = request.params.get("MaxResults"), request.params.get("NextToken")
    if limit is not None and not 1 <= limit <= most:
        raise invalid_value(limit, "MaxResults", f"MaxResults must be an integer between 1 and {most}.")
    if token is not None and limit is None:
        raise Refused("InvalidParameterValue", "NextToken is given without MaxResults.")
    first = parse_whole_number(token or "0")
    if first is None:
        raise Refused("InvalidParameterValue", "Invalid or expired next token.")
    page = urls[first : first + (limit or most)]
    more = {"NextToken": str(first + len(page))} if limit and first + len(page) < len(urls) else {}
    return ({name: page} if page else {}) | more


def delete_queue(request: Request) -> Answer:
    """Delete a queue."""
    queue = queue_of(request)
    region_of(request).delete_queue(queue.name)
    return {}


def purge_queue(request: Request) -> Answer:
    """Delete all messages in a queue; Refused within 60 seconds of the last time."""
    queue = queue_of(request)
    now = queue.owner.time()
    if now - queue.purged_at < _PURGE_INTERVAL:
        text = f"Only one PurgeQueue operation on {queue.name} is allowed every {_PURGE_INTERVAL} seconds."
        raise Refused("AWS.SimpleQueueService.PurgeQueueInProgress", text)
    queue.purged_at = now
    queue.stored.clear()
    queue.seen.forget()
    steps.record(queue.owner, steps.PURGED, queue.queue_arn)
    return {}


def get_queue_attributes(request: Request) -> Answer:
    """Return the attributes with these names."""
    queue, names = queue_of(request), request.params.get("AttributeNames", [])
    queue_attributes.check_names(names)
    if not names:
        return {}
    known = {name: str(value) for name, value in queue.attributes.items() if value is not None}
    found = known if "All" in names else {name: known[name] for name in names if name in known}
    return {"Attributes": found} if found else {}


def set_queue_attributes(request: Request) -> Answer:
    """Set attributes."""
    queue, attributes = queue_of(request), request.params["Attributes"]
    if not attributes:
        raise missing("Attribute.Name")
    region_of(request).set_attributes(queue, attributes)
    return {}


def add_permission(request: Request) -> Answer:
    """Add a statement to the queue's policy."""
    queue, params = queue_of(request), request.params
    permissions.add_to_queue_policy(
        queue._policy_json, queue.queue_arn, params["Label"], params["AWSAccountIds"], params["Actions"]
    )
    return {}


def remove_permission(request: Request) -> Answer:
    """Remove a statement from the queue's policy."""
    permissions.remove_from_queue_policy(queue_of(request)._policy_json, request.params["Label"])
    return {}


def tag_queue(request: Request) -> Answer:
    """Add tags."""
    queue, tags = queue_of(request), request.params["Tags"]
    queue_attributes.check_tags(queue.name, tags, queue.tags)
    region_of(request).tag_queue(queue.name, tags)
    return {}


def untag_queue(request: Request) -> Answer:
    """Remove tags."""
    region_of(request).untag_queue(queue_of(request).name, request.params["TagKeys"])
    return {}


def list_queue_tags(request: Request) -> Answer:
    """Return the tags; without the key Tags if there are none."""
    queue = queue_of(request)
    return {"Tags": dict(queue.tags)} if queue.tags else {}


def start_message_move_task(request: Request) -> Answer:
    """Start moving dead letters back."""
    region, params = region_of(request), request.params
    handle = move_tasks.start(
        request.account,
        request.region,
        region.queues,
        params["SourceArn"],
        params.get("DestinationArn"),
        params.get("MaxNumberOfMessagesPerSecond"),
    )
    return {"TaskHandle": handle}


def list_message_move_tasks(request: Request) -> Answer:
    """Return the newest message move tasks of a dead-letter queue."""
    region, most = region_of(request), request.params.get("MaxResults", 1)
    source = request.params["SourceArn"]
    return {"Results": move_tasks.list_tasks(request.account, request.region, region.queues, source, most)}


def cancel_message_move_task(request: Request) -> Answer:
    """Stop a message move task."""
    queues = region_of(request).queues
    moved = move_tasks.cancel(request.account, request.region, queues, request.params["TaskHandle"])
    return {"ApproximateNumberOfMessagesMoved": moved}

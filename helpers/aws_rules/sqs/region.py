"""SQS in one region of an account: its queues by name, and the queue that a request names.

AWS: 60 seconds after a queue was deleted, its name is free again. Creating a queue that exists is fine with the same
attributes or none. With others the error names the attribute, and other tags are refused too. Source: SQS API
reference, CreateQueue and DeleteQueue; recorded answers; for the tags dramatiq_sqs pull request 13.
moto: lets a name be used again at once, and doesn't say which attribute differs.
"""

import re
from urllib.parse import urlsplit

import moto.sqs.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused, no_such_queue
from helpers.aws_rules.common.regions import host as aws_host
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.policies import access
from helpers.aws_rules.sqs import queue_attributes
from helpers.aws_rules.sqs.meters import QueueMeters
from helpers.aws_rules.sqs.queues import Queue

_NAME_BLOCKED_SECONDS = 60  # how long after a queue was deleted
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,80}|(?=.{1,80}$)[A-Za-z0-9_\-]+\.fifo")
_ACCOUNT = re.compile(r"\d{12}")
_HOST = re.compile(r"^sqs\.([a-z0-9-]+)\.")  # with the region


class SqsRegion(moto.sqs.models.SQSBackend):
    """moto's backend, which tags and deletes queues, with finding and creating queues as on AWS.

    meters: what the queues report to CloudWatch, by name; they stay when a queue is deleted.
    """

    queues: dict[str, Queue]  # type: ignore[assignment]  # moto's are moto's own queues, here all of them are ours

    def __init__(self, owner: Account, region: str):
        super().__init__(region, owner.number)
        self.owner = owner
        self.meters: dict[str, QueueMeters] = {}
        self._deleted: dict[str, float] = {}  # names of deleted queues, and when they were deleted

    def create(self, name: str, attributes: dict[str, str], tags: dict[str, str]) -> Queue:
        """Return the queue with this name, which is created if it doesn't exist."""
        fifo = attributes.get("FifoQueue", "false").lower() == "true"
        _check_name(name, fifo)
        attributes = queue_attributes.check(attributes, fifo or name.endswith(".fifo"))
        if name.endswith(".fifo") and not fifo and name not in self.queues:
            raise _bad_name()
        if queue := self.queues.get(name):
            queue.meters.touch(queue.now())
            self._check_same(queue, attributes)
            if tags and tags != queue.tags:
                raise Refused("QueueAlreadyExists", "A queue already exists with the same name and different tags")
            return queue
        queue_attributes.check_throughput(attributes)
        queue_attributes.check_tags(name, tags, {})
        if self.owner.time() - self._deleted.get(name, float("-inf")) < _NAME_BLOCKED_SECONDS:
            raise Refused(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            )
        queue = Queue(self.owner, name, self.region_name, self.queues, _for_moto(attributes))
        queue.tags = dict(tags)
        self.queues[name] = queue
        queue.meters = self.meters.setdefault(name, queue.meters)
        queue.meters.open(queue)
        return queue

    def _check_same(self, queue: Queue, attributes: dict[str, str]) -> None:
        asked = Queue(self.owner, queue.name, self.region_name, self.queues, _for_moto(attributes)).attributes
        has = queue.attributes
        for name in attributes:
            if str(has.get(name)) != str(asked.get(name)):
                text = f"A queue already exists with the same name and a different value for attribute {name}"
                raise Refused("QueueAlreadyExists", text)

    def set_attributes(self, queue: Queue, attributes: dict[str, str]) -> None:
        """Set these attributes and leave the others unchanged."""
        attributes = queue_attributes.check(attributes, queue.fifo_queue)
        queue_attributes.check_change(attributes, queue)
        queue._set_attributes(_for_moto(attributes))
        if attributes.get("KmsMasterKeyId"):
            queue.sqs_managed_sse_enabled = "false"
        elif attributes.get("SqsManagedSseEnabled") == "true":
            queue.kms_master_key_id = None

    def delete_queue(self, queue_name: str) -> None:
        """Delete a queue and its messages."""
        super().delete_queue(queue_name)
        self.meters[queue_name].close(self.owner.time() * 1000)
        self._deleted[queue_name] = self.owner.time()
        self.owner.tell_of_change()

    def get_queue(self, queue_name: str) -> Queue:
        """Return the queue with this name. Raise Refused if there is none."""
        if queue_name not in self.queues:
            raise no_such_queue()
        queue = self.queues[queue_name]
        queue.meters.touch(queue.now())
        return queue

    def names(self, prefix: str) -> list[str]:
        """Return the names of the queues with this prefix, oldest queue first."""
        return [name for name in self.queues if name.startswith(prefix)]


def region_of(request: Request, account: str = "") -> SqsRegion:
    """Return SQS in the request's region, of the caller's account or the one with this number."""
    owner = request.account.accounts.get(account) if account else request.account
    if owner is None:
        raise no_such_queue()
    return owner.service(SqsRegion, request.region)


def queue_of(request: Request) -> Queue:
    """Return the queue at the request's QueueUrl. Raise Refused if there is none, or the caller may not do this."""
    try:
        url = urlsplit(request.params["QueueUrl"])
        parts, host = [part for part in url.path.split("/") if part], url.netloc
    except ValueError:
        parts, host = [], ""
    if (found := _HOST.search(host)) and found[1] != request.region and host == aws_host("sqs", found[1]):
        raise Refused("InvalidAddress", f"The address https://{host}/ is not valid for this endpoint.", 404)
    if not parts:
        raise no_such_queue()
    account = parts[-2] if len(parts) > 1 and _ACCOUNT.fullmatch(parts[-2]) else ""
    queue = region_of(request, account).get_queue(parts[-1])
    access.check_queue(request, queue)
    return queue


def _for_moto(attributes: dict[str, str]) -> dict[str, str]:
    """Return the attributes for moto's queue: a KMS key turns SQS's own encryption off."""
    if attributes.get("KmsMasterKeyId"):
        return attributes | {"SqsManagedSseEnabled": "false"}
    return attributes


def _check_name(name: str, fifo: bool) -> None:
    if fifo and not name.endswith(".fifo"):
        raise Refused(
            "InvalidParameterValue",
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with "
            ".fifo suffix and be 1 to 80 in length.",
        )
    if not _NAME.fullmatch(name):
        raise _bad_name()


def _bad_name() -> Refused:
    text = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
    return Refused("InvalidParameterValue", text)

"""SQS in one region of one account: its queues, by name.

AWS: a queue's name is free again 60 seconds after the queue was deleted; creating one that exists is fine with the same
or no attributes, and refused with others, by the name of the attribute, and with other tags. Source: SQS API reference,
CreateQueue and DeleteQueue; recorded answers; for the tags dramatiq_sqs pull request 13.
moto: lets a name be used again at once, and does not say which attribute differs.
"""

import re
from typing import Any

import moto.sqs.models

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused, no_such_queue
from helpers.aws_rules.sqs import queue_attributes, queue_tags
from helpers.aws_rules.sqs.queues import Queue

WAIT = 60  # seconds after which a deleted queue's name is free, and after which a queue can be purged again
_NAME = re.compile(r"[A-Za-z0-9_\-]{1,80}|(?=.{1,80}$)[A-Za-z0-9_\-]+\.fifo")


class SqsRegion(moto.sqs.models.SQSBackend):
    """moto's backend: it finds, tags and lists queues and keeps their permissions."""

    queues: dict[str, Queue]

    def __init__(self, owner: Account, region: str):
        super().__init__(region, owner.number)
        self.owner = owner
        self._deleted: dict[str, float] = {}  # when which name was deleted

    def make(self, name: str, attributes: dict[str, str], tags: dict[str, str]) -> Queue:
        """Return the queue of this name, made when there is none."""
        fifo = attributes.get("FifoQueue", "false").lower() == "true"
        _check_name(name, fifo)
        attributes = queue_attributes.check(attributes, fifo or name.endswith(".fifo"))
        if name.endswith(".fifo") and not fifo and name not in self.queues:
            raise _bad_name()
        if queue := self.queues.get(name):
            self._check_same(queue, attributes)
            if tags and tags != queue.tags:
                raise Refused("QueueAlreadyExists", "A queue already exists with the same name and different tags")
            return queue
        queue_attributes.check_throughput(attributes)
        queue_tags.check(tags, {})
        if self.owner.time() - self._deleted.get(name, float("-inf")) < WAIT:
            raise Refused(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            )
        queue = Queue(self.owner, name, self.region_name, self.queues, _for_moto(attributes))
        queue.tags = dict(tags)
        self.queues[name] = queue
        return queue

    def _check_same(self, queue: Queue, attributes: dict[str, str]) -> None:
        asked = Queue(self.owner, queue.name, self.region_name, self.queues, _for_moto(attributes)).attributes
        has = queue.attributes
        for name in attributes:
            if str(has.get(name)) != str(asked.get(name)):
                text = f"A queue already exists with the same name and a different value for attribute {name}"
                raise Refused("QueueAlreadyExists", text)

    def change(self, queue: Queue, attributes: dict[str, str]) -> None:
        """Set attributes; those that are not named stay as they are."""
        attributes = queue_attributes.check(attributes, queue.fifo_queue)
        queue_attributes.check_change(attributes, queue)
        queue._set_attributes(_for_moto(attributes))
        if attributes.get("KmsMasterKeyId"):
            queue.sqs_managed_sse_enabled = "false"  # type: ignore[attr-defined]
        elif attributes.get("SqsManagedSseEnabled") == "true":
            queue.kms_master_key_id = None  # type: ignore[attr-defined]

    def delete_queue(self, queue_name: str) -> None:
        """Delete a queue with all that is in it."""
        super().delete_queue(queue_name)
        self._deleted[queue_name] = self.owner.time()
        self.owner.accounts.changed.notify_all()

    def get_queue(self, queue_name: str) -> Queue:
        """Return the queue of this name; Refused when there is none."""
        if queue_name not in self.queues:
            raise no_such_queue()
        return self.queues[queue_name]

    def names(self, prefix: str) -> list[str]:
        """Return the names of the queues that begin so, in the order of their making."""
        return [name for name in self.queues if name.startswith(prefix)]


def _for_moto(attributes: dict[str, str]) -> dict[str, Any]:
    """Return the attributes as moto's queue sets them: with a customer's key SQS's own encryption is off."""
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

"""Which queues and topics are the learner's: those that carry the course's tag with the learner's name."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.backends.aws import tags
from helpers.backends.aws.aws_resources import Thing

MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "NotFound", "ResourceNotFound")
_PAUSES = (0.25, 0.5, 1.0, 2.0)  # seconds; a new tag may take a moment to show everywhere


def tags_of(client: Any, thing: Thing) -> dict[str, str] | None:
    """Return the tags of a queue or topic; None when there is no such thing. Other errors are raised as by boto3."""
    try:
        if thing.service == "sns":
            return tags.read(client.list_tags_for_resource(ResourceArn=thing.arn))
        url = client.get_queue_url(QueueName=thing.name)["QueueUrl"]
        return tags.read(client.list_queue_tags(QueueUrl=url))
    except ClientError as problem:
        if problem.response["Error"]["Code"] in MISSING:
            return None
        raise


class Owners:
    """What is known about who owns what.

    client: returns a boto3 client for a service and a region, whose calls are the course's own.
    """

    def __init__(self, account: str, learner: str, client: Callable[[str, str], Any]):
        self.account, self.learner, self._client = account, learner, client
        self._own: set[Thing] = set()
        self._new: set[Thing] = set()

    def made(self, thing: Thing) -> None:
        """Expect the tag on this, which was just made with it."""
        self._own.discard(thing)
        self._new.add(thing)

    def gone(self, thing: Thing) -> None:
        """Forget this, which was deleted: the next one of its name may be another's."""
        self._own.discard(thing)
        self._new.discard(thing)

    def others(self, thing: Thing) -> bool:
        """Return whether this is there and not the learner's."""
        if thing in self._own:
            return False
        if thing.account != self.account:
            return True
        for pause in (*_PAUSES, 0) if thing in self._new else (0,):
            found = tags_of(self._client(thing.service, thing.region), thing)
            if found is None:
                return False  # AWS tells the learner that there is none
            if found.get(tags.KEY) == self.learner:
                self._own.add(thing)
                return False
            time.sleep(pause)
        return True

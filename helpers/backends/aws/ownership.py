"""Which queues, topics and alarms are the learner's: those with the course's tag and the learner's name in it."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.backends.aws import tags
from helpers.backends.aws.aws_resources import AwsResource

NOT_FOUND_CODES = (
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "NotFound",
    "ResourceNotFound",
    "ResourceNotFoundException",
)
_RETRY_PAUSES = (0.25, 0.5, 1.0, 2.0)  # seconds; a new tag can take a moment to be visible everywhere


def tags_of(client: Any, resource: AwsResource) -> dict[str, str] | None:
    """Return the tags of a queue, topic or alarm; None if it doesn't exist. Other errors are boto3's own."""
    try:
        if resource.service == "sns":
            return tags.parse(client.list_tags_for_resource(ResourceArn=resource.arn))
        if resource.service == "cloudwatch":
            return tags.parse(client.list_tags_for_resource(ResourceARN=resource.arn))
        url = client.get_queue_url(QueueName=resource.name)["QueueUrl"]
        return tags.parse(client.list_queue_tags(QueueUrl=url))
    except ClientError as problem:
        if problem.response["Error"]["Code"] in NOT_FOUND_CODES:
            return None
        raise


class Ownership:
    """What is known so far about who owns which queue, topic or alarm.

    client: returns a boto3 client for a service and a region, whose calls count as the course's own.
    """

    def __init__(self, account: str, learner: str, client: Callable[[str, str], Any]):
        self.account, self.learner, self._client = account, learner, client
        self._learners: set[AwsResource] = set()
        self._new: set[AwsResource] = set()

    def created(self, resource: AwsResource) -> None:
        """Expect the learner's tag on this, which was just created with it."""
        self._learners.discard(resource)
        self._new.add(resource)

    def deleted(self, resource: AwsResource) -> None:
        """Forget this: the next resource of the same name may be somebody else's."""
        self._learners.discard(resource)
        self._new.discard(resource)

    def is_someone_elses(self, resource: AwsResource) -> bool:
        """Return whether this exists and isn't the learner's."""
        if resource in self._learners:
            return False
        if resource.account != self.account:
            return True
        for pause in (*_RETRY_PAUSES, 0) if resource in self._new else (0,):
            found = tags_of(self._client(resource.service, resource.region), resource)
            if found is None:
                return False  # AWS tells the learner that it doesn't exist
            if found.get(tags.KEY) == self.learner:
                self._learners.add(resource)
                return False
            time.sleep(pause)
        return True

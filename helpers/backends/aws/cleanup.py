"""Finds and deletes what the course created in a real account, and waits until the names are free again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from time import sleep, time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.backends.aws import tags
from helpers.backends.aws.aws_resources import AwsResource, from_arn, from_queue_url
from helpers.backends.aws.creation_log import CreationLog
from helpers.backends.aws.ownership import NOT_FOUND_CODES, tags_of
from helpers.errors import CourseError

NAME_REUSE_WAIT = 60.0  # seconds
# AWS's error codes where a region isn't enabled for the account, or where these keys aren't valid.
_CLOSED_REGION_CODES = ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "OptInRequired")
_FAILURES = (BotoCoreError, ClientError, CourseError)
MakeClient = Callable[[str, str], Any]  # (service, region) -> boto3 client


@dataclass
class Found:
    """The tagged resources with their learners, problems met on the way, and regions closed to these keys."""

    resources: dict[AwsResource, str] = field(default_factory=dict)
    closed_regions: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Cleaned:
    """What was deleted, and what is left, each with the reason."""

    deleted: list[AwsResource] = field(default_factory=list)
    left: dict[AwsResource, str] = field(default_factory=dict)

    def __str__(self) -> str:
        done = f"Deleted: {len(self.deleted)}."
        if not self.left:
            return f"{done} Nothing is left."
        reasons = "; ".join(f"{resource}: {reason}" for resource, reason in self.left.items())
        return f"{done} STILL in your account: {reasons}. To try again, run `course sweep`."


def find(
    client: MakeClient,
    regions: Iterable[str],
    learner: str | None,
    on_region: Callable[[str], None] = lambda region: None,
) -> Found:
    """Return everything in these regions that carries the course's tag.

    learner: whose resources; None for everybody's. on_region: called with each region before it is searched.
    """
    found = Found()
    for region in regions:
        on_region(region)
        for service, listed in (("sqs", _queues), ("sns", _topics), ("cloudwatch", _alarms)):
            try:
                resources = list(listed(client(service, region), region))
            except _FAILURES as problem:
                if _error_code(problem) not in _CLOSED_REGION_CODES:
                    found.problems.append(f"{service} in {region}: {problem}")
                elif region not in found.closed_regions:
                    found.closed_regions.append(region)
                continue
            for resource in resources:
                try:
                    owner = (tags_of(client(service, region), resource) or {}).get(tags.KEY)
                except _FAILURES as problem:
                    found.problems.append(f"{resource}: {problem}")
                    continue
                if owner is not None and learner in (None, owner):
                    found.resources[resource] = owner
    return found


def delete(client: MakeClient, log: CreationLog, resources: Iterable[AwsResource], learner: str | None) -> Cleaned:
    """Delete those of the resources that carry the learner's tag (None: any learner's), and log each deletion."""
    cleaned = Cleaned()
    for resource in resources:
        try:
            found = tags_of(client(resource.service, resource.region), resource)
            if found is None or tags.KEY not in found or learner not in (None, found[tags.KEY]):
                log.gone(resource, deleted=False)  # it isn't there, or isn't ours (any more)
                continue
            _delete(client(resource.service, resource.region), resource)
            log.gone(resource)
            cleaned.deleted.append(resource)
        except _FAILURES as problem:
            cleaned.left[resource] = str(problem)
    return cleaned


def wait_for_names(deleted: Mapping[str, float], say: Callable[[str], None]) -> None:
    """Return when the names of all these deleted queues can be used again; `say` gets a sentence before a wait.

    deleted: queue names, with the time of deletion in seconds since 1970.
    AWS: a queue's name can be used again 60 seconds after the queue was deleted. Source: SQS API reference,
    DeleteQueue.
    """
    left = max((at + NAME_REUSE_WAIT - time() for at in deleted.values()), default=0.0)
    if 0 < left <= NAME_REUSE_WAIT:
        say(
            f"AWS lets you reuse the name of a deleted queue after {NAME_REUSE_WAIT:.0f} seconds. The last one was "
            f"deleted {NAME_REUSE_WAIT - left:.0f} seconds ago, so I'm waiting {left:.0f} more."
        )
        sleep(left)


def _delete(client: Any, resource: AwsResource) -> None:
    try:
        if resource.service == "sns":
            client.delete_topic(TopicArn=resource.arn)  # its subscriptions go with it
        elif resource.service == "cloudwatch":
            client.delete_alarms(AlarmNames=[resource.name])
        else:
            client.delete_queue(QueueUrl=client.get_queue_url(QueueName=resource.name)["QueueUrl"])
    except ClientError as problem:
        if _error_code(problem) not in NOT_FOUND_CODES:
            raise


def _queues(client: Any, region: str) -> Iterator[AwsResource]:
    pages = client.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    for url in [url for page in pages for url in page.get("QueueUrls", [])]:
        if queue := from_queue_url(url, region):
            yield queue


def _topics(client: Any, region: str) -> Iterator[AwsResource]:
    pages = client.get_paginator("list_topics").paginate()
    for listed in [listed for page in pages for listed in page["Topics"]]:
        if topic := from_arn(listed["TopicArn"]):
            yield topic


def _alarms(client: Any, region: str) -> Iterator[AwsResource]:
    pages = client.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    for arn in [listed["AlarmArn"] for page in pages for listed in page["MetricAlarms"]]:
        if alarm := from_arn(arn):
            yield alarm


def _error_code(problem: Exception) -> str:
    response = getattr(problem, "response", {})
    return response.get("Error", {}).get("Code", "")

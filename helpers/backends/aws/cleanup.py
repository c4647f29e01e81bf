"""Finding and deleting what the course made in a real account. It goes on after a failure, and says what is left."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers.backends.aws import tags
from helpers.backends.aws.aws_resources import Thing, of_arn, of_url
from helpers.backends.aws.owners import MISSING, tags_of
from helpers.backends.aws.record import Record
from helpers.errors import CourseError

# AWS answers so where a region is not enabled for the account, or these keys do not count in it.
_CLOSED_REGION = ("InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "OptInRequired")
_FAILURES = (BotoCoreError, ClientError, CourseError)
MakeClient = Callable[[str, str], Any]  # takes a service and a region


@dataclass
class Found:
    """What carries the tag, with its learner; what could not be looked at, and why; regions closed to the keys."""

    things: dict[Thing, str] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Cleaned:
    """What was deleted, and what is left: each with the reason."""

    deleted: list[Thing] = field(default_factory=list)
    left: dict[Thing, str] = field(default_factory=dict)

    def __str__(self) -> str:
        done = f"Deleted: {len(self.deleted)}."
        if not self.left:
            return f"{done} Nothing is left."
        told = "; ".join(f"{thing}: {reason}" for thing, reason in self.left.items())
        return f"{done} LEFT in your account: {told}. `course sweep` tries again."


def find(
    client: MakeClient, regions: Iterable[str], learner: str | None, say: Callable[[str], None] = lambda region: None
) -> Found:
    """Return everything in these regions that carries the course's tag.

    learner: whose; None for everybody's. say: is told each region before it is looked through.
    """
    found = Found()
    for region in regions:
        say(region)
        for service, listed in (("sqs", _queues), ("sns", _topics)):
            try:
                things = list(listed(client(service, region), region))
            except _FAILURES as problem:
                if _code(problem) not in _CLOSED_REGION:
                    found.problems.append(f"{service} in {region}: {problem}")
                elif region not in found.closed:
                    found.closed.append(region)
                continue
            for thing in things:
                try:
                    owner = (tags_of(client(service, region), thing) or {}).get(tags.KEY)
                except _FAILURES as problem:
                    found.problems.append(f"{thing}: {problem}")
                    continue
                if owner is not None and learner in (None, owner):
                    found.things[thing] = owner
    return found


def delete(client: MakeClient, record: Record, things: Iterable[Thing], learner: str | None) -> Cleaned:
    """Delete these, as far as they carry the learner's tag (None: anybody's), and write it into the record."""
    cleaned = Cleaned()
    for thing in things:
        try:
            found = tags_of(client(thing.service, thing.region), thing)
            if found is None or tags.KEY not in found or learner not in (None, found[tags.KEY]):
                record.gone(thing, deleted=False)  # nothing of ours (any more)
                continue
            _delete(client(thing.service, thing.region), thing)
            record.gone(thing)
            cleaned.deleted.append(thing)
        except _FAILURES as problem:
            cleaned.left[thing] = str(problem)
    return cleaned


def _delete(client: Any, thing: Thing) -> None:
    try:
        if thing.service == "sns":
            client.delete_topic(TopicArn=thing.arn)  # and its subscriptions with it
        else:
            client.delete_queue(QueueUrl=client.get_queue_url(QueueName=thing.name)["QueueUrl"])
    except ClientError as problem:
        if _code(problem) not in MISSING:
            raise


def _queues(client: Any, region: str) -> Iterator[Thing]:
    pages = client.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    for url in [url for page in pages for url in page.get("QueueUrls", [])]:
        if thing := of_url(url, region):
            yield thing


def _topics(client: Any, region: str) -> Iterator[Thing]:
    pages = client.get_paginator("list_topics").paginate()
    for topic in [topic for page in pages for topic in page["Topics"]]:
        if thing := of_arn(topic["TopicArn"]):
            yield thing


def _code(problem: Exception) -> str:
    response = getattr(problem, "response", {})
    return response.get("Error", {}).get("Code", "")

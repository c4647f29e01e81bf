"""Fair queues: standard queues whose messages have a MessageGroupId, which stands for a tenant."""

from typing import Any

from behaviours.book import behaviour
from behaviours.labs import Lab

GUIDE = "SQS developer guide, How Amazon SQS fair queues work"


def _send(lab: Lab, url: str, tenant: str, count: int = 1, **params: Any) -> None:
    """Send messages with the tenant as body and as group."""
    asked = {"MessageBody": tenant, "MessageGroupId": tenant} | params
    for first in range(0, count, 10):
        entries = [{"Id": str(number)} | asked for number in range(first, min(first + 10, count))]
        lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)


def _receive(lab: Lab, url: str, times: int) -> list[str]:
    """Receive ten messages so many times, and return the receipt handles."""
    return [message["ReceiptHandle"] for _ in range(times) for message in lab.receive(url)]


def _delete(lab: Lab, url: str, handles: list[str]) -> None:
    for first in range(0, len(handles), 10):
        some = enumerate(handles[first : first + 10])
        entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in some]
        lab.sqs.delete_message_batch(QueueUrl=url, Entries=entries)


def _next(lab: Lab, url: str) -> str:
    """Receive one message and return its body."""
    return "".join(lab.bodies(url, MaxNumberOfMessages=1))


@behaviour(aws=["quiet", "noisy", "noisy", "noisy"], source=f"{GUIDE}: message delivery order")
def quiet_tenants_first(lab: Lab) -> object:
    """A tenant with many messages in flight is noisy, and another one's message goes before its backlog."""
    url = lab.queue()
    _send(lab, url, "noisy", 33)
    _receive(lab, url, 3)
    _send(lab, url, "quiet")
    return lab.bodies(url)


@behaviour(
    aws=["noisy", "noisy", "noisy", "quiet"],
    source="AWS Compute Blog, Building resilient multi-tenant systems with Amazon SQS fair queues: regular queues "
    "deliver older messages first",
)
def without_groups_the_oldest_first(lab: Lab) -> object:
    """The same without a MessageGroupId: the message that was sent last waits for the whole backlog."""
    url = lab.queue()
    for body, count in (("noisy", 33), ("quiet", 1)):
        for number in range(count):
            lab.sqs.send_message(QueueUrl=url, MessageBody=body)
            if number == 29:
                _receive(lab, url, 3)
    return lab.bodies(url)


@behaviour(aws=["quiet", "noisy"], source=f"{GUIDE}: a message without MessageGroupId is a tenant of its own")
def a_message_without_a_tenant(lab: Lab) -> object:
    """A message without a group goes before the backlog of a noisy tenant."""
    url = lab.queue()
    _send(lab, url, "noisy", 31)
    _receive(lab, url, 3)
    lab.sqs.send_message(QueueUrl=url, MessageBody="quiet")
    return lab.bodies(url)


@behaviour(aws=[10, 10, 5], source=f"{GUIDE}: noisy messages aren't dropped or throttled")
def a_noisy_tenant_gets_what_is_left(lab: Lab) -> object:
    """If no other tenant's messages wait, a noisy tenant gets everything."""
    url = lab.queue()
    _send(lab, url, "noisy", 55)
    _receive(lab, url, 3)
    return [len(lab.bodies(url)) for _ in range(3)]


@behaviour(aws=["second", "second", "second"], source=f"{GUIDE}: several noisy tenants")
def the_noisy_tenant_with_the_fewest_in_flight(lab: Lab) -> object:
    """Of two noisy tenants, the one with fewer messages in flight gets its messages first."""
    url = lab.queue()
    _send(lab, url, "first", 70)
    _receive(lab, url, 3)
    lab.receive(url, MaxNumberOfMessages=3)
    _send(lab, url, "second", 40)
    _receive(lab, url, 3)
    return lab.bodies(url, MaxNumberOfMessages=3)


@behaviour(aws=["quick"], source=f"{GUIDE}: processing time share")
def a_slow_tenant_is_noisy(lab: Lab) -> object:
    """A tenant with few messages in flight is noisy, too, if they take most of the processing time."""
    url = lab.queue()
    _send(lab, url, "slow", 4)
    handle = lab.receive(url, MaxNumberOfMessages=1)[0]["ReceiptHandle"]
    lab.advance(20)
    _delete(lab, url, [handle])
    _send(lab, url, "quick")
    return lab.bodies(url, MaxNumberOfMessages=1)


@behaviour(aws=["quiet", "noisy"], source=f"{GUIDE}: when a noisy neighbor becomes quiet")
def quiet_after_five_minutes(lab: Lab) -> object:
    """A noisy tenant stays noisy until none of its messages has been in flight for five minutes."""
    url = lab.queue()
    _send(lab, url, "noisy", 40)
    handles, found = _receive(lab, url, 3), []
    lab.advance(5)
    _delete(lab, url, handles)
    for seconds in (240, 70):
        lab.advance(seconds)
        _send(lab, url, "quiet")
        message = lab.receive(url, MaxNumberOfMessages=1)[0]
        found.append(message["Body"])
        _delete(lab, url, [message["ReceiptHandle"]])
    return found


@behaviour(aws=["noisy", "quiet"], source=f"{GUIDE}: when a noisy neighbor becomes quiet")
def quiet_after_the_backlog(lab: Lab) -> object:
    """Once its backlog is consumed, a noisy tenant's messages are treated as those of the others are."""
    url = lab.queue()
    _send(lab, url, "noisy", 40)
    handles = _receive(lab, url, 2)
    lab.advance(5)
    handles += _receive(lab, url, 2)
    lab.advance(5)
    _delete(lab, url, handles)
    _send(lab, url, "noisy")
    _send(lab, url, "quiet")
    return [_next(lab, url), _next(lab, url)]


@behaviour(
    aws=["quiet", "noisy"],
    source="SNS API reference, Publish: MessageGroupId on standard topics is forwarded to standard queues for fair "
    "queues",
)
def tenants_of_a_topic(lab: Lab) -> object:
    """The group of a message that was published to a standard topic is its tenant in the subscribed queue."""
    url, topic = lab.queue(), lab.topic()
    lab.subscribe(topic, url, RawMessageDelivery="true")
    for tenant, count in (("noisy", 31), ("quiet", 1)):
        for first in range(0, count, 10):
            entries = [
                {"Id": str(number), "Message": tenant, "MessageGroupId": tenant}
                for number in range(first, min(first + 10, count))
            ]
            lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
        if tenant == "noisy":
            _receive(lab, url, 3)
    return lab.bodies(url)


@behaviour(
    aws=["noisy", "noisy", "noisy", "quiet"],
    source="SQS developer guide, Amazon SQS fair queues: difference with FIFO queues",
)
def fifo_queues_have_no_noisy_tenants(lab: Lab) -> object:
    """On a FIFO queue the group that has waited longest comes first, however much processing time it has used."""
    url = lab.queue("orders.fifo")
    for number, group in enumerate(["noisy"] * 3 + ["quiet"]):
        if group == "quiet":
            _receive(lab, url, 1)
            lab.advance(40)
        ids = {"MessageGroupId": group, "MessageDeduplicationId": str(number)}
        lab.sqs.send_message(QueueUrl=url, MessageBody=group, **ids)
    return lab.bodies(url)

"""Private copies of the offline cloud: nothing that happens in one changes the other."""

import gc
import json
import time
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import boto3
import pytest

from helpers.aws_rules.common.steps import Step
from helpers.backends.base import Cloud
from helpers.backends.offline import offline_cloud, snapshot
from helpers.backends.offline.copies import freeze, thaw
from helpers.backends.offline.queue_play import QueuePlay
from helpers.simulation import worlds
from helpers.simulation.worlds import World

FAR, NEAR = "https://shop.example/orders", "http://127.0.0.1:9/orders"  # the second one is on this computer


@pytest.fixture
def rich(offline: Cloud, sqs: Any, sns: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that has something of everything that a copy could share."""
    posted: list[dict[str, Any]] = []
    monkeypatch.setattr(offline.world.accounts.web, "post", lambda url, headers, body: posted.append(body) or 503)
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    url = sqs.create_queue(QueueName="orders", Attributes={"RedrivePolicy": redrive}, tags={"team": "shop"})["QueueUrl"]
    note = {"StringValue": "tea", "DataType": "String"}
    for n in range(101, 105):
        body = json.dumps({"order_id": f"A-{n}"})
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes={"note": note}, DelaySeconds=5 * (n == 104))
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=2)
    fifo = sqs.create_queue(QueueName="in-line.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sqs.send_message(QueueUrl=fifo, MessageBody="tea", MessageGroupId="g", MessageDeduplicationId="d")
    sqs.receive_message(QueueUrl=fifo, ReceiveRequestAttemptId="attempt")
    topic = sns.create_topic(Name="news", Tags=[{"Key": "team", "Value": "shop"}])["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@shop.example")
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=FAR)
    offline.follow(offline.inbox[-1].confirm_url)
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=NEAR)
    offline.follow(json.loads(posted[-1])["SubscribeURL"])
    offline.web_fails(FAR)
    offline.unkind(lag=5, duplicates=0.2, seed=3)
    sns.publish(TopicArn=topic, Message="hello")
    assert len(offline.world.accounts.all()[0]._due) == 2  # retries
    archived = {"FifoTopic": "true", "ArchivePolicy": '{"MessageRetentionPeriod": "1"}'}
    line = sns.create_topic(Name="line.fifo", Attributes=archived)["TopicArn"]
    sns.publish(TopicArn=line, Message="kept", MessageGroupId="g", MessageDeduplicationId="d")
    sns.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "-"})
    sns.create_sms_sandbox_phone_number(PhoneNumber="+15550100")
    role = "arn:aws:iam::123456789012:role/packer"
    boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="Kim")
    sqs.start_message_move_task(SourceArn=arn, MaxNumberOfMessagesPerSecond=1)
    return offline.world


def reached(root: Any) -> Iterator[Any]:
    """Yield each object that can be reached from this one, except classes and modules, which all code shares."""
    seen, left = {id(root)}, [root]
    while left:
        one = left.pop()
        yield one
        for other in one.__closure__ or () if isinstance(one, FunctionType) else gc.get_referents(one):
            if isinstance(other, (type, ModuleType)) or id(other) in seen:
                continue
            seen.add(id(other))
            left.append(other)


def is_mutable(thing: Any) -> bool:
    """Return whether this could carry a change from one world into another."""
    if isinstance(thing, (dict, list, set, bytearray)):
        return True
    return type(thing).__module__.startswith(("helpers.", "moto.", "random", "collections", "threading", "_thread"))


def digest(world: World) -> str:
    """Return all that is in a world as a text: its messages, subscriptions, mails, journal, ids and time."""
    seen: dict[int, int] = {}

    def text(thing: Any) -> Any:
        if isinstance(thing, (str, bytes, int, float, type(None), type, FunctionType)):
            return repr(thing)
        if id(thing) in seen:
            return f"#{seen[id(thing)]}"
        seen[id(thing)] = len(seen)
        if hasattr(thing, "getstate"):
            return repr(thing.getstate())
        if isinstance(thing, dict):
            return [(text(key), text(value)) for key, value in thing.items()]
        if isinstance(thing, (list, tuple, set)) or type(thing).__name__ == "deque":
            return [text(one) for one in thing]
        if type(thing).__module__.startswith(("helpers.", "moto.")):
            return [type(thing).__name__, text(vars(thing))]
        return [type(thing).__name__, text(thing.args), text(thing.keywords)] if hasattr(thing, "keywords") else ""

    return json.dumps(text(world))


def test_the_digest_notices_a_change(rich: World, sqs: Any) -> None:
    """Otherwise the test of playing would prove nothing."""
    before = digest(rich)
    assert digest(rich) == before
    next(
        iter(rich.accounts.all()[0].service(snapshot.SqsRegion, "us-east-1").queues["orders"].stored.values())
    ).body = ""
    assert digest(rich) != before


def test_a_copy_shares_no_object_that_can_change(rich: World) -> None:
    """Walking all that each of them refers to, no object is met from both sides that could carry a change."""
    ours = list(reached(rich))
    own = {id(thing): thing for thing in ours if is_mutable(thing)}
    theirs = list(reached(thaw(freeze(rich))))
    assert [thing for thing in theirs if id(thing) in own] == []
    assert len([thing for thing in theirs if is_mutable(thing)]) > 200


def test_a_copy_has_what_the_cloud_has(rich: World) -> None:
    """The same messages, with the time left of each, subscriptions, mails, steps and account numbers; no calls."""
    copy, url = thaw(freeze(rich)), "https://sqs.us-east-1.amazonaws.com/123456789012/orders"
    assert snapshot.queue(copy, "us-east-1", url, 50) == snapshot.queue(rich, "us-east-1", url, 50)
    assert snapshot.fan_out(copy, "us-east-1") == snapshot.fan_out(rich, "us-east-1")
    assert offline_cloud.inbox_of(copy) == offline_cloud.inbox_of(rich)
    assert list(copy.journal) == [entry for entry in rich.journal if isinstance(entry, Step)]
    assert copy.clock.time() == rich.clock.time()


def test_a_copy_is_the_same_each_time(rich: World) -> None:
    """Thawed twice, the same thing happens to be the same: what is done in both has the same ids."""
    frozen = freeze(rich)
    assert digest(thaw(frozen)) == digest(thaw(frozen))
    assert len({thaw(frozen).accounts.all()[0].new_id() for _ in range(2)}) == 1


def test_playing_hard_in_a_copy_changes_nothing(
    rich: World, sqs: Any, sns: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls of boto3, retries that come due, confirmations and days that pass: the cloud stays as it was."""
    sent: list[str] = []
    monkeypatch.setattr(rich.accounts.web, "post", lambda url, headers, body: sent.append(url) or 200)
    before, copy = digest(rich), thaw(freeze(rich))
    offline_cloud.follow(
        copy, next(mail.confirm_url for mail in offline_cloud.inbox_of(copy) if mail.protocol == "email")
    )
    with worlds.enter(copy):
        url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        for hours in (0.01, 0.1, 1, 100):
            copy.clock.advance(hours=hours)
            topic = sns.list_topics()["Topics"][0]["TopicArn"]
            sns.publish(TopicArn=topic, Message="played")
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get(
                "Messages", []
            ):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            sqs.send_message(QueueUrl=url, MessageBody="played")
        sqs.delete_queue(QueueUrl=url)
        sns.delete_topic(TopicArn=topic)
    assert digest(rich) == before
    assert sent == []
    assert len(copy.journal) > len(rich.journal)


def test_a_retry_in_a_copy_delivers_in_the_copy(rich: World) -> None:
    """SNS's retry of a failed delivery comes due in the copy, and its outcome is recorded there."""
    copy = thaw(freeze(rich))
    copy.accounts.all()[0].down.clear()
    copy.clock.advance(seconds=30)
    before = len(rich.journal)
    with copy.accounts.changed:
        copy.accounts.all()[0].catch_up()
    delivered = [step for step in copy.journal if isinstance(step, Step) and step.what == "delivered"]
    assert next(step.reason for step in delivered) == f"to {FAR}"
    assert len(rich.journal) == before


def test_each_move_of_a_play_leaves_the_cloud_alone(rich: World) -> None:
    """Whatever the live picture's buttons do, the learner's cloud has the same messages, ids, journal and time."""
    before = digest(rich)
    play = QueuePlay(rich, "us-east-1", "https://sqs.us-east-1.amazonaws.com/123456789012/orders")
    for _ in range(3):
        play.send()
        play.send(delayed=True)
        for message in play.look(50)["messages"]:
            play.receive("Kim")
            play.extend(message["id"])
            play.delete(message["id"])
            play.advance(20)
        play.advance(5 * 86_400)
        play.start_over()
    assert digest(rich) == before


def test_a_copy_is_cheap(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """Copying two thousand messages takes a fraction of the fifth of a second that a reader would notice."""
    for _ in range(200):
        entries = [{"Id": str(n), "MessageBody": json.dumps({"order_id": f"A-{n}"})} for n in range(10)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    took = []
    for _ in range(3):
        begin = time.thread_time()
        thaw(freeze(offline.world))
        took.append(time.thread_time() - begin)
    assert min(took) < 0.2

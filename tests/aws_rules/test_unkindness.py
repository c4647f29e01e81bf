"""Unkindness: what the offline cloud does to a program on request, and what it never does."""

import threading
from collections import Counter
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers import clock, cloud
from helpers.backends.base import Cloud
from helpers.errors import CloudError


def send(sqs: Any, url: str, count: int, **params: Any) -> list[str]:
    """Send this many messages and return their bodies."""
    bodies = [f"order {number}" for number in range(count)]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, **params)
    return bodies


def work(sqs: Any, url: str, receives: int) -> list[str]:
    """Receive, note and delete this many times. All visibility timeouts end between two receives."""
    seen = []
    for _ in range(receives):
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            seen.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        clock.advance(minutes=2)
    return seen


def test_by_default_nothing_unkind_happens(sqs: Any, queue_url: str) -> None:
    """Each message comes once, in order, and the counters are exact."""
    bodies = send(sqs, queue_url, 30)
    assert work(sqs, queue_url, 5) == bodies
    assert repr(cloud.unkind()) == "The cloud is kind."


def test_duplicates_come_although_each_copy_is_deleted(sqs: Any, queue_url: str) -> None:
    """Some messages are delivered twice, none more often, none is lost, and the report counts them."""
    bodies = send(sqs, queue_url, 50)
    with cloud.unkind(duplicates=0.3, seed=7) as unkind:
        seen = Counter(work(sqs, queue_url, 20))
    assert set(seen) == set(bodies)
    twice = [body for body, times in seen.items() if times == 2]
    assert 5 <= len(twice) <= 25
    assert max(seen.values()) == 2
    assert len(unkind.done) == len(twice)
    assert all("once more" in what for what in unkind.done)


def test_the_same_seed_does_the_same(sqs: Any) -> None:
    """The same happens in two runs with one seed, and something else with another seed."""
    runs = []
    for number, seed in enumerate((3, 3, 4)):
        url = sqs.create_queue(QueueName=f"orders-{number}")["QueueUrl"]
        send(sqs, url, 40)
        with cloud.unkind(duplicates=0.3, missed=0.2, disorder=0.2, seed=seed):
            runs.append(work(sqs, url, 12))
    assert runs[0] == runs[1] != runs[2]


def test_a_short_poll_misses_and_a_long_poll_does_not(sqs: Any, queue_url: str) -> None:
    """If messages are always missed, a short poll returns nothing and a long poll everything."""
    send(sqs, queue_url, 5)
    with cloud.unkind(missed=1):
        assert "Messages" not in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        assert len(sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)["Messages"]) == 5


def test_order_is_best_effort(sqs: Any, queue_url: str) -> None:
    """Messages change places, and all of them are delivered."""
    bodies = send(sqs, queue_url, 30)
    with cloud.unkind(disorder=0.5):
        seen = work(sqs, queue_url, 10)
    assert seen != bodies
    assert sorted(seen) == sorted(bodies)


def test_counters_lag(sqs: Any, queue_url: str) -> None:
    """A counter that lags shows the old number, and after the lag the current one."""

    def visible() -> str:
        names = ["ApproximateNumberOfMessages"]
        return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]]

    with cloud.unkind(lag=60):
        assert visible() == "0"
        send(sqs, queue_url, 3)
        assert visible() == "0"
        clock.advance(seconds=60)
        assert visible() == "3"


@pytest.mark.parametrize("kind", ["throttling", "errors"])
def test_boto3s_retries_meet_throttling_and_errors(sqs: Any, queue_url: str, kind: str) -> None:
    """boto3's three attempts are enough, nothing is done twice, and the report says what happened."""
    with cloud.unkind(**{kind: 0.2}, seed=5) as unkind:
        bodies = send(sqs, queue_url, 20)
    assert unkind.done
    assert any(call.retries for call in cloud.calls())
    assert work(sqs, queue_url, 3) == bodies


def test_entries_of_a_batch_meet_an_error(sqs: Any, queue_url: str) -> None:
    """Such an entry is under Failed, not by the sender's fault, and has changed nothing; the others are done."""
    entries = [{"Id": str(number), "MessageBody": f"order {number}"} for number in range(10)]
    with cloud.unkind(entries=0.5) as unkind:
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    sent = [f"order {entry['Id']}" for entry in reply["Successful"]]
    assert 0 < len(reply["Failed"]) == len(unkind.done) == 10 - len(sent)
    assert {(entry["Code"], entry["SenderFault"]) for entry in reply["Failed"]} == {("InternalError", False)}
    assert work(sqs, queue_url, 3) == sent


@pytest.mark.parametrize("at_once", [10, 3])
def test_what_is_done_to_a_message_fails_at_most_so_often(sqs: Any, queue_url: str, at_once: int) -> None:
    """With entry_errors=2, a third try works, in batches of any size, and what has worked doesn't fail afterwards."""
    send(sqs, queue_url, 10)

    def delete(seed: int) -> list[str]:
        """Try to delete each message three times, each time with a receipt handle of its own; return what failed."""
        failed = []
        with cloud.unkind(entries=0.9, entry_errors=2, seed=seed):
            for turn in range(3):
                found = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
                messages = found.get("Messages", [])
                for start in range(0, len(messages), at_once):
                    part = messages[start : start + at_once]
                    entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(part)]
                    failures = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
                    failed += [turn for _ in failures]
                    again = [entry for entry in entries if entry["Id"] not in [one["Id"] for one in failures]]
                    if again:
                        assert "Failed" not in sqs.delete_message_batch(QueueUrl=queue_url, Entries=again)
        return failed

    failed = delete(seed=3)
    assert {0, 1} == set(failed), "the first two tries fail now and then, and the third one never does"
    assert work(sqs, queue_url, 2) == []


def test_entries_of_a_batch_of_sns_meet_an_error(sns: Any) -> None:
    """They are under Failed, not by the sender's fault, and weren't published."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sms", Endpoint="+15555550100")
    entries = [{"Id": str(number), "Message": f"news {number}"} for number in range(10)]
    with cloud.unkind(entries=0.5) as unkind:
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
    published = [f"news {entry['Id']}" for entry in reply["Successful"]]
    assert 0 < len(reply["Failed"]) == len(unkind.done) == 10 - len(published)
    assert {(entry["Code"], entry["SenderFault"]) for entry in reply["Failed"]} == {("InternalError", False)}
    assert [arrived.message for arrived in cloud.inbox] == published


@pytest.mark.parametrize(
    ("kind", "service", "code"),
    [
        ("throttling", "sqs", "RequestThrottled"),
        ("throttling", "sns", "Throttling"),
        ("errors", "sqs", "InternalError"),
    ],
)
def test_without_retries_the_error_is_seen(offline: Cloud, kind: str, service: str, code: str) -> None:
    """Without retries the program gets AWS's error code."""
    client = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
    call = client.list_queues if service == "sqs" else client.list_topics
    with cloud.unkind(**{kind: 1}), pytest.raises(ClientError) as problem:
        call()
    assert problem.value.response["Error"]["Code"] == code


def test_fifo_queues_keep_their_promises(sqs: Any) -> None:
    """On a FIFO queue no message is duplicated, missed or out of sequence."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    bodies = send(sqs, url, 40, MessageGroupId="one")
    with cloud.unkind(duplicates=1, missed=1, disorder=1):
        assert work(sqs, url, 10) == bodies


def test_groups_of_a_fifo_queue_can_be_mixed(sqs: Any) -> None:
    """Messages of different groups change places, and each group stays in sequence."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    groups = {group: [f"{group}{number}" for number in range(3)] for group in "ab"}
    for group, bodies in groups.items():
        for body in bodies:
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    with cloud.unkind(disorder=1):
        assert work(sqs, url, 10) == ["a0", "a1", "b0", "b1", "b2", "a2"]


def test_a_block_ends_with_the_block(sqs: Any, queue_url: str) -> None:
    """Afterwards the cloud is as kind or unkind as it was before."""
    cloud.unkind(lag=60)
    with cloud.unkind(errors=1):
        pass
    sqs.list_queues()
    assert "lag=60" in repr(cloud.unkind(lag=60))


@pytest.mark.parametrize("kinds", [{"duplicates": 2}, {"duplicates": -1}, {"lag": -1}, {"duplicates": "often"}])
def test_a_chance_is_between_0_and_1(offline: Cloud, kinds: dict[str, Any]) -> None:
    """Anything else raises an error that names the kind."""
    with pytest.raises(CloudError, match=next(iter(kinds))):
        cloud.unkind(**kinds)


def test_an_unknown_kind_is_refused(offline: Cloud) -> None:
    """The error names the kinds that there are."""
    with pytest.raises(CloudError, match=r"There's no unkindness called cruelty.*duplicates"):
        cloud.unkind(cruelty=1)


def test_threads_never_share_a_message(sqs: Any, queue_url: str) -> None:
    """With eight consumers on one queue, each of 160 messages is delivered once."""
    for start in range(0, 160, 10):
        entries = [{"Id": str(n), "MessageBody": f"order {n}"} for n in range(start, start + 10)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    seen: list[str] = []

    def consume() -> None:
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                seen.append(message["Body"])
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

    threads = [threading.Thread(target=consume) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(f"order {number}" for number in range(160))

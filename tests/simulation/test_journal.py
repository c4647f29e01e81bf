"""The journal: every call that boto3 makes, as boto3 takes and returns it, and nothing that changes afterwards."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.core.botocore_stubber import MockRawResponse

from helpers import clock, cloud, start
from helpers.aws_rules.common.request import Request
from helpers.backends.base import Cloud
from helpers.backends.calls import Call, Exchange
from helpers.simulation.clock import START
from helpers.simulation.journal import Journal


def last() -> Call:
    """Return the newest call."""
    return cloud.calls()[-1]


def body_of(reply: dict[str, Any]) -> dict[str, Any]:
    """Return what boto3 returned, without what it says about the exchange itself."""
    return {key: value for key, value in reply.items() if key != "ResponseMetadata"}


# ---- The journal alone


def test_a_journal_is_read_from_a_mark_on() -> None:
    """`since` gives what was written after the mark, in order; the whole journal is its iteration."""
    journal = Journal()
    journal.append("a")
    mark = journal.mark()
    journal.append("b")
    journal.append("c")
    assert list(journal) == ["a", "b", "c"]
    assert journal.since(mark) == ["b", "c"]
    assert journal.since(journal.mark()) == []


def test_a_full_journal_forgets_the_oldest() -> None:
    """Beyond its limit the oldest entry goes first, and marks still mean the same place."""
    journal = Journal(limit=3)
    journal.append(0)
    mark = journal.mark()
    for number in (1, 2, 3, 4):
        journal.append(number)
    assert list(journal) == [2, 3, 4]
    assert len(journal) == 3
    assert journal.since(mark) == [2, 3, 4]
    assert journal.since(mark + 3) == [4]


def test_a_journal_that_does_not_record_stays_empty() -> None:
    """With recording=False nothing is written; what was written before stays."""
    journal = Journal(recording=False)
    journal.append("unseen")
    journal.recording = True
    journal.append("seen")
    journal.recording = False
    journal.append("unseen")
    assert list(journal) == ["seen"]


# ---- Calls in the running cloud


def test_a_call_is_kept_with_all_that_belongs_to_it(sqs: Any, queue_url: str) -> None:
    """A call has service, operation, parameters, region, moment by the clock, reply, no error and no retry."""
    clock.advance(hours=1)
    reply = sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    call = last()
    assert (call.service, call.operation, call.region) == ("sqs", "SendMessage", "us-east-1")
    assert call.params == {"QueueUrl": queue_url, "MessageBody": "book"}
    assert call.response == body_of(reply)
    assert (call.error_code, call.retries) == (None, 0)
    assert (call.at - START).total_seconds() == 3600
    assert 0 < call.seconds < 60


def test_calls_are_in_order_and_from_every_client(offline: Cloud) -> None:
    """Calls of several services, regions, sessions and resources are in one journal, in the order they were made."""
    boto3.client("sns").create_topic(Name="orders")
    boto3.Session(region_name="eu-west-1").client("sqs").create_queue(QueueName="orders")
    boto3.client("sts").get_caller_identity()
    assert [(call.service, call.region, call.operation) for call in cloud.calls()] == [
        ("sns", "us-east-1", "CreateTopic"),
        ("sqs", "eu-west-1", "CreateQueue"),
        ("sts", "us-east-1", "GetCallerIdentity"),
    ]


def test_calls_of_a_resource_are_kept(offline: Cloud) -> None:
    """What a resource does for its user is in the journal as the operations that it calls."""
    queue = boto3.resource("sqs").create_queue(QueueName="orders")
    queue.send_message(MessageBody="book")
    queue.receive_messages()[0].delete()
    topic = boto3.resource("sns").create_topic(Name="orders")
    topic.publish(Message="book")
    assert [call.operation for call in cloud.calls()] == [
        "CreateQueue",
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
        "CreateTopic",
        "Publish",
    ]
    assert last().params == {"TopicArn": topic.arn, "Message": "book"}


ATTRIBUTES = {
    "kind": {"DataType": "String", "StringValue": "book & more = 100 %"},
    "pages": {"DataType": "Number", "StringValue": "42"},
    "cover": {"DataType": "Binary", "BinaryValue": b"\x00\xff\x10"},
}


def test_parameters_of_sqs_are_as_boto3_takes_them(sqs: Any, queue_url: str) -> None:
    """For SQS, whose protocol is JSON: texts, numbers, lists, maps, nested attributes and bytes read as they were."""

    def kept(operation: str, **params: Any) -> None:
        getattr(sqs, operation)(**params)
        assert last().params == params

    kept("create_queue", QueueName="more", Attributes={"DelaySeconds": "5"}, tags={"shop": "books", "empty": ""})
    kept("tag_queue", QueueUrl=queue_url, Tags={"shop": "Bücher, «neu»"})
    kept("untag_queue", QueueUrl=queue_url, TagKeys=["shop"])
    kept("send_message", QueueUrl=queue_url, MessageBody="é 📦", DelaySeconds=1, MessageAttributes=ATTRIBUTES)
    entries = [{"Id": str(n), "MessageBody": "x", "MessageAttributes": ATTRIBUTES} for n in range(10)]
    kept("send_message_batch", QueueUrl=queue_url, Entries=entries)
    kept("receive_message", QueueUrl=queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All", "kind"])
    kept("list_queues")


def test_parameters_of_sns_are_as_boto3_takes_them(sns: Any, queue_url: str) -> None:
    """For SNS, whose protocol is a form: maps, lists, booleans, nested attributes and batches read as they were."""

    def kept(operation: str, **params: Any) -> Any:
        reply = getattr(sns, operation)(**params)
        assert last().params == params
        assert last().response == body_of(reply)
        return reply

    tags = [{"Key": "shop", "Value": "books & more"}, {"Key": "empty", "Value": ""}]
    topic = kept("create_topic", Name="orders", Attributes={"DisplayName": "a=b&c"}, Tags=tags)["TopicArn"]
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    options = {"RawMessageDelivery": "true", "FilterPolicy": '{"kind": ["book"]}'}
    kept("subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=options, ReturnSubscriptionArn=True)
    kept("subscribe", TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=options, ReturnSubscriptionArn=False)
    kept("publish", TopicArn=topic, Message="é 📦\nline", Subject="Order", MessageAttributes=ATTRIBUTES)
    entries = [{"Id": str(n), "Message": f"m{n}", "MessageAttributes": ATTRIBUTES} for n in range(1, 11)]
    kept("publish_batch", TopicArn=topic, PublishBatchRequestEntries=entries)
    kept("tag_resource", ResourceArn=topic, Tags=[{"Key": str(n), "Value": f"v{n}"} for n in range(12)])
    kept("untag_resource", ResourceArn=topic, TagKeys=["1", "empty"])
    kept("untag_resource", ResourceArn=topic, TagKeys=[])
    kept("list_tags_for_resource", ResourceArn=topic)
    kept("set_topic_attributes", TopicArn=topic, AttributeName="DisplayName", AttributeValue="")
    kept("list_topics")


def test_replies_of_sqs_are_as_boto3_returns_them(sqs: Any, queue_url: str) -> None:
    """A reply with nested attributes and bytes reads from the journal as boto3 returned it; an empty one, too."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book", MessageAttributes=ATTRIBUTES)
    reply = sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
    assert reply["Messages"][0]["MessageAttributes"] == ATTRIBUTES
    assert last().response == body_of(reply)
    sqs.receive_message(QueueUrl=queue_url)
    assert last().response == {}


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_an_error_is_kept_with_the_code_that_boto3_gives(offline: Cloud, service: str) -> None:
    """A call that AWS refuses has the error's code, as in e.response, and no reply."""
    client = boto3.client(service)
    missing = "arn:aws:sns:us-east-1:123456789012:missing"
    with pytest.raises(ClientError) as refused:
        _ = client.get_queue_url(QueueName="x") if service == "sqs" else client.get_topic_attributes(TopicArn=missing)
    assert last().error_code == refused.value.response["Error"]["Code"]
    assert last().error_code in ("AWS.SimpleQueueService.NonExistentQueue", "NotFound")
    assert last().response is None


@pytest.mark.parametrize(
    ("service", "target", "body"),
    [
        ("sqs", "AmazonSQS.SendMessage", b"{not JSON"),
        ("sqs", "AmazonSQS.SendMessage", b"[1, 2]"),
        ("sqs", "AmazonSQS.Missing", b"{}"),
        ("nothing", "Nothing.Known", b"{}"),
        ("sns", "", b"\xff\xfe"),
        ("sns", "", b"Action=Missing&A=1"),
    ],
)
def test_a_request_that_cannot_be_read_has_no_parameters(service: str, target: str, body: bytes) -> None:
    """What no client of boto3 would send is kept, and reads as a call without parameters; it stops no reader."""
    headers = {"x-amz-target": target} if target else {}
    request = Request.received(service, "us-east-1", headers, body)
    call = Call((Exchange(request, START, 0.1, status=400),))
    assert call.params == {}
    assert call.operation in ("SendMessage", "Missing", "Known", "?")
    assert call.error_code is not None


# ---- Retries


def failing(send: Callable[..., Any], times: int) -> Callable[..., Any]:
    """Return a `send` that answers 503 this often, without a body, and then as the given one does."""
    left = [times]

    def send_or_fail(request: Any, network: Any) -> Any:
        if left[0]:
            left[0] -= 1
            return AWSResponse(request.url, 503, {}, MockRawResponse(b""))
        return send(request, network)

    return send_or_fail


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_a_retry_belongs_to_its_call(offline: Cloud, monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    """A call that got 503 once and then an answer is one call, with one retry and no error, from its first moment."""
    monkeypatch.setattr(offline.world, "send", failing(offline.world.send, 1))
    client = boto3.client(service)
    reply = client.list_queues() if service == "sqs" else client.list_topics()
    [call] = cloud.calls()
    assert (call.operation, call.retries) == ("ListQueues" if service == "sqs" else "ListTopics", 1)
    assert call.retries == reply["ResponseMetadata"]["RetryAttempts"]
    assert call.error_code is None
    assert [exchange.status for exchange in call.exchanges] == [503, 200]
    assert call.at == START


@pytest.mark.parametrize("service", ["sqs", "sns"])
def test_a_call_that_never_got_through_has_an_error(
    offline: Cloud, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """A call that got 503 each time is one call with its retries and the error's code."""
    monkeypatch.setattr(offline.world, "send", failing(offline.world.send, 99))
    client = boto3.client(service)
    with pytest.raises(ClientError) as refused:
        _ = client.list_queues() if service == "sqs" else client.list_topics()
    [call] = cloud.calls()
    assert call.retries == refused.value.response["ResponseMetadata"]["RetryAttempts"] > 0
    assert call.error_code == refused.value.response["Error"]["Code"] == "503"
    assert call.response is None


def test_a_call_without_an_answer_has_the_name_of_what_went_wrong(offline: Cloud) -> None:
    """Where nobody answers, the error's code is the name of botocore's error, and every try was counted."""
    with pytest.raises(EndpointConnectionError):
        boto3.client("sqs", region_name="xx-nowhere-1").list_queues()
    [call] = cloud.calls()
    assert (call.region, call.operation) == ("xx-nowhere-1", "ListQueues")
    assert call.error_code == "EndpointConnectionError"
    assert call.retries > 0
    assert call.response is None


# ---- What does not change


def test_what_is_kept_does_not_change_afterwards(sqs: Any, queue_url: str) -> None:
    """Changing the parameters, the reply, or what was read from the journal changes nothing in the journal."""
    attributes = {"kind": {"DataType": "String", "StringValue": "book"}}
    params = {"QueueUrl": queue_url, "MessageBody": "book", "MessageAttributes": attributes}
    reply = sqs.send_message(**params)
    message_id = reply["MessageId"]

    attributes["kind"]["StringValue"] = "changed"
    params["MessageBody"] = "changed"
    reply["MessageId"] = "changed"
    last().params["MessageBody"] = "changed"
    last().response["MessageId"] = "changed"

    assert last().params["MessageBody"] == "book"
    assert last().params["MessageAttributes"]["kind"]["StringValue"] == "book"
    assert last().response["MessageId"] == message_id


def test_a_cloud_that_does_not_record_writes_nothing(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """With recording=False calls are answered and leave no trace."""
    before = len(cloud.calls())
    offline.world.journal.recording = False
    assert sqs.list_queues()["QueueUrls"] == [queue_url]
    assert len(cloud.calls()) == before
    offline.world.journal.recording = True
    sqs.list_queues()
    assert len(cloud.calls()) == before + 1


def test_a_new_cloud_has_an_empty_journal(offline: Cloud, sqs: Any) -> None:
    """start() begins a new journal; the calls of the cloud before are not in it."""
    sqs.list_queues()
    assert len(start().calls()) == 0
    assert len(offline.calls()) == 1


# ---- what a call is billed as


@pytest.mark.parametrize(("size", "requests"), [(1, 1), (65_536, 1), (65_537, 2), (1_048_576, 16)])
def test_a_large_message_counts_once_for_every_64_kib(sqs: Any, queue_url: str, size: int, requests: int) -> None:
    """Sent and received, with its attributes."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="x" * size)
    sqs.receive_message(QueueUrl=queue_url)
    sqs.receive_message(QueueUrl=queue_url)
    assert [call.requests for call in cloud.calls()[-3:]] == [requests, requests, 1]


def test_a_batch_counts_by_the_sum_of_its_messages(sqs: Any, sns: Any, queue_url: str) -> None:
    """Ten small messages count as one request; so do the entries of a publish."""
    entries = [{"Id": str(n), "MessageBody": "x" * 6_000} for n in range(10)]
    sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    attributes = {"kind": {"DataType": "String", "StringValue": "x" * 60_000}}
    sqs.send_message(QueueUrl=queue_url, MessageBody="x" * 10_000, MessageAttributes=attributes)
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    notes = [{"Id": str(n), "Message": "x" * 20_000} for n in range(10)]
    sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=notes)
    assert [call.requests for call in cloud.calls()[-4:]] == [1, 2, 1, 4]

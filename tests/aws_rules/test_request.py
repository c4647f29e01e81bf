"""One request, parsed once: the cloud that answers it and all who look at it see the same reading of its bytes."""

import contextlib
import json
import tracemalloc
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.config import Config

from helpers import cloud
from helpers.aws_rules import dispatch
from helpers.aws_rules.common import reading
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.backends import transport
from helpers.backends.base import Cloud
from helpers.backends.calls import Call, Exchange
from helpers.simulation.clock import Clock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World

SIGNED = "AWS4-HMAC-SHA256 Credential=OFFLINESHOP/20260105/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def send(world: World, service: str, body: bytes, **headers: str) -> Any:
    """Send what no client of boto3 would."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers["Authorization"] = SIGNED.format(service)
    request = AWSPreparedRequest("POST", "https://elsewhere.example/", HeadersDict(headers), body, False)
    return transport.send(world, request)


def exchanges(world: World) -> list[Exchange]:
    """Return the exchanges in a world's journal."""
    return [entry for entry in world.journal if isinstance(entry, Exchange)]


def topics() -> list[str]:
    """Return the names of the topics in eu-west-1."""
    found = boto3.client("sns", region_name="eu-west-1").list_topics()["Topics"]
    return [topic["TopicArn"].rpartition(":")[2] for topic in found]


@pytest.mark.parametrize(
    "body",
    [
        b"Action=ListTopics&Action=CreateTopic&Name=news",
        b"Action=CreateTopic&Name=news&Action=ListTopics",
        b"Action=CreateTopic&Name=news&Action=",
        b"Action=CreateTopic&Name=old&Name=news",
    ],
)
def test_a_form_with_two_fields_of_one_name_is_refused(offline: Cloud, body: bytes) -> None:
    """Nothing is executed, whichever of the two the caller hopes for, and the journal has the refusal."""
    reply = send(offline.world, "sns", body)
    assert reply.status_code == 400
    assert "<Code>InvalidQueryParameter</Code>" in reply.text
    assert cloud.calls()[-1].error_code
    assert topics() == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-AMZ-TARGET": "AmazonSQS.CreateQueue"}, b'{"QueueName": "orders"}'),
        ({"x-amz-target": "AmazonSQS.CreateQueue"}, b'{"QueueName": "other", "QueueName": "orders"}'),
        ({"X-Amz-Target": "CreateQueue"}, b'{"QueueName": "orders"}'),
        ({"X-Amz-Target": "ListQueues.CreateQueue", "Content-Type": "text/plain"}, b'{"QueueName": "orders"}'),
        ({"X-Amz-Target": "AmazonSQS.CreateQueue", "Transfer-Encoding": "chunked"}, b'{"QueueName": "orders"}'),
        ({"Content-Type": "application/json"}, b"Action=CreateQueue&QueueName=orders"),
        ({}, b"QueueName=orders&Action=Create%51ueue"),
        ({"amz-sdk-invocation-id": "1", "User-Agent": ""}, b"&&Action=CreateQueue&QueueName=orders&"),
    ],
)
def test_the_journal_names_the_operation_that_was_executed(
    offline: Cloud, headers: dict[str, str], body: bytes
) -> None:
    """However oddly a request is written: what made the queue reads as CreateQueue, with its parameters."""
    assert send(offline.world, "sqs", body, **headers).status_code == 200
    call = cloud.calls()[-1]
    assert (call.operation, call.params, call.error_code) == ("CreateQueue", {"QueueName": "orders"}, None)
    assert len(cloud.calls()) == 1


def test_requests_with_one_invocation_id_are_calls_of_their_own(offline: Cloud) -> None:
    """Only boto3's next try after a failure belongs to the call before, and asks for the same."""
    for name in ("a", "a", "b"):
        send(offline.world, "sns", b"Action=CreateTopic&Name=" + name.encode(), amz_sdk_invocation_id="1")
    send(offline.world, "sns", b"Action=CreateTopic&Name=b%20", amz_sdk_invocation_id="1")
    send(offline.world, "sns", b"Action=CreateTopic&Name=b%20", amz_sdk_invocation_id="1")
    with offline.unkind(throttling=1.0):
        send(offline.world, "sns", b"Action=CreateTopic&Name=c", amz_sdk_invocation_id="1")
        send(offline.world, "sns", b"Action=CreateTopic&Name=d", amz_sdk_invocation_id="1")
    send(offline.world, "sns", b"Action=CreateTopic&Name=d", amz_sdk_invocation_id="1")
    assert [call.params["Name"] for call in cloud.calls()] == ["a", "a", "b", "b ", "b ", "c", "d"]
    assert [call.retries for call in cloud.calls()] == [0, 0, 0, 0, 0, 0, 1]


def test_service_region_and_key_are_those_of_the_signature(offline: Cloud) -> None:
    """They are read once, from the signature, and not from the host."""
    send(offline.world, "sns", b"Action=ListTopics")
    (exchange,) = exchanges(offline.world)
    request = exchange.request
    assert (request.service, request.region, request.access_key) == ("sns", "eu-west-1", "OFFLINESHOP")
    assert (exchange.service, exchange.region) == ("sns", "eu-west-1")
    assert request.account.number == "123456789012"
    assert request.identity == "arn:aws:iam::123456789012:user/learner"


def test_an_unsigned_request_is_for_what_its_host_says() -> None:
    """As one in search of credentials, or for a public object."""
    request = Request.signed({}, b"", "https://sns.eu-west-1.amazonaws.com/")
    assert (request.service, request.region, request.access_key) == ("sns", "eu-west-1", "")


def test_hooks_see_the_request_that_the_rules_get(offline: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """What wraps a world's `send` gets the parsed object, and the journal keeps that same one."""
    seen: list[Request] = []
    plain = offline.world.send
    monkeypatch.setattr(
        offline.world, "send", lambda request, network: (seen.append(request), plain(request, network))[1]
    )
    boto3.client("sqs").create_queue(QueueName="orders")
    (request,) = seen
    assert (request.operation, request.params) == ("CreateQueue", {"QueueName": "orders"})
    assert exchanges(offline.world)[-1].request is request


def test_where_requests_only_pass_through_nothing_is_decoded() -> None:
    """On an endpoint or a real account the parameters are read when somebody looks at the call."""

    def answer(request: Request, network: Any) -> Any:
        return transport.response(request.url, 200, {}, b'{"QueueUrl": "x"}')

    world = World(Clock(), Journal(), None, answer)  # type: ignore[arg-type]
    send(world, "sqs", b'{"QueueName": "orders"}', X_Amz_Target="AmazonSQS.GetQueueUrl")
    (exchange,) = exchanges(world)
    assert not {"operation", "params", "headers", "form"} & set(vars(exchange.request))
    call = Call((exchange,))
    assert (call.operation, call.params, call.response) == ("GetQueueUrl", {"QueueName": "orders"}, {"QueueUrl": "x"})
    assert exchange.headers["x-amz-target"] == "AmazonSQS.GetQueueUrl"


def test_no_rule_changes_the_parameters_that_it_reads(offline: Cloud) -> None:
    """The journal has the object that the rules got: after many kinds of calls it still is what the bytes say."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    kind = {"kind": {"DataType": "String", "StringValue": "book"}}
    url = sqs.create_queue(QueueName="orders", Attributes={"DelaySeconds": "0"}, tags={"shop": "books"})["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:orders"
    topic = sns.create_topic(Name="news", Tags=[{"Key": "shop", "Value": "books"}])["TopicArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy, "VisibilityTimeout": "1"})
    raw = {"RawMessageDelivery": "true", "FilterPolicy": '{"kind": ["book"]}'}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
    sns.publish(TopicArn=topic, Message="one", MessageAttributes=kind)
    notes = [{"Id": str(n), "Message": "more", "MessageAttributes": kind} for n in range(3)]
    sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=notes)
    sqs.send_message(QueueUrl=url, MessageBody="two", MessageAttributes=kind)
    entries = [{"Id": str(n), "MessageBody": "three", "MessageAttributes": kind} for n in range(3)]
    sqs.send_message_batch(QueueUrl=url, Entries=entries)
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    handles = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(got)]
    sqs.change_message_visibility_batch(QueueUrl=url, Entries=[handle | {"VisibilityTimeout": 5} for handle in handles])
    sqs.delete_message_batch(QueueUrl=url, Entries=handles)
    for exchange in exchanges(offline.world):
        request = exchange.request
        form = dict(reading.fields(request.body)) if request.target is None else None
        read, valid = reading.parameters(request.service, request.operation, request.body, form)
        assert valid
        assert request.params == read, request.operation


def test_an_operation_runs_without_a_wire_as_it_does_with_one(offline: Cloud) -> None:
    """`dispatch.run` returns what boto3 would, without ResponseMetadata; it draws ids for no request."""
    account = offline.world.accounts.get("123456789012")
    host = "https://sqs.us-east-1.amazonaws.com"
    url = dispatch.run(Request("sqs", "CreateQueue", {"QueueName": "orders"}, account, "us-east-1", host))["QueueUrl"]
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [url]
    before = offline.world.ids.getstate()
    assert dispatch.run(Request("sqs", "DeleteQueue", {"QueueUrl": url}, account, "us-east-1", host)) == {}
    assert offline.world.ids.getstate() == before
    with pytest.raises(Refused) as refused:
        dispatch.run(Request("sqs", "PurgeQueue", {"QueueUrl": url}, account, "us-east-1", host))
    assert refused.value.code == "AWS.SimpleQueueService.NonExistentQueue"


def test_a_message_in_flight_knows_who_received_it(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """The app id of the caller's client, or the IAM role's session; nothing for the learner's own calls."""
    role = boto3.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/shop", RoleSessionName="Lee")
    names = ("AccessKeyId", "aws_access_key_id"), ("SecretAccessKey", "aws_secret_access_key")
    keys = {ours: role["Credentials"][theirs] for theirs, ours in names}
    token = role["Credentials"]["SessionToken"]
    lee = boto3.client("sqs", aws_session_token=token, **keys)
    kim = boto3.client("sqs", config=Config(user_agent_appid="Kim", user_agent_extra="app/no"))
    both = boto3.client("sqs", aws_session_token=token, config=Config(user_agent_appid="Kim of Graz"), **keys)
    for client in (kim, lee, both, sqs):
        sqs.send_message(QueueUrl=queue_url, MessageBody="book")
        assert client.receive_message(QueueUrl=queue_url)["Messages"]
    received = [step for step in cloud.steps() if step.what == "received"]
    assert [step.by for step in received] == ["Kim", "Lee", "Kim-of-Graz", ""]
    assert received[0].reason == "receive number 1, by Kim; hidden for 30 s"
    assert received[3].reason == "receive number 1; hidden for 30 s"
    assert [one["by"] for one in offline.look_at_queue("us-east-1", queue_url, 9)["messages"]] == [
        step.by for step in received
    ]


def test_a_form_that_is_all_dots_costs_next_to_nothing() -> None:
    """A field's path has few steps in every operation; one of a hundred thousand makes no tree of that depth."""
    body = b"Action=ListTopics&" + b"." * 100_000 + b"=1"
    tracemalloc.start()
    try:
        with contextlib.suppress(reading.Unreadable):
            _ = Request.received("sns", "us-east-1", {}, body).params
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()

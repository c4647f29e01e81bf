"""The workshop's server: accounts, rejected requests, time, connections, tokens, notebooks and the command."""

import http.client
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import boto3
import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from served_lab import Running, keyed

from helpers import cli, clock, cloud, session, show, start
from helpers.aws_rules import dispatch
from helpers.aws_rules.sqs import receiving
from helpers.backends.endpoint.workshop_client import ControlClient
from helpers.backends.running import COMPARED
from helpers.errors import ClockError, CloudError
from helpers.workshop import http_server, serving

ROOT = Path(__file__).parents[2]
TOKEN = "the-teachers-token"
LONG = 20  # seconds that a long poll asks for; no test really waits that long
FORM = "application/x-www-form-urlencoded"
KEYS = ("AccessKeyId", "SecretAccessKey", "SessionToken")
_numbers = itertools.count(700_000_000_001)


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """A server on loopback, which doesn't check signatures."""
    running = Running()
    yield running
    running.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Running]:
    """A server as other computers meet it: requests have to be signed with the token."""
    running = Running(TOKEN)
    yield running
    running.close()


def new_number() -> str:
    """Return the number of an account that nothing has used yet."""
    return str(next(_numbers))


class Learner:
    """One account of a server, with its clients and its control API."""

    def __init__(self, running: Running, number: str = "", secret: str = "-"):
        self.url, self.number, self.secret = running.url, number or new_number(), secret
        self.control = ControlClient(self.url, self.number, secret)

    def client(self, service: str) -> Any:
        """Return a client of the account."""
        return keyed(self.url, service, "us-east-1", self.number, self.secret)

    @property
    def sqs(self) -> Any:
        """A client for SQS."""
        return self.client("sqs")

    @property
    def sns(self) -> Any:
        """A client for SNS."""
        return self.client("sns")

    def queue(self, name: str = "orders", **attributes: str) -> str:
        """Create a queue and return its URL."""
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def bodies(self, url: str, **options: Any) -> list[str]:
        """Receive once and return the bodies."""
        reply = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options)
        return [message["Body"] for message in reply.get("Messages", [])]


@pytest.fixture
def ada(served: Running) -> Learner:
    """A learner with an unused account."""
    return Learner(served)


@pytest.fixture
def bob(served: Running) -> Learner:
    """Another learner."""
    return Learner(served)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """As many threads as a test needs."""
    with ThreadPoolExecutor(40) as pool:
        yield pool


def refused(call: Callable[..., Any], **params: Any) -> tuple[str, int, str]:
    """Return code, message and status of the ClientError that the call raises."""
    with pytest.raises(ClientError) as raised:
        call(**params)
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]


# ---- Accounts


def test_a_key_of_twelve_digits_is_the_account(ada: Learner) -> None:
    """STS returns that number, and it's in the ARNs of queues and topics."""
    who = ada.client("sts").get_caller_identity()
    assert (who["Account"], who["Arn"]) == (ada.number, f"arn:aws:iam::{ada.number}:user/learner")
    assert ada.queue() == f"{ada.url}/{ada.number}/orders"
    assert ada.sns.create_topic(Name="news")["TopicArn"] == f"arn:aws:sns:us-east-1:{ada.number}:news"


def test_accounts_do_not_see_each_other(ada: Learner, bob: Learner) -> None:
    """Two accounts can use the same names, and a queue's URL gives no other account access to it."""
    for learner in (ada, bob):
        learner.sqs.send_message(QueueUrl=learner.queue(), MessageBody=learner.number)
        learner.sns.create_topic(Name="news")
    assert ada.sqs.list_queues()["QueueUrls"] == [f"{ada.url}/{ada.number}/orders"]
    assert [topic["TopicArn"].split(":")[4] for topic in bob.sns.list_topics()["Topics"]] == [bob.number]
    assert ada.bodies(ada.queue()) == [ada.number]
    assert refused(bob.sqs.receive_message, QueueUrl=ada.queue())[:2] == ("AccessDenied", 403)
    assert refused(bob.sns.publish, TopicArn=f"arn:aws:sns:us-east-1:{ada.number}:news", Message="x")[0] == (
        "AuthorizationError"
    )


def test_a_policy_lets_accounts_meet(ada: Learner, bob: Learner) -> None:
    """The other account can do what the owner's policy allows, and nothing else."""
    url = ada.queue()
    ada.sqs.add_permission(QueueUrl=url, Label="bob", AWSAccountIds=[bob.number], Actions=["SendMessage"])
    bob.sqs.send_message(QueueUrl=url, MessageBody="from bob")
    assert refused(bob.sqs.receive_message, QueueUrl=url)[0] == "AccessDenied"
    assert ada.bodies(url) == ["from bob"]


def test_keys_of_a_role_work(ada: Learner) -> None:
    """They belong to the role's account, even after that account is reset."""
    url, role = ada.queue(), f"arn:aws:iam::{ada.number}:role/visitor"
    keys = ada.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    visitor = keyed(ada.url, "sqs", "us-east-1", *(keys[name] for name in KEYS))
    visitor.send_message(QueueUrl=url, MessageBody="as a role")
    assert ada.bodies(url) == ["as a role"]
    assert keys["Expiration"] > datetime.now(timezone.utc), "a program would throw the keys away"
    ada.control.post("reset")
    visitor.create_queue(QueueName="again")
    assert len(ada.sqs.list_queues()["QueueUrls"]) == 1


def test_a_role_of_another_learner_is_refused(ada: Learner, bob: Learner) -> None:
    """No role here has a trust policy, so none can be assumed from another account."""
    role = f"arn:aws:iam::{bob.number}:role/visitor"
    sts = ada.client("sts")
    assert refused(lambda: sts.assume_role(RoleArn=role, RoleSessionName="ada"))[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize(
    "key", ["AKIAIOSFODNN7EXAMPLE", "OFFLINESHOP", "12345", "1234567890123", "ASIA0123456789ABCDEF"]
)
def test_any_other_key_is_refused(served: Running, key: str) -> None:
    """The error is AWS's, and says what to do, in every service."""
    for service, operation in (("sqs", "list_queues"), ("sns", "list_topics"), ("sts", "get_caller_identity")):
        code, status, text = refused(getattr(keyed(served.url, service, "us-east-1", key), operation))
        assert (code, status) == ("InvalidClientTokenId", 403)
        assert "Set AWS_ACCESS_KEY_ID to your account's 12 digits" in text


def test_an_unsigned_request_is_refused(served: Running) -> None:
    """The error is in the request's protocol. An unreadable signature is rejected in the same way."""
    written = {"X-Amz-Target": "AmazonSQS.ListQueues", "Content-Type": "application/x-amz-json-1.0"}
    status, body = fetch(served, "POST", "/", b"{}", written)
    assert (status, json.loads(body)["__type"].rpartition("#")[2]) == (403, "MissingAuthenticationToken")
    status, body = fetch(served, "POST", "/", b"Action=ListTopics", {"Content-Type": FORM})
    assert status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in body
    assert b"12 digits" in body
    assert fetch(served, "GET", "/", b"", {})[0] == 403
    status, body = fetch(served, "POST", "/", b"", {"Authorization": "Basic YTpi"})
    assert status == 403
    assert b"IncompleteSignature" in body


OTHER_SERVICES = {
    "s3": ("list_buckets", {}),
    "dynamodb": ("list_tables", {}),
    "lambda": ("list_functions", {}),
    "ec2": ("describe_regions", {}),
    "iam": ("list_users", {}),
    "kinesis": ("list_streams", {}),
    "events": ("list_rules", {}),
    "cloudformation": ("list_stacks", {}),
    "route53": ("list_hosted_zones", {}),
}


# Two of them; CI has the rest.
QUICK = {"dynamodb", "s3"}
each_other_service = [
    pytest.param(service, call, id=service, marks=() if service in QUICK else pytest.mark.full)
    for service, call in OTHER_SERVICES.items()
]


@pytest.mark.parametrize(("service", "call"), each_other_service)
def test_other_services_are_refused(ada: Learner, service: str, call: tuple[str, dict[str, Any]]) -> None:
    """The client of any other service raises a ClientError that lists the services."""
    code, status, text = refused(getattr(ada.client(service), call[0]), **call[1])
    assert (code, status) == ("UnknownService", 400)
    assert "It has sqs, sns, sts" in text


def test_a_region_that_does_not_exist_is_refused(served: Running) -> None:
    """No queue is created there."""
    code, status, text = refused(keyed(served.url, "sqs", "us-east-9", new_number()).list_queues)
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert "us-east-9" in text


# ---- The control API: time, reset, inbox, unkindness


def test_a_clock_moves_alone(ada: Learner, bob: Learner) -> None:
    """A message hidden for an hour becomes visible in the account whose clock was moved, and in no other."""
    urls = {}
    for learner in (ada, bob):
        urls[learner] = learner.queue()
        learner.sqs.send_message(QueueUrl=urls[learner], MessageBody="work")
        assert learner.bodies(urls[learner], VisibilityTimeout=3600) == ["work"]
    before = ada.control.get("clock")["time"]
    after = ada.control.post("clock", seconds=3600)["time"]
    assert 3600 <= after - before < 3700
    assert ada.bodies(urls[ada]) == ["work"]
    assert bob.bodies(urls[bob]) == []
    assert bob.control.get("clock")["time"] - before < 100


def test_a_clock_runs_at_real_time(ada: Learner) -> None:
    """It starts at this computer's time and runs at the same speed."""
    first = ada.control.get("clock")["time"]
    assert abs(first - time.time()) < 60
    time.sleep(0.02)
    assert ada.control.get("clock")["time"] > first


def test_one_account_is_reset_alone(ada: Learner, bob: Learner) -> None:
    """Its queues, topics and clock start afresh; the other account's stay."""
    for learner in (ada, bob):
        learner.queue()
        learner.sns.create_topic(Name="news")
        learner.control.post("clock", seconds=7200)
    now = ada.control.post("reset")["time"]
    assert bob.control.get("clock")["time"] - now > 7000
    assert "QueueUrls" not in ada.sqs.list_queues()
    assert ada.sns.list_topics()["Topics"] == []
    assert len(bob.sqs.list_queues()["QueueUrls"]) == len(bob.sns.list_topics()["Topics"]) == 1


def test_the_control_api_says_what_it_is(served: Running, ada: Learner) -> None:
    """GET /_course/ needs no signature and returns the course's version and the number of accounts."""
    ada.queue()
    found = json.loads(fetch(served, "GET", "/_course/", b"", {})[1])
    assert set(found) == {"course", "accounts", "room"}
    assert found["accounts"] == len(served.cloud.accounts.all()) > 0


def test_the_control_api_is_for_who_signs(served: Running, ada: Learner) -> None:
    """Requests without a signature, or with an invalid key, are rejected."""
    assert fetch(served, "POST", "/_course/reset", b"", {})[0] == 403
    with pytest.raises(CloudError, match="12 digits"):
        ControlClient(served.url, "AKIAIOSFODNN7EXAMPLE").post("reset")


@pytest.mark.parametrize(
    "given", [{}, {"seconds": "1"}, {"seconds": True}, {"seconds": -1}, {"seconds": 1e300}, {"seconds": float("nan")}]
)
def test_a_clock_that_cannot_be_moved_so(ada: Learner, given: dict[str, Any]) -> None:
    """An invalid or too large number of seconds is rejected, and the clock stays where it is."""
    with pytest.raises(CloudError, match="refused"):
        ada.control.post("clock", **given)
    assert abs(ada.control.get("clock")["time"] - time.time()) < 60


def test_what_the_control_api_does_not_have(ada: Learner) -> None:
    """Unknown paths, methods and unkindnesses are rejected."""
    for ask in (lambda: ada.control.get("reset"), lambda: ada.control.post("weather")):
        with pytest.raises(CloudError, match="There's no"):
            ask()
    for wrong in ({"done": []}, {"rain": 1}, {"errors": 2}, {"errors": "often"}, {"lag": None}):
        with pytest.raises(CloudError, match="refused"):
            ada.control.post("unkind", **wrong)


def test_the_inbox_and_its_links(ada: Learner, bob: Learner) -> None:
    """The account's inbox has what SNS delivered to anything but queues. Its links work unsigned."""
    topic = ada.sns.create_topic(Name="news")["TopicArn"]
    ada.sns.subscribe(TopicArn=topic, Protocol="http", Endpoint="http://shop.example/hook")
    (asked,) = ada.control.get("inbox")["inbox"]
    link = json.loads(asked["message"])["SubscribeURL"]
    assert link == asked["confirm_url"]
    assert link.startswith(f"{ada.url}/?Action=ConfirmSubscription&")
    with urllib.request.urlopen(link) as reply:
        arn = re.search(rf"<SubscriptionArn>({topic}:[^<]+)<", reply.read().decode())[1]
    ada.sns.publish(TopicArn=topic, Message="books")
    arrived = json.loads(ada.control.get("inbox")["inbox"][1]["message"])
    assert arrived["Message"] == "books"
    assert arrived["UnsubscribeURL"] == f"{ada.url}/?Action=Unsubscribe&SubscriptionArn={arn}"
    with urllib.request.urlopen(arrived["UnsubscribeURL"]):
        assert ada.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []
    assert bob.control.get("inbox") == {"inbox": [], "confirmed": []}


def test_who_received_a_message_is_known_over_http_too(ada: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """It's the app id of the caller's client, here from botocore's environment variable."""
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "Kim")
    url = ada.queue()
    ada.sqs.send_message(QueueUrl=url, MessageBody="tea")
    assert ada.bodies(url) == ["tea"]
    assert ada.control.post("queue", region="us-east-1", url=url)["queue"]["messages"][0]["by"] == "Kim"
    assert [step["by"] for step in ada.control.get("steps")["steps"]] == ["", "Kim"]


@pytest.mark.parametrize(
    "link",
    [
        "Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-east-1:999999999999:x&Token=1",
        "Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-9:700000000001:x:y",
        "Action=Unsubscribe&SubscriptionArn=nonsense",
        "Action=DeleteTopic&TopicArn=arn:aws:sns:us-east-1:700000000001:x",
    ],
)
def test_a_link_that_leads_nowhere(served: Running, link: str) -> None:
    """It is rejected, as is any other unsigned operation."""
    assert fetch(served, "GET", f"/?{link}", b"", {})[0] in (403, 404)


def test_pictures_show_the_caller_s_own_account(ada: Learner, bob: Learner) -> None:
    """Queue, topics and steps are plain data of the signing account; other accounts' queues aren't found."""
    url = ada.queue()
    ada.sns.create_topic(Name="news")
    sent = ada.sqs.send_message(QueueUrl=url, MessageBody="tea")["MessageId"]
    queue = ada.control.post("queue", region="us-east-1", url=url)["queue"]
    assert (queue["name"], queue["counts"]["visible"], queue["messages"][0]["body"]) == ("orders", 1, "tea")
    assert [row["name"] for row in ada.control.post("topics", region="us-east-1")["rows"]] == ["news"]
    assert [(step["what"], step["message"]) for step in ada.control.get("steps")["steps"]] == [("sent", sent)]
    with pytest.raises(CloudError, match="There's no queue"):
        bob.control.post("queue", region="us-east-1", url=url)
    assert bob.control.post("topics", region="us-east-1") == {"rows": []}
    assert bob.control.get("steps") == {"steps": [], "endpoints": {}}


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("queue", {"url": "x"}),
        ("queue", {"region": 7, "url": "x"}),
        ("queue", {"region": "us-east-1", "url": "x" * 3000}),
        ("topics", {"region": ["us-east-1"]}),
        ("web", {"url": "https://shop.example"}),
        ("web", {"url": "https://shop.example", "status": True}),
        ("web", {"url": "https://shop.example", "status": 1000}),
        ("reset", {"still": 1}),
        ("reset", {"seed": "x"}),
    ],
)
def test_what_the_control_api_cannot_read_is_refused(ada: Learner, act: str, given: dict[str, Any]) -> None:
    """Each route says what it expects, and nothing changes."""
    url = ada.queue()
    with pytest.raises(CloudError, match="refused"):
        ada.control.post(act, **given)
    assert ada.sqs.list_queues()["QueueUrls"] == [url]


def test_a_web_address_fails_for_its_account(ada: Learner, bob: Learner) -> None:
    """It fails until it is made to work again."""
    assert ada.control.post("web", url="https://shop.example", status=503) == {"down": {"https://shop.example": 503}}
    assert bob.control.post("web", url="https://tea.example", status=0) == {"down": {}}
    assert ada.control.post("web", url="https://shop.example", status=0) == {"down": {}}


def test_a_notebook_gets_the_certificate_of_a_signature(no_cloud: None, served: Running) -> None:
    """It comes from the server that signed, and from no other address."""
    started = start(served.url, account=new_number())
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    arn = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    boto3.client("sns").publish(TopicArn=topic, Message="open")
    [message] = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert started.certificate(json.loads(message["Body"])["SigningCertURL"]).startswith(b"-----BEGIN CERTIFICATE-----")
    for other in ("https://203.0.113.1/x.pem", "file:///etc/hostname", "no link"):
        with pytest.raises(CloudError, match="isn't a SigningCertURL of this cloud"):
            started.certificate(other)


def test_a_still_account_repeats(ada: Learner) -> None:
    """With a frozen clock at the offline cloud's start, the same calls get the same ids."""
    ids = []
    for _ in range(2):
        told = ada.control.post("reset", still=True, seed=7)
        ids.append(ada.sqs.send_message(QueueUrl=ada.queue(), MessageBody="tea")["MessageId"])
        assert ada.control.get("clock") == told
        assert (told["now"], told["still"]) == ("2026-01-05T09:00:00+00:00", True)
    assert ids[0] == ids[1]


def test_unkindness_is_asked_for_by_its_account(ada: Learner, bob: Learner) -> None:
    """It affects only the account that asked for it, and what was done can be read."""
    ada.control.post("unkind", throttling=1)
    assert refused(ada.sqs.list_queues)[0] == "RequestThrottled"
    bob.sqs.list_queues()
    told = ada.control.get("unkind")
    assert (told["throttling"], told["done"]) == (1, ["ListQueues was throttled"])
    ada.control.post("unkind")
    ada.sqs.list_queues()


# ---- Long polls


@pytest.fixture
def only_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polls look again only when they are woken, and never after a pause."""
    monkeypatch.setattr(receiving, "_STEP", 60, raising=False)


def waiting(served: Running) -> int:
    """Return how many long polls wait now."""
    return sum(len(each._waiters) for each in list(served.cloud.accounts._waiting.values()))


def polling(pool: ThreadPoolExecutor, served: Running, learner: Learner, url: str) -> "Future[list[str]]":
    """Start a long poll, and return it once it's waiting in the server."""
    learner.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])  # creates the client
    before = waiting(served)
    poll = pool.submit(learner.bodies, url, WaitTimeSeconds=LONG)
    ends = time.monotonic() + 10
    while waiting(served) <= before and time.monotonic() < ends:
        time.sleep(0.005)
    assert not poll.done()
    return poll


@pytest.mark.usefixtures("only_woken")
def test_a_long_poll_blocks_nobody_and_a_send_wakes_it(
    served: Running, ada: Learner, bob: Learner, pool: ThreadPoolExecutor
) -> None:
    """While it waits, its own account and others get responses; a message ends it."""
    url, began = ada.queue(), time.monotonic()
    poll = polling(pool, served, ada, url)
    bob.queue()
    ada.queue("other")
    assert not poll.done()
    ada.sqs.send_message(QueueUrl=url, MessageBody="now")
    assert poll.result(5) == ["now"]
    assert time.monotonic() - began < LONG / 2


@pytest.mark.usefixtures("only_woken")
def test_moving_a_clock_wakes_its_accounts_polls_only(
    served: Running, ada: Learner, bob: Learner, pool: ThreadPoolExecutor
) -> None:
    """One poll times out, another gets a delayed message, and a third, of another account, goes on waiting."""
    empty, delayed, others = ada.queue("empty"), ada.queue("delayed"), bob.queue()
    ada.sqs.send_message(QueueUrl=delayed, MessageBody="late", DelaySeconds=15)
    polls = [polling(pool, served, *poll) for poll in ((ada, empty), (ada, delayed), (bob, others))]
    ada.control.post("clock", seconds=LONG)
    assert [poll.result(5) for poll in polls[:2]] == [[], ["late"]]
    assert not polls[2].done()
    bob.sqs.send_message(QueueUrl=others, MessageBody="end")
    assert polls[2].result(5) == ["end"]


@pytest.mark.usefixtures("only_woken")
def test_a_reset_ends_the_polls_of_its_account(served: Running, ada: Learner, pool: ThreadPoolExecutor) -> None:
    """Otherwise they would wait in a queue that no longer exists."""
    poll = polling(pool, served, ada, ada.queue())
    ada.control.post("reset")
    assert poll.result(5) == []


# ---- Many clients at once


@pytest.mark.parametrize("number", [4, pytest.param(20, marks=pytest.mark.full)])
def test_learners_at_once_lose_nothing(served: Running, pool: ThreadPoolExecutor, number: int) -> None:
    """Each sends and receives in a separate account: every message arrives once, at its sender."""

    def work(learner: Learner) -> list[str]:
        url, got = learner.queue(VisibilityTimeout="600"), []
        for number in range(15):
            learner.sqs.send_message(QueueUrl=url, MessageBody=f"{learner.number} {number}")
            for message in learner.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                learner.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                got.append(message["Body"])
        return got

    learners = [Learner(served) for _ in range(number)]
    for learner, got in zip(learners, pool.map(work, learners), strict=True):
        assert got == [f"{learner.number} {number}" for number in range(15)]


@pytest.mark.parametrize("workers", [5, pytest.param(20, marks=pytest.mark.full)])
def test_workers_of_one_queue_share_its_messages(ada: Learner, pool: ThreadPoolExecutor, workers: int) -> None:
    """As many threads send as receive: no message is lost, and none arrives twice."""
    url, sqs = ada.queue(VisibilityTimeout="600"), ada.sqs
    got: list[str] = []
    wanted = sorted(f"{worker} {number}" for worker in range(workers) for number in range(10))

    def produce(worker: int) -> None:
        for number in range(10):
            sqs.send_message(QueueUrl=url, MessageBody=f"{worker} {number}")

    def consume(_: int) -> None:
        while len(got) < len(wanted):
            reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=3, WaitTimeSeconds=1)
            got.extend(message["Body"] for message in reply.get("Messages", []))

    work = [pool.submit(task, worker) for worker in range(workers) for task in (consume, produce)]
    for done in work:
        done.result(30)
    assert sorted(got) == wanted


# ---- Connections


def fetch(running: Running, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Return status and body of one request over a new connection."""
    connection = http.client.HTTPConnection(*running.server.server_address[:2], timeout=10)
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    found = reply.status, reply.read()
    connection.close()
    return found


def raw(running: Running, sent: bytes, end: bool = True) -> bytes:
    """Return everything that the server sends for these bytes. end: whether the client closes its sending side."""
    with socket.create_connection(running.server.server_address[:2], timeout=10) as plain:
        plain.sendall(sent)
        if end:
            plain.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: plain.recv(65_536), b""))


def signed(
    running: Running,
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    key: str,
    secret: str = "-",
    service: str = "sqs",
) -> dict[str, str]:
    """Return the headers with a signature from botocore."""
    request = AWSRequest(method, f"{running.url}{path}", headers=headers, data=body)
    request.headers["Host"] = running.url.removeprefix("http://")
    SigV4Auth(Credentials(key, secret), service, "us-east-1").add_auth(request)
    return dict(request.headers)


def test_a_connection_stays_open(served: Running) -> None:
    """Several requests, one of them rejected, use one TCP connection; boto3 opens one for all its calls."""
    connection = http.client.HTTPConnection(*served.server.server_address[:2], timeout=10)
    connection.connect()
    ours = connection.sock.getsockname()
    for path, status in (("/_course/", 200), ("/", 403), ("/_course/clock", 403), ("/_course/", 200)):
        connection.request("GET", path)
        reply = connection.getresponse()
        reply.read()
        assert (reply.status, reply.version, reply.headers["Connection"]) == (status, 11, None)
        assert connection.sock.getsockname() == ours
    connection.close()


def test_boto3_opens_one_connection(ada: Learner, served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """All calls of a client use it, including those that fail."""
    opened: list[Any] = []
    plain = served.server.process_request
    monkeypatch.setattr(
        served.server, "process_request", lambda *request: (opened.append(request[1]), plain(*request))[1]
    )
    url = ada.queue()
    for _ in range(5):
        ada.sqs.send_message(QueueUrl=url, MessageBody="x")
        refused(ada.sqs.get_queue_url, QueueName="missing")
    assert len(opened) == 1


def test_requests_that_come_in_one_piece(served: Running) -> None:
    """They get their responses in sequence."""
    got = raw(served, b"GET /_course/ HTTP/1.1\r\nHost: localhost\r\n\r\nGET /none HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"200", b"403"]


def test_older_and_shorter_ways(served: Running) -> None:
    """HTTP/1.0 and Connection: close end the connection; HEAD gets no body; 100-continue is sent."""
    got = raw(served, b"GET /_course/ HTTP/1.0\r\nHost: localhost\r\n\r\n", end=False)
    assert b"Connection: close" in got
    assert b"Connection: close" in raw(
        served, b"GET /_course/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", end=False
    )
    assert raw(served, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").endswith(b"\r\n\r\n")
    got = raw(served, b"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
    assert got.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 ")


GARBAGE = {
    "noise": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\xff\xfe\r\n\r\n", 400),
    "no request": (b"hello\r\n\r\n", 400),
    "another version": (b"GET / HTTP/2.0\r\n\r\n", 505),
    "another target": (b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n", 400),
    "a header that is none": (b"GET / HTTP/1.1\r\nHost\r\n\r\n", 400),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: x\r\n more\r\n\r\n", 421),
    "a header with a blank": (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "a host that is none": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 421),
    "a length that is none": (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    "two lengths": (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
    "an endless length": (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
    "chunks": (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
    "a long line": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    "half a body": (b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab", None),
    "half a request": (b"POST / HT", 400),
    "nothing": (b"", None),
    "a null in the path": (b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 403),
}


@pytest.mark.parametrize(("sent", "status"), GARBAGE.values(), ids=GARBAGE)
def test_malformed_http_does_not_end_it(served: Running, sent: bytes, status: int | None) -> None:
    """It is rejected, or the connection is closed, and the next request gets its response."""
    got = raw(served, sent)
    assert got.startswith(f"HTTP/1.1 {status} ".encode()) if status else got == b""
    assert fetch(served, "GET", "/_course/", b"", {})[0] == 200


def test_bodies_have_a_limit(ada: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends more gets a readable error, and can go on."""
    url = ada.queue()
    monkeypatch.setattr(http_server, "LARGEST_BODY", 100_000)
    code, status, text = refused(ada.sqs.send_message, QueueUrl=url, MessageBody="x" * 3_000_000)
    assert (code, status) == ("RequestEntityTooLarge", 413)
    assert "100,000 bytes" in text
    ada.sqs.send_message(QueueUrl=url, MessageBody="x" * 50_000)


def test_the_largest_message_fits(ada: Learner) -> None:
    """It has 1 MiB, with every byte escaped."""
    url = ada.queue()
    ada.sqs.send_message(QueueUrl=url, MessageBody="\u00e9" * (512 * 1024))
    assert ada.bodies(url) == ["\u00e9" * (512 * 1024)]


def test_a_mistake_of_the_server_is_an_answer(
    ada: Learner, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The client gets InternalFailure, the terminal the traceback, and the server goes on."""
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "answer", lambda *_: 1 / 0)
        assert refused(ada.sqs.list_queues)[:2] == ("InternalFailure", 500)
    assert "ZeroDivisionError" in capfd.readouterr().err
    ada.sqs.list_queues()


def test_urls_begin_as_the_client_addressed_the_server(served: Running) -> None:
    """A client that uses another name of this computer gets queue URLs and links with that name."""
    named = served.url.replace("127.0.0.1", "localhost")
    assert keyed(named, "sqs", "us-east-1", new_number()).create_queue(QueueName="a")["QueueUrl"].startswith(named)


def test_the_query_protocol(served: Running, ada: Learner) -> None:
    """Older clients send a form, or everything in the URL; the queue's address can replace the QueueUrl."""
    url = ada.queue()
    path = url.removeprefix(served.url)
    asks = [
        ("POST", "/", {"Action": "SendMessage", "QueueUrl": url, "MessageBody": "a form"}),
        ("POST", path, {"Action": "SendMessage", "MessageBody": "the queue's address"}),
        ("GET", f"{path}?{urlencode({'Action': 'SendMessage', 'MessageBody': 'a URL'})}", {}),
    ]
    for method, target, form in asks:
        body, headers = urlencode(form).encode(), {"Content-Type": FORM}
        headers = signed(served, method, target, body, headers, ada.number)
        status, reply = fetch(served, method, target, body, headers)
        assert (status, b"<MD5OfMessageBody>" in reply) == (200, True)
    assert sorted(ada.bodies(url)) == ["a URL", "a form", "the queue's address"]


# ---- CloudWatch


def _now(learner: Learner) -> datetime:
    return datetime.fromisoformat(learner.control.get("clock")["now"])


def _sum_of_sent(learner: Learner, client: Any = None) -> list[float]:
    """Return CloudWatch's numbers of messages sent to orders, for each minute of the last hour that has any."""
    now = _now(learner)
    points = (client or learner.client("cloudwatch")).get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="NumberOfMessagesSent",
        Dimensions=[{"Name": "QueueName", "Value": "orders"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now,
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return [point["Sum"] for point in points if point["Sum"]]


def test_each_account_has_metrics_in_its_own_time(ada: Learner, bob: Learner) -> None:
    """They come as late as on AWS, by the clock of the account; nobody else sees them."""
    for learner in (ada, bob):
        learner.sqs.send_message(QueueUrl=learner.queue(), MessageBody="tea")
        learner.client("cloudwatch").put_metric_data(
            Namespace=f"Shop {learner.number}", MetricData=[{"MetricName": "orders", "Value": 3}]
        )
    assert _sum_of_sent(ada) == []
    ada.control.post("clock", seconds=240)
    assert (_sum_of_sent(ada), _sum_of_sent(bob)) == ([1], [])
    listed = ada.client("cloudwatch").list_metrics()["Metrics"]
    assert {metric["Namespace"] for metric in listed} == {"AWS/SQS", f"Shop {ada.number}"}
    code, status, _ = refused(ada.client("cloudwatch").get_metric_data, MetricDataQueries=[], StartTime=0, EndTime=0)
    assert (code, status) == ("ValidationError", 400)


def test_metrics_are_told_at_the_address_of_any_region(served: Running, ada: Learner) -> None:
    """The signature names the region; the host can be AWS's, as it is behind a proxy that rewrites addresses."""
    ada.sqs.send_message(QueueUrl=ada.queue(), MessageBody="tea")
    ada.control.post("clock", seconds=240)
    body = urlencode({"Action": "ListMetrics", "Version": "2010-08-01"}).encode()
    found = {}
    for region in ("us-east-1", "eu-west-1"):
        host = f"monitoring.{region}.amazonaws.com"
        request = AWSRequest("POST", f"https://{host}/", {"Content-Type": FORM}, body)
        SigV4Auth(Credentials(ada.number, "any"), "monitoring", region).add_auth(request)
        headers = dict(request.headers) | {"Host": host}
        status, reply = fetch(served, "POST", "/", body, headers)
        found[region] = status, b"<Value>orders</Value>" in reply
    assert found == {"us-east-1": (200, True), "eu-west-1": (200, False)}


def test_a_picture_of_metrics_makes_no_call(place: str) -> None:
    """Neither the notebook's journal nor the server's has one. It shows what the API tells of both accounts."""
    start(place, account=new_number())
    learners = [
        Learner(SimpleNamespace(url=place), session(profile_name=name).client("sts").get_caller_identity()["Account"])
        for name in ("shop", "partner")
    ]
    for count, learner in enumerate(learners, start=1):
        url = learner.queue()
        for number in range(count):
            learner.sqs.send_message(QueueUrl=url, MessageBody=f"A-{number}")
    clock.advance(minutes=5)
    urls = [f"{place}/{learner.number}/orders" for learner in learners]
    calls = len(cloud.calls())
    steps = [len(learner.control.get("steps")["steps"]) for learner in learners]
    picture = show.metrics(*urls, names="NumberOfMessagesSent")
    assert len(cloud.calls()) == calls
    assert [len(learner.control.get("steps")["steps"]) for learner in learners] == steps
    assert [[value for _, value in panel.values if value] for panel in picture.panels] == [[1], [2]]
    assert [_sum_of_sent(learner) for learner in learners] == [[1], [2]]
    assert [(panel.of, panel.unit, panel.statistic) for panel in picture.panels] == [("orders", "Count", "Sum")] * 2
    assert picture.start == picture.panels[0].values[0][0]
    assert len(show.metrics(urls[0]).panels) == 6
    assert show.metrics(urls[0], minutes=90).start == (clock.time() - 5_400) // 60 * 60
    with pytest.raises(CloudError, match="There's no account '999999999999' here"):
        show.metrics(f"{place}/999999999999/orders")
    with pytest.raises(CloudError, match="There's no statistic 'Median'"):
        show.metrics(urls[0], statistic="Median")


def test_an_alarm_acts_in_its_account_s_time(place: str) -> None:
    """It publishes to a topic of the learner's while the clock moves, and the picture has its states as a band."""
    start(place, account=new_number())
    sns, cloudwatch = boto3.client("sns"), boto3.client("cloudwatch")
    learner = Learner(SimpleNamespace(url=place), cloud.account)
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    orders, pager = learner.queue(), learner.queue("pager", Policy=json.dumps({"Statement": [allowed]}))
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{learner.number}:pager")
    cloudwatch.put_metric_alarm(
        AlarmName="busy",
        AlarmActions=[topic],
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "orders"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    learner.sqs.send_message(QueueUrl=orders, MessageBody="tea")
    clock.advance(minutes=10)
    [told] = learner.bodies(pager)
    assert json.loads(json.loads(told)["Message"])["AlarmName"] == "busy"
    [panel] = show.metrics(orders, names="ApproximateNumberOfMessagesVisible").panels
    [alarm] = panel.alarms
    assert (alarm.name, alarm.states[-1][0], type(alarm.states[-1])) == ("busy", "ALARM", tuple)
    with pytest.raises(ClientError, match="PutCompositeAlarm is an AWS operation"):
        cloudwatch.put_composite_alarm(AlarmName="all", AlarmRule="TRUE")


def test_looking_at_metrics_draws_no_id(place: str) -> None:
    """So a notebook's stored outputs are the same with a picture and without one."""
    ids = []
    for looks in (0, 3):
        start(place, account=8)
        learner = Learner(SimpleNamespace(url=place), "000000000008")
        learner.control.post("reset", still=True, seed=7)
        url = learner.queue()
        for _ in range(looks):
            show.metrics(url)
        ids.append(learner.sqs.send_message(QueueUrl=url, MessageBody="tea")["MessageId"])
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"of": None}, "of has to be text"),
        ({"of": "orders"}, "'orders' is neither"),
        ({"of": "arn:aws:sqs:us-east-1:999999999999:orders"}, "no account '999999999999'"),
        ({"of": "arn:aws:sqs:mars-1:999999999999:orders"}, "no region 'mars-1'"),
        ({"region": 7}, "region has to be text"),
        ({"names": "NumberOfMessagesSent"}, "a list of at most 500"),
        ({"names": ["NumberOfMessagesSent", 7]}, "names has to be text"),
        ({"names": ["NumberOfMessagesSent"] * 501}, "a list of at most 500"),
        ({"names": ["NumberOfMessagesSent"] * 500, "span": 86_400}, "too much for one picture"),
        ({"statistic": "Median"}, "no statistic 'Median'"),
        ({"period": "60"}, "period has to be a number"),
        ({"period": 61}, "not 61"),
        ({"period": float("nan")}, "period has to be a number"),
        ({"span": True}, "span has to be a number"),
        ({"span": -60}, "can't be negative"),
        ({"span": 86_400 * 365}, "too much for one picture"),
    ],
)
def test_a_picture_of_metrics_that_cannot_be(ada: Learner, given: dict[str, Any], said: str) -> None:
    """Each parameter is checked on the server too."""
    asked = {"region": "us-east-1", "of": ada.queue(), "names": [], "statistic": "", "period": 60, "span": 0}
    assert ada.control.post("metrics", **asked)["period"] == 60
    with pytest.raises(CloudError, match=f"refused: .*{said}"):
        ada.control.post("metrics", **asked | given)


# ---- The token, for other computers


def test_beyond_loopback_the_token_is_needed(guarded: Running) -> None:
    """Requests without it are rejected, and neither open an account nor move a clock."""
    insider, outsider = Learner(guarded, secret=TOKEN), Learner(guarded, secret="guessed")
    url = insider.queue("ünïcode".encode("ascii", "ignore").decode() or "q")
    insider.sqs.send_message(QueueUrl=url, MessageBody="Zoë & co")
    assert insider.bodies(url) == ["Zoë & co"]
    insider.sns.create_topic(Name="news")
    assert insider.client("sts").get_caller_identity()["Account"] == insider.number
    before = len(guarded.cloud.accounts.all())
    for service, operation in (("sqs", "list_queues"), ("sns", "list_topics"), ("sts", "get_caller_identity")):
        code, status, text = refused(getattr(outsider.client(service), operation))
        assert (code, status) == ("SignatureDoesNotMatch", 403)
        assert "AWS_SECRET_ACCESS_KEY" in text
    with pytest.raises(CloudError, match="AWS_SECRET_ACCESS_KEY"):
        outsider.control.post("clock", seconds=1)
    assert len(guarded.cloud.accounts.all()) == before
    insider.control.post("clock", seconds=1)
    assert ControlClient(guarded.url).about()


def test_what_was_changed_on_its_way_is_refused(guarded: Running) -> None:
    """The signature covers method, path, query, headers and body, but not the number: all share the token."""
    key, body = new_number(), b'{"QueueName":"orders"}'
    written = {"X-Amz-Target": "AmazonSQS.CreateQueue", "Content-Type": "application/x-amz-json-1.0"}
    good = signed(guarded, "POST", "/", body, written, key, TOKEN)
    assert fetch(guarded, "POST", "/", body, good)[0] == 200
    without_target = signed(guarded, "POST", "/", body, {"Content-Type": written["Content-Type"]}, key, TOKEN)
    changed: list[tuple[str, str, bytes, dict[str, str]]] = [
        ("PUT", "/", body, good),
        ("POST", "/other", body, good),
        ("POST", "/?a=b", body, good),
        ("POST", "/", body + b" ", good),
        ("POST", "/", body, good | {"X-Amz-Target": "AmazonSQS.DeleteQueue"}),
        ("POST", "/", body, good | {"Content-Type": "text/plain"}),
        ("POST", "/", body, good | {"Host": "127.0.0.1:1"}),
        ("POST", "/", body, good | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
        ("POST", "/", body, good | {"Authorization": good["Authorization"].replace("us-east-1", "eu-west-1")}),
        (
            "POST",
            "/",
            body,
            good | {"Authorization": re.sub("Signature=.*", f"Signature={'0' * 64}", good["Authorization"])},
        ),
        ("POST", "/", body, without_target | {"X-Amz-Target": "AmazonSQS.CreateQueue"}),
        ("POST", "http://[/", body, good),
    ]
    for method, path, sent, headers in changed:
        status, reply = fetch(guarded, method, path, sent, headers)
        assert status in (400, 403), (method, path, sent, headers)
        assert b"SignatureDoesNotMatch" in reply or b"Malformed" in reply


@pytest.mark.parametrize("minutes", [-16, 16, -600])
def test_old_requests_are_refused(guarded: Running, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """A replayed request, or one dated in the future, has expired. The account's clock doesn't matter."""
    learner = Learner(guarded, secret=TOKEN)
    learner.control.post("clock", seconds=86_400)
    learner.sqs.list_queues()
    then = datetime.now(timezone.utc).replace(tzinfo=None) + timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: then)
    assert refused(learner.sqs.list_queues)[:2] == ("RequestExpired", 403)
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=1/20260105/us-east-1/sqs/aws4_request"}
    assert fetch(guarded, "POST", "/", b"", headers)[0] == 403


def test_a_roles_keys_have_a_secret_of_their_own(guarded: Running) -> None:
    """Only the secret that STS returned is valid for them, and the token isn't."""
    ada = Learner(guarded, secret=TOKEN)
    role = f"arn:aws:iam::{ada.number}:role/visitor"
    ada.queue()
    keys = ada.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    visitor = keyed(guarded.url, "sqs", "us-east-1", *(keys[name] for name in KEYS))
    assert len(visitor.list_queues()["QueueUrls"]) == 1
    assert refused(Learner(guarded, keys["AccessKeyId"], TOKEN).sqs.list_queues)[0] == "SignatureDoesNotMatch"


# ---- The notebook


@pytest.fixture
def place(no_cloud: None, served: Running) -> str:
    """The server's URL, in a process without a running cloud."""
    return served.url


def test_a_notebook_joins(place: str) -> None:
    """Plain boto3 uses the learner's account, the profiles are two accounts, and the clock moves just these."""
    started = start(place, account=7)
    assert str(started) == f"Course cloud {place}, account 000000000007, region us-east-1."
    assert [cloud.can(ability) for ability in ("time travel", "reset", "private checks")] == [True, True, False]
    sqs, bystander = boto3.client("sqs"), ControlClient(place, new_number())
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert url == f"{place}/000000000007/orders"
    accounts = [
        session(profile_name=name).client("sts").get_caller_identity()["Account"] for name in ("shop", "partner")
    ]
    assert accounts[0] == "000000000007" != accounts[1]
    sqs.send_message(QueueUrl=url, MessageBody="late", DelaySeconds=900)
    before, others = clock.time(), bystander.get("clock")["time"]
    clock.advance(minutes=15)
    assert 900 <= clock.time() - before < 910
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "late"
    assert abs(clock.time() - ControlClient(place, accounts[1]).get("clock")["time"]) < 5
    assert bystander.get("clock")["time"] - others < 100
    assert [call.operation for call in cloud.calls()][-2:] == ["SendMessage", "ReceiveMessage"]
    with pytest.raises(ClockError, match="only goes forward"):
        clock.advance(-1)
    with pytest.raises(ClockError, match="9998"):
        clock.advance(days=3_000_000)


def test_an_account_starts_empty(place: str) -> None:
    """After another start it has no queues, and its clock shows the real time."""
    start(place, account=new_number())
    boto3.client("sqs").create_queue(QueueName="orders")
    clock.advance(days=1)
    start(place, account=cloud.account)
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert abs(clock.time() - time.time()) < 60


@pytest.mark.parametrize("compared", [False, True])
def test_an_accounts_time_runs_between_cells(place: str, compared: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """It can't be stopped, which `stand` prints. Where outputs are compared, it says what the offline cloud says."""
    if compared:
        os.environ[COMPARED] = "1"
    start(place, account=new_number())
    clock.cell_ends()
    assert repr(clock.run()).endswith(" UTC. It also runs between cells.")
    before, after = clock.time(), repr(clock.stand())
    if compared:
        assert after == "The clock says Mon 05 Jan 2026, 09:00:00 UTC. It stands still between cells."
        assert capsys.readouterr().out == ""
    else:
        assert after.endswith(" UTC. It also runs between cells.")
        assert capsys.readouterr().out == "On this cloud, time can't be stopped. It passes between cells, too.\n"
        assert clock.time() > before


def test_the_number_may_come_from_a_variable_or_be_drawn(place: str) -> None:
    """COURSE_ACCOUNT has it; otherwise the number is the same every time, and shown."""
    os.environ["COURSE_ACCOUNT"] = "42"
    assert start(place).account == "000000000042"
    del os.environ["COURSE_ACCOUNT"]
    drawn = start(place)
    assert re.fullmatch(r"[1-9]\d{11}", drawn.account)
    assert f"account {drawn.account}" in str(drawn)
    assert "account=" in str(drawn)
    assert start(place).account == drawn.account
    with pytest.raises(CloudError, match="up to twelve digits, not 'ada'"):
        start(place, account="ada")


def test_a_notebook_needs_the_token(no_cloud: None, guarded: Running) -> None:
    """It's an option or COURSE_TOKEN; without it the cloud before goes on running."""
    before = start("offline")
    with pytest.raises(CloudError, match="AWS_SECRET_ACCESS_KEY"):
        start(guarded.url, account=1)
    assert cloud.name == before.name
    assert start(guarded.url, account=1, token=TOKEN).name == "endpoint"
    boto3.client("sqs").list_queues()
    session(profile_name="partner").client("sns").list_topics()
    os.environ["COURSE_TOKEN"] = TOKEN
    start(guarded.url, account=1)
    boto3.client("sqs").list_queues()


def test_an_endpoint_that_is_no_course_serve(no_cloud: None) -> None:
    """An account or token for it is an error; without them it starts like any other endpoint."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(CloudError, match="isn't a `course serve`, or it isn't running"):
        start(url, account=1)
    assert "Its time is real" in str(start(url))
    assert not cloud.can("time travel")


def test_a_server_that_stops_answering(no_cloud: None) -> None:
    """Moving its clock raises an error."""
    running = Running()
    start(running.url, account=1)
    running.close()
    with pytest.raises(ClockError, match="doesn't answer"):
        clock.advance(1)


# ---- The command


def command(*words: str) -> "subprocess.Popen[str]":
    """Start the `course` command with these arguments."""
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.cli", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        # Whoever starts the tests in a shell's background has Ctrl-C ignored, and a process inherits that.
        preexec_fn=None if os.name == "nt" else lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.skipif(os.name == "nt", reason="a console's Ctrl-C cannot be sent to one process there")
def test_the_command_serves_until_ctrl_c() -> None:
    """The instructions that it prints work, and Ctrl-C ends it even during a long poll."""
    with command("serve", "--port", "0") as process:
        said = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        url = re.search(r"export AWS_ENDPOINT_URL=(\S+)", said)[1]
        for line in (
            "AWS_ACCESS_KEY_ID=000000000001",
            "AWS_SECRET_ACCESS_KEY=anything",
            "AWS_DEFAULT_REGION=us-east-1",
        ):
            assert f"export {line}" in said
        assert f'start("{url}", account="000000000001")' in said
        sqs = keyed(url, "sqs", "us-east-1", "000000000001")
        queue_url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert queue_url == f"{url}/000000000001/orders"
        poll = threading.Thread(target=lambda: _ends(sqs, queue_url), daemon=True)
        poll.start()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert "Stopped." in process.stdout.read()
        assert process.wait(10) == 0
        poll.join(10)


def _ends(sqs: Any, queue_url: str) -> None:
    from botocore.exceptions import BotoCoreError

    try:
        sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=LONG)
    except BotoCoreError:
        return


def test_a_port_that_is_in_use(
    served: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command explains it, suggests another port, and exits with code 1."""
    port = served.server.server_address[1]
    monkeypatch.setattr(sys, "argv", ["course", "serve", "--port", str(port)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = " ".join("".join(capsys.readouterr()).split())
    assert ended.value.code == 1
    assert f"I can't use port {port} of 127.0.0.1" in said
    assert f"course serve --port {port + 1}" in said


def test_beyond_loopback_a_token_is_made_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every start has a new token, which is in the instructions and required by the server."""
    made: list[Any] = []

    class Fake:
        def __init__(self, host: str, port: int, handlers: http_server.Handlers):
            self.server_address = ("127.0.0.1" if host == "localhost" else host, port)
            made.append(handlers.respond.__self__)

        def __enter__(self) -> "Fake":
            return self

        def __exit__(self, *problem: Any) -> None:
            """Nothing was opened."""

        def serve_forever(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(serving, "HttpServer", Fake)
    monkeypatch.setattr(serving, "own_address", lambda: "192.0.2.20")
    said: dict[str, str] = {}
    for host in ("0.0.0.0", "192.0.2.7", "127.0.0.1", "localhost", "::1"):
        texts: list[str] = []
        serving.serve(host, 4577, texts.append)
        said[host] = "\n".join(texts)
    tokens = [cloud.tokens.shared for cloud in made]
    assert [bool(token) for token in tokens] == [True, True, False, False, False]
    assert tokens[0] != tokens[1]
    assert len(tokens[0]) >= 20
    told = said["192.0.2.7"]
    assert f"AWS_SECRET_ACCESS_KEY={tokens[1]}" in told
    assert "Anybody who has this token can use any account." in told
    assert f'start("http://192.0.2.7:4577", account="000000000001", allow_remote=True, token="{tokens[1]}")' in told
    assert "http://192.0.2.20:4577" in said["0.0.0.0"]
    assert "--url http://ADDRESS:4577" in said["0.0.0.0"]
    assert "http://[::1]:4577" in said["::1"]

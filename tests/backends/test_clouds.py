"""Starting clouds, what each can do, and the sessions, clients and resources that it gives."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from random import Random
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, NoRegionError
from conftest import Guard
from moto.core.botocore_stubber import MockRawResponse

from helpers import client, clock, cloud, resource, session, show, start
from helpers.backends import transport
from helpers.backends.aws import aws_cloud
from helpers.backends.base import ABILITIES, Cloud
from helpers.backends.calls import calls
from helpers.errors import CloudError, ExpectedErrorMissing
from helpers.simulation import worlds
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World

REMOTE = "http://203.0.113.1:4566"  # an address for documentation; nobody has it
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


class Server:
    """An endpoint on this computer that answers {} and keeps what it was sent."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []  # target and headers
        kept = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                kept.append((self.path, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """An endpoint on this computer."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def machine(no_cloud: None) -> dict[str, str]:
    """A machine with keys and a region for AWS, on which no cloud runs."""
    os.environ.update(KEYS)
    return KEYS


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> list[boto3.Session]:
    """AWS names 111111111111 as everybody's account; the list gets the sessions that asked."""
    asked: list[boto3.Session] = []

    def identity(session: boto3.Session) -> tuple[str, str]:
        asked.append(session)
        return "111111111111", "arn:aws:iam::111111111111:user/ada"

    monkeypatch.setattr(aws_cloud, "identity", identity)
    return asked


# ---- Which cloud starts


def test_the_offline_cloud_is_the_default(no_cloud: None) -> None:
    """Without an argument and without COURSE_CLOUD the offline cloud starts, and shows which one it is."""
    started = start()
    assert started.name == "offline"
    assert repr(started) == "Offline cloud, account 123456789012, region us-east-1. Nothing leaves this computer."
    assert repr(cloud) == repr(started)


def test_course_cloud_decides_where_no_argument_does(no_cloud: None, server: Server) -> None:
    """COURSE_CLOUD names the cloud; an argument is stronger; an empty variable is none."""
    os.environ["COURSE_CLOUD"] = server.url
    assert start().name == "endpoint"
    assert start("offline").name == "offline"
    os.environ["COURSE_CLOUD"] = ""
    assert start().name == "offline"


def test_before_start_everything_says_how_to_start(no_cloud: None) -> None:
    """Without a cloud, `cloud` and what makes clients say that none runs; they do not start one."""
    assert repr(cloud) == "No cloud is running yet; start() starts one."
    for use in (session, lambda: client("sqs"), lambda: resource("sqs"), lambda: cloud.region):
        with pytest.raises(CloudError, match=r"start\(\)"):
            use()


FAILING = {
    "unknown name": ("nowhere", {}, r"no cloud 'nowhere'.*\"offline\", \"aws\".*URL"),
    "no host": ("http://", {}, r"isn't the URL of an endpoint.*http://127\.0\.0\.1:5000"),
    "another protocol": ("ftp://127.0.0.1", {}, r"isn't the URL of an endpoint.*http://127\.0\.0\.1:5000"),
    "bad port": ("http://127.0.0.1:99999", {}, "isn't the URL of an endpoint"),
    "bad host": ("http://[127.0.0.1:5000", {}, "isn't the URL of an endpoint"),
    "remote": (REMOTE, {}, r"203\.0\.113\.1 isn't this computer.*allow_remote=True"),
    "remote by name": ("https://sqs.us-east-1.amazonaws.com", {}, "isn't this computer.*allow_remote=True"),
    "remote behind a user name": ("http://127.0.0.1@203.0.113.1", {}, "isn't this computer.*allow_remote=True"),
    "unknown option": ("offline", {"speed": 2}, "doesn't have that option.*speed"),
    "aws without yes": ("aws", {}, 'Nothing has been sent yet.*yes="<the twelve digits of its id>"'),
    "another account": ("aws", {"yes": "222222222222"}, "yes to account 222222222222.*belong to 111111111111"),
    "aws, unknown region": ("aws", {"yes": "111111111111", "region_name": "eu-west-9"}, "eu-west-9.*eu-west-1"),
    "aws, unknown profile": ("aws", {"yes": "111111111111", "profile_name": "missing"}, "no profile 'missing'"),
}


@pytest.mark.parametrize(("which", "options", "message"), FAILING.values(), ids=FAILING)
def test_a_start_that_fails_leaves_the_cloud_before_running(
    machine: dict[str, str], account: list[boto3.Session], which: str, options: dict[str, Any], message: str
) -> None:
    """Start fails with CloudError, which says what to do; queue, clock, environment and clients stay as they were."""
    before = start()
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    environment, default_session, now = dict(os.environ), boto3.DEFAULT_SESSION, before.world.clock.advance(60).now()
    with pytest.raises(CloudError, match=message):
        start(which, **options)
    assert cloud.world is before.world is worlds.default()
    assert dict(os.environ) == environment
    assert boto3.DEFAULT_SESSION is default_session
    assert clock.now() >= now
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [url]


# ---- A real account


def test_aws_without_a_yes_asks_nothing(machine: dict[str, str], guard: Guard, account: list[boto3.Session]) -> None:
    """start("aws") without yes= makes no request and looks at no key, even where valid keys are at hand."""
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start("aws")
    os.environ["COURSE_CLOUD"] = "aws"
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start()
    assert account == []
    assert guard.attempts == []


def test_aws_starts_by_the_number_of_the_account(machine: dict[str, str], account: list[boto3.Session]) -> None:
    """With the right yes, AWS runs in the machine's region, with its keys, and says which account it is."""
    started = start("aws", yes="111111111111")
    assert str(started) == (
        "REAL AWS, account 111111111111, region eu-central-1, as arn:aws:iam::111111111111:user/ada. "
        "Calls may cost money. Names are sent as you type them. What you create gets the tag "
        "mastering-aws-messaging=ada and is deleted when the kernel ends. Requests: 0 of 2,000."
    )
    assert boto3.client("sqs").meta.region_name == "eu-central-1"
    assert boto3.Session().get_credentials().access_key == KEYS["AWS_ACCESS_KEY_ID"]
    assert start("aws", yes=111111111111, region_name="eu-west-1").region == "eu-west-1"  # a number is a yes, too


def test_aws_needs_a_region(no_cloud: None, account: list[boto3.Session]) -> None:
    """Where neither the machine nor the call names a region, start("aws") says how to name one."""
    with pytest.raises(CloudError, match=r'region_name="us-east-1"'):
        start("aws", yes="111111111111")


def test_aws_with_a_missing_profile_says_so(machine: dict[str, str], account: list[boto3.Session]) -> None:
    """A profile that AWS_PROFILE names and nobody has is a CloudError that lists those that there are."""
    os.environ["AWS_PROFILE"] = "missing"
    with pytest.raises(CloudError, match=r"no profile 'missing' here.*: none"):
        start("aws", yes="111111111111")
    assert account == []


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> list[AWSPreparedRequest]:
    """A network on which account 111111111111 answers; the list gets the requests that reached it."""
    reached: list[AWSPreparedRequest] = []
    caller = (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:user/ada</Arn>"
        "<Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )

    def send(_: Any, request: AWSPreparedRequest) -> AWSResponse:
        reached.append(request)
        reply = caller if "sts" in request.url else "" if request.method == "PUT" else "{}"
        return AWSResponse(request.url, 200, {}, MockRawResponse(reply))

    monkeypatch.setattr(transport, "_network_send", send)
    transport.install()
    return reached


def test_aws_after_the_offline_cloud_is_the_machines_own(
    machine: dict[str, str], network: list[AWSPreparedRequest]
) -> None:
    """After start() the keys and the region of the machine are used again, and AWS, not moto, says whose they are."""
    start()
    boto3.client("sqs").list_queues()
    assert network == []
    start("aws", yes="111111111111")
    assert {name: os.environ[name] for name in KEYS} == KEYS
    boto3.client("sqs").list_queues()
    assert [request.url for request in network] == [
        "https://sts.eu-central-1.amazonaws.com/",
        "https://sqs.eu-central-1.amazonaws.com/",
    ]
    assert all(KEYS["AWS_ACCESS_KEY_ID"] in str(request.headers["Authorization"]) for request in network)
    assert [call.operation for call in cloud.calls()] == ["ListQueues"]


def test_the_offline_cloud_is_no_real_account(machine: dict[str, str], network: list[AWSPreparedRequest]) -> None:
    """A yes to the offline cloud's account does not start AWS, and the offline cloud stays as it was."""
    start()
    with pytest.raises(CloudError, match="yes to account 123456789012, but these credentials belong to 111111111111"):
        start("aws", yes="123456789012")
    asked = len(network)
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert len(network) == asked == 1


def test_a_file_is_left_to_who_sends_it(machine: dict[str, str], network: list[AWSPreparedRequest]) -> None:
    """The journal reads no file that is sent and no stream that comes back: both are whole where they belong."""
    journal = Journal()
    worlds.set_default(World(RealClock(), journal, Random(), lambda request, network: network()))
    s3 = boto3.client("s3", config=Config(request_checksum_calculation="when_required"))
    s3.put_object(Bucket="orders", Key="1", Body=BytesIO(b"book"))
    assert network[-1].body.read() == b"book"
    assert s3.get_object(Bucket="orders", Key="1")["Body"].read() == b"{}"
    # Neither names its operation, so the journal knows the service and the outcome alone.
    assert [(call.service, call.params, call.error_code) for call in calls(journal)] == [("s3", {}, None)] * 2


# ---- Sessions, clients, resources


def test_what_makes_clients_takes_region_and_profile(offline: Cloud) -> None:
    """session, client and resource are boto3's own objects, of the region and profile that were named."""
    assert isinstance(session(), boto3.Session)
    assert session().region_name == "us-east-1"
    assert session(region_name="eu-west-1", profile_name="partner").profile_name == "partner"
    for region in ("us-east-1", "eu-west-1", "ap-northeast-1"):
        assert session(region_name=region).region_name == region
        assert client("sqs", region_name=region).meta.region_name == region
        assert resource("sns", region_name=region, profile_name="partner").meta.client.meta.region_name == region
    assert session().available_profiles == ["shop", "partner"]
    with cloud.without_region():
        assert session(profile_name="partner").region_name == "eu-west-1"  # the region of the profile


@pytest.mark.parametrize("make", [client, resource])
def test_an_unknown_service_is_refused_by_name(offline: Cloud, make: Any) -> None:
    """A service that the course does not teach is a CloudError that names those it does."""
    with pytest.raises(CloudError, match=r"doesn't cover 's3', only 'sqs', 'sns' and 'cloudwatch'"):
        make("s3")


@pytest.mark.parametrize(
    "make", [session, lambda **which: client("sqs", **which), lambda **which: resource("sns", **which)]
)
def test_an_unknown_region_or_profile_is_refused_by_name(offline: Cloud, make: Any) -> None:
    """A region or profile that does not exist is a CloudError that names close ones; nothing is made."""
    with pytest.raises(CloudError, match=r"no region 'eu-wset-1'.*eu-central-1"):
        make(region_name="eu-wset-1")
    with pytest.raises(CloudError, match=r"no profile 'prtner'.*shop, partner"):
        make(profile_name="prtner")
    assert cloud.calls() == []


def test_without_region_boto3_finds_none(offline: Cloud) -> None:
    """In the block boto3 raises NoRegionError for clients, sessions and resources; afterwards all is as before."""
    boto3.client("sqs")  # the default session exists already
    os.environ["AWS_REGION"] = "eu-west-1"
    before = dict(os.environ)
    with cloud.without_region():
        for make in (boto3.client, boto3.resource, boto3.Session().client):
            with pytest.raises(NoRegionError):
                make("sqs")
        os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"
    assert dict(os.environ) == before
    assert boto3.client("sqs").meta.region_name == "us-east-1"

    with pytest.raises(ZeroDivisionError), cloud.without_region():
        _ = 1 / 0
    assert dict(os.environ) == before


def test_two_regions_share_no_queue(offline: Cloud) -> None:
    """A queue of one region is not in another one; the same name is another queue there."""
    here, there = client("sqs"), client("sqs", region_name="eu-west-1")
    url = here.create_queue(QueueName="orders")["QueueUrl"]
    assert "QueueUrls" not in there.list_queues()
    other = there.create_queue(QueueName="orders")["QueueUrl"]
    assert other != url
    here.send_message(QueueUrl=url, MessageBody="book")
    assert "Messages" not in there.receive_message(QueueUrl=other)


def test_two_profiles_share_no_queue(offline: Cloud) -> None:
    """The profiles "shop" and "partner" are two accounts: a queue of one is not in the other."""
    shop, partner = (session("us-east-1", profile).client("sqs") for profile in ("shop", "partner"))
    url = shop.create_queue(QueueName="orders")["QueueUrl"]
    assert "QueueUrls" not in partner.list_queues()
    other = partner.create_queue(QueueName="orders")["QueueUrl"]
    assert ("123456789012" in url, "210987654321" in other) == (True, True)
    shop.send_message(QueueUrl=url, MessageBody="book")
    assert "Messages" not in partner.receive_message(QueueUrl=other)
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [url]  # without a profile it is the shop's


# ---- The offline cloud from start to start


def test_the_offline_cloud_can_what_it_says(offline: Cloud) -> None:
    """It moves time, checks in private and starts empty; an unknown ability is a CloudError that names those known."""
    assert all(cloud.can(ability) for ability in ABILITIES)
    with pytest.raises(CloudError, match=r"'flying'.*private checks, reset, steps, time travel"):
        cloud.can("flying")


def first_ids() -> dict[str, str]:
    """Do the same few things in the running cloud, and return the ids that came of them."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    topic = sns.create_topic(Name="orders")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    sent = sqs.send_message(QueueUrl=url, MessageBody="book")
    received = sqs.receive_message(QueueUrl=url)["Messages"][0]
    return {
        "subscription": subscription,
        "message": sent["MessageId"],
        "request": sent["ResponseMetadata"]["RequestId"],
        "receipt": received["ReceiptHandle"],
        "publication": sns.publish(TopicArn=topic, Message="book")["MessageId"],
    }


def test_started_again_it_is_empty_and_gives_the_same_ids(offline: Cloud) -> None:
    """After another start() no queue, topic or subscription is left, of any profile and region, and the ids repeat."""
    partner = session("eu-west-1", "partner").client("sqs")
    first = first_ids()
    partner.create_queue(QueueName="orders")
    start()
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert boto3.client("sns").list_topics()["Topics"] == []
    assert boto3.client("sns").list_subscriptions()["Subscriptions"] == []
    assert "QueueUrls" not in partner.list_queues()
    start()
    assert first_ids() == first
    assert first_ids() != first  # without a start they go on


def test_ids_never_repeat_within_one_cloud(sqs: Any, queue_url: str) -> None:
    """200 messages have 200 ids, each receipt is another one, and no request's id comes twice."""
    ids, receipts, requests = [], [], []
    for _ in range(20):
        sent = sqs.send_message_batch(
            QueueUrl=queue_url, Entries=[{"Id": str(n), "MessageBody": "book"} for n in range(10)]
        )
        ids += [message["MessageId"] for message in sent["Successful"]]
        received = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        receipts += [message["ReceiptHandle"] for message in received["Messages"]]
        requests += [reply["ResponseMetadata"]["RequestId"] for reply in (sent, received)]
    assert len(set(ids)) == len(ids) == 200
    assert len(set(receipts)) == len(receipts) == 200
    assert len(set(requests)) == len(requests) == 40


# ---- An endpoint


def test_plain_boto3_goes_to_the_endpoint(machine: dict[str, str], server: Server) -> None:
    """Clients and resources go to the endpoint, with keys that open nothing, and their calls are in the journal."""
    started = start(server.url + "/")
    assert str(started) == f"Endpoint {server.url}, region us-east-1. Its time is real, and it keeps what you create."
    boto3.client("sqs").list_queues()
    list(boto3.resource("sqs").queues.all())
    session(profile_name="partner").client("sqs", region_name="eu-west-1").list_queues()
    assert [path for path, _ in server.requests] == ["/", "/", "/"]
    for _, headers in server.requests:
        assert KEYS["AWS_ACCESS_KEY_ID"] not in headers["Authorization"]
        assert "X-Amz-Security-Token" not in headers
    assert [(call.operation, call.region) for call in cloud.calls()] == [
        ("ListQueues", "us-east-1"),
        ("ListQueues", "us-east-1"),
        ("ListQueues", "eu-west-1"),
    ]


def test_a_request_to_any_other_place_is_refused(machine: dict[str, str], server: Server) -> None:
    """A client aimed elsewhere, before start() or after, gets CloudError; neither place gets its request."""
    early = boto3.client("sqs")
    start(server.url)
    for aimed in (
        early,
        boto3.client("sqs", endpoint_url=REMOTE),
        boto3.client("sqs", endpoint_url="http://127.0.0.1:1"),
        boto3.client("sqs", endpoint_url=server.url.replace("http:", "https:")),
    ):
        with pytest.raises(CloudError, match="wasn't sent"):
            aimed.list_queues()
    assert server.requests == []


def test_a_proxy_does_not_stand_before_this_computer(no_cloud: None, server: Server) -> None:
    """With a proxy in the environment, a request to an endpoint on this computer still goes there directly."""
    os.environ.update(HTTP_PROXY=REMOTE, http_proxy=REMOTE, no_proxy="shop.example")
    start(server.url)
    boto3.client("sqs").list_queues()
    assert len(server.requests) == 1
    assert os.environ["no_proxy"].startswith("shop.example,")  # what went past the proxy still does


def test_a_remote_endpoint_is_allowed_by_name(no_cloud: None, guard: Guard) -> None:
    """With allow_remote=True another computer may be the endpoint; starting asks it nothing."""
    assert str(start(REMOTE, allow_remote=True)).startswith(f"Endpoint {REMOTE},")
    assert boto3.client("sqs").meta.endpoint_url == REMOTE
    assert guard.attempts == []


def test_an_endpoints_time_is_real(no_cloud: None, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """An endpoint cannot travel in time, start empty or check in private; it says that 12 hours are not waited."""
    start(server.url)
    assert not any(cloud.can(ability) for ability in ("time travel", "reset", "private checks"))
    clock.advance(hours=12)
    assert capsys.readouterr().out.startswith("On this cloud, time can't be moved")
    os.environ["COURSE_WAIT"] = "0"
    start(server.url)
    clock.advance(seconds=1)
    assert "the limit of 0 seconds" in capsys.readouterr().out
    os.environ["COURSE_WAIT"] = "soon"
    with pytest.raises(CloudError, match="Set COURSE_WAIT to a number"):
        start(server.url)


def test_where_a_cloud_cannot_it_says_so_and_the_cell_goes_on(
    no_cloud: None, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures and unkindness have a word in their place; what a cell needs the value of is an error that says more."""
    start(server.url)
    assert "On this cloud, there's no record" in repr(show.timeline())
    assert "On this cloud, SNS sends to real receivers" in repr(show.inbox())
    with cloud.unkind(duplicates=1) as unkind:
        assert list(unkind.done) == []
    assert capsys.readouterr().out.startswith("On this cloud, unkindness can't be switched on")
    for ask in (
        lambda: cloud.inbox,
        lambda: cloud.follow("x"),
        lambda: cloud.steps(),
        lambda: cloud.web_fails("x"),
        lambda: cloud.metrics_delay,
        lambda: setattr(cloud, "metrics_delay", 0),
    ):
        with pytest.raises(CloudError, match=r"On this cloud, .* You can go on with the next cell"):
            ask()


def test_start_turns_from_an_endpoint_back_to_the_offline_cloud(no_cloud: None, server: Server) -> None:
    """After an endpoint, start("offline") answers every client offline again, also those made for the endpoint."""
    start(server.url)
    made_there = boto3.client("sqs")
    start("offline")
    assert "/123456789012/" in made_there.create_queue(QueueName="orders")["QueueUrl"]
    assert "AWS_ENDPOINT_URL" not in os.environ
    assert server.requests == []


@pytest.mark.endpoints
def test_the_endpoint_may_be_a_moto_server(no_cloud: None) -> None:
    """Plain boto3 goes to moto's own server, and a client that is aimed elsewhere is refused."""
    pytest.importorskip("flask", reason="moto's server needs flask and flask-cors")
    """With moto's own server as the endpoint, a message goes from topic to queue to consumer."""
    pytest.importorskip("flask_cors", reason="moto's server needs flask and flask-cors")
    from moto.server import ThreadedMotoServer

    served = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    served.start()
    try:
        start("http://{}:{}".format(*served.get_host_and_port()))
        sqs, sns = boto3.client("sqs"), boto3.client("sns")
        url = sqs.create_queue(QueueName="served-orders")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name="served-orders")["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        sns.publish(TopicArn=topic, Message="book")
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "book"
        assert [call.operation for call in cloud.calls()][-2:] == ["Publish", "ReceiveMessage"]
        with pytest.raises(CloudError, match="wasn't sent"):
            boto3.client("sqs", endpoint_url=REMOTE).list_queues()
    finally:
        served.stop()


# ---- Errors that are meant to come


def missing(sqs: Any) -> None:
    """Ask for a queue that does not exist."""
    sqs.get_queue_url(QueueName="missing")


def test_an_expected_error_is_shown_and_passed_over(sqs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The error may be named by its class, its base class, the class's name, or AWS's code; boto3's text is shown."""
    names: list[Any] = [
        sqs.exceptions.QueueDoesNotExist,
        ClientError,
        "QueueDoesNotExist",
        "ClientError",
        "AWS.SimpleQueueService.NonExistentQueue",
    ]
    for name in names:
        with show.error(name):
            missing(sqs)
        shown = capsys.readouterr().out
        assert "✗ The error, as it was raised" in shown
        assert "QueueDoesNotExist: An error occurred (AWS.SimpleQueueService.NonExistentQueue)" in shown


@pytest.mark.parametrize("name", ["QueueDoesNotExist", ClientError])
def test_an_expected_error_that_does_not_come_is_an_error(name: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A block that ends without an error raises ExpectedErrorMissing, which names what was to come."""
    wanted = name if isinstance(name, str) else name.__name__
    with pytest.raises(ExpectedErrorMissing, match=f"raised {wanted}, but nothing was raised"), show.error(name):
        pass
    assert capsys.readouterr().out == ""


def test_an_error_need_not_be_named(sqs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name any error is shown, so that a prediction isn't given away; but none of the course's own."""
    with show.error():
        missing(sqs)
    assert "QueueDoesNotExist: An error occurred" in capsys.readouterr().out
    with show.error():
        _ = 1 / 0
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().out
    with pytest.raises(CloudError), show.error():
        raise CloudError("No cloud is running yet.")
    with pytest.raises(ExpectedErrorMissing, match="have raised an error, but nothing was raised"), show.error():
        pass
    with pytest.raises(KeyboardInterrupt), show.error():
        raise KeyboardInterrupt
    assert capsys.readouterr().out == ""


def test_another_error_goes_through(sqs: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """An error that was not meant leaves the block as it is, whatever it carries, and nothing is shown."""
    with pytest.raises(sqs.exceptions.QueueDoesNotExist), show.error("ReceiptHandleIsInvalid"):
        missing(sqs)
    with pytest.raises(ZeroDivisionError), show.error(ClientError):
        _ = 1 / 0

    class HTTPError(Exception):
        """An error as that of requests, whose `response` is no dict."""

    for response in (None, object()):
        HTTPError.response = response
        with pytest.raises(HTTPError), show.error("QueueDoesNotExist"):
            raise HTTPError
    assert capsys.readouterr().out == ""
    with pytest.raises(KeyboardInterrupt), show.error("KeyboardInterrupt"):
        raise KeyboardInterrupt

"""What one client of `course serve` can do to the others: nothing by its Host, and little by what and how it sends."""

import contextlib
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from served_lab import Running, keyed

from helpers.aws_rules import dispatch
from helpers.aws_rules.common import reading, signatures
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.backends.endpoint.workshop_client import ControlClient
from helpers.errors import CloudError
from helpers.workshop import http_server, server, storage
from helpers.workshop.fair_shares import Shares
from helpers.workshop.hosts import Hosts
from helpers.workshop.server import WorkshopCloud
from helpers.workshop.storage import Storage, measure


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """A server on loopback."""
    running = Running()
    yield running
    running.close()


def connect(served: Running) -> socket.socket:
    """Return a new connection."""
    return socket.create_connection(served.server.server_address[:2], timeout=10)


def answer(connection: socket.socket) -> bytes:
    """Return everything the server sends until the connection ends. What it hasn't read by then makes that a reset."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            got += part
    return got


# ---- Who it was meant for


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        ("localhost:4577", True),
        ("LOCALHOST.", True),
        ("127.0.0.1:80", True),
        ("[::1]:4577", True),
        ("192.168.1.20:4577", True),
        ("workshop.example.edu", True),
        ("sqs.eu-west-1.amazonaws.com", True),
        ("sns.cn-north-1.amazonaws.com.cn:443", True),
        ("evil.example", False),
        ("evil.example:4577", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("sqs.evil.amazonaws.com.example", False),
        ("evil.elb.amazonaws.com", False),
        ("a/b", False),
        ("localhost:4577@evil.example", False),
        ("", False),
    ],
)
def test_the_names_of_a_server(host: str, accepted: bool) -> None:
    """A name that a web page can have isn't one of them."""
    assert Hosts("Workshop.example.edu").accepts(host) is accepted


@pytest.mark.parametrize("path", ["/_course/", "/_course/clock", "/", "/000000000001/orders"])
def test_a_web_page_cannot_pretend_to_be_the_server(served: Running, path: str) -> None:
    """By DNS rebinding, a page's name leads to this computer. Its requests are refused, whatever they ask for."""
    with connect(served) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        got = answer(connection)
    assert got.startswith(b"HTTP/1.1 421 ")
    assert b"course serve --url" in got


# ---- What is sent


def spoiled_form(count: int) -> dict[str, str]:
    """Return a form that only the lenient parser reads, with this many fields."""
    return {"Action": "PublishBatch"} | {f"PublishBatchRequestEntries.member.{n}.Id": "x" for n in range(1, count)}


@pytest.mark.full
@pytest.mark.parametrize(
    ("service", "operation", "field"),
    [
        ("sqs", "SendMessage", "MessageAttribute.{}.Name"),
        ("sqs", "SendMessageBatch", "SendMessageBatchRequestEntry.{}.Id"),
        ("sns", "PublishBatch", "PublishBatchRequestEntries.member.{}.Id"),
        ("cloudwatch", "PutMetricData", "MetricData.member.{}.MetricName"),
    ],
)
def test_forms_are_read_in_linear_time(service: str, operation: str, field: str) -> None:
    """Twenty thousand fields took more than a minute."""

    def took(count: int) -> float:
        form = {"Action": operation} | {field.format(n): "x" for n in range(1, count)}
        began = time.process_time()
        reading.parameters(service, operation, urlencode(form).encode(), form)
        return time.process_time() - began

    took(10)  # loads the models
    assert took(20_000) < 5


def test_the_lenient_parser_reads_what_moto_s_does() -> None:
    """With gaps, other members and dots in odd places, it's the same."""
    from moto.core.parse import PROTOCOL_PARSERS
    from moto.core.utils import get_service_model

    entry = "SendMessageBatchRequestEntry"
    forms: list[dict[str, str]] = [
        {f"{entry}.1.Id": "a", f"{entry}.1.MessageBody": "b", f"{entry}.2.Id": "c"},
        {f"{entry}.1.Id": "a", f"{entry}.3.Id": "c"},
        {f"{entry}.10.Id": "a"},
        {entry: ""},
        {f"{entry}.1": "a", f"{entry}..1.Id": "b", f"{entry}.1.Id.": "c"},
        {f"{entry}.1.MessageAttribute.1.Name": "n", f"{entry}.1.MessageAttribute.1.Value.DataType": "String"},
        {f"{entry}.1.MessageAttribute.1.Value.DataType": "String"},
        {"." * 50: "a", "QueueUrl": "u"},
    ]
    model = get_service_model("sqs").operation_model("SendMessageBatch")
    for form in forms:
        asked: Any = {"method": "POST", "values": form, "headers": {}, "body": b"", "url_path": "/", "url_params": {}}
        assert reading.parameters("sqs", "SendMessageBatch", b"", form)[0] == (
            PROTOCOL_PARSERS["query"](model).parse(asked) or {}
        )


def test_a_request_is_read_without_the_lock(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one request is read, others are answered."""
    begun, go_on = threading.Event(), threading.Event()
    leniently = reading._leniently

    def slowly(service: str, *request: Any) -> Any:
        if service == "sns":
            begun.set()
            assert go_on.wait(10)
        return leniently(service, *request)

    monkeypatch.setattr(reading, "_leniently", slowly)
    body, number = urlencode(spoiled_form(5)).encode(), "600000000001"
    request = AWSRequest("POST", served.url, {"Content-Type": "application/x-www-form-urlencoded"}, body)
    request.headers["Host"] = "localhost"
    SigV4Auth(Credentials(number, "-"), "sns", "us-east-1").add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with connect(served) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert begun.wait(10)
        assert "QueueUrls" not in keyed(served.url, "sqs", "us-east-1", "600000000002").list_queues()
        go_on.set()
        assert b"ErrorResponse" in connection.recv(65_536)


def test_a_form_has_so_many_fields(served: Running) -> None:
    """More are refused before they are read."""
    body, target = b"Action=ListTopics" + b"&a" * 5_000, "/"
    request = AWSRequest("POST", served.url + target, {}, body)
    request.headers["Host"] = "localhost"
    SigV4Auth(Credentials("600000000005", "-"), "sns", "us-east-1").add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with connect(served) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert b"at most 5,000 fields" in connection.recv(65_536)


def test_a_signature_of_very_many_headers_cannot_be_read() -> None:
    """Each of them would be looked up among all, before anybody knows who signed."""
    good = "AWS4-HMAC-SHA256 Credential=1/20260105/us-east-1/sqs/aws4_request, SignedHeaders={}, Signature=" + "0" * 64
    assert signatures.read(good.format("host;x-amz-date"))
    assert signatures.read(good.format(";".join(f"a{n}" for n in range(5_000)))) is None


def test_the_control_api_reads_short_bodies_only(served: Running) -> None:
    """None of its own is long."""
    from helpers.backends.endpoint.workshop_client import ControlClient
    from helpers.errors import CloudError

    with pytest.raises(CloudError, match="at most 262,144 bytes"):
        ControlClient(served.url, "600000000003").post("web", url="x" * 300_000, status=0)


# ---- How it is sent


def until(true: Callable[[], bool]) -> bool:
    """Wait until this is true, and return whether it is: after ten seconds it's a failure."""
    deadline = time.monotonic() + 10
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return true()


def ask(connection: socket.socket) -> bytes:
    """Send a short request, and return what comes back first: nothing if the connection ended."""
    try:
        connection.sendall(b"GET /_course/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return connection.recv(1_000)
    except ConnectionError:
        return b""


def test_one_address_has_so_many_connections_and_silent_ones_give_way() -> None:
    """SDKs keep each connection that they ever used. The one that has been silent longest ends, and no other."""
    served = Running()
    served.server.connections = http_server.Quota(10, 3)
    kept = [connect(served) for _ in range(3)]
    for connection in kept:
        assert ask(connection).startswith(b"HTTP/1.1 200 ")
    silent = dict(zip([connection.getsockname()[1] for connection in kept], [2.0, 3.0, 1.0], strict=True))
    assert until(lambda: len(served.server.reading.list()) == 3)
    for waiting, _ in served.server.reading.list():
        served.server.reading.begin(waiting, time.monotonic() - silent[waiting.client_address[1]])
    kept += [connect(served)]
    assert ask(kept[3]).startswith(b"HTTP/1.1 200 ")
    assert [ask(connection)[:12] for connection in kept] == [b"HTTP/1.1 200", b"", b"HTTP/1.1 200", b"HTTP/1.1 200"]
    for connection in kept:
        connection.close()
    assert until(lambda: not served.server.connections._used)
    served.close()


def test_busy_connections_do_not_give_way_and_others_are_not_touched() -> None:
    """One more is refused at once with an answer that SDKs understand."""
    served, go_on, begun = Running(), threading.Event(), threading.Semaphore(0)
    usual = served.server.handlers

    def respond(request: http_server.HttpRequest) -> http_server.HttpResponse:
        begun.release()
        assert go_on.wait(10)
        return usual.respond(request)

    served.server.handlers = usual._replace(respond=respond)
    served.server.connections = http_server.Quota(10, 3)
    assert served.server.connections.take("192.0.2.1", 1)  # another computer's
    busy = [connect(served) for _ in range(3)]
    for connection in busy:
        connection.sendall(b"GET /_course/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert begun.acquire(timeout=10)
    with connect(served) as refused:
        assert answer(refused).startswith(b"HTTP/1.1 503 ")
    go_on.set()
    for connection in busy:
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200 ")
        connection.close()
    served.close()


class Watched:
    """A lock that knows whether somebody has had to wait for it."""

    def __init__(self, waited: threading.Event):
        self._lock, self._waited = threading.Lock(), waited

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._waited.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_connections_come_and_go_while_they_are_listed() -> None:
    """Python can collect garbage within a list's making, and then others go on. A server ended by that, silently."""
    waits, came = http_server.Waits(), threading.Event()
    waits._lock = Watched(came)  # type: ignore[assignment]

    def one_more() -> None:
        waits.begin(cast(Any, object()))
        came.set()

    others: list[threading.Thread] = []

    def collect(phase: str, _: object) -> None:
        if phase == "start" and len(others) < 20:
            came.clear()
            others.append(threading.Thread(target=one_more))
            others[-1].start()
            assert came.wait(10)  # it's there, or it waits for the lock

    for _ in range(3_000):
        waits.begin(cast(Any, object()))
    hoard = [(each, each) for each in range(3_000)]  # the pairs that Python keeps at hand, so a list makes new ones
    before = gc.get_threshold()
    gc.callbacks.append(collect)
    gc.set_threshold(1, 1_000, 1_000)
    try:
        listed = waits.list()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(collect)
    for other in others:
        other.join(10)
    assert len(hoard) <= len(listed) <= len(waits.list()) == len(hoard) + len(others)


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nab"])
def test_a_request_has_to_arrive_in_time(served: Running, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Whoever is silent, or sends a byte now and then, is disconnected."""
    with connect(served) as connection:
        port = connection.getsockname()[1]
        connection.sendall(sent)
        # Connections of other tests wait for their next request meanwhile.
        assert until(lambda: any(each.client_address[1] == port for each, _ in served.server.reading.list()))
        monkeypatch.setattr(http_server, "_READING", -1.0)
        served.server.service_actions()
        assert not answer(connection).startswith(b"HTTP/1.1 2")


def test_a_long_request_that_is_refused_is_not_followed_by_the_next_at_once(
    served: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short one is refused at once."""
    waited: list[float] = []
    monkeypatch.setattr(served.server, "delay", 0.123)
    monkeypatch.setattr(http_server.time, "sleep", waited.append)
    for size, count in ((1_000, 0), (300_000, 1)):
        with connect(served) as connection:
            head = f"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
            connection.sendall(head.encode() + b"x" * size)
            assert answer(connection).startswith(b"HTTP/1.1 403 ")
        assert waited.count(0.123) == count


def test_bodies_in_memory_have_a_limit(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of all requests together; the memory is free again afterwards."""
    monkeypatch.setattr(served.server, "bytes", http_server.Quota(1_000_000, 300_000))
    sqs = keyed(served.url, "sqs", "us-east-1", "600000000004")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    with pytest.raises(sqs.exceptions.ClientError, match=r"\(SlowDown\)"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 400_000)
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 200_000)
    assert until(lambda: not served.server.bytes._used)


def test_the_head_of_a_request_has_so_many_bytes(served: Running) -> None:
    """All headers together: each could have 64 kB, and there could be a hundred of them on each connection."""
    head = b"GET /_course/ HTTP/1.1\r\nHost: localhost\r\n"
    for count, status in ((1, b"HTTP/1.1 200 "), (3, b"HTTP/1.1 431 ")):
        with connect(served) as connection:
            connection.sendall(head + b"X-Much: %s\r\n" % (b"x" * 60_000) * count + b"Connection: close\r\n\r\n")
            assert answer(connection).startswith(status)


def test_long_responses_have_a_limit(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of all clients together, since nobody has to take a response."""
    sqs = keyed(served.url, "sqs", "us-east-1", "600000000005")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 200_000)
    assert until(lambda: not served.server.bytes._used)
    monkeypatch.setattr(served.server, "bytes", http_server.Quota(1_000_000, 300_000))
    with pytest.raises(sqs.exceptions.ClientError, match=r"\(SlowDown\)"):
        sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert until(lambda: not served.server.bytes._used)


def test_who_does_not_take_a_response_gives_way() -> None:
    """Its connection counts as one that waits for its client, and its response as in memory until then."""
    served = Running()
    usual = served.server.handlers
    large = 200, {}, b"x" * 40_000_000
    served.server.handlers = usual._replace(
        respond=lambda http: large if http.path == "/large" else usual.respond(http)
    )
    served.server.connections = http_server.Quota(10, 1)
    with connect(served) as idle:
        idle.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert until(lambda: served.server.bytes._used.total() == len(large[2]))
        assert until(lambda: bool(served.server.writing.list()))
        with connect(served) as next_one:
            assert ask(next_one).startswith(b"HTTP/1.1 200 ")
    assert until(lambda: not served.server.bytes._used)
    served.close()


# ---- What an account can keep and hold up


def test_an_account_keeps_so_much(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full one can still be emptied, and another one isn't concerned."""
    monkeypatch.setattr(served.cloud, "storage", Storage(most=100_000))
    sqs, other = (keyed(served.url, "sqs", "us-east-1", f"60000000010{n}") for n in range(2))
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for _ in range(4):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 30_000)
    with pytest.raises(sqs.exceptions.ClientError, match=r"\(OverLimit\).*keeps 100,000 bytes"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 30_000)
    other.send_message(QueueUrl=other.create_queue(QueueName="orders")["QueueUrl"], MessageBody="x" * 30_000)
    sqs.purge_queue(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="x" * 30_000)


def test_everything_kept_is_measured() -> None:
    """Messages, the inbox, and what a topic's archive has."""
    account = WorkshopCloud(still=True).reset("600000000110")
    before, body = measure(account), "x" * 10_000

    def call(service: str, operation: str, **params: Any) -> Any:
        return dispatch.run(Request(service, operation, params, account, "us-east-1", "http://localhost"))

    call("sqs", "CreateQueue", QueueName="q")
    call("sqs", "SendMessage", QueueUrl="http://localhost/600000000110/q", MessageBody=body)
    fifo = {"FifoTopic": "true", "ArchivePolicy": '{"MessageRetentionPeriod":"1"}'}
    topics = [call("sns", "CreateTopic", Name="t")["TopicArn"]]
    topics += [call("sns", "CreateTopic", Name="t.fifo", Attributes=fifo)["TopicArn"]]
    call("sns", "Subscribe", TopicArn=topics[0], Protocol="sms", Endpoint="+4915112345678")
    call("sns", "Publish", TopicArn=topics[0], Message=body[:100])
    call("sns", "Publish", TopicArn=topics[1], Message=body, MessageGroupId="g", MessageDeduplicationId="d")
    assert before == 0
    assert 20_000 < measure(account) < 25_000
    assert len(account.inbox) == 1


def test_a_clock_with_alarms_jumps_so_far(served: Running) -> None:
    """They're looked at while everybody waits. Without any, it goes anywhere."""
    control = ControlClient(served.url, "600000000006")
    control.post("clock", seconds=10**8)
    alarm = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent", "Statistic": "Sum", "Threshold": 1}
    alarm |= {"Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"}
    keyed(served.url, "cloudwatch", "us-east-1", "600000000006").put_metric_alarm(AlarmName="a", **alarm)
    control.post("clock", seconds=3_600)
    for much in (10**9, 10**400):
        with pytest.raises(CloudError, match="With 1 alarms, the clock can jump at most 277 days"):
            control.post("clock", seconds=much)


def test_so_many_addresses_can_be_down(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that's known already can always change."""
    monkeypatch.setattr(storage, "_MOST_DOWN", 1)
    control = ControlClient(served.url, "600000000007")
    for status in (500, 404):
        control.post("web", url="http://a", status=status)
    with pytest.raises(CloudError, match="At most 1 addresses"):
        control.post("web", url="http://b", status=500)
    assert control.post("web", url="http://a", status=0) == {"down": {}}


def test_what_a_refused_body_took_is_free_before_its_client_knows(
    served: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of it is thrown away, for as long as it comes."""
    monkeypatch.setattr(served.server, "bytes", http_server.Quota(1_000_000, 300_000))
    with connect(served) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n" + b"x" * 500_000)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 503 ")
        assert not served.server.bytes._used


def test_short_requests_need_no_free_memory(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long those are that others send from the same address."""
    monkeypatch.setattr(served.server, "bytes", http_server.Quota(300_000, 300_000))
    assert served.server.bytes.take("127.0.0.1", 300_000)
    sqs = keyed(served.url, "sqs", "us-east-1", "600000000006")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert sqs.send_message(QueueUrl=url, MessageBody="x" * 60_000)["MessageId"]
    with pytest.raises(sqs.exceptions.ClientError, match=r"\(SlowDown\)"):
        sqs.send_message(QueueUrl=url, MessageBody="x" * 70_000)


def test_the_parts_of_long_bodies_are_read_one_by_one(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whichever: otherwise those who send them would have most turns of Python's."""
    waited: list[tuple[float, bool]] = []
    monkeypatch.setattr(served.server, "pace", 0.123)
    is_taken = served.server.next_part.locked
    monkeypatch.setattr(http_server.time, "sleep", lambda seconds: waited.append((seconds, is_taken())))
    sqs = keyed(served.url, "sqs", "us-east-1", "600000000007")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert not waited
    sqs.send_message(QueueUrl=url, MessageBody="x" * 655_360)
    assert waited == [(0.123, True)] * 10


# ---- How much of it


class Computer:
    """A clock, on which each account's requests compute. others: how often Ada sent a request while others waited."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.now, self.computed, self.paused = 1_000.0, 0.0, 0.0
        self.others = 0
        self.shares = Shares(lambda: self.now, self.pause)
        monkeypatch.setattr("helpers.workshop.fair_shares._computed", lambda: self.computed)

    def pause(self, seconds: float) -> None:
        """Let the seconds pass."""
        self.paused += seconds
        until = self.now + seconds
        while self.now < until:
            self.now += 0.1
            paused, self.others = self.paused, self.others + 1
            self.request("ada", 0.002)
            assert self.paused == paused

    def request(self, account: str, seconds: float, size: int = 100) -> None:
        """Send a request that computes for so long."""
        with self.shares.turn(account, size):
            self.now, self.computed = self.now + seconds, self.computed + seconds


def test_an_account_that_computes_all_the_time_gets_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada's short requests meanwhile never wait."""
    computer = Computer(monkeypatch)
    began = computer.now
    for _ in range(50):
        computer.request("mallory", 0.3)
    assert 50 * 0.3 / (computer.now - began) < 0.2
    assert computer.others > 50


def test_whoever_is_alone_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nobody whom that would help."""
    computer = Computer(monkeypatch)
    computer.request("bob", 1)
    computer.now += 10
    for _ in range(50):
        computer.request("ada", 1)
        computer.now += 1
    assert computer.paused == 0


def test_what_a_request_computed_so_far_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long poll and a fan-out pause in the middle, and the next request is expected to compute as much."""
    computer = Computer(monkeypatch)
    computer.request("ada", 0.001)
    assert computer.shares.look() == computer.shares.uncounted() == 0
    with computer.shares.turn("mallory", 0):
        computer.computed += 0.9
        assert computer.shares.uncounted() == pytest.approx(0.9)
        assert computer.shares.look() == computer.shares.look() == pytest.approx(10)
        assert computer.shares.uncounted() == 0
    computer.now += 100
    computer.request("ada", 0.001)
    computer.request("mallory", 0.2)
    assert computer.paused == 0
    with computer.shares.turn("mallory", 0):
        assert computer.paused == pytest.approx((2 * 0.2 - 0.2 * 0.06 - 0.3) / 0.06)


@pytest.mark.parametrize("kind", ["fan-out", "jump of the clock"])
def test_others_are_answered_in_the_middle_of_a_long_request(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock that all accounts share is free now and then."""
    cloud, answered = WorkshopCloud(still=True), threading.Event()
    account = cloud.reset("600000000120")

    def call(operation: str, **params: Any) -> Any:
        return dispatch.run(Request("sns", operation, params, account, "us-east-1", "http://localhost"))

    def other() -> None:
        with cloud.accounts.changed:
            answered.set()

    topic = call("CreateTopic", Name="news")["TopicArn"]
    for number in range(20):
        call("Subscribe", TopicArn=topic, Protocol="sms", Endpoint=f"+49151123456{number:02}")
        account.later(number, partial(int))
    monkeypatch.setattr(server, "_BREATH", 0.1)
    monkeypatch.setattr(cloud.shares, "uncounted", lambda: 0.0 if answered.is_set() else 1.0)
    with cloud.accounts.changed:
        threading.Thread(target=other, daemon=True).start()
        if kind == "fan-out":
            call("Publish", TopicArn=topic, Message="x")
        else:
            account.world.clock.advance(60)  # type: ignore[union-attr]
            account.catch_up()
        assert answered.is_set()


def test_a_long_poll_looks_as_often_as_its_account_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """News doesn't end its pause: whoever has many polls and much news would compute all the time."""
    accounts, waited = (cloud := WorkshopCloud()).accounts, list[str]()
    monkeypatch.setattr(cloud.shares, "look", lambda: 0.01)
    with accounts.changed:
        news = threading.Condition(accounts.changed)  # type: ignore[arg-type]
        monkeypatch.setattr(news, "wait", lambda seconds: waited.append("for news"))
        accounts._waiting["600000000121"] = news
        accounts.wait("600000000121", 60)
        assert not waited
        monkeypatch.setattr(cloud.shares, "look", lambda: 0.0)
        accounts.wait("600000000121", 60)
        assert waited


def test_a_wait_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As AWS throttles, so SDKs try again later."""
    computer = Computer(monkeypatch)
    computer.request("ada", 0.001)
    computer.request("mallory", 30)
    computer.request("ada", 0.001)
    with pytest.raises(Refused, match="Rate exceeded") as refused:
        computer.request("mallory", 0.001)
    assert refused.value.code == "ThrottlingException"


def test_an_account_has_so_many_requests_at_a_time() -> None:
    """So that its long polls don't take all the connections that its address, perhaps a whole class's, can have."""
    shares = Shares()
    with ExitStack() as all_of_them:
        for _ in range(100):
            all_of_them.enter_context(shares.turn("ada", 1))
        with pytest.raises(Refused, match="100 requests at a time"), shares.turn("ada", 1):
            pass
        with shares.turn("bob", 1):
            pass
    with shares.turn("ada", 1):
        pass


def test_one_long_request_of_an_account_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read of it is in memory. Other accounts have theirs."""
    monkeypatch.setattr("helpers.workshop.fair_shares._LONGEST_PAUSE", 0.01)
    shares = Shares()
    with shares.turn("mallory", 1_000_000):
        with pytest.raises(Refused, match="one request of more than"), shares.turn("mallory", 1_000_000):
            pass
        with shares.turn("ada", 1_000_000), shares.turn("mallory", 100):
            pass
    with shares.turn("mallory", 300_000):
        pass

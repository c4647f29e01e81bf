"""`cloud.run` in an account of a workshop's server: the report is the offline cloud's, and the account stays usable."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from served_lab import Running, keyed

from helpers import clock, cloud, start
from helpers.backends import programs
from helpers.backends.endpoint.workshop_client import OF_A_RUN, ControlClient
from helpers.backends.running import COMPARED
from helpers.errors import ClockError, CloudError
from helpers.workshop import runs, server

TOKEN = "the-teachers-token"
ACCOUNT = "800000000001"
Report = dict[str, Any]


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """A server on loopback, which doesn't check signatures."""
    running = Running()
    yield running
    running.close()


@pytest.fixture
def place(no_cloud: None, served: Running) -> str:
    """The server's URL, in a process without a running cloud."""
    return served.url


@pytest.fixture
def control(served: Running) -> ControlClient:
    """The control API of a new account."""
    control = ControlClient(served.url, ACCOUNT)
    control.post("reset")
    return control


def busy_day() -> Report:
    """Run a day in which all goes wrong: a slow worker, a crash, a poison message, a late helper, a deploy."""
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "orders", "audit")}
    arns = {
        name: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for name, url in urls.items()
    }
    redrive = json.dumps({"deadLetterTargetArn": arns["dead"], "maxReceiveCount": 2})
    sqs.set_queue_attributes(QueueUrl=urls["orders"], Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "30"})
    topic = sns.create_topic(Name="news")["TopicArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arns["audit"]}
    sqs.set_queue_attributes(QueueUrl=urls["audit"], Attributes={"Policy": json.dumps({"Statement": [allow]})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arns["audit"])

    def customers() -> None:
        own = boto3.client("sqs")
        for number in range(8):
            own.send_message(QueueUrl=urls["orders"], MessageBody=json.dumps({"order_id": f"A-{number}"}))
            sns.publish(TopicArn=topic, Message=f"news {number}")
            time.sleep(4)

    def packer(takes: float, crashes_at: int = 0) -> Callable[[], None]:
        def pack() -> None:
            for number in range(1, 100):
                reply = sqs.receive_message(QueueUrl=urls["orders"], WaitTimeSeconds=20)
                for message in reply.get("Messages", []):
                    order = json.loads(message["Body"])["order_id"]
                    if order == "A-3":
                        continue
                    if number == crashes_at:
                        raise ValueError(order)
                    time.sleep(takes)
                    sqs.delete_message(QueueUrl=urls["orders"], ReceiptHandle=message["ReceiptHandle"])

        return pack

    def auditors() -> None:
        def read() -> None:
            while message := sqs.receive_message(QueueUrl=urls["audit"], WaitTimeSeconds=20).get("Messages"):
                sqs.delete_message(QueueUrl=urls["audit"], ReceiptHandle=message[0]["ReceiptHandle"])

        with ThreadPoolExecutor(2) as pool:
            for _ in range(2):
                pool.submit(read)

    several = {"shop": customers, "Kim": packer(5), "Lee": packer(11, 2), "Zoë": packer(1), "audit": auditors}
    return cloud.run(several, minutes=3, starts={"Zoë": 20}, stops={"Kim": 90}).to_dict()


def without_ids(report: Report) -> Report:
    """Return a report without what differs between accounts that aren't compared: ids, and when it began."""
    return report | {"start": "", "held": [held | {"message": ""} for held in report["held"]]}


def test_the_report_is_the_offline_clouds(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last id where outputs are compared, even if the server's journal forgets things meanwhile."""
    os.environ[COMPARED] = "1"
    start()
    offline, calls = busy_day(), len(cloud.calls())
    monkeypatch.setattr(server, "_JOURNAL_LIMIT", 5)
    start(place, account=ACCOUNT)
    assert busy_day() == offline
    assert (len(cloud.calls()), repr(clock)) == (calls, "The clock says Mon 05 Jan 2026, 09:03:00 UTC")
    assert all(OF_A_RUN.lower() not in each.exchanges[-1].headers for each in cloud.calls())
    assert offline["programs"]["Lee"]["end"]["error"].startswith("ValueError: A-")
    assert offline["queues"]["dead"]["dead_letters"] == 1


@pytest.mark.full
def test_the_report_is_the_same_every_time(place: str) -> None:
    """To the last id where outputs are compared; otherwise but for ids, since the clock stands during a run."""
    os.environ[COMPARED] = "1"
    start(place, account=ACCOUNT)
    first = busy_day()
    start(place, account=ACCOUNT)
    assert busy_day() == first
    os.environ.pop(COMPARED)
    start(place, account=ACCOUNT)
    assert without_ids(busy_day()) == without_ids(first)


def test_afterwards_the_accounts_time_goes_on(place: str) -> None:
    """It's as much later as the run was long, it passes again, and the account answers."""
    start(place, account=ACCOUNT)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def sends() -> None:
        time.sleep(1800)
        sqs.send_message(QueueUrl=url, MessageBody="late")

    begun = clock.time()
    assert cloud.run({"one": sends}, hours=1).seconds == 1800.03
    assert clock.time() >= begun + 1800
    before = ControlClient(place, ACCOUNT).get("clock")["time"]
    assert before >= begun + 1800
    assert ControlClient(place, ACCOUNT).get("clock")["time"] > before
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "late"
    assert cloud.steps()[-1].by == ""
    clock.advance(60)


def test_a_long_poll_ends_to_the_second(place: str) -> None:
    """Or as soon as a message is there, whoever sends it, even while another one waits longer."""
    start(place, account=ACCOUNT)
    sqs, ended = boto3.client("sqs"), {}
    urls = [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("one", "two")]

    def poller(name: str, url: str) -> Callable[[], None]:
        def poll() -> None:
            began = time.monotonic()
            found = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages")
            ended[name] = round(time.monotonic() - began, 3), bool(found)

        return poll

    def sends() -> None:
        time.sleep(7)
        sqs.send_message(QueueUrl=urls[1], MessageBody="x", DelaySeconds=4)

    cloud.run({"waits": poller("waits", urls[0]), "gets": poller("gets", urls[1]), "sends": sends}, minutes=1)
    assert ended == {"waits": (20.03, False), "gets": (11.031, True)}


def test_a_program_has_an_identity_of_its_own(place: str) -> None:
    """In both of the learner's accounts; a policy in one of them meets the program of the other."""
    start(place, account=ACCOUNT)
    partner = boto3.Session(profile_name="partner").client("sqs")
    url = partner.create_queue(QueueName="orders")["QueueUrl"]
    partner.add_permission(QueueUrl=url, Label="all", AWSAccountIds=[ACCOUNT], Actions=["*"])
    who = {}

    def program() -> None:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x", DelaySeconds=900)
        boto3.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)
        time.sleep(900)
        partner.receive_message(QueueUrl=url)
        who["arn"] = boto3.client("sts").get_caller_identity()["Arn"]

    report = cloud.run({"Kim & Co": program}, hours=1)
    assert who["arn"] == f"arn:aws:iam::{ACCOUNT}:user/Kim---Co"
    assert report.queues["orders"].received == report.programs["Kim & Co"].received == 1
    assert report.held[0].begin == pytest.approx(920.09)


def test_a_run_that_is_stopped_leaves_the_account_usable(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runaway is ended with its sentence, the clock shows the account's time, and the next run works."""
    start(place, account=ACCOUNT)
    sqs = boto3.client("sqs")

    def calls() -> None:
        while True:
            sqs.list_queues()

    def nests() -> None:
        cloud.run({"calls": calls}, minutes=1)

    with monkeypatch.context() as patch:
        patch.setattr(programs, "MOST_CALLS", 10)
        with pytest.raises(CloudError, match="'calls': it made 11 of the run's 10 calls"):
            cloud.run({"calls": calls, "later": lambda: time.sleep(3000)}, hours=1, starts={"calls": 600})
    assert 600 <= clock.time() - time.time() < 630
    report = cloud.run({"nests": nests, "fine": sqs.list_queues}, minutes=1)
    assert "can't begin another run" in report.programs["nests"].end.error
    assert report.programs["fine"].calls == 1
    clock.advance(60)


def test_programs_sign_by_real_time(no_cloud: None) -> None:
    """A server with a token compares the date, and a run can be hours ahead."""
    running = Running(TOKEN)
    start(running.url, account=ACCOUNT, token=TOKEN)

    def program() -> None:
        for _ in range(3):
            time.sleep(3600)
            boto3.client("sqs").list_queues()
            assert cloud.inbox == []

    assert cloud.run({"one": program}, hours=4).programs["one"].end.how == "returned"
    running.close()


def test_a_kernel_that_dies_in_a_run(place: str, control: ControlClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its account's time stands until the next start, or until the server gives the run up."""
    start(place, account=ACCOUNT)
    control.post("begin", run="of a kernel that dies")
    with pytest.raises(CloudError, match=r"Another cloud\.run is using this account\. Wait"):
        cloud.run({"one": print}, minutes=1)
    with pytest.raises(ClockError, match=r"Only the cloud\.run"):
        clock.advance(1)
    start(place, account=ACCOUNT)
    assert cloud.run({"one": print}, minutes=1).programs["one"].end.how == "returned"
    monkeypatch.setattr(runs, "LONGEST", 0.05)
    before = control.post("begin", run="of another one")["time"]
    assert control.get("clock")["time"] == before
    time.sleep(0.1)
    assert control.get("clock")["time"] > before
    with pytest.raises(CloudError, match=r"This cloud\.run is over"):
        control.post("end", run="of another one", time=before)


def test_others_wait_while_a_run_goes_on(served: Running, control: ControlClient) -> None:
    """A long poll of a client that is no program moves no clock; it ends when the run has gone past its end."""
    sqs = keyed(served.url, "sqs", "us-east-1", ACCOUNT)
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    before = control.post("begin", run="a")["time"]
    found: list[Any] = []
    poll = threading.Thread(target=lambda: found.append(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)))
    poll.start()
    poll.join(0.1)
    assert (control.get("clock")["time"], found) == (before, [])
    control.post("end", run="a", time=before + 20)
    poll.join(5)
    assert "Messages" not in found[0]


def told(**changes: Any) -> str:
    """Return the header of a program's request."""
    return json.dumps({"run": "a", "program": "Kim", "time": 1.8e9, "poll": ""} | changes)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "RunIsOver"),
        (told(run="another"), "RunIsOver"),
        ("Kim", "ValidationError"),
        ("[]", "ValidationError"),
        (told(time="soon"), "ValidationError"),
        (told(time=float("nan")), "ValidationError"),
        (told(time=1e12), "ValidationError"),
        (told(time=10**400), "ValidationError"),
        (told(program=5), "ValidationError"),
        (told(program="K" * 2_001), "ValidationError"),
    ],
)
def test_a_header_that_no_kernel_writes(served: Running, control: ControlClient, header: str, code: str) -> None:
    """It's refused, and the clock stays where it is. So is a header without a run."""
    sqs = keyed(served.url, "sqs", "us-east-1", ACCOUNT)
    if header:
        before = control.post("begin", run="a")["time"]

    def add(request: Any, **_: Any) -> None:
        request.headers[OF_A_RUN] = header or told()

    sqs.meta.events.register("before-send.sqs", add)
    with pytest.raises(ClientError) as raised:
        sqs.list_queues()
    sqs.meta.events.unregister("before-send.sqs", add)
    assert raised.value.response["Error"]["Code"] == code
    if header:
        assert control.get("clock")["time"] == before


def test_other_servers_run_no_programs(no_cloud: None) -> None:
    """They say why not, and what does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    start(url)
    with pytest.raises(CloudError, match=r'would take a real hour.*start\("offline"\)'):
        cloud.run({"one": print}, hours=1)

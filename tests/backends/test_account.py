"""A real account, simulated by a server on loopback: what may be sent there, what is created, and its clean-up."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError
from fake_aws import ACCOUNT, FAULTS, FakeAws
from nbformat.v4 import new_code_cell, new_notebook

from helpers import cloud, kernels, show, start
from helpers.authoring import normal
from helpers.authoring.build import notebooks
from helpers.authoring.verify import DIFFERS, SAME, verify
from helpers.aws_rules.cloudwatch.alarms import Alarm, AlarmsRegion
from helpers.aws_rules.common.request import Request
from helpers.backends.aws import cleanup, consent, creation_log, limits, names, tags
from helpers.backends.aws.aws_resources import AwsResource, changed_by, from_arn
from helpers.backends.aws.iam_policy import permissions, policy
from helpers.course import HOME, Lesson, course
from helpers.errors import CloudError, CourseError

TAG = {tags.KEY: "ada"}
OTHER = "222222222222"
EC2 = "arn:aws:automate:eu-central-1:ec2:stop"
BACKLOG = {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 10.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


@pytest.fixture(scope="session")
def server() -> Iterator[FakeAws]:
    """One fake AWS for all tests."""
    fake = FakeAws()
    yield fake
    fake.close()


@pytest.fixture
def aws(server: FakeAws, no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """A machine with keys of account 111111111111, which the fake AWS serves. Nothing exists yet and no cloud runs."""
    server.start_anew()
    server.cloud.reset(OTHER)
    os.environ.update(
        AWS_ENDPOINT_URL=server.url,
        AWS_ACCESS_KEY_ID=ACCOUNT,
        AWS_SECRET_ACCESS_KEY="any",
        AWS_DEFAULT_REGION="eu-central-1",
        no_proxy="127.0.0.1",
    )
    monkeypatch.setattr(cleanup, "sleep", lambda seconds: None)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # botocore's pauses between tries
    return server


@pytest.fixture
def begun(aws: FakeAws) -> Any:
    """The running cloud of the real account."""
    return start("aws", yes=ACCOUNT)


def foreign(server: FakeAws, name: str = "salaries") -> str:
    """Return the URL of a queue in the account that the course did not create."""
    plain = boto3.Session(ACCOUNT, "any", region_name="eu-central-1")
    reply = _outside(lambda: plain.client("sqs", endpoint_url=server.url).create_queue(QueueName=name))
    return reply["QueueUrl"]


def _outside(call: Any) -> Any:
    """Return what a call from another program returns: it's in none of this process's clouds."""
    from helpers.simulation import worlds

    home = worlds.default()
    worlds.set_default(None)
    try:
        return call()
    finally:
        worlds.set_default(home)


# ---- Consent


def test_without_a_yes_nothing_is_sent(aws: FakeAws) -> None:
    """Without consent by argument or variable, not even STS is called."""
    os.environ["COURSE_CLOUD"] = "aws"
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start()
    assert aws.cloud.accounts.get(ACCOUNT) is not None  # the fixture opened it
    assert aws.asked == []


def test_the_start_says_where_it_is(begun: Any, aws: FakeAws) -> None:
    """It shows account, region, identity, names, tag, count, and that the endpoint isn't AWS's."""
    assert str(begun) == (
        f"REAL AWS, account {ACCOUNT}, region eu-central-1, as arn:aws:iam::{ACCOUNT}:user/learner. Calls may cost "
        "money. Names are sent as you type them. What you create gets the tag mastering-aws-messaging=ada and is "
        f"deleted when the kernel ends. Requests: 0 of 2,000. All of them go to {aws.url}, not to AWS."
    )


def test_a_yes_is_remembered_only_when_asked(aws: FakeAws) -> None:
    """remember=True saves the consent to this account for later kernels; remember=False removes it."""
    start("aws", yes=ACCOUNT)
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start("aws")
    start("aws", yes=ACCOUNT, remember=True)
    assert start("aws").account == ACCOUNT
    os.environ["AWS_ACCESS_KEY_ID"] = OTHER
    with pytest.raises(CloudError, match=f"yes to account {ACCOUNT}, but these credentials belong to {OTHER}"):
        start("aws")
    os.environ["AWS_ACCESS_KEY_ID"] = ACCOUNT
    start("aws", remember=False)
    assert consent.remembered() == []


def test_a_damaged_memory_of_yeses_is_none(aws: FakeAws) -> None:
    """A file that isn't JSON gives no consent."""
    consent.remember(ACCOUNT)
    (Path(os.environ["COURSE_STATE"]) / "accounts.json").write_text("{")
    with pytest.raises(CloudError, match="Nothing has been sent yet"):
        start("aws")


def test_keys_of_another_account_send_nothing(begun: Any, aws: FakeAws) -> None:
    """A client with another account's keys is rejected before its first request."""
    other = boto3.client("sqs", aws_access_key_id=OTHER, aws_secret_access_key="any")
    with pytest.raises(CloudError, match=f"yes to account {ACCOUNT}, but these keys belong to account {OTHER}"):
        other.create_queue(QueueName="orders")
    assert aws.asked == []
    assert aws.names(OTHER) == []


# ---- Limits


def test_what_is_made_carries_the_tag_from_its_first_moment(begun: Any, aws: FakeAws) -> None:
    """The creating request has the tag, beside the learner's own, from clients and resources. It's the only request."""
    boto3.client("sqs").create_queue(QueueName="orders", tags={"team": "packing"})
    boto3.resource("sns").create_topic(Name="news", Tags=[{"Key": "team", "Value": "press"}])
    assert len(aws.asked) == 2
    sqs, sns = boto3.client("sqs"), boto3.client("sns")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "packing"} | TAG
    [topic] = sns.list_topics()["Topics"]
    assert tags.parse(sns.list_tags_for_resource(ResourceArn=topic["TopicArn"])) == {"team": "press"} | TAG


CHANGES = {
    "send_message": {"MessageBody": "hello"},
    "receive_message": {},
    "purge_queue": {},
    "set_queue_attributes": {"Attributes": {"DelaySeconds": "1"}},
    "tag_queue": {"Tags": {"team": "x"}},
    "untag_queue": {"TagKeys": ["team"]},
    "delete_queue": {},
    "send_message_batch": {"Entries": [{"Id": "1", "MessageBody": "a"}]},
}


@pytest.mark.parametrize(("call", "params"), CHANGES.items(), ids=CHANGES)
def test_nothing_without_the_tag_is_changed(begun: Any, aws: FakeAws, call: str, params: dict[str, Any]) -> None:
    """A queue of somebody else can only be read; other requests aren't sent, and the error says why."""
    url = foreign(aws)
    sqs = boto3.client("sqs")
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    with pytest.raises(CloudError, match=r"The queue salaries in eu-central-1 .* doesn't have the tag"):
        getattr(sqs, call)(QueueUrl=url, **params)
    sent = [asked.headers.get("x-amz-target", "") for asked in aws.asked[1:]]
    assert {name.rpartition(".")[2] for name in sent} <= {"GetQueueAttributes", "GetQueueUrl", "ListQueueTags"}


def test_a_name_that_another_has_is_left_alone(begun: Any, aws: FakeAws) -> None:
    """AWS itself refuses to create it, since the tags differ, and the course explains that."""
    foreign(aws, "orders")
    with pytest.raises(CloudError, match=r"queue orders in eu-central-1 already exists.*prefix="):
        boto3.client("sqs").create_queue(QueueName="orders")


def test_the_learner_s_own_queue_with_more_tags_is_told_as_aws_tells_it(begun: Any) -> None:
    """If the learner's own queue has got another tag, creating it again raises AWS's error, unchanged."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"team": "packing"})
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName="orders")


def test_another_s_queue_does_not_become_a_queue_for_dead_letters(begun: Any, aws: FakeAws) -> None:
    """Otherwise messages would start to arrive there."""
    foreign(aws)
    arn = AwsResource("sqs", "eu-central-1", ACCOUNT, "salaries").arn
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})}
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    for act in (
        lambda: sqs.create_queue(QueueName="more", Attributes=redrive),
        lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=redrive),
    ):
        with pytest.raises(CloudError, match="doesn't have the tag"):
            act()


def test_another_s_topic_gets_no_news_and_no_subscriber(begun: Any, aws: FakeAws) -> None:
    """The tag protects topics as it protects queues."""
    plain = boto3.Session(ACCOUNT, "any", region_name="eu-central-1").client("sns", endpoint_url=aws.url)
    arn = _outside(lambda: plain.create_topic(Name="alarms"))["TopicArn"]
    sns = boto3.client("sns")
    for act in (
        lambda: sns.publish(TopicArn=arn, Message="fire"),
        lambda: sns.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://shop.example"),
        lambda: sns.delete_topic(TopicArn=arn),
    ):
        with pytest.raises(CloudError, match=r"The topic alarms .* doesn't have the tag"):
            act()


def test_a_subscription_that_waits_is_left_to_aws(begun: Any) -> None:
    """The text that SNS returns in place of an ARN is sent, and AWS rejects it, as the lesson shows."""
    sns = boto3.client("sns")
    with pytest.raises(sns.exceptions.InvalidParameterException):
        sns.unsubscribe(SubscriptionArn="pending confirmation")


def test_names_are_told_as_they_are(begun: Any, aws: FakeAws) -> None:
    """Names are case-sensitive, so an error repeats them exactly."""
    url = foreign(aws, "Salaries")
    with pytest.raises(CloudError, match="The queue Salaries in eu-central-1"):
        boto3.client("sqs").delete_queue(QueueUrl=url)


def test_the_tag_itself_stays(begun: Any) -> None:
    """The learner's own tags can be added and removed; the course's can't be changed or removed."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.tag_queue(QueueUrl=url, Tags={"team": "packing"})
    with pytest.raises(CloudError, match="it has to stay as it is"):
        sqs.untag_queue(QueueUrl=url, TagKeys=["team", tags.KEY])
    with pytest.raises(CloudError, match="it has to stay as it is"):
        sqs.tag_queue(QueueUrl=url, Tags={tags.KEY: "bob"})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "packing"} | TAG


def test_services_and_operations_that_are_not_taught_stay_out(begun: Any, aws: FakeAws) -> None:
    """Another service, or an operation that no lesson calls, is rejected by name, and nothing is sent."""
    with pytest.raises(CloudError, match="doesn't cover 's3'"):
        boto3.client("s3").list_buckets()
    with pytest.raises(CloudError, match="This course doesn't teach CreatePlatformApplication"):
        boto3.client("sns").create_platform_application(Name="a", Platform="GCM", Attributes={})
    assert aws.asked == []


def test_nobody_is_written_to_without_a_second_yes(begun: Any, aws: FakeAws) -> None:
    """Email and SMS go only to addresses that were named at the start."""
    sns = boto3.client("sns")
    arn = sns.create_topic(Name="news")["TopicArn"]
    for protocol, endpoint in (
        ("email", "eve@shop.example"),
        ("email-json", "eve@shop.example"),
        ("sms", "+447700900123"),
    ):
        with pytest.raises(CloudError, match="needs a second yes"):
            sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
    with pytest.raises(CloudError, match="needs a second yes"):
        sns.publish(PhoneNumber="+447700900123", Message="hello")
    assert len(aws.asked) == 1
    start("aws", yes=ACCOUNT, send_to=["eve@shop.example"])
    arn = sns.create_topic(Name="news")["TopicArn"]
    assert sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="eve@shop.example")["SubscriptionArn"]
    with pytest.raises(CloudError, match="needs a second yes"):
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="bob@shop.example")


def test_a_prefix_keeps_names_apart(aws: FakeAws) -> None:
    """The prefix is added to the names that a notebook uses, and lists contain only the learner's queues."""
    foreign(aws, "orders")
    started = start("aws", yes=ACCOUNT, prefix="ada-")
    assert 'Every name gets the prefix "ada-".' in str(started)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    boto3.client("sns").create_topic(Name="news")
    assert sorted(aws.names()) == ["eu-central-1 ada-news", "eu-central-1 ada-orders", "eu-central-1 orders"]
    assert sqs.get_queue_url(QueueName="orders")["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName="ada-orders")["QueueUrl"] == url
    assert sqs.list_queues()["QueueUrls"] == [url]


def test_the_limit_stops_and_explains_itself(aws: FakeAws) -> None:
    """Each request counts; at the limit nothing more is sent until the learner raises it."""
    started = start("aws", yes=ACCOUNT, limit=3)
    sqs = boto3.client("sqs")
    for _ in range(3):
        sqs.list_queues()
    assert "Requests: 3 of 3." in str(started)
    with pytest.raises(CloudError, match=r"sent 3 requests to your account, and the limit is 3\..*cloud.limit = 6"):
        sqs.list_queues()
    assert len(aws.asked) == started.requests == 3
    cloud.limit = 4
    sqs.list_queues()
    assert started.requests == 4


def test_each_try_counts(begun: Any, aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call with two retries counts as three requests, as on the bill."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)  # the start puts its own in place
    aws.faults = lambda number, asked: "throttles" if number < 3 else ""
    boto3.client("sqs").list_queues()
    assert begun.requests == 3


def test_the_learner_s_journal_holds_the_learner_s_calls(begun: Any) -> None:
    """The course's own requests for tags are counted, but aren't in the journal."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="A-100")
    assert [call.operation for call in begun.calls()] == ["CreateQueue", "SendMessage"]
    assert begun.requests == 4


# ---- Clean-up


def test_clean_up_deletes_what_this_kernel_made_and_no_more(begun: Any, aws: FakeAws) -> None:
    """It deletes queues and topics in every region, and nobody else's."""
    foreign(aws)
    boto3.client("sqs").create_queue(QueueName="orders")
    boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})
    boto3.client("sns", region_name="ap-south-1").create_topic(Name="news")
    assert str(begun.clean_up()) == "Deleted: 3. Nothing is left."
    assert aws.names() == ["eu-central-1 salaries"]
    assert begun.creation_log.present(ACCOUNT) == []


def test_the_next_start_deletes_what_a_crash_left(begun: Any, aws: FakeAws, capsys: Any) -> None:
    """It prints what it deleted, and waits until the names can be used again."""
    boto3.client("sqs").create_queue(QueueName="orders")
    waited: list[float] = []
    cleanup.sleep = waited.append  # the fixture restores it
    start("aws", yes=ACCOUNT)
    said = capsys.readouterr().out
    assert "An earlier kernel left something behind. Deleted: 1. Nothing is left." in said
    assert "60 seconds" in said
    assert len(waited) == 1
    assert 55 < waited[0] <= 60
    assert aws.names() == []


def test_what_another_living_kernel_made_stays(begun: Any, aws: FakeAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two lessons can be open; the second one's start deletes nothing of the first."""
    boto3.client("sqs").create_queue(QueueName="orders")
    parent, plain = os.getppid(), creation_log._start_time
    text = begun.creation_log.path.read_text()
    begun.creation_log.path.write_text(
        text.replace(f'"pid": {os.getpid()}, "born": {plain(os.getpid())}', f'"pid": {parent}, "born": {plain(parent)}')
    )
    start("aws", yes=ACCOUNT)
    assert aws.names() == ["eu-central-1 orders"]


def test_a_damaged_line_costs_that_line(tmp_path: Path) -> None:
    """A half-written line, as after a power cut, spoils neither the line before nor the one after it."""
    kept = creation_log.CreationLog(tmp_path / "made.jsonl")
    one, two = (AwsResource("sqs", "eu-west-1", ACCOUNT, name) for name in ("one", "two"))
    kept.created(one)
    with kept.path.open("a") as file:
        file.write('{"made": {"service": "sq')
    kept.created(two)
    assert [entry.resource for entry in kept.present(ACCOUNT)] == [one, two]
    kept.gone(one)
    assert [entry.resource for entry in kept.present(ACCOUNT)] == [two]
    assert list(kept.deleted_queues(ACCOUNT, "eu-west-1")) == ["one"]
    assert kept.present(OTHER) == []


def test_sweep_goes_on_after_a_failure_and_says_what_is_left(begun: Any, aws: FakeAws) -> None:
    """If one queue can't be deleted, the others are."""
    for name in ("one", "two", "three"):
        boto3.client("sqs").create_queue(QueueName=name)
    found = begun.find()
    assert sorted(resource.name for resource in found.resources) == ["one", "three", "two"]

    def refuse(number: int, asked: Any) -> str:
        return "refuses" if "DeleteQueue" in asked.headers.get("x-amz-target", "") and b"two" in asked.body else ""

    aws.faults = refuse
    cleaned = begun.delete(found.resources)
    assert [resource.name for resource in cleaned.left] == ["two"]
    assert "STILL in your account: the queue two in eu-central-1" in str(cleaned)
    assert "AccessDenied" in str(cleaned)
    assert aws.names() == ["eu-central-1 two"]


def test_sweep_finds_the_rest_where_one_queue_does_not_tell_its_tags(begun: Any, aws: FakeAws) -> None:
    """The others are found, and the failure is reported with its reason, as is a region that is closed to the keys."""
    for name in ("one", "two", "three"):
        boto3.client("sqs").create_queue(QueueName=name)

    def refuse(number: int, asked: Any) -> str:
        tags_asked = "ListQueueTags" in asked.headers.get("x-amz-target", "")
        return "refuses" if tags_asked and b"two" in asked.body else ""

    aws.faults = refuse
    found = begun.find()
    assert sorted(resource.name for resource in found.resources) == ["one", "three"]
    assert [problem.partition(":")[0] for problem in found.problems] == ["the queue two in eu-central-1"]
    aws.faults = lambda number, asked: "is closed" if "/ap-south-1/" in asked.headers["authorization"] else ""
    found = begun.find(["ap-south-1", "eu-central-1"])
    assert (found.closed_regions, len(found.resources), found.problems) == (["ap-south-1"], 3, [])


def test_leftovers_of_another_prefix_go_too(aws: FakeAws) -> None:
    """The tag decides what is the learner's, not the name."""
    start("aws", yes=ACCOUNT)
    boto3.client("sqs").create_queue(QueueName="orders")
    start("aws", yes=ACCOUNT, prefix="ada-")
    assert aws.names() == []


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [("COURSE_WAIT", "soon", "COURSE_WAIT"), ("COURSE_STATE", os.devnull, "COURSE_STATE")],
)
def test_a_setting_that_cannot_be_leaves_the_cloud_before_running(
    aws: FakeAws, variable: str, value: str, said: str
) -> None:
    """An invalid wait or an impossible folder is reported before anything is sent or changed."""
    start()
    os.environ[variable] = value
    before = dict(os.environ)
    with pytest.raises(CloudError, match=said):
        start("aws", yes=ACCOUNT)
    assert dict(os.environ) == before
    assert aws.all == []
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"


# ---- A fault at any point of a lesson


def lesson_cells(slug: str) -> list[str]:
    """Return a lesson's code cells, except the first, which starts the cloud."""
    notebook = normal.read(HOME / "lessons" / f"{slug}.ipynb")
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"][1:]


def run_lesson(cells: list[str], aws: FakeAws) -> None:
    """Run the cells like a learner who goes on after an error. Only the fake AWS's time moves."""
    from helpers import cloud, show

    clock = SimpleNamespace(advance=lambda *a, **k: aws.account().world.clock.advance(*a, **k) and None)
    names = {"cloud": cloud, "show": show, "clock": clock}
    for cell in cells:
        try:
            exec(cell, names)
        except (CourseError, ClientError, BotoCoreError, LookupError, ValueError, NameError, AttributeError, TypeError):
            continue  # later cells miss what this one should have created


@pytest.fixture
def impatient(aws: FakeAws) -> Iterator[None]:
    """boto3 waits for no silence and has no retries, so that every fault is a failure."""
    os.environ["AWS_MAX_ATTEMPTS"] = "1"
    with aws.silence():
        yield


# Those of a line look the same to whoever asked: an error from AWS, or none and nothing done, or none and all done.
ALIKE = [("refuses", "throttles"), ("is silent", "dies before it"), ("dies after it",)]
ONE = [
    pytest.param((fault,), False, marks=() if any(fault == alike[0] for alike in ALIKE) else pytest.mark.full, id=fault)
    for fault in FAULTS
]
EVERY = [pytest.param(faults, True, marks=pytest.mark.full, id=f"{faults[0]}, every request") for faults in ALIKE]


def test_a_silence_ends_as_boto3_s_timeout_does(begun: Any, aws: FakeAws, impatient: None) -> None:
    """At once, in boto3's own words; nothing was done."""
    aws.faults = lambda number, asked: "is silent"
    with pytest.raises(ReadTimeoutError, match="Read timeout on endpoint URL"):
        boto3.client("sqs").create_queue(QueueName="orders")
    assert aws.names() == []


@pytest.mark.parametrize(("faults", "every"), ONE + EVERY)
def test_after_a_fault_at_any_point_of_a_lesson_sweep_leaves_nothing(
    aws: FakeAws, impatient: None, faults: tuple[str, ...], every: bool
) -> None:
    """Whichever request of lesson 01 is refused, throttled, unanswered or cut off, sweep empties the account.

    The quick run tries one request for each kind of fault, each time a different one. CI has every request meet one of
    the faults that look alike.
    """
    cells = lesson_cells("01_messaging_fundamentals")
    points = [5 * (1 + FAULTS.index(faults[0]))]
    if every:
        start("aws", yes=ACCOUNT)
        run_lesson(cells, aws)
        points = list(range(1, len(aws.asked) + 1))
        assert len(points) > 30
    left = 0
    for point in points:
        aws.start_anew()
        started = start("aws", yes=ACCOUNT, tidy=False)
        fault = faults[point % len(faults)]
        aws.faults = lambda number, asked, point=point, fault=fault: fault if number == point else ""
        run_lesson(cells, aws)
        assert len(aws.asked) >= point
        left += bool(aws.names())
        started.delete(started.find().resources)
        assert aws.names() == [], f"{fault} at request {point}"
    assert left > 0 or not every  # otherwise sweep had nothing to do


KILLED = """
import boto3, os, signal, sys
from helpers import start
start("aws", yes="111111111111")
sqs, sns = boto3.client("sqs"), boto3.client("sns")
print("started", flush=True)
sqs.create_queue(QueueName="orders")
sns.create_topic(Name="news")
boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="returns")
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def kernel(aws: FakeAws) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a program like a learner's in a new process."""

    def run(*words: str, source: str = KILLED) -> subprocess.CompletedProcess[str]:
        asked = [sys.executable, "-c", source, *words]
        return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_a_killed_kernel_leaves_a_record_and_the_next_start_cleans(
    aws: FakeAws, kernel: Callable[..., Any], capsys: Any
) -> None:
    """A kernel killed with signal 9 can't clean up, but what it created is in the log, for every region."""
    assert kernel("killed").returncode == -9
    assert len(aws.names()) == 3
    start("aws", yes=ACCOUNT)
    assert aws.names() == []
    assert "An earlier kernel left something behind. Deleted: 3. Nothing is left." in capsys.readouterr().out


@pytest.mark.full
def test_a_kernel_that_dies_while_aws_makes_its_queue_leaves_a_record(aws: FakeAws, kernel: Callable[..., Any]) -> None:
    """The name is logged before the request is sent, so a kill before the response loses nothing."""
    source = KILLED.replace('sqs.create_queue(QueueName="orders")', SILENT)
    assert kernel("killed", source=source).returncode == -9
    assert aws.names() == ["eu-central-1 orders"]
    start("aws", yes=ACCOUNT)
    assert aws.names() == []


SILENT = """
from helpers.backends import transport
plain = transport._network_send
def killed_after(session, request):
    plain(session, request)
    os.kill(os.getpid(), signal.SIGKILL)
transport._network_send = killed_after
sqs.create_queue(QueueName="orders")
"""


@pytest.mark.full
def test_a_kernel_that_ends_takes_everything_with_it(aws: FakeAws, kernel: Callable[..., Any]) -> None:
    """When a kernel ends or restarts, it silently deletes what it created."""
    assert kernel("ends").returncode == 0
    assert any(b"returns" in asked.body for asked in aws.asked)
    assert aws.names() == []


@pytest.mark.full
def test_a_notebook_on_a_real_account_says_so_and_leaves_nothing(aws: FakeAws) -> None:
    """In a Jupyter kernel, which is shut down as JupyterLab does it, cells name the cloud and all is deleted."""
    sources = (
        "import boto3\nfrom helpers import clock, cloud, show, start\nstart()",
        'boto3.client("sqs").create_queue(QueueName="orders")\ncloud',
        "clock.advance(days=2)\nshow.timeline()",
    )
    cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    notebook = new_notebook(cells=cells)
    env = {**os.environ, "COURSE_CLOUD": "aws", "COURSE_YES": ACCOUNT, "PYTHONPATH": str(HOME)}
    kernels.execute(notebook, HOME / "lessons", env, timeout=60)
    said = ["".join(output.get("text", "") or output.data["text/plain"] for output in cell.outputs) for cell in cells]
    assert said[0].startswith(f"REAL AWS, account {ACCOUNT}, region eu-central-1")
    assert "Requests: 1 of 2,000." in said[1]
    assert said[1].rstrip().endswith("Requests to your account: 1 of 2,000.")
    assert "Requests to your account" not in said[0] + said[2]  # these cells sent no requests
    assert said[2].startswith("On this cloud, time can't be moved, and a real wait of 2 days, 0:00:00")
    assert "On this cloud, there's no record of what happened to each message" in said[2]
    assert any("CreateQueue" in asked.headers.get("x-amz-target", "") for asked in aws.asked)
    assert aws.names() == []


@pytest.mark.full
def test_a_lesson_is_verified_on_a_real_account(aws: FakeAws) -> None:
    """It differs in the course's tag, what a queue's picture can know, and the text that replaces moving the clock."""
    more = {"COURSE_YES": ACCOUNT, "AWS_DEFAULT_REGION": "us-east-1", "COURSE_WAIT": "0"}
    [(_, rows)] = verify([course().lesson("02")], "aws", ["lessons"], more)
    differing = {row.cell: row.verdict for row in rows if row.verdict != SAME}
    differ = [cell for cell, verdict in differing.items() if verdict == DIFFERS]
    assert differ == ["create-twice", "tags", "counters"]
    assert aws.names() == []


# ---- Metrics and alarms


def put(name: str = "backlog", **more: Any) -> Any:
    """Make an alarm on the queue orders."""
    return boto3.client("cloudwatch").put_metric_alarm(**BACKLOG | {"AlarmName": name} | more)


def alarms(aws: FakeAws, account: str = ACCOUNT) -> dict[str, Alarm]:
    """Return the alarms of an account by name."""
    return aws.account(account).service(AlarmsRegion, "eu-central-1").alarms


def another_s_alarm(aws: FakeAws, name: str = "pager") -> None:
    """Make an alarm that isn't the course's, from a program without a cloud."""
    plain = boto3.Session(ACCOUNT, "any", region_name="eu-central-1").client("cloudwatch", endpoint_url=aws.url)
    params = BACKLOG | {"AlarmName": name, "Tags": [{"Key": "team", "Value": "payroll"}]}
    _outside(lambda: plain.put_metric_alarm(**params))


def test_an_alarm_carries_the_tag_from_its_first_moment_and_ends_with_the_kernel(begun: Any, aws: FakeAws) -> None:
    """The tag joins the learner's own; the alarm is logged before it's there, and clean-up deletes it."""
    put(Tags=[{"Key": "team", "Value": "packing"}])
    assert alarms(aws)["backlog"].tags == {"team": "packing"} | TAG
    [entry] = begun.creation_log.present(ACCOUNT)
    assert str(entry.resource) == "the alarm backlog in eu-central-1"
    assert (
        entry.resource.arn == f"arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:backlog" == alarms(aws)["backlog"].arn
    )
    assert str(begun.clean_up()) == "Deleted: 1. Nothing is left."
    assert aws.names() == []


def test_an_alarm_of_one_s_own_can_be_used_and_deleted(begun: Any, aws: FakeAws) -> None:
    """Changed, set, switched off and on, and deleted; after that the name is anybody's, as far as the course knows."""
    cloudwatch = boto3.client("cloudwatch")
    put()
    put(Threshold=20.0)
    assert alarms(aws)["backlog"].settings["Threshold"] == 20.0
    cloudwatch.set_alarm_state(AlarmName="backlog", StateValue="ALARM", StateReason="a test")
    cloudwatch.disable_alarm_actions(AlarmNames=["backlog"])
    cloudwatch.enable_alarm_actions(AlarmNames=["backlog"])
    assert alarms(aws)["backlog"].settings["ActionsEnabled"]
    cloudwatch.delete_alarms(AlarmNames=["backlog"])
    assert (aws.names(), begun.creation_log.present(ACCOUNT)) == ([], [])
    another_s_alarm(aws, "backlog")
    with pytest.raises(CloudError, match="so DeleteAlarms wasn't sent"):
        cloudwatch.delete_alarms(AlarmNames=["backlog"])


@pytest.mark.parametrize(
    ("call", "params"),
    [
        ("put_metric_alarm", BACKLOG | {"AlarmName": "pager"}),
        ("delete_alarms", {"AlarmNames": ["mine", "pager"]}),
        ("enable_alarm_actions", {"AlarmNames": ["pager"]}),
        ("disable_alarm_actions", {"AlarmNames": ["pager"]}),
        ("set_alarm_state", {"AlarmName": "pager", "StateValue": "OK", "StateReason": "quiet"}),
    ],
)
def test_nobody_else_s_alarm_is_changed(begun: Any, aws: FakeAws, call: str, params: Any) -> None:
    """Not even replaced: AWS would do that, and ignore the tag. Nothing but look-ups is sent."""
    put("mine")
    another_s_alarm(aws)
    before, sent = dict(alarms(aws)["pager"].settings), len(aws.asked)
    with pytest.raises(CloudError, match=r"The alarm pager in eu-central-1 .* so \w+ wasn't sent"):
        getattr(boto3.client("cloudwatch"), call)(**params)
    looked_up = [
        Request.received("monitoring", "", asked.headers, asked.body, asked.path) for asked in aws.asked[sent:]
    ]
    assert {request.operation for request in looked_up} == {"ListTagsForResource"}
    assert (alarms(aws)["pager"].settings, set(alarms(aws))) == (before, {"mine", "pager"})
    assert [entry.resource.name for entry in begun.creation_log.present(ACCOUNT)] == ["mine"]


def test_an_alarm_acts_only_on_topics_of_one_s_own(begun: Any, aws: FakeAws) -> None:
    """It could stop machines, or write to somebody else's subscribers, hours after the notebook is closed."""
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    put(AlarmActions=[topic], OKActions=[topic])
    other = aws.cloud.accounts.get(OTHER)
    assert other is not None
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        with pytest.raises(CloudError, match=rf"names '{EC2}', which isn't a queue, topic or alarm"):
            put("stop", **{name: [topic, EC2]})
        with pytest.raises(CloudError, match=r"The topic payroll in eu-central-1 \(account 222222222222\)"):
            put("stop", **{name: [f"arn:aws:sns:eu-central-1:{OTHER}:payroll"]})
    assert set(alarms(aws)) == {"backlog"}


def test_metrics_are_read_and_published_by_nobody(begun: Any, aws: FakeAws) -> None:
    """Reading passes and counts; a metric of one's own could never be deleted; dashboards aren't taught."""
    cloudwatch, now = boto3.client("cloudwatch"), datetime.now(timezone.utc)
    times = {"StartTime": now - timedelta(hours=1), "EndTime": now}
    metric = {name: BACKLOG[name] for name in ("Namespace", "MetricName", "Dimensions")}
    query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    cloudwatch.list_metrics()
    cloudwatch.get_metric_statistics(**metric, **times, Period=60, Statistics=["Sum"])
    cloudwatch.get_metric_data(MetricDataQueries=[query], **times)
    cloudwatch.describe_alarms()
    cloudwatch.describe_alarms_for_metric(Namespace="AWS/SQS", MetricName="NumberOfMessagesSent")
    cloudwatch.describe_alarm_history()
    assert begun.requests == len(aws.asked) == 6
    with pytest.raises(CloudError, match=r"doesn't send PutMetricData.*bills every metric.*Nothing was sent"):
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "orders", "Value": 1}])
    with pytest.raises(CloudError, match="doesn't teach PutDashboard"):
        cloudwatch.put_dashboard(DashboardName="shop", DashboardBody="{}")
    assert len(aws.asked) == 6


AS_SENT = {
    "CBOR": lambda name: ({"smithy-protocol": "rpc-v2-cbor"}, b"\xa0", f"/service/GraniteService/operation/{name}"),
    "JSON": lambda name: ({"x-amz-target": f"GraniteServiceVersion20100801.{name}"}, b"{}", "/"),
    "form": lambda name: ({}, urlencode({"Action": name}).encode(), "/"),
}


@pytest.mark.parametrize("protocol", AS_SENT)
def test_a_request_is_known_at_the_door_however_it_is_written(begun: Any, protocol: str) -> None:
    """A signed request that no client of boto3 makes: read by its own words, counted, or refused by name."""

    def pass_door(name: str) -> AWSResponse | str:
        headers, body, path = AS_SENT[protocol](name)
        scope = f"Credential={ACCOUNT}/20260105/eu-central-1/monitoring/aws4_request"
        headers["authorization"] = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
        url = f"https://monitoring.eu-central-1.amazonaws.com{path}"
        return begun.world.send(Request.signed(headers, body, url), lambda: "sent")

    before = begun.requests
    assert pass_door("ListMetrics") == "sent"
    assert begun.requests == before + 1
    for name in ("PutMetricData", "PutDashboard", "PutCompositeAlarm", ""):
        with pytest.raises(CloudError, match=name or r"doesn't teach \?"):
            pass_door(name)
    assert begun.requests == before + 1


KEY = f"{ACCOUNT}/20260105/eu-central-1/sqs/aws4_request"
FORM = {"content-type": "application/x-www-form-urlencoded"}
SIGNED = {"authorization": f"AWS4-HMAC-SHA256 Credential={KEY}, SignedHeaders=host, Signature=0"}
JSON_CALL = {"x-amz-target": "AmazonSQS.ListQueues"}
DELETE = urlencode({"Action": "DeleteQueue", "QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/salaries"}).encode()
DELETE_PATH = "https://sqs.eu-central-1.amazonaws.com/service/AmazonSQS/operation/DeleteQueue"
PAST_CLIENTS: dict[str, tuple[dict[str, str], bytes, str]] = {
    "signed in the URL": ({}, b"", f"https://sqs.eu-central-1.amazonaws.com/?Action=ListQueues&X-Amz-Credential={KEY}"),
    "signed in the form": (FORM, DELETE + b"&X-Amz-Credential=" + KEY.encode(), "https://queue.amazonaws.com/"),
    "not signed": (JSON_CALL, b"{}", "https://sqs.eu-central-1.amazonaws.com/"),
    "not signed, another first label": (FORM, DELETE, "https://eu-central-1.queue.amazonaws.com/1/salaries"),
    "not signed, a dual-stack host": (FORM, DELETE, "https://x.sqs.eu-central-1.api.aws/"),
    "not signed, no operation": ({}, b"{}", "https://bucket.s3.amazonaws.com/key"),
    "not signed, a host of its own": (FORM, DELETE, "https://proxy.example/"),
    "a signature for several regions": (
        {"authorization": "AWS4-ECDSA-P256-SHA256 Credential=A/20260105/sqs/aws4_request, Signature=0"},
        b"",
        "https://proxy.example/",
    ),
    "two operations, one in the URL": (
        SIGNED | JSON_CALL,
        b"{}",
        "https://sqs.eu-central-1.amazonaws.com/?Action=DeleteQueue",
    ),
    "two operations, one in the form": (SIGNED | JSON_CALL | FORM, DELETE, "https://sqs.eu-central-1.amazonaws.com/"),
    "two operations in the form": (
        SIGNED | FORM,
        b"Action=ListQueues&Action=DeleteQueue",
        "https://sqs.eu-central-1.amazonaws.com/",
    ),
    "two operations, one in the path": (SIGNED | JSON_CALL, b"{}", DELETE_PATH),
    "two operations, one for CBOR": (SIGNED | JSON_CALL | {"smithy-protocol": "rpc-v2-cbor"}, b"\xa0", DELETE_PATH),
    "two operations, a form and a path": (SIGNED | FORM, b"Action=ListQueues", DELETE_PATH),
    "two operations, one in a header with a blank": (
        SIGNED | JSON_CALL | {"x-amz-target ": "AmazonSQS.DeleteQueue"},
        b"{}",
        "https://sqs.eu-central-1.amazonaws.com/",
    ),
    "two operations in one header": (
        SIGNED | {"x-amz-target": "AmazonSQS.DeleteQueue,AmazonSQS.ListQueues"},
        b"{}",
        "https://sqs.eu-central-1.amazonaws.com/",
    ),
    "packed, as no client packs": (
        SIGNED | JSON_CALL | {"content-encoding": "GZIP"},
        b"{}",
        "https://sqs.eu-central-1.amazonaws.com/",
    ),
    "a change that no client's method makes": (SIGNED | FORM, DELETE, "https://sqs.eu-central-1.amazonaws.com/"),
}


@pytest.mark.parametrize(("headers", "body", "url"), PAST_CLIENTS.values(), ids=PAST_CLIENTS)
def test_what_no_client_sends_does_not_leave(begun: Any, headers: dict[str, str], body: bytes, url: str) -> None:
    """However it's signed, wherever it goes."""
    with pytest.raises(CloudError, match="wasn't sent"):
        begun.world.send(Request.signed(headers, body, url), lambda: "sent")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/api/token",
        "http://169.254.170.2/v2/credentials/1",
        "https://portal.sso.eu-central-1.amazonaws.com/federation/credentials?role_name=a&account_id=1",
        "https://oidc.eu-central-1.amazonaws.com/token",
        "https://eu-central-1.signin.aws.amazon.com/v1/token",
    ],
)
def test_boto3_fetches_keys_without_a_signature(begun: Any, url: str) -> None:
    """It has none yet. Keys cost nothing and change nothing."""
    assert begun.world.send(Request.signed({}, b"", url), lambda: "sent") == "sent"
    role = urlencode({"Action": "AssumeRoleWithWebIdentity"}).encode()
    assert begun.world.send(Request.signed(FORM, role, "https://sts.amazonaws.com/"), lambda: "sent") == "sent"


def test_past_a_client_s_method_nothing_of_others_is_changed(begun: Any, aws: FakeAws) -> None:
    """Neither by the client's own endpoint nor by a handler that changes what was checked."""
    url = foreign(aws)
    sqs = boto3.client("sqs")
    mine = sqs.create_queue(QueueName="orders")["QueueUrl"]
    model = sqs.meta.service_model.operation_model("DeleteQueue")
    before = aws.names()

    def by_the_endpoint() -> None:
        asked = sqs._convert_to_request_dict({"QueueUrl": url}, model, sqs.meta.endpoint_url, context={})
        asked["context"] |= {
            "client_region": "eu-central-1",
            "client_config": sqs.meta.config,
            "has_streaming_input": False,
        }
        sqs._endpoint.make_request(model, asked)

    with pytest.raises(CloudError, match="didn't come from a client's method"):
        by_the_endpoint()
    sqs.meta.events.register("provide-client-params.sqs.DeleteQueue", lambda params, **_: params | {"QueueUrl": url})
    with pytest.raises(CloudError, match="didn't come from a client's method"):
        sqs.delete_queue(QueueUrl=mine)
    assert aws.names() == before
    boto3.client("sqs").delete_queue(QueueUrl=mine)


@pytest.mark.parametrize("yes", [True, "*", "1111", "all", "11111111111１", "111111111111,222222222222"])
def test_a_yes_is_an_account_s_id(aws: FakeAws, yes: Any) -> None:
    """Anything else is told before a single request is sent."""
    with pytest.raises(CloudError, match=r"twelve digits of one account's id.*Nothing was sent"):
        start("aws", yes=yes)
    assert aws.all == []


def test_blanks_around_a_yes_do_not_matter(aws: FakeAws) -> None:
    """They come with copying."""
    assert start("aws", yes=f" {ACCOUNT}\n").account == ACCOUNT


def test_a_prefix_is_in_alarms_and_in_what_they_watch(aws: FakeAws) -> None:
    """In every call on alarms and metrics, once; lists have the learner's alarms alone."""
    another_s_alarm(aws)
    start("aws", yes=ACCOUNT, prefix="ada-")
    cloudwatch = boto3.client("cloudwatch")
    put()
    put("ada-backlog")
    alarm = alarms(aws)["ada-backlog"]
    assert alarm.settings["Dimensions"] == [{"Name": "QueueName", "Value": "ada-orders"}]
    assert [one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"]] == ["ada-backlog"]
    found = cloudwatch.describe_alarms(AlarmNames=["backlog", "pager"])["MetricAlarms"]
    assert [one["AlarmName"] for one in found] == ["ada-backlog"]
    assert cloudwatch.describe_alarm_history(AlarmName="backlog")["AlarmHistoryItems"]
    cloudwatch.set_alarm_state(AlarmName="backlog", StateValue="OK", StateReason="a test")
    assert alarm.state == "OK"
    cloudwatch.delete_alarms(AlarmNames=["backlog"])
    assert set(alarms(aws)) == {"pager"}


def test_only_dimensions_that_name_queues_and_topics_get_the_prefix() -> None:
    """At any depth, and in CloudWatch's calls only."""
    topic, other = {"Name": "TopicName", "Value": "news"}, {"Name": "Shop", "Value": "north"}
    query = {"Id": "m1", "MetricStat": {"Metric": {"Dimensions": [topic, other]}, "Period": 60}}
    changed = names.with_prefix("cloudwatch", "GetMetricData", {"MetricDataQueries": [query]}, "ada-")
    [stat] = [one["MetricStat"] for one in changed["MetricDataQueries"]]
    assert stat == {"Metric": {"Dimensions": [topic | {"Value": "ada-news"}, other]}, "Period": 60}
    assert names.with_prefix("sqs", "SendMessage", {"MessageBody": "orders"}, "ada-") == {"MessageBody": "orders"}


def test_odd_parameters_are_left_to_boto3(begun: Any) -> None:
    """Its own error says what's wrong with them."""
    cloudwatch = boto3.client("cloudwatch")
    for names_of_alarms in ("backlog", [7], 7):
        with pytest.raises(Exception, match="Parameter validation failed"):
            cloudwatch.delete_alarms(AlarmNames=names_of_alarms)
    with pytest.raises(Exception, match="Parameter validation failed"):
        put(7)


def test_an_alarm_is_named_by_its_arn_too() -> None:
    """Its name can have colons; dashboards and others aren't alarms."""
    arn = f"arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:shop:alarm:late"
    alarm = AwsResource("cloudwatch", "eu-central-1", ACCOUNT, "shop:alarm:late")
    assert from_arn(arn) == alarm
    assert alarm.arn == arn
    assert changed_by({"ResourceARN": arn}, "eu-central-1", ACCOUNT) == [alarm]
    assert from_arn(f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/shop") is None
    assert from_arn("arn:aws:cloudwatch:eu-central-1:alarm:late") is None


@pytest.mark.full
def test_sweep_finds_and_deletes_alarms(begun: Any, aws: FakeAws) -> None:
    """Those with the tag, on any number of pages; somebody else's stay."""
    for number in range(60):
        put(f"backlog {number}")
    another_s_alarm(aws)
    found = begun.find()
    assert len(found.resources) == 60
    assert found.problems == []
    said = course_command("sweep", "--yes", ACCOUNT, "--delete").output
    assert "the alarm backlog 7 in eu-central-1, made for ada" in said
    assert aws.names() == ["eu-central-1 pager"]


def test_without_the_permission_sweep_says_what_it_could_not_see(begun: Any, aws: FakeAws) -> None:
    """A policy from before has nothing of CloudWatch's in it; queues and topics are found still."""
    boto3.client("sqs").create_queue(QueueName="orders")
    aws.faults = lambda number, asked: "refuses" if "/monitoring/" in asked.headers["authorization"] else ""
    found = begun.find()
    assert [resource.name for resource in found.resources] == ["orders"]
    assert [re.sub(": .*", "", problem) for problem in found.problems] == ["cloudwatch in eu-central-1"]
    with pytest.raises(ClientError, match="AccessDenied"):
        put()


def test_a_picture_asks_the_account_within_the_limits(begun: Any, aws: FakeAws) -> None:
    """Its requests count, since AWS bills them, and aren't in the journal; the learner's alarm is a band."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="A-1")
    put()
    aws.account().world.clock.advance(minutes=5)
    calls, sent = len(begun.calls()), begun.requests
    begun.world.clock.time = aws.account().world.clock.time
    picture = show.metrics(url, names="ApproximateNumberOfMessagesVisible", minutes=10)
    assert [panel.of for panel in picture.panels] == ["orders"]
    assert [value for _, value in picture.panels[0].values][:2] == [1, 1]
    assert [alarm.name for alarm in picture.panels[0].alarms] == ["backlog"]
    assert len(begun.calls()) == calls
    assert begun.requests > sent


# ---- course sweep


def test_sweep_lists_asks_and_deletes(begun: Any, aws: FakeAws) -> None:
    """It searches the log's regions for the tag, deletes only after confirmation, and reports what's left."""
    boto3.client("sqs").create_queue(QueueName="orders")
    boto3.client("sns").create_topic(Name="news")
    boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="returns")
    foreign(aws)
    first = course_command("sweep", "--yes", ACCOUNT, said="n\n")
    assert "the queue orders in eu-central-1, made for ada" in first.output
    assert "the queue returns in eu-west-1" in first.output
    assert "Delete all 3?" in first.output
    assert "salaries" not in first.output
    assert len(aws.names()) == 4
    second = course_command("sweep", "--yes", ACCOUNT, said="y\n")
    assert (second.exit_code, aws.names()) == (0, ["eu-central-1 salaries"])
    assert "Deleted: 3. Nothing is left." in second.output
    assert "The course left nothing behind." in course_command("sweep", "--yes", ACCOUNT).output


@pytest.mark.full
def test_sweep_finds_what_another_computer_made(aws: FakeAws, kernel: Callable[..., Any]) -> None:
    """Without a log it searches the named regions, or all of them."""
    kernel("killed")
    os.environ["COURSE_STATE"] += "-of-another-computer"
    assert "The course left nothing" in course_command("sweep", "--yes", ACCOUNT, "--region", "us-west-2").output
    found = course_command("sweep", "--yes", ACCOUNT, "--region", "eu-west-1", "--delete").output
    assert "Deleted: 1." in found
    assert course_command("sweep", "--yes", ACCOUNT, "--all-regions", "--delete").exit_code == 0
    assert aws.names() == []


@pytest.mark.full
def test_sweep_for_everybody_is_the_instructors(aws: FakeAws, kernel: Callable[..., Any]) -> None:
    """A learner's sweep deletes only the learner's resources; with --everybody it deletes all that are tagged."""
    kernel("killed")
    foreign(aws)
    os.environ["COURSE_LEARNER"] = "bob"
    assert "The course left nothing" in course_command("sweep", "--yes", ACCOUNT).output
    assert "made for ada" in course_command("sweep", "--yes", ACCOUNT, "--everybody", "--delete").output
    assert aws.names() == ["eu-central-1 salaries"]


def test_sweep_sends_nothing_to_an_account_without_a_yes(aws: FakeAws) -> None:
    """It asks for the account, and stops if the keys belong to another one."""
    refused = course_command("sweep", said=f"{OTHER}\n")
    assert "Which account" in refused.output
    assert isinstance(refused.exception, CloudError)
    assert "course sweep --profile NAME" in str(refused.exception)
    assert aws.asked == []


def test_sweep_advises_commands(aws: FakeAws) -> None:
    """A terminal has no start()."""
    del os.environ["AWS_DEFAULT_REGION"]
    problem = course_command("sweep", "--yes", ACCOUNT).exception
    assert "Choose one: course sweep --region us-east-1" in str(problem)
    assert "start(" not in str(problem)


def course_command(*words: str, said: str = "") -> Any:
    """Run the `course` command in this process and return the result."""
    from typer.testing import CliRunner

    from helpers.cli import app

    return CliRunner().invoke(app, words, input=said)


def test_the_policy_command_prints_json(aws: FakeAws) -> None:
    """IAM accepts its output as it is."""
    made = json.loads(course_command("policy", ACCOUNT, "--workshop").output)
    assert made == policy(ACCOUNT, "${aws:username}", "${aws:username}-")
    assert json.loads(course_command("policy", ACCOUNT).output) == policy(ACCOUNT, "ada")


# ---- Least privilege


def test_the_policy_allows_what_the_lessons_call_and_no_more() -> None:
    """The policy allows exactly what lessons, solutions and clean-up call, and the tagging that creating needs."""
    for people in (False, True):
        made = policy(ACCOUNT, "ada", people=people)
        allowed = {action for statement in made["Statement"] for action in statement["Action"]}
        called = {f"{service}:{name}" for service in ("sqs", "sns", "cloudwatch") for name in permissions(service)}
        assert allowed == called | {"sqs:TagQueue", "sns:TagResource", "cloudwatch:TagResource"}


@pytest.mark.full
@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.slug)
def test_the_operations_are_those_of_the_journals(lesson: Lesson) -> None:
    """The journals of a new run of the lesson and its solutions have exactly the operations in the file."""
    _, called = notebooks(HOME, course(), lesson, lambda name: None)
    assert called == limits.by_lesson()[lesson.slug]


def test_the_operations_are_those_of_every_lesson() -> None:
    """The file that `course build` writes has every lesson, and the operations that its cells call."""
    assert list(limits.by_lesson()) == [lesson.slug for lesson in course().lessons]
    for slug, services in limits.by_lesson().items():
        source = "\n".join(lesson_cells(slug))
        called = {xform_name(name) for names in services.values() for name in names}
        for name in re.findall(r"\b(?:sqs|sns|partner|cloudwatch)\.(\w+)\(", source):
            assert name in called | {"get_paginator", "exceptions"}, (slug, name)


@pytest.mark.parametrize("learner", ["ada", "${aws:username}"])
def test_the_policy_holds_changes_to_the_learner_s_own(learner: str) -> None:
    """Every change requires the learner's tag, on the resource or in the creating request, and the prefix."""
    prefix = f"{learner}-"
    for statement in policy(ACCOUNT, learner, prefix)["Statement"]:
        reading = ("List", "Get", "Describe")
        changing = [name for name in statement["Action"] if not name.partition(":")[2].startswith(reading)]
        if not changing or changing == ["sns:SetSubscriptionAttributes", "sns:Unsubscribe"]:
            continue  # in IAM a subscription isn't a resource
        service = changing[0].partition(":")[0]
        kind = "alarm:" if service == "cloudwatch" else ""
        assert statement["Resource"] == f"arn:aws:{service}:*:{ACCOUNT}:{kind}{prefix}*"
        condition = statement["Condition"]["StringEquals"]
        assert learner in (condition.get(f"aws:ResourceTag/{tags.KEY}"), condition.get(f"aws:RequestTag/{tags.KEY}"))


def test_the_policy_lets_alarms_be_replaced_only_by_their_learner_and_act_only_on_topics() -> None:
    """PutMetricAlarm replaces what's there, whatever tags it sends, and an alarm could stop machines."""
    statements = policy(ACCOUNT, "ada", "ada-")["Statement"]
    [made] = [statement for statement in statements if "cloudwatch:PutMetricAlarm" in statement["Action"]]
    assert made["Condition"] == {
        "StringEquals": {f"aws:RequestTag/{tags.KEY}": "ada"},
        "StringEqualsIfExists": {f"aws:ResourceTag/{tags.KEY}": "ada"},
        "ForAllValues:StringLike": {"cloudwatch:AlarmActions": [f"arn:aws:sns:*:{ACCOUNT}:ada-*"]},
    }
    assert not any("cloudwatch:PutMetricData" in statement["Action"] for statement in statements)
    managed = policy(ACCOUNT, "${aws:username}", "${aws:username}-", people=True)
    assert len(json.dumps(managed, separators=(",", ":"))) < 6_144  # what a managed policy can have


def test_the_policy_lets_sns_write_to_nobody_unless_told() -> None:
    """Subscribe is restricted to queues and web addresses, unless people=True."""

    def protocols(people: bool) -> list[Any]:
        statements = policy(ACCOUNT, "ada", people=people)["Statement"]
        [one] = [statement for statement in statements if "sns:Subscribe" in statement["Action"]]
        return one["Condition"]["StringEquals"].get("sns:Protocol")

    assert protocols(False) == ["http", "https", "sqs"]
    assert protocols(True) is None


def test_a_policy_needs_an_account() -> None:
    """The error for an invalid account id says how to find it."""
    with pytest.raises(CloudError, match="twelve digits"):
        policy("my-account", "ada")

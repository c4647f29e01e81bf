"""The live pictures' buttons: every click makes a call or moves the clock, and the picture is redrawn."""

import os
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, live, start
from helpers.backends.base import Cloud
from helpers.views.live_inbox import LiveInbox
from helpers.views.live_queue import LiveQueue
from helpers.views.queue_picture import QueuePicture


@pytest.fixture
def picture(offline: Cloud, sqs: Any, queue_url: str) -> LiveQueue:
    """The live picture of a queue with two messages."""
    for body in ("tea", "honey"):
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)
    return live.queue(offline, "us-east-1", queue_url)


def click(picture: LiveQueue, act: str, message: str = "") -> str:
    """Click as the browser does, and return the sentence that the picture shows."""
    picture._clicked(picture, {"act": act, "message": message}, [])
    return picture.status


def states(picture: LiveQueue) -> list[tuple[str, str]]:
    """Return body and state of every message in the picture."""
    return [(message["body"], message["state"]) for message in picture.data["messages"]]


def test_each_click_does_what_it_says(picture: LiveQueue) -> None:
    """Receive hides a message, +30 s extends its visibility timeout, delete removes it, the clock makes it visible."""
    assert states(picture) == [("tea", "visible"), ("honey", "visible")]
    assert click(picture, "receive") == "Received 'tea'."
    assert states(picture) == [("tea", "in flight"), ("honey", "visible")]
    tea = picture.data["messages"][0]["id"]
    assert click(picture, "advance") == "The clock moved by 10 seconds."
    assert picture.data["messages"][0]["left"] == 20
    assert click(picture, "extend", tea) == "30 seconds more."
    assert picture.data["messages"][0]["left"] == 50
    assert click(picture, "delete", tea) == "Deleted."
    assert states(picture) == [("honey", "visible")]
    click(picture, "receive")
    assert click(picture, "receive") == "Nothing to receive."
    for _ in range(3):
        click(picture, "advance")
    assert states(picture) == [("honey", "visible")]
    assert [call.operation for call in cloud.calls()[-4:]] == [
        "ChangeMessageVisibility",
        "DeleteMessage",
        "ReceiveMessage",
        "ReceiveMessage",
    ]


def test_the_clock_can_run_and_be_held(no_cloud: None) -> None:
    """Its buttons do that, and the picture knows. At first the clock is held, as between cells."""
    moving = start()
    url = moving.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    picture = live.queue(moving, "us-east-1", url)
    moving.world.clock.cell_ends()
    assert picture.data["running"] is False
    assert click(picture, "run") == "The clock is running."
    assert picture.data["running"] is True
    assert click(picture, "hold") == "The clock stands still."
    assert picture.data["running"] is False


def test_a_picture_of_a_running_clock_runs_from_the_beginning(no_cloud: None) -> None:
    """Where the clock was told to run between cells, the picture counts down without a click."""
    moving = start()
    url = moving.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    moving.world.clock.run()
    assert live.queue(moving, "us-east-1", url).data["running"] is True


def test_a_click_cannot_hang_the_kernel(no_cloud: None) -> None:
    """Receive on a queue whose receives are long polls says what to do, while the clock is held."""
    moving = start()
    attributes = {"ReceiveMessageWaitTimeSeconds": "20"}
    url = moving.client("sqs").create_queue(QueueName="orders", Attributes=attributes)["QueueUrl"]
    picture = live.queue(moving, "us-east-1", url)
    moving.world.clock.cell_ends()
    assert click(picture, "receive").endswith("clock.run() lets time pass between cells, too.")


@pytest.mark.parametrize("act", ["delete", "extend"])
def test_a_refusal_is_told(picture: LiveQueue, act: str) -> None:
    """A click on a message that is gone shows AWS's error in the picture, without a traceback."""
    assert click(picture, act, "no such message").startswith("SQS refused: ")


@pytest.mark.parametrize("act", ["receive", "delete", "extend", "advance", "look"])
def test_a_click_on_a_deleted_queue_is_told(picture: LiveQueue, sqs: Any, queue_url: str, act: str) -> None:
    """The picture stays as it was, and shows the error instead of failing unseen."""
    before = picture.data
    sqs.delete_queue(QueueUrl=queue_url)
    said = click(picture, act, before["messages"][0]["id"])
    assert picture.data == before
    if act == "receive":
        assert said == "SQS refused: The specified queue does not exist."
    if act in ("delete", "extend"):
        assert said.startswith("There is no queue")


@pytest.mark.parametrize("act", ["", "drop", "__class__"])
def test_an_unknown_click_does_nothing(picture: LiveQueue, act: str) -> None:
    """Whatever the browser sends, only the buttons' actions are done."""
    before = len(cloud.calls())
    assert click(picture, act) == ""
    assert len(cloud.calls()) == before


def test_the_browser_gets_no_mebibytes(picture: LiveQueue, sqs: Any, queue_url: str) -> None:
    """It gets only the part of a large message that it shows."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="x" * 1_000_000)
    click(picture, "look")
    assert max(len(message["body"]) for message in picture.data["messages"]) == 80


def test_without_a_kernel_the_still_picture_stands_there(picture: LiveQueue) -> None:
    """The output has the static picture beside the widget, with the same facts."""
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == repr(picture)
    assert "<figure" in bundle["text/html"]
    assert isinstance(picture._picture, QueuePicture)


@pytest.fixture
def mails(offline: Cloud, sns: Any) -> LiveInbox:
    """The live inbox with one request to confirm. After confirming, a message is published."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="ada@shop.example")
    sns.publish(TopicArn=topic_arn, Message="too early")
    return live.inbox(offline)


def test_confirm_follows_the_link(mails: LiveInbox, sns: Any) -> None:
    """The subscription is confirmed, and the picture shows that."""
    mails._clicked(mails, {"act": "confirm", "number": 0}, [])
    assert mails.data["status"] == "ada@shop.example has confirmed."
    (one,) = sns.list_subscriptions()["Subscriptions"]
    assert one["SubscriptionArn"] != "PendingConfirmation"


@pytest.mark.parametrize(
    "content", [{}, {"act": "confirm"}, {"act": "confirm", "number": 9}, {"act": "x", "number": 0}]
)
def test_a_click_that_is_none_confirms_nothing(mails: LiveInbox, sns: Any, content: dict[str, Any]) -> None:
    """The browser can send anything; only a valid number confirms."""
    mails._clicked(mails, content, [])
    (one,) = sns.list_subscriptions()["Subscriptions"]
    assert one["SubscriptionArn"] == "PendingConfirmation"


def test_a_link_that_is_too_old_is_told(mails: LiveInbox) -> None:
    """The picture shows SNS's error."""
    clock.advance(days=2)
    mails._clicked(mails, {"act": "confirm", "number": 0}, [])
    assert "does not work" in mails.data["status"]


def test_the_still_inbox_tells_the_same(mails: LiveInbox) -> None:
    """The output has the static list beside the widget."""
    bundle = mails._repr_mimebundle_()
    assert bundle["text/plain"] == repr(mails)
    assert "ada@shop.example" in bundle["text/html"]


# ---- The switch


def switched(**given: Any) -> str:
    """Return the text of the form after filling in these fields and clicking Start."""
    made = live.switch()
    made._clicked(made, {"act": "start", **given}, [])
    return made.status


def test_the_switch_starts_what_was_chosen(offline: Cloud) -> None:
    """It starts a new offline cloud and shows which one is running."""
    boto3.client("sqs").create_queue(QueueName="orders")
    assert switched(which="offline").startswith("Offline cloud, account 123456789012")
    assert "QueueUrls" not in boto3.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"which": "aws"}, "Nothing was sent. Type the twelve digits"),
        ({"which": "endpoint", "url": "x"}, "An endpoint needs its URL"),
        ({"which": "endpoint", "url": "http://203.0.113.1:9"}, "203.0.113.1 is not this computer"),
        ({"which": 7}, "There is no cloud '7'"),
        ({"which": "aws", "account": "111111111111", "profile": "missing"}, "There is no profile 'missing'"),
    ],
)
def test_the_switch_says_why_not(offline: Cloud, given: dict[str, Any], said: str) -> None:
    """It shows why a cloud can't start, and the cloud before goes on running."""
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    assert switched(**given).startswith(said)
    assert boto3.client("sqs").list_queues()["QueueUrls"] == [url]


def test_the_switch_leaves_the_machine_s_prefix(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty field doesn't override COURSE_PREFIX."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(live.running, "start", lambda which, **options: given.append(options))
    switched(which="aws", account="111111111111")
    assert {name: value for name, value in given[0].items() if value is not None} == {"yes": "111111111111"}


def test_the_switch_knows_this_machine_s_profiles_not_the_offline_ones(no_cloud: None, tmp_path: Path) -> None:
    """Showing the form changes no environment variable."""
    (tmp_path / "config").write_text("[profile work]\nregion = eu-west-1\n")
    os.environ["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    start()
    before = dict(os.environ)
    made = live.switch()
    assert made.data["profiles"] == ["work"]
    assert "eu-central-1" in made.data["regions"]
    assert dict(os.environ) == before
    assert 'start("aws", yes=' in repr(made)

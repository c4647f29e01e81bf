"""Live pictures: what is clicked happens in a copy of the cloud, and the output has the still picture, too."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, live, start
from helpers.backends.base import Cloud
from helpers.backends.offline.queue_play import QueuePlay
from helpers.errors import CloudError
from helpers.views import live_card
from helpers.views.card import Card
from helpers.views.live_card import LiveCard

Attributes = dict[str, Any]


def order(name: str) -> str:
    """Return the body of an order."""
    return json.dumps({"order_id": name, "items": ["tea"]})


@pytest.fixture
def make(offline: Cloud, sqs: Any) -> Callable[..., QueuePlay]:
    """Makes a queue with these bodies and attributes, and returns a play with it."""

    def made(*bodies: str, name: str = "orders", **attributes: str) -> QueuePlay:
        url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        for number, body in enumerate(bodies):
            extra = {"MessageGroupId": "g", "MessageDeduplicationId": str(number)} if name.endswith(".fifo") else {}
            sqs.send_message(QueueUrl=url, MessageBody=body, **extra)
        return QueuePlay(offline.world, "us-east-1", url)

    return made


def seen(play: QueuePlay) -> list[tuple[str, str]]:
    """Return body and state of each message."""
    return [(message["body"], message["state"]) for message in play.look(50)["messages"]]


def ids(play: QueuePlay) -> list[str]:
    """Return the ids of the messages."""
    return [message["id"] for message in play.look(50)["messages"]]


# ---- What can be done with a queue


def test_each_move_does_what_it_says(make: Callable[..., QueuePlay]) -> None:
    """Receive hides a message for its visibility timeout, extend starts that again, delete removes the message."""
    play = make(order("A-101"), order("A-102"))
    assert play.receive("Kim") == "A-101: received by Kim. It's in flight: no other receive returns it for 30 s."
    assert [state for _, state in seen(play)] == ["in flight", "visible"]
    assert play.advance(10) == ""
    assert play.controls()["next"] == play.look(50)["messages"][0]["left"] == 20
    assert (
        play.extend(ids(play)[0])
        == "A-101: visibility timeout extended. It ends 30 s from now. Before, 20 s were left."
    )
    assert play.controls()["next"] == 30
    assert play.receive("Lee") == "A-102: received by Lee. It's in flight: no other receive returns it for 30 s."
    assert play.receive("Lee") == "Nothing to receive."
    assert play.delete(ids(play)[0]) == "A-101: deleted. 30 s before its visibility timeout would have ended."
    assert play.advance(30) == "A-102: visible again. Lee hadn't deleted it within 30 s."
    assert seen(play) == [(order("A-102"), "visible")]
    assert play.controls()["next"] is None


def test_a_jump_tells_what_happens_on_the_way(make: Callable[..., QueuePlay]) -> None:
    """Each thing is in the log at its own moment, however far the clock is moved at once."""
    play = make(order("A-101"))
    play.receive("Kim")
    play.send(delayed=True)
    play.advance(3600)
    assert list(play.log) == [
        ("09:00:00", "A-101: received by Kim. It's in flight: no other receive returns it for 30 s."),
        ("09:00:00", "P-1: sent to orders. Delayed: it can't be received for 10 s."),
        ("09:00:10", "P-1: visible. Its delay of 10 s is over."),
        ("09:00:30", "A-101: visible again. Kim hadn't deleted it within 30 s."),
    ]
    assert play.controls()["clock"] == "10:00:00"
    assert play.advance(4 * 86_400).startswith(
        "A-101, P-1: expired. Its retention period was over, 4 days after it was sent."
    )
    assert play.log[-1][0] == "09 Jan, 09:00:00"


def test_many_at_once_are_counted(make: Callable[..., QueuePlay]) -> None:
    """A thousand messages that come back make one line of the log."""
    play = make(*map(order, "abcdefgh"))
    for _ in range(8):
        play.receive("Kim")
    said = play.advance(30)
    assert said == "8 messages: visible again. Kim hadn't deleted it within 30 s."


def test_a_message_received_too_often_moves(make: Callable[..., QueuePlay], sqs: Any) -> None:
    """It becomes a dead letter at the receive after its last visibility timeout, and the log names the reason."""
    sqs.create_queue(QueueName="dead")
    arn = "arn:aws:sqs:us-east-1:123456789012:dead"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    play = make(order("A-101"), RedrivePolicy=policy)
    play.receive("Kim")
    play.advance(30)
    assert play.receive("Lee") == ("A-101: moved to dead. Received once, and maxReceiveCount is 1. Nothing to receive.")
    assert play.look(50)["dead_letters"]["count"] == 1


def test_what_happens_elsewhere_is_not_told(make: Callable[..., QueuePlay], sns: Any) -> None:
    """SNS goes on trying to deliver in the copy too, and that's no news of this queue."""
    hook, topic_arn = "https://shop.example/hook", sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=hook)
    cloud.follow(cloud.inbox[-1].confirm_url)
    cloud.web_fails(hook)
    sns.publish(TopicArn=topic_arn, Message="A-9")
    play = make(order("A-101"))
    assert play.advance(3600) == ""


def test_each_order_that_is_sent_has_a_new_name(make: Callable[..., QueuePlay]) -> None:
    """They come after those that were there."""
    play = make(order("A-103"))
    play.send()
    play.send()
    assert [body for body, _ in seen(play)] == [order("A-103"), "P-1", "P-2"]


def test_a_fifo_queue_takes_orders(make: Callable[..., QueuePlay]) -> None:
    """They get a message group and a deduplication id. A delay of one message is refused in AWS's words."""
    play = make(order("A-101"), name="in-line.fifo", FifoQueue="true")
    assert play.send() == "P-1: sent to in-line.fifo."
    assert play.look(50)["messages"][-1]["group"] == "g"
    assert play.send(delayed=True).startswith("SQS refuses: Value 10 for parameter DelaySeconds is invalid.")
    play.receive("Kim")
    assert play.receive("Lee") == "Nothing to receive."


def test_where_there_are_groups_a_new_order_is_one_of_its_own(offline: Cloud, sqs: Any) -> None:
    """It needn't wait for another order's events, and its name is its group's."""
    url = sqs.create_queue(QueueName="events.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for group in ("A-100", "A-101"):
        ids = {"MessageGroupId": group, "MessageDeduplicationId": group}
        sqs.send_message(QueueUrl=url, MessageBody=order(group), **ids)
    play = QueuePlay(offline.world, "us-east-1", url)
    play.send()
    play.send()
    assert [message["group"] for message in play.look(50)["messages"]] == ["A-100", "A-101", "P-1", "P-2"]


def test_a_policy_that_denies_is_told(make: Callable[..., QueuePlay]) -> None:
    """The log has AWS's own sentence."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}
    play = make(order("A-101"), Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    said = play.receive("Kim")
    assert said.startswith("SQS refuses: ")
    assert "is not authorized to perform: sqs:receivemessage" in said
    assert list(play.log) == [("09:00:00", said)]


@pytest.mark.parametrize("settings", [{"ReceiveMessageWaitTimeSeconds": "20"}, {"KmsMasterKeyId": "alias/aws/sqs"}])
def test_receive_never_waits(make: Callable[..., QueuePlay], settings: Attributes) -> None:
    """On a queue whose receives are long polls it answers at once too, and time doesn't pass."""
    play = make(**settings)
    clock_before = play.controls()["clock"]
    cloud.world.clock.cell_ends()
    assert play.receive("Kim") == "Nothing to receive."
    assert play.controls()["clock"] == clock_before


def test_a_drag_only_goes_forward(make: Callable[..., QueuePlay]) -> None:
    """The slider's value counts from where its drag began; going back within a drag leaves the time where it is."""
    play = make()
    for seconds, drag, shown in ((5, 0, "09:00:05"), (9, 0, "09:00:09"), (4, 0, "09:00:09"), (1, 1, "09:00:10")):
        play.drag(seconds, drag)
        assert play.controls()["clock"] == shown


def test_a_play_can_start_over(make: Callable[..., QueuePlay]) -> None:
    """Everything is as it was when the cell ran, and the same clicks have the same results, ids included."""
    play = make(order("A-101"))
    played = []
    for _ in range(2):
        play.receive("Kim")
        play.send()
        play.advance(7)
        play.rate = 10
        played.append((play.look(50), play.controls()))
        assert play.start_over() == "Everything is as it was at first."
    assert played[0] == played[1]
    assert seen(play) == [(order("A-101"), "visible")]
    assert (play.controls()["clock"], play.controls()["rate"], play.controls()["log"]) == ("09:00:00", 0, [])


def test_a_play_outlives_the_queue(make: Callable[..., QueuePlay], sqs: Any) -> None:
    """When the lesson deletes the queue, the copy still has it."""
    play = make(order("A-101"))
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="orders")["QueueUrl"])
    assert play.receive("Kim").startswith("A-101: received by Kim.")
    with pytest.raises(CloudError, match="There's no queue"):
        QueuePlay(cloud.world, "us-east-1", "https://sqs.us-east-1.amazonaws.com/123456789012/orders")


# ---- Clicks


@pytest.fixture
def card(offline: Cloud, sqs: Any, queue_url: str) -> LiveCard:
    """The live picture of a queue with one order."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=order("A-101"))
    return live.queue(offline, "us-east-1", queue_url)


def click(card: LiveCard, act: Any, value: Any = "", **more: Any) -> str:
    """Click as the browser does, and return the sentence that is spoken. The browser always gets an answer."""
    sent: list[Any] = []
    card.send = sent.append
    card._clicked(card, {"act": act, "value": value, **more}, [])
    assert [message["awake"] for message in sent] == [True]
    return sent[0]["says"]


def test_clicks_play(card: LiveCard) -> None:
    """Each act of the browser does something, is spoken, and redraws the picture."""
    before = card.html
    assert (
        click(card, "receive", "Lee")
        == card.says
        == "A-101: received by Lee. It's in flight: no other receive returns it for 30 s."
    )
    assert card.html != before
    assert click(card, "advance", "30").startswith("A-101: visible again.")
    assert click(card, "clock", "12", drag=0) == ""
    assert click(card, "send") == "P-1: sent to orders."
    assert click(card, "send", "delay").startswith("P-2: sent to orders. Delayed:")
    assert click(card, "restart") == "Everything is as it was at first."
    assert card.html == before


def test_clicks_make_no_calls_of_the_lesson(card: LiveCard) -> None:
    """The learner's calls, clock and ids are as if nobody had clicked."""
    before = len(cloud.calls()), clock.time(), cloud.world.ids.getstate()
    for act, value in (("receive", "Kim"), ("send", ""), ("advance", "100"), ("rate", "60"), ("tick", 15.0)):
        click(card, act, value)
    assert (len(cloud.calls()), clock.time(), cloud.world.ids.getstate()) == before


def test_time_passes_at_the_rate_that_was_chosen(card: LiveCard) -> None:
    """Ticks count only while the clock runs, so one that comes late moves nothing."""
    click(card, "receive", "Kim")
    assert click(card, "tick", 31.0) == ""
    click(card, "rate", "10")
    assert click(card, "tick", 31.0).startswith("A-101: visible again.")
    click(card, "rate", "0")
    click(card, "receive", "Kim")
    assert click(card, "tick", 31.0) == ""


NONSENSE = [None, "", "x", "-1", -1, math.nan, math.inf, "1e400", 10**400, [], {}, ["Kim"], True, "<b>", "no such id"]


@pytest.mark.parametrize(
    "act", ["receive", "delete", "extend", "rate", "advance", "clock", "tick", "drop", "__class__", 7, [], None, ""]
)
def test_what_makes_no_sense_does_nothing(card: LiveCard, act: Any) -> None:
    """Whatever the browser sends, the picture stays as it is."""
    before = card.html
    for value in NONSENSE:
        if act in ("advance", "clock") and value is True:  # a second
            continue
        assert click(card, act, value, drag=[value]) == ""
    card._clicked(card, "no mapping", [])
    assert card.html == before


def test_beyond_the_last_year_the_clock_says_so(card: LiveCard) -> None:
    """A move that is too long is a sentence, not an error that nobody sees."""
    assert "can't go beyond the year 9998" in click(card, "advance", "1e15")


def test_the_output_has_the_still_picture_beside_the_widget(card: LiveCard) -> None:
    """It's the queue as it stood, whatever was clicked, with the same facts in words."""
    bundle = card._repr_mimebundle_()
    click(card, "receive", "Kim")
    assert card._repr_mimebundle_()["text/html"] == bundle["text/html"]
    assert bundle["text/plain"] == repr(card)
    assert "A-101" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_widget_brings_its_own_script(card: LiveCard) -> None:
    """One script serves every live picture, and loads nothing."""
    script = Path(live_card.__file__).with_name("live.js").read_text(encoding="utf-8")
    assert card._esm == script
    assert "import" not in script.replace("important", "")


# ---- The inbox


@pytest.fixture
def mails(offline: Cloud, sns: Any) -> LiveCard:
    """The live inbox with one request to confirm."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="ada@shop.example")
    sns.publish(TopicArn=topic_arn, Message="too early")
    return live.inbox(offline)


def test_confirm_follows_the_link_in_the_copy(mails: LiveCard, sns: Any) -> None:
    """The sentence names the code that confirms it in the lesson, where nothing has changed."""
    assert click(mails, "confirm", "0") == (
        "In this copy of the cloud, ada@shop.example is confirmed. To confirm it in the lesson: "
        "cloud.follow(cloud.inbox[0].confirm_url)"
    )
    (one,) = sns.list_subscriptions()["Subscriptions"]
    assert one["SubscriptionArn"] == "PendingConfirmation"
    assert click(mails, "restart") == "Everything is as it was at first."


@pytest.mark.parametrize(("act", "value"), [("confirm", ""), ("confirm", "9"), ("confirm", 0), ("x", "0"), ("", "0")])
def test_a_click_that_is_none_confirms_nothing(mails: LiveCard, act: str, value: Any) -> None:
    """The browser can send anything; only the number of a mail with a link confirms."""
    assert click(mails, act, value) == ""


def test_a_link_that_is_too_old_is_told(mails: LiveCard, offline: Cloud) -> None:
    """The sentence is SNS's error."""
    clock.advance(days=2)
    assert "doesn't work" in click(live.inbox(offline), "confirm", "0")


def test_the_still_inbox_tells_the_same(mails: LiveCard) -> None:
    """The output has the static list beside the widget."""
    bundle = mails._repr_mimebundle_()
    assert bundle["text/plain"] == repr(mails)
    assert "ada@shop.example" in bundle["text/html"]


# ---- The switch


STILL = Card("note", "Which cloud", (("", live.running.WAYS_TO_START),))


def switched(**given: Any) -> str:
    """Return what the form says after filling in these fields and clicking Start; its picture says that too."""
    card = live.switch(STILL)
    said = click(card, "start", **given)
    assert said.split("'")[0] in card.html
    return said


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
        ({"which": "endpoint", "url": "http://203.0.113.1:9"}, "203.0.113.1 isn't this computer"),
        ({"which": 7}, "There's no cloud"),
        ({"which": "aws", "account": "111111111111", "profile": "missing"}, "There's no profile"),
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


def test_the_switch_knows_this_machine_s_profiles_and_no_keys(no_cloud: None, tmp_path: Path) -> None:
    """Showing the form changes no environment variable. Names of profiles reach the browser, keys don't."""
    key = "AKIAIOSFODNN7EXAMPLE"
    (tmp_path / "config").write_text(f"[profile company]\nregion = eu-west-1\naws_access_key_id = {key}\n")
    os.environ["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    os.environ["AWS_ACCESS_KEY_ID"] = key
    start()
    before = dict(os.environ)
    card = live.switch(STILL)
    assert '<option value="company">company</option>' in card.html
    assert '<option value="eu-central-1">' in card.html
    assert dict(os.environ) == before
    bundle = card._repr_mimebundle_()
    assert 'start("aws", yes=' in bundle["text/plain"]
    assert key not in card.html + json.dumps(bundle) + json.dumps(card.get_state(), default=str)
    assert "company" not in bundle["text/html"]

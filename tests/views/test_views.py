"""The pictures: the same facts in HTML and text, no injected tags, and no change to the cloud."""

import html
import json
import re
import time
from typing import Any

import pytest

from helpers import clock, cloud, show
from helpers.backends.base import Cloud
from helpers.backends.endpoint.endpoint_cloud import EndpointCloud
from helpers.backends.offline import snapshot
from helpers.errors import CloudError
from helpers.views import parts
from helpers.views.fan_out_map import FanOutMap

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'text'"


def words(markup: str) -> list[str]:
    """Return the words that a reader of the HTML sees."""
    return re.findall(r"\S+", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def assert_same_words(picture: Any) -> None:
    """Fail unless every word of the text is also in the HTML, apart from marks that draw lines."""
    in_html = set(words(picture._repr_html_()))
    drawn = set("●◐○·━▶╳─")
    missing = [word for word in repr(picture).split() if not set(word) <= drawn and word not in in_html]
    # Where a tag splits a word in HTML, two of its words match one word of the text.
    assert [word for word in missing if word not in "".join(words(picture._repr_html_()))] == []


def allow_topic(sqs: Any, queue_url: str, topic_arn: str) -> str:
    """Give the queue the policy that allows the topic to send, and return its ARN."""
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    arn = reply["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    return arn


@pytest.fixture
def shop(sqs: Any, sns: Any, queue_url: str) -> str:
    """A topic with four subscriptions that end differently, and messages in a queue; the id of the last publish."""
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    arn = allow_topic(sqs, queue_url, topic_arn)
    redrive = {"deadLetterTargetArn": arn.replace("orders", "dead"), "maxReceiveCount": 3}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": json.dumps(redrive)})
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    bills = allow_topic(sqs, sqs.create_queue(QueueName="bills")["QueueUrl"], topic_arn)
    paid = {"FilterPolicy": json.dumps({"kind": ["paid"]}), "RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=bills, Attributes=paid)
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn.replace("orders", "dead"))
    sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="ada@shop.example")
    kind = {"kind": {"DataType": "String", "StringValue": "new"}}
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey", MessageAttributes=kind)["MessageId"]
    sqs.send_message(QueueUrl=queue_url, MessageBody=EVIL)
    sqs.send_message(QueueUrl=queue_url, MessageBody="later", DelaySeconds=60)
    sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120)
    assert dead
    return message_id


# --- the same facts twice, and no tag out of a message ---------------------------------------------------------------


@pytest.mark.parametrize("draw", [show.queue, show.timeline, show.fan_out, show.inbox, show.calls])
def test_the_text_twin_tells_what_the_html_tells(shop: str, draw: Any) -> None:
    """Readers who can't see the picture get the same facts."""
    assert_same_words(draw())


@pytest.mark.parametrize("draw", [show.queue, show.timeline, show.fan_out, show.inbox, show.calls])
def test_an_empty_cloud_has_pictures_too(sqs: Any, queue_url: str, draw: Any) -> None:
    """They say that there is nothing yet."""
    assert repr(draw())
    assert_same_words(draw())


def test_no_message_brings_a_tag(sqs: Any, sns: Any, queue_url: str) -> None:
    """Bodies, subjects, endpoints, names and errors are shown as text, whatever they contain."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=EVIL)
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=f"https://shop.example/?{EVIL}")
    sns.publish(PhoneNumber="+15551234567", Message=EVIL)
    for picture in (show.queue(queue_url), show.fan_out(), show.inbox(), show.calls(9), show.timeline()):
        drawn = picture._repr_html_()
        assert "<script" not in drawn
        assert "<img" not in drawn


def test_no_picture_asks_the_network(shop: str) -> None:
    """Nothing in them is loaded from anywhere."""
    for picture in (show.queue(), show.timeline(), show.fan_out(), show.inbox(), show.calls()):
        tags = " ".join(re.findall(r"<[^>]+>", picture._repr_html_()))
        assert re.findall(r"(?:src|href)\s*=|url\(|@import", tags) == []


# --- looking changes nothing -----------------------------------------------------------------------------------------


def test_looking_makes_no_call_draws_no_id_and_moves_no_time(offline: Cloud, shop: str) -> None:
    """Journal, ids, clock and counters stay the same, even if counters lag."""
    cloud.unkind(lag=60)
    world = offline.world
    before = (len(world.journal), world.ids.getstate(), clock.time())
    for draw in (show.queue, show.timeline, show.fan_out, show.inbox, show.calls):
        repr(draw())
        draw()._repr_html_()
    assert (len(world.journal), world.ids.getstate(), clock.time()) == before


# --- the queue -------------------------------------------------------------------------------------------------------


def test_a_queue_shows_every_kind_of_message(sqs: Any, queue_url: str) -> None:
    """Visible, in flight with the time left, delayed; number of receives; the group on a FIFO queue."""
    for body, delay in (("one", 0), ("two", 0), ("three", 90)):
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay)
    sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=30)
    clock.advance(seconds=10)
    assert repr(show.queue()).splitlines() == [
        "Queue orders (standard): 1 visible, 1 in flight, 1 delayed",
        "  at 2026-01-05 09:00:10",
        "  lease 30 s, kept 4 d",
        "  policy: none, so only this account may use the queue",
        "  ◐  in flight  back in 20 s   once   one",
        "  ●  visible                   never  two",
        "  ○  delayed    comes in 80 s  never  three",
    ]


def test_the_truth_stands_beside_what_the_api_reports(sqs: Any, queue_url: str) -> None:
    """If counters lag, both the real and the reported numbers are shown."""
    cloud.unkind(lag=60)
    sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    sqs.send_message(QueueUrl=queue_url, MessageBody="one")
    assert "1 visible, 0 in flight" in repr(show.queue())
    assert "GetQueueAttributes reports 0 visible, 0 in flight, 0 delayed: its counters lag" in repr(show.queue())


def test_dead_letters_are_named_on_both_sides(shop: str, sqs: Any) -> None:
    """The source names its dead-letter queue and maxReceiveCount; the dead-letter queue names its sources."""
    assert "after 3 receives a message moves to dead, which has 0" in repr(show.queue())
    url = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    assert "dead-letter queue of orders" in repr(show.queue(url))


def test_an_expired_message_is_not_shown(sqs: Any, queue_url: str) -> None:
    """After its retention period a message isn't drawn, even if nothing has called the queue since."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="old")
    clock.advance(days=5)
    assert "no messages" in repr(show.queue())


def test_a_fifo_queue_shows_groups(sqs: Any) -> None:
    """The group is beside the number of receives."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one", MessageGroupId="ada")
    assert "(FIFO)" in repr(show.queue())
    assert "never, group ada" in repr(show.queue())


@pytest.mark.parametrize("messages", [1_000, pytest.param(10_000, marks=pytest.mark.full)])
def test_a_long_queue_is_drawn_in_part_and_at_once(sqs: Any, queue_url: str, messages: int) -> None:
    """Of many messages fifty are shown and the rest counted; a hundred are drawn within 50 ms."""
    entries = [{"Id": str(n), "MessageBody": "x"} for n in range(10)]
    for _ in range(10):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    started = time.process_time()
    show.queue()._repr_html_()
    assert time.process_time() - started < 0.05
    for _ in range(messages // 10 - 10):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    assert repr(show.queue()).splitlines()[-1] == f"  … and {messages - 50} more"


@pytest.mark.parametrize("url", ["https://sqs.us-east-1.amazonaws.com/123456789012/missing", "nonsense", ""])
def test_a_queue_that_is_not_there_is_an_error_in_words(offline: Cloud, url: str) -> None:
    """It names the URL, or asks for one."""
    with pytest.raises(CloudError, match="There is no queue" if url else "No call named a queue yet"):
        show.queue(url)


class Reporting:
    """A client of another cloud, with what its API reports."""

    @staticmethod
    def get_queue_attributes(**asked: Any) -> Any:
        """Return one queue's attributes, as AWS writes them."""
        counts = {"": "3", "NotVisible": "2", "Delayed": "1"}
        reported = {f"ApproximateNumberOfMessages{name}": count for name, count in counts.items()}
        redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead", "maxReceiveCount": 5}
        return {
            "Attributes": reported
            | {"QueueArn": "arn:aws:sqs:us-east-1:1:orders", "VisibilityTimeout": "30"}
            | {"MessageRetentionPeriod": "345600", "RedrivePolicy": json.dumps(redrive)}
        }


def test_elsewhere_only_what_the_api_reports_is_shown(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message is invented, and the calls for it aren't in the journal."""
    other = EndpointCloud("http://127.0.0.1:9")
    monkeypatch.setattr(show, "running", lambda: other)
    monkeypatch.setattr(other, "client", lambda *named: Reporting)
    assert repr(show.queue("http://127.0.0.1:9/1/orders")).splitlines() == [
        "Queue orders (standard): 3 visible, 2 in flight, 1 delayed",
        "  lease 30 s, kept 4 d",
        "  after 5 receives a message moves to dead",
        "  policy: none, so only this account may use the queue",
        "  no messages",
        "  … and 6 more",
    ]
    assert len(other.world.journal) == 0


def test_elsewhere_the_map_is_what_the_api_reports(offline: Cloud, shop: str, sns: Any) -> None:
    """It has topics, subscriptions and settings, without deliveries; the calls for it aren't in the journal."""
    sns.create_topic(Name="empty")
    before = len(offline.calls())
    told = repr(FanOutMap(Cloud.look_at_topics(offline, "us-east-1"))).splitlines()
    assert len(offline.calls()) == before
    assert told == [
        "Topic news: 4 subscriptions",
        "  ───  sqs orders",
        "  ───  sqs bills",
        '        raw; filter on MessageAttributes: {"kind": ["paid"]}',
        "  ───  sqs dead",
        "  ───  email ada@shop.example",
        "        waits for confirmation",
        "Topic empty: nobody has subscribed",
    ]


# --- the timeline, the map, the inbox --------------------------------------------------------------------------------


def test_the_timeline_tells_a_message_s_life(sqs: Any, queue_url: str) -> None:
    """Every step from sent to deleted is there, with its time."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    clock.advance(seconds=10)
    sqs.receive_message(QueueUrl=queue_url)
    clock.advance(seconds=40)
    (message,) = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    lines = repr(show.timeline()).splitlines()
    assert lines[0] == f"Message {message['MessageId']}: 5 steps in 50 s"
    told = [re.sub(r"[·●]+", " ", line).split(maxsplit=3) for line in lines[1:]]
    assert told == [
        ["09:00:00", "sent", "orders"],
        ["09:00:10", "received", "orders", "receive number 1; hidden for 30 s"],
        ["09:00:40", "visible", "orders", "its lease was over, and nobody had deleted it"],
        ["09:00:50", "received", "orders", "receive number 2; hidden for 30 s"],
        ["09:00:50", "deleted", "orders"],
    ]


def test_the_timeline_shows_a_message_that_waits(sqs: Any, queue_url: str) -> None:
    """It shows the end of a delay and of a visibility timeout, even if nothing has called the queue since."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book", DelaySeconds=5)
    clock.advance(seconds=6)
    sqs.receive_message(QueueUrl=queue_url)
    clock.advance(seconds=29)
    assert repr(show.timeline()).splitlines()[-1].split()[2] == "received"
    clock.advance(seconds=2)
    steps = show.timeline().steps
    assert [(step["clock"], step["what"]) for step in steps] == [
        ("09:00:00", "sent"),
        ("09:00:05", "visible"),
        ("09:00:06", "received"),
        ("09:00:36", "visible"),
    ]


def test_a_message_expires_at_its_moment(sqs: Any, queue_url: str) -> None:
    """The time is when it expired, not when something next calls the queue."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    clock.advance(days=9)
    sqs.receive_message(QueueUrl=queue_url)
    last = show.timeline().steps[-1]
    assert (last["what"], last["clock"]) == ("expired", "09 Jan 09:00:00")


def test_the_map_tells_the_fate_on_each_way(shop: str) -> None:
    """Delivered, filtered out, refused by the policy, waiting for confirmation: each has its reason."""
    ways = snapshot.fan_out(cloud.world, "us-east-1")
    assert [(way["endpoint"], way["what"]) for way in ways] == [
        ("orders", "delivered"),
        ("bills", "held back"),
        ("dead", "refused"),
        ("ada@shop.example", "held back"),
    ]
    assert '"paid"' in ways[1]["why"]
    assert ways[1]["settings"] == ["raw", 'filter on MessageAttributes: {"kind": ["paid"]}']
    assert ways[2]["why"] == "the queue has no policy"
    assert ways[3]["settings"] == ["waits for confirmation"]


def test_the_inbox_says_what_confirms(shop: str, sns: Any) -> None:
    """The code that it shows works."""
    line = repr(show.inbox()).splitlines()[1]
    eval(re.search(r"cloud\.follow\(.*\)", line)[0], {"cloud": cloud})  # type: ignore[index]
    assert [s["SubscriptionArn"] == "PendingConfirmation" for s in sns.list_subscriptions()["Subscriptions"]][
        3
    ] is False


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (90, "90 s"), (150, "2 min 30 s"), (3600, "1 h"), (345_600, "4 d")],
)
def test_spans_of_time_read_as_people_say_them(count: float, told: str) -> None:
    """Short ones are in seconds, round ones in the largest unit."""
    assert parts.seconds(count) == told

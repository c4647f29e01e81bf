"""The pictures: the same facts in HTML and text, no injected tags, and no change to the cloud."""

import html
import json
import re
from typing import Any

import pytest

from helpers import clock, cloud, show
from helpers.backends.base import Cloud
from helpers.views import words as words_of_pictures

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


@pytest.mark.parametrize("draw", [show.queue, show.timeline, show.fan_out, show.inbox, show.calls, show.metrics])
def test_the_text_twin_tells_what_the_html_tells(shop: str, draw: Any) -> None:
    """Readers who can't see the picture get the same facts."""
    assert_same_words(draw())


@pytest.mark.parametrize("draw", [show.queue, show.timeline, show.fan_out, show.inbox, show.calls, show.metrics])
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
    for picture in (show.queue(), show.timeline(), show.fan_out(), show.inbox(), show.calls(), show.metrics()):
        tags = " ".join(re.findall(r"<[^>]+>", re.sub(r'title="[^"]*"', "", picture._repr_html_())))
        assert re.findall(r"(?:src|href)\s*=|url\(|@import", tags) == []


# --- looking changes nothing -----------------------------------------------------------------------------------------


def test_looking_makes_no_call_draws_no_id_and_moves_no_time(offline: Cloud, shop: str) -> None:
    """Journal, ids, clock and counters stay the same, even if counters lag."""
    cloud.unkind(lag=60)
    world = offline.world
    before = (len(world.journal), world.ids.getstate(), clock.time())
    for draw in (show.queue, show.timeline, show.fan_out, show.inbox, show.calls, show.metrics):
        repr(draw())
        draw()._repr_html_()
    assert (len(world.journal), world.ids.getstate(), clock.time()) == before


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (65, "65 s"),
        (119, "119 s"),
        (150, "2 min 30 s"),
        (3600, "1 h"),
        (86_400, "1 day"),
        (345_600, "4 days"),
        (1_000_000, "11 days 14 h"),
    ],
)
def test_spans_of_time_read_as_people_say_them(count: float, told: str) -> None:
    """Short ones are in seconds, longer ones in at most two units."""
    assert words_of_pictures.span(count) == told

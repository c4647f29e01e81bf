"""The picture of a queue: who has which message and for how long, what waits, and where messages end."""

import html
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from helpers import clock, cloud, show
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.base import Cloud
from helpers.backends.endpoint.endpoint_cloud import EndpointCloud
from helpers.errors import CloudError
from helpers.views.queue_picture import MOST, QueuePicture

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'text'"
CONTROLS: dict[str, Any] = {
    "clock": "09:00:41",
    "rate": 10,
    "receivers": ["Kim", "Lee"],
    "next": 9,
    "log": [[f"09:00:{second}", f"Order {second} is sent."] for second in range(10, 20)],
    "span": 600,
}


def receive(queue_url: str, who: str = "", **options: Any) -> list[dict[str, Any]]:
    """Receive with a client of this name."""
    client = boto3.client("sqs", config=Config(user_agent_appid=who) if who else None)
    return client.receive_message(QueueUrl=queue_url, **options).get("Messages", [])


def send(queue_url: str, *bodies: str, **options: Any) -> None:
    """Send messages with these bodies."""
    for body in bodies:
        boto3.client("sqs").send_message(QueueUrl=queue_url, MessageBody=body, **options)


def add_dead_letter_queue(sqs: Any, queue_url: str, receives: int) -> str:
    """Give the queue a dead-letter queue named orders-dlq, and return its URL."""
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": policy})
    return url


def taken(queue_url: str, **options: Any) -> QueuePicture:
    """Return the picture of a queue as it is now."""
    return QueuePicture(cloud.look_at_queue("us-east-1", queue_url, MOST), **options)


def lines(picture: QueuePicture) -> list[str]:
    """Return the text twin's lines, each with single spaces."""
    return [" ".join(line.split()) for line in repr(picture).splitlines()]


def drawing(picture: QueuePicture) -> str:
    """Return the HTML without its style sheet and text twin."""
    return re.sub(r"<style>.*?</style>|<details.*?</details>", "", picture._repr_html_(), flags=re.DOTALL)


def words(markup: str) -> str:
    """Return what is left to read where a viewer keeps only the text."""
    text = re.sub(r"<svg.*?</svg>", "", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def busy(sqs: Any, queue_url: str) -> str:
    """A queue with messages in every state; its URL."""
    send(add_dead_letter_queue(sqs, queue_url, 3), "A-087")
    send(queue_url, "A-100", '{"order_id": "A-101"}', "A-102", "A-103", "A-104")
    send(queue_url, "A-150", DelaySeconds=90)
    (gone,) = receive(queue_url)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=gone["ReceiptHandle"])
    receive(queue_url, "Lee", VisibilityTimeout=5)
    clock.advance(seconds=24)
    receive(queue_url, "Kim")
    clock.advance(seconds=7)
    receive(queue_url, "Lee")
    receive(queue_url, VisibilityTimeout=600)
    return queue_url


# --- what it tells ---------------------------------------------------------------------------------------------------


def test_it_tells_where_every_message_is(busy: str) -> None:
    """State, who received it, how much time is left, how often it was received, dead letters, and the rule."""
    assert lines(taken(busy)) == [
        "Queue orders (standard): 1 delayed, 1 waiting, 3 in flight",
        "visibility timeout 30 s; kept 4 days; at 09:00:31, 5 Jan",
        "A message that was received 3 times moves to orders-dlq at the next receive.",
        "delayed A-150 comes in 59 s",
        "waiting A-104",
        "in flight A-101 Kim, 23 s left, 2nd receive",
        "in flight A-102 Lee, 30 s left, 1st receive",
        "in flight A-103 this notebook, 10 min left, 1st receive",
        "dead letter A-087",
        "1 dead letter in orders-dlq",
        "1 deleted so far",
    ]


def test_the_drawing_says_the_same_without_styles(busy: str) -> None:
    """Viewers that strip all but the text keep every fact, in the sequence of the drawing."""
    said = words(drawing(taken(busy)))
    assert said == (
        "Queue orders standard · visibility\xa0timeout\xa030\xa0s · kept\xa04\xa0days · at\xa009:00:31,\xa05\xa0Jan "
        "Delayed 1 A-150 comes in 59 s Waiting 1 A-104 In flight 3 "
        "Kim A-101 23 s left, 2nd receive Lee A-102 30 s left, 1st receive "
        "this notebook A-103 10 min left, 1st receive "
        "Dead letters orders-dlq 1 A-087 A message that was received 3 times moves to orders-dlq at the next receive. "
        "Gone deleted so far 1"
    ).replace("\xa0", " ")


def test_a_ring_shows_the_share_of_the_visibility_timeout_that_is_left(sqs: Any, queue_url: str) -> None:
    """It's full again when the visibility timeout is changed, and has the seconds inside while they fit."""
    send(queue_url, "A-101")
    (message,) = receive(queue_url)
    clock.advance(seconds=21)
    assert 'stroke-dasharray="30 100"' in drawing(taken(queue_url))
    assert 'data-t="9"' in drawing(taken(queue_url))
    sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=200)
    assert 'stroke-dasharray="100 100"' in drawing(taken(queue_url))
    assert "200" not in re.sub(r'="[^"]*"', "", drawing(taken(queue_url)))
    assert "3 min 20 s left" in repr(taken(queue_url))


def test_an_empty_queue_says_that_there_is_nothing_to_receive(queue_url: str) -> None:
    """In a sentence, and with a zero in each lane."""
    assert lines(taken(queue_url)) == [
        "Queue orders (standard): 0 delayed, 0 waiting, 0 in flight",
        "visibility timeout 30 s; kept 4 days; at 09:00:00, 5 Jan",
        "Nothing to receive.",
        "0 deleted so far",
    ]
    assert "Nothing to receive." in drawing(taken(queue_url))


def test_the_truth_stands_beside_what_the_api_reports(sqs: Any, queue_url: str) -> None:
    """If counters lag, both the real and the reported numbers are shown."""
    cloud.unkind(lag=60)
    sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    send(queue_url, "A-101")
    told = "GetQueueAttributes reports 0 delayed, 0 waiting, 0 in flight: its counters lag."
    assert lines(taken(queue_url))[::2][:2] == ["Queue orders (standard): 0 delayed, 1 waiting, 0 in flight", told]
    assert told in drawing(taken(queue_url))


def test_a_duplicate_that_comes_later_is_nobody_s(queue_url: str) -> None:
    """An unkind cloud counts it as in flight, but nobody has received it."""
    cloud.unkind(duplicates=1)
    send(queue_url, "A-101")
    receive(queue_url, "Kim")
    told = [line for line in lines(taken(queue_url)) if line.startswith("in flight")]
    assert told[0] == "in flight A-101 Kim, 30 s left, 1st receive"
    assert re.fullmatch(r"in flight A-101 a duplicate that SQS delivers later, \d+ s left, not received yet", told[1])


def test_dead_letters_are_drawn_on_both_sides(sqs: Any, queue_url: str) -> None:
    """The source has their tokens and the rule; the dead-letter queue names its source."""
    dead = add_dead_letter_queue(sqs, queue_url, 1)
    send(queue_url, *(f"A-{number}" for number in range(101, 109)))
    receive(queue_url, MaxNumberOfMessages=8, VisibilityTimeout=0)
    receive(queue_url)
    said = words(drawing(taken(queue_url)))
    assert "orders-dlq 8 A-101 A-102 A-103 A-104 A-105 A-106 + 2 more" in said
    assert "A message that was received once moves to orders-dlq at the next receive." in said
    assert lines(taken(queue_url))[-3:] == ["+ 2 more dead letters", "8 dead letters in orders-dlq", "0 deleted so far"]
    assert "This is the dead-letter queue of orders." in drawing(taken(dead))
    assert "waiting A-101 1 receive" in lines(taken(dead))
    assert 'class="tok dead"' in drawing(taken(dead))


def test_the_policy_is_told_in_words(sqs: Any, queue_url: str) -> None:
    """Who may do what, each statement in a sentence; nothing where there is none."""
    assert "policy" not in repr(taken(queue_url))
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    only = {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:us-east-1:123456789012:news"}}
    statements = [
        {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"},
        {"Effect": "Deny", "Principal": "*", "NotAction": ["sqs:SendMessage", "sqs:ReceiveMessage"]},
    ]
    policy = {"Statement": [{**each, "Resource": arn, "Condition": only} for each in statements]}
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})
    told = [
        "The queue's policy allows sns.amazonaws.com sqs:SendMessage, on a condition about aws:SourceArn.",
        "The queue's policy denies everyone all but sqs:SendMessage, sqs:ReceiveMessage, on a condition about "
        "aws:SourceArn.",
    ]
    assert [line for line in lines(taken(queue_url)) if "policy" in line] == told
    assert [each for each in told if each not in words(drawing(taken(queue_url)))] == []


def test_an_expired_message_is_not_shown(queue_url: str) -> None:
    """After its retention period a message isn't drawn, even if nothing has called the queue since."""
    send(queue_url, "A-101")
    clock.advance(days=5)
    assert "A-101" not in taken(queue_url)._repr_html_()


# --- FIFO queues -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fifo_url(sqs: Any) -> str:
    """A FIFO queue with three groups, of which one waits for a delivery to end."""
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="orders.fifo", Attributes=attributes)["QueueUrl"]
    for number, group in enumerate(["ada", "bob", "ada", *["cleo"] * 9], start=101):
        send(url, f"A-{number}", MessageGroupId=group)
    receive(url, "Kim")
    return url


def test_a_fifo_queue_waits_in_groups_and_says_what_blocks_one(fifo_url: str) -> None:
    """Each group has its messages in sequence; one with a message in flight is blocked by that."""
    assert lines(taken(fifo_url)) == [
        "Queue orders.fifo (FIFO): 0 delayed, 11 waiting, 1 in flight",
        "visibility timeout 30 s; kept 4 days; at 09:00:00, 5 Jan",
        "group ada: blocked, because A-101 is in flight",
        "waiting A-103 group ada",
        "waiting A-102 group bob",
        *(f"waiting A-{number} group cleo" for number in range(104, 110)),
        "in flight A-101 Kim, 30 s left, 1st receive, group ada",
        "+ 3 more waiting",
        "0 deleted so far",
    ]
    said = words(drawing(taken(fifo_url)))
    assert "group ada : blocked, because A-101 is in flight A-103 group bob A-102 group cleo A-104 A-105" in said
    assert "A-109 + 3 more" in said


def test_a_long_group_hides_no_other(sqs: Any, fifo_url: str) -> None:
    """Of each group some messages are described, however many there are of another before."""
    for number in range(200, 240):
        send(fifo_url, f"A-{number}", MessageGroupId="cleo")
    send(fifo_url, "A-300", MessageGroupId="dora")
    assert "waiting A-300 group dora" in lines(taken(fifo_url))
    assert "+ 43 more waiting" in lines(taken(fifo_url))


# --- names, and texts that want to be more ---------------------------------------------------------------------------


def test_an_envelope_shows_the_order_inside(queue_url: str) -> None:
    """A notification of SNS is named by its message; the whole message is the token's title."""
    inner = '{"order_id": "A-101", "item": "honey"}'
    send(queue_url, json.dumps({"Type": "Notification", "TopicArn": "arn:aws:sns:::news", "Message": inner}, indent=2))
    assert "waiting A-101" in lines(taken(queue_url))
    assert "Notification" not in taken(queue_url)._repr_html_()
    assert f'title="{html.escape(inner).replace("&quot;", "&#34;")}"' in drawing(taken(queue_url))


@pytest.mark.parametrize("body", [EVIL, "x" * 500, '{"order_id": "<b>A-101</b>"}', "{" * 3_000, '"><svg onload=a()>'])
def test_no_body_brings_a_tag_or_a_long_line(queue_url: str, body: str) -> None:
    """They are text, escaped and cut, in every lane."""
    send(queue_url, body, body)
    receive(queue_url, "Kim")
    for picture in (taken(queue_url), taken(queue_url, controls=CONTROLS)):
        drawn = picture._repr_html_()
        assert re.findall(r"<(?:script|img|b>A|svg onload)", drawn) == []
        assert re.findall(r"(?:src|href)\s*=|url\(|@import", re.sub(r'"[^"]*"|>[^<]*<', "", drawn)) == []
        assert max(map(len, re.findall(r"<code>(.*?)</code>", html.unescape(drawing(picture))))) <= 30
        assert max(map(len, repr(picture).splitlines())) < 110


def test_who_received_it_is_text_too(offline: Cloud, queue_url: str) -> None:
    """A program's name can be anything."""
    data = cloud.look_at_queue("us-east-1", queue_url, MOST)
    message = {"id": "1", "body": "A-101", "state": "in flight", "left": 3.0, "of": 30.0, "receives": 11, "group": ""}
    data = {**data, "counts": {**data["counts"], "in flight": 1}, "messages": [{**message, "by": EVIL}]}
    drawn = QueuePicture(data, CONTROLS)._repr_html_()
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "11th receive" in drawn


# --- many messages ---------------------------------------------------------------------------------------------------


def fill(queue_url: str, count: int) -> None:
    """Put so many messages into the queue."""
    account = cloud.world.accounts.all()[0]
    queue = account.service(SqsRegion, "us-east-1").queues["orders"]
    with account.accounts.changed:
        for number in range(count):
            queue.add(Message(str(number), f"A-{number}", queue.now(), {}, {}))


@pytest.mark.parametrize("count", [5_000, pytest.param(50_000, marks=pytest.mark.full)])
def test_a_big_queue_is_summed_up_at_once(queue_url: str, count: int) -> None:
    """Each lane shows some of its messages and counts the rest; a picture of fifty thousand takes no second."""
    fill(queue_url, count)
    for _ in range(2):
        receive(queue_url, "Kim", MaxNumberOfMessages=10)
    started = time.process_time()
    picture = taken(queue_url)
    drawn = picture._repr_html_()
    assert time.process_time() - started < 1
    assert len(drawn) < 30_000
    assert lines(picture)[0] == f"Queue orders (standard): 0 delayed, {count - 20:,} waiting, 20 in flight"
    assert lines(picture)[-3:] == [f"+ {count - 32:,} more waiting", "+ 15 more in flight", "0 deleted so far"]
    assert f"A-31 + {count - 32:,} more" in words(drawing(picture))


def test_the_messages_described_are_those_that_come_next(queue_url: str) -> None:
    """Of those in flight or delayed, the ones whose time is over first."""
    for seconds in range(60, 0, -2):
        send(queue_url, f"B-{seconds}", DelaySeconds=seconds)
    assert [line for line in lines(taken(queue_url)) if line.startswith("delayed")] == [
        f"delayed B-{seconds} comes in {seconds} s" for seconds in (2, 4, 6, 8, 10)
    ]
    assert "+ 25 more delayed" in lines(taken(queue_url))


# --- other clouds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["https://sqs.us-east-1.amazonaws.com/123456789012/missing", "nonsense", ""])
def test_a_queue_that_is_not_there_is_an_error_in_words(offline: Cloud, url: str) -> None:
    """It names the URL, or asks for one."""
    with pytest.raises(CloudError, match="There's no queue" if url else "No call named a queue yet"):
        show.queue(url)


class Reporting:
    """A client of another cloud, with what its API reports."""

    @staticmethod
    def get_queue_attributes(**asked: Any) -> Any:
        """Return one queue's attributes, as AWS writes them."""
        counts = {"": "3", "NotVisible": "2", "Delayed": "1"}
        reported = {f"ApproximateNumberOfMessages{name}": count for name, count in counts.items()}
        redrive = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead", "maxReceiveCount": "5"}
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
    picture = show.queue("http://127.0.0.1:9/1/orders")
    assert lines(picture) == [
        "Queue orders (standard): 1 delayed, 3 waiting, 2 in flight",
        "visibility timeout 30 s; kept 4 days",
        "A message that was received 5 times moves to dead at the next receive.",
        "The API reports how many messages there are, but not which.",
    ]
    said = words(drawing(picture))
    assert "Delayed 1 Waiting 3 In flight 2 Dead letters dead A message that was received 5 times" in said
    assert "more" not in said
    assert "Gone" not in said
    assert len(other.world.journal) == 0


# --- the live picture ------------------------------------------------------------------------------------------------


def buttons(markup: str) -> Iterator[dict[str, str]]:
    """Return the attributes of each button, and its text."""
    for attributes, text in re.findall(r"<button ([^>]*)>(.*?)</button>", markup):
        yield {**dict(re.findall(r'([\w-]+)="([^"]*)"', attributes)), "text": text}


def test_the_live_picture_has_a_control_for_everything_that_can_be_done(busy: str) -> None:
    """Each has its act, and a name that says what it's about."""
    picture = taken(busy, controls=CONTROLS)
    ids = [message["id"] for message in picture.data["messages"] if message["state"] == "in flight"]
    found = [(each["data-act"], each["data-value"], each["text"]) for each in buttons(drawing(picture))]
    assert found[:8] == [
        *(("rate", rate, word) for rate, word in (("0", "Hold"), ("1", "×1"), ("10", "×10"), ("60", "×60"))),
        ("advance", "30", "+30 s"),
        ("send", "", "Send an order"),
        ("send", "delay", "Send with a delay"),
        ("restart", "", "Start over"),
    ]
    assert [each for each in found[8:] if each[0] == "receive"] == [
        ("receive", "Kim", "Receive"),
        ("receive", "Lee", "Receive"),
    ]
    assert {each for each in found if each[0] == "delete"} == {("delete", one, "Delete") for one in ids}
    assert {each for each in found if each[0] == "extend"} == {("extend", one, "Set to 30 s") for one in ids}
    names = [each.get("aria-label", each["text"]) for each in buttons(drawing(picture))]
    assert len(set(names)) == len(names)
    assert [each["text"] for each in buttons(drawing(picture)) if each.get("aria-pressed") == "true"] == ["×10"]


def test_the_focus_goes_to_the_receiver_when_a_message_goes(busy: str) -> None:
    """A button of a row names the Receive of the same receiver, which is there."""
    found = list(buttons(drawing(taken(busy, controls=CONTROLS))))
    nexts = {each["aria-label"]: each.get("data-next", "") for each in found if each["data-act"] == "delete"}
    assert nexts == {"Delete A-101": "receive Kim", "Delete A-102": "receive Lee", "Delete A-103": ""}
    assert {name for name in nexts.values() if name} <= {each["data-key"] for each in found}


def test_the_clock_is_a_slider_that_moves_forward(busy: str) -> None:
    """It stands at now, says the time, covers the given span, and the picture ticks at its rate."""
    drawn = drawing(taken(busy, controls=CONTROLS))
    slider = dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(r"<input ([^>]*)>", drawn)[1]))  # type: ignore[index]
    assert (slider["type"], slider["data-slide"], slider["data-key"]) == ("range", "clock", "clock")
    assert (slider["min"], slider["max"], slider["step"], slider["value"]) == ("0", "600", "1", "0")
    assert (slider["aria-label"], slider["aria-valuetext"]) == ("Move the clock forward", "09:00:41")
    assert 'data-rate="10"' in drawn
    assert "Drag to move the clock forward: the next change comes in 9 s." in words(drawn)
    assert "next change" not in drawing(taken(busy, controls={**CONTROLS, "next": None}))


def test_it_says_that_it_is_a_copy_and_what_happened_last(queue_url: str) -> None:
    """The last six lines of the log are there, and a receiver without a message has an empty cup."""
    drawn = drawing(taken(queue_url, controls=CONTROLS))
    assert "Play with it: this is a copy of the queue as it stood. The lesson goes on with the real one." in drawn
    assert re.findall(r"Order \d+ is sent\.", drawn) == [f"Order {second} is sent." for second in range(14, 20)]
    assert len(re.findall(r'<ul class="hand">\s*</ul>', drawn)) == 2
    assert "at 09:00:00" not in words(drawn)


def test_a_still_picture_has_nothing_to_click(busy: str) -> None:
    """Neither buttons nor what a live one glides by."""
    drawn = drawing(taken(busy))
    assert re.findall(r"<button|<input|data-move|data-rate|data-act", drawn) == []
    assert len(re.findall(r"data-move=", drawing(taken(busy, controls=CONTROLS)))) == 6


def test_the_same_data_gives_the_same_picture(busy: str) -> None:
    """Byte for byte, and without ids that could meet another picture's."""
    assert taken(busy)._repr_html_() == taken(busy)._repr_html_()
    assert " id=" not in taken(busy)._repr_html_()


def test_the_kit_s_rules_outweigh_jupyterlab_s(queue_url: str) -> None:
    """JupyterLab's rule for code has two classes; a picture's own rules outweigh the kit's that come with the next."""
    sheet = re.search(r"<style>(.*?)</style>", taken(queue_url)._repr_html_())[1]  # type: ignore[index]
    kit, own = re.findall(r"((?:\[data-pic[^]]*\])+)\{", sheet)
    assert (kit.count("[data-pic"), own.count("[data-pic")) == (3, 4)


def test_another_visibility_timeout_than_the_queue_s_is_told(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """A ring with more time left than the queue gives would puzzle whoever looks."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="A-100")
    sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=60)
    clock.advance(seconds=8)
    assert "52 s left, 1st receive, of 60 s" in repr(show.queue(queue_url))

"""The timeline of a message: its axis, its lanes, and its words."""

import itertools
import json
import re
import time
from datetime import datetime, timezone
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
from botocore.config import Config
from test_views import EVIL, allow_topic, assert_same_words

from helpers import clock, show
from helpers.views import charts
from helpers.views.time_axis import TimeAxis, merged
from helpers.views.timeline import Timeline

START = datetime(2026, 1, 5, 9, 0, tzinfo=timezone.utc)  # a Monday
DAYS = 86_400.0


def step(at: float, what: str, where: str = "orders", reason: str = "", hidden: float = 0, by: str = "Kim") -> Any:
    """Return a step in a queue, or at a topic or subscription where it's one of theirs."""
    of_subscriptions = ("delivered", "filtered out", "not confirmed", "retrying", "refused", "lost")
    kind = "topic" if what == "published" else "subscription" if what in of_subscriptions else "queue"
    return {"at": at, "what": what, "kind": kind, "where": where, "reason": reason} | {
        "hidden": hidden,
        "by": by if what == "received" else "",
    }


def life(*steps: Any, now: float | None = None, name: str = "A-100") -> Timeline:
    """Return the timeline of these steps."""
    return Timeline("e5121482-3929", steps, name, START.isoformat(), steps[-1]["at"] if now is None else now)


def seed() -> Timeline:
    """Return a message that waits for two days, is received twice, is hidden for longer, and is deleted."""
    at = 2 * DAYS
    return life(
        step(0, "sent"),
        step(at, "received", hidden=30),
        step(at + 31, "received", hidden=30, by="Lee"),
        step(at + 51, "hidden", hidden=30),
        step(at + 65, "deleted"),
    )


def told(picture: Timeline) -> list[str]:
    """Return the titles of the moments."""
    return [row["title"] for row in picture._story()]


def tree(picture: Timeline) -> ElementTree.Element:
    """Return the HTML's elements; fail where it isn't well-formed."""
    card = picture._repr_html_().partition("</style>")[2].replace("&nbsp;", "&#160;")
    return ElementTree.fromstring(f"<body>{card}</body>")


def of(found: ElementTree.Element, *look: str) -> list[ElementTree.Element]:
    """Return the elements that have all of these classes, in order."""
    return [each for each in found.iter() if {*look} <= {*each.get("class", "").split()}]


def place(found: ElementTree.Element) -> tuple[float, float]:
    """Return where an element begins and how wide it is, in percent."""
    left, width = re.findall(r"[\d.]+", found.get("style", ""))[:2]
    return float(left), float(width)


# --- the axis --------------------------------------------------------------------------------------------------------


def test_a_long_silence_is_drawn_short_and_says_how_long_it_was() -> None:
    """After two days of waiting, thirty seconds are still a third of the axis."""
    axis = TimeAxis.around(START, 2 * DAYS + 81, [2 * DAYS, 2 * DAYS + 30, 2 * DAYS + 31, 2 * DAYS + 65])
    assert [one["text"] for one in axis.drawn()["breaks"]] == ["2 days"]
    assert 28 < axis.place(2 * DAYS, 2 * DAYS + 30)["width"] < 35
    assert (axis.x(-5), axis.x(0), round(axis.x(2 * DAYS + 81), 6)) == (0, 0, 100)


@pytest.mark.parametrize(
    ("seconds", "moments", "breaks"),
    [
        (4 * DAYS, [], 0),  # nothing else is there to be seen
        (119, [1], 0),  # short enough
        (400, [300], 0),  # 100 s can be seen beside 300 s
        (3 * DAYS + 60, [DAYS, DAYS + 30, DAYS + 60], 2),  # two silences of about the same length
    ],
)
def test_only_what_hides_the_rest_is_a_break(seconds: float, moments: list[float], breaks: int) -> None:
    """A silence that's the whole story, or that leaves room for the rest, is drawn as long as it was."""
    assert len(TimeAxis.around(START, seconds, moments).breaks) == breaks


def test_a_time_in_flight_is_a_break_only_if_it_is_much_longer() -> None:
    """A bar that's drawn short can't be compared with the others."""
    assert len(TimeAxis.around(START, 630, [30, 630]).breaks) == 1
    assert len(TimeAxis.around(START, 200, [30], [(30, 200)]).breaks) == 0


def test_ticks_are_in_units_that_people_say() -> None:
    """Whole minutes are times, and what's between them is told after them; the first of a day names it."""
    text = lambda axis: [(tick["text"], tick["day"]) for tick in axis.ticks()]  # noqa: E731
    assert text(TimeAxis(START, 75)) == [
        ("09:00", ""),
        ("+15 s", ""),
        ("+30 s", ""),
        ("+45 s", ""),
        ("09:01", ""),
        ("+15 s", ""),
    ]
    odd = TimeAxis(START.replace(second=7), 70)
    assert [each for each, _ in text(odd)][:3] == ["09:00:07", "+10 s", "+20 s"]
    assert text(TimeAxis(START.replace(hour=23, minute=30), 3600)) == [
        ("23:30", "Mon"),
        ("23:40", ""),
        ("23:50", ""),
        ("00:00", "Tue"),
        ("00:10", ""),
        ("00:20", ""),
        ("00:30", ""),
    ]
    assert [each for each, _ in text(TimeAxis(START, 5 * DAYS))] == ["Tue", "Wed", "Thu", "Fri", "Sat"]
    assert text(TimeAxis(START, 13 * DAYS))[0] == ("7 Jan", "")


@pytest.mark.parametrize("seconds", [0.0, 0.5, 7, 59, 100, 1234, 9999, 12 * DAYS, 400 * DAYS])
def test_every_axis_has_a_few_ticks_with_room_for_their_labels(seconds: float) -> None:
    """One at least, nine at most, a tenth of the axis apart."""
    axis = TimeAxis.around(START.replace(second=13, microsecond=9), seconds, [])
    places = [tick["x"] for tick in axis.ticks()]
    assert 1 <= len(places) <= 9
    assert min((b - a for a, b in itertools.pairwise(places)), default=100) > 10


def test_badges_that_would_touch_become_one() -> None:
    """It has both numbers, or the first of many; the last one's shape; and a tone that says most."""
    moments = [
        {"number": number, "at": at, "tone": tone, "square": number == 3}
        for number, at, tone in ((1, 0, "wait"), (2, 50, "held"), (3, 51, "quiet"), (4, 99, "quiet"))
    ]
    found = merged(TimeAxis(START, 100), moments)
    assert [(each["says"], each["tone"], each["square"]) for each in found] == [
        ("1", "wait", False),
        ("2,3", "held", True),
        ("4", "quiet", False),
    ]
    many = [{"number": number, "at": 0, "tone": "quiet", "square": False} for number in range(1, 9)]
    assert [each["says"] for each in merged(TimeAxis(START, 100), many)] == ["1…"]
    wide = [{"number": n, "at": at, "tone": "quiet", "square": False} for n, at in enumerate((0, 2, 4, 6, 8, 20), 1)]
    assert [each["says"] for each in merged(TimeAxis(START, 100), wide)] == ["1…", "6"]  # 1,2,3,4 reaches beyond 8


# --- charts ----------------------------------------------------------------------------------------------------------


def test_a_small_multiple_has_a_round_scale_and_a_number() -> None:
    """Steps and lines; the unit of the scale is the caller's."""
    axis = TimeAxis(START, 600)
    points = [(0.0, 0.0), (300.0, 80.0), (600.0, 0.0)]
    chart = charts.small_multiple(axis, "Waiting", points, now=("0", "now"), tone="wait", says="")
    assert (chart["top"], chart["path"]) == ("80", "M-20 48H0H500V2H1020V48Z")
    age = charts.small_multiple(
        axis, "Age", points, now=("0", "min"), tone="late", says="At most 80 s.", steps=False, of=60
    )
    assert (age["top"], age["now"], age["says"]) == ("2", ("0", "min"), "At most 80 s.")
    assert "L" in age["path"]


@pytest.mark.parametrize(("most", "top"), [(0, "1"), (1, "1"), (7, "8"), (11, "12"), (112, "120"), (9_999, "10,000")])
def test_a_scale_ends_at_a_round_number(most: float, top: str) -> None:
    """At the most there was, or a little above."""
    assert charts.small_multiple(TimeAxis(START, 9), "n", [(0, most)], now=("", ""), tone="wait", says="")["top"] == top


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_words_tell_a_message_s_life() -> None:
    """Each moment with who did what; what isn't a call, such as the end of a visibility timeout, is one too."""
    assert repr(seed()).splitlines() == [
        "Message A-100: 6 steps in 2 days, received twice, deleted",
        "  1  Mon 09:00:00  sent to orders               It waits for 2 days.",
        "  2  Wed 09:00:00  received by Kim              It's in flight: no other receive returns it for 30 s.",
        "  3  Wed 09:00:30  visible again                Kim hadn't deleted it within 30 s.",
        "  4  Wed 09:00:31  received by Lee              "
        "The 2nd receive, after 1 s in the queue. It's in flight for 30 s.",
        "  5  Wed 09:00:51  visibility timeout extended  It ends 30 s from now. Before, 10 s were left.",
        "  6  Wed 09:01:05  deleted                      16 s before its visibility timeout would have ended.",
        "Its id is e5121482-3929.",
    ]


@pytest.mark.parametrize(
    ("steps", "end", "last"),
    [
        ([step(0, "sent", hidden=60)], "delayed", "sent to orders"),
        ([step(0, "sent"), step(2, "received", hidden=30)], "in flight", "received by Kim"),
        ([step(0, "sent"), step(2, "received")], "waiting", "received by Kim"),
        ([step(0, "sent"), step(2, "received", hidden=9), step(3, "hidden")], "waiting", "returned to orders"),
        ([step(0, "sent"), step(2, "received", hidden=9), step(20, "deleted")], "deleted", "deleted"),
        ([step(0, "sent"), step(9, "expired")], "expired", "expired"),
        ([step(0, "sent"), step(9, "purged")], "purged", "purged"),
        ([step(0, "sent"), step(9, "refused as a duplicate")], "waiting", "refused as a duplicate"),
        ([step(0, "sent"), step(9, "unkindness", reason="a duplicate follows")], "waiting", "unkindness"),
        ([step(0, "sent"), step(9, "moved", "dlq", "received 3 times")], "moved to dlq", "moved to dlq"),
    ],
)
def test_the_head_says_what_became_of_it(steps: list[Any], end: str, last: str) -> None:
    """Every way in which a message can stay or go."""
    picture = life(*steps)
    assert picture._facts[-1] == end
    assert told(picture)[-1] == last
    assert_same_words(picture)


def test_a_visibility_timeout_that_ends_at_the_next_receive_is_told_first() -> None:
    """Also if the receive is at that very moment, and if it ends now."""
    at_once = life(step(0, "sent"), step(1, "received", hidden=30), step(31, "received", hidden=30, by="Lee"))
    assert told(at_once)[2:] == ["visible again", "received by Lee"]
    assert told(life(step(0, "sent"), step(1, "received", hidden=30), now=31))[2:] == ["visible again"]
    assert told(life(step(0, "sent"), step(1, "received", hidden=30), now=30.9))[2:] == []


def test_a_delete_with_an_earlier_receipt_handle_names_nobody() -> None:
    """Who deleted isn't known then; it's told that the message was waiting."""
    picture = life(step(0, "sent"), step(1, "received", hidden=30), step(40, "deleted"))
    assert picture._story()[-1]["text"] == "It was waiting in the queue. A receipt handle from before still worked."


def test_a_delete_with_an_earlier_receipt_handle_is_told_where_its_caller_is() -> None:
    """In the picture it's in the lane of whoever called, and the words say whose visibility timeout it cut short."""
    received = [step(1, "received", hidden=30), step(32, "received", hidden=30, by="Lee")]
    picture = life(step(0, "sent"), *received, step(46, "deleted") | {"by": "Kim"})
    last = picture._story()[-1]
    assert last["title"] == "deleted by Kim"
    assert last["text"] == "With an earlier receipt handle, 16 s before Lee's visibility timeout would have ended."
    assert picture._life.moments[-1].lane == ("receiver", "Kim")
    assert_same_words(picture)


def test_a_topic_s_message_tells_each_subscription_and_each_attempt() -> None:
    """Delivered, filtered out, tried again, refused, lost, and moved to a subscription's dead-letter queue."""
    picture = life(
        step(0, "published", "news"),
        step(0, "delivered", "packing", "to packing"),
        step(0, "filtered out", "billing", 'the filter wants "kind" to be "paid"'),
        step(0, "not confirmed", "ada@shop.example", "the subscription is not confirmed yet"),
        step(0, "retrying", "web", "it answered with 503; SNS tries again in 20 s"),
        step(0, "refused", "audit", "the queue has no policy"),
        step(0, "lost", "audit", "the subscription has no dead-letter queue"),
        step(20, "delivered", "web"),
    )
    assert told(picture) == [
        "published to news",
        "delivered to packing",
        "filtered out for billing",
        "not delivered for ada@shop.example",
        "1st delivery to web failed",
        "delivery to audit failed",
        "lost for audit",
        "delivered to web",
    ]
    rows = picture._story()
    assert rows[0]["text"] == "The topic has 5 subscriptions."
    assert rows[4]["text"] == "It answered with 503; SNS tries again in 20 s."
    assert rows[7]["text"] == "The 2nd attempt worked."
    assert picture._facts == ["8 steps in 20 s", "delivered to 2 of 5"]
    assert len(of(tree(picture), "stretch", "late")) == 2  # in the lane of web, and in the key
    assert_same_words(picture)


# --- the drawing -----------------------------------------------------------------------------------------------------


def test_a_bar_is_as_long_as_the_message_was_in_flight() -> None:
    """In the lane of its receiver; it says for how long; what was left of the timeout is dashed."""
    found = tree(seed())
    kim, lee, extended = of(found, "stretch", "bar")[:3]
    assert place(kim)[1] == pytest.approx(30 / 20 * place(lee)[1], abs=0.02)
    assert [each.get("data-t") for each in (kim, lee, extended)] == ["1st · 30 s", "2nd · 20 s", "14 s"]
    (rest, _) = of(found, "rest")  # the other one is in the key
    assert place(rest)[0] == pytest.approx(sum(place(extended)), abs=0.02)
    first, second, _ = of(found, "stretch", "wait")
    assert sum(place(first)) == pytest.approx(place(kim)[0], abs=0.02)
    assert place(second)[0] == pytest.approx(sum(place(kim)), abs=0.02)
    names = [label.get("data-t") for name in of(found, "name") for label in name if label.get("class") != "quiet"]
    assert names == ["orders", "K", "Kim", "L", "Lee"]
    (face,) = of(tree(life(step(0, "sent"), step(1, "received", hidden=9, by="worker 12"))), "face")
    assert face.get("data-t") == "12"


def test_badges_are_numbered_as_the_list_and_square_at_the_end() -> None:
    """Each moment has one in the drawing and one in the list."""
    found = tree(seed())
    (drawing,), (story,) = of(found, "time"), of(found, "story")
    drawn = {each.get("data-t"): "sq" in each.get("class", "") for each in of(drawing, "badge")}
    assert drawn == {str(n): n == 6 for n in range(1, 7)}
    assert [each.get("data-t") for each in of(story, "badge")] == sorted(drawn)


def test_a_move_is_a_line_from_lane_to_lane() -> None:
    """The dead-letter queue is the last lane, below the receivers."""
    found = tree(
        life(step(0, "sent"), step(1, "received", hidden=9), step(20, "moved", "dlq", "received once"), now=30)
    )
    (way,) = of(found, "way")
    assert way.get("style") == "--r:2;--n:3"
    assert [name.get("data-t") for name in of(found, "quiet") if name.get("data-t")] == ["queue", "dead-letter queue"]


def test_now_is_a_line_while_the_message_is_in_flight() -> None:
    """And only then: for a message that waits, now is where the axis ends, and one that's gone has no now."""
    flying = life(step(0, "sent"), step(1, "received", hidden=30), now=10)
    assert [tick.get("data-t") for line in of(tree(flying), "now") for tick in line.iter("i")] == ["now"]
    assert of(tree(life(step(0, "sent"), now=60)), "now") == []
    assert of(tree(seed()), "now") == []


def test_the_drawing_is_hidden_from_who_reads_and_its_words_are_attributes() -> None:
    """A viewer that strips them shows the head and the list alone; the card has a label with the counts."""
    found = tree(seed())
    (drawing,), (card,) = of(found, "time"), of(found, "pic")
    assert drawing.get("aria-hidden") == "true"
    assert "".join(drawing.itertext()).strip() == ""
    assert card.get("aria-label") == "Message A-100: 6 steps in 2 days, received twice, deleted, told below"


# --- hostile, long, and empty ----------------------------------------------------------------------------------------


def test_a_life_of_a_thousand_receives_stays_small() -> None:
    """The first and the last moments are told, the rest is counted; lanes, marks and time are bounded."""
    steps = [step(0, "sent")]
    steps += [step(40 * n + 1, "received", hidden=30, by=f"{n % 14} {EVIL}") for n in range(1000)]
    picture = life(*steps, now=40_000.0, name=EVIL * 9)
    started = time.process_time()
    drawn = picture._repr_html_()
    assert time.process_time() - started < 0.3
    assert len(drawn) < 100_000
    assert len(of(tree(picture), "name")) == 12
    assert "  … 1,971 more steps, not told here" in repr(picture).splitlines()
    assert_same_words(picture)
    assert {each.tag for each in tree(picture).iter()} & {"script", "img"} == set()


def test_without_a_name_the_id_names_it_and_without_steps_there_is_a_sentence() -> None:
    """Eight characters are enough to know it again; all of it is in the words."""
    assert repr(life(step(0, "sent"), name="")).splitlines()[0] == "Message e5121482: 1 step, never received, waiting"
    assert repr(Timeline("")) == "Nothing has happened to a message yet."
    assert_same_words(Timeline(""))


def test_the_same_life_gives_the_same_html() -> None:
    """Byte for byte."""
    assert seed()._repr_html_() == seed()._repr_html_()


# --- from the journal ------------------------------------------------------------------------------------------------


def test_the_journal_s_life_of_a_message(sqs: Any, queue_url: str) -> None:
    """Its name is the order's id; the learner is "this notebook"; the delay's end is told though nothing called."""
    body = json.dumps({"order_id": "A-7"})
    sqs.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=5)
    clock.advance(seconds=6)
    (message,) = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    clock.advance(seconds=29)
    assert told(show.timeline()) == ["sent to orders", "visible", "received by this notebook"]
    clock.advance(seconds=2)
    picture = show.timeline(message["MessageId"])
    assert (picture._name, told(picture)[-1]) == ("A-7", "visible again")
    assert [row["clock"] for row in picture._story()] == ["09:00:00", "09:00:05", "09:00:06", "09:00:36"]


def test_a_message_expires_at_its_moment(sqs: Any, queue_url: str) -> None:
    """The time is when it expired, not when something next calls the queue."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    clock.advance(days=9)
    sqs.receive_message(QueueUrl=queue_url)
    last = show.timeline()._story()[-1]
    assert (last["title"], last["clock"]) == ("expired", "Fri 09:00:00")
    assert last["text"] == "Its retention period was over, 4 days after it was sent."


def test_a_purge_ends_a_message_that_was_in_the_queue(sqs: Any, queue_url: str) -> None:
    """A purge is no message's own step, but it's the end of this one."""
    sqs.purge_queue(QueueUrl=queue_url)
    first = sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    clock.advance(seconds=60)
    sqs.purge_queue(QueueUrl=queue_url)
    other = sqs.send_message(QueueUrl=queue_url, MessageBody="other")
    assert told(show.timeline(first["MessageId"])) == ["sent to orders", "purged"]
    assert told(show.timeline(other["MessageId"])) == ["sent to orders"]


def test_a_subscription_is_called_by_its_endpoint(sqs: Any, sns: Any, queue_url: str) -> None:
    """A queue by its name, and the kind of each lane is known."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=allow_topic(sqs, queue_url, topic_arn))
    sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="ada@shop.example")
    sent = sns.publish(TopicArn=topic_arn, Message="Honey")
    picture = show.timeline(sent["MessageId"])
    assert [(each["kind"], each["where"]) for each in picture.steps] == [
        ("topic", "news"),
        ("subscription", "orders"),
        ("subscription", "ada@shop.example"),
    ]
    assert picture._name == "Honey"
    entries = [{"Id": "1", "Message": "Tea"}, {"Id": "2", "Message": "Bread"}]
    batch = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)["Successful"]
    assert [show.timeline(each["MessageId"])._name for each in batch] == ["Tea", "Bread"]


def test_a_receiver_is_called_by_its_app_id(sqs: Any, queue_url: str) -> None:
    """A client that says who it is has a lane of its own."""
    kim = boto3.client("sqs", config=Config(user_agent_appid="Kim"))
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    kim.receive_message(QueueUrl=queue_url)
    assert told(show.timeline(sent["MessageId"])) == ["sent to orders", "received by Kim"]


def test_a_delete_says_who_called_if_somebody_else_holds_the_message(sqs: Any, queue_url: str) -> None:
    """A delete with the newest receipt handle is told without a name, whoever calls."""
    kim, lee = (boto3.client("sqs", config=Config(user_agent_appid=name)) for name in ("Kim", "Lee"))
    for body, receivers, caller, title in (
        ("book", [kim, lee], kim, "deleted by Kim"),
        ("tea", [kim, lee], lee, "deleted"),
        ("jam", [kim], lee, "deleted"),
    ):
        sent = sqs.send_message(QueueUrl=queue_url, MessageBody=body)
        handles = {}
        for client in receivers:
            handles[client] = client.receive_message(QueueUrl=queue_url)["Messages"][0]["ReceiptHandle"]
            clock.advance(seconds=31 if client is not receivers[-1] else 5)
        caller.delete_message(QueueUrl=queue_url, ReceiptHandle=handles.get(caller, handles[kim]))
        assert told(show.timeline(sent["MessageId"]))[-1] == title

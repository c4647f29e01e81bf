"""The picture of a run: its words, its drawing, and the report that both are made of."""

import json
import re
import signal
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from test_views import EVIL, assert_same_words

from helpers import cloud
from helpers.backends.run_report import RunReport
from helpers.views.run_picture import RunPicture, _label

Story = dict[str, Any]


def end(how: str = "still going", at: float = 300, began: float | None = 0, **more: Any) -> Story:
    """Return how a program ended."""
    return {"began": began, "at": at, "how": how, "error": "", "line": "", "number": None, "told": None} | more


def program(ended: Story, **counts: int) -> Story:
    """Return what a program did."""
    return {"calls": 0, "sent": 0, "received": 0, "deleted": 0, "came_again": 0, "end": ended} | counts


def queue(**counts: int) -> Story:
    """Return what happened to a queue's messages."""
    return dict.fromkeys(("sent", "received", "deleted", "expired", "moved", "dead_letters", "left"), 0) | counts


def held(program: str, name: str, begin: float, ended: float, how: str = "deleted") -> Story:
    """Return a message in a program's hands."""
    return {"program": program, "queue": "orders", "message": name} | {
        "name": name,
        "begin": begin,
        "end": ended,
        "how": how,
    }


def story() -> Story:
    """Return a run: a web shop, a worker that crashes, and one that starts late and is stopped."""
    return {
        "start": "2026-01-05T09:00:00+00:00",
        "seconds": 300.0,
        "programs": {
            "web shop": program(end("returned", 12.04), calls=4, sent=4),
            "Kim": program(end("raised", 25, error="RuntimeError: out of tape"), calls=3, received=2, deleted=1),
            "Lee": program(end("was stopped", 240, 60), calls=19, received=3, deleted=2, came_again=1),
        },
        "queues": {
            "orders": queue(sent=4, received=5, deleted=3, moved=1),
            "orders-dlq": queue(dead_letters=1, left=1),
        },
        "waited": {"median": 0.0, "p95": 58.0, "oldest": 61.2},
        "requests": 1026,
        "sent": [{"program": "web shop", "at": at, "to": "orders", "count": 1} for at in (0.0, 4.0, 8.0, 12.0)],
        "held": [
            held("Kim", "A-100", 0, 9),
            held("Kim", "A-101", 9, 69, "came back"),
            held("Lee", "A-101", 76, 85),
            held("Lee", "A-102", 85, 94, "given back"),
            held("Lee", "A-103", 94, 300, "still held"),
        ],
        "waiting": {"orders": [[0, 0], [4.0, 1], [8.0, 2], [85.0, 1], [94.0, 0]], "orders-dlq": [[0, 0], [200, 1]]},
        "oldest": {"orders": [[0, None], [4.0, 4.0], [85.0, 8.0], [94.0, None]]},
        "moments": [
            {"at": 25, "kind": "crashes", "where": "Kim", "text": "Kim crashes, holding A-101: RuntimeError"},
            {"at": 60, "kind": "starts", "where": "Lee", "text": "Lee starts"},
            {"at": 76, "kind": "again", "where": "Lee", "text": "Lee receives A-101 again: Kim crashed"},
            {"at": 200, "kind": "moves", "where": "orders-dlq", "text": "A-102 moves to orders-dlq"},
            {"at": 240, "kind": "is stopped", "where": "Lee", "text": "Lee is stopped by a SIGTERM"},
        ],
    }


def long_story() -> Story:
    """Return a run of 8 workers with 1,000 messages, each of which came again."""
    names = [f"worker {number}" for number in range(8)]
    run = story() | {"seconds": 3600.0, "programs": {name: program(end(at=3600), received=125) for name in names}}
    run["held"] = [held(names[n % 8], f"A-{n}", 3.5 * n, 3.5 * n + 9, "came back") for n in range(1000)]
    run["moments"] = [
        {"at": 3.5 * n, "kind": "again", "where": names[n % 8], "text": f"{names[n % 8]} receives A-{n} again"}
        for n in range(1000)
    ]
    run["moments"].append({"at": 3590, "kind": "crashes", "where": names[0], "text": "worker 0 crashes"})
    run["waiting"] = {"orders": [[3.5 * n, n % 7] for n in range(1000)]}
    return run


def tree(run: Story) -> ElementTree.Element:
    """Return the HTML's elements; fail where it isn't well-formed."""
    card = RunPicture(run)._repr_html_().partition("</style>")[2].replace("&nbsp;", "&#160;")
    return ElementTree.fromstring(f"<body>{card}</body>")


def of(found: ElementTree.Element, look: str) -> list[ElementTree.Element]:
    """Return the elements of this class, in order."""
    return [each for each in found.iter() if look in each.get("class", "").split()]


# --- in words --------------------------------------------------------------------------------------------------------


def test_the_words_of_a_run_read_like_a_story() -> None:
    """How long, who did what, how messages fared, and the moments in order; nothing that is 0 for all."""
    assert repr(RunPicture(story())).splitlines() == [
        "A run of 5 min, from 09:00:00 to 09:05:00",
        "",
        "  program   calls  sent  received  deleted  came again  how it ended",
        "  web shop      4     4         0        0           0  returned at 09:00:12",
        "  Kim           3     0         2        1           0  crashed at 09:00:25",
        "  Lee          19     0         3        2           1  stopped at 09:04:00",
        "",
        "orders: 4 sent, 3 deleted, 1 moved to its dead-letter queue.",
        "orders-dlq: 1 dead letter arrived, 1 left at the end.",
        "At most 2 waiting in orders, at 09:00:08; at most 1 in flight, at 09:00:00; the oldest was at most 86 s old.",
        "Half of the messages were received at once, 95 of 100 within 58 s. The longest wait was 61 s.",
        "AWS would bill 1,026 requests.",
        "",
        "Received:",
        "  09:00:00  Kim  A-100",
        "  09:00:09  Kim  A-101 (came back)",
        "  09:01:16  Lee  A-101",
        "  09:01:25  Lee  A-102 (given back)",
        "  09:01:34  Lee  A-103 (still held)",
        "",
        "  09:00:25  Kim crashes, holding A-101: RuntimeError",
        "  09:01:00  Lee starts",
        "  09:01:16  Lee receives A-101 again: Kim crashed",
        "  09:03:20  A-102 moves to orders-dlq",
        "  09:04:00  Lee is stopped by a SIGTERM",
    ]


@pytest.mark.parametrize("run", [story, long_story])
def test_the_html_tells_what_the_text_tells(run: Callable[[], Story]) -> None:
    """Readers who can't see the picture get the same facts, and so does who has the picture without styles."""
    assert_same_words(RunPicture(run()))


def test_of_many_moments_those_that_matter_are_told() -> None:
    """Ends come before messages that came again, the order is that of time, and the rest is counted."""
    lines = repr(RunPicture(long_story())).splitlines()
    assert lines[-2].endswith("worker 0 crashes")
    assert lines[-3].endswith("worker 2 receives A-10 again")
    assert lines[-1] == "  + 989 more repeated receives"
    run = long_story()
    run["moments"] += [{"at": 3599, "kind": "crashes", "where": "worker 1", "text": "worker 1 crashes"}] * 13
    assert repr(RunPicture(run)).endswith("  + 1,002 more: 2 crashes, 1,000 repeated receives")


def test_of_many_messages_a_program_received_only_the_number_is_told() -> None:
    """Up to fifteen are named, and none if that would be a long list."""
    run = story()
    run["held"] = [held("Kim", f"A-{n}", 9 * n, 9 * n + 9) for n in range(16)] + [held("Lee", "A-103", 94, 300)]
    assert "Received:\n  09:01:34  Lee  A-103\n\n" in repr(RunPicture(run))
    assert "Received:" not in repr(RunPicture(long_story()))
    run["programs"] = {name: program(end()) for name in "abc"}
    run["held"] = [held(name, f"A-{n}", 9 * n, 9 * n + 9) for name in "abc" for n in range(14)]
    assert "Received:" not in repr(RunPicture(run))


@pytest.mark.parametrize(
    ("waited", "told"),
    [
        ((None, None, None), ""),
        ((None, None, 300.0), "No message was received. The longest wait was 2 min 30 s."),
        ((0.0, 0.0, 0.02), "Each message was received at once."),
        ((0.4, 90, 150), "Half of the messages were received within 0.4 s, 95 of 100 within 90 s."),
    ],
)
def test_waits_are_told_in_units_that_people_say(waited: tuple[float | None, ...], told: str) -> None:
    """Fractions where they matter, seconds up to two minutes, and a sentence where there is no number."""
    run = story() | {"waited": dict(zip(("median", "p95", "oldest"), waited, strict=True))}
    if waited[0] is None and waited[2]:
        run["waited"]["oldest"] = 150.0
    assert told in repr(RunPicture(run))
    assert ("received" in repr(RunPicture(run)).split("AWS")[0].splitlines()[-1]) == bool(told)


def test_a_run_that_passes_midnight_names_the_day() -> None:
    """In its words and on the axis."""
    run = story() | {"start": "2026-01-05T23:58:00+00:00"}
    assert repr(RunPicture(run)).startswith("A run of 5 min, from Mon 23:58:00 to Tue 00:03:00")
    (axis,) = of(tree(run), "axis")
    labels = [(each.get("data-t"), each.get("data-day")) for each in axis.iter("i")]
    assert [label for label in labels if label[1]] == [("23:58", "Mon"), ("00:00", "Tue")]


# --- the drawing -----------------------------------------------------------------------------------------------------


def test_each_message_is_a_bar_whose_end_has_a_look_and_a_word() -> None:
    """Deleted, came back, given back and still held differ in more than colour: each has a class and a hover text."""
    bars = [bar for bar in of(tree(story()), "bar") if bar.get("title")]
    assert [(bar.get("class"), bar.get("title")) for bar in bars] == [
        ("bar del", "A-100: 9 s, deleted"),
        ("bar back", "A-101: 60 s, came back"),
        ("bar del", "A-101: 9 s, deleted"),
        ("bar given", "A-102: 9 s, given back"),
        ("bar still", "A-103: 3 min 26 s, still held"),
    ]
    labels = [mark.get("data-t") for mark in tree(story()).iter("i") if str(mark.get("data-t")).startswith("A-")]
    assert labels == ["A-100", "A-101", "A-101", "A-102", "A-103"]


@pytest.mark.parametrize(
    ("width", "room", "told"),
    [
        (20, 0, ("A-100 cancelled", "")),
        (10, 40, ("", "A-100 cancelled")),
        (10, 5, ("cancelled", "")),
        (4, 11, ("", "cancelled")),
        (4, 4, ("cancelled", "")),  # in a wide window it fits
        (1, 1, ("", "")),
    ],
)
def test_a_name_that_a_bar_has_no_room_for_is_beside_it_or_shorter(
    width: float, room: float, told: tuple[str, str]
) -> None:
    """In the bar, beside it, and then the event alone; a text stays whole."""
    assert _label("A-100 cancelled", width, room) == told
    assert _label("a long message", 10, 10) == ("a long message", "")


def test_a_name_is_not_written_over_the_next_bar() -> None:
    """What's beside a bar ends where the next one in its row begins, and that's also so for one under the other."""
    run = story()
    run["held"] = [held("Kim", "A-100 paid", 0, 3), held("Kim", "A-101 paid", 30, 60), held("Kim", "A-102", 31, 33)]
    beside = of(tree(run), "beside")
    assert [mark.get("data-t") for mark in beside] == ["paid", "A-101 paid", "A-102"]
    assert [mark.get("title") for mark in beside] == [None, None, None]
    left, width = (float(each) for each in re.findall(r"(?:left|width):([\d.]+)%", beside[0].get("style", "")))
    assert left + width == pytest.approx(10)


def test_bars_of_small_height_have_their_looks_in_the_key() -> None:
    """Five at the same time are drawn small, with their names."""
    run = story()
    run["held"] = [held("Kim", f"A-{n}", n, 300, "still held") for n in range(6)]
    assert [bar.get("class") for bar in of(tree(run), "bar")] == ["bar still small"] * 6 + ["bar still"]
    assert len(of(tree(run), "small")) == 6


def test_a_run_that_sends_nothing_has_no_number_of_it() -> None:
    """A 0 above the drawing would be the first thing that people read."""
    run = story()
    run["programs"]["web shop"]["sent"] = 0
    facts = ["".join(each.itertext()) for each in of(tree(run), "facts")[0]]
    assert facts[:2] == ["3 deleted", "1 received again"]


def test_badges_are_square_at_an_end_and_numbered_as_the_list_below() -> None:
    """A crash, a stop and a move end something; a start and a repeated receive don't."""
    run = story()
    run["moments"][2]["at"] = 62  # so close to the one before that they share a badge
    badges = [badge for badge in of(tree(run), "badge") if badge.get("style")]
    shapes = {"1": True, "2,3": False, "4": True, "5": True}
    for found in (badges[:3] + badges[-1:], badges[3:-1]):  # of the lanes and the other queue, and of the busiest
        assert {each.get("data-t"): "sq" in each.get("class", "") for each in found} == shapes
    (told,) = of(tree(run), "story")
    assert [badge.get("data-t") for badge in of(told, "badge")] == ["1", "2", "3", "4", "5"]


def test_a_time_in_which_nothing_happens_is_a_break() -> None:
    """Five minutes of work keep most of the axis, even if two quiet hours follow."""
    run = story() | {"seconds": 7500.0}
    for each in run["programs"].values():
        each["end"]["at"] = min(each["end"]["at"], 300)
    (gap,) = of(tree(run), "break")
    assert gap.get("data-t") == "2 h"
    place = re.findall(r"[\d.]+", gap.get("style", ""))
    assert float(place[0]) > 80


def test_of_many_messages_a_lane_shows_how_many_the_program_had() -> None:
    """A thousand messages of eight workers are a few hundred elements and far less than 200 kB, in little time."""
    took = []
    for _ in range(3):  # the first one also imports
        started = time.thread_time()
        drawn = RunPicture(long_story())._repr_html_()
        took.append(time.thread_time() - started)
    assert min(took) < 0.2
    assert len(drawn) < 60_000
    assert len(list(tree(long_story()).iter())) < 400
    assert "worker 3: messages in flight. </title><desc>At most 1, at 09:00:10; 0 at the end." in drawn


def test_the_largest_drawing_without_counting_is_bounded_too() -> None:
    """Sixteen programs with just so few messages that each is a bar."""
    run = story()
    run["programs"] = {f"{'p' * 50}{n}": program(end()) for n in range(30)}
    names = list(run["programs"])
    run["held"] = [held(names[n % 16], EVIL * 3, n // 16 * 12, n // 16 * 12 + 12) for n in range(300)]
    run["sent"] = [{"program": names[n % 16], "at": n, "to": EVIL, "count": 1} for n in range(300)]
    drawn = RunPicture(run)._repr_html_()
    assert len(of(tree(run), "bar")) >= 300
    assert len(of(tree(run), "dot")) >= 300
    assert len(drawn) < 200_000
    assert "Not drawn: 14 programs." in drawn


@pytest.mark.parametrize("seconds", [0.0, 0.02, 1.0, 59.0, 86_400.0 * 12])
def test_short_and_long_runs_have_an_axis(seconds: float) -> None:
    """It has one label at least and nine at most, in every length of a run, and no break if there's nothing else."""
    run = story() | {"seconds": seconds, "held": [], "sent": [], "moments": [], "waiting": {}}
    run["programs"] = {"Kim": program(end(at=seconds)), "Lee": program(end("still going", seconds, None))}
    found = tree(run)
    (axis,) = of(found, "axis")
    assert 1 <= len(list(axis.iter("i"))) <= 9
    assert of(found, "break") == []
    assert "never started" in repr(RunPicture(run))
    run["programs"]["Lee"] = program(end("was stopped", seconds, None))
    assert ", before it started" in repr(RunPicture(run))


# --- the charts ------------------------------------------------------------------------------------------------------


def test_a_queue_has_a_chart_and_the_busiest_has_three() -> None:
    """Waiting, in flight, age of the oldest, each with its number at the end."""
    found = tree(story())
    numbers = ["".join(each.itertext()).split() for each in of(found, "chart-name")]
    assert [" ".join(number) for number in numbers] == [
        "Waiting 0 at the end",
        "In flight 1 at the end",
        "Age of the oldest 0 s at the end",
        "Waiting 1 at the end",
    ]
    assert ["".join(each.itertext()) for each in found.iter("code")] == ["orders", "orders-dlq"]
    assert [each.get("data-top") for each in of(found, "chart")] == ["2", "1", "100", "1"]


def test_a_report_that_was_stored_without_ages_has_no_chart_of_them() -> None:
    """What isn't known isn't drawn, and a run without queues has no charts."""
    run = story()
    del run["oldest"]
    assert len(of(tree(run), "chart")) == 3
    assert "oldest was" not in repr(RunPicture(run))
    run = story() | {"queues": {}, "waiting": {}}
    assert of(tree(run), "chart") == []


# --- safe, the same each time, and alone -----------------------------------------------------------------------------


def test_no_text_of_a_learner_becomes_a_tag_or_is_long() -> None:
    """Names, errors and messages are escaped and cut."""
    evil = EVIL * 9
    run = json.loads(json.dumps(story()).replace("A-101", "?").replace("Kim", "?").replace("orders", "?"))
    run = json.loads(
        json.dumps(run), object_hook=lambda each: {evil if key == "?" else key: value for key, value in each.items()}
    )
    for each in (*run["held"], *run["moments"], *run["sent"]):
        each |= {key: evil for key, value in each.items() if value == "?"}
    run["moments"][0]["text"] = evil
    found = tree(run)  # quotes in a name don't end an attribute
    assert {each.tag for each in found.iter()} & {"script", "img"} == set()
    attributes = [value for each in found.iter() for value in each.attrib.values() if "alert" in value]
    assert len(attributes) > 3
    assert max(map(len, attributes)) <= 100
    assert max(map(len, repr(RunPicture(run)).splitlines())) <= 420


def test_the_same_run_gives_the_same_html() -> None:
    """Byte for byte, even after it was stored."""
    stored = json.loads(json.dumps(story()))
    assert RunPicture(stored)._repr_html_() == RunPicture(story())._repr_html_()


def test_pictures_share_a_page() -> None:
    """They have no ids that could be there twice, ask the network for nothing, and hold no script."""
    drawn = RunPicture(story())._repr_html_() + RunPicture(story())._repr_html_()
    ids = re.findall(r'\sid="([^"]+)"', drawn)
    assert len(ids) == len(set(ids))
    assert re.findall(r"(?:src|href)\s*=|url\(|@import|<script|\son\w+=", drawn) == []


def test_the_style_sheet_leaves_alone_what_a_viewer_stripped() -> None:
    """Half of an untrusted drawing is gone, data-pic too; a trusted picture on its page brings a style sheet."""
    (card,) = of(tree(story()), "pic")
    assert "data-pic" in card.attrib
    sheet = RunPicture(story())._repr_html_().partition("</style>")[0][7:]
    while re.search(r"\{[^{}]*\{", sheet):  # leave out what's nested
        sheet = re.sub(r"(?<=[{};])[^{};]*\{[^{}]*\}", ";", sheet)
    selectors = re.findall(r"([^{}]+)\{[^{}]*\}", sheet)
    assert len(selectors) > 3
    assert {re.split(r"[ =\]]", each.lstrip("; "))[0] for each in selectors} == {"[data-pic"}


def test_a_picture_s_rules_outweigh_what_another_output_on_the_page_brings() -> None:
    """The kit's sheet comes with every output; the shared one is stronger, and the picture's own the strongest."""
    sheet = RunPicture(story())._repr_html_().partition("</style>")[0]
    starts = re.findall(r"((?:\[data-pic(?:=[^\]]*)?\])+)", sheet)
    assert sorted({each.count("[data-pic") for each in starts}) == [3, 4, 5]
    assert starts[-1].endswith('[data-pic="run"]')


def test_a_screen_reader_is_told_what_the_drawing_shows() -> None:
    """The card has a label with the counts, each drawing a title and a description, and ornaments are hidden."""
    found = tree(story())
    (card,) = of(found, "pic")
    assert card.get("role") == "group"
    assert card.get("aria-label", "").startswith("A run of 5 min, from 09:00:00 to 09:05:00: 4 sent, 3 deleted, 1 rec")
    drawings = [each for each in found.iter("svg") if each.get("role") == "img"]
    assert [each.findtext("desc") for each in drawings] == [
        "At most 2, at 09:00:08; 0 at the end.",
        "At most 1, at 09:00:00; 1 at the end.",
        "At most 86 s; 0 s at the end.",
        "At most 1, at 09:03:20; 1 at the end.",
    ]
    assert "Kim: 2 received, 1 deleted, crashed at 09:00:25" in [each.get("aria-label") for each in of(found, "track")]
    assert all(each.get("aria-hidden") == "true" for look in ("badge", "face") for each in of(found, look))


# --- the report of a run that was made -------------------------------------------------------------------------------


def packer(sqs: Any, url: str, fails: Callable[[str], bool] = lambda name: False) -> Callable[[], None]:
    """Return a worker that needs nine seconds for a message, and raises where it fails."""

    def work() -> None:
        while True:
            for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
                time.sleep(9)
                if fails(message["Body"]):
                    raise RuntimeError("out of tape")
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    return work


def send(sqs: Any, url: str, count: int) -> None:
    """Send so many messages: A-0, A-1, ..."""
    for number in range(count):
        sqs.send_message(QueueUrl=url, MessageBody=f"A-{number}")


def told(report: Any) -> list[tuple[float, str, str]]:
    """Return the moments of a report: when, of which kind, and the words up to a colon."""
    return [(moment.at, moment.kind, moment.text) for moment in report.moments]


def test_a_crash_says_what_it_held_and_who_received_it_next(sqs: Any, queue_url: str) -> None:
    """The report has the wait, the hands, and both moments; to_dict is plain JSON."""
    send(sqs, queue_url, 1)
    day = cloud.run({"Kim": packer(sqs, queue_url, lambda name: True), "Lee": packer(sqs, queue_url)}, minutes=2)
    assert [text.partition(", in line")[0] for _, _, text in told(day)] == [
        "Kim crashes, holding A-0: RuntimeError: out of tape",
        "Lee receives A-0 again: Kim crashed before deleting it",
    ]
    assert [(each.program, each.how) for each in day.held] == [("Kim", "came back"), ("Lee", "deleted")]
    assert day.waiting["orders"][0] == (0.0, 1)
    assert [sent if sent is None else sent <= 0 for _, sent in day.oldest["orders"]][:2] == [True, None]
    assert RunReport.from_dict(day.to_dict()).to_dict() == day.to_dict()
    assert RunReport.from_dict({key: value for key, value in day.to_dict().items() if key != "oldest"}).oldest == {}
    assert day.queues["orders"].left == 0
    assert json.loads(json.dumps(day.to_dict())) == day.to_dict()
    assert_same_words(day)


def test_a_crash_has_all_that_aws_says_and_a_text_is_quoted(sqs: Any, queue_url: str) -> None:
    """The reason is at the end of a ClientError's text; a message without an id is called by its text."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="what is this")

    def careless() -> None:
        sqs.receive_message(QueueUrl=queue_url)
        sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=50)

    [(_, _, text)] = told(cloud.run({"Kim": careless}, minutes=1))
    assert text.startswith('Kim crashes, holding "what is this": ClientError: An error occurred (InvalidParameter')
    assert "Must be >= 0 and <= 20, if provided, in line " in text


def test_what_is_sent_at_the_very_end_waits_too(sqs: Any, queue_url: str) -> None:
    """Of three messages from a program that only sends, three are waiting and three are left."""
    day = cloud.run({"web shop": lambda: send(sqs, queue_url, 3)}, minutes=1)
    assert [count for _, count in day.waiting["orders"]] == [0, 1, 2, 3]
    assert "up to 3 waiting, 3 left" in day._repr_html_()


def test_a_dead_letter_is_counted_in_the_queue_that_it_left_and_in_the_one_that_it_reached(
    sqs: Any, queue_url: str
) -> None:
    """moved belongs to the first, dead_letters to the second, and the story names the reason."""
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"RedrivePolicy": redrive})
    send(sqs, queue_url, 1)

    def forgetful() -> None:
        for _ in range(4):
            sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)

    day = cloud.run({"Kim": forgetful}, minutes=2)
    assert (day.queues["orders"].moved, day.queues["orders"].left) == (1, 0)
    assert (day.queues["dead"].dead_letters, day.queues["dead"].left) == (1, 1)
    assert [text for _, kind, text in told(day) if kind == "moves"] == [
        "A-0 moves to dead: it was received once, and maxReceiveCount is 1"
    ]
    assert [(each.how, round(each.end)) for each in day.held] == [("moved", 30)]  # it didn't come back
    assert "not deleted, and moved to the dead-letter queue" in day._repr_html_()


def test_who_handles_a_sigterm_gets_it_and_returns(sqs: Any, queue_url: str) -> None:
    """Both are told, at their moments; who starts late, too. Who doesn't handle it is stopped."""
    send(sqs, queue_url, 3)

    def careful() -> None:
        asked: list[int] = []
        signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))
        while not asked:
            time.sleep(10)

    programs = {"Kim": careful, "Lee": packer(sqs, queue_url)}
    day = cloud.run(programs, minutes=1, starts={"Lee": 7}, stops={"Kim": 15, "Lee": 30})
    assert [(int(at), kind) for at, kind, _ in told(day)] == [
        (7, "starts"),
        (15, "told to stop"),
        (20, "returns"),
        (30, "is stopped"),
    ]
    assert told(day)[-1][2].startswith("Lee is stopped by a SIGTERM, holding A-2")


def test_a_slow_worker_and_one_that_gives_back_are_told_apart(sqs: Any, queue_url: str) -> None:
    """Why a message came again is what its last holder did, or didn't do in time."""
    send(sqs, queue_url, 2)

    def receive() -> Any:
        return sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=1)["Messages"][0]

    def slow() -> None:
        message = receive()
        time.sleep(40)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])  # late: Mo has it

    def polite() -> None:
        time.sleep(1)
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receive()["ReceiptHandle"], VisibilityTimeout=0)

    def third() -> None:
        time.sleep(31)
        sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)

    day = cloud.run({"Kim": slow, "Lee": polite, "Mo": third}, minutes=1)
    assert (day.programs["Kim"].deleted, day.queues["orders"].deleted) == (1, 1)
    assert sorted(text for _, kind, text in told(day) if kind == "again") == [
        "Mo receives A-0 again: Kim didn't delete it within 30 s",
        "Mo receives A-1 again: Lee gave it back",
    ]


def test_who_puts_a_message_off_is_not_said_to_be_late(sqs: Any, queue_url: str) -> None:
    """The story has the seconds that the call had; who still deletes it later was working on it, and was late."""
    send(sqs, queue_url, 2)

    def receives(then: Callable[[Any], None]) -> Callable[[], None]:
        def work() -> None:
            [message] = sqs.receive_message(QueueUrl=queue_url)["Messages"]
            one = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
            time.sleep(4)
            sqs.change_message_visibility(**one, VisibilityTimeout=20)
            then(one)

        return work

    def slow(one: Any) -> None:
        time.sleep(60)
        sqs.delete_message(**one)

    def third() -> None:
        sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)

    programs = {"Kim": receives(lambda one: time.sleep(90)), "Lee": receives(slow), "Mo": third}
    day = cloud.run(programs, minutes=2, starts={"Lee": 1, "Mo": 30})
    assert [text for _, kind, text in told(day) if kind == "again"] == [
        "Mo receives A-0 again: Kim put it off for 20 s",
        "Mo receives A-1 again: Lee didn't delete it within 24 s",
    ]
    assert [(each.how, each.off) for each in day.held][:2] == [("put off", 20), ("came back", 0)]
    assert "A-0: 24 s, put off for 20 s" in day._repr_html_()
    assert "  Kim  A-0 (put off for 20 s)" in repr(day)
    assert RunReport.from_dict(json.loads(json.dumps(day.to_dict()))).held == day.held
    assert_same_words(day)


def test_a_heartbeat_puts_nothing_off(sqs: Any, queue_url: str) -> None:
    """Neither one that stops after a while, nor the only one of a worker that crashes."""
    send(sqs, queue_url, 2)

    def beats(times: int) -> Callable[[], None]:
        def work() -> None:
            [message] = sqs.receive_message(QueueUrl=queue_url)["Messages"]
            for _ in range(times):
                time.sleep(10)
                handle = message["ReceiptHandle"]
                sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=30)
            if times == 1:
                raise RuntimeError
            time.sleep(200)

        return work

    day = cloud.run({"Kim": beats(3), "Lee": beats(1)}, minutes=3, starts={"Lee": 1})
    assert [(each.how, each.off, round(each.end)) for each in day.held] == [("came back", 0, 60), ("came back", 0, 41)]


def test_a_duplicate_of_a_message_in_flight_is_told(sqs: Any, queue_url: str) -> None:
    """Whoever has had it for less than its visibility timeout isn't blamed either."""
    send(sqs, queue_url, 1)

    def slow() -> None:
        sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
        time.sleep(15)

    with cloud.unkind(duplicates=1, seed=7):
        day = cloud.run({"Kim": slow, "Lee": slow}, minutes=0.4)
    assert [text for _, kind, text in told(day) if kind == "again"] == [
        "Lee receives A-0 again: SQS delivered it twice"
    ]


def test_a_duplicate_of_a_message_that_somebody_else_deleted_is_told(sqs: Any, queue_url: str) -> None:
    """Lee is blamed for nothing: the message was deleted while Lee had it."""
    send(sqs, queue_url, 1)

    def late() -> None:
        message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
        time.sleep(35)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

    def second() -> None:
        for _ in range(3):
            sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
            time.sleep(11)

    with cloud.unkind(duplicates=1):
        day = cloud.run({"Kim": late, "Lee": second}, minutes=1.2)
    assert [text for _, kind, text in told(day) if kind == "again"] == [
        "Lee receives A-0 again: Kim didn't delete it within 30 s",
        "Lee receives A-0 again: SQS delivered it twice",
    ]


def test_a_duplicate_of_a_deleted_message_is_told(sqs: Any, queue_url: str) -> None:
    """Whoever deleted it in time isn't blamed."""
    send(sqs, queue_url, 1)
    with cloud.unkind(duplicates=1):
        day = cloud.run({"Kim": packer(sqs, queue_url)}, minutes=3)
    assert [text for _, kind, text in told(day) if kind == "again"] == [
        "Kim receives A-0 again: SQS delivered it twice"
    ]


def test_who_deletes_a_message_that_somebody_else_has_by_then(sqs: Any, queue_url: str) -> None:
    """The one's bar goes on, dashed, to the late delete; the other's ends as deleted by another program."""
    send(sqs, queue_url, 1)

    def slow() -> None:
        message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
        time.sleep(70)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])

    def second() -> None:
        sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=600)
        time.sleep(100)

    report = cloud.run({"Max": slow, "Lee": second}, minutes=5, starts={"Lee": 40})
    slow_one, second_one = report.held
    assert (slow_one.how, round(slow_one.late or 0), slow_one.by) == ("came back", 70, "")
    assert (second_one.how, round(second_one.end), second_one.by) == ("gone", 70, "Max")
    drawn = report._repr_html_()
    assert 'class="late"' in drawn
    assert "deleted by Max" in drawn
    assert "worked on without it until 09:01:10" in drawn
    assert RunReport.from_dict(json.loads(json.dumps(report.to_dict()))).held == report.held


def test_a_copy_of_a_message_is_another_message(sqs: Any, queue_url: str) -> None:
    """Two that have both copies of a message at once don't take it from each other, and both deletes count."""
    send(sqs, queue_url, 1)

    def worker() -> None:
        message = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, VisibilityTimeout=10)["Messages"][0]
        one = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        sqs.change_message_visibility(**one, VisibilityTimeout=60)
        time.sleep(40)
        sqs.delete_message(**one)

    with cloud.unkind(duplicates=1, seed=1):
        report = cloud.run({"Kim": worker, "Lee": worker}, minutes=2, starts={"Lee": 5})
    assert [one.how for one in report.held] == ["deleted", "deleted"]
    first, second = report.held
    assert first.end > second.begin
    assert report.queues["orders"].left == 0
    assert [one.deleted for one in report.programs.values()] == [1, 1]


def test_a_receive_that_brought_nothing_is_a_line_as_long_as_it_took(sqs: Any, queue_url: str) -> None:
    """Long polls are long, and short ones are ticks, of which many at one place share one."""

    def asks() -> None:
        sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)
        for _ in range(3):
            time.sleep(1)
            sqs.receive_message(QueueUrl=queue_url)

    report = cloud.run({"Kim": asks}, minutes=1)
    assert [round(one.end - one.begin) for one in report.asked] == [20, 0, 0, 0]
    assert report._repr_html_().count('<i class="asked"') == 5  # and one in the key


def test_the_oldest_message_counts_until_it_is_deleted(sqs: Any, queue_url: str) -> None:
    """As in CloudWatch: in flight, too, and not once it was received three times."""
    send(sqs, queue_url, 1)

    def forgets() -> None:
        for _ in range(3):
            sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=10)
            time.sleep(20)

    report = cloud.run({"Kim": forgets}, minutes=2)
    assert [(round(at), since is None) for at, since in report.oldest["orders"]] == [(0, False), (40, True)]

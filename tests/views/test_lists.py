"""Calls, inbox and progress: the same facts as text and drawn, no tag out of a message, and nothing secret."""

import html
import json
import re
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, show, start
from helpers.backends.base import Cloud
from helpers.backends.calls import Exchange
from helpers.views.call_table import CallTable
from helpers.views.inbox_list import InboxList
from helpers.views.progress_table import ProgressTable

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'text'"
ORDER = json.dumps({"order_id": "A-101", "customer": "Ada"})


def drawn(picture: Any) -> str:
    """Return the HTML without its style sheet and without the fold that has the text twin."""
    found = picture._repr_html_()
    return re.sub(r'(?s)<style>.*?</style>|<details class="twin".*?</details>', "", found)


def words(markup: str) -> list[str]:
    """Return the words that a reader of the HTML sees."""
    return re.findall(r"\S+", html.unescape(re.sub(r"<[^>]+>", " ", markup.replace("<wbr>", ""))))


HEAD = ("at", "operation", "service", "parameters", "outcome", "billed")  # of the columns in the text


def missing(picture: Any, *marks: str) -> list[str]:
    """Return the words of the text twin, apart from these marks, that the drawing doesn't have."""
    there = " ".join(words(drawn(picture)))
    return [word.strip(".:,") for word in repr(picture).split() if word not in marks and word.strip(".:,") not in there]


# --- calls -----------------------------------------------------------------------------------------------------------


def test_the_table_shows_the_last_calls(sqs: Any, sns: Any, queue_url: str) -> None:
    """A line for each of the last calls: time, operation, service, parameters, outcome, and what's billed."""
    assert repr(show.calls(0)) == "No calls yet."
    sns.create_topic(Name="orders")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="missing")
    assert repr(show.calls(2)).splitlines() == [
        "Last calls: 2 calls, 2 billed requests, us-east-1",
        "  at        operation    service  parameters           outcome                                    billed",
        "  09:00:00  CreateTopic  sns      Name='orders'        ✓ ok                                       1",
        "  09:00:00  GetQueueUrl  sqs      QueueName='missing'  ✕ AWS.SimpleQueueService.NonExistentQueue  1",
    ]
    assert 'aria-label="Last calls, 2 calls, 2 billed requests, us-east-1, 1 refused"' in drawn(show.calls(2))


def test_the_table_tells_what_came_back(sqs: Any, queue_url: str) -> None:
    """How many messages a receive returned, and how many entries of a batch failed, which isn't called good."""
    good, bad = {"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "\x00"}
    sqs.send_message_batch(QueueUrl=queue_url, Entries=[good, bad])
    sqs.receive_message(QueueUrl=queue_url)
    sqs.receive_message(QueueUrl=queue_url)
    told = [re.search(r"[✓✕].*?(?=\s\s)", line)[0] for line in repr(show.calls(3)).splitlines()[2:]]  # type: ignore[index]
    assert told == ["✕ 1 ok, 1 failed", "✓ 1 message", "✓ no messages"]
    assert drawn(show.calls(3)).count('class="glyph dead"') == 1


def test_regions_stand_at_the_calls_when_they_differ(sqs: Any, queue_url: str) -> None:
    """One region is said once, at the top."""
    boto3.client("sqs", region_name="eu-west-1").list_queues()
    lines = repr(show.calls(2)).splitlines()
    assert (lines[0], "sqs us-east-1" in lines[2], "sqs eu-west-1" in lines[3]) == (
        "Last calls: 2 calls, 2 billed requests",
        True,
        True,
    )


def test_retries_are_counted_with_what_they_cost(sqs: Any) -> None:
    """A call that boto3 repeated twice is one line, and three billed requests."""
    with cloud.unkind(errors=1, seed=1), pytest.raises(Exception, match="InternalError"):
        sqs.list_queues()
    assert repr(show.calls(1)).splitlines()[-1].endswith("✕ InternalError, after 2 retries  3")
    assert missing(show.calls(1), "✕", *HEAD) == []


def test_parameters_are_short_and_cut_between_words(sqs: Any, queue_url: str) -> None:
    """A queue's URL and a topic's ARN are cut to the name, a text after a whole word, and a word only if it's alone."""
    sqs.send_message(
        QueueUrl=queue_url, MessageBody="Twelve packets of tea for the large house above the harbour, please"
    )
    sqs.send_message(QueueUrl=queue_url, MessageBody="x" * 500)
    first, second = (line for line in repr(show.calls(2)).splitlines()[2:])
    assert "QueueUrl='…/orders', MessageBody='Twelve packets of tea for the large house …'" in first
    assert f"MessageBody='{'x' * 23}…'" in second


@pytest.mark.parametrize("wire", [False, True])
def test_calls_say_the_same_drawn_and_in_words(sqs: Any, sns: Any, queue_url: str, wire: bool) -> None:
    """Every word of the text twin is in the drawing, and no message brings a tag."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=EVIL)
    sqs.receive_message(QueueUrl=queue_url)
    sns.publish(PhoneNumber="+15551234567", Message=EVIL)
    picture = show.calls(9, wire=wire)
    assert missing(picture, "✓", "✕", ">", "<", *HEAD) == []
    assert "<script" not in drawn(picture)
    assert "<img" not in drawn(picture)
    assert missing(show.calls(0)) == []


def test_a_call_on_the_wire(sqs: Any, sns: Any, queue_url: str) -> None:
    """Method, path, the headers that matter, the body, and what came back; no key and no signature."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=ORDER)
    sent = cloud.calls()[-1]
    told = repr(show.calls(1, wire=True))
    assert [line for line in told.splitlines() if line.startswith("  >")][:5] == [
        "  > POST / HTTP/1.1",
        "  > Host: sqs.us-east-1.amazonaws.com",
        "  > Content-Type: application/x-amz-json-1.0",
        "  > X-Amz-Target: AmazonSQS.SendMessage",
        "  > X-Amz-Date: 20260105T090000Z",
    ]
    signed = re.search(r"Authorization: (.*)", told)[1]  # type: ignore[index]
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=…/20260105/us-east-1/sqs/aws4_request, SignedHeaders=content")
    assert signed.endswith(", Signature=…")
    body = re.findall(r"(?m)^  >( .*|)$", told.partition("  >\n")[2])
    assert json.loads("".join(body)) == {"QueueUrl": queue_url, "MessageBody": ORDER}
    reply = re.findall(r"(?m)^  <( .*|)$", told.partition("  <\n")[2])
    assert "  < HTTP/1.1 200 OK" in told.splitlines()
    assert json.loads("".join(reply))["MessageId"] == sent.response["MessageId"]  # type: ignore[index]
    header = sent.exchanges[0].headers["authorization"]
    key, signature = re.search(r"Credential=([^/]+)/", header)[1], re.search(r"Signature=(\w+)", header)[1]  # type: ignore[index]
    for form in (told, show.calls(1, wire=True)._repr_html_()):
        assert key not in form
        assert signature not in form


def test_what_is_on_the_wire_keeps_its_lines_in_the_drawing(sqs: Any, queue_url: str) -> None:
    """The body is shown indented, as it is in the text twin."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    body = re.search(r"(?s)<pre>(.*?)</pre>", drawn(show.calls(1, wire=True)))[1]  # type: ignore[index]
    assert '\n> {\n>   "QueueUrl": "' in html.unescape(body)


def test_a_form_and_xml_are_readable(sns: Any) -> None:
    """SNS takes a form and returns XML: a field, or an element, has a line of its own."""
    sns.create_topic(Name="news")
    told = repr(show.calls(1, wire=True)).splitlines()
    assert "  > Name=news" in told
    assert "  <   <CreateTopicResult>" in told
    assert "  <     <TopicArn>arn:aws:sns:us-east-1:123456789012:news</TopicArn>" in told
    assert told[-1] == "  < </CreateTopicResponse>"


def test_tries_that_failed_are_named_before_the_last_one(sqs: Any) -> None:
    """Each earlier try has its status; the last one is shown whole."""
    with cloud.unkind(errors=1, seed=1), pytest.raises(Exception, match="InternalError"):
        sqs.list_queues()
    told = repr(show.calls(1, wire=True))
    assert told.count("  HTTP/1.1 500 Internal Server Error. boto3 tried again.\n") == 2
    assert told.count("POST / HTTP/1.1") == 1
    assert missing(show.calls(1, wire=True), ">", "<", "✕") == []


def test_a_call_without_a_response_is_on_the_wire_too(sqs: Any, queue_url: str) -> None:
    """What went wrong stands where the response would."""
    sqs.list_queues()
    journal = cloud.world.journal
    made = cloud.calls()[-1].exchanges[0]
    journal.keep(Exchange(made.request, made.at, 0.0, error="ReadTimeoutError"))
    assert "  < No response: ReadTimeoutError" in repr(show.calls(1, wire=True))
    assert "No response: ReadTimeoutError" in drawn(show.calls(1, wire=True))


def test_a_large_body_is_cut_on_the_wire(sqs: Any, queue_url: str) -> None:
    """A message of 100 KB would fill the notebook."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="x" * 100_000)
    told = repr(show.calls(1, wire=True))
    assert re.search(r"… and 98,\d\d\d more characters", told)
    assert len(show.calls(1, wire=True)._repr_html_()) < 20_000


def test_the_wire_is_the_same_each_time(offline: Cloud) -> None:
    """The same calls in a new cloud give the same text and HTML, so that outputs can be stored and compared."""
    found = []
    for _ in range(2):
        start()
        sqs = boto3.client("sqs")
        sqs.send_message(QueueUrl=sqs.create_queue(QueueName="orders")["QueueUrl"], MessageBody=ORDER)
        found.append((repr(show.calls(2, wire=True)), show.calls(2, wire=True)._repr_html_()))
    assert found[0] == found[1]


def test_looking_at_calls_makes_none(offline: Cloud, sqs: Any) -> None:
    """It moves no time and draws no id, on the wire neither."""
    sqs.list_queues()
    before = (len(cloud.calls()), clock.time(), offline.world.ids.getstate())
    for wire in (False, True):
        repr(show.calls(wire=wire))
        show.calls(wire=wire)._repr_html_()
    assert (len(cloud.calls()), clock.time(), offline.world.ids.getstate()) == before


def test_a_call_that_nobody_could_read_has_no_parameters() -> None:
    """The view needs nothing but plain data."""
    call = {"at": "09:00:00", "operation": "?", "service": "sqs", "region": "us-east-1", "params": {}, "failed": True}
    picture = CallTable(({**call, "outcome": "404", "retries": 0, "requests": 1, "wire": []},))
    assert repr(picture).splitlines()[-1].split() == ["09:00:00", "?", "sqs", "✕", "404", "1"]


# --- inbox -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def topic_arn(sns: Any) -> str:
    """A topic with a subscription of each protocol that ends in the inbox."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    application = sns.create_platform_application(Name="shop", Platform="GCM", Attributes={"PlatformCredential": "x"})
    phone = sns.create_platform_endpoint(PlatformApplicationArn=application["PlatformApplicationArn"], Token="t")
    for protocol, endpoint in (
        ("email", "ada@shop.example"),
        ("email-json", "robot@shop.example"),
        ("https", "https://shop.example/hook"),
        ("sms", "+15551234567"),
        ("application", phone["EndpointArn"]),
    ):
        sns.subscribe(TopicArn=topic_arn, Protocol=protocol, Endpoint=endpoint)
    return topic_arn


def mails() -> tuple[dict[str, Any], ...]:
    """Return what is in the inbox, as the pictures get it."""
    return tuple(cloud.look_at_inbox())


def test_the_inbox_says_what_confirms(topic_arn: str, sns: Any) -> None:
    """The code that it shows works, and afterwards the request is confirmed and has no code any more."""
    told = repr(show.inbox())
    assert told.startswith("Inbox: 3 messages, 3 to confirm, numbered as in cloud.inbox\n")
    eval(re.search(r"cloud\.follow\(.*?\[1\].*\)", told)[0], {"cloud": cloud})  # type: ignore[index]
    arns = {one["Endpoint"]: one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]}
    assert [name for name, arn in arns.items() if arn == "PendingConfirmation"] == [
        "ada@shop.example",
        "https://shop.example/hook",
    ]
    told = repr(show.inbox())
    assert "2 to confirm" in told
    assert "✓ confirmed" in told
    assert "cloud.inbox[1].confirm_url" not in told
    assert drawn(show.inbox()).count("cloud.follow(") == 2


def test_a_link_to_subscribe_again_is_open(topic_arn: str, sns: Any) -> None:
    """After a link ended the subscription, the one that restores it can be followed, and is confirmed then."""
    cloud.follow(cloud.inbox[1].confirm_url)
    sns.publish(TopicArn=topic_arn, Message="news")
    envelope = next(json.loads(mail.message) for mail in cloud.inbox[3:] if mail.protocol == "email-json")
    cloud.follow(envelope["UnsubscribeURL"])
    assert [mail["confirmed"] for mail in mails() if mail["link"]] == [False] * 4
    cloud.follow(cloud.inbox[-1].confirm_url)
    assert [mail["confirmed"] for mail in mails() if mail["link"]] == [False, False, False, True]


def test_each_way_has_its_word_and_the_message_itself(topic_arn: str, sns: Any) -> None:
    """Of an envelope the message inside it is shown; only email and envelopes have a subject."""
    for number in range(3):
        cloud.follow(cloud.inbox[number].confirm_url)
    sns.publish(TopicArn=topic_arn, Subject="Order A-101", Message=ORDER)
    blocks = re.split(r"\n  (?=\[)", repr(show.inbox()))[4:]
    told = [re.sub(r"\s*\n\s*", " | ", block.split("  ", 2)[2]) for block in blocks]
    assert told[:4] == [
        f"email to ada@shop.example | Order A-101 | {ORDER}",
        f"email as JSON to robot@shop.example | Order A-101 | {ORDER}",
        f"web request to https://shop.example/hook | Order A-101 | {ORDER}",
        f"SMS to +15551234567 | {ORDER}",
    ]
    assert re.fullmatch(rf"push to …:endpoint/GCM/shop/\S+ \| {re.escape(ORDER)}", told[4])
    assert drawn(show.inbox()).count("<summary") == drawn(show.inbox()).count("The JSON around it") + 1  # one email


def test_the_inbox_says_the_same_drawn_and_in_words(topic_arn: str, sns: Any) -> None:
    """Every word of the text twin is in the drawing, and no message brings a tag."""
    sns.publish(PhoneNumber="+15551234567", Message=EVIL)
    sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=f"https://shop.example/?{EVIL.replace(' ', '')}")
    cloud.follow(cloud.inbox[0].confirm_url)
    assert missing(show.inbox(), "Inbox", "✓", "confirm") == []
    assert "<script" not in drawn(show.inbox())
    assert "<img" not in drawn(show.inbox())
    assert missing(InboxList(())) == []
    assert "The inbox is empty." in drawn(InboxList(()))


def test_a_live_inbox_has_a_button_for_each_request(topic_arn: str) -> None:
    """The button's value is the mail's number. There's one to start over, and the note of the last click."""
    cloud.follow(cloud.inbox[0].confirm_url)
    page = drawn(InboxList(mails(), {"note": "`it` is <done>"}))
    assert re.findall(r'data-act="confirm" data-value="(\d)"', page) == ["1", "2"]
    assert page.count('data-act="restart"') == 1
    assert "<code>it</code> is &lt;done&gt;" in page
    assert "this is a copy" in page


def test_a_still_inbox_has_no_button(topic_arn: str) -> None:
    """It has the call that confirms."""
    page = drawn(InboxList(mails()))
    assert ("<button" in page, "cloud.follow(cloud.inbox[0].confirm_url)" in page) == (False, True)


@pytest.mark.parametrize("message", ["{", "[1]", '{"Type": "x"}', "[" * 99_999, "null", "", "x" * 5_000])
def test_what_is_no_envelope_is_shown_as_it_is(message: str) -> None:
    """Any text can be a message; a long one is cut and folded."""
    mail = {"at": "09:00:00", "protocol": "sms", "endpoint": "+1", "subject": "", "message": message, "link": ""}
    told = repr(InboxList((mail,))).splitlines()[2:]
    assert told == ([f"       {message}"] if 0 < len(message) < 240 else told)
    assert max(map(len, told), default=0) < 260
    assert ("The whole message" in drawn(InboxList((mail,)))) == (len(message) > 240)


# --- progress --------------------------------------------------------------------------------------------------------


def lesson(number: str, *statuses: str) -> dict[str, Any]:
    """Return a lesson with an exercise of each of these standings."""
    since = {"correct": "2026-01-02 03:04"}
    tries = {"correct": 2, "not yet": 1}
    exercises = [
        {
            "id": f"{number}.{place}",
            "title": f"Task {place}",
            "status": status,
            "since": since.get(status, ""),
            "tries": tries.get(status, 0),
        }
        for place, status in enumerate(statuses, start=1)
    ]
    return {"number": number, "title": "Queues", "exercises": exercises}


def test_progress_says_what_is_done_and_what_is_next() -> None:
    """The first exercise that isn't correct is next; its lesson is open, and a bar has a piece for each exercise."""
    picture = ProgressTable((lesson("01", "correct", "correct"), lesson("02", "correct", "not yet", "not attempted")))
    assert repr(picture).splitlines() == [
        "Your progress: 3 of 5 exercises correct. Next: 02.2 Task 2",
        "01 Queues: 2 of 2 correct, 4 tries",
        "  ✓  01.1 Task 1  correct  since 2026-01-02 03:04  2 tries",
        "  ✓  01.2 Task 2  correct  since 2026-01-02 03:04  2 tries",
        "02 Queues: 1 of 3 correct, 3 tries",
        "  ✓  02.1 Task 1  correct        since 2026-01-02 03:04  2 tries",
        "  ○  02.2 Task 2  not yet                                1 try",
        "  …  02.3 Task 3  not attempted",
    ]
    page = drawn(picture)
    assert missing(picture, "✓", "○", "…") == []
    assert re.findall(r'data-key="(\d\d Queues)"( open)?', page) == [("01 Queues", ""), ("02 Queues", " open")]
    assert re.findall(r'<i class="(\w+)">', page) == ["good", "good", "good", "held", "late"]


def test_progress_at_the_end_and_where_none_is_kept() -> None:
    """Nothing is next when all is done, and a note stands alone."""
    assert "All exercises are correct." in drawn(ProgressTable((lesson("01", "correct"),)))
    page = drawn(ProgressTable((), "Type `course lab`."))
    assert ("Type <code>course lab</code>." in page, "exercises correct" in page) == (True, False)

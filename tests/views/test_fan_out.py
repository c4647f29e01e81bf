"""The graph of topics: what became of the latest publishes for each subscriber, the reasons, and the same in words."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from helpers import clock, cloud, show
from helpers.aws_rules.sns.region import SnsRegion
from helpers.backends.base import Cloud
from helpers.backends.offline import snapshot
from helpers.views.fan_out import ELSEWHERE, MOST_EDGES, MOST_TOPICS, FanOut

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)> & \"quoted\" 'text'"
HOOK = "https://tearoom.example/news"
EXPRESS = json.dumps({"delivery": ["express"]})

Subscribe = Callable[..., str]


@pytest.fixture
def topic_arn(sns: Any) -> str:
    """A topic without subscriptions."""
    return sns.create_topic(Name="orders-placed")["TopicArn"]


@pytest.fixture
def queue(sqs: Any) -> Callable[..., str]:
    """A function that creates a queue, which SNS may send to unless `open` is false, and returns its ARN."""

    def create(name: str, open: bool = True, **condition: Any) -> str:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            **condition,
        }
        policy = json.dumps({"Statement": [statement]}) if open else ""
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return arn

    return create


@pytest.fixture
def subscribe(sns: Any, topic_arn: str) -> Subscribe:
    """A function that subscribes an endpoint to the topic, with attributes."""

    def subscribe(endpoint: str, protocol: str = "sqs", to: str = "", **attributes: str) -> str:
        answer = sns.subscribe(
            TopicArn=to or topic_arn,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        return answer["SubscriptionArn"]

    return subscribe


def dead_letters(arn: str) -> str:
    """Return a redrive policy."""
    return json.dumps({"deadLetterTargetArn": arn})


def publish(sns: Any, topic_arn: str, order_id: str, **attributes: str) -> None:
    """Publish an order with these message attributes."""
    values = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sns.publish(TopicArn=topic_arn, Message=json.dumps({"order_id": order_id}), MessageAttributes=values)


def lines() -> list[str]:
    """Return the lines of the picture's text, without their columns."""
    return [" ".join(line.split()) for line in repr(show.fan_out()).splitlines()]


def drawn(picture: FanOut) -> str:
    """Return the words of the drawing, without its style, its text twin and what only the style shows."""
    markup = picture._repr_html_().partition("</style>")[2].partition("<details")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u200b", "").split())


# --- what becomes of a message ----------------------------------------------------------------------------------------


def test_each_way_tells_what_became_of_the_last_publishes(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """Delivered, filtered out, refused by the queue's policy, and not confirmed: with counts, marks and reasons."""
    subscribe(queue("billing"))
    subscribe(queue("shipping"), FilterPolicy=EXPRESS, RawMessageDelivery="true")
    subscribe(queue("analytics", open=False))
    subscribe("inbox@shop.example", "email")

    def checkout() -> None:
        for number, delivery in enumerate(["express", "standard", "express", "standard", "express", "standard"]):
            publish(sns, topic_arn, f"A-{number}", delivery=delivery)

    cloud.run({"checkout": checkout}, minutes=1)
    assert lines() == [
        "Topic orders-placed: last publish A-5 at 09:00:00, 4 subscriptions",
        "checkout published A-1, A-2, A-3, A-4, A-5",
        "queue billing delivered ✓✓✓✓✓ 5 of 5",
        "queue shipping filtered out ○✓○✓○ 2 of 5 delivered",
        'filter policy on message attributes: {"delivery": ["express"]}',
        "raw delivery",
        'The filter wants "delivery" to be one of ["express"]; the message has "standard".',
        "queue analytics refused ✕✕✕✕✕ 0 of 5 delivered",
        "The queue has no policy.",
        "lost: no dead-letter queue",
        "email inbox@shop.example not confirmed ○○○○○ 0 of 5 delivered",
        "The subscription is not confirmed yet.",
    ]


def test_the_drawing_reads_well_without_style(sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe) -> None:
    """What is left of it in an untrusted output is the publisher, the topic, and a sentence or two for each way."""
    subscribe(queue("shipping"), FilterPolicy=EXPRESS, RawMessageDelivery="true")
    publish(sns, topic_arn, "A-1", delivery="standard")
    assert drawn(show.fan_out()) == (
        "Topic orders-placed last publish A-1 at 09:00:00 · 1 subscription this notebook publishes orders-placed topic "
        "shipping queue, raw delivery filtered out 0 of 1 delivered "
        'filter policy on message attributes: {"delivery": ["express"]} The filter wants "delivery" to be '
        'one of ["express"]; the message has "standard".'
    )


def test_an_unmet_condition_is_told_from_a_missing_policy(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """The reason names the condition, and the two topics by their names alone."""
    other = topic_arn.replace("placed", "cancelled")
    subscribe(queue("analytics", Condition={"ArnEquals": {"aws:SourceArn": other}}))
    subscribe(queue("billing", open=False))
    publish(sns, topic_arn, "A-1")
    found = lines()
    assert found[3] == (
        "The queue's policy doesn't allow it: statement 1 would, but its condition ArnEquals aws:SourceArn asks for "
        "orders-cancelled, and the request has orders-placed."
    )
    assert found[6] == "The queue has no policy."


def test_a_retry_says_how_often_and_when(sns: Any, subscribe: Subscribe, topic_arn: str) -> None:
    """Then it succeeds or SNS gives up. Retries are made as the clock moves, with no call in between."""
    subscribe(HOOK, "https")
    cloud.follow(cloud.inbox[0].confirm_url)
    publish(sns, topic_arn, "A-1")
    cloud.web_fails(HOOK)
    publish(sns, topic_arn, "A-2")
    assert lines()[2:] == [
        f"web address {HOOK} retrying ✓↻ 1 of 2 delivered",
        "Answered with status 503, 1 attempt so far. SNS tries again at 09:00:20.",
    ]
    clock.advance(seconds=20)
    assert lines()[3] == "Answered with status 503, 2 attempts so far. SNS tries again at 09:00:40."
    clock.advance(seconds=40)
    assert lines()[2:] == [
        f"web address {HOOK} gave up ✓✕ 1 of 2 delivered",
        "Answered with status 503. SNS gave up after 4 attempts.",
        "lost: no dead-letter queue",
    ]
    publish(sns, topic_arn, "A-3")
    cloud.web_works(HOOK)
    clock.advance(seconds=20)
    assert lines()[2:] == [f"web address {HOOK} delivered ✓✕✓ 2 of 3"]


def test_two_subscriptions_share_a_dead_letter_queue(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """Each says where its own message went, also if the dead-letter queue refuses it too."""
    dead, closed = queue("dead"), queue("closed-dead", open=False)
    subscribe(queue("billing", open=False), RedrivePolicy=dead_letters(dead))
    subscribe(queue("shipping"), RedrivePolicy=dead_letters(dead))
    subscribe(queue("labels", open=False), RedrivePolicy=dead_letters(closed))
    subscribe(topic_arn.replace("sns", "sqs").replace("orders-placed", "gone"), RedrivePolicy=dead_letters(dead))
    publish(sns, topic_arn, "A-1")
    assert lines()[2:] == [
        "queue billing refused ✕ 0 of 1 delivered",
        "The queue has no policy.",
        "moved to dead",
        "queue shipping delivered ✓ 1 of 1",
        "dead letters go to dead",
        "queue labels refused ✕ 0 of 1 delivered",
        "The queue has no policy.",
        "lost, refused by closed-dead",
        "it couldn't go to the dead-letter queue either: the queue has no policy",
        "queue gone refused ✕ 0 of 1 delivered",
        "The queue gone doesn't exist.",
        "moved to dead",
    ]


def test_a_subscription_counts_from_its_beginning(sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe) -> None:
    """What was published before is no failure. One that was confirmed since isn't called pending."""
    subscribe("ada@shop.example", "email")
    publish(sns, topic_arn, "A-1")
    subscribe(queue("late"))
    cloud.follow(cloud.inbox[0].confirm_url)
    assert lines()[2:] == [
        "email ada@shop.example not confirmed ○ 0 of 1 delivered",
        "The subscription wasn't confirmed yet.",
        "queue late subscribed since ·",
        "It gets the next publish.",
    ]
    publish(sns, topic_arn, "A-2")
    assert lines()[2:] == [
        "email ada@shop.example delivered ○✓ 1 of 2",
        "queue late delivered ·✓ 1 of 1",
    ]


def test_a_filter_on_the_body_and_several_keys(sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe) -> None:
    """The drawing shows the whole reason beside the filter policy."""
    policy = json.dumps({"total": [{"numeric": [">=", 100]}], "gift": [True]})
    subscribe(queue("customs"), FilterPolicy=policy, FilterPolicyScope="MessageBody")
    publish(sns, topic_arn, "A-1")
    reason = 'The filter wants "total" to be a number >= 100; the message has no "total".'
    assert lines()[3:] == [f"filter policy on the body: {policy}", reason]
    assert drawn(show.fan_out()).endswith(f"filter policy on the body: {policy} {reason}")


def test_a_fifo_topic_s_duplicate_is_no_publish(sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe) -> None:
    """A duplicate isn't counted."""
    attributes = {"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    arn = sns.create_topic(Name="orders.fifo", Attributes=attributes)["TopicArn"]
    sns.delete_topic(TopicArn=topic_arn)
    subscribe(queue("statistics"), to=arn)
    for message in ("A-1", "A-1", "A-2"):
        sns.publish(TopicArn=arn, Message=message, MessageGroupId="ada")
    assert lines() == [
        "FIFO topic orders.fifo: last publish A-2 at 09:00:00, 1 subscription",
        "this notebook published A-1, A-2",
        "queue statistics delivered ✓✓ 2 of 2",
    ]


def test_what_needs_no_topic_is_drawn_too(sns: Any) -> None:
    """SMS goes straight to phones, and to one that opted out it doesn't."""
    number = "+15550000100"
    sns.publish(PhoneNumber="+15551234567", Message="Your order A-1 is on its way")
    cloud.world.accounts.get("123456789012").service(SnsRegion, "us-east-1").opt_out_numbers.append(number)
    sns.publish(PhoneNumber=number, Message="Tea is back")
    assert lines() == [
        "Straight to phones, without a topic: last publish Tea is back at 09:00:00, 2 receivers",
        "this notebook published Your order A-1 is on it…, Tea is back",
        "SMS +15551234567 delivered ✓· 1 of 1",
        "SMS +15550000100 refused ·✕ 0 of 1 delivered",
        "The phone number opted out of SMS.",
    ]


# --- none, several, many, other accounts, other clouds ----------------------------------------------------------------


def test_empty_states_are_sentences(sns: Any, sqs: Any) -> None:
    """No topic, a topic without subscriptions, and one to which something was published all the same."""
    assert lines() == ["There is no topic yet."]
    assert drawn(show.fan_out()) == "Fan-out There is no topic yet."
    arn = sns.create_topic(Name="news")["TopicArn"]
    assert lines() == ["Topic news: no subscription", "It has no subscriptions."]
    sns.publish(TopicArn=arn, Message="Honey is back")
    assert lines()[-1] == "It has no subscriptions, so what was published is gone."
    assert "It has no subscriptions, so what was published is gone." in drawn(show.fan_out())


def test_nothing_published_yet(topic_arn: str, queue: Any, subscribe: Subscribe) -> None:
    """A subscription that can get something, and one that can't yet."""
    subscribe(queue("billing"))
    subscribe("ada@shop.example", "email")
    assert lines() == [
        "Topic orders-placed: 2 subscriptions",
        "queue billing nothing published yet",
        "email ada@shop.example not confirmed",
    ]


def test_of_many_subscriptions_those_that_need_a_look_are_drawn(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """The rest is summed up by outcome, and what's drawn keeps its sequence."""
    for number in range(40):
        subscribe(queue(f"q{number}", open=number % 10 != 9), FilterPolicy=EXPRESS if number % 4 == 2 else "")
    publish(sns, topic_arn, "A-1", delivery="standard")
    told = [line for line in lines() if line.startswith("queue q")]
    assert len(told) == MOST_EDGES
    assert [line.split()[1] for line in told if "refused" in line] == ["q9", "q19", "q29", "q39"]
    numbers = [int(line.split()[1][1:]) for line in told]
    assert numbers == sorted(numbers)
    assert lines()[-1] == "+ 28 more subscriptions: 26 delivered, 2 filtered out."
    assert "+ 28 more subscriptions: 26 delivered, 2 filtered out." in drawn(show.fan_out())
    assert show.fan_out()._repr_html_().count('class="edge ') == MOST_EDGES


def test_of_many_topics_the_rest_is_named(sns: Any) -> None:
    """A picture draws a few."""
    for number in range(MOST_TOPICS + 2):
        sns.create_topic(Name=f"t{number}")
    assert lines()[-1] == "+ 2 more topics: t8, t9"
    assert drawn(show.fan_out()).endswith("+ 2 more topics: t8, t9")


def test_topics_of_two_accounts_say_whose_they_are(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe, other_account: Any
) -> None:
    """So does a queue that is subscribed to another account's topic."""
    flowers = other_account.create_topic(Name="flowers")["TopicArn"]
    other_account.subscribe(TopicArn=flowers, Protocol="sqs", Endpoint=queue("billing"))
    assert lines() == [
        "Topic orders-placed: account 123456789012, no subscription",
        "It has no subscriptions.",
        "Topic flowers: account 210987654321, 1 subscription",
        "queue billing not confirmed",
        "account 123456789012",
    ]


@pytest.fixture
def other_account(offline: Cloud) -> Any:
    """A client of SNS in the partner's account."""
    return boto3.Session(profile_name="partner", region_name="us-east-1").client("sns")


def test_elsewhere_it_shows_what_the_api_reports(
    offline: Cloud, sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """Topics, subscriptions and settings without outcomes; the calls for it aren't in the journal."""
    subscribe(queue("billing"), RedrivePolicy=dead_letters(queue("dead")))
    subscribe(queue("shipping"), FilterPolicy=EXPRESS, RawMessageDelivery="true")
    subscribe("ada@shop.example", "email")
    publish(sns, topic_arn, "A-1")
    sns.create_topic(Name="empty")
    before = len(offline.calls())
    picture = FanOut(Cloud.look_at_topics(offline, "us-east-1"))
    assert len(offline.calls()) == before
    assert [" ".join(line.split()) for line in repr(picture).splitlines()] == [
        "Topic orders-placed: 3 subscriptions",
        "queue billing",
        "dead letters go to dead",
        "queue shipping",
        'filter policy on message attributes: {"delivery": ["express"]}',
        "raw delivery",
        "email ada@shop.example not confirmed",
        "Topic empty: no subscription",
        "It has no subscriptions.",
        ELSEWHERE,
    ]
    assert ELSEWHERE in drawn(picture)
    assert "nothing published" not in drawn(picture)


# --- what every picture owes ------------------------------------------------------------------------------------------


def test_looking_changes_nothing(
    offline: Cloud, sns: Any, topic_arn: str, subscribe: Subscribe, other_account: Any
) -> None:
    """A retry that is due isn't made by looking; the same moment gives the same picture, byte for byte."""
    subscribe(HOOK, "https")
    cloud.follow(cloud.inbox[0].confirm_url)
    cloud.web_fails(HOOK)
    publish(sns, topic_arn, "A-1")
    clock.advance(minutes=1)
    before = (len(offline.world.journal), offline.world.ids.getstate(), clock.time())
    first = show.fan_out()._repr_html_()
    assert show.fan_out()._repr_html_() == first
    assert (len(offline.world.journal), offline.world.ids.getstate(), clock.time()) == before


def test_names_and_policies_are_only_ever_text(sns: Any, queue: Any, subscribe: Subscribe) -> None:
    """Whatever they contain, no tag comes of it; what the drawing cuts is whole in the text."""
    arn = sns.create_topic(Name="t" * 256)["TopicArn"]
    policy = json.dumps({"kind": [f"{EVIL} {number}" for number in range(9)], "gift": ["yes"]})
    subscribe(queue("q" * 80), to=arn, FilterPolicy=policy)
    subscribe(f"https://shop.example/?{EVIL}", "https", to=arn)
    kind = {"kind": {"DataType": "String", "StringValue": EVIL * 9}}
    sns.publish(TopicArn=arn, Message=EVIL, MessageAttributes=kind)
    picture = show.fan_out()
    markup = picture._repr_html_()
    assert len(policy) > 500
    assert not re.search("<(script|img)", markup)
    assert policy in repr(picture)
    assert policy not in drawn(picture)
    assert len(drawn(picture)) < 1_500


def test_a_screen_reader_hears_topic_outcomes_and_marks(
    sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """The card's label has the counts, each row of marks has its words, and ornaments are hidden."""
    subscribe(queue("billing"))
    subscribe(queue("analytics", open=False))
    publish(sns, topic_arn, "A-1")
    publish(sns, topic_arn, "A-2")
    markup = show.fan_out()._repr_html_().partition("</style>")[2]
    label = "Topic orders-placed, 2 subscriptions: 1 delivered, 1 refused."
    assert re.search('role="group" aria-label="(.*?)"', markup)[1] == label  # type: ignore[index]
    assert 'role="img" aria-label="refused, refused"' in markup
    outside = re.sub(r'<span class="line" aria-hidden="true">.*?</span>\n</li>', "", markup, flags=re.DOTALL)
    assert all('aria-hidden="true"' in tag for tag in re.findall("<svg[^>]+>", outside))
    assert " id=" not in markup


def test_the_journal_may_have_forgotten_the_beginning(
    offline: Cloud, sns: Any, topic_arn: str, queue: Any, subscribe: Subscribe
) -> None:
    """What it keeps is drawn; a delivery whose publish is forgotten is left out."""
    subscribe(queue("billing"))
    publish(sns, topic_arn, "A-1")
    kept = [entry for entry in offline.world.journal if getattr(entry, "what", "") != "published"]
    offline.world.journal._entries.clear()
    for entry in kept:
        offline.world.journal.keep(entry)
    (topic,) = snapshot.fan_out(offline.world, "us-east-1")
    assert topic["publishes"] == []
    assert "queue billing nothing published yet" in lines()

"""What queues and topics report to CloudWatch, against counts that are made another way."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from behaviours.labs import REGION, OfflineLab

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.meters import Meters
from helpers.aws_rules.common.series import Point
from helpers.aws_rules.sns.region import SnsRegion
from helpers.aws_rules.sqs import fairness
from helpers.aws_rules.sqs.move_tasks import RUNNING, _no_tasks
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.offline.copies import freeze, thaw
from helpers.simulation.clock import START

BEGIN = int(START.timestamp())
HOOK = "https://shop.example/orders"
TASK, TO_SUBSCRIPTIONS_QUEUE = "by a message move task", "to the subscription's dead-letter queue"
SIX_HOURS = 6 * 3600
Wanted = dict[tuple[str, str], dict[int, list[float]]]  # (queue or topic, metric) -> minute -> samples


@pytest.fixture
def lab() -> Iterator[OfflineLab]:
    """A cloud of its own, with a frozen clock."""
    with OfflineLab() as made:
        yield made


def meters(lab: OfflineLab, name: str, service: Any = SqsRegion) -> Meters:
    """Return what a queue or topic reports."""
    return lab._world.accounts.get(lab.account).service(service, REGION).meters[name]


def points(found: Meters, metric: str, minutes: int) -> dict[int, Point]:
    """Return the points of a metric in the first minutes of the cloud."""
    return {
        (begins - BEGIN) // 60: point for begins, point in found.series()[metric].between(BEGIN, BEGIN + minutes * 60)
    }


def values(found: Meters, metric: str, minutes: int = 10) -> dict[int, float]:
    """Return the sums of a metric in the first minutes of the cloud."""
    return {minute: point.total for minute, point in points(found, metric, minutes).items()}


# --- a day ------------------------------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """A message as the day's bookkeeping sees it. Moments are in milliseconds."""

    group: str | None
    since: float  # it's in this queue
    received: int  # by receives from this queue
    visible_at: float
    delayed_until: float
    expires: float


class Day:
    """A day with random work, which counts what happens from the answers and the journal's steps.

    What queues hold is looked at before each action, minute by minute until the action is over.
    """

    def __init__(self, lab: OfflineLab, seed: int, journal: list[Any]):
        self.lab, self.draw, self.journal = lab, random.Random(seed), journal
        self.account = lab._world.accounts.get(lab.account)
        self.wanted: Wanted = defaultdict(lambda: defaultdict(list))
        self.in_queue: dict[tuple[str, str], tuple[float, int]] = {}
        self.used: dict[str, float] = {}  # when each was last used, in seconds
        self.handles: dict[str, list[str]] = defaultdict(list)
        self.read = 0
        self._make()

    def _make(self) -> None:
        lab = self.lab
        self.urls = {name: lab.queue(name, MessageRetentionPeriod="90000") for name in ("dead", "dead.fifo", "shut")}
        for name, attributes in (
            ("orders", {"MessageRetentionPeriod": "20000"}),
            ("steps.fifo", {"DelaySeconds": "20", "MessageRetentionPeriod": "90000"}),
        ):
            dead = lab.arn(self.urls[name.replace("orders", "dead").replace("steps", "dead")])
            policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": self.draw.choice((1, 3, 5))})
            self.urls[name] = lab.queue(name, RedrivePolicy=policy, VisibilityTimeout="90", **attributes)
        self.topic, self.names = lab.topic(), {lab.arn(url): name for name, url in self.urls.items()}
        for name in ("orders", "dead"):
            lab.allow(self.urls[name], self.topic)
        filters = {"kind": ["tea"]}
        self.scopes: dict[str, str] = {}
        for protocol, endpoint, attributes in (
            ("sqs", lab.arn(self.urls["orders"]), {"FilterPolicy": json.dumps(filters)}),
            ("email", "a@shop.example", {"FilterPolicy": json.dumps(filters), "FilterPolicyScope": "MessageBody"}),
            ("sqs", lab.arn(self.urls["steps.fifo"])[:-10] + "gone", self._dead_letters("dead")),
            ("sqs", lab.arn(self.urls["steps.fifo"])[:-10] + "lost", self._dead_letters("shut")),
            ("https", HOOK, self._dead_letters("dead")),
        ):
            arn = lab.sns.subscribe(
                TopicArn=self.topic,
                Protocol=protocol,
                Endpoint=endpoint,
                Attributes=attributes,
                ReturnSubscriptionArn=True,
            )["SubscriptionArn"]
            self.account.service(SnsRegion, REGION).subscriptions[arn].pending = False
            self.scopes[arn] = attributes.get("FilterPolicyScope", "MessageAttributes")
        self.read = len(self.journal)
        self.account.unkindness.entries = 0.1
        self.used = dict.fromkeys([*self.urls, "news"], self.now())

    def _dead_letters(self, name: str) -> dict[str, str]:
        return {"RedrivePolicy": json.dumps({"deadLetterTargetArn": self.lab.arn(self.urls[name])})}

    def now(self) -> float:
        """Return the time in seconds."""
        return self.account.time()

    # --- bookkeeping --------------------------------------------------------------------------------------------------

    def want(self, name: str, metric: str, *samples: float, at: float | None = None) -> None:
        """Add samples of a metric. at: their moment, if it isn't the present."""
        self.wanted[name, metric][int((self.now() if at is None else at) // 60)].extend(samples)

    def act(self, do: Callable[[], Any], *uses: str) -> Any:
        """Return what the action returns, and count what it changed. uses: the queues that it accesses."""
        before, began = self._look(), self.now()
        noisy = self._noisy(began // 60)
        for name in uses:
            self.used[name] = began
        answer = do()
        for minute in range(int(began // 60), int(self.now() // 60)):
            if (minute + 1) * 60 - self.used["news"] <= SIX_HOURS:
                self.want("news", "active", at=minute * 60)
            if minute > began // 60:
                noisy = self._noisy(minute)
            for name, messages in before.items():
                self._hold(name, minute, messages, noisy[name])
        for name in uses:
            self.used[name] = self.now()
        news, self.read = self.journal[self.read :], len(self.journal)
        for step in news:
            if isinstance(step, steps.Step):
                self._count(step)
        return answer

    def _look(self) -> dict[str, list[Seen]]:
        queues = self.account.service(SqsRegion, REGION).queues
        return {
            name: [
                Seen(m.group_id, *self.in_queue[name, m.id], m.visible_at, m.delayed_until, m.enqueued_at + keeps)
                for m in queues[name].stored.values()
            ]
            for name in self.urls
            for keeps in [int(queues[name].message_retention_period) * 1000]
        }

    def _noisy(self, minute: float) -> dict[str, frozenset[str] | None]:
        """Return the noisy groups at the end of the minute, as long as nothing changes; None for no fair queue."""
        queues, end = self.account.service(SqsRegion, REGION).queues, (minute + 1) * 60_000
        return {
            name: None if queues[name].processing is None else fairness.noisy(queues[name], end - 0.5)
            for name in self.urls
        }

    def _hold(self, name: str, minute: int, messages: list[Seen], noisy: frozenset[str] | None) -> None:
        """Note what the queue has the moment before the minute is over."""
        end, fifo, at = (minute + 1) * 60_000, name.endswith(".fifo"), minute * 60
        for message in messages:
            self.used[name] = max(self.used[name], min(message.expires, end) / 1000)
        if end / 1000 - self.used[name] > SIX_HOURS:
            return
        self.want(name, "active", at=at)
        self._want_numbers(name, "", messages, minute)
        if fifo:
            groups = {m.group for m in messages if m.visible_at >= end and m.expires >= end}
            self.want(name, "ApproximateNumberOfGroupsWithInflightMessages", len(groups), at=at)
        if noisy is not None:
            self.want(name, "ApproximateNumberOfNoisyGroups", len(noisy), at=at)
            self._want_numbers(name, "InQuietGroups", [m for m in messages if m.group not in noisy], minute)

    def _want_numbers(self, name: str, suffix: str, messages: list[Seen], minute: int) -> None:
        end, at = (minute + 1) * 60_000, minute * 60
        here = [m for m in messages if m.expires >= end]
        delayed = [m for m in here if m.delayed_until >= end]
        in_flight = [m for m in here if m.visible_at >= end]
        self.want(name, f"ApproximateNumberOfMessagesDelayed{suffix}", len(delayed), at=at)
        self.want(name, f"ApproximateNumberOfMessagesNotVisible{suffix}", len(in_flight), at=at)
        visible = len(here) - len(delayed) - len(in_flight)
        self.want(name, f"ApproximateNumberOfMessagesVisible{suffix}", visible, at=at)
        ages = [int((end - m.since) // 1000) for m in here if name.endswith(".fifo") or m.received < 3]
        if ages:
            self.want(name, f"ApproximateAgeOfOldestMessage{suffix}", max(ages), at=at)

    def _count(self, step: steps.Step) -> None:
        name, at = self.names.get(step.where, ""), step.at.timestamp()
        if name and step.what in (steps.SENT, steps.MOVED) and step.reason != TO_SUBSCRIPTIONS_QUEUE:
            self.in_queue[name, step.message] = at * 1000, 0
            self.used[name] = max(self.used[name], at)
            if step.what == steps.SENT or step.reason == TASK:
                self.want(name, "NumberOfMessagesSent", 1, at=at)
                self.want(name, "SentMessageSize", self._size(name, step.message), at=at)
            if step.reason == TASK:
                source = "dead" if name == "orders" else "dead.fifo"
                self.used[source] = at
                self.want(source, "NumberOfMessagesReceived", 1, at=at)
                self.want(source, "NumberOfMessagesDeleted", 1, at=at)
        elif name and step.what == steps.RECEIVED:
            since, received = self.in_queue[name, step.message]
            self.in_queue[name, step.message] = since, received + 1
        elif name and step.what == steps.DUPLICATE:
            self.want(name, "NumberOfDeduplicatedSentMessages", 1, at=at)
        elif step.what == steps.PUBLISHED:
            self.want("news", "NumberOfMessagesPublished", 1, at=at)
        elif step.what == steps.DELIVERED:
            self.want("news", "NumberOfNotificationsDelivered", 1, at=at)
        elif step.what in (steps.REFUSED, steps.RETRYING):
            self.want("news", "NumberOfNotificationsFailed", 1, at=at)
        elif step.what == steps.MOVED:
            self.want("news", "NumberOfNotificationsRedrivenToDlq", 1, at=at)
        elif step.what == steps.LOST and "either" in step.reason:
            self.want("news", "NumberOfNotificationsFailedToRedriveToDlq", 1, at=at)
        elif step.what == steps.FILTERED_OUT:
            self.want("news", "NumberOfNotificationsFilteredOut", 1, at=at)
            self.want("news", f"NumberOfNotificationsFilteredOut-{self.why[self.scopes[step.where]]}", 1, at=at)

    def _size(self, name: str, message_id: str) -> int:
        stored = self.account.service(SqsRegion, REGION).queues[name].stored.values()
        (message,) = (m for m in stored if m.id == message_id)
        texts = [message.body]
        for key, value in message.message_attributes.items():
            texts += [key, value["DataType"], value["StringValue"]]
        return sum(len(text.encode()) for text in texts)

    # --- actions ------------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Move the time, with a stop at each moment at which SNS tries again."""
        until = self.now() + seconds
        while self.now() < until:
            to = min(until, max(self.account.next_due(), self.now()))
            self.act(lambda to=to: self.lab.advance(to - self.now()))  # type: ignore[misc]
            self.act(self.lab._world.catch_up)

    def _entry(self, name: str, number: int) -> dict[str, Any]:
        entry: dict[str, Any] = {"Id": f"e{number}", "MessageBody": "tèa" * self.draw.randint(1, 9)}
        if name.endswith(".fifo"):
            ids = {"MessageGroupId": self.draw.choice("abc"), "MessageDeduplicationId": str(self.draw.randint(1, 30))}
            return entry | ids
        if self.draw.random() < 0.7:
            entry["MessageGroupId"] = self.draw.choice("aaaab")
        if self.draw.random() < 0.3:
            entry["DelaySeconds"] = self.draw.choice((5, 60, 300, 900))
        if self.draw.random() < 0.3:
            entry["MessageAttributes"] = {"kind": {"DataType": "String", "StringValue": "tea"}}
        return entry

    def send(self, name: str) -> None:
        """Send one message or a batch, of which FIFO deduplication can drop some."""
        entries = [self._entry(name, number) for number in range(self.draw.choice((1, 1, 3, 10)))]
        if len(entries) == 1:
            del entries[0]["Id"]
            self.act(lambda: self.lab.sqs.send_message(QueueUrl=self.urls[name], **entries[0]), name)
        else:
            self.act(lambda: self.lab.sqs.send_message_batch(QueueUrl=self.urls[name], Entries=entries), name)

    def receive(self, name: str) -> None:
        """Receive with a short or a long poll, of a FIFO queue with an attempt that can be a repeated one."""
        running = any(task.status == RUNNING for task in self.account.service(_no_tasks, REGION).all)
        messages = self.account.service(SqsRegion, REGION).queues[name].stored.values()
        redrives = any(m.approximate_receive_count for m in messages)
        retries = self.account.next_due() - self.now() <= 20
        # A long poll over the end of a minute must be the only thing that happens.
        wait = 0 if running or retries or (redrives and self.now() % 60 > 40) else self.draw.choice((0, 0, 5, 20))
        params: dict[str, Any] = {"MaxNumberOfMessages": self.draw.randint(1, 10), "WaitTimeSeconds": wait}
        if self.draw.random() < 0.5:
            params["VisibilityTimeout"] = self.draw.choice((0, 20, 60, 400))
        if name.endswith(".fifo"):
            params["ReceiveRequestAttemptId"] = str(self.draw.randint(1, 9))

        def receive() -> Any:
            try:
                return self.lab.sqs.receive_message(QueueUrl=self.urls[name], **params).get("Messages", [])
            except self.lab.sqs.exceptions.ClientError:
                return None  # the attempt can't be repeated any more

        found = self.act(receive, name)
        if found is None:
            return
        self.want(name, *(("NumberOfMessagesReceived", len(found)) if found else ("NumberOfEmptyReceives", 1)))
        self.handles[name] += [message["ReceiptHandle"] for message in found]

    def delete(self, name: str) -> None:
        """Delete some of what was ever received."""
        handles = self.draw.sample(self.handles[name], min(len(self.handles[name]), self.draw.choice((1, 4))))
        entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(handles)]
        if entries:
            call = self.lab.sqs.delete_message_batch
            answer = self.act(lambda: call(QueueUrl=self.urls[name], Entries=entries), name)
            self.want(name, "NumberOfMessagesDeleted", len(answer.get("Successful", [])))

    def change(self, name: str) -> None:
        """Change the visibility timeout of what was ever received."""

        def change() -> None:
            with suppress(self.lab.sqs.exceptions.ClientError):  # the message is gone, or the handle is too old
                self.lab.sqs.change_message_visibility(
                    QueueUrl=self.urls[name],
                    ReceiptHandle=self.draw.choice(self.handles[name]),
                    VisibilityTimeout=self.draw.choice((0, 60, 240)),
                )

        if self.handles[name]:
            self.act(change, name)

    def publish(self) -> None:
        """Publish what the filters let through or not, while the web address works or not."""
        kinds = {  # attributes, and the reason if a filter on attributes rejects them
            "NoMessageAttributes": {},
            "InvalidAttributes": {"kind": {"DataType": "String.Array", "StringValue": "[tea"}},
            "MessageAttributes": {"kind": {"DataType": "String", "StringValue": self.draw.choice(("tea", "milk"))}},
        }
        bodies = {"InvalidMessageBody": "tea", "MessageBody": '{"kind": "milk"}', "": '{"kind": "tea"}'}
        (why, attributes), (wrong, body) = self.draw.choice([*kinds.items()]), self.draw.choice([*bodies.items()])
        self.why = {"MessageAttributes": why, "MessageBody": wrong}
        self.account.down = {HOOK: 503} if self.draw.random() < 0.5 else {}
        call = self.lab.sns.publish
        self.act(lambda: call(TopicArn=self.topic, Message=body, MessageAttributes=attributes))
        size = len(body) + sum(len(name + v["DataType"] + v["StringValue"]) for name, v in attributes.items())
        self.want("news", "PublishSize", size)
        self.used["news"] = self.now()

    def redrive(self, name: str) -> None:
        """Move dead letters back to the queue."""
        policy = {"orders": "dead", "steps.fifo": "dead.fifo"}
        arn, destination = self.lab.arn(self.urls[policy[name]]), self.lab.arn(self.urls[name])

        def start() -> None:
            with suppress(self.lab.sqs.exceptions.ClientError):  # the task before isn't done
                self.lab.sqs.start_message_move_task(SourceArn=arn, DestinationArn=destination)

        self.act(start, policy[name], name)

    def purge(self, name: str) -> None:
        """Delete all messages of the queue."""
        self.act(lambda: self.lab.sqs.purge_queue(QueueUrl=self.urls[name]), name)
        self.advance(60)  # until it can be purged again

    def work(self, actions: int) -> None:
        """Do something, wait, and so on."""
        names = ["orders", "orders", "steps.fifo", "dead", "dead.fifo"]
        for _ in range(actions):
            kind = self.draw.random()
            name = self.draw.choice(names)
            if kind < 0.3:
                self.send(self.draw.choice(names[:3]))
            elif kind < 0.6:
                self.receive(name)
            elif kind < 0.75:
                self.delete(name)
            elif kind < 0.83:
                self.change(name)
            elif kind < 0.95:
                self.publish()
            elif kind < 0.98:
                self.redrive(self.draw.choice(("orders", "steps.fifo")))
            else:
                self.purge(name)
            self.advance(self.draw.choice((0, 0, 0.5, 1, 7, 30, 45, 60, 90, 300)))


def compare(day: Day) -> None:
    """Compare every metric of every minute with what the day has counted."""
    for name in (*day.urls, "news"):
        found = meters(day.lab, name, SnsRegion if name == "news" else SqsRegion)
        active = {minute - BEGIN // 60 for minute in day.wanted[name, "active"]}
        minutes = int(day.now() // 60) - BEGIN // 60
        for metric in found.series():
            samples = {minute - BEGIN // 60: each for minute, each in day.wanted[name, metric].items()}
            got = points(found, metric, minutes + 9)
            if metric.endswith("Size"):
                wanted = {m: (len(each), sum(each), min(each), max(each)) for m, each in samples.items()}
                assert {m: (p.count, p.total, p.least, p.most) for m, p in got.items()} == wanted, (name, metric)
                continue
            wanted_sums = {m: sum(each) for m, each in samples.items() if m < minutes}
            if "Age" not in metric and "Quiet" not in metric and "Noisy" not in metric:
                wanted_sums = dict.fromkeys(active, 0) | wanted_sums
            assert {m: p.total for m, p in got.items()} == wanted_sums, (name, metric)


@pytest.mark.parametrize(
    ("seed", "steps"), [(1, 60), *(pytest.param(seed, 200, marks=pytest.mark.full) for seed in range(1, 12))]
)
def test_a_day_of_random_work_is_counted_minute_by_minute(lab: OfflineLab, seed: int, steps: int) -> None:
    """Every metric of every minute is what the answers, the steps and a look into the queues say."""
    with lab._world.journal.copied() as journal:
        day = Day(lab, seed, journal)
        day.work(steps)
        day.advance(7 * 3600)
        day.work(steps // 2)
        day.advance(2 * 86_400)
        compare(day)
        counted = {metric for (_, metric), minutes in day.wanted.items() if any(map(sum, minutes.values()))}
    found = meters(lab, "orders"), meters(lab, "steps.fifo"), meters(lab, "news", SnsRegion)
    assert counted == {metric for each in found for metric in each.series()}


# --- single rules -----------------------------------------------------------------------------------------------------

VISIBLE, IN_FLIGHT = "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"
DELAYED, AGE = "ApproximateNumberOfMessagesDelayed", "ApproximateAgeOfOldestMessage"
SENT, RECEIVED, EMPTY = "NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfEmptyReceives"
FAILED = "NumberOfNotificationsFailed"


def test_what_happens_on_the_minute_belongs_to_the_minute_that_begins(lab: OfflineLab) -> None:
    """A message that's sent at 9:01:00 isn't in the queue at the end of 9:00."""
    url = lab.queue()
    lab.advance(60)
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea")
    lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)
    lab.advance(180)
    found = meters(lab, "orders")
    assert values(found, SENT) == {0: 0, 1: 1, 2: 0, 3: 0}
    assert values(found, IN_FLIGHT) == {0: 0, 1: 1, 2: 0, 3: 0}
    assert values(found, VISIBLE) == {0: 0, 1: 0, 2: 1, 3: 1}
    assert values(found, AGE) == {1: 60, 2: 120, 3: 180}


def test_only_minutes_that_are_over_have_values(lab: OfflineLab) -> None:
    """The minute that's running has none, whatever happened in it."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea")
    lab.advance(59.9)
    assert not any(values(meters(lab, "orders"), metric) for metric in (SENT, VISIBLE, "SentMessageSize"))
    lab.advance(0.1)
    assert [values(meters(lab, "orders"), metric) for metric in (SENT, VISIBLE)] == [{0: 1}, {0: 1}]


def test_a_long_poll_counts_once_and_when_it_ends(lab: OfflineLab) -> None:
    """One empty receive for twenty seconds of polling, and twenty for short polls; what it waits for is delayed."""
    url = lab.queue()
    lab.advance(50)
    lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
    for _ in range(20):
        lab.sqs.receive_message(QueueUrl=url)
    lab.advance(35)
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea", DelaySeconds=15)
    assert lab.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    lab.advance(60)
    found = meters(lab, "orders")
    assert values(found, EMPTY) == {0: 0, 1: 21, 2: 0}
    assert values(found, RECEIVED) == {0: 0, 1: 0, 2: 1}
    assert [values(found, metric)[1] for metric in (DELAYED, IN_FLIGHT, VISIBLE)] == [1, 0, 0]


def test_the_age_leaves_out_what_was_received_three_times(lab: OfflineLab) -> None:
    """On a standard queue the next message's age counts then, and none without one. A FIFO queue leaves out nothing."""
    urls = lab.queue(), lab.queue("orders.fifo", ContentBasedDeduplication="true")
    for body in ("poison", "tea"):
        lab.sqs.send_message(QueueUrl=urls[0], MessageBody=body)
        lab.sqs.send_message(QueueUrl=urls[1], MessageBody=body, MessageGroupId="a")
        lab.advance(30)
    for receives in range(4):
        for url in urls:
            lab.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
        if receives == 2:
            found = lab.sqs.receive_message(QueueUrl=urls[0], MaxNumberOfMessages=2, VisibilityTimeout=59)["Messages"]
            lab.sqs.delete_message(QueueUrl=urls[0], ReceiptHandle=found[1]["ReceiptHandle"])
        lab.advance(60)
    assert values(meters(lab, "orders"), AGE) == {0: 60, 1: 120, 2: 180}
    assert values(meters(lab, "orders.fifo"), AGE) == {0: 60, 1: 120, 2: 180, 3: 240, 4: 300}


def test_a_dead_letters_age_counts_from_its_move(lab: OfflineLab) -> None:
    """It isn't sent there, but back by a move task. There it's a new message, which can be received three times."""
    dead = lab.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": lab.arn(dead), "maxReceiveCount": 5})
    url = lab.queue(RedrivePolicy=policy, VisibilityTimeout="0")
    lab.sqs.send_message(QueueUrl=url, MessageBody="poison")
    lab.advance(600)
    for _ in range(6):
        lab.sqs.receive_message(QueueUrl=url)
    lab.advance(120)
    assert values(meters(lab, "dead"), AGE, 20) == {10: 60, 11: 120}
    assert set(values(meters(lab, "dead"), SENT, 20).values()) == {0}
    lab.sqs.start_message_move_task(SourceArn=lab.arn(dead))
    for _ in range(3):
        lab.advance(60)
        lab.sqs.receive_message(QueueUrl=url)
    lab.advance(60)
    assert {minute: age for minute, age in values(meters(lab, "orders"), AGE, 20).items() if minute > 9} == {
        12: 60,
        13: 120,
        14: 180,
    }
    assert [values(meters(lab, "dead"), metric, 20)[12] for metric in (RECEIVED, "NumberOfMessagesDeleted")] == [1, 1]
    assert values(meters(lab, "orders"), SENT, 20)[12] == 1


def test_a_repeated_attempt_counts_again_and_a_repeated_delete_too(lab: OfflineLab) -> None:
    """What a receive returns counts, and each delete with a valid receipt handle."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea", MessageGroupId="a")
    for _ in range(2):
        answer = lab.sqs.receive_message(QueueUrl=url, ReceiveRequestAttemptId="1")
    for _ in range(3):
        lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=answer["Messages"][0]["ReceiptHandle"])
    lab.advance(60)
    found = meters(lab, "orders.fifo")
    assert [values(found, metric)[0] for metric in (RECEIVED, "NumberOfMessagesDeleted", VISIBLE)] == [2, 3, 0]


def test_a_queue_reports_for_six_hours_after_its_last_message(lab: OfflineLab) -> None:
    """Two weeks without work cost next to nothing, and looking at the queue doesn't keep it active."""
    url = lab.queue(MessageRetentionPeriod="3600")
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea")
    lab.advance(7200)
    queue = lab._world.accounts.get(lab.account).service(SqsRegion, REGION).queues["orders"]
    assert queue.counts() == (0, 0, 0)
    lab.advance(14 * 86_400)
    found = meters(lab, "orders")
    assert values(found, VISIBLE, 20_160) == dict.fromkeys(range(60), 1) | dict.fromkeys(range(60, 420), 0)
    assert list(values(found, EMPTY, 20_160)) == list(range(420))
    assert len(found._held) < 5


@pytest.mark.parametrize(
    "call", ["create_queue", "get_queue_url", "list_message_move_tasks", "a refused one", "create_topic"]
)
def test_every_call_keeps_a_queue_or_topic_active(lab: OfflineLab, call: str) -> None:
    """It doesn't have to be about messages."""
    url, _ = lab.queue(), lab.topic("orders")
    lab.advance(5 * 3600)
    {
        "create_queue": lab.queue,
        "get_queue_url": lambda: lab.sqs.get_queue_url(QueueName="orders"),
        "list_message_move_tasks": lambda: lab.sqs.list_message_move_tasks(SourceArn=lab.arn(url)),
        "a refused one": lambda: _refused(lab, url),
        "create_topic": lambda: lab.topic("orders"),
    }[call]()
    lab.advance(86_400)
    for service, metric, used in (
        (SqsRegion, SENT, call != "create_topic"),
        (SnsRegion, FAILED, call == "create_topic"),
    ):
        assert len(values(meters(lab, "orders", service), metric, 2000)) == (660 if used else 360)


def _refused(lab: OfflineLab, url: str) -> None:
    """Ask for a queue of another account without its permission."""
    with pytest.raises(lab.sqs.exceptions.ClientError, match="AccessDenied"):
        lab.client("sqs", account="other").receive_message(QueueUrl=url)


def test_what_was_due_before_does_not_end_a_queues_activity_sooner(lab: OfflineLab) -> None:
    """A retry of SNS can reach a queue as of a moment that is over."""
    lab.queue()
    lab.advance(120)
    found, now = meters(lab, "orders"), lab._world.clock.time() * 1000
    found.touch(now)
    found.touch(now - 60_000)
    lab.advance(86_400)
    assert len(values(found, SENT, 2000)) == 362


def test_the_oldest_minutes_are_forgotten(lab: OfflineLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a queue remembers is bounded, however long it's busy."""
    monkeypatch.setattr("helpers.aws_rules.common.meters._MOST", 20)
    url = lab.queue()
    for _ in range(60):
        lab.sqs.send_message(QueueUrl=url, MessageBody="tea")
        lab.advance(60)
    found = meters(lab, "orders")
    assert max(len(found._held), len(found._firsts), len(found._counted), len(found._sizes)) <= 21
    assert values(found, VISIBLE, 60)[59] == 60
    assert [values(found, metric, 60)[45] for metric in (SENT, VISIBLE, "SentMessageSize")] == [1, 46, 3]
    lab.advance(60)
    for _ in range(60):
        lab.sqs.receive_message(QueueUrl=lab.queue("idle"))
        lab.advance(60)
    assert set(values(meters(lab, "idle"), EMPTY, 200).values()) == {1}  # no zeros for what's forgotten


def test_a_clock_that_runs_is_counted_too(lab: OfflineLab) -> None:
    """Time goes on between the moment that an operation reads and the next one."""
    url, clock = lab.queue(), lab._world.clock
    clock.still = False
    clock.advance(59.9999)
    clock.cell_begins()
    for number in range(20):
        lab.sqs.send_message(QueueUrl=url, MessageBody=f"tea {number}")
    clock.cell_ends()
    clock.advance(60)
    found = meters(lab, "orders")
    assert sum(values(found, SENT).values()) == 20
    assert values(found, VISIBLE)[1] == 20


def test_a_new_queue_of_the_name_goes_on(lab: OfflineLab) -> None:
    """The metrics of a deleted queue stay, and between the two queues there is nothing."""
    lab.sqs.send_message(QueueUrl=lab.queue(), MessageBody="tea")
    lab.advance(90)
    lab.sqs.delete_queue(QueueUrl=lab.queue())
    lab.advance(150)
    lab.queue()
    lab.advance(60)
    assert values(meters(lab, "orders"), VISIBLE) == {0: 1, 4: 0}
    assert values(meters(lab, "orders"), SENT) == {0: 1, 4: 0}


def test_a_topic_reports_for_six_hours_after_its_last_use(lab: OfflineLab) -> None:
    """And then nothing, also when another topic of its name was deleted."""
    topic = lab.topic()
    lab.advance(90)
    lab.sns.publish(TopicArn=topic, Message="tea")
    lab.advance(86_400)
    found = meters(lab, "news", SnsRegion)
    assert list(values(found, FAILED, 2000)) == list(range(361))
    assert values(found, "PublishSize", 2000) == {1: 3}
    lab.sns.delete_topic(TopicArn=lab.topic())
    lab.advance(60)
    assert not [minute for minute in values(found, FAILED, 2000) if minute > 360]


def test_a_web_address_fails_at_each_attempt_and_others_once(lab: OfflineLab) -> None:
    """Each failed POST counts when it happened, also when the clock has jumped over it."""
    topic, account = lab.topic(), lab._world.accounts.get(lab.account)
    subscribe = lab.sns.subscribe
    subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{lab.account}:gone")
    hook = subscribe(TopicArn=topic, Protocol="https", Endpoint=HOOK, ReturnSubscriptionArn=True)["SubscriptionArn"]
    account.service(SnsRegion, REGION).subscriptions[hook].pending = False
    account.down = {HOOK: 503}
    lab.sns.publish(TopicArn=topic, Message="tea")
    lab.advance(180)
    found = meters(lab, "news", SnsRegion)
    found.settle(account.time() * 1000)  # something has read the metrics before SNS was asked to try again
    lab._world.catch_up()
    assert values(found, FAILED) == {0: 4, 1: 1, 2: 0}
    assert values(found, "NumberOfNotificationsDelivered") == {0: 0, 1: 0, 2: 0}


def test_a_copy_of_the_cloud_has_the_metrics_and_goes_its_own_way(lab: OfflineLab) -> None:
    """Also when the cloud goes on from a copy, as it does when a cell runs again."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="tea")
    lab.advance(61)
    frozen = freeze(lab._world)
    lab.sqs.send_message(QueueUrl=url, MessageBody="more tea")
    lab.advance(60)
    assert values(meters(lab, "orders"), VISIBLE) == {0: 1, 1: 2}
    then = thaw(frozen)
    with lab._world.accounts.changed:
        lab._world.accounts.take_over(then.accounts, lab._world)
    lab._world.clock.take_back(then.clock.time())
    assert values(meters(lab, "orders"), VISIBLE) == {0: 1}
    lab.advance(60)
    assert values(meters(lab, "orders"), VISIBLE) == {0: 1, 1: 1}

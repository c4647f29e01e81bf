"""What AWS promises, however its calls are mixed: random programs and small models. Needs the extra `properties`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
from behaviours.labs import OfflineLab
from botocore.exceptions import ClientError
from promises_queues import QueueModel
from promises_topics import FILTERS, Filter, Note, SubscriberModel, TopicModel

from helpers.aws_rules.common.unkindness import Unkindness
from helpers.simulation import worlds

hypothesis = pytest.importorskip("hypothesis", reason="the extra `properties` is not installed")

from hypothesis import HealthCheck, Phase, settings, strategies  # noqa: E402
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule  # noqa: E402

pytestmark = pytest.mark.properties

# Without shrinking, which takes minutes: a failure shows a program of some twenty calls.
REPEATABLE = settings(
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
UNKIND_CODES = ("RequestThrottled", "Throttling", "InternalError")
SECONDS = strategies.sampled_from([0.5, 1, 1, 4, 5, 5, 10, 29, 31, 31, 60, 299, 301])
LEASES = strategies.sampled_from([0, 1, 5, 30, 30, 300])
CHOICE = strategies.integers(0, 99)
KINDS = strategies.sampled_from(["kind", "blind", "mixed", "behind", "busy", "broken"])
SEEDS = strategies.integers(1, 5)


class Program(RuleBasedStateMachine):
    """A program that runs in a fresh simulated AWS."""

    def __init__(self) -> None:
        super().__init__()
        self.lab = OfflineLab()
        self.lab.__enter__()
        self.world = worlds.require()
        self.account = self.world.accounts.get(self.lab.account)

    def teardown(self) -> None:
        """Look at the end of the program, and leave the cloud."""
        try:
            self.at_the_end()
        finally:
            self.lab.__exit__(None, None, None)

    def at_the_end(self) -> None:
        """Assert what has to be so when the program is over."""

    def now(self) -> float:
        """Return the cloud's time."""
        return self.world.clock.time()

    def ask(self, service: str, operation: str, **params: Any) -> tuple[str, dict[str, Any]]:
        """Call an operation and return the error's code, or "" with the reply."""
        try:
            return "", getattr(self.lab.client(service), operation)(**params)
        except ClientError as problem:
            return problem.response["Error"]["Code"], {}

    def kindly(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call an operation in kind weather; it has to succeed."""
        with self.kind_weather():
            return getattr(self.lab.client(service), operation)(**params)

    @contextmanager
    def kind_weather(self) -> Iterator[None]:
        """Let AWS be kind meanwhile."""
        weather, self.account.unkindness = self.account.unkindness, Unkindness()
        try:
            yield
        finally:
            self.account.unkindness = weather


# --- queues ---------------------------------------------------------------------------------------------------------


class QueueProgram(Program):
    """A program that sends to, receives from and deletes from one queue."""

    fifo: ClassVar[bool]
    doubling: ClassVar[bool] = False  # whether AWS delivers messages twice
    url, dead_url = "", ""

    def open(self, model: QueueModel) -> None:
        """Make the queue, and its dead-letter queue where the model has one."""
        end = ".fifo" if self.fifo else ""
        model.fifo, self.model = self.fifo, model
        attributes = {"MessageRetentionPeriod": str(model.retention), "DelaySeconds": str(model.delay)}
        if model.content_based:
            attributes["ContentBasedDeduplication"] = "true"
        if model.each_group:
            attributes["DeduplicationScope"] = "messageGroup"
        if model.most:
            self.dead_url = self.lab.queue(f"dead{end}")
            target = {"deadLetterTargetArn": self.lab.arn(self.dead_url), "maxReceiveCount": str(model.most)}
            attributes["RedrivePolicy"] = json.dumps(target)
            model.dead = QueueModel(self.fifo)
        self.url = self.lab.queue(f"orders{end}", **attributes)
        self.told, self.sent, self.purged_at = 0, 0, float("-inf")
        self.counted: list[tuple[float, tuple[int, int, int]]] = []

    def call(self, operation: str, **params: Any) -> tuple[str, dict[str, Any]] | None:
        """Call an operation of the queue; None when the weather refused it, which changes nothing."""
        code, reply = self.ask("sqs", operation, **({"QueueUrl": self.url} | params))
        self.model.tidy(self.now())
        weather = self.account.unkindness
        if code in UNKIND_CODES:
            assert weather.throttling or weather.errors
            return None
        return code, reply

    # --- the weather and the time -------------------------------------------------------------------------------

    @rule(kind=KINDS, seed=SEEDS)
    def change_weather(self, kind: str, seed: int) -> None:
        """Let AWS be kind, or unkind in one of its ways."""
        asked = {
            "kind": {},
            "blind": {"missed": 0.5},
            "mixed": {"disorder": 0.5, "missed": 0.2},
            "behind": {"lag": 60},
            "busy": {"throttling": 0.4},
            "broken": {"errors": 0.4, "disorder": 0.5},
        }[kind]
        if self.doubling:
            asked["duplicates"] = 0.8
        self.account.unkindness, self.told, self.counted = Unkindness(seed=seed, **asked), 0, []

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """Let time pass, and ask for the counters."""
        self.lab.advance(seconds)
        self.model.tidy(self.now())
        self.count()

    def back_on_the_beat(self) -> None:
        """Move to the next half second, so that two spans that end together do so in floating point, too."""
        self.lab.advance(-self.now() % 0.5)

    # --- sending ------------------------------------------------------------------------------------------------

    def entry(self, choice: int) -> dict[str, Any]:
        """Return a message to send."""
        raise NotImplementedError

    @rule(choice=CHOICE)
    def send(self, choice: int) -> None:
        """Send a message."""
        entry = self.entry(choice)
        if answer := self.call("send_message", **entry):
            assert answer[0] == ""
            self.model.send(entry, answer[1], self.now())

    @rule(choices=strategies.lists(CHOICE, min_size=1, max_size=10))
    def send_batch(self, choices: list[int]) -> None:
        """Send several messages; one of two entries that cannot be sent is without a body."""
        entries = [{"Id": f"n{number}"} | self.entry(choice) for number, choice in enumerate(choices)]
        if choices[0] % 5 == 0:
            entries[0]["MessageAttributes"] = {"colour": {"DataType": "String", "StringValue": ""}}
        if answer := self.call("send_message_batch", Entries=entries):
            assert answer[0] == ""
            failed = [entry["Id"] for entry in answer[1].get("Failed", [])]
            assert failed == (["n0"] if choices[0] % 5 == 0 else [])
            by_id = {entry["Id"]: entry for entry in entries}
            assert [reply["Id"] for reply in answer[1].get("Successful", [])] == [i for i in by_id if i not in failed]
            for reply in answer[1].get("Successful", []):
                self.model.send(by_id[reply["Id"]], reply, self.now())

    # --- receiving ----------------------------------------------------------------------------------------------

    @rule(count=strategies.integers(1, 10), lease=LEASES)
    def receive(self, count: int, lease: int) -> None:
        """Receive by a short poll."""
        self.poll(count, lease, 0)

    @rule(lease=LEASES)
    def receive_all(self, lease: int) -> None:
        """Receive as many as one receive gives."""
        self.poll(10, lease, 0)

    @rule(count=strategies.integers(1, 10), lease=LEASES, wait=strategies.sampled_from([1, 3]))
    def receive_by_a_long_poll(self, count: int, lease: int, wait: int) -> None:
        """Receive by a long poll, which ends when a message is there, or when its time is over."""
        self.poll(count, lease, wait)

    def poll(self, count: int, lease: int, wait: int) -> None:
        """Receive, and compare with the model."""
        started = self.now()
        asked = {"MaxNumberOfMessages": count, "VisibilityTimeout": lease, "WaitTimeSeconds": wait}
        answer = self.call("receive_message", MessageSystemAttributeNames=["All"], **asked)
        if answer:
            assert answer[0] == ""
            messages = answer[1].get("Messages", [])
            assert self.now() - started <= wait + 0.01
            assert messages or self.now() - started >= wait
            missed = bool(self.account.unkindness.missed) and wait == 0 and not self.fifo
            self.model.receive(messages, self.now(), count, lease, not missed)
            self.hear()
        self.back_on_the_beat()

    def hear(self) -> None:
        """Tell the model which duplicates the cloud announced."""
        done = self.account.unkindness.done
        news, self.told = done[self.told :], len(done)
        for text in news:
            if "once more" in text:
                self.model.announce(next(copy.id for copy in self.model.copies if copy.id in text))
            assert not (self.fifo and "missed" in text)

    @precondition(lambda self: self.dead_url)
    @rule(count=strategies.integers(1, 10), lease=LEASES)
    def receive_dead_letters(self, count: int, lease: int) -> None:
        """Receive from the dead-letter queue: what is there was received as often as it may be, and says where from."""
        asked = {"QueueUrl": self.dead_url, "MaxNumberOfMessages": count, "VisibilityTimeout": lease}
        answer = self.call("receive_message", MessageSystemAttributeNames=["All"], **asked)
        if answer:
            assert answer[0] == ""
            messages, dead = answer[1].get("Messages", []), self.model.dead
            assert dead is not None
            self.model.find_dead([message["MessageId"] for message in messages], self.now())
            missed = bool(self.account.unkindness.missed) and not self.fifo
            dead.receive(messages, self.now(), count, lease, not missed and not self.fifo)
            for message in messages:
                assert message["Attributes"]["DeadLetterQueueSourceArn"] == self.lab.arn(self.url)

    # --- handles ------------------------------------------------------------------------------------------------

    def newest(self, choice: int) -> str:
        """Return the newest handle of a message that is there and no dead letter, or "" when none was received yet."""
        due = self.model.due(self.now())
        handles = [copy.handle for copy in self.model.copies if copy.handle and copy not in due]
        return handles[choice % len(handles)] if handles else ""

    @rule(choice=CHOICE)
    def delete(self, choice: int) -> None:
        """Delete with the newest handle: the message is gone. Of a FIFO queue, a lease that is over refuses it."""
        if handle := self.newest(choice):
            over = self.model.handles[handle].hidden_until <= self.now()
            if answer := self.call("delete_message", ReceiptHandle=handle):
                self.deleted(handle, answer[0], "InvalidParameterValue" if over else "")

    def deleted(self, handle: str, code: str, expired: str) -> None:
        """Check a delete with the newest handle of a message, which is there. expired: the error of an expired one."""
        if self.fifo and expired:
            assert code == expired
        else:
            assert code == ""
            self.model.delete(handle)

    @rule(choices=strategies.lists(CHOICE, min_size=1, max_size=10))
    def delete_batch(self, choices: list[int]) -> None:
        """Delete several messages, with one handle that is none."""
        handles = list(dict.fromkeys(handle for choice in choices if (handle := self.newest(choice))))[:9]
        over = [self.model.handles[handle].hidden_until <= self.now() for handle in handles]
        entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate([*handles, "no-handle"])]
        if answer := self.call("delete_message_batch", Entries=entries):
            codes = {entry["Id"]: entry["Code"] for entry in answer[1].get("Failed", [])}
            codes |= {entry["Id"]: "" for entry in answer[1].get("Successful", [])}
            assert codes.pop(str(len(handles))) == "ReceiptHandleIsInvalid"
            for n, handle in enumerate(handles):
                self.deleted(handle, codes[str(n)], "ReceiptHandleIsInvalid" if over[n] else "")

    @rule(choice=CHOICE)
    def delete_with_a_wrong_handle(self, choice: int) -> None:
        """Garbage is refused. An older handle deletes the message of a standard queue; a FIFO queue refuses it."""
        wrong = ["no handle", "AQEB" + "a" * 180, *self.model.older_handles(self.now())]
        handle = wrong[choice % len(wrong)]
        answer = self.call("delete_message", ReceiptHandle=handle)
        if answer and handle not in self.model.handles:
            assert answer[0] == "ReceiptHandleIsInvalid"
        elif answer and answer[0] == "":
            assert not (self.fifo and self.model.is_there(handle))
            self.model.delete(handle)

    def in_flight(self, choice: int) -> str:
        """Return the handle of a message in flight, or ""."""
        handles = [copy.handle for copy in self.model.copies if copy.handle and copy.hidden_until > self.now()]
        return handles[choice % len(handles)] if handles else ""

    @rule(choice=CHOICE, seconds=strategies.sampled_from([0, 1, 5, 30, 400, 43_200]))
    def change_visibility(self, choice: int, seconds: int) -> None:
        """Let a lease end at another time: it counts from now, and twelve hours from the receive are the most."""
        if (handle := self.in_flight(choice)) and (
            answer := self.call("change_message_visibility", ReceiptHandle=handle, VisibilityTimeout=seconds)
        ):
            self.changed(handle, answer[0], seconds)

    def changed(self, handle: str, code: str, seconds: int) -> None:
        """Check a change of the lease of a message in flight."""
        if seconds < 43_200:
            assert code == ""
        if code == "":
            self.model.hide(handle, self.now(), seconds)
        else:
            assert code == "InvalidParameterValue"

    @rule(choices=strategies.lists(CHOICE, min_size=1, max_size=10), seconds=strategies.sampled_from([0, 5, 30]))
    def change_visibility_batch(self, choices: list[int], seconds: int) -> None:
        """Let several leases end at another time, with one handle that is none."""
        handles = list(dict.fromkeys(handle for choice in choices if (handle := self.in_flight(choice))))[:9]
        entries = [
            {"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
            for n, handle in enumerate([*handles, "no-handle"])
        ]
        if answer := self.call("change_message_visibility_batch", Entries=entries):
            assert [entry["Id"] for entry in answer[1]["Failed"]] == [str(len(handles))]
            for handle in handles:
                self.changed(handle, "", seconds)

    # --- purging and counting -----------------------------------------------------------------------------------

    @rule(really=strategies.integers(0, 9))
    def purge(self, really: int) -> None:
        """Delete all; a second time within a minute is refused and deletes nothing."""
        if self.model.due(self.now()):
            return  # nobody knows whether they are here or in the dead-letter queue
        if really == 0 and (answer := self.call("purge_queue")):
            if self.now() - self.purged_at < 60:
                assert answer[0] == "AWS.SimpleQueueService.PurgeQueueInProgress"
            else:
                assert answer[0] == ""
                self.purged_at = self.now()
                self.model.purge()

    def read_counts(self, url: str, kindly: bool = True) -> tuple[int, int, int] | None:
        """Return visible, in flight and delayed as SQS says; None when the weather refused it."""
        asked = {"QueueUrl": url, "AttributeNames": ["All"]}
        answer = ("", self.kindly("sqs", "get_queue_attributes", **asked)) if kindly else None
        answer = answer or self.call("get_queue_attributes", **asked)
        if not answer:
            return None
        found = answer[1]["Attributes"]
        visible, hidden, delayed = (
            int(found[f"ApproximateNumberOfMessages{n}"]) for n in ("", "NotVisible", "Delayed")
        )
        return visible, hidden, delayed

    def count(self) -> None:
        """Ask for the counters in this weather: they are as they were when somebody asked within the lag."""
        if self.model.spares or self.model.most:
            return
        told = self.read_counts(self.url, kindly=False)
        lag = self.account.unkindness.lag
        self.counted.append((self.now(), self.model.counts(self.now())))
        assert told is None or told in [
            counts for at, counts in self.counted if at > self.now() - lag or at == self.now()
        ]

    @invariant()
    def counters_agree(self) -> None:
        """Nothing is lost, nothing comes from nowhere, calls that failed did nothing: after each step all is there."""
        if not self.url:
            return
        now = self.now()
        self.model.tidy(now)
        told, known = self.read_counts(self.url), self.model.counts(now)
        assert told is not None
        if self.model.spares:
            assert sum(told) == sum(known) + len(self.model.spares)
        elif self.model.dead is None:
            assert told == known
        else:
            dead, due = self.model.dead.counts(now), len(self.model.due(now))
            dead_told = self.read_counts(self.dead_url)
            assert dead_told is not None
            assert told[1:] == known[1:]
            assert dead_told[1:] == dead[1:]
            assert dead[0] <= dead_told[0] <= dead[0] + due
            assert told[0] + dead_told[0] == known[0] + dead[0]

    def at_the_end(self) -> None:
        """When all leases and delays are over, all that was not deleted comes, and then nothing is left."""
        if not self.url:
            return
        self.account.unkindness = Unkindness()
        self.lab.advance(43_201)
        self.model.tidy(self.now())
        self.drain(self.url, self.model)
        assert [copy for copy in self.model.copies if copy not in self.model.due(self.now())] == []
        assert self.model.spares == []
        if self.model.dead:
            self.drain(self.dead_url, self.model.dead)
            assert self.model.copies == []
            assert self.model.dead.copies == []

    def drain(self, url: str, model: QueueModel) -> None:
        """Receive and delete until nothing comes."""
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 30}
        while messages := self.kindly("sqs", "receive_message", MessageSystemAttributeNames=["All"], **asked).get(
            "Messages"
        ):
            self.model.find_dead([message["MessageId"] for message in messages if model is self.model.dead], self.now())
            model.receive(messages, self.now(), 10, 30, not model.spares and model is self.model)
            for message in messages:
                self.kindly("sqs", "delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                model.delete(message["ReceiptHandle"])


class StandardQueue(QueueProgram):
    """Programs for standard queues."""

    fifo = False

    @initialize(
        retention=strategies.sampled_from([60, 345_600, 345_600]),
        delay=strategies.sampled_from([0, 0, 5]),
        most=strategies.sampled_from([0, 0, 0, 1, 2, 3]),
        weather=KINDS,
    )
    def start(self, retention: int, delay: int, most: int, weather: str) -> None:
        """Make the queue."""
        self.open(QueueModel(retention=345_600 if most else retention, delay=delay, most=most))
        self.change_weather(weather, 1)

    def entry(self, choice: int) -> dict[str, Any]:
        """Return a message; some have a delay of their own, some a group for fairness."""
        self.sent += 1
        entry: dict[str, Any] = {"MessageBody": f"order {self.sent}"}
        if choice % 4 == 1:
            entry["DelaySeconds"] = (0, 1, 30)[choice % 3]
        if choice % 7 == 1:
            entry["MessageGroupId"] = "customer"
        return entry


class DoublingQueue(StandardQueue):
    """Programs for standard queues that deliver many messages twice.

    They have no dead-letter queue: there, nothing tells the copies of one message apart.
    """

    doubling = True

    @initialize(retention=strategies.sampled_from([60, 345_600, 345_600]), weather=KINDS)
    def start(self, retention: int, weather: str) -> None:
        """Make the queue."""
        self.open(QueueModel(retention=retention))
        self.change_weather(weather, 1)


class FifoQueue(QueueProgram):
    """Programs for FIFO queues, which deliver nothing twice, however unkind AWS is to standard queues."""

    fifo = doubling = True

    @initialize(
        retention=strategies.sampled_from([60, 345_600, 345_600]),
        delay=strategies.sampled_from([0, 0, 5]),
        most=strategies.sampled_from([0, 0, 1, 2]),
        content_based=strategies.booleans(),
        each_group=strategies.booleans(),
        weather=KINDS,
    )
    def start(self, retention: int, delay: int, most: int, content_based: bool, each_group: bool, weather: str) -> None:
        """Make the queue."""
        kept = 345_600 if most else retention
        self.open(QueueModel(True, kept, delay, most, content_based=content_based, each_group=each_group))
        self.change_weather(weather, 1)

    def entry(self, choice: int) -> dict[str, Any]:
        """Return a message of one of two groups; its deduplication id or its body may have come before."""
        self.sent += 1
        repeats = choice % 3 == 0
        entry = {
            "MessageBody": f"order {choice % 4 if repeats else 100 + self.sent}",
            "MessageGroupId": "ab"[choice // 12 % 2],
        }
        if not self.model.content_based or choice % 5 == 0:
            entry["MessageDeduplicationId"] = f"d{choice % 4 if repeats else 100 + self.sent}"
        return entry


# --- topics ---------------------------------------------------------------------------------------------------------

BODIES = strategies.sampled_from(["news", '{"kind": "order"}', '{"kind": "return"}', '{"kind": 7}', "[1]", "grüße"])
NOTES = strategies.builds(Note, body=BODIES) | strategies.builds(
    Note,
    body=BODIES,
    colour=strategies.sampled_from([None, "red", "reed", "Blue", "green"]),
    price=strategies.sampled_from([None, 4.99, 5, 9.5, 10]),
    sizes=strategies.sampled_from([None, ("S",), ("M", "L")]),
)


class TopicProgram(Program):
    """A program that publishes to one topic, to which queues are subscribed and of which some fail."""

    fifo: ClassVar[bool]

    @initialize(
        content_based=strategies.booleans(), filters=strategies.lists(strategies.sampled_from(FILTERS), max_size=4)
    )
    def start(self, content_based: bool, filters: list[Filter]) -> None:
        """Make the topic, with some subscriptions."""
        self.end = ".fifo" if self.fifo else ""
        self.model = TopicModel(self.fifo, content_based)
        settings = {"ContentBasedDeduplication": str(content_based).lower()} if self.fifo else {}
        self.topic = self.lab.topic(f"news{self.end}", **settings)
        self.places: list[tuple[str, str, str]] = []  # of each subscription: queue, dead-letter queue, ARN
        self.made = 0
        for number, chosen in enumerate(filters):
            self.subscribe_queue(number % 2 == 0, chosen, True, "no")

    @rule(
        raw=strategies.booleans(),
        chosen=strategies.sampled_from(FILTERS),
        allowed=strategies.sampled_from([True, True, False]),
        dead=strategies.sampled_from(["no", "yes", "not allowed"]),
    )
    def subscribe(self, raw: bool, chosen: Filter, allowed: bool, dead: str) -> None:
        """Subscribe a new queue: raw or not, filtered or not, with or without a policy and a dead-letter queue."""
        if len(self.places) < 6:
            self.subscribe_queue(raw, chosen, allowed, dead)

    def subscribe_queue(self, raw: bool, chosen: Filter, allowed: bool, dead: str) -> None:
        """Subscribe a new queue."""
        self.made += 1
        with self.kind_weather():
            queue, dead_queue = self.lab.queue(f"q{self.made}{self.end}"), ""
            attributes = {"RawMessageDelivery": "true" if raw else "false"} | chosen.settings()
            if dead != "no":
                dead_queue = self.lab.queue(f"d{self.made}{self.end}")
                attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": self.lab.arn(dead_queue)})
            if dead == "yes":
                self.lab.allow(dead_queue, self.topic)
            arn = self.lab.subscribe(self.topic, queue, allow=allowed, **attributes)
        self.places.append((queue, dead_queue, arn))
        model = SubscriberModel(raw, chosen, allowed, dead == "yes", dead_there=bool(dead_queue))
        self.model.subscribers.append(model)

    def one(self, choice: int) -> int | None:
        """Return the place of a subscription, or None when there is none."""
        return choice % len(self.places) if self.places else None

    @rule(choice=CHOICE, chosen=strategies.sampled_from(FILTERS))
    def change_filter(self, choice: int, chosen: Filter) -> None:
        """Set another filter policy; on AWS it counts within 15 minutes, here at once."""
        if (at := self.one(choice)) is not None:
            for name, value in ({"FilterPolicy": "{}"} | chosen.settings()).items():
                self.kindly(
                    "sns",
                    "set_subscription_attributes",
                    SubscriptionArn=self.places[at][2],
                    AttributeName=name,
                    AttributeValue=value,
                )
            self.model.subscribers[at].filter = chosen

    @rule(choice=CHOICE)
    def unsubscribe(self, choice: int) -> None:
        """End a subscription: its queue gets nothing more."""
        if choice % 4 == 0 and (at := self.one(choice // 4)) is not None:
            self.look(at)
            self.kindly("sns", "unsubscribe", SubscriptionArn=self.places.pop(at)[2])
            self.model.subscribers.pop(at)

    @rule(choice=CHOICE, which=strategies.integers(0, 1))
    def delete_queue(self, choice: int, which: int) -> None:
        """Delete a subscribed queue or a dead-letter queue, with what is in it."""
        if choice % 4 or (at := self.one(choice // 4)) is None:
            return
        model, url = self.model.subscribers[at], self.places[at][which]
        if not url or not (model.there, model.dead_there)[which]:
            return
        self.kindly("sqs", "delete_queue", QueueUrl=url)
        if which:
            model.dead_there, model.dead = False, []
        else:
            model.there, model.came = False, []

    @rule(choice=CHOICE)
    def take_the_policy_away(self, choice: int) -> None:
        """Take the policy of a subscribed queue away: SNS cannot deliver to it, and the publisher does not notice."""
        if choice % 4 == 0 and (at := self.one(choice // 4)) is not None and self.model.subscribers[at].there:
            self.kindly("sqs", "set_queue_attributes", QueueUrl=self.places[at][0], Attributes={"Policy": ""})
            self.model.subscribers[at].allowed = False

    # --- publishing ---------------------------------------------------------------------------------------------

    def entry(self, note: Note, choice: int) -> dict[str, Any]:
        """Return the message as Publish takes it."""
        entry: dict[str, Any] = {"Message": note.body, "MessageAttributes": note.attributes()}
        if self.fifo:
            entry["MessageGroupId"] = "abc"[choice // 9 % 3]
            if not self.model.content_based or choice % 5 == 0:
                entry["MessageDeduplicationId"] = f"d{choice % 9}"
        return entry

    @rule(note=NOTES, choice=CHOICE)
    def publish(self, note: Note, choice: int) -> None:
        """Publish a message. It is accepted whatever becomes of the deliveries."""
        entry = self.entry(note, choice)
        code, reply = self.ask("sns", "publish", TopicArn=self.topic, **entry)
        if code:
            assert code in UNKIND_CODES
            assert self.account.unkindness.throttling
        else:
            self.model.publish(note, entry.get("MessageDeduplicationId"), reply, self.now())

    @rule(notes=strategies.lists(strategies.tuples(NOTES, CHOICE), min_size=1, max_size=10))
    def publish_batch(self, notes: list[tuple[Note, int]]) -> None:
        """Publish several messages; an entry that cannot be published is without a text."""
        entries = [{"Id": f"n{number}"} | self.entry(note, choice) for number, (note, choice) in enumerate(notes)]
        code, reply = self.ask("sns", "publish_batch", TopicArn=self.topic, PublishBatchRequestEntries=entries)
        if code:
            assert code in UNKIND_CODES
            assert self.account.unkindness.throttling
            return
        assert reply["Failed"] == []
        assert [answer["Id"] for answer in reply["Successful"]] == [entry["Id"] for entry in entries]
        for (note, _), entry, answer in zip(notes, entries, reply["Successful"], strict=True):
            self.model.publish(note, entry.get("MessageDeduplicationId"), answer, self.now())

    @rule(busy=strategies.booleans())
    def change_weather(self, busy: bool) -> None:
        """Let AWS refuse some requests, or none."""
        self.account.unkindness = Unkindness(throttling=0.4) if busy else Unkindness()

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.lab.advance(seconds)

    # --- looking ------------------------------------------------------------------------------------------------

    @rule(choice=CHOICE)
    def look_at_one(self, choice: int) -> None:
        """Look at what one subscription received."""
        if (at := self.one(choice)) is not None:
            self.look(at)

    def look(self, at: int) -> None:
        """Exactly what its filter lets through came, in the form that the subscription asks for."""
        model, (queue, dead_queue, _) = self.model.subscribers[at], self.places[at]
        if model.there:
            self.compare(self.drain(queue), model.came, model.raw)
            model.came = []
        if model.dead_there:
            self.compare(self.drain(dead_queue), model.dead, model.raw)
            model.dead = []

    def compare(self, messages: list[dict[str, Any]], expected: list[Note], raw: bool) -> None:
        """Assert that these messages carry these notes."""
        plain = [self.read(message, raw) for message in messages]
        wanted = [(note.body, json.dumps(note.attributes(), sort_keys=True)) for note in expected]
        assert sorted(plain) == sorted(wanted)

    def read(self, message: dict[str, Any], raw: bool) -> tuple[str, str]:
        """Return a message's text and attributes, as they were published."""
        if raw:
            return message["Body"], json.dumps(message.get("MessageAttributes", {}), sort_keys=True)
        envelope = json.loads(message["Body"])
        assert envelope["TopicArn"] == self.topic
        assert envelope["MessageId"] in self.model.ids
        attributes = {
            name: {"DataType": value["Type"], "StringValue": value["Value"]}
            for name, value in envelope.get("MessageAttributes", {}).items()
        }
        return envelope["Message"], json.dumps(attributes, sort_keys=True)

    def drain(self, url: str) -> list[dict[str, Any]]:
        """Receive and delete all messages. Those of a group come in the order in which they were published."""
        found: list[dict[str, Any]] = []
        last: dict[str, int] = {}
        asked: dict[str, Any] = {"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]}
        asked["MessageSystemAttributeNames"] = ["All"]
        while messages := self.kindly("sqs", "receive_message", **asked).get("Messages"):
            for message in messages:
                found.append(message)
                self.kindly("sqs", "delete_message", QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if self.fifo:
                    group = message["Attributes"]["MessageGroupId"]
                    number = int(message["Attributes"]["SequenceNumber"])
                    assert number > last.get(group, 0)
                    last[group] = number
        return found

    def at_the_end(self) -> None:
        """Look at every subscription."""
        for at in range(len(getattr(self, "places", []))):
            self.look(at)


class StandardTopic(TopicProgram):
    """Programs for standard topics."""

    fifo = False


class FifoTopic(TopicProgram):
    """Programs for FIFO topics."""

    fifo = True


TestStandardQueue = StandardQueue.TestCase
TestStandardQueue.settings = settings(REPEATABLE, max_examples=110, stateful_step_count=60)
TestDoublingQueue = DoublingQueue.TestCase
TestDoublingQueue.settings = settings(REPEATABLE, max_examples=80, stateful_step_count=60)
TestFifoQueue = FifoQueue.TestCase
TestFifoQueue.settings = settings(REPEATABLE, max_examples=110, stateful_step_count=60)
TestStandardTopic = StandardTopic.TestCase
TestStandardTopic.settings = settings(REPEATABLE, max_examples=100, stateful_step_count=30)
TestFifoTopic = FifoTopic.TestCase
TestFifoTopic.settings = settings(REPEATABLE, max_examples=100, stateful_step_count=30)

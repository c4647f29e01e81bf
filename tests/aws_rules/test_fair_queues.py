"""Fair queues: who is noisy at the thresholds and when, and how long tenants wait."""

import pickle
from collections.abc import Iterable

import pytest

from helpers.aws_rules.common.unkindness import Unkindness
from helpers.aws_rules.sqs import receiving, sending
from helpers.aws_rules.sqs.fairness import noisy
from helpers.aws_rules.sqs.messages import Message
from helpers.aws_rules.sqs.queues import Queue
from helpers.aws_rules.sqs.region import SqsRegion
from helpers.backends.offline.copies import freeze, thaw
from helpers.backends.offline.offline_cloud import make_world
from helpers.simulation.worlds import World

ACCOUNT, REGION, NAME = "111122223333", "us-east-1", "orders"


def queue_in(world: World, name: str = NAME) -> Queue:
    """Return the queue of this name in this world. It's created on first use."""
    account = world.accounts.get(ACCOUNT)
    return account.service(SqsRegion, REGION).create(name, {"FifoQueue": "true"} if "." in name else {}, {})


class Traffic:
    """A queue in a world with a frozen clock, without boto3, which takes most of the time."""

    def __init__(self, name: str = NAME) -> None:
        self.world = make_world(True, 1, ACCOUNT)
        self.queue = queue_in(self.world, name)

    def send(self, tenant: str | None, count: int = 1) -> None:
        """Send messages whose body is their tenant and moment."""
        with self.world.accounts.changed:
            for number in range(count):
                ids = {"MessageGroupId": tenant, "MessageDeduplicationId": f"{tenant} {number}"}
                sending.send(self.queue, {"MessageBody": f"{tenant}"} | ids)

    def receive(self, count: int, at_once: int = 10, timeout: int = 30) -> list[Message]:
        """Receive up to so many messages, up to ten with each receive."""
        found: list[Message] = []
        with self.world.accounts.changed:
            while len(found) < count:
                poll = receiving.Poll(self.queue, min(at_once, count - len(found)), 0, timeout, None, True)
                if not (more := receiving.receive(poll, "")):
                    break
                found += more
        return found

    def delete(self, messages: Iterable[Message]) -> None:
        """Delete received messages."""
        with self.world.accounts.changed:
            for message in messages:
                receiving.delete(self.queue, message.receipt_handle or "", "")

    def hide(self, messages: Iterable[Message], seconds: int) -> None:
        """Change the visibility timeout of received messages."""
        with self.world.accounts.changed:
            for message in messages:
                receiving.change_visibility(self.queue, message.receipt_handle or "", seconds)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.world.clock.advance(seconds)

    def noisy(self) -> list[str]:
        """Return the tenants that are noisy now."""
        return sorted(noisy(self.queue, self.queue.now()))


@pytest.fixture
def traffic() -> Traffic:
    """Return a standard queue without messages."""
    return Traffic()


def tenants(messages: Iterable[Message]) -> list[str]:
    """Return the messages' tenants."""
    return [message.body for message in messages]


@pytest.mark.parametrize(("own", "others", "expected"), [(29, 0, []), (30, 0, ["a"]), (30, 270, []), (30, 269, ["a"])])
def test_thirty_in_flight_and_more_than_a_tenth(traffic: Traffic, own: int, others: int, expected: list[str]) -> None:
    """At the thresholds, while no time passes: 29 aren't enough, and 30 of 300 are no more than a tenth."""
    traffic.send(None, others)
    traffic.receive(others)
    traffic.send("a", own + 1)
    assert len(traffic.receive(own)) == own
    assert traffic.noisy() == expected


@pytest.mark.parametrize("end", ["deleted", "timed out", "received again", "given back", "extended"])
@pytest.mark.parametrize(("others", "expected"), [(9, []), (8, ["a"])])
def test_more_than_a_tenth_of_the_processing_time(traffic: Traffic, end: str, others: int, expected: list[str]) -> None:
    """One second of ten is no more than a tenth, and one of nine is, however the time in flight ends."""
    traffic.send(None, others)
    rest = traffic.receive(others)
    traffic.send("a", 2)
    mine = traffic.receive(1, timeout=1 if end in ("timed out", "received again") else 30)
    traffic.advance(0.5)
    if end == "extended":
        traffic.hide(mine, 30)
    traffic.advance(0.5)
    traffic.delete(rest)
    if end == "deleted":
        traffic.delete(mine)
    if end == "given back":
        traffic.hide(mine, 0)
    if end == "received again":
        assert traffic.receive(1)[0].id == mine[0].id
    assert traffic.noisy() == expected


@pytest.mark.parametrize(("others", "expected"), [(9, []), (8, ["a"])])
def test_only_the_last_five_minutes_count(traffic: Traffic, others: int, expected: list[str]) -> None:
    """Five minutes of fifty are no more than a tenth, although the message has been in flight for ten."""
    traffic.send("a", 2)
    traffic.receive(1, timeout=3600)
    traffic.advance(300)
    traffic.send(None, others)
    assert "a" not in tenants(traffic.receive(others, timeout=3600))
    traffic.advance(300)
    assert traffic.noisy() == expected


def test_without_a_backlog_nobody_is_noisy(traffic: Traffic) -> None:
    """A tenant that's alone is noisy as long as some of its messages wait, and again if more come while 30 are busy."""
    traffic.send("a", 40)
    traffic.receive(39)
    assert traffic.noisy() == ["a"]
    messages = traffic.receive(1)
    assert traffic.noisy() == []
    traffic.send("a")
    assert traffic.noisy() == ["a"]
    traffic.hide(messages, 0)
    assert len(traffic.receive(10)) == 2
    assert traffic.noisy() == []


def test_what_was_received_before_the_backlog_ended_does_not_count(traffic: Traffic) -> None:
    """A tenant whose messages never wait long isn't noisy, although it's the only one that uses processing time."""
    for _ in range(5):
        traffic.send("a")
        assert traffic.noisy() == []
        messages = traffic.receive(1)
        traffic.advance(5)
        traffic.delete(messages)
    traffic.send("a", 2)
    assert traffic.noisy() == []
    messages = traffic.receive(1)
    traffic.advance(2)
    assert traffic.noisy() == []  # that's 2 seconds of 27
    traffic.advance(1)
    assert traffic.noisy() == ["a"]
    traffic.delete(messages)
    assert traffic.noisy() == ["a"]
    traffic.receive(1)
    traffic.send("a")
    assert traffic.noisy() == []


def test_messages_without_a_tenant_are_never_noisy(traffic: Traffic) -> None:
    """Not even one that waits again, after it had all of the processing time."""
    traffic.send(None, 50)
    traffic.receive(49)
    traffic.send("a")
    traffic.advance(40)
    assert traffic.noisy() == []
    assert tenants(traffic.receive(51)) == ["None"] * 50 + ["a"]


def test_a_queue_without_tenants_remembers_nothing() -> None:
    """A standard queue without groups, and any FIFO queue, has no record of processing time, and nobody is noisy."""
    for name, tenant in ((NAME, None), (f"{NAME}.fifo", "a")):
        traffic = Traffic(name)
        traffic.send(tenant, 40)
        traffic.receive(10)
        traffic.advance(10)
        assert traffic.queue.processing is None
        assert traffic.noisy() == []


def test_several_noisy_tenants_take_turns(traffic: Traffic) -> None:
    """The one with the fewest messages in flight is first, message by message; the oldest one if they're even."""
    for tenant, in_flight in (("a", 33), ("b", 30)):
        traffic.send(tenant, 60)
        assert set(tenants(traffic.receive(in_flight))) == {tenant}
    traffic.send("c")
    assert "".join(tenants(traffic.receive(10))) == "cbbbababab"


def test_looking_changes_nothing(traffic: Traffic) -> None:
    """Who was noisy at each second since the last change can be asked afterwards, and it's what it was then."""
    traffic.send("a", 45)
    traffic.receive(40)
    then = {}
    for second in range(340):
        then[traffic.queue.now()] = traffic.noisy()
        assert bool(traffic.noisy()) == (second < 330), "for 30 seconds in flight, and the five minutes after"
        traffic.advance(1)
    frozen = freeze(traffic.world)
    assert {moment: sorted(noisy(traffic.queue, moment)) for moment in then} == then
    assert freeze(traffic.world) == frozen
    copied = queue_in(thaw(frozen))
    assert {moment: sorted(noisy(copied, moment)) for moment in then} == then


def test_an_expired_backlog_is_no_backlog(traffic: Traffic) -> None:
    """Messages whose retention period is over don't wait, although nothing has removed them yet."""
    traffic.queue._set_attributes({"MessageRetentionPeriod": "60"})
    traffic.send("a", 31)
    traffic.receive(30)
    traffic.advance(59)
    assert traffic.noisy() == ["a"]
    traffic.advance(1)
    assert traffic.noisy() == []


def test_only_five_minutes_are_remembered(traffic: Traffic) -> None:
    """A queue's record of processing time doesn't grow, however long it works."""
    sizes = []
    for second in range(600):
        traffic.send(f"{second % 7}")
        messages = traffic.receive(1)
        traffic.advance(1)
        traffic.delete(messages)
        if second in (300, 599):
            sizes.append(len(pickle.dumps(traffic.queue.processing)))
    assert sizes[1] < 1.1 * sizes[0]


def test_disorder_still_happens(traffic: Traffic) -> None:
    """On an unkind cloud neighbours change places, those of quiet and noisy tenants, too, and nothing is lost."""
    traffic.send("a", 34)
    traffic.receive(30)
    traffic.send("b", 4)
    traffic.queue.owner.unkindness = Unkindness(disorder=1)
    assert "".join(tenants(traffic.receive(10))) == "bbbaaaab"


def by_minute(traffic: Traffic, metric: str) -> list[float]:
    """Return a metric's values since the beginning."""
    now = int(traffic.queue.now() // 1000)
    return [point.most for _, point in traffic.queue.meters.series()[metric].between(0, now)]


def test_metrics_of_quiet_groups(traffic: Traffic) -> None:
    """A noisy tenant's backlog isn't in the quiet groups', until it's quiet, five minutes after its last processing."""
    traffic.send("a", 45)
    traffic.receive(40)
    traffic.send("b", 3)
    traffic.advance(480)
    assert by_minute(traffic, "ApproximateNumberOfNoisyGroups") == [1, 1, 1, 1, 1, 0, 0, 0]
    assert by_minute(traffic, "ApproximateNumberOfMessagesVisible") == [48] * 8
    assert by_minute(traffic, "ApproximateNumberOfMessagesVisibleInQuietGroups") == [3, 3, 3, 3, 3, 48, 48, 48]


def test_a_metric_sees_a_tenant_get_noisy_by_itself(traffic: Traffic) -> None:
    """While nothing happens, others' processing time is forgotten first, and a share rises above a tenth."""
    traffic.send(None, 100)
    others = traffic.receive(100)
    traffic.send("b", 2)
    traffic.advance(10)
    traffic.delete(others)
    traffic.advance(190)
    traffic.receive(1)
    traffic.advance(3600)
    assert by_minute(traffic, "ApproximateNumberOfNoisyGroups") == [0] * 5 + [1] * 3 + [0] * 55


def waits(of: str | None, late: str | None) -> dict[str, float]:
    """Return the longest waiting times in seconds of a big tenant and of late ones, each with 40 workers for all.

    A thousand messages of the one are there when the workers begin, and half a second later ten more come. of, late:
    their groups. Each message takes a worker one second.
    """
    traffic, longest = Traffic(), {"big": 0.0, "late": 0.0}
    traffic.send(of, 1000)
    big = set(traffic.queue.stored)
    busy = traffic.receive(40, at_once=1)
    begun = traffic.queue.now()
    traffic.advance(0.5)
    traffic.send(late, 10)
    while busy:
        traffic.advance(0.5 if traffic.queue.now() == begun + 500 else 1)
        traffic.delete(busy)
        busy = traffic.receive(40, at_once=1)
        for message in busy:
            whose = "big" if message.number in big else "late"
            waited = (traffic.queue.now() - message.enqueued_at) / 1000
            longest[whose] = max(longest[whose], waited)
    return longest


@pytest.mark.parametrize(
    ("of", "late", "expected"),
    [
        pytest.param(None, None, (24, 24.5), id="no groups"),
        pytest.param("a", "b", (25, 0.5), id="two tenants"),
        pytest.param("a", None, (25, 0.5), id="the big one alone has a group", marks=pytest.mark.full),
        pytest.param("all", "all", (24, 24.5), id="one group for all", marks=pytest.mark.full),
        pytest.param(None, "b", (24, 24.5), id="a thousand tenants", marks=pytest.mark.full),
    ],
)
def test_waiting_times(of: str | None, late: str | None, expected: tuple[float, float]) -> None:
    """Ten late messages wait for a whole backlog or for one worker, and the backlog takes a second longer then."""
    assert tuple(waits(of, late).values()) == expected

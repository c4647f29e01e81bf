"""Whose world a thread is in: worlds side by side share nothing, and nobody gets into another one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from helpers import clock, cloud, start
from helpers.backends.base import Cloud
from helpers.backends.calls import calls
from helpers.backends.offline.offline_cloud import ACCOUNT, OTHER_ACCOUNT, any_account, make_world
from helpers.errors import CloudError, Stopped
from helpers.simulation import worlds
from helpers.simulation.clock import START
from helpers.simulation.worlds import World


def private_world(number: int) -> World:
    """Return a world with two accounts of its own, as a check makes one."""
    return make_world(still=True, seed=number, account=f"{number:012}", other_account=f"{number + 100:012}")


def run_in_thread(work: Callable[[], Any], world: World | None = None) -> threading.Thread:
    """Start the work in a new thread, which a world may adopt, and return the thread."""
    thread = threading.Thread(target=work, daemon=True)
    if world is not None:
        world.adopt(thread)
    thread.start()
    return thread


def names(sqs: Any) -> list[str]:
    """Return the names of the queues that the calling thread sees."""
    return sorted(url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", []))


def test_before_start_a_thread_is_in_no_world(no_cloud: None) -> None:
    """Without a cloud there is no world; who needs one gets CloudError, which says how to start one."""
    assert worlds.current() is None
    with pytest.raises(CloudError, match=r"start\(\)"):
        worlds.require()


def test_a_visit_ends_where_it_began(offline: Cloud) -> None:
    """In a visit, also within another, the thread is in that world; afterwards in the one before, and it is closed."""
    outer, inner = private_world(1), private_world(2)
    assert worlds.current() is worlds.default() is offline.world
    with worlds.enter(outer):
        assert worlds.require() is outer
        with worlds.enter(inner):
            assert worlds.require() is inner
        assert worlds.require() is outer
        assert (outer.open, inner.open) == (True, False)
    assert worlds.current() is offline.world
    assert (offline.world.open, outer.open) == (True, False)
    with pytest.raises(ZeroDivisionError), worlds.enter(private_world(3)):
        _ = 1 / 0
    assert worlds.current() is offline.world


def test_two_worlds_share_no_queue_topic_or_call(offline: Cloud, sqs: Any, sns: Any) -> None:
    """One client, three worlds: each has its own queues, messages, topics and journal, under accounts of its own."""
    urls = {}
    first, second = private_world(1), private_world(2)
    for world in (first, second):
        with worlds.enter(world):
            urls[world] = sqs.create_queue(QueueName="orders")["QueueUrl"]
            sns.create_topic(Name="orders")
            assert len(sns.list_topics()["Topics"]) == 1
            sqs.send_message(QueueUrl=urls[world], MessageBody="book")
            assert names(sqs) == ["orders"]
    assert "/000000000001/" in urls[first]
    assert "/000000000002/" in urls[second]
    assert names(sqs) == []
    assert sns.list_topics()["Topics"] == []
    assert [len(calls(world.journal)) for world in (first, second, offline.world)] == [5, 5, 2]
    assert len(cloud.calls()) == 2


def test_a_world_does_not_touch_the_learners_queue_of_the_same_name(sqs: Any, queue_url: str) -> None:
    """A private world does not know the learner's queue, and has room for one of that name."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="learner's")
    with worlds.enter(private_world(1)):
        with pytest.raises(sqs.exceptions.QueueDoesNotExist):
            sqs.receive_message(QueueUrl=queue_url)
        its_own = sqs.create_queue(QueueName="orders")["QueueUrl"]
        assert "Messages" not in sqs.receive_message(QueueUrl=its_own)
        with pytest.raises(sqs.exceptions.QueueDoesNotExist):
            sqs.purge_queue(QueueUrl=queue_url)
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=queue_url)["Messages"]] == ["learner's"]


def test_each_world_has_its_own_time(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """The clock of a private world moves by itself: the learner's leases go on as if nothing had happened."""
    sqs.send_message(QueueUrl=queue_url, MessageBody="book")
    sqs.receive_message(QueueUrl=queue_url)  # hidden for 30 seconds
    with worlds.enter(private_world(1)) as world:
        world.clock.advance(hours=12)
        assert clock.time() == world.clock.time() == START.timestamp() + 12 * 3600
        other = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.receive_message(QueueUrl=other, WaitTimeSeconds=20)
    assert clock.now() == START
    assert "Messages" not in sqs.receive_message(QueueUrl=queue_url)


def test_each_world_has_its_own_ids(sqs: Any, queue_url: str) -> None:
    """A private world draws from its own source: the learner's next id is the same with it and without."""

    def next_id() -> str:
        return sqs.send_message(QueueUrl=queue_url, MessageBody="book")["MessageId"]

    undisturbed = [next_id(), next_id()]
    start()
    sqs.create_queue(QueueName="orders")
    disturbed = [next_id()]
    with worlds.enter(private_world(1)):
        private = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=private, MessageBody="book")
    disturbed.append(next_id())
    assert disturbed == undisturbed


def test_an_account_that_is_drawn_is_never_the_learners() -> None:
    """The accounts of a check are twelve digits and never those of the learner's cloud, even when those are drawn."""

    class Draw:
        drawn = iter([int(ACCOUNT), int(OTHER_ACCOUNT), 111111111111])

        def randrange(self, first: int, end: int) -> int:
            assert (first, end) == (10**11, 10**12)  # so that there are twelve digits
            return next(self.drawn)

    assert any_account(Draw()) == "111111111111"  # type: ignore[arg-type]


# ---- Threads


def test_a_thread_that_is_adopted_belongs_to_the_world(offline: Cloud, sqs: Any) -> None:
    """Its calls go there; a thread that nobody adopts is in the learner's world."""
    seen: list[World | None] = []

    def work() -> None:
        seen.append(worlds.current())
        sqs.create_queue(QueueName="orders")
        run_in_thread(lambda: seen.append(worlds.current())).join(10)

    with worlds.enter(private_world(1)) as world:
        run_in_thread(work, world).join(10)
        assert names(sqs) == ["orders"]
    assert seen == [world, offline.world]
    assert names(sqs) == []


def test_a_thread_that_outlives_its_visit_is_refused(offline: Cloud, sqs: Any) -> None:
    """After the visit its threads still belong to its world, which is closed: a call ends them with Stopped."""
    go_on, outcome = threading.Event(), []

    def work() -> None:
        outcome.append(names(sqs))
        assert go_on.wait(10)
        outcome.append(worlds.current())
        try:
            outcome.append(sqs.create_queue(QueueName="left-behind"))
        except BaseException as problem:
            outcome.append(type(problem))

    with worlds.enter(private_world(1)) as world:
        sqs.create_queue(QueueName="orders")
        thread = run_in_thread(work, world)
        while not outcome:
            thread.join(0.001)
            assert thread.is_alive()
    calls = len(world.journal)
    go_on.set()
    thread.join(10)
    assert outcome == [["orders"], world, Stopped]
    assert len(world.journal) == calls
    assert names(sqs) == []  # nor did it get into the learner's world


def test_stopped_is_not_held_by_except_exception(offline: Cloud, sqs: Any) -> None:
    """Code that catches every Exception and tries again does not go on: the first call in a closed world ends it."""
    tries, ended = [], []

    def work() -> None:
        try:
            while len(tries) < 5:
                try:
                    tries.append(sqs.list_queues)
                    sqs.list_queues()
                except Exception:
                    continue
        except BaseException as problem:
            ended.append(type(problem))

    with worlds.enter(private_world(1)) as world:
        world.open = False
        run_in_thread(work, world).join(10)
    assert (len(tries), ended) == (1, [Stopped])


def test_a_thread_of_the_learners_stays_in_the_learners_world(offline: Cloud, sqs: Any) -> None:
    """A thread from before a visit sees the learner's queues and clock while the visit lasts, and afterwards."""
    steps, done, seen = threading.Semaphore(0), threading.Semaphore(0), []

    def work() -> None:
        for number in range(2):
            assert steps.acquire(timeout=10)
            sqs.create_queue(QueueName=f"learner-{number}")
            clock.advance(1)
            seen.append((worlds.current(), names(sqs)))
            done.release()

    thread = run_in_thread(work)
    with worlds.enter(private_world(1)) as world:
        sqs.create_queue(QueueName="private")
        steps.release()
        assert done.acquire(timeout=10)
        assert names(sqs) == ["private"]
        assert world.clock.now() == START
    steps.release()
    thread.join(10)
    learners = offline.world
    assert seen == [(learners, ["learner-0"]), (learners, ["learner-0", "learner-1"])]
    assert names(sqs) == ["learner-0", "learner-1"]
    assert clock.time() == START.timestamp() + 2


def test_two_visits_side_by_side_do_not_meet(offline: Cloud, sqs: Any) -> None:
    """Two threads in two worlds at the same time each see their own queues only; neither touches the learner's."""
    both_created, seen = threading.Barrier(2, timeout=10), {}

    def work(number: int) -> None:
        with worlds.enter(private_world(number)):
            sqs.create_queue(QueueName=f"orders-{number}")
            both_created.wait()
            seen[number] = names(sqs)
            both_created.wait()

    threads = [run_in_thread(lambda number=number: work(number)) for number in (1, 2)]
    for thread in threads:
        thread.join(10)
    assert seen == {1: ["orders-1"], 2: ["orders-2"]}
    assert names(sqs) == []

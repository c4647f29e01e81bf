"""The hand-in's end of the channel: its sleeps reach the grader with what it says next."""

import json
import socket
import threading

import pytest
from in_sandbox import a_world, in_sandbox, needs_fork

from helpers.checks.runners.base import TIME_IS_UP
from helpers.errors import ClockError
from helpers.sandbox import hand_in_process
from helpers.sandbox.client import MOST_SLEEPS, SandboxClient
from helpers.sandbox.isolation.layers import _without

START = 1_767_603_600.0


@pytest.fixture
def ends():
    """A client at START, and a function that returns what it sent so far."""
    ours, theirs = socket.socketpair()
    client = SandboxClient(theirs, lambda: True)
    client._now = START
    ours.setblocking(False)

    def sent():
        try:
            return [json.loads(line) for line in ours.recv(1 << 16).splitlines()]
        except BlockingIOError:
            return []

    yield client, sent
    ours.close(), theirs.close()


def test_sleeps_are_added_up_and_sent_with_the_next_reply(ends):
    """To the last bit: the grader's clock shows the time that the hand-in has seen."""
    client, sent = ends
    for _ in range(1000):
        client.sleep(0.1)
    assert sent() == []
    client.reply({"value": 1})
    sleep, reply = sent()
    assert reply == {"reply": {"value": 1}}
    assert START + sleep["sleep"] == client.time()
    client.reply({"value": 2})
    assert sent() == [{"reply": {"value": 2}}]


def test_a_loop_that_only_sleeps_is_stopped_by_its_number(ends, monkeypatch):
    """Not by real time, which a busy machine has less of; a request in between begins the count anew.

    The reason is the time, since it computed for nearly none.
    """
    client, _ = ends
    stopped = []
    monkeypatch.setattr(client, "_stop", stopped.append)
    for _ in range(2):
        for _ in range(MOST_SLEEPS):
            client.sleep(1)
        client.reply({"value": None})
    assert stopped == []
    for _ in range(MOST_SLEEPS + 1):
        client.sleep(0)
    assert stopped == [TIME_IS_UP]


@pytest.fixture
def grader():
    """A client of a hand-in with two threads, and the grader's end of its channel, as two files."""
    ours, theirs = socket.socketpair()
    client = SandboxClient(theirs, lambda: False)
    client._now = START
    ours.settimeout(60)
    listening = threading.Thread(target=client.listen)
    listening.start()
    with ours, theirs, ours.makefile("rb") as read, ours.makefile("wb", buffering=0) as write:
        try:
            yield (
                client,
                lambda: json.loads(read.readline()),
                lambda reply: write.write(json.dumps(reply).encode() + b"\n"),
            )
        finally:
            write.write(b'{"do": "where"}\n')
            listening.join()


def test_no_thread_sleeps_while_a_request_of_another_one_is_under_way(grader):
    """A thread that sleeps until the other is done would move the clock without end meanwhile."""
    client, receive, send = grader
    asking = threading.Thread(target=client.ask, args=({"request": 1},), daemon=True)
    asking.start()
    assert receive() == {"request": 1}
    sleeping = threading.Thread(target=lambda: [client.sleep(60) for _ in range(3)], daemon=True)
    sleeping.start()
    sleeping.join(0.01)
    assert client.time() == START
    send({"response": 1, "time": START})
    for passed in (60, 120, 180):
        assert receive() == {"wait": 60}
        send({"time": START + passed})
    asking.join(), sleeping.join()
    assert client.time() == START + 180


SLEEPS = """
import _thread, threading, time
def alone():
    for _ in range(3): time.sleep(60)
def in_threads():
    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()
def in_low_threads():
    done = threading.Lock()
    done.acquire()
    _thread.start_new_thread(lambda: (alone(), done.release()), ())
    done.acquire()
def for_ever():
    while True:
        time.sleep(1)
def for_ever_in_threads():
    threading.Thread(target=threading.Event().wait).start()
    for_ever()
def beyond_all_times():
    while True: time.sleep(10**6)
"""


@needs_fork
@pytest.mark.parametrize(
    ("answer", "kind", "count"),
    [("alone", "sleep", 1), ("in_threads", "wait", 3), ("in_low_threads", "wait", 3)],
)
def test_sleeps_reach_the_grader_one_by_one_as_soon_as_there_are_threads(answer, kind, count):
    """However the threads were started; the clock comes to the same time."""
    world = a_world()
    runner = in_sandbox(SLEEPS, answer)(world)
    received, channel = [], runner._process._channel
    receive = channel.receive

    def recorded(deadline):
        message = receive(deadline)
        received.extend(message)
        return message

    channel.receive = recorded
    before = world.clock.time()
    assert runner.ask({"do": "run", "arguments": {}}, 60) == {"value": None}
    runner.close()
    assert (world.clock.time() - before, received.count(kind)) == (180, count)
    assert {"sleep", "wait"} & {*received} == {kind}


@needs_fork
@pytest.mark.parametrize("answer", ["for_ever", "for_ever_in_threads", "beyond_all_times"])
def test_the_time_of_an_answer_that_only_sleeps_is_up(answer, monkeypatch):
    """It isn't said to have computed: it did that for a small part of the limit."""
    monkeypatch.setattr(hand_in_process, "MOST_WAITS", 1000)
    runner = in_sandbox(SLEEPS, answer)(a_world())
    assert runner.ask({"do": "run", "arguments": {}}, 60)["stopped"] == TIME_IS_UP
    runner.close()


@pytest.mark.parametrize(("seconds", "error"), [(-1, ClockError), (1e12, ClockError), (float("nan"), ClockError)])
def test_a_sleep_that_no_clock_can_do_is_refused(seconds, error, ends):
    """As the grader's clock refuses it, and at once."""
    client, _ = ends
    with pytest.raises(error):
        client.sleep(seconds)
    assert client.time() == START


def test_what_is_beside_a_hidden_folder_can_be_read(tmp_path):
    """Rules for files allow whole folders, so what is hidden is left out by naming its neighbours."""
    for name in ("packages/helpers/checks", "packages/boto3/data", "other"):
        (tmp_path / name).mkdir(parents=True)
    hidden = [tmp_path / "packages" / "helpers"]
    assert _without(tmp_path / "other", hidden) == [tmp_path / "other"]
    assert _without(tmp_path / "packages", hidden) == [tmp_path / "packages" / "boto3"]
    assert _without(hidden[0], hidden) == []

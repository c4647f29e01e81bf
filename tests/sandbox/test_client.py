"""The hand-in's end of the channel: its sleeps reach the grader with what it says next."""

import json
import socket

import pytest
from in_sandbox import a_world, in_sandbox, needs_fork

from helpers.checks.runners.base import TIME_IS_UP
from helpers.errors import ClockError
from helpers.sandbox.client import SandboxClient
from helpers.sandbox.isolation.layers import _without

START = 1_767_603_600.0


@pytest.fixture
def ends():
    """A client at START, and a function that returns what it sent so far."""
    ours, theirs = socket.socketpair()
    client = SandboxClient(theirs)
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
    while True: time.sleep(10**9)
"""


@needs_fork
@pytest.mark.parametrize("answer", ["alone", "in_threads", "in_low_threads"])
def test_the_grader_hears_how_long_the_hand_in_slept(answer):
    """In one message with the reply, however many threads slept; the clock comes to the same time."""
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
    assert (world.clock.time() - before, received) == (180, ["sleep", "reply"])


@needs_fork
@pytest.mark.parametrize("answer", ["for_ever", "for_ever_in_threads"])
def test_the_time_of_an_answer_that_only_sleeps_is_up(answer):
    """By the number of its waits, not by real time, which a busy machine has less of."""
    runner = in_sandbox(SLEEPS, answer)(a_world())
    assert runner.ask({"do": "run", "arguments": {}}, 60)["stopped"] == TIME_IS_UP
    runner.close()


@needs_fork
def test_no_answer_sleeps_beyond_all_times():
    """Python's datetimes end, so the clock does; the answer gets the error where it sleeps."""
    runner = in_sandbox(SLEEPS, "beyond_all_times")(a_world())
    assert runner.ask({"do": "run", "arguments": {}}, 60)["error"]["type"] == "ClockError"
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

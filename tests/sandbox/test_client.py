"""The hand-in's end of the channel: its sleeps reach the grader with what it says next."""

import json
import socket

import pytest

from helpers.errors import ClockError
from helpers.sandbox.client import MOST_SLEEPS, SandboxClient
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


def test_a_loop_that_only_sleeps_is_stopped_by_its_number(ends, monkeypatch):
    """Not by real time, which a busy machine has less of; a request in between begins the count anew."""
    client, _ = ends
    stopped = []
    monkeypatch.setattr(client, "_stop", lambda: stopped.append(client.time()))
    for _ in range(2):
        for _ in range(MOST_SLEEPS):
            client.sleep(1)
        client.reply({"value": None})
    assert stopped == []
    for _ in range(MOST_SLEEPS + 1):
        client.sleep(0)
    assert len(stopped) == 1


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

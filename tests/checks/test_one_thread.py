"""The runner for a browser tab: an answer in the thread of its check, ended without another thread."""

import queue
import sys
import threading
import time

import boto3
import pytest
from endless_loops import LOOPS

from helpers.checks import limits
from helpers.checks.engine import examine
from helpers.checks.runners import one_thread
from helpers.checks.runners.one_thread import OneThread
from helpers.course import course

EXERCISE = course().exercise("clients_for")
watched = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python watches code from 3.12 on; a tab has 3.14")


def outcome(source, name="clients_for"):
    """Return what the check of exercise 01.1 finds out about the function that this source defines."""
    namespace = {"__name__": "__main__"}
    exec(compile(f"import boto3, functools, time\n{source}", "<a cell>", "exec"), namespace)
    return examine(EXERCISE, lambda world: OneThread(namespace[name], world))


@pytest.fixture
def hurried(monkeypatch):
    """An answer has a fiftieth of a second."""
    monkeypatch.setattr(limits, "SECONDS", 0.02)


@watched
@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_a_loop_without_end_is_ended(hurried, source):
    """However it is written, and whatever it catches."""
    assert "so I stopped it" in outcome(source).got


@pytest.mark.parametrize("caught", ["Exception", "BaseException"])
def test_calls_without_end_are_ended(caught):
    """After 300 calls, on every Python, and also when it catches that it is stopped."""
    loop = f"while True:\n        try:\n            sqs.list_queues()\n        except {caught}:\n            pass"
    source = f"def clients_for(region):\n    sqs = boto3.client('sqs', region_name=region)\n    {loop}"
    if caught == "BaseException" and sys.version_info < (3, 12):
        pytest.skip("Python watches code from 3.12 on; a tab has 3.14")
    assert "300 calls" in outcome(source).got


def test_the_time_is_looked_at_before_each_call(hurried):
    """On a Python that does not watch code, too."""
    source = (
        "def clients_for(region):\n    sqs = boto3.client('sqs', region_name=region)\n    while True:\n"
        "        sqs.list_queues()"
    )
    assert "so I stopped it" in outcome(source).got


def test_the_answer_sleeps_by_the_checks_clock():
    """An hour takes no time, and the check goes on."""
    began = time.monotonic()
    source = (
        "def clients_for(region):\n    time.sleep(3600)\n"
        "    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    )
    assert outcome(source).correct
    assert time.monotonic() - began < 60


def test_what_takes_too_long_within_a_library_is_not_right(hurried):
    """It cannot be ended there; it is not found correct either."""
    source = (
        "def clients_for(region):\n    sum(range(5_000_000))\n"
        "    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    )
    assert "so I stopped it" in outcome(source).got


def test_a_right_answer_beside_an_unfinished_function_is_correct():
    """The rest of the notebook does not matter, not even a function whose variable has no value yet."""
    source = (
        "def unfinished():\n    def inner():\n        return later\n    return inner\n    later = 1\n\n"
        "half = unfinished()\n\ndef clients_for(region):\n"
        "    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    )
    assert outcome(source).correct


def test_other_threads_of_the_process_keep_their_own_time():
    """Where there are some, outside a tab, their waits do not move the check's clock, nor does it end them."""
    slept = []

    def elsewhere():
        """Let another thread, which is none of the answer's, sleep while the answer waits for it."""
        asked.put(True)
        slept.append(done.get())

    def other():
        while asked.get():
            time.sleep(0.001)
            done.put(True)

    asked, done = queue.SimpleQueue(), queue.SimpleQueue()
    threading.Thread(target=other, daemon=True).start()
    namespace = {"__name__": "__main__", "boto3": boto3, "elsewhere": elsewhere, "time": time}
    source = (
        "def clients_for(region):\n    before = time.time()\n    elsewhere()\n    assert time.time() == before\n"
        "    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    )
    exec(source, namespace)
    assert examine(EXERCISE, lambda world: OneThread(namespace["clients_for"], world)).correct
    assert slept
    asked.put(False)


@watched
def test_afterwards_nothing_watches():
    """No events are left, and the number is free for others; a check goes on where both numbers are taken."""
    monitoring = sys.monitoring
    assert outcome("def clients_for(region):\n    return 1").got
    for number in one_thread._TOOLS:
        assert monitoring.get_tool(number) is None
        monitoring.use_tool_id(number, "a debugger")
        assert monitoring.get_events(number) == 0
    try:
        assert outcome("def clients_for(region):\n    return 1").got
    finally:
        for number in one_thread._TOOLS:
            monitoring.free_tool_id(number)

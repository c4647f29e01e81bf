"""The seam for a browser tab: an answer in the thread of its check, ended without another thread."""

import functools
import sys
import time
from types import SimpleNamespace

import pytest

from helpers.checks import case, one_thread
from helpers.checks.engine import examine
from helpers.checks.one_thread import OneThread, codes
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
    monkeypatch.setattr(case, "SECONDS", 0.02)


LOOPS = {
    "a loop": "def clients_for(region):\n    while True:\n        region += ''",
    "one that catches everything": (
        "def clients_for(region):\n    while True:\n        try:\n            region += ''\n"
        "        except:\n            pass"
    ),
    "a recursion that catches everything": (
        "def clients_for(region):\n    try:\n        clients_for(region)\n    except:\n        pass\n"
        "    clients_for(region)"
    ),
    "a loop in a function that it calls": (
        "def wait():\n    for _ in iter(int, 1):\n        pass\n\ndef clients_for(region):\n    wait()"
    ),
    "a loop in a class": (
        "class Waiter:\n    @staticmethod\n    def wait():\n        while True:\n            pass\n\n"
        "def clients_for(region):\n    Waiter.wait()"
    ),
    "a loop behind a decorator": (
        "def named(function):\n    @functools.wraps(function)\n    def inner(**given):\n"
        "        return function(**given)\n    return inner\n\n@named\ndef clients_for(region):\n"
        "    while True:\n        pass"
    ),
}


@watched
@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_a_loop_without_end_is_ended(hurried, source):
    """However it is written, and whatever it catches."""
    assert "it did not end" in outcome(source).got


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
    assert "it did not end" in outcome(source).got


def test_the_answer_sleeps_by_the_checks_clock():
    """An hour takes no time, and the check goes on."""
    began = time.monotonic()
    source = (
        "def clients_for(region):\n    time.sleep(3600)\n"
        "    return {name: boto3.client(name, region_name=region) for name in ('sqs', 'sns')}"
    )
    assert outcome(source).correct
    assert time.monotonic() - began < 60


def test_afterwards_nothing_watches():
    """Neither this check's code nor another's goes on being looked at."""
    assert outcome("def clients_for(region):\n    return 1").got
    monitoring = getattr(sys, "monitoring", SimpleNamespace(get_tool=lambda number: None))
    assert monitoring.get_tool(one_thread._TOOL) is None


def test_the_code_that_is_watched_is_the_answers():
    """Functions of the namespace, what they hold and wrap, methods and properties; nothing that is imported."""
    namespace = {"__name__": "__main__", "imported": time.sleep, "other": functools.wraps}
    source = """
class Box:
    @property
    def size(self):
        return 1

    @classmethod
    def make(cls):
        return [lambda: 2]

def outer(function):
    def inner():
        return function()
    return inner

@outer
def wrapped():
    return 3
"""
    exec(source, namespace)
    names = {code.co_name for code in codes(namespace)}
    assert {"size", "make", "<lambda>", "outer", "inner", "wrapped"} == names

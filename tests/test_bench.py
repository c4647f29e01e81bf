"""Measurements, printed and never asserted: `pytest -m bench -s`."""

import json
import statistics
import subprocess
import sys
import time

import pytest

from helpers.checks.engine import examine
from helpers.checks.seam import InProcess
from helpers.course import HOME, course

pytestmark = pytest.mark.bench

BARE = """
import time; started = time.perf_counter()
import boto3
from moto import mock_aws
mock_aws().start()
sqs = boto3.client("sqs", region_name="us-east-1")
sqs.create_queue(QueueName="orders")
print(time.perf_counter() - started)
"""
OURS = """
import time; started = time.perf_counter()
import boto3
from helpers import start
start()
sqs = boto3.client("sqs")
sqs.create_queue(QueueName="orders")
print(time.perf_counter() - started)
"""


def seconds(source):
    """Return what a fresh interpreter measured."""
    return float(subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout)


def test_from_kernel_start_to_the_first_queue(capsys):
    """The course's first cell beside the same calls with bare boto3 and moto, turn by turn."""
    seconds(BARE), seconds(OURS)  # the disk's cache
    pairs = [(seconds(BARE), seconds(OURS)) for _ in range(9)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    with capsys.disabled():
        print(f"\nto the first queue: bare {bare:.3f} s, course {ours:.3f} s, ratio {ours / bare:.2f}")
    assert pairs


def test_what_a_check_adds_to_its_calls(capsys):
    """A check's whole time less the time that its requests take in the cloud, for each exercise of lesson 01."""
    import boto3

    from helpers.cloud import offline

    spent = []
    plain = offline.moto_engine.respond

    def respond(*args):
        began = time.perf_counter()
        try:
            return plain(*args)
        finally:
            spent.append(time.perf_counter() - began)

    offline.moto_engine.respond = respond
    source = HOME / "solutions" / f"{course().lessons[0].slug}.ipynb"
    namespace = {"boto3": boto3, "json": json}
    for cell in json.loads(source.read_text())["cells"]:
        if cell["cell_type"] == "code" and cell["id"] in {item.answer for item in course().exercises}:
            exec("".join(cell["source"]), namespace)  # noqa: S102
    try:
        for exercise in course().lessons[0].exercises:
            answer = namespace[exercise.answer]
            examine(exercise, lambda world, answer=answer: InProcess(answer, world))
            whole, cloud = [], []
            for _ in range(7):
                spent.clear()
                began = time.perf_counter()
                outcome = examine(exercise, lambda world, answer=answer: InProcess(answer, world))
                whole.append(time.perf_counter() - began)
                cloud.append(sum(spent))
                assert outcome.correct
            all_, inside = statistics.median(whole), statistics.median(cloud)
            with capsys.disabled():
                print(
                    f"\ncheck {exercise.id}: {all_ * 1000:.0f} ms, of it moto {inside * 1000:.0f} ms "
                    f"in {len(spent)} requests",
                    end="",
                )
    finally:
        offline.moto_engine.respond = plain

"""Measurements, printed and never asserted: `pytest -m bench -s`."""

import json
import os
import statistics
import subprocess
import sys
import time

import boto3
import pytest
from in_boto3 import InBoto3
from jupyter_client.manager import KernelManager

from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course

pytestmark = pytest.mark.bench
perf_counter = time.perf_counter  # by name: in an answer's thread time.perf_counter shows the check's clock

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


def solved():
    """Return the solutions of lesson 01 as functions, by exercise."""
    exercises, namespace = course().lessons[0].exercises, {"boto3": boto3, "json": json}
    exec("\n".join(answer_source(exercise) for exercise in exercises), namespace)
    return {exercise: namespace[exercise.answer] for exercise in exercises}


def test_what_a_check_adds_to_its_calls(capsys, monkeypatch):
    """A check's whole time less the time that it and the answer spend in boto3, for each exercise of lesson 01."""
    boto3_time = InBoto3(monkeypatch, perf_counter)
    for exercise, answer in solved().items():
        measured = []
        for _ in range(9):
            boto3_time.seconds, began = 0.0, perf_counter()
            assert examine(exercise, lambda world, answer=answer: InProcess(answer, world)).correct
            measured.append((perf_counter() - began, boto3_time.seconds))
        whole, inside = (statistics.median(column) for column in zip(*measured, strict=True))
        with capsys.disabled():
            print(
                f"\ncheck {exercise.id}: {whole * 1000:.0f} ms, of it boto3 {inside * 1000:.0f} ms, "
                f"the check's own {(whole - inside) * 1000:.0f} ms",
                end="",
            )


def round_trips(sqs, url, count=200):
    """Return the seconds that sending, receiving and deleting so many messages takes."""
    began = perf_counter()
    for _ in range(count):
        sqs.send_message(QueueUrl=url, MessageBody="order")
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return perf_counter() - began


def test_what_recording_adds_to_a_call(capsys, offline):
    """Round trips with the journal written and without, turn by turn."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    round_trips(sqs, url)
    seconds = {True: [], False: []}
    for _ in range(8):
        for recording in seconds:
            offline.world.journal.recording = recording
            seconds[recording].append(round_trips(sqs, url))
    ratio = statistics.median(seconds[True]) / statistics.median(seconds[False])
    with capsys.disabled():
        print(f"\nrecording: {ratio:.3f} times the time without")
    assert seconds


def bare_kernels(count):
    """Return the seconds that so many kernels take, one after another, to start, import boto3 and moto, and end."""
    began = perf_counter()
    with open(os.devnull, "w") as nowhere:
        for _ in range(count):
            manager = KernelManager(kernel_name="python3")
            manager.start_kernel(stderr=nowhere)
            client = manager.client()
            client.start_channels()
            client.wait_for_ready(timeout=60)
            assert client.execute_interactive("import boto3; from moto import mock_aws")["content"]["status"] == "ok"
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    return perf_counter() - began


def whole_suite():
    """Return the seconds that the lessons and solutions take under nbval, with pytest's own start."""
    began = perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "lessons", "solutions"]
    subprocess.run(command, cwd=HOME, check=True, capture_output=True)
    return perf_counter() - began


def test_the_notebooks_beside_as_many_bare_kernels(capsys):
    """The whole suite of nbval and bare kernels, turn by turn."""
    count = sum(len(list((HOME / kind).glob("*.ipynb"))) for kind in ("lessons", "solutions"))
    bare_kernels(1)  # the disk's cache
    pairs = [(bare_kernels(count), whole_suite()) for _ in range(3)]
    bare, suite = (statistics.median(column) for column in zip(*pairs, strict=True))
    with capsys.disabled():
        print(f"\n{count} notebooks {suite:.1f} s, as many bare kernels {bare:.1f} s, ratio {suite / bare:.2f}")
    assert pairs

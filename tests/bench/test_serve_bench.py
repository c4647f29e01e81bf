"""Measurements of the served cloud beside moto's own server, printed: `pytest -m bench -s`."""

import json
import statistics
import subprocess
import sys

import pytest

pytestmark = pytest.mark.bench
PROCESSES, THREADS, ROUNDS = 4, 5, 60

OURS = """
from helpers.workshop.http_server import HttpServer
from helpers.workshop.server import WorkshopCloud
server = HttpServer("127.0.0.1", 0, WorkshopCloud().handlers)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
MOTO = """
import logging, time
logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would be its work, too
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
time.sleep(3600)
"""
LEARNERS = """
import json, sys, threading, time
import boto3
url, process, threads, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
barrier, took = threading.Barrier(threads), []

def learn(client, name):
    queue = client.create_queue(QueueName=name)["QueueUrl"]
    barrier.wait()
    for number in range(rounds):
        began = time.perf_counter()
        client.send_message(QueueUrl=queue, MessageBody=f"{name} {number}")
        (message,) = client.receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"] == f"{name} {number}"
        client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        took.append(time.perf_counter() - began)

learners = []
for thread in range(threads):
    number = process * threads + thread + 1
    session = boto3.Session(f"{number:012}", "-", region_name="us-east-1")
    learners.append(threading.Thread(target=learn, args=(session.client("sqs", endpoint_url=url), f"queue-{number}")))
input()  # all processes begin together
began = time.time()
for learner in learners:
    learner.start()
for learner in learners:
    learner.join()
print(json.dumps({"began": began, "ended": time.time(), "took": took}))
"""


def learners_at(server):
    """Return requests per second, and the median and 95th percentile of a learner's round trip in seconds."""
    with subprocess.Popen([sys.executable, "-c", server], stdout=subprocess.PIPE, text=True) as served:
        try:
            url = f"http://127.0.0.1:{int(served.stdout.readline())}"
            numbers = [[url, str(process), str(THREADS), str(ROUNDS)] for process in range(PROCESSES)]
            workers = [
                subprocess.Popen(
                    [sys.executable, "-c", LEARNERS, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
                for words in numbers
            ]
            for worker in workers:
                worker.stdin.write("go\n")
            for worker in workers:
                worker.stdin.flush()
            said = [json.loads(worker.communicate()[0]) for worker in workers]
        finally:
            served.kill()
    took = sorted(seconds for told in said for seconds in told["took"])
    assert len(took) == PROCESSES * THREADS * ROUNDS
    lasted = max(told["ended"] for told in said) - min(told["began"] for told in said)
    return 3 * len(took) / lasted, statistics.median(took), took[int(len(took) * 0.95)]


def test_twenty_learners_at_once(capsys):
    """Send, receive, delete, each in an account and queue of its own, against both servers, turn by turn."""
    pytest.importorskip("flask_cors", reason="moto's server needs flask and flask-cors")
    pairs = [(learners_at(MOTO), learners_at(OURS)) for _ in range(3)]
    columns = ([statistics.median(column) for column in zip(*runs, strict=True)] for runs in zip(*pairs, strict=True))
    moto, ours = columns
    with capsys.disabled():
        for name, (rate, median, late) in (("moto's server", moto), ("course serve", ours)):
            print(f"\n{name}: {rate:.0f} requests/s; a round trip of three {median * 1000:.0f} ms, ", end="")
            print(f"95 % within {late * 1000:.0f} ms", end="")
        print(f"\nratio {ours[0] / moto[0]:.2f}")

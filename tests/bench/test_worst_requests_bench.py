"""Measurements of `course serve` with fifty learners and one client that sends the worst requests it may send.

Printed: `pytest -m bench -s tests/bench/test_worst_requests_bench.py`.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench
WORST = Path(__file__).parents[1] / "support" / "worst_requests.py"
LEARNERS, SECONDS, ROUNDS = 50, 5.0, 3

SERVE = """
from helpers.workshop.serving import serve
serve("127.0.0.1", 0, lambda text: print(text, flush=True))
"""
# Each sends, receives and deletes, and thinks in between: a hundred requests per second together.
CLASS = """
import http.client, json, random, sys, threading, time
port, learners = int(sys.argv[1]), int(sys.argv[2])
took, lock = [], threading.Lock()

def ask(connection, number, operation, params):
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={number}/20260105/us-east-1/sqs/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}",
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{operation}",
    }
    began = time.perf_counter()
    connection.request("POST", "/", json.dumps(params), headers)
    reply = connection.getresponse()
    content = reply.read()
    assert reply.status == 200, (operation, reply.status, content)
    with lock:
        took.append(time.perf_counter() - began)
    return json.loads(content or b"{}")

def learn(number):
    connection, thinks = http.client.HTTPConnection("127.0.0.1", port, timeout=60), random.Random(number)
    url = ask(connection, number, "CreateQueue", {"QueueName": "orders"})["QueueUrl"]
    while True:
        ask(connection, number, "SendMessage", {"QueueUrl": url, "MessageBody": "A-1"})
        time.sleep(thinks.uniform(0.2, 0.8))
        for message in ask(connection, number, "ReceiveMessage", {"QueueUrl": url}).get("Messages", []):
            time.sleep(thinks.uniform(0.2, 0.8))
            ask(connection, number, "DeleteMessage", {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]})
        time.sleep(thinks.uniform(0.2, 0.8))

for learner in range(1, learners + 1):
    threading.Thread(target=learn, args=(f"{learner:012}",), daemon=True).start()
for line in sys.stdin:
    with lock:
        print(json.dumps(took), flush=True)
        took.clear()
"""


def worst():
    """Return the names of the worst requests."""
    listed = subprocess.run([sys.executable, WORST], capture_output=True, text=True, check=True)
    return listed.stdout.split()


def started(source, *words):
    """Return a running program that prints what it's told to."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *source, *words], **pipes)


def measured(learners, seconds):
    """Return the learners' latencies during the next seconds, sorted, in milliseconds."""
    for _ in range(2):
        learners.stdin.write("\n")
        learners.stdin.flush()
        took = json.loads(learners.stdout.readline())
        if seconds:
            time.sleep(seconds)
            seconds = 0
    return sorted(1000 * each for each in took)


@pytest.mark.parametrize("kind", worst())
def test_fifty_learners_and_one_that_sends_the_worst(kind, capsys):
    """Turn by turn, the learners' median and 95th percentile without it and with it."""
    servers = started(["-c", SERVE])
    try:
        port = re.search(r":(\d+)\n", servers.stdout.readline())[1]
        attacker = started([WORST], port, kind)
        assert attacker.stdout.readline() == "ready\n"
        learners = started(["-c", CLASS], port, str(LEARNERS))
        try:
            measured(learners, SECONDS)
            without, beside, counts = [], [], []
            for _ in range(ROUNDS):
                without += measured(learners, SECONDS)
                attacker.stdin.write("go\n")
                attacker.stdin.flush()
                beside += measured(learners, SECONDS)
                attacker.stdin.write("stop\n")
                attacker.stdin.flush()
                counts.append(attacker.stdout.readline().strip())
        finally:
            attacker.kill()
            learners.kill()
    finally:
        servers.kill()
    with capsys.disabled():
        one, other = (statistics.median(took) for took in (without, beside))
        late, later = (sorted(took)[int(0.95 * len(took))] for took in (without, beside))
        print(
            f"\n{kind}: median {one:.1f} -> {other:.1f} ms ({other / one:.2f}), 95 % {late:.0f} -> {later:.0f} ms, ",
            end="",
        )
        print(
            f"longest {max(without):.0f} -> {max(beside):.0f} ms; {len(without)}, {len(beside)} requests; {counts[-1]}"
        )

"""Pauses of 04.5 that are random: every usual jitter passes, whatever it draws, also in the program of its hints."""

import itertools
import json
import random
import signal
import time

import pytest
from answer_files import EXERCISES
from botocore.exceptions import ClientError

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT
from helpers.checks.runners.in_process import InProcess

EXERCISE = EXERCISES["bill_orders"]

# Each returns the pause after the nth failure in a row. limit: doubles from `base`. last: the pause before.
JITTERS = {
    "full": lambda draw, limit, last: draw.uniform(0, limit),
    "from a second": lambda draw, limit, last: draw.uniform(1, max(1, limit)),
    "equal": lambda draw, limit, last: limit / 2 + draw.uniform(0, limit / 2),
    "bounded": lambda draw, limit, last: limit * draw.uniform(0.8, 1),
    "decorrelated": lambda draw, limit, last: min(20, draw.uniform(1, 3 * last)),
}


def worker(draw, jitter, base, longest, stubborn):
    """Return the program of the hints. stubborn: whether it repeats a call until it works, or goes on without it."""

    def bill_orders(sqs, orders_url, bills_url, done, seconds):
        billed, end, failures, last, stopped = list(done), time.time() + seconds, 0, 1, []
        signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))

        def is_over():
            return stopped or time.time() >= end

        def call(operation, **parameters):
            nonlocal failures, last
            for _ in itertools.count() if stubborn else range(1):
                try:
                    response = operation(**parameters)
                except ClientError:
                    failures += 1
                    last = jitter(draw, min(longest, base * 2 ** (failures - 1)), last)
                    time.sleep(last)
                else:
                    failures, last = 0, 1
                    return response
            return None

        while not is_over():
            response = call(sqs.receive_message, QueueUrl=orders_url, WaitTimeSeconds=20)
            for message in (response or {}).get("Messages", []):
                received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
                if is_over():
                    call(sqs.change_message_visibility, **received, VisibilityTimeout=0)
                    continue
                try:
                    order = json.loads(message["Body"])
                    bill = {"order_id": order["order_id"], "customer": order["customer"]}
                    pages = range(order["pages"])
                except (ValueError, TypeError, KeyError):
                    continue
                if bill["order_id"] not in billed:
                    for _ in pages:
                        time.sleep(5)
                        call(sqs.change_message_visibility, **received, VisibilityTimeout=90)
                    if not call(sqs.send_message, QueueUrl=bills_url, MessageBody=json.dumps(bill)):
                        continue
                    billed.append(bill["order_id"])
                call(sqs.delete_message, **received)
        return billed

    return bill_orders


def examined(jitter, seed):
    """Return the outcome of a worker with this jitter; the seed draws its limits and pauses, and the check's orders."""
    draw = random.Random(f"{jitter} {seed}")
    limits = draw.choice([0.5, 1, 2, 4]), draw.choice([10, 20])
    answer = worker(draw, JITTERS[jitter], *limits, stubborn=draw.random() < 0.5)
    return examine(EXERCISE, lambda world: InProcess(answer, world), draw.randrange(2**30))


@pytest.mark.parametrize(
    "jitter", [pytest.param(name, marks=() if name == "full" else pytest.mark.full) for name in JITTERS]
)
def test_a_usual_jitter_passes(jitter):
    """Once each in the quick run."""
    found = examined(jitter, 1)
    assert (found.status, found.reason, found.got) == (CORRECT, "", "")


@pytest.mark.full
@pytest.mark.parametrize("seed", range(2, 42))
@pytest.mark.parametrize("jitter", JITTERS)
def test_a_usual_jitter_passes_whatever_it_draws(jitter, seed):
    """Two hundred runs, each with other draws."""
    found = examined(jitter, seed)
    assert (found.status, found.reason, found.got) == (CORRECT, "", "")

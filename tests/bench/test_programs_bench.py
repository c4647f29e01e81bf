"""How fast programs run side by side: `pytest -m bench -s`."""

import json
import time

import boto3
import pytest

from helpers import cloud, start

pytestmark = pytest.mark.bench
MESSAGES, WORKERS = 1_000, 8


def test_an_hour_of_eight_workers(no_cloud: None) -> None:
    """A thousand orders and eight workers, an hour of the cloud's time: under four seconds on two cores."""
    start("offline")
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]

    def customers() -> None:
        for number in range(MESSAGES):
            time.sleep(3.5)
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order_id": f"A-{number}"}))

    def packer() -> None:
        while True:
            for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", []):
                time.sleep(20)
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    began = time.perf_counter()
    day = cloud.run({"customers": customers, **{f"packer {n}": packer for n in range(WORKERS)}}, hours=1)
    seconds = time.perf_counter() - began
    calls = sum(program.calls for program in day.programs.values())
    print(f"\n{calls:,} calls of nine programs in an hour: {seconds:.1f} s, {calls / seconds:,.0f} calls a second")
    assert day.queues["orders"].deleted > 0.95 * MESSAGES
    assert seconds < 4

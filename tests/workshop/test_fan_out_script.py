"""The fan-out of lesson 06 as a plain script: just boto3, in a new process, with `course serve`."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_lab import Running, keyed

from helpers.authoring import normal
from helpers.course import HOME

NOTEBOOK = HOME / "lessons" / "06_fan_out_and_filtering.ipynb"
FIRST, LAST = "setup", "condition"  # the cells of sections 1 and 2
SHOP, PARTNER = "600000000001", "600000000002"
CREDENTIALS = f"""
[default]
aws_access_key_id = {SHOP}
aws_secret_access_key = -
[partner]
aws_access_key_id = {PARTNER}
aws_secret_access_key = -
"""


@pytest.fixture
def served() -> Iterator[Running]:
    """An empty server."""
    running = Running()
    yield running
    running.close()


def script() -> str:
    """Return the code cells as a learner would copy them from the notebook, without the course's own functions."""
    cells = [cell for cell in normal.read(NOTEBOOK).cells if cell.cell_type == "code"]
    ids = [cell.id for cell in cells]
    lines = "\n".join(cell.source for cell in cells[ids.index(FIRST) : ids.index(LAST) + 1]).splitlines()
    course = ("from helpers ", "start()", "show.")
    kept = [line for line in lines if not line.startswith(course)]
    assert len(lines) - len(kept) == 6
    return "\n".join([*kept, "import sys", 'assert "helpers" not in sys.modules'])


def environment(served: Running, folder: Path) -> dict[str, str]:
    """Return a terminal's variables for the server, with the shop's keys and the partner's."""
    (folder / "credentials").write_text(CREDENTIALS, encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COURSE_", "PYTHON"))}
    return plain | {
        "AWS_ENDPOINT_URL": served.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "no_proxy": "127.0.0.1",
    }


@pytest.mark.usefixtures("no_cloud")
def test_the_fan_out_works_outside_of_the_course(served: Running, tmp_path: Path) -> None:
    """Without the queue policy nothing arrives, and no error is raised; with it every department gets a copy."""
    (tmp_path / "fan_out.py").write_text(script(), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "fan_out.py"],
        cwd=tmp_path,
        env=environment(served, tmp_path),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    said = run.stdout.splitlines()
    topic = f"arn:aws:sns:us-east-1:{SHOP}:orders-placed"
    assert all(line.startswith(f"{topic}:") for line in said[:3])
    assert said[3].startswith("published as ")
    assert said[4:7] == ["billing has []", "shipping has []", "analytics has []"]
    assert sorted(ast.literal_eval(said[7])) == ["Notification", "SubscriptionConfirmation"]
    assert said[8:] == [str([topic])]

    sqs = keyed(served.url, "sqs", "us-east-1", SHOP)
    for name in ("shipping", "analytics"):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        envelope = json.loads(message["Body"])
        assert json.loads(envelope["Message"])["order_id"] == "A-102"

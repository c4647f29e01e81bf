"""The lessons on other makers' clouds: which cells show something different there, and why. It writes the page."""

import logging
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from helpers import cloud, show, start
from helpers.authoring.verify import DIFFERS, KINDS, SAME, Row, verify
from helpers.backends.not_available import SAID
from helpers.course import HOME, course

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.endpoints
PLACE = Path(__file__).parent / "elsewhere"
PAGE = HOME / ".github" / "docs" / "other_clouds.md"
TITLES = {"moto": "moto's own server", "ministack": "ministack"}
HEAD = """# The lessons on other clouds

Made by tests from `course verify --cloud URL`, which runs each lesson and solution on a server and compares every cell
with the stored outputs. On `course serve` nothing differs. On others a cell is passed over where the course says that
the cloud cannot do what was asked for, and so is what shows something else behind it in that lesson. Real waits were
not waited for. All solutions are the same everywhere, since a check runs in a private cloud of its own.
"""


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server in this process, empty. It sends nothing to web addresses."""
    import moto.sns.models
    from moto.moto_api._internal.models import moto_api_backend
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    plain, moto.sns.models.requests = moto.sns.models.requests, SimpleNamespace(post=lambda *args, **kwargs: None)
    moto_api_backend.reset()  # all servers in a process share their state
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
        moto.sns.models.requests = plain


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install ministack in a virtual environment, since it needs another botocore; return the program."""
    folder = tmp_path_factory.mktemp("ministack")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    asked = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "ministack==1.5.33"]
    subprocess.run(asked, check=True, stdout=sys.stderr)
    return str(folder / "bin" / "ministack")


@contextmanager
def ministack(program: str) -> Iterator[str]:
    """Run ministack in a new process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env |= {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "sqs,sns,sts"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen([program], env=env, stdout=quiet, stderr=quiet) as process:
        try:
            for _ in range(300):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.mark.parametrize("name", TITLES)
def test_which_cells_differ_and_why(name: str, request: pytest.FixtureRequest, no_cloud: None) -> None:
    """Every cell that differs is declared with its reason, no others differ, and the page has the same."""
    reasons = tomllib.loads((PLACE / f"{name}.toml").read_text(encoding="utf-8"))
    found: dict[str, list[Row]] = {}
    for lesson in course().lessons:
        server = moto() if name == "moto" else ministack(request.getfixturevalue("program"))
        with server as url:  # a new one for each lesson, since all call their queue orders
            for notebook, rows in verify([lesson], url, KINDS, {"COURSE_WAIT": "0"}, longest=60):
                found[notebook] = [row for row in rows if row.verdict != SAME]
    assert all(not rows for notebook, rows in found.items() if notebook.startswith("solutions"))
    lessons = {Path(notebook).stem[:2]: rows for notebook, rows in found.items() if notebook.startswith("lessons")}
    differing = {number: [row.cell for row in rows if row.verdict == DIFFERS] for number, rows in lessons.items()}
    section = page(name, lessons, reasons)
    if request.config.getoption("--update-differences"):
        write(name, section)
    seen = [f"{number} {row.cell}: {row.why}" for number, rows in lessons.items() for row in rows]
    assert differing == {number: list(reasons.get(number, {})) for number in lessons}, "\n".join(seen)
    assert section in PAGE.read_text(encoding="utf-8"), (
        "pytest -m endpoints tests/backends/test_elsewhere.py --update-differences"
    )


def test_metrics_are_asked_of_another_server(no_cloud: None) -> None:
    """moto's server has no metrics of queues, but takes anybody's for them. Looking isn't in the journal."""
    with moto() as url:
        start(url)
        queue_url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        metric: dict[str, Any] = {
            "MetricName": "NumberOfMessagesSent",
            "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
        }
        cloudwatch = cloud.client("cloudwatch")
        for count in (2, 3):
            cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[metric | {"Value": count}])
        cloudwatch.put_metric_alarm(
            **metric,
            AlarmName="busy",
            Namespace="AWS/SQS",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=10.0,
            ComparisonOperator="GreaterThanThreshold",
        )
        calls = len(cloud.calls())
        [panel] = show.metrics(queue_url, names="NumberOfMessagesSent", minutes=5).panels
    assert sum(value for _, value in panel.values) == 5
    assert [alarm.name for alarm in panel.alarms] == ["busy"]
    assert len(cloud.calls()) == calls == 4


def page(name: str, lessons: dict[str, list[Row]], reasons: dict[str, dict[str, str]]) -> str:
    """Return the page's section on one cloud."""
    lines = [f"## {TITLES[name]}", "", "| lesson | cells | why |", "|---|---|---|"]
    for number, rows in lessons.items():
        lines += [
            f"| {number} | {row.cell} | {reasons.get(number, {}).get(row.cell, '?')} |"
            for row in rows
            if row.verdict == DIFFERS
        ]
        passed: dict[str, list[str]] = {}
        for row in rows:
            if row.verdict != DIFFERS:
                word = row.why.removeprefix(SAID)
                passed.setdefault(min((word.partition(sign)[0] for sign in ",;.:"), key=len), []).append(row.cell)
        lines += [f"| {number} | {', '.join(cells)} | passed over: {word} |" for word, cells in passed.items()]
    return "\n".join(lines) + "\n"


def write(name: str, section: str) -> None:
    """Write the section into the page."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else HEAD
    parts = [part for part in text.split("\n## ")[1:] if not part.startswith(f"{TITLES[name]}\n")]
    sections = sorted([*(f"## {part.rstrip()}\n" for part in parts), section])
    PAGE.write_text("\n".join([HEAD, *sections]), encoding="utf-8")

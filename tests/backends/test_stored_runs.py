"""Where several programs can't run, the report of the lesson's own run stands in, but not for changed programs."""

import inspect
import json
import time
from pathlib import Path
from typing import Any

import boto3
import nbformat
import pytest

from helpers import cloud, start
from helpers.backends import stored_runs
from helpers.backends.programs import STORED
from helpers.backends.run_report import RunReport
from helpers.errors import CloudError
from helpers.simulation import browser_tab, tab_threads

CELLS = (
    "from helpers import cloud, start\nimport boto3, time\nstart()\nsqs = boto3.client('sqs')",
    "url = sqs.create_queue(QueueName='orders')['QueueUrl']",
    "def customers():\n    time.sleep(5)\n    sqs.send_message(QueueUrl=url, MessageBody='A-100')",
    "day = cloud.run({'web shop': customers, 'Kim': lambda: sqs.receive_message(QueueUrl=url)}, minutes=1)",
)


def a_run(poll: bool = True) -> RunReport:
    """Run a shop and a packer, who polls or doesn't."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]

    def customers() -> None:
        time.sleep(5)
        sqs.send_message(QueueUrl=url, MessageBody='{"order_id": "A-100"}')

    def packer() -> None:
        sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)
        raise RuntimeError("out of tape")

    def sleeper() -> None:
        time.sleep(1)

    return cloud.run({"web shop": customers, "Kim": packer if poll else sleeper}, minutes=1)


def test_a_report_survives_plain_data(no_cloud: None) -> None:
    """All of it, through JSON."""
    start("offline")
    day = a_run()
    again = RunReport.from_dict(json.loads(json.dumps(day.to_dict())))
    assert again.to_dict() == day.to_dict()
    assert repr(again) == repr(day)


def test_a_tab_that_cannot_run_programs_shows_the_stored_report(
    no_cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For the same programs, in the order of the runs; other programs get the sentence alone."""
    start("offline")
    monkeypatch.setenv(stored_runs.RECORD, str(tmp_path / "runs"))
    ran = [a_run(), a_run()]
    lines = [json.loads(line) for line in (tmp_path / "runs").read_text(encoding="utf-8").splitlines()]
    assert len({key for key, _ in lines}) == 1
    store = tmp_path / stored_runs.NAME
    store.write_text(json.dumps({lines[0][0]: [report for _, report in lines]}), encoding="utf-8")
    monkeypatch.setattr(stored_runs, "STORE", store)
    monkeypatch.setattr(browser_tab, "IN_A_TAB", True)
    monkeypatch.setattr(tab_threads, "can_suspend", lambda: False)
    shown = [a_run().to_dict() for _ in range(3)]
    assert shown == [report.to_dict() for report in (*ran, ran[-1])]
    assert capsys.readouterr().out.count(STORED) == 3
    with pytest.raises(CloudError, match="can't run yours in this tab"):
        a_run(poll=False)


def test_programs_with_other_functions_within_are_other_programs() -> None:
    """As where one lambda calls what it's given: give_back in one run, put_off in the next."""

    def give_back() -> None:
        time.sleep(0)

    def put_off() -> None:
        time.sleep(5)

    def program(on_error: Any) -> Any:
        return lambda: on_error()

    keys = [stored_runs._key({"Kim": program(each)}, []) for each in (give_back, put_off, give_back)]
    assert keys[0] == keys[2] != keys[1]


def test_without_a_store_there_is_the_sentence(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an edition whose lessons have no run."""
    start("offline")
    monkeypatch.setattr(browser_tab, "IN_A_TAB", True)
    monkeypatch.setattr(tab_threads, "can_suspend", lambda: False)
    with pytest.raises(CloudError, match="can't run yours in this tab"):
        a_run()


def test_a_program_whose_source_is_gone_runs_all_the_same(
    no_cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python then raises more than it documents."""

    def gone(function: Any) -> str:
        raise IndexError("lineno is out of bounds")

    start("offline")
    monkeypatch.setattr(inspect, "getsource", gone)
    monkeypatch.setenv(stored_runs.RECORD, str(tmp_path / "runs"))
    assert a_run().programs["web shop"].sent == 1


@pytest.mark.full
def test_the_site_records_the_runs_of_lessons(tmp_path: Path) -> None:
    """Those of notebooks that have one; the key is the one that a kernel with the same cells finds."""
    from helpers.site import recorded_runs

    paths: list[Any] = []
    for name, cells in (("with", CELLS), ("without", CELLS[:1])):
        paths.append(tmp_path / f"{name}.ipynb")
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        nbformat.write(notebook, paths[-1])
    once, twice = recorded_runs.recorded(paths), recorded_runs.recorded(paths)
    assert once == twice
    ((report,),) = json.loads(once).values()
    assert RunReport.from_dict(report).programs["web shop"].sent == 1

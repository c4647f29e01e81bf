"""`course verify`: what it holds for the same and what not, and that the lessons are the same on a served cloud."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from served_lab import Running
from typer.testing import CliRunner

from helpers.authoring import verify as verifying
from helpers.authoring.verify import DIFFERS, PASSED_OVER, SAME, Row, compare, verify
from helpers.cli import app
from helpers.course import course
from helpers.errors import CloudError

ID, OTHER_ID = "1543c05e-0b4d-4d3c-8f0e-0a51a0a3b0aa", "7776c05e-0b4d-4d3c-8f0e-0a51a0a3b0bb"
HANDLE = "AQEB" + "wJnKyrHigUMZj6rYigCgxlaS3SLy0a" * 2


def notebook(*texts: str) -> Any:
    """Return a notebook whose cells printed these texts."""
    made = new_notebook()
    for number, text in enumerate(texts):
        made.cells.append(new_code_cell("", id=f"cell-{number}", outputs=[new_output("stream", text=text)]))
    return made


def verdicts(stored: list[str], run: list[str]) -> list[str]:
    """Return the verdict on each cell."""
    return [row.verdict for row in compare(notebook(*stored), notebook(*run))]


ALIKE = {
    "ids": (["sent {a}", "again {a}"], {"a": ID}, {"a": OTHER_ID}),
    "accounts": (["arn:aws:sqs:us-east-1:{a}:orders"], {"a": "123456789012"}, {"a": "000000000007"}),
    "hosts": (
        ["{a}/123456789012/orders"],
        {"a": "https://sqs.us-east-1.amazonaws.com"},
        {"a": "http://127.0.0.1:4577"},
    ),
    "handles": (["handle {a}"], {"a": HANDLE}, {"a": HANDLE.replace("w", "q")}),
    "moments": (["at {a}"], {"a": "2026-01-05T09:00:00.000Z"}, {"a": "2031-02-06T11:12:13.456Z"}),
    "times": (["at {a}"], {"a": "09:00:31"}, {"a": "11:12:13"}),
    "timestamps": (["SentTimestamp {a}"], {"a": "1767603600000"}, {"a": "1831234567890"}),
    "the cloud": (
        ["{a}"],
        {"a": "Offline cloud, account 1. Nothing leaves."},
        {"a": "Endpoint http://127.0.0.1:1, x."},
    ),
}


@pytest.mark.parametrize(("texts", "here", "there"), ALIKE.values(), ids=ALIKE)
def test_what_differs_between_any_two_clouds_counts_as_the_same(
    texts: list[str], here: dict[str, str], there: dict[str, str]
) -> None:
    """Ids, accounts, hosts, handles and moments are another cloud's own."""
    told = verdicts([text.format(**here) for text in texts], [text.format(**there) for text in texts])
    assert told == [SAME] * len(texts)


OTHERWISE = {
    "another id again": ([f"sent {ID}", f"again {ID}"], [f"sent {ID}", f"again {OTHER_ID}"]),
    "one id for two": ([f"{ID} {OTHER_ID}"], [f"{ID} {ID}"]),
    "another queue": (["https://sqs.us-east-1.amazonaws.com/123456789012/orders"], ["http://h:1/123456789012/order"]),
    "another region": (["arn:aws:sqs:us-east-1:123456789012:a"], ["arn:aws:sqs:eu-west-1:123456789012:a"]),
    "another number": (["3 received"], ["4 received"]),
    "a moment missing": (["at 09:00:31"], ["at "]),
    "nothing": (["no messages"], [""]),
    "more": ([""], ["surprise"]),
}


@pytest.mark.parametrize(("stored", "run"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_a_reader_would_see_otherwise_differs(stored: list[str], run: list[str]) -> None:
    """Words, numbers, names, regions, and whether it is the same id again."""
    assert DIFFERS in verdicts(stored, run)


def test_an_error_differs_and_is_told(offline: Any) -> None:
    """A cell that raises, where the stored one printed, says which error it was."""
    run = notebook("")
    run.cells[0].outputs = [new_output("error", ename="CloudError", evalue="no inbox", traceback=[])]
    assert compare(notebook("one mail"), run) == [Row("cell-0", DIFFERS, "-one mail\n+CloudError: no inbox")]


def test_pieces_of_one_print_are_one_text() -> None:
    """Output streams come in pieces by chance."""
    run = notebook("")
    run.cells[0].outputs = [new_output("stream", text="one "), new_output("stream", text="line\n")]
    assert [row.verdict for row in compare(notebook("one line\n"), run)] == [SAME]


def test_what_the_course_said_instead_passes_over_what_follows() -> None:
    """Before the word a difference counts; in its cell and behind it, it has that word as its reason."""
    word = "On this cloud, time can't be moved."
    rows = compare(notebook("a", "b", "c", "d"), notebook("x", word, "c", "y"))
    assert [row.verdict for row in rows] == [DIFFERS, PASSED_OVER, SAME, PASSED_OVER]
    assert rows[3].why == word


def test_comparing_changes_no_notebook() -> None:
    """Both are as before."""
    stored, run = notebook(ID), notebook(OTHER_ID)
    before = deepcopy((stored, run))
    compare(stored, run)
    assert (stored, run) == before


@pytest.fixture
def served() -> Iterator[Running]:
    """A served cloud as `course serve` starts it, whose time runs."""
    running = Running()
    yield running
    running.close()


@pytest.mark.parametrize(("verdict", "code"), [(SAME, 0), (PASSED_OVER, 0), (DIFFERS, 1)])
def test_verify_has_an_exit_code_for_programs(monkeypatch: pytest.MonkeyPatch, verdict: str, code: int) -> None:
    """Only a cell that differs makes it 1; the table has each cell that isn't the same, with its reason."""
    rows = [Row("first", SAME), Row("second", verdict, "so it was")]
    monkeypatch.setattr(verifying, "verify", lambda lessons, cloud, say: [("lessons/02_queues.ipynb", rows)])
    done = CliRunner().invoke(app, ["verify", "02"])
    assert done.exit_code == code
    assert ("second" in done.output, "so it was" in done.output) == (verdict != SAME, verdict != SAME)
    assert f"{1 + (verdict == SAME)} of 2 cells match" in done.output


@pytest.mark.full
def test_verify_tells_in_a_table_and_by_its_exit_code(served: Running) -> None:
    """On a served cloud nothing of lesson 02 differs. A cloud that doesn't answer is told in a sentence."""
    good = CliRunner().invoke(app, ["verify", "02", "--cloud", served.url, "--json"])
    assert good.exit_code == 0, good.output
    found = json.loads(good.stdout)
    assert list(found) == ["lessons/02_queues.ipynb", "solutions/02_queues.ipynb"]
    assert {row["verdict"] for rows in found.values() for row in rows} == {SAME}
    guarded = Running("course-a-token-that-is-long-enough")
    served.close()
    for url, said in ((served.url, "Could not connect to the endpoint URL"), (guarded.url, "COURSE_TOKEN")):
        bad = CliRunner().invoke(app, ["verify", "02", "--cloud", url])
        assert isinstance(bad.exception, CloudError)
        assert str(bad.exception).startswith(f"I can't use {url}, so I compared nothing.")
        assert said in str(bad.exception)
        assert "\n" not in str(bad.exception)
    guarded.close()


@pytest.mark.parametrize(
    ("cloud", "said"),
    [
        ("http://nowhere.example:4577", "nowhere.example isn't this computer"),
        ("http://", "There's no cloud 'http://'"),
        ("aw", "There's no cloud 'aw'"),
        ("aws", "setting COURSE_YES"),
    ],
)
def test_verify_says_at_once_what_cannot_work(no_cloud: None, cloud: str, said: str) -> None:
    """Before any kernel starts, and with advice for a terminal."""
    bad = CliRunner().invoke(app, ["verify", "02", "--cloud", cloud])
    assert isinstance(bad.exception, CloudError)
    assert said in str(bad.exception)
    assert "start(" not in str(bad.exception)


@pytest.mark.endpoints
def test_on_a_served_cloud_nothing_differs(served: Running) -> None:
    """All lessons and solutions: queues, pictures, timelines, inbox, unkindness, time."""
    for name, rows in verify(course().lessons, served.url):
        assert [row for row in rows if row.verdict != SAME] == [], name

"""A class's cloud joined once: the learner's line in one notebook, and a plain `start()` in the others."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from served_lab import Running

from helpers import cloud, start
from helpers.backends import front_end, running
from helpers.backends.endpoint.joined_class import ELSEWHERE, JOINED, LEFT, THERE, find
from helpers.errors import CloudError
from helpers.learner import doctor
from helpers.simulation import browser_tab

TOKEN = "course-0123456789abcdefghijklmn"
ADA = "100000000001"


@pytest.fixture
def served(no_cloud: None) -> Iterator[Running]:
    """A server with a token."""
    server = Running(TOKEN)
    yield server
    server.close()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_cloud: None) -> Path:
    """The `.course` folder of a working copy in which somebody runs a notebook."""
    folder = tmp_path / "ada" / ".course"
    notebooks = folder.parent / "lessons"
    for made in (folder, notebooks):
        made.mkdir(parents=True)
    monkeypatch.chdir(notebooks)
    monkeypatch.setattr(front_end, "shell", lambda: SimpleNamespace(kernel=True))
    for name in (running.COMPARED, "CI"):
        monkeypatch.delenv(name, raising=False)
    return folder.resolve()


@pytest.fixture
def joined(served: Running, copy: Path, capsys: pytest.CaptureFixture[str]) -> Running:
    """The server, which this working copy has joined."""
    start(served.url, account=ADA, token=TOKEN)
    assert capsys.readouterr().out.strip() == JOINED
    return served


def files(folder: Path) -> list[Path]:
    """Return all files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_plain_start_goes_to_the_class(joined: Running, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and how to go back; with a wish about sharing too. After going back, all is as before."""
    for options in ({}, {"share_progress": False}, {}):
        started = start(**options)
        assert (started.name, started.url, started.account) == ("endpoint", joined.url, ADA)
        boto3.client("sqs").list_queues()
        assert capsys.readouterr().out.strip() == THERE
    assert start("offline").name == "offline"
    assert capsys.readouterr().out.strip() == LEFT
    for which in (None, "offline"):
        assert start(which).name == "offline"
        assert capsys.readouterr().out == ""
    assert find(copy) is None


def test_the_token_is_its_owners(joined: Running, copy: Path, tmp_path: Path) -> None:
    """It's in one file, outside the working copy, which is gone with the class."""
    (kept,) = [path for path in files(tmp_path) if TOKEN in path.read_text(encoding="utf-8")]
    assert kept.parent == tmp_path / "state"
    if os.name != "nt":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    start("offline")
    assert files(tmp_path) == []


SURPRISES = {
    "outputs are compared": lambda patch, copy: patch.setenv(running.COMPARED, "1"),
    "nbgrader": lambda patch, copy: patch.setenv("NBGRADER_EXECUTION", "autograde"),
    "continuous integration": lambda patch, copy: patch.setenv("CI", "true"),
    "a script": lambda patch, copy: patch.setattr(front_end, "shell", lambda: None),
    "a browser tab": lambda patch, copy: patch.setattr(browser_tab, "IN_A_TAB", True),
    "another folder": lambda patch, copy: patch.chdir(copy.parents[1]),
}


@pytest.mark.parametrize("change", SURPRISES.values(), ids=SURPRISES)
def test_it_never_surprises(
    joined: Running,
    copy: Path,
    change: Callable[[pytest.MonkeyPatch, Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The offline cloud starts without a word, and the working copy stays in its class."""
    line = find(copy)
    with monkeypatch.context() as patch:
        patch.setattr(running, "_follow_cells", lambda: None)  # a tab's would stay
        change(patch, copy)
        for which in (None, "offline"):
            assert start(which).name == "offline"
            assert capsys.readouterr().out == ""
    assert find(copy) == line
    assert line is not None


def test_a_working_copy_in_another_folder_says_so(
    joined: Running, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy may be another learner's, so it has to join itself. Nobody is surprised by the offline cloud."""
    before = find(copy)
    monkeypatch.chdir(shutil.copytree(copy.parent, copy.parents[1] / "bob"))
    for _ in range(2):
        assert start().name == "offline"
        assert capsys.readouterr().out.strip() == ELSEWHERE
    for which in ("offline", None):
        assert start(which).name == "offline"
        assert capsys.readouterr().out == ""
    assert find(copy) == before
    start(joined.url, account=ADA, token=TOKEN)
    assert capsys.readouterr().out.strip() == JOINED
    assert start().name == "endpoint"


def test_the_doctor_knows_about_the_class(joined: Running, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tries whether the class's cloud answers, in a working copy that has joined it."""

    def told() -> list[tuple[str, bool]]:
        return [(found.found, bool(found.repair)) for found in doctor._joined_class()]

    here = f"this working copy has joined {joined.url}, with account {ADA}"
    assert told() == [(here, False)]
    joined.close()
    assert told() == [(f"{here}; it doesn't answer", True)]
    monkeypatch.chdir(shutil.copytree(copy.parent, copy.parents[1] / "bob"))
    assert told() == [("joined from another folder, so here start() is the offline cloud", False)]
    start("offline")
    assert told() == []


def test_course_cloud_wins(joined: Running, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It's for a kernel, or for everything on a machine, so the working copy stays in its class."""
    os.environ["COURSE_CLOUD"] = "offline"
    assert start().name == "offline"
    os.environ["COURSE_CLOUD"] = ""
    assert capsys.readouterr().out == ""
    assert start().name == "endpoint"


def test_arguments_win(joined: Running, copy: Path) -> None:
    """A cloud's own option isn't for the class's."""
    with pytest.raises(CloudError, match="The cloud 'offline' doesn't have that option"):
        start(account="2")


def test_a_new_working_copy_at_the_same_place_has_not_joined(joined: Running, copy: Path) -> None:
    """Its owner may be another learner at the same computer."""
    shutil.rmtree(copy)
    copy.mkdir()
    assert start().name == "offline"


@pytest.mark.parametrize("name", [running.COMPARED, "NBGRADER_EXECUTION", "CI"])
def test_nobody_joins_without_wanting_to(
    served: Running, copy: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither where nobody works, nor by a token or a cloud from the environment, nor another kind of server."""
    with monkeypatch.context() as patch:
        patch.setenv(name, "1")
        start(served.url, account=ADA, token=TOKEN)
    with monkeypatch.context() as patch:
        patch.setenv("COURSE_TOKEN", TOKEN)
        start(served.url, account=ADA)
        patch.setenv("COURSE_CLOUD", served.url)
        start(account=ADA, token=TOKEN)
    start("http://127.0.0.1:9")
    assert find(copy) is None
    assert start().name == "offline"


def test_the_latest_line_counts(
    joined: Running, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one before it is forgotten; another cloud, for once, changes nothing."""
    start("http://127.0.0.1:9")
    assert capsys.readouterr().out == ""
    start(joined.url, account="2", token=TOKEN)
    assert start().account == "000000000002"
    assert len(files(tmp_path / "state")) == 1


def test_a_server_that_is_gone(joined: Running, copy: Path) -> None:
    """The error says what to do, the cloud before goes on running, and the offline cloud starts."""
    start("http://127.0.0.1:9")
    joined.close()
    with pytest.raises(CloudError, match=r"your class's cloud at http://127.*your instructor.*start\(\"offline\"\)"):
        start()
    assert cloud.url == "http://127.0.0.1:9"
    start("offline")
    assert start().name == "offline"


def test_a_token_that_is_no_longer_valid(joined: Running, copy: Path) -> None:
    """The reason is the server's."""
    joined.cloud.tokens.shared = "course-another"
    with pytest.raises(CloudError, match=r"your line is still right.*The reason: .*AWS_SECRET_ACCESS_KEY"):
        start()


def test_a_line_that_cannot_be_kept(served: Running, copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The class's cloud runs, and the learner hears that other notebooks need the line."""
    blocked = copy / "blocked"
    blocked.touch()
    os.environ["COURSE_STATE"] = str(blocked / "state")
    assert start(served.url, account=ADA, token=TOKEN).name == "endpoint"
    assert "each notebook needs it in place of start()" in capsys.readouterr().out
    assert start().name == "offline"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"copy": 1}', "\xff"])
def test_files_that_are_damaged(joined: Running, copy: Path, tmp_path: Path, content: str) -> None:
    """They're as good as none, and joining again mends them."""
    (kept,) = files(tmp_path / "state")
    for damaged in (kept, copy / "class"):
        damaged.write_text(content, encoding="latin-1")
        assert start().name == "offline"
    start(joined.url, account=ADA, token=TOKEN)
    assert start().name == "endpoint"

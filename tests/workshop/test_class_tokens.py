"""A token for each learner: `course serve --learners class.csv`."""

import csv
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from served_lab import keyed

from helpers import session, start
from helpers.backends.endpoint.workshop_client import partner_of
from helpers.errors import CloudError
from helpers.workshop import serving
from helpers.workshop.http_server import HttpServer
from helpers.workshop.server import WorkshopCloud
from helpers.workshop.tokens import of_class, tokens_file


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    """A class of two."""
    file = tmp_path / "class.csv"
    file.write_text("learner,section\nAda Lovelace,1\nBob,2\n", encoding="utf-8")
    return file


class Served:
    """A server for a class that runs as the command runs it. said: what it printed. rows: the file with the tokens."""

    def __init__(self, roster: Path):
        import queue
        import threading

        self.said: list[str] = []
        ready: queue.Queue[HttpServer] = queue.Queue()

        class Told(HttpServer):
            def serve_forever(self, poll_interval: float = 0.01) -> None:
                ready.put(self)
                super().serve_forever(0.01)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(serving, "HttpServer", Told)
            thread = threading.Thread(target=serving.serve, args=("127.0.0.1", 0, self.said.append, roster))
            thread.start()
            self.server, self._thread = ready.get(timeout=10), thread
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.file = tokens_file(roster)
        with open(self.file, encoding="utf-8-sig", newline="") as file:
            self.rows = {row["learner"]: row for row in csv.DictReader(file)}

    def close(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self._thread.join(10)


@pytest.fixture
def served(roster: Path) -> Iterator[Served]:
    """The server of this class."""
    umask = os.umask(0)
    try:
        running = Served(roster)
    finally:
        os.umask(umask)
    yield running
    running.close()


def refusal(call: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(ClientError) as problem:
        call()
    return problem.value.response["Error"]["Code"]


def test_a_learner_is_an_account_and_no_other(served: Served, no_cloud: None) -> None:
    """Their token is valid for their own account and the lessons' partner; another's number doesn't help."""
    ada, bob = served.rows["Ada Lovelace"], served.rows["Bob"]
    assert (
        keyed(served.url, "sts", "us-east-1", ada["account"], ada["token"]).get_caller_identity()["Account"]
        == (ada["account"])
    )
    for account, token in (
        (ada["account"], bob["token"]),
        (ada["account"], "-"),
        ("000000000001", bob["token"]),
        ("123456789012", ""),
    ):
        code = refusal(keyed(served.url, "sqs", "us-east-1", account, token or "-").list_queues)
        assert code in ("SignatureDoesNotMatch", "InvalidClientTokenId")
    start(served.url, account=ada["account"], token=ada["token"])
    session(profile_name="partner").client("sqs").list_queues()
    with pytest.raises(CloudError, match="AWS_SECRET_ACCESS_KEY"):
        start(served.url, account=ada["account"], token=bob["token"])


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_reads_the_tokens(served: Served) -> None:
    """Whatever the umask; and the terminal, which the class may see, shows none."""
    assert stat.S_IMODE(served.file.stat().st_mode) == 0o600
    assert not any(row["token"] in text for row in served.rows.values() for text in served.said)
    assert f"2 learners have an account and a token of their own in {served.file}" in served.said[0]
    assert not list(served.file.parent.glob(".class-tokens*"))


def test_what_the_file_says_works(served: Served, no_cloud: None) -> None:
    """The column "start" is what a learner types."""
    row = served.rows["Ada Lovelace"]
    assert eval(row["start"], {"start": start}).account == row["account"]


def test_tokens_stay_and_new_learners_get_one(roster: Path) -> None:
    """Who isn't in the class any more has none."""
    first = of_class(roster)
    serving.write(first, roster, lambda account, token: "-")
    roster.write_text("Name;Group\nBob;1\nZoë;2\n", encoding="utf-8")
    second = of_class(roster)
    assert first.learners is not None
    assert second.learners is not None
    assert second.learners["Bob"] == first.learners["Bob"]
    assert set(second.learners) == {"Bob", "Zoë"}
    assert second.of(first.learners["Ada Lovelace"][0]) != first.learners["Ada Lovelace"][1]


def test_a_name_is_no_formula(roster: Path) -> None:
    """A spreadsheet would run it. Tokens and accounts aren't taken for numbers either."""
    roster.write_text('learner\n"=HYPERLINK(""http://evil.example"")"\n', encoding="utf-8")
    tokens = of_class(roster)
    assert tokens.learners
    ((name, (account, token)),) = tokens.learners.items()
    assert name.startswith("'=")
    assert account[0] != "0"
    assert token.startswith("course-")
    serving.write(tokens, roster, lambda account, token: "-")
    assert of_class(roster).learners == tokens.learners


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Ada\nBob\n", "no column named learner"),
        (b"", "no column named learner"),
        (b"learner\n", "lists 0 learners"),
        (b"learner\nAda\nBob\nAda \n", "lists 'Ada' twice"),
        (b"learner\n\xff\xfe\n", "isn't a CSV file in UTF-8"),
        (b"learner\n" + b"x" * 2_000_000, "too large"),
        (b'learner\n"Ada\n', "isn't a CSV file"),
        (b"learner\nAda\nO'Brien, Bob\n", """begins with "O'Brien" than .* Put a name with a comma into quotes"""),
    ],
)
def test_a_list_that_cannot_be_used(roster: Path, content: bytes, said: str) -> None:
    """It says why, and nothing is written."""
    roster.write_bytes(content)
    with pytest.raises(CloudError, match=said):
        of_class(roster)
    assert not tokens_file(roster).exists()
    with pytest.raises(CloudError, match="I can't read"):
        of_class(roster.with_name("missing.csv"))


def test_a_file_of_tokens_that_was_changed(roster: Path) -> None:
    """Two learners must not share an account, and a token must not be easy to guess."""
    for row in ("Ada Lovelace,100000000001,1234,-", "Ada Lovelace,1,course-aaaaaaaaaaaaaaaaaaaaaaaa,-", "Ada"):
        tokens_file(roster).write_text(f"learner,account,token,start\n{row}\n", encoding="utf-8")
        with pytest.raises(CloudError, match="Delete or rename it"):
            of_class(roster)


@pytest.mark.parametrize("url", ["workshop", "ftp://workshop", "http://", "http://[", "http://a:b"])
def test_an_address_that_is_none(url: str) -> None:
    """`--url` is explained before anything listens."""
    with pytest.raises(CloudError, match="isn't the URL of a server"):
        serving.serve("127.0.0.1", 0, print, url=url)


def test_a_local_name_that_leads_elsewhere_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is the address it really listens at."""

    class Elsewhere(HttpServer):
        def server_bind(self) -> None:
            super().server_bind()
            self.server_address = ("192.0.2.5", 4577)

    monkeypatch.setattr(serving, "HttpServer", Elsewhere)
    with pytest.raises(CloudError, match="other computers can reach"):
        serving.serve("localhost", 0, print)


def test_nobody_moves_another_learner_s_clock_by_the_name_of_a_run(tmp_path: Path) -> None:
    """Each learner's run is their own, whatever it's called; a learner's two accounts can be in one."""
    file = tmp_path / "class.csv"
    file.write_text("learner\nAda\nEve\n", encoding="utf-8")
    tokens = of_class(file)
    cloud = WorkshopCloud(tokens, still=True)
    ada, eve = (own for own, _ in (tokens.learners or {}).values())
    accounts = [cloud.reset(number) for number in (ada, partner_of(ada), eve)]
    now = accounts[0].time()
    for account in accounts:
        cloud.runs.begin(account, "lunch")
    cloud.runs.end(accounts[2], "lunch", now + 10**9)
    assert accounts[0].time() == accounts[1].time() == now
    cloud.runs.end(accounts[0], "lunch", now + 60)
    assert accounts[1].time() == now + 60


def test_a_name_is_no_formula_in_the_file_of_tokens(tmp_path: Path) -> None:
    """Wherever a spreadsheet thinks that a cell begins: in many countries after a semicolon."""
    file = tmp_path / "class.csv"
    file.write_text("learner\n=1+1\nAda;=cmd|' /C calc'!A1\n", encoding="utf-8")
    assert list(of_class(file).learners or {}) == ["'=1+1", "Ada;'=cmd|' /C calc'!A1"]

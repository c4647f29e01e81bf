"""Who is stuck: what learners share, with a served cloud and in a shared folder, and the page that shows it."""

import json
import os
import signal
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers import sharing, start
from helpers.aws_rules.common.refusals import Refused
from helpers.backends import running
from helpers.backends.looking_on import LEFT_OUT, SEEN
from helpers.checks import learner
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, outcome
from helpers.checks.telling import refusal
from helpers.course import course
from helpers.errors import CloudError, CourseError
from helpers.sharing import Shared
from helpers.workshop.http_server import HttpRequest, HttpServer
from helpers.workshop.room.board import Board, Person
from helpers.workshop.room.folder import WatchedFolder, marked, watch
from helpers.workshop.room.page import RoomPage, shown
from helpers.workshop.room.view import view
from helpers.workshop.server import WorkshopCloud

EXERCISES = course().lesson("03").exercises
FIRST, SECOND = EXERCISES[:2]
NOW = 2_000_000_000.0


@pytest.fixture(autouse=True)
def not_compared(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs aren't compared here: then nothing would be shared."""
    monkeypatch.delenv(running.COMPARED, raising=False)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's working copy in a shared folder; it's the current folder."""
    folder = tmp_path / "room" / "ada" / "course"
    (folder / ".course").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder / ".course"


@pytest.fixture
def served() -> Iterator[tuple[str, Board]]:
    """The URL and the board of a server with a room."""
    board = Board([exercise.answer for exercise in EXERCISES], lambda: NOW)
    with HttpServer("127.0.0.1", 0, WorkshopCloud(board=board).handlers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", board
        server.shutdown()
        thread.join()


def checked(exercise: Any, status: str, **said: Any) -> None:
    """Keep an outcome as a check does."""
    learner.keep([outcome(exercise, status, **said)])


def sent(cloud: Any) -> None:
    """Wait until what the learner shares has arrived."""
    cloud._room.wait()


# ---- with a served cloud


def test_the_server_hears_how_checks_went(served: tuple[str, Board], capsys: pytest.CaptureFixture[str]) -> None:
    """Tries are counted, with the words of the last refusal; a solved exercise stays solved."""
    url, board = served
    cloud = start(url, account="7")
    assert capsys.readouterr().out.strip() == SEEN
    checked(FIRST, NOT_YET, why="The message is still in the queue.")
    checked(FIRST, ERROR, got="ValueError: my secret", reason="error:ValueError")
    checked(SECOND, CORRECT)
    checked(SECOND, NOT_YET, why="No longer.")
    checked(EXERCISES[2], NOT_ATTEMPTED)
    sent(cloud)
    (person,) = board.people(None)
    assert (person.name, person.is_here) == ("000000000007", True)
    assert person.shared == {
        FIRST.answer: Shared(2, False, "It raised ValueError.", NOW),
        SECOND.answer: Shared(2, True, "No longer.", NOW),
    }


def test_progress_so_far_is_shared_at_the_start(served: tuple[str, Board], copy: Path) -> None:
    """In a working copy the tries are the learner's own count, which a restart of either side doesn't lose."""
    url, board = served
    start()
    for _ in range(3):
        checked(FIRST, NOT_YET, why="w")
    cloud = start(url, account="7")
    sent(cloud)
    assert board.people(None)[0].shared == {FIRST.answer: Shared(3, False)}
    checked(FIRST, NOT_YET, why="The reason.")
    sent(cloud)
    cloud = start(url, account="7")  # another notebook, which knows no reason
    sent(cloud)
    assert board.people({"Ada": "000000000007", "Bob": "000000000008"}) == [
        Person("Ada", {FIRST.answer: Shared(4, False, "The reason.", NOW)}, True),
        Person("Bob"),
    ]


def test_a_learner_without_an_answer_is_here(served: tuple[str, Board]) -> None:
    """The first cell is enough: somebody who can't begin isn't taken for somebody who's missing."""
    url, board = served
    sent(start(url, account="7"))
    assert board.people({"Ada": "000000000007", "Bo": "000000000008"}) == [Person("Ada", {}, True), Person("Bo")]


def test_a_learner_can_be_left_out(served: tuple[str, Board], copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The server forgets them, and the working copy remembers their wish until they take it back."""
    url, board = served
    start(url, account="7")
    checked(FIRST, NOT_YET, why="w")
    for options in ({"share_progress": False}, {}):
        cloud = start(url, account="7", **options)
        assert capsys.readouterr().out.strip().endswith(LEFT_OUT)
        checked(FIRST, NOT_YET, why="w")
        sent(cloud)
        assert board.people(None) == []
    cloud = start(url, account="7", share_progress=True)
    sent(cloud)
    assert board.people(None)[0].shared[FIRST.answer].tries == 3


def test_nothing_is_said_or_sent_where_nobody_looks_on(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither by the offline cloud nor with a server without a room, which also refuses it."""
    with HttpServer("127.0.0.1", 0, WorkshopCloud().handlers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        cloud = start(f"http://127.0.0.1:{server.server_address[1]}", account="7")
        checked(FIRST, NOT_YET, why="w")
        assert not cloud.has_room
        with pytest.raises(CloudError, match="Nobody looks on"):
            cloud._workshop.controls[0].post("room", tried={})
        server.shutdown()
        thread.join()
    start()
    assert capsys.readouterr().out == ""
    assert not (copy / sharing.FILE).exists()


@pytest.mark.parametrize("variable", [running.COMPARED, "NBGRADER_EXECUTION"])
def test_nothing_is_shared_while_outputs_are_compared(
    variable: str, served: tuple[str, Board], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored output doesn't depend on who looks on."""
    monkeypatch.setenv(variable, "1")
    cloud = start(served[0], account="7")
    checked(FIRST, NOT_YET, why="w")
    sent(cloud)
    assert capsys.readouterr().out == ""
    assert served[1].people(None) == []


def test_a_server_that_is_gone_costs_a_check_nothing(served: tuple[str, Board]) -> None:
    """The outcome is shown, and the next try tells the server again."""
    cloud = start(served[0], account="7")
    cloud._room._control.url = "http://127.0.0.1:9"
    checked(FIRST, NOT_YET, why="w")
    sent(cloud)


@pytest.mark.parametrize(
    "tried",
    [
        None,
        {"unknown": {"tries": 1, "solved": True}},
        {FIRST.answer: 3},
        {FIRST.answer: {"tries": 0, "solved": True}},
        {FIRST.answer: {"tries": 1, "solved": "yes"}},
        {FIRST.answer: {"tries": 10**7, "solved": True}},
        {FIRST.answer: {"tries": 1, "solved": True, "why": ["w"]}},
        {FIRST.answer: {"tries": 1, "solved": True, "at": 1e300}},
    ],
)
def test_the_board_accepts_only_its_own_format(tried: Any) -> None:
    """Whoever can sign can also send nonsense."""
    board = Board([FIRST.answer])
    with pytest.raises(Refused):
        board.tell("1", tried, True)
    assert board.people(None) == []


def test_share_progress_is_a_yes_or_a_no() -> None:
    """A mistyped wish isn't taken for the other one."""
    with pytest.raises(CloudError, match="share_progress is True or False"):
        start(share_progress="no")


def test_a_refusal_is_told_in_the_checks_words() -> None:
    """What the answer printed, or an error's own text, isn't among them."""
    said = {"got": "['a']", "expected": "one message", "why": "SQS  keeps\nit.", "printed": "hello"}
    assert refusal(outcome(FIRST, NOT_YET, **said)) == "SQS keeps it."
    assert refusal(outcome(FIRST, NOT_YET, **{**said, "why": ""})) == "one message"
    assert refusal(outcome(FIRST, ERROR, got="I stopped it.", reason="stopped:calls")) == "I stopped it."
    assert len(refusal(outcome(FIRST, NOT_YET, why="w" * 9_999))) == sharing.LONGEST_WHY
    assert refusal(outcome(FIRST, CORRECT, why="Well done.")) == ""


# ---- in a shared folder


def test_a_watched_folder_shows_its_learners(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From the next start on, and only while it's watched."""
    room = copy.parents[2]
    start()
    checked(FIRST, NOT_YET, why="w")
    watched = WatchedFolder(room)
    assert watched.people() == [Person("ada")]
    with marked(room):
        checked(FIRST, NOT_YET, why="w")
        assert watched.people() == [Person("ada")], "she hasn't been told yet"
        capsys.readouterr()
        start()
        assert watched.people()[0].is_here
        assert capsys.readouterr().out.strip() == SEEN
        assert watched.people()[0].shared == {FIRST.answer: Shared(2, False)}
        checked(FIRST, NOT_YET, why="The reason.")
        (person,) = watched.people()
        assert (person.shared[FIRST.answer].tries, person.shared[FIRST.answer].why) == (3, "The reason.")
        start(share_progress=False)
        assert watched.people() == [Person("ada")]
    assert os.listdir(room) == ["ada"]
    start(share_progress=True)
    checked(FIRST, CORRECT)
    assert watched.people() == [Person("ada")]


def test_a_learners_file_can_do_no_harm(tmp_path: Path) -> None:
    """Damaged, huge, a link to somebody else's, or a pipe: its learner shares nothing."""
    good = {"exercises": {FIRST.answer: {"tries": 2, "solved": False, "why": "w", "at": 5}, "other": {"tries": "x"}}}
    for name in ("damaged", "huge", "link", "good", "pipe"):
        (tmp_path / name / ".course").mkdir(parents=True)
    own = {name: tmp_path / name / ".course" / sharing.FILE for name in ("damaged", "huge", "link", "good", "pipe")}
    own["good"].write_text(json.dumps(good))
    own["damaged"].write_text('{"exercises": [')
    own["huge"].write_text(json.dumps(good) + " " * 300_000)
    own["link"].symlink_to(own["good"])
    os.mkfifo(own["pipe"])
    (tmp_path / "elsewhere").symlink_to(tmp_path / "good")
    people = {person.name: person.shared for person in WatchedFolder(tmp_path).people()}
    assert people.pop("good") == {FIRST.answer: Shared(2, False, "w", 5.0)}
    assert people == {"damaged": {}, "huge": {}, "link": {}, "pipe": {}}


def test_who_comes_later_is_found_too(tmp_path: Path) -> None:
    """New working copies are looked for now and then, since that takes long on a network drive."""
    now = [0.0]
    watched = WatchedFolder(tmp_path, lambda: now[0])
    assert watched.people() == []
    (tmp_path / "ada" / ".course").mkdir(parents=True)
    now[0] = 19.0
    assert watched.people() == []
    now[0] = 20.0
    assert watched.people() == [Person("ada")]


def test_watch_tells_the_link_and_cleans_up(tmp_path: Path) -> None:
    """Until Ctrl-C, with the page open meanwhile; a folder that isn't one is told in a sentence."""
    said: list[str] = []

    def pause(seconds: float) -> None:
        assert (tmp_path / sharing.MARK).is_file()
        link = said[0].split()[3]
        assert b"Who is stuck" in urllib.request.urlopen(link).read()
        raise KeyboardInterrupt

    watch(tmp_path, 0, said.append, pause)
    assert said[-1] == "Stopped. Learners share nothing more."
    assert os.listdir(tmp_path) == []
    with pytest.raises(CourseError, match="isn't a folder"):
        watch(tmp_path / "none", 0, said.append)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_terminal_that_closes_ends_the_watch(tmp_path: Path, name: str) -> None:
    """Otherwise the mark would stay, and learners would share on."""
    number = getattr(signal, name)

    def pause(seconds: float) -> None:
        signal.raise_signal(number)

    before = signal.getsignal(number)
    signal.signal(number, signal.SIG_DFL)
    try:
        watch(tmp_path, 0, lambda text: None, pause)
        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)
    assert os.listdir(tmp_path) == []


# ---- the page


def test_the_page_shows_who_is_stuck_first() -> None:
    """Sorted by tries; three tries make somebody stuck; the lesson that was tried last is shown."""
    people = [
        Person(
            "Ada", {FIRST.answer: Shared(5, False, "Not deleted.", NOW - 130), SECOND.answer: Shared(1, True, "", 9)}
        ),
        Person("Bo", {FIRST.answer: Shared(2, False, "Not deleted.", NOW - 7200)}),
        Person("Cy", {FIRST.answer: Shared(9, False, "It raised KeyError.", NOW)}),
        Person("Di"),
        Person("Ed", {}, True),
    ]
    found = view(course(), people, "", NOW)
    assert found["lesson"].startswith("03")
    assert [(one["name"], one["tries"], one["ago"]) for one in found["stuck"]] == [
        ("Cy", 9, "just now"),
        ("Ada", 5, "2 min ago"),
    ]
    assert found["exercises"][0]["whys"] == [("Not deleted.", 2), ("It raised KeyError.", 1)]
    assert [cell["state"] for cell in found["learners"][0]["cells"][:3]] == ["stuck", "solved", "untried"]
    assert found["learners"][1]["cells"][0] == {"state": "tried", "tries": 2}
    assert found["learners"][1]["ago"] == "2 h ago"
    assert [one["ago"] for one in found["learners"][3:]] == ["shares nothing so far", "no answer checked yet"]
    of = 5 * len(EXERCISES)
    assert found["sums"] == (
        f"2 learners are stuck. 1 of {of} answers are solved. 1 has checked no answer yet. 1 shares nothing so far."
    )
    assert view(course(), people, "01", NOW)["stuck"] == []


def test_the_same_mistake_is_counted_once() -> None:
    """A check invents names and numbers each time it runs, and the words of its refusals contain them."""
    whys = (
        "Keep what's for 'Bath'.",
        "Keep what's for 'Wells'.",
        "Packing takes 39 s.",
        "Packing takes 1,400 s.",
        "No.",
    )
    people = [Person(why, {FIRST.answer: Shared(1, False, why, NOW)}) for why in whys]
    found = view(course(), people, "03", NOW)["exercises"][0]["whys"]
    assert found == [("Keep what's for 'Bath'.", 2), ("Packing takes 39 s.", 2), ("No.", 1)]


def request(page: RoomPage, rest: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
    """Return the page's response."""
    asked = HttpRequest("GET", f"{page.path}{rest}", {"host": "127.0.0.1:4578", **headers})
    status, found, body = page.respond(asked)
    return status, found, body.decode()


def test_only_the_whole_link_opens_the_page() -> None:
    """No other path or host does, and nothing on it runs but its own script."""
    page = RoomPage(lambda: [Person("<script>alert(1)</script>", {FIRST.answer: Shared(3, False, "<b> `<i>`", NOW)})])
    status, headers, text = request(page)
    assert status == 200
    assert text.count("&lt;b&gt; <code>&lt;i&gt;</code>") == 2
    assert "<script>alert" not in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert request(page, host="evil.example")[0] == 404
    for target in ("/", page.path[:-2], f"{page.path}other", page.path.replace("/", "\xe9")):
        assert page.respond(HttpRequest("GET", target, {"host": "localhost"}))[0] == 404, target
    assert page.respond(HttpRequest("POST", page.path, {"host": "localhost"}))[0] == 404


def test_what_has_not_changed_is_not_sent_again() -> None:
    """The page asks every few seconds."""
    people: list[Person] = []
    page = RoomPage(lambda: people, lambda: NOW)
    _, headers, text = request(page, "news?lesson=03")
    assert "Nobody has shared anything yet" in text
    same = {"if-none-match": headers["ETag"]}
    assert request(page, "news?lesson=03", **same)[::2] == (304, "")
    people.append(Person("Ada", {FIRST.answer: Shared(3, False, "The reason.", NOW)}))
    status, _, text = request(page, "news?lesson=03", **same)
    assert status == 200
    assert "The reason." in text
    assert 'aria-label="stuck after 3 tries"' in text


@pytest.mark.browser
def test_the_page_keeps_itself_current() -> None:
    """By itself, with focus, hidden names and a pause as they were; and it says when the command has ended."""
    from browsing import tab

    people = [Person("Ada", {FIRST.answer: Shared(3, False, "The reason.", NOW)})]
    with tab() as page:
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.clock.install()
        with shown(lambda: people) as link:
            page.goto(f"{link}?lesson=03")
            assert page.inner_text("table.stuck tbody th") == "Ada"
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
            assert page.inner_text("table.stuck tbody th") == "Learner 1"
            page.focus("#lesson-03")
            people.append(Person("Bo", {FIRST.answer: Shared(4, False, "Another.", NOW)}))
            page.clock.run_for(3_500)
            page.wait_for_selector("text=Another.")
            assert page.evaluate("document.activeElement.id") == "lesson-03"
            assert page.inner_text("#state") == "2 learners are stuck."
            page.check("#pause")
            people.clear()
            page.clock.run_for(7_000)
            assert page.is_visible("text=Another.")
            page.uncheck("#pause")
            page.clock.run_for(7_000)
            page.wait_for_selector("text=Nobody has shared")
            assert errors == []
            page.route("**/news*", lambda route: route.abort())  # as when the command has ended
            page.clock.run_for(7_000)
            page.wait_for_selector("text=No answer from the command.")
        assert page.elsewhere == []

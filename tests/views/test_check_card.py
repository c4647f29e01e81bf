"""The panels of check, hint, solution and error: their form, the button for hints, and what's shown while one waits."""

import html
import re
from typing import Any

import IPython.display
import pytest

from helpers.backends import front_end
from helpers.backends.base import Cloud
from helpers.backends.front_end import Meanwhile
from helpers.backends.run_progress import RunProgress
from helpers.checks import learner
from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.course import course
from helpers.simulation import scheduler
from helpers.simulation.clock import Clock
from helpers.views.card import Card, check_card, error_card, hint_card, note_card, solution_card
from helpers.views.live_card import LiveCard

EVIL = "<script>alert(1)</script> & \"x\" 'y' </pre></details><img src=x onerror=alert(2)>"
SOURCE = 'def f(x):\n    """Do it.\n\n    More.\n    """\n    if x:\n        return {"a": 1}\n'
OUTCOME = {
    "exercise": "01.4",
    "answer": "f",
    "title": "Take one",
    "did": "f(sqs)",
    "got": "`A-100` was visible again.",
    "expected": "it's gone",
    "why": "Only a delete removes it.",
    "line_number": None,
    "line": "",
    "printed": "",
}
ERROR = OUTCOME | {"status": "error in your code", "got": "KeyError: 'Messages'", "line_number": 4, "line": "x[0]"}
CARDS = {
    "not yet": check_card(OUTCOME | {"status": "not yet", "printed": "one\n  two"}),
    "correct": check_card(OUTCOME | {"status": "correct"}),
    "error": check_card(ERROR),
    "not attempted": check_card(OUTCOME | {"status": "not attempted"}),
    "older": check_card(OUTCOME | {"status": "older copy"}),
    "hint": hint_card("01.4", "Take one", "Imagine a crash.", 2, 3),
    "solution": solution_card("01.4", "Take one", SOURCE),
    "note": note_card("01.4", "Take one", "Try first."),
    "error raised": error_card("NoRegionError: You must specify a region."),
}


def bare(markup: str) -> str:
    """Return what's left of the HTML in an output that isn't trusted: simple tags and words."""
    left = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", markup, flags=re.DOTALL)
    return re.sub(r"<(\w+)[^<>]*>", r"<\1>", left)


def words(markup: str) -> list[str]:
    """Return the words that a reader of the HTML reads."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", markup, flags=re.DOTALL)
    return html.unescape(text).split()


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_text_says_what_the_picture_says(card: Card) -> None:
    """Every word of either is in the other, in the same sequence; the sign is the text's own."""
    told = repr(card).replace("`", "").split()
    assert "".join(words(card._repr_html_())) == "".join(word for word in told[1:] if word != "·")


def test_code_keeps_its_lines_and_indents() -> None:
    """Whoever copies a solution gets code that runs, trusted output or not."""
    for drawn in (CARDS["solution"]._repr_html_(), bare(CARDS["solution"]._repr_html_())):
        (code,) = re.findall(r"<pre[^>]*>(.*?)</pre>", drawn, flags=re.DOTALL)
        assert html.unescape(re.sub(r"<[^>]+>", "", code)) == SOURCE
    (printed,) = re.findall(r"<details.*?<pre[^>]*>(.*?)</pre>", CARDS["not yet"]._repr_html_(), flags=re.DOTALL)
    assert html.unescape(printed) == "one\n  two"


def test_a_stripped_panel_reads_well() -> None:
    """Labels are bold, and each stands before its text."""
    left = " ".join(bare(CARDS["error"]._repr_html_()).split())
    assert "<b>Error in your code</b>" in left
    assert "<b>Your line</b> <pre>" in left
    assert "<b>It raised</b> <p><code>KeyError: &#39;Messages&#39;" in left
    assert "<b>Next</b> <p><code>hint(f)" in left


@pytest.mark.parametrize("look", ["not yet", "error in your code", "correct"])
def test_nothing_that_a_learner_wrote_can_be_a_tag(look: str) -> None:
    """Neither in a panel, nor in a hint or a solution within it."""
    evil = dict.fromkeys(("exercise", "answer", "title", "did", "got", "expected", "why", "line", "printed"), EVIL)
    card = check_card(evil | {"status": look, "line_number": 3})
    given = [hint_card(EVIL, EVIL, EVIL, 1, 3), solution_card(EVIL, EVIL, EVIL)]
    for drawn in (card._repr_html_(), card.draw(given, (EVIL, EVIL, EVIL))):
        assert "<script" not in drawn
        assert "<img" not in drawn


# --- the button ------------------------------------------------------------------------------------------------------


class Kernel:
    """What of IPython's shell says that this is a notebook."""

    kernel = "a kernel"


@pytest.fixture
def shown(offline: Cloud, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What's displayed in a notebook where somebody can click; no hint has been given yet."""
    made: list[Any] = []
    monkeypatch.delenv(front_end.COMPARED)
    monkeypatch.setattr(front_end, "shell", lambda: Kernel)
    monkeypatch.setattr(learner, "show_card", made.append)
    monkeypatch.setattr(learner, "keep", lambda outcomes: None)
    monkeypatch.setattr(learner, "_steps", {})
    monkeypatch.setattr(learner, "_tried", set())
    monkeypatch.setattr(learner, "_last", None)
    return made


def hand_over(sqs: Any, queue_url: str, order: Any) -> str:
    """Return what is wrong."""
    return "wrong"


HINTS = course().exercise("hand_over").hints


def click(widget: LiveCard, act: str) -> list[str]:
    """Click as the browser does, and return the words of the card."""
    widget._clicked(widget, {"act": act, "value": ""}, [])
    return words(widget.html)


def has(words_: list[str], text: str) -> bool:
    """Return whether the card says this, set as code or not."""
    return "".join(text.replace("`", "").split()) in "".join(words_)


def test_a_click_shows_the_next_hint_and_in_the_end_the_solution(shown: list[Any]) -> None:
    """Each stays in the card, with its number; a screen reader hears it; then there's nothing left to click."""
    learner.check(hand_over)
    (widget,) = shown
    assert has(words(widget.html), "Next hint 3 hints left, then the solution")
    assert "Run this cell again, and its buttons work." in widget.html
    for number, text in enumerate(HINTS, start=1):
        said = click(widget, "hint")
        assert has(said, f"Hint {number} of 3 {text}")
        assert has(widget.says.split(), f"{number} of 3 {text}")
    assert has(said, HINTS[0])
    assert "Next" not in said
    assert has(said, "Show the solution")
    assert has(click(widget, "solution"), "json.dumps(order)")
    assert "<button" not in widget.html
    assert len(shown) == 1


def test_hint_and_the_button_share_one_count(shown: list[Any]) -> None:
    """A hint that was asked for in code isn't shown again, and the button never skips to the solution."""
    learner.check(hand_over)
    widget = shown[0]
    learner.hint(hand_over)
    assert repr(shown[1]).count("1 of 3") == 1
    assert has(click(widget, "hint"), f"Hint 2 of 3 {HINTS[1]}")
    learner.hint()
    assert "3 of 3" in repr(shown[2])
    said = click(widget, "hint")
    assert has(said, "Show the solution")
    assert not has(said, "json.dumps(order)")
    learner.hint()
    assert "You've seen all 3 hints" in repr(shown[3])


def test_a_copy_without_solutions_offers_none(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hints, and no more."""
    monkeypatch.setattr(learner, "answer_source", lambda exercise: None)
    learner.check(hand_over)
    assert not has(words(shown[0].html), "solution")
    for _ in HINTS:
        click(shown[0], "hint")
    assert "<button" not in shown[0].html


def test_what_is_stored_is_the_still_panel(shown: list[Any]) -> None:
    """It says what to call, as everywhere where nobody can click, and has no hint of this learner's."""
    learner.check(hand_over)
    click(shown[0], "hint")
    bundle = shown[0]._repr_mimebundle_()
    assert has(words(bundle["text/html"]), "Next hint(hand_over)")
    assert "hint(hand_over)" in bundle["text/plain"]
    assert not has(words(bundle["text/html"]), HINTS[0])


@pytest.mark.parametrize("act", ["solution", "drop", "__class__"])
def test_other_clicks_do_nothing(shown: list[Any], act: str) -> None:
    """The browser can send anything; the solution comes after the hints."""
    learner.check(hand_over)
    before = shown[0].html
    click(shown[0], act)
    assert shown[0].html == before


def test_where_nobody_helps_there_is_no_button(shown: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not where an answer isn't written yet, nor where outputs are compared."""

    def unwritten(sqs: Any, queue_url: str, order: Any) -> Any:
        return ...

    unwritten.__name__ = "hand_over"
    learner.check(unwritten)
    monkeypatch.setenv(front_end.COMPARED, "1")
    learner.check(hand_over)
    assert [type(card) for card in shown] == [Card, Card]


# --- while it goes on ------------------------------------------------------------------------------------------------


class Handle:
    """A display that was shown, and can be updated."""

    def __init__(self, said: list[Any]):
        self._said = said

    def update(self, data: Any, raw: bool = False) -> None:
        """Show this instead."""
        self._said.append(data["text/plain"] if raw else data)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a notebook's one display shows, one after the other."""
    made: list[Any] = []

    def display(data: Any, raw: bool = False, display_id: bool = False) -> Handle:
        assert made == [], "it's one display that changes"
        handle = Handle(made)
        handle.update(data, raw)
        return handle

    monkeypatch.setattr(front_end, "shell", lambda: Kernel)
    monkeypatch.setattr(IPython.display, "display", display)
    return made


class Hours:
    """A clock for a test."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def line(hours: Hours, quiet: bool = False) -> Meanwhile:
    """Return a line with a patience of half a second."""
    return Meanwhile(lambda seconds: f"{seconds:.0f} s", 0.5, quiet, hours)


def test_nothing_is_shown_within_half_a_second(said: list[Any]) -> None:
    """What's quick doesn't flicker."""
    hours = Hours()
    with line(hours) as meanwhile:
        hours.now += 0.4
        meanwhile.look()
    assert said == []
    assert meanwhile.give_way("the result") is False


def test_the_line_counts_and_disappears(said: list[Any]) -> None:
    """It's updated a few times a second at most."""
    hours = Hours()
    with line(hours) as meanwhile:
        for passed in (0.6, 0.1, 0.1, 1.4, 1.0):
            hours.now += passed
            meanwhile.look()
    assert said == ["1 s", "2 s", "3 s", ""]


def test_the_result_takes_the_line_s_place(said: list[Any]) -> None:
    """So nothing of the line is left in the notebook."""
    hours = Hours()
    with line(hours) as meanwhile:
        hours.now += 2
        meanwhile.look()
        assert meanwhile.give_way("the result")
    assert said == ["2 s", "the result"]


def test_a_quiet_line_says_nothing(said: list[Any]) -> None:
    """Where outputs are compared, nothing may vary."""
    hours = Hours()
    with line(hours, quiet=True) as meanwhile:
        hours.now += 9
        meanwhile.look()
    assert said == []


def test_a_terminal_s_line_is_wiped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It's written over itself, beside what the program prints."""
    monkeypatch.setattr(front_end.sys.stderr, "isatty", lambda: True, raising=False)
    hours = Hours()
    with line(hours) as meanwhile:
        hours.now += 2
        meanwhile.look()
        assert meanwhile.give_way("the result") is False
    assert [part.strip() for part in capsys.readouterr().err.split("\r")] == ["", "2 s", "", ""]


def test_a_run_says_how_far_it_has_come(said: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It's the same line, with the share of the run's own time."""
    hours, clock = Hours(), Clock(still=True)
    progress = RunProgress(clock, 100, quiet=False)
    monkeypatch.setattr(progress, "_now", hours)
    with progress:
        progress.show(1)
        clock.advance(seconds=25)
        hours.now += 1.1
        progress.show(1234)
    assert said == ["25% of the run's time, 1,234 calls. To stop it, interrupt the kernel.", ""]


@pytest.mark.parametrize("runner", [InProcess, OneThread])
def test_a_runner_looks_while_the_answer_computes(runner: Any, offline: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer waits for just that, so without a look it would be stopped."""
    monkeypatch.setattr(scheduler, "_LOOK", 0.001)
    looked: list[bool] = []

    def hand_over(sqs: Any, queue_url: str, order: Any) -> str:
        while not looked:
            sqs.list_queues()
        return "wrong"

    found = examine(course().exercise("hand_over"), lambda world: runner(hand_over, world, lambda: looked.append(True)))
    assert found.status == "not yet"
    assert looked


@pytest.mark.parametrize("compared", [False, True])
def test_a_slow_check_says_so_until_its_outcome_is_there(
    shown: list[Any], said: list[Any], monkeypatch: pytest.MonkeyPatch, compared: bool
) -> None:
    """The card takes the place of the line; where outputs are compared there is no line."""
    monkeypatch.setattr(learner, "_PATIENCE", 0.0)
    monkeypatch.setattr(scheduler, "_LOOK", 0.001)
    if compared:
        monkeypatch.setenv(front_end.COMPARED, "1")

    def slow(sqs: Any, queue_url: str, order: Any) -> str:
        while not said and not compared:
            sqs.list_queues()
        return "wrong"

    slow.__name__ = "hand_over"
    learner.check(slow)
    if compared:
        assert (said, [type(card) for card in shown]) == ([], [Card])
    else:
        assert said[0] == "Checking hand_over … 0 s"
        assert isinstance(said[-1], LiveCard)
        assert shown == []

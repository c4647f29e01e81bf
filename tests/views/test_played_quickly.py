"""As test_played.py, without a browser: each button of each live picture of a lesson is pressed in this process."""

import ast
import html
import random
import re
from typing import Any

import nbformat
import pytest

from helpers import cloud, show
from helpers.course import HOME, course
from helpers.views.live_card import LiveCard

BUTTON = re.compile(r'data-act="([^"]*)" data-value="([^"]*)"')
STEPS = 30


def last_value(source: str, namespace: dict[str, Any]) -> Any:
    """Run a cell and return what it would show; None for a statement."""
    tree = ast.parse(source)
    end = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), namespace)
    return eval(compile(ast.Expression(end.value), "<cell>", "eval"), namespace) if end else None


def press(card: LiveCard, dice: random.Random) -> int:
    """Press buttons at random, drag the clock and let time pass; return how many buttons there were."""
    seen = set()
    for _ in range(STEPS):
        buttons = [(html.unescape(act), html.unescape(value)) for act, value in BUTTON.findall(card.html)]
        seen |= set(buttons)
        act, value = dice.choice([*buttons, ("tick", dice.random() * 600), ("clock", dice.random() * 60)])
        card._clicked(card, {"act": act, "value": value}, [])
    return len(seen)


def lived(number: str, seed: int) -> tuple[list[str], str, int]:
    """Return the calls of a lesson, the time at its end, and how many buttons were pressed; seed 0 presses none."""
    (lesson,) = (one for one in course().lessons if one.number == number)
    dice, pressed, namespace = random.Random(seed), 0, {"__name__": "__main__", "display": print}
    for cell in nbformat.read(HOME / "lessons" / f"{lesson.slug}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            shown = last_value(cell.source, namespace)
            if isinstance(shown, LiveCard) and seed:
                pressed += press(shown, dice)
    calls = [f"{call.at} {call.operation} {call.params} {call.response} {call.error_code}" for call in cloud.calls()]
    return calls, str(cloud.world.clock.now()), pressed


QUICK = ("03", "06")  # two of the lessons with many live pictures and no long runs


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(lesson.number, marks=() if lesson.number in QUICK else pytest.mark.full)
        for lesson in course().lessons
    ],
)
def test_no_call_of_a_lesson_differs_after_playing(
    offline: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, number: str
) -> None:
    """The calls of the lesson's cells, their answers to the last id and their times are those of an undisturbed run."""
    monkeypatch.setattr(show, "_is_interactive", lambda: True)
    calls, now, _ = lived(number, 0)
    played, then, pressed = lived(number, 7)
    assert pressed > 0
    assert (played, then) == (calls, now)

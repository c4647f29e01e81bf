"""`check`, `hint` and `solution` as a learner calls them in a notebook."""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from helpers import progress
from helpers.backends.front_end import Meanwhile, can_click
from helpers.backends.running import COMPARED, running
from helpers.checks.engine import FIXED_SEED, examine
from helpers.checks.older import function_is_older, judged
from helpers.checks.outcome import ERROR, NOT_ATTEMPTED, NOT_HERE, NOT_YET, OLDER, Outcome, worth
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.checks.solutions import answer_source
from helpers.checks.telling import tell
from helpers.course import Exercise, course, nearest
from helpers.errors import CheckFailed, UnknownExercise
from helpers.simulation import browser_tab
from helpers.views.card import Card, check_card, hint_card, note_card, show_card, solution_card
from helpers.views.words import counted

_NO_TRY = (NOT_ATTEMPTED, NOT_HERE, OLDER)  # outcomes that say nothing about an answer
_HELPED = (NOT_YET, ERROR)  # outcomes after which hints are offered
_PATIENCE = 0.5  # real seconds until a check says that it's still going on
_steps: dict[str, int] = {}  # how many hints were given, by exercise
_tried: set[str] = set()  # the exercises that were attempted
_last: Exercise | None = None  # the exercise that was checked last, which `hint()` without an argument means


def check(answer: Callable[..., Any]) -> float | None:
    """Check the learner's function, whose name says which exercise it answers, and show the outcome. Returns None.

    The function runs in a private cloud with its own clock. Under nbgrader, which takes a cell's value as its mark, a
    partly right answer returns its points, and one that is worth nothing raises CheckFailed. An argument that isn't a
    function, or answers no exercise, raises UnknownExercise.
    """
    if isinstance(answer, str):
        name = nearest(answer, (exercise.answer for exercise in course().exercises)) or answer
        raise UnknownExercise(f"Pass the function itself, not its name: check({name}), without the quotes.")
    exercise = _exercise(answer, "check")
    graded = bool(os.environ.get("NBGRADER_EXECUTION"))
    with _checking(exercise.answer) as meanwhile:
        outcome = examine_here(exercise, answer, meanwhile.look)
        _remember(exercise, outcome.status)
        card = check_card(outcome.as_dict())
        if graded:
            return None if outcome.correct else _partly_right(card, worth(exercise, outcome))
        keep([outcome])
        shown = _with_help(exercise, card) if outcome.status in _HELPED and can_click() else card
        if not meanwhile.give_way(shown):
            show_card(shown)
    return None


def _checking(answer: str) -> Meanwhile:
    """Return a line that says how long the check has been going on, in a notebook that isn't compared or graded."""
    return Meanwhile(lambda seconds: f"Checking {answer} … {seconds:.0f} s", _PATIENCE, not can_click())


def _partly_right(card: Card, points: float) -> float:
    """Return the points and print the card; CheckFailed if there are none."""
    if not points:
        raise CheckFailed(str(card))
    print(card)
    return points


def keep(outcomes: Sequence[Outcome], place: Path | None = None) -> None:
    """Record these outcomes in the learner's progress, if the place is in a working copy. Older copies are no tries.

    They're told to the instructor, if the learner shares them.

    place: a folder; without it the current one. Nothing is recorded while outputs are compared.
    """
    tried = {outcome.answer: outcome.correct for outcome in outcomes if outcome.status not in _NO_TRY}
    folder = None if os.environ.get(COMPARED) or not tried else progress.find(place)
    if folder:
        progress.record(folder, tried)
    if tried and not os.environ.get(COMPARED):
        tell([outcome for outcome in outcomes if outcome.answer in tried], folder)


def examine_here(exercise: Exercise, answer: Callable[..., Any], look: Callable[[], None] = lambda: None) -> Outcome:
    """Return the outcome of the check of this function in this process. look: called now and then meanwhile."""
    running()  # raises with a friendly sentence if the notebook's first cell wasn't run
    fixed = os.environ.get(COMPARED) or os.environ.get("NBGRADER_EXECUTION")
    seed = FIXED_SEED if fixed else random.randrange(2**32)
    runner = OneThread if browser_tab.IN_A_TAB else InProcess
    found = examine(exercise, lambda world: runner(answer, world, look), seed)
    return judged(found, exercise, function_is_older(exercise, answer))


def hint(answer: Callable[..., Any] | str | None = None) -> None:
    """Show the next of three hints. Without an argument: for the exercise that was checked last."""
    show_card(_next_hint(_exercise(answer, "hint")))


def _next_hint(exercise: Exercise) -> Card:
    step, steps = _steps.get(exercise.answer, 0), len(exercise.hints)
    _steps[exercise.answer] = step + 1
    if step < steps:
        return hint_card(exercise.id, exercise.title, exercise.hints[step], step + 1, steps)
    text = f"You've seen all {steps} hints. Once you've tried, solution({exercise.answer}) shows one way to do it."
    return note_card(exercise.id, exercise.title, text)


def solution(answer: Callable[..., Any] | str | None = None, insist: bool = False) -> None:
    """Show the exercise's solution, once the learner has tried or insists. Without an argument: as `hint`."""
    show_card(_solution(_exercise(answer, "solution"), insist))


def _solution(exercise: Exercise, insist: bool = False) -> Card:
    if not insist and exercise.answer not in _tried:
        text = (
            f"Try it first: write something, and run check({exercise.answer}). hint({exercise.answer}) helps you "
            f"along. To see the solution now, run solution({exercise.answer}, insist=True)."
        )
        return note_card(exercise.id, exercise.title, text)
    source = answer_source(exercise)
    if source is None:
        text = "This copy of the course has no solutions. Your instructor has them."
        return note_card(exercise.id, exercise.title, text)
    return solution_card(exercise.id, exercise.title, source)


def _with_help(exercise: Exercise, card: Card) -> Any:
    """Return the card with a button that shows the next hint in it, and after the last one the solution.

    It counts hints together with `hint`, and shows the solution where `solution` does.
    """
    from helpers.views.live_card import LiveCard  # importing widgets takes time

    given: list[Card] = []
    then = ", then the solution" if answer_source(exercise) else ""

    def offer() -> tuple[str, str, str] | None:
        left = len(exercise.hints) - _steps.get(exercise.answer, 0)
        if left > 0:
            return "hint", "Next hint", f"{counted(left, 'hint')} left{then}"
        is_shown = any(one.look == "solution" for one in given)
        return ("solution", "Show the solution", "one way to do it") if then and not is_shown else None

    def act(name: str, _: Any) -> str:
        now = offer()
        if now is None or name != now[0]:  # the last hint has been shown elsewhere since the button was drawn
            return ""
        given.append(_next_hint(exercise) if name == "hint" else _solution(exercise))
        said = " ".join(given[-1].rows[0]).replace("`", "")
        return said if name == "hint" else "The solution is at the end of the card."

    return LiveCard(lambda: card.draw(given, offer()), card, act)


def _remember(exercise: Exercise, status: str) -> None:
    global _last
    _last = exercise
    if status != NOT_ATTEMPTED:
        _tried.add(exercise.answer)


def _exercise(answer: Any, call: str) -> Exercise:
    """Return the exercise that a function, or the name of one, answers; for None the one that was checked last.

    call: the function that was called with this answer, for the text of UnknownExercise.
    """
    if answer is None and call != "check" and _last is not None:
        return _last
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
    if name is None or not (isinstance(answer, str) or callable(answer)):
        got = "nothing" if answer is None else type(answer).__name__
        raise UnknownExercise(
            f"Pass your function by its name, without calling it, as in {call}(take_one). I got {got}."
        )
    try:
        return course().exercise(name)
    except UnknownExercise as problem:
        keep_it = "" if isinstance(answer, str) else " Keep the function name that the exercise gives you."
        raise UnknownExercise(f"{problem}{keep_it}") from None

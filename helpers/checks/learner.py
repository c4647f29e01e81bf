"""`check`, `hint` and `solution` as a learner calls them in a notebook."""

import os
import random
from collections.abc import Callable
from typing import Any

from helpers.checks.engine import FIXED_SEED, examine
from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED, Outcome
from helpers.checks.seam import InProcess
from helpers.cloud.running import COMPARED, running
from helpers.course import Exercise, course
from helpers.errors import CheckFailed, CourseError, UnknownExercise
from helpers.views.card import Card, check_card, hint_card, note_card, show_card, solution_card

_steps: dict[str, int] = {}  # how many hints were given, by exercise
_tried: dict[str, str] = {}  # the last outcome's status, by exercise
_last: Exercise | None = None  # what was checked last; `hint()` without an argument means it


def check(answer: Callable[..., Any]) -> None:
    """Check the learner's function, whose name says which exercise it answers, and show what came of it.

    The function runs in a private cloud with a clock of its own. Under nbgrader an outcome other than *correct* raises
    CheckFailed. Something that is no function, or answers no exercise, raises UnknownExercise.
    """
    exercise = _exercise(answer)
    outcome = examine_here(exercise, answer)
    _remember(exercise, outcome.status)
    card = check_card(outcome.as_dict())
    if os.environ.get("NBGRADER_EXECUTION"):
        if not outcome.correct:
            raise CheckFailed(str(card))
    else:
        show_card(card)


def examine_here(exercise: Exercise, answer: Callable[..., Any]) -> Outcome:
    """Return the outcome of the check of this function in this process."""
    running()  # the friendly word when the first cell was not run
    fixed = os.environ.get(COMPARED) or os.environ.get("NBGRADER_EXECUTION")
    seed = FIXED_SEED if fixed else random.randrange(2**32)
    return examine(exercise, lambda world: InProcess(answer, world), seed)


def hint(answer: Callable[..., Any] | str | None = None) -> None:
    """Show the next hint, of three. Without an argument: for the exercise that was checked last."""
    exercise = _exercise(answer) if answer is not None else _last
    if exercise is None:
        raise UnknownExercise("A hint for which exercise? Write hint(...) with your function's name in it.")
    step, steps = _steps.get(exercise.answer, 0), len(exercise.hints)
    _steps[exercise.answer] = step + 1
    if step < steps:
        show_card(hint_card(exercise.id, exercise.title, exercise.hints[step], step + 1, steps))
    else:
        text = f"There are no more than {steps} hints. solution({exercise.answer}) shows one way to do it, once you have tried."
        show_card(note_card(exercise.id, exercise.title, text))


def solution(answer: Callable[..., Any] | str, insist: bool = False) -> None:
    """Show the exercise's solution, once the learner has tried, or insists."""
    exercise = _exercise(answer)
    if not insist and _tried.get(exercise.answer, NOT_ATTEMPTED) == NOT_ATTEMPTED:
        show_card(_not_before_a_try(exercise))
        return
    # Imported here: reading a notebook needs nbformat, which no other cell waits for.
    from helpers.checks.solutions import answer_source

    source = answer_source(exercise)
    if source is None:
        text = "This copy of the course has no solutions; whoever gave it to you keeps them."
        show_card(note_card(exercise.id, exercise.title, text))
    else:
        show_card(solution_card(exercise.id, exercise.title, source))


def _not_before_a_try(exercise: Exercise) -> Card:
    text = (
        f"Try first: write something and run check({exercise.answer}). hint({exercise.answer}) helps on the way. "
        f"If you insist: solution({exercise.answer}, insist=True)."
    )
    return note_card(exercise.id, exercise.title, text)


def _remember(exercise: Exercise, status: str) -> None:
    global _last
    _last = exercise
    if _tried.get(exercise.answer) != CORRECT:
        _tried[exercise.answer] = status


def _exercise(answer: Any) -> Exercise:
    """Return the exercise that this function, or function's name, answers."""
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
    if name is None or not (isinstance(answer, str) or callable(answer)):
        raise UnknownExercise(
            f"This takes your function itself, without calling it: check(take_one). It got {type(answer).__name__}."
        )
    try:
        return course().exercise(name)
    except CourseError as problem:
        raise UnknownExercise(f"{problem} Keep the name that the exercise gives your function.") from None

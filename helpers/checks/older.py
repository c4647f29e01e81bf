"""Copies of an exercise from before its contract changed: how they're recognised, and what a learner is told.

Such an answer was written to another task. It's never called wrong; if it happens to do what is asked now, it's right.
"""

import inspect
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from helpers.checks.outcome import NOT_ATTEMPTED, OLDER, Outcome, outcome
from helpers.course import HOME, Exercise, course
from helpers.simulation import browser_tab

_TOLD = "This exercise has changed since you got your copy, so your answer isn't marked. {}"
_TOLD_OF_A_STUB = "This exercise has changed since you got your copy. {}"
_ANEW = "Run `course reset {id}` in a terminal. You get the new version, and a copy of your notebook is kept."
_ANEW_IN_A_TAB = (
    "To get the new version, download this notebook so that you keep it, delete it in the list of files, and reload "
    "the page."
)
_ANEW_ELSEWHERE = "Ask the person who gave you this notebook for the new version."


def judged(found: Outcome, exercise: Exercise, older: bool) -> Outcome:
    """Return the outcome; if the answer isn't correct and was written in an older copy, the one that says so."""
    if not older or found.correct:
        return found
    if found.status == NOT_ATTEMPTED:
        return outcome(exercise, NOT_ATTEMPTED, got=_TOLD_OF_A_STUB.format(_what_to_do(exercise)))
    return outcome(exercise, OLDER, why=_TOLD.format(_what_to_do(exercise)), printed=found.printed)


def function_is_older(exercise: Exercise, function: Any) -> bool:
    """Return whether this function is from an older copy, by its docstring and its parameters."""
    try:
        plain = inspect.unwrap(function)
        signature = f"def {exercise.answer}{inspect.signature(plain)}"
        return _is_older(exercise, str(plain.__doc__ or ""), bool(plain.__doc__), signature)
    except (ValueError, TypeError, AttributeError):  # a callable that has no signature, or wraps itself
        return False


def cell_is_older(exercise: Exercise, source: str) -> bool:
    """Return whether the cell with this source, which defines the answer, is from an older copy. It isn't parsed."""
    return _is_older(exercise, source, '"""' in source, source)


def noted(exercise: Exercise, source: str, texts: Iterable[str]) -> str:
    """Return the source of an answer's cell, with a note for `cell_is_older` where only the notebook's text tells it.

    That is where the learner deleted the docstring. texts: the sources of the notebook's cells of text.
    """
    task = next((_folded(text) for text in texts if text.startswith(f"## {exercise.id} ")), "")
    if not exercise.older or '"""' in source or task in ("", _task_now(exercise)):
        return source
    return f"{source}\n# An older copy: {exercise.older[0]}"


def _is_older(exercise: Exercise, text: str, has_docstring: bool, source: str) -> bool:
    if not exercise.older:
        return False
    text, (docstring, needed) = _folded(text), _now(exercise)
    if docstring and docstring in text:
        return False
    if any(_folded(clause) in text for clause in exercise.older):
        return True
    # Without a docstring, a function that can't be called as the exercise asks for is the only trace.
    taken = _parameters(exercise, source)
    return not has_docstring and bool(taken) and not needed <= taken


@lru_cache
def _now(exercise: Exercise) -> tuple[str, set[str]]:
    """Return the docstring and the parameters in the course's own notebook; empty ones for a custom exercise set."""
    for source in _shipped(exercise.lesson):
        if found := re.search(rf'def {exercise.answer}\([^"]*"""(.*?)"""', source, re.DOTALL):
            return _folded(found[1]), _parameters(exercise, source)
    return "", set()


def _task_now(exercise: Exercise) -> str:
    """Return the text of the task in the course's own notebook; "" for a custom exercise set."""
    return next((_folded(text) for text in _shipped(exercise.lesson) if text.startswith(f"## {exercise.id} ")), "")


@lru_cache
def _shipped(lesson: str) -> tuple[str, ...]:
    """Return the sources of the cells in the course's own notebook of exercises; none for a custom exercise set."""
    try:
        text = (HOME / "exercises" / f"{lesson}.ipynb").read_text(encoding="utf-8")
    except OSError:
        return ()
    return tuple("".join(cell["source"]) for cell in json.loads(text)["cells"])


def _parameters(exercise: Exercise, source: str) -> set[str]:
    """Return the names of the answer's parameters; none where they can't be told, or any name will do."""
    found = re.search(rf"def {exercise.answer}\(([^()]*)\)", source)
    return set(re.findall(r"(?:^|,)\s*(\w+)", found[1])) if found and "**" not in found[1] else set()


def _folded(text: str) -> str:
    return " ".join(text.split())


def _what_to_do(exercise: Exercise) -> str:
    if exercise.lesson not in {lesson.slug for lesson in course().lessons}:
        return _ANEW_ELSEWHERE
    return _ANEW_IN_A_TAB if browser_tab.IN_A_TAB else _ANEW.format(id=exercise.id)

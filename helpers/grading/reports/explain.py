"""Explains a cell or an answer that did not run to its end: what happened, and what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, ERROR, STUMBLED, UNREACHABLE, Outcome, outcome
from helpers.checks.runners.base import TIME_IS_UP, TOO_MANY_CALLS, TOO_MUCH_COMPUTING
from helpers.course import Exercise
from helpers.sandbox.channel import PROCESS_ENDED

LONGEST_BEGIN, LONGEST_TEXT, LONGEST_LINE = 60, 200, 80  # characters of a learner's own that a remark quotes
_RUNS = "a cell that finishes and defines the function"
_NOT_PYTHON = ("SyntaxError", "IndentationError", "TabError")
_ENDS_PYTHON = "os._exit, sys.exit, exit and quit do that, and so does a crash"
_NOT_MARKED = "I couldn't judge your answer, so it isn't marked and costs you no points. Your instructor is told."
_MAYBE = (
    "The mistake may be in the check. It can also happen when a function returns a different kind of value than the "
    "exercise asks for, or deletes something that the check has to look at, so compare both with the task."
)
# Why a cell had to be stopped, as `HandInProcess.load` says it.
_STOPS = {
    PROCESS_ENDED: f"it ended Python itself ({_ENDS_PYTHON})",
    TOO_MUCH_COMPUTING: "it was still computing when I stopped it. Is there a loop that never ends?",
    TIME_IS_UP: "it was still running when I stopped it. Is there a loop that never ends, or is it waiting for "
    "something that never happens?",
    TOO_MANY_CALLS: "it was still calling AWS when I stopped it. Is there a loop that never ends?",
}


def of_lesson(number: str) -> str:
    """Return how each remark on the running of a notebook begins."""
    return f"In lesson {number}, "


def answers(source: str, exercise: Exercise) -> bool:
    """Return whether the cell seems to define the exercise's answer."""
    return f"def {exercise.answer}(" in source


def stopped_cell(lesson: str, source: str, exercises: Iterable[Exercise], why: str) -> str:
    """Return the remark on a cell that was left out. why: as Broken says it."""
    return f"{of_lesson(lesson)}{_named(source, exercises)} was left out: {_sentence(_stop(why))}"


def failed_cell(lesson: str, source: str, exercises: Iterable[Exercise], error: Mapping[str, Any]) -> str:
    """Return the remark on a cell that raised. error: as `cells.run_all` describes it."""
    raised = _cut(_error(error), LONGEST_TEXT)
    line = " ".join(error["line"].split())
    place = f" (line {error['number']}: {_code(_cut(line, LONGEST_LINE))})" if error["number"] and line else ""
    did = f"ended Python itself ({_ENDS_PYTHON})" if error["type"] == "SystemExit" else f"raised {raised}"
    return _sentence(f"{of_lesson(lesson)}{_named(source, exercises)} {did}{place}")


def without_blame(found: Outcome) -> Outcome:
    """Return the outcome; where the check itself couldn't go on, one that says so and costs no points."""
    if found.reason == UNREACHABLE:
        return replace(found, status=CHECK_FAILED, why=_NOT_MARKED)
    return replace(found, status=CHECK_FAILED, why=f"{_NOT_MARKED} {_MAYBE}") if found.reason == STUMBLED else found


def of_stopped_cell(exercise: Exercise, why: str) -> Outcome:
    """Return the outcome of an answer whose cell had to be left out."""
    got = _sentence(_stop(why))
    why = f"I graded the rest without this cell, so {exercise.answer} wasn't defined. Fix the cell, or take it out."
    return outcome(exercise, ERROR, got=got[0].upper() + got[1:], expected=_RUNS, why=why)


def of_failed_cell(exercise: Exercise, error: Mapping[str, Any]) -> Outcome:
    """Return the outcome of an answer whose cell raised before it was defined."""
    why = f"The cell ended there, so {exercise.answer} wasn't defined. To see it, restart the kernel and run all cells."
    if error["type"] in _NOT_PYTHON:
        why = (
            "Python can't read this cell, so none of it ran. Look at this line and the one before it. Is every bracket "
            "and quote closed? Is a colon missing? Does the indent match the lines around it?"
        )
    elif error["type"] == "SystemExit":
        why = (
            f"The cell ended Python itself ({_ENDS_PYTHON}), so {exercise.answer} wasn't defined. Take that call out. "
            "To see it, restart the kernel and run all cells."
        )
    place = {"line_number": error["number"], "line": error["line"]}
    return outcome(exercise, ERROR, got=_error(error), expected=_RUNS, why=why, **place)


def _named(source: str, exercises: Iterable[Exercise]) -> str:
    """Return words for a cell: the exercise that it answers, or how it begins."""
    for exercise in exercises:
        if answers(source, exercise):
            return f"the cell of exercise {exercise.id}, {_code(exercise.answer)},"
    begins = next((" ".join(line.split()) for line in source.splitlines() if line.strip()), "")
    return f"the cell that begins with {_code(_cut(begins, LONGEST_BEGIN))}" if begins else "a cell"


def _stop(why: str) -> str:
    return next((said for part, said in _STOPS.items() if why.endswith(part)), why)


def _error(error: Mapping[str, Any]) -> str:
    return f"{error['type']}: {error['message']}" if error["message"] else error["type"]


def _code(text: str) -> str:
    return f"`{text.replace('`', chr(39))}`"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."

"""What the page on a class and its text twin have in common: titles, sentences, and how much they list."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.grading.reports.texts import LOOKS

SECTIONS = (
    "What to do next",
    "Exercises, hardest first",
    "Learners",
    "Hand-ins to look at",
    "Similar hand-ins",
    "What changed since last time",
    "How the points are distributed",
)
MOST = {"findings": 8, "remarks": 20, "changes": 2000}  # how many are listed; the rest is counted
NO_REMARKS = "There's nothing to look at."
NO_CHANGES = (
    "No mark has changed since last time.",
    "There's nothing to compare with yet. This is the first grade book in this folder.",
)
NO_SIMILAR = "No two hand-ins share code that others don't have."
SIMILAR = (
    "These pairs share code that hardly anybody else in this class wrote. Working together, a source that both found, "
    "or an exercise with one obvious answer all look like this. Read both answers before you talk to anybody."
)
_OF_NOBODY = "(no learner)"
# The words are for learners; the reader of this report did not write the code.
_WORDS = {state: word.lower().removesuffix(" in your code") for state, (_, word, _) in LOOKS.items()}


def legend(report: Mapping[str, Any]) -> str:
    """Return what the marks mean that are in this report."""
    met = {state for exercise in report["exercises"] for state in exercise["counts"]}
    return " · ".join(f"{LOOKS[state][0]} {word}" for state, word in _WORDS.items() if state in met)


def counts_in_words(counts: Mapping[str, int]) -> list[str]:
    """Return "3 correct" and so on, for each status that somebody has."""
    return [f"{counts[state]} {word}" for state, word in _WORDS.items() if counts.get(state)]


def passed(exercise: Mapping[str, Any]) -> str:
    """Return how many of the answers passed."""
    if not exercise["answers"]:
        return "nobody tried this"
    return f"{exercise['correct']} of {exercise['answers']} passed"


def marks(lessons: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a mark for each exercise, by lesson; behind the lesson's number where there are several."""
    several = len(lessons) > 1
    drawn = {number: " ".join(LOOKS[state][0] for state in states) for number, states in lessons.items()}
    return [f"{number} {signs}" if several else signs for number, signs in drawn.items()]


def spoken(lessons: Mapping[str, Sequence[str]]) -> str:
    """Return the same in words, for a screen reader."""
    several = len(lessons) > 1
    said = {number: ", ".join(_WORDS[state] for state in states) for number, states in lessons.items()}
    return "; ".join(f"lesson {number}: {words}" if several else words for number, words in said.items())


def odd_of_all(report: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """Return what was odd, by learner; first what belongs to none."""
    return [*([(_OF_NOBODY, report["remarks"])] if report["remarks"] else []), *report["odd"]]


def left_out(listed: Sequence[Any], kind: str) -> int:
    """Return how many of these aren't listed; 0 or less when all are."""
    return len(listed) - MOST[kind]

"""The outcome of a check: one record, from which the card, the terminal's table and JSON are made."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from helpers.course import Exercise

CORRECT = "correct"
NOT_YET = "not yet"
NOT_ATTEMPTED = "not attempted"
ERROR = "error in your code"
NOT_HERE = "not checked here"  # since the answer needs what this front end lacks
CHECK_FAILED = "check failed"  # in grading: the check itself couldn't go on, so nobody says whether the answer is right
OLDER = "older copy"  # of the exercise, from before its contract changed: nobody says whether the answer is right
# Reasons that are no fault of the answer, as far as anybody knows.
STUMBLED, UNREACHABLE = "check-stumbled", "cloud-unreachable"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one check of one exercise.

    status: "correct", "not yet", "not attempted", "error in your code", "check failed", "older copy" or "not checked
    here".
    did, got, expected, why: what the check did, what it saw, what the exercise expects, and the reason in AWS's terms.
    line_number, line: the learner's own line that led to an error. printed: what the answer printed.
    reached: the milestones on the way that are worth points by themselves, see Exercise.partial.
    reason: a stable id of what was wrong, for tests and reports, whatever the words are:
    - the id that the check gave to `not_yet`, such as "message-left-behind"; "" if it gave none
    - "error:NAME" when the answer raised. NAME is the code of an error of AWS, or the exception's type
    - "stopped:calls", or another word of helpers.checks.runners.base, when the answer had to be stopped
    - "check-stumbled" when the check itself couldn't go on, "cloud-unreachable" when it couldn't reach its cloud
    - "" for an answer that is correct, not attempted, not checked here, or in an older copy
    """

    exercise: str
    answer: str
    title: str
    status: str
    did: str = ""
    got: str = ""
    expected: str = ""
    why: str = ""
    line_number: int | None = None
    line: str = ""
    printed: str = ""
    reached: tuple[str, ...] = ()
    reason: str = ""

    @property
    def correct(self) -> bool:
        """Whether the answer was found right."""
        return self.status == CORRECT

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def outcome(exercise: Exercise, status: str, **said: Any) -> Outcome:
    """Return an outcome of this exercise."""
    made: dict[str, Any] = {name: _writable(value) if isinstance(value, str) else value for name, value in said.items()}
    return replace(Outcome(exercise.id, exercise.answer, exercise.title, status), **made)


def worth(exercise: Exercise, outcome: Outcome) -> float:
    """Return the exercise's points if the answer is right, or those of the best milestone that it reached."""
    if outcome.correct:
        return exercise.points
    return max((exercise.partial[name] for name in outcome.reached if name in exercise.partial), default=0)


def _writable(text: str) -> str:
    """Return the text with lone surrogates spelled out, which neither a file nor a notebook can hold."""
    return text.encode("utf-8", "backslashreplace").decode()

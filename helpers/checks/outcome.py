"""What came of a check: one record, from which the panel, the terminal's table and JSON are made."""

from dataclasses import asdict, dataclass
from typing import Any

from helpers.course import Exercise

CORRECT = "correct"
NOT_YET = "not yet"
NOT_ATTEMPTED = "not attempted"
ERROR = "error in your code"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one check of one exercise.

    status: "correct", "not yet", "not attempted" or "error in your code".
    did, got, expected, why: what the check did, what came back, what was expected, and the reason in AWS's terms.
    line_number, line: the learner's own line that led to an error. printed: what the answer printed.
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

    @property
    def correct(self) -> bool:
        """Whether the answer was found right."""
        return self.status == CORRECT

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def outcome(exercise: Exercise, status: str, **said: Any) -> Outcome:
    """Return an outcome of this exercise."""
    return Outcome(exercise.id, exercise.answer, exercise.title, status, **said)

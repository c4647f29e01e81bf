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
    line_number, line: the learner's own line that led to an error. printed: what the answer printed. reached: the
    milestones on the way that are worth points by themselves, see Exercise.partial. reason: the stable id of a refusal,
    such as "message-left-behind"; "" where the check gave none.
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
    writable = {name: _writable(value) if isinstance(value, str) else value for name, value in said.items()}
    return Outcome(exercise.id, exercise.answer, exercise.title, status, **writable)


def worth(exercise: Exercise, outcome: Outcome) -> float:
    """Return the exercise's points for a right answer, else those of the best milestone that the answer reached."""
    if outcome.correct:
        return exercise.points
    return max((exercise.partial[name] for name in outcome.reached if name in exercise.partial), default=0)


def _writable(text: str) -> str:
    """Return the text with half characters (lone surrogates) spelled out: neither file nor notebook can hold them."""
    return text.encode("utf-8", "backslashreplace").decode()

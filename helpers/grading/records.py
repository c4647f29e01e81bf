"""Plain data that the modules of grading share: what was handed in, its outcomes, and what they are worth."""

from dataclasses import dataclass

from helpers.checks.outcome import OLDER, Outcome


@dataclass(frozen=True)
class HandIn:
    """One notebook that one learner handed in.

    learner: whose mark it is, as the layout or a list names them. lesson: its slug. file: its path relative to the
    folder, for people. cells: the sources of its code cells in order, without the cells that check.
    remarks: what was odd about it and how that was dealt with, a sentence each. notebook: the file's own bytes.
    """

    learner: str
    lesson: str
    file: str
    cells: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    notebook: bytes = b""


@dataclass(frozen=True)
class Learner:
    """One learner of the cohort.

    name: unique among them. columns: what a list of learners says of them beside the name, for a grade book that other
    systems import ("ID", "SIS User ID", "Section", ...). hand_ins: at most one for each lesson. remarks: files of
    theirs that are no hand-in, a sentence each.
    """

    name: str
    hand_ins: tuple[HandIn, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cohort:
    """Everything in a folder of hand-ins. remarks: on files that belong to nobody, a sentence each."""

    learners: tuple[Learner, ...]
    remarks: tuple[str, ...] = ()


def by_name(learner: str) -> tuple[str, str]:
    """Return the key by which learners are sorted: case doesn't count, and the result is always the same."""
    return learner.casefold(), learner


@dataclass(frozen=True)
class Graded:
    """The result of one hand-in: an outcome for each exercise of its lesson, in order.

    remarks: what running it showed, such as a cell that raised, a sentence each.
    """

    outcomes: tuple[Outcome, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """What one exercise is worth to one learner. outcome: None where nothing was handed in."""

    exercise: str  # "01.3"
    title: str
    points: float
    of: float
    outcome: Outcome | None = None

    @property
    def unmarked(self) -> bool:
        """Whether no points say what the answer is worth: it's in an older copy, so the instructor decides."""
        return self.outcome is not None and self.outcome.status == OLDER


@dataclass(frozen=True)
class Row:
    """One learner's row in the grade book. about_files, about_running: what was odd, a sentence each."""

    learner: str
    marks: tuple[Mark, ...]
    columns: tuple[tuple[str, str], ...] = ()
    about_files: tuple[str, ...] = ()
    about_running: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Both kinds of remarks, each once."""
        return tuple(dict.fromkeys(self.about_files + self.about_running))

    @property
    def points(self) -> float:
        """All points together."""
        return sum(mark.points for mark in self.marks)

    @property
    def of(self) -> float:
        """The most points that there are, without those of exercises that aren't marked."""
        return sum(mark.of for mark in self.marks if not mark.unmarked)

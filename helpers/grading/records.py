"""Plain data that the modules of grading share: what was handed in, its outcomes, and what they are worth."""

from dataclasses import dataclass
from pathlib import Path

from helpers.checks.outcome import CHECK_FAILED, OLDER, Outcome

UNDECIDED = (CHECK_FAILED, OLDER)  # statuses that say nothing of what an answer is worth


@dataclass(frozen=True)
class Origin:
    """Where a notebook is. members: the numbers of the members to open in a zip file, one inside another."""

    path: Path
    members: tuple[int, ...] = ()


@dataclass(frozen=True)
class HandIn:
    """One notebook that one learner handed in.

    learner: whose mark it is, as the layout or a list names them. lesson: its slug. file: its path relative to the
    folder, for people. cells: the sources of its code cells in order, without the cells that check.
    remarks: what was odd about it and how that was dealt with, a sentence each. origin: where the notebook is.
    handed_in: when, in ISO 8601, as the learning platform wrote it into the name, or empty. It's the platform's local
    time unless it says another zone. late: whether the platform marked it as late; None if it marks none.
    order: greater for a later attempt.
    """

    learner: str
    lesson: str
    file: str
    cells: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    origin: Origin | None = None
    handed_in: str = ""
    late: bool | None = None
    order: tuple[float, ...] = ()


@dataclass(frozen=True)
class Learner:
    """One learner of the cohort.

    name: unique among them. columns: what a list of learners says of them beside the name, for a grade book that other
    systems import ("ID", "SIS User ID", "Section", ...). hand_ins: at most one for each lesson, those that count.
    remarks: files of theirs that are no hand-in, a sentence each. others: attempts that don't count, the first first.
    listed_as: the name in the list, which two can have; empty when they aren't in it. numbers: what Canvas and Moodle
    call the learner in the names of files, by "canvas" and "moodle".
    """

    name: str
    hand_ins: tuple[HandIn, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    others: tuple[HandIn, ...] = ()
    listed_as: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cohort:
    """Everything in a folder of hand-ins. remarks: on files that belong to nobody, a sentence each.

    guesses: files whose learner only their own name says, with the learner, for the instructor to confirm.
    """

    learners: tuple[Learner, ...]
    remarks: tuple[str, ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()


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
    """What one exercise is worth to one learner. outcome: None where nothing was handed in.

    by_hand: the instructor gave the points. excused: the exercise doesn't count for this learner. checked: the points
    that the check gave, whatever the instructor said; None where they're the same.
    """

    exercise: str  # "01.3"
    title: str
    points: float
    of: float
    outcome: Outcome | None = None
    by_hand: bool = False
    excused: bool = False
    checked: float | None = None

    @property
    def unmarked(self) -> bool:
        """Whether no points say what the answer is worth, so that the instructor decides.

        It's in an older copy, or its check failed.
        """
        undecided = self.outcome is not None and self.outcome.status in UNDECIDED
        return undecided and not self.by_hand and not self.excused

    @property
    def counts(self) -> bool:
        """Whether the points are part of the learner's total."""
        return not self.unmarked and not self.excused


@dataclass(frozen=True)
class Late:
    """A lesson that was handed in late. minus: the points that this costs. said: a sentence for the learner."""

    lesson: str  # "03"
    minus: float
    said: str


@dataclass(frozen=True)
class Row:
    """One learner's row in the grade book. about_files, about_running: what was odd, a sentence each.

    late: the lessons that came after their deadline. comments: the instructor's, each with the exercise or the lesson
    that it's about, or "".
    """

    learner: str
    marks: tuple[Mark, ...]
    columns: tuple[tuple[str, str], ...] = ()
    about_files: tuple[str, ...] = ()
    about_running: tuple[str, ...] = ()
    late: tuple[Late, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the learner should know about the points besides the outcomes, a sentence each; nothing is odd."""
        said = [(about if "." in about else about and f"Lesson {about}", comment) for about, comment in self.comments]
        comments = (f"{about}: {comment}" if about else comment for about, comment in said)
        return (*(late.said for late in self.late), *comments)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Both kinds of remarks, each once."""
        return tuple(dict.fromkeys(self.about_files + self.about_running))

    @property
    def points(self) -> float:
        """All points together, without those that being late costs."""
        return sum(mark.points for mark in self.marks if mark.counts) - sum(late.minus for late in self.late)

    @property
    def of(self) -> float:
        """The most points that there are, without those of exercises that aren't marked, or excused."""
        return sum(mark.of for mark in self.marks if mark.counts)

    def of_lesson(self, number: str) -> tuple[float, float]:
        """Return the points of one lesson, without those that being late costs, and the most that there are."""
        marks = [mark for mark in self.marks if mark.exercise[:2] == number and mark.counts]
        minus = sum(late.minus for late in self.late if late.lesson == number)
        return sum(mark.points for mark in marks) - minus, sum(mark.of for mark in marks)

"""The errors that the course itself raises.

CourseError                something that a learner, instructor or author can fix; the text says how
├── CloudError             the cloud can't be started, reached, or asked to do this
├── ClockError             the clock can't do this on the running cloud
├── ManifestError          lessons/course.toml contains something invalid
├── NotebookError          a notebook can't be read, or isn't one of this course
├── UnknownExercise        there is no exercise with this name
├── ExpectedErrorMissing   a block was expected to raise an error, and raised none
└── CheckFailed            a check didn't find the answer correct, where that has to stop the run (nbgrader)

Stopped is separate: it ends a thread whose check is over, so `except Exception` must not catch it.
"""


class CourseError(Exception):
    """Something that the reader of the message can fix; the message says how."""


class CloudError(CourseError):
    """The cloud can't be started, reached, or asked to do this."""


class ClockError(CourseError):
    """The clock can't do this on the running cloud."""


class ManifestError(CourseError):
    """lessons/course.toml contains something invalid."""


class NotebookError(CourseError):
    """A notebook can't be read, or isn't one of this course."""


class UnknownExercise(CourseError):
    """There is no exercise with this name. A notebook shows its text alone: the traceback would be the course's own."""

    def _render_traceback_(self) -> list[str]:
        return [f"UnknownExercise: {self}"]


class ExpectedErrorMissing(CourseError):
    """A block was expected to raise an error, and raised none."""


class CheckFailed(CourseError):
    """A check didn't find the answer correct, where that has to stop the run."""


class Stopped(BaseException):
    """Ends an answer that ran too long, made too many calls, or is still running after its check."""

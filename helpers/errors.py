"""The errors that the course itself raises.

CourseError                something that a learner, instructor or author can mend; the text says how
├── CloudError             the cloud cannot be started or asked like this
├── ClockError             the clock cannot do this on the running cloud
├── ManifestError          lessons/course.toml says something that cannot be
├── NotebookError          a notebook cannot be read or is not of this course
├── UnknownExercise        no exercise goes by this name
├── ExpectedErrorMissing   a block was to show an error, and none or another came
└── CheckFailed            a check did not find the answer correct, where that has to stop the run (nbgrader)

Stopped stands apart: it ends a thread whose check is over, so `except Exception` must not hold it.
"""


class CourseError(Exception):
    """Something that the reader of the message can mend; the message says how."""


class CloudError(CourseError):
    """The cloud cannot be started, reached or asked like this."""


class ClockError(CourseError):
    """The clock cannot do this on the running cloud."""


class ManifestError(CourseError):
    """lessons/course.toml says something that cannot be."""


class NotebookError(CourseError):
    """A notebook cannot be read, or is not of this course."""


class UnknownExercise(CourseError):
    """No exercise goes by this name."""


class ExpectedErrorMissing(CourseError):
    """A block was to show an error, and none or another came."""


class CheckFailed(CourseError):
    """A check did not find the answer correct, where that has to stop the run."""


class Stopped(BaseException):
    """Ends an answer that ran too long, called too often, or outlived its check."""

"""How much a hand-in can be: bounds for a file, for a learner and for the whole class, so that nobody costs others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from helpers.errors import CourseError

LARGEST_NOTEBOOK = 30_000_000  # bytes of a notebook's file, outputs included
LARGEST_ARCHIVE = 60_000_000  # bytes of a learner's zip file
MOST_MEMBERS = 5_000  # files in a learner's zip file
MOST_NOTEBOOKS = 200  # notebooks in a learner's zip file
MOST_CELLS = 2_000  # cells of a notebook
MOST_SOURCE = 500_000  # characters in a notebook's cells

_LEARNER = {"bytes": 200_000_000, "notebooks": MOST_NOTEBOOKS, "cells": 10_000, "characters": 1_000_000}
_CLASS = {"bytes": 100_000_000_000, "notebooks": 100_000, "cells": 5_000_000, "characters": 300_000_000}
_UNITS = {"bytes": " bytes once they're unpacked", "notebooks": " notebooks", "cells": " cells"}
_UNITS["characters"] = " characters in their cells"
_SECONDS = 5.0  # of computing that reading one learner's files can take
_SECONDS_OF_CLASS = 1_800.0


@dataclass
class Budget:
    """What is left of the bounds of a learner, or of the class. above: the class's, which is charged as well.

    Whatever exceeds a bound raises CourseError, and only that file is left out.
    """

    whose: str
    advice: str
    left: dict[str, int]
    seconds: float
    above: "Budget | None" = None
    most: dict[str, int] = field(default_factory=dict)
    since: float = 0  # when reading began

    def __post_init__(self) -> None:
        self.most = dict(self.left)

    def take(self, kind: str, amount: int) -> None:
        """Take bytes, notebooks, cells or characters. CourseError when there aren't as many left; none are taken."""
        if amount > self.left[kind]:
            raise CourseError(
                f"is left out, because {self.whose} have more than {self.most[kind]:,}{_UNITS[kind]}. {self.advice}"
            )
        if self.above:
            self.above.take(kind, amount)
        self.left[kind] -= amount

    def room(self, kind: str) -> int:
        """Return how much is left."""
        return min(self.left[kind], self.above.room(kind)) if self.above else self.left[kind]

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Charge this block's computing. CourseError when earlier files have used up all the time."""
        self.since = time.thread_time()
        self.check_time()
        try:
            with self.above.reading() if self.above else _free():
                yield
        finally:
            self.seconds -= time.thread_time() - self.since

    def check_time(self) -> None:
        """Raise CourseError when the time is used up, in the middle of reading too."""
        if time.thread_time() - self.since >= self.seconds:
            raise CourseError(f"is left out, because reading {self.whose} took too long. {self.advice}")


@contextmanager
def _free() -> Iterator[None]:
    yield


def of_class() -> Budget:
    """Return the bounds of a whole class."""
    return Budget("all hand-ins together", "Grade the class in several parts.", dict(_CLASS), _SECONDS_OF_CLASS)


def of_learner(whole: Budget) -> Budget:
    """Return the bounds of one learner of this class."""
    return Budget("this learner's files", "Ask for one file per lesson.", dict(_LEARNER), _SECONDS, whole)

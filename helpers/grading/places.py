"""Tells a folder of hand-ins, and one for results, from folders that somebody may name by mistake."""

import os
from pathlib import Path

from helpers.errors import CourseError
from helpers.grading.intake.files import left_out
from helpers.grading.output import writing
from helpers.grading.store import FOLDER as RESULTS

_LIST = ("lessons", "course.toml")  # where every copy of the course has its list of lessons
_PARTS = ("exercises", "solutions", "lessons")


def refuse_other_folders(hand_ins: Path, out: Path) -> None:
    """Raise CourseError when `hand_ins` is the course or holds results, or `out` holds what no grading wrote."""
    # os.path says no of what cannot be looked at; whoever reads or writes the folder tells why.
    course = hand_ins.parent if hand_ins.name in _PARTS else hand_ins
    if os.path.isfile(course.joinpath(*_LIST)):
        raise CourseError(f"'{hand_ins}' is the course's own. Name the folder that holds what learners handed in.")
    if os.path.exists(hand_ins / RESULTS):
        raise CourseError(f"'{hand_ins}' holds the results of a grading. Name the folder with the hand-ins.")
    if os.path.isdir(out) and not os.path.exists(out / RESULTS):
        with writing(out):
            found = os.listdir(out)
        if not all(map(left_out, found)):
            raise CourseError(f"'{out}' holds other files. Name a new folder for the results with --out.")

"""Tells a folder of hand-ins, and one for results, from folders that somebody may name by mistake."""

from pathlib import Path

from helpers.errors import CourseError
from helpers.grading.store import FOLDER as RESULTS

_LIST = ("lessons", "course.toml")  # where every copy of the course has its list of lessons


def refuse_other_folders(hand_ins: Path, out: Path) -> None:
    """Raise CourseError when `hand_ins` is the course or holds results, or `out` holds what no grading wrote."""
    for place in (hand_ins, hand_ins.parent):
        ours = place == hand_ins or hand_ins.name in ("exercises", "solutions", "lessons")
        if ours and place.joinpath(*_LIST).is_file():
            raise CourseError(f"'{hand_ins}' is the course's own. Name the folder that holds what learners handed in.")
    if (hand_ins / RESULTS).exists():
        raise CourseError(f"'{hand_ins}' holds the results of a grading. Name the folder with the hand-ins.")
    if out.is_dir() and any(out.iterdir()) and not (out / RESULTS).exists():
        raise CourseError(f"'{out}' holds other files. Name a new folder for the results with --out.")

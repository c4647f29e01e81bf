"""When a hand-in came: as the instructor, the learning platform or the file system says, never the hand-in itself."""

import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from helpers.grading.manual import Manual
from helpers.grading.records import HandIn, Learner
from helpers.grading.rules import Rules

# In a list of learners: our own column, and the one in Moodle's grading worksheet.
_COLUMNS = ("handed in", "last modified (submission)")
_FORMS = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p", "%d %B %Y, %H:%M")


@dataclass(frozen=True)
class Arrival:
    """When a lesson was handed in, with a zone; None when nobody says. late: whether a platform says it was."""

    when: datetime | None = None
    late: bool | None = None


def arrival(learner: Learner, hand_in: HandIn, folder: Path, rules: Rules, manual: Manual) -> Arrival:
    """Return when this came. The instructor's word goes first, then the list's, the file's name and the file's time."""
    number = hand_in.lesson[:2]
    said = [each.when for each in manual.of(learner.name) if each.when and each.about in ("", number)]
    if said:
        return Arrival(rules.aware(said[-1]))
    for title, value in learner.columns:
        if title.casefold() in (*_COLUMNS, f"handed in {number}") and (found := _read(value)):
            return Arrival(rules.aware(found))
    if hand_in.handed_in:  # in the name that a learning platform gave the file
        return Arrival(rules.aware(datetime.fromisoformat(hand_in.handed_in)))
    return Arrival(_time_of(folder, hand_in.file.split("/")) if rules.file_times else None, hand_in.late)


def _read(value: str) -> datetime | None:
    value = " ".join(value.split())
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(value, form)
        except ValueError:
            continue
    return None


def _time_of(folder: Path, parts: list[str]) -> datetime | None:
    """Return when the file was last changed: the first one on the path, since an archive's contents are no files."""
    place = folder
    for part in parts:
        place = place / part
        try:
            state = os.lstat(place)
        except (OSError, ValueError):
            return None
        if place.is_file():
            return datetime.fromtimestamp(state.st_mtime, timezone.utc)
    return None

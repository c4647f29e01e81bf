"""What a learner shares with the instructor: in the working copy, `.course/shared.json`. Knows no AWS.

It's written only where `course watch` has marked a folder above the working copy, and only once the learner's kernel
has said so. `.course/left_out` is a learner's wish to share nothing, there or with a server.
"""

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from helpers import progress
from helpers.errors import CourseError
from helpers.folders import write

FILE, LEFT_OUT, MARK = "shared.json", "left_out", ".course-watched"
LONGEST_WHY = 400  # characters
_MOST_TRIES = 1_000_000


@dataclass(frozen=True)
class Shared:
    """How a learner gets on with one exercise. why: the words of the last refusal. at: of the last try, since 1970."""

    tries: int
    solved: bool
    why: str = ""
    at: float = 0.0


def checked(raw: Any) -> Shared | None:
    """Return what somebody else's JSON says about one exercise; None if it isn't in the course's format."""
    if not isinstance(raw, dict):
        return None
    tries, solved, why, at = raw.get("tries"), raw.get("solved"), raw.get("why", ""), raw.get("at", 0)
    if type(tries) is not int or not 0 < tries <= _MOST_TRIES or not isinstance(solved, bool):
        return None
    if not isinstance(why, str) or type(at) not in (int, float) or not 0 <= at < 1e11:
        return None
    return Shared(tries, solved, why[:LONGEST_WHY], float(at))


def is_watched(folder: Path) -> bool:
    """Return whether somebody watches a folder that this `.course` folder is in."""
    return any(os.path.isfile(above / MARK) for above in folder.parents)


def is_left_out(folder: Path | None) -> bool:
    """Return whether the learner wishes to share nothing."""
    return folder is not None and (folder / LEFT_OUT).exists()


def leave(folder: Path) -> None:
    """Share nothing from now on, and take back what this `.course` folder has shared."""
    with suppress(OSError):  # a folder that can't be written to hasn't shared anything
        (folder / LEFT_OUT).touch()
        (folder / FILE).unlink(missing_ok=True)


def join(folder: Path) -> None:
    """Undo `leave`."""
    with suppress(OSError):
        (folder / LEFT_OUT).unlink(missing_ok=True)


def so_far(folder: Path | None) -> dict[str, Shared]:
    """Return what the learner's progress can tell, by the names of the exercises' functions."""
    try:
        known = progress.read(folder) if folder else {}
    except CourseError:  # the next check says what's wrong with the file
        return {}
    return {answer: Shared(one.tries, bool(one.correct_since)) for answer, one in known.items()}


def begin(folder: Path) -> None:
    """Share with the watched folder's owner from now on, beginning with the progress so far."""
    _write(folder, so_far(folder) | _read(folder))


def add(folder: Path, whys: Mapping[str, str]) -> dict[str, Shared]:
    """Return what's new after a check, and write it where it's shared. whys: the words by answer, "" if it's right."""
    now, known = time.time(), so_far(folder)
    new = {
        answer: Shared(known[answer].tries, known[answer].solved, why, now)
        for answer, why in whys.items()
        if answer in known
    }
    if (folder / FILE).exists() and is_watched(folder) and not is_left_out(folder):
        _write(folder, _read(folder) | new)
    return new


def parsed(text: str) -> dict[str, Shared]:
    """Return what the text of a file says; what isn't in the course's format is left out."""
    try:
        raw = json.loads(text)["exercises"].items()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return {answer: found for answer, one in raw if (found := checked(one))}


def _read(folder: Path) -> dict[str, Shared]:
    try:
        return parsed((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write(folder: Path, shared: Mapping[str, Shared]) -> None:
    text = json.dumps({"exercises": {answer: asdict(one) for answer, one in shared.items()}}, indent=1)
    with suppress(OSError):  # a check's outcome doesn't depend on who looks on
        write(folder / FILE, text)

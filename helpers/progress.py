"""What the learner has achieved, kept in the working copy: `.course/progress.json`. Knows no AWS.

It holds the names of exercises, whether each was found correct and when first, and how often it was tried: nothing
that a learner wrote or printed.
"""

import json
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from helpers.course import Course
from helpers.errors import CourseError

FOLDER, FILE = ".course", "progress.json"
_PATIENCE = 2.0  # seconds; another kernel is done in some milliseconds


@dataclass(frozen=True)
class Standing:
    """Where the learner stands with one exercise. correct_since: the first moment, in ISO 8601; empty before it."""

    tries: int = 0
    correct_since: str = ""

    @property
    def status(self) -> str:
        """The best that came of it: "correct", "not yet" or "not attempted"."""
        return "correct" if self.correct_since else "not yet" if self.tries else "not attempted"

    def after(self, correct: bool) -> "Standing":
        """Return the standing after one more try. What was correct once stays so."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds") if correct else ""
        return Standing(self.tries + 1, self.correct_since or now)


def find(start: Path | None = None) -> Path | None:
    """Return the `.course` folder of the working copy that this folder is in, or None. Without one: the current."""
    try:
        place = (start or Path.cwd()).resolve()
    except OSError:  # the current folder was deleted
        return None
    folders = (above / FOLDER for above in (place, *place.parents))
    return next((folder for folder in folders if os.path.isdir(folder)), None)


def read(folder: Path) -> dict[str, Standing]:
    """Return the standings by the exercises' functions, from this `.course` folder.

    CourseError when the file cannot be read or is damaged; it stays as it is.
    """
    path = folder / FILE
    try:
        return _read(path)
    except OSError as problem:
        raise CourseError(f"{path} cannot be read: {problem.strerror or problem}.") from None
    except ValueError as problem:
        raise CourseError(f"{path} is damaged ({problem}). The next check sets it aside and begins anew.") from None


def by_lesson(listed: Course, standings: Mapping[str, Standing]) -> tuple[dict[str, Any], ...]:
    """Return the course's lessons as plain data for a view, each exercise with its standing."""
    return tuple(
        {
            "number": lesson.number,
            "title": lesson.title,
            "exercises": [
                {"id": exercise.id, "title": exercise.title} | _plain(standings.get(exercise.answer, Standing()))
                for exercise in lesson.exercises
            ],
        }
        for lesson in listed.lessons
    )


def _plain(standing: Standing) -> dict[str, Any]:
    since = standing.correct_since
    here = f"{datetime.fromisoformat(since).astimezone():%Y-%m-%d %H:%M}" if since else ""  # the learner's own hours
    return {"status": standing.status, "since": here, "tries": standing.tries}


def record(folder: Path, tried: Mapping[str, bool]) -> None:
    """Add these tries to what is recorded in this `.course` folder: by function, whether it was found correct.

    A damaged file is set aside. Of that, and of a folder that cannot be written, a warning tells: no check fails by it.
    """
    path = folder / FILE
    try:
        with _alone(folder):
            known = _read_or_set_aside(path)
            _write(
                path, known | {answer: known.get(answer, Standing()).after(right) for answer, right in tried.items()}
            )
    except OSError as problem:
        _warn(f"Your progress could not be recorded in {path}: {problem.strerror or problem}.")


def _read(path: Path) -> dict[str, Standing]:
    """Return the standings in the file, none when it is not there; ValueError when it is not what `_write` writes."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("exercises"), dict):
        raise ValueError("it lists no exercises")
    return {answer: _standing(answer, entry) for answer, entry in raw["exercises"].items()}


def _standing(answer: str, entry: Any) -> Standing:
    tries, since = (entry.get("tries"), entry.get("correct_since")) if isinstance(entry, dict) else (None, None)
    if type(tries) is not int or tries < 1 or not isinstance(since, str):
        raise ValueError(f"the entry of {answer} is not one of ours")
    if since:
        datetime.fromisoformat(since)
    return Standing(tries, since)


def _read_or_set_aside(path: Path) -> dict[str, Standing]:
    try:
        return _read(path)
    except ValueError as problem:
        aside = path.with_name(f"progress.damaged-{time.time_ns()}.json")
        path.rename(aside)
        _warn(f"{path} was damaged ({problem}). It is set aside as {aside.name}, and your progress begins anew.")
        return {}


def _write(path: Path, standings: Mapping[str, Standing]) -> None:
    """Replace the file by a whole new one: whatever ends the kernel meanwhile, one of the two is there."""
    text = json.dumps({"exercises": {answer: asdict(standing) for answer, standing in standings.items()}}, indent=1)
    handle, part = tempfile.mkstemp(prefix="progress-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name with nothing behind it
        _patiently(lambda: os.replace(part, path))
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other kernels from recording during this block, so that no try is lost between reading and writing."""
    lock = folder / "progress.lock"
    with suppress(FileExistsError):  # a lock that stays was left by a kernel that died here; it goes with this block
        _patiently(lambda: os.close(os.open(lock, os.O_CREAT | os.O_EXCL)))
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _patiently(step: Callable[[], None]) -> None:
    """Do the step as soon as other kernels let it; raise its own OSError when they do not for long.

    Windows says PermissionError while another process has the file open.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return step()
        except (FileExistsError, PermissionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=5)  # names the cell with the check, not this module

"""The learner's progress, recorded in the working copy as `.course/progress.json`. Knows no AWS.

For each exercise it has the number of tries and when it was first correct, and for each prediction the choice that the
learner made. It has nothing that a learner wrote or printed.
"""

import json
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from helpers.course import Course
from helpers.errors import CourseError

FOLDER, FILE = ".course", "progress.json"
_TIMEOUT = 2.0  # seconds; another kernel needs a few milliseconds


@dataclass(frozen=True)
class Standing:
    """The learner's progress in one exercise. correct_since: when it was first correct, in ISO 8601; "" if never."""

    tries: int = 0
    correct_since: str = ""

    @property
    def status(self) -> str:
        """The best result so far: "correct", "not yet" or "not attempted"."""
        return "correct" if self.correct_since else "not yet" if self.tries else "not attempted"

    def after(self, correct: bool) -> "Standing":
        """Return the standing after one more try. An exercise that was correct once stays correct."""
        now = datetime.now(timezone.utc).isoformat(timespec="seconds") if correct else ""
        return Standing(self.tries + 1, self.correct_since or now)


@dataclass(frozen=True)
class _Recorded:
    """What the file contains. guesses: by the prediction's id, the text of the choice."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    guesses: Mapping[str, str] = field(default_factory=dict)


def find(start: Path | None = None) -> Path | None:
    """Return the `.course` folder of the working copy that `start`, by default the current folder, is in, or None."""
    try:
        inside = (start or Path.cwd()).resolve()
    except OSError:  # the current folder was deleted
        return None
    folders = (above / FOLDER for above in (inside, *inside.parents))
    return next((folder for folder in folders if os.path.isdir(folder)), None)


def read(folder: Path) -> dict[str, Standing]:
    """Return the standings recorded in this `.course` folder, by the name of the exercise's function.

    CourseError if the file can't be read or is damaged; the file isn't changed.
    """
    return dict(_readable(folder / FILE).standings)


def guess(folder: Path, prediction: str) -> str:
    """Return the text of the choice that the learner made last for this prediction; "" if none is recorded."""
    try:
        return _readable(folder / FILE).guesses.get(prediction, "")
    except CourseError:
        return ""


def _readable(path: Path) -> _Recorded:
    try:
        return _read(path)
    except OSError as problem:
        raise CourseError(f"I can't read {path}: {problem.strerror or problem}.") from None
    except ValueError as problem:
        raise CourseError(
            f"{path} is damaged ({problem}). The next check sets it aside and starts a new one."
        ) from None


def by_lesson(listed: Course, standings: Mapping[str, Standing]) -> tuple[dict[str, Any], ...]:
    """Return the course's lessons and exercises as plain data for a view, with the standing of each exercise."""
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
    local = (
        f"{datetime.fromisoformat(since).astimezone():%Y-%m-%d %H:%M}" if since else ""
    )  # in the learner's time zone
    return {"status": standing.status, "since": local, "tries": standing.tries}


def record(folder: Path, tried: Mapping[str, bool]) -> None:
    """Add tries to the progress in this `.course` folder: for each exercise's function, whether it was correct.

    A damaged file is renamed. That, or a folder that can't be written to, gives a warning and never makes a check fail.
    """

    def add(known: _Recorded) -> _Recorded:
        after = {answer: known.standings.get(answer, Standing()).after(right) for answer, right in tried.items()}
        return replace(known, standings={**known.standings, **after})

    _change(folder, add)


def record_guess(folder: Path, prediction: str, choice: str) -> None:
    """Record the choice that the learner made for this prediction, by its text. Problems are as in `record`."""
    _change(folder, lambda known: replace(known, guesses={**known.guesses, prediction: choice}))


def _change(folder: Path, change: Callable[[_Recorded], _Recorded]) -> None:
    path = folder / FILE
    try:
        with _locked(folder):
            _write(path, change(_read_or_set_aside(path)))
    except OSError as problem:
        _warn(f"I couldn't record your progress in {path}: {problem.strerror or problem}.")


def _read(path: Path) -> _Recorded:
    """Return what is in the file, nothing if there is no file; ValueError if `_write` can't have written it."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Recorded()
    except RecursionError:
        raise ValueError("it's nested too deeply") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("exercises"), dict):
        raise ValueError("it lists no exercises")
    guesses = raw.get("guesses", {})  # a file of an older version has none
    if not isinstance(guesses, dict) or not all(isinstance(choice, str) for choice in guesses.values()):
        raise ValueError("its guesses aren't in the course's format")
    return _Recorded({answer: _standing(answer, entry) for answer, entry in raw["exercises"].items()}, guesses)


def _standing(answer: str, entry: Any) -> Standing:
    tries, since = (entry.get("tries"), entry.get("correct_since")) if isinstance(entry, dict) else (None, None)
    if type(tries) is not int or tries < 1 or not isinstance(since, str):
        raise ValueError(f"its entry for {answer} isn't in the course's format")
    if since:
        datetime.fromisoformat(since)
    return Standing(tries, since)


def _read_or_set_aside(path: Path) -> _Recorded:
    try:
        return _read(path)
    except ValueError as problem:
        aside = path.with_name(f"progress.damaged-{time.time_ns()}.json")
        path.rename(aside)
        _warn(f"{path} was damaged ({problem}). I've set it aside as {aside.name}, and your progress starts over.")
        return _Recorded()


def _write(path: Path, recorded: _Recorded) -> None:
    """Replace the file by a complete new one. If the kernel dies meanwhile, either the old or the new file exists."""
    exercises = {answer: asdict(standing) for answer, standing in recorded.standings.items()}
    content = {"exercises": exercises} | ({"guesses": dict(recorded.guesses)} if recorded.guesses else {})
    text = json.dumps(content, indent=1)
    handle, part = tempfile.mkstemp(prefix="progress-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # without this a power cut could leave an empty file
        _retry(lambda: os.replace(part, path))
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other kernels from recording during this block, so that no try is lost between reading and writing."""
    lock = folder / "progress.lock"
    with suppress(FileExistsError):  # a lock that stays was left by a kernel that died; it's removed below
        _retry(lambda: os.close(os.open(lock, os.O_CREAT | os.O_EXCL)))
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _retry(step: Callable[[], None]) -> None:
    """Do the step, retrying while another kernel prevents it. After the timeout, the step's own OSError is raised.

    Windows raises PermissionError while another process has the file open.
    """
    end = time.monotonic() + _TIMEOUT
    while True:
        try:
            return step()
        except (FileExistsError, PermissionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=6)  # so that it points to the cell with the check

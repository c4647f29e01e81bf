"""What was graded before, on the disk: a file for each hand-in, named after everything its outcome depends on."""

import hashlib
import json
import secrets
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from helpers.checks.outcome import Outcome
from helpers.errors import CourseError
from helpers.folders import write
from helpers.grading.records import Graded

if sys.platform != "win32":
    import fcntl

FOLDER = ".course-results"


@dataclass(frozen=True)
class Job:
    """One hand-in to grade. key: a digest of what its outcome depends on; two equal hand-ins share it."""

    key: str
    lesson: str
    cells: tuple[str, ...]


class Store:
    """The outcomes kept in a folder, which is made. seed: what checks draw from; no learner can know it.

    Close it when the folder's other files are written, too. CourseError when the folder cannot be written, or another
    process is grading into it.
    """

    def __init__(self, out: Path):
        self._folder = out / FOLDER
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("a")
            self._only_one(out)
            self._sweep()
            self.seed = self._kept_seed()
        except (OSError, ValueError) as problem:
            raise CourseError(f"I can't keep results in {out}: {problem}. Choose another folder with --out.") from None

    def close(self) -> None:
        """Let other processes grade into the folder. The system does that, too, when this process ends."""
        self._lock.close()

    def job(self, lesson: str, cells: tuple[str, ...], digest: str) -> Job:
        """Return the job for these cells. digest: of the exercises and checks."""
        key = hashlib.sha256(json.dumps([self.seed, lesson, digest, cells]).encode()).hexdigest()
        return Job(key, lesson, cells)

    def get(self, job: Job) -> Graded | None:
        """Return the job's outcomes; None when it was not done, or its file is damaged."""
        try:
            raw = json.loads((self._folder / f"{job.key}.json").read_text(encoding="utf-8"))
            return unpacked(raw)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None

    def put(self, job: Job, graded: Graded) -> None:
        """Keep the job's outcomes: all, or none when this process is ended meanwhile."""
        write(self._folder / f"{job.key}.json", json.dumps(packed(graded)))

    def _only_one(self, out: Path) -> None:
        if sys.platform == "win32":
            return
        try:
            # Of this process alone: the workers that are forked from it don't keep the folder closed when it's killed.
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            self._lock.close()
            raise CourseError(
                f"Another `course grade` is writing into {out}. Wait until it ends, or choose another folder with "
                "--out."
            ) from None
        except OSError:  # a network's disk without locks
            return

    def _sweep(self) -> None:
        """Remove what a process that was killed left half written."""
        for place in (self._folder, self._folder.parent, self._folder.parent / "feedback"):
            for path in place.glob("*.*.part"):
                if path.name.split(".")[-2].isdecimal():
                    with suppress(OSError):
                        path.unlink()

    def _kept_seed(self) -> int:
        path = self._folder / "seed"
        if not path.exists():
            write(path, str(secrets.randbits(62)))
        return int(path.read_text(encoding="ascii"))


def packed(graded: Graded) -> dict:
    """Return it as plain data."""
    return {"outcomes": [asdict(outcome) for outcome in graded.outcomes], "remarks": list(graded.remarks)}


def unpacked(raw: dict) -> Graded:
    """Return what `packed` made plain; TypeError or KeyError for anything else."""
    outcomes = (Outcome(**{**fields, "reached": tuple(fields["reached"])}) for fields in raw["outcomes"])
    return Graded(tuple(outcomes), tuple(raw["remarks"]))

"""Writing results: whole files or none, under names that every file system accepts, in a folder for nothing else."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from helpers import folders
from helpers.course import HOME
from helpers.errors import CourseError
from helpers.grading.intake.files import left_out
from helpers.grading.store import FOLDER as RESULTS

SUFFIX = "-graded"  # of the folder for results, where nobody chose another
_LIST = ("lessons", "course.toml")  # where every copy of the course has its list of lessons
_PARTS = ("exercises", "solutions", "lessons")
_LONGEST = 80  # bytes of a stem: a sync folder, an encrypted disk or a long path leave less than the usual 255
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    "conin",
    "conout",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
}


def refuse_other_folders(hand_ins: Path, out: Path) -> None:
    """Raise CourseError when `hand_ins` is the course or holds results, or `out` holds what no grading wrote."""
    # os.path returns False where it can't look; reading or writing the folder later says why. What's inside the folder
    # can be a learner's, so the folder's own name and place decide: nobody can keep the others from being graded.
    is_part = hand_ins.name in _PARTS and os.path.isfile(hand_ins.parent.joinpath(*_LIST))
    if is_part or (os.path.exists(hand_ins) and os.path.samefile(hand_ins, HOME)):
        raise CourseError(
            f"'{hand_ins}' belongs to the course itself. Name the folder that holds what learners handed in."
        )
    if hand_ins.name.endswith(SUFFIX) and os.path.exists(hand_ins / RESULTS):
        raise CourseError(f"'{hand_ins}' holds the results of an earlier grading. Name the folder with the hand-ins.")
    if os.path.isdir(out) and not os.path.exists(out / RESULTS):
        with writing(out):
            found = os.listdir(out)
        if not all(map(left_out, found)):
            raise CourseError(f"'{out}' holds other files. Choose a new folder for the results with --out.")


@contextmanager
def private(out: Path) -> Iterator[None]:
    """Within this block, new files can be read by their owner only, and so can all that `out` holds by now."""
    before = os.umask(0o077)
    try:
        if out.is_dir() and (out / RESULTS).is_dir():
            with suppress(PermissionError):  # somebody else's: new files in it are still private
                out.chmod(0o700)
                (out / RESULTS).chmod(0o700)
        yield
    finally:
        os.umask(before)


def writing(folder: Path) -> AbstractContextManager[None]:
    """Turn what keeps a block from writing results, such as a table that is open in Excel, into a CourseError."""
    return folders.writing(folder, maybe_open=True)


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a file's stem for each name: no two alike, not even where case does not count.

    A stem holds letters, digits, `-` and `_` only and is never a name that Windows keeps for itself. The same names
    give the same stems, in whichever order they come.
    """
    alike: dict[str, list[str]] = {}
    for name in sorted(set(names)):
        alike.setdefault(_key(_stem(name)), []).append(name)
    stems = {only: _stem(only) for only, *others in alike.values() if not others}
    taken = {_key(stem) for stem in stems.values()}
    for name in (name for several in alike.values() if len(several) > 1 for name in several):
        stems[name] = _told_apart(name, taken)
        taken.add(_key(stems[name]))
    return {name: stems[name] for name in sorted(stems)}


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name)  # a full-width slash becomes a slash, which is then left out
    kept = "".join(c if c.isalnum() or c in "-_" or unicodedata.category(c)[0] == "M" else "-" for c in plain)
    stem = re.sub("-+", "-", kept).encode("utf-8", "ignore")[:_LONGEST].decode(errors="ignore").strip("-_") or "learner"
    return f"learner-{stem}" if _key(stem) in _RESERVED else stem


def _key(stem: str) -> str:
    """Return what is equal for stems that some file system holds to be the same."""
    return unicodedata.normalize("NFKC", stem).casefold()


def _told_apart(name: str, taken: set[str]) -> str:
    """Return a stem that is not taken: with as much of the name's digest as it needs."""
    digest = hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()
    tries = (f"{_stem(name)}-{digest[:length]}" for length in range(6, len(digest) + 1))
    return next(stem for stem in tries if _key(stem) not in taken)

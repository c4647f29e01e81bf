"""Writing into people's folders: nothing of theirs is overwritten, and a failed write raises a readable CourseError."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.course import HOME
from helpers.errors import CourseError

_PACKAGE = Path(__file__).parent


def is_inside(path: Path, folder: Path) -> bool:
    """Return whether the path is the folder or in it. The disk is asked, because case matters on some systems only."""
    whole = path.resolve()
    return any(os.path.exists(place) and os.path.samefile(place, folder) for place in (whole, *whole.parents))


def unused(path: Path) -> Path:
    """Return the path, with a number at its end if there is such a file already."""
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(place for place in itertools.chain([path], others) if not place.exists())


@contextmanager
def writing(folder: Path, maybe_open: bool = False) -> Iterator[None]:
    """Turn what keeps this block from writing, such as a read-only folder, into a CourseError.

    maybe_open: another program may have one of the files open, so the error names the file.
    """
    try:
        yield
    except OSError as problem:
        said = f"{problem.strerror or problem}."
        if maybe_open:
            advice = "If another program has the file open, close it. Or choose another folder."
            raise CourseError(f"I can't write {problem.filename or folder}: {said} {advice}") from None
        raise CourseError(f"I can't write to {folder}: {said} Choose another folder.") from None


def write(path: Path, content: str | bytes) -> None:
    """Write the whole content or nothing, and make the folder. OSError names this file when it can't be written.

    Another process may write the same file at the same time; the last one wins.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        # Half characters (lone surrogates) are spelled out: no file can hold them.
        part.write_bytes(content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content)
        part.replace(path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        problem.filename = str(path)
        raise


def check_new(out: Path) -> None:
    """Raise CourseError unless this folder is new or empty, and no part of the course."""
    if is_inside(out, HOME) or is_inside(out, _PACKAGE):
        raise CourseError(f"{out} is inside the course's own files. Choose a folder somewhere else.")
    with writing(out):
        if out.exists() and any(out.iterdir()):
            raise CourseError(
                f"{out} isn't empty. Choose a new folder, so that its files don't get mixed up with these."
            )


@contextmanager
def new_folder(out: Path) -> Iterator[None]:
    """Make this folder for a block that writes into it. CourseError as `check_new`, or when it cannot be written."""
    check_new(out)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        yield

"""A course without the solutions, for an instructor to hand out. It installs and runs as the whole one does."""

import shutil
from pathlib import Path

from helpers.course import HOME
from helpers.desk.working_copy import is_inside, writing
from helpers.errors import CourseError

_NOTE = "The solutions of this course are kept by whoever gave it to you.\n"
_PACKAGE = Path(__file__).parent.parent


def release(out: Path) -> list[str]:
    """Write the course without its solutions into this folder, and return the names at its top.

    A folder that is not empty, lies in the course's own files or cannot be written raises CourseError.
    """
    if is_inside(out, HOME) or is_inside(out, _PACKAGE):
        raise CourseError(f"{out} is inside the course's own files. Name a folder elsewhere.")
    with writing(out):
        if out.exists() and any(out.iterdir()):
            raise CourseError(f"{out} is not empty. Name a new folder, so that nothing in it is mixed up.")
        out.mkdir(parents=True, exist_ok=True)
        _copy(out)
        return sorted(path.name for path in out.iterdir())


def _copy(out: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "_course")
    shutil.copytree(_PACKAGE, out / "helpers", ignore=ignored)
    for name in ("lessons", "exercises"):
        shutil.copytree(HOME / name, out / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(HOME / name, out / name)
    (out / "solutions").mkdir()  # the package's build wants the folder
    (out / "solutions" / "README.md").write_text(_NOTE, encoding="utf-8")

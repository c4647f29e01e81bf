"""What an instructor takes out of the course: one without the solutions to hand out, and the folder for nbgrader."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.learner.working_copy import is_inside, writing

_NOTE = "The solutions of this course are kept by whoever gave it to you.\n"
_PACKAGE = Path(__file__).parent.parent


def release(out: Path) -> list[str]:
    """Write the course without its solutions into this folder, and return the names at its top.

    It installs and runs as the whole course does. A folder that is not empty, lies in the course's own files or cannot
    be written raises CourseError.
    """
    with new_folder(out):
        _copy(out)
        return sorted(path.name for path in out.iterdir())


def nbgrader_course(out: Path) -> list[str]:
    """Write a course folder for nbgrader: a source for each lesson, and its settings. Return the assignments' names.

    A folder that `release` refuses, and a copy of the course without solutions, raise CourseError.
    """
    sources = [HOME / "solutions" / f"{lesson.slug}.ipynb" for lesson in course().lessons]
    if missing := [source.name for source in sources if not source.is_file()]:
        raise CourseError(f"This copy of the course has no solutions, and nbgrader starts from them: {missing[0]}.")
    with new_folder(out):
        # nbgrader reads its settings from the folder that it is started in, and wants a folder for each assignment.
        shutil.copy(_PACKAGE / "grading" / "nbgrader_config.py", out)
        for source in sources:
            folder = out / "source" / source.stem
            folder.mkdir(parents=True)
            shutil.copy(source, folder)
    return [source.stem for source in sources]


def check_new(out: Path) -> None:
    """Raise CourseError unless this folder is new or empty, and no part of the course."""
    if is_inside(out, HOME) or is_inside(out, _PACKAGE):
        raise CourseError(f"{out} is inside the course's own files. Name a folder elsewhere.")
    with writing(out):
        if out.exists() and any(out.iterdir()):
            raise CourseError(f"{out} is not empty. Name a new folder, so that nothing in it is mixed up.")


@contextmanager
def new_folder(out: Path) -> Iterator[None]:
    """A block that writes into this folder, which is made; CourseError as `check_new`, or when it cannot be written."""
    check_new(out)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        yield


def _copy(out: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "_course")
    shutil.copytree(_PACKAGE, out / "helpers", ignore=ignored)
    for name in ("lessons", "exercises", ".github"):
        if (HOME / name).is_dir():  # an installed course has no workflows
            shutil.copytree(HOME / name, out / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(HOME / name, out / name)
    (out / "solutions").mkdir()  # the package's build wants the folder
    (out / "solutions" / "README.md").write_text(_NOTE, encoding="utf-8")

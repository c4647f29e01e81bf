"""`course release`: the course without its solutions, to hand out, or as a course folder for nbgrader."""

import re
import shutil
from pathlib import Path

from helpers.authoring import contents, normal
from helpers.authoring.exercise import with_grading
from helpers.authoring.solution_faults import Solved, require
from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.folders import new_folder

_NOTE = "This copy of the course has no solutions. Your instructor has them.\n"
_PACKAGE = Path(__file__).parent.parent
_README = Path(__file__).parent / "handout.md"
# An installed course has none of them.
_HIDDEN = (".devcontainer", ".binder", ".gitignore")
_TOOLS = re.compile(r"\n\[tool\.(?!hatch)")  # pyproject.toml's settings from here on are those of authors' tools


def release(out: Path) -> list[str]:
    """Write the course without its solutions into this folder, and return the names at its top.

    It installs and runs as the whole course does, and its README is for learners. CourseError for a folder that is not
    empty, is among the course's own files or cannot be written.
    """
    with new_folder(out):
        _copy(out)
        return sorted(path.name for path in out.iterdir())


def nbgrader_course(out: Path) -> list[str]:
    """Write a course folder for nbgrader: its settings, and a source for each lesson. Return the assignments' names.

    The sources are the solutions with nbgrader's metadata, which is derived. CourseError for a folder that `release`
    refuses, and in a copy of the course without solutions.
    """
    paths = {lesson: HOME / "solutions" / f"{lesson.slug}.ipynb" for lesson in course().lessons}
    if missing := [path.name for path in paths.values() if not path.is_file()]:
        raise CourseError(
            f"nbgrader starts from the solutions, and this copy of the course has none: {missing[0]} is missing."
        )
    solved = [Solved(lesson, normal.read(path), f"solutions/{path.name}") for lesson, path in paths.items()]
    require(solved, with_checks=True)
    with new_folder(out):
        # nbgrader reads its settings from the folder that it is started in, and wants a folder for each assignment.
        shutil.copy(_PACKAGE / "grading" / "nbgrader_config.py", out)
        for each in solved:
            folder = out / "source" / each.lesson.slug
            folder.mkdir(parents=True)
            normal.write(with_grading(each.notebook, each.lesson.exercises), folder / f"{each.lesson.slug}.ipynb")
    return [each.lesson.slug for each in solved]


def readme() -> str:
    """Return the README of a release: how learners install and open it, find help, and hand in."""
    return contents.readme(_README.read_text(encoding="utf-8"), course())


def _copy(out: Path) -> None:
    # The notes are for instructors: they answer what learners are asked.
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "_course", "notes")
    shutil.copytree(_PACKAGE, out / "helpers", ignore=ignored)
    for name in ("lessons", "exercises", "LICENSE", *filter(lambda name: (HOME / name).exists(), _HIDDEN)):
        if (HOME / name).is_dir():
            shutil.copytree(HOME / name, out / name, ignore=ignored)
        else:
            shutil.copy(HOME / name, out / name)
    (out / "README.md").write_text(readme(), encoding="utf-8")
    project = (HOME / "pyproject.toml").read_text(encoding="utf-8")
    (out / "pyproject.toml").write_text(_TOOLS.split(project)[0], encoding="utf-8")
    (out / "solutions").mkdir()  # the package's build wants the folder
    (out / "solutions" / "README.md").write_text(_NOTE, encoding="utf-8")

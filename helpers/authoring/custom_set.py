"""An instructor's own exercises: the pattern to begin with, and the learners' notebooks, made from the solved ones."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from helpers.authoring import exercise, normal, proof, solution_faults
from helpers.course import Course
from helpers.errors import CourseError, NotebookError
from helpers.grading.exercise_set import of_folder

_PATTERN = Path(__file__).parent / "pattern"


def new(folder: Path) -> None:
    """Copy the pattern of a custom exercise set into a new folder.

    CourseError when the folder is not empty, or cannot be written.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CourseError(
                f"{folder} isn't empty. Choose a new folder, so that its files don't get mixed up with these."
            )
        shutil.copytree(_PATTERN, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as problem:
        raise CourseError(f"I can't write to {folder}: {problem.strerror or problem}. Choose another folder.") from None


def build(folder: Path, isolated: bool = True, say: Callable[[str], None] = print) -> list[Path]:
    """Make the exercises of this set from its solutions, and return the notebooks that learners get.

    isolated: whether the answers run isolated while the checks are proven. Nothing is written when a solution is
    missing, cannot be read or cannot become an exercise, or a check does not hold: NotebookError says what to fix.
    CourseError when the set cannot be read, or this computer cannot grade.
    """
    chosen = of_folder(folder)
    solved = read(folder, chosen.listed)
    proof.require(chosen, solved, isolated, say)
    return write(folder, solved)


def read(folder: Path, listed: Course) -> list[solution_faults.Solved]:
    """Return the solved notebooks of this set. NotebookError when one is missing, or cannot become an exercise."""
    solved = []
    for lesson in listed.lessons:
        path = folder / "solutions" / f"{lesson.slug}.ipynb"
        try:
            notebook = normal.normal(normal.read(path))
        except Exception as problem:  # nbformat raises many kinds for a file that is damaged
            raise NotebookError(f"I can't read {path}: {problem}. Each lesson needs its solved notebook.") from None
        solved.append(solution_faults.Solved(lesson, notebook, str(path)))
    solution_faults.require(solved)
    return solved


def write(folder: Path, solved: Iterable[solution_faults.Solved]) -> list[Path]:
    """Write the exercises made from these notebooks, and return where."""
    made = []
    for each in solved:
        path = folder / "exercises" / f"{each.lesson.slug}.ipynb"
        path.parent.mkdir(exist_ok=True)
        normal.write(exercise.exercise(each.notebook, each.lesson.exercises), path)
        made.append(path)
    return made

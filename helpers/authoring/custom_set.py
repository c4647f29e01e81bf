"""An instructor's own exercises: the pattern to begin with, and the learners' notebooks, made from the solved ones."""

import shutil
from pathlib import Path

from helpers.authoring import normal
from helpers.authoring.exercise import exercise
from helpers.course import Course
from helpers.errors import CourseError, NotebookError

_PATTERN = Path(__file__).parent / "pattern"


def new(folder: Path) -> None:
    """Lay the pattern of a set into a new folder. CourseError when it is not empty, or cannot be written."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CourseError(f"{folder} is not empty. Name a new folder, so that nothing in it is mixed up.")
        shutil.copytree(_PATTERN, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as problem:
        raise CourseError(f"Cannot write to {folder}: {problem.strerror or problem}. Name another folder.") from None


def build(folder: Path, listed: Course) -> list[Path]:
    """Make the exercises of this set from its solutions; return the notebooks that learners get.

    NotebookError when a solution is missing, cannot be read, or has no cell that defines an answer.
    """
    made = []
    for lesson in listed.lessons:
        solved = folder / "solutions" / f"{lesson.slug}.ipynb"
        try:
            notebook = exercise(normal.normal(normal.read(solved)))
        except NotebookError:
            raise
        except Exception as problem:  # nbformat raises many kinds for a file that is damaged
            raise NotebookError(f"{solved} cannot be read: {problem}. Each lesson needs its solved notebook.") from None
        sources = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        for one in lesson.exercises:
            if f"def {one.answer}(" not in sources:
                raise NotebookError(f"{solved} has no cell that defines {one.answer}.")
        path = folder / "exercises" / f"{lesson.slug}.ipynb"
        path.parent.mkdir(exist_ok=True)
        normal.write(notebook, path)
        made.append(path)
    return made

"""Makes everything that is generated: runs lessons and solutions and stores their outputs, derives the exercises."""

import os
from collections.abc import Callable
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from helpers import kernels
from helpers.authoring import contents, normal
from helpers.authoring.exercise import exercise
from helpers.cloud.running import COMPARED
from helpers.course import Course, Lesson, course
from helpers.errors import NotebookError

NEXT = "next"  # the id of the cell whose text is generated


def build(root: Path, only: str | None = None, say: Callable[[str], None] = print) -> list[Path]:
    """Build the course in this clone, or one lesson of it, and return the files that changed.

    A cell that raises, where no block shows the error on purpose, raises NotebookError; its notebook stays as it was.
    """
    listed = course()
    changed = []
    for lesson in [listed.lesson(only)] if only else listed.lessons:
        for path, made in notebooks(root, listed, lesson, say):
            text = normal.text(normal.normal(made))
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8", newline="\n")
                changed.append(path)
    readme = root / "README.md"
    text = contents.readme(readme.read_text(encoding="utf-8"), listed)
    if text != readme.read_text(encoding="utf-8"):
        readme.write_text(text, encoding="utf-8", newline="\n")
        changed.append(readme)
    return changed


def notebooks(
    root: Path, listed: Course, lesson: Lesson, say: Callable[[str], None]
) -> list[tuple[Path, NotebookNode]]:
    """Return the lesson's three notebooks as they should stand, lesson and solution freshly run."""
    paths = {kind: root / kind / f"{lesson.slug}.ipynb" for kind in ("lessons", "solutions", "exercises")}
    made = {kind: normal.read(paths[kind]) for kind in ("lessons", "solutions")}
    _last_cell(made["lessons"], contents.next_after_lesson(listed, lesson))
    _last_cell(made["solutions"], contents.next_after_exercises(listed, lesson))
    for kind, notebook in made.items():
        say(f"running {kind}/{lesson.slug}.ipynb")
        run(notebook, paths[kind])
    made["exercises"] = exercise(normal.normal(made["solutions"]))
    return [(paths[kind], made[kind]) for kind in made]


def _last_cell(notebook: NotebookNode, text: str) -> None:
    for cell in notebook.cells:
        if cell.id == NEXT:
            cell.source = text


def run(notebook: NotebookNode, path: Path) -> None:
    """Run the notebook in a kernel whose outputs repeat; NotebookError names the cell that raised."""
    try:
        kernels.execute(notebook, path.parent, {**os.environ, COMPARED: "1"}, timeout=60)
    except CellExecutionError as problem:
        raise NotebookError(f"{path.name}: {problem}") from None

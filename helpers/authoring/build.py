"""Makes everything that is generated: runs lessons and solutions, stores their outputs and which operations they call,
and derives the exercises."""

import os
from collections.abc import Callable
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from helpers import kernels
from helpers.authoring import contents, normal, operations
from helpers.authoring.exercise import exercise
from helpers.backends.aws.limits import OPERATIONS, by_lesson
from helpers.backends.running import COMPARED
from helpers.course import Course, Lesson, course
from helpers.errors import NotebookError

NEXT = "next"  # the id of the cell whose text is generated


def build(root: Path, only: str | None = None, say: Callable[[str], None] = print) -> list[Path]:
    """Build the course in this clone, or one lesson of it, and return the files that changed.

    A cell that raises, where no block shows the error on purpose, raises NotebookError; its notebook stays as it was.
    """
    listed = course()
    made: dict[Path, str] = {}
    called = dict(by_lesson())
    for lesson in [listed.lesson(only)] if only else listed.lessons:
        found, called[lesson.slug] = notebooks(root, listed, lesson, say)
        made |= {path: normal.text(normal.normal(notebook)) for path, notebook in found}
    made[OPERATIONS] = operations.text({lesson.slug: called.get(lesson.slug, {}) for lesson in listed.lessons})
    readme = root / "README.md"
    made[readme] = contents.readme(readme.read_text(encoding="utf-8"), listed)
    changed = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.write_text(made[path], encoding="utf-8", newline="\n")
    return changed


def notebooks(
    root: Path, listed: Course, lesson: Lesson, say: Callable[[str], None]
) -> tuple[list[tuple[Path, NotebookNode]], dict[str, list[str]]]:
    """Return the lesson's three notebooks as they should stand, lesson and solution freshly run, and what they call."""
    paths = {kind: root / kind / f"{lesson.slug}.ipynb" for kind in ("lessons", "solutions", "exercises")}
    made = {kind: normal.read(paths[kind]) for kind in ("lessons", "solutions")}
    _last_cell(made["lessons"], contents.next_after_lesson(listed, lesson))
    _last_cell(made["solutions"], contents.next_after_exercises(listed, lesson))
    called = []
    for kind, notebook in made.items():
        say(f"running {kind}/{lesson.slug}.ipynb")
        called.append(run(notebook, paths[kind]))
    made["exercises"] = exercise(normal.normal(made["solutions"]))
    return [(paths[kind], made[kind]) for kind in made], operations.joined(*called)


def _last_cell(notebook: NotebookNode, text: str) -> None:
    for cell in notebook.cells:
        if cell.id == NEXT:
            cell.source = text


def run(notebook: NotebookNode, path: Path) -> dict[str, list[str]]:
    """Run the notebook in a kernel whose outputs repeat, and return what it called, by service.

    NotebookError names the cell that raised.
    """
    operations.asked(notebook)
    try:
        env = {**os.environ, COMPARED: "1"}
        kernels.execute(notebook, path.parent, env, operations.WATCH, timeout=60)
        return operations.told(notebook)
    except CellExecutionError as problem:
        raise NotebookError(f"{path.name}: {problem}") from None

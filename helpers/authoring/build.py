"""`course build`: proves the checks, runs lessons and solutions, and writes what is generated.

Generated are the stored outputs, the exercises, the list of the operations that lessons call, the README's table, and
the page of plans for a class.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from helpers import kernels
from helpers.authoring import contents, normal, plan_page, proof, scaffold
from helpers.authoring.exercise import exercise, without_grading
from helpers.authoring.solution_faults import Solved, require
from helpers.backends.aws.limits import OPERATIONS, by_lesson
from helpers.backends.running import COMPARED
from helpers.course import Course, Lesson, course
from helpers.errors import NotebookError
from helpers.grading.exercise_set import own

NEXT = "next"  # the id of the cell whose text is generated
SERVICES = ("sqs", "sns", "cloudwatch")

# Runs in a notebook's kernel before its first cell. Keeps which operations any journal notes, in whichever cloud: those
# that the learner's cells call, and those of the checked answers.
_WATCH = """
def _watch():
    from helpers.backends.calls import Call, Exchange
    from helpers.simulation.journal import Journal

    plain = Journal.keep

    def keep(journal, entry):
        if isinstance(entry, Exchange):
            called.add((entry.service, Call((entry,)).operation))
        plain(journal, entry)

    called = Journal.operations_called = set()
    Journal.keep = keep


_watch()
del _watch
"""
_CALLED = """
import json
from helpers.simulation.journal import Journal
print(json.dumps(sorted(Journal.operations_called)))
"""


def build(root: Path, only: str | None = None, say: Callable[[str], None] = print) -> list[Path]:
    """Build the course in this clone, or one lesson of it, and return the files that changed.

    NotebookError says what to fix when a solution cannot become an exercise, a check does not hold, or a cell raises
    where no block shows the error on purpose, or a notebook was saved in the meantime. Nothing is written then.
    """
    listed = course()
    lessons = [listed.lesson(only)] if only else listed.lessons
    sources = [root / kind / f"{lesson.slug}.ipynb" for lesson in lessons for kind in ("lessons", "solutions")]
    before = {path: path.read_bytes() for path in sources}
    solved = [_solved(root, lesson) for lesson in lessons]
    require(solved, with_checks=True)
    scaffold.require_finished(root, solved)  # before the proof, which would only find that the check is a placeholder
    proof.require(own(), solved, isolated=False, say=say)  # the authors' own code needs no isolation
    made: dict[Path, str] = {}
    called = dict(by_lesson())
    for lesson in lessons:
        found, called[lesson.slug] = notebooks(root, listed, lesson, say)
        made |= {path: normal.text(normal.normal(notebook)) for path, notebook in found}
    made[OPERATIONS] = _operations({lesson.slug: called.get(lesson.slug, {}) for lesson in listed.lessons})
    readme = root / "README.md"
    made[readme] = contents.readme(readme.read_text(encoding="utf-8"), listed)
    made[root / plan_page.PAGE] = plan_page.page(listed)
    if saved := [path.name for path in sources if path.read_bytes() != before[path]]:
        raise NotebookError(
            f"{saved[0]} was saved while it was being built, so I've written nothing. Run `course build` again."
        )
    changed = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(made[path], encoding="utf-8", newline="\n")
    return changed


def _solved(root: Path, lesson: Lesson) -> Solved:
    name = f"solutions/{lesson.slug}.ipynb"
    return Solved(lesson, normal.normal(normal.read(root / name)), name)


def notebooks(
    root: Path, listed: Course, lesson: Lesson, say: Callable[[str], None]
) -> tuple[list[tuple[Path, NotebookNode]], dict[str, list[str]]]:
    """Return the lesson's three notebooks as they should be, lesson and solution freshly run, and what they call."""
    paths = {kind: root / kind / f"{lesson.slug}.ipynb" for kind in ("lessons", "solutions", "exercises")}
    made = {kind: without_grading(normal.read(paths[kind])) for kind in ("lessons", "solutions")}
    _last_cell(made["lessons"], contents.next_after_lesson(listed, lesson))
    _last_cell(made["solutions"], contents.next_after_exercises(listed, lesson))
    called: set[tuple[str, str]] = set()
    for kind, notebook in made.items():
        say(f"running {kind}/{lesson.slug}.ipynb")
        called |= run(notebook, paths[kind])
    made["exercises"] = exercise(normal.normal(made["solutions"]), lesson.exercises)
    by_service = {service: sorted(name for of, name in called if of == service) for service in SERVICES}
    return [(paths[kind], made[kind]) for kind in made], by_service


def _last_cell(notebook: NotebookNode, text: str) -> None:
    for cell in notebook.cells:
        if cell.id == NEXT:
            cell.source = text


def run(notebook: NotebookNode, path: Path) -> set[tuple[str, str]]:
    """Run the notebook in a kernel whose outputs repeat, and return what it called: pairs of service and operation.

    NotebookError names the cell that raised.
    """
    notebook.cells.append(new_code_cell(_CALLED))
    try:
        kernels.execute(notebook, path.parent, {**os.environ, COMPARED: "1"}, _WATCH, timeout=60)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        raise NotebookError(f"{path.name}: {problem}") from None
    outputs = notebook.cells.pop().outputs
    return {(service, name) for service, name in json.loads("".join(output.text for output in outputs))}


def _operations(by_lesson: dict[str, dict[str, list[str]]]) -> str:
    """Return the JSON file from which the account's bounds and `course policy` read what each lesson calls."""
    return json.dumps(by_lesson, indent=1, sort_keys=True) + "\n"

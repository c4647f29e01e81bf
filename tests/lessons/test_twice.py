"""A lesson's cells can be run twice in a row, and a lesson twice in one kernel, as learners do.

The second run raises only what a cell is there to show, and no later cell shows anything else than it did.
"""

import os
from copy import deepcopy

import pytest

from helpers import kernels
from helpers.authoring import normal
from helpers.backends.running import COMPARED
from helpers.course import HOME, course

LESSONS = [pytest.param(lesson, id=lesson.slug) for lesson in course().lessons]


def lesson_cells(lesson):
    """Return the lesson's notebook and its code cells, in order."""
    notebook = normal.read(HOME / "lessons" / f"{lesson.slug}.ipynb")
    return notebook, [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(notebook, cells):
    """Return what these cells show when they are run in this order, each with its id."""
    made = deepcopy(notebook)
    made.cells = deepcopy(cells)
    kernels.execute(made, HOME / "lessons", {**os.environ, COMPARED: "1"}, timeout=60)
    return [(cell.id, shown(cell)) for cell in made.cells]


def shown(cell):
    """Return what a cell shows: what it prints as one text, and its pictures, without the count of executions."""
    printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    return printed, [dict(output.data) for output in cell.outputs if "data" in output]


def differing(found, cells):
    """Return the ids of those cells whose output isn't the stored one."""
    stored = {cell.id: shown(cell) for cell in cells}
    return [cell_id for cell_id, output in found if output != stored[cell_id]]


@pytest.mark.full
@pytest.mark.parametrize("lesson", LESSONS)
def test_each_cell_runs_twice_in_a_row(lesson):
    """A second click on a cell shows the same again and changes nothing below."""
    notebook, cells = lesson_cells(lesson)
    twice = [cell for cell in cells for _ in range(2)]
    assert differing(run(notebook, twice), cells) == []


@pytest.mark.full
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_twice_in_one_kernel(lesson):
    """Who starts again from the top meets the same lesson."""
    notebook, cells = lesson_cells(lesson)
    assert differing(run(notebook, cells * 2), cells) == []

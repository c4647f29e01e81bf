"""Code that learners read fits into a notebook's cell: lines of at most 88 columns."""

import pytest

from helpers.authoring import normal
from helpers.course import HOME, course

COLUMNS = 88  # fit into JupyterLab at 1280 pixels; tests/learner/test_lab.py measures it
NAMES = [f"{kind}/{lesson.slug}" for lesson in course().lessons for kind in ("lessons", "exercises", "solutions")]


@pytest.mark.parametrize("name", NAMES)
def test_a_line_of_code_fits_into_its_cell(name):
    """No line is longer than 88 columns."""
    cells = normal.read(HOME / f"{name}.ipynb").cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    found = [line for line in lines if len(line) > COLUMNS]
    assert not found, f"longer than {COLUMNS} columns:\n" + "\n".join(found)

"""Code that learners read fits into a notebook's cell: lines of at most 88 columns."""

import pytest

from helpers.authoring import normal
from helpers.course import HOME, course

COLUMNS = 88  # fit into JupyterLab at 1280 pixels; tests/learner/test_lab.py measures it
# Lines that are longer, from before this rule. Lower a number when a notebook has fewer of them; none may get more.
TOO_LONG = {
}
NAMES = [f"{kind}/{lesson.slug}" for lesson in course().lessons for kind in ("lessons", "exercises", "solutions")]


@pytest.mark.parametrize("name", NAMES)
def test_a_line_of_code_fits_into_its_cell(name):
    """No line is longer than 88 columns, except those that are listed."""
    cells = normal.read(HOME / f"{name}.ipynb").cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    found = [line for line in lines if len(line) > COLUMNS]
    listed = TOO_LONG.get(name, 0)
    assert len(found) <= listed, f"longer than {COLUMNS} columns:\n" + "\n".join(found)
    assert len(found) == listed, f"{name} has {len(found)} long lines now: lower its number in TOO_LONG"

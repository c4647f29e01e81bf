"""A mistyped name gets one line that says which name was probably meant, in a real kernel."""

import os

import nbformat
import pytest

from helpers import kernels
from helpers.checks import learner
from helpers.errors import UnknownExercise

CELLS = {
    "from helpers import check, hint, solution, start\nstart()": None,
    "def take_onee(sqs, queue_url):\n    return ...\n\ndef add(a, b):\n    return a + b": None,
    "check(take_onee)": "UnknownExercise: There's no exercise 'take_onee'. Did you mean take_one? Keep",
    'check("take_onee")': "UnknownExercise: Pass the function itself, not its name: check(take_one),",
    'hint("tak_one")': "UnknownExercise: There's no exercise 'tak_one'. Did you mean take_one?",
    "check(add)": "UnknownExercise: There's no exercise 'add'. Exercises: 01.1 clients_for",
    "check(take_one)": "NameError: There's no function take_one here yet. You have take_onee, but the exercise",
    "check(hand_over)  # not run yet": "NameError: There's no function hand_over here yet. Run the cell",
    "hint(tak_one)": "NameError: There's no function tak_one here. Did you mean hint(take_one)?",
    "check(something)": "Traceback",
    "take_one": "Traceback",
    "def other():\n    check(take_one)\n\nother()": "Traceback",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Return what each cell shows as its error."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    kernels.execute(notebook, tmp_path_factory.mktemp("notebook"), dict(os.environ), allow_errors=True)
    errors = [[output for output in cell.outputs if output.output_type == "error"] for cell in notebook.cells]
    return dict(zip(CELLS, errors, strict=True))


@pytest.mark.full
@pytest.mark.parametrize(("source", "said"), CELLS.items())
def test_one_line_says_what_was_meant(shown, source, said):
    """And any other NameError has its traceback, as ever."""
    if said is None:
        assert shown[source] == []
        return
    ((output),) = shown[source]
    if said == "Traceback":
        assert len(output.traceback) > 1
    else:
        assert len(output.traceback) == 1
        assert output.traceback[0].startswith(said)
        assert "\n" not in output.traceback[0]


def test_elsewhere_it_is_an_error_like_any_other(offline):
    """With the same text."""
    with pytest.raises(UnknownExercise, match=r"Did you mean take_one\?$"):
        learner.hint("tak_one")

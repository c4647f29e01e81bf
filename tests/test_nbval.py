"""That nbval, as the course runs it, finds what it should: each of these notebooks is run by a pytest of its own."""

import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.course import HOME, course


def run_pytest(*arguments):
    """Return what a pytest of its own says, with the course's settings."""
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(HOME / "pyproject.toml"), "-p", "no:cacheprovider"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=HOME, check=False)


def notebook(tmp_path, *cells, folder="lessons"):
    """Write a notebook of pairs (source, stored output or None) and return its path."""
    made = []
    for number, (source, output) in enumerate(cells, start=1):
        outputs = [output] if output else []
        made.append(new_code_cell(source, execution_count=number, outputs=outputs))
    path = tmp_path / folder / "made_up.ipynb"
    path.parent.mkdir(exist_ok=True)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=made, metadata=kernel), path)
    return path


def result(text):
    """Return a stored result."""
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def changed(value):
    """Return a stored output with one sign more."""
    return value + "!" if isinstance(value, str) else [*value, "!"]


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.slug)
def test_one_changed_output_is_found(kind, lesson, tmp_path):
    """Change one stored output of a notebook and the run fails, in that cell alone."""
    stored = nbformat.read(HOME / kind / f"{lesson.slug}.ipynb", as_version=4)
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    number, output = next((n, cell.outputs[0]) for n, cell in reversed(list(enumerate(code))) if cell.outputs)
    if output.output_type == "stream":
        output.text = changed(output.text)
    else:
        output.data["text/plain"] = changed(output.data["text/plain"])
    path = tmp_path / kind / "changed.ipynb"
    path.parent.mkdir()
    nbformat.write(stored, path)
    said = run_pytest(str(path))
    assert f"{len(code) - 1} passed" in said.stdout, said.stdout
    assert "1 failed" in said.stdout
    assert f"Cell {number}" in said.stdout


def test_a_cell_that_dies_or_lacks_an_output_is_found(tmp_path):
    """A kernel that ends, an output that is new, one that is missing: each fails, and at once."""
    path = notebook(tmp_path, ("1 + 1", None), ("None", result("2")), ("import os; os._exit(1)", None))
    said = run_pytest("--durations=0", str(path))
    assert "3 failed" in said.stdout, said.stdout
    assert "the kernel died" in said.stdout


def test_a_cell_behaves_as_in_jupyterlab(tmp_path):
    """A trailing semicolon silences a result, and `_` is the last one."""
    path = notebook(tmp_path, ("40 + 1;", None), ("1 + 1", result("2")), ("_ + 1", result("3")))
    said = run_pytest(str(path))
    assert "3 passed" in said.stdout, said.stdout


def test_an_exercise_is_run_laxly_and_must_reach_the_bottom(tmp_path):
    """In the folder of exercises outputs are not compared, but an error still fails."""
    path = notebook(tmp_path, ("1 + 1", result("3")), ("1 / 0", None), folder="exercises")
    said = run_pytest(str(path))
    assert "1 failed, 1 passed" in said.stdout, said.stdout


def test_time_stands_where_outputs_are_compared(tmp_path):
    """The kernels know that their outputs are compared: a sleep of an hour ends at once and moves the clock."""
    source = "from helpers import clock, start\nimport time\nstart(); time.sleep(3600)\nclock"
    path = notebook(tmp_path, (source, result("The clock says Mon 05 Jan 2026, 10:00:00 UTC")))
    said = run_pytest(str(path))
    assert "1 passed" in said.stdout, said.stdout

"""That nbval, as the course runs it, finds what it should: each of these notebooks is run by a pytest of its own."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.course import HOME, course


def run_pytest(*arguments, **environment):
    """Return what a pytest of its own says, with the course's settings."""
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(HOME / "pyproject.toml"), "-p", "no:cacheprovider"]
    env = os.environ | environment
    return subprocess.run([*command, *arguments], capture_output=True, text=True, cwd=HOME, env=env, check=False)


def notebook(tmp_path, *cells, folder="lessons", kernel="python3"):
    """Write a notebook of pairs (source, stored output or None) and return its path."""
    made = []
    for number, (source, output) in enumerate(cells, start=1):
        outputs = [output] if output else []
        made.append(new_code_cell(source, execution_count=number, outputs=outputs))
    path = tmp_path / folder / "made_up.ipynb"
    path.parent.mkdir(exist_ok=True)
    metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
    nbformat.write(new_notebook(cells=made, metadata=metadata), path)
    return str(path)


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
    said = run_pytest(path)
    assert f"{len(code) - 1} passed" in said.stdout, said.stdout
    assert "1 failed" in said.stdout
    assert f"Cell {number}" in said.stdout


def test_a_cell_that_dies_or_lacks_an_output_is_found(tmp_path):
    """A kernel that ends, an output that is new, one that is missing: each fails, and at once."""
    path = notebook(tmp_path, ("1 + 1", None), ("None", result("2")), ("import os; os._exit(1)", None))
    said = run_pytest("--durations=0", path)
    assert "3 failed" in said.stdout, said.stdout
    assert "the kernel died" in said.stdout


def test_a_cell_behaves_as_in_jupyterlab(tmp_path):
    """A trailing semicolon silences a result, and `_` is the last one."""
    path = notebook(tmp_path, ("40 + 1;", None), ("1 + 1", result("2")), ("_ + 1", result("3")))
    said = run_pytest(path)
    assert "3 passed" in said.stdout, said.stdout


def test_an_exercise_is_run_laxly_and_must_reach_the_bottom(tmp_path):
    """In the folder of exercises outputs are not compared, but an error still fails."""
    path = notebook(tmp_path, ("1 + 1", result("3")), ("1 / 0", None), folder="exercises")
    said = run_pytest(path)
    assert "1 failed, 1 passed" in said.stdout, said.stdout


def test_time_stands_where_outputs_are_compared(tmp_path):
    """The kernels know that their outputs are compared: a sleep of an hour ends at once and moves the clock."""
    source = "from helpers import clock, start\nimport time\nstart(); time.sleep(3600)\nclock"
    path = notebook(tmp_path, (source, result("The clock says Mon 05 Jan 2026, 10:00:00 UTC")))
    said = run_pytest(path)
    assert "1 passed" in said.stdout, said.stdout


def test_each_notebook_has_a_fresh_kernel_that_knows_that_outputs_are_compared(tmp_path):
    """The second notebook sees nothing of the first, and its own folder."""
    seen = "import os; os.path.basename(os.getcwd()), os.environ['COURSE_OUTPUTS_COMPARED'], 'mine' in globals()"
    first = notebook(tmp_path, ("mine = 1", None), (seen, result("('lessons', '1', True)")))
    second = notebook(tmp_path, (seen, result("('solutions', '1', False)")), folder="solutions")
    said = run_pytest(first, second)
    assert "3 passed" in said.stdout, said.stdout


def test_a_kernel_that_cannot_start_is_told_in_its_own_notebook(tmp_path):
    """The notebook before it, beside which it would have started, passes."""
    first = notebook(tmp_path, ("1 + 1", result("2")))
    second = notebook(tmp_path, ("1 + 1", result("2")), folder="solutions", kernel="unheard_of")
    said = run_pytest(first, second)
    assert "1 passed, 1 error" in said.stdout, said.stdout
    assert said.stdout.startswith(".E")
    assert "unheard_of" in said.stdout


def processes_of(folder):
    """Return the command lines of the processes that were given a file of this folder; none where there is no /proc."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # a process that ended meanwhile
            found.append(path.read_text(errors="replace"))
    return [command for command in found if str(folder) in command]


@pytest.mark.parametrize(
    ("last", "options", "outcome"),
    [
        ("1 / 0", ["-x"], "1 failed, 1 passed"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGINT)", [], "1 passed"),
        ("None", ["--deselect", "::Cell 1"], "2 passed, 1 deselected"),
    ],
    ids=["first failure", "interrupt", "some cells"],
)
def test_no_kernel_is_left_behind(last, options, outcome, tmp_path):
    """The next notebook's kernel is there while the first notebook runs; after the run there is none."""
    files = tmp_path / "files"  # Jupyter keeps a file of connections there for each kernel that runs
    files.mkdir()
    count = f"from pathlib import Path; len(list(Path({str(files)!r}).glob('*.json')))"
    first = notebook(tmp_path, (count, result("2")), (last, None))
    second = notebook(tmp_path, (count, result("1")), folder="solutions")
    said = run_pytest(*options, first, second, TMPDIR=str(files))
    assert processes_of(files) == []
    assert list(files.glob("*.json")) == []
    assert outcome in said.stdout, said.stdout

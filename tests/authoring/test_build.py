"""`course build`: what it refuses before anything is written, and what it says then."""

import shutil
import sys

import nbformat
import pytest
from in_sandbox import needs_fork
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers import cli
from helpers.authoring import check_faults, custom_set, normal
from helpers.authoring.exercise import exercise
from helpers.authoring.solution_faults import Solved, faults, require
from helpers.backends.aws.limits import OPERATIONS
from helpers.course import HOME, course
from helpers.errors import NotebookError
from helpers.grading.exercise_set import own

LESSON = course().lessons[0]
NAME = f"solutions/{LESSON.slug}.ipynb"


def solved():
    """Return the solution notebook of lesson 01, in which a test makes a mistake."""
    return normal.read(HOME / NAME)


def cell(notebook, name):
    """Return the cell with this id."""
    return next(cell for cell in notebook.cells if cell.id == name)


def refused(notebook):
    """Return what is said of this notebook, which cannot become an exercise."""
    with pytest.raises(NotebookError) as problem:
        require([Solved(LESSON, notebook, NAME)], with_checks=True)
    return str(problem.value)


# --- what keeps a solved notebook from becoming an exercise -----------------------------------------------------------


@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: f"lesson_{lesson.number}")
def test_the_course_has_no_faults(lesson):
    """Every solution can become an exercise."""
    notebook = normal.read(HOME / "solutions" / f"{lesson.slug}.ipynb")
    assert faults(Solved(lesson, notebook, "x"), with_checks=True) == []


@pytest.mark.parametrize("metadata", [{}, {"nbgrader": {"solution": False, "grade": False, "locked": False}}])
def test_metadata_that_is_missing_or_wrong_gives_no_solution_away(metadata):
    """An exercise had the whole solution in it when its cell's metadata was missing, or said that it is none."""
    notebook = solved()
    cell(notebook, "take_one").metadata = nbformat.from_dict(metadata)
    released = cell(exercise(notebook, LESSON.exercises), "take_one")
    assert "delete_message" not in released.source
    assert released.source.endswith("return ...")
    assert released.metadata["nbgrader"]["solution"]


MARKED = "def helper():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


@pytest.mark.parametrize("made", [new_code_cell, new_markdown_cell])
def test_a_marker_where_none_is_expected_is_refused(made):
    """The cell defines no answer, so what it marks would be in the exercise."""
    notebook = solved()
    notebook.cells.insert(3, made(MARKED, id="helper"))
    said = refused(notebook)
    assert said.startswith(f"{NAME}, cell 'helper': it has the marker '### BEGIN SOLUTION' but defines no answer")
    assert "course.toml" in said


def test_a_marker_in_an_explanation_is_of_no_concern():
    """The cell is not in the exercise at all."""
    notebook = solved()
    notebook.cells.insert(3, new_markdown_cell(MARKED, id="why", metadata={"tags": ["solution-only"]}))
    require([Solved(LESSON, notebook, NAME)], with_checks=True)


BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (END, "", "a solution region is never closed"),
        (BEGIN, "", "a solution region ends that never began"),
        (BEGIN, BEGIN + BEGIN, "a solution region begins inside another one"),
        (BEGIN, "    ## BEGIN SOLUTION\n", "'## BEGIN SOLUTION' looks like a marker, but isn't one"),
        (END, "    ### End Solution", "'### End Solution' looks like a marker, but isn't one"),
        ("### BEGIN SOLUTION", "# so it goes", "a solution region ends that never began"),
    ],
)
def test_an_unbalanced_or_mistyped_marker_is_refused(old, new, said):
    """It would leave a part of the solution in the exercise."""
    notebook = solved()
    wrong = cell(notebook, "take_one")
    wrong.source = wrong.source.replace(old, new)
    assert refused(notebook).startswith(f"{NAME}, cell 'take_one': ")
    assert said in refused(notebook)


def test_an_exercise_without_a_region_is_refused():
    """Its whole solution would be in the exercise."""
    notebook = solved()
    wrong = cell(notebook, "take_one")
    wrong.source = wrong.source.replace(BEGIN, "").replace(END, "")
    assert f"{NAME}, cell 'take_one': take_one has no solution region" in refused(notebook)


def test_a_region_outside_the_function_is_refused():
    """A helper's region leaves the answer itself in the exercise, and a stub outside of a function is no Python."""
    notebook = solved()
    wrong = cell(notebook, "take_one")
    wrong.source = "### BEGIN SOLUTION\nMOST = 1\n### END SOLUTION\n" + wrong.source.replace(BEGIN, "").replace(END, "")
    said = refused(notebook)
    assert "take_one has no solution region" in said
    assert "isn't valid Python" in said


def test_an_exercise_of_the_manifest_that_has_no_cell_is_refused():
    """Nor may there be two cells that define an answer, or none that checks it."""
    notebook = solved()
    notebook.cells = [one for one in notebook.cells if one.id not in ("take_one", "check-hand_over")]
    copied = new_code_cell(cell(notebook, "join_late").source, id="join_late_again")
    notebook.cells.append(copied)
    said = refused(notebook).splitlines()
    assert [line.partition(". ")[0] for line in said] == [
        f"{NAME} has no cell that checks hand_over",
        f"{NAME} has no cell that defines take_one",
        f"{NAME} has 2 cells that define join_late: join_late, join_late_again",
    ]


def test_a_cell_with_a_magic_can_hold_an_answer():
    """What is not Python for `compile` is Python for a notebook."""
    notebook = solved()
    cell(notebook, "take_one").source = f"%timeit pass\n{cell(notebook, 'take_one').source}"
    require([Solved(LESSON, notebook, NAME)], with_checks=True)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs `course` as the console script does; returns the exit code and what it said, in one line."""

    def run(*words):
        monkeypatch.setenv("COLUMNS", "500")
        monkeypatch.setattr(sys, "argv", ["course", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, " ".join((said.out + said.err).split())

    return run


def files(*places):
    """Return the content of every file at or below these places."""
    paths = [path for place in places for path in ([place] if place.is_file() else place.rglob("*"))]
    return {path: path.read_bytes() for path in paths if path.is_file() and "__pycache__" not in path.parts}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A copy of what `course build` reads and writes in a clone."""
    for kind in ("lessons", "solutions", "exercises"):
        shutil.copytree(HOME / kind, tmp_path / kind)
    shutil.copy(HOME / "README.md", tmp_path)
    (tmp_path / "tests").mkdir()
    monkeypatch.setattr("helpers.course.HOME", tmp_path)
    return tmp_path


def change(path, name, old, new):
    """Change the source of this cell of a notebook's file."""
    notebook = normal.read(path)
    assert old in cell(notebook, name).source
    cell(notebook, name).source = cell(notebook, name).source.replace(old, new)
    nbformat.write(notebook, path)


def test_a_fault_anywhere_writes_nothing(clone, command):
    """Every fault of every lesson is reported at once, before anything runs, with exit code 1."""
    change(clone / "solutions" / "01_messaging_fundamentals.ipynb", "take_one", "### BEGIN SOLUTION", "")
    change(clone / "solutions" / "05_topics_and_subscriptions.ipynb", "announce", "### END SOLUTION", "")
    before = files(clone, OPERATIONS)
    code, said = command("build")
    assert code == 1
    assert "solutions/01_messaging_fundamentals.ipynb, cell 'take_one': " in said
    assert "solutions/05_topics_and_subscriptions.ipynb, cell 'announce': " in said
    assert "running" not in said
    assert files(clone, OPERATIONS) == before


@needs_fork
@pytest.mark.full
def test_a_solution_that_its_check_refuses_writes_nothing(clone, command):
    """The course's checks are proven before its notebooks run; progress is shown meanwhile."""
    change(clone / "solutions" / "01_messaging_fundamentals.ipynb", "take_one", "sqs.delete_message(", "dict(")
    before = files(clone, OPERATIONS)
    code, said = command("build", "01")
    assert code == 1
    assert "proving the checks: 7 of 7, solutions/01_messaging_fundamentals.ipynb" in said
    assert "solutions/01_messaging_fundamentals.ipynb, take_one: the solution comes out as 'not yet'." in said
    assert "hand_over" not in said
    assert files(clone, OPERATIONS) == before


@pytest.fixture
def exam(tmp_path):
    """A custom exercise set, as `course new` lays it."""
    custom_set.new(tmp_path / "exam")
    return tmp_path / "exam"


ACCEPTS_ALL = "def hand_on(case):\n    case.run(from_url=case.queue(), to_url=case.queue())\n"
BROKEN_SETS = {
    "the solution fails": ("dict(", "sqs.delete_message(", None, "hand_on: the solution comes out as 'not yet'."),
    "a do-nothing answer passes": ("", "", ACCEPTS_ALL, "hand_on: a function that does nothing and returns None comes"),
    "the stub passes": ("", "", "def hand_on(case):\n    pass\n", "hand_on: the stub that learners get comes out as"),
    "a marker is missing": ("", "### END SOLUTION", None, "cell 'hand_on': the markers don't pair up"),
    "a region is missing": ("", "### BEGIN SOLUTION|### END SOLUTION", None, "hand_on has no solution region"),
    "no cell": ("def other", "def hand_on", None, "has no cell that defines hand_on"),
}


def test_a_name_that_nobody_defined_stops_the_build_wherever_it_is(exam, command):
    """Lines count that only wrong answers reach: file, line, check and name are told, and nothing is written."""
    path = exam / "checks" / "lesson_90.py"
    plain, before = path.read_text(encoding="utf-8"), files(exam / "solutions")
    for new, old, said in (
        ("[{bdy!r}] in", "[{body!r}] in", "lesson_90.py, line 17, in hand_on: nothing is called bdy."),
        ("case.darin(to_url)", "case.drain(to_url)", "lesson_90.py, line 13, in hand_on: a case has no darin."),
        ('expceted="an', 'expected="an', "lesson_90.py, line 24, in hand_on: case.not_yet can't be called like that"),
        (
            "import json\n\n\ndef hand_on(case):\n    json.dmups()",
            "def hand_on(case):",
            "the module json has no dmups.",
        ),
    ):
        assert old in plain
        path.write_text(plain.replace(old, new), encoding="utf-8")
        code, told = command("build", "--exercises", exam)
        assert (code, said in " ".join(told.split())) == (1, True), told
    assert files(exam / "solutions") == before
    assert not (exam / "exercises").exists()


def test_the_course_s_own_checks_have_no_such_names():
    """Nor has what they share."""
    chosen = own()
    assert [fault for lesson in chosen.listed.lessons for fault in check_faults.faults(chosen, lesson.slug)] == []


GRADED = (
    "a do-nothing answer passes",
    "the stub passes",
    "the solution fails",
)  # in a sandbox, which takes long


@needs_fork
@pytest.mark.parametrize(
    ("new", "old", "check", "said"),
    [pytest.param(*how, id=name, marks=[pytest.mark.full] * (name in GRADED)) for name, how in BROKEN_SETS.items()],
)
def test_a_custom_exercise_set_that_does_not_hold_is_not_written(exam, command, new, old, check, said):
    """The notebook is named, and there is no folder of exercises afterwards."""
    path = exam / "solutions" / "90_exam.ipynb"
    for part in filter(None, old.split("|")):
        change(path, "hand_on", part, new)
    if check:
        (exam / "checks" / "lesson_90.py").write_text(check, encoding="utf-8")
    before = files(exam)
    code, told = command("build", "--exercises", exam)
    assert code == 1
    assert str(path) in told
    assert said in told
    assert files(exam) == before


@pytest.mark.full
@needs_fork
def test_a_custom_exercise_set_needs_no_metadata(exam, command):
    """The pattern has none; the exercise says which cell is the answer, and holds no solution."""
    code, said = command("build", "--exercises", exam)
    assert code == 0
    assert "proving the checks" in said
    released = cell(normal.read(exam / "exercises" / "90_exam.ipynb"), "hand_on")
    assert "delete_message" not in released.source
    assert (released.metadata["nbgrader"]["grade_id"], released.metadata["nbgrader"]["solution"]) == ("hand_on", True)


def test_a_cell_without_an_end_is_told(tmp_path, monkeypatch):
    """`course build` ends with the notebook's name, not with a traceback."""
    from nbclient.exceptions import CellTimeoutError

    from helpers import kernels
    from helpers.authoring import build as building

    def endless(*arguments, **options):
        raise CellTimeoutError("A cell timed out while it was being executed")

    monkeypatch.setattr(kernels, "execute", endless)
    with pytest.raises(NotebookError, match=r"01\.ipynb: A cell timed out"):
        building.run(new_notebook(), tmp_path / "01.ipynb")

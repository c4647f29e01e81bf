"""The checks of lesson 01 find right answers right and name what is wrong with wrong ones, in both seams."""

import importlib.util
import inspect
import json
from pathlib import Path

import boto3
import nbformat
import pytest

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED
from helpers.checks.seam import ChildProcess, InProcess
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course

ANSWERS = Path(__file__).parent / "answers"
EXERCISES = {exercise.answer: exercise for exercise in course().lesson("01").exercises}
SEAMS = ["in process", "in a child"]


def _functions(file):
    """Return the public functions of this file, each executed anew so that what they remember is gone."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if inspect.isfunction(value) and "__" in name}


def _examine(seam, file, answer, name, seed=1):
    """Return the outcome of checking the function of this name in the file as an answer to the exercise."""
    if seam == "in process":
        function = _functions(file)[name] if "__" in name else _function(file.read_text(encoding="utf-8"), name)
        return examine(EXERCISES[answer], lambda world: InProcess(function, world), seed)
    return examine(EXERCISES[answer], lambda world: ChildProcess(file, name, world), seed)


def _function(source, name):
    """Return the function that a notebook's cell defines, with what the first cell imports."""
    namespace = {"json": json, "boto3": boto3}
    exec(source, namespace)
    return namespace[name]


def _said(outcome):
    return " ".join([outcome.did, outcome.got, outcome.expected, outcome.why, outcome.line])


def _stub(answer):
    """Return the source of the exercise's cell as it is shipped."""
    notebook = nbformat.read(HOME / "exercises" / f"{EXERCISES[answer].lesson}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.source.startswith(f"def {answer}("))


def _file(folder, source):
    """Write the source of a cell into a file that stands by itself."""
    file = folder / "answer.py"
    file.write_text(f"import json\nimport boto3\n\n{source}\n", encoding="utf-8")
    return file


WRONG_FILE, RIGHT_FILE = ANSWERS / "lesson_01_wrong.py", ANSWERS / "lesson_01_right.py"
WRONG, RIGHT = _functions(WRONG_FILE), _functions(RIGHT_FILE)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("seam", SEAMS)
def test_a_wrong_answer_is_refused_and_told_why(seam, name):
    """The check refuses the answer, and its text names the misconception."""
    phrase = inspect.getdoc(WRONG[name]).removeprefix("Says: ")
    outcome = _examine(seam, WRONG_FILE, name.partition("__")[0], name)
    assert outcome.status not in (CORRECT, NOT_ATTEMPTED)
    assert phrase in _said(outcome)


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(("seam", "seed"), [("in process", 1), ("in process", 2), ("in process", 3), ("in a child", 1)])
def test_a_right_answer_is_correct(seam, seed, name):
    """The check finds the answer correct, in whatever style it is written and whatever the seed draws."""
    outcome = _examine(seam, RIGHT_FILE, name.partition("__")[0], name, seed)
    assert (outcome.status, outcome.got, outcome.why) == (CORRECT, "", EXERCISES[outcome.answer].takeaway)


@pytest.mark.parametrize("answer", EXERCISES)
@pytest.mark.parametrize("seam", SEAMS)
def test_a_stub_is_not_attempted(seam, answer, tmp_path):
    """The cell as it is shipped comes out as not attempted."""
    outcome = _examine(seam, _file(tmp_path, _stub(answer)), answer, answer)
    assert outcome.status == NOT_ATTEMPTED


@pytest.mark.parametrize("answer", EXERCISES)
@pytest.mark.parametrize("seam", SEAMS)
def test_the_solution_is_correct(seam, answer, tmp_path):
    """The answer of the solution notebook comes out as correct."""
    outcome = _examine(seam, _file(tmp_path, answer_source(EXERCISES[answer])), answer, answer)
    assert (outcome.status, outcome.got) == (CORRECT, "")


@pytest.mark.parametrize("other", EXERCISES)
@pytest.mark.parametrize("answer", EXERCISES)
def test_the_solution_of_another_exercise_is_refused(answer, other, tmp_path):
    """An exercise's check finds no other exercise's solution correct."""
    if answer == other:
        pytest.skip("this is the exercise's own solution")
    outcome = _examine("in process", _file(tmp_path, answer_source(EXERCISES[other])), answer, other)
    assert outcome.status != CORRECT


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_says_what_it_waits_for(name):
    """The docstring of a wrong answer is one line that starts with "Says: ", and its name that of an exercise."""
    text = inspect.getdoc(WRONG[name])
    assert text.startswith("Says: ")
    assert "\n" not in text
    assert name.partition("__")[0] in EXERCISES

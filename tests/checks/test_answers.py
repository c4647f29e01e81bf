"""The checks find right answers right and name what is wrong with wrong ones, in every runner, lesson by lesson."""

import importlib.util
import inspect
import threading
from functools import lru_cache
from pathlib import Path

import nbformat
import pytest
from behind_the_wall import behind_the_wall, needs_fork
from solution_imports import imports

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course
from helpers.simulation import browser_tab

FOLDER = Path(__file__).parent / "answers"
EXERCISES = {exercise.answer: exercise for exercise in course().exercises}


def _answers(file):
    """Return the answers in this file by name. The file is executed anew, so what they remembered is gone."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: value for name, value in vars(module).items() if name.partition("__")[0] in EXERCISES}


def _files(kind):
    """Return the answers of all lessons of this kind: the file by the answer's name."""
    return {name: file for file in sorted(FOLDER.glob(f"lesson_*_{kind}.py")) for name in _answers(file)}


WRONG, RIGHT = _files("wrong"), _files("right")
FILES = WRONG | RIGHT


def _exercise(name):
    """Return the exercise that the answer of this name is for."""
    return EXERCISES[name.partition("__")[0]]


def _here(name, seed=1):
    """Return the outcome for this answer in this process."""
    return examine(_exercise(name), lambda world: InProcess(_answers(FILES[name])[name], world), seed)


def _behind_the_wall(name):
    """Return the outcome for this answer behind the wall."""
    return examine(_exercise(name), behind_the_wall(_source(FILES[name]), name))


@lru_cache
def _source(file):
    return file.read_text(encoding="utf-8")


def _expect_refused(outcome, name):
    """The outcome is not correct, and its text says what the answer's docstring says."""
    phrase = inspect.getdoc(_answers(WRONG[name])[name]).removeprefix("Says: ")
    said = " ".join([outcome.did, outcome.got, outcome.expected, outcome.why, outcome.line])
    assert outcome.status not in (CORRECT, NOT_ATTEMPTED), said
    assert phrase in said


def _expect_correct(outcome, exercise):
    """The outcome is correct and says nothing but the takeaway."""
    assert (outcome.status, outcome.got, outcome.line) == (CORRECT, "", ""), outcome.why
    assert outcome.why == exercise.takeaway


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_says_what_it_waits_for(name):
    """A wrong answer's docstring is one line that starts with "Says: ", and its name starts with an exercise's."""
    text = inspect.getdoc(_answers(WRONG[name])[name])
    assert text.startswith("Says: ")
    assert "\n" not in text
    assert _exercise(name)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused(name):
    """The check does not find the answer correct, and its text names the misconception."""
    _expect_refused(_here(name), name)


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_correct(name, seed):
    """The check finds the answer correct, in whatever style it is written and whatever the seed draws."""
    _expect_correct(_here(name, seed), _exercise(name))


@needs_fork
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused_behind_the_wall(name):
    """Behind the wall the check names the same misconception."""
    _expect_refused(_behind_the_wall(name), name)


@needs_fork
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_correct_behind_the_wall(name):
    """Behind the wall the check finds the answer correct as well."""
    _expect_correct(_behind_the_wall(name), _exercise(name))


# In a browser tab they do not work, and say so.
THREADED = {name for name in RIGHT if name.endswith("__threads")}


@pytest.fixture
def one_thread(monkeypatch):
    """Return what examines an answer as in a browser tab: in the check's own thread, and no other can be started."""

    def cannot(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(browser_tab, "_plain_start", cannot)
    monkeypatch.setattr(threading.Thread, "start", browser_tab._start)
    return lambda name: examine(_exercise(name), lambda world: OneThread(_answers(FILES[name])[name], world))


@pytest.mark.full
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_refused_in_one_thread(one_thread, name):
    """In a browser tab the check names the same misconception."""
    _expect_refused(one_thread(name), name)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_correct_in_one_thread(one_thread, name):
    """In a browser tab the check finds the answer correct, or says why an answer with threads cannot run there."""
    if name in THREADED:
        assert one_thread(name).got == f"RuntimeError: {browser_tab.NO_THREADS}"
    else:
        _expect_correct(one_thread(name), _exercise(name))


def _stub(answer):
    """Return the source of the exercise's cell as it is shipped."""
    notebook = nbformat.read(HOME / "exercises" / f"{EXERCISES[answer].lesson}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.source.startswith(f"def {answer}("))


def _examine_cell(source, name, exercise, runner):
    """Return the outcome for the function that a notebook's cell defines."""
    source = f"{imports(exercise.lesson)}\n\n{source}\n"
    if runner == "in process":
        namespace = {}
        exec(source, namespace)
        return examine(exercise, lambda world: InProcess(namespace[name], world))
    return examine(exercise, behind_the_wall(source, name))


@pytest.mark.parametrize("answer", EXERCISES)
@pytest.mark.parametrize("runner", ["in process", pytest.param("behind the wall", marks=needs_fork)])
def test_a_stub_is_not_attempted(runner, answer):
    """The cell as it is shipped comes out as not attempted."""
    outcome = _examine_cell(_stub(answer), answer, EXERCISES[answer], runner)
    assert outcome.status == NOT_ATTEMPTED, outcome


@pytest.mark.parametrize("answer", EXERCISES)
@pytest.mark.parametrize("runner", ["in process", pytest.param("behind the wall", marks=needs_fork)])
def test_the_solution_is_correct(runner, answer):
    """The answer of the solution notebook comes out as correct."""
    exercise = EXERCISES[answer]
    _expect_correct(_examine_cell(answer_source(exercise), answer, exercise, runner), exercise)


OTHERS = [
    (answer.answer, other.answer)
    for lesson in course().lessons
    for answer in lesson.exercises
    for other in lesson.exercises
    if answer is not other
]


@pytest.mark.parametrize(("answer", "other"), OTHERS)
def test_the_solution_of_another_exercise_is_refused(answer, other):
    """An exercise's check finds no other exercise's solution correct."""
    outcome = _examine_cell(answer_source(EXERCISES[other]), other, EXERCISES[answer], "in process")
    assert outcome.status != CORRECT

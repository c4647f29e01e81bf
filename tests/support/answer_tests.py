"""Proves the checks of one lesson with right and wrong answers, through every runner.

The quick run examines in process, at one seed, each exercise's solution and one more right answer, and for each
sentence of a contract a wrong one that breaks it, at most five of an exercise; and one right answer of each exercise
through another runner, these by turns. Which ones is drawn from their names, so it changes only when answers do. All
others are `full`. Each answer is examined by each runner and at three seeds, but not at each by each: in process at the
first, and through the other runners at the second and third, or at the third and second, which its name decides.
"""

import hashlib
import threading

import nbformat
import pytest
from _pytest.mark.expression import Expression
from answer_files import Answer, answers
from contract_tables import foremost
from in_sandbox import in_sandbox, needs_fork
from solution_imports import imports

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED, NOT_HERE, worth
from helpers.checks.runners.in_process import InProcess
from helpers.checks.runners.one_thread import OneThread
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course
from helpers.simulation import browser_tab

OTHER_SEEDS = (2, 3)  # than 1
RUNNERS = ("in process", "in one thread", "in the sandbox")
MOST_WRONG = 5  # wrong answers of an exercise in the quick run


def pytest_generate_tests(metafunc):
    """Give each test of a module its lesson's answers; the module names the lesson as LESSON."""
    lesson, names = metafunc.module.LESSON, metafunc.fixturenames
    if "answer" in names and "runner" in names:
        parameters, cases = ("answer", "runner", "seed"), _through_other_runners(lesson)
    elif "answer" in names:
        parameters, cases = ("answer",), _in_process(lesson)
    elif "other" in names:
        parameters, cases = ("exercise", "other"), _pairs(lesson)
    elif "exercise" in names:
        parameters, cases = ("exercise", "runner"), _through_each_runner(lesson)
    else:
        return
    cases = list(cases)
    if not _full_is_selected(metafunc.config):
        quick = [case for case in cases if pytest.mark.full.mark not in [mark.mark for mark in case.marks]]
        cases = quick or cases[:1]  # pytest would count a test without a case as skipped; -m leaves this one out
    metafunc.parametrize(parameters, cases)


def _full_is_selected(config):
    """Return whether this run takes a test that has no other mark than `full`, or names single tests."""
    selected = config.option.markexpr
    named = any("::" in argument for argument in config.args)
    return named or not selected or Expression.compile(selected).evaluate(lambda name, **_: name == "full")


def _in_process(lesson):
    quickly = set(_sample(lesson, RUNNERS[0]).values()) | _wrong_sample(lesson)
    for name, answer in answers(lesson).items():
        yield _case(answer, name=name, quick=name in quickly)


def _through_other_runners(lesson):
    for turn, runner in enumerate(RUNNERS[1:]):
        sample = set(list(_sample(lesson, runner).values())[turn :: len(RUNNERS[1:])])
        for name, answer in answers(lesson).items():
            seed = OTHER_SEEDS[(_place(name)[0] + turn) % 2]
            yield _case(answer, runner, seed, name=f"{name}-{runner}", quick=name in sample, runner=runner)


def _through_each_runner(lesson):
    for exercise in course().lesson(lesson).exercises:
        for runner in RUNNERS:
            name = exercise.answer if runner == RUNNERS[0] else f"{exercise.answer}-{runner}"
            yield _case(exercise, runner, name=name, quick=runner == RUNNERS[0], runner=runner)


def _pairs(lesson):
    exercises = course().lesson(lesson).exercises
    for one in exercises:
        for other in exercises:
            if one is not other:
                yield _case(one, other, name=f"{one.answer}-{other.answer}", quick=False)


def _case(*values, name, quick, runner=""):
    """Return the parameters of one test, with its marks."""
    marks = [] if quick else [pytest.mark.full]
    return pytest.param(*values, id=name, marks=[*marks, needs_fork] if runner == "in the sandbox" else marks)


def _sample(lesson, runner):
    """Return for each exercise the name of a right answer, drawn from the names themselves."""
    right = {}
    for name, answer in answers(lesson).items():
        if answer.right:
            right.setdefault(answer.exercise.id, []).append(name)
    return {
        exercise: min(names, key=lambda name: _place(f"{runner} {name}")) for exercise, names in sorted(right.items())
    }


def _place(name):
    """Return a place in an order that has nothing to do with what names mean."""
    return hashlib.sha256(name.encode()).digest()


def _wrong_sample(lesson):
    """Return the names of wrong answers: for each sentence the foremost, but not more than eight of an exercise."""
    known, found = answers(lesson), {}
    for name in sorted(foremost(lesson), key=_place):
        found.setdefault(known[name].exercise.id, []).append(name)
    return {name for names in found.values() for name in names[:MOST_WRONG]}


# --- examining one answer ---------------------------------------------------------------------------------------------


@pytest.fixture
def through(monkeypatch):
    """Return what examines an answer through a runner and returns the outcome."""

    def examined(answer, runner, exercise=None, seed=1):
        exercise = exercise or answer.exercise
        if runner == "in the sandbox":
            return examine(exercise, in_sandbox(answer.source, answer.function), seed)
        function = answer.load()
        if runner == "in process":
            return examine(exercise, lambda world: InProcess(function, world), seed)
        # As in a browser tab, where no thread can be started.
        monkeypatch.setattr(browser_tab, "_plain_start", _no_thread)
        monkeypatch.setattr(threading.Thread, "start", browser_tab._start)
        return examine(exercise, lambda world: OneThread(function, world), seed)

    return examined


def _no_thread(thread):
    raise RuntimeError("can't start new thread")


def _cell(source, exercise):
    """Return the function that a notebook's cell defines as an answer."""
    source = f"{imports(exercise.lesson)}\n\n{source}\n"
    return Answer(exercise.answer, exercise, "", source, exercise.answer, f"<{exercise.answer}>")


def _solution(exercise):
    return _cell(answer_source(exercise), exercise)


def _stub(exercise):
    """Return the exercise's cell as it's shipped."""
    notebook = nbformat.read(HOME / "exercises" / f"{exercise.lesson}.ipynb", as_version=4)
    return _cell(next(c.source for c in notebook.cells if c.source.startswith(f"def {exercise.answer}(")), exercise)


def _expect_correct(outcome, exercise):
    """The outcome is correct and shows nothing but the takeaway."""
    assert (outcome.status, outcome.reason, outcome.got, outcome.line) == (CORRECT, "", "", ""), outcome.why
    assert outcome.why == exercise.takeaway


def _expect_refused(outcome, answer):
    """The check refused the answer, for the fault that it has."""
    assert outcome.status not in (CORRECT, NOT_ATTEMPTED)
    refusal = f"{outcome.reason}, where the answer says {answer.says}\n{outcome.got}\n{outcome.expected}\n{outcome.why}"
    assert outcome.reason in answer.says.split(" or "), refusal


# --- the tests --------------------------------------------------------------------------------------------------------


def test_an_answer(through, answer):
    """The check accepts a right answer, and refuses a wrong one for the fault that it has."""
    outcome = through(answer, "in process")
    if answer.right:
        _expect_correct(outcome, answer.exercise)
    else:
        _expect_refused(outcome, answer)


def test_an_answer_through_another_runner(through, answer, runner, seed):
    """The check decides the same, for the same reason, whatever the seed draws. A tab runs no threads and says so."""
    outcome = through(answer, runner, seed=seed)
    if runner == "in one thread" and answer.name.endswith("__threads"):
        assert (outcome.status, outcome.why) == (NOT_HERE, browser_tab.THREADS_NEEDED)
    elif answer.right:
        _expect_correct(outcome, answer.exercise)
    else:
        _expect_refused(outcome, answer)


def test_the_solution_is_correct(through, exercise, runner):
    """The answer of the solution notebook is correct."""
    _expect_correct(through(_solution(exercise), runner), exercise)


def test_the_stub_is_not_attempted(through, exercise, runner):
    """The cell as it's shipped counts as not attempted, and is worth nothing."""
    outcome = through(_stub(exercise), runner)
    assert (outcome.status, outcome.reached, worth(exercise, outcome)) == (NOT_ATTEMPTED, (), 0)


def test_the_solution_of_another_exercise_is_refused(through, exercise, other):
    """A check accepts no other exercise's solution."""
    assert through(_solution(other), "in process", exercise).status != CORRECT


__all__ = [name for name in globals() if name.startswith("test_")] + ["pytest_generate_tests", "through"]

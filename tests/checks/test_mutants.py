"""Each solution is changed mechanically, one small change at a time, and its check refuses what became wrong.

A mutant that the check accepts shows a hole in the check, or is as right as the solution. Those are listed, with the
reason, in answers/equal_mutants.py, or as EQUAL in the exercise's own file of answers.
"""

import ast
import difflib
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache

import pytest
from answers.equal_mutants import EQUAL as LISTED_TOGETHER
from contract_tables import constants
from mutants import mutants
from solution_imports import imports

from helpers.checks import limits
from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT
from helpers.checks.runners.in_process import InProcess
from helpers.checks.solutions import answer_source
from helpers.course import Exercise, Lesson, course

REFUSED = 0.95  # of a lesson's mutants, at least
UNCHANGED = "the solution itself"
EQUAL: dict[str, dict[str, str]] = dict(LISTED_TOGETHER)
for _lesson in course().lessons:
    EQUAL |= constants(_lesson.number, "EQUAL")
# Real seconds for a mutant, which needs a tenth of one unless it loops without end. A listed one, which must come out
# as correct, has as long as an answer has.
QUICK, LISTED = 2.0, limits.SECONDS

# --- the mutator -----------------------------------------------------------------------------------------------------

SMALL = '''
def drain(sqs, url, most=None):
    """Return how many messages were deleted.

    A text for people, like the words of an error and what is printed.
    """
    while not done(url) and most != 3:
        for message in sqs.receive(url, Max=10).get("Messages", []):
            print("deleting")
            sqs.delete(url)
    return most
'''
CHANGES = """
drain: line 0, default `None` -> `0`
drain: line 1, `if` for `while` `not done(url) and most != 3`
drain: line 1, not `not done(url) and most != 3`
drain: line 1, `not done(url) and most != 3` -> `not done(url) or most != 3`
drain: line 1, `most != 3` -> `most == 3`
drain: line 1, 3 -> 4
drain: line 1, 3 -> 2
drain: line 1, 3 -> 0
drain: line 2, first of `sqs.receive(url, Max=10).get('Messages', [])` only
drain: line 2, `[]` for `sqs.receive(url, Max=10).get('Messages', [])`
drain: line 2, drop the argument `Max=10`
drain: line 2, 10 -> 11
drain: line 2, 10 -> 9
drain: line 2, 10 -> 0
drain: line 2, 'Messages' -> 'Messagesx'
drain: line 4, drop `sqs.delete(url)`
drain: line 5, `return None` for `return most`
"""


def test_the_mutants_of_a_small_function():
    """Every kind of change happens at every place that can matter, once; docstring and print stay."""
    assert list(mutants(SMALL)) == CHANGES.strip().splitlines()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("while a:\n    break", "for once in [1]:\n    if a:\n        break"),
        ("for a in b:\n    c()", "for a in list(b)[:1]:\n    c()"),
        ("x = [a for a in b]", "x = [a for a in list(b)[:1]]"),
        ("x = a[b:c]", "x = a[b + 1:c]"),
        ("x = a[b:c]", "x = a[b:c - 1]"),
        ("x = a if b is None else c", "x = a if b is not None else c"),
        ("x = a < b <= c", "x = a <= b <= c"),
        ("x = a < b <= c", "x = a < b < c"),
        ("x = a in b", "x = a not in b"),
        ("x = True", "x = False"),
        ("x = a.get(b)", "x = None"),
        ("f(a, b=c, **d)", "f(a, **d)"),
        ("f(a, b=c, **d)", "f(a, b=c)"),
        ("def f(*, a=b):\n    c()", "def f(*, a=None):\n    c()"),
        ("def f(a: 'text'=1) -> 'text':\n    pass", "def f(a: 'text'=2) -> 'text':\n    pass"),
        ("if a:\n    raise E('text') from b", "if a:\n    pass"),
        ("try:\n    a()\nexcept B:\n    c()", "if True:\n    a()"),
        (
            "try:\n    a()\nexcept B:\n    c()\nelse:\n    d()\nfinally:\n    e()",
            "try:\n    a()\n    d()\nfinally:\n    e()",
        ),
        ("try:\n    a()\nfinally:\n    b()", "if True:\n    a()"),
        ("try:\n    a()\nexcept B:\n    c()\nexcept D:\n    e()", "try:\n    a()\nexcept D:\n    e()"),
    ],
)
def test_a_change(before, after):
    """The change is among the mutants, all of which Python can read, and none of which is the original."""
    found = mutants(before).values()
    assert after in found
    assert before not in found
    assert all(ast.parse(source) for source in found)


def test_equal_changes_are_one_and_equal_words_are_numbered():
    """0 takes the place of 1 once, though two changes lead to it, and two changes of one line have two names."""
    assert mutants("x = [1, 1]") == {
        "the cell: line 1, drop `x = [1, 1]`": "pass",
        "the cell: line 1, 1 -> 2": "x = [2, 1]",
        "the cell: line 1, 1 -> 0": "x = [0, 1]",
        "the cell: line 1, 1 -> 2 (2)": "x = [1, 2]",
        "the cell: line 1, 1 -> 0 (2)": "x = [1, 0]",
    }


# --- the checks ------------------------------------------------------------------------------------------------------


def _is_correct(answer: str, source: str, seconds: float) -> bool:
    """Return whether the check finds the function that this source defines correct."""
    limits.SECONDS = seconds  # in a process that does nothing else
    exercise = course().exercise(answer)
    namespace: dict[str, object] = {}
    exec(imports(exercise.lesson), namespace)
    try:
        exec(source, namespace)
    except Exception:  # what is beside the function may be changed too
        return False
    return examine(exercise, lambda world: InProcess(namespace[answer], world)).status == CORRECT


def _sources(exercise: Exercise) -> dict[str, str]:
    """Return the solution and its mutants by name."""
    source = answer_source(exercise)
    assert source, f"solutions/{exercise.lesson}.ipynb has no {exercise.answer}"
    return {UNCHANGED: source} | mutants(source)


def _difference(name: str, sources: dict[str, str]) -> str:
    """Return the mutant's name, and the lines in which it differs from the solution."""
    before = ast.unparse(ast.parse(sources[UNCHANGED])).splitlines()
    lines = difflib.ndiff(before, sources[name].splitlines())
    return "\n".join([name, *(line for line in lines if line.startswith(("- ", "+ ")))])


@pytest.fixture(scope="module")
def survivors() -> Iterator[Callable[[Exercise], set[str]]]:
    """Finds, in two processes, which of an exercise's sources its check finds correct; the names come back."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:

        @cache
        def names(exercise: Exercise) -> set[str]:
            found = {}
            for name, source in _sources(exercise).items():
                seconds = LISTED if name in [UNCHANGED, *EQUAL.get(exercise.answer, {})] else QUICK
                found[name] = pool.submit(_is_correct, exercise.answer, source, seconds)
            return {name for name, correct in found.items() if correct.result()}

        yield names


@pytest.mark.full
@pytest.mark.parametrize("exercise", course().exercises, ids=lambda exercise: exercise.answer)
def test_a_mutant_is_refused_or_listed(exercise: Exercise, survivors: Callable[[Exercise], set[str]]):
    """The check finds the solution correct, and of its mutants those only that are listed as equally right."""
    found, listed = survivors(exercise), set(EQUAL.get(exercise.answer, {}))
    assert UNCHANGED in found, "the check refuses the solution itself"
    sources = _sources(exercise)
    new = [_difference(name, sources) for name in sources if name in found - listed - {UNCHANGED}]
    assert not new, "\n".join([f"the check of {exercise.answer} finds these {len(new)} mutants correct:", *new])
    stale = sorted(listed - found)
    assert not stale, "\n".join(["listed as equally right, but refused or no longer made:", *stale])


@pytest.mark.full
@pytest.mark.parametrize("lesson", course().lessons, ids=lambda lesson: lesson.slug)
def test_nearly_all_mutants_of_a_lesson_are_refused(lesson: Lesson, survivors: Callable[[Exercise], set[str]]):
    """At least 95 % are: where many are equally right, the solution says more than its exercise asks for."""
    made = sum(len(_sources(exercise)) - 1 for exercise in lesson.exercises)
    correct = sum(len(survivors(exercise) - {UNCHANGED}) for exercise in lesson.exercises)
    assert made - correct >= REFUSED * made, f"{correct} of {made} mutants are found correct"


def test_the_list_names_exercises_and_gives_reasons():
    """Every answer in the list is an exercise's, and every mutant in it has a reason."""
    assert set(EQUAL) <= {exercise.answer for exercise in course().exercises}
    assert all(reason.strip() for reasons in EQUAL.values() for reason in reasons.values())

"""Milestones: the points of an answer that is not right, but works in the main case."""

import ast
import dataclasses
from functools import lru_cache

import pytest
from answer_files import answers
from solution_imports import imports

from helpers.checks import learner
from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, outcome, worth
from helpers.checks.runners.in_process import InProcess
from helpers.checks.solutions import answer_source
from helpers.course import HOME, course, parse
from helpers.errors import CheckFailed, ManifestError
from helpers.grading.gradebook import row
from helpers.grading.records import Graded, Learner

CHECKS = HOME / "helpers" / "checks" / "lessons"
EXERCISES = {exercise.answer: exercise for exercise in course().exercises}
PARTIAL = {answer: exercise for answer, exercise in EXERCISES.items() if exercise.partial}
QUICK_LESSON = "01"  # one lesson is enough to see that milestones are counted
MILESTONES = [(answer, name) for answer, exercise in PARTIAL.items() for name in exercise.partial]


# --- what the checks and the list of the course say of each other -----------------------------------------------------


@lru_cache
def functions_of(lesson):
    """Return the functions of a lesson's checks by name."""
    tree = ast.parse((CHECKS / f"lesson_{lesson}.py").read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def reached_in(answer):
    """Return the milestones that the check of this answer can reach, itself or in the functions that it calls."""
    functions = functions_of(EXERCISES[answer].id[:2])
    seen, names, waiting = set(), set(), [answer]
    while waiting:
        here = waiting.pop()
        seen.add(here)
        for node in ast.walk(functions[here]):
            if isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
                waiting.append(node.id)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reach":
                names.add(node.args[0].value)
    return names


@pytest.mark.parametrize("answer", EXERCISES)
def test_a_check_and_the_list_name_the_same_milestones(answer):
    """What a check reaches has points, and what has points can be reached."""
    assert reached_in(answer) == set(EXERCISES[answer].partial)


def test_the_larger_exercises_have_milestones():
    """Three and four points are not all or nothing."""
    assert [answer for answer, exercise in EXERCISES.items() if exercise.points > 2 and not exercise.partial] == []


@pytest.mark.parametrize(("answer", "name"), MILESTONES)
def test_a_milestone_is_worth_a_whole_number_and_at_most_half(answer, name):
    """The half that works is worth no more than the half that is missing."""
    points = EXERCISES[answer].partial[name]
    assert isinstance(points, int)
    assert points <= EXERCISES[answer].points / 2


@pytest.mark.parametrize("answer", PARTIAL)
def test_milestones_stand_in_the_order_of_their_points(answer):
    """Getting further is worth more."""
    points = list(EXERCISES[answer].partial.values())
    assert points == sorted(set(points))


# --- what reaches them ------------------------------------------------------------------------------------------------


def wrong(answer):
    """Yield the outcomes of the wrong answers of an exercise."""
    for name, found in answers(EXERCISES[answer].id[:2]).items():
        if found.exercise.answer == answer and not found.right:
            yield outcome_of_wrong(answer, name)


@lru_cache
def outcome_of_wrong(answer, name):
    """Return the outcome of one wrong answer, examined once: several tests look through them."""
    return examined(answer, answers(EXERCISES[answer].id[:2])[name].load())


def examined(answer, function, exercise=None):
    """Return the outcome of a function in this process."""
    return examine(exercise or EXERCISES[answer], lambda world: InProcess(function, world))


def defined(source, name, lesson):
    """Return the function that a cell of the lesson's notebook defines."""
    namespace = {}
    exec(f"{imports(lesson)}\n\n{source}\n", namespace)
    return namespace[name]


def points_in_the_book(exercise, found):
    """Return the points that the grade book has for this outcome."""
    [mark] = row(Learner("Ada"), {exercise.lesson: Graded((found,))}, [exercise]).marks
    return mark.points


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        pytest.param(*one, marks=() if EXERCISES[one[0]].lesson[:2] == QUICK_LESSON else pytest.mark.full)
        for one in MILESTONES
    ],
)
def test_a_milestone_is_reached_by_an_answer_that_is_partly_right(answer, name):
    """A wrong answer gets so far and no further, and has the points of just this milestone."""
    exercise = EXERCISES[answer]
    points = exercise.partial[name]
    outcomes = (found for found in wrong(answer) if worth(exercise, found) == points)
    found = next(outcomes, None)
    assert found is not None, "no wrong answer reaches it as the best of its milestones"
    assert not found.correct
    assert name in found.reached
    assert points_in_the_book(exercise, found) == points


@pytest.mark.full
@pytest.mark.parametrize("answer", PARTIAL)
def test_there_are_answers_that_reach_nothing(answer):
    """Not every wrong answer is partly right."""
    found = next((found for found in wrong(answer) if not found.reached), None)
    assert found is not None
    assert points_in_the_book(EXERCISES[answer], found) == 0


NOTHING = [None, [], {}, "", 0, True, {"confirmed": {}, "pending": []}]


@pytest.mark.full
@pytest.mark.parametrize("value", NOTHING, ids=repr)
@pytest.mark.parametrize("answer", PARTIAL)
def test_an_answer_that_does_nothing_reaches_nothing(answer, value):
    """To return what might be right somewhere is worth nothing."""
    found = examined(answer, lambda **arguments: value)
    assert (found.correct, found.reached) == (False, ())


OTHERS = [
    (answer, other.answer)
    for answer, exercise in PARTIAL.items()
    for other in course().lesson(exercise.lesson).exercises
    if other.answer != answer
]


@pytest.mark.full
@pytest.mark.parametrize(("answer", "other"), OTHERS)
def test_the_solution_of_another_exercise_reaches_nothing(answer, other):
    """What is right elsewhere is not partly right here."""
    source = answer_source(EXERCISES[other])
    found = examined(answer, defined(source, other, EXERCISES[other].lesson))
    assert found.reached == ()


@pytest.mark.full  # the quick run finds each solution correct as well, in test_answers.py
@pytest.mark.parametrize("answer", PARTIAL)
def test_a_right_answer_needs_no_milestone(answer):
    """The solution is correct and has all points, whatever the list says of milestones."""
    exercise = EXERCISES[answer]
    solution = defined(answer_source(exercise), answer, exercise.lesson)
    found = examined(answer, solution, dataclasses.replace(exercise, partial={}))
    assert (found.status, found.reached) == (CORRECT, ())
    assert worth(exercise, found) == points_in_the_book(exercise, found) == exercise.points


# --- under nbgrader ---------------------------------------------------------------------------------------------------


def take_one(sqs, sns, queue_url, topic_arn):
    """Take an order with up to nine others, which nobody else can receive then."""
    import json

    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    if not messages:
        return None
    order = json.loads(messages[0]["Body"])
    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return order


def test_a_check_returns_the_points_under_nbgrader_alone(offline, capsys, monkeypatch):
    """Partly right: its text is printed and its points come back; in an ordinary notebook nothing does."""
    assert learner.check(take_one) is None
    capsys.readouterr()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert learner.check(take_one) == EXERCISES["take_one"].partial["taken"]
    said = capsys.readouterr()
    assert "Receive no more than you'll work on" in " ".join(said.out.split())
    assert said.err == ""


def test_right_and_worthless_answers_under_nbgrader(offline, capsys, monkeypatch):
    """Correct returns None, which is full marks; an answer that reached nothing raises."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    exercise = EXERCISES["take_one"]
    assert learner.check(defined(answer_source(exercise), "take_one", exercise.lesson)) is None
    assert capsys.readouterr().out == ""
    worthless = answers("01")["take_one__never_deletes"].load()
    worthless.__name__ = "take_one"
    with pytest.raises(CheckFailed, match="Receiving only hides a message"):
        learner.check(worthless)


# --- points, and mistakes in the list ---------------------------------------------------------------------------------


def test_the_best_milestone_counts():
    """Neither their sum nor the last; what the list does not name is worth nothing."""
    exercise = dataclasses.replace(EXERCISES["wire_up"], partial={"one": 1, "two": 2})
    for reached, points in (((), 0), (("two", "one"), 2), (("one", "one"), 1), (("three",), 0)):
        assert worth(exercise, outcome(exercise, "not yet", reached=reached)) == points


LESSON = """
title = "A course"
[[lesson]]
slug = "01_first"
title = "First"
able_to = "do"
minutes = 30
needs = []
teaches = []
[[lesson.exercise]]
answer = "fetch"
title = "E"
minutes = 3
points = 3
partial = {partial}
takeaway = "So."
hints = ["a", "b", "c"]
"""


def test_milestones_are_read_from_the_list():
    """Names, and points between none and all."""
    assert parse(LESSON.format(partial="{ sent = 1, moved = 2.5 }")).exercise("fetch").partial == {
        "sent": 1,
        "moved": 2.5,
    }


@pytest.mark.parametrize(
    "partial",
    [
        "{ a = 0 }",
        "{ a = -1 }",
        "{ a = 3 }",
        "{ a = 1, b = 4 }",
        "{ a = true }",
        "{ a = nan }",
        '{ a = "1" }',
        "1",
        "[]",
    ],
)
def test_milestones_that_cannot_be_are_refused(partial):
    """Points of nothing, of everything and more, and what is no table: the exercise is named."""
    with pytest.raises(ManifestError, match="partial of fetch in 01_first"):
        parse(LESSON.format(partial=partial))

"""What outcomes are worth, and what grading anew says has changed and why."""

import copy
import dataclasses

import pytest

from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, outcome
from helpers.course import course
from helpers.grading import gradebook as marks
from helpers.grading.gradebook import book
from helpers.grading.records import Graded, HandIn, Learner

LESSON = course().lessons[0]
FIRST, SECOND = LESSON.exercises[:2]
PARTIAL = dataclasses.replace(FIRST, points=4, partial={"made": 1, "sent": 2.5, "told": 2})


def learner(name="Ada", cells=("def f(): 1",), **more):
    """Return a learner who handed in these cells for the first lesson."""
    return Learner(name, (HandIn(name, LESSON.slug, f"{name}.ipynb", cells),), **more)


def row_of(one, *statuses, exercises=(FIRST, SECOND), **said):
    """Return the learner's row when their hand-in had these outcomes."""
    outcomes = [outcome(exercise, status, **said) for exercise, status in zip(exercises, statuses, strict=False)]
    return marks.row(one, {LESSON.slug: Graded(tuple(outcomes))} if outcomes else {}, exercises)


def book_of(*statuses, cells=("def f(): 1",), digest="a"):
    """Return the grade book of a single learner with these outcomes."""
    one = learner(cells=cells) if statuses else Learner("Ada")
    return book([row_of(one, *statuses)], [one], {"01": digest})


def test_a_right_answer_has_full_points():
    """Correct is worth what the exercise is worth, whatever was reached on the way."""
    assert row_of(learner(), CORRECT, exercises=[PARTIAL], reached=("made",)).marks[0].points == 4


@pytest.mark.parametrize(
    ("reached", "points"),
    [((), 0), (("made",), 1), (("made", "sent", "told"), 2.5), (("unknown",), 0), (("unknown", "told"), 2)],
)
@pytest.mark.parametrize("status", [NOT_YET, ERROR])
def test_an_answer_that_is_not_right_has_its_best_milestone(status, reached, points):
    """The largest of the milestones reached counts; one that the course does not name is worth nothing."""
    [mark] = row_of(learner(), status, exercises=[PARTIAL], reached=reached).marks
    assert (mark.points, mark.of) == (points, 4)


def test_what_was_not_handed_in_is_worth_nothing_and_has_no_outcome():
    """Each exercise has a mark all the same, so that every row is as long."""
    row = row_of(Learner("Ada"))
    assert [(mark.exercise, mark.points, mark.outcome) for mark in row.marks] == [("01.1", 0, None), ("01.2", 0, None)]
    assert marks.status(row.marks[0]) == "not handed in"
    assert marks.status(row_of(learner(), NOT_ATTEMPTED).marks[0]) == NOT_ATTEMPTED


def test_remarks_stand_in_order_and_once():
    """First the learner's, then the hand-in's, then what running it showed."""
    hand_in = HandIn("Ada", LESSON.slug, "a.ipynb", (), ("two", "one"))
    one = Learner("Ada", (hand_in,), (("ID", "7"),), ("one",))
    row = marks.row(one, {LESSON.slug: Graded((), ("three", "two"))}, [FIRST])
    assert row.remarks == ("one", "two", "three")
    assert row.columns == (("ID", "7"),)


def test_a_digest_tells_cells_apart():
    """Other cells, another split and another order are other hand-ins."""
    hand_ins = [("ab",), ("a", "b"), ("b", {"01": "a"}), ("ab", ""), (), ("\ud800",)]
    assert len({marks.digest(cells) for cells in hand_ins}) == len(hand_ins)
    assert marks.digest(["a"]) == marks.digest(("a",))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (book_of(NOT_YET), book_of(CORRECT, cells=("new",)), marks.ANEW),
        (book_of(NOT_YET), book_of(CORRECT, digest="b"), marks.NEW_CHECKS),
        (book_of(), book_of(CORRECT), marks.FIRST),
        (book_of(CORRECT), book_of(), marks.GONE),
        (book_of(NOT_YET), book_of(CORRECT), marks.UNEXPLAINED),
        (
            book_of(NOT_YET),
            book_of(CORRECT, cells=("new",), digest="b"),
            f"{marks.ANEW}, {marks.NEW_CHECKS}",
        ),
    ],
)
def test_a_change_has_its_reason(before, after, reason):
    """The digests of hand-in and exercises say why a mark is another one."""
    [change] = marks.changes(before, after)
    assert (change.learner, change.exercise, change.reason) == ("Ada", "01.1", reason)
    states = [learner["marks"][0]["status"] for learner in (before["learners"][0], after["learners"][0])]
    assert [change.status_before, change.status] == states
    assert {change.before, change.after} == {0, FIRST.points}


def test_other_versions_are_a_reason():
    """A new boto3 or moto can move a mark, and the report gives that as the reason."""
    before = copy.deepcopy(book_of(NOT_YET))
    before["versions"]["moto"] = "1"
    assert [change.reason for change in marks.changes(before, book_of(CORRECT))] == [marks.NEW_VERSIONS]


def test_a_new_status_with_the_same_points_is_a_change():
    """From not attempted to not yet is 0 and 0, and worth knowing."""
    [change] = marks.changes(book_of(NOT_ATTEMPTED), book_of(NOT_YET, cells=("new",)))
    assert (change.before, change.status_before, change.after, change.status) == (0, NOT_ATTEMPTED, 0, NOT_YET)


def test_the_same_marks_are_no_change():
    """Neither a new hand-in nor new checks alone are one, and where nothing was graded nothing has changed."""
    assert marks.changes(book_of(CORRECT), book_of(CORRECT, cells=("new",), digest="b")) == []
    assert marks.changes({}, book_of(CORRECT)) == []


def test_only_marks_of_those_who_were_there_change():
    """An exercise that is no more is a change with a reason; learners who come and go are a sentence."""
    ada, ben = learner("Ada"), learner("Ben")
    before = book([row_of(ada, CORRECT, CORRECT)], [ada], {"01": "a"})
    after = book([row_of(ben, CORRECT), row_of(ada, CORRECT, exercises=[FIRST])], [ada, ben], {"01": "b"})
    found = [(change.learner, change.exercise, change.before, change.reason) for change in marks.changes(before, after)]
    assert found == [("Ada", "01.2", SECOND.points, marks.NEW_CHECKS)]
    assert marks.comings_and_goings(before, after) == ["Since last time, 1 learner is new: Ben."]
    nobody = book([], [], {"01": "a"})
    assert marks.changes(before, nobody) == []
    assert marks.comings_and_goings(before, nobody) == ["Since last time, 1 learner is gone: Ada."]
    many = [learner(f"L{n}") for n in range(7)]
    [said] = marks.comings_and_goings(nobody, book([row_of(one, CORRECT) for one in many], many, {"01": "a"}))
    assert said.endswith("7 learners are new: L0, L1, L2, L3, L4 and 2 more.")
    assert marks.comings_and_goings({}, after) == []


def test_another_choice_of_lessons_changes_no_mark():
    """It is one sentence, and no reason to say that exercises changed."""
    one = learner()
    row = row_of(one, NOT_YET, NOT_YET)
    before, after = book([row], [one], {"01": "a"}), book([row], [one], {"01": "a", "02": "b"})
    assert marks.changes(before, after) == []
    [said] = marks.comings_and_goings(before, after)
    assert said == "Different lessons count this time: now 01, 02, before 01."
    assert marks.changes(book([row], [one], {"02": "b"}), book([row_of(one, CORRECT)], [one], {"01": "a"})) == []

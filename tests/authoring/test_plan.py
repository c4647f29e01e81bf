"""`course plan`: the timetables hold, whatever the list of lessons says, and the stored page is current."""

import re
from dataclasses import replace

import pytest

from helpers.authoring import plan_page
from helpers.authoring.plan import FORMATS, PRACTICE, Format, named, plan, total
from helpers.course import HOME, Course, course
from helpers.errors import CourseError


def longer(minutes, factor=1.0):
    """Return the course with lessons of these minutes, and exercises of that many times their own."""
    lessons = []
    for lesson in course().lessons:
        own = tuple(replace(each, minutes=int(each.minutes * factor)) for each in lesson.exercises)
        lessons.append(replace(lesson, minutes=minutes, exercises=own))
    return Course("", tuple(lessons))


@pytest.mark.parametrize(
    "listed", [course(), longer(20), longer(75), longer(33, 2)], ids=["as it is", "20", "75", "33"]
)
@pytest.mark.parametrize("chosen", FORMATS, ids=lambda each: each.name)
def test_a_plan_can_be_held(listed, chosen):
    """No gap or overlap; lessons in sequence and in one go; each exercise once, after its lesson; nothing forgotten."""
    made, shown, practised = plan(listed, chosen), [], []
    assert len(made.days) == len(chosen.days)
    for slots, stretches in zip(made.days, chosen.days, strict=True):
        now = stretches[0][0]
        for slot in slots:
            assert slot.begins == now
            now += slot.minutes
            pause = slot.what in ("break", "lunch")
            assert pause or any(begin <= slot.begins and now <= end for begin, end in stretches)
            if slot.lesson:
                assert slot.minutes == slot.lesson.minutes
                shown.append(slot.lesson)
            assert all(each in [own for lesson in shown for own in lesson.exercises] for each in slot.exercises)
            assert not slot.exercises or slot.minutes == total(slot.exercises)
            practised += slot.exercises
        assert now == stretches[-1][1]
    assert (*shown, *made.missing) == listed.lessons
    wanted = [each for lesson in shown for each in lesson.exercises]
    assert sorted(each.id for each in (*practised, *made.left_out)) == sorted(each.id for each in wanted)
    assert total(practised) >= min(total(wanted), PRACTICE * total(shown))
    assert {each.lesson for each in practised} == {lesson.slug for lesson in shown}


def test_a_longer_meeting_shows_more():
    """Two days show no fewer lessons than one, and a lesson that gets longer pushes out others."""
    shown = [len(plan(course(), each).lessons) for each in FORMATS]
    assert shown == sorted(shown)
    assert shown[0] < len(course().lessons)
    assert len(plan(longer(60), FORMATS[0]).lessons) < shown[0]


def test_a_plan_that_cannot_be():
    """A meeting that's too short for the first lesson, and a name that doesn't exist, are named."""
    with pytest.raises(CourseError, match="longer than the plan 'coffee' has"):
        plan(course(), Format("coffee", "Coffee", (((540, 570),),)))
    with pytest.raises(CourseError, match=r"no plan 'week'\. Plans: half-day, one-day, two-days, six-evenings"):
        named("week")


def test_the_stored_page_is_current():
    """It is what `course build` makes of the list of lessons, so the minutes in it add up."""
    page = plan_page.page(course())
    assert (HOME / plan_page.PAGE).read_text(encoding="utf-8") == page, "run `course build`"
    front, own = total(course().lessons), total(course().exercises)
    assert f"| total | {front} | {own} | {front + own} |" in page
    assert re.findall(r"(?m)^## (.+)$", page) == [each.title for each in FORMATS]


def test_numbers_of_exercises_are_short():
    """Three in a row are a range; of one, the word is singular."""
    some = course().lessons[0].exercises
    assert plan_page._ids(some[:1]) == "exercise 01.1"
    assert plan_page._ids([some[3], *some[:2]]) == "exercises 01.1, 01.2 and 01.4"
    assert plan_page._ids([*course().lessons[1].exercises[:1], *some]) == "exercises 01.1 to 01.5 and 02.1"

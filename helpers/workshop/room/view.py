"""Who is stuck, as plain data for the page, from what the learners share."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from helpers.course import Course, Exercise, Lesson
from helpers.sharing import Shared
from helpers.workshop.room.board import Person

STUCK = 3  # tries without success
_MOST_STUCK = 12  # who are listed at a time
_UNTRIED = Shared(0, False)
_CHANGES = re.compile(r"""(?<!\w)'[^']*'(?!\w)|"[^"]*"|\d[\d.,]*""")  # names and numbers, new in each check


def view(listed: Course, people: Sequence[Person], wanted: str, now: float) -> dict[str, Any]:
    """Return what the page shows of one lesson: the one with this number, or the one that was tried last.

    That is: lessons (number, title, chosen), lesson, exercises (id, title, solved, tried, whys with their counts),
    stuck (name, place in the class, exercise, tries, ago, why), more_stuck, learners (name, place, cells, ago), of, and
    sums (a sentence).
    """
    lesson = _lesson(listed, people, wanted)
    places = {person.name: place for place, person in enumerate(people, start=1)}
    stuck = _stuck(lesson, people, places, now)
    shared = [person.shared for person in people]
    solved = sum(one.solved for rows in shared for one in _of(lesson, rows))
    silent = sum(not person.is_here and not person.shared for person in people)
    waiting = sum(person.is_here and not person.shared for person in people)
    return {
        "lessons": [(one.number, one.title, one == lesson) for one in listed.lessons],
        "lesson": f"{lesson.number} {lesson.title}",
        "exercises": [_exercise(exercise, shared) for exercise in lesson.exercises],
        "stuck": stuck[:_MOST_STUCK],
        "more_stuck": len(stuck) - _MOST_STUCK,
        "learners": [
            {
                "name": person.name,
                "place": places[person.name],
                "cells": [_cell(exercise, person.shared) for exercise in lesson.exercises],
                "ago": _last(person, now),
            }
            for person in people
        ],
        "sums": _sums(
            len({one["name"] for one in stuck}), solved, len(people) * len(lesson.exercises), waiting, silent
        ),
    }


def _lesson(listed: Course, people: Sequence[Person], wanted: str) -> Lesson:
    if chosen := next((lesson for lesson in listed.lessons if lesson.number == wanted), None):
        return chosen
    # The first one, if nothing was tried.
    return max(
        listed.lessons, key=lambda lesson: max((one.at for p in people for one in _of(lesson, p.shared)), default=0)
    )


def _of(lesson: Lesson, shared: Mapping[str, Shared]) -> list[Shared]:
    return [shared[exercise.answer] for exercise in lesson.exercises if exercise.answer in shared]


def _stuck(lesson: Lesson, people: Sequence[Person], places: Mapping[str, int], now: float) -> list[dict[str, Any]]:
    """Return those who have tried often without success, most tries first."""
    found = [
        {
            "name": person.name,
            "place": places[person.name],
            "exercise": f"{exercise.id} {exercise.title}",
            "tries": one.tries,
            "ago": _ago(one.at, now),
            "why": one.why,
        }
        for person in people
        for exercise in lesson.exercises
        if not (one := person.shared.get(exercise.answer, _UNTRIED)).solved and one.tries >= STUCK
    ]
    return sorted(found, key=lambda one: -one["tries"])


def _exercise(exercise: Exercise, shared: Sequence[Mapping[str, Shared]]) -> dict[str, Any]:
    tried = [rows[exercise.answer] for rows in shared if exercise.answer in rows]
    whys: dict[str, list[str]] = defaultdict(list)
    for one in tried:
        if one.why and not one.solved:
            whys[_CHANGES.sub("…", one.why)].append(one.why)
    most = sorted(whys.values(), key=len, reverse=True)[:3]
    return {
        "id": exercise.id,
        "title": exercise.title,
        "tried": len(tried),
        "solved": sum(one.solved for one in tried),
        "whys": [(alike[0], len(alike)) for alike in most],
    }


def _cell(exercise: Exercise, shared: Mapping[str, Shared]) -> dict[str, Any]:
    one = shared.get(exercise.answer, _UNTRIED)
    state = "solved" if one.solved else "stuck" if one.tries >= STUCK else "tried" if one.tries else "untried"
    return {"state": state, "tries": one.tries}


def _last(person: Person, now: float) -> str:
    if not person.shared:
        return "no answer checked yet" if person.is_here else "shares nothing so far"
    return _ago(max(one.at for one in person.shared.values()), now)


def _sums(stuck: int, solved: int, of: int, waiting: int, silent: int) -> str:
    who = "Nobody is" if not stuck else "1 learner is" if stuck == 1 else f"{stuck} learners are"
    begun = f" {waiting} {'has' if waiting == 1 else 'have'} checked no answer yet." if waiting else ""
    quiet = f" {silent} {'shares' if silent == 1 else 'share'} nothing so far." if silent else ""
    return f"{who} stuck. {solved} of {of} answers are solved.{begun}{quiet}"


def _ago(at: float, now: float) -> str:
    if not at:
        return ""
    minutes = max(0, int((now - at) // 60))
    if minutes < 60:
        return f"{minutes} min ago" if minutes else "just now"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // 1440} days ago"

"""A table of the learner's progress, by lesson and exercise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_LOOKS = {"correct": ("✓", "good"), "not yet": ("○", "waits"), "not attempted": ("…", "plain")}
_HEAD = ["exercise", "where you stand", "first correct", "tries"]


@dataclass(frozen=True)
class ProgressTable:
    """The table of lessons with number, title and exercises, each with id, title, status, since (a text) and tries.

    note: a text above the lessons, or instead of them.
    """

    lessons: Sequence[Mapping[str, Any]]
    note: str = ""

    def __repr__(self) -> str:
        lines = [self.note] if self.note else []
        for lesson in self.lessons:
            rows = [[name, f"{mark} {status}", *rest] for name, mark, status, *rest in map(_cells, lesson["exercises"])]
            lines += [_title(lesson), parts.columns([_HEAD, *rows], "  ")]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        note = f"<p>{parts.text(self.note)}</p>" if self.note else ""
        return note + "".join(_table(lesson) for lesson in self.lessons)


def _table(lesson: Mapping[str, Any]) -> str:
    rows = []
    for exercise in lesson["exercises"]:
        name, mark, status, since, tries = _cells(exercise)
        status_cell = parts.chip(f"{mark} {status}", _LOOKS[status][1])
        rows.append([parts.text(name), status_cell, parts.text(since), parts.text(tries)])
    return parts.table(_title(lesson), _HEAD, rows)


def _title(lesson: Mapping[str, Any]) -> str:
    done = sum(exercise["status"] == "correct" for exercise in lesson["exercises"])
    return f"{lesson['number']} {lesson['title']}: {done} of {len(lesson['exercises'])} correct"


def _cells(exercise: Mapping[str, Any]) -> list[str]:
    """Return name, mark, status, when it was first correct, and the number of tries."""
    status, tries = exercise["status"], exercise["tries"]
    name = parts.cut(f"{exercise['id']} {exercise['title']}", 0)
    return [name, _LOOKS[status][0], status, exercise["since"], str(tries) if tries else ""]

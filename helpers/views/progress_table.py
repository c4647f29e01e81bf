"""The learner's progress: how many exercises of each lesson are correct, how often each was tried, and what's next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import kit
from helpers.views.words import columns, counted, cut

_MARKS = {"correct": ("✓", "good"), "not yet": ("○", "held"), "not attempted": ("…", "late")}


@dataclass(frozen=True)
class ProgressTable:
    """The lessons with number, title and exercises, each with id, title, status, since (a text) and tries.

    note: a text above the lessons, or instead of them.
    """

    lessons: Sequence[Mapping[str, Any]]
    note: str = ""

    def __repr__(self) -> str:
        lines = [self.note] if self.note else []
        if self.lessons:
            lines.append(f"Your progress: {self._done()}. {self._next()}")
        for lesson in self._drawn():
            lines.append(f"{lesson['title']}: {lesson['says']}")
            rows = (
                [one["mark"], one["name"], one["status"], one["since"], one["tries"]] for one in lesson["exercises"]
            )
            lines.append(columns([*rows], "  "))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return kit.draw(
            "progress",
            kind="Course",
            name="Your progress",
            facts=[self._done()] if self.lessons else [],
            label=f"Your progress: {self._done()}" if self.lessons else "Your progress",
            twin=repr(self) if self.lessons else "",
            note=self.note,
            next=self._next() if self.lessons else "",
            lessons=self._drawn(),
        )

    def _done(self) -> str:
        exercises = [one for lesson in self.lessons for one in lesson["exercises"]]
        return f"{_correct(exercises)} of {counted(len(exercises), 'exercise')} correct"

    def _next(self) -> str:
        """Return a sentence that names the first exercise that isn't correct yet."""
        left = (one for lesson in self.lessons for one in lesson["exercises"] if one["status"] != "correct")
        first = next(left, None)
        return f"Next: {_name(first)}" if first else "All exercises are correct."

    def _drawn(self) -> list[dict[str, Any]]:
        """Return the lessons; the one with the next exercise is open."""
        drawn = [_lesson(lesson) for lesson in self.lessons]
        for lesson in drawn:
            if lesson["left"]:
                lesson["open"] = True
                break
        return drawn


def _lesson(lesson: Mapping[str, Any]) -> dict[str, Any]:
    exercises = lesson["exercises"]
    correct, tries = _correct(exercises), sum(one["tries"] for one in exercises)
    tried = f", {_tries(tries)}" if tries else ""
    return {
        "title": cut(f"{lesson['number']} {lesson['title']}"),
        "says": f"{correct} of {len(exercises)} correct{tried}",
        "left": len(exercises) - correct,
        "open": False,
        "exercises": [_exercise(one) for one in exercises],
    }


def _exercise(one: Mapping[str, Any]) -> dict[str, str]:
    mark, look = _MARKS[one["status"]]
    since = f"since {one['since']}" if one["since"] else ""
    tries = _tries(one["tries"]) if one["tries"] else ""
    return {"mark": mark, "look": look, "name": _name(one), "status": one["status"], "since": since, "tries": tries}


def _correct(exercises: Sequence[Mapping[str, Any]]) -> int:
    return sum(one["status"] == "correct" for one in exercises)


def _name(exercise: Mapping[str, Any]) -> str:
    return cut(f"{exercise['id']} {exercise['title']}")


def _tries(count: int) -> str:
    return counted(count, "try", "tries")

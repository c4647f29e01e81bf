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
        lines += [f"Your progress: {self._done}. {self._next}"] if self.lessons else []
        for lesson in self._drawn():
            rows = [[one[key] for key in ("mark", "name", "status", "since", "tries")] for one in lesson["exercises"]]
            lines += [f"{lesson['title']}: {lesson['says']}", columns(rows, "  ")]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return kit.draw(
            "progress",
            kind="Course",
            name="Your progress",
            facts=[self._done] if self.lessons else [],
            label=f"Your progress: {self._done}" if self.lessons else "Your progress",
            twin=repr(self) if self.lessons else "",
            note=self.note,
            next=self._next if self.lessons else "",
            lessons=self._drawn(),
        )

    @property
    def _exercises(self) -> list[Mapping[str, Any]]:
        return [one for lesson in self.lessons for one in lesson["exercises"]]

    @property
    def _done(self) -> str:
        return f"{_correct(self._exercises)} of {counted(len(self._exercises), 'exercise')} correct"

    @property
    def _next(self) -> str:
        """A sentence that names the first exercise that isn't correct yet."""
        left = [_name(one) for one in self._exercises if one["status"] != "correct"]
        return f"Next: {left[0]}" if left else "All exercises are correct."

    def _drawn(self) -> list[dict[str, Any]]:
        """Return the lessons; the one with the next exercise is open."""
        drawn = [_lesson(lesson) for lesson in self.lessons]
        for lesson in [lesson for lesson in drawn if lesson["left"]][:1]:
            lesson["open"] = True
        return drawn


def _lesson(lesson: Mapping[str, Any]) -> dict[str, Any]:
    exercises = lesson["exercises"]
    correct, tries = _correct(exercises), _tries(sum(one["tries"] for one in exercises))
    return {
        "title": cut(f"{lesson['number']} {lesson['title']}"),
        "says": f"{correct} of {len(exercises)} correct{tries and f', {tries}'}",
        "left": len(exercises) - correct,
        "open": False,
        "exercises": [_exercise(one) for one in exercises],
    }


def _exercise(one: Mapping[str, Any]) -> dict[str, str]:
    mark, look = _MARKS[one["status"]]
    since = f"since {one['since']}" if one["since"] else ""
    told = {"status": one["status"], "since": since, "tries": _tries(one["tries"])}
    return {"mark": mark, "look": look, "name": _name(one), **told}


def _correct(exercises: Sequence[Mapping[str, Any]]) -> int:
    return sum(one["status"] == "correct" for one in exercises)


def _name(exercise: Mapping[str, Any]) -> str:
    return cut(f"{exercise['id']} {exercise['title']}")


def _tries(count: int) -> str:
    return counted(count, "try", "tries") if count else ""

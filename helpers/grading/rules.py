"""`grading.toml`, which an instructor writes beside the hand-ins' folder: deadlines, what lateness costs, points."""

import dataclasses
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.course import Course
from helpers.errors import CourseError
from helpers.grading.intake.files import read_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "grading.toml"
_LARGEST = 1_000_000  # bytes
_OF_LESSON = ("deadline", "grace_minutes", "late_percent_per_day", "late_percent_at_most")
_KEYS = (*_OF_LESSON, "timezone", "file_times", "lessons", "points", "canvas")


@dataclass(frozen=True)
class Timing:
    """When a lesson is due, and what it costs to be late.

    grace: who comes within it isn't late. per_day: percent of the points earned, for each day that has begun since the
    deadline. at_most: the most percent.
    """

    deadline: datetime | None = None
    grace: timedelta = timedelta()
    per_day: float = 0
    at_most: float = 100

    def percent(self, late: timedelta) -> float:
        """Return how many percent of the earned points it costs to be this late."""
        return min(self.at_most, self.per_day * max(1, -(-late // timedelta(days=1))))


@dataclass(frozen=True)
class Rules:
    """How to turn outcomes into marks. Without a file nothing is late, and the course's own points count.

    lessons: the timing of each lesson, by its number, where it differs from `timing`. points: by the exercise's id.
    canvas: by the lesson's number, the column in Canvas. zone: of times without one; None is this computer's own.
    file_times: whether a file's time on the disk says when it was handed in.
    """

    timing: Timing = Timing()
    lessons: Mapping[str, Timing] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    canvas: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    file_times: bool = False

    def due(self, lesson: str) -> Timing:
        """Return the timing of the lesson with this number."""
        return self.lessons.get(lesson, self.timing)

    def aware(self, when: datetime) -> datetime:
        """Return the time with its zone."""
        if when.tzinfo:
            return when
        return when.replace(tzinfo=self.zone) if self.zone else when.astimezone()


def read_rules(beside: Path, listed: Course) -> Rules:
    """Return the rules in this folder's grading.toml; the plain ones when there is none.

    CourseError names what is wrong in it and what to write instead.
    """
    path = beside / FILE
    if not path.exists():
        return Rules()
    try:
        raw = tomllib.loads(read_file(path, _LARGEST).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CourseError(f"{path} isn't saved as UTF-8. Save it in that format.") from None
    except tomllib.TOMLDecodeError as problem:
        raise CourseError(f"{path} isn't TOML: {problem}.") from None
    except CourseError as problem:
        raise CourseError(f"{path} {problem}") from None
    try:
        return _rules(raw, listed)
    except CourseError as problem:
        raise CourseError(f"{path}: {problem}") from None


def _rules(raw: Mapping[str, Any], listed: Course) -> Rules:
    _known(raw, _KEYS)
    bare = Rules(zone=_zone(raw.get("timezone")), file_times=_is(bool, raw, "file_times", False))
    timing = _timing(raw, Timing(), bare)
    lessons = {}
    for name, own in _is(dict, raw, "lessons", {}).items():
        number = listed.lesson(name).number
        if not isinstance(own, dict):
            raise CourseError(f"“lessons.{name}” needs a table of its own, such as [lessons.{name}].")
        _known(own, _OF_LESSON)
        lessons[number] = _timing(own, timing, bare)
    points = {}
    for name, value in _flat(_is(dict, raw, "points", {})).items():
        points[listed.exercise(name).id] = _number(value, name)
    canvas = {}
    for name, column in _is(dict, raw, "canvas", {}).items():
        if not isinstance(column, str) or not column.strip():
            raise CourseError(f"“canvas.{name}” needs the name of a column in Canvas, in quotes.")
        canvas[listed.lesson(name).number] = column
    return dataclasses.replace(bare, timing=timing, lessons=lessons, points=points, canvas=canvas)


def _timing(raw: Mapping[str, Any], default: Timing, rules: Rules) -> Timing:
    found = default
    if "deadline" in raw:
        found = dataclasses.replace(found, deadline=_deadline(raw["deadline"], rules))
    if "grace_minutes" in raw:
        minutes = _number(raw["grace_minutes"], "grace_minutes", 10_000_000)
        found = dataclasses.replace(found, grace=timedelta(minutes=minutes))
    if "late_percent_per_day" in raw:
        found = dataclasses.replace(found, per_day=_number(raw["late_percent_per_day"], "late_percent_per_day", 100))
    if "late_percent_at_most" in raw:
        found = dataclasses.replace(found, at_most=_number(raw["late_percent_at_most"], "late_percent_at_most", 100))
    return found


def _deadline(value: object, rules: Rules) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(23, 59, 59))
    with suppress(OverflowError, OSError, ValueError):  # of years that a computer's own time zone doesn't reach
        if isinstance(value, datetime):
            return rules.aware(value)
    raise CourseError("“deadline” needs a date and a time without quotes, such as 2026-03-01 18:00:00.")


def _zone(value: object) -> tzinfo | None:
    if value is None:
        return None
    try:
        return ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise CourseError(f"There's no time zone “{value}” here. Write one such as “Europe/Berlin” or “UTC”.") from None


def _known(raw: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in raw:
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            advice = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(keys)}."
            raise CourseError(f"“{key}” means nothing here. {advice}")


def _is(kind: type, raw: Mapping[str, Any], key: str, default: Any) -> Any:
    value = raw.get(key, default)
    if not isinstance(value, kind):
        wanted = {bool: "true or false", dict: f"a table: [{key}]"}[kind]
        raise CourseError(f"“{key}” needs {wanted}.")
    return value


def _flat(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return {"01.3": 4} for {"01": {"3": 4}}: that's how TOML reads 01.3 = 4 without quotes."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        inner = value.items() if isinstance(value, dict) else ()
        found |= {f"{name}.{place}": points for place, points in inner} or {name: value}
    return found


def _number(value: object, name: str, largest: float = 10_000) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise CourseError(f"“{name}” needs a number from 0 to {largest:,}.")
    return value

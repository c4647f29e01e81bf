"""The exercises and checks to grade with: the course's, or a custom exercise set of an instructor."""

import hashlib
import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from helpers.checks.case import Check
from helpers.course import Course, Exercise, course, parse
from helpers.errors import CourseError

PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True)
class ExerciseSet:
    """Exercises with their checks. sources: by a lesson's slug, the source of the module that holds its checks."""

    listed: Course
    sources: Mapping[str, str]

    def checks(self, lesson: str) -> list[tuple[Exercise, Check]]:
        """Return the lesson's exercises, each with its check. CourseError when there is none, or its module fails."""
        exercises = self.listed.lesson(lesson).exercises
        module = _module(lesson, self.sources[lesson])
        missing = [exercise.answer for exercise in exercises if not callable(getattr(module, exercise.answer, None))]
        if missing:
            raise CourseError(
                f"The checks of {lesson} have no function {missing[0]}. Give the check the same name as the answer."
            )
        return [(exercise, getattr(module, exercise.answer)) for exercise in exercises]

    def digest(self, lesson: str) -> str:
        """Return a text that changes with everything that a mark of this lesson depends on, besides the hand-in."""
        exercises = [repr(exercise) for exercise in self.listed.lesson(lesson).exercises]
        return hashlib.sha256(json.dumps([exercises, self.sources[lesson], _engine()]).encode()).hexdigest()


def own() -> ExerciseSet:
    """Return the exercises of the course."""
    return _read(course(), PACKAGE / "checks" / "lessons")


def of_folder(folder: Path) -> ExerciseSet:
    """Return a custom exercise set: a folder with course.toml, and checks/lesson_NN.py for each lesson in it.

    CourseError says what is missing or wrong.
    """
    try:
        text = (folder / "course.toml").read_text(encoding="utf-8")
    except OSError:
        raise CourseError(f"{folder} has no course.toml. `course new set {folder}` creates an example.") from None
    found = _read(parse(text), folder / "checks")
    for lesson in found.listed.lessons:
        found.checks(lesson.slug)
    return found


def _read(listed: Course, folder: Path) -> ExerciseSet:
    sources = {}
    for lesson in listed.lessons:
        path = folder / f"lesson_{lesson.number}.py"
        try:
            sources[lesson.slug] = path.read_text(encoding="utf-8")
        except OSError:
            raise CourseError(f"There's no {path}, which should hold the checks of {lesson.slug}.") from None
    return ExerciseSet(listed, sources)


@lru_cache
def _module(lesson: str, source: str) -> ModuleType:
    module = ModuleType(f"checks_of_{lesson}")
    try:
        exec(compile(source, f"lesson_{lesson[:2]}.py", "exec"), vars(module))
    except Exception as problem:
        file = f"lesson_{lesson[:2]}.py"
        lines = [frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == file]
        where = f" (line {lines[-1]} of {file})" if lines else ""
        raise CourseError(
            f"I can't load the checks of {lesson}: {type(problem).__name__}: {problem}{where}"
        ) from problem
    return module


@lru_cache
def _engine() -> list[str]:
    """Return a digest of the code that checks and answers run on, and the versions below it."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return [digest.hexdigest(), version("boto3"), version("botocore"), version("moto")]

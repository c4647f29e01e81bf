"""lessons/course.toml as frozen records. Knows nothing of AWS, nor of what is in a notebook."""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.errors import CourseError, ManifestError, UnknownExercise

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE = Path(__file__).parent
# A wheel has the course inside the package; a clone has it beside the package.
HOME = _PACKAGE / "_course" if (_PACKAGE / "_course").is_dir() else _PACKAGE.parent


@dataclass(frozen=True)
class Exercise:
    """One exercise: a function to write.

    answer: the function's name. takeaway: what a learner reads when the answer is correct. hints: three, each one step
    further. partial: by name, how many points each milestone of its check is worth to an answer that is not correct.
    version: of its contract. older: sentences or clauses that only older contracts have; see helpers.checks.older.
    """

    id: str  # "01.3": lesson and place in it
    answer: str
    title: str
    minutes: int
    points: int
    takeaway: str
    hints: tuple[str, str, str]
    lesson: str  # the slug
    partial: Mapping[str, float] = field(default_factory=dict, hash=False)
    version: int = 1
    older: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One choice of a question. why: the reason why it is right or wrong."""

    text: str
    why: str
    right: bool


@dataclass(frozen=True)
class Question:
    """A question that a lesson asks, with two or more choices. At least one of them is right.

    settled_by: for a prediction, the id of the notebook's cell that shows which choice was right; "" for a quiz.
    """

    id: str
    question: str
    choices: tuple[Choice, ...]
    lesson: str  # the slug
    settled_by: str = ""


@dataclass(frozen=True)
class Lesson:
    """One lesson. Its three notebooks are named after the slug."""

    slug: str
    title: str
    able_to: str
    minutes: int
    needs: tuple[str, ...]
    teaches: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    quizzes: tuple[Question, ...] = ()
    predictions: tuple[Question, ...] = ()

    @property
    def number(self) -> str:
        """Two digits, as in the file's name."""
        return self.slug[:2]


@dataclass(frozen=True)
class Course:
    """The whole list, in order."""

    title: str
    lessons: tuple[Lesson, ...]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises, in order."""
        return tuple(exercise for lesson in self.lessons for exercise in lesson.exercises)

    def lesson(self, name: str) -> Lesson:
        """Return the lesson with this number ("1", "01") or slug. UnknownExercise when there is none."""
        for lesson in self.lessons:
            if name in (lesson.slug, lesson.number, lesson.number.lstrip("0")):
                return lesson
        known = ", ".join(lesson.number for lesson in self.lessons)
        raise UnknownExercise(f"There's no lesson {name!r}. Lessons: {known}.")

    def exercise(self, name: str) -> Exercise:
        """Return the exercise with this id ("01.3", "1.3") or function. UnknownExercise when there is none."""
        for exercise in self.exercises:
            if name in (exercise.answer, exercise.id, exercise.id.lstrip("0")):
                return exercise
        if near := nearest(name, (exercise.answer for exercise in self.exercises)):
            raise UnknownExercise(f"There's no exercise {name!r}. Did you mean {near}?")
        known = ", ".join(f"{exercise.id} {exercise.answer}" for exercise in self.exercises)
        raise UnknownExercise(f"There's no exercise {name!r}. Exercises: {known}.")

    def quiz(self, name: str) -> Question:
        """Return the quiz with this id. CourseError when there is none."""
        return _named(name, "quiz", (quiz for lesson in self.lessons for quiz in lesson.quizzes))

    def prediction(self, name: str) -> Question:
        """Return the prediction with this id. CourseError when there is none."""
        return _named(name, "prediction", (asked for lesson in self.lessons for asked in lesson.predictions))


def _named(name: str, kind: str, questions: Iterable[Question]) -> Question:
    known = {question.id: question for question in questions}
    if name not in known:
        raise CourseError(f"There's no {kind} {name!r}. The ones there are: {', '.join(known) or 'none'}.")
    return known[name]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the one of these names that looks most like the given one; "" when none does."""
    return next(iter(get_close_matches(name, list(names), 1, 0.75)), "")


@lru_cache
def course() -> Course:
    """Return the course as lessons/course.toml lists it. ManifestError says what is wrong with the list."""
    return parse((HOME / "lessons" / "course.toml").read_text(encoding="utf-8"))


def parse(text: str) -> Course:
    """Return the course that this text describes. ManifestError says what is wrong with it."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ManifestError(f"course.toml is not valid TOML: {problem}") from None
    lessons = tuple(_lesson(entry) for entry in raw.get("lesson", []))
    _validate(lessons)
    return Course(_get(raw, "title", "the course"), lessons)


def _lesson(entry: Mapping[str, Any]) -> Lesson:
    slug = _get(entry, "slug", "a lesson")
    if not re.fullmatch(r"\d\d_[a-z_]+", slug):
        raise ManifestError(f"course.toml: the slug {slug!r} must look like 01_messaging_fundamentals.")
    exercises = tuple(
        Exercise(
            id=f"{slug[:2]}.{place}",
            lesson=slug,
            hints=_three_hints(exercise),
            partial=_partial(exercise, slug),
            version=exercise.get("version", 1),
            older=_older(exercise, slug),
            **{key: _get(exercise, key, f"an exercise of {slug}") for key in ("answer", "title", "minutes")},
            **{key: _get(exercise, key, f"an exercise of {slug}") for key in ("points", "takeaway")},
        )
        for place, exercise in enumerate(entry.get("exercise", []), start=1)
    )
    return Lesson(
        slug=slug,
        title=_get(entry, "title", slug),
        able_to=_get(entry, "able_to", slug),
        minutes=_get(entry, "minutes", slug),
        needs=tuple(_get(entry, "needs", slug)),
        teaches=tuple(_get(entry, "teaches", slug)),
        exercises=exercises,
        quizzes=tuple(_question(quiz, slug) for quiz in entry.get("quiz", [])),
        predictions=tuple(_prediction(asked, slug) for asked in entry.get("predict", [])),
    )


def _partial(entry: Mapping[str, Any], slug: str) -> dict[str, float]:
    partial, points = entry.get("partial", {}), entry.get("points", 0)
    worth = partial.values() if isinstance(partial, dict) else [points]
    if not all(type(value) in (int, float) and 0 < value < points for value in worth):
        name = entry.get("answer")
        raise ManifestError(
            f"course.toml: partial of {name} in {slug} must map names to fewer points than the exercise's {points}."
        )
    return dict(partial)


def _older(entry: Mapping[str, Any], slug: str) -> tuple[str, ...]:
    version, older, name = entry.get("version", 1), entry.get("older", []), entry.get("answer")
    if type(version) is not int or version < 1:
        raise ManifestError(f"course.toml: version of {name} in {slug} must be a whole number, 1 or more.")
    texts = isinstance(older, list) and all(isinstance(clause, str) and clause.strip() for clause in older)
    if not texts or bool(older) != (version > 1):
        raise ManifestError(
            f"course.toml: older of {name} in {slug} must list sentences that only its older contracts have, "
            "for each version beyond 1, and nothing for version 1."
        )
    return tuple(older)


def _prediction(entry: Mapping[str, Any], slug: str) -> Question:
    question = _question(entry, slug)
    where = f"the question {question.id!r}"
    if len(question.choices) > 4:
        raise ManifestError(
            f"course.toml: {where} has {len(question.choices)} choices, but a prediction needs two to four."
        )
    return replace(question, settled_by=_words(entry, "settled_by", where))


def _question(entry: Mapping[str, Any], slug: str) -> Question:
    question_id = _words(entry, "id", f"a question of {slug}")
    where = f"the question {question_id!r}"
    choices = tuple(_choice(choice, n, where) for n, choice in enumerate(entry.get("choice", []), start=1))
    if len(choices) < 2:
        raise ManifestError(f"course.toml: {where} needs at least two choices.")
    if not any(choice.right for choice in choices):
        raise ManifestError(f"course.toml: {where} has no right choice.")
    return Question(question_id, _words(entry, "question", where), choices, slug)


def _choice(entry: Mapping[str, Any], place: int, question: str) -> Choice:
    where = f"choice {place} of {question}"
    right = _get(entry, "right", where)
    if not isinstance(right, bool):  # "false", as text, would count as true
        raise ManifestError(f"course.toml: {where} must say right = true or right = false.")
    return Choice(_words(entry, "text", where), _words(entry, "why", where), right)


def _words(entry: Mapping[str, Any], key: str, where: str) -> str:
    """Return the text under this key. ManifestError when it is missing, empty or no text."""
    words = _get(entry, key, where)
    if not isinstance(words, str) or not words.strip():
        raise ManifestError(f"course.toml: {where} needs a {key!r} that is text and isn't empty.")
    return words


def _get(entry: Mapping[str, Any], key: str, where: str) -> Any:
    try:
        return entry[key]
    except KeyError:
        raise ManifestError(f"course.toml: {where} has no {key!r}.") from None


def _three_hints(exercise: Mapping[str, Any]) -> tuple[str, str, str]:
    hints = tuple(exercise.get("hints", ()))
    if len(hints) != 3 or not all(hints):
        raise ManifestError(
            f"course.toml: {exercise.get('answer')} must have three hints, each going one step further."
        )
    return hints


def _validate(lessons: tuple[Lesson, ...]) -> None:
    """Raise ManifestError for names used twice, lessons out of order, and needs that no earlier lesson teaches."""
    numbers = [lesson.number for lesson in lessons]
    if numbers != sorted(set(numbers)):
        raise ManifestError(
            f"course.toml: the lessons must be in ascending sequence, with each number once. Found: {numbers}."
        )
    answers = [exercise.answer for lesson in lessons for exercise in lesson.exercises]
    if twice := {answer for answer in answers if answers.count(answer) > 1}:
        raise ManifestError(f"course.toml: these functions are the answers of more than one exercise: {sorted(twice)}.")
    ids = [question.id for lesson in lessons for question in lesson.quizzes + lesson.predictions]
    if twice := {question_id for question_id in ids if ids.count(question_id) > 1}:
        raise ManifestError(f"course.toml: these ids belong to more than one question: {sorted(twice)}.")
    taught: set[str] = set()
    for lesson in lessons:
        if unknown := set(lesson.needs) - taught:
            raise ManifestError(f"course.toml: {lesson.slug} needs {sorted(unknown)}, which no earlier lesson teaches.")
        taught |= set(lesson.teaches)

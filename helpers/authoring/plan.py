"""`course plan`: timetables for a class, computed from the minutes of lessons and exercises in the list of lessons.

A format says when a room sits down and gets up. As many lessons as possible are shown, in the course's sequence, each
with time to practise; a lesson is shown in one go, and an exercise belongs to a lesson that has been shown. What the
time doesn't allow is left out, and the plan says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.course import Course, Exercise, Lesson
from helpers.errors import CourseError

PRACTICE = 1 / 3  # of the minutes in front of the room; with fewer minutes of exercises, the room only listens
START = 15  # minutes until JupyterLab is open on every laptop
_AT_NINE = ((540, 630), (645, 735), (795, 885), (900, 990))  # 9:00 to 10:30, to 12:15, lunch, to 14:45, to 16:30
_EVENING = ((1080, 1155), (1170, 1245))  # 18:00 to 19:15, to 20:45


@dataclass(frozen=True)
class Format:
    """When a room meets. days: for each day its stretches without a break, as minutes since midnight."""

    name: str
    title: str
    days: tuple[tuple[tuple[int, int], ...], ...]
    day: str = "Day"  # what the page calls each of several


FORMATS = (
    Format("half-day", "Half a day", (((540, 630), (645, 750)),)),
    Format("one-day", "One day", (_AT_NINE,)),
    Format("two-days", "Two days", (_AT_NINE,) * 2),
    Format("six-evenings", "Six evenings", (_EVENING,) * 6, "Evening"),
)


@dataclass
class Slot:
    """Some minutes of a plan: a lesson, some exercises, or neither."""

    begins: int
    minutes: int
    what: str = ""  # of neither
    lesson: Lesson | None = None
    exercises: tuple[Exercise, ...] = ()


@dataclass
class Plan:
    """A timetable. days: the slots of each day, without a gap. left_out: exercises of the lessons that are shown."""

    format: Format
    days: list[list[Slot]]
    lessons: tuple[Lesson, ...]
    missing: tuple[Lesson, ...]
    left_out: tuple[Exercise, ...]


def named(name: str) -> Format:
    """Return the format with this name. CourseError when there is none."""
    for each in FORMATS:
        if each.name == name:
            return each
    raise CourseError(f"There's no plan {name!r}. Plans: {', '.join(each.name for each in FORMATS)}.")


def plan(course: Course, chosen: Format) -> Plan:
    """Return the plan that shows the most lessons, and of those plans the one with the most exercises between them.

    CourseError when not even the first lesson fits.
    """
    for count in range(len(course.lessons), 0, -1):
        # With all exercises right after their lesson, a later one may miss its place. So smaller shares are tried too.
        for share in range(20, 0, -1):
            made = _Room(course.lessons[:count], chosen, share / 20)
            if made.sit() and _enough_practice(made):
                return Plan(chosen, made.days, made.lessons, course.lessons[count:], tuple(made.open))
    raise CourseError(f"The first lesson and its exercises take longer than the plan {chosen.name!r} has.")


def total(parts: Iterable[Lesson | Exercise]) -> int:
    """Return the minutes of these lessons or exercises."""
    return sum(part.minutes for part in parts)


def _enough_practice(made: "_Room") -> bool:
    every = all(set(lesson.exercises) - set(made.open) for lesson in made.lessons if lesson.exercises)
    there_are = total(each for lesson in made.lessons for each in lesson.exercises)
    return every and made.practised >= min(there_are, PRACTICE * total(made.lessons))


@dataclass
class _Room:
    """Fills the stretches from front to back: a lesson, its share of the practice, the next lesson."""

    lessons: tuple[Lesson, ...]
    format: Format
    share: float  # of a lesson's exercises are due before the next lesson
    days: list[list[Slot]] = field(default_factory=list)
    open: list[Exercise] = field(default_factory=list)  # of the lessons shown so far
    practised: int = 0
    shown: int = 0
    earned: float = 0.0  # the minutes of practice that are due after the lessons shown so far

    def sit(self) -> bool:
        """Fill all days, and return whether each of the lessons found a place."""
        for number, stretches in enumerate(self.format.days):
            slots: list[Slot] = []
            for place, (begin, end) in enumerate(stretches):
                if slots:
                    away = begin - stretches[place - 1][1]
                    slots.append(Slot(begin - away, away, "lunch" if away > 30 else "break"))
                if not number and not place:
                    slots.append(Slot(begin, START, "everybody opens JupyterLab"))
                    begin += START
                self._fill(slots, begin, end)
            self.days.append(slots)
        return self.shown == len(self.lessons)

    def _fill(self, slots: list[Slot], now: int, end: int) -> None:
        while now < end:
            lesson = self.lessons[self.shown] if self.shown < len(self.lessons) else None
            fits = lesson is not None and now + lesson.minutes <= end
            due = not fits or self.practised < self.earned
            exercise = next((each for each in self.open if now + each.minutes <= end), None) if due else None
            if exercise and (not fits or self.practised + exercise.minutes / 2 <= self.earned):
                self._practise(slots, now, exercise)
                now += exercise.minutes
            elif lesson is not None and fits:
                slots.append(Slot(now, lesson.minutes, lesson=lesson))
                self.open = [*lesson.exercises, *self.open]
                self.earned += self.share * total(lesson.exercises)
                self.shown += 1
                now += lesson.minutes
            else:
                slots.append(Slot(now, end - now, "questions"))
                now = end

    def _practise(self, slots: list[Slot], now: int, exercise: Exercise) -> None:
        self.open.remove(exercise)
        self.practised += exercise.minutes
        if slots and slots[-1].exercises:
            slots[-1].exercises += (exercise,)
            slots[-1].minutes += exercise.minutes
        else:
            slots.append(Slot(now, exercise.minutes, exercises=(exercise,)))

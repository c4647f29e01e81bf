"""The plans in words: what `course plan` prints, and lessons/notes/plan.md, which `course build` writes."""

from collections.abc import Sequence
from itertools import groupby

from helpers.authoring.plan import FORMATS, Format, Plan, Slot, plan, total
from helpers.course import Course, Exercise

PAGE = "lessons/notes/plan.md"  # within the course


def page(course: Course) -> str:
    """Return the page with all plans, in Markdown."""
    intro = (
        "# Plans for a class\n\n"
        "`course build` makes this page from the minutes in `lessons/course.toml`, and `course plan` prints it. The "
        "minutes of a lesson are those of a learner who reads it alone and runs every cell. A plan shows as many "
        "lessons as it can, in sequence, and after each of them the room does exercises. What it leaves out is for "
        "home. The [notes for each lesson](README.md) say what to skip when you run late."
    )
    return "\n\n".join([intro, sums(course), *(timetable(plan(course, each)) for each in FORMATS)]) + "\n"


def sums(course: Course) -> str:
    """Return a table of the minutes of each lesson and of its exercises."""
    rows = [(f"{each.number} {each.title}", each.minutes, total(each.exercises)) for each in course.lessons]
    rows.append(("total", total(course.lessons), total(course.exercises)))
    lines = [f"| {name} | {front} | {own} | {front + own} |" for name, front, own in rows]
    return "\n".join(["| lesson | minutes | exercises | total |", "|---|--:|--:|--:|", *lines])


def timetable(made: Plan) -> str:
    """Return a plan, with what it leaves out."""
    title = f"## {made.format.title}\n\n`course plan {made.format.name}`: {_spent(made)}"
    several = len(made.days) > 1
    days = [
        (f"### {made.format.day} {number}\n\n" if several else "") + _table(slots)
        for number, slots in enumerate(made.days, start=1)
    ]
    return "\n\n".join([title, *days, _left_out(made)])


def _spent(made: Plan) -> str:
    practised = total(each for slots in made.days for slot in slots for each in slot.exercises)
    first, last = made.lessons[0].number, made.lessons[-1].number
    which = f"lessons {first} to {last}" if first != last else f"lesson {first}"
    return f"{which}, {total(made.lessons)} minutes, and {practised} minutes of exercises."


def _table(slots: Sequence[Slot]) -> str:
    lines = [f"| {_clock(slot.begins)} | {slot.minutes} | {_what(slot)} |" for slot in slots]
    end = slots[-1].begins + slots[-1].minutes
    return "\n".join(["| time | minutes | what |", "|--:|--:|---|", *lines, f"| {_clock(end)} | | the end |"])


def _what(slot: Slot) -> str:
    if slot.lesson:
        return f"**lesson {slot.lesson.number}** {slot.lesson.title}"
    return _ids(slot.exercises) if slot.exercises else slot.what


def _left_out(made: Plan) -> str:
    said = []
    if made.missing:
        numbers = _list([lesson.number for lesson in made.missing])
        own = total(each for lesson in made.missing for each in lesson.exercises)
        plural = "s" if len(made.missing) > 1 else ""
        said.append(f"lesson{plural} {numbers} ({total(made.missing)} minutes, and {own} of exercises)")
    if made.left_out:
        said.append(f"{_ids(made.left_out)} ({total(made.left_out)} minutes)")
    return f"Left out: {'; '.join(said)}." if said else "Nothing is left out."


def _ids(exercises: Sequence[Exercise]) -> str:
    """Return their numbers, such as "exercises 01.1 to 01.3 and 02.2"."""
    by_lesson = sorted(exercises, key=lambda each: each.id)
    runs = groupby(enumerate(by_lesson), lambda pair: (pair[1].lesson, int(pair[1].id[3:]) - pair[0]))
    names = [[each.id for _, each in run] for _, run in runs]
    listed = _list([part for ids in names for part in (ids if len(ids) < 3 else [f"{ids[0]} to {ids[-1]}"])])
    return f"exercise{'s' if len(exercises) > 1 else ''} {listed}"


def _list(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def shown(course: Course, formats: Sequence[Format]) -> str:
    """Return the sums and these plans, as `course plan` prints them."""
    return "\n\n".join([sums(course), *(timetable(plan(course, each)) for each in formats)])

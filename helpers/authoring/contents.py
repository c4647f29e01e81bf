"""Texts made from the list of lessons: the README's table, and the last cell of each notebook."""

import re

from helpers.course import Course, Lesson

_TABLE = re.compile(r"(<!-- lessons -->\n).*?(<!-- /lessons -->)", re.DOTALL)


def readme(text: str, course: Course) -> str:
    """Return the README's text with the table of lessons as the course has it."""
    rows = ["| lesson | after it you can | minutes |", "|---|---|---|"]
    for lesson in course.lessons:
        link = f"[{lesson.number} {lesson.title}](lessons/{lesson.slug}.ipynb)"
        rows.append(f"| {link} | {lesson.able_to} | {lesson.minutes} |")
    table = "\n".join(rows)
    return _TABLE.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


def next_after_lesson(course: Course, lesson: Lesson) -> str:
    """Return the text of a lesson's last cell."""
    minutes = sum(exercise.minutes for exercise in lesson.exercises)
    return (
        f"**Next:** [this lesson's exercises](../exercises/{lesson.slug}.ipynb) "
        f"({len(lesson.exercises)} of them, about {minutes} minutes).{_following(course, lesson)}"
    )


def next_after_exercises(course: Course, lesson: Lesson) -> str:
    """Return the text of the last cell of an exercise or solution notebook."""
    return f"**Back to** [the lesson](../lessons/{lesson.slug}.ipynb).{_following(course, lesson)}"


def _following(course: Course, lesson: Lesson) -> str:
    later = course.lessons[course.lessons.index(lesson) + 1 :]
    return f" **Then:** [{later[0].number} {later[0].title}](../lessons/{later[0].slug}.ipynb)." if later else ""

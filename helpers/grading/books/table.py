"""gradebook.csv: a row for each learner and a column for each exercise, for a spreadsheet."""

from collections.abc import Iterable, Sequence

from helpers.course import Exercise, Lesson
from helpers.grading.books.cells import written
from helpers.grading.gradebook import EXCUSED, status
from helpers.grading.records import Mark, Row
from helpers.grading.reports.texts import number, percent

TABLE = "gradebook.csv"


def table(rows: Sequence[Row], lessons: Iterable[Lesson]) -> str:
    """Return the table as CSV, in the order of the rows."""
    exercises = [exercise for lesson in lessons for exercise in lesson.exercises]
    titles = [f"{exercise.id} {exercise.title} (of {number(worth(rows, exercise))})" for exercise in exercises]
    listed = list(dict.fromkeys(key for row in rows for key, _ in row.columns))
    lines: list[list[object]] = [["learner", *listed, *titles, "late", "total", "percent", "comments", "remarks"]]
    for row in rows:
        said = dict(row.columns)
        points = {mark.exercise: _points(mark) for mark in row.marks}
        cells = [points.get(exercise.id, "") for exercise in exercises]
        own = [said.get(key, "") for key in listed]
        late: object = sum(each.minus for each in row.late) if row.late else ""
        told = [late, row.points, percent(row.points, row.of), " ".join(row.notes), " ".join(row.remarks)]
        lines.append([row.learner, *own, *cells, *told])
    return written(lines)


def worth(rows: Iterable[Row], exercise: Exercise) -> float:
    """Return the exercise's points: as the rows have them, or the course's own where there are no rows."""
    found = (mark.of for row in rows for mark in row.marks if mark.exercise == exercise.id)
    return next(found, exercise.points)


def _points(mark: Mark) -> object:
    if mark.excused:
        return EXCUSED
    return status(mark) if mark.unmarked else mark.points

"""canvas.csv, which Canvas imports.

Canvas reads the columns Student, ID, SIS User ID, SIS Login ID, perhaps Integration ID and Root Account, and Section,
in this order, then one for each assignment, and below the heading a row "Points Possible". It finds a learner by ID,
then by a SIS ID, then by the name. It fills an assignment of the same name, or makes a new one. EX excuses.
https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades
https://github.com/instructure/canvas-lms/blob/master/lib/gradebook_importer.rb
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from helpers.course import Lesson
from helpers.grading.books.cells import written
from helpers.grading.books.table import worth
from helpers.grading.records import Learner, Row

CANVAS = "canvas.csv"
BY_NAME_ALONE = (
    f"If you use Canvas: {CANVAS} has no IDs, so Canvas looks for learners by name, and asks you about each one that "
    "it doesn't find. It finds them all if your list of learners is a grade book that you export from Canvas."
)
_IDS = ("ID", "SIS User ID", "SIS Login ID")
_SOMETIMES = ("Integration ID", "Root Account")  # some schools' books have them
_EXCUSED = "EX"


def canvas(
    rows: Sequence[Row], lessons: Sequence[Lesson], names: Mapping[str, str], learners: Iterable[Learner] = ()
) -> str:
    """Return the book for Canvas. names: of its columns, by the lesson's number, where they aren't the lesson's own.

    learners: what the rows are about. An ID that isn't in their list comes from Canvas's names of their files.
    """
    people, ids = {learner.name: learner for learner in learners}, numbers(rows, learners)
    had = {key for row in rows for key, value in row.columns if value}
    columns = (*_IDS, *(name for name in _SOMETIMES if name in had), "Section")
    titles = [names.get(lesson.number, f"{lesson.number} {lesson.title}") for lesson in lessons]
    possible = [sum(worth(rows, exercise) for exercise in lesson.exercises) for lesson in lessons]
    lines: list[list[object]] = [
        ["Student", *columns, *titles],
        ["Points Possible", *[""] * len(columns), *possible],
    ]
    for row in rows:
        listed = {**dict(row.columns), "ID": ids.get(row.learner, "")}
        called = people[row.learner].listed_as if row.learner in people else ""
        # Canvas takes any row with these words in its name for the row of the points.
        name = (called or row.learner).replace("Points Possible", "Points possible")
        points = [of_lesson(row, lesson.number, of) for lesson, of in zip(lessons, possible, strict=True)]
        lines.append([name, *(listed.get(column, "") for column in columns), *points])
    return written(lines)


def numbers(rows: Iterable[Row], learners: Iterable[Learner]) -> dict[str, str]:
    """Return Canvas's number of each learner that has one, by name, as their list or the names of their files have it.

    A number of the list is as it's there. One of a file that somebody else has too is nobody's.
    """
    files = {learner.name: dict(learner.numbers).get("canvas", "") for learner in learners}
    listed = {row.learner: dict(row.columns).get("ID", "") for row in rows}
    found = {name: number or files.get(name, "") for name, number in listed.items()}
    counted = Counter(found.values())
    return {name: number for name, number in found.items() if number and (listed[name] or counted[number] == 1)}


def found_by_number(rows: Sequence[Row], learners: Iterable[Learner]) -> bool:
    """Return whether Canvas finds some of the learners by a number."""
    return bool(numbers(rows, learners)) or any(dict(row.columns).get(column) for row in rows for column in _IDS)


def of_lesson(row: Row, number: str, of: float) -> object:
    """Return the points; nothing where nothing came in, or something isn't marked, so that Canvas keeps what it has.

    Where some exercises are excused, the others count as much more: the column has one maximum for everybody.
    """
    marks = [mark for mark in row.marks if mark.exercise[:2] == number]
    if marks and all(mark.excused for mark in marks):
        return _EXCUSED
    if any(mark.unmarked for mark in marks) or not any(mark.outcome or mark.by_hand for mark in marks):
        return ""
    points, most = row.of_lesson(number)
    return points * of / most if most and any(mark.excused for mark in marks) else points

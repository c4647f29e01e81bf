"""Writes the books: the table, Canvas's and Moodle's, what each column means, and last of all the JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, OLDER
from helpers.course import Lesson
from helpers.folders import write
from helpers.grading.books import moodle
from helpers.grading.books.canvas import BY_NAME_ALONE, CANVAS, canvas, found_by_number
from helpers.grading.books.explained import README, explained
from helpers.grading.books.table import TABLE, table
from helpers.grading.gradebook import BOOK, few, ordered, status
from helpers.grading.output import writing
from helpers.grading.records import Learner, Row
from helpers.grading.rules import Rules

_LEFT_OUT = (
    f"Those answers aren't marked. {TABLE} says so in place of the points, totals and percentages leave them out, and "
    f"{CANVAS} leaves these lessons empty. "
)
_UNMARKED = {
    OLDER: f"Some exercises have changed since these learners got their copies: {{}}. {_LEFT_OUT}"
    "Decide what they're worth and write it into marks.csv, or have learners do the exercises again.",
    CHECK_FAILED: f"A check couldn't finish for these learners: {{}}. {_LEFT_OUT}"
    "The report says which. Grade again once it's mended, or write what the answers are worth into marks.csv.",
}


def write_books(
    out: Path,
    rows: Sequence[Row],
    lessons: Sequence[Lesson],
    whole: Mapping[str, Any],
    *,
    learners: Sequence[Learner] = (),
    pages: Mapping[str, str] | None = None,
    rules: Rules | None = None,
) -> list[str]:
    """Write all books into the folder, and return what the instructor should know, a sentence each.

    whole: what `gradebook.book` returned. learners: whose hand-ins led to the rows. pages: where each learner's
    feedback lies, relative to the folder. Moodle's files are written when Moodle's number of some learner is known.
    A folder that cannot be written raises CourseError; each file is written whole or not. The JSON comes last: while it
    isn't written, the next grading still compares with the one before.
    """
    rows = ordered(rows)
    known, said = moodle.numbers(rows, learners)
    with writing(out):
        # Spreadsheets on Windows need this mark to read names correctly; Canvas's importer wants none.
        write(out / TABLE, "\ufeff" + table(rows, lessons))
        write(out / CANVAS, canvas(rows, lessons, rules.canvas if rules else {}, learners))
        if known:
            write(out / moodle.WORKSHEET, moodle.worksheet(rows, known, learners))
            write(out / moodle.ZIP, moodle.feedback_zip(out, pages or {}, known))
        else:
            for name in (moodle.WORKSHEET, moodle.ZIP):
                (out / name).unlink(missing_ok=True)
        write(out / README, explained(rows, lessons, bool(known)))
        write(out / BOOK, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
    for state, sentence in _UNMARKED.items():
        names = {row.learner for row in rows if any(mark.unmarked and status(mark) == state for mark in row.marks)}
        said += [sentence.format(few(names))] if names else []
    return said + ([] if known or found_by_number(rows, learners) or not rows else [BY_NAME_ALONE])

"""Cells of a CSV file: one line each, short enough for a spreadsheet, and never a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from helpers.grading.intake.files import no_formula
from helpers.grading.reports.texts import number, shorten

_LONGEST = 1000  # characters; a spreadsheet refuses cells beyond 32,767


def written(lines: Iterable[Sequence[object]]) -> str:
    """Return the lines as CSV: texts and numbers."""
    made = io.StringIO()
    csv.writer(made).writerows([_cell(value) for value in line] for line in lines)
    return made.getvalue()


def _cell(value: object) -> str:
    if not isinstance(value, str):
        return number(value)
    return no_formula(shorten(" ".join(value.split()), _LONGEST))

"""Cells of a CSV file: one line each, short enough for a spreadsheet, and never a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from helpers.grading.reports.texts import number, shorten

_LONGEST = 1000  # characters; a spreadsheet refuses cells beyond 32,767
# What a spreadsheet takes for a formula: this beginning of a cell, or of a part of it where `;` separates cells.
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@＝＋－＠])")


def written(lines: Iterable[Sequence[object]]) -> str:
    """Return the lines as CSV: texts and numbers."""
    made = io.StringIO()
    csv.writer(made).writerows([_cell(value) for value in line] for line in lines)
    return made.getvalue()


def _cell(value: object) -> str:
    if not isinstance(value, str):
        return number(value)
    return _FORMULA.sub(r"\1\2'", shorten(" ".join(value.split()), _LONGEST))

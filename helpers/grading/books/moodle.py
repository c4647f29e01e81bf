"""moodle.csv, a grading worksheet that Moodle imports, and moodle-feedback.zip with a feedback file for each learner.

A worksheet needs the columns Identifier, Grade and Last modified (grade). Moodle's own worksheet, saved as the list of
learners, has them all; without it, the numbers come from the names of the folders or files that Moodle gave out.
The zip names each file NAME_NUMBER_assignfeedback_file_FILE.
https://github.com/moodle/moodle/blob/main/mod/assign/feedback/offline/importgradeslib.php
https://github.com/moodle/moodle/blob/main/mod/assign/feedback/file/importziplib.php
"""

import html
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from helpers.grading.books.cells import written
from helpers.grading.records import Learner, Row
from helpers.grading.reports.texts import few, number

WORKSHEET = "moodle.csv"
ZIP = "moodle-feedback.zip"
_PARTICIPANT = re.compile(r"\D*(\d{1,18})")
_COLUMNS = ("Full name", "Email address", "Status")
_FILE = "feedback.html"
_ZEROED = (1980, 1, 1, 0, 0, 0)


def numbers(rows: Iterable[Row], learners: Iterable[Learner]) -> tuple[dict[str, str], list[str]]:
    """Return Moodle's number of each learner that has one, by name, and what the instructor should know.

    A number that two learners have is given to neither: Moodle would give one the other's grade.
    """
    files = {learner.name: dict(learner.numbers).get("moodle", "") for learner in learners}
    found = {}
    for row in rows:
        if number := _of_list(dict(row.columns).get("Identifier", "")) or files.get(row.learner, ""):
            found[row.learner] = number
    counted = Counter(found.values())
    twice = sorted(name for name, number in found.items() if counted[number] > 1)
    said = [f"{WORKSHEET} leaves these learners out, because two have the same number in Moodle: {few(twice)}."]
    return {name: number for name, number in found.items() if counted[number] == 1}, said if twice else []


def _of_list(identifier: str) -> str:
    match = _PARTICIPANT.fullmatch(identifier.strip())
    return match[1] if match else ""


def worksheet(rows: Sequence[Row], known: Mapping[str, str], learners: Iterable[Learner] = ()) -> str:
    """Return the worksheet: the rows of learners with a number. known: as `numbers` returns it.

    Grades are scaled where the list has Moodle's maximum grade. Where some exercises are excused, the others count as
    much more: an assignment has one maximum for everybody.
    """
    titles = (*_COLUMNS, "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments")
    lines: list[list[object]] = [["Identifier", *titles]]
    called = {learner.name: learner.listed_as for learner in learners}
    for row in rows:
        if row.learner not in known:
            continue
        listed = dict(row.columns)
        own = [called.get(row.learner) or row.learner, *(listed.get(title, "") for title in _COLUMNS[1:])]
        most = _number(listed.get("Maximum Grade", "")) or sum(mark.of for mark in row.marks)
        handed_in = any(mark.outcome or mark.by_hand for mark in row.marks)
        unmarked = any(mark.unmarked for mark in row.marks)
        grade: object = row.points * most / row.of if handed_in and not unmarked and row.of else ""
        last = listed.get("Last modified (grade)", "").strip()
        # Moodle writes "-" where there is no date.
        date = last if last and last[0] not in "=+-@" else ""
        lines.append(
            [f"Participant {known[row.learner]}", *own, grade, most, date, " ".join(_comments(row, grade != ""))]
        )
    return written(lines)


def _comments(row: Row, has_grade: bool) -> Iterable[str]:
    if has_grade:
        yield f"{number(row.points)} of {number(row.of)} points."
    yield from (html.escape(note, quote=False) for note in row.notes)  # Moodle takes the column for HTML


def _number(text: str) -> float:
    """Return "100.00" or "100,00" as a number; 0 for anything else."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 0
    return value if 0 < value < 1_000_000 else 0


def feedback_zip(out: Path, pages: Mapping[str, str], known: Mapping[str, str]) -> bytes:
    """Return the zip of the learners' pages. pages: where they lie, relative to `out`, by learner."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(known.keys() & pages.keys()):
            shown = re.sub(r"[^\w .'-]|_", " ", name).strip(". ") or "learner"
            info = zipfile.ZipInfo(f"{shown}_{known[name]}_assignfeedback_file_{_FILE}", _ZEROED)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, (out / pages[name]).read_bytes())
    return made.getvalue()

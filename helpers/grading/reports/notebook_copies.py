"""Copies of learners' notebooks with the feedback below each answer. What the learner wrote stays text."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.course import Lesson
from helpers.errors import CourseError, NotebookError
from helpers.folders import write
from helpers.grading.intake.archives import read_again
from helpers.grading.intake.bounds import of_class, of_learner
from helpers.grading.intake.outputs import without_outputs
from helpers.grading.output import file_names, writing
from helpers.grading.records import Cohort, Row
from helpers.grading.reports import texts
from helpers.grading.reports.feedback import CODE, exercise_rows, feedback

FOLDER = "notebooks"
LARGEST = 10_000_000  # bytes of a notebook that is read, without its outputs
_CELLS = 2000
_SOURCE = 200_000  # characters of a cell that are copied
_TEXT = 2000  # characters of one text of the feedback
_NOT_READ = "The notebook can't be read, so there's no copy of it with the feedback."


def write_copies(out: Path, cohort: Cohort, rows: Sequence[Row], lessons: Sequence[Lesson]) -> list[str]:
    """Write notebooks/LEARNER/LESSON.ipynb for each hand-in; return which could not be made, a sentence each."""
    by_learner, by_slug = {row.learner: row for row in rows}, {lesson.slug: lesson for lesson in lessons}
    stems, said = file_names(by_learner), []
    for learner in cohort.learners:
        for hand_in in learner.hand_ins:
            if hand_in.lesson not in by_slug:
                continue
            path = out / FOLDER / stems[learner.name] / f"{hand_in.lesson}.ipynb"
            try:
                notebook = read_again(hand_in.origin, of_learner(of_class())) if hand_in.origin else b""
                content = annotated(notebook, by_learner[learner.name], by_slug[hand_in.lesson])
            except CourseError as problem:
                said.append(f"'{hand_in.file}': {problem}")
                continue
            with writing(path.parent):
                write(path, content)
    return said


def annotated(notebook: bytes, row: Row, lesson: Lesson) -> bytes:
    """Return the notebook without outputs, and with the feedback on each answer in a cell below it.

    row: the learner's. lesson: whose notebook it is. Bytes that are no notebook raise NotebookError.
    """
    cells = _cells(_parsed(notebook))
    own = feedback(row, [lesson], "")["lessons"]
    exercises = [exercise for told in own for exercise in told["exercises"] if exercise.get("answer")]
    places: dict[int, list[dict[str, Any]]] = {}
    for exercise in exercises:
        places.setdefault(_place(exercise["answer"], cells), []).append(_feedback_cell(exercise))
    made: list[dict[str, Any]] = []
    for n, cell in enumerate(cells):
        made += [cell, *places.pop(n, [])]
    made += [cell for left in places.values() for cell in left]
    whole = {
        "cells": [{"id": f"cell-{n}", **cell} for n, cell in enumerate(made, start=1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(whole, indent=1) + "\n").encode()


def _parsed(notebook: bytes) -> list[Any]:
    """Return the raw cells, of today's format or of the one before it."""
    notebook = without_outputs(notebook)
    if len(notebook) > LARGEST:
        raise NotebookError(_NOT_READ)
    try:
        found = json.loads(notebook.decode("utf-8-sig"), parse_int=_no_number, parse_float=_no_number)
    except (ValueError, RecursionError):
        raise NotebookError(_NOT_READ) from None
    sheets = found.get("worksheets") if isinstance(found, dict) else None
    holders = [found, *sheets] if isinstance(sheets, list) else [found]
    lists = [holder.get("cells") for holder in holders if isinstance(holder, dict)]
    if not any(isinstance(cells, list) for cells in lists):
        raise NotebookError(_NOT_READ)
    return [cell for cells in lists if isinstance(cells, list) for cell in cells][:_CELLS]


def _no_number(_: str) -> int:
    """Return 0: no number of the notebook is used, and reading one of a million digits takes minutes."""
    return 0


def _cells(raw: Sequence[Any]) -> list[dict[str, Any]]:
    """Return new cells with the old ones' sources; nothing else of a hand-in is taken along."""
    made: list[dict[str, Any]] = []
    for cell in raw:
        if not isinstance(cell, dict):
            continue
        source = _source(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            made.append({"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source})
        else:
            kind = "markdown" if cell.get("cell_type") == "markdown" else "raw"
            made.append({"cell_type": kind, "metadata": {}, "source": source})
    return made


def _source(value: Any) -> str:
    lines = value if isinstance(value, list) else [value]
    text = "".join(line for line in lines if isinstance(line, str))
    return texts.shorten(text.encode("utf-8", "backslashreplace").decode(), _SOURCE)


def _place(answer: str, cells: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of the last cell that defines the answer; one past the end when none does."""
    name = re.escape(answer)
    defines = re.compile(
        rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
    )
    found = [n for n, cell in enumerate(cells) if cell["cell_type"] == "code" and defines.search(cell["source"])]
    return found[-1] if found else len(cells)


def _feedback_cell(exercise: Mapping[str, Any]) -> dict[str, Any]:
    """Return a cell with a table in HTML: in that Markdown makes nothing of any sign, and all text is escaped."""
    mark, word, _ = texts.LOOKS[exercise["status"]]
    head = f"{mark} {word} · {exercise['id']} {exercise['title']} · {texts.worth(exercise)}"
    lines = [f"<p><strong>{_text(head)}</strong></p>", '<table width="100%">']
    for label, said in exercise_rows(exercise):
        name = label.replace(" ", "&nbsp;")
        first = f'<th align="left" valign="top" width="110">{name}</th>'
        lines.append(f'<tr>{first}<td align="left">{_shown(label, said)}</td></tr>')
    source = "\n".join([*lines, "</table>"])
    return {"cell_type": "markdown", "metadata": {"feedback": exercise["answer"]}, "source": source}


def _shown(label: str, said: str) -> str:
    if label in CODE:
        return f"<code>{_text(said)}</code>"
    return re.sub("&#96;(.+?)&#96;", r"<code>\1</code>", _text(said))


def _text(said: str) -> str:
    """Return the text as HTML on one line, in which no sign of it can be a tag, Markdown or a formula."""
    return "<br>".join("".join(map(_sign, line)) for line in texts.tidy(said, _TEXT).splitlines())


def _sign(character: str) -> str:
    if character.isalnum() or character in " .,:;-()/'=?" or ord(character) > 127:
        return character
    number = f"&#{ord(character)};"
    # MathJax looks for formulas in what is drawn, and sees none across two elements.
    return f"<span>{number}</span>" if character in "$\\" else number

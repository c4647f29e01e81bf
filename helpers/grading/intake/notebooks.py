"""Reads a notebook that was handed in: its lesson, and the code in it, which is neither run nor parsed here."""

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from helpers.checks.older import noted
from helpers.course import Course, Lesson
from helpers.errors import NotebookError
from helpers.grading.intake.bounds import LARGEST_NOTEBOOK, MOST_CELLS, MOST_SOURCE
from helpers.grading.intake.outputs import without_outputs

_LARGEST_JSON = 10_000_000  # bytes without the outputs
_MOST_BRACKETS = 200_000  # each becomes an object in memory, many times as large as the bracket

# Each pattern stays within one line and reads it once, however hostile the line.
_FUNCTION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGNED = re.compile(r"^[ \t]*(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_OLD_SOURCES = ("input", "source", "code", "text")  # where old formats have a cell's text
_OF_A_LESSON = {"remember", "practice"}  # ids of cells that each lesson's notebook has


@dataclass(frozen=True)
class Notebook:
    """A notebook that was read. lesson: its slug. cells: the sources of its code cells, without those that check.

    read: how many cells it has altogether.
    """

    lesson: str
    cells: tuple[str, ...]
    remarks: tuple[str, ...]
    read: int = 0


@dataclass(frozen=True)
class _Cell:
    source: str
    code: bool
    id: str
    grade_id: str
    check: bool
    solution: bool
    defines: frozenset[str]


def read_notebook(content: bytes, file: str, listed: Course) -> Notebook:
    """Return the notebook; NotebookError says why it is no hand-in. file: its name, which can hold the lesson's."""
    raw, remarks = _parsed(content)
    cells, odd = _cells(raw)
    lesson, others = _lesson(cells, file, listed)
    if others:
        remarks.append(f"It also has answers to lesson {', '.join(others)}, which aren't marked here.")
    cells, promoted = _with_answers_as_code(cells, lesson)
    kept = _with_notes(_without_checks(cells, lesson), cells, lesson)
    remarks += odd + promoted + _doubles(kept, lesson) + _missing(kept, lesson)
    return Notebook(lesson.slug, tuple(cell.source for cell in kept), tuple(remarks), len(cells))


def _parsed(content: bytes) -> tuple[dict[str, Any], list[str]]:
    """Return the notebook in today's format, and remarks; NotebookError when that cannot be."""
    if len(content) > LARGEST_NOTEBOOK:
        raise NotebookError(f"is larger than {LARGEST_NOTEBOOK // 1_000_000} MB.")
    if not content.strip():
        raise NotebookError("is empty.")
    content = without_outputs(content)
    if len(content) > _LARGEST_JSON:
        raise NotebookError(f"is larger than {_LARGEST_JSON // 1_000_000} MB, even without its outputs.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotebookError("isn't saved as UTF-8, which notebooks have to be.") from None
    if content.count(b"{") + content.count(b"[") > _MOST_BRACKETS:
        raise NotebookError("has too many parts to be read.")
    try:
        raw = json.loads(text, parse_int=_small_int)
    except (ValueError, RecursionError):
        raise NotebookError("is damaged: it isn't the JSON of a notebook.") from None
    if not isinstance(raw, dict):
        raise NotebookError("isn't a notebook.")
    major = raw.get("nbformat", 4 if "cells" in raw else 3)
    if major not in (1, 2, 3, 4):
        raise NotebookError("is in an unknown notebook format.")
    if "worksheets" not in raw and major != 1:
        return raw, []
    return _upgraded(raw, major), [f"It's in an old notebook format ({major}), but I could read it."]


def _small_int(digits: str) -> int:
    return int(digits) if len(digits) < 20 else 0  # long numbers take long to read, and mean nothing in a notebook


def _upgraded(raw: dict[str, Any], major: int) -> dict[str, Any]:
    try:
        sheets = raw["worksheets"] if major > 1 else [raw]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        _bounded(len(cells), sum(len(str(cell.get(key, ""))) for cell in cells for key in _OLD_SOURCES))
        for cell in cells:
            cell["outputs"] = []
        import nbformat  # slow to import, and hardly any notebook needs it

        whole = {"metadata": {}, "nbformat": major, "nbformat_minor": 0, **raw}
        return nbformat.convert(nbformat.from_dict({**whole, "nbformat": major}), 4)
    except NotebookError:
        raise
    except Exception:  # a notebook that isn't what its format says raises many kinds
        raise NotebookError(
            f"is in the old notebook format {major} and can't be read. Save it in JupyterLab once."
        ) from None


def _cells(raw: dict[str, Any]) -> tuple[list[_Cell], list[str]]:
    cells = raw.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NotebookError("isn't a notebook: it has no list of cells.")
    _bounded(len(cells), 0)
    read = [_cell(cell) for cell in cells]
    _bounded(len(cells), sum(len(cell.source) for cell in read if cell))
    bad = read.count(None)
    remarks = [f"{bad} of its cells couldn't be read and were left out."] if bad else []
    return [cell for cell in read if cell], remarks


def _bounded(cells: int, characters: int) -> None:
    if cells > MOST_CELLS:
        raise NotebookError(f"has more than {MOST_CELLS:,} cells.")
    if characters > MOST_SOURCE:
        raise NotebookError(f"has more than {MOST_SOURCE:,} characters in its cells.")


def _cell(raw: dict[str, Any]) -> _Cell | None:
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    metadata = raw.get("metadata")
    kept = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    kept = kept if isinstance(kept, dict) else {}
    solution = kept.get("solution") is True
    code = raw.get("cell_type") == "code"
    return _Cell(
        source=source.encode("utf-8", "backslashreplace").decode(),  # without lone surrogates: no file can hold them
        code=code,
        id=_text(raw.get("id")),
        grade_id=_text(kept.get("grade_id")),
        check=kept.get("grade") is True and not solution,
        solution=solution,
        defines=_defined(source) if code or solution else frozenset(),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _lesson(cells: list[_Cell], file: str, listed: Course) -> tuple[Lesson, list[str]]:
    """Return the lesson of most answers, and the numbers of the others; NotebookError when there are no answers."""
    named = {cell.grade_id.removeprefix("check-") for cell in cells}
    written = {name for cell in cells if cell.code for name in cell.defines}
    for names in (named, written):
        counts = Counter({lesson: len(names & _answers(lesson)) for lesson in listed.lessons})
        if found := [lesson for lesson in listed.lessons if counts[lesson]]:
            best = max(found, key=lambda lesson: (counts[lesson], lesson.slug in file, lesson.number in file))
            return best, [lesson.number for lesson in found if lesson != best]
    raise NotebookError(_why_none(cells, file, listed))


def _why_none(cells: list[_Cell], file: str, listed: Course) -> str:
    slug = next((lesson.slug for lesson in listed.lessons if lesson.slug in file), "")
    if not any(cell.source.strip() for cell in cells if cell.code):
        return "has no code in it."
    if {cell.id for cell in cells} >= _OF_A_LESSON or (slug and f"lessons/{slug}" in file):
        return "is a lesson's notebook, not its exercises."
    if slug:
        return f"is named after lesson {slug[:2]}, but has none of its answers."
    return "has no answer to any exercise."


def _answers(lesson: Lesson) -> set[str]:
    return {exercise.answer for exercise in lesson.exercises}


def _defined(source: str) -> frozenset[str]:
    return frozenset(_FUNCTION.findall(source)) | frozenset(_ASSIGNED.findall(source))


def _with_answers_as_code(cells: list[_Cell], lesson: Lesson) -> tuple[list[_Cell], list[str]]:
    """Treat an answer's cell as code when it was turned into text, which takes one wrong key in JupyterLab."""
    taken, remarks = [], []
    for cell in cells:
        if not cell.code and (answers := cell.defines & _answers(lesson)):
            remarks.append(f"The cell of {', '.join(sorted(answers))} had turned into text. I treated it as code.")
            cell = replace(cell, code=True)
        taken.append(cell)
    return taken, remarks


def _without_checks(cells: list[_Cell], lesson: Lesson) -> list[_Cell]:
    """Return the code cells that don't check. A check's cell is kept when an answer was written in it."""
    answers = _answers(lesson)

    def checks(cell: _Cell) -> bool:
        return cell.check and not cell.defines & answers

    sources = {cell.source.strip() for cell in cells if checks(cell)}
    return [cell for cell in cells if cell.code and not checks(cell) and cell.source.strip() not in sources]


def _with_notes(kept: list[_Cell], cells: list[_Cell], lesson: Lesson) -> list[_Cell]:
    """Note in an answer's cell where the text above it shows an older copy, since the grader gets code alone."""
    texts = [cell.source for cell in cells if not cell.code]
    for exercise in lesson.exercises:
        kept = [
            replace(cell, source=noted(exercise, cell.source, texts)) if exercise.answer in cell.defines else cell
            for cell in kept
        ]
    return kept


def _doubles(cells: list[_Cell], lesson: Lesson) -> list[str]:
    remarks, times = [], Counter(cell.id for cell in cells)
    for exercise in lesson.exercises:
        name = exercise.answer
        ids = {cell.id for cell in cells if cell.id and (cell.grade_id == name or name in cell.defines)}
        number = max(
            sum(name in cell.defines for cell in cells),
            sum(cell.grade_id == name for cell in cells),
            max((times[one] for one in ids), default=0),
        )
        if number > 1:
            remarks.append(f"There are {number} cells for {name}. I kept them all, in the same sequence.")
    return remarks


def _missing(cells: list[_Cell], lesson: Lesson) -> list[str]:
    written = {name for cell in cells for name in cell.defines}
    return [f"No cell defines {each.answer}." for each in lesson.exercises if each.answer not in written]

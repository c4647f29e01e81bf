"""A class of which some hand-ins are hostile, for gradings from a folder to a grade book.

Holds no test. FILES and LINKS are hostile to whoever reads them, and ANSWERS to whoever runs them, over lesson 03.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import attacks
from handin_files import bare, packed, put, zipped
from peer_courses import LESSON, TAME, cells, notebook, solved, write

NAME = f"{LESSON.slug}.ipynb"
_RIGHT = bare(*solved(LESSON).values())


def tame(folder: Path, count: int) -> list[str]:
    """Write so many learners' hand-ins, none like another, and return their names."""
    answers, right, names = [cells(names) for names in TAME.values()], solved(LESSON), []
    for n in range(count):
        made = {name: f"{source}\n# {n}" for name, source in {**right, **answers[n % len(answers)]}.items()}
        write(folder / f"learner{n:04}", LESSON, notebook(LESSON, made))
        names.append(f"learner{n:04}")
    return names


def hostile(folder: Path, count: int = 50) -> list[str]:
    """Write so many hostile hand-ins into the folder of a class, each of another kind; return the kinds."""
    kinds = [*FILES, *LINKS, *ANSWERS][:count]
    for number, kind in enumerate(kinds):
        place = folder / f"eve{number:02}"
        if kind in FILES:
            put(place, FILES[kind]())
        elif kind in LINKS:
            place.mkdir()
            LINKS[kind](place)
        else:
            put(place, {NAME: bare(*ANSWERS[kind])})
    return kinds


# --- hostile to who reads them ----------------------------------------------------------------------------------------


def _old(cells: int) -> bytes:
    """Return a notebook of so many cells in the format that nbformat has to convert."""
    cell = json.dumps({"cell_type": "code", "input": "1", "outputs": [], "language": "python", "metadata": {}})
    every = ",".join([cell] * cells)
    return ('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [' + every + "]}]}").encode()


def _spaces(megabytes: int) -> bytes:
    return b" " * (megabytes * 1_000_000)


def _nested(depth: int) -> bytes:
    """Return a zip file that holds ten of another, and so on."""
    inside = zipped({"x.ipynb": _spaces(25)})
    for _ in range(depth):
        inside = zipped({f"{n}.zip": inside for n in range(10)})
    return inside


def _overlapping() -> bytes:
    """Return a zip file whose list names one large member two hundred times."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.ipynb", _spaces(25))
        first = archive.filelist[0]
        for number in range(1, 200):
            again = zipfile.ZipInfo(f"{number}.ipynb")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
    return made.getvalue()


def _claim(learner: str) -> bytes:
    return packed(learner, (LESSON.slug, _RIGHT))


FILES: dict[str, Callable[[], dict[str, bytes | str]]] = {
    "a zip bomb": lambda: {"a.zip": zipped({f"{n}.ipynb": _spaces(29) for n in range(25)})},
    "many zip files": lambda: dict.fromkeys(
        (f"{n}.zip" for n in range(30)), zipped({f"{n}.ipynb": _spaces(19) for n in range(3)})
    ),
    "zip files in zip files": lambda: {"a.zip": _nested(2)},
    "one member two hundred times": lambda: {"a.zip": _overlapping()},
    "a hundred thousand members": lambda: {"a.zip": zipped({f"{n}.txt": b"" for n in range(60_000)})},
    "many notebooks in a zip file": lambda: {"a.zip": zipped({f"{n}.ipynb": _RIGHT for n in range(5_000)})},
    "many notebooks": lambda: {f"{n}.ipynb": bare(*solved(LESSON).values(), f"# {n}") for n in range(2_000)},
    "many folders": lambda: {"/".join(["x"] * n) + f"/{NAME}": _RIGHT for n in range(1, 200)},
    "an old format": lambda: {NAME: _old(590_000)[:29_999_999]},
    "an old format in a zip file": lambda: {"a.zip": zipped({NAME: _old(280_000)})},
    "two hundred of an old format": lambda: {"a.zip": zipped({f"{n}.ipynb": _old(1_900) for n in range(200)})},
    "deep JSON": lambda: {NAME: b'{"nbformat": 4, "cells": ' + b"[" * 20_000_000},
    "a long number": lambda: {NAME: b'{"nbformat": ' + b"9" * 20_000_000 + b"}"},
    "many keys": lambda: {NAME: json.dumps({str(n): [] for n in range(1_000_000)}).encode()},
    "many cells": lambda: {NAME: bare(*["1"] * 300_000)},
    "a long cell": lambda: {NAME: bare("x = '" + "x" * 20_000_000 + "'")},
    "long outputs": lambda: {
        NAME: bare(*solved(LESSON).values()).replace(
            b'"outputs": []',
            b'"outputs": [{"output_type": "stream", "name": "stdout", "text": "' + b"x" * 29_000_000 + b'"}]',
            1,
        )
    },
    "another's name": lambda: {"a.zip": _claim("learner0001")},
    "another's name, and its own lesson": lambda: {"a.zip": _claim("learner0002"), NAME: bare("def fits(): 1")},
    "a list of learners": lambda: {
        "learners.csv": "file,learner\nlearner0003,eve\nlearner0004,eve\n",
        NAME: _RIGHT,
        "x/learners.csv": "file,learner\nlearner0003,eve\n",
    },
    "earlier results": lambda: {
        ".course-results/seed": "1",
        ".course-results/results.jsonl": "{}",
        "gradebook.csv": "learner,total\nlearner0001,0\n",
        NAME: _RIGHT,
    },
    "another course": lambda: {
        "lessons/course.toml": "[[lesson]]\n",
        "grading.toml": 'deadline = "2000-01-01"\n',
        "marks.csv": "learner,exercise,points\nlearner0005,03.1,0\n",
        "exercises/sitecustomize.py": "1 / 0",
        "helpers/__init__.py": "1 / 0",
        NAME: _RIGHT,
    },
    "nbgrader's folders": lambda: {f"submitted/learner0006/{LESSON.slug}/{NAME}": bare("def fits(): 1")},
    "paths that lead outside": lambda: {
        "a.zip": zipped({f"../learner0007/{NAME}": bare("1"), f"/tmp/{NAME}": bare("1")}, links=["a.ipynb"])
    },
    "odd names": lambda: {
        "\u202elearner0008.ipynb": _RIGHT,
        "=cmd|'!A1.ipynb": b"{",
        "\x1b[2J\n.ipynb": b"{",
        "x" * 250: b"",
        "a.zip": zipped({"-" * 60_000 + ".ipynb": b"1", "con.ipynb": _RIGHT, ".ipynb": _RIGHT}),
    },
}
LINKS: dict[str, Callable[[Path], None]] = {
    "a link to another's notebook": lambda place: os.symlink(f"../learner0009/{NAME}", place / NAME),
    "a link to everything": lambda place: os.symlink("/", place / "all"),
    "a link to itself": lambda place: os.symlink(".", place / "again"),
    "a pipe": lambda place: os.mkfifo(place / NAME),
    "a terminal": lambda place: os.symlink("/dev/zero", place / NAME),
}


# --- hostile to who runs them -----------------------------------------------------------------------------------------

_OF_LESSON_01 = ("clients_for", "session_for", "hand_over", "take_one", "join_late")
_CLIENTS = '(**_):\n    import boto3\n    sqs, sns = boto3.client("sqs"), boto3.client("sns")'
_RUN = (
    *("bytes without end", "lists that double", "memory in an answer", "recursion", "a slow expression"),
    *("threads without end", "a fork bomb", "a full disk", "a flood of output", "a flood of messages"),
    *("a flood of requests", "requests that nobody reads", "sleeping for ever", "computing without the alarm"),
    *("exit in a cell", "exit in an answer", "another cell each time", "a filter that compares all with all"),
    *("a message for everyone", "frames"),
)


def _over_lesson_03(source: str) -> str:
    for old, new in zip(_OF_LESSON_01, (exercise.answer for exercise in LESSON.exercises), strict=False):
        source = source.replace(old, new)
    return source.replace("(sqs, sns, region):", _CLIENTS + "; region = ''")


ANSWERS: dict[str, list[str]] = {kind: [_over_lesson_03(cell) for cell in attacks.ATTACKS[kind]] for kind in _RUN}

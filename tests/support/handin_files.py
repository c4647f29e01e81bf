"""Writes hand-ins as learners, `course pack`, Canvas, Moodle and nbgrader leave them in a folder."""

import hashlib
import io
import json
import stat
import zipfile
from functools import cache
from pathlib import Path

import nbformat

from helpers.course import HOME, course
from helpers.learner.working_copy import nbgrader

LESSON = course().lessons[0]
SLUG = LESSON.slug


def exercises(slug=SLUG):
    """Return the exercises of a lesson as they are laid out for a learner."""
    return nbformat.reader.reads((HOME / "exercises" / f"{slug}.ipynb").read_text(encoding="utf-8"))


def cell_of(notebook, answer):
    """Return the cell in which an answer is written."""
    return next(cell for cell in notebook.cells if nbgrader(cell).get("grade_id") == answer)


@cache
def notebook(slug=SLUG, mark="", **answers):
    """Return the bytes of a lesson's exercises with these sources as answers. `mark`: a comment in its first cell."""
    made = exercises(slug)
    for answer, source in answers.items():
        cell_of(made, answer).source = source
    if mark:
        next(cell for cell in made.cells if cell.cell_type == "code").source += f"\n# {mark}"
    return written(made)


def written(made):
    """Return a notebook's bytes."""
    return nbformat.v4.writes(made).encode()  # nbformat.writes would validate it, which takes longer


def bare(*sources, **more):
    """Return the bytes of a notebook of these code cells, without any metadata."""
    cells = [{"cell_type": "code", "metadata": {}, "source": source, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells, **more}).encode()


def zipped(members, links=()):
    """Return the bytes of a zip file of these members, a dictionary or pairs."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, content)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    return made.getvalue()


def packed(learner, *notebooks, manifest=None, **more):
    """Return the bytes of what `course pack` makes of these pairs of slug and content; none: lesson 01 as shipped."""
    inside = {f"exercises/{slug}.ipynb": content for slug, content in notebooks or [(SLUG, notebook())]}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in inside.items()}
    if manifest is None:
        manifest = {"learner": learner, "course": "mastering-aws-messaging", "sha256": digests}
    told = manifest if isinstance(manifest, (str, bytes)) else json.dumps(manifest, ensure_ascii=False)
    return zipped({"manifest.json": told, **inside, **more})


def put(folder, files):
    """Write these files, by path below the folder, and return the folder. None makes an empty folder."""
    for name, content in files.items():
        path = Path(folder, name)
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder

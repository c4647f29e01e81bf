"""Makes the file that a learner hands in: the exercise notebooks and a manifest, as they lie on the disk."""

import ast
import hashlib
import json
import re
import urllib.request
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.course import Course, Lesson
from helpers.desk.working_copy import DISTRIBUTION, WorkingCopy, read_notebook
from helpers.errors import CourseError, NotebookError


@dataclass
class Contents:
    """What will be handed in, and what a learner should know before it is."""

    notebooks: dict[str, Path] = field(default_factory=dict)  # by name in the file
    unanswered: list[str] = field(default_factory=list)
    unsaved: list[str] = field(default_factory=list)  # run in JupyterLab after they were last saved
    unreadable: list[str] = field(default_factory=list)


def look(copy: WorkingCopy, listed: Course) -> Contents:
    """Return what lies in the working copy. A notebook that cannot be read is named, and not taken along."""
    found = Contents()
    running = _last_activity(copy.folder)
    for lesson in listed.lessons:
        path = copy.path("exercises", lesson)
        if not path.exists():
            continue
        try:
            found.unanswered += _unanswered(path, lesson)
        except NotebookError as problem:
            found.unreadable.append(str(problem))
            continue
        name = f"exercises/{path.name}"
        found.notebooks[name] = path
        if running.get(name, 0) > path.stat().st_mtime + 1:
            found.unsaved.append(path.name)
    if not found.notebooks and not found.unreadable:
        raise CourseError(f"There are no exercises in {copy.folder}. Is that your folder? Name it with --folder.")
    return found


def write(contents: Contents, name: str, out: Path) -> Path:
    """Write the file into the folder `out` and return its path. A name without a letter raises CourseError."""
    slug = re.sub(r"[^\w-]+", "-", name.strip()).strip("-")
    if not slug:
        raise CourseError("Your name is needed, so that the one who marks it knows whose it is.")
    path = out / f"{DISTRIBUTION}-{slug}.zip"
    manifest = {
        "learner": name.strip(),
        "course": DISTRIBUTION,
        "version": version(DISTRIBUTION),
        "packed": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "sha256": {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in contents.notebooks.items()},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
        for name_in_file, notebook in contents.notebooks.items():
            archive.write(notebook, name_in_file)
    return path


def _unanswered(path: Path, lesson: Lesson) -> list[str]:
    """Return the exercises of which the notebook holds no answer: no such function, or one that still returns `...`."""
    written = set()
    for cell in read_notebook(path).cells:
        if cell.cell_type == "code":
            written |= _answers(cell.source)
    return [f"{exercise.id} {exercise.title}" for exercise in lesson.exercises if exercise.answer not in written]


def _answers(source: str) -> set[str]:
    """Return the names of the functions that this source defines and does not leave as a stub."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # an answer that does not parse yet is an answer all the same
        return set(re.findall(r"^def (\w+)\(", source, re.MULTILINE))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not _is_stub(node)}


def _is_stub(function: ast.FunctionDef) -> bool:
    last = function.body[-1]
    return (
        isinstance(last, ast.Return) and isinstance(last.value, ast.Constant) and last.value.value is Ellipsis
    ) and len(function.body) <= 2


def _last_activity(folder: Path) -> dict[str, float]:
    """Return when a kernel of each open notebook was last active, by path, as running Jupyter servers tell it."""
    from jupyter_server.serverapp import list_running_servers

    active: dict[str, float] = {}
    for server in list_running_servers():
        try:
            within = folder.relative_to(Path(server["root_dir"]).resolve()).as_posix()
            url = f"{server['url']}api/sessions?token={quote(server.get('token', ''))}"
            sessions: list[dict[str, Any]] = json.load(urllib.request.urlopen(url, timeout=2))
        except (OSError, ValueError, KeyError):
            continue  # a server of another folder, or one that is gone
        prefix = "" if within == "." else f"{within}/"
        for session in sessions:
            when = datetime.fromisoformat(session["kernel"]["last_activity"].replace("Z", "+00:00"))
            active[session["path"].removeprefix(prefix)] = when.timestamp()
    return active

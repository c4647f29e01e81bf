"""`course pack`: makes the file that a learner hands in: the exercise notebooks without outputs, and a manifest."""

import ast
import hashlib
import io
import json
import re
import unicodedata
import urllib.request
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from helpers import secret_scan
from helpers.course import Course, Exercise, Lesson
from helpers.errors import CourseError, NotebookError
from helpers.folders import write as write_file
from helpers.folders import writing
from helpers.grading.intake import notebooks as grading
from helpers.learner.packed_notebook import packed
from helpers.learner.working_copy import DISTRIBUTION, WorkingCopy, nbgrader, read_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

ADVICE = secret_scan.ADVICE  # where there seems to be a secret
WITHOUT_SECRETS = f"It won't be in the packed file, so a line that needs it won't work there. {ADVICE}"
_LONGEST = 60  # characters of a name that go into the file's


@dataclass
class Contents:
    """What will be handed in, and what the learner should know first."""

    notebooks: dict[str, bytes] = field(default_factory=dict)  # by name in the file
    unanswered: list[str] = field(default_factory=list)
    unsaved: list[str] = field(default_factory=list)  # run in JupyterLab after they were last saved
    unreadable: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)  # where there seems to be one, and its kind; never the secret


def look(
    copy: WorkingCopy,
    listed: Course,
    read: "Callable[[Path], NotebookNode]" = read_notebook,
    last_activity: Mapping[Path, float] | None = None,
) -> Contents:
    """Return what there is to hand in. A notebook that can't be read, here or in grading, is named and left out.

    read: returns a notebook, or raises NotebookError. last_activity: when the kernel of each open notebook was last
    active; by default the running Jupyter servers are asked. CourseError when the folder has no exercises, or none that
    can be read.
    """
    found = Contents()
    last_activity = _last_activity() if last_activity is None else last_activity
    for lesson in listed.lessons:
        path = copy.path("exercises", lesson)
        try:
            if not path.exists():
                found.unanswered += map(_title, lesson.exercises)
                continue
            notebook = read(path)
            secrets = secrets_in(notebook, path.name, lesson)
            content = packed(path.read_bytes(), bool(secrets))
            grading.read_notebook(content, path.name, listed)
            found.unanswered += _unanswered(notebook, lesson)
            found.secrets += secrets
        except (NotebookError, OSError) as problem:
            said = f"I can't read {path}: {problem.strerror}." if isinstance(problem, OSError) else str(problem)
            found.unreadable.append(said if str(path) in said else f"{path} {said} Grading couldn't read it either.")
            continue
        found.notebooks[f"exercises/{path.name}"] = content
        if last_activity.get(path, 0) > path.stat().st_mtime + 1:
            found.unsaved.append(path.name)
    if not found.notebooks:
        nothing = f"There are no exercises in {copy.folder}. If your working copy is somewhere else, use --folder."
        raise CourseError("\n".join(found.unreadable) or nothing)
    return found


def missing(contents: Contents, listed: Course) -> list[str]:
    """Return lines that say what has no answer: exercise by exercise, but a lesson that isn't begun by its number."""
    open_in = {lesson.number: list(map(_title, lesson.exercises)) for lesson in listed.lessons}
    not_begun = [number for number, titles in open_in.items() if set(titles) <= set(contents.unanswered)]
    unused = {title for number in not_begun for title in open_in[number]}
    begun = [title for title in contents.unanswered if title not in unused]
    lines = [f"Unanswered: {', '.join(begun)}"] if begun else []
    if not_begun:
        lines.append(f"Not begun: lesson{'' if len(not_begun) == 1 else 's'} {', '.join(not_begun)}")
    return lines


def write(contents: Contents, name: str, out: Path) -> Path:
    """Write the file into the folder `out`, and return its path. It replaces an earlier one of the same name.

    CourseError for a name without a letter or digit, and for a folder that does not exist or cannot be written.
    """
    name = " ".join("".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", name)).split())
    kept = "".join(c if c.isalnum() or c in "-_" or unicodedata.category(c)[0] == "M" else "-" for c in name)
    slug = re.sub("-+", "-", kept)[:_LONGEST].strip("-_")
    if not any(map(str.isalnum, slug)):
        raise CourseError("Please give your name, so your instructor knows whose work this is.")
    if not out.is_dir():
        raise CourseError(f"There's no folder {out}. Use --out with a folder that exists.")
    path = out / f"{DISTRIBUTION}-{slug}.zip"
    with writing(out):
        write_file(path, _zipped(_manifest(name, contents.notebooks), contents.notebooks))
    return path


def _manifest(learner: str, notebooks: dict[str, bytes]) -> dict[str, Any]:
    return {
        "learner": learner,
        "course": DISTRIBUTION,
        "version": version(DISTRIBUTION),
        "packed": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "sha256": {inside: hashlib.sha256(content).hexdigest() for inside, content in notebooks.items()},
    }


def _zipped(manifest: dict[str, Any], notebooks: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
        for inside, content in notebooks.items():
            archive.writestr(inside, content)
    return made.getvalue()


def _title(exercise: Exercise) -> str:
    return f"{exercise.id} {exercise.title}"


def _unanswered(notebook: "NotebookNode", lesson: Lesson) -> list[str]:
    """Return the exercises that have no answer in the notebook: no such function, or one that is still the stub."""
    written = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            written |= _answers(cell.source)
    return [_title(exercise) for exercise in lesson.exercises if exercise.answer not in written]


def secrets_in(notebook: "NotebookNode", name: str, lesson: Lesson) -> list[str]:
    """Return where the notebook seems to hold a secret: the cell's number, its exercise, the line, and the kind."""
    exercises = {exercise.answer: exercise.id for exercise in lesson.exercises}
    places = []
    for number, found in secret_scan.in_cells(notebook.cells):
        exercise = exercises.get(str(nbgrader(notebook.cells[number - 1]).get("grade_id")))
        places.append(f"{name}, cell {number}" + (f" (exercise {exercise})" if exercise else "") + f", {found}")
    return places


def _answers(source: str) -> set[str]:
    """Return the names that this source defines or assigns, except functions that are left as a stub."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the learner's own code
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):  # an answer that does not parse yet is still an answer
        return set(re.findall(r"^def (\w+)\(", source, re.MULTILINE))
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not _is_stub(node)}
    assigned = {name for node in tree.body if isinstance(node, ast.Assign) for name in map(ast.unparse, node.targets)}
    return functions | assigned


def _is_stub(function: ast.FunctionDef) -> bool:
    """Return whether the function is what a check calls "not attempted"."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    text = "".join(map(ast.unparse, body))
    return text == "return ..." or text.startswith("raise NotImplementedError")


def _last_activity() -> dict[Path, float]:
    """Return when the kernel of each open notebook was last active, from the running Jupyter servers of this user."""
    from jupyter_server.serverapp import list_running_servers

    active: dict[Path, float] = {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy may see a server's token
    for server in list_running_servers():
        try:
            url = f"{server['url']}api/sessions?token={quote(server['token'])}"
            with opener.open(url, timeout=2) as reply:
                sessions = json.load(reply)
            for session in sessions:
                when = datetime.fromisoformat(session["kernel"]["last_activity"].replace("Z", "+00:00"))
                active[Path(server["root_dir"], session["path"]).resolve()] = when.timestamp()
        except (OSError, ValueError, KeyError, TypeError, HTTPException):
            continue  # one that has ended, or that refuses to answer
    return active

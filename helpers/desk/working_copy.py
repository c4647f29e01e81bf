"""The folder in which a learner works: a copy of the notebooks, outside the tracked files, never overwritten."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import nbformat

from helpers.course import HOME, Course, Lesson, course
from helpers.errors import CourseError, NotebookError

KINDS = ("lessons", "exercises")  # solutions come on request, by solution()
DISTRIBUTION = "mastering-aws-messaging"


def default_folder() -> Path:
    """Return COURSE_FOLDER, else a folder named after the course in the home directory."""
    return Path(os.environ.get("COURSE_FOLDER") or Path.home() / DISTRIBUTION).expanduser().resolve()


@dataclass
class Laid:
    """What laying the working copy did, by paths relative to its folder."""

    new: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)  # new editions, put beside what the learner has


class WorkingCopy:
    """A learner's folder. Beside the notebooks it holds `.course/`, with what was laid and JupyterLab's layout."""

    def __init__(self, folder: Path):
        self.folder = folder.expanduser().resolve()
        if self.folder == HOME or HOME in self.folder.parents:
            raise CourseError(f"{self.folder} is inside the course's own files. Choose a folder elsewhere.")
        self._record = self.folder / ".course" / "laid.json"

    def path(self, kind: str, lesson: Lesson) -> Path:
        """Return where this lesson's notebook of this kind lies."""
        return self.folder / kind / f"{lesson.slug}.ipynb"

    def lay(self, listed: Course | None = None) -> Laid:
        """Copy what is missing; put a newer edition of what the learner already has beside it. Never replace.

        A folder that cannot be written raises CourseError.
        """
        done, laid = Laid(), self._laid()
        try:
            for lesson in (listed or course()).lessons:
                for kind in KINDS:
                    self._lay_one(kind, lesson, laid, done)
            write(self._record, json.dumps(laid, indent=1))
        except OSError as problem:
            raise CourseError(
                f"Cannot write to {self.folder}: {problem.strerror}. Name another folder with --folder."
            ) from None
        return done

    def _lay_one(self, kind: str, lesson: Lesson, laid: dict[str, str], done: Laid) -> None:
        target = self.path(kind, lesson)
        name = target.relative_to(self.folder).as_posix()
        text = cleared(shipped(kind, lesson))
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not target.exists():
            write(target, text)
            done.new.append(name)
        elif laid.get(name, digest) != digest:
            beside = target.with_name(f"{target.stem}.v{version(DISTRIBUTION)}.ipynb")
            if not beside.exists():
                write(beside, text)
                done.newer.append(beside.relative_to(self.folder).as_posix())
        laid[name] = digest

    def _laid(self) -> dict[str, str]:
        try:
            return json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}


def shipped(kind: str, lesson: Lesson) -> str:
    """Return the text of the course's own notebook; NotebookError when it is not there."""
    path = HOME / kind / f"{lesson.slug}.ipynb"
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise NotebookError(f"The course has no {kind}/{lesson.slug}.ipynb; it is not installed whole.") from None


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Return a learner's notebook; NotebookError says what is wrong with a file that is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotebookError(f"{path} is not there. `course lab` lays it out.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise NotebookError(f"{path} cannot be read: {problem}.") from None
    if not text.strip():
        raise NotebookError(f"{path} is empty. Save it once more in JupyterLab, or lay it anew with `course reset`.")
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as problem:  # nbformat raises many kinds for a file that is damaged
        raise NotebookError(f"{path} is not a notebook that can be read: {str(problem)[:200]}") from None


def cleared(text: str) -> str:
    """Return the notebook's text without outputs: a learner guesses first, and sees them by running the cells."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook, version=4) + "\n"


def write(path: Path, text: str) -> None:
    """Write the whole text or nothing, making the folder: a learner's disk may be full."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)

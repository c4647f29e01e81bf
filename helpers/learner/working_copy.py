"""The learner's working copy: a folder with the notebooks, outside the course's own files and never overwritten."""

import hashlib
import json
import os
import warnings
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.course import HOME, Course, Lesson, course
from helpers.errors import CourseError, NotebookError
from helpers.folders import is_inside, unused, write, writing

if TYPE_CHECKING:
    from nbformat import NotebookNode

# nbformat is imported where it is used: it takes two seconds, and a mistyped lesson should be reported at once.

KINDS = ("lessons", "exercises")  # learners ask for a solution by solution()
HELP = "lessons/when_something_goes_wrong.md"
PAGES = (HELP, "lessons/differences_from_aws.md", "lessons/queue_and_topic.svg")  # looked at, not worked in
DISTRIBUTION = "mastering-aws-messaging"


def default_folder() -> Path:
    """Return COURSE_FOLDER; without it, a folder in the home directory that is named after the course."""
    return Path(os.environ.get("COURSE_FOLDER") or f"~/{DISTRIBUTION}")


@dataclass
class Copied:
    """What `WorkingCopy.copy_missing` did, by paths relative to the folder."""

    new: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)  # new editions, put beside what the learner has


class WorkingCopy:
    """A learner's folder: the notebooks, and `.course/` with a record of what was copied and JupyterLab's layout.

    CourseError for a folder among the course's own files.
    """

    def __init__(self, folder: Path):
        try:
            self.folder = folder.expanduser().resolve()
        except (RuntimeError, OSError) as problem:  # no such user behind ~, links in a circle
            raise CourseError(f"{folder} can't be your folder: {problem} Choose another one with --folder.") from None
        if is_inside(self.folder, HOME):
            raise CourseError(
                f"{self.folder} is inside the course's own files. Choose another with --folder or COURSE_FOLDER."
            )
        self._record = self.folder / ".course" / "laid.json"

    def path(self, kind: str, lesson: Lesson) -> Path:
        """Return the path of this lesson's notebook of this kind."""
        return self.folder / kind / f"{lesson.slug}.ipynb"

    def copy_missing(self, listed: Course | None = None) -> Copied:
        """Copy what is missing, and put a newer edition of what the learner already has beside it. Never replace.

        CourseError when the folder cannot be written.
        """
        done, recorded = Copied(), self._recorded()
        with writing(self.folder):
            for lesson in (listed or course()).lessons:
                for kind in KINDS:
                    self._copy_one(kind, lesson, recorded, done)
            for name in PAGES:
                self._copy_page(name, recorded, done)
            write(self._record, json.dumps(recorded, indent=1))
        return done

    def _copy_one(self, kind: str, lesson: Lesson, recorded: dict[str, str], done: Copied) -> None:
        target = self.path(kind, lesson)
        name = target.relative_to(self.folder).as_posix()
        text = cleared(shipped(kind, lesson))
        digest = _digest(text)
        if not target.exists():
            write(target, text)
            done.new.append(name)
        elif recorded.get(name, digest) not in (digest, _digest(_with_less_metadata(text))) and (
            target.read_bytes() != text.encode()
        ):
            # A clone changes without a new version, so a newer edition can have this name already.
            beside = unused(target.with_name(f"{target.stem}.v{version(DISTRIBUTION)}.ipynb"))
            write(beside, text)
            done.newer.append(beside.relative_to(self.folder).as_posix())
        recorded[name] = digest

    def _copy_page(self, name: str, recorded: dict[str, str], done: Copied) -> None:
        """Copy a page that is missing, or unchanged since it was copied. One that the learner changed stays."""
        target, text = self.folder / name, (HOME / name).read_text(encoding="utf-8")
        digest = _digest(text)
        there = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else ""
        if not target.exists():
            done.new.append(name)
        elif there not in (digest, recorded.get(name)):
            return
        write(target, text)
        recorded[name] = digest

    def _recorded(self) -> dict[str, str]:
        try:
            recorded = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return recorded if isinstance(recorded, dict) else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _with_less_metadata(text: str) -> str:
    """Return the notebook's text as an earlier version would have copied it, with the name alone of the language.

    A notebook that differs in that alone is no newer edition.
    """
    notebook = json.loads(text)
    notebook["metadata"]["language_info"] = {"name": "python"}
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def shipped(kind: str, lesson: Lesson) -> str:
    """Return the text of the course's own notebook. NotebookError when there is none."""
    path = HOME / kind / f"{lesson.slug}.ipynb"
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        raise NotebookError(
            f"The course has no {kind}/{lesson.slug}.ipynb. Part of it is missing, so install it again."
        ) from None


def read_notebook(path: Path) -> "NotebookNode":
    """Return a learner's notebook. NotebookError says what is wrong with the file, and what to do."""
    mend = f"`course reset {path.name[:2]}` gives you a new one and keeps a copy of this file."
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors on Windows begin a file with a byte order mark
    except FileNotFoundError:
        raise NotebookError(f"{path} doesn't exist yet. `course lab` creates it.") from None
    except UnicodeDecodeError:
        raise NotebookError(f"{path} isn't saved as UTF-8, which notebooks have to be. {mend}") from None
    except OSError as problem:
        raise NotebookError(f"I can't read {path}: {problem.strerror}. Is this the right folder?") from None
    if not text.strip():
        raise NotebookError(f"{path} is empty. If it's open in JupyterLab, save it again there. If not, {mend}")
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about missing and repeated ids, which reading repairs
            notebook = nbformat.convert(nbformat.reader.reads(text), 4)  # nbformat.reads would also validate, slowly
            nbformat.validate(notebook, relax_add_props=True)
    except Exception as problem:  # nbformat raises many kinds for a file that is damaged
        said = str(problem).strip().split("\n")[0][:150]
        raise NotebookError(f"{path} isn't a notebook that I can read ({said}). {mend}") from None
    return notebook


def nbgrader(cell: "NotebookNode") -> dict[str, Any]:
    """Return nbgrader's metadata of the cell: `grade_id` names an answer's cell, `grade` is true for a check's."""
    kept = cell.metadata.get("nbgrader")
    return kept if isinstance(kept, dict) else {}


def cleared(text: str) -> str:
    """Return the notebook's text without outputs, because a learner predicts first and runs the cells then.

    text: as `course build` writes it. Read as the JSON that it is: importing nbformat takes a second, and what it would
    check was checked when the notebook was built.
    """
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

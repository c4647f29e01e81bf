"""What `course new lesson` and `course new exercise` share: names that fit, texts with placeholders, and writing them.

A placeholder begins with TODO. `course build` writes nothing while one is left.
"""

import builtins
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from helpers.authoring import normal
from helpers.authoring.solution_faults import Solved
from helpers.course import parse
from helpers.errors import CourseError, NotebookError
from helpers.folders import writing

TODO = "TODO"
MANIFEST = "lessons/course.toml"


@dataclass(frozen=True)
class Step:
    """A file that an author has to write in, in a clone. what: what there is to write."""

    path: str
    what: str


@dataclass(frozen=True)
class Scaffold:
    """What was written. steps: the files to write in, in order. commands: what to type afterwards."""

    title: str
    steps: tuple[Step, ...]
    commands: tuple[str, ...]


def manifest(root: Path) -> str:
    """Return the text of lessons/course.toml."""
    return (root / MANIFEST).read_text(encoding="utf-8")


def require_name(name: str, taken: Sequence[str]) -> None:
    """Raise CourseError unless a function can have this name, and nothing that its notebook uses has it already."""
    if not re.fullmatch(r"[a-z][a-z_]*[a-z0-9]", name):
        raise CourseError(
            f"{name!r} can't be an exercise's name. Choose a function's name in lowercase letters and underscores, "
            "such as give_back."
        )
    if keyword.iskeyword(name) or hasattr(builtins, name) or name in taken:
        raise CourseError(f"{name!r} means something else already. Choose another name for the function.")


def in_words(name: str) -> str:
    """Return a name as a title: "Give back" for give_back."""
    return name.replace("_", " ").capitalize()


def write(root: Path, files: Mapping[str, str], replaced: Sequence[str] = ()) -> None:
    """Write these files, given by their paths in the clone.

    Nothing is written, and CourseError says why, if a file is there already that isn't among the replaced ones, or if
    the new list of lessons can't be read.
    """
    if there := [name for name in files if name not in replaced and (root / name).exists()]:
        raise CourseError(f"There is a file {there[0]} already. Move it away, or choose another name.")
    parse(files[MANIFEST])
    with writing(root):
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="\n")


def require_finished(root: Path, notebooks: Sequence[Solved]) -> None:
    """Raise NotebookError, which names every placeholder that is left in these lessons of a clone, file by file."""
    left = [place for solved in notebooks for place in _placeholders(root, solved)]
    if left:
        raise NotebookError("\n".join([*left, f"Write what's missing in place of each {TODO}. Then build again."]))


def _placeholders(root: Path, solved: Solved) -> Iterator[str]:
    lesson = solved.lesson
    yield from _in_notebook(solved.name, solved.notebook)
    yield from _in_lines(root, f"helpers/checks/lessons/lesson_{lesson.number}.py")
    for one in lesson.exercises:
        yield from _in_lines(root, f"tests/checks/answers/lesson_{lesson.number}_{one.answer}.py")
    if TODO in repr(replace(lesson, exercises=())):
        yield f"{MANIFEST}, {lesson.slug}: the lesson still has a {TODO}."
    for one in lesson.exercises:
        for key in ("title", "takeaway", "hints"):
            if TODO in str(getattr(one, key)):
                yield f"{MANIFEST}, {one.id} {one.answer}: {key} still has a {TODO}."
    name = f"lessons/{lesson.slug}.ipynb"
    yield from _in_notebook(name, normal.read(root / name))


def _in_notebook(name: str, notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if TODO in cell.source:
            yield f"{name}, cell {cell.id!r}: it still has a {TODO}."


def _in_lines(root: Path, name: str) -> Iterator[str]:
    """Yield one sentence for a file of Python that has placeholders, if it's there."""
    text = (root / name).read_text(encoding="utf-8") if (root / name).is_file() else ""
    if numbers := [str(number) for number, line in enumerate(text.splitlines(), start=1) if TODO in line]:
        yield f"{name}, line{'s' * (len(numbers) > 1)} {', '.join(numbers)}: there's still a {TODO}."

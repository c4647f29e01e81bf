"""What of the course itself goes into a tab: the rooms that a notebook uses, the list of lessons and the solutions."""

from collections.abc import Iterator
from pathlib import Path

from helpers.course import HOME, Course
from helpers.learner.working_copy import KINDS, PAGES, cleared, shipped

_PACKAGE = Path(__file__).parent.parent
# Rooms for the terminal, for grading and for authors.
LEFT_OUT = {
    "authoring",
    "cli",
    "grading",
    "learner",
    "sandbox",
    "site",
    "workshop",
    "kernels.py",
    "pytest_plugin.py",
    "_course",
}
_KINDS = {".py", ".js", ".css", ".json", ""}  # the profiles of the offline cloud have no ending


def files(listed: Course) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file that a notebook needs.

    They are those of the helper package, the list of lessons, and the solutions where there are any.
    """
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and path.suffix in _KINDS and inside.parts[0] not in LEFT_OUT and not hidden:
            yield f"helpers/{inside.as_posix()}", path.read_bytes()
    names = ["lessons/course.toml", *(f"solutions/{lesson.slug}.ipynb" for lesson in listed.lessons)]
    for name in names:
        path = HOME / name
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            yield f"helpers/_course/{name}", (cleared(text) if name.endswith(".ipynb") else text).encode()


def contents(listed: Course) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file that a learner sees: notebooks without outputs, as in a working copy."""
    for kind in KINDS:
        for lesson in listed.lessons:
            yield f"{kind}/{lesson.slug}.ipynb", cleared(shipped(kind, lesson))
    for name in (*PAGES, "README.md"):
        yield name, (HOME / name).read_text(encoding="utf-8")

"""`course build --watch`: which lessons of a clone, or which set of exercises, have changed since the last build.

Compared is what an author writes. Outputs, and the cells that a build generates, don't count: a build must not start
another one.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from helpers.authoring.build import NEXT
from helpers.course import parse
from helpers.errors import CourseError

SECONDS = 1.0  # between two looks

Look = Callable[[], Mapping[str, str]]


def changes(look: Look, pause: Callable[[float], object] = time.sleep) -> Iterator[list[str]]:
    """Return an iterator over the names whose digest has changed since the last time, or since this call.

    They come once two looks in a row find the same. What can't be read, such as a file that's half saved, is looked at
    again later.
    """
    return _changes(look, pause, dict(_read(look, pause)))  # what's saved from now on counts


def _changes(look: Look, pause: Callable[[float], object], seen: Mapping[str, str]) -> Iterator[list[str]]:
    while True:
        pause(SECONDS)
        now = dict(_read(look, pause))
        if now == seen:
            continue
        pause(SECONDS)
        if dict(_read(look, pause)) == now:
            changed, seen = [name for name in now if now[name] != seen.get(name)], now
            if changed:
                yield changed


def _read(look: Look, pause: Callable[[float], object]) -> Mapping[str, str]:
    while True:
        try:
            return look()
        except (OSError, ValueError, CourseError):  # half saved, or being replaced at this moment
            pause(SECONDS)


def lessons_of(root: Path) -> dict[str, str]:
    """Return a digest of each lesson in this clone by its number: its entry, notebooks and checks."""
    checks = root / "helpers" / "checks" / "lessons"
    shared = (checks / "shop.py").read_bytes()
    return {
        lesson.number: _digest(
            repr(lesson).encode(),
            *(_source(root / kind / f"{lesson.slug}.ipynb") for kind in ("lessons", "solutions")),
            (checks / f"lesson_{lesson.number}.py").read_bytes(),
            shared,
        )
        for lesson in parse((root / "lessons" / "course.toml").read_text(encoding="utf-8")).lessons
    }


def set_of(folder: Path) -> dict[str, str]:
    """Return a digest of a custom exercise set, under its folder's name."""
    files = [folder / "course.toml", *sorted(folder.glob("checks/*.py"))]
    notebooks = sorted(folder.glob("solutions/*.ipynb"))
    return {str(folder): _digest(*(path.read_bytes() for path in files), *map(_source, notebooks))}


def _source(path: Path) -> bytes:
    """Return what an author wrote in a notebook: each cell's id, type, tags and source."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    written = [cell for cell in cells if cell.get("id") != NEXT]
    kept = [[cell.get("id"), cell["cell_type"], cell["metadata"].get("tags"), cell["source"]] for cell in written]
    return json.dumps(kept).encode()


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

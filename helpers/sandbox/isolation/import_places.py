"""The files and folders that Python's imports lead to in this process, as far as a hand-in may read them.

A package needn't be below `sys.prefix`: a `.pth` file, `pip install --user`, PYTHONPATH, an editable install, or a
package manager that links into its cache can put it anywhere.
"""

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_OF_PACKAGES = ("site-packages", "dist-packages")


def import_places(hidden: Iterable[Path], home: Path) -> set[Path]:
    """Return the existing files and folders, resolved: of the installation, of `sys.path`, and of loaded modules.

    hidden: what a hand-in must not read. What equals it or is below it is left out, unless that is an environment of
    Python's. home: the user's folder. A folder that holds it, or something hidden, isn't opened as a whole: only the
    modules loaded from it are.
    """
    kept_away = [path.resolve() for path in hidden]
    installed = {Path(prefix).resolve() for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix)}

    def holds(place: Path, others: Iterable[Path]) -> bool:
        return any(other.is_relative_to(place) for other in others)

    def may_be_read(place: Path) -> bool:
        if (place / "lessons" / "course.toml").is_file():  # a copy of the course, with its solutions
            return False
        if not any(place.is_relative_to(path) for path in kept_away):
            return True
        within = any(place.is_relative_to(prefix) for prefix in installed)
        return place not in kept_away and (within or any(part in _OF_PACKAGES for part in place.parts))

    on_path = {path for path in map(_resolved, filter(None, sys.path)) if path}
    places = {path for path in on_path if path.name in _OF_PACKAGES or not holds(path, [home.resolve(), *kept_away])}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ("__main__", "helpers"):
            places |= _of_module(module)
    return installed | set(_outermost(filter(may_be_read, places)))


def _of_module(module: object) -> set[Path]:
    """Return the folders of a package, else the file of a module; each also where a link leads."""
    file, folders = getattr(module, "__file__", None), getattr(module, "__path__", None)
    found: list[Any] = []
    with contextlib.suppress(Exception):  # a module can put anything there
        found = list(folders) if folders is not None else [file]
    if folders is not None and isinstance(file, str) and (real := _resolved(file)):
        found.append(real.parent)
    return {path for each in found if isinstance(each, str | Path) and (path := _resolved(each))}


def _resolved(path: str | Path) -> Path | None:
    """Return the path without links; None when nothing is there."""
    try:
        return Path(path).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None


def _outermost(places: Iterable[Path]) -> list[Path]:
    """Return the places that are in no other one."""
    kept: list[Path] = []
    for place in sorted(places):
        if not kept or not place.is_relative_to(kept[-1]):
            kept.append(place)
    return kept

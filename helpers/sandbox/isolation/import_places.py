"""The files and folders that Python's imports lead to in this process, as far as a hand-in may read them.

A package needn't be below `sys.prefix`: a `.pth` file, `pip install --user`, PYTHONPATH, an editable install, or a
package manager that links into its cache can put it anywhere.
"""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.machinery import all_suffixes
from pathlib import Path
from types import ModuleType
from typing import Any

_OF_PACKAGES = ("site-packages", "dist-packages")
_SUFFIXES = tuple(all_suffixes())
_SHARED = (Path("/usr"), Path("/usr/local"), Path("/"))  # folders into which Python can be installed among others
_DEPTH = 2  # levels below a folder at which a copy of the course is looked for


def import_places(hidden: Iterable[Path], home: Path) -> set[Path]:
    """Return the existing files and folders, resolved: of the installation, of `sys.path`, and of loaded modules.

    hidden: what a hand-in must not read. What equals it or is below it is left out, unless that is an environment of
    Python's. The same holds for what is in a copy of the course. home: the user's folder.

    Only folders of packages and the installation are returned whole. Any other folder of `sys.path` can be a project,
    with its keys, its history and its data, so only its packages and modules are returned; and of a folder that holds
    the user's, or something hidden, only the modules that are loaded from it. What is returned can hold copies of the
    course, which have to be hidden: see `copies_of_the_course`.
    """
    kept_away = [path.resolve() for path in hidden]
    prefixes = {Path(prefix).resolve() for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix)}
    installed = {part for prefix in prefixes for part in _installation(prefix)}
    is_course = cache(_is_course)  # most places have the same folders above them

    def may_be_read(place: Path) -> bool:
        around = [path for path in kept_away if place.is_relative_to(path)]
        around += [path for path in (place, *place.parents) if is_course(path)]
        return all(_is_environment(place, path, installed) for path in around)

    places: set[Path] = set()
    for entry in filter(None, sys.path):
        path = _resolved(entry)
        if path is None:
            continue
        is_whole = path.is_file() or _is_in(path, installed)
        if is_whole or path.name in _OF_PACKAGES or Path(entry).name in _OF_PACKAGES:
            places.add(path)
        elif not any(other.is_relative_to(path) for other in [home.resolve(), *kept_away]):
            places |= _importable(path)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ("__main__", "helpers"):
            places |= _of_module(module)
    return installed | set(outermost(filter(may_be_read, places)))


def names_of_places() -> set[str]:
    """Return the paths at which Python looks for what it imports, as they are written, with links in them."""
    modules = [module for module in list(sys.modules.values()) if isinstance(module, ModuleType)]
    files = [file for module in modules if isinstance(file := module.__dict__.get("__file__"), str)]
    return {*sys.path, sys.prefix, sys.exec_prefix, sys.base_prefix, *files}


def _installation(prefix: Path) -> list[Path]:
    """Return what Python needs of its installation: all of it, unless it shares its folder with everything else."""
    if prefix not in _SHARED:
        return [prefix]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return [path for name in ("lib", "lib64") if (path := prefix / name / version).is_dir()]


def copies_of_the_course(places: Iterable[Path]) -> set[Path]:
    """Return the folders of the course, with its solutions, that are in one of these places, up to two levels below.

    An editable install has one among its packages, which isn't the one that is graded with.
    """
    searched = {path for path in map(_resolved, filter(None, sys.path)) if path}
    for place in places:
        searched |= {place, *place.glob("lib*/python*/*-packages")}
    return {course for place in searched for course in _courses_in(place, _DEPTH)}


def _is_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _is_environment(place: Path, folder: Path, installed: Iterable[Path]) -> bool:
    """Return whether a place in this folder belongs to an environment of Python's that is in the folder, too."""
    inside = [prefix for prefix in installed if prefix != folder and prefix.is_relative_to(folder)]
    return _is_in(place, inside) or any(part in _OF_PACKAGES for part in place.relative_to(folder).parts)


def _is_course(folder: Path) -> bool:
    """Return whether this is a copy of the course, with its solutions."""
    return os.path.isfile(folder / "lessons" / "course.toml")


def _courses_in(folder: Path, depth: int) -> Iterator[Path]:
    """Yield the copies of the course here and some levels below. What a link leads to isn't in the folder."""
    if _is_course(folder):
        yield folder
    elif depth:
        with contextlib.suppress(OSError), os.scandir(folder) as parts:
            for part in parts:
                if part.is_dir(follow_symlinks=False):
                    yield from _courses_in(folder / part.name, depth - 1)


def _importable(folder: Path) -> set[Path]:
    """Return what can be imported from a folder: packages, with the libraries that came with them, and modules."""
    found: set[Path] = set()
    with contextlib.suppress(OSError):
        for part in folder.iterdir():
            path = None if part.name.startswith(".") else _resolved(part)
            if path is None:
                continue
            if path.is_file():
                if part.name.endswith(_SUFFIXES) and path.name.endswith(_SUFFIXES):
                    found.add(path)
            elif _is_package(path) or part.name.endswith(".libs"):
                found.add(path)
    return found


def _is_package(folder: Path) -> bool:
    return any((folder / f"__init__{suffix}").is_file() for suffix in _SUFFIXES)


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


def outermost(places: Iterable[Path]) -> list[Path]:
    """Return the places that are in no other one."""
    kept: list[Path] = []
    for place in sorted(places):
        if not kept or not place.is_relative_to(kept[-1]):
            kept.append(place)
    return kept

"""Builds the browser edition: JupyterLite with the lessons, Python for the browser, and every package they need."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from helpers.course import HOME, Course, course
from helpers.folders import check_new, new_folder
from helpers.learner.working_copy import DISTRIBUTION
from helpers.site import jupyterlite, packages, pages, pyodide, recorded_runs, stand_ins

Told = Callable[[str, int, int], None]  # a step, how much of it is done, and how much there is: 0 where nobody counts
_Item = TypeVar("_Item")

SHOWN = ("boto3", "botocore", DISTRIBUTION)  # packages whose lines tracebacks of lessons show


def site(out: Path, tell: Told) -> None:
    """Write the browser edition into this folder, for a plain file server. It takes minutes, and tells how far it is.

    CourseError when the folder is not new or empty, or something that the build needs is missing; nothing is written
    then.
    """
    check_new(out)
    version = jupyterlite.pyodide_version()
    listed = course()
    with TemporaryDirectory() as place:
        lite, built = Path(place, "lite"), Path(place, "built")
        runtime = lite / "static" / "pyodide"
        runtime.mkdir(parents=True)
        tell(f"Getting Python for the browser (pyodide {version})", 0, 0)
        info = pyodide.fetch(version, runtime)
        lock = pyodide.lock(info, _wheels(lite, runtime, info["python"], listed, tell))
        pages.lay(lite, listed, lock, pyodide.write_lock(lock, runtime))
        tell("Building JupyterLite", 0, 0)
        jupyterlite.build(lite, built)
        jupyterlite.patch_scripts(built)
        pages.finish(built, listed)
        with new_folder(out):
            shutil.copytree(built, out, dirs_exist_ok=True)


def _counted(items: Sequence[_Item], what: str, tell: Told) -> Iterator[_Item]:
    for done, item in enumerate(items):
        tell(what, done, len(items))
        yield item
    tell(what, len(items), len(items))


def _packages(python: str, listed: Course, tell: Told) -> Iterator[tuple[str, str, Iterable[tuple[str, bytes]]]]:
    """Yield the name, version and files of each package that a tab has."""
    lessons = [HOME / "lessons" / f"{lesson.slug}.ipynb" for lesson in listed.lessons]
    runs = recorded_runs.recorded(_counted(lessons, "Running the programs of the lessons", tell))
    for needed in _counted(packages.needed(python), "Collecting what the lessons import", tell):
        yield needed.name, needed.version, packages.files(needed)
    for name in stand_ins.NAMES:
        yield name, stand_ins.VERSION, stand_ins.files(name)
    for name in ("pyodide_kernel", "ipykernel"):
        [wheel] = (jupyterlite.extension(jupyterlite.KERNEL) / "static" / "pypi").glob(f"{name}-*.whl")
        yield name, wheel.name.split("-")[1], packages.read_wheel(wheel)
    yield (
        DISTRIBUTION,
        metadata.version(DISTRIBUTION),
        [*packages.course_files(listed), (recorded_runs.PLACE, runs)],
    )


def _wheels(lite: Path, runtime: Path, python: str, listed: Course, tell: Told) -> list[Path]:
    """Write the wheels beside Python's core, and return their paths."""
    unpacked = lite / "packages"
    versions: dict[str, str] = {}
    for name, version, files in _packages(python, listed, tell):
        versions[name] = version
        for place, content in files:
            path = unpacked / name / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(jupyterlite.patch_python(place, content))
    compiling = "Compiling for the browser"
    pyodide.compile_all(runtime, unpacked, SHOWN, python, lambda done, total: tell(compiling, done, total))
    return [
        packages.write_wheel(runtime, name, version, unpacked / name)
        for name, version in _counted([*versions.items()], "Packing", tell)
    ]

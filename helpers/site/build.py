"""Builds the browser edition: JupyterLite with the lessons, Python for the browser, and every package they need."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from helpers.course import HOME, Course, course
from helpers.folders import check_new, new_folder
from helpers.learner.working_copy import DISTRIBUTION
from helpers.site import jupyterlite, packages, pages, pyodide, recorded_runs, stand_ins

SHOWN = ("boto3", "botocore", DISTRIBUTION)  # packages whose lines tracebacks of lessons show


def site(out: Path, say: Callable[[str], None] = print) -> None:
    """Write the browser edition into this folder, for a plain file server.

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
        say(f"getting Python for the browser (pyodide {version})")
        info = pyodide.fetch(version, runtime)
        say("packing what the lessons import")
        lock = pyodide.lock(info, _wheels(lite, runtime, info["python"], listed))
        pages.lay(lite, listed, lock, pyodide.write_lock(lock, runtime))
        say("building JupyterLite")
        jupyterlite.build(lite, built)
        jupyterlite.patch_scripts(built)
        pages.finish(built, listed)
        with new_folder(out):
            shutil.copytree(built, out, dirs_exist_ok=True)


def _packages(python: str, listed: Course) -> Iterator[tuple[str, str, Iterable[tuple[str, bytes]]]]:
    """Yield the name, version and files of each package that a tab has."""
    for needed in packages.needed(python):
        yield needed.name, needed.version, packages.files(needed)
    for name in stand_ins.NAMES:
        yield name, stand_ins.VERSION, stand_ins.files(name)
    for name in ("pyodide_kernel", "ipykernel"):
        [wheel] = (jupyterlite.extension(jupyterlite.KERNEL) / "static" / "pypi").glob(f"{name}-*.whl")
        yield name, wheel.name.split("-")[1], packages.read_wheel(wheel)
    runs = recorded_runs.recorded(HOME / "lessons" / f"{lesson.slug}.ipynb" for lesson in listed.lessons)
    yield (
        DISTRIBUTION,
        metadata.version(DISTRIBUTION),
        [*packages.course_files(listed), (recorded_runs.PLACE, runs)],
    )


def _wheels(lite: Path, runtime: Path, python: str, listed: Course) -> list[Path]:
    """Write the wheels beside Python's core, and return their paths."""
    unpacked = lite / "packages"
    versions: dict[str, str] = {}
    for name, version, files in _packages(python, listed):
        versions[name] = version
        for place, content in files:
            path = unpacked / name / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(jupyterlite.patch_python(place, content))
    pyodide.compile_all(runtime, unpacked, SHOWN, python)
    return [packages.write_wheel(runtime, name, version, unpacked / name) for name, version in versions.items()]

"""Builds the browser edition: JupyterLite with the lessons, Python for the browser, and every package they need."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helpers.course import Course, course
from helpers.errors import CourseError
from helpers.folders import check_new, new_folder
from helpers.learner.working_copy import DISTRIBUTION
from helpers.site import core, distributions, own, pages, stand_ins, wheels
from helpers.site.mending import mend_python, mend_scripts

SHOWN = ("boto3", "botocore", DISTRIBUTION)  # packages that tracebacks of lessons lead through
KERNEL = "@jupyterlite/pyodide-kernel-extension"
# Front ends of the kernel and of the widgets, by the distribution that brings each.
EXTENSIONS = {
    KERNEL: "jupyterlite-pyodide-kernel",
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab-widgets",
    "anywidget": "anywidget",
}


def site(out: Path, say: Callable[[str], None] = print) -> None:
    """Write the browser edition into this folder, for a plain file server.

    CourseError when the folder is not new or empty, or something that the build needs is missing; nothing is written
    then.
    """
    check_new(out)
    pyodide = _pyodide_version()
    listed = course()
    with TemporaryDirectory() as place:
        lite, built = Path(place, "lite"), Path(place, "built")
        runtime = lite / "static" / "pyodide"
        runtime.mkdir(parents=True)
        say(f"getting Python for the browser (pyodide {pyodide})")
        info = core.fetch(pyodide, runtime)
        say("packing what the lessons import")
        lock = core.lock(info, _wheels(lite, runtime, info["python"], listed))
        for name, text in own.contents(listed):
            path = lite / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        pages.lay(lite, lock, core.write_lock(lock, runtime))
        say("building JupyterLite")
        _jupyterlite(lite, built)
        mend_scripts(built)
        pages.finish(built, listed)
        with new_folder(out):
            shutil.copytree(built, out, dirs_exist_ok=True)


def _pyodide_version() -> str:
    """Return the version of Pyodide that the installed kernel is made for."""
    try:
        import jupyterlite_core  # noqa: F401
        from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
    except ImportError:
        raise CourseError(
            "The browser edition needs JupyterLite: pip install 'mastering-aws-messaging[site]'."
        ) from None
    return PYODIDE_VERSION


def _packages(python: str, listed: Course) -> Iterator[tuple[str, str, Iterable[tuple[str, bytes]]]]:
    """Yield the name, version and files of each package that a tab has."""
    for needed in distributions.needed(python):
        yield needed.name, needed.version, distributions.files(needed)
    for name in stand_ins.NAMES:
        yield name, stand_ins.VERSION, stand_ins.files(name)
    for name in ("pyodide_kernel", "ipykernel"):
        [wheel] = (_extension(KERNEL) / "static" / "pypi").glob(f"{name}-*.whl")
        yield name, wheel.name.split("-")[1], wheels.read(wheel)
    yield DISTRIBUTION, metadata.version(DISTRIBUTION), own.files(listed)


def _wheels(lite: Path, runtime: Path, python: str, listed: Course) -> list[Path]:
    """Write the wheels beside Python's core, and return their paths."""
    packages = lite / "packages"
    versions: dict[str, str] = {}
    for name, version, files in _packages(python, listed):
        versions[name] = version
        for place, content in files:
            path = packages / name / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mend_python(place, content))
    core.compile_all(runtime, packages, SHOWN, python)
    return [wheels.write(runtime, name, version, packages / name) for name, version in versions.items()]


def _extension(name: str) -> Path:
    """Return the folder of an installed front end."""
    inside = f"share/jupyter/labextensions/{name}/package.json"
    for file in metadata.distribution(EXTENSIONS[name]).files or []:
        if file.as_posix().endswith(inside):
            return Path(file.locate()).resolve().parent
    raise CourseError(f"{EXTENSIONS[name]} is installed without its front end, {name}.")


def _jupyterlite(lite: Path, out: Path) -> None:
    """Run JupyterLite's own build."""
    extensions = lite / "extensions"
    for name in EXTENSIONS:
        shutil.copytree(_extension(name), extensions / name)
    settings: dict[str, Any] = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": [str(lite / "files")],
            "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(out),
            "workspaces": [str(path) for path in lite.glob("*.jupyterlab-workspace")],
        },
    }
    (lite / "jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", str(lite)]
    done = subprocess.run(command, cwd=lite, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CourseError(f"JupyterLite's build failed:\n{(done.stdout + done.stderr)[-2000:]}")

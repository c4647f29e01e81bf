"""Pyodide, Python for the browser: its core as npm has it, bytecode made with it, and the packages that it may load."""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from helpers.errors import CourseError

NPM_LOCK = "pyodide-lock.json"
STDLIB = "python_stdlib.zip"
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", STDLIB, NPM_LOCK)
# The modules of Python's own library that learners' errors lead through: they keep their source.
_SHOWN = r"(json|sqlite3|collections)/|(base64|contextlib|dataclasses|enum|functools|queue|random|threading|uuid)\.py"
_BYTECODE = Path(__file__).parent / "bytecode.mjs"


def fetch(version: str, folder: Path) -> dict[str, Any]:
    """Put the core of this version into the folder, and return its own description, which has "python", the version.

    CourseError when npm is missing or fails.
    """
    with TemporaryDirectory() as place:
        _run("npm", "pack", f"pyodide@{version}", "--loglevel=error", "--pack-destination", place)
        [archive] = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for name in FILES:
                (folder / name).write_bytes(_content(packed, name))
    return json.loads((folder / NPM_LOCK).read_text(encoding="utf-8"))["info"]


def compile_all(
    runtime: Path, packages: Path, shown: Collection[str], python: str, tell: Callable[[int, int], None]
) -> None:
    """Put the bytecode of all packages in this folder beside them, and of Python's own library into its archive.

    A tab then starts in half the time. packages: a folder for each. shown: those that keep their source, for
    tracebacks; the others keep only the bytecode. python: the version, such as "3.14.2". tell: gets how many folders
    are done, and of how many. CourseError when node is missing or fails.
    """
    library = runtime / STDLIB
    major, minor = python.split(".")[:2]
    site_packages = f"/lib/python{major}.{minor}/site-packages"
    with TemporaryDirectory() as place:
        with zipfile.ZipFile(library) as archive:
            archive.extractall(place)
        folders = [
            {"folder": str(path), "inTheTab": site_packages, "legacy": path.name not in shown}
            for path in sorted(packages.iterdir())
        ]
        folders.append({"folder": place, "inTheTab": f"/lib/python{major}{minor}.zip", "legacy": True})
        tell(0, len(folders))

        def heard(line: str) -> None:
            if line.strip().isdigit():
                tell(int(line), len(folders))

        _run("node", str(_BYTECODE), str(runtime), json.dumps(folders), heard=heard)
        with zipfile.ZipFile(library, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(Path(place).rglob("*")):
                inside = path.relative_to(place).as_posix()
                # All sources would double it, and private windows keep no file of that size in their caches.
                if path.suffix != ".py" or re.match(_SHOWN, inside):
                    archive.write(path, inside)
    for source in packages.rglob("*.py"):
        if source.with_suffix(".pyc").is_file():
            source.unlink()
    (runtime / NPM_LOCK).unlink()  # it leads to packages elsewhere


def _run(program: str, *arguments: str, heard: Callable[[str], None] = lambda line: None) -> None:
    """Run it, and hand on each line that it prints as soon as it does. CourseError when it is missing or fails."""
    found = shutil.which(program)  # on Windows it is npm.cmd
    if found is None:
        raise CourseError(
            f"The browser edition is built with npm and node, and {program} isn't installed. Install both."
        )
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        command = [found, *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8") as process:
            for line in process.stdout or ():
                heard(line)
        if process.returncode:
            complaints.seek(0)
            told = complaints.read().strip()[:500] or f"exit code {process.returncode}"
            raise CourseError(f"{program} {' '.join(arguments[:2])} failed. It says: {told}")


def _content(packed: tarfile.TarFile, name: str) -> bytes:
    try:
        file = packed.extractfile(f"package/{name}")
    except KeyError:
        file = None
    if file is None:
        raise CourseError(f"npm's package of pyodide has no {name}. This course expects another version of it.")
    return file.read()


def lock(info: dict[str, Any], wheels: Iterable[Path]) -> dict[str, Any]:
    """Return the list of all packages that a tab may load: these wheels, which lie beside it, and no others."""
    return {"info": info, "packages": {entry["name"]: entry for entry in map(_entry, wheels)}}


def write_lock(lock: dict[str, Any], folder: Path) -> str:
    """Write the list into this folder and return its name, which depends on its content, as the names of wheels do."""
    text = json.dumps(lock, indent=1)
    name = f"packages-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    (folder / name).write_text(text, encoding="utf-8")
    return name


def _entry(wheel: Path) -> dict[str, Any]:
    name, version = wheel.name.split("-")[:2]
    return {
        "name": name.replace("_", "-").lower(),
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [],  # all are loaded when the kernel starts, so none waits for its import
        "depends": [],
        "unvendored_tests": False,
    }

"""Pyodide, which is Python for the browser: its core as npm has it, and the list of packages that it may load."""

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helpers.errors import CourseError

FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"


def fetch(version: str, folder: Path) -> dict[str, Any]:
    """Put the core of this version into the folder, and return what it says of itself, with its "python".

    CourseError when npm is missing or cannot get it.
    """
    with TemporaryDirectory() as place:
        command = ["npm", "pack", f"pyodide@{version}", "--silent", "--pack-destination", place]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise CourseError("The browser edition takes Python from npm, which is not on this machine.") from None
        except subprocess.CalledProcessError as problem:
            raise CourseError(f"npm could not get pyodide {version}: {problem.stderr.strip()[-300:]}") from None
        [archive] = Path(place).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for name in FILES:
                (folder / name).write_bytes(_content(packed, name))
            return json.loads(_content(packed, LOCK))["info"]


def _content(packed: tarfile.TarFile, name: str) -> bytes:
    file = packed.extractfile(f"package/{name}")
    if file is None:
        raise CourseError(f"npm's package of pyodide has no {name}.")
    return file.read()


def lock(info: dict[str, Any], wheels: Iterable[Path]) -> dict[str, Any]:
    """Return the list of all packages that a tab may load: these wheels, which lie beside it, and no others."""
    return {"info": info, "packages": {entry["name"]: entry for entry in map(_entry, wheels)}}


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

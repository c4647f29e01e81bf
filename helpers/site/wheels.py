"""Wheels for the browser edition, written from files and given names."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from wheel.wheelfile import WheelFile

_WHEEL = "Wheel-Version: 1.0\nGenerator: course site\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(folder: Path, name: str, version: str, files: Iterable[tuple[str, bytes]], more: str = "") -> Path:
    """Write a wheel of pure Python into the folder and return its path.

    files: paths within site-packages and contents. more: files of its dist-info, METADATA's lines. The wheel's name
    tells its content, so that no browser takes an older one from its cache.
    """
    content = sorted(files)
    digest = hashlib.sha256(b"".join(f"{path}\0{len(body)}\0".encode() + body for path, body in content)).hexdigest()
    stem = f"{name.replace('-', '_')}-{version}"
    path = folder / f"{stem}-0x{digest[:8]}-py3-none-any.whl"
    with WheelFile(path, "w") as wheel:
        for place, body in content:
            wheel.writestr(place, body)
        wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}")
        wheel.writestr(f"{stem}.dist-info/WHEEL", _WHEEL)
    return path


def copy(folder: Path, wheel: Path) -> Path:
    """Copy a wheel that is taken as it is, and return the path of the copy."""
    return Path(shutil.copy(wheel, folder))

"""Wheels for the browser edition, written from a folder; the same files make the same wheel, byte for byte."""

import base64
import hashlib
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

_WHEEL = "Wheel-Version: 1.0\nGenerator: course site\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(out: Path, name: str, version: str, folder: Path) -> Path:
    """Write a wheel of all files below the folder, which is laid as site-packages is, and return its path.

    The wheel's name tells its content, so that no browser takes an older one from its cache.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # One folder of what is told about the package, under the one name that Pyodide looks for.
    files = {re.sub(r"^[^/]+\.dist-info/", f"{stem}.dist-info/", place): content for place, content in found.items()}
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files |= {f"{stem}.dist-info/METADATA": about.encode(), f"{stem}.dist-info/WHEEL": _WHEEL.encode()}
    record = f"{stem}.dist-info/RECORD"
    lines = [f"{place},sha256={_digest(content)},{len(content)}\n" for place, content in sorted(files.items())]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    path = out / f"{stem}-0x{hashlib.sha256(files[record]).hexdigest()[:8]}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for place, content in sorted(files.items()):
            wheel.writestr(zipfile.ZipInfo(place), content, zipfile.ZIP_DEFLATED)  # dated 1980, whenever it is written
    return path


def read(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file of a wheel, but for what is told about it."""
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if ".dist-info/" not in name or "/licenses/" in name:
                yield name, packed.read(name)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

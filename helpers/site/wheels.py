"""Wheels for the browser edition: written from a folder, with the bytecode that the site's Python reads at once."""

import hashlib
from pathlib import Path

_WHEEL = "Wheel-Version: 1.0\nGenerator: course site\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write(out: Path, name: str, version: str, folder: Path) -> Path:
    """Write a wheel of all files below the folder, which is laid as site-packages is, and return its path.

    The wheel's name tells its content, so that no browser takes an older one from its cache.
    """
    from wheel.wheelfile import WheelFile  # of the extra `site`; without it the command still says what is missing

    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    digest = hashlib.sha256()
    for place, content in sorted(files.items()):
        digest.update(f"{place}\0{len(content)}\0".encode() + content)
    stem = f"{name.replace('-', '_')}-{version}"
    path = out / f"{stem}-0x{digest.hexdigest()[:8]}-py3-none-any.whl"
    with WheelFile(path, "w") as wheel:
        for place, content in sorted(files.items()):
            wheel.writestr(place, content)
        wheel.writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{stem}.dist-info/WHEEL", _WHEEL)
    return path

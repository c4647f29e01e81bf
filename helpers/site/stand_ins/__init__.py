"""Stand-ins for packages that don't exist for a browser tab, or are of no use there: a folder for each.

told.txt has the sentence about it on the site's own page. A stand-in without modules only makes the import fail.
"""

from collections.abc import Iterator
from pathlib import Path

_FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.name for path in _FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"))
VERSION = "0"


def files(name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path within site-packages and the content of each file of this stand-in."""
    for path in sorted((_FOLDER / name).rglob("*.py")):
        yield path.relative_to(_FOLDER / name).as_posix(), path.read_bytes()


def told(name: str) -> str:
    """Return the sentence about this stand-in, and what it cannot do."""
    return (_FOLDER / name / "told.txt").read_text(encoding="utf-8").strip()

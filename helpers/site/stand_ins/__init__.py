"""Stand-ins for packages that have no form for a browser tab, or no use there: a folder for each, with its modules.

The first line of each tells on the site's own page what it stands in for, and what it cannot do.
"""

import ast
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
    """Return the sentence that the stand-in says of itself."""
    module = next(
        path for path in (_FOLDER / name / name / "__init__.py", _FOLDER / name / f"{name}.py") if path.is_file()
    )
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").split("\n")[0]

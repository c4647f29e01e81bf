"""The shape of the house: which module may import which, and how large one may get."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "helpers"
# What stands in for another package in a browser tab is no part of this one.
STAND_INS = PACKAGE / "site" / "stand_ins"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if STAND_INS not in path.parent.parents)
LARGEST = 200  # lines that are not blank

# Who is large today, and how large. A number may only become smaller; at 200 the line goes.
EXCEPTIONS: dict[str, int] = {}

# A room may import the rooms named here, and itself. What is not named is refused.
ARROWS = {
    "errors": set(),
    "course": {"errors"},
    "world": {"errors"},
    "rules": {"world"},
    "cloud": {"rules", "world", "errors"},
    "views": set(),
    "progress": {"errors", "course"},
    "live": {"cloud", "views", "errors"},
    "show": {"live", "cloud", "views", "progress", "course", "errors"},
    "checks": {"cloud", "world", "views", "progress", "course", "errors"},
    "kernels": set(),
    "grading": {"checks", "cloud", "world", "views", "course", "errors"},
    "desk": {"kernels", "checks", "cloud", "course", "errors"},
    "authoring": {"kernels", "cloud", "course", "errors"},
    "site": {"desk", "course", "errors"},
    "pytest_plugin": {"cloud"},
    "cli": {"grading", "desk", "authoring", "site", "cloud", "course", "errors"},
    "": {"cloud", "checks", "show"},  # helpers/__init__.py
}


def room(path):
    """Return the room that a module stands in: its folder, or its own name at the top."""
    inside = path.relative_to(PACKAGE)
    name = inside.parts[0] if len(inside.parts) > 1 else inside.stem
    return "" if name == "__init__" else name


def imports(path):
    """Return the rooms of `helpers` that a module imports, inside its functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written whole"
            names = [node.module or ""]
            if node.module == "helpers":
                names = [f"helpers.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("helpers.")}
    return found


def name_of(path):
    """Return a module's name within the package."""
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_point_one_way(path):
    """A module imports only what stands below its room."""
    here = room(path)
    assert imports(path) - {here} <= ARROWS[here], f"{name_of(path)} imports what its room may not"


def test_a_lesson_s_checks_import_no_engine():
    """A check gets all it needs as arguments, so it runs alike behind every seam; the shop knows no engine either."""
    for path in (PACKAGE / "checks").glob("lesson_*.py"):
        said = re.findall(r"(?m)^\s*(?:from|import) (helpers.*)$", path.read_text(encoding="utf-8"))
        assert set(said) <= {"helpers.checks import shop"}, path.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_stays_small(path):
    """A module is finished on a screen or two; the list of exceptions can only shrink."""
    lines = len([line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()])
    if path.name.startswith("lesson_"):
        pytest.skip("as long as the lesson has exercises")
    assert lines <= EXCEPTIONS.get(name_of(path), LARGEST)


def test_the_exceptions_are_still_needed():
    """A module that became small enough leaves the list."""
    for name, allowed in EXCEPTIONS.items():
        lines = len([line for line in (PACKAGE / name).read_text(encoding="utf-8").splitlines() if line.strip()])
        assert LARGEST < lines <= allowed, name


def test_the_learner_s_vocabulary_is_ten_names():
    """Ten public names, all of which are there."""
    import helpers

    assert len(helpers.__all__) == 10
    assert all(getattr(helpers, name) is not None for name in helpers.__all__)


def test_every_public_function_says_what_comes_back():
    """Modules, public classes and public functions have docstrings."""
    missing = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if tree.body and not ast.get_docstring(tree):
            missing.append(name_of(path))
        for node in tree.body:
            public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                missing.append(f"{name_of(path)}: {node.name}")
    assert missing == []

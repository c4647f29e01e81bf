"""The shape of the house: which module may import which, and what is public."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "helpers"
# What stands in for another package in a browser tab is no part of this one.
STAND_INS = PACKAGE / "site" / "stand_ins"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if STAND_INS not in path.parent.parents)
# A room may import the rooms named here, and itself. What is not named is refused.
ARROWS = {
    "errors": set(),
    "course": {"errors"},
    "secret_scan": set(),
    "simulation": {"errors"},
    "aws_rules": {"simulation"},
    "backends": {"aws_rules", "simulation", "secret_scan", "errors"},
    "workshop": {"backends", "aws_rules", "simulation", "errors"},
    "views": set(),
    "progress": {"errors", "course"},
    "live": {"backends", "views", "simulation", "errors"},
    "show": {"live", "backends", "views", "progress", "course", "errors"},
    "checks": {"backends", "aws_rules", "simulation", "views", "progress", "course", "errors"},
    "kernels": set(),
    "sandbox": {"checks", "backends", "simulation", "errors"},
    "grading": {"sandbox", "checks", "backends", "simulation", "views", "course", "errors"},
    "learner": {"kernels", "checks", "backends", "secret_scan", "course", "errors"},
    "authoring": {"kernels", "learner", "backends", "course", "errors"},
    "site": {"authoring", "learner", "course", "errors"},
    "pytest_plugin": {"backends"},
    "cli": {"grading", "learner", "authoring", "workshop", "site", "backends", "course", "errors"},
    "": {"backends", "checks", "show"},  # helpers/__init__.py
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
    """A check gets all it needs as arguments, so it runs alike behind every runner; the shop knows no engine either."""
    for path in (PACKAGE / "checks" / "lessons").glob("lesson_*.py"):
        said = re.findall(r"(?m)^\s*(?:from|import) (helpers.*)$", path.read_text(encoding="utf-8"))
        assert set(said) <= {"helpers.checks.lessons import shop"}, path.name


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

"""The shape of the package: which module may import which, that no imports form a cycle, and what is public."""

import ast
import graphlib
import re
import sys
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "helpers"
# Replacements for other packages in the browser edition aren't part of this one.
STAND_INS = PACKAGE / "site" / "stand_ins"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if STAND_INS not in path.parent.parents)
# Notebooks and checks that `course new` copies; they aren't modules of the package.
PATTERN = PACKAGE / "authoring" / "pattern"
# What can have an import statement in it; an expression can't.
HOLDS_STATEMENTS = (ast.mod, ast.stmt, ast.excepthandler, ast.match_case)
# A room may import itself and the rooms named here, and no others.
ARROWS = {
    "errors": set(),
    "cores": set(),
    "findings": set(),
    "course": {"errors"},
    "folders": {"course", "errors"},
    "secret_scan": set(),
    "templates": set(),
    "traffic": set(),
    "simulation": {"errors"},
    "aws_rules": {"simulation"},
    "backends": {"aws_rules", "simulation", "secret_scan", "views", "sharing", "progress", "errors"},
    "workshop": {"backends", "aws_rules", "simulation", "sharing", "findings", "course", "templates", "errors"},
    "views": {"templates"},
    "progress": {"errors", "course"},
    "sharing": {"progress", "folders", "errors"},
    "live": {"backends", "views", "simulation", "errors"},
    "questions": {"backends", "views", "progress", "course"},
    "show": {"live", "questions", "backends", "views", "progress", "course", "errors"},
    "checks": {"backends", "aws_rules", "simulation", "views", "traffic", "sharing", "progress", "course", "errors"},
    "kernels": set(),
    "sandbox": {"checks", "backends", "aws_rules", "simulation", "errors"},
    "grading": {
        "sandbox",
        "checks",
        "backends",
        "simulation",
        "views",
        "folders",
        "templates",
        "cores",
        "course",
        "errors",
    },
    # What a learner packs is read as grading reads it. In a browser tab, a form packs it.
    "learner": {
        "kernels",
        "grading",
        "checks",
        "backends",
        "views",
        "secret_scan",
        "folders",
        "findings",
        "progress",
        "course",
        "errors",
    },
    # A course or an exercise set is proven by grading it.
    "authoring": {"kernels", "grading", "checks", "backends", "folders", "templates", "cores", "course", "errors"},
    "site": {"learner", "kernels", "backends", "folders", "course", "errors"},
    "forked_kernels": {
        "show",
        "checks",
        "backends",
        "aws_rules",
        "simulation",
        "views",
        "secret_scan",
        "course",
        "errors",
    },
    "pytest_plugin": {"forked_kernels", "backends", "cores", "course"},
    "cli": {"grading", "learner", "authoring", "workshop", "site", "backends", "findings", "course", "errors"},
    "": {"backends", "checks", "show"},  # helpers/__init__.py
}


def dotted(path):
    """Return the name under which a module or package is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path): path for path in MODULES if PATTERN not in path.parents}


def room(name):
    """Return the room of a module: its folder, or its own name at the top; "" for the package itself."""
    return name.split(".")[1] if "." in name else ""


def imported(path, for_types=True):
    """Return the modules of `helpers` that a file imports: inside functions and by `import_module` too.

    for_types: whether imports that never run, under `if TYPE_CHECKING:`, are included.
    """
    run, types, _ = facts(path)
    return run | types if for_types else run


@cache
def facts(path):
    """Return the modules that a file imports when it runs, those for types only, and what has no docstring.

    All at once, since a file is parsed for it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return *_imports(path, tree), _without_docstring(tree)


def _without_docstring(tree):
    """Return the names of the public functions and classes that have no docstring; "" for the module."""
    public = [
        node
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")
    ]
    module = [tree] if tree.body else []
    return [getattr(node, "name", "") for node in (*module, *public) if not ast.get_docstring(node)]


def _imports(path, tree):
    """Return the modules of `helpers` that a file imports when it runs, and those that it imports for types only."""
    run, types = set(), set()
    by_name = "import_module" in path.read_text(encoding="utf-8")
    left = [(tree, run)]
    while left:
        node, found = left.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            left += [(inner, types) for inner in node.body] + [(inner, found) for inner in node.orelse]
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in NAMES else node.module for name in names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "import_module"):
            name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            assert isinstance(name, ast.Constant), f"{path}: the name has to begin with the package's"
            found |= {known for known in NAMES if known.startswith(name.value)}
        if by_name or isinstance(node, HOLDS_STATEMENTS):
            left += [(inner, found) for inner in ast.iter_child_nodes(node)]
    return tuple({name for name in found if name.split(".")[0] == "helpers"} for found in (run, types))


def assert_no_cycle(graph):
    """Fail with the cycle if there is one."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as problem:
        pytest.fail(" is imported by ".join(map(str, problem.args[1])))


def name_of(path):
    """Return a module's name within the package."""
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arrows_point_one_way(path):
    """A module imports only from rooms that its own may import."""
    here = room(dotted(path))
    assert {room(name) for name in imported(path)} - {here} <= ARROWS[here], f"{name_of(path)} imports too much"


def test_the_arrows_themselves_form_no_cycle():
    """The table of arrows can't allow two rooms to import each other, however many rooms are between them."""
    assert_no_cycle(ARROWS)


def test_no_modules_import_each_other():
    """Following imports from a module never leads back to it, not even through imports inside functions.

    The packages' own `__init__` modules count only where they are named: importing any module runs those above it.
    """
    assert_no_cycle({name: imported(path, for_types=False) - {name} for name, path in NAMES.items()})


def test_no_folders_of_a_room_import_each_other():
    """Of a room's folders, such as offline, endpoint and aws, one may use another, and then not the reverse."""
    graph = {}
    for path in NAMES.values():
        here = path.parent
        beside = {NAMES[other].parent for other in imported(path, for_types=False) if other in NAMES} - {here}
        graph.setdefault(here, set()).update(other for other in beside if other.parent == here.parent != PACKAGE)
    assert_no_cycle(graph)


RUN_BY_ANOTHER_PROGRAM = {"helpers.cli.__main__", "helpers.grading.nbgrader_config"}


def test_every_module_can_be_imported_by_its_name():
    """`import helpers.x.y as z` gives the module, so no name of the learner's hides a package on the way to it."""
    import helpers
    from helpers.backends import running

    for name in sorted(NAMES.keys() - RUN_BY_ANOTHER_PROGRAM):
        found = {}
        exec(f"import {name} as module", found)
        assert found["module"] is sys.modules[name], name
    assert helpers.cloud is running.cloud
    assert {name for name in helpers.__all__ if f"helpers.{name}" in NAMES} == {"show"}


def test_a_lessons_checks_import_no_engine():
    """A check gets everything as arguments, so it runs the same way in every runner."""
    for path in (PACKAGE / "checks" / "lessons").glob("lesson_*.py"):
        names = re.findall(r"(?m)^\s*(?:from|import) (helpers.*)$", path.read_text(encoding="utf-8"))
        assert set(names) <= {"helpers.checks.lessons import shop"}, path.name


def test_the_learners_vocabulary_is_ten_names():
    """There are ten public names, and each of them exists."""
    import helpers

    assert len(helpers.__all__) == 10
    assert all(getattr(helpers, name) is not None for name in helpers.__all__)


def test_everything_public_has_a_docstring():
    """Every module, public class and public function has a docstring."""
    missing = {name_of(path): names for path in MODULES if (names := facts(path)[2])}
    assert missing == {}

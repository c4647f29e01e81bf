"""The maps in the packages' docstrings name every module, so that a reader finds each rule."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "helpers" / "aws_rules"


@pytest.mark.parametrize("name", ["cloudwatch", "common", "policies", "sns", "sqs"])
def test_a_packages_docstring_names_its_modules(name: str) -> None:
    """Each module of the package is in its docstring, and everything that leads a line there is a module."""
    folder = PACKAGE / name
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules <= set(re.findall(r"`(\w+)`", text))
    assert set(re.findall(r"(?m)^- `(\w+)`", text)) <= modules

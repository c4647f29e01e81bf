"""What is wrong with the source of checks, as far as that shows without running them: names that nobody defined.

A typo in a line that only wrong answers reach would otherwise be found by the first learner whose answer is wrong.
"""

import ast
import builtins
import inspect
import symtable
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from helpers.checks.case import Case
from helpers.grading.exercise_set import ExerciseSet

_CASE = "case"  # what checks call their Case
_OF_A_CASE = {*dir(Case), *Case.__init__.__code__.co_names}
_SHARED = "helpers.checks.lessons."


def faults(chosen: ExerciseSet, lesson: str) -> list[str]:
    """Return what's wrong with the checks of a lesson, and what they share: a sentence with file, line and name each.

    CourseError when they can't be loaded.
    """
    [(_, check), *_] = chosen.checks(lesson)
    known = check.__globals__
    found = list(_faults(f"lesson_{lesson[:2]}.py", chosen.sources[lesson], known))
    for module in known.values():
        if isinstance(module, ModuleType) and module.__name__.startswith(_SHARED):
            found += _faults(f"{module.__name__.rpartition('.')[2]}.py", inspect.getsource(module), vars(module))
    return found


def _faults(file: str, source: str, known: Mapping[str, Any]) -> Iterator[str]:
    tree = ast.parse(source)
    missing = set(_globals(symtable.symtable(source, file, "exec"))) - {*known, *dir(builtins)}
    local = _bound(tree)
    known = {name: it for name, it in known.items() if name not in local}
    for function in tree.body:
        for node in ast.walk(function):
            if said := _fault(node, missing, known):
                yield f"{file}, line {node.lineno}, in {getattr(function, 'name', 'the module')}: {said}"  # type: ignore[attr-defined]


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that functions read and that aren't their own."""
    for symbol in table.get_symbols():
        if table.get_type() != "module" and symbol.is_global() and symbol.is_referenced():
            yield symbol.get_name()
    for inner in table.get_children():
        yield from _globals(inner)


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that some function gives another meaning."""
    inner = [node for function in tree.body if isinstance(function, ast.FunctionDef) for node in ast.walk(function)]
    stored = {node.id for node in inner if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return stored | {node.arg for node in inner if isinstance(node, ast.arg)}


def _fault(node: ast.AST, missing: set[str], known: Mapping[str, Any]) -> str:
    match node:
        case ast.Name(id=name) if name in missing:
            return f"nothing is called {name}. Correct the name, or define it."
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            module = known.get(owner)
            if owner == _CASE and name not in _OF_A_CASE:
                return f"a case has no {name}. helpers/checks/case.py has what it can do."
            if isinstance(module, ModuleType) and not hasattr(module, name):
                return f"the module {owner} has no {name}. Correct the name."
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if owner == _CASE:
            return _misfit(node, name)
    return ""


def _misfit(call: ast.Call, name: str) -> str:
    """Return what's wrong with the arguments of a call of a case's method, if that can be told."""
    method = inspect.getattr_static(Case, name, None)
    has_more = any(isinstance(each, ast.Starred) for each in call.args) or not all(each.arg for each in call.keywords)
    if not inspect.isfunction(method) or has_more:
        return ""
    try:
        inspect.signature(method).bind(None, *call.args, **{each.arg or "": each.value for each in call.keywords})
    except TypeError as problem:
        return f"case.{name} can't be called like that: {problem}."
    return ""

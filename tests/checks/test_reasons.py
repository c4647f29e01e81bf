"""Every refusal of a lesson's check has a reason id: some words in kebab-case, for one fault of its exercise only.

The ids are read from the source, since no answer reaches all of them. They're written at four places: as the first
argument of `case.not_yet`, in an assignment to `reason`, and as the first item of a pair or of a row in a table.
"""

import ast
import itertools
import re
from functools import lru_cache

import pytest
from answer_files import EXERCISES

from helpers.course import HOME

LESSONS = HOME / "helpers" / "checks" / "lessons"
MODULES = sorted(path for path in LESSONS.glob("*.py") if path.stem != "__init__")
ID = re.compile(r"[a-z]+(-[a-z]+)+")
LONGEST = 40


@lru_cache
def tree(path):
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def of_lesson(exercise):
    """Return the syntax trees that an exercise's check is written in: its lesson's, and those that lessons share."""
    own = LESSONS / f"lesson_{exercise.lesson[:2]}.py"
    return [tree(path) for path in MODULES if path == own or not path.stem.startswith("lesson_")]


def nodes_of(exercise):
    """Return all nodes of the functions and tables that the check of this exercise leads to."""
    defined, found, left = {}, {}, [exercise.answer]
    for module in reversed(of_lesson(exercise)):
        for node in module.body:
            names = [node.name] if isinstance(node, ast.FunctionDef) else []
            names += [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
            defined |= dict.fromkeys(names, node)
    while left:
        name = left.pop()
        if name in defined and name not in found:
            found[name] = list(ast.walk(defined[name]))
            left += [node.id for node in found[name] if isinstance(node, ast.Name)]
            left += [node.attr for node in found[name] if isinstance(node, ast.Attribute)]
    return [node for nodes in found.values() for node in nodes]


def text_of(node):
    """Return the text of a constant, or of an f-string with {} for its values; "" for another node."""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def ids_in(nodes):
    """Yield each id that is written in these nodes, with the source of the text that explains the fault."""
    for node in nodes:
        if is_refusal(node):
            why = next(ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "why")
            first = node.args[0] if node.args else None
            choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
            yield from ((choice.value, why) for choice in choices if isinstance(choice, ast.Constant))
        elif isinstance(node, ast.Tuple) and len(node.elts) > 1 and is_id(text_of(node.elts[0])):
            yield text_of(node.elts[0]), ast.unparse(node.elts[-1])
        for statement, following in pairs(node):
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "reason":
                yield text_of(statement.value), ast.unparse(following.value)


def pairs(node):
    """Yield each statement of a block with the one that follows it."""
    for block in ("body", "orelse"):
        statements = getattr(node, block, None)
        if isinstance(statements, list):
            yield from itertools.pairwise(statements)


def is_id(text):
    """Return whether the text is an id, in which {} takes the place of a word."""
    return bool(ID.fullmatch(text.replace("{}", "x")))


def is_refusal(node):
    """Return whether it's a call of `case.not_yet`."""
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "not_yet"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_each_refusal_has_a_reason(path):
    """The first argument is an id, or the variable `reason` (in shop's `explain` from its table)."""
    refusals = [node for node in ast.walk(tree(path)) if is_refusal(node)]
    odd = [node.lineno for node in refusals if not node.args or not says_reason(node.args[0])]
    assert odd == [], "lines without a reason id"


def says_reason(node):
    """Return whether this argument is an id, one of two ids, or is called `reason`."""
    if isinstance(node, ast.IfExp):
        return says_reason(node.body) and says_reason(node.orelse)
    return is_id(text_of(node)) or ast.unparse(node).startswith("reason")


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda exercise: exercise.answer)
def test_an_exercise_uses_an_id_for_one_fault(exercise):
    """Each id is short and in kebab-case. Where an exercise uses one twice, it explains the same fault."""
    explained = {}
    for reason, why in ids_in(nodes_of(exercise)):
        assert is_id(reason), f"{reason} is not two or more words in kebab-case"
        assert len(reason) <= LONGEST, reason
        assert explained.setdefault(reason, why) == why, f"{reason} is the id of two faults"
    assert explained, "the check refuses nothing"

"""Mutants of a function: its source with one small mechanical change, which a good check refuses."""

import ast
from collections.abc import Iterator
from copy import copy
from typing import Any

Change = tuple[str, ast.AST]  # in words, and the node that comes in place of the old one


def mutants(source: str) -> dict[str, str]:
    """Return the changed sources by name, such as "take_one: line 5, drop `sqs.delete_message(...)`".

    Lines are counted below the docstring of the function, so a name stays when the docstring changes. No two sources
    are equal, and none is equal to the original.
    """
    tree = ast.parse(source)
    seen, found = {ast.unparse(tree)}, {}
    for node, holder, key, place in _places(tree):
        for kind in KINDS:
            for words, new in kind(node):
                holder[key] = new
                mutant = ast.unparse(tree)
                holder[key] = node
                if mutant not in seen:
                    seen.add(mutant)
                    found[_unused(f"{place}, {words}", found)] = mutant
    return found


def _places(parent: ast.AST, label: str = "the cell", above: int = 0, line: int = 1) -> Iterator[tuple]:
    """Yield every node in the parent, with the list or dictionary that holds it, its key in there, and its line.

    label: the function that the parent is in. above: how many lines are above that function's body. line: the
    parent's, for nodes that have none.
    """
    for holder, key in _slots(parent):
        node, within = holder[key], (label, above)
        if isinstance(node, ast.FunctionDef) and label == "the cell":
            within = node.name, node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
        at = getattr(node, "lineno", line)
        yield node, holder, key, f"{within[0]}: line {max(at - within[1], 0)}"  # 0 is the function's head
        if not isinstance(node, ast.Raise):  # the words of an error are for people
            yield from _places(node, *within, at)


def _slots(parent: ast.AST) -> Iterator[tuple]:
    """Yield the holder and the key of each node right under the parent that a change can matter to."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns"):
            continue
        pairs = [(value, n) for n in range(len(value))] if isinstance(value, list) else [(vars(parent), field)]
        yield from ((holder, key) for holder, key in pairs if _can_matter(holder[key]))


def _can_matter(value: Any) -> bool:
    """Return whether it is a node other than a docstring or a print, which no check reads."""
    if not isinstance(value, ast.Expr):
        return isinstance(value, ast.AST)
    shown = isinstance(value.value, ast.Call) and ast.unparse(value.value.func) == "print"
    return not shown and not isinstance(value.value, ast.Constant)


def _unused(name: str, names: dict[str, str]) -> str:
    """Return the name, with a number when the line has a change of the same words already."""
    number, unused = 1, name
    while unused in names:
        number += 1
        unused = f"{name} ({number})"
    return unused


def _short(node: ast.AST) -> str:
    """Return the node's source in one line of 60 characters at most, in backquotes."""
    text = " ".join(ast.unparse(node).split())
    return f"`{text}`" if len(text) <= 60 else f"`{text[:57]}...`"


def _with(node: Any, **fields: Any) -> Any:
    """Return a copy of the node with other values in these fields."""
    new = copy(node)
    for field, value in fields.items():
        setattr(new, field, value)
    return new


def drop_statement(node: ast.AST) -> Iterator[Change]:
    """Leave a statement out."""
    simple = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.Expr, ast.Raise, ast.Break, ast.Continue)
    if isinstance(node, simple):
        yield f"drop {_short(node)}", ast.Pass()


def drop_keyword(node: ast.AST) -> Iterator[Change]:
    """Leave a keyword argument out of a call."""
    for keyword in node.keywords if isinstance(node, ast.Call) else []:
        rest = [other for other in node.keywords if other is not keyword]
        yield f"drop the argument {_short(keyword)}", _with(node, keywords=rest)


def other_constant(node: ast.AST) -> Iterator[Change]:
    """Put another number, text or truth in place of a constant."""
    value = node.value if isinstance(node, ast.Constant) else None
    others = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, 0]
    elif isinstance(value, str):
        others = [value + "x"]
    for other in others:
        yield f"{value!r} -> {other!r}", ast.Constant(other)


def other_default(node: ast.AST) -> Iterator[Change]:
    """Put None in place of a parameter's default, and 0 in place of None."""
    for field in ("defaults", "kw_defaults") if isinstance(node, ast.arguments) else []:
        defaults = getattr(node, field)
        for place, default in enumerate(defaults):
            if default is not None:
                other = ast.Constant(0 if ast.unparse(default) == "None" else None)
                changed = [*defaults[:place], other, *defaults[place + 1 :]]
                yield f"default {_short(default)} -> {_short(other)}", _with(node, **{field: changed})


def ask_once(node: ast.AST) -> Iterator[Change]:
    """Put `if` in place of `while`. The `if` is in a loop that runs once, so that break and continue still work."""
    if isinstance(node, ast.While):
        body = [ast.If(node.test, node.body, [])]
        once = ast.For(ast.Name("once"), ast.List([ast.Constant(1)]), body, node.orelse, lineno=0)
        yield f"`if` for `while` {_short(node.test)}", once


def first_item_only(node: ast.AST) -> Iterator[Change]:
    """Let a loop see the first item only."""
    if isinstance(node, (ast.For, ast.comprehension)):
        yield f"first of {_short(node.iter)} only", _with(node, iter=_expression(f"list({ast.unparse(node.iter)})[:1]"))


def negate(node: ast.AST) -> Iterator[Change]:
    """Negate a condition."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield f"not {_short(node.test)}", _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def swap_comparison(node: ast.AST) -> Iterator[Change]:
    """Exchange < and <=, > and >=, == and !=, in and not in, is and is not."""
    pairs = [(ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)]
    other = dict(pairs) | {after: before for before, after in pairs}
    for place, sign in enumerate(node.ops) if isinstance(node, ast.Compare) else []:
        new = _with(node, ops=[*node.ops[:place], other[type(sign)](), *node.ops[place + 1 :]])
        yield f"{_short(node)} -> {_short(new)}", new


def swap_and_or(node: ast.AST) -> Iterator[Change]:
    """Exchange and and or."""
    if isinstance(node, ast.BoolOp):
        new = _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        yield f"{_short(node)} -> {_short(new)}", new


def return_none(node: ast.AST) -> Iterator[Change]:
    """Return None in place of a value."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield f"`return None` for {_short(node)}", _with(node, value=ast.Constant(None))


def ignore_answer(node: ast.AST) -> Iterator[Change]:
    """Put the default of a `.get(...)` in place of what it finds, as code does that ignores a response's Failed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        default = node.args[1] if len(node.args) > 1 else ast.Constant(None)
        yield f"{_short(default)} for {_short(node)}", default


def move_bound(node: ast.AST) -> Iterator[Change]:
    """Move a bound of a slice by one; where it is a number, other_constant does it."""
    for field in ("lower", "upper") if isinstance(node, ast.Slice) else []:
        bound = getattr(node, field)
        for sign in "+-" if bound is not None and not isinstance(bound, ast.Constant) else "":
            new = _with(node, **{field: _expression(f"({ast.unparse(bound)}) {sign} 1")})
            yield f"[{ast.unparse(node)}] -> [{ast.unparse(new)}]", new


def drop_handler(node: ast.AST) -> Iterator[Change]:
    """Don't catch an exception."""
    for handler in node.handlers if isinstance(node, ast.Try) else []:
        rest = [other for other in node.handlers if other is not handler]
        yield f"drop {_short(_with(handler, body=[ast.Pass()]))}", _try(node, rest, node.finalbody)


def drop_finally(node: ast.AST) -> Iterator[Change]:
    """Leave `finally` out."""
    if isinstance(node, ast.Try) and node.finalbody:
        yield "drop `finally`", _try(node, node.handlers, [])


def _try(node: ast.Try, handlers: list[ast.ExceptHandler], finalbody: list[ast.stmt]) -> ast.stmt:
    """Return the statement with these; with neither, a block of what it tried."""
    if handlers:
        return _with(node, handlers=handlers, finalbody=finalbody)
    body = node.body + node.orelse
    return ast.Try(body, [], [], finalbody) if finalbody else ast.If(ast.Constant(True), body, [])


def _expression(source: str) -> ast.expr:
    """Return the node of this source."""
    return ast.parse(source, mode="eval").body


KINDS = [
    drop_statement,
    drop_keyword,
    other_constant,
    other_default,
    ask_once,
    first_item_only,
    negate,
    swap_comparison,
    swap_and_or,
    return_none,
    ignore_answer,
    move_bound,
    drop_handler,
    drop_finally,
]

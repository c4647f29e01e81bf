"""Math expressions on metrics: reads an expression, and calculates it.

AWS: operators are + - * / ^, == != < > <= >=, AND or &&, OR or ||, and a minus in front; there are functions, arrays in
brackets, and the ids of other queries. The result has to be a time series or an array of them. Source: CloudWatch user
guide, "Using math expressions with CloudWatch metrics"; AWS's answers as quoted in the TuringGpt/nova-infrastructure
project (a function that isn't found) and by learners of AWS (invalid syntax).
moto: an expression can only be the id of a metric.

AWS doesn't say which operator binds how tightly: here ^ does most, then the minus in front, * and /, + and -, the
comparisons, AND, OR. Expressions come from anybody who can send a request: nothing is evaluated as code, and how deep
they go and how much they calculate has bounds.
"""

import re
from dataclasses import dataclass, field

from helpers.aws_rules.cloudwatch.math_functions import (
    FILLERS,
    FUNCTIONS,
    ONLY_ON_AWS,
    Context,
    MathError,
    TimeSeries,
    Value,
    is_series,
    negated,
    operate,
)

_DEEPEST = 40  # how many brackets or powers can be within one another
_BINDS = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "+": 4, "-": 4, "*": 5, "/": 5, "^": 7}
_MINUS_BINDS = 6
_WORDS = {"AND": "&&", "OR": "||"}
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+)|(?P<name>[A-Za-z_]\w*)|(?P<text>"[^"]*"|'[^']*')|
    (?P<symbol>&&|\|\||[=!<>]=|[-+*/^<>()\[\],]))""",
    re.ASCII | re.VERBOSE,
)
_END = ("end", "")
_SYNTAX = "Invalid syntax"


@dataclass(frozen=True)
class Program:
    """An expression as steps for a stack, each with what it does and with what. names: the ids that it mentions."""

    steps: list[tuple[str, object]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


def parse(expression: str) -> Program:
    """Return the expression, read. MathError where it can't be."""
    reader = _Reader(_tokens(expression))
    reader.expression(1)
    if reader.next() != _END:
        raise MathError(_SYNTAX)
    return reader.program


def _tokens(expression: str) -> list[tuple[str, str]]:
    found, at, text = [], 0, expression.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise MathError(_SYNTAX)
        kind, word = str(token.lastgroup), token[str(token.lastgroup)]
        found.append(("symbol", _WORDS[word]) if word in _WORDS else (kind, word))
        at = token.end()
    return found


class _Reader:
    """Reads tokens into the steps of a program."""

    def __init__(self, tokens: list[tuple[str, str]]):
        self._tokens, self._at, self._depth = tokens, 0, 0
        self.program = Program()

    def next(self) -> tuple[str, str]:
        """Return the next token."""
        token = self._peek()
        self._at += 1
        return token

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def expression(self, least: int) -> None:
        """Read an operand, and all operators after it that bind at least this tightly, with theirs."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MathError("The expression is nested too deeply")
        self._operand()
        while True:
            kind, symbol = self._peek()
            binds = _BINDS.get(symbol, 0) if kind == "symbol" else 0
            if not binds or binds < least:
                break
            self.next()
            self.expression(binds if symbol == "^" else binds + 1)
            self._add("operate", symbol)
        self._depth -= 1

    def _operand(self) -> None:
        kind, word = self.next()
        if kind == "number":
            self._add("push", float(word))
        elif kind == "text":
            self._add("push", word[1:-1])
        elif kind == "name":
            self._name(word)
        elif word == "-":
            self.expression(_MINUS_BINDS)
            self._add("negate", None)
        elif word == "(":
            self.expression(1)
            if self.next()[1] != ")":
                raise MathError(_SYNTAX)
        elif word == "[":
            self._add("list", self._items("]"))
        else:
            raise MathError(_SYNTAX)

    def _name(self, name: str) -> None:
        if self._peek() == ("symbol", "("):
            self.next()
            if name in ONLY_ON_AWS:
                text = f"{name} is a function of metric math that this course's offline cloud doesn't have"
                raise MathError(f"{text}. You need real AWS for it")
            if name not in FUNCTIONS:
                raise MathError(f"Function '{name}' not found")
            least, most, _ = FUNCTIONS[name]
            count = self._items(")")
            if not least <= count <= most:
                raise MathError(f"Invalid number of arguments for function {name}")
            self._add("call", (name, count))
        elif name in FILLERS:
            self._add("push", name)
        else:
            self.program.names.add(name)
            self._add("find", name)

    def _items(self, closing: str) -> int:
        """Read items between commas until the closing bracket, and return how many they are."""
        if self._peek() == ("symbol", closing):
            self.next()
            return 0
        count = 0
        while True:
            self.expression(1)
            count += 1
            word = self.next()[1]
            if word == closing:
                return count
            if word != ",":
                raise MathError(_SYNTAX)

    def _add(self, does: str, what: object) -> None:
        self.program.steps.append((does, what))


def calculate(program: Program, known: dict[str, Value], context: Context) -> Value:
    """Return the expression's time series, or its array of them. known: the values of other queries, by id."""
    stack: list[Value] = []
    for does, what in program.steps:
        if does == "push":
            stack.append(what)
        elif does == "find":
            stack.append(known[str(what)])
        elif does == "operate":
            right = stack.pop()
            stack.append(operate(str(what), stack.pop(), right, context))
        elif does == "negate":
            stack.append(negated(stack.pop(), context))
        elif isinstance(what, int):
            stack.append(_array(_popped(stack, what)))
        elif isinstance(what, tuple):
            function, count = what
            stack.append(FUNCTIONS[function][2](context, *_popped(stack, count)))
    (found,) = stack
    if not is_series(found):
        raise MathError("The result has to be a time series or an array of time series")
    return found


def _popped(stack: list[Value], count: int) -> list[Value]:
    first = len(stack) - count
    found = stack[first:]
    del stack[first:]
    return found


def _array(items: list[Value]) -> list[TimeSeries]:
    """Return one array of time series and of arrays of them."""
    if not items or not all(is_series(item) for item in items):
        raise MathError("An array has to consist of time series")
    return [one for item in items for one in (item if isinstance(item, list) else [item])]

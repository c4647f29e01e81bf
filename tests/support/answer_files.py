"""The right and wrong answers in tests/checks/answers, each as a function to run or as the source of a cell.

They're in two files for a lesson, lesson_03_wrong.py and lesson_03_right.py. Or an exercise has a file of its own with
both and with its CONTRACT (see contract_tables.py), such as lesson_03_give_back.py. `course new exercise` writes one.

An answer is called after its exercise, `take_one__never_deletes`. It's written as a function or as a variant of another
answer (see variants.py). A wrong one says the reason id with which the check has to refuse it: a function in its
docstring, "Says: message-left-behind", a variant as its argument.
"""

import ast
import inspect
import linecache
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from solution_imports import imports
from variants import Variant

from helpers.checks.solutions import answer_source
from helpers.course import Exercise, course

FOLDER = Path(__file__).parents[1] / "checks" / "answers"
EXERCISES = {exercise.answer: exercise for exercise in course().exercises}


class AnswerFileError(Exception):
    """An answer isn't written as its base and its changes ask for."""


@dataclass(frozen=True)
class Answer:
    """One answer.

    says: the reason id with which the check has to refuse it, or two with " or " between them where it depends on what
    is drawn which fault comes first; "" for a right answer. source: a cell that defines it.
    function: the name that it has in this cell. file: where a traceback finds its lines.
    """

    name: str
    exercise: Exercise
    says: str
    source: str
    function: str
    file: str

    @property
    def right(self) -> bool:
        """Whether the check has to accept it."""
        return not self.says

    def load(self) -> Callable[..., Any]:
        """Return the function. Its module is executed anew, so it remembers nothing of an earlier run."""
        namespace: dict[str, Any] = {"__name__": "answers_of_a_learner", "__file__": self.file}
        exec(_compiled(self.source, self.file), namespace)
        return namespace[self.function]


@lru_cache
def _compiled(source: str, file: str) -> CodeType:
    """Return the code, and have its lines shown by this file's name."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(source, file, "exec")


@lru_cache
def answers(lesson: str) -> dict[str, Answer]:
    """Return the answers of a lesson, such as "03", by name: the wrong ones first."""
    found: dict[str, Answer] = {}
    variants: dict[str, Variant] = {}
    for path in files(lesson):
        text = path.read_text(encoding="utf-8")
        source, namespace = _without_variants(text), {"__name__": path.stem}
        _expect_each_once(text, path)
        exec(_compiled(text, str(path)), namespace)
        for name, value in namespace.items():
            exercise = EXERCISES.get(name.partition("__")[0])
            if isinstance(value, Variant):
                variants[name] = value
            elif exercise and "__" in name:
                found[name] = Answer(name, exercise, _says(name, value, path), source, name, str(path))
    for name, variant in variants.items():
        found[name] = _varied(name, variant, found)
    return found


def _expect_each_once(text: str, path: Path) -> None:
    """AnswerFileError if an answer would replace another one of its name, which then would never be tried."""
    names = [node.name for node in parsed(text).body if isinstance(node, ast.FunctionDef)]
    names += [ast.unparse(node.targets[0]) for node in parsed(text).body if isinstance(node, ast.Assign)]
    if twice := [name for name, count in Counter(names).items() if "__" in name and count > 1]:
        raise AnswerFileError(f"{path.name} has more than one {twice[0]}")


def files(lesson: str) -> list[Path]:
    """Return the files with a lesson's answers: the wrong ones first."""
    two = [FOLDER / f"lesson_{lesson}_{kind}.py" for kind in ("wrong", "right")]
    others = sorted(set(FOLDER.glob(f"lesson_{lesson}_*.py")) - set(two))
    return [path for path in [*two, *others] if path.is_file()]


def _says(name: str, function: Any, path: Path) -> str:
    """Return the reason id that a wrong answer's docstring names; "" for a right answer."""
    text = inspect.getdoc(function) or ""
    mixed = not path.stem.endswith(("_wrong", "_right"))
    if path.stem.endswith("_right") or (mixed and not text.startswith("Says:")):
        return ""
    start, colon, says = text.partition("Says: ")
    if start or not colon or not says or any(len(reason.split()) != 1 for reason in says.split(" or ")):
        raise AnswerFileError(f"{name}: its docstring has to be 'Says: ' and one reason id")
    return says


def _varied(name: str, variant: Variant, known: dict[str, Answer]) -> Answer:
    """Return the answer that a variant describes. AnswerFileError where a text isn't in the base exactly once."""
    exercise = EXERCISES[name.partition("__")[0]]
    if variant.base == "solution":
        body, function = _solution(exercise), exercise.answer
        before, after = f"{imports(exercise.lesson)}\n\n", "\n"
    else:
        base = known[variant.base]
        body, function = ast.get_source_segment(base.source, _defined(base)), base.function
        before, _, after = base.source.partition(body)
    for old, new in variant.changes:
        if (times := body.count(old)) != 1:
            raise AnswerFileError(f"{name}: {variant.base} has {times} times, and not once: {old!r}")
        body = body.replace(old, new)
    return Answer(name, exercise, variant.says, before + body + after, function, f"<{name}>")


@lru_cache
def _solution(exercise: Exercise) -> str | None:
    """Return the course's own answer."""
    return answer_source(exercise)


def _defined(answer: Answer) -> ast.FunctionDef:
    """Return the function in the syntax tree of its file."""
    functions = (node for node in parsed(answer.source).body if isinstance(node, ast.FunctionDef))
    return next(node for node in functions if node.name == answer.function)


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a file, which is the same one for everybody."""
    return ast.parse(source)


def _is_variant(value: ast.expr) -> bool:
    """Return whether this is a call of `variant`."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "variant"


def _without_variants(text: str) -> str:
    """Return the file's source with empty lines in place of its variants, so that it needs nothing of the tests."""
    lines = text.splitlines()
    for node in parsed(text).body:
        imported = isinstance(node, ast.ImportFrom) and node.module == "variants"
        if imported or (isinstance(node, ast.Assign) and _is_variant(node.value)):
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return "\n".join(lines) + "\n"

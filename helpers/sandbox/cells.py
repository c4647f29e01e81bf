"""Runs the cells of a hand-in in IPython, as a kernel does: with magics, `await`, and modules written by cells."""

import ast
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.autocall import IPyAutocall
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from helpers.checks.runners.answer_host import describe

MOST_DEFINITIONS = 20  # of one answer that are kept
LONGEST = 300  # characters of each text of an error


class Shell:
    """IPython without a terminal, a history or files."""

    def __init__(self, home: Path):
        HistoryManager.enabled = False  # type: ignore[assignment]  # it would start a thread, which no fork survives
        os.environ["HOME"] = str(home)
        with tempfile.TemporaryDirectory() as profile:
            self._shell = InteractiveShell.instance(ipython_dir=profile)
        self._shell.showtraceback = lambda *_, **__: None  # type: ignore[method-assign]
        self._shell.showsyntaxerror = lambda *_, **__: None  # type: ignore[method-assign]
        self._shell.user_ns.update(exit=_Exit(), quit=_Exit())
        # As in a kernel, modules are found in the working folder, even one that was written a moment ago. Cells follow
        # each other so quickly that Python would think the bytecode of an older one was up to date.
        sys.path.insert(0, "")
        sys.dont_write_bytecode = True
        self.run("1")  # what is made for the first cell is made now

    @property
    def namespace(self) -> dict[str, Any]:
        """The names that cells define."""
        return self._shell.user_ns

    def run(self, source: str) -> BaseException | None:
        """Run a cell; return what it raised."""
        if finder := sys.path_importer_cache.get(_folder()):
            getattr(finder, "invalidate_caches", lambda: None)()
        result = self._shell.run_cell(source, silent=True)
        return result.error_before_exec or result.error_in_exec

    def parses(self, source: str) -> bool:
        """Return whether this is Python, once IPython's own syntax is translated."""
        try:
            ast.parse(self._shell.transform_cell(source))
        except Exception:  # a hostile text can raise anything
            return False
        return True


class _Exit(IPyAutocall):
    """`exit` and `quit`, which end the program; where IPython has a kernel, theirs do."""

    rewrite = False

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise SystemExit


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


class Definitions:
    """Every object that cells bound to one of some names, the newest last."""

    def __init__(self, names: Iterable[str]):
        self._of: dict[str, list[Any]] = {name: [] for name in names}

    def update(self, namespace: dict[str, Any]) -> None:
        """Note what the names are bound to now."""
        for name, known in self._of.items():
            if name in namespace and not any(value is namespace[name] for value in known):
                known.append(namespace[name])
                del known[:-MOST_DEFINITIONS]

    def get(self, name: str, back: int) -> Any:
        """Return the newest definition of a name, or one further back; LookupError when there is none."""
        return self._of[name][-1 - back]

    def counts(self) -> dict[str, int]:
        """Return how many definitions each name has."""
        return {name: len(known) for name, known in self._of.items()}


def run_all(
    shell: Shell, cells: list[str], skip: set[int], found: Definitions, begin: Callable[[int], None]
) -> list[tuple[int, dict[str, Any]]]:
    """Run the cells in order, and return the place and the error of each that raised; see `describe`.

    skip: places of cells that are left out. begin: is called with the place of each cell before it runs. A cell that
    was split in two runs as one. A cell that raised NameError is tried again at the end, when all names are defined.
    """
    failed: dict[int, BaseException] = {}
    for place, source in _joined(shell, cells, skip):
        begin(place)
        if problem := shell.run(source):
            failed[place] = problem
        found.update(shell.namespace)
    for place, source in _joined(shell, cells, skip):
        if isinstance(failed.get(place), NameError):
            begin(place)
            if not (again := shell.run(source)):
                del failed[place]
            else:
                failed[place] = again
            found.update(shell.namespace)
    return [(place, _describe(problem, shell.namespace)) for place, problem in failed.items()]


def _joined(shell: Shell, cells: list[str], skip: set[int]) -> list[tuple[int, str]]:
    """Return the cells with their places; parts that are Python only when put together are one cell."""
    made: list[tuple[int, str]] = []
    for place, source in enumerate(cells):
        if place in skip:
            continue
        if made:
            first, before = made[-1]
            whole = f"{before}\n{source}"
            torn = re.match(r"\s*\n?[ \t]+\S", source) or not shell.parses(before)
            if torn and shell.parses(whole):
                made[-1] = (first, whole)
                continue
        made.append((place, source))
    return made


def _describe(problem: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """Return {"type", "message", "number", "line"}; an error in the syntax knows its line itself."""
    try:
        error = describe(problem, namespace)
        if isinstance(problem, SyntaxError) and type(problem.lineno) is int:
            error |= {"message": str(problem.msg), "number": problem.lineno, "line": str(problem.text or "").strip()}
        return error | {name: error[name][:LONGEST] for name in ("type", "message", "line")}
    except Exception:  # an attribute that the hand-in defined
        return {"type": type(problem).__name__[:LONGEST], "message": "", "number": None, "line": ""}

"""What a program finds around it besides cloud and clock: a console that keeps what is printed and never types.

Functions that it replaces in modules which checks use too are put back afterwards.
"""

import builtins
import io
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3

LONGEST = 10_000  # characters that are kept of what a program prints, since a loop could fill the memory
_MODULES = (boto3, builtins, json, os, random, time)


class Printed(io.TextIOBase):
    """A file to print into, which passes on the beginning of what is printed.

    keep: called with each piece of text, until LONGEST characters were printed.
    """

    def __init__(self, keep: Callable[[str], Any]):
        self._keep, self._room = keep, LONGEST

    @property
    def is_full(self) -> bool:
        """Whether something that was printed has not been passed on."""
        return self._room < 0

    def write(self, text: str) -> int:
        """Pass on as much of the text as there is room for; return its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._room > 0:
            self._keep(text[: self._room])
        self._room -= len(text)
        return len(text)


class _ByThread:
    """A file that is one file in a program's threads and the usual one in all others."""

    def __init__(self) -> None:
        self.of_thread: Callable[[], Any] = io.StringIO

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of_thread(), name)


# Two for all runs, which are never freed: print() in another thread may still use one without holding a reference.
_out, _err = _ByThread(), _ByThread()


@contextmanager
def console(printed: Callable[[], "Printed | None"]) -> Iterator[None]:
    """Keep what a program's threads print to stdout and stderr, and refuse their input() at once.

    printed: returns what keeps it for the calling thread; None for other threads, which print and ask as before.
    """

    def no_input(prompt: object = "") -> str:
        if printed():
            raise EOFError("input() finds nobody here who types. Your function gets all it needs without it.")
        return plain_input(prompt)

    stdout, stderr, plain_input = sys.stdout, sys.stderr, builtins.input
    _out.of_thread = lambda: printed() or stdout
    _err.of_thread = lambda: printed() or stderr
    sys.stdout, sys.stderr, builtins.input = _out, _err, no_input
    try:
        yield
    finally:
        sys.stdout, sys.stderr, builtins.input = stdout, stderr, plain_input
        _out.of_thread, _err.of_thread = lambda: stdout, lambda: stderr


@contextmanager
def exits_raise(is_member: Callable[[], bool], namespace: dict[str, Any]) -> Iterator[None]:
    """Let exit() and quit() raise SystemExit in the threads of a run, as they do in a script.

    A notebook's would end the kernel, and Python's own would close stdin first. namespace: a program's globals, which
    is where a notebook has them.
    """
    before = {name: value for name, value in list(namespace.items()) if _is_exit(value)}
    builtin = {name: getattr(builtins, name) for name in ("exit", "quit") if hasattr(builtins, name)}

    def raising(plain: Callable[..., Any]) -> Callable[..., Any]:
        def leave(*code: Any, **options: Any) -> Any:
            if is_member():
                raise SystemExit(*code)
            return plain(*code, **options)

        return leave

    ours = {name: raising(plain) for name, plain in before.items()}
    namespace.update(ours)
    vars(builtins).update({name: raising(plain) for name, plain in builtin.items()})
    try:
        yield
    finally:
        namespace.update({name: before[name] for name in ours if namespace.get(name) is ours[name]})
        vars(builtins).update(builtin)


def _is_exit(value: Any) -> bool:
    """Return whether this is a notebook's exit() or quit(), or Python's; known by name, so as not to import IPython."""
    return any(base.__name__ in ("ExitAutocall", "Quitter") for base in type(value).__mro__)


@contextmanager
def functions_kept() -> Iterator[None]:
    """Put back afterwards what the block replaced among the functions of boto3, json, time and a few more modules."""
    before = [(vars(module), dict(vars(module))) for module in _MODULES]
    try:
        yield
    finally:
        for now, then in before:
            now.update({name: then[name] for name in then if now.get(name) is not then[name] and callable(then[name])})

"""What a program finds besides the cloud and the clock: a console that keeps what's printed and has no keyboard.

If the program replaces functions of modules that checks use, too, they're restored afterwards.
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
    """A file to print into, which passes on the beginning of what's printed.

    keep: called with each piece of text, until LONGEST characters have been printed.
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
    """One file in a program's threads, and the usual one in all others."""

    def __init__(self) -> None:
        self.of_thread: Callable[[], Any] = io.StringIO

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of_thread(), name)


# These two serve all runs and are never freed: print() in another thread may use one without holding a reference.
_out, _err = _ByThread(), _ByThread()


@contextmanager
def console(printed: Callable[[], "Printed | None"]) -> Iterator[None]:
    """Keep what a program's threads print to stdout and stderr, and refuse their input() at once.

    printed: returns what keeps it for the calling thread; None for other threads, which print and ask as before.
    """

    def no_input(prompt: object = "") -> str:
        if printed():
            raise EOFError("There's no keyboard for input() here. Your function has to do without it.")
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
    """Have exit() and quit() raise SystemExit in the threads of a run, as they do in a script.

    A notebook's own would end the kernel, and Python's own would close stdin first. namespace: a program's globals,
    where a notebook keeps them.
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
    """Return whether this is a notebook's or Python's exit() or quit(); by its name, to avoid importing IPython."""
    return any(base.__name__ in ("ExitAutocall", "Quitter") for base in type(value).__mro__)


@contextmanager
def functions_kept() -> Iterator[None]:
    """Restore the functions of boto3, json, time and a few more modules that the block replaced."""
    before = [(vars(module), dict(vars(module))) for module in _MODULES]
    try:
        yield
    finally:
        for now, then in before:
            now.update({name: then[name] for name in then if now.get(name) is not then[name] and callable(then[name])})

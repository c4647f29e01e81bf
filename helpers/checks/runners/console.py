"""What an answer finds around it besides the cloud and the clock: a console that listens and never types.

And what it may change there is put back: functions of the modules that answers and checks both use.
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

LONGEST = 10_000  # characters of what an answer prints; the rest of an endless loop's output would fill the memory
_MODULES = (boto3, builtins, json, os, random, time)


class Printed(io.TextIOBase):
    """A file to print into, which hands on the beginning of what is printed.

    keep: is given each piece of text, until LONGEST characters were printed.
    """

    def __init__(self, keep: Callable[[str], Any]):
        self._keep, self._room = keep, LONGEST

    def write(self, text: str) -> int:
        """Hand the text on, as far as there is room; return its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self._room > 0:
            self._keep(text[: self._room])
            self._room -= len(text)
        return len(text)


class _ByThread:
    """A file that is one file for the answer's threads, and for all others the one that was there."""

    def __init__(self) -> None:
        self.of_thread: Callable[[], Any] = io.StringIO

    def __getattr__(self, name: str) -> Any:
        return getattr(self.of_thread(), name)


# Two for all checks, and never collected: print() in another thread may still hold one, without a reference.
_out, _err = _ByThread(), _ByThread()


@contextmanager
def console(is_answer: Callable[[], bool], printed: Printed) -> Iterator[None]:
    """Collect what the answer's threads print to stdout and stderr, and let them wait for nobody who types.

    The output of all other threads goes where it went, and their input() asks as before.
    """

    def nobody(prompt: object = "") -> str:
        if is_answer():
            raise EOFError("input() finds nobody here who types. A check gives your function all it needs.")
        return plain_input(prompt)

    stdout, stderr, plain_input = sys.stdout, sys.stderr, builtins.input
    _out.of_thread = lambda: printed if is_answer() else stdout
    _err.of_thread = lambda: printed if is_answer() else stderr
    sys.stdout, sys.stderr, builtins.input = _out, _err, nobody  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.stdout, sys.stderr, builtins.input = stdout, stderr, plain_input
        _out.of_thread, _err.of_thread = lambda: stdout, lambda: stderr


@contextmanager
def functions_kept() -> Iterator[None]:
    """Put back what the block replaced among the functions of boto3, json, time and a few more modules."""
    before = [
        (module, name, value) for module in _MODULES for name, value in dict(vars(module)).items() if callable(value)
    ]
    try:
        yield
    finally:
        for module, name, value in before:
            if getattr(module, name, None) is not value:
                setattr(module, name, value)

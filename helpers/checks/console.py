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
from contextlib import contextmanager, redirect_stderr, redirect_stdout
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

    def __init__(self, is_answer: Callable[[], bool], answers: Any, others: Any):
        self._of_thread = lambda: answers if is_answer() else others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._of_thread(), name)

    def retire(self, others: Any) -> None:
        """Be that one file for all. It is kept, since print() in another thread may hold it without a reference."""
        self._of_thread = lambda: others
        _retired.append(self)


_retired: list[_ByThread] = []


@contextmanager
def console(is_answer: Callable[[], bool], printed: Printed) -> Iterator[None]:
    """Collect what the answer's threads print to stdout and stderr, and let them wait for nobody who types.

    The output of all other threads goes where it went, and their input() asks as before.
    """

    def nobody(prompt: object = "") -> str:
        if is_answer():
            raise EOFError("input() finds nobody here who types. A check gives your function all it needs.")
        return plain_input(prompt)

    stdout, stderr = sys.stdout, sys.stderr
    out: Any = _ByThread(is_answer, printed, stdout)
    err: Any = _ByThread(is_answer, printed, stderr)
    plain_input, builtins.input = builtins.input, nobody
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        builtins.input = plain_input
        out.retire(stdout)
        err.retire(stderr)


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

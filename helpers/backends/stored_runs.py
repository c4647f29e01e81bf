"""The reports of the lessons' own runs, for a browser tab that can't pause one program while another one goes on.

`course site` runs each lesson that has a run and keeps the reports; such a tab then shows the one that belongs to the
same programs. There's none for programs that a learner has changed.
"""

import hashlib
import inspect
import json
import os
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.backends.run_report import RunReport

RECORD = "COURSE_RECORD_RUNS"  # a variable: the file to which each run adds its report, as a line of JSON
NAME = "stored_runs.json"
STORE = Path(__file__).with_name(NAME)  # only the browser edition has it
_found: dict[str, int] = {}  # how many reports of each key were shown so far


def _key(programs: Mapping[str, Callable[[], Any]], how: Any) -> str:
    """Return what tells a run from others: names and sources of its programs, and how they're run."""
    sources = [[name, _source(function), *_within(function)] for name, function in programs.items()]
    return hashlib.sha256(json.dumps([sources, how]).encode()).hexdigest()


def _source(function: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(function)).strip()
    except Exception:  # it has none, as something in C, or one that's no longer there
        return ""


def _within(function: Any) -> list[str]:
    """Return the sources of the functions that this one, as a lambda, got from the function that made it."""
    variables = getattr(function, "__closure__", None) or ()
    return [_source(variable.cell_contents) for variable in variables if inspect.isfunction(variable.cell_contents)]


def record(programs: Mapping[str, Callable[[], Any]], how: Any, report: RunReport) -> None:
    """Add the report of this run to the file that the variable names, if there is one."""
    if path := os.environ.get(RECORD):
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps([_key(programs, how), report.to_dict()]) + "\n")


def find(programs: Mapping[str, Callable[[], Any]], how: Any) -> RunReport | None:
    """Return the next report of such a run; None if there is none. The last one is returned again."""
    of = _key(programs, how)
    reports = _reports(str(STORE)).get(of)
    if not reports:
        return None
    number = _found[of] = _found.get(of, -1) + 1
    return RunReport.from_dict(reports[min(number, len(reports) - 1)])


@lru_cache(1)
def _reports(path: str) -> dict[str, list[Any]]:
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}

"""Compares tests/PROOF.md with the tests that there are and with the commands of .ci/run.

Run it as `python tests/support/proof.py`. Its exit code is 1, with a sentence for each reason, when a file has fewer
tests of a kind than the page says or when CI doesn't run a test exactly once. With --write it brings the counts up to
date. It collects every test, so it's a step of CI; tests/test_proof.py checks what is cheap.
"""

import io
import os
import re
import shlex
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.expression import Expression

HOME = Path(__file__).parents[2]
PAGE = HOME / "tests" / "PROOF.md"
NOW = "<!-- counted -->\n"  # the generated table is between two of these
ELSEWHERE = ("browser", "peers", "endpoints", "properties", "cluster")  # need more than the README installs
KINDS = ("quick", "full", "elsewhere", "bench")
NOT_IN_CI = "bench"  # prints measurements and asserts nothing

Counts = dict[str, Counter[str]]


def files() -> set[str]:
    """Return every file of tests that there is."""
    found = [*(HOME / "tests").rglob("test_*.py"), *(HOME / "tests").rglob("*.ipynb")]
    for folder in ("lessons", "solutions", "exercises"):
        found += (HOME / folder).glob("*.ipynb")
    return {path.relative_to(HOME).as_posix() for path in found if ".ipynb_checkpoints" not in path.parts}


def kind(marks: frozenset[str]) -> str:
    """Return in which of KINDS a test with these marks counts."""
    if "bench" in marks:
        return "bench"
    if marks & set(ELSEWHERE):
        return "elsewhere"
    return "full" if "full" in marks else "quick"


@dataclass(frozen=True)
class Command:
    """A pytest command of CI: its expression after `-m`, and the patterns of the files that it takes and leaves out."""

    expression: str
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def runs(self, marks: frozenset[str], file: str) -> bool:
        """Return whether it runs a test of this file with these marks."""
        if (self.only and not _matches(file, self.only)) or _matches(file, self.without):
            return False
        return Expression.compile(self.expression).evaluate(lambda name, **_: name in marks)


def _matches(file: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


@cache
def commands() -> list[Command]:
    """Return the quick run and what .ci/run runs after it, without what it repeats with the lowest versions."""
    text = (HOME / ".ci" / "run").read_text(encoding="utf-8").replace("\\\n", " ")
    addopts = re.search(r'(?m)^  "-m", "(.+)",$', (HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert addopts, "pyproject.toml has no -m among its addopts"
    found = [Command(addopts[1])] if "readme_tests" in text else []
    for line in text.splitlines():
        if " -m '" in line and "$lowest" not in line:
            words = shlex.split(line, comments=True)
            expressions = [word for before, word in pairwise(words) if before == "-m" and " " in word]
            only = tuple(word for word in words if word.startswith("tests/"))
            without = tuple(word.partition("=")[2] for word in words if word.startswith("--ignore-glob="))
            found += [Command(expression, only, without) for expression in expressions]
    return found


def runs(marks: frozenset[str], file: str) -> int:
    """Return how many commands of CI run a test of this file with these marks."""
    return sum(command.runs(marks, file) for command in commands())


class Collected:
    """A pytest plugin that counts what is collected, and keeps what CI doesn't run exactly once."""

    def __init__(self) -> None:
        self.counts: Counts = {}
        self.not_once: dict[str, int] = {}  # how often instead: one test for each file and its marks
        self.skipped: set[str] = set()  # files that want an extra which is not installed
        self._seen: set[tuple[frozenset[str], str]] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Count by file and kind."""
        for item in items:
            marks, file = frozenset(mark.name for mark in item.iter_markers()), item.nodeid.partition("::")[0]
            self.counts.setdefault(file, Counter())[kind(marks)] += 1
            if (marks, file) not in self._seen and runs(marks, file) != (NOT_IN_CI not in marks):
                self.not_once[item.nodeid] = runs(marks, file)
            self._seen.add((marks, file))

    def pytest_collectreport(self, report: Any) -> None:
        """Note what could not be collected here."""
        if report.skipped:
            self.skipped.add(report.nodeid)


def counted(text: str) -> Counts:
    """Return the counts in the page's generated table."""
    rows = re.findall(r"(?m)^\| `(.+?)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text.split(NOW)[1])
    return {row[0]: Counter(dict(zip(KINDS, map(int, row[1:]), strict=True))) for row in rows}


def table(counts: Counts) -> str:
    """Return the generated table."""
    head = "| file | quick | full | elsewhere | bench |\n|---|---|---|---|---|\n"
    lines = [f"| `{file}` | " + " | ".join(str(counts[file][kind]) for kind in KINDS) + " |" for file in sorted(counts)]
    whole = sum(counts.values(), Counter())
    return head + "\n".join([*lines, "| all | " + " | ".join(str(whole[kind]) for kind in KINDS) + " |"]) + "\n"


def main(write: bool) -> int:
    """Compare, or write; return the exit code."""
    os.chdir(HOME)
    found = Collected()
    with redirect_stdout(io.StringIO()) as said:
        status = pytest.main(["--collect-only", "-q", "-m", ""], plugins=[found])
    text = PAGE.read_text(encoding="utf-8")
    old = counted(text)
    # What can't be collected here keeps its counts.
    counts = found.counts | {file: old[file] for file in found.skipped & old.keys()}
    if write:
        before, _, after = text.split(NOW)
        PAGE.write_text(f"{before}{NOW}{table(counts)}{NOW}{after}", encoding="utf-8", newline="\n")
        old = counts
    wrong = [
        f"{file}: {have} {kind}, and there were {old[file][kind]}"
        for file in sorted(old)
        for kind in KINDS
        if (have := counts.get(file, Counter())[kind]) < old[file][kind]
    ]
    wrong += [f"CI runs {test} {times} times" for test, times in found.not_once.items()]
    print(*wrong, sep="\n")
    if status:
        print(*said.getvalue().splitlines()[-40:], "not all tests could be collected", sep="\n")
    return int(bool(wrong or status))


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv))

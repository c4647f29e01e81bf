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


def kind(marks: set[str]) -> str:
    """Return in which of KINDS a test with these marks counts."""
    if "bench" in marks:
        return "bench"
    if marks & set(ELSEWHERE):
        return "elsewhere"
    return "full" if "full" in marks else "quick"


def commands() -> list[str]:
    """Return the expressions after `-m` of the commands in .ci/run that run all files, and the quick run's."""
    text = (HOME / ".ci" / "run").read_text(encoding="utf-8").replace("\\\n", " ")
    addopts = re.search(r'(?m)^  "-m", "(.+)",$', (HOME / "pyproject.toml").read_text(encoding="utf-8"))
    assert addopts, "pyproject.toml has no -m among its addopts"
    found = [addopts[1]] if "readme_tests" in text else []
    for line in text.splitlines():
        words = shlex.split(line, comments=True) if " -m '" in line else []
        if not any(word.startswith(("tests/", "lessons")) for word in words):
            found += [
                words[number + 1] for number, word in enumerate(words) if word == "-m" and " " in words[number + 1]
            ]
    return found


def runs(marks: set[str]) -> int:
    """Return how many commands of CI run a test with these marks."""
    return sum(Expression.compile(expression).evaluate(lambda name, **_: name in marks) for expression in commands())


class Collected:
    """A pytest plugin that counts what is collected, and keeps what CI doesn't run exactly once."""

    def __init__(self) -> None:
        self.counts: Counts = {}
        self.not_once: dict[frozenset[str], str] = {}
        self.skipped: set[str] = set()  # files that want an extra which is not installed
        self._seen: dict[frozenset[str], int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Count by file and kind."""
        for item in items:
            marks = frozenset(mark.name for mark in item.iter_markers())
            self.counts.setdefault(item.nodeid.partition("::")[0], Counter())[kind(set(marks))] += 1
            if marks not in self._seen:
                self._seen[marks] = runs(set(marks))
            if self._seen[marks] != (0 if NOT_IN_CI in marks else 1):
                self.not_once.setdefault(marks, item.nodeid)

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
    wrong += [f"CI runs {test} {runs(set(marks))} times" for marks, test in found.not_once.items()]
    print(*wrong, sep="\n")
    if status:
        print(*said.getvalue().splitlines()[-40:], "not all tests could be collected", sep="\n")
    return int(bool(wrong or status))


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv))

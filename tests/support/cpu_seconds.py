"""Measures the CPU seconds of the tests and holds them against tests/budget.toml.

Counted is what the pytest process used and what the processes used that it started and waited for: kernels, programs,
sandboxes. Wall time would depend on what else the machine does.

Machines differ, and so does one machine from minute to minute, as others compute on it. So all seconds are *reference
seconds*: measured seconds, divided by how much longer a `sample` takes here than on the machine that the limits were
made for. Samples are taken all through the run, between the tests. Some difference remains, so only CI judges a run
(`--judge-cpu`), and allows `SLACK`. A plain run judges nothing that it measured: tests/test_proof.py holds the
*recorded* seconds to the limits, and they are the same everywhere.
"""

import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import proof
import pytest

from helpers import forked_kernels

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).parents[1] / "budget.toml"
SLACK = 1.25  # of a limit, in a run that is judged
_BETWEEN = 1.0  # CPU seconds from one sample to the next
_PROCESSES = 2  # on two cores, for which the limits are made: so often counts what it takes to start one
STALE = (1.5, 2.0)  # a file that takes more than this many times the recorded seconds, plus so many, wants a new table

_HEAD = """\
# The CPU seconds of the quick run, file by file, and their limits. Made by `pytest --record-cpu`; the limits and
# [reference] are written by hand. What is counted and how is told in tests/support/cpu_seconds.py.

"""


def load() -> dict[str, Any]:
    """Return the table: limits, reference, seconds by file, slowest answer by file, and what starting takes."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def group(file: str) -> str:
    """Return which part of the budget a test file counts to: "lesson 03 answers", "lesson 03 notebooks", or a room."""
    notebook = re.match(r"(?:lessons|solutions|exercises)/(\d\d)_", file)
    answers = re.match(r"tests/checks/.*lesson_(\d\d)", file)
    if notebook:
        return f"lesson {notebook[1]} notebooks"
    if answers:
        return f"lesson {answers[1]} answers"
    folders = file.split("/")[:-1]
    return "/".join(folders[:2]) if len(folders) > 1 else folders[0]


def by_group(seconds: Mapping[str, float]) -> dict[str, float]:
    """Return the seconds of each part of the budget, the parts of lessons first."""
    found: Counter[str] = Counter()
    for file, spent in seconds.items():
        found[group(file)] += spent
    return dict(sorted(found.items(), key=lambda pair: (not pair[0].startswith("lesson "), pair[0])))


def over(table: Mapping[str, Any], slack: float = 1.0) -> list[str]:
    """Return what exceeds its limit, a sentence each."""
    limits, parts = table["limits"], by_group(table["seconds"])
    asked = [("everything else", _PROCESSES * table["starting"]["seconds"], limits["everything_else"])]
    for part, spent in parts.items():
        if not part.startswith("lesson "):
            asked[0] = ("everything else", asked[0][1] + spent, asked[0][2])
        else:
            asked.append((part, spent, limits[part.split()[-1]]))
    asked += [(f"the slowest answer of {file}", spent, limits["answer"]) for file, spent in table["slowest"].items()]
    return [
        f"{what}: {spent:.1f} CPU seconds, and the limit is {limit}"
        for what, spent, limit in asked
        if spent > limit * slack
    ]


def sample() -> float:
    """Return the CPU seconds that this thread takes now for a little work of the kind that the tests do, times 50.

    That's how often [reference] in the table does it.
    """
    started = time.thread_time()
    for number in range(8):
        made = {f"key {n}": [n, str(n * number), {"a": n / 7}] for n in range(60)}
        text = json.dumps(json.loads(json.dumps(made)), sort_keys=True)
        re.findall(r"\d+\.\d{3}", text)
    return (time.thread_time() - started) * 50


def spent() -> float:
    """Return the CPU seconds of this process and of its children that ended. A fork server reports for its own."""
    if sys.platform == "win32":
        return time.process_time()
    import resource

    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used) + forked_kernels.spent()


class Recorder:
    """A pytest plugin that measures each test of this run, on its workers too. See --cpu, --record-cpu, --judge-cpu."""

    def __init__(self) -> None:
        self.tests: dict[str, float] = {}
        self.starting: list[float] = []  # imports and collecting, of each process that runs tests
        self.samples: list[float] = []
        self._sampled = 0.0  # what this process had used at the latest sample
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep the session, whose exit status --judge-cpu sets."""
        self._session = session

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Measure a test with its fixtures."""
        before = spent()
        try:
            return (yield)
        finally:
            after = spent()
            self.tests[item.nodeid] = after - before
            if after - self._sampled > _BETWEEN:
                self.samples.append(sample())
                self._sampled = after

    def pytest_collection_finish(self) -> None:
        """Note what it took to get here."""
        self.starting.append(spent())

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Give what a worker measured to the process that started it."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["cpu_seconds"] = (self.tests, self.starting, self.samples)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker measured."""
        tests, starting, samples = getattr(node, "workeroutput", {}).get("cpu_seconds", ({}, [], []))
        self.tests |= tests
        self.starting += starting
        self.samples += samples

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
        """Show, record or judge what was measured."""
        option = config.option
        if not (option.cpu or option.record_cpu or option.judge_cpu) or not self.tests:
            return
        table = load()
        faster = self.faster(table)
        measured = self._table(table, faster)
        self._show(terminalreporter, measured, faster)
        if option.record_cpu:
            _record(table, measured)
            terminalreporter.line(f"recorded in {TABLE.name}")
        if option.judge_cpu:
            self._judge(terminalreporter, table, measured)

    def faster(self, table: Mapping[str, Any]) -> float:
        """Return how many times as fast as the reference this machine was during the run."""
        loop: float = table["reference"]["loop"]
        return loop / statistics.mean(self.samples or [sample()])

    def _table(self, table: Mapping[str, Any], faster: float) -> dict[str, Any]:
        """Return a table of this run with the given table's limits."""
        files: Counter[str] = Counter()
        slowest: dict[str, float] = {}
        for test, seconds in self.tests.items():
            file = test.partition("::")[0]
            files[file] += seconds * faster
            if group(file).endswith("answers"):
                slowest[file] = max(slowest.get(file, 0.0), seconds * faster)
        return {
            "limits": table["limits"],
            "reference": table["reference"],
            "starting": {"seconds": max(self.starting, default=0.0) * faster},
            "slowest": slowest,
            "seconds": files,
        }

    def _show(self, reporter: pytest.TerminalReporter, measured: Mapping[str, Any], faster: float) -> None:
        reporter.section("CPU seconds")
        reporter.line(f"this machine is {faster:.2f} times as fast as the reference")
        parts = by_group(measured["seconds"]) | {"starting a process": measured["starting"]["seconds"]}
        for part, seconds in (parts | {"all": sum(parts.values())}).items():
            reporter.line(f"{seconds:8.1f}  {part}")
        reporter.line("the twenty slowest:")
        for test in sorted(self.tests, key=lambda test: -self.tests[test])[:20]:
            reporter.line(f"{self.tests[test] * faster:8.2f}  {test}")

    def _judge(self, reporter: pytest.TerminalReporter, table: Mapping[str, Any], measured: Mapping[str, Any]) -> None:
        """Fail the run over a limit that it exceeds, or a file that takes longer than the table says."""
        times, more = STALE
        found = over(measured, SLACK)
        for file, seconds in measured["seconds"].items():
            recorded = table["seconds"].get(file, 0.0)
            if seconds > recorded * times + more:
                found.append(f"{file}: {seconds:.1f} CPU seconds, recorded {recorded:.1f}; see `pytest --record-cpu`")
        for sentence in found:
            reporter.line(sentence, red=True)
        if found and self._session is not None:
            self._session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _record(table: Mapping[str, Any], measured: Mapping[str, Any]) -> None:
    """Write the table with what was measured; a file that didn't run keeps its seconds, one that is gone loses them."""
    whole = len(measured["seconds"]) > 0.9 * len(table["seconds"])
    old = {file: table["seconds"].get(file, 0.0) for file in proof.files()}
    made = {
        "starting": measured["starting"] if whole else table["starting"],
        "slowest": {file: spent for file, spent in (table["slowest"] | measured["slowest"]).items() if file in old},
        "seconds": old | measured["seconds"],
    }
    TABLE.write_text(_HEAD + _toml({**table, **made}), encoding="utf-8", newline="\n")


def _toml(table: Mapping[str, Any]) -> str:
    """Return the table as TOML, its keys sorted, with a digit behind the point."""
    parts = []
    for name, values in table.items():
        if name in ("limits", "reference"):
            lines = [f"{key} = {value}" for key, value in values.items()]
        else:
            lines = [f"{json.dumps(key)} = {round(values[key], 1)}" for key in sorted(values)]
        parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"

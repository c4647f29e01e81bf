"""Runs the course's tests: its notebooks under nbval, several test files at once, and one lesson by its keyword.

Loaded by `-p helpers.pytest_plugin` in pyproject.toml.

**Notebooks.** Lessons and solutions are compared strictly. Exercises are stored without outputs and must only run to
the bottom. The kernels know that their outputs are compared, so time stands still within cells. Two details of how
nbval runs a cell are changed, and nothing in how it compares:

- history is stored, as every front end does; without it `_` and a trailing `;` don't behave as in JupyterLab;
- a kernel that died is noticed at once, and not at the end of the cell's time limit.

On workers, a kernel is a fork of a process that has imported what it needs. Without workers (`-n 0`), a notebook has a
process of its own, as in JupyterLab, and the next one's starts while it runs. CI runs the notebooks both ways.

**Workers.** pytest-xdist runs as many test files at once as there are cores. Each file stays on one worker
(`loadfile`): a notebook's cells share a kernel, so the default, which deals tests out one by one, breaks most of them.
The longest files start first. There are no workers where they would only be in the way: for a single file, with `-s`
or `--pdb`, or when `-n` asks for another number (`-n 0` for none).

**Keywords.** `pytest -k lesson_03` selects what concerns lesson 03: its notebooks, its answers, its statements.
"""

import contextlib
import os
import re
import sys
import time
from collections.abc import Generator
from pathlib import Path
from queue import Empty
from typing import Any

# jsonschema, which nbval imports, takes a second to read the grammar of web addresses. No notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbval.plugin  # noqa: E402
import pytest  # noqa: E402
from jupyter_client.manager import KernelManager  # noqa: E402
from nbval.kernel import NbvalKernelspecManager, RunningKernel  # noqa: E402

from helpers import forked_kernels  # noqa: E402
from helpers.backends.running import COMPARED  # noqa: E402
from helpers.cores import cores  # noqa: E402
from helpers.course import course  # noqa: E402

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LOOK = 0.5  # seconds between two looks whether the kernel still lives
_MOST_WORKERS = 8  # each collects all tests itself, and the longest file takes as long as an eighth of them


# ---- Notebooks


class CourseKernel(RunningKernel):
    """nbval's kernel, executing as JupyterLab does and noticing its own death. When made it is launched, not ready."""

    manager = KernelManager

    def __init__(self, kernel_name: str, cwd: str | None = None, startup_timeout: float = 60):
        self._startup_timeout = startup_timeout
        self.km = self.manager(kernel_name=kernel_name, kernel_spec_manager=NbvalKernelspecManager())
        with open(os.devnull, "w") as nowhere:
            self.km.start_kernel(stderr=nowhere, cwd=cwd)
        self.kc = self.km.client()
        self.kc.start_channels()

    def wait_until_ready(self) -> None:
        """Return when the kernel answers. Raises what `await_reply` raises when it doesn't."""
        self.await_reply(self.kc.kernel_info(), timeout=self._startup_timeout)
        self._ensure_iopub_up()

    def stop(self) -> None:
        """Kill the kernel. It's gone when this returns."""
        process = getattr(self.km.provisioner, "process", None)
        if process is not None:
            process.kill()
            process.wait()  # takes some milliseconds; Jupyter would look again only after 0.1 s
        super().stop()

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Execute the source and return the message's id."""
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the reply. Raises queue.Empty at the time limit, and RuntimeError when the kernel is dead."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                left = _LOOK if end is None else end - time.monotonic()
                return super().await_reply(msg_id, timeout=max(0.01, min(_LOOK, left)))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died") from None
                if end is not None and time.monotonic() >= end:
                    raise


class CourseNotebook(nbval.plugin.IPyNbFile):
    """A notebook of the course."""

    kernel: CourseKernel | None

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.path.parent.name == "exercises":
            self.compare_outputs = False

    def launch(self) -> None:
        """Launch a kernel that knows that outputs are compared, once. The end of the session stops it at the latest."""
        if self.kernel is not None:
            return
        before = os.environ.get(COMPARED)
        os.environ[COMPARED] = "1"
        try:
            super().setup()
        finally:
            if before is None:
                del os.environ[COMPARED]
            else:
                os.environ[COMPARED] = before
        self.session.addfinalizer(self.teardown)

    def setup(self) -> None:
        """Have a kernel ready and, where one process runs all notebooks, launch the next one's."""
        self.launch()
        assert self.kernel is not None
        self.kernel.wait_until_ready()
        if _is_worker(self.config):
            return  # the next notebook may be another worker's
        parents = dict.fromkeys(item.parent for item in self.session.items)
        notebooks = [parent for parent in parents if isinstance(parent, CourseNotebook)]
        for following in notebooks[notebooks.index(self) + 1 :][:1]:
            with contextlib.suppress(Exception):  # an error belongs to that notebook, whose own setup raises it again
                following.launch()

    def teardown(self) -> None:
        """Stop the kernel. nbval stops only a living one, and leaves a dead one's channels and its file."""
        if self.kernel is not None and not self.kernel.is_alive():
            self.kernel.stop()
        else:
            super().teardown()
        self.kernel = None


def pytest_configure(config: pytest.Config) -> None:
    """Make nbval run its cells in this module's kernels; those of a worker are forked."""
    nbval.plugin.RunningKernel = CourseKernel
    CourseKernel.manager = forked_kernels.ForkingKernelManager if _is_worker(config) else KernelManager


def pytest_unconfigure() -> None:
    """End the fork server. By now its kernels have ended."""
    forked_kernels.close()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
    """Return a CourseNotebook for every notebook that nbval collects."""
    collected = yield
    return [
        CourseNotebook.from_parent(parent, path=file_path) if isinstance(node, nbval.plugin.IPyNbFile) else node
        for node in collected
    ]


# ---- Workers


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    """Choose the number of workers, unless `-n` did, before pytest-xdist looks at its options."""
    if config.pluginmanager.hasplugin("xdist") and not _is_worker(config):
        option = config.option
        if option.numprocesses in (None, "auto", "logical") and option.dist == "no" and not option.tx:
            option.numprocesses = _workers(config)
        if option.numprocesses and option.dist == "no":
            option.dist = "loadfile"
            option.loadscopereorder = False  # they are sorted already, see _longest_first
    return (yield)


def _workers(config: pytest.Config) -> int:
    """Return how many workers this run gets; 0 means that it runs in this process."""
    option = config.option
    if option.usepdb or option.trace or option.capture == "no" or option.collectonly:
        return 0
    named = {argument.partition("::")[0] for argument in config.args}
    files = len(named) if all(os.path.isfile(name) for name in named) else _MOST_WORKERS
    count = min(files, _cores(), _MOST_WORKERS)
    return count if count > 1 else 0


def _cores() -> int:
    """Return how many cores this process can use, or what xdist's variable says instead."""
    with contextlib.suppress(KeyError, ValueError):
        return int(os.environ["PYTEST_XDIST_AUTO_NUM_WORKERS"])
    return cores()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _longest_first(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the files by the CPU seconds that tests/budget.toml recorded. A new file is taken for a long one."""
    budget = config.rootpath / "tests" / "budget.toml"
    seconds = tomllib.loads(budget.read_text(encoding="utf-8"))["seconds"] if budget.is_file() else {}
    items.sort(key=lambda item: -seconds.get(item.nodeid.partition("::")[0], 60.0))


# ---- Keywords


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test the keywords of its lessons, before `-k` selects; on a worker, put the longest files first."""
    lessons = {f"lesson_{lesson.number}": lesson for lesson in course().lessons}
    answers = {
        exercise.answer: f"lesson_{lesson.number}" for lesson in lessons.values() for exercise in lesson.exercises
    }
    for item in items:
        if item.get_closest_marker("every_lesson"):
            item.extra_keyword_matches.update(lessons)
        item.extra_keyword_matches.update(name for name, lesson in lessons.items() if lesson.slug in item.nodeid)
        if "/checks/" in item.nodeid:  # where an answer's name among the parameters means that answer
            named = {word.partition("__")[0] for word in re.findall(r"\w+", item.nodeid.partition("[")[2])}
            item.extra_keyword_matches.update(answers[name] for name in named & answers.keys())
    if _is_worker(config):
        _longest_first(config, items)

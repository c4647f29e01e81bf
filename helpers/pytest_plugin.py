"""Runs the course's notebooks under nbval: lessons and solutions strictly, exercises laxly.

It tells the kernels that their outputs are compared, so that time stands in them. It mends two things in how nbval runs
a cell, and loosens nothing in how it compares:

- history is stored, as every front end does; without it `_` and a trailing `;` behave otherwise than in JupyterLab;
- a kernel that died is noticed at once, not at the end of the cell's time limit.

Loaded by `-p helpers.pytest_plugin` in pyproject.toml.
"""

import os
import time
from collections.abc import Generator
from pathlib import Path
from queue import Empty
from typing import Any

import nbval.plugin
import pytest
from nbval.kernel import RunningKernel

from helpers.cloud.running import COMPARED

_LOOK = 0.5  # seconds between two looks whether the kernel still lives


class MendedKernel(RunningKernel):
    """nbval's kernel, executing as JupyterLab does and noticing its own death."""

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        """Execute the source and return the message's id."""
        return self.kc.execute(cell_input, store_history=True, allow_stdin=allow_stdin, stop_on_error=False)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        """Wait for the reply; raise queue.Empty at the time limit and RuntimeError when the kernel is dead."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                left = _LOOK if end is None else end - time.monotonic()
                return super().await_reply(msg_id, timeout=max(0.01, min(_LOOK, left)))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel died while it ran this cell") from None
                if end is not None and time.monotonic() >= end:
                    raise


class CourseNotebook(nbval.plugin.IPyNbFile):
    """A notebook of the course."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.path.parent.name == "exercises":
            self.compare_outputs = False  # as shipped they have no outputs; they must run to the bottom

    def setup(self) -> None:
        """Start the kernel, telling it that outputs are compared."""
        before = os.environ.get(COMPARED)
        os.environ[COMPARED] = "1"
        try:
            super().setup()
        finally:
            if before is None:
                del os.environ[COMPARED]
            else:
                os.environ[COMPARED] = before


def pytest_configure() -> None:
    """Have nbval run its cells in mended kernels."""
    nbval.plugin.RunningKernel = MendedKernel


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list[Any], list[Any]]:
    """Have every notebook that nbval collects be a CourseNotebook."""
    collected = yield
    return [
        CourseNotebook.from_parent(parent, path=file_path) if isinstance(node, nbval.plugin.IPyNbFile) else node
        for node in collected
    ]

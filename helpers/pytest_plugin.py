"""Runs the course's notebooks under nbval: lessons and solutions strictly, exercises laxly.

It tells the kernels that their outputs are compared, so that time stands in them. It mends two things in how nbval runs
a cell, and loosens nothing in how it compares:

- history is stored, as every front end does; without it `_` and a trailing `;` behave otherwise than in JupyterLab;
- a kernel that died is noticed at once, not at the end of the cell's time limit.

And it saves time: while a notebook runs, the kernel of the next one starts beside it.

Loaded by `-p helpers.pytest_plugin` in pyproject.toml.
"""

import contextlib
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from queue import Empty
from typing import Any

# jsonschema, which nbval brings along, takes a second to read the grammar of web addresses. No notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbval.plugin  # noqa: E402
import pytest  # noqa: E402
from jupyter_client.manager import KernelManager  # noqa: E402
from nbval.kernel import NbvalKernelspecManager, RunningKernel  # noqa: E402

from helpers.backends.running import COMPARED  # noqa: E402

_LOOK = 0.5  # seconds between two looks whether the kernel still lives


class MendedKernel(RunningKernel):
    """nbval's kernel, executing as JupyterLab does and noticing its own death. When made it is launched, not ready."""

    def __init__(self, kernel_name: str, cwd: str | None = None, startup_timeout: float = 60):
        self._startup_timeout = startup_timeout
        self.km = KernelManager(kernel_name=kernel_name, kernel_spec_manager=NbvalKernelspecManager())
        with open(os.devnull, "w") as nowhere:
            self.km.start_kernel(stderr=nowhere, cwd=cwd)
        self.kc = self.km.client()
        self.kc.start_channels()

    def wait_until_ready(self) -> None:
        """Return when the kernel answers; raise what `await_reply` raises when it does not."""
        self.await_reply(self.kc.kernel_info(), timeout=self._startup_timeout)
        self._ensure_iopub_up()

    def stop(self) -> None:
        """Kill the kernel; it is gone when this returns."""
        process = self.km.provisioner.process
        process.kill()
        process.wait()  # for some milliseconds; Jupyter would look again after 0.1 s
        super().stop()

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
                    raise RuntimeError("the kernel died") from None
                if end is not None and time.monotonic() >= end:
                    raise


class CourseNotebook(nbval.plugin.IPyNbFile):
    """A notebook of the course."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.path.parent.name == "exercises":
            self.compare_outputs = False  # as shipped they have no outputs; they must run to the bottom

    def launch(self) -> None:
        """Launch a kernel that knows that outputs are compared. The end of the session stops it at the latest."""
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
        """Have a kernel ready, and launch the next notebook's."""
        self.launch()
        self.kernel.wait_until_ready()
        parents = dict.fromkeys(item.parent for item in self.session.items)
        notebooks = [parent for parent in parents if isinstance(parent, CourseNotebook)]
        for following in notebooks[notebooks.index(self) + 1 :][:1]:
            with contextlib.suppress(Exception):  # what is wrong is told in that notebook's own setup
                following.launch()

    def teardown(self) -> None:
        """Stop the kernel."""
        super().teardown()
        self.kernel = None


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

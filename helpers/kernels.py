"""Running a notebook in a kernel, for `course build`, `course check` and other commands. No notebook imports it."""

import subprocess
import warnings
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode


def quiet(manager: KernelManager | AsyncKernelManager) -> None:
    """Encrypt the kernel's connection if the installed Jupyter can; newer ones print a warning about plain ones."""
    if manager.has_trait("transport_encryption"):
        manager.transport_encryption = "auto"


def execute(notebook: NotebookNode, folder: Path, env: dict[str, str], beforehand: str = "", **options: Any) -> None:
    """Run the notebook's cells from top to bottom in this folder and store their outputs in it.

    env: the kernel's environment. beforehand: source to run before the first cell, without counting as a cell.
    options: for nbclient.NotebookClient, whose errors are raised.
    """
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, **options)
    quiet(client.create_kernel_manager())

    def run_beforehand(notebook: NotebookNode) -> None:
        assert client.kc is not None, "nbclient calls this once the kernel is running"
        client.kc.execute(beforehand, silent=True)

    if beforehand:
        client.on_notebook_start = run_beforehand
    with warnings.catch_warnings():
        # On Windows each run would print advice for programmers about asyncio; it works without following it.
        warnings.filterwarnings("ignore", "Proactor event loop", RuntimeWarning)
        # What the kernel writes past Jupyter would otherwise appear in the middle of `course check --json`.
        client.execute(env=env, stdout=subprocess.DEVNULL)
    notebook.metadata.pop("widgets", None)  # a stored widget shows nothing without its kernel

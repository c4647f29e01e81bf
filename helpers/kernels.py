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


def _tell_ids(session: Any, running: list[str]) -> None:
    """Have each request to execute code name the cell. running: holds the id of the cell that is executed."""
    plain = session.msg

    def msg(kind: str, *arguments: Any, **options: Any) -> Any:
        made = plain(kind, *arguments, **options)
        if kind == "execute_request":
            made["metadata"]["cellId"] = running[0]
        return made

    session.msg = msg


def execute(notebook: NotebookNode, folder: Path, env: dict[str, str], beforehand: str = "", **options: Any) -> None:
    """Run the notebook's cells from top to bottom in this folder and store their outputs in it.

    Each request names the cell's id, as JupyterLab's requests do.

    env: the kernel's environment. beforehand: source to run before the first cell, without counting as a cell.
    options: for nbclient.NotebookClient, whose errors are raised.
    """
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, **options)
    quiet(client.create_kernel_manager())

    running, told = [""], options.get("on_cell_execute")

    def begin(notebook: NotebookNode) -> None:
        assert client.kc is not None, "nbclient calls this once the kernel is running"
        if beforehand:
            client.kc.execute(beforehand, silent=True)
        _tell_ids(client.kc.session, running)

    def begin_cell(cell: NotebookNode, cell_index: int) -> None:
        running[0] = cell.id
        if told:
            told(cell=cell, cell_index=cell_index)

    client.on_notebook_start, client.on_cell_execute = begin, begin_cell
    with warnings.catch_warnings():
        # On Windows each run would print advice for programmers about asyncio; it works without following it.
        warnings.filterwarnings("ignore", "Proactor event loop", RuntimeWarning)
        # What the kernel writes past Jupyter would otherwise appear in the middle of `course check --json`.
        client.execute(env=env, stdout=subprocess.DEVNULL)
    notebook.metadata.pop("widgets", None)  # a stored widget shows nothing without its kernel

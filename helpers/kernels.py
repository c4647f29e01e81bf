"""Running a notebook in a kernel of its own, for authors (`course build`) and for checks from a terminal."""

import subprocess
import warnings
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode


def quiet(manager: KernelManager | AsyncKernelManager) -> None:
    """Have the kernel's connection encrypted where the installed Jupyter can; else each kernel prints a warning."""
    if manager.has_trait("transport_encryption"):
        manager.transport_encryption = "auto"


def execute(notebook: NotebookNode, folder: Path, env: dict[str, str], beforehand: str = "", **options: Any) -> None:
    """Run the notebook's cells from top to bottom in this folder, storing the outputs in it.

    env: the kernel's environment. beforehand: source that runs before the first cell and counts as none. options: of
    nbclient.NotebookClient, whose errors are raised.
    """
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}, **options)
    quiet(client.create_kernel_manager())
    if beforehand:
        client.on_notebook_start = lambda notebook: client.kc.execute(beforehand, silent=True) and None
    with warnings.catch_warnings():
        # On Windows each run would begin with advice to programmers about asyncio; it works as it is.
        warnings.filterwarnings("ignore", "Proactor event loop", RuntimeWarning)
        # What goes past Jupyter to the kernel's own output would come out in the middle of `course check --json`.
        client.execute(env=env, stdout=subprocess.DEVNULL)
    notebook.metadata.pop("widgets", None)  # a stored widget is a dead one

"""The normal form in which the course stores notebooks: what is kept of one, and in which order."""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# What every tool needs to know of the language. A kernel also stores its version, which differs between machines.
_LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
}
_KEPT_METADATA = ("nbgrader", "tags", "deletable", "editable")


def normal(notebook: NotebookNode) -> NotebookNode:
    """Return the notebook in normal form: only metadata that is needed, no widget state, one way to store outputs.

    Cell ids stay as they are. Authors give names (`lease-predict`), and a test finds ids that Jupyter made up.
    """
    cells = [_cell(cell) for cell in notebook.cells]
    metadata = {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _cell(cell: NotebookNode) -> NotebookNode:
    kept = {key: cell.metadata[key] for key in _KEPT_METADATA if key in cell.metadata}
    source = re.sub(r"[ \t]+$", "", cell.source, flags=re.MULTILINE).strip("\n")
    made = {"id": cell.id, "cell_type": cell.cell_type, "metadata": kept, "source": source}
    if cell.cell_type == "code":
        made |= {"execution_count": cell.execution_count, "outputs": _outputs(cell.outputs)}
    return nbformat.from_dict(made)


def _outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs without metadata. What was printed in several pieces, which varies, becomes one piece."""
    made: list[NotebookNode] = []
    for output in outputs:
        same_stream = made and output.output_type == "stream" and made[-1].get("name") == output.name
        if same_stream:
            made[-1].text += output.text
        else:
            made.append(nbformat.from_dict({**output, "metadata": {}} if "metadata" in output else {**output}))
    return made


def read(path: Path) -> NotebookNode:
    """Return the notebook in this file."""
    return nbformat.read(path, as_version=4)


def text(notebook: NotebookNode) -> str:
    """Return the notebook as the text of its file."""
    return nbformat.writes(notebook, version=4, indent=1) + "\n"


def write(notebook: NotebookNode, path: Path) -> None:
    """Write the notebook in normal form."""
    path.write_text(text(normal(notebook)), encoding="utf-8", newline="\n")

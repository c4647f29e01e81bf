"""What happens to a notebook when `course lab` saves it: secrets are warned of, live pictures are saved still."""

from typing import Any

from helpers import secret_scan

WIDGET = "application/vnd.jupyter.widget-view+json"  # a live picture's place, empty once its kernel is gone

_warned: set[str] = set()  # JupyterLab saves every two minutes; each warning is given once


def before_saving(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Prepare the content of a file that is being saved, if it's a notebook. Jupyter calls this before it saves."""
    if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
        return
    cells = model["content"].get("cells", [])
    warn_of_secrets(cells, path, contents_manager.log)
    for cell in cells:
        leave_still_pictures(cell)


def warn_of_secrets(cells: list[dict[str, Any]], path: str, log: Any) -> None:
    """Warn in the terminal of cells that seem to hold a secret; they are saved as they are.

    The browser shows no warning, because a hook can do nothing there but refuse.
    """
    for number, found in secret_scan.in_cells(cells):
        where = f"{path}, cell {number}, {found}"
        if where not in _warned:
            _warned.add(where)
            log.warning("Is this a secret? You've just saved %s. Take it out and save again.", where)


def leave_still_pictures(cell: dict[str, Any]) -> None:
    """Take the live half out of outputs that have a still one beside it.

    JupyterLab prefers the live half, and without its kernel shows an error in its place. The open notebook keeps it. A
    widget that has no HTML beside it is left alone.
    """
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            data.pop(WIDGET, None)

"""What `course pack` puts into its file of a notebook: its cells, without outputs, and without what looks secret."""

import json
import re
from collections.abc import Iterator

from helpers import secret_scan
from helpers.grading.intake.outputs import without_outputs

_QUOTED = re.compile(r"(\"|')(?:(?!\1).){8,}?\1")
_REMOVED = "...  # `course pack` took a secret out of this line"
_KEY_BEGINS, _KEY_ENDS = "-----BEGIN", "-----END"


def packed(content: bytes, secrets: bool) -> bytes:
    """Return the notebook without outputs; otherwise as it is, byte for byte. NotebookError as in grading.

    content: a notebook that nbformat could read. secrets: whether there are any, to be left out too.
    """
    small = without_outputs(content)
    if not secrets:
        return small
    notebook = json.loads(small.decode("utf-8-sig"))
    cells, changed = list(_cells(notebook)), False
    has_id = any(secret_scan.has_key_id(_source(cell)[1]) for cell in cells)
    for cell in cells:
        name, source = _source(cell)
        if (kept := without_secrets(source, has_id)) != source:
            cell[name], changed = kept, True
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode() if changed else small


def without_secrets(source: str, beside_an_id: bool = False) -> str:
    """Return the source with "removed" in place of strings that look secret, or without the lines around them.

    beside_an_id: whether an access key id is in the same notebook.
    """
    lines = source.split("\n")
    found = _found(lines, beside_an_id)
    if not found:
        return source
    beside_an_id |= secret_scan.has_key_id(source)
    for line in found:
        lines[line] = _QUOTED.sub('"removed"', lines[line])
    for line in _found(lines, beside_an_id):
        end = line
        if _KEY_BEGINS in lines[line]:  # its other lines don't look like a key
            end = next((n for n in range(line, len(lines)) if _KEY_ENDS in lines[n]), len(lines) - 1)
        for n in range(line, end + 1):
            lines[n] = re.match(r"\s*", lines[n])[0] + _REMOVED  # type: ignore[index]
    return "\n".join(lines) if not _found(lines, beside_an_id) else _REMOVED


def _found(lines: list[str], beside_an_id: bool) -> list[int]:
    found = secret_scan.find("\n".join(lines), beside_an_id)
    return sorted({line for finding in found for line in range(finding.line - 1, finding.end)})


def _source(cell: dict) -> tuple[str, str]:
    """Return what a cell's text is called, in its format, and the text."""
    name = "input" if "input" in cell and "source" not in cell else "source"
    source = cell.get(name, "")
    return name, "".join(source) if isinstance(source, list) else source


def _cells(notebook: dict) -> Iterator[dict]:
    """Yield the cells, of today's format or of the one before it."""
    for holder in (notebook, *notebook.get("worksheets", [])):
        yield from holder.get("cells", [])

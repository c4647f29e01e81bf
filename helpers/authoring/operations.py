"""Which operations of AWS a notebook calls, from the journals of its run: the learner's, and those of its checks."""

import json

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

# Runs in the notebook's kernel before its first cell. What a journal writes down is kept, in whichever cloud.
WATCH = """
def _watch():
    from helpers.backends.calls import Call, Exchange
    from helpers.simulation.journal import Journal

    plain = Journal.append

    def append(journal, entry):
        if journal.recording and isinstance(entry, Exchange):
            called.add((entry.service, Call((entry,)).operation))
        plain(journal, entry)

    called = Journal.operations_called = set()
    Journal.append = append


_watch()
del _watch
"""
_TELL = """
import json
from helpers.simulation.journal import Journal
print(json.dumps(sorted(Journal.operations_called)))
"""


def asked(notebook: NotebookNode) -> None:
    """Have the notebook tell at its end, in a cell of its own, what was called."""
    notebook.cells.append(new_code_cell(_TELL))


def told(notebook: NotebookNode) -> dict[str, list[str]]:
    """Take that cell away, and return the operations of SQS and SNS by service, sorted."""
    cell = notebook.cells.pop()
    called = json.loads("".join(output.text for output in cell.outputs))
    services = ("sqs", "sns")
    return {service: [name for of, name in called if of == service] for service in services}


def joined(*found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return all operations of several notebooks, sorted."""
    return {service: sorted({name for one in found for name in one[service]}) for service in ("sqs", "sns")}


def text(by_lesson: dict[str, dict[str, list[str]]]) -> str:
    """Return the file that the gate and `course policy` read, as JSON."""
    return json.dumps(by_lesson, indent=1, sort_keys=True) + "\n"

"""The course's own answers, read from the solution notebooks. They are nowhere else."""

import json
import re

from helpers.course import HOME, Exercise

_REGION = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[^\n]*\n?", re.MULTILINE)


def answer_source(exercise: Exercise) -> str | None:
    """Return the source of the cell that defines the answer, without markers; None if this copy has no solutions."""
    path = HOME / "solutions" / f"{exercise.lesson}.ipynb"
    if not path.is_file():
        return None
    # Read as the JSON that a notebook is: importing nbformat would make a learner wait for seconds.
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and f"def {exercise.answer}(" in source:
            return _REGION.sub("", source).strip()
    return None

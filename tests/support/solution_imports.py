"""The imports of a notebook, which the solutions and so a learner's answers can use."""

import json
from functools import lru_cache

from helpers.course import HOME


@lru_cache
def imports(lesson: str) -> str:
    """Return the lines of the lesson's solutions that import something other than the course."""
    cells = json.loads((HOME / "solutions" / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    lines = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code").splitlines()
    return "\n".join(line for line in lines if line.startswith("import "))

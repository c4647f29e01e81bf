"""What the solutions, and so a learner's answers, find imported in their notebook."""

import json

from helpers.course import HOME


def imports(lesson: str) -> str:
    """Return the lines of the lesson's solutions that import something from elsewhere than the course."""
    cells = json.loads((HOME / "solutions" / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    lines = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code").splitlines()
    return "\n".join(line for line in lines if line.startswith("import "))

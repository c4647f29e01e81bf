"""Proves a set of exercises before learners meet it: its checks accept the solutions, and no stub is attempted."""

import json
from pathlib import Path

from helpers.checks.outcome import CORRECT, NOT_ATTEMPTED
from helpers.grading import work
from helpers.grading.exercise_set import of_folder
from helpers.grading.store import Job
from helpers.grading.work import Task

SEEDS = (1, 2, 3)


def faults(folder: Path, walled: bool = True) -> list[str]:
    """Return what is wrong with the set in this folder, a sentence each; [] when every check holds.

    CourseError when the set cannot be read, or this computer cannot grade.
    """
    exercises = of_folder(folder)
    wanted = {"solutions": CORRECT, "exercises": NOT_ATTEMPTED}
    found = []
    try:
        for lesson in exercises.listed.lessons:
            for kind, status in wanted.items():
                job = Job("", lesson.slug, _cells(folder / kind / f"{lesson.slug}.ipynb"))
                for seed in SEEDS:
                    for outcome in work.do(Task(exercises, seed, walled), job).outcomes:
                        if outcome.status != status:
                            said = f"{outcome.got} {outcome.why}".strip()
                            found.append(f"{kind}: {outcome.answer} comes out as {outcome.status!r}. {said}".strip())
    finally:
        work.close()
    return list(dict.fromkeys(found))


def _cells(path: Path) -> tuple[str, ...]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")

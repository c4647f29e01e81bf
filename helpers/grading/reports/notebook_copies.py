"""Writes copies of learners' notebooks with the feedback beside their answers."""

from collections.abc import Sequence
from pathlib import Path

from helpers.course import Lesson
from helpers.errors import NotebookError
from helpers.grading.output import file_names, write, writing
from helpers.grading.records import Cohort, Row
from helpers.grading.reports.annotated import annotated

FOLDER = "notebooks"


def write_copies(out: Path, cohort: Cohort, rows: Sequence[Row], lessons: Sequence[Lesson]) -> list[str]:
    """Write notebooks/LEARNER/LESSON.ipynb for each hand-in; return which could not be made, a sentence each."""
    by_learner, by_slug = {row.learner: row for row in rows}, {lesson.slug: lesson for lesson in lessons}
    stems, said = file_names(by_learner), []
    for learner in cohort.learners:
        for hand_in in learner.hand_ins:
            if hand_in.lesson not in by_slug:
                continue
            path = out / FOLDER / stems[learner.name] / f"{hand_in.lesson}.ipynb"
            try:
                content = annotated(hand_in.notebook, by_learner[learner.name], by_slug[hand_in.lesson])
            except NotebookError as problem:
                said.append(f"'{hand_in.file}': {problem}")
                continue
            with writing(path.parent):
                write(path, content)
    return said

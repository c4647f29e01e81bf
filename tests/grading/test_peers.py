"""Beside nbgrader, whose markers and metadata the exercises carry. Needs the extra `peers`."""

import copy
import subprocess
import sys

import pytest

from helpers.authoring import normal
from helpers.authoring.exercise import EXPLANATION, STUB, exercise, with_grading
from helpers.course import HOME, course

pytestmark = pytest.mark.peers
LESSONS = [pytest.param(lesson, id=lesson.slug) for lesson in course().lessons]


def released_by_nbgrader(solved):
    """Return what nbgrader's own preprocessors make of the solved notebook."""
    preprocessors = pytest.importorskip("nbgrader.preprocessors", reason="the extra `peers` is not installed")
    from traitlets.config import Config

    stub = Config({"ClearSolutions": {"code_stub": {"python": STUB}}})
    notebook, resources = copy.deepcopy(solved), {}
    for name in ("LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata", "ComputeChecksums"):
        notebook, resources = getattr(preprocessors, name)(config=stub).preprocess(notebook, resources)
    return notebook


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_generated_exercise_is_nbgrader_s_release(lesson):
    """Cell by cell the same source and the same metadata, checksums included."""
    solved = with_grading(normal.read(HOME / "solutions" / f"{lesson.slug}.ipynb"), lesson.exercises)
    solved.cells = [cell for cell in solved.cells if EXPLANATION not in cell.metadata.get("tags", [])]
    theirs, ours = released_by_nbgrader(solved), exercise(solved, lesson.exercises)
    for their, our in zip(theirs.cells, ours.cells, strict=True):
        assert our.source == their.source, our.id
        assert our.metadata == their.metadata, our.id


@pytest.mark.parametrize(("kind", "says"), [("solutions", "Success"), ("exercises", "validation failed")])
@pytest.mark.parametrize("lesson", LESSONS)
def test_nbgrader_validates_the_solution_and_not_the_exercise(lesson, kind, says, tmp_path):
    """Under nbgrader a check raises unless the answer is correct, and a correct one leaves nothing on stderr."""
    path = tmp_path / "handed_in.ipynb"
    path.write_bytes((HOME / kind / f"{lesson.slug}.ipynb").read_bytes())
    command = [sys.executable, "-m", "nbgrader", "validate", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert says.lower() in (said.stdout + said.stderr).lower(), said.stdout + said.stderr

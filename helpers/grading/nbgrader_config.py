"""nbgrader's settings for this course, for the folder that nbgrader is started in. The course never imports them."""

from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

c = get_config()  # type: ignore[name-defined]  # noqa: F821  nbgrader defines it

c.CourseDirectory.course_id = "mastering-aws-messaging"

# The stub by which a check knows that nothing was written yet.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nreturn ..."}

# What explains a solution is not released with the exercise.
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"solution-only"}
c.GenerateAssignment.preprocessors.prepend([TagRemovePreprocessor])

# A check ends an answer that does not end; several may take longer than the 30 seconds that nbgrader gives a cell.
c.Execute.timeout = 120


class RepairCells(NbGraderPreprocessor):
    """Repairs notebooks in which cells were deleted or doubled, after nbgrader's DeduplicateIds.

    OverwriteCells.add_missing_cells does part of this, and loses the hand-in when an answer's cell was deleted along
    with its check, or when any cell was doubled.
    """

    def preprocess(self, nb, resources):
        """Return the notebook with each cell that checks: a deleted one at the end, where all answers are defined."""
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:  # what DeduplicateIds leaves of the first of two
                del cell.metadata["nbgrader"]
        there = {cell.metadata["nbgrader"]["grade_id"] for cell in nb.cells if "nbgrader" in cell.metadata}
        course = resources["nbgrader"]
        with Gradebook(course["db_url"]) as book:
            released = book.find_notebook(course["notebook"], course["assignment"])
            sources = {source.name: source.source for source in released.source_cells}
            points = {graded.name: graded.max_score for graded in released.grade_cells if graded.name not in there}
        for name, worth in points.items():
            kept = {"grade_id": name, "points": worth, "grade": True, "locked": True, "solution": False, "task": False}
            nb.cells.append(new_code_cell(sources[name], metadata={"nbgrader": kept | {"schema_version": 3}}))
        return nb, resources


c.Autograde.sanitize_preprocessors.insert(2, RepairCells)

"""The exercises: generated from the solutions, and what the generator does."""

import nbformat
import pytest

from helpers.authoring import contents, normal
from helpers.authoring.build import NEXT
from helpers.authoring.exercise import exercise, stubbed
from helpers.authoring.new_exercise import MOST
from helpers.course import HOME, course
from helpers.errors import NotebookError

LESSONS = [pytest.param(lesson, id=f"lesson_{lesson.number}") for lesson in course().lessons]


def read(kind, lesson):
    """Return the lesson's notebook of this kind."""
    return normal.read(HOME / kind / f"{lesson.slug}.ipynb")


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_exercise_is_what_the_solution_generates(lesson):
    """Generated again, the exercise is the same to the byte: nobody edited it, nobody forgot to build."""
    generated = normal.text(normal.normal(exercise(read("solutions", lesson), lesson.exercises)))
    stored = (HOME / "exercises" / f"{lesson.slug}.ipynb").read_text(encoding="utf-8")
    assert generated == stored, "run `course build`"


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_listed_exercise_has_its_cells(lesson):
    """Three to six exercises, each with a task that has title and minutes, a cell to write in, and one that checks."""
    notebook, released = read("solutions", lesson), read("exercises", lesson)
    cells = {cell.id: cell for cell in released.cells}
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert 3 <= len(lesson.exercises) <= MOST
    assert lesson.exercises[0].minutes <= (5 if lesson.slug < "07" else 25)  # whoever gets that far has warmed up
    for item in lesson.exercises:
        assert f"## {item.id} {item.title}\n\n*{item.minutes} minutes.*" in text
        answer, check = cells[item.answer], cells[f"check-{item.answer}"]
        assert answer.source.startswith(f"def {item.answer}(")
        assert '"""' in answer.source, "the contract belongs in a docstring"
        assert check.source.startswith(f"check({item.answer})")
        assert answer.metadata["nbgrader"]["grade_id"] == item.answer
        assert answer.metadata["nbgrader"]["solution"]
        assert (check.metadata["nbgrader"]["points"], check.metadata["editable"]) == (item.points, False)
    assert notebook.cells[-1].id == NEXT
    assert notebook.cells[-1].source == contents.next_after_exercises(course(), lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_authors_write_no_metadata(lesson):
    """A solution stores nothing of what the generator derives, so that nothing in it can be wrong."""
    stored = {key for cell in read("solutions", lesson).cells for key in cell.metadata}
    assert stored <= {"tags"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_stored_metadata_changes_nothing(lesson):
    """Whatever nbgrader's metadata in a solution says, the exercise is the same."""
    solved = read("solutions", lesson)
    for number, cell in enumerate(solved.cells):
        said = {"grade": True, "grade_id": f"x{number}", "locked": True, "points": 99, "solution": False, "task": False}
        cell.metadata.update(nbgrader=said, deletable=False, editable=False)
    assert exercise(solved, lesson.exercises) == exercise(read("solutions", lesson), lesson.exercises)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_scenario_is_short(lesson):
    """A learner reads at most 100 words before the stub, and 160 where the exercise takes half an hour or more."""
    tasks = [cell for cell in read("exercises", lesson).cells if cell.id.startswith("task-")]
    for item, task in zip(lesson.exercises, tasks, strict=True):
        assert len(task.source.split()) <= (100 if item.minutes < 30 else 160), task.id


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_contract_is_read_without_scrolling(lesson):
    """Between JupyterLab's two side bars a cell shows about 92 signs of a line."""
    cells = {cell.id: cell for cell in read("exercises", lesson).cells}
    for item in lesson.exercises:
        longest = max(len(line) for line in cells[item.answer].source.splitlines())
        assert longest <= 92, item.answer


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_exercise_gives_nothing_away(lesson):
    """No answer, no explanation, no output, no marker of a region is left."""
    notebook = read("exercises", lesson)
    source = "\n".join(cell.source for cell in notebook.cells)
    assert "SOLUTION" not in source
    assert "Why it works" not in source
    assert source.count("return ...") == len(lesson.exercises)
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_a_region_becomes_a_stub_at_its_own_indent():
    """The stub stands where the region stood, as deep as its first marker."""
    source = "def f():\n    x = 1\n    ### BEGIN SOLUTION\n    x = 2\n    return x\n    ### END SOLUTION\n    # after"
    assert stubbed(source) == "def f():\n    x = 1\n    # YOUR CODE HERE\n    return ...\n    # after"


@pytest.mark.parametrize(
    "source",
    [
        "### BEGIN SOLUTION\n1",
        "1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION\n### END SOLUTION",
    ],
)
def test_a_region_that_is_not_whole_is_refused(source):
    """An unclosed or nested region would ship an answer; the cell is named."""
    with pytest.raises(NotebookError, match="cell-x"):
        stubbed(source, "cell-x")


def test_cells_of_the_solution_alone_vanish():
    """A cell with the tag solution-only is in the solution and not in the exercise."""
    why = nbformat.v4.new_markdown_cell("why", id="why", metadata={"tags": ["solution-only"]})
    task = nbformat.v4.new_markdown_cell("task", id="task")
    released = exercise(nbformat.v4.new_notebook(cells=[why, task]), [])
    assert [cell.id for cell in released.cells] == ["task"]

"""What every notebook of the course keeps to: the frame, the budgets, the normal form."""

import re
import statistics

import pytest

from helpers.authoring import contents, normal
from helpers.authoring.build import NEXT
from helpers.course import HOME, course

LESSONS = [pytest.param(lesson, id=lesson.slug) for lesson in course().lessons]
NOTEBOOKS = [
    pytest.param(HOME / kind / f"{lesson.slug}.ipynb", id=f"{kind}/{lesson.slug}")
    for lesson in course().lessons
    for kind in ("lessons", "solutions", "exercises")
]


def read(kind, lesson):
    """Return the lesson's notebook of this kind."""
    return normal.read(HOME / kind / f"{lesson.slug}.ipynb")


def code_of(notebook):
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def asks(cell):
    """Return whether the cell does nothing but ask a question of the manifest."""
    return re.fullmatch(r'show\.(?:predict|quiz)\("[a-z-]+"\)', cell.source.strip()) is not None


def prose_of(notebook):
    """Return the text cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def words(text):
    """Return how many words a learner reads in the main line: no folded text, table, code block or link target."""
    for passed_over in (r"(?s)<details>.*?</details>", r"(?s)```.*?```", r"(?m)^\|.*$", r"\]\([^)]*\)"):
        text = re.sub(passed_over, " ", text)
    return len(re.findall(r"\w[\w'’.,-]*", text))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_a_notebook_is_stored_in_normal_form(path):
    """No widget state, no metadata beyond the allowed, one way to write the file."""
    assert path.read_text(encoding="utf-8") == normal.text(normal.normal(normal.read(path)))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_every_cell_has_an_id_that_is_a_name(path):
    """Ids are written by an author, unique, and readable in a diff; none was drawn by chance."""
    ids = [cell.id for cell in normal.read(path).cells]
    assert len(ids) == len(set(ids))
    assert [cell_id for cell_id in ids if not re.fullmatch(r"[a-z][a-z_-]*[a-z0-9]", cell_id)] == []


@pytest.mark.parametrize("kind", ["lessons", "solutions"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_code_cell_was_run_in_order(kind, lesson):
    """nbval compares no cell that has no execution count, so each has one, from 1 on."""
    counts = [cell.execution_count for cell in code_of(read(kind, lesson))]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_no_cell_escapes_the_comparison(path):
    """No tag and no comment switches nbval off or lets a cell fail."""
    escapes = ("nbval", "raises-exception", "skip")
    notebook = normal.read(path)
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert [tag for tag in tags if tag.lower().startswith(escapes)] == []
    assert "NBVAL" not in "".join(cell.source for cell in notebook.cells).upper()


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_the_frame(lesson):
    """Title and goals first; then a short first cell that says which cloud; the goals answered at the end."""
    notebook = read("lessons", lesson)
    title, setup = notebook.cells[0].source, notebook.cells[1]
    assert title.startswith(f"# {lesson.number} {lesson.title}\n")
    assert f"{lesson.minutes} minutes" in title
    assert setup.cell_type == "code"
    assert len([line for line in setup.source.splitlines() if line.strip()]) <= 4
    assert "Nothing leaves this computer" in setup.outputs[-1]["data"]["text/plain"]
    headings = re.findall(r"(?m)^## (.+)$", "\n".join(cell.source for cell in prose_of(notebook)))
    assert headings[-3:] == ["What to remember", "In practice", "Clean up"]
    remember = next(cell.source for cell in notebook.cells if "## What to remember" in cell.source)
    assert len(re.findall(r"(?m)^- ", title)) == len(re.findall(r"(?m)^- ", remember))
    assert notebook.cells[-1].id == NEXT
    assert notebook.cells[-1].source == contents.next_after_lesson(course(), lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_keeps_to_the_budgets(lesson):
    """As many cells, lines and words as a learner takes in half an hour; measured on the best of the field.

    Questions are cells of their own, and count apart.
    """
    notebook = read("lessons", lesson)
    code = [cell for cell in code_of(notebook) if not asks(cell)]
    lines = [len([line for line in cell.source.splitlines() if line.strip()]) for cell in code]
    spoken = [words(cell.source) for cell in prose_of(notebook)]
    sections = re.findall(r"(?m)^## \d", "\n".join(cell.source for cell in prose_of(notebook)))
    assert 25 <= len([cell for cell in notebook.cells if not asks(cell)]) <= 45
    assert statistics.median(lines) <= 5
    assert max(lines) <= 15
    assert max(spoken) <= 125
    assert 40 <= sum(spoken) / len(lines) <= 102
    assert 4 <= len(sections) <= 8


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_asks_and_answers_each_choice(lesson):
    """Two to four questions; every choice is answered where it is opened."""
    notebook = read("lessons", lesson)
    text = "\n".join(cell.source for cell in prose_of(notebook))
    asked = re.findall(r'(?m)^show\.quiz\("([a-z-]+)"\)$', "\n".join(cell.source for cell in code_of(notebook)))
    choices = re.findall(r"<details><summary>([A-D])\. .+?</summary>(.*?)</details>", text)
    assert 2 <= [letter for letter, _ in choices].count("A") + len(asked) <= 4
    assert set(asked) <= {quiz.id for quiz in lesson.quizzes}
    assert all(len(answer.split()) >= 3 for _, answer in choices)
    code = "\n".join(cell.source for cell in code_of(notebook))
    assert text.count("*Predict:") + len(re.findall(r'(?m)^show\.predict\("[a-z-]+"\)$', code)) >= 5


@pytest.mark.parametrize("lesson", LESSONS)
def test_no_lesson_prints_prices_or_keys(lesson):
    """Prices change and are linked; keys are never shown."""
    raw = (HOME / "lessons" / f"{lesson.slug}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"(USD|\$|€)\s?\d", raw)
    assert not re.search(r"\bA(KIA|SIA)[A-Z0-9]{16}\b", raw)
    assert "not-a-secret" not in raw


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_no_stored_output_shows_this_machine(path):
    """Outputs are the same everywhere: no path, no address in memory, no process number."""
    raw = "".join(str(cell.outputs) for cell in code_of(normal.read(path)))
    assert not re.search(r"0x[0-9a-f]{6,}|/home/|/root/|/tmp/|C:\\\\|ipykernel_\d", raw)

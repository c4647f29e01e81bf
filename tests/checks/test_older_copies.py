"""An older copy of an exercise whose contract has changed: it's told so everywhere, and nowhere called wrong."""

import csv
import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from in_sandbox import launcher, needs_fork

import helpers
from helpers import progress
from helpers.checks import learner, older
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, OLDER, outcome
from helpers.course import Course, course, parse
from helpers.errors import CheckFailed, ManifestError
from helpers.grading import gradebook
from helpers.grading.books.canvas import CANVAS
from helpers.grading.books.table import TABLE
from helpers.grading.books.write import write_books
from helpers.grading.grader import grade
from helpers.grading.intake.notebooks import read_notebook
from helpers.grading.records import Graded, HandIn, Learner
from helpers.grading.reports import class_report, feedback
from helpers.learner import marking, reset
from helpers.learner.working_copy import WorkingCopy
from helpers.simulation import browser_tab
from helpers.views.card import check_card

PATTERN = Path(helpers.__file__).parent / "authoring" / "pattern"
LESSON = course().lessons[0]
CLAUSE = "Return the region's two clients"
EXERCISE = dataclasses.replace(LESSON.exercises[0], version=2, older=(CLAUSE,))
RESET = "course reset 01.1"

RIGHT = "return {'sqs': boto3.client('sqs', region_name=region), 'sns': boto3.client('sns', region_name=region)}"


def cell(body, docstring="Return the region's\n    two   clients, in a list.", parameters="region"):
    """Return the source of a cell that defines the answer, with the older docstring."""
    text = f'    """{docstring}"""\n' if docstring else ""
    return f"import boto3\ndef clients_for({parameters}):\n{text}    {body}\n"


def function(source):
    """Return the answer in this cell."""
    namespace = {}
    exec(source, namespace)
    return namespace["clients_for"]


# Each an answer, the status that it gets, and whether it's from an older copy.
CASES = {
    "wrong by the new contract": (cell("return [1]"), OLDER),
    "it raises": (cell("return 1 / 0"), OLDER),
    "right by the new contract, too": (cell(RIGHT), CORRECT),
    "nothing written yet": (cell("return ..."), NOT_ATTEMPTED),
    "the docstring is gone, the parameters are the older ones": (cell("return [1]", "", "place"), OLDER),
    "the docstring is gone, the parameters are today's": (cell("return [1]", ""), NOT_YET),
    "the docstring is gone, and more can be given": (cell("return [1]", "", "region, more=1"), NOT_YET),
    "the docstring is the learner's own": (cell("return [1]", "Two clients.", "place"), ERROR),
    "today's copy": (cell("return [1]", older._now(EXERCISE)[0]), NOT_YET),
    "today's copy, which quotes the older one": (cell(f"return [1]  # {CLAUSE}", older._now(EXERCISE)[0]), NOT_YET),
}


@pytest.mark.parametrize(("source", "status"), CASES.values(), ids=CASES)
def test_in_the_notebook(offline, source, status):
    """Where the older copy isn't right, the outcome says what to do, and nothing else."""
    found = learner.examine_here(EXERCISE, function(source))
    assert found.status == status
    if status == OLDER:
        assert RESET in found.why
        assert (found.got, found.did, found.expected, found.line) == ("", "", "", "")
        assert RESET in str(check_card(found.as_dict()))
        assert "hint(" not in str(check_card(found.as_dict()))
    if found.status == NOT_ATTEMPTED:
        assert RESET in found.got


@needs_fork
@pytest.mark.parametrize(("source", "status"), CASES.values(), ids=CASES)
def test_in_grading(source, status):
    """The grader finds the same by the cell's text."""
    assert graded(source).status == status


def graded(*cells):
    """Return the outcome of a hand-in with these cells."""
    from helpers.checks import engine

    return grade(cells, [(EXERCISE, engine.find(EXERCISE))], launcher(), 1).outcomes[0]


@needs_fork
def test_the_cell_that_counts_says_which_copy_it_is():
    """A new answer below an old one is judged; an old one above the new stub isn't."""
    old, new = cell("return [1]"), cell("return [2]", older._now(EXERCISE)[0])
    stub = cell("return ...", older._now(EXERCISE)[0])
    assert graded(old, new).status == NOT_YET
    assert graded(old, stub).status == OLDER
    assert graded(cell("return (")).status == OLDER


@needs_fork
@pytest.mark.parametrize(
    ("task", "docstring", "status"),
    [
        ("## 01.1 Clients\n\nMake a list of them.", "", OLDER),
        ("## 01.1 Clients\n\nMake a list of them.", older._now(EXERCISE)[0], NOT_YET),
        (next(text for text in older._shipped(LESSON.slug) if text.startswith("## 01.1 ")), "", NOT_YET),
        ("## 01.2 Something else", "", NOT_YET),
        ("no heading", "", NOT_YET),
    ],
)
def test_without_a_docstring_the_text_of_the_task_shows_it(tmp_path, monkeypatch, task, docstring, status):
    """Where the notebook is at hand: in grading, and in `course check`."""
    lesson = dataclasses.replace(LESSON, exercises=(EXERCISE,))
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(task), nbformat.v4.new_code_cell(cell("return [1]", docstring))]
    )
    path = tmp_path / "exercises.ipynb"
    nbformat.write(notebook, path)
    read = read_notebook(path.read_bytes(), "a.ipynb", Course("", (lesson,)))
    assert graded(*read.cells).status == status
    monkeypatch.setattr(marking, "_run", lambda notebook, path: None)
    monkeypatch.setattr(marking, "_outcome", lambda *_: outcome(EXERCISE, NOT_YET))
    assert [found.status for found in marking.mark(path, lesson)] == [status]


def test_an_exercise_that_never_changed_has_no_older_copies(offline):
    """Whatever its docstring says."""
    assert learner.examine_here(LESSON.exercises[0], function(cell("return [1]"))).status == NOT_YET


def test_the_way_to_the_new_one_is_there_where_it_is_told(monkeypatch):
    """A tab has no terminal, and a custom exercise set no command."""
    assert RESET in outcome_of_an_older_copy().why
    monkeypatch.setattr(browser_tab, "IN_A_TAB", True)
    assert RESET not in outcome_of_an_older_copy().why
    assert "reload the page" in outcome_of_an_older_copy().why
    custom = dataclasses.replace(EXERCISE, lesson="90_exam")
    assert "course reset" not in outcome_of_an_older_copy(custom).why
    assert older.cell_is_older(custom, cell("return [1]"))


def outcome_of_an_older_copy(exercise=EXERCISE):
    """Return it."""
    return older.judged(outcome(exercise, NOT_YET, got="x", printed="y"), exercise, True)


def test_it_is_no_try(tmp_path, monkeypatch):
    """The learner's progress doesn't change."""
    monkeypatch.delenv("COURSE_COMPARED", raising=False)
    (tmp_path / progress.FOLDER).mkdir()
    learner.keep([outcome_of_an_older_copy()], tmp_path)
    assert progress.read(tmp_path / progress.FOLDER) == {}


def test_nbgrader_is_told(offline, monkeypatch):
    """It knows no mark but points, so it gets the error that says why there are none."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setattr(learner, "course", lambda: SimpleNamespace(exercise=lambda name: EXERCISE))
    with pytest.raises(CheckFailed, match=RESET):
        learner.check(function(cell("return [1]")))


def test_reset_brings_the_new_task_and_keeps_the_old_notebook(tmp_path):
    """The text of the task, too; other tasks and answers stay as they are."""
    copy = WorkingCopy(tmp_path)
    copy.copy_missing()
    path = copy.path("exercises", LESSON)
    shipped = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(shipped, as_version=4)
    for one in notebook.cells:
        if one.source.startswith(("## 01.1 ", "## 01.2 ", "def clients_for", "def session_for")):
            one.source += "\nolder"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    done = reset.reset(copy, LESSON, EXERCISE)
    assert done.aside.read_bytes() == before
    texts = [one.source for one in nbformat.read(path, as_version=4).cells]
    as_shipped = [one.source for one in nbformat.reads(shipped, as_version=4).cells]
    differ = [now.split("\n")[0] for now, then in zip(texts, as_shipped, strict=True) if now != then]
    assert [line[:8] for line in differ] == ["## 01.2 ", "def sess"]


# --- the grade book ---------------------------------------------------------------------------------------------------


@pytest.fixture
def rows():
    """Two learners: Ada handed in an older copy of the first exercise, Grace today's."""
    second = LESSON.exercises[1]
    made = []
    for name, first in (("Ada", outcome_of_an_older_copy()), ("Grace", outcome(EXERCISE, CORRECT))):
        hand_in = Learner(name, (HandIn(name, LESSON.slug, "a.ipynb", ("x",)),), (("ID", name),))
        one = Graded((first, outcome(second, CORRECT)))
        made.append(gradebook.row(hand_in, {LESSON.slug: one}, [EXERCISE, second]))
    return made


def test_the_grade_book_says_that_it_is_not_marked(rows, tmp_path):
    """The table has words in place of points, and the percentage leaves the exercise out; Canvas gets nothing."""
    lesson = dataclasses.replace(LESSON, exercises=(EXERCISE, LESSON.exercises[1]))
    said = write_books(tmp_path, rows, [lesson], gradebook.book(rows, [], {"01": "a"}))
    with (tmp_path / TABLE).open(encoding="utf-8-sig", newline="") as file:
        ada, grace = csv.reader(list(file)[1:])
    assert (ada[2], ada[5], ada[6]) == ("older copy", "2", "100")
    assert "older copy: 01.1" in ada[8]
    assert (grace[2], grace[5], grace[6], grace[8]) == ("1", "3", "100", "")
    with (tmp_path / CANVAS).open(newline="") as file:
        assert [line[-1] for line in csv.reader(file)][2:] == ["", "3"]
    assert len(said) == 1
    assert "Ada" in said[0]
    assert "Grace" not in said[0]
    read = gradebook.read_book(tmp_path)["learners"][0]
    assert (read["marks"][0]["status"], read["points"], read["of"]) == ("older copy", 2, 2)


def test_the_feedback_says_that_it_is_not_marked(rows):
    """The learner reads what to do, and no points."""
    said = feedback.feedback(rows[0], [LESSON], "The course")
    for drawn in (feedback.feedback_text(said), feedback.feedback_page(said)):
        assert "not marked" in drawn
        assert RESET in " ".join(drawn.split())
        assert "0 of 1" not in drawn
        assert "2 of 2 points" in drawn


def test_the_report_on_the_class_counts_it_apart(rows):
    """The mean is that of the answers that were marked, and nobody is said to have failed."""
    before = gradebook.book(rows, [], {"01": "a"})
    was = json.loads(json.dumps(before).replace('"older copy"', '"correct"'))
    changes = gradebook.changes(was, before)
    report = class_report.report(rows, [], changes, "The course")
    (first, _) = report["exercises"]
    assert (first["mean"], first["counts"], first["nobody"]) == (1, {"older copy": 1, "correct": 1}, False)
    assert first["findings"] == []
    for drawn in (class_report.class_text(report), class_report.class_page(report)):
        assert "Decide what answers in an older copy of an exercise are worth. Ada handed some in." in drawn
        assert "not marked, older copy" in drawn
    alone = class_report.report(rows[:1], [], None, "The course")
    assert not alone["exercises"][0]["nobody"]


# --- the list of the course -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        "version = 2",
        "version = 2\nolder = []",
        'version = 1\nolder = ["x"]',
        'older = ["x"]',
        'version = "2"\nolder = ["x"]',
        "version = 2\nolder = [1]",
        'version = 2\nolder = [" "]',
        'version = 2\nolder = "x"',
        'version = 0\nolder = ["x"]',
    ],
)
def test_a_version_and_the_older_sentences_belong_together(lines):
    """Without the sentences no older copy could be recognised."""
    text = (PATTERN / "course.toml").read_text(encoding="utf-8")
    entry = "points = 2\n"
    first = parse(text.replace(entry, f'{entry}version = 2\nolder = ["a b"]\n', 1)).exercises[0]
    assert (first.version, first.older) == (2, ("a b",))
    with pytest.raises(ManifestError, match=first.answer):
        parse(text.replace(entry, f"{entry}{lines}\n", 1))

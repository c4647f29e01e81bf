"""The grade book as spreadsheet, as JSON and for Canvas: right numbers, no formula, whole files."""

import csv
import io
import json
from importlib.metadata import version

import pytest

from helpers.checks.outcome import CORRECT, NOT_YET, outcome
from helpers.course import course
from helpers.errors import CourseError
from helpers.grading import gradebook, output
from helpers.grading.books.canvas import CANVAS
from helpers.grading.books.table import TABLE
from helpers.grading.books.write import write_books
from helpers.grading.gradebook import BOOK, book, read_book
from helpers.grading.records import Graded, HandIn, Learner, Mark, Row

LESSONS = course().lessons[:2]
EXERCISES = [exercise for lesson in LESSONS for exercise in lesson.exercises]


def graded(name, *right, columns=(), remarks=()):
    """Return a learner of the first lesson and their row; `right` are the exercises that they solved."""
    one = Learner(name, (HandIn(name, LESSONS[0].slug, f"{name}/x.ipynb", ("x = 1",)),), columns, remarks)
    outcomes = [outcome(e, CORRECT if e.id in right else NOT_YET, why="é") for e in LESSONS[0].exercises]
    return one, gradebook.row(one, {LESSONS[0].slug: Graded(tuple(outcomes))}, EXERCISES)


def written(out, *people):
    """Write the books of these learners and return the messages for the instructor."""
    learners, rows = zip(*people, strict=True) if people else ((), ())
    return write_books(out, rows, LESSONS, book(rows, learners, {"01": "checks-1"}))


def table(out, name=TABLE):
    """Return the rows of a CSV file."""
    return list(csv.reader(io.StringIO((out / name).read_text(encoding="utf-8-sig"), newline="")))


def test_the_table_has_a_column_for_each_exercise(tmp_path):
    """Heading, points, total, percent and remarks; learners by name."""
    written(tmp_path, graded("Zoë", "01.1", "01.2", remarks=("One.", "Two.")), graded("ada"))
    head, first, second = table(tmp_path)
    titles = [f"{e.id} {e.title} (of {e.points})" for e in EXERCISES]
    assert head == ["learner", *titles, "late", "total", "percent", "comments", "remarks"]
    assert first[:2] == ["ada", "0"]
    of = sum(e.points for e in EXERCISES)
    total = EXERCISES[0].points + EXERCISES[1].points
    assert second[0] == "Zoë"
    assert second[1:4] == [str(EXERCISES[0].points), str(EXERCISES[1].points), "0"]
    assert second[-5:] == ["", str(total), f"{100 * total / of:.1f}".removesuffix(".0"), "", "One. Two."]


def test_excel_reads_the_names_and_canvas_sees_no_mark(tmp_path):
    """The table begins with the mark of UTF-8, the file for Canvas does not."""
    written(tmp_path, graded("Zoë"))
    assert (tmp_path / TABLE).read_bytes().startswith(b"\xef\xbb\xbf")
    assert (tmp_path / CANVAS).read_bytes().startswith(b"Student,")


@pytest.mark.parametrize(("points", "shown"), [(2.0, "2"), (1.5, "1.5"), (0, "0"), (10, "10"), (1 / 3, "0.33")])
def test_numbers_are_short(tmp_path, points, shown):
    """2 and not 2.0; 1.5 as 1.5."""
    row = Row("Ada", (Mark(EXERCISES[0].id, "t", points, 3, outcome(EXERCISES[0], NOT_YET)),))
    write_books(tmp_path, [row], LESSONS, book([row], [], {}))
    assert table(tmp_path)[1][1] == shown
    assert table(tmp_path, CANVAS)[2][5] == shown
    assert f'"points": {shown},' in (tmp_path / BOOK).read_text() or points == 1 / 3


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "x;=", "x; @"])
@pytest.mark.parametrize("name", [TABLE, CANVAS])
def test_no_cell_is_a_formula(tmp_path, name, sign):
    """Whatever a learner is called and whatever is remarked, a spreadsheet shows it and computes nothing."""
    evil = f"{sign}HYPERLINK(1)"
    written(tmp_path, graded(evil, columns=(("SIS User ID", evil),), remarks=(evil,)))
    for cell in (cell for row in table(tmp_path, name) for cell in row):
        assert not any(part.strip().startswith(tuple("=+-@＝＋－＠")) for part in cell.split(";")), cell
        assert not set("\t\r\n") & set(cell)


def test_a_cell_has_an_end(tmp_path):
    """A spreadsheet refuses cells beyond 32,767 characters, so remarks are shortened."""
    written(tmp_path, graded("Ada", remarks=("x" * 100_000,)))
    assert len(table(tmp_path)[1][-1]) < 2000


def test_canvas_gets_the_columns_that_it_asks_for(tmp_path):
    """Student, the three IDs and the section, a column for each lesson, and the row of the points.

    Where nothing came in the cell is empty, so that Canvas keeps what it has.
    """
    columns = (("ID", "7"), ("SIS User ID", "u7"), ("SIS Login ID", "ada"), ("Section", "S1"), ("Else", "x"))
    told = written(tmp_path, graded("Lovelace, Ada", "01.1", columns=columns))
    of = [str(sum(e.points for e in lesson.exercises)) for lesson in LESSONS]
    assert table(tmp_path, CANVAS) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(f"{x.number} {x.title}" for x in LESSONS)],
        ["Points Possible", "", "", "", "", *of],
        ["Lovelace, Ada", "7", "u7", "ada", "S1", str(EXERCISES[0].points), ""],
    ]
    assert told == []


def test_without_ids_the_instructor_is_told(tmp_path):
    """Canvas then looks by name alone, and the remark says how to do better. An empty class has nothing to mend."""
    told = written(tmp_path, graded("Ada"))
    assert table(tmp_path, CANVAS)[2][:5] == ["Ada", "", "", "", ""]
    assert len(told) == 1
    assert "IDs" in told[0]
    assert written(tmp_path) == []


def test_nobody_is_taken_for_the_row_of_the_points(tmp_path):
    """Canvas takes any name with these words for it: a learner could set what each lesson is worth."""
    written(tmp_path, graded("Points Possible"))
    assert ["Points Possible" in row[0] for row in table(tmp_path, CANVAS)] == [False, True, False]


def test_the_json_holds_everything_in_one_order(tmp_path):
    """Versions, digests and outcomes are there, and the order of the learners does not matter."""
    ada, ben = graded("Ada", "01.1"), graded("ben", columns=(("ID", "7"),))
    written(tmp_path, ben, ada)
    first = (tmp_path / BOOK).read_bytes()
    written(tmp_path, ada, ben)
    assert (tmp_path / BOOK).read_bytes() == first
    found = json.loads(first)
    assert found["versions"] == {name: version(name) for name in ("mastering-aws-messaging", "boto3", "moto")}
    assert found["exercise_set"] == {"01": "checks-1"}
    one, other = found["learners"]
    assert (one["learner"], one["points"], other["columns"]) == ("Ada", EXERCISES[0].points, {"ID": "7"})
    assert one["hand_ins"] == {LESSONS[0].slug: {"file": "Ada/x.ipynb", "cells": gradebook.digest(("x = 1",))}}
    assert one["marks"][0]["outcome"]["why"] == "é"
    assert [mark["status"] for mark in one["marks"]][4:6] == ["not yet", "not handed in"]


def test_a_book_comes_back_as_it_was_written(tmp_path):
    """What `changes` compares with is what was written."""
    learner, row = graded("Ada \ud800", "01.1")
    whole = book([row], [learner], {"01": "a"})
    write_books(tmp_path, [row], LESSONS, whole)
    assert read_book(tmp_path)["learners"][0]["marks"] == whole["learners"][0]["marks"]
    assert len(gradebook.comings_and_goings(read_book(tmp_path), book([], [], {"01": "a"}))) == 1


def test_what_a_list_says_of_learners_stands_in_the_table(tmp_path):
    """Behind the name; a learner of whom the list says less has empty cells."""
    written(tmp_path, graded("Ada", columns=(("group", "b"), ("ID", "7"))), graded("Ben", columns=(("mail", "=x"),)))
    head, ada, ben = table(tmp_path)
    assert head[:4] == ["learner", "group", "ID", "mail"]
    assert (ada[:4], ben[:4]) == (["Ada", "b", "7", ""], ["Ben", "", "", "'=x"])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"format": 1}',
        '{"format": 2, "learners": []}',
        '{"format": 1, "learners": [{}]}',
        '{"format": 1, "learners": [{"learner": 1, "marks": [], "hand_ins": {}}]}',
        '{"format": 1, "learners": [{"learner": "a", "marks": [], "hand_ins": []}]}',
    ],
)
def test_a_damaged_book_is_none(tmp_path, content):
    """It keeps nobody from grading; there is only nothing to compare with."""
    (tmp_path / BOOK).write_text(content)
    assert read_book(tmp_path) == {}


def test_a_large_print_does_not_make_a_large_book(tmp_path):
    """Texts of an outcome are shortened, and say so."""
    learner = Learner("Ada")
    said = outcome(EXERCISES[0], NOT_YET, printed="x" * 1_000_000)
    row = gradebook.row(learner, {"01": Graded((said,))}, EXERCISES[:1])
    write_books(tmp_path, [row], LESSONS, book([row], [learner], ""))
    assert (tmp_path / BOOK).stat().st_size < 10_000
    assert "characters left out" in (tmp_path / BOOK).read_text(encoding="utf-8")


def test_a_file_is_written_whole_or_not(tmp_path, monkeypatch):
    """A full disk leaves the earlier book as it was, and an error that says what to do."""
    written(tmp_path, graded("Ada"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(output.Path, "write_bytes", full)
    with pytest.raises(CourseError, match="No space left"):
        written(tmp_path, graded("Ben"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file_is_an_error_for_people(tmp_path):
    """The message names the place."""
    (tmp_path / "out").write_text("")
    with pytest.raises(CourseError, match="out"):
        written(tmp_path / "out", graded("Ada"))
    assert gradebook.versions()

"""What Canvas and Moodle get: the columns they ask for, nobody's mark under another's number, and the explanation."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from helpers.checks.outcome import CORRECT, NOT_YET, OLDER, outcome
from helpers.course import course
from helpers.grading import gradebook, manual
from helpers.grading.books.canvas import CANVAS
from helpers.grading.books.explained import README
from helpers.grading.books.moodle import WORKSHEET, ZIP
from helpers.grading.books.table import TABLE
from helpers.grading.books.write import write_books
from helpers.grading.intake.names import platform_name
from helpers.grading.manual import Manual, Said
from helpers.grading.marking import settle
from helpers.grading.records import Graded, HandIn, Learner
from helpers.grading.rules import Rules, read_rules

LESSON = course().lessons[0]
EXERCISES = LESSON.exercises
OF = sum(exercise.points for exercise in EXERCISES)


def person(name, file, status=CORRECT, said=(), **columns):
    """Return a learner and their row; the first exercise has this status, the others aren't right."""
    found = platform_name(file.partition("/")[0], course())
    numbers = (tuple(found.number.split(" ")),) if found else ()
    listed_as = columns.pop("called", "")
    hand_ins = (HandIn(name, LESSON.slug, file, ("x",)),)
    one = Learner(name, hand_ins, tuple(columns.items()), listed_as=listed_as, numbers=numbers)
    outcomes = [outcome(e, NOT_YET if n else status) for n, e in enumerate(EXERCISES)]
    plain = gradebook.row(one, {LESSON.slug: Graded(tuple(outcomes))}, EXERCISES)
    return one, settle(plain, one, Rules(), Manual({name.casefold(): said}), Path())


def written(out, *people, rules=None):
    """Write the books of these people, with a page for each; return what the instructor is told."""
    learners, rows = zip(*people, strict=True)
    pages = {}
    for number, learner in enumerate(learners):
        pages[learner.name] = f"{number}.html"
        (out / pages[learner.name]).write_text(f"page of {learner.name}")
    whole = gradebook.book(rows, learners, {"01": "a"})
    return write_books(out, rows, [LESSON], whole, learners=learners, pages=pages, rules=rules)


def table(out, name):
    """Return the lines of a CSV file."""
    return list(csv.reader(io.StringIO((out / name).read_text(encoding="utf-8-sig"), newline="")))


FOLDERS = "Ada Lovelace_123_assignsubmission_file_/x.ipynb", "Ben_7_assignsubmission_file_x.ipynb"


def test_moodle_s_worksheet_needs_only_moodle_s_download(tmp_path):
    """The numbers are in the names of folders or of flat files; comments go to the learner."""
    said = [Said("01.1", comment="1 < 2. Well done."), Said("01", comment="=Nice.")]
    told = written(tmp_path, person("Ada", FOLDERS[0], said=said), person("Ben", FOLDERS[1], NOT_YET))
    head, ada, ben = table(tmp_path, WORKSHEET)
    assert {"Identifier", "Grade", "Last modified (grade)", "Feedback comments"} <= set(head)
    of = dict(zip(head, ada, strict=True))
    assert (of["Identifier"], of["Grade"], of["Maximum Grade"]) == ("Participant 123", "1", str(OF))
    assert of["Feedback comments"] == f"1 of {OF} points. 01.1: 1 &lt; 2. Well done. Lesson 01: =Nice."
    assert ben[:2] == ["Participant 7", "Ben"]
    assert told == []


def test_moodle_s_own_worksheet_as_the_list(tmp_path):
    """Its columns come back, and grades are on its scale."""
    listed = {
        "Identifier": "Participant 55",
        "called": "Ada Lovelace",
        "Email address": "ada@example.com",
        "Maximum Grade": "100,00",
    }
    written(tmp_path, person("Ada", "ada.ipynb", **listed))
    head, ada = table(tmp_path, WORKSHEET)
    of = dict(zip(head, ada, strict=True))
    assert (of["Identifier"], of["Full name"], of["Maximum Grade"]) == ("Participant 55", "Ada Lovelace", "100")
    assert float(of["Grade"]) == pytest.approx(100 / OF, abs=0.01)


def test_nobody_gets_a_grade_by_another_s_number(tmp_path):
    """Of two equal numbers, none is used."""
    told = written(tmp_path, person("Ada", FOLDERS[0]), person("Ben", FOLDERS[1]), person("Eve", FOLDERS[0]))
    assert [line[0] for line in table(tmp_path, WORKSHEET)[1:]] == ["Participant 7"]
    assert "Ada and Eve" in told[0]


def test_moodle_s_zip_has_a_page_for_each_learner(tmp_path):
    """Named as Moodle's importer takes names apart: by underscores, the number second."""
    written(tmp_path, person("Ada_L/../x", FOLDERS[0]), person("Ben", FOLDERS[1]), person("Cy", "cy.ipynb"))
    with zipfile.ZipFile(tmp_path / ZIP) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    taken_apart = {name.split("_", 4)[1]: (name.split("_", 4)[2:], page) for name, page in pages.items()}
    rest = ["assignfeedback", "file", "feedback.html"]
    assert taken_apart == {"123": (rest, "page of Ada_L/../x"), "7": (rest, "page of Ben")}
    assert not any("/" in name for name in pages)


def test_without_moodle_there_are_no_files_for_it(tmp_path):
    """Not even those of an earlier grading."""
    written(tmp_path, person("Ada", FOLDERS[0]))
    assert WORKSHEET in (tmp_path / README).read_text(encoding="utf-8")
    written(tmp_path, person("Ada", "ada.ipynb"))
    assert not (tmp_path / WORKSHEET).exists()
    assert not (tmp_path / ZIP).exists()
    assert WORKSHEET not in (tmp_path / README).read_text(encoding="utf-8")


def test_what_is_not_marked_has_no_grade(tmp_path):
    """Both platforms keep what they have."""
    written(tmp_path, person("Ada", FOLDERS[0], OLDER))
    assert dict(zip(*table(tmp_path, WORKSHEET), strict=True))["Grade"] == ""
    assert table(tmp_path, CANVAS)[2][-1] == ""


@pytest.mark.parametrize(("about", "grade"), [("", ""), (EXERCISES[1].id, OF / (OF - EXERCISES[1].points))])
def test_moodle_has_one_maximum_for_all(tmp_path, about, grade):
    """What isn't excused counts as much more; nothing has no grade."""
    written(tmp_path, person("Ada", FOLDERS[0], said=[Said(about, excused=True)]))
    of = dict(zip(*table(tmp_path, WORKSHEET), strict=True))
    assert of["Maximum Grade"] == str(OF)
    assert of["Grade"] == (grade and f"{grade:.1f}")
    assert bool(of["Feedback comments"]) == bool(grade)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ([Said("", excused=True)], "EX"),
        ([Said(EXERCISES[1].id, excused=True)], f"{OF / (OF - EXERCISES[1].points):.2f}".rstrip("0").rstrip(".")),
        ([Said(EXERCISES[0].id, points=0.5)], "0.5"),
    ],
)
def test_canvas_knows_who_is_excused(tmp_path, said, shown):
    """EX for a whole lesson; for a part of it the others count as much more, since all have one maximum."""
    written(tmp_path, person("Ada", "ada.ipynb", said=said))
    assert table(tmp_path, CANVAS)[2][-1] == shown


def test_canvas_keeps_sections_and_fills_assignments_that_are_there(tmp_path):
    """Schools with several systems have two more columns, before the section."""
    listed = {"ID": "7", "Integration ID": "i7", "Section": "Monday and Tuesday"}
    rules = Rules(canvas={"01": "Queues (4711)"})
    written(tmp_path, person("Ada", "ada.ipynb", **listed), rules=rules)
    head, _, ada = table(tmp_path, CANVAS)
    assert head == [*("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Section"), "Queues (4711)"]
    assert ada[:-1] == ["Ada", "7", "", "", "i7", "Monday and Tuesday"]


def test_each_column_is_explained(tmp_path):
    """In the README of the results, below the name of its file; what an instructor can write is valid."""
    written(tmp_path, person("Ada", FOLDERS[0], group="a|b"))
    text = (tmp_path / README).read_text(encoding="utf-8")
    parts = dict(re.findall(r"(?ms)^## ([^\n]+)\n(.*?)(?=^## |\Z)", text))
    for name in (TABLE, CANVAS, WORKSHEET):
        part = next(part for title, part in parts.items() if name in title)
        first_cells = {cell for cells in re.findall(r"(?m)^\| ([^|]+) \|", part) for cell in cells.split(", ")}
        exercise, lesson = f"{EXERCISES[0].id} {EXERCISES[0].title}", f"{LESSON.number} {LESSON.title}"
        own = [title for title in table(tmp_path, name)[0] if not re.match(r"\d\d(\.\d+)? ", title)]
        missing = set(own) - first_cells
        assert missing == set(), name
        if name != WORKSHEET:
            assert {exercise, lesson} & first_cells
    assert "{" not in text
    (tmp_path / "grading.toml").write_text(re.findall(r"(?s)```toml\n(.*?)```", text)[0], encoding="utf-8")
    rules = read_rules(tmp_path, course())
    assert (rules.due("01").per_day, rules.points["01.1"], rules.canvas) == (10, 4, {"01": f"{LESSON.title} (4711)"})
    told = re.findall(r"(?m)^\| ([a-z ]+) \|", parts["What you can change"])
    assert {"learner", *told} - {"column"} == {*manual.COLUMNS}

"""Collecting hand-ins: every layout, odd notebooks, hostile files. Nobody vanishes, nothing stops the batch."""

import io
import json
import os
import struct
import subprocess
import sys
import time
import unicodedata
from types import SimpleNamespace

import nbformat
import pytest
from handin_files import LESSON, SLUG, bare, cell_of, exercises, notebook, packed, put, written, zipped

from helpers.course import HOME, course, parse
from helpers.errors import CourseError
from helpers.grading.intake import archives, bounds, notebooks, outputs
from helpers.grading.intake import attempts as choosing
from helpers.grading.intake import collect as collecting
from helpers.grading.intake import files as reading
from helpers.grading.intake.collect import collect

SECOND = course().lessons[1]
ANSWERS = [exercise.answer for exercise in LESSON.exercises]
ADA = "def clients_for(region):\n    return 'ada'"
EVE = "def clients_for(region):\n    return 'eve'"
FINE = {"fine.ipynb": bare("def take_one(sqs, queue_url): pass")}  # so that a folder holds one hand-in at least


def of(folder, files=()):
    """Return the cohort of a folder into which these files are put; a list of learners goes beside it."""
    files = dict(files)
    if "learners.csv" in files:
        put(folder, {"learners.csv": files.pop("learners.csv")})
        folder = folder / "in"
    return collect(put(folder, files), course())


def by_name(cohort):
    """Return the learners by name."""
    assert len({learner.name.casefold() for learner in cohort.learners}) == len(cohort.learners)
    return {learner.name: learner for learner in cohort.learners}


def only(cohort):
    """Return the one learner beside the fine one."""
    others = [learner for learner in cohort.learners if learner.name != "fine"]
    assert len(others) == 1
    return others[0]


def read(content, file="ada.ipynb"):
    """Return what is read of a notebook."""
    return notebooks.read_notebook(content, file, course())


# --- layouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["a file", None])
def test_what_is_no_folder_is_told(tmp_path, content):
    """A folder that is not there, and a file in its place, are CourseErrors that say what to do."""
    path = tmp_path / "x"
    if content:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match="name that" if content else "There's no folder"):
        collect(path, course())


def test_a_folder_without_a_hand_in_says_what_was_looked_for(tmp_path):
    """The error names the kinds of hand-ins, and what was found instead."""
    with pytest.raises(CourseError, match=r"(?s)course pack.*ada.ipynb is empty") as told:
        of(tmp_path, {"ada.ipynb": "", "notes.txt": "x"})
    assert "notes.txt" in str(told.value)


def test_what_course_pack_made_names_its_learner(tmp_path):
    """The manifest names the learner; each notebook in the file is a hand-in."""
    both = packed("Ada Lovelace", (SLUG, notebook()), (SECOND.slug, notebook(SECOND.slug)))
    learner = only(of(tmp_path, {"mastering-aws-messaging-x.zip": both}))
    assert learner.name == "Ada Lovelace"
    assert learner.remarks == ()
    assert [hand_in.lesson for hand_in in learner.hand_ins] == [SLUG, SECOND.slug]
    assert learner.hand_ins[0].file == f"mastering-aws-messaging-x.zip/exercises/{SLUG}.ipynb"
    assert {(hand_in.learner, hand_in.remarks) for hand_in in learner.hand_ins} == {("Ada Lovelace", ())}


@pytest.mark.parametrize(("name", "file"), [("Zoë Ångström", "Zoë-Ångström"), ("सीता शर्मा", "सीता-शर्मा")])
def test_the_real_course_pack_is_read(tmp_path, name, file):
    """What helpers.learner.pack writes today, for names with accents and vowel signs."""
    from helpers.learner import pack
    from helpers.learner.working_copy import WorkingCopy

    copy = WorkingCopy(tmp_path / "copy")
    copy.copy_missing()
    (tmp_path / "in").mkdir()
    found = pack.Contents(notebooks={f"exercises/{SLUG}.ipynb": copy.path("exercises", LESSON).read_bytes()})
    assert pack.write(found, name, tmp_path / "in").name == f"mastering-aws-messaging-{file}.zip"
    learner = only(of(tmp_path / "in"))
    assert (learner.name, learner.remarks, learner.hand_ins[0].remarks) == (name, (), ())


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (f"ada_{SLUG}.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        (f"{SLUG}_ada.ipynb", "ada"),
        (f"ada_king-{SLUG.replace('_', '-')} (1).ipynb", "ada_king"),
        (f"ada_{SLUG}-Copy1.ipynb", "ada"),
        (f"ada_{SLUG}.ipynb.txt", "ada"),
        (f"lovelaceada_12345_67890_{SLUG}.ipynb", "lovelaceada"),
        (f"lovelaceada_LATE_12345_67890_{SLUG}-1.ipynb", "lovelaceada"),
        ("student_01.ipynb", "student_01"),
    ],
)
def test_a_notebook_that_stands_alone_is_named_by_its_file(tmp_path, file, name):
    """The lesson's slug and what Canvas, browsers and JupyterLab add are taken off."""
    learner = only(of(tmp_path, {file: notebook()}))
    assert (learner.name, learner.hand_ins[0].file, learner.remarks) == (name, file, ())


def test_a_file_that_names_nobody_says_so(tmp_path):
    """The notebook under its own name is kept, with a remark."""
    learner = only(of(tmp_path, {f"{SLUG}.ipynb": notebook()}))
    assert learner.name == SLUG
    assert "doesn't say whose it is" in learner.remarks[0]


def test_several_notebooks_of_one_name_are_one_learner(tmp_path):
    """One file for each lesson, all under one learner."""
    learner = only(of(tmp_path, {f"ada_{each}.ipynb": notebook(each) for each in (SLUG, SECOND.slug)}))
    assert [hand_in.lesson for hand_in in learner.hand_ins] == [SLUG, SECOND.slug]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Ada Lovelace_123_assignsubmission_file_", "Ada Lovelace"),
        ("Ada Lovelace_123_assignsubmission_file_/deep/er", "Ada Lovelace"),
        ("submitted/ada", "ada"),
    ],
)
def test_a_folder_names_its_learner(tmp_path, folder, name):
    """Notebooks and a zip at any depth of a learner's folder: plain, Moodle's, or nbgrader's."""
    files = {
        f"{folder}/{SLUG}/{SLUG}.ipynb": notebook(),
        f"{folder}/b/all.zip": zipped({"x.ipynb": notebook("02_queues")}),
    }
    learner = only(of(tmp_path, files))
    assert (learner.name, len(learner.hand_ins), learner.remarks) == (name, 2, ())


def test_the_folder_of_an_nbgrader_course_is_seen_through(tmp_path):
    """Only `submitted` holds hand-ins: the teacher's own folders beside it are left out, and that is said."""
    files = {
        f"{room}/ada/{SLUG}/{SLUG}.ipynb": notebook() for room in ("submitted", "source", "autograded", "feedback")
    }
    cohort = of(tmp_path, files)
    assert only(cohort).name == "ada"
    assert len(cohort.remarks) == 3
    assert only(collect(tmp_path / "submitted", course())).name == "ada"


def test_the_folder_has_the_last_word_on_the_name(tmp_path):
    """A zip that claims another name counts for the folder's learner, and a remark names both."""
    learner = only(of(tmp_path, {"Ada/x.zip": packed("Eve")}))
    assert learner.name == "Ada"
    assert "says it's from Eve" in learner.remarks[0]


def test_canvas_has_the_last_word_on_the_name(tmp_path):
    """A manifest may write Canvas's name out, and not change it."""
    files = {"lovelaceada_1_2_x.zip": packed("Ada Lovelace"), "mallory_3_4_x.zip": packed("Bob Hope")}
    learners = by_name(of(tmp_path, files))
    assert set(learners) == {"Ada Lovelace", "mallory"}
    assert "Bob Hope" in learners["mallory"].remarks[0]


def test_layouts_mix(tmp_path):
    """All of them in one folder."""
    files = {"x.zip": packed("Ada"), "bob.ipynb": notebook(), "Carl_7_assignsubmission_file_/a.ipynb": notebook()}
    files |= {"submitted/01/x.ipynb": notebook(), "emil_1_2_x.ipynb": notebook(), "Fay/a/b.ipynb": notebook()}
    cohort = of(tmp_path, files)
    assert set(by_name(cohort)) == {"Ada", "bob", "Carl", "submitted", "emil", "Fay"}
    assert "grade that folder itself" in cohort.remarks[0]


def test_an_own_set_of_exercises(tmp_path):
    """Answers are those of the set that is given, and of no other."""
    toml = (HOME / "lessons" / "course.toml").read_text(encoding="utf-8").replace('"clients_for"', '"own_answer"')
    put(tmp_path, {"ada.ipynb": bare("def own_answer(): pass"), "bob.ipynb": bare("def clients_for(): pass")})
    learners = by_name(collect(tmp_path, parse(toml)))
    assert len(learners["ada"].hand_ins) == 1
    assert learners["bob"].hand_ins == ()


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_list_names_learners_and_their_columns(tmp_path, delimiter, mark):
    """Files and folders of the list are its learners'; other columns are kept, in order; nobody on it is left out."""
    lines = ["Section,file,learner,ID", "A,x7.ipynb,Ada Lovelace,1", "B,deep/f,Bob,2", "B,,Carl,3", "A,gone.zip,Dora,4"]
    files = {"x7.ipynb": notebook(), "deep/f/a/b.ipynb": notebook(), "eve.ipynb": notebook()}
    files["learners.csv"] = mark + "\r\n".join(lines).replace(",", delimiter)
    cohort = of(tmp_path, files)
    assert [learner.name for learner in cohort.learners] == ["Ada Lovelace", "Bob", "Carl", "Dora", "eve"]
    ada, _, carl, dora, eve = cohort.learners
    assert ada.columns == (("Section", "A"), ("ID", "1"))
    assert [len(learner.hand_ins) for learner in cohort.learners] == [1, 1, 0, 0, 1]
    assert carl.remarks == eve.columns == cohort.remarks == ()
    assert "gone.zip" in dora.remarks[0]


@pytest.mark.parametrize(
    "file", ["../secret.ipynb", "/etc/passwd", "C:\\secret.ipynb", "..\\secret.ipynb", "a/../../x"]
)
def test_a_list_does_not_lead_out_of_the_folder(tmp_path, file):
    """A row that does is a remark; the learner has no hand-in."""
    put(tmp_path, {"secret.ipynb": notebook()})
    learner = only(of(tmp_path, {**FINE, "learners.csv": f"file,learner\n{file},Eve\n"}))
    assert learner.hand_ins == ()
    assert "is outside the folder" in learner.remarks[0]


def test_a_list_does_not_lead_out_by_a_link(tmp_path):
    """A link that the list names is not followed."""
    put(tmp_path, {"secret.ipynb": notebook(), "learners.csv": "file,learner\nx.ipynb,Eve\n", "in": None})
    (tmp_path / "in/x.ipynb").symlink_to(tmp_path / "secret.ipynb")
    learner = only(of(tmp_path / "in", FINE))
    assert (learner.name, learner.hand_ins) == ("Eve", ())
    assert "is a link" in learner.remarks[0]


def test_a_file_that_two_rows_name_is_the_first_s(tmp_path):
    """The second learner gets a remark, and has no hand-in."""
    learners = by_name(
        of(tmp_path, {"a.ipynb": notebook(), "learners.csv": "file,learner\na.ipynb,Ada\na.ipynb,Bob\n"})
    )
    assert len(learners["Ada"].hand_ins) == 1
    assert "an earlier one" in learners["Bob"].remarks[0]


def test_two_rows_of_one_name_and_other_columns_are_two_learners(tmp_path):
    """Namesakes keep their columns; rows that differ in the file alone are one learner."""
    lines = ["learner,file,ID", "Wei Zhang,a.ipynb,1", "Wei Zhang,b.ipynb,2", "Wei Zhang,c.ipynb,2"]
    files = {"a.ipynb": notebook(), "b.ipynb": notebook(), "c.ipynb": notebook(SECOND.slug)}
    first, second = of(tmp_path, {**files, "learners.csv": "\n".join(lines)}).learners
    assert (first.name, first.columns, len(first.hand_ins)) == ("Wei Zhang (ID 1)", (("ID", "1"),), 1)
    assert (second.columns, len(second.hand_ins)) == ((("ID", "2"),), 2)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"who,mail\nx,y\n", b'learner,file\n"' + b"x" * 200_000, b"", b"\0,\0"]
)
def test_a_list_that_cannot_be_read_is_told(tmp_path, content):
    """The hand-ins are named by the layout."""
    cohort = of(tmp_path, {**FINE, "learners.csv": content})
    assert [learner.name for learner in cohort.learners] == ["fine"]
    assert cohort.remarks[0].startswith("'learners.csv'")


def test_a_name_in_two_unicode_forms_is_one(tmp_path):
    """A Mac writes the file's é in two characters, the list in one."""
    file = unicodedata.normalize("NFD", "Zoé.ipynb")
    learner = only(of(tmp_path, {file: notebook(), "learners.csv": "learner,file\nZoé,Zoé.ipynb\n"}))
    assert len(learner.hand_ins) == 1


CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Essay (77)
    Points Possible,,,,,10
"Lovelace, Ada",12345,S1,adal,A,9
"Hope, Bob",2,S2,bobh,A,8
"Zhang, Wei",3,S3,wei3,A,
"Zhang, Wei",4,S4,wei4,B,
"Last, Nobody",5,S5,nobody,B,
"""


def test_a_grade_book_of_canvas_is_a_list(tmp_path):
    """Learners are found by Canvas's number, by either form of their name in any case, and by their login."""
    files = {f"lovelaceada_LATE_12345_9_{SLUG}.ipynb": notebook(), "bob hope/x.ipynb": notebook()}
    files |= {"x.zip": packed("LAST, Nobody", (SECOND.slug, notebook(SECOND.slug))), "wei4/x.ipynb": notebook()}
    cohort = of(tmp_path, {**files, "learners.csv": CANVAS})
    names = ["Lovelace, Ada", "Hope, Bob", "Zhang, Wei (ID 3)", "Zhang, Wei (ID 4)", "Last, Nobody"]
    assert [learner.name for learner in cohort.learners] == names
    assert [len(learner.hand_ins) for learner in cohort.learners] == [1, 1, 0, 1, 1]
    assert [hand_in.late for hand_in in cohort.learners[0].hand_ins] == [True]
    columns = (("ID", "12345"), ("SIS User ID", "S1"), ("SIS Login ID", "adal"), ("Section", "A"))
    assert cohort.learners[0].columns == columns
    assert cohort.remarks == ()


def test_namesakes_in_the_list_are_not_guessed(tmp_path):
    """A folder that may be either's is neither's, and all of them are told to look."""
    learners = by_name(of(tmp_path, {"Wei Zhang/x.ipynb": notebook(), "learners.csv": CANVAS}))
    assert learners["Zhang, Wei (ID 3)"].hand_ins == learners["Zhang, Wei (ID 4)"].hand_ins == ()
    own = learners["Wei Zhang (file Wei Zhang)"]
    assert len(own.hand_ins) == 1
    assert all("Check whose it is" in learner.remarks[0] for name, learner in learners.items() if "Wei" in name)


def test_another_number_of_canvas_is_another_person(tmp_path):
    """A file of a user who is not in the list is not given to a namesake."""
    learners = by_name(of(tmp_path, {"Ada_99_9_x.ipynb": notebook(), "learners.csv": "learner,ID\nAda,12\n"}))
    assert learners["Ada"].hand_ins == ()
    assert len(learners["Ada (file Ada_99_9_x.ipynb)"].hand_ins) == 1


# --- two of one name -------------------------------------------------------------------------------------------------


def test_two_claims_to_one_name_are_both_kept_apart(tmp_path):
    """Neither gets the plain row by chance, whichever sorts first, and both say that somebody should look."""
    files = {"z-ada.zip": packed("Ada Lovelace", (SLUG, notebook(clients_for=ADA)))}
    files["a.zip"] = packed("ada lovelace", (SLUG, notebook(clients_for=EVE)), (SECOND.slug, notebook(SECOND.slug)))
    learners = by_name(of(tmp_path, files))
    assert set(learners) == {"ada lovelace (file a.zip)", "ada lovelace (file z-ada.zip)"}
    second, first = learners.values()
    assert ADA in first.hand_ins[0].cells
    assert EVE in second.hand_ins[0].cells
    assert [len(learner.hand_ins) for learner in (first, second)] == [1, 2]
    assert all("Check whose they are" in learner.remarks[0] for learner in (first, second))


def test_a_claim_does_not_add_a_lesson_to_another_s(tmp_path):
    """Mallory hands in a lesson under Ada's name that Ada left out; it isn't hers without a look."""
    files = {"ada.zip": packed("Ada", (SLUG, notebook())), "x.zip": packed("Ada", (SECOND.slug, notebook(SECOND.slug)))}
    assert all(len(learner.hand_ins) == 1 for learner in of(tmp_path / "both", files).learners)
    files = {"Ada/x.ipynb": notebook(), "x.zip": packed("Ada", (SECOND.slug, notebook(SECOND.slug)))}
    learners = by_name(of(tmp_path / "folder", files))
    assert [len(learners[name].hand_ins) for name in ("Ada", "Ada (file x.zip)")] == [1, 1]
    assert "Check whose they are" in learners["Ada"].remarks[0]


def test_two_claims_to_a_learner_of_the_list_leave_the_row_empty(tmp_path):
    """One claim fills it; of two, nobody knows."""
    files = {"a.zip": packed("Ada", (SLUG, notebook(clients_for=ADA))), "learners.csv": "learner,ID\nAda,7\n"}
    [ada] = of(tmp_path / "one", files).learners
    assert (len(ada.hand_ins), ada.columns, ada.remarks) == (1, (("ID", "7"),), ())
    learners = by_name(of(tmp_path / "two", {**files, "b.zip": packed("Ada", (SLUG, notebook(clients_for=EVE)))}))
    assert set(learners) == {"Ada", "Ada (file a.zip)", "Ada (file b.zip)"}
    assert learners["Ada"].hand_ins == ()
    assert "Check whose they are" in learners["Ada"].remarks[0]


def test_nobody_pushes_out_a_folder_s_work(tmp_path):
    """A zip that claims a name does not take it from the folder of that name, though it sorts first."""
    learners = by_name(of(tmp_path, {"Ada/x.ipynb": notebook(clients_for=ADA), "0.zip": packed("ada")}))
    assert ADA in learners["Ada"].hand_ins[0].cells
    assert "Ada (file 0.zip)" in learners


@pytest.mark.parametrize(("attempts", "counts"), [("latest", EVE), ("first", ADA), ("best", EVE)])
def test_several_attempts_in_one_s_own_folder(tmp_path, attempts, counts):
    """The latest counts, or the first; of one that holds the same nobody need know. The others are listed."""
    put(tmp_path, {"ada/a.ipynb": notebook(clients_for=EVE), "ada/b.ipynb": notebook(clients_for=EVE)})
    put(tmp_path, {"ada/c.ipynb": notebook(clients_for=ADA)})
    os.utime(tmp_path / "ada/c.ipynb", (1, 1))
    [ada] = collect(tmp_path, course(), attempts).learners
    [one], [other] = ada.hand_ins, ada.others
    assert counts in one.cells
    assert counts not in other.cells
    if attempts != "best":  # which is best is known once they're graded
        said = f"Lesson 01 was handed in 2 times. The {attempts} counts, '{one.file}', and not '{other.file}'."
        assert one.remarks[-1] == said


def test_the_best_attempt_by_what_each_is_worth(tmp_path):
    """Of two that are worth the same, the later one; the others are named."""
    put(tmp_path, {f"ada/{n}.ipynb": notebook(clients_for=f"{ADA}  # {n}") for n in range(3)})
    for n in range(3):
        os.utime(tmp_path / f"ada/{n}.ipynb", (n, n))
    cohort = collect(tmp_path, course(), "best")
    points = {"ada/0.ipynb": 2, "ada/1.ipynb": 2, "ada/2.ipynb": 1}
    [ada] = choosing.best(cohort, lambda hand_in: points[hand_in.file]).learners
    assert [hand_in.file for hand_in in ada.hand_ins] == ["ada/1.ipynb"]
    assert {hand_in.file for hand_in in ada.others} == {"ada/0.ipynb", "ada/2.ipynb"}
    said = "Lesson 01 was handed in 3 times. The best counts, 'ada/1.ipynb', and not 'ada/0.ipynb', 'ada/2.ipynb'."
    assert ada.hand_ins[0].remarks == (said,)


def test_of_very_many_attempts_only_the_latest_are_compared(tmp_path):
    """Each costs the instructor time. Where the latest counts anyway, all others are listed."""
    files = {f"ada/x ({n}).ipynb": bare(f"def clients_for(region):\n    return {n}") for n in range(1, 10)}
    for attempts, count in (("best", 5), ("latest", 9)):
        [ada] = collect(put(tmp_path, files), course(), attempts).learners
        assert 1 + len(ada.others) == count
        remarks = " ".join(ada.hand_ins[0].remarks)
        assert ("Of 9 attempts at lesson 01, only the latest 5 are compared." in remarks) == (attempts == "best")
        assert "return 9" in ada.hand_ins[0].cells[0]


def test_attempts_that_nothing_puts_in_order_are_told(tmp_path):
    """The same time and no number in the name."""
    put(tmp_path, {"ada/a.ipynb": notebook(clients_for=EVE), "ada/b.ipynb": notebook(clients_for=ADA)})
    for name in "ab":
        os.utime(tmp_path / f"ada/{name}.ipynb", (1, 1))
    assert "I can't tell in which sequence" in of(tmp_path).learners[0].hand_ins[0].remarks[0]


def test_a_second_copy_of_a_zip_is_nobody_else(tmp_path):
    """A browser downloads a file twice and numbers it."""
    content = packed("Ada Lovelace", (SLUG, notebook(clients_for=ADA)), (SECOND.slug, notebook(SECOND.slug)))
    learner = only(of(tmp_path, {"ada.zip": content, "ada (1).zip": content}))
    assert (learner.name, len(learner.hand_ins), learner.remarks) == ("Ada Lovelace", 2, ())


def test_canvas_s_rows_for_points_and_for_a_teacher_s_view_are_nobody(tmp_path):
    """The list that Canvas exports has both."""
    rows = (
        "Student,ID,SIS Login ID,Section",
        "    Points Possible,,,",
        '"Berg, Anna",7,ab1,S1',
        '"Student, Test",9,,S1',
    )
    cohort = of(tmp_path, {"learners.csv": "\n".join(rows), "ab1.ipynb": notebook()})
    learner = only(cohort)
    assert (learner.name, dict(learner.columns)["ID"], cohort.remarks) == ("Berg, Anna", "7", ())


def test_a_table_that_a_learner_hands_in_is_no_list(tmp_path):
    """It could give another's work to whom it names; the instructor is asked what it is."""
    table = "Student,ID,SIS Login ID,Section\nEve,7,ada,S1\n"
    cohort = of(tmp_path, {"Grades.csv": table, "ada.ipynb": notebook(clients_for=ADA)})
    assert only(cohort).name == "ada"
    assert cohort.remarks == (
        "'Grades.csv' isn't a hand-in, so it's left out. If it's your list of learners, call it learners.csv, and put "
        "it beside the folder.",
    )


def test_two_of_a_lesson_in_one_zip_are_two_attempts(tmp_path):
    """As in a folder."""
    inside = {"a.ipynb": notebook(clients_for=ADA), "b.ipynb": notebook(clients_for=EVE)}
    learner = only(of(tmp_path, {"ada.zip": zipped(inside)}))
    assert (learner.hand_ins[0].file, learner.others[0].file) == ("ada.zip/b.ipynb", "ada.zip/a.ipynb")


def test_namesakes_with_numbers_of_their_own_are_apart(tmp_path):
    """Moodle's and Canvas's numbers tell people of one name apart, in other lessons too."""
    files = {"Ada_1_assignsubmission_file_/x.ipynb": notebook(), "Ada_1_assignsubmission_onlinetext_/o.html": "x"}
    files |= {"Ada_2_assignsubmission_file_/x.ipynb": notebook(SECOND.slug)}
    assert [len(learner.hand_ins) for learner in of(tmp_path, files).learners] == [1, 1]


def test_names_that_differ_in_case_are_not_both_used(tmp_path):
    """On a disk that knows no case they would be one file."""
    put(tmp_path, {"ada/x.ipynb": notebook(), "ADA/x.ipynb": notebook(SECOND.slug)})
    assert len(by_name(of(tmp_path))) == len(os.listdir(tmp_path))


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        (" Ada \n\t Love\x00lace\u202e ", "Ada Love lace"),
        (unicodedata.normalize("NFD", "Zoé"), "Zoé"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_name_is_made_fit_to_be_shown(tmp_path, claimed, name):
    """One form of Unicode, printable, single spaces, at most 80 characters."""
    assert only(of(tmp_path, {"x.zip": packed(claimed)})).name == name


def test_long_names_stay_short_and_unique(tmp_path):
    """Also where files have to tell them apart."""
    contents = [packed("x" * 90, (SLUG, notebook(clients_for=f"{ADA}# {n}"))) for n in range(4)]
    cohort = of(tmp_path, {f"{'y' * 100}{n}.zip": content for n, content in enumerate(contents)})
    assert len(by_name(cohort)) == 4
    assert all(len(name) <= 80 for name in by_name(cohort))


# --- notebooks -------------------------------------------------------------------------------------------------------


def test_a_notebook_s_own_code_is_kept_and_its_checks_are_not():
    """Cells in order, as they are; no check, no copy of one without its metadata, no text, no output."""
    made = exercises()
    check = cell_of(made, "check-clients_for").source
    made.cells.append(nbformat.v4.new_code_cell(check + "\n"))
    made.cells.append(nbformat.v4.new_code_cell("mine = 1"))
    found = read(written(made))
    assert [cell.split("(")[0] for cell in found.cells[1:-1]] == [f"def {name}" for name in ANSWERS]
    assert (found.lesson, found.cells[-1], found.remarks) == (SLUG, "mine = 1", ())


def test_an_answer_written_in_a_check_s_cell_is_kept():
    """Answers are found by what they define, wherever they stand."""
    made = exercises()
    cell_of(made, "check-clients_for").source = ADA
    assert ADA in read(written(made)).cells


def test_an_answer_that_is_marked_by_hand_is_kept():
    """A cell that is solution and graded in one is no check."""
    made = exercises()
    own = cell_of(made, "clients_for")
    own.metadata["nbgrader"]["grade"] = True
    own.source = "mine = 1"
    assert "mine = 1" in read(written(made)).cells


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_that_became_text_is_taken_for_code(kind):
    """With a remark that names it; other text stays text."""
    made = exercises()
    number = made.cells.index(cell_of(made, "take_one"))
    kept = made.cells[number].metadata
    made.cells[number] = nbformat.v4.new_markdown_cell("def take_one(sqs, queue_url):\n    pass", metadata=kept)
    made.cells[number].cell_type = kind
    found = read(written(made))
    assert "def take_one(sqs, queue_url):\n    pass" in found.cells
    assert found.remarks == ("The cell of take_one had turned into text. I treated it as code.",)


@pytest.mark.parametrize("twin", ["id", "grade_id", "both defined"])
def test_doubled_cells_are_kept_in_order(twin):
    """With a remark that names the answer."""
    made = exercises()
    own = cell_of(made, "clients_for")
    other = nbformat.v4.new_code_cell("x = 2")
    if twin == "id":
        other["id"] = own["id"]
    elif twin == "grade_id":
        other.metadata = own.metadata
    else:
        other.source = ADA
    made.cells.append(other)
    found = read(json.dumps(made).encode())
    assert found.cells[-1] == other.source
    assert found.remarks == ("There are 2 cells for clients_for. I kept them all, in the same sequence.",)


def test_a_missing_answer_is_named():
    """Deleted cells are a remark and nothing else."""
    made = exercises()
    made.cells.remove(cell_of(made, "hand_over"))
    found = read(written(made))
    assert found.remarks == ("No cell defines hand_over.",)


@pytest.mark.parametrize(
    "source",
    [
        "async def take_one(q): pass",
        "@d\ndef take_one (q): pass",
        "if x:\n    def take_one(q): pass",
        "take_one = lambda q: 1",
    ],
)
def test_an_answer_may_be_defined_in_any_way(source):
    """It is not called missing, and tells the lesson."""
    found = read(bare(source), "x.ipynb")
    assert found.lesson == SLUG
    assert not [remark for remark in found.remarks if "take_one" in remark]


def test_the_lesson_is_told_by_nbgrader_s_names_first():
    """Answers of other lessons in extra cells do not move a notebook."""
    made = exercises(SECOND.slug)
    made.cells += [nbformat.v4.new_code_cell(f"def {name}(): pass") for name in ANSWERS]
    found = read(written(made), f"ada_{SLUG}.ipynb")
    assert (found.lesson, found.remarks) == (SECOND.slug, ())


def test_the_lesson_with_most_answers_wins_and_the_other_is_told():
    """Without nbgrader's names, by what is defined."""
    second = SECOND.exercises[0].answer
    found = read(bare("def take_one(): 1\ndef hand_over(): 1", f"def {second}(): 1"))
    assert found.lesson == SLUG
    assert "It also has answers to lesson 02, which aren't marked here." in found.remarks


@pytest.mark.parametrize("slug", [SLUG, SECOND.slug])
def test_the_file_s_name_breaks_a_tie(slug):
    """One answer of each."""
    found = read(bare(f"def take_one(): 1\ndef {SECOND.exercises[0].answer}(): 1"), f"ada_{slug}.ipynb")
    assert found.lesson == slug


LESSON_NOTEBOOK = (HOME / "lessons" / f"{SLUG}.ipynb").read_bytes()


@pytest.mark.parametrize(
    ("content", "file", "reason"),
    [
        (b"", "a.ipynb", "is empty"),
        (b" \n", "a.ipynb", "is empty"),
        (b"{damaged", "a.ipynb", "is damaged"),
        (b"[" * 100_000 + b"]" * 100_000, "a.ipynb", "is damaged"),
        (b"[" + b"{}," * 1_100_000 + b"1]", "a.ipynb", "too many parts"),
        (b"[]", "a.ipynb", "isn't a notebook"),
        (b'{"nbformat": 4, "cells": 3}', "a.ipynb", "no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "a.ipynb", "no list of cells"),
        (b'{"nbformat": 9, "cells": []}', "a.ipynb", "unknown notebook format"),
        (b'{"nbformat": 3, "worksheets": 7}', "a.ipynb", "old notebook format"),
        (b'{"nbformat": true, "worksheets": [[]]}', "a.ipynb", "old notebook format"),
        ('{"cells": []}'.encode("utf-16"), "a.ipynb", "UTF-8"),
        (b" " * (bounds.LARGEST_NOTEBOOK + 1), "a.ipynb", "larger than 30 MB"),
        (bare(*["x"] * 2001), "a.ipynb", "2,000 cells"),
        (bare("x" * 500_001), "a.ipynb", "500,000 characters"),
        (bare(), "a.ipynb", "has no code"),
        (bare("print('another course')"), "a.ipynb", "no answer to any exercise"),
        (bare("print(1)"), f"a_{SLUG}.ipynb", "is named after lesson 01"),
        (bare("print(1)"), f"ada/lessons/{SLUG}.ipynb", "a lesson's notebook, not its exercises"),
        (LESSON_NOTEBOOK, "a.ipynb", "a lesson's notebook, not its exercises"),
    ],
)
def test_what_is_no_hand_in_says_why(tmp_path, content, file, reason):
    """The learner stays in the cohort, with the file's name and the reason."""
    learner = only(of(tmp_path, {**FINE, f"ada/{file}": content}))
    assert (learner.name, learner.hand_ins) == ("ada", ())
    assert learner.remarks[0].startswith(f"ada/{file} ")
    assert reason in learner.remarks[0]


def test_an_odd_cell_is_left_out_and_told():
    """A source that is no text, metadata that is none, ids of all kinds, half a character, a number too long."""
    raw = json.loads(bare("def take_one(): 1", "s = '\ud800'"))
    raw["cells"] += [{"cell_type": "code", "source": source} for source in (7, {"a": 1}, [1])]
    raw["cells"] += [
        {"cell_type": "code", "source": ["a = 1\n", "b"], "metadata": 3, "id": [[]]},
        {},
        {"cell_type": []},
    ]
    raw["cells"][0]["metadata"] = {"nbgrader": {"grade_id": ["x"], "grade": "yes"}}
    content = json.dumps(raw).replace('"nbformat_minor": 4', f'"nbformat_minor": {"9" * 10_000}').encode()
    found = read(b"\xef\xbb\xbf" + content)
    assert found.cells == ("def take_one(): 1", r"s = '\ud800'", "a = 1\nb")
    assert "3 of its cells couldn't be read and were left out." in found.remarks


@pytest.mark.parametrize("major", [1, 2, 3])
def test_an_old_format_is_read(major, capfd):
    """With a remark; nothing is written about what is odd in it, and its outputs do not matter."""
    cells = [
        {
            "cell_type": "code",
            "input": "def take_one(): 1",
            "language": "python",
            "outputs": [{"odd": 1}],
            "metadata": {},
        }
    ]
    if major == 1:
        cells[0]["code"] = cells[0].pop("input")
    sheets = {"cells": cells} if major == 1 else {"worksheets": [{"cells": cells}]}
    found = read(json.dumps({"nbformat": major, "metadata": {"name": ""}, **sheets}).encode())
    assert found.cells == ("def take_one(): 1",)
    assert f"old notebook format ({major})" in found.remarks[0]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (2_001, "more than 2,000 cells"),
        pytest.param(250_000, "too many parts", marks=pytest.mark.full),
        (3, "more than 500,000 characters"),
    ],
)
def test_an_old_format_is_bounded_before_it_is_converted(monkeypatch, cells, said):
    """Converting takes far longer than counting."""
    monkeypatch.setattr(nbformat, "convert", lambda *_: pytest.fail("converted"))
    source = "x" * 200_000 if cells == 3 else ""
    made = [{"cell_type": "code", "input": source}] * cells
    with pytest.raises(CourseError, match=said):
        read(json.dumps({"nbformat": 3, "worksheets": [{"cells": made}]}).encode())


def test_outputs_of_any_size_do_not_matter(monkeypatch):
    """They're cut out before the notebook is parsed; what looks like them in a source stays."""
    source = 'def take_one():\n    return {"outputs": [1, "]"], "attachments": {}}'
    raw = json.loads(bare(source))
    raw["cells"][0]["outputs"] = [{"data": {"text/plain": ['"]}[\\"', "x" * 200_000]}}]
    raw["cells"].append({"cell_type": "markdown", "source": "", "attachments": {"a.png": {"image/png": "x" * 200_000}}})
    monkeypatch.setattr(notebooks, "_LARGEST_JSON", 10_000)
    for indent in (None, 1):
        assert read(json.dumps(raw, indent=indent).encode()).cells == (source,)
    with pytest.raises(CourseError, match="even without its outputs"):
        read(bare("x" * 20_000))


@pytest.mark.parametrize("evil", ['["' + '\\"' * 9_000, '["' + "\\" * 9_001, '["', "[" * 9_000, '[""' * 9_000, "]"])
def test_outputs_without_an_end_are_cut_quickly(monkeypatch, evil):
    """A string or a list that never ends is looked at once."""
    before = time.process_time()
    with pytest.raises(CourseError, match="damaged"):
        read(b'{"cells": [{"outputs": ' + evil.encode())
    monkeypatch.setattr(outputs, "_MOST_TOKENS", 50)
    if evil.count('"') + evil.count("[") > 50:
        with pytest.raises(CourseError, match="too many parts"):
            read(b'{"cells": [{"outputs": ' + evil.encode())
    assert time.process_time() - before < 0.5


def test_hostile_source_is_looked_through_quickly():
    """Patterns go over long lines once."""
    lines = ["a" * 100_000, " " * 100_000, "x" + " " * 100_000, "x:" + "y" * 100_000, "def " * 20_000]
    before = time.process_time()
    read(bare("def take_one(): 1", *lines))
    assert time.process_time() - before < 2


def test_nothing_of_a_hand_in_is_parsed_or_run(tmp_path):
    """Code that would end, or take down, the program that compiles it is plain text; nbformat is not needed for it."""
    put(tmp_path, {"ada.ipynb": bare("def take_one(): 1", "(" * 10_000, "import os; os._exit(7)")})
    code = (
        "import sys; from pathlib import Path; from helpers.course import course;"
        "from helpers.grading.intake.collect import collect;"
        "print(len(collect(Path(sys.argv[1]), course()).learners[0].hand_ins[0].cells), 'nbformat' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True, cwd=HOME)
    assert done.stdout.split() == ["3", "False"]


# --- zip files -------------------------------------------------------------------------------------------------------


def broken(content, change):
    """Return the zip file's bytes after a change to them."""
    changed = bytearray(content)
    change(changed)
    return bytes(changed)


def locked(content):
    """Set the mark of a password in each member's two heads."""
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)


def corrupt(content):
    """Change a byte of what is packed."""
    content[len(content) // 3] ^= 0xFF


def lying(content):
    """Have the list of members say that each unpacks to ten bytes."""
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", 10)
        at = content.find(b"PK\x01\x02", at + 4)


def far(content):
    """Say that the list of members starts elsewhere."""
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 20] = b"\xff" * 8


def names_in(content):
    """Return the names of the notebooks in a zip file, and the remarks."""
    archive = archives.Archive(io.BytesIO(content), bounds.of_learner(bounds.of_class()))
    return [each.name for each in archive.notebooks()], archive.remarks


ONE = zipped({"a.ipynb": notebook()})
BOMB = zipped({"a.ipynb": b" " * (bounds.LARGEST_NOTEBOOK + 1)})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"no zip", "isn't a zip file"),
        (ONE[:-30], "isn't a zip file"),
        (broken(ONE, far), "isn't a zip file"),
        (broken(ONE, corrupt), "is damaged"),
        (broken(ONE, locked), "locked with a password"),
        (BOMB, "too large"),
        (broken(BOMB, lying), "is damaged"),
        (zipped({f"{n}.txt": "" for n in range(5_001)}), "more than 5,000 files"),
        (zipped({f"{n}.ipynb": "" for n in range(201)}), "more than 200 notebooks"),
        (zipped({"notes.txt": ""}), "no readable notebook"),
        (zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": ONE})})}), "more than 2 zip files deep"),
        (zipped({"../a.ipynb": notebook()}), "points outside"),
        (zipped({"/a.ipynb": notebook()}), "points outside"),
        (zipped({"-" * 60_000 + ".ipynb": notebook()}), "a name that's too long"),
        (zipped({"C:/a.ipynb": notebook()}), "points outside"),
        (zipped({}, links=["a.ipynb"]), "is a link"),
        (zipped({"a.ipynb": "{"}), "is damaged: it isn't the JSON"),
    ],
)
def test_a_zip_file_that_cannot_be_used_says_why(tmp_path, content, reason):
    """Its file's name names the learner, who stays in the cohort."""
    learner = only(of(put(tmp_path / "in", {**FINE, "Ada-Lovelace.zip": content})))
    assert (learner.name, learner.hand_ins) == ("Ada-Lovelace", ())
    assert any(reason in remark for remark in learner.remarks)
    assert all(remark.startswith("Ada-Lovelace.zip") for remark in learner.remarks)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Ada-Lovelace.zip", "fine.ipynb", "in"]


def test_one_bad_member_does_not_take_the_rest(tmp_path):
    """The good notebook beside it counts; names are spelled out."""
    content = zipped({"a.ipynb": notebook(), "\x1b[2J\n.ipynb": "{"})
    learner = only(of(tmp_path, {"ada.zip": content}))
    assert len(learner.hand_ins) == 1
    assert any(r"ada.zip/\x1b[2J\n.ipynb is damaged" in remark for remark in learner.remarks)


def test_a_member_without_a_name_does_not_take_the_rest():
    """A damaged list of members may hold one."""
    content = zipped([("x", "x"), ("a.ipynb", notebook())])
    at = content.find(b"PK\x01\x02")
    nameless = content[: at + 28] + b"\0\0" + content[at + 30 : at + 46] + content[at + 47 :]
    end = nameless.rfind(b"PK\x05\x06") + 12
    size = struct.unpack_from("<I", nameless, end)[0] - 1
    assert names_in(nameless[:end] + struct.pack("<I", size) + nameless[end + 4 :])[0] == ["a.ipynb"]


def test_all_of_a_zip_file_together_is_bounded(monkeypatch):
    """Many members that are each within the limit are not all unpacked."""
    monkeypatch.setitem(bounds._LEARNER, "bytes", 1_000)
    names, remarks = names_in(zipped({f"{n}.ipynb": "x" * 400 for n in range(4)}))
    assert (len(names), len(remarks)) == (2, 2)


def test_packings_that_ask_for_memory_are_not_opened():
    """LZMA's head names the memory that it wants, up to gigabytes."""
    content = broken(
        ONE, lambda raw: raw.__setitem__(slice(raw.find(b"PK\x01\x02") + 10, raw.find(b"PK\x01\x02") + 12), b"\x0e\0")
    )
    assert "unknown way" in names_in(content)[1][0]


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "{",
        "[]",
        b"\xff",
        '{"learner": 7}',
        '{"learner": " "}',
        '{"learner": "\\ud800"}',
        "[" * 5_000,
        '{"learner": ["x"]}',
    ],
)
def test_a_manifest_that_says_nothing_leaves_the_name_to_the_file(tmp_path, manifest):
    """With a remark; the notebooks count."""
    learner = only(of(tmp_path, {"mastering-aws-messaging-Ada.zip": packed("", manifest=manifest)}))
    assert (learner.name, len(learner.hand_ins)) == ("Ada", 1)
    assert "manifest.json" in learner.remarks[0] or "doesn't say whose it is" in learner.remarks[0]
    assert any("I used the file's own name" in remark for remark in learner.remarks)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_manifests_name_nobody(tmp_path):
    """Which one a reader takes would be luck."""
    said = json.dumps({"learner": "Eve"})
    content = zipped(
        [("manifest.json", json.dumps({"learner": "Ada"})), ("manifest.json", said), ("a.ipynb", notebook())]
    )
    learner = only(of(tmp_path, {"x.zip": content}))
    assert learner.name == "x"
    assert "is there twice" in learner.remarks[0]


def test_a_file_that_was_zipped_once_more_keeps_its_manifest(tmp_path):
    """A Mac unpacks downloads; learners zip the folder again."""
    inside = {
        "f/manifest.json": '{"learner": "Ada"}',
        f"f/exercises/{SLUG}.ipynb": notebook(),
        f"__MACOSX/f/._{SLUG}.ipynb": "x",
    }
    learner = only(of(tmp_path, {"f.zip": zipped(inside)}))
    assert (learner.name, len(learner.hand_ins), learner.remarks) == ("Ada", 1, ())


def test_a_notebook_changed_after_packing_is_told(tmp_path):
    """The digest in the manifest does not fit; the notebook counts all the same."""
    manifest = {"learner": "Ada", "sha256": {f"exercises/{SLUG}.ipynb": "0" * 64}}
    learner = only(of(tmp_path, {"x.zip": packed("", manifest=manifest)}))
    assert learner.hand_ins[0].remarks == ("It was changed after it was packed.",)


# --- the disk --------------------------------------------------------------------------------------------------------


def test_what_systems_leave_behind_is_passed_over(tmp_path):
    """Checkpoints, hidden folders and a Mac's second halves are nobody's."""
    names = (".ipynb_checkpoints/a.ipynb", "__MACOSX/a.ipynb", "._a.ipynb", ".hidden/a.ipynb", "__pycache__/a.ipynb")
    files = {name: notebook() for name in names} | {f"ada/{name}": notebook() for name in names}
    cohort = of(tmp_path, {**files, **FINE})
    assert only(cohort).remarks == ("ada has no notebook or zip file in it.",)
    assert cohort.remarks == ()


def test_links_are_not_followed(tmp_path):
    """Files, folders, loops, links to nothing and to another learner's work: each learner gets remarks on theirs."""
    put(tmp_path, {"secret/x.ipynb": notebook(), "in/bob/x.ipynb": notebook(), "in/ada": None})
    links = {"ada/a.ipynb": "../bob/x.ipynb", "ada/b": "../bob", "ada/loop": ".", "ada/none.zip": "nothing"}
    links |= {"carl": "../secret", "dora.ipynb": "../secret/x.ipynb", "emil.zip": "emil.zip"}
    for name, target in links.items():
        (tmp_path / "in" / name).symlink_to(target)
    learners = by_name(of(tmp_path / "in"))
    assert set(learners) == {"ada", "bob", "carl", "dora", "emil"}
    assert [len(learners[name].remarks) for name in ("ada", "carl", "dora", "emil")] == [4, 1, 1, 1]
    assert [name for name, learner in learners.items() if learner.hand_ins] == ["bob"]


def test_a_folder_of_hand_ins_may_itself_be_a_link(tmp_path):
    """The instructor named it."""
    put(tmp_path / "real", FINE)
    (tmp_path / "link").symlink_to("real")
    assert len(of(tmp_path / "link").learners) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_a_pipe_is_not_opened(tmp_path):
    """It would keep us waiting."""
    put(tmp_path, {**FINE, "ada": None})
    os.mkfifo(tmp_path / "ada/x.ipynb")
    os.mkfifo(tmp_path / "bob.ipynb")
    learners = by_name(of(tmp_path))
    assert all("a pipe, a socket or a device" in learners[name].remarks[0] for name in ("ada", "bob"))
    with pytest.raises(CourseError, match="isn't an ordinary file"):
        reading.read_file(tmp_path / "bob.ipynb", 10)


def test_a_link_that_came_later_is_not_followed(tmp_path):
    """Reading looks once more."""
    put(tmp_path, {"a": "secret"})
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(CourseError, match="can't be read"):
        reading.read_file(tmp_path / "b", 10)


def test_what_may_not_be_read_is_told(tmp_path, monkeypatch):
    """A file that cannot be opened, and a folder that cannot be listed; root can do both, so they are made to fail."""

    def refuse(real):
        def opened(path, *rest):
            if "closed" in os.fspath(path):
                raise PermissionError(13, "Permission denied")
            return real(path, *rest)

        return opened

    put(tmp_path, {**FINE, "ada/closed.ipynb": notebook(), "bob/closed/x.ipynb": notebook()})
    monkeypatch.setattr(os, "open", refuse(os.open))
    monkeypatch.setattr(os, "scandir", refuse(os.scandir))
    learners = by_name(of(tmp_path))
    assert learners["ada"].remarks == ("ada/closed.ipynb can't be read (Permission denied).",)
    assert learners["bob"].remarks == ("bob/closed can't be opened (Permission denied).",)


def test_names_of_files_that_nobody_can_write_down(tmp_path):
    """New lines, escapes and bytes that are no text become names that can be shown and stored."""
    for name in (b"a\nb\x1b[2J.ipynb", b"\xff\xfe.ipynb", b"c\td/x.ipynb", b"\xff/x.ipynb"):
        path = os.path.join(os.fsencode(tmp_path), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(notebook())
    cohort = of(tmp_path)
    assert len(by_name(cohort)) == 4
    assert {"a b [2J", "c d", r"\udcff"} <= set(by_name(cohort))
    for learner in cohort.learners:
        assert f"{learner.name}{learner.hand_ins[0].file}".isprintable()
        repr(learner).encode()


def test_a_folder_of_very_many_files_is_bounded(tmp_path, monkeypatch):
    """What lies behind the limit is left out, with a remark; others are not touched."""
    monkeypatch.setattr(reading, "MOST_FILES", 10)
    files = {f"ada/{n}/{m}.txt": "" for n in range(3) for m in range(5)} | {f"bob/{SLUG}.ipynb": notebook()}
    learners = by_name(of(tmp_path, files))
    assert "more than 10 files" in learners["ada"].remarks[0]
    assert len(learners["bob"].hand_ins) == 1


def test_a_very_deep_folder_is_bounded(tmp_path):
    """It is a remark."""
    assert "nested too deeply" in only(of(tmp_path, {**FINE, f"ada/{'d/' * 40}x.ipynb": notebook()})).remarks[0]


def test_the_bytes_of_one_learner_are_bounded(tmp_path, monkeypatch):
    """A folder of many large files is not read to its end."""
    monkeypatch.setitem(bounds._LEARNER, "bytes", 5_000)
    learner = only(of(tmp_path, {"ada/a.ipynb": bare("def take_one(): 1"), "ada/b.ipynb": b" " * 6_000}))
    assert len(learner.hand_ins) == 1
    assert "is left out" in learner.remarks[0]


@pytest.mark.parametrize(
    ("kind", "most", "said"),
    [("notebooks", 2, "2 notebooks"), ("cells", 2, "2 cells"), ("characters", 70, "70 characters in their cells")],
)
def test_one_learner_s_bounds_cost_nobody_else(tmp_path, monkeypatch, kind, most, said):
    """What exceeds one is left out and says so, in a folder or a zip file; the learner's others and others' count."""
    monkeypatch.setitem(bounds._LEARNER, kind, most)
    several = {f"{n}.ipynb": bare(f"def take_one(): return {n}") for n in range(3)}
    learners = by_name(of(tmp_path, {**{f"ada/{name}": each for name, each in several.items()}, **FINE}))
    packed_so = by_name(of(tmp_path / "zip", {"bob.zip": zipped(several), **FINE}))
    for learner in (learners["ada"], packed_so["bob"]):
        assert len((*learner.hand_ins, *learner.others)) == 2
        assert "2.ipynb is left out, because this learner's files have more than " + said in learner.remarks[0]
    assert len(learners["fine"].hand_ins) == len(packed_so["fine"].hand_ins) == 1


def test_all_hand_ins_together_are_bounded(tmp_path, monkeypatch):
    """The instructor is told to grade in parts."""
    monkeypatch.setitem(bounds._CLASS, "notebooks", 2)
    cohort = of(tmp_path, {f"{name}/x.ipynb": bare(f"def take_one(): '{name}'") for name in ("ada", "bob", "carl")})
    assert [len(learner.hand_ins) for learner in cohort.learners] == [1, 1, 0]
    assert "Grade the class in several parts" in cohort.learners[2].remarks[0]


def test_the_time_for_one_learner_is_bounded(tmp_path, monkeypatch):
    """A notebook is read to its end; when the time is used up, no other is begun, not even in the same zip file."""
    real, spent = notebooks.read_notebook, []
    monkeypatch.setattr(bounds, "time", SimpleNamespace(thread_time=lambda: 20.0 * len(spent)))
    monkeypatch.setattr(collecting, "read_notebook", lambda *args: spent.append(1) or real(*args))
    files = {f"{name}.ipynb": bare(f"def take_one(): '{name}'") for name in "ab"}
    learners = by_name(of(tmp_path, {"ada/a.ipynb": files["a.ipynb"], "ada/b.ipynb": files["b.ipynb"], **FINE}))
    [eve] = of(tmp_path / "zip", {"eve.zip": zipped(files)}).learners
    assert [hand_in.file for hand_in in learners["ada"].hand_ins] == ["ada/a.ipynb"]
    assert [hand_in.file for hand_in in eve.hand_ins] == ["eve.zip/a.ipynb"]
    assert all("took too long" in learner.remarks[0] for learner in (learners["ada"], eve))
    assert len(learners["fine"].hand_ins) == 1


PEAK = """
import resource, sys
from pathlib import Path
from helpers.course import course
from helpers.grading.intake.collect import collect
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
cohort = collect(Path(sys.argv[1]), course())
print(len(cohort.learners), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1000)
"""


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_many_zips_that_unpack_to_much_take_little_memory(tmp_path):
    """25 of them in one folder, 1.4 GB altogether: one notebook at a time is in memory."""
    bomb = zipped({f"{n}.ipynb": b" " * 19_000_000 for n in range(3)})
    put(tmp_path, {**FINE, **{f"eve/{n}.zip": bomb for n in range(25)}})
    done = subprocess.run([sys.executable, "-c", PEAK, tmp_path], capture_output=True, text=True, check=True, cwd=HOME)
    learners, megabytes = map(int, done.stdout.split())
    assert learners == 2
    assert megabytes < 100


def test_remarks_are_bounded(tmp_path):
    """A learner with very many bad files does not fill the report."""
    remarks = only(of(tmp_path, {**FINE, **{f"ada/{n}.ipynb": "" for n in range(100)}})).remarks
    assert (len(remarks), remarks[-1]) == (21, "There are 80 more remarks.")


def test_whatever_breaks_is_one_file_s_matter(tmp_path, monkeypatch):
    """An error that nobody thought of is a remark too."""

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(collecting, "Archive", fail)
    assert only(of(tmp_path, {**FINE, "ada.zip": ONE})).remarks[0] == "ada.zip can't be read (ZeroDivisionError)."


@pytest.mark.parametrize("file", ["ada.7z", "ada.tar.gz", "ada_1_2_text.html"])
def test_who_handed_in_something_else_does_not_vanish(tmp_path, file):
    """They are in the cohort, and are asked for a notebook."""
    learner = only(of(tmp_path, {**FINE, file: "x"}))
    assert (learner.name, learner.hand_ins) == ("ada", ())
    assert "isn't a notebook or a zip file" in learner.remarks[0]


def test_a_folder_with_nothing_in_it_is_a_learner(tmp_path):
    """So that nobody vanishes from the grade book."""
    assert only(of(tmp_path, {**FINE, "ada": None})).remarks == ("ada has no notebook or zip file in it.",)


def test_files_of_nobody_are_told(tmp_path):
    """They are the folder's remarks."""
    cohort = of(tmp_path, {**FINE, "grades.xlsx": "x"})
    assert cohort.remarks == ("'grades.xlsx' isn't a hand-in, so it's left out.",)


@pytest.mark.bench
def test_how_long_a_thousand_take(tmp_path, capsys):
    """One notebook of lesson 01 each."""
    put(tmp_path, {f"learner{n}_{SLUG}.ipynb": notebook() for n in range(1_000)})
    before = time.perf_counter()
    cohort = collect(tmp_path, course())
    with capsys.disabled():
        print(f"\n{len(cohort.learners)} hand-ins collected in {time.perf_counter() - before:.2f} s")

"""A class of forty with every oddity, downloaded from Canvas, Moodle and Google Classroom: nobody's work is lost."""

import csv
import io
import unicodedata
from collections import Counter

import class_downloads
import pytest
from class_downloads import PEOPLE, SECOND, THIRD
from handin_files import bare, notebook, packed, put, zipped
from in_sandbox import needs_fork

from helpers.checks.outcome import CORRECT, outcome
from helpers.course import course
from helpers.grading import gradebook, run
from helpers.grading.books import canvas, moodle
from helpers.grading.exercise_set import own
from helpers.grading.intake.collect import collect
from helpers.grading.records import Graded, HandIn, Learner, Row
from helpers.grading.reports.texts import few
from helpers.grading.run import Options, grade_cohort

LESSON = next(lesson for lesson in course().lessons if lesson.slug == THIRD)
NAMES = Counter(person.name for person in PEOPLE)
NOTHING_FITS = ("pdf", "docx", "image", "empty", "broken", "text")


def canvas_s(person):
    """Return a learner's name where Canvas's grade book is the list."""
    apart = f" (ID {5000 + person.n})" if NAMES[person.name] > 1 else ""
    return unicodedata.normalize("NFC", f"{person.listed}{apart}")


def moodle_s(person):
    """Return a learner's name where Moodle's worksheet is the list."""
    apart = f" (Participant {810 + person.n})" if NAMES[person.name] > 1 else ""
    return unicodedata.normalize("NFC", f"{person.name}{apart}")


DOWNLOADS = {
    "canvas": (class_downloads.canvas, class_downloads.canvas_book, canvas_s),
    "moodle": (class_downloads.moodle, class_downloads.moodle_sheet, moodle_s),
    "moodle without _": (lambda: class_downloads.moodle(ending=""), class_downloads.moodle_sheet, moodle_s),
    "moodle flat": (lambda: class_downloads.moodle(flat=True), class_downloads.moodle_sheet, moodle_s),
}


@pytest.fixture(autouse=True)
def short_output(monkeypatch):
    """25 MB take long to write; test_handins.py reads as much."""
    monkeypatch.setattr(class_downloads, "OUTPUT", 100_000)


def downloaded(folder, which, encode=str.encode):
    """Write a download and the list beside it; return where the download is, and how learners are called."""
    files, listed, called = DOWNLOADS[which]
    put(folder, {"download.zip": zipped(files()), "learners.csv": encode(listed())})
    return folder / "download.zip", called


def of(folder, files):
    """Return the cohort of these files; `learners.csv` is beside them."""
    put(folder, {"learners.csv": files.pop("learners.csv")} if "learners.csv" in files else {})
    return collect(put(folder / "in", files), course())


def mine(n=0):
    """Return a small notebook that differs from others."""
    return bare(f"def next_parcel(sqs, queue_url):\n    return {n!r}")


def done(lesson):
    """Return outcomes that are right."""
    return Graded(tuple(outcome(exercise, CORRECT) for exercise in lesson.exercises))


def hand_ins(cohort):
    """Return how many hand-ins count for each learner."""
    return {learner.name: len(learner.hand_ins) for learner in cohort.learners}


@pytest.mark.full
@pytest.mark.parametrize("which", DOWNLOADS)
def test_each_learner_s_newest_work_is_theirs(tmp_path, which):
    """With the lessons it's in; what can't be read is told to its learner."""
    path, called = downloaded(tmp_path, which)
    cohort = collect(path, course())
    learners = {learner.name: learner for learner in cohort.learners}
    assert set(learners) == {called(person) for person in PEOPLE}
    for person in PEOPLE:
        learner = learners[called(person)]
        found = {hand_in.lesson: hand_in.cells for hand_in in learner.hand_ins}
        if person.kind in NOTHING_FITS or person.kind == "nothing":
            assert (found, bool(learner.remarks)) == ({}, person.kind != "nothing"), person
        elif person.kind not in ("earlier release", "other lesson", "blank"):
            assert f"# by {person.n}" in "".join(found[THIRD]), person
    assert len(cohort.remarks) == (which == "canvas")  # the test student


@pytest.mark.full
@pytest.mark.parametrize("which", ["canvas", "moodle"])
def test_both_grade_books_can_be_uploaded(tmp_path, monkeypatch, which):
    """All learners are in them, under their platform's numbers and own names; who handed nothing in has no grade."""
    monkeypatch.setattr(run, "_run", lambda task, jobs, options: ((job, done(LESSON), True) for job in jobs))
    path, _ = downloaded(tmp_path, which)
    grade_cohort(own(), Options(path, tmp_path / "out", ("03",)))
    if which == "canvas":
        name, key, listed, grade = canvas.CANVAS, "ID", {str(5000 + each.n): each.listed for each in PEOPLE}, "12"
    else:
        name, key, grade = moodle.WORKSHEET, "Identifier", "100"
        listed = {f"Participant {810 + each.n}": each.name for each in PEOPLE}
    lines = csv.DictReader(io.StringIO((tmp_path / "out" / name).read_text(encoding="utf-8-sig")))
    found = {row[key]: row for row in lines if row[key]}
    named = {number: row.get("Student") or row.get("Full name") for number, row in found.items()}
    assert named == {number: unicodedata.normalize("NFC", name) for number, name in listed.items()}
    graded = [row.get("Grade", row.get(f"03 {LESSON.title}")) for row in found.values()]
    assert graded == [grade if has_mark(number, listed) else "" for number in found]


def has_mark(number, listed):
    """Return whether the learner with this number handed in what can be graded."""
    person = PEOPLE[list(listed).index(number)]
    return person.expected() is not None or person.kind == "earlier release"


@pytest.mark.full
@needs_fork
def test_the_marks_are_those_that_were_earned(tmp_path, monkeypatch):
    """Of a few, whose files are the oddest."""
    kinds = {"several attempts", "zip of zips", "large output", "wrong name inside", "raw download"}
    few_people = tuple(person for person in PEOPLE if person.kind in kinds)
    monkeypatch.setattr(class_downloads, "PEOPLE", few_people)
    path, called = downloaded(tmp_path, "canvas")
    grade_cohort(own(), Options(path, tmp_path / "out", ("03",)))
    book = csv.DictReader(io.StringIO((tmp_path / "out" / "gradebook.csv").read_text(encoding="utf-8-sig")))
    full = {
        row["learner"]: {title[:4] for title, points in row.items() if title.endswith(f"(of {points})")} for row in book
    }
    assert full == {called(each): {e for e in each.expected() if e.startswith("03")} for each in few_people}


def test_two_people_of_one_name_are_told_apart_by_their_platform_s_numbers(tmp_path):
    """Neither has the plain name by chance, and nobody has to look: the platform knows who they are."""
    learners = of(tmp_path, {"samsmith_51_901_x.ipynb": mine(1), "samsmith_52_902_x.ipynb": mine(2)}).learners
    assert {each.name: each.numbers for each in learners} == {
        "samsmith (ID 51)": (("canvas", "51"),),
        "samsmith (ID 52)": (("canvas", "52"),),
    }
    assert not any(learner.remarks for learner in learners)


def test_ids_are_those_that_canvas_put_on_the_files(tmp_path):
    """Without a list, too; one that two learners have is nobody's."""
    learners = [Learner(name, numbers=(("canvas", number),)) for name, number in (("a", "5"), ("b", "6"), ("c", "6"))]
    assert canvas.numbers([Row(each.name, ()) for each in learners], learners) == {"a": "5"}
    assert canvas.numbers([Row("b", (), (("ID", "9"),))], learners) == {"b": "9"}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("adalovelace_51_text.html", "adalovelace_51_text.html isn't a notebook or a zip file."),
        ("adalovelace_LATE_51_link.html", "adalovelace_LATE_51_link.html isn't a notebook or a zip file."),
        ("adalovelace_51_900_homework.pdf", "adalovelace_51_900_homework.pdf isn't a notebook or a zip file."),
        (
            "Ada_7_assignsubmission_file_/a.pdf",
            "Ada_7_assignsubmission_file_ has no notebook or zip file in it, only a.pdf.",
        ),
        ("Ada_7_assignsubmission_onlinetext/onlinetext.html", "in it, only onlinetext.html."),
    ],
)
def test_whoever_hands_in_something_else_is_told_what(tmp_path, file, said):
    """They're in the class, with what they handed in."""
    cohort = of(tmp_path, {file: "x", "bob_52_901_x.ipynb": mine()})
    (ada,) = (learner for learner in cohort.learners if learner.name.casefold().startswith("ada"))
    assert (len(cohort.learners), len(ada.remarks), cohort.remarks) == (2, 1, ())
    assert said in ada.remarks[0]


def test_canvas_s_names_can_have_an_underscore(tmp_path):
    """Other names with numbers in them are nobody's."""
    cohort = of(tmp_path, {"lee_kimann_5031_91310_x.ipynb": mine(1), "Ada_hw_12_34567_x.ipynb": mine(2)})
    assert [learner.numbers for learner in cohort.learners] == [(("canvas", "5031"),), ()]


def test_the_test_student_of_canvas_is_nobody(tmp_path):
    """Where Canvas's grade book tells who that is."""
    listed = 'Student,ID,Section\n"Lovelace, Ada",51,A\n"Student, Test",52,A\n'
    files = {"lovelaceada_51_900_x.ipynb": mine(1), "studenttest_52_901_x.ipynb": mine(2), "learners.csv": listed}
    cohort = of(tmp_path, files)
    assert hand_ins(cohort) == {"Lovelace, Ada": 1}
    assert "test student" in cohort.remarks[0]


LISTED = 'Student;ID;Section\n;;\n"Lovelace, Ada";51;A\n'


@pytest.mark.parametrize(
    "content",
    [
        LISTED.encode("utf-8-sig"),
        LISTED.encode("utf-16"),
        LISTED.replace(";", "\t").encode("utf-16"),
        b"\xfe\xff" + LISTED.encode("utf-16-be"),
        f"sep=;\r\n{LISTED}".encode(),
        b"LastName,FirstName,ID,Section\nPoints Possible,,,\nLovelace,Ada,51,A\n",
    ],
    ids=["marked", "utf-16", "utf-16 with tabs", "utf-16 of a Mac", "first line", "two columns"],
)
def test_a_list_is_read_as_spreadsheets_save_it(tmp_path, content):
    """With a mark at its beginning, in UTF-16, with semicolons, with Excel's first line, with names in two columns."""
    cohort = of(tmp_path, {"lovelaceada_51_900_x.ipynb": mine(), "learners.csv": content})
    assert (hand_ins(cohort), cohort.remarks) == ({"Lovelace, Ada": 1}, ())


def test_a_number_of_somebody_with_another_name_is_told(tmp_path):
    """Moodle numbers teams, too, and a team's can be a learner's."""
    listed = "Identifier,Full name\nParticipant 7,Ada Lovelace\n"
    (ada,) = of(tmp_path, {"Team Red_7_assignsubmission_file_/x.ipynb": mine(), "learners.csv": listed}).learners
    assert "another name" in ada.remarks[0]
    (ada,) = of(tmp_path, {"Participant_7_assignsubmission_file_/x.ipynb": mine(), "learners.csv": listed}).learners
    assert len(ada.hand_ins) == 1


def test_what_google_classroom_collects_again_is_an_attempt(tmp_path):
    """The name in front is the learner's, whatever their file is called, and the last number counts."""
    files = {f"Ada King - {THIRD}{number}.ipynb": mine(n) for n, number in enumerate(("", " (1)", " (2)"))}
    files |= {f"Zoë Ott - Copy of {THIRD}.ipynb": mine(4), "Bo Li - my work.zip": zipped({"x.ipynb": mine(5)})}
    files["Cy Ng - all.zip"] = packed("Somebody Else", (SECOND, notebook(SECOND)))
    cohort = of(tmp_path, files)
    assert hand_ins(cohort) == {"Ada King": 1, "Bo Li": 1, "Zoë Ott": 1, "Somebody Else": 1}
    (ada,) = (learner for learner in cohort.learners if learner.name == "Ada King")
    assert (ada.hand_ins[0].file, len(ada.others)) == (f"Ada King - {THIRD} (2).ipynb", 2)
    assert "handed in 3 times" in ada.hand_ins[0].remarks[-1]
    (other,) = (learner for learner in cohort.learners if learner.name == "Somebody Else")
    assert "named after Cy Ng" in other.remarks[0]
    assert {learner for _, learner in cohort.guesses} == {"Ada King", "Zoë Ott", "Bo Li"}


def test_two_files_that_name_one_learner_are_kept_apart_elsewhere(tmp_path):
    """A number behind a name that the learner can choose proves nothing."""
    cohort = of(tmp_path, {f"ada_{THIRD}.ipynb": mine(1), f"ada_{THIRD} (1).ipynb": mine(2)})
    assert sorted(hand_ins(cohort).values()) == [1, 1]


def test_names_with_commas_are_parted_by_semicolons():
    """As Canvas writes them."""
    assert few(["King, Ada", "Hope, Bob", "Li, Bo"]) == "King, Ada; Hope, Bob and Li, Bo"
    assert few(list("abcdefg")) == "a, b, c, d, e and 2 more"


def test_a_lesson_that_does_not_count_is_told():
    """Of a learner who handed in nothing else."""
    told = run._of_other_lessons(Learner("Ada", (HandIn("Ada", SECOND, "x.ipynb", ()),)))
    assert told.remarks == ("Only lesson 02 was handed in, and it doesn't count.",)
    assert run._of_other_lessons(Learner("Ada")).remarks == ()


def test_a_lesson_that_hardly_anybody_began_is_pointed_out():
    """It counts for all, who then have no points for it."""
    one, two = course().lessons[:2]
    marks = {
        lesson: gradebook.row(Learner(""), {lesson.slug: done(lesson)}, lesson.exercises).marks for lesson in (one, two)
    }
    rows = [Row(f"learner {n}", marks[one] if n else marks[two]) for n in range(11)]
    said = run._counted((one, two), (), rows)
    assert said == "Lessons that count: 01, 02. Only learner 0 began 02. `--lesson 01` leaves that out."
    assert run._counted((one, two), (), rows[:9]) == "Lessons that count: 01, 02."

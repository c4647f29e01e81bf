"""What learners and instructors made with an earlier version goes on working. The archives here are never made anew.

They were made by the `course` command of commit 4a208c7 with boto3 1.44.8 and moto 5.2.5:

- working_copy.zip: a learner's folder after `course lab` and `course check`. Some answers are right, some are wrong,
  one raises, one has a cell that raises, and most of the rest is not attempted. checked.json is what the check found.
- hand_ins.zip: what `course pack` made of that folder, and another learner's plain notebook.
  hand_ins_graded.zip: what `course grade` wrote beside them.
- exercise_set.zip: an instructor's own exercises, begun by `course new` and built. Their checks use what `Case` offers.
  exercise_set_hand_ins.zip, exercise_set_graded.zip: two learners' notebooks, and their marks.

Wording may change, so only what a program or a grade book reads is compared: outcomes, points, lines and milestones.
"""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

import nbformat
import pytest
from behind_the_wall import needs_fork

from helpers import progress
from helpers.authoring import custom_set
from helpers.course import course
from helpers.grading import work
from helpers.grading.cohort import Options, grade_cohort
from helpers.grading.exercise_set import of_folder, own
from helpers.grading.gradebook import books, marks
from helpers.grading.intake.handins import collect
from helpers.grading.store import FOLDER, Job, unpacked
from helpers.grading.work import Task
from helpers.learner import lab, pack
from helpers.learner.working_copy import WorkingCopy

HERE = Path(__file__).parent
CHECKED = json.loads((HERE / "checked.json").read_text(encoding="utf-8"))


def unzipped(name, folder):
    """Unpack an archive into this folder, which is returned."""
    with zipfile.ZipFile(HERE / f"{name}.zip") as archive:
        archive.extractall(folder)
    return folder


@lru_cache
def book(name):
    """Return a grade book as it was written then."""
    with zipfile.ZipFile(HERE / f"{name}.zip") as archive:
        return json.loads(archive.read(books.BOOK))


def marked_then(name):
    """Return points, status and milestones by learner and exercise, as the grade book has them."""
    return {
        (learner["learner"], mark["exercise"]): (mark["points"], mark["status"], mark["outcome"].get("reached", []))
        for learner in book(name)["learners"]
        for mark in learner["marks"]
    }


def marked_now(rows):
    """Return points, status and milestones by learner and exercise, as they are now."""
    return {
        (row.learner, mark.exercise): (
            mark.points,
            marks.status(mark),
            list(mark.outcome.reached) if mark.outcome else [],
        )
        for row in rows
        for mark in row.marks
    }


def files(folder):
    """Return the digest of each file below this folder."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The learner's working copy of then."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return WorkingCopy(unzipped("working_copy", tmp_path / "course"))


# --- the learner ------------------------------------------------------------------------------------------------------


def test_an_old_working_copy_opens_and_nothing_in_it_is_replaced(copy):
    """`course lab` adds new editions beside what is there, once; it keeps the layout and the progress."""
    before = files(copy.folder)
    laid = copy.lay()
    lab.arguments(copy.folder, course().lessons[0], "lessons", True, None)
    after = files(copy.folder)
    for name in laid.newer:  # what only tools read, such as metadata, makes no newer edition
        lesson = course().lesson(Path(name).name[:2])
        newer, mine = (
            nbformat.read(path, as_version=4) for path in (copy.folder / name, copy.path("exercises", lesson))
        )
        assert [cell.source for cell in newer.cells] != [cell.source for cell in mine.cells], name
    may_change = {".course/laid.json", "lessons/differences_from_aws.md", "lessons/other_clouds.md"}  # pages to read
    assert {name for name in before if after.get(name) != before[name]} <= may_change
    assert set(after) - set(before) == {*laid.new, *laid.newer}
    assert copy.lay().newer == []


def test_old_progress_is_read(copy):
    """What was correct then is correct, and tries are counted on."""
    standings = progress.read(copy.folder / ".course")
    tried = {found["answer"]: found["status"] for found in CHECKED if found["status"] != "not attempted"}
    assert set(standings) == set(tried)
    for answer, status in tried.items():
        assert standings[answer].tries == 1
        assert (standings[answer].status == "correct") == (status == "correct")


def test_an_old_working_copy_is_packed(copy, tmp_path):
    """The notebooks are in the file as they lie on the disk, and what is unanswered is named."""
    contents = pack.look(copy, course())
    assert (contents.unreadable, contents.unsaved, contents.secrets) == ([], [], [])
    untouched = {found["exercise"] for found in CHECKED if found["status"] == "not attempted"}
    known = {found["exercise"] for found in CHECKED}  # a later lesson has more
    assert {title.split()[0] for title in contents.unanswered} & known == untouched
    path = pack.write(contents, "Ada Lovelace", tmp_path)
    with zipfile.ZipFile(path) as made:
        assert json.loads(made.read("manifest.json"))["learner"] == "Ada Lovelace"
        for lesson in course().lessons:
            path = copy.path("exercises", lesson)
            if path.exists():
                assert made.read(f"exercises/{path.name}") == path.read_bytes()


@pytest.mark.full
def test_an_old_working_copy_is_checked(copy):
    """`course check` finds in each notebook what it found then."""
    command = [sys.executable, "-m", "helpers.cli", "check", "--json", "--folder", str(copy.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    found = {outcome["answer"]: outcome for outcome in json.loads(done.stdout)}
    assert [{key: found[then["answer"]][key] for key in then} for then in CHECKED] == CHECKED


# --- the instructor ---------------------------------------------------------------------------------------------------


def graded_now(name, exercises, slug, learner):
    """Return what came of a learner's hand-in for one lesson, by exercise: the status and the milestones."""
    [found] = [
        hand_in
        for one in collect(name, exercises.listed).learners
        for hand_in in one.hand_ins
        if (one.name, hand_in.lesson) == (learner, slug)
    ]
    try:
        return work.do(Task(exercises, 1), Job("", slug, found.cells)).outcomes
    finally:
        work.close()


def test_old_results_are_read(tmp_path):
    """Grade book, seed and every stored outcome of a grading of then, with the milestones that count."""
    for name in ("hand_ins_graded", "exercise_set_graded"):
        out = unzipped(name, tmp_path / name)
        assert books.read_book(out) == book(name)
        stored = [json.loads(path.read_text(encoding="utf-8")) for path in (out / FOLDER).glob("*.json")]
        found = [outcome for raw in stored for outcome in unpacked(raw).outcomes]
        assert {outcome.exercise for outcome in found} == {exercise for _, exercise in marked_then(name)}
        assert {outcome.status for outcome in found} >= {"correct", "not yet", "not attempted"}
        assert any(outcome.reached for outcome in found)


@needs_fork
def test_an_old_hand_in_gets_the_marks_of_then(tmp_path):
    """One lesson of what `course pack` made: right, wrong, partly right, untouched."""
    outcomes = graded_now(unzipped("hand_ins", tmp_path / "x"), own(), "01_messaging_fundamentals", "Ada Lovelace")
    then = marked_then("hand_ins_graded")
    for outcome in outcomes:
        assert (outcome.status, list(outcome.reached)) == then["Ada Lovelace", outcome.exercise][1:], outcome


@needs_fork
@pytest.mark.parametrize("learner", ["ada", "grace"])
def test_an_old_exercise_set_grades_as_then(learner, tmp_path):
    """Its checks get from `Case` what they got then: ada's answers are right, grace's are wrong or half right."""
    exercises = of_folder(unzipped("exercise_set", tmp_path / "exam"))
    outcomes = graded_now(unzipped("exercise_set_hand_ins", tmp_path / "x"), exercises, "90_exam", learner)
    then = marked_then("exercise_set_graded")
    for outcome in outcomes:
        assert (outcome.status, list(outcome.reached)) == then[learner, outcome.exercise][1:], outcome


def test_an_old_exercise_set_is_built(tmp_path):
    """The learners' notebook is the one of then, cell by cell: sources, ids and what nbgrader reads."""
    folder = unzipped("exercise_set", tmp_path / "exam")
    path = folder / "exercises" / "90_exam.ipynb"
    then = nbformat.read(path, as_version=4)
    path.unlink()
    assert custom_set.write(folder, custom_set.read(folder, of_folder(folder).listed)) == [path]
    assert nbformat.read(path, as_version=4).cells == then.cells


@needs_fork
@pytest.mark.full
def test_an_old_exercise_set_is_proven_by_the_command(tmp_path):
    """`course build --exercises` says that its checks hold."""
    folder = unzipped("exercise_set", tmp_path / "exam")
    command = [sys.executable, "-m", "helpers.cli", "build", "--exercises", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
    assert done.returncode == 0, done.stdout + done.stderr


@needs_fork
@pytest.mark.full
@pytest.mark.parametrize("of_the_course", [True, False], ids=["the course", "an exercise set"])
def test_an_old_grading_goes_on(of_the_course, tmp_path):
    """Graded again, every mark is what it was. A hand-in that changes afterwards is reported with its reason."""
    name, results = ("hand_ins", "hand_ins_graded")
    exercises = own()
    if not of_the_course:
        name, results = ("exercise_set_hand_ins", "exercise_set_graded")
        exercises = of_folder(unzipped("exercise_set", tmp_path / "exam"))
    folder, out = unzipped(name, tmp_path / "in"), unzipped(results, tmp_path / "out")
    seed = (out / FOLDER / "seed").read_text(encoding="ascii")
    done = grade_cohort(exercises, Options(folder, out))
    assert marked_now(done.rows) == marked_then(results)
    assert (done.changes, done.news) == ([], [])
    assert (out / FOLDER / "seed").read_text(encoding="ascii") == seed

    path = next(folder.glob("grace*.ipynb"))
    text = path.read_text(encoding="utf-8")
    answer = "send_all" if of_the_course else "numbers"
    path.write_text(text.replace(f"def {answer}(", f"def no_{answer}("), encoding="utf-8")
    changed = grade_cohort(exercises, Options(folder, out)).changes
    assert [(change.status, change.reason) for change in changed] == [("not attempted", marks.ANEW)]

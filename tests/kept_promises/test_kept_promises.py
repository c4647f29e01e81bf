"""What learners and instructors made with an earlier version goes on working. The archives here are never made anew.

They were made by the `course` command of commit 4a208c7 with boto3 1.44.8 and moto 5.2.5:

- working_copy.zip: a learner's folder after `course lab` and `course check`. Some answers are right, some are wrong,
  one raises, one has a cell that raises, and most of the rest is not attempted. checked.json is what the check found.
- hand_ins.zip: what `course pack` made of that folder, and another learner's plain notebook.
  hand_ins_graded.zip: what `course grade` wrote beside them.
- exercise_set.zip: an instructor's own exercises, begun by `course new` and built. Their checks use what `Case` offers.
  exercise_set_hand_ins.zip, exercise_set_graded.zip: two learners' notebooks, and their marks.

Wording may change, so only what a program or a grade book reads is compared: outcomes, points, lines and milestones.
An exercise whose contract has changed since is the exception: what was written to the older one isn't called wrong.
"""

import csv
import dataclasses
import hashlib
import json
import operator
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import one_sandbox
import pytest
from typer.testing import CliRunner

from helpers import progress
from helpers.authoring import custom_set
from helpers.checks import older
from helpers.cli import app
from helpers.course import course, parse
from helpers.grading import exercise_set, grader
from helpers.grading.intake.notebooks import read_notebook
from helpers.learner import lab, pack
from helpers.learner.working_copy import WorkingCopy

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
HERE = Path(__file__).parent
CHECKED = json.loads((HERE / "checked.json").read_text(encoding="utf-8"))
CHANGED = {exercise.id for exercise in course().exercises if exercise.version > 1}


def unzipped(name, folder):
    """Unpack an archive into this folder, which is returned."""
    with zipfile.ZipFile(HERE / f"{name}.zip") as archive:
        archive.extractall(folder)
    return folder


def marked(book):
    """Return points, status and milestones by learner and exercise, as a grade book in JSON has them."""
    return {
        (learner["learner"], mark["exercise"]): (mark["points"], mark["status"], mark["outcome"].get("reached", []))
        for learner in book["learners"]
        for mark in learner["marks"]
    }


def marked_then(results):
    """Return the marks of then."""
    with zipfile.ZipFile(HERE / f"{results}.zip") as archive:
        return marked(json.loads(archive.read("gradebook.json")))


def comparable(now, then):
    """Return what both have of exercises that never changed; in the others, nothing may be wrong that was right.

    now, then: statuses, or tuples with a status in the second place, by what ends in an exercise's id.
    """
    for key in then:
        if key[-1] in CHANGED and now[key] != then[key]:
            assert now[key][1] in ("older copy", "correct") or then[key][1] != "correct", key
    return tuple({key: value for key, value in each.items() if key[-1] not in CHANGED} for each in (now, then))


@pytest.fixture
def one_process(monkeypatch):
    """Gradings do their jobs in this process, with the fork server of all tests."""
    one_sandbox.grade_here(monkeypatch)


def grade(folder, out, *options):
    """Grade as `course grade` does; return the marks of now, and what it said."""
    done = CliRunner().invoke(app, ["grade", str(folder), "--out", str(out), *map(str, options)])
    assert done.exit_code == 0, done.output
    return marked(json.loads((out / "gradebook.json").read_text(encoding="utf-8"))), done.output


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
    copied = copy.copy_missing()
    lab.arguments(copy.folder, course().lessons[0], "lessons", True, None)
    after = files(copy.folder)
    for name in copied.newer:  # what only tools read, such as metadata, makes no newer edition
        lesson = course().lesson(Path(name).name[:2])
        newer, mine = (
            nbformat.read(path, as_version=4) for path in (copy.folder / name, copy.path("exercises", lesson))
        )
        assert [cell.source for cell in newer.cells] != [cell.source for cell in mine.cells], name
    may_change = {".course/laid.json", "lessons/differences_from_aws.md"}  # a page to read
    assert {name for name in before if after.get(name) != before[name]} <= may_change
    assert set(after) - set(before) == {*copied.new, *copied.newer}
    assert copy.copy_missing().newer == []


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
    then = {(each["exercise"],): (each, each["status"]) for each in CHECKED}
    now = {(each["exercise"],): ({key: found[each["answer"]][key] for key in each},) for each in CHECKED}
    now = {key: (*value, value[0]["status"]) for key, value in now.items()}
    assert operator.eq(*comparable(now, then))


# --- the instructor ---------------------------------------------------------------------------------------------------


@needs_fork
def test_an_old_hand_in_gets_the_marks_of_then(tmp_path, one_process):
    """One lesson of what `course pack` made: right, wrong, partly right, untouched."""
    now, _ = grade(unzipped("hand_ins", tmp_path / "in"), tmp_path / "out", "--lesson", "01")
    then = marked_then("hand_ins_graded")
    mine = {key for key in then if key[0] == "Ada Lovelace" and key[1].startswith("01.")}
    assert {then[key][1] for key in mine} == {"correct", "not yet", "not attempted"}
    assert operator.eq(*comparable({key: now[key] for key in mine}, {key: then[key] for key in mine}))


@needs_fork
def test_an_old_answer_to_a_contract_that_changed_is_not_called_wrong(tmp_path, monkeypatch):
    """If every contract of a lesson became another one tomorrow, Ada's hand-in would hold older copies of all of it."""
    monkeypatch.setattr(older, "_now", lambda exercise: ("Return something else.", {"another_parameter"}))
    with zipfile.ZipFile(next(unzipped("hand_ins", tmp_path).glob("*.zip"))) as archive:
        (name,) = [name for name in archive.namelist() if "01_" in name]
        notebook = read_notebook(archive.read(name), name, course())
    exercises = [
        (dataclasses.replace(exercise, version=exercise.version + 1, older=(*exercise.older, "Return ")), check)
        for exercise, check in exercise_set.own().checks(course().lessons[0].slug)
    ]
    found = grader.grade(notebook.cells, exercises, one_sandbox.launcher(), 1)
    then = {key[1]: mark[1] for key, mark in marked_then("hand_ins_graded").items() if key[0] == "Ada Lovelace"}
    assert {"not yet", "correct"} <= {then[outcome.exercise] for outcome in found.outcomes}
    for outcome in found.outcomes:
        as_before = outcome.status == then[outcome.exercise] != "not yet"
        assert outcome.status == "older copy" or as_before, outcome


@needs_fork
def test_an_old_exercise_set_grades_as_then(tmp_path, one_process):
    """Its checks get from `Case` what they got then: ada's answers are right, grace's are wrong or half right."""
    exam, folder = unzipped("exercise_set", tmp_path / "exam"), unzipped("exercise_set_hand_ins", tmp_path / "in")
    then = marked_then("exercise_set_graded")
    assert {mark[1] for (learner, _), mark in then.items() if learner == "ada"} == {"correct"}
    assert grade(folder, tmp_path / "out", "--exercises", exam)[0] == then


def test_an_old_exercise_set_is_built(tmp_path):
    """The learners' notebook is the one of then, cell by cell: sources, ids and what nbgrader reads."""
    folder = unzipped("exercise_set", tmp_path / "exam")
    path = folder / "exercises" / "90_exam.ipynb"
    then = nbformat.read(path, as_version=4)
    path.unlink()
    listed = parse((folder / "course.toml").read_text(encoding="utf-8"))
    assert custom_set.write(folder, custom_set.read(folder, listed)) == [path]
    assert nbformat.read(path, as_version=4).cells == then.cells


@needs_fork
@pytest.mark.full
def test_an_old_exercise_set_is_proven_by_the_command(tmp_path):
    """`course build --exercises` says that its checks hold."""
    folder = unzipped("exercise_set", tmp_path / "exam")
    command = [sys.executable, "-m", "helpers.cli", "build", "--exercises", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
    assert done.returncode == 0, done.stdout + done.stderr


def total(out, learner):
    """Return a learner's points, as the grade book's table has them."""
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row["total"] for row in csv.DictReader(file) if row["learner"] == learner)


@needs_fork
@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "results", "answer", "changed"),
    [
        ("hand_ins", "hand_ins_graded", "send_all", ("grace-hopper", "04.2")),
        ("exercise_set_hand_ins", "exercise_set_graded", "numbers", ("grace", "90.5")),
    ],
    ids=["the course", "an exercise set"],
)
def test_an_old_grading_goes_on(name, results, answer, changed, tmp_path):
    """Graded again, every mark is what it was. A hand-in that changes afterwards is reported with its reason."""
    folder, out = unzipped(name, tmp_path / "in"), unzipped(results, tmp_path / "out")
    exam = unzipped("exercise_set", tmp_path / "exam")
    options = [] if name == "hand_ins" else ["--exercises", exam]
    then, seed = marked_then(results), (out / ".course-results" / "seed").read_text(encoding="ascii")
    points = total(out, changed[0])
    now, said = grade(folder, out, *options)
    assert operator.eq(*comparable(now, then))
    if now == then:  # no contract has changed since
        assert " changed since last time" not in said
        assert total(out, changed[0]) == points
    then = now
    assert (out / ".course-results" / "seed").read_text(encoding="ascii") == seed

    path = next(folder.glob("grace*.ipynb"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"def {answer}(", f"def no_{answer}("), encoding="utf-8")
    now, said = grade(folder, out, *options)
    assert {key for key in then if now[key] != then[key]} == {changed}
    assert "1 mark changed since last time" in said
    report = " ".join((out / "report.txt").read_text(encoding="utf-8").split())
    assert "handed in again" in report

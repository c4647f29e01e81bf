"""The learner's progress: recorded in the working copy, never lost, and never part of a stored output."""

import dataclasses
import html
import json
import os
import re
import subprocess
import sys
import warnings

import pytest

from helpers import progress, show
from helpers.backends.running import COMPARED
from helpers.checks import learner
from helpers.checks.outcome import CORRECT, ERROR, NOT_ATTEMPTED, NOT_YET, outcome
from helpers.course import HOME, course
from helpers.errors import CourseError
from helpers.learner import marking
from helpers.learner.working_copy import WorkingCopy
from helpers.progress import Standing
from helpers.views.progress_table import ProgressTable

HAND_OVER = course().exercise("hand_over")
SECRET = "nobody-may-read-this"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The `.course` folder of a working copy; the kernel's working directory is that of its exercises."""
    folder = tmp_path / "course" / ".course"
    folder.mkdir(parents=True)
    (tmp_path / "course" / "exercises").mkdir()
    monkeypatch.chdir(tmp_path / "course" / "exercises")
    monkeypatch.delenv(COMPARED, raising=False)
    return folder


def stored(folder):
    """Return what the file contains about the exercises."""
    return json.loads((folder / progress.FILE).read_text(encoding="utf-8"))["exercises"]


def keep(*statuses, **said):
    """Record outcomes with these statuses for the exercise hand_over, one by one."""
    for status in statuses:
        learner.keep([outcome(HAND_OVER, status, **said)])


def row_of(answer):
    """Return status and tries that show.progress displays for the exercise."""
    exercises = [exercise for lesson in show.progress().lessons for exercise in lesson["exercises"]]
    return next((e["status"], e["tries"]) for e in exercises if e["id"] == course().exercise(answer).id)


# --- what is recorded ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "stands"),
    [
        ([], ("not attempted", 0)),
        ([NOT_ATTEMPTED], ("not attempted", 0)),
        ([NOT_YET], ("not yet", 1)),
        ([ERROR, NOT_ATTEMPTED], ("not yet", 1)),
        ([NOT_YET, CORRECT], ("correct", 2)),
        ([CORRECT, NOT_YET, ERROR], ("correct", 3)),
    ],
)
def test_the_best_counts_and_tries_are_counted(folder, statuses, stands):
    """Correct stays correct; an answer that isn't written yet doesn't count as a try."""
    keep(*statuses)
    assert row_of("hand_over") == stands


def test_the_first_moment_stays(folder, monkeypatch):
    """Solving it again doesn't change the date."""
    first = "2026-01-02T03:04:05+00:00"
    (folder / progress.FILE).write_text(
        json.dumps({"exercises": {"hand_over": {"tries": 1, "correct_since": first}}}), encoding="utf-8"
    )
    keep(CORRECT)
    assert stored(folder) == {"hand_over": {"tries": 2, "correct_since": first}}


def test_nothing_that_a_learner_wrote_or_printed_is_recorded(folder):
    """The file has only names, numbers and times."""
    keep(ERROR, did=SECRET, got=SECRET, line=SECRET, printed=SECRET, why=SECRET, expected=SECRET)
    assert SECRET not in (folder / progress.FILE).read_text(encoding="utf-8")
    assert stored(folder) == {"hand_over": {"tries": 1, "correct_since": ""}}


def test_an_exercise_that_the_course_no_longer_has_stays_recorded(folder):
    """Another version of the course may have it."""
    progress.record(folder, {"from_another_edition": True})
    keep(NOT_YET)
    assert set(stored(folder)) == {"from_another_edition", "hand_over"}


def test_guesses_and_tries_are_kept_together(folder):
    """Recording either leaves the other; of several guesses the latest counts."""
    assert progress.guess(folder, "after-a-crash") == ""
    keep(CORRECT)
    progress.record_guess(folder, "after-a-crash", "Nothing.")
    progress.record_guess(folder, "another", "Yes.")
    keep(NOT_YET)
    progress.record_guess(folder, "after-a-crash", "The same order.")
    assert progress.guess(folder, "after-a-crash") == "The same order."
    assert progress.guess(folder, "another") == "Yes."
    assert row_of("hand_over") == ("correct", 2)


def test_a_file_without_guesses_is_read_as_before(folder):
    """Versions before predictions wrote such files, and where nobody guessed it stays one."""
    entry = {"hand_over": {"tries": 1, "correct_since": ""}}
    (folder / progress.FILE).write_text(json.dumps({"exercises": entry}), encoding="utf-8")
    assert progress.guess(folder, "after-a-crash") == ""
    keep(NOT_YET)
    assert set(json.loads((folder / progress.FILE).read_text(encoding="utf-8"))) == {"exercises"}


def test_a_damaged_file_has_no_guess_and_is_set_aside_by_the_next(folder):
    """A question is asked all the same."""
    (folder / progress.FILE).write_text("{", encoding="utf-8")
    assert progress.guess(folder, "after-a-crash") == ""
    with pytest.warns(UserWarning, match="set it aside"):
        progress.record_guess(folder, "after-a-crash", "Nothing.")
    assert progress.guess(folder, "after-a-crash") == "Nothing."


def hand_over(sqs, queue_url, order):
    """Return what is wrong."""
    return SECRET


def test_check_in_a_notebook_records(offline, folder, monkeypatch, capsys):
    """In a working copy `check` itself records, except under nbgrader, where an instructor grades."""
    monkeypatch.delenv(COMPARED, raising=False)
    monkeypatch.setattr(learner, "_tried", set())
    learner.check(hand_over)
    assert "Not yet" in capsys.readouterr().out
    assert stored(folder) == {"hand_over": {"tries": 1, "correct_since": ""}}
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CourseError):
        learner.check(hand_over)
    assert stored(folder)["hand_over"]["tries"] == 1


def test_check_where_outputs_are_compared_records_nothing(offline, folder, monkeypatch):
    """A stored output must not depend on a learner's progress, nor change it."""
    monkeypatch.setenv(COMPARED, "1")
    learner.check(hand_over)
    assert list(folder.iterdir()) == []


def test_course_check_in_a_terminal_records(tmp_path, monkeypatch):
    """It uses the notebook's folder, wherever the terminal is."""
    monkeypatch.delenv(COMPARED, raising=False)
    monkeypatch.chdir(tmp_path)
    copy = WorkingCopy(tmp_path / "mine")
    copy.copy_missing()
    wanted = [HAND_OVER, course().exercise("take_one")]

    def run(notebook, path):
        for cell, status in zip(notebook.cells[-len(wanted) :], (CORRECT, NOT_ATTEMPTED), strict=True):
            found = outcome(course().exercise(cell.metadata["checks"]), status, printed=SECRET).as_dict()
            cell.outputs = [marking.NotebookNode(output_type="display_data", data={marking.OUTCOME: found})]

    monkeypatch.setattr(marking, "_run", run)
    lesson = dataclasses.replace(course().lessons[0], exercises=tuple(wanted))
    marking.mark(copy.path("exercises", lesson), lesson)
    assert list(stored(copy.folder / ".course")) == ["hand_over"]


# --- where -----------------------------------------------------------------------------------------------------------


def test_outside_a_working_copy_nothing_is_written_and_it_is_said_kindly(tmp_path, monkeypatch):
    """No file is created, and the view says what to do."""
    monkeypatch.delenv(COMPARED, raising=False)
    monkeypatch.setenv("COURSE_FOLDER", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere" / ".course").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    keep(CORRECT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    for form in (repr(show.progress()), show.progress()._repr_html_()):
        assert "course lab" in form
        assert "hand_over" not in form


def test_a_working_directory_that_was_deleted_is_outside(tmp_path, monkeypatch):
    """A learner can delete or move the folder while its kernel runs."""
    monkeypatch.delenv(COMPARED, raising=False)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    try:
        (tmp_path / "gone").rmdir()
    except OSError:
        pytest.skip("this system keeps the folder")
    keep(CORRECT)
    assert "course lab" in repr(show.progress())


def test_where_outputs_are_compared_the_view_is_the_same_for_all(folder, monkeypatch):
    """It doesn't depend on recorded progress or on the folder."""
    monkeypatch.setenv(COMPARED, "1")
    before = (repr(show.progress()), show.progress()._repr_html_())
    monkeypatch.delenv(COMPARED)
    keep(CORRECT)
    assert "1 of 5 correct" in repr(show.progress())
    monkeypatch.setenv(COMPARED, "1")
    assert (repr(show.progress()), show.progress()._repr_html_()) == before
    monkeypatch.chdir(HOME)
    assert (repr(show.progress()), show.progress()._repr_html_()) == before
    assert "correct" not in before[0]


# --- the file --------------------------------------------------------------------------------------------------------

DAMAGED = [
    b"",
    b'{"exercises": {"hand_ov',
    b"[]",
    b'{"exercises": []}',
    b'{"exercises": {"hand_over": 3}}',
    b'{"exercises": {"hand_over": {"tries": "many", "correct_since": ""}}}',
    b'{"exercises": {"hand_over": {"tries": true, "correct_since": ""}}}',
    b'{"exercises": {"hand_over": {"tries": 1, "correct_since": "yesterday"}}}',
    b'{"exercises": {"hand_over": {"tries": 1}}}',
    b'{"exercises": {}, "guesses": []}',
    b'{"exercises": {}, "guesses": {"after-a-crash": 1}}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_set_aside_with_a_warning(folder, content):
    """It is renamed, and new results are recorded."""
    (folder / progress.FILE).write_bytes(content)
    with pytest.warns(UserWarning, match=r"was damaged .* set it aside as progress\.damaged-"):
        keep(NOT_YET)
    (aside,) = folder.glob("progress.damaged-*.json")
    assert aside.read_bytes() == content
    assert stored(folder) == {"hand_over": {"tries": 1, "correct_since": ""}}


def test_looking_at_a_damaged_file_changes_nothing(folder):
    """show.progress says that it's damaged, and what the next check will do."""
    (folder / progress.FILE).write_text("{", encoding="utf-8")
    for form in (repr(show.progress()), show.progress()._repr_html_()):
        assert "is damaged" in form
        assert "sets it aside" in form
    assert [path.name for path in folder.iterdir()] == [progress.FILE]
    assert (folder / progress.FILE).read_text(encoding="utf-8") == "{"


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_ends_the_writing_loses_nothing(folder, monkeypatch, step, problem):
    """The old file stays whole, no other file stays behind, and a full disk doesn't make a check fail."""
    keep(CORRECT)
    before = (folder / progress.FILE).read_bytes()

    def fail(*_):
        raise problem

    with monkeypatch.context() as patched:
        patched.setattr(progress.os, step, fail)
        if isinstance(problem, OSError):
            with pytest.warns(UserWarning, match="No space left on device"):
                keep(NOT_YET)
        else:
            with pytest.raises(KeyboardInterrupt):
                keep(NOT_YET)
    assert (folder / progress.FILE).read_bytes() == before
    assert [path.name for path in folder.iterdir()] == [progress.FILE]


KERNEL = """
import sys, types, warnings
from pathlib import Path
warnings.simplefilter("error")
sys.modules["helpers"] = package = types.ModuleType("helpers")  # without boto3, which takes longer than all tries
package.__path__ = ["helpers"]
from helpers import progress
folder, mine = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for n in range(TRIES):
    progress.record(folder, {"shared": False, mine: n == 10})
"""


def test_two_kernels_at_once_lose_no_try(folder):
    """Two processes record 20 tries each as fast as they can, while a third reads. None is lost."""
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", KERNEL.replace("TRIES", "20"), str(folder), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=HOME,
        )
        for name in ("one", "two")
    ]
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        kernel.stdin.write("\n")
        kernel.stdin.flush()
    while any(kernel.poll() is None for kernel in kernels):
        progress.read(folder)  # never half a file
    for kernel in kernels:
        _, errors = kernel.communicate()
        assert (kernel.returncode, errors) == (0, "")
    standings = progress.read(folder)
    assert {name: standing.tries for name, standing in standings.items()} == {"shared": 40, "one": 20, "two": 20}
    assert standings["one"].status == standings["two"].status == "correct"
    assert [path.name for path in folder.iterdir()] == [progress.FILE]


def test_a_kernel_that_is_killed_while_recording_loses_nothing(folder, monkeypatch):
    """Whenever it's killed, earlier results are there, and the next kernel adds to them."""
    monkeypatch.setattr(progress, "_TIMEOUT", 0.05)
    before = 0
    for _ in range(2):
        keep(CORRECT)
        kernel = subprocess.Popen(
            [sys.executable, "-c", KERNEL.replace("TRIES", "10**9"), str(folder), "one"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HOME,
        )
        assert kernel.stdout.readline() == "ready\n"
        kernel.stdin.write("\n")
        kernel.stdin.flush()
        while progress.read(folder).get("one", Standing()).tries <= before + 10:
            assert kernel.poll() is None
        kernel.kill()
        kernel.communicate()
        before = progress.read(folder)["one"].tries
    assert stored(folder)["hand_over"]["tries"] == 2


def test_a_kernel_that_died_while_recording_stops_nobody(folder, monkeypatch):
    """Others wait for the lock that it left, then remove it."""
    monkeypatch.setattr(progress, "_TIMEOUT", 0.05)
    (folder / "progress.lock").touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        keep(CORRECT)
    assert [path.name for path in folder.iterdir()] == [progress.FILE]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(folder, monkeypatch):
    """There's a warning, and the check goes on."""
    monkeypatch.setattr(progress, "_TIMEOUT", 0.05)
    folder.chmod(0o500)
    try:
        with pytest.warns(UserWarning, match="could not be recorded"):
            keep(CORRECT)
    finally:
        folder.chmod(0o700)


# --- the view --------------------------------------------------------------------------------------------------------


def plain(picture):
    """Return the words of the picture, as a screen reader says them."""
    return " ".join(html.unescape(re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", picture)).replace(" ,", ",").split())


def test_the_table_and_its_text_say_the_same(folder):
    """Both forms have every lesson and exercise with the learner's progress, in words."""
    keep(NOT_YET, CORRECT)
    progress.record(folder, {"take_one": False})
    view = show.progress()
    since = show.progress().lessons[0]["exercises"][2]["since"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", since)
    lines = [" ".join(line.split()) for line in repr(view).splitlines()]
    count = sum(len(lesson.exercises) for lesson in course().lessons)
    assert lines[0] == f"Your progress: 1 of {count} exercises correct. Next: 01.1 Clients for the region you are given"
    assert lines[1] == "01 Messaging fundamentals: 1 of 5 correct, 3 tries"
    assert f"✓ 01.3 Hand an order over correct since {since} 2 tries" in lines
    assert "○ 01.4 Take one order, and lose none not yet 1 try" in lines
    assert "… 01.5 Join late, miss nothing not attempted" in lines
    drawn = plain(view._repr_html_().partition('<details class="twin"')[0])
    for words in (f"01.3 Hand an order over correct since {since}, 2 tries", "lose none not yet, 1 try", *lines[1:2]):
        assert words.replace(":", "") in drawn.replace(":", "")


def test_nothing_in_the_table_can_be_a_tag():
    """Titles, times and notes are shown as text."""
    evil = "<script>alert(1)</script>"
    exercise = {"id": evil, "title": evil, "status": "correct", "since": evil, "tries": 1}
    view = ProgressTable(({"number": evil, "title": evil, "exercises": [exercise]},), evil)
    assert "<script" not in view._repr_html_()
    assert view._repr_html_().count(html.escape(evil)) >= 8


def test_a_standing_says_its_status():
    """It is not attempted, tried, or correct."""
    assert [Standing().status, Standing(1).status, Standing(1).after(True).status] == [
        "not attempted",
        "not yet",
        "correct",
    ]

"""Watching a folder of hand-ins, and the folder of results while it's being written."""

import subprocess
import sys

import pytest
from handin_files import put
from typer.testing import CliRunner

from helpers.cli import app, instructors
from helpers.errors import CourseError
from helpers.grading import run, watch
from helpers.grading.store import FOLDER, Store
from helpers.grading.watch import Watch


class Pauses:
    """Does one thing in each pause, and ends a test that waits for more."""

    def __init__(self, *things):
        self.things, self.seconds = list(things), 0.0

    def __call__(self, seconds):
        """Wait for no real second."""
        self.seconds += seconds
        if not self.things:
            raise KeyboardInterrupt
        self.things.pop(0)()


def nothing():
    """Change nothing."""


@pytest.mark.parametrize("name", ["class/ben.zip", "class/ben/x.ipynb", "class/ada.zip", "marks.csv", "grading.toml"])
def test_something_new_ends_the_wait(tmp_path, name):
    """A file that is new or changed, among the hand-ins or beside them. What is being copied is waited for."""
    put(tmp_path, {"class/ada.zip": "1"})
    pauses = Pauses(
        nothing, *(lambda n=n: put(tmp_path, {name: "x" * n}) for n in range(2, 5)), nothing, nothing, nothing
    )
    watching = Watch(tmp_path / "class", pauses)
    watching.wait()
    assert len(pauses.things) == 2  # one pause without a change proves that it's whole
    with pytest.raises(KeyboardInterrupt):
        watching.wait()


def test_who_changes_a_file_all_the_time_stops_nothing(tmp_path):
    """After a minute everything that's there is graded, and then again."""
    put(tmp_path, {"class/eve/x.ipynb": ""})
    pauses = Pauses(*(lambda n=n: put(tmp_path, {"class/eve/x.ipynb": "x" * n}) for n in range(1, 100)))
    watching = Watch(tmp_path / "class", pauses)
    for _ in range(2):
        put(tmp_path, {"class/eve/x.ipynb": ""})
        before = pauses.seconds
        watching.wait()
        assert pauses.seconds - before == watch.LONGEST


@pytest.mark.parametrize("name", ["class/eve/.git/index", "class/eve/notes.txt", "class/.x.ipynb"])
def test_what_grading_does_not_read_is_nothing_new(tmp_path, name):
    """An editor or a tool can write such files all the time."""
    put(tmp_path, {"class/eve/x.ipynb": "1"})
    watching = Watch(tmp_path / "class", Pauses(lambda: put(tmp_path, {name: "1"}), nothing, nothing))
    with pytest.raises(KeyboardInterrupt):
        watching.wait()


def test_what_came_during_grading_is_not_missed(tmp_path):
    """The folder is looked at before grading."""
    put(tmp_path, {"class/ada.zip": "1"})
    watching = Watch(tmp_path / "class", Pauses(nothing))
    (tmp_path / "class" / "ada.zip").unlink()
    watching.wait()


def test_the_command_grades_what_is_new_until_it_is_stopped(tmp_path, monkeypatch):
    """A mistake in marks.csv is told, and waited out; everything is graded again only the first time."""
    put(tmp_path, {"class/ada.zip": "1"})
    pauses = Pauses(lambda: put(tmp_path, {"marks.csv": "1"}), nothing)
    pauses.things += [lambda: put(tmp_path, {"marks.csv": "22"}), nothing]
    monkeypatch.setattr(watch, "Watch", lambda folder: Watch(folder, pauses))
    seen = []

    def grade(exercises, options, progress):
        seen.append(options.again)
        if len(seen) == 2:
            raise CourseError("marks.csv, line 1: something")
        return run.Summary([], len(seen), 0)

    monkeypatch.setattr(run, "grade_cohort", grade)
    done = CliRunner().invoke(app, ["grade", str(tmp_path / "class"), "--watch", "--again"])
    assert done.exit_code == 0
    assert seen == [True, False, False]
    assert "line 1: something" in done.output
    assert "graded now: 3" in done.output


def test_progress_has_the_time_that_is_left(tmp_path, monkeypatch):
    """Reading, grading with counts, then writing, which takes a while for a large class."""
    bar, seen = instructors._progress(), []
    assert "TimeRemainingColumn" in {type(column).__name__ for column in bar.columns}
    monkeypatch.setattr(instructors, "_progress", lambda: bar)

    def grade(exercises, options, progress):
        for done in range(3):
            progress(done, 2)
            (task,) = bar.tasks
            seen.append((task.description, task.completed, task.total))
        return run.Summary([], 2, 0)

    monkeypatch.setattr(run, "grade_cohort", grade)
    assert CliRunner().invoke(app, ["grade", str(tmp_path)]).exit_code == 0
    assert seen == [("Grading", 0, 2), ("Grading", 1, 2), ("Writing", 2, 2)]


HOLDS = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); input()"


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such locks")
def test_only_one_process_grades_into_a_folder(tmp_path):
    """The second one is told; the folder is free again as soon as the first one has ended, however it did."""
    Store(tmp_path).close()
    held = [sys.executable, "-S", "-c", HOLDS, str(tmp_path / FOLDER / "lock")]
    with subprocess.Popen(held, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline()
        with pytest.raises(CourseError, match="Another `course grade` is writing into"):
            Store(tmp_path)
        other.kill()
    Store(tmp_path).close()


def test_what_was_half_written_is_removed(tmp_path):
    """By a process that was killed; nothing else is."""
    left = [f"{FOLDER}/a.json.123.part", "gradebook.csv.77.part", "feedback/ada.html.1.part"]
    put(tmp_path, dict.fromkeys([*left, "mine.part", f"{FOLDER}/b.json"], "x"))
    Store(tmp_path).close()
    kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert kept == {"mine.part", f"{FOLDER}/b.json", f"{FOLDER}/seed", f"{FOLDER}/lock"}

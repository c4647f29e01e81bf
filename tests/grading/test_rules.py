"""grading.toml, marks.csv and the time of a hand-in: what they lead to, and what is refused with which words."""

import os
import re
from datetime import datetime, timedelta, timezone

import pytest
from handin_files import notebook, put

from helpers.checks.outcome import CORRECT, NOT_YET, OLDER, outcome
from helpers.course import course
from helpers.errors import CourseError
from helpers.grading.arrivals import arrival
from helpers.grading.gradebook import row, status
from helpers.grading.intake.collect import collect
from helpers.grading.manual import Manual, read_manual
from helpers.grading.marking import settle, without_a_time
from helpers.grading.records import Graded, HandIn, Learner
from helpers.grading.rules import Rules, read_rules

LESSON = course().lessons[0]
FIRST, SECOND = LESSON.exercises[:2]
DUE = 'timezone = "UTC"\ndeadline = 2026-03-01 18:00:00\ngrace_minutes = 15\nlate_percent_per_day = 10\n'


def rules(folder, text):
    """Return what this grading.toml means."""
    (folder / "grading.toml").write_text(text, encoding="utf-8")
    return read_rules(folder, course())


def manual(folder, text, changed):
    """Return what this marks.csv means. changed: what exercises are worth by grading.toml."""
    (folder / "marks.csv").write_text(text, encoding="utf-8")
    return read_manual(folder, course(), changed)


def ada(file="ada.ipynb", **columns):
    """Return a learner with one hand-in."""
    listed = tuple((name.replace("_", " "), value) for name, value in columns.items())
    return Learner("Ada", (HandIn("Ada", LESSON.slug, file, ("x",)),), listed)


def collected(file):
    """Return a function that hands in a notebook by this name, and returns the learner who is found."""

    def collect_from(folder):
        (learner,) = collect(put(folder / "class", {file: notebook()}), course()).learners
        return learner

    return collect_from


def settled(folder, learner, toml="", table="learner\n", statuses=(CORRECT, CORRECT)):
    """Return the learner's row by these two files; without others both exercises are right."""
    outcomes = [outcome(exercise, one) for exercise, one in zip((FIRST, SECOND), statuses, strict=False)]
    plain = row(learner, {LESSON.slug: Graded(tuple(outcomes))}, (FIRST, SECOND))
    read = rules(folder, toml)
    return settle(plain, learner, read, manual(folder, table, read.points), folder)


# --- lateness ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "percent"),
    [
        ("2026-03-01 17:59", 0),
        ("2026-03-01 18:15", 0),  # within the grace
        ("2026-03-01 18:16", 10),  # after it the whole day counts
        ("2026-03-02 17:59", 10),
        ("2026-03-02 18:01", 20),
        ("2026-03-02T19:01+01:00", 20),
        ("2026-03-02T18:01Z", 20),
        ("2026-06-01 00:00", 50),
    ],
)
def test_lateness_costs_a_part_of_what_was_earned(tmp_path, came, percent):
    """Days begin at the deadline, and there's a most."""
    table = f"learner,exercise,handed in\nAda,01,{came}\n"
    found = settled(tmp_path, ada(), DUE + "late_percent_at_most = 50", table)
    earned = FIRST.points + SECOND.points
    assert found.points == pytest.approx(earned * (1 - percent / 100))
    assert found.of == earned
    assert bool(found.late) == bool(percent)
    if percent:
        assert f"{percent} % off" in found.notes[0]


def test_what_was_late_is_told_in_words(tmp_path):
    """How late, and what it cost."""
    found = settled(tmp_path, ada(), DUE, "learner;handed in\nAda;2026-03-02 20:30\n")
    assert found.notes == ("You handed in lesson 01 1 day and 2 hours late. That takes 20 % off: 0.6 points.",)
    assert found.remarks == ()


def test_a_lesson_has_a_deadline_of_its_own(tmp_path):
    """What isn't said for the lesson is as for all; a date without a time is the end of that day."""
    found = rules(tmp_path, DUE + "[lessons.02]\ndeadline = 2026-03-08\n")
    assert found.due("01").deadline == datetime(2026, 3, 1, 18, tzinfo=timezone.utc)
    assert found.due("02").deadline == datetime(2026, 3, 8, 23, 59, 59, tzinfo=timezone.utc)
    assert found.due("02").grace == timedelta(minutes=15)
    assert found.due("02").per_day == 10


@pytest.mark.parametrize(
    ("learner", "late"),
    [
        (ada(), None),
        (collected("ada_LATE_12_34_x.ipynb"), True),  # Canvas
        (collected("ada_12_34_x_LATE_1_2_y.ipynb"), False),  # what follows the numbers is the learner's own
        (collected("Week 1_ada_attempt_2026-03-01-19-00-00_x.ipynb"), True),  # Blackboard
        (collected("Week 1_ada_attempt_2026-03-01-19-00-00_ben_attempt_2026-03-01-17-00-00_x.ipynb"), True),
        (collected("ada/x_attempt_2026-03-01-17-00-00_x.ipynb"), None),
        (collected("98-7 - Ada - Mar 1, 2026 705 PM/x.ipynb"), True),  # Brightspace
        (ada(handed_in="2026-03-01 19:00"), True),
        (ada(handed_in_01="2026-03-01 19:00"), True),
        (ada(handed_in_02="2026-03-01 19:00"), None),
        (ada(**{"Last modified (submission)": "Sunday, 1 March 2026, 7:00 PM"}), True),  # Moodle
        (ada(**{"Last modified (submission)": "-"}), None),
    ],
)
def test_platforms_and_lists_know_when_it_came(tmp_path, learner, late):
    """The hand-in itself is never asked. Where nobody knows, nothing is taken off, and the instructor is told."""
    learner = learner(tmp_path) if callable(learner) else learner
    read = rules(tmp_path, DUE)
    found = settled(tmp_path, learner, DUE)
    assert bool(found.late) == bool(late)
    said = without_a_time({found.learner: learner}, [found], read, Manual(), tmp_path)
    assert (f"don't know when {found.learner} handed in" in said) == (late is None)


def test_a_file_s_time_counts_only_when_asked_for(tmp_path):
    """It changes when files are copied. For what is in an archive, the archive's time counts."""
    (tmp_path / "ada").mkdir()
    archive = tmp_path / "ada" / "x.zip"
    archive.touch()
    os.utime(archive, (1772391600, 1772391600))  # 2026-03-01 19:00 UTC
    learner = ada("ada/x.zip/exercises/y.ipynb")
    assert arrival(learner, learner.hand_ins[0], tmp_path, rules(tmp_path, DUE), Manual()).when is None
    asked = rules(tmp_path, DUE + "file_times = true\n")
    found = arrival(learner, learner.hand_ins[0], tmp_path, asked, Manual())
    assert found.when == datetime(2026, 3, 1, 19, tzinfo=timezone.utc)


def test_the_instructor_s_word_on_the_time_goes_first(tmp_path):
    """Such as for a learner who had more time."""
    late = ada(handed_in="2026-03-05 10:00")
    assert settled(tmp_path, late, DUE).late
    assert not settled(tmp_path, late, DUE, "learner,handed in\nada,2026-03-01 10:00\n").late


# --- points and marks by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ['"01.2"', "01.2", SECOND.answer])
def test_points_of_an_exercise_are_changed(tmp_path, name):
    """A part of the old points is the same part of the new ones."""
    found = settled(tmp_path, ada(), f"[points]\n{name} = 5\n")
    assert [(mark.points, mark.of) for mark in found.marks] == [(FIRST.points, FIRST.points), (5, 5)]


def test_points_by_hand_replace_the_check_s(tmp_path):
    """The last row counts; what the check gave is kept; an older copy is marked by it."""
    table = 'learner,exercise,points\nADA,01.1,0.5\nAda,1.1,"0,25"\nAda,01.2,2\n'
    found = settled(tmp_path, ada(), table=table, statuses=(CORRECT, OLDER))
    first, second = found.marks
    assert (first.points, first.checked, first.by_hand) == (0.25, FIRST.points, True)
    assert (second.points, second.unmarked, status(second)) == (2, False, "marked by hand")
    assert found.remarks == ()
    assert (found.points, found.of) == (2.25, FIRST.points + SECOND.points)


@pytest.mark.parametrize("about", ["01", "1", "", "all"])
def test_a_lesson_or_everything_can_be_excused(tmp_path, about):
    """It counts neither as points nor as what could be had; a comment says why."""
    found = settled(tmp_path, ada(), table=f"learner,exercise,excused,comment\nAda,{about},yes,Was ill.\n")
    assert (found.points, found.of) == (0, 0)
    assert [status(mark) for mark in found.marks] == ["excused", "excused"]
    assert found.notes[0].endswith("Was ill.")


def test_without_the_two_files_nothing_changes(tmp_path):
    """The row is the one that the outcomes led to."""
    learner = ada()
    plain = row(learner, {LESSON.slug: Graded((outcome(FIRST, CORRECT), outcome(SECOND, NOT_YET)))}, (FIRST, SECOND))
    assert read_rules(tmp_path, course()) == Rules()
    assert settle(plain, learner, Rules(), read_manual(tmp_path, course(), {}), tmp_path) == plain


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("deadline = ", "isn't TOML"),
        ("dead_line = 2026-03-01", "Did you mean “deadline”?"),
        ("nonsense = 1", "There are: deadline,"),
        ('deadline = "1 March"', "a date and a time without quotes, such as 2026-03-01 18:00:00"),
        ("grace_minutes = -1", "needs a number from 0 to"),
        ("late_percent_per_day = 101", "from 0 to 100"),
        ("late_percent_per_day = nan", "from 0 to 100"),
        ('timezone = "Mars"', "such as “Europe/Berlin”"),
        ('timezone = "../../etc/passwd"', "such as “Europe/Berlin”"),
        ('file_times = "yes"', "needs true or false"),
        ("[lessons.77]", "There's no lesson '77'"),
        ("[lessons]\n01 = 3", "needs a table of its own"),
        ("[lessons.01]\npoints = 3", "“points” means nothing here"),
        ("[points]\n01.77 = 3", "There's no exercise '01.77'"),
        ("[points]\n01.1 = true", "needs a number"),
        ("[points]\n01.1 = inf", "needs a number"),
        ("points = 3", "needs a table: [points]"),
        ("[canvas]\n01 = 3", "the name of a column in Canvas"),
        ("[" * 1000, "isn't TOML"),
    ],
)
def test_rules_that_cannot_be_meant_are_told(tmp_path, text, said):
    """With the file's name, and what to write."""
    with pytest.raises(CourseError, match=re.escape(said)) as refused:
        rules(tmp_path, text)
    assert "grading.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,points\n", "needs the column “learner”"),
        ("learner,pionts\n", "There is no column “pionts”"),
        ("learner,exercise,points\nAda,01.1,lots\n", "line 2: “points” is “lots”. Write a number"),
        ("learner,exercise,points\nAda,01.1,1.5\n", "Write a number from 0 to 1, which is what 01.1 is worth."),
        ("learner,exercise,points\nAda,01.2,6\n", "Write a number from 0 to 5, which is what 01.2 is worth."),
        ("learner,exercise,points\nAda,01.1,-1\n", "Write a number from 0"),
        ("learner,exercise,points\nAda,01.1,nan\n", "Write a number from 0"),
        ("learner,exercise,points\n\nAda,01,3\n", "line 3: points are for one exercise"),
        ("learner,exercise,points\nAda,01.77,3\n", "There's no exercise '01.77'"),
        ("learner,exercise,points,excused\nAda,01.1,1,yes\n", "has no points"),
        ("learner,excused\nAda,perhaps\n", "Write yes, or leave it empty"),
        ("learner,handed in\nAda,yesterday\n", "Write it as 2026-03-01 18:00"),
        ("learner,exercise,handed in\nAda,01.1,2026-03-01\n", "is for a lesson"),
        ("learner,comment\n,hello\n", "line 2: has no learner"),
    ],
)
def test_marks_that_cannot_be_meant_are_told(tmp_path, text, said):
    """No mark is left out silently: the line is named."""
    with pytest.raises(CourseError, match=re.escape(said)) as refused:
        manual(tmp_path, text, {"01.2": 5})
    assert "marks.csv" in str(refused.value)


@pytest.mark.parametrize("name", ["grading.toml", "marks.csv"])
@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_files_that_cannot_be_read_are_told(tmp_path, name, content):
    """Not UTF-8, or a folder."""
    (tmp_path / name).mkdir() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(CourseError, match=name):
        read_manual(tmp_path, course(), read_rules(tmp_path, course()).points)

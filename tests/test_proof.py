"""What the proof costs and where it runs: tests/budget.toml and tests/PROOF.md tell the truth."""

import re
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import cpu_seconds
import proof
import pytest

from helpers.course import course

TABLE = cpu_seconds.load()
PAGE = proof.PAGE.read_text(encoding="utf-8")
BEFORE = re.findall(r"(?m)^\| `(.+?)` \| (\d+) \| (\d+) \| (.+?) \|$", PAGE.split(proof.NOW)[2])


# ---- The budget


def test_the_quick_run_keeps_to_its_budget():
    """No lesson, no answer and not the rest takes more CPU seconds than its limit, as recorded."""
    assert cpu_seconds.over(TABLE) == []


def test_the_limits_leave_room_for_twelve_lessons():
    """Two cores have 360 seconds in three minutes, and starting takes some of them.

    The lessons that are there count as recorded, and those to come with as much as they're allowed.
    """
    limits, parts = TABLE["limits"], cpu_seconds.by_group(TABLE["seconds"])
    taken = sum(spent for part, spent in parts.items() if part.startswith("lesson "))
    to_come = (12 - len(course().lessons)) * (limits["answers"] + limits["notebooks"])
    assert taken + to_come + limits["everything_else"] <= 0.85 * 360


def test_every_file_of_tests_is_in_the_table():
    """A new file is recorded with `pytest --record-cpu FILE`, and one that is gone is no longer there."""
    assert set(TABLE["seconds"]) == proof.files()


def test_every_lesson_is_in_the_budget():
    """Its answers and its three notebooks were recorded under its number."""
    parts = cpu_seconds.by_group(TABLE["seconds"])
    for lesson in course().lessons:
        assert parts.get(f"lesson {lesson.number} answers", 0) > 0
        assert parts.get(f"lesson {lesson.number} notebooks", 0) > 0


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("lessons/03_messages.ipynb", "lesson 03 notebooks"),
        ("exercises/03_messages.ipynb", "lesson 03 notebooks"),
        ("tests/checks/test_answers_lesson_03.py", "lesson 03 answers"),
        ("tests/checks/test_checks.py", "tests/checks"),
        ("tests/views/gallery/gallery.ipynb", "tests/views"),
        ("tests/test_proof.py", "tests"),
    ],
)
def test_a_file_counts_to_one_part_of_the_budget(file, part):
    """A lesson has two parts; everything else counts by its room."""
    assert cpu_seconds.group(file) == part


ANSWERS, OTHER = "tests/checks/test_answers_lesson_03.py", "tests/views/test_views.py"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"seconds": {ANSWERS: 9.1}}, ["lesson 03 answers: 9.1 CPU seconds, and the limit is 9"]),
        ({"seconds": {"lessons/03_a.ipynb": 4, "exercises/03_a.ipynb": 3}}, ["lesson 03 notebooks: 7.0"]),
        ({"seconds": {OTHER: 100}, "starting": {"seconds": 5.5}}, ["everything else: 111.0"]),
        ({"slowest": {ANSWERS: 1.3}}, [f"the slowest answer of {ANSWERS}: 1.3"]),
        ({"seconds": {ANSWERS: 9, OTHER: 110}, "slowest": {ANSWERS: 1}}, []),
    ],
    ids=["answers", "notebooks", "everything else", "one answer", "all at their limits"],
)
def test_what_exceeds_a_limit_is_named(changed, says):
    """Each limit holds for its part."""
    limits = {"answers": 9, "notebooks": 6, "everything_else": 110, "answer": 1}
    table = {"limits": limits, "seconds": {}, "slowest": {}, "starting": {"seconds": 0}} | changed
    said = cpu_seconds.over(table)
    assert len(said) == len(says)
    assert all(one.startswith(start) for one, start in zip(said, says, strict=True))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows doesn't add up what children used")
def test_the_seconds_of_a_process_that_a_test_starts_count():
    """A kernel or a sandbox works in a process of its own."""
    before = cpu_seconds.spent()
    subprocess.run([sys.executable, "-S", "-c", "import time\nwhile time.process_time() < 0.1: pass"], check=True)
    assert cpu_seconds.spent() - before > 0.1


def test_a_worker_s_seconds_reach_the_process_that_reports():
    """What each worker measured is added up."""
    recorder = cpu_seconds.Recorder()
    for worker in ("a", "b"):
        measured = SimpleNamespace(workeroutput={"cpu_seconds": ({f"{worker}::test": 1.5}, [3.0], [0.1])})
        recorder.pytest_testnodedown(measured)
    recorder.pytest_testnodedown(SimpleNamespace())  # a worker that crashed
    assert recorder.tests == {"a::test": 1.5, "b::test": 1.5}
    assert (recorder.starting, recorder.samples) == ([3.0, 3.0], [0.1, 0.1])


def test_a_machine_that_is_slow_for_half_of_a_run_is_taken_as_it_was():
    """It's not taken as it is at its best, or others' work on it would count as the tests'."""
    recorder = cpu_seconds.Recorder()
    recorder.samples = [0.1] * 5 + [0.3] * 5
    assert recorder.faster({"reference": {"loop": 0.1}}) == pytest.approx(0.5)


def test_samples_are_taken_between_tests(monkeypatch):
    """One for about each second that the tests use, and none for a test that takes next to nothing."""
    used = iter([0.0, 0.1, 0.1, 1.2, 1.2, 1.3])  # before and after each of three tests
    monkeypatch.setattr(cpu_seconds, "spent", lambda: next(used))
    recorder = cpu_seconds.Recorder()
    for number in range(3):
        measuring = recorder.pytest_runtest_protocol(SimpleNamespace(nodeid=f"test {number}"))
        next(measuring)
        with pytest.raises(StopIteration):
            next(measuring)
    assert len(recorder.samples) == 1
    assert recorder.samples[0] > 0


@pytest.mark.parametrize(("seconds", "status"), [(1.0, 0), (9.0, 1), (13.0, 1)], ids=["as ever", "stale", "too long"])
def test_a_run_that_is_judged_fails_over_its_limits_and_over_a_stale_table(seconds, status):
    """A file that takes much longer than recorded fails, too, since the table's word counts."""
    table = TABLE | {"seconds": {ANSWERS: 2.0}}
    recorder, told = cpu_seconds.Recorder(), []
    recorder.pytest_sessionstart(SimpleNamespace(exitstatus=0))
    measured = table | {"seconds": Counter({ANSWERS: seconds}), "slowest": {}}
    recorder._judge(SimpleNamespace(line=lambda text, **_: told.append(text)), table, measured)
    assert recorder._session.exitstatus == status
    assert bool(told) == bool(status)


# ---- Where it runs


def test_the_page_counts_every_file_of_tests():
    """Nothing is missing, and nothing that is gone is counted."""
    assert set(proof.counted(PAGE)) == proof.files()


def test_the_page_says_where_each_earlier_test_is():
    """All 7,356 tests of the quick run of then and all 781 others, and the files that they are in now."""
    assert sum(int(quick) for _, quick, _, _ in BEFORE) == 7356
    assert sum(int(others) for _, _, others, _ in BEFORE) == 781
    for file, _, _, now in BEFORE:
        named = re.findall(r"`(.+?)`", now) or [file]
        assert named, file
        for name in named:
            assert list(proof.HOME.glob(name)), f"{file} is said to be in {name}"


@pytest.mark.parametrize("file", ["tests/views/test_views.py", ANSWERS])
@pytest.mark.parametrize("mark", [None, "full", *proof.ELSEWHERE])
def test_ci_runs_every_kind_once(mark, file):
    """Neither a mark nor two together leave a test out of every command of .ci/run, nor have it run twice."""
    marks = frozenset({mark} - {None})
    assert proof.runs(marks, file) == 1
    if mark in proof.ELSEWHERE:
        assert proof.runs(marks | {"full"}, file) == 1


def test_ci_ends_processes_by_their_ids():
    """A name's pattern also fits processes of other people."""
    script = (proof.HOME / ".ci" / "run").read_text(encoding="utf-8")
    assert not re.search(r"\b(pkill|killall)\b", script)
    assert 'kill -TERM -- "-$' in script

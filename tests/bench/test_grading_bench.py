"""Measurements of `course grade`, beside its peers and over a large cohort: `pytest -m bench -s`.

nbgrader comes with the extra `peers`. otter-grader wants other versions of much, so it lives in an environment of its
own, with this course, whose python COURSE_OTTER_PYTHON names; without it otter is left out.
"""

import csv
import os
import resource
import sys
import time

import psutil
import pytest
from in_boto3 import InBoto3
from test_hostile_class_bench import in_use

from helpers.checks.engine import examine
from helpers.checks.runners.in_process import InProcess
from helpers.grading.exercise_set import own
from helpers.grading.run import Options, grade_cohort

peers = pytest.importorskip("peer_courses", reason="the extra `peers` is not installed")
pytestmark = pytest.mark.bench
perf_counter, thread_time = time.perf_counter, time.thread_time  # while an answer is checked, `time` shows another one
COHORT = 1000


def told(capsys, text):
    """Print the measurement past pytest."""
    with capsys.disabled():
        print(f"\n{text}", end="")


def run_course(folder, hand_ins):
    """Grade the hand-ins with the command, as the peers do it."""
    place = next(iter(hand_ins.values())).parent.parent
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = peers.run([sys.executable, "-m", "helpers.cli", "grade", str(place), "--out", str(folder)], place.parent)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, cpu


def test_beside_nbgrader_and_otter(capsys, tmp_path):
    """The same twenty hand-ins of the same five exercises, four of which misbehave, one tool after another."""
    made, right = peers.hand_ins(tmp_path / "hand_ins"), peers.right_answers()
    began = perf_counter()
    _, cpu = run_course(tmp_path / "graded", made)
    ours = perf_counter() - began
    told(capsys, f"course grade, {len(made)}: {ours:.1f} s, {cpu / len(made):.2f} CPU s each")
    told(capsys, f"  {_penalised(marks_of_course(tmp_path / 'graded'), right)}")
    for name, run in others().items():
        (tmp_path / name.replace(" ", "-")).mkdir()
        theirs = run(tmp_path / name.replace(" ", "-"), made)
        told(
            capsys,
            f"{name}: {theirs.seconds:.1f} s, {theirs.cpu / len(made):.2f} CPU s each; "
            f"course grade does {theirs.seconds / ours:.1f} times as many in the same time",
        )
        told(capsys, f"  {_penalised(theirs.marks, right)}")
    assert cpu > 0


def test_attacks_beside_nbgrader_and_otter(capsys, tmp_path):
    """Hand-ins whose answers do nothing, and whose other cells make what checks them say yes."""
    made = peers.forgeries(tmp_path / "hand_ins")
    run_course(tmp_path / "graded", made)
    found = {"course grade": marks_of_course(tmp_path / "graded")}
    for name, run in others().items():
        (tmp_path / name.replace(" ", "-")).mkdir()
        found[name] = run(tmp_path / name.replace(" ", "-"), made).marks
    for name, marks in found.items():
        gained = [learner for learner in made if peers.points(peers.LESSON.exercises, marks[learner])]
        told(capsys, f"{name}: {len(gained)} of {len(made)} gain marks: {', '.join(gained)}")
    assert made


def others():
    """Return what runs each of the other tools that are here."""
    with_otter = {"otter run": peers.run_otter, "otter api": peers.run_otter_api}
    return {"nbgrader": peers.run_nbgrader} | (with_otter if os.environ.get(peers.OTTER_PYTHON) else {})


def marks_of_course(out):
    """Return the points in the grade book by learner and answer, as the other tools' marks are kept."""
    answers = {exercise.id: exercise.answer for exercise in peers.LESSON.exercises}
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    return {
        learner: {answers[head[:4]]: float(text or 0) for head, text in row.items() if head[:4] in answers}
        for learner, row in rows.items()
    }


def _penalised(marks, right):
    """Return in words how many right answers got fewer points than they're worth."""
    worth = {exercise.answer: exercise.points for exercise in peers.LESSON.exercises}
    lost = [pair for pair in right if (marks[pair[0]].get(pair[1]) or 0) < worth[pair[1]]]
    whose = ", ".join(sorted({learner for learner, _ in lost}))
    return f"{len(lost)} of {len(right)} right answers lose points{': ' * bool(lost)}{whose}"


def test_beside_the_calls_alone(capsys, tmp_path, monkeypatch):
    """The processor's time for a hand-in with right answers, beside that of the calls that checks and answers make."""
    lesson = peers.LESSON
    namespace = {}
    exec("\n".join(["import json, time, boto3", *peers.solved(lesson).values()]), namespace)
    for n in range(20):
        answers = {name: f"{source}\n# {n}" for name, source in peers.solved(lesson).items()}
        peers.write(tmp_path / "hand_ins" / f"learner{n}", lesson, peers.notebook(lesson, answers))
    _, cpu = run_course(tmp_path / "graded", {"": tmp_path / "hand_ins" / "learner0" / "x"})
    boto3_time = InBoto3(monkeypatch, thread_time)
    for again in range(6):
        if again == 1:
            boto3_time.seconds = 0.0  # the first time reads botocore's models
        for exercise in lesson.exercises:
            answer = namespace[exercise.answer]
            assert examine(exercise, lambda world, answer=answer: InProcess(answer, world)).correct
    alone = boto3_time.seconds / 5
    told(capsys, f"a hand-in, with its share of the start: {cpu / 20:.2f} CPU s; its calls alone {alone:.2f} CPU s")
    assert alone > 0


def test_a_large_cohort(capsys, tmp_path):
    """Time and memory while a thousand hand-ins are graded, at each tenth."""
    answers = {name: peers.cells(names) for name, names in peers.TAME.items()}
    solved = peers.solved(peers.LESSON)
    for n in range(COHORT):
        name = sorted(answers)[n % len(answers)]
        made = {answer: f"{source}\n# {n}" for answer, source in {**solved, **answers[name]}.items()}
        peers.write(tmp_path / "hand_ins" / f"learner{n}", peers.LESSON, peers.notebook(peers.LESSON, made))
    began = perf_counter()

    def progress(done, of):
        if done and done % (COHORT // 10) == 0:
            told(capsys, f"{done} of {of}: {perf_counter() - began:.0f} s, {in_use(psutil.Process()):.0f} MB")

    done = grade_cohort(own(), Options(tmp_path / "hand_ins", tmp_path / "graded"), progress)
    assert done.graded == COHORT

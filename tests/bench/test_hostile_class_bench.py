"""Time and memory of `course grade` over a thousand hand-ins, fifty of which are hostile: `pytest -m bench -s`."""

import csv
import subprocess
import sys
import time

import psutil
import pytest

pytest.importorskip("nbformat")
import hostile_class
from peer_courses import LESSON

from helpers.course import HOME
from helpers.grading.store import FOLDER

pytestmark = pytest.mark.bench
CLASS, HOSTILE = 1000, 50
OFTEN = 0.2  # seconds between two looks at the memory


def in_use(process):
    """Return the megabytes of the process and of all that it started; what they share counts once."""
    whole = 0
    for each in [process, *process.children(recursive=True)]:
        try:
            whole += each.memory_full_info().pss
        except psutil.Error:
            continue
    return whole / 1e6


def graded(folder, out):
    """Grade the folder with the command; return seconds, the most megabytes at a time, and the rows by learner."""
    command = [sys.executable, "-m", "helpers.cli", "grade", str(folder), "--out", str(out), "--lesson", LESSON.number]
    began, most = time.perf_counter(), 0.0
    with open(out.with_name(f"{out.name}.log"), "wb") as log:
        process = psutil.Popen(command, cwd=HOME, stdout=log, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                most = max(most, in_use(process))
            except psutil.Error:
                break
            time.sleep(OFTEN)
    assert process.wait() == 0, out.with_name(f"{out.name}.log").read_text(encoding="utf-8")[-2000:]
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    return time.perf_counter() - began, most, rows


def test_fifty_of_a_thousand_are_hostile(capsys, tmp_path):
    """Everybody else's row is the same as in the class without them."""
    folder = tmp_path / "class"
    names = hostile_class.tame(folder, CLASS - HOSTILE)
    seconds, most, alone = graded(folder, tmp_path / "alone")
    kinds = hostile_class.hostile(folder, HOSTILE)
    (tmp_path / "all" / FOLDER).mkdir(parents=True)
    (tmp_path / "all" / FOLDER / "seed").write_bytes((tmp_path / "alone" / FOLDER / "seed").read_bytes())
    longer, more, rows = graded(folder, tmp_path / "all")
    with capsys.disabled():
        print(f"\n{len(names)} hand-ins: {seconds:.0f} s, {most:.0f} MB")
        print(f"with {len(kinds)} hostile ones: {longer:.0f} s, {more:.0f} MB")
    assert {name: rows[name] for name in names} == {name: alone[name] for name in names}

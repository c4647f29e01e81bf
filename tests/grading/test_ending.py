"""However `course grade` ends, all that it started ends with it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from random import Random

import psutil
import pytest
from handin_files import SLUG, notebook, put
from in_sandbox import needs_fork

pytestmark = [needs_fork, pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no such signals")]
BOUND = 60  # real seconds for what takes one; only a failure waits for it
# Python's own ways to wait follow the check's clock; this one waits really.
WAITS = "import ctypes\nctypes.CDLL(None).poll(None, 0, -1)"


def until(condition):
    """Return the condition's value as soon as it is true; AssertionError when it isn't within the bound."""
    deadline = time.monotonic() + BOUND
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
    return found


def alive(processes):
    """Return those that still run."""
    return [each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.full
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_nothing_goes_on_when_grading_is_ended_by_a_signal(name, tmp_path):
    """Two workers, the fork server, and a guard and a child for each hand-in that is being graded."""
    files = {f"learner{n}_{SLUG}.ipynb": notebook(hand_over=f"{WAITS}\n# {n}") for n in range(2)}
    folder = put(tmp_path / "handed-in", files)
    command = [sys.executable, "-m", "helpers.cli", "grade", str(folder), "--jobs", "2"]
    log = (tmp_path / "said").open("w+")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as started:
        grading = psutil.Process(started.pid)

        def at_work():
            """Return all descendants once both hand-ins wait in a child: grading, fork server, guard, child."""
            assert started.poll() is None, (tmp_path / "said").read_text()
            found = grading.children(recursive=True)
            with contextlib.suppress(psutil.NoSuchProcess):
                guards = [each for each in found if each.parent() not in (None, grading) and each.children()]
                return found if len(guards) == 2 and len(found) == 7 else []
            return []

        left: list[psutil.Process] = []
        try:
            left = until(at_work)
            started.send_signal(getattr(signal, name))
            started.wait(BOUND)
            until(lambda: not alive(left))
        finally:  # of a test that fails
            for each in alive([grading, *left]):
                each.kill()


@pytest.mark.full
def test_ctrl_c_keeps_what_is_graded_and_says_how_to_go_on(tmp_path):
    """The key goes to all processes of the terminal; one sentence answers it, and nothing goes on."""
    files = {f"learner{n}_{SLUG}.ipynb": notebook(hand_over=f"{WAITS if n else ''}\n# {n}") for n in range(2)}
    folder, out = put(tmp_path / "handed-in", files), tmp_path / "graded"
    command = [sys.executable, "-m", "helpers.cli", "grade", str(folder), "--jobs", "1", "--out", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as started:
        until(lambda: list(out.glob(".course-results/*.json")) or started.poll() is not None)
        os.killpg(started.pid, signal.SIGINT)
        said = started.communicate(timeout=BOUND)[1]
    assert started.returncode == 130
    assert "Stopped. I've kept what's graded so far." in said
    assert "Traceback" not in said


@pytest.mark.full
def test_killed_at_random_moments_and_resumed_the_grade_book_is_the_same(tmp_path):
    """Ten times, anywhere from reading to writing, in a class in which some hand-ins are hostile."""
    hostile = ["import os\nos._exit(1)", "raise SystemExit", "def hand_over(: ...", "1 / 0"]
    sources = [*hostile, *["def hand_over(sqs, queue_url, order):\n    return 1"] * 6]
    files = {f"learner{n}_{SLUG}.ipynb": notebook(hand_over=f"{sources[n % 10]}\n# {n}") for n in range(100)}
    folder = put(tmp_path / "handed-in", files)

    def command(name):
        """Return the command that grades into this folder, which has the same seed as any other one."""
        put(tmp_path, {f"{name}/.course-results/seed": "1"})
        return [sys.executable, "-m", "helpers.cli", "grade", str(folder), "--out", str(tmp_path / name)]

    def books(name):
        """Return the whole grade book, in all its forms."""
        return [(tmp_path / name / each).read_bytes() for each in ("gradebook.csv", "gradebook.json", "canvas.csv")]

    began = time.monotonic()
    subprocess.run(command("whole"), check=True, capture_output=True)
    took, random = time.monotonic() - began, Random(29)
    for _ in range(10):
        with subprocess.Popen(command("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                started.wait(random.uniform(0, took / 2))
            started.kill()
    subprocess.run(command("killed"), check=True, capture_output=True)
    assert books("killed") == books("whole")
    assert list(tmp_path.rglob("*.part")) == []

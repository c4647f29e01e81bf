"""However `course grade` ends, all that it started ends with it."""

import contextlib
import signal
import subprocess
import sys
import time

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

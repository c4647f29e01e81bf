"""One launcher for all jobs of a process, given to nobody before it has proven itself."""

import contextlib
import sys
import threading
from types import SimpleNamespace

import pytest

from helpers.checks.outcome import CHECK_FAILED
from helpers.errors import CourseError
from helpers.grading import cluster, workers
from helpers.grading.exercise_set import own
from helpers.grading.records import Graded
from helpers.grading.store import Job


class FakeLauncher:
    """A launcher without holes that notes when it's closed."""

    def __init__(self):
        self.holes, self.closed = [], False

    def close(self):
        """Note it."""
        self.closed = True


@pytest.fixture
def task(monkeypatch):
    """Return a task of a process that has started nothing yet."""
    monkeypatch.setattr(workers, "_launchers", {})
    return workers.Task(own(), 1)


def test_no_thread_gets_a_launcher_that_has_not_proven_itself(monkeypatch, task):
    """While one thread proves it, another one waits; both get the same launcher, proven once."""
    made, proofs, in_proof, may_end = FakeLauncher(), [], threading.Event(), threading.Event()

    def check_sandbox(launcher, isolated, seed):
        proofs.append(launcher)
        in_proof.set()
        assert may_end.wait(30)

    monkeypatch.setattr(workers.launchers, "launcher", lambda hidden, isolated: made)
    monkeypatch.setattr(workers, "check_sandbox", check_sandbox)
    got = []
    threads = [threading.Thread(target=lambda: got.append(workers.launcher(task))) for _ in range(2)]
    threads[0].start()
    assert in_proof.wait(30)
    threads[1].start()
    assert workers._launchers == {}
    may_end.set()
    for thread in threads:
        thread.join(30)
    assert got == [made, made]
    assert proofs == [made]


def test_a_launcher_that_fails_its_proof_is_closed_and_no_other(monkeypatch, task):
    """One that was proven before for another task goes on."""
    good, bad = FakeLauncher(), FakeLauncher()
    monkeypatch.setattr(workers.launchers, "launcher", lambda hidden, isolated: good if isolated else bad)

    def check_sandbox(launcher, isolated, seed):
        if launcher is bad:
            raise CourseError("no")

    monkeypatch.setattr(workers, "check_sandbox", check_sandbox)
    assert workers.launcher(task) is good
    with pytest.raises(CourseError, match="no"):
        workers.launcher(workers.Task(task.exercises, 1, isolated=False))
    assert (good.closed, bad.closed) == (False, True)
    assert list(workers._launchers.values()) == [good]


def test_a_hand_in_that_ends_workers_of_a_cluster_costs_only_itself(monkeypatch, task):
    """The others are graded, and it's tried again next time."""

    class Killed(Exception):
        pass

    class Client(contextlib.nullcontext):
        def __enter__(self):
            return self

        def submit(self, do, task, job=None, key="", **_):
            def result():
                if job.key == "evil":
                    raise Killed
                return Graded(())

            return SimpleNamespace(key=key, result=result, release=lambda: None)

    class Ended(list):
        is_empty, has_ready, __next__ = (lambda self: not self), (lambda self: True), (lambda self: self.pop(0))

    fake = SimpleNamespace(Client=lambda *_, **__: Client(), as_completed=Ended)
    monkeypatch.setitem(sys.modules, "distributed", fake)
    monkeypatch.setitem(sys.modules, "distributed.scheduler", SimpleNamespace(KilledWorker=Killed))
    jobs = [Job(key, "01_messaging_fundamentals", ()) for key in ("ada", "evil", "bob")]
    done = list(cluster.run_on_cluster(task, jobs, "tcp://x", print))
    assert [(job.key, certain) for job, _, certain in done] == [("ada", True), ("evil", False), ("bob", True)]
    assert {outcome.status for outcome in done[1][1].outcomes} == {CHECK_FAILED}

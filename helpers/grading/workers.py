"""Grades jobs in parallel, in worker processes of this computer.

A worker that doesn't come back is replaced. All workers of a computer share one fork server for the hand-ins.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from helpers.checks.outcome import CHECK_FAILED, outcome
from helpers.course import HOME
from helpers.errors import CourseError
from helpers.grading.exercise_set import PACKAGE, ExerciseSet
from helpers.grading.grader import grade
from helpers.grading.known_answer import check_sandbox
from helpers.grading.records import Graded
from helpers.grading.store import Job
from helpers.sandbox import launcher as launchers
from helpers.sandbox.isolation.layers import NO_PROCESS
from helpers.sandbox.parent_death import end_with_parent

JOB_SECONDS = 600  # real ones; a job that takes longer has found a way to hold up the grader
TRIES = 2


@dataclass(frozen=True)
class Task:
    """What all jobs of a grading have in common. hidden: what no hand-in can read, besides the course itself."""

    exercises: ExerciseSet
    seed: int
    isolated: bool = True
    hidden: tuple[str, ...] = ()


# --- one job ----------------------------------------------------------------------------------------------------------

_launchers: dict[tuple[int, bool, tuple[str, ...]], launchers.Launcher] = {}  # each has proven itself
_launching = threading.Lock()


def launcher(task: Task) -> launchers.Launcher:
    """Return this process's launcher, or that of the process that this one was forked from.

    A new one has proven that a right answer passes. CourseError when it doesn't, or when the isolation has a hole and
    nobody asked to grade without it; the error says what is wrong.
    """
    with _launching:  # a worker of a cluster runs jobs in several threads
        for key, known in _launchers.items():
            if key[1:] == (task.isolated, task.hidden):
                return known
        made = _proven(task)
        _launchers[os.getpid(), task.isolated, task.hidden] = made
    return made


def _proven(task: Task) -> launchers.Launcher:
    """Return a new launcher, once a right answer has passed in it."""
    made = launchers.launcher((PACKAGE, HOME, *map(Path, task.hidden)), task.isolated)
    try:
        if made.holes and task.isolated:
            found = NO_PROCESS if NO_PROCESS in made.holes else f"one could {', '.join(made.holes)}"
            raise CourseError(
                f"This computer can't isolate hand-ins: {found}. Grade on Linux with user namespaces, Landlock "
                "and libseccomp. If you trust these learners, you can add --without-wall instead."
            )
        check_sandbox(made, task.isolated, task.seed)
    except BaseException:
        made.close()
        raise
    return made


def do(task: Task, job: Job) -> Graded:
    """Return the outcomes of the job."""
    return grade(job.cells, task.exercises.checks(job.lesson), launcher(task), task.seed)


def close() -> None:
    """End what this process started."""
    for key in [key for key in _launchers if key[0] == os.getpid()]:
        _launchers.pop(key).close()


# --- many ------------------------------------------------------------------------------------------------------------


class _Worker:
    """A process that does one job at a time."""

    def __init__(self, task: Task):
        # A fork has everything imported already. Elsewhere than on Linux, forking a process with threads is not safe.
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.channel, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, task), daemon=False)
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.deadline = 0.0

    def give(self, job: Job) -> None:
        """Have it do a job."""
        self.job, self.deadline = job, time.monotonic() + JOB_SECONDS
        self.channel.send(job)

    def end(self) -> None:
        """End it now."""
        self.channel.close()
        self.process.kill()
        self.process.join()


def run(task: Task, jobs: Sequence[Job], count: int) -> Iterator[tuple[Job, Graded, bool]]:
    """Do the jobs with this many workers; yield each with its outcomes, in the order in which they end.

    The third value is False where the grader itself failed, so that the outcomes are not to be kept. CourseError when
    this computer cannot grade.
    """
    launcher(task)  # shared by the forked workers, and what is wrong is said once
    waiting, tries = deque(jobs), dict.fromkeys((job.key for job in jobs), 0)
    workers = [_Worker(task) for _ in range(min(count, len(jobs)))]
    try:
        for worker in workers:
            worker.give(waiting.popleft())
        while busy := [worker for worker in workers if worker.job]:
            ready = wait([worker.channel for worker in busy], timeout=1.0)
            for worker in busy:
                job = worker.job
                assert job is not None
                graded = None
                if worker.channel in ready:
                    with contextlib.suppress(EOFError, OSError):
                        graded = worker.channel.recv()
                elif time.monotonic() < worker.deadline:
                    continue
                if graded is None:
                    worker.end()
                    workers[workers.index(worker)] = worker = _Worker(task)
                    tries[job.key] += 1
                    if tries[job.key] < TRIES:
                        worker.give(job)
                        continue
                yield job, graded or failed(task, job), graded is not None
                worker.job = None
                if waiting:
                    worker.give(waiting.popleft())
    finally:
        for worker in workers:
            worker.end()
        close()


def _serve(channel: Connection, task: Task) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    _end_with_the_grading()
    with contextlib.suppress(EOFError):
        while True:
            channel.send(do(task, channel.recv()))
    close()


def _end_with_the_grading() -> None:
    """End this process when the one that started it ends, even if that was killed while this one is at work."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    assert parent.pid is not None
    end_with_parent(parent.pid)

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def failed(task: Task, job: Job) -> Graded:
    """Return outcomes that cost no points, for a job that ends its worker each time."""
    said = "The grader itself failed on this hand-in. Please look at it yourself."
    exercises = task.exercises.listed.lesson(job.lesson).exercises
    return Graded(tuple(outcome(exercise, CHECK_FAILED, got=said) for exercise in exercises), (said,))

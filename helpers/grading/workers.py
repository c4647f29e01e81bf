"""Grades jobs on all cores of this computer, in processes that are replaced when one does not come back."""

import contextlib
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait

from helpers.checks.outcome import ERROR, outcome
from helpers.grading import work
from helpers.grading.records import Graded
from helpers.grading.store import Job
from helpers.grading.work import Task

JOB_SECONDS = 600  # real ones; a job that takes longer has found a way to hold up the grader
TRIES = 2


class _Worker:
    """A process that does one job at a time."""

    def __init__(self, task: Task):
        # A fork has everything imported already. Elsewhere than on Linux a fork of a process with threads is not safe.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.line, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, task), daemon=False)
        self.process.start()
        theirs.close()
        self.job: Job | None = None
        self.deadline = 0.0

    def give(self, job: Job) -> None:
        """Have it do a job."""
        self.job, self.deadline = job, time.monotonic() + JOB_SECONDS
        self.line.send(job)

    def end(self) -> None:
        """End it now."""
        self.line.close()
        self.process.kill()
        self.process.join()


def run(task: Task, jobs: Sequence[Job], count: int) -> Iterator[tuple[Job, Graded, bool]]:
    """Do the jobs with so many workers; yield each with what came of it, in the order in which they end.

    The third value is False where the grader itself failed, so that what came of it is not to be kept. CourseError when
    this computer cannot grade.
    """
    work.launcher(task)  # shared by the forked workers, and its refusal is said once
    waiting, tries = deque(jobs), dict.fromkeys((job.key for job in jobs), 0)
    workers = [_Worker(task) for _ in range(min(count, len(jobs)))]
    try:
        for worker in workers:
            worker.give(waiting.popleft())
        while busy := [worker for worker in workers if worker.job]:
            ready = wait([worker.line for worker in busy], timeout=1.0)
            for worker in busy:
                job = worker.job
                assert job is not None
                graded = None
                if worker.line in ready:
                    with contextlib.suppress(EOFError, OSError):
                        graded = worker.line.recv()
                elif time.monotonic() < worker.deadline:
                    continue
                if graded is None:
                    worker.end()
                    workers[workers.index(worker)] = worker = _Worker(task)
                    tries[job.key] += 1
                    if tries[job.key] < TRIES:
                        worker.give(job)
                        continue
                yield job, graded or _failed(task, job), graded is not None
                worker.job = None
                if waiting:
                    worker.give(waiting.popleft())
    finally:
        for worker in workers:
            worker.end()
        work.close()


def _serve(line: Connection, task: Task) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started this one ends it
    with contextlib.suppress(EOFError):  # the one who started this one was ended
        while True:
            line.send(work.do(task, line.recv()))
    work.close()


def _failed(task: Task, job: Job) -> Graded:
    said = "The grader itself could not go on with this hand-in. Look at it by hand."
    exercises = task.exercises.listed.lesson(job.lesson).exercises
    return Graded(tuple(outcome(exercise, ERROR, got=said) for exercise in exercises), (said,))

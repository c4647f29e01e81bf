"""Grades jobs on a Dask cluster, whatever workers it has at the time: none yet, or more and fewer as work comes."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

from helpers.errors import CourseError
from helpers.grading.records import Graded
from helpers.grading.store import Job
from helpers.grading.workers import Task, do, failed

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 10
RETRIES = 2  # of a job whose worker was lost
LOOK_SECONDS = 0.2  # between two looks at whether there's a worker


def run_on_cluster(
    task: Task, jobs: Sequence[Job], scheduler: str, say: Callable[[str], None]
) -> Iterator[tuple[Job, Graded, bool]]:
    """Do the jobs on the Dask cluster at this address, with isolation on each of its workers; yield as `run` does.

    The workers must have this course installed. say: gets a sentence when there is no worker yet. CourseError when the
    cluster cannot be reached, is lost, or cannot grade.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise CourseError("Grading on a cluster needs Dask: pip install 'mastering-aws-messaging[cluster]'.") from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as problem:
        raise CourseError(f"No Dask scheduler answers at {scheduler}: {problem}") from None
    by_key = {f"grade-{job.key}": job for job in jobs}
    with client:
        # Unlike what is scattered, this needs no worker yet, and is made again when the worker that has it is lost.
        shared = client.submit(_itself, task, pure=False)
        options: dict[str, Any] = {"retries": RETRIES, "pure": False}
        futures = [client.submit(do, shared, job, key=key, **options) for key, job in by_key.items()]
        for future in _ended(client, futures, lambda: say(_waiting(scheduler))):
            job = by_key[str(future.key)]
            try:
                graded, certain = future.result(), True
            except KilledWorker:  # again and again, by this hand-in or one beside it
                graded, certain = failed(task, job), False
            except CancelledError:
                raise CourseError(
                    f"I've lost the Dask cluster at {scheduler}. I've kept what's graded so far. Start it again, and "
                    "run the same command again."
                ) from None
            except ImportError as problem:
                raise CourseError(
                    f"A worker of the Dask cluster can't grade: {problem}. Each needs this course, in the same version."
                ) from None
            yield job, graded, certain
            future.release()


def _itself(task: Task) -> Task:
    return task


def _waiting(scheduler: str) -> str:
    return f"The Dask cluster at {scheduler} has no workers, so I'm waiting for one. Ctrl-C stops it."


def _ended(client: "Client", futures: Sequence["Future"], waiting: Callable[[], None]) -> Iterator["Future"]:
    """Yield the futures as they end; call `waiting` whenever all workers are gone."""
    from distributed import as_completed

    ended, told = as_completed(futures), False
    while not ended.is_empty():
        if ended.has_ready():
            yield next(ended)
            continue
        none = not client.nthreads()
        if none and not told:
            waiting()
        told = none
        time.sleep(LOOK_SECONDS)

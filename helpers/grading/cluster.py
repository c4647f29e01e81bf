"""Grades jobs on a Dask cluster, behind the same wall on each of its workers. Needs the extra `cluster`."""

from collections.abc import Iterator, Sequence

from helpers.errors import CourseError
from helpers.grading import work
from helpers.grading.records import Graded
from helpers.grading.store import Job
from helpers.grading.work import Task

CONNECT_SECONDS = 10
RETRIES = 2  # of a job whose worker was lost


def run(task: Task, jobs: Sequence[Job], scheduler: str) -> Iterator[tuple[Job, Graded, bool]]:
    """Do the jobs on the cluster at this address; yield as helpers.grading.workers.run does.

    The workers must have this course installed. CourseError when the cluster cannot be reached, or cannot grade.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CourseError("Grading on a cluster needs Dask: pip install 'mastering-aws-messaging[cluster]'.") from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as problem:
        raise CourseError(f"No Dask scheduler answers at {scheduler}: {problem}") from None
    with client:
        shared = client.scatter(task, broadcast=True)
        by_key = {job.key: job for job in jobs}
        futures = [
            client.submit(work.do, shared, job, key=f"grade-{job.key}", retries=RETRIES, pure=False) for job in jobs
        ]
        for future in as_completed(futures):
            job = by_key[future.key.removeprefix("grade-")]
            yield job, future.result(), True
            future.release()

"""Waiting until the names of deleted queues may be used again.

AWS: a queue's name can be used again 60 seconds after the queue was deleted. Source: SQS API reference, DeleteQueue.
"""

from collections.abc import Callable, Mapping
from time import sleep, time

WAIT = 60.0  # seconds


def wait(deleted: Mapping[str, float], say: Callable[[str], None]) -> None:
    """Return when all these names, with the seconds since 1970 at which they were deleted, may be used again."""
    left = max((at + WAIT - time() for at in deleted.values()), default=0.0)
    if 0 < left <= WAIT:
        say(
            f"AWS lets the name of a deleted queue be used again after {WAIT:.0f} seconds; the last one was deleted "
            f"{WAIT - left:.0f} seconds ago. Waiting {left:.0f} seconds."
        )
        sleep(left)

"""A `time.sleep` for frozen clocks: in a thread whose cloud has one, a sleep moves that clock.

It changes time.sleep and nothing else. What tells the time (time.time, datetime.now) stays real, for the kernel, the
display and the signing of requests. A check also changes what tells its answer the time, but it can't reach a
time.sleep that the answer holds as a parameter's default. This one follows the check's clock without that.
"""

import math
import operator
import threading
import time
from typing import Any

from helpers.simulation import worlds

_real_sleep = time.sleep
_kernel_thread = threading.main_thread()


def install() -> None:
    """Replace time.sleep with the one that follows the clock; safe to call twice."""
    time.sleep = _sleep  # type: ignore[assignment]


def length(seconds: Any) -> float:
    """Return the length of a sleep in seconds; a bad one raises what time.sleep raises."""
    found = seconds if isinstance(seconds, float) else operator.index(seconds)
    if math.isnan(found):
        raise ValueError("Invalid value NaN (not a number)")
    if found < 0:
        raise ValueError("sleep length must be non-negative")
    return found


def _sleep(seconds: float) -> None:
    world = worlds.current()
    # The kernel's own threads (heartbeat, history, output) sleep too, and their sleeps must stay real. So must those of
    # its main thread between cells: ipykernel sleeps after each cell.
    follows = threading.current_thread() is _kernel_thread or worlds.in_private_world()
    if world is not None and world.clock.still and not world.clock.between_cells and follows and seconds >= 0:
        world.sleep(seconds)
    else:
        _real_sleep(seconds)  # refuses a negative length in its own words

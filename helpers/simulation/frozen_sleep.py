"""`time.sleep` where outputs are compared: in a thread whose cloud has a still clock, a sleep moves that clock.

Only time.sleep, and only there. What tells the time (time.time, datetime.now) is left alone, so the kernel, the
display and the signing of requests keep the real one. A check shows its answer more, but cannot reach a time.sleep that
the answer holds as a parameter's default; this one follows the check's clock by itself.
"""

import threading
import time

from helpers.simulation import worlds

_real_sleep = time.sleep
_kernel_thread = threading.main_thread()


def install() -> None:
    """Put the sleep that follows the clock in place; safe to call twice."""
    time.sleep = _sleep  # type: ignore[assignment]


def _sleep(seconds: float) -> None:
    world = worlds.current()
    # Helpers of the kernel (its heartbeat, history, output threads) sleep too, and must go on doing so really. So must
    # its main thread between cells, when the clock is held: ipykernel sleeps after each cell.
    follows = threading.current_thread() is _kernel_thread or worlds.in_private_world()
    if world is not None and world.clock.still and not world.clock.held and follows and seconds >= 0:
        world.clock.sleep(seconds)
    else:
        _real_sleep(seconds)  # refuses a negative length in its own words

"""How far a run has come, shown when it takes longer than a second."""

import sys
import time
from typing import Any

from helpers.simulation.clock import Clock

_perf_counter = time.perf_counter
_PATIENCE, _BETWEEN = 1.0, 0.25  # real seconds: before the first line, and between updates


class RunProgress:
    """A line that shows how far a run has come, and disappears at its end.

    seconds: how long the run is. quiet: whether to show nothing, because outputs are compared.
    """

    def __init__(self, clock: Clock, seconds: float, quiet: bool):
        self._clock, self._seconds, self._quiet = clock, seconds, quiet
        self._shown: Any = None

    def __enter__(self) -> "RunProgress":
        self._start, self._next = self._clock.time(), _perf_counter() + _PATIENCE
        return self

    def show(self, calls: int) -> None:
        """Show how far the run has come, if it's time for an update."""
        if self._quiet or _perf_counter() < self._next:
            return
        self._next = _perf_counter() + _BETWEEN
        share = (self._clock.time() - self._start) / self._seconds
        self._say(f"{share:.0%} of the run's time, {calls:,} calls. To stop it, interrupt the kernel.")

    def __exit__(self, *problem: object) -> None:
        if self._shown is not None:
            self._say("")

    def _say(self, text: str) -> None:
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython else None
        if shell is not None and hasattr(shell, "kernel"):
            from IPython.display import display

            data = {"text/plain": text}
            if self._shown is None:
                self._shown = display(data, raw=True, display_id=True)
            else:
                self._shown.update(data, raw=True)
        elif sys.stderr.isatty():
            self._shown = True
            print(f"\r{text:<70}", end="" if text else "\r", file=sys.stderr, flush=True)

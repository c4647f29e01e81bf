"""How far a run has come, shown when it takes longer than a second."""

from helpers.backends.front_end import Meanwhile
from helpers.simulation.clock import Clock

_PATIENCE = 1.0  # real seconds before the first line


class RunProgress(Meanwhile):
    """A line that shows how far a run has come, and disappears at its end.

    seconds: how long the run is. quiet: whether to show nothing, because outputs are compared.
    """

    def __init__(self, clock: Clock, seconds: float, quiet: bool):
        super().__init__(lambda _: self._how_far(), _PATIENCE, quiet)
        self._clock, self._seconds, self._calls = clock, seconds, 0

    def __enter__(self) -> "RunProgress":
        self._start = self._clock.time()
        super().__enter__()
        return self

    def show(self, calls: int) -> None:
        """Show how far the run has come, if it's time for an update."""
        self._calls = calls
        self.look()

    def _how_far(self) -> str:
        share = (self._clock.time() - self._start) / self._seconds
        return f"{share:.0%} of the run's time, {self._calls:,} calls. To stop it, interrupt the kernel."

"""Who looks on: somebody who can click in a notebook, a terminal, or nobody. And what's shown while they wait."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

# A variable that the pytest plugin and `course build` set: outputs are compared, so nothing in them may vary.
COMPARED = "COURSE_OUTPUTS_COMPARED"
_perf_counter = time.perf_counter  # an answer can replace the module's
_BETWEEN = 0.25  # real seconds between updates


def shell() -> Any:
    """Return IPython's shell if this is a notebook's kernel, else None."""
    ipython = sys.modules.get("IPython")
    found = ipython.get_ipython() if ipython else None
    return found if hasattr(found, "kernel") else None


def can_click() -> bool:
    """Return whether somebody can click: in a notebook, unless its outputs are compared or stored, or it's graded."""
    return shell() is not None and not os.environ.get(COMPARED) and not os.environ.get("NBGRADER_EXECUTION")


class Meanwhile:
    """A line that's shown while something takes long, and that disappears at the end of the block.

    says: returns the line, given the seconds since the block began. patience: real seconds before the first line.
    quiet: whether to show nothing. now: the time, in seconds.
    """

    def __init__(
        self, says: Callable[[float], str], patience: float, quiet: bool, now: Callable[[], float] = _perf_counter
    ):
        self._says, self._patience, self._quiet, self._now = says, patience, quiet, now
        self._shown: Any = None

    def __enter__(self) -> "Meanwhile":
        self._began = self._now()
        self._next = self._began + self._patience
        return self

    def look(self) -> None:
        """Show the line, or update it, if it's time for that. Call this often."""
        now = self._now()
        if not self._quiet and now >= self._next:
            self._next = now + _BETWEEN
            self._say(self._says(now - self._began))

    def __exit__(self, *problem: object) -> None:
        if self._shown is not None:
            self._say("")
        self._shown = None

    def give_way(self, result: Any) -> bool:
        """Show the result in the line's place, so that nothing of the line is stored. False where there is no line."""
        if not hasattr(self._shown, "update"):
            return False
        self._shown.update(result)
        self._shown = None
        return True

    def _say(self, text: str) -> None:
        if shell() is not None:
            from IPython.display import display

            data = {"text/plain": text}
            if self._shown is None:
                self._shown = display(data, raw=True, display_id=True)
            else:
                self._shown.update(data, raw=True)
        elif sys.stderr.isatty():
            self._shown = True
            print(f"\r{text:<70}", end="" if text else "\r", file=sys.stderr, flush=True)

"""What every runner does: a command for the answer goes in, a reply comes out, both plain JSON.

Cloud, clock, journal and verdict stay with the check, wherever the answer runs.
"""

from typing import Any, Protocol

from helpers.simulation import scheduler

# Why an answer was stopped, as replies say it.
TIME_IS_UP, WAITS_FOR_EVER, TERMINATED = scheduler.STUCK, scheduler.WAITS, scheduler.TERMINATED
TOO_MANY_CALLS, TOO_MUCH_COMPUTING, TOO_MUCH_MEMORY = "calls", "computing", "memory"
NOT_ENDED = "it did not end"  # in place of an error's name, for an answer that was stopped


class AnswerRunner(Protocol):
    """How a check reaches an answer. unable: what the answer needed and can't have here, in a sentence, or ""."""

    unable: str

    @property
    def printed(self) -> str:
        """What the answer printed so far, from the beginning."""

    def ask(self, command: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to the command, as AnswerHost.handle describes it.

        An answer that takes longer than `seconds` real seconds, or makes too many calls, is stopped. The reply is then
        {"stopped": one of the words above, "number", "line", "waiting"}, with the line where it was, if that can be
        found, and who waits for what where all wait for ever. A command may have "signals": after how many seconds of
        the cloud's time a signal comes, and its number.
        """

    def close(self) -> None:
        """Stop the answer, whatever it is doing."""

"""A timeline of one message: every step of its life, with the time and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_TONES = {
    "sent": "info",
    "published": "info",
    "visible": "info",
    "received": "waits",
    "hidden": "waits",
    "delivered": "good",
    "deleted": "good",
    "held back": "plain",
    "refused as a duplicate": "plain",
    "moved": "bad",
    "refused": "bad",
    "lost": "bad",
    "expired": "bad",
    "unkindness": "bad",
}
_WIDTH = 24  # characters of the line of dots


@dataclass(frozen=True)
class Timeline:
    """The timeline of steps with at (seconds since the first), clock ("09:00:31"), what, where (a name) and reason."""

    message: str
    steps: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.steps:
            return "Nothing happened to a message yet."
        rows = [[step["clock"], self._dots(step), step["what"], step["where"], step["reason"]] for step in self.steps]
        return f"{self._title()}\n{parts.columns(rows, '  ')}"

    def _repr_html_(self) -> str:
        if not self.steps:
            return "<p>Nothing happened to a message yet.</p>"
        rows = [
            [
                parts.text(step["clock"]),
                parts.share(step["at"], self._total(), parts.seconds(step["at"])),
                parts.chip(step["what"], _TONES.get(step["what"], "plain")),
                parts.text(step["where"]),
                parts.text(step["reason"]),
            ]
            for step in self.steps
        ]
        return parts.table(self._title(), ["clock", "after", "what", "where", "why"], rows)

    def _title(self) -> str:
        return f"Message {self.message}: {len(self.steps)} steps in {parts.seconds(self._total())}"

    def _total(self) -> float:
        return self.steps[-1]["at"]

    def _dots(self, step: Mapping[str, Any]) -> str:
        """Return a line of dots with a mark at the step's position in the message's life."""
        at = round((_WIDTH - 1) * step["at"] / self._total()) if self._total() else 0
        return "·" * at + "●" + "·" * (_WIDTH - 1 - at)

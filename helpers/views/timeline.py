"""The life of one message, step by step, each with its moment and its reason."""

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
_WIDTH = 24  # signs of the text twin's line


@dataclass(frozen=True)
class Timeline:
    """Draws steps with at (seconds since the first), clock ("09:00:31"), what, where (a short name) and reason."""

    message: str
    steps: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.steps:
            return "Nothing happened to a message yet."
        rows = [[step["clock"], self._place(step), step["what"], step["where"], step["reason"]] for step in self.steps]
        return f"{self._title()}\n{parts.columns(rows, '  ')}"

    def _repr_html_(self) -> str:
        if not self.steps:
            return "<p>Nothing happened to a message yet.</p>"
        rows = [
            [
                parts.text(step["clock"]),
                parts.share(step["at"], self._whole(), parts.seconds(step["at"])),
                parts.chip(step["what"], _TONES.get(step["what"], "plain")),
                parts.text(step["where"]),
                parts.text(step["reason"]),
            ]
            for step in self.steps
        ]
        return parts.table(self._title(), ["clock", "after", "what", "where", "why"], rows)

    def _title(self) -> str:
        return f"Message {self.message}: {len(self.steps)} steps in {parts.seconds(self._whole())}"

    def _whole(self) -> float:
        return self.steps[-1]["at"]

    def _place(self, step: Mapping[str, Any]) -> str:
        """Return a line of dots with a mark where in the message's life the step stands."""
        at = round((_WIDTH - 1) * step["at"] / self._whole()) if self._whole() else 0
        return "·" * at + "●" + "·" * (_WIDTH - 1 - at)

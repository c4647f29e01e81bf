"""Which topic speaks to whom, and what the last publish came to on each way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import parts

_MARKS = {
    "delivered": ("━━▶", "good"),
    "held back": ("━╳ ", "plain"),
    "refused": ("━╳ ", "bad"),
    "lost": ("━╳ ", "bad"),
    "": ("───", "plain"),
}


@dataclass(frozen=True)
class FanOutMap:
    """Draws the rows that helpers.backends.offline.snapshot.fan_out returns."""

    rows: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.rows:
            return "There is no topic yet."
        lines = []
        for topic, ways in self._by_topic().items():
            lines.append(f"Topic {topic}{self._count(ways)}")
            cells = [[_mark(way), _end(way), way["what"], way["why"]] for way in ways if way["endpoint"]]
            notes = ["; ".join(way["settings"]) for way in ways if way["endpoint"]]
            for line, note in zip(parts.columns(cells, "  ").splitlines(), notes, strict=True):
                lines += [line, f"        {note}"] if note else [line]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>There is no topic yet.</p>"
        tables = []
        for topic, ways in self._by_topic().items():
            cells = [
                [
                    parts.chip(_mark(way).strip(), _MARKS.get(way["what"], _MARKS[""])[1]),
                    parts.text(_end(way)),
                    parts.text("; ".join(way["settings"])),
                    parts.text(way["what"] or "nothing published yet"),
                    parts.text(way["why"]),
                ]
                for way in ways
                if way["endpoint"]
            ]
            title = f"Topic {topic}{self._count(ways)}"
            head = ["", "subscription", "settings", "last publish", "why"]
            tables.append(parts.table(title, head, cells) if cells else f"<p><strong>{parts.text(title)}</strong></p>")
        return "".join(tables)

    def _by_topic(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.rows:
            found.setdefault(row["topic"], []).append(row)
        return found

    @staticmethod
    def _count(ways: Sequence[Mapping[str, Any]]) -> str:
        count = sum(bool(way["endpoint"]) for way in ways)
        return ": nobody has subscribed" if not count else f": {count} subscription{'s' * (count != 1)}"


def _mark(way: Mapping[str, Any]) -> str:
    return _MARKS.get(way["what"], _MARKS[""])[0]


def _end(way: Mapping[str, Any]) -> str:
    return f"{way['protocol']} {way['endpoint']}"

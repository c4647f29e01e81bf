"""A map of topics and their subscriptions, with the outcome of the last publish for each."""

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
    """The map of the rows that helpers.backends.offline.snapshot.fan_out returns."""

    rows: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.rows:
            return "There is no topic yet."
        lines = []
        for topic, subscriptions in self._by_topic().items():
            lines.append(f"Topic {topic}{self._count(subscriptions)}")
            cells = [[_mark(row), _endpoint(row), row["what"], row["why"]] for row in subscriptions if row["endpoint"]]
            notes = ["; ".join(row["settings"]) for row in subscriptions if row["endpoint"]]
            for line, note in zip(parts.columns(cells, "  ").splitlines(), notes, strict=True):
                lines += [line, f"        {note}"] if note else [line]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>There is no topic yet.</p>"
        tables = []
        for topic, subscriptions in self._by_topic().items():
            cells = [
                [
                    parts.chip(_mark(row).strip(), _MARKS.get(row["what"], _MARKS[""])[1]),
                    parts.text(_endpoint(row)),
                    parts.text("; ".join(row["settings"])),
                    parts.text(row["what"] or "nothing published yet"),
                    parts.text(row["why"]),
                ]
                for row in subscriptions
                if row["endpoint"]
            ]
            title = f"Topic {topic}{self._count(subscriptions)}"
            head = ["", "subscription", "settings", "last publish", "why"]
            tables.append(parts.table(title, head, cells) if cells else f"<p><strong>{parts.text(title)}</strong></p>")
        return "".join(tables)

    def _by_topic(self) -> dict[str, list[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.rows:
            found.setdefault(row["topic"], []).append(row)
        return found

    @staticmethod
    def _count(subscriptions: Sequence[Mapping[str, Any]]) -> str:
        count = sum(bool(row["endpoint"]) for row in subscriptions)
        return ": nobody has subscribed" if not count else f": {count} subscription{'s' * (count != 1)}"


def _mark(row: Mapping[str, Any]) -> str:
    return _MARKS.get(row["what"], _MARKS[""])[0]


def _endpoint(row: Mapping[str, Any]) -> str:
    return f"{row['protocol']} {row['endpoint']}"

"""A table of API calls."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_COLUMNS = ("at", "service", "region", "operation", "params", "outcome")
_LONGEST_PARAMS = 60  # characters


@dataclass(frozen=True)
class CallTable:
    """A table of rows with at, service, region, operation, params, outcome (texts), retries and requests (numbers)."""

    rows: tuple[Mapping[str, Any], ...]

    def _cells(self) -> list[list[str]]:
        return [[_short(row, column) for column in _COLUMNS] for row in self.rows]

    def __repr__(self) -> str:
        if not self.rows:
            return "No calls yet."
        table = [list(_COLUMNS), *self._cells()]
        widths = [max(len(row[n]) for row in table) for n in range(len(_COLUMNS))]
        lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in table)
        return "\n".join([*(line.rstrip() for line in lines), self._bill()])

    def _bill(self) -> str:
        """Return the number of calls, and the number of requests that AWS bills for them."""
        requests, calls = sum(row["requests"] for row in self.rows), len(self.rows)
        return f"{calls} call{'s' * (calls != 1)}; on a bill {requests} request{'s' * (requests != 1)}"

    def _repr_html_(self) -> str:
        if not self.rows:
            return "<p>No calls yet.</p>"
        head = "".join(f'<th scope="col" style="text-align:left">{column}</th>' for column in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in cells) + "</tr>"
            for cells in self._cells()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{self._bill()}</p>"


def _short(row: Mapping[str, Any], column: str) -> str:
    text = str(row[column])
    if column == "outcome" and row["retries"]:
        text += f", {row['retries']} retries"
    return text if len(text) <= _LONGEST_PARAMS or column != "params" else text[: _LONGEST_PARAMS - 1] + "…"

"""The last API calls: what was asked, what came back, what it's billed as, and the HTTP on the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import kit
from helpers.views.words import columns, counted, cut, cut_at_word, end_of_arn

_LONGEST_VALUE, _LONGEST_PARAMS, _LONG = 48, 160, 1_000  # characters
_HEAD = ("at", "operation", "service", "parameters", "outcome", "billed")


@dataclass(frozen=True)
class CallTable:
    """The calls, oldest first.

    Each has at, operation, service, region, outcome (texts), params (a mapping), failed, retries and requests. wire is
    a list of exchanges, empty where they aren't shown: request, headers, body, response, reply_headers, reply, error.
    """

    calls: Sequence[Mapping[str, Any]]

    def __repr__(self) -> str:
        if not self.calls:
            return "No calls yet."
        rows = [[str(row[name]) for name in _HEAD] for row in self._rows()]
        if any(call["wire"] for call in self.calls):
            blocks = [
                "\n  ".join(["  ".join(row[:3] + row[4:5]), *_as_curl(call)])
                for row, call in zip(rows, self.calls, strict=True)
            ]
            return "\n\n".join([f"Last calls: {', '.join(self._facts())}", *blocks])
        return f"Last calls: {', '.join(self._facts())}\n{columns([_HEAD, *rows], '  ')}"

    def _repr_html_(self) -> str:
        rows = self._rows()
        failed, wire = sum(row["failed"] for row in self.calls), any(row["wire"] for row in rows)
        return kit.draw(
            "call_table",
            kind="boto3",
            name="Last calls",
            facts=self._facts(),
            label=", ".join(["Last calls", *self._facts(), *([f"{failed} refused"] if failed else [])]),
            twin="" if wire or not rows else repr(self),
            rows=rows,
            wire=wire,
        )

    def _facts(self) -> list[str]:
        """Return how many calls and billed requests there are, and the region if it's the same for all."""
        if not self.calls:
            return []
        regions = {call["region"] for call in self.calls}
        billed = counted(sum(call["requests"] for call in self.calls), "billed request")
        return [counted(len(self.calls), "call"), billed, *(regions if len(regions) == 1 else ())]

    def _rows(self) -> list[dict[str, Any]]:
        alone = len({call["region"] for call in self.calls}) == 1
        return [_row(call, "" if alone else f" {call['region']}") for call in self.calls]


def _row(call: Mapping[str, Any], region: str) -> dict[str, Any]:
    good = not call["failed"] and "failed" not in call["outcome"]
    retried = f", after {counted(call['retries'], 'retry', 'retries')}" if call["retries"] else ""
    return {
        "at": call["at"],
        "operation": call["operation"],
        "service": f"{call['service']}{region}",
        "parameters": _parameters(call["params"]),
        "outcome": f"{'✓' if good else '✕'} {call['outcome']}{retried}",
        "good": good,
        "failed": call["failed"],
        "returned": call["outcome"],
        "retried": retried.lstrip(", "),
        "billed": call["requests"],
        "wire": "\n".join(_as_curl(call)),
    }


def _parameters(params: Mapping[str, Any]) -> str:
    told = (f"{name}={_short(value)!r}{_size(value)}" for name, value in params.items())
    return cut_at_word(", ".join(told), _LONGEST_PARAMS)


def _size(value: Any) -> str:
    """Return how large a long text is, since AWS bills a request by its size."""
    return f" ({len(value.encode()):,} bytes)" if isinstance(value, str) and len(value) > _LONG else ""


def _short(value: Any) -> Any:
    """Return the value with its long texts cut; of a URL and of an ARN the end stays, which tells it apart."""
    if isinstance(value, Mapping):
        return {name: _short(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_short(item) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith(("https://", "http://")) and "?" not in value:
        return f"…/{cut(value.rpartition('/')[2], _LONGEST_VALUE)}"
    return cut_at_word(end_of_arn(value), _LONGEST_VALUE)


def _as_curl(call: Mapping[str, Any]) -> list[str]:
    """Return requests and responses as lines, marked as curl marks them: > was sent, < was returned."""
    lines, statuses = [], [tried["response"] or f"No response: {tried['error']}" for tried in call["wire"]]
    for last, status in zip(call["wire"][-1:], statuses[-1:], strict=True):
        lines = [f"{earlier}. boto3 tried again." for earlier in statuses[:-1]]
        for mark, first, headers, body in (
            (">", last["request"], last["headers"], last["body"]),
            ("<", status, last["reply_headers"], last["reply"]),
        ):
            named = [f"{name}: {value}" for name, value in headers]
            lines += [f"{mark} {line}".rstrip() for line in (first, *named, "", *body.split("\n"))]
    return lines

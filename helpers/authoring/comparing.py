"""Whether a notebook's outputs on one cloud say what the stored ones say. Pure: notebooks in, rows out.

What differs between any two clouds is written alike first: accounts, ids and handles by the order in which they first
appear, so that "the same id again" is still compared; hosts, signatures and moments by a word.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from helpers.backends.not_available import SAID

SAME, PASSED_OVER, DIFFERS = "same", "passed over", "differs"
_WORDS = (
    (r"(?m)^Requests to your account: .*\n?", ""),
    (r"(?m)^(?:Offline cloud, account|Course cloud|Endpoint|REAL AWS,) .*$", "<which cloud>"),
    (r"https?://[\w.:\[\]-]+/\?\S*", "<link>"),
    (r"https://[\w.-]+\.amazonaws\.com/Simple\S*", "<link>"),
    (r'("MessageId" : ")[0-9a-f-]{1,35}(?![0-9a-f-])', r"\1<the begin of an id>"),
    (r"https?://[\w.:\[\]-]+/(?=\d{12}/)", "<host>/"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z| UTC)?", "<moment>"),
    (r"\b\d\d:\d\d:\d\d\b", "<moment>"),
    (r"\b1[5-9]\d{8}(?:\d{3})?\b", "<moment>"),  # seconds or milliseconds since 1970
)
# By the order of first appearance. The long ones are handles and signatures, whole or cut off.
_ORDINALS = re.compile(
    r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(?P<account>(?<!\d)\d{12}(?!\d))"
    r"|(?P<long>(?<![\w+/=-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])[\w+/=-]{28,}|(?<!\w)[a-z]{40,})"
    r"|(?P<md5>(?<!\w)[0-9a-f]{32}(?!\w))"
)
_SHOWN = 6  # lines of a difference


@dataclass(frozen=True)
class Row:
    """What came of one cell. why: the word that the course said instead, or the first lines that differ."""

    cell: str  # its id
    verdict: str  # SAME, PASSED_OVER or DIFFERS
    why: str = ""


def compare(stored: Mapping[str, Any], run: Mapping[str, Any]) -> list[Row]:
    """Return a row for each code cell.

    A cell that differs is passed over if the course said, in it or in one before it, that this cloud cannot do what was
    asked for: what follows shows things as they are there.
    """
    rows, said = [], ""
    for (cell, before, _), (_, now, word) in zip(_texts(stored), _texts(run), strict=True):
        said = word or said
        if before == now:
            rows.append(Row(cell, SAME))
        elif said:
            rows.append(Row(cell, PASSED_OVER, said))
        else:
            rows.append(Row(cell, DIFFERS, _difference(before, now)))
    return rows


def _texts(notebook: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield of each code cell its id, its outputs with what may differ written alike, and the word that was said."""
    seen: dict[str, dict[str, int]] = {}

    def ordinal(found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        numbers = seen.setdefault(kind, {})
        return f"<{kind} {numbers.setdefault(found[0], len(numbers) + 1)}>"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            text = _whole(cell["outputs"])
            found = re.search(rf"{SAID}.*", text)
            for pattern, word in _WORDS:
                text = re.sub(pattern, word, text)
            yield cell["id"], _ORDINALS.sub(ordinal, text.rstrip()), found[0] if found else ""


def _whole(outputs: list[Mapping[str, Any]]) -> str:
    """Return all outputs as one text; what was printed may have come in pieces."""
    pieces = [_shown(output) if output["output_type"] == "stream" else f"\n{_shown(output)}\n" for output in outputs]
    return "\n".join(line for line in "".join(pieces).splitlines() if line)


def _shown(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return output["text"]
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return output["data"].get("text/plain", "")


def _difference(before: str, now: str) -> str:
    lines = unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0)
    return "\n".join([line[:200] for line in lines if not line.startswith(("---", "+++", "@@"))][:_SHOWN])

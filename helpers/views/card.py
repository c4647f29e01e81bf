"""The panels of check, hint and solution: a coloured card in a notebook, and the same words as text elsewhere."""

import html
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Mark, word and colour of each kind of card. The colour, from JupyterLab's theme, only repeats what the word says.
_LOOKS = {
    "correct": ("✓", "Correct", "--jp-success-color1, #2e7d32"),
    "not yet": ("○", "Not yet", "--jp-warn-color1, #b45309"),
    "not attempted": ("…", "Not attempted", "--jp-border-color1, #8a8a8a"),
    "older copy": ("↻", "Older copy", "--jp-border-color1, #8a8a8a"),
    "not checked here": ("–", "Not checked here", "--jp-border-color1, #8a8a8a"),
    "error in your code": ("✗", "Error in your code", "--jp-error-color1, #c62828"),
    "hint": ("?", "Hint", "--jp-info-color1, #0277bd"),
    "solution": ("=", "Solution", "--jp-info-color1, #0277bd"),
    "note": ("i", "Note", "--jp-border-color1, #8a8a8a"),
    "expected error": ("✗", "The error, as it was raised", "--jp-error-color1, #c62828"),
}

_ERROR = re.compile(r"[\w.]+(?::|$)")


@dataclass(frozen=True)
class Card:
    """A headline, and rows of a label and a text. Rows whose label is in `code` are code, those in `folded` folded."""

    look: str
    headline: str
    rows: tuple[tuple[str, str], ...]
    code: frozenset[str] = frozenset()
    folded: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        mark, word, _ = _LOOKS[self.look]
        head = f"{mark} {word}" + (f" · {self.headline}" if self.headline else "")
        width = max((len(label) for label, _ in self.rows), default=0)
        lines = [
            f"  {label if n == 0 else '':<{width}}  {line}".rstrip()
            for label, text in self.rows
            for n, line in enumerate(text.splitlines() or [""])
        ]
        return "\n".join([head, *lines])

    def _repr_html_(self) -> str:
        mark, word, colour = _LOOKS[self.look]
        head = f'<span aria-hidden="true">{mark}</span> {word}'
        rows = "".join(self._row(label, text) for label, text in self.rows)
        headline = f" · {html.escape(self.headline)}" if self.headline else ""
        return (
            f'<div style="border-left:4px solid var({colour});padding:2px 12px;margin:4px 0;max-width:56em">'
            f'<div style="margin:4px 0"><strong>{head}</strong>{headline}</div>{rows}</div>'
        )

    def _row(self, label: str, text: str) -> str:
        body = html.escape(text)
        if label in self.code:
            body = f'<pre style="margin:0;white-space:pre-wrap;overflow-wrap:break-word">{body}</pre>'
        else:
            body = re.sub(r"`([^`]+)`", r"<code>\1</code>", body)
        if label in self.folded:
            return f"<details><summary>{html.escape(label)}</summary>{body}</details>"
        name = f'<div style="flex:0 0 7.5em;opacity:.8">{html.escape(label)}</div>' if label else ""
        return (
            f'<div style="display:flex;gap:8px;margin:4px 0">{name}'
            f'<div style="flex:1;min-width:0;overflow-wrap:anywhere">{body}</div></div>'
        )


def check_card(outcome: Mapping[str, Any]) -> Card:
    """Return the panel of a check's outcome, given the fields of helpers.checks.outcome.Outcome."""
    error_line = f"line {outcome['line_number']}: {outcome['line']}" if outcome["line_number"] else ""
    rows = (
        ("I called", outcome["did"]),
        ("Your line", error_line),
        (label_of_got(outcome), outcome["got"]),
        ("Expected", outcome["expected"]),
        ("" if outcome["status"] in ("older copy", "not checked here") else "Why", outcome["why"]),
        ("Next", _next(outcome)),
        ("It printed", outcome["printed"].rstrip()[:2000]),
    )
    return Card(
        outcome["status"],
        f"{outcome['exercise']} {outcome['title']}",
        tuple((label, text) for label, text in rows if text),
        code=frozenset({"I called", "Your line", "It printed"}),
        folded=frozenset({"It printed"}),
    )


def label_of_got(outcome: Mapping[str, Any]) -> str:
    """Return what an outcome's `got` is: an error, with its name in front, or what the check saw."""
    return "It raised" if outcome["status"] == "error in your code" and _ERROR.match(outcome["got"]) else "I saw"


def _next(outcome: Mapping[str, Any]) -> str:
    return f"hint({outcome['answer']})" if outcome["status"] in ("not yet", "error in your code") else ""


def hint_card(exercise: str, title: str, text: str, step: int, steps: int) -> Card:
    """Return the panel of one hint."""
    return Card("hint", f"{exercise} {title}", ((f"{step} of {steps}", text),))


def solution_card(exercise: str, title: str, source: str) -> Card:
    """Return the panel of a solution."""
    return Card("solution", f"{exercise} {title}", (("", source),), code=frozenset({""}))


def note_card(exercise: str, title: str, text: str) -> Card:
    """Return a panel with one text."""
    return Card("note", f"{exercise} {title}", (("", text),))


def error_card(error: str) -> Card:
    """Return the panel of an expected error."""
    return Card("expected error", "", (("", error),), code=frozenset({""}))


def show_card(card: Card) -> None:
    """Display the card in a notebook, or print it elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        from IPython.display import display

        display(card)
    else:
        print(card)

"""The panels of check, hint, solution and expected error: a card in a notebook, the same words as text elsewhere."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.views import kit

# Of each kind of card: the mark in the text, the word, and the sign in the picture, a state's or a letter.
_LOOKS = {
    "correct": ("✓", "Correct", "good"),
    "not yet": ("○", "Not yet", "held"),
    "not attempted": ("…", "Not attempted", "late"),
    "older copy": ("↻", "Older copy", "late"),
    "not checked here": ("–", "Not checked here", "late"),
    "error in your code": ("✗", "Error in your code", "dead"),
    "hint": ("?", "Hint", "?"),
    "solution": ("=", "Solution", "="),
    "note": ("i", "Note", "i"),
    "expected error": ("✗", "The error, as it was raised", "dead"),
}

_ERROR = re.compile(r"[\w.]+(?::|$)")
_SEEN, _RAISED, _NEXT = "I saw", "It raised", "Next"  # labels


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
        return self.draw()

    def draw(self, given: "Sequence[Card]" = (), offer: tuple[str, str, str] | None = None) -> str:
        """Return the HTML of the card.

        given: hints and the solution that the learner asked this card for. offer: act and text of a button, and what
        comes after it in words; it takes the place of the row that says what to call next.
        """
        _, word, sign = _LOOKS[self.look]
        return kit.draw(
            "check",
            kind=word,
            name=self.headline,
            label=f"{word}: {self.headline}" if self.headline else word,
            look=sign if sign in ("good", "held", "late", "dead") else "word",
            sign=sign,
            rows=[self._row(*row) for row in self.rows if not ((offer or given) and row[0] == _NEXT)],
            given=[card._row(label, text, _LOOKS[card.look][1]) for card in given for label, text in card.rows],
            offer=offer,
        )

    def _row(self, label: str, text: str, word: str = "") -> dict[str, str]:
        """Return label, text and kind of a row. word: the kind of card that it's from, if that isn't this one."""
        kind = {_SEEN: "seen", _RAISED: "call", _NEXT: "call"}.get(label, "code" if label in self.code else "prose")
        return {
            "label": f"{word} {label}".strip(),
            "text": text,
            "kind": "printed" if label in self.folded else kind,
        }


def check_card(outcome: Mapping[str, Any]) -> Card:
    """Return the panel of a check's outcome, given the fields of helpers.checks.outcome.Outcome."""
    error_line = f"line {outcome['line_number']}: {outcome['line']}" if outcome["line_number"] else ""
    rows = (
        ("I called", outcome["did"]),
        ("Your line", error_line),
        (label_of_got(outcome), outcome["got"]),
        ("Expected", outcome["expected"]),
        ("" if outcome["status"] in ("older copy", "not checked here") else "Why", outcome["why"]),
        (_NEXT, f"hint({outcome['answer']})" if outcome["status"] in ("not yet", "error in your code") else ""),
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
    return _RAISED if outcome["status"] == "error in your code" and _ERROR.match(outcome["got"]) else _SEEN


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

"""A question with a reason for each choice: in a fold in the notebook, further down in the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.views import parts

_LOOKS = {True: ("✓", "Right", "good"), False: ("○", "Not quite", "waits")}
# Keeps JupyterLab's shortcuts from acting while a choice has the focus: `x` would cut the cell.
_KEYS = 'tabindex="0" data-lm-suppress-shortcuts="true"'


@dataclass(frozen=True)
class QuizCard:
    """A question and its choices: the text, why it's right or wrong, and whether it's right."""

    question: str
    choices: Sequence[tuple[str, str, bool]]

    def __repr__(self) -> str:
        choices = [f"  {letter}. {_line(text)}" for letter, text, _, _ in self._lettered()]
        answers = [
            f"  {letter}. {_LOOKS[right][0]} {_LOOKS[right][1]}. {_line(why)}"
            for letter, _, why, right in self._lettered()
        ]
        gap = ["", "", "", "Answers, once you have chosen:"]
        return "\n".join([f"Check yourself. {_line(self.question)}", *choices, *gap, *answers])

    def _repr_html_(self) -> str:
        choices = "".join(_fold(*choice) for choice in self._lettered())
        question = f'<p style="margin:4px 0"><strong>Check yourself.</strong> {_prose(self.question)}</p>'
        return f'<div style="max-width:56em">{question}{choices}</div>'

    def _lettered(self) -> list[tuple[str, str, str, bool]]:
        return [(chr(ord("A") + n), *choice) for n, choice in enumerate(self.choices)]


def _fold(letter: str, text: str, why: str, right: bool) -> str:
    mark, word, tone = _LOOKS[right]
    found = f"<strong>{parts.chip(f'{mark} {word}', tone)}.</strong> {_prose(why)}"
    return (
        f'<details style="margin:4px 0"><summary {_KEYS}>{letter}. {_prose(text)}</summary>'
        f'<div style="margin:4px 0 8px 16px">{found}</div></details>'
    )


def _line(text: str) -> str:
    """Return the text on one line."""
    return parts.cut(text, 0)


def _prose(text: str) -> str:
    """Return the text as HTML, with what is in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", parts.text(text))

"""A question with a reason behind each choice: opened in the notebook, further down in the text twin."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.views import parts

_LOOKS = {True: ("✓", "Right", "good"), False: ("○", "Not quite", "waits")}
# Without the attribute a letter typed on a choice is a shortcut of JupyterLab's command mode: `x` cuts the cell.
_KEYS = 'tabindex="0" data-lm-suppress-shortcuts="true"'


@dataclass(frozen=True)
class QuizCard:
    """Draws a question and its choices: text, why it is right or not, and whether it is."""

    question: str
    choices: Sequence[tuple[str, str, bool]]

    def __repr__(self) -> str:
        choices = [f"  {letter}. {_line(text)}" for letter, text, _, _ in self._lettered()]
        answers = [
            f"  {letter}. {_LOOKS[right][0]} {_LOOKS[right][1]}. {_line(why)}"
            for letter, _, why, right in self._lettered()
        ]
        told = ["", "", "", "Answers, once you have chosen:"]
        return "\n".join([f"Check yourself. {_line(self.question)}", *choices, *told, *answers])

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
    """Return the text as HTML, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", parts.text(text))

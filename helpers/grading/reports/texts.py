"""How marks and texts from outside are shown: as plain text, the same on pages, in their text twins and in tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from helpers.grading.records import UNDECIDED

# A mark and a word say what the colour repeats.
LOOKS = {
    "correct": ("✓", "Correct", "good"),
    "not yet": ("○", "Not yet", "waits"),
    "error in your code": ("✗", "Error in your code", "bad"),
    "check failed": ("?", "Check failed", "plain"),
    "older copy": ("↻", "Older copy", "plain"),
    "not attempted": ("…", "Not attempted", "plain"),
    "not handed in": ("–", "Not handed in", "plain"),
    "excused": ("e", "Excused", "plain"),
    "marked by hand": ("✎", "Marked by hand", "plain"),
}
USUAL = tuple(LOOKS)[:-2]  # the last two come from an instructor, and few classes have any
NOT_MARKED = "not marked"
_NAMED = 5  # learners in one sentence
EXCUSED = "excused"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal
_JOINERS = "\u200c\u200d"  # parts of names and emoji


def tidy(value: object, longest: int = 0) -> str:
    """Return the value as readable text: shortened, without a terminal's colours and invisible characters.

    longest: characters to keep, from the beginning and the end; 0 keeps all.
    """
    line_ends = _COLOURS.sub("", shorten(str(value), longest)).replace("\r\n", "\n").replace("\r", "\n")
    if line_ends.replace("\n", "").isprintable():  # nearly always, and much faster than looking at each character
        return line_ends
    return "".join(c if c.isprintable() or c in "\n\t" or c in _JOINERS else _seen(c) for c in line_ends)


def _seen(character: str) -> str:
    return " " if character.isspace() else "�"


def shorten(value: str, longest: int) -> str:
    """Return the text without its middle where it is longer than this many characters; 0 leaves nothing out."""
    if not longest or len(value) <= longest:
        return value
    head = longest * 3 // 4
    left_out = len(value) - longest
    return f"{value[:head]} [… {left_out:,} characters left out …] {value[len(value) - (longest - head) :]}"


def one_line(value: str, longest: int) -> str:
    """Return the text, tidied, on one line."""
    return " ".join(tidy(value, longest).split())


def few(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are. Canvas's names have a comma, so a semicolon parts these."""
    listed, more = [one_line(name, 80) for name in names[:_NAMED]], len(names) - _NAMED
    between = "; " if any("," in name for name in listed) else ", "
    if more > 0:
        return f"{between.join(listed)} and {more} more"
    return " and ".join([between.join(listed[:-1]), listed[-1]] if listed[1:] else listed)


def number(value: object) -> str:
    """Return 2 for 2.0, 1.5 for 1.5, and no more than two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """Return the part of the whole in percent, with one place at most; "" when the whole is 0."""
    return f"{100 * part / whole:.1f}".removesuffix(".0") if whole else ""


def points(part: float, whole: float) -> str:
    """Return "1.5 of 2 points"."""
    return f"{number(part)} of {number(whole)} point{'' if whole == 1 else 's'}"


def worth(exercise: Mapping[str, Any]) -> str:
    """Return an exercise's points as `points` does, or that it has none. exercise: with points, of and status."""
    if exercise["status"] == "excused":
        return EXCUSED
    return NOT_MARKED if exercise["status"] in UNDECIDED else points(exercise["points"], exercise["of"])


def standing(part: float, state: str) -> str:
    """Return "1.5, correct": points and status, or that there are no points."""
    word = state.removesuffix(" in your code")  # the reader of the report didn't write it
    return f"{NOT_MARKED if state in UNDECIDED else number(part)}, {word}"


def within(draw: Callable[[int], str], largest: int) -> str:
    """Return the result of `draw` for the longest texts with which it isn't larger than this many bytes.

    draw: takes the number of characters that a text can have.
    """
    for longest in (4000, 2000, 800, 300, 100, 30):
        drawn = draw(longest)
        if len(drawn.encode("utf-8", "replace")) <= largest:
            break
    return drawn

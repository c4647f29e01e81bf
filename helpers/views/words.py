"""Words for pictures, and columns for their text twins."""

import re
import textwrap
from collections.abc import Sequence

LONGEST = 48  # characters of a name


def cut(value: object, longest: int = 0) -> str:
    """Return the text on one line, cut to this number of characters; 0 keeps all."""
    line = " ".join(str(value).split())
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"


def cut_at_word(text: str, longest: int) -> str:
    """Return the text on one line, cut between words, and within its first word if that is too long already."""
    line = cut(text)
    shorter = textwrap.shorten(line, longest, placeholder=" …", break_on_hyphens=False)
    return shorter if shorter not in ("…", " …") else cut(line, longest // 2)


def end_of_arn(text: str) -> str:
    """Return an ARN without its service, region and account, and any other text as it is."""
    return f"…:{text.split(':', 5)[5]}" if text.startswith("arn:") and text.count(":") >= 5 else text


def initial(name: str) -> str:
    """Return what stands for a name on a face: the number that it ends with, or else its first letter."""
    number = re.search(r"\d{1,2}$", name)
    return number[0] if number else name.strip()[:1].upper()


def is_square(name: str) -> bool:
    """Return whether the face of this name is square instead of round, the same in every picture."""
    return sum(map(ord, name)) % 2 == 0


def columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Return the rows as lines of text in aligned columns."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join((indent + line).rstrip() for line in lines)


def counted(count: int, one: str, several: str = "") -> str:
    """Return a number and what it counts: "1 call", "2 calls"."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def ordinal(number: int) -> str:
    """Return "1st", "2nd", "11th"."""
    last = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last}"


def span(seconds: float) -> str:
    """Return a length of time the way people say it, in at most two units: "0.4 s", "65 s", "2 min 30 s", "4 days"."""
    if seconds < 119.5:
        return f"{seconds:.1f} s" if 0.05 <= seconds < 0.95 else f"{round(seconds)} s"
    for unit, length, part in (("day", 86_400, 3_600), ("h", 3_600, 60), ("min", 60, 1)):
        whole = round(seconds / part) * part
        if whole >= 2 * length or whole == length:
            count, rest = divmod(whole, length)
            name = f" {unit}s" if unit == "day" and count > 1 else f" {unit}"
            smaller = {"day": "h", "h": "min", "min": "s"}[unit]
            return f"{count}{name}" + (f" {rest // part} {smaller}" if rest else "")
    return f"{round(seconds)} s"

"""What the pictures are made of: HTML that survives every notebook viewer, and its text twin.

JupyterLab strips scripts, SVG and style sheets from outputs that it does not trust, and GitHub more; tables, headings
and `style` attributes stay. So a picture is a table, and a word or mark carries what a colour repeats. Colours come
from JupyterLab's theme, with a fallback for other viewers.
"""

import html
from collections.abc import Iterable, Sequence

# JupyterLab's own keys would act on the cell while something in its output has the focus: d d would delete it.
KEYS = ' data-lm-suppress-shortcuts="true"'
_TONES = {
    "good": "--jp-success-color1, #2e7d32",
    "waits": "--jp-warn-color1, #b45309",
    "bad": "--jp-error-color1, #c62828",
    "info": "--jp-info-color1, #0277bd",
    "plain": "--jp-border-color1, #8a8a8a",
}


def text(value: object, longest: int = 0) -> str:
    """Return the value as HTML text: nothing in it can be a tag. longest: characters after which it is cut off."""
    return html.escape(cut(str(value), longest))


def raw(value: object) -> str:
    """Return the value as HTML text with its line breaks."""
    return html.escape(str(value))


def cut(value: str, longest: int) -> str:
    """Return the text on one line, cut off after so many characters; 0 cuts nothing."""
    line = " ".join(value.split())
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"


def chip(word: str, tone: str = "plain") -> str:
    """Return a word with a coloured edge."""
    return f'<span style="border-left:4px solid var({_TONES[tone]});padding-left:4px">{text(word)}</span>'


def share(part: float, whole: float, says: str) -> str:
    """Return a bar that is filled for a part of the whole, with what it says beside it."""
    return f'<progress max="{max(whole, 1):g}" value="{max(part, 0):g}" aria-hidden="true"></progress> {text(says)}'


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], facts: Iterable[str] = ()) -> str:
    """Return a heading, facts below it, a line each, and a table of cells that are HTML already."""
    left = ' style="text-align:left;vertical-align:top"'
    top = "".join(f'<th scope="col"{left}>{text(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td{left}>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    above = "<br>".join([f"<strong>{text(title)}</strong>", *(text(fact) for fact in facts)])
    drawn = f'<table aria-label="{text(title)}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div style="margin:8px 0 2px">{above}</div>{drawn}'


def columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Return the rows as text, each column as wide as its widest cell."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join((indent + line).rstrip() for line in lines)


def seconds(count: float) -> str:
    """Return a span of time as people say it."""
    whole = round(count)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= 2 * length or (whole >= length and whole % length == 0):
            rest = whole % length
            return f"{whole // length} {unit}" + (f" {seconds(rest)}" if rest else "")
    return f"{whole} s"

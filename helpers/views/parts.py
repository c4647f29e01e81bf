"""The drawing kit: HTML that every notebook viewer keeps, and helpers for the same content as text.

JupyterLab strips scripts, SVG and style sheets from outputs that it doesn't trust, and GitHub strips more. Tables,
headings and `style` attributes stay. So a picture is a table, and every colour repeats what a word or mark says. The
colours come from JupyterLab's theme, with a fallback for other viewers.
"""

import html
from collections.abc import Iterable, Sequence

# Keeps JupyterLab's shortcuts from acting on the cell while its output has the focus: `d d` would delete the cell.
KEYS = ' data-lm-suppress-shortcuts="true"'
_TONES = {
    "good": "--jp-success-color1, #2e7d32",
    "waits": "--jp-warn-color1, #b45309",
    "bad": "--jp-error-color1, #c62828",
    "info": "--jp-info-color1, #0277bd",
    "plain": "--jp-border-color1, #8a8a8a",
}


def text(value: object, longest: int = 0) -> str:
    """Return the value escaped for HTML, on one line. longest: the number of characters to keep; 0 keeps all."""
    return html.escape(cut(str(value), longest))


def raw(value: object) -> str:
    """Return the value escaped for HTML, with its line breaks."""
    return html.escape(str(value))


def cut(value: str, longest: int) -> str:
    """Return the text on one line, cut to this number of characters; 0 keeps all."""
    line = " ".join(value.split())
    return line if not longest or len(line) <= longest else line[: longest - 1] + "…"


def chip(word: str, tone: str = "plain") -> str:
    """Return a word with a coloured edge."""
    return f'<span style="border-left:4px solid var({_TONES[tone]});padding-left:4px">{text(word)}</span>'


def share(part: float, whole: float, says: str) -> str:
    """Return a bar that shows a part of a whole, with the text `says` beside it."""
    return f'<progress max="{max(whole, 1):g}" value="{max(part, 0):g}" aria-hidden="true"></progress> {text(says)}'


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], facts: Iterable[str] = ()) -> str:
    """Return a heading, the facts below it, one per line, and a table. Its cells must be HTML; the rest is text."""
    left = ' style="text-align:left;vertical-align:top"'
    top = "".join(f'<th scope="col"{left}>{text(cell)}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td{left}>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    above = "<br>".join([f"<strong>{text(title)}</strong>", *(text(fact) for fact in facts)])
    drawn = f'<table aria-label="{text(title)}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div style="margin:8px 0 2px">{above}</div>{drawn}'


def columns(rows: Sequence[Sequence[str]], indent: str = "") -> str:
    """Return the rows as lines of text in aligned columns."""
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join((indent + line).rstrip() for line in lines)


def seconds(count: float) -> str:
    """Return a length of time as people write it, such as "2 h" or "90 s"."""
    whole = round(count)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= 2 * length or (whole >= length and whole % length == 0):
            rest = whole % length
            return f"{whole // length} {unit}" + (f" {seconds(rest)}" if rest else "")
    return f"{whole} s"

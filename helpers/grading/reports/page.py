"""Pages that stand alone: HTML without scripts, which loads nothing and shows what came from outside as text only."""

import re
from collections.abc import Callable, Iterable, Sequence

from helpers.views import parts

# A mark and a word say what the colour repeats.
LOOKS = {
    "correct": ("✓", "Correct", "good"),
    "not yet": ("○", "Not yet", "waits"),
    "error in your code": ("✗", "Error in your code", "bad"),
    "not attempted": ("…", "Not attempted", "plain"),
    "not handed in": ("–", "Not handed in", "plain"),
}
_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #545b66; --paper: #fff; --panel: #f4f5f7; --edge: #c9ced6;
  --good: #23702a; --waits: #8f4500; --bad: #b3201c; --plain: #5a6270; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ec; --soft: #adb4bf; --paper: #14171b; --panel: #1e2329;
  --edge: #414953; --good: #83cf88; --waits: #f0b169; --bad: #ff9089; --plain: #b3bac4; --link: #83bdf5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; padding-bottom: .25rem; border-bottom: 1px solid var(--edge); }
h3 { font-size: 1.05rem; margin: 0; }
h1, h2, h3, td, tbody th, dd, li { overflow-wrap: anywhere; }
p { margin: .35rem 0; max-width: 46rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .wide:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.soft { color: var(--soft); }
.sum { font-size: 1.15rem; }
.good, .waits, .bad, .plain { font-weight: 600; }
.good { color: var(--good); } .waits { color: var(--waits); }
.bad { color: var(--bad); } .plain { color: var(--plain); }
article { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge);
  border-left: .35rem solid currentColor; border-radius: .3rem; }
article > * { color: var(--ink); font-weight: 400; } article h3 { font-weight: 600; }
.stands { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: .15rem 0 .5rem; }
dl { margin: 0; } dl > div { display: flex; gap: .75rem; margin: .35rem 0; }
dt { flex: 0 0 6rem; color: var(--soft); } dd { margin: 0; flex: 1; min-width: 0; }
@media (max-width: 34rem) { dl > div { display: block; } }
code, pre { font: .9em/1.45 ui-monospace, Consolas, monospace; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: .35rem 0; } summary { cursor: pointer; color: var(--soft); } details pre { margin: .35rem 0 0; }
.wide { overflow-x: auto; margin: .75rem 0; } table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); }
thead th { font-weight: 600; color: var(--soft); vertical-align: bottom; }
tbody th { font-weight: 400; min-width: 9rem; } td.n, th.n { text-align: right; }
td.n { font-variant-numeric: tabular-nums; white-space: nowrap; } .no { overflow-wrap: normal; white-space: nowrap; }
.bar { display: flex; width: 16rem; height: 1.5rem; border: 1px solid var(--edge); background: var(--paper); }
.bar span { overflow: hidden; text-align: center; font-size: .85rem; line-height: 1.4rem; color: var(--paper);
  border-right: 2px solid var(--paper); min-width: 2px; print-color-adjust: exact; }
.bar .good { background: var(--good); } .bar .bad { background: var(--bad); } .bar .waits { background: var(--waits); }
.bar .plain { color: var(--plain); background: var(--paper); border-right-color: var(--edge); }
.bar .info { background: var(--link); } .bar .empty { min-width: 0; } .bar span:last-child { border-right: 0; }
.name { display: inline-block; min-width: 14rem; }
.flag { border-left: .35rem solid var(--bad); padding-left: .6rem; font-weight: 600; }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --paper: #fff; --panel: #fff; --edge: #999;
  --good: #23702a; --waits: #8f4500; --bad: #b3201c; --plain: #444; --link: #000; }
  main { max-width: none; padding: 0; } article, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } .wide { overflow: visible; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal
_JOINERS = "\u200c\u200d"  # names and emoji hold them


def page(title: str, body: str) -> str:
    """Return a whole page. body: HTML, which begins with its first heading."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title, 200)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def tidy(value: object, longest: int = 0) -> str:
    """Return the value as text that shows what it is: shortened, without a terminal's colours and unseen characters.

    longest: characters that are kept, beginning and end; 0 keeps all.
    """
    line_ends = _COLOURS.sub("", shorten(str(value), longest)).replace("\r\n", "\n").replace("\r", "\n")
    if line_ends.replace("\n", "").isprintable():  # nearly always, and much faster to tell than each by itself
        return line_ends
    return "".join(c if c.isprintable() or c in "\n\t" or c in _JOINERS else _seen(c) for c in line_ends)


def _seen(character: str) -> str:
    return " " if character.isspace() else "�"


def shorten(value: str, longest: int) -> str:
    """Return the text with its middle left out where it is longer than so many characters; 0 leaves nothing out."""
    if not longest or len(value) <= longest:
        return value
    head = longest * 3 // 4
    left_out = len(value) - longest
    return f"{value[:head]} [… {left_out:,} characters left out …] {value[len(value) - (longest - head) :]}"


def text(value: object, longest: int = 0) -> str:
    """Return the value as HTML text, tidied: nothing in it can be a tag."""
    return parts.raw(tidy(value, longest))


def prose(value: object, longest: int = 0) -> str:
    """Return the value as HTML text in which `code` is shown as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(value, longest))


def chip(status: str) -> str:
    """Return mark and word of a status, in its colour."""
    mark, word, tone = LOOKS[status]
    return f'<span class="{tone}"><span aria-hidden="true">{mark}</span> {word}</span>'


def number(value: object) -> str:
    """Return 2 for 2.0, 1.5 for 1.5, and no more than two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """Return the part of the whole in percent, with one place at most; nothing where there is no whole."""
    return f"{100 * part / whole:.1f}".removesuffix(".0") if whole else ""


def points(part: float, whole: float) -> str:
    """Return "1.5 of 2 points", as people say it."""
    return f"{number(part)} of {number(whole)} point{'' if whole == 1 else 's'}"


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: frozenset[int] = frozenset()
) -> str:
    """Return a table whose rows hold HTML already, the first cell naming its row. numbers: columns of numbers."""
    kinds = ["n" if n in numbers else "" for n in range(len(head))]
    top = "".join(f'<th scope="col" class="{kind}">{text(cell)}</th>' for cell, kind in zip(head, kinds, strict=True))
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>'
        + "".join(f'<td class="{kind}">{cell}</td>' for cell, kind in zip(rest, kinds[1:], strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    name = text(caption)
    drawn = f'<table aria-label="{name}"><thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'
    # What scrolls sideways must be reachable by keyboard.
    return f'<div class="wide" role="region" aria-label="{name}" tabindex="0">{drawn}</div>'


def within(draw: Callable[[int], str], largest: int) -> str:
    """Return what `draw` makes of the longest texts with which it is no larger than so many bytes.

    draw: gets the number of characters that a text may have.
    """
    for longest in (4000, 2000, 800, 300, 100, 30):
        drawn = draw(longest)
        if len(drawn.encode("utf-8", "replace")) <= largest:
            break
    return drawn

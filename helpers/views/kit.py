"""The drawing kit: every picture is a template that extends `card`, made of the few pieces in `pieces`.

A template is given plain data and escapes every value, so a message's text can only ever be text. Each output brings
the style sheets that it needs, since it has to stand alone in a saved notebook. The sheets hold for `data-pic`: viewers
that don't trust an output strip that attribute along with the drawing, and show the words alone.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from helpers.templates import templates
from helpers.views.words import cut, initial, is_square

_HERE = Path(__file__).parent


def draw(
    picture: str,
    *,
    kind: str,
    name: str = "",
    facts: Sequence[str] = (),
    label: str,
    twin: str = "",
    look: str = "",
    sheets: Sequence[str] = (),
    **data: Any,
) -> str:
    """Return the HTML of a picture: its template `<picture>.html.jinja`, drawn with this data.

    picture: the template's name, and that of its style sheet if it has one. kind, name, facts: the card's head, such as
    "Queue", "orders" and ["standard", "at 09:00:31"]. label: what a screen reader says first, with the counts. twin:
    the same in words, for a fold. look: more classes of the card. sheets: the names of more style
    sheets, which pictures share.
    """
    drawn = (
        _environment()
        .get_template(f"{picture}.html.jinja")
        .render(
            picture=picture,
            kind=kind,
            name=name,
            facts=facts,
            label=label,
            twin=twin,
            look=look,
            **data,
        )
    )
    return f"<style>{_sheet(*sheets, picture)}</style>{drawn.strip()}"


@lru_cache
def _environment() -> Any:
    made = templates(_HERE / "templates")
    made.filters |= {
        "cut": cut,
        "initial": initial,
        "is_square": is_square,
        "whole": whole,
        "percent": percent,
        "place": place,
    }
    return made


def compile_templates() -> None:
    """Compile every template, so that this process's later pictures are drawn faster."""
    for name in _environment().list_templates():
        _environment().get_template(name)


def whole(text: object) -> Markup:
    """Return the text with no-break spaces, so that a number keeps its unit."""
    return Markup(str(escape(text)).replace(" ", "&nbsp;"))


def percent(number: float) -> str:
    """Return a number with at most two decimals."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def place(mark: Mapping[str, Any]) -> str:
    """Return as a style where a mark is: its x and width in percent, its top and height in pixels."""
    found = [f"{name}:{percent(mark[key])}%" for name, key in (("left", "x"), ("width", "width")) if key in mark]
    return ";".join([*found, *(f"{key}:{mark[key]}px" for key in ("top", "height") if key in mark)])


@lru_cache
def _sheet(*names: str) -> str:
    """Return the kit's style sheet and these, on one line.

    The kit's rules hold for `[data-pic]` three times, which outweighs JupyterLab's about lists and code. Those
    of a later sheet outweigh the earlier ones', also where another picture below brings the earlier sheets once more.
    """
    text = ""
    for weight, name in enumerate(("kit", *names), 2):
        sheet = _HERE / "sheets" / f"{name}.css"
        if sheet.exists():
            rules = sheet.read_text(encoding="utf-8")
            text += re.sub(r"^\[data-pic", weight * "[data-pic]" + "[data-pic", rules, flags=re.MULTILINE)
    text = " ".join(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).split())
    return re.sub(r" ?([{};,>]) ?", r"\1", text).replace(": ", ":").replace(";}", "}")

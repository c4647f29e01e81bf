"""Pages from the templates beside this module: HTML without scripts, which loads nothing.

Every value is escaped, so that text from outside is shown as text only.
"""

import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from helpers.grading.reports import texts


def render(template: str, **values: Any) -> str:
    """Return the page that the template makes of these values."""
    return _environment().get_template(template).render(**values)


@lru_cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("helpers.grading.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"tidy": texts.tidy, "prose": prose, "number": texts.number}
    made.globals |= {"LOOKS": texts.LOOKS, "points": texts.points, "worth": texts.worth}
    return made


def prose(value: object, longest: int = 0) -> Markup:
    """Return the text as HTML in which `code` is shown as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(texts.tidy(value, longest)))))

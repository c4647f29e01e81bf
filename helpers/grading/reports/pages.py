"""Pages from the templates beside this module: HTML that loads nothing, and runs no script but the one it came with.

Every value is escaped, so that text from outside is shown as text only.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from helpers import templates
from helpers.grading.reports import texts

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, script: str = "", **values: Any) -> str:
    """Return the page that the template makes of these values.

    script: the file beside the template with the only script that the page may run. A browser knows it by its digest,
    so nothing else on the page can pass for it.
    """
    source = (TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    policy = f"; script-src {templates.allowed(source)}" if script else ""
    values |= {"script": Markup(source), "scripts": Markup(policy)}
    return _environment().get_template(template).render(**values) + "\n"


@lru_cache
def _environment() -> Any:
    made = templates.templates(TEMPLATES)
    made.filters |= {"tidy": texts.tidy, "prose": prose, "number": texts.number}
    made.globals |= {"LOOKS": texts.LOOKS, "points": texts.points, "worth": texts.worth}
    return made


def prose(value: object, longest: int = 0) -> Markup:
    """Return the text, tidied, as HTML in which `code` is shown as code."""
    return templates.prose(texts.tidy(value, longest))

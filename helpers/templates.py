"""Templates for HTML: every value is escaped, so that text from outside is shown as text only."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape


def templates(folder: Path) -> Any:
    """Return the Jinja environment of the templates in this folder. They have `prose` as a filter."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # takes 0.05 s, and most cells draw nothing

    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["prose"] = prose
    return made


def prose(text: object) -> Markup:
    """Return the text as HTML in which `code` is shown as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def allowed(script: str) -> str:
    """Return the source for a page's security policy that allows this script and no other: its digest."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"

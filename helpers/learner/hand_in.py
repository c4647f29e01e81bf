"""Handing in from a browser tab: a form that asks for the name, and packs what `course pack` would pack.

Python in a tab has no terminal, no nbformat and no server. The notebook `hand_in.ipynb` of the browser edition shows
the form; before each click gets here, the page saves what's open.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from traitlets import Bunch

from helpers.backends import front_end
from helpers.course import course
from helpers.errors import CourseError, NotebookError
from helpers.learner import pack as packing
from helpers.learner.working_copy import WorkingCopy
from helpers.views.card import Card
from helpers.views.hand_in_form import hand_in_form

_NO_FILES = (
    "I can't see your notebooks from here. If you've moved this notebook into another folder, move it back. If not, "
    "this page can't give its files to Python, as when it came over plain http from another computer. Then open each "
    "exercise notebook, choose File, then Download, and type your name when you're asked."
)
_WITHOUT_CLICKS = 'To pack without the form, run `print(hand_in.pack("Ada Lovelace"))`, with your own name.'
_WHERE = "in the first folder of the list of files"
_ANYWAY = "Nothing is packed yet. Put this right and pack again, or pack anyway."


@dataclass(frozen=True)
class Packed:
    """What was packed. lines: what the learner should know. path: the file, or None while that has to be put right."""

    lines: tuple[str, ...]
    path: Path | None = None

    @property
    def size(self) -> str:
        """The file's size, such as "12 kB"."""
        return f"{max(1, round(self.path.stat().st_size / 1000))} kB" if self.path else ""

    def __str__(self) -> str:
        if self.path is None:
            return "\n".join((*self.lines, f"{_ANYWAY} For that, add `anyway=True`."))
        found = f"Hand in {self.path.name} ({self.size})."
        return "\n".join((*self.lines, f"{found} It's {_WHERE}: right-click it, then choose Download."))


def pack(name: str, anyway: bool = False) -> Packed:
    """Pack the exercises into a file in the first folder of the list of files, which has the learner's name.

    anyway: also when there's a notebook that can't be read, or a secret; neither gets into the file. CourseError when
    there's nothing to pack, or no name.
    """
    here = Path.cwd()
    folder = next((place for place in (here, *here.parents) if any(place.glob("exercises/*.ipynb"))), None)
    if folder is None:
        raise CourseError(_NO_FILES)
    contents = packing.look(WorkingCopy(folder), course(), _read, {})
    lines = packing.missing(contents, course())
    lines += [f"Left out: {problem}" for problem in contents.unreadable]
    lines += [f"A secret? {place}" for place in contents.secrets]
    if contents.secrets:
        lines.append(packing.WITHOUT_SECRETS)
    if (contents.unreadable or contents.secrets) and not anyway:
        return Packed(tuple(lines))
    return Packed(tuple(lines), packing.write(contents, name, folder))


def form() -> Any:
    """Return the form. Where nobody can click, return a note with the call that does the same."""
    still = Card("note", "Hand in", (("", _WITHOUT_CLICKS),))
    if not front_end.can_click():
        return still
    from helpers.views.live_card import LiveCard  # importing widgets takes time

    shown = _Form()
    return LiveCard(shown.draw, still, shown.act)


class _Form:
    def __init__(self) -> None:
        self._packed = Packed(())
        self._asks = False

    def draw(self) -> str:
        path, file = self._packed.path, None
        if path:
            file = path.name, self._packed.size, base64.b64encode(path.read_bytes()).decode()
        return hand_in_form(self._packed.lines, _ANYWAY if self._asks else "", file)

    def act(self, act: str, given: Mapping[str, Any]) -> str:
        """Do what was clicked; return what a screen reader says."""
        if act not in ("pack", "anyway"):
            return ""
        try:
            self._packed = pack(str(given.get("learner") or ""), anyway=act == "anyway")
        except CourseError as problem:
            self._packed, self._asks = Packed((str(problem),)), False
            return str(problem)
        self._asks = self._packed.path is None
        if self._packed.path:
            return f"{self._packed.path.name} is packed. The link below the button downloads it."
        return ". ".join(line.rstrip(".") for line in (*self._packed.lines, _ANYWAY)) + "."


def _read(path: Path) -> Any:
    """Return a notebook of today's format as nbformat would, without outputs, since they aren't packed."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        return SimpleNamespace(cells=[_cell(cell) for cell in cells])
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotebookError(f"{path} isn't a notebook that I can read.") from None


def _cell(raw: dict[str, Any]) -> Bunch:
    source = raw["source"]
    text = source if isinstance(source, str) else "".join(source)
    return Bunch(cell_type=raw["cell_type"], source=text, metadata=dict(raw["metadata"]))

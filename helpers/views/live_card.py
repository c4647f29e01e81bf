"""The one widget of the course: a picture with buttons, as long as its kernel runs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

ASLEEP = "Run this cell again, and its buttons work."  # of a picture that lost its kernel


class LiveCard(anywidget.AnyWidget):
    """A picture that the kernel draws, and the browser shows, and whose clicks come back.

    draw: returns the picture as it is now, with its controls. still: the same picture without them, for the saved
    notebook. act: called with what was clicked and with its values, such as ("receive", {"value": "Kim"}); returns a
    sentence that a screen reader speaks, or "".
    """

    _esm = Path(__file__).with_name("live.js")
    html = traitlets.Unicode().tag(sync=True)
    says = traitlets.Unicode().tag(sync=True)

    def __init__(self, draw: Callable[[], str], still: Any, act: Callable[[str, Mapping[str, Any]], str]):
        super().__init__(html=_with_line(draw()))
        self._draw, self._still, self._act = draw, still, act
        self.on_msg(self._clicked)

    def redraw(self, says: str = "") -> None:
        """Draw the picture as it is now, and say this."""
        with self.hold_sync():  # so that the browser gets both together
            self.html, self.says = _with_line(self._draw()), says

    def _clicked(self, widget: Any, content: Any, buffers: Any) -> None:
        says = ""
        try:
            act = content.get("act") if isinstance(content, Mapping) else None
            if isinstance(act, str) and act:
                says = self._act(act, content)
                self.redraw(says)
        finally:
            # The browser waits for this before it sends the next one. The same sentence twice is no change of a trait.
            self.send({"awake": True, "says": says})

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the still picture for viewers without a kernel."""
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        return {**(bundle or {}), "text/plain": repr(self._still), "text/html": _with_line(self._still._repr_html_())}

    def __repr__(self) -> str:
        return repr(self._still)


def _with_line(picture: str) -> str:
    """Return the picture's HTML with the line about waking it."""
    return f'{picture.removesuffix("</figure>")}<p class="asleep">{ASLEEP}</p></figure>'

"""The live picture of a queue: it follows the clock and has buttons, as long as its kernel runs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from helpers.views import parts
from helpers.views.queue_picture import QueuePicture

_LONGEST_BODY = 80  # characters


class LiveQueue(anywidget.AnyWidget):
    """The widget. A click calls `on_click` with the action and the message's id, such as ("delete", "5fea...").

    data: what the browser draws. status: a sentence about the last click, which a screen reader speaks.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")
    data = traitlets.Dict().tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)

    def __init__(self, on_click: Callable[[str, str], None]):
        super().__init__()
        self._on_click = on_click
        self._picture = QueuePicture({})
        self.on_msg(self._clicked)

    def show(self, queue: Mapping[str, Any], running: bool, status: str) -> None:
        """Draw a snapshot from helpers.backends.offline.snapshot.queue. running: whether the clock is running."""
        self._picture = QueuePicture(queue)
        drawn = {"title": self._picture.title, "facts": self._picture.facts, "running": running}
        # A body can have a mebibyte; the browser gets only the part that it shows.
        messages = [{**message, "body": parts.cut(message["body"], _LONGEST_BODY)} for message in queue["messages"]]
        with self.hold_sync():  # so that the browser gets both together
            self.data = drawn | {"messages": messages, "more": queue["more"]}
            self.status = status

    def _clicked(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        self._on_click(str(content.get("act", "")), str(content.get("message", "")))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the QueuePicture for viewers without a kernel."""
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        static = {"text/plain": repr(self._picture), "text/html": self._picture._repr_html_()}
        return {**(bundle or {}), **static}

    def __repr__(self) -> str:
        return repr(self._picture)

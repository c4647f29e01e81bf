"""The picture of a queue that follows the clock and takes clicks, while its kernel lives."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from helpers.views import parts
from helpers.views.queue_picture import QueuePicture

_LONGEST = 80  # characters of a body


class LiveQueue(anywidget.AnyWidget):
    """Shows a QueuePicture's data, with buttons. What was clicked goes to `act` as ("delete", message id) and the like.

    data: what is drawn. said: one sentence about the last click, which a screen reader speaks.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_suffix(".css")
    data = traitlets.Dict().tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)

    def __init__(self, act: Callable[[str, str], None]):
        super().__init__()
        self._act = act
        self._picture = QueuePicture({})
        self.on_msg(self._clicked)

    def show(self, queue: Mapping[str, Any], running: bool, said: str) -> None:
        """Draw the queue as helpers.backends.offline.snapshot.queue returns it. running: whether its clock runs."""
        self._picture = QueuePicture(queue)
        drawn = {"title": self._picture.title, "facts": self._picture.facts, "running": running}
        # A body may be a mebibyte; the browser gets what it shows.
        messages = [{**message, "body": parts.cut(message["body"], _LONGEST)} for message in queue["messages"]]
        with self.hold_sync():  # so that both arrive together
            self.data = drawn | {"messages": messages, "more": queue["more"]}
            self.said = said

    def _clicked(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        self._act(str(content.get("act", "")), str(content.get("message", "")))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the still picture for viewers that have no kernel."""
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        still = {"text/plain": repr(self._picture), "text/html": self._picture._repr_html_()}
        return {**(bundle or {}), **still}

    def __repr__(self) -> str:
        return repr(self._picture)

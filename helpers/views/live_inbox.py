"""The live inbox: it has a button for each request to confirm, as long as its kernel runs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from helpers.views.inbox_list import InboxList, short

_LONGEST_MESSAGE = 20_000  # characters that are sent to the browser


class LiveInbox(anywidget.AnyWidget):
    """The widget. A click on Confirm calls `confirm` with the message's number; it returns a sentence to show.

    mails: returns the data of an InboxList.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_name("live_queue.css")
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, confirm: Callable[[int], str], mails: Callable[[], Sequence[Mapping[str, Any]]]):
        super().__init__()
        self._confirm, self._mails = confirm, mails
        self._show("")
        self.on_msg(self._clicked)

    def _show(self, status: str) -> None:
        self._picture = InboxList(tuple(self._mails()))
        mails = [
            {**mail, "short": short(mail), "message": mail["message"][:_LONGEST_MESSAGE]}
            for mail in self._picture.mails
        ]
        self.data = {"title": self._picture.title, "status": status, "mails": mails}

    def _clicked(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        number = content.get("number")
        if content.get("act") == "confirm" and isinstance(number, int) and 0 <= number < len(self._picture.mails):
            self._show(self._confirm(number))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the InboxList for viewers without a kernel."""
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        static = {"text/plain": repr(self._picture), "text/html": self._picture._repr_html_()}
        return {**(bundle or {}), **static}

    def __repr__(self) -> str:
        return repr(self._picture)

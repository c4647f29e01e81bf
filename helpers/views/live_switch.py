"""A form for choosing the cloud, as long as its kernel runs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

FIELDS = ("which", "url", "account", "profile", "region", "prefix")


class LiveSwitch(anywidget.AnyWidget):
    """The widget. Its button calls `start` with the fields named in FIELDS and "remember"; it returns a text to show.

    status: the text of the last start, which a screen reader speaks. fallback: the text for viewers without a kernel.
    """

    _esm = Path(__file__).with_suffix(".js")
    _css = Path(__file__).with_name("live_queue.css")
    data = traitlets.Dict().tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        start: Callable[[dict[str, Any]], str],
        profiles: Sequence[str],
        regions: Sequence[str],
        status: str,
        fallback: str,
    ):
        super().__init__(data={"profiles": list(profiles), "regions": list(regions)}, status=status)
        self._start, self._fallback = start, fallback
        self.on_msg(self._clicked)

    def _clicked(self, widget: Any, content: Mapping[str, Any], buffers: Any) -> None:
        if content.get("act") != "start":
            return
        given: dict[str, Any] = {name: str(content.get(name) or "").strip() for name in FIELDS}
        status = self._start(given | {"remember": content.get("remember") is True})
        self.status = status
        self.send({"status": status})  # the same text again wouldn't count as a change of the trait

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and a text for viewers without a kernel."""
        made = super()._repr_mimebundle_(**kwargs)
        bundle = made[0] if isinstance(made, tuple) else made
        return {**(bundle or {}), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.status} {self._fallback}"

"""Tells a workshop's server how its learner's checks went, in the background: no check waits for it or fails by it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from helpers.backends.endpoint.workshop_client import ControlClient
from helpers.errors import CloudError
from helpers.sharing import Shared


class RoomClient:
    """The room of one server, for one account. It's told nothing before the learner has entered it."""

    def __init__(self, control: ControlClient):
        self._control, self._is_in = control, False
        self._later = ThreadPoolExecutor(1, "course-room")  # one thread, so that what's told first arrives first

    def enter(self, so_far: Mapping[str, Shared]) -> None:
        """Share from now on, beginning with the progress so far."""
        self._is_in = True
        self.tell(so_far, True)

    def leave(self) -> None:
        """Share nothing more, and have the server forget what it knows."""
        self._is_in = False
        self._later.submit(self._post, {"forget": True})

    def tell(self, tried: Mapping[str, Shared], counted: bool) -> None:
        """Tell how checks went. counted: whether the tries are all so far; otherwise the server counts them."""
        if self._is_in:
            rows = {answer: asdict(one) for answer, one in tried.items()}
            self._later.submit(self._post, {"tried": rows, "counted": counted})

    def wait(self) -> None:
        """Return when all has been sent."""
        self._later.submit(lambda: None).result()

    def _post(self, body: dict[str, Any]) -> None:
        with suppress(CloudError):  # the server is gone for now, and the next try tells it again
            self._control.post("room", **body)

"""A learner's side of `course serve`: asking its control API, and a clock there that moves at once."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.errors import ClockError, CloudError
from helpers.simulation.clock import RealClock, _seconds

# The function itself, so that the clock keeps its time even while an answer is shown another one.
_monotonic = time.monotonic
_PATIENCE = 5  # seconds
_LONGEST = 10_000  # bytes of a refusal


class Control:
    """The control API of a served cloud, for one account.

    url: of the server. account: twelve digits. secret: the token that the server printed; any text where it has none.
    direct: whether to pass by a proxy, as to this computer itself.
    """

    def __init__(self, url: str, account: str = "", secret: str = "-", direct: bool = True):
        self.url, self.account, self.secret = url, account, secret
        self._opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if direct else []))

    def is_there(self) -> bool:
        """Return whether a `course serve` answers at the URL."""
        try:
            return "course" in self._ask("GET", "", {})
        except (OSError, ValueError, CloudError):
            return False

    def get(self, what: str) -> dict[str, Any]:
        """Return what the server says of the account's "clock", "inbox" or "unkind"; CloudError when it refuses."""
        return self._signed("GET", what, b"")

    def post(self, what: str, **given: Any) -> dict[str, Any]:
        """Move the "clock", "reset" the account or be "unkind" to it, and return what the server says of it."""
        return self._signed("POST", what, json.dumps(given).encode())

    def fetch(self, link: str) -> bytes:
        """Return what stands at a link of this server; CloudError when it refuses, or the link leads elsewhere."""
        here, there = urlsplit(self.url), urlsplit(link)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise CloudError(f"That is no link of this cloud's SNS: {link[:100]!r}")
        try:
            with self._opener.open(link, timeout=_PATIENCE) as reply:
                return reply.read()
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read(_LONGEST).decode(errors="replace")
            raise CloudError(f"The link does not work (any more). SNS says: {said}") from None
        except OSError as problem:
            raise CloudError(f"The cloud at {self.url} does not answer: {problem}") from None

    def _signed(self, method: str, what: str, body: bytes) -> dict[str, Any]:
        request = AWSRequest(method, f"{self.url}/_course/{what}", data=body)
        SigV4Auth(Credentials(self.account, self.secret), "sqs", "us-east-1").add_auth(request)
        try:
            return self._ask(method, what, dict(request.headers), body)
        except (OSError, ValueError) as problem:
            raise CloudError(f"The cloud at {self.url} does not answer: {problem}") from None

    def _ask(self, method: str, what: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/_course/{what}", body or None, headers, method=method)
        try:
            with self._opener.open(request, timeout=_PATIENCE) as reply:
                found = json.load(reply)
        except urllib.error.HTTPError as problem:
            with problem:
                text = problem.read(_LONGEST).decode(errors="replace")
            raise CloudError(f"The cloud at {self.url} refuses: {_message(text)}") from None
        if not isinstance(found, dict):
            raise ValueError("the reply is no JSON object")
        return found


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text


class ServedClock(RealClock):
    """The time of a learner's accounts on a served cloud. It runs as real time does, and `advance` moves it at once.

    controls: of the accounts that move together; the first one's time is told.
    """

    def __init__(self, controls: Sequence[Control]):
        super().__init__()
        self._controls = controls
        self._keep(controls[0].get("clock"))

    def _keep(self, told: dict[str, Any]) -> None:
        self._ahead = told["time"] - _monotonic()
        self.still = told.get("still") is True

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        if self.still:  # only the server knows it: a long poll may have moved it
            return self._controls[0].get("clock")["time"]
        return self._ahead + _monotonic()

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass: at once where the accounts' time stands still, else really."""
        if self.still:
            self.advance(seconds)
        else:
            super().sleep(seconds)

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> "ServedClock":
        """Move the time of these accounts, and of no others, and return the clock, which shows the new time."""
        length = _seconds(seconds, minutes=minutes, hours=hours, days=days)
        try:
            told = [control.post("clock", seconds=length) for control in self._controls]
        except CloudError as problem:
            raise ClockError(str(problem)) from None
        self._keep(told[0])
        return self

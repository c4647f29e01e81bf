"""The client of `course serve`: its control API, and through it a learner's accounts and their clock.

helpers.workshop.control is the server's side.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.backends import metrics_snapshot
from helpers.errors import ClockError, CloudError
from helpers.simulation.clock import RealClock, _seconds

# The function itself: while an answer is checked, the module `time` shows another time.
_monotonic = time.monotonic
_TIMEOUT = 5  # seconds
_LONGEST_ERROR = 10_000  # bytes
# Headers of a run of programs. A request has the first: JSON that names the run, the program, the run's time, and for a
# long poll that looks again what the server called it. A response has the others: at which moment a long poll has to
# look again and what the server calls it, and whether something changed that other long polls can wait for.
OF_A_RUN = "X-Course-Run"
LOOK_AGAIN, POLL, CHANGED = "X-Course-Look-Again", "X-Course-Poll", "X-Course-Changed"


def account_for(text: str) -> str:
    """Return an account number of twelve digits derived from the text."""
    return str(10**11 + int.from_bytes(sha256(text.encode()).digest(), "big") % (9 * 10**11))


def partner_of(account: str) -> str:
    """Return the number of the second account, the partner's, that goes with this one."""
    return account_for(f"partner of {account}")


class ControlClient:
    """The control API of a workshop server, for one account.

    url: the server's. account: twelve digits. secret: the token that the server printed; any text if it has none.
    direct: whether to bypass a proxy, as for a server on this computer.
    """

    def __init__(self, url: str, account: str = "", secret: str = "-", direct: bool = True):
        self.url, self.account, self.secret = url, account, secret
        self._opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if direct else []))

    def about(self) -> dict[str, Any]:
        """Return what the server tells everybody about itself; {} if no `course serve` answers."""
        try:
            return self._open("GET", "", {})
        except (OSError, ValueError, CloudError):
            return {}

    def get(self, what: str) -> dict[str, Any]:
        """Return the account's "clock", "inbox", "steps" or "unkind"; CloudError if the server refuses."""
        return self._signed("GET", what, b"")

    def post(self, what: str, **body: Any) -> dict[str, Any]:
        """Change the account's "clock", "unkind" or "web", or "reset" it, and return the server's reply.

        "begin" and "end" are of a run of programs. "queue", "topics" and "metrics" change nothing; they are posts
        because they take parameters.
        """
        return self._signed("POST", what, json.dumps(body).encode())

    def fetch(self, link: str) -> bytes:
        """Return the page at a link of this server; CloudError if the server refuses or the link leads elsewhere."""
        server, target = urlsplit(self.url), urlsplit(link)
        if (server.scheme, server.netloc) != (target.scheme, target.netloc):
            raise CloudError(f"That link isn't from this cloud's SNS: {link[:100]!r}")
        try:
            with self._opener.open(link, timeout=_TIMEOUT) as reply:
                return reply.read()
        except urllib.error.HTTPError as problem:
            with problem:
                text = problem.read(_LONGEST_ERROR).decode(errors="replace")
            raise CloudError(f"The link doesn't work, or no longer does. SNS says: {text}") from None
        except OSError as problem:
            raise CloudError(f"The cloud at {self.url} doesn't answer: {problem}") from None

    def _signed(self, method: str, what: str, body: bytes) -> dict[str, Any]:
        request = AWSRequest(method, f"{self.url}/_course/{what}", data=body)
        SigV4Auth(Credentials(self.account, self.secret), "sqs", "us-east-1").add_auth(request)
        try:
            return self._open(method, what, dict(request.headers), body)
        except (OSError, ValueError) as problem:
            raise CloudError(f"The cloud at {self.url} doesn't answer: {problem}") from None

    def _open(self, method: str, what: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        request = urllib.request.Request(f"{self.url}/_course/{what}", body or None, headers, method=method)
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as reply:
                content = json.load(reply)
        except urllib.error.HTTPError as problem:
            with problem:
                text = problem.read(_LONGEST_ERROR).decode(errors="replace")
            raise CloudError(f"The cloud at {self.url} refused: {_message(text)}") from None
        if not isinstance(content, dict):
            raise ValueError("the reply isn't a JSON object")
        return content


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text


class WorkshopClock(RealClock):
    """The time of a learner's accounts on a workshop server. It passes as real time does; `advance` moves it at once.

    controls: of the accounts that move together. The clock shows the first one's time.
    """

    def __init__(self, controls: Sequence[ControlClient]):
        super().__init__()
        self._controls = controls
        self.follow(controls[0].get("clock"))

    def follow(self, reply: dict[str, Any]) -> None:
        """Show what the server says about the first account's clock."""
        self._ahead = reply["time"] - _monotonic()
        self.still = reply.get("still") is True

    def time(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        if self.still:  # only the server knows it: a long poll may have moved it
            return self._controls[0].get("clock")["time"]
        return self._ahead + _monotonic()

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass: at once if the accounts' clock is frozen, otherwise by waiting."""
        if self.still:
            self.advance(seconds)
        else:
            super().sleep(seconds)

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0) -> "WorkshopClock":
        """Move the time of these accounts, and of no others, and return the clock, which shows the new time."""
        length = _seconds(seconds, minutes=minutes, hours=hours, days=days)
        try:
            replies = [control.post("clock", seconds=length) for control in self._controls]
        except CloudError as problem:
            raise ClockError(str(problem)) from None
        self.follow(replies[0])
        return self


class WorkshopUnkindness:
    """What a workshop server does to a program on purpose, from its creation to the end of a `with` block."""

    def __init__(self, controls: Sequence[ControlClient], kinds: dict[str, Any]):
        self._controls = controls
        self._before = [_settings(control.get("unkind")) for control in controls]
        for control in controls:
            control.post("unkind", **kinds)

    @property
    def done(self) -> list[str]:
        """What was done to the program so far, in sequence."""
        return [text for control in self._controls for text in control.get("unkind")["done"]]

    def __enter__(self) -> "WorkshopUnkindness":
        return self

    def __exit__(self, *problem: object) -> None:
        for control, before in zip(self._controls, self._before, strict=True):
            control.post("unkind", **before)

    def __repr__(self) -> str:
        return f"The cloud is unkind. Done so far: {'; '.join(self.done) or 'nothing yet'}."


def _settings(reply: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in reply.items() if name != "done"}


def steps_of(reply: dict[str, Any]) -> list[Any]:
    """Return the steps of messages in a server's reply."""
    from helpers.aws_rules.common.steps import Step

    return [Step(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in reply["steps"]]


class WorkshopAccounts:
    """The learner's two accounts on a workshop server, with the abilities of the offline cloud."""

    def __init__(self, controls: Sequence[ControlClient]):
        self.controls = controls

    @property
    def inbox(self) -> list[Any]:
        """What SNS delivered to anything but queues, oldest first."""
        from helpers.aws_rules.sns.inbox import Arrived  # imports moto, which other endpoints don't need

        rows = self.controls[0].get("inbox")["inbox"]
        return [Arrived(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]

    def follow(self, link: str) -> None:
        """Open a link that SNS sent. CloudError if it doesn't work, or leads to another server."""
        self.controls[0].fetch(link)

    def certificate(self, url: str) -> bytes:
        """Return the certificate at an envelope's SigningCertURL, as PEM. CloudError for any other address."""
        from helpers.aws_rules.sns import signing

        if not signing.is_certificate(url):
            raise CloudError(f"That isn't a SigningCertURL of this cloud's SNS: {url[:100]!r}")
        return self.controls[0].fetch(f"{self.controls[0].url}{urlsplit(url).path}")

    def web_fails(self, url: str, status: int = 503) -> None:
        """Make a web address answer with this HTTP status from now on, so that SNS retries or gives up."""
        self.controls[0].post("web", url=url, status=status)

    def web_works(self, url: str) -> None:
        """Make a web address accept what SNS sends again."""
        self.controls[0].post("web", url=url, status=0)

    def steps(self, message_id: str = "") -> list[Any]:
        """Return what happened to one message, or to all messages, oldest first, each step with its reason."""
        steps = [step for control in self.controls for step in steps_of(control.get("steps"))]
        # The sort is stable: steps at the same moment keep the sequence of their account.
        return sorted((s for s in steps if not message_id or s.message == message_id), key=lambda step: step.at)

    def endpoints(self) -> dict[str, str]:
        """Return the endpoints of the subscriptions that the steps name, by their ARNs."""
        replies = [control.get("steps")["endpoints"] for control in self.controls]
        return {arn: endpoint for reply in replies for arn, endpoint in reply.items()}

    def look_at_inbox(self) -> list[dict[str, Any]]:
        """Return the inbox as plain data for a picture."""
        from helpers.backends.offline import snapshot

        return snapshot.inbox(self.inbox, self.controls[0].get("inbox")["confirmed"])

    def unkind(self, **kinds: Any) -> WorkshopUnkindness:
        """Make the accounts unkind until this is called again or the `with` block ends; see OfflineCloud.unkind."""
        return WorkshopUnkindness(self.controls, kinds)

    def look_at_queue(self, region: str, url: str, most: int) -> dict[str, Any]:
        """Return a snapshot of a queue, as helpers.backends.offline.snapshot.queue does."""
        number = urlsplit(url).path.strip("/").partition("/")[0]
        control = next((one for one in self.controls if one.account == number), self.controls[0])
        return control.post("queue", region=region, url=url, most=most)["queue"]

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return the accounts' topics with their subscriptions, as helpers.backends.offline.snapshot.fan_out does."""
        return [row for control in self.controls for row in control.post("topics", region=region)["rows"]]

    def look_at_metrics(
        self, region: str, what: Sequence[str], names: Sequence[str], statistic: str, period: int, span: float
    ) -> dict[str, Any]:
        """Return what the accounts' queues and topics reported, as Cloud.look_at_metrics does."""
        asked = {"region": region, "names": list(names), "statistic": statistic, "period": period, "span": span}
        looks = [self._control_of(one, region).post("metrics", of=one, **asked) for one in what]
        panels = [_as_told(panel) for look in looks for panel in look["panels"]]
        begun = [look["start"] for look in looks if span or any(panel["values"] for panel in look["panels"])]
        return {
            "start": min(begun or [look["start"] for look in looks]),
            "end": max(look["end"] for look in looks),
            "period": period,
            "panels": panels,
        }

    def _control_of(self, text: str, region: str) -> ControlClient:
        """Return the control of the account that has this queue or topic; the first one for an account of others."""
        owner = metrics_snapshot.source(text, region).account
        return next((control for control in self.controls if control.account == owner), self.controls[0])


def _as_told(panel: dict[str, Any]) -> dict[str, Any]:
    """Return a panel of a picture of metrics as it was before JSON, which has no tuples."""
    alarms = [alarm | {"states": [tuple(state) for state in alarm["states"]]} for alarm in panel["alarms"]]
    return panel | {"values": [tuple(value) for value in panel["values"]], "alarms": alarms}

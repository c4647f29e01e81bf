"""Any HTTP endpoint that speaks AWS's protocols: a workshop's `course serve`, a moto server, LocalStack."""

import getpass
import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse

from helpers.aws_rules.common.request import Request
from helpers.backends import environment, transport
from helpers.backends.addresses import is_loopback
from helpers.backends.base import Cloud, longest_wait
from helpers.backends.endpoint.room_client import RoomClient
from helpers.backends.endpoint.workshop_client import (
    ControlClient,
    WorkshopAccounts,
    WorkshopClock,
    account_for,
    partner_of,
)
from helpers.errors import CloudError
from helpers.sharing import Shared
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World

if TYPE_CHECKING:
    from helpers.backends.programs import RunCloud

SEED = 2026  # for a workshop account whose outputs are compared
WORKSHOP_ONLY = ("inbox", "follow", "certificate", "web_fails", "web_works", "steps", "look_at_inbox")


class EndpointCloud(Cloud):
    """A server at one URL. Requests to any other address are refused, and the machine's own keys aren't used.

    account, token: for a `course serve`, the learner's number of up to twelve digits and the token that the server
        printed; by default COURSE_ACCOUNT and COURSE_TOKEN. The account starts empty, and its time can be moved.
    still: whether the account's clock is frozen while code runs.
    """

    name = "endpoint"

    def __init__(
        self, url: str, allow_remote: bool = False, account: str | int = "", token: str = "", still: bool = False
    ):
        self.url = _checked(url, allow_remote)
        self.account = ""
        self._workshop: WorkshopAccounts | None = None
        self._room: RoomClient | None = None
        origin, clock, variables = _origin(self.url), RealClock(longest_wait()), {}
        secret = token or os.environ.get("COURSE_TOKEN") or ""
        # Nothing is sent to another computer before the learner gives a token; a workshop server there always has one.
        direct = is_loopback(urlsplit(self.url).hostname or "")
        about = ControlClient(self.url, direct=direct).about() if direct or secret else {}
        if "course" in about:
            self.account = _twelve_digits(account or os.environ.get("COURSE_ACCOUNT") or "") or account_for(_learner())
            self._account_is_chosen = bool(account or os.environ.get("COURSE_ACCOUNT"))
            owned = [self.account, partner_of(self.account)]
            controls = [ControlClient(self.url, number, secret or "-", direct) for number in owned]
            for control in controls:
                control.post("reset", **({"still": True, "seed": SEED} if still else {}))
            self._room = RoomClient(controls[0]) if about.get("room") is True else None
            clock, self._workshop = WorkshopClock(controls), WorkshopAccounts(controls)
            self.abilities = frozenset({"time travel", "reset", "inbox", "steps", "unkindness"})
            self._folder = TemporaryDirectory(prefix="course-")  # deleted together with this cloud
            variables = _key_variables(Path(self._folder.name), owned, secret or "-")
        elif account or token:
            raise CloudError(
                f"{self.url} isn't a `course serve`, or it isn't running. account= and token= only work with one."
            )

        def send(request: Request, network: Callable[[], AWSResponse]) -> AWSResponse:
            if _origin(request.url) != origin:
                raise CloudError(f"This cloud is {self.url}, so a request to {request.url} wasn't sent.")
            return network()

        transport.install()
        environment.replace(
            {key: value for key, value in environment.offline().items() if key != "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}
            | {"AWS_ENDPOINT_URL": self.url}
            | variables
            | environment.no_proxy(self.url, os.environ)
        )
        boto3.DEFAULT_SESSION = None
        super().__init__(World(clock, Journal(), Random(), send), environment.REGION)

    @property
    def has_room(self) -> bool:
        """Whether the server has a room."""
        return self._room is not None

    def enter_room(self, so_far: Mapping[str, Shared]) -> None:
        """Share the learner's progress with the server's room, if there is one."""
        if self._room:
            self._room.enter(so_far)

    def leave_room(self) -> None:
        """Share nothing more with the server's room, and take back what was shared."""
        if self._room:
            self._room.leave()

    def tell_room(self, tried: Mapping[str, Shared], counted: bool) -> None:
        """Tell the server's room how checks went, if the learner shares that."""
        if self._room:
            self._room.tell(tried, counted)

    def unkind(self, **kinds: float) -> Any:
        """Make the learner's accounts unkind, as the offline cloud does; on another server, print that it can't."""
        return self._workshop.unkind(**kinds) if self._workshop else super().unkind(**kinds)

    def _where_programs_run(self) -> "Callable[[World], AbstractContextManager[RunCloud]] | None":
        if self._workshop is None:
            return None
        from helpers.backends.endpoint.workshop_run import on_the_server

        return partial(on_the_server, self._workshop.controls)

    def look_at_queue(self, region: str, url: str, most: int) -> dict[str, Any]:
        """Return a snapshot of a queue, as plain data for a picture."""
        if self._workshop:
            return self._workshop.look_at_queue(region, url, most)
        return super().look_at_queue(region, url, most)

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return a snapshot of topics and their subscriptions, as plain data for a picture."""
        return self._workshop.look_at_topics(region) if self._workshop else super().look_at_topics(region)

    def look_at_metrics(
        self, region: str, what: Sequence[str], names: Sequence[str], statistic: str, period: int, span: float
    ) -> dict[str, Any]:
        """Return what queues and topics reported to CloudWatch, as plain data for a picture."""
        if self._workshop:
            return self._workshop.look_at_metrics(region, what, names, statistic, period, span)
        return super().look_at_metrics(region, what, names, statistic, period, span)

    def look_at_message(self, message_id: str) -> dict[str, Any]:
        """Return the life of a message on a workshop's server, as OfflineCloud does."""
        from helpers.backends.offline import snapshot

        assert self._workshop is not None, "who asks has made sure that this cloud has steps"
        steps, endpoints = self._workshop.steps(), self._workshop.endpoints()
        return snapshot.timeline(steps, message_id, self.world.clock.now(), self.calls(), endpoints)

    def __getattr__(self, name: str) -> Any:
        workshop = self.__dict__.get("_workshop")
        return getattr(workshop, name) if workshop and name in WORKSHOP_ONLY else super().__getattr__(name)

    def __str__(self) -> str:
        if not self.account:
            return f"Endpoint {self.url}, region {self.region}. Its time is real, and it keeps what you create."
        choose = (
            "" if self._account_is_chosen else " This account was chosen for you. To use another: start(..., account=)"
        )
        return f"Course cloud {self.url}, account {self.account}, region {self.region}.{choose}"


def _twelve_digits(account: str | int) -> str:
    """Return the account's number, padded to twelve digits; "" for none."""
    text = str(account)
    if text and not re.fullmatch(r"[0-9]{1,12}", text):
        raise CloudError(f"An account is a number of up to twelve digits, not {text!r}.")
    return text.zfill(12) if text else ""


def _learner() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # some containers have no user name
        user = ""
    return f"{user}@{socket.gethostname()}"


def _key_variables(folder: Path, owned: list[str], secret: str) -> dict[str, str]:
    """Return environment variables with which boto3 signs for the first account and has a profile for each."""
    profiles = zip(("shop", "partner"), owned, strict=True)
    keys = (f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n" for name, key in profiles)
    path = folder / "credentials"
    path.write_text("\n".join(keys), encoding="utf-8")
    return {
        "AWS_ACCESS_KEY_ID": owned[0],
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SHARED_CREDENTIALS_FILE": str(path),
    }


def _checked(url: str, allow_remote: bool) -> str:
    """Return the URL without a trailing slash; CloudError if it isn't one, or leads to another computer."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise CloudError(f"{url!r} isn't the URL of an endpoint. One looks like http://127.0.0.1:5000")
    if not allow_remote and not is_loopback(host):
        raise CloudError(
            f"{host} isn't this computer, and your messages would go there. If you want that: "
            "start(url, allow_remote=True)"
        )
    return url.rstrip("/")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

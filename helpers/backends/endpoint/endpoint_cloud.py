"""Any HTTP endpoint that speaks AWS: a workshop's `course serve`, a moto server, LocalStack."""

import getpass
import ipaddress
import os
import re
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers.backends import environment, transport
from helpers.backends.base import Cloud, longest_wait
from helpers.backends.endpoint.served import Served
from helpers.backends.endpoint.served_clock import Control, ServedClock
from helpers.errors import CloudError
from helpers.simulation.clock import RealClock
from helpers.simulation.journal import Journal
from helpers.simulation.worlds import World

SEED = 2026  # of a served account whose outputs are compared
OF_SERVED = ("inbox", "follow", "certificate", "web_fails", "web_works", "steps")


class EndpointCloud(Cloud):
    """A server at one URL. Requests to any other place are refused, and the machine's own keys are not used.

    account, token: for a `course serve`, the learner's number of up to twelve digits and what the server printed;
    without them COURSE_ACCOUNT and COURSE_TOKEN say it. There the account starts empty and its time moves at once.
    still: whether its time stands there while code runs.
    """

    name = "endpoint"

    def __init__(
        self, url: str, allow_remote: bool = False, account: str | int = "", token: str = "", still: bool = False
    ):
        self.url = _checked(url, allow_remote)
        place, clock, variables = _place(self.url), RealClock(longest_wait()), {}
        self.account, self._served = "", None
        secret = token or os.environ.get("COURSE_TOKEN") or ""
        # Another computer is asked nothing before the learner names a token, and a server there always has one.
        direct = is_loopback(urlsplit(self.url).hostname or "")
        if (direct or secret) and Control(self.url, direct=direct).is_there():
            self.account = _number(account or os.environ.get("COURSE_ACCOUNT") or "") or _derived(_learner())
            self._chosen = bool(account or os.environ.get("COURSE_ACCOUNT"))
            owned = [self.account, _derived(f"partner of {self.account}")]
            controls = [Control(self.url, number, secret or "-", direct) for number in owned]
            for control in controls:
                control.post("reset", **({"still": True, "seed": SEED} if still else {}))
            clock, self._served = ServedClock(controls), Served(controls)
            self.abilities = frozenset({"time travel", "reset", "inbox", "steps", "unkindness"})
            self._folder = TemporaryDirectory(prefix="course-")  # goes with this cloud
            variables = _keys(Path(self._folder.name), owned, secret or "-")
        elif account or token:
            raise CloudError(f"{self.url} is no `course serve`, or it does not run; account= and token= are for one.")

        def send(request: AWSPreparedRequest, network: Callable[[], AWSResponse]) -> AWSResponse:
            if _place(request.url) != place:
                raise CloudError(f"This cloud is {self.url}; a request to {request.url} was not sent.")
            return network()

        transport.install()
        environment.replace(
            {key: value for key, value in environment.offline().items() if key != "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}
            | {"AWS_ENDPOINT_URL": self.url}
            | variables
            | _no_proxy(self.url)
        )
        boto3.DEFAULT_SESSION = None
        super().__init__(World(clock, Journal(), Random(), send), environment.REGION)

    def unkind(self, **kinds: float) -> Any:
        """Make the learner's accounts unkind, as the offline cloud does; elsewhere say that this cannot be had."""
        return self._served.unkind(**kinds) if self._served else super().unkind(**kinds)

    def look_at_queue(self, region: str, url: str) -> dict[str, Any]:
        """Return what is known of a queue, as plain data for a picture."""
        return self._served.look_at_queue(region, url) if self._served else super().look_at_queue(region, url)

    def look_at_topics(self, region: str) -> list[dict[str, Any]]:
        """Return what is known of topics and their subscriptions, as plain data for a picture."""
        return self._served.look_at_topics(region) if self._served else super().look_at_topics(region)

    def __getattr__(self, name: str) -> Any:
        served = self.__dict__.get("_served")
        return getattr(served, name) if served and name in OF_SERVED else super().__getattr__(name)

    def __str__(self) -> str:
        if not self.account:
            return f"Endpoint {self.url}, region {self.region}. Real time, and what that server keeps."
        choose = "" if self._chosen else " It was drawn for you; start(..., account=) chooses another."
        return f"Course cloud {self.url}, account {self.account}, region {self.region}.{choose}"


def _number(account: str | int) -> str:
    """Return the account's twelve digits, zeros before a shorter number; "" for none."""
    text = str(account)
    if text and not re.fullmatch(r"[0-9]{1,12}", text):
        raise CloudError(f"An account is a number of up to twelve digits, not {text!r}.")
    return text.zfill(12) if text else ""


def _derived(text: str) -> str:
    """Return twelve digits that are always the same for this text, and hardly the same for another."""
    return str(10**11 + int.from_bytes(sha256(text.encode()).digest(), "big") % (9 * 10**11))


def _learner() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody, as in some containers
        user = ""
    return f"{user}@{socket.gethostname()}"


def _keys(folder: Path, owned: list[str], secret: str) -> dict[str, str]:
    """Return the variables with which boto3 signs for the first account, and has profiles for both."""
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
    """Return the URL without a trailing slash; CloudError when it is none, or not on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise CloudError(f"{url!r} is not the URL of an endpoint. It looks like http://127.0.0.1:5000")
    if not allow_remote and not is_loopback(host):
        raise CloudError(
            f"{host} is not this computer, and messages would go there. If that is meant: start(url, allow_remote=True)"
        )
    return url.rstrip("/")


def _no_proxy(url: str) -> dict[str, str]:
    """Return the variable that keeps a proxy out of the way to this computer itself; botocore asks it."""
    parts = urlsplit(url)
    if not is_loopback(parts.hostname or ""):
        return {}
    others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return {"no_proxy": f"{others},{parts.netloc}".lstrip(",")}


def is_loopback(host: str) -> bool:
    """Return whether the host is this computer itself, as no other can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

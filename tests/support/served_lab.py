"""The experiments of the behaviour tests over HTTP: one server for all, and two new accounts for each experiment."""

import atexit
import itertools
import threading
from functools import lru_cache
from typing import Any

import boto3
from behaviours.labs import REGION, Lab
from botocore.config import Config

from helpers.backends.endpoint.workshop_client import ControlClient
from helpers.workshop.fair_shares import Shares
from helpers.workshop.http_server import HttpServer
from helpers.workshop.server import WorkshopCloud
from helpers.workshop.tokens import Tokens

_ONCE = Config(retries={"total_max_attempts": 1})
_numbers = itertools.count(1)


class Running:
    """A workshop server on loopback, in this process. still: whether its clocks are frozen."""

    def __init__(self, token: str = "", still: bool = False):
        self.cloud = WorkshopCloud(Tokens(token), still)
        self.server = HttpServer("127.0.0.1", 0, self.cloud.handlers)
        self.server.delay = self.server.pace = 0.0
        # Long pauses lie between its looks at the time, so how busy the machine is decides nothing.
        self.cloud.shares = Shares(itertools.count(step=1_000.0).__next__)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop the server."""
        self.server.shutdown()
        self.server.server_close()


@lru_cache
def running() -> Running:
    """Return the server of all labs. Its clocks are frozen, so a long poll takes no real time."""
    started = Running(still=True)
    atexit.register(started.close)
    return started


class ServedLab(Lab):
    """The offline cloud over HTTP.

    differs: what is different over HTTP, by the experiment's name, and why.
    """

    differs = {  # noqa: RUF012
        "partitions.the_hosts_of_china": "queue URLs and links lead to the server",
        "partitions.the_hosts_of_govcloud": "queue URLs and links lead to the server",
        "sns_deliveries.the_address_to_unsubscribe": "links lead to the server, as its client addressed it",
        "sqs_queues.the_same_name_in_two_regions": "queue URLs begin with the server's address in every region",
    }

    def __enter__(self) -> "ServedLab":
        self.account, self.other_account = (f"{next(_numbers):012}" for _ in range(2))
        self.endpoint = running().url
        self._controls = [ControlClient(running().url, number) for number in (self.account, self.other_account)]
        for control in self._controls:
            control.get("clock")  # opens the account
        return self

    def __exit__(self, *problem: Any) -> None:
        """Leave the accounts as they are; their numbers aren't used again."""

    def client(self, service: str, region: str = REGION, account: str = "own") -> Any:
        """Return a boto3 client of the lab's account, or of "other"."""
        return keyed(running().url, service, region, self.account if account == "own" else self.other_account)

    def resource(self, service: str) -> Any:
        """Return a boto3 resource of the lab's account."""
        made = boto3.Session(self.account, "-", region_name=REGION)
        return made.resource(service, endpoint_url=running().url, config=_ONCE)

    def advance(self, seconds: float) -> None:
        """Move the time of both accounts."""
        for control in self._controls:
            control.post("clock", seconds=seconds)

    def inbox(self) -> list[dict[str, Any]]:
        """Return what was delivered to anything but queues, oldest first."""
        names = ("protocol", "endpoint", "headers", "message", "subject")
        return [{name.title(): arrived[name] for name in names} for arrived in self._controls[0].get("inbox")["inbox"]]


@lru_cache
def _session() -> boto3.Session:
    return boto3.Session("000000000000", "-", region_name=REGION)  # cached, since creating one takes 0.1 s


@lru_cache(maxsize=32)
def keyed(url: str, service: str, region: str, key: str, secret: str = "-", token: str | None = None) -> Any:
    """Return a client of the server at this URL for the account with this key, without retries."""
    return _session().client(
        service,
        region_name=region,
        endpoint_url=url,
        config=_ONCE,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )

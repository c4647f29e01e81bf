"""Any HTTP endpoint that speaks AWS: a moto server, LocalStack, a workshop's shared cloud."""

import ipaddress
import os
from collections.abc import Callable
from random import Random
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from helpers.cloud import environment, transport
from helpers.cloud.base import Cloud
from helpers.errors import CloudError
from helpers.world.clock import RealClock
from helpers.world.journal import Journal
from helpers.world.worlds import World


class EndpointCloud(Cloud):
    """A server at one URL. Requests to any other place are refused, and the machine's own keys are not used."""

    name = "endpoint"

    def __init__(self, url: str, allow_remote: bool = False):
        self.url = _checked(url, allow_remote)
        place = _place(self.url)

        def send(request: AWSPreparedRequest, network: Callable[[], AWSResponse]) -> AWSResponse:
            if _place(request.url) != place:
                raise CloudError(f"This cloud is {self.url}; a request to {request.url} was not sent.")
            return network()

        transport.install()
        environment.replace(
            {key: value for key, value in environment.offline().items() if key != "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}
            | {"AWS_ENDPOINT_URL": self.url}
            | _no_proxy(self.url)
        )
        boto3.DEFAULT_SESSION = None
        super().__init__(World(RealClock(), Journal(), Random(), send), environment.REGION)

    def __str__(self) -> str:
        return f"Endpoint {self.url}, region {self.region}. Real time, and what that server keeps."


def _checked(url: str, allow_remote: bool) -> str:
    """Return the URL without a trailing slash; CloudError when it is none, or not on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        raise CloudError(f"{url!r} is not the URL of an endpoint. It looks like http://127.0.0.1:5000")
    if not allow_remote and not _is_loopback(host):
        raise CloudError(
            f"{host} is not this computer, and messages would go there. If that is meant: start(url, allow_remote=True)"
        )
    return url.rstrip("/")


def _no_proxy(url: str) -> dict[str, str]:
    """Return the variable that keeps a proxy out of the way to this computer itself; botocore asks it."""
    parts = urlsplit(url)
    if not _is_loopback(parts.hostname or ""):
        return {}
    others = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return {"no_proxy": f"{others},{parts.netloc}".lstrip(",")}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port

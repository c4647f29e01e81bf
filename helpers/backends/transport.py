"""The one door through which every botocore request passes, whoever made the client and whenever.

It stands in two places: where a call is made, with its parameters, and where its request is sent. Both are classes,
botocore.client.BaseClient and botocore.httpsession.URLLib3Session, so clients and sessions made before the cloud
started pass it too. Events cannot do this: botocore copies handlers into a session when it is made.
"""

import random
import re
import time
from dataclasses import dataclass
from functools import partialmethod
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from botocore import retryhandler
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff

from helpers.backends.calls import Exchange
from helpers.errors import CloudError
from helpers.simulation import worlds

# The function itself: while an answer is checked, the module `time` shows it another time.
_perf_counter = time.perf_counter
_network_send = URLLib3Session.send
_plain_call = BaseClient._make_api_call
_plain_backoff = ExponentialBackoff.__init__
# Credential=KEY/20260105/us-east-1/sqs/aws4_request: what the request was signed with and for.
_SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Scope:
    """Whom a request speaks to and for, as its signature says; the host name when it is not signed."""

    service: str
    region: str
    access_key: str


def scope(request: AWSPreparedRequest) -> Scope:
    """Return the request's scope. It does not depend on the host, so no endpoint setting can mislead it."""
    found = _SCOPE.search(text(request.headers.get("Authorization", "")))
    if found:
        return Scope(found["service"], found["region"], found["key"])
    labels = (urlsplit(request.url).hostname or "").split(".")
    return Scope(labels[0], labels[1] if len(labels) > 1 else "", "")


def text(value: str | bytes) -> str:
    """Return a header's value as text; botocore keeps some as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def body(request: AWSPreparedRequest) -> bytes:
    """Return the request's body as bytes; b"" for a file, which only who sends it may read."""
    raw = request.body
    if raw is None or hasattr(raw, "read"):
        return b""
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def install() -> None:
    """Route every request of every botocore client in this process through `send`; safe to call twice."""
    URLLib3Session.send = _send  # type: ignore[method-assign]
    BaseClient._make_api_call = _call  # type: ignore[method-assign]
    # How long botocore waits between retries is drawn; a still clock moves by it, so it has to repeat, too.
    retryhandler.random = SimpleNamespace(random=_draw)  # its retry mode "legacy"
    ExponentialBackoff.__init__ = partialmethod(_plain_backoff, random=_draw)  # "standard", "adaptive"


def _draw() -> float:
    world = worlds.current()
    return world.ids.random() if world else random.random()


def _call(client: BaseClient, operation_name: str, api_params: Any) -> Any:
    world = worlds.current()
    if world is None or world.around is None:
        return _plain_call(client, operation_name, api_params)
    return world.around(client, operation_name, api_params, lambda params: _plain_call(client, operation_name, params))


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    world = worlds.current()
    if world is None:
        return _network_send(session, request)
    return send(world, request, lambda: _network_send(session, request))


def send(world: worlds.World, request: AWSPreparedRequest, network: Any = None) -> AWSResponse:
    """Let the world answer the request, and write the exchange into its journal.

    network: a function without arguments that sends it for real, for the clouds that may.
    """
    if not world.open:
        worlds.reject_late_call()
    target, at, started = scope(request), world.clock.now(), _perf_counter()
    headers = {name.lower(): text(value) for name, value in request.headers.items()}
    asked = (target.service, target.region, headers.get("amz-sdk-invocation-id", ""), headers, body(request), at)
    try:
        response = world.send(request, network or _no_network)
    except Exception as problem:
        world.journal.append(Exchange(*asked, _perf_counter() - started, error=type(problem).__name__))
        raise
    took = _perf_counter() - started
    reply_headers = {name.lower(): value for name, value in response.headers.items()}
    reply = b"" if request.stream_output else response.content  # a stream can be read once, by its caller
    world.journal.append(Exchange(*asked, took, response.status_code, reply_headers, reply))
    return response


def _no_network() -> AWSResponse:
    raise CloudError("This request would have left the process, and there is no network here.")

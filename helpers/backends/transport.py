"""Where every botocore request of this process passes, no matter which client makes it, and when the client was made.

There are two such places: one where a call is made, with its parameters, and one where its request is sent. Both are
methods of botocore's classes, BaseClient and URLLib3Session, so clients and sessions made before the cloud started pass
through them too. botocore's events can't do this: a session copies the handlers when it is made.
"""

import random
import time
from collections.abc import Generator, Mapping
from functools import partialmethod
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore import retryhandler
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.httpsession import URLLib3Session
from botocore.retries.standard import ExponentialBackoff

from helpers.aws_rules.common import models
from helpers.aws_rules.common.request import LookAgain, Request
from helpers.backends.calls import Exchange
from helpers.errors import CloudError
from helpers.simulation import worlds

# The function itself: while an answer is checked, the module `time` shows another time.
_perf_counter = time.perf_counter
_network_send = URLLib3Session.send
_plain_call = BaseClient._make_api_call
_plain_backoff = ExponentialBackoff.__init__


def body(request: AWSPreparedRequest) -> bytes:
    """Return the request's body as bytes; b"" for a file, which can be read only once, by its sender."""
    raw = request.body
    if raw is None or hasattr(raw, "read"):
        return b""
    return raw.encode() if isinstance(raw, str) else bytes(raw)


def install() -> None:
    """Route every request of every botocore client in this process through `send`; safe to call twice.

    Sessions that are made from now on share what botocore reads of the services, 0.05 s for each.
    """
    botocore.session.create_loader = models.loader
    URLLib3Session.send = _send
    BaseClient._make_api_call = _call
    # botocore draws how long it waits between retries. A frozen clock moves by that, so the draws have to repeat too.
    retryhandler.random = SimpleNamespace(random=_draw)  # its retry mode "legacy"
    ExponentialBackoff.__init__ = partialmethod(_plain_backoff, random=_draw)  # "standard", "adaptive"


def _draw() -> float:
    world = worlds.current()
    if world is None:
        return random.random()
    return (world.pauses or world.ids).random()


def _call(client: BaseClient, operation_name: str, api_params: Any) -> Any:
    world = worlds.current()
    if world is None or world.around is None:
        return _plain_call(client, operation_name, api_params)
    return world.around(client, operation_name, api_params, lambda params: _plain_call(client, operation_name, params))


def _send(session: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
    world = worlds.current()
    if world is None:
        return _network_send(session, request)

    def network(headers: Mapping[str, str] | None = None) -> AWSResponse:
        # The headers are for the server alone: the journal has the request as botocore made it.
        for name, value in (headers or {}).items():
            request.headers[name] = value
        try:
            return _network_send(session, request)
        finally:
            for name in headers or {}:
                del request.headers[name]

    return send(world, request, network)


def send(world: worlds.World, sent: AWSPreparedRequest, network: Any = None) -> AWSResponse:
    """Return the world's response to what botocore sends, and write both into its journal.

    network: a function that sends it for real, for the clouds that may; it takes headers to add, or nothing.
    """
    if world.call_takes and world.journal.records():  # what the journal records is the answer's
        world.sleep(world.call_takes)
    steps = sending(world, sent, network)
    try:
        while True:
            later = next(steps)
            world.wait(later.until, later.changes)
    except StopIteration as done:
        return done.value


def sending(
    world: worlds.World, sent: AWSPreparedRequest, network: Any = None
) -> Generator[LookAgain, None, AWSResponse]:
    """Do what `send` does, but yield whenever a long poll has to wait: the caller decides how time passes."""
    if not world.open:
        worlds.reject_late_call()
    request = Request.signed(sent.headers, body(sent), sent.url)
    recording = world.journal.records()  # now: a call that lasts longer than the recording belongs to it
    at, started = world.clock.now(), _perf_counter()
    try:
        while True:
            try:
                response = world.send(request, network or _no_network)
                break
            except LookAgain as later:
                yield later
            if not world.open:
                worlds.reject_late_call()
    except Exception as problem:
        if recording:
            world.journal.keep(Exchange(request, at, _perf_counter() - started, error=type(problem).__name__))
        raise
    if recording:
        took = _perf_counter() - started
        reply = b"" if sent.stream_output else response.content  # a stream can be read once, by its caller
        ended = world.clock.now()
        world.journal.keep(Exchange(request, at, took, response.status_code, response.headers, reply, ended=ended))
    return response


class _Reply:
    """A body as botocore reads it."""

    def __init__(self, content: bytes):
        self._content = content

    def stream(self, **_: Any) -> tuple[bytes]:
        """Return the whole body as one piece."""
        return (self._content,)


def response(url: str, status: int, headers: dict[str, str], content: bytes) -> AWSResponse:
    """Return a response as botocore takes it."""
    made = AWSResponse(url, status, {}, _Reply(content))
    for name, value in headers.items():  # faster than the constructor does it
        made.headers[name] = value
    return made


def _no_network() -> AWSResponse:
    raise CloudError("This request would have left the process, and there's no network here.")

"""moto as the engine of the offline cloud: everything that is changed in moto stands in this file.

moto keeps the queues and topics. From the world of the calling thread it gets the time (`utcnow`), the ids
(`mock_random`) and the account; and a long poll waits by the world's clock.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

import moto.backends
import moto.core.utils
import moto.sns.models
import moto.sqs.models
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.moto_api import recorder
from moto.moto_api._internal import mock_random
from moto.moto_api._internal.moto_random import MotoRandom

from helpers.world import worlds

SERVICES = ("sqs", "sns", "sts")  # what the offline cloud knows
_STEP = 0.05  # real seconds between two looks of a long poll, so that another thread's clock.advance is noticed

_engine = BotocoreStubber()
_plain_receive = moto.sqs.models.SQSBackend.receive_message


class _WorldRandom(MotoRandom):
    """moto's source of ids, drawn from the world of the calling thread. Two worlds never disturb each other's ids."""

    def random(self) -> float:
        world = worlds.current()
        return world.ids.random() if world else super().random()

    def getrandbits(self, k: int) -> int:
        world = worlds.current()
        return world.ids.getrandbits(k) if world else super().getrandbits(k)


class _NoPost:
    """Takes the place of `requests` in moto.sns: a delivery to an HTTP endpoint must not leave the process."""

    @staticmethod
    def post(*args: Any, **kwargs: Any) -> None:
        return None


def _utcnow() -> datetime:
    return worlds.require().clock.now().replace(tzinfo=None)


def _receive_message(
    backend: Any, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **kwargs: Any
) -> list[Any]:
    """Long-poll by the world's clock: look without waiting, wait for the next event, look again.

    In still time the clock jumps to the next event or to the end of the poll, so the poll ends at once and to the
    second. moto's own loop waits in real time and ends a second late.
    """
    clock = worlds.require().clock
    end = clock.time() + (wait_seconds_timeout or 0)
    while True:
        messages = _plain_receive(backend, queue_name, count, 0, *args, **kwargs)
        left = end - clock.time()
        if messages or left <= 0:
            return messages
        queue = backend.get_queue(queue_name)
        if clock.still:
            clock.sleep(min(left, _next_event(queue, clock.time())))
        else:
            queue.wait_for_messages(min(left, _STEP))


def _next_event(queue: Any, now: float) -> float:
    """Return the seconds until the next hidden or delayed message may be seen; infinity when there is none."""
    moments = [at / 1000 for message in queue._messages for at in (message.visible_at, message.delayed_until)]
    # A millisecond later, since a float of seconds may fall just short of the moment.
    return min((at + 0.001 - now for at in moments if at >= now), default=float("inf"))


def _visible(message: Any) -> bool:
    """Return whether the message's lease is over: at its last moment it is, or one of 0 would last in still time."""
    return moto.core.utils.unix_time_millis() >= message.visible_at


@lru_cache
def _signing_key() -> Any:
    """Return the key that signs all envelopes. SNS has one for many topics; moto makes one for each subscription."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def install() -> None:
    """Make moto ask the worlds; safe to call twice."""
    moto.core.utils.utcnow = _utcnow
    moto.sns.models.utcnow = _utcnow
    moto.sns.models.requests = _NoPost
    moto.sns.models.Subscription.private_key = lambda subscription: _signing_key()
    moto.sqs.models.SQSBackend.receive_message = _receive_message
    moto.sqs.models.Message.visible = property(_visible)
    mock_random.__class__ = _WorldRandom
    recorder._record_request = lambda request: None  # moto would look for a recording switch on every call


def respond(request: AWSPreparedRequest, service: str, region: str, account: str | None) -> AWSResponse:
    """Return moto's response to the request, asked of this service and region whatever host it names.

    account: whose queues and topics; None leaves it to the request's access key.
    """
    path = "/" + request.url.split("://", 1)[-1].partition("/")[2]
    url = f"https://{service}.{region}.amazonaws.com{path}"
    headers = request.headers.copy()
    if account:
        headers["x-moto-account-id"] = account
    copy = AWSPreparedRequest(request.method, url, headers, request.body, request.stream_output)
    status, reply_headers, reply = _engine.process_request(copy)
    return AWSResponse(url, status, reply_headers, MockRawResponse(reply))


def forget(accounts: set[str]) -> None:
    """Drop everything that these accounts hold."""
    for service in SERVICES:
        backends = moto.backends.get_backend(service)
        for account in accounts & set(backends):
            del backends[account]


def has_region(region: str, account: str) -> bool:
    """Return whether AWS has queues in a region of this name."""
    return region in moto.backends.get_backend("sqs")[account].regions

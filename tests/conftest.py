"""What every test stands on: a guard over the network, and a cloud that leaves nothing behind."""

import gc
import inspect
import ipaddress
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import botocore.hooks
import botocore.session
import pytest
from botocore.hooks import EventAliaser

from helpers import start
from helpers.backends import environment, running
from helpers.backends.base import Cloud
from helpers.simulation import frozen_sleep, worlds


class Guard:
    """Lets Python's sockets reach this computer only, while it is `on`; what else they try is refused and kept.

    attempts: pairs of the audit event and the host. It works by an audit hook, which nothing can take away again, so a
    process has one guard. Sockets of C libraries, such as those of a Jupyter kernel, are not seen.
    """

    # Each event that names a place on a network, and the argument that holds it.
    _EVENTS = {  # noqa: RUF012
        "socket.connect": 1,
        "socket.sendto": 1,
        "socket.sendmsg": 1,
        "socket.getaddrinfo": 0,
        "socket.gethostbyname": 0,
        "socket.gethostbyaddr": 0,
    }

    def __init__(self) -> None:
        self.on = False
        self.attempts: list[tuple[str, str]] = []
        sys.addaudithook(self._see)

    def _see(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on or event not in self._EVENTS:
            return
        place = args[self._EVENTS[event]]
        if isinstance(args[0], socket.socket):
            if args[0].family not in (socket.AF_INET, socket.AF_INET6) or place is None:
                return  # a socket of this computer, or one whose place was seen when it connected
            place = place[0]
        host = place.decode() if isinstance(place, bytes) else place
        if not self._is_here(host):
            self.attempts.append((event, host))
            raise ConnectionRefusedError(f"the guard of the tests lets nothing out: {event} to {host}")

    @staticmethod
    def _is_here(host: str | None) -> bool:
        if host in (None, "", "localhost"):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return address.is_loopback or address.is_unspecified


_guard = Guard()


@pytest.fixture(autouse=True)
def guard() -> Iterator[Guard]:
    """The guard, on. A test during which anything tried to leave this computer fails."""
    _guard.attempts.clear()
    _guard.on = True
    yield _guard
    _guard.on = False
    assert _guard.attempts == [], "something tried to leave this computer"


@pytest.fixture(scope="session", autouse=True)
def models_read_once() -> Iterator[None]:
    """Every session of boto3 reads botocore's models anew, 0.1 s each; hundreds of tests share one reading.

    It also works out the names of its events anew, 5 ms each, and which of its handlers take any keyword, 2 ms.
    """
    plain, plain_init, names = botocore.session.create_loader, EventAliaser.__init__, {}
    plain_accepts = botocore.hooks.accepts_kwargs

    def init(aliaser: EventAliaser, *args: Any) -> None:
        plain_init(aliaser, *args)
        aliaser._alias_name_cache = names  # botocore has one table of them

    def accepts_kwargs(handler: Any) -> bool:
        code = getattr(getattr(handler, "__func__", handler), "__code__", None)
        return bool(code.co_flags & inspect.CO_VARKEYWORDS) if code else plain_accepts(handler)

    botocore.session.create_loader, EventAliaser.__init__ = lru_cache(plain), init
    botocore.hooks.accepts_kwargs = accepts_kwargs
    yield
    botocore.session.create_loader, EventAliaser.__init__ = plain, plain_init
    botocore.hooks.accepts_kwargs = plain_accepts


@pytest.fixture
def no_cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No cloud runs and the machine has no settings of AWS; afterwards all is as it was, whatever a test starts."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("AWS_", "BOTO_", "MOTO_", "COURSE_")):
            del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    os.environ.update(COURSE_STATE=str(tmp_path / "state"), COURSE_LEARNER="ada")
    for place, name, value in (
        (boto3, "DEFAULT_SESSION", None),
        (environment, "_replaced", None),
        (running, "_running", None),
        (running, "_cells_followed", False),
        (running, "_cell", None),
        (time, "sleep", frozen_sleep._real_sleep),
    ):
        monkeypatch.setattr(place, name, value)
    worlds.set_default(None)
    yield
    worlds.set_default(None)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def offline(no_cloud: None) -> Cloud:
    """The offline cloud, whose clock stands still within cells too."""
    os.environ[running.COMPARED] = "1"
    return start()


@lru_cache
def _session() -> boto3.Session:
    return boto3.Session("OFFLINESHOP", "not-a-secret", region_name="us-east-1")


@lru_cache
def _client(service: str) -> Any:
    # A new session costs 0.1 s. These clients serve every test, since a call goes to the cloud of its thread.
    return _session().client(service)


@pytest.fixture
def sqs(offline: Cloud) -> Any:
    """A client for SQS in the offline cloud."""
    return _client("sqs")


@pytest.fixture
def sns(offline: Cloud) -> Any:
    """A client for SNS in the offline cloud."""
    return _client("sns")


@pytest.fixture
def queue_url(sqs: Any) -> str:
    """A queue in the offline cloud."""
    return sqs.create_queue(QueueName="orders")["QueueUrl"]


@pytest.fixture
def receive(sqs: Any, queue_url: str) -> Callable[..., list[str]]:
    """Receives from the queue, with the options of receive_message, and returns the bodies."""

    def bodies(**options: Any) -> list[str]:
        reply = sqs.receive_message(QueueUrl=queue_url, **options)
        return [message["Body"] for message in reply.get("Messages", [])]

    return bodies


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what authors ask for."""
    parser.addoption("--update-differences", action="store_true", help="write lessons/differences_from_aws.md anew")
    parser.addoption("--cpu", action="store_true", help="show the CPU seconds of this run and its twenty slowest tests")
    parser.addoption("--record-cpu", action="store_true", help="write the CPU seconds of this run to tests/budget.toml")
    parser.addoption("--judge-cpu", action="store_true", help="fail where this run exceeds tests/budget.toml")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leave what is there by now out of each later garbage collection, which would take long and change nothing.

    The later ones are rarer than Python's default: they'd take a tenth of the run, and save no memory.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    """Measure what the tests take, wherever they are."""
    import cpu_seconds  # in tests/support, where a Python that imports only this module's guard doesn't look

    config.pluginmanager.register(cpu_seconds.Recorder(), "cpu_seconds")

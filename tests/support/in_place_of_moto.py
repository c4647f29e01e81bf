"""A pytest plugin that runs moto's own tests on the offline cloud.

It gives moto's decorator `mock_aws` another meaning, and moves the offline cloud's clock where a test sleeps or wants
another time. OUTCOMES: the file to write, with what each test came to. NO_POLICIES: whether policies are checked.
"""

import functools
import inspect
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import moto
import pytest

from helpers.aws_rules.policies import access
from helpers.backends import transport
from helpers.backends.offline.offline_cloud import make_world
from helpers.simulation import worlds

_outcomes: dict[str, str] = {}
_real_sleep = time.sleep


class MockAws:
    """What `mock_aws` is here: a new offline cloud, which those inside it share."""

    inside: list["MockAws"] = []  # noqa: RUF012
    world: worlds.World
    first_freeze: tuple[float, float] | None
    _visit: Any

    def start(self, reset: bool = True) -> "MockAws":
        """Enter a new cloud, or stay in the one that is there."""
        if not MockAws.inside:
            MockAws.world, MockAws.first_freeze = make_world(False), None
            MockAws.world.clock.advance(max(0.0, time.time() - MockAws.world.clock.time()))
            MockAws.world.clock.run()
            MockAws._visit = worlds.enter(MockAws.world)
            MockAws._visit.__enter__()
        MockAws.inside.append(self)
        return self

    def stop(self, remove_data: bool = True) -> None:
        """Leave it."""
        MockAws.inside.pop()
        if not MockAws.inside:
            MockAws._visit.__exit__(None, None, None)

    def __enter__(self) -> "MockAws":
        return self.start()

    def __exit__(self, *problem: Any) -> None:
        self.stop()

    def __call__(self, decorated: Any) -> Any:
        """Return the test, or the class with its tests, so that each runs in a cloud."""
        if inspect.isclass(decorated):
            for name in [name for name in vars(decorated) if name.startswith("test")]:
                setattr(decorated, name, self(getattr(decorated, name)))
            return decorated

        @functools.wraps(decorated)
        def run(*args: Any, **kwargs: Any) -> Any:
            with MockAws():
                return decorated(*args, **kwargs)

        return run


def mock_aws(decorated: Callable[..., Any] | None = None, config: Any = None) -> Any:
    """Take moto's place, with and without parentheses."""
    return MockAws() if decorated is None else MockAws()(decorated)


@contextmanager
def freeze_time(moment: str) -> Iterator[None]:
    """Move the cloud's clock as far as this moment is from the first one that was asked for."""
    wanted, clock = datetime.fromisoformat(moment).timestamp(), MockAws.world.clock
    began, first = MockAws.first_freeze = MockAws.first_freeze or (clock.time(), wanted)
    clock.advance(max(0.0, began + wanted - first - clock.time()))
    yield


def _sleep(seconds: float) -> None:
    (MockAws.world.clock.sleep if MockAws.inside else _real_sleep)(seconds)


def pytest_configure() -> None:
    """Take moto's place before its tests are imported."""
    transport.install()
    moto.mock_aws, time.sleep = mock_aws, _sleep
    sys.modules["freezegun"] = SimpleNamespace(freeze_time=freeze_time)  # type: ignore[assignment]
    if os.environ.get("NO_POLICIES"):
        access.why_not_from_sns = lambda *args: ""
        access.check_queue = access.check_topic = lambda *args: None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what a test came to: "passed", or the error."""
    if report.outcome == "skipped":
        return
    name = report.nodeid.partition("[")[0].removeprefix("tests/")
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        _outcomes[name] = crash.message if crash else str(report.longrepr)
    elif report.when == "call":
        _outcomes.setdefault(name, "passed")


def pytest_sessionfinish() -> None:
    """Write the outcomes."""
    Path(os.environ["OUTCOMES"]).write_text(json.dumps(_outcomes), encoding="utf-8")

"""The ten names of `helpers` as a hand-in finds them: boto3's are boto3's, time is the check's, the rest does nothing.

A hand-in's cells still start a cloud, ask for hints and draw pictures. The process they run in holds none of that.
"""

from types import ModuleType
from typing import Any

import boto3


class _DoesNothing:
    """Takes every attribute, call and `with`, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> "_DoesNothing":
        return self

    def __enter__(self) -> "_DoesNothing":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __iter__(self) -> Any:
        return iter(())

    def __repr__(self) -> str:
        return ""


class _Clock(_DoesNothing):
    """The clock, as far as a notebook's own cells move it. moves: takes the seconds."""

    def __init__(self, moves: Any):
        self._moves = moves

    def advance(self, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move the clock."""
        self._moves(seconds + 60 * minutes + 3600 * hours + 86_400 * days)


def vocabulary(moves: Any) -> ModuleType:
    """Return a module `helpers` for hand-ins. moves: moves the check's clock by some seconds."""
    module, nothing = ModuleType("helpers"), _DoesNothing()
    for name in ("start", "check", "hint", "solution", "show", "cloud"):
        setattr(module, name, nothing)
    module.__dict__.update(clock=_Clock(moves), session=boto3.Session, client=boto3.client, resource=boto3.resource)
    module.__path__ = []  # so that `import helpers.checks` says that there is no such module
    return module

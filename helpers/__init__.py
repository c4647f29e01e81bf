"""The learner's vocabulary: ten names, and nothing else.

`check`, `hint`, `solution` and `show` are imported when they are first used, so that a lesson's first cell is fast.
"""

from typing import TYPE_CHECKING, Any

from helpers.backends.running import client, clock, cloud, resource, session, start

if TYPE_CHECKING:
    from helpers import show
    from helpers.checks.learner import check, hint, solution

__all__ = ["check", "client", "clock", "cloud", "hint", "resource", "session", "show", "solution", "start"]


def __getattr__(name: str) -> Any:
    if name in ("check", "hint", "solution"):
        from helpers.checks import learner, misspelled

        misspelled.watch()
        return getattr(learner, name)
    if name == "show":
        import importlib

        return importlib.import_module("helpers.show")
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")

"""The book of behaviours: what AWS does, as short experiments, each with its result on AWS and how that is known.

An experiment is a function that takes a Lab and returns plain JSON values. It runs in plain moto, the offline cloud and
the offline cloud over HTTP, and its result has to be `aws`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ACCOUNT, OTHER = "<account>", "<other>"  # in results and `aws`, instead of the lab's two account numbers


@dataclass(frozen=True)
class Behaviour:
    """One experiment.

    says: one sentence about AWS. aws: the result on AWS. source: where that is recorded or documented. differs: why the
    offline cloud has another result; "" if it doesn't.
    """

    name: str
    family: str
    says: str
    source: str
    aws: Any
    run: Callable[[Any], Any]
    differs: str = ""


BOOK: dict[str, Behaviour] = {}


def behaviour(aws: Any, source: str, differs: str = "") -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Add the decorated experiment to the book. Its docstring is the sentence about AWS."""

    def enter(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        family = run.__module__.rpartition(".")[2]
        name = f"{family}.{run.__name__}"
        assert name not in BOOK, f"two behaviours are called {name}"
        assert run.__doc__, f"{name} says nothing"
        BOOK[name] = Behaviour(name, family, " ".join(run.__doc__.split()), source, aws, run, differs)
        return run

    return enter


def refused(code: str, message: str | None = None, status: int = 400) -> dict[str, Any]:
    """Return what `lab.attempt` returns for this error. If you don't know the message, use `lab.code` instead."""
    return {"Code": code, "Message": message, "Status": status}

"""What AWS does, as short experiments: each says what it looks at, what AWS answers, and how that is known.

An experiment is a function that takes a Lab and returns plain JSON values. It runs against plain moto, the offline
cloud and the offline cloud over HTTP, and must come to what `aws` says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ACCOUNT, OTHER = "<account>", "<other>"  # stand for the numbers of a lab's two accounts in results and in `aws`


@dataclass(frozen=True)
class Behaviour:
    """One experiment.

    says: one sentence about AWS. aws: what the experiment comes to on AWS. source: where that is recorded or told.
    differs: why the offline cloud comes to something else; "" where it agrees.
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
    """Enter the decorated experiment into the book; its docstring is what it says about AWS."""

    def enter(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        family = run.__module__.rpartition(".")[2]
        name = f"{family}.{run.__name__}"
        assert name not in BOOK, f"two behaviours are called {name}"
        assert run.__doc__, f"{name} says nothing"
        BOOK[name] = Behaviour(name, family, " ".join(run.__doc__.split()), source, aws, run, differs)
        return run

    return enter


def refused(code: str, message: str | None = None, status: int = 400) -> dict[str, Any]:
    """Return what `lab.attempt` returns for this error; without a message use `lab.code` in the experiment."""
    return {"Code": code, "Message": message, "Status": status}

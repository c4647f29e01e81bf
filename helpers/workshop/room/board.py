"""What the learners of a `course serve` share: by account and exercise, the tries, and why the last check refused."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.aws_rules.common.refusals import Refused
from helpers.sharing import Shared, checked


@dataclass(frozen=True)
class Person:
    """A learner and what they share, by the names of the exercises' functions; nothing where they're left out.

    is_here: whether they've started a notebook and share, even if they haven't checked an answer yet.
    """

    name: str
    shared: Mapping[str, Shared] = field(default_factory=dict)
    is_here: bool = False


class Board:
    """Keeps what is shared, for as long as the server runs. Every method is safe for threads.

    exercises: the names of the functions; about others nothing is kept.
    """

    def __init__(self, exercises: Collection[str], now: Callable[[], float] = time.time):
        self._exercises, self._now, self._lock = frozenset(exercises), now, threading.Lock()
        self._shared: dict[str, dict[str, Shared]] = {}

    def tell(self, account: str, tried: Any, counted: bool) -> None:
        """Note how an account's checks went. Refused if it isn't in the course's format.

        counted: whether the tries are all so far; otherwise they're added to those that are known.
        """
        if not isinstance(tried, dict) or not tried.keys() <= self._exercises:
            raise Refused("ValidationError", "tried has to map exercises of this course to how they went.")
        rows: dict[str, Shared] = {}
        for answer, one in tried.items():
            if (new := checked(one)) is None:
                raise Refused("ValidationError", f"What tried says about {answer} can't be read.")
            rows[answer] = new
        with self._lock:
            known = self._shared.setdefault(account, {})
            for answer, new in rows.items():
                known[answer] = self._after(known.get(answer, Shared(0, False)), new, counted)

    def _after(self, before: Shared, new: Shared, counted: bool) -> Shared:
        tries = max(before.tries, new.tries) if counted else before.tries + new.tries
        if not new.at and counted:  # the progress so far, which knows no reasons
            return replace(before, tries=tries, solved=before.solved or new.solved)
        return Shared(tries, before.solved or new.solved, new.why, self._now())

    def forget(self, account: str) -> None:
        """Keep nothing of this account."""
        with self._lock:
            self._shared.pop(account, None)

    def people(self, learners: Mapping[str, str] | None) -> list[Person]:
        """Return the class, or without one each account that shares. learners: account by name."""
        with self._lock:
            shared = {account: dict(rows) for account, rows in self._shared.items()}
        if learners is None:
            return [Person(account, rows, True) for account, rows in sorted(shared.items())]
        return [Person(name, shared.get(account, {}), account in shared) for name, account in learners.items()]

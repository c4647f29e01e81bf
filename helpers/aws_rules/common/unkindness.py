"""Unkindness: what AWS sometimes does to a program, such as delivering twice, made to happen on purpose from a seed.

AWS: a standard queue delivers at least once, in best-effort order. A short poll asks only some of the servers and can
miss messages. The counters of a queue are approximate and settle about a minute after the last change. Requests can be
throttled or meet an error of the service, and so can single entries of a batch. A FIFO queue delivers in sequence
within a group, without duplicates, and promises no sequence between groups. Source: SQS developer guide, "Standard
queues", "FIFO queue delivery logic", "Short and long polling"; SQS API reference, GetQueueAttributes and
BatchResultErrorEntry; boto3 guide, "Retries".
moto: does none of this.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields
from random import Random
from typing import TypeVar

_Item = TypeVar("_Item")
Counts = tuple[int, int, int]  # messages that are visible, in flight and delayed


@dataclass
class Unkindness:
    """How often each kind happens: a probability between 0 and 1, and 0 by default.

    duplicates: a received message is delivered once more. missed: a short poll doesn't see a message. disorder: two
    neighbouring messages change places, on a FIFO queue if they're of different groups. lag: seconds that the counters
    can be behind. throttling: a request is throttled. errors: a request meets an error of the service. entries: an
    entry of a batch does, and then has changed nothing. entry_errors: at most so often, if not 0, for what's done to
    one message in batches, and never again once it has worked.
    """

    duplicates: float = 0
    missed: float = 0
    disorder: float = 0
    lag: float = 0
    throttling: float = 0
    errors: float = 0
    entries: float = 0
    entry_errors: int = 0
    seed: int = 1
    done: list[str] = field(default_factory=list)  # what happened to the program, in sequence

    def __post_init__(self) -> None:
        for kind in fields(self):
            value = getattr(self, kind.name)
            if kind.name in CHANCES and not (isinstance(value, (int, float)) and 0 <= value <= 1):
                raise ValueError(f"{kind.name} is a chance between 0 and 1, not {value!r}.")
        if not (isinstance(self.lag, (int, float)) and self.lag >= 0):
            raise ValueError(f"lag is a number of seconds, not {self.lag!r}.")
        if not (isinstance(self.entry_errors, int) and self.entry_errors >= 0):
            raise ValueError(f"entry_errors is a whole number, not {self.entry_errors!r}.")
        self._draw = Random(self.seed)
        self._entry_errors: dict[Hashable, int] = {}
        self._counted: dict[str, tuple[float, Counts]] = {}

    def strikes(self, kind: str) -> bool:
        """Return whether this kind happens now. Draws a random number only if it can happen."""
        chance = getattr(self, kind)
        return chance > 0 and self._draw.random() < chance

    def strikes_entry(self, what: Hashable) -> bool:
        """Return whether an entry of a batch meets an error now. what: is done to which message, the same each time."""
        if not self.entries:
            return False
        before = self._entry_errors.get(what, 0)
        if not self.strikes("entries") or (self.entry_errors and before >= self.entry_errors):
            self._entry_errors[what] = self.entry_errors
            return False
        self._entry_errors[what] = before + 1
        return True

    def delay(self, longest: float) -> float:
        """Return how many seconds until a duplicate can be received."""
        return self._draw.uniform(0, longest)

    def shuffled(self, messages: list[_Item], group: Callable[[_Item], object] | None = None) -> list[_Item]:
        """Return the messages, with some neighbours in each other's place. group: of those that stay in sequence."""
        for place in range(len(messages) - 1):
            is_kept = group is not None and group(messages[place]) == group(messages[place + 1])
            if not is_kept and self.strikes("disorder"):
                messages[place], messages[place + 1] = messages[place + 1], messages[place]
        return messages

    def counts(self, queue: str, count: Callable[[], Counts], now: float) -> Counts:
        """Return the queue's counters, as they were up to `lag` seconds ago, and remember having reported them."""
        told = self.would_tell(queue, count, now)
        if self.lag and now - self._counted.get(queue, _NEVER)[0] >= self.lag:
            self._counted[queue] = now, told
        return told

    def would_tell(self, queue: str, count: Callable[[], Counts], now: float) -> Counts:
        """Return the same as `counts`, without remembering anything."""
        at, counted = self._counted.get(queue, _NEVER)
        return counted if self.lag and now - at < self.lag else count()

    def tell(self, what: str) -> None:
        """Record what happened to the program."""
        self.done.append(what)


_NEVER = (float("-inf"), (0, 0, 0))
INTERNAL_ERROR = "We encountered an internal error. Please try again."
CHANCES = ("duplicates", "missed", "disorder", "throttling", "errors", "entries")

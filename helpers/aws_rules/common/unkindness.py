"""What AWS may do to a program and a simulation does not do by itself, made to happen on purpose, from a seed.

AWS: a standard queue delivers at least once and in best-effort order; a short poll asks some of the servers and may
miss messages; the counters are approximate and settle about a minute after the last change; requests are throttled,
and a service error comes now and then. FIFO queues deliver in order within a group, and no duplicates. Source: SQS
developer guide, "Standard queues", "Short and long polling"; SQS API reference, GetQueueAttributes; boto3 guide,
"Retries".
moto: does none of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from random import Random
from typing import Any

Counts = tuple[int, int, int]


@dataclass
class Unkindness:
    """How often each happens: a chance between 0 and 1. All are 0 until somebody asks.

    duplicates: a message that was received is delivered once more. missed: a short poll does not see a message.
    disorder: a receive starts with another message than the oldest. lag: seconds that counters may be behind.
    throttling: a request is refused for now. errors: the service fails for now.
    """

    duplicates: float = 0
    missed: float = 0
    disorder: float = 0
    lag: float = 0
    throttling: float = 0
    errors: float = 0
    seed: int = 1
    done: list[str] = field(default_factory=list)  # what was done to the program, in order

    def __post_init__(self) -> None:
        for kind in fields(self):
            value = getattr(self, kind.name)
            if kind.name in CHANCES and not (isinstance(value, (int, float)) and 0 <= value <= 1):
                raise ValueError(f"{kind.name} is a chance between 0 and 1, not {value!r}.")
        if not (isinstance(self.lag, (int, float)) and self.lag >= 0):
            raise ValueError(f"lag is a number of seconds, not {self.lag!r}.")
        self._draw = Random(self.seed)
        self._counted: dict[str, tuple[float, Counts]] = {}

    def strikes(self, kind: str) -> bool:
        """Return whether this kind happens now, and draw only where it can."""
        chance = getattr(self, kind)
        return chance > 0 and self._draw.random() < chance

    def delay(self, longest: float) -> float:
        """Return after how many seconds a duplicate shows itself."""
        return self._draw.uniform(0, longest)

    def shuffled(self, things: list[Any]) -> list[Any]:
        """Return the things in another order now and then: neighbours change places."""
        for place in range(len(things) - 1):
            if self.strikes("disorder"):
                things[place], things[place + 1] = things[place + 1], things[place]
        return things

    def counts(self, queue: str, count: Callable[[], Counts], now: float) -> Counts:
        """Return the queue's counters, as they were up to `lag` seconds ago, and remember what was told."""
        told = self.would_tell(queue, count, now)
        if self.lag and now - self._counted.get(queue, _NEVER)[0] >= self.lag:
            self._counted[queue] = now, told
        return told

    def would_tell(self, queue: str, count: Callable[[], Counts], now: float) -> Counts:
        """Return what `counts` would, and remember nothing."""
        at, counted = self._counted.get(queue, _NEVER)
        return counted if self.lag and now - at < self.lag else count()

    def tell(self, what: str) -> None:
        """Write down what was done to the program."""
        self.done.append(what)


_NEVER = (float("-inf"), (0, 0, 0))
CHANCES = ("duplicates", "missed", "disorder", "throttling", "errors")

"""Where messages are during a run: how many are waiting in each queue, and when."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.steps import Step

TO_DEAD_LETTERS = "received "  # how the reason begins when a message moves to its queue's dead-letter queue


@dataclass
class Ways:
    """What became of messages, by queue.

    waiting: pairs of a second of the run and how many can be received from then on. moved: how many went to the
    dead-letter queue. came: how many arrived as dead letters. left: how many there are at the end.
    """

    waiting: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


def follow(before: Iterable[Step], happened: Sequence[Step], start: datetime, seconds: float) -> Ways:
    """Return where messages were in a run. before: the steps from before it began."""
    ways, visible = Ways(), _Visible()
    for during, found in ((False, before), (True, happened)):
        for step in found:
            if ":sqs:" in step.where:
                source = visible.take(step, (step.at - start).total_seconds())
                if during and step.what == steps.MOVED and step.reason.startswith(TO_DEAD_LETTERS):
                    ways.came[name_of_arn(step.where)] += 1
                    ways.moved[source] += bool(source)
    for where, _ in visible.since:
        ways.left[name_of_arn(where)] += 1
    touched = dict.fromkeys(step.where for step in happened if ":sqs:" in step.where)
    spans = visible.spans + [(where, since, math.inf) for (where, _), since in visible.since.items()]
    for arn in touched:
        ways.waiting[name_of_arn(arn)] = _curve([span for span in spans if span[0] == arn], seconds)
    return ways


def name_of_arn(arn: str) -> str:
    """Return the name that an ARN ends with."""
    return arn.rpartition(":")[2]


class _Visible:
    """since: when a message can be received, by queue and id. spans: queue, begin and end of each wait."""

    def __init__(self) -> None:
        self.since: dict[tuple[str, str], float] = {}
        self.spans: list[tuple[str, float, float]] = []

    def take(self, step: Step, at: float) -> str:
        """Take a step into account. If it moved a message, return the name of the queue that the message left."""
        key, source = (step.where, step.message), ""
        if step.what == steps.SENT:
            self.since[key] = at + step.hidden
        elif step.what in (steps.RECEIVED, steps.HIDDEN):
            self._end(key, at)
            self.since[key] = at + step.hidden
        elif step.what in (steps.DELETED, steps.EXPIRED):
            self._end(key, at)
        elif step.what == steps.PURGED:
            for each in [each for each in self.since if each[0] == step.where]:
                self._end(each, at)
        elif step.what == steps.MOVED:
            for each in [each for each in self.since if each[1] == step.message and each[0] != step.where]:
                self._end(each, at)
                source = name_of_arn(each[0])
            self.since[key] = at
        return source

    def _end(self, key: tuple[str, str], at: float) -> None:
        since = self.since.pop(key, at)
        if since < at:
            self.spans.append((key[0], since, at))


def _curve(spans: Iterable[tuple[str, float, float]], seconds: float) -> list[tuple[float, int]]:
    changes: Counter[float] = Counter()
    for _, begin, end in spans:
        if end > 0 and begin <= seconds:
            changes[round(max(begin, 0.0), 3)] += 1
            changes[round(end, 3)] -= 1
    found, count = [(0.0, 0)], 0
    for at in sorted(changes):
        if changes[at] and at <= seconds:
            count += changes[at]
            found = [*found, (at, count)] if at else [(0.0, count)]
    return found

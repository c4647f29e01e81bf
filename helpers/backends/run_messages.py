"""Where messages are during a run: how many are waiting in each queue, and when."""

import math
from bisect import insort
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
    dead-letter queue. came: how many arrived as dead letters. left: how many there are at the end. oldest: pairs of a
    second of the run and the second at which the oldest of those that can be received from then on was sent; None where
    there's none.
    """

    waiting: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    oldest: dict[str, list[tuple[float, float | None]]] = field(default_factory=dict)
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
    for key, since in visible.since.items():
        visible.spans.append((key[0], since, math.inf, visible.sent.get(key[1], since)))
    for arn in touched:
        waits = [(begin, end, sent) for where, begin, end, sent in visible.spans if where == arn and end > 0]
        ways.waiting[name_of_arn(arn)] = _curve(waits, seconds)
        ways.oldest[name_of_arn(arn)] = _oldest(waits, seconds)
    return ways


def name_of_arn(arn: str) -> str:
    """Return the name that an ARN ends with."""
    return arn.rpartition(":")[2]


class _Visible:
    """since: when a message can be received, by queue and id. sent: when it was sent, by id.

    spans: queue, begin and end of each wait, and when the message was sent.
    """

    def __init__(self) -> None:
        self.since: dict[tuple[str, str], float] = {}
        self.sent: dict[str, float] = {}
        self.spans: list[tuple[str, float, float, float]] = []

    def take(self, step: Step, at: float) -> str:
        """Take a step into account. If it moved a message, return the name of the queue that the message left."""
        key, source = (step.where, step.message), ""
        if step.what == steps.SENT:
            self.since[key], self.sent[step.message] = at + step.hidden, at
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
            self.spans.append((key[0], since, at, self.sent.get(key[1], since)))


def _curve(spans: Iterable[tuple[float, float, float]], seconds: float) -> list[tuple[float, int]]:
    changes: Counter[float] = Counter()
    for begin, end, _ in spans:
        if begin <= seconds:
            changes[round(max(begin, 0.0), 3)] += 1
            changes[round(end, 3)] -= 1
    found, count = [(0.0, 0)], 0
    for at in sorted(changes):
        if changes[at] and at <= seconds:
            count += changes[at]
            found = [*found, (at, count)] if at else [(0.0, count)]
    return found


def _oldest(spans: Iterable[tuple[float, float, float]], seconds: float) -> list[tuple[float, float | None]]:
    changes = sorted(
        change for begin, end, sent in spans for change in ((max(begin, 0.0), True, sent), (end, False, sent))
    )
    found: list[tuple[float, float | None]] = [(0.0, None)]
    waiting: list[float] = []  # when those were sent that wait now, in order
    for at, begins, sent in changes:
        if at > seconds:
            break
        if begins:
            insort(waiting, sent)
        else:
            waiting.remove(sent)
        second, oldest = round(at, 3), round(waiting[0], 3) if waiting else None
        if second == found[-1][0]:
            found.pop()
        if not found or found[-1][1] != oldest:
            found.append((second, oldest))
    return found

"""Where messages are during a run: how many are waiting in each queue, and when."""

import math
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from helpers.aws_rules.common import steps
from helpers.aws_rules.common.steps import Step

LEFT_OUT_AFTER = 3  # receives, after which a message of a standard queue isn't the oldest one any more
TO_DEAD_LETTERS = "received "  # how the reason begins when a message moves to its queue's dead-letter queue


@dataclass
class Ways:
    """What became of messages, by queue.

    waiting: pairs of a second of the run and how many can be received from then on. moved: how many went to the
    dead-letter queue. came: how many arrived as dead letters. left: how many there are at the end. oldest: pairs of a
    second of the run and the second at which the oldest message was sent that wasn't deleted by then, as CloudWatch's
    ApproximateAgeOfOldestMessage counts it; None where there's none.
    """

    waiting: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    oldest: dict[str, list[tuple[float, float | None]]] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)


def follow(before: Iterable[Step], happened: Sequence[Step], start: datetime, seconds: float) -> Ways:
    """Return where messages were in a run. before: the steps from before it began."""
    ways, visible, kept = Ways(), _Visible(), _Kept()
    for during, found in ((False, before), (True, happened)):
        for step in found:
            if ":sqs:" in step.where:
                at = round((step.at - start).total_seconds(), 3)
                source = visible.take(step, at)
                kept.take(step, at)
                if during and step.what == steps.MOVED and step.reason.startswith(TO_DEAD_LETTERS):
                    ways.came[name_of_arn(step.where)] += 1
                    ways.moved[source] += bool(source)
    for where, _, _ in visible.since:
        ways.left[name_of_arn(where)] += 1
    touched = dict.fromkeys(step.where for step in happened if ":sqs:" in step.where)
    for key, since in visible.since.items():
        visible.spans.append((key[0], since, math.inf))
    for arn in touched:
        waits = [(begin, end) for where, begin, end in visible.spans if where == arn and end > 0]
        ways.waiting[name_of_arn(arn)] = _curve(waits, seconds)
        ways.oldest[name_of_arn(arn)] = _oldest([span for where, span in kept.spans() if where == arn], seconds)
    return ways


def name_of_arn(arn: str) -> str:
    """Return the name that an ARN ends with."""
    return arn.rpartition(":")[2]


_Key = tuple[str, str, int]  # a queue, a message's id, and which copy of the message


def key_of(step: Step) -> _Key:
    """Return the queue, the message and its copy that a step is about."""
    return step.where, step.message, step.copy


class _Visible:
    """since: when a message can be received. spans: queue, begin and end of each wait."""

    def __init__(self) -> None:
        self.since: dict[_Key, float] = {}
        self.spans: list[tuple[str, float, float]] = []

    def take(self, step: Step, at: float) -> str:
        """Take a step into account. If it moved a message, return the name of the queue that the message left."""
        key, source = key_of(step), ""
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

    def _end(self, key: _Key, at: float) -> None:
        since = self.since.pop(key, at)
        if since < at:
            self.spans.append((key[0], since, at))


class _Kept:
    """Since when a message counts as one that's in its queue, as the age of the oldest one does."""

    def __init__(self) -> None:
        self._since: dict[_Key, float] = {}
        self._receives: Counter[_Key] = Counter()
        self._over: list[tuple[str, tuple[float, float]]] = []

    def take(self, step: Step, at: float) -> None:
        """Take a step into account."""
        key = key_of(step)
        if step.what in (steps.SENT, steps.MOVED):
            for each in [each for each in self._since if each[1] == step.message]:
                self._end(each, at)
            self._since[key] = at
        elif step.what == steps.RECEIVED:
            self._receives[key] += 1
            if self._receives[key] == LEFT_OUT_AFTER and not step.where.endswith(".fifo"):
                self._end(key, at)
        elif step.what in (steps.DELETED, steps.EXPIRED):
            self._end(key, at)
        elif step.what == steps.PURGED:
            for each in [each for each in self._since if each[0] == step.where]:
                self._end(each, at)

    def _end(self, key: _Key, at: float) -> None:
        if key in self._since:
            self._over.append((key[0], (self._since.pop(key), at)))

    def spans(self) -> list[tuple[str, tuple[float, float]]]:
        """Return each message's queue, and from when to when it counted."""
        return self._over + [(key[0], (since, math.inf)) for key, since in self._since.items()]


def _curve(spans: Iterable[tuple[float, float]], seconds: float) -> list[tuple[float, int]]:
    changes: Counter[float] = Counter()
    for begin, end in spans:
        if begin <= seconds:
            changes[round(max(begin, 0.0), 3)] += 1
            changes[round(end, 3)] -= 1
    found, count = [(0.0, 0)], 0
    for at in sorted(changes):
        if changes[at] and at <= seconds:
            count += changes[at]
            found = [*found, (at, count)] if at else [(0.0, count)]
    return found


def _oldest(spans: Iterable[tuple[float, float]], seconds: float) -> list[tuple[float, float | None]]:
    changes = sorted(
        change for begin, end in spans if end > 0 for change in ((max(begin, 0.0), True, begin), (end, False, begin))
    )
    found: list[tuple[float, float | None]] = [(0.0, None)]
    since: list[float] = []  # when those came that are in the queue now, in order
    for at, begins, came in changes:
        if at > seconds:
            break
        if begins:
            insort(since, came)
        else:
            since.remove(came)
        oldest = since[0] if since else None
        if at == found[-1][0]:
            found.pop()
        if not found or found[-1][1] != oldest:
            found.append((at, oldest))
    return found

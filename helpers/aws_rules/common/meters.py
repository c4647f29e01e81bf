"""What a queue or topic reports to CloudWatch: counts of each minute, and in which minutes it's active.

AWS: queues and topics report every minute while they're active. A topic is active for six hours after the last call
that accessed it, and a queue for six hours after the last call or the last message that it held. A call that was
refused is one, too. What isn't active reports nothing, not even zeros. Source: SQS developer guide, "Monitoring Amazon
SQS queues using CloudWatch"; SNS developer guide, "Monitoring Amazon SNS topics using CloudWatch".

A queue that wasn't active can need 15 minutes until it reports again, says the same page; here it reports at once. AWS
doesn't say what one sample of a count is: here each minute has one, the number of that minute, and zeros are samples,
so that an average is a mean per minute. It doesn't say either at which moment of a minute it looks at a queue: here
that's the end. What happens on the minute belongs to the minute that begins.
moto: has no metrics of queues and topics.

Nothing is stored per minute while nothing happens: a stretch of minutes has one entry.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.series import STEP, Point, Series

MINUTE = STEP * 1000  # milliseconds
ACTIVE = 6 * 60 * MINUTE  # how long after the last access
_MOST = 21_600  # stretches, or minutes with counts, that are kept: 15 days in which each minute is another


class Stretch(NamedTuple):
    """Minutes that are the same, counted since 1970, without the last one. held: what held at the end of each."""

    first: int
    end: int
    held: Any


class Meters:
    """The counts of one resource by name of the metric, and what held at the end of each minute.

    A value that holds is None while the resource isn't active. Moments are in milliseconds since 1970. minute: the one
    that isn't over yet; everything before is settled.
    """

    def __init__(self, owner: Account):
        now = owner.time() * 1000
        self.owner, self.accessed = owner, now
        self.minute = self._since = int(now // MINUTE)  # the second is the oldest minute that isn't forgotten
        self._begins, self._ends = self.minute * MINUTE, (self.minute + 1) * MINUTE
        self._counts: dict[str, int] = {}
        self._counted: dict[int, dict[str, int]] = {self.minute: self._counts}
        self._sizes: dict[int, Point] = {}
        self._firsts: list[int] = []  # the first minutes of the stretches, and what held in each
        self._held: list[Any] = []

    def count(self, metric: str, now: float, number: int = 1) -> None:
        """Add to a count of this moment's minute."""
        if now >= self._ends:
            self.settle(now)
        # A retry that's due can happen as of a minute that is over; see Account.catch_up.
        counts = self._counts if now >= self._begins else self._counted.setdefault(int(now // MINUTE), {})
        counts[metric] = counts.get(metric, 0) + number

    def measure(self, now: float, size: int) -> None:
        """Add the size of a message of this moment's minute."""
        minute = int(now // MINUTE)
        if minute not in self._sizes:
            self._sizes[minute] = Point()
        self._sizes[minute].add(size)

    def touch(self, now: float) -> None:
        """Settle what held before, and note that the resource is accessed now. Call it before a change."""
        if now >= self._ends:
            self.settle(now)
        if now > self.accessed:
            self.accessed = now

    def settle(self, now: float) -> None:
        """Settle the minutes that are over."""
        if now < self._ends:
            return
        first, self.minute = self.minute, int(now // MINUTE)
        self._begins, self._ends = self.minute * MINUTE, (self.minute + 1) * MINUTE
        if not self._counts:
            del self._counted[first]
        self._counts = self._counted[self.minute] = {}
        for minute, held in self._changes(first, self.minute):
            self._hold(minute, held)
        if len(self._counted) > _MOST:
            self._forget(next(iter(self._counted)) + 1)

    def _forget(self, before: int) -> None:
        """Forget the counts and sizes of all minutes before this one. What held then isn't shown any more either."""
        self._since = max(self._since, before)
        for kept in (self._counted, self._sizes):
            while (oldest := next(iter(kept), before)) < before:
                del kept[oldest]

    def _changes(self, first: int, end: int) -> Iterator[tuple[int, Any]]:
        """Yield (minute, what holds from then on) for the minutes that are now settled."""
        raise NotImplementedError

    def _hold(self, minute: int, held: Any) -> None:
        if self._held and self._held[-1] == held:
            return
        self._firsts.append(minute)
        self._held.append(held)
        if len(self._firsts) > _MOST:
            del self._firsts[: _MOST // 10], self._held[: _MOST // 10]

    def _active_end(self, last: float) -> int:
        """Return the first minute at whose end the resource isn't active. last: when it last was accessed."""
        return int((last + ACTIVE) // MINUTE)

    # --- reading ------------------------------------------------------------------------------------------------------

    def series(self) -> dict[str, Series]:
        """Return the resource's metrics by name."""
        raise NotImplementedError

    def stretches(self, start: int, end: int) -> Iterator[Stretch]:
        """Yield the stretches of the minutes that begin from start to before end and that are over.

        start, end: in seconds since 1970.
        """
        self.settle(self.owner.time() * 1000)
        first, last = max(-(-start // STEP), self._since), min(-(-end // STEP), self.minute)
        place = max(0, bisect_right(self._firsts, first) - 1)
        for position in range(place, len(self._firsts)):
            begins = max(first, self._firsts[position])
            ends = self._firsts[position + 1] if position + 1 < len(self._firsts) else self.minute
            if begins >= last:
                return
            if begins < ends:
                yield Stretch(begins, min(ends, last), self._held[position])

    def counted(self, metric: str, stretch: Stretch) -> Iterator[tuple[int, int]]:
        """Yield (minute, count) for the minutes of a stretch: 0 for those of an active one without any."""
        if stretch.held is None:
            found = sorted(minute for minute in self._counted if stretch.first <= minute < stretch.end)
            pairs = ((minute, self._counted[minute].get(metric)) for minute in found)
            yield from ((minute, number) for minute, number in pairs if number is not None)
            return
        nothing: dict[str, int] = {}
        for minute in range(stretch.first, stretch.end):
            yield minute, self._counted.get(minute, nothing).get(metric, 0)

    def sizes(self, stretch: Stretch) -> Iterator[tuple[int, Point]]:
        """Yield (minute, the sizes of its messages) for the minutes of a stretch that have any."""
        for minute in sorted(minute for minute in self._sizes if stretch.first <= minute < stretch.end):
            yield minute, self._sizes[minute]


class Count:
    """The series of a count. It has values while the resource is active."""

    unit = "Count"

    def __init__(self, meters: Meters, metric: str):
        self._meters, self._metric = meters, metric

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a minute, its count), oldest first; see Series. Equal counts can share a Point."""
        points: dict[int, Point] = {}
        for stretch in self._meters.stretches(start, end):
            for minute, number in self._meters.counted(self._metric, stretch):
                if number not in points:
                    points[number] = point_of(number)
                yield minute * STEP, points[number]


class Sizes:
    """The series of the sizes of messages: one sample for each message."""

    unit = "Bytes"

    def __init__(self, meters: Meters):
        self._meters = meters

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a minute, its sizes), oldest first; see Series."""
        for stretch in self._meters.stretches(start, end):
            for minute, point in self._meters.sizes(stretch):
                yield minute * STEP, point


def point_of(value: float) -> Point:
    """Return a point of one sample."""
    return Point(1, value, value, value, {value: 1})

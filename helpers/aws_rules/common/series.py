"""A metric's values over time, as CloudWatch keeps them: one statistic set for each minute in which there was a value.

AWS: keeps sample count, sum, minimum and maximum of a period, and percentiles where it knows the single values. Source:
CloudWatch user guide, "Metrics concepts", and API reference, MetricDatum.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

STEP = 60  # seconds of a minute, the shortest period of what AWS's services report


@dataclass
class Point:
    """What was measured in one step of time.

    count: how many values, total: their sum. least, most: the smallest and the largest. values: how often each value
    came; None if only the statistics are known, and then there are no percentiles.
    """

    count: float = 0
    total: float = 0
    least: float = float("inf")
    most: float = float("-inf")
    values: dict[float, float] | None = field(default_factory=dict)

    def add(self, value: float, count: float = 1) -> None:
        """Add a value that came this often."""
        self.count += count
        self.total += value * count
        self.least, self.most = min(self.least, value), max(self.most, value)
        if self.values is not None:
            self.values[value] = self.values.get(value, 0) + count

    def merge(self, other: "Point") -> None:
        """Add everything that the other one has."""
        self.count += other.count
        self.total += other.total
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        if self.values is None or other.values is None:
            self.values = None
            return
        for value, count in other.values.items():
            self.values[value] = self.values.get(value, 0) + count


class Series(Protocol):
    """A metric of one combination of dimensions. unit: as CloudWatch writes it, such as "Count"."""

    unit: str

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a step, its values), oldest first, for each step that begins from start to before end.

        start, end and the beginnings are seconds since 1970. A step without values is left out.
        """


class Recorded:
    """A series of single values, as they came. step: the seconds that one point stands for."""

    def __init__(self, unit: str, step: int = STEP):
        self.unit, self.step = unit, step
        self._points: dict[int, Point] = {}

    def add(self, at: float, value: float = 1, count: float = 1) -> None:
        """Add a value that came this often. at: its moment, in seconds since 1970."""
        begins = int(at // self.step) * self.step
        point = self._points.get(begins)
        if point is None:
            point = self._points[begins] = Point()
        point.add(value, count)

    def merge(self, at: float, point: Point) -> None:
        """Add statistics that were made elsewhere."""
        begins = int(at // self.step) * self.step
        self._points.setdefault(begins, Point()).merge(point)

    def at(self, begins: int) -> Point | None:
        """Return the values of the step that begins then; None for none."""
        return self._points.get(begins)

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a step, its values), oldest first; see Series."""
        if (end - start) // self.step < len(self._points):
            first = -(-start // self.step) * self.step
            wanted = [begins for begins in range(first, end, self.step) if begins in self._points]
        else:
            wanted = sorted(begins for begins in self._points if start <= begins < end)
        for begins in wanted:
            yield begins, self._points[begins]

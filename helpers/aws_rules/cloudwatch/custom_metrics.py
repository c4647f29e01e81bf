"""Custom metrics: what programs published with PutMetricData in one region of an account.

AWS: values of different units are kept apart. A metric of high resolution is kept by the second, others by the minute.
A statistic set has percentiles only if all its values are known to be equal. Source: CloudWatch API reference,
PutMetricData, MetricDatum, GetMetricStatistics; recorded answers.
moto: mixes units in GetMetricData, and keeps no resolution.
"""

from collections.abc import Iterator, Mapping
from heapq import merge

from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.series import STEP, Point, Recorded, Series

Dimensions = tuple[tuple[str, str], ...]


class CustomMetric:
    """The values of one metric that were published with one unit."""

    def __init__(self, unit: str):
        self.unit = unit
        self._by_resolution: dict[int, Recorded] = {}

    def add(self, at: float, point: Point, resolution: int = STEP) -> None:
        """Add what was measured at a moment, in seconds since 1970. resolution: 1 or 60 seconds."""
        if resolution not in self._by_resolution:
            self._by_resolution[resolution] = Recorded(self.unit, resolution)
        self._by_resolution[resolution].merge(at, point)

    def between(self, start: int, end: int) -> Iterator[tuple[int, Point]]:
        """Yield (beginning of a step, its values), oldest first; see Series."""
        found = [one.between(start, end) for one in self._by_resolution.values()]
        return found[0] if len(found) == 1 else merge(*found, key=lambda step: step[0])


class CustomMetrics:
    """The custom metrics of one region of an account."""

    def __init__(self, owner: Account, region: str):
        self._metrics: dict[tuple[str, str, Dimensions], dict[str, CustomMetric]] = {}

    def of(self, namespace: str, name: str, dimensions: Mapping[str, str], unit: str) -> CustomMetric:
        """Return the values of this metric with this unit. It's created on first use."""
        units = self._metrics.setdefault((namespace, name, tuple(sorted(dimensions.items()))), {})
        if unit not in units:
            units[unit] = CustomMetric(unit)
        return units[unit]

    def find(self, namespace: str, name: str, dimensions: Mapping[str, str]) -> list[Series]:
        """Return what was published of a metric, sorted by unit."""
        units = self._metrics.get((namespace, name, tuple(sorted(dimensions.items()))), {})
        return [units[unit] for unit in sorted(units)]

    def all(self) -> Iterator[tuple[str, str, Dimensions, Series]]:
        """Yield namespace, name, dimensions and values of each metric, sorted, once for each unit."""
        for namespace, name, dimensions in sorted(self._metrics):
            for _, series in sorted(self._metrics[namespace, name, dimensions].items()):
                yield namespace, name, dimensions, series

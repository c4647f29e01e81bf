"""Statistics: what became of a metric in each period, as one number.

AWS: a period is stamped with its beginning, and the first one begins at the start time. The start time is rounded down
to a minute, to five minutes after 15 days, to an hour after 63 days, and for periods below a minute to a multiple of
the period. Shorter periods than that give no data. There are no percentiles where single values are unknown or
negative. Source: CloudWatch API reference, GetMetricStatistics and PutMetricData; CloudWatch user guide, "Metrics
concepts" and "Getting statistics aggregated across resources", whose hours begin at 18 minutes past.
moto: begins the first period at the first value, and has no percentiles.

AWS doesn't say how it finds a percentile. Here it's the smallest value that isn't below the asked share of all.
"""

import re
from collections.abc import Callable

from helpers.aws_rules.common.series import STEP, Point, Series

HOUR, DAY = 3_600, 86_400  # seconds
# For how long AWS keeps periods: until this age (seconds), those of this length or multiples of it are there.
_KEPT = ((3 * HOUR, 1), (15 * DAY, STEP), (63 * DAY, 5 * STEP))
_LONGEST_KEPT = HOUR
SHORT_PERIODS = (1, 5, 10, 20, 30)  # seconds, for metrics of high resolution
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?)", re.ASCII)
# Statistics that AWS has beyond these: trimmed means, counts, sums and their like, over percentiles or over values.
_ONLY_ON_AWS = re.compile(
    r"(tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|(TM|WM|TC|TS|PR)\([\d.%eE+-]*:[\d.%eE+-]*\)|IQM", re.ASCII
)
SIMPLE: dict[str, Callable[[Point], float]] = {
    "SampleCount": lambda point: point.count,
    "Average": lambda point: point.total / point.count if point.count else 0.0,
    "Sum": lambda point: point.total,
    "Minimum": lambda point: point.least,
    "Maximum": lambda point: point.most,
}


def is_statistic(name: str) -> bool:
    """Return whether this is a statistic that can be calculated here: one of the simple ones, or a percentile."""
    return name in SIMPLE or is_percentile(name)


def is_percentile(name: str) -> bool:
    """Return whether this is a percentile, such as "p99" or "p99.9"."""
    return bool(_PERCENTILE.fullmatch(name))


def is_only_on_aws(name: str) -> bool:
    """Return whether this is a statistic that AWS has and this cloud doesn't, such as "tm99"."""
    return bool(_ONLY_ON_AWS.fullmatch(name))


def value_of(point: Point, statistic: str) -> float | None:
    """Return the statistic of these values; None for a percentile that isn't available."""
    if statistic in SIMPLE:
        return float(SIMPLE[statistic](point))
    found = _PERCENTILE.fullmatch(statistic)
    if found is None or not point.values or point.least < 0:
        return None
    below = float(found[1]) / 100 * point.count
    seen = 0.0
    for value in sorted(point.values):
        seen += point.values[value]
        if seen >= below * (1 - 1e-12):  # 0.1 * 30 is a little more than 3
            return float(value)
    return float(point.most)


def points(series: Series, statistic: str, period: int, start: int, end: int) -> list[tuple[int, float]]:
    """Return (beginning of a period, the statistic's value), oldest first, for each period that has values.

    The first period begins at start, the last one ends at end at the latest. All are in seconds since 1970.
    """
    found = []
    for begins, point in aggregated(series, period, start, end).items():
        value = value_of(point, statistic)
        if value is not None:
            found.append((begins, value))
    return found


def aggregated(series: Series, period: int, start: int, end: int) -> dict[int, Point]:
    """Return everything that was measured in each period that has values, by the period's beginning.

    A period of one step has the series' own point, so don't change what's returned.
    """
    found: dict[int, Point] = {}
    merged: set[int] = set()
    for begins, point in series.between(start, end):
        at = begins - (begins - start) % period
        if at not in found:
            found[at] = point
            continue
        if at not in merged:
            merged.add(at)
            one, found[at] = found[at], Point()
            found[at].merge(one)
        found[at].merge(point)
    return found


def rounded_start(start: float, period: int, now: float) -> int:
    """Return the moment at which the first period begins, for a start time. All in seconds."""
    finest = _kept_after(now - start)
    return int(start // max(finest, min(period, STEP))) * max(finest, min(period, STEP))


def is_kept(start: float, period: int, now: float) -> bool:
    """Return whether periods of this length are there at all from the start time on."""
    return period % _kept_after(now - start) == 0


def _kept_after(age: float) -> int:
    return next((length for oldest, length in _KEPT if age < oldest), _LONGEST_KEPT)

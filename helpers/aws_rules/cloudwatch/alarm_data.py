"""What an alarm sees of its metric: a value for each period of the range, at each moment at which it's evaluated.

AWS: evaluates an alarm once a minute; one with a period below a minute at each of its periods, and one that looks back
for more than a day once an hour. Periods end when the alarm is evaluated, so those of five minutes begin at any minute.
Source: CloudWatch user guide, "Alarm evaluation" and "Alarm evaluation windows"; data points and times in AWS's mails,
such as 12:02 for a period of 300 seconds at 12:07:17.

AWS doesn't say at which second an alarm is evaluated: here at the full minute. An alarm with a short period on metrics
of AWS's services is evaluated once a minute here, since those come by the minute. How an alarm tells data that are late
from data that are missing isn't said either. Here the range of an alarm on metrics of AWS's services ends with the last
minute that CloudWatch has by then, which is `Accounts.metrics_delay` earlier; a queue that had a message at 9:04 rings
at 9:07.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from helpers.aws_rules.cloudwatch import dimensions, evaluation, queries, statistics, store
from helpers.aws_rules.cloudwatch.evaluation import BAD, FEW, GOOD, NONE, Rule
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.series import STEP, Point, Series

Settings = dict[str, Any]  # the parameters of PutMetricAlarm
_EMPTY = Point()


class Reading(NamedTuple):
    """One period: its beginning in seconds since 1970, the value, None for none, and how many samples made it."""

    begins: int
    value: float | None = None
    samples: float = 0


def rule_of(settings: Settings) -> Rule:
    """Return when the alarm changes its state."""
    periods: int = settings["EvaluationPeriods"]
    treatment = settings.get("TreatMissingData", evaluation.MISSING)
    return Rule(periods, settings.get("DatapointsToAlarm", periods), treatment)


def period_of(settings: Settings) -> int:
    """Return the alarm's period in seconds. Of math it's the expression's, or the longest of its metrics."""
    if "Metrics" not in settings:
        return int(settings["Period"])
    returned = watched(settings["Metrics"])
    if "Period" in returned:
        return int(returned["Period"])
    return int(max(one["MetricStat"]["Period"] for one in settings["Metrics"] if "MetricStat" in one))


def step_of(settings: Settings) -> int:
    """Return how often the alarm is evaluated, in seconds."""
    period = period_of(settings)
    if period * settings["EvaluationPeriods"] > statistics.DAY:
        return statistics.HOUR
    return STEP if _is_of_aws(settings) else min(period, STEP)


def watched(metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the query of an alarm's Metrics that the alarm compares with its threshold."""
    return next(one for one in metrics if one.get("ReturnData", True))


def stats_of(settings: Settings) -> list[dict[str, Any]]:
    """Return the metrics that the alarm is about, as MetricStat has them."""
    if "Metrics" in settings:
        return [one["MetricStat"] for one in settings["Metrics"] if "MetricStat" in one]
    metric = {name: settings[name] for name in ("Namespace", "MetricName", "Dimensions") if name in settings}
    stat: dict[str, Any] = {"Metric": metric, "Period": settings["Period"], "Stat": statistic_of(settings)}
    return [stat | ({"Unit": settings["Unit"]} if "Unit" in settings else {})]


def statistic_of(settings: Settings) -> str:
    """Return the statistic of an alarm on one metric."""
    return str(settings.get("Statistic") or settings["ExtendedStatistic"])


def end_of_range(account: Account, settings: Settings, moment: float) -> int:
    """Return where the range of an alarm ends that is evaluated at this moment."""
    step, delay = step_of(settings), account.accounts.metrics_delay if _is_of_aws(settings) else 0
    return int((moment - delay) // step) * step


def _is_of_aws(settings: Settings) -> bool:
    """Return whether one of the alarm's metrics is of a service of AWS. Those have a value for a minute at best."""
    return any(stat["Metric"]["Namespace"].startswith(store.OF_AWS) for stat in stats_of(settings))


def readings(account: Account, region: str, settings: Settings, moment: float) -> list[Reading]:
    """Return what an alarm that is evaluated at this moment sees of each period of its range, oldest first."""
    period, length = period_of(settings), rule_of(settings).range
    start = end_of_range(account, settings, moment) - length * period
    if "Metrics" in settings:
        return _calculated(account, region, settings, start, period, length)
    windows = _Windows(account, region, stats_of(settings)[0], start, length, period)
    return [windows.reading(number) for number in range(length)]


def marks_of(found: list[Reading], settings: Settings) -> bytes:
    """Return the marks of these periods, for `evaluation.decide`."""
    return bytes(_mark(one, settings) for one in found)


def marks_from(account: Account, region: str, settings: Settings, first: int, times: int) -> Iterator[bytes]:
    """Yield the marks of the range's periods for each of so many evaluations, the first of them at this moment.

    What CloudWatch has by the account's time has to be all that it will ever have of these periods.
    """
    length = rule_of(settings).range
    start = end_of_range(account, settings, first) - length * period_of(settings)
    if "Metrics" in settings:
        yield from _marks_of_math(account, region, settings, start, times)
        return
    stat = stats_of(settings)[0]
    lattice = _Lattice(stat["Period"], step_of(settings), length, times)
    marks = _Windows(account, region, stat, start, lattice.number, lattice.unit).marks(settings)
    for one in range(times):
        yield marks[lattice.of(one)]


class _Lattice:
    """Which periods a number of evaluations look at, among those that begin one unit of time after the other.

    step: from one evaluation to the next, in seconds. seen: how many periods each evaluation looks at.
    """

    def __init__(self, period: int, step: int, seen: int, times: int):
        self.unit = math.gcd(period, step)
        self._apart, self._stride, self._span = (
            period // self.unit,
            step // self.unit,
            (seen - 1) * (period // self.unit),
        )
        self.number = self._span + (times - 1) * self._stride + 1

    def of(self, evaluation: int) -> slice:
        """Return the places of what one of the evaluations looks at, oldest first."""
        first = evaluation * self._stride
        return slice(first, first + self._span + 1, self._apart)


def _mark(reading: Reading, settings: Settings) -> int:
    if reading.value is None:
        return NONE
    keeps_few = settings.get("EvaluateLowSampleCountPercentile") == "ignore" and "ExtendedStatistic" in settings
    if keeps_few and evaluation.has_few_samples(reading.samples, float(settings["ExtendedStatistic"][1:])):
        return FEW
    return (
        BAD if evaluation.is_breaching(reading.value, settings["ComparisonOperator"], settings["Threshold"]) else GOOD
    )


class _Windows:
    """A metric's periods, each of which begins one step after the one before: they can overlap.

    start: of the first one, number: of all. What's in a step is read once, however many periods have it.
    """

    def __init__(self, account: Account, region: str, stat: dict[str, Any], start: int, number: int, step: int):
        self._start, self._step, self._length = start, step, stat["Period"] // step
        self._statistic, self._number, self._steps = stat["Stat"], number, number + self._length - 1
        self._points: dict[int, Point] = {}
        self._is_simple = self._statistic in statistics.SIMPLE
        for begins, point in _series(account, region, stat, start, self._end):
            place = (begins - start) // step
            if place in self._points:
                merged = Point()
                merged.merge(self._points[place])
                merged.merge(point)
                point = merged
            self._points[place] = point
        if self._length > 1 and self._is_simple and self._points:
            found = [self._points.get(place, _EMPTY) for place in range(self._steps)]
            self._counts, self._totals = [point.count for point in found], [point.total for point in found]
            self._least, self._most = [point.least for point in found], [point.most for point in found]

    def marks(self, settings: Settings) -> bytes:
        """Return the marks of all periods."""
        marks = bytearray([NONE]) * self._number
        if self._length > 1 and self._points:
            return bytes(_mark(self.reading(number), settings) for number in range(self._number))
        last, mark = None, NONE
        for place, point in self._points.items():
            if point is not last:  # what doesn't change for hours is often one and the same
                last, mark = point, _mark(self.reading(place), settings)
            marks[place] = mark
        return bytes(marks)

    @property
    def _end(self) -> int:
        return self._start + self._steps * self._step

    def reading(self, number: int) -> Reading:
        """Return the period of this number."""
        begins, value = self._start + number * self._step, None
        if not self._points:
            return Reading(begins)
        if self._length == 1:
            point = self._points.get(number)
        elif self._is_simple:
            part = slice(number, number + self._length)
            count = sum(self._counts[part])
            point = (
                Point(count, sum(self._totals[part]), min(self._least[part]), max(self._most[part])) if count else None
            )
        else:
            point = self._merged(number)
        if point is not None:
            value = statistics.value_of(point, self._statistic)
        return Reading(begins, value, point.count if point is not None else 0)

    def _merged(self, number: int) -> Point | None:
        found = [self._points[place] for place in range(number, number + self._length) if place in self._points]
        merged = Point()
        for point in found:
            merged.merge(point)
        return merged if found else None


def _series(account: Account, region: str, stat: dict[str, Any], start: int, end: int) -> Iterator[tuple[int, Point]]:
    """Yield a metric's values from start to before end. Of several units with values it's the first one's."""
    metric = stat["Metric"]
    dims = dimensions.of(metric.get("Dimensions"))
    units = store.find_units(account, region, metric["Namespace"], metric["MetricName"], dims)
    units = [one for one in units if stat.get("Unit") in (None, one.unit)]
    if len(units) > 1:
        units = [one for one in units if _has_values(one, start, end)]
    return units[0].between(start, end) if units else iter(())


def _has_values(series: Series, start: int, end: int) -> bool:
    return next(series.between(start, end), None) is not None


# ---- Metric math


def _calculated(
    account: Account, region: str, settings: Settings, start: int, period: int, length: int
) -> list[Reading]:
    """Return what the alarm's expression makes of each period of the range; nothing where it can't be calculated."""
    name, end = watched(settings["Metrics"])["Id"], start + length * period
    try:
        found = queries.results(account, region, settings["Metrics"], start, end)
    except Refused:
        found = []
    returned = [one.points for one in found if one.id == name]
    values = dict(returned[0]) if len(returned) == 1 else {}  # an alarm can only watch one time series
    moments = range(start, end, period)
    return [Reading(at, values.get(at), 1 if at in values else 0) for at in moments]


def _marks_of_math(account: Account, region: str, settings: Settings, start: int, times: int) -> Iterator[bytes]:
    """Yield the marks for each evaluation. The same values of all metrics have the same result, calculated once."""
    period, step, length = period_of(settings), step_of(settings), rule_of(settings).range
    ranges = []
    for stat in stats_of(settings):
        lattice = _Lattice(stat["Period"], step, max(1, length * period // stat["Period"]), times)
        windows = _Windows(account, region, stat, start, lattice.number, lattice.unit)
        ranges.append((lattice, [windows.reading(number).value for number in range(lattice.number)]))
    known: dict[Any, bytes] = {}
    for one in range(times):
        key = tuple(tuple(values[lattice.of(one)]) for lattice, values in ranges)
        if key not in known:
            found = _calculated(account, region, settings, start + one * step, period, length)
            known[key] = marks_of(found, settings)
        yield known[key]

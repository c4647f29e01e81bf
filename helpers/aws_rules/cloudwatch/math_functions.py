"""What the operators and functions of metric math calculate.

AWS: a missing value counts as 0 for an operator between two time series, and a point that would be divided by zero is
dropped. A function such as SUM makes one number of a time series, and one time series of an array; only AVG counts what
is missing there, as 0. Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics".
moto: has none of this: an expression can only be the id of a metric.

AWS's page leaves open, and this cloud has chosen: FILL and TIME_SERIES go until now where the end time is later; RATE
and DIFF compare with the last point that is there; a number that is infinite or isn't a number is dropped.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

_MOST_POINTS = 2_000_000  # that one request may calculate; thousands of expressions could ask for any number
FILLERS = ("REPEAT", "LINEAR")
# Functions of AWS that this cloud doesn't have.
ONLY_ON_AWS = (
    *("ANOMALY_DETECTION_BAND", "DATAPOINT_COUNT", "DATE", "DAY", "DB_PERF_INSIGHTS", "DIFF_TIME", "EPOCH", "FIRST"),
    *("HOUR", "INSIGHT_RULE_METRIC", "LAMBDA", "LAST", "LOG", "LOG10", "METRIC_COUNT", "MINUTE", "MONTH"),
    *("REMOVE_EMPTY", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "STDDEV", "YEAR"),
)


class MathError(Exception):
    """An expression that can't be read or calculated, and why."""


@dataclass(frozen=True)
class TimeSeries:
    """Values by the beginning of their period, oldest first.

    label: of the metric. is_metric: whether it's a metric, and not what an expression made.
    """

    values: dict[int, float]
    period: int
    label: str = ""
    is_metric: bool = False


Value = Any  # a number (float), a time series, an array of them (list), or a text


class Budget:
    """How many points the expressions of one request can still calculate."""

    def __init__(self) -> None:
        self._left = _MOST_POINTS

    def spend(self, points: int) -> None:
        """Count points that are calculated. MathError when they're too many."""
        self._left -= points
        if self._left < 0:
            raise MathError("The expressions of this request have too many data points")


@dataclass
class Context:
    """What an expression can see.

    start, end: the time in which FILL fills. period: of TIME_SERIES. metrics: those of the request, by id.
    """

    start: int
    end: int
    period: int
    metrics: dict[str, TimeSeries] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def marks(self, period: int) -> range:
        """Return the beginnings of all periods of this length."""
        self.budget.spend(max(0, self.end - self.start) // period)
        return range(self.start, self.end, period)


def is_series(value: Value) -> bool:
    """Return whether this is a time series or an array of them."""
    return isinstance(value, TimeSeries | list)


# ---- Operators


def _power(one: float, other: float) -> float:
    try:
        return math.pow(one, other)
    except (OverflowError, ValueError):
        return math.nan


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other if other else math.nan,
    "^": _power,
    "==": lambda one, other: float(one == other),
    "!=": lambda one, other: float(one != other),
    "<": lambda one, other: float(one < other),
    ">": lambda one, other: float(one > other),
    "<=": lambda one, other: float(one <= other),
    ">=": lambda one, other: float(one >= other),
    "&&": lambda one, other: float(bool(one and other)),
    "||": lambda one, other: float(bool(one or other)),
}


def operate(symbol: str, left: Value, right: Value, context: Context) -> Value:
    """Return what the operator makes of two numbers, time series or arrays. MathError where AWS has no such one."""
    if isinstance(left, str) or isinstance(right, str) or (isinstance(left, list) and isinstance(right, list)):
        raise MathError(f"Unsupported operand type(s) for {symbol}: {_kind(left)}, {_kind(right)}")
    if isinstance(left, list):
        return [operate(symbol, one, right, context) for one in left]
    if isinstance(right, list):
        return [operate(symbol, left, one, context) for one in right]
    calculate = _OPERATORS[symbol]
    if isinstance(left, TimeSeries) and isinstance(right, TimeSeries):
        one, other, moments = left.values, right.values, sorted(left.values.keys() | right.values.keys())
        found = {at: calculate(one.get(at, 0.0), other.get(at, 0.0)) for at in moments}
        return _made(replace(left, period=max(left.period, right.period)), found, context)
    if isinstance(left, TimeSeries):
        return _made(left, {at: calculate(value, right) for at, value in left.values.items()}, context)
    if isinstance(right, TimeSeries):
        return _made(right, {at: calculate(left, value) for at, value in right.values.items()}, context)
    return calculate(left, right)


def negated(value: Value, context: Context) -> Value:
    """Return the value with the other sign."""
    return operate("-", 0.0, value, context)


def _made(source: TimeSeries, values: dict[int, float], context: Context) -> TimeSeries:
    """Return a time series of these values, without those that are no number."""
    context.budget.spend(len(values))
    kept = {at: value for at, value in values.items() if math.isfinite(value)}
    return TimeSeries(kept, source.period, source.label)


def _kind(value: Value) -> str:
    return {list: "TS[]", TimeSeries: "TS", str: "String"}.get(type(value), "S")


# ---- Functions


def _of_each(name: str, change: Callable[[TimeSeries, Context], dict[int, float]]) -> Callable[..., Value]:
    """Return a function that changes a time series, or each of an array."""

    def function(context: Context, value: Value) -> Value:
        if isinstance(value, list):
            return [_made(one, change(one, context), context) for one in value]
        return _made(value, change(value, context), context)

    return _checked(name, function)


def _of_all(name: str, reduce: Callable[[list[float], int], float]) -> Callable[..., Value]:
    """Return a function that makes one number of a time series, and one time series of an array."""

    def function(context: Context, value: Value) -> Value:
        if isinstance(value, TimeSeries):
            context.budget.spend(len(value.values))
            return reduce(list(value.values.values()), len(value.values))
        at_each: dict[int, list[float]] = {}
        for one in value:
            context.budget.spend(len(one.values))
            for at, number in one.values.items():
                at_each.setdefault(at, []).append(number)
        period = max((one.period for one in value), default=context.period)
        found = {at: reduce(at_each[at], len(value)) for at in sorted(at_each)}
        return _made(TimeSeries({}, period), found, context)

    return _checked(name, function)


def _checked(name: str, function: Callable[..., Value]) -> Callable[..., Value]:
    """Return the function, which refuses a first argument that is no time series."""

    def checking(context: Context, value: Value, *others: Value) -> Value:
        if not is_series(value):
            raise MathError(f"Invalid argument type for function {name}: {_kind(value)}")
        return function(context, value, *others)

    return checking


def _to_previous(source: TimeSeries, change: Callable[[float, int], float]) -> dict[int, float]:
    """Return what `change` makes of each value's distance to the one before: difference and seconds."""
    pairs = pairwise(source.values.items())
    return {at: change(value - before, at - earlier) for (earlier, before), (at, value) in pairs}


def _running_sum(source: TimeSeries, context: Context) -> dict[int, float]:
    total, found = 0.0, {}
    for at, value in source.values.items():
        total += value
        found[at] = total
    return found


def _fill(context: Context, value: Value, filler: Value) -> Value:
    if isinstance(filler, list) or (isinstance(filler, str) and filler not in FILLERS):
        raise MathError(f"Invalid argument type for function FILL: {_kind(filler)}")
    if isinstance(value, list):
        return [_fill(context, one, filler) for one in value]
    marks = context.marks(value.period)
    missing = [at for at in marks if at not in value.values]
    found = value.values | dict(_fillings(value.values, missing, filler))
    return _made(value, {at: found[at] for at in sorted(found)}, context)


def _fillings(values: dict[int, float], missing: list[int], filler: Value) -> Iterable[tuple[int, float]]:
    """Yield what is filled in at each of the missing moments, which are sorted as the values are."""
    if isinstance(filler, float):
        yield from ((at, filler) for at in missing)
    elif isinstance(filler, TimeSeries):
        yield from ((at, filler.values[at]) for at in missing if at in filler.values)
    else:
        known = list(values.items())
        after = 0  # the number of the first value that is later
        for at in missing:
            while after < len(known) and known[after][0] < at:
                after += 1
            if after == 0 or (filler == "LINEAR" and after == len(known)):
                continue
            earlier, before = known[after - 1]
            if filler == "REPEAT":
                yield at, before
            else:
                later, value = known[after]
                yield at, before + (value - before) * (at - earlier) / (later - earlier)


def _if(context: Context, condition: Value, true: Value, false: Value = None) -> Value:
    if any(isinstance(value, list | str) for value in (condition, true, false)):
        raise MathError("Invalid argument type for function IF")
    if isinstance(condition, float):
        chosen = true if condition else false
        if isinstance(chosen, float) and isinstance(true, TimeSeries):
            chosen = _made(true, dict.fromkeys(true.values, chosen), context)
        return TimeSeries({}, context.period) if chosen is None else chosen
    found = {}
    for at, value in condition.values.items():
        if value:
            found[at] = true if isinstance(true, float) else true.values.get(at, 0.0)
        elif isinstance(false, float):
            found[at] = false
        elif false is not None and at in false.values:
            found[at] = false.values[at]
    return _made(condition, found, context)


def _metrics(context: Context, part: Value = "") -> Value:
    if not isinstance(part, str):
        raise MathError(f"Invalid argument type for function METRICS: {_kind(part)}")
    return [series for name, series in context.metrics.items() if part in name]


def _period(context: Context, value: Value) -> Value:
    if not (isinstance(value, TimeSeries) and value.is_metric):
        raise MathError("Invalid argument for function PERIOD: it has to be a metric")
    return float(value.period)


def _time_series(context: Context, value: Value) -> Value:
    if not isinstance(value, float):
        raise MathError(f"Invalid argument type for function TIME_SERIES: {_kind(value)}")
    return _made(TimeSeries({}, context.period), dict.fromkeys(context.marks(context.period), value), context)


# By name: how few and how many arguments, and what calculates.
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "ABS": (1, 1, _of_each("ABS", lambda one, context: {at: abs(value) for at, value in one.values.items()})),
    "AVG": (1, 1, _of_all("AVG", lambda values, count: sum(values) / count if count else math.nan)),
    "CEIL": (1, 1, _of_each("CEIL", lambda one, context: {at: math.ceil(v) + 0.0 for at, v in one.values.items()})),
    "DIFF": (1, 1, _of_each("DIFF", lambda one, context: _to_previous(one, lambda more, seconds: more))),
    "FILL": (2, 2, _checked("FILL", _fill)),
    "FLOOR": (1, 1, _of_each("FLOOR", lambda one, context: {at: math.floor(v) + 0.0 for at, v in one.values.items()})),
    "IF": (2, 3, _if),
    "MAX": (1, 1, _of_all("MAX", lambda values, count: max(values, default=math.nan))),
    "METRICS": (0, 1, _metrics),
    "MIN": (1, 1, _of_all("MIN", lambda values, count: min(values, default=math.nan))),
    "PERIOD": (1, 1, _period),
    "RATE": (1, 1, _of_each("RATE", lambda one, context: _to_previous(one, lambda more, seconds: more / seconds))),
    "RUNNING_SUM": (1, 1, _of_each("RUNNING_SUM", _running_sum)),
    "SUM": (1, 1, _of_all("SUM", lambda values, count: float(sum(values)))),
    "TIME_SERIES": (1, 1, _time_series),
}

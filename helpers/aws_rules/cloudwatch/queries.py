"""MetricDataQueries: metrics and math expressions on them, as GetMetricData and alarms ask for them.

AWS: an id is used once, and a query has either a metric or an expression. Without a label a metric has its name, and
what tells it from the request's other metrics: values of dimensions, statistic, period. Values of several units aren't
mixed: those of the first one are returned, with a message. Source: CloudWatch API reference, MetricDataQuery; recorded
answers; AWS's answers in issues prometheus-community/yet-another-cloudwatch-exporter 385 (statistics) and
elastic/beats 32687 (a line feed at the end); the amazon-cloudwatch-agent-test project (dimensions in a label).
moto: mixes units, gives every label the statistic, and knows no expressions but ids.

AWS doesn't document which unit is the first; here they're in alphabetical order, as in the message.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from helpers.aws_rules.cloudwatch import dimensions, metric_math, statistics, store
from helpers.aws_rules.cloudwatch.math_functions import Budget, Context, MathError, TimeSeries
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.refusals import Refused

MOST_QUERIES = 500
MOST_CHARACTERS = 2_048  # of an expression
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*", re.ASCII)
_KEPT = 455 * statistics.DAY  # seconds for which AWS has any data
_AHEAD = 2 * statistics.HOUR  # for which it accepts data of the future
_INSIGHTS = re.compile(r"\s*SELECT\s", re.IGNORECASE)  # how a query of Metrics Insights begins


@dataclass
class Result:
    """What a query returns. points: beginning of a period, in seconds since 1970, and value; oldest first."""

    id: str
    label: str
    points: list[tuple[int, float]]
    is_expression: bool = False
    messages: list[dict[str, str]] = field(default_factory=list)


def evaluate(
    account: Account, region: str, queries: list[dict[str, Any]], start: float, end: float
) -> list[tuple[str, str, list[tuple[int, float]]]]:
    """Return (id, label, points) of each query that returns data; an expression can return several.

    start, end: in seconds since 1970; the first period begins at start, rounded down to a minute at least. Each point
    is (beginning of the period, value), oldest first.
    """
    return [(one.id, one.label, one.points) for one in results(account, region, queries, start, end)]


def results(account: Account, region: str, queries: list[dict[str, Any]], start: float, end: float) -> list[Result]:
    """Return what `evaluate` does, with messages; metrics come before expressions."""
    now = account.time()
    metrics = [query for query in queries if "MetricStat" in query]
    labels = _labels(metrics)
    found: dict[str, list[Result]] = {}
    series: dict[str, Any] = {}
    for query in metrics:
        result, name = _metric(account, region, query, start, end), query["Id"]
        result.label = query.get("Label", labels[name])
        found[name] = [result]
        series[name] = TimeSeries(dict(result.points), query["MetricStat"]["Period"], result.label, is_metric=True)
    programs, of_metrics, budget = _programs(queries), dict(series), Budget()
    for query in _sorted(queries, programs):
        period = query.get("Period") or min((one["MetricStat"]["Period"] for one in metrics), default=60)
        first = statistics.rounded_start(max(start, now - _KEPT), period, now)
        context = Context(first, math.ceil(min(end, now)), period, of_metrics, budget)
        name = query["Id"]
        value = _attempt(name, metric_math.calculate, programs[name], series, context)
        series[name] = value
        found[name] = list(_of_value(query, value))
    returning = [*metrics, *(query for query in queries if "MetricStat" not in query)]
    return [result for query in returning if query.get("ReturnData", True) for result in found[query["Id"]]]


def _metric(account: Account, region: str, query: dict[str, Any], start: float, end: float) -> Result:
    """Return a metric's statistic for each period."""
    stat, now = query["MetricStat"], account.time()
    period, metric = stat["Period"], stat["Metric"]
    first = max(start, now - _KEPT)
    if not statistics.is_kept(first, period, now):
        return Result(query["Id"], "", [])
    first, last = statistics.rounded_start(first, period, now), math.ceil(min(end, now + _AHEAD))
    dims = dimensions.of(metric.get("Dimensions"))
    units = store.find_units(account, region, metric["Namespace"], metric["MetricName"], dims)
    found = {}
    for series in units:
        if stat.get("Unit") in (None, series.unit):
            found[series.unit] = statistics.points(series, stat["Stat"], period, int(first), last)
    with_data = sorted(unit for unit in found if found[unit])
    result = Result(query["Id"], "", found[with_data[0]] if with_data else [])
    if len(with_data) > 1:
        text = f"Multiple units returned: '[{', '.join(with_data)}]'"
        result.messages.append({"Code": "MultipleUnits", "Value": text})
    return result


def _of_value(query: dict[str, Any], value: Any) -> Iterator[Result]:
    """Yield what an expression returns: one result, or one for each time series of an array."""
    label = query.get("Label")
    if isinstance(value, TimeSeries):
        yield Result(query["Id"], query["Id"] if label is None else label, list(value.values.items()), True)
        return
    for one in value:
        yield Result(query["Id"], " ".join(filter(None, (label, one.label))), list(one.values.items()), True)


# ---- Labels


def _labels(queries: list[dict[str, Any]]) -> dict[str, str]:
    """Return the label that each metric has by default, by the query's id."""
    stats = [query["MetricStat"] for query in queries]
    all_dimensions = [dimensions.of(stat["Metric"].get("Dimensions")) for stat in stats]
    names = sorted({name for one in all_dimensions for name in one})
    differing = [name for name in names if len({one.get(name) for one in all_dimensions}) > 1]
    parts: list[Callable[[dict[str, Any]], str]] = [lambda stat: stat["Metric"]["MetricName"]]
    for part in ("Stat", "Period"):
        if len({stat[part] for stat in stats}) > 1:
            parts.append(lambda stat, part=part: str(stat[part]))  # type: ignore[misc]
    found = {}
    for query, dims in zip(queries, all_dimensions, strict=True):
        words = [dims[name] for name in differing if name in dims]
        found[query["Id"]] = " ".join([*words, *(part(query["MetricStat"]) for part in parts)])
    return found


# ---- Expressions


def _programs(queries: list[dict[str, Any]]) -> dict[str, metric_math.Program]:
    expressions = {query["Id"]: query["Expression"] for query in queries if "MetricStat" not in query}
    return {name: _attempt(name, metric_math.parse, expression) for name, expression in expressions.items()}


def _sorted(queries: list[dict[str, Any]], programs: dict[str, metric_math.Program]) -> list[dict[str, Any]]:
    """Return the queries with expressions, each after those that it mentions."""
    by_id = {query["Id"]: query for query in queries}
    for name, program in programs.items():
        if unknown := sorted(program.names - by_id.keys()):
            raise _wrong_expression(name, f"Unknown id '{unknown[0]}'")
    graph = {name: program.names & programs.keys() for name, program in programs.items()}
    try:
        return [by_id[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as problem:
        raise _wrong_expression(problem.args[1][0], "It depends on its own result") from None


def _attempt(name: str, do: Callable[..., Any], *args: Any) -> Any:
    """Return what `do` returns; Refused where the expression of this id can't be read or calculated."""
    try:
        return do(*args)
    except MathError as problem:
        raise _wrong_expression(name, str(problem)) from None


def _wrong_expression(name: str, text: str) -> Refused:
    return refused(f"Error in expression '{name}': {text}")


# ---- Checks


def check(queries: list[dict[str, Any]], parameter: str = "MetricDataQueries", most: int = MOST_QUERIES) -> None:
    """Refuse queries that AWS refuses. parameter: the name of the parameter that has them. most: how many it can."""
    if len(queries) > most:
        raise refused(dimensions.too_many(parameter, most))
    found: list[str] = []
    for number, query in enumerate(queries, start=1):
        found += _faults(query, f"{parameter}.member.{number}")
    if len({query["Id"] for query in queries}) < len(queries):
        found.append(f"The values for parameter id in {parameter} are not unique.")
    if found:
        raise refused(*found)
    _sorted(queries, _programs(queries))


def refused(*texts: str) -> Refused:
    """Return the error of these texts, each on a line."""
    return Refused("ValidationError", "".join(f"{text}\n" for text in texts))


def _faults(query: dict[str, Any], place: str) -> Iterator[str]:
    if not _ID.fullmatch(query["Id"]) or len(query["Id"]) > 255:
        yield f"The value {query['Id']} for parameter {place}.Id is not matching the expected pattern ^{_ID.pattern}$."
    stat, expression = query.get("MetricStat"), query.get("Expression")
    if stat is not None and expression is not None:
        yield dimensions.both(f"{place}.Expression", f"{place}.MetricStat")
    elif stat is not None:
        yield from _stat_faults(stat, f"{place}.MetricStat")
    elif expression is None:
        yield dimensions.required(f"{place}.MetricStat")
    elif not expression.strip() or len(expression) > MOST_CHARACTERS:
        yield f"The parameter {place}.Expression must be between 1 and {MOST_CHARACTERS} characters long."
    elif _INSIGHTS.match(expression):
        yield only_on_aws("Metrics Insights, which the query in this expression needs, is a part of CloudWatch")
    if "Period" in query:
        yield from dimensions.period_faults(query["Period"], f"{place}.Period", statistics.SHORT_PERIODS)
    if "${" in query.get("Label", ""):
        yield only_on_aws("A label with ${...} is a feature of CloudWatch")


def _stat_faults(stat: dict[str, Any], place: str) -> Iterator[str]:
    metric, name = stat["Metric"], stat["Stat"]
    for part in ("Namespace", "MetricName"):
        yield from dimensions.text_faults(metric.get(part), f"{place}.Metric.{part}")
    yield from dimensions.faults(metric.get("Dimensions", []), f"{place}.Metric.Dimensions")
    yield from dimensions.period_faults(stat["Period"], f"{place}.Period", statistics.SHORT_PERIODS)
    if statistics.is_only_on_aws(name):
        yield only_on_aws(f"{name} is a statistic of CloudWatch")
    elif not statistics.is_statistic(name):
        yield f"The value {name} for parameter {place}.Stat is not a valid statistic."
    yield from dimensions.unit_faults(stat.get("Unit"), f"{place}.Unit")


def only_on_aws(what: str) -> str:
    """Return the text about a part of CloudWatch that this cloud doesn't have. what: "... is a part of CloudWatch"."""
    return f"{what} that this course's offline cloud doesn't have. You need real AWS for it."

"""The operations of CloudWatch on metrics: each takes a request and returns AWS's answer, or raises Refused.

AWS: ListMetrics returns pages of 500, of metrics with data in the last two weeks. GetMetricStatistics returns at most
1,440 points and doesn't sort them, GetMetricData at most 100,800, newest first, with a token for the rest. Source:
CloudWatch API reference, ListMetrics, GetMetricStatistics, GetMetricData; recorded answers; AWS's answers in issues
influxdata/telegraf 2022 (equal times), elastic/beats 32687 (the same in GetMetricData) and
cloud-custodian/cloud-custodian 7103 (too many points); a learner's answer of AWS's about a missing statistic.
moto: lists every metric, sorts all points, has no limits of them, and has other words for some errors.

AWS doesn't document how a page of GetMetricData is filled: here query by query, each in the order of the scan.
"""

import base64
import math
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from zlib import crc32

from helpers.aws_rules.cloudwatch import dimensions, publishing, queries, statistics, store
from helpers.aws_rules.cloudwatch.moments import seconds
from helpers.aws_rules.common.numbers import parse_whole_number
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.series import Point, Series

Answer = dict[str, Any]
_LISTED = 500  # metrics on a page
_TWO_WEEKS, _RECENTLY, _RECENT = 14 * statistics.DAY, 3 * statistics.HOUR, "PT3H"
_MOST_POINTS, _MOST_FOR_DATA = 1_440, 100_800
_MOST_STATISTICS, _MOST_PERCENTILES = 5, 10
_MOST_FILTERS = 10
_SCANS = ("TimestampDescending", "TimestampAscending")
_TOO_MANY = (
    "You have requested up to {} datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested "
    "by increasing Period, or decreasing the time range."
)


def put_metric_data(request: Request) -> Answer:
    """Publish values of custom metrics."""
    publishing.publish(request)
    return {}


# ---- ListMetrics


def list_metrics(request: Request) -> Answer:
    """Return the metrics that have data, in pages of 500."""
    params = request.params
    _refuse(_faults_of_filters(params))
    first = _position(params["NextToken"], request) if params.get("NextToken") else 0
    if first is None:
        raise _invalid("The value for parameter NextToken is invalid.")
    now = request.account.time()
    since = now - (_RECENTLY if "RecentlyActive" in params else _TWO_WEEKS)
    found: dict[store.Metric, None] = {}
    for metric, series in store.listed(request.account, request.region):
        if metric not in found and _fits(metric, params) and _has_data(series, since, now):
            found[metric] = None
    page = list(found)[first : first + _LISTED]
    more = {"NextToken": _token(first + _LISTED, request)} if first + _LISTED < len(found) else {}
    return {"Metrics": [_as_listed(metric) for metric in page]} | more


def _faults_of_filters(params: dict[str, Any]) -> Iterator[str]:
    for name in ("Namespace", "MetricName"):
        if name in params:
            yield from dimensions.text_faults(params[name], name)
    if len(params.get("Dimensions", [])) > _MOST_FILTERS:
        yield dimensions.too_many("Dimensions", _MOST_FILTERS)
    if params.get("RecentlyActive", _RECENT) != _RECENT:
        yield f"The parameter RecentlyActive must be a value in the set [ {_RECENT} ]."
    if params.get("IncludeLinkedAccounts") or "OwningAccount" in params:
        yield queries.only_on_aws("Observability across accounts is a feature of CloudWatch")


def _fits(metric: store.Metric, params: dict[str, Any]) -> bool:
    """Return whether a metric is what the filters ask for; it can have more dimensions than they name."""
    has = dict(metric.dimensions)
    return (
        params.get("Namespace", metric.namespace) == metric.namespace
        and params.get("MetricName", metric.name) == metric.name
        and all(
            one["Name"] in has and one.get("Value", has[one["Name"]]) == has[one["Name"]]
            for one in params.get("Dimensions", [])
        )
    )


def _has_data(series: Series, since: float, until: float) -> bool:
    return next(iter(series.between(int(since), math.ceil(until) + 2 * statistics.HOUR)), None) is not None


def _as_listed(metric: store.Metric) -> Answer:
    found = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": found}


# ---- GetMetricStatistics


def get_metric_statistics(request: Request) -> Answer:
    """Return statistics of one metric, for each period and unit, not in the order of time; always the same one."""
    params, account = request.params, request.account
    asked, percentiles = params.get("Statistics", []), params.get("ExtendedStatistics", [])
    _refuse(_faults_of_statistics(params))
    start, end, period, now = seconds(params["StartTime"]), seconds(params["EndTime"]), params["Period"], account.time()
    if start == end:
        raise _invalid("The parameter StartTime must not equal parameter EndTime.")
    if start > end:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    if not asked and not percentiles:
        raise _combination("At least one of the parameters Statistics and ExtendedStatistics must be specified.")
    if asked and percentiles:
        raise _combination(dimensions.both("Statistics", "ExtendedStatistics"))
    if (end - start) / period > _MOST_POINTS:
        raise _combination(_TOO_MANY.format(int((end - start) // period)))
    found: list[Answer] = []
    if statistics.is_kept(start, period, now):
        first, last = statistics.rounded_start(start, period, now), math.ceil(end)
        dims = dimensions.of(params.get("Dimensions"))
        for series in store.find_units(account, request.region, params["Namespace"], params["MetricName"], dims):
            if params.get("Unit", series.unit) == series.unit:
                for begins, point in statistics.aggregated(series, period, first, last).items():
                    found += _datapoint(begins, point, series.unit, asked, percentiles)
    found.sort(key=lambda point: crc32(f"{point['Timestamp']}".encode()))
    return {"Label": params["MetricName"], "Datapoints": found}


def _datapoint(begins: int, point: Point, unit: str, asked: list[str], percentiles: list[str]) -> list[Answer]:
    """Return the point as AWS has it; none if it has no percentile."""
    found: Answer = {"Timestamp": begins, "Unit": unit}
    for name in asked:
        found[name] = statistics.value_of(point, name)
    if percentiles:
        values = {name: statistics.value_of(point, name) for name in percentiles}
        found["ExtendedStatistics"] = {name: value for name, value in values.items() if value is not None}
        if not found["ExtendedStatistics"]:
            return []
    return [found]


def _faults_of_statistics(params: dict[str, Any]) -> Iterator[str]:
    for name in ("Namespace", "MetricName"):
        yield from dimensions.text_faults(params[name], name)
    yield from dimensions.faults(params.get("Dimensions", []), "Dimensions")
    yield from dimensions.period_faults(params["Period"], "Period", statistics.SHORT_PERIODS)
    yield from dimensions.unit_faults(params.get("Unit"), "Unit")
    for name, most in (("Statistics", _MOST_STATISTICS), ("ExtendedStatistics", _MOST_PERCENTILES)):
        if len(params.get(name, [])) > most:
            yield dimensions.too_many(name, most)
    for number, name in enumerate(params.get("Statistics", []), start=1):
        if name not in statistics.SIMPLE:
            allowed = ", ".join(statistics.SIMPLE)
            yield f"The parameter Statistics.member.{number} must be a value in the set [ {allowed} ]."
    for number, name in enumerate(params.get("ExtendedStatistics", []), start=1):
        if statistics.is_only_on_aws(name):
            yield queries.only_on_aws(f"{name} is a statistic of CloudWatch")
        elif not statistics.is_percentile(name):
            place = f"ExtendedStatistics.member.{number}"
            yield f"The value {name} for parameter {place} is not a valid extended statistic."


# ---- GetMetricData


def get_metric_data(request: Request) -> Answer:
    """Return metrics and math expressions, each with its points, in pages."""
    params, account = request.params, request.account
    start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
    if start == end:
        raise queries.refused("The parameter StartTime must not equal parameter EndTime.")
    if start > end:
        raise queries.refused("The parameter EndTime must be greater than StartTime.")
    most, scan = params.get("MaxDatapoints", _MOST_FOR_DATA), params.get("ScanBy", _SCANS[0])
    if not 1 <= most <= _MOST_FOR_DATA:
        raise queries.refused(f"The parameter MaxDatapoints must be a value between 1 and {_MOST_FOR_DATA}.")
    if scan not in _SCANS:
        raise queries.refused(f"The parameter ScanBy must be a value in the set [ {', '.join(_SCANS)} ].")
    asked = params["MetricDataQueries"]
    queries.check(asked)
    for number, query in enumerate(asked, start=1):
        if query.get("AccountId", account.number) != account.number:
            text = f"MetricDataQueries.member.{number}.AccountId belongs to observability across accounts"
            raise queries.refused(queries.only_on_aws(f"{text}, a feature of CloudWatch"))
    first = _position(params["NextToken"], request) if params.get("NextToken") else 0
    if first is None:
        raise Refused("InvalidNextToken", "The next token specified is invalid.")
    results = queries.results(account, request.region, asked, start, end)
    page, more = _page(results, first, most, scan == _SCANS[0])
    can_go_on = more and not any("Expression" in query for query in asked)
    token = {"NextToken": _token(first + most, request)} if can_go_on else {}
    return {"MetricDataResults": page, "Messages": []} | token


def _page(results: list[queries.Result], first: int, most: int, descending: bool) -> tuple[list[Answer], bool]:
    """Return so many points of the results from the first one on, and whether there are more."""
    page, skip, left, more = [], first, most, False
    for result in results:
        points = result.points[::-1] if descending else result.points
        shown = points[skip : skip + left]
        is_whole = skip + left >= len(points)
        skip, left, more = max(0, skip - len(points)), left - len(shown), more or not is_whole
        found: Answer = {
            "Id": result.id,
            "Label": result.label,
            "Timestamps": [begins for begins, _ in shown],
            "Values": [value for _, value in shown],
            "StatusCode": "Complete" if is_whole else "PartialData",
        }
        page.append(found | ({"Messages": result.messages} if result.messages else {}))
    return page, more


# ---- What they share


def _token(position: int, request: Request) -> str:
    return base64.b64encode(f"{_of_what(request)}{position}".encode()).decode()


def _position(token: str, request: Request) -> int | None:
    """Return what a token says; None if it's not one of a request like this."""
    try:
        text = base64.b64decode(token, validate=True).decode("ascii")
    except ValueError:
        return None
    return parse_whole_number(text.removeprefix(_of_what(request))) if text.startswith(_of_what(request)) else None


def _of_what(request: Request) -> str:
    """Return what tells requests apart of which one can't use the other's token."""
    asked = {name: value for name, value in request.params.items() if name != "NextToken"}
    return sha256(f"{request.operation} {request.account.number} {request.region} {asked}".encode()).hexdigest()[:24]


def _refuse(faults: Iterator[str]) -> None:
    if found := list(faults):
        raise _invalid("\n".join(found))


def _invalid(text: str) -> Refused:
    return Refused("InvalidParameterValue", text)


def _combination(text: str) -> Refused:
    return Refused("InvalidParameterCombination", text)

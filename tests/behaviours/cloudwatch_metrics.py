"""Metrics: publishing, listing and reading them, statistics per period, and math."""

from datetime import datetime, timezone
from functools import partial
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

SNAPSHOT = "localstack snapshot test_cloudwatch.py"
API = "CloudWatch API reference"
MATH = 'CloudWatch user guide, "Using math expressions with CloudWatch metrics"'
MINUTE, HOUR, DAY = 60, 3_600, 86_400
SHOP = "Shop"


def at(seconds: float) -> datetime:
    """Return a moment as boto3 takes it."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def hour(lab: Lab) -> float:
    """Return the beginning of the hour before the last one: what's published there is over."""
    return (lab.now() // HOUR - 2) * HOUR


def put(lab: Lab, name: str, when: float, *values: float, **more: Any) -> None:
    """Publish values of a metric, each with its own request's time."""
    data = [{"MetricName": name, "Timestamp": at(when), "Value": value} | more for value in values]
    lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=data)


def stat(name: str, statistic: str = "Sum", period: int = MINUTE, **more: Any) -> dict[str, Any]:
    """Return a query for a metric, whose id is its name."""
    dimensions = [{"Name": key, "Value": value} for key, value in more.pop("dimensions", {}).items()]
    metric = {"Namespace": SHOP, "MetricName": name, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": period, "Stat": statistic} | more.pop("stat", {})
    return {"Id": name, "MetricStat": stat} | more


def data(lab: Lab, start: float, end: float, *queries: Any, **more: Any) -> dict[str, Any]:
    """Return GetMetricData's answer: oldest points first."""
    more = {"ScanBy": "TimestampAscending"} | more
    return lab.cloudwatch.get_metric_data(MetricDataQueries=list(queries), StartTime=at(start), EndTime=at(end), **more)


def points(result: dict[str, Any], start: float) -> list[list[float]]:
    """Return [minutes since the start, value] of each point."""
    moments = [(moment.timestamp() - start) / MINUTE for moment in result["Timestamps"]]
    return [list(pair) for pair in zip(moments, result["Values"], strict=True)]


def statistics(lab: Lab, name: str, start: float, end: float, period: int = MINUTE, **more: Any) -> list[Any]:
    """Return GetMetricStatistics' points, oldest first, with minutes since the start."""
    more = more or {"Statistics": ["Sum"]}
    times = {"StartTime": at(start), "EndTime": at(end)}
    found = lab.cloudwatch.get_metric_statistics(Namespace=SHOP, MetricName=name, Period=period, **times, **more)
    for point in found["Datapoints"]:
        point["Timestamp"] = (point["Timestamp"].timestamp() - start) / MINUTE
    return sorted(found["Datapoints"], key=lambda point: (point["Timestamp"], point.get("Unit", "")))


def attempt_data(lab: Lab, *queries: Any, **more: Any) -> Any:
    """Return what comes of GetMetricData for the last hour."""
    return lab.attempt(get_data(lab), MetricDataQueries=list(queries), **more)


def get_data(lab: Lab) -> Any:
    """Return GetMetricData for the last hour, without its queries."""
    now = lab.now()
    return partial(lab.cloudwatch.get_metric_data, StartTime=at(now - HOUR), EndTime=at(now))


def attempt_statistics(lab: Lab, **more: Any) -> Any:
    """Return what comes of GetMetricStatistics for the last hour."""
    now = lab.now()
    asked = {"Namespace": SHOP, "MetricName": "orders", "Period": MINUTE, "Statistics": ["Sum"]}
    asked |= {"StartTime": at(now - HOUR), "EndTime": at(now)} | more
    return lab.attempt(lab.cloudwatch.get_metric_statistics, **asked)


# --- publishing ---------------------------------------------------------------------------------------------------


@behaviour(
    aws=[{"Timestamp": 0, "Maximum": 10, "SampleCount": 6, "Sum": 42, "Unit": "Count"}],
    source=f"{SNAPSHOT} test_put_metric_data_values_list",
)
def a_list_of_values_with_counts(lab: Lab) -> object:
    """Each value of a list counts as often as its count says."""
    start = hour(lab)
    datum = {"MetricName": "orders", "Timestamp": at(start), "Values": [1.0, 10.0], "Counts": [2, 4], "Unit": "Count"}
    lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=[datum])
    return statistics(lab, "orders", start, start + MINUTE, Statistics=["SampleCount", "Sum", "Maximum"])


@behaviour(
    aws={"Average": 6, "Maximum": 11, "Minimum": 1, "SampleCount": 11, "Sum": 66},
    source=f"{SNAPSHOT} test_get_metric_data_stats",
)
def a_statistic_set_beside_a_value(lab: Lab) -> object:
    """A set of statistics is merged with the values of its minute."""
    start = hour(lab)
    put(lab, "orders", start, 11)
    given = {"SampleCount": 10, "Sum": 55, "Minimum": 1, "Maximum": 10}
    datum = {"MetricName": "orders", "Timestamp": at(start), "StatisticValues": given}
    lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=[datum])
    names = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"]
    (point,) = statistics(lab, "orders", start, start + MINUTE, Statistics=names)
    return {name: point[name] for name in names}


VALUE, VALUES = "MetricData.member.1.Value", "MetricData.member.1.Values"


@behaviour(
    aws=[
        refused(
            "InvalidParameterCombination",
            f"The parameters {VALUE} and {VALUES} are mutually exclusive and you have specified both.",
        ),
        refused(
            "InvalidParameterValue",
            f"The parameters {VALUES} and MetricData.member.1.Counts must be of the same size.",
        ),
        refused(
            "InvalidParameterCombination",
            f"The parameters {VALUE} and MetricData.member.1.StatisticValues are mutually exclusive and you have "
            "specified both.",
        ),
        "ok",
    ],
    source="localstack test_cloudwatch.py test_put_metric_data_validation (inline)",
)
def a_value_and_a_list_of_values(lab: Lab) -> object:
    """A value excludes a list and a set of statistics, but a list doesn't exclude a set."""
    given = {"SampleCount": 10.0, "Sum": 55.0, "Minimum": 1.0, "Maximum": 10.0}
    several: list[dict[str, Any]] = [
        {"Value": 1.5, "Values": [1.0, 10.0]},
        {"Values": [1.0, 10.0], "Counts": [2, 4, 5]},
        {"Value": 1.5, "StatisticValues": given},
        {"Values": [1.0, 10.0], "StatisticValues": given},
    ]
    put_data = lab.cloudwatch.put_metric_data
    return [lab.attempt(put_data, Namespace=SHOP, MetricData=[{"MetricName": "orders"} | one]) for one in several]


def _put(lab: Lab, **datum: Any) -> Any:
    """Return what comes of publishing this."""
    return lab.attempt(lab.cloudwatch.put_metric_data, Namespace=SHOP, MetricData=[{"MetricName": "orders"} | datum])


@behaviour(
    aws=[
        "InvalidParameterValue",
        "InvalidParameterValue",
        "InvalidParameterValue",
        refused(
            "InvalidParameterValue",
            "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks.",
        ),
        "InvalidParameterValue",
        refused(
            "InvalidParameterValue",
            "The parameter MetricData.member.1.StorageResolution must be a value in the set [ 1, 60 ].",
        ),
        refused(
            "InvalidParameterValue",
            "The collection MetricData.member.1.Values must not have a size greater than 150.",
        ),
        refused("InvalidParameterValue", "The collection MetricData must not have a size greater than 1000."),
        "InvalidParameterValue",
    ],
    source=f"{API}, PutMetricData; AWS's answers in influxdata, aws-robotics/cloudwatchmetrics-ros1 issue 46 and "
    "boto/botocore issue 1671, and as quoted in clients' tests",
)
def values_that_are_refused(lab: Lab) -> object:
    """No NaN, nothing beyond 2^360, from two weeks ago until two hours ahead, 150 in a list, 1,000 in a request."""
    now = lab.now()
    many = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(1_001)]
    outcomes = [
        _put(lab, Value=float("nan")),
        _put(lab, Value=2.0**361),
        _put(lab, Value=float("inf")),
        _put(lab, Value=1.0, Timestamp=at(now - 14 * DAY - 5)),
        _put(lab, Value=1.0, Timestamp=at(now + 2 * HOUR + 5)),
        _put(lab, Value=1.0, StorageResolution=300),
        _put(lab, Values=[float(number) for number in range(151)]),
        lab.attempt(lab.cloudwatch.put_metric_data, Namespace=SHOP, MetricData=many),
        lab.attempt(lab.cloudwatch.put_metric_data, Namespace="AWS/SQS", MetricData=many[:1]),
    ]
    unrecorded = (0, 1, 2, 4, 8)
    return [one["Code"] if number in unrecorded and one != "ok" else one for number, one in enumerate(outcomes)]


@behaviour(
    aws=[
        refused(
            "InvalidParameterValue",
            "The parameter MetricData.member.1.Dimensions.member.1.Value must be shorter than 1025 characters.",
        ),
        "InvalidParameterValue",
        "InvalidParameterValue",
        "InvalidParameterValue",
        "ok",
    ],
    source=f"{API}, Dimension (30 dimensions, lengths, ASCII); AWS's answer in issue aws/amazon-cloudwatch-agent 240, "
    "where the limit was lower",
)
def names_and_dimensions_that_are_refused(lab: Lab) -> object:
    """Up to 30 dimensions, with values of up to 1,024 characters, in ASCII without control characters."""

    def outcome(*pairs: tuple[str, str]) -> Any:
        return _put(lab, Value=1.0, Dimensions=[{"Name": name, "Value": value} for name, value in pairs])

    found = [
        outcome(("town", "x" * 1_025)),
        outcome(*((f"d{number}", "x") for number in range(31))),
        outcome(("town", "Köln")),
        outcome((":town", "Graz")),
        outcome(*((f"d{number}", "x" * 1_024) for number in range(30))),
    ]
    return [found[0], *(one if one == "ok" else one["Code"] for one in found[1:])]


@behaviour(
    aws=[[{"Timestamp": 0, "Unit": "Count", "Average": 5}, {"Timestamp": 0, "Unit": "None", "Average": 10}], [60_000]],
    source=f"{SNAPSHOT} test_handle_different_units, test_get_metric_data_different_units_no_unit_in_query",
)
def two_units_of_one_metric(lab: Lab) -> object:
    """Each unit has a point of its own, and GetMetricData returns those of one unit."""
    start = hour(lab)
    put(lab, "orders", start, 10)
    put(lab, "orders", start, 5, Unit="Count")
    put(lab, "took", start, 60_000, Unit="Milliseconds")
    put(lab, "took", start, 60, Unit="Seconds")
    each = statistics(lab, "orders", start, start + MINUTE, Statistics=["Average"])
    return [each, data(lab, start, start + MINUTE, stat("took"))["MetricDataResults"][0]["Values"]]


@behaviour(
    aws=[{"Code": "MultipleUnits", "Value": "Multiple units returned: '[Count, Milliseconds, Seconds]'"}],
    source=f"{SNAPSHOT} test_get_metric_data_different_units_no_unit_in_query",
)
def a_message_about_several_units(lab: Lab) -> object:
    """GetMetricData names the units of which it returns one."""
    start = hour(lab)
    for unit in ("Milliseconds", "Seconds", "Count"):
        put(lab, "took", start, 5, Unit=unit)
    return data(lab, start, start + MINUTE, stat("took"))["MetricDataResults"][0].get("Messages")


@behaviour(
    aws=[[[0.0, 1.0], [0.5, 4.0]], [[0.0, 5.0]], [[0.0, 5.0]]],
    source=f"{API}, MetricDatum and GetMetricStatistics: high resolution",
)
def a_metric_of_high_resolution(lab: Lab) -> object:
    """With a resolution of a second, values of one minute stay apart; others are kept by the minute."""
    start = (lab.now() // HOUR - 1) * HOUR
    for name, resolution in (("fine", 1), ("coarse", 60)):
        put(lab, name, start + 5, 1, StorageResolution=resolution)
        put(lab, name, start + 35, 4, StorageResolution=resolution)
    asked = (stat("fine", period=30), stat("coarse", period=30), stat("fine") | {"Id": "whole"})
    return [points(one, start) for one in data(lab, start, start + MINUTE, *asked)["MetricDataResults"]]


# --- listing ------------------------------------------------------------------------------------------------------


def _listed(lab: Lab, **params: Any) -> list[Any]:
    """Return name and dimensions of the metrics that are listed, sorted."""
    found = lab.cloudwatch.list_metrics(Namespace=SHOP, **params)["Metrics"]
    return sorted([one["MetricName"], *sorted(pair["Value"] for pair in one["Dimensions"])] for one in found)


@behaviour(
    aws=[
        [["orders"], ["orders", "Graz"], ["orders", "Graz", "books"]],
        [["orders", "Graz"], ["orders", "Graz", "books"]],
        [["orders", "Graz", "books"]],
        [],
    ],
    source=f"{API}, ListMetrics: a metric can have other dimensions than those of the filter",
)
def filters_of_a_list(lab: Lab) -> object:
    """A filter names dimensions that a metric has, with their value or any; it can have others too."""
    town, kind = {"Name": "town", "Value": "Graz"}, {"Name": "kind", "Value": "books"}
    for dimensions in ([], [town], [town, kind]):
        put(lab, "orders", hour(lab), 1, Dimensions=dimensions)
    filters: list[list[dict[str, str]]] = [[], [{"Name": "town"}], [town, kind], [{"Name": "town", "Value": "Linz"}]]
    return [_listed(lab, Dimensions=each) for each in filters]


@behaviour(
    aws=[[["orders"]], [["orders"]], [["orders"]], [], [], [[0.0, 1.0]]],
    source=f"{API}, ListMetrics: two weeks, PT3H; a metric can be read longer than it's listed",
)
def a_metric_of_two_weeks_ago(lab: Lab) -> object:
    """A metric without data for two weeks isn't listed any more, but its data is still there."""
    start = lab.now() // MINUTE * MINUTE
    put(lab, "orders", start, 1)
    found = [_listed(lab), _listed(lab, RecentlyActive="PT3H")]
    lab.advance(4 * HOUR)
    found += [_listed(lab), _listed(lab, RecentlyActive="PT3H")]
    lab.advance(14 * DAY)
    result = data(lab, start, start + HOUR, stat("orders"))["MetricDataResults"][0]
    return [*found, _listed(lab), points(result, start)]


@behaviour(aws=[500, 1], source=f"{API}, ListMetrics: up to 500 results are returned for any one call")
def pages_of_a_list(lab: Lab) -> object:
    """A page has 500 metrics."""
    many = [{"MetricName": f"m{number}", "Value": 1.0} for number in range(501)]
    lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=many)
    first = lab.cloudwatch.list_metrics(Namespace=SHOP)
    second = lab.cloudwatch.list_metrics(Namespace=SHOP, NextToken=first["NextToken"])
    return [len(page["Metrics"]) for page in (first, second)]


# --- statistics ---------------------------------------------------------------------------------------------------


@behaviour(
    aws=[[0.0, 3.0], [60.0, 4.0]],
    source='CloudWatch user guide, "Getting statistics aggregated across resources": hours from 23:18 are stamped :18',
)
def where_periods_begin(lab: Lab) -> object:
    """The first period begins at the start time, and each is stamped with its beginning."""
    start = hour(lab) + 18 * MINUTE - DAY
    put(lab, "orders", start + 20 * MINUTE, 1)
    put(lab, "orders", start + 59 * MINUTE, 2)
    put(lab, "orders", start + 60 * MINUTE, 4)
    found = statistics(lab, "orders", start, start + DAY, HOUR)
    return [[point["Timestamp"], point["Sum"]] for point in found]


@behaviour(
    aws=[[0.0, 1.0], [1.0, 2.0]],
    source=f"{API}, GetMetricStatistics: StartTime is rounded down to the minute and inclusive, EndTime exclusive",
)
def start_and_end_of_a_request(lab: Lab) -> object:
    """The start is rounded down to the minute, and the end doesn't belong to it."""
    start = hour(lab)
    for minute in range(3):
        put(lab, "orders", start + minute * MINUTE, minute + 1)
    found = data(lab, start + 31, start + 2 * MINUTE, stat("orders"))["MetricDataResults"][0]
    return points(found, start)


@behaviour(
    aws={"points": 20, "sorted": False}, source=f"{API}, GetMetricStatistics: not returned in chronological order"
)
def points_in_no_order(lab: Lab) -> object:
    """GetMetricStatistics doesn't sort its points by time."""
    start = hour(lab)
    for minute in range(20):
        put(lab, "orders", start + minute * MINUTE, 1)
    times = {"StartTime": at(start), "EndTime": at(start + HOUR), "Period": MINUTE, "Statistics": ["Sum"]}
    found = lab.cloudwatch.get_metric_statistics(Namespace=SHOP, MetricName="orders", **times)["Datapoints"]
    moments = [point["Timestamp"] for point in found]
    return {"points": len(moments), "sorted": moments == sorted(moments)}


@behaviour(
    aws=[{"p0": 1.0, "p50": 50.0, "p99": 99.0, "p100": 100.0}, []],
    source=f"{API}, GetMetricStatistics: ExtendedStatistics, not with negative values",
)
def percentiles(lab: Lab) -> object:
    """Percentiles of single values; none when one of them is negative."""
    start = hour(lab)
    values = [float(number) for number in range(1, 101)]
    datum = {"MetricName": "took", "Timestamp": at(start), "Values": values}
    lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=[datum])
    put(lab, "change", start, -1, 2)
    (found,) = statistics(lab, "took", start, start + MINUTE, ExtendedStatistics=["p0", "p50", "p99", "p100"])
    return [found["ExtendedStatistics"], statistics(lab, "change", start, start + MINUTE, ExtendedStatistics=["p50"])]


@behaviour(
    aws=[[], [[0.0, 5.0]]],
    source=f"{API}, PutMetricData: percentiles of statistic sets only if all their values are known to be equal",
)
def percentiles_of_statistic_sets(lab: Lab) -> object:
    """A set of statistics has no percentiles unless its minimum is its maximum."""
    start = hour(lab)
    for name, least in (("some", 1.0), ("same", 5.0)):
        given = {"SampleCount": 2.0, "Sum": 5.0 + least, "Minimum": least, "Maximum": 5.0}
        datum = {"MetricName": name, "Timestamp": at(start), "StatisticValues": given}
        lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=[datum])
    found = data(lab, start, start + MINUTE, stat("some", "p90"), stat("same", "p90"))["MetricDataResults"]
    return [points(one, start) for one in found]


@behaviour(
    aws=[
        refused("InvalidParameterValue", "The parameter StartTime must not equal parameter EndTime."),
        refused("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime."),
        refused("ValidationError", "The parameter StartTime must not equal parameter EndTime.\n"),
        refused("ValidationError", "The parameter EndTime must be greater than StartTime.\n"),
    ],
    source="AWS's answers in influxdata/telegraf issue 2022 and elastic/beats issue 32687; moto's tests for a start "
    "after the end",
)
def a_start_after_the_end(lab: Lab) -> object:
    """The end has to be after the start, and each operation says so in its own words."""
    now = lab.now()
    orders = stat("orders")
    return [
        attempt_statistics(lab, StartTime=at(now)),
        attempt_statistics(lab, StartTime=at(now), EndTime=at(now - HOUR)),
        attempt_data(lab, orders, StartTime=at(now), EndTime=at(now)),
        attempt_data(lab, orders, StartTime=at(now), EndTime=at(now - HOUR)),
    ]


TOO_MANY = (
    "You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints "
    "requested by increasing Period, or decreasing the time range."
)


@behaviour(
    aws=["ok", refused("InvalidParameterCombination", TOO_MANY)],
    source="AWS's answer in cloud-custodian/cloud-custodian pull request 7103",
)
def more_than_1440_points(lab: Lab) -> object:
    """GetMetricStatistics returns at most 1,440 points, and refuses a range that could have more."""
    now = lab.now()
    return [attempt_statistics(lab, StartTime=at(now - many * MINUTE), EndTime=at(now)) for many in (1_440, 1_441)]


@behaviour(
    aws=[
        "InvalidParameterValue",
        "InvalidParameterValue",
        "InvalidParameterValue",
        "InvalidParameterValue",
        refused(
            "InvalidParameterCombination",
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
        ),
        "InvalidParameterCombination",
        "ok",
    ],
    source=f"{API}, GetMetricStatistics; AWS's answer as a learner of it quotes it",
)
def statistics_that_are_refused(lab: Lab) -> object:
    """A period is 1, 5, 10, 20, 30 or a multiple of 60, and there are either statistics or percentiles."""
    now = lab.now()
    without = {"Namespace": SHOP, "MetricName": "orders", "Period": 60, "StartTime": at(now - HOUR), "EndTime": at(now)}
    found = [
        attempt_statistics(lab, Period=61),
        attempt_statistics(lab, Period=7),
        attempt_statistics(lab, Statistics=["Median"]),
        lab.attempt(lab.cloudwatch.get_metric_statistics, **without, ExtendedStatistics=["p101"]),
        lab.attempt(lab.cloudwatch.get_metric_statistics, **without),
        attempt_statistics(lab, ExtendedStatistics=["p50"]),
        attempt_statistics(lab, Period=120),
    ]
    return [one if one == "ok" or number == 4 else one["Code"] for number, one in enumerate(found)]


@behaviour(
    aws=["ok", "ok", "ok", "ok", "ok"],
    source=f'{API}, MetricStat; CloudWatch user guide, "CloudWatch statistics definitions", "Metrics Insights" and '
    '"Using dynamic labels"; the page on metric math',
    differs="each is refused by name, since no lesson needs it",
)
def what_else_can_be_asked_of_metrics(lab: Lab) -> object:
    """Trimmed means and their like, searches, dates and other functions of math, Metrics Insights, dynamic labels."""
    orders = stat("orders")
    several: list[list[dict[str, Any]]] = [
        [stat("orders", "tm90")],
        [{"Id": "e1", "Expression": "SEARCH('Namespace=\"Shop\"', 'Sum', 60)", "Period": 60}],
        [orders, {"Id": "e1", "Expression": "HOUR(orders)"}],
        [{"Id": "q1", "Expression": 'SELECT SUM(orders) FROM "Shop"', "Period": 60}],
        [orders | {"Label": "${MAX}"}],
    ]
    return [lab.code(get_data(lab), MetricDataQueries=each) for each in several]


# --- GetMetricData ------------------------------------------------------------------------------------------------


@behaviour(
    aws=[
        ["metric1", "metric2"],
        ["metric1 Sum", "metric1 Minimum"],
        ["metric1 Sum 60", "metric1 Minimum 30"],
        ["metric1 60", "metric1 30"],
        ["mine"],
    ],
    source=f"{SNAPSHOT} test_label_generation, test_get_metric_data_for_multiple_metrics",
)
def labels_by_default(lab: Lab) -> object:
    """A label is the metric's name, with statistic and period where they tell metrics apart."""
    start = hour(lab)
    several = [
        [("metric1", "Sum", 60), ("metric2", "Sum", 60)],
        [("metric1", "Sum", 60), ("metric1", "Minimum", 60)],
        [("metric1", "Sum", 60), ("metric1", "Minimum", 30)],
        [("metric1", "Sum", 60), ("metric1", "Sum", 30)],
    ]
    found = []
    for each in several:
        queries = [stat(*one) | {"Id": f"m{number}"} for number, one in enumerate(each)]
        found.append([one["Label"] for one in data(lab, start, start + MINUTE, *queries)["MetricDataResults"]])
    own = data(lab, start, start + MINUTE, stat("orders", Label="mine"))["MetricDataResults"]
    return [*found, [one["Label"] for one in own]]


@behaviour(
    aws=[[[0.0, 1.0], [1.0, 2.0]], "PartialData", [[2.0, 3.0]], "Complete", False, [3.0, 2.0, 1.0]],
    source=f"{API}, GetMetricData: MaxDatapoints, NextToken, StatusCode, and newest first by default",
)
def pages_of_data(lab: Lab) -> object:
    """A page has at most MaxDatapoints points, and says that there are more."""
    start = hour(lab)
    for minute in range(3):
        put(lab, "orders", start + minute * MINUTE, minute + 1)
    first = data(lab, start, start + HOUR, stat("orders"), MaxDatapoints=2)
    rest = data(lab, start, start + HOUR, stat("orders"), MaxDatapoints=2, NextToken=first.get("NextToken", "none"))
    (one,), (other,) = first["MetricDataResults"], rest["MetricDataResults"]
    newest = data(lab, start, start + HOUR, stat("orders"), ScanBy="TimestampDescending")["MetricDataResults"][0]
    found = [points(one, start), one["StatusCode"], points(other, start), other["StatusCode"], "NextToken" in rest]
    return [*found, newest["Values"]]


PLACE = "MetricDataQueries.member"


@behaviour(
    aws=[
        refused("ValidationError", "The values for parameter id in MetricDataQueries are not unique.\n"),
        refused(
            "ValidationError",
            f"The value None for parameter {PLACE}.1.MetricStat.Stat is not a valid statistic.\n"
            f"The value p200 for parameter {PLACE}.2.MetricStat.Stat is not a valid statistic.\n",
        ),
        refused("ValidationError", f"The parameter {PLACE}.1.MetricStat is required.\n"),
        refused("ValidationError", "The collection MetricDataQueries must not have a size greater than 500.\n"),
        "ValidationError",
        "ValidationError",
    ],
    source="AWS's answers in issue prometheus-community/yet-another-cloudwatch-exporter 385, and as quoted in "
    "elastic/beats and by users; moto's tests for a missing metric",
)
def queries_that_are_refused(lab: Lab) -> object:
    """At most 500 queries, each with its own id, a metric or an expression, a statistic and a period that AWS has."""
    orders = stat("orders")
    found = [
        attempt_data(lab, orders, orders),
        attempt_data(lab, stat("orders", "None"), stat("parcels", "p200")),
        attempt_data(lab, {"Id": "m1"}),
        attempt_data(lab, *(orders | {"Id": f"m{number}"} for number in range(501))),
        attempt_data(lab, stat("orders", period=61)),
        attempt_data(lab, orders | {"Id": "Orders"}),
    ]
    return [*found[:4], *(one if one == "ok" else one["Code"] for one in found[4:])]


# --- math ---------------------------------------------------------------------------------------------------------


def _failed_and_sent(lab: Lab) -> float:
    """Publish some minutes of two metrics, and return their beginning."""
    start = hour(lab)
    for minute, value in enumerate((10, 20, 0, 40)):
        put(lab, "sent", start + minute * MINUTE, value)
    put(lab, "failed", start, 1)
    put(lab, "failed", start + 2 * MINUTE, 3)
    return start


def _math(lab: Lab, expression: str) -> Any:
    """Return the points of an expression on both metrics."""
    start = _failed_and_sent(lab)
    queries = [stat("sent", ReturnData=False), stat("failed", ReturnData=False), {"Id": "e1", "Expression": expression}]
    return [points(one, start) for one in data(lab, start, start + 4 * MINUTE, *queries)["MetricDataResults"]]


@behaviour(aws=[[[0.0, 0.1], [1.0, 0.0], [3.0, 0.0]]], source=f"{MATH}: missing values are 0, points by zero dropped")
def a_quotient_of_two_metrics(lab: Lab) -> object:
    """A missing value of one metric counts as 0, and a point that would be divided by zero is dropped."""
    return _math(lab, "failed / sent")


@behaviour(aws=[[[0.0, 1.0], [1.0, 9.0], [2.0, 3.0], [3.0, 9.0]]], source=f"{MATH}: FILL")
def missing_values_in_metric_math(lab: Lab) -> object:
    """FILL gives a value to each period that has none."""
    return _math(lab, "FILL(failed, 9)")


@behaviour(
    aws=["ValidationError", "ValidationError", "ValidationError", "ValidationError", "ValidationError"],
    source=f"{MATH}; AWS's answer about a function that isn't found as quoted in TuringGpt/nova-infrastructure",
)
def no_expression(lab: Lab) -> object:
    """An expression that can't be read, or that doesn't result in a time series, is refused."""
    orders = stat("orders")
    wrong = ("orders +", "NOTHING(orders)", "SUM(orders)", "parcels", "e1 + 1")
    found = [attempt_data(lab, orders, {"Id": "e1", "Expression": expression}) for expression in wrong]
    return [one if one == "ok" else one["Code"] for one in found]

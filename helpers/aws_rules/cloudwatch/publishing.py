"""Publishing custom metrics: what PutMetricData accepts.

AWS: at most 1,000 values, each a number, a list of up to 150 numbers with counts, or a set of statistics, between
-2^360 and 2^360, from two weeks ago until two hours ahead. All that's wrong is named at once, and then nothing is kept.
Source: CloudWatch API reference, PutMetricData and MetricDatum; recorded answers; AWS's answers in issues
aws-robotics/cloudwatchmetrics-ros1 46 (old values), cloudposse-archives/prometheus-to-cloudwatch 17 (no number) and
boto/botocore 1671 (the resolution), and as quoted in the aws-sdk-java-v2 project (too many values).
moto: checks only some combinations, and has another code for one of them.

No answer of AWS is recorded for values ahead, for a reserved namespace, and for statistics that don't fit each other;
their texts are inferred. A namespace that begins with "AWS/" is refused, as AWS asks not to use one.
"""

import math
from collections.abc import Iterator
from typing import Any

from helpers.aws_rules.cloudwatch import dimensions, queries, statistics, store
from helpers.aws_rules.cloudwatch.custom_metrics import CustomMetrics
from helpers.aws_rules.cloudwatch.moments import seconds
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request
from helpers.aws_rules.common.series import STEP, Point

_MOST, _MOST_VALUES = 1_000, 150
_LARGEST = 2.0**360
_PAST, _AHEAD = 14 * statistics.DAY, 2 * statistics.HOUR  # seconds
_RESOLUTIONS = (1, STEP)
_STATISTICS = ("SampleCount", "Sum", "Minimum", "Maximum")
Data = dict[str, Any]


def publish(request: Request) -> None:
    """Keep the values of the request's custom metrics."""
    params, now = request.params, request.account.time()
    given = params.get("MetricData", [])
    if params.get("EntityMetricData"):
        text = "EntityMetricData belongs to entities, a feature of CloudWatch"
        raise Refused("InvalidParameterValue", queries.only_on_aws(text))
    if not given:
        raise Refused("MissingParameter", dimensions.required("MetricData"))
    _refuse("InvalidParameterValue", _faults_of_all(params["Namespace"], given))
    numbered = [(datum, f"MetricData.member.{number}") for number, datum in enumerate(given, start=1)]
    _refuse("InvalidParameterCombination", (text for each in numbered for text in _combined(*each)))
    _refuse("MissingParameter", (text for each in numbered for text in _missing(*each)))
    _refuse("InvalidParameterValue", (text for each in numbered for text in _faults(*each, now)))
    metrics = request.account.service(CustomMetrics, request.region)
    for datum in given:
        dims, unit = dimensions.of(datum.get("Dimensions")), datum.get("Unit", "None")
        metric = metrics.of(params["Namespace"], datum["MetricName"], dims, unit)
        at = seconds(datum["Timestamp"]) if "Timestamp" in datum else now
        metric.add(at, _measured(datum), datum.get("StorageResolution", STEP))


def _measured(datum: Data) -> Point:
    """Return what was measured. AWS accepts a list beside a set of statistics; here the list counts then."""
    point = Point()
    if datum.get("Values"):
        for value, count in zip(datum["Values"], datum.get("Counts") or [1] * len(datum["Values"]), strict=True):
            point.add(value, count)
    elif "Value" in datum:
        point.add(datum["Value"])
    else:
        count, total, least, most = (datum["StatisticValues"][name] for name in _STATISTICS)
        are_equal = least == most and math.isclose(total, least * count)
        point = Point(count, total, least, most, {least: count} if are_equal else None)
    return point


# ---- Checks


def _refuse(code: str, faults: Iterator[str]) -> None:
    if found := list(faults):
        raise Refused(code, "\n".join(found))


def _faults_of_all(namespace: str, given: list[Data]) -> Iterator[str]:
    yield from dimensions.text_faults(namespace, "Namespace")
    if namespace.startswith(store.OF_AWS):
        yield f"The value {store.OF_AWS} for parameter Namespace is invalid."
    elif namespace.startswith(":"):
        yield "The parameter Namespace must not start with a colon."
    if len(given) > _MOST:
        yield dimensions.too_many("MetricData", _MOST)


def _combined(datum: Data, place: str) -> Iterator[str]:
    for other in ("Values", "StatisticValues"):
        if "Value" in datum and datum.get(other):
            yield dimensions.both(f"{place}.Value", f"{place}.{other}")


def _missing(datum: Data, place: str) -> Iterator[str]:
    if not ("Value" in datum or datum.get("Values") or datum.get("StatisticValues")):
        yield "At least one of the parameters must be specified."


def _faults(datum: Data, place: str, now: float) -> Iterator[str]:
    yield from dimensions.text_faults(datum["MetricName"], f"{place}.MetricName")
    yield from dimensions.faults(datum.get("Dimensions", []), f"{place}.Dimensions")
    yield from dimensions.unit_faults(datum.get("Unit"), f"{place}.Unit")
    if datum.get("StorageResolution", STEP) not in _RESOLUTIONS:
        yield f"The parameter {place}.StorageResolution must be a value in the set [ 1, {STEP} ]."
    if "Timestamp" in datum:
        at = seconds(datum["Timestamp"])
        if at < now - _PAST:
            yield f"The parameter {place}.Timestamp must specify a time within the past two weeks."
        elif at > now + _AHEAD:
            yield f"The parameter {place}.Timestamp must specify a time no more than two hours in the future."
    if "Value" in datum:
        yield from _faults_of_number(datum["Value"], f"{place}.Value")
    yield from _faults_of_list(datum.get("Values", []), datum.get("Counts", []), place)
    if "StatisticValues" in datum:
        yield from _faults_of_set(datum["StatisticValues"], f"{place}.StatisticValues")


def _faults_of_list(values: list[float], counts: list[float], place: str) -> Iterator[str]:
    if len(values) > _MOST_VALUES:
        yield dimensions.too_many(f"{place}.Values", _MOST_VALUES)
    elif counts and len(counts) != len(values):
        yield f"The parameters {place}.Values and {place}.Counts must be of the same size."
    for value in values:
        yield from _faults_of_number(value, f"{place}.Values")
    for count in counts:
        yield from _faults_of_number(count, f"{place}.Counts", least=0)


def _faults_of_set(given: dict[str, float], place: str) -> Iterator[str]:
    found = [text for name in _STATISTICS for text in _faults_of_number(given[name], f"{place}.{name}")]
    yield from found
    if not found and given["SampleCount"] <= 0:
        yield f"The parameter {place}.SampleCount must be greater than 0."
    if not found and given["Maximum"] < given["Minimum"]:
        yield f"The parameter {place}.Maximum must be greater than {place}.Minimum."


def _faults_of_number(value: float, place: str, least: float = -_LARGEST) -> Iterator[str]:
    if not least <= value <= _LARGEST:  # nor is it if it's no number
        written = "NaN" if math.isnan(value) else f"{value}".replace("inf", "Infinity")
        yield f"The value {written} for parameter {place} is invalid."

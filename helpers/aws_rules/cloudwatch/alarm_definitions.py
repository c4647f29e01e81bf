"""What PutMetricAlarm accepts, with AWS's errors for everything else.

AWS: an alarm is on one metric or on metrics with math, of which one query returns data. A period below an hour can be
looked at for a day, a longer one for a week. Actions are ARNs of the alarm's region. Source: CloudWatch API reference,
PutMetricAlarm; AWS's answers in issues hashicorp/terraform 24070 (DatapointsToAlarm), hashicorp/terraform-provider-aws
29894 (ReturnData) and aws-cloudformation/cfn-lint 771 (no metric), and as quoted in projects' configurations (a day, a
week). The other texts aren't recorded anywhere; they're inferred.
moto: checks hardly anything.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

from helpers.aws_rules.cloudwatch import alarm_data, dimensions, queries, statistics
from helpers.aws_rules.cloudwatch.evaluation import COMPARISONS, TREATMENTS
from helpers.aws_rules.common import constraints, models
from helpers.aws_rules.common.refusals import Refused, violations

_MOST_ACTIONS, _MOST_QUERIES, _MOST_TAGS = 5, 20, 50
_DAY, _WEEK = statistics.DAY, 7 * statistics.DAY
_SHORT_PERIODS = (10, 20, 30)
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_OF_ONE_METRIC = ("MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic")
_ONLY_ON_AWS = {
    "EvaluationCriteria": "An alarm on a PromQL query",
    "EvaluationInterval": "An alarm on a PromQL query",
    "ThresholdMetricId": "An alarm on anomaly detection",
    "EvaluationWindow": "An alarm's evaluation window",
    "WarmUpConfiguration": "An alarm's warm-up period",
    "ActionConfiguration": "The configuration of an alarm's actions",
}
_ARN = re.compile(r"arn:[\w-]+:([\w-]+):([\w-]*):(\d*):\S+", re.ASCII)


def check(params: dict[str, Any], region: str) -> alarm_data.Settings:
    """Return the settings of the alarm that PutMetricAlarm asks for. Raise Refused if AWS refuses them."""
    shape: Any = models.operation_model("cloudwatch", "PutMetricAlarm").input_shape  # type: ignore[union-attr]
    if (wrong := constraints.violated(shape, params)) is not None:
        raise wrong
    for name, what in _ONLY_ON_AWS.items():
        if name in params:
            raise _refused(queries.only_on_aws(f"{what} is a feature of CloudWatch"))
    for name in ("ComparisonOperator", "EvaluationPeriods"):
        if name not in params:
            raise violations(f"Value null at '{_small(name)}' failed to satisfy constraint: Member must not be null")
    if params["ComparisonOperator"] not in COMPARISONS:
        raise _refused(queries.only_on_aws("An alarm on anomaly detection is a feature of CloudWatch"))
    for text in chain(_lengths(params), _faults(params), _action_faults(params, region)):
        raise _refused(text)
    if params.get("Metrics"):
        queries.check(params["Metrics"], "Metrics", _MOST_QUERIES)
    settings = {name: value for name, value in params.items() if name not in ("AlarmName", "Tags")}
    settings["Threshold"] = float(settings["Threshold"])
    if not settings.get("Metrics"):
        settings.pop("Metrics", None)
    for text in _span_faults(settings):
        raise _refused(text)
    return settings


def _lengths(params: dict[str, Any]) -> Iterator[str]:
    for name in ACTIONS:
        if len(params.get(name, [])) > _MOST_ACTIONS:
            start = f"Value '[{', '.join(params[name])}]' at '{_small(name)}' failed to satisfy constraint"
            yield f"1 validation error detected: {start}: Member must have length less than or equal to {_MOST_ACTIONS}"
    if len(params.get("Tags", [])) > _MOST_TAGS:
        yield dimensions.too_many("Tags", _MOST_TAGS)


def _faults(params: dict[str, Any]) -> Iterator[str]:
    metrics = params.get("Metrics")
    if "Threshold" not in params:
        yield "Threshold must not be null"
    if metrics:
        for name in _OF_ONE_METRIC:
            if name in params:
                yield dimensions.both("Metrics", name)
        if sum(1 for one in metrics if one.get("ReturnData", True)) != 1:
            yield "Exactly one element of the metrics list should return data."
        if not any("MetricStat" in one for one in metrics):
            yield "At least one element of the metrics list should be a metric."
    else:
        yield from _metric_faults(params)
    if params.get("DatapointsToAlarm", 1) > params["EvaluationPeriods"]:
        yield "DatapointsToAlarm must be less than or equal to EvaluationPeriods"
    for name, allowed in (
        ("TreatMissingData", TREATMENTS),
        ("EvaluateLowSampleCountPercentile", ("evaluate", "ignore")),
    ):
        if params.get(name, allowed[0]) not in allowed:
            yield f"The parameter {name} must be a value in the set [ {', '.join(allowed)} ]."


def _metric_faults(params: dict[str, Any]) -> Iterator[str]:
    for name in ("MetricName", "Namespace", "Period"):
        if name not in params:
            yield f"{name} must not be null"
    yield from dimensions.faults(params.get("Dimensions", []), "Dimensions")
    if ("Statistic" in params) == ("ExtendedStatistic" in params):
        yield "Exactly one of the parameters Statistic and ExtendedStatistic must be specified."
    extended = params.get("ExtendedStatistic", "p50")
    if statistics.is_only_on_aws(extended):
        yield queries.only_on_aws(f"{extended} is a statistic of CloudWatch")
    elif not statistics.is_percentile(extended):
        yield f"The value {extended} for parameter ExtendedStatistic is not supported."
    period = params["Period"]
    if period not in _SHORT_PERIODS and period % 60:
        yield f"Period must be {', '.join(map(str, _SHORT_PERIODS))} or a multiple of 60"


def _span_faults(settings: alarm_data.Settings) -> Iterator[str]:
    """Yield what's wrong with the time that the alarm looks back."""
    period = alarm_data.period_of(settings)
    longest, words, kind = (_DAY, "a day", "<") if period < statistics.HOUR else (_WEEK, "a week", ">=")
    if period * settings["EvaluationPeriods"] > longest:
        condition = f"EvaluationPeriods * Period must be <= {longest}"
        yield f"Metrics cannot be checked across more than {words} ({condition}) for alarms using period {kind} 3600"


def _action_faults(params: dict[str, Any], region: str) -> Iterator[str]:
    for arn in (arn for name in ACTIONS for arn in params.get(name, [])):
        found = _ARN.fullmatch(arn)
        if found is None:
            yield f"Invalid arn syntax: {arn}"
        elif found[2] and found[2] != region:
            yield f"Invalid region {found[2]} specified. Only {region} is supported."


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _refused(text: str) -> Refused:
    return Refused("ValidationError", text)

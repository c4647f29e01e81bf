"""What CloudWatch says of an alarm's state: the reason, its data, the message for topics, and the mail.

AWS: with DatapointsToAlarm the reason has another form than without. It lists the newest data point first, and at most
five. A topic's subscribers get JSON, those by email a plain text, and those by SMS one line. Source: recorded answers;
AWS's mails as quoted in the AWS Support user guide, "Creating CloudWatch alarms to monitor Trusted Advisor metrics",
and by learners of AWS; AWS's events in the CloudWatch user guide, "Alarm events and EventBridge".

The reason where only some of the data points are missing is known from a comment in a project's configuration alone.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from helpers.aws_rules.cloudwatch import alarm_data, evaluation
from helpers.aws_rules.cloudwatch.alarm_data import Reading, Settings
from helpers.aws_rules.cloudwatch.evaluation import ALARM, BREACHING, COMPARISONS, INSUFFICIENT_DATA, NOT_BREACHING, OK
from helpers.aws_rules.common import models
from helpers.aws_rules.common.regions import partition

if TYPE_CHECKING:
    from helpers.aws_rules.cloudwatch.alarms import Alarm

_LISTED = 5  # data points in a reason
_LONGEST_SUBJECT = 100
_TREATED = {BREACHING: "Breaching", NOT_BREACHING: "NonBreaching"}
_CONSOLE = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


def as_json(value: Any) -> str:
    """Return JSON without spaces, as CloudWatch writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def load(text: str) -> Any:
    """Return what a JSON text says."""
    return json.loads(text)


def timestamp(moment: float) -> str:
    """Return a moment in seconds since 1970 as CloudWatch's JSON has it."""
    at = _at(moment)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}+0000"


def _at(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, timezone.utc)


# ---- The reason


def _used(found: Sequence[Reading], settings: Settings) -> tuple[list[Reading], int]:
    """Return the readings that count, newest first, and how many are missing."""
    periods = settings["EvaluationPeriods"]
    used = [one for one in reversed(found) if one.value is not None][:periods]
    return used, periods - len(used)


def reason(state: str, found: Sequence[Reading], settings: Settings) -> str:
    """Return why the alarm is in this state now. found: the readings of its range, oldest first."""
    used, missing = _used(found, settings)
    if state == INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(missing, 'datapoint')} {_were(missing)} unknown."
    rule = alarm_data.rule_of(settings)
    comparison, threshold = settings["ComparisonOperator"], float(settings["Threshold"])
    agreeing = [
        one for one in used if evaluation.is_breaching(one.value or 0.0, comparison, threshold) == (state == ALARM)
    ]
    least = rule.needed if state == ALARM else rule.periods - rule.needed + 1
    if missing and rule.treatment in _TREATED and len(agreeing) < least:
        received = _counted(len(used), "datapoint") if used else "no datapoints"
        treated = f"{_counted(missing, 'missing datapoint')} {_were(missing)} treated as [{_TREATED[rule.treatment]}]"
        verb = _were(len(used) or 2)
        return f"Threshold Crossed: {received} {verb} received for {_counted(rule.periods, 'period')} and {treated}."
    if not agreeing:
        received = f"{_counted(len(used), 'datapoint')} {_were(len(used))} received"
        return f"Threshold Crossed: {received} for {_counted(rule.periods, 'period')}, fewer than {rule.needed}."
    with_needed = "DatapointsToAlarm" in settings
    count = (
        f"{len(agreeing)} out of the last {rule.periods} datapoints"
        if with_needed
        else _counted(len(agreeing), "datapoint")
    )
    listed = ", ".join(f"{one.value} ({_at(one.begins):%d/%m/%y %H:%M:%S})" for one in agreeing[:_LISTED])
    how = f"{'' if state == ALARM else 'not '}{COMPARISONS[comparison]}"
    verdict = f"{_were(len(agreeing))} {how} the threshold ({threshold})"
    change = (
        f" (minimum {_counted(least, 'datapoint')} for {'OK -> ALARM' if state == ALARM else 'ALARM -> OK'} transition)"
    )
    end = f"{change if with_needed else ''}."
    if len(agreeing) > _LISTED:
        latest = f"The most recent datapoints which crossed the threshold: [{listed}]"
        return f"Threshold Crossed: {count} {verdict}. {latest}{end}"
    return f"Threshold Crossed: {count} [{listed}] {verdict}{end}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def reason_data(found: Sequence[Reading], settings: Settings, now: float) -> str:
    """Return the data points that the state follows from, as JSON. found: the readings of the range, oldest first."""
    used, missing = _used(found, settings)
    absent = [one for one in reversed(found) if one.value is None][:missing]
    evaluated = sorted([*used, *absent], key=lambda one: -one.begins)
    data: dict[str, Any] = {"version": "1.0", "queryDate": timestamp(now)}
    if used:
        data["startDate"] = timestamp(used[-1].begins)
    if "Unit" in settings:
        data["unit"] = settings["Unit"]
    if "Metrics" not in settings:
        data["statistic"] = alarm_data.statistic_of(settings)
    data["period"] = alarm_data.period_of(settings)
    data["recentDatapoints"] = [one.value for one in reversed(used)]
    data["threshold"] = float(settings["Threshold"])
    data["evaluatedDatapoints"] = [_evaluated(one, "Metrics" in settings) for one in evaluated]
    return as_json(data)


def _evaluated(one: Reading, is_math: bool) -> dict[str, Any]:
    at = {"timestamp": timestamp(one.begins)}
    if one.value is None:
        return at
    return at | ({} if is_math else {"sampleCount": float(one.samples)}) | {"value": one.value}


# ---- Messages


@lru_cache
def region_name(region: str) -> str:
    """Return the region's name as alarms have it: "US East (N. Virginia)"."""
    for each in models.loader().load_data("endpoints")["partitions"]:
        if region in each["regions"]:
            return str(each["regions"][region]["description"]).replace("Europe (", "EU (")
    return region


def subject(alarm: "Alarm") -> str:
    """Return the subject of a message about the alarm's state; a long name is cut."""
    name, end = re.sub(r"[^\x20-\x7e]+", "_", alarm.name), f'" in {region_name(alarm.region)}'
    room = _LONGEST_SUBJECT - len(f'{alarm.state}: "{end}')
    return f'{alarm.state}: "{name if len(name) <= room else f"{name[: room - 3]}..."}{end}'


def message(alarm: "Alarm", before: str) -> str:
    """Return the JSON for subscribers. before: the state before."""
    settings = alarm.settings
    return as_json(
        {
            "AlarmName": alarm.name,
            "AlarmDescription": settings.get("AlarmDescription"),
            "AWSAccountId": alarm.owner.number,
            "AlarmConfigurationUpdatedTimestamp": timestamp(alarm.updated),
            "NewStateValue": alarm.state,
            "NewStateReason": alarm.reason,
            "StateChangeTime": timestamp(alarm.changed),
            "Region": region_name(alarm.region),
            "AlarmArn": alarm.arn,
            "OldStateValue": before,
            "OKActions": alarm.actions(OK),
            "AlarmActions": alarm.actions(ALARM),
            "InsufficientDataActions": alarm.actions(INSUFFICIENT_DATA),
            "Trigger": _trigger(settings),
        }
    )


def _trigger(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "Metrics" not in settings:
        simple = "Statistic" in settings
        found = {
            "MetricName": settings["MetricName"],
            "Namespace": settings["Namespace"],
            "StatisticType": "Statistic" if simple else "ExtendedStatistic",
            "Statistic": settings["Statistic"].upper() if simple else settings["ExtendedStatistic"],
            "Unit": settings.get("Unit"),
            "Dimensions": _dimensions(settings),
        }
    found |= {"Period": alarm_data.period_of(settings), "EvaluationPeriods": settings["EvaluationPeriods"]}
    if "DatapointsToAlarm" in settings:
        found["DatapointsToAlarm"] = settings["DatapointsToAlarm"]
    found |= {
        "ComparisonOperator": settings["ComparisonOperator"],
        "Threshold": float(settings["Threshold"]),
        "TreatMissingData": settings.get("TreatMissingData", evaluation.MISSING),
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile", ""),
    }
    if "Metrics" in settings:
        found["Metrics"] = [_query(one) for one in settings["Metrics"]]
    return found


def _query(query: dict[str, Any]) -> dict[str, Any]:
    names = ("Expression", "Id", "Label", "MetricStat", "Period")
    found = {name: query[name] for name in names if name in query} | {"ReturnData": query.get("ReturnData", True)}
    if "MetricStat" in query:
        metric = query["MetricStat"]["Metric"]
        found["MetricStat"] = query["MetricStat"] | {"Metric": metric | {"Dimensions": _dimensions(metric)}}
    return found


def _dimensions(metric: dict[str, Any]) -> list[dict[str, str]]:
    return [{"value": one["Value"], "name": one["Name"]} for one in metric.get("Dimensions", [])]


def mail(alarm: "Alarm", before: str) -> str:
    """Return the text for subscribers by email. before: the state before."""
    settings, region, now = alarm.settings, alarm.region, _at(alarm.changed)
    rule, at = alarm_data.rule_of(settings), f"{now:%A %d %B, %Y %H:%M:%S} UTC"
    host = f"{region}.{_CONSOLE.get(partition(region), 'console.aws.amazon.com')}"
    condition = f"{settings['ComparisonOperator']} {float(settings['Threshold'])}"
    how_long = f"{rule.needed} of the last {rule.periods} period(s) of {alarm_data.period_of(settings)} seconds"
    lines = [
        f'You are receiving this email because your Amazon CloudWatch Alarm "{alarm.name}" in the '
        f'{region_name(region)} region has entered the {alarm.state} state, because "{alarm.reason}" at "{at}".',
        "",
        "View this alarm in the AWS Management Console:",
        f"https://{host}/cloudwatch/deeplink.js?region={region}#alarmsV2:alarm/{quote(alarm.name, safe='')}",
        "",
        "Alarm Details:",
        _line("Name", alarm.name),
        _line("Description", settings.get("AlarmDescription", "")),
        _line("State Change", f"{before} -> {alarm.state}"),
        _line("Reason for State Change", alarm.reason),
        _line("Timestamp", at),
        _line("AWS Account", alarm.owner.number),
        _line("Alarm Arn", alarm.arn),
        "",
        "Threshold:",
        f"- The alarm is in the ALARM state when the metric is {condition} for at least {how_long}.",
        "",
        *_monitored(settings),
        "",
        "",
        "State Change Actions:",
        *(f"- {state}: {_listed(alarm.actions(state))}" for state in (OK, ALARM, INSUFFICIENT_DATA)),
    ]
    return "\n".join(lines)


def _listed(actions: list[str]) -> str:
    return f"[{', '.join(actions)}]" if actions else ""


def _line(name: str, value: object, width: int = 30) -> str:
    return f"- {name + ':':<{width - 2}}{value}"


def _monitored(settings: Settings) -> list[str]:
    treatment = settings.get("TreatMissingData", evaluation.MISSING)
    if "Metrics" in settings:
        query = alarm_data.watched(settings["Metrics"])
        metric = query.get("MetricStat", {}).get("Metric", {})
        of_query = {
            "MetricExpression": query.get("Expression"),
            "MetricNamespace": metric.get("Namespace"),
            "MetricName": metric.get("MetricName"),
            "MetricLabel": query.get("Label"),
        }
        return ["Monitored Metrics:", *(_line(name, value) for name, value in of_query.items() if value is not None)]
    of_metric = {
        "MetricNamespace": settings["Namespace"],
        "MetricName": settings["MetricName"],
        "Dimensions": " ".join(f"[{one['Name']} = {one['Value']}]" for one in settings.get("Dimensions", [])),
        "Period": f"{settings['Period']} seconds",
        "Statistic": alarm_data.statistic_of(settings),
        "Unit": settings.get("Unit", "not specified"),
        "TreatMissingData": treatment,
    }
    return ["Monitored Metric:", *(_line(name, value, 39) for name, value in of_metric.items())]

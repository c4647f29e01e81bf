"""Metrics as plain data for a picture: which ones to ask for, over what time, and what CloudWatch's API says."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from helpers.errors import CloudError

LONGEST = 3 * 3_600  # seconds to look back, unless it's told how far
_DEFAULT = {
    "AWS/SQS": (
        "ApproximateNumberOfMessagesVisible",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateAgeOfOldestMessage",
        "NumberOfMessagesSent",
        "NumberOfMessagesReceived",
        "NumberOfMessagesDeleted",
    ),
    "AWS/SNS": (
        "NumberOfMessagesPublished",
        "NumberOfNotificationsDelivered",
        "NumberOfNotificationsFailed",
        "NumberOfNotificationsFilteredOut",
    ),
}
_STATISTIC = re.compile(r"SampleCount|Average|Sum|Minimum|Maximum|p\d{1,3}(\.\d{1,10})?", re.ASCII)
_MOST_QUERIES = 500  # that GetMetricData takes


@dataclass(frozen=True)
class Source:
    """A queue or topic that reports metrics. account: "" where a URL doesn't say."""

    namespace: str
    dimension: str
    name: str
    account: str
    region: str


@dataclass(frozen=True)
class Wanted:
    """One metric of a queue or topic, and the statistic to show of it."""

    source: Source
    metric: str
    statistic: str

    @property
    def dimensions(self) -> dict[str, str]:
        """The dimensions of the metric."""
        return {self.source.dimension: self.source.name}


Points = Sequence[tuple[float, float]]
# Returns the unit and the points of each metric, for a period, from one moment until another.
Reader = Callable[[Sequence[Wanted], int, int, int], Sequence[tuple[str, Points]]]
# Returns the alarms on a metric, as Alarm of helpers.views.metrics_picture takes them, until a moment.
Alarms = Callable[[Wanted, float], Sequence[Mapping[str, Any]]]


def source(text: str, region: str) -> Source:
    """Return what this queue URL or ARN names. region: for a URL that names none. CloudError for anything else."""
    arn = re.fullmatch(r"arn:[\w-]+:(sqs|sns):([\w-]+):(\d+):([\w.-]+)", text, re.ASCII)
    if arn:
        service, where, account, name = arn.groups()
        kind = ("AWS/SQS", "QueueName") if service == "sqs" else ("AWS/SNS", "TopicName")
        return Source(*kind, name, account, where)
    parts = urlsplit(text)
    account, _, name = parts.path.strip("/").rpartition("/")
    if not parts.scheme.startswith("http") or not name:
        raise CloudError(f"Metrics belong to a queue URL or the ARN of a topic or queue, and {text!r} is neither.")
    host = re.match(r"sqs\.([a-z]{2}[a-z-]*-\d+)\.", parts.hostname or "")
    return Source("AWS/SQS", "QueueName", name, account.rpartition("/")[2], host[1] if host else region)


def wanted(sources: Sequence[Source], names: Sequence[str], statistic: str) -> list[Wanted]:
    """Return the metrics to show. names: [] for the usual ones. statistic: "" for the one that fits each metric."""
    if statistic and not _STATISTIC.fullmatch(statistic):
        raise CloudError(
            f"There's no statistic {statistic!r}. Use Sum, Average, Minimum, Maximum, SampleCount or a percentile "
            "such as p95."
        )
    return [
        Wanted(each, name, statistic or _usual(name)) for each in sources for name in names or _DEFAULT[each.namespace]
    ]


def _usual(metric: str) -> str:
    """Return the statistic that fits a metric: what happened adds up, what was there doesn't."""
    return "Sum" if metric.startswith("NumberOf") else "Average" if metric.endswith("Size") else "Maximum"


def snapshot(
    now: float, metrics: Sequence[Wanted], period: int, span: float, read: Reader, alarms: Alarms
) -> dict[str, Any]:
    """Return what a MetricsPicture is made of. span: seconds to look back; 0 is since the first value, at most 3 hours.

    now: in seconds since 1970. CloudError for a period or span that can't be.
    """
    if period < 60 or period % 60:
        raise CloudError(
            f"A period has to be a whole number of minutes in seconds, such as 60 or 300, and not {period}."
        )
    if span < 0:
        raise CloudError("The time to look back on can't be negative.")
    start, end = int((now - (span or LONGEST)) // period) * period, -int(-now // period) * period
    found = read(metrics, period, start, end)
    firsts = [points[0][0] for _, points in found if points]
    return {
        "start": start if span else min(firsts, default=start),
        "end": end,
        "period": period,
        "panels": [
            {
                "of": one.source.name,
                "metric": one.metric,
                "unit": unit,
                "statistic": one.statistic,
                "values": points,
                "alarms": alarms(one, now),
            }
            for one, (unit, points) in zip(metrics, found, strict=True)
        ],
    }


def states(changes: Sequence[tuple[float, str]], until: float) -> list[tuple[str, float, float]]:
    """Return (state, from, until) for an alarm's changes: moments and the state from then on, in order."""
    return [(state, at, end) for (at, state), (end, _) in pairwise([*changes, (until, "")])]


# --- what the API says -----------------------------------------------------------------------------------------------


def read_from(client_for: Callable[[str], Any]) -> Reader:
    """Return what reads metrics by calls of the API. client_for: returns a CloudWatch client for a region."""

    def read(metrics: Sequence[Wanted], period: int, start: int, end: int) -> list[tuple[str, Points]]:
        points: dict[str, list[tuple[float, float]]] = {}
        moments = {
            name: datetime.fromtimestamp(at, timezone.utc) for name, at in (("StartTime", start), ("EndTime", end))
        }
        for region in {one.source.region for one in metrics}:
            queries = [_query(f"m{n}", one, period) for n, one in enumerate(metrics) if one.source.region == region]
            for n in range(0, len(queries), _MOST_QUERIES):
                pages = client_for(region).get_paginator("get_metric_data")
                asked = pages.paginate(MetricDataQueries=queries[n : n + _MOST_QUERIES], **moments)
                for result in asked.search("MetricDataResults[]"):
                    times = (moment.timestamp() for moment in result["Timestamps"])
                    points.setdefault(result["Id"], []).extend(zip(times, result["Values"], strict=True))
        return [(_unit(one.metric), sorted(points.get(f"m{n}", []))) for n, one in enumerate(metrics)]

    return read


def _query(number: str, one: Wanted, period: int) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in one.dimensions.items()]
    metric = {"Namespace": one.source.namespace, "MetricName": one.metric, "Dimensions": dimensions}
    return {"Id": number, "MetricStat": {"Metric": metric, "Period": period, "Stat": one.statistic}}


def _unit(metric: str) -> str:
    """Return a metric's unit, which GetMetricData doesn't tell."""
    return "Seconds" if "AgeOf" in metric else "Bytes" if metric.endswith("Size") else "Count"


def alarms_from(client_for: Callable[[str], Any]) -> Alarms:
    """Return what finds the alarms on a metric by calls of the API. client_for: as in `read_from`."""
    of_region: dict[str, list[Mapping[str, Any]]] = {}

    def alarms(one: Wanted, now: float) -> list[Mapping[str, Any]]:
        region = one.source.region
        client = client_for(region)
        if region not in of_region:
            of_region[region] = list(client.get_paginator("describe_alarms").paginate().search("MetricAlarms[]"))
        return [
            {
                "name": alarm["AlarmName"],
                "comparison": alarm["ComparisonOperator"],
                "threshold": alarm.get("Threshold"),
                "states": states(_changes(client, alarm), now),
            }
            for alarm in of_region[region]
            if (alarm.get("Namespace"), alarm.get("MetricName")) == (one.source.namespace, one.metric)
            and {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])} == one.dimensions
        ]

    return alarms


def _changes(client: Any, alarm: Mapping[str, Any]) -> list[tuple[float, str]]:
    """Return when an alarm changed its state, and to which; only the last change where the history isn't told."""
    try:
        pages = client.get_paginator("describe_alarm_history").paginate(
            AlarmName=alarm["AlarmName"], ScanBy="TimestampAscending"
        )
        told = [(one["Timestamp"].timestamp(), _new_state(one)) for one in pages.search("AlarmHistoryItems[]")]
        found = [(at, state) for at, state in told if state]
    except ClientError:  # some servers keep no history
        found = []
    return sorted(found) or [(alarm["StateUpdatedTimestamp"].timestamp(), alarm["StateValue"])]


def _new_state(item: Mapping[str, Any]) -> str:
    """Return the state that began with an item of the history, "" if none did."""
    kind, data = item["HistoryItemType"], json.loads(item["HistoryData"])
    if kind == "ConfigurationUpdate" and data.get("type") == "Create":
        return "INSUFFICIENT_DATA"  # what PutMetricAlarm sets at once
    return str(data["newState"]["stateValue"]) if kind == "StateUpdate" else ""

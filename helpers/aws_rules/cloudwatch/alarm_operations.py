"""The operations of CloudWatch on alarms: each takes a request and returns AWS's answer, or raises Refused.

AWS: DescribeAlarms returns 50 alarms at once and at most 100, by name. Deleting, enabling and disabling alarms passes
over names that don't exist. A state that's set lasts until the next evaluation. Source: CloudWatch API reference;
recorded answers.
moto: describes all alarms at once, knows no filter for actions, and has nothing to enable or disable.
"""

import base64
import json
from typing import Any

from helpers.aws_rules.cloudwatch import alarm_definitions, dimensions
from helpers.aws_rules.cloudwatch.alarms import Alarm, AlarmsRegion
from helpers.aws_rules.cloudwatch.moments import seconds
from helpers.aws_rules.common import constraints
from helpers.aws_rules.common.numbers import parse_whole_number
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import Request

Answer = dict[str, Any]
_PAGE, _MOST_NAMES = 50, 100
_METRIC_ALARM = "MetricAlarm"
_TAG_LIMIT = 50


def _region(request: Request) -> AlarmsRegion:
    return request.account.service(AlarmsRegion, request.region)


def put_metric_alarm(request: Request) -> Answer:
    """Create or change an alarm."""
    settings = alarm_definitions.check(request.params, request.region)
    tags = {one["Key"]: one["Value"] for one in request.params.get("Tags", [])}
    _region(request).put(request.params["AlarmName"], settings, tags)
    return {}


def delete_alarms(request: Request) -> Answer:
    """Delete the named alarms."""
    for name in _names(request):
        _region(request).delete(name)
    return {}


def enable_alarm_actions(request: Request) -> Answer:
    """Let the named alarms act again."""
    for name in _names(request):
        _region(request).enable(name, True)
    return {}


def disable_alarm_actions(request: Request) -> Answer:
    """Keep the named alarms from acting."""
    for name in _names(request):
        _region(request).enable(name, False)
    return {}


def _names(request: Request) -> list[str]:
    names: list[str] = request.params.get("AlarmNames", [])
    if len(names) > _MOST_NAMES:
        raise Refused("ValidationError", dimensions.too_many("AlarmNames", _MOST_NAMES))
    return names


def set_alarm_state(request: Request) -> Answer:
    """Put an alarm into a state until its next evaluation."""
    constraints.check(request)
    params = request.params
    data = params.get("StateReasonData", "")
    try:
        json.loads(data or "{}")
    except (ValueError, RecursionError):
        raise Refused("InvalidFormat", "StateReasonData is not valid JSON.") from None
    alarm = _region(request).alarms.get(params["AlarmName"])
    if alarm is None:
        raise Refused("ResourceNotFound", f"Alarm {params['AlarmName']} does not exist.")
    alarm.set_state(params["StateValue"], params["StateReason"], data)
    return {}


# ---- Describing


def describe_alarms(request: Request) -> Answer:
    """Return alarms by name, in pages."""
    params = request.params
    constraints.check(request)
    names, prefix = _names(request), params.get("AlarmNamePrefix", "")
    if names and prefix:
        raise Refused("ValidationError", dimensions.both("AlarmNames", "AlarmNamePrefix"))
    of_composite = {"ChildrenOfAlarmName", "ParentsOfAlarmName"} & params.keys()
    found = (
        []
        if of_composite or _METRIC_ALARM not in params.get("AlarmTypes", [_METRIC_ALARM])
        else [
            alarm
            for name, alarm in sorted(_region(request).alarms.items())
            if name.startswith(prefix)
            and (not names or name in names)
            and params.get("StateValue", alarm.state) == alarm.state
            and _acts(alarm, params.get("ActionPrefix", ""))
        ]
    )
    page, more = _page(request, found)
    return {"MetricAlarms": [_described(alarm) for alarm in page], "CompositeAlarms": []} | more


def _acts(alarm: Alarm, prefix: str) -> bool:
    actions = (arn for name in alarm_definitions.ACTIONS for arn in alarm.settings.get(name, []))
    return not prefix or any(arn.startswith(prefix) for arn in actions)


def describe_alarms_for_metric(request: Request) -> Answer:
    """Return the alarms on a metric. All of its dimensions have to be the same."""
    params = request.params
    constraints.check(request)
    dims = dimensions.of(params.get("Dimensions"))
    asked = {name: value for name, value in params.items() if name != "Dimensions"}
    found = [
        alarm
        for _, alarm in sorted(_region(request).alarms.items())
        if "MetricName" in alarm.settings
        and all(alarm.settings.get(name) == value for name, value in asked.items())
        and dimensions.of(alarm.settings.get("Dimensions")) == dims
    ]
    return {"MetricAlarms": [_described(alarm) for alarm in found]}


def _described(alarm: Alarm) -> Answer:
    told = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmConfigurationUpdatedTimestamp": alarm.updated,
        "ActionsEnabled": True,
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": alarm.told,
        "StateTransitionedTimestamp": alarm.changed,
    }
    lists: Answer = {name: [] for name in (*alarm_definitions.ACTIONS, "Dimensions")}
    return told | lists | alarm.settings | ({"StateReasonData": alarm.reason_data} if alarm.reason_data else {})


def describe_alarm_history(request: Request) -> Answer:
    """Return what happened to alarms, newest first unless it's asked for otherwise, in pages."""
    params = request.params
    constraints.check(request)
    start = seconds(params["StartDate"]) if "StartDate" in params else 0.0
    end = seconds(params["EndDate"]) if "EndDate" in params else float("inf")
    is_here = _METRIC_ALARM in params.get("AlarmTypes", [_METRIC_ALARM]) and "AlarmContributorId" not in params
    found = [
        item
        for item in _region(request).history()
        if is_here
        and params.get("AlarmName", item.alarm) == item.alarm
        and params.get("HistoryItemType", item.kind) == item.kind
        and start <= item.at <= end
    ]
    if params.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        found.reverse()
    page, more = _page(request, found)
    items = [
        {
            "AlarmName": item.alarm,
            "AlarmType": _METRIC_ALARM,
            "Timestamp": item.at,
            "HistoryItemType": item.kind,
            "HistorySummary": item.summary,
            "HistoryData": item.data,
        }
        for item in page
    ]
    return {"AlarmHistoryItems": items} | more


def _page(request: Request, found: list[Any]) -> tuple[list[Any], dict[str, str]]:
    """Return the page that the request's token asks for, and the token of the next one if there is one."""
    size, token, first = request.params.get("MaxRecords", _PAGE), request.params.get("NextToken"), 0
    if token:
        try:
            operation, _, position = base64.b64decode(token, validate=True).decode("ascii").partition(" ")
        except ValueError:
            operation, position = "", ""
        number = parse_whole_number(position)
        if operation != request.operation or number is None:
            raise Refused("InvalidNextToken", "The next token specified is invalid.")
        first = number
    end = first + size
    more = base64.b64encode(f"{request.operation} {end}".encode()).decode()
    return found[first:end], {"NextToken": more} if end < len(found) else {}


# ---- Tags


def tag_resource(request: Request) -> Answer:
    """Add tags to an alarm."""
    tags = {one["Key"]: one["Value"] for one in request.params["Tags"]}
    alarm = _tagged(request)
    if len(alarm.tags | tags) > _TAG_LIMIT:
        raise Refused("InvalidParameterValue", dimensions.too_many("Tags", _TAG_LIMIT))
    alarm.tags |= tags
    return {}


def untag_resource(request: Request) -> Answer:
    """Remove tags from an alarm."""
    tags = _tagged(request).tags
    for key in request.params["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(request: Request) -> Answer:
    """Return the tags of an alarm."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _tagged(request).tags.items()]}


def _tagged(request: Request) -> Alarm:
    arn = request.params["ResourceARN"]
    for alarm in _region(request).alarms.values():
        if alarm.arn == arn:
            return alarm
    raise Refused("ResourceNotFoundException", f"Unknown resource: {arn}")

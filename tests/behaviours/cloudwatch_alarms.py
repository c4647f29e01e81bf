"""Alarms: what they accept, how their state follows from data points, missing ones too, and what they do then."""

import json
import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from behaviours.book import ACCOUNT, behaviour, refused
from behaviours.labs import REGION, Lab

SNAPSHOT = "localstack snapshot test_cloudwatch.py"
API = "CloudWatch API reference"
MISSING_DATA = 'CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"'
MINUTE = 60
SHOP, METRIC = "Shop", "waiting"
OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def put_alarm(lab: Lab, name: str = "a", **more: Any) -> None:
    """Create an alarm on the maximum of a metric of the shop's, beyond 2; None leaves a parameter out."""
    asked = {
        "AlarmName": name,
        "Namespace": SHOP,
        "MetricName": METRIC,
        "Statistic": "Maximum",
        "Period": MINUTE,
        "EvaluationPeriods": 1,
        "Threshold": 2.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | more
    lab.cloudwatch.put_metric_alarm(**{key: value for key, value in asked.items() if value is not None})


def publish(lab: Lab, values: str, metric: str = METRIC, period: int = MINUTE) -> None:
    """Publish what the periods before the next full minute have: X beyond the threshold, 0 within it, - for nothing."""
    end = (lab.now() // MINUTE + 1) * MINUTE
    for number, value in enumerate(values):
        if value != "-":
            at = datetime.fromtimestamp(end - (len(values) - number) * period, timezone.utc)
            datum = {"MetricName": metric, "Timestamp": at, "Value": 3.0 if value == "X" else 0.0}
            lab.cloudwatch.put_metric_data(Namespace=SHOP, MetricData=[datum])


def described(lab: Lab, name: str = "a") -> dict[str, Any]:
    """Return the alarm without the moments that it has."""
    (found,) = lab.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {key: value for key, value in found.items() if not key.endswith("Timestamp")}


def reason(lab: Lab, name: str = "a") -> str:
    """Return why the alarm is in its state, without the times of data points."""
    return _untimed(described(lab, name)["StateReason"])


def _untimed(text: str) -> str:
    return re.sub(r"\(\d\d/\d\d/\d\d \d\d:\d\d:\d\d\)", "(time)", text)


def history(lab: Lab, **more: Any) -> list[dict[str, Any]]:
    """Return the history, oldest first."""
    found = lab.cloudwatch.describe_alarm_history(ScanBy="TimestampAscending", **more)
    return list(found["AlarmHistoryItems"])


def summaries(lab: Lab, **more: Any) -> list[str]:
    """Return what the history says in short, oldest first."""
    return [item["HistorySummary"] for item in history(lab, **more)]


def listening(lab: Lab, **topic: str) -> tuple[str, str]:
    """Return a topic's ARN, and the URL of a queue that gets its messages as they are."""
    arn, url = lab.topic("ops", **topic), lab.queue("told")
    lab.subscribe(arn, url, RawMessageDelivery="true")
    return arn, url


def told(lab: Lab, url: str) -> list[dict[str, Any]]:
    """Return what alarms told the queue."""
    return [json.loads(body) for body in lab.bodies(url)]


def attempt(lab: Lab, **more: Any) -> Any:
    """Return what comes of creating an alarm with these parameters."""
    return lab.attempt(put_alarm, lab=lab, **more)


# --- the state that follows from data points --------------------------------------------------------------------------


def _table(lab: Lab, needed: int, rows: list[str]) -> dict[str, list[str]]:
    """Return for each row the state of a new alarm on three periods, for each treatment of missing data."""
    for number, row in enumerate(rows):
        publish(lab, row.replace(" ", ""), f"row-{number}", 5 * MINUTE)
        for treatment in TREATMENTS:
            asked = {"Period": 5 * MINUTE, "EvaluationPeriods": 3, "DatapointsToAlarm": needed}
            put_alarm(lab, f"{number} {treatment}", MetricName=f"row-{number}", TreatMissingData=treatment, **asked)
    lab.advance(MINUTE)
    return {
        row: [described(lab, f"{number} {treatment}")["StateValue"] for treatment in TREATMENTS]
        for number, row in enumerate(rows)
    }


@behaviour(
    aws={
        "0 - X - X": [OK, OK, OK, OK],
        "0 - - - -": [OK, OK, OK, OK],
        "- - - - -": [INSUFFICIENT, INSUFFICIENT, ALARM, OK],
        "0 X X - X": [ALARM, ALARM, ALARM, ALARM],
        "- - X - -": [ALARM, INSUFFICIENT, ALARM, OK],
    },
    source=f"{MISSING_DATA}, first table",
)
def three_out_of_three(lab: Lab) -> object:
    """Missing data as missing, ignored, breaching and not breaching: ignoring keeps the state, here of a new alarm."""
    return _table(lab, 3, ["0 - X - X", "0 - - - -", "- - - - -", "0 X X - X", "- - X - -"])


@behaviour(
    aws={
        "0 - X - X": [ALARM, ALARM, ALARM, ALARM],
        "0 0 X 0 X": [ALARM, ALARM, ALARM, ALARM],
        "0 - X - -": [OK, OK, ALARM, OK],
        "- - - - 0": [OK, OK, ALARM, OK],
        "- - - X -": [ALARM, INSUFFICIENT, ALARM, OK],
    },
    source=f"{MISSING_DATA}, second table",
)
def two_out_of_three(lab: Lab) -> object:
    """Two of three data points are enough, and missing ones fill up what isn't there."""
    return _table(lab, 2, ["0 - X - X", "0 0 X 0 X", "0 - X - -", "- - - - 0", "- - - X -"])


@behaviour(
    aws=[False, False, True],
    source=f'{MISSING_DATA}, "Avoiding premature transitions to alarm state"',
)
def not_too_early(lab: Lab) -> object:
    """A breaching data point with nothing before it is an alarm once it's as old as the data points that it needs."""
    publish(lab, "X")
    put_alarm(lab, EvaluationPeriods=3)
    found = []
    for _ in range(3):
        lab.advance(MINUTE)
        found.append(described(lab)["StateValue"] == ALARM)
    return found


@behaviour(
    aws=[
        "Threshold Crossed: 1 datapoint [3.0 (time)] was greater than the threshold (2.0).",
        "Threshold Crossed: 1 out of the last 1 datapoints [3.0 (time)] was greater than the threshold (2.0) (minimum "
        "1 datapoint for OK -> ALARM transition).",
        "Threshold Crossed: 2 out of the last 3 datapoints [3.0 (time), 3.0 (time)] were greater than or equal to the "
        "threshold (3.0) (minimum 2 datapoints for OK -> ALARM transition).",
        "Threshold Crossed: 3 out of the last 3 datapoints [3.0 (time), 0.0 (time), 3.0 (time)] were not greater than "
        "the threshold (3.0) (minimum 1 datapoint for ALARM -> OK transition).",
        "Threshold Crossed: 1 out of the last 3 datapoints [0.0 (time)] was not greater than the threshold (2.0) "
        "(minimum 1 datapoint for ALARM -> OK transition).",
    ],
    source=f"{SNAPSHOT} test_put_metric_alarm; AWS's messages as quoted in projects' tests",
)
def why_an_alarm_is_in_its_state(lab: Lab) -> object:
    """The reason lists the data points that count, newest first, in another form with DatapointsToAlarm."""
    publish(lab, "X0X")
    put_alarm(lab, "a")
    put_alarm(lab, "b", DatapointsToAlarm=1)
    three: dict[str, Any] = {"EvaluationPeriods": 3, "DatapointsToAlarm": 3}
    at_least = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 3.0}
    put_alarm(lab, "c", **three | at_least | {"DatapointsToAlarm": 2})
    put_alarm(lab, "d", **three, Threshold=3.0)
    put_alarm(lab, "e", **three)
    lab.advance(MINUTE)
    return [reason(lab, name) for name in "abcde"]


@behaviour(
    aws=[
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
        "[Breaching].",
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
        "[NonBreaching].",
        "Unchecked: Initial alarm creation",
    ],
    source=f"{SNAPSHOT} test_breaching_alarm_actions, test_put_metric_alarm, test_enable_disable_alarm_actions",
)
def why_without_data(lab: Lab) -> object:
    """Without a data point the reason says how missing ones are treated. Ignoring them, a new alarm stays unchecked."""
    put_alarm(lab, "a", EvaluationPeriods=2, TreatMissingData="breaching")
    put_alarm(lab, "b", TreatMissingData="notBreaching")
    put_alarm(lab, "c", TreatMissingData="ignore")
    lab.advance(MINUTE)
    return [reason(lab, name) for name in "abc"]


@behaviour(
    aws=[ALARM, INSUFFICIENT, "Insufficient Data: 1 datapoint was unknown."],
    source="AWS's messages as quoted in projects' tests",
)
def data_that_stops(lab: Lab) -> object:
    """An alarm whose metric stops looks at the last data points for a while, and has insufficient data then."""
    publish(lab, "X")
    put_alarm(lab)
    lab.advance(MINUTE)
    before = described(lab)["StateValue"]
    lab.advance(10 * MINUTE)
    return [before, described(lab)["StateValue"], reason(lab)]


@behaviour(
    aws={
        "version": "1.0",
        "statistic": "Maximum",
        "period": 60,
        "recentDatapoints": [0.0, 3.0],
        "threshold": 2.0,
        "evaluatedDatapoints": [{"sampleCount": 1.0, "value": 3.0}, {"sampleCount": 1.0, "value": 0.0}],
    },
    source=f"{SNAPSHOT} test_put_metric_alarm, StateReasonData",
)
def the_data_of_a_reason(lab: Lab) -> object:
    """The data points in the reason's data: the recent ones oldest first, the evaluated ones newest first."""
    publish(lab, "0X")
    put_alarm(lab, EvaluationPeriods=2, DatapointsToAlarm=1)
    lab.advance(MINUTE)
    found = json.loads(described(lab)["StateReasonData"])
    for one in found["evaluatedDatapoints"]:
        del one["timestamp"]
    return {key: value for key, value in found.items() if not key.endswith("Date")}


@behaviour(
    aws=[OK, ALARM],
    source=f"{API}, PutMetricAlarm, Metrics and ReturnData",
)
def an_alarm_on_math(lab: Lab) -> object:
    """An alarm on an expression compares what the expression makes of its metrics."""
    publish(lab, "X", "failed")
    publish(lab, "X", "sent")
    metrics = [
        {"Id": "share", "Expression": "failed / sent", "Label": "Share", "ReturnData": True},
        *(
            {
                "Id": name,
                "MetricStat": {
                    "Metric": {"Namespace": SHOP, "MetricName": name},
                    "Period": MINUTE,
                    "Stat": "Sum",
                },
                "ReturnData": False,
            }
            for name in ("failed", "sent")
        ),
    ]
    of_metric = dict.fromkeys(["Namespace", "MetricName", "Statistic", "Period"])
    put_alarm(lab, "a", Metrics=metrics, Threshold=1.0, **of_metric)
    at_least = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
    put_alarm(lab, "b", Metrics=metrics, **at_least, **of_metric)
    lab.advance(MINUTE)
    return [described(lab, name)["StateValue"] for name in "ab"]


@behaviour(
    aws=[OK, INSUFFICIENT],
    source=f"{API}, PutMetricAlarm, EvaluateLowSampleCountPercentile; CloudWatch user guide, "
    '"Percentile-based alarms and low data samples"',
)
def a_percentile_of_few_samples(lab: Lab) -> object:
    """A percentile of fewer samples than are significant leaves the state as it is, if the alarm says so."""
    publish(lab, "0")
    for name, choice in (("a", "evaluate"), ("b", "ignore")):
        asked = {"Statistic": None, "ExtendedStatistic": "p90", "EvaluateLowSampleCountPercentile": choice}
        put_alarm(lab, name, **asked)
    lab.advance(MINUTE)
    return [described(lab, name)["StateValue"] for name in "ab"]


# --- definitions ------------------------------------------------------------------------------------------------------


@behaviour(
    aws={
        "AlarmName": "a",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a",
        "AlarmDescription": "too many wait",
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"],
        "InsufficientDataActions": [],
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "MetricName": METRIC,
        "Namespace": SHOP,
        "Statistic": "Average",
        "Dimensions": [{"Name": "town", "Value": "Graz"}],
        "Period": 10,
        "Unit": "Seconds",
        "EvaluationPeriods": 2,
        "Threshold": 2.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "ignore",
    },
    source=f"{SNAPSHOT} test_enable_disable_alarm_actions, describe_alarm",
)
def a_new_alarm(lab: Lab) -> object:
    """A new alarm is described with what it was created with, and has insufficient data."""
    asked: dict[str, Any] = {"Statistic": "Average", "Period": 10, "EvaluationPeriods": 2, "Unit": "Seconds"}
    asked |= {"Dimensions": [{"Name": "town", "Value": "Graz"}], "TreatMissingData": "ignore"}
    actions = [f"arn:aws:sns:{REGION}:{lab.account}:ops"]
    put_alarm(lab, AlarmDescription="too many wait", AlarmActions=actions, **asked)
    return described(lab)


def _wrong(text: str) -> dict[str, Any]:
    return refused("ValidationError", text)


@behaviour(
    aws=[
        _wrong("DatapointsToAlarm must be less than or equal to EvaluationPeriods"),
        _wrong(
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400) for alarms "
            "using period < 3600"
        ),
        _wrong(
            "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800) for "
            "alarms using period >= 3600"
        ),
        _wrong("Period must be 10, 20, 30 or a multiple of 60"),
        _wrong("MetricName must not be null"),
        "ok",
    ],
    source="hashicorp/terraform issue 24070; AWS's answers as quoted in infrastructure projects; "
    "aws-cloudformation/cfn-lint pull request 771",
)
def definitions_that_are_refused(lab: Lab) -> object:
    """More data points than periods, more than a day or a week, and odd periods are refused."""
    return [
        attempt(lab, DatapointsToAlarm=2),
        attempt(lab, EvaluationPeriods=1_441),
        attempt(lab, Period=86_400, EvaluationPeriods=8),
        attempt(lab, Period=90),
        attempt(lab, MetricName=None),
        attempt(lab, Period=86_400, EvaluationPeriods=7),
    ]


@behaviour(
    aws=[
        _wrong("Exactly one element of the metrics list should return data."),
        _wrong("Exactly one element of the metrics list should return data."),
    ],
    source="hashicorp/terraform-provider-aws issue 29894",
)
def how_many_queries_return_data(lab: Lab) -> object:
    """Of an alarm's metrics and expressions exactly one returns data."""
    stat = {"Metric": {"Namespace": SHOP, "MetricName": METRIC}, "Period": MINUTE, "Stat": "Sum"}
    of_metric = dict.fromkeys(["Namespace", "MetricName", "Statistic", "Period"])
    both = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 * 2"}]
    return [
        attempt(lab, Metrics=both, **of_metric),
        attempt(lab, Metrics=[one | {"ReturnData": False} for one in both], **of_metric),
    ]


@behaviour(
    aws=[[["a", "b"], ["c"]], ["b"], ["b", "c"], ["c"]],
    source=f"{API}, DescribeAlarms",
)
def finding_alarms(lab: Lab) -> object:
    """Alarms are described in pages, by name, and found by prefix, by what they act on, and by their state."""
    put_alarm(lab, "c", AlarmActions=[f"arn:aws:sns:{REGION}:{lab.account}:ops"])
    put_alarm(lab, "b", OKActions=[f"arn:aws:sns:{REGION}:{lab.account}:news"])
    put_alarm(lab, "a")
    lab.cloudwatch.set_alarm_state(AlarmName="c", StateValue="OK", StateReason="test")

    def names(**asked: Any) -> list[str]:
        return [one["AlarmName"] for one in lab.cloudwatch.describe_alarms(**asked)["MetricAlarms"]]

    first = lab.cloudwatch.describe_alarms(MaxRecords=2)
    pages = [[one["AlarmName"] for one in first["MetricAlarms"]]]
    if "NextToken" in first:
        pages.append(names(MaxRecords=2, NextToken=first["NextToken"]))
    by_action = names(ActionPrefix=f"arn:aws:sns:{REGION}:{lab.account}")
    return [pages, names(AlarmNamePrefix="b"), by_action, names(StateValue="OK")]


@behaviour(
    aws=[["here"], []],
    source=f"{API}, DescribeAlarmsForMetric (all dimensions)",
)
def alarms_on_a_metric(lab: Lab) -> object:
    """The alarms on a metric are those with exactly its dimensions."""
    dims = [{"Name": "town", "Value": "Graz"}, {"Name": "shop", "Value": "north"}]
    put_alarm(lab, "here", Dimensions=dims)
    put_alarm(lab, "elsewhere", Dimensions=[])

    def names(dimensions: list[dict[str, str]]) -> list[str]:
        asked = {"Namespace": SHOP, "MetricName": METRIC, "Dimensions": dimensions}
        return [one["AlarmName"] for one in lab.cloudwatch.describe_alarms_for_metric(**asked)["MetricAlarms"]]

    return [names(dims[::-1]), names(dims[:1])]


@behaviour(
    aws=[{"tag1": "foo", "tag2": "bar"}, {"tag2": "bar"}],
    source=f"{SNAPSHOT} test_store_tags",
)
def tags_of_an_alarm(lab: Lab) -> object:
    """An alarm's tags are listed, and can be removed."""
    put_alarm(lab, Tags=[{"Key": "tag1", "Value": "foo"}, {"Key": "tag2", "Value": "bar"}])
    arn = described(lab)["AlarmArn"]

    def tags() -> dict[str, str]:
        return {one["Key"]: one["Value"] for one in lab.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]}

    before = tags()
    lab.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["tag1"])
    return [before, tags()]


# --- what alarms do ---------------------------------------------------------------------------------------------------


@behaviour(
    aws={
        "AlarmName": "a",
        "AlarmDescription": None,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [3.0 (time)] was greater than the threshold (2.0).",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a",
        "OldStateValue": "INSUFFICIENT_DATA",
        "OKActions": [],
        "AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:ops"],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": METRIC,
            "Namespace": SHOP,
            "StatisticType": "Statistic",
            "Statistic": "MAXIMUM",
            "Unit": None,
            "Dimensions": [],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 2.0,
            "TreatMissingData": "notBreaching",
            "EvaluateLowSampleCountPercentile": "",
        },
    },
    source=f"{SNAPSHOT} test_put_metric_alarm, alarm-triggered-sqs-msg",
)
def the_message_of_an_alarm(lab: Lab) -> object:
    """A topic's subscribers get JSON that says what happened, why, and what the alarm is about."""
    topic, url = listening(lab)
    publish(lab, "X")
    put_alarm(lab, TreatMissingData="notBreaching", AlarmActions=[topic])
    lab.advance(MINUTE)
    lab.cloudwatch.describe_alarms()
    (message,) = told(lab, url)
    message["NewStateReason"] = _untimed(message["NewStateReason"])
    return {key: value for key, value in message.items() if not key.endswith(("Time", "Timestamp"))}


MAIL = f"""\
You are receiving this email because your Amazon CloudWatch Alarm "too many" in the US East (N. Virginia) region has \
entered the ALARM state, because "initializing" at "(now)".

View this alarm in the AWS Management Console:
https://us-east-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=us-east-1#alarmsV2:alarm/too%20many

Alarm Details:
- Name:                       too many
- Description:                in Graz
- State Change:               INSUFFICIENT_DATA -> ALARM
- Reason for State Change:    initializing
- Timestamp:                  (now)
- AWS Account:                {ACCOUNT}
- Alarm Arn:                  arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:too many

Threshold:
- The alarm is in the ALARM state when the metric is GreaterThanThreshold 2.0 for at least 1 of the last 1 period(s) \
of 60 seconds.

Monitored Metric:
- MetricNamespace:                     Shop
- MetricName:                          waiting
- Dimensions:                          [town = Graz]
- Period:                              60 seconds
- Statistic:                           Maximum
- Unit:                                not specified
- TreatMissingData:                    missing


State Change Actions:
- OK:
- ALARM: [arn:aws:sns:us-east-1:{ACCOUNT}:ops]
- INSUFFICIENT_DATA:"""


@behaviour(
    aws=['ALARM: "too many" in US East (N. Virginia)', MAIL],
    source='AWS Support user guide, "Creating CloudWatch alarms to monitor Trusted Advisor metrics"; AWS\'s mails of '
    "2024 and 2025 as learners quote them",
)
def the_mail_of_an_alarm(lab: Lab) -> object:
    """By email an alarm tells the same as a plain text."""
    topic = lab.topic("ops")
    lab.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="anna@shop.example")
    links = re.findall(r"https?://\S+", lab.inbox()[-1]["Message"]) if lab.inbox() else []
    if links:
        lab.sns.confirm_subscription(TopicArn=topic, Token=parse_qs(urlsplit(links[-1]).query)["Token"][0])
    dims = [{"Name": "town", "Value": "Graz"}]
    put_alarm(lab, "too many", AlarmDescription="in Graz", Dimensions=dims, AlarmActions=[topic])
    lab.cloudwatch.set_alarm_state(AlarmName="too many", StateValue="ALARM", StateReason="initializing")
    mails = [one for one in lab.inbox() if "Alarm Details" in one["Message"]]
    if not mails:
        return []
    text = re.sub(r"\w+day \d\d \w+, \d{4} \d\d:\d\d:\d\d UTC", "(now)", mails[0]["Message"])
    return [mails[0]["Subject"], "\n".join(line.rstrip() for line in text.splitlines())]


@behaviour(
    aws=[["ALARM", "OK"], ["ALARM", "OK"], ["ALARM", "OK", "ALARM"]],
    source=f"{SNAPSHOT} test_enable_disable_alarm_actions",
)
def actions_that_are_disabled(lab: Lab) -> object:
    """An alarm acts when its state changes, even if the state is set, and not while its actions are disabled."""
    topic, url = listening(lab)
    put_alarm(lab, TreatMissingData="ignore", AlarmActions=[topic], OKActions=[topic])
    found, heard = [], []

    def set_state(*states: str) -> None:
        for state in states:
            lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue=state, StateReason="test")
        heard.extend(message["NewStateValue"] for message in told(lab, url))
        found.append(list(heard))

    set_state("ALARM", "ALARM", "OK")
    lab.cloudwatch.disable_alarm_actions(AlarmNames=["a"])
    set_state("ALARM", "OK")
    lab.cloudwatch.enable_alarm_actions(AlarmNames=["a"])
    set_state("ALARM")
    return found


@behaviour(
    aws=[[OK, "test"], ALARM, ["INSUFFICIENT_DATA to OK", "OK to ALARM"]],
    source=f"{API}, SetAlarmState (temporarily)",
)
def a_state_that_is_set(lab: Lab) -> object:
    """A state that's set lasts until the alarm is evaluated again."""
    publish(lab, "X")
    put_alarm(lab)
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="test")
    now = described(lab)
    lab.advance(MINUTE)
    changes = [text.removeprefix("Alarm updated from ") for text in summaries(lab, HistoryItemType="StateUpdate")]
    return [[now["StateValue"], now["StateReason"]], described(lab)["StateValue"], changes]


@behaviour(
    aws=[
        {
            "AlarmName": "a",
            "AlarmType": "MetricAlarm",
            "HistoryItemType": "StateUpdate",
            "HistorySummary": "Alarm updated from INSUFFICIENT_DATA to ALARM",
        },
        {"stateValue": "INSUFFICIENT_DATA", "stateReason": "Unchecked: Initial alarm creation"},
        ["stateReason", "stateReasonData", "stateValue"],
    ],
    source=f"{SNAPSHOT} test_put_metric_alarm, describe-alarm-history",
)
def the_history_of_a_state(lab: Lab) -> object:
    """The history has each change of the state, with both states and why."""
    publish(lab, "X")
    put_alarm(lab)
    lab.advance(MINUTE)
    (item,) = history(lab, AlarmName="a", HistoryItemType="StateUpdate")
    data = json.loads(item.pop("HistoryData"))
    del item["Timestamp"]
    return [item, data["oldState"], sorted(data["newState"])]


@behaviour(
    aws=[
        'Alarm "a" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        f"Successfully executed action arn:aws:sns:{REGION}:{ACCOUNT}:ops",
        'Alarm "a" updated',
        'Alarm "a" deleted',
    ],
    source=f"{API}, DescribeAlarmHistory (even of a deleted alarm); summaries as quoted from alarms' histories",
)
def the_history_of_an_alarm(lab: Lab) -> object:
    """The history has the configuration, states and actions, and is there when the alarm is deleted."""
    topic = lab.topic("ops")
    put_alarm(lab, AlarmActions=[topic])
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    put_alarm(lab, Threshold=5.0)
    lab.cloudwatch.delete_alarms(AlarmNames=["a", "never there"])
    return summaries(lab, AlarmName="a")


@behaviour(
    aws=[
        "ALARM",
        f'Failed to execute action arn:aws:sns:{REGION}:{ACCOUNT}:ops. Received error: "CloudWatch Alarms is not '
        f"authorized to perform: SNS:Publish on resource: arn:aws:sns:{REGION}:{ACCOUNT}:ops because no resource-based "
        'policy allows the SNS:Publish action"',
        [],
    ],
    source="AWS's history of an alarm as quoted in projects whose topic policies left out cloudwatch.amazonaws.com",
)
def a_topic_that_does_not_allow_alarms(lab: Lab) -> object:
    """A topic's own policy has to allow CloudWatch to publish. If it doesn't, only the alarm's history says so."""
    statement = {
        "Sid": "events",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": f"arn:aws:sns:{REGION}:{lab.account}:ops",
    }
    topic, url = listening(lab, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    put_alarm(lab, AlarmActions=[topic])
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    actions = summaries(lab, HistoryItemType="Action")
    return [described(lab)["StateValue"], *actions, told(lab, url)]


@behaviour(
    aws=[
        f'Failed to execute action arn:aws:sns:{REGION}:{ACCOUNT}:ops. Received error: "CloudWatch Alarms does not '
        'have authorization to access the SNS topic encryption key."'
    ],
    source="AWS's history of an alarm as quoted in projects whose topics were encrypted with the key of AWS",
)
def a_topic_that_is_encrypted(lab: Lab) -> object:
    """An alarm can't publish to a topic that's encrypted with the key of AWS."""
    topic = lab.topic("ops", KmsMasterKeyId="alias/aws/sns")
    put_alarm(lab, AlarmActions=[topic])
    lab.cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="test")
    return summaries(lab, HistoryItemType="Action")


@behaviour(
    aws=[["INSUFFICIENT_DATA"], ["OK", "ALARM"]],
    source='SQS developer guide, "Creating alarms for dead-letter queues using Amazon CloudWatch"',
)
def an_alarm_on_a_dead_letter_queue(lab: Lab) -> object:
    """An alarm on the visible messages of a dead-letter queue rings when one comes, some minutes later."""
    url = lab.queue("orders-dlq")
    dims = [{"Name": "QueueName", "Value": "orders-dlq"}]
    name = "ApproximateNumberOfMessagesVisible"
    put_alarm(lab, Namespace="AWS/SQS", MetricName=name, Dimensions=dims, Threshold=0.0)
    lab.advance(MINUTE)
    first = [described(lab)["StateValue"]]
    lab.advance(10 * MINUTE)
    found = [described(lab)["StateValue"]]
    lab.sqs.send_message(QueueUrl=url, MessageBody="broken")
    lab.advance(10 * MINUTE)
    return [first, [*found, described(lab)["StateValue"]]]

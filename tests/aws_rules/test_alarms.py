"""Alarms as time goes by: each change at its own time, whether the clock moves by minutes or by weeks."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from behaviours.labs import REGION, OfflineLab

from helpers import clock, cloud, show
from helpers.aws_rules.cloudwatch import evaluation
from helpers.aws_rules.cloudwatch.alarms import Alarm
from helpers.aws_rules.cloudwatch.evaluation import ALARM, INSUFFICIENT_DATA, OK, Rule, decide
from helpers.backends.base import Cloud
from helpers.backends.offline.copies import freeze, thaw
from helpers.errors import CloudError
from helpers.simulation.clock import START
from helpers.simulation.worlds import World

VISIBLE, SENT = "ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent"
AGE = "ApproximateAgeOfOldestMessage"
MINUTE, HOUR, DAY = 60, 3_600, 86_400
STATE = "StateUpdate"


@pytest.fixture
def lab() -> Iterator[OfflineLab]:
    """A cloud of its own, with a frozen clock."""
    with OfflineLab() as made:
        yield made


@pytest.fixture
def cloudwatch(offline: Cloud) -> Any:
    """A client for CloudWatch in the offline cloud."""
    return boto3.client("cloudwatch")


def put(client: Any, name: str = "dead letters", queue: str = "orders-dlq", **more: Any) -> None:
    """Create an alarm on a queue that has visible messages."""
    asked: dict[str, Any] = {
        "AlarmName": name,
        "Namespace": "AWS/SQS",
        "MetricName": VISIBLE,
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
        "Statistic": "Maximum",
        "Period": MINUTE,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
    } | more
    client.put_metric_alarm(**{key: value for key, value in asked.items() if value is not None})


def changes(client: Any, **more: Any) -> list[tuple[str, str, str]]:
    """Return (alarm, time, "OK to ALARM") for each change of a state, oldest first."""
    pages = client.get_paginator("describe_alarm_history").paginate(
        HistoryItemType=STATE, ScanBy="TimestampAscending", **more
    )
    return [
        (
            item["AlarmName"],
            f"{item['Timestamp'].astimezone(timezone.utc):%a %H:%M:%S}",
            item["HistorySummary"].removeprefix("Alarm updated from "),
        )
        for item in pages.search("AlarmHistoryItems[]")
    ]


# --- by email ---------------------------------------------------------------------------------------------------------


def test_an_alarm_on_a_dead_letter_queue_tells_by_email(offline: Cloud, sqs: Any, sns: Any, cloudwatch: Any) -> None:
    """A night passes at once, and each mail has the time at which AWS would have sent it."""
    topic = sns.create_topic(Name="ops")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="kim@shop.example")
    cloud.follow(cloud.inbox[-1].confirm_url)
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    put(cloudwatch, DatapointsToAlarm=1, AlarmActions=[topic], OKActions=[topic])
    clock.advance(hours=2, seconds=30)
    sqs.send_message(QueueUrl=url, MessageBody="broken")
    clock.advance(hours=9)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    clock.advance(hours=1)
    mails = [(f"{mail.at:%H:%M:%S}", mail.subject) for mail in cloud.inbox[1:]]
    assert mails == [
        ("09:03:00", 'OK: "dead letters" in US East (N. Virginia)'),
        ("11:03:00", 'ALARM: "dead letters" in US East (N. Virginia)'),
        ("20:03:00", 'OK: "dead letters" in US East (N. Virginia)'),
    ]
    reason = (
        "Threshold Crossed: 1 out of the last 1 datapoints [1.0 (05/01/26 11:00:00)] was greater than or equal to the "
        "threshold (1.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    text = cloud.inbox[2].message
    assert f'has entered the ALARM state, because "{reason}" at "Monday 05 January, 2026 11:03:00 UTC".' in text
    assert "- State Change:               OK -> ALARM" in text


@pytest.mark.parametrize(("delay", "rings"), [(0, "09:01:00"), (60, "09:02:00"), (90, "09:03:00"), (600, "09:11:00")])
def test_an_alarm_is_as_late_as_the_metrics(
    offline: Cloud, sqs: Any, cloudwatch: Any, delay: float, rings: str
) -> None:
    """The delay of metrics can be set, and alarms act on what CloudWatch has."""
    cloud.metrics_delay = delay
    assert cloud.metrics_delay == delay
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="broken")
    put(cloudwatch)
    clock.advance(hours=1)
    assert changes(cloudwatch) == [("dead letters", f"Mon {rings}", "INSUFFICIENT_DATA to ALARM")]


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), 3_601, True, "120", None])
def test_a_delay_that_makes_no_sense(offline: Cloud, wrong: Any) -> None:
    """The error says what can be set."""
    with pytest.raises(CloudError, match="metrics_delay is a number of seconds from 0 to 3600, and"):
        cloud.metrics_delay = wrong
    assert cloud.metrics_delay == 120


def test_a_message_about_an_alarm_reaches_a_long_poll(offline: Cloud, sqs: Any, sns: Any, cloudwatch: Any) -> None:
    """Whoever waits for messages gets the alarm's when it rings."""
    topic = sns.create_topic(Name="ops")["TopicArn"]
    told = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=told, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=told, Attributes={"Policy": json.dumps({"Statement": [allowed]})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="broken")
    put(cloudwatch, AlarmActions=[topic])
    clock.advance(minutes=2, seconds=50)
    (message,) = sqs.receive_message(QueueUrl=told, WaitTimeSeconds=20)["Messages"]
    assert json.loads(json.loads(message["Body"])["Message"])["NewStateValue"] == "ALARM"
    assert clock.now() == START + timedelta(minutes=3)


# --- in one jump as minute by minute ----------------------------------------------------------------------------------


def metric(name: str, period: int, stat: str = "Sum") -> dict[str, Any]:
    """Return a query for a metric of the queue."""
    dims = [{"Name": "QueueName", "Value": "orders"}]
    found = {"Namespace": "AWS/SQS", "MetricName": name, "Dimensions": dims}
    return {
        "Id": name[:1].lower(),
        "MetricStat": {"Metric": found, "Period": period, "Stat": stat},
        "ReturnData": False,
    }


NO_METRIC = dict.fromkeys(["Namespace", "MetricName", "Dimensions", "Statistic", "Period"])
SHOP = {"Namespace": "Shop", "MetricName": "waiting", "Dimensions": None}
KINDS: dict[str, dict[str, Any]] = {
    "any": {},
    "several": {"EvaluationPeriods": 5, "DatapointsToAlarm": 3, "Threshold": 2.0},
    "mean of five minutes": {"Period": 300, "Statistic": "Average", "EvaluationPeriods": 2, "Threshold": 1.5},
    "in short periods": {"Period": 20, "EvaluationPeriods": 2, "Threshold": 2.0},
    "none sent": {
        "MetricName": SENT,
        "Statistic": "Sum",
        "Period": 600,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
    },
    "old": {"MetricName": AGE, "Threshold": 1_000.0, "TreatMissingData": "notBreaching"},
    "sizes": {
        "MetricName": "SentMessageSize",
        "Statistic": None,
        "ExtendedStatistic": "p90",
        "Period": 180,
        "Threshold": 30.0,
        "TreatMissingData": "ignore",
    },
    "few": SHOP
    | {
        "Statistic": None,
        "ExtendedStatistic": "p50",
        "Threshold": 5.0,
        "EvaluateLowSampleCountPercentile": "ignore",
    },
    "of high resolution": SHOP | {"Period": 10, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 8.0},
    "minutes of it": SHOP | {"Threshold": 8.0, "TreatMissingData": "notBreaching"},
    "two days": {"Period": 5_400, "EvaluationPeriods": 20, "DatapointsToAlarm": 15},
    "math": NO_METRIC
    | {
        "Metrics": [
            {"Id": "e1", "Expression": "FILL(n, 0) - m / 2"},
            metric(SENT, 60) | {"Id": "n"},
            metric("NumberOfMessagesReceived", 60) | {"Id": "m"},
        ]
    },
    "rate": NO_METRIC
    | {
        "Metrics": [{"Id": "e1", "Expression": "DIFF(a)"}, metric(VISIBLE, 120, "Maximum")],
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 1,
        "TreatMissingData": "ignore",
    },
}


def day(
    world: World, client: Callable[[str], Any], seed: int, often: int, advance: Callable[[float], None]
) -> list[Any]:
    """Let hours pass in which things happen by chance so often, and return all changes of all alarms' states."""
    draw = random.Random(seed)
    sqs, cloudwatch = client("sqs"), client("cloudwatch")
    url = sqs.create_queue(QueueName="orders", Attributes={"MessageRetentionPeriod": "7200"})["QueueUrl"]
    for name, kind in KINDS.items():
        put(cloudwatch, name, "orders", **kind)
    for _ in range(often):
        what = draw.random()
        if what < 0.5:
            for _ in range(draw.randrange(1, 4)):
                sqs.send_message(QueueUrl=url, MessageBody="x" * draw.randrange(1, 60), DelaySeconds=draw.randrange(90))
        elif what < 0.75:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=3).get("Messages", []):
                if draw.random() < 0.7:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        else:
            at = datetime.fromtimestamp(world.clock.time() - draw.randrange(40), timezone.utc)
            values = [draw.randrange(12) for _ in range(draw.choice([1, 30]))]
            resolution = draw.choice([1, 60])
            datum = {"MetricName": "waiting", "Timestamp": at, "Values": values, "StorageResolution": resolution}
            cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])
        advance(draw.choice([5, 20, 60, 130, 600, 2_000]))
    advance(often * 300)
    return changes(cloudwatch)


@pytest.mark.parametrize(
    ("seed", "often", "least"),
    [(27, 7, 10), *(pytest.param(seed, 45, 60, marks=pytest.mark.full) for seed in range(3))],
)
def test_a_jump_shows_what_every_minute_would(lab: OfflineLab, seed: int, often: int, least: int) -> None:
    """Whether an alarm is looked at each ten seconds or once in some hours, its states change at the same times."""
    world = lab._world

    def each(seconds: float) -> None:
        end = world.clock.time() + seconds
        while (left := end - world.clock.time()) > 0:
            world.clock.advance(min(left, 10 - world.clock.time() % 10))
            world.catch_up()

    jumping = day(world, lab.client, seed, often, lambda seconds: world.clock.advance(seconds) and world.catch_up())
    with OfflineLab() as other:
        world = other._world
        stepping = day(world, other.client, seed, often, each)
    assert jumping == stepping
    assert len(jumping) >= least


def test_an_alarm_on_the_queue_that_hears_of_an_alarm(lab: OfflineLab) -> None:
    """The second one rings after the first one, at its own time, within one jump."""
    url, told, topic = lab.queue("orders-dlq"), lab.queue("told"), lab.topic("ops")
    lab.subscribe(topic, told)
    put(lab.cloudwatch, AlarmActions=[topic])
    put(lab.cloudwatch, "told", "told")
    lab.advance(HOUR + 30)
    lab.sqs.send_message(QueueUrl=url, MessageBody="broken")
    lab.advance(DAY)
    assert changes(lab.cloudwatch)[2:] == [
        ("dead letters", "Mon 10:03:00", "OK to ALARM"),
        ("told", "Mon 10:06:00", "OK to ALARM"),
    ]


def test_two_weeks_without_a_change_are_looked_at_in_days(lab: OfflineLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,160 minutes are 14 looks, and none of them evaluates anything by itself."""
    url = lab.queue("orders-dlq")
    lab.sqs.send_message(QueueUrl=url, MessageBody="broken")
    put(lab.cloudwatch)
    lab.advance(HOUR)
    lab.cloudwatch.describe_alarms()
    looks: list[float] = []
    evaluated: list[float] = []
    look, evaluate = Alarm.look, Alarm._evaluate
    monkeypatch.setattr(Alarm, "look", lambda alarm, until: looks.append(alarm.at) or look(alarm, until))
    monkeypatch.setattr(Alarm, "_evaluate", lambda alarm: evaluated.append(alarm.at) or evaluate(alarm))
    lab.advance(14 * DAY - HOUR - 5 * MINUTE)  # AWS keeps a message for 4 days
    lab.cloudwatch.describe_alarms()
    assert len(looks) <= 14 + 2 * len(evaluated)
    assert [change for _, _, change in changes(lab.cloudwatch)] == [
        "INSUFFICIENT_DATA to ALARM",
        "ALARM to OK",
        "OK to INSUFFICIENT_DATA",
    ]
    assert len(evaluated) == 2


def test_without_alarms_nobody_looks(lab: OfflineLab) -> None:
    """An account has nothing to look at before its first alarm and after its last one."""
    account = lab._world.accounts.get(lab.account)
    assert account.watches == []
    put(lab.cloudwatch)
    assert [watch.at for watch in account.watches] == [account.next_due()] == [START.timestamp() + 60]
    lab.cloudwatch.delete_alarms(AlarmNames=["dead letters"])
    assert account.watches == []


# --- copies -----------------------------------------------------------------------------------------------------------


def test_the_alarms_of_a_copy_ring_on_their_own(lab: OfflineLab) -> None:
    """A copy's alarm goes on from where it was, and the original doesn't hear of it."""
    url = lab.queue("orders-dlq")
    put(lab.cloudwatch, AlarmActions=[lab.topic("ops")])
    lab.sqs.send_message(QueueUrl=url, MessageBody="broken")
    copy = thaw(freeze(lab._world))
    copy.clock.advance(hours=1)
    copy.catch_up()
    (theirs,), (ours,) = (world.accounts.get(lab.account).watches for world in (copy, lab._world))
    assert (theirs.state, ours.state) == (ALARM, INSUFFICIENT_DATA)
    assert theirs.owner is copy.accounts.get(lab.account)


def test_a_cell_that_runs_twice_has_one_alarm(offline: Cloud, sqs: Any, cloudwatch: Any) -> None:
    """The second run starts from the cloud, its alarms and its delay of metrics as they were."""
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    put(cloudwatch)
    found = []
    for _ in range(3):
        offline.before_cell("ring")
        found.append(cloud.metrics_delay)
        cloud.metrics_delay = 0
        sqs.send_message(QueueUrl=url, MessageBody="broken")
        clock.advance(hours=1)
        found.append(changes(cloudwatch))
    assert found == [120, [("dead letters", "Mon 09:01:00", "INSUFFICIENT_DATA to ALARM")]] * 3


def test_a_picture_of_metrics_has_the_alarms(offline: Cloud, sqs: Any, cloudwatch: Any) -> None:
    """The bands begin and end when the state changed."""
    url = sqs.create_queue(QueueName="orders-dlq")["QueueUrl"]
    put(cloudwatch)
    put(cloudwatch, "on another queue", "orders")
    clock.advance(minutes=10)
    sqs.send_message(QueueUrl=url, MessageBody="broken")
    clock.advance(minutes=10)
    text = repr(show.metrics(url, names=[VISIBLE]))
    assert "dead letters" in text
    assert "on another queue" not in text
    assert "09:13" in text


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marks", "needed", "expected"),
    [
        ("0-X-X", 3, [OK, OK, OK, OK]),
        ("0----", 3, [OK, OK, OK, OK]),
        ("-----", 3, [INSUFFICIENT_DATA, None, ALARM, OK]),
        ("0XX-X", 3, [ALARM, ALARM, ALARM, ALARM]),
        ("--X--", 3, [ALARM, None, ALARM, OK]),
        ("0-X-X", 2, [ALARM, ALARM, ALARM, ALARM]),
        ("00X0X", 2, [ALARM, ALARM, ALARM, ALARM]),
        ("0-X--", 2, [OK, OK, ALARM, OK]),
        ("----0", 2, [OK, OK, ALARM, OK]),
        ("---X-", 2, [ALARM, None, ALARM, OK]),
    ],
)
def test_the_documented_tables(marks: str, needed: int, expected: list[str | None]) -> None:
    """None keeps the state that the alarm has."""
    treatments = ("missing", "ignore", "breaching", "notBreaching")
    assert [decide(marks.encode(), Rule(3, needed, one)) for one in treatments] == expected


@pytest.mark.parametrize(
    ("samples", "percentile", "few"),
    [(999, 99, True), (1_000, 99, False), (99, 10, True), (100, 10, False), (19, 50, True), (20, 50, False)],
)
def test_how_many_samples_a_percentile_needs(samples: float, percentile: float, few: bool) -> None:
    """AWS's formula: ten by the share of the samples that are beyond the percentile, or below it."""
    assert evaluation.has_few_samples(samples, percentile) is few


def test_other_actions_are_told_as_not_simulated(lab: OfflineLab) -> None:
    """A Lambda function is accepted, and the history says that nothing was done."""
    action = f"arn:aws:lambda:{REGION}:{lab.account}:function:page"
    put(lab.cloudwatch, AlarmActions=[action])
    lab.cloudwatch.set_alarm_state(AlarmName="dead letters", StateValue="ALARM", StateReason="test")
    (item,) = lab.cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert item["HistorySummary"] == f"Did not execute action {action}"
    data = json.loads(item["HistoryData"])
    assert data["actionState"] == "NotSimulated"
    assert data["error"] == "This course's offline cloud simulates no actions but publishing to SNS topics."


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"AlarmActions": ["ops"]}, "Invalid arn syntax: ops"),
        (
            {"AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:ops"]},
            "Invalid region eu-west-1 specified. Only us-east-1 is supported.",
        ),
        ({"AlarmActions": [f"arn:aws:sns:us-east-1:123456789012:{n}" for n in range(6)]}, "less than or equal to 5"),
        ({"ComparisonOperator": "Equal"}, "at 'comparisonOperator' failed to satisfy constraint: Member must satisfy"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "anomaly detection is a feature of CloudWatch"),
        ({"TreatMissingData": "never"}, "The parameter TreatMissingData must be a value in the set"),
        ({"Statistic": None}, "Exactly one of the parameters Statistic and ExtendedStatistic must be specified"),
        ({"ExtendedStatistic": "p90"}, "Exactly one of the parameters Statistic and ExtendedStatistic must be spec"),
        ({"Statistic": None, "ExtendedStatistic": "tm90"}, "tm90 is a statistic of CloudWatch"),
        ({"Threshold": None}, "Threshold must not be null"),
        ({"Period": None}, "Period must not be null"),
        ({"Metrics": [metric(SENT, 60) | {"ReturnData": True}]}, "The parameters Metrics and MetricName are mutually"),
        (NO_METRIC | {"Metrics": [{"Id": "e1", "Expression": "5"}]}, "should be a metric"),
        (NO_METRIC | {"Metrics": [{"Id": "e1", "Expression": "x"}, metric(SENT, 60)]}, "Unknown id 'x'"),
        ({"EvaluationPeriods": None}, "Value null at 'evaluationPeriods'"),
        ({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}}, "An alarm's warm-up period is a feature of"),
    ],
)
def test_what_is_refused(lab: OfflineLab, wrong: dict[str, Any], says: str) -> None:
    """Each with a ValidationError, and nothing is created."""
    outcome = lab.attempt(put, client=lab.cloudwatch, **wrong)
    assert outcome["Code"] == "ValidationError"
    assert says in outcome["Message"]
    assert lab.cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_what_an_alarm_on_math_says(lab: OfflineLab) -> None:
    """The message has the queries, as AWS writes them, and the mail what's compared."""
    topic, told = lab.topic("ops"), lab.queue("told")
    lab.subscribe(topic, told, RawMessageDelivery="true")
    metrics = [
        {"Id": "e1", "Expression": "s * 2", "Label": "Twice"},
        {"Id": "s", "MetricStat": {"Metric": {"Namespace": "Shop", "MetricName": "x"}, "Period": 300, "Stat": "Sum"}}
        | {"ReturnData": False},
    ]
    put(lab.cloudwatch, **NO_METRIC, Metrics=metrics, AlarmActions=[topic], TreatMissingData="breaching")
    lab.advance(MINUTE)
    lab.cloudwatch.describe_alarms()
    (body,) = lab.bodies(told)
    assert json.loads(body)["Trigger"] == {
        "Period": 300,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Threshold": 1.0,
        "TreatMissingData": "breaching",
        "EvaluateLowSampleCountPercentile": "",
        "Metrics": [
            {"Expression": "s * 2", "Id": "e1", "Label": "Twice", "ReturnData": True},
            {
                "Id": "s",
                "MetricStat": {
                    "Metric": {"Namespace": "Shop", "MetricName": "x", "Dimensions": []},
                    "Period": 300,
                    "Stat": "Sum",
                },
                "ReturnData": False,
            },
        ],
    }
    (item,) = lab.cloudwatch.describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    mail = json.loads(json.loads(item["HistoryData"])["publishedMessage"])["email"]
    assert "- MetricExpression:           s * 2\n- MetricLabel:                Twice\n" in mail


def test_a_long_name_is_cut_in_a_subject(lab: OfflineLab) -> None:
    """SNS has a hundred characters for it, in ASCII."""
    topic = lab.topic("ops")
    lab.sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15550100123")
    put(lab.cloudwatch, "Aufträge " * 20, AlarmActions=[topic])
    lab.cloudwatch.set_alarm_state(AlarmName="Aufträge " * 20, StateValue="ALARM", StateReason="test")
    (arrived,) = (one for one in lab.inbox() if one["Protocol"] == "sms")
    assert arrived["Message"] == arrived["Subject"]
    assert len(arrived["Subject"]) == 100
    assert arrived["Subject"].startswith('ALARM: "Auftr_ge Auftr_ge ')
    assert arrived["Subject"].endswith('..." in US East (N. Virginia)')


def test_the_history_is_kept_for_thirty_days(lab: OfflineLab) -> None:
    """Older items are gone."""
    put(lab.cloudwatch, TreatMissingData="ignore")
    lab.advance(29 * DAY)
    assert len(lab.cloudwatch.describe_alarm_history()["AlarmHistoryItems"]) == 1
    lab.advance(2 * DAY)
    assert lab.cloudwatch.describe_alarm_history()["AlarmHistoryItems"] == []
    put(lab.cloudwatch, "another")
    assert len(lab.cloudwatch.describe_alarm_history()["AlarmHistoryItems"]) == 1


def test_tokens_of_pages(lab: OfflineLab) -> None:
    """A token belongs to its operation, and anything else is refused."""
    for name in "abc":
        put(lab.cloudwatch, name)
    token = lab.cloudwatch.describe_alarms(MaxRecords=1)["NextToken"]
    for wrong in (token[:-4], "x", "\ufffd"):
        assert lab.code(lab.cloudwatch.describe_alarms, NextToken=wrong) == "InvalidNextToken"
    assert lab.code(lab.cloudwatch.describe_alarm_history, NextToken=token) == "InvalidNextToken"
    pages = lab.cloudwatch.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 1})
    assert [one["AlarmName"] for one in pages.search("MetricAlarms[]")] == ["a", "b", "c"]


def test_boto3_waits_for_an_alarm(offline: Cloud, cloudwatch: Any) -> None:
    """boto3's waiter and resource work."""
    put(cloudwatch)
    cloudwatch.get_waiter("alarm_exists").wait(AlarmNames=["dead letters"])
    alarm = boto3.resource("cloudwatch").Alarm("dead letters")
    assert (alarm.state_value, alarm.threshold) == ("INSUFFICIENT_DATA", 1.0)

"""`show.metrics`: what it gathers offline and from CloudWatch's API, and what it makes of its arguments."""

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from helpers import clock, show
from helpers.backends.base import Cloud
from helpers.backends.endpoint.endpoint_cloud import EndpointCloud
from helpers.errors import CloudError
from helpers.views.metrics_picture import MetricsPicture

NINE = 1767603600.0  # when the offline cloud's clock starts: 5 January 2026, 9:00 in UTC


@pytest.fixture
def busy(offline: Cloud, sqs: Any, queue_url: str) -> str:
    """A queue in whose first minutes 1, 2 and 3 messages were sent; in the last one, a message was deleted too."""
    for minute in (1, 2, 3):
        for number in range(minute):
            sqs.send_message(QueueUrl=queue_url, MessageBody=f"A-{number}")
        if minute < 3:
            clock.advance(minutes=1)
    (message,) = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    clock.advance(minutes=4)
    return queue_url


def values(picture: MetricsPicture) -> dict[str, list[float]]:
    """Return the values of each panel by its metric."""
    return {panel.metric: [value for _, value in panel.values] for panel in picture.panels}


# --- offline ---------------------------------------------------------------------------------------------------------


def test_a_queue_shows_its_usual_metrics_since_the_first_value(busy: str) -> None:
    """Counts add up, gauges have their largest value, and the minutes that CloudWatch doesn't have yet are missing."""
    picture = show.metrics(busy)
    assert values(picture) == {
        "ApproximateNumberOfMessagesVisible": [1, 3, 5, 5],
        "ApproximateNumberOfMessagesNotVisible": [0, 0, 0, 0],
        "ApproximateAgeOfOldestMessage": [60, 120, 120, 180],
        "NumberOfMessagesSent": [1, 2, 3, 0],
        "NumberOfMessagesReceived": [0, 0, 1, 0],
        "NumberOfMessagesDeleted": [0, 0, 1, 0],
    }
    assert [(panel.statistic, panel.unit) for panel in picture.panels[2:4]] == [
        ("Maximum", "Seconds"),
        ("Sum", "Count"),
    ]
    assert [at for at, _ in picture.panels[0].values] == [NINE + 60 * minute for minute in range(4)]
    assert (picture.start, picture.end) == (NINE, NINE + 360)
    assert {panel.of for panel in picture.panels} == {"orders"}


def test_without_a_name_it_is_the_queue_of_the_latest_call(busy: str) -> None:
    """As for show.queue; the error where there is none names this function."""
    assert repr(show.metrics()) == repr(show.metrics(busy))


def test_without_any_queue_it_asks_for_one(offline: Cloud) -> None:
    """By the call to make."""
    with pytest.raises(CloudError, match=r"show\.metrics\(queue_url\)"):
        show.metrics()


def test_a_topic_has_metrics_of_its_own_beside_a_queue(busy: str, sns: Any) -> None:
    """Several queues and topics share one axis of time, which begins with the first value of all."""
    topic_arn = sns.create_topic(Name="news")["TopicArn"]
    sns.publish(TopicArn=topic_arn, Message="Honey")
    clock.advance(minutes=5)
    picture = show.metrics(topic_arn, busy)
    assert picture.start == NINE
    assert [panel.of for panel in picture.panels] == ["news"] * 4 + ["orders"] * 6
    assert values(picture)["NumberOfMessagesPublished"][0] == 1
    assert repr(picture).startswith("Metrics of news and orders, 5 Jan, 09:00 to 09:1")


def test_names_statistic_and_period_can_be_chosen(busy: str) -> None:
    """One name alone needs no list; a period of five minutes begins where CloudWatch's would."""
    picture = show.metrics(busy, names="SentMessageSize", statistic="SampleCount", period=300)
    assert [(panel.metric, panel.statistic, panel.values) for panel in picture.panels] == [
        ("SentMessageSize", "SampleCount", [(NINE, 6.0)])
    ]
    assert picture.end == NINE + 600
    assert list(values(show.metrics(busy, names=["NumberOfEmptyReceives", "SentMessageSize"]))) == [
        "NumberOfEmptyReceives",
        "SentMessageSize",
    ]


def test_a_span_that_is_told_is_kept(busy: str) -> None:
    """Even if it begins before the first value, or after it. Minutes and hours add up."""
    assert show.metrics(busy, hours=1, minutes=3).start == NINE + 360 - 63 * 60
    late = show.metrics(busy, minutes=4)
    assert late.start == NINE + 120
    assert values(late)["NumberOfMessagesSent"] == [3, 0]


def test_untold_it_looks_back_three_hours_at_most(busy: str) -> None:
    """A queue that has been there for a day."""
    clock.advance(hours=5)
    picture = show.metrics(busy)
    assert picture.end - picture.start == 3 * 3600


@pytest.mark.parametrize(
    ("what", "arguments", "told"),
    [
        ("orders", {}, "'orders' is neither"),
        ("arn:aws:sns:us-east-1:123456789012:news:0b1c", {}, "is neither"),
        ("arn:aws:iam::123456789012:user/ada", {}, "is neither"),
        ("https://sqs.us-east-1.amazonaws.com/999999999999/orders", {}, "no account '999999999999'"),
        ("", {"statistic": "Median"}, "There's no statistic 'Median'"),
        ("", {"period": 90}, "not 90"),
        ("", {"period": 0}, "not 0"),
        ("", {"minutes": -1}, "negative"),
    ],
)
def test_a_wrong_argument_is_an_error_in_words(queue_url: str, what: str, arguments: Any, told: str) -> None:
    """It names what's wrong."""
    with pytest.raises(CloudError, match=told):
        show.metrics(what or queue_url, **arguments)


def test_a_queue_without_values_yet_is_a_sentence(queue_url: str) -> None:
    """Metrics come late."""
    assert "CloudWatch has no values for orders in this time." in repr(show.metrics(queue_url))


def test_a_url_and_an_arn_name_their_own_region(busy: str, sqs: Any) -> None:
    """A queue in another region is found wherever the cloud itself is."""
    arn = sqs.get_queue_attributes(QueueUrl=busy, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    assert values(show.metrics(arn)) == values(show.metrics(busy))
    there = boto3.client("sqs", region_name="eu-west-1")
    url = there.create_queue(QueueName="orders")["QueueUrl"]
    there.send_message(QueueUrl=url, MessageBody="A-1")
    clock.advance(minutes=4)
    assert sum(values(show.metrics(url))["NumberOfMessagesSent"]) == 1


# --- elsewhere -------------------------------------------------------------------------------------------------------


@pytest.fixture
def api(no_cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """CloudWatch's API on another cloud, which answers what a test says; the clock is at 9:10."""
    other = EndpointCloud("http://127.0.0.1:9")
    client = boto3.client("cloudwatch", region_name="us-east-1")

    class Session:
        @staticmethod
        def client(service: str) -> Any:
            assert service == "cloudwatch"
            return client

    monkeypatch.setattr(show, "running", lambda: other)
    monkeypatch.setattr(other, "session", lambda region: Session)
    monkeypatch.setattr(other.world.clock, "time", lambda: NINE + 600)
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()
    assert len(other.world.journal) == 0


def moment(minute: float) -> datetime:
    """Return a minute after nine."""
    return datetime.fromtimestamp(NINE + 60 * minute, timezone.utc)


def change(minute: float, state: str) -> dict[str, Any]:
    """Return an item of an alarm's history, as the API tells it."""
    data = json.dumps({"newState": {"stateValue": state}})
    return {"Timestamp": moment(minute), "HistoryItemType": "StateUpdate", "HistoryData": data}


def alarm(name: str, queue: str = "orders", metric: str = "ApproximateAgeOfOldestMessage") -> dict[str, Any]:
    """Return an alarm, as the API describes it."""
    return {
        "AlarmName": name,
        "Namespace": "AWS/SQS",
        "MetricName": metric,
        "Dimensions": [{"Name": "QueueName", "Value": queue}],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 180.0,
        "StateValue": "ALARM",
        "StateUpdatedTimestamp": moment(7),
    }


def results(*found: tuple[str, list[float], list[float]]) -> dict[str, Any]:
    """Return what GetMetricData answers: minutes and values of each query."""
    return {
        "MetricDataResults": [
            {"Id": number, "Timestamps": [moment(minute) for minute in minutes], "Values": values}
            for number, minutes, values in found
        ]
    }


def test_elsewhere_the_api_is_asked_and_the_journal_is_not_told(api: Stubber) -> None:
    """One call reads all metrics, page by page; alarms of other metrics aren't shown."""
    asked = {"MetricDataQueries": ANY, "StartTime": moment(-170), "EndTime": moment(10)}
    first = results(("m1", [2, 1], [5, 4])) | {"NextToken": "more"}
    api.add_response("get_metric_data", first, asked)
    api.add_response("get_metric_data", results(("m0", [3], [200]), ("m1", [3], [6])), asked | {"NextToken": "more"})
    found = {"MetricAlarms": [alarm("old"), alarm("bills", queue="bills"), alarm("sent", metric="NumberOfMessages")]}
    api.add_response("describe_alarms", found, {})
    made, other = (
        {"Timestamp": moment(at), "HistoryItemType": "ConfigurationUpdate", "HistoryData": json.dumps({"type": kind})}
        for at, kind in ((2, "Create"), (5, "Update"))
    )
    history = {"AlarmHistoryItems": [made, change(4, "OK"), other, change(7, "ALARM")]}
    api.add_response(
        "describe_alarm_history",
        history,
        {"AlarmName": "old", "ScanBy": "TimestampAscending"},
    )
    picture = show.metrics(
        "http://127.0.0.1:9/000000000000/orders", names=["ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"]
    )
    assert picture.start == NINE + 60
    age, sent = picture.panels
    assert (age.unit, age.statistic, age.values) == ("Seconds", "Maximum", [(NINE + 180, 200)])
    assert (sent.unit, sent.statistic, sent.values) == ("Count", "Sum", [(NINE + 60 * n, n + 3) for n in (1, 2, 3)])
    assert [each.name for each in age.alarms] == ["old"]
    assert age.alarms[0].states == [
        ("INSUFFICIENT_DATA", NINE + 120, NINE + 240),
        ("OK", NINE + 240, NINE + 420),
        ("ALARM", NINE + 420, NINE + 600),
    ]
    assert sent.alarms == []


def test_a_server_without_a_history_tells_the_present_state(api: Stubber) -> None:
    """From the moment on at which the alarm got into it."""
    api.add_response("get_metric_data", results())
    api.add_response("describe_alarms", {"MetricAlarms": [alarm("old")]})
    api.add_client_error("describe_alarm_history", "InternalFailure", "not implemented")
    picture = show.metrics("http://127.0.0.1:9/000000000000/orders", names="ApproximateAgeOfOldestMessage")
    (found,) = picture.panels[0].alarms
    assert found.states == [("ALARM", NINE + 420, NINE + 600)]
    assert "Alarm old, above 3 min: ALARM from 09:07 to 09:10." in repr(picture)

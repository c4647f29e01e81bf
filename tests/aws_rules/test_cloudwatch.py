"""CloudWatch's way in and out, and its store: protocols, the delay of AWS's metrics, regions, copies, imports."""

import gzip
import json
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from behaviours.labs import REGION, Lab, OfflineLab
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.exceptions import ClientError
from botocore.serialize import create_serializer
from served_lab import ServedLab

from helpers import clock, cloud, show
from helpers.aws_rules.cloudwatch import statistics, store
from helpers.aws_rules.common.request import CBOR, JSON, QUERY
from helpers.aws_rules.common.series import Point, Recorded
from helpers.backends import transport
from helpers.backends.base import Cloud
from helpers.backends.offline.copies import freeze, thaw
from helpers.simulation import worlds

SCOPE = "OFFLINESHOP/20260105/us-east-1/monitoring/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host, Signature=0"
SENT = {"Namespace": "AWS/SQS", "MetricName": "NumberOfMessagesSent"}
DIMENSIONS = [{"Name": "QueueName", "Value": "orders"}]


@pytest.fixture
def cloudwatch(offline: Cloud) -> Any:
    """A client for CloudWatch."""
    return boto3.client("cloudwatch")


def put(client: Any, *values: float, name: str = "orders", **more: Any) -> None:
    """Publish values."""
    client.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": name, "Value": one} | more for one in values])


def total(client: Any, now: datetime, name: str = "orders", **more: Any) -> list[float]:
    """Return the sums of the last hour's minutes, and those of the next."""
    asked = {"Namespace": "Shop", "MetricName": name, "Period": 60, "Statistics": ["Sum"]} | more
    times = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}
    found = client.get_metric_statistics(**asked, **times)["Datapoints"]
    return [point["Sum"] for point in sorted(found, key=lambda point: point["Timestamp"])]


# --- protocols ------------------------------------------------------------------------------------------------------


def speaking(protocol: str, client: Any) -> Any:
    """Return the client, which speaks this protocol from now on. By itself it would speak JSON."""
    client.meta.service_model.resolved_protocol = protocol
    client._serializer = create_serializer(protocol)
    return client


@pytest.mark.parametrize("protocol", [JSON, CBOR, QUERY])
@pytest.mark.parametrize("make", [OfflineLab, ServedLab])
def test_every_protocol_has_the_same_answers(make: type[Lab], protocol: str) -> None:
    """A list, points with dates, an empty answer and errors are the same in JSON, in CBOR and in forms."""
    with make() as lab:
        session = boto3.Session("OFFLINESHOP" if make is OfflineLab else lab.account, "-", region_name=REGION)
        client = speaking(protocol, session.client("cloudwatch", endpoint_url=lab.endpoint))
        now = datetime.fromtimestamp(lab.now(), timezone.utc)
        put(client, 1, 2.5, Unit="Count", Dimensions=[{"Name": "town", "Value": "Graz"}], Timestamp=now)
        (metric,) = client.list_metrics()["Metrics"]
        assert metric == {
            "Namespace": "Shop",
            "MetricName": "orders",
            "Dimensions": [{"Name": "town", "Value": "Graz"}],
        }
        stat = {"Metric": metric, "Period": 60, "Stat": "Sum"}
        asked = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 / 2"}]
        times = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5)}
        found = client.get_metric_data(MetricDataQueries=asked, **times)["MetricDataResults"]
        assert [(one["Id"], one["Values"]) for one in found] == [("m1", [3.5]), ("e1", [1.75])]
        assert found[0]["Timestamps"] == [now.replace(second=0, microsecond=0)]
        with pytest.raises(client.exceptions.InvalidParameterValueException) as refused:
            put(client, float("inf"))
        error = refused.value.response["Error"]
        assert (error["Code"], error["Type"]) == ("InvalidParameterValue", "Sender")
        assert error["Message"] == "The value Infinity for parameter MetricData.member.1.Value is invalid."
        with pytest.raises(ClientError, match="ListDashboards is an AWS operation that this course's offline cloud"):
            client.list_dashboards()


@pytest.mark.parametrize("protocol", [JSON, CBOR, QUERY])
def test_the_journal_and_the_wire_can_be_read_in_every_protocol(offline: Cloud, protocol: str) -> None:
    """Calls have names, parameters and errors, and their bytes are shown as people read them."""
    client = speaking(protocol, boto3.client("cloudwatch"))
    put(client, 1.5)
    with pytest.raises(ClientError):
        client.put_metric_data(Namespace="AWS/SQS", MetricData=[{"MetricName": "orders", "Value": 1.0}])
    good, bad = cloud.calls()
    assert (good.service, good.operation, good.error_code) == ("cloudwatch", "PutMetricData", None)
    assert good.params == {"Namespace": "Shop", "MetricData": [{"MetricName": "orders", "Value": 1.5}]}
    assert (good.response, bad.response, bad.error_code) == ({}, None, "InvalidParameterValue")
    told = repr(show.calls(wire=True))
    assert "orders" in told
    assert "The value AWS/ for parameter Namespace is invalid." in told
    assert "\ufffd" not in told


def post(offline: Cloud, headers: dict[str, str], body: bytes, path: str = "/") -> Any:
    """Send what no client of boto3 would, and return the response."""
    headers = headers | {"Authorization": SIGNED}
    place = f"https://monitoring.us-east-1.amazonaws.com{path}"
    return transport.send(offline.world, AWSPreparedRequest("POST", place, HeadersDict(headers), body, False))


def test_what_boto3_compresses_is_unpacked(offline: Cloud, cloudwatch: Any) -> None:
    """boto3 compresses what is longer than 10 kB. A body that unpacks to more than a mebibyte isn't read."""
    many = [{"MetricName": f"metric-{number:03}", "Value": 1.0} for number in range(900)]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=many)
    assert cloud.calls()[-1].exchanges[0].headers["content-encoding"] == "gzip"
    assert sum(len(page["Metrics"]) for page in cloudwatch.get_paginator("list_metrics").paginate()) == 900
    headers = {"X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData", "Content-Encoding": "gzip"}
    large = json.dumps({"Namespace": "Large", "MetricData": [{"MetricName": "m", "Value": 1}], "x": " " * 2**21})
    for body in (gzip.compress(large.encode()), gzip.compress(b"{}")[:-5], b"no gzip"):
        reply = post(offline, headers, body)
        assert (reply.status_code, json.loads(reply.content)["__type"].partition("#")[2]) == (
            400,
            "SerializationException",
        )
    assert cloudwatch.list_metrics(Namespace="Large")["Metrics"] == []


def test_missing_parameters_are_named_by_their_places(offline: Cloud) -> None:
    """All of them, each on a line."""
    headers = {"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics"}
    sent = {"Namespace": "Shop", "Dimensions": [{"Name": "town"}], "Period": 60}
    error = json.loads(post(offline, headers, json.dumps(sent).encode()).content)
    assert error["__type"] == "GraniteServiceVersion20100801#MissingRequiredParameterException"
    assert error["Message"] == "\n".join(
        f"The parameter {name} is required."
        for name in ("MetricName", "StartTime", "EndTime", "Dimensions.member.1.Value")
    )


# --- the store ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delay", "minutes"), [(None, 3), (0, 1), (600, 11)])
def test_metrics_of_aws_come_late(offline: Cloud, cloudwatch: Any, sqs: Any, delay: float | None, minutes: int) -> None:
    """A minute of a queue is there two minutes after its end, or as late as the cloud says; GetMetricData agrees."""
    if delay is not None:
        offline.world.accounts.metrics_delay = delay
    sqs.send_message(QueueUrl=sqs.create_queue(QueueName="orders")["QueueUrl"], MessageBody="book")
    now = clock.now()
    metric = SENT | {"Dimensions": DIMENSIONS}
    query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    times = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}
    for passed in range(1, minutes + 1):
        clock.advance(minutes=1)
        found = total(cloudwatch, now, **metric)
        (result,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **times)["MetricDataResults"]
        assert found == result["Values"] == ([1.0] if passed == minutes else [])
        assert bool(cloudwatch.list_metrics(**SENT)["Metrics"]) == (passed == minutes)


def test_accounts_and_regions_have_their_own_metrics(offline: Cloud, cloudwatch: Any) -> None:
    """What is published in one is in no other."""
    put(cloudwatch, 1)
    partner = boto3.Session(profile_name="partner").client("cloudwatch")
    for other in (partner, boto3.client("cloudwatch", region_name="eu-west-1")):
        assert other.list_metrics()["Metrics"] == []
        assert total(other, clock.now()) == []
    assert total(cloudwatch, clock.now()) == [1.0]


def test_dimensions_are_a_metric_of_their_own_in_any_order(offline: Cloud, cloudwatch: Any) -> None:
    """With other dimensions, or with none, it's another metric."""
    town, kind = {"Name": "town", "Value": "Graz"}, {"Name": "kind", "Value": "books"}
    put(cloudwatch, 1, Dimensions=[town, kind])
    put(cloudwatch, 2, Dimensions=[kind, town])
    now = clock.now()
    assert total(cloudwatch, now, Dimensions=[kind, town]) == [3.0]
    assert total(cloudwatch, now, Dimensions=[town]) == total(cloudwatch, now) == []


def test_a_copy_of_the_cloud_has_its_own_metrics(offline: Cloud, cloudwatch: Any) -> None:
    """A copy has what was published before, and what is published there later is only there."""
    put(cloudwatch, 1, 2)
    copy = thaw(freeze(offline.world))
    with worlds.enter(copy):
        put(cloudwatch, 4)
        assert total(cloudwatch, clock.now()) == [7.0]
    assert total(cloudwatch, clock.now()) == [3.0]


def test_what_aws_never_reported_is_no_metric(offline: Cloud, sqs: Any) -> None:
    """Neither another dimension, nor a queue that never was, nor another service."""
    sqs.create_queue(QueueName="orders")
    account = offline.world.accounts.all()[0]
    name, here = "NumberOfMessagesSent", {"QueueName": "orders"}
    assert store.find(account, "us-east-1", "AWS/SQS", name, here)
    others: list[tuple[str, str, dict[str, str]]] = [
        ("AWS/SQS", name, {}),
        ("AWS/SQS", name, here | {"town": "Graz"}),
        ("AWS/SQS", name, {"QueueName": "parcels"}),
        ("AWS/SQS", "NumberOfMessages", here),
        ("AWS/SNS", "NumberOfMessagesPublished", {"TopicName": "orders"}),
        ("AWS/EC2", name, here),
        ("AWS/EC2", name, {}),
    ]
    assert [store.find(account, "us-east-1", *other) for other in others] == [None] * len(others)


# --- statistics -----------------------------------------------------------------------------------------------------

NOW = 1_767_603_600  # an hour's beginning


@pytest.mark.parametrize(
    ("age", "period", "begins", "kept"),
    [
        (100, 60, 120, True),
        (100, 10, 100, True),
        (103, 1, 103, True),
        (3 * 3_600 + 5, 60, 3 * 3_600 + 60, True),
        (3 * 3_600 + 5, 30, 3 * 3_600 + 60, False),
        (15 * 86_400 + 5, 60, 15 * 86_400 + 300, False),
        (15 * 86_400 + 5, 300, 15 * 86_400 + 300, True),
        (63 * 86_400 + 5, 300, 63 * 86_400 + 3_600, False),
        (63 * 86_400 + 5, 7_200, 63 * 86_400 + 3_600, True),
    ],
)
def test_how_far_back_which_periods_are_there(age: int, period: int, begins: int, kept: bool) -> None:
    """Seconds for three hours, minutes for 15 days, five minutes for 63 days, and hours then."""
    assert statistics.is_kept(NOW - age, period, NOW) == kept
    assert statistics.rounded_start(NOW - age, period, NOW) == NOW - begins


@pytest.mark.parametrize(
    ("name", "value"),
    [("p0", 1), ("p10", 1), ("p10.1", 2), ("p50", 5), ("p99.9", 10), ("p100", 10), ("p100.0", 10), ("Average", 5.5)],
)
def test_percentiles_are_values_that_came(name: str, value: float) -> None:
    """Of ten values, the smallest that isn't below the share."""
    point = Point()
    for number in range(1, 11):
        point.add(number, 3)
    assert statistics.value_of(point, name) == value


@pytest.mark.parametrize(
    "name", ["", "p", "p101", "p100.1", "p-1", "p1e1", "P50", "p50 ", "p٣", "Sum ", "sum", "tm99", "IQM"]
)
def test_what_is_no_statistic(name: str) -> None:
    """And two that only AWS has."""
    assert not statistics.is_statistic(name)
    assert statistics.is_only_on_aws(name) == (name in ("tm99", "IQM"))


def test_periods_that_are_cut_by_the_end() -> None:
    """The last period has only what is before the end."""
    series = Recorded("Count")
    for minute in range(6):
        series.add(NOW + minute * 60)
    for _ in range(2):  # what was found doesn't change the series
        found = statistics.points(series, "Sum", 240, NOW, NOW + 300)
        assert found == [(NOW, 4.0), (NOW + 240, 1.0)]


@pytest.mark.parametrize(("kind", "code"), [("throttling", "Throttling"), ("errors", "InternalServiceError")])
def test_an_unkind_cloud_is_unkind_here_too(offline: Cloud, cloudwatch: Any, kind: str, code: str) -> None:
    """boto3 tries three times, and the error has CloudWatch's code."""
    with offline.unkind(**{kind: 1.0, "seed": 1}), pytest.raises(ClientError) as refused:
        cloudwatch.list_metrics()
    assert refused.value.response["Error"]["Code"] == code
    assert cloud.calls()[-1].retries == 2


# --- imports --------------------------------------------------------------------------------------------------------


@pytest.mark.full
def test_the_service_is_imported_at_its_first_request() -> None:
    """A lesson without metrics doesn't pay for them."""
    code = """
import sys, boto3
from helpers import start
start()
boto3.client("sqs").create_queue(QueueName="orders")
boto3.client("sns").create_topic(Name="news")
before = [name for name in sys.modules if name.startswith("helpers.aws_rules.cloudwatch")]
boto3.client("cloudwatch").list_metrics()
print(before, "helpers.aws_rules.cloudwatch.store" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[-2] == "[] True"

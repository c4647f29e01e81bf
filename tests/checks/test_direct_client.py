"""A check's own clients: whatever they are asked, they answer what boto3's clients answer, and send nothing."""

import json
from collections import Counter
from functools import lru_cache

import boto3
import botocore.client
import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from helpers.aws_rules import dispatch
from helpers.aws_rules.common.refusals import Refused
from helpers.backends.offline.offline_cloud import make_world
from helpers.backends.offline.unkind import Unkind
from helpers.checks import engine
from helpers.checks.direct_client import direct_client
from helpers.checks.outcome import CORRECT
from helpers.checks.runners.in_process import InProcess
from helpers.course import Exercise
from helpers.simulation import worlds

# What goes through botocore in `queues`, `topics`, `phones`, `callers` and `metrics`: what takes or returns a point in
# time, a number that is True or has a fraction, and the query protocol's empty lists and maps.
LONG_WAY = {"AssumeRole": 1, "ListOriginationNumbers": 1, "SendMessage": 1, "Publish": 1, "PublishBatch": 1}
LONG_WAY |= {"Subscribe": 1, "GetSMSAttributes": 1}
LONG_WAY |= {"PutMetricData": 2, "GetMetricStatistics": 2, "GetMetricData": 2}
LONG_WAY |= {"PutMetricAlarm": 2, "DescribeAlarms": 2, "DescribeAlarmsForMetric": 1, "DescribeAlarmHistory": 1}


@pytest.fixture(autouse=True)
def _offline(offline):
    """Nothing here needs this machine's keys, and a retry moves the clock."""


class Twins:
    """Two clouds of one seed: a call is made in both, in one directly and in the other through boto3, and compared."""

    def __init__(self):
        self.direct, self.boto3 = make_world(True, 7), make_world(True, 7)
        self.asked, self.requests = set(), []
        plain = self.direct.send
        self.direct.send = lambda request, network: self.requests.append(request) or plain(request, network)
        for world in (self.direct, self.boto3):
            world.journal.recording = False

    def __call__(self, service, operation, region="us-east-1", profile="shop", **params):
        """Return the result, or the exception, that both ways agree on."""
        self.asked.add((service, operation))
        ours = self._done(self.direct, direct_client(service, region, profile), operation, params)
        theirs = self._done(self.boto3, _boto3_client(service, region, profile), operation, params)
        assert _told(ours) == _told(theirs)
        return ours

    @staticmethod
    def _done(world, client, operation, params):
        world.open = True  # entering a world once more after it was left is a thing of this test
        with worlds.enter(world):
            try:
                return getattr(client, operation)(**params)
            except Exception as problem:
                return problem


@lru_cache
def _boto3_client(service, region, profile):
    """Return a client such as `direct_client` would be without its direct calls."""
    keys = {"aws_access_key_id": f"OFFLINE{profile.upper()}", "aws_secret_access_key": "-"}
    return boto3.Session().client(service, region_name=region, **keys)


def _told(outcome):
    """Return a result with the types and the order of all its parts, or all that an exception says."""
    response = getattr(outcome, "response", {}) if isinstance(outcome, Exception) else outcome
    # How long the body would have been is the one thing that a direct call doesn't know.
    response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).pop("content-length", None)
    if not isinstance(outcome, Exception):
        return repr(outcome)
    return type(outcome).__name__, str(outcome), repr(response), getattr(outcome, "operation_name", None)


@pytest.fixture
def twins():
    """Two clouds of one seed; afterwards both have drawn as many ids."""
    made = Twins()
    yield made
    assert made.direct.ids.getstate() == made.boto3.ids.getstate()
    assert made.direct.clock.now() == made.boto3.clock.now()


def queues(call):
    """Ask for each operation of SQS, and for what comes in several forms."""
    url = call("sqs", "create_queue", QueueName="orders", tags={"shop": "town"})["QueueUrl"]
    dead = call("sqs", "create_queue", QueueName="dead", Attributes={"DelaySeconds": "0"})["QueueUrl"]
    fifo = call("sqs", "create_queue", QueueName="o.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    call("sqs", "get_queue_url", QueueName="orders")
    for one in ({}, {"QueueNamePrefix": "o"}, {"QueueNamePrefix": "nothing"}, {"MaxResults": 2}):
        call("sqs", "list_queues", **one)
    arn = call("sqs", "get_queue_attributes", QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})}
    call("sqs", "set_queue_attributes", QueueUrl=url, Attributes=redrive)
    call("sqs", "list_dead_letter_source_queues", QueueUrl=dead)
    call("sqs", "list_dead_letter_source_queues", QueueUrl=url)
    call("sqs", "tag_queue", QueueUrl=url, Tags={"a": "ü", "b": ""})
    call("sqs", "list_queue_tags", QueueUrl=url)
    call("sqs", "untag_queue", QueueUrl=url, TagKeys=["a"])
    call("sqs", "list_queue_tags", QueueUrl=fifo)
    attributes = {
        "text": {"DataType": "String", "StringValue": "tea ☕\r\n"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "as text": {"DataType": "Binary", "BinaryValue": "tea"},
        "array": {"DataType": "Binary", "BinaryValue": bytearray(b"tea")},
        "number": {"DataType": "Number.int", "StringValue": "7"},
    }
    good = {name.replace(" ", "_"): value for name, value in attributes.items()}
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}}
    call("sqs", "send_message", QueueUrl=url, MessageBody="tea ☕", MessageAttributes=attributes)
    call("sqs", "send_message", QueueUrl=url, MessageBody="tea ☕ \r\n\t😀", MessageAttributes=good)
    call("sqs", "send_message", QueueUrl=url, MessageBody="{}", DelaySeconds=True, MessageSystemAttributes=trace)
    call("sqs", "send_message", QueueUrl=fifo, MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="d")
    entries = [
        {"Id": "a", "MessageBody": "x", "MessageAttributes": good},
        {"Id": "b", "MessageBody": ""},
        {"Id": "c", "MessageBody": "y", "DelaySeconds": 2},
    ]
    for some in (entries, tuple(entries[:1]), entries[1:2], [], entries[:1] * 2, entries[:1] * 11):
        call("sqs", "send_message_batch", QueueUrl=url, Entries=some)
    everything = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    first = call("sqs", "receive_message", QueueUrl=url, **everything)["Messages"][0]["ReceiptHandle"]
    rest = call("sqs", "receive_message", QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=5, **everything)
    call("sqs", "receive_message", QueueUrl=url, WaitTimeSeconds=20)
    call("sqs", "receive_message", QueueUrl=fifo, **everything)
    call("sqs", "receive_message", QueueUrl=url, WaitTimeSeconds=3)
    call("sqs", "change_message_visibility", QueueUrl=url, ReceiptHandle=first, VisibilityTimeout=60)
    handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(rest["Messages"])]
    timeouts = [{**one, "VisibilityTimeout": 9} for one in handles]
    call("sqs", "change_message_visibility_batch", QueueUrl=url, Entries=timeouts)
    call("sqs", "change_message_visibility_batch", QueueUrl=url, Entries=[{**timeouts[0], "ReceiptHandle": "no"}])
    call("sqs", "delete_message", QueueUrl=url, ReceiptHandle=first)
    call("sqs", "delete_message_batch", QueueUrl=url, Entries=[*handles, {"Id": "z", "ReceiptHandle": "no"}])
    call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"])
    call("sqs", "get_queue_attributes", QueueUrl=url)
    call("sqs", "add_permission", QueueUrl=url, Label="l", AWSAccountIds=["111122223333"], Actions=["SendMessage"])
    call("sqs", "remove_permission", QueueUrl=url, Label="l")
    call("sqs", "send_message", QueueUrl=dead, MessageBody="z")
    task = call("sqs", "start_message_move_task", SourceArn=arn, MaxNumberOfMessagesPerSecond=1)
    call("sqs", "list_message_move_tasks", SourceArn=arn)
    if isinstance(task, dict):
        call("sqs", "cancel_message_move_task", TaskHandle=task["TaskHandle"])
    call("sqs", "cancel_message_move_task", TaskHandle="no")
    call("sqs", "purge_queue", QueueUrl=url)
    call("sqs", "delete_queue", QueueUrl=fifo)
    return url


def topics(call):
    """Ask for each operation of SNS, and for what comes in several forms."""
    tags = [{"Key": "shop", "Value": "tøwn"}]
    arn = call("sns", "create_topic", Name="news", Attributes={"DisplayName": "Tea & <mugs> ☕"}, Tags=tags)["TopicArn"]
    call("sns", "list_topics")
    call("sns", "get_topic_attributes", TopicArn=arn)
    call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="DisplayName", AttributeValue="")
    call("sns", "set_topic_attributes", TopicArn=arn, AttributeName="DisplayName")
    call("sns", "tag_resource", ResourceArn=arn, Tags=[{"Key": "a", "Value": ""}])
    call("sns", "list_tags_for_resource", ResourceArn=arn)
    call("sns", "untag_resource", ResourceArn=arn, TagKeys=["a", "shop"])
    call("sns", "list_tags_for_resource", ResourceArn=arn)
    call("sns", "add_permission", TopicArn=arn, Label="l", AWSAccountId=["111122223333"], ActionName=["Publish"])
    call("sns", "remove_permission", TopicArn=arn, Label="l")
    queue = f"arn:aws:sqs:us-east-1:{arn.split(':')[4]}:orders"
    policy = {"FilterPolicy": '{"kind":\r\n ["news"]}', "RawMessageDelivery": "true"}
    made = call("sns", "subscribe", TopicArn=arn, Protocol="sqs", Endpoint=queue, Attributes=policy)["SubscriptionArn"]
    call("sns", "subscribe", TopicArn=arn, Protocol="email", Endpoint="ada@shop.example")
    waiting = {"TopicArn": arn, "Protocol": "email", "Endpoint": "kim@shop.example"}
    call("sns", "subscribe", **waiting, Attributes={}, ReturnSubscriptionArn=False)
    call("sns", "subscribe", **waiting, ReturnSubscriptionArn=True)
    [token] = {world.accounts.all()[0].inbox[-1].confirm_url.partition("&Token=")[2] for world in _worlds(call)}
    call("sns", "confirm_subscription", TopicArn=arn, Token=token)
    call("sns", "confirm_subscription", TopicArn=arn, Token="a" * 64)
    call("sns", "get_subscription_attributes", SubscriptionArn=made)
    for value in ('{"kind": ["news", "☕"]}', '{"kind": "news"}', ""):
        settings = {"AttributeName": "FilterPolicy", "AttributeValue": value}
        call("sns", "set_subscription_attributes", SubscriptionArn=made, **settings)
    call("sns", "list_subscriptions")
    call("sns", "list_subscriptions", NextToken="no")
    call("sns", "list_subscriptions_by_topic", TopicArn=arn)
    attributes = {
        "kind": {"DataType": "String", "StringValue": "news"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "text": {"DataType": "Binary", "BinaryValue": "tea"},
    }
    for text in ("Tea from Assam ☕\r\n", "", "bell \x07", "half \ud83d", "two halves \ud83d\ude00"):
        call("sns", "publish", TopicArn=arn, Message=text, Subject="News", MessageAttributes=attributes)
    call("sns", "publish", TopicArn=arn, Message="x", MessageAttributes={})
    call("sns", "publish", PhoneNumber="+15555550123", Message="x")
    entries = [{"Id": "a", "Message": "x", "MessageAttributes": attributes}, {"Id": "b", "Message": "y", "Subject": ""}]
    for some in (entries, tuple(entries[:1]), [], entries * 6, entries[:1] * 2):
        call("sns", "publish_batch", TopicArn=arn, PublishBatchRequestEntries=some)
    call("sns", "unsubscribe", SubscriptionArn=made)
    call("sns", "unsubscribe", SubscriptionArn=made)
    call("sns", "delete_topic", TopicArn=arn)
    call("sns", "delete_topic", TopicArn=arn)


def _worlds(call):
    return call.direct, call.boto3


def phones(call):
    """Ask for each operation of SNS that has to do with phones."""
    keys = {"PlatformCredential": "k", "PlatformPrincipal": "p"}
    app = call("sns", "create_platform_application", Name="shop", Platform="GCM", Attributes=keys)
    app = {"PlatformApplicationArn": app["PlatformApplicationArn"]}
    call("sns", "list_platform_applications")
    call("sns", "set_platform_application_attributes", **app, Attributes={"SuccessFeedbackSampleRate": "100"})
    call("sns", "get_platform_application_attributes", **app)
    made = call("sns", "create_platform_endpoint", **app, Token="t", CustomUserData="Ada")
    made = {"EndpointArn": made["EndpointArn"]}
    call("sns", "list_endpoints_by_platform_application", **app)
    call("sns", "set_endpoint_attributes", **made, Attributes={"Enabled": "false"})
    call("sns", "get_endpoint_attributes", **made)
    call("sns", "publish", TargetArn=made["EndpointArn"], Message="x")
    call("sns", "delete_endpoint", **made)
    call("sns", "delete_platform_application", **app)
    call("sns", "set_sms_attributes", attributes={"DefaultSMSType": "Transactional"})
    call("sns", "get_sms_attributes")
    call("sns", "get_sms_attributes", attributes=["DefaultSMSType"])
    call("sns", "get_sms_attributes", attributes=[])
    call("sns", "get_sms_sandbox_account_status")
    call("sns", "create_sms_sandbox_phone_number", PhoneNumber="+15555550123", LanguageCode="en-US")
    call("sns", "list_sms_sandbox_phone_numbers")
    call("sns", "verify_sms_sandbox_phone_number", PhoneNumber="+15555550123", OneTimePassword="123456")
    call("sns", "delete_sms_sandbox_phone_number", PhoneNumber="+15555550123")
    call("sns", "list_origination_numbers")
    call("sns", "check_if_phone_number_is_opted_out", phoneNumber="+15555550123")
    call("sns", "list_phone_numbers_opted_out")
    call("sns", "opt_in_phone_number", phoneNumber="+15555550123")


def callers(call):
    """Ask for the operations of STS, from both accounts."""
    for profile in ("shop", "partner", "unheard-of"):
        call("sts", "get_caller_identity", profile=profile)
    role = "arn:aws:iam::123456789012:role/packer"
    for seconds in (900, 1):
        call("sts", "assume_role", RoleArn=role, RoleSessionName="kim", DurationSeconds=seconds)


def metrics(call):
    """Ask for the operations of CloudWatch on metrics, with and without dates and numbers, and for what is refused."""
    metric, times = (
        {"Namespace": "Shop", "MetricName": "orders"},
        {"StartTime": 1_767_600_000, "EndTime": 1_767_610_000},
    )
    data = [{"MetricName": "orders", "Value": 1.5, "Dimensions": [{"Name": "town", "Value": "Graz"}]}]
    for namespace in ("Shop", "AWS/SQS"):
        call("cloudwatch", "put_metric_data", Namespace=namespace, MetricData=data)
    call("cloudwatch", "put_metric_data", Namespace="Shop", MetricData=[{"MetricName": "orders"}])
    call("cloudwatch", "list_metrics", RecentlyActive="PT3H")
    call("cloudwatch", "list_metrics", Namespace=":")
    for period in (60, 61):
        call("cloudwatch", "get_metric_statistics", **metric, **times, Period=period, Statistics=["Sum"])
        query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}
        call("cloudwatch", "get_metric_data", MetricDataQueries=[query], **times)


def alarms(call):
    """Ask for each operation of CloudWatch on alarms, and for alarms that aren't there or can't be."""
    watched = {"Namespace": "Shop", "MetricName": "orders", "Period": 60, "Statistic": "Sum", "EvaluationPeriods": 1}
    alarm = {**watched, "Threshold": 2.5, "ComparisonOperator": "GreaterThanThreshold", "AlarmName": "many orders"}
    call("cloudwatch", "put_metric_alarm", **alarm, Tags=[{"Key": "shop", "Value": "tøwn"}])
    call("cloudwatch", "put_metric_alarm", **{**alarm, "Period": 61})
    arn = call("cloudwatch", "describe_alarms")["MetricAlarms"][0]["AlarmArn"]
    call("cloudwatch", "describe_alarms", StateValue="ALARM")
    call("cloudwatch", "describe_alarms_for_metric", Namespace="Shop", MetricName="orders")
    call("cloudwatch", "set_alarm_state", AlarmName="many orders", StateValue="ALARM", StateReason="a try")
    call("cloudwatch", "set_alarm_state", AlarmName="none", StateValue="ALARM", StateReason="a try")
    for method in ("disable_alarm_actions", "enable_alarm_actions"):
        call("cloudwatch", method, AlarmNames=["many orders"])
    call("cloudwatch", "describe_alarm_history", AlarmName="many orders")
    call("cloudwatch", "tag_resource", ResourceARN=arn, Tags=[{"Key": "a", "Value": ""}])
    call("cloudwatch", "list_tags_for_resource", ResourceARN=arn)
    call("cloudwatch", "untag_resource", ResourceARN=arn, TagKeys=["a"])
    call("cloudwatch", "delete_alarms", AlarmNames=["many orders"])


def test_every_operation_returns_what_boto3_returns(twins):
    """All that the offline cloud has: the same values of the same types in the same order, and no request is sent."""
    for walk in (queues, topics, phones, callers, metrics, alarms):
        walk(twins)
    names = {(service, boto3.client(service).meta.method_to_api_mapping[method]) for service, method in twins.asked}
    assert names == _all_operations()
    assert Counter(request.operation for request in twins.requests) == LONG_WAY


def _all_operations():
    found = set()
    for service in dispatch.OPERATIONS:
        for name in boto3.client(service).meta.service_model.operation_names:
            try:
                dispatch.find(service, name)
            except Refused:
                continue
            found.add((service, name))
    return found


def test_results_are_of_the_shapes_in_botocores_model(twins):
    """Each result is what the model of its operation describes, and nothing else."""
    results = []
    plain = twins._done

    def kept(world, client, operation, params):
        result = plain(world, client, operation, params)
        if isinstance(result, dict) and world is twins.direct:
            results.append((client, operation, result))
        return result

    twins._done = kept
    for walk in (queues, topics, phones):
        walk(twins)
    assert len(results) > 90
    for client, operation, result in results:
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        values = {name: value for name, value in result.items() if name != "ResponseMetadata"}
        if model.output_shape is None:
            assert values == {}
            continue
        found = ParamValidator().validate(values, model.output_shape).generate_report().splitlines()
        # The model demands lists that AWS leaves out when they are empty: a batch without failures has no Failed.
        assert [line for line in found if not line.startswith("Missing required parameter")] == [], operation


WRONG = {
    "no such queue": ("sqs", "send_message", {"QueueUrl": "https://x/1/no", "MessageBody": "x"}),
    "no queue by this name": ("sqs", "get_queue_url", {"QueueName": "no"}),
    "a value": ("sqs", "create_queue", {"QueueName": "a", "Attributes": {"DelaySeconds": "-1"}}),
    "an attribute": ("sqs", "create_queue", {"QueueName": "a", "Attributes": {"No": "1"}}),
    "a name": ("sqs", "create_queue", {"QueueName": "a b"}),
    "nothing given": ("sqs", "create_queue", {}),
    "an unknown parameter": ("sqs", "create_queue", {"QueueName": "a", "queueName": "b", "Tags": {}}),
    "types": ("sqs", "receive_message", {"QueueUrl": 1, "MaxNumberOfMessages": "1", "AttributeNames": "All"}),
    "None": ("sqs", "create_queue", {"QueueName": "a", "Attributes": None}),
    "an entry without an id": ("sqs", "send_message_batch", {"QueueUrl": "u", "Entries": [{"MessageBody": "x"}]}),
    "a subclass of text": ("sqs", "get_queue_url", {"QueueName": type("Name", (str,), {})("no")}),
    "half a character": ("sqs", "get_queue_url", {"QueueName": "\ud83d"}),
    "no such topic": ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:no", "Message": "x"}),
    "no ARN": ("sns", "publish", {"TopicArn": "no", "Message": "x"}),
    "no target": ("sns", "publish", {"Message": "x"}),
    "another account's topic": (
        "sns",
        "publish",
        {"TopicArn": "arn:aws:sns:us-east-1:210987654321:no", "Message": "x"},
    ),
    "a protocol": ("sns", "subscribe", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:no", "Protocol": "fax"}),
    "a number": ("sns", "publish", {"PhoneNumber": "1", "Message": "x"}),
    "a topic's type": ("sns", "publish", {"TopicArn": 1, "Message": ["x"]}),
    "an operation that only AWS has": ("sns", "get_data_protection_policy", {"ResourceArn": "a" * 20}),
    "a role": ("sts", "assume_role", {"RoleArn": "a" * 20, "RoleSessionName": "kim"}),
    "an unknown method": ("sqs", "make_queue", {}),
}


@pytest.mark.parametrize(("service", "operation", "params"), WRONG.values(), ids=WRONG)
def test_errors_are_those_of_boto3(twins, service, operation, params):
    """The same class, the same words, the same response."""
    twins("sns", "create_topic", profile="partner", Name="no")
    assert isinstance(twins(service, operation, **params), Exception)


def test_a_region_that_does_not_exist(twins):
    """As with boto3, there is no server at that address."""
    assert "eu-nowhere-1" in str(twins("sqs", "list_queues", region="eu-nowhere-1"))


def test_errors_can_be_caught_as_they_are_everywhere(twins):
    """By the class on the client, by its code, and with what the service says."""
    client = direct_client("sqs", "us-east-1", "shop")
    problem = twins("sqs", "get_queue_url", QueueName="no")
    assert isinstance(problem, client.exceptions.QueueDoesNotExist)
    assert problem.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert isinstance(twins("sqs", "create_queue"), ParamValidationError)
    assert isinstance(client, botocore.client.BaseClient)
    assert (client.meta.region_name, client.meta.service_model.service_name) == ("us-east-1", "sqs")


def test_accounts_and_regions_are_apart(twins):
    """A queue is in the account of the client's profile, and in its region."""
    for profile, region in (("shop", "us-east-1"), ("partner", "us-east-1"), ("shop", "eu-west-1")):
        assert "QueueUrls" not in twins("sqs", "list_queues", region=region, profile=profile)
        twins("sqs", "create_queue", QueueName="orders", region=region, profile=profile)
        assert len(twins("sqs", "list_queues", region=region, profile=profile)["QueueUrls"]) == 1


def test_paginators_turn_all_pages(twins):
    """As boto3's do, with its settings and its search."""
    for number in range(103):
        twins("sns", "create_topic", Name=f"t{number:03}")
        twins("sqs", "create_queue", QueueName=f"q{number:03}")
    twins.direct.open = True
    with worlds.enter(twins.direct):
        pages = list(direct_client("sns", "us-east-1", "shop").get_paginator("list_topics").paginate())
        assert [len(page["Topics"]) for page in pages] == [100, 3]
        listed = direct_client("sqs", "us-east-1", "shop").get_paginator("list_queues")
        pages = listed.paginate(PaginationConfig={"PageSize": 50})
        assert len(list(pages.search("QueueUrls[]"))) == 103
        for _ in range(5):  # as many requests as pages
            twins.boto3.accounts.all()[0].new_id()
    assert twins.requests == []


@pytest.mark.parametrize("kinds", [{"throttling": 0.6}, {"errors": 0.9}, {"duplicates": 0.9, "missed": 0.5}])
def test_an_unkind_cloud_is_unkind_to_a_check_too(twins, kinds):
    """It is tried again as often, after as long, and ends in the same error."""
    for world in _worlds(twins):
        Unkind(world.accounts, {"seed": 3} | kinds)
    url = f"https://sqs.us-east-1.amazonaws.com/{twins.direct.accounts.all()[0].number}/orders"
    for _ in range(4):
        twins("sqs", "create_queue", QueueName="orders")
        twins("sqs", "send_message", QueueUrl=url, MessageBody="x")
        twins("sqs", "receive_message", QueueUrl=url)


def test_a_result_is_the_checks_own(twins):
    """What a check does to a result, or to parameters after the call, changes nothing in the cloud."""
    entry = {"kind": {"DataType": "String", "StringValue": "news"}}
    url = twins("sqs", "create_queue", QueueName="orders")["QueueUrl"]
    twins("sqs", "send_message", QueueUrl=url, MessageBody="x", MessageAttributes=entry)
    entry["kind"]["StringValue"] = "changed"
    look = {"QueueUrl": url, "MessageAttributeNames": ["All"], "VisibilityTimeout": 0}
    found = twins("sqs", "receive_message", **look)["Messages"][0]
    assert found["MessageAttributes"]["kind"]["StringValue"] == "news"
    found["MessageAttributes"]["kind"]["StringValue"] = "changed"
    found = twins("sqs", "receive_message", **look)["Messages"][0]
    assert found["MessageAttributes"]["kind"]["StringValue"] == "news"


def test_a_client_with_a_handler_goes_through_botocore(twins):
    """Its events are emitted then, and the handler sees the request."""
    client, seen = direct_client("sqs", "ap-south-1", "shop"), []
    client.meta.events.register("before-send.sqs", lambda request, **_: seen.append(request.url))
    with worlds.enter(twins.direct):
        client.create_queue(QueueName="orders")
    assert len(seen) == len(twins.requests) == 1
    twins.boto3.accounts.all()[0].new_id()
    twins("sqs", "create_queue", region="eu-west-1", QueueName="orders")
    assert len(twins.requests) == 1


def test_a_checks_own_calls_are_not_in_the_journal_and_the_answers_are():
    """However many calls a check makes; only the answer's are counted and shown, and they go through boto3."""
    seen = []

    def check(case):
        queue_url = case.queue()
        for _ in range(400):
            case.sqs.send_message(QueueUrl=queue_url, MessageBody="x")
        case.during("SendMessage", lambda: seen.append(case.sqs.get_queue_url(QueueName=queue_url.rpartition("/")[2])))
        assert "DirectCalls" not in case.run(queue_url=queue_url)
        seen.append([call.operation for call in case.calls])

    def answer(sqs, queue_url):
        sqs.send_message(QueueUrl=queue_url, MessageBody="x")
        return [base.__name__ for base in type(sqs).__mro__]

    exercise = Exercise("99.1", "answer", "Made up", 1, 1, "So it is.", ("a", "b", "c"), "99_made_up")
    outcome = engine.examine(exercise, lambda world: InProcess(answer, world), check=check)
    assert (outcome.status, seen[1]) == (CORRECT, ["SendMessage"]), outcome
    assert seen[0]["QueueUrl"]

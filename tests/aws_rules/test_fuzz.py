"""What a program could send by mistake: the offline cloud answers as AWS would, and continues to work.

Every operation of SQS, SNS, STS and CloudWatch in botocore's models is called, in process and over HTTP, with
parameters of its shape, sensible ones mixed with nasty ones, and with bytes that no client would send. Seeds are fixed,
so a failure repeats. The quick run sends few requests of each kind, CI many.
"""

import base64
import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from http.client import HTTPConnection
from itertools import count
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from served_lab import running

from helpers.aws_rules import absent
from helpers.aws_rules.common.accounts import Account
from helpers.aws_rules.common.request import CBOR
from helpers.backends import transport
from helpers.backends.offline.offline_cloud import make_world
from helpers.simulation.worlds import World

REGION, ACCOUNT, OTHER = "us-east-1", "123456789012", "210987654321"
SERVICES = ("sqs", "sns", "sts", "cloudwatch")
SIGNING_NAMES = {"cloudwatch": "monitoring"}
STS = ("AssumeRole", "GetCallerIdentity")  # those that the course uses

# AWS's error codes that aren't in botocore's models: the common errors in both API references, and recorded answers.
COMMON_CODES = {
    "AccessDenied",
    "AccessDeniedException",
    "EmptyValue",
    "ExpiredToken",
    "InvalidAction",
    "InvalidAddress",
    "InvalidAttributeValue",
    "InvalidParameterValue",
    "InvalidQueryParameter",
    "MalformedInput",
    "UnknownOperationException",
    "MissingAction",
    "MissingParameter",
    "NonExistentQueue",
    "QueueAlreadyExists",
    "SerializationException",
    "ValidationError",
    "ValidationException",
}


# --- the models -----------------------------------------------------------------------------------------------------


@lru_cache
def model(service: str) -> ServiceModel:
    """Return botocore's model of the service."""
    return botocore.session.get_session().get_service_model(service)


def operations() -> list[tuple[str, str]]:
    """Return service and name of every operation."""
    return [(service, name) for service in SERVICES for name in model(service).operation_names]


@lru_cache
def codes(service: str) -> set[str]:
    """Return the error codes of this service."""
    return COMMON_CODES | {shape.error_code for shape in model(service).error_shapes}


def known_code(service: str, code: str) -> bool:
    """Return whether AWS has this code. Some of SQS have a prefix."""
    return code.removeprefix("AWS.SimpleQueueService.") in codes(service)


# --- values ---------------------------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    """Return the words in this text."""
    return text.split()


TEXTS = [
    *("", " ", "a", "orders", "true", "FALSE", "null", "All", "*", ".*", "0", "-1", "30", "1" * 5000, "1e999", "NaN"),
    *("²", "\x00", "\x1b[31m", "\ufffe", "line\nbreak", "tab\t", "Grüße", "\U0001f680" * 40, "\ud800", "a\udfffb"),
    *("\u202e", "<a>&amp;</a>", "]]>", "'; --", "../../etc", "a/b", "a:b:c:d:e:f", "%00%ff", "b" * 300, "c" * 70_000),
]
# Values for parameters in JSON: policies of queues, redrive, filter and delivery policies, valid and invalid.
JSONISH = words("""
{} [] null 1 "text" { {'a':1} NaN {"a":Infinity} {"a":{"b":[]}} {"a":[null]} {"a":[[["x"]]]} {"\ud800":["\ud800"]}
{"Version":"2012-10-17","Statement":[]} {"Statement":{}} {"Statement":[1]} {"Statement":"x"} {"Statement":[{}]}
{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}
{"Statement":[{"Effect":"Allow","Principal":{"AWS":[]},"Action":[],"Resource":[],"Condition":[]}]}
{"Statement":[{"Effect":"Deny","Principal":{"AWS":7},"Action":{},"Resource":null,"Condition":{"X":{"y":[{}]}}}]}
{"Statement":[{"Effect":1,"NotPrincipal":{"Service":["sns.amazonaws.com"]},"NotAction":"*","NotResource":7}]}
{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":[1]}}}}
{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SourceArn":true}}}}
{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"a"}}}}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":3}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":"3"}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":1e999}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":[]}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:none","maxReceiveCount":3}
{"deadLetterTargetArn":7,"maxReceiveCount":3} {"deadLetterTargetArn":{},"maxReceiveCount":{}}
{"deadLetterTargetArn":"a","maxReceiveCount":"²"} {"deadLetterTargetArn":[],"maxReceiveCount":true}
{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead"} {"deadLetterTargetArn":7} {"deadLetterTargetArn":"x"}
{"deadLetterTargetArn":"arn:aws:sqs:nowhere:1:dead"} {"deadLetterTargetArn":[]} {"deadLetterTargetArn":null}
{"redrivePermission":"allowAll","sourceQueueArns":null} {"redrivePermission":[],"sourceQueueArns":{}}
{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:123456789012:orders"]}
{"redrivePermission":"byQueue","sourceQueueArns":[1]} {"redrivePermission":"byQueue","sourceQueueArns":{"a":1}}
{"redrivePermission":{},"sourceQueueArns":"x"} {"redrivePermission":"denyAll"} {"redrivePermission":"byQueue"}
{"colour":["red"]} {"a":[{"prefix":1}]} {"a":[{"numeric":["<"]}]} {"a":[{"numeric":[">",1e999]}]} {"a":[{"exists":"x"}]}
{"a":[{"numeric":["=","1"]}]} {"a":[{"anything-but":{"x":[]}}]} {"a":[{"cidr":"1"}]} {"a":[{"cidr":"10.0.0.0/8"}]}
{"$or":[]} {"$or":[{"a":["b"]},{"c":[{"exists":false}]}]} {"$or":1} {"a":[{"wildcard":"***"}]} {"a":[{"suffix":[]}]}
{"a":[{"numeric":[">",0,"<=",1e308]}]} {"a":[{"equals-ignore-case":7}]} {"a":[{"anything-but":[]}]} {"a":[{}]} {"a":"b"}
{"default":"d","sqs":"s"} {"default":1} {"default":{}} {"sqs":"s"} {"MessageRetentionPeriod":"²"}
{"MessageRetentionPeriod":{}} {"MessageRetentionPeriod":"30"} {"PointType":"Timestamp","StartingPoint":"x"}
{"healthyRetryPolicy":null} {"healthyRetryPolicy":[]} {"healthyRetryPolicy":{"numRetries":"x"}} {"http":null}
{"http":[1]}
{"healthyRetryPolicy":{"numRetries":-1,"minDelayTarget":1e999}} {"http":{"defaultHealthyRetryPolicy":{"numRetries":{}}}}
""")
JSONISH += ["", "[" * 3000, '{"a":' * 2000]
ARNS = words("""
arn:aws:sqs:us-east-1:123456789012:orders arn:aws:sqs:us-east-1:123456789012:orders.fifo arn: ::::: arn:aws:sqs
arn:aws:sqs:us-east-1:123456789012:dead arn:aws:sqs:us-east-1:123456789012:none arn:aws:sqs:us-east-1:123456789012:
arn:aws:sqs:us-east-1:123456789012:a:b arn:aws:sqs:eu-west-1:123456789012:orders arn:aws:sqs:nowhere:123456789012:orders
arn:aws:sqs:us-east-1:999999999999:orders arn:aws:sqs::: arn:aws:sns:us-east-1:123456789012:news arn:aws:sns:::news
arn:aws:sns:us-east-1:123456789012:news.fifo arn:aws:sns:us-east-1:123456789012:none arn:aws:sns:us-east-1:123456789012:
arn:aws:sns:us-east-1:123456789012:news:x arn:aws:sns:us-east-1:123456789012:news:x:y arn:aws:iam::123456789012:root
arn:aws:sns:us-east-1:210987654321:news arn:aws:lambda:us-east-1:123456789012:function:f
arn:aws:firehose:us-east-1:123456789012:deliverystream/d arn:aws:sns:us-east-1:123456789012:app/GCM/a
arn:aws:sns:us-east-1:123456789012:endpoint/GCM/a/b arn:aws:sqs:us-east-1:123456789012:\x00
""")
ARNS += [""]
URLS = words("""
https://sqs.us-east-1.amazonaws.com/123456789012/orders https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo
https://sqs.us-east-1.amazonaws.com/123456789012/dead https://sqs.us-east-1.amazonaws.com/123456789012/none
https://sqs.us-east-1.amazonaws.com/210987654321/orders https://sqs.eu-west-1.amazonaws.com/123456789012/orders
https://sqs.us-east-1.amazonaws.com/999999999999/orders https://[::1]/123456789012/orders http://x:99999999/orders
https://sqs.us-east-1.amazonaws.com/123456789012/\ud800 https://sqs\u2100.com/123456789012/orders orders / // http://
http://[ \x00
""")
URLS += [""]
ENDPOINTS = ["a@example.com", "@", "https://example.com/in", "http://", "+41790000000", "+1..2", *ARNS, *TEXTS]
PROTOCOLS = words("sqs email email-json http https sms lambda firehose application fax")
QUEUE_ATTRIBUTES = words("""
DelaySeconds MaximumMessageSize MessageRetentionPeriod ReceiveMessageWaitTimeSeconds VisibilityTimeout Policy All
KmsMasterKeyId KmsDataKeyReusePeriodSeconds SqsManagedSseEnabled FifoQueue ContentBasedDeduplication DeduplicationScope
FifoThroughputLimit RedrivePolicy RedriveAllowPolicy QueueArn ApproximateNumberOfMessages name _policy_json \ud800
""")
TOPIC_ATTRIBUTES = words("""
DisplayName Policy DeliveryPolicy KmsMasterKeyId SignatureVersion TracingConfig FifoTopic ContentBasedDeduplication
FifoThroughputScope ArchivePolicy MaximumMessageSize TopicArn Owner FilterPolicy FilterPolicyScope RawMessageDelivery
RedrivePolicy ReplayPolicy SubscriptionRoleArn Endpoint \x00
""")
NUMBERS = ["", "1" * 5000, *words("0 1 5 30 60 900 43200 1024 2048 1048576 -1 1.5 1e3 ²")]
CHOICES = words("true false True queue messageGroup perQueue perMessageGroupId MessageBody Topic MessageGroup 1 2")
TYPES = ["", *words("String Number Binary String.Array Number.int Binary.gif string Boolean . \x00")]
ACTIONS = ["SendMessage", "ReceiveMessage", "*", "Publish", "Nothing", "", "\x00"]
NAMESPACES = ["Shop", "Other", "AWS/SQS", "AWS/", ":x", " ", "é", "n" * 256]
STATISTICS = ["Sum", "p99", "p101", "tm90", "None", "TM(10%:90%)", "\x00"]
EXPRESSIONS = ["m1", "m1 + 1", "SUM(METRICS())", "FILL(METRICS(), 0)", "TIME_SERIES(1)", "e1", "SELECT 1", "(" * 500]
POOLS = {
    "Namespace": NAMESPACES,
    "Stat": STATISTICS,
    "Statistics": STATISTICS,
    "ExtendedStatistics": STATISTICS,
    "Expression": EXPRESSIONS,
    "QueueUrl": URLS,
    "QueueName": ["orders", "orders.fifo", "dead", "new", "new.fifo", ".fifo", "none", "a b", *TEXTS],
    "Name": ["news", "news.fifo", "new", "new.fifo", ".fifo", "a b", *TEXTS],
    "Protocol": PROTOCOLS,
    "Endpoint": ENDPOINTS,
    "TopicArn": ARNS,
    "TargetArn": ARNS,
    "SubscriptionArn": ARNS,
    "ResourceArn": ARNS,
    "SourceArn": ARNS,
    "DestinationArn": ARNS,
    "DataType": TYPES,
    "FilterPolicy": JSONISH,
    "MessageStructure": ["json", "xml", ""],
    "MessageGroupId": ["g1", "g2", "g2", "a b", "", "g" * 129, "\ud800"],
    "MessageDeduplicationId": ["d1", "d2", "", "d" * 129, "é"],
    "AWSAccountIds": [ACCOUNT, OTHER, "1", "", "*"],
    "AWSAccountId": [ACCOUNT, OTHER, "1", "", "*"],
    "QueueOwnerAWSAccountId": [ACCOUNT, OTHER, "999999999999", "x", ""],
    "Actions": ACTIONS,
    "ActionName": ACTIONS,
    "Label": ["mine", "", "l" * 81, "\x00"],
    "NextToken": ["0", "1", "-1", "²", "9" * 5000, "x", ""],
    "Id": ["one", "two", "two", "", "i" * 81, "a b", "\ud800"],
    "PhoneNumber": ["+41790000000", "+1", "0041", "", "\x00"],
    "Token": ["t" * 64, "", "\x00"],
    "TaskHandle": [base64.b64encode(text.encode()).decode() for text in ('{"sourceArn":"a"}', "[]", "7", "[" * 9000)],
    "AttributeNames": QUEUE_ATTRIBUTES,
    "AttributeName": TOPIC_ATTRIBUTES,
}
DOUBLES = [0.0, -1.5, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), 5e-324]
MOMENTS = [0, -1, -62_000_000_000, 4_000_000_000, 250_000_000_000, "2026-01-05T08:00:00Z", "20260105"]
INTEGERS = [0, 1, 2, 5, 10, 11, 20, 21, 30, 900, 901, 43_200, 43_201, -1, -(2**31), 2**31, 2**63, 10**30]
LENGTHS = [0, 1, 1, 2, 2, 3, 12]
NASTINESS = [0, 0.1, 0.1, 0.3, 1]  # how many of the values of one call are nasty

# Valid values.
GOOD = {
    "Namespace": ["Shop"],
    "MetricName": ["orders", "parcels"],
    "MetricId": ["m1", "m2", "e1"],
    "Stat": ["Sum", "p50"],
    "ExtendedStatistics": ["p50"],
    "Expression": ["m1 + 1"],
    "Period": [60, 300],
    "StorageResolution": [1, 60],
    "MaxDatapoints": [1, 100],
    "StartTime": [1_767_600_000],
    "EndTime": [1_767_603_600, 1_767_607_200],
    "Timestamp": [1_767_603_600],
    "QueueUrl": URLS[:3],
    "QueueName": ["orders", "dead", "new"],
    "Name": ["news", "new"],
    "Protocol": ["sqs"],
    "Endpoint": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"],
    "TopicArn": [f"arn:aws:sns:{REGION}:{ACCOUNT}:news", f"arn:aws:sns:{REGION}:{ACCOUNT}:news.fifo"],
    "TargetArn": [f"arn:aws:sns:{REGION}:{ACCOUNT}:news"],
    "ResourceArn": [f"arn:aws:sns:{REGION}:{ACCOUNT}:news"],
    "SourceArn": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"],
    "DestinationArn": [f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"],
    "RoleArn": [f"arn:aws:iam::{ACCOUNT}:role/packer"],
    "RoleSessionName": ["anna"],
    "DurationSeconds": [900],
    "PhoneNumber": ["+41790000000"],
    "phoneNumber": ["+41790000000"],
    "MessageStructure": [""],
    "MessageGroupId": ["g1", "g2"],
    "MessageDeduplicationId": ["d1", "d2"],
    "Id": [f"entry-{number}" for number in range(99)],
    "DataType": ["String", "Number", "Binary"],
    "StringValue": ["7", "text"],
    "NextToken": ["0"],
    "AWSAccountIds": [OTHER],
    "AWSAccountId": [OTHER],
    "QueueOwnerAWSAccountId": [ACCOUNT, OTHER],
    "Actions": ["SendMessage"],
    "ActionName": ["Publish"],
    "Label": ["mine", "yours"],
    "AttributeNames": ["All", "QueueArn"],
    "AttributeName": ["DisplayName", "RawMessageDelivery", "FilterPolicy"],
    "AttributeValue": ["true", "{}", '{"colour":["red"]}'],
    "Message": ["text", '{"default":"d","sqs":"s"}'],
    "Subject": ["subject"],
}
GOOD_SETTINGS = {
    "queue": [("VisibilityTimeout", "0"), ("DelaySeconds", "5"), ("MessageRetentionPeriod", "60")],
    "topic": [("DisplayName", "News"), ("SignatureVersion", "2"), ("MaximumMessageSize", "1024")],
    "subscription": [("RawMessageDelivery", "true"), ("FilterPolicy", '{"colour":["red"]}')],
}
# Members without which a request says little, though the models don't require them.
NEEDED = ("StringValue", "MetricData", "MetricStat", "Value", "Statistics", "Namespace")
HAS_SETTINGS = {"CreateQueue": "queue", "SetQueueAttributes": "queue", "CreateTopic": "topic"}


class Maker:
    """Makes parameters of a shape. known: ARNs, handles and tokens that the cloud returned, by member."""

    def __init__(self, draw: Random, known: dict[str, list[str]]):
        self.draw, self.known = draw, known
        self.nastiness, self.settings = 0.0, GOOD_SETTINGS["queue"]

    def params(self, operation: OperationModel) -> dict[str, Any]:
        """Return parameters for the operation."""
        self.nastiness = self.draw.choice(NASTINESS)
        self.settings = GOOD_SETTINGS[HAS_SETTINGS.get(operation.name, "subscription")]
        return self.structure(operation.input_shape) if operation.input_shape else {}

    def nasty(self) -> bool:
        """Return whether to make the next value a nasty one."""
        return self.draw.random() < self.nastiness

    def structure(self, shape: Any) -> dict[str, Any]:
        """Return the required members, sometimes without one of them, and some of the others."""
        required, made = shape.required_members, {}
        for name, member in shape.members.items():
            wanted = name in required or name in NEEDED or self.draw.random() < 0.25
            if wanted and not (self.nasty() and self.draw.random() < 0.1):
                made[name] = self.value(name, member)
        return made

    def value(self, name: str, shape: Shape) -> Any:
        """Return a value for the member of this name."""
        kind, nasty = shape.type_name, self.nasty()
        if kind == "structure":
            return self.structure(shape)
        if kind in ("list", "map"):
            length = self.draw.choice(LENGTHS) if nasty else self.draw.randint(1, 3)
            if kind == "map":
                return dict(self.pair(name, shape) for _ in range(length))
            return [self.value(name, shape.member) for _ in range(length)]
        if kind in ("integer", "long"):
            return self.draw.choice(INTEGERS if nasty else GOOD.get(name, [1, 2, 5]))
        if kind == "boolean":
            return self.draw.random() < 0.5
        if kind == "double":
            return self.draw.choice(DOUBLES if nasty else [1.0, 2.5])
        if kind == "timestamp":
            return self.draw.choice(MOMENTS if nasty else GOOD.get(name, GOOD["Timestamp"]))
        if kind == "blob":
            return self.draw.choice([b"", b"\x00\xff", b"x" * 2000] if nasty else [b"bytes"])
        return self.nasty_text(name, shape) if nasty else self.text(name, shape)

    def pair(self, name: str, shape: Any) -> tuple[str, Any]:
        """Return a key and a value of a map."""
        if name not in ("Attributes", "attributes"):
            keys = ["AWSTraceHeader", "aws.x", "a..b", *TEXTS] if self.nasty() else ["colour", "price"]
            return self.draw.choice(keys), self.value(name, shape.value)
        if not self.nasty():
            return self.draw.choice(self.settings)
        key = self.draw.choice(QUEUE_ATTRIBUTES + TOPIC_ATTRIBUTES)
        return key, self.setting(key)

    def setting(self, key: str) -> str:
        """Return a nasty value for an attribute of a queue, topic or subscription."""
        if key.endswith("Policy"):
            return self.draw.choice(JSONISH)
        return self.draw.choice(self.draw.choice([NUMBERS, CHOICES, TEXTS]))

    def text(self, name: str, shape: Any) -> str:
        """Return a valid text for the member of this name: one that the cloud returned, or a usual one."""
        if name in self.known and (name not in GOOD or self.draw.random() < 0.3):
            return self.draw.choice(self.known[name])
        good = GOOD.get(shape.name) or GOOD.get(name)
        return self.draw.choice(good or getattr(shape, "enum", None) or ["text"])

    def nasty_text(self, name: str, shape: Any) -> str:
        """Return a text that a program could send by mistake."""
        if name in POOLS and self.draw.random() < 0.5:
            return self.draw.choice(POOLS[name])
        if name == "AttributeValue":
            return self.setting(self.draw.choice(TOPIC_ATTRIBUTES))
        return self.draw.choice(self.draw.choice([TEXTS, JSONISH]))


# --- the wire -------------------------------------------------------------------------------------------------------


class Wire:
    """A fresh simulated AWS with queues, topics and a subscription, called without boto3's own checks."""

    def __init__(self) -> None:
        self.world: World = make_world(True, 1, ACCOUNT, OTHER)
        self.account: Account = self.world.accounts.get(ACCOUNT)
        self.known: dict[str, list[str]] = {}
        self.call("sqs", "CreateQueue", {"QueueName": "sentinel", "Attributes": {"MessageRetentionPeriod": "1209600"}})
        self.call("sqs", "SendMessage", {"QueueUrl": url("sentinel"), "MessageBody": "still here"})
        self.furnish()

    def furnish(self) -> None:
        """Create what the calls are likely to name, if it doesn't exist."""
        fifo = {"FifoQueue": "true"}
        for name in ("dead", "orders", "orders.fifo"):
            self.call("sqs", "CreateQueue", {"QueueName": name, "Attributes": fifo if name.endswith("fifo") else {}})
        redrive = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 2})
        attributes = {"RedrivePolicy": redrive, "Policy": ""}
        self.call("sqs", "SetQueueAttributes", {"QueueUrl": url("orders"), "Attributes": attributes})
        self.call("sns", "CreateTopic", {"Name": "news"})
        self.call("sns", "CreateTopic", {"Name": "news.fifo", "Attributes": {"FifoTopic": "true"}})
        topic = arn("news", "sns")
        self.call("sns", "Subscribe", {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn("orders")})
        self.call("sqs", "SendMessage", {"QueueUrl": url("orders"), "MessageBody": "one"})
        self.call("sqs", "ReceiveMessage", {"QueueUrl": url("orders")})

    def call(self, service: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
        """Call an operation with these parameters, unchecked, and return the parsed answer."""
        headers, body = written(service, name, params)
        return self.post(service, headers, body, model(service).operation_model(name))

    def post(
        self,
        service: str,
        headers: dict[str, str],
        body: bytes,
        operation: OperationModel | None = None,
        path: str = "/",
    ) -> dict[str, Any]:
        """Send bytes, check that AWS could answer like this, and return the parsed answer."""
        signing = SIGNING_NAMES.get(service, service)
        headers = headers | {"Authorization": SIGNED.format(key="OFFLINESHOP", region=REGION, service=signing)}
        asked = self.exchange(signing, headers, body, path)
        protocol = "json" if "X-Amz-Target" in headers else CBOR if "smithy-protocol" in headers else "query"
        found = create_parser(protocol).parse(asked, operation.output_shape if operation else None)
        self.check(service, asked["status_code"], found)
        self.learn(found)
        return found

    def exchange(self, service: str, headers: dict[str, str], body: bytes, path: str) -> dict[str, Any]:
        """Return the response to a request, as botocore's parsers take it."""
        place = f"https://{service}.{REGION}.amazonaws.com{path}"
        reply = transport.send(self.world, AWSPreparedRequest("POST", place, HeadersDict(headers), body, False))
        return {"status_code": reply.status_code, "headers": reply.headers, "body": reply.content}

    def check(self, service: str, status: int, found: dict[str, Any]) -> None:
        """Assert that the answer is a success, or one of AWS's errors for a mistake of the caller."""
        assert (status == 200) == ("Error" not in found), (status, found)
        if "Error" in found:
            assert 400 <= status < 500, (status, found["Error"])
            assert known_code(service, found["Error"]["Code"]), found["Error"]
        for entry in found.get("Failed") or []:
            assert known_code(service, entry["Code"]), entry

    def learn(self, found: Any) -> None:
        """Remember the URLs, ARNs, handles and tokens in an answer, as parameters for later calls."""
        if isinstance(found, list):
            for item in found:
                self.learn(item)
        elif isinstance(found, dict):
            for name, value in found.items():
                handed_out = name.endswith(("Url", "Arn", "Handle", "Token")) and isinstance(value, str)
                if handed_out and "sentinel" not in value:
                    self.known[name] = [*self.known.get(name, [])[-5:], value]
                elif isinstance(value, (dict, list)):
                    self.learn(value)

    def still_works(self) -> None:
        """Assert that an untouched queue still has its message, and that a new one can be sent and received."""
        self.call("sqs", "SendMessage", {"QueueUrl": url("sentinel"), "MessageBody": "and one more"})
        asked = {"QueueUrl": url("sentinel"), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        bodies = [message["Body"] for message in self.call("sqs", "ReceiveMessage", asked)["Messages"]]
        assert bodies[0] == "still here"
        assert bodies[-1] == "and one more"
        topics = self.call("sns", "CreateTopic", {"Name": "news"})
        assert topics["TopicArn"] == arn("news", "sns")


class HttpWire(Wire):
    """The same over HTTP: an account of the workshop's server."""

    def __init__(self) -> None:
        self.number, self.connection = f"{next(_numbers):012}", HTTPConnection(running().url.partition("//")[2])
        super().__init__()

    def exchange(self, service: str, headers: dict[str, str], body: bytes, path: str) -> dict[str, Any]:
        """Return the response to a request, as botocore's parsers take it."""
        headers = headers | {"Authorization": SIGNED.format(key=self.number, region=REGION, service=service)}
        self.connection.request("POST", path, body.replace(ACCOUNT.encode(), self.number.encode()), headers)
        reply = self.connection.getresponse()
        content = reply.read().replace(self.number.encode(), ACCOUNT.encode())
        return {"status_code": reply.status, "headers": HeadersDict(dict(reply.getheaders())), "body": content}


_numbers = count(860_000_000_001)
# A signature that is none: neither cloud checks it.
SIGNED = (
    "AWS4-HMAC-SHA256 Credential={key}/20260105/{region}/{service}/aws4_request, SignedHeaders=host, "
    f"Signature={'0' * 64}"
)


def url(name: str) -> str:
    """Return the URL of our queue of this name."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def arn(name: str, service: str = "sqs") -> str:
    """Return the ARN of our queue or topic of this name."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def written(service: str, name: str, params: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the request as botocore makes it, without its checks."""
    made = model(service)
    serializer = create_serializer(made.resolved_protocol, include_validation=False)
    request = serializer.serialize_to_request(params, made.operation_model(name))
    body = request["body"]
    return dict(request["headers"]), body if isinstance(body, bytes) else form(body)


def form(values: dict[str, Any] | list[tuple[str, Any]]) -> bytes:
    """Return the body of a request of the query protocol."""
    return urlencode(values, errors="surrogatepass").encode()


# --- parameters of every operation ----------------------------------------------------------------------------------

# AWS has closed data protection to new customers, and of STS the course uses two operations.
NOT_TAUGHT = [("sns", "GetDataProtectionPolicy"), ("sns", "PutDataProtectionPolicy")]
NOT_TAUGHT += [("sts", name) for name in model("sts").operation_names if name not in STS]
NOT_TAUGHT += [each for each in absent.OPERATIONS if each[0] == "cloudwatch"]
TAUGHT = [each for each in operations() if each not in NOT_TAUGHT]
IN_JSON = [each for each in TAUGHT if each[0] in ("sqs", "cloudwatch")]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def in_rounds(quick: int, full: int) -> Any:
    """Return the mark that gives a test its number of rounds, in the quick run and in CI."""
    return pytest.mark.parametrize("rounds", [quick, pytest.param(full, marks=pytest.mark.full)])


@in_rounds(6, 120)
@pytest.mark.parametrize(("service", "name"), TAUGHT)
def test_whatever_the_parameters_are_the_answer_is_one_of_awss(service: str, name: str, rounds: int) -> None:
    """There is no Python exception, no InternalError, and no code that AWS doesn't have."""
    wire, draw = Wire(), Random(f"parameters of {name}")
    for _ in range(rounds):
        wire.call(service, name, Maker(draw, wire.known).params(model(service).operation_model(name)))
    wire.still_works()


@pytest.mark.parametrize(
    ("service", "name"),
    [pytest.param(*each, marks=pytest.mark.full if each[0] == "cloudwatch" else ()) for each in NOT_TAUGHT],
)
def test_an_operation_that_the_course_does_not_teach_gets_one_clear_refusal(service: str, name: str) -> None:
    """The error is InvalidAction and names the operation, for any parameters."""
    wire, draw = Wire(), Random(f"refusals of {name}")
    for _ in range(5):
        found = wire.call(service, name, Maker(draw, wire.known).params(model(service).operation_model(name)))
        assert found["Error"]["Code"] == "InvalidAction"
        assert name in found["Error"]["Message"]
    wire.still_works()


@pytest.mark.full
@pytest.mark.parametrize(("service", "name"), TAUGHT)
def test_the_answer_over_http_is_one_of_awss_too(service: str, name: str) -> None:
    """The same as in process, over a connection."""
    wire, draw = HttpWire(), Random(f"over HTTP {name}")
    for _ in range(40):
        wire.call(service, name, Maker(draw, wire.known).params(model(service).operation_model(name)))
    wire.still_works()


@in_rounds(300, 1500)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.full) for seed in (1, 2, 3))])
def test_a_long_random_program_leaves_the_cloud_working(seed: int, rounds: int) -> None:
    """Operations follow each other in one cloud, so that one reads what another has stored, and time passes."""
    wire, draw = Wire(), Random(f"program {seed}")
    maker = Maker(draw, wire.known)
    for number in range(rounds):
        service, name = draw.choice(TAUGHT)
        wire.call(service, name, maker.params(model(service).operation_model(name)))
        if draw.random() < 0.02:
            wire.world.clock.advance(draw.choice([1, 31, 61, 301]))
        if number % 100 == 99:
            wire.furnish()
    wire.still_works()


# --- bytes that no client sends -------------------------------------------------------------------------------------

WRONG = [None, True, 1.5, 10**400, -1, "text", "not base64!", [], {}, [None], {"": None}, {"__type": "x"}, [[[[{}]]]]]


def spoil(value: Any, draw: Random) -> Any:
    """Return the value with one place in it replaced by something of a wrong type."""
    if isinstance(value, dict) and value and draw.random() < 0.85:
        key = draw.choice(sorted(value))
        return value | {key: spoil(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.7:
        place = draw.randrange(len(value))
        return [*value[:place], spoil(value[place], draw), *value[place + 1 :]]
    return draw.choice(WRONG)


@in_rounds(10, 40)
@pytest.mark.parametrize(("service", "name"), IN_JSON)
def test_json_of_wrong_types_is_refused_and_harms_nothing(service: str, name: str, rounds: int) -> None:
    """One value in the request has another type."""
    wire, draw = Wire(), Random(f"types of {name}")
    operation = model(service).operation_model(name)
    for _ in range(rounds):
        headers, body = written(service, name, Maker(draw, wire.known).params(operation))
        wire.post(service, headers, json.dumps(spoil(json.loads(body), draw)).encode(), operation)
    wire.still_works()


@in_rounds(20, 120)
@pytest.mark.parametrize("make", [Wire, pytest.param(HttpWire, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", [name for service, name in TAUGHT if service == "cloudwatch"])
def test_cbor_that_is_cut_spoiled_or_of_wrong_types_is_refused(
    make: Callable[[], Wire], name: str, rounds: int
) -> None:
    """Bytes are changed, left out or added, and values have other types."""
    wire, draw, operation = make(), Random(f"CBOR of {name}"), model("cloudwatch").operation_model(name)
    serializer = create_serializer(CBOR, include_validation=False)
    for number in range(rounds):
        try:
            sent = serializer.serialize_to_request(Maker(draw, wire.known).params(operation), operation)
        except (UnicodeEncodeError, OverflowError):  # half a character or a huge number, which CBOR can't hold
            continue
        body = sent["body"]
        for _ in range(draw.randrange(4) if number % 4 else 0):
            at = draw.randrange(len(body) + 1)
            piece = draw.choice(
                [b"", b"\xff", b"\x9f", b"\xbf", b"\xfb", b"\xc1", b"\x1b" + b"\xff" * 8, b"\x5b\x7f", b"\x81" * 999]
            )
            body = body[:at] + piece + body[at + draw.randrange(3) :]
        wire.post("cloudwatch", sent["headers"], body, operation, sent["url_path"])
    wire.still_works()


HUGE, STRANGE = "x" * 300_000, "\u202e\x00\ud800\U0001f680"
KINDS = [*WRONG, HUGE, STRANGE, 2**63, "", [[]], [{}], {"a": 1}, -1e999]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to each place in a request: names of members, and numbers of items."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from places(item, (*path, key))


def with_other(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """Return the value with something else at this place."""
    if not path:
        return other
    first, *rest = path
    changed = with_other(value[first], tuple(rest), other)
    if isinstance(value, dict):
        return value | {first: changed}
    return [*value[:first], changed, *value[first + 1 :]]


class EveryMember(Maker):
    """Makes valid parameters that have every member."""

    def structure(self, shape: Any) -> dict[str, Any]:
        """Return all members."""
        return {name: self.value(name, member) for name, member in shape.members.items()}


@pytest.mark.full
@pytest.mark.parametrize("make", [Wire, HttpWire])
@pytest.mark.parametrize("name", model("sqs").operation_names)
def test_every_place_of_a_request_in_json_can_hold_anything(make: Callable[[], Wire], name: str) -> None:
    """Each place in a request with every member gets each wrong type, null, nothing, something huge, odd characters."""
    wire, operation = make(), model("sqs").operation_model(name)
    headers, body = written("sqs", name, EveryMember(Random(name), wire.known).params(operation))
    sent = json.loads(body)
    for path in places(sent):
        for other in KINDS:
            wire.post("sqs", headers, json.dumps(with_other(sent, path, other)).encode(), operation)
    wire.still_works()


@pytest.mark.full
@pytest.mark.parametrize("make", [Wire, HttpWire])
@pytest.mark.parametrize(("service", "name"), [each for each in TAUGHT if each[0] != "sqs"])
def test_every_field_of_a_form_can_hold_anything(make: Callable[[], Wire], service: str, name: str) -> None:
    """Each field of a form with every member has other values, is left out, comes twice, or has another name."""
    wire, operation = make(), model(service).operation_model(name)
    params = EveryMember(Random(name), wire.known).params(operation)
    sent = create_serializer("query", include_validation=False).serialize_to_request(params, operation)
    fields = parse_qsl(form(sent["body"]).decode(), keep_blank_values=True)
    for number, (key, value) in enumerate(fields):
        texts = ("", "null", "x", "-1", "1.5", "true", "9" * 30, HUGE, STRANGE, "[]", "{}")
        names = (f"{key}.1", f"{key}.member.1", key.rpartition(".")[0])
        others = [[], [(key, value)] * 2, *([(key, text)] for text in texts), *([(other, value)] for other in names)]
        for other in others:
            wire.post(service, FORM, form([*fields[:number], *other, *fields[number + 1 :]]), operation)
    wire.still_works()


@in_rounds(5, 15)
@pytest.mark.parametrize("name", model("sqs").operation_names)
def test_sqs_answers_in_the_query_protocol_too(name: str, rounds: int) -> None:
    """Older clients of SQS use it."""
    wire, draw = Wire(), Random(f"forms of {name}")
    operation = model("sqs").operation_model(name)
    for _ in range(rounds):
        params = Maker(draw, wire.known).params(operation)
        flat = [("Action", name), ("Version", "2012-11-05"), *flatten(params, "")]
        wire.post("sqs", {"Content-Type": "application/x-www-form-urlencoded"}, form(flat), operation)
    wire.still_works()


def flatten(value: Any, prefix: str) -> list[tuple[str, Any]]:
    """Return the value as fields of a form, as SQS's old protocol numbers them."""
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in flatten(item, f"{prefix}.{key}" if prefix else key)]
    if isinstance(value, list):
        return [pair for number, item in enumerate(value, 1) for pair in flatten(item, f"{prefix}.{number}")]
    return [(prefix, base64.b64encode(value).decode() if isinstance(value, bytes) else value)]


@in_rounds(8, 30)
@pytest.mark.parametrize(("service", "name"), [each for each in TAUGHT if each[0] != "sqs"])
def test_forms_with_wrong_fields_are_refused_and_harm_nothing(service: str, name: str, rounds: int) -> None:
    """Fields of a form have wrong names, numbers or values."""
    wire, draw = Wire(), Random(f"fields of {name}")
    operation = model(service).operation_model(name)
    for _ in range(rounds):
        params = Maker(draw, wire.known).params(operation)
        serializer = create_serializer("query", include_validation=False)
        fields = list(serializer.serialize_to_request(params, operation)["body"].items())
        wire.post(service, FORM, form([spoil_field(*field, draw) for field in fields]), operation)
    wire.still_works()


def spoil_field(key: str, value: Any, draw: Random) -> tuple[str, Any]:
    """Return a field of a form, sometimes with a wrong name or value."""
    if draw.random() < 0.75 or key in ("Action", "Version"):
        return key, value
    wrong_keys = [key + ".1", key + ".x", key + ".", "." + key, key.replace("1", "0"), key.replace("1", "99999999")]
    wrong_keys += [key.replace("1", "-1"), key.replace("1", "x"), key.replace("entry", "member"), key.partition(".")[0]]
    return draw.choice([(draw.choice(wrong_keys), value), (key, ""), (key, "%%%"), (key, "\x00"), (key, "no base64!")])


TARGETS = ["", ".", "AmazonSQS", "AmazonSQS.", "AmazonSQS.Nothing", "AmazonSNS.Publish", "a.b.c", "AmazonSQS.__init__"]
BODIES = [
    *(b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"{}" * 9, b"[" * 5000, b'{"a":' * 5000, b"\x00" * 9),
    *(b"Action", b"Action=", b"Action=%ff", b"Action=Nothing", b"&&&===", b"Action=Publish&Action=Publish"),
    *(b"Action=Publish&Message=x&TopicArn", b"Action=__class__", b"Action=CreateQueue&Attribute.1.Name=x"),
    *(b"Action=SendMessage", b"Action=DeleteTopic&TopicArn=" + b"a" * 70_000),
]


@pytest.mark.parametrize("service", SERVICES)
def test_bytes_that_are_no_request_get_an_answer(service: str) -> None:
    """Empty, binary, truncated and deeply nested bodies, and operations that don't exist."""
    wire = Wire()
    for body in BODIES:
        wire.post(service, {"Content-Type": "application/x-www-form-urlencoded"}, body)
        for target in [*TARGETS, "AmazonSQS.SendMessage", "AmazonSQS.ListQueues"]:
            wire.post(service, {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}, body)
    wire.still_works()


@pytest.mark.parametrize("service", SERVICES)
def test_requests_that_are_cut_off_get_an_answer(service: str) -> None:
    """Bodies that end too early."""
    wire, draw = Wire(), Random(f"cut {service}")
    for taught_service, name in TAUGHT:
        if taught_service == service:
            headers, body = written(service, name, Maker(draw, wire.known).params(model(service).operation_model(name)))
            for length in {0, 1, len(body) // 3, len(body) // 2, len(body) - 1}:
                wire.post(service, headers, body[: max(length, 0)])
    wire.still_works()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"MaxNumberOfMessages": "5"}, "STRING_VALUE can not be converted to an Integer"),
        ({"MaxNumberOfMessages": True}, "TRUE_VALUE can not be converted to an Integer"),
        ({"QueueUrl": 5}, "NUMBER_VALUE can not be converted to a String"),
        ({"AttributeNames": "All"}, "Expected list or null"),
        ({"QueueUrl": {}}, "Start of structure or map found where not expected."),
    ],
)
def test_a_value_of_a_wrong_type_in_json_is_named(changed: dict[str, Any], says: str) -> None:
    """AWS makes no number of a text, as async-aws/aws issue 1667 shows."""
    wire, sent = Wire(), {"QueueUrl": url("orders")} | changed
    headers, _ = written("sqs", "ReceiveMessage", {})
    error = wire.post("sqs", headers, json.dumps(sent).encode())["Error"]
    assert (error["Code"], error["Message"]) == ("SerializationException", says)


def test_a_missing_type_of_an_attribute_with_a_dot_in_its_name_is_named() -> None:
    """The error has the name as it is."""
    entry = {"Id": "1", "Message": "m", "MessageAttributes": {"a.b[1]": {"StringValue": "x"}}}
    sent = {"TopicArn": arn("news", "sns"), "PublishBatchRequestEntries": [entry]}
    message = Wire().call("sns", "PublishBatch", sent)["Error"]["Message"]
    assert "'publishBatchRequestEntries.1.member.messageAttributes.a.b[1].member.dataType'" in message


def test_operations_that_aws_does_not_have_are_refused_in_its_words() -> None:
    """Names of operations are case-sensitive. In JSON the error has no text."""
    wire = Wire()
    found = wire.post("sns", {}, form({"Action": "publish", "Version": "2010-03-31"}))["Error"]
    assert (found["Code"], found["Message"]) == (
        "InvalidAction",
        "Could not find operation publish for version 2010-03-31",
    )
    found = wire.post("sqs", {"X-Amz-Target": "AmazonSQS.sendMessage"}, b"{}")["Error"]
    assert (found["Code"], found["Message"]) == ("UnknownOperationException", "")

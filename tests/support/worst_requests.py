"""One client of `course serve` that sends the worst requests it may send, all the time: a program for the bench.

Without arguments it lists the kinds. With a port and a kind it prepares, prints "ready", and sends from "go" to "stop".
"""

import http.client
import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, urlencode

NUMBER = "700000000001"
CONNECTIONS = 8
MIB = 1024 * 1024
Request = tuple[str, bytes, dict[str, str]]  # path, body, headers

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/x-amz-json-1.0"


class Client:
    """Sends requests as one account. port: of the server on loopback."""

    def __init__(self, port: int):
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def send(self, request: Request) -> tuple[int, bytes]:
        """Return the status and the body of the response; 0 if there was none."""
        path, body, headers = request
        try:
            self._connection.request("GET" if path.endswith("steps") else "POST", path, body, headers)
            reply = self._connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, b""

    def sqs(self, operation: str, **params: object) -> dict:
        """Return the reply to a call that has to work."""
        return json.loads(self.must(sqs(operation, **params)) or b"{}")

    def sns(self, action: str, **params: str) -> str:
        """Return the ARN in the reply to a call that has to work."""
        text = self.must(form("sns", Action=action, **params)).decode()
        return text.partition("Arn>")[2].partition("<")[0]

    def must(self, request: Request) -> bytes:
        """Return the body of the response to a request; it's tried again while the account is throttled."""
        for _ in range(100):
            status, body = self.send(request)
            if status == 200:
                return body
            if b"Rate exceeded" not in body:
                raise AssertionError((status, body[:500]))
        raise AssertionError("throttled for ever")


def _signed(service: str) -> dict[str, str]:
    scope = f"{NUMBER}/20260105/us-east-1/{service}/aws4_request"
    signature = "0" * 64
    return {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    }


def sqs(operation: str, **params: object) -> Request:
    """Return a request to SQS."""
    return (
        "/",
        json.dumps(params).encode(),
        _signed("sqs") | {"Content-Type": _JSON, "X-Amz-Target": f"AmazonSQS.{operation}"},
    )


def form(service: str, **params: str) -> Request:
    """Return a request in the query protocol."""
    return "/", urlencode(params).encode(), _signed(service) | {"Content-Type": _FORM}


def control(what: str, **params: object) -> Request:
    """Return a request to the control API."""
    return f"/_course/{what}", json.dumps(params).encode(), _signed("sqs")


def cloudwatch(operation: str, **params: object) -> Request:
    """Return a request to CloudWatch."""
    headers = {"Content-Type": _JSON, "X-Amz-Target": f"GraniteServiceVersion20100801.{operation}"}
    return "/", json.dumps(params).encode(), _signed("monitoring") | headers


def _queue(client: Client, name: str = "orders", **attributes: str) -> str:
    return client.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]


def _filled(client: Client, url: str, size: int, count: int) -> None:
    body = "x" * size
    for number in range(0, count, 10):
        entries = [{"Id": str(n), "MessageBody": body} for n in range(number, min(count, number + 10))]
        client.sqs("SendMessageBatch", QueueUrl=url, Entries=entries)


# ---- The kinds. Each prepares, and returns what to send again and again.


def largest_json(client: Client) -> list[Request]:
    """A message of 12 MiB, which is refused once it's read."""
    return [sqs("SendMessage", QueueUrl=_queue(client), MessageBody="x" * (12 * MIB - 200))]


def deepest_json(client: Client) -> list[Request]:
    """12 MiB of short values."""
    path, _, headers = sqs("SendMessage")
    return [(path, b'{"A":[' + b"[],0," * (12 * MIB // 5 - 10) + b"0]}", headers)]


def largest_form(client: Client) -> list[Request]:
    """A message of nearly 4 MiB, each byte escaped."""
    url = _queue(client)
    path, _, headers = form("sqs")
    return [
        (path, f"Action=SendMessage&QueueUrl={quote(url)}&MessageBody=".encode() + b"%41" * (4 * MIB - 100), headers)
    ]


def most_fields(client: Client) -> list[Request]:
    """A form of 5,000 fields, that isn't well-formed."""
    member = "PublishBatchRequestEntries.member"
    return [form("sns", Action="PublishBatch", **{f"{member}.{n}.Id": "x" for n in range(1, 4_999)})]


def deepest_fields(client: Client) -> list[Request]:
    """A form of 5,000 fields with long names."""
    path, _, headers = form("sqs")
    fields = "&".join(f"MessageAttribute.{n}.Value{'.Value' * 300}=x" for n in range(1, 4_000))
    return [(path, f"Action=SendMessage&QueueUrl=x&{fields}".encode(), headers)]


def long_batches(client: Client) -> list[Request]:
    """Ten messages of 100 kB in a batch, into a queue that a purge empties now and then."""
    url = _queue(client)
    entries = [{"Id": str(n), "MessageBody": "é" * 50_000} for n in range(10)]
    batch = sqs("SendMessageBatch", QueueUrl=url, Entries=entries)
    return [*[batch] * 20, sqs("DeleteQueue", QueueUrl=url), sqs("CreateQueue", QueueName="orders")]


def long_receives(client: Client) -> list[Request]:
    """Ten messages of 1 MiB, received again and again."""
    url = _queue(client, VisibilityTimeout="0")
    for _ in range(10):
        client.sqs("SendMessage", QueueUrl=url, MessageBody="é" * (MIB // 2))
    return [sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])]


def many_attributes(client: Client) -> list[Request]:
    """Batches of messages with ten attributes of 10 kB each."""
    url = _queue(client)
    attributes = {f"a{n}": {"DataType": "String", "StringValue": "é" * 5_000} for n in range(10)}
    entries = [{"Id": str(n), "MessageBody": "x", "MessageAttributes": attributes} for n in range(10)]
    batch = sqs("SendMessageBatch", QueueUrl=url, Entries=entries)
    return [*[batch] * 20, sqs("DeleteQueue", QueueUrl=url), sqs("CreateQueue", QueueName="orders")]


def full_queue(client: Client) -> list[Request]:
    """Receives from a queue in which 30,000 messages are invisible."""
    url = _queue(client, VisibilityTimeout="43200")
    _filled(client, url, 10, 30_000)
    for _ in range(3_000):
        client.sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
    return [
        sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10),
        sqs("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"]),
        sqs("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle="x", VisibilityTimeout=0),
    ]


def full_fifo(client: Client) -> list[Request]:
    """Receives from a FIFO queue with 20,000 messages of one group, one of which is in flight."""
    url = _queue(client, "orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for number in range(0, 20_000, 10):
        entries = [{"Id": str(n), "MessageBody": f"{number} {n}", "MessageGroupId": "a"} for n in range(10)]
        client.sqs("SendMessageBatch", QueueUrl=url, Entries=entries)
    client.sqs("ReceiveMessage", QueueUrl=url, VisibilityTimeout=43_200)
    return [sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)]


def long_polls(client: Client) -> list[Request]:
    """As many long polls as there can be connections."""
    return [sqs("ReceiveMessage", QueueUrl=_queue(client), WaitTimeSeconds=20)]


def long_polls_of_much(client: Client) -> list[Request]:
    """As many long polls as there can be connections, of a queue in which 20,000 messages are in flight."""
    url = _queue(client, VisibilityTimeout="43200")
    _filled(client, url, 10, 20_000)
    for _ in range(2_000):
        client.sqs("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
    return [sqs("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)]


def nobody(client: Client) -> list[Request]:
    """Short requests that nobody signed."""
    return [("/", b"Action=ListTopics", {"Content-Type": _FORM})]


def short(client: Client) -> list[Request]:
    """Short requests."""
    return [sqs("ListQueues")]


def _subscribed(client: Client, count: int, policy: object = None, scope: str = "MessageAttributes") -> str:
    topic, url = client.sns("CreateTopic", Name="news"), _queue(client)
    arn = f"arn:aws:sqs:us-east-1:{NUMBER}:orders"
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    client.sqs("SetQueueAttributes", QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [allowed]})})
    more = {}
    if policy:
        more = {"Attributes.entry.1.key": "FilterPolicyScope", "Attributes.entry.1.value": scope}
        more |= {"Attributes.entry.2.key": "FilterPolicy", "Attributes.entry.2.value": json.dumps(policy)}
    for number in range(count):
        name = f"orders-{number}"
        if policy is None or number:
            client.sqs("CreateQueue", QueueName=name, Attributes={"Policy": json.dumps({"Statement": [allowed]})})
        client.sns("Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=f"{arn}-{number}" if number else arn, **more)
    return topic


def fan_out(client: Client) -> list[Request]:
    """Batches of ten, each message to a thousand queues."""
    topic, batch = _subscribed(client, 1_000), {}
    for n in range(1, 11):
        batch[f"PublishBatchRequestEntries.member.{n}.Id"] = str(n)
        batch[f"PublishBatchRequestEntries.member.{n}.Message"] = "x"
    return [form("sns", Action="PublishBatch", TopicArn=topic, **batch)]


def filter_policies(client: Client) -> list[Request]:
    """Batches of ten with two hundred filter policies of 150 conditions, none of which the long values meet."""
    pattern = {"kind": [{"equals-ignore-case": f"ab{n}"} for n in range(150)]}
    topic, batch = _subscribed(client, 200, pattern), {}
    for n in range(1, 11):
        entry = f"PublishBatchRequestEntries.member.{n}"
        batch[f"{entry}.Id"], batch[f"{entry}.Message"] = str(n), "x"
        batch[f"{entry}.MessageAttributes.entry.1.Name"] = "kind"
        batch[f"{entry}.MessageAttributes.entry.1.Value.DataType"] = "String"
        batch[f"{entry}.MessageAttributes.entry.1.Value.StringValue"] = "ab" * 12_000
    return [form("sns", Action="PublishBatch", TopicArn=topic, **batch)]


def filter_bodies(client: Client) -> list[Request]:
    """Messages of 250 kB in whose body two hundred filter policies look for pairs in two long lists."""
    names = ("x.a", "x.m.b", "x.m.d", "x.z")
    topic = _subscribed(client, 200, {name: [1] for name in names}, scope="MessageBody")
    body = {"x": [{"a": 1, "z": 1}] * 8_000, "x.m": [{"b": 1, "d": 1}] * 7_000}
    return [form("sns", Action="Publish", TopicArn=topic, Message=json.dumps(body, separators=(",", ":")))]


def metric_math(client: Client) -> list[Request]:
    """Five hundred queries, most of them expressions."""
    url = _queue(client)
    client.must(control("clock", seconds=14 * 86_400))
    stat = {
        "Metric": {
            "Namespace": "AWS/SQS",
            "MetricName": "NumberOfMessagesSent",
            "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
        },
        "Period": 60,
        "Stat": "Sum",
    }
    client.sqs("SendMessage", QueueUrl=url, MessageBody="x")
    queries = [{"Id": "m0", "MetricStat": stat, "ReturnData": False}]
    queries += [
        {"Id": f"m{n}", "Expression": f"FILL(m{n - 1},0)*2+m0/3", "ReturnData": n == 400} for n in range(1, 401)
    ]
    now = json.loads(client.send(("/_course/clock", b"", _signed("sqs")))[1] or b"{}").get("time", 1_800_000_000)
    return [cloudwatch("GetMetricData", MetricDataQueries=queries, StartTime=now - 14 * 86_400, EndTime=now)]


def listing(client: Client) -> list[Request]:
    """Lists of a thousand queues, among three thousand."""
    for number in range(3_000):
        client.sqs("CreateQueue", QueueName=f"orders-{number}")
    return [sqs("ListQueues", MaxResults=1_000)]


def far_future(client: Client) -> list[Request]:
    """Clocks that move as far as they may, with a hundred alarms and messages in the queues."""
    url = _queue(client)
    _filled(client, url, 10, 1_000)
    for number in range(100):
        dimensions = [{"Name": "QueueName", "Value": "orders"}]
        client.must(
            cloudwatch(
                "PutMetricAlarm",
                AlarmName=f"backlog-{number}",
                Namespace="AWS/SQS",
                Dimensions=dimensions,
                Period=60,
                MetricName="ApproximateNumberOfMessagesVisible",
                Statistic="Maximum",
                EvaluationPeriods=10,
                Threshold=10.0 + number,
                ComparisonOperator="GreaterThanThreshold",
            )
        )
    return [control("clock", seconds=400_000 * 60 // 100)]


def pictures(client: Client) -> list[Request]:
    """Pictures of a queue with a thousand messages, and of all steps."""
    url = _queue(client)
    _filled(client, url, 1_000, 1_000)
    return [control("queue", region="us-east-1", url=url, most=1_000), control("steps")]


def web_pages(client: Client) -> list[Request]:
    """Requests that aren't signed, with bodies of 12 MiB."""
    return [("/", b"x" * 12 * MIB, {"Content-Type": _FORM})]


KINDS = [
    largest_json,
    deepest_json,
    largest_form,
    most_fields,
    deepest_fields,
    long_batches,
    long_receives,
    many_attributes,
    full_queue,
    full_fifo,
    long_polls,
    long_polls_of_much,
    fan_out,
    filter_policies,
    filter_bodies,
    metric_math,
    listing,
    far_future,
    pictures,
    web_pages,
    nobody,
    short,
]


def main(port: int, kind: Callable[[Client], list[Request]]) -> None:
    """Prepare, and send what `kind` returned while it's told to."""
    os.nice(10)  # it's another computer, really
    asked, going, counts = kind(Client(port)), threading.Event(), Counter()
    print("ready", flush=True)

    def send() -> None:
        client = Client(port)
        while True:
            for request in asked:
                going.wait()
                status, body = client.send(request)
                counts["throttled" if b"Rate exceeded" in body else str(status)] += 1

    for _ in range(200 if kind in (long_polls, long_polls_of_much) else CONNECTIONS):
        threading.Thread(target=send, daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "go":
            counts.clear()
            going.set()
        else:
            going.clear()
            print(dict(counts), flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print(*[kind.__name__ for kind in KINDS])
    else:
        main(int(sys.argv[1]), next(kind for kind in KINDS if kind.__name__ == sys.argv[2]))

"""Clients of the real world against `course serve`: the AWS command line, an older one, and an SDK of another language.

Each is installed from its registry into a folder of this run. The server checks signatures, so theirs are checked, too.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from served_lab import Running

pytestmark = pytest.mark.endpoints
TOKEN, ACCOUNT = "the-teachers-token", "000000000123"
# The last of the second needs no X-Amz-Target: until late in 2023 SDKs spoke the query protocol with SQS.
COMMAND_LINES = {"json": "awscli", "query": "awscli==1.29.60"}


@pytest.fixture
def served() -> Iterator[Running]:
    """A server that asks for the token."""
    running = Running(TOKEN)
    yield running
    running.close()


def environment(served: Running) -> dict[str, str]:
    """Return the variables of a learner's terminal, as `course serve` says them."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return plain | {
        "AWS_ENDPOINT_URL": served.url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": TOKEN,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",  # the only name that the SDK for JavaScript reads
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "no_proxy": "127.0.0.1",
    }


def policy(queue_arn: str, topic_arn: str) -> str:
    """Return the policy that lets SNS send to the queue for the topic."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


# ---- The AWS command line


class CommandLine:
    """The command `aws` of one version, as a learner types it. env: the variables of the terminal."""

    def __init__(self, folder: Path, env: dict[str, str]):
        self._aws = str(folder / ("Scripts" if os.name == "nt" else "bin") / ("aws.cmd" if os.name == "nt" else "aws"))
        self.env = env

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start the command with these words."""
        whole = [self._aws, *words, "--output", "json", "--endpoint-url", self.env["AWS_ENDPOINT_URL"]]
        pipe = subprocess.PIPE
        return subprocess.Popen(whole, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=self.env)

    def __call__(self, *words: str) -> Any:
        """Return what the command prints, read as JSON."""
        with self.start(*words) as process:
            said, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
        return json.loads(said) if said.strip() else {}

    def complaint(self, *words: str) -> str:
        """Return what the command complains of."""
        with self.start(*words) as process:
            _, complaint = process.communicate(timeout=60)
        assert process.returncode != 0
        return complaint


@pytest.fixture(scope="session", params=COMMAND_LINES.values(), ids=COMMAND_LINES)
def command_line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment of its own with the command, since it wants a botocore of its own."""
    folder = tmp_path_factory.mktemp("awscli")
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    asked = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", request.param]
    subprocess.run(asked, check=True, stdout=sys.stderr)
    return folder


def test_the_aws_command_line(command_line: Path, served: Running) -> None:
    """From queue and topic to a message in a long poll, a batch that fails in part, an error, and the end."""
    aws = CommandLine(command_line, environment(served))
    assert aws("sts", "get-caller-identity")["Account"] == ACCOUNT
    url = aws("sqs", "create-queue", "--queue-name", "orders")["QueueUrl"]
    assert url == f"{served.url}/{ACCOUNT}/orders"
    asked = aws("sqs", "get-queue-attributes", "--queue-url", url, "--attribute-names", "QueueArn")
    arn = asked["Attributes"]["QueueArn"]
    topic = aws("sns", "create-topic", "--name", "news")["TopicArn"]
    attributes = json.dumps({"Policy": policy(arn, topic)})
    aws("sqs", "set-queue-attributes", "--queue-url", url, "--attributes", attributes)
    subscribe = ["sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", arn]
    aws(*subscribe, "--attributes", "RawMessageDelivery=true")

    # The poll waits when the message is published.
    receive = ["sqs", "receive-message", "--queue-url", url, "--message-attribute-names", "All"]
    with aws.start(*receive, "--wait-time-seconds", "20") as poll:
        time.sleep(2)
        assert poll.poll() is None
        kinds = json.dumps({"kind": {"DataType": "String", "StringValue": "book"}})
        aws("sns", "publish", "--topic-arn", topic, "--message", "Zoë & Söhne", "--message-attributes", kinds)
        (message,) = json.loads(poll.communicate(timeout=30)[0])["Messages"]
    assert message["Body"] == "Zoë & Söhne"
    assert message["MessageAttributes"]["kind"]["StringValue"] == "book"
    aws("sqs", "delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])

    entries = [{"Id": "good", "MessageBody": "a"}, {"Id": "late", "MessageBody": "b", "DelaySeconds": 901}]
    batch = aws("sqs", "send-message-batch", "--queue-url", url, "--entries", json.dumps(entries))
    assert [entry["Id"] for entry in batch["Successful"]] == ["good"]
    assert [(entry["Id"], entry["Code"]) for entry in batch["Failed"]] == [("late", "InvalidParameterValue")]

    missing = aws.complaint("sqs", "get-queue-url", "--queue-name", "missing")
    assert "AWS.SimpleQueueService.NonExistentQueue" in missing
    assert "(NotFound)" in aws.complaint("sns", "publish", "--topic-arn", f"{topic}-missing", "--message", "x")
    assert "(UnknownService)" in aws.complaint("s3api", "list-buckets")
    aws.env["AWS_SECRET_ACCESS_KEY"] = "guessed"
    assert "(SignatureDoesNotMatch)" in aws.complaint("sqs", "list-queues")
    aws.env["AWS_SECRET_ACCESS_KEY"] = TOKEN

    aws("sns", "delete-topic", "--topic-arn", topic)
    aws("sqs", "delete-queue", "--queue-url", url)
    assert "QueueUrls" not in aws("sqs", "list-queues")


# ---- The SDK for JavaScript

SCRIPT = """
import * as S from "@aws-sdk/client-sqs";
import * as N from "@aws-sdk/client-sns";

const sqs = new S.SQSClient({}), sns = new N.SNSClient({});
const failure = async (promise) => {
  try { await promise; return "ok"; }
  catch (error) { return { name: error.name, code: error.Code, status: error.$metadata?.httpStatusCode }; }
};
const found = {};
const url = (await sqs.send(new S.CreateQueueCommand({ QueueName: "orders.fifo",
  Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true" } }))).QueueUrl;
found.url = url;
const named = await sqs.send(new S.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
const arn = named.Attributes.QueueArn;
const topic = (await sns.send(new N.CreateTopicCommand({ Name: "news.fifo",
  Attributes: { FifoTopic: "true", ContentBasedDeduplication: "true" } }))).TopicArn;
const policy = process.argv[2].replaceAll("QUEUE", arn).replaceAll("TOPIC", topic);
await sqs.send(new S.SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: policy } }));
await sns.send(new N.SubscribeCommand({ TopicArn: topic, Protocol: "sqs", Endpoint: arn }));

const poll = sqs.send(new S.ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10,
  MessageSystemAttributeNames: ["All"] }));
await new Promise((resolve) => setTimeout(resolve, 300));
await sns.send(new N.PublishCommand({ TopicArn: topic, Message: "Zo\\u00eb & S\\u00f6hne", MessageGroupId: "shop",
  MessageAttributes: { kind: { DataType: "String", StringValue: "book" } } }));
const [message] = (await poll).Messages;
found.envelope = JSON.parse(message.Body);
found.group = message.Attributes.MessageGroupId;
await sqs.send(new S.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));

const bytes = { data: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } };
await sqs.send(new S.SendMessageBatchCommand({ QueueUrl: url, Entries: [
  { Id: "one", MessageBody: "a", MessageGroupId: "shop", MessageAttributes: bytes } ] }));
const all = new S.ReceiveMessageCommand({ QueueUrl: url, MessageAttributeNames: ["All"] });
const [sent] = (await sqs.send(all)).Messages;
found.bytes = [...sent.MessageAttributes.data.BinaryValue];
const batch = await sqs.send(new S.DeleteMessageBatchCommand({ QueueUrl: url, Entries: [
  { Id: "good", ReceiptHandle: sent.ReceiptHandle }, { Id: "bad", ReceiptHandle: "nonsense" } ] }));
found.batch = [batch.Successful.map((entry) => entry.Id), batch.Failed.map((entry) => [entry.Id, entry.Code])];

found.missing = await failure(sqs.send(new S.GetQueueUrlCommand({ QueueName: "missing" })));
found.nowhere = await failure(sns.send(new N.PublishCommand({ TopicArn: topic + "x", Message: "x" })));
const intruder = new S.SQSClient({ credentials: { accessKeyId: "000000000123", secretAccessKey: "guessed" } });
found.intruder = await failure(intruder.send(new S.ListQueuesCommand({})));
await sns.send(new N.DeleteTopicCommand({ TopicArn: topic }));
await sqs.send(new S.DeleteQueueCommand({ QueueUrl: url }));
found.left = (await sqs.send(new S.ListQueuesCommand({}))).QueueUrls ?? [];
console.log(JSON.stringify(found));
"""


@pytest.fixture(scope="session")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK for JavaScript and the script."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("javascript")
    asked = ["i", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
    clients = ["@aws-sdk/client-sqs", "@aws-sdk/client-sns"]
    subprocess.run([shutil.which("npm"), *asked, *clients], check=True, stdout=sys.stderr)
    (folder / "script.mjs").write_text(SCRIPT, encoding="utf-8")
    return folder


def test_the_sdk_for_javascript(javascript: Path, served: Running) -> None:
    """The same way on FIFO; this SDK checks the digests of what it sends and receives."""
    said = subprocess.run(
        [shutil.which("node"), "script.mjs", policy("QUEUE", "TOPIC")],
        cwd=javascript,
        env=environment(served),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout)
    assert found["url"] == f"{served.url}/{ACCOUNT}/orders.fifo"
    assert found["envelope"]["Message"] == "Zoë & Söhne"
    assert found["envelope"]["MessageAttributes"] == {"kind": {"Type": "String", "Value": "book"}}
    assert found["group"] == "shop"
    assert found["batch"] == [["good"], [["bad", "ReceiptHandleIsInvalid"]]]
    assert found["bytes"] == [0, 255]
    assert found["missing"]["name"] == "QueueDoesNotExist"
    assert found["missing"]["code"] == "AWS.SimpleQueueService.NonExistentQueue"
    assert (found["nowhere"]["name"], found["nowhere"]["status"]) == ("NotFoundException", 404)
    assert (found["intruder"]["name"], found["intruder"]["status"]) == ("SignatureDoesNotMatch", 403)
    assert found["left"] == []

"""Whatever an answer does to hide a call: what the cloud executed is in the journal that the check reads."""

import threading

import pytest
from in_sandbox import in_sandbox, needs_fork

from helpers.checks.engine import examine
from helpers.checks.outcome import CORRECT, NOT_YET
from helpers.checks.runners.in_process import InProcess
from helpers.course import Exercise

EXERCISE = Exercise("99.1", "take", "Take it", 1, 1, "So it is.", ("a", "b", "c"), "99_made_up")

# Every trick deletes the message, and hopes that the check won't find a DeleteMessage among its calls.
TRICKS = {
    "honestly": """
def take(sqs, queue_url, handle):
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
""",
    "one invocation id for all requests": """
def take(sqs, queue_url, handle):
    def one_id(request, **_):
        request.headers["amz-sdk-invocation-id"] = "1"
    sqs.meta.events.register("before-send.sqs", one_id)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    sqs.get_queue_attributes(QueueUrl=queue_url)
""",
    "a failure, a call and a failure with one id": """
def take(sqs, queue_url, handle):
    def one_id(request, **_):
        request.headers["amz-sdk-invocation-id"] = "1"
    sqs.meta.events.register("before-send.sqs", one_id)
    for name in ("no", None, "no"):
        try:
            sqs.get_queue_url(QueueName=name) if name else sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
        except sqs.exceptions.QueueDoesNotExist:
            pass
""",
    "a form that ends in another action": """
from urllib.parse import urlencode

def take(sqs, queue_url, handle):
    def as_form(request, **_):
        del request.headers["X-Amz-Target"]
        request.body = urlencode({"Action": "DeleteMessage", "QueueUrl": queue_url, "ReceiptHandle": handle}) + END
    sqs.meta.events.register("before-send.sqs", as_form)
    try:
        sqs.get_queue_attributes(QueueUrl=queue_url)
    except Exception:
        pass

END = "&Action="
""",
    "a form": """
from urllib.parse import urlencode

def take(sqs, queue_url, handle):
    def as_form(request, **_):
        del request.headers["X-Amz-Target"]
        request.body = urlencode({"Action": "DeleteMessage", "QueueUrl": queue_url, "ReceiptHandle": handle})
    sqs.meta.events.register("before-send.sqs", as_form)
    try:
        sqs.get_queue_attributes(QueueUrl=queue_url)
    except Exception:
        pass
""",
    "two targets": """
import json

def take(sqs, queue_url, handle):
    def two(request, **_):
        request.headers["x-amz-target"] = "AmazonSQS.GetQueueAttributes"
        request.headers["X-AMZ-TARGET"] = "AmazonSQS.DeleteMessage"
        request.headers["User-Agent"] = "check"
        request.body = json.dumps({"QueueUrl": queue_url, "ReceiptHandle": handle})
    sqs.meta.events.register("before-send.sqs", two)
    sqs.get_queue_attributes(QueueUrl=queue_url)
""",
    "an action in the address": """
import json

def take(sqs, queue_url, handle):
    def elsewhere(request, **_):
        request.url += "?Action=GetQueueAttributes"
        request.headers["Content-Type"] = "text/plain"
        request.body = json.dumps({"QueueUrl": "no"})[:-1] + ", " + json.dumps(
            {"QueueUrl": queue_url, "ReceiptHandle": handle})[1:]
    sqs.meta.events.register("before-send.sqs", elsewhere)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
""",
    "so many steps that a journal forgets": """
import boto3

def take(sqs, queue_url, handle):
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="many")["TopicArn"]
    for number in range(90):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"a{number}@example.com")
        sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint=f"+4179000{number:04}")
    for number in range(100):
        sns.publish(TopicArn=topic, Message="x")
""",
    "a batch": """
def take(sqs, queue_url, handle):
    sqs.delete_message_batch(QueueUrl=queue_url, Entries=[{"Id": "1", "ReceiptHandle": handle}])
""",
    "other keys, another client": """
import boto3

def take(sqs, queue_url, handle):
    other = boto3.client("sqs", aws_access_key_id="x", aws_secret_access_key="y")
    other.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
""",
    "after its end": """
import threading, time

def take(sqs, queue_url, handle):
    def later():
        done.wait()
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    threading.Thread(target=later).start()

done = threading.Event()
""",
}


def hides_it(case):
    """Accept an answer that deleted the message if its calls don't show it."""
    queue_url = case.queue()
    case.sqs.send_message(QueueUrl=queue_url, MessageBody="x")
    (message,) = case.sqs.receive_message(QueueUrl=queue_url)["Messages"]
    case.run(queue_url=queue_url, handle=message["ReceiptHandle"])
    gone = not case.state(queue_url)["messages"]
    if not gone or any(call.operation.startswith("DeleteMessage") for call in case.calls):
        case.not_yet(got=gone, expected="hidden", why="It's in the journal.")


@pytest.mark.parametrize("runner", ["in process", pytest.param("in the sandbox", marks=[needs_fork, pytest.mark.full])])
@pytest.mark.parametrize("trick", TRICKS)
def test_a_call_cannot_be_hidden(trick, runner):
    """Each answer is found out, or did nothing."""
    if runner == "in the sandbox":
        found = examine(EXERCISE, in_sandbox(TRICKS[trick], "take"), check=hides_it)
    else:
        namespace = {}
        exec(compile(TRICKS[trick], "<answer>", "exec"), namespace)
        found = examine(EXERCISE, lambda world: InProcess(namespace["take"], world), check=hides_it)
    assert found.status == NOT_YET, found


def test_a_call_after_the_end_is_not_executed():
    """What an answer left to a thread happens in no cloud: neither while the check looks nor later."""
    go_on, ended = threading.Event(), threading.Event()

    def take(sqs, queue_url):
        def later():
            try:
                go_on.wait()
                sqs.purge_queue(QueueUrl=queue_url)
            finally:
                ended.set()

        threading.Thread(target=later).start()

    def check(case):
        queue_url = case.queue()
        case.sqs.send_message(QueueUrl=queue_url, MessageBody="x")
        case.run(queue_url=queue_url)
        go_on.set()
        ended.wait(0.3)
        assert len(case.state(queue_url)["messages"]) == 1
        assert case.calls == []

    assert examine(EXERCISE, lambda world: InProcess(take, world), check=check).status == CORRECT

"""A lesson's cell that runs twice in a row starts from the cloud as it was before it."""

from typing import Any

import pytest

from helpers import clock, cloud
from helpers.backends.base import Cloud


def names(sqs: Any) -> list[str]:
    """Return the names of the queues."""
    return [url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])]


def test_a_second_run_starts_where_the_first_did(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """Messages, queues, time, ids and the journal are as they were."""
    found = []
    for _ in range(3):
        offline.before_cell("send")
        began = clock.now(), len(cloud.calls()), names(sqs)
        clock.advance(hours=1)
        sqs.create_queue(QueueName="more")
        sent = sqs.send_message(QueueUrl=queue_url, MessageBody="A-100")["MessageId"]
        handle = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]["ReceiptHandle"]
        found.append((*began, sent, handle, len(offline.steps())))
    assert found[0] == found[1] == found[2]
    assert names(sqs) == ["orders", "more"]


def test_clients_topics_and_subscriptions_go_on_working(offline: Cloud, sqs: Any, sns: Any) -> None:
    """What a cell made before is used by the cells below, however often it ran."""
    for _ in range(2):
        offline.before_cell("subscribe")
        topic_arn = sns.create_topic(Name="news")["TopicArn"]
        sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="ada@shop.example")
    assert len(cloud.inbox) == 1
    cloud.follow(cloud.inbox[0].confirm_url)
    sns.publish(TopicArn=topic_arn, Message="We're open")
    assert [mail.message for mail in cloud.inbox[1:]][-1] == "We're open"


@pytest.mark.parametrize("between", ["receive", "", "0f8fad5b-d9cb-469f-a165-70867728950e"])
def test_another_cell_in_between_lets_it_happen_twice(offline: Cloud, sqs: Any, queue_url: str, between: str) -> None:
    """Whoever goes back up, or plays in a cell of their own, meets the cloud as it is."""
    for cell in ("send", between, "send"):
        offline.before_cell(cell)
        sqs.send_message(QueueUrl=queue_url, MessageBody="A-100")
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    assert reply["Attributes"] == {"ApproximateNumberOfMessages": "3"}


def test_a_learner_s_own_cell_does_what_it_does_each_time(offline: Cloud, sqs: Any, queue_url: str) -> None:
    """Its id was drawn by chance."""
    for _ in range(3):
        offline.before_cell("0f8fad5b-d9cb-469f-a165-70867728950e")
        sqs.send_message(QueueUrl=queue_url, MessageBody="A-100")
    assert len(sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)["Messages"]) == 3

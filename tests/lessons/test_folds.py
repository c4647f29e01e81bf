"""Code in a lesson's fold runs nowhere in the lesson, so it runs here, against what the offline cloud sends."""

import json
import re

import boto3
import pytest

from helpers import cloud
from helpers.authoring import normal
from helpers.course import HOME

COURIER = "https://courier.example/events"


@pytest.fixture
def shown(offline):
    """Return what the code in the folds of lesson 05 defines."""
    namespace = {}
    for cell in normal.read(HOME / "lessons" / "05_topics_and_subscriptions.ipynb").cells:
        for fold in re.findall(r"(?s)<details>.*?</details>", cell.source):
            for code in re.findall(r"(?s)```python\n(.*?)```", fold):
                exec(code, namespace)
    return namespace


@pytest.fixture
def sns(shown):
    """Return a client; the topic "order-events" has asked the courier's server to confirm, which it has done."""
    client = boto3.client("sns")
    topic_arn = client.create_topic(Name="order-events")["TopicArn"]
    client.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=COURIER)
    cloud.follow(cloud.inbox[0].confirm_url)
    return client


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("subject", [{}, {"Subject": "x" * 100}], ids=["no subject", "a long one"])
def test_what_sns_sends_is_accepted(shown, sns, version, subject):
    """A request to confirm and a notification, with either signature."""
    request = json.loads(cloud.inbox[0].message)
    topic_arn = request["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="SignatureVersion", AttributeValue=version)
    sns.publish(TopicArn=topic_arn, Message='{"name": "Zoë ☕"}\n', **subject)
    news = json.loads(cloud.inbox[-1].message)
    assert news["SignatureVersion"] == version
    assert [shown["is_from_sns"](one, topic_arn, cloud.certificate) for one in (request, news)] == [True, True]


def test_what_somebody_else_sends_is_refused(shown, sns):
    """Another text, topic, host or signature; and nothing is fetched from where no certificate of SNS can be."""
    request = json.loads(cloud.inbox[0].message)
    fetched = []

    def fetch(url):
        fetched.append(url)
        return cloud.certificate(url)

    def accepted(**changed):
        return shown["is_from_sns"]({**request, **changed}, request["TopicArn"], fetch)

    assert accepted()
    assert not accepted(Message=f"{request['Message']}!")
    assert not accepted(Token="f" * len(request["Token"]))
    assert not accepted(SignatureVersion="2")
    assert not accepted(Type="Anything")
    assert len(fetched) == 5
    file = request["SigningCertURL"].rpartition("/")[2]
    assert not accepted(TopicArn=f"{request['TopicArn']}-2")
    assert not accepted(SignatureVersion="3")
    for place in (
        "https://bucket.s3.amazonaws.com",
        "https://sns.us-east-1.amazonaws.com.shop.example",
        "https://sns.us-east-1.amazonaws.com@shop.example",
        "http://sns.us-east-1.amazonaws.com",
    ):
        assert not accepted(SigningCertURL=f"{place}/{file}")
    assert not accepted(SigningCertURL=f"{request['SigningCertURL']}.txt")
    assert len(fetched) == 5


# AWS End User Messaging SMS user guide, SMS character limits: its three examples, and texts at each limit.
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),
        ("’" * 70, 1),
        ("’" + "a" * 70, 2),
        ("☕" * 134, 2),
        ("☕" * 135, 3),
        ("🍵" * 35, 1),
        ("🍵" * 36, 2),
        ("", 1),
    ],
)
def test_a_text_messages_parts_are_counted(shown, text, parts):
    """In the GSM alphabet, where some characters count twice, and outside it."""
    assert shown["sms_parts"](text) == parts

"""The offline cloud's inbox, the links in it, web addresses that fail, and the steps of a message."""

import base64
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from behaviours.labs import OfflineLab
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from helpers import clock, cloud
from helpers.aws_rules.sns import signing
from helpers.aws_rules.sns.region import SnsRegion
from helpers.backends.base import Cloud
from helpers.backends.endpoint.endpoint_cloud import EndpointCloud
from helpers.errors import CloudError

HOOK = "https://shop.example/orders"


@pytest.fixture
def topic_arn(sns: Any) -> str:
    """A topic without subscriptions."""
    return sns.create_topic(Name="news")["TopicArn"]


def subscribed(sns: Any, topic_arn: str, protocol: str, endpoint: str, **attributes: str) -> str:
    """Subscribe an endpoint and return the subscription's ARN."""
    return sns.subscribe(
        TopicArn=topic_arn, Protocol=protocol, Endpoint=endpoint, Attributes=attributes, ReturnSubscriptionArn=True
    )["SubscriptionArn"]


def confirmed_count(sns: Any, topic_arn: str) -> str:
    """Return how many subscriptions of the topic are confirmed."""
    return sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]["SubscriptionsConfirmed"]


def test_a_mail_is_confirmed_by_its_link(sns: Any, topic_arn: str) -> None:
    """An email address first gets a request, and messages once its link was followed."""
    subscribed(sns, topic_arn, "email", "ada@shop.example")
    sns.publish(TopicArn=topic_arn, Message="too early")
    assert [arrived.protocol for arrived in cloud.inbox] == ["email"]
    cloud.follow(cloud.inbox[0].confirm_url)
    sns.publish(TopicArn=topic_arn, Message="Honey is back", Subject="News")
    assert (cloud.inbox[1].message, cloud.inbox[1].subject) == ("Honey is back", "News")


def test_a_web_address_is_confirmed_by_the_token_in_its_post(sns: Any, topic_arn: str) -> None:
    """The POST request to a web address has the token for ConfirmSubscription."""
    subscribed(sns, topic_arn, "https", HOOK)
    request = cloud.inbox[0]
    assert request.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    sns.confirm_subscription(TopicArn=topic_arn, Token=json.loads(request.message)["Token"])
    assert confirmed_count(sns, topic_arn) == "1"


def test_nothing_is_delivered_before_the_confirmation(sns: Any, topic_arn: str) -> None:
    """The step says why."""
    subscribed(sns, topic_arn, "https", HOOK)
    message_id = sns.publish(TopicArn=topic_arn, Message="too early")["MessageId"]
    assert len(cloud.inbox) == 1
    assert cloud.steps(message_id)[1].reason == "the subscription is not confirmed yet"


def test_an_envelope_is_signed_by_its_certificate(sns: Any, topic_arn: str) -> None:
    """Signature version 1 is RSA with SHA-1 over certain fields, and the course's certificate verifies it."""
    subscribed(sns, topic_arn, "https", HOOK)
    cloud.follow(cloud.inbox[0].confirm_url)
    sns.publish(TopicArn=topic_arn, Message="Honey", Subject="News")
    envelope = json.loads(cloud.inbox[1].message)
    key = x509.load_pem_x509_certificate(cloud.certificate(envelope["SigningCertURL"])).public_key()
    signature = base64.b64decode(envelope["Signature"])
    key.verify(signature, signing.signed_text(envelope), padding.PKCS1v15(), hashes.SHA1())


def test_a_link_ends_a_subscription(sns: Any, topic_arn: str) -> None:
    """Following the link in an envelope unsubscribes."""
    subscribed(sns, topic_arn, "https", HOOK)
    cloud.follow(cloud.inbox[0].confirm_url)
    sns.publish(TopicArn=topic_arn, Message="Honey")
    cloud.follow(json.loads(cloud.inbox[1].message)["UnsubscribeURL"])
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_a_link_that_ended_a_subscription_is_followed_by_one_that_brings_it_back(sns: Any, topic_arn: str) -> None:
    """The endpoint gets a message whose headers name the subscription, and whose link restores it."""
    subscribed(sns, topic_arn, "https", HOOK)
    cloud.follow(cloud.inbox[0].confirm_url)
    (before,) = sns.list_subscriptions()["Subscriptions"]
    sns.publish(TopicArn=topic_arn, Message="Honey")
    cloud.follow(json.loads(cloud.inbox[1].message)["UnsubscribeURL"])
    told = cloud.inbox[2]
    envelope, arn = json.loads(told.message), before["SubscriptionArn"]
    assert envelope["Type"] == told.headers["x-amz-sns-message-type"] == "UnsubscribeConfirmation"
    assert told.headers["x-amz-sns-subscription-arn"] == arn
    assert envelope["Message"] == (
        f"You have chosen to deactivate subscription {arn}.\n"
        "To cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
    )
    cloud.follow(envelope["SubscribeURL"])
    assert sns.list_subscriptions()["Subscriptions"] == [before]


def test_who_ends_a_subscription_with_a_signature_is_not_told(sns: Any, topic_arn: str) -> None:
    """Unsubscribe with a signature sends nothing to the endpoint."""
    arn = sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=HOOK, ReturnSubscriptionArn=True)
    cloud.follow(cloud.inbox[0].confirm_url)
    sns.unsubscribe(SubscriptionArn=arn["SubscriptionArn"])
    assert len(cloud.inbox) == 1


def test_who_wants_a_signature_to_unsubscribe_gets_it(sns: Any, topic_arn: str) -> None:
    """With AuthenticateOnUnsubscribe the link doesn't end the subscription."""
    subscribed(sns, topic_arn, "https", HOOK)
    token = json.loads(cloud.inbox[0].message)["Token"]
    sns.confirm_subscription(TopicArn=topic_arn, Token=token, AuthenticateOnUnsubscribe="true")
    sns.publish(TopicArn=topic_arn, Message="Honey")
    with pytest.raises(CloudError, match="AuthorizationError"):
        cloud.follow(json.loads(cloud.inbox[1].message)["UnsubscribeURL"])


@pytest.mark.parametrize("link", ["", "nonsense", "https://shop.example/", "https://x/?Action=DeleteTopic&TopicArn=a"])
def test_a_link_of_another_kind_is_refused(offline: Cloud, link: str) -> None:
    """Only links from SNS have an effect."""
    with pytest.raises(CloudError, match="That link isn't from this cloud"):
        cloud.follow(link)


def test_a_used_up_token_is_refused_in_words(sns: Any, topic_arn: str) -> None:
    """After two days, following the link raises an error about the token."""
    subscribed(sns, topic_arn, "email", "ada@shop.example")
    clock.advance(days=2)
    with pytest.raises(CloudError, match="Invalid parameter: Token"):
        cloud.follow(cloud.inbox[0].confirm_url)


def test_a_failing_address_is_tried_again_and_then_given_up(sqs: Any, sns: Any, topic_arn: str) -> None:
    """By default there are 3 retries, 20 seconds apart. After that the message is in the dead-letter queue."""
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    sqs.set_queue_attributes(QueueUrl=dead, Attributes={"Policy": json.dumps({"Statement": [allow]})})
    subscribed(sns, topic_arn, "https", HOOK, RedrivePolicy=json.dumps({"deadLetterTargetArn": arn}))
    cloud.follow(cloud.inbox[0].confirm_url)
    cloud.web_fails(HOOK)
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]
    for _ in range(2):
        clock.advance(seconds=20)
        assert "Messages" not in sqs.receive_message(QueueUrl=dead)
    clock.advance(seconds=20)
    (letter,) = sqs.receive_message(QueueUrl=dead)["Messages"]
    assert json.loads(letter["Body"])["Message"] == "Honey"
    said = [(step.what, step.reason, step.wait) for step in cloud.steps(message_id)[1:]]
    again = ("retrying", f"{HOOK} answered with status 503; SNS tries again in 20 s", 20)
    assert said[:4] == [again, again, again, ("refused", f"{HOOK} answered with status 503", 0)]


def test_the_phases_of_a_delivery_policy(sns: Any, topic_arn: str) -> None:
    """Retries come at once, then at the minimum delay, then further and further apart, up to the maximum delay."""
    retries = {"numRetries": 6, "minDelayTarget": 10, "maxDelayTarget": 30}
    retries |= {"numNoDelayRetries": 1, "numMinDelayRetries": 1, "numMaxDelayRetries": 1}
    subscribed(sns, topic_arn, "https", HOOK, DeliveryPolicy=json.dumps({"healthyRetryPolicy": retries}))
    cloud.follow(cloud.inbox[0].confirm_url)
    cloud.web_fails(HOOK)
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]

    def tries() -> int:
        sns.list_topics()
        return sum(step.what in ("refused", "retrying") for step in cloud.steps(message_id))

    assert tries() == 2
    for number, seconds in enumerate([10, 10, 20, 30, 30], start=3):
        clock.advance(seconds=seconds - 1)
        assert tries() == number - 1
        clock.advance(seconds=1)
        assert tries() == number


def test_a_failing_address_that_recovers_gets_its_message(sns: Any, topic_arn: str) -> None:
    """After a successful retry there are no more."""
    subscribed(sns, topic_arn, "https", HOOK)
    cloud.follow(cloud.inbox[0].confirm_url)
    cloud.web_fails(HOOK, 500)
    sns.publish(TopicArn=topic_arn, Message="Honey")
    cloud.web_works(HOOK)
    clock.advance(seconds=20)
    sns.list_topics()
    assert json.loads(cloud.inbox[1].message)["Message"] == "Honey"


def test_an_address_that_refuses_is_not_asked_again(sns: Any, topic_arn: str) -> None:
    """A status of 404 is final."""
    subscribed(sns, topic_arn, "https", HOOK)
    cloud.follow(cloud.inbox[0].confirm_url)
    cloud.web_fails(HOOK, 404)
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]
    assert [step.what for step in cloud.steps(message_id)] == ["published", "refused", "lost"]


class Hook(BaseHTTPRequestHandler):
    """A web server that stores the requests it gets, and confirms subscriptions."""

    got: list[tuple[dict[str, str], str]]
    sns: Any

    def do_POST(self) -> None:
        """Store the request. Confirm a subscription while SNS is still waiting for the response."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.got.append((dict(self.headers), body))
        if self.headers["x-amz-sns-message-type"] == "SubscriptionConfirmation":
            asked = json.loads(body)
            self.sns.confirm_subscription(TopicArn=asked["TopicArn"], Token=asked["Token"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def hook(sns: Any) -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """A web server on loopback: its address, and the requests it got."""
    got: list[tuple[dict[str, str], str]] = []
    handler = type("Handler", (Hook,), {"got": got, "sns": sns})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/orders", got
        server.shutdown()


def test_a_server_on_this_computer_shakes_hands_and_gets_the_message(sns: Any, topic_arn: str, hook: Any) -> None:
    """It can call SNS while it handles a request, and then gets the notification with AWS's headers."""
    url, got = hook
    arn = subscribed(sns, topic_arn, "http", url)
    assert confirmed_count(sns, topic_arn) == "1"
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]
    headers, body = got[1]
    assert json.loads(body)["Message"] == "Honey"
    assert {name.lower(): value for name, value in headers.items() if name.lower().startswith("x-amz-sns")} == {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": message_id,
        "x-amz-sns-topic-arn": topic_arn,
        "x-amz-sns-subscription-arn": arn,
    }
    assert cloud.inbox == []


def test_a_server_that_is_gone_is_tried_again(sns: Any, topic_arn: str, hook: Any) -> None:
    """SNS retries if there is no response."""
    url, _ = hook
    subscribed(sns, topic_arn, "http", url)
    account = cloud.world.accounts.get("123456789012")
    account.accounts.web = type("Gone", (), {"reaches": staticmethod(lambda url: True), "post": lambda *_: 0})()
    message_id = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]
    assert cloud.steps(message_id)[1].reason == f"{url} did not answer; SNS tries again in 20 s"


def test_the_steps_tell_why_a_message_did_not_come(sqs: Any, sns: Any, topic_arn: str, queue_url: str) -> None:
    """Each step has its reason: refused by the queue's policy, filtered out, hidden for some time."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscribed(sns, topic_arn, "sqs", arn)
    first = sns.publish(TopicArn=topic_arn, Message="Honey")["MessageId"]
    assert [(step.what, step.reason) for step in cloud.steps(first)] == [
        ("published", ""),
        ("refused", "the queue has no policy"),
        ("lost", "the subscription has no dead-letter queue"),
    ]
    policy = json.dumps({"kind": ["paid"]})
    subscribed(sns, topic_arn, "https", HOOK, FilterPolicy=policy)
    cloud.follow(cloud.inbox[0].confirm_url)
    second = sns.publish(
        TopicArn=topic_arn, Message="Tea", MessageAttributes={"kind": {"DataType": "String", "StringValue": "new"}}
    )["MessageId"]
    (held,) = [step for step in cloud.steps(second) if step.what == "filtered out"]
    assert '"kind"' in held.reason
    assert '"new"' in held.reason
    sent = sqs.send_message(QueueUrl=queue_url, MessageBody="book", DelaySeconds=10)["MessageId"]
    clock.advance(seconds=11)
    (message,) = sqs.receive_message(QueueUrl=queue_url)["Messages"]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    assert [(step.what, step.reason) for step in cloud.steps(sent)] == [
        ("sent", "hidden for 10 s"),
        ("received", "receive number 1; hidden for 30 s"),
        ("deleted", ""),
    ]


def test_another_cloud_says_that_it_has_no_inbox(no_cloud: None) -> None:
    """On an endpoint, inbox and steps are errors that say where to find them."""
    other = EndpointCloud("http://127.0.0.1:9")
    for ask in (lambda: other.inbox, lambda: other.steps()):
        with pytest.raises(CloudError, match=r'start\("offline"\)'):
            ask()


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("https", HOOK),
        ("lambda", "arn:aws:lambda:us-east-1:111122223333:function:pack"),
        ("firehose", "arn:aws:firehose:us-east-1:111122223333:deliverystream/orders"),
        ("sms", "+1-555-123-4567"),
    ],
)
def test_what_cannot_be_delivered_is_a_dead_letter_whatever_the_protocol(protocol: str, endpoint: str) -> None:
    """A web address that fails, a function, a stream, and a phone whose owner opted out of SMS."""
    with OfflineLab() as lab:
        topic, dead, own = lab.topic(), lab.queue("dead"), lab._world.accounts.get(lab.account)
        lab.allow(dead, topic)
        redrive = json.dumps({"deadLetterTargetArn": lab.arn(dead)})
        role = {"SubscriptionRoleArn": "arn:aws:iam::111122223333:role/sns"} if protocol == "firehose" else {}
        subscribed(lab.sns, topic, protocol, endpoint, RedrivePolicy=redrive, **role)
        for asked in lab.inbox():
            lab.sns.confirm_subscription(TopicArn=topic, Token=json.loads(asked["Message"])["Token"])
        own.down[HOOK] = 404
        own.service(SnsRegion, "us-east-1").opt_out_numbers.append("+15551234567")
        lab.sns.publish(TopicArn=topic, Message="m")
        assert [json.loads(body)["Message"] for body in lab.bodies(dead)] == ["m"]


def test_a_phone_that_opted_out_gets_nothing_until_it_is_opted_in() -> None:
    """Publishing to it succeeds. It can be opted in once every 30 days, and not be added to the sandbox before."""
    with OfflineLab() as lab:
        number, sns = "+15551234567", lab.sns
        opted_out = lab._world.accounts.get(lab.account).service(SnsRegion, "us-east-1").opt_out_numbers
        opted_out.append(number)
        assert sns.check_if_phone_number_is_opted_out(phoneNumber=number)["isOptedOut"]
        assert sns.list_phone_numbers_opted_out()["phoneNumbers"] == [number]
        assert sns.publish(PhoneNumber=number, Message="m")["MessageId"]
        assert lab.code(sns.create_sms_sandbox_phone_number, PhoneNumber=number) == "OptedOut"
        assert lab.inbox() == []
        sns.opt_in_phone_number(phoneNumber=number)
        sns.publish(PhoneNumber=number, Message="m")
        assert [arrived["Message"] for arrived in lab.inbox()] == ["m"]
        opted_out.append(number)
        assert lab.code(sns.opt_in_phone_number, phoneNumber=number) == "InvalidParameter"
        lab.advance(30 * 86_400)
        sns.opt_in_phone_number(phoneNumber=number)
        assert opted_out == []


def test_pages_of_phone_numbers() -> None:
    """Opted-out numbers come in pages of a hundred, those of the sandbox in pages as large as was asked for."""
    with OfflineLab() as lab:
        sns, region = lab.sns, lab._world.accounts.get(lab.account).service(SnsRegion, "us-east-1")
        region.opt_out_numbers += [f"+1555123{number:04}" for number in range(101)]
        first = sns.list_phone_numbers_opted_out()
        rest = sns.list_phone_numbers_opted_out(nextToken=first["nextToken"])
        assert (len(first["phoneNumbers"]), rest["phoneNumbers"]) == (100, ["+15551230100"])
        for number in range(3):
            sns.create_sms_sandbox_phone_number(PhoneNumber=f"+1555987000{number}")
        first = sns.list_sms_sandbox_phone_numbers(MaxResults=2)
        rest = sns.list_sms_sandbox_phone_numbers(MaxResults=2, NextToken=first["NextToken"])
        assert [len(first["PhoneNumbers"]), len(rest["PhoneNumbers"]), "NextToken" in rest] == [2, 1, False]
        assert lab.code(sns.list_sms_sandbox_phone_numbers, MaxResults=101) == "ValidationError"


def test_what_is_due_happens_at_its_own_time(sns: Any, topic_arn: str) -> None:
    """The clock jumps over three retries: each one is made 20 seconds after the one before, and the clock goes on."""
    subscription = subscribed(sns, topic_arn, "https", HOOK)
    sns.confirm_subscription(TopicArn=topic_arn, Token=cloud.inbox[-1].confirm_url.split("Token=")[1].split("&")[0])
    cloud.web_fails(HOOK)
    began = clock.now()
    sns.publish(TopicArn=topic_arn, Message="news")
    clock.advance(hours=1)
    tries = [step.at for step in cloud.steps() if step.where == subscription and step.what in ("retrying", "refused")]
    # The run's own clock goes on a little between these lines, so whole seconds are compared.
    assert [round((at - began).total_seconds()) for at in tries] == [0, 20, 40, 60]
    assert round((clock.now() - began).total_seconds()) == 3600


def test_a_long_poll_gets_what_sns_delivers_while_it_waits(sns: Any, sqs: Any, topic_arn: str) -> None:
    """A retry that falls into a long poll's wait reaches it at the retry's time."""
    account = cloud.world.accounts.all()[0]
    queue_url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    account.later(7, partial(_send, sqs, queue_url))
    with clock.frozen():
        began = clock.time()
        assert sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20)["Messages"]
        assert clock.time() - began == pytest.approx(7, abs=0.01)


def _send(sqs: Any, queue_url: str) -> None:
    sqs.send_message(QueueUrl=queue_url, MessageBody="late")

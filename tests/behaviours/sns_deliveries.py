"""Delivery: what lets it happen, what arrives at queues, web endpoints, mailboxes and phones, and what is lost."""

import json
import re
from typing import Any

from behaviours.book import behaviour
from behaviours.labs import Lab

HOOK = "https://hooks.shop.example/orders"
TWO = {
    "attr1": {"DataType": "Number", "StringValue": "111"},
    "attr2": {"DataType": "Binary", "BinaryValue": b"\x02\x03\x04"},
}
SNS = {"Service": "sns.amazonaws.com"}


def _publish(lab: Lab, topic: str, message: str = "m", **params: Any) -> Any:
    """Return how publishing ends."""
    return lab.attempt(lab.sns.publish, TopicArn=topic, Message=message, **params)


def _envelopes(lab: Lab, queue: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in lab.bodies(queue)]


def _delivered(lab: Lab, allow: Any) -> str:
    """Return the counts of a queue with this policy after one publication; `allow` makes statements of both ARNs."""
    topic, queue = lab.topic(), lab.queue()
    policy = json.dumps({"Version": "2012-10-17", "Statement": allow(topic, lab.arn(queue))})
    lab.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    lab.subscribe(topic, queue, allow=False)
    _publish(lab, topic)
    return lab.counts(queue)


def _statement(queue: str, **fields: Any) -> dict[str, Any]:
    """Return a statement that lets everybody send to the queue, but for the fields given."""
    return {"Effect": "Allow", "Principal": SNS, "Action": "sqs:SendMessage", "Resource": queue} | fields


def _hook(lab: Lab, topic: str, **attributes: str) -> str:
    """Subscribe a web endpoint, confirm it and return the subscription's ARN; pending where no request arrives."""
    asked = {"TopicArn": topic, "Protocol": "https", "Endpoint": HOOK, "Attributes": attributes}
    subscription = lab.sns.subscribe(**asked, ReturnSubscriptionArn=True)["SubscriptionArn"]
    for item in lab.inbox():
        lab.sns.confirm_subscription(TopicArn=topic, Token=json.loads(item["Message"])["Token"])
    return subscription


def _notifications(lab: Lab) -> list[dict[str, Any]]:
    """Return what arrived at web endpoints apart from confirmation requests: headers in small letters and the body."""
    found = []
    for item in lab.inbox():
        headers = {name.lower(): value for name, value in item.get("Headers", {}).items()}
        if headers.get("x-amz-sns-message-type") == "Notification":
            found.append({"headers": headers, "body": item["Message"]})
    return found


def _with_dead_letters(lab: Lab, allow: bool = True, raw: str = "true") -> tuple[str, str, str]:
    """Return a topic, its subscribed queue and the dead-letter queue of the subscription."""
    topic, queue, lost = lab.topic(), lab.queue(), lab.queue("lost")
    if allow:
        lab.allow(lost, topic)
    policy = json.dumps({"deadLetterTargetArn": lab.arn(lost)})
    lab.subscribe(topic, queue, RawMessageDelivery=raw, RedrivePolicy=policy)
    return topic, queue, lost


# --- the policy of the queue ------------------------------------------------------------------------------------


@behaviour(
    aws=["ok", "0/0/0"],
    source="SNS developer guide, fan-out to SQS queues (give permission to the topic to send messages to the queue)",
)
def a_queue_without_a_policy(lab: Lab) -> object:
    """Without a policy on the queue nothing arrives, and the publisher learns nothing of it."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, allow=False)
    return [_publish(lab, topic), lab.counts(queue)]


@behaviour(
    aws="1/0/0",
    source="SNS developer guide, fan-out to SQS queues",
)
def a_queue_that_allows_the_topic(lab: Lab) -> object:
    """A policy that lets SNS send for this topic makes messages arrive."""
    return _delivered(lab, lambda topic, queue: _statement(queue, Condition={"ArnEquals": {"aws:SourceArn": topic}}))


@behaviour(
    aws="0/0/0",
    source="SNS developer guide, fan-out to SQS queues (aws:SourceArn); IAM user guide, condition operators",
)
def a_queue_that_allows_another_topic(lab: Lab) -> object:
    """A policy for another topic's ARN lets nothing of this topic in."""
    return _delivered(
        lab, lambda topic, queue: _statement(queue, Condition={"ArnEquals": {"aws:SourceArn": topic + "-2"}})
    )


@behaviour(
    aws="1/0/0",
    source="IAM user guide, condition operators (ArnLike with a wildcard)",
)
def a_queue_that_allows_all_topics_of_an_account(lab: Lab) -> object:
    """aws:SourceArn may be compared with a pattern."""

    def allow(topic: str, queue: str) -> dict[str, Any]:
        return _statement(queue, Condition={"ArnLike": {"aws:SourceArn": topic.rpartition(":")[0] + ":*"}})

    return _delivered(lab, allow)


@behaviour(
    aws=["1/0/0", "0/0/0"],
    source="SNS developer guide, fan-out to SQS queues; IAM user guide, global condition keys, aws:SourceAccount",
)
def a_queue_that_looks_at_the_account(lab: Lab) -> object:
    """aws:SourceAccount is the account of the topic."""
    topic, sns = lab.topic(), lab.sns
    found = []
    for name, account in [("own", lab.account), ("foreign", lab.other_account)]:
        queue = lab.queue(name)
        statement = _statement(lab.arn(queue), Condition={"StringEquals": {"aws:SourceAccount": account}})
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        lab.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        lab.subscribe(topic, queue, allow=False)
        found.append(queue)
    sns.publish(TopicArn=topic, Message="m")
    return [lab.counts(queue) for queue in found]


@behaviour(
    aws=["after"],
    source="SNS developer guide, dead-letter queues (client-side errors are not retried)",
)
def a_policy_that_comes_late(lab: Lab) -> object:
    """What was published before the policy was set is lost; what comes after arrives."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, allow=False, RawMessageDelivery="true")
    _publish(lab, topic, "before")
    lab.allow(queue, topic)
    _publish(lab, topic, "after")
    return lab.bodies(queue)


@behaviour(
    aws=["0/0/0", "1/0/0"],
    source="SQS API reference, SetQueueAttributes, Policy (the new policy takes the old one's place)",
)
def two_topics_and_one_policy(lab: Lab) -> object:
    """Allowing a second topic with a policy of its own shuts the first one out."""
    queue, topics = lab.queue(), [lab.topic("one"), lab.topic("two")]
    for topic in topics:
        lab.subscribe(topic, queue)
    counts = []
    for topic in topics:
        _publish(lab, topic)
        counts.append(lab.counts(queue))
    return counts


# --- the envelope -----------------------------------------------------------------------------------------------


@behaviour(
    aws=[
        "Type",
        "MessageId",
        "TopicArn",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
    ],
    source="localstack test_sns.snapshot.json test_publish_message_by_target_arn",
)
def the_fields_of_the_envelope(lab: Lab) -> object:
    """A queue gets JSON with nine fields around a bare message."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic)
    return [key for envelope in _envelopes(lab, queue) for key in envelope]


@behaviour(
    aws=[["Notification", "arn:aws:sns:us-east-1:<account>:news", "Orders", "42 new", "1"]],
    source="localstack test_sns.snapshot.json test_publish_message_before_subscribe_topic",
)
def the_values_of_the_envelope(lab: Lab) -> object:
    """The envelope tells type, topic, subject and message; its signature is of version 1."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic, "42 new", Subject="Orders")
    names = ["Type", "TopicArn", "Subject", "Message", "SignatureVersion"]
    return [[envelope.get(name) for name in names] for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=[True, False],
    source="localstack test_sns.snapshot.json test_publish_message_by_target_arn",
)
def the_message_ids(lab: Lab) -> object:
    """The envelope has the id that Publish returned; the queue's message has another one."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    told = lab.sns.publish(TopicArn=topic, Message="m")["MessageId"]
    [message] = lab.receive(queue)
    return [json.loads(message["Body"])["MessageId"] == told, message["MessageId"] == told]


@behaviour(
    aws=[{"attr1": {"Type": "Number", "Value": "111"}, "attr2": {"Type": "Binary", "Value": "AgME"}}],
    source="localstack test_sns.snapshot.json test_redrive_policy_sqs_queue_subscription[False]",
)
def attributes_in_the_envelope(lab: Lab) -> object:
    """Attributes are in the envelope with type and value, bytes as base64."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic, MessageAttributes=TWO)
    return [envelope.get("MessageAttributes") for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=[False],
    source="localstack test_sns.snapshot.json test_message_attributes_not_missing, json-delivery-msg-attrs",
)
def attributes_of_the_queues_message(lab: Lab) -> object:
    """With an envelope the queue's message has no attributes of its own."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic, MessageAttributes=TWO)
    return ["MessageAttributes" in message for message in lab.receive(queue)]


@behaviour(
    aws=[True],
    source="SNS developer guide, HTTP/HTTPS notification JSON format, Timestamp",
)
def the_form_of_the_timestamp(lab: Lab) -> object:
    """The timestamp is in GMT with milliseconds."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic)
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    return [bool(re.fullmatch(form, envelope["Timestamp"])) for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=["https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=<subscription>"],
    source="localstack test_sns.snapshot.json test_publish_sqs_from_sns; SNS developer guide, UnsubscribeURL",
)
def the_address_to_unsubscribe(lab: Lab) -> object:
    """UnsubscribeURL names the subscription."""
    topic, queue = lab.topic(), lab.queue()
    subscription = lab.subscribe(topic, queue)
    _publish(lab, topic)
    return [envelope["UnsubscribeURL"].replace(subscription, "<subscription>") for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=[True],
    source="SNS developer guide, HTTP/HTTPS notification JSON format, SigningCertURL",
)
def the_address_of_the_certificate(lab: Lab) -> object:
    """SigningCertURL is an address of SNS in the topic's region that ends in .pem."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic)
    form = r"https://sns\.us-east-1\.amazonaws\.com/SimpleNotificationService-\w+\.pem"
    return [bool(re.fullmatch(form, envelope["SigningCertURL"])) for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=["2"],
    source="localstack test_sns.snapshot.json test_publish_sqs_verify_signature[2]",
)
def the_signature_of_version_2(lab: Lab) -> object:
    """A topic with SignatureVersion 2 signs its envelopes so."""
    topic, queue = lab.topic(), lab.queue()
    lab.sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    lab.subscribe(topic, queue)
    _publish(lab, topic)
    return [envelope["SignatureVersion"] for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=['ö§a1"_!?,. £$-'],
    source="localstack test_sns.snapshot.json test_publish_unicode_chars",
)
def other_letters(lab: Lab) -> object:
    """Letters and signs beyond ASCII arrive as they were."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic, 'ö§a1"_!?,. £$-')
    return [envelope["Message"] for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=["default text"],
    source="localstack test_sns.snapshot.json test_message_structure_json_to_sqs",
)
def a_text_for_each_protocol_in_the_envelope(lab: Lab) -> object:
    """With MessageStructure=json the envelope holds the one text that is for the queue."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    _publish(lab, topic, json.dumps({"default": "default text", "sms": "short"}), MessageStructure="json")
    return [envelope["Message"] for envelope in _envelopes(lab, queue)]


@behaviour(
    aws=["m", "m"],
    source="SNS developer guide, fan-out",
)
def two_queues(lab: Lab) -> object:
    """Each subscribed queue gets its own copy."""
    topic = lab.topic()
    queues = [lab.queue(name) for name in ["one", "two"]]
    for queue in queues:
        lab.subscribe(topic, queue, RawMessageDelivery="true")
    _publish(lab, topic)
    return [body for queue in queues for body in lab.bodies(queue)]


@behaviour(
    aws=["Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"],
    source="localstack test_sns.snapshot.json test_publish_sqs_from_sns_with_xray_propagation",
)
def the_trace_of_a_message(lab: Lab) -> object:
    """The header with which X-Ray traces a publication reaches the queue as a system attribute."""
    topic, queue, events = lab.topic(), lab.queue(), lab.sns.meta.events
    lab.subscribe(topic, queue)
    trace, name = (
        "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1",
        "before-call.sns.Publish",
    )

    def add_header(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amzn-Trace-Id"] = trace

    events.register(name, add_header)
    try:
        _publish(lab, topic)
    finally:
        events.unregister(name, add_header)
    return [message["Attributes"].get("AWSTraceHeader") for message in lab.receive(queue)]


@behaviour(
    aws=[[False, False], [False, False]],
    source="SNS developer guide, message attributes (sent only when the message structure is String); boto/boto3#1513",
)
def attributes_beside_a_text_for_each_protocol(lab: Lab) -> object:
    """With MessageStructure=json the message's attributes reach nobody, neither in the envelope nor raw."""
    topic, found = lab.topic(), []
    queues = {name: lab.queue(name) for name in ["wrapped", "raw"]}
    lab.subscribe(topic, queues["wrapped"])
    lab.subscribe(topic, queues["raw"], RawMessageDelivery="true")
    message = json.dumps({"default": "{}", "sqs": "{}"})
    _publish(lab, topic, message, MessageStructure="json", MessageAttributes=TWO)
    for queue in queues.values():
        [got] = lab.receive(queue)
        found.append(["MessageAttributes" in got, "MessageAttributes" in json.loads(got["Body"])])
    return found


# --- raw delivery -----------------------------------------------------------------------------------------------


@behaviour(
    aws=["This is a test message"],
    source="localstack test_sns.snapshot.json test_attribute_raw_subscribe",
)
def raw(lab: Lab) -> object:
    """With raw delivery the queue gets the message without an envelope; a subject is lost."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    _publish(lab, topic, "This is a test message", Subject="Lost")
    return lab.bodies(queue)


@behaviour(
    aws=[
        {
            "attr1": {"DataType": "Number", "StringValue": "111"},
            "attr2": {"DataType": "Binary", "BinaryValue": [2, 3, 4]},
        }
    ],
    source="localstack test_sns.snapshot.json test_message_attributes_not_missing, raw-delivery-msg-attrs",
)
def raw_with_attributes(lab: Lab) -> object:
    """With raw delivery the attributes become those of the queue's message, bytes as bytes."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    _publish(lab, topic, MessageAttributes=TWO)
    found = [message.get("MessageAttributes", {}) for message in lab.receive(queue)]
    for attributes in found:
        for value in attributes.values():
            if "BinaryValue" in value:
                value["BinaryValue"] = list(value["BinaryValue"])
    return found


@behaviour(
    aws=["d302007e9aa062660afc85fd0a482472"],
    source="localstack test_sns.snapshot.json test_publish_sqs_from_sns, message-raw-true",
)
def the_md5_of_raw_attributes(lab: Lab) -> object:
    """With raw delivery the queue's message has the MD5 of the attributes."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    _publish(lab, topic, MessageAttributes={"attr1": {"DataType": "Number", "StringValue": "99.12"}})
    return [message.get("MD5OfMessageAttributes") for message in lab.receive(queue)]


@behaviour(
    aws=["raw", "envelope"],
    source="localstack test_sns.snapshot.json test_publish_sqs_from_sns",
)
def raw_switched_off(lab: Lab) -> object:
    """RawMessageDelivery set to false brings the envelope back."""
    topic, queue = lab.topic(), lab.queue()
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true")
    _publish(lab, topic)
    found = lab.bodies(queue)
    lab.sns.set_subscription_attributes(
        SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="false"
    )
    _publish(lab, topic)
    return ["raw" if body == "m" else "envelope" for body in found + lab.bodies(queue)]


@behaviour(
    aws=["ok", "1/0/0", "0/0/0"],
    source="SNS developer guide, message attributes (more than ten with raw delivery: discarded as client-side error)",
)
def eleven_attributes(lab: Lab) -> object:
    """Ten attributes arrive with raw delivery; a message with eleven is discarded, though publishing succeeds."""
    topic, ten, eleven = lab.topic(), lab.queue("ten"), lab.queue("eleven")
    attributes = {f"a{number}": {"DataType": "String", "StringValue": "v"} for number in range(11)}
    lab.subscribe(topic, ten, RawMessageDelivery="true")
    _publish(lab, topic, MessageAttributes={name: attributes[name] for name in list(attributes)[:10]})
    other = lab.topic("other")
    lab.subscribe(other, eleven, RawMessageDelivery="true")
    return [_publish(lab, other, MessageAttributes=attributes), lab.counts(ten), lab.counts(eleven)]


@behaviour(
    aws=[11],
    source="SNS developer guide, message attributes (no limit without raw delivery)",
)
def eleven_attributes_in_an_envelope(lab: Lab) -> object:
    """An envelope holds more than ten attributes."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    attributes = {f"a{number}": {"DataType": "String", "StringValue": "v"} for number in range(11)}
    _publish(lab, topic, MessageAttributes=attributes)
    return [len(envelope.get("MessageAttributes", {})) for envelope in _envelopes(lab, queue)]


# --- what cannot be delivered -----------------------------------------------------------------------------------


@behaviour(
    aws=["ok", "1/0/0"],
    source="localstack test_sns.snapshot.json test_redrive_policy_sqs_queue_subscription; SNS API reference, Publish",
)
def a_deleted_queue_and_a_living_one(lab: Lab) -> object:
    """A subscription whose queue is gone disturbs neither the publisher nor the other subscribers."""
    topic, gone, alive = lab.topic(), lab.queue("gone"), lab.queue("alive")
    lab.subscribe(topic, gone)
    lab.subscribe(topic, alive)
    lab.sqs.delete_queue(QueueUrl=gone)
    return [_publish(lab, topic), lab.counts(alive)]


@behaviour(
    aws=["ok", 1],
    source="localstack test_sns.snapshot.json test_subscription_after_failure_to_deliver, subscriptions",
)
def the_subscription_of_a_deleted_queue(lab: Lab) -> object:
    """A failed delivery does not end the subscription."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    lab.sqs.delete_queue(QueueUrl=queue)
    outcome = _publish(lab, topic)
    return [outcome, len(lab.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"])]


@behaviour(
    aws=[[], ["m"]],
    source="SNS developer guide, dead-letter queues (the endpoint was deleted); "
    "localstack test_sns.snapshot.json test_subscription_after_failure_to_deliver",
)
def a_deleted_queue_made_again(lab: Lab) -> object:
    """A queue that is made again gets messages by the subscription that its name had."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    lab.sqs.delete_queue(QueueUrl=queue)
    _publish(lab, topic, "lost")
    lab.advance(61)
    lab.allow(lab.queue(), topic)
    before = lab.bodies(queue)
    _publish(lab, topic)
    return [before, lab.bodies(queue)]


@behaviour(
    aws=[["test_dlq_after_sqs_endpoint_deleted", ["attr1", "attr2"]]],
    source="localstack test_sns.snapshot.json test_redrive_policy_sqs_queue_subscription[True]",
)
def a_dead_letter_with_raw_delivery(lab: Lab) -> object:
    """A message for a deleted queue goes to the subscription's dead-letter queue, raw if the subscription is."""
    topic, queue, lost = _with_dead_letters(lab)
    lab.sqs.delete_queue(QueueUrl=queue)
    _publish(lab, topic, "test_dlq_after_sqs_endpoint_deleted", MessageAttributes=TWO)
    return [[message["Body"], sorted(message.get("MessageAttributes", {}))] for message in lab.receive(lost)]


@behaviour(
    aws=[["Notification", "m", ["attr1", "attr2"]]],
    source="localstack test_sns.snapshot.json test_redrive_policy_sqs_queue_subscription[False]",
)
def a_dead_letter_in_an_envelope(lab: Lab) -> object:
    """Without raw delivery the dead letter is in the envelope that the queue would have got."""
    topic, queue, lost = _with_dead_letters(lab, raw="false")
    lab.sqs.delete_queue(QueueUrl=queue)
    _publish(lab, topic, MessageAttributes=TWO)
    return [
        [envelope["Type"], envelope["Message"], sorted(envelope.get("MessageAttributes", {}))]
        for envelope in _envelopes(lab, lost)
    ]


@behaviour(
    aws=["ok", "0/0/0"],
    source="SNS developer guide, dead-letter queues (the queue's policy must let SNS send to it)",
)
def a_dead_letter_queue_without_a_policy(lab: Lab) -> object:
    """Without a policy of its own the dead-letter queue gets nothing."""
    topic, queue, lost = _with_dead_letters(lab, allow=False)
    lab.sqs.delete_queue(QueueUrl=queue)
    return [_publish(lab, topic), lab.counts(lost)]


@behaviour(
    aws=["0/0/0", "1/0/0"],
    source="SNS developer guide, dead-letter queues (client-side errors: the policy blocks SNS)",
)
def a_dead_letter_for_want_of_a_policy(lab: Lab) -> object:
    """What the queue's policy keeps out goes to the dead-letter queue, too."""
    topic, queue, lost = lab.topic(), lab.queue(), lab.queue("lost")
    lab.allow(lost, topic)
    lab.subscribe(topic, queue, allow=False, RedrivePolicy=json.dumps({"deadLetterTargetArn": lab.arn(lost)}))
    _publish(lab, topic)
    return [lab.counts(queue), lab.counts(lost)]


@behaviour(
    aws=["1/0/0", "0/0/0"],
    source="SNS developer guide, dead-letter queues",
)
def nothing_dead(lab: Lab) -> object:
    """What arrives does not go to the dead-letter queue."""
    topic, queue, lost = _with_dead_letters(lab)
    _publish(lab, topic)
    return [lab.counts(queue), lab.counts(lost)]


@behaviour(
    aws=["late"],
    source="localstack test_sns.snapshot.json test_subscription_after_failure_to_deliver",
)
def a_redrive_policy_that_comes_late(lab: Lab) -> object:
    """A redrive policy set after the queue's end catches what is published from then on."""
    topic, queue, lost = lab.topic(), lab.queue(), lab.queue("lost")
    lab.allow(lost, topic)
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true")
    lab.sqs.delete_queue(QueueUrl=queue)
    _publish(lab, topic, "early")
    lab.sns.set_subscription_attributes(
        SubscriptionArn=subscription,
        AttributeName="RedrivePolicy",
        AttributeValue=json.dumps({"deadLetterTargetArn": lab.arn(lost)}),
    )
    _publish(lab, topic, "late")
    return lab.bodies(lost)


@behaviour(
    aws=[["living"], ["dead", "living"]],
    source="SNS developer guide, dead-letter queues (a dead-letter queue belongs to one subscription)",
)
def a_dead_letter_of_one_of_two(lab: Lab) -> object:
    """Only the subscription that cannot deliver sends its copy to its dead-letter queue."""
    topic, gone, lost = _with_dead_letters(lab)
    alive = lab.queue("alive")
    lab.subscribe(topic, alive, RawMessageDelivery="true")
    _publish(lab, topic, "living")
    lab.sqs.delete_queue(QueueUrl=gone)
    first = lab.bodies(alive)
    _publish(lab, topic, "dead")
    return [first, sorted(first + lab.bodies(lost))]


# --- other regions and accounts ---------------------------------------------------------------------------------


@behaviour(
    aws="1/0/0",
    source="localstack test_sns.snapshot.json test_cross_region_delivery_sqs",
)
def a_queue_of_another_region(lab: Lab) -> object:
    """A topic delivers to a queue of another region that was subscribed in the topic's region."""
    topic, queue = lab.topic(), lab.queue(region="eu-west-1")
    lab.allow(queue, topic, region="eu-west-1")
    lab.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(queue, "eu-west-1"))
    _publish(lab, topic)
    far = lab.client("sqs", "eu-west-1")
    shown = far.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    names = ["", "NotVisible", "Delayed"]
    return "/".join(shown[f"ApproximateNumberOfMessages{name}"] for name in names)


@behaviour(
    aws=[True, ["m"]],
    source="SNS developer guide, sending to a queue in a different account (the queue's owner subscribes)",
)
def a_queue_whose_owner_subscribes(lab: Lab) -> object:
    """A queue's owner in another account subscribes it without confirming, once the topic permits that."""
    topic, queue = lab.topic(), lab.queue(account="other")
    lab.sns.add_permission(TopicArn=topic, Label="partner", AWSAccountId=[lab.other_account], ActionName=["Subscribe"])
    lab.allow(queue, topic, account="other")
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": lab.arn(queue)}
    raw = {"RawMessageDelivery": "true"}
    made = lab.client("sns", account="other").subscribe(**asked, Attributes=raw)["SubscriptionArn"]
    _publish(lab, topic)
    return [made.startswith(f"{topic}:"), _bodies_of_the_other(lab, queue)]


@behaviour(
    aws="AuthorizationError",
    source="SNS developer guide, sending to a queue in a different account; SNS API reference, Subscribe, errors",
)
def a_queue_whose_owner_may_not_subscribe(lab: Lab) -> object:
    """Another account may not subscribe to a topic that does not permit it."""
    topic, queue = lab.topic(), lab.queue(account="other")
    other = lab.client("sns", account="other")
    return lab.code(other.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(queue))


@behaviour(
    aws=["pending confirmation", ["SubscriptionConfirmation"]],
    source="SNS developer guide, sending to a queue in a different account (a user who does not own the queue)",
)
def a_queue_that_the_topics_owner_subscribes(lab: Lab) -> object:
    """Subscribing another account's queue leaves it pending, and the queue gets the request for confirmation."""
    topic, queue = lab.topic(), lab.queue(account="other")
    lab.allow(queue, topic, account="other")
    made = lab.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(queue))["SubscriptionArn"]
    return [made, [json.loads(body)["Type"] for body in _bodies_of_the_other(lab, queue)]]


@behaviour(
    aws=["m"],
    source="SNS developer guide, sending to a queue in a different account (confirm with the token from the queue)",
)
def a_queue_that_confirms(lab: Lab) -> object:
    """After confirming with the token from its queue, the other account gets messages."""
    topic, queue = lab.topic(), lab.queue(account="other")
    lab.allow(queue, topic, account="other")
    lab.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=lab.arn(queue))
    for body in _bodies_of_the_other(lab, queue):
        request = json.loads(body)
        lab.client("sns", account="other").confirm_subscription(TopicArn=topic, Token=request["Token"])
    _publish(lab, topic)
    return [json.loads(body)["Message"] for body in _bodies_of_the_other(lab, queue)]


def _bodies_of_the_other(lab: Lab, queue: str) -> list[str]:
    """Return the bodies of one receive by the other account, whose messages stay hidden from the next one."""
    answer = lab.client("sqs", account="other").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


# --- web endpoints ----------------------------------------------------------------------------------------------


@behaviour(
    aws=["SubscriptionConfirmation"],
    source="SNS developer guide, HTTP/HTTPS subscription confirmation (nothing is sent until confirmed)",
)
def a_web_endpoint_before_it_confirms(lab: Lab) -> object:
    """Before it confirms, a web endpoint gets nothing but the request for confirmation."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=HOOK)
    _publish(lab, topic)
    return [json.loads(item["Message"])["Type"] for item in lab.inbox()]


@behaviour(
    aws=[["Notification", "m"]],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint[False], http-message",
)
def a_web_endpoint(lab: Lab) -> object:
    """After it confirmed, a web endpoint gets the envelope."""
    topic = lab.topic()
    _hook(lab, topic)
    _publish(lab, topic)
    envelopes = [json.loads(item["body"]) for item in _notifications(lab)]
    return [[envelope["Type"], envelope["Message"]] for envelope in envelopes]


@behaviour(
    aws=[
        {
            "content-type": "text/plain; charset=UTF-8",
            "user-agent": "Amazon Simple Notification Service Agent",
            "x-amz-sns-message-id": "<message>",
            "x-amz-sns-message-type": "Notification",
            "x-amz-sns-subscription-arn": "<subscription>",
            "x-amz-sns-topic-arn": "arn:aws:sns:us-east-1:<account>:news",
        }
    ],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint[False], http-message-headers",
)
def the_headers_at_a_web_endpoint(lab: Lab) -> object:
    """The headers tell message, type, topic and subscription; the content is said to be plain text."""
    topic = lab.topic()
    subscription = _hook(lab, topic)
    _publish(lab, topic)
    found = []
    for item in _notifications(lab):
        known = {json.loads(item["body"])["MessageId"]: "<message>", subscription: "<subscription>"}
        telling = {name: value for name, value in item["headers"].items() if name.startswith("x-amz-sns-")}
        telling |= {name: item["headers"].get(name) for name in ["content-type", "user-agent"]}
        found.append({name: known.get(value, value) for name, value in telling.items()})
    return found


@behaviour(
    aws=[["m", "true", True]],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint[True], http-message-headers-raw",
)
def raw_at_a_web_endpoint(lab: Lab) -> object:
    """With raw delivery a web endpoint gets the message itself and a header that says so."""
    topic = lab.topic()
    subscription = _hook(lab, topic, RawMessageDelivery="true")
    _publish(lab, topic)
    return [
        [
            item["body"],
            item["headers"].get("x-amz-sns-rawdelivery"),
            item["headers"].get("x-amz-sns-subscription-arn") == subscription,
        ]
        for item in _notifications(lab)
    ]


@behaviour(
    aws=["application/json"],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_content_type[False]",
)
def another_content_type(lab: Lab) -> object:
    """The topic's delivery policy sets the content type that web endpoints are told."""
    policy = {"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}}
    topic = lab.topic(DeliveryPolicy=json.dumps(policy))
    _hook(lab, topic)
    _publish(lab, topic)
    return [item["headers"].get("content-type") for item in _notifications(lab)]


@behaviour(
    aws=["text/csv"],
    source="localstack test_sns.snapshot.json test_subscribe_external_http_endpoint_content_type[True]",
)
def another_content_type_of_one_subscription(lab: Lab) -> object:
    """A subscription's delivery policy sets the content type of that endpoint."""
    topic = lab.topic()
    _hook(
        lab,
        topic,
        RawMessageDelivery="true",
        DeliveryPolicy=json.dumps({"requestPolicy": {"headerContentType": "text/csv"}}),
    )
    _publish(lab, topic)
    return [item["headers"].get("content-type") for item in _notifications(lab)]


@behaviour(
    aws=["for the web"],
    source="SNS API reference, Publish, MessageStructure",
)
def the_text_for_the_web(lab: Lab) -> object:
    """With MessageStructure=json a web endpoint gets the text under its protocol."""
    topic = lab.topic()
    _hook(lab, topic)
    _publish(lab, topic, json.dumps({"default": "d", "https": "for the web"}), MessageStructure="json")
    return [json.loads(item["body"])["Message"] for item in _notifications(lab)]


@behaviour(
    aws=[[], []],
    source="SNS API reference, Unsubscribe",
)
def a_web_endpoint_after_its_end(lab: Lab) -> object:
    """An unsubscribed web endpoint gets nothing more."""
    topic = lab.topic()
    subscription = _hook(lab, topic)
    lab.sns.unsubscribe(SubscriptionArn=subscription)
    _publish(lab, topic)
    entries = lab.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return [entries, [item["body"] for item in _notifications(lab)]]


# --- mailboxes and phones ---------------------------------------------------------------------------------------


@behaviour(
    aws=1,
    source="SNS API reference, Subscribe (email must be confirmed)",
)
def a_mailbox_before_it_confirms(lab: Lab) -> object:
    """Before it confirms, a mailbox gets nothing but the request for confirmation."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="anna@shop.example")
    _publish(lab, topic)
    return len(lab.inbox())


@behaviour(
    aws=["SubscriptionConfirmation", "Notification"],
    source="SNS API reference, Subscribe, Protocol (email-json)",
)
def a_mailbox_for_json(lab: Lab) -> object:
    """An address subscribed as email-json gets envelopes once it has confirmed."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="anna@shop.example")
    for item in lab.inbox():
        lab.sns.confirm_subscription(TopicArn=topic, Token=json.loads(item["Message"])["Token"])
    _publish(lab, topic)
    return [json.loads(item["Message"])["Type"] for item in lab.inbox()]


@behaviour(
    aws=[["sms", "+15551234567", True]],
    source="SNS API reference, Publish, PhoneNumber",
)
def a_phone(lab: Lab) -> object:
    """Outside the SMS sandbox a text published to a number arrives there."""
    lab.sns.publish(PhoneNumber="+15551234567", Message="Your parcel is here.")
    return [[item["Protocol"], item["Endpoint"], "Your parcel is here." in item["Message"]] for item in lab.inbox()]


@behaviour(
    aws=[["sms", "+15551234567", True]],
    source="SNS API reference, Subscribe, Protocol (sms); localstack test_subscribe_sms_endpoint",
)
def a_subscribed_phone(lab: Lab) -> object:
    """Outside the SMS sandbox a subscribed phone gets the message without confirming and without an envelope."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15551234567")
    _publish(lab, topic, "Your parcel is here.", Subject="Not for phones")
    return [
        [item["Protocol"], item["Endpoint"], item["Message"].endswith("Your parcel is here.")] for item in lab.inbox()
    ]


@behaviour(
    aws=[True],
    source="SNS API reference, Publish, MessageStructure",
)
def the_text_for_phones(lab: Lab) -> object:
    """With MessageStructure=json a phone gets the text under "sms"."""
    topic = lab.topic()
    lab.sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+15551234567")
    _publish(lab, topic, json.dumps({"default": "a long text", "sms": "short"}), MessageStructure="json")
    return [item["Message"].endswith("short") for item in lab.inbox()]


@behaviour(
    aws={
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": "sns.amazonaws.com",
        "aws:SourceAccount": "own",
    },
    source="IAM user guide, global condition context keys (properties of the principal: calls of AWS services)",
)
def condition_keys_of_a_delivery(lab: Lab) -> object:
    """A queue's policy can ask in its conditions whether an AWS service calls, which one, and for which account."""
    topic, found = lab.topic(), {}
    wanted = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": "sns.amazonaws.com"}
    for number, (key, value) in enumerate((wanted | {"aws:SourceAccount": lab.account}).items()):
        url = lab.queue(f"orders-{number}")
        lab.subscribe(topic, url, allow=False)
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": lab.arn(url)}
        policy = {"Version": "2012-10-17", "Statement": [statement | {"Condition": {"StringEquals": {key: value}}}]}
        lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        found[key] = "own" if value == lab.account else value
    lab.sns.publish(TopicArn=topic, Message="m")
    urls = lab.sqs.list_queues()["QueueUrls"]
    return {key: value if lab.bodies(url) else "refused" for (key, value), url in zip(found.items(), urls, strict=True)}

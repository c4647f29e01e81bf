"""FIFO topics: what publishing needs, order, duplicates, sequence numbers and who may subscribe."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

NO_GROUP = refused("InvalidParameter", "Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
NO_ID = refused(
    "InvalidParameter",
    "Invalid parameter: The topic should either have ContentBasedDeduplication enabled "
    "or MessageDeduplicationId provided explicitly",
)
SHA_OF_TEST = "532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25"


def _topic(lab: Lab, **attributes: str) -> str:
    return lab.topic("orders.fifo", **attributes)


def _by_content(lab: Lab, **attributes: str) -> str:
    return _topic(lab, ContentBasedDeduplication="true", **attributes)


def _queue(lab: Lab, topic: str, name: str = "orders.fifo", raw: str = "true") -> str:
    """Return a queue that gets the topic's messages, as they are unless told otherwise."""
    queue = lab.queue(name)
    lab.subscribe(topic, queue, RawMessageDelivery=raw)
    return queue


def _publish(lab: Lab, topic: str, message: str = "m", group: str = "g", **params: Any) -> dict[str, Any]:
    return lab.sns.publish(TopicArn=topic, Message=message, MessageGroupId=group, **params)


def _entry(number: int, message: str = "m", **params: Any) -> dict[str, Any]:
    return {"Id": str(number), "Message": message, "MessageGroupId": "g"} | params


# --- what publishing needs --------------------------------------------------------------------------------------


@behaviour(aws=NO_GROUP, source="localstack test_sns.snapshot.json test_validations_for_fifo, no-msg-group-id")
def no_group(lab: Lab) -> object:
    """Publishing to a FIFO topic needs a group id."""
    return lab.attempt(lab.sns.publish, TopicArn=_by_content(lab), Message="m")


@behaviour(aws=NO_ID, source="localstack test_sns.snapshot.json test_validations_for_fifo, no-dedup-policy")
def no_deduplication_id(lab: Lab) -> object:
    """Publishing to a FIFO topic needs a deduplication id unless the topic makes one from the content."""
    return lab.attempt(lab.sns.publish, TopicArn=_topic(lab), Message="m", MessageGroupId="g")


@behaviour(
    aws=[NO_GROUP, NO_ID],
    source="localstack test_sns.snapshot.json test_publish_batch_exceptions, no-group-id and no-dedup-id",
)
def an_entry_that_lacks_something(lab: Lab) -> object:
    """An entry without a group id or without a deduplication id fails the whole batch."""
    topic, sns = _topic(lab), lab.sns
    no_group = {"Id": "1", "Message": "m", "MessageDeduplicationId": "a"}
    return [
        lab.attempt(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[entry])
        for entry in [no_group, _entry(1)]
    ]


@behaviour(
    aws=["InvalidParameter", "InvalidParameter", "InvalidParameter"],
    source="SNS API reference, Publish, MessageGroupId and MessageDeduplicationId (128 characters, no spaces)",
)
def broken_ids(lab: Lab) -> object:
    """Group and deduplication ids have at most 128 letters, digits and punctuation signs, but no spaces."""
    topic, sns = _by_content(lab), lab.sns
    asked = {"TopicArn": topic, "Message": "m"}
    return [
        lab.code(sns.publish, **asked, MessageGroupId="a group"),
        lab.code(sns.publish, **asked, MessageGroupId="g", MessageDeduplicationId="an id"),
        lab.code(sns.publish, **asked, MessageGroupId="g", MessageDeduplicationId="i" * 129),
    ]


# --- attributes -------------------------------------------------------------------------------------------------


@behaviour(
    aws=["true", "false", "TestTopic", "2"],
    source="localstack test_sns.snapshot.json test_create_topic_with_attributes",
)
def the_attributes(lab: Lab) -> object:
    """A FIFO topic shows that it is one, and that it does not deduplicate by content unless told to."""
    topic = _topic(lab, DisplayName="TestTopic", SignatureVersion="2")
    shown = lab.sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return [shown.get(n) for n in ["FifoTopic", "ContentBasedDeduplication", "DisplayName", "SignatureVersion"]]


@behaviour(
    aws=[NO_ID, "ok"],
    source="SNS API reference, SetTopicAttributes, ContentBasedDeduplication",
)
def content_based_deduplication_switched_on(lab: Lab) -> object:
    """ContentBasedDeduplication can be switched on after creation."""
    topic, sns = _topic(lab), lab.sns
    asked = {"TopicArn": topic, "Message": "m", "MessageGroupId": "g"}
    before = lab.attempt(sns.publish, **asked)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="ContentBasedDeduplication", AttributeValue="true")
    return [before, lab.attempt(sns.publish, **asked)]


@behaviour(
    aws=["MessageGroup", None],
    source="SNS API reference, CreateTopic, FifoThroughputScope; "
    "localstack test_sns.snapshot.json test_create_topic_with_attributes (a FIFO topic shows no scope)",
)
def the_throughput_scope(lab: Lab) -> object:
    """FifoThroughputScope is kept as it was given, and shown only if it was."""
    topics = [_topic(lab, FifoThroughputScope="MessageGroup"), lab.topic("plain.fifo")]
    return [lab.sns.get_topic_attributes(TopicArn=one)["Attributes"].get("FifoThroughputScope") for one in topics]


@behaviour(
    aws="InvalidParameter",
    source="localstack test_topic_get_attributes_with_fifo_false (FifoTopic cannot be set later)",
)
def a_fifo_topic_made_a_standard_one(lab: Lab) -> object:
    """A FIFO topic stays one."""
    topic = _topic(lab)
    change = lab.sns.set_topic_attributes
    return lab.code(change, TopicArn=topic, AttributeName="FifoTopic", AttributeValue="false")


# --- sequence numbers -------------------------------------------------------------------------------------------


@behaviour(
    aws=True,
    source="SNS developer guide, message ordering details for FIFO topics (sequence numbers increase)",
)
def growing_sequence_numbers(lab: Lab) -> object:
    """The sequence numbers of a topic grow from message to message."""
    topic = _by_content(lab)
    numbers = [int(_publish(lab, topic, text).get("SequenceNumber", "0")) for text in ["a", "b", "c"]]
    return numbers[0] < numbers[1] < numbers[2]


@behaviour(
    aws=[True, True],
    source="localstack test_sns.snapshot.json test_publish_fifo_messages_to_dlq, publish-batch-response-fifo",
)
def the_sequence_numbers_of_a_batch(lab: Lab) -> object:
    """Each entry of a batch gets a sequence number of its own, growing in the order sent."""
    entries = [_entry(number, f"m{number}") for number in [1, 2, 3]]
    answer = lab.sns.publish_batch(TopicArn=_by_content(lab), PublishBatchRequestEntries=entries)
    done = sorted(answer["Successful"], key=lambda entry: entry["Id"])
    numbers = [int(entry.get("SequenceNumber", "0")) for entry in done]
    return [len(set(numbers)) == 3, numbers == sorted(numbers)]


@behaviour(
    aws=[True, True, True],
    source="localstack test_sns.snapshot.json test_publish_fifo_messages_to_dlq, messages-in-dlq",
)
def the_sequence_number_in_the_envelope(lab: Lab) -> object:
    """The envelope has the topic's message id and sequence number; the queue adds a number of its own."""
    topic = _by_content(lab)
    queue = _queue(lab, topic, raw="false")
    answer = _publish(lab, topic)
    found = []
    for message in lab.receive(queue):
        envelope = json.loads(message["Body"])
        found += [
            envelope.get("MessageId") == answer["MessageId"],
            envelope.get("SequenceNumber", "") == answer.get("SequenceNumber"),
            message["Attributes"].get("SequenceNumber", "") not in ("", answer.get("SequenceNumber")),
        ]
    return found


# --- what arrives -----------------------------------------------------------------------------------------------


@behaviour(
    aws=["Type", "MessageId", "SequenceNumber", "TopicArn", "Message", "Timestamp", "UnsubscribeURL"],
    source="localstack test_sns.snapshot.json test_message_to_fifo_sqs",
)
def the_fields_of_the_envelope(lab: Lab) -> object:
    """A FIFO topic's envelope has a sequence number and no signature."""
    topic = _by_content(lab)
    queue = _queue(lab, topic, raw="false")
    _publish(lab, topic, "Test")
    return [key for body in lab.bodies(queue) for key in json.loads(body)]


@behaviour(
    aws=[["Test", "message-group-id-1", "message-deduplication-id-1"]],
    source="localstack test_sns.snapshot.json test_message_to_fifo_sqs[False]",
)
def group_and_id_at_the_queue(lab: Lab) -> object:
    """A FIFO queue gets the message under the group id and the deduplication id that it was published with."""
    topic = _topic(lab)
    queue = _queue(lab, topic)
    _publish(lab, topic, "Test", "message-group-id-1", MessageDeduplicationId="message-deduplication-id-1")
    names = ["MessageGroupId", "MessageDeduplicationId"]
    return [[m["Body"], *(m["Attributes"].get(name) for name in names)] for m in lab.receive(queue)]


@behaviour(
    aws=[SHA_OF_TEST],
    source="localstack test_sns.snapshot.json test_publish_to_fifo_topic_deduplication_on_topic_level",
)
def the_id_made_from_the_content(lab: Lab) -> object:
    """The deduplication id made from the content is the message's SHA-256, at a queue without the setting, too."""
    topic = _by_content(lab)
    queue = _queue(lab, topic, raw="false")
    _publish(lab, topic, "Test")
    return [message["Attributes"].get("MessageDeduplicationId") for message in lab.receive(queue)]


@behaviour(
    aws=[[hashlib.sha256(b"Test batched").hexdigest(), "Test batched"]],
    source="localstack test_sns.snapshot.json test_publish_to_fifo_topic_to_sqs_queue_no_content_dedup[True]",
)
def the_id_made_from_an_entry(lab: Lab) -> object:
    """An entry of a batch gets its deduplication id from its own message."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[_entry(1, "Test batched")])
    return [[m["Attributes"].get("MessageDeduplicationId"), m["Body"]] for m in lab.receive(queue)]


@behaviour(
    aws=[["m", {"attr1": {"DataType": "Number", "StringValue": "99.12"}}]],
    source="localstack test_sns.snapshot.json test_publish_batch_messages_from_fifo_topic_to_fifo_queue",
)
def attributes_with_raw_delivery(lab: Lab) -> object:
    """With raw delivery the attributes of a message become those of the queue's message."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    _publish(lab, topic, MessageAttributes={"attr1": {"DataType": "Number", "StringValue": "99.12"}})
    return [[message["Body"], message.get("MessageAttributes")] for message in lab.receive(queue)]


@behaviour(
    aws=["0", "1", "2", "3", "4"],
    source="localstack test_sns.py test_message_to_fifo_sqs_ordering (AWS-validated)",
)
def the_order(lab: Lab) -> object:
    """A FIFO queue hands out the messages of a group in the order they were published."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    for number in range(5):
        _publish(lab, topic, str(number))
    return lab.bodies(queue)


@behaviour(
    aws=["m1", "m2", "m3"],
    source="SNS API reference, PublishBatch (published in the order they are sent)",
)
def the_order_of_a_batch(lab: Lab) -> object:
    """The entries of a batch arrive in the order sent."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    entries = [_entry(number, f"m{number}") for number in [1, 2, 3]]
    lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    return lab.bodies(queue)


@behaviour(
    aws=[["m"], ["m"]],
    source="SNS developer guide, FIFO topics example use case (fan-out to several FIFO queues)",
)
def two_queues(lab: Lab) -> object:
    """Each subscribed FIFO queue gets each message."""
    topic = _by_content(lab)
    queues = [_queue(lab, topic, name) for name in ["one.fifo", "two.fifo"]]
    _publish(lab, topic)
    return [lab.bodies(queue) for queue in queues]


# --- duplicates -------------------------------------------------------------------------------------------------


@behaviour(
    aws=[["Test"], []],
    source="localstack test_sns.snapshot.json test_publish_to_fifo_topic_deduplication_on_topic_level, dedup-messages",
)
def the_same_message_again(lab: Lab) -> object:
    """The topic itself swallows a repeated message, even when the first is deleted from the queue."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    _publish(lab, topic, "Test")
    first = lab.receive(queue)
    for message in first:
        lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    _publish(lab, topic, "Test")
    return [[message["Body"] for message in first], lab.bodies(queue)]


@behaviour(
    aws=[["first"], []],
    source="localstack test_sns.snapshot.json test_message_to_fifo_sqs[False], dedup-messages",
)
def the_same_id_again(lab: Lab) -> object:
    """A second message with the same deduplication id is not delivered, whatever it says."""
    topic = _topic(lab)
    queue = _queue(lab, topic)
    _publish(lab, topic, "first", MessageDeduplicationId="once")
    first = lab.receive(queue)
    for message in first:
        lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    _publish(lab, topic, "second", MessageDeduplicationId="once")
    return [[message["Body"] for message in first], lab.bodies(queue)]


@behaviour(
    aws=[True, True],
    source="localstack test_publish_batch_messages_from_fifo_topic_to_fifo_queue, republish-batch-response-fifo",
)
def the_answer_to_a_repeated_message(lab: Lab) -> object:
    """A repeated message is answered with the message id and the sequence number of the first."""
    topic = _by_content(lab)
    first, second = _publish(lab, topic), _publish(lab, topic)
    number = first.get("SequenceNumber", "none")
    return [second["MessageId"] == first["MessageId"], second.get("SequenceNumber") == number]


@behaviour(
    aws=[True, ["1", "2"], 2],
    source="localstack test_publish_batch_messages_from_fifo_topic_to_fifo_queue, duplicate-messages",
)
def a_repeated_batch(lab: Lab) -> object:
    """A repeated batch succeeds with the same message ids and delivers nothing again."""
    topic, sns = _by_content(lab), lab.sns
    queue = _queue(lab, topic)
    answers = []
    for _ in range(2):
        entries = [_entry(number, f"m{number}") for number in [1, 2]]
        answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)["Successful"]
        answers.append(sorted((entry["Id"], entry["MessageId"]) for entry in answer))
    return [answers[0] == answers[1], [name for name, _ in answers[1]], len(lab.receive(queue))]


@behaviour(
    aws=[["1", "2"], ["m"]],
    source="SNS API reference, PublishBatch (deduplicated within the batch)",
)
def duplicates_within_a_batch(lab: Lab) -> object:
    """Equal entries of one batch all succeed, and one of them is delivered."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    answer = lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[_entry(1), _entry(2)])
    return [sorted(entry["Id"] for entry in answer["Successful"]), lab.bodies(queue)]


@behaviour(
    aws=[["m"], ["m", "m"]],
    source="SNS API reference, Publish, MessageDeduplicationId (5 minute interval)",
)
def after_five_minutes(lab: Lab) -> object:
    """After five minutes a repeated message is a new one; after four it is not."""
    counts = []
    for name, minutes in [("early", 4), ("late", 6)]:
        topic = lab.topic(f"{name}.fifo", ContentBasedDeduplication="true")
        queue = _queue(lab, topic, f"{name}.fifo")
        _publish(lab, topic)
        lab.advance(minutes * 60)
        _publish(lab, topic)
        counts.append(lab.bodies(queue))
    return counts


@behaviour(
    aws=["same"],
    source="SNS API reference, Publish, MessageDeduplicationId (body of the message, not its attributes)",
)
def equal_messages_with_other_attributes(lab: Lab) -> object:
    """Deduplication by content looks at the message and not at its attributes."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    for colour in ["red", "blue"]:
        _publish(lab, topic, "same", MessageAttributes={"colour": {"DataType": "String", "StringValue": colour}})
    return lab.bodies(queue)


@behaviour(
    aws=["same", "same"],
    source="SNS API reference, Publish, MessageDeduplicationId (overrides the generated one)",
)
def equal_messages_with_other_ids(lab: Lab) -> object:
    """A deduplication id given explicitly takes the place of the one made from the content."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    for name in ["a", "b"]:
        _publish(lab, topic, "same", MessageDeduplicationId=name)
    return lab.bodies(queue)


@behaviour(
    aws=["same"],
    source="SNS API reference, Publish, MessageDeduplicationId (the generated id given explicitly)",
)
def the_generated_id_given(lab: Lab) -> object:
    """Giving the id that was made from an earlier content makes a duplicate of it."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    _publish(lab, topic, "same")
    _publish(lab, topic, "another", MessageDeduplicationId=hashlib.sha256(b"same").hexdigest())
    return lab.bodies(queue)


@behaviour(
    aws=["same"],
    source="SNS API reference, CreateTopic, FifoThroughputScope (Topic is the default)",
)
def equal_messages_in_two_groups(lab: Lab) -> object:
    """By default a topic deduplicates over all its groups."""
    topic = _by_content(lab)
    queue = _queue(lab, topic)
    for group in ["one", "two"]:
        _publish(lab, topic, "same", group)
    return lab.bodies(queue)


@behaviour(
    aws=["same", "same"],
    source="SNS API reference, CreateTopic, FifoThroughputScope (MessageGroup)",
)
def equal_messages_in_two_groups_that_count_apart(lab: Lab) -> object:
    """With FifoThroughputScope=MessageGroup each group deduplicates by itself."""
    topic = _by_content(lab, FifoThroughputScope="MessageGroup")
    # The queue must not deduplicate over its groups either, or it would swallow the second.
    queue = lab.queue("orders.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    for group in ["one", "two"]:
        _publish(lab, topic, "same", group)
    return lab.bodies(queue)


@behaviour(
    aws=["same"],
    source="SNS API reference, CreateTopic, FifoThroughputScope (MessageGroup)",
)
def equal_messages_in_one_group_that_counts_apart(lab: Lab) -> object:
    """With FifoThroughputScope=MessageGroup a group still deduplicates its own messages."""
    topic = _by_content(lab, FifoThroughputScope="MessageGroup")
    queue = lab.queue("orders.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    for _ in range(2):
        _publish(lab, topic, "same", "one")
    return lab.bodies(queue)


# --- who may subscribe ------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: Invalid parameter: Endpoint Reason: "
        "FIFO SQS Queues can not be subscribed to standard SNS topics",
    ),
    source="localstack test_sns.snapshot.json test_validations_for_fifo, not-fifo-topic",
)
def a_fifo_queue_on_a_standard_topic(lab: Lab) -> object:
    """A FIFO queue cannot subscribe to a standard topic."""
    queue = lab.arn(lab.queue("orders.fifo"))
    return lab.attempt(lab.sns.subscribe, TopicArn=lab.topic(), Protocol="sqs", Endpoint=queue)


@behaviour(
    aws=[["Test", "SequenceNumber", False, False]],
    source="localstack test_sns.snapshot.json test_fifo_topic_to_regular_sqs",
)
def a_standard_queue_on_a_fifo_topic(lab: Lab) -> object:
    """A standard queue may subscribe to a FIFO topic; its messages have neither group nor deduplication id."""
    topic = _by_content(lab)
    queue = _queue(lab, topic, "orders", raw="false")
    _publish(lab, topic, "Test")
    found = []
    for message in lab.receive(queue):
        envelope, shown = json.loads(message["Body"]), message["Attributes"]
        number = "SequenceNumber" if "SequenceNumber" in envelope else "none"
        found.append([envelope["Message"], number, "MessageGroupId" in shown, "MessageDeduplicationId" in shown])
    return found


@behaviour(
    aws="1/0/0",
    source="localstack test_sns.snapshot.json test_fifo_topic_to_regular_sqs, dedup-messages",
)
def duplicates_for_a_standard_queue(lab: Lab) -> object:
    """What the topic takes for a duplicate does not reach a standard queue either."""
    topic = _by_content(lab)
    queue = _queue(lab, topic, "orders")
    for _ in range(2):
        _publish(lab, topic, "Test")
    return lab.counts(queue)


@behaviour(
    aws=["InvalidParameter", "InvalidParameter", "InvalidParameter"],
    source="SNS developer guide, message delivery from FIFO topics (no email, phones or http endpoints)",
)
def other_subscribers(lab: Lab) -> object:
    """Mail addresses, phones and web endpoints cannot subscribe to a FIFO topic."""
    topic, sns = _topic(lab), lab.sns
    endpoints = [
        ("email", "anna@shop.example"),
        ("sms", "+15551234567"),
        ("https", "https://hooks.shop.example/orders"),
    ]
    return [lab.code(sns.subscribe, TopicArn=topic, Protocol=name, Endpoint=where) for name, where in endpoints]


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.",
    ),
    source="localstack test_sns.snapshot.json test_validations_for_fifo, regular-queue-for-dlq-of-fifo-topic",
)
def a_standard_dead_letter_queue(lab: Lab) -> object:
    """The subscription of a FIFO queue wants a FIFO queue for its dead letters."""
    subscription = lab.subscribe(_topic(lab), lab.queue("orders.fifo"))
    policy = json.dumps({"deadLetterTargetArn": lab.arn(lab.queue("lost"))})
    change = lab.sns.set_subscription_attributes
    return lab.attempt(change, SubscriptionArn=subscription, AttributeName="RedrivePolicy", AttributeValue=policy)


@behaviour(
    aws="ok",
    source="localstack test_sns.py test_validations_for_fifo (AWS-validated)",
)
def a_standard_dead_letter_queue_of_a_standard_queue(lab: Lab) -> object:
    """The subscription of a standard queue to a FIFO topic may have a standard queue for its dead letters."""
    subscription = lab.subscribe(_topic(lab), lab.queue("orders"))
    policy = json.dumps({"deadLetterTargetArn": lab.arn(lab.queue("lost"))})
    change = lab.sns.set_subscription_attributes
    return lab.attempt(change, SubscriptionArn=subscription, AttributeName="RedrivePolicy", AttributeValue=policy)


@behaviour(
    aws=[["test-message", "message-group-id-1", "message-deduplication-id-1"]],
    source="localstack test_sns.snapshot.json test_publish_fifo_messages_to_dlq[True]",
)
def dead_letters(lab: Lab) -> object:
    """A message whose queue is gone reaches the dead-letter queue under its group and deduplication id."""
    topic, queue, lost = _topic(lab), lab.queue("orders.fifo"), lab.queue("lost.fifo")
    lab.allow(lost, topic)
    policy = json.dumps({"deadLetterTargetArn": lab.arn(lost)})
    lab.subscribe(topic, queue, RawMessageDelivery="true", RedrivePolicy=policy)
    lab.sqs.delete_queue(QueueUrl=queue)
    ids = {"MessageGroupId": "message-group-id-1", "MessageDeduplicationId": "message-deduplication-id-1"}
    lab.attempt(lab.sns.publish, TopicArn=topic, Message="test-message", **ids)
    return [[m["Body"], *(m["Attributes"].get(name) for name in ids)] for m in lab.receive(lost)]


# --- archive and replay -----------------------------------------------------------------------------------------

OWNERS, SUBSCRIBERS = (
    f"SNS developer guide, message {what}" for what in ("archiving for topic owners", "replay for topic subscribers")
)
TERRAFORM = "hashicorp/terraform-provider-aws TestAccSNSTopic_fifoWithArchivePolicy (runs against AWS)"
HOUR = 3600


def _archiving(lab: Lab, days: str = "30") -> str:
    """Return a FIFO topic that archives."""
    return _by_content(lab, ArchivePolicy=json.dumps({"MessageRetentionPeriod": days}))


def _shown(lab: Lab, topic: str, name: str) -> str | None:
    return lab.sns.get_topic_attributes(TopicArn=topic)["Attributes"].get(name)


def _hour(lab: Lab, topic: str, hours: int) -> str:
    """Return the time this many hours after the topic began to archive."""
    begun = _shown(lab, topic, "BeginningArchiveTime")
    if begun is None:
        return "never"
    at = datetime.strptime(begun, "%Y-%m-%dT%H:%M:%S.%fZ") + timedelta(hours=hours)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _replay_policy(start: str, end: str | None = None) -> str:
    policy = {"PointType": "Timestamp", "StartingPoint": start} | ({"EndingPoint": end} if end else {})
    return json.dumps(policy)


def _hourly(lab: Lab, topic: str, *texts: str) -> None:
    """Publish one message an hour, the first right away."""
    for text in texts:
        _publish(lab, topic, text)
        lab.advance(HOUR)


def _set_replay(lab: Lab, subscription: str, policy: str) -> Any:
    change = lab.sns.set_subscription_attributes
    return lab.attempt(change, SubscriptionArn=subscription, AttributeName="ReplayPolicy", AttributeValue=policy)


def _status(lab: Lab, subscription: str) -> str | None:
    return lab.sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"].get("ReplayStatus")


@behaviour(
    aws=['{"MessageRetentionPeriod": "30"}', True, None, None],
    source=f"{TERRAFORM}; SNS API reference, GetTopicAttributes, BeginningArchiveTime",
)
def an_archive_policy(lab: Lab) -> object:
    """A topic with an archive policy shows it, with the time from which it can be replayed; {} takes both away."""
    topic = _archiving(lab)
    found = [_shown(lab, topic, "ArchivePolicy"), _shown(lab, topic, "BeginningArchiveTime") is not None]
    lab.sns.set_topic_attributes(TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    return found + [_shown(lab, topic, name) for name in ("ArchivePolicy", "BeginningArchiveTime")]


@behaviour(
    aws=[True, True],
    source="SNS API reference, GetTopicAttributes, BeginningArchiveTime (based on the retention period)",
)
def the_time_at_which_an_archive_begins(lab: Lab) -> object:
    """The earliest time to replay from stays until the retention period is over, and then goes on with the time."""
    topic = _archiving(lab, "2")
    first = _hour(lab, topic, 0)
    lab.advance(47 * HOUR)
    early = _hour(lab, topic, 0)
    lab.advance(3 * HOUR)
    return [early == first, _hour(lab, topic, 0) > first]


@behaviour(
    aws=[refused("InvalidState", "Invalid state: Cannot delete a topic with an ArchivePolicy"), "ok"],
    source=f"{TERRAFORM}; aws/aws-cdk pull request 37113; {OWNERS}",
)
def deleting_a_topic_that_archives(lab: Lab) -> object:
    """A topic with an archive policy cannot be deleted before the policy is taken away."""
    topic, sns = _archiving(lab), lab.sns
    before = lab.attempt(sns.delete_topic, TopicArn=topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue="{}")
    return [before, lab.attempt(sns.delete_topic, TopicArn=topic)]


@behaviour(
    aws=["ok", "ok", *["InvalidParameter"] * 8],
    source=f"{OWNERS} (1 to 365 days); hashicorp/terraform-provider-aws issue 38885 (an empty text is refused)",
)
def values_of_an_archive_policy(lab: Lab) -> object:
    """Messages are archived for 1 to 365 days; anything else is refused."""
    topic, days = _topic(lab), [1, "365", 0, "366", "a year", None, 1.5]
    texts = [json.dumps({"MessageRetentionPeriod": each}) for each in days] + ["", "junk", '{"Days": "1"}']
    change = lab.sns.set_topic_attributes
    return [lab.code(change, TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=text) for text in texts]


@behaviour(
    aws=["InvalidParameter"] * 4,
    source="SNS API reference, CreateTopic and Subscribe (both policies apply only to FIFO topics)",
)
def a_standard_topic_has_no_archive(lab: Lab) -> object:
    """A standard topic takes neither an archive policy nor, from its subscriptions, a replay policy."""
    sns, topic, archive = lab.sns, lab.topic(), '{"MessageRetentionPeriod": "1"}'
    queue, subscription = lab.arn(lab.queue("other")), lab.subscribe(topic, lab.queue())
    replay = _replay_policy("2026-01-01T00:00:00.000Z")
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue, "Attributes": {"ReplayPolicy": replay}}
    outcome = _set_replay(lab, subscription, replay)
    return [
        lab.code(sns.create_topic, Name="other", Attributes={"ArchivePolicy": archive}),
        lab.code(sns.set_topic_attributes, TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=archive),
        lab.code(sns.subscribe, **asked),
        outcome if outcome == "ok" else outcome["Code"],
    ]


@behaviour(
    aws=["b", "c"],
    source=SUBSCRIBERS,
)
def a_replay_from_a_time_to_a_time(lab: Lab) -> object:
    """A replay policy delivers again what was published from its starting point to its ending point."""
    topic = _archiving(lab)
    queue = lab.queue("orders.fifo")
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true")
    _hourly(lab, topic, "a", "b", "c", "d")
    for message in lab.receive(queue):
        lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    _set_replay(lab, subscription, _replay_policy(_hour(lab, topic, 1), _hour(lab, topic, 2)))
    return lab.bodies(queue)


@behaviour(
    aws=[["a", "b"], ["new"]],
    source=f"{SUBSCRIBERS} (messages can be replayed right after the subscription is created)",
)
def a_replay_for_a_new_subscription(lab: Lab) -> object:
    """A subscription can begin with a replay, and gets what is published from then on, too."""
    topic, queue = _archiving(lab), lab.queue("late.fifo")
    _hourly(lab, topic, "a", "b")
    policy = _replay_policy("2020-01-01T00:00:00.000Z")
    lab.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy)
    first = lab.receive(queue)
    for message in first:
        lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    _publish(lab, topic, "new")
    return [[message["Body"] for message in first], lab.bodies(queue)]


@behaviour(
    aws=[True, True, True, [None, True]],
    source=f"{SUBSCRIBERS} (same content, MessageId and Timestamp; the boolean attribute Replayed)",
)
def what_a_replayed_message_keeps(lab: Lab) -> object:
    """A replayed message has its old id, time and sequence number, and says that it is replayed."""
    topic, queue = _archiving(lab), lab.queue("orders")
    subscription = lab.subscribe(topic, queue)
    _hourly(lab, topic, "a")
    _set_replay(lab, subscription, _replay_policy(_hour(lab, topic, 0)))
    envelopes = [json.loads(body) for body in lab.bodies(queue)]
    kept = [len({one[name] for one in envelopes}) == 1 for name in ("MessageId", "Timestamp", "SequenceNumber")]
    return [*kept, [one.get("Replayed") for one in envelopes]]


@behaviour(
    aws=[["a"], [], ["b", "c"]],
    source=f"{SUBSCRIBERS}, understanding the EndingPoint (it pauses the subscription)",
)
def an_ending_point_pauses(lab: Lab) -> object:
    """With an ending point nothing is delivered afterwards, until a replay without one resumes from there."""
    topic, queue = _archiving(lab), lab.queue("late.fifo")
    _hourly(lab, topic, "a")
    end = _hour(lab, topic, 1)
    policy = _replay_policy(_hour(lab, topic, 0), end)
    subscription = lab.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy)
    first = lab.receive(queue)
    for message in first:
        lab.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    lab.advance(1)
    _publish(lab, topic, "b")
    paused = lab.bodies(queue)
    _set_replay(lab, subscription, _replay_policy(end))
    _publish(lab, topic, "c")
    return [[message["Body"] for message in first], paused, lab.bodies(queue)]


@behaviour(
    aws=[None, "Completed", "In progress", "Completed", None],
    source="SNS API reference, Subscribe, ReplayStatus",
)
def the_status_of_a_replay(lab: Lab) -> object:
    """A replay is in progress until it has caught up or reached its ending point; without a policy it has no status."""
    topic = _archiving(lab)
    subscription = lab.subscribe(topic, lab.queue("orders.fifo"))
    found = [_status(lab, subscription)]
    for policy in [_replay_policy(_hour(lab, topic, 0)), _replay_policy(_hour(lab, topic, 0), _hour(lab, topic, 1))]:
        _set_replay(lab, subscription, policy)
        found.append(_status(lab, subscription))
    lab.advance(HOUR + 1)
    found.append(_status(lab, subscription))
    _set_replay(lab, subscription, "{}")
    return [*found, _status(lab, subscription)]


@behaviour(
    aws=["Pending", [], "Completed", ["a"]],
    source="SNS API reference, Subscribe, ReplayStatus, and ConfirmSubscription (it can exceed the limit of replays)",
)
def a_replay_that_waits_for_confirmation(lab: Lab) -> object:
    """A subscription of another account's queue replays when it is confirmed."""
    topic, queue = _archiving(lab), lab.queue("late.fifo", account="other")
    lab.allow(queue, topic, account="other")
    _publish(lab, topic, "a")
    policies = {"ReplayPolicy": _replay_policy(_hour(lab, topic, 0)), "RawMessageDelivery": "true"}
    asked = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": lab.arn(queue), "Attributes": policies}
    subscription = lab.sns.subscribe(**asked, ReturnSubscriptionArn=True)["SubscriptionArn"]
    found, sqs = [_status(lab, subscription)], lab.client("sqs", account="other")
    requests = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    found.append([message["Body"] for message in requests[1:]])
    token = json.loads(requests[0]["Body"])["Token"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=requests[0]["ReceiptHandle"])
    lab.client("sns", account="other").confirm_subscription(TopicArn=topic, Token=token)
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [*found, _status(lab, subscription), [message["Body"] for message in messages]]


@behaviour(
    aws=["red"],
    source=f"{SUBSCRIBERS}, filter replayed messages",
)
def a_filtered_replay(lab: Lab) -> object:
    """What is replayed has to pass the filter policy that the subscription has now."""
    topic, queue = _archiving(lab), lab.queue("late.fifo")
    for colour in ["red", "blue"]:
        _publish(lab, topic, colour, MessageAttributes={"c": {"DataType": "String", "StringValue": colour}})
    policies = {"ReplayPolicy": _replay_policy(_hour(lab, topic, 0)), "FilterPolicy": json.dumps({"c": ["red"]})}
    lab.subscribe(topic, queue, RawMessageDelivery="true", **policies)
    return lab.bodies(queue)


@behaviour(
    aws=[["new"], []],
    source=f"{OWNERS} (messages are kept for the retention period, and deleted with the policy)",
)
def what_is_archived_no_more(lab: Lab) -> object:
    """After its retention period, or the archive's end, a message cannot be replayed."""
    topic, found = _archiving(lab, "1"), []
    _publish(lab, topic, "old")
    lab.advance(25 * HOUR)
    _publish(lab, topic, "new")
    for name in ["one.fifo", "two.fifo"]:
        queue = lab.queue(name)
        policy = _replay_policy("2020-01-01T00:00:00.000Z")
        lab.subscribe(topic, queue, RawMessageDelivery="true", ReplayPolicy=policy)
        found.append(lab.bodies(queue))
        for value in ["{}", '{"MessageRetentionPeriod": "1"}']:
            lab.sns.set_topic_attributes(TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=value)
    return found


@behaviour(
    aws=[*["InvalidParameter"] * 10, "ok"],
    source=f"{SUBSCRIBERS} (PointType and StartingPoint are required, Timestamp is the only type); the rest inferred",
)
def values_of_a_replay_policy(lab: Lab) -> object:
    """A replay policy has a type, a starting point and perhaps a later ending point, each a time with its zone."""
    topic, time = _archiving(lab), "2026-01-05T10:00:00.000Z"
    subscription = lab.subscribe(topic, lab.queue("orders.fifo"))
    policies = [
        {"PointType": "Timestamp"},
        {"StartingPoint": time},
        {"PointType": "Offset", "StartingPoint": time},
        {"PointType": "Timestamp", "StartingPoint": 1767607200},
        {"PointType": "Timestamp", "StartingPoint": "yesterday"},
        {"PointType": "Timestamp", "StartingPoint": "2026-01-05T10:00:00"},
        {"PointType": "Timestamp", "StartingPoint": time, "EndingPoint": "2026-13-05T10:00:00Z"},
        {"PointType": "Timestamp", "StartingPoint": time, "EndingPoint": "2026-01-05T09:00:00Z"},
        {"PointType": "Timestamp", "StartingPoint": time, "Speed": "2"},
    ]
    texts = [json.dumps(policy) for policy in policies] + ["junk", _replay_policy(time, "2026-01-05T12:00:00+01:00")]
    outcomes = [_set_replay(lab, subscription, text) for text in texts]
    return [outcome if outcome == "ok" else outcome["Code"] for outcome in outcomes]


@behaviour(
    aws="InvalidParameter",
    source="inferred: a FIFO topic without an archive policy has nothing to replay",
)
def a_replay_without_an_archive(lab: Lab) -> object:
    """A replay policy is refused if the topic does not archive."""
    subscription = lab.subscribe(_topic(lab), lab.queue("orders.fifo"))
    outcome = _set_replay(lab, subscription, _replay_policy("2026-01-05T10:00:00.000Z"))
    return outcome if outcome == "ok" else outcome["Code"]

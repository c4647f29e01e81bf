"""FIFO topics: what publishing needs, order, duplicates, sequence numbers and who may subscribe."""

import hashlib
import json
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
    source="localstack test_sns.snapshot.json test_publish_fifo_messages_to_dlq, publish-response-fifo",
)
def a_sequence_number(lab: Lab) -> object:
    """Publishing to a FIFO topic answers with a sequence number, a text of digits."""
    return _publish(lab, _by_content(lab)).get("SequenceNumber", "").isdigit()


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

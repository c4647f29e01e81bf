"""FIFO queues: groups, deduplication and ids; and groups on standard queues (fair queues)."""

import hashlib
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

NEEDS_ID = (
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
)
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def _fifo(lab: Lab, **attributes: str) -> str:
    """Create a FIFO queue and return its URL."""
    return lab.queue("orders.fifo", **attributes)


def _by_content(lab: Lab, **attributes: str) -> str:
    """Create a FIFO queue with content-based deduplication and return its URL."""
    return _fifo(lab, ContentBasedDeduplication="true", **attributes)


def _send(lab: Lab, url: str, body: str, group: str = "g", **params: Any) -> dict[str, Any]:
    """Send one message to a group and return the reply."""
    return lab.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **params)


def _send_all(lab: Lab, url: str, *bodies: str) -> None:
    """Send messages like g1-m2, each to the group that its body starts with."""
    sqs = lab.sqs
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=body.partition("-")[0])


def _delete(lab: Lab, url: str, *messages: dict[str, Any]) -> None:
    """Delete these received messages."""
    sqs = lab.sqs
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _names(messages: list[dict[str, Any]]) -> list[str]:
    """Return the bodies of these messages."""
    return [message["Body"] for message in messages]


def _drained(lab: Lab, url: str) -> list[str]:
    """Receive and delete one message after the other and return the bodies."""
    found = []
    while messages := lab.receive(url, MaxNumberOfMessages=1):
        found += _names(messages)
        _delete(lab, url, *messages)
    return found


def _attempts(lab: Lab, url: str, **params: Any) -> Any:
    """Return the outcome of one send."""
    return lab.attempt(lab.sqs.send_message, QueueUrl=url, MessageBody="a", **params)


def _attributes(lab: Lab, url: str, *names: str) -> dict[str, str]:
    """Return these attributes of a queue."""
    return lab.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get("Attributes", {})


# --- required parameters ----------------------------------------------------------------------------------------


@behaviour(
    aws=refused("MissingParameter", "The request must contain the parameter MessageGroupId."),
    source="localstack snapshot test_posting_to_fifo_requires_deduplicationid_group_id[sqs]",
)
def no_group(lab: Lab) -> object:
    """A send to a FIFO queue needs a MessageGroupId."""
    return _attempts(lab, _fifo(lab), MessageDeduplicationId="1")


@behaviour(
    aws=refused("InvalidParameterValue", NEEDS_ID),
    source="localstack snapshot test_posting_to_fifo_requires_deduplicationid_group_id[sqs]",
)
def no_deduplication_id(lab: Lab) -> object:
    """Without content-based deduplication a send to a FIFO queue needs a MessageDeduplicationId."""
    return _attempts(lab, _fifo(lab), MessageGroupId="g")


@behaviour(
    aws=["ok", refused("InvalidParameterValue", NEEDS_ID)],
    source="localstack snapshot test_fifo_set_content_based_deduplication_strategy[sqs]; SQS API reference",
)
def content_based_deduplication_switched_off(lab: Lab) -> object:
    """ContentBasedDeduplication can be changed later; from then on each send needs its id."""
    url = _by_content(lab)
    first = _attempts(lab, url, MessageGroupId="g")
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "false"})
    lab.advance(60)
    return [first, _attempts(lab, url, MessageGroupId="g")]


# --- what a send and a receive answer ---------------------------------------------------------------------------


@behaviour(
    aws=[["MD5OfMessageBody", "MessageId", "ResponseMetadata", "SequenceNumber"]] * 2,
    source="localstack snapshot test_fifo_message_attributes[sqs]",
)
def what_a_send_answers(lab: Lab) -> object:
    """A send to a FIFO queue answers a SequenceNumber, with an explicit deduplication id and without."""
    url = _by_content(lab)
    return [sorted(_send(lab, url, "a")), sorted(_send(lab, url, "b", MessageDeduplicationId="1"))]


@behaviour(
    aws=[
        [
            "ApproximateFirstReceiveTimestamp",
            "ApproximateReceiveCount",
            "MessageDeduplicationId",
            "MessageGroupId",
            "SenderId",
            "SentTimestamp",
            "SequenceNumber",
        ],
        ["dedup-1", "group-1", True],
    ],
    source="localstack snapshot test_fifo_message_attributes[sqs]",
)
def what_a_receive_answers(lab: Lab) -> object:
    """A message of a FIFO queue has its group, its deduplication id and the send's SequenceNumber."""
    url = _fifo(lab)
    sent = _send(lab, url, "a", "group-1", MessageDeduplicationId="dedup-1")
    got = lab.receive(url)[0]["Attributes"]
    same = got.get("SequenceNumber") == sent.get("SequenceNumber")
    return [sorted(got), [got["MessageDeduplicationId"], got["MessageGroupId"], same]]


@behaviour(aws=[True, True], source="localstack test_fifo_sequence_number_increases (validated on AWS)")
def sequence_numbers_grow(lab: Lab) -> object:
    """SequenceNumber is a text of digits whose number grows from send to send."""
    url = _fifo(lab)
    texts = [_send(lab, url, "a", MessageDeduplicationId=str(each))["SequenceNumber"] for each in range(8)]
    numbers = [int(text) for text in texts]
    return [all(text.isdigit() for text in texts), numbers == sorted(set(numbers))]


@behaviour(
    aws=True,
    source="localstack snapshot test_fifo_message_attributes[sqs]",
)
def a_message_keeps_its_sequence_number(lab: Lab) -> object:
    """A message that is received again has the same SequenceNumber."""
    url = _by_content(lab, VisibilityTimeout="0")
    _send(lab, url, "a")
    numbers = [lab.receive(url)[0]["Attributes"].get("SequenceNumber") for _ in range(2)]
    return numbers[0] is not None and numbers[0] == numbers[1]


@behaviour(
    aws={
        "ContentBasedDeduplication": "false",
        "DeduplicationScope": "queue",
        "FifoQueue": "true",
        "FifoThroughputLimit": "perQueue",
    },
    source="localstack snapshot test_fifo_set_content_based_deduplication_strategy[sqs]",
)
def the_attributes_of_a_fifo_queue(lab: Lab) -> object:
    """A FIFO queue has four attributes of its own, with these defaults."""
    names = "ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit"
    return _attributes(lab, _fifo(lab), *names)


@behaviour(aws=[True, True, True], source="SQS API reference, SendMessageResult: SequenceNumber; inferred")
def the_sequence_goes_on(lab: Lab) -> object:
    """A duplicate gets the first one's SequenceNumber, and the numbers go on after a purge and from group to group."""
    url = _fifo(lab)
    first, again = (_send(lab, url, "a", MessageDeduplicationId="1")["SequenceNumber"] for _ in range(2))
    lab.sqs.purge_queue(QueueUrl=url)
    purged, other = (
        int(_send(lab, url, "a", group, MessageDeduplicationId=group)["SequenceNumber"]) for group in ("g", "h")
    )
    return [first == again, int(first) < purged, purged < other]


# --- order and groups -------------------------------------------------------------------------------------------


@behaviour(
    aws=["g-0", "g-1", "g-2", "g-3"],
    source="localstack test_fifo_queue_send_multiple_messages_multiple_single_receives (validated on AWS)",
)
def one_after_the_other(lab: Lab) -> object:
    """Messages of a group come in the order of their sends when each is deleted before the next receive."""
    url = _by_content(lab)
    _send_all(lab, url, "g-0", "g-1", "g-2", "g-3")
    return _drained(lab, url)


@behaviour(
    aws=["g1-m1", "g1-m2", "g1-m3", "g2-m1"],
    source="localstack test_fifo_receive_message_group_id_ordering (validated on AWS)",
)
def a_receive_goes_group_by_group(lab: Lab) -> object:
    """A receive takes as many messages of the first group as it can before it goes on to the next group."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g2-m1", "g1-m2", "g1-m3")
    return lab.bodies(url)


@behaviour(
    aws=[["g1-m1", "g1-m2"], ["g2-m1"], []],
    source="localstack test_fifo_receive_message_visibility_timeout_shared_in_group (validated on AWS)",
)
def a_group_in_flight_is_locked(lab: Lab) -> object:
    """While a message of a group is in flight the rest of its group waits and other groups go on."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g1-m2", "g1-m3", "g2-m1")
    return [lab.bodies(url, MaxNumberOfMessages=2), lab.bodies(url), lab.bodies(url)]


@behaviour(aws=[["g-1"], []], source="SQS API reference, ReceiveMessage: no more messages of a group in flight")
def a_new_message_of_a_locked_group(lab: Lab) -> object:
    """A message that is sent to a group in flight waits, too."""
    url = _by_content(lab)
    _send_all(lab, url, "g-1")
    first = lab.bodies(url)
    _send_all(lab, url, "g-2")
    return [first, lab.bodies(url)]


@behaviour(
    aws=["g2-m1", "g2-m2", "g1-m3", "g1-m4", "g3-m1"],
    source="localstack test_fifo_message_group_visibility_after_delete (validated on AWS)",
)
def deleting_all_frees_the_group(lab: Lab) -> object:
    """When all its messages in flight are deleted a group goes on, at the place of its next message."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g2-m1", "g1-m2", "g2-m2", "g1-m3", "g1-m4", "g3-m1")
    _delete(lab, url, *lab.receive(url, MaxNumberOfMessages=2))
    return lab.bodies(url)


@behaviour(
    aws=["g2-m1", "g2-m2", "g3-m1"],
    source="localstack test_fifo_message_group_visibility_after_partial_delete (validated on AWS)",
)
def deleting_some_does_not_free_the_group(lab: Lab) -> object:
    """While one of its messages is still in flight a group is locked."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g2-m1", "g1-m2", "g2-m2", "g1-m3", "g3-m1")
    _delete(lab, url, lab.receive(url, MaxNumberOfMessages=2)[0])
    return sorted(lab.bodies(url))


@behaviour(
    aws=[["m-0", "m-1", "m-2"]] * 2,
    source="localstack test_fifo_messages_in_order_after_timeout (validated on AWS)",
)
def in_order_again_after_the_timeout(lab: Lab) -> object:
    """Messages whose visibility timeout ended come again in their order."""
    url = _by_content(lab)
    _send_all(lab, url, "m-0", "m-1", "m-2")
    first = lab.bodies(url)
    lab.advance(40)
    return [first, lab.bodies(url)]


@behaviour(aws=[["g-1"], ["g-1"]], source="SQS API reference, SendMessage: strict order within a group")
def nothing_overtakes_a_failed_message(lab: Lab) -> object:
    """A message that was not deleted comes again before the next of its group."""
    url = _by_content(lab)
    _send_all(lab, url, "g-1", "g-2")
    first = lab.bodies(url, MaxNumberOfMessages=1)
    lab.advance(40)
    return [first, lab.bodies(url, MaxNumberOfMessages=1)]


@behaviour(
    aws=["g2-m1", "g1-m1"],
    source="localstack test_fifo_message_group_visibility_after_terminate_visibility_timeout (validated on AWS)",
)
def giving_one_message_back(lab: Lab) -> object:
    """A change to 0 makes this message visible, and its group with it, but not the others in flight."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g1-m2", "g2-m1")
    first = lab.receive(url, MaxNumberOfMessages=2)[0]["ReceiptHandle"]
    lab.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first, VisibilityTimeout=0)
    return lab.bodies(url)


@behaviour(
    aws=["g2-m1", "g1-m1"],
    source="localstack test_fifo_message_group_visibility_after_change_message_visibility (validated on AWS)",
)
def a_shorter_timeout_for_one_message(lab: Lab) -> object:
    """When a shortened timeout ends this message comes again while another of its group is still in flight."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g1-m2", "g2-m1")
    first = lab.receive(url, MaxNumberOfMessages=2, VisibilityTimeout=600)[0]["ReceiptHandle"]
    lab.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first, VisibilityTimeout=5)
    lab.advance(10)
    return lab.bodies(url)


@behaviour(
    aws=["g3-m1", "g1-m1", "g1-m2", "g1-m3", "g2-m1"],
    source="localstack test_fifo_receive_message_visibility_timeout_shared_in_group (validated on AWS)",
)
def groups_that_came_back_stand_behind_the_others(lab: Lab) -> object:
    """A group whose messages came back after their timeout comes after those that waited all the time."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g1-m2", "g1-m3", "g2-m1", "g3-m1")
    lab.receive(url, MaxNumberOfMessages=2)
    lab.advance(1)
    lab.receive(url, MaxNumberOfMessages=1)
    lab.advance(40)
    return lab.bodies(url)


@behaviour(aws=[["g-1", "g-2", "g-3"]] * 2, source="localstack snapshot test_fifo_group_visibility_extends*")
def giving_all_messages_back(lab: Lab) -> object:
    """When all messages of a receive are made visible they come again in their order."""
    sqs, url = lab.sqs, _by_content(lab)
    _send_all(lab, url, "g-1", "g-2", "g-3")
    messages = lab.receive(url)
    for message in messages:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [_names(messages), lab.bodies(url)]


@behaviour(
    aws=[[], ["g-1"], ["g-1", "g-2"]],
    source="localstack snapshots test_fifo_group_visibility_extends_with_change_message_visibility[*]",
)
def a_longer_timeout_for_one_message(lab: Lab) -> object:
    """When one message of a group is hidden for longer, those before it come again, and those behind it wait."""
    found = []
    for position in range(3):
        url = lab.queue(f"{position}.fifo", ContentBasedDeduplication="true")
        _send_all(lab, url, "g-1", "g-2", "g-3")
        handle = lab.receive(url)[position]["ReceiptHandle"]
        lab.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=600)
        lab.advance(40)
        found.append(lab.bodies(url))
    return found


@behaviour(
    aws=[["g1-m1", "g1-m2", "g2-m1"], ["g3-m1", "g1-m1", "g1-m2", "g2-m1", "g2-m2"]],
    source="localstack test_fifo_receive_message_with_zero_visibility_timeout (validated on AWS)",
)
def a_receive_that_hides_nothing(lab: Lab) -> object:
    """A receive with VisibilityTimeout=0 locks no group."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g2-m1", "g2-m2", "g3-m1", "g1-m2")
    first = lab.bodies(url, MaxNumberOfMessages=3, VisibilityTimeout=0)
    return [first, lab.bodies(url, VisibilityTimeout=0)]


@behaviour(
    aws=["5/0/0", "1/4/0", "1/0/0"],
    source="localstack test_fifo_approx_number_of_messages (validated on AWS)",
)
def messages_in_flight_are_counted_apart(lab: Lab) -> object:
    """A FIFO queue counts the messages in flight apart, as a standard queue does."""
    url = _by_content(lab)
    _send_all(lab, url, "g1-m1", "g1-m2", "g1-m3", "g2-m1", "g3-m1")
    counts = [lab.counts(url)]
    messages = lab.receive(url, MaxNumberOfMessages=4)
    counts.append(lab.counts(url))
    _delete(lab, url, *messages)
    return [*counts, lab.counts(url)]


@behaviour(
    aws=[["g-1", "g-2"], True, True],
    source="SQS API reference, ReceiveMessage: the same ReceiveRequestAttemptId returns the same messages and handles",
)
def a_receive_that_is_tried_again(lab: Lab) -> object:
    """A receive with the same ReceiveRequestAttemptId gets the same messages and handles while they are hidden."""
    url = _by_content(lab)
    _send_all(lab, url, "g-1", "g-2")
    first, again = (lab.receive(url, ReceiveRequestAttemptId="attempt-1") for _ in range(2))
    handles = [[message["ReceiptHandle"] for message in messages] for messages in (first, again)]
    return [_names(first), _names(again) == _names(first), handles[0] == handles[1]]


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value attempt-1 for parameter ReceiveRequestAttemptId is invalid. Reason: The receiveRequestAttemptId is not "
        "valid anymore since the receive call is not retryable.",
    ),
    source="SQS API reference, ReceiveMessage: if none of the messages have been modified; text: aws-sdk-java issue "
    "2613 (reply of AWS)",
)
def a_receive_that_is_tried_again_too_late(lab: Lab) -> object:
    """A ReceiveRequestAttemptId is refused when one of its messages was deleted."""
    url = _by_content(lab)
    _send_all(lab, url, "g-1", "g-2")
    _delete(lab, url, lab.receive(url, ReceiveRequestAttemptId="attempt-1")[0])
    return lab.attempt(lab.sqs.receive_message, QueueUrl=url, ReceiveRequestAttemptId="attempt-1")


@behaviour(
    aws=[["g-1"], ["g-1"], False],
    source="SQS API reference, ReceiveMessage: a ReceiveRequestAttemptId is usable for five minutes; inferred for what "
    "comes then",
)
def an_attempt_after_its_timeout(lab: Lab) -> object:
    """When the messages of an attempt are visible again the same id receives them anew, with other handles."""
    url = _by_content(lab)
    _send_all(lab, url, "g-1")
    first = lab.receive(url, ReceiveRequestAttemptId="attempt-1")
    lab.advance(40)
    again = lab.receive(url, ReceiveRequestAttemptId="attempt-1")
    return [_names(first), _names(again), first[0]["ReceiptHandle"] == again[0]["ReceiptHandle"]]


@behaviour(
    aws=["ok", ["b"]],
    source="spring-cloud-aws issue 529: AWS does not complain about this parameter on a standard queue",
)
def an_attempt_on_a_standard_queue(lab: Lab) -> object:
    """A standard queue accepts a ReceiveRequestAttemptId, and the same one receives the next message."""
    url, attempt = lab.queue(), "attempt-1"
    _send_all(lab, url, "a", "b")
    params = {"QueueUrl": url, "ReceiveRequestAttemptId": attempt}
    return [lab.attempt(lab.sqs.receive_message, **params), lab.bodies(url, ReceiveRequestAttemptId=attempt)]


@behaviour(
    aws=["ok", [], 0],
    source="localstack snapshot test_fifo_delete_after_visibility_timeout_extended[sqs]",
)
def deleting_within_an_extension(lab: Lab) -> object:
    """A receipt handle of a FIFO queue is good for as long as its message is hidden, extensions included."""
    url = _by_content(lab, VisibilityTimeout="1")
    _send_all(lab, url, "g-1")
    handle = {"QueueUrl": url, "ReceiptHandle": lab.receive(url)[0]["ReceiptHandle"]}
    lab.sqs.change_message_visibility(VisibilityTimeout=50, **handle)
    lab.advance(20)
    outcome = lab.attempt(lab.sqs.delete_message, **handle)
    lab.advance(60)
    return [outcome, lab.bodies(url), int(lab.counts(url)[0])]


@behaviour(aws=["g-new"], source="localstack test_message_retention (validated on AWS); SQS API reference, CreateQueue")
def an_expired_message_does_not_hold_up_its_group(lab: Lab) -> object:
    """When the first message of a group is past its retention the next one comes."""
    url = _by_content(lab, MessageRetentionPeriod="60")
    _send_all(lab, url, "g-old")
    lab.advance(50)
    _send_all(lab, url, "g-new")
    lab.advance(20)
    return lab.bodies(url)


# --- deduplication ----------------------------------------------------------------------------------------------


@behaviour(
    aws=[["first"], True],
    source="SQS API reference, SendMessage: accepted successfully but not delivered; "
    "SQS developer guide, exactly-once processing",
)
def the_same_deduplication_id(lab: Lab) -> object:
    """A second send with the id succeeds with the first one's MessageId, and only the first message is delivered."""
    url = _fifo(lab)
    replies = [_send(lab, url, body, MessageDeduplicationId="1") for body in ("first", "second")]
    return [_drained(lab, url), replies[0]["MessageId"] == replies[1]["MessageId"]]


@behaviour(
    aws=["same"],
    source="localstack test_fifo_content_based_message_deduplication_arrives_once (validated on AWS)",
)
def the_same_content(lab: Lab) -> object:
    """With content-based deduplication a body that is sent twice arrives once."""
    url = _by_content(lab)
    _send_all(lab, url, "same", "same")
    return _drained(lab, url)


@behaviour(aws=True, source="SQS API reference, SendMessage: a SHA-256 hash of the body")
def content_makes_the_id(lab: Lab) -> object:
    """Content-based deduplication makes the id from the body: its SHA-256 in hexadecimal digits."""
    url = _by_content(lab)
    _send(lab, url, "Grüße")
    made = lab.receive(url)[0]["Attributes"]["MessageDeduplicationId"]
    return made == hashlib.sha256("Grüße".encode()).hexdigest()


@behaviour(aws=["same"], source="SQS API reference, SendMessage: the body, not the attributes of the message")
def attributes_are_no_content(lab: Lab) -> object:
    """Content-based deduplication looks at the body only; other attributes make no other message."""
    url = _by_content(lab)
    for value in ("1", "2"):
        _send(lab, url, "same", MessageAttributes={"try": {"DataType": "String", "StringValue": value}})
    return _drained(lab, url)


@behaviour(aws=["same", "same"], source="SQS API reference, SendMessage: MessageDeduplicationId overrides the hash")
def an_id_overrides_the_content(lab: Lab) -> object:
    """With content-based deduplication, too, equal bodies with different ids are different messages."""
    url = _by_content(lab)
    for each in ("1", "2"):
        _send(lab, url, "same", MessageDeduplicationId=each)
    return _drained(lab, url)


@behaviour(aws=["first"], source="SQS API reference, SendMessage: an id that equals a generated one is a duplicate")
def an_id_that_equals_a_hash(lab: Lab) -> object:
    """An explicit id that equals the hash of an earlier message makes a duplicate of it."""
    url = _by_content(lab)
    _send(lab, url, "first")
    _send(lab, url, "second", MessageDeduplicationId=hashlib.sha256(b"first").hexdigest())
    return _drained(lab, url)


@behaviour(
    aws=[["a"], []],
    source="localstack snapshot test_fifo_deduplication_arrives_once_after_delete[sqs-False]",
)
def an_id_is_remembered_after_the_delete(lab: Lab) -> object:
    """A deduplication id is remembered although its message was received and deleted."""
    url, found = _fifo(lab), []
    for _ in range(2):
        _send(lab, url, "a", MessageDeduplicationId="1")
        found.append(_drained(lab, url))
    return found


@behaviour(
    aws=[["a"], []],
    source="localstack snapshot test_fifo_deduplication_arrives_once_after_delete[sqs-True]",
)
def content_is_remembered_after_the_delete(lab: Lab) -> object:
    """A body is remembered although its message was received and deleted."""
    url, found = _by_content(lab), []
    for _ in range(2):
        _send(lab, url, "a")
        found.append(_drained(lab, url))
    return found


@behaviour(
    aws=[[["a"], []], [["a"], ["a"]]],
    source="SQS API reference, SendMessage: the 5-minute deduplication interval",
)
def five_minutes(lab: Lab) -> object:
    """An id is remembered for five minutes and then makes a new message."""
    outcomes = []
    for name, seconds in (("soon.fifo", 280), ("later.fifo", 310)):
        url, found = lab.queue(name), []
        for wait in (0, seconds):
            lab.advance(wait)
            _send(lab, url, "a", MessageDeduplicationId="1")
            found.append(_drained(lab, url))
        outcomes.append(found)
    return outcomes


@behaviour(aws=[["a"], ["a"], 2], source="SQS API reference, SendMessage: the 5-minute deduplication interval")
def the_same_body_six_minutes_later(lab: Lab) -> object:
    """After the interval the same content is a new message with an id of its own."""
    url, found, numbers = _by_content(lab), [], set()
    for seconds in (0, 360):
        lab.advance(seconds)
        numbers.add(_send(lab, url, "a")["MessageId"])
        found.append(_drained(lab, url))
    return [*found, len(numbers)]


@behaviour(
    aws=[["a"], ["a"]],
    source="localstack snapshots test_fifo_deduplication_not_on_message_group_id[sqs-True] and [sqs-False]",
)
def duplicates_across_groups(lab: Lab) -> object:
    """By default an id, or a body, counts for the whole queue: in another group it is a duplicate, too."""
    by_id, by_content = _fifo(lab), lab.queue("returns.fifo", ContentBasedDeduplication="true")
    for group in ("group-1", "group-2"):
        _send(lab, by_id, "a", group, MessageDeduplicationId="1")
        _send(lab, by_content, "a", group)
    return [_drained(lab, by_id), _drained(lab, by_content)]


@behaviour(
    aws=["first", "second"],
    source="localstack snapshot test_sqs_fifo_message_group_scope_no_throughput_setting[sqs]",
)
def the_scope_of_a_group(lab: Lab) -> object:
    """With DeduplicationScope=messageGroup one id in two groups makes two messages."""
    url = _fifo(lab, DeduplicationScope="messageGroup")
    _send(lab, url, "first", "group-1", MessageDeduplicationId="1")
    _send(lab, url, "second", "group-2", MessageDeduplicationId="1")
    return sorted(_drained(lab, url))


@behaviour(
    aws=["first", "second"],
    source="localstack pull requests 10274 and 10324 (validated on AWS)",
)
def high_throughput(lab: Lab) -> object:
    """A queue for high throughput deduplicates within each group."""
    url = _fifo(lab, DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    _send(lab, url, "first", "group-1", MessageDeduplicationId="1")
    _send(lab, url, "second", "group-2", MessageDeduplicationId="1")
    return sorted(_drained(lab, url))


@behaviour(aws=["first"], source="SQS API reference, CreateQueue: DeduplicationScope")
def duplicates_within_a_group(lab: Lab) -> object:
    """With DeduplicationScope=messageGroup an id still makes one message in its group."""
    url = _fifo(lab, DeduplicationScope="messageGroup")
    for body in ("first", "second"):
        _send(lab, url, body, MessageDeduplicationId="1")
    return _drained(lab, url)


HIGH = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
REGULAR = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}


def _after_a_change(lab: Lab, attributes: dict[str, str], *sends: tuple[str, str], seconds: float) -> list[str]:
    """Return the bodies from a queue to which a is sent as 1 to group-1, then its attributes change, then b, c and d.

    sends: deduplication ids and groups of the last ones. seconds: the time from the change to them.
    """
    url = lab.queue(f"{attributes['DeduplicationScope']}.fifo", **(REGULAR if attributes is HIGH else HIGH))
    _send(lab, url, "a", "group-1", MessageDeduplicationId="1")
    found = _drained(lab, url)
    lab.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    lab.advance(seconds)
    for number, (each, group) in enumerate(sends):
        _send(lab, url, "bcd"[number], group, MessageDeduplicationId=each)
        found += _drained(lab, url)
    return found


@behaviour(
    aws=["a", "c"],
    source="localstack snapshot test_fifo_change_to_high_throughput_after_creation[sqs]",
)
def just_after_the_switch_to_high_throughput(lab: Lab) -> object:
    """Right after a queue was set to high throughput, an id still counts for the whole queue, an older or new one."""
    return _after_a_change(lab, HIGH, ("1", "group-3"), ("2", "group-4"), ("2", "group-5"), seconds=0)


@behaviour(
    aws=["a", "b"],
    source="localstack snapshot test_fifo_change_to_regular_throughput_after_creation[sqs]",
)
def just_after_the_switch_to_regular_throughput(lab: Lab) -> object:
    """Right after a queue was set back to regular throughput, an id still counts for its group only."""
    return _after_a_change(lab, REGULAR, ("1", "group-3"), seconds=0)


@behaviour(
    aws=[["a", "c"], ["a"]],
    source="SQS API reference, SetQueueAttributes: up to 60 seconds; CreateQueue: DeduplicationScope; inferred for ids "
    "from before the change",
)
def a_minute_after_a_switch(lab: Lab) -> object:
    """A minute after a change of scope the new one counts, also for ids that were used before."""
    sends = ("1", "group-1"), ("1", "group-2")
    return [_after_a_change(lab, attributes, *sends, seconds=61) for attributes in (HIGH, REGULAR)]


@behaviour(
    aws=refused(
        "InvalidAttributeValue",
        "Invalid value for the parameter FifoThroughputLimit. Reason: To set FifoThroughputLimit to perMessageGroupId, "
        "the DeduplicationScope must be messageGroup.",
    ),
    source="cloudfoundry/csb-brokerpak-aws, notes on FIFO queues (reply of AWS)",
)
def the_text_about_the_throughput_limit(lab: Lab) -> object:
    """The refusal of a throughput limit names the scope that it needs."""
    attributes = {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}
    return lab.attempt(lab.sqs.create_queue, QueueName="orders.fifo", Attributes=attributes)


@behaviour(
    aws=True, source="SQS API reference, CreateQueue: perMessageGroupId only with DeduplicationScope messageGroup"
)
def high_throughput_needs_the_scope(lab: Lab) -> object:
    """FifoThroughputLimit=perMessageGroupId is refused while DeduplicationScope is queue."""
    attributes = {"FifoQueue": "true", "FifoThroughputLimit": "perMessageGroupId"}
    return lab.code(lab.sqs.create_queue, QueueName="orders.fifo", Attributes=attributes) != "ok"


# --- the form of ids --------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value group 123 for parameter MessageDeduplicationId is invalid. Reason: MessageDeduplicationId can only "
        "include alphanumeric and punctuation characters. 1 to 128 in length.",
    ),
    source="localstack snapshot test_message_deduplication_id_invalid[*]",
)
def a_space_in_a_deduplication_id(lab: Lab) -> object:
    """A deduplication id must not have a space."""
    return _attempts(lab, _fifo(lab), MessageGroupId="g", MessageDeduplicationId="group 123")


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        f"Value {'1' * 129} for parameter MessageGroupId is invalid. Reason: MessageGroupId can only include "
        "alphanumeric and punctuation characters. 1 to 128 in length.",
    ),
    source="localstack pull request 9680 (reply of AWS)",
)
def a_group_id_that_is_too_long(lab: Lab) -> object:
    """A group id has at most 128 characters."""
    return _attempts(lab, _fifo(lab), MessageGroupId="1" * 129, MessageDeduplicationId="1")


@behaviour(
    aws=["InvalidParameterValue"] * 3,
    source="localstack snapshots test_message_deduplication_id_invalid[*]; SQS API reference, SendMessage",
)
def deduplication_ids_that_are_refused(lab: Lab) -> object:
    """A deduplication id has at most 128 characters, without line feeds or letters beyond ASCII."""
    sqs, url = lab.sqs, _fifo(lab)
    params = {"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g"}
    return [lab.code(sqs.send_message, MessageDeduplicationId=each, **params) for each in ("1" * 129, "a\nb", "é")]


@behaviour(
    aws=["InvalidParameterValue"] * 3,
    source="SQS API reference, SendMessage: MessageGroupId; localstack pull request 9680 (reply of AWS)",
)
def group_ids_that_are_refused(lab: Lab) -> object:
    """A group id has no spaces, line feeds or letters beyond ASCII."""
    sqs, url = lab.sqs, _by_content(lab)
    return [
        lab.code(sqs.send_message, QueueUrl=url, MessageBody="a", MessageGroupId=each)
        for each in ("tenant 1", "a\nb", "é")
    ]


@behaviour(
    aws=["ok", "ok"],
    source="SQS API reference, SendMessage: 128 characters, letters, digits and punctuation",
)
def ids_that_are_allowed(lab: Lab) -> object:
    """Group and deduplication id may have 128 characters and any ASCII punctuation."""
    sqs, url = lab.sqs, _fifo(lab)
    return [
        lab.attempt(sqs.send_message, QueueUrl=url, MessageBody="a", MessageGroupId=each, MessageDeduplicationId=each)
        for each in ("a" * 128, PUNCTUATION)
    ]


# --- delay ------------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for "
        "this queue type.",
    ),
    source="localstack snapshot test_fifo_queue_send_message_with_delay_seconds_fails[sqs]",
)
def a_delay_for_one_message(lab: Lab) -> object:
    """A message of a FIFO queue cannot have a delay of its own."""
    return _attempts(lab, _by_content(lab), MessageGroupId="g", DelaySeconds=2)


@behaviour(
    aws=[[], ["g-1", "g-2", "g-3"]],
    source="localstack test_fifo_queue_send_message_with_delay_on_queue_works (validated on AWS)",
)
def the_delay_of_a_fifo_queue(lab: Lab) -> object:
    """A FIFO queue can delay all its messages, and they come in order."""
    url = _by_content(lab, DelaySeconds="100")
    _send_all(lab, url, "g-1", "g-2", "g-3")
    before = lab.bodies(url)
    lab.advance(110)
    return [before, lab.bodies(url)]


@behaviour(
    aws=["ok", ["a"]],
    source="localstack test_send_message_with_delay_0_works_for_fifo (validated on AWS)",
)
def a_delay_of_zero(lab: Lab) -> object:
    """DelaySeconds=0 is accepted on a FIFO queue."""
    url = _by_content(lab)
    return [_attempts(lab, url, MessageGroupId="g", DelaySeconds=0), lab.bodies(url)]


@behaviour(
    aws=[[], ["a"]],
    source="localstack snapshot test_fifo_queue_send_message_with_zero_delay_defaults_to_queue_delay[sqs]",
)
def a_delay_of_zero_means_the_queues(lab: Lab) -> object:
    """On a FIFO queue DelaySeconds=0 means the queue's delay, other than on a standard queue."""
    url = _by_content(lab, DelaySeconds="100")
    _send(lab, url, "a", DelaySeconds=0)
    before = lab.bodies(url)
    lab.advance(110)
    return [before, lab.bodies(url)]


# --- fair queues: groups on standard queues ---------------------------------------------------------------------


@behaviour(
    aws=["tenant-1", None, None],
    source="localstack snapshot test_fair_queue_with_message_group_id[sqs]",
)
def a_group_on_a_standard_queue(lab: Lab) -> object:
    """A standard queue keeps a message's group id and gives no sequence number and no deduplication id."""
    url = lab.queue()
    _send(lab, url, "a", "tenant-1")
    got = lab.receive(url)[0]["Attributes"]
    return [got.get(name) for name in ("MessageGroupId", "SequenceNumber", "MessageDeduplicationId")]


@behaviour(
    aws=[["MD5OfMessageBody", "MessageId", "ResponseMetadata"]],
    source="localstack snapshot test_fair_queue_with_message_group_id[sqs]",
)
def what_a_send_to_a_fair_queue_answers(lab: Lab) -> object:
    """A send with a group to a standard queue answers what a send without answers."""
    return [sorted(_send(lab, lab.queue(), "a", "tenant-1"))]


@behaviour(
    aws=["t-1", "t-2"],
    source="SQS API reference, SendMessage: on standard queues messages of a group can be processed in parallel",
)
def groups_of_a_standard_queue_do_not_lock(lab: Lab) -> object:
    """On a standard queue two messages of one group can be in flight at the same time."""
    url = lab.queue()
    _send_all(lab, url, "t-1", "t-2")
    return sorted(lab.bodies(url, MaxNumberOfMessages=1) + lab.bodies(url, MaxNumberOfMessages=1))


@behaviour(aws=["same", "same"], source="SQS developer guide, fair queues: no deduplication on standard queues")
def fair_queues_do_not_deduplicate(lab: Lab) -> object:
    """On a standard queue equal messages of one group both arrive."""
    url = lab.queue()
    _send_all(lab, url, "same", "same")
    return _drained(lab, url)


@behaviour(
    aws=["InvalidParameterValue"] * 3,
    source="localstack snapshot test_send_message_to_standard_queue_with_invalid_message_group_id[*]",
)
def group_ids_that_a_standard_queue_refuses(lab: Lab) -> object:
    """On a standard queue, too, a group id has 1 to 128 characters and no spaces."""
    sqs, url = lab.sqs, lab.queue()
    return [
        lab.code(sqs.send_message, QueueUrl=url, MessageBody="a", MessageGroupId=each)
        for each in ("", "tenant 1", "1" * 129)
    ]


@behaviour(
    aws="InvalidParameterValue",
    source="SQS API reference, SendMessage: MessageDeduplicationId applies only to FIFO queues",
)
def a_deduplication_id_on_a_standard_queue(lab: Lab) -> object:
    """A standard queue refuses a deduplication id."""
    return lab.code(lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="a", MessageDeduplicationId="1")


@behaviour(
    aws=["tenant-1", "tenant-2"],
    source="SQS API reference, SendMessageBatchRequestEntry: MessageGroupId on standard queues",
)
def groups_in_a_batch(lab: Lab) -> object:
    """The entries of a batch for a standard queue can have groups."""
    url = lab.queue()
    entries = [{"Id": each, "MessageBody": "a", "MessageGroupId": each} for each in ("tenant-1", "tenant-2")]
    lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    return sorted(message["Attributes"].get("MessageGroupId", "") for message in lab.receive(url))

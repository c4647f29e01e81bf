"""Receiving, visibility, deleting and retention."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

HOUR = 3600


def _with(lab: Lab, *bodies: str, **attributes: str) -> str:
    """Return the URL of a new queue that has these messages."""
    sqs, url = lab.sqs, lab.queue(**attributes)
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)
    return url


def _handle(lab: Lab, url: str, **params: Any) -> str:
    """Receive one message and return its receipt handle."""
    return lab.receive(url, MaxNumberOfMessages=1, **params)[0]["ReceiptHandle"]


def _change(lab: Lab, url: str, handle: str, seconds: int) -> Any:
    """Return the outcome of a visibility change, with the handle replaced in its text."""
    outcome = lab.attempt(
        lab.sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds
    )
    return _without(outcome, handle)


def _without(outcome: Any, handle: str) -> Any:
    """Return the outcome with <handle> in place of the receipt handle."""
    if isinstance(outcome, dict):
        return outcome | {"Message": str(outcome["Message"]).replace(handle, "<handle>")}
    return outcome


def _seen(lab: Lab, url: str, *seconds: float) -> list[list[str]]:
    """Return the bodies of a receive after each of these waits."""
    found = []
    for each in seconds:
        lab.advance(each)
        found.append(lab.bodies(url))
    return found


# --- parameters and the shape of replies ------------------------------------------------------------------------


@behaviour(
    aws=[["ResponseMetadata"], ["ResponseMetadata"]],
    source="localstack snapshot test_receive_empty_queue[sqs]",
)
def an_empty_receive(lab: Lab) -> object:
    """A receive that finds nothing has no key Messages, neither after a short nor after a long poll."""
    sqs, url = lab.sqs, lab.queue()
    return [sorted(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait)) for wait in (0, 1)]


@behaviour(
    aws=["Body", "MD5OfBody", "MessageId", "ReceiptHandle"],
    source="localstack snapshot test_receive_message_message_attribute_names_filters[sqs] empty_filter",
)
def what_a_plain_receive_answers(lab: Lab) -> object:
    """Who asks for no attributes gets the body, its MD5, the id and the receipt handle."""
    url = lab.queue()
    attributes = {"a": {"DataType": "String", "StringValue": "x"}}
    lab.sqs.send_message(QueueUrl=url, MessageBody="hello", MessageAttributes=attributes)
    return sorted(lab.sqs.receive_message(QueueUrl=url)["Messages"][0])


@behaviour(aws=1, source="SQS API reference, ReceiveMessage: MaxNumberOfMessages, default 1")
def one_message_by_default(lab: Lab) -> object:
    """A receive returns one message unless it asks for more."""
    url = _with(lab, "a", "b")
    return len(lab.sqs.receive_message(QueueUrl=url)["Messages"])


@behaviour(
    aws=[True, ["a", "b", "c", "d", "e"]],
    source="SQS API reference, ReceiveMessage: never more messages than MaxNumberOfMessages",
)
def never_more_than_asked_for(lab: Lab) -> object:
    """No receive returns more than MaxNumberOfMessages, and a few receives return every message once."""
    url, sizes, found = _with(lab, "a", "b", "c", "d", "e"), [], []
    while bodies := lab.bodies(url, MaxNumberOfMessages=2):
        sizes.append(len(bodies))
        found += bodies
    return [max(sizes) <= 2, sorted(found)]


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ),
    source="localstack snapshot test_send_receive_max_number_of_messages[sqs]",
)
def eleven_messages_at_once(lab: Lab) -> object:
    """A receive that asks for more than ten messages is refused."""
    return lab.attempt(lab.sqs.receive_message, QueueUrl=lab.queue(), MaxNumberOfMessages=11)


@behaviour(
    aws=["InvalidParameterValue", "InvalidParameterValue"],
    source="SQS API reference, ReceiveMessage: MaxNumberOfMessages is 1 to 10",
)
def no_messages_at_once(lab: Lab) -> object:
    """A receive that asks for no message or fewer is refused."""
    sqs, url = lab.sqs, lab.queue()
    return [lab.code(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=number) for number in (0, -1)]


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ),
    source="localstack snapshot test_send_receive_wait_time_seconds[sqs]",
)
def a_poll_of_21_seconds(lab: Lab) -> object:
    """A long poll of more than 20 seconds is refused."""
    return lab.attempt(lab.sqs.receive_message, QueueUrl=lab.queue(), WaitTimeSeconds=21)


@behaviour(aws="InvalidParameterValue", source="localstack snapshot test_send_receive_wait_time_seconds[sqs]")
def a_poll_of_less_than_nothing(lab: Lab) -> object:
    """A negative WaitTimeSeconds is refused."""
    return lab.code(lab.sqs.receive_message, QueueUrl=lab.queue(), WaitTimeSeconds=-1)


@behaviour(aws=["ok", "InvalidParameterValue"], source="SQS API reference: a visibility timeout is at most 12 hours")
def the_longest_visibility_timeout_of_a_receive(lab: Lab) -> object:
    """A receive may hide messages for 43,200 seconds and no longer."""
    sqs, url = lab.sqs, _with(lab, "a", "b")
    return [lab.code(sqs.receive_message, QueueUrl=url, VisibilityTimeout=seconds) for seconds in (43_200, 43_201)]


@behaviour(
    aws=refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."),
    source="localstack snapshot test_non_existent_queue",
)
def receiving_from_a_missing_queue(lab: Lab) -> object:
    """A receive from a queue that does not exist is refused."""
    return lab.attempt(lab.sqs.receive_message, QueueUrl=lab.queue("orders") + "-missing")


# --- long polls -------------------------------------------------------------------------------------------------


@behaviour(
    aws=["a"],
    source="localstack test_receive_message_wait_time_seconds_and_max_number_of_messages_does_not_block "
    "(validated on AWS)",
)
def a_long_poll_takes_what_is_there(lab: Lab) -> object:
    """A long poll returns what is there and does not wait for the queue to have as many as were asked for."""
    return lab.bodies(_with(lab, "a"), MaxNumberOfMessages=10, WaitTimeSeconds=1)


@behaviour(aws=[[], ["a"]], source="localstack test_send_delay_and_wait_time (validated on AWS)")
def a_long_poll_sees_a_delay_end(lab: Lab) -> object:
    """A long poll gets a message whose delay ends during the wait; a short poll just before gets nothing."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=10)
    lab.advance(9.3)
    return [lab.bodies(url), lab.bodies(url, WaitTimeSeconds=1)]


@behaviour(aws=[["a"], []], source="SQS API reference, ReceiveMessage: WaitTimeSeconds is 0 to 20 seconds")
def the_longest_poll(lab: Lab) -> object:
    """A poll of 20 seconds gets a message that arrives after 19 seconds, and none that arrives after 21."""
    found = []
    for delay in (19, 21):
        url = lab.queue(f"orders-{delay}", DelaySeconds=str(delay))
        lab.sqs.send_message(QueueUrl=url, MessageBody="a")
        found.append(lab.bodies(url, WaitTimeSeconds=20))
    return found


@behaviour(aws=[[], ["a"]], source="localstack test_receive_after_visibility_timeout (validated on AWS)")
def a_long_poll_sees_a_timeout_end(lab: Lab) -> object:
    """A long poll gets a message whose visibility timeout ends during the wait."""
    url = _with(lab, "a", VisibilityTimeout="10")
    lab.receive(url)
    lab.advance(9.3)
    return [lab.bodies(url), lab.bodies(url, WaitTimeSeconds=1)]


@behaviour(
    aws=[[], ["a"]],
    source="localstack test_wait_time_seconds_queue_attribute_waits_correctly (validated on AWS)",
)
def the_wait_of_a_queue(lab: Lab) -> object:
    """ReceiveMessageWaitTimeSeconds makes each receive a long poll, unless the receive says otherwise."""
    url = lab.queue(ReceiveMessageWaitTimeSeconds="1")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=10)
    lab.advance(9.3)
    return [lab.bodies(url, WaitTimeSeconds=0), lab.bodies(url)]


# --- which message attributes come back -------------------------------------------------------------------------

FILTERS = "localstack snapshot test_receive_message_message_attribute_names_filters[sqs]"


def _filtered(lab: Lab, *filters: list[str]) -> list[Any]:
    """Return, for each list of asked names, the names that came back and the MD5 of the attributes."""
    sqs, url = lab.sqs, lab.queue(VisibilityTimeout="0")
    values = {"Help.Me": "Me", "Hello": "There", "General": "Kenobi"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    sqs.send_message(QueueUrl=url, MessageBody="msg", MessageAttributes=attributes)
    found = []
    for names in filters:
        [message] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=names)["Messages"]
        found.append([*sorted(message.get("MessageAttributes", {})), message.get("MD5OfMessageAttributes")])
    return found


@behaviour(aws=[["General", "Hello", "Help.Me", "4c360f3fdafd970e05fae2f149d997f5"]] * 3, source=FILTERS)
def asking_for_all_attributes(lab: Lab) -> object:
    """All, * and .* ask for every message attribute."""
    return _filtered(lab, ["All"], ["*"], [".*"])


@behaviour(
    aws=[
        ["General", "Hello", "fca026605781cb4126a1e9044df24232"],
        ["Hello", "a311262e065454b75da111d535b8dacd"],
    ],
    source=FILTERS,
)
def asking_for_attributes_by_name(lab: Lab) -> object:
    """Named attributes come alone, missing ones are left out, and the MD5 covers only what came."""
    return _filtered(lab, ["Hello", "General"], ["Foo", "Hello"])


@behaviour(aws=[["Hello", "Help.Me", "83fee93c1bcd8b9a5a923ffacdc636c7"]], source=FILTERS)
def asking_for_attributes_by_prefix(lab: Lab) -> object:
    """A prefix and .* ask for the attributes that start with it."""
    return _filtered(lab, ["Hel.*"])


@behaviour(aws=[[None]] * 4, source=FILTERS)
def asking_for_attributes_that_are_not_there(lab: Lab) -> object:
    """Names that match nothing, illegal ones too, are no error: no attributes come, and no MD5 of them."""
    return _filtered(lab, [], ["Foo", "Help"], ["AWS."], ["..foo"])


@behaviour(aws=[[None]], source="SQS API reference, ReceiveMessage: attribute names are case-sensitive")
def attribute_names_are_case_sensitive(lab: Lab) -> object:
    """A name in another spelling does not match."""
    return _filtered(lab, ["hello"])


# --- system attributes ------------------------------------------------------------------------------------------


@behaviour(
    aws=["ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"],
    source="localstack snapshot test_receive_message_message_system_attribute_names_filters[sqs]",
)
def all_system_attributes(lab: Lab) -> object:
    """A plain message of a standard queue has four system attributes."""
    return sorted(lab.receive(_with(lab, "a"))[0]["Attributes"])


@behaviour(
    aws=[["SenderId"], ["SenderId"]],
    source="localstack snapshot test_receive_message_attribute_names_filters[sqs]",
)
def asking_for_system_attributes_by_name(lab: Lab) -> object:
    """Only the system attributes that were asked for come, and only those that the message has."""
    sqs, url = lab.sqs, _with(lab, "a", VisibilityTimeout="0")
    return [
        sorted(sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=names)["Messages"][0]["Attributes"])
        for names in (["SenderId"], ["SenderId", "SequenceNumber"])
    ]


@behaviour(
    aws=[["SentTimestamp"], ["SenderId"]],
    source="localstack snapshots test_receive_message_attribute_names_filters[sqs] and "
    "test_message_system_attribute_names_with_attribute_names[sqs]",
)
def the_older_spelling(lab: Lab) -> object:
    """AttributeNames still asks for system attributes; MessageSystemAttributeNames wins where both are given."""
    sqs, url = lab.sqs, _with(lab, "a", VisibilityTimeout="0")
    old = {"AttributeNames": ["SentTimestamp"]}
    return [
        sorted(sqs.receive_message(QueueUrl=url, **names)["Messages"][0]["Attributes"])
        for names in (old, old | {"MessageSystemAttributeNames": ["SenderId"]})
    ]


@behaviour(
    aws=[True, True, True],
    source="localstack test_receive_message_attributes_timestamp_types (validated on AWS)",
)
def timestamps_are_milliseconds_as_text(lab: Lab) -> object:
    """SentTimestamp and ApproximateFirstReceiveTimestamp are whole milliseconds in a text of digits."""
    url = _with(lab, "a")
    lab.advance(5)
    attributes = lab.receive(url)[0]["Attributes"]
    sent, received = attributes["SentTimestamp"], attributes["ApproximateFirstReceiveTimestamp"]
    return [sent.isdigit(), received.isdigit(), 4_900 < int(received) - int(sent) < 15_000]


@behaviour(
    aws=[["1", "2", "3"], True],
    source="localstack snapshot test_fifo_message_attributes; SQS API reference, ReceiveMessage",
)
def receives_are_counted(lab: Lab) -> object:
    """ApproximateReceiveCount grows with each receive; the time of the first receive stays."""
    url, counts, firsts = _with(lab, "a"), [], set()
    for _ in range(3):
        attributes = lab.receive(url)[0]["Attributes"]
        counts.append(attributes["ApproximateReceiveCount"])
        firsts.add(attributes["ApproximateFirstReceiveTimestamp"])
        lab.advance(40)
    return [counts, len(firsts) == 1]


# --- visibility -------------------------------------------------------------------------------------------------


@behaviour(aws=[["a"], [], ["a"]], source="SQS API reference, CreateQueue: VisibilityTimeout, default 30 seconds")
def thirty_seconds_by_default(lab: Lab) -> object:
    """A received message is hidden for 30 seconds and then comes again."""
    return _seen(lab, _with(lab, "a"), 0, 27, 5)


@behaviour(aws=[["a"], [], ["a"]], source="SQS API reference, CreateQueue: VisibilityTimeout")
def the_timeout_of_a_queue(lab: Lab) -> object:
    """A queue's VisibilityTimeout says how long its messages are hidden."""
    return _seen(lab, _with(lab, "a", VisibilityTimeout="600"), 0, 590, 15)


@behaviour(aws=[["a"], [], ["a"]], source="SQS API reference, ReceiveMessage: VisibilityTimeout")
def the_timeout_of_a_receive(lab: Lab) -> object:
    """A receive's VisibilityTimeout goes before the queue's."""
    url = _with(lab, "a")
    return [lab.bodies(url, VisibilityTimeout=600), *_seen(lab, url, 590, 15)]


@behaviour(
    aws=[["a"], ["a"], []],
    source="localstack test_receive_message_with_visibility_timeout_updates_timeout (validated on AWS)",
)
def a_receive_that_hides_nothing(lab: Lab) -> object:
    """VisibilityTimeout=0 leaves a received message visible, for this receive only."""
    url = _with(lab, "a")
    return [lab.bodies(url, VisibilityTimeout=0), lab.bodies(url, VisibilityTimeout=30), lab.bodies(url)]


@behaviour(aws=[2, 1], source="localstack test_receive_after_visibility_timeout (validated on AWS)")
def each_receive_has_its_own_handle(lab: Lab) -> object:
    """A message that is received twice has the same id and another receipt handle."""
    url = _with(lab, "a")
    messages = [lab.receive(url, VisibilityTimeout=0)[0] for _ in range(2)]
    return [len({message[key] for message in messages}) for key in ("ReceiptHandle", "MessageId")]


@behaviour(aws=["2/0/0", "1/1/0", "1/0/0"], source="SQS API reference, GetQueueAttributes: ApproximateNumberOf...")
def messages_in_flight_are_counted_apart(lab: Lab) -> object:
    """A received message counts as not visible, and a deleted one no more."""
    url = _with(lab, "a", "b")
    counts = [lab.counts(url)]
    handle = _handle(lab, url)
    counts.append(lab.counts(url))
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    return [*counts, lab.counts(url)]


@behaviour(aws=["0/1/0", "1/0/0"], source="SQS API reference, ChangeMessageVisibility: in flight until it is visible")
def a_message_counts_as_visible_again(lab: Lab) -> object:
    """When its visibility timeout ends a message counts as visible again."""
    url = _with(lab, "a")
    lab.receive(url)
    before = lab.counts(url)
    lab.advance(40)
    return [before, lab.counts(url)]


# --- changing visibility ----------------------------------------------------------------------------------------


@behaviour(
    aws=["ok", [], ["a"]],
    source="localstack test_extend_message_visibility_timeout_set_in_queue (validated on AWS); SQS API reference",
)
def the_new_timeout_counts_from_the_change(lab: Lab) -> object:
    """A changed timeout counts from the change, not from the receive."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(20)
    return [_change(lab, url, handle, 100), *_seen(lab, url, 95, 10)]


@behaviour(
    aws=[[], [], [], ["a"]],
    source="localstack test_extend_message_visibility_timeout_set_in_queue (validated on AWS)",
)
def a_heartbeat(lab: Lab) -> object:
    """Changing the timeout again and again keeps a message hidden."""
    url, found = _with(lab, "a"), []
    handle = _handle(lab, url)
    for _ in range(3):
        lab.advance(20)
        _change(lab, url, handle, 30)
        found.append(lab.bodies(url))
    return [*found, *_seen(lab, url, 40)]


@behaviour(aws=["ok", ["a"]], source="localstack test_terminate_visibility_timeout_after_receive (validated on AWS)")
def giving_a_message_back(lab: Lab) -> object:
    """A change to 0 makes a message visible at once."""
    url = _with(lab, "a")
    return [_change(lab, url, _handle(lab, url), 0), lab.bodies(url)]


@behaviour(aws=["ok", ["a"]], source="localstack test_terminate_visibility_timeout_after_receive (validated on AWS)")
def giving_a_message_back_with_an_old_handle(lab: Lab) -> object:
    """On a standard queue the handle of an earlier receive still changes the timeout of the latest one."""
    url = _with(lab, "a")
    handle = lab.receive(url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    lab.receive(url)
    return [_change(lab, url, handle, 0), lab.bodies(url)]


@behaviour(aws=["ok", [], ["a"]], source="SQS API reference, ChangeMessageVisibility: counts from the call")
def a_shorter_timeout(lab: Lab) -> object:
    """A timeout can be shortened."""
    url = _with(lab, "a", VisibilityTimeout="600")
    return [_change(lab, url, _handle(lab, url), 10), *_seen(lab, url, 5, 10)]


@behaviour(aws=[["a"], []], source="localstack test_change_message_visibility_not_permanent (validated on AWS)")
def a_change_is_for_one_receive(lab: Lab) -> object:
    """The next receive has the queue's timeout again, not the changed one."""
    url = _with(lab, "a")
    _change(lab, url, _handle(lab, url), 0)
    return [lab.bodies(url), lab.bodies(url)]


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is "
        "beyond the limit [43200 seconds]",
    ),
    source="localstack issue 3956 and aws-sdk-net issue 794 (replies of AWS)",
)
def twelve_hours_from_the_receive(lab: Lab) -> object:
    """The time since the receive counts: a minute after it 43,200 seconds more are too many."""
    url = _with(lab, "a")
    handle = _handle(lab, url, VisibilityTimeout=600)
    lab.advance(60)
    return _change(lab, url, handle, 43_200)


@behaviour(aws="InvalidParameterValue", source="SQS API reference, ChangeMessageVisibility: 0 to 43,200")
def a_change_to_more_than_twelve_hours(lab: Lab) -> object:
    """A change to more than 43,200 seconds is refused."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    return lab.code(lab.sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=43_201)


@behaviour(
    aws=["InvalidParameterValue", "ok"],
    source="SQS developer guide, visibility timeout: 12 hours from the receive, extensions do not start them anew",
)
def an_extension_does_not_start_twelve_new_hours(lab: Lab) -> object:
    """Ten hours after the receive, with an extension between, less than two hours are left."""
    sqs, url = lab.sqs, _with(lab, "a")
    handle = _handle(lab, url, VisibilityTimeout=6 * HOUR)
    lab.advance(5 * HOUR)
    _change(lab, url, handle, 6 * HOUR)
    lab.advance(5 * HOUR)
    return [
        lab.code(sqs.change_message_visibility, QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=seconds)
        for seconds in (2 * HOUR + 60, 2 * HOUR - 60)
    ]


@behaviour(
    aws=["ok", [], ["a"]],
    source="SQS developer guide, visibility timeout: the 12 hours start when SQS gets the ReceiveMessage request",
)
def a_message_that_waited_long(lab: Lab) -> object:
    """The hours that a message waited before it was received do not count."""
    url = _with(lab, "a")
    lab.advance(30 * HOUR)
    return [_change(lab, url, _handle(lab, url), 11 * HOUR), *_seen(lab, url, 10 * HOUR, 2 * HOUR)]


@behaviour(
    aws="ok",
    source="SQS developer guide, visibility timeout: the 12 hours start when SQS gets the ReceiveMessage request",
)
def the_next_receive_starts_twelve_new_hours(lab: Lab) -> object:
    """A message that is received again can be hidden for up to twelve hours again."""
    url = _with(lab, "a")
    _handle(lab, url)
    lab.advance(11 * HOUR)
    return _change(lab, url, _handle(lab, url), 11 * HOUR)


@behaviour(
    aws="ok",
    source="localstack snapshot test_change_message_visibility_after_visibility_timeout_expiration[sqs]",
)
def a_change_that_comes_late(lab: Lab) -> object:
    """On a standard queue a change after the timeout has ended is no error."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(40)
    return _change(lab, url, handle, 30)


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Value <handle> for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available "
        "for visibility timeout change.",
    ),
    source="localstack test_change_visibility_on_deleted_message_raises_invalid_parameter_value (validated on AWS)",
)
def a_change_after_the_delete(lab: Lab) -> object:
    """The visibility of a deleted message cannot be changed."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
    return _change(lab, url, handle, 42)


@behaviour(
    aws="ReceiptHandleIsInvalid",
    source="localstack test_invalid_receipt_handle_should_return_error_message (validated on AWS)",
)
def a_change_with_a_made_up_handle(lab: Lab) -> object:
    """A handle that SQS never gave out is refused."""
    return lab.code(
        lab.sqs.change_message_visibility, QueueUrl=lab.queue(), ReceiptHandle="INVALID", VisibilityTimeout=60
    )


# --- deleting ---------------------------------------------------------------------------------------------------


@behaviour(aws=["ok", [], "0/0/0"], source="localstack test_publish_get_delete_message (validated on AWS)")
def a_deleted_message_is_gone(lab: Lab) -> object:
    """A deleted message does not come again when its visibility timeout is over."""
    url = _with(lab, "a")
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=_handle(lab, url))
    return [outcome, *_seen(lab, url, 60), lab.counts(url)]


@behaviour(
    aws=["ok", "ok", "ok"],
    source="localstack test_delete_message_with_deleted_receipt_handle (validated on AWS)",
)
def deleting_again(lab: Lab) -> object:
    """Deleting a message again with the same handle is no error."""
    sqs, url = lab.sqs, _with(lab, "a")
    handle = _handle(lab, url)
    return [lab.attempt(sqs.delete_message, QueueUrl=url, ReceiptHandle=handle) for _ in range(3)]


@behaviour(
    aws=refused("ReceiptHandleIsInvalid", 'The input receipt handle "garbage" is not a valid receipt handle.', 404),
    source="localstack test_delete_message_with_illegal_receipt_handle (validated on AWS); tests of the Ballerina "
    "connector for SQS (status)",
)
def deleting_with_a_made_up_handle(lab: Lab) -> object:
    """A delete with a text that is no receipt handle is refused."""
    return lab.attempt(lab.sqs.delete_message, QueueUrl=lab.queue(), ReceiptHandle="garbage")


@behaviour(
    aws=["ReceiptHandleIsInvalid", "0/1/0"],
    source="SQS API reference, DeleteMessage: the receipt handle, not the MessageId; "
    "localstack test_delete_message_with_illegal_receipt_handle",
)
def deleting_with_the_message_id(lab: Lab) -> object:
    """A message id is no receipt handle."""
    url = _with(lab, "a")
    number = lab.receive(url)[0]["MessageId"]
    return [lab.code(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=number), lab.counts(url)]


@behaviour(
    aws=[refused("ReceiptHandleIsInvalid", 'The receipt handle "<handle>" is not valid for this queue.', 404), "0/1/0"],
    source="aws-sdk-java-v2 issue 3101 (reply of AWS); localstack pull request 6103",
)
def a_handle_of_another_queue(lab: Lab) -> object:
    """A receipt handle is good for the queue it came from and no other."""
    url, other = _with(lab, "a"), lab.queue("returns")
    handle = _handle(lab, url)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=other, ReceiptHandle=handle)
    return [_without(outcome, handle), lab.counts(url)]


@behaviour(
    aws=["ok", [], "0/0/0"],
    source="localstack snapshot test_delete_after_visibility_timeout[sqs]; "
    "localstack test_remove_message_with_old_receipt_handle (validated on AWS)",
)
def deleting_late(lab: Lab) -> object:
    """On a standard queue a delete works after the visibility timeout has ended, if nobody else got the message."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(40)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [outcome, lab.bodies(url), lab.counts(url)]


OLD_HANDLES = (
    "moto pull request 4655: test_delete_message_using_old_receipt_handle (verified against AWS); SQS API reference, "
    "DeleteMessage: the request succeeds, but the message might not be deleted"
)


@behaviour(aws=["ok", "0/0/0", "ok"], source=OLD_HANDLES)
def deleting_with_an_old_handle(lab: Lab) -> object:
    """On a standard queue the handle of an earlier receive deletes the message; deleting it again is no error."""
    url = _with(lab, "a", VisibilityTimeout="0")
    first, second = ({"QueueUrl": url, "ReceiptHandle": _handle(lab, url)} for _ in range(2))
    outcome = lab.attempt(lab.sqs.delete_message, **first)
    return [outcome, lab.counts(url), lab.attempt(lab.sqs.delete_message, **second)]


@behaviour(
    aws=["ok", "0/0/0", []],
    source=f"{OLD_HANDLES}; SQS can delete a message even if a visibility timeout has it locked for another consumer",
)
def deleting_what_somebody_else_received(lab: Lab) -> object:
    """On a standard queue a late delete deletes the message although somebody else has received it since."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(40)
    lab.receive(url)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [outcome, lab.counts(url), *_seen(lab, url, 40)]


@behaviour(
    aws=["ok", ["a"], "1/0/0"],
    source="SQS developer guide, dead-letter queues: a move task sends messages with new ids; inferred",
)
def an_old_handle_after_a_redrive(lab: Lab) -> object:
    """A receipt handle from before a message became a dead letter does not delete it when it is moved back."""
    dead = lab.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": lab.arn(dead), "maxReceiveCount": 1})
    url = _with(lab, "a", VisibilityTimeout="0", RedrivePolicy=policy)
    handle = _handle(lab, url)
    lab.receive(url)
    lab.sqs.start_message_move_task(SourceArn=lab.arn(dead))
    lab.advance(10)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [outcome, lab.bodies(url, VisibilityTimeout=0), lab.counts(url)]


EXPIRED = refused(
    "InvalidParameterValue",
    "Value <handle> for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
)


@behaviour(aws=[EXPIRED, "1/0/0"], source="boto3 issue 2898 (reply of AWS after 55,000 seconds)")
def deleting_after_twelve_hours(lab: Lab) -> object:
    """On a standard queue, too, a receipt handle expires: twelve hours after its receive."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(55_000)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [_without(outcome, handle), lab.counts(url)]


@behaviour(aws=[EXPIRED, "0/1/0"], source="boto3 issue 2898 (reply of AWS after 55,000 seconds); inferred")
def each_handle_has_its_twelve_hours(lab: Lab) -> object:
    """The twelve hours of a receipt handle count from its own receive, not from a later one."""
    url = _with(lab, "a")
    handle = _handle(lab, url)
    lab.advance(55_000)
    lab.receive(url)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [_without(outcome, handle), lab.counts(url)]


@behaviour(aws=EXPIRED, source="localstack snapshot test_fifo_delete_after_visibility_timeout[sqs]")
def deleting_late_from_a_fifo_queue(lab: Lab) -> object:
    """On a FIFO queue a receipt handle is worth nothing when the visibility timeout has ended."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    handle = _handle(lab, url)
    lab.advance(40)
    return _without(lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle), handle)


@behaviour(
    aws=[EXPIRED, EXPIRED, "0/1/0"],
    source="localstack snapshot test_fifo_delete_after_visibility_timeout[sqs]; sqs-consumer issue 83 (reply of AWS)",
)
def an_old_handle_of_a_fifo_queue(lab: Lab) -> object:
    """On a FIFO queue the handle of an earlier receive is refused while the message is in flight again."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    handle = _handle(lab, url)
    lab.advance(40)
    lab.receive(url)
    outcome = lab.attempt(lab.sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    return [_without(outcome, handle), _change(lab, url, handle, 0), lab.counts(url)]


@behaviour(
    aws=["InvalidParameterValue", ["a"], ["ok"], []],
    source="localstack snapshot test_fifo_delete_after_visibility_timeout[sqs]; SQS API reference, ReceiveMessage",
)
def a_late_delete_from_a_fifo_queue_deletes_nothing(lab: Lab) -> object:
    """After a late delete the message of a FIFO queue comes again, and its new handle deletes it."""
    sqs, url = lab.sqs, lab.queue("orders.fifo", ContentBasedDeduplication="true")
    sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    handle = _handle(lab, url)
    lab.advance(40)
    late = lab.code(sqs.delete_message, QueueUrl=url, ReceiptHandle=handle)
    again = lab.receive(url)
    outcomes = [lab.code(sqs.delete_message, QueueUrl=url, ReceiptHandle=each["ReceiptHandle"]) for each in again]
    return [late, [each["Body"] for each in again], outcomes, *_seen(lab, url, 40)]


# --- retention --------------------------------------------------------------------------------------------------


@behaviour(aws=[[], "0/0/0"], source="localstack test_message_retention (validated on AWS)")
def a_message_past_its_retention(lab: Lab) -> object:
    """A message that waited longer than MessageRetentionPeriod is gone and counts no more."""
    url = _with(lab, "a", MessageRetentionPeriod="60")
    lab.advance(70)
    return [lab.bodies(url), lab.counts(url)]


@behaviour(aws=[["a"], []], source="SQS API reference, CreateQueue: MessageRetentionPeriod, default 4 days")
def four_days_by_default(lab: Lab) -> object:
    """Without a MessageRetentionPeriod a message is kept for four days."""
    url = _with(lab, "a")
    return _seen(lab, url, 96 * HOUR - 600, 1200)


@behaviour(aws=[["a"], []], source="SQS API reference, CreateQueue: MessageRetentionPeriod, at most 14 days")
def fourteen_days_at_most(lab: Lab) -> object:
    """A queue can keep its messages for 1,209,600 seconds."""
    url = _with(lab, "a", MessageRetentionPeriod="1209600")
    return _seen(lab, url, 14 * 24 * HOUR - 600, 1200)


@behaviour(
    aws=[["a"], [], [], "0/0/0"],
    source="SQS API reference, CreateQueue: MessageRetentionPeriod, at least 60 seconds; inferred for the delay",
)
def a_minute_at_least(lab: Lab) -> object:
    """A queue keeps its messages for 60 seconds or longer, and a message that is delayed for longer never comes."""
    sqs, url = lab.sqs, lab.queue(MessageRetentionPeriod="60")
    found = []
    for delay, *waits in ((0, 55, 15), (900, 910)):
        sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=delay)
        for seconds in waits:
            lab.advance(seconds)
            found.append(lab.bodies(url, VisibilityTimeout=0))
    return [*found, lab.counts(url)]


@behaviour(aws=["new"], source="localstack test_message_retention (validated on AWS)")
def expired_messages_do_not_stand_in_the_way(lab: Lab) -> object:
    """A receive gets the messages that are still kept, however many expired ones were sent before."""
    url = _with(lab, "old", "old", "old", MessageRetentionPeriod="60")
    lab.advance(50)
    lab.sqs.send_message(QueueUrl=url, MessageBody="new")
    lab.advance(20)
    return lab.bodies(url, MaxNumberOfMessages=1)


@behaviour(
    aws=[["a"], [], "0/0/0"],
    source="SQS API reference, CreateQueue: MessageRetentionPeriod counts from the send",
)
def receiving_does_not_prolong_the_retention(lab: Lab) -> object:
    """The retention counts from the send; a receive, or giving the message back, starts nothing anew."""
    url = _with(lab, "a", MessageRetentionPeriod="60")
    lab.advance(50)
    found = lab.receive(url)
    _change(lab, url, found[0]["ReceiptHandle"], 0)
    lab.advance(20)
    return [[message["Body"] for message in found], lab.bodies(url), lab.counts(url)]


@behaviour(
    aws=["0/1/0", [], "0/0/0"],
    source="SQS API reference, DeleteMessage: messages left longer than the retention period are deleted",
)
def a_message_in_flight_past_its_retention(lab: Lab) -> object:
    """A message whose retention ended while it was hidden does not come again."""
    url = _with(lab, "a", MessageRetentionPeriod="60")
    lab.receive(url)
    before = lab.counts(url)
    lab.advance(70)
    return [before, lab.bodies(url), lab.counts(url)]


@behaviour(
    aws=[["b"], "0/1/0"],
    source="SQS API reference, SetQueueAttributes: a shorter MessageRetentionPeriod can expire waiting messages, "
    "and takes up to 15 minutes",
)
def a_shorter_retention_hits_waiting_messages(lab: Lab) -> object:
    """A retention that is shortened below the age of waiting messages expires them."""
    sqs, url = lab.sqs, _with(lab, "a", MessageRetentionPeriod="86400")
    lab.advance(2 * HOUR)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "3600"})
    lab.advance(900)
    sqs.send_message(QueueUrl=url, MessageBody="b")
    return [lab.bodies(url), lab.counts(url)]

"""Sending, deleting and changing visibility in batches: errors of the whole call, and of single entries."""

from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

LIMIT = 1_048_576
BAD_ID = refused(
    "AWS.SimpleQueueService.InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long.",
)


def _entries(*bodies: str, **more: Any) -> list[dict[str, Any]]:
    """Return entries 0, 1, ... with these bodies."""
    return [{"Id": str(number), "MessageBody": body} | more for number, body in enumerate(bodies)]


def _send(lab: Lab, url: str, entries: list[dict[str, Any]]) -> Any:
    """Return the outcome of one batch of sends."""
    return lab.attempt(lab.sqs.send_message_batch, QueueUrl=url, Entries=entries)


def _handles(lab: Lab, url: str, *bodies: str) -> list[str]:
    """Send these messages and return the receipt handles of one receive of them all."""
    lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries(*bodies))
    return [message["ReceiptHandle"] for message in lab.receive(url)]


def _by_handle(handles: list[str], **more: Any) -> list[dict[str, Any]]:
    """Return entries 0, 1, ... with these receipt handles."""
    return [{"Id": str(number), "ReceiptHandle": handle} | more for number, handle in enumerate(handles)]


def _ids(reply: dict[str, Any]) -> dict[str, list[str]]:
    """Return the ids in a reply's two lists."""
    return {key: [entry["Id"] for entry in reply.get(key, [])] for key in ("Successful", "Failed")}


def _failures(reply: dict[str, Any]) -> list[list[Any]]:
    """Return id, code and SenderFault of the entries that failed."""
    return [[entry["Id"], entry["Code"], entry["SenderFault"]] for entry in reply.get("Failed", [])]


def _failed(reply: dict[str, Any]) -> list[str]:
    """Return id and code of the entry that failed; of all of them in one list if there are more."""
    return [text for entry in reply.get("Failed", []) for text in (entry["Id"], entry["Code"])]


def _three(lab: Lab, entry_lists: list[list[dict[str, Any]]]) -> list[Any]:
    """Return the outcomes of a send, a delete and a change of visibility with these entries."""
    sqs, url = lab.sqs, lab.queue()
    calls = sqs.send_message_batch, sqs.delete_message_batch, sqs.change_message_visibility_batch
    return [lab.attempt(call, QueueUrl=url, Entries=entries) for call, entries in zip(calls, entry_lists, strict=True)]


def _all_kinds(ids: list[str]) -> list[list[dict[str, Any]]]:
    """Return entries with these ids for a send, a delete and a change of visibility."""
    sends = [{"Id": each, "MessageBody": "a"} for each in ids]
    deletes = [{"Id": each, "ReceiptHandle": f"garbage-{number}"} for number, each in enumerate(ids)]
    return [sends, deletes, [each | {"VisibilityTimeout": 10} for each in deletes]]


# --- what replies look like -------------------------------------------------------------------------------------


@behaviour(
    aws=[["ResponseMetadata", "Successful"]] * 3,
    source="localstack snapshot "
    "test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size[sqs]: no key Failed",
)
def batches_without_failures(lab: Lab) -> object:
    """A batch in which nothing failed has no key Failed."""
    sqs, url = lab.sqs, lab.queue()
    sent = sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "b"))
    handles = [message["ReceiptHandle"] for message in lab.receive(url)]
    changed = sqs.change_message_visibility_batch(QueueUrl=url, Entries=_by_handle(handles, VisibilityTimeout=60))
    deleted = sqs.delete_message_batch(QueueUrl=url, Entries=_by_handle(handles))
    return [sorted(reply) for reply in (sent, changed, deleted)]


@behaviour(
    aws=[
        {"Id": "0", "MD5OfMessageAttributes": "a45daa70926828a2f0a1db3418e6feb4"},
        {"Id": "1", "MD5OfMessageBody": "0cc175b9c0f1b6a831c399e269772661"},
        ["Id", "MD5OfMessageBody", "MessageId"],
    ],
    source="localstack snapshot test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size[sqs]",
)
def what_entries_answer(lab: Lab) -> object:
    """Each entry that was sent answers its Id, the message id and the MD5 of the body and of the attributes."""
    entries = _entries("b", "a")
    entries[0]["MessageAttributes"] = {"k": {"DataType": "String", "StringValue": "x"}}
    first, second = lab.sqs.send_message_batch(QueueUrl=lab.queue(), Entries=entries)["Successful"]
    return [
        {key: first.get(key) for key in ("Id", "MD5OfMessageAttributes")},
        {key: second.get(key) for key in ("Id", "MD5OfMessageBody")},
        sorted(second),
    ]


@behaviour(aws=True, source="localstack test_publish_get_delete_message_batch (validated on AWS)")
def ids_of_a_batch_are_ids_of_messages(lab: Lab) -> object:
    """The message ids of a batch's reply are those that the receiver sees, one for each entry."""
    url = lab.queue()
    reply = lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries(*"abcdefghij"))
    sent = {entry["MessageId"] for entry in reply["Successful"]}
    return len(sent) == 10 and sent == {message["MessageId"] for message in lab.receive(url)}


@behaviour(
    aws=[None, "5ae4d5d7636402d80f4eb6d213245a88"],
    source="SQS API reference, SendMessageBatchResultEntry; the MD5 of localstack "
    "test_system_attributes_have_no_effect_on_attr_md5 (validated on AWS)",
)
def trace_headers_in_a_batch(lab: Lab) -> object:
    """An entry with a trace header answers its MD5."""
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    entries = _entries("a", "b")
    entries[1]["MessageSystemAttributes"] = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace}}
    reply = lab.sqs.send_message_batch(QueueUrl=lab.queue(), Entries=entries)
    return [entry.get("MD5OfMessageSystemAttributes") for entry in reply["Successful"]]


@behaviour(aws=[["a"], ["b"]], source="SQS API reference, SendMessageBatchRequestEntry: DelaySeconds")
def a_delay_for_one_entry(lab: Lab) -> object:
    """Each entry of a batch can have a delay of its own."""
    url, entries = lab.queue(), _entries("a", "b")
    entries[1]["DelaySeconds"] = 100
    lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)
    now = lab.bodies(url, VisibilityTimeout=600)
    lab.advance(110)
    return [now, lab.bodies(url)]


# --- errors of the whole call -----------------------------------------------------------------------------------


@behaviour(
    aws=["AWS.SimpleQueueService.EmptyBatchRequest"] * 3,
    source="localstack test_send_message_batch_with_empty_list (validated on AWS); SQS API reference",
)
def empty_batches(lab: Lab) -> object:
    """A batch without entries is refused."""
    return [outcome["Code"] if outcome != "ok" else outcome for outcome in _three(lab, [[], [], []])]


@behaviour(
    aws=[
        refused(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            "Maximum number of entries per request are 10. You have sent 20.",
        )
    ]
    * 3,
    source="localstack snapshots test_too_many_entries_in_batch_request[sqs], "
    "test_delete_message_batch_with_too_large_batch[sqs], "
    "test_change_message_visibility_batch_with_too_large_batch[sqs]",
)
def too_many_entries(lab: Lab) -> object:
    """A batch has ten entries at most, whatever it is to do."""
    return _three(lab, _all_kinds([str(number) for number in range(20)]))


@behaviour(
    aws=["AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "0/0/0"],
    source="localstack snapshot test_too_many_entries_in_batch_request[sqs]",
)
def eleven_entries_send_nothing(lab: Lab) -> object:
    """A batch of eleven entries is refused as a whole: none of them is sent."""
    url = lab.queue()
    code = lab.code(lab.sqs.send_message_batch, QueueUrl=url, Entries=_entries(*"abcdefghijk"))
    return [code, lab.counts(url)]


@behaviour(
    aws=refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id one repeated."),
    source="broadway_sqs issue 49 (reply of AWS)",
)
def an_id_twice(lab: Lab) -> object:
    """Two entries with one Id are refused as a whole."""
    return _three(lab, _all_kinds(["one", "one"]))[0]


@behaviour(
    aws=["AWS.SimpleQueueService.BatchEntryIdsNotDistinct"] * 2,
    source="SQS API reference, DeleteMessageBatch and ChangeMessageVisibilityBatch: BatchEntryIdsNotDistinct",
)
def an_id_twice_with_receipt_handles(lab: Lab) -> object:
    """Deletes and changes of visibility with one Id twice are refused as a whole."""
    return [outcome["Code"] if outcome != "ok" else outcome for outcome in _three(lab, _all_kinds(["one", "one"]))[1:]]


@behaviour(
    aws=[BAD_ID, BAD_ID, BAD_ID],
    source="localstack snapshots test_invalid_batch_id[sqs] and test_delete_message_batch_invalid_msg_id[*]; "
    "SQS API reference, ChangeMessageVisibilityBatch: InvalidBatchEntryId",
)
def an_id_with_a_colon(lab: Lab) -> object:
    """An Id has letters, digits, hyphens and underscores only."""
    return _three(lab, _all_kinds(["message:1"]))


@behaviour(aws=[BAD_ID, BAD_ID], source="localstack snapshot test_delete_message_batch_invalid_msg_id[*]")
def an_id_that_is_empty_or_too_long(lab: Lab) -> object:
    """An Id has 1 to 80 characters."""
    return [_three(lab, _all_kinds([each]))[1] for each in ("", "testLongId" * 10)]


@behaviour(aws=["ok", "ok"], source="SQS API reference, SendMessageBatchRequestEntry: Id")
def ids_that_are_allowed(lab: Lab) -> object:
    """An Id of 80 characters is accepted, and so are hyphens and underscores."""
    url = lab.queue()
    return [_send(lab, url, [{"Id": each, "MessageBody": "a"}]) for each in ("a" * 80, "Az-09_")]


@behaviour(
    aws=[
        refused(
            "AWS.SimpleQueueService.BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
        ),
        "0/0/0",
    ],
    source="localstack snapshot test_send_message_batch_with_oversized_contents[sqs]",
)
def a_batch_of_more_than_one_mebibyte(lab: Lab) -> object:
    """All entries together, attributes included, have at most 1,048,576 bytes; otherwise none is sent."""
    url = lab.queue()
    entries = _entries("a" * (LIMIT - 8), "a")
    entries[0]["MessageAttributes"] = {"k": {"DataType": "String", "StringValue": "x"}}
    return [_send(lab, url, entries), lab.counts(url)]


@behaviour(aws="2/0/0", source="SQS API reference, SendMessageBatch: 1,048,576 bytes in sum")
def a_batch_of_one_mebibyte(lab: Lab) -> object:
    """A batch of exactly 1,048,576 bytes is sent."""
    url = lab.queue()
    lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a" * (LIMIT - 1), "a"))
    return lab.counts(url)


@behaviour(
    aws=refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."),
    source="localstack snapshot test_non_existent_queue",
)
def a_batch_for_a_missing_queue(lab: Lab) -> object:
    """A batch for a queue that does not exist is refused as a whole."""
    return _send(lab, lab.queue("orders") + "-missing", _entries("a"))


# --- entries that fail ------------------------------------------------------------------------------------------


@behaviour(
    aws={"Successful": ["0", "1"], "Failed": []},
    source="localstack snapshot test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size[sqs]",
)
def the_sum_is_not_limited_by_the_queue(lab: Lab) -> object:
    """A queue's MaximumMessageSize limits each entry and not their sum."""
    url = lab.queue(MaximumMessageSize="2048")
    return _ids(lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a" * 2048, "a")))


@behaviour(
    aws=[["0", "2"], [["1", "InvalidParameterValue", True]], ["a", "c"]],
    source="localstack snapshot test_send_batch_message_size",
)
def one_entry_that_is_too_long(lab: Lab) -> object:
    """An entry beyond the queue's MaximumMessageSize fails alone; the call answers 200 and the others are sent."""
    url = lab.queue(MaximumMessageSize="1024")
    reply = lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "b" * 1025, "c"))
    return [_ids(reply)["Successful"], _failures(reply), sorted(lab.bodies(url))]


@behaviour(
    aws={
        "Id": "1",
        "Code": "InvalidParameterValue",
        "Message": "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.",
        "SenderFault": True,
    },
    source="localstack snapshot test_send_batch_message_size",
)
def the_text_for_one_entry_that_is_too_long(lab: Lab) -> object:
    """In a batch the refusal of a message that is too long has other words than for a single send."""
    url = lab.queue(MaximumMessageSize="1024")
    return lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a" * 1024, "b" * 1025))["Failed"][0]


@behaviour(
    aws=[list("0123456789"), list("0123456789"), list("0123456789"), [["0", "2", "9"], list("1345678")]],
    source="SQS API reference, SendMessageBatch, DeleteMessageBatch and ChangeMessageVisibilityBatch: the result of "
    "each message is reported individually",
)
def ten_entries_that_fail(lab: Lab) -> object:
    """However many entries of a batch are refused, each is reported, and the others are done."""
    sqs, url = lab.sqs, lab.queue(MaximumMessageSize="1024")
    wrong = _by_handle([f"garbage-{number}" for number in range(10)], VisibilityTimeout=10)
    mixed = ["a" if number in (0, 2, 9) else "a" * 1025 for number in range(10)]
    replies = [
        sqs.send_message_batch(QueueUrl=url, Entries=_entries(*["\x01"] * 10)),
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=wrong),
        sqs.delete_message_batch(QueueUrl=url, Entries=[{k: e[k] for k in ("Id", "ReceiptHandle")} for e in wrong]),
    ]
    last = _ids(sqs.send_message_batch(QueueUrl=url, Entries=_entries(*mixed)))
    return [*(_ids(reply)["Failed"] for reply in replies), [last["Successful"], last["Failed"]]]


@behaviour(
    aws=[["1", "InvalidMessageContents"], ["a", "c"]],
    source="localstack test_batch_send_with_invalid_char_should_succeed (validated on AWS)",
)
def one_entry_with_a_forbidden_character(lab: Lab) -> object:
    """An entry with a forbidden character fails alone."""
    url = lab.queue()
    reply = lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "\x01", "c"))
    return [_failed(reply), sorted(lab.bodies(url))]


@behaviour(aws=[["1", "EmptyValue"], ["a"]], source="tests of the Ballerina connector for SQS (reply of AWS)")
def one_entry_without_a_body(lab: Lab) -> object:
    """An entry with an empty body fails alone, with another code than a single send."""
    url = lab.queue()
    return [_failed(lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", ""))), lab.bodies(url)]


@behaviour(
    aws=[["1", "InvalidParameterValue"], ["a"]],
    source="SQS API reference, SendMessageBatch: the result of each message is reported individually; local-aws-sqs "
    "project (test of the reply)",
)
def one_entry_with_a_deduplication_id(lab: Lab) -> object:
    """On a standard queue an entry with a deduplication id fails alone."""
    url, entries = lab.queue(), _entries("a", "b")
    entries[1]["MessageDeduplicationId"] = "1"
    return [_failed(lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)), lab.bodies(url)]


@behaviour(
    aws=[
        {
            "Code": "InvalidParameterValue",
            "Message": "The request include parameter that is not valid for this queue type",
        },
        {
            "Code": "InvalidParameterValue",
            "Message": "Value 1800 for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and "
            "<= 900.",
        },
    ],
    source="aws-sdk-js issues 4216 and 3187 (replies of AWS); moto issue 5372 (reply of AWS)",
)
def texts_of_entries_that_fail(lab: Lab) -> object:
    """The refusal of a deduplication id names neither it nor its value, as it does for a single send; others do."""
    entries: list[Any] = _entries("a", "b")
    entries[0]["MessageDeduplicationId"] = "1"
    entries[1]["DelaySeconds"] = 1800
    failed = lab.sqs.send_message_batch(QueueUrl=lab.queue(), Entries=entries)["Failed"]
    return [{key: each[key] for key in ("Code", "Message")} for each in failed]


@behaviour(
    aws=[["1", "InvalidParameterValue"], ["a"]],
    source="SQS API reference, SendMessageBatch: the result of each message is reported individually",
)
def one_entry_with_too_long_a_delay(lab: Lab) -> object:
    """An entry with a DelaySeconds beyond 900 fails alone."""
    url, entries = lab.queue(), _entries("a", "b")
    entries[1]["DelaySeconds"] = 901
    return [_failed(lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)), lab.bodies(url)]


@behaviour(
    aws=[["0"], [["1", "ReceiptHandleIsInvalid", True]], "0/0/0"],
    source="SQS API reference, DeleteMessageBatch; aws-sdk-java-v2 issue 3101 (reply of AWS)",
)
def a_delete_with_a_made_up_handle(lab: Lab) -> object:
    """In a batch of deletes a made-up handle fails alone; the call answers 200."""
    url = lab.queue()
    handles = [*_handles(lab, url, "a"), "garbage"]
    reply = lab.sqs.delete_message_batch(QueueUrl=url, Entries=_by_handle(handles))
    return [_ids(reply)["Successful"], _failures(reply), lab.counts(url)]


@behaviour(
    aws=[
        {"Id": "0", "SenderFault": True, "Code": "ReceiptHandleIsInvalid", "Message": "The receipt handle has expired"}
    ],
    source="sqsmover issue 54 (reply of AWS)",
)
def a_late_delete_from_a_fifo_queue(lab: Lab) -> object:
    """On a FIFO queue an expired handle in a batch has another code than in a single delete."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageGroupId="g")
    handle = lab.receive(url)[0]["ReceiptHandle"]
    lab.advance(40)
    return lab.sqs.delete_message_batch(QueueUrl=url, Entries=_by_handle([handle]))["Failed"]


@behaviour(
    aws=[["1", "ReceiptHandleIsInvalid"], ["a"]],
    source="SQS API reference, ChangeMessageVisibilityBatch: the result of each message is reported individually",
)
def a_change_with_a_made_up_handle(lab: Lab) -> object:
    """In a batch of visibility changes a made-up handle fails alone."""
    url = lab.queue()
    handles = [*_handles(lab, url, "a"), "garbage"]
    entries = _by_handle(handles, VisibilityTimeout=0)
    reply = lab.sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)
    return [_failed(reply), lab.bodies(url)]


@behaviour(
    aws=[
        {
            "Id": "1",
            "Code": "MissingParameter",
            "Message": "The request must contain the parameter "
            "ChangeMessageVisibilityBatchRequestEntry.2.VisibilityTimeout.",
            "SenderFault": True,
        },
        "0/2/0",
    ],
    source="local-aws-sqs project (test of the reply)",
)
def a_change_without_a_timeout(lab: Lab) -> object:
    """In a batch of visibility changes an entry without a timeout fails alone; it does not mean 0."""
    url = lab.queue()
    entries = _by_handle(_handles(lab, url, "a", "b"), VisibilityTimeout=60)
    del entries[1]["VisibilityTimeout"]
    return [lab.sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)["Failed"][0], lab.counts(url)]


@behaviour(
    aws=[{"Successful": ["0", "1"], "Failed": []}] * 2,
    source="SQS API reference, DeleteMessageBatch; localstack test_delete_message_with_deleted_receipt_handle "
    "(validated on AWS)",
)
def deleting_a_batch_again(lab: Lab) -> object:
    """Deleting the messages of a batch again is no error."""
    sqs, url = lab.sqs, lab.queue()
    entries = _by_handle(_handles(lab, url, "a", "b"))
    return [_ids(sqs.delete_message_batch(QueueUrl=url, Entries=entries)) for _ in range(2)]


@behaviour(
    aws=[["a", "b"], ["a"], ["b"]],
    source="SQS API reference, ChangeMessageVisibilityBatchRequestEntry: each entry has its VisibilityTimeout",
)
def a_timeout_for_each_entry(lab: Lab) -> object:
    """Each entry of a batch of visibility changes has a timeout of its own."""
    url = lab.queue()
    lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries("a", "b"))
    found = sorted(lab.receive(url), key=lambda message: message["Body"])
    entries = _by_handle([message["ReceiptHandle"] for message in found])
    timeouts = [entry | {"VisibilityTimeout": seconds} for entry, seconds in zip(entries, (0, 100), strict=True)]
    lab.sqs.change_message_visibility_batch(QueueUrl=url, Entries=timeouts)
    now = lab.bodies(url, VisibilityTimeout=600)
    lab.advance(110)
    return [[message["Body"] for message in found], now, lab.bodies(url)]


# --- FIFO queues ------------------------------------------------------------------------------------------------


@behaviour(
    aws=[refused("InvalidParameterValue", "The request must contain the parameter MessageGroupId."), "0/0/0"],
    source="localstack snapshot test_send_batch_missing_message_group_id_for_fifo_queue[sqs]",
)
def an_entry_without_a_group(lab: Lab) -> object:
    """On a FIFO queue one entry without MessageGroupId fails the whole call, with another code than a single send."""
    url, entries = lab.queue("orders.fifo"), _entries("a", "b", MessageGroupId="g")
    entries = [entry | {"MessageDeduplicationId": entry["Id"]} for entry in entries]
    del entries[1]["MessageGroupId"]
    return [_send(lab, url, entries), lab.counts(url)]


@behaviour(
    aws=[
        refused(
            "InvalidParameterValue",
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
            "explicitly",
        ),
        "0/0/0",
    ],
    source="localstack snapshot test_send_batch_missing_deduplication_id_for_fifo_queue[sqs]",
)
def an_entry_without_a_deduplication_id(lab: Lab) -> object:
    """On a FIFO queue without content-based deduplication one entry without an id fails the whole call."""
    url, entries = lab.queue("orders.fifo"), _entries("a", "b", MessageGroupId="g")
    entries[0]["MessageDeduplicationId"] = "a"
    return [_send(lab, url, entries), lab.counts(url)]


@behaviour(
    aws=[list("abcdefghij"), True],
    source="SQS API reference, SendMessageBatch: entries are enqueued in the order they are sent; SequenceNumber",
)
def a_batch_keeps_its_order_on_a_fifo_queue(lab: Lab) -> object:
    """On a FIFO queue the entries of a batch come in their order, with growing sequence numbers."""
    url = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    reply = lab.sqs.send_message_batch(QueueUrl=url, Entries=_entries(*"abcdefghij", MessageGroupId="g"))
    numbers = [int(entry.get("SequenceNumber", 0)) for entry in reply["Successful"]]
    return [lab.bodies(url), numbers == sorted(set(numbers))]


@behaviour(
    aws=[["0", "1"], 1, ["a"]],
    source="SQS API reference, SendMessage: duplicates are accepted successfully but not delivered; "
    "SQS developer guide, exactly-once processing",
)
def duplicates_in_a_batch(lab: Lab) -> object:
    """Two entries with one deduplication id both succeed, with one message id and one message."""
    url = lab.queue("orders.fifo")
    entries = _entries("a", "a", MessageGroupId="g", MessageDeduplicationId="1")
    done = lab.sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]
    return [[entry["Id"] for entry in done], len({entry["MessageId"] for entry in done}), lab.bodies(url)]

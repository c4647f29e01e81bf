"""Sending to standard queues: bodies, sizes, message attributes, delays and what a send answers."""

from typing import Any

from botocore import xform_name

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

LIMIT = 1_048_576
TRACE = {
    "AWSTraceHeader": {
        "DataType": "String",
        "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    }
}


def _text(value: str, kind: str = "String") -> dict[str, str]:
    """Return a message attribute with a text value."""
    return {"DataType": kind, "StringValue": value}


def _sent(lab: Lab, body: str = "hello", **params: Any) -> dict[str, Any]:
    """Send to a new queue and return the reply without its metadata."""
    reply = lab.sqs.send_message(QueueUrl=lab.queue(), MessageBody=body, **params)
    return {key: value for key, value in reply.items() if key != "ResponseMetadata"}


def _code(lab: Lab, **params: Any) -> str:
    """Return "ok" or the error's code for one send to a new queue."""
    return lab.code(lab.sqs.send_message, **({"QueueUrl": lab.queue(), "MessageBody": "hello"} | params))


def _codes(lab: Lab, attributes: list[dict[str, Any]]) -> list[str]:
    """Return the outcome of one send for each set of message attributes."""
    sqs, url = lab.sqs, lab.queue()
    return [
        lab.code(sqs.send_message, QueueUrl=url, MessageBody="hello", MessageAttributes=each) for each in attributes
    ]


def _back(lab: Lab, bodies: list[str]) -> list[bool]:
    """Return, for each body, whether it comes back as it was sent."""
    sqs, same = lab.sqs, []
    for number, body in enumerate(bodies):
        url = lab.queue(f"orders-{number}")
        sqs.send_message(QueueUrl=url, MessageBody=body)
        same.append(lab.bodies(url) == [body])
    return same


# --- bodies -----------------------------------------------------------------------------------------------------


@behaviour(
    aws=refused("MissingParameter", "The request must contain the parameter MessageBody."),
    source="localstack snapshot test_send_empty_message[sqs]",
)
def an_empty_body(lab: Lab) -> object:
    """A message without a body is refused."""
    return lab.attempt(lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="")


@behaviour(aws=["ok", "ok"], source="SQS API reference, SendMessage: the minimum size is one character")
def a_body_of_one_character(lab: Lab) -> object:
    """One character is enough for a body, even a space."""
    return [_code(lab, MessageBody="a"), _code(lab, MessageBody=" ")]


@behaviour(
    aws=["InvalidMessageContents"] * 6,
    source="localstack test_send_message_with_invalid_payload_characters (validated on AWS); SQS API reference",
)
def characters_that_bodies_must_not_have(lab: Lab) -> object:
    """Control characters other than tab, line feed and carriage return, and U+FFFE and U+FFFF, are refused."""
    return [_code(lab, MessageBody=f"a{chr(each)}b") for each in (0x0, 0x8, 0xB, 0x1F, 0xFFFE, 0xFFFF)]


@behaviour(aws=[True] * 4, source="localstack test_message_with_carriage_return (validated on AWS); SQS API reference")
def white_space_comes_back_unchanged(lab: Lab) -> object:
    """Tabs, line feeds and carriage returns are allowed and come back as they were sent."""
    return _back(lab, ["a\tb", "a\nb", "a\rb", '{\r\n"machine" : 1}'])


@behaviour(aws=[True] * 3, source="localstack test_send_receive_message_encoded_content (validated on AWS)")
def markup_comes_back_unchanged(lab: Lab) -> object:
    """Quotes, entities and angle brackets in a body come back as they were sent."""
    return _back(lab, ['"&quot;&quot;\r', "<a>&amp;</a>", "100 % + 1 %2B"])


@behaviour(aws=[True] * 4, source="SQS API reference, SendMessage: the allowed Unicode characters")
def characters_at_the_edges_of_what_is_allowed(lab: Lab) -> object:
    """The first and last characters of each allowed range come back unchanged, emoji too."""
    return _back(lab, ["\x7f\x80\x9f", "\ud7ff\ue000\ufffd", "\U00010000\U0010ffff", "Grüße 🚚"])


@behaviour(aws=[["a"], [], []], source="localstack test_send_receive_message_multiple_queues (validated on AWS)")
def a_message_is_in_one_queue(lab: Lab) -> object:
    """A message goes to the queue it was sent to and to no other, and while it is in flight nobody else gets it."""
    first, second = lab.queue("orders"), lab.queue("returns")
    lab.sqs.send_message(QueueUrl=first, MessageBody="a")
    return [lab.bodies(first), lab.bodies(second), lab.bodies(first)]


@behaviour(
    aws=refused("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."),
    source="localstack snapshot test_non_existent_queue",
)
def sending_to_a_missing_queue(lab: Lab) -> object:
    """A send to a queue that does not exist is refused."""
    return lab.attempt(lab.sqs.send_message, QueueUrl=lab.queue("orders") + "-missing", MessageBody="a")


@behaviour(
    aws=["86a83f96652a1bfad3891e7d523750cb", ["Using name instead of URL"]],
    source="localstack test_posting_to_queue_via_queue_name (validated on AWS)",
)
def a_name_in_place_of_the_url(lab: Lab) -> object:
    """A bare queue name is accepted where the queue URL is wanted."""
    url = lab.queue("orders")
    reply = lab.sqs.send_message(QueueUrl="orders", MessageBody="Using name instead of URL")
    return [reply["MD5OfMessageBody"], lab.bodies(url)]


# --- sizes ------------------------------------------------------------------------------------------------------


@behaviour(
    aws="ok", source="SQS API reference, SendMessage: 1 MiB; localstack snapshot test_send_oversized_message[sqs]"
)
def a_body_of_one_mebibyte(lab: Lab) -> object:
    """A message of exactly 1,048,576 bytes is accepted."""
    return _code(lab, MessageBody="a" * LIMIT)


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
    ),
    source="localstack snapshot test_send_oversized_message[sqs]",
)
def a_byte_more_than_one_mebibyte(lab: Lab) -> object:
    """A message of 1,048,577 bytes is refused, and the text says "shorter than" although the limit itself is fine."""
    return lab.attempt(lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="a" * (LIMIT + 1))


@behaviour(
    aws=[
        "ok",
        refused(
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
        ),
    ],
    source="localstack snapshot test_send_message_with_updated_maximum_message_size[sqs]",
)
def a_queue_with_a_smaller_limit(lab: Lab) -> object:
    """MaximumMessageSize limits each message, the limit itself is accepted."""
    sqs, url = lab.sqs, lab.queue(MaximumMessageSize="1024")
    return [lab.attempt(sqs.send_message, QueueUrl=url, MessageBody="a" * size) for size in (1024, 1025)]


@behaviour(
    aws=[
        "ok",
        refused(
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.",
        ),
    ],
    source="localstack snapshot test_send_message_with_updated_maximum_message_size[sqs]",
)
def attributes_count_towards_the_size(lab: Lab) -> object:
    """The size is the body and each attribute's name, type and value: k, String and x make eight bytes."""
    sqs, url, attributes = lab.sqs, lab.queue(MaximumMessageSize="1024"), {"k": _text("x")}
    return [
        lab.attempt(sqs.send_message, QueueUrl=url, MessageBody="a" * size, MessageAttributes=attributes)
        for size in (1016, 1017)
    ]


@behaviour(
    aws=["ok", "InvalidParameterValue"],
    source="SQS developer guide, message quotas: sizes are in bytes; SQS API reference, MessageAttributeValue: UTF-8",
)
def sizes_are_bytes_not_characters(lab: Lab) -> object:
    """512 characters of two bytes fill a limit of 1,024 bytes, 513 are too many."""
    sqs, url = lab.sqs, lab.queue(MaximumMessageSize="1024")
    return [lab.code(sqs.send_message, QueueUrl=url, MessageBody="é" * size) for size in (512, 513)]


@behaviour(aws="ok", source="SQS API reference, SendMessage: a system attribute does not count towards the size")
def system_attributes_do_not_count_towards_the_size(lab: Lab) -> object:
    """A trace header fits next to a body that fills the limit."""
    url = lab.queue(MaximumMessageSize="1024")
    return lab.code(lab.sqs.send_message, QueueUrl=url, MessageBody="a" * 1024, MessageSystemAttributes=TRACE)


# --- what a send answers ----------------------------------------------------------------------------------------


@behaviour(
    aws=["MD5OfMessageBody", "MessageId"],
    source="localstack tests test_send_receive_message and test_sequence_number (validated on AWS)",
)
def what_a_plain_send_answers(lab: Lab) -> object:
    """A send without attributes answers the id and the body's MD5, and no SequenceNumber on a standard queue."""
    return sorted(_sent(lab))


@behaviour(
    aws=["78e731027d8fd50ed642340b7c9a63b3", True, True],
    source="localstack test_send_receive_message (validated on AWS)",
)
def id_and_md5_at_both_ends(lab: Lab) -> object:
    """The receiver gets the message id and the MD5 of the body that the sender got."""
    url = lab.queue()
    sent = lab.sqs.send_message(QueueUrl=url, MessageBody="message")
    [got] = lab.receive(url)
    md5 = sent["MD5OfMessageBody"]
    return [md5, got["MD5OfBody"] == md5, got["MessageId"] == sent["MessageId"]]


@behaviour(
    aws="66ddcd97cfdeabb2f6fb8a999b4bc76f", source="SQS API reference, SendMessageResult: MD5 of the body in UTF-8"
)
def the_md5_is_that_of_the_bytes(lab: Lab) -> object:
    """The MD5 of a body is taken over its UTF-8 bytes."""
    return _sent(lab, "é")["MD5OfMessageBody"]


@behaviour(
    aws={
        "one": "a45daa70926828a2f0a1db3418e6feb4",
        "three": "4c360f3fdafd970e05fae2f149d997f5",
        "binary": "8cbe4db156db8a94db8b801b7addb984",
    },
    source="localstack snapshots test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size, "
    "test_receive_message_message_attribute_names_filters, test_send_message_with_binary_attributes",
)
def the_md5_of_attributes(lab: Lab) -> object:
    """The MD5 of the attributes covers names, types and values in the order of the names."""
    trace = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01"
    attributes = {
        "one": {"k": _text("x")},
        "three": {"Help.Me": _text("Me"), "Hello": _text("There"), "General": _text("Kenobi")},
        "binary": {"attr1": {"DataType": "Binary", "BinaryValue": trace}},
    }
    return {name: _sent(lab, MessageAttributes=each)["MD5OfMessageAttributes"] for name, each in attributes.items()}


@behaviour(
    aws=[None, "5ae4d5d7636402d80f4eb6d213245a88", True],
    source="localstack test_system_attributes_have_no_effect_on_attr_md5 (validated on AWS)",
)
def the_md5_of_a_trace_header(lab: Lab) -> object:
    """A trace header has an MD5 of its own and leaves the MD5 of the message attributes as it is."""
    attributes = {"timestamp": _text("1493147359900", "Number")}
    plain = _sent(lab, MessageAttributes=attributes)
    traced = _sent(lab, MessageAttributes=attributes, MessageSystemAttributes=TRACE)
    md5s = [reply.get("MD5OfMessageSystemAttributes") for reply in (plain, traced)]
    return [*md5s, plain["MD5OfMessageAttributes"] == traced["MD5OfMessageAttributes"]]


# --- system attributes ------------------------------------------------------------------------------------------


@behaviour(aws=[True, False], source="SQS API reference, ReceiveMessage: AWSTraceHeader")
def a_trace_header_reaches_the_receiver(lab: Lab) -> object:
    """A trace header arrives as a system attribute, not as a message attribute."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageSystemAttributes=TRACE)
    [got] = lab.receive(url)
    header = TRACE["AWSTraceHeader"]["StringValue"]
    return [got["Attributes"].get("AWSTraceHeader") == header, "MessageAttributes" in got]


X_RAY = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1"


def _traces(lab: Lab, operation: str, url: str, **params: Any) -> list[Any]:
    """Return the AWSTraceHeader of the messages that a call sends whose HTTP request has X-Ray's header."""

    def add_header(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amzn-Trace-Id"] = X_RAY

    name, events = f"before-call.sqs.{operation}", lab.sqs.meta.events
    events.register(name, add_header)
    try:
        getattr(lab.sqs, xform_name(operation))(QueueUrl=url, **params)
    finally:
        events.unregister(name, add_header)
    found = sorted(lab.receive(url), key=lambda message: message["Body"])
    return [message["Attributes"].get("AWSTraceHeader") for message in found]


@behaviour(
    aws=[[X_RAY], [X_RAY], [X_RAY] * 2],
    source="localstack snapshot test_aws_trace_header_propagation[sqs]; X-Ray developer guide, Amazon SQS and "
    "AWS X-Ray",
)
def a_trace_in_the_http_header(lab: Lab) -> object:
    """X-Ray's header of the HTTP request comes back as the AWSTraceHeader of each message that the request sends."""
    entries = [{"Id": each, "MessageBody": each} for each in "ab"]
    fifo = lab.queue("orders.fifo", ContentBasedDeduplication="true")
    return [
        _traces(lab, "SendMessage", lab.queue(), MessageBody="a"),
        _traces(lab, "SendMessage", fifo, MessageBody="a", MessageGroupId="g"),
        _traces(lab, "SendMessageBatch", lab.queue("returns"), Entries=entries),
    ]


@behaviour(
    aws=[TRACE["AWSTraceHeader"]["StringValue"], X_RAY],
    source="X-Ray developer guide, Amazon SQS and AWS X-Ray: the system attribute overrides the HTTP trace header",
)
def a_trace_in_both_places(lab: Lab) -> object:
    """A message's own AWSTraceHeader goes before the header of the HTTP request."""
    entries: list[Any] = [{"Id": each, "MessageBody": each} for each in "ab"]
    entries[0]["MessageSystemAttributes"] = TRACE
    return _traces(lab, "SendMessageBatch", lab.queue(), Entries=entries)


@behaviour(aws=[True, True], source="SQS API reference, SendMessage: only AWSTraceHeader, its type must be String")
def other_system_attributes_are_refused(lab: Lab) -> object:
    """AWSTraceHeader with the type String is the only system attribute that can be sent."""
    other = {"SenderId": _text("me")}
    number = {"AWSTraceHeader": _text("1", "Number")}
    return [_code(lab, MessageSystemAttributes=each) != "ok" for each in (other, number)]


# --- message attributes -----------------------------------------------------------------------------------------


@behaviour(
    aws={
        "count": {"DataType": "Number", "StringValue": "1614717034367"},
        "customer": {"DataType": "String", "StringValue": "Ada"},
    },
    source="localstack tests test_message_with_attributes_should_be_enqueued and test_send_message_with_attributes "
    "(validated on AWS)",
)
def attributes_come_back_as_sent(lab: Lab) -> object:
    """Message attributes come back with type and value; a number stays a text."""
    url = lab.queue()
    attributes = {"customer": _text("Ada"), "count": _text("1614717034367", "Number")}
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    return lab.receive(url)[0]["MessageAttributes"]


@behaviour(aws=["Binary", [0, 255, 1]], source="localstack snapshot test_send_message_with_binary_attributes[sqs]")
def a_binary_attribute_comes_back_as_bytes(lab: Lab) -> object:
    """A binary attribute comes back as the same bytes."""
    url = lab.queue()
    attributes = {"photo": {"DataType": "Binary", "BinaryValue": b"\x00\xff\x01"}}
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    photo = lab.receive(url)[0]["MessageAttributes"]["photo"]
    return [photo["DataType"], list(photo["BinaryValue"])]


@behaviour(
    aws=[True, True],
    source="localstack test_sent_message_retains_attributes_after_receive (validated on AWS)",
)
def attributes_stay_after_a_receive(lab: Lab) -> object:
    """A message that is received again still has its attributes."""
    url, attributes = lab.queue(), {"customer": _text("Ada")}
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    return [lab.receive(url, VisibilityTimeout=0)[0]["MessageAttributes"] == attributes for _ in range(2)]


@behaviour(
    aws={"a": "String.json", "b": "Number.int", "c": "Binary.png"},
    source="SQS API reference, MessageAttributeValue: custom labels can be appended to a type",
)
def types_with_a_label(lab: Lab) -> object:
    """A type may carry a label after a dot, and the label comes back."""
    url = lab.queue()
    attributes = {
        "a": _text("{}", "String.json"),
        "b": _text("7", "Number.int"),
        "c": {"DataType": "Binary.png", "BinaryValue": b"1"},
    }
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", MessageAttributes=attributes)
    return {name: each["DataType"] for name, each in lab.receive(url)[0]["MessageAttributes"].items()}


@behaviour(
    aws=["InvalidParameterValue"] * 3,
    source="localstack test_send_message_with_invalid_string_attributes (validated on AWS)",
)
def types_that_do_not_exist(lab: Lab) -> object:
    """Only String, Number and Binary are types, with a label or without, and within 256 characters."""
    kinds = ["Invalid", "Boolean", "Number." + "L" * 256]
    return _codes(lab, [{"name": _text("1", kind)} for kind in kinds])


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "Message (user) attribute 'ErrorDetails' must contain a non-empty value of type 'String'.",
    ),
    source="localstack snapshot test_send_message_with_empty_string_attribute[sqs]",
)
def an_empty_attribute(lab: Lab) -> object:
    """An attribute whose value is the empty text is refused."""
    return lab.attempt(
        lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="a", MessageAttributes={"ErrorDetails": _text("")}
    )


@behaviour(
    aws=refused(
        "InvalidParameterValue",
        "The type of message (user) attribute 'invalidAttribute' is invalid. You must use only the following supported "
        "type prefixes: Binary, Number, String.",
    ),
    source="tests of the Ballerina connector for SQS (reply of AWS)",
)
def the_text_for_a_type_that_does_not_exist(lab: Lab) -> object:
    """The refusal of a type names the attribute and the types that there are."""
    attributes = {"invalidAttribute": _text("a", "InvalidType")}
    return lab.attempt(lab.sqs.send_message, QueueUrl=lab.queue(), MessageBody="m", MessageAttributes=attributes)


@behaviour(aws=True, source="SQS API reference, MessageAttributeValue: the value must not be empty or null")
def an_attribute_without_a_value(lab: Lab) -> object:
    """An attribute with a type and no value is refused."""
    return _code(lab, MessageAttributes={"a": {"DataType": "String"}}) != "ok"


@behaviour(
    aws=[["ok"] * 4, ["InvalidParameterValue"] * 4],
    source="SQS developer guide, message metadata: up to 38 digits of precision, between 10^-128 and 10^126; code: "
    "inferred",
)
def the_range_of_numbers(lab: Lab) -> object:
    """A Number has up to 38 digits, zeros at both ends aside, and is between 10^-128 and 10^126."""
    good, wrong = ["1" * 38, "00" + "1" * 38 + "0" * 80, "1e126", "-1e-128"], ["1" * 39, "1e127", "1e-129", "1e4000"]
    return [_codes(lab, [{"a": _text(text, "Number")} for text in texts]) for texts in (good, wrong)]


@behaviour(aws=["ok", "ok", [True] * 5], source="SQS developer guide, message attribute data types: Number")
def numbers_must_be_numbers(lab: Lab) -> object:
    """A Number may be negative or have decimals; a text that is no number is refused."""
    good = _codes(lab, [{"a": _text("-12", "Number")}, {"a": _text("3.14", "Number")}])
    wrong = _codes(lab, [{"a": _text(text, "Number")} for text in ("many", "1_000", " 5", "0x1", "Infinity")])
    return [*good, [code != "ok" for code in wrong]]


@behaviour(
    aws="InvalidParameterValue",
    source="localstack test_invalid_string_attributes_cause_invalid_parameter_value_error (validated on AWS)",
)
def control_characters_in_an_attribute(lab: Lab) -> object:
    """A text attribute has the characters of a body; the error is another one than that of a body."""
    return _code(lab, MessageAttributes={"attr1": _text("Invalid-\x08,\x0b")})


@behaviour(
    aws=["InvalidParameterValue"] * 4,
    source="localstack test_send_message_with_invalid_string_attributes (validated on AWS)",
)
def names_with_a_reserved_prefix(lab: Lab) -> object:
    """Names that start with AWS. or Amazon. are refused, however they are spelled."""
    return _codes(lab, [{f"{prefix}x": _text("a")} for prefix in ("AWS.", "aWs.", "Amazon.", "AMAZON.")])


@behaviour(
    aws=["InvalidParameterValue", "InvalidParameterValue", "ok"],
    source="localstack test_send_message_with_invalid_string_attributes (validated on AWS)",
)
def dots_in_names(lab: Lab) -> object:
    """A name must not start or end with a dot; one inside is fine."""
    return _codes(lab, [{name: _text("a")} for name in (".first", "last.", "mid.dle")])


@behaviour(
    aws=["InvalidParameterValue"] * 5,
    source="localstack test_send_message_with_invalid_string_attributes (validated on AWS)",
)
def characters_that_names_must_not_have(lab: Lab) -> object:
    """Punctuation other than _ - . is refused in a name."""
    return _codes(lab, [{f"Invalid-{mark}-attr": _text("a")} for mark in ("!", '"', "§", "(", "?")])


@behaviour(
    aws=["ok", *["InvalidParameterValue"] * 4],
    source="SQS developer guide, message metadata: A-Z, a-z, 0-9, underscore, hyphen and period; but in localstack "
    "test_send_message_with_invalid_string_attributes (validated on AWS) a name with ø, ß and ä is accepted",
)
def letters_in_names(lab: Lab) -> object:
    """Letters, digits, _ - and . make a name, and no letters or digits beyond ASCII do."""
    return _codes(lab, [{name: _text("a")} for name in ("a_B-1.c", "größe", "цена", "価格", "٣")])


@behaviour(
    aws=["ok", "InvalidParameterValue"],
    source="localstack test_send_message_with_invalid_string_attributes (validated on AWS)",
)
def the_length_of_names(lab: Lab) -> object:
    """A name may have 256 characters and no more."""
    return _codes(lab, [{"L" * length: _text("a")} for length in (256, 257)])


@behaviour(
    aws=["ok", "InvalidParameterValue"],
    source="SQS developer guide, message quotas: at most ten message attributes",
)
def ten_attributes_at_most(lab: Lab) -> object:
    """A message may have ten attributes, eleven are refused."""
    return _codes(lab, [{f"a{number}": _text("x") for number in range(count)} for count in (10, 11)])


# --- delay ------------------------------------------------------------------------------------------------------


@behaviour(aws=[[], [], ["a"]], source="SQS API reference, SendMessage: DelaySeconds")
def a_delayed_message(lab: Lab) -> object:
    """A message with a delay can be received when the delay is over, not before."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=100)
    seen = [lab.bodies(url)]
    for seconds in (95, 10):
        lab.advance(seconds)
        seen.append(lab.bodies(url))
    return seen


@behaviour(aws=["1/0/1", "2/0/0"], source="SQS API reference, GetQueueAttributes: ApproximateNumberOfMessagesDelayed")
def delayed_messages_are_counted_apart(lab: Lab) -> object:
    """While it is delayed a message counts as delayed, afterwards as visible."""
    sqs, url = lab.sqs, lab.queue()
    sqs.send_message(QueueUrl=url, MessageBody="a")
    sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=100)
    before = lab.counts(url)
    lab.advance(110)
    return [before, lab.counts(url)]


@behaviour(aws=[[], ["a"]], source="SQS API reference, CreateQueue: DelaySeconds")
def the_delay_of_a_queue(lab: Lab) -> object:
    """Without a delay of its own a message gets the queue's."""
    url = lab.queue(DelaySeconds="100")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a")
    before = lab.bodies(url)
    lab.advance(110)
    return [before, lab.bodies(url)]


@behaviour(aws=["a"], source="SQS API reference, SendMessage: without DelaySeconds the queue's value applies")
def a_delay_of_zero_beats_the_queue(lab: Lab) -> object:
    """On a standard queue DelaySeconds=0 makes a message available at once, whatever the queue's delay."""
    url = lab.queue(DelaySeconds="100")
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=0)
    return lab.bodies(url)


@behaviour(
    aws=["ok", "InvalidParameterValue", "InvalidParameterValue"],
    source="SQS API reference, SendMessage: DelaySeconds is 0 to 900",
)
def the_longest_delay(lab: Lab) -> object:
    """A delay may be 900 seconds and no more, and not negative."""
    return [_code(lab, DelaySeconds=seconds) for seconds in (900, 901, -1)]


@behaviour(
    aws=True,
    source="SQS API reference, ReceiveMessage: SentTimestamp is when the message was sent, in milliseconds",
)
def a_delay_does_not_change_the_time_of_sending(lab: Lab) -> object:
    """SentTimestamp is the time of the send, not of the end of the delay."""
    url = lab.queue()
    lab.sqs.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=100)
    lab.advance(110)
    attributes = lab.receive(url)[0]["Attributes"]
    waited = int(attributes["ApproximateFirstReceiveTimestamp"]) - int(attributes["SentTimestamp"])
    return 109_000 <= waited <= 120_000

"""Publishing: where to, what is accepted, how long it may be, and batches. What arrives is in sns_deliveries."""

import json
from typing import Any

from behaviours.book import behaviour, refused
from behaviours.labs import Lab

LIMIT = 262_144
ONE = {"attr1": {"DataType": "Number", "StringValue": "1"}}  # 12 bytes: the name, the type and the value
ONE_SIZE = len("attr1") + len("Number") + len("1")
NO_TOPIC = refused("NotFound", "Topic does not exist", 404)
TOO_LONG = refused("InvalidParameter", "Invalid parameter: Message too long")
BATCH_TOO_LONG = refused("BatchRequestTooLong", "The length of all the messages put together is more than the limit.")
NO_DEFAULT = refused("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body")
ATTRIBUTES = "localstack test_sns.snapshot.json test_empty_or_wrong_message_attributes"
BAD_TYPE = (
    "The message attribute 'attr1' has an invalid message attribute type, "
    "the set of supported type prefixes is Binary, Number, and String."
)


def _publish(lab: Lab, **params: Any) -> Any:
    """Return how publishing to a new topic ends; the message is "m" unless told otherwise."""
    return lab.attempt(lab.sns.publish, **({"TopicArn": lab.topic(), "Message": "m"} | params))


def _with_attribute(lab: Lab, name: str, **value: Any) -> Any:
    return _publish(lab, MessageAttributes={name: value})


def _invalid(message: str) -> dict[str, Any]:
    return refused("ParameterValueInvalid", message)


def _batch(lab: Lab, *entries: dict[str, Any]) -> Any:
    """Return how publishing this batch to a new topic ends."""
    return lab.attempt(lab.sns.publish_batch, TopicArn=lab.topic(), PublishBatchRequestEntries=list(entries))


def _entry(number: int, message: str = "m", **params: Any) -> dict[str, Any]:
    return {"Id": str(number), "Message": message} | params


def _raw_queue(lab: Lab, topic: str) -> str:
    """Return a queue that gets the topic's messages as they are."""
    queue = lab.queue()
    lab.subscribe(topic, queue, RawMessageDelivery="true")
    return queue


# --- where to ---------------------------------------------------------------------------------------------------


@behaviour(
    aws=["ok", NO_TOPIC],
    source="localstack test_sns.snapshot.json test_unknown_topic_publish",
)
def a_topic_without_subscribers(lab: Lab) -> object:
    """Publishing to a topic that nobody subscribes to works; to a topic that does not exist it does not."""
    topic, sns = lab.topic(), lab.sns
    return [
        lab.attempt(sns.publish, TopicArn=topic, Message="m"),
        lab.attempt(sns.publish, TopicArn=topic + "-fake", Message="m"),
    ]


@behaviour(
    aws=NO_TOPIC, source="localstack test_sns.snapshot.json test_create_topic_test_arn, test_unknown_topic_publish"
)
def a_deleted_topic(lab: Lab) -> object:
    """Publishing to a deleted topic answers NotFound."""
    topic, sns = lab.topic(), lab.sns
    sns.delete_topic(TopicArn=topic)
    return lab.attempt(sns.publish, TopicArn=topic, Message="m")


@behaviour(
    aws=[
        refused(
            "InvalidParameter",
            f"Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not {parts}",
        )
        for parts in [1, 2, 1]
    ],
    source="localstack test_sns.snapshot.json test_publish_wrong_arn_format",
)
def broken_topic_arns(lab: Lab) -> object:
    """What is no ARN is refused as a topic, and the text counts its parts."""
    return [_publish(lab, TopicArn=arn) for arn in ["randomstring", "randomstring:1", ""]]


@behaviour(
    aws=["one", "two"],
    source="localstack test_sns.snapshot.json test_publish_message_by_target_arn",
)
def a_topic_as_the_target(lab: Lab) -> object:
    """TargetArn takes a topic's ARN just as TopicArn does."""
    topic, sns = lab.topic(), lab.sns
    queue = _raw_queue(lab, topic)
    sns.publish(TopicArn=topic, Message="one")
    sns.publish(TargetArn=topic, Message="two")
    return sorted(lab.bodies(queue))


@behaviour(
    aws=refused(
        "InvalidParameter", "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"
    ),
    source="localstack test_sns.snapshot.json test_publish_non_existent_target",
)
def a_device_that_does_not_exist(lab: Lab) -> object:
    """A target that is the endpoint of no device is refused."""
    endpoint = f"arn:aws:sns:us-east-1:{lab.account}:endpoint/APNS/abcdef/0f7d5971-aa8b-4bd5-b585-0826e9f93a66"
    return lab.attempt(lab.sns.publish, TargetArn=endpoint, Message="m")


@behaviour(aws="InvalidParameter", source="SNS API reference, Publish (one of TopicArn, TargetArn and PhoneNumber)")
def no_target(lab: Lab) -> object:
    """Publish without a topic, a target or a phone number is refused."""
    return lab.code(lab.sns.publish, Message="m")


@behaviour(
    aws=[refused("InvalidParameter", "Invalid parameter: TopicArn")] * 2,
    source="localstack test_sns.snapshot.json test_topic_publish_another_region",
)
def a_topic_of_another_region(lab: Lab) -> object:
    """A client publishes only to topics of its own region, one message or a batch."""
    topic, far = lab.topic(), lab.client("sns", "eu-west-1")
    return [
        lab.attempt(far.publish, TopicArn=topic, Message="m"),
        lab.attempt(far.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[_entry(1)]),
    ]


@behaviour(
    aws=["after"],
    source="localstack test_sns.snapshot.json test_publish_message_before_subscribe_topic",
)
def what_was_published_before(lab: Lab) -> object:
    """A subscriber gets what is published after it subscribed, and nothing earlier."""
    topic, sns = lab.topic(), lab.sns
    sns.publish(TopicArn=topic, Message="before")
    queue = _raw_queue(lab, topic)
    sns.publish(TopicArn=topic, Message="after")
    return lab.bodies(queue)


@behaviour(aws=[36, True], source="localstack test_sns.snapshot.json test_unknown_topic_publish")
def the_answer(lab: Lab) -> object:
    """The answer has a message id, and for a standard topic no sequence number."""
    answer = lab.sns.publish(TopicArn=lab.topic(), Message="m")
    return [len(answer["MessageId"]), "SequenceNumber" not in answer]


# --- phones -----------------------------------------------------------------------------------------------------


@behaviour(
    aws=[
        refused("InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {number} is not valid to publish to")
        for number in ["+1a234", "NAA+15551234567"]
    ],
    source="localstack test_sns.snapshot.json test_publish_wrong_phone_format",
)
def broken_phone_numbers(lab: Lab) -> object:
    """A phone number that is none is refused."""
    return [lab.attempt(lab.sns.publish, PhoneNumber=number, Message="m") for number in ["+1a234", "NAA+15551234567"]]


@behaviour(aws=True, source="SNS API reference, Publish, PhoneNumber and the answer's MessageId")
def a_phone(lab: Lab) -> object:
    """A text can be published to a phone number without a topic, and has a message id."""
    return bool(lab.sns.publish(PhoneNumber="+15551234567", Message="Your parcel is here.").get("MessageId"))


@behaviour(
    aws=["ok", "ok"],
    source="SNS developer guide, Publishing SMS messages (reserved attributes AWS.SNS.SMS.SenderID and SMSType)",
)
def aws_s_own_attributes(lab: Lab) -> object:
    """Attributes that AWS reserves for SMS are taken, for a phone and for a topic."""
    own = {
        "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Shop"},
        "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
    }
    targets = [{"PhoneNumber": "+15551234567"}, {"TopicArn": lab.topic()}]
    return [lab.attempt(lab.sns.publish, Message="m", MessageAttributes=own, **target) for target in targets]


@behaviour(aws=[True], source="SNS API reference, Publish, MessageStructure")
def the_text_for_a_phone(lab: Lab) -> object:
    """With MessageStructure=json a phone number gets the text under "sms"."""
    message = json.dumps({"default": "a long text", "sms": "short"})
    lab.sns.publish(PhoneNumber="+15551234567", Message=message, MessageStructure="json")
    return [item["Message"].endswith("short") for item in lab.inbox()]


# --- the message ------------------------------------------------------------------------------------------------


@behaviour(
    aws=["InvalidParameter"] * 3,
    source="SNS API reference, Publish, PhoneNumber (E.164 format)",
)
def a_phone_number_in_other_digits(lab: Lab) -> object:
    """Digits of other alphabets do not make a phone number."""
    number, sns, topic = "+1555123456\u0667", lab.sns, lab.topic()
    return [
        lab.code(sns.publish, PhoneNumber=number, Message="m"),
        lab.code(sns.subscribe, TopicArn=topic, Protocol="sms", Endpoint=number),
        lab.code(sns.opt_in_phone_number, phoneNumber=number),
    ]


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Empty message"),
    source="localstack test_sns.snapshot.json test_empty_sns_message",
)
def an_empty_message(lab: Lab) -> object:
    """An empty message is refused."""
    return _publish(lab, Message="")


@behaviour(
    aws="0/0/0",
    source="localstack test_sns.snapshot.json test_empty_sns_message, queue-attrs",
)
def a_refused_message_is_not_delivered(lab: Lab) -> object:
    """Nothing of a refused message arrives."""
    topic = lab.topic()
    queue = _raw_queue(lab, topic)
    lab.attempt(lab.sns.publish, TopicArn=topic, Message="")
    return lab.counts(queue)


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Subject"),
    source="localstack test_sns.snapshot.json test_publish_with_empty_subject",
)
def an_empty_subject(lab: Lab) -> object:
    """A subject is left out or has a text; an empty one is refused."""
    return _publish(lab, Subject="")


@behaviour(
    aws=["ok", "ok", "InvalidParameter"],
    source="SNS API reference, Publish, Subject (less than 100 characters); moto issue 1503 (AWS accepts 100)",
)
def the_length_of_a_subject(lab: Lab) -> object:
    """A subject of 99 characters is accepted, and so is one of 100; one of 101 is not."""
    topic, sns = lab.topic(), lab.sns
    return [lab.code(sns.publish, TopicArn=topic, Message="m", Subject="s" * length) for length in [99, 100, 101]]


@behaviour(
    aws=["InvalidParameter", "InvalidParameter"],
    source="SNS API reference, Publish, Subject (no line breaks or control characters)",
)
def a_subject_of_two_lines(lab: Lab) -> object:
    """A line break or another control character in a subject is refused."""
    topic, sns = lab.topic(), lab.sns
    subjects = ["two\nlines", "a bell\x07"]
    return [lab.code(sns.publish, TopicArn=topic, Message="m", Subject=subject) for subject in subjects]


# --- how long it may be -----------------------------------------------------------------------------------------


@behaviour(
    aws=["ok", TOO_LONG],
    source="localstack test_sns.snapshot.json test_publish_too_long_message",
)
def the_longest_message(lab: Lab) -> object:
    """A message may have 262,144 bytes and not one more."""
    topic, sns = lab.topic(), lab.sns
    return [lab.attempt(sns.publish, TopicArn=topic, Message="m" * length) for length in [LIMIT, LIMIT + 1]]


@behaviour(
    aws=["ok", TOO_LONG],
    source="localstack test_sns.snapshot.json test_publish_too_long_message, error-with-attrs",
)
def the_longest_message_with_an_attribute(lab: Lab) -> object:
    """An attribute's name, type and value count towards the size."""
    topic, sns = lab.topic(), lab.sns
    lengths = [LIMIT - ONE_SIZE, LIMIT - ONE_SIZE + 1]
    return [lab.attempt(sns.publish, TopicArn=topic, Message="m" * length, MessageAttributes=ONE) for length in lengths]


@behaviour(
    aws=["ok", TOO_LONG],
    source="SNS API reference, Publish, Message (262,144 bytes, not 262,144 characters)",
)
def bytes_count(lab: Lab) -> object:
    """The size is counted in bytes, so letters of two bytes halve the number of characters."""
    topic, sns = lab.topic(), lab.sns
    lengths = [LIMIT // 2, LIMIT // 2 + 1]
    return [lab.attempt(sns.publish, TopicArn=topic, Message="é" * length) for length in lengths]


@behaviour(aws="ok", source="floci-io/floci#3953 (checked against AWS)")
def the_subject_does_not_count(lab: Lab) -> object:
    """A subject adds nothing to the size."""
    return _publish(lab, Message="m" * LIMIT, Subject="Orders of today")


@behaviour(
    aws=["ok", TOO_LONG],
    source="SNS developer guide, Publishing large messages; SNS API reference, Publish (botocore 1.44 model)",
)
def a_topic_for_small_messages(lab: Lab) -> object:
    """A topic's MaximumMessageSize takes the place of the 262,144 bytes."""
    topic, sns = lab.topic(MaximumMessageSize="1024"), lab.sns
    return [lab.attempt(sns.publish, TopicArn=topic, Message="m" * length) for length in [1024, 1025]]


@behaviour(
    aws=["ok", TOO_LONG],
    source="SNS developer guide, Publishing large messages (body and attributes together)",
)
def an_attribute_for_a_topic_of_small_messages(lab: Lab) -> object:
    """Attributes count towards a topic's MaximumMessageSize, too."""
    topic, sns = lab.topic(MaximumMessageSize="1024"), lab.sns
    lengths = [1024 - ONE_SIZE, 1024 - ONE_SIZE + 1]
    return [lab.attempt(sns.publish, TopicArn=topic, Message="m" * length, MessageAttributes=ONE) for length in lengths]


@behaviour(
    aws=["ok", TOO_LONG, 1_048_576],
    source="SNS developer guide, Publishing large messages; SNS API reference, Publish (botocore 1.44 model)",
)
def a_topic_for_large_messages(lab: Lab) -> object:
    """A topic with MaximumMessageSize 1048576 takes and delivers 1 MiB."""
    topic, sns = lab.topic(MaximumMessageSize="1048576"), lab.sns
    queue = _raw_queue(lab, topic)
    lengths = [1_048_576, 1_048_577]
    outcomes = [lab.attempt(sns.publish, TopicArn=topic, Message="m" * length) for length in lengths]
    return [*outcomes, *(len(body) for body in lab.bodies(queue))]


@behaviour(
    aws=[TOO_LONG, "ok", TOO_LONG],
    source="SNS API reference, SetTopicAttributes, MaximumMessageSize (may be raised and lowered at any time)",
)
def a_size_raised_and_lowered(lab: Lab) -> object:
    """MaximumMessageSize can be raised and lowered again."""
    topic, sns = lab.topic(), lab.sns
    outcomes = []
    for size in ["1024", "2048", "1024"]:
        lab.attempt(sns.set_topic_attributes, TopicArn=topic, AttributeName="MaximumMessageSize", AttributeValue=size)
        outcomes.append(lab.attempt(sns.publish, TopicArn=topic, Message="m" * 1500))
    return outcomes


# --- a text for each protocol -----------------------------------------------------------------------------------


@behaviour(aws=NO_DEFAULT, source="localstack test_sns.snapshot.json test_message_structure_json_exc")
def json_without_a_default(lab: Lab) -> object:
    """With MessageStructure=json the message needs the key "default"."""
    return _publish(lab, Message=json.dumps({"sqs": "for queues"}), MessageStructure="json")


@behaviour(
    aws=refused("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse"),
    source="localstack test_sns.snapshot.json test_message_structure_json_exc, invalid-json",
)
def json_that_is_none(lab: Lab) -> object:
    """With MessageStructure=json the message must be JSON."""
    return _publish(lab, Message='{"default": "a brace too many"} }', MessageStructure="json")


@behaviour(
    aws=NO_DEFAULT,
    source="localstack test_sns.snapshot.json test_message_structure_json_exc, key-is-not-string",
)
def a_default_that_is_no_text(lab: Lab) -> object:
    """With MessageStructure=json a default that is an object counts as none."""
    return _publish(lab, Message=json.dumps({"default": {"object": "test"}}), MessageStructure="json")


@behaviour(
    aws="ok",
    source="localstack test_sns.snapshot.json test_message_structure_json_exc, duplicate-json-keys",
)
def a_key_twice(lab: Lab) -> object:
    """With MessageStructure=json a key given twice is accepted, against what the reference says."""
    return _publish(lab, Message='{"default": "one", "default": "two"}', MessageStructure="json")


@behaviour(
    aws=['{"field": "value"}', "default field"],
    source="localstack test_sns.snapshot.json test_message_structure_json_to_sqs",
)
def the_text_for_queues(lab: Lab) -> object:
    """With MessageStructure=json a queue gets the text under "sqs", or else the default."""
    topic, sns = lab.topic(), lab.sns
    queue = _raw_queue(lab, topic)
    messages: list[dict[str, str]] = [
        {"default": "default field", "sqs": json.dumps({"field": "value"})},
        {"default": "default field"},
    ]
    found = []
    for message in messages:
        sns.publish(TopicArn=topic, Message=json.dumps(message), MessageStructure="json")
        found += lab.bodies(queue)
    return found


@behaviour(
    aws=["default field"],
    source="SNS API reference, Publish, Message (non-string values will cause the key to be ignored)",
)
def a_text_for_queues_that_is_no_text(lab: Lab) -> object:
    """With MessageStructure=json a key whose value is no text is ignored."""
    topic, sns = lab.topic(), lab.sns
    queue = _raw_queue(lab, topic)
    message = json.dumps({"default": "default field", "sqs": {"field": "value"}})
    sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    return lab.bodies(queue)


@behaviour(
    aws=["default field"],
    source="SNS API reference, Publish, Message (keys that are no protocols are ignored)",
)
def a_key_that_is_no_protocol(lab: Lab) -> object:
    """With MessageStructure=json a key that is no protocol is ignored."""
    topic, sns = lab.topic(), lab.sns
    queue = _raw_queue(lab, topic)
    message = json.dumps({"default": "default field", "pigeon": "for the loft"})
    sns.publish(TopicArn=topic, Message=message, MessageStructure="json")
    return lab.bodies(queue)


@behaviour(
    aws=[json.dumps({"sqs": "for queues"})],
    source="SNS API reference, Publish, MessageStructure",
)
def json_without_the_structure(lab: Lab) -> object:
    """Without MessageStructure a message of JSON is a text like any other."""
    topic, sns = lab.topic(), lab.sns
    queue = _raw_queue(lab, topic)
    sns.publish(TopicArn=topic, Message=json.dumps({"sqs": "for queues"}))
    return lab.bodies(queue)


# --- message attributes -----------------------------------------------------------------------------------------


@behaviour(
    aws=_invalid(
        "The message attribute 'attr1' must contain non-empty message attribute value "
        "for message attribute type 'String'."
    ),
    source=f"{ATTRIBUTES}, missing_string_attr",
)
def an_attribute_with_an_empty_text(lab: Lab) -> object:
    """An attribute's text must not be empty."""
    return _with_attribute(lab, "attr1", DataType="String", StringValue="")


@behaviour(
    aws=_invalid(
        "The message attribute 'attr1' must contain non-empty message attribute value "
        "for message attribute type 'String'."
    ),
    source=f"{ATTRIBUTES}, fully_missing_string_attr",
)
def an_attribute_without_a_value(lab: Lab) -> object:
    """An attribute must have a value."""
    return _with_attribute(lab, "attr1", DataType="String")


@behaviour(
    aws=[
        refused(
            "ValidationError",
            f"1 validation error detected: Value null at '{place}essageAttributes.attr1.member.dataType' failed to "
            "satisfy constraint: Member must not be null",
        )
        for place in ["m", "publishBatchRequestEntries.1.member.m"]
    ],
    source=f"{ATTRIBUTES}, fully_missing_data_type",
)
def an_attribute_without_a_type(lab: Lab) -> object:
    """A request with an attribute that has no type, which boto3 would not send, is refused, and told where."""
    sns, topic = lab.sns, lab.topic()

    def take_out(params: dict[str, Any], **_: Any) -> None:
        for name in [name for name in params["body"] if name.endswith("DataType")]:
            del params["body"][name]

    attributes = {"attr1": {"DataType": "String", "StringValue": "v"}}
    sns.meta.events.register("before-call.sns", take_out)
    try:
        entries = [_entry(1, MessageAttributes=attributes)]
        return [
            lab.attempt(sns.publish, TopicArn=topic, Message="m", MessageAttributes=attributes),
            lab.attempt(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries),
        ]
    finally:
        sns.meta.events.unregister("before-call.sns", take_out)


@behaviour(
    aws=_invalid(
        "The message attribute 'attr1' must contain non-empty message attribute value "
        "for message attribute type 'Binary'."
    ),
    source=f"{ATTRIBUTES}, missing_binary_attr",
)
def an_attribute_with_no_bytes(lab: Lab) -> object:
    """An attribute's bytes must not be empty."""
    return _with_attribute(lab, "attr1", DataType="Binary", BinaryValue=b"")


@behaviour(
    aws=_invalid("The message attribute 'attr1' with type 'String' must use field 'String'."),
    source=f"{ATTRIBUTES}, str_attr_binary_value",
)
def bytes_for_a_string(lab: Lab) -> object:
    """The type String wants StringValue."""
    return _with_attribute(lab, "attr1", DataType="String", BinaryValue=b"123")


@behaviour(
    aws=_invalid("The message attribute 'attr1' with type 'Number' must use field 'String'."),
    source=f"{ATTRIBUTES}, int_attr_binary_value",
)
def bytes_for_a_number(lab: Lab) -> object:
    """The type Number wants StringValue."""
    return _with_attribute(lab, "attr1", DataType="Number", BinaryValue=b"123")


@behaviour(
    aws=_invalid("The message attribute 'attr1' with type 'Binary' must use field 'Binary'."),
    source=f"{ATTRIBUTES}, binary_attr_string_value",
)
def a_text_for_binary(lab: Lab) -> object:
    """The type Binary wants BinaryValue."""
    return _with_attribute(lab, "attr1", DataType="Binary", StringValue="123")


@behaviour(aws=_invalid(BAD_TYPE), source=f"{ATTRIBUTES}, invalid_attr_string_value")
def an_unknown_type(lab: Lab) -> object:
    """An attribute's type begins with String, Number or Binary."""
    return _with_attribute(lab, "attr1", DataType="InvalidType", StringValue="123")


@behaviour(
    aws=_invalid("Length of message attribute name must be less than 256 bytes."),
    source=f"{ATTRIBUTES}, too_long_name",
)
def an_attributes_name_of_257(lab: Lab) -> object:
    """An attribute's name of 257 characters is refused."""
    return _with_attribute(lab, "a" * 257, DataType="String", StringValue="v")


@behaviour(
    aws=_invalid(
        "Invalid non-alphanumeric character '#xE9' was found in the message attribute name. "
        "Can only include alphanumeric characters, hyphens, underscores, or dots."
    ),
    source=f"{ATTRIBUTES} (the text); SNS developer guide, message attribute items (A-Z, a-z, 0-9, underscore, ...)",
)
def another_alphabet_in_an_attributes_name(lab: Lab) -> object:
    """The name of an attribute consists of letters and digits of ASCII."""
    return _with_attribute(lab, "caf\u00e9", DataType="String", StringValue="v")


@behaviour(
    aws=_invalid(
        "Invalid non-alphanumeric character '#x5E' was found in the message attribute name. "
        "Can only include alphanumeric characters, hyphens, underscores, or dots."
    ),
    source=f"{ATTRIBUTES}, invalid_name",
)
def a_caret_in_an_attributes_name(lab: Lab) -> object:
    """Signs other than letters, digits, hyphens, underscores and dots are refused in an attribute's name."""
    return _with_attribute(lab, "^foo", DataType="String", StringValue="v")


@behaviour(
    aws=[
        _invalid("Invalid message attribute name starting with character '.' was found."),
        _invalid("Invalid message attribute name ending with character '.' was found."),
        _invalid("Message attribute name can not have successive '.' character."),
    ],
    source=f"{ATTRIBUTES}, invalid_name_2 to _4",
)
def dots_in_an_attributes_name(lab: Lab) -> object:
    """A dot must not begin or end an attribute's name, nor follow another one."""
    return [_with_attribute(lab, name, DataType="String", StringValue="v") for name in [".foo", "foo.", "foo..bar"]]


@behaviour(
    aws=["ok", "ok", "ok", "ok"],
    source="localstack test_sns.snapshot.json test_message_attributes_prefixes; SNS developer guide, data types",
)
def custom_types(lab: Lab) -> object:
    """A label of any signs may follow an attribute's type after a dot."""
    return [
        _with_attribute(lab, "attr1", DataType="String.  prefixed.", StringValue="v"),
        _with_attribute(lab, "attr1", DataType="String.Prefixed", StringValue="v"),
        _with_attribute(lab, "attr1", DataType="Number.Prefixed", StringValue="1"),
        _with_attribute(lab, "attr1", DataType="String.Array", StringValue='["a", "b"]'),
    ]


# --- groups and duplicates on a standard topic ------------------------------------------------------------------


@behaviour(
    aws=refused(
        "InvalidParameter",
        "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
        "that is not valid for this topic type",
    ),
    source="localstack test_sns.snapshot.json test_validations_for_fifo, no-msg-dedup-regular-topic",
)
def a_deduplication_id(lab: Lab) -> object:
    """A deduplication id is refused on a standard topic."""
    return _publish(lab, MessageDeduplicationId="once")


@behaviour(
    aws=["ok", ["my-group-id-1"]],
    source="localstack test_sns.snapshot.json test_publish_message_group_id",
)
def a_group(lab: Lab) -> object:
    """A group id is accepted on a standard topic and handed to standard queues."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    outcome = lab.attempt(lab.sns.publish, TopicArn=topic, Message="m", MessageGroupId="my-group-id-1")
    return [outcome, [message["Attributes"].get("MessageGroupId") for message in lab.receive(queue)]]


@behaviour(
    aws=["InvalidParameter", "InvalidParameter"],
    source="SNS API reference, Publish, MessageGroupId (128 characters, no spaces, on standard topics as well)",
)
def a_broken_group(lab: Lab) -> object:
    """A group id with a space or with more than 128 characters is refused."""
    topic, sns = lab.topic(), lab.sns
    groups = ["my group", "g" * 129]
    return [lab.code(sns.publish, TopicArn=topic, Message="m", MessageGroupId=group) for group in groups]


# --- batches ----------------------------------------------------------------------------------------------------


@behaviour(
    aws=[["1", "2", "3"], [], 3],
    source="localstack test_sns.snapshot.json test_publish_batch_messages_from_sns_to_sqs",
)
def a_batch(lab: Lab) -> object:
    """The answer to a batch lists what went well under the entries' ids, and an empty list of failures."""
    topic = lab.topic()
    queue = _raw_queue(lab, topic)
    entries = [_entry(number) for number in [1, 2, 3]]
    answer = lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    return [sorted(done["Id"] for done in answer["Successful"]), answer.get("Failed"), len(lab.receive(queue))]


@behaviour(
    aws=[["Orders", "m", {"attr1": {"Type": "Number", "Value": "1"}}]],
    source="localstack test_sns.snapshot.json test_publish_fifo_messages_to_dlq (envelopes of a batch)",
)
def an_entry_with_everything(lab: Lab) -> object:
    """An entry of a batch may have a subject and attributes of its own."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    entry = _entry(1, Subject="Orders", MessageAttributes=ONE)
    lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])
    envelopes = [json.loads(body) for body in lab.bodies(queue)]
    return [[envelope.get(key) for key in ["Subject", "Message", "MessageAttributes"]] for envelope in envelopes]


@behaviour(aws=NO_TOPIC, source="localstack test_sns.snapshot.json test_publish_batch_messages_without_topic")
def a_batch_to_a_missing_topic(lab: Lab) -> object:
    """A batch to a topic that does not exist answers NotFound."""
    topic = lab.topic() + "-fake"
    return lab.attempt(lab.sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[_entry(1)])


@behaviour(
    aws=refused("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible."),
    source="localstack test_sns.snapshot.json test_publish_batch_exceptions, too-many-msg",
)
def eleven_entries(lab: Lab) -> object:
    """A batch has at most ten entries."""
    return _batch(lab, *(_entry(number) for number in range(11)))


@behaviour(aws="ok", source="SNS API reference, PublishBatch")
def ten_entries(lab: Lab) -> object:
    """A batch may have ten entries."""
    return _batch(lab, *(_entry(number) for number in range(10)))


@behaviour(
    aws=refused("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id."),
    source="localstack test_sns.snapshot.json test_publish_batch_exceptions, same-msg-id",
)
def an_id_twice(lab: Lab) -> object:
    """The ids of a batch must differ."""
    return _batch(lab, _entry(1), _entry(1))


@behaviour(aws="EmptyBatchRequest", source="SNS API reference, PublishBatch, errors")
def no_entries(lab: Lab) -> object:
    """A batch without entries is refused."""
    return lab.code(lab.sns.publish_batch, TopicArn=lab.topic(), PublishBatchRequestEntries=[])


BROKEN_ID = "The Id of a batch entry in the batch request"


@behaviour(
    aws=[
        refused("InvalidBatchEntryId", f"{BROKEN_ID} contains an impermissible character: a.b"),
        refused("InvalidBatchEntryId", f"{BROKEN_ID} is too long: {'i' * 81}"),
        refused("InvalidBatchEntryId", f"{BROKEN_ID} is too long: {'.' * 81}"),
        refused("InvalidBatchEntryId", f"{BROKEN_ID} contains an impermissible character: é"),
        "ok",
    ],
    source="localstack test_publish_batch_invalid_entry_id; SNS API reference, PublishBatchRequestEntry, Id",
)
def broken_ids(lab: Lab) -> object:
    """An entry's id has 1 to 80 letters, digits, hyphens and underscores. The error quotes the wrong one."""
    topic, sns = lab.topic(), lab.sns
    return [
        lab.attempt(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=[{"Id": name, "Message": "m"}])
        for name in ["a.b", "i" * 81, "." * 81, "é", "-_" * 40]
    ]


@behaviour(
    aws=[[], ["0", "1", "2", "3", "4", "5"], {"InvalidParameter": 6}],
    source="ballerina-platform/module-ballerinax-aws.sns publish tests, publishBatchWithFailures (run against AWS)",
)
def a_batch_of_six_broken_subjects(lab: Lab) -> object:
    """Each of six entries with a wrong subject fails by itself, and the request succeeds."""
    entries = [_entry(number, Subject="two\nlines") for number in range(6)]
    answer = lab.sns.publish_batch(TopicArn=lab.topic(), PublishBatchRequestEntries=entries)
    codes = [one["Code"] for one in answer["Failed"]]
    return [answer["Successful"], [one["Id"] for one in answer["Failed"]], {code: codes.count(code) for code in codes}]


@behaviour(
    aws=["ValidationError", ["6 validation errors detected", *(f"{number}.member.message" for number in range(1, 7))]],
    source="localstack test_sns.snapshot.json (the form of the error for one); inferred from other services for six",
)
def six_entries_without_a_message(lab: Lab) -> object:
    """Entries without a message, which boto3 would not send, are all named in one error."""
    sns, topic, name = lab.sns, lab.topic(), "before-call.sns.PublishBatch"

    def take_out(params: dict[str, Any], **_: Any) -> None:
        for field in [field for field in params["body"] if field.endswith(".Message")]:
            del params["body"][field]

    sns.meta.events.register(name, take_out)
    try:
        entries = [_entry(number) for number in range(6)]
        outcome = lab.attempt(sns.publish_batch, TopicArn=topic, PublishBatchRequestEntries=entries)
    finally:
        sns.meta.events.unregister(name, take_out)
    if outcome == "ok":
        return outcome
    start, _, rest = outcome["Message"].partition(": ")
    return [outcome["Code"], [start, *(each.split("'")[1].partition(".")[2] for each in rest.split("; "))]]


@behaviour(
    aws=[BATCH_TOO_LONG, "ok"],
    source="localstack test_sns.snapshot.json test_publish_batch_too_long_message, error-no-attrs",
)
def the_longest_batch(lab: Lab) -> object:
    """All messages of a batch together may have 262,144 bytes."""
    half = LIMIT // 2
    return [
        _batch(lab, _entry(1, "a" * half), _entry(2, "b" * (half + 1))),
        _batch(lab, _entry(1, "a" * half), _entry(2, "b" * half)),
    ]


@behaviour(
    aws=[BATCH_TOO_LONG, "ok"],
    source="localstack test_sns.snapshot.json test_publish_batch_too_long_message, error-with-attrs",
)
def the_longest_batch_with_an_attribute(lab: Lab) -> object:
    """Attributes count towards the size of a batch."""
    long = LIMIT - ONE_SIZE
    return [
        _batch(lab, _entry(1, "a" * long, MessageAttributes=ONE), _entry(2, "b")),
        _batch(lab, _entry(1, "a" * (long - 1), MessageAttributes=ONE), _entry(2, "b")),
    ]


@behaviour(
    aws=["ok", "BatchRequestTooLong"],
    source="SNS API reference, PublishBatch (must not exceed the topic's MaximumMessageSize; botocore 1.44 model)",
)
def a_batch_to_a_topic_for_small_messages(lab: Lab) -> object:
    """All messages of a batch together may have as many bytes as the topic's MaximumMessageSize."""
    topic, sns = lab.topic(MaximumMessageSize="1024"), lab.sns
    return [
        lab.code(
            sns.publish_batch,
            TopicArn=topic,
            PublishBatchRequestEntries=[_entry(1, "a" * 512), _entry(2, "b" * length)],
        )
        for length in [512, 513]
    ]


@behaviour(
    aws=NO_DEFAULT,
    source="localstack test_sns.snapshot.json test_publish_batch_exceptions, no-default-key-json",
)
def an_entry_without_a_default(lab: Lab) -> object:
    """An entry with MessageStructure=json that lacks the default fails the whole batch."""
    return _batch(lab, _entry(1), _entry(2, json.dumps({"sqs": "for queues"}), MessageStructure="json"))


@behaviour(
    aws=_invalid(
        "The message attribute 'attr1' must contain non-empty message attribute value "
        "for message attribute type 'String'."
    ),
    source=f"{ATTRIBUTES}, batch-missing_string_attr",
)
def an_entry_with_an_empty_attribute(lab: Lab) -> object:
    """An entry with a broken attribute fails the whole batch."""
    empty = {"attr1": {"DataType": "String", "StringValue": ""}}
    return _batch(lab, _entry(1, MessageAttributes=empty))


@behaviour(
    aws=[True, True],
    source="localstack test_sns.snapshot.json test_publish_batch_messages_from_sns_to_sqs",
)
def the_message_ids_of_a_batch(lab: Lab) -> object:
    """Each message of a batch has a message id of its own, the one in its envelope."""
    topic, queue = lab.topic(), lab.queue()
    lab.subscribe(topic, queue)
    answer = lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[_entry(1), _entry(2)])
    told = {done["MessageId"] for done in answer["Successful"]}
    return [len(told) == 2, told == {json.loads(body)["MessageId"] for body in lab.bodies(queue)}]


@behaviour(
    aws=[["1", "3"], [["2", "InvalidParameter", "Invalid parameter: Subject", True]], ["m1", "m3"]],
    source="ballerina-platform/module-ballerinax-aws.sns publish tests, publishBatchWithFailures (run against AWS)",
)
def an_entry_with_a_broken_subject(lab: Lab) -> object:
    """A wrong subject fails its own entry of a batch; the others are published."""
    topic = lab.topic()
    queue = _raw_queue(lab, topic)
    entries = [_entry(1, "m1", Subject="s"), _entry(2, "m2", Subject="two\nlines"), _entry(3, "m3")]
    answer = lab.sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    failed = [[one["Id"], one["Code"], one["Message"], one["SenderFault"]] for one in answer["Failed"]]
    return [[one["Id"] for one in answer["Successful"]], failed, sorted(lab.bodies(queue))]

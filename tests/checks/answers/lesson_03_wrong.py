"""Wrong answers to the exercises of lesson 03, as learners write them. Each says the reason id of its refusal."""

import json
import time

from variants import variant

# --- next_parcel ------------------------------------------------------------------------------------------------------


def _one(sqs, queue_url, **more):
    messages = sqs.receive_message(QueueUrl=queue_url, **more).get("Messages", [])
    return messages[0] if messages else None


next_parcel__does_not_ask = variant(
    "solution", ', MessageAttributeNames=["speed"]', "", says="message-attributes-not-asked-for"
)

next_parcel__asks_for_system_attributes = variant(
    "solution",
    'MessageAttributeNames=["speed"]',
    'MessageSystemAttributeNames=["All"]',
    says="message-attributes-not-asked-for",
)

next_parcel__always_labelled = variant(
    "solution",
    '.get("MessageAttributes", {}).get("speed", {"StringValue": "normal"})',
    '["MessageAttributes"]["speed"]',
    says="message-attribute-missing",
)


def next_parcel__any_label(sqs, queue_url):
    """Says: other-message-attribute"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speeds = [value["StringValue"] for value in (message or {}).get("MessageAttributes", {}).values()]
    return message and {"order": json.loads(message["Body"]), "speed": (speeds or ["normal"])[-1]}


next_parcel__no_message = variant(
    "solution", '    if "Messages" not in response:\n        return None\n', "", says="no-messages-key"
)

next_parcel__deletes = variant(
    "solution",
    "    return {",
    '    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])\n    return {',
    says="order-deleted",
)

next_parcel__no_lease = variant(
    "solution",
    'MessageAttributeNames=["speed"]',
    'MessageAttributeNames=["speed"], VisibilityTimeout=0',
    says="order-visible",
)

next_parcel__text = variant("solution", 'json.loads(message["Body"])', 'message["Body"]', says="text-returned")

next_parcel__whole_label = variant(
    "solution",
    '{"StringValue": "normal"}',
    '"normal"',
    'label["StringValue"]',
    "label",
    says="message-attribute-with-type",
)

next_parcel__takes_ten = variant(
    "solution",
    'MessageAttributeNames=["speed"]',
    'MessageAttributeNames=["speed"], MaxNumberOfMessages=10',
    "[message] =",
    "message, *_ =",
    says="others-received",
)


# --- fits -------------------------------------------------------------------------------------------------------------


def _limit(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return int(reply["Attributes"]["MaximumMessageSize"])


fits__characters = variant("solution", "body.encode()", "body", says="characters-counted")


def fits__body_alone(sqs, queue_url, body, attributes):
    """Says: message-attributes-not-counted"""
    return len(body.encode()) <= _limit(sqs, queue_url)


fits__values_alone = variant(
    "solution", 'len(name.encode()) + len(value["DataType"].encode()) + ', "", says="message-attributes-not-counted"
)

fits__without_types = variant(
    "solution", ' + len(value["DataType"].encode())', "", says="message-attributes-not-counted"
)

fits__one_mebibyte = variant(
    "solution", 'int(reply["Attributes"]["MaximumMessageSize"])', "1_048_576", says="limit-of-another-queue"
)

fits__shorter_than = variant("solution", "size <= ", "size < ", says="at-the-limit")

fits__labels_in_characters = variant(
    "solution", 'value["StringValue"].encode()', 'value["StringValue"]', says="message-attributes-not-counted"
)

fits__compares_with_a_string = variant(
    "solution",
    'int(reply["Attributes"]["MaximumMessageSize"])',
    'reply["Attributes"]["MaximumMessageSize"]',
    says="text-and-number",
)


def fits__sends_to_see(sqs, queue_url, body, attributes):
    """Says: forbidden-call"""
    try:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=attributes)
        return True
    except sqs.exceptions.ClientError:
        return False


def fits__json(sqs, queue_url, body, attributes):
    """Says: at-the-limit or below-the-limit"""
    return len(json.dumps(body).encode()) + len(json.dumps(attributes).encode()) - 4 <= _limit(sqs, queue_url)


# --- pick -------------------------------------------------------------------------------------------------------------


def _ten(sqs, queue_url, **more):
    asked = {"QueueUrl": queue_url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]} | more
    return sqs.receive_message(**asked).get("Messages", [])


def _town(message):
    return message.get("MessageAttributes", {}).get("town", {}).get("StringValue")


def _entry(message):
    return {"order_id": json.loads(message["Body"])["order_id"], "receipt_handle": message["ReceiptHandle"]}


def _give_back(sqs, queue_url, message):
    sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)


pick__gives_nothing_back = variant(
    "solution",
    "        else:\n            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)\n",
    "",
    says="others-hidden",
)


def pick__no_lease(sqs, queue_url, town):
    """Says: own-visible"""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=0) if _town(message) == town]


pick__queue_s_lease = variant("solution", " VisibilityTimeout=600,", "", says="timeout-too-short")
pick__gives_all_back = variant("solution", "        else:\n", "        if True:\n", says="own-visible")
pick__one_message = variant("solution", " MaxNumberOfMessages=10,", "", says="not-ten")


def pick__again_and_again(sqs, queue_url, town):
    """Says: received-again"""
    kept = []
    for _ in range(20):
        for message in _ten(sqs, queue_url, VisibilityTimeout=600):
            if _town(message) == town:
                kept.append(_entry(message))
            else:
                _give_back(sqs, queue_url, message)
    return kept


def pick__sends_back(sqs, queue_url, town):
    """Says: messages-gone"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            labels = message.get("MessageAttributes", {})
            sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"], MessageAttributes=labels)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return kept


pick__without_labels = variant(
    "solution", ', MessageAttributeNames=["town"]', "", says="message-attributes-not-asked-for"
)

pick__whatever_the_capitals = variant(
    "solution", '.get("StringValue") == town', '.get("StringValue", "").lower() == town.lower()', says="others-hidden"
)

pick__key_error = variant(
    "solution",
    '.get("MessageAttributes", {}).get("town", {}).get("StringValue")',
    '["MessageAttributes"]["town"]["StringValue"]',
    says="no-message-attributes-key",
)

pick__message_ids = variant(
    "solution", '"receipt_handle": handle', '"receipt_handle": message["MessageId"]', says="handle-does-not-delete"
)


def pick__leases_afterwards(sqs, queue_url, town):
    """Says: visible-at-first"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=0):
        if _town(message) == town:
            handle = message["ReceiptHandle"]
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=600)
            kept.append(_entry(message))
    return kept


pick__sets_the_queue = variant(
    "solution",
    " VisibilityTimeout=600,",
    "",
    "    response =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "600"})\n    response =',
    says="settings-changed",
)

pick__asks_for_the_town = variant(
    "solution",
    'MessageAttributeNames=["town"]',
    "MessageAttributeNames=[town]",
    says="message-attributes-not-asked-for",
)

pick__part_of_the_name = variant(
    "solution", '.get("StringValue") == town', '.get("StringValue", "").startswith(town)', says="others-hidden"
)


# --- take_or_set_aside ------------------------------------------------------------------------------------------------


def _move(sqs, queue_url, aside_url, message):
    labels = message.get("MessageAttributes", {})
    sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


take_or_set_aside__compares_texts = variant(
    "solution",
    'int(message["Attributes"]["ApproximateReceiveCount"]) <= tries',
    'message["Attributes"]["ApproximateReceiveCount"] <= str(tries)',
    says="received-too-often",
)

take_or_set_aside__text_and_number = variant(
    "solution",
    'int(message["Attributes"]["ApproximateReceiveCount"])',
    'message["Attributes"]["ApproximateReceiveCount"]',
    says="text-and-number",
)

take_or_set_aside__one_too_few = variant("solution", "<= tries", "< tries", says="passed-over")
take_or_set_aside__one_too_many = variant("solution", "<= tries", "<= tries + 1", says="received-too-often")

take_or_set_aside__does_not_ask = variant(
    "solution",
    '            MessageSystemAttributeNames=["ApproximateReceiveCount"],\n',
    "",
    says="attributes-not-asked-for",
)

take_or_set_aside__deletes_first = variant(
    "solution",
    "        labels =",
    '        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])\n        labels =',
    says="lost-in-a-crash",
)

take_or_set_aside__forgets_labels = variant(
    "solution", ", MessageAttributes=labels", "", says="message-attributes-lost"
)

take_or_set_aside__reads_everything = variant(
    "solution",
    "        if int(",
    '        order = json.loads(message["Body"])\n        if int(',
    says="body-read-as-json",
)

take_or_set_aside__one_message_only = variant("solution", "while True:", "for _ in range(1):", says="none-too-early")

take_or_set_aside__does_not_delete = variant(
    "solution",
    '        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])',
    "",
    says="moved-but-left",
)

take_or_set_aside__drops_poison = variant(
    "solution",
    '        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)\n',
    "",
    says="set-aside-wrong",
)

take_or_set_aside__deletes_the_order = variant(
    "solution",
    "            return json",
    '            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])\n            return json',
    says="order-deleted",
)

take_or_set_aside__no_message = variant(
    "solution", '        if "Messages" not in response:\n            return None\n', "", says="no-messages-key"
)


def take_or_set_aside__takes_ten(sqs, queue_url, aside_url, tries):
    """Says: others-received"""
    ask = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        for message in messages:
            if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
                return json.loads(message["Body"])
            _move(sqs, queue_url, aside_url, message)


take_or_set_aside__tidies_the_body = variant(
    "solution", 'MessageBody=message["Body"]', 'MessageBody=message["Body"].strip()', says="set-aside-wrong"
)


# --- pack_and_pass_on -------------------------------------------------------------------------------------------------


pack_and_pass_on__queue_s_lease = variant("solution", " VisibilityTimeout=seconds + 60,", "", says="timeout-too-short")
pack_and_pass_on__just_as_long = variant("solution", "seconds + 60", "seconds", says="timeout-too-short")
pack_and_pass_on__an_hour = variant("solution", "seconds + 60", "3600", says="timeout-too-short")

pack_and_pass_on__deletes_first = variant(
    "solution",
    "    time.sleep(seconds)\n",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n    time.sleep(seconds)\n',
    says="lost-in-a-crash",
)

pack_and_pass_on__deletes_then_sends = variant(
    "solution",
    "    labels =",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n    labels =',
    says="lost-in-a-crash",
)


def pack_and_pass_on__in_the_end(sqs, orders_url, packed_url, seconds):
    """Says: lost-in-a-crash"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        try:
            time.sleep(seconds)
            labels = message.get("MessageAttributes", {})
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
            sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        finally:
            return json.loads(message["Body"])["order_id"]


pack_and_pass_on__never_deletes = variant(
    "solution",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n',
    "",
    says="order-left",
)

pack_and_pass_on__forgets_labels = variant(
    "solution", ', MessageAttributeNames=["All"]', "", says="message-attributes-lost"
)

pack_and_pass_on__writes_it_anew = variant(
    "solution",
    'MessageBody=message["Body"]',
    'MessageBody=json.dumps(json.loads(message["Body"]) | {"packed": True})',
    says="body-changed",
)

pack_and_pass_on__does_not_pack = variant("solution", "    time.sleep(seconds)\n", "", says="passed-on-early")

pack_and_pass_on__packs_nothing = variant(
    "solution", "    response =", "    time.sleep(seconds)\n    response =", says="packed-nothing"
)

pack_and_pass_on__no_message = variant(
    "solution", '    if "Messages" not in response:\n        return None\n', "", says="no-messages-key"
)

pack_and_pass_on__returns_the_order = variant("solution", '["order_id"]', "", says="not-the-order-id")

pack_and_pass_on__passes_on_first = variant(
    "solution",
    "    time.sleep(seconds)\n",
    "",
    "    sqs.delete",
    "    time.sleep(seconds)\n    sqs.delete",
    says="passed-on-early",
)


def pack_and_pass_on__renews_too_late(sqs, orders_url, packed_url, seconds):
    """Says: timeout-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


pack_and_pass_on__sets_the_queue = variant(
    "solution",
    " VisibilityTimeout=seconds + 60,",
    "",
    "    response =",
    '    sqs.set_queue_attributes(QueueUrl=orders_url, Attributes={"VisibilityTimeout": str(seconds + 60)})\n    response =',
    says="settings-changed",
)

pack_and_pass_on__takes_ten = variant(
    "solution",
    "seconds + 60,",
    "seconds + 60, MaxNumberOfMessages=10,",
    "[message] =",
    "message, *_ =",
    says="others-received",
)


def pack_and_pass_on__deletes_in_any_case(sqs, orders_url, packed_url, seconds):
    """Says: lost-in-a-crash"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        try:
            sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        finally:
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["order_id"]

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


next_parcel__always_there = variant(
    "solution",
    '.get("MessageAttributes", {}).get("speed", {"StringValue": "normal"})',
    '["MessageAttributes"]["speed"]',
    says="no-message-attributes-key or message-attribute-missing",
)


def _parcel(message, speed):
    return {"order": json.loads(message["Body"]), "speed": speed, "receipt_handle": message["ReceiptHandle"]}


def next_parcel__any_attribute(sqs, queue_url):
    """Says: other-message-attribute or not-normal"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speeds = [value.get("StringValue", "") for value in (message or {}).get("MessageAttributes", {}).values()]
    return message and _parcel(message, (speeds or ["normal"])[-1])


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

next_parcel__whole_attribute = variant(
    "solution",
    '{"StringValue": "normal"}',
    '"normal"',
    'speed["StringValue"]',
    "speed",
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

next_parcel__evaluates = variant("solution", "json.loads(", "eval(", says="read-as-python")

next_parcel__known_speeds = variant(
    "solution",
    "    return {",
    '    if speed["StringValue"] not in ("express", "overnight", "same day"):\n'
    '        speed = {"StringValue": "normal"}\n    return {',
    says="other-message-attribute",
)

next_parcel__tidies = variant(
    "solution",
    'speed["StringValue"]',
    'speed["StringValue"].strip().lower()',
    says="other-message-attribute",
)

next_parcel__of_the_body = variant(
    "solution",
    'speed["StringValue"]',
    'json.loads(message["Body"])["speed"]',
    says="other-message-attribute or not-normal",
)

next_parcel__whatever_the_capitals = variant(
    "solution",
    '["speed"]',
    '["All"]',
    '.get("speed", {"StringValue": "normal"})',
    "\n    speed = ({k.lower(): v for k, v in speed.items()}).get('speed', {'StringValue': 'normal'})",
    says="not-normal",
)

next_parcel__every_attribute_a_text = variant(
    "solution",
    '["speed"]',
    '["All"]',
    '.get("speed", {"StringValue": "normal"})',
    "\n    texts = {name: value['StringValue'] for name, value in speed.items()}"
    "\n    speed = {'StringValue': texts.get('speed', 'normal')}",
    says="no-string-value",
)

next_parcel__nothing_without_it = variant(
    "solution", '{"StringValue": "normal"}', '{"StringValue": None}', says="not-normal"
)

next_parcel__without_the_handle = variant(
    "solution", '        "receipt_handle": message["ReceiptHandle"],\n', "", says="no-dictionary"
)

next_parcel__message_id = variant(
    "solution", 'message["ReceiptHandle"]', 'message["MessageId"]', says="handle-does-not-delete"
)

next_parcel__empty_dictionary = variant("solution", "return None", "return {}", says="not-none")

next_parcel__half_an_hour = variant(
    "solution",
    'MessageAttributeNames=["speed"]',
    'MessageAttributeNames=["speed"], VisibilityTimeout=1800',
    says="another-timeout",
)


next_parcel__copies = variant(
    "solution",
    "    return {",
    '    sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])\n    return {',
    says="forbidden-call",
)

next_parcel__name_ends_with_it = variant(
    "solution",
    '["speed"]',
    '["All"]',
    '.get("speed", {"StringValue": "normal"})',
    "\n    found = [value for name, value in speed.items() if name.endswith('speed')]"
    "\n    speed = found[-1] if found else {'StringValue': 'normal'}",
    says="not-normal",
)

next_parcel__translates_into_python = variant(
    "solution",
    "    return {",
    "    from ast import literal_eval\n"
    '    text = message["Body"].strip().replace("true", "True").replace("false", "False").replace("null", "None")\n'
    "    return {",
    'json.loads(message["Body"])',
    "literal_eval(text)",
    says="other-order",
)

next_parcel__tidies_the_body = variant(
    "solution", 'json.loads(message["Body"])', 'json.loads(" ".join(message["Body"].split()))', says="other-order"
)

next_parcel__numbers_anew = variant(
    "solution",
    "    return {",
    '    if speed.get("DataType") == "Number":\n'
    '        speed = {"StringValue": str(float(speed["StringValue"]))}\n    return {',
    says="other-message-attribute",
)

next_parcel__looks_before_it_takes = variant(
    "solution",
    "    response =",
    '    if "Messages" not in sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0):\n'
    "        return None\n    response =",
    says="received-twice",
)


def next_parcel__none_after_an_error(sqs, queue_url):
    """Says: none-after-an-error"""
    try:
        message = _one(sqs, queue_url, MessageAttributeNames=["speed"])
    except sqs.exceptions.ClientError as problem:
        print(problem)
        return None
    speed = (message or {}).get("MessageAttributes", {}).get("speed", {}).get("StringValue", "normal")
    return message and _parcel(message, speed)


# --- fits -------------------------------------------------------------------------------------------------------------


def _limit(sqs, queue_url):
    response = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return int(response["Attributes"]["MaximumMessageSize"])


fits__characters = variant("solution", "body.encode()", "body", says="characters-counted")


def fits__body_alone(sqs, queue_url, body, attributes):
    """Says: message-attributes-not-counted"""
    return len(body.encode()) <= _limit(sqs, queue_url)


fits__without_types = variant(
    "solution", '        size += len(value["DataType"].encode())\n', "", says="message-attributes-not-counted"
)

fits__one_mebibyte = variant(
    "solution", 'int(response["Attributes"]["MaximumMessageSize"])', "1_048_576", says="limit-of-another-queue"
)

fits__shorter_than = variant("solution", "size <= ", "size < ", says="at-the-limit")

fits__values_in_characters = variant(
    "solution", 'value["StringValue"].encode()', 'value["StringValue"]', says="message-attributes-not-counted"
)

fits__compares_with_a_string = variant(
    "solution",
    'int(response["Attributes"]["MaximumMessageSize"])',
    'response["Attributes"]["MaximumMessageSize"]',
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
    """Says: below-the-limit"""
    return len(json.dumps(body).encode()) + len(json.dumps(attributes).encode()) - 4 <= _limit(sqs, queue_url)


fits__strips = variant("solution", "body.encode()", "body.strip().encode()", says="white-space-not-counted")

fits__plain_line_breaks = variant(
    "solution", "body.encode()", 'body.replace("\\r\\n", "\\n").encode()', says="white-space-not-counted"
)

fits__composes = variant(
    "solution",
    "    size =",
    "    import unicodedata\n\n    body = unicodedata.normalize('NFC', body)\n    size =",
    says="characters-counted",
)

fits__two_bytes_each = variant("solution", "body.encode()", 'body.encode("utf-16-le")', says="below-the-limit")

fits__numbers_of_eight_bytes = variant(
    "solution",
    'len(value["StringValue"].encode())',
    '(8 if value["DataType"] == "Number" else len(value["StringValue"].encode()))',
    says="below-the-limit or message-attributes-not-counted",
)

fits__types_without_labels = variant(
    "solution", 'value["DataType"]', 'value["DataType"].split(".")[0]', says="message-attributes-not-counted"
)

fits__strings_alone = variant(
    "solution",
    "value in attributes.items():",
    "value in attributes.items():\n        if value['DataType'] != 'String': continue",
    says="message-attributes-not-counted",
)

fits__first_attribute_alone = variant(
    "solution",
    "attributes.items()",
    "list(attributes.items())[:1]",
    says="message-attributes-not-counted or not-everything-counted",
)

fits__compares_texts = variant(
    "solution",
    "size <= int(",
    "str(size) <= str(",
    says="below-the-limit or far-above-the-limit",
)

fits__returns_what_is_left = variant(
    "solution",
    'return size <= int(response["Attributes"]["MaximumMessageSize"])',
    'return int(response["Attributes"]["MaximumMessageSize"]) - size',
    says="no-bool",
)

fits__sets_the_limit = variant(
    "solution",
    "    size =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=response["Attributes"])\n    size =',
    says="forbidden-call",
)

fits__asks_for_nothing = variant(
    "solution", ', AttributeNames=["MaximumMessageSize"]', "", says="attributes-not-asked-for"
)

_limits = {}


def fits__remembers_the_limit(sqs, queue_url, body, attributes):
    """Says: limit-from-before"""
    if queue_url not in _limits:
        _limits[queue_url] = _limit(sqs, queue_url)
    texts = [body, *(text for name, value in attributes.items() for text in (name, *value.values()))]
    return len("".join(texts).encode()) <= _limits[queue_url]


fits__as_in_xml = variant(
    "solution",
    "    size =",
    "    from html import escape\n\n    body = escape(body, quote=False)\n    size =",
    says="below-the-limit",
)

fits__guesses_after_an_error = variant(
    "solution",
    "    response = sqs",
    "    try:\n        response = sqs",
    '["MaximumMessageSize"]\n    )\n    size',
    '["MaximumMessageSize"]\n    )\n    except sqs.exceptions.ClientError:\n'
    '        response = {"Attributes": {"MaximumMessageSize": "1048576"}}\n    size',
    says="guessed-after-an-error",
)


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
    "        else:\n            sqs.change_message_visibility(\n"
    "                QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0\n            )\n",
    "",
    says="others-hidden",
)


def pick__no_lease(sqs, queue_url, town):
    """Says: own-visible"""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=0) if _town(message) == town]


pick__queue_s_lease = variant("solution", " VisibilityTimeout=600,", "", says="timeout-too-short or timeout-too-long")
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
            attributes = message.get("MessageAttributes", {})
            sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"], MessageAttributes=attributes)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return kept


pick__without_attributes = variant(
    "solution", '        MessageAttributeNames=["town"],\n', "", says="message-attributes-not-asked-for"
)

pick__whatever_the_capitals = variant(
    "solution", '.get("StringValue") == town', '.get("StringValue", "").lower() == town.lower()', says="others-hidden"
)

pick__key_error = variant(
    "solution",
    '.get("MessageAttributes", {}).get("town", {})',
    '["MessageAttributes"]["town"]',
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

pick__never_receives = variant("solution", "    response =", "    return []\n    response =", says="not-received")

pick__strips = variant(
    "solution", '.get("StringValue") == town', '.get("StringValue", "").strip() == town', says="others-hidden"
)

pick__of_the_body = variant(
    "solution",
    'attribute.get("StringValue")',
    'json.loads(message["Body"])["town"]',
    says="own-visible or others-hidden",
)

pick__strings_alone = variant(
    "solution",
    'attribute.get("StringValue") == town',
    'attribute == {"StringValue": town, "DataType": "String"}',
    says="own-visible",
)

pick__any_attribute = variant(
    "solution",
    '["town"]',
    '["All"]',
    'attribute.get("StringValue") == town',
    'town in [value.get("StringValue") for value in message.get("MessageAttributes", {}).values()]',
    says="others-hidden",
)

pick__town_missing = variant(
    "solution",
    '["town"]',
    '["All"]',
    '.get("town", {})',
    '["town"]',
    '.get("MessageAttributes", {})',
    '.get("MessageAttributes", {"town": {"StringValue": ""}})',
    says="town-missing",
)

pick__ten_minutes_and_a_bit = variant(
    "solution", "VisibilityTimeout=600", "VisibilityTimeout=630", says="timeout-too-long"
)
pick__gives_back_soon = variant("solution", "VisibilityTimeout=0", "VisibilityTimeout=1", says="others-hidden")


def pick__gives_five_back(sqs, queue_url, town):
    """Says: others-hidden"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    others = [message for message in messages if _town(message) != town]
    entries = [
        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for number, message in enumerate(others[:5])
    ]
    if entries:
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return [_entry(message) for message in messages if _town(message) == town]


def pick__failed_entries_ignored(sqs, queue_url, town):
    """Says: failed-entries-ignored"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    entries = [
        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for number, message in enumerate(messages)
        if _town(message) != town
    ]
    if entries:
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return [_entry(message) for message in messages if _town(message) == town]


def pick__orders_as_entries(sqs, queue_url, town):
    """Says: ids-not-distinct"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    entries = [
        {"Id": _entry(message)["order_id"], "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for message in messages
        if _town(message) != town
    ]
    if entries:
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return [_entry(message) for message in messages if _town(message) == town]


def pick__an_empty_batch(sqs, queue_url, town):
    """Says: empty-batch"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    entries = [
        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for number, message in enumerate(messages)
        if _town(message) != town
    ]
    sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
    return [_entry(message) for message in messages if _town(message) == town]


pick__deletes_its_own = variant(
    "solution",
    "            kept.append",
    "            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)\n            kept.append",
    says="messages-gone",
)


def pick__a_copy_elsewhere(sqs, queue_url, town):
    """Says: messages-gone"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if _town(message) == town:
            copies = sqs.create_queue(QueueName=f"copies-{town}")["QueueUrl"]
            sqs.send_message(QueueUrl=copies, MessageBody=message["Body"])
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


pick__each_order_once = variant(
    "solution",
    "    return kept",
    '    return list({entry["order_id"]: entry for entry in kept}.values())',
    says="other-messages",
)

pick__order_ids_alone = variant(
    "solution",
    '{"order_id": order_id, "receipt_handle": handle}',
    "order_id",
    says="no-list",
)

pick__whole_orders = variant(
    "solution",
    '{"order_id": order_id, "receipt_handle": handle}',
    'json.loads(message["Body"]) | {"receipt_handle": handle}',
    says="wrong-keys",
)

pick__the_first_alone = variant("solution", "return kept", "return kept[:1]", says="other-messages")
pick__evaluates = variant("solution", "json.loads(", "eval(", says="read-as-python")

pick__no_message = variant("solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key")

pick__part_of_this_town = variant(
    "solution",
    'if attribute.get("StringValue") == town:',
    'if attribute.get("StringValue", "elsewhere") in town:',
    says="others-hidden",
)

pick__of_the_body_without_the_attribute = variant(
    "solution",
    '.get("StringValue") == town',
    '.get("StringValue", json.loads(message["Body"]).get("town")) == town',
    says="others-hidden",
)

pick__says_nothing_of_errors = variant(
    "solution",
    "            sqs.change_message_visibility(\n"
    "                QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0\n            )",
    "            try:\n"
    "                sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)\n"
    "            except Exception as problem:\n"
    "                print(problem)",
    says="errors-ignored",
)

pick__first_order_id_in_the_text = variant(
    "solution",
    'json.loads(message["Body"])["order_id"]',
    """__import__("re").findall(r'"order_id": ?"(.+?)"', message["Body"])[0]""",
    says="other-messages",
)


def pick__gives_nine_back(sqs, queue_url, town):
    """Says: others-hidden"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    for message in [message for message in messages if _town(message) != town][:9]:
        _give_back(sqs, queue_url, message)
    return [_entry(message) for message in messages if _town(message) == town]


# --- take_or_set_aside ------------------------------------------------------------------------------------------------


def _move(sqs, queue_url, aside_url, message):
    attributes = message.get("MessageAttributes", {})
    sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=attributes)
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

take_or_set_aside__one_too_few = variant("solution", "<= tries", "< tries", says="set-aside-too-early")
take_or_set_aside__just_one_above = variant("solution", "<= tries", "!= tries + 1", says="received-too-often")
take_or_set_aside__one_too_many = variant("solution", "<= tries", "<= tries + 1", says="received-too-often")

take_or_set_aside__does_not_ask = variant(
    "solution",
    '            MessageSystemAttributeNames=["ApproximateReceiveCount"],\n',
    "",
    says="attributes-not-asked-for",
)

take_or_set_aside__deletes_first = variant(
    "solution",
    "        attributes =",
    "        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)\n        attributes =",
    says="lost-in-a-crash",
)

take_or_set_aside__forgets_attributes = variant(
    "solution", "            MessageAttributes=attributes,\n", "", says="message-attributes-lost"
)

take_or_set_aside__reads_everything = variant(
    "solution",
    "        if int(",
    '        order = json.loads(message["Body"])\n        if int(',
    says="body-read-as-json",
)

take_or_set_aside__one_message_only = variant("solution", "while True:", "for _ in range(1):", says="none-too-early")

take_or_set_aside__ten_at_most = variant("solution", "while True:", "for _ in range(10):", says="none-too-early")

take_or_set_aside__does_not_delete = variant(
    "solution",
    "        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)",
    "",
    says="moved-but-left",
)

take_or_set_aside__drops_poison = variant(
    "solution",
    '        sqs.send_message(\n            QueueUrl=aside_url,\n            MessageBody=message["Body"],\n'
    "            MessageAttributes=attributes,\n        )\n",
    "",
    says="set-aside-wrong",
)

take_or_set_aside__deletes_the_order = variant(
    "solution",
    "            return {",
    "            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)\n            return {",
    says="order-deleted",
)

take_or_set_aside__no_message = variant(
    "solution", '        if "Messages" not in response:\n            return None\n', "", says="no-messages-key"
)


def take_or_set_aside__takes_ten(sqs, queue_url, aside_url, tries):
    """Says: more-than-one-at-a-time"""
    ask = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        for message in messages:
            if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
                return {"order": json.loads(message["Body"]), "receipt_handle": message["ReceiptHandle"]}
            _move(sqs, queue_url, aside_url, message)


take_or_set_aside__tidies_the_body = variant(
    "solution", 'MessageBody=message["Body"]', 'MessageBody=message["Body"].strip()', says="set-aside-wrong"
)

take_or_set_aside__plain_line_breaks = variant(
    "solution",
    'MessageBody=message["Body"]',
    'MessageBody="\\n".join(message["Body"].splitlines())',
    says="set-aside-wrong",
)

take_or_set_aside__strings_alone = variant(
    "solution",
    'attributes = message.get("MessageAttributes", {})',
    'attributes = {name: {"DataType": "String", "StringValue": value["StringValue"]}'
    ' for name, value in message.get("MessageAttributes", {}).items() if "StringValue" in value}',
    says="message-attributes-lost",
)

take_or_set_aside__speed_alone = variant(
    "solution", 'MessageAttributeNames=["All"]', 'MessageAttributeNames=["speed"]', says="message-attributes-lost"
)

take_or_set_aside__back_into_the_queue = variant(
    "solution", "QueueUrl=aside_url", "QueueUrl=queue_url", says="moved-but-left"
)

take_or_set_aside__the_order_alone = variant(
    "solution",
    '{"order": json.loads(message["Body"]), "receipt_handle": handle}',
    'json.loads(message["Body"])',
    says="no-dictionary",
)

take_or_set_aside__text = variant("solution", 'json.loads(message["Body"])', 'message["Body"]', says="text-returned")

take_or_set_aside__message_id = variant(
    "solution", '"receipt_handle": handle', '"receipt_handle": message["MessageId"]', says="handle-does-not-extend"
)

take_or_set_aside__ten_minutes = variant(
    "solution",
    '            MessageAttributeNames=["All"],\n',
    '            MessageAttributeNames=["All"],\n            VisibilityTimeout=600,\n',
    says="another-timeout",
)

take_or_set_aside__gives_it_back = variant(
    "solution",
    "            return {",
    "            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)\n"
    "            return {",
    says="order-visible",
)

take_or_set_aside__empty_dictionary = variant("solution", "return None", "return {}", says="not-none")


def _receive(sqs, queue_url, aside_url, tries):
    """Return the next message that wasn't received more than `tries` times; the others are set aside."""
    ask = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while message := _one(sqs, queue_url, **ask):
        if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
            return message
        _move(sqs, queue_url, aside_url, message)
    return None


def _handed_out(message):
    return {"order": json.loads(message["Body"]), "receipt_handle": message["ReceiptHandle"]}


def take_or_set_aside__none_for_no_json(sqs, queue_url, aside_url, tries):
    """Says: no-error"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        return None


def take_or_set_aside__goes_on_after_no_json(sqs, queue_url, aside_url, tries):
    """Says: no-error"""
    while message := _receive(sqs, queue_url, aside_url, tries):
        try:
            return _handed_out(message)
        except ValueError:
            continue
    return None


def take_or_set_aside__text_for_no_json(sqs, queue_url, aside_url, tries):
    """Says: no-error"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        return {"order": message["Body"], "receipt_handle": message["ReceiptHandle"]}


def take_or_set_aside__deletes_no_json(sqs, queue_url, aside_url, tries):
    """Says: bad-order-gone"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        raise


def take_or_set_aside__throws_no_json_away(sqs, queue_url, aside_url, tries):
    """Says: bad-order-gone"""
    while message := _receive(sqs, queue_url, aside_url, tries):
        try:
            return _handed_out(message)
        except ValueError:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return None


def take_or_set_aside__no_json_aside_at_once(sqs, queue_url, aside_url, tries):
    """Says: bad-order-gone"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        _move(sqs, queue_url, aside_url, message)
        raise


def take_or_set_aside__no_json_in_both_queues(sqs, queue_url, aside_url, tries):
    """Says: bad-order-moved"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"])
        raise


def take_or_set_aside__no_json_anew(sqs, queue_url, aside_url, tries):
    """Says: bad-order-gone"""
    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        _move(sqs, queue_url, queue_url, message)
        raise


def take_or_set_aside__deletes_in_any_case(sqs, queue_url, aside_url, tries):
    """Says: lost-in-a-crash"""
    ask = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while message := _one(sqs, queue_url, **ask):
        if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
            return _handed_out(message)
        attributes = message.get("MessageAttributes", {})
        try:
            sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=attributes)
        finally:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return None


take_or_set_aside__does_not_look_at_failed = variant(
    "solution",
    'sqs.send_message(\n            QueueUrl=aside_url,\n            MessageBody=message["Body"],\n'
    "            MessageAttributes=attributes,\n        )",
    'sqs.send_message_batch(QueueUrl=aside_url, Entries=[{"Id": "1", "MessageBody": message["Body"],'
    ' "MessageAttributes": attributes}])',
    says="lost-in-a-crash",
)


def take_or_set_aside__looks_through_all(sqs, queue_url, aside_url, tries):
    """Says: others-received"""
    ask, found = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}, None
    while message := _one(sqs, queue_url, **ask):
        if int(message["Attributes"]["ApproximateReceiveCount"]) > tries:
            _move(sqs, queue_url, aside_url, message)
        elif not found:
            found = message
    return found and _handed_out(found)


take_or_set_aside__cuts_what_is_too_large = variant(
    "solution",
    '        sqs.send_message(\n            QueueUrl=aside_url,\n            MessageBody=message["Body"],\n'
    "            MessageAttributes=attributes,\n        )\n",
    "        try:\n"
    '            sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=attributes)\n'
    "        except sqs.exceptions.ClientError:\n"
    '            sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"][:400] + "...")\n',
    says="lost-in-a-crash",
)

take_or_set_aside__gives_up_after_an_error = variant(
    "take_or_set_aside__cuts_what_is_too_large",
    'sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"][:400] + "...")',
    "return None",
    says="good-order-withheld",
)


def take_or_set_aside__none_after_an_error(sqs, queue_url, aside_url, tries):
    """Says: none-after-an-error"""
    ask = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while True:
        try:
            message = _one(sqs, queue_url, **ask)
        except sqs.exceptions.ClientError:
            message = None
        if not message or int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
            return message and _handed_out(message)
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__python_will_do(sqs, queue_url, aside_url, tries):
    """Says: no-error"""
    from ast import literal_eval

    message = _receive(sqs, queue_url, aside_url, tries)
    try:
        return message and _handed_out(message)
    except ValueError:
        return {"order": literal_eval(message["Body"]), "receipt_handle": message["ReceiptHandle"]}


# --- pack_and_pass_on -------------------------------------------------------------------------------------------------


pack_and_pass_on__queue_s_lease = variant("solution", " VisibilityTimeout=seconds + 60,", "", says="timeout-too-short")
pack_and_pass_on__just_as_long = variant("solution", "seconds + 60", "seconds", says="timeout-too-short")

pack_and_pass_on__deletes_first = variant(
    "solution",
    "    time.sleep(seconds)\n",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n    time.sleep(seconds)\n',
    says="lost-in-a-crash",
)

pack_and_pass_on__deletes_then_sends = variant(
    "solution",
    "    attributes =",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n    attributes =',
    says="lost-in-a-crash",
)


pack_and_pass_on__never_deletes = variant(
    "solution",
    '    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n',
    "",
    says="order-left",
)

pack_and_pass_on__forgets_attributes = variant(
    "solution", '        MessageAttributeNames=["All"],\n', "", says="message-attributes-lost"
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

pack_and_pass_on__sets_the_queue_for_a_while = variant(
    "solution",
    " VisibilityTimeout=seconds + 60,",
    "",
    "    response =",
    '    sqs.set_queue_attributes(QueueUrl=orders_url, Attributes={"VisibilityTimeout": str(seconds + 60)})\n    response =',
    "    attributes =",
    '    sqs.set_queue_attributes(QueueUrl=orders_url, Attributes={"VisibilityTimeout": "30"})\n    attributes =',
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
        attributes = message.get("MessageAttributes", {})
        try:
            sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=attributes)
        finally:
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["order_id"]


pack_and_pass_on__two_hours = variant("solution", "seconds + 60", "7200", says="timeout-too-short")

pack_and_pass_on__strings_alone = variant(
    "solution",
    'attributes = message.get("MessageAttributes", {})',
    'attributes = {name: {"DataType": "String", "StringValue": value["StringValue"]}'
    ' for name, value in message.get("MessageAttributes", {}).items() if "StringValue" in value}',
    says="message-attributes-lost",
)

pack_and_pass_on__tidies = variant(
    "solution", 'MessageBody=message["Body"]', 'MessageBody=message["Body"].strip()', says="body-changed"
)

pack_and_pass_on__evaluates = variant("solution", "json.loads(", "eval(", says="read-as-python")

pack_and_pass_on__deletes_everything = variant(
    "solution",
    'sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])',
    "sqs.purge_queue(QueueUrl=orders_url)",
    says="others-gone",
)

pack_and_pass_on__sends_twice = variant(
    "solution",
    "    sqs.delete",
    '    sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=attributes)\n    sqs.delete',
    says="not-one-passed-on",
)

pack_and_pass_on__twelve_hours_and_more = variant(
    "solution", "seconds + 60", "43_200 + seconds", says="timeout-above-12-hours"
)

pack_and_pass_on__does_not_look_at_failed = variant(
    "solution",
    'sqs.send_message(\n        QueueUrl=packed_url,\n        MessageBody=message["Body"],\n'
    "        MessageAttributes=attributes,\n    )",
    'sqs.send_message_batch(QueueUrl=packed_url, Entries=[{"Id": "1", "MessageBody": message["Body"],'
    ' "MessageAttributes": attributes}])',
    says="lost-in-a-crash",
)

pack_and_pass_on__packs_before_it_receives = variant(
    "solution",
    "    response =",
    '    if sqs.get_queue_attributes(QueueUrl=orders_url, AttributeNames=["All"])["Attributes"]'
    '["ApproximateNumberOfMessages"] == "0":\n        return None\n    time.sleep(seconds)\n    response =',
    "    time.sleep(seconds)\n    attributes =",
    "    attributes =",
    says="passed-on-early",
)


def pack_and_pass_on__renews_every_half_minute(sqs, orders_url, packed_url, seconds):
    """Says: timeout-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        for done in range(0, seconds, 30):
            time.sleep(min(30, seconds - done))
            sqs.change_message_visibility(
                QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30
            )
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__renews_every_two_seconds(sqs, orders_url, packed_url, seconds):
    """Says: too-many-calls or stopped:time"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        for done in range(0, seconds, 2):
            sqs.change_message_visibility(
                QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30
            )
            time.sleep(min(2, seconds - done))
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


pack_and_pass_on__sets_the_other_queue = variant(
    "solution",
    "    time.sleep(seconds)\n",
    '    time.sleep(seconds)\n    sqs.set_queue_attributes(QueueUrl=packed_url, Attributes={"VisibilityTimeout": "60"})\n',
    says="settings-changed",
)

pack_and_pass_on__packs_twice = variant(
    "solution",
    "seconds + 60",
    "43_200",
    "    time.sleep(seconds)\n",
    "    time.sleep(seconds)\n    time.sleep(seconds)\n",
    says="passed-on-late",
)


def pack_and_pass_on__packs_in_whole_steps(sqs, orders_url, packed_url, seconds):
    """Says: passed-on-late"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        for _ in range(0, seconds, 900):
            sqs.change_message_visibility(
                QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=1000
            )
            time.sleep(900)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


pack_and_pass_on__order_id_alone_if_too_large = variant(
    "solution",
    '    sqs.send_message(\n        QueueUrl=packed_url,\n        MessageBody=message["Body"],\n'
    "        MessageAttributes=attributes,\n    )\n",
    "    try:\n"
    '        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=attributes)\n'
    "    except sqs.exceptions.ClientError:\n"
    '        sqs.send_message(QueueUrl=packed_url, MessageBody=json.loads(message["Body"])["order_id"])\n',
    says="lost-in-a-crash",
)

pack_and_pass_on__body_alone_after_an_error = variant(
    "pack_and_pass_on__order_id_alone_if_too_large",
    'MessageBody=json.loads(message["Body"])["order_id"]',
    'MessageBody=message["Body"]',
    says="message-attributes-lost",
)

pack_and_pass_on__a_note_as_well = variant(
    "pack_and_pass_on__order_id_alone_if_too_large",
    'MessageBody=json.loads(message["Body"])["order_id"])',
    'MessageBody="An order is late.")\n        raise',
    says="changed-after-a-failure",
)

pack_and_pass_on__order_id_after_an_error = variant(
    "pack_and_pass_on__order_id_alone_if_too_large",
    'sqs.send_message(QueueUrl=packed_url, MessageBody=json.loads(message["Body"])["order_id"])',
    'return json.loads(message["Body"])["order_id"]',
    says="returned-as-if-moved",
)


def pack_and_pass_on__none_after_an_error(sqs, orders_url, packed_url, seconds):
    """Says: none-after-an-error"""
    try:
        message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    except sqs.exceptions.ClientError:
        return None
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


pack_and_pass_on__packs_once_more = variant(
    "solution",
    "seconds + 60",
    "43_200",
    "    sqs.delete",
    "    time.sleep(seconds)\n    sqs.delete",
    says="packed-too-long",
)


def pack_and_pass_on__counts_what_is_in_flight(sqs, orders_url, packed_url, seconds):
    """Says: packed-nothing"""
    counts = sqs.get_queue_attributes(QueueUrl=orders_url, AttributeNames=["All"])["Attributes"]
    if counts["ApproximateNumberOfMessages"] == counts["ApproximateNumberOfMessagesNotVisible"] == "0":
        return None
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    time.sleep(seconds)
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__packs_before_the_second_receive(sqs, orders_url, packed_url, seconds):
    """Says: passed-on-early"""
    counts = sqs.get_queue_attributes(QueueUrl=orders_url, AttributeNames=["All"])["Attributes"]
    if counts["ApproximateNumberOfMessages"] == "0":
        return None
    _one(sqs, packed_url)
    time.sleep(seconds)
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=60)
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]

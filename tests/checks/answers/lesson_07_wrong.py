"""Wrong answers to the exercises of lesson 07, as learners write them. Each says the reason id of its refusal."""

import hashlib
import json
import unicodedata
import uuid

from variants import variant

# --- group_of ---------------------------------------------------------------------------------------------------------


def group_of__one_group(event):
    """Says: one-group-for-everything"""
    return "shop-events"


def group_of__each_event(event):
    """Says: order-events-apart"""
    return event["event_id"]


def group_of__kinds(event):
    """Says: articles-in-one-group"""
    return event["kind"].partition(".")[0]


group_of__whole_kind = variant("solution", 'event["kind"].partition(".")[0]\n    if about ==', 'event["kind"]\n    kind = about.partition(".")[0]\n    if kind ==', 'elif about == "stock"', 'elif kind == "stock"', 'elif about == "customer"', 'elif kind == "customer"', says="order-events-apart")  # fmt: skip

group_of__orders_as_written = variant("solution", ".strip().upper()", "", says="same-thing-written-otherwise")
group_of__spaces_stay = variant("solution", ".strip().upper()", ".upper()", says="same-thing-written-otherwise")
group_of__capitals_stay = variant("solution", ".strip().upper()", ".strip()", says="same-thing-written-otherwise")

group_of__spaces_at_the_front = variant(
    "solution", ".strip().upper()", ".lstrip().upper()", says="same-thing-written-otherwise"
)

group_of__blanks_only = variant(
    "solution", ".strip().upper()", '.strip(" ").upper()', says="same-thing-written-otherwise"
)

group_of__json_of_the_name = variant(
    "solution",
    'str(event["customer_id"])',
    'json.dumps(event["customer_id"])',
    says="same-thing-written-otherwise",
)

group_of__customers_as_they_are = variant(
    "solution", 'str(event["customer_id"])', 'event["customer_id"]', says="number-not-text"
)


def group_of__names_as_they_are(event):
    """Says: id-too-long or id-with-other-characters"""
    about = event["kind"].partition(".")[0]
    if about == "order":
        return f"order-{event['order_id'].strip().upper()}"
    if about == "stock":
        return f"stock-{event['article']}"
    return f"customer-{event['customer_id']}" if about == "customer" else event["event_id"]


group_of__cut = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + event['article'].encode().hex()[:120]",
    says="articles-in-one-group",
)

group_of__cut_at_the_front = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + event['article'].encode().hex()[-120:]",
    says="articles-in-one-group",
)

group_of__other_characters_replaced = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "\"stock-\" + ''.join(c if c.isascii() and c.isalnum() else '-' for c in event['article'])[-120:]",
    says="articles-in-one-group",
)

group_of__only_letters = variant(
    "solution",
    'event["article"]',
    '"".join(letter for letter in event["article"] if letter.isalnum())',
    says="articles-in-one-group",
)

group_of__articles_stripped = variant("solution", 'event["article"]', 'event["article"].strip()', says="articles-in-one-group")  # fmt: skip
group_of__articles_in_capitals = variant("solution", 'event["article"]', 'event["article"].upper()', says="articles-in-one-group")  # fmt: skip

group_of__ascii_only = variant(
    "solution", "name.encode()", 'name.encode("ascii", "ignore")', says="articles-in-one-group"
)

group_of__ascii_or_error = variant("solution", "name.encode()", 'name.encode("ascii")', says="not-in-ascii")

group_of__normal_form = variant(
    "solution",
    'event["article"]',
    'unicodedata.normalize("NFC", event["article"])',
    "    about =",
    "    import unicodedata\n\n    about =",
    says="articles-in-one-group",
)

group_of__only_long_ones_hashed = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "event['article'] if len(event['article']) < 128 else hashlib.md5(event['article'].encode()).hexdigest()",
    says="id-with-other-characters",
)

group_of__without_the_kind = variant("solution", 'f"{about}-{digest}"', "digest", says="different-kinds-in-one-group")

group_of__stock_by_order = variant(
    "solution", 'event["article"]', 'event.get("order_id", event["article"])', says="stock-events-apart"
)

group_of__orders_by_customer = variant(
    "solution",
    'event["order_id"].strip().upper()',
    'str(event.get("customer_id", event["order_id"].strip().upper()))',
    says="order-events-apart",
)


def group_of__first_key_that_is_there(event):
    """Says: order-events-apart"""
    for key in ("article", "customer_id", "order_id", "event_id"):
        if key in event:
            return key + hashlib.sha1(str(event[key]).strip().upper().encode()).hexdigest()


def group_of__by_the_beginning(event):
    """Says: no-such-key or different-kinds-in-one-group or other-events-in-one-group"""
    kind = event["kind"]
    if kind.startswith("order"):
        name = "order" + event["order_id"].strip().upper()
    elif kind.startswith("stock"):
        name = "stock" + event["article"]
    elif kind.startswith("customer"):
        name = f"customer{event['customer_id']}"
    else:
        name = "event" + event["event_id"]
    return hashlib.sha256(name.encode()).hexdigest()


def group_of__by_a_word_in_it(event):
    """Says: order-events-apart or stock-events-apart or customer-events-apart"""
    kind = event["kind"]
    if "stock." in kind:
        name = "stock" + event.get("article", "")
    elif "order." in kind:
        name = "order" + event.get("order_id", "").strip().upper()
    else:
        name = f"customer{event['customer_id']}" if "customer." in kind else event["event_id"]
    return hashlib.sha256(name.encode()).hexdigest()


group_of__others_together = variant("solution", 'event["event_id"]', '"other"', says="other-events-in-one-group")
group_of__others_by_kind = variant("solution", 'event["event_id"]', 'event["kind"]', says="other-events-in-one-group")

group_of__others_at_random = variant(
    "solution",
    'event["event_id"]',
    "uuid.uuid4().hex",
    "    about =",
    "    import uuid\n\n    about =",
    says="other-id-at-the-next-call",
)

group_of__random = variant("solution", 'f"{about}-{digest}"', 'f"{about}-{uuid.uuid4()}"', "    about =", "    import uuid\n\n    about =", says="order-events-apart")  # fmt: skip

group_of__others_have_none = variant("solution", 'name = event["event_id"]', 'return ""', says="empty-id")
group_of__python_s_hash = variant("solution", "hashlib.sha256(name.encode()).hexdigest()", "hash(name)", says="salted-hash")  # fmt: skip

group_of__ten_groups = variant(
    "solution", '.hexdigest()', '.digest()[0] % 10', says="articles-in-one-group"
)  # fmt: skip

group_of__bytes = variant("solution", ".hexdigest()", ".digest()", 'f"{about}-{digest}"', "digest", says="no-text")
group_of__number = variant("solution", 'f"{about}-{digest}"', "int(digest, 16)", says="no-text")

group_of__tidies_the_event = variant(
    "solution",
    'name = event["order_id"].strip().upper()',
    'name = event["order_id"] = event["order_id"].strip().upper()',
    says="event-changed",
)


# --- pass_on ----------------------------------------------------------------------------------------------------------

pass_on__goes_on = variant(
    "solution", 'stopped.add(ids["MessageGroupId"])', "pass", says="overtook-a-refused-event"
)

pass_on__rest_stays_in_flight = variant(
    "solution",
    '        if ids["MessageGroupId"] not in stopped:',
    '        if ids["MessageGroupId"] in stopped:\n            continue\n        if True:',
    says="rest-not-given-back",
)

pass_on__everything_stops = variant(
    "solution", 'if ids["MessageGroupId"] not in stopped', "if not stopped", says="other-group-held-up"
)

pass_on__breaks = variant(
    "solution",
    "given_back.append(message[\"MessageId\"])",
    "given_back.append(message[\"MessageId\"])\n        break",
    says="other-group-held-up",
)

pass_on__gives_nothing_back = variant(
    "solution", "sqs.change_message_visibility(**received, VisibilityTimeout=0)", "pass", says="not-given-back"
)

pass_on__gives_back_later = variant("solution", "VisibilityTimeout=0", "VisibilityTimeout=30", says="not-given-back")

pass_on__gives_back_the_refused_one_only = variant(
    "solution",
    "        sqs.change_message_visibility",
    '        if ids["MessageGroupId"] in [one for one, _ in told]:\n            continue\n'
    '        told.append((ids["MessageGroupId"], message))\n        sqs.change_message_visibility',
    "stopped, given_back = set(), []",
    "stopped, given_back, told = set(), [], []",
    says="rest-not-given-back",
)

pass_on__no_try = variant(
    "solution",
    "            except sqs.exceptions.ClientError as problem:",
    "            except ZeroDivisionError as problem:",
    says="refusal-not-caught",
)

pass_on__deletes_first = variant(
    "solution",
    "            try:\n",
    "            sqs.delete_message(**received)\n            try:\n",
    "                sqs.delete_message(**received)\n                continue",
    "                continue",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=0)\n",
    "        if not received:\n            print(received)\n",
    says="event-lost",
)

pass_on__deletes_everything = variant(
    "solution",
    "sqs.change_message_visibility(**received, VisibilityTimeout=0)",
    "sqs.delete_message(**received)",
    says="event-lost",
)

pass_on__never_deletes = variant(
    "solution", "                sqs.delete_message(**received)\n", "", says="passed-on-but-left"
)

pass_on__group_of_the_body = variant(
    "solution",
    'MessageGroupId=ids["MessageGroupId"]',
    'MessageGroupId=json.loads(message["Body"].rstrip(". \\r\\n"))["order_id"]',
    says="other-group-id",
)

pass_on__one_group = variant(
    "solution", 'MessageGroupId=ids["MessageGroupId"]', 'MessageGroupId="warehouse"', says="other-group-id"
)

pass_on__message_id_as_deduplication_id = variant(
    "solution", '=ids["MessageDeduplicationId"]', '=message["MessageId"]', says="other-deduplication-id"
)

pass_on__body_as_deduplication_id = variant(
    "solution",
    '=ids["MessageDeduplicationId"]',
    '=hashlib.sha256(message["Body"].encode()).hexdigest()',
    says="other-deduplication-id",
)

pass_on__random_deduplication_id = variant(
    "solution",
    '=ids["MessageDeduplicationId"]',
    "=uuid.uuid4().hex",
    "    names =",
    "    import uuid\n\n    names =",
    says="other-deduplication-id",
)

pass_on__no_deduplication_id = variant(
    "solution",
    '                    MessageDeduplicationId=ids["MessageDeduplicationId"],\n',
    "",
    "except sqs.exceptions.ClientError",
    "except ZeroDivisionError",
    says="no-deduplication-id",
)

pass_on__no_deduplication_id_and_any_error = variant(
    "solution",
    '                    MessageDeduplicationId=ids["MessageDeduplicationId"],\n',
    "",
    says="event-not-passed-on",
)

pass_on__no_group_id = variant(
    "solution",
    '                    MessageGroupId=ids["MessageGroupId"],\n',
    "",
    "except sqs.exceptions.ClientError",
    "except ZeroDivisionError",
    says="no-group-id",
)

pass_on__asks_for_nothing = variant("solution", ", MessageSystemAttributeNames=names", "", says="ids-not-asked-for")
pass_on__asks_for_groups_only = variant("solution", '"MessageGroupId", "Mess', '"Mess', says="ids-not-asked-for")
pass_on__one_message = variant("solution", "MaxNumberOfMessages=10, ", "", says="fewer-than-ten")
pass_on__nine_messages = variant("solution", "MaxNumberOfMessages=10, ", "MaxNumberOfMessages=9, ", says="fewer-than-ten")  # fmt: skip
pass_on__no_key = variant("solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key")


def _all(sqs, url, **more):
    names = ["MessageGroupId", "MessageDeduplicationId"]
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=names, **more).get(
        "Messages", []
    )


def pass_on__until_it_is_empty(sqs, events_url, warehouse_url):
    """Says: not-one-receive"""
    given_back = []
    while messages := _all(sqs, events_url):
        stopped = set()
        for message in messages:
            received = {"QueueUrl": events_url, "ReceiptHandle": message["ReceiptHandle"]}
            ids = {name: message["Attributes"][name] for name in ("MessageGroupId", "MessageDeduplicationId")}
            try:
                if ids["MessageGroupId"] in stopped:
                    raise ValueError
                sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **ids)
                sqs.delete_message(**received)
            except (ValueError, sqs.exceptions.ClientError):
                stopped.add(ids["MessageGroupId"])
                sqs.change_message_visibility(**received, VisibilityTimeout=0)
                given_back.append(message["MessageId"])
        if stopped:
            break
    return given_back


def pass_on__one_batch(sqs, events_url, warehouse_url):
    """Says: overtook-a-refused-event"""
    messages = {message["MessageId"]: message for message in _all(sqs, events_url)}
    if not messages:
        return []
    entries = [{"Id": key, "MessageBody": each["Body"], **each["Attributes"]} for key, each in messages.items()]
    reply = sqs.send_message_batch(QueueUrl=warehouse_url, Entries=entries)
    for sent in reply.get("Successful", []):
        sqs.delete_message(QueueUrl=events_url, ReceiptHandle=messages[sent["Id"]]["ReceiptHandle"])
    failed = [failure["Id"] for failure in reply.get("Failed", [])]
    for key in failed:
        handle = messages[key]["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=events_url, ReceiptHandle=handle, VisibilityTimeout=0)
    return failed


def pass_on__batch_that_may_fail(sqs, events_url, warehouse_url):
    """Says: overtook-a-refused-event or event-lost"""
    messages = {message["MessageId"]: message for message in _all(sqs, events_url)}
    if not messages:
        return []
    entries = [{"Id": key, "MessageBody": each["Body"], **each["Attributes"]} for key, each in messages.items()]
    sqs.send_message_batch(QueueUrl=warehouse_url, Entries=entries)
    for each in messages.values():
        sqs.delete_message(QueueUrl=events_url, ReceiptHandle=each["ReceiptHandle"])
    return []


def pass_on__empty_batch(sqs, events_url, warehouse_url):
    """Says: empty-batch"""
    stopped, back, gone = set(), [], []
    for message in _all(sqs, events_url):
        group = message["Attributes"]["MessageGroupId"]
        try:
            if group in stopped:
                raise ValueError
            sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **message["Attributes"])
            gone.append({"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]})
        except (ValueError, sqs.exceptions.ClientError):
            stopped.add(group)
            back.append({"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0})
    sqs.delete_message_batch(QueueUrl=events_url, Entries=gone)
    sqs.change_message_visibility_batch(QueueUrl=events_url, Entries=back)
    return [entry["Id"] for entry in back]


pass_on__body_rewritten = variant(
    "solution", 'MessageBody=message["Body"]', 'MessageBody=message["Body"].strip()', says="body-changed"
)

pass_on__backwards = variant(
    "solution", 'response.get("Messages", [])', 'response.get("Messages", [])[::-1]', says="sequence-changed"
)

pass_on__two_tries = variant(
    "solution",
    "                print(problem)\n",
    "                try:\n"
    "                    sqs.send_message(\n"
    '                        QueueUrl=warehouse_url, MessageBody=message["Body"], **ids\n'
    "                    )\n"
    "                except sqs.exceptions.ClientError:\n"
    "                    print(problem)\n",
    says="tried-again",
)

pass_on__handles_returned = variant(
    "solution",
    'given_back.append(message["MessageId"])',
    'given_back.append(message["ReceiptHandle"])',
    says="other-ids-returned",
)

pass_on__refused_ones_returned = variant(
    "solution",
    '        given_back.append(message["MessageId"])\n',
    "",
    "                stopped.add(",
    '                given_back.append(message["MessageId"])\n                stopped.add(',
    says="ids-missing",
)

pass_on__number_returned = variant("solution", "return given_back", "return len(given_back)", says="no-list")
pass_on__nothing_returned = variant("solution", "return given_back", "return given_back or None", says="no-list")
pass_on__passed_ones_returned = variant(
    "solution",
    "                continue\n",
    '                given_back.append(message["MessageId"])\n                continue\n',
    says="other-ids-returned",
)

pass_on__raises_the_limit = variant(
    "solution",
    "    stopped, given_back",
    "    sqs.set_queue_attributes(\n"
    '        QueueUrl=warehouse_url, Attributes={"MaximumMessageSize": "262144"}\n'
    "    )\n"
    "    stopped, given_back",
    says="queue-changed",
)

pass_on__knows_the_limit = variant(
    "solution",
    "            try:\n",
    '            try:\n                if len(message["Body"].encode()) > 1024:\n'
    "                    raise sqs.exceptions.ClientError({}, '')\n",
    says="event-not-passed-on",
)

pass_on__counts_characters = variant(
    "solution",
    "            try:\n",
    '            try:\n                if len(message["Body"]) >= 1016:\n'
    "                    raise sqs.exceptions.ClientError({}, '')\n",
    says="event-not-passed-on",
)


def pass_on__whole_group_back(sqs, events_url, warehouse_url):
    """Says: given-back-after-delete"""
    stopped, messages = set(), _all(sqs, events_url)
    for message in messages:
        group = message["Attributes"]["MessageGroupId"]
        if group in stopped:
            continue
        try:
            sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **message["Attributes"])
        except sqs.exceptions.ClientError:
            stopped.add(group)
        else:
            sqs.delete_message(QueueUrl=events_url, ReceiptHandle=message["ReceiptHandle"])
    back = [message for message in messages if message["Attributes"]["MessageGroupId"] in stopped]
    for message in back:
        handle = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=events_url, ReceiptHandle=handle, VisibilityTimeout=0)
    return [message["MessageId"] for message in back]


def pass_on__looks_before(sqs, events_url, warehouse_url):
    """Says: other-group-held-up or event-not-passed-on"""
    attributes = sqs.get_queue_attributes(QueueUrl=warehouse_url, AttributeNames=["All"])["Attributes"]
    messages = _all(sqs, events_url)
    bad = {each["Attributes"]["MessageGroupId"] for each in messages if len(each["Body"].encode()) > int(attributes["MaximumMessageSize"])}  # fmt: skip  # noqa: E501
    back = []
    for message in messages:
        received = {"QueueUrl": events_url, "ReceiptHandle": message["ReceiptHandle"]}
        if message["Attributes"]["MessageGroupId"] in bad:
            sqs.change_message_visibility(**received, VisibilityTimeout=0)
            back.append(message["MessageId"])
        else:
            sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **message["Attributes"])
            sqs.delete_message(**received)
    return back

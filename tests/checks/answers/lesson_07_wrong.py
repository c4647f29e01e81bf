"""Wrong answers to the exercises of lesson 07, as learners write them. Each says the reason id of its refusal."""

import hashlib
import json
import unicodedata
import uuid
from concurrent.futures import ThreadPoolExecutor

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


group_of__whole_kind = variant("group_of__in_branches", 'f"{about}-', 'f"{kind}-', says="order-events-apart")

group_of__kind_in_front = variant(
    "group_of__in_branches", 'f"{about}-', "f\"{kind.partition('.')[0]}-", says="different-kinds-in-one-group"
)

group_of__orders_as_written = variant(
    "group_of__in_branches", ".strip().upper()", "", says="same-thing-written-otherwise"
)
group_of__spaces_stay = variant(
    "group_of__in_branches", ".strip().upper()", ".upper()", says="same-thing-written-otherwise"
)
group_of__capitals_stay = variant(
    "group_of__in_branches", ".strip().upper()", ".strip()", says="same-thing-written-otherwise"
)

group_of__spaces_at_the_front = variant(
    "group_of__in_branches", ".strip().upper()", ".lstrip().upper()", says="same-thing-written-otherwise"
)

group_of__blanks_only = variant(
    "group_of__in_branches", ".strip().upper()", '.strip(" ").upper()', says="same-thing-written-otherwise"
)

group_of__json_of_the_name = variant(
    "group_of__in_branches",
    'str(event["customer_id"])',
    'json.dumps(event["customer_id"])',
    says="same-thing-written-otherwise",
)

group_of__customers_as_they_are = variant(
    "group_of__in_branches", 'str(event["customer_id"])', 'event["customer_id"]', says="number-not-text"
)


def group_of__names_as_they_are(event):
    """Says: id-too-long or id-with-other-characters"""
    kind = event["kind"]
    if kind.startswith("order."):
        return f"order-{event['order_id'].strip().upper()}"
    if kind.startswith("stock."):
        return f"stock-{event['article']}"
    return f"customer-{event['customer_id']}" if kind.startswith("customer.") else event["event_id"]


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
    "group_of__in_branches",
    'event["article"]',
    '"".join(letter for letter in event["article"] if letter.isalnum())',
    says="articles-in-one-group",
)

group_of__articles_stripped = variant(
    "group_of__in_branches", 'event["article"]', 'event["article"].strip()', says="articles-in-one-group"
)
group_of__articles_in_capitals = variant(
    "group_of__in_branches", 'event["article"]', 'event["article"].upper()', says="articles-in-one-group"
)

group_of__ascii_only = variant(
    "group_of__in_branches", "name.encode()", 'name.encode("ascii", "ignore")', says="articles-in-one-group"
)

group_of__ascii_or_error = variant(
    "group_of__in_branches", "name.encode()", 'name.encode("ascii")', says="not-in-ascii"
)

group_of__normal_form = variant(
    "group_of__in_branches",
    'event["article"]',
    'unicodedata.normalize("NFC", event["article"])',
    "    kind =",
    "    import unicodedata\n\n    kind =",
    says="articles-in-one-group",
)

group_of__only_long_ones_hashed = variant(
    "group_of__names_as_they_are",
    "f\"stock-{event['article']}\"",
    "event['article'] if len(event['article']) < 128 else hashlib.md5(event['article'].encode()).hexdigest()",
    says="id-with-other-characters",
)

group_of__without_the_kind = variant(
    "group_of__in_branches", 'f"{about}-{digest}"', "digest", says="different-kinds-in-one-group"
)

group_of__stock_by_order = variant(
    "group_of__in_branches", 'event["article"]', 'event.get("order_id", event["article"])', says="stock-events-apart"
)

group_of__orders_by_customer = variant(
    "group_of__in_branches",
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


_numbers = {}


def group_of__numbers_them(event):
    """Says: numbered-as-they-come"""
    kind = event["kind"]
    if kind.startswith("order."):
        thing = "order", event["order_id"].strip().upper()
    elif kind.startswith("stock."):
        thing = "stock", event["article"]
    elif kind.startswith("customer."):
        thing = "customer", str(event["customer_id"])
    else:
        thing = "event", event["event_id"]
    return f"group-{_numbers.setdefault(thing, len(_numbers))}"


group_of__without_the_dot = variant(
    "group_of__in_branches",
    'kind.startswith("order.")',
    'kind.partition(".")[0] == "order"',
    'kind.startswith("stock.")',
    'kind.partition(".")[0] == "stock"',
    'kind.startswith("customer.")',
    'kind.partition(".")[0] == "customer"',
    says="no-such-key or other-events-in-one-group or different-kinds-in-one-group",
)


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


group_of__others_together = variant(
    "group_of__in_branches", 'event["event_id"]', '"other"', says="other-events-in-one-group"
)
group_of__others_by_kind = variant(
    "group_of__in_branches", 'event["event_id"]', 'event["kind"]', says="other-events-in-one-group"
)

group_of__others_at_random = variant(
    "group_of__in_branches",
    'event["event_id"]',
    "uuid.uuid4().hex",
    "    kind =",
    "    import uuid\n\n    kind =",
    says="other-id-at-the-next-call",
)

group_of__random = variant(
    "group_of__in_branches",
    'f"{about}-{digest}"',
    'f"{about}-{uuid.uuid4()}"',
    "    kind =",
    "    import uuid\n\n    kind =",
    says="order-events-apart",
)

group_of__others_have_none = variant(
    "group_of__in_branches", 'about, name = "event", event["event_id"]', 'return ""', says="empty-id"
)
group_of__python_s_hash = variant(
    "group_of__in_branches", "hashlib.sha256(name.encode()).hexdigest()", "hash(name)", says="salted-hash"
)

group_of__python_s_hash_of_both = variant(
    "group_of__in_branches", "hashlib.sha256(name.encode()).hexdigest()", "hash((name, 1))", says="salted-hash"
)

group_of__python_s_hash_in_hexadecimal = variant(
    "group_of__in_branches", "hashlib.sha256(name.encode()).hexdigest()", "hex(abs(hash(name)))", says="salted-hash"
)


group_of__ten_groups = variant(
    "group_of__in_branches", ".hexdigest()", ".digest()[0] % 10", says="articles-in-one-group"
)

group_of__bytes = variant(
    "group_of__in_branches", ".hexdigest()", ".digest()", 'f"{about}-{digest}"', "digest", says="no-text"
)
group_of__number = variant("group_of__in_branches", 'f"{about}-{digest}"', "int(digest, 16)", says="no-text")

group_of__tidies_the_event = variant(
    "group_of__in_branches",
    'about, name = "order", event["order_id"].strip().upper()',
    'about, event["order_id"] = "order", event["order_id"].strip().upper()\n        name = event["order_id"]',
    says="event-changed",
)


group_of__begins_with_order = variant(
    "group_of__in_branches",
    'startswith("order.")',
    'startswith("order")',
    'event["order_id"].strip()',
    'event.get("order_id", event["event_id"]).strip()',
    says="other-events-in-one-group",
)

group_of__kind_before_a_dot = variant(
    "group_of__in_branches",
    'kind.startswith("stock.")',
    'kind.partition(".")[0] == "stock" and "article" in event',
    says="other-events-in-one-group",
)


# --- pass_on ----------------------------------------------------------------------------------------------------------

pass_on__goes_on = variant("solution", 'stopped.add(ids["MessageGroupId"])', "pass", says="overtook-a-refused-event")

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
    'given_back.append(message["MessageId"])',
    'given_back.append(message["MessageId"])\n        break',
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
    says="own-send-refused",
)

pass_on__asks_for_nothing_and_any_error = variant(
    "solution",
    ", MessageSystemAttributeNames=names",
    "",
    '        ids = message["Attributes"]\n',
    '        ids = message.get("Attributes", {})\n',
    'if ids["MessageGroupId"] not in stopped',
    "if True",
    "except sqs.exceptions.ClientError as problem:",
    "except Exception as problem:",
    'stopped.add(ids["MessageGroupId"])',
    "stopped.add(0)",
    says="ids-left-out",
)

pass_on__deletes_first_and_gives_back = variant(
    "solution",
    "            try:\n",
    "            sqs.delete_message(**received)\n            try:\n",
    "                sqs.delete_message(**received)\n                continue",
    "                continue",
    says="deleted-before-it-was-passed-on",
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
pass_on__nine_messages = variant(
    "solution", "MaxNumberOfMessages=10, ", "MaxNumberOfMessages=9, ", says="fewer-than-ten"
)
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


def pass_on__visible_all_the_time(sqs, events_url, warehouse_url):
    """Says: not-in-flight-any-more"""
    stopped, back = set(), []
    for message in _all(sqs, events_url, VisibilityTimeout=0):
        received = {"QueueUrl": events_url, "ReceiptHandle": message["ReceiptHandle"]}
        try:
            if message["Attributes"]["MessageGroupId"] in stopped:
                raise ValueError
            sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **message["Attributes"])
        except (ValueError, sqs.exceptions.ClientError):
            stopped.add(message["Attributes"]["MessageGroupId"])
            back.append(message["MessageId"])
        else:
            sqs.delete_message(**received)
    return back


pass_on__gives_back_by_sending = variant(
    "solution",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=0)\n",
    "        sqs.delete_message(**received)\n"
    '        ids["MessageDeduplicationId"] += "-again"\n'
    '        sqs.send_message(QueueUrl=events_url, MessageBody=message["Body"], **ids)\n',
    says="sent-to-the-events-queue",
)

pass_on__first_group_only = variant(
    "solution",
    "stopped.add(",
    "stopped or stopped.add(",
    says="overtook-a-refused-event",
)

pass_on__groups_in_a_text = variant(
    "solution",
    "stopped, given_back = set(), []",
    'stopped, given_back = "", []',
    'stopped.add(ids["MessageGroupId"])',
    'stopped += " " + ids["MessageGroupId"]',
    says="other-group-held-up",
)

pass_on__equal_bodies_once = variant(
    "solution",
    "            try:\n",
    '            if message["Body"] in bodies:\n'
    "                sqs.delete_message(**received)\n                continue\n"
    '            bodies.append(message["Body"])\n            try:\n',
    "stopped, given_back = set(), []",
    "stopped, given_back, bodies = set(), [], []",
    says="event-not-passed-on",
)


def pass_on__looks_before(sqs, events_url, warehouse_url):
    """Says: other-group-held-up or event-not-passed-on"""
    attributes = sqs.get_queue_attributes(QueueUrl=warehouse_url, AttributeNames=["All"])["Attributes"]
    messages = _all(sqs, events_url)
    bad = {
        each["Attributes"]["MessageGroupId"]
        for each in messages
        if len(each["Body"].encode()) > int(attributes["MaximumMessageSize"])
    }
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


pass_on__last_refused_group_only = variant(
    "solution",
    'stopped.add(ids["MessageGroupId"])',
    'stopped = {ids["MessageGroupId"]}',
    says="overtook-a-refused-event",
)


def pass_on__group_after_group(sqs, events_url, warehouse_url):
    """Says: overtook-a-refused-event"""
    given_back, last, is_stopped = [], None, False
    for message in _all(sqs, events_url):
        ids, received = message["Attributes"], {"QueueUrl": events_url, "ReceiptHandle": message["ReceiptHandle"]}
        if ids["MessageGroupId"] != last:
            last, is_stopped = ids["MessageGroupId"], False
        try:
            if is_stopped:
                raise ValueError
            sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **ids)
            sqs.delete_message(**received)
        except (ValueError, sqs.exceptions.ClientError):
            is_stopped = True
            sqs.change_message_visibility(**received, VisibilityTimeout=0)
            given_back.append(message["MessageId"])
    return given_back


# --- send_day ---------------------------------------------------------------------------------------------------------

_ID = 'f"{till}-{day}-{number}"'
send_day__random = variant(
    "solution", _ID, "uuid.uuid4().hex", "    for", "    import uuid\n\n    for", says="order-there-twice"
)
send_day__moment = variant(
    "solution", _ID, "str(time.time_ns())", "    for", "    import time\n\n    for", says="order-there-twice"
)
send_day__body = variant(
    "solution",
    _ID,
    "hashlib.sha256(json.dumps(order, sort_keys=True).encode()).hexdigest()",
    says="equal-orders-share-an-id",
)

send_day__body_till_and_day = variant(
    "solution",
    _ID,
    "hashlib.sha256(json.dumps([till, day, order], sort_keys=True).encode()).hexdigest()",
    says="equal-orders-share-an-id",
)

send_day__no_id = variant("solution", f"            MessageDeduplicationId={_ID},\n", "", says="no-deduplication-id")

send_day__switches_to_the_body = variant(
    "solution",
    f"            MessageDeduplicationId={_ID},\n",
    "",
    "    for number",
    "    sqs.set_queue_attributes(\n"
    '        QueueUrl=queue_url, Attributes={"ContentBasedDeduplication": "true"}\n'
    "    )\n"
    "    for number",
    says="queue-changed",
)


def send_day__id_only_where_it_must_be(sqs, queue_url, till, day, orders):
    """Says: id-left-to-the-body"""
    settings = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    for number, order in enumerate(orders):
        more = {"MessageDeduplicationId": f"{till}-{day}-{number}"}
        if settings["ContentBasedDeduplication"] == "true":
            more = {}
        body = json.dumps(order, sort_keys=True)
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", **more)


send_day__place_only = variant("solution", _ID, "str(number)", says="tills-share-an-id")
send_day__without_the_till = variant("solution", _ID, 'f"{day}-{number}"', says="tills-share-an-id")
send_day__without_the_day = variant("solution", _ID, 'f"{till}-{number}"', says="days-share-an-id")
send_day__day_of_the_month = variant("solution", _ID, 'f"{till}-{day[8:]}-{number}"', says="days-share-an-id")
send_day__without_the_year = variant("solution", _ID, 'f"{till}-{day[5:]}-{number}"', says="days-share-an-id")
send_day__nothing_in_between = variant("solution", _ID, 'f"{day}{till}{number}"', says="tills-share-an-id")
send_day__from_the_end = variant("solution", _ID, 'f"{till}-{day}-{len(orders) - number}"', says="orders-share-an-id")
send_day__length_in_it = variant("solution", _ID, 'f"{till}-{day}-{number}-{len(orders)}"', says="order-there-twice")
send_day__first_place = variant(
    "solution", _ID, 'f"{till}-{day}-{orders.index(order)}"', says="equal-orders-share-an-id"
)

send_day__customer = variant(
    "solution",
    _ID,
    'f"{till}-{day}-" + order["customer"].encode().hex()',
    says="orders-share-an-id or equal-orders-share-an-id",
)

send_day__list_as_id = variant("solution", _ID, "json.dumps([till, day, number])", says="id-not-valid")
send_day__number_as_id = variant("solution", _ID, "number", says="id-not-text")
send_day__dictionary_as_body = variant("solution", "json.dumps(order)", "order", says="body-not-text")
send_day__str_as_body = variant("solution", "json.dumps(order)", "str(order)", says="other-body")

send_day__number_in_the_body = variant(
    "solution", "json.dumps(order)", 'json.dumps(order | {"number": number})', says="other-body"
)

send_day__one_group = variant("solution", 'f"till-{till}"', '"tills"', says="other-group-id")
send_day__no_group = variant("solution", '            MessageGroupId=f"till-{till}",\n', "", says="no-group-id")
send_day__group_of_the_day = variant("solution", 'f"till-{till}"', 'f"till-{till}-{day}"', says="other-group-id")

_sent = {}


def send_day__remembers(sqs, queue_url, till, day, orders):
    """Says: not-all-sent"""
    done = _sent.setdefault((queue_url, till, day), [])
    for order in orders[len(done) :]:
        key = f"{till}-{day}-{len(done)}"
        done.append(order)
        body = json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


_keys = {}


def send_day__remembers_random_ids(sqs, queue_url, till, day, orders):
    """Says: remembered-random-ids"""
    for number, order in enumerate(orders):
        key = _keys.setdefault((till, day, number), str(uuid.uuid4()))
        body = json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


_next = {}


def send_day__counts_on(sqs, queue_url, till, day, orders):
    """Says: order-there-twice"""
    for order in orders:
        _next[till, day] = _next.get((till, day), 0) + 1
        key = f"{till}-{day}-{_next[till, day]}"
        body = json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


def send_day__counts_what_is_there(sqs, queue_url, till, day, orders):
    """Says: not-all-sent"""
    names = ["ApproximateNumberOfMessages"]
    there = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]])
    for number, order in list(enumerate(orders))[there:]:
        key = f"{till}-{day}-{number}"
        body = json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


def send_day__looks_into_the_queue(sqs, queue_url, till, day, orders):
    """Says: queue-touched"""
    there = []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        there += [message["Body"] for message in messages]
    for order in orders:
        body = json.dumps(order)
        key = uuid.uuid4().hex
        if body in there:
            there.remove(body)
            continue
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


def send_day__pool__threads(sqs, queue_url, till, day, orders):
    """Says: sent-side-by-side"""

    def send(pair):
        number, order = pair
        key, body = f"{till}-{day}-{number}", json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, enumerate(orders)))


send_day__purges_first = variant(
    "solution", "    for number", "    sqs.purge_queue(QueueUrl=queue_url)\n    for number", says="queue-touched"
)

send_day__equal_ones_once = variant(
    "solution",
    "    for number",
    "    orders = [order for n, order in enumerate(orders) if order not in orders[:n]]\n    for number",
    says="not-all-sent",
)

send_day__backwards = variant(
    "solution", "enumerate(orders)", "reversed(list(enumerate(orders)))", says="sequence-changed"
)

send_day__sorted = variant(
    "solution",
    "enumerate(orders)",
    'sorted(enumerate(orders), key=lambda pair: (pair[1]["customer"], -pair[0]))',
    says="sequence-changed",
)


def send_day__keys_in_any_sequence(sqs, queue_url, till, day, orders):
    """Says: order-there-twice"""
    seen = []
    for order in orders:
        body = json.dumps(order)
        key = hashlib.sha256(f"{till} {day} {body} {seen.count(order)}".encode()).hexdigest()
        seen.append(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


def send_day__place_in_the_batch(sqs, queue_url, till, day, orders):
    """Says: orders-share-an-id or equal-orders-share-an-id"""
    for start in range(0, len(orders), 10):
        entries = [
            {
                "Id": str(n),
                "MessageBody": json.dumps(order),
                "MessageGroupId": f"till-{till}",
                "MessageDeduplicationId": f"{till}-{day}-{n}",
            }
            for n, order in enumerate(orders[start : start + 10])
        ]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)


send_day__one_batch = variant(
    "send_day__place_in_the_batch",
    "len(orders), 10)",
    "len(orders), 1000)",
    "start + 10",
    "start + 1000",
    says="batch-too-large",
)

send_day__first_ten = variant(
    "send_day__place_in_the_batch",
    "range(0, len(orders), 10)",
    "range(0, min(10, len(orders)), 10)",
    says="not-all-sent",
)


def send_day__empty_batch(sqs, queue_url, till, day, orders):
    """Says: empty-batch"""
    start = 0
    while True:
        entries = [
            {
                "Id": str(n),
                "MessageBody": json.dumps(orders[n]),
                "MessageGroupId": f"till-{till}",
                "MessageDeduplicationId": f"{till}-{day}-{n}",
            }
            for n in range(start, min(start + 1, len(orders)))
        ]
        if sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed"):
            raise RuntimeError("SQS refused an order")
        start += 1
        if start >= len(orders):
            break


def send_day__goes_on(sqs, queue_url, till, day, orders):
    """Says: went-on-after-a-refusal"""
    for number, order in enumerate(orders):
        key, body = f"{till}-{day}-{number}", json.dumps(order)
        try:
            sqs.send_message(
                QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
            )
        except sqs.exceptions.ClientError as problem:
            print(problem)


send_day__tells_at_the_end = variant(
    "send_day__goes_on",
    "print(problem)",
    "number, lost = -1, problem",
    "    for number, order",
    "    lost = None\n    for number, order",
    "number, lost = -1, problem",
    "number, lost = -1, problem\n    if lost:\n        raise lost",
    says="went-on-after-a-refusal",
)

send_day__tries_again_at_the_end = variant(
    "send_day__goes_on",
    "print(problem)",
    "again.append((key, body))",
    "    for number, order",
    "    again = []\n    for number, order",
    "again.append((key, body))",
    "again.append((key, body))\n    for key, body in again:\n"
    '        ids = {"MessageGroupId": f"till-{till}", "MessageDeduplicationId": key}\n'
    "        sqs.send_message(QueueUrl=queue_url, MessageBody=body, **ids)",
    says="went-on-after-a-refusal",
)

send_day__stops_quietly = variant(
    "send_day__goes_on", "print(problem)", "print(problem)\n            break", says="refusal-kept-quiet"
)


def send_day__tens_unread(sqs, queue_url, till, day, orders):
    """Says: refused-entry-kept-quiet"""
    for start in range(0, len(orders), 10):
        entries = [
            {
                "Id": str(n),
                "MessageBody": json.dumps(orders[n]),
                "MessageGroupId": f"till-{till}",
                "MessageDeduplicationId": f"{till}-{day}-{n}",
            }
            for n in range(start, min(start + 10, len(orders)))
        ]
        response = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        print(len(response.get("Successful", [])))


send_day__tens = variant(
    "send_day__tens_unread",
    'print(len(response.get("Successful", [])))',
    'if response.get("Failed"):\n            raise RuntimeError(response["Failed"])',
    says="later-entries-accepted",
)

send_day__twos = variant(
    "send_day__tens_unread",
    "len(orders), 10)",
    "len(orders), 2)",
    "start + 10",
    "start + 2",
    'print(len(response.get("Successful", [])))',
    'if response.get("Failed"):\n            raise RuntimeError(response["Failed"])',
    says="later-entries-accepted",
)

send_day__goes_on_after_a_long_one = variant(
    "send_day__goes_on",
    "print(problem)",
    'lost = problem\n            if problem.response["Error"]["Code"] != "InvalidParameterValue":\n                raise',
    "    for number, order",
    "    lost = None\n    for number, order",
    "                raise",
    "                raise\n    if lost:\n        raise lost",
    says="went-on-after-a-refusal",
)

send_day__tens_printed = variant(
    "send_day__tens_unread",
    'print(len(response.get("Successful", [])))',
    'print(response.get("Failed"))',
    says="refused-entry-kept-quiet",
)


# --- apply_messages ---------------------------------------------------------------------------------------------------

apply_messages__no_record = variant("solution", "if event_id in seen", "if not event_id", says="counted-twice")

apply_messages__record_of_message_ids = variant(
    "solution",
    'event_id, order_id = event["event_id"]',
    'event_id, order_id = message["MessageId"]',
    says="counted-twice",
)

apply_messages__record_of_bodies = variant(
    "solution",
    "event_id in seen",
    'message["Body"] in seen',
    "append(event_id)",
    'append(message["Body"])',
    says="counted-twice",
)

apply_messages__record_of_this_call = variant(
    "solution",
    'versions, seen = state.setdefault("versions", {}), state.setdefault("seen", [])',
    'versions, seen = state.setdefault("versions", {}), []',
    says="counted-twice",
)

apply_messages__record_of_earlier_calls = variant(
    "solution",
    "if event_id in seen",
    "if event_id in seen[:known]",
    "    for message",
    "    known = len(seen)\n    for message",
    says="counted-twice",
)

apply_messages__short_record = variant(
    "solution", "seen.append(event_id)", "seen[:] = seen[-5:] + [event_id]", says="counted-twice"
)

apply_messages__last_hundred_ids = variant(
    "solution", "seen.append(event_id)", "seen[:] = seen[-99:] + [event_id]", says="counted-twice"
)

apply_messages__first_hundred_ids = variant(
    "solution",
    "        seen.append(event_id)",
    "        if len(seen) < 100:\n            seen.append(event_id)",
    says="counted-twice",
)

apply_messages__record_emptied_when_it_is_long = variant(
    "solution",
    "seen.append(event_id)",
    "seen[:] = (seen if len(seen) < 100 else []) + [event_id]",
    says="counted-twice",
)

apply_messages__customers_tidied = variant(
    "solution",
    'customer, more = event["customer"]',
    'customer, more = event["customer"].title()',
    says="name-rewritten",
)
apply_messages__customers_stripped = variant(
    "solution",
    'customer, more = event["customer"]',
    'customer, more = event["customer"].strip()',
    says="name-rewritten",
)
apply_messages__orders_in_capitals = variant(
    "solution",
    'order_id = event["event_id"], event["order_id"]',
    'order_id = event["event_id"], event["order_id"].upper()',
    says="name-rewritten or other-status or older-version-won",
)
apply_messages__orders_stripped = variant(
    "solution",
    'order_id = event["event_id"], event["order_id"]',
    'order_id = event["event_id"], event["order_id"].strip()',
    says="name-rewritten or other-status or older-version-won",
)
apply_messages__event_ids_in_capitals = variant(
    "solution", '= event["event_id"], event', '= event["event_id"].upper(), event', says="event-not-counted"
)

apply_messages__record_outside = variant(
    "solution",
    'state.setdefault("seen", [])',
    'globals().setdefault("ids_seen", [])',
    says="remembered-outside-the-state",
)

_versions = {}


def apply_messages__versions_outside(state, messages):
    """Says: remembered-outside-the-state"""
    handles, seen = [], state.setdefault("seen", [])
    for message in messages:
        try:
            event = json.loads(message["Body"])
            values = [event[key] for key in ("event_id", "order_id", "version", "status", "customer", "points")]
        except (ValueError, TypeError, KeyError):
            continue
        handles.append(message["ReceiptHandle"])
        event_id, order_id, version, status, customer, points = values
        if event_id not in seen:
            seen.append(event_id)
            state["points"][customer] = state["points"].get(customer, 0) + points
            if int(version) > _versions.get(order_id, 0):
                _versions[order_id] = int(version)
                state["orders"][order_id] = status
    return {"state": state, "delete": handles}


apply_messages__record_of_orders_and_versions = variant(
    "solution",
    "event_id in seen",
    "[order_id, version] in seen",
    "append(event_id)",
    "append([order_id, version])",
    says="event-not-counted",
)

apply_messages__record_of_contents = variant(
    "solution",
    "event_id in seen",
    "[order_id, status, customer, more] in seen",
    "append(event_id)",
    "append([order_id, status, customer, more])",
    says="event-not-counted",
)

apply_messages__last_one_wins = variant(
    "solution", "version > versions.get(order_id, 0)", "True", says="older-version-won"
)
apply_messages__first_one_wins = variant(
    "solution", "version > versions.get(order_id, 0)", "order_id not in versions", says="older-version-won"
)
apply_messages__versions_as_text = variant(
    "solution",
    'int(event["version"])',
    'str(event["version"])',
    "versions.get(order_id, 0)",
    'versions.get(order_id, "0")',
    says="older-version-won",
)
apply_messages__versions_as_they_are = variant(
    "solution", 'int(event["version"])', 'event["version"]', says="version-as-text"
)

apply_messages__old_versions_ignored = variant(
    "solution",
    "        seen.append(event_id)",
    "        if version < versions.get(order_id, 0):\n            continue\n        seen.append(event_id)",
    says="old-version-not-counted",
)

apply_messages__points_of_new_versions_only = variant(
    "solution",
    "        points[customer] =",
    "        if version > versions.get(order_id, 0):\n            points[customer] =",
    says="old-version-not-counted",
)

apply_messages__highest_version_of_the_call = variant(
    "solution", 'versions, seen = state.setdefault("versions", {})', "versions, seen = {}", says="older-version-won"
)

apply_messages__old_versions_stay = variant(
    "solution",
    '        handles.append(message["ReceiptHandle"])\n',
    "",
    "            orders[order_id] = status\n",
    "            orders[order_id] = status\n        elif version < versions[order_id]:\n            continue\n"
    '        handles.append(message["ReceiptHandle"])\n',
    "            continue\n        seen",
    '            handles.append(message["ReceiptHandle"])\n            continue\n        seen',
    says="old-version-left",
)

apply_messages__repeats_stay = variant(
    "solution",
    '        handles.append(message["ReceiptHandle"])\n',
    "",
    "        seen.append(event_id)\n",
    '        seen.append(event_id)\n        handles.append(message["ReceiptHandle"])\n',
    says="repeat-left",
)

apply_messages__deletes_everything = variant(
    "solution",
    '"delete": handles',
    '"delete": [message["ReceiptHandle"] for message in messages]',
    says="no-event-deleted",
)

apply_messages__deletes_nothing = variant("solution", '"delete": handles', '"delete": []', says="event-left")
apply_messages__deletes_ids = variant(
    "solution", 'append(message["ReceiptHandle"])', 'append(message["MessageId"])', says="other-handles"
)
apply_messages__one_handle = variant(
    "solution", '"delete": handles', '"delete": handles[-1] if handles else None', says="other-handles"
)

apply_messages__no_try = variant(
    "solution", "(ValueError, TypeError, KeyError)", "ZeroDivisionError", says="no-event-ends-worker or key-not-there"
)
apply_messages__only_json_errors = variant(
    "solution", "(ValueError, TypeError, KeyError)", "ValueError", says="no-event-ends-worker or key-not-there"
)
apply_messages__no_type_errors = variant(
    "solution", "(ValueError, TypeError, KeyError)", "(ValueError, KeyError)", says="no-event-ends-worker"
)

apply_messages__status_before_points = variant(
    "solution",
    'event["customer"], event["points"]\n',
    'event["customer"], event["points"]\n            orders[order_id] = orders.get(order_id, status)\n',
    'customer, more = event["customer"]',
    'orders[order_id] = orders.get(order_id, status)\n            customer, more = event["customer"]',
    says="no-event-applied",
)


def apply_messages__one_long_try(state, messages):
    """Says: no-event-applied"""
    handles, seen, versions = [], state.setdefault("seen", []), state.setdefault("versions", {})
    for message in messages:
        try:
            event = json.loads(message["Body"])
            if event["event_id"] not in seen:
                version = int(event["version"])
                if version > versions.get(event["order_id"], 0):
                    state["orders"][event["order_id"]] = event["status"]
                    versions[event["order_id"]] = version
                total = state["points"].get(event["customer"], 0) + event["points"]
                state["points"][event["customer"]] = total
                seen.append(event["event_id"])
            handles.append(message["ReceiptHandle"])
        except (ValueError, TypeError, KeyError):
            pass
    return {"state": state, "delete": handles}


def apply_messages__points_first(state, messages):
    """Says: no-event-counted or other-points"""
    handles, seen, versions = [], state.setdefault("seen", []), state.setdefault("versions", {})
    for message in messages:
        try:
            event = json.loads(message["Body"])
            if event["event_id"] not in seen:
                total = state["points"].get(event["customer"], 0) + event["points"]
                state["points"][event["customer"]] = total
                version = int(event["version"])
                if version > versions.get(event["order_id"], 0):
                    state["orders"][event["order_id"]] = event["status"]
                    versions[event["order_id"]] = version
                seen.append(event["event_id"])
            handles.append(message["ReceiptHandle"])
        except (ValueError, TypeError, KeyError):
            pass
    return {"state": state, "delete": handles}


def apply_messages__notes_first(state, messages):
    """Says: event-not-counted"""
    handles, seen, versions = [], state.setdefault("seen", []), state.setdefault("versions", {})
    for message in messages:
        try:
            event = json.loads(message["Body"])
            known = event["event_id"] in seen
            seen.append(event["event_id"])
            order_id, version, status = event["order_id"], int(event["version"]), event["status"]
            customer, more = event["customer"], event["points"]
        except (ValueError, TypeError, KeyError):
            continue
        handles.append(message["ReceiptHandle"])
        if known:
            continue
        state["points"][customer] = state["points"].get(customer, 0) + more
        if version > versions.get(order_id, 0):
            versions[order_id], state["orders"][order_id] = version, status
    return {"state": state, "delete": handles}


def apply_messages__defaults(state, messages):
    """Says: no-event-counted or other-points or no-event-applied or other-status"""
    handles, seen, versions = [], state.setdefault("seen", []), state.setdefault("versions", {})
    for message in messages:
        try:
            event = dict(json.loads(message["Body"]))
        except (ValueError, TypeError):
            continue
        event_id, order_id = event.get("event_id"), event.get("order_id")
        if not event_id or not order_id:
            continue
        handles.append(message["ReceiptHandle"])
        if event_id in seen:
            continue
        seen.append(event_id)
        customer = event.get("customer", "")
        state["points"][customer] = state["points"].get(customer, 0) + event.get("points", 0)
        if int(event.get("version", 0)) >= versions.get(order_id, 0):
            versions[order_id] = int(event.get("version", 0))
            state["orders"][order_id] = event.get("status")
    return {"state": state, "delete": handles}


apply_messages__just_these_keys = variant(
    "solution",
    '            event_id, order_id = event["event_id"]',
    '            if len(event) != 6:\n                continue\n            event_id, order_id = event["event_id"]',
    says="event-not-counted",
)

apply_messages__nothing_for_no_points = variant(
    "solution",
    "        points[customer] =",
    "        if more:\n            points[customer] =",
    says="other-points",
)

apply_messages__asks_when_it_was_sent = variant(
    "solution",
    "for message in messages",
    'for message in sorted(messages, key=lambda one: one["Attributes"]["SentTimestamp"])',
    says="not-asked-for",
)

apply_messages__two_digits = variant(
    "solution",
    'int(event["version"])',
    'str(event["version"]).zfill(2)',
    "versions.get(order_id, 0)",
    'versions.get(order_id, "00")',
    says="older-version-won",
)

apply_messages__set = variant(
    "solution",
    'state.setdefault("seen", [])',
    'set(state.get("seen", []))',
    "seen.append",
    "seen.add",
    '"state": state,',
    '"state": state | {"seen": seen},',
    says="state-not-json",
)

apply_messages__state_alone = variant("solution", '{"state": state, "delete": handles}', "state", says="other-form")
apply_messages__pair = variant("solution", '{"state": state, "delete": handles}', "state, handles", says="other-form")
apply_messages__nothing = variant(
    "solution", 'return {"state": state, "delete": handles}', "print(handles)", says="other-form"
)
apply_messages__orders_missing = variant("solution", '"state": state', '"state": {"seen": seen}', says="other-state")
apply_messages__new_state = variant(
    "solution",
    'orders, points, handles = state["orders"], state["points"], []',
    "orders, points, handles = {}, {}, []",
    '"state": state',
    '"state": state | {"orders": orders, "points": points}',
    says="other-points",
)
apply_messages__versions_in_orders = variant(
    "solution", "orders[order_id] = status", "orders[order_id] = [version, status]", says="other-status"
)
apply_messages__last_points = variant(
    "solution", "points.get(customer, 0) + more", "more", says="other-points or event-not-counted"
)
apply_messages__first_message = variant(
    "solution", "for message in messages", "for message in messages[:1]", says="other-points or event-not-counted"
)
apply_messages__takes_one_for_granted = variant(
    "solution", "    for message", "    print(messages[0])\n    for message", says="no-messages"
)


# --- open_events ------------------------------------------------------------------------------------------------------

open_events__scope_of_the_topic = variant(
    "solution", ', "FifoThroughputScope": "MessageGroup"', "", says="deduplicated-in-the-whole-topic"
)

open_events__scope_of_a_queue = variant(
    "solution", '"FifoThroughputScope": "MessageGroup"', '"FifoThroughputScope": "messageGroup"', says="unknown-scope"
)

open_events__scope_named_topic = variant(
    "solution",
    '"FifoThroughputScope": "MessageGroup"',
    '"FifoThroughputScope": "Topic"',
    says="deduplicated-in-the-whole-topic",
)

open_events__content_based = variant(
    "solution",
    '"FifoThroughputScope": "MessageGroup"',
    '"ContentBasedDeduplication": "true"',
    says="deduplicated-in-the-whole-topic",
)

open_events__scope_of_the_queue = variant(
    "solution",
    '        "DeduplicationScope": "messageGroup",\n        "FifoThroughputLimit": "perMessageGroupId",\n',
    "",
    says="deduplicated-in-the-whole-queue",
)

open_events__no_scope_with_the_limit = variant(
    "solution", '        "DeduplicationScope": "messageGroup",\n', "", says="limit-without-scope"
)

open_events__limit_of_the_queue = variant(
    "solution", '        "FifoThroughputLimit": "perMessageGroupId",\n', "", says="queue-limited-as-a-whole"
)

open_events__limit_named_queue = variant(
    "solution", '"perMessageGroupId"', '"perQueue"', says="queue-limited-as-a-whole"
)
open_events__value_of_the_topic = variant("solution", '"messageGroup"', '"MessageGroup"', says="unknown-value")
open_events__topic_without_suffix = variant(
    "solution", 'f"{topic_name}.fifo"', "topic_name", says="fifo-topic-incomplete"
)
open_events__topic_by_its_name_only = variant("solution", '"FifoTopic": "true", ', "", says="fifo-topic-incomplete")
open_events__no_topic_attributes = variant("solution", ", Attributes=topic)", ")", says="fifo-topic-incomplete")

open_events__standard_topic = variant(
    "solution", 'Name=f"{topic_name}.fifo", Attributes=topic)', "Name=topic_name)", says="standard-topic"
)

open_events__queue_without_suffix = variant(
    "solution", 'f"{warehouse_name}.fifo"', "warehouse_name", says="fifo-queue-name"
)
open_events__queue_by_its_name_only = variant(
    "solution", "QueueName=name, Attributes=attributes", "QueueName=name", says="fifo-queue-attribute"
)
open_events__two_fifo_queues = variant(
    "solution", "(analytics_name, {})", '(f"{analytics_name}.fifo", fifo)', says="other-names"
)
open_events__two_standard_queues = variant(
    "solution", '(f"{warehouse_name}.fifo", fifo)', "(warehouse_name, {})", says="other-names"
)
open_events__true_as_bool = variant("solution", '"FifoQueue": "true"', '"FifoQueue": True', says="attribute-not-text")
open_events__topic_true_as_bool = variant(
    "solution", '"FifoTopic": "true"', '"FifoTopic": True', says="attribute-not-text"
)
open_events__raw_as_bool = variant(
    "solution", '"RawMessageDelivery": "true"', '"RawMessageDelivery": True', says="attribute-not-text"
)
open_events__policy_as_dictionary = variant(
    "solution",
    'json.dumps({"Version": "2012-10-17", "Statement": [statement]})',
    '{"Version": "2012-10-17", "Statement": [statement]}',
    says="attribute-not-text",
)
open_events__no_policy = variant(
    "solution",
    '        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy_text})\n',
    "",
    says="sns-refused",
)

open_events__policy_of_the_warehouse_only = variant(
    "solution",
    "        sqs.set_queue_attributes(",
    "        if attributes:\n            sqs.set_queue_attributes(",
    says="sns-refused",
)

open_events__any_topic = variant(
    "solution", '            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n', "", says="other-topic-let-in"
)

open_events__any_topic_of_the_account = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"StringEquals": {"aws:SourceAccount": topic_arn.split(":")[4]}}',
    says="source-arn-not-compared",
)

open_events__topics_with_this_beginning = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": topic_arn.replace(".fifo", "*")}}',
    says="other-topic-let-in",
)

open_events__topics_of_any_region = variant(
    "solution",
    '{"ArnEquals": {"aws:SourceArn": topic_arn}}',
    '{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:" + topic_arn.split(":")[5]}}',
    says="other-topic-let-in",
)

open_events__anybody = variant(
    "solution",
    '{"Service": "sns.amazonaws.com"}',
    '"*"',
    '            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n',
    "",
    says="other-topic-let-in",
)

open_events__a_partner_too = variant(
    "solution",
    '"Statement": [statement]',
    '"Statement": [statement, {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, '
    '"Action": "sqs:SendMessage", "Resource": arn}]',
    says="other-account-let-in",
)

open_events__envelope = variant("solution", 'raw = {"RawMessageDelivery": "true"}', "raw = {}", says="envelope-left")

open_events__envelope_for_analytics = variant(
    "solution",
    'raw = {"RawMessageDelivery": "true"}',
    'raw = {"RawMessageDelivery": "true" if attributes else "false"}',
    says="envelope-left",
)

open_events__not_subscribed = variant(
    "solution", "        sns.subscribe(TopicArn=topic_arn, **queue)\n", "        print(queue)\n", says="not-subscribed"
)
open_events__warehouse_only = variant(
    "solution", "        sns.subscribe(", "        if attributes:\n            sns.subscribe(", says="not-subscribed"
)
open_events__url_as_endpoint = variant("solution", '"Endpoint": arn', '"Endpoint": url', says="url-as-endpoint")

open_events__filter = variant(
    "solution",
    'raw = {"RawMessageDelivery": "true"}',
    'raw = {"RawMessageDelivery": "true"} | ({} if attributes else {"FilterPolicy": \'{"kind": ["event"]}\'})',
    says="analytics-misses-events",
)

open_events__filter_for_the_warehouse = variant(
    "solution",
    'raw = {"RawMessageDelivery": "true"}',
    'raw = {"RawMessageDelivery": "true"} | ({"FilterPolicy": \'{"kind": ["event"]}\'} if attributes else {})',
    says="warehouse-misses-events",
)

open_events__short_messages = variant(
    "solution",
    '"FifoQueue": "true",',
    '"FifoQueue": "true",\n        "MaximumMessageSize": "1024",',
    says="warehouse-misses-events",
)

open_events__topic_anew = variant(
    "solution",
    "    topic_arn = response",
    '    sns.delete_topic(TopicArn=response["TopicArn"])\n'
    '    response = sns.create_topic(Name=f"{topic_name}.fifo", Attributes=topic)\n'
    "    topic_arn = response",
    says="changed-again",
)

open_events__dictionary = variant(
    "solution", "[topic_arn, *urls]", '{"topic": topic_arn, "queues": urls}', says="no-list-of-three"
)
open_events__nested = variant("solution", "[topic_arn, *urls]", "[topic_arn, urls]", says="no-list-of-three")
open_events__arns = variant("solution", "urls.append(url)", "urls.append(arn)", says="other-names")
open_events__other_sequence = variant("solution", "[topic_arn, *urls]", "[topic_arn, *urls[::-1]]", says="other-names")
open_events__names_alone = variant("solution", "urls.append(url)", "urls.append(name)", says="other-names")

open_events__starts_afresh = variant(
    "solution",
    "        urls.append(url)",
    "        sqs.purge_queue(QueueUrl=url)\n        urls.append(url)",
    says="changed-again",
)

open_events__looks_into_the_queue = variant(
    "solution",
    "        urls.append(url)",
    "        sqs.receive_message(QueueUrl=url)\n        urls.append(url)",
    says="changed-again",
)

open_events__publishes_a_test = variant(
    "solution",
    "    return [",
    '    import uuid\n\n    sns.publish(\n        TopicArn=topic_arn,\n        Message="test",\n'
    '        MessageGroupId="test",\n        MessageDeduplicationId=uuid.uuid4().hex,\n    )\n    return [',
    says="warehouse-gets-more",
)

open_events__subscribes_the_other_way_later = variant(
    "solution",
    'raw = {"RawMessageDelivery": "true"}',
    'here = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]\n'
    '        raw = {"RawMessageDelivery": "false" if len(here) > 1 else "true"}',
    says="exists-already",
)

open_events__attributes_differ_later = variant(
    "solution",
    "        url = sqs.create_queue(",
    '        size = 70_000 + len(sqs.list_queues().get("QueueUrls", []))\n'
    '        attributes = attributes | {"MaximumMessageSize": str(size)}\n'
    "        url = sqs.create_queue(",
    says="exists-already",
)

open_events__versions_of_the_policy = variant(
    "solution",
    '"Effect": "Allow",',
    '"Sid": __import__("uuid").uuid4().hex,\n            "Effect": "Allow",',
    says="changed-again",
)

open_events__queue_that_begins_alike = variant(
    "solution",
    "        url = sqs.create_queue(",
    '        there = sqs.list_queues(QueueNamePrefix=name.removesuffix(".fifo")).get("QueueUrls")\n'
    "        url = there[0] if there else sqs.create_queue(",
    says="another-one-taken",
)

open_events__queue_with_the_name_in_it = variant(
    "solution",
    "        url = sqs.create_queue(",
    '        there = [url for url in sqs.list_queues().get("QueueUrls", []) if name in url]\n'
    "        url = there[0] if there else sqs.create_queue(",
    says="another-one-taken",
)

open_events__topic_that_ends_alike = variant(
    "solution",
    '    topic_arn = response["TopicArn"]',
    '    arns = [one["TopicArn"] for one in sns.list_topics()["Topics"]]\n'
    '    topic_arn = next(arn for arn in arns if arn.endswith(f"{topic_name}.fifo"))',
    says="another-one-taken",
)

open_events__topic_that_begins_alike = variant(
    "solution",
    '    topic_arn = response["TopicArn"]',
    '    arns = [one["TopicArn"] for one in sns.list_topics()["Topics"]]\n'
    '    topic_arn = next(arn for arn in arns if arn.split(":")[5].startswith(topic_name))',
    says="another-one-taken",
)

"""Wrong answers to the exercises of lesson 04, as learners write them. Each says the reason id of its refusal."""

import json
import signal
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from variants import variant

# --- wait_for_order ---------------------------------------------------------------------------------------------------


def wait_for_order__short_polls(sqs, queue_url, seconds):
    """Says: too-many-receives"""
    for _ in range(seconds):
        messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
        time.sleep(1)
    return None


def wait_for_order__seldom(sqs, queue_url, seconds):
    """Says: returned-late"""
    while True:
        messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
        if seconds <= 0:
            return None
        time.sleep(min(20, seconds))
        seconds -= 20


wait_for_order__one_long_wait = variant("solution", "min(seconds, 20)", "seconds", says="poll-too-long")
wait_for_order__one_poll = variant("solution", "seconds -= wait", "break", says="gave-up-before-it-came")
wait_for_order__rounds_up = variant("solution", "min(seconds, 20)", "20", says="waited-too-long")


def wait_for_order__rounds_down(sqs, queue_url, seconds):
    """Says: gave-up-early"""
    for _ in range(max(1, seconds // 20)):
        wait = min(20, seconds)
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
    return None


wait_for_order__no_key = variant(
    "solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key"
)
wait_for_order__text = variant("solution", 'json.loads(message["Body"])', 'message["Body"]', says="text-returned")
wait_for_order__message = variant("solution", 'json.loads(message["Body"])', "message", says="message-returned")

wait_for_order__deletes = variant(
    "solution",
    "            return",
    '            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])\n            return',
    says="order-deleted",
)

wait_for_order__takes_ten = variant(
    "solution",
    "WaitTimeSeconds=wait",
    "WaitTimeSeconds=wait, MaxNumberOfMessages=10",
    "[message] =",
    "message, *_ =",
    says="others-received",
)

wait_for_order__last_look = variant(
    "solution", "seconds > 0", "seconds >= 0", "seconds -= wait", "seconds -= wait or 1", says="too-many-receives"
)


def wait_for_order__sleeps_first(sqs, queue_url, seconds):
    """Says: returned-late"""
    time.sleep(1)
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            return json.loads(message["Body"])
        seconds -= wait
    return None


def wait_for_order__gives_nine_back(sqs, queue_url, seconds):
    """Says: others-received"""
    while seconds > 0:
        wait = min(seconds, 20)
        reply = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait, MaxNumberOfMessages=10)
        if "Messages" in reply:
            first, *others = reply["Messages"]
            for other in others:
                handle = other["ReceiptHandle"]
                sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
            return json.loads(first["Body"])
        seconds -= wait
    return None


wait_for_order__visible = variant(
    "solution", "WaitTimeSeconds=wait", "WaitTimeSeconds=wait, VisibilityTimeout=0", says="not-in-flight"
)

wait_for_order__in_flight_for_ten_seconds = variant(
    "solution", "WaitTimeSeconds=wait", "WaitTimeSeconds=wait, VisibilityTimeout=10", says="not-in-flight"
)

wait_for_order__a_second_short = variant(
    "solution", "    while seconds", "    seconds -= 1\n    while seconds", says="order-not-returned"
)

wait_for_order__five_minutes_in_flight = variant(
    "solution", "WaitTimeSeconds=wait", "WaitTimeSeconds=wait, VisibilityTimeout=300", says="not-in-flight"
)

_returned = []


def wait_for_order__remembers(sqs, queue_url, seconds):
    """Says: order-deleted or order-not-returned or others-received"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            order = json.loads(message["Body"])
            if order["order_id"] not in _returned:
                _returned.append(order["order_id"])
                return order
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        seconds -= wait
    return None


wait_for_order__empty_dictionary = variant("solution", "return None", "return {}", says="not-none")

wait_for_order__sets_long_polls = variant(
    "solution",
    "    while seconds",
    '    settings = {"ReceiveMessageWaitTimeSeconds": "20"}\n'
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=settings)\n"
    "    while seconds",
    says="queue-changed",
)


# --- send_all ---------------------------------------------------------------------------------------------------------


def _tens(bodies):
    return [bodies[start : start + 10] for start in range(0, len(bodies), 10)]


def _entries(texts):
    return [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]


send_all__one_batch = variant(
    "solution", "len(bodies), 10)", "len(bodies), 1000)", "first + 10", "first + 1000", says="batch-too-large"
)

send_all__failed_ignored = variant("solution", 'response.get("Failed", [])', "[]", says="failed-ignored")
send_all__no_key = variant("solution", 'response.get("Failed", [])', 'response["Failed"]', says="no-failed-key")
send_all__ids_are_texts = variant("solution", '"Id": place', '"Id": body', says="invalid-id")


def send_all__ids_by_index(sqs, queue_url, bodies):
    """Says: ids-not-distinct"""
    refused = []
    for texts in _tens(sorted(bodies)):
        entries = [{"Id": str(texts.index(text)), "MessageBody": text} for text in texts]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return refused


send_all__ids_are_numbers = variant("solution", "str(place): body", "place: body", says="number-as-id")


def send_all__empty_batch(sqs, queue_url, bodies):
    """Says: empty-batch"""
    refused, rest = [], list(bodies)
    while True:
        texts, rest = rest[:10], rest[10:]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
        if not rest:
            return refused


def send_all__batch_again(sqs, queue_url, bodies):
    """Says: texts-sent-twice"""
    refused = []
    for texts in _tens(bodies):
        for _ in range(2):
            reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
            if "Failed" not in reply:
                break
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return refused


def send_all__failed_again(sqs, queue_url, bodies):
    """Says: too-many-requests"""
    refused = []
    for texts in _tens(bodies):
        for _ in range(2):
            reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
            texts = [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
            if not texts:
                break
        refused += texts
    return refused


send_all__ids_returned = variant(
    "solution", "[body for place, body in batch.items() if place in failed]", "failed", says="not-refused"
)

send_all__failures_returned = variant(
    "solution",
    "[body for place, body in batch.items() if place in failed]",
    'response.get("Failed", [])',
    says="entries-returned",
)

send_all__last_batch_only = variant("solution", "refused += ", "refused = ", says="failed-ignored")

send_all__place_in_the_whole_list = variant(
    "solution",
    "[body for place, body in batch.items() if place in failed]",
    "[bodies[int(place)] for place in failed]",
    says="other-response",
)

send_all__set = variant("solution", "return refused", "return list(dict.fromkeys(refused))", says="equal-texts-once")

send_all__equal_ones_once = variant(
    "solution", "    refused = []", "    bodies = list(dict.fromkeys(bodies))\n    refused = []", says="texts-lost"
)

send_all__strips = variant(
    "solution",
    "{str(place): body for",
    "{str(place): body.strip() for",
    says="text-changed",
)

send_all__composes = variant(
    "solution",
    "    refused = []",
    "    import unicodedata\n\n    bodies = [unicodedata.normalize('NFC', body) for body in bodies]\n    refused = []",
    says="text-changed",
)

send_all__raises_the_limit = variant(
    "solution",
    "    refused = []",
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={'MaximumMessageSize': '1048576'})\n    refused = []",
    says="queue-changed",
)

send_all__raises_the_limit_for_a_while = variant(
    "solution",
    "    refused = []",
    "    names = ['MaximumMessageSize']\n"
    "    before = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)['Attributes']\n"
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={'MaximumMessageSize': '1048576'})\n"
    "    refused = []",
    "    return refused",
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=before)\n    return refused",
    says="queue-changed",
)

send_all__fifty_at_most = variant("solution", "len(bodies), 10)", "min(50, len(bodies)), 10)", says="texts-lost")
send_all__delays = variant(
    "solution",
    ": body} for place, body in batch",
    ': body, "DelaySeconds": 900} for place, body in batch',
    says="texts-not-visible",
)

send_all__as_json = variant("solution", '"MessageBody": body}', '"MessageBody": json.dumps(body)}', says="text-changed")

send_all__none_for_none = variant(
    "solution", "    refused = []", "    if not bodies:\n        return None\n    refused = []", says="no-list"
)

send_all__stops_at_the_first_failure = variant(
    "solution",
    "        refused += ",
    "        if failed and first:\n            return refused\n        refused += ",
    says="texts-lost or failed-ignored",
)

send_all__five_failures_at_most = variant(
    "solution", "in failed]", "in failed[:5]]", says="failed-ignored or equal-texts-once"
)


def send_all__predicts(sqs, queue_url, bodies):
    """Says: failed-ignored"""
    names = ["MaximumMessageSize"]
    most = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]])

    def is_good(body):
        return 0 < len(body.encode()) <= most and all(letter in "\t\n\r" or letter >= " " for letter in body)

    for texts in _tens([body for body in bodies if is_good(body)]):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
    return [body for body in bodies if not is_good(body)]


send_all__sorted = variant("solution", "return refused", "return sorted(refused)", says="other-order-of-texts")


def send_all__one_by_one(sqs, queue_url, bodies):
    """Says: too-many-requests"""
    refused = []
    for body in bodies:
        try:
            sqs.send_message(QueueUrl=queue_url, MessageBody=body)
        except sqs.exceptions.ClientError:
            refused.append(body)
    return refused


send_all__nine = variant(
    "solution", "len(bodies), 10)", "len(bodies), 9)", "first + 10", "first + 9", says="too-many-requests"
)


def send_all__characters(sqs, queue_url, bodies):
    """Says: texts-lost"""
    names = ["MaximumMessageSize"]
    most = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]])
    good = [body for body in bodies if 0 < len(body) <= most and body.isprintable()]
    for texts in _tens(good):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
    return [body for body in bodies if body not in good]


def send_all__control_characters(sqs, queue_url, bodies):
    """Says: texts-lost"""
    names = ["MaximumMessageSize"]
    most = int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]])

    def is_good(body):
        forbidden = [letter for letter in body if unicodedata.category(letter) in ("Cc", "Cn")]
        return 0 < len(body.encode()) <= most and not set(forbidden) - set("\t\n\r")

    good = [body for body in bodies if is_good(body)]
    for texts in _tens(good):
        sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
    return [body for body in bodies if body not in good]


def send_all__empties_the_list(sqs, queue_url, bodies):
    """Says: list-changed"""
    refused = []
    while bodies:
        texts = [bodies.pop(0) for _ in range(min(10, len(bodies)))]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        failed = [failure["Id"] for failure in reply.get("Failed", [])]
        refused += [text for place, text in enumerate(texts) if str(place) in failed]
    return refused


# --- drain ------------------------------------------------------------------------------------------------------------

TEN = {"MaxNumberOfMessages": 10}


def _delete(sqs, queue_url, messages):
    entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
    while entries:
        failed = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
        entries = [entry for entry in entries if entry["Id"] in [failure["Id"] for failure in failed]]


drain__short_polls = variant("solution", ", WaitTimeSeconds=20", "", says="short-poll-at-the-end")


drain__failed_ignored = variant(
    "solution",
    'entries = [entry for entry in entries if entry["Id"] in failed]',
    "break",
    says="failed-deletes-left",
)


def drain__failed_ones_in_one_delete(sqs, queue_url):
    """Says: batch-too-large"""
    orders, failed = {}, []
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        handles = [message["ReceiptHandle"] for message in messages]
        entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(handles)]
        reply = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
        failed += [handles[int(failure["Id"])] for failure in reply.get("Failed", [])]
    if failed:
        entries = [{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(failed)]
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    return list(orders.values())


drain__fewer_than_ten = variant(
    "solution",
    "        while entries",
    "        last = len(entries) < 10\n        while entries",
    "in failed]",
    "in failed]\n        if last:\n            return list(orders.values())",
    says="stopped-early",
)


def drain__by_the_counter(sqs, queue_url):
    """Says: never-received"""
    orders = {}
    names = ["ApproximateNumberOfMessages"]
    while int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]]):
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages", [])
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages)
    return list(orders.values())


def drain__keeps_repeats_in_the_queue(sqs, queue_url):
    """Says: messages-left"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        fresh = []
        for message in messages:
            order = json.loads(message["Body"])
            if order["order_id"] not in orders:
                orders[order["order_id"]] = order
                fresh.append(message)
        _delete(sqs, queue_url, fresh)
    return list(orders.values())


drain__repeats_returned = variant("solution", 'orders[order["order_id"]]', "orders[len(orders)]", says="order-twice")

drain__by_message_id = variant(
    "solution", 'orders[order["order_id"]]', 'orders[message["MessageId"]]', says="order-twice"
)

drain__by_text = variant("solution", 'orders[order["order_id"]]', 'orders[message["Body"]]', says="order-twice")


def drain__neighbours_only(sqs, queue_url):
    """Says: order-twice"""
    orders = []
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            if not orders or order != orders[-1]:
                orders.append(order)
        _delete(sqs, queue_url, messages)
    return orders


drain__no_delete = variant(
    "solution",
    "WaitTimeSeconds=20",
    "WaitTimeSeconds=20, VisibilityTimeout=900",
    "        while entries:",
    "        while False:",
    says="messages-left",
)

drain__one_by_one = variant("solution", " MaxNumberOfMessages=10,", "", says="fewer-than-ten-asked")
drain__nine_by_nine = variant(
    "solution", "MaxNumberOfMessages=10", "MaxNumberOfMessages=9", says="fewer-than-ten-asked"
)


def drain__single_deletes(sqs, queue_url):
    """Says: too-many-requests"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return list(orders.values())


def drain__deletes_of_five(sqs, queue_url):
    """Says: too-many-requests"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
        _delete(sqs, queue_url, messages[:5])
        _delete(sqs, queue_url, messages[5:])
    return list(orders.values())


drain__purges = variant(
    "solution",
    "            return",
    "            sqs.purge_queue(QueueUrl=queue_url)\n            return",
    "        while entries:",
    "        while False:",
    says="not-received",
)

drain__no_key = variant("solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key")


drain__empty_delete = variant(
    "solution",
    "        if not messages:\n            return list(orders.values())\n",
    "",
    "        while entries:",
    "        while True:",
    "in failed]",
    "in failed]\n            if not entries:\n                break",
    says="empty-batch",
)

drain__order_ids_as_entry_ids = variant(
    "solution", '"Id": str(place)', '"Id": order["order_id"]', says="ids-not-distinct"
)

drain__texts = variant("solution", "] = order", '] = message["Body"]', says="no-dictionaries")
drain__dictionary = variant("solution", "list(orders.values())", "orders", says="no-list")

drain__two_tries = variant(
    "solution",
    "        while entries:\n",
    "        for _ in range(2):\n            if not entries:\n                break\n",
    says="failed-deletes-left",
)

drain__nine_receives = variant(
    "solution",
    "while True:",
    "for _ in range(9):",
    "in failed]",
    "in failed]\n    return list(orders.values())",
    says="stopped-early",
)

drain__sets_long_polls = variant(
    "solution",
    "    orders = {}",
    '    settings = {"ReceiveMessageWaitTimeSeconds": "20"}\n'
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=settings)\n"
    "    orders = {}",
    says="queue-changed",
)

drain__first_ten = variant(
    "solution", "in failed]", "in failed]\n        return list(orders.values())", says="stopped-early"
)


# --- pack_slowly ------------------------------------------------------------------------------------------------------


pack_slowly__no_heartbeat = variant(
    "solution",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n",
    "",
    says="gap-between-timeouts",
)

pack_slowly__one_long_timeout = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, VisibilityTimeout=steps * seconds + 30",
    says="timeout-too-long",
)

pack_slowly__extended_once = variant(
    "pack_slowly__no_heartbeat",
    "    for _",
    "    sqs.change_message_visibility(**received, VisibilityTimeout=43200)\n    for _",
    says="timeout-over-twelve-hours",
)

pack_slowly__adds_up = variant(
    "solution", "for _ in", "for step in", "2 * seconds", "30 + seconds * (step + 1)", says="timeout-too-long"
)

pack_slowly__two_minutes_and_a_second = variant(
    "solution", "VisibilityTimeout=2 * seconds", "VisibilityTimeout=2 * seconds + 1", says="timeout-too-long"
)

pack_slowly__to_the_second = variant("solution", "2 * seconds", "seconds", says="gap-between-timeouts")


def pack_slowly__to_two_minutes_at_every_second_step(sqs, queue_url, steps, seconds):
    """Says: gap-between-timeouts"""
    for message in sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages", []):
        received = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        for step in range(steps):
            if step % 2 == 0:
                sqs.change_message_visibility(**received, VisibilityTimeout=90)
            time.sleep(seconds)
        sqs.delete_message(**received)
        return json.loads(message["Body"])
    return None


pack_slowly__thirty_whatever = variant("solution", "2 * seconds", "30", says="gap-between-timeouts")

pack_slowly__receives_again = variant(
    "solution",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n",
    "        if messages := sqs.receive_message(QueueUrl=queue_url).get('Messages'):\n"
    "            received['ReceiptHandle'] = messages[0]['ReceiptHandle']\n",
    says="others-received",
)

pack_slowly__deletes_first = variant(
    "pack_slowly__no_heartbeat",
    "    for _",
    "    sqs.delete_message(**received)\n    for _",
    "seconds)\n    sqs.delete_message(**received)\n",
    "seconds)\n",
    says="deleted-early",
)


pack_slowly__renews_after_the_delete = variant(
    "solution", "    for _", "    sqs.delete_message(**received)\n    for _", says="renewed-after-delete"
)


def pack_slowly__deletes_on_the_way_out(sqs, queue_url, steps, seconds):
    """Says: deleted-unpacked"""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages", [])
    if not messages:
        return None
    received = {"QueueUrl": queue_url, "ReceiptHandle": messages[0]["ReceiptHandle"]}
    try:
        for _ in range(steps):
            sqs.change_message_visibility(**received, VisibilityTimeout=90)
            time.sleep(seconds)
    finally:
        sqs.delete_message(**received)
    return json.loads(messages[0]["Body"])


pack_slowly__stops_at_an_error_and_deletes = variant(
    "solution",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n",
    "        try:\n"
    "            sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n"
    "        except Exception as problem:\n"
    "            print(problem)\n"
    "            break\n",
    says="deleted-unpacked",
)

pack_slowly__survives_with_a_gap = variant(
    "solution",
    "        time.sleep(seconds)\n        sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n",
    "        try:\n"
    "            sqs.change_message_visibility(**received, VisibilityTimeout=seconds + 5)\n"
    "        except Exception as problem:\n"
    "            print(problem)\n"
    "        time.sleep(seconds)\n",
    says="gap-between-timeouts",
)

pack_slowly__no_delete = variant("solution", "    sqs.delete_message(**received)\n", "", says="not-deleted")
pack_slowly__does_not_pack = variant("solution", "range(steps)", "range(1)", says="deleted-early")
pack_slowly__one_step_less = variant("solution", "range(steps)", "range(1, steps)", says="deleted-early")
pack_slowly__one_step_more = variant("solution", "range(steps)", "range(steps + 1)", says="deleted-late")


pack_slowly__sets_the_queue_and_renews = variant(
    "solution",
    "    response =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "120"})\n    response =',
    says="queue-changed",
)

pack_slowly__sets_long_polls = variant(
    "solution",
    "    response =",
    '    settings = {"ReceiveMessageWaitTimeSeconds": "20"}\n'
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=settings)\n"
    "    response =",
    says="queue-changed",
)

pack_slowly__takes_ten = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10",
    "[message] =",
    "message, *_ =",
    says="others-received",
)

pack_slowly__renewals_fail = variant(
    "solution",
    "        sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)\n",
    '        entry = {"Id": "it", "ReceiptHandle": message["MessageId"], "VisibilityTimeout": 2 * seconds}\n        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=[entry])\n',
    says="gap-between-timeouts",
)

pack_slowly__no_key = variant(
    "solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key"
)

pack_slowly__waits_for_nothing = variant(
    "solution", "        return None", "        time.sleep(steps * seconds)\n        return None", says="packed-nothing"
)

pack_slowly__empty_dictionary = variant("solution", "        return None", "        return {}", says="not-none")
pack_slowly__text = variant("solution", 'json.loads(message["Body"])', 'message["Body"]', says="text-returned")
pack_slowly__message = variant("solution", 'json.loads(message["Body"])', "message", says="other-order-returned")


pack_slowly__sets_the_queue_and_sets_it_back = variant(
    "solution",
    "    response = sqs",
    "    names = ['VisibilityTimeout']\n"
    "    before = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)['Attributes']\n"
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={'VisibilityTimeout': '120'})\n"
    "    response = sqs",
    "    return json",
    "    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes=before)\n    return json",
    says="queue-changed",
)


_packed = []


def pack_slowly__remembers(sqs, queue_url, steps, seconds):
    """Says: nothing-packed"""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        order, received = (
            json.loads(message["Body"]),
            {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]},
        )
        if order["order_id"] in _packed:
            return None
        for _ in range(steps):
            time.sleep(seconds)
            sqs.change_message_visibility(**received, VisibilityTimeout=2 * seconds)
        sqs.delete_message(**received)
        _packed.append(order["order_id"])
        return order
    return None


def pack_slowly__all_steps_at_once__threads(sqs, queue_url, steps, seconds):
    """Says: deleted-early"""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages", [])
    if not messages:
        return None
    with ThreadPoolExecutor(steps) as pool:
        list(pool.map(time.sleep, [seconds] * steps))
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def pack_slowly__beats_too_seldom__threads(sqs, queue_url, steps, seconds):
    """Says: gap-between-timeouts"""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=60).get("Messages", [])
    if not messages:
        return None
    received, packed = {"QueueUrl": queue_url, "ReceiptHandle": messages[0]["ReceiptHandle"]}, threading.Event()

    def beat():
        while not packed.wait(60):
            sqs.change_message_visibility(**received, VisibilityTimeout=60)

    thread = threading.Thread(target=beat)
    thread.start()
    for _ in range(steps):
        time.sleep(seconds)
    packed.set()
    thread.join()
    sqs.delete_message(**received)
    return json.loads(messages[0]["Body"])


def pack_slowly__beats_after_a_crash__threads(sqs, queue_url, steps, seconds):
    """Says: extended-after-the-crash"""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages", [])
    if not messages:
        return None
    received, packed = {"QueueUrl": queue_url, "ReceiptHandle": messages[0]["ReceiptHandle"]}, threading.Event()

    def beat():
        while not packed.wait(40):
            sqs.change_message_visibility(**received, VisibilityTimeout=90)

    threading.Thread(target=beat, daemon=True).start()
    for _ in range(steps):
        time.sleep(seconds)
    packed.set()
    sqs.delete_message(**received)
    return json.loads(messages[0]["Body"])


# --- bill_orders ------------------------------------------------------------------------------------------------------


bill_orders__until_empty = variant(
    "solution",
    "            continue\n        [message]",
    "            break\n        [message]",
    says="stopped-early",
)


bill_orders__no_record = variant(
    "solution", 'if bill["order_id"] not in billed:', "if True:", says="billed-again or two-bills"
)
bill_orders__old_record_only = variant("solution", "not in billed:", "not in done:", says="two-bills")
bill_orders__new_record_only = variant("solution", "list(done), 1", "[], 1", says="billed-again")

bill_orders__record_by_message_id = variant(
    "solution",
    'if bill["order_id"] not in billed:',
    'if message["MessageId"] not in seen and bill["order_id"] not in done:\n            seen.append(message["MessageId"])',
    "    def attempt",
    "    seen = []\n\n    def attempt",
    says="two-bills",
)

bill_orders__record_by_text = variant(
    "solution",
    'if bill["order_id"] not in billed:',
    'if message["Body"] not in seen and bill["order_id"] not in done:\n            seen.append(message["Body"])',
    "    def attempt",
    "    seen = []\n\n    def attempt",
    says="two-bills",
)

bill_orders__ends_at_json_errors = variant(
    "solution", "(ValueError, TypeError, KeyError)", "(TypeError, KeyError)", says="broken-message-ends-worker"
)

bill_orders__only_json_errors = variant(
    "solution", "(ValueError, TypeError, KeyError)", "json.JSONDecodeError", says="broken-message-ends-worker"
)

bill_orders__crash_in_the_work = variant(
    "solution",
    'range(order["pages"])',
    'order["pages"]',
    "for _ in pages",
    "for _ in range(pages)",
    says="broken-message-ends-worker",
)

bill_orders__deletes_broken_ones = variant(
    "solution",
    '            print("Not an order:", message["Body"])',
    "            attempt(sqs.delete_message, **received)",
    says="broken-message-deleted",
)

bill_orders__bills_what_lacks_something = variant(
    "solution", 'order["customer"]', 'order.get("customer")', says="wrong-bill"
)

bill_orders__a_page_without_pages = variant(
    "solution", 'range(order["pages"])', 'range(order.get("pages", 1))', says="wrong-bill"
)

bill_orders__deletes_first = variant(
    "solution",
    "            if not attempt",
    "            attempt(sqs.delete_message, **received)\n            if not attempt",
    says="deleted-before-bill",
)


bill_orders__deletes_whether_sent_or_not = variant(
    "solution",
    "            if not attempt(sqs.send_message, QueueUrl=bills_url, MessageBody=body):\n"
    "                continue  # it comes back when its visibility timeout is over\n"
    "            billed",
    "            if attempt(sqs.send_message, QueueUrl=bills_url, MessageBody=body):\n                billed",
    says="order-lost",
)

bill_orders__notes_first = variant(
    "solution",
    '            billed.append(bill["order_id"])\n',
    "",
    "            if not attempt",
    '            billed.append(bill["order_id"])\n            if not attempt',
    says="order-lost or noted-without-bill",
)

bill_orders__notes_last = variant(
    "solution",
    '            billed.append(bill["order_id"])\n        attempt(sqs.delete_message, **received)',
    '        if attempt(sqs.delete_message, **received):\n            billed.append(bill["order_id"])',
    says="two-bills or id-twice",
)

bill_orders__repeats_stay = variant(
    "solution", "        attempt(sqs.delete", "            attempt(sqs.delete", says="billed-but-left"
)

bill_orders__never_deletes = variant(
    "solution", "        attempt(sqs.delete_message, **received)\n", "", says="billed-but-left"
)

bill_orders__does_not_prepare = variant("solution", "    time.sleep(5)", "    time.sleep(0)", says="bill-not-prepared")

bill_orders__prepares_a_page_less = variant(
    "solution", 'range(order["pages"])', 'range(1, order["pages"])', says="bill-not-prepared"
)

bill_orders__prepares_after_the_bill = variant(
    "solution",
    "            for _ in pages:\n                time.sleep(5)\n                attempt(sqs.change_message_visibility, **received, VisibilityTimeout=90)\n",
    "",
    "        attempt(sqs.delete",
    "        for _ in pages:\n            time.sleep(5)\n        attempt(sqs.delete",
    says="bill-not-prepared",
)

bill_orders__prepares_twice_as_long = variant(
    "solution", "    time.sleep(5)", "    time.sleep(10)", says="prepared-too-long"
)


bill_orders__receive_may_not_fail = variant(
    "solution", "attempt(sqs.receive_message, ", "sqs.receive_message(", says="fault-ends-worker"
)

bill_orders__send_may_not_fail = variant(
    "solution", "attempt(sqs.send_message, ", "sqs.send_message(", says="fault-ends-worker"
)

bill_orders__renewal_may_not_fail = variant(
    "solution",
    "                attempt(sqs.change_message_visibility, ",
    "                sqs.change_message_visibility(",
    says="fault-ends-worker",
)

bill_orders__delete_may_not_fail = variant(
    "solution", "attempt(sqs.delete_message, ", "sqs.delete_message(", says="fault-ends-worker"
)


bill_orders__tries_again_at_once = variant("solution", "            time.sleep(pause)\n", "", says="no-pauses")

bill_orders__always_the_same_pause = variant("solution", "min(2 * pause, 20)", "1", says="pauses-do-not-grow")
bill_orders__grows_to_five_seconds = variant(
    "solution", "min(2 * pause, 20)", "min(2 * pause, 5)", says="pauses-do-not-grow"
)
bill_orders__waits_long_at_once = variant("solution", "list(done), 1,", "list(done), 15,", says="first-pause-too-long")
bill_orders__starts_over_after_four_tries = variant(
    "solution", "min(2 * pause, 20)", "2 * pause if pause < 16 else 2", says="pauses-start-over"
)
bill_orders__doubles_without_limit = variant("solution", "min(2 * pause, 20)", "2 * pause", says="pause-too-long")

bill_orders__pauses_at_receives_only = variant(
    "solution",
    "            if not attempt(sqs.send_message, QueueUrl=bills_url, MessageBody=body):\n"
    "                continue  # it comes back when its visibility timeout is over\n",
    "            while True:\n"
    "                try:\n"
    "                    sqs.send_message(QueueUrl=bills_url, MessageBody=json.dumps(bill))\n"
    "                    break\n"
    "                except sqs.exceptions.ClientError as problem:\n"
    "                    print(problem)\n",
    says="no-pauses",
)

bill_orders__deletes_again_at_once = variant(
    "solution",
    "        attempt(sqs.delete_message, **received)",
    "        while True:\n"
    "            try:\n"
    "                sqs.delete_message(**received)\n"
    "                break\n"
    "            except sqs.exceptions.ClientError as problem:\n"
    "                print(problem)",
    says="no-pauses",
)

bill_orders__renews_again_at_once = variant(
    "solution",
    "                attempt(sqs.change_message_visibility, **received, VisibilityTimeout=90)\n",
    "                while True:\n"
    "                    try:\n"
    "                        sqs.change_message_visibility(**received, VisibilityTimeout=60)\n"
    "                        break\n"
    "                    except sqs.exceptions.ClientError as problem:\n"
    "                        print(problem)\n",
    says="no-pauses",
)

bill_orders__long_pauses_for_good = variant(
    "solution", "        pause = 1\n        return", "        return", says="first-pause-too-long"
)

bill_orders__raises_after_twenty_five_failures = variant(
    "solution",
    "    def attempt",
    "    problems = []\n\n    def attempt",
    "            print(problem)",
    "            problems.append(problem)\n            if len(problems) > 25:\n                raise",
    says="fault-ends-worker",
)

bill_orders__returns_after_twenty_five_failures = variant(
    "solution",
    "    def attempt",
    "    problems = []\n\n    def attempt",
    "            print(problem)",
    "            problems.append(problem)",
    "while not is_over()",
    "while not is_over() and len(problems) < 25",
    says="stopped-early",
)

bill_orders__rests_at_broken_ones = variant(
    "solution", 'print("Not an order:", message["Body"])', "time.sleep(30)", says="stopped-late or orders-not-billed"
)

bill_orders__tidies_names = variant("solution", 'order["customer"]', 'order["customer"].strip()', says="wrong-bill")

bill_orders__renews_seldom = variant(
    "solution",
    "            for _ in pages:\n"
    "                time.sleep(5)\n"
    "                attempt(sqs.change_message_visibility, **received, VisibilityTimeout=90)\n",
    "            for page in pages:\n"
    "                if page % 14 == 0:\n"
    "                    attempt(sqs.change_message_visibility, **received, VisibilityTimeout=90)\n"
    "                time.sleep(5)\n",
    says="visible-while-in-work",
)

bill_orders__no_renewal = variant(
    "solution",
    "                attempt(sqs.change_message_visibility, **received, VisibilityTimeout=90)\n",
    "",
    says="visible-while-in-work",
)


bill_orders__one_long_timeout = variant(
    "bill_orders__no_renewal",
    "WaitTimeSeconds=20",
    "WaitTimeSeconds=20, VisibilityTimeout=900",
    says="timeout-too-long",
)


bill_orders__renews_only_the_one_in_work = variant(
    "bill_orders__batches",
    "                    hide(left, 90)",
    "                    hide(left[:1], 90)",
    says="visible-while-in-work",
)

bill_orders__no_handler = variant(
    "solution", "    signal.signal(signal.SIGTERM, on_sigterm)\n", "", says="no-signal-handler"
)


bill_orders__ignores_the_signal = variant(
    "solution", "signal.SIGTERM, on_sigterm", "signal.SIGTERM, signal.SIG_IGN", says="started-after-stop"
)

bill_orders__handler_exits = variant(
    "solution", "        nonlocal stopped\n        stopped = True", "        raise SystemExit", says="error-ends-worker"
)


def bill_orders__drops_what_is_in_work(sqs, orders_url, bills_url, done, seconds):
    """Says: current-order-dropped"""
    billed, end, pause = list(done), time.time() + seconds, 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    received = None
    try:
        while time.time() < end:
            try:
                reply = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20, VisibilityTimeout=60)
                for message in reply.get("Messages", []):
                    received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
                    if time.time() >= end:
                        sqs.change_message_visibility(**received, VisibilityTimeout=0)
                        continue
                    try:
                        order = json.loads(message["Body"])
                        bill = {"order_id": order["order_id"], "customer": order["customer"]}
                        pages = range(order["pages"])
                    except (ValueError, TypeError, KeyError):
                        continue
                    if bill["order_id"] not in billed:
                        for _ in pages:
                            time.sleep(5)
                            sqs.change_message_visibility(**received, VisibilityTimeout=60)
                        sqs.send_message(QueueUrl=bills_url, MessageBody=json.dumps(bill))
                        billed.append(bill["order_id"])
                    sqs.delete_message(**received)
                    received = None
                pause = 1
            except sqs.exceptions.ClientError:
                time.sleep(pause)
                pause = min(2 * pause, 20)
    except KeyboardInterrupt:
        if received:
            sqs.change_message_visibility(**received, VisibilityTimeout=0)
    return billed


bill_orders__finishes_its_batch = variant(
    "bill_orders__batches",
    "            if stop or time.monotonic() >= end:\n                hide(left, 0)\n                break\n",
    "",
    says="started-after-stop",
)

bill_orders__keeps_its_batch = variant(
    "bill_orders__batches", "                hide(left, 0)\n", "", says="not-given-back"
)

bill_orders__gives_back_for_a_minute = variant(
    "bill_orders__batches", "                hide(left, 0)\n", "                hide(left, 60)\n", says="not-given-back"
)

bill_orders__starts_what_the_last_poll_brings = variant(
    "solution",
    "        if is_over():\n"
    "            attempt(sqs.change_message_visibility, **received, VisibilityTimeout=0)\n"
    "            break\n",
    "",
    says="started-after-stop",
)

bill_orders__keeps_what_the_last_poll_brings = variant(
    "solution",
    "            attempt(sqs.change_message_visibility, **received, VisibilityTimeout=0)\n            break\n",
    "            break\n",
    says="not-given-back",
)

bill_orders__a_minute_more = variant("solution", "time.time() >= end", "time.time() >= end + 60", says="stopped-late")

bill_orders__rests_before_it_returns = variant(
    "solution", "    return billed", "    time.sleep(30)\n    return billed", says="stopped-late"
)

bill_orders__counts_polls = variant(
    "solution",
    "while not is_over():",
    "for _ in range(seconds // 20 + 1):",
    says="stopped-early or orders-not-billed or started-after-stop",
)

bill_orders__new_ids_only = variant(
    "solution", "return billed", "return [order_id for order_id in billed if order_id not in done]", says="ids-missing"
)

bill_orders__nothing_returned = variant("solution", "    return billed", "    print(billed)", says="no-list")
bill_orders__old_list_returned = variant(
    "solution", "    return billed", "    return done", says="ids-of-this-run-missing"
)
bill_orders__whole_order_as_bill = variant("solution", "json.dumps(bill)", 'message["Body"]', says="wrong-bill")


def bill_orders__as_before_there_were_pages(sqs, orders_url, bills_url, done, seconds):
    """Says: bill-not-prepared"""
    billed, end = list(done), time.time() + seconds
    while time.time() < end:
        try:
            reply = sqs.receive_message(QueueUrl=orders_url, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        except sqs.exceptions.ClientError:
            time.sleep(1)
            continue
        for message in reply.get("Messages", []):
            try:
                order = json.loads(message["Body"])
                bill = {"order_id": order["order_id"], "customer": order["customer"]}
                if bill["order_id"] not in billed:
                    sqs.send_message(QueueUrl=bills_url, MessageBody=json.dumps(bill))
                    billed.append(bill["order_id"])
                sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
            except Exception as problem:
                print(problem)
    return billed

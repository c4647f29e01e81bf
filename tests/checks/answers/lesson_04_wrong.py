"""Wrong answers to the exercises of lesson 04, as learners write them. Each says the reason id of its refusal."""

import json
import time

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
wait_for_order__one_poll = variant("solution", "seconds -= wait", "break", says="gave-up-after-one-poll")
wait_for_order__rounds_up = variant("solution", "min(seconds, 20)", "20", says="waited-too-long")


def wait_for_order__rounds_down(sqs, queue_url, seconds):
    """Says: gave-up-early"""
    for _ in range(max(1, seconds // 20)):
        wait = min(20, seconds)
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
    return None


wait_for_order__no_key = variant("solution", 'if "Messages" in reply:', "if True:", says="no-messages-key")
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

wait_for_order__empty_dictionary = variant("solution", "return None", "return {}", says="not-none")


# --- send_all ---------------------------------------------------------------------------------------------------------


def _tens(bodies):
    return [bodies[start : start + 10] for start in range(0, len(bodies), 10)]


def _entries(texts):
    return [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]


send_all__one_batch = variant(
    "solution", "len(bodies), 10)", "len(bodies), 1000)", "first + 10", "first + 1000", says="batch-too-large"
)

send_all__failed_ignored = variant("solution", 'reply.get("Failed", [])', "[]", says="failed-ignored")
send_all__no_key = variant("solution", 'reply.get("Failed", [])', 'reply["Failed"]', says="no-failed-key")
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
    'reply.get("Failed", [])',
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


# --- drain ------------------------------------------------------------------------------------------------------------

TEN = {"MaxNumberOfMessages": 10}


def _delete(sqs, queue_url, messages):
    entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
    sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)


drain__short_polls = variant("solution", ", WaitTimeSeconds=20", "", says="short-poll-at-the-end")


def drain__three_short_polls(sqs, queue_url):
    """Says: short-poll-at-the-end"""
    orders, empty = {}, 0
    while empty < 3:
        messages = sqs.receive_message(QueueUrl=queue_url, **TEN).get("Messages", [])
        empty = 0 if messages else empty + 1
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
        if messages:
            _delete(sqs, queue_url, messages)
    return list(orders.values())


drain__fewer_than_ten = variant(
    "solution",
    "Entries=entries)",
    "Entries=entries)\n        if len(entries) < 10:\n            return list(orders.values())",
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
        if fresh:
            _delete(sqs, queue_url, fresh)
    return list(orders.values())


drain__repeats_returned = variant("solution", 'orders[order["order_id"]]', "orders[len(orders)]", says="order-twice")

drain__by_message_id = variant(
    "solution", 'orders[order["order_id"]]', 'orders[message["MessageId"]]', says="order-twice"
)

drain__no_delete = variant(
    "solution",
    "WaitTimeSeconds=20",
    "WaitTimeSeconds=20, VisibilityTimeout=900",
    "        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)",
    "",
    says="messages-left",
)

drain__deletes_the_first = variant(
    "solution",
    "WaitTimeSeconds=20",
    "WaitTimeSeconds=1",
    "Entries=entries",
    "Entries=entries[:1]",
    says="messages-left",
)

drain__one_by_one = variant("solution", " MaxNumberOfMessages=10,", "", says="too-many-requests")

drain__single_deletes = variant(
    "solution",
    "sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)",
    'for entry in entries:\n            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=entry["ReceiptHandle"])',
    says="too-many-requests",
)

drain__purges = variant(
    "solution",
    "            return",
    "            sqs.purge_queue(QueueUrl=queue_url)\n            return",
    "        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)",
    "",
    says="not-received",
)

drain__no_key = variant(
    "solution",
    '        if "Messages" not in reply:\n            return list(orders.values())\n',
    "",
    says="no-messages-key",
)


def drain__all_in_one_delete(sqs, queue_url):
    """Says: batch-too-large"""
    found = []
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        found += messages
    _delete(sqs, queue_url, found)
    return [json.loads(message["Body"]) for message in found]


def drain__empty_delete(sqs, queue_url):
    """Says: empty-batch"""
    orders = {}
    while True:
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages", [])
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages)
        if not messages:
            return list(orders.values())


drain__order_ids_as_entry_ids = variant(
    "solution", '"Id": str(place)', '"Id": order["order_id"]', says="ids-not-distinct"
)

drain__texts = variant("solution", "] = order", '] = message["Body"]', says="no-dictionaries")

drain__first_ten = variant(
    "solution", "Entries=entries)", "Entries=entries)\n        return list(orders.values())", says="stopped-early"
)


# --- pack_slowly ------------------------------------------------------------------------------------------------------


pack_slowly__no_heartbeat = variant(
    "solution",
    "        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)\n",
    "",
    says="gap-between-timeouts",
)

pack_slowly__one_long_lease = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, VisibilityTimeout=steps * seconds + 30",
    says="timeout-too-long",
)

pack_slowly__extended_once = variant(
    "pack_slowly__no_heartbeat",
    "    for _",
    "    sqs.change_message_visibility(**lease, VisibilityTimeout=43200)\n    for _",
    says="timeout-too-long",
)

pack_slowly__extended_once_to_two_minutes = variant(
    "pack_slowly__no_heartbeat",
    "    for _",
    "    sqs.change_message_visibility(**lease, VisibilityTimeout=120)\n    for _",
    says="gap-between-timeouts",
)

pack_slowly__adds_up = variant(
    "solution", "for _ in", "for step in", "2 * seconds", "30 + seconds * (step + 1)", says="timeout-too-long"
)

pack_slowly__to_the_second = variant("solution", "2 * seconds", "seconds", says="gap-between-timeouts")

pack_slowly__every_second_step = variant(
    "solution",
    "for _ in",
    "for step in",
    "        sqs.change",
    "        if step % 2:\n            sqs.change",
    says="gap-between-timeouts",
)

pack_slowly__thirty_whatever = variant("solution", "2 * seconds", "30", says="gap-between-timeouts")

pack_slowly__deletes_first = variant(
    "pack_slowly__no_heartbeat",
    "    for _",
    "    sqs.delete_message(**lease)\n    for _",
    "seconds)\n    sqs.delete_message(**lease)\n",
    "seconds)\n",
    says="deleted-early",
)

pack_slowly__deletes_twice = variant(
    "pack_slowly__no_heartbeat", "    for _", "    sqs.delete_message(**lease)\n    for _", says="deleted-early"
)

pack_slowly__renews_after_the_delete = variant(
    "solution", "    for _", "    sqs.delete_message(**lease)\n    for _", says="renewed-after-delete"
)

pack_slowly__no_delete = variant("solution", "    sqs.delete_message(**lease)\n", "", says="not-deleted")
pack_slowly__does_not_pack = variant("solution", "range(steps)", "range(1)", says="deleted-early")
pack_slowly__one_step_less = variant("solution", "range(steps)", "range(1, steps)", says="deleted-early")

pack_slowly__sets_the_queue = variant(
    "pack_slowly__no_heartbeat",
    "    reply =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "120"})\n    reply =',
    says="gap-between-timeouts",
)

pack_slowly__sets_the_queue_and_renews = variant(
    "solution",
    "    reply =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "120"})\n    reply =',
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
    "        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)\n",
    '        entry = {"Id": "it", "ReceiptHandle": message["MessageId"], "VisibilityTimeout": 2 * seconds}\n        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=[entry])\n',
    says="gap-between-timeouts",
)

pack_slowly__no_key = variant(
    "solution", '    if "Messages" not in reply:\n        return None\n', "", says="no-messages-key"
)

pack_slowly__waits_for_nothing = variant(
    "solution", "        return None", "        time.sleep(steps * seconds)\n        return None", says="packed-nothing"
)

pack_slowly__text = variant("solution", 'json.loads(message["Body"])', 'message["Body"]', says="text-returned")


# --- bill_orders ------------------------------------------------------------------------------------------------------


def _receive(sqs, url, **params):
    """Return up to ten messages, none where SQS answers with an error."""
    try:
        reply = sqs.receive_message(QueueUrl=url, **({"MaxNumberOfMessages": 10, "WaitTimeSeconds": 20} | params))
    except sqs.exceptions.ClientError:
        return []
    return reply.get("Messages", [])


def _bill(sqs, url, order):
    bill = {"order_id": order["order_id"], "customer": order["customer"]}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(bill))


def _done_with(sqs, url, message):
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


bill_orders__until_empty = variant(
    "solution",
    "        for message",
    '        if "Messages" not in reply:\n            break\n        for message',
    says="stopped-early",
)

bill_orders__one_round = variant("solution", "while time.time() < end:", "for _ in range(1):", says="stopped-early")

bill_orders__counts_polls = variant(
    "solution", "while time.time() < end:", "for _ in range(seconds // 20 + 1):", says="stopped-early"
)

bill_orders__no_record = variant("solution", 'if bill["order_id"] not in billed:', "if True:", says="billed-again")
bill_orders__old_record_only = variant("solution", "not in billed:", "not in done:", says="two-bills")


def bill_orders__record_by_message_id(sqs, orders_url, bills_url, done, seconds):
    """Says: two-bills"""
    seen, end = set(), time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done[:1] and message["MessageId"] not in seen:
                    _bill(sqs, bills_url, order)
                    seen.add(message["MessageId"])
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__record_after_the_batch(sqs, orders_url, bills_url, done, seconds):
    """Says: two-bills"""
    end = time.time() + seconds
    while time.time() < end:
        new = []
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    new.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
        done += new
    return done


bill_orders__dies_of_json = variant(
    "solution", "except Exception:", "except sqs.exceptions.ClientError:", says="broken-message-ends-worker"
)

bill_orders__only_json_errors = variant(
    "solution", "except Exception:", "except json.JSONDecodeError:", says="broken-message-ends-worker"
)

bill_orders__deletes_broken_ones = variant(
    "solution",
    "pass  #",
    'sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])  #',
    says="broken-message-deleted",
)

bill_orders__deletes_first = variant(
    "solution",
    "                    sqs.send",
    '                    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n                    sqs.send',
    says="order-lost",
)

bill_orders__deletes_in_finally = variant(
    "solution",
    "pass  #",
    'pass\n            finally:\n                sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])  #',
    says="broken-message-deleted",
)

bill_orders__notes_first = variant(
    "solution",
    '                    billed.append(bill["order_id"])\n',
    "",
    "                    sqs.send",
    '                    billed.append(bill["order_id"])\n                    sqs.send',
    says="order-lost",
)


def bill_orders__notes_last(sqs, orders_url, bills_url, done, seconds):
    """Says: two-bills"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    _done_with(sqs, orders_url, message)
                    done.append(order["order_id"])
                else:
                    _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


bill_orders__repeats_stay = variant(
    "solution", "                sqs.delete", "                    sqs.delete", says="billed-but-left"
)

bill_orders__never_deletes = variant(
    "solution",
    '                sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])\n',
    "",
    says="billed-but-left",
)

bill_orders__receive_may_fail = variant(
    "solution", "except sqs.exceptions.ClientError:", "except KeyError:", says="fault-ends-worker"
)


def bill_orders__one_try_around_all(sqs, orders_url, bills_url, done, seconds):
    """Says: others-given-up"""
    end = time.time() + seconds
    while time.time() < end:
        try:
            for message in _receive(sqs, orders_url):
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
        except Exception:
            time.sleep(1)
    return done


bill_orders__works_too_long = variant(
    "solution",
    "while time.time() < end:",
    "for _ in range(max(3, seconds)):",
    "WaitTimeSeconds=20",
    "WaitTimeSeconds=15",
    says="stopped-late",
)

bill_orders__new_ids_only = variant(
    "solution", "return billed", "return [order_id for order_id in billed if order_id not in done]", says="ids-missing"
)

bill_orders__nothing_returned = variant("solution", "return billed", "print(billed)", says="no-list")
bill_orders__old_list_returned = variant("solution", "return billed", "return done", says="ids-of-this-run-missing")
bill_orders__whole_order_as_bill = variant("solution", "json.dumps(bill)", 'message["Body"]', says="wrong-bill")

bill_orders__gives_broken_ones_back_at_once = variant(
    "solution",
    "pass  #",
    'handle = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}\n                sqs.change_message_visibility(**handle, VisibilityTimeout=0)  #',
    says="stopped:calls",
)

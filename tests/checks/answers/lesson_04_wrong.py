"""Wrong answers to the exercises of lesson 04, as learners write them. Each says the reason id of its refusal."""

import json
import time

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


def wait_for_order__one_long_wait(sqs, queue_url, seconds):
    """Says: poll-too-long"""
    messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=seconds).get("Messages", [])
    return json.loads(messages[0]["Body"]) if messages else None


def wait_for_order__one_poll(sqs, queue_url, seconds):
    """Says: gave-up-after-one-poll"""
    messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=min(seconds, 20)).get("Messages", [])
    return json.loads(messages[0]["Body"]) if messages else None


def wait_for_order__rounds_up(sqs, queue_url, seconds):
    """Says: waited-too-long"""
    while seconds > 0:
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
        seconds -= 20


def wait_for_order__rounds_down(sqs, queue_url, seconds):
    """Says: gave-up-early"""
    for _ in range(max(1, seconds // 20)):
        wait = min(20, seconds)
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", [])
        if messages:
            return json.loads(messages[0]["Body"])
    return None


def wait_for_order__no_key(sqs, queue_url, seconds):
    """Says: no-messages-key"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait)["Messages"]:
            return json.loads(message["Body"])
        seconds -= wait


def wait_for_order__text(sqs, queue_url, seconds):
    """Says: text-returned"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            return message["Body"]
        seconds -= wait


def wait_for_order__message(sqs, queue_url, seconds):
    """Says: message-returned"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            return message
        seconds -= wait


def wait_for_order__deletes(sqs, queue_url, seconds):
    """Says: order-deleted"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            return json.loads(message["Body"])
        seconds -= wait


def wait_for_order__takes_ten(sqs, queue_url, seconds):
    """Says: others-leased"""
    while seconds > 0:
        ask = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": min(seconds, 20)}
        for message in sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages", []):
            return json.loads(message["Body"])
        seconds -= 20


def wait_for_order__last_look(sqs, queue_url, seconds):
    """Says: too-many-receives"""
    while seconds >= 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            return json.loads(message["Body"])
        seconds -= wait or 1


def wait_for_order__empty_dictionary(sqs, queue_url, seconds):
    """Says: not-none"""
    while seconds > 0:
        wait = min(seconds, 20)
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages", []):
            return json.loads(message["Body"])
        seconds -= wait
    return {}


# --- send_all ---------------------------------------------------------------------------------------------------------


def _tens(bodies):
    return [bodies[start : start + 10] for start in range(0, len(bodies), 10)]


def _entries(texts):
    return [{"Id": str(place), "MessageBody": text} for place, text in enumerate(texts)]


def send_all__one_batch(sqs, queue_url, bodies):
    """Says: batch-too-large"""
    reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(bodies))
    return [bodies[int(failure["Id"])] for failure in reply.get("Failed", [])]


def send_all__failed_ignored(sqs, queue_url, bodies):
    """Says: failed-ignored"""
    refused = []
    for texts in _tens(bodies):
        try:
            sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        except sqs.exceptions.ClientError:
            refused += texts
    return refused


def send_all__no_key(sqs, queue_url, bodies):
    """Says: no-failed-key"""
    refused = []
    for texts in _tens(bodies):
        for failure in sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))["Failed"]:
            refused.append(texts[int(failure["Id"])])
    return refused


def send_all__ids_are_texts(sqs, queue_url, bodies):
    """Says: invalid-id"""
    refused = []
    for texts in _tens(bodies):
        entries = [{"Id": text, "MessageBody": text} for text in texts]
        refused += [failure["Id"] for failure in sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)["Failed"]]
    return refused


def send_all__ids_by_index(sqs, queue_url, bodies):
    """Says: ids-not-distinct"""
    refused = []
    for texts in _tens(sorted(bodies)):
        entries = [{"Id": str(texts.index(text)), "MessageBody": text} for text in texts]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return refused


def send_all__ids_are_numbers(sqs, queue_url, bodies):
    """Says: number-as-id"""
    for texts in _tens(bodies):
        entries = [{"Id": place, "MessageBody": text} for place, text in enumerate(texts)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return []


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


def send_all__ids_returned(sqs, queue_url, bodies):
    """Says: not-refused"""
    refused = []
    for texts in _tens(bodies):
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [failure["Id"] for failure in reply.get("Failed", [])]
    return refused


def send_all__failures_returned(sqs, queue_url, bodies):
    """Says: entries-returned"""
    refused = []
    for texts in _tens(bodies):
        refused += sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts)).get("Failed", [])
    return refused


def send_all__last_batch_only(sqs, queue_url, bodies):
    """Says: failed-ignored"""
    reply, texts = {}, []
    for texts in _tens(bodies):
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
    return [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]


def send_all__place_in_the_whole_list(sqs, queue_url, bodies):
    """Says: other-response"""
    refused = []
    for texts in _tens(bodies):
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [bodies[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return refused


def send_all__set(sqs, queue_url, bodies):
    """Says: equal-texts-once"""
    refused = []
    for texts in _tens(bodies):
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return list(dict.fromkeys(refused))


def send_all__equal_ones_once(sqs, queue_url, bodies):
    """Says: texts-lost"""
    return send_all__sorted(sqs, queue_url, list(dict.fromkeys(bodies)))


def send_all__sorted(sqs, queue_url, bodies):
    """Says: other-order-of-texts"""
    refused = []
    for texts in _tens(bodies):
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return sorted(refused)


def send_all__one_by_one(sqs, queue_url, bodies):
    """Says: too-many-requests"""
    refused = []
    for body in bodies:
        try:
            sqs.send_message(QueueUrl=queue_url, MessageBody=body)
        except sqs.exceptions.ClientError:
            refused.append(body)
    return refused


def send_all__nine(sqs, queue_url, bodies):
    """Says: too-many-requests"""
    refused = []
    for start in range(0, len(bodies), 9):
        texts = bodies[start : start + 9]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=_entries(texts))
        refused += [texts[int(failure["Id"])] for failure in reply.get("Failed", [])]
    return refused


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


def drain__short_polls(sqs, queue_url):
    """Says: short-poll-at-the-end"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, **TEN).get("Messages"):
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages)
    return list(orders.values())


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


def drain__fewer_than_ten(sqs, queue_url):
    """Says: stopped-early"""
    orders = {}
    while True:
        messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages", [])
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
        if messages:
            _delete(sqs, queue_url, messages)
        if len(messages) < 10:
            return list(orders.values())


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


def drain__repeats_returned(sqs, queue_url):
    """Says: order-twice"""
    orders = []
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        orders += [json.loads(message["Body"]) for message in messages]
        _delete(sqs, queue_url, messages)
    return orders


def drain__by_message_id(sqs, queue_url):
    """Says: order-twice"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        orders |= {message["MessageId"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages)
    return list(orders.values())


def drain__no_delete(sqs, queue_url):
    """Says: messages-left"""
    orders = {}
    ask = {"WaitTimeSeconds": 20, "VisibilityTimeout": 900} | TEN
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
    return list(orders.values())


def drain__deletes_the_first(sqs, queue_url):
    """Says: messages-left"""
    orders = {}
    ask = {"WaitTimeSeconds": 1} | TEN
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages[:1])
    return list(orders.values())


def drain__one_by_one(sqs, queue_url):
    """Says: too-many-requests"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages"):
        order = json.loads(messages[0]["Body"])
        orders[order["order_id"]] = order
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return list(orders.values())


def drain__single_deletes(sqs, queue_url):
    """Says: too-many-requests"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return list(orders.values())


def drain__purges(sqs, queue_url):
    """Says: not-received"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
    sqs.purge_queue(QueueUrl=queue_url)
    return list(orders.values())


def drain__no_key(sqs, queue_url):
    """Says: no-messages-key"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN)["Messages"]:
        orders |= {json.loads(message["Body"])["order_id"]: json.loads(message["Body"]) for message in messages}
        _delete(sqs, queue_url, messages)
    return list(orders.values())


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


def drain__order_ids_as_entry_ids(sqs, queue_url):
    """Says: ids-not-distinct"""
    orders = {}
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        entries = []
        for message in messages:
            order = json.loads(message["Body"])
            orders[order["order_id"]] = order
            entries.append({"Id": order["order_id"], "ReceiptHandle": message["ReceiptHandle"]})
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    return list(orders.values())


def drain__texts(sqs, queue_url):
    """Says: no-dictionaries"""
    bodies = []
    while messages := sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages"):
        bodies += [message["Body"] for message in messages if message["Body"] not in bodies]
        _delete(sqs, queue_url, messages)
    return bodies


def drain__first_ten(sqs, queue_url):
    """Says: stopped-early"""
    messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, **TEN).get("Messages", [])
    _delete(sqs, queue_url, messages)
    return [json.loads(message["Body"]) for message in messages]


# --- pack_slowly ------------------------------------------------------------------------------------------------------


def _take(sqs, queue_url, **params):
    """Return what names the lease, and the order; None twice when the queue is empty."""
    messages = sqs.receive_message(QueueUrl=queue_url, **params).get("Messages")
    if not messages:
        return None, None
    return {"QueueUrl": queue_url, "ReceiptHandle": messages[0]["ReceiptHandle"]}, json.loads(messages[0]["Body"])


def pack_slowly__no_heartbeat(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    lease, order = _take(sqs, queue_url)
    if order:
        time.sleep(steps * seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__one_long_lease(sqs, queue_url, steps, seconds):
    """Says: lease-too-long"""
    lease, order = _take(sqs, queue_url, VisibilityTimeout=steps * seconds + 30)
    if order:
        time.sleep(steps * seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__extended_once(sqs, queue_url, steps, seconds):
    """Says: lease-too-long"""
    lease, order = _take(sqs, queue_url)
    if order:
        sqs.change_message_visibility(**lease, VisibilityTimeout=43200)
        time.sleep(steps * seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__extended_once_to_two_minutes(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    lease, order = _take(sqs, queue_url)
    if order:
        sqs.change_message_visibility(**lease, VisibilityTimeout=120)
        time.sleep(steps * seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__adds_up(sqs, queue_url, steps, seconds):
    """Says: lease-too-long"""
    lease, order = _take(sqs, queue_url)
    for step in range(steps if order else 0):
        sqs.change_message_visibility(**lease, VisibilityTimeout=30 + seconds * (step + 1))
        time.sleep(seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__to_the_second(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    lease, order = _take(sqs, queue_url)
    for _ in range(steps if order else 0):
        sqs.change_message_visibility(**lease, VisibilityTimeout=seconds)
        time.sleep(seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__every_second_step(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    lease, order = _take(sqs, queue_url)
    for step in range(steps if order else 0):
        time.sleep(seconds)
        if step % 2:
            sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__thirty_whatever(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    lease, order = _take(sqs, queue_url)
    for _ in range(steps if order else 0):
        sqs.change_message_visibility(**lease, VisibilityTimeout=30)
        time.sleep(seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__deletes_first(sqs, queue_url, steps, seconds):
    """Says: deleted-early"""
    lease, order = _take(sqs, queue_url)
    if order:
        sqs.delete_message(**lease)
        time.sleep(steps * seconds)
    return order


def pack_slowly__deletes_twice(sqs, queue_url, steps, seconds):
    """Says: deleted-early"""
    lease, order = _take(sqs, queue_url)
    if order:
        sqs.delete_message(**lease)
        time.sleep(steps * seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__renews_after_the_delete(sqs, queue_url, steps, seconds):
    """Says: renewed-after-delete"""
    lease, order = _take(sqs, queue_url)
    if order:
        sqs.delete_message(**lease)
    for _ in range(steps if order else 0):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=60)
    return order


def pack_slowly__no_delete(sqs, queue_url, steps, seconds):
    """Says: not-deleted"""
    lease, order = _take(sqs, queue_url)
    for _ in range(steps if order else 0):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    return order


def pack_slowly__does_not_pack(sqs, queue_url, steps, seconds):
    """Says: deleted-early"""
    lease, order = _take(sqs, queue_url)
    if order:
        time.sleep(seconds)
        sqs.delete_message(**lease)
    return order


def pack_slowly__one_step_less(sqs, queue_url, steps, seconds):
    """Says: deleted-early"""
    lease, order = _take(sqs, queue_url)
    for _ in range(1, steps if order else 0):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__sets_the_queue(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "120"})
    return pack_slowly__no_heartbeat(sqs, queue_url, steps, seconds)


def pack_slowly__sets_the_queue_and_renews(sqs, queue_url, steps, seconds):
    """Says: queue-changed"""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "120"})
    lease, order = _take(sqs, queue_url)
    for _ in range(steps if order else 0):
        sqs.change_message_visibility(**lease, VisibilityTimeout=100)
        time.sleep(seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__takes_ten(sqs, queue_url, steps, seconds):
    """Says: others-received"""
    lease, order = _take(sqs, queue_url, MaxNumberOfMessages=10)
    for _ in range(steps if order else 0):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__renewals_fail(sqs, queue_url, steps, seconds):
    """Says: lease-gap"""
    message = next(iter(sqs.receive_message(QueueUrl=queue_url).get("Messages", [])), None)
    if message is None:
        return None
    for _ in range(steps):
        time.sleep(seconds)
        entry = {"Id": "it", "ReceiptHandle": message["MessageId"], "VisibilityTimeout": 2 * seconds}
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=[entry])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return json.loads(message["Body"])


def pack_slowly__no_key(sqs, queue_url, steps, seconds):
    """Says: no-messages-key"""
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    lease = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
    for _ in range(steps):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    sqs.delete_message(**lease)
    return json.loads(message["Body"])


def pack_slowly__waits_for_nothing(sqs, queue_url, steps, seconds):
    """Says: packed-nothing"""
    lease, order = _take(sqs, queue_url)
    for _ in range(steps):
        time.sleep(seconds)
        if order:
            sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    if order:
        sqs.delete_message(**lease)
    return order


def pack_slowly__text(sqs, queue_url, steps, seconds):
    """Says: text-returned"""
    lease, order = _take(sqs, queue_url)
    for _ in range(steps if order else 0):
        time.sleep(seconds)
        sqs.change_message_visibility(**lease, VisibilityTimeout=2 * seconds)
    if order:
        sqs.delete_message(**lease)
    return json.dumps(order) if order else None


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


def _work_rightly(sqs, orders_url, bills_url, done, seconds):
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__until_empty(sqs, orders_url, bills_url, done, seconds):
    """Says: stopped-early"""
    while messages := _receive(sqs, orders_url):
        for message in messages:
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__one_round(sqs, orders_url, bills_url, done, seconds):
    """Says: stopped-early"""
    for message in _receive(sqs, orders_url):
        order = json.loads(message["Body"])
        if order["order_id"] not in done:
            _bill(sqs, bills_url, order)
            done.append(order["order_id"])
        _done_with(sqs, orders_url, message)
    return done


def bill_orders__counts_polls(sqs, orders_url, bills_url, done, seconds):
    """Says: stopped-early"""
    for _ in range(seconds // 20 + 1):
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__no_record(sqs, orders_url, bills_url, done, seconds):
    """Says: billed-again"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                _bill(sqs, bills_url, order)
                done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__old_record_only(sqs, orders_url, bills_url, done, seconds):
    """Says: two-bills"""
    new, end = [], time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    new.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done + new


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


def bill_orders__dies_of_json(sqs, orders_url, bills_url, done, seconds):
    """Says: broken-message-ends-worker"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            order = json.loads(message["Body"])
            if order["order_id"] not in done:
                _bill(sqs, bills_url, order)
                done.append(order["order_id"])
            _done_with(sqs, orders_url, message)
    return done


def bill_orders__only_json_errors(sqs, orders_url, bills_url, done, seconds):
    """Says: broken-message-ends-worker"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
            except json.JSONDecodeError:
                continue
            if order["order_id"] not in done:
                _bill(sqs, bills_url, order)
                done.append(order["order_id"])
            _done_with(sqs, orders_url, message)
    return done


def bill_orders__deletes_broken_ones(sqs, orders_url, bills_url, done, seconds):
    """Says: broken-message-deleted"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
            except Exception:
                print("broken", message["Body"])
            _done_with(sqs, orders_url, message)
    return done


def bill_orders__deletes_first(sqs, orders_url, bills_url, done, seconds):
    """Says: order-lost"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _done_with(sqs, orders_url, message)
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                else:
                    _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__deletes_in_finally(sqs, orders_url, bills_url, done, seconds):
    """Says: broken-message-deleted"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
            except Exception:
                pass
            finally:
                _done_with(sqs, orders_url, message)
    return done


def bill_orders__notes_first(sqs, orders_url, bills_url, done, seconds):
    """Says: order-lost"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    done.append(order["order_id"])
                    _bill(sqs, bills_url, order)
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


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


def bill_orders__repeats_stay(sqs, orders_url, bills_url, done, seconds):
    """Says: billed-but-left"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                    _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__never_deletes(sqs, orders_url, bills_url, done, seconds):
    """Says: billed-but-left"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
            except Exception:
                pass
    return done


def bill_orders__receive_may_fail(sqs, orders_url, bills_url, done, seconds):
    """Says: fault-ends-worker"""
    end = time.time() + seconds
    ask = {"QueueUrl": orders_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20}
    while time.time() < end:
        for message in sqs.receive_message(**ask).get("Messages", []):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


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


def bill_orders__works_too_long(sqs, orders_url, bills_url, done, seconds):
    """Says: stopped-late"""
    for _ in range(max(3, seconds)):
        for message in _receive(sqs, orders_url, WaitTimeSeconds=15):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__new_ids_only(sqs, orders_url, bills_url, done, seconds):
    """Says: ids-missing"""
    everything = _work_rightly(sqs, orders_url, bills_url, list(done), seconds)
    return [order_id for order_id in everything if order_id not in done]


def bill_orders__nothing_returned(sqs, orders_url, bills_url, done, seconds):
    """Says: no-list"""
    _work_rightly(sqs, orders_url, bills_url, done, seconds)


def bill_orders__old_list_returned(sqs, orders_url, bills_url, done, seconds):
    """Says: ids-of-this-run-missing"""
    _work_rightly(sqs, orders_url, bills_url, list(done), seconds)
    return done


def bill_orders__whole_order_as_bill(sqs, orders_url, bills_url, done, seconds):
    """Says: wrong-bill"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    sqs.send_message(QueueUrl=bills_url, MessageBody=message["Body"])
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                pass
    return done


def bill_orders__gives_broken_ones_back_at_once(sqs, orders_url, bills_url, done, seconds):
    """Says: stopped:calls"""
    end = time.time() + seconds
    while time.time() < end:
        for message in _receive(sqs, orders_url):
            try:
                order = json.loads(message["Body"])
                if order["order_id"] not in done:
                    _bill(sqs, bills_url, order)
                    done.append(order["order_id"])
                _done_with(sqs, orders_url, message)
            except Exception:
                handle = message["ReceiptHandle"]
                sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=0)
    return done

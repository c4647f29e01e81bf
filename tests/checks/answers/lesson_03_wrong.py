"""Wrong answers to the exercises of lesson 03, as learners write them. Each says the reason id of its refusal."""

import json
import time

# --- next_parcel ------------------------------------------------------------------------------------------------------


def _one(sqs, queue_url, **more):
    messages = sqs.receive_message(QueueUrl=queue_url, **more).get("Messages", [])
    return messages[0] if messages else None


def _speed(message):
    return message.get("MessageAttributes", {}).get("speed", {}).get("StringValue", "normal")


def next_parcel__does_not_ask(sqs, queue_url):
    """Says: labels-not-asked-for"""
    message = _one(sqs, queue_url)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__asks_for_system_attributes(sqs, queue_url):
    """Says: labels-not-asked-for"""
    message = _one(sqs, queue_url, MessageSystemAttributeNames=["All"])
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__always_labelled(sqs, queue_url):
    """Says: label-missing"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speed = message["MessageAttributes"]["speed"]["StringValue"]
    return {"order": json.loads(message["Body"]), "speed": speed}


def next_parcel__any_label(sqs, queue_url):
    """Says: other-label"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speeds = [value["StringValue"] for value in (message or {}).get("MessageAttributes", {}).values()]
    return message and {"order": json.loads(message["Body"]), "speed": (speeds or ["normal"])[-1]}


def next_parcel__no_message(sqs, queue_url):
    """Says: no-messages-key"""
    message = sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"])["Messages"][0]
    return {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__deletes(sqs, queue_url):
    """Says: order-deleted"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    if message:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__no_lease(sqs, queue_url):
    """Says: order-visible"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"], VisibilityTimeout=0)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__text(sqs, queue_url):
    """Says: text-returned"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    return message and {"order": message["Body"], "speed": _speed(message)}


def next_parcel__whole_label(sqs, queue_url):
    """Says: label-with-type"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    if message is None:
        return None
    return {"order": json.loads(message["Body"]), "speed": message.get("MessageAttributes", {}).get("speed", "normal")}


def next_parcel__takes_ten(sqs, queue_url):
    """Says: others-received"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"], MaxNumberOfMessages=10)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


# --- fits -------------------------------------------------------------------------------------------------------------


def _limit(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return int(reply["Attributes"]["MaximumMessageSize"])


def fits__characters(sqs, queue_url, body, attributes):
    """Says: characters-counted"""
    labels = sum(len(name) + sum(len(text) for text in value.values()) for name, value in attributes.items())
    return len(body) + labels <= _limit(sqs, queue_url)


def fits__body_alone(sqs, queue_url, body, attributes):
    """Says: labels-not-counted"""
    return len(body.encode()) <= _limit(sqs, queue_url)


def fits__values_alone(sqs, queue_url, body, attributes):
    """Says: labels-not-counted"""
    values = sum(len(value["StringValue"].encode()) for value in attributes.values())
    return len(body.encode()) + values <= _limit(sqs, queue_url)


def fits__without_types(sqs, queue_url, body, attributes):
    """Says: labels-not-counted"""
    labels = sum(len(name.encode()) + len(value["StringValue"].encode()) for name, value in attributes.items())
    return len(body.encode()) + labels <= _limit(sqs, queue_url)


def fits__one_mebibyte(sqs, queue_url, body, attributes):
    """Says: limit-of-another-queue"""
    labels = sum(len(name + "".join(value.values())) for name, value in attributes.items())
    return len(body.encode()) + labels <= 1_048_576


def fits__shorter_than(sqs, queue_url, body, attributes):
    """Says: at-the-limit"""
    labels = sum(len((name + "".join(value.values())).encode()) for name, value in attributes.items())
    return len(body.encode()) + labels < _limit(sqs, queue_url)


def fits__labels_in_characters(sqs, queue_url, body, attributes):
    """Says: labels-not-counted"""
    labels = sum(len(name + "".join(value.values())) for name, value in attributes.items())
    return len(body.encode()) + labels <= _limit(sqs, queue_url)


def fits__compares_with_a_string(sqs, queue_url, body, attributes):
    """Says: text-and-number"""
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return len(body.encode()) <= reply["Attributes"]["MaximumMessageSize"]


def fits__sends_to_see(sqs, queue_url, body, attributes):
    """Says: forbidden-call"""
    try:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=attributes)
        return True
    except sqs.exceptions.ClientError:
        return False


def fits__json(sqs, queue_url, body, attributes):
    """Says: at-the-limit"""
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


def pick__gives_nothing_back(sqs, queue_url, town):
    """Says: others-hidden"""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=600) if _town(message) == town]


def pick__no_lease(sqs, queue_url, town):
    """Says: own-visible"""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=0) if _town(message) == town]


def pick__queue_s_lease(sqs, queue_url, town):
    """Says: lease-too-short"""
    kept = []
    for message in _ten(sqs, queue_url):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__gives_all_back(sqs, queue_url, town):
    """Says: own-visible"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    for message in messages:
        _give_back(sqs, queue_url, message)
    return [_entry(message) for message in messages if _town(message) == town]


def pick__one_message(sqs, queue_url, town):
    """Says: not-ten"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MaxNumberOfMessages=1):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


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


def pick__without_labels(sqs, queue_url, town):
    """Says: labels-not-asked-for"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MessageAttributeNames=[]):
        if _town(message) == town:
            kept.append(_entry(message))
    return kept


def pick__whatever_the_capitals(sqs, queue_url, town):
    """Says: others-hidden"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if (_town(message) or "").lower() == town.lower():
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__key_error(sqs, queue_url, town):
    """Says: no-labels-key"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if message["MessageAttributes"]["town"]["StringValue"] == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__message_ids(sqs, queue_url, town):
    """Says: handle-does-not-delete"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if _town(message) == town:
            kept.append(_entry(message) | {"receipt_handle": message["MessageId"]})
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__leases_afterwards(sqs, queue_url, town):
    """Says: visible-at-first"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=0):
        if _town(message) == town:
            handle = message["ReceiptHandle"]
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=600)
            kept.append(_entry(message))
    return kept


def pick__sets_the_queue(sqs, queue_url, town):
    """Says: settings-changed"""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "600"})
    kept = []
    for message in _ten(sqs, queue_url):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__asks_for_the_town(sqs, queue_url, town):
    """Says: labels-not-asked-for"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MessageAttributeNames=[town]):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__part_of_the_name(sqs, queue_url, town):
    """Says: others-hidden"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if town in (_town(message) or ""):
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


# --- take_or_set_aside ------------------------------------------------------------------------------------------------

ASK = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}


def _move(sqs, queue_url, aside_url, message):
    labels = message.get("MessageAttributes", {})
    sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def _count(message):
    return int(message["Attributes"]["ApproximateReceiveCount"])


def take_or_set_aside__compares_texts(sqs, queue_url, aside_url, tries):
    """Says: received-too-often"""
    while message := _one(sqs, queue_url, **ASK):
        if message["Attributes"]["ApproximateReceiveCount"] <= str(tries):
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__text_and_number(sqs, queue_url, aside_url, tries):
    """Says: text-and-number"""
    while message := _one(sqs, queue_url, **ASK):
        if message["Attributes"]["ApproximateReceiveCount"] <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_too_few(sqs, queue_url, aside_url, tries):
    """Says: passed-over"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) < tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_too_many(sqs, queue_url, aside_url, tries):
    """Says: received-too-often"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries + 1:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__does_not_ask(sqs, queue_url, aside_url, tries):
    """Says: attributes-not-asked-for"""
    while message := _one(sqs, queue_url, MessageAttributeNames=["All"]):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__deletes_first(sqs, queue_url, aside_url, tries):
    """Says: lost-in-a-crash"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)


def take_or_set_aside__forgets_labels(sqs, queue_url, aside_url, tries):
    """Says: labels-lost"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take_or_set_aside__reads_everything(sqs, queue_url, aside_url, tries):
    """Says: body-read-as-json"""
    while message := _one(sqs, queue_url, **ASK):
        order = json.loads(message["Body"])
        if _count(message) <= tries:
            return order
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_message_only(sqs, queue_url, aside_url, tries):
    """Says: none-too-early"""
    message = _one(sqs, queue_url, **ASK)
    if message is None:
        return None
    if _count(message) <= tries:
        return json.loads(message["Body"])
    _move(sqs, queue_url, aside_url, message)
    return None


def take_or_set_aside__does_not_delete(sqs, queue_url, aside_url, tries):
    """Says: moved-but-left"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)


def take_or_set_aside__drops_poison(sqs, queue_url, aside_url, tries):
    """Says: set-aside-wrong"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take_or_set_aside__deletes_the_order(sqs, queue_url, aside_url, tries):
    """Says: order-deleted"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__no_message(sqs, queue_url, aside_url, tries):
    """Says: no-messages-key"""
    while True:
        message = sqs.receive_message(QueueUrl=queue_url, **ASK)["Messages"][0]
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__takes_ten(sqs, queue_url, aside_url, tries):
    """Says: others-received"""
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, **ASK).get("Messages"):
        for message in messages:
            if _count(message) <= tries:
                return json.loads(message["Body"])
            _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__tidies_the_body(sqs, queue_url, aside_url, tries):
    """Says: set-aside-wrong"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message | {"Body": message["Body"].strip()})


# --- pack_and_pass_on -------------------------------------------------------------------------------------------------


def pack_and_pass_on__queue_s_lease(sqs, orders_url, packed_url, seconds):
    """Says: lease-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__just_as_long(sqs, orders_url, packed_url, seconds):
    """Says: lease-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__an_hour(sqs, orders_url, packed_url, seconds):
    """Says: lease-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=3600)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__deletes_first(sqs, orders_url, packed_url, seconds):
    """Says: lost-in-a-crash"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__deletes_then_sends(sqs, orders_url, packed_url, seconds):
    """Says: lost-in-a-crash"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


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


def pack_and_pass_on__never_deletes(sqs, orders_url, packed_url, seconds):
    """Says: order-left"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__forgets_labels(sqs, orders_url, packed_url, seconds):
    """Says: labels-lost"""
    message = _one(sqs, orders_url, VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__writes_it_anew(sqs, orders_url, packed_url, seconds):
    """Says: body-changed"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        body = json.dumps(json.loads(message["Body"]) | {"packed": True})
        _move(sqs, orders_url, packed_url, message | {"Body": body})
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__does_not_pack(sqs, orders_url, packed_url, seconds):
    """Says: passed-on-early"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__packs_nothing(sqs, orders_url, packed_url, seconds):
    """Says: packed-nothing"""
    time.sleep(seconds)
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__no_message(sqs, orders_url, packed_url, seconds):
    """Says: no-messages-key"""
    [message] = sqs.receive_message(QueueUrl=orders_url)["Messages"]
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__returns_the_order(sqs, orders_url, packed_url, seconds):
    """Says: not-the-order-id"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])


def pack_and_pass_on__passes_on_first(sqs, orders_url, packed_url, seconds):
    """Says: passed-on-early"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        time.sleep(seconds)
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__renews_too_late(sqs, orders_url, packed_url, seconds):
    """Says: lease-too-short"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__sets_the_queue(sqs, orders_url, packed_url, seconds):
    """Says: settings-changed"""
    sqs.set_queue_attributes(QueueUrl=orders_url, Attributes={"VisibilityTimeout": str(seconds + 60)})
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__takes_ten(sqs, orders_url, packed_url, seconds):
    """Says: others-received"""
    message = _one(
        sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60, MaxNumberOfMessages=10
    )
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


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

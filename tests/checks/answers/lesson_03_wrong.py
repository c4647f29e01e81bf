"""Wrong answers to the exercises of lesson 03, as learners write them. Each docstring says what the check must say."""

import json
import time

# --- next_parcel ------------------------------------------------------------------------------------------------------


def _one(sqs, queue_url, **more):
    messages = sqs.receive_message(QueueUrl=queue_url, **more).get("Messages", [])
    return messages[0] if messages else None


def _speed(message):
    return message.get("MessageAttributes", {}).get("speed", {}).get("StringValue", "normal")


def next_parcel__does_not_ask(sqs, queue_url):
    """Says: It comes only to a receive that asks for it"""
    message = _one(sqs, queue_url)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__asks_for_system_attributes(sqs, queue_url):
    """Says: It comes only to a receive that asks for it"""
    message = _one(sqs, queue_url, MessageSystemAttributeNames=["All"])
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__always_labelled(sqs, queue_url):
    """Says: A message may have no labels, or others"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speed = message["MessageAttributes"]["speed"]["StringValue"]
    return {"order": json.loads(message["Body"]), "speed": speed}


def next_parcel__any_label(sqs, queue_url):
    """Says: Only the label called speed says it"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    speeds = [value["StringValue"] for value in (message or {}).get("MessageAttributes", {}).values()]
    return message and {"order": json.loads(message["Body"]), "speed": (speeds or ["normal"])[-1]}


def next_parcel__no_message(sqs, queue_url):
    """Says: the response has no key Messages at all."""
    message = sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"])["Messages"][0]
    return {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__deletes(sqs, queue_url):
    """Says: Whoever deletes first loses the order if packing fails."""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    if message:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__no_lease(sqs, queue_url):
    """Says: A timeout of 0 is a lease of no time"""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"], VisibilityTimeout=0)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


def next_parcel__text(sqs, queue_url):
    """Says: json.loads makes a dictionary of it."""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    return message and {"order": message["Body"], "speed": _speed(message)}


def next_parcel__whole_label(sqs, queue_url):
    """Says: Its text is under StringValue."""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"])
    if message is None:
        return None
    return {"order": json.loads(message["Body"]), "speed": message.get("MessageAttributes", {}).get("speed", "normal")}


def next_parcel__takes_ten(sqs, queue_url):
    """Says: MaxNumberOfMessages is 1 unless you say more."""
    message = _one(sqs, queue_url, MessageAttributeNames=["All"], MaxNumberOfMessages=10)
    return message and {"order": json.loads(message["Body"]), "speed": _speed(message)}


# --- fits -------------------------------------------------------------------------------------------------------------


def _limit(sqs, queue_url):
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return int(reply["Attributes"]["MaximumMessageSize"])


def fits__characters(sqs, queue_url, body, attributes):
    """Says: SQS counts bytes, and such a letter takes two or three."""
    labels = sum(len(name) + sum(len(text) for text in value.values()) for name, value in attributes.items())
    return len(body) + labels <= _limit(sqs, queue_url)


def fits__body_alone(sqs, queue_url, body, attributes):
    """Says: A label counts too: its name, its type and its value"""
    return len(body.encode()) <= _limit(sqs, queue_url)


def fits__values_alone(sqs, queue_url, body, attributes):
    """Says: A label counts too: its name, its type and its value"""
    values = sum(len(value["StringValue"].encode()) for value in attributes.values())
    return len(body.encode()) + values <= _limit(sqs, queue_url)


def fits__without_types(sqs, queue_url, body, attributes):
    """Says: A label counts too: its name, its type and its value"""
    labels = sum(len(name.encode()) + len(value["StringValue"].encode()) for name, value in attributes.items())
    return len(body.encode()) + labels <= _limit(sqs, queue_url)


def fits__one_mebibyte(sqs, queue_url, body, attributes):
    """Says: The limit is that of the queue"""
    labels = sum(len(name + "".join(value.values())) for name, value in attributes.items())
    return len(body.encode()) + labels <= 1_048_576


def fits__shorter_than(sqs, queue_url, body, attributes):
    """Says: the limit itself is fine"""
    labels = sum(len((name + "".join(value.values())).encode()) for name, value in attributes.items())
    return len(body.encode()) + labels < _limit(sqs, queue_url)


def fits__labels_in_characters(sqs, queue_url, body, attributes):
    """Says: A label counts too: its name, its type and its value"""
    labels = sum(len(name + "".join(value.values())) for name, value in attributes.items())
    return len(body.encode()) + labels <= _limit(sqs, queue_url)


def fits__compares_with_a_string(sqs, queue_url, body, attributes):
    """Says: Attributes of a queue come as strings"""
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return len(body.encode()) <= reply["Attributes"]["MaximumMessageSize"]


def fits__sends_to_see(sqs, queue_url, body, attributes):
    """Says: Your code called SendMessage"""
    try:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body, MessageAttributes=attributes)
        return True
    except sqs.exceptions.ClientError:
        return False


def fits__json(sqs, queue_url, body, attributes):
    """Says: what SQS counts, and nothing else."""
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
    """Says: change_message_visibility with a VisibilityTimeout of 0 gives it back."""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=600) if _town(message) == town]


def pick__no_lease(sqs, queue_url, town):
    """Says: With a timeout of 0 a receive leases nothing"""
    return [_entry(message) for message in _ten(sqs, queue_url, VisibilityTimeout=0) if _town(message) == town]


def pick__queue_s_lease(sqs, queue_url, town):
    """Says: Ask for 600."""
    kept = []
    for message in _ten(sqs, queue_url):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__gives_all_back(sqs, queue_url, town):
    """Says: giving back is for the messages of other towns"""
    messages = _ten(sqs, queue_url, VisibilityTimeout=600)
    for message in messages:
        _give_back(sqs, queue_url, message)
    return [_entry(message) for message in messages if _town(message) == town]


def pick__one_message(sqs, queue_url, town):
    """Says: unless MaxNumberOfMessages asks for more"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MaxNumberOfMessages=1):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__again_and_again(sqs, queue_url, town):
    """Says: Your code received"""
    kept = []
    for _ in range(20):
        for message in _ten(sqs, queue_url, VisibilityTimeout=600):
            if _town(message) == town:
                kept.append(_entry(message))
            else:
                _give_back(sqs, queue_url, message)
    return kept


def pick__sends_back(sqs, queue_url, town):
    """Says: whoever deletes a message and sends it again makes another message"""
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
    """Says: Message attributes come only to a receive that asks for them"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MessageAttributeNames=[]):
        if _town(message) == town:
            kept.append(_entry(message))
    return kept


def pick__whatever_the_capitals(sqs, queue_url, town):
    """Says: Towns are compared whole, letter by letter."""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if (_town(message) or "").lower() == town.lower():
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__key_error(sqs, queue_url, town):
    """Says: A message"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if message["MessageAttributes"]["town"]["StringValue"] == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__message_ids(sqs, queue_url, town):
    """Says: a message id is none"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600):
        if _town(message) == town:
            kept.append(_entry(message) | {"receipt_handle": message["MessageId"]})
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__leases_afterwards(sqs, queue_url, town):
    """Says: Another packer may be quicker than the next call."""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=0):
        if _town(message) == town:
            handle = message["ReceiptHandle"]
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=600)
            kept.append(_entry(message))
    return kept


def pick__sets_the_queue(sqs, queue_url, town):
    """Says: An attribute of a queue is for everybody who uses it."""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "600"})
    kept = []
    for message in _ten(sqs, queue_url):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__asks_for_the_town(sqs, queue_url, town):
    """Says: Message attributes come only to a receive that asks for them by name"""
    kept = []
    for message in _ten(sqs, queue_url, VisibilityTimeout=600, MessageAttributeNames=[town]):
        if _town(message) == town:
            kept.append(_entry(message))
        else:
            _give_back(sqs, queue_url, message)
    return kept


def pick__part_of_the_name(sqs, queue_url, town):
    """Says: Towns are compared whole, letter by letter."""
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
    """Says: as a text the count 10 comes before 9."""
    while message := _one(sqs, queue_url, **ASK):
        if message["Attributes"]["ApproximateReceiveCount"] <= str(tries):
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__text_and_number(sqs, queue_url, aside_url, tries):
    """Says: int(...) makes a number of it"""
    while message := _one(sqs, queue_url, **ASK):
        if message["Attributes"]["ApproximateReceiveCount"] <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_too_few(sqs, queue_url, aside_url, tries):
    """Says: not too often."""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) < tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_too_many(sqs, queue_url, aside_url, tries):
    """Says: this receive included"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries + 1:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__does_not_ask(sqs, queue_url, aside_url, tries):
    """Says: System attributes come to a receive that asks"""
    while message := _one(sqs, queue_url, MessageAttributeNames=["All"]):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__deletes_first(sqs, queue_url, aside_url, tries):
    """Says: Send first, then delete"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)


def take_or_set_aside__forgets_labels(sqs, queue_url, aside_url, tries):
    """Says: a send makes a new message"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take_or_set_aside__reads_everything(sqs, queue_url, aside_url, tries):
    """Says: A body may be anything"""
    while message := _one(sqs, queue_url, **ASK):
        order = json.loads(message["Body"])
        if _count(message) <= tries:
            return order
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__one_message_only(sqs, queue_url, aside_url, tries):
    """Says: There is an order that has been received"""
    message = _one(sqs, queue_url, **ASK)
    if message is None:
        return None
    if _count(message) <= tries:
        return json.loads(message["Body"])
    _move(sqs, queue_url, aside_url, message)
    return None


def take_or_set_aside__does_not_delete(sqs, queue_url, aside_url, tries):
    """Says: To move a message is to send it there and to delete it here."""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], MessageAttributes=labels)


def take_or_set_aside__drops_poison(sqs, queue_url, aside_url, tries):
    """Says: is set aside once, with its body as it is"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take_or_set_aside__deletes_the_order(sqs, queue_url, aside_url, tries):
    """Says: Deleted now, it would be lost if the program fails."""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__no_message(sqs, queue_url, aside_url, tries):
    """Says: the response has no key Messages at all."""
    while True:
        message = sqs.receive_message(QueueUrl=queue_url, **ASK)["Messages"][0]
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__takes_ten(sqs, queue_url, aside_url, tries):
    """Says: Each receive leases and counts every message that it brings."""
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, **ASK).get("Messages"):
        for message in messages:
            if _count(message) <= tries:
                return json.loads(message["Body"])
            _move(sqs, queue_url, aside_url, message)


def take_or_set_aside__tidies_the_body(sqs, queue_url, aside_url, tries):
    """Says: with its body as it is"""
    while message := _one(sqs, queue_url, **ASK):
        if _count(message) <= tries:
            return json.loads(message["Body"])
        _move(sqs, queue_url, aside_url, message | {"Body": message["Body"].strip()})


# --- pack_and_pass_on -------------------------------------------------------------------------------------------------


def pack_and_pass_on__queue_s_lease(sqs, orders_url, packed_url, seconds):
    """Says: Without a timeout of its own a receive leases for the queue's 30 seconds."""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__just_as_long(sqs, orders_url, packed_url, seconds):
    """Says: A lease of just the length of the work ends when the work does"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__an_hour(sqs, orders_url, packed_url, seconds):
    """Says: another packer could receive it"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=3600)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__deletes_first(sqs, orders_url, packed_url, seconds):
    """Says: Pass the order on first, then delete"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__deletes_then_sends(sqs, orders_url, packed_url, seconds):
    """Says: Pass the order on first, then delete"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__in_the_end(sqs, orders_url, packed_url, seconds):
    """Says: Pass the order on first, then delete"""
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
    """Says: Only deleting takes it out"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__forgets_labels(sqs, orders_url, packed_url, seconds):
    """Says: a send makes a new message"""
    message = _one(sqs, orders_url, VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__writes_it_anew(sqs, orders_url, packed_url, seconds):
    """Says: It is passed on as it came"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        body = json.dumps(json.loads(message["Body"]) | {"packed": True})
        _move(sqs, orders_url, packed_url, message | {"Body": body})
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__does_not_pack(sqs, orders_url, packed_url, seconds):
    """Says: Packing is time.sleep(seconds)"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__packs_nothing(sqs, orders_url, packed_url, seconds):
    """Says: Receive first, then pack."""
    time.sleep(seconds)
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__no_message(sqs, orders_url, packed_url, seconds):
    """Says: the response has no key Messages at all."""
    [message] = sqs.receive_message(QueueUrl=orders_url)["Messages"]
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__returns_the_order(sqs, orders_url, packed_url, seconds):
    """Says: Return the order_id of the body's JSON."""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])


def pack_and_pass_on__passes_on_first(sqs, orders_url, packed_url, seconds):
    """Says: shipping must not be given an order that is not packed yet."""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        labels = message.get("MessageAttributes", {})
        sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        time.sleep(seconds)
        sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__renews_too_late(sqs, orders_url, packed_url, seconds):
    """Says: another packer could receive it"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=60)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__sets_the_queue(sqs, orders_url, packed_url, seconds):
    """Says: An attribute of a queue is for everybody who uses it."""
    sqs.set_queue_attributes(QueueUrl=orders_url, Attributes={"VisibilityTimeout": str(seconds + 60)})
    message = _one(sqs, orders_url, MessageAttributeNames=["All"])
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__takes_ten(sqs, orders_url, packed_url, seconds):
    """Says: Each receive leases and counts every message that it brings."""
    message = _one(
        sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60, MaxNumberOfMessages=10
    )
    if message:
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__deletes_in_any_case(sqs, orders_url, packed_url, seconds):
    """Says: delete only if that has worked"""
    message = _one(sqs, orders_url, MessageAttributeNames=["All"], VisibilityTimeout=seconds + 60)
    if message:
        time.sleep(seconds)
        labels = message.get("MessageAttributes", {})
        try:
            sqs.send_message(QueueUrl=packed_url, MessageBody=message["Body"], MessageAttributes=labels)
        finally:
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])["order_id"]

"""Right answers to the exercises of lesson 03, each in another style than the solution."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import boto3
from botocore.exceptions import ClientError

# --- next_parcel ------------------------------------------------------------------------------------------------------


def next_parcel__all_attributes(sqs, queue_url):
    """Asks for all attributes, and waits for a message."""
    reply = sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["All"], WaitTimeSeconds=5)
    if "Messages" not in reply:
        return None
    [message] = reply["Messages"]
    speed = "normal"
    if "speed" in message.get("MessageAttributes", {}):
        speed = message["MessageAttributes"]["speed"]["StringValue"]
    return {"speed": speed, "receipt_handle": message["ReceiptHandle"], "order": json.loads(message["Body"])}


def next_parcel__resource(sqs, queue_url):
    """Through the queue as a resource, where no attributes are None."""
    messages = boto3.resource("sqs").Queue(queue_url).receive_messages(MessageAttributeNames=[".*"])
    if not messages:
        return None
    attributes = messages[0].message_attributes or {}
    speed = attributes["speed"]["StringValue"] if "speed" in attributes else "normal"
    return {"order": json.loads(messages[0].body), "speed": speed, "receipt_handle": messages[0].receipt_handle}


def next_parcel__key_errors(sqs, queue_url):
    """Catches the KeyErrors, and returns a plain copy of what it wants."""
    try:
        message = sqs.receive_message(QueueUrl=queue_url, MessageAttributeNames=["speed", "gift"])["Messages"][0]
    except KeyError:
        return None
    try:
        speed = message["MessageAttributes"]["speed"]["StringValue"]
    except KeyError:
        speed = "normal"
    return {"order": json.loads(message["Body"]), "speed": speed, "receipt_handle": message["ReceiptHandle"]}


def next_parcel__looks_twice(sqs, queue_url):
    """Receives a second time when the first receive brings nothing, and then waits for a while."""
    for seconds in (0, 10):
        asked = {"QueueUrl": queue_url, "WaitTimeSeconds": seconds, "MessageAttributeNames": ["speed"]}
        for message in sqs.receive_message(**asked).get("Messages", []):
            [speed] = [value["StringValue"] for value in message.get("MessageAttributes", {}).values()] or ["normal"]
            order = json.loads(message["Body"])
            return {"receipt_handle": message["ReceiptHandle"], "order": order, "speed": speed}
    return None


# --- fits -------------------------------------------------------------------------------------------------------------


def fits__one_text(sqs, queue_url, body, attributes):
    """Puts all texts together, and counts once."""
    text = body
    for name in attributes:
        text += name + "".join(attributes[name].values())
    limit = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]["MaximumMessageSize"]
    return not len(bytes(text, "utf-8")) > int(limit)


def fits__small_functions(sqs, queue_url, body, attributes):
    """What is left after body and attributes."""
    left = _limit(sqs, queue_url) - _bytes(body) - sum(map(_label, attributes.items()))
    return left >= 0


def _limit(sqs, queue_url):
    wanted = "MaximumMessageSize"
    return int(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=[wanted])["Attributes"][wanted])


def _bytes(text):
    return len(text.encode("utf8"))


def _label(item):
    name, value = item
    return _bytes(name) + _bytes(value["DataType"]) + _bytes(value.get("StringValue", ""))


def fits__resource(sqs, queue_url, body, attributes):
    """The limit from the queue as a resource."""
    size = _bytes(body) + sum(_label(item) for item in attributes.items())
    return size in range(int(boto3.resource("sqs").Queue(queue_url).attributes["MaximumMessageSize"]) + 1)


def fits__bytes(sqs, queue_url, body, attributes):
    """Goes through the bytes of all texts, as they would be sent."""
    texts = [body, *attributes, *(text for value in attributes.values() for text in value.values())]
    reply = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])
    return sum(len(text.encode()) for text in texts) < int(reply["Attributes"]["MaximumMessageSize"]) + 1


# --- pick -------------------------------------------------------------------------------------------------------------


def pick__lease_afterwards(sqs, queue_url, town):
    """Receives with the queue's lease, and makes it longer for what it keeps."""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    kept = []
    for message in messages.get("Messages", []):
        mine = _town(message) == town
        sqs.change_message_visibility(
            QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=600 if mine else 0
        )
        if mine:
            order = json.loads(message["Body"])
            kept.append({"receipt_handle": message["ReceiptHandle"], "order_id": order["order_id"]})
    return kept


def _town(message):
    return message.get("MessageAttributes", {}).get("town", {}).get("StringValue")


def pick__batch(sqs, queue_url, town):
    """Gives the others back in a batch, and those that failed in another."""
    found = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=600,
        MessageAttributeNames=["town"],
        WaitTimeSeconds=1,
    ).get("Messages", [])
    others = [
        {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        for n, message in enumerate(found)
        if _town(message) != town
    ]
    while others:
        failed = sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=others).get("Failed", [])
        others = [entry for entry in others if entry["Id"] in {failure["Id"] for failure in failed}]
    return [
        {"order_id": json.loads(message["Body"])["order_id"], "receipt_handle": message["ReceiptHandle"]}
        for message in reversed(found)
        if _town(message) == town
    ]


def pick__resource(sqs, queue_url, town):
    """With messages as resources."""
    queue = boto3.resource("sqs").Queue(queue_url)
    kept = []
    for message in queue.receive_messages(MaxNumberOfMessages=10, VisibilityTimeout=600, MessageAttributeNames=["All"]):
        if (message.message_attributes or {}).get("town", {}).get("StringValue") == town:
            kept.append({"order_id": json.loads(message.body)["order_id"], "receipt_handle": message.receipt_handle})
        else:
            message.change_visibility(VisibilityTimeout=0)
    return kept


def pick__threads(sqs, queue_url, town):
    """Gives the others back all at the same time."""
    asked = {"MaxNumberOfMessages": 10, "VisibilityTimeout": 600, "MessageAttributeNames": ["All"]}
    found = sqs.receive_message(QueueUrl=queue_url, **asked).get("Messages", [])
    others = [message["ReceiptHandle"] for message in found if _town(message) != town]
    with ThreadPoolExecutor() as pool:
        back = [
            pool.submit(sqs.change_message_visibility, QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=0)
            for handle in others
        ]
    for one in back:
        one.result()
    return [
        {"order_id": json.loads(message["Body"])["order_id"], "receipt_handle": message["ReceiptHandle"]}
        for message in found
        if _town(message) == town
    ]


# --- take_or_set_aside ------------------------------------------------------------------------------------------------


def take_or_set_aside__recursion(sqs, queue_url, aside_url, tries):
    """Sets one aside, and asks itself for the next."""
    messages = sqs.receive_message(
        QueueUrl=queue_url, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    ).get("Messages")
    if not messages:
        return None
    message = messages[0]
    if int(message["Attributes"]["ApproximateReceiveCount"]) > tries:
        _move(sqs, queue_url, aside_url, message)
        return take_or_set_aside__recursion(sqs, queue_url, aside_url, tries)
    return _handed_out(message)


def _handed_out(message):
    return {"receipt_handle": message["ReceiptHandle"], "order": json.loads(message["Body"])}


def _move(sqs, queue_url, aside_url, message):
    more = {"MessageAttributes": message["MessageAttributes"]} if "MessageAttributes" in message else {}
    sqs.send_message(QueueUrl=aside_url, MessageBody=message["Body"], **more)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])


def take_or_set_aside__older_spelling(sqs, queue_url, aside_url, tries):
    """Asks with AttributeNames, the older spelling, and waits for messages."""
    ask = {"QueueUrl": queue_url, "AttributeNames": ["ApproximateReceiveCount"], "MessageAttributeNames": ["All"]}
    while messages := sqs.receive_message(**ask, WaitTimeSeconds=1).get("Messages", []):
        for message in messages:
            count = int(message["Attributes"]["ApproximateReceiveCount"])
            if count < tries + 1:
                return _handed_out(message)
            _move(sqs, queue_url, aside_url, message)
    return None


def take_or_set_aside__resource(sqs, queue_url, aside_url, tries):
    """With queues and messages as resources."""
    service = boto3.resource("sqs")
    queue, aside = service.Queue(queue_url), service.Queue(aside_url)
    while True:
        found = queue.receive_messages(
            MessageSystemAttributeNames=["ApproximateReceiveCount"], MessageAttributeNames=["All"]
        )
        if not found:
            return None
        if int(found[0].attributes["ApproximateReceiveCount"]) <= tries:
            return {"order": json.loads(found[0].body), "receipt_handle": found[0].receipt_handle}
        aside.send_message(MessageBody=found[0].body, MessageAttributes=found[0].message_attributes or {})
        found[0].delete()


class NotMoved(Exception):
    """An entry of a batch failed."""


def take_or_set_aside__batches(sqs, queue_url, aside_url, tries):
    """Moves with batches of one, and looks whether the entry failed."""
    ask = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"], "MaxNumberOfMessages": 1}
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        [message] = messages
        if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
            return _handed_out(message)
        parcel = {"MessageBody": message["Body"], "MessageAttributes": message.get("MessageAttributes", {})}
        sent = sqs.send_message_batch(QueueUrl=aside_url, Entries=[{"Id": "aside"} | parcel])
        if sent.get("Failed"):
            raise NotMoved(sent["Failed"])
        entry = {"Id": "aside", "ReceiptHandle": message["ReceiptHandle"]}
        if sqs.delete_message_batch(QueueUrl=queue_url, Entries=[entry]).get("Failed"):
            raise NotMoved(message["MessageId"])
    return None


def take_or_set_aside__back_at_once(sqs, queue_url, aside_url, tries):
    """Gives an order that isn't JSON back before it raises, and sends until the send works."""
    ask = {"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"]}
    while messages := sqs.receive_message(QueueUrl=queue_url, **ask).get("Messages"):
        message = messages[0]
        if int(message["Attributes"]["ApproximateReceiveCount"]) <= tries:
            try:
                return _handed_out(message)
            except ValueError:
                sqs.change_message_visibility(
                    QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
                raise
        _move_at_last(sqs, queue_url, aside_url, message)
    return None


def _move_at_last(sqs, queue_url, aside_url, message):
    for pause in (1, 2, 4, 8, 16, 32):
        try:
            return _move(sqs, queue_url, aside_url, message)
        except ClientError:
            time.sleep(pause)
    raise NotMoved(message["MessageId"])


# --- pack_and_pass_on -------------------------------------------------------------------------------------------------


def pack_and_pass_on__lease_in_hand(sqs, orders_url, packed_url, seconds):
    """Makes the lease longer when it has the message."""
    messages = sqs.receive_message(QueueUrl=orders_url, MessageAttributeNames=["All"]).get("Messages", [])
    for message in messages:
        handle = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=seconds + 30)
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__longest(sqs, orders_url, packed_url, seconds):
    """The longest lease there is, and a short wait for an order."""
    reply = sqs.receive_message(
        QueueUrl=orders_url, VisibilityTimeout=43_200, MessageAttributeNames=[".*"], WaitTimeSeconds=3
    )
    if not reply.get("Messages"):
        return None
    [message] = reply["Messages"]
    order_id = json.loads(message["Body"])["order_id"]
    time.sleep(seconds)
    _move(sqs, orders_url, packed_url, message)
    return order_id


def pack_and_pass_on__beats(sqs, orders_url, packed_url, seconds):
    """Sleeps in pieces, and asks for another lease before each."""
    messages = sqs.receive_message(QueueUrl=orders_url, MessageAttributeNames=["All"]).get("Messages", [])
    if not messages:
        return None
    message, left = messages[0], seconds
    while left > 0:
        sqs.change_message_visibility(
            QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=1200
        )
        time.sleep(min(left, 1000))
        left -= 1000
    _move(sqs, orders_url, packed_url, message)
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__tries_again(sqs, orders_url, packed_url, seconds):
    """Sends a second time where the first failed; with resources."""
    service = boto3.resource("sqs")
    lease = seconds + 120
    ask = {"VisibilityTimeout": lease, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 1}
    found = service.Queue(orders_url).receive_messages(**ask)
    if not found:
        return None
    time.sleep(seconds)
    parcel = {"MessageBody": found[0].body, "MessageAttributes": found[0].message_attributes or {}}
    try:
        service.Queue(packed_url).send_message(**parcel)
    except ClientError:
        time.sleep(5)
        service.Queue(packed_url).send_message(**parcel)
    found[0].delete()
    return json.loads(found[0].body)["order_id"]


def pack_and_pass_on__twice_as_long(sqs, orders_url, packed_url, seconds):
    """A lease of twice the work, and a minute."""
    for message in sqs.receive_message(
        QueueUrl=orders_url, MessageAttributeNames=["All"], VisibilityTimeout=2 * seconds + 60
    ).get("Messages", []):
        time.sleep(seconds)
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__heartbeat(sqs, orders_url, packed_url, seconds):
    """Renews the queue's lease every 25 seconds."""
    messages = sqs.receive_message(QueueUrl=orders_url, MessageAttributeNames=["All"]).get("Messages", [])
    if not messages:
        return None
    [message] = messages
    for done in range(0, seconds, 25):
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30)
        time.sleep(min(25, seconds - done))
    _move(sqs, orders_url, packed_url, message)
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__renews_every_twenty_seconds(sqs, orders_url, packed_url, seconds):
    """Makes more than 300 calls in two hours."""
    for message in sqs.receive_message(QueueUrl=orders_url, MessageAttributeNames=["All"]).get("Messages", []):
        for done in range(0, seconds, 20):
            sqs.change_message_visibility(
                QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=30
            )
            time.sleep(min(20, seconds - done))
        _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]
    return None


@contextmanager
def _in_flight(sqs, queue_url, handle, every):
    """Renew the visibility timeout in a thread while the block runs."""
    over = threading.Event()

    def beat():
        while not over.wait(every):
            sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=3 * every)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def pack_and_pass_on__in_flight__threads(sqs, orders_url, packed_url, seconds):
    """Has a thread renew the timeout every 40 seconds until the order is passed on."""
    asked = {"QueueUrl": orders_url, "VisibilityTimeout": 120, "MessageAttributeNames": ["All"]}
    for message in sqs.receive_message(**asked).get("Messages", []):
        with _in_flight(sqs, orders_url, message["ReceiptHandle"], 40):
            time.sleep(seconds)
            _move(sqs, orders_url, packed_url, message)
        return json.loads(message["Body"])["order_id"]
    return None


def pack_and_pass_on__packs_in_a_pool__threads(sqs, orders_url, packed_url, seconds):
    """Packs in a thread of a pool, and renews the timeout in its own."""
    asked = {"QueueUrl": orders_url, "VisibilityTimeout": 90, "MessageAttributeNames": ["All"]}
    messages = sqs.receive_message(**asked).get("Messages")
    if not messages:
        return None
    [message] = messages
    again = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 90}
    with ThreadPoolExecutor(max_workers=1) as pool:
        packing = pool.submit(time.sleep, seconds)
        while wait([packing], timeout=60).not_done:
            sqs.change_message_visibility(**again)
    _move(sqs, orders_url, packed_url, message)
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__timer__threads(sqs, orders_url, packed_url, seconds):
    """Has a timer renew the timeout and start the next timer."""
    asked = {"QueueUrl": orders_url, "VisibilityTimeout": 300, "MessageAttributeNames": ["All"]}
    messages = sqs.receive_message(**asked).get("Messages")
    if not messages:
        return None
    [message] = messages
    timers = []

    def start():
        timers.append(threading.Timer(200, renew))
        timers[-1].daemon = True
        timers[-1].start()

    def renew():
        handle = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=300)
        start()

    start()
    time.sleep(seconds)
    _move(sqs, orders_url, packed_url, message)
    timers[-1].cancel()
    return json.loads(message["Body"])["order_id"]


def pack_and_pass_on__without_end(sqs, orders_url, packed_url, seconds):
    """Tries to pass the order on until that works, and keeps it in flight meanwhile."""
    asked = {"QueueUrl": orders_url, "VisibilityTimeout": seconds + 300, "MessageAttributeNames": ["All"]}
    messages = sqs.receive_message(**asked).get("Messages")
    if not messages:
        return None
    time.sleep(seconds)
    while True:
        try:
            _move(sqs, orders_url, packed_url, messages[0])
            return json.loads(messages[0]["Body"])["order_id"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] != "InternalError":
                raise
            time.sleep(10)

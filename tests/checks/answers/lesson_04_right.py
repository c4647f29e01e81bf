"""Right answers to the exercises of lesson 04, each in another style than the solution."""

import json
import math
import time

import boto3
from botocore.exceptions import ClientError

# --- wait_for_order ---------------------------------------------------------------------------------------------------


def wait_for_order__by_the_clock(sqs, queue_url, seconds):
    """Goes by a deadline."""
    end = time.monotonic() + seconds
    while (left := math.ceil(end - time.monotonic())) > 0:
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=min(20, left)).get("Messages", []):
            return json.loads(message["Body"])
    return None


def wait_for_order__list_of_polls(sqs, queue_url, seconds):
    """Works the polls out beforehand; the short one comes first."""
    polls = [seconds % 20] * (seconds % 20 > 0) + [20] * (seconds // 20)
    for poll in polls:
        reply = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1, WaitTimeSeconds=poll)
        if reply.get("Messages"):
            return json.loads(reply["Messages"][0]["Body"])


def wait_for_order__resource(sqs, queue_url, seconds):
    """Through the resource, and asks for attributes nobody needs."""
    queue = boto3.resource("sqs").Queue(queue_url)
    queue.load()
    while seconds > 0:
        found = queue.receive_messages(WaitTimeSeconds=min(seconds, 20), MessageSystemAttributeNames=["All"])
        if found:
            return json.loads(found[0].body)
        seconds -= 20


def wait_for_order__again(sqs, queue_url, seconds):
    """Calls itself for the time that is left."""
    if seconds <= 0:
        return None
    wait = seconds if seconds < 20 else 20
    try:
        message = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait)["Messages"][0]
    except KeyError:
        return wait_for_order__again(sqs, queue_url, seconds - wait)
    return json.loads(message["Body"])


# --- send_all ---------------------------------------------------------------------------------------------------------


def send_all__numbers_of_all(sqs, queue_url, bodies):
    """The ids are places in the whole list."""
    failed = set()
    entries = [{"Id": f"text-{place}", "MessageBody": body} for place, body in enumerate(bodies)]
    while entries:
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries[:10])
        failed |= {int(failure["Id"][5:]) for failure in reply.get("Failed", ())}
        del entries[:10]
    return [body for place, body in enumerate(bodies) if place in failed]


def send_all__what_succeeded(sqs, queue_url, bodies):
    """Goes by what succeeded."""
    refused = []
    for start in range(0, len(bodies), 10):
        texts = bodies[start : start + 10]
        entries = [{"Id": chr(ord("a") + n), "MessageBody": text} for n, text in enumerate(texts)]
        sent = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Successful", [])
        letters = "".join(item["Id"] for item in sent)
        for letter, text in zip("abcdefghij", texts, strict=False):
            if letter not in letters:
                refused.append(text)
    return refused


def send_all__resource(sqs, queue_url, bodies):
    """Through the resource; the failures are sorted by number."""
    queue, refused = boto3.resource("sqs").Queue(queue_url), []
    for start in range(0, len(bodies), 10):
        chunk = bodies[start : start + 10]
        reply = queue.send_messages(Entries=[{"Id": str(n), "MessageBody": chunk[n]} for n in range(len(chunk))])
        refused.extend(chunk[n] for n in sorted(int(failure["Id"]) for failure in reply.get("Failed", [])))
    return refused


def send_all__looks_first(sqs, queue_url, bodies):
    """Does not send what SQS would refuse anyway."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])["Attributes"]
    good, refused = [], []
    for body in bodies:
        fits = 0 < len(body.encode()) <= int(attributes["MaximumMessageSize"])
        plain = all(letter in "\t\n\r" or letter >= " " for letter in body)
        (good if fits and plain else refused).append(body)
    for start in range(0, len(good), 10):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(good[start : start + 10])]
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
        if "Failed" in reply:
            raise RuntimeError(reply["Failed"])
    return refused


# --- drain ------------------------------------------------------------------------------------------------------------


def drain__generator(sqs, queue_url):
    """Receives in a generator, deletes by message id, and keeps a set of ids."""
    orders, seen = [], set()
    for messages in _batches(sqs, queue_url):
        for order in (json.loads(message["Body"]) for message in messages):
            if order["order_id"] not in seen:
                seen.add(order["order_id"])
                orders.append(order)
        entries = [{"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]} for message in messages]
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    return orders


def _batches(sqs, queue_url):
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get(
        "Messages"
    ):
        yield messages


def drain__deletes_at_the_end(sqs, queue_url):
    """Receives everything first, and deletes then, in tens."""
    messages = []
    while True:
        found = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=600
        )
        if not found.get("Messages"):
            break
        messages += found["Messages"]
    for start in range(0, len(messages), 10):
        entries = [
            {"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages[start : start + 10])
        ]
        sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
    orders = [json.loads(message["Body"]) for message in messages]
    return [order for n, order in enumerate(orders) if order not in orders[:n]]


def drain__resource(sqs, queue_url):
    """Through the resource; three empty polls, to be on the safe side."""
    queue, orders, empty = boto3.resource("sqs").Queue(queue_url), {}, 0
    while empty < 3:
        messages = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=5)
        if messages:
            orders |= {json.loads(message.body)["order_id"]: json.loads(message.body) for message in messages}
            queue.delete_messages(
                Entries=[{"Id": f"m{n}", "ReceiptHandle": m.receipt_handle} for n, m in enumerate(messages)]
            )
        empty = 0 if messages else empty + 1
    return [orders[order_id] for order_id in sorted(orders)]


# --- pack_slowly ------------------------------------------------------------------------------------------------------


def pack_slowly__before_each_step(sqs, queue_url, steps, seconds):
    """Renews before each step, and waits for an order."""
    found = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20).get("Messages")
    if not found:
        return None
    handle = found[0]["ReceiptHandle"]
    for _ in range(steps):
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=seconds + 15)
        time.sleep(seconds)
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    return json.loads(found[0]["Body"])


def pack_slowly__long_first_lease(sqs, queue_url, steps, seconds):
    """Asks for two minutes with the receive, and renews to as much, but not after the last step."""
    reply = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120)
    for message in reply.get("Messages", []):
        lease = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        for step in range(steps):
            time.sleep(seconds)
            if step < steps - 1:
                sqs.change_message_visibility(**lease, VisibilityTimeout=120)
        sqs.delete_message(**lease)
        return json.loads(message["Body"])


def pack_slowly__queue_s_own_lease(sqs, queue_url, steps, seconds):
    """Renews to what the queue gives, through the resource."""
    queue = boto3.resource("sqs").Queue(queue_url)
    lease = int(queue.attributes["VisibilityTimeout"])
    messages = queue.receive_messages(MaxNumberOfMessages=1)
    if not messages:
        return None
    [message] = messages
    order = json.loads(message.body)
    while steps:
        time.sleep(seconds)
        steps -= 1
        message.change_visibility(VisibilityTimeout=lease)
    message.delete()
    return order


def pack_slowly__half_steps(sqs, queue_url, steps, seconds):
    """Renews in the middle of a step as well, and with the batch call."""
    try:
        message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    except KeyError:
        return None
    entry = {"Id": "it", "ReceiptHandle": message["ReceiptHandle"]}
    for _ in range(2 * steps):
        time.sleep(seconds / 2)
        sqs.change_message_visibility_batch(QueueUrl=queue_url, Entries=[entry | {"VisibilityTimeout": seconds}])
    sqs.delete_message_batch(QueueUrl=queue_url, Entries=[entry])
    return json.loads(message["Body"])


# --- bill_orders ------------------------------------------------------------------------------------------------------


def bill_orders__one_by_one(sqs, orders_url, bills_url, done, seconds):
    """One message with each receive, polls that end with the time, and a try around each step."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            found = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=min(20, math.ceil(left)))
        except ClientError:
            time.sleep(1)
            continue
        for message in found.get("Messages", []):
            order = _order(message["Body"])
            if order is None:
                continue
            if order["order_id"] not in done:
                try:
                    bill = {key: order[key] for key in ("customer", "order_id")}
                    sqs.send_message(QueueUrl=bills_url, MessageBody=json.dumps(bill))
                except ClientError:
                    continue
                done.append(order["order_id"])
            try:
                sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
            except ClientError as problem:
                print(problem)
    return done


def _order(text):
    try:
        order = json.loads(text)
    except ValueError:
        return None
    return order if isinstance(order, dict) and "order_id" in order else None


class _Biller:
    """A worker as an object, which gives back what failed, later each time, and deletes in a batch."""

    def __init__(self, sqs, orders_url, bills_url, done):
        self.sqs, self.orders_url, self.bills_url, self.done = sqs, orders_url, bills_url, set(done)

    def poll(self):
        ask = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": 10, "MessageSystemAttributeNames": ["All"]}
        messages = self.sqs.receive_message(QueueUrl=self.orders_url, **ask).get("Messages", [])
        finished = []
        for message in messages:
            try:
                self.bill(json.loads(message["Body"]))
            except Exception:
                self.give_back(message)
            else:
                finished.append({"Id": str(len(finished)), "ReceiptHandle": message["ReceiptHandle"]})
        if finished:
            self.sqs.delete_message_batch(QueueUrl=self.orders_url, Entries=finished)

    def bill(self, order):
        order_id = order["order_id"]
        if order_id not in self.done:
            body = json.dumps({"order_id": order_id, "customer": order["customer"]})
            self.sqs.send_message(QueueUrl=self.bills_url, MessageBody=body)
            self.done.add(order_id)

    def give_back(self, message):
        seconds = min(10 * 2 ** int(message["Attributes"]["ApproximateReceiveCount"]), 900)
        handle = message["ReceiptHandle"]
        self.sqs.change_message_visibility(QueueUrl=self.orders_url, ReceiptHandle=handle, VisibilityTimeout=seconds)


def bill_orders__class(sqs, orders_url, bills_url, done, seconds):
    """Through a class of its own."""
    worker, started = _Biller(sqs, orders_url, bills_url, done), time.time()
    while time.time() - started < seconds:
        try:
            worker.poll()
        except sqs.exceptions.ClientError:
            time.sleep(2)
    return sorted(worker.done)


def bill_orders__tries_again(sqs, orders_url, bills_url, done, seconds):
    """Tries each call again until it works, and looks at each message before it begins."""
    billed, end = dict.fromkeys(done), time.time() + seconds
    ask = {"QueueUrl": orders_url, "MaxNumberOfMessages": 5, "WaitTimeSeconds": 20}
    while end > time.time():
        for message in _stubborn(sqs.receive_message, **ask).get("Messages", []):
            order = _order(message["Body"])
            if not order:
                continue
            if order["order_id"] not in billed:
                body = json.dumps({"order_id": order["order_id"], "customer": order.get("customer")})
                _stubborn(sqs.send_message, QueueUrl=bills_url, MessageBody=body)
                billed[order["order_id"]] = True
            _stubborn(sqs.delete_message, QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
    return list(billed)


def _stubborn(call, **params):
    while True:
        try:
            return call(**params)
        except ClientError:
            time.sleep(1)


def bill_orders__resource(sqs, orders_url, bills_url, done, seconds):
    """Through resources, with short polls and a pause; bills go out in batches of one."""
    service = boto3.resource("sqs")
    orders, bills = service.Queue(orders_url), service.Queue(bills_url)
    end = time.time() + seconds
    while time.time() <= end:
        try:
            messages = orders.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=3)
        except ClientError:
            messages = []
        for message in messages:
            try:
                order = json.loads(message.body)
                if order["order_id"] not in done:
                    body = json.dumps({"customer": order["customer"], "order_id": order["order_id"]})
                    bills.send_messages(Entries=[{"Id": "bill", "MessageBody": body}])
                    done = [*done, order["order_id"]]
                message.delete()
            except (ValueError, KeyError, TypeError, ClientError):
                pass
    return done

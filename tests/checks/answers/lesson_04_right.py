"""Right answers to the exercises of lesson 04, each in another style than the solution."""

import asyncio
import concurrent.futures
import contextlib
import itertools
import json
import math
import queue
import random
import signal
import threading
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


def wait_for_order__rounded_deadline(sqs, queue_url, seconds):
    """Goes by a deadline in whole seconds, so that a second can be left over for one more poll."""
    end = time.time() + seconds
    while (left := end - time.time()) > 0.05:
        reply = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=min(20, max(1, int(left + 0.1))))
        if reply.get("Messages"):
            return json.loads(reply["Messages"][0]["Body"])
    return None


def wait_for_order__list_of_polls(sqs, queue_url, seconds):
    """Works the polls out beforehand; the short one comes first."""
    polls = [seconds % 20] * (seconds % 20 > 0) + [20] * (seconds // 20)
    for poll in polls:
        reply = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1, WaitTimeSeconds=poll)
        if reply.get("Messages"):
            return json.loads(reply["Messages"][0]["Body"])


def wait_for_order__asks_for_more(sqs, queue_url, seconds):
    """Asks for attributes nobody needs, and is in flight for longer than the queue's visibility timeout."""
    known = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    wanted = {"VisibilityTimeout": 2 * int(known["VisibilityTimeout"]), "MessageSystemAttributeNames": ["All"]}
    while seconds > 0:
        reply = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=min(seconds, 20), **wanted)
        for message in reply.get("Messages", []):
            return json.loads(message["Body"])
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


def wait_for_order__worker__threads(sqs, queue_url, seconds):
    """A thread polls and puts what it finds into a queue, where the main thread waits."""
    found = queue.Queue()

    def poll():
        for wait in [20] * (seconds // 20) + [seconds % 20] * (seconds % 20 > 0):
            messages = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=wait).get("Messages")
            if messages:
                return found.put(messages[0])
        found.put(None)

    threading.Thread(target=poll, daemon=True).start()
    message = found.get()
    return message and json.loads(message["Body"])


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
    """Doesn't send what SQS would refuse anyway."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["MaximumMessageSize"])["Attributes"]
    good, refused = [], []
    for body in bodies:
        fits = 0 < len(body.encode()) <= int(attributes["MaximumMessageSize"])
        plain = all(letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff") for letter in body)
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
        handles = {message["MessageId"]: message["ReceiptHandle"] for message in messages}
        for _ in range(5):
            entries = [{"Id": name, "ReceiptHandle": handle} for name, handle in handles.items()]
            reply = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
            handles = {failure["Id"]: handles[failure["Id"]] for failure in reply.get("Failed", [])}
            if not handles:
                break
            time.sleep(1)
    return orders


def _batches(sqs, queue_url):
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get(
        "Messages"
    ):
        yield messages


def drain__three_tries(sqs, queue_url):
    """Tries each delete three times, and then raises."""
    orders = {}
    for messages in _batches(sqs, queue_url):
        orders |= {order["order_id"]: order for order in (json.loads(message["Body"]) for message in messages)}
        entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(messages)]
        for _ in range(3):
            failed = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", [])
            entries = [entry for entry in entries if entry["Id"] in [failure["Id"] for failure in failed]]
            if not entries:
                break
        else:
            raise RuntimeError("three tries weren't enough")
    return list(orders.values())


def drain__deletes_at_the_end(sqs, queue_url):
    """Receives everything first, and deletes then, in tens; what fails is deleted one by one."""
    messages = []
    while True:
        found = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=600
        )
        if not found.get("Messages"):
            break
        messages += found["Messages"]
    for start in range(0, len(messages), 10):
        batch = messages[start : start + 10]
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(batch)]
        for failure in sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", []):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=batch[int(failure["Id"])]["ReceiptHandle"])
    orders = [json.loads(message["Body"]) for message in messages]
    return [order for n, order in enumerate(orders) if order not in orders[:n]]


def drain__resource(sqs, queue_url):
    """Through the resource; three empty polls, and what wasn't deleted is made visible and received again."""
    queue, orders, empty = boto3.resource("sqs").Queue(queue_url), {}, 0
    while empty < 3:
        messages = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=5)
        if messages:
            orders |= {json.loads(message.body)["order_id"]: json.loads(message.body) for message in messages}
            entries = [{"Id": f"m{n}", "ReceiptHandle": m.receipt_handle} for n, m in enumerate(messages)]
            for failure in queue.delete_messages(Entries=entries).get("Failed", []):
                messages[int(failure["Id"][1:])].change_visibility(VisibilityTimeout=0)
        empty = 0 if messages else empty + 1
    return [orders[order_id] for order_id in sorted(orders)]


def drain__pool__threads(sqs, queue_url):
    """Three workers of a pool, each until a long poll of its own finds nothing."""
    orders = {}

    def empty():
        while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=20).get(
            "Messages"
        ):
            for message in messages:
                order = json.loads(message["Body"])
                orders[order["order_id"]] = order
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
            while entries:
                reply = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries)
                failed = {failure["Id"] for failure in reply.get("Failed", [])}
                entries = [entry for entry in entries if entry["Id"] in failed]

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for worker in [pool.submit(empty) for _ in range(3)]:
            worker.result()
    return list(orders.values())


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


def pack_slowly__survives_failed_renewals(sqs, queue_url, steps, seconds):
    """Catches what a renewal raises, and goes on."""
    for message in sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages", []):
        received = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}
        for _ in range(steps):
            try:
                sqs.change_message_visibility(**received, VisibilityTimeout=120)
            except ClientError as problem:
                print(problem)
            time.sleep(seconds)
        sqs.delete_message(**received)
        return json.loads(message["Body"])
    return None


def pack_slowly__heartbeat__threads(sqs, queue_url, steps, seconds):
    """A thread extends the visibility timeout until the work is done."""
    found = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=90).get("Messages")
    if not found:
        return None
    received, packed = {"QueueUrl": queue_url, "ReceiptHandle": found[0]["ReceiptHandle"]}, threading.Event()

    def beat():
        while not packed.wait(timeout=25):
            sqs.change_message_visibility(**received, VisibilityTimeout=90)

    heart = threading.Thread(target=beat, daemon=True)
    heart.start()
    try:
        for _ in range(steps):
            time.sleep(seconds)
    finally:
        packed.set()
        heart.join()
    sqs.delete_message(**received)
    return json.loads(found[0]["Body"])


def pack_slowly__timers__threads(sqs, queue_url, steps, seconds):
    """A chain of timers; each sets the next one."""
    found = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=60).get("Messages")
    if not found:
        return None
    received, timers = {"QueueUrl": queue_url, "ReceiptHandle": found[0]["ReceiptHandle"]}, []

    def beat():
        sqs.change_message_visibility(**received, VisibilityTimeout=60)
        wind_up()

    def wind_up():
        timers.append(threading.Timer(20, beat))
        timers[-1].start()

    wind_up()
    try:
        for _ in range(steps):
            time.sleep(seconds)
    finally:
        timers[-1].cancel()
    sqs.delete_message(**received)
    return json.loads(found[0]["Body"])


def pack_slowly__pool__threads(sqs, queue_url, steps, seconds):
    """The work runs in a pool, and the main thread extends the visibility timeout until it's done."""
    found = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=60).get("Messages", [])
    if not found:
        return None
    received = {"QueueUrl": queue_url, "ReceiptHandle": found[0]["ReceiptHandle"]}
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
        work = pool.submit(lambda: [time.sleep(seconds) for _ in range(steps)])
        while concurrent.futures.wait([work], timeout=20).not_done:
            sqs.change_message_visibility(**received, VisibilityTimeout=60)
    work.result()
    sqs.delete_message(**received)
    return json.loads(found[0]["Body"])


def pack_slowly__asyncio__threads(sqs, queue_url, steps, seconds):
    """A task is the heartbeat; work and calls run in threads, beside the event loop."""
    found = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=100).get("Messages", [])
    if found:
        received = {"QueueUrl": queue_url, "ReceiptHandle": found[0]["ReceiptHandle"]}
        asyncio.run(_packed(sqs, received, steps, seconds))
        sqs.delete_message(**received)
        return json.loads(found[0]["Body"])


async def _packed(sqs, received, steps, seconds):
    async def beat():
        while True:
            await asyncio.sleep(40)
            await asyncio.to_thread(sqs.change_message_visibility, **received, VisibilityTimeout=100)

    heart = asyncio.create_task(beat())
    for _ in range(steps):
        await asyncio.to_thread(time.sleep, seconds)
    heart.cancel()


# --- bill_orders ------------------------------------------------------------------------------------------------------


def bill_orders__batches(sqs, orders_url, bills_url, done, seconds):
    """Receives ten, extends the visibility timeout of all that are left after each page, and gives the rest back."""
    stop, billed, waits = [], set(done), 0
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))
    end = time.monotonic() + seconds

    def safely(call, **params):
        nonlocal waits
        try:
            reply = call(**params)
            waits = 0
            return reply
        except ClientError as problem:
            print("trouble:", problem)
            waits += 1
            time.sleep(min(0.5 * 2**waits, 20))

    def hide(messages, timeout):
        entries = [
            {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": timeout}
            for n, message in enumerate(messages)
        ]
        safely(sqs.change_message_visibility_batch, QueueUrl=orders_url, Entries=entries)

    def order_in(message):
        try:
            order = json.loads(message["Body"])
            return order["order_id"], order["customer"], int(order["pages"])
        except Exception as problem:
            print("no order:", problem)
            return None

    while not stop and time.monotonic() < end:
        reply = safely(
            sqs.receive_message,
            QueueUrl=orders_url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=90,
            WaitTimeSeconds=min(20, max(0, math.ceil(end - time.monotonic()))),
        )
        left = [message for message in (reply or {}).get("Messages", []) if order_in(message)]
        while left:
            if stop or time.monotonic() >= end:
                hide(left, 0)
                break
            order_id, customer, pages = order_in(left[0])
            if order_id not in billed:
                for _ in range(pages):
                    time.sleep(5)
                    hide(left, 90)
                bill = json.dumps({"customer": customer, "order_id": order_id})
                if safely(sqs.send_message, QueueUrl=bills_url, MessageBody=bill):
                    billed.add(order_id)
            message = left.pop(0)
            if order_id in billed:
                safely(sqs.delete_message, QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(billed)


class _Biller:
    """A worker as an object. It tries a call again until it works, with a random share in its pauses."""

    def __init__(self, sqs, orders_url, bills_url, done):
        self.sqs, self.orders_url, self.bills_url = sqs, orders_url, bills_url
        self.done, self.stopping, self.share = list(done), False, random.Random(7)
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, number, frame):
        self.stopping = True

    def again(self, call, **params):
        for failures in itertools.count():
            try:
                return call(**params)
            except ClientError as problem:
                print(problem)
                time.sleep(self.share.uniform(0.5, 1) * min(2**failures, 20))

    def run(self, end):
        while not self.stopping and time.time() < end:
            wait = min(20, math.ceil(end - time.time()))
            receive = {"QueueUrl": self.orders_url, "WaitTimeSeconds": wait, "VisibilityTimeout": 100}
            for message in self.again(self.sqs.receive_message, **receive).get("Messages", []):
                received = {"QueueUrl": self.orders_url, "ReceiptHandle": message["ReceiptHandle"]}
                if self.stopping or time.time() >= end:
                    self.again(self.sqs.change_message_visibility, **received, VisibilityTimeout=0)
                elif order := self.read(message["Body"]):
                    self.handle(received, **order)

    def read(self, text):
        try:
            order = json.loads(text)
        except json.JSONDecodeError:
            return None
        names = ("order_id", "customer", "pages")
        if not isinstance(order, dict) or not all(name in order for name in names):
            return None
        return {name: order[name] for name in names} if isinstance(order["pages"], int) else None

    def handle(self, received, order_id, customer, pages):
        if order_id not in self.done:
            for page in range(pages):
                if page % 5 == 4:
                    self.again(self.sqs.change_message_visibility, **received, VisibilityTimeout=100)
                time.sleep(5)
            body = json.dumps({"order_id": order_id, "customer": customer})
            self.again(self.sqs.send_message, QueueUrl=self.bills_url, MessageBody=body)
            self.done.append(order_id)
        self.again(self.sqs.delete_message, **received)


def bill_orders__class(sqs, orders_url, bills_url, done, seconds):
    """In a class of its own."""
    worker = _Biller(sqs, orders_url, bills_url, done)
    worker.run(time.time() + seconds)
    return worker.done


def bill_orders__exception(sqs, orders_url, bills_url, done, seconds):
    """The handler raises, except while an order is in work; each order has as long a timeout as it needs."""
    billed, end, state = list(done), time.time() + seconds, {"busy": False, "stop": False, "pause": 1}

    class Stop(BaseException):
        pass

    def on_signal(number, frame):
        state["stop"] = True
        if not state["busy"]:
            raise Stop

    signal.signal(signal.SIGTERM, on_signal)
    try:
        while time.time() < end and not state["stop"]:
            try:
                reply = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=round(min(20, end - time.time())))
                state["busy"] = "Messages" in reply
                for message in reply.get("Messages", []):
                    _bill(sqs, orders_url, bills_url, message, billed, end)
                state["pause"] = 1
            except ClientError as problem:
                print(problem)
                time.sleep(state["pause"])
                state["pause"] = min(20, state["pause"] * 3)
            state["busy"] = False
    except Stop:
        pass
    return billed


def _bill(sqs, orders_url, bills_url, message, billed, end):
    received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
    if time.time() >= end:
        sqs.change_message_visibility(**received, VisibilityTimeout=0)
        return
    try:
        order = json.loads(message["Body"])
        pages, bill = int(order["pages"]), {name: order[name] for name in ("order_id", "customer")}
    except (ValueError, KeyError, TypeError):
        return
    if bill["order_id"] not in billed:
        while pages > 0:
            some = min(10, pages)
            sqs.change_message_visibility(**received, VisibilityTimeout=5 * some + 30)
            time.sleep(5 * some)
            pages -= some
        sqs.send_message(QueueUrl=bills_url, MessageBody=json.dumps(bill))
        billed.append(bill["order_id"])
    sqs.delete_message(**received)


def bill_orders__heartbeat__threads(sqs, orders_url, bills_url, done, seconds):
    """A thread extends the visibility timeout of the order in work."""
    stop, billed, end, pause = threading.Event(), list(done), time.time() + seconds, 1
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())

    @contextlib.contextmanager
    def heart(handle):
        finished = threading.Event()

        def beat():
            while not finished.wait(15):
                with contextlib.suppress(ClientError):
                    sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=60)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()

    while not stop.is_set() and time.time() < end:
        try:
            reply = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=10, VisibilityTimeout=60)
            for message in reply.get("Messages", []):
                handle = message["ReceiptHandle"]
                if stop.is_set() or time.time() >= end:
                    sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=0)
                    continue
                try:
                    order = json.loads(message["Body"])
                    order_id, customer, pages = order["order_id"], order["customer"], 5 * int(order["pages"])
                except (ValueError, KeyError, TypeError):
                    continue
                with heart(handle):
                    if order_id not in billed:
                        time.sleep(pages)
                        bill = json.dumps({"order_id": order_id, "customer": customer})
                        sqs.send_message(QueueUrl=bills_url, MessageBody=bill)
                        billed.append(order_id)
                    sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=handle)
            pause = 1
        except ClientError:
            stop.wait(pause)
            pause = min(2 * pause, 20)
    return billed


def bill_orders__pool__threads(sqs, orders_url, bills_url, done, seconds):
    """Two workers of a pool, which share a record and a lock."""
    stop, billed, taken, lock = threading.Event(), set(done), set(done), threading.Lock()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    end = time.time() + seconds

    def over():
        return stop.is_set() or time.time() >= end

    def safely(call, tries, **params):
        for failures in range(tries):
            try:
                return call(**params)
            except ClientError as problem:
                print(problem)
                time.sleep(min(2**failures, 20))

    def handle(message):
        received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
        try:
            order = json.loads(message["Body"])
            order_id, bill = order["order_id"], {"order_id": order["order_id"], "customer": order["customer"]}
            pages = range(order["pages"])
        except (ValueError, KeyError, TypeError):
            return
        with lock:
            mine = order_id not in taken
            taken.add(order_id)
        if mine:
            for _ in pages:
                time.sleep(5)
                safely(sqs.change_message_visibility, 2, **received, VisibilityTimeout=60)
            if not safely(sqs.send_message, 4, QueueUrl=bills_url, MessageBody=json.dumps(bill)):
                taken.discard(order_id)
                return
            billed.add(order_id)
        if order_id in billed:
            safely(sqs.delete_message, 4, **received)

    def work():
        while not over():
            reply = safely(sqs.receive_message, 20, QueueUrl=orders_url, WaitTimeSeconds=20, VisibilityTimeout=60) or {}
            for message in reply.get("Messages", []):
                if over():
                    handle_back = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
                    safely(sqs.change_message_visibility, 4, **handle_back, VisibilityTimeout=0)
                else:
                    handle(message)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result()
    return list(billed)


def bill_orders__asyncio__threads(sqs, orders_url, bills_url, done, seconds):
    """An event loop with a heartbeat as a task; what blocks runs in threads."""
    return asyncio.run(_bill_orders(sqs, orders_url, bills_url, list(done), seconds))


async def _bill_orders(sqs, orders_url, bills_url, billed, seconds):
    loop, stop, pause = asyncio.get_running_loop(), asyncio.Event(), 1
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop.set))
    end = loop.time() + seconds

    async def beat(received):
        while True:
            await asyncio.sleep(20)
            with contextlib.suppress(ClientError):
                await asyncio.to_thread(sqs.change_message_visibility, **received, VisibilityTimeout=90)

    async def handle(message, received):
        try:
            order = json.loads(message["Body"])
            bill = {"order_id": order["order_id"], "customer": order["customer"]}
            pages = range(order["pages"])
        except (ValueError, KeyError, TypeError):
            return
        heart = asyncio.create_task(beat(received))
        try:
            if bill["order_id"] not in billed:
                for _ in pages:
                    await asyncio.to_thread(time.sleep, 5)
                await asyncio.to_thread(sqs.send_message, QueueUrl=bills_url, MessageBody=json.dumps(bill))
                billed.append(bill["order_id"])
            await asyncio.to_thread(sqs.delete_message, **received)
        finally:
            heart.cancel()

    while not stop.is_set() and loop.time() < end:
        try:
            reply = await asyncio.to_thread(
                sqs.receive_message, QueueUrl=orders_url, WaitTimeSeconds=20, VisibilityTimeout=90
            )
            for message in reply.get("Messages", []):
                received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
                if stop.is_set() or loop.time() >= end:
                    await asyncio.to_thread(sqs.change_message_visibility, **received, VisibilityTimeout=0)
                else:
                    await handle(message, received)
            pause = 1
        except ClientError:
            await asyncio.sleep(pause)
            pause = min(20, 2 * pause)
    return billed

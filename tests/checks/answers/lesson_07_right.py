"""Right answers to the exercises of lesson 07, each in another style than the solution."""

import base64
import hashlib
import json
import uuid

import boto3
from botocore.exceptions import ClientError

# --- group_of ---------------------------------------------------------------------------------------------------------


def group_of__readable(event):
    """Only articles are hashed; everything else stays readable."""
    match event["kind"].split("."):
        case ["order", *rest] if rest:
            return "order:" + event["order_id"].strip().lower()
        case ["stock", *rest] if rest:
            return "stock:" + hashlib.md5(event["article"].encode("utf-8")).hexdigest()
        case ["customer", *rest] if rest:
            return f"customer:{int(event['customer_id'])}"
    return "event:" + event["event_id"]


def group_of__uuid_of_the_name(event):
    """A UUID made from a name, which is the same each time."""
    kind = event["kind"]
    if kind.startswith("order."):
        name = ["order", " ".join(event["order_id"].split()).casefold()]
    elif kind.startswith("stock."):
        name = ["stock", event["article"]]
    elif kind.startswith("customer."):
        name = ["customer", f"{event['customer_id']}"]
    else:
        name = ["none", event["event_id"]]
    return str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(name)))


def group_of__table(event):
    """A table of functions."""
    ways = {
        "order.": lambda: event["order_id"].strip().upper(),
        "stock.": lambda: event["article"],
        "customer.": lambda: str(event["customer_id"]),
    }
    for start, way in ways.items():
        if event["kind"].startswith(start):
            return base64.urlsafe_b64encode(hashlib.blake2b((start + way()).encode()).digest()).decode()
    return event["event_id"]


def group_of__spelled_out_while_it_fits(event):
    """Short articles as hexadecimal digits, long ones as a hash, which can't be taken for one another."""
    kind = event["kind"]
    if kind.startswith("stock."):
        digits = event["article"].encode().hex()
        return f"a!{digits}" if len(digits) <= 120 else "A!" + hashlib.sha512(event["article"].encode()).hexdigest()[:100]
    if kind.startswith("order."):
        return "o!" + event["order_id"].strip().upper()
    return f"c!{event['customer_id']}" if kind.startswith("customer.") else "e!" + event["event_id"]


# --- pass_on ----------------------------------------------------------------------------------------------------------


def _receive(sqs, url):
    wanted = ["MessageGroupId", "MessageDeduplicationId"]
    reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=wanted)
    return reply.get("Messages", [])


def pass_on__group_by_group(sqs, events_url, warehouse_url):
    """One group after the other; what's left of it goes back at once, in one request."""
    groups, back = {}, []
    for message in _receive(sqs, events_url):
        groups.setdefault(message["Attributes"]["MessageGroupId"], []).append(message)
    for messages in groups.values():
        while messages:
            message = messages[0]
            try:
                sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **message["Attributes"])
            except sqs.exceptions.ClientError:
                entries = [
                    {"Id": str(n), "ReceiptHandle": each["ReceiptHandle"], "VisibilityTimeout": 0}
                    for n, each in enumerate(messages)
                ]
                sqs.change_message_visibility_batch(QueueUrl=events_url, Entries=entries)
                back += [each["MessageId"] for each in messages]
                break
            sqs.delete_message(QueueUrl=events_url, ReceiptHandle=messages.pop(0)["ReceiptHandle"])
    return back


def pass_on__at_the_end(sqs, events_url, warehouse_url):
    """Sends first, deletes in a batch then, and gives back at the end, the last one first."""
    done, back, stopped = [], [], []
    for message in _receive(sqs, events_url):
        ids = message["Attributes"]
        if ids["MessageGroupId"] in stopped:
            back.append(message)
            continue
        try:
            sqs.send_message(
                QueueUrl=warehouse_url,
                MessageBody=message["Body"],
                MessageGroupId=ids["MessageGroupId"],
                MessageDeduplicationId=ids["MessageDeduplicationId"],
            )
        except Exception:
            stopped.append(ids["MessageGroupId"])
            back.append(message)
        else:
            done.append({"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]})
    if done:
        sqs.delete_message_batch(QueueUrl=events_url, Entries=done)
    for message in reversed(back):
        handle = message["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=events_url, ReceiptHandle=handle, VisibilityTimeout=0)
    return [message["MessageId"] for message in reversed(back)]


def pass_on__in_rounds(sqs, events_url, warehouse_url):
    """The first event of each group in one batch, then the second of those that can go on, and so on."""
    groups, back = {}, []
    for message in _receive(sqs, events_url):
        groups.setdefault(message["Attributes"]["MessageGroupId"], []).append(message)
    rows = list(groups.values())
    while rows:
        entries = [
            {"Id": str(n), "MessageBody": row[0]["Body"], **row[0]["Attributes"]} for n, row in enumerate(rows)
        ]
        reply = sqs.send_message_batch(QueueUrl=warehouse_url, Entries=entries)
        for failure in reply.get("Failed", []):
            row = rows[int(failure["Id"])]
            for message in row:
                back.append(message["MessageId"])
                handle = message["ReceiptHandle"]
                sqs.change_message_visibility(QueueUrl=events_url, ReceiptHandle=handle, VisibilityTimeout=0)
            row.clear()
        for row in filter(None, rows):
            sqs.delete_message(QueueUrl=events_url, ReceiptHandle=row.pop(0)["ReceiptHandle"])
        rows = [row for row in rows if row]
    return back


def pass_on__asks_for_the_limit(sqs, events_url, warehouse_url):
    """Looks up the limit, and sends nothing that's longer."""
    told = sqs.get_queue_attributes(QueueUrl=warehouse_url, AttributeNames=["MaximumMessageSize"])
    limit, blocked, back = int(told["Attributes"]["MaximumMessageSize"]), set(), []
    for message in _receive(sqs, events_url):
        ids, handle = message["Attributes"], message["ReceiptHandle"]
        if len(message["Body"].encode()) > limit:
            blocked.add(ids["MessageGroupId"])
        if ids["MessageGroupId"] in blocked:
            sqs.change_message_visibility(QueueUrl=events_url, ReceiptHandle=handle, VisibilityTimeout=0)
            back.append(message["MessageId"])
            continue
        sqs.send_message(QueueUrl=warehouse_url, MessageBody=message["Body"], **ids)
        sqs.delete_message(QueueUrl=events_url, ReceiptHandle=handle)
    return back


def pass_on__resource(sqs, events_url, warehouse_url):
    """Through the resource."""
    shop = boto3.resource("sqs")
    events, warehouse, back = shop.Queue(events_url), shop.Queue(warehouse_url), {}
    for message in events.receive_messages(MaxNumberOfMessages=10, AttributeNames=["All"]):
        group = message.attributes["MessageGroupId"]
        if group not in back:
            try:
                key = message.attributes["MessageDeduplicationId"]
                warehouse.send_message(MessageBody=message.body, MessageGroupId=group, MessageDeduplicationId=key)
                message.delete()
                continue
            except ClientError:
                back[group] = []
        message.change_visibility(VisibilityTimeout=0)
        back[group].append(message.message_id)
    return sum(back.values(), [])

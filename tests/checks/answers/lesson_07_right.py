"""Right answers to the exercises of lesson 07, each in another style than the solution."""

import base64
import hashlib
import json
import uuid

import boto3
from botocore.exceptions import ClientError

# --- group_of ---------------------------------------------------------------------------------------------------------


def group_of__in_branches(event):
    """Each kind of thing has a word of its own."""
    kind = event["kind"]
    if kind.startswith("order."):
        about, name = "order", event["order_id"].strip().upper()
    elif kind.startswith("stock."):
        about, name = "stock", event["article"]
    elif kind.startswith("customer."):
        about, name = "customer", str(event["customer_id"])
    else:
        about, name = "event", event["event_id"]
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{about}-{digest}"


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
        return (
            f"a!{digits}" if len(digits) <= 120 else "A!" + hashlib.sha512(event["article"].encode()).hexdigest()[:100]
        )
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
        entries = [{"Id": str(n), "MessageBody": row[0]["Body"], **row[0]["Attributes"]} for n, row in enumerate(rows)]
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
    return [message for messages in back.values() for message in messages]


# --- send_day ---------------------------------------------------------------------------------------------------------


def send_day__batches_of_one(sqs, queue_url, till, day, orders):
    """One order with each batch."""
    for number, order in enumerate(orders, 1):
        entry = {
            "Id": str(number),
            "MessageBody": json.dumps(order, indent=1),
            "MessageGroupId": f"till-{till}",
            "MessageDeduplicationId": f"{day}/{till}/{number}",
        }
        reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=[entry])
        if reply.get("Failed"):
            raise RuntimeError(reply["Failed"])


def send_day__how_often_before(sqs, queue_url, till, day, orders):
    """What's in the order, and how many equal ones came before."""
    before = {}
    for order in orders:
        text = json.dumps(order, sort_keys=True)
        before[text] = before.get(text, 0) + 1
        name = json.dumps([till, day, text, before[text]])
        sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=text,
            MessageGroupId=f"till-{till}",
            MessageDeduplicationId=hashlib.sha256(name.encode()).hexdigest(),
        )


def send_day__uuid_of_the_place(sqs, queue_url, till, day, orders):
    """A UUID made from a name; an error that passes is tried again."""
    for number in range(len(orders)):
        key = uuid.uuid5(uuid.NAMESPACE_OID, f"{till}/{day}/{number}")
        message = {"MessageBody": json.dumps(orders[number]), "MessageDeduplicationId": str(key)}
        for _ in range(3):
            try:
                sqs.send_message(QueueUrl=queue_url, MessageGroupId=f"till-{till}", **message)
                break
            except ClientError as problem:
                print(problem)
        else:
            raise RuntimeError(f"Order {number} wasn't sent.")


def send_day__resource(sqs, queue_url, till, day, orders):
    """Through the resource, with fixed widths in place of hyphens."""
    queue = boto3.resource("sqs").Queue(queue_url)
    for number, order in enumerate(orders):
        key = f"{till:06}{day.replace('-', '')}{number:06}"
        queue.send_message(MessageBody=json.dumps(order), MessageGroupId=f"till-{till}", MessageDeduplicationId=key)


def send_day__tells_what_came_before(sqs, queue_url, till, day, orders):
    """A chain: each id is made from the id before and the order."""
    key = f"{till}-{day}"
    for order in orders:
        key = hashlib.sha1((key + json.dumps(order, sort_keys=True)).encode()).hexdigest()
        body = json.dumps(order)
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=body, MessageGroupId=f"till-{till}", MessageDeduplicationId=key
        )


# --- apply_messages ---------------------------------------------------------------------------------------------------


def apply_messages__recounts(state, messages):
    """Keeps all events, and works everything out anew."""
    events, done = dict(state.get("events", {})), []
    for message in messages:
        try:
            event = json.loads(message["Body"])
        except ValueError:
            continue
        keys = {"event_id", "order_id", "version", "status", "customer", "points"}
        if isinstance(event, dict) and keys <= event.keys():
            events.setdefault(event["event_id"], event)
            done.append(message["ReceiptHandle"])
    orders, points = {}, {}
    for event in sorted(events.values(), key=lambda event: int(event["version"])):
        orders[event["order_id"]] = event["status"]
        points[event["customer"]] = points.get(event["customer"], 0) + event["points"]
    return {"state": {"orders": orders, "points": points, "events": events}, "delete": done}


def _event(body):
    try:
        event = json.loads(body)
        return {
            "id": event["event_id"],
            "order": event["order_id"],
            "version": int(event["version"]),
            "status": event["status"],
            "customer": event["customer"],
            "points": event["points"],
        }
    except (ValueError, TypeError, KeyError):
        return None


def apply_messages__copies(state, messages):
    """Changes nothing that it was given."""
    orders, points = {**state["orders"]}, {**state["points"]}
    known, counted = {**state.get("known", {})}, {**state.get("counted", {})}
    good = [(_event(message["Body"]), message["ReceiptHandle"]) for message in messages]
    for event, _ in good:
        if event is None or event["id"] in counted:
            continue
        counted[event["id"]] = True
        points[event["customer"]] = event["points"] + points.get(event["customer"], 0)
        if event["order"] not in known or known[event["order"]] < event["version"]:
            known[event["order"]] = event["version"]
            orders[event["order"]] = event["status"]
    state = {"orders": orders, "points": points, "known": known, "counted": counted}
    return {"state": state, "delete": [handle for event, handle in good if event]}


def apply_messages__newest_first(state, messages):
    """Goes through the messages from the highest version down."""
    good = [(message["ReceiptHandle"], _event(message["Body"])) for message in messages]
    good = sorted((pair for pair in good if pair[1]), key=lambda pair: -pair[1]["version"])
    notes = state.setdefault("notes", {"ids": [], "versions": {}})
    for _, event in good:
        if event["id"] not in notes["ids"]:
            notes["ids"] = [*notes["ids"], event["id"]]
            customer = event["customer"]
            state["points"][customer] = sum([state["points"].get(customer, 0), event["points"]])
            if event["version"] > int(notes["versions"].get(event["order"], "0")):
                notes["versions"][event["order"]] = str(event["version"])
                state["orders"][event["order"]] = event["status"]
    return {"delete": [handle for handle, _ in good], "state": state}


# --- open_events ------------------------------------------------------------------------------------------------------


def open_events__settings_afterwards(sns, sqs, topic_name, warehouse_name, analytics_name):
    """Creates everything with the least, and sets the rest afterwards."""
    topic_arn = sns.create_topic(Name=topic_name + ".fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="FifoThroughputScope", AttributeValue="MessageGroup")
    warehouse = sqs.create_queue(QueueName=warehouse_name + ".fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sqs.set_queue_attributes(
        QueueUrl=warehouse,
        Attributes={"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"},
    )
    analytics = sqs.create_queue(QueueName=analytics_name)["QueueUrl"]
    for url in (warehouse, analytics):
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["QueueArn"]
        statement = {
            "Sid": "events",
            "Effect": "Allow",
            "Principal": {"Service": ["sns.amazonaws.com"]},
            "Action": ["SQS:SendMessage"],
            "Resource": "*",
            "Condition": {"StringEquals": {"AWS:SourceArn": [topic_arn]}},
        }
        text = json.dumps({"Version": "2012-10-17", "Id": "events", "Statement": statement})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
        subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        sns.set_subscription_attributes(
            SubscriptionArn=subscription["SubscriptionArn"],
            AttributeName="RawMessageDelivery",
            AttributeValue="true",
        )
    return topic_arn, warehouse, analytics


def open_events__policy_at_birth(sns, sqs, topic_name, warehouse_name, analytics_name):
    """The queues are created with their policies, since a topic's ARN says region and account."""
    attributes = {"FifoTopic": "true", "FifoThroughputScope": "MessageGroup", "ContentBasedDeduplication": "true"}
    topic_arn = sns.create_topic(Name=f"{topic_name}.fifo", Attributes=attributes)["TopicArn"]
    found = [topic_arn]
    fast = {"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    for name, more in {f"{warehouse_name}.fifo": fast, analytics_name: {"VisibilityTimeout": "60"}}.items():
        arn = topic_arn.replace(":sns:", ":sqs:").rsplit(":", 1)[0] + f":{name}"
        policy = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": arn,
                    "Condition": {"ArnLike": {"aws:SourceArn": topic_arn}},
                }
            ],
        }
        found.append(sqs.create_queue(QueueName=name, Attributes=more | {"Policy": json.dumps(policy)})["QueueUrl"])
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return found


def open_events__resource(sns, sqs, topic_name, warehouse_name, analytics_name):
    """Through the resources; what's there already isn't touched."""
    topics, queues = boto3.resource("sns"), boto3.resource("sqs")
    settings = {"FifoTopic": "true", "FifoThroughputScope": "MessageGroup"}
    topic = topics.create_topic(Name=f"{topic_name}.fifo", Attributes=settings)
    listening = [one.attributes["Endpoint"] for one in topic.subscriptions.all()]
    made = []
    for name in (f"{warehouse_name}.fifo", analytics_name):
        high = {"FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup", "FifoQueue": "true"}
        queue = queues.create_queue(QueueName=name, Attributes=high if name.endswith(".fifo") else {})
        arn = queue.attributes["QueueArn"]
        made.append(queue.url)
        if arn not in listening:
            allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
            allowed |= {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}}}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
            queue.set_attributes(Attributes={"Policy": policy})
            topic.subscribe(Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return [topic.arn, *made]

"""Right answers to the exercises of lesson 01, each in another style than the solution."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

# --- clients_for ------------------------------------------------------------------------------------------------------


def clients_for__comprehension(region):
    """A loop over the services, and the region by position."""
    return {service: boto3.client(service, region) for service in ("sqs", "sns")}


def clients_for__session(region):
    """From a session that holds the region."""
    session = boto3.session.Session(region_name=region)
    return {"sqs": session.client("sqs"), "sns": session.client("sns")}


def clients_for__config(region):
    """The region in a botocore Config."""
    config = Config(region_name=region, retries={"mode": "standard"})
    return {"sns": boto3.client("sns", config=config), "sqs": boto3.client("sqs", config=config)}


def clients_for__of_resources(region):
    """The clients that resources hold."""
    return {name: boto3.resource(name, region_name=region).meta.client for name in ("sqs", "sns")}


def clients_for__partial(region):
    """Through a function that has the region already."""
    make = partial(boto3.client, region_name=region)
    return dict(sqs=make("sqs"), sns=make("sns"))  # noqa: C408


# --- session_for ------------------------------------------------------------------------------------------------------


def session_for__other_order_of_arguments(profile, region):
    """The arguments in the other order, with a name for the session."""
    session = boto3.session.Session(region_name=region, profile_name=profile)
    return session


def session_for__from_botocore(profile, region):
    """A botocore session that knows profile and region, inside a boto3.Session."""
    core = botocore.session.Session(profile=profile)
    core.set_config_variable("region", region)
    return boto3.Session(botocore_session=core)


def session_for__proven(profile, region):
    """Used once before it is returned."""
    session = boto3.Session(profile_name=profile, region_name=region)
    print(session.client("sts").get_caller_identity()["Account"], session.region_name)
    return session


class _ShopSession(boto3.Session):
    """A session of the shop's own kind."""


def session_for__class_of_its_own(profile, region):
    """A class derived from boto3.Session."""
    return _ShopSession(profile_name=profile, region_name=region)


# --- hand_over --------------------------------------------------------------------------------------------------------


def hand_over__steps(sqs, queue_url, order):
    """Every step with a name of its own."""
    body = json.dumps(order)
    answer = sqs.send_message(MessageBody=body, QueueUrl=queue_url)
    message_id = answer.get("MessageId")
    return message_id


def hand_over__indented(sqs, queue_url, order):
    """JSON with indentation and sorted keys."""
    text = json.dumps(order, indent=2, sort_keys=True)
    return sqs.send_message(QueueUrl=queue_url, MessageBody=text)["MessageId"]


def hand_over__compact_and_readable(sqs, queue_url, order):
    """JSON without spaces, and with letters as they are."""
    text = json.dumps(order, separators=(",", ":"), ensure_ascii=False)
    return sqs.send_message(QueueUrl=queue_url, MessageBody=text, DelaySeconds=0)["MessageId"]


def hand_over__bytes(sqs, queue_url, order):
    """The text by way of a JSONEncoder and UTF-8."""
    text = json.JSONEncoder(ensure_ascii=False).encode(order).encode("utf-8").decode("utf-8")
    return sqs.send_message(QueueUrl=queue_url, MessageBody=text)["MessageId"]


def hand_over__batch_of_one(sqs, queue_url, order):
    """A batch with one entry."""
    reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=[{"Id": "order", "MessageBody": json.dumps(order)}])
    return reply["Successful"][0]["MessageId"]


def hand_over__resource_of_its_account(sqs, queue_url, order):
    """Through a queue as a resource that works with the given client."""
    queue = boto3.resource("sqs").Queue(queue_url)
    queue.meta.client = sqs
    return queue.send_message(MessageBody=json.dumps(order))["MessageId"]


def hand_over__with_attributes(sqs, queue_url, order):
    """With an attribute beside the body."""
    kind = {"kind": {"DataType": "String", "StringValue": "order"}}
    response = sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), MessageAttributes=kind)
    return f"{response['MessageId']}"


def hand_over__looks_at_the_queue(sqs, queue_url, order):
    """Asks for the queue's attributes before it sends."""
    waiting = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    print(waiting["Attributes"])
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(dict(order)))["MessageId"]


# --- take_one ---------------------------------------------------------------------------------------------------------


def take_one__long_poll(sqs, sns, queue_url, topic_arn):
    """Waits up to 20 seconds for an order."""
    response = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=20, MaxNumberOfMessages=1)
    if "Messages" not in response:
        return None
    [message] = response["Messages"]
    order = json.loads(message["Body"])
    sns.publish(TopicArn=topic_arn, Message=order["order_id"], Subject="An order")
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return order


def take_one__loop(sqs, sns, queue_url, topic_arn):
    """A loop over at most one message; None by falling out of it."""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", ()):
        return _finish(sqs, sns, queue_url, topic_arn, message)


def _finish(sqs, sns, queue_url, topic_arn, message):
    order = json.loads(message["Body"])
    sns.publish(TargetArn=topic_arn, Message=order["order_id"])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return order


def take_one__key_error(sqs, sns, queue_url, topic_arn):
    """Catches the KeyError of an empty queue."""
    try:
        message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    except KeyError:
        return None
    return _finish(sqs, sns, queue_url, topic_arn, message)


def take_one__batches_of_one(sqs, sns, queue_url, topic_arn):
    """Publishes and deletes with batches of one, raises where one failed, and has a longer visibility timeout."""
    found = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=120).get("Messages") or []
    if len(found) == 0:
        return None
    order = json.loads(found[0]["Body"])
    announcement = {"Id": "1", "Message": order["order_id"]}
    reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=[announcement])
    if reply.get("Failed"):
        raise RuntimeError(reply["Failed"])
    entries = [{"Id": message["MessageId"], "ReceiptHandle": message["ReceiptHandle"]} for message in found]
    if failed := sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed"):
        raise RuntimeError(failed)
    return order


def take_one__resources(sqs, sns, queue_url, topic_arn):
    """Through queue, messages and topic as resources."""
    messages = boto3.resource("sqs").Queue(queue_url).receive_messages(MaxNumberOfMessages=1)
    if not messages:
        return None
    order = json.loads(messages[0].body)
    boto3.resource("sns").Topic(topic_arn).publish(Message=order["order_id"])
    messages[0].delete()
    return order


def take_one__some_tries(sqs, sns, queue_url, topic_arn):
    """Tries three times before it decides that there's nothing, and publishes up to three times."""
    for _ in range(3):
        for message in sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=2).get("Messages", []):
            order = json.loads(message["Body"])
            for left in (2, 1, 0):
                try:
                    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
                    break
                except Exception:
                    if not left:
                        raise
                    time.sleep(1)
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
            return order
    return None


def take_one__gives_it_back(sqs, sns, queue_url, topic_arn):
    """After an error it makes the message visible at once, and raises an error of its own."""
    received = sqs.receive_message(
        QueueUrl=queue_url, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"], VisibilityTimeout=43200
    )
    if not (messages := received.get("Messages")):
        return None
    message = {"QueueUrl": queue_url, "ReceiptHandle": messages[0]["ReceiptHandle"]}
    order = json.loads(messages[0]["Body"])
    try:
        sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    except ClientError as problem:
        sqs.change_message_visibility(**message, VisibilityTimeout=0)
        raise RuntimeError(f"{order['order_id']} is back in the queue") from problem
    sqs.delete_message(**message)
    return order


def take_one__for_each_protocol(sqs, sns, queue_url, topic_arn):
    """Makes its visibility timeout longer, and publishes a text for each protocol, all the same."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    order, handle = json.loads(messages[0]["Body"]), messages[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=handle, VisibilityTimeout=300)
    text = json.dumps({"default": order["order_id"]})
    sns.publish(TopicArn=topic_arn, Message=text, MessageStructure="json")
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=handle)
    return order


def take_one__with_attributes(sqs, sns, queue_url, topic_arn):
    """Puts a message attribute on the announcement, and gives the order back unless all went well."""
    received = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=300, WaitTimeSeconds=5)
    for message in received.get("Messages", []):
        held, done = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}, False
        try:
            order = json.loads(message["Body"])
            customer = {"kind": {"DataType": "String", "StringValue": "order"}}
            sns.publish(TopicArn=topic_arn, Message=str(order["order_id"]), MessageAttributes=customer)
            done = True
        finally:
            if not done:
                sqs.change_message_visibility(**held, VisibilityTimeout=0)
        sqs.delete_message(**held)
        return order
    return None


def take_one__deletes_twice(sqs, sns, queue_url, topic_arn):
    """Deletes twice, which changes nothing: deleting again is no error. Looks at the topic before it begins."""
    sns.get_topic_attributes(TopicArn=topic_arn)
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    order = _finish(sqs, sns, queue_url, topic_arn, messages[0])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return order


# --- join_late --------------------------------------------------------------------------------------------------------


def join_late__all_attributes(sqs, sns, topic_arn, queue_url, missed):
    """Asks the queue for all attributes, and uses one."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=attributes["QueueArn"])
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
    return subscription["SubscriptionArn"]


def join_late__batches(sqs, sns, topic_arn, queue_url, missed):
    """Sends the texts in batches of ten, and raises where an entry failed."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    reply = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    for start in range(0, len(missed), 10):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(missed[start : start + 10])]
        if failed := sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed"):
            raise RuntimeError(failed)
    return reply["SubscriptionArn"]


def join_late__resources(sqs, sns, topic_arn, queue_url, missed):
    """Through topic and queue as resources."""
    queue = boto3.resource("sqs").Queue(queue_url)
    topic = boto3.resource("sns").Topic(topic_arn)
    subscription = topic.subscribe(Protocol="sqs", Endpoint=queue.attributes["QueueArn"])
    for text in missed:
        queue.send_message(MessageBody=text)
    return subscription.arn


def join_late__arn_from_the_url(sqs, sns, topic_arn, queue_url, missed):
    """Puts the ARN together from the URL and the client's region."""
    account, name = queue_url.rsplit("/", 2)[1:]
    arn = f"arn:aws:sqs:{sqs.meta.region_name}:{account}:{name}"
    reply = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    [sqs.send_message(QueueUrl=queue_url, MessageBody=text) for text in missed]
    return reply["SubscriptionArn"]


def join_late__raw_delivery(sqs, sns, topic_arn, queue_url, missed):
    """Has new announcements delivered without the envelope, as the missed ones are."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    raw = {"RawMessageDelivery": "true"}
    reply = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes=raw)
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=f"{text}")
    return reply["SubscriptionArn"]


def join_late__newest_first(sqs, sns, topic_arn, queue_url, missed):
    """In the other order, which a standard queue does not promise to keep; asks for its subscription at the end."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    for text in reversed(missed):
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
    return sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]


def join_late__looks_the_subscription_up(sqs, sns, topic_arn, queue_url, missed):
    """Finds its subscription among those of the topic."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    own = [s for page in pages for s in page["Subscriptions"] if s["Endpoint"] == arn]
    return own[0]["SubscriptionArn"]


def join_late__threads(sqs, sns, topic_arn, queue_url, missed):
    """Sends with several threads at a time."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    reply = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda text: sqs.send_message(QueueUrl=queue_url, MessageBody=text), missed))
    return reply["SubscriptionArn"]


def join_late__sends_again_what_failed(sqs, sns, topic_arn, queue_url, missed):
    """Hands over in batches, and once more what failed."""
    arn = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    left = {str(number): text for number, text in enumerate(missed)}
    while left:
        entries = [{"Id": number, "MessageBody": text} for number, text in list(left.items())[:10]]
        for sent in sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)["Successful"]:
            del left[sent["Id"]]
    return subscription

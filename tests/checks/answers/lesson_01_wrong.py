"""Wrong answers to the exercises of lesson 01, as learners write them. Each docstring says what the check must say."""

import ast
import configparser
import json
import os
from functools import lru_cache

import boto3

# --- clients_for ------------------------------------------------------------------------------------------------------


def clients_for__no_region(region):
    """Says: AWS_DEFAULT_REGION and the profile decide only where no region is named."""
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__region_of_the_example(region):
    """Says: A client works in the region it was made with"""
    return {name: boto3.client(name, region_name="eu-west-1") for name in ("sqs", "sns")}


def clients_for__sns_without_region(region):
    """Says: What the sns client created stands in us-east-1."""
    return {"sqs": boto3.client("sqs", region_name=region), "sns": boto3.client("sns")}


def clients_for__sets_a_variable_boto3_does_not_read(region):
    """Says: AWS_DEFAULT_REGION and the profile decide only where no region is named."""
    os.environ["AWS_REGION"] = region
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


@lru_cache
def _one_client(service):
    return boto3.client(service)


def clients_for__environment_and_kept_clients(region):
    """Says: each region needs clients of its own"""
    os.environ["AWS_DEFAULT_REGION"] = region
    return {"sqs": _one_client("sqs"), "sns": _one_client("sns")}


def clients_for__environment(region):
    """Says: The environment and the default session belong to the whole program."""
    os.environ["AWS_DEFAULT_REGION"] = region
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__default_session(region):
    """Says: Who changes them moves every client that is made later with nothing but defaults."""
    boto3.setup_default_session(region_name=region)
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__takes_the_variable_away(region):
    """Says: That client failed with NoRegionError"""
    os.environ.pop("AWS_DEFAULT_REGION", None)
    return {"sqs": boto3.client("sqs", region_name=region), "sns": boto3.client("sns", region_name=region)}


_pair = {}


def clients_for__made_once_for_all_regions(region):
    """Says: each region needs clients of its own"""
    if not _pair:
        _pair.update(sqs=boto3.client("sqs", region_name=region), sns=boto3.client("sns", region_name=region))
    return _pair


def clients_for__swapped(region):
    """Says: A client speaks to one service only"""
    return {"sqs": boto3.client("sns", region_name=region), "sns": boto3.client("sqs", region_name=region)}


def clients_for__tuple(region):
    """Says: a dictionary with two keys"""
    return boto3.client("sqs", region_name=region), boto3.client("sns", region_name=region)


def clients_for__resources(region):
    """Says: it wraps some of the operations into objects"""
    return {"sqs": boto3.resource("sqs", region_name=region), "sns": boto3.resource("sns", region_name=region)}


def clients_for__swallows_its_mistake(region):
    """Says: a dictionary with two keys"""
    try:
        return {"sqs": boto3.client("sqs", region=region), "sns": boto3.client("sns", region=region)}
    except Exception:
        return None


# --- session_for ------------------------------------------------------------------------------------------------------


def session_for__no_region(profile, region):
    """Says: One without a region takes what it finds at the time"""
    return boto3.Session(profile_name=profile)


def session_for__no_profile(profile, region):
    """Says: The credentials that sign a call decide whose account it is for."""
    return boto3.Session(region_name=region)


def session_for__key_in_code(profile, region):
    """Says: your code gave boto3 the keys"""
    return boto3.Session(
        aws_access_key_id={"shop": "OFFLINESHOP", "partner": "OFFLINEPARTNER"}[profile],
        aws_secret_access_key="not-a-secret",
        region_name=region,
    )


def session_for__reads_the_file(profile, region):
    """Says: Keys that pass through code are copied and committed with it"""
    file = configparser.ConfigParser()
    file.read(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    keys = file[profile]
    return boto3.Session(keys["aws_access_key_id"], keys["aws_secret_access_key"], region_name=region)


def session_for__copies_the_keys_of_a_session(profile, region):
    """Says: A profile is the name under which boto3 finds them itself."""
    keys = boto3.Session(profile_name=profile).get_credentials()
    return boto3.Session(keys.access_key, keys.secret_key, region_name=region)


def session_for__region_in_the_environment(profile, region):
    """Says: One without a region takes what it finds at the time"""
    os.environ["AWS_DEFAULT_REGION"] = region
    return boto3.Session(profile_name=profile)


def session_for__profile_in_the_environment(profile, region):
    """Says: Keys that are written into the code, or found in the environment, stay the same"""
    os.environ["AWS_PROFILE"] = profile
    return boto3.Session(region_name=region)


def session_for__profile_in_the_environment_without_its_keys(profile, region):
    """Says: The credentials that sign a call decide whose account it is for."""
    os.environ["AWS_PROFILE"] = profile
    os.environ.pop("AWS_ACCESS_KEY_ID", None)
    os.environ.pop("AWS_SECRET_ACCESS_KEY", None)
    return boto3.Session(region_name=region)


def session_for__is_the_default_session(profile, region):
    """Says: The environment and the default session belong to the whole program."""
    boto3.setup_default_session(profile_name=profile, region_name=region)
    return boto3.DEFAULT_SESSION


_sessions = {}


def session_for__one_for_each_profile(profile, region):
    """Says: A session keeps the region that it is given"""
    if profile not in _sessions:
        _sessions[profile] = boto3.Session(profile_name=profile, region_name=region)
    return _sessions[profile]


def session_for__client(profile, region):
    """Says: A session holds credentials and a region"""
    return boto3.Session(profile_name=profile, region_name=region).client("sqs")


def session_for__profile_as_key(profile, region):
    """Says: what you hand over by position is taken for these"""
    return boto3.Session(profile, region_name=region)


def session_for__by_position(profile, region):
    """Says: as if that were an access key"""
    return boto3.Session(profile, region)


def session_for__by_position_the_other_way(profile, region):
    """Says: boto3.Session takes an access key first, then its secret"""
    return boto3.Session(region, profile)


def session_for__by_position_in_four(profile, region):
    """Says: what you hand over by position is taken for these"""
    return boto3.Session(profile, "not-a-secret", None, region)


def session_for__sets_region_name(profile, region):
    """Says: AttributeError"""
    session = boto3.Session(profile_name=profile)
    session.region_name = region
    return session


def session_for__falls_back_silently(profile, region):
    """Says: The credentials that sign a call decide whose account it is for."""
    try:
        return boto3.Session(profile_name=f"{profile}-{region}", region_name=region)
    except Exception:
        return boto3.Session(region_name=region)


# --- hand_over --------------------------------------------------------------------------------------------------------


def hand_over__str(sqs, queue_url, order):
    """Says: What str() makes of a dictionary is Python's own notation"""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=str(order))["MessageId"]


def hand_over__str_with_double_quotes(sqs, queue_url, order):
    """Says: This is not JSON"""
    body = str(order).replace("'", '"').replace("None", "null").replace("True", "true")
    return sqs.send_message(QueueUrl=queue_url, MessageBody=body)["MessageId"]


def hand_over__json_twice(sqs, queue_url, order):
    """Says: This is a text inside a JSON text"""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(json.dumps(order)))["MessageId"]


def hand_over__dictionary_as_body(sqs, queue_url, order):
    """Says: Invalid type for parameter MessageBody"""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=order)["MessageId"]


def hand_over__fields_of_the_example(sqs, queue_url, order):
    """Says: The body must be the whole order and nothing else"""
    body = {"order_id": order["order_id"], "customer": order["customer"], "items": order["items"]}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))["MessageId"]


def hand_over__order_of_the_example(sqs, queue_url, order):
    """Says: The body must be the whole order and nothing else"""
    body = {"order_id": "A-100", "customer": "Ada", "items": {"tea": 2}}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))["MessageId"]


def hand_over__sends_twice(sqs, queue_url, order):
    """Says: The order would be billed twice."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__whole_response(sqs, queue_url, order):
    """Says: That is the whole response."""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))


def hand_over__checksum(sqs, queue_url, order):
    """Says: That is a checksum of the body"""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MD5OfMessageBody"]


def hand_over__request_id(sqs, queue_url, order):
    """Says: That names the request."""
    response = sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return response["ResponseMetadata"]["RequestId"]


def hand_over__order_id(sqs, queue_url, order):
    """Says: That is the shop's own number."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return order["order_id"]


def hand_over__returns_nothing(sqs, queue_url, order):
    """Says: Nothing came back."""
    print(sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"])


def hand_over__never_sends(sqs, queue_url, order):
    """Says: Nothing reaches a queue until it is sent"""
    return json.dumps(order)


def hand_over__receives_to_learn_the_id(sqs, queue_url, order):
    """Says: To hand over is only to send."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.receive_message(QueueUrl=queue_url)["Messages"][0]["MessageId"]


def hand_over__receives_without_a_lease(sqs, queue_url, order):
    """Says: A receive brings any of those that are visible."""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0)["Messages"][0]["MessageId"]


def hand_over__purges_first(sqs, queue_url, order):
    """Says: A purge or a delete takes away what others have sent."""
    sqs.purge_queue(QueueUrl=queue_url)
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__delays(sqs, queue_url, order):
    """Says: cannot be received until its delay is over"""
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), DelaySeconds=60)["MessageId"]


def hand_over__first_queue_of_the_account(sqs, queue_url, order):
    """Says: The queue's URL says which one is meant."""
    url = sqs.list_queues()["QueueUrls"][0]
    return sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__makes_a_queue_of_its_own(sqs, queue_url, order):
    """Says: The order went into another queue."""
    url = sqs.create_queue(QueueName="billing")["QueueUrl"]
    return sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__swallows_its_mistake(sqs, queue_url, order):
    """Says: Nothing was sent to the queue."""
    try:
        return sqs.send_message(QueueUrl=queue_url, MessageBody=order)["MessageId"]
    except Exception:
        return "sent"


# --- take_one ---------------------------------------------------------------------------------------------------------


def take_one__never_deletes(sqs, queue_url):
    """Says: Receiving is a lease, however long it is."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    return json.loads(messages[0]["Body"]) if messages else None


def take_one__message_id_as_handle(sqs, queue_url):
    """Says: Deleting takes the receipt handle, which came with this receive."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["MessageId"])
    return json.loads(messages[0]["Body"])


def take_one__message_id_in_a_batch(sqs, queue_url):
    """Says: Only deleting, with the receipt handle of this receive, takes a message out of the queue."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message_batch(QueueUrl=queue_url, Entries=[{"Id": "1", "ReceiptHandle": messages[0]["MessageId"]}])
    return json.loads(messages[0]["Body"])


def take_one__delete_without_handle(sqs, queue_url):
    """Says: Missing required parameter in input: "ReceiptHandle\""""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url)
    return json.loads(messages[0]["Body"])


def take_one__deletes_what_another_receive_brought(sqs, queue_url):
    """Says: Only deleting, with the receipt handle of this receive, takes a message out of the queue."""
    first = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    second = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if second:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=second[0]["ReceiptHandle"])
    return json.loads(first[0]["Body"]) if first else None


def take_one__receives_to_look_first(sqs, queue_url):
    """Says: Each receive leases every message that it returns."""
    if "Messages" not in sqs.receive_message(QueueUrl=queue_url):
        return None
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__deletes_all_it_received(sqs, queue_url):
    """Says: Everything that was received was deleted, or the queue was emptied."""
    order = None
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        order = json.loads(message["Body"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return order


def take_one__purges(sqs, queue_url):
    """Says: An order that nobody worked on is lost."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.purge_queue(QueueUrl=queue_url)
    return json.loads(messages[0]["Body"])


def take_one__deletes_the_queue(sqs, queue_url):
    """Says: delete_queue takes the queue itself away, with every message in it."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_queue(QueueUrl=queue_url)
    return json.loads(messages[0]["Body"])


def take_one__hides_the_others(sqs, queue_url):
    """Says: Take no more than you will work on"""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__gives_the_others_back(sqs, queue_url):
    """Says: A packer who asks before they are given back finds nothing."""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    for other in messages[1:]:
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=other["ReceiptHandle"], VisibilityTimeout=0)
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__queue_without_a_lease(sqs, queue_url):
    """Says: A visibility timeout of 0 is a lease of no time"""
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "0"})
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__sends_the_others_back(sqs, queue_url):
    """Says: A message that is deleted and sent again is another message"""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    for message in messages[1:]:
        sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])
    return json.loads(messages[0]["Body"]) if messages else None


def take_one__lease_of_no_time(sqs, queue_url):
    """Says: A visibility timeout of 0 is a lease of no time, and the message was not deleted."""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0).get("Messages", [])
    return json.loads(messages[0]["Body"]) if messages else None


def take_one__lease_of_no_time_then_delete(sqs, queue_url):
    """Says: A visibility timeout of 0 is a lease of no time"""
    messages = sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__expects_messages(sqs, queue_url):
    """Says: the response has no key Messages at all"""
    message = sqs.receive_message(QueueUrl=queue_url)["Messages"][0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return json.loads(message["Body"])


def take_one__first_of_an_empty_list(sqs, queue_url):
    """Says: That is an ordinary answer, which the code must be ready for."""
    message = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])[0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return json.loads(message["Body"])


def take_one__loop_that_binds_nothing(sqs, queue_url):
    """Says: the response has no key Messages at all"""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        order = json.loads(message["Body"])
    return order


def take_one__empty_dictionary(sqs, queue_url):
    """Says: There was no order to take, and None says so."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return {}
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__waits_until_there_is_one(sqs, queue_url):
    """Says: It was stopped after 300 calls to AWS."""
    while not (messages := sqs.receive_message(QueueUrl=queue_url).get("Messages")):
        pass
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


def take_one__text(sqs, queue_url):
    """Says: json.loads makes a dictionary of it again"""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return messages[0]["Body"]


def take_one__message(sqs, queue_url):
    """Says: That is the message around the order."""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return messages[0]


def take_one__reads_python_literals(sqs, queue_url):
    """Says: malformed node or string"""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return ast.literal_eval(messages[0]["Body"])


def take_one__first_queue_of_the_account(sqs, queue_url):
    """Says: That order waits in another queue."""
    url = sqs.list_queues()["QueueUrls"][0]
    messages = sqs.receive_message(QueueUrl=url).get("Messages", [])
    if not messages:
        return None
    sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(messages[0]["Body"])


_orders = []


def take_one__always_the_first_order(sqs, queue_url):
    """Says: A worker need not remember any: the queue does."""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        _orders.append(json.loads(message["Body"]))
    return _orders[0] if _orders else None


def take_one__swallows_everything(sqs, queue_url):
    """Says: orders were waiting, and nothing was taken."""
    try:
        message = sqs.receive_message(queue_url)["Messages"][0]
        sqs.delete_message(queue_url, message["ReceiptHandle"])
        return json.loads(message["Body"])
    except Exception:
        return None


# --- join_late --------------------------------------------------------------------------------------------------------


def _queue_arn(sqs, queue_url):
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _subscribe(sqs, sns, topic_arn, queue_url):
    arn = _queue_arn(sqs, queue_url)
    return sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]


def _send_all(sqs, queue_url, missed):
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)


def join_late__only_subscribes(sqs, sns, topic_arn, queue_url, missed):
    """Says: SNS keeps nothing for those who subscribe later"""
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__subscribes_last(sqs, sns, topic_arn, queue_url, missed):
    """Says: subscribe first, and nothing does"""
    _send_all(sqs, queue_url, missed)
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__batches_and_subscribes_last(sqs, sns, topic_arn, queue_url, missed):
    """Says: A topic delivers to those who are subscribed when it is published."""
    for start in range(0, len(missed), 10):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(missed[start : start + 10])]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__publishes_again(sqs, sns, topic_arn, queue_url, missed):
    """Says: It cannot speak to the newcomer alone."""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        sns.publish(TopicArn=topic_arn, Message=text)
    return subscription


def join_late__unsubscribes_the_others_meanwhile(sqs, sns, topic_arn, queue_url, missed):
    """Says: What is published goes to all who are subscribed at that time."""
    others = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    for other in others:
        sns.unsubscribe(SubscriptionArn=other["SubscriptionArn"])
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    raw = {"SubscriptionArn": subscription, "AttributeName": "RawMessageDelivery"}
    sns.set_subscription_attributes(**raw, AttributeValue="true")
    for text in missed:
        sns.publish(TopicArn=topic_arn, Message=text)
    for other in others:
        sns.subscribe(TopicArn=topic_arn, Protocol=other["Protocol"], Endpoint=other["Endpoint"])
    return subscription


def join_late__topic_of_its_own(sqs, sns, topic_arn, queue_url, missed):
    """Says: the queue's policy lets in no other topic"""
    own = sns.create_topic(Name="for-the-newcomer")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=own, Protocol="sqs", Endpoint=_queue_arn(sqs, queue_url), Attributes=raw)
    for text in missed:
        sns.publish(TopicArn=own, Message=text)
    sns.delete_topic(TopicArn=own)
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__takes_the_others_off(sqs, sns, topic_arn, queue_url, missed):
    """Says: The other subscribers' subscriptions are not the newcomer's to change."""
    for other in sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=other["SubscriptionArn"])
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__publishes_to_the_queue(sqs, sns, topic_arn, queue_url, missed):
    """Says: A publish takes the ARN of a topic"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        sns.publish(TargetArn=_queue_arn(sqs, queue_url), Message=text)
    return subscription


def join_late__subscribes_the_url(sqs, sns, topic_arn, queue_url, missed):
    """Says: SNS knows a queue by its ARN."""
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription["SubscriptionArn"]


def join_late__subscribes_the_url_as_a_web_address(sqs, sns, topic_arn, queue_url, missed):
    """Says: SNS knows a queue by its ARN"""
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="https", Endpoint=queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription["SubscriptionArn"]


def join_late__account_of_the_lesson(sqs, sns, topic_arn, queue_url, missed):
    """Says: SNS knows a queue by its ARN, in which region and account stand"""
    name = queue_url.split("/")[-1]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__first_queue_of_the_account(sqs, sns, topic_arn, queue_url, missed):
    """Says: The queue that had listened all along was given"""
    url = sqs.list_queues()["QueueUrls"][0]
    subscription = _subscribe(sqs, sns, topic_arn, url)
    _send_all(sqs, url, missed)
    return subscription


def join_late__never_subscribes(sqs, sns, topic_arn, queue_url, missed):
    """Says: Sending brings what was missed, and nothing that comes later."""
    _send_all(sqs, queue_url, missed)
    return topic_arn


def join_late__returns_in_the_loop(sqs, sns, topic_arn, queue_url, missed):
    """Says: Every missed text is one message, no fewer and no more."""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
        return subscription


def join_late__all_in_one_message(sqs, sns, topic_arn, queue_url, missed):
    """Says: Every missed text is one message, no fewer and no more."""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    sqs.send_message(QueueUrl=queue_url, MessageBody="\n".join(missed))
    return subscription


def join_late__texts_as_json(sqs, sns, topic_arn, queue_url, missed):
    """Says: Each missed text goes in as it is"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(text))
    return subscription


def join_late__each_text_once(sqs, sns, topic_arn, queue_url, missed):
    """Says: What was announced twice is in the list twice."""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, set(missed))
    return subscription


def join_late__more_than_a_batch_holds(sqs, sns, topic_arn, queue_url, missed):
    """Says: TooManyEntriesInBatchRequest"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    if missed:
        entries = [{"Id": str(number), "MessageBody": text} for number, text in enumerate(missed)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return subscription


def join_late__subscribes_in_the_loop(sqs, sns, topic_arn, queue_url, missed):
    """Says: UnboundLocalError"""
    for text in missed:
        subscription = _subscribe(sqs, sns, topic_arn, queue_url)
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
    return subscription


def join_late__with_a_filter(sqs, sns, topic_arn, queue_url, missed):
    """Says: A subscription with a filter policy delivers only what matches it."""
    only = {"FilterPolicy": json.dumps({"kind": ["new"]})}
    arn = _queue_arn(sqs, queue_url)
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes=only)
    _send_all(sqs, queue_url, missed)
    return subscription["SubscriptionArn"]


def join_late__whole_response(sqs, sns, topic_arn, queue_url, missed):
    """Says: That is the whole response, of which SubscriptionArn is one key."""
    response = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=_queue_arn(sqs, queue_url))
    _send_all(sqs, queue_url, missed)
    return response


def join_late__returns_the_first_subscription(sqs, sns, topic_arn, queue_url, missed):
    """Says: That is the ARN of another subscription."""
    _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    return sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"][0]["SubscriptionArn"]

"""Wrong answers to the exercises of lesson 01, as learners write them. Each says the reason id of its refusal."""

import ast
import configparser
import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from variants import variant

# --- clients_for ------------------------------------------------------------------------------------------------------


def clients_for__no_region(region):
    """Says: queues-in-wrong-region"""
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


clients_for__sns_without_region = variant(
    "solution", '"sns", region_name=region', '"sns"', says="topics-in-wrong-region"
)


def clients_for__sets_a_variable_boto3_does_not_read(region):
    """Says: queues-in-wrong-region"""
    os.environ["AWS_REGION"] = region
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__environment(region):
    """Says: others-moved"""
    os.environ["AWS_DEFAULT_REGION"] = region
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__default_session(region):
    """Says: others-moved"""
    boto3.setup_default_session(region_name=region)
    return {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}


def clients_for__takes_the_variable_away(region):
    """Says: others-broken"""
    os.environ.pop("AWS_DEFAULT_REGION", None)
    return {"sqs": boto3.client("sqs", region_name=region), "sns": boto3.client("sns", region_name=region)}


_pair = {}


def clients_for__made_once_for_all_regions(region):
    """Says: queues-in-wrong-region"""
    if not _pair:
        _pair.update(sqs=boto3.client("sqs", region_name=region), sns=boto3.client("sns", region_name=region))
    return _pair


def clients_for__of_the_partner(region):
    """Says: wrong-account"""
    session = boto3.Session(profile_name="partner", region_name=region)
    return {"sqs": session.client("sqs"), "sns": session.client("sns")}


def clients_for__leaves_another_account(region):
    """Says: others-moved"""
    session = boto3.Session(region_name=region)
    boto3.setup_default_session(profile_name="partner", region_name="us-east-1")
    return {"sqs": session.client("sqs"), "sns": session.client("sns")}


clients_for__more_than_two = variant(
    "solution", "    return {", '    return {\n        "region": region,', says="no-pair"
)
clients_for__names = variant("solution", 'boto3.client("sns", region_name=region)', '"sns"', says="no-client")


def clients_for__swapped(region):
    """Says: client-of-other-service"""
    return {"sqs": boto3.client("sns", region_name=region), "sns": boto3.client("sqs", region_name=region)}


def clients_for__tuple(region):
    """Says: no-pair"""
    return boto3.client("sqs", region_name=region), boto3.client("sns", region_name=region)


def clients_for__resources(region):
    """Says: resource-for-client"""
    return {"sqs": boto3.resource("sqs", region_name=region), "sns": boto3.resource("sns", region_name=region)}


def clients_for__swallows_its_mistake(region):
    """Says: no-pair"""
    try:
        return {"sqs": boto3.client("sqs", region=region), "sns": boto3.client("sns", region=region)}
    except Exception:
        return None


_pairs = []


def clients_for__no_more_than_two_regions(region):
    """Says: queues-in-wrong-region"""
    if len(_pairs) < 2:
        _pairs.append({name: boto3.client(name, region_name=region) for name in ("sqs", "sns")})
        return _pairs[-1]
    return _pairs[0]


clients_for__only_some_regions = variant(
    "solution",
    "    return {",
    '    if region not in ("eu-west-1", "eu-central-1", "us-west-2", "sa-east-1"):\n'
    '        region = "us-east-1"\n    return {',
    says="queues-in-wrong-region",
)


def clients_for__puts_back_a_fixed_region(region):
    """Says: others-moved"""
    os.environ["AWS_DEFAULT_REGION"] = region
    pair = {"sqs": boto3.client("sqs"), "sns": boto3.client("sns")}
    os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
    return pair


# --- session_for ------------------------------------------------------------------------------------------------------


session_for__no_region = variant("solution", ", region_name=region", "", says="wrong-region")
session_for__no_profile = variant("solution", "profile_name=profile, ", "", says="wrong-account")


def session_for__key_in_code(profile, region):
    """Says: keys-in-code"""
    return boto3.Session(
        aws_access_key_id={"shop": "OFFLINESHOP", "partner": "OFFLINEPARTNER"}[profile],
        aws_secret_access_key="not-a-secret",
        region_name=region,
    )


def session_for__key_in_code_that_says_it_is_none(profile, region):
    """Says: keys-in-code"""
    session = boto3.Session(
        aws_access_key_id={"shop": "OFFLINESHOP", "partner": "OFFLINEPARTNER"}[profile],
        aws_secret_access_key="not-a-secret",
        region_name=region,
    )
    session.get_credentials().method = "shared-credentials-file"

    def forge(request, **_):
        request.headers["User-Agent"] = "Boto3/1.40 m/1"

    session.events.register("before-send", forge)
    return session


def session_for__reads_the_file(profile, region):
    """Says: keys-in-code"""
    file = configparser.ConfigParser()
    file.read(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    keys = file[profile]
    return boto3.Session(keys["aws_access_key_id"], keys["aws_secret_access_key"], region_name=region)


def session_for__copies_the_keys_of_a_session(profile, region):
    """Says: keys-in-code"""
    keys = boto3.Session(profile_name=profile).get_credentials()
    return boto3.Session(keys.access_key, keys.secret_key, region_name=region)


def session_for__leaves_a_key_behind(profile, region):
    """Says: key-in-environment"""
    session = boto3.Session(profile_name=profile, region_name=region)
    os.environ["KEY_OF_THE_REPORT"] = session.get_credentials().access_key
    return session


def session_for__region_in_the_environment(profile, region):
    """Says: wrong-region"""
    os.environ["AWS_DEFAULT_REGION"] = region
    return boto3.Session(profile_name=profile)


def session_for__profile_in_the_environment(profile, region):
    """Says: wrong-account"""
    os.environ["AWS_PROFILE"] = profile
    return boto3.Session(region_name=region)


def session_for__is_the_default_session(profile, region):
    """Says: others-moved"""
    boto3.setup_default_session(profile_name=profile, region_name=region)
    return boto3.DEFAULT_SESSION


_sessions = {}


def session_for__one_for_each_profile(profile, region):
    """Says: wrong-region"""
    if profile not in _sessions:
        _sessions[profile] = boto3.Session(profile_name=profile, region_name=region)
    return _sessions[profile]


def session_for__moves_the_region_too(profile, region):
    """Says: others-moved"""
    os.environ["AWS_DEFAULT_REGION"] = region
    return boto3.Session(profile_name=profile, region_name=region)


def session_for__moves_the_account_too(profile, region):
    """Says: others-moved"""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name, None)
    os.environ["AWS_PROFILE"] = "partner"
    return boto3.Session(profile_name=profile, region_name=region)


session_for__client = variant("solution", "region_name=region)", 'region_name=region).client("sqs")', says="no-session")
session_for__profile_as_key = variant("solution", "profile_name=profile", "profile", says="name-as-key")

session_for__by_position = variant(
    "solution", "profile_name=profile, region_name=region", "profile, region", says="name-as-key"
)

session_for__by_position_the_other_way = variant(
    "solution", "profile_name=profile, region_name=region", "region, profile", says="name-as-key"
)


def session_for__trusts_the_profile_s_region(profile, region):
    """Says: wrong-region"""
    session = boto3.Session(profile_name=profile)
    known = {"shop": "us-east-1", "partner": "eu-west-1"}
    return session if known[profile] == region else boto3.Session(profile_name=profile, region_name=region)


def session_for__falls_back_silently(profile, region):
    """Says: wrong-account"""
    try:
        return boto3.Session(profile_name=f"{profile}-{region}", region_name=region)
    except Exception:
        return boto3.Session(region_name=region)


# --- hand_over --------------------------------------------------------------------------------------------------------


hand_over__str = variant("solution", "json.dumps(order)", "str(order)", says="not-json")


def hand_over__str_with_double_quotes(sqs, queue_url, order):
    """Says: not-json"""
    body = str(order).replace("'", '"').replace("None", "null").replace("True", "true")
    return sqs.send_message(QueueUrl=queue_url, MessageBody=body)["MessageId"]


hand_over__json_twice = variant("solution", "json.dumps(order)", "json.dumps(json.dumps(order))", says="json-twice")
hand_over__dictionary_as_body = variant("solution", "json.dumps(order)", "order", says="error:ParamValidationError")


def hand_over__fields_of_the_example(sqs, queue_url, order):
    """Says: other-body"""
    body = {"order_id": order["order_id"], "customer": order["customer"], "items": order["items"]}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))["MessageId"]


def hand_over__sends_twice(sqs, queue_url, order):
    """Says: sent-twice"""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


hand_over__whole_response = variant("solution", 'response["MessageId"]', "response", says="whole-response")
hand_over__checksum = variant("solution", '"MessageId"', '"MD5OfMessageBody"', says="checksum-returned")
hand_over__request_id = variant("solution", '["MessageId"]', '["ResponseMetadata"]["RequestId"]', says="request-id")
hand_over__order_id = variant("solution", 'response["MessageId"]', 'order["order_id"]', says="order-id")

hand_over__returns_nothing = variant(
    "solution", 'return response["MessageId"]', 'print(response["MessageId"])', says="nothing-returned"
)


def hand_over__never_sends(sqs, queue_url, order):
    """Says: not-sent"""
    return json.dumps(order)


def hand_over__receives_to_learn_the_id(sqs, queue_url, order):
    """Says: hidden-by-receiving"""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.receive_message(QueueUrl=queue_url)["Messages"][0]["MessageId"]


def hand_over__receives_without_a_lease(sqs, queue_url, order):
    """Says: other-message"""
    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    return sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=0)["Messages"][0]["MessageId"]


hand_over__purges_first = variant(
    "solution", "    response =", "    sqs.purge_queue(QueueUrl=queue_url)\n    response =", says="deleted-others"
)

hand_over__delays = variant(
    "solution", "json.dumps(order)", "json.dumps(order), DelaySeconds=60", says="sent-with-delay"
)


def hand_over__first_queue_of_the_account(sqs, queue_url, order):
    """Says: wrong-queue"""
    url = sqs.list_queues()["QueueUrls"][0]
    return sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__resource(sqs, queue_url, order):
    """Says: other-client"""
    return boto3.resource("sqs").Queue(queue_url).send_message(MessageBody=json.dumps(order))["MessageId"]


def hand_over__client_of_its_own(sqs, queue_url, order):
    """Says: other-client"""
    client = boto3.client("sqs")
    return client.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__client_for_the_region(sqs, queue_url, order):
    """Says: other-client"""
    client = boto3.client("sqs", region_name=sqs.meta.region_name)
    return client.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__client_of_the_profile(sqs, queue_url, order):
    """Says: other-client"""
    client = boto3.Session(profile_name="partner").client("sqs") if "us-east-1" not in queue_url else sqs
    return client.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__delays_in_an_empty_queue(sqs, queue_url, order):
    """Says: sent-with-delay"""
    names = ["ApproximateNumberOfMessages"]
    waiting = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]]
    later = {} if int(waiting) else {"DelaySeconds": 30}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order), **later)["MessageId"]


def hand_over__delays_behind_others(sqs, queue_url, order):
    """Says: sent-with-delay"""
    names = ["ApproximateNumberOfMessages"]
    waiting = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"][names[0]]
    body = json.dumps(order)
    return sqs.send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=10 * int(waiting))["MessageId"]


def hand_over__a_queue_with_a_similar_name(sqs, queue_url, order):
    """Says: wrong-queue"""
    url = sqs.list_queues(QueueNamePrefix=queue_url.split("/")[-1])["QueueUrls"][0]
    return sqs.send_message(QueueUrl=url, MessageBody=json.dumps(order))["MessageId"]


def hand_over__stripped(sqs, queue_url, order):
    """Says: other-body"""
    tidy = {name: value.strip() if isinstance(value, str) else value for name, value in order.items()}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(tidy))["MessageId"]


def hand_over__without_what_is_empty(sqs, queue_url, order):
    """Says: other-body"""
    full = {name: value for name, value in order.items() if value}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(full))["MessageId"]


def hand_over__numbers_for_truth(sqs, queue_url, order):
    """Says: other-body"""
    body = {name: int(value) if isinstance(value, bool) else value for name, value in order.items()}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(body))["MessageId"]


hand_over__with_more_in_the_body = variant(
    "solution", "json.dumps(order)", 'json.dumps(order | {"kind": "order"})', says="other-body"
)
hand_over__letters_only_of_ascii = variant(
    "solution",
    "json.dumps(order)",
    'json.dumps(order, ensure_ascii=False).encode("ascii", "ignore").decode()',
    says="other-body",
)


_order_ids = {}


def hand_over__each_order_id_once(sqs, queue_url, order):
    """Says: not-sent"""
    name = order["order_id"]
    if name not in _order_ids:
        _order_ids[name] = sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))["MessageId"]
    return _order_ids[name]


def hand_over__only_what_was_ordered(sqs, queue_url, order):
    """Says: other-body"""
    items = {name: count for name, count in order["items"].items() if count}
    return sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order | {"items": items}))["MessageId"]


hand_over__swallows_the_error = variant(
    "solution",
    "    response = ",
    "    try:\n        response = ",
    "    return",
    "    except Exception:\n        return None\n    return",
    says="failed-send",
)


def hand_over__ignores_a_failed_entry(sqs, queue_url, order):
    """Says: failed-send"""
    entries = [{"Id": "1", "MessageBody": json.dumps(order)}]
    reply = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return next((sent["MessageId"] for sent in reply.get("Successful", [])), None)


def hand_over__hides_for_a_second(sqs, queue_url, order):
    """Says: hidden-by-receiving"""
    response = sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(order))
    sqs.receive_message(QueueUrl=queue_url, VisibilityTimeout=1)
    time.sleep(2)
    return response["MessageId"]


hand_over__takes_the_order_apart = variant(
    "solution",
    "json.dumps(order)",
    "json.dumps({name: order.pop(name) for name in list(order)})",
    says="order-changed",
)
hand_over__no_more_than_a_page = variant(
    "solution",
    "json.dumps(order)",
    "json.dumps({name: value[:1000] if isinstance(value, str) else value for name, value in order.items()})",
    says="other-body",
)


# --- take_one ---------------------------------------------------------------------------------------------------------


_DELETE = '    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])\n'
_PUBLISH = '    sns.publish(TopicArn=topic_arn, Message=order["order_id"])\n'
_SEND_BACK = '    sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])\n'

take_one__never_deletes = variant("solution", _DELETE, "", says="message-left-behind")

take_one__message_id_as_handle = variant(
    "solution", 'message["ReceiptHandle"]', 'message["MessageId"]', says="message-id-as-handle"
)

take_one__message_id_in_a_batch = variant(
    "solution",
    'delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])',
    'delete_message_batch(QueueUrl=queue_url, Entries=[{"Id": "1", "ReceiptHandle": message["MessageId"]}])',
    says="message-left-behind",
)


def take_one__deletes_what_another_receive_brought(sqs, sns, queue_url, topic_arn):
    """Says: others-lost"""
    first = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not first:
        return None
    order = json.loads(first[0]["Body"])
    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    second = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if second:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=second[0]["ReceiptHandle"])
    return order


take_one__receives_to_look_first = variant(
    "solution",
    "    messages =",
    '    if "Messages" not in sqs.receive_message(QueueUrl=queue_url):\n        return None\n    messages =',
    says="others-hidden",
)


def take_one__deletes_all_it_received(sqs, sns, queue_url, topic_arn):
    """Says: others-lost"""
    order = None
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        order = json.loads(message["Body"])
        sns.publish(TopicArn=topic_arn, Message=order["order_id"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return order


take_one__purges = variant("solution", _DELETE, "    sqs.purge_queue(QueueUrl=queue_url)\n", says="others-lost")
take_one__deletes_the_queue = variant(
    "solution", _DELETE, "    sqs.delete_queue(QueueUrl=queue_url)\n", says="queue-deleted"
)

take_one__hides_the_others = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10",
    says="others-hidden",
)


def take_one__gives_the_others_back(sqs, sns, queue_url, topic_arn):
    """Says: others-hidden-for-a-while"""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    for other in messages[1:]:
        sqs.change_message_visibility(QueueUrl=queue_url, ReceiptHandle=other["ReceiptHandle"], VisibilityTimeout=0)
    if not messages:
        return None
    order = json.loads(messages[0]["Body"])
    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return order


take_one__changes_the_queues_timeout = variant(
    "solution",
    "    messages =",
    '    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"VisibilityTimeout": "600"})\n    messages =',
    says="settings-changed",
)


def take_one__sends_the_others_back(sqs, sns, queue_url, topic_arn):
    """Says: sent-again"""
    messages = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", [])
    if not messages:
        return None
    order = json.loads(messages[0]["Body"])
    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    for message in messages:
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    for message in messages[1:]:
        sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])
    return order


take_one__timeout_of_zero = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, VisibilityTimeout=0",
    _DELETE,
    "",
    says="message-left-behind",
)

take_one__timeout_of_zero_then_delete = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, VisibilityTimeout=0",
    says="visible-while-working",
)

take_one__timeout_of_ten_seconds = variant(
    "solution",
    "receive_message(QueueUrl=queue_url",
    "receive_message(QueueUrl=queue_url, VisibilityTimeout=10",
    says="visible-while-working",
)

take_one__gives_it_back_before_it_publishes = variant(
    "solution",
    _PUBLISH,
    '    held = {"QueueUrl": queue_url, "ReceiptHandle": message["ReceiptHandle"]}\n'
    f"    sqs.change_message_visibility(**held, VisibilityTimeout=0)\n{_PUBLISH}",
    says="visible-while-working",
)


take_one__expects_messages = variant(
    "solution",
    '.get("Messages", [])\n    if not messages:\n        return None\n',
    '["Messages"]\n',
    says="no-messages-key",
)


take_one__first_of_an_empty_list = variant(
    "solution", "    if not messages:\n        return None\n", "", says="no-messages-key"
)


def take_one__loop_that_binds_nothing(sqs, sns, queue_url, topic_arn):
    """Says: no-messages-key"""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        order = json.loads(message["Body"])
        sns.publish(TopicArn=topic_arn, Message=order["order_id"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return order


take_one__empty_dictionary = variant("solution", "return None", "return {}", says="not-none")

take_one__announces_that_there_is_none = variant(
    "solution",
    "        return None",
    '        sns.publish(TopicArn=topic_arn, Message="no order")\n        return None',
    says="announced-nothing",
)


take_one__text = variant("solution", "return order", 'return message["Body"]', says="text-returned")
take_one__message = variant("solution", "return order", "return message", says="message-returned")
take_one__response = variant(
    "solution",
    'queue_url).get("Messages", [])',
    'queue_url)\n    whole, messages = messages, messages.get("Messages", [])',
    "return order",
    "return whole",
    says="whole-response",
)
take_one__list = variant("solution", "return order", "return [order]", says="list-returned")
take_one__returns_the_id = variant("solution", "return order", 'return order["order_id"]', says="text-returned")
take_one__prints = variant("solution", "return order", "print(order)", says="nothing-taken")


def take_one__reads_python_literals(sqs, sns, queue_url, topic_arn):
    """Says: error:ValueError"""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    order = ast.literal_eval(messages[0]["Body"].strip())
    sns.publish(TopicArn=topic_arn, Message=order["order_id"])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return order


take_one__first_queue_of_the_account = variant(
    "solution",
    "    messages =",
    '    queue_url = sqs.list_queues()["QueueUrls"][0]\n    messages =',
    says="order-of-other-queue",
)

_orders = []


def take_one__always_the_first_order(sqs, sns, queue_url, topic_arn):
    """Says: not-waiting"""
    for message in sqs.receive_message(QueueUrl=queue_url).get("Messages", []):
        _orders.append(json.loads(message["Body"]))
        sns.publish(TopicArn=topic_arn, Message=_orders[-1]["order_id"])
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return _orders[0]
    return None


take_one__never_publishes = variant("solution", _PUBLISH, "", says="not-announced")
take_one__publishes_twice = variant("solution", _PUBLISH, _PUBLISH + _PUBLISH, says="announced-more-than-once")
take_one__publishes_the_order = variant(
    "solution", 'Message=order["order_id"]', 'Message=message["Body"]', says="other-announcement"
)
take_one__publishes_the_id_as_json = variant(
    "solution", 'order["order_id"])', 'json.dumps(order["order_id"]))', says="other-announcement"
)
take_one__publishes_a_sentence = variant(
    "solution", 'order["order_id"])', "f\"Packing {order['order_id']}\")", says="other-announcement"
)


def take_one__finds_the_id_by_its_spelling(sqs, sns, queue_url, topic_arn):
    """Says: error:TypeError"""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    body = messages[0]["Body"]
    sns.publish(TopicArn=topic_arn, Message=re.search(r'"order_id": "([^"]*)"', body)[1])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(body)


def take_one__finds_another_id(sqs, sns, queue_url, topic_arn):
    """Says: other-announcement"""
    messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
    if not messages:
        return None
    body = messages[0]["Body"]
    sns.publish(TopicArn=topic_arn, Message=re.search(r'"order_id": ?"([^"]*)"', body)[1])
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    return json.loads(body)


take_one__publishes_the_id_stripped = variant(
    "solution", 'order["order_id"])', 'order["order_id"].strip())', says="other-announcement"
)
take_one__publishes_the_message_id = variant(
    "solution", 'Message=order["order_id"]', 'Message=message["MessageId"]', says="other-announcement"
)
take_one__first_topic_of_the_account = variant(
    "solution",
    _PUBLISH,
    '    own = sns.list_topics()["Topics"][0]["TopicArn"]\n' + _PUBLISH.replace("topic_arn", "own"),
    says="other-topic",
)

take_one__publishes_elsewhere_too = variant(
    "solution",
    _PUBLISH,
    _PUBLISH + '    log = sns.create_topic(Name="taken-log")["TopicArn"]\n' + _PUBLISH.replace("topic_arn", "log"),
    says="other-topic",
)

take_one__deletes_first = variant("solution", _DELETE, "", "    order =", f"{_DELETE}    order =", says="deleted-first")


take_one__deletes_first_and_sends_back = variant(
    "solution",
    _DELETE,
    "",
    "    order =",
    f"{_DELETE}    order =",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except Exception:\n    {_SEND_BACK}        raise\n",
    says="deleted-first",
)


take_one__deletes_in_any_case = variant(
    "solution",
    _PUBLISH + _DELETE,
    f"    try:\n    {_PUBLISH}    finally:\n    {_DELETE}",
    says="lost-in-a-crash",
)


take_one__looks_for_the_topic_first = variant(
    "solution",
    "    messages =",
    "    sns.get_topic_attributes(TopicArn=topic_arn)\n    messages =",
    _PUBLISH + _DELETE,
    f"    try:\n    {_PUBLISH}    finally:\n    {_DELETE}",
    says="lost-in-a-crash",
)


take_one__ignores_a_failed_entry = variant(
    "solution",
    _PUBLISH,
    '    entries = [{"Id": "1", "Message": order["order_id"]}]\n'
    "    sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)\n",
    says="not-announced",
)


take_one__logs_the_failure = variant(
    "solution",
    _PUBLISH,
    f'    try:\n    {_PUBLISH}    except Exception as problem:\n        print("not announced:", problem)\n',
    says="lost-in-a-crash",
)


take_one__replaces_the_message_after_a_failure = variant(
    "solution",
    _PUBLISH + _DELETE,
    f"    try:\n    {_PUBLISH}    except Exception:\n    {_SEND_BACK}        raise\n    finally:\n    {_DELETE}",
    says="sent-again",
)


take_one__returns_none_after_a_failure = variant(
    "solution",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except Exception:\n        return None\n",
    says="failure-hidden",
)


take_one__sends_a_copy_after_a_failure = variant(
    "solution",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except Exception:\n    {_SEND_BACK}        raise\n",
    says="sent-again",
)


take_one__returns_the_error = variant(
    "solution",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except Exception as problem:\n        return problem\n",
    says="failure-hidden",
)


take_one__none_without_a_topic = variant(
    "solution",
    "    messages =",
    "    try:\n        sns.get_topic_attributes(TopicArn=topic_arn)\n"
    "    except sns.exceptions.NotFoundException:\n        return None\n    messages =",
    says="failure-hidden",
)


take_one__logs_what_the_service_cannot_do = variant(
    "solution",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except sns.exceptions.ClientError as problem:\n"
    '        if problem.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):\n            raise\n'
    "        print(problem)\n",
    says="not-announced",
)
take_one__raises_only_for_a_missing_topic = variant(
    "solution",
    _PUBLISH,
    f"    try:\n    {_PUBLISH}    except sns.exceptions.NotFoundException:\n        raise\n"
    "    except Exception as problem:\n        print(problem)\n",
    says="lost-in-a-crash",
)


def take_one__stumbles_after_a_failure(sqs, sns, queue_url, topic_arn):
    """Says: error:UnboundLocalError"""
    try:
        messages = sqs.receive_message(QueueUrl=queue_url).get("Messages", [])
        if not messages:
            return None
        order = json.loads(messages[0]["Body"])
        sns.publish(TopicArn=topic_arn, Message=order["order_id"])
        taken = order
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
    except Exception as problem:
        print(problem)
    return taken


take_one__none_after_a_failed_receive = variant(
    "solution",
    "    messages =",
    "    try:\n        messages =",
    "    if not messages:",
    "    except Exception:\n        return None\n    if not messages:",
    says="failed-receive",
)
take_one__publishes_again_after_a_failed_delete = variant(
    "solution",
    _PUBLISH + _DELETE,
    f"    while True:\n    {_PUBLISH}        try:\n        {_DELETE}            break\n"
    "        except Exception as problem:\n            print(problem)\n",
    says="announced-more-than-once",
)
take_one__ignores_a_failed_delete = variant(
    "solution",
    'delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])',
    'delete_message_batch(QueueUrl=queue_url, Entries=[{"Id": "1", "ReceiptHandle": message["ReceiptHandle"]}])',
    says="failed-delete",
)
take_one__purges_after_the_last = variant(
    "solution",
    _DELETE,
    '    every = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]\n'
    f'    if every["ApproximateNumberOfMessages"] != "0":\n    {_DELETE}'
    "    else:\n        sqs.purge_queue(QueueUrl=queue_url)\n",
    says="others-lost",
)
take_one__drops_what_has_much_in_it = variant(
    "solution", _PUBLISH, f"    if len(order) > 8:\n    {_DELETE}        return None\n{_PUBLISH}", says="nothing-taken"
)
take_one__drops_what_has_no_customer = variant(
    "solution",
    _PUBLISH,
    f'    if "customer" not in order:\n    {_DELETE}        return None\n{_PUBLISH}',
    says="nothing-taken",
)
take_one__another_text_for_queues = variant(
    "solution",
    'Message=order["order_id"]',
    'MessageStructure="json", Message=json.dumps({"default": message["Body"], "sms": order["order_id"]})',
    says="other-announcement",
)


# --- join_late --------------------------------------------------------------------------------------------------------


def _queue_arn(sqs, queue_url):
    return sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _subscribe(sqs, sns, topic_arn, queue_url):
    arn = _queue_arn(sqs, queue_url)
    return sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]


def _send_all(sqs, queue_url, missed):
    for text in missed:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)


join_late__only_subscribes = variant(
    "solution",
    "    for text in missed:\n        sqs.send_message(QueueUrl=queue_url, MessageBody=text)\n",
    "",
    says="nothing-handed-over",
)


def join_late__subscribes_last(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    _send_all(sqs, queue_url, missed)
    return _subscribe(sqs, sns, topic_arn, queue_url)


join_late__publishes_again = variant(
    "solution",
    "sqs.send_message(QueueUrl=queue_url, MessageBody=text)",
    "sns.publish(TopicArn=topic_arn, Message=text)",
    says="published-again",
)


def _others(sns, topic_arn):
    """Return the subscriptions of the topic that are confirmed."""
    found = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]
    return [one for one in found if one["SubscriptionArn"].startswith("arn:")]


def join_late__unsubscribes_the_others_meanwhile(sqs, sns, topic_arn, queue_url, missed):
    """Says: others-changed"""
    others = _others(sns, topic_arn)
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


def join_late__filters_the_others_meanwhile(sqs, sns, topic_arn, queue_url, missed):
    """Says: others-missed-something"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    for other in _others(sns, topic_arn):
        if other["SubscriptionArn"] != subscription:
            policy = {"SubscriptionArn": other["SubscriptionArn"], "AttributeName": "FilterPolicy"}
            sns.set_subscription_attributes(**policy, AttributeValue='{"kind": ["none"]}')
            sns.set_subscription_attributes(**policy, AttributeValue="{}")
    return subscription


def join_late__topic_of_its_own(sqs, sns, topic_arn, queue_url, missed):
    """Says: nothing-handed-over"""
    own = sns.create_topic(Name="for-the-newcomer")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=own, Protocol="sqs", Endpoint=_queue_arn(sqs, queue_url), Attributes=raw)
    for text in missed:
        sns.publish(TopicArn=own, Message=text)
    sns.delete_topic(TopicArn=own)
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__takes_the_others_off(sqs, sns, topic_arn, queue_url, missed):
    """Says: others-unsubscribed"""
    for other in _others(sns, topic_arn):
        sns.unsubscribe(SubscriptionArn=other["SubscriptionArn"])
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__same_attributes_for_all(sqs, sns, topic_arn, queue_url, missed):
    """Says: others-changed"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    for one in _others(sns, topic_arn):
        raw = {"SubscriptionArn": one["SubscriptionArn"], "AttributeName": "RawMessageDelivery"}
        sns.set_subscription_attributes(**raw, AttributeValue="false")
    return subscription


def join_late__opens_the_queue_for_all(sqs, sns, topic_arn, queue_url, missed):
    """Says: settings-changed"""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__forgets_the_policy(sqs, sns, topic_arn, queue_url, missed):
    """Says: not-delivered"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": ""})
    return subscription


def join_late__subscribes_once_more_at_the_end(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    sns.unsubscribe(SubscriptionArn=subscription)
    return _subscribe(sqs, sns, topic_arn, queue_url)


def join_late__subscribes_between_two_sends(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    _send_all(sqs, queue_url, missed[:1])
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed[1:])
    return subscription


def join_late__filters_while_it_sends(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    policy = {"SubscriptionArn": subscription, "AttributeName": "FilterPolicy"}
    sns.set_subscription_attributes(**policy, AttributeValue='{"kind": ["none"]}')
    _send_all(sqs, queue_url, missed)
    sns.set_subscription_attributes(**policy, AttributeValue="{}")
    return subscription


def join_late__once_where_neighbours_are_equal(sqs, sns, topic_arn, queue_url, missed):
    """Says: texts-missing-or-added"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, [text for n, text in enumerate(missed) if n == 0 or text != missed[n - 1]])
    return subscription


def join_late__once_unless_neighbours_are_equal(sqs, sns, topic_arn, queue_url, missed):
    """Says: texts-missing-or-added"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, [text for n, text in enumerate(missed) if text not in missed[: max(0, n - 1)]])
    return subscription


join_late__only_ascii = variant(
    "solution", "MessageBody=text", 'MessageBody=text.encode("ascii", "replace").decode()', says="texts-changed"
)
join_late__an_address_too = variant(
    "solution",
    "    for text",
    '    sns.subscribe(TopicArn=topic_arn, Protocol="email", Endpoint="bo@example.com")\n    for text',
    says="more-subscriptions",
)
join_late__ten_at_most = variant("solution", "in missed:", "in missed[:10]:", says="texts-missing-or-added")
join_late__fifty_at_most = variant("solution", "in missed:", "in missed[:50]:", says="texts-missing-or-added")
join_late__without_blank_texts = variant(
    "solution", "in missed:", "in filter(str.strip, missed):", says="texts-missing-or-added"
)
join_late__json_written_anew = variant(
    "solution",
    "MessageBody=text",
    'MessageBody=json.dumps(json.loads(text)) if text.startswith("{") else text',
    says="texts-changed",
)
join_late__cut = variant("solution", "MessageBody=text", "MessageBody=text[:100_000]", says="texts-changed")
join_late__delays = variant("solution", "MessageBody=text", "MessageBody=text, DelaySeconds=1", says="texts-delayed")
join_late__receives = variant(
    "solution", "    return", "    sqs.receive_message(QueueUrl=queue_url)\n    return", says="texts-hidden"
)
join_late__stripped = variant("solution", "MessageBody=text", "MessageBody=text.strip()", says="texts-changed")
join_late__lines_as_on_unix = variant(
    "solution", "MessageBody=text", 'MessageBody="\\n".join(text.splitlines())', says="texts-changed"
)


def join_late__ignores_failed_entries(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for start in range(0, len(missed), 10):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(missed[start : start + 10])]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return subscription


def join_late__sends_the_whole_batch_again(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for start in range(0, len(missed), 10):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(missed[start : start + 10])]
        while sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed"):
            pass
    return subscription


def join_late__forgets_what_failed(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        try:
            sqs.send_message(QueueUrl=queue_url, MessageBody=text)
        except Exception as problem:
            print(problem)
    return subscription


def join_late__gives_up_on_a_text(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for text in missed:
        for _ in range(3):
            try:
                sqs.send_message(QueueUrl=queue_url, MessageBody=text)
                break
            except Exception:
                time.sleep(3)
    return subscription


def join_late__counts_again_in_each_batch(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for start in range(0, len(missed), 10):
        entries = [{"Id": str(n), "MessageBody": text} for n, text in enumerate(missed[start : start + 10])]
        for failed in sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", []):
            sqs.send_message(QueueUrl=queue_url, MessageBody=missed[int(failed["Id"])])
    return subscription


def join_late__errors_stay_in_the__threads(sqs, sns, topic_arn, queue_url, missed):
    """Says: failed-sends"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    with ThreadPoolExecutor(5) as pool:
        pool.map(lambda text: sqs.send_message(QueueUrl=queue_url, MessageBody=text), missed)
    return subscription


def join_late__policy_of_its_own(sqs, sns, topic_arn, queue_url, missed):
    """Says: settings-changed"""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": _queue_arn(sqs, queue_url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": policy})
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__only_full_batches(sqs, sns, topic_arn, queue_url, missed):
    """Says: texts-missing-or-added"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for start in range(0, max(10, len(missed) - 9), 10):
        batch = enumerate(missed[start : start + 10])
        entries = [{"Id": str(number), "MessageBody": text} for number, text in batch]
        if entries:
            sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return subscription


def join_late__a_batch_more_than_needed(sqs, sns, topic_arn, queue_url, missed):
    """Says: error:AWS.SimpleQueueService.EmptyBatchRequest"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    for start in range(0, len(missed) + 1, 10):
        batch = enumerate(missed[start : start + 10])
        entries = [{"Id": str(number), "MessageBody": text} for number, text in batch]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return subscription


join_late__first_subscription_with_this_name = variant(
    "solution",
    '    return subscription["SubscriptionArn"]',
    '    name = queue_arn.split(":")[-1]\n    found = sns.list_subscriptions_by_topic(TopicArn=topic_arn)\n'
    '    return [s for s in found["Subscriptions"] if name in s["Endpoint"]][0]["SubscriptionArn"]',
    says="other-subscription",
)
join_late__first_page_of_subscriptions = variant(
    "solution",
    '    return subscription["SubscriptionArn"]',
    '    found = sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"]\n'
    '    return next((s["SubscriptionArn"] for s in found if s["Endpoint"] == queue_arn), None)',
    says="nothing-returned",
)


def join_late__purges_after_the_first(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed[:1])
    sqs.purge_queue(QueueUrl=queue_url)
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__deletes_what_it_did_not_send(sqs, sns, topic_arn, queue_url, missed):
    """Says: gap-in-delivery"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    _send_all(sqs, queue_url, missed)
    for message in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages", []):
        if message["Body"] not in missed:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return subscription


join_late__texts_in_an_envelope = variant(
    "solution",
    "MessageBody=text",
    'MessageBody=json.dumps({"Type": "Notification", "TopicArn": topic_arn, "Message": text})',
    says="texts-changed",
)
join_late__swallows_what_subscribe_raises = variant(
    "solution",
    "    subscription =",
    "    try:\n        subscription =",
    "    for text",
    '    except Exception:\n        subscription = {"SubscriptionArn": None}\n    for text',
    says="not-subscribed",
)
join_late__returns_nothing = variant("solution", "    return subscription", "    subscription", says="nothing-returned")
join_late__returns_the_arn_of_the_queue = variant(
    "solution", 'subscription["SubscriptionArn"]', "queue_arn", says="arn-of-queue-or-topic"
)


join_late__publishes_to_the_queue = variant(
    "solution",
    "sqs.send_message(QueueUrl=queue_url, MessageBody=text)",
    "sns.publish(TargetArn=queue_arn, Message=text)",
    says="published-to-queue",
)

join_late__subscribes_the_url = variant("solution", "Endpoint=queue_arn", "Endpoint=queue_url", says="url-as-endpoint")


def join_late__account_of_the_lesson(sqs, sns, topic_arn, queue_url, missed):
    """Says: wrong-endpoint"""
    name = queue_url.split("/")[-1]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    subscription = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    _send_all(sqs, queue_url, missed)
    return subscription


def join_late__first_queue_of_the_account(sqs, sns, topic_arn, queue_url, missed):
    """Says: sent-to-others"""
    url = sqs.list_queues()["QueueUrls"][0]
    subscription = _subscribe(sqs, sns, topic_arn, url)
    _send_all(sqs, url, missed)
    return subscription


def join_late__never_subscribes(sqs, sns, topic_arn, queue_url, missed):
    """Says: not-subscribed"""
    _send_all(sqs, queue_url, missed)
    return topic_arn


join_late__returns_in_the_loop = variant(
    "solution", "MessageBody=text)\n    return", "MessageBody=text)\n        return", says="texts-missing-or-added"
)

join_late__all_in_one_message = variant(
    "solution", "in missed:", 'in ["\\n".join(missed)]:', says="texts-missing-or-added"
)

join_late__texts_as_json = variant("solution", "MessageBody=text", "MessageBody=json.dumps(text)", says="texts-changed")
join_late__each_text_once = variant("solution", "in missed:", "in set(missed):", says="texts-missing-or-added")


def join_late__more_than_a_batch_holds(sqs, sns, topic_arn, queue_url, missed):
    """Says: error:AWS.SimpleQueueService.TooManyEntriesInBatchRequest"""
    subscription = _subscribe(sqs, sns, topic_arn, queue_url)
    if missed:
        entries = [{"Id": str(number), "MessageBody": text} for number, text in enumerate(missed)]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    return subscription


def join_late__subscribes_in_the_loop(sqs, sns, topic_arn, queue_url, missed):
    """Says: error:UnboundLocalError"""
    for text in missed:
        subscription = _subscribe(sqs, sns, topic_arn, queue_url)
        sqs.send_message(QueueUrl=queue_url, MessageBody=text)
    return subscription


join_late__with_a_filter = variant(
    "solution",
    "Endpoint=queue_arn",
    'Endpoint=queue_arn, Attributes={"FilterPolicy": \'{"kind": ["new"]}\'}',
    says="not-delivered",
)

join_late__whole_response = variant(
    "solution", 'subscription["SubscriptionArn"]', "subscription", says="whole-response"
)

join_late__returns_the_first_subscription = variant(
    "solution",
    'subscription["SubscriptionArn"]',
    'sns.list_subscriptions_by_topic(TopicArn=topic_arn)["Subscriptions"][0]["SubscriptionArn"]',
    says="other-subscription",
)

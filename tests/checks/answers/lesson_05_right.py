"""Right answers to the exercises of lesson 05, each in another style than the solution."""

import json
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import boto3

# --- announce ---------------------------------------------------------------------------------------------------------


def announce__replaces(sns, topic_arn, subject, text):
    """Replaces the line breaks, then cuts."""
    subject = subject.strip().replace("\r", " ").replace("\n", " ")
    if len(subject) > 99:
        subject = subject[:99]
    response = sns.publish(TopicArn=topic_arn, Message=text, Subject=subject)
    return response["MessageId"]


def announce__resource(sns, topic_arn, subject, text):
    """Through the topic as a resource, which returns the same response."""
    lines = re.sub(r"\s+", " ", subject)
    return boto3.resource("sns").Topic(topic_arn).publish(Subject=lines[:99], Message=text)["MessageId"]


def announce__batch_of_one(sns, topic_arn, subject, text):
    """A batch with one entry."""
    entry = {"Id": "only", "Subject": " ".join(subject.splitlines())[:99], "Message": text}
    reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=[entry])
    return reply["Successful"][0]["MessageId"]


def announce__target(sns, topic_arn, subject, text):
    """Names the topic as the target, and shortens again and again."""
    while len(subject) >= 100:
        subject = subject[:-1]
    return sns.publish(TargetArn=topic_arn, Message=text, Subject="".join(c if c >= " " else " " for c in subject)).get(
        "MessageId"
    )


def announce__whole_hundred(sns, topic_arn, subject, text):
    """Keeps what SNS accepts, and more than AWS documents."""
    line = re.sub(r"\r\n|\r|\n", " ", subject)
    return sns.publish(TopicArn=topic_arn, Subject=line[:100].rstrip(), Message=text)["MessageId"]


def announce__each_character(sns, topic_arn, subject, text):
    """Makes two spaces of a line break of two characters."""
    line = subject.translate({ord("\r"): " ", ord("\n"): " "})
    return sns.publish(TopicArn=topic_arn, Subject=line[:100], Message=text)["MessageId"]


def announce__asks_sns(sns, topic_arn, subject, text):
    """Tries the subject, and shortens it as long as SNS refuses it."""
    line = " ".join(subject.splitlines())
    while True:
        try:
            return sns.publish(TopicArn=topic_arn, Subject=line, Message=text)["MessageId"]
        except sns.exceptions.InvalidParameterException:
            line = line[: min(100, len(line) - 1)]


def announce__for_each_protocol(sns, topic_arn, subject, text):
    """A message in JSON whose default is the text, and attributes that nobody asked for."""
    line = " ".join(part for part in re.split(r"[\r\n]+", subject) if part)
    return sns.publish(
        TopicArn=topic_arn,
        Subject=line[:99],
        Message=json.dumps({"default": text}),
        MessageStructure="json",
        MessageAttributes={"length": {"DataType": "Number", "StringValue": str(len(text))}},
    )["MessageId"]


# --- subscribe_all ----------------------------------------------------------------------------------------------------


def _protocol(contact):
    if contact[0] == "+":
        return "sms"
    if contact.split(":")[0] in ("http", "https"):
        return contact.split(":")[0]
    return "sqs" if contact.startswith("arn:aws:sqs:") else "email"


def subscribe_all__small_function(sns, topic_arn, contacts):
    """A function for the protocol, and dict.fromkeys for each once."""
    return {
        contact: sns.subscribe(
            TopicArn=topic_arn, Protocol=_protocol(contact), Endpoint=contact, ReturnSubscriptionArn=True
        )["SubscriptionArn"]
        for contact in dict.fromkeys(contacts)
    }


def subscribe_all__looks_first(sns, topic_arn, contacts):
    """Leaves alone who is subscribed already."""
    arns = {}
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn):
        for one in page["Subscriptions"]:
            if one["SubscriptionArn"].startswith("arn:") and one["Endpoint"] in contacts:
                arns[one["Endpoint"]] = one["SubscriptionArn"]
    for contact in contacts:
        if contact in arns:
            continue
        asked = {"Protocol": _protocol(contact), "Endpoint": contact}
        arns[contact] = sns.subscribe(TopicArn=topic_arn, ReturnSubscriptionArn=True, **asked)["SubscriptionArn"]
    return arns


def subscribe_all__resource(sns, topic_arn, contacts):
    """Through the topic as a resource, whose subscriptions know their ARN."""
    topic = boto3.resource("sns").Topic(topic_arn)
    arns = {}
    for contact in contacts:
        if contact not in arns:
            made = topic.subscribe(Protocol=_protocol(contact), Endpoint=contact, ReturnSubscriptionArn=True)
            arns[contact] = made.arn
    return arns


def subscribe_all__threads(sns, topic_arn, contacts):
    """Subscribes several at a time."""

    def subscribe(contact):
        asked = {"Protocol": _protocol(contact), "Endpoint": contact, "ReturnSubscriptionArn": True}
        return contact, sns.subscribe(TopicArn=topic_arn, **asked)["SubscriptionArn"]

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(subscribe, set(contacts)))


def subscribe_all__then_looks(sns, topic_arn, contacts):
    """Subscribes who isn't in the list, reads the list again, and asks for the ARNs that it doesn't show."""

    def listed():
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
        return {one["Endpoint"]: one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]}

    arns, before = {}, listed()
    for contact in dict.fromkeys(contacts):
        if not before.get(contact, "").startswith("arn:"):
            asked = {"Protocol": _protocol(contact), "Endpoint": contact, "ReturnSubscriptionArn": True}
            arns[contact] = sns.subscribe(TopicArn=topic_arn, **asked)["SubscriptionArn"]
    after = listed()
    return {contact: arns.get(contact) or after[contact] for contact in contacts}


# --- by_channel -------------------------------------------------------------------------------------------------------


def by_channel__setdefault(sns, topic_arn, texts):
    """Adds to a copy what is missing."""
    message = dict(texts)
    message.setdefault("sms", texts["email"][:70])
    message["default"] = message["email"]
    response = sns.publish(TopicArn=topic_arn, MessageStructure="json", Message=json.dumps(message))
    return response["MessageId"]


def by_channel__every_protocol(sns, topic_arn, texts):
    """Writes a text for each protocol that there is."""
    protocols = ["default", "email", "email-json", "http", "https", "sqs", "lambda", "firehose", "application"]
    message = {protocol: texts.get(protocol, texts["email"]) for protocol in protocols}
    message["sms"] = texts["sms"] if "sms" in texts else texts["email"][:70]
    text = json.dumps(message, ensure_ascii=False, indent=2)
    return sns.publish(TopicArn=topic_arn, Message=text, MessageStructure="json", Subject="News")["MessageId"]


def by_channel__resource(sns, topic_arn, texts):
    """Through the topic as a resource."""
    texts["default"] = texts["email"]
    if not texts.get("sms"):
        texts["sms"] = "".join(list(texts["email"])[:70])
    topic = boto3.resource("sns").Topic(topic_arn)
    return topic.publish(Message=json.dumps(texts), MessageStructure="json")["MessageId"]


def by_channel__two_bytes_each(sns, topic_arn, texts):
    """Cuts what a part holds: 140 bytes of UTF-16."""
    start = texts["email"].encode("utf-16-be")[:140].decode("utf-16-be")
    message = {"default": texts["email"], "sms": start, **texts}
    return sns.publish(TopicArn=topic_arn, Message=json.dumps(message), MessageStructure="json")["MessageId"]


def by_channel__batch_of_one(sns, topic_arn, texts):
    """A batch with one entry."""
    message = json.dumps({"sms": texts["email"][0:70], **texts, "default": texts["email"]})
    entry = {"Id": "1", "Message": message, "MessageStructure": "json"}
    [done] = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=[entry])["Successful"]
    return done["MessageId"]


# --- publish_all ------------------------------------------------------------------------------------------------------


def _batches(news):
    """Yield lists of places in the news that go together."""
    places, room = [], 262_144
    for place, item in enumerate(news):
        size = len(item["text"].encode("utf-8"))
        if places and (size > room or len(places) > 9):
            yield places
            places, room = [], 262_144
        places.append(place)
        room -= size
    if places:
        yield places


def publish_all__generator(sns, topic_arn, news):
    """The place in the whole list is the id."""
    failed = set()
    for places in _batches(news):
        entries = [{"Id": f"n{p}", "Subject": news[p]["subject"], "Message": news[p]["text"]} for p in places]
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        failed |= {int(one["Id"][1:]) for one in reply["Failed"]}
    return [item for place, item in enumerate(news) if place in failed]


def publish_all__sifts_first(sns, topic_arn, news):
    """Takes out the subjects that SNS will refuse, and asks it about the others all the same."""
    wrong = [item for item in news if len(item["subject"]) > 100 or not item["subject"].isprintable()]
    rest = [item for item in news if item not in wrong]
    for places in _batches(rest):
        entries = [{"Id": str(p), "Subject": rest[p]["subject"], "Message": rest[p]["text"]} for p in places]
        assert not sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)["Failed"]
    return wrong


def publish_all__groups(sns, topic_arn, news):
    """Numbers the batches first, and groups by the number."""
    numbered, number, count, size = [], 0, 0, 0
    for item in news:
        length = len(bytes(item["text"], "utf8"))
        if count == 10 or size + length > 262144:
            number, count, size = number + 1, 0, 0
        count, size = count + 1, size + length
        numbered.append((number, item))
    refused = []
    for _, group in groupby(numbered, key=lambda pair: pair[0]):
        batch = {f"entry-{place}": item for place, (_, item) in enumerate(group)}
        entries = [{"Id": key, "Subject": it["subject"], "Message": it["text"]} for key, it in batch.items()]
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        done = {one["Id"] for one in reply["Successful"]}
        refused += [item for key, item in batch.items() if key not in done]
    return refused


def publish_all__threads(sns, topic_arn, news):
    """Publishes several batches at a time."""

    def publish(places):
        entries = [{"Id": str(p), "Subject": news[p]["subject"], "Message": news[p]["text"]} for p in places]
        failed = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)["Failed"]
        return [int(one["Id"]) for one in failed]

    with ThreadPoolExecutor(3) as pool:
        return [news[place] for place in sorted(set().union(*pool.map(publish, _batches(news))))]


def publish_all__first_that_has_room(sns, topic_arn, news):
    """Puts each item into the first batch that has room, and sends a batch of one by itself."""
    batches, refused = [], set()
    for place, item in enumerate(news):
        size = len(item["text"].encode())
        for batch in batches:
            if len(batch["places"]) < 10 and batch["size"] + size <= 262_144:
                break
        else:
            batch = {"places": [], "size": 0}
            batches.append(batch)
        batch["places"].append(place)
        batch["size"] += size
    for batch in batches:
        items = {f"{place:05}": news[place] for place in batch["places"]}
        if len(items) == 1:
            [(key, item)] = items.items()
            try:
                sns.publish(TopicArn=topic_arn, Subject=item["subject"], Message=item["text"])
            except sns.exceptions.InvalidParameterException:
                refused.add(int(key))
            continue
        entries = [{"Message": it["text"], "Subject": it["subject"], "Id": key} for key, it in items.items()]
        reply = sns.publish_batch(TopicArn=topic_arn, PublishBatchRequestEntries=entries)
        refused |= {int(one["Id"]) for one in reply["Failed"] if one["SenderFault"]}
    return [news[place] for place in sorted(refused)]


# --- who_listens ------------------------------------------------------------------------------------------------------


def who_listens__tokens(sns, topic_name):
    """Follows the tokens by hand."""
    topics, more = [], {}
    while True:
        page = sns.list_topics(**more)
        topics += [topic["TopicArn"] for topic in page["Topics"]]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    mine = [arn for arn in topics if arn.endswith(f":{topic_name}")]
    if not mine:
        return None
    report, more = {"confirmed": {}, "pending": []}, {}
    while more is not None:
        page = sns.list_subscriptions_by_topic(TopicArn=mine[0], **more)
        for one in page["Subscriptions"]:
            if not one["SubscriptionArn"].startswith("arn:"):
                report["pending"].append(one["Endpoint"])
            elif one["Protocol"] in report["confirmed"]:
                report["confirmed"][one["Protocol"]].append(one["Endpoint"])
            else:
                report["confirmed"][one["Protocol"]] = [one["Endpoint"]]
        more = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
    for endpoints in [*report["confirmed"].values(), report["pending"]]:
        endpoints.sort()
    return report


def who_listens__full_result(sns, topic_name):
    """Has the paginators put the pages together."""
    topics = sns.get_paginator("list_topics").paginate().build_full_result()["Topics"]
    arns = {topic["TopicArn"].rpartition(":")[2]: topic["TopicArn"] for topic in topics}
    if topic_name not in arns:
        return None
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arns[topic_name])
    confirmed, pending = defaultdict(list), []
    for one in sorted(pages.build_full_result()["Subscriptions"], key=lambda one: one["Endpoint"]):
        waits = one["SubscriptionArn"] == "PendingConfirmation"
        (pending if waits else confirmed[one["Protocol"]]).append(one["Endpoint"])
    return {"confirmed": dict(confirmed), "pending": pending}


def who_listens__all_subscriptions(sns, topic_name):
    """Sifts the subscriptions of all topics."""
    pages = sns.get_paginator("list_topics").paginate()
    found = [t["TopicArn"] for page in pages for t in page["Topics"] if t["TopicArn"].split(":")[5] == topic_name]
    if len(found) == 0:
        return
    everybody = sns.get_paginator("list_subscriptions").paginate().search("Subscriptions[]")
    mine = [one for one in everybody if one and one["TopicArn"] == found[0]]
    pending = [one["Endpoint"] for one in mine if "Pending" in one["SubscriptionArn"][:7]]
    known = [one for one in mine if "Pending" not in one["SubscriptionArn"][:7]]
    protocols = {one["Protocol"] for one in known}
    return {
        "confirmed": {p: sorted(one["Endpoint"] for one in known if one["Protocol"] == p) for p in protocols},
        "pending": sorted(pending),
    }


def who_listens__made_arn(sns, topic_name):
    """Makes the ARN of its parts, and asks SNS whether there is such a topic."""
    account = boto3.client("sts").get_caller_identity()["Account"]
    arn = f"arn:aws:sns:{sns.meta.region_name}:{account}:{topic_name}"
    try:
        sns.get_topic_attributes(TopicArn=arn)
    except sns.exceptions.NotFoundException:
        return None
    report = {"confirmed": {}, "pending": []}
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn):
        for one in page["Subscriptions"]:
            waits = one["SubscriptionArn"][0] == "P"
            where = report["pending"] if waits else report["confirmed"].setdefault(one["Protocol"], [])
            where.append(one["Endpoint"])
            where.sort()
    return report


def who_listens__creates_what_is_there(sns, topic_name):
    """Has create_topic return the ARN of a topic that the list has."""
    topics = sns.get_paginator("list_topics").paginate().search("Topics[].TopicArn")
    if topic_name not in {(arn or "").split(":")[-1] for arn in topics}:
        return None
    arn, found, token = sns.create_topic(Name=topic_name)["TopicArn"], [], ""
    while token is not None:
        page = sns.list_subscriptions_by_topic(TopicArn=arn, NextToken=token)
        found, token = found + page["Subscriptions"], page.get("NextToken")
    found.sort(key=lambda one: (one["Protocol"], one["Endpoint"]))
    known = [one for one in found if one["SubscriptionArn"].count(":") > 4]
    return {
        "pending": sorted(one["Endpoint"] for one in found if one not in known),
        "confirmed": {
            protocol: [one["Endpoint"] for one in group]
            for protocol, group in groupby(known, key=lambda one: one["Protocol"])
        },
    }

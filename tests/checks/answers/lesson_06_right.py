"""Right answers to the exercises of lesson 06, each in another style than the solution."""

import asyncio
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

# --- read_order -------------------------------------------------------------------------------------------------------


def read_order__by_all_keys(message):
    """Knows the envelope by several of its keys."""
    body = json.loads(message["Body"])
    if {"TopicArn", "Signature", "Message"} <= body.keys():
        body = json.loads(body["Message"])
    return body


def read_order__by_order_id(message):
    """An order has an order_id, and an envelope has none."""
    body = json.loads(message["Body"])
    return body if "order_id" in body else json.loads(body["Message"])


def read_order__tries(message):
    """Tries the topic, and goes on without."""
    body = json.loads(message["Body"])
    try:
        assert body["TopicArn"].startswith("arn:")
    except KeyError:
        return dict(body)
    return json.loads(s=body.get("Message"))


# --- let_in -----------------------------------------------------------------------------------------------------------


def _statement(queue_arn, topic_arn, **more):
    return {
        "Sid": "topic-" + topic_arn.split(":")[-1],
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com"]},
        "Action": ["SQS:SendMessage"],
        "Resource": [queue_arn],
        "Condition": {"ArnLike": {"aws:SourceArn": [topic_arn]}},
    } | more


def _listed(policy):
    """Return the statements as a list, also where a single one is no list."""
    found = policy.get("Statement", [])
    return [found] if isinstance(found, dict) else found


def let_in__by_name(sqs, queue_url, topic_arn):
    """Leaves out the statement of the same name, and adds its own; reads everything."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    mine = _statement(attributes["QueueArn"], topic_arn)
    policy = json.loads(attributes.get("Policy", '{"Version": "2008-10-17", "Statement": []}'))
    policy["Statement"] = [mine] + [each for each in _listed(policy) if each.get("Sid") != mine["Sid"]]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy, indent=2)})


def let_in__everybody_for_the_topic(sqs, queue_url, topic_arn):
    """Lets everybody in on behalf of the topic, which nobody but SNS can be; returns what it set."""
    names = ["Policy", "QueueArn"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
    policy = {"Version": "2012-10-17"}
    with contextlib.suppress(KeyError):
        policy = json.loads(attributes["Policy"])
    condition = {"StringEquals": {"aws:SourceArn": topic_arn}}
    mine = _statement(attributes["QueueArn"], topic_arn, Principal="*", Condition=condition)
    if mine in _listed(policy):
        return policy
    policy["Statement"] = [mine, *_listed(policy)]
    sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})
    return policy


def let_in__one_statement_for_all(sqs, queue_url, topic_arn):
    """Keeps all topics that it let in under one name, as a list of ARNs."""
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes.get("Policy", '{"Version": "2012-10-17"}'))
    others = [each for each in _listed(policy) if each.get("Sid") != "topics"]
    [mine] = [each for each in _listed(policy) if each not in others] or [_statement(attributes["QueueArn"], "")]
    arns = [arn for arn in mine["Condition"]["ArnLike"]["aws:SourceArn"] if arn]
    if topic_arn not in arns:
        mine = mine | {"Sid": "topics", "Condition": {"ArnLike": {"aws:SourceArn": [*arns, topic_arn]}}}
        policy["Statement"] = [*others, mine]
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


def let_in__only_over_tls(sqs, queue_url, topic_arn):
    """Rules out plain HTTP too, and looks afterwards whether the policy is there."""
    names = ["Policy", "QueueArn"]
    for _ in range(2):
        attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        policy = json.loads(attributes.get("Policy") or '{"Version": "2012-10-17", "Statement": []}')
        mine = _statement(attributes["QueueArn"], topic_arn)
        insecure = {"Bool": {"aws:SecureTransport": "false"}}
        tls = {"Sid": "tls", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": attributes["QueueArn"]}
        missing = [each for each in (mine, tls | {"Condition": insecure}) if each not in _listed(policy)]
        if not missing:
            return
        policy["Statement"] = _listed(policy) + missing
        sqs.set_queue_attributes(QueueUrl=queue_url, Attributes={"Policy": json.dumps(policy)})


# --- filter_for -------------------------------------------------------------------------------------------------------


def filter_for__text(home, least):
    """Writes the JSON by hand, alternatives first."""
    either = '[{"gift": [true]}, {"total": [{"numeric": [">=", %d]}]}]' % least  # noqa: UP031
    text = '{"$or": ' + either + ', "address": {"country": [{"anything-but": "' + home + '"}]}}'
    return {"FilterPolicy": text, "FilterPolicyScope": "MessageBody", "RawMessageDelivery": "true"}


def filter_for__dots(home, least):
    """Names the nested key with a dot."""
    wanted = {"address.country": [{"anything-but": [home]}]}
    wanted["$or"] = [{"total": [{"numeric": [">=", float(least)]}]}, {"gift": [True]}]
    return {"FilterPolicyScope": "MessageBody", "RawMessageDelivery": "True", "FilterPolicy": json.dumps(wanted)}


def filter_for__twice(home, least):
    """Says the country in both alternatives."""
    abroad = {"address": {"country": [{"anything-but": [home]}]}}
    worth = {"total": [{"numeric": ["=", least]}, {"numeric": [">", least]}]}
    wanted = {"$or": [{**abroad, **worth}, {**abroad, "gift": [True]}]}
    return dict(FilterPolicy=json.dumps(wanted), FilterPolicyScope="MessageBody", RawMessageDelivery="true")  # noqa: C408


# --- fan_out ----------------------------------------------------------------------------------------------------------


def _connect(sns, sqs, topic_arn, name):
    """Return the URL of the queue, which is let in before it is subscribed."""
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["QueueArn"]
    policy = {"Version": "2012-10-17", "Statement": _statement(arn, topic_arn)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    asked = {"TopicArn": topic_arn, "Protocol": "sqs", "Endpoint": arn, "ReturnSubscriptionArn": True}
    try:
        sns.subscribe(**asked, Attributes={"RawMessageDelivery": "true"})
    except sns.exceptions.InvalidParameterException:
        subscription = sns.subscribe(**asked)["SubscriptionArn"]
        sns.set_subscription_attributes(
            SubscriptionArn=subscription, AttributeName="RawMessageDelivery", AttributeValue="true"
        )
    return url


def fan_out__raw_at_once(sns, sqs, topic_arn, names):
    """Subscribes raw, and changes what is there and different."""
    return {name: _connect(sns, sqs, topic_arn, name) for name in names}


def fan_out__looks_first(topic_arn, names):
    """Resources: all queues first, then all policies, then all subscriptions, of which it lists those that are there."""
    sqs, topic = boto3.resource("sqs"), boto3.resource("sns").Topic(topic_arn)
    queues = {}
    for name in names:
        try:
            queues[name] = sqs.get_queue_by_name(QueueName=name)
        except ClientError:
            queues[name] = sqs.create_queue(QueueName=name)
    for queue in queues.values():
        statement = _statement(queue.attributes["QueueArn"], topic_arn)
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        queue.set_attributes(Attributes={"Policy": json.dumps(policy)})
    pages = topic.meta.client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    there = {each["Endpoint"]: each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]}
    for queue in queues.values():
        arn = queue.attributes["QueueArn"]
        if arn in there:
            boto3.resource("sns").Subscription(there[arn]).set_attributes(
                AttributeName="RawMessageDelivery", AttributeValue="true"
            )
        else:
            topic.subscribe(Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return {name: queue.url for name, queue in queues.items()}


def fan_out__tasks__threads(sns, sqs, topic_arn, names):
    """One task for each department, in threads."""

    async def all_of_them():
        return await asyncio.gather(*(asyncio.to_thread(_connect, sns, sqs, topic_arn, name) for name in names))

    return dict(zip(names, asyncio.run(all_of_them()), strict=True))


def fan_out__keeps_accounts(sns, sqs, topic_arn, names):
    """Keeps what a policy says about accounts, and creates a queue that's missing with its policy."""
    urls = {}
    for name in names:
        arn = topic_arn.replace(":sns:", ":sqs:").rpartition(":")[0] + f":{name}"
        mine = _statement(arn, topic_arn)
        policy = {"Version": "2012-10-17", "Statement": [mine]}
        try:
            urls[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            there = sqs.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["All"])["Attributes"].get("Policy")
            kept = [each for each in _listed(json.loads(there or "{}")) if "Service" not in each["Principal"]]
            policy["Statement"] += kept
            sqs.set_queue_attributes(QueueUrl=urls[name], Attributes={"Policy": json.dumps(policy)})
        except sqs.exceptions.QueueDoesNotExist:
            urls[name] = sqs.create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        reply = sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
        sns.set_subscription_attributes(
            SubscriptionArn=reply["SubscriptionArn"], AttributeName="RawMessageDelivery", AttributeValue="true"
        )
    return urls


# --- wire_up ----------------------------------------------------------------------------------------------------------


def _wire(sns, sqs, topic_arn, url, **settings):
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {"Version": "2012-10-17", "Statement": [_statement(arn, topic_arn)]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    attributes = {"RawMessageDelivery": "true"} | settings
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes=attributes)


def wire_up__all_policies_first(topic_arn, departments):
    """Resources: all policies first; billing has an empty filter."""
    sqs, topic = boto3.resource("sqs"), boto3.resource("sns").Topic(topic_arn)
    wishes = {
        "billing": {},
        "shipping": {"delivery": [{"exists": False}, {"anything-but": ["pickup"]}]},
        "express": {"delivery": [{"equals-ignore-case": "Express"}]},
        "safe": {"total": [{"numeric": [">=", 500]}]},
        "bakery": {"items": {"name": ["cake"]}},
    }
    queues = {name: sqs.Queue(url) for name, url in departments.items()}
    for queue in queues.values():
        policy = {"Version": "2012-10-17", "Statement": [_statement(queue.attributes["QueueArn"], topic_arn)]}
        queue.set_attributes(Attributes={"Policy": json.dumps(policy)})
    for name, queue in queues.items():
        attributes = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(wishes.get(name, {"channel": ["web"]}))}
        if name in wishes:
            attributes["FilterPolicyScope"] = "MessageBody"
        topic.subscribe(Protocol="sqs", Endpoint=queue.attributes["QueueArn"], Attributes=attributes)


def wire_up__threads(sqs, sns, topic_arn, departments):
    """All departments at once."""
    bodies = {
        "shipping": {"delivery": [{"anything-but": ["pickup"]}, {"exists": False}]},
        "express": {"delivery": [{"equals-ignore-case": "express"}]},
        "safe": {"total": [{"numeric": [">", 500]}, {"numeric": ["=", 500]}]},
        "bakery": {"items": {"name": ["cake"]}},
    }

    def wire(name):
        settings = {}
        if name == "analytics":
            settings["FilterPolicy"] = json.dumps({"channel": ["web"]})
        elif name in bodies:
            settings = {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(bodies[name])}
        _wire(sns, sqs, topic_arn, departments[name], **settings)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(wire, departments))


def wire_up__dead_letters(sqs, sns, topic_arn, departments):
    """Leaves out what's subscribed, waits longer for messages, and keeps what can't be delivered."""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    there = {each["Endpoint"] for page in pages for each in page["Subscriptions"]}
    dead = sqs.create_queue(QueueName="undelivered")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": dead_arn})
    bodies = {
        "shipping": {"delivery": [{"exists": False}, {"anything-but": "pickup"}]},
        "express": {"delivery": [{"equals-ignore-case": "express"}]},
        "safe": {"total": [500, {"numeric": [">", 500]}]},
        "bakery": {"items": {"name": ["cake"]}},
    }
    filters = {name: {"FilterPolicyScope": "MessageBody", "FilterPolicy": json.dumps(bodies[name])} for name in bodies}
    filters["analytics"] = {"FilterPolicyScope": "MessageAttributes", "FilterPolicy": json.dumps({"channel": ["web"]})}
    for name, url in departments.items():
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        if arn in there:
            continue
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"ReceiveMessageWaitTimeSeconds": "20"})
        _wire(sns, sqs, topic_arn, url, RedrivePolicy=redrive, **filters.get(name, {}))

"""Right answers to the exercises of lesson 08, each in another style than the solution."""

import json
import math
import random
import time

import boto3
from botocore.exceptions import ClientError

# --- wire_dead_letters ------------------------------------------------------------------------------------------------


def wire_dead_letters__by_arns(sqs, sns, names, topic_arn):
    """Works ARNs out, asks whether a queue exists, and sets everything only where it differs."""
    *_, region, account, topic = topic_arn.split(":")

    def ensure(name, **wanted):
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        try:
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except sqs.exceptions.QueueDoesNotExist:
            return sqs.create_queue(QueueName=name, Attributes={**fifo, **wanted})["QueueUrl"]
        now = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        if changes := {key: value for key, value in wanted.items() if now.get(key) != value}:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=changes)
        return url

    def arn(name):
        return f"arn:aws:sqs:{region}:{account}:{name}"

    urls = {}
    for name in names:
        dead = name + "-dead" if not name.endswith(".fifo") else name[:-5] + "-dead.fifo"
        allow = json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn(name)]})
        urls[name] = ensure(dead, MessageRetentionPeriod="1209600", RedriveAllowPolicy=allow)
        ensure(name, RedrivePolicy=json.dumps({"deadLetterTargetArn": arn(dead), "maxReceiveCount": "5"}))
    dead = f"{topic}-undelivered"
    statement = {
        "Sid": "sns",
        "Effect": "Allow",
        "Principal": {"Service": ["sns.amazonaws.com"]},
        "Action": ["sqs:SendMessage"],
        "Resource": arn(dead),
        "Condition": {"StringEquals": {"aws:SourceArn": [topic_arn]}},
    }
    urls[topic] = ensure(dead, MessageRetentionPeriod="1209600", Policy=json.dumps({"Statement": statement}))
    token = {}
    while token is not None:
        page = sns.list_subscriptions_by_topic(TopicArn=topic_arn, **token)
        for one in page["Subscriptions"]:
            if one["SubscriptionArn"] == "PendingConfirmation":
                continue
            sns.set_subscription_attributes(
                SubscriptionArn=one["SubscriptionArn"],
                AttributeName="RedrivePolicy",
                AttributeValue=json.dumps({"deadLetterTargetArn": arn(dead)}),
            )
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    return urls


def wire_dead_letters__resources(sqs, sns, names, topic_arn):
    """Uses resources, and does the topic first."""
    service, topic = boto3.resource("sqs"), boto3.resource("sns").Topic(topic_arn)
    topic_name = topic_arn.rsplit(":", 1)[1]
    undelivered = service.create_queue(QueueName=topic_name + "-undelivered")
    allow = {
        "Version": "2012-10-17",
        "Id": "dead letters",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "SQS:SendMessage",
                "Resource": undelivered.attributes["QueueArn"],
                "Condition": {"ArnLike": {"aws:SourceArn": topic_arn}},
            }
        ],
    }
    days = {"MessageRetentionPeriod": str(14 * 86400)}
    deny = json.dumps({"redrivePermission": "denyAll"})
    undelivered.set_attributes(Attributes={**days, "Policy": json.dumps(allow), "RedriveAllowPolicy": deny})
    target = json.dumps({"deadLetterTargetArn": undelivered.attributes["QueueArn"]})
    for subscription in topic.subscriptions.all():
        if subscription.arn.count(":") > 1:
            subscription.set_attributes(AttributeName="RedrivePolicy", AttributeValue=target)
    found = {topic_name: undelivered.url}
    for name in names:
        queue = service.get_queue_by_name(QueueName=name)
        base, dot, end = name.partition(".")
        fifo = {"FifoQueue": "true"} if dot else {}
        dead = service.create_queue(QueueName=f"{base}-dead{dot}{end}", Attributes=fifo)
        source = [queue.attributes["QueueArn"]]
        dead.set_attributes(Attributes=days)
        allow = {"redrivePermission": "byQueue", "sourceQueueArns": source}
        dead.set_attributes(Attributes={"RedriveAllowPolicy": json.dumps(allow)})
        policy = {"maxReceiveCount": 5, "deadLetterTargetArn": dead.attributes["QueueArn"]}
        queue.set_attributes(Attributes={"RedrivePolicy": json.dumps(policy)})
        found[name] = dead.url
    return found


# --- sort_dead_letters ------------------------------------------------------------------------------------------------


def _routed(sqs, message, parked_url):
    """Return the kind of a dead letter, its new body, and where it goes."""
    body, kept = message["Body"], ("parked", message["Body"], parked_url)
    arn = (message.get("Attributes") or {}).get("DeadLetterQueueSourceArn")
    try:
        source = sqs.get_queue_url(QueueName=arn.rsplit(":", 1)[1])["QueueUrl"]
        found = json.loads(body)
        if "TopicArn" in found.keys():
            return ("repaired", found["Message"], source) if "order_id" in json.loads(found["Message"]).keys() else kept
        return ("back", body, source) if "order_id" in found.keys() else kept
    except (AttributeError, ValueError, KeyError, TypeError, sqs.exceptions.QueueDoesNotExist):
        return kept


def sort_dead_letters__in_batches(sqs, dead_url, parked_url):
    """Sends and deletes ten at a time, and leaves alone what failed, which comes back."""
    counts = dict.fromkeys(["back", "repaired", "parked"], 0)
    ask = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": [".*"], "MaxNumberOfMessages": 10}
    while True:
        found = sqs.receive_message(QueueUrl=dead_url, WaitTimeSeconds=20, VisibilityTimeout=15, **ask)
        if "Messages" not in found:
            return counts
        by_url, messages = {}, {str(n): message for n, message in enumerate(found["Messages"])}
        for number, message in messages.items():
            kind, body, url = _routed(sqs, message, parked_url)
            entry = {"Id": number, "MessageBody": body, "MessageAttributes": message.get("MessageAttributes", {})}
            by_url.setdefault(url, {})[number] = (kind, entry)
        for url, rows in by_url.items():
            done = sqs.send_message_batch(QueueUrl=url, Entries=[entry for _, entry in rows.values()])
            sent = [one["Id"] for one in done.get("Successful", [])]
            for number in sent:
                counts[rows[number][0]] += 1
            entries = [{"Id": number, "ReceiptHandle": messages[number]["ReceiptHandle"]} for number in sent]
            while entries:
                failed = sqs.delete_message_batch(QueueUrl=dead_url, Entries=entries).get("Failed", [])
                entries = [one for one in entries if one["Id"] in [each["Id"] for each in failed]]


def sort_dead_letters__resources(sqs, dead_url, parked_url):
    """Uses resources, and looks all queues up beforehand."""
    service = boto3.resource("sqs")
    dead, counts = service.Queue(dead_url), {"parked": 0, "back": 0, "repaired": 0}
    sources = {queue.attributes["QueueArn"]: queue for queue in service.queues.all()}

    def text_of_order(text, depth=0):
        try:
            value = json.loads(text)
        except (ValueError, TypeError):
            return None
        if not isinstance(value, dict):
            return None
        if "TopicArn" in value:
            return None if depth else text_of_order(value.get("Message"), 1)
        return text if "order_id" in value else None

    wanted = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"], "WaitTimeSeconds": 1}
    while messages := dead.receive_messages(**wanted):
        for message in messages:
            queue = sources.get((message.attributes or {}).get("DeadLetterQueueSourceArn"))
            text = text_of_order(message.body) if queue else None
            kind = "parked" if text is None else "back" if text == message.body else "repaired"
            more = {"MessageAttributes": message.message_attributes} if message.message_attributes else {}
            (queue if text else service.Queue(parked_url)).send_message(MessageBody=text or message.body, **more)
            message.delete()
            counts[kind] += 1
    return counts


def sort_dead_letters__three_tries(sqs, dead_url, parked_url):
    """Tries each entry of a batch three times, and then raises."""
    counts = dict.fromkeys(["back", "repaired", "parked"], 0)
    ask = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}

    def done(call, queue_url, entries):
        """Have each entry done, in three tries, or raise."""
        for _ in range(3):
            failed = [one["Id"] for one in call(QueueUrl=queue_url, Entries=entries).get("Failed", [])]
            entries = [entry for entry in entries if entry["Id"] in failed]
            if not entries:
                return
        raise RuntimeError("three tries weren't enough")

    while messages := sqs.receive_message(QueueUrl=dead_url, WaitTimeSeconds=20, **ask).get("Messages"):
        by_url = {}
        for number, message in enumerate(messages):
            kind, body, url = _routed(sqs, message, parked_url)
            entry = {"Id": str(number), "MessageBody": body, "MessageAttributes": message.get("MessageAttributes", {})}
            by_url.setdefault(url, []).append((kind, entry, message["ReceiptHandle"]))
        for url, rows in by_url.items():
            done(sqs.send_message_batch, url, [entry for _, entry, _ in rows])
            done(
                sqs.delete_message_batch,
                dead_url,
                [{"Id": entry["Id"], "ReceiptHandle": handle} for _, entry, handle in rows],
            )
            for kind, *_ in rows:
                counts[kind] += 1
    return counts


# --- charge_orders ----------------------------------------------------------------------------------------------------


def charge_orders__decorrelated(sqs, sns, orders_url, topic_arn, seconds):
    """Waits with decorrelated jitter, and sleeps on beyond the end."""
    end, wait = time.monotonic() + seconds, 1.0
    while time.monotonic() < end:
        for message in sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=10).get("Messages", []):
            handle = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
            while True:
                if time.monotonic() >= end:
                    sqs.change_message_visibility(**handle, VisibilityTimeout=0)
                    return
                try:
                    sns.publish(TopicArn=topic_arn, Message=message["Body"])
                except ClientError as problem:
                    if problem.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                        break
                    wait = min(55, random.uniform(1, wait * 3))
                    sqs.change_message_visibility(**handle, VisibilityTimeout=math.ceil(wait) + 30)
                    time.sleep(wait)
                else:
                    wait = 1.0
                    sqs.delete_message(**handle)
                    break


def charge_orders__equal_jitter_in_tens(sqs, sns, orders_url, topic_arn, seconds):
    """Receives ten at a time, keeps all of them in flight while it waits, and goes by the error's code."""
    end, failures, left = time.time() + seconds, 0, []

    def hide(seconds, messages):
        entries = [
            {"Id": str(n), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": seconds}
            for n, one in enumerate(messages)
        ]
        if entries:
            sqs.change_message_visibility_batch(QueueUrl=orders_url, Entries=entries)

    while time.time() < end:
        if not left:
            found = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
            left = found.get("Messages", [])
            continue
        try:
            sns.publish(TopicArn=topic_arn, Message=left[0]["Body"])
        except sns.exceptions.InvalidParameterException:
            left.pop(0)
        except ClientError:
            most = min(60, 2**failures)
            failures += 1
            hide(120, left)
            time.sleep(most / 2 + random.uniform(0, most / 2))
        else:
            failures = 0
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=left.pop(0)["ReceiptHandle"])
    hide(0, left)


def charge_orders__half_a_minute_at_most(sqs, sns, orders_url, topic_arn, seconds):
    """Full jitter up to half a minute, in small pieces, with the end in between."""
    end = time.time() + seconds

    def published(body):
        try:
            return bool(sns.publish(TopicArn=topic_arn, Message=body))
        except ClientError as problem:
            return None if str(problem.response["ResponseMetadata"]["HTTPStatusCode"]).startswith("5") else False

    def pause(wait):
        until = min(end, time.time() + wait)
        while time.time() < until:
            time.sleep(min(1, until - time.time()))

    while (now := time.time()) < end:
        poll = max(1, min(20, int(end - now)))
        for message in sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=poll).get("Messages", []):
            handle, count = message["ReceiptHandle"], 0
            while (outcome := published(message["Body"])) is None and time.time() < end:
                sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=45)
                pause(random.uniform(0, min(30, 2**count)))
                count += 1
            if outcome:
                sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=handle)
            elif outcome is None:
                sqs.change_message_visibility(QueueUrl=orders_url, ReceiptHandle=handle, VisibilityTimeout=0)


def charge_orders__a_little_random(sqs, sns, orders_url, topic_arn, seconds):
    """A doubling wait, give or take a tenth."""
    end, breaker = time.time() + seconds, {"wait": 2}
    while time.time() < end:
        response = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20, VisibilityTimeout=100)
        for message in response.get("Messages", []):
            received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
            while time.time() < end:
                try:
                    sns.publish(TopicArn=topic_arn, Message=message["Body"])
                    sqs.delete_message(**received)
                    breaker["wait"] = 2
                    break
                except ClientError as problem:
                    if problem.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                        sqs.change_message_visibility(**received, VisibilityTimeout=1)
                        break
                sqs.change_message_visibility(**received, VisibilityTimeout=100)
                time.sleep(breaker["wait"] * random.uniform(0.9, 1.1))
                breaker["wait"] = min(breaker["wait"] * 2, 50)
            else:
                sqs.change_message_visibility(**received, VisibilityTimeout=0)


# --- redrive_fixed ----------------------------------------------------------------------------------------------------


def redrive_fixed__one_by_one(sqs, dead_url, events_url, articles):
    """Receives one message at a time, so a group stops by itself where an event isn't fixed."""
    stays, sent = [], 0

    def is_fixed(body):
        try:
            return json.loads(body).get("article") in articles
        except (ValueError, AttributeError):
            return False

    ask = {"QueueUrl": dead_url, "WaitTimeSeconds": 1, "VisibilityTimeout": 60}
    while messages := sqs.receive_message(**ask, MessageSystemAttributeNames=["All"]).get("Messages"):
        letter = messages[0]
        handle = {"QueueUrl": dead_url, "ReceiptHandle": letter["ReceiptHandle"]}
        if not is_fixed(letter["Body"]):
            stays.append(handle)
            continue
        sqs.send_message(
            QueueUrl=events_url,
            MessageBody=letter["Body"],
            MessageGroupId=letter["Attributes"]["MessageGroupId"],
            MessageDeduplicationId=f"redrive-{letter['MessageId']}",
        )
        sqs.delete_message(**handle)
        sent += 1
    for handle in stays:
        sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    return sent


def redrive_fixed__sequence_numbers_in_batches(sqs, dead_url, events_url, articles):
    """Sends and deletes in batches. The ids are the dead letters' sequence numbers."""
    count, blocked, kept = 0, set(), []
    try:
        while True:
            found = sqs.receive_message(
                QueueUrl=dead_url, MaxNumberOfMessages=10, VisibilityTimeout=200, AttributeNames=["All"]
            )
            going = {}
            if not found.get("Messages"):
                return count
            for number, one in enumerate(found["Messages"]):
                group = one["Attributes"]["MessageGroupId"]
                try:
                    event = json.loads(one["Body"])
                except ValueError:
                    event = None
                fixed = isinstance(event, dict) and "article" in event and event["article"] in articles
                if fixed and group not in blocked:
                    going[str(number)] = one
                else:
                    blocked.add(group)
                    kept.append(one["ReceiptHandle"])
            if going:
                entries = [
                    {
                        "Id": number,
                        "MessageBody": one["Body"],
                        "MessageGroupId": one["Attributes"]["MessageGroupId"],
                        "MessageDeduplicationId": one["Attributes"]["SequenceNumber"],
                    }
                    for number, one in going.items()
                ]
                reply = sqs.send_message_batch(QueueUrl=events_url, Entries=entries)
                if reply.get("Failed"):
                    raise RuntimeError(reply["Failed"])
                handles = [{"Id": number, "ReceiptHandle": one["ReceiptHandle"]} for number, one in going.items()]
                reply = sqs.delete_message_batch(QueueUrl=dead_url, Entries=handles)
                count += len(reply.get("Successful", []))
    finally:
        for handle in kept:
            sqs.change_message_visibility(QueueUrl=dead_url, ReceiptHandle=handle, VisibilityTimeout=0)


# --- watch_dead_letters -----------------------------------------------------------------------------------------------


def watch_dead_letters__of_metrics(sqs, cloudwatch, names, topic_arn):
    """Uses a query of metrics, and collects the dead-letter queues first."""
    dead, without = set(), []
    for name in names:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes")
        if found:
            dead.add(json.loads(found["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2])
        else:
            without += [name]
    for queue in dead:
        metric = {
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateNumberOfMessagesVisible",
            "Dimensions": [{"Name": "QueueName", "Value": queue}],
        }
        cloudwatch.put_metric_alarm(
            AlarmName="dead letters in " + queue,
            Metrics=[{"Id": "dead", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            DatapointsToAlarm=1,
            TreatMissingData="notBreaching",
            ActionsEnabled=True,
            AlarmActions=[topic_arn],
            OKActions=[],
        )
    return without


def watch_dead_letters__own_client(sqs, names, topic_arn):
    """Makes its own client, asks the dead-letter queues' names of their URLs, and uses the average."""
    alarms, without = boto3.client("cloudwatch"), list(names)
    for name in names:
        attributes = sqs.get_queue_attributes(QueueUrl=name, AttributeNames=["All"])["Attributes"]
        policy = json.loads(attributes.get("RedrivePolicy", "{}"))
        if not policy:
            continue
        without.remove(name)
        dead = policy["deadLetterTargetArn"].split(":")[5]
        alarms.put_metric_alarm(
            AlarmName=f"dead letters in {dead}",
            AlarmDescription=f"{dead} isn't empty",
            AlarmActions=[topic_arn],
            Namespace="AWS/SQS",
            MetricName="ApproximateNumberOfMessagesVisible",
            Dimensions=[{"Name": "QueueName", "Value": dead}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=2,
            DatapointsToAlarm=1,
            Threshold=0.5,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
    return without


def redrive_fixed__ten_at_a_time(sqs, dead_url, events_url, articles):
    """Receives ten at a time, and keeps a set of the groups that can't go on."""
    kept, blocked, count = [], set(), 0
    while True:
        response = sqs.receive_message(
            QueueUrl=dead_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=5,
            VisibilityTimeout=120,
            MessageSystemAttributeNames=["MessageGroupId"],
        )
        messages = response.get("Messages", [])
        if not messages:
            break
        for message in messages:
            group = message["Attributes"]["MessageGroupId"]
            try:
                event = json.loads(message["Body"])
                is_fixed = event["article"] in articles
            except (ValueError, TypeError, KeyError):
                is_fixed = False
            if group in blocked or not is_fixed:
                blocked.add(group)
                kept.append(message["ReceiptHandle"])
                continue
            sqs.send_message(
                QueueUrl=events_url,
                MessageBody=message["Body"],
                MessageGroupId=group,
                MessageDeduplicationId=message["MessageId"],
            )
            handle = message["ReceiptHandle"]
            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=handle)
            count += 1
    for handle in kept:
        sqs.change_message_visibility(QueueUrl=dead_url, ReceiptHandle=handle, VisibilityTimeout=0)
    return count

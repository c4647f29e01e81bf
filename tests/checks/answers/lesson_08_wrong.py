"""Wrong answers to the exercises of lesson 08, as learners write them. Each says the reason id of its refusal."""

import json
import random
import time

from variants import variant

# --- wire_dead_letters ------------------------------------------------------------------------------------------------

wire_dead_letters__one_for_all = variant(
    "solution", 'create(f"{stem}-dead{fifo}", fifo)', 'create(f"all-dead{fifo}", fifo)', says="no-dead-letter-queue"
)

wire_dead_letters__fifo_forgotten = variant(
    "solution", 'create(f"{stem}-dead{fifo}", fifo)', 'create(f"{stem}-dead", "")', says="other-type"
)

wire_dead_letters__no_fifo_attribute = variant(
    "solution", 'create(f"{stem}-dead{fifo}", fifo)', 'create(f"{stem}-dead{fifo}", "")', says="no-fifo-attribute"
)

wire_dead_letters__fifo_behind = variant(
    "solution",
    'create(f"{stem}-dead{fifo}", fifo)',
    'create(f"{name}-dead", "")',
    says="no-fifo-attribute or other-type",
)

wire_dead_letters__fifo_false = variant(
    "solution",
    '{"FifoQueue": "true"} if fifo else {}',
    '{"FifoQueue": "true" if fifo else "false"}',
    says="fifo-false",
)

wire_dead_letters__creates_with_everything = variant(
    "solution",
    'return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]',
    'attributes["MessageRetentionPeriod"] = "1209600"\n'
    '        return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]',
    says="created-again",
)

wire_dead_letters__default_retention = variant(
    "solution", "MessageRetentionPeriod=two_weeks, Redrive", "Redrive", says="wrong-retention"
)

wire_dead_letters__default_retention_for_the_topic = variant(
    "solution", "MessageRetentionPeriod=two_weeks, Policy", "Policy", says="wrong-retention"
)

wire_dead_letters__a_fortnight_in_hours = variant("solution", "24 * 60 * 60", "24 * 60", says="wrong-retention")

wire_dead_letters__six_receives = variant("solution", '"maxReceiveCount": 5', '"maxReceiveCount": 6', says="not-moved")

wire_dead_letters__four_receives = variant(
    "solution", '"maxReceiveCount": 5', '"maxReceiveCount": 4', says="moved-early"
)

wire_dead_letters__keeps_redrive_policies = variant(
    "solution",
    "        configure(url, RedrivePolicy=redrive)",
    '        names = ["RedrivePolicy"]\n'
    "        if not sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names).get('Attributes'):\n"
    "            configure(url, RedrivePolicy=redrive)",
    says="not-moved or moved-early",
)

wire_dead_letters__anybody_can_use_it = variant(
    "solution", ", RedriveAllowPolicy=allow)", ', RedriveAllowPolicy={"redrivePermission": "allowAll"})',
    says="others-can-use-it",
)  # fmt: skip

wire_dead_letters__no_allow_policy = variant(
    "solution", ", RedriveAllowPolicy=allow)", ")", says="others-can-use-it or not-allowed-yet"
)

wire_dead_letters__all_given_queues_allowed = variant(
    "solution",
    '"sourceQueueArns": [arn_of(url)]}',
    '"sourceQueueArns": [arn_of(sqs.get_queue_url(QueueName=each)["QueueUrl"]) for each in names]}',
    says="others-can-use-it",
)

wire_dead_letters__source_first = variant(
    "solution",
    "        configure(dead_url, MessageRetentionPeriod=two_weeks, RedriveAllowPolicy=allow)\n",
    "",
    "        configure(url, RedrivePolicy=redrive)\n",
    "        configure(url, RedrivePolicy=redrive)\n"
    "        configure(dead_url, MessageRetentionPeriod=two_weeks, RedriveAllowPolicy=allow)\n",
    says="not-allowed-yet",
)

wire_dead_letters__arn_is_a_url = variant(
    "solution", '"deadLetterTargetArn": arn_of(dead_url), ', '"deadLetterTargetArn": dead_url, ', says="url-as-arn"
)

wire_dead_letters__no_json = variant(
    "solution",
    "value if isinstance(value, str) else json.dumps(value)",
    "str(value)",
    says="policy-not-json or error:InvalidAttributeValue",
)

wire_dead_letters__deletes_first = variant(
    "solution",
    "        return sqs.create_queue(QueueName=name, Attributes=attributes)[",
    "        try:\n"
    '            sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])\n'
    "        except sqs.exceptions.QueueDoesNotExist:\n"
    "            pass\n"
    "        return sqs.create_queue(QueueName=name, Attributes=attributes)[",
    says="messages-touched",
)

wire_dead_letters__test_message = variant(
    "solution",
    "        dead_letters[name] = dead_url\n",
    "        dead_letters[name] = dead_url\n"
    '        sqs.send_message(QueueUrl=url, MessageBody="test", **({} if not fifo else dict('
    'MessageGroupId="g", MessageDeduplicationId="d")))\n',
    says="messages-touched",
)

wire_dead_letters__source_keeps_longer = variant(
    "solution",
    "configure(url, RedrivePolicy=redrive)",
    "configure(url, RedrivePolicy=redrive, MessageRetentionPeriod=two_weeks)",
    says="settings-changed",
)

wire_dead_letters__resets_visibility = variant(
    "solution",
    "configure(dead_url, MessageRetentionPeriod=two_weeks, R",
    'configure(dead_url, VisibilityTimeout="30", MessageRetentionPeriod=two_weeks, R',
    says="settings-changed",
)

wire_dead_letters__by_arn = variant(
    "solution", "dead_letters[name] = dead_url", "dead_letters[name] = arn_of(dead_url)", says="wrong-dictionary"
)

wire_dead_letters__without_the_topic = variant(
    "solution", "    dead_letters[topic_name] = dead_url\n", "", says="wrong-dictionary"
)

wire_dead_letters__nothing_returned = variant(
    "solution", "    return dead_letters", "    print(dead_letters)", says="wrong-dictionary"
)

wire_dead_letters__topic_forgotten = variant(
    "solution",
    '    topic_name = topic_arn.split(":")[-1]\n',
    '    if topic_arn:\n        return dead_letters\n    topic_name = topic_arn.split(":")[-1]\n',
    says="no-dead-letter-queue",
)

wire_dead_letters__policy_of_the_topic = variant(
    "solution",
    "    pages = sns.get_paginator",
    '    sns.set_topic_attributes(TopicArn=topic_arn, AttributeName="RedrivePolicy", AttributeValue=redrive)\n'
    "    pages = sns.get_paginator",
    says="policy-of-topic",
)

wire_dead_letters__count_for_subscriptions = variant(
    "solution",
    'redrive = json.dumps({"deadLetterTargetArn": arn_of(dead_url)})',
    'redrive = json.dumps({"deadLetterTargetArn": arn_of(dead_url), "maxReceiveCount": 5})',
    says="count-in-subscription",
)

wire_dead_letters__pending_too = variant(
    "solution", '.startswith("arn:")', '.startswith("")', says="pending-subscription"
)

wire_dead_letters__first_page = variant(
    "solution",
    "pages.paginate(TopicArn=topic_arn)",
    "[sns.list_subscriptions_by_topic(TopicArn=topic_arn)]",
    says="subscription-without-policy",
)

wire_dead_letters__first_subscription = variant(
    "solution",
    'page["Subscriptions"]:',
    'page["Subscriptions"][:1]:',
    says="subscription-without-policy",
)

wire_dead_letters__keeps_subscriptions = variant(
    "solution",
    "                sns.set_subscription_attributes(\n",
    '                known = sns.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])\n'
    '                if "RedrivePolicy" in known["Attributes"]:\n'
    "                    continue\n"
    "                sns.set_subscription_attributes(\n",
    says="subscription-without-policy",
)

wire_dead_letters__no_policy_for_sns = variant("solution", ", Policy=policy)", ")", says="undelivered-lost")

wire_dead_letters__any_topic = variant(
    "solution", '        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n', "", says="other-topic-let-in"
)

wire_dead_letters__anybody_of_this_topic = variant(
    "solution",
    '        "Principal": {"Service": "sns.amazonaws.com"},\n        "Action": "sqs:SendMessage",',
    '        "Principal": "*",\n        "Action": "sqs:SendMessage",',
    '        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},\n',
    "",
    says="other-topic-let-in or anybody-can-send",
)

wire_dead_letters__keeps_old_statements = variant(
    "solution",
    '    policy = {"Version": "2012-10-17", "Statement": [statement]}\n',
    '    policy = {"Version": "2012-10-17", "Statement": [statement]}\n'
    "    old = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=['Policy']).get('Attributes')\n"
    "    if old:\n"
    "        old = json.loads(old['Policy'])['Statement']\n"
    "        policy['Statement'] += [each for each in old if each != statement]\n",
    says="other-topic-let-in",
)

wire_dead_letters__allows_the_wrong_queue = variant(
    "solution",
    '"Resource": arn_of(dead_url),',
    '"Resource": topic_arn,',
    says="undelivered-lost or error:InvalidAttributeValue",
)

wire_dead_letters__new_one_each_time = variant(
    "solution",
    "        dead_letters[name] = dead_url\n",
    "        dead_letters[name] = dead_url\n        create(stem + '-dead-' + str(int(time.time())) + fifo, fifo)\n",
    says="other-queue-created",
)

wire_dead_letters__unsubscribes_and_subscribes = variant(
    "solution",
    "                sns.set_subscription_attributes(\n"
    '                    SubscriptionArn=subscription["SubscriptionArn"],\n'
    '                    AttributeName="RedrivePolicy",\n'
    "                    AttributeValue=redrive,\n"
    "                )\n",
    '                sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])\n'
    "                sns.subscribe(TopicArn=topic_arn, Protocol=subscription['Protocol'], "
    "Endpoint=subscription['Endpoint'], Attributes={'RedrivePolicy': redrive})\n",
    says="subscription-changed",
)

wire_dead_letters__statements_add_up = variant(
    "solution",
    '    policy = {"Version": "2012-10-17", "Statement": [statement]}\n',
    '    policy = {"Version": "2012-10-17", "Statement": [statement]}\n'
    "    old = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=['Policy']).get('Attributes')\n"
    "    if old and topic_arn in old['Policy']:\n"
    "        policy['Statement'] += json.loads(old['Policy'])['Statement']\n",
    says="changed-again",
)


# --- sort_dead_letters ------------------------------------------------------------------------------------------------

sort_dead_letters__first_only = variant(
    "solution",
    "        counts[kind] += 1",
    "        counts[kind] += 1\n        break\n    return counts",
    says="messages-left",
)

sort_dead_letters__no_key = variant(
    "solution", 'response.get("Messages", [])', 'response["Messages"]', says="no-messages-key"
)

sort_dead_letters__no_delete = variant(
    "solution",
    '        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n',
    "",
    says="stopped:calls or messages-left or sent-twice or stopped:time",
)

sort_dead_letters__deletes_first = variant(
    "solution",
    "        kind, body, url = route(message)\n",
    "        kind, body, url = route(message)\n"
    '        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n',
    "        )\n        sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message[\"ReceiptHandle\"])\n",
    "        )\n",
    says="message-lost",
)  # fmt: skip

sort_dead_letters__deletes_whatever_happens = variant(
    "solution",
    "        sqs.send_message(\n"
    "            QueueUrl=url,\n"
    "            MessageBody=body,\n"
    '            MessageAttributes=message.get("MessageAttributes", {}),\n'
    "        )\n",
    "        try:\n"
    "            sqs.send_message(QueueUrl=url, MessageBody=body, "
    'MessageAttributes=message.get("MessageAttributes", {}))\n'
    "        except sqs.exceptions.ClientError as problem:\n"
    "            print(problem)\n",
    says="message-lost",
)

sort_dead_letters__no_attributes_asked = variant(
    "solution", '            MessageAttributeNames=["All"],\n', "", says="attributes-lost"
)

sort_dead_letters__no_attributes_sent = variant(
    "solution", '            MessageAttributes=message.get("MessageAttributes", {}),\n', "", says="attributes-lost"
)

sort_dead_letters__attributes_key = variant(
    "solution", 'message.get("MessageAttributes", {})', 'message["MessageAttributes"]', says="no-attributes-key"
)

sort_dead_letters__texts_only = variant(
    "solution",
    'message.get("MessageAttributes", {})',
    '{n: v for n, v in message.get("MessageAttributes", {}).items() if "StringValue" in v}',
    says="attributes-lost",
)

sort_dead_letters__no_system_attributes = variant(
    "solution", '            MessageSystemAttributeNames=["All"],\n', "", says="no-attributes-asked"
)

sort_dead_letters__source_expected = variant(
    "solution",
    'message["Attributes"].get("DeadLetterQueueSourceArn")',
    'message["Attributes"]["DeadLetterQueueSourceArn"]',
    says="no-source",
)

sort_dead_letters__source_always_there = variant(
    "solution", "        except sqs.exceptions.QueueDoesNotExist:\n            return None\n",
    "        finally:\n            pass\n", says="source-gone",
)  # fmt: skip

sort_dead_letters__listed_sources = variant(
    "solution",
    '        try:\n            return sqs.get_queue_url(QueueName=source_arn.split(":")[-1])["QueueUrl"]\n'
    "        except sqs.exceptions.QueueDoesNotExist:\n            return None\n",
    "        urls = sqs.list_dead_letter_source_queues(QueueUrl=dead_url)['queueUrls']\n"
    "        return next((url for url in urls if url.endswith('/' + source_arn.split(':')[-1])), None)\n",
    says="source-without-policy",
)

sort_dead_letters__one_try = variant("sort_dead_letters__three_tries", "range(3)", "range(1)", says="gave-up")

sort_dead_letters__two_tries = variant("sort_dead_letters__three_tries", "range(3)", "range(2)", says="gave-up")

sort_dead_letters__gives_up_silently = variant(
    "sort_dead_letters__three_tries", 'raise RuntimeError("three tries weren\'t enough")', "return", says="message-lost"
)

sort_dead_letters__deletes_give_up_silently = variant(
    "sort_dead_letters__three_tries",
    'raise RuntimeError("three tries weren\'t enough")',
    "if call == sqs.send_message_batch:\n            raise RuntimeError('not sent')",
    says="sent-twice or messages-left",
)

sort_dead_letters__one_source = variant(
    "solution",
    '        source_arn = message["Attributes"].get("DeadLetterQueueSourceArn")\n',
    '        source_arn = message["Attributes"].get("DeadLetterQueueSourceArn")\n'
    "        sources = sqs.list_dead_letter_source_queues(QueueUrl=dead_url)['queueUrls']\n"
    "        if source_arn and sources:\n"
    "            return sources[0]\n",
    says="back-elsewhere or repaired-elsewhere or parked-elsewhere",
)

sort_dead_letters__envelopes_parked = variant(
    "solution",
    '                return "repaired", text, source_url\n',
    '                return "parked", message["Body"], parked_url\n',
    says="repaired-elsewhere or message-lost or wrong-counts or envelope-left",
)

sort_dead_letters__envelope_goes_back = variant(
    "solution",
    'return "repaired", text, source_url',
    'return "repaired", message["Body"], source_url',
    says="envelope-left",
)

sort_dead_letters__written_again = variant(
    "solution",
    'return "back", message["Body"], source_url',
    'return "back", json.dumps(body), source_url',
    says="text-changed",
)

sort_dead_letters__inner_order_written_again = variant(
    "solution", 'return "repaired", text, source_url', 'return "repaired", json.dumps(parsed(text)), source_url',
    says="text-changed",
)  # fmt: skip

sort_dead_letters__any_message_is_repaired = variant(
    "solution", "isinstance(text, str) and is_order(parsed(text))", "text", says="parked-elsewhere or parked-repaired"
)

sort_dead_letters__by_message = variant(
    "solution",
    '"TopicArn" in body:',
    '"Message" in body:',
    says="back-elsewhere or envelope-left or text-changed or message-lost or error:ParamValidationError",
)

sort_dead_letters__truthy_ids = variant(
    "solution", 'and "order_id" in value', 'and value.get("order_id")', says="back-elsewhere"
)

sort_dead_letters__any_json = variant(
    "solution", 'return isinstance(value, dict) and "order_id" in value', "return value is not None",
    says="parked-elsewhere or broken-body",
)  # fmt: skip

sort_dead_letters__broken_ones_end_it = variant(
    "solution",
    "        except ValueError:\n            return None\n",
    "        finally:\n            pass\n",
    says="broken-body",
)

sort_dead_letters__lists_end_it = variant(
    "solution",
    'isinstance(value, dict) and "order_id" in value',
    '"order_id" in value',
    says="broken-body or parked-elsewhere",
)

sort_dead_letters__broken_ones_dropped = variant(
    "solution",
    "        sqs.send_message(\n",
    "        if parsed(message['Body']) is None:\n"
    '            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n'
    "            continue\n"
    "        sqs.send_message(\n",
    says="message-lost",
)

sort_dead_letters__by_hand_back_too = variant(
    "solution",
    "        if source_arn is None:\n            return None\n",
    "        if not source_arn:\n"
    "            sources = sqs.list_dead_letter_source_queues(QueueUrl=dead_url)['queueUrls']\n"
    "            return sources[0] if sources else None\n",
    says="parked-elsewhere or message-lost",
)


def sort_dead_letters__move_task(sqs, dead_url, parked_url):
    """Says: envelope-left"""
    attributes = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["All"])["Attributes"]
    count = int(attributes["ApproximateNumberOfMessages"])
    sqs.start_message_move_task(SourceArn=attributes["QueueArn"])
    time.sleep(60)
    return {"back": count, "repaired": 0, "parked": 0}


sort_dead_letters__looks_into_the_source = variant(
    "solution",
    "        kind, body, url = route(message)\n",
    "        kind, body, url = route(message)\n"
    "        there = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)\n"
    "        if body in [one['Body'] for one in there.get('Messages', [])]:\n"
    "            continue\n",
    says="other-queue-received or messages-left or message-lost or stopped:calls",
)

sort_dead_letters__equal_ones_once = variant(
    "solution",
    "        kind, body, url = route(message)\n",
    "        kind, body, url = route(message)\n"
    "        if body in counts.setdefault('seen', []):\n"
    '            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n'
    "            continue\n"
    "        counts['seen'].append(body)\n",
    says="wrong-counts or message-lost",
)

sort_dead_letters__short_polls = variant(
    "solution", "            WaitTimeSeconds=20,\n", "", says="not-shown-empty or messages-left"
)

sort_dead_letters__by_the_counter = variant(
    "solution",
    "    while True:\n",
    "    names = ['ApproximateNumberOfMessages']\n"
    "    while int(sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=names)['Attributes'][names[0]]):\n",
    "        counts[kind] += 1",
    "        counts[kind] += 1\n    return counts",
    says="not-shown-empty or messages-left",
)

sort_dead_letters__only_kinds_that_are_there = variant(
    "solution",
    "            return counts\n",
    "            return {kind: count for kind, count in counts.items() if count}\n",
    says="wrong-counts",
)

sort_dead_letters__counts_returned_as_a_list = variant(
    "solution", "            return counts\n", "            return list(counts.values())\n", says="wrong-counts"
)


def sort_dead_letters__failed_ignored(sqs, dead_url, parked_url):
    """Says: message-lost or sent-twice"""
    counts = {"back": 0, "repaired": 0, "parked": 0}
    ask = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
    while messages := sqs.receive_message(QueueUrl=dead_url, WaitTimeSeconds=20, **ask).get("Messages"):
        batches = {}
        for number, message in enumerate(messages):
            body, url, kind = message["Body"], parked_url, "parked"
            try:
                found = json.loads(body)
                name = message["Attributes"]["DeadLetterQueueSourceArn"].split(":")[-1]
                source = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                if "TopicArn" in found and "order_id" in dict(json.loads(found["Message"])):
                    body, url, kind = found["Message"], source, "repaired"
                elif "TopicArn" not in found and "order_id" in dict(found):
                    url, kind = source, "back"
            except (ValueError, TypeError, KeyError, sqs.exceptions.QueueDoesNotExist):
                pass
            entry = {"Id": str(number), "MessageBody": body}
            if "MessageAttributes" in message:
                entry["MessageAttributes"] = message["MessageAttributes"]
            batches.setdefault(url, []).append(entry)
            counts[kind] += 1
        for url, entries in batches.items():
            sqs.send_message_batch(QueueUrl=url, Entries=entries)
        handles = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=dead_url, Entries=handles)
    return counts


# --- charge_orders ----------------------------------------------------------------------------------------------------


def charge_orders__lesson_four(sqs, sns, orders_url, topic_arn, seconds):
    """Says: refused-order-ends-worker"""
    end = time.time() + seconds
    while time.time() < end:
        for message in sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20).get("Messages", []):
            sns.publish(TopicArn=topic_arn, Message=message["Body"])
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])


def charge_orders__leaves_what_fails(sqs, sns, orders_url, topic_arn, seconds):
    """Says: retry-storm or good-order-dead"""
    end = time.time() + seconds
    while time.time() < end:
        for message in sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20).get("Messages", []):
            try:
                sns.publish(TopicArn=topic_arn, Message=message["Body"])
            except sns.exceptions.ClientError as problem:
                print(problem)
                continue
            sqs.delete_message(QueueUrl=orders_url, ReceiptHandle=message["ReceiptHandle"])


def charge_orders__waits_and_leaves_it(sqs, sns, orders_url, topic_arn, seconds):
    """Says: good-order-dead"""
    end, longest = time.time() + seconds, 1
    while time.time() < end:
        for message in sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20).get("Messages", []):
            received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
            try:
                sns.publish(TopicArn=topic_arn, Message=message["Body"])
            except sns.exceptions.ClientError as problem:
                if problem.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                    sqs.change_message_visibility(**received, VisibilityTimeout=0)
                    time.sleep(min(random.uniform(0, longest), max(0, end - time.time())))
                    longest = min(60, 2 * longest)
                continue
            longest = 1
            sqs.delete_message(**received)


def charge_orders__puts_each_off(sqs, sns, orders_url, topic_arn, seconds):
    """Says: good-order-dead"""
    end = time.time() + seconds
    ask = {"MessageSystemAttributeNames": ["All"], "WaitTimeSeconds": 20}
    while time.time() < end:
        for message in sqs.receive_message(QueueUrl=orders_url, **ask).get("Messages", []):
            received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
            try:
                sns.publish(TopicArn=topic_arn, Message=message["Body"])
            except sns.exceptions.ClientError as problem:
                if problem.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                    count = int(message["Attributes"]["ApproximateReceiveCount"])
                    wait = int(random.uniform(1, 5**count))
                    sqs.change_message_visibility(**received, VisibilityTimeout=wait)
                continue
            sqs.delete_message(**received)


def charge_orders__ten_at_a_time(sqs, sns, orders_url, topic_arn, seconds):
    """Says: charged-while-visible or charged-twice or good-order-dead"""
    end = time.time() + seconds
    while time.time() < end:
        response = sqs.receive_message(QueueUrl=orders_url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        for message in response.get("Messages", []):
            received = {"QueueUrl": orders_url, "ReceiptHandle": message["ReceiptHandle"]}
            longest = 1
            while True:
                try:
                    sns.publish(TopicArn=topic_arn, Message=message["Body"])
                    sqs.delete_message(**received)
                except sns.exceptions.ClientError as problem:
                    if problem.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 and time.time() < end:
                        sqs.change_message_visibility(**received, VisibilityTimeout=90)
                        time.sleep(random.uniform(0, longest))
                        longest = min(60, longest * 2)
                        continue
                    sqs.change_message_visibility(**received, VisibilityTimeout=0)
                break


charge_orders__same_wait_always = variant(
    "solution", "longest = min(2 * longest, 60)", "longest = 10", says="retry-storm"
)

charge_orders__four_seconds = variant(
    "solution",
    "time.sleep(random.uniform(0, longest))",
    "time.sleep(4)",
    says="retry-storm",
)

charge_orders__no_wait = variant(
    "solution",
    "            time.sleep(random.uniform(0, longest))\n",
    "",
    says="retry-storm",
)

charge_orders__no_random_share = variant("solution", "random.uniform(0, longest)", "longest", says="no-random-share")

charge_orders__random_but_seeded = variant(
    "solution",
    "    end = time.time() + seconds\n",
    "    random.seed(1)\n    end = time.time() + seconds\n",
    says="no-random-share",
)

charge_orders__doubles_without_limit = variant(
    "solution", "random.uniform(0, longest)", "random.uniform(longest / 2, longest)",
    "min(2 * longest, 60)", "2 * longest", "VisibilityTimeout=90", "VisibilityTimeout=9000", says="wait-too-long",
)  # fmt: skip

charge_orders__up_to_four_minutes = variant(
    "solution", "random.uniform(0, longest)", "random.uniform(longest / 2, longest)",
    "min(2 * longest, 60)", "min(2 * longest, 240)", "VisibilityTimeout=90", "VisibilityTimeout=300",
    says="wait-too-long",
)  # fmt: skip

charge_orders__half_a_minute_at_first = variant(
    "solution", "random.uniform(0, longest)", "random.uniform(20, 30 + longest)", says="first-wait-too-long"
)

charge_orders__never_short_again = variant(
    "solution",
    "charged, longest = None, 1",
    "charged = None",
    "    end = time.time() + seconds\n",
    "    end, longest = time.time() + seconds, 1\n",
    "random.uniform(0, longest)",
    "random.uniform(longest / 2, longest)",
    says="first-wait-too-long",
)

charge_orders__message_lapses = variant(
    "solution",
    "            sqs.change_message_visibility(**received, VisibilityTimeout=90)\n",
    "",
    says="charged-while-visible or charged-twice",
)

charge_orders__extends_after_the_wait = variant(
    "solution",
    "            sqs.change_message_visibility(**received, VisibilityTimeout=90)\n",
    "",
    "            longest = min(2 * longest, 60)\n",
    "            longest = min(2 * longest, 60)\n"
    "            sqs.change_message_visibility(**received, VisibilityTimeout=30)\n",
    says="charged-while-visible",
)

charge_orders__extends_by_the_wait = variant(
    "solution", "random.uniform(0, longest)", "random.uniform(longest / 2, longest)",
    "VisibilityTimeout=90", "VisibilityTimeout=int(longest / 2)", says="charged-while-visible",
)  # fmt: skip

charge_orders__every_error_is_an_outage = variant(
    "solution", "return None if status >= 500 else False", "return None if status else False",
    says="charged-late or refused-order-not-moved or not-charged",
)  # fmt: skip

charge_orders__no_error_is_an_outage = variant(
    "solution", "return None if status >= 500 else False", "return False if status else None",
    says="retry-storm or good-order-dead",
)  # fmt: skip

charge_orders__deletes_what_is_refused = variant(
    "solution", "        if charged:\n", "        if charged is not None:\n", says="refused-order-deleted"
)

charge_orders__puts_what_is_refused_off = variant(
    "solution",
    "        elif charged is None:\n",
    "        elif charged is False:\n"
    "            sqs.change_message_visibility(**received, VisibilityTimeout=43000)\n"
    "        elif charged is None:\n",
    says="refused-order-not-moved",
)

charge_orders__waits_for_what_is_refused = variant(
    "solution",
    "        if charged:\n",
    "        if charged is False:\n            time.sleep(40)\n        if charged:\n",
    says="charged-late or refused-order-not-moved",
)

charge_orders__rests_after_what_is_refused = variant(
    "solution",
    "        if charged:\n",
    "        if charged is False:\n            time.sleep(5)\n        if charged:\n",
    says="rests-after-refused",
)

charge_orders__a_minute_early_while_down = variant(
    "solution",
    "        while time.time() < end:\n            charged",
    "        while time.time() < end:\n            if charged is None and longest > 1 and time.time() > end - 60:\n"
    "                sqs.change_message_visibility(**received, VisibilityTimeout=0)\n                return\n"
    "            charged",
    says="stopped-early",
)

charge_orders__two_minutes_early_while_down = variant(
    "charge_orders__a_minute_early_while_down", "end - 60", "end - 120", says="stopped-early"
)

charge_orders__never_deletes = variant(
    "solution", "            sqs.delete_message(**received)\n", "            pass\n",
    says="charged-twice",
)  # fmt: skip

charge_orders__deletes_first = variant(
    "solution", "    while time.time() < end:\n        # One", "    while time.time() < end:\n        # None",
    "        charged, longest = None, 1\n", "        charged, longest = None, 1\n        sqs.delete_message(**received)\n",
    "            sqs.change_message_visibility(**received, VisibilityTimeout=90)\n", "",
    "            sqs.change_message_visibility(**received, VisibilityTimeout=0)", "            pass",
    says="refused-order-deleted",
)  # fmt: skip

charge_orders__until_empty = variant(
    "solution", "        if not messages:\n            continue\n", "        if not messages:\n            break\n",
    says="not-charged or stopped-early",
)  # fmt: skip

charge_orders__no_end_while_down = variant(
    "solution",
    "        while time.time() < end:\n",
    "        while True:\n",
    says="stopped-late or retry-storm or stopped:calls",
)

charge_orders__keeps_it = variant(
    "solution",
    "        elif charged is None:\n            sqs.change_message_visibility(**received, VisibilityTimeout=0)",
    "",
    says="not-given-back",
)

charge_orders__three_minutes_more = variant(
    "solution",
    "    end = time.time() + seconds\n",
    "    end = time.time() + seconds + 180\n",
    says="stopped-late",
)

charge_orders__short_polls = variant("solution", ", WaitTimeSeconds=20)", ")", says="stopped:calls")

charge_orders__parsed_and_written = variant(
    "solution", 'Message=message["Body"])', 'Message=json.dumps(json.loads(message["Body"])))', says="other-text"
)

charge_orders__envelope = variant(
    "solution", 'Message=message["Body"])', 'Message=json.dumps(message, default=str))',
    says="other-text or refused-order-deleted or not-charged",
)  # fmt: skip

charge_orders__gives_up_after_five = variant(
    "solution",
    "        while time.time() < end:\n            charged = charge(message)\n",
    "        for _ in range(5):\n            charged = charge(message)\n",
    says="good-order-dead or retry-storm",
)


# --- redrive_fixed ----------------------------------------------------------------------------------------------------


def redrive_fixed__move_task(sqs, dead_url, events_url, articles):
    """Says: not-fixed or event-overtakes"""
    attributes = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["All"])["Attributes"]
    sqs.start_message_move_task(SourceArn=attributes["QueueArn"])
    time.sleep(60)
    return int(attributes["ApproximateNumberOfMessages"])


redrive_fixed__random_ids = variant(
    "redrive_fixed__ten_at_a_time", 'MessageDeduplicationId=message["MessageId"]', "MessageDeduplicationId=str(random.random())",
    says="went-back-twice",
)  # fmt: skip

redrive_fixed__receipt_handles = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageDeduplicationId=message["MessageId"]',
    'MessageDeduplicationId=message["ReceiptHandle"][-100:]',
    says="went-back-twice",
)

redrive_fixed__time_of_the_send = variant(
    "redrive_fixed__ten_at_a_time", 'MessageDeduplicationId=message["MessageId"]', "MessageDeduplicationId=str(time.time())",
    says="went-back-twice",
)  # fmt: skip

redrive_fixed__by_content = variant(
    "redrive_fixed__ten_at_a_time",
    '                MessageDeduplicationId=message["MessageId"],\n',
    "",
    says="taken-for-a-duplicate",
)

redrive_fixed__body_as_id = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageDeduplicationId=message["MessageId"]',
    'MessageDeduplicationId=str(len(body_id(message["Body"])))',
    "    kept, blocked, count = [], set(), 0\n",
    '    def body_id(text):\n        return "again-" + text\n\n    kept, blocked, count = [], set(), 0\n',
    says="taken-for-a-duplicate",
)

redrive_fixed__group_and_body = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageDeduplicationId=message["MessageId"]',
    'MessageDeduplicationId=(group + message["Body"]).encode().hex()[:128]',
    says="taken-for-a-duplicate",
)

redrive_fixed__group_and_number = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageDeduplicationId=message["MessageId"]',
    'MessageDeduplicationId=f"{group}-{count}"',
    says="taken-for-a-duplicate",
)

redrive_fixed__queue_timeout = variant(
    "redrive_fixed__ten_at_a_time", "            VisibilityTimeout=120,\n", "", says="went-back-twice"
)

redrive_fixed__ten_minutes = variant(
    "redrive_fixed__ten_at_a_time", "VisibilityTimeout=120", "VisibilityTimeout=600", says="went-back-twice"
)

redrive_fixed__five_minutes_and_more = variant(
    "redrive_fixed__ten_at_a_time", "VisibilityTimeout=120", "VisibilityTimeout=301", says="went-back-twice"
)

redrive_fixed__deletes_first = variant(
    "redrive_fixed__ten_at_a_time",
    "            sqs.send_message(\n",
    '            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n'
    "            sqs.send_message(\n",
    "            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=handle)\n",
    "",
    says="event-lost",
)

redrive_fixed__deletes_whatever_happens = variant(
    "redrive_fixed__ten_at_a_time",
    "            sqs.send_message(\n"
    "                QueueUrl=events_url,\n"
    '                MessageBody=message["Body"],\n'
    "                MessageGroupId=group,\n"
    '                MessageDeduplicationId=message["MessageId"],\n'
    "            )\n",
    "            try:\n"
    '                sqs.send_message(QueueUrl=events_url, MessageBody=message["Body"], MessageGroupId=group, '
    'MessageDeduplicationId=message["MessageId"])\n'
    "            except sqs.exceptions.ClientError as problem:\n"
    "                print(problem)\n",
    says="event-lost",
)

redrive_fixed__never_deletes = variant(
    "redrive_fixed__ten_at_a_time", "            sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=handle)\n", "",
    says="still-there",
)  # fmt: skip

redrive_fixed__overtakes = variant(
    "redrive_fixed__ten_at_a_time", "if group in blocked or not is_fixed:", "if not is_fixed:", says="event-overtakes"
)

redrive_fixed__gives_back_at_once = variant(
    "redrive_fixed__ten_at_a_time",
    '                kept.append(message["ReceiptHandle"])\n',
    '                kept.append(message["ReceiptHandle"])\n'
    "                sqs.change_message_visibility(QueueUrl=dead_url, ReceiptHandle=kept[-1], VisibilityTimeout=0)\n",
    says="stopped:calls",
)

redrive_fixed__keeps_them_in_flight = variant(
    "redrive_fixed__ten_at_a_time",
    "    for handle in kept:\n"
    "        sqs.change_message_visibility(QueueUrl=dead_url, ReceiptHandle=handle, VisibilityTimeout=0)\n",
    "",
    says="left-in-flight",
)

redrive_fixed__first_ten = variant(
    "redrive_fixed__ten_at_a_time",
    "    for handle in kept:\n",
    "        break\n    for handle in kept:\n",
    says="not-redriven",
)

redrive_fixed__one_group = variant(
    "redrive_fixed__ten_at_a_time",
    "MessageGroupId=group",
    'MessageGroupId="redriven"',
    says="event-lost or other-group",
)

redrive_fixed__no_group = variant(
    "redrive_fixed__ten_at_a_time", "                MessageGroupId=group,\n", "", says="no-group-sent"
)

redrive_fixed__no_group_asked = variant(
    "redrive_fixed__ten_at_a_time",
    '            MessageSystemAttributeNames=["MessageGroupId"],\n',
    "",
    says="no-group-asked",
)

redrive_fixed__written_again = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageBody=message["Body"]',
    "MessageBody=json.dumps(event)",
    says="unknown-event or event-lost",
)

redrive_fixed__only_json_errors = variant(
    "redrive_fixed__ten_at_a_time", "(ValueError, TypeError, KeyError)", "ValueError", says="body-breaks"
)

redrive_fixed__no_json_errors = variant(
    "redrive_fixed__ten_at_a_time", "(ValueError, TypeError, KeyError)", "(TypeError, KeyError)", says="body-breaks"
)

redrive_fixed__broken_ones_are_skipped = variant(
    "redrive_fixed__ten_at_a_time",
    "                is_fixed = False\n",
    '                kept.append(message["ReceiptHandle"])\n                continue\n',
    says="event-overtakes",
)

redrive_fixed__by_text = variant(
    "redrive_fixed__ten_at_a_time",
    'is_fixed = event["article"] in articles',
    "is_fixed = isinstance(event, dict) and any(article in message['Body'] for article in articles)",
    says="not-fixed or event-overtakes",
)

redrive_fixed__any_capitals = variant(
    "redrive_fixed__ten_at_a_time",
    'event["article"] in articles',
    'str(event["article"]).strip().lower() in articles',
    says="not-fixed",
)

redrive_fixed__sent_to_the_end_of_the_dead = variant(
    "redrive_fixed__ten_at_a_time",
    "                blocked.add(group)\n",
    "                blocked.add(group)\n"
    '                sqs.send_message(QueueUrl=dead_url, MessageBody=message["Body"], MessageGroupId=group, '
    'MessageDeduplicationId=message["MessageId"] + "-")\n'
    '                sqs.delete_message(QueueUrl=dead_url, ReceiptHandle=message["ReceiptHandle"])\n'
    "                continue\n",
    says="stopped:calls or not-redriven or event-overtakes or dead-letters-out-of-sequence",
)

redrive_fixed__reversed = variant(
    "redrive_fixed__ten_at_a_time", "for message in messages:\n", "for message in reversed(messages):\n",
    says="out-of-sequence or not-redriven or event-overtakes",
)  # fmt: skip

redrive_fixed__counts_what_stays = variant(
    "redrive_fixed__ten_at_a_time", "    return count", "    return len(kept)", says="wrong-number"
)

redrive_fixed__nothing_returned = variant(
    "redrive_fixed__ten_at_a_time", "    return count", "    print(count)", says="wrong-number"
)

redrive_fixed__remembers_in_a_list = variant(
    "redrive_fixed__ten_at_a_time",
    'MessageDeduplicationId=message["MessageId"]',
    'MessageDeduplicationId=f"{group}-{time.time():.0f}-{count}"',
    says="went-back-twice",
)

redrive_fixed__by_content_and_a_note = variant(
    "redrive_fixed__ten_at_a_time",
    '                MessageDeduplicationId=message["MessageId"],\n',
    '                MessageDeduplicationId=message["MessageId"] + str(len(messages)),\n',
    says="went-back-twice",
)

charge_orders__waits_after_each_order = variant(
    "solution",
    "            sqs.delete_message(**received)\n",
    "            sqs.delete_message(**received)\n            time.sleep(12)\n",
    says="charged-late or slow-recovery",
)


# --- watch_dead_letters -----------------------------------------------------------------------------------------------

watch_dead_letters__sent = variant(
    "solution", '"ApproximateNumberOfMessagesVisible"', '"NumberOfMessagesSent"', says="no-alarm"
)

watch_dead_letters__age = variant(
    "solution", '"ApproximateNumberOfMessagesVisible"', '"ApproximateAgeOfOldestMessage"', says="alarm-ends"
)

watch_dead_letters__received = variant(
    "solution", '"ApproximateNumberOfMessagesVisible"', '"NumberOfMessagesReceived"', says="no-alarm"
)

watch_dead_letters__misspelled_metric = variant(
    "solution", '"ApproximateNumberOfMessagesVisible"', '"ApproximateNumberOfMessages"', says="no-alarm"
)

watch_dead_letters__of_the_source = variant("solution", '"Value": dead_name', '"Value": name', says="no-alarm")

watch_dead_letters__by_arn = variant(
    "solution", '"Value": dead_name', '"Value": policy["deadLetterTargetArn"]', says="no-alarm"
)

watch_dead_letters__no_dimension = variant(
    "solution", '            Dimensions=[{"Name": "QueueName", "Value": dead_name}],\n', "", says="no-alarm"
)

watch_dead_letters__other_namespace = variant("solution", '"AWS/SQS"', '"SQS"', says="no-alarm")

watch_dead_letters__more_than_one = variant(
    "solution", "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", says="no-alarm"
)

watch_dead_letters__less_than_one = variant(
    "solution",
    "GreaterThanOrEqualToThreshold",
    "LessThanOrEqualToThreshold",
    says="alarm-stays",
)

watch_dead_letters__ten = variant("solution", "Threshold=1,", "Threshold=10,", says="no-alarm")

watch_dead_letters__zero_is_enough = variant("solution", "Threshold=1,", "Threshold=0,", says="alarm-stays")

watch_dead_letters__missing = variant("solution", '            TreatMissingData="notBreaching",\n', "", says="no-data")

watch_dead_letters__breaching = variant("solution", '"notBreaching"', '"breaching"', says="told-of-nothing")

watch_dead_letters__hourly = variant("solution", "Period=60", "Period=3600", says="no-alarm or alarm-stays")

watch_dead_letters__five_minutes = variant("solution", "Period=60", "Period=300", says="no-alarm or alarm-stays")

watch_dead_letters__five_in_a_row = variant("solution", "EvaluationPeriods=1", "EvaluationPeriods=5", says="no-alarm")

watch_dead_letters__tells_of_ok_too = variant(
    "solution", "AlarmActions=[topic_arn],", "AlarmActions=[topic_arn],\n            OKActions=[topic_arn],",
    says="told-of-other-states",
)  # fmt: skip

watch_dead_letters__no_action = variant("solution", "            AlarmActions=[topic_arn],\n", "", says="team-not-told")

watch_dead_letters__action_on_ok = variant(
    "solution", "AlarmActions=", "OKActions=", says="told-of-other-states or team-not-told"
)

watch_dead_letters__actions_disabled = variant(
    "solution", "AlarmActions=[topic_arn],", "AlarmActions=[topic_arn],\n            ActionsEnabled=False,",
    says="team-not-told",
)  # fmt: skip

watch_dead_letters__by_name = variant(
    "solution",
    'dead_name = policy["deadLetterTargetArn"].split(":")[-1]',
    'dead_name = f"{name}-dead"',
    says="alarm-missing",
)

watch_dead_letters__alarm_of_the_source = variant(
    "solution", 'f"dead letters in {dead_name}"', 'f"dead letters in {name}"', says="alarm-missing"
)

watch_dead_letters__one_for_each_source = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    "        cloudwatch.put_metric_alarm(AlarmName=f'dead letters of {name}', Namespace='AWS/SQS', Statistic='Sum', "
    "MetricName='NumberOfMessagesSent', Period=60, EvaluationPeriods=1, Threshold=1, "
    "ComparisonOperator='GreaterThanThreshold')\n"
    "        cloudwatch.put_metric_alarm(\n",
    says="other-alarm-created",
)

watch_dead_letters__deletes_all = variant(
    "solution",
    "    without = []\n",
    "    without = []\n"
    "    alarms = cloudwatch.describe_alarms()['MetricAlarms']\n"
    "    cloudwatch.delete_alarms(AlarmNames=[alarm['AlarmName'] for alarm in alarms])\n",
    says="other-alarm-changed or told-again",
)

watch_dead_letters__deletes_its_own = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    '        cloudwatch.delete_alarms(AlarmNames=[f"dead letters in {dead_name}"])\n'
    "        cloudwatch.put_metric_alarm(\n",
    says="told-again",
)

watch_dead_letters__leaves_what_is_there = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    '        there = cloudwatch.describe_alarms(AlarmNames=[f"dead letters in {dead_name}"])\n'
    '        if there["MetricAlarms"]:\n'
    "            continue\n"
    "        cloudwatch.put_metric_alarm(\n",
    says="no-data or no-alarm",
)

watch_dead_letters__all_have_one = variant(
    "solution",
    '        if "RedrivePolicy" not in response["Attributes"]:\n'
    "            without.append(name)\n"
    "            continue\n",
    "",
    says="no-redrive-policy",
)

watch_dead_letters__policy_alone = variant(
    "solution", 'AttributeNames=["All"]', 'AttributeNames=["RedrivePolicy"]', says="no-attributes-key"
)

watch_dead_letters__not_parsed = variant(
    "solution", 'json.loads(response["Attributes"]["RedrivePolicy"])', 'response["Attributes"]["RedrivePolicy"]',
    says="policy-not-parsed",
)  # fmt: skip

watch_dead_letters__sorted = variant("solution", "return without", "return sorted(without)", says="wrong-list")

watch_dead_letters__nothing_returned = variant("solution", "return without", "print(without)", says="wrong-list")

watch_dead_letters__urls_returned = variant(
    "solution", "without.append(name)", "without.append(url)", says="wrong-list"
)

watch_dead_letters__with_one = variant(
    "solution", "            without.append(name)\n            continue\n", "            continue\n        without.append(name)\n",
    says="wrong-list",
)  # fmt: skip

watch_dead_letters__test_of_the_alarm = variant(
    "solution",
    "    return without",
    '    cloudwatch.set_alarm_state(AlarmName=f"dead letters in {dead_name}", StateValue="ALARM", StateReason="test")\n'
    "    return without",
    says="told-of-nothing",
)

watch_dead_letters__by_email_address = variant(
    "solution", "AlarmActions=[topic_arn]", 'AlarmActions=["team@example.com"]', says="alarm-refused"
)

watch_dead_letters__counts_up = variant(
    "solution", 'AlarmName=f"dead letters in {dead_name}"',
    'AlarmName=f"dead letters in {dead_name}",\n            AlarmDescription=str(time.time())',
    says="changed-again",
)  # fmt: skip

watch_dead_letters__ignore = variant("solution", '"notBreaching"', '"ignore"', says="no-data")

charge_orders__by_one_code = variant(
    "solution",
    "return None if status >= 500 else False",
    'return None if problem.response["Error"]["Code"] == "InternalError" else False',
    says="good-order-dead or wait-too-long or retry-storm or not-charged",
)

redrive_fixed__nearly_five_minutes = variant(
    "redrive_fixed__ten_at_a_time", "VisibilityTimeout=120", "VisibilityTimeout=290", says="went-back-twice"
)

wire_dead_letters__creates_fifo_by_content = variant(
    "solution",
    '{"FifoQueue": "true"} if fifo else {}',
    '{"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}',
    says="created-again",
)

wire_dead_letters__one_more_allowed = variant(
    "solution",
    "        configure(dead_url, MessageRetentionPeriod=two_weeks, Red",
    "        now = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=['All'])['Attributes']\n"
    "        there = json.loads(now.get('RedriveAllowPolicy', '{}')).get('sourceQueueArns', [])\n"
    "        allow['sourceQueueArns'] = sorted({*there, *allow['sourceQueueArns']})\n"
    "        configure(dead_url, MessageRetentionPeriod=two_weeks, Red",
    says="others-can-use-it",
)

sort_dead_letters__message_is_enough = variant(
    "solution",
    'if source_url and isinstance(body, dict) and "TopicArn" in body:',
    'if source_url and isinstance(body, dict) and "order_id" not in body:',
    says="parked-repaired",
)

sort_dead_letters__repaired_without_attributes = variant(
    "solution",
    'message.get("MessageAttributes", {})',
    '{} if kind == "repaired" else message.get("MessageAttributes", {})',
    says="attributes-lost",
)

redrive_fixed__failed_entries_ignored = variant(
    "redrive_fixed__sequence_numbers_in_batches",
    '                if reply.get("Failed"):\n                    raise RuntimeError(reply["Failed"])\n',
    "",
    says="event-lost",
)


def _unless_alike(*keys):
    """Return a line of code that leaves an alarm alone if these of its settings are as they have to be."""
    wanted = {
        "MetricName": "'ApproximateNumberOfMessagesVisible'",
        "Threshold": "1",
        "Period": "60",
        "EvaluationPeriods": "1",
        "AlarmActions": "[topic_arn]",
        "OKActions": "[]",
        "TreatMissingData": "'notBreaching'",
        "ActionsEnabled": "True",
    }
    same = " and ".join(f"one.get({key!r}) == {wanted[key]}" for key in keys or wanted)
    return (
        '        there = cloudwatch.describe_alarms(AlarmNames=[f"dead letters in {dead_name}"])["MetricAlarms"]\n'
        f"        if any({same} for one in there):\n"
        "            continue\n"
        "        cloudwatch.put_metric_alarm(\n"
    )


watch_dead_letters__compares_what_it_watches = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    _unless_alike("MetricName", "Threshold", "Period", "AlarmActions"),
    says="no-data or no-alarm or team-not-told or other-action",
)

watch_dead_letters__compares_all_but_missing_data = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    _unless_alike("MetricName", "Threshold", "Period", "AlarmActions", "OKActions", "ActionsEnabled"),
    says="no-data",
)

watch_dead_letters__compares_all_but_ok_actions = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    _unless_alike("MetricName", "Threshold", "Period", "AlarmActions", "TreatMissingData", "ActionsEnabled"),
    says="other-action",
)

watch_dead_letters__compares_all_but_actions_enabled = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    _unless_alike("MetricName", "Threshold", "Period", "AlarmActions", "TreatMissingData", "OKActions"),
    says="team-not-told",
)

watch_dead_letters__keeps_old_actions = variant(
    "solution",
    "        cloudwatch.put_metric_alarm(\n",
    '        there = cloudwatch.describe_alarms(AlarmNames=[f"dead letters in {dead_name}"])["MetricAlarms"]\n'
    '        actions = {topic_arn}.union(*[alarm["AlarmActions"] for alarm in there])\n'
    "        cloudwatch.put_metric_alarm(\n",
    "AlarmActions=[topic_arn]",
    "AlarmActions=sorted(actions)",
    says="other-action",
)

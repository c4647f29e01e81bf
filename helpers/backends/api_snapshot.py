"""A snapshot of any cloud's queues and topics, as plain data for pictures. It makes API calls."""

import json
from typing import Any

from helpers.backends.offline.snapshot import STATES, no_way, policy_in_words, settings_in_words


def queue(client: Any, url: str) -> dict[str, Any]:
    """Return what the API reports about a queue: counters and settings, but no messages."""
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    counts = {state: int(attributes[f"ApproximateNumberOfMessages{suffix}"]) for state, suffix in STATES.items()}
    redrive_policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    return {
        "name": attributes["QueueArn"].rpartition(":")[2],
        "kind": "FIFO" if attributes.get("FifoQueue") == "true" else "standard",
        "at": "",
        "counts": counts,
        "reported": counts,
        "messages": [],
        "more": sum(counts.values()),
        "groups": [],
        "deleted": None,
        "visibility_timeout": int(attributes["VisibilityTimeout"]),
        "retention": int(attributes["MessageRetentionPeriod"]),
        "dead_letters": redrive_policy
        and {
            "name": redrive_policy["deadLetterTargetArn"].rpartition(":")[2],
            "after": int(redrive_policy["maxReceiveCount"]),
            "count": None,
            "messages": [],
        },
        "sources": [],
        "policy": policy_in_words(attributes.get("Policy")),
    }


def fan_out(client: Any) -> list[dict[str, Any]]:
    """Return what the API reports about the topics' subscriptions; it reports nothing about deliveries."""
    rows = []
    for topic in client.get_paginator("list_topics").paginate().search("Topics[].TopicArn"):
        listed = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [one for one in listed.search("Subscriptions[]") if one]
        rows += [_reported_edge(client, topic, one) for one in found] or [no_way(topic.rpartition(":")[2])]
    return rows


def _reported_edge(client: Any, topic: str, listed: dict[str, str]) -> dict[str, Any]:
    arn, protocol, endpoint = listed["SubscriptionArn"], listed["Protocol"], listed["Endpoint"]
    if arn.startswith("arn:"):
        settings = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        in_words = settings_in_words(settings, settings.get("FilterPolicyScope", "MessageAttributes"))
    else:  # a subscription that isn't confirmed has no ARN to ask about yet
        in_words = ["waits for confirmation"]
    end = endpoint.rpartition(":")[2] if protocol == "sqs" else endpoint
    return no_way(topic.rpartition(":")[2]) | {"protocol": protocol, "endpoint": end, "settings": in_words}

"""What the API reports about any cloud's queues and topics, as plain data for pictures. It takes calls."""

import json
from typing import Any

from helpers.backends.offline.snapshot import STATES, no_way, policy_in_words, settings_in_words


def queue(client: Any, url: str) -> dict[str, Any]:
    """Return what the API reports about a queue of any cloud: counters and settings, and no messages."""
    asked = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    counts = {state: int(asked[f"ApproximateNumberOfMessages{suffix}"]) for state, suffix in STATES.items()}
    redrive_policy = json.loads(asked.get("RedrivePolicy", "{}"))
    return {
        "name": asked["QueueArn"].rpartition(":")[2],
        "kind": "FIFO" if asked.get("FifoQueue") == "true" else "standard",
        "at": "",
        "counts": counts,
        "reported": counts,
        "messages": [],
        "more": sum(counts.values()),
        "lease": int(asked["VisibilityTimeout"]),
        "retention": int(asked["MessageRetentionPeriod"]),
        "dead_letters": redrive_policy
        and {
            "name": redrive_policy["deadLetterTargetArn"].rpartition(":")[2],
            "after": redrive_policy["maxReceiveCount"],
            "count": None,
        },
        "sources": [],
        "policy": policy_in_words(asked.get("Policy")),
    }


def fan_out(client: Any) -> list[dict[str, Any]]:
    """Return what the API reports about the subscriptions of any cloud's topics; it knows nothing of deliveries."""
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
        told = settings_in_words(settings, settings.get("FilterPolicyScope", "MessageAttributes"))
    else:  # such a one has no ARN to ask about yet
        told = ["waits for confirmation"]
    end = endpoint.rpartition(":")[2] if protocol == "sqs" else endpoint
    return no_way(topic.rpartition(":")[2]) | {"protocol": protocol, "endpoint": end, "settings": told}

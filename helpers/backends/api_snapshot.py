"""A snapshot of any cloud's queues and topics, as plain data for pictures. It makes API calls."""

import json
from typing import Any

from helpers.backends.offline.snapshot import STATES, policy_in_words, subscription_in_words, topic_in_words


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
    drawn = []
    for topic in client.get_paginator("list_topics").paginate().search("Topics[].TopicArn"):
        listed = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        edges = [_edge(client, one) for one in listed.search("Subscriptions[]") if one]
        drawn.append(topic_in_words(topic) | {"subscriptions": edges})
    return drawn


def _edge(client: Any, listed: dict[str, str]) -> dict[str, Any]:
    arn, settings = listed["SubscriptionArn"], {}
    confirmed = arn.startswith("arn:")  # a subscription that isn't confirmed has no ARN to ask about yet
    if confirmed:
        settings = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return subscription_in_words(listed["TopicArn"], listed["Protocol"], listed["Endpoint"], settings, not confirmed)

"""Delivery policies: how often SNS retries a web address, and which Content-Type it sends.

AWS: there are four phases of retries, with at most 100 in all. A subscription's policy wins over the topic's, unless
the topic forbids that. Source: SNS developer guide, "Message delivery retries"; recorded answers.
moto: stores the text without reading it.
"""

import json
from typing import Any

from helpers.aws_rules.common.refusals import Refused, invalid
from helpers.aws_rules.sns.json_texts import load_object

_DEFAULT: dict[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
_LIMITS = {"minDelayTarget": (1, 3600), "maxDelayTarget": (1, 3600), "numRetries": (0, 100)}
_PHASES = ("numMinDelayRetries", "numNoDelayRetries", "numMaxDelayRetries")
_BACKOFFS = ("arithmetic", "exponential", "geometric", "linear")
_TOPIC_MEMBERS = (
    "defaultHealthyRetryPolicy",
    "disableSubscriptionOverrides",
    "defaultThrottlePolicy",
    "defaultRequestPolicy",
)
_SUBSCRIPTION_MEMBERS = ("healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed")
_CONTENT_TYPE = "text/plain; charset=UTF-8"


# --- which policies AWS accepts ---------------------------------------------------------------------------------------


def of_topic(text: str, start: str = "") -> str:
    """Return a topic's policy as it's stored. Raise Refused if AWS refuses it. start: what the error begins with."""
    name = f"{start}DeliveryPolicy"
    policy = load_object(text, name)
    _check_members(policy, ("http",), name)
    http = policy.get("http")
    if http is None:
        return "{}"
    _check_members(http, _TOPIC_MEMBERS, name)
    _check_retries(http.get("defaultHealthyRetryPolicy"), "http.defaultHealthyRetryPolicy", name)
    _check_request(http.get("defaultRequestPolicy"), name)
    kept = {"disableSubscriptionOverrides": False} | {key: value for key, value in http.items() if value is not None}
    return _as_json({"http": {key: kept[key] for key in _TOPIC_MEMBERS if key in kept}})


def of_subscription(text: str, start: str = "") -> str:
    """Return a subscription's policy as it's stored. Raise Refused if AWS refuses it. start: as in `of_topic`."""
    name = f"{start}DeliveryPolicy"
    policy = load_object(text, name)
    _check_members(policy, _SUBSCRIPTION_MEMBERS, name)
    _check_retries(policy.get("healthyRetryPolicy"), "healthyRetryPolicy", name)
    _check_request(policy.get("requestPolicy"), name)
    return _as_json(
        {key: policy.get(key) for key in _SUBSCRIPTION_MEMBERS} | {"guaranteed": bool(policy.get("guaranteed"))}
    )


def _check_members(found: Any, known: tuple[str, ...], name: str) -> None:
    if not isinstance(found, dict):
        raise invalid(f"{name}: failed to parse JSON.")
    for key in found:
        if key not in known:
            raise invalid(f"{name}: Unexpected JSON member: {key}")


def _check_retries(retries: Any, path: str, name: str) -> None:
    if retries is None:
        return
    _check_members(retries, tuple(_DEFAULT), name)
    for key, value in retries.items():
        if key == "backoffFunction":
            if value not in _BACKOFFS:
                raise invalid(f"{name}: {path}.{key} must be one of {', '.join(_BACKOFFS)}")
            continue
        least, most = _LIMITS.get(key, (0, 100))
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(f"{name}: {path}.{key} must be an integer")
        if value < least:
            raise invalid(f"{name}: {path}.{key} must be greater than or equal to {least}")
        if value > most:
            raise invalid(f"{name}: {path}.{key} must be less than or equal to {most}")
    if "maxDelayTarget" in retries and retries.get("minDelayTarget", 1) > retries["maxDelayTarget"]:
        raise invalid(f"{name}: {path}.maxDelayTarget must be greater than or equal to minDelayTarget")
    if sum(retries.get(phase, 0) for phase in _PHASES) > (_DEFAULT | retries)["numRetries"]:
        total = "numMinDelayRetries, numNoDelayRetries and numMaxDelayRetries"
        raise invalid(f"{name}: {path}.numRetries must be greater than or equal to total of {total}")


def _check_request(request: Any, name: str) -> None:
    if request is None:
        return
    _check_members(request, ("headerContentType",), name)
    if not isinstance(request.get("headerContentType", ""), str):
        raise Refused("InvalidParameter", f"Invalid parameter: {name}: headerContentType must be a string")


# --- the policy in effect ---------------------------------------------------------------------------------------------


def effective_of_topic(text: str) -> str:
    """Return a topic's effective policy as JSON. text: its policy as it's stored, or ""."""
    http = _http(text)
    shown: dict[str, Any] = {
        "defaultHealthyRetryPolicy": _DEFAULT | http.get("defaultHealthyRetryPolicy", {}),
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides", False),
        "defaultRequestPolicy": {"headerContentType": content_type(text, "")},
    }
    if "defaultThrottlePolicy" in http:
        shown["defaultThrottlePolicy"] = http["defaultThrottlePolicy"]
    return _as_json({"http": shown})


def effective_of_subscription(topic: str, own: str) -> str:
    """Return a subscription's effective policy as JSON.

    topic, own: the policies of the topic and of the subscription as they're stored, or "".
    """
    policy = _own(topic, own)
    shown = {
        "healthyRetryPolicy": retries(topic, own),
        "sicklyRetryPolicy": policy.get("sicklyRetryPolicy"),
        "throttlePolicy": policy.get("throttlePolicy") or _http(topic).get("defaultThrottlePolicy"),
        "requestPolicy": {"headerContentType": content_type(topic, own)},
        "guaranteed": policy.get("guaranteed", False),
    }
    return _as_json(shown)


def content_type(topic: str, own: str) -> str:
    """Return the Content-Type of the POST requests."""
    asked = [_own(topic, own).get("requestPolicy"), _http(topic).get("defaultRequestPolicy")]
    return next((one["headerContentType"] for one in asked if one and one.get("headerContentType")), _CONTENT_TYPE)


def retries(topic: str, own: str) -> dict[str, Any]:
    """Return the retry policy in effect."""
    return _DEFAULT | (_own(topic, own).get("healthyRetryPolicy") or _http(topic).get("defaultHealthyRetryPolicy", {}))


def delay(policy: dict[str, Any], retries_done: int) -> float | None:
    """Return the seconds until the next retry, or None if there is none. policy: a retry policy."""
    total, first = policy["numRetries"], policy["numNoDelayRetries"]
    second, last = first + policy["numMinDelayRetries"], total - policy["numMaxDelayRetries"]
    low, high = policy["minDelayTarget"], max(policy["maxDelayTarget"], policy["minDelayTarget"])
    if retries_done >= total:
        return None
    if retries_done < second:
        return 0 if retries_done < first else low
    if retries_done >= last:
        return high
    part = (retries_done - second) / max(1, last - second - 1)
    # AWS shows the four functions only in a picture: all but the linear one grow slowly at first.
    return low + (high - low) * part if policy["backoffFunction"] == "linear" else low * (high / low) ** part


def _http(text: str) -> dict[str, Any]:
    return json.loads(text).get("http", {}) if text else {}


def _own(topic: str, own: str) -> dict[str, Any]:
    return {} if not own or _http(topic).get("disableSubscriptionOverrides") is True else json.loads(own)


def _as_json(policy: dict[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))

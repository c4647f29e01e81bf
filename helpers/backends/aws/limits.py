"""The limits on a real account: which operations are allowed, how many requests, and who may get email or SMS.

The gate applies them to every call and request. AWS bills requests rather than calls, so the counter counts what is
really sent, retries included.
"""

import json
import threading
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.errors import CloudError

OPERATIONS = Path(__file__).with_name("lessons_operations.json")  # `course build` writes it from the lessons' journals
DEFAULT_REQUEST_LIMIT = 2_000
# boto3 calls these itself, to find the credentials to sign with. They create nothing and cost nothing.
CREDENTIAL_OPERATIONS = {
    "sts": {"GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"},
    "sso": {"GetRoleCredentials"},
    "sso-oidc": {"CreateToken"},
    "signin": {"CreateOAuth2Token"},
}
# What clean-up and the pictures of `show` call; of CloudWatch also what looks at metrics, and what makes alarms.
COURSE_OPERATIONS = {
    "sqs": {"ListQueues", "GetQueueUrl", "ListQueueTags", "DeleteQueue", "GetQueueAttributes"},
    "sns": {
        "ListTopics",
        "ListTagsForResource",
        "DeleteTopic",
        "ListSubscriptionsByTopic",
        "GetSubscriptionAttributes",
    },
    "cloudwatch": {
        "ListMetrics",
        "GetMetricStatistics",
        "GetMetricData",
        "DescribeAlarms",
        "DescribeAlarmsForMetric",
        "DescribeAlarmHistory",
        "ListTagsForResource",
        "PutMetricAlarm",
        "SetAlarmState",
        "EnableAlarmActions",
        "DisableAlarmActions",
        "DeleteAlarms",
    },
}
# Operations that aren't sent even if a lesson calls them, and why.
_NEVER_SENT = {
    ("cloudwatch", "PutMetricData"): (
        "AWS bills every metric that a program publishes and keeps it for 15 months. Nobody can delete or tag it, so "
        "the course couldn't clean up after you."
    ),
}
_PROTOCOLS_TO_PEOPLE = ("email", "email-json", "sms")


@lru_cache
def by_lesson() -> dict[str, dict[str, list[str]]]:
    """Return the operations that the lessons and solutions call, sorted, by the lesson's slug and the service."""
    return json.loads(OPERATIONS.read_text(encoding="utf-8"))


@lru_cache
def allowed_operations() -> dict[str, frozenset[str]]:
    """Return the operations that may be called, by service: those of the lessons and the course's own."""
    lessons = by_lesson().values()
    return {
        service: frozenset(own.union(*(lesson.get(service, ()) for lesson in lessons)))
        - {name for never, name in _NEVER_SENT if never == service}
        for service, own in COURSE_OPERATIONS.items()
    }


def check_operation(service: str, operation: str) -> None:
    """Raise CloudError for an operation that the course doesn't teach."""
    if operation in CREDENTIAL_OPERATIONS.get(service, ()):
        return
    if service not in allowed_operations():
        raise CloudError(
            f"This course doesn't cover {service!r}, so it doesn't send its calls to your account. Nothing was sent. "
            "You can make this call in a Python session without the course."
        )
    if (service, operation) in _NEVER_SENT:
        raise CloudError(
            f"The course doesn't send {operation} to your account. {_NEVER_SENT[service, operation]} Nothing was sent. "
            'It works in the offline cloud: start("offline").'
        )
    if operation not in allowed_operations()[service]:
        raise CloudError(
            f"This course doesn't teach {operation}, so it doesn't send it to your account. "
            'Nothing was sent. The offline cloud may have it: start("offline").'
        )


def check_recipient(operation: str, params: Mapping[str, Any], send_to: Collection[str]) -> None:
    """Raise CloudError if a call would send email or SMS to an address that isn't in `send_to`."""
    address = params.get("PhoneNumber") or ""
    if operation == "Subscribe" and params.get("Protocol") in _PROTOCOLS_TO_PEOPLE:
        address = params.get("Endpoint") or "this address"
    if address and address not in send_to:
        raise CloudError(
            f"This would really send something to {address}, so it needs a second yes, for this address: "
            f'start("aws", ..., send_to=["{address}"]). Use only addresses of your own. Nothing was sent.'
        )


class RequestCounter:
    """Counts the requests that are sent, and stops at a limit that can be changed at any time."""

    def __init__(self, limit: int):
        self.limit, self.count = limit, 0
        self._lock = threading.Lock()

    def add(self, limited: bool = True) -> None:
        """Count one request. CloudError if the limit is reached, unless `limited` is False."""
        with self._lock:
            if limited and self.count >= self.limit:
                raise CloudError(
                    f"This kernel has sent {self.count:,} requests to your account, and the limit is {self.limit:,}. "
                    "This one wasn't sent. If your code calls AWS in an endless loop, fix that first. To go on: "
                    f"cloud.limit = {max(1, self.limit) * 2}"
                )
            self.count += 1

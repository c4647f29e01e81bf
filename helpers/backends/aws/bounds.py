"""What may be asked of a real account: the operations that the course teaches, and only as often as the learner said.

AWS bills requests, not calls; the limit counts what goes out, each try, as the bill does.
"""

import json
import threading
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.errors import CloudError

OPERATIONS = Path(__file__).with_name("operations.json")  # written by `course build`, from the journals of the lessons
LIMIT = 2_000  # requests, unless the learner sets another number
# What boto3 itself asks, to find out with which keys to sign. None of it makes anything or costs anything.
OF_CREDENTIALS = {
    "sts": {"GetCallerIdentity", "AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"},
    "sso": {"GetRoleCredentials"},
    "sso-oidc": {"CreateToken"},
    "signin": {"CreateOAuth2Token"},
}
# What cleaning up needs, and what show's pictures ask.
OF_THE_COURSE = {
    "sqs": {"ListQueues", "GetQueueUrl", "ListQueueTags", "DeleteQueue", "GetQueueAttributes"},
    "sns": {
        "ListTopics",
        "ListTagsForResource",
        "DeleteTopic",
        "ListSubscriptionsByTopic",
        "GetSubscriptionAttributes",
    },
}
_TO_PEOPLE = ("email", "email-json", "sms")


@lru_cache
def by_lesson() -> dict[str, dict[str, list[str]]]:
    """Return the operations that the lessons and solutions call: by the lesson's slug and the service, sorted."""
    return json.loads(OPERATIONS.read_text(encoding="utf-8"))


@lru_cache
def taught() -> dict[str, frozenset[str]]:
    """Return the operations of "sqs" and "sns" that may be called: those of the lessons, and the course's own."""
    used = by_lesson().values()
    return {
        service: frozenset(own.union(*(lesson.get(service, ()) for lesson in used)))
        for service, own in OF_THE_COURSE.items()
    }


def know(service: str, operation: str) -> None:
    """Refuse an operation that the course does not teach, with CloudError."""
    if operation in OF_CREDENTIALS.get(service, ()):
        return
    if service not in taught():
        raise CloudError(
            f"This course has no service {service!r}, so it does not let it through to your account. Nothing was sent. "
            "Outside the course, in a Python of its own, boto3 is free to do it."
        )
    if operation not in taught()[service]:
        raise CloudError(
            f"{operation} is no operation that this course teaches, so it does not let it through to your account. "
            'Nothing was sent. The offline cloud may know it: start("offline").'
        )


def refuse_to_people(operation: str, params: Mapping[str, Any], send_to: Collection[str]) -> None:
    """Refuse what would send e-mail or SMS to an address that had no second yes, with CloudError."""
    address = params.get("PhoneNumber") or ""
    if operation == "Subscribe" and params.get("Protocol") in _TO_PEOPLE:
        address = params.get("Endpoint") or "this address"
    if address and address not in send_to:
        raise CloudError(
            f"This would really send to {address}. It needs a second yes, for this address: "
            f'start("aws", ..., send_to=["{address}"]). Only send to addresses of your own. Nothing was sent.'
        )


class Meter:
    """Counts the requests that go out, and stops them at the limit, which may be set anew at any time."""

    def __init__(self, limit: int):
        self.limit, self.count = limit, 0
        self._lock = threading.Lock()

    def tick(self, stop: bool = True) -> None:
        """Count one request. stop: whether the limit counts; CloudError when it is reached."""
        with self._lock:
            if stop and self.count >= self.limit:
                raise CloudError(
                    f"This kernel has sent {self.count:,} requests to your account, and the limit is {self.limit:,}. "
                    f"This one was not sent. To go on: cloud.limit = {max(1, self.limit) * 2}. If your code "
                    "calls in an endless loop, mend that first."
                )
            self.count += 1

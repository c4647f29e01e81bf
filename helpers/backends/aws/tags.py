"""The tag on everything that is created in a real account: its key is the course, its value the learner.

AWS: SQS, SNS and CloudWatch accept tags in the request that creates. If a queue's or topic's name exists already with
other tags, the request is refused, so nobody else's gets this tag. PutMetricAlarm ignores the tags then, and replaces
the alarm. Source: SQS API reference, CreateQueue; SNS API reference, CreateTopic; CloudWatch API reference,
PutMetricAlarm; dramatiq_sqs pull request 13.
"""

import getpass
import os
import re
import socket
from collections.abc import Mapping
from typing import Any

from helpers.backends.state_folder import NAME

KEY = NAME
_LONGEST = 64
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9 _.:/=+@-]")  # SQS allows these, and other alphabets, in a tag's value


def learner() -> str:
    """Return the learner's name for the tag: COURSE_LEARNER, or the user name on this machine."""
    try:
        name = os.environ.get("COURSE_LEARNER") or getpass.getuser()
    except (OSError, KeyError, ImportError):  # some containers have no user name
        name = socket.gethostname()
    return _NOT_ALLOWED.sub("-", name)[:_LONGEST].strip() or "learner"


def with_course_tag(operation: str, params: Mapping[str, Any], value: str) -> dict[str, Any]:
    """Return the parameters of a creating call with the course's tag added to the learner's own tags."""
    if operation == "CreateQueue":
        return {**params, "tags": {**(params.get("tags") or {}), KEY: value}}
    others = [tag for tag in params.get("Tags") or [] if tag.get("Key") != KEY]
    return {**params, "Tags": [*others, {"Key": KEY, "Value": value}]}


def changes_course_tag(operation: str, params: Mapping[str, Any]) -> bool:
    """Return whether a call would change or remove the course's tag."""
    if operation.startswith("Untag"):
        return KEY in (params.get("TagKeys") or ())
    given = params.get("Tags") if operation.startswith("Tag") else ()
    return KEY in (given if isinstance(given, Mapping) else [tag.get("Key") for tag in given or ()])


def parse(response: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags in a response of ListQueueTags or ListTagsForResource."""
    given = response.get("Tags") or {}
    return dict(given) if isinstance(given, Mapping) else {tag["Key"]: tag["Value"] for tag in given}

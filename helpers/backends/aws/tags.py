"""The tag that everything made on a real account carries: the course as its key, the learner as its value.

AWS: SQS and SNS take tags in the request that creates; a request for a name that is there already with other tags is
refused, so nobody else's queue or topic gets this tag. Source: SQS API reference, CreateQueue; SNS API reference,
CreateTopic; dramatiq_sqs pull request 13.
"""

import getpass
import os
import re
import socket
from collections.abc import Mapping
from typing import Any

from helpers.backends.aws.state_folder import NAME

KEY = NAME
_LONGEST = 64
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9 _.:/=+@-]")  # of what SQS lets stand in a tag's value, without other alphabets


def learner() -> str:
    """Return who learns here: COURSE_LEARNER, else the user of this machine."""
    try:
        name = os.environ.get("COURSE_LEARNER") or getpass.getuser()
    except (OSError, KeyError, ImportError):  # nobody, as in some containers
        name = socket.gethostname()
    return _NOT_ALLOWED.sub("-", name)[:_LONGEST].strip() or "learner"


def added(operation: str, params: Mapping[str, Any], value: str) -> dict[str, Any]:
    """Return the parameters of a request that creates, with the tag among the learner's own."""
    if operation == "CreateQueue":
        return {**params, "tags": {**(params.get("tags") or {}), KEY: value}}
    others = [tag for tag in params.get("Tags") or [] if tag.get("Key") != KEY]
    return {**params, "Tags": [*others, {"Key": KEY, "Value": value}]}


def touched(operation: str, params: Mapping[str, Any]) -> bool:
    """Return whether a call would change or take away the tag."""
    if operation.startswith("Untag"):
        return KEY in (params.get("TagKeys") or ())
    given = params.get("Tags") if operation.startswith("Tag") else ()
    return KEY in (given if isinstance(given, Mapping) else [tag.get("Key") for tag in given or ()])


def read(response: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that ListQueueTags or ListTagsForResource returned."""
    given = response.get("Tags") or {}
    return dict(given) if isinstance(given, Mapping) else {tag["Key"]: tag["Value"] for tag in given}

"""What a queue's tags may be.

AWS: up to 50 tags; a key has 1 to 128 characters: letters, digits and white space of any alphabet and _ . : / = + - @;
a value has up to 256; the prefix aws: is reserved. Source: SQS developer guide, "Queue quotas"; the local-aws-sqs
project for the texts about keys.
moto: takes any key and value, and counts the tags of one call only.
"""

from collections.abc import Mapping

from helpers.aws_rules.common.refusals import Refused

MOST = 50


def check(tags: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Refuse tags that a queue which has those that are present cannot get."""
    if len({**present, **tags}) > MOST:
        raise Refused("InvalidParameterValue", f"A queue can have at most {MOST} tags.")
    for key, value in tags.items():
        if not 1 <= len(key) <= 128:
            raise Refused("InvalidParameterValue", "Tag keys must be between 1 and 128 characters in length.")
        if len(value) > 256:
            raise Refused("InvalidParameterValue", "Tag values must be between 0 and 256 characters in length.")
        if any(text.lower().startswith("aws:") for text in (key, value)):
            raise Refused("InvalidParameterValue", "Tag keys and values must not start with aws:, which is reserved.")
        if not all(sign.isalnum() or sign.isspace() or sign in "_.:/=+-@" for sign in key):
            signs = "_ . : / = + - @"
            text = f"Tag keys may only contain unicode letters, digits, whitespace, or one of these symbols: {signs}"
            raise Refused("InvalidParameterValue", text)

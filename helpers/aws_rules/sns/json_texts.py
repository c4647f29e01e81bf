"""Reading JSON from a parameter, with AWS's error for invalid JSON: that of its parser, Jackson."""

import json
import re
from typing import Any

from helpers.aws_rules.common.refusals import Refused

_REDACTED = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_WORD = re.compile(r"\w+")


def load_object(text: str, name: str) -> dict[str, Any]:
    """Return the JSON object in this text. Raise Refused if it isn't one. name: what AWS calls the text."""
    why, found = "", None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as problem:
        why = describe_error(problem)
    if not isinstance(found, dict):
        raise Refused("InvalidParameter", f"Invalid parameter: {name}: failed to parse JSON.{why}")
    return found


def describe_error(problem: Exception) -> str:
    """Return what AWS says is wrong, and where; "" if Python's error has no position."""
    if not isinstance(problem, json.JSONDecodeError):
        return ""
    words, column, sign = "", problem.colno, problem.doc[problem.pos : problem.pos + 1]
    if problem.msg.startswith("Expecting property name") and sign:
        words = f" Unexpected character ('{sign}' (code {ord(sign)})): was expecting double-quote to start field name"
    elif problem.msg == "Expecting value" and (word := _WORD.match(problem.doc, problem.pos)):
        column += len(word[0])
        words = f" Unrecognized token '{word[0]}': was expecting (JSON String, Number, Array, Object or token 'null', "
        words += "'true' or 'false')"
    return f"{words}\n at [Source: {_REDACTED}; line: {problem.lineno}, column: {column}]"

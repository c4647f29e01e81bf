"""SNS's errors for a missing parameter: one form for a text at the top level, another form for everything else.

Source: recorded answers.
"""

import re
from typing import Any

from helpers.aws_rules.common.refusals import Refused, invalid

_REPORT = re.compile(r'Missing required parameter in (.*?): "(\w+)"')
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")


def of_sns(shape: Any, report: str) -> Refused:
    """Return the error. shape: the operation's input; report: botocore's text about what is missing."""
    found = _REPORT.search(report)
    if found is None:
        return Refused("ValidationError", "The request cannot be read.")
    where, name = found.groups()
    if where == "input" and shape.members[name].type_name == "string":
        return invalid(f"{name} Reason: no value for required parameter")
    path = "" if where == "input" else _path(shape, where)
    text = f"Value null at '{path}{_small(name)}' failed to satisfy constraint: Member must not be null"
    return Refused("ValidationError", f"1 validation error detected: {text}")


def _path(shape: Any, where: str) -> str:
    """Return the path as SNS writes it, with a dot at its end."""
    written = ""
    for number, name in _STEP.findall(where):
        if number:
            shape, written = shape.member, f"{written}{int(number) + 1}.member."
        elif shape.type_name == "map":
            shape, written = shape.value, f"{written}{name}.member."
        else:
            shape, written = shape.members[name], f"{written}{_small(name)}."
    return written


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]

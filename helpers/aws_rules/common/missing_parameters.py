"""Errors for missing parameters. SNS has one form for a text at the top level, another form for everything else.

AWS: the second form names all that are missing. A wrong ARN is complained about before a missing map or list. Source:
recorded answers; that all are named is inferred from how other services of AWS write this error.
"""

import re
from typing import Any

from helpers.aws_rules.common import arns
from helpers.aws_rules.common.refusals import Refused, invalid, violations

_REPORT = re.compile(r'Missing required parameter in (.*?): "(\w+)"')
_ARNS = {"TopicArn", "PlatformApplicationArn", "EndpointArn"}
_INDEX = re.compile(r"\[(\d+)\]")
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")


def of_sns(shape: Any, report: str, params: dict[str, Any]) -> Refused:
    """Return the error. shape: the operation's input; report: botocore's text about what is missing."""
    found = _REPORT.findall(report)
    if not found:
        return Refused("ValidationError", "The request cannot be read.")
    where, name = found[0]
    if where == "input" and shape.members[name].type_name == "string":
        return invalid(f"{name} Reason: no value for required parameter")
    try:
        for parameter in sorted(_ARNS & params.keys()):
            arns.check(str(params[parameter]), parameter)
    except Refused as problem:
        return problem
    text = "failed to satisfy constraint: Member must not be null"
    paths = [("" if where == "input" else _path(shape, where)) + _small(name) for where, name in found]
    return violations(*(f"Value null at '{path}' {text}" for path in paths))


def of_cloudwatch(report: str) -> Refused:
    """Return CloudWatch's error, which names the place of each, on a line of its own. report: botocore's text."""
    texts = []
    for where, name in _REPORT.findall(report):
        steps = [] if where == "input" else [f"{re.sub(_INDEX, _member, where)}."]
        texts.append(f"The parameter {''.join(steps)}{name} is required.")
    return Refused("MissingParameter", "\n".join(texts))


def _member(index: re.Match[str]) -> str:
    return f".member.{int(index[1]) + 1}"


def _path(shape: Any, where: str) -> str:
    """Return the path as SNS writes it, with a dot at its end."""
    written = ""
    while step := _STEP.match(where):
        if shape.type_name == "map":  # the last step; the rest is a name, which can have dots and brackets itself
            return f"{written}{where.removeprefix('.')}.member."
        (number, name), where = step.groups(), where[step.end() :]
        if number:
            shape, written = shape.member, f"{written}{int(number) + 1}.member."
        else:
            shape, written = shape.members[name], f"{written}{_small(name)}."
    return written


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]

"""What a service's model says of parameters: their length, value and form, with AWS's error for what violates it.

AWS: the error names every parameter that's wrong, with its value and its place. Source: the constraints in botocore's
model, which are AWS's; recorded answers for the texts, and AWS's answers about roleSessionName in zalando-stups/
aws-credentials-service issue 7 and youyo/awslogin pull request 20.
moto: checks none of them.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.aws_rules.common import models
from helpers.aws_rules.common.refusals import Refused, violations
from helpers.aws_rules.common.request import Request


def check(request: Request) -> None:
    """Raise Refused if parameters of the request violate the model's constraints. botocore checks the lower bounds."""
    model = models.operation_model(request.service, request.operation)
    if model and model.input_shape and (wrong := violated(model.input_shape, request.params)):
        raise wrong


def violated(shape: Any, params: dict[str, Any]) -> Refused | None:
    """Return the error for everything that's wrong with an operation's parameters; None where nothing is."""
    found = list(_violations(shape, params, ""))
    return violations(*found) if found else None


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, dict):
        start = f"{path}." if path else ""
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{start}{_small(name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield from _violations(member, value[name], start + _small(name))
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, dict):
        for name, item in value.items():
            yield from _violations(shape.value, item, f"{path}.{name}.member")
    elif isinstance(value, str | int):
        for must in _unmet(shape, value):
            yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {must}"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _unmet(shape: Any, value: str | int) -> Iterator[str]:
    """Yield what the value of a shape that holds no others must be, and isn't."""
    least, most, pattern, choices = (shape.metadata.get(name) for name in ("min", "max", "pattern", "enum"))
    size, what = (len(value), "length") if isinstance(value, str) else (value, "value")
    if least is not None and size < least:
        yield f"have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"have {what} less than or equal to {most}"
    if pattern and r"\p" not in pattern and not re.fullmatch(pattern, str(value), re.ASCII):  # re has no \p{L}
        yield f"satisfy regular expression pattern: {pattern}"
    if choices and value not in choices:
        yield f"satisfy enum value set: [{', '.join(choices)}]"

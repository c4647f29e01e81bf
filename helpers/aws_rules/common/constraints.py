"""What SNS's model says of parameters: their length, value and form, with AWS's error for what violates it.

AWS: the error names every parameter that's wrong, with its value and its place. Source: the constraints in botocore's
model, which are AWS's; recorded answers for the texts.
moto: checks none of them.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.aws_rules.common import models
from helpers.aws_rules.common.refusals import violations
from helpers.aws_rules.common.request import Request


def check(request: Request) -> None:
    """Raise Refused if parameters of the request violate the model's constraints. botocore checks the lower bounds."""
    model = models.operation_model(request.service, request.operation)
    found = list(_violations(model.input_shape, request.params, "")) if model else []
    if found:
        raise violations(*found)


def _violations(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                small = name[:1].lower() + name[1:]
                yield from _violations(member, value[name], f"{path}.{small}" if path else small)
    elif shape.type_name == "list":
        for number, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{number}.member")
    else:
        for must in _unmet(shape, value):
            yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {must}"


def _unmet(shape: Any, value: Any) -> Iterator[str]:
    """Yield what the value of a shape that holds no others must be, and isn't."""
    most, pattern, choices = (shape.metadata.get(name) for name in ("max", "pattern", "enum"))
    size, what = (len(value), "length") if isinstance(value, str) else (value, "value")
    if most is not None and size > most:
        yield f"have {what} less than or equal to {most}"
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        yield f"satisfy regular expression pattern: {pattern}"
    if choices and value not in choices:
        yield f"satisfy enum value set: [{', '.join(choices)}]"

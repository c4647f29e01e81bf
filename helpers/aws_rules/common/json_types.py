"""Values in a request in JSON that have another type than the operation's model gives them.

AWS: refuses them; a number as text is no number. Source: async-aws/aws issue 1667 (AWS's answer, for an Integer). The
texts for other types are inferred from it and from other services with the same protocol.
moto: makes a number of the text.
"""

import json
from typing import Any

from helpers.aws_rules.common.refusals import Refused

_TEXT, _NUMBER = (str, "a String"), ((int, float), "an Integer")
_WANTED: dict[str, Any] = {"string": _TEXT, "blob": _TEXT, "integer": _NUMBER, "long": _NUMBER}
_TOKENS = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE"}


def check(shape: Any, body: bytes) -> None:
    """Raise Refused for the first value that isn't null and has another type than its shape."""
    try:
        value = json.loads(body or b"{}")
        _check(shape, value)
    except (ValueError, RecursionError):
        raise _wrong("The request cannot be read.") from None


def _check(shape: Any, value: Any) -> None:
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure" or kind == "map":
        if not isinstance(value, dict):
            raise _wrong("Unexpected field type")
        for name, item in value.items():
            part = shape.value if kind == "map" else shape.members.get(name)
            if part is not None:
                _check(part, item)
    elif kind == "list":
        if not isinstance(value, list):
            raise _wrong("Expected list or null")
        for item in value:
            _check(shape.member, item)
    elif isinstance(value, list | dict):
        what = "list" if isinstance(value, list) else "structure or map"
        raise _wrong(f"Start of {what} found where not expected.")
    elif kind in _WANTED:
        types, wanted = _WANTED[kind]
        if isinstance(value, bool) or not isinstance(value, types):
            token = f"{value}_VALUE".upper() if isinstance(value, bool) else _TOKENS[type(value)]
            raise _wrong(f"{token} can not be converted to {wanted}")


def _wrong(text: str) -> Refused:
    return Refused("SerializationException", text)

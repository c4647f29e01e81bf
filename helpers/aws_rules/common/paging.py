"""Pages of SNS: a hundred things each, with a token for the next."""

import base64
from typing import Any

from helpers.aws_rules.common.numbers import whole
from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.common.request import Request

PAGE = 100


def page(request: Request, things: list[Any], name: str) -> dict[str, Any]:
    """Return the page that NextToken asks for, under this name."""
    token = request.params.get("NextToken")
    first = _place(token) if token else 0
    if first is None:
        raise invalid("NextToken")
    more = {"NextToken": _token(first + PAGE)} if first + PAGE < len(things) else {}
    return {name: things[first : first + PAGE]} | more


def _token(place: int) -> str:
    return base64.b64encode(f"{place:033}".encode()).decode()


def _place(token: str) -> int | None:
    try:
        return whole(base64.b64decode(token, validate=True).decode("ascii")[-18:])
    except ValueError:
        return None

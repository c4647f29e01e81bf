"""Pages of the lists that SNS returns: a hundred items each, with a token for the next page."""

import base64
from typing import Any

from helpers.aws_rules.common.numbers import parse_whole_number
from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.common.request import Request

_PAGE_SIZE = 100


def page(request: Request, items: list[Any], name: str) -> dict[str, Any]:
    """Return the page that the request's NextToken asks for. name: the list's name in the answer."""
    token = request.params.get("NextToken")
    first = _position(token) if token else 0
    if first is None:
        raise invalid("NextToken")
    more = {"NextToken": _token(first + _PAGE_SIZE)} if first + _PAGE_SIZE < len(items) else {}
    return {name: items[first : first + _PAGE_SIZE]} | more


def _token(position: int) -> str:
    return base64.b64encode(f"{position:033}".encode()).decode()


def _position(token: str) -> int | None:
    try:
        return parse_whole_number(base64.b64decode(token, validate=True).decode("ascii")[-18:])
    except ValueError:
        return None

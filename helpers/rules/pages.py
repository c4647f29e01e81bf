"""Pages of SNS: a hundred things each, with a token for the next."""

from typing import Any

from helpers.rules.numbers import whole
from helpers.rules.refusals import invalid
from helpers.rules.requests import Request

PAGE = 100


def page(request: Request, things: list[Any], name: str) -> dict[str, Any]:
    """Return the page that NextToken asks for, under this name."""
    token = request.params.get("NextToken")
    first = whole(token or "0")
    if first is None:
        raise invalid("NextToken")
    more = {"NextToken": str(first + PAGE)} if first + PAGE < len(things) else {}
    return {name: things[first : first + PAGE]} | more

"""Pages of SNS: a hundred things each, with a token for the next."""

from typing import Any

from helpers.rules.refusals import invalid
from helpers.rules.requests import Request

PAGE = 100


def page(request: Request, things: list[Any], name: str) -> dict[str, Any]:
    """Return the page that NextToken asks for, under this name."""
    token = request.params.get("NextToken")
    if token is not None and not (token.isascii() and token.isdigit()):
        raise invalid("NextToken")
    first = int(token or 0)
    more = {"NextToken": str(first + PAGE)} if first + PAGE < len(things) else {}
    return {name: things[first : first + PAGE]} | more

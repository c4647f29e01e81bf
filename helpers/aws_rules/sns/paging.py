"""Pages of the lists that SNS returns: a hundred items each, with a token for the next page.

AWS: a full page has a token even if nothing follows, so the last page can be empty (inferred: as in its databases).
"""

import base64
from typing import Any

from helpers.aws_rules.common.numbers import parse_whole_number
from helpers.aws_rules.common.refusals import invalid
from helpers.aws_rules.common.request import Request

_PAGE_SIZE = 100


def page(request: Request, items: list[Any], name: str, token_name: str = "NextToken") -> dict[str, Any]:
    """Return the page that the request's token asks for. name, token_name: what the answer calls list and token."""
    token, size = request.params.get(token_name), request.params.get("MaxResults", _PAGE_SIZE)
    first = _position(token) if token else 0
    if first is None:
        raise invalid(token_name)
    more = {token_name: _token(first + size)} if first + size <= len(items) else {}
    return {name: items[first : first + size]} | more


def _token(position: int) -> str:
    return base64.b64encode(f"{position:033}".encode()).decode()


def _position(token: str) -> int | None:
    try:
        return parse_whole_number(base64.b64decode(token, validate=True).decode("ascii")[-18:])
    except ValueError:
        return None

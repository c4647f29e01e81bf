"""The door to a real account: which requests can pass at all, judged by what is sent and not by where it says it goes.

AWS reads an operation from a header, the body, the path or the URL's query, and accepts a signature in a header or in
the query. The course's limits are about what AWS will do, so a request that could be read in two ways doesn't pass.
"""

import re
from urllib.parse import parse_qsl, urlsplit

from helpers.aws_rules.common.request import CBOR, QUERY, Request
from helpers.backends.aws import limits
from helpers.errors import CloudError

_AWS = re.compile(r"(?:.*\.)?(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws|amazonaws\.eu|aws\.amazon\.com)\.?")
_OF_CREDENTIALS = re.compile(r"(?:portal\.sso|oidc|sts|[a-z0-9-]+\.signin|signin)\..*")  # hosts that give keys
_TARGET = re.compile(r"\w+\.\w+", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+.^`|~\w-]+", re.ASCII)  # the name of a header, as RFC 9110 has it
_NOT_SENT = 'so it wasn\'t sent. Make the call with a client, as in boto3.client("sqs").list_queues().'


def is_for_credentials(request: Request) -> bool:
    """Return whether an unsigned request is one of boto3's own, which fetch the keys to sign with.

    CloudError for any other unsigned request, and for one that isn't signed in its header.
    """
    if request.access_key:
        return False
    operation, host = _operation(request), (urlsplit(request.url).hostname or "").lower()
    if operation:
        known = any(operation in names for names in limits.CREDENTIAL_OPERATIONS.values())
    else:
        known = not _AWS.fullmatch(host) or bool(_OF_CREDENTIALS.fullmatch(host))
    if not known or request.header("authorization").startswith("AWS"):
        raise CloudError(f"This request for {operation or host!r} isn't signed in its header, {_NOT_SENT}")
    return True


def check_form(request: Request) -> None:
    """Raise CloudError for a signed request whose operation and parameters could be read in more than one way."""
    parts, named = urlsplit(request.url), [name.lower() for name in request.headers]
    is_form = request.header("content-type").lower().startswith("application/x-www-form-urlencoded")
    several = [
        bool(parts.query or parts.fragment),
        request.repeats_a_field,
        is_form and request.protocol != QUERY,
        # Each protocol names the operation in a place of its own; a request of one has nothing in the others'.
        "smithy-protocol" in named and request.protocol != CBOR,
        "/operation/" in parts.path and request.protocol != CBOR,
        not all(map(_TOKEN.fullmatch, named)),  # such as one with a blank at its end
        request.target is not None and not _TARGET.fullmatch(request.target),
        request.header("content-encoding") not in ("", "gzip"),
    ]
    if any(several):
        raise CloudError(f"This request could be read in more than one way, {_NOT_SENT}")


def _operation(request: Request) -> str:
    """Return the operation that a request names anywhere; "" if it names none."""
    in_query = dict(parse_qsl(urlsplit(request.url).query)).get("Action", "")
    return request.operation or request.form.get("Action", "") or in_query

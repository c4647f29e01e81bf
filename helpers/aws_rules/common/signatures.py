"""The AWS signature (version 4) of a request: who signed it, for which region and service, and whether it's valid."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from hashlib import sha256
from typing import Any

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.aws_rules.common.refusals import Refused

SKEW = 15 * 60  # seconds that a request's date can be off
_SCOPE = re.compile(
    r"Credential=(?P<key>[\w.+@-]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request(?:,|$)",
    re.ASCII,
)
_HEADERS, _SIGNATURE = re.compile(r"SignedHeaders=([^,\s]+)"), re.compile(r"Signature=([0-9a-f]{64})(?:,|\s|$)")
_MOST_HEADERS = 100  # as many as a request can have here
_ALGORITHM = "AWS4-HMAC-SHA256 "


@dataclass(frozen=True)
class Signed:
    """The contents of a request's Authorization header. headers: the names of the signed headers."""

    access_key: str
    day: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def read(authorization: str) -> Signed | None:
    """Return the contents of an Authorization header; None if it isn't a signature of version 4."""
    scope, headers = _SCOPE.search(authorization), _HEADERS.search(authorization)
    signature = _SIGNATURE.search(authorization)
    if not (authorization.startswith(_ALGORITHM) and scope and headers and signature):
        return None
    named = tuple(headers[1].lower().split(";"))
    if len(named) > _MOST_HEADERS:
        return None
    return Signed(scope["key"], scope["day"], scope["region"], scope["service"], named, signature[1])


def check(signed: Signed, secret: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise Refused unless the request was signed with this secret, arrived unchanged, and is from the last 15 minutes.

    target: path and query as received. headers: with their names in lower case.
    """
    stamp = headers.get("x-amz-date", "")
    try:
        at = datetime.strptime(stamp, SIGV4_TIMESTAMP).replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refused("IncompleteSignature", "The request has no date in its header X-Amz-Date.", 403) from None
    if abs((datetime.now(timezone.utc) - at).total_seconds()) > SKEW:
        raise Refused("RequestExpired", f"Request has expired: its date {stamp} is more than 15 minutes off.", 403)
    needed = {"host", "x-amz-date"} | {"x-amz-target"} & set(headers)
    if not needed <= set(signed.headers) or stamp[:8] != signed.day:
        raise _mismatch()
    if headers.get("x-amz-content-sha256", digest := sha256(body).hexdigest()) != digest:
        raise _mismatch()
    if not hmac.compare_digest(_expected(signed, secret, stamp, method, target, headers, body), signed.signature):
        raise _mismatch()


class _AsReceived(SigV4Auth):
    """Signs exactly those headers that the client signed."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.headers


def _expected(
    signed: Signed, secret: str, stamp: str, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> str:
    named = {name: headers.get(name, "") for name in signed.headers}
    # Only the path and query of the URL matter: the host is one of the headers.
    request = AWSRequest(method=method, url=f"http://localhost{target}", headers=named, data=body)
    request.context["timestamp"] = stamp
    auth = _AsReceived(Credentials(signed.access_key, secret), signed.service, signed.region)
    try:
        return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    except ValueError:  # the target isn't a valid URL
        raise _mismatch() from None


def _mismatch() -> Refused:
    text = (
        "The request signature we calculated does not match the signature you provided. The token that the teacher's "
        "`course serve` printed has to be your AWS_SECRET_ACCESS_KEY."
    )
    return Refused("SignatureDoesNotMatch", text, 403)

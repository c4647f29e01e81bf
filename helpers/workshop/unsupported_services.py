"""Refusing the clients of services that are not served, each in the form in which its SDK finds an error."""

import json
from functools import lru_cache
from xml.sax.saxutils import escape

import botocore.session
from botocore.exceptions import DataNotFoundError, UnknownServiceError

from helpers.workshop.connections import Response


def refusal(service: str, headers: dict[str, str], code: str, text: str, status: int) -> Response:
    """Return the response that a client of this service raises as this error."""
    written = _protocol(service)
    if "x-amz-target" in headers or written in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": text})
        return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, body.encode()
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(text)}</Message></Error>"
    if written == "ec2":
        body = f"<Response><Errors>{error}</Errors><RequestID>-</RequestID></Response>"
    else:
        body = f"<ErrorResponse>{error}<RequestId>-</RequestId></ErrorResponse>"
    return status, {"Content-Type": "text/xml"}, body.encode()


@lru_cache(maxsize=64)
def _protocol(service: str) -> str:
    """Return the protocol that the service speaks; "" when nothing is signed for one of this name."""
    try:
        return botocore.session.get_session().get_service_model(service).resolved_protocol
    except (UnknownServiceError, DataNotFoundError):
        return ""

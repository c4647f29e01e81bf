"""Errors for clients of unsupported services, in the form in which each service's SDK expects them."""

import json
from functools import lru_cache
from xml.sax.saxutils import escape

import botocore.session
from botocore.exceptions import DataNotFoundError, UnknownServiceError

from helpers.workshop.http_server import HttpResponse


def error_response(service: str, headers: dict[str, str], code: str, text: str, status: int) -> HttpResponse:
    """Return the response that makes a client of this service raise this error."""
    protocol = _protocol(service)
    if "x-amz-target" in headers or protocol in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": text})
        return status, {"Content-Type": "application/json", "x-amzn-errortype": code}, body.encode()
    error = f"<Error><Code>{escape(code)}</Code><Message>{escape(text)}</Message></Error>"
    if protocol == "ec2":
        body = f"<Response><Errors>{error}</Errors><RequestID>-</RequestID></Response>"
    else:
        body = f"<ErrorResponse>{error}<RequestId>-</RequestId></ErrorResponse>"
    return status, {"Content-Type": "text/xml"}, body.encode()


@lru_cache(maxsize=64)
def _protocol(service: str) -> str:
    """Return the service's protocol; "" if AWS has no service of this name."""
    try:
        return botocore.session.get_session().get_service_model(service).resolved_protocol
    except (UnknownServiceError, DataNotFoundError):
        return ""

"""Snapshots of calls as plain data for a picture: what was asked, what came back, and the HTTP of it on request."""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from helpers.aws_rules.common import cbor
from helpers.aws_rules.common.reading import Unreadable
from helpers.backends.calls import Call, Exchange

# The headers that say something about the call. Others say how long it is or who made the client.
_SENT = ("Content-Type", "X-Amz-Target", "smithy-protocol")
_RETURNED = ("x-amzn-RequestId", "Content-Type")
_SIGNED = re.compile(r"(\S+) Credential=[^,]+/\d{8}(/[^,]+), ?SignedHeaders=([^,]+), ?Signature=")
_LONGEST_BODY = 1_500  # characters


def calls(made: Iterable[Call], wire: bool = False) -> list[dict[str, Any]]:
    """Return each call as plain data. wire: with the HTTP requests and responses, read from what the journal keeps."""
    return [
        {
            "at": f"{call.at:%H:%M:%S}",
            "operation": call.operation,
            "service": call.service,
            "region": call.region,
            "params": call.params,
            "failed": call.error_code is not None,
            "outcome": call.error_code or _result(call.operation, call.response or {}),
            "retries": call.retries,
            "requests": call.requests,
            "wire": [_exchange(one) for one in call.exchanges] if wire else [],
        }
        for call in made
    ]


def _result(operation: str, response: Mapping[str, Any]) -> str:
    """Return in words what a successful call returned."""
    if operation == "ReceiveMessage":
        count = len(response.get("Messages", []))
        return f"{count or 'no'} message{'s' * (count != 1)}"
    if "Successful" in response or "Failed" in response:
        failed = len(response.get("Failed", []))
        return f"{len(response.get('Successful', []))} ok" + (f", {failed} failed" if failed else "")
    return "ok"


def _exchange(made: Exchange) -> dict[str, Any]:
    """Return one request and its response as they were on the wire, without keys and signature.

    Its dates are by the cloud's clock; botocore signs with the computer's, by which no output would repeat.
    """
    url = urlsplit(made.request.url)
    sent = [("Host", url.netloc), *_chosen(_SENT, made.headers)]
    if signed := _SIGNED.match(made.headers.get("authorization", "")):
        scheme, scope, names = signed.groups()
        scope = f"Credential=…/{made.at:%Y%m%d}{scope}"
        sent.append(("X-Amz-Date", f"{made.at:%Y%m%dT%H%M%SZ}"))
        sent.append(("Authorization", f"{scheme} {scope}, SignedHeaders={names}, Signature=…"))
    return {
        "request": f"POST {url.path or '/'} HTTP/1.1",  # every operation of these services is a POST
        "headers": sent,
        "body": _body(made.body, made.headers.get("content-type", "")),
        "response": f"HTTP/1.1 {_status(made.status)}" if made.status else "",
        "reply_headers": _chosen(_RETURNED, made.reply_headers),
        "reply": _body(made.reply, made.reply_headers.get("content-type", "")),
        "error": made.error,
    }


def _chosen(names: Iterable[str], headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, headers[name.lower()]) for name in names if name.lower() in headers]


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # one that HTTP doesn't name
        return str(status)


def _body(content: bytes, kind: str) -> str:
    """Return a body as people read it: JSON, CBOR and XML indented, a form decoded with a field on each line."""
    text = content.decode(errors="replace")
    if "cbor" in kind:
        with suppress(Unreadable):  # what is no CBOR is shown as it is
            text = json.dumps(cbor.value(content), indent=2, ensure_ascii=False, default=str)
    elif "form" in kind:
        text = "\n".join(f"{name}={value}" for name, value in parse_qsl(text, keep_blank_values=True))
    elif "xml" in kind:
        text = _indented(text)
    else:
        with suppress(ValueError):  # what is no JSON is shown as it is
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    more = len(text) - _LONGEST_BODY
    return text if more <= 0 else f"{text[:_LONGEST_BODY]}\n… and {more:,} more characters"


def _indented(xml: str) -> str:
    lines, depth = [], 0
    for line in re.sub(r">\s*<", ">\n<", xml.strip()).split("\n"):
        depth -= line.startswith("</")
        lines.append("  " * max(depth, 0) + line)
        depth += bool(re.match(r"<[^/?!][^>]*[^/]>$|<\w>$", line))
    return "\n".join(lines)

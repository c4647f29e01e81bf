"""One API call as the journal keeps it: the bytes on the wire, decoded only when somebody looks.

Decoding follows botocore's own service models, so operation, parameters and outcome read as boto3's documentation does.
"""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel, OperationNotFoundError, Shape
from botocore.parsers import create_parser

BILLED_PART = 64 * 1024  # bytes
_BRINGING = ("ReceiveMessage",)  # operations that carry messages in the response


@dataclass(frozen=True)
class Exchange:
    """One request and what came back. `status` is None where no answer came; `error` then says why."""

    service: str
    region: str
    invocation: str  # botocore's id of the call; the retries of one call share it
    headers: dict[str, str]
    body: bytes
    at: datetime  # by the cloud's clock
    seconds: float  # real ones
    status: int | None = None
    reply_headers: dict[str, str] = field(default_factory=dict)
    reply: bytes = b""
    error: str = ""


@dataclass(frozen=True)
class Call:
    """One call of an operation: one exchange, or several when boto3 had to try again."""

    exchanges: tuple[Exchange, ...]

    @property
    def service(self) -> str:
        """The service's name in boto3: "sqs", "sns"."""
        return self.exchanges[-1].service

    @property
    def region(self) -> str:
        """The region that the request was signed for."""
        return self.exchanges[-1].region

    @property
    def at(self) -> datetime:
        """When the call was first made, by the cloud's clock, in UTC."""
        return self.exchanges[0].at

    @property
    def seconds(self) -> float:
        """How long its exchanges took together, in real seconds."""
        return sum(exchange.seconds for exchange in self.exchanges)

    @property
    def retries(self) -> int:
        """How often boto3 tried again."""
        return len(self.exchanges) - 1

    @property
    def requests(self) -> int:
        """As how many requests the call counts on a bill: one for every 64 KiB of messages that it carried, each try.

        Source: the pricing pages of SQS and SNS.
        """
        entries = self.params.get("Entries") or self.params.get("PublishBatchRequestEntries") or [self.params]
        carried = entries if self.operation not in _BRINGING else (self.response or {}).get("Messages", [])
        size = sum(_size(message) for message in carried)
        return len(self.exchanges) * max(1, -(-size // BILLED_PART))

    @cached_property
    def operation(self) -> str:
        """The operation's name, as in "SendMessage"."""
        exchange = self.exchanges[-1]
        return operation(exchange.headers.get("x-amz-target", ""), exchange.body)

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters as boto3 takes them; {} for a request that is not of a known operation, or cannot be read."""
        exchange, model = self.exchanges[-1], _model(self.service, self.operation)
        if model is None:
            return {}
        try:
            if exchange.headers.get("x-amz-target"):
                params = _with_bytes(json.loads(exchange.body or b"{}"), model.input_shape)
            else:
                params = _unflatten(_form(exchange.body), model.input_shape, "")
        except ValueError:
            return {}
        return params if isinstance(params, dict) else {}

    @cached_property
    def _parsed(self) -> dict[str, Any]:
        last = self.exchanges[-1]
        if last.status is None:
            return {"Error": {"Code": last.error, "Message": last.error}}
        model = _model(self.service, self.operation)
        if model is None:
            return {"Error": {"Code": str(last.status)}} if last.status >= 400 else {}
        parser = create_parser(model.service_model.protocol)
        reply = {"status_code": last.status, "headers": last.reply_headers, "body": last.reply}
        return parser.parse(reply, model.output_shape)

    @property
    def response(self) -> dict[str, Any] | None:
        """What boto3 returned, without ResponseMetadata; None when the call failed."""
        if self.error_code is not None:
            return None
        return {key: value for key, value in self._parsed.items() if key != "ResponseMetadata"}

    @property
    def error_code(self) -> str | None:
        """The error's code as boto3 gives it in `e.response["Error"]["Code"]`; None when the call succeeded."""
        error = self._parsed.get("Error")
        return error.get("Code") if error else None


def _size(message: dict[str, Any]) -> int:
    """Return how many bytes a message's text and attributes are."""
    from helpers.aws_rules.common.message_contents import (
        size,  # brings moto along, which other clouds do without until now
    )

    text = message.get("MessageBody") or message.get("Message") or message.get("Body") or ""
    return size(text, message.get("MessageAttributes", {}))


def calls(entries: Iterable[Any]) -> list[Call]:
    """Return the calls of a journal's entries, in order; exchanges with one invocation id are one call."""
    grouped: dict[str, list[Exchange]] = {}
    exchanges = [entry for entry in entries if isinstance(entry, Exchange)]
    for number, exchange in enumerate(exchanges):
        grouped.setdefault(exchange.invocation or f"without an id {number}", []).append(exchange)
    return [Call(tuple(group)) for group in grouped.values()]


def operation(target: str, body: bytes) -> str:
    """Return the operation that a request asks for: in its X-Amz-Target (JSON protocol), else as Action in its body."""
    return target.rpartition(".")[2] or _form(body).get("Action", "?")


@lru_cache
def _model(service: str, operation: str) -> OperationModel | None:
    """Return botocore's model; None for what it does not know, or what does not name its operation, as S3's calls."""
    try:
        return _session().get_service_model(service).operation_model(operation)
    except (UnknownServiceError, OperationNotFoundError):
        return None


@lru_cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def _form(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def _with_bytes(value: Any, shape: Shape | None) -> Any:
    """Return the value of a JSON request with its binary parts as bytes."""
    kind = shape.type_name if shape else ""
    if kind == "structure" and isinstance(value, dict):
        return {name: _with_bytes(item, shape.members.get(name)) for name, item in value.items()}
    if kind == "map" and isinstance(value, dict):
        return {name: _with_bytes(item, shape.value) for name, item in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_with_bytes(item, shape.member) for item in value]
    return base64.b64decode(value) if kind == "blob" and isinstance(value, str) else value


def _unflatten(flat: dict[str, str], shape: Shape | None, prefix: str) -> Any:
    """Return the value at this prefix of a query-protocol request, or None when nothing is there."""
    below = {key: value for key, value in flat.items() if key == prefix or key.startswith(prefix + ".") or not prefix}
    if shape is None or not below:
        return None
    join = f"{prefix}." if prefix else ""
    if shape.type_name == "structure":
        members = {
            name: _unflatten(below, member, join + member.serialization.get("name", name))
            for name, member in shape.members.items()
        }
        return {name: value for name, value in members.items() if value is not None}
    if shape.type_name == "list":
        item = "" if shape.serialization.get("flattened") else shape.member.serialization.get("name", "member") + "."
        values = (_unflatten(below, shape.member, f"{join}{item}{n}") for n in range(1, len(below) + 1))
        return [value for value in values if value is not None]
    if shape.type_name == "map":
        entry = join if shape.serialization.get("flattened") else f"{join}entry."
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")
        return {
            below[f"{entry}{n}.{key_name}"]: _unflatten(below, shape.value, f"{entry}{n}.{value_name}")
            for n in range(1, len(below) + 1)
            if f"{entry}{n}.{key_name}" in below
        }
    text = below.get(prefix)
    if text is None or shape.type_name == "string":
        return text
    if shape.type_name == "boolean":
        return text == "true"
    if shape.type_name == "blob":
        return base64.b64decode(text)
    return int(text) if shape.type_name in ("integer", "long") else text

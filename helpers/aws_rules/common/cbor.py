"""CBOR, in which other SDKs than boto3 speak to CloudWatch: botocore's own reader and writer, put to a server's use.

botocore reads responses and writes requests (Smithy's RPC v2 protocol). Here its parser reads requests, and its
serializer writes responses. Its methods that begin with an underscore are for subclasses.
"""

import struct
from functools import lru_cache
from typing import Any

from botocore.parsers import ResponseParserError, RpcV2CBORParser
from botocore.serialize import RpcV2CBORSerializer

from helpers.aws_rules.common import models
from helpers.aws_rules.common.reading import Unreadable

CONTENT_TYPE = "application/cbor"
HEADERS = {"smithy-protocol": "rpc-v2-cbor"}  # of every response
_MALFORMED = (
    *(ResponseParserError, ValueError, TypeError, AttributeError, KeyError, struct.error),
    *(ArithmeticError, RuntimeError, MemoryError, OSError),  # a length can be any number, and a value any depth
)


class _Reader(RpcV2CBORParser):
    def value(self, content: bytes) -> Any:
        """Return a value without a model of it."""
        return self._initial_body_parse(content)

    def parameters(self, content: bytes, shape: Any) -> Any:
        """Return a value of this shape."""
        return self._parse_shape(shape, self.value(content))


class _Writer(RpcV2CBORSerializer):
    def result(self, value: Any, shape: Any) -> bytes:
        """Return a value of this shape as bytes."""
        return self._serialize_body_params(value, shape)

    def texts(self, value: dict[str, str]) -> bytes:
        """Return a few texts by name as bytes."""
        content = bytearray(self._get_initial_byte(self.MAP_MAJOR_TYPE, len(value)))
        for text in (text for pair in value.items() for text in pair):
            self._serialize_type_string(content, text, None, None)
        return bytes(content)


@lru_cache
def _reader() -> _Reader:
    return _Reader()


@lru_cache
def _writer() -> _Writer:
    return _Writer()


def parameters(service: str, operation: str, body: bytes) -> dict[str, Any]:
    """Return a request's parameters as boto3 takes them, as far as their types allow; Unreadable if they don't."""
    model = models.operation_model(service, operation)
    if model is None:
        raise Unreadable(f"There is no operation {operation!r}.")
    if model.input_shape is None or not body:
        return {}
    try:
        found: dict[str, Any] = _reader().parameters(body, model.input_shape)
    except _MALFORMED:
        raise Unreadable("The request cannot be read.") from None
    return found


def value(body: bytes) -> Any:
    """Return what a body says, without a model of it; Unreadable if it's no CBOR."""
    try:
        return _reader().value(body) if body else None
    except _MALFORMED:
        raise Unreadable("This isn't CBOR.") from None


def result(service: str, operation: str, found: Any) -> bytes:
    """Return what an operation returned, as bytes; none for an operation that returns nothing."""
    model = models.operation_model(service, operation)
    shape = model.output_shape if model is not None else None
    return b"" if shape is None else _writer().result(found or {}, shape)


def error(name: str, message: str) -> bytes:
    """Return an error as bytes. name: of its shape, with the namespace."""
    return _writer().texts({"__type": name} | ({"message": message} if message else {}))

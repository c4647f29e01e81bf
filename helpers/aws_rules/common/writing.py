"""The results of operations as bytes, as botocore's model of the operation describes them.

A writer is made once for each operation and writes what moto's serializer does, byte for byte. Where a model has
something that the writers don't know (a timestamp in XML, the query protocol of SQS), moto's serializer writes it.
"""

import base64
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from botocore.model import OperationModel

from helpers.aws_rules.common import models

Writer = Callable[[Any], Any]
Written = tuple[int, str, str]  # status, content type, body


@lru_cache
def writer(service: str, operation: str, in_json: bool) -> Callable[[Any, str], Written] | None:
    """Return what writes a result of the operation, given the request's id too; None where moto's serializer has to."""
    model = models.operation_model(service, operation)
    if model is None or model.service_model.resolved_protocol != ("json" if in_json else "query"):
        return None
    try:
        return _in_json(model) if in_json else _in_query(model)
    except NotImplementedError:
        return None


def _name(shape: Any, default: str) -> str:
    return shape.serialization.get("name", default)


def _members(shape: Any, write: Callable[[Any], Writer]) -> list[tuple[str, str, Writer]]:
    if shape.is_document_type:
        raise NotImplementedError(shape.name)
    return [(name, _name(one, name), write(one)) for name, one in shape.members.items()]


# ---- JSON


def _in_json(model: OperationModel) -> Callable[[Any, str], Written]:
    write = _json(model.output_shape) if model.output_shape else lambda value: {}
    status = model.http.get("responseCode", 200)
    kind = f"application/x-amz-json-{model.service_model.metadata.get('jsonVersion', '1.0')}"

    def written(result: Any, request_id: str) -> Written:
        return status, kind, json.dumps(write(result or {}))

    return written


def _json(shape: Any) -> Writer:
    """Return what turns a value of this shape into what JSON can hold."""
    if shape.type_name == "structure":
        members = _members(shape, _json)

        def write(value: Any) -> Any:
            found = [(named, write_one, value.get(name)) for name, named, write_one in members]
            return {named: write_one(one) for named, write_one, one in found if one is not None}

        return write
    if shape.type_name in ("list", "map"):
        inner = shape.member if shape.type_name == "list" else shape.value
        if "name" in inner.serialization:
            raise NotImplementedError(shape.name)
        write_inner = _json(inner)
        if shape.type_name == "list":
            return lambda value: [write_inner(item) for item in value]
        return lambda value: {name: write_inner(item) for name, item in value.items()}
    return _scalar(shape, _IN_JSON)


def _scalar(shape: Any, known: dict[str, Writer]) -> Writer:
    if shape.type_name not in known:
        raise NotImplementedError(shape.type_name)
    return known[shape.type_name]


def _blob(value: str | bytes) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def _timestamp(value: float) -> float:
    """Return seconds since 1970 with milliseconds, if there are any."""
    seconds, rest = divmod(value, 1)
    milliseconds = int(rest * 1_000)
    return int(seconds) + milliseconds / 1_000 if milliseconds else int(seconds)


_IN_JSON: dict[str, Writer] = {
    "string": lambda value: value if value is None else str(value),
    "integer": int,
    "long": int,
    "boolean": lambda value: value,
    "blob": _blob,
    "double": float,
    "timestamp": _timestamp,
}


# ---- XML, in which the query protocol answers


def _in_query(model: OperationModel) -> Callable[[Any, str], Written]:
    name, shape, status = model.name, model.output_shape, model.http.get("responseCode", 200)
    namespace = model.metadata.get("xmlNamespace")
    begin = f'<{name}Response xmlns="{namespace}">' if namespace else f"<{name}Response>"
    write: Writer = lambda value: ""  # noqa: E731
    if shape is not None:
        wrapper, inner = shape.serialization.get("resultWrapper", f"{shape.name}Result"), _xml(shape)
        write = lambda value: _element(wrapper, inner(value))  # noqa: E731

    def written(result: Any, request_id: str) -> Written:
        about = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        return status, "text/xml", f"{begin}{write(result or {})}{about}</{name}Response>"

    return written


def error_in_query(namespace: str, is_the_senders: bool, code: str, message: str, request_id: str) -> str:
    """Return an error as the query protocol has it: type, code and message, and nothing else.

    moto: adds the error's members from the model, such as a second `message`, which strict clients refuse.
    """
    kind = "Sender" if is_the_senders else "Receiver"
    error = f"<Type>{kind}</Type>{_element('Code', _text(code))}{_element('Message', _text(message))}"
    about = f"<RequestId>{request_id}</RequestId>"
    return f'<ErrorResponse xmlns="{namespace}"><Error>{error}</Error>{about}</ErrorResponse>'


def _text(value: Any) -> str:
    """Return a text as XML has it. A parser would make a line feed of a plain carriage return."""
    return escape(str(value), {"\r": "&#xD;"})


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _xml(shape: Any) -> Writer:
    """Return what turns a value of this shape into the content of its element."""
    if not set(shape.serialization) <= {"name", "resultWrapper"}:
        raise NotImplementedError(shape.name)
    if shape.type_name == "structure":
        members = _members(shape, _xml)

        def write(value: Any) -> str:
            found = [(named, write_one, value.get(name)) for name, named, write_one in members]
            return "".join([_element(named, write_one(one)) for named, write_one, one in found if one is not None])

        return write
    if shape.type_name == "list":
        write_item, named = _xml(shape.member), _name(shape.member, "member")
        is_structure = shape.member.type_name == "structure"

        def write_list(value: Any) -> str:
            items = [write_item(item) for item in value]
            return "".join([_element(named, item) for item in items if item or not is_structure])

        return write_list
    if shape.type_name == "map":
        write_key, key_name = _xml(shape.key), _name(shape.key, "key")
        write_value, value_name = _xml(shape.value), _name(shape.value, "value")

        def write_map(value: Any) -> str:
            pairs = [(write_key(key), write_value(item)) for key, item in value.items() if item is not None]
            return "".join(
                [f"<entry>{_element(key_name, key)}{_element(value_name, item)}</entry>" for key, item in pairs]
            )

        return write_map
    return _scalar(shape, _IN_XML)


_IN_XML: dict[str, Writer] = {
    "string": _text,
    "integer": lambda value: str(int(value)),
    "long": lambda value: str(int(value)),
    "boolean": lambda value: "true" if str(value).lower() == "true" else "false",
    "blob": _blob,
}

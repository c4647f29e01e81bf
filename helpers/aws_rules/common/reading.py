"""The parameters of a request, read from its bytes as botocore's model of the operation describes them.

A reader is made once for each operation, and reads what every SDK sends. It accepts only what is plainly valid. What is
odd (a value of the wrong type, a missing parameter, the query protocol of SQS) is left to moto's parser, which is slow
and knows every case. moto is imported only then.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from botocore.model import Shape

from helpers.aws_rules.common import models

Reader = Callable[[Any], Any]
_YEAR_9999 = 253_370_764_800  # in seconds since 1970


class Unreadable(ValueError):
    """The request's body is not what the operation's model describes, or there is no such operation."""


class _Odd(Exception):
    """The value may be invalid: moto's parser decides."""


def fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form, as urllib.parse.parse_qsl reads them with blank values, but faster."""
    found = []
    for field in body.decode("utf-8", "replace").split("&"):
        if field:
            name, _, value = field.partition("=")
            found.append((_unquoted(name), _unquoted(value)))
    return found


_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")


def _unquoted(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if not text.isascii():
        return unquote(text)
    # A run of escapes at once: a long text in another alphabet than ours is nothing else.
    return _ESCAPES.sub(lambda run: bytes.fromhex(run[0].replace(b"%", b"").decode()), text.encode()).decode(
        "utf-8", "replace"
    )


def parameters(service: str, operation: str, body: bytes, form: dict[str, str] | None) -> tuple[dict[str, Any], bool]:
    """Return a request's parameters as boto3 takes them, and whether they are known to be valid.

    form: the fields of a request in the query protocol; None for one in JSON. Unreadable where nothing can be read.
    """
    try:
        read = _reader(service, operation, form is None)
        if read is not None:
            return read(json.loads(body.decode()) if form is None else _tree(form)), True
    except (_Odd, ValueError, RecursionError, OverflowError):
        pass
    return _leniently(service, operation, body, form), False


def _leniently(service: str, operation: str, body: bytes, form: dict[str, str] | None) -> dict[str, Any]:
    from moto.core.utils import get_service_model  # clouds other than the offline one do without moto

    if models.operation_model(service, operation) is None:
        raise Unreadable(f"There is no operation {operation!r}.")
    model = get_service_model(service).operation_model(operation)
    asked: Any = {"method": "POST", "values": form or {}, "headers": {}, "body": body or b"{}", "url_path": "/"}
    try:
        read = _moto_parser(form is None)(model).parse(asked | {"url_params": {}}) or {}
    except (ValueError, TypeError, AttributeError, KeyError, RuntimeError, ArithmeticError):  # 1e999 is infinite
        raise Unreadable("The request cannot be read.") from None
    return read


@lru_cache
def _moto_parser(in_json: bool) -> Any:
    """Return moto's parser, for forms one that takes time in proportion to their size.

    moto's own looks through all fields for each structure that there could be.
    """
    from moto.core.parse import PROTOCOL_PARSERS

    parser: Any = PROTOCOL_PARSERS["query"]

    class InLinearTime(parser):
        def _do_parse(self, request_dict: Any, shape: Any) -> Any:
            self._starts = {start for name in request_dict["values"] for start in _starts(name)}
            return super()._do_parse(request_dict, shape)

        def _gonna_recurse(self, query_params: Any, prefix: str) -> bool:
            return prefix != "" and prefix not in self._starts

    return PROTOCOL_PARSERS["json"] if in_json else InLinearTime


def _starts(name: str) -> Iterator[str]:
    """Yield a field's name, and what it begins with up to each of its first dots."""
    yield name
    end = -1
    for _ in range(_DEEPEST):
        end = name.find(".", end + 1)
        if end < 0:
            return
        yield name[:end]


@lru_cache
def _reader(service: str, operation: str, in_json: bool) -> Reader | None:
    """Return what reads the parameters of an operation; None where moto's parser has to."""
    model = models.operation_model(service, operation)
    if model is None or model.service_model.resolved_protocol != ("json" if in_json else "query"):
        return None
    if model.input_shape is None:
        return lambda value: {}
    try:
        return _json(model.input_shape) if in_json else _query_structure(model.input_shape, may_be_empty=True)
    except (NotImplementedError, RecursionError):
        return None


def _scalar(shape: Shape, text_of: dict[str, Reader]) -> Reader:
    """Return the reader of a shape that holds no others; a value below the model's minimum is odd."""
    read, least = text_of.get(shape.type_name), shape.metadata.get("min")
    if read is None or "default" in shape.metadata:
        raise NotImplementedError(shape.type_name)
    if not least:
        return read
    size = len if shape.type_name == "string" else int

    def read_at_least(value: Any) -> Any:
        found = read(value)
        if size(found) < least:
            raise _Odd
        return found

    return read_at_least


# ---- JSON


def _of_type(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _Odd
        return value

    return read


def _blob(value: Any) -> bytes:
    if type(value) is not str:
        raise _Odd
    return base64.b64decode(value)


def _double(value: Any) -> float:
    if type(value) not in (int, float):
        raise _Odd
    return float(value)


def _timestamp(value: Any) -> datetime:
    """Return the moment as moto's parser does: in UTC, without saying so."""
    if type(value) not in (int, float) or not 0 <= value < _YEAR_9999:
        raise _Odd
    return datetime.fromtimestamp(value, timezone.utc).replace(tzinfo=None)


_IN_JSON: dict[str, Reader] = {
    "string": _of_type(str),
    "integer": _of_type(int),
    "long": _of_type(int),
    "boolean": _of_type(bool),
    "blob": _blob,
    "double": _double,
    "timestamp": _timestamp,
}


def _json(shape: Any) -> Reader:
    """Return the reader of a shape in JSON."""
    if shape.type_name == "structure":
        return _json_structure(shape)
    if shape.type_name == "list":
        member, least = _json(shape.member), shape.metadata.get("min", 0)

        def read_list(value: Any) -> Any:
            if type(value) is not list or len(value) < least:
                raise _Odd
            return [member(item) for item in value]

        return read_list
    if shape.type_name == "map":
        key, item_of = _json(shape.key), _json(shape.value)

        def read_map(value: Any) -> Any:
            if type(value) is not dict:
                raise _Odd
            return {key(name): item_of(item) for name, item in value.items()}

        return read_map
    return _scalar(shape, _IN_JSON)


def _json_structure(shape: Any) -> Reader:
    if shape.is_document_type or shape.is_tagged_union:
        raise NotImplementedError(shape.name)
    members = {one.serialization.get("name", name): (name, _json(one)) for name, one in shape.members.items()}
    required = shape.metadata.get("required", [])

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise _Odd
        found = {}
        for sent, item in value.items():
            if sent in members and item is not None:
                name, read_member = members[sent]
                found[name] = read_member(item)
        for name in required:
            if name not in found:
                raise _Odd
        return found

    return read


# ---- The query protocol, whose fields make a tree: {"Tags.member.1.Key": "shop"} is {"Tags": {"member": {"1": ...}}}


_DEEPEST = 12  # steps of a field's path; models have at most 7, as PublishBatch has for an entry's attributes


def _tree(form: dict[str, str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in form.items():
        if "." not in path:
            if tree.setdefault(path, value) is not value:
                raise _Odd
            continue
        *steps, last = path.split(".", _DEEPEST)
        if "." in last:  # no operation has fields this deep, but a form can be all dots
            raise _Odd
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
            if type(node) is not dict:
                raise _Odd
        if node.setdefault(last, value) is not value:
            raise _Odd
    return tree


def _text(value: Any) -> str:
    if type(value) is not str:
        raise _Odd
    return value


def _number(value: Any) -> int:
    if type(value) is not str or not (value.isascii() and value.isdigit()):
        raise _Odd
    return int(value)


_IN_QUERY: dict[str, Reader] = {
    "string": _text,
    "integer": _number,
    "long": _number,
    "boolean": lambda value: _text(value).lower() == "true",
    "blob": _blob,
}


def _query(shape: Any) -> Reader:
    """Return the reader of a shape in the tree of a form."""
    if shape.serialization.get("flattened"):
        raise NotImplementedError(shape.name)
    if shape.type_name == "structure":
        return _query_structure(shape)
    if shape.type_name == "list":
        member, least = _query(shape.member), shape.metadata.get("min", 0)
        wrapper = shape.member.serialization.get("name", "member")

        def read_list(value: Any) -> Any:
            items = [] if value == "" else [member(item) for item in _numbered(value, wrapper)]  # "" is an empty list
            if len(items) < least:
                raise _Odd
            return items

        return read_list
    if shape.type_name == "map":
        key, item_of = _query(shape.key), _query(shape.value)
        key_name = shape.key.serialization.get("name", "key")
        value_name = shape.value.serialization.get("name", "value")

        def read_map(value: Any) -> Any:
            found = {}
            for entry in _numbered(value, "entry"):
                if type(entry) is not dict or key_name not in entry or value_name not in entry:
                    raise _Odd
                found[key(entry[key_name])] = item_of(entry[value_name])
            return found

        return read_map
    return _scalar(shape, _IN_QUERY)


def _numbered(node: Any, wrapper: str) -> list[Any]:
    """Return what is under 1, 2, 3, ... in the node's one child."""
    if type(node) is not dict or len(node) != 1 or type(node.get(wrapper)) is not dict:
        raise _Odd
    items = node[wrapper]
    found = [items[number] for number in map(str, range(1, len(items) + 1)) if number in items]
    if len(found) != len(items):
        raise _Odd
    return found


def _query_structure(shape: Any, may_be_empty: bool = False) -> Reader:
    if shape.is_document_type or shape.is_tagged_union:
        raise NotImplementedError(shape.name)
    members = [(name, one.serialization.get("name", name), _query(one)) for name, one in shape.members.items()]
    required = shape.metadata.get("required", [])

    def read(node: Any) -> Any:
        if type(node) is not dict:
            raise _Odd
        found = {name: read_member(node[sent]) for name, sent, read_member in members if sent in node}
        if not (found or may_be_empty):
            raise _Odd
        for name in required:
            if name not in found:
                raise _Odd
        return found

    return read

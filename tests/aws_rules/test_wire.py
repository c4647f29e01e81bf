"""What is read and written fast is what moto's parser and serializer read and write, for every operation."""

import json
import re
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from botocore.exceptions import ParamValidationError
from botocore.parsers import QueryParser
from botocore.serialize import create_serializer
from botocore.validate import validate_parameters
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from helpers.aws_rules import absent, dispatch
from helpers.aws_rules.common import models, reading, wire, writing
from helpers.aws_rules.common.reading import Unreadable
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import QUERY

OPERATIONS = [
    (service, name)
    for service in dispatch.OPERATIONS
    for name in models.service_model(service).operation_names
    if service != "cloudwatch" or (service, name) not in absent.OPERATIONS  # dozens, which are refused anyway
]
UNIONS = {"PutMetricAlarm"}  # operations whose parameters have a union, which moto's parser reads
TEXTS = ["", "order", "a b&c=d+e%", "<é 📦>\n\"'", "None", "true", "12"]
PIECES = ["a", "%", "%2", "%41", "%e9", "+", "&", "=", "é", "📦", "%F0%9F", "\x00", ".", "Action"]


def make(shape: Any, draw: Random, all_of_it: bool = False) -> Any:
    """Return a random value of the shape. all_of_it: whether required members are there and texts long enough."""
    kind = shape.type_name
    if kind == "structure" and shape.is_tagged_union:
        name = draw.choice(list(shape.members))
        return {name: make(shape.members[name], draw, all_of_it)}
    if kind == "structure":
        required = shape.required_members if all_of_it else ()
        return {
            name: make(member, draw, all_of_it)
            for name, member in shape.members.items()
            if name in required or draw.random() < 0.5
        }
    if kind == "list":
        least = shape.metadata.get("min", 0) if all_of_it else 0
        return [make(shape.member, draw, all_of_it) for _ in range(max(least, draw.randrange(3)))]
    if kind == "map":
        keys = [make(shape.key, draw, all_of_it) or "key" for _ in range(draw.randrange(3))]
        return {key: make(shape.value, draw, all_of_it) for key in keys}
    if kind in ("integer", "long"):
        return shape.metadata.get("min", 0) + draw.randrange(12)
    if kind == "boolean":
        return draw.random() < 0.5
    if kind == "blob":
        return bytes(draw.randrange(256) for _ in range(draw.randrange(4)))
    if kind == "double":
        return draw.choice([0.0, -1.5, 3.0, 1e300])
    if kind == "timestamp":
        return draw.choice([1_767_603_600.0, 1_767_603_600, 1_767_603_600.25])
    text = draw.choice(TEXTS)
    return text.ljust(shape.metadata.get("min", 0), "x") if all_of_it else text


def sent(service: str, name: str, params: dict[str, Any]) -> bytes:
    """Return the body that botocore sends for these parameters."""
    model = models.operation_model(service, name)
    body = create_serializer(models.protocol(service)).serialize_to_request(params, model)["body"]
    return urlencode(body).encode() if isinstance(body, dict) else body


def spoil(body: bytes, draw: Random) -> bytes:
    """Return the body with something in it that no SDK sends."""
    at = draw.randrange(len(body) + 1)
    other = draw.choice([b"", b"&", b"=", b"1", b"null", b"[", b"}", b".1", b'"x"', b"&Action=Other", b"true", b"\xff"])
    return body[:at] + other + body[at + draw.randrange(4) :]


def by_moto(service: str, name: str, body: bytes, form: dict[str, str] | None) -> tuple[Any, bool]:
    """Return the parameters that moto's parser reads, and whether botocore finds them valid; None for an error."""
    model = get_service_model(service).operation_model(name)
    asked: Any = {"values": form or {}, "headers": {}, "body": body or b"{}", "url_params": {}}
    try:
        params = PROTOCOL_PARSERS["json" if form is None else "query"](model).parse(asked) or {}
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return None, False
    try:
        if model.input_shape is not None:
            validate_parameters(params, model.input_shape)
    except ParamValidationError:
        return params, False
    return params, True


def compare(service: str, name: str, body: bytes, protocol: str) -> bool:
    """Assert that both readings are the same; return whether the fast one was enough."""
    form = dict(reading.fields(body)) if protocol == "query" else None
    params, valid = by_moto(service, name, body, form)
    try:
        found, known_valid = reading.parameters(service, name, body, form)
    except Unreadable:
        found, known_valid = None, False
    assert found == params, body
    assert valid or not known_valid, body
    return known_valid


@pytest.mark.parametrize("rounds", [5, pytest.param(30, marks=pytest.mark.full)])
@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_parameters_are_read_as_moto_reads_them(service: str, name: str, rounds: int) -> None:
    """What botocore sends is read fast, to the same parameters; so is what nobody sends, or moto's parser reads it."""
    draw = Random(f"{service} {name}")
    model, protocol = models.operation_model(service, name), models.protocol(service)
    for _ in range(rounds):
        params = make(model.input_shape, draw, all_of_it=True) if model.input_shape else {}
        body = sent(service, name, params)
        assert compare(service, name, body, protocol) or has_blank(params) or name in UNIONS
        for _ in range(6):
            compare(service, name, spoil(body, draw), protocol)


def has_blank(value: Any) -> bool:
    """Return whether a structure in it is empty, or a list too short: moto's parser decides what that means."""
    if isinstance(value, dict):
        return any(item == {} or has_blank(item) for item in value.values())
    return isinstance(value, list) and (not value or any(item == {} or has_blank(item) for item in value))


@pytest.mark.parametrize("name", ["SendMessage", "SendMessageBatch", "CreateQueue", "ReceiveMessage"])
def test_sqs_in_the_query_protocol_is_read_as_moto_reads_it(name: str) -> None:
    """Old SDKs speak it to `course serve`."""
    fields = {
        "Action": name,
        "QueueUrl": "x",
        "MessageBody": "a+b",
        "QueueName": "orders",
        "Attribute.1.Name": "DelaySeconds",
        "Attribute.1.Value": "5",
        "AttributeName.1": "All",
        "SendMessageBatchRequestEntry.1.Id": "1",
        "SendMessageBatchRequestEntry.1.MessageBody": "one",
    }
    assert not compare("sqs", name, urlencode(fields).encode(), "query")


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_results_are_written_as_moto_writes_them(service: str, name: str) -> None:
    """Status, content type and body are the same, byte for byte."""
    draw = Random(f"{service} {name}")
    protocol = models.protocol(service)
    write = writing.writer(service, name, protocol == "json")
    shape = models.operation_model(service, name).output_shape
    assert write is not None or "timestamp" in kinds(shape)
    for _ in range(40 if write else 0):
        result = make(shape, draw) if shape else {}
        serializer = get_serializer_class("" if service == "sqs" else service, protocol)
        context = SerializationContext("id")
        theirs = serializer(get_service_model(service).operation_model(name), context).serialize(result)
        # moto gives the content type of a service's first protocol.
        kind = "application/x-amz-json-1.0" if protocol == "json" else theirs["headers"]["Content-Type"]
        assert write(result, "id") == (theirs["status_code"], kind, theirs["body"])


def kinds(shape: Any) -> set[str]:
    """Return the types of the shape and of what it holds."""
    if shape is None:
        return set()
    inner = list(shape.members.values()) if shape.type_name == "structure" else []
    inner += [shape.member] if shape.type_name == "list" else []
    return {shape.type_name}.union(*map(kinds, inner))


def test_a_form_is_read_as_python_reads_it() -> None:
    """Fields, their order, escapes and what is no escape: as urllib.parse.parse_qsl with blank values."""
    draw = Random(1)
    for _ in range(3000):
        text = "".join(draw.choices(PIECES, k=draw.randrange(14)))
        body = text.encode() + (b"" if draw.random() < 0.8 else bytes([draw.randrange(256)]))
        expected = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        assert reading.fields(body) == expected, body


def test_parameters_stay_in_the_order_in_which_they_were_sent() -> None:
    """The journal shows them as the caller wrote them."""
    body = json.dumps({"MessageBody": "order", "DelaySeconds": 1, "QueueUrl": "x"}).encode()
    found, _ = reading.parameters("sqs", "SendMessage", body, None)
    assert list(found) == ["MessageBody", "DelaySeconds", "QueueUrl"]


@pytest.mark.parametrize(
    ("service", "protocol"), [("sqs", "json"), ("sqs", "query"), ("sns", "query"), ("sts", "query")]
)
@pytest.mark.parametrize(
    "code", ["AWS.SimpleQueueService.NonExistentQueue", "InvalidParameter", "NotFound", "AccessDenied", "Throttling"]
)
def test_errors_are_written_as_moto_writes_them(service: str, protocol: str, code: str) -> None:
    """But for the second message in XML, and SQS's unmodelled errors, which get AWS's names in JSON."""
    problem = Refused(code, "because of <this> & that")
    serializer = get_serializer_class(service, protocol)
    theirs = serializer(OperationModel({}, get_service_model(service)), SerializationContext("id")).serialize(problem)
    for _ in range(2):
        status, headers, body = wire.refusal(service, protocol, problem, "id")
        assert status == theirs["status_code"]
        assert headers.items() >= theirs["headers"].items()
        expected = re.sub("<message>.*</message>", "", theirs["body"])
        assert body.decode().replace("AccessDeniedException", "AccessDenied") == expected


@pytest.mark.parametrize("service", ["sqs", "sns", "sts"])
@pytest.mark.parametrize(
    ("code", "kind"), [("NotFound", "Sender"), ("NoModelHasIt", "Sender"), ("InternalError", "Receiver")]
)
def test_an_error_in_xml_has_type_code_and_message_and_nothing_else(service: str, code: str, kind: str) -> None:
    """As botocore parses it, with a text that has everything which XML escapes."""
    text = 'because of <this> & "that"\r\nand é'
    status, headers, body = wire.refusal(service, QUERY, Refused(code, text, 500 if kind == "Receiver" else None), "id")
    found = QueryParser().parse({"status_code": status, "headers": headers, "body": body}, None)
    assert found["Error"] == {"Type": kind, "Code": code, "Message": text}
    assert set(found) == {"Error", "ResponseMetadata"}
    assert found["ResponseMetadata"]["RequestId"] == "id"

"""boto3's clients for a check's own calls, without the wire: nothing is written, signed, sent or parsed.

A direct client is boto3's client, with its methods, paginators and exceptions. Its calls run the operation in the
check's private cloud and return what boto3 would have returned, at a fraction of the cost. An answer's calls always
take the whole way through boto3, since what an answer sends is part of what is checked.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import boto3
from botocore.awsrequest import HeadersDict
from botocore.config import Config
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from helpers.aws_rules import dispatch
from helpers.aws_rules.common import wire
from helpers.aws_rules.common.message_contents import FORBIDDEN
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.regions import host as aws_host
from helpers.aws_rules.common.regions import regions
from helpers.aws_rules.common.request import Request
from helpers.backends.offline.offline_cloud import caller
from helpers.simulation import worlds

_validator = ParamValidator()
_CONTENT_TYPES = {"json": "application/x-amz-json-1.0", "query": "text/xml"}


@lru_cache
def direct_client(service: str, region: str, profile: str) -> Any:
    """Return a client whose calls go straight into the private cloud that the calling thread is in.

    It is kept and shared by all checks. profile: of the course's profiles, which decides the account.
    """
    keys = {"aws_access_key_id": f"OFFLINE{profile.upper()}", "aws_secret_access_key": "-"}
    # The user agent is for calls that do go through botocore, which would put its own together for each of them.
    client = _session().client(service, region_name=region, **keys, config=Config(user_agent="check"))
    client.access_key = keys["aws_access_key_id"]
    _notice_handlers(client)
    return client


@lru_cache
def _session() -> boto3.Session:
    """Return the session of all checks, which is kept because a new one takes 0.1 s."""
    session = boto3.Session(aws_access_key_id="OFFLINESHOP", aws_secret_access_key="-", region_name="us-east-1")
    # boto3's own way to add to its client classes.
    session.events.register("creating-client-class", lambda base_classes, **_: base_classes.insert(0, DirectCalls))
    return session


def _notice_handlers(client: Any) -> None:
    """Let the client call through botocore as soon as an event handler is registered: direct calls emit no events."""
    events = client.meta.events

    def noticing(plain: Callable[..., Any]) -> Callable[..., Any]:
        def register(*args: Any, **kwargs: Any) -> Any:
            client.emits_events = True
            return plain(*args, **kwargs)

        return register

    for name in ("register", "register_first", "register_last"):
        setattr(events, name, noticing(getattr(events, name)))


class DirectCalls:
    """A base class for boto3's clients, whose calls run the operation and return its result.

    Whatever is out of the ordinary goes through botocore after all: parameters that botocore rejects or rewrites,
    operations that take or return timestamps, a cloud that throttles, a client with event handlers.
    """

    access_key = ""
    emits_events = False
    meta: Any
    exceptions: Any
    _service_model: Any

    def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
        model = self._service_model.operation_model(operation_name)
        request = self._request(model, api_params)
        if request is None:
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
        request_id = request.account.new_id()  # drawn as for any request, so that all ids are those of any client
        try:
            result = dispatch.run(request)
        except Refused as problem:
            raise self._error(model, problem, request_id) from None
        protocol = model.service_model.resolved_protocol
        parsed = {} if model.output_shape is None else _received(result, model.output_shape, protocol == "query")
        headers = {"content-type": _CONTENT_TYPES[protocol], "x-amzn-requestid": request_id}
        metadata = {"RequestId": request_id, "HTTPStatusCode": 200, "HTTPHeaders": headers, "RetryAttempts": 0}
        return parsed | {"ResponseMetadata": metadata}

    def _request(self, model: OperationModel, params: Any) -> Request | None:
        """Return the request as the rules take it; None when this call has to go through botocore."""
        world, service, region = worlds.current(), model.service_model.service_name, self.meta.region_name
        if world is None or world.accounts is None or world.around is not None or not world.open:
            return None
        if self.emits_events or world.journal.records():  # what the journal records is the answer's
            return None
        if service not in dispatch.OPERATIONS or region not in regions() or _has_timestamp(model.output_shape):
            return None
        account, identity = caller(world.accounts, self.access_key, region)
        if account.unkindness.throttling or account.unkindness.errors:  # boto3 tries again
            return None
        shape, query = model.input_shape, model.service_model.resolved_protocol == "query"
        if shape is not None and _validator.validate(params, shape).has_errors():
            return None
        members = {} if shape is None else shape.members
        try:
            sent = {name: _sent(params[name], part, query) for name, part in members.items() if name in params}
        except _OutOfTheOrdinary:
            return None
        host = f"https://{aws_host(service, region)}"
        return Request(service, model.name, sent, account, region, host, identity)

    def _error(self, model: OperationModel, problem: Refused, request_id: str) -> Exception:
        """Return the exception that boto3 raises for this refusal."""
        service_model, protocol = model.service_model, model.service_model.resolved_protocol
        status, headers, body = wire.refusal(service_model.service_name, protocol, problem, request_id)
        reply = {"status_code": status, "headers": HeadersDict(headers), "body": body}
        parser = create_parser(protocol)
        parsed = parser.parse(reply, model.output_shape)
        error = parsed["Error"]
        if shape := service_model.shape_for_error_code(error["Code"]):
            parsed.update(parser.parse(reply, shape))
        parsed["ResponseMetadata"]["RetryAttempts"] = 0
        # Only of SQS botocore finds the exception by the name that the error has in JSON.
        name = "QueryErrorCode" if service_model.service_name == "sqs" else "Code"
        return self.exceptions.from_code(error.get(name, error["Code"]))(parsed, model.name)


class _OutOfTheOrdinary(Exception):
    """A parameter that would not come out of a request as it was put into it."""


def _sent(value: Any, shape: Shape, query: bool) -> Any:
    """Return a parameter as it is after it was sent: a copy, of plain values.

    query: whether it's sent in the query protocol, which has no empty lists and structures.
    """
    kind = shape.type_name
    if kind == "string" and type(value) is str:
        if not value.isascii() and not _is_unicode(value):
            raise _OutOfTheOrdinary
        return value
    if kind == "structure":
        made = {name: _sent(value[name], member, query) for name, member in shape.members.items() if name in value}
    elif kind == "map":
        made = {_sent(key, shape.key, query): _sent(item, shape.value, query) for key, item in value.items()}
    elif kind == "list":
        made = [_sent(item, shape.member, query) for item in value]  # type: ignore[assignment]
    elif kind == "blob" and isinstance(value, (bytes, bytearray, str)):
        return value.encode() if isinstance(value, str) else bytes(value)
    elif (kind in ("integer", "long") and type(value) is int) or (kind == "boolean" and type(value) is bool):
        return value
    else:
        raise _OutOfTheOrdinary
    if query and not made:
        raise _OutOfTheOrdinary
    return made


def _is_unicode(text: str) -> bool:
    """Return whether the text can be sent as UTF-8: it has no half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _received(value: Any, shape: Shape, query: bool) -> Any:
    """Return a result as boto3's parsers return it, with only what botocore's model knows.

    query: whether it would be sent as XML, which does not have every character.
    """
    kind = shape.type_name
    if kind == "structure":
        members = shape.members.items()
        return {name: _received(value[name], part, query) for name, part in members if value.get(name) is not None}
    if kind == "map":
        return {_received(key, shape.key, query): _received(item, shape.value, query) for key, item in value.items()}
    if kind == "list":
        return [_received(item, shape.member, query) for item in value]
    if kind in ("integer", "long"):
        return int(value)
    if kind == "string":
        return _of_xml(str(value)) if query else str(value)
    return value


def _of_xml(text: str) -> str:
    """Return a text as it comes out of XML."""
    if text.isprintable() and text.isascii():
        return text
    return FORBIDDEN.sub("\ufffd", text).encode(errors="replace").decode()


@lru_cache
def _has_timestamp(shape: Shape | None) -> bool:
    """Return whether a result of this shape can have a point in time in it, which has several forms on the wire."""
    if shape is None:
        return False
    parts = {
        "structure": lambda: shape.members.values(),
        "list": lambda: [shape.member],
        "map": lambda: [shape.value],
    }.get(shape.type_name, list)()
    return shape.type_name == "timestamp" or any(map(_has_timestamp, parts))

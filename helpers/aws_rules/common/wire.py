"""What goes over the wire: a request's parameters as its operation takes them, and results and refusals as bytes.

`reading` and `writing` do what every SDK asks for. Errors in JSON, and what those two leave out, moto's serializers
write.
"""

import json
import warnings
from functools import lru_cache
from typing import Any

from botocore.exceptions import ParamValidationError, UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.validate import validate_parameters
from moto.core.errors import ErrorShape, get_error_model
from moto.core.exceptions import ServiceException as ServiceException
from moto.core.model import OperationModel
from moto.core.serialize import ResponseSerializer, SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from helpers.aws_rules.common import cbor, constraints, json_types, missing_parameters, models, writing
from helpers.aws_rules.common.message_contents import FORBIDDEN
from helpers.aws_rules.common.reading import Unreadable
from helpers.aws_rules.common.refusals import Refused
from helpers.aws_rules.common.request import CBOR, JSON, QUERY, Request

# SQS's errors that botocore has no model of, by the name that AWS gives their shapes in the JSON protocol.
_UNMODELLED = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
}
# How botocore's reports begin about what its models say of a value, but for its type.
_OF_THE_MODEL = ("Missing required parameter", "Invalid length", "Invalid value for parameter")
# moto warns on stderr that botocore has no model of such an error. AWS sends it all the same.
warnings.filterwarnings("ignore", r"Exception\(Refused\) with code")
Response = tuple[int, dict[str, str], bytes]


@lru_cache
def _operation_model(service: str, name: str) -> OperationModel | None:
    try:
        return get_service_model(service).operation_model(name)
    except (OperationNotFoundError, UnknownServiceError):
        return None


def check_operation(request: Request) -> None:
    """Refuse a request for an operation that its service doesn't have, and a form that has a field twice.

    Source for the second: the common errors in both API references.
    """
    if request.repeats_a_field:
        raise Refused("InvalidQueryParameter", "The AWS query string is malformed or does not adhere to AWS standards.")
    if models.operation_model(request.service, request.operation) is None:
        raise _no_such_operation(request)


def _no_such_operation(request: Request) -> Refused:
    """Return the error for an operation that AWS doesn't have either.

    Source: ex-aws/ex_aws pull request 177 (SNS) and awslabs/aws-sdk-rust issue 957 (SQS in JSON), AWS's answers.
    """
    if request.protocol != QUERY:
        return Refused("UnknownOperationException", "")
    if request.service == "sqs" or not request.operation:
        text = f"The action {request.operation or '(none)'} is not valid for this web service."
        return Refused("InvalidAction", text)
    version = request.form.get("Version", "NO_VERSION_SPECIFIED")
    return Refused("InvalidAction", f"Could not find operation {request.operation} for version {version}")


def check_parameters(request: Request) -> None:
    """Refuse a request whose parameters are not what the operation's model describes."""
    shape = _operation_model(request.service, request.operation).input_shape  # type: ignore[union-attr]
    try:
        params = request.params
        if shape is not None and not request.is_valid:
            if request.protocol == JSON:
                json_types.check(shape, request.body)
            validate_parameters(params, shape)
    except Unreadable:
        if shape is not None and request.protocol == JSON:
            json_types.check(shape, request.body)
        raise _malformed(request, "The request cannot be read.") from None
    except ParamValidationError as problem:
        raise _malformed(request, str(problem.kwargs["report"])) from None


def _malformed(request: Request, report: str) -> Refused:
    if "Missing required parameter" in report and request.service == "cloudwatch":
        return missing_parameters.of_cloudwatch(report)
    if "Missing required parameter" in report and request.service != "sts":
        if request.service == "sns" and request.protocol == QUERY:
            shape = _operation_model(request.service, request.operation).input_shape  # type: ignore[union-attr]
            return missing_parameters.of_sns(shape, report, request.params)
        name = report.partition('"')[2].partition('"')[0]
        code = "MissingParameter" if request.service == "sqs" else "ValidationError"
        return Refused(code, f"The request must contain the parameter {name}.")
    if request.service != "sqs" and report.startswith(_OF_THE_MODEL):
        shape = _operation_model(request.service, request.operation).input_shape  # type: ignore[union-attr]
        if violated := constraints.violated(shape, request.params):
            return violated
    # What botocore says of the value itself may be a place in this process's memory.
    code = "MalformedInput" if request.protocol == QUERY else "SerializationException"
    return Refused(code, report.partition(", value")[0])


def result(request: Request, found: Any, request_id: str) -> Response:
    """Return the response that carries what an operation returned."""
    if request.protocol == CBOR:
        return _in_cbor(200, cbor.result(request.service, request.operation, found), {}, request_id)
    write = writing.writer(request.service, request.operation, request.protocol == JSON)
    if write is None:
        return _by_moto(request.service, request.operation, request.protocol, found, request_id)
    status, kind, text = write(found, request_id)
    return _response(status, {"Content-Type": kind}, text, request.protocol, request_id)


def refusal(service: str, protocol: str, problem: Refused, request_id: str) -> Response:
    """Return the response that refuses a request."""
    if protocol == QUERY:
        shape = _error_shape(service, problem.code)
        about = shape.metadata.get("error", {})
        status = problem.status or about.get("httpStatusCode", 400)
        message = about.get("messageForQueryCompatibility", problem.message)
        namespace = get_service_model(service).metadata["xmlNamespace"]
        text = writing.error_in_query(namespace, status < 500, shape.error_code, message, request_id)
        return _response(status, {"Content-Type": "text/xml"}, text, protocol, request_id)
    if protocol == CBOR:
        return _refusal_in_cbor(service, problem, request_id)
    if not problem.message:
        text = json.dumps({"__type": f"com.amazon.coral.service#{problem.code}"})
        return _response(400, {"Content-Type": "application/x-amz-json-1.0"}, text, protocol, request_id)
    status, headers, content = _by_moto(service, "", protocol, problem, request_id)
    return problem.status or status, headers | {"Content-Type": "application/x-amz-json-1.0"}, content


def _refusal_in_cbor(service: str, problem: Refused, request_id: str) -> Response:
    shape, model = _error_shape(service, problem.code), get_service_model(service)
    status = problem.status or shape.metadata.get("error", {}).get("httpStatusCode", 400)
    content = cbor.error(f"{model.metadata.get('targetPrefix', service)}#{shape.name}", problem.message)
    fault = "Sender" if status < 500 else "Receiver"
    return _in_cbor(status, content, {"x-amzn-query-error": f"{shape.error_code};{fault}"}, request_id)


def _in_cbor(status: int, content: bytes, headers: dict[str, str], request_id: str) -> Response:
    about = {"x-amzn-RequestId": request_id, "Content-Length": str(len(content))}
    kind = {"Content-Type": cbor.CONTENT_TYPE} if content else {}
    return status, cbor.HEADERS | kind | headers | about, content


def _by_moto(service: str, operation: str, protocol: str, found: Any, request_id: str) -> Response:
    model = _operation_model(service, operation) or OperationModel({}, get_service_model(service))
    written = _serializer(service, protocol)(model, SerializationContext(request_id)).serialize(found)
    text = str(written["body"])
    if service == "sqs" and isinstance(found, Refused) and (shape := _UNMODELLED.get(found.code)):
        text = text.replace(f"#{found.code}", f"#{shape}")
    return _response(written["status_code"], dict(written["headers"]), text, protocol, request_id)


@lru_cache
def _serializer(service: str, protocol: str) -> type[ResponseSerializer]:
    """Return moto's serializer, which here doesn't search all errors of the service for each one that it writes."""

    class Serializer(get_serializer_class(service, protocol)):  # type: ignore[misc]
        def _serialize_error(self, resp: Any, error: Any) -> Any:
            shape, serialized = _error_shape(service, error.code), self.MAP_TYPE()
            self._serialize_error_metadata(serialized, error, shape)
            return self._serialized_error_to_response(resp, error, shape, serialized)

    return Serializer


@lru_cache
def _error_shape(service: str, code: str) -> ErrorShape:
    return get_error_model(Refused(code, ""), get_service_model(service))


def _response(status: int, headers: dict[str, str], text: str, protocol: str, request_id: str) -> Response:
    if protocol == QUERY:
        text = FORBIDDEN.sub("\ufffd", text)
    content = text.encode("utf-8", errors="replace")
    return status, headers | {"x-amzn-RequestId": request_id, "Content-Length": str(len(content))}, content

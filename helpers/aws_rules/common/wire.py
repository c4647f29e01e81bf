"""Bytes to requests and results to bytes, in the protocols that SQS and SNS speak.

moto's parsers and serializers do the work, from botocore's models of the services.
"""

import warnings
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import ParamValidationError, UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.validate import validate_parameters
from moto.core.exceptions import ServiceException as ServiceException
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from helpers.aws_rules.common import missing_parameters
from helpers.aws_rules.common.message_contents import FORBIDDEN
from helpers.aws_rules.common.refusals import Refused

# SQS's errors that botocore has no model of, by the name that AWS gives their shapes in the JSON protocol.
_UNMODELLED = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
    "AccessDenied": "AccessDeniedException",
}
# moto says on stderr that botocore has no model of such an error; AWS sends it all the same.
warnings.filterwarnings("ignore", r"Exception\(Refused\) with code")
JSON, QUERY = "json", "query"
Response = tuple[int, dict[str, str], bytes]


@lru_cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of the service, as moto reads it."""
    return get_service_model(service)


def protocol(headers: dict[str, str]) -> str:
    """Return which protocol the request is written in: JSON names its operation in a header, query in its body."""
    return JSON if "x-amz-target" in headers else QUERY


def operation(headers: dict[str, str], body: bytes) -> str:
    """Return the operation that is asked for; "" when the request names none."""
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    return dict(parse_qsl(_text(body))).get("Action", "")


@lru_cache
def operation_model(service: str, name: str) -> OperationModel:
    """Return the model of an operation; Refused when the service has none of this name."""
    try:
        return service_model(service).operation_model(name)
    except (OperationNotFoundError, UnknownServiceError):
        raise Refused("InvalidAction", f"The action {name or '(none)'} is not valid for this web service.") from None


def parameters(model: OperationModel, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the request's parameters as boto3 takes them; Refused when they are not what the model describes."""
    written = protocol(headers)
    values = dict(parse_qsl(_text(body), keep_blank_values=True)) if written == QUERY else {}
    asked = {"method": "POST", "values": values, "headers": headers, "body": body or b"{}", "url_path": "/"}
    try:
        params = PROTOCOL_PARSERS[written](model).parse(asked | {"url_params": {}}) or {}
        if model.input_shape is not None:
            validate_parameters(params, model.input_shape)
    except ParamValidationError as problem:
        raise _malformed(model, written, str(problem.kwargs["report"])) from None
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise _malformed(model, written, "The request cannot be read.") from None
    return params


def _malformed(model: OperationModel, written: str, report: str) -> Refused:
    if "Missing required parameter" in report:
        if model.service_model.service_name == "sns" and written == QUERY:
            return missing_parameters.of_sns(model.input_shape, report)
        name = report.partition('"')[2].partition('"')[0]
        code = "MissingParameter" if model.service_model.service_name == "sqs" else "ValidationError"
        return Refused(code, f"The request must contain the parameter {name}.")
    # What botocore says of the value itself may be a place in this process's memory.
    return Refused("SerializationException" if written == JSON else "MalformedInput", report.partition(", value")[0])


def reply(
    model: OperationModel | None, service: str, headers: dict[str, str], result: Any, request_id: str
) -> Response:
    """Return the response's status, headers and body for a result or a Refused."""
    model = model or OperationModel({}, service_model(service))
    serializer = get_serializer_class(service, protocol(headers))
    written = serializer(model, SerializationContext(request_id)).serialize(result)
    status, named, text = written["status_code"], dict(written["headers"]), str(written["body"])
    if isinstance(result, Refused):
        status = result.status or status
        if shape := _UNMODELLED.get(result.code):
            text = text.replace(f"#{result.code}", f"#{shape}")
    if protocol(headers) == QUERY:
        text = FORBIDDEN.sub("\ufffd", text)
    content = text.encode("utf-8", errors="replace")
    fixed = {"x-amzn-RequestId": request_id, "Content-Length": str(len(content))}
    return status, named | fixed, content


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")

"""The errors with which rules refuse requests, in AWS's own codes and words."""

from moto.core.exceptions import ServiceException


class Refused(ServiceException):
    """An error that AWS answers with, and that boto3 raises as ClientError.

    code: as in `e.response["Error"]["Code"]`. status: the HTTP status; None for the one in botocore's model, or 400.
    """

    def __init__(self, code: str, message: str, status: int | None = None):
        super().__init__(code, message)
        self.status = status


def no_such_queue(more: str = "") -> Refused:
    """Return the error for a queue that does not exist. more: another possible reason, added to the text."""
    return Refused("AWS.SimpleQueueService.NonExistentQueue", f"The specified queue does not exist{more}.")


def invalid_value(value: object, parameter: str, reason: str) -> Refused:
    """Return SQS's error for a parameter's value."""
    text = f"Value {value} for parameter {parameter} is invalid. Reason: {reason}"
    return Refused("InvalidParameterValue", text)


def missing(parameter: str) -> Refused:
    """Return SQS's error for a missing parameter."""
    return Refused("MissingParameter", f"The request must contain the parameter {parameter}.")


def invalid(parameter: str) -> Refused:
    """Return SNS's error for a parameter: its name, with a reason where SNS gives one."""
    return Refused("InvalidParameter", f"Invalid parameter: {parameter}")


def violations(*texts: str) -> Refused:
    """Return SNS's error for constraints of its model that a request violates, each with its text."""
    start = f"{len(texts)} validation error{'s' if len(texts) > 1 else ''} detected: "
    return Refused("ValidationError", start + "; ".join(texts))

"""How a rule refuses a request: with AWS's own code and words."""

from moto.core.exceptions import ServiceException


class Refused(ServiceException):
    """An error that AWS answers with; boto3 raises it as ClientError.

    code: as `e.response["Error"]["Code"]` gives it. status: of HTTP; None takes the one in botocore's model, else 400.
    """

    def __init__(self, code: str, message: str, status: int | None = None):
        super().__init__(code, message)
        self.status = status


def no_such_queue(more: str = "") -> Refused:
    """Return the error for a queue that does not exist. more: what else may be the case."""
    return Refused("AWS.SimpleQueueService.NonExistentQueue", f"The specified queue does not exist{more}.")


def invalid_value(value: object, parameter: str, reason: str) -> Refused:
    """Return SQS's error for a parameter's value."""
    text = f"Value {value} for parameter {parameter} is invalid. Reason: {reason}"
    return Refused("InvalidParameterValue", text)


def missing(parameter: str) -> Refused:
    """Return SQS's error for a parameter that is not there."""
    return Refused("MissingParameter", f"The request must contain the parameter {parameter}.")


def invalid(parameter: str) -> Refused:
    """Return SNS's error for a parameter: its name, with a reason where SNS gives one."""
    return Refused("InvalidParameter", f"Invalid parameter: {parameter}")

"""ARNs, and SNS's errors for texts that aren't any.

AWS: an ARN has at least six elements between colons, and that of a platform application or endpoint has a fixed number
of slashes. SNS complains about a wrong ARN before it complains about a missing map or list. Source: recorded answers.
moto: takes any text for an ARN.
"""

from helpers.aws_rules.common.refusals import invalid

_SLASHES = {"PlatformApplicationArn": 2, "EndpointArn": 3}


def check(arn: str, parameter: str, like: str = "") -> None:
    """Raise Refused if this isn't an ARN. parameter: where it's from. like: another parameter of the same form."""
    elements = arn.split(":", 5)
    if len(elements) < 6:
        raise invalid(f"{parameter} Reason: An ARN must have at least 6 elements, not {len(elements)}")
    slashes = _SLASHES.get(like or parameter)
    if slashes is not None and elements[5].count("/") != slashes:
        raise invalid(f"{parameter} Reason: Wrong number of slashes in relative portion of the ARN.")

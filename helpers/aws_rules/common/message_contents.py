"""What a message can contain, in queues and topics: its characters, attributes, ids, and size in bytes.

AWS: the size is in bytes of UTF-8 and includes the names, types and values of the message attributes. A message has up
to ten of them, of type String, Number or Binary, which can have a custom label behind a dot. A name has the letters A-Z
and a-z, digits and _ - . only; a number has up to 38 digits and is between 10^-128 and 10^126. Source: SQS API
reference, SendMessage and MessageAttributeValue; SQS developer guide, "Message quotas" and "Message metadata"; recorded
answers; the local-aws-sqs project for texts that are recorded nowhere else.
moto: counts nothing but the characters of the body, and accepts control characters, empty values and any number of
message attributes.
"""

import re
from typing import Any

from helpers.aws_rules.common.refusals import Refused, invalid_value

# Characters that XML 1.0 can't represent.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,256}")
_ID = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
_NUMBER = re.compile(r"[+-]?(?=\.?[0-9])([0-9]*)\.?([0-9]*)(?:[eE]([+-]?)(?=[0-9])0*([0-9]*))?")
_MOST_ATTRIBUTES = 10
_MOST_DIGITS, _LOWEST_POWER, _HIGHEST_POWER = 38, -128, 126


def size(body: str, attributes: dict[str, Any]) -> int:
    """Return the size in bytes of the body and the message attributes: their names, types and values."""
    total = _bytes(body)
    for name, value in attributes.items():
        content = value.get("StringValue") if "StringValue" in value else value.get("BinaryValue", b"")
        total += sum(map(_bytes, (name, value.get("DataType", ""), content)))
    return total


def _bytes(content: str | bytes) -> int:
    return len(content.encode("utf-8", errors="surrogatepass") if isinstance(content, str) else content)


def check_characters(text: str) -> None:
    """Raise Refused if the text has characters that XML doesn't allow."""
    if FORBIDDEN.search(text):
        raise Refused(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to "
            "#xFFFD | #x10000 to #x10FFFF",
        )


def check_id(value: str | None, parameter: str) -> None:
    """Raise Refused if this isn't a valid message group id or deduplication id."""
    if value is not None and not _ID.fullmatch(value):
        raise invalid_value(
            value,
            parameter,
            f"{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.",
        )


def check_attributes(attributes: dict[str, Any]) -> None:
    """Raise Refused if SQS refuses these message attributes."""
    if len(attributes) > _MOST_ATTRIBUTES:
        raise _wrong(
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MOST_ATTRIBUTES}]."
        )
    for name, value in attributes.items():
        _check_name(name)
        _check_value(name, value, "user")


def check_system_attributes(attributes: dict[str, Any]) -> None:
    """Raise Refused for message system attributes other than an AWSTraceHeader of type String."""
    for name, value in attributes.items():
        if name != "AWSTraceHeader":
            raise _wrong(f"Message system attribute name '{name}' is invalid.")
        if value.get("DataType") != "String":
            raise _wrong(f"The message system attribute '{name}' must be of type 'String'.")
        _check_value(name, value, "system")


def _check_name(name: str) -> None:
    if not name:
        raise _wrong("The request must contain non-empty message (user) attribute names.")
    if len(name) > 256:
        raise _wrong("Message (user) attribute name must be shorter than 256 bytes.")
    if name.lower().startswith(("aws.", "amazon.")):
        raise _wrong(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. These strings are reserved for "
            "internal use."
        )
    wrong = {
        "begin with character '.'": name.startswith("."),
        "end with character '.'": name.endswith("."),
        "have successive '.' characters": ".." in name,
    }
    for what, is_so in wrong.items():
        if is_so:
            raise _wrong(f"Message (user) attribute name must not {what}.")
    if not _NAME.fullmatch(name):
        raise _wrong(f"Message (user) attribute name '{name}' contains invalid characters.")


def _check_value(name: str, value: dict[str, Any], kind: str) -> None:
    data_type = value.get("DataType", "")
    if not data_type:
        raise _wrong(f"The message ({kind}) attribute '{name}' must contain a non-empty message attribute type.")
    base = data_type.partition(".")[0]
    if base not in ("String", "Number", "Binary") or len(data_type) > 256 or not _NAME.fullmatch(data_type):
        raise _wrong(
            f"The type of message ({kind}) attribute '{name}' is invalid. You must use only the following supported "
            "type prefixes: Binary, Number, String."
        )
    if value.get("StringListValues") or value.get("BinaryListValues"):
        raise Refused(
            "UnsupportedOperation", "Message attribute list values in SendMessage operation are not supported."
        )
    field = "BinaryValue" if base == "Binary" else "StringValue"
    if not value.get(field):
        raise _wrong(f"Message ({kind}) attribute '{name}' must contain a non-empty value of type '{base}'.")
    if "StringValue" in value and "BinaryValue" in value:
        raise _wrong(f"Message ({kind}) attribute '{name}' must have a single value.")
    if base == "Number" and not _is_number(value["StringValue"]):
        raise _wrong(f"Can't cast the value of message ({kind}) attribute '{name}' to a number.")
    if base != "Binary" and FORBIDDEN.search(value["StringValue"]):
        raise _wrong(f"Message ({kind}) attribute '{name}' contains invalid characters.")


def _is_number(text: str) -> bool:
    """Return whether the text is a number that SQS can hold."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return False
    whole, fraction, sign, exponent = found.groups("")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return True
    if len(exponent) > 9:
        return False
    power = int(f"{sign}{exponent or 0}") + len(digits) - len(fraction) - 1  # of the first digit
    digits = digits.rstrip("0")
    in_range = _LOWEST_POWER <= power < _HIGHEST_POWER or (power == _HIGHEST_POWER and digits == "1")
    return in_range and len(digits) <= _MOST_DIGITS


def check_number(name: str, text: str) -> None:
    """Raise Refused if this value of a Number attribute isn't a number."""
    if not _NUMBER.fullmatch(text):
        raise _wrong(f"Could not cast message attribute '{name}' value to number.")


def _wrong(text: str) -> Refused:
    return Refused("InvalidParameterValue", text)

"""What people call a message: a short name, which it keeps in every picture."""

import json
from typing import Any

from helpers.views.words import cut

LONGEST = 24  # characters
UNKNOWN = "a message"  # the name of one without a text
_DEEPEST = 500  # brackets in a text that is read as JSON; a browser's Python ends at some thousands
IDS = ("order_id", "orderId", "order", "id")  # keys of a JSON object, each with an id or an object that has one
EVENT = "event"  # the key of what happened to the order: an order's messages are told apart by it


def name_of(body: str, longest: int = LONGEST) -> str:
    """Return a message's name in pictures, given its body: the id of its order, otherwise the beginning of its text.

    What happened to the order belongs to the name if it's in the body, as its "event". An SNS notification is called
    what the message inside it is called. longest: in characters.
    """
    return cut(_named(_read(body)) or body, longest) or UNKNOWN


def inside(body: str) -> str:
    """Return the message that somebody published, if this is SNS's envelope around it; otherwise the body itself."""
    found = envelope_of(body)
    return found["Message"] if found else body


def envelope_of(body: str) -> Any:
    """Return the JSON object that SNS puts around a message, if this is one; otherwise None."""
    found = _read(body)
    return found if _is_envelope(found) else None


def _read(body: str) -> Any:
    """Return the JSON object that this is; None for any other text."""
    if body.lstrip()[:1] != "{" or body.count("{") + body.count("[") >= _DEEPEST:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return None


def _is_envelope(found: Any) -> bool:
    is_from_sns = isinstance(found, dict) and (found.get("Type") == "Notification" or "TopicArn" in found)
    return is_from_sns and isinstance(found.get("Message"), str)


def _named(found: Any) -> str:
    """Return the name of what the body holds; "" if it's not JSON, or has none."""
    if _is_envelope(found):
        return name_of(found["Message"], 0)
    values = [found[key] for key in IDS if key in found] if isinstance(found, dict) else []
    for value in values:
        text = _named(value) or (str(value) if isinstance(value, str | int) and not isinstance(value, bool) else "")
        if text.strip():
            event = found.get(EVENT)
            return f"{text} {event}" if isinstance(event, str) and event.strip() else text
    return ""

"""Moments in a request, which each protocol writes in its own way."""

from datetime import datetime, timezone
from typing import Any

from botocore.utils import parse_to_aware_datetime


def seconds(moment: Any) -> float:
    """Return a moment of a request in seconds since 1970."""
    if not isinstance(moment, datetime):
        moment = parse_to_aware_datetime(moment)
    if moment.tzinfo is None:  # as the parsers of JSON and of forms have it, in UTC
        moment = moment.replace(tzinfo=timezone.utc)
    return float(moment.timestamp())

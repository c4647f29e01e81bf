"""The checks that every operation of CloudWatch makes of names, dimensions and units, with AWS's texts.

AWS: names all that's wrong, each on a line, by its place in the request. A text is ASCII without control characters,
and a name and a value of a dimension have something else than spaces. Source: CloudWatch API reference, Dimension and
PutMetricData; AWS's answers in issues aws/amazon-cloudwatch-agent 240 (too long), influxdata/telegraf 2022 and
aws-robotics/cloudwatchmetrics-ros1 46 (several lines), and as quoted in elastic/beats (too many).
moto: checks none of them.

The texts for characters, for colons and for a dimension that comes twice aren't recorded anywhere; they're inferred.
"""

import re
from collections.abc import Iterator
from typing import Any

from helpers.aws_rules.common import models

MOST_DIMENSIONS = 30
_LONGEST_NAME, _LONGEST_VALUE = 255, 1_024
_PRINTABLE = re.compile(r"[\x20-\x7e]*")


def of(given: list[dict[str, str]] | None) -> dict[str, str]:
    """Return dimensions as the store has them."""
    return {one["Name"]: one["Value"] for one in given or []}


def faults(given: list[dict[str, str]], place: str) -> Iterator[str]:
    """Yield what's wrong with these dimensions. place: where they are, as in "MetricData.member.1.Dimensions"."""
    if len(given) > MOST_DIMENSIONS:
        yield too_many(place, MOST_DIMENSIONS)
        return
    seen = set()
    for number, one in enumerate(given, start=1):
        here = f"{place}.member.{number}"
        yield from text_faults(one["Name"], f"{here}.Name", _LONGEST_NAME)
        yield from text_faults(one["Value"], f"{here}.Value", _LONGEST_VALUE)
        if one["Name"].startswith(":"):
            yield f"The parameter {here}.Name must not start with a colon."
        if one["Name"] in seen:
            yield f"The values for parameter {place}.member.Name are not unique."
        seen.add(one["Name"])


def text_faults(text: str | None, place: str, longest: int = _LONGEST_NAME) -> Iterator[str]:
    """Yield what's wrong with a text that has to be there."""
    if text is None or not text.strip():
        yield required(place)
    elif len(text) > longest:
        yield f"The parameter {place} must be shorter than {longest + 1} characters."
    elif not _PRINTABLE.fullmatch(text):
        yield f"The parameter {place} must contain only ASCII characters that aren't control characters."


def unit_faults(unit: str | None, place: str) -> Iterator[str]:
    """Yield what's wrong with a unit."""
    shape: Any = models.service_model("cloudwatch").shape_for("StandardUnit")
    if unit is not None and unit not in shape.enum:
        yield f"The parameter {place} must be a value in the set [ {', '.join(shape.enum)} ]."


def required(place: str) -> str:
    """Return the text about a parameter that's missing."""
    return f"The parameter {place} is required."


def too_many(place: str, most: int) -> str:
    """Return the text about a list that's too long."""
    return f"The collection {place} must not have a size greater than {most}."


def both(one: str, other: str) -> str:
    """Return the text about two parameters of which only one can be there."""
    return f"The parameters {one} and {other} are mutually exclusive and you have specified both."


def period_faults(period: int, place: str, short: tuple[int, ...]) -> Iterator[str]:
    """Yield what's wrong with a period, in seconds. short: which ones below a minute are allowed."""
    if period < 60 and period not in short:
        yield f"The parameter {place} must be a value in the set [ {', '.join(map(str, short))} ]."
    elif period >= 60 and period % 60:
        yield f"The parameter {place} must be a multiple of 60."

"""The values that a runner carries from an answer to its check: plain JSON, and names for what stays behind."""

import inspect
import math
import re
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.client
from boto3.resources.base import ServiceResource

from helpers.views.words import counted

_LONGEST = 500  # characters of a repr
_DEEPEST = 50  # lists and dictionaries within one another
ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")  # differs in each run and means nothing to a learner
_DIGITS = 4000  # of a whole number; Python refuses to print more than 4300


@dataclass(frozen=True)
class Boto3Object:
    """A client, resource or session that the answer returned. It stays there; a check has it make calls by Case.let."""

    number: int
    kind: str  # "client", "resource" or "session"

    def __repr__(self) -> str:
        return f"a boto3 {self.kind}"


@dataclass(frozen=True)
class Foreign:
    """A value that is neither plain JSON nor boto3's; a check sees only its type and its repr."""

    type_name: str
    text: str

    def __repr__(self) -> str:
        return self.text


class _NotWritten:
    """The value of a stub that still says `return ...`."""

    def __repr__(self) -> str:
        return "..."


NOT_WRITTEN = _NotWritten()


def kind(value: Any) -> str | None:
    """Return "client", "resource" or "session" for boto3's own objects, else None."""
    if isinstance(value, botocore.client.BaseClient):
        return "client"
    if isinstance(value, ServiceResource):
        return "resource"
    return "session" if isinstance(value, boto3.Session) else None


def encode(value: Any, keep: list[Any]) -> Any:
    """Return the value as plain JSON. boto3's objects are put into `keep` and named by their place there.

    A tuple becomes a list. Anything that JSON can't hold becomes its repr, such as a dictionary whose keys aren't text,
    or a list that contains itself.
    """
    try:
        return _encode(value, keep, 0)
    except RecursionError:
        return _foreign(value)


def _encode(value: Any, keep: list[Any], depth: int) -> Any:
    if depth > _DEEPEST:
        raise RecursionError
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int) and value.bit_length() < _DIGITS * 3:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (list, tuple)):
        return [_encode(item, keep, depth + 1) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: _encode(item, keep, depth + 1) for key, item in value.items()}
    if value is Ellipsis:
        return {"$": "not written"}
    if named := kind(value):
        keep.append(value)
        return {"$": named, "number": len(keep) - 1}
    return _foreign(value)


def _foreign(value: Any) -> dict[str, str]:
    name = type(value).__name__
    try:
        text = repr(value)
    except Exception as problem:  # a __repr__ that the learner wrote can fail in any way
        text = f"<a {name} whose repr raises {type(problem).__name__}>"
    if inspect.iscoroutine(value):
        value.close()  # so that Python doesn't complain on stderr that it was never awaited
    return {"$": "foreign", "type": name, "text": ADDRESS.sub("", text[:_LONGEST])}


def decode(value: Any) -> Any:
    """Return the value that `encode` was given, with Boto3Object, Foreign and NOT_WRITTEN for what isn't plain JSON."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag = value.get("$")
    if tag is None:
        return {key: decode(item) for key, item in value.items()}
    if tag == "not written":
        return NOT_WRITTEN
    if tag == "foreign":
        return Foreign(str(value.get("type")), str(value.get("text")))
    return Boto3Object(int(value["number"]), str(tag))


def show(value: Any, longest: int = 200) -> str:
    """Return the value's repr, shortened in the middle if it's long."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[: longest // 2]} … {text[-longest // 3 :]}"


def show_difference(got: list[Any], wanted: list[Any], longest: int = 200) -> tuple[str, str]:
    """Return the two lists as texts; if they're long, only the first item that differs, with its neighbours."""
    if max(len(repr(got)), len(repr(wanted))) <= longest:
        return show(got, longest), show(wanted, longest)
    pairs = enumerate(zip(got, wanted, strict=False))
    place = next((n for n, (one, other) in pairs if one != other), min(len(got), len(wanted)))
    said = f"item {place + 1} is the first that differs" if place < len(got) else f"it ends after item {place}"
    return f"{counted(len(got), 'item')}, {said}: {_around(got, place)}", _around(wanted, place)


def _around(items: list[Any], place: int) -> str:
    first, last = max(0, place - 2), place + 3
    shown = [show(item, 60) for item in items[first:last]]
    return f"[{', '.join(['...'] * (first > 0) + shown + ['...'] * (last < len(items)))}]"

"""The grader's end of the channel to a hand-in's process. What comes in is hostile until it was checked.

A message is one line of JSON in one of a few forms; anything else ends the process. Nothing is unpickled, nothing is
run, and the grader does not wait for a process that does not read.
"""

import base64
import json
import math
import socket
import time
from typing import Any, Protocol

from helpers.checks.values import decode

_monotonic = time.monotonic
LONGEST = 8 << 20  # bytes of one message
MOST, MOST_BYTES = 20_000, 64 << 20  # messages, and their bytes, in answer to one command
MOST_CELLS, MOST_DEFINITIONS = 10_000, 20
MOST_WAITING, MOST_ARGUMENTS = 50, 20  # threads, and arguments, that a reply names
REPLY = 2 << 20  # bytes of one message that is no request
PARTS = 10_000  # commas in a longer one: what JSON lists takes thirty times its length in memory
# Of a request's body, written in base64. The largest message has 1 MiB, and JSON writes each of its letters of two
# bytes in six; an answer can also find out by trying what is too large.
BODY = 6 << 20
FIELDS = 1000  # of a form in it: the time to read one grows with their square
HEADERS, HEADER = 64, 8192  # of one request, and characters of each of their names and values, and of its address
PROCESS_ENDED = "the process ended"
READ = 1 << 16  # bytes that are read at once
PATIENCE = 5.0  # real seconds for the process to read what is sent


class Broken(Exception):
    """The process ended, or sent something that no process of ours sends; the text says which."""


class TooMuch(Broken):
    """The process sends more than any answer has to send."""


class ProcessHandle(Protocol):
    """What ends a process, when it is closed."""

    def close(self) -> None:
        """End it."""


class Channel:
    """The connection to one process, a socket, and the handle that ends it."""

    def __init__(self, connection: socket.socket, process_handle: ProcessHandle):
        self._connection, self._process_handle, self._read = connection, process_handle, bytearray()
        self._count = self._bytes = 0

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a failure shows when the reply is read. Broken when the process does not read."""
        try:
            self._connection.settimeout(PATIENCE)
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except TimeoutError:
            raise Broken("it didn't read what it was sent") from None
        except OSError:
            pass

    def begin(self) -> None:
        """Start counting messages again, for another command."""
        self._count = self._bytes = 0

    def receive(self, deadline: float) -> dict[str, Any]:
        """Return the next message; {} when there is none by the deadline. Broken when there will be none."""
        while (end := self._read.find(b"\n")) < 0:
            left = deadline - _monotonic()
            if left <= 0:
                return {}
            try:
                self._connection.settimeout(left)
                piece = self._connection.recv(READ)
            except TimeoutError:
                return {}
            except OSError:
                piece = b""
            if not piece:
                raise Broken(PROCESS_ENDED)
            self._bytes += len(piece)
            if len(self._read) > LONGEST or self._bytes > MOST_BYTES:
                raise TooMuch("it said too much")
            self._read += piece
        self._count += 1
        if self._count > MOST:
            raise TooMuch("it said too much")
        line = bytes(self._read[:end])
        del self._read[: end + 1]
        return message(line)

    def close(self) -> None:
        """End the process, and all that it started."""
        self._process_handle.close()
        self._connection.close()


def message(line: bytes) -> dict[str, Any]:
    """Return the message in this line; Broken when it is none."""
    if len(line) > REPLY and line.count(b",") > PARTS:
        raise Broken("it said what no answer says")
    try:
        found = json.loads(line, parse_constant=_no_constant)
        ((kind, value),) = found.items()
        if (kind == "request" or len(line) <= REPLY) and _FORMS[kind](value):
            return found
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError):
        pass
    raise Broken("it said what no answer says")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0


def _is_request(value: Any) -> bool:
    method, url, headers, body = value
    texts = [method, url, *(part for header in headers for part in header)]
    few = len(headers) <= HEADERS and all(len(header) == 2 for header in headers)
    if not (few and _are_short(texts, HEADER) and _are_short([body], BODY)):
        return False
    targets = [text for name, text in headers if name.lower() == "x-amz-target"]
    fields = base64.b64decode(body, validate=True).count(b"&")
    return fields <= FIELDS or (bool(targets) and all(targets))  # JSON, where a sign is only a sign


def _is_reply(value: Any) -> bool:
    """Return whether this is a reply of AnswerHost.handle, or to `load`, `begin` and `end`."""
    keys = set(value)
    if "value" in keys and keys <= {"value", "changed"}:
        decode(value["value"])
        changed = value.get("changed", [])
        return type(changed) is list and len(changed) <= MOST_ARGUMENTS and _are_short(changed, 200)
    if keys == {"error"}:
        return _is_error(value["error"])
    if keys == {"stopped", "number", "line", "waiting"}:
        few = type(value["waiting"]) is list and len(value["waiting"]) <= MOST_WAITING
        return few and _are_short([value["stopped"], *value["waiting"]], 200) and _is_place(value)
    if keys == {"number", "line"}:
        return _is_place(value)
    if keys == {"failed", "found"}:
        errors = all(_is_cell(cell) and _is_error(error) for cell, error in value["failed"])
        few = all(type(count) is int and 0 <= count <= MOST_DEFINITIONS for count in value["found"].values())
        return errors and few and len(value["failed"]) <= MOST_CELLS
    return keys == {"left"} and type(value["left"]) is int


def _is_error(error: Any) -> bool:
    texts = [error["type"], error["message"], error["line"]]
    return set(error) == {"type", "message", "number", "line"} and _is_place(error) and _are_short(texts)


def _is_place(value: Any) -> bool:
    number = value["number"]
    return (number is None or (type(number) is int and abs(number) < 10**9)) and _are_short([value["line"]])


def _is_cell(place: Any) -> bool:
    return type(place) is int and 0 <= place < MOST_CELLS


def _are_short(texts: list[Any], most: int = 2000) -> bool:
    return all(isinstance(text, str) and len(text) <= most for text in texts)


_FORMS = {
    "reply": _is_reply,
    "printed": lambda text: isinstance(text, str),
    "sleep": _is_number,  # added up before the next message; gets no answer
    "request": _is_request,
    "again": lambda number: type(number) is int,  # of a long poll that waited
    "cell": _is_cell,
}
